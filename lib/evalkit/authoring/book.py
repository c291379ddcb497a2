"""Workbooks as received: looked at before they are opened, read as text, bounded, nothing computed."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables import cell_name
from evalkit.tables.files import unprintable

LARGEST = 50 * 2**20  # bytes unpacked
MOST_PARTS = 2000  # files in the archive
LAST_ROW = 3000  # the last row and column that may hold something
LAST_COLUMN = 200
_MOST_CELLS = 500_000  # cells declared, also empty ones
_MOST_MERGED = 5000
_OLE = b"\xd0\xcf\x11\xe0"
_REF = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_FIXED = re.compile(r"#?,?#*0(?:\.(0+))?(%?)(?:_[^;])?(?:;.*)?")
Spot = tuple[int, int]  # row and column, from 1


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
    try:
        with path.open("rb") as stream:
            first = stream.read(4)
    except FileNotFoundError:
        raise EvalkitError(Problem("file_missing", place, {"referrer": label})) from None
    except OSError as error:
        raise EvalkitError(Problem("file_unreadable", place, {"detail": error.strerror or str(error)})) from None
    if first == _OLE:
        raise EvalkitError(Problem("book_locked", place))
    try:
        with zipfile.ZipFile(path) as archive:
            _look(archive, place)
            return _read(path, archive, label)
    except EvalkitError:
        raise
    except zipfile.BadZipFile:
        raise EvalkitError(Problem("book_kind", place, {"found": word("book_fault", "no_zip")})) from None
    except Exception as error:  # openpyxl and the XML reader raise many kinds; each is a fault of the file
        raise EvalkitError(Problem("book_damaged", place, {"detail": f"{type(error).__name__}: {error}"})) from None


def _look(archive: zipfile.ZipFile, place: Place) -> None:
    """Refuse by the table of contents alone what should not be unpacked."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise EvalkitError(Problem("book_locked", place))
    size = sum(part.file_size for part in parts)
    if size > LARGEST or len(parts) > MOST_PARTS:
        detail = word("book_fault", "unpacked").format(size=size // 2**20, parts=len(parts), most=LARGEST // 2**20)
        raise EvalkitError(Problem("book_large", place, {"detail": detail}))
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise EvalkitError(Problem("book_kind", place, {"found": word("book_fault", "other_zip")}))
    if any(name.lower().endswith("vbaproject.bin") for name in names) or b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise EvalkitError(Problem("book_macros", place))
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise EvalkitError(Problem("book_links", place))


def _read(path: Path, archive: zipfile.ZipFile, label: str) -> list[Sheet]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that are not read
        book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False, rich_text=False)
        try:
            return [_sheet(sheet, archive, label) for sheet in book.worksheets]
        finally:
            book.close()


@dataclass
class _Shape:
    """What the cells alone do not say: how far a sheet reaches, what is merged, what is hidden."""

    last_row: int = 0
    last_column: int = 0
    merged: list[tuple[Spot, Spot]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def _sheet(sheet: Any, archive: zipfile.ZipFile, label: str) -> Sheet:
    found = Sheet(str(sheet.title), label)
    shape = _shape(archive, sheet._worksheet_path, Place(label, found.name))
    if not shape.last_row:
        return found
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=shape.last_row, max_col=shape.last_column), start=1):
        for column, cell in enumerate(row, start=1):
            if cell.value is None:
                continue
            text, fault = _text(cell)
            if fault is not None:
                code, values = fault
                found.faults[number, column] = Problem(code, found.place(number, column), values)  # values of _text
            elif text:
                found.cells[number, column] = text
    for (top, left), (bottom, right) in shape.merged:
        for number in range(top, min(bottom, shape.last_row) + 1):
            for column in range(left, min(right, shape.last_column) + 1):
                found.merged[number, column] = (top, left)
    used_rows = {row for row, _ in found.cells}
    found.hidden = [str(row) for row in sorted(shape.hidden_rows & used_rows)]
    for low, high in shape.hidden_columns:
        columns = {column for _, column in found.cells if low <= column <= high}
        found.hidden += [cell_name(column - 1, 1)[:-1] for column in sorted(columns)]
    return found


def _shape(archive: zipfile.ZipFile, part: str, place: Place) -> _Shape:
    """Read through the XML of a sheet once, keeping nothing but its shape."""
    shape = _Shape()
    row = column = cells = 0
    for event, name, node in _nodes(archive, part):
        if event == "start" and name == "row":
            row, column = int(node.get("r", row + 1)), 0
            if node.get("hidden") in ("1", "true"):
                shape.hidden_rows.add(row)
        elif event == "start" and name == "c":
            cells += 1
            at = _REF.fullmatch(node.get("r", ""))
            column = _column(at[1]) if at else column + 1
        elif event == "start" and name in ("v", "is", "f"):
            shape.last_row, shape.last_column = max(shape.last_row, row), max(shape.last_column, column)
        elif event == "start" and name == "col" and node.get("hidden") in ("1", "true"):
            shape.hidden_columns.append((int(node.get("min", 1)), int(node.get("max", 1))))
        elif event == "start" and name == "mergeCell":
            at = _REF.fullmatch(node.get("ref", ""))
            if at and at[3]:
                shape.merged.append(((int(at[2]), _column(at[1])), (int(at[4]), _column(at[3]))))
        if max(shape.last_row - LAST_ROW, shape.last_column - LAST_COLUMN, cells - _MOST_CELLS, len(shape.merged) - _MOST_MERGED) > 0:
            spot = Place(place.file, place.sheet, cell_name(max(column, 1) - 1, max(row, 1)))
            detail = word("book_fault", "reach").format(rows=LAST_ROW, columns=cell_name(LAST_COLUMN - 1, 1)[:-1])
            raise EvalkitError(Problem("book_large", spot, {"detail": detail}))
    return shape


def _nodes(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, Any]]:
    from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

    with archive.open(part.removeprefix("/")) as stream:
        for event, node in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            yield event, node.tag.rpartition("}")[2], node
            if event == "end":
                node.clear()


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _text(cell: Any) -> tuple[str, tuple[str, dict[str, str]] | None]:
    """Return what a cell shows, or why that cannot be said: code and values of the problem."""
    value, kind = cell.value, cell.data_type
    if kind == "f":
        return "", ("cell_formula", {})
    if kind in ("d", "b", "e") or isinstance(value, bool):
        return "", ("cell_type", {"detail": word("book_fault", {"d": "date", "e": "error"}.get(kind, "truth")), "value": str(value)})
    if isinstance(value, (int, float)):
        return _number(Decimal(repr(value)), str(cell.number_format or "General"))
    text = re.sub(r"\r\n?", "\n", str(value)).strip()
    if unprintable(text):
        return "", ("cell_type", {"detail": word("book_fault", "control"), "value": ascii(text)})
    return text, None


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
