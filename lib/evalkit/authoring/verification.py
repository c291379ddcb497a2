"""Keep what people found when they compared cells with the official texts, and say what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from evalkit.catalog import Catalog
from evalkit.catalog.cells import Cell, cells_of
from evalkit.catalog.load import near
from evalkit.catalog.verifications import VERIFICATION_COLUMNS, Outcome, Verification, verification_path
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables import read_csv, write_csv
from evalkit.tables.csvs import inert


@dataclass(frozen=True)
class Gap:
    """A cell that is not verified, and why.

    Parameters
    ----------
    set, part, row, name_zh, levels, target, state : str
        The cell: what it is about, what we have, how far it was checked.
    kind : str
        ``unverified`` (nobody looked), ``expired``, ``disagreement``, ``correction`` or ``not_found``.
    by, date, page : str
        Who looked, when, where; empty when nobody did.
    found : dict
        By person: result, and how the official text differs.
    file, cell : str
        Where the latest record stands.
    """

    set: str
    part: str
    row: str
    name_zh: str
    levels: list[str]
    target: str
    state: str
    kind: str
    by: str = ""
    date: str = ""
    page: str = ""
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    file: str = ""
    cell: str = ""

    def record(self) -> dict[str, object]:
        """Return the gap for a program."""
        return asdict(self)


def gaps_of(catalog: Catalog, set_ids: Iterable[str]) -> list[Gap]:
    """Return every cell of some sets that is not verified; a definition that sets share stands once."""
    found: dict[tuple[str, str, str, str], Gap] = {}
    for set_id in set_ids:
        for cell in cells_of(catalog, set_id):
            outcome = catalog.verifications.of(cell)
            settled = cell.state == "verified" if outcome is None else outcome.kind == "verified"
            if not settled and cell.key not in found:
                found[cell.key] = _gap(cell, outcome)
    return list(found.values())


def _gap(cell: Cell, outcome: Outcome | None) -> Gap:
    levels = cell.level.split("+") if cell.level else []
    own = (cell.set_id, cell.part, cell.row, cell.name, levels, cell.text, cell.state)
    if outcome is None:
        return Gap(*own, kind="unverified")
    said = {who: {"result": result, "correction": correction} for who, (result, correction) in outcome.opinions.items()}
    place = outcome.records[-1][1]
    return Gap(
        *own, kind=outcome.kind, by=outcome.by, date=outcome.date, page=outcome.page, found=said, file=place.file, cell=place.cell
    )  # fmt: skip


def find_cell(catalog: Catalog, set_id: str, row: str, *, level: str = "", part: str = "target") -> Cell:
    """Return one cell of a set.

    Parameters
    ----------
    catalog : Catalog
    set_id, row : str
        `row` is the id of a row; of a measure for a definition; a number for a pass rule; else empty.
    level : str
        Needed where a row has a target of its own for several levels.
    part : str

    Raises
    ------
    EvalkitError
        There is no such cell, or more than one.
    """
    cells = [cell for cell in cells_of(catalog, set_id) if cell.part == part]
    found = [cell for cell in cells if cell.row == row]
    place = Place(key=set_id)
    if not found:
        kind = "measure" if part == "definition" else "row"
        raise EvalkitError(Problem("unknown_id", place, {"kind": kind, "id": row, "hint": near(row, [cell.row for cell in cells])}))
    fitting = [cell for cell in found if not level or level == cell.level or level in cell.level.split("+")]
    if len(fitting) != 1:
        detail = f"{word('detail', 'choices')} {', '.join(cell.level for cell in found)}"
        raise EvalkitError(Problem("bad_value", place, {"value": f"--level {level}".strip(), "detail": detail}))
    return fitting[0]


def record_of(cell: Cell, entry: dict[str, str]) -> Verification:
    """Return the record of what was found about a cell as it is now."""
    told = {"set": cell.set_id, "part": cell.part, "row": cell.row, "level": cell.level, "text": cell.text, "text_hash": cell.text_hash}
    return Verification.model_validate({**told, **entry})


def append_records(catalog: Catalog, set_id: str, records: Sequence[Verification]) -> int:
    """Append records to ``params/verifications/<set>.csv`` and return how many were new; none is written twice."""
    path = verification_path(catalog, set_id)
    lines: list[dict[str, str]] = []
    if path.exists():
        rows, problems = read_csv(path, catalog.project.label(path), VERIFICATION_COLUMNS, optional=[])
        if problems:
            raise EvalkitError(problems)
        lines = [dict(row.cells) for row in rows]
    known = {tuple(line[column] for column in VERIFICATION_COLUMNS) for line in lines}
    before = len(lines)
    for record in records:
        line = {column: inert(str(value)).strip() for column, value in record.model_dump().items()}
        told = tuple(line[column] for column in VERIFICATION_COLUMNS)
        if told not in known:
            known.add(told)
            lines.append(line)
    if len(lines) > before:
        write_csv(path, VERIFICATION_COLUMNS, lines)
    return len(lines) - before
