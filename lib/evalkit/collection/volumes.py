"""佐证材料汇编: the evidence of a region as PDF volumes by indicator, with contents, separator sheets and numbers."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.evidence import Register
from evalkit.collection.evidence import Indicator, Piece, number_evidence
from evalkit.collection.volumes_pieces import Prepared, prepare
from evalkit.collection.volumes_typeset import Sheet, put_together, typeset
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.report import look, phrases
from evalkit.report.kinds import is_apart
from evalkit.tables import write_bytes, write_csv

#: A volume ends with the indicator with which it would have more pages or bytes than this.
MOST_PAGES, MOST_BYTES = 200, 100 << 20
INDEX_COLUMNS = ["number", "id", "file", "sha256", "volume", "page", "pages"]


@dataclass
class _Part:
    """An indicator, or some of its pieces, in one volume."""

    indicator: Indicator
    pieces: list[Piece]


@dataclass
class _Volume:
    parts: list[_Part] = field(default_factory=list)
    pages: int = 0
    size: int = 0


@dataclass
class Volumes:
    """What was made for a region: the files, the pages in each, and what could not be put in."""

    region: str
    paths: list[Path] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def compile_volumes(catalog: Catalog, register: Register, region_code: str, out_dir: Path, templates: Path) -> Volumes:
    """Write ``<code>-evidence-1.pdf``, ``-2.pdf`` … and ``<code>-evidence.csv``, which says where each piece stands.

    Parameters
    ----------
    catalog : Catalog
    register : Register
        Of the run; has at least one line of the region.
    region_code : str
    out_dir : Path
        Made when missing; volumes of an earlier time that no longer exist are removed.
    templates : Path
        Folder of the report templates.

    Returns
    -------
    Volumes
        A file that cannot be put in is a problem and a page that says so; nothing in a file stops the others.

    Raises
    ------
    EvalkitError
        The template is at fault, or the folder cannot be written.
    """
    indicators = number_evidence(catalog, register, region_code)
    pieces = list({piece.number: piece for indicator in indicators for piece in indicator.pieces}.values())
    made = Volumes(region_code)
    with tempfile.TemporaryDirectory(prefix="evalkit-volume-") as name:
        scratch = Path(name)
        prepared = _prepare_all(register, pieces, scratch)
        for piece in pieces:
            problem = prepared[piece.number].problem
            if problem and piece.file and problem != "file_missing":
                values = {"number": piece.number, "file": piece.file, "reason": word("evidence_problem", problem)}
                made.problems.append(Problem("evidence_left_out", Place(f"data/raw/{piece.file}"), values, "warning", region_code))
        compiler = _Compiler(catalog, register, region_code, indicators, prepared, scratch, templates)
        numbers = range(1, len(compiler.volumes) + 1)
        for number in [*numbers, *numbers] if len(numbers) > 1 else numbers:  # the contents name the pages of the other volumes too
            compiler.lay_out(number)
        contents = [compiler.volume(number) for number in numbers]
        names = [f"{region_code}-evidence-{number}.pdf" for number in range(1, len(contents) + 1)]
        for file, (data, pages) in zip(names, contents, strict=True):
            write_bytes(out_dir / file, data)
            made.paths.append(out_dir / file)
            made.pages.append(pages)
        write_csv(out_dir / f"{region_code}-evidence.csv", INDEX_COLUMNS, compiler.index(names))
    old = re.compile(re.escape(region_code) + r"-evidence-[0-9]+\.pdf")
    for path in out_dir.iterdir():
        if old.fullmatch(path.name) and path.name not in names:
            path.unlink()
    return made


def _prepare_all(register: Register, pieces: Sequence[Piece], scratch: Path) -> dict[str, Prepared]:
    def one(task: tuple[int, Piece]) -> Prepared:
        place, piece = task
        if not piece.file:
            return Prepared()
        folder = scratch / f"piece-{place}"
        folder.mkdir()
        return prepare(register.path(piece.file), folder)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = list(pool.map(one, enumerate(pieces)))
    return {piece.number: one for piece, one in zip(pieces, found, strict=True)}


class _Compiler:
    """Makes the volumes of one region: first it is settled which piece goes into which, then each is made."""

    def __init__(
        self, catalog: Catalog, register: Register, region_code: str, indicators: list[Indicator], prepared: dict[str, Prepared],
        scratch: Path, templates: Path,
    ) -> None:  # fmt: skip
        self.register, self.region_code, self.indicators, self.prepared = register, region_code, indicators, prepared
        self.scratch, self.templates = scratch, templates
        self.run, self.region = catalog.run(register.run), catalog.regions[region_code]
        self.conditions = {indicator.seq: _asks_for_person(indicator) for indicator in indicators}
        self.volumes = self._divide()
        self.at: dict[str, tuple[int, int]] = {}  # volume and page of each piece
        self.sections: dict[int, dict[str, tuple[int, int]]] = {}  # of each volume: where its own pages are among those typeset
        self.ends: dict[int, int] = {}

    def _divide(self) -> list[_Volume]:
        """Put the indicators that have evidence into volumes; a piece is never divided, and stands where it is numbered."""
        volumes = [_Volume()]
        placed: set[str] = set()
        for indicator in self.indicators:
            if not indicator.pieces:
                continue
            own = [piece for piece in indicator.pieces if piece.number not in placed]
            placed |= {piece.number for piece in own}
            pages, size = 1 + sum(self._pages(piece) for piece in own), sum(self.prepared[piece.number].size for piece in own)
            if volumes[-1].parts and self._full(volumes[-1], pages, size):
                volumes.append(_Volume())
            volumes[-1].parts.append(_Part(indicator, []))
            volumes[-1].pages += 1
            for piece in own:
                more = self._pages(piece), self.prepared[piece.number].size
                if volumes[-1].parts[-1].pieces and self._full(volumes[-1], *more):
                    volumes.append(_Volume([_Part(indicator, [])], 1))
                volumes[-1].parts[-1].pieces.append(piece)
                volumes[-1].pages += more[0]
                volumes[-1].size += more[1]
        return volumes

    def _pages(self, piece: Piece) -> int:
        return self.prepared[piece.number].pages or (1 if piece.file else 0)

    @staticmethod
    def _full(volume: _Volume, pages: int, size: int) -> bool:
        return volume.pages + pages > MOST_PAGES or volume.size + size > MOST_BYTES

    def lay_out(self, number: int) -> None:
        """Make the own pages of a volume and settle on which page everything begins."""
        folder = self.scratch / f"volume-{number}"
        folder.mkdir(exist_ok=True)
        parts = self.volumes[number - 1].parts
        starts: dict[str, int] = {}
        for _ in range(5):  # the contents name pages, and how long they are says where the pages begin
            before = starts
            self.sections[number] = typeset(self.templates, folder, self._data(number, starts))
            starts = dict(self._starts(parts, self.sections[number]))
            if starts == before:
                break
        self.ends[number] = starts[""] - 1
        self.at.update({piece.number: (number, starts[piece.number]) for part in parts for piece in part.pieces if piece.number in starts})

    def volume(self, number: int) -> tuple[bytes, int]:
        """Return the bytes of a volume that was laid out, and how many pages it has."""
        parts = self.volumes[number - 1].parts
        title = f"{self.region.full_name_zh}佐证材料汇编" + (f"第{number}册" if len(self.volumes) > 1 else "")
        sheets = [Sheet("front", title="目录")]
        for part in parts:
            key = _key(part.indicator)
            sheets.append(Sheet(key, title=f"{part.indicator.seq}　{part.indicator.title}"))
            for piece in part.pieces:
                found, label = self.prepared[piece.number], f"{piece.number}　{piece.document}"
                if found.path is not None:
                    sheets.append(Sheet(path=found.path, number=piece.number, title=label, level=1))
                elif piece.file:
                    sheets.append(Sheet(piece.number, title=label, level=1))
        folder = self.scratch / f"volume-{number}"
        return put_together(folder, sheets, self.sections[number], title, self.run.report_date), self.ends[number]

    def _starts(self, parts: Sequence[_Part], sections: dict[str, tuple[int, int]]) -> Iterator[tuple[str, int]]:
        """Yield the page on which each section and each piece begins; last, with an empty key, the page after the end."""
        page = 1 + sections["front"][1]
        for part in parts:
            yield _key(part.indicator), page
            page += sections[_key(part.indicator)][1]
            for piece in part.pieces:
                found = self.prepared[piece.number]
                if found.path is not None or piece.file:
                    yield piece.number, page
                page += found.pages if found.path is not None else sections[piece.number][1] if piece.file else 0
        yield "", page

    def _data(self, number: int, starts: dict[str, int]) -> dict[str, Any]:
        where = {piece.number: place for place, volume in enumerate(self.volumes, 1) for part in volume.parts for piece in part.pieces}
        pages = {**{key: page for key, (_, page) in self.at.items()}, **starts}

        def entry(piece: Piece) -> dict[str, Any]:
            volume = where[piece.number] if piece.file else 0
            left_out = self.prepared[piece.number].problem not in ("", "file_missing")
            state = word("evidence_state", piece.state, "zh") + ("（未编入）" if left_out else "")
            return {
                "number": piece.number, "document": piece.document, "file": piece.file, "code": piece.state, "state": state,
                "stamped": word("evidence_stamped", piece.stamped, "zh"), "volume": volume, "page": pages.get(piece.number, 0),
                "where": f"第{volume}册" if volume and volume != number else "—",
            }  # fmt: skip

        index = [
            {
                "seq": one.seq, "title": one.title, "attribute": look.attribute(one.attribute) if one.attribute else "",
                "page": starts.get(_key(one), 0), "pieces": [entry(piece) for piece in one.pieces],
                "without": "未登记佐证材料" if self.conditions[one.seq] else "",
            }
            for one in self.indicators
        ]  # fmt: skip
        return {
            "title": f"{self.region.full_name_zh}佐证材料汇编", "running": f"{self.region.full_name_zh}佐证材料汇编　{self.run.title_zh}",
            "region": self.region.full_name_zh, "run": self.run.title_zh, "report_date": self.run.report_date,
            "date": phrases.period(self.run.report_date), "font": look.PDF_FONT,
            "example": look.EXAMPLE_ZH if self.run.example else "", "volume": number, "volumes": len(self.volumes), "index": index,
            "key": "佐证编号由指标序号和材料在该指标下的次序组成；一份材料支撑几项指标的，沿用第一次编的号。"
            "原件各页右上角标有佐证编号、原件页次和本册页码。",
            "sheets": [sheet for part in self.volumes[number - 1].parts for sheet in self._sheets(part, entry, starts)],
        }  # fmt: skip

    def _sheets(self, part: _Part, entry: Any, starts: dict[str, int]) -> Iterator[dict[str, Any]]:
        indicator = part.indicator
        attribute = look.attribute(indicator.attribute) if indicator.attribute else ""
        elsewhere = [piece.number for piece in indicator.pieces if piece not in part.pieces and piece.file]
        yield {
            "key": _key(indicator), "page": starts.get(_key(indicator), 0), "kind": "indicator", "seq": indicator.seq,
            "title": indicator.title, "about": "　".join(text for text in (indicator.domain, attribute) if text),
            "lines": [{"name": line.name_zh, "text": _with_unit(line.text, line.unit)} for line in indicator.lines],
            "pieces": [{**entry(piece), "pages": indicator.pages(piece)} for piece in indicator.pieces],
            "note": f"{phrases.listing(elsewhere)}的原件编在别处，本指标引用。" if elsewhere else "",
        }  # fmt: skip
        for piece in part.pieces:
            found = self.prepared[piece.number]
            if piece.file and found.path is None:
                missing = found.problem == "file_missing"
                yield {
                    "key": piece.number, "page": starts.get(piece.number, 0), "kind": "notice", "number": piece.number,
                    "document": piece.document, "file": piece.file, "sha": self.register.found(piece.file),
                    "reason": f"未编入：{word('evidence_problem', found.problem, 'zh')}。",
                    "remark": "收到文件后请重新汇编。" if missing else "原文件按登记的路径另行存放，随汇编一并报送。",
                }  # fmt: skip

    def index(self, names: Sequence[str]) -> Iterator[dict[str, str]]:
        """Yield where each line of the register stands, for readers that link to the volumes."""
        pieces = {row.id: piece for indicator in self.indicators for piece in indicator.pieces for row in piece.rows}
        for row in self.register.rows:
            piece = pieces.get(row.id)
            if piece is not None:
                volume, page = self.at.get(piece.number, (0, 0))
                found = {
                    "number": piece.number,
                    "id": row.id,
                    "file": row.file,
                    "sha256": self.register.found(row.file) if row.file else "",
                }
                pages = str(self.prepared[piece.number].pages or "")
                yield {**found, "volume": names[volume - 1] if volume else "", "page": str(page or ""), "pages": pages}


def _key(indicator: Indicator) -> str:
    return f"{indicator.source} {indicator.attribute} {indicator.seq}"


def _with_unit(text: str, unit: str) -> str:
    return text if unit in ("", "-", "—") or not text.strip() else f"{text}（{unit}）"


def _asks_for_person(indicator: Indicator) -> bool:
    from evalkit.collection.evidence import conditions_of

    return bool(conditions_of(indicator.lines)) or is_apart(indicator.attribute)


def regions_with_evidence(catalog: Catalog, register: Register, wanted: Sequence[str] = ()) -> list[str]:
    """Return the regions of a run that have evidence, in its order; `wanted` limits them.

    Raises
    ------
    EvalkitError
        A region is not one of the run.
    """
    run = catalog.run(register.run)
    for code in wanted:
        if code not in run.regions:
            values = {"kind": "region", "id": code, "hint": f" ({', '.join(run.regions)})"}
            raise EvalkitError(Problem("unknown_id", catalog.place("run", run.id, "regions"), values))
    having = {row.region_code for row in register.rows}
    return [code for code in run.regions if code in having and (not wanted or code in wanted)]
