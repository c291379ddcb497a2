"""OpenDocument spreadsheets (.ods), as LibreOffice and WPS write them.

Their XML is read here: pandas and odfpy, the libraries for them, drop what the number formats say, hidden rows and formulas,
and unfold every repeated empty row.
"""

from __future__ import annotations

import re
from dataclasses import replace

from evalkit.messages import EvalkitError, Problem, word
from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.finish import finish
from evalkit.tables.books.grid import Cell, Sheet, Spot
from evalkit.tables.books.markup import Handler, Names
from evalkit.tables.books.ods_styles import Styles, full
from evalkit.tables.books.plain import NO_CACHE, clock, day, lowered, number, raised, struck, struck_cell, typed
from evalkit.values.faults import STRUCK

_CELLS = ("table-cell", "covered-table-cell")
_SKIPPED = ("ruby-text", "creator", "date")
_DRAWN = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"  # shapes that lie on a cell: their words are not the cell's
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?|Err:[0-9]{3}|错误:[0-9]{3}", re.ASCII)
_TIME = re.compile(r"PT([0-9]{1,6})H([0-9]{1,2})M([0-9]{1,2})(?:[.,][0-9]+)?S", re.ASCII)
_BLANK = re.compile(r"[ \t\r\n]+")


def read_ods(archive: Archive, label: str) -> list[Sheet]:
    """Return the sheets of a spreadsheet.

    Raises
    ------
    EvalkitError
        A password, macros, damaged, or too much of anything.
    """
    budget = archive.budget
    if b"encryption-data" in archive.small("META-INF/manifest.xml"):
        raise EvalkitError(Problem("book_password", budget.place))
    basic = re.compile(r"(?i)Basic/.+/(?!script-l[bc]\.xml).+|Scripts/.+[^/]")
    if any(basic.fullmatch(name) for name in archive.names):
        raise EvalkitError(Problem("book_macros", budget.place))
    reader = _Reader(label, budget)
    if "styles.xml" in archive.names:
        archive.parse("styles.xml", reader.styles)
    archive.parse("content.xml", reader)
    if not reader.sheets:
        budget.damaged(word("book_fault", "no_sheet"))
    if reader.linked:
        reader.sheets[0].remarks.insert(0, Problem("book_links_kept", budget.place, severity="warning"))
    return reader.sheets


class _Reader(Handler):
    """Takes the content of a spreadsheet."""

    def __init__(self, label: str, budget: Budget) -> None:
        self.label = label
        self.budget = budget
        self.styles = Styles(budget)
        self.sheets: list[Sheet] = []
        self.linked = False
        self.names = Names()
        self.depth = 0  # of tables within tables
        self.open_table("", False)

    def open_table(self, name: str, hidden: bool) -> None:
        """Begin a sheet."""
        self.sheet = Sheet(name, self.label, hidden=hidden)
        self.merged: list[tuple[Spot, Spot]] = []
        self.notes: dict[Spot, str] = {}
        self.hidden_columns: list[tuple[int, int]] = []
        self.column_styles: list[tuple[int, int, str]] = []  # first, last, style
        self.cached = False  # a copy of a sheet of another file
        self.row = self.column = self.columns = 0  # the last ones that are done
        self.attributes: dict[str, str] | None = None  # of the cell that is read
        self.row_cells: list[tuple[int, int, Cell]] = []
        self.row_attributes: dict[str, str] = {}
        self.paragraphs: list[str] = []
        self.pieces: list[str] = []
        self.note: list[str] = []
        self.in_note = self.in_paragraph = self.skipped = 0
        self.spans: list[str] = []  # the styles of the spans around a text
        self.length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        local = self.names[name]
        if local == "table":
            self.depth += 1
            if self.depth == 1:
                given = self._local(attributes)
                self.open_table(given.get("name", ""), given.get("style-name", "") in self.styles.hidden_tables)
        elif not self.depth:
            self.styles.start(name, attributes)
        elif self.depth == 1:
            self._within(name, local, attributes)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self.ended += 1
        local = self.names[name]
        if local == "table":
            if self.depth == 1:
                self._close_table()
            self.depth -= 1
        elif not self.depth:
            self.styles.end(name)
        elif self.depth == 1:
            if local in _SKIPPED or name.startswith(_DRAWN):
                self.skipped -= 1
            elif local in _CELLS:
                self._close_cell()
            elif local == "table-row":
                self._close_row()
            elif local == "annotation":
                self.in_note -= 1
            elif local == "p":
                self._close_paragraph()
            elif local == "span" and self.spans:
                self.spans.pop()

    def data(self, text: str) -> None:
        """Take text."""
        if not self.depth:
            self.styles.data(text)
        elif self.in_paragraph and not self.skipped:
            text = _BLANK.sub(" ", text)
            styles = self.styles
            if any(span in styles.raised for span in self.spans):
                text = raised(text)
            elif any(span in styles.lowered for span in self.spans):
                text = lowered(text, self.pieces[-1] if self.pieces else "")
            self._add(struck(text) if any(span in styles.struck for span in self.spans) else text)

    def _within(self, name: str, local: str, attributes: dict[str, str]) -> None:
        if local in _CELLS:
            self.attributes = self._local(attributes)
            self.paragraphs, self.pieces, self.note, self.length = [], [], [], 0
            self.budget.declared += 1
        elif local == "p":
            self.in_paragraph += 1
        elif local == "table-row":
            self.row_attributes = self._local(attributes)
            self.column = 0
            self.row_cells = []
        elif local == "table-column":
            self._columns(self._local(attributes))
        elif local == "annotation":
            self.in_note += 1
        elif local in _SKIPPED or name.startswith(_DRAWN):
            self.skipped += 1
        elif local == "table-source":
            self.cached = self.linked = True
        elif self.in_paragraph:
            if local == "span":
                self.spans.append(self._local(attributes).get("style-name", ""))
            elif local == "s":
                self._add(" " * min(_count(self._local(attributes).get("c")), 1000))
            elif local in ("tab", "line-break"):
                self._add("\t" if local == "tab" else "\n")

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)
        self.budget.characters += len(text)
        if self.length > self.budget.bounds.longest:
            self.budget.too_many("longest", self.budget.bounds.longest)

    def _close_paragraph(self) -> None:
        self.in_paragraph -= 1
        if not self.skipped:
            (self.note if self.in_note else self.paragraphs).append("".join(self.pieces))
        self.pieces = []

    def _columns(self, given: dict[str, str]) -> None:
        count = _count(given.get("number-columns-repeated"))
        first, self.columns = self.columns + 1, self.columns + count
        if given.get("visibility", "visible") != "visible":
            self.hidden_columns.append((first, self.columns))
        if len(self.column_styles) < self.budget.bounds.columns:
            self.column_styles.append((first, self.columns, given.get("default-cell-style-name", "")))

    def _close_cell(self) -> None:
        given, self.attributes = self.attributes or {}, None
        count = _count(given.get("number-columns-repeated"))
        column = self.column + 1
        self.column += count
        cell = self._cell(given, column)
        row = self.row + 1
        note = "\n".join(self.note).strip()
        if note:
            self.notes[row, column] = note
        if cell is not None:
            if self.styles.struck and self.styles.strikes(self._style(given, column)):
                cell = struck_cell(cell)
            self.budget.reach(row, self.column, self.sheet.name)
            self.row_cells.append((column, count, cell))
        rows, columns = _count(given.get("number-rows-spanned")), _count(given.get("number-columns-spanned"))
        if rows > 1 or columns > 1:
            self.budget.merged += 1
            self.merged.append(((row, column), (row + rows - 1, column + columns - 1)))

    def _close_row(self) -> None:
        """Put the cells of a row, as often as it is repeated; a repeated empty row costs nothing."""
        count = _count(self.row_attributes.get("number-rows-repeated"))
        first, last = self.row + 1, self.row + count
        self.row = last
        if not self.row_cells:
            return
        self.budget.reach(last, self.row_cells[-1][0], self.sheet.name)
        self.budget.cells += count * sum(times for _, times, _ in self.row_cells)
        self.budget.check(self.sheet.place(first, self.row_cells[0][0]))
        for row in range(first, last + 1):
            for column, times, cell in self.row_cells:
                for offset in range(times):
                    self.sheet.cells[row, column + offset] = cell
        if self.row_attributes.get("visibility", "visible") != "visible":
            self.sheet.hidden_rows.update(range(first, last + 1))

    def _close_table(self) -> None:
        if not self.cached:
            self.sheets.append(finish(self.sheet, self.budget, self.merged, self.hidden_columns, self.notes))
        self.open_table("", False)

    def _cell(self, given: dict[str, str], column: int) -> Cell | None:
        formula = "formula" in given
        text = "\n".join(self.paragraphs)
        kind = given.get("value-type", "")
        if given.get("calc-value-type") == "error" or (formula and kind in ("string", "") and _ERROR.fullmatch(text.strip())):
            return Cell(text.strip() or "#VALUE!", "error", formula=formula)
        if kind in ("float", "percentage", "currency"):
            cell = number(given.get("value", "").strip(), self._form(given, column), False, formula)
            if cell.kind == "date":  # the file says that it is a number
                return replace(number(given.get("value", "").strip(), ""), formula=formula)
            return replace(cell, percent=kind == "percentage") if cell.percent != (kind == "percentage") else cell
        if kind == "boolean":
            return Cell("TRUE" if given.get("boolean-value") == "true" else "FALSE", "truth", formula=formula)
        if kind == "date":
            return day(given.get("date-value", ""), formula)
        if kind == "time":
            found = _TIME.fullmatch(given.get("time-value", ""))
            seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]) if found else -1
            return Cell(clock(seconds), "date", formula=formula) if found else Cell("#VALUE!", "error", formula=formula)
        if formula and not kind:
            return Cell(NO_CACHE, "error", formula=True)
        return typed(text if STRUCK in text else given.get("string-value", "") or text, formula=formula)

    def _form(self, given: dict[str, str], column: int) -> str:
        return self.styles.form(self._style(given, column))

    def _style(self, given: dict[str, str], column: int) -> str:
        style = given.get("style-name") or self.row_attributes.get("default-cell-style-name", "")
        return style or next((name for first, last, name in self.column_styles if first <= column <= last), "")

    def _local(self, attributes: dict[str, str]) -> dict[str, str]:
        return {full(self.names, key): value for key, value in attributes.items()}


def _count(text: str | None) -> int:
    """Return how often something is repeated: once where nothing is said, and more often than any sheet holds at the most."""
    digits = (text or "").strip()
    return max(int(digits[:9]), 1) if digits.isascii() and digits.isdigit() else 1
