"""The volumes' own pages by Typst, and how pages of all kinds become one PDF with numbers, links and bookmarks."""

from __future__ import annotations

import datetime
import errno
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.messages import EvalkitError, Place, Problem
from evalkit.report import look

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter

TEMPLATE = "evidence.typ"
_MM = 72 / 25.4
_STAMPS = """\
#set page(width: auto, height: auto, margin: (x: 4pt, y: 3pt), fill: white)
#set document(date: none)
#set text(font: "{font}", size: 8pt, lang: "zh", fill: rgb("#1F4E6B"))
#for stamp in json("stamps.json") {{
  pagebreak(weak: true)
  stamp
}}
"""


@dataclass(frozen=True)
class Sheet:
    """Pages to put into a volume, in this order: own ones by the key of their section, or those of a file with its number.

    Parameters
    ----------
    key : str
        Section of the own pages; empty for a file.
    path : Path, optional
        Clean pages of a file.
    number : str
        Stamped on each page of the file.
    title : str
        Bookmark; empty for none.
    level : int
        Of the bookmark, 0 or 1.
    """

    key: str = ""
    path: Path | None = None
    number: str = ""
    title: str = ""
    level: int = 0


def typeset(templates: Path, folder: Path, data: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Make ``own.pdf`` in `folder` and return the first page (from 0) and the number of pages of each section.

    Raises
    ------
    EvalkitError
        The template is missing or wrong.
    """
    import typst

    template = folder / TEMPLATE
    try:
        shutil.copyfile(templates / TEMPLATE, template)
        (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        how: dict[str, Any] = {"root": str(folder), "font_paths": [str(_fonts())], "ignore_system_fonts": True}
        typst.compile(str(template), output=str(folder / "own.pdf"), timestamp=_epoch(str(data["report_date"])), **how)
        marks = json.loads(typst.query(str(template), "<section>", field="value", **how))
    except (typst.TypstError, OSError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise EvalkitError(Problem("disk_full", Place(folder.name), {"path": folder.name, "detail": error.strerror})) from None
        raise EvalkitError(
            Problem("evidence_template", Place(f"reports/templates/{TEMPLATE}"), {"detail": str(error).splitlines()[0]})
        ) from None
    from pypdf import PdfReader

    starts = [(str(mark["key"]), int(mark["page"]) - 1) for mark in marks]
    ends = [start for _, start in starts[1:]] + [len(PdfReader(folder / "own.pdf").pages)]
    return {key: (start, end - start) for (key, start), end in zip(starts, ends, strict=True)}


def put_together(folder: Path, sheets: Sequence[Sheet], sections: Mapping[str, tuple[int, int]], title: str, report_date: str) -> bytes:
    """Return the volume: own pages and files in order, each page of a file stamped with number and page.

    Parameters
    ----------
    folder : Path
        With ``own.pdf``.
    sheets : sequence of Sheet
    sections : mapping
        As :func:`typeset` returned them.
    title, report_date : str
        For the properties of the file.
    """
    from pypdf import PdfReader, PdfWriter

    own = PdfReader(folder / "own.pdf")
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    stamps: list[str] = []
    stamped: list[PageObject] = []
    parent: Any = None
    for sheet in sheets:
        if sheet.path is None:
            start, count = sections[sheet.key]
            pages = own.pages[start : start + count]
        else:
            pages = PdfReader(sheet.path).pages[:]
        first = len(writer.pages)
        for place, page in enumerate(pages, start=1):
            added = writer.add_page(page)
            if sheet.path is not None:
                stamps.append(f"{sheet.number}　{place}/{len(pages)}　第{len(writer.pages)}页")
                stamped.append(added)
        if sheet.title:
            entry = writer.add_outline_item(title=sheet.title, page_number=first, parent=parent if sheet.level else None)
            parent = parent if sheet.level else entry
    _link_pages(writer)
    _stamp(writer, folder, stamped, stamps)
    writer.metadata = {"/Title": title, "/CreationDate": f"D:{report_date.replace('-', '')}000000Z"}
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _link_pages(writer: PdfWriter) -> None:
    """Turn the links ``page:12`` of the own pages into links within the file."""
    from pypdf.generic import ArrayObject, NameObject, NullObject

    for page in writer.pages:
        for reference in page.get("/Annots", []):
            mark = reference.get_object()
            target = str(mark.get("/A", {}).get("/URI", "")) if mark.get("/Subtype") == "/Link" else ""
            if target.startswith("page:"):
                del mark["/A"]
                to = writer.pages[int(target.removeprefix("page:")) - 1].indirect_reference
                assert to is not None
                mark[NameObject("/Dest")] = ArrayObject([to, NameObject("/XYZ"), NullObject(), NullObject(), NullObject()])


def _stamp(writer: PdfWriter, folder: Path, pages: Sequence[PageObject], texts: Sequence[str]) -> None:
    """Put a small number on each page, as a mark of its own: what the page holds is not touched."""
    if not texts:
        return
    import typst
    from pypdf import PdfReader
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject, StreamObject

    source = folder / "stamps.typ"
    source.write_text(_STAMPS.format(font=look.PDF_FONT), encoding="utf-8")
    (folder / "stamps.json").write_text(json.dumps(list(texts), ensure_ascii=False), encoding="utf-8")
    made = typst.compile(str(source), root=str(folder), font_paths=[str(_fonts())], ignore_system_fonts=True)
    for page, picture in zip(pages, PdfReader(io.BytesIO(made)).pages, strict=True):
        width, height = float(picture.mediabox.width), float(picture.mediabox.height)
        content = picture.get_contents()
        form = StreamObject()
        form.set_data(content.get_data() if content is not None else b"")
        box, turn = _corner(page, width, height)
        form.update({
            NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(number) for number in (0, 0, width, height)]),
            NameObject("/Matrix"): ArrayObject([NumberObject(number) for number in (*turn, 0, 0)]),
            NameObject("/Resources"): picture.raw_get("/Resources").clone(writer),
        })  # fmt: skip
        mark = DictionaryObject({
            NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Stamp"),
            NameObject("/Rect"): ArrayObject([FloatObject(round(number, 3)) for number in box]),
            NameObject("/F"): NumberObject(4 | 64 | 128),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(form.flate_encode())}),
        })  # fmt: skip
        marks = page.get("/Annots")
        page[NameObject("/Annots")] = ArrayObject([*(marks.get_object() if marks is not None else []), writer._add_object(mark)])


def _corner(page: PageObject, width: float, height: float) -> tuple[tuple[float, float, float, float], tuple[int, int, int, int]]:
    """Return where the stamp stands in the page's own coordinates, and how it is turned: upper right as the page is seen."""
    box = page.cropbox
    left, bottom, right, top = (float(side) for side in (box.left, box.bottom, box.right, box.top))
    rotation = page.rotation % 360
    across = right - left if rotation in (0, 180) else top - bottom
    scale = min(max(across / (210 * _MM), 0.5), 3.0)
    width, height, edge = width * scale, height * scale, 5 * _MM * scale
    if rotation == 90:  # seen turned clockwise: its upper right is the upper left... of the sheet as it lies
        return (left + edge, top - edge - width, left + edge + height, top - edge), (0, 1, -1, 0)
    if rotation == 180:
        return (left + edge, bottom + edge, left + edge + width, bottom + edge + height), (-1, 0, 0, -1)
    if rotation == 270:
        return (right - edge - height, bottom + edge, right - edge, bottom + edge + width), (0, -1, 1, 0)
    return (right - edge - width, top - edge - height, right - edge, top - edge), (1, 0, 0, 1)


def _fonts() -> Path:
    import noto_cjk_sans_otc

    return Path(str(noto_cjk_sans_otc.FONT_PATH)).parent


def _epoch(report_date: str) -> int:
    return int(datetime.datetime.fromisoformat(report_date).replace(tzinfo=datetime.UTC).timestamp())
