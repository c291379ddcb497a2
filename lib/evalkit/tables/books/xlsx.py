"""Workbooks of today's Excel and WPS (.xlsx), read in one pass over the XML of each sheet.

openpyxl either computes nothing and hides which numbers are results of formulas, or the reverse; it reads numbers as floats,
keeps an object for each cell and raises on much that other programs write into styles. A sheet's own XML says all at once:
the digits as stored, formula and result, format, merged and hidden parts.
"""

from __future__ import annotations

import re
from typing import NoReturn

from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.finish import finish
from evalkit.tables.books.grid import Cell, Sheet, Spot
from evalkit.tables.books.markup import Handler, Names
from evalkit.tables.books.plain import NO_CACHE, day, number, struck_cell, typed
from evalkit.tables.books.xlsx_parts import Columns, Notes, Piece, Strings, Styles, Workbook, area, relations, unescape

BOOK = "xl/workbook.xml"
_LETTERS = re.compile(r"[A-Z]{1,3}")
_YES = ("1", "true")
_MACRO_SHEETS = ("xlMacrosheet", "xlIntlMacrosheet")
_MOST_KEPT = 100_000  # cells that are looked up instead of read again, with texts
_SHORT = 30  # of fewer characters than this


def read_xlsx(archive: Archive, label: str) -> list[Sheet]:
    """Return the sheets of a workbook.

    Raises
    ------
    EvalkitError
        Macros, a damaged part that the values stand in, or too much of anything.
    """
    budget = archive.budget
    if _holds_macros(archive):
        raise EvalkitError(Problem("book_macros", budget.place))
    book = Workbook()
    archive.parse(BOOK, book)
    targets = relations(archive, BOOK)
    remarks: list[Problem] = []
    styles = _styles(archive, targets)
    shared = _strings(archive, targets)
    sheets = []
    for entry in book.sheets:
        kind, part = targets.get(entry.relation, ("", ""))
        if kind in _MACRO_SHEETS:
            raise EvalkitError(Problem("book_macros", budget.place))
        if kind == "worksheet":
            reader = _Reader(Sheet(entry.name, label, hidden=entry.hidden), budget, styles, shared, book.epoch_1904)
            archive.parse(part, reader)
            notes = _notes(archive, part, reader.sheet)
            sheets.append(finish(reader.sheet, budget, reader.merged, reader.hidden_columns, notes))
        elif kind != "chartsheet":
            budget.damaged(word("book_fault", "no_part").format(part=entry.name))
    if not sheets:
        budget.damaged(word("book_fault", "no_sheet"))
    if any(name.startswith("xl/externalLinks/") for name in archive.names):
        remarks.append(Problem("book_links_kept", budget.place, severity="warning"))
    sheets[0].remarks[:0] = remarks
    return sheets


def _holds_macros(archive: Archive) -> bool:
    named = any(name.lower().endswith("vbaproject.bin") or name.lower().startswith("xl/macrosheets/") for name in archive.names)
    return named or b"macroEnabled" in archive.small("[Content_Types].xml")


def _styles(archive: Archive, targets: dict[str, tuple[str, str]]) -> Styles:
    part = next((path for kind, path in targets.values() if kind == "styles"), "")
    styles = Styles()
    if part:
        archive.parse(part, styles)
    return styles


def _strings(archive: Archive, targets: dict[str, tuple[str, str]]) -> list[Cell | None]:
    part = next((path for kind, path in targets.values() if kind == "sharedStrings"), "")
    strings = Strings(archive.budget)
    if part:
        archive.parse(part, strings)
    return [typed(text) for text in strings.texts]


def _notes(archive: Archive, part: str, sheet: Sheet) -> dict[Spot, str]:
    """Return the notes of a sheet; damaged ones are a warning, as no value stands in them."""
    notes = Notes(archive.budget)
    try:
        for kind, path in relations(archive, part).values():
            if kind == "comments":
                archive.parse(path, notes)
    except EvalkitError as error:
        if error.problems[0].code != "book_damaged":
            raise
        detail = error.problems[0].values["detail"]
        sheet.remarks.append(Problem("book_notes_lost", Place(sheet.file, sheet.name), {"detail": detail}, "warning"))
    return notes.by_cell()


class _Reader(Handler):
    """Takes the XML of a sheet."""

    def __init__(self, sheet: Sheet, budget: Budget, styles: Styles, shared: list[Cell | None], epoch_1904: bool) -> None:
        self.sheet = sheet
        self.cells = sheet.cells
        self.budget = budget
        self.most_rows, self.most_columns = budget.bounds.rows, budget.bounds.columns
        self.forms, self.struck_styles = styles.forms, styles.struck
        self.shared = shared
        self.epoch_1904 = epoch_1904
        self.merged: list[tuple[Spot, Spot]] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.names = Names()
        self.columns = Columns()
        self.known: dict[tuple[str, str, str], Cell] = {}
        self.row = self.column = 0
        self.row_name = "0"
        self.within = False  # a row
        self.kind = ""
        self.style = ""
        self.formula = self.inline = self.guide = self.reading = False
        self.piece = Piece()
        self.valued = False  # the cell has a value: a second one would be joined to it
        self.raw = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        name = self.names[name]
        if name == "c" and self.within:
            self._cell(attributes)
        elif name in ("v", "is"):
            if self.valued:
                self._damaged()
            self.valued = True
            self.reading, self.inline = name == "v", name == "is"
        elif name == "t" and self.inline and not self.guide:
            self.reading = True
        elif name == "row":
            self._row(attributes)
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.guide = True
        elif name in Piece.NAMES:
            self.piece.take(name, attributes)
        elif name == "col" and (attributes.get("hidden") in _YES or _zero(attributes.get("width"))):
            self.hidden_columns.append((_whole(attributes.get("min")), _whole(attributes.get("max"))))
        elif name == "mergeCell":
            found = area(attributes.get("ref", ""))
            if found and found[0] != found[1]:
                self.budget.merged += 1
                self.merged.append(found)

    def data(self, text: str) -> None:
        """Take some of a value."""
        if self.reading:
            self.raw += self.piece.marked(text, self.raw)
            if len(self.raw) > self.budget.bounds.longest:
                self.budget.too_many("longest", self.budget.bounds.longest, self._place())

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self.ended += 1
        name = self.names[name]
        if name in ("v", "t"):
            self.reading = False
        elif name == "c":
            if self.raw or self.formula:
                self._put()
        elif name == "is":
            self.inline = False
        elif name == "rPh":
            self.guide = False
        elif name == "row":
            self.within = False

    def _row(self, attributes: dict[str, str]) -> None:
        self.row_name = attributes.get("r") or str(self.row + 1)
        self.row = _whole(self.row_name)
        if not self.row:
            self._damaged()
        self.column = 0
        self.within = True
        if attributes.get("hidden") in _YES or _zero(attributes.get("ht")):
            self.sheet.hidden_rows.add(self.row)

    def _cell(self, attributes: dict[str, str]) -> None:
        self.budget.declared += 1
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            letters = reference[: -len(self.row_name)]
            if reference[len(letters) :] != self.row_name or not _LETTERS.fullmatch(letters):
                self._damaged()
            self.column = self.columns[letters]
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "")
        self.formula = self.inline = self.guide = self.valued = False
        self.piece.plain()
        self.raw = ""

    def _put(self) -> None:
        """Put the cell that has just ended where it belongs."""
        key = (self.kind, self.style, self.raw)
        cell = self.known.get(key) if not self.formula else None
        if cell is None:
            cell = self._value(self.raw)
            if cell is None:
                return
            if self.style in self.struck_styles:
                cell = struck_cell(cell)
            if not self.formula and len(self.known) < _MOST_KEPT and len(self.raw) < _SHORT:
                self.known[key] = cell
        row, column = spot = (self.row, self.column)
        if row > self.most_rows or column > self.most_columns:
            self.budget.reach(row, column, self.sheet.name)
        if spot in self.cells:
            self._damaged()
        self.cells[spot] = cell
        self.budget.cells += 1

    def _value(self, raw: str) -> Cell | None:
        kind, formula = self.kind, self.formula
        if kind == "s":
            index = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
            if not 0 <= index < len(self.shared):
                self._damaged()
            return self.shared[index]
        if kind == "n":
            raw = raw.strip()
            if not raw:
                return Cell(NO_CACHE, "error", formula=True) if formula else None
            return self._number(raw)
        self.budget.characters += len(raw)
        if kind in ("str", "inlineStr"):
            return typed(unescape(raw), formula=formula)
        if kind == "b":
            return Cell("TRUE" if raw.strip() in _YES else "FALSE", "truth", formula=formula)
        if kind == "d":
            return day(raw, formula)
        return Cell(raw.strip() or "#VALUE!", "error", formula=formula)

    def _number(self, raw: str) -> Cell:
        style = self.style
        index = int(style) if style.isascii() and style.isdigit() and len(style) < 10 else 0
        form = self.forms[index] if index < len(self.forms) else ""
        return number(raw, form, self.epoch_1904, self.formula)

    def _place(self) -> Place:
        return self.sheet.place(max(self.row, 1), max(self.column, 1))

    def _damaged(self) -> NoReturn:
        self.budget.damaged(word("book_fault", "cell"), self._place())


def _whole(text: str | None) -> int:
    """Return a number of a row or column, 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0


def _zero(text: str | None) -> bool:
    """Return whether a height or width is nothing."""
    return bool(text) and not str(text).strip("0.")
