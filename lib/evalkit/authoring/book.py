"""Workbooks of indicator tables: the general reader's sheets, held to what an annex may be: texts and plainly shown numbers."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables import cell_name
from evalkit.tables.books import Cell, Spot, grid
from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Bounds, Budget
from evalkit.tables.books.reading import read_bytes
from evalkit.tables.books.xlsx import BOOK, read_xlsx

LARGEST = 50 * 2**20  # bytes unpacked
MOST_PARTS = 2000  # files in the archive
LAST_ROW = 3000  # the last row and column that may hold something
LAST_COLUMN = 200
_BOUNDS = Bounds(LARGEST, LARGEST, MOST_PARTS, LAST_ROW, LAST_COLUMN, declared=500_000, merged=5000)
_OLE = b"\xd0\xcf\x11\xe0"
_FIXED = re.compile(r"#?,?#*0(?:\.(0+))?(%?)(?:_[^;])?(?:;.*)?")


@dataclass
class Sheet:
    """One sheet: the texts of its cells.

    Parameters
    ----------
    name : str
    cells : dict
        Text by row and column; only cells that hold something, merged cells at their first one.
    merged : dict
        The first cell of a merged range by every cell of it.
    faults : dict
        Cells whose content is no text or number, with what is wrong.
    hidden : list of str
        Hidden rows and columns that hold something.
    """

    name: str
    file: str
    cells: dict[Spot, str] = field(default_factory=dict)
    merged: dict[Spot, Spot] = field(default_factory=dict)
    faults: dict[Spot, Problem] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)

    def at(self, row: int, column: int) -> str:
        """Return the text of a cell; a merged range says its text in every row of its first column."""
        first = self.merged.get((row, column), (row, column))
        return self.cells.get(first, "") if first[1] == column else ""

    def place(self, row: int, column: int, key: str = "") -> Place:
        """Return the place of a cell."""
        return Place(self.file, self.name, cell_name(column - 1, row), key)

    @property
    def last_row(self) -> int:
        """The last row that holds something."""
        return max((row for row, _ in [*self.cells, *self.faults]), default=0)

    @property
    def last_column(self) -> int:
        """The last column that holds something."""
        return max((column for _, column in [*self.cells, *self.faults]), default=0)


def read_book(path: Path, label: str) -> list[Sheet]:
    """Return the sheets of an ``.xlsx`` workbook.

    Raises
    ------
    EvalkitError
        Another kind of file, a password, macros, links to other files, or more than an indicator table can need.
    """
    place = Place(label)
    suffix = path.suffix.lower()
    if suffix in (".xlsm", ".xltm", ".xlam"):
        raise EvalkitError(Problem("book_macros", place))
    if suffix != ".xlsx":
        raise EvalkitError(Problem("book_kind", place, {"found": suffix or word("book_fault", "no_suffix")}))
    budget = Budget(label, _BOUNDS)
    data = read_bytes(path, label, LARGEST, budget)
    if data.startswith(_OLE):
        raise EvalkitError(Problem("book_locked", place))
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise EvalkitError(Problem("book_kind", place, {"found": word("book_fault", "no_zip")}))
    try:
        archive = Archive(data, budget)
    except EvalkitError as error:
        raise EvalkitError([Problem("book_locked", place) if p.code == "book_password" else p for p in error.problems]) from None
    if BOOK not in archive.names:
        raise EvalkitError(Problem("book_kind", place, {"found": word("book_fault", "other_zip")}))
    sheets = read_xlsx(archive, label)
    if any(problem.code == "book_links_kept" for problem in sheets[0].remarks):
        raise EvalkitError(Problem("book_links", place))
    return [_strict(sheet) for sheet in sheets]


def _strict(sheet: grid.Sheet) -> Sheet:
    """Return the sheet as texts, and what is neither text nor a number as faults."""
    found = Sheet(sheet.name, sheet.file, merged=sheet.merged)
    for spot, cell in sheet.cells.items():
        text, fault = _text(cell)
        if fault is not None:
            code, values = fault
            found.faults[spot] = Problem(code, found.place(*spot), values)  # values of _text
        else:
            found.cells[spot] = text
    used_rows, used_columns = {row for row, _ in found.cells}, {column for _, column in found.cells}
    found.hidden = [str(row) for row in sorted(sheet.hidden_rows & used_rows)]
    found.hidden += [cell_name(column - 1, 1)[:-1] for column in sorted(sheet.hidden_columns & used_columns)]
    return found


def _text(cell: Cell) -> tuple[str, tuple[str, dict[str, str]] | None]:
    """Return what a cell shows, or why that cannot be said: code and values of the problem."""
    if cell.formula:
        return "", ("cell_formula", {})
    if cell.kind == "number":
        return _number(Decimal(cell.text), cell.form or "General")
    if cell.kind != "text":
        detail = "control" if cell.kind == "error" and not cell.text.startswith("#") else cell.kind
        return "", ("cell_type", {"detail": word("book_fault", detail), "value": cell.text})
    return cell.text, None


def _number(value: Decimal, form: str) -> tuple[str, tuple[str, dict[str, str]] | None]:
    """Return a number as its format shows it, where the format hides no digit."""
    found = _FIXED.fullmatch(form)
    shown = value * 100 if found and found[2] else value
    if form not in ("General", "@") and not found:
        return "", ("cell_shown", {"value": f"{value:f}", "format": form})
    places = len(found[1] or "") if found else 0
    plain = f"{shown.normalize():f}"
    decimals = len(plain.partition(".")[2])
    if found and decimals > places:
        return "", ("cell_shown", {"value": plain, "format": form})
    if found and places:
        plain = f"{shown:.{places}f}"
    return plain + (found[2] if found else ""), None
