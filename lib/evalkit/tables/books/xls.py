"""Workbooks of Excel 95 to 2003 and old WPS (.xls).

xlrd, the library for them, is kept as the measure in the tests, not used: it follows lengths and counts of a damaged file
wherever they lead (a text may move it backwards, a cell far outside fills the sheet up to it), reads every record whether
it is needed or not, and says neither which numbers are results of formulas nor that a file holds macros. Here each record
is stepped over once, within bounds.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from evalkit.messages import EvalkitError, Problem, word
from evalkit.tables.books.biff import BOF, Pieces, Records
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.finish import finish
from evalkit.tables.books.formats import BUILTIN
from evalkit.tables.books.grid import Cell, Sheet, Spot
from evalkit.tables.books.ole import Compound
from evalkit.tables.books.plain import number, struck_cell, typed

_MOST = 60 * 2**20  # bytes of the file; 65,536 rows of figures are a tenth of it
_MACROS = {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA", "Macros"}
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def read_xls(book: Compound, label: str, budget: Budget) -> list[Sheet]:
    """Return the sheets of a workbook.

    Raises
    ------
    EvalkitError
        A password, macros, an edition before Excel 95, damaged records, or too much of anything.
    """
    if len(book.data) > _MOST:
        budget.too_many("packed", _MOST // 2**20)
    if book.names & _MACROS:
        raise EvalkitError(Problem("book_macros", budget.place))
    records = Records(book.stream("Workbook" if "Workbook" in book.names else "Book"), budget)
    try:
        found = _Globals(records)
        sheets = [_sheet(records, found, entry, label) for entry in found.sheets if entry.kind == 0]
    except (struct.error, IndexError):
        records.damaged()
    if not sheets:
        budget.damaged(word("book_fault", "no_sheet"))
    if found.linked:
        sheets[0].remarks.insert(0, Problem("book_links_kept", budget.place, severity="warning"))
    return sheets


@dataclass
class _Entry:
    name: str
    at: int
    hidden: bool
    kind: int


class _Globals:
    """What stands before the sheets: their list, number formats, shared texts."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.sheets: list[_Entry] = []
        self.own: dict[int, str] = {}
        self.forms: list[int] = []
        self.struck: set[int] = set()  # styles whose font strikes out
        self.shared: list[Cell | None] = []
        self.epoch_1904 = False
        self.linked = False
        budget = records.budget
        fonts = 0
        for kind, data, after in records.within(0):
            if kind == BOF:
                version = struct.unpack_from("<H", data)[0]
                if version not in (0x500, 0x600):
                    raise EvalkitError(Problem("book_unknown", budget.place, {"found": word("book_found", "old_excel")}))
                records.wide = version == 0x600
            elif kind == 0x2F:
                raise EvalkitError(Problem("book_password", budget.place))
            elif kind == 0x42:
                records.page(struct.unpack_from("<H", data)[0])
            elif kind == 0x22:
                self.epoch_1904 = data[:2] == b"\1\0"
            elif kind == 0x85:
                at, state, sort = struct.unpack_from("<IBB", data)
                if sort in (1, 6):
                    raise EvalkitError(Problem("book_macros", budget.place))
                self.sheets.append(_Entry(records.text(data, 6, short=True), at, bool(state & 3), sort))
            elif kind == 0x31:
                font = fonts + (fonts > 3)  # no font has the number 4
                options, raised = struct.unpack_from("<2xH4xH", data)
                for found, holds in ((records.struck, options & 8), (records.raised, raised == 1), (records.lowered, raised == 2)):
                    if holds:
                        found.add(font)
                fonts += 1
            elif kind == 0x41E:
                self.own[struct.unpack_from("<H", data)[0]] = records.text(data, 2, short=not records.wide)
            elif kind == 0xE0:
                font, form = struct.unpack_from("<HH", data)
                if font in records.struck:
                    self.struck.add(len(self.forms))
                self.forms.append(form)
            elif kind == 0x1AE:
                self.linked = self.linked or data[2:4] not in (b"\1\4", b"\1\x3a")
            elif kind == 0xFC:
                count = min(struct.unpack_from("<I", data, 4)[0], budget.bounds.cells)
                self.shared = [typed(text) for text in Pieces(records, [data, *records.continued(after)], 8).texts(count)]

    def form(self, style: int) -> str:
        """Return the number format of a style."""
        if style >= len(self.forms):
            return ""
        form = self.own.get(self.forms[style], BUILTIN.get(self.forms[style], ""))
        return "" if form == "General" else form


@dataclass
class _Reader:
    """Takes the records of a sheet."""

    sheet: Sheet
    records: Records
    book: _Globals
    merged: list[tuple[Spot, Spot]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    noted: dict[Spot, int] = field(default_factory=dict)  # number of the drawn object of a note
    written: dict[int, str] = field(default_factory=dict)
    notes: dict[Spot, str] = field(default_factory=dict)
    drawn: int = -1
    waiting: tuple[int, int] | None = None  # a formula whose text follows

    def put(self, row: int, column: int, cell: Cell | None, style: int = -1) -> None:
        """Put a cell, counted from 0, where it belongs."""
        if cell is None:
            return
        if style in self.book.struck:
            cell = struck_cell(cell)
        spot = (row + 1, column + 1)
        budget = self.records.budget
        budget.reach(*spot, self.sheet.name)
        if spot in self.sheet.cells:
            budget.damaged(word("book_fault", "cell"), self.sheet.place(*spot))
        self.sheet.cells[spot] = cell
        budget.cells += 1

    def number(self, row: int, column: int, style: int, value: float, formula: bool = False) -> None:
        """Put a number."""
        self.put(row, column, number(repr(value), self.book.form(style), self.book.epoch_1904, formula), style)

    def shared(self, data: bytes, _: int) -> None:
        """LABELSST."""
        row, column, style, index = struct.unpack_from("<HHHI", data)
        self.put(row, column, self.book.shared[index], style)

    def label(self, data: bytes, after: int) -> None:
        """LABEL, RSTRING: a text of its own."""
        row, column, style = struct.unpack_from("<HHH", data)
        self.put(row, column, typed(self.records.text(data, 6, pieces=self.records.continued(after))), style)

    def double(self, data: bytes, _: int) -> None:
        """NUMBER."""
        self.number(*struct.unpack_from("<HHHd", data))

    def short(self, data: bytes, _: int) -> None:
        """RK: a number in four bytes."""
        row, column, style, code = struct.unpack_from("<HHHI", data)
        self.number(row, column, style, _rk(code))

    def shorts(self, data: bytes, _: int) -> None:
        """MULRK: several of them in a row."""
        row, column = struct.unpack_from("<HH", data)
        for at in range(4, len(data) - 7, 6):
            style, code = struct.unpack_from("<HI", data, at)
            self.number(row, column + (at - 4) // 6, style, _rk(code))

    def truth(self, data: bytes, _: int) -> None:
        """BOOLERR."""
        row, column, _style, value, fault = struct.unpack_from("<HHHBB", data)
        self.put(row, column, _truth(value, bool(fault), formula=False))

    def formula(self, data: bytes, _: int) -> None:
        """FORMULA: the result; a text follows in a record of its own."""
        row, column, style, kind, _a, value, _b, _c, _d, mark = struct.unpack_from("<HHHBBBBBBH", data)
        self.waiting = None
        if mark != 0xFFFF:
            self.number(row, column, style, struct.unpack_from("<d", data, 6)[0], formula=True)
        elif kind == 0:
            self.waiting = (row, column)
        elif kind in (1, 2):
            self.put(row, column, _truth(value, kind == 2, formula=True))

    def string(self, data: bytes, after: int) -> None:
        """STRING: the text that a formula results in."""
        if self.waiting is not None:
            text = self.records.text(data, 0, pieces=self.records.continued(after))
            self.put(*self.waiting, typed(text, formula=True))
            self.waiting = None

    def row(self, data: bytes, _: int) -> None:
        """ROW."""
        if struct.unpack_from("<H", data, 12)[0] & 0x20:
            self.sheet.hidden_rows.add(struct.unpack_from("<H", data)[0] + 1)

    def columns(self, data: bytes, _: int) -> None:
        """COLINFO."""
        first, last, width, _style, options = struct.unpack_from("<HHHHH", data)
        if options & 1 or not width:
            self.hidden_columns.append((first + 1, last + 1))

    def merge(self, data: bytes, _: int) -> None:
        """MERGEDCELLS."""
        for at in range(2, 2 + 8 * struct.unpack_from("<H", data)[0], 8):
            top, bottom, left, right = struct.unpack_from("<HHHH", data, at)
            self.records.budget.merged += 1
            self.merged.append(((top + 1, left + 1), (bottom + 1, right + 1)))

    def object(self, data: bytes, _: int) -> None:
        """OBJ: something drawn, which a note may be."""
        kind, _length, sort, number_ = struct.unpack_from("<HHHH", data)
        self.drawn = number_ if (kind, sort) == (0x15, 0x19) else -1

    def drawn_text(self, data: bytes, after: int) -> None:
        """TXO: the text of something drawn, in the records that continue it."""
        length = struct.unpack_from("<H", data, 10)[0]
        pieces = self.records.continued(after)
        if self.drawn >= 0 and length and pieces:
            self.written[self.drawn] = Pieces(self.records, pieces, 0).text(length)

    def note(self, data: bytes, _: int) -> None:
        """NOTE: which cell a note belongs to; in BIFF5 with its text."""
        row, column, _options, number_ = struct.unpack_from("<HHHH", data)
        if self.records.wide:
            self.noted[row + 1, column + 1] = number_
        else:
            self.notes[row + 1, column + 1] = self.records.decode(data[6 : 6 + number_], self.records.codepage).strip()

    def takers(self) -> dict[int, Callable[[bytes, int], None]]:
        """Return what takes which record."""
        return {
            0xFD: self.shared, 0x204: self.label, 0xD6: self.label, 0x203: self.double, 0x27E: self.short, 0xBD: self.shorts,
            0x205: self.truth, 0x06: self.formula, 0x206: self.formula, 0x406: self.formula, 0x207: self.string, 0x208: self.row,
            0x7D: self.columns, 0xE5: self.merge, 0x5D: self.object, 0x1B6: self.drawn_text, 0x1C: self.note,
        }  # fmt: skip


def _sheet(records: Records, book: _Globals, entry: _Entry, label: str) -> Sheet:
    reader = _Reader(Sheet(entry.name, label, hidden=entry.hidden), records, book)
    takers = reader.takers()
    for kind, data, after in records.within(entry.at):
        if kind in takers:
            takers[kind](data, after)
    records.budget.check()
    notes = {spot: reader.written[number_].strip() for spot, number_ in reader.noted.items() if number_ in reader.written}
    return finish(reader.sheet, records.budget, reader.merged, reader.hidden_columns, {**reader.notes, **notes})


def _rk(code: int) -> float:
    """Return a number packed into four bytes: whole or the upper half of a float, perhaps times a hundred."""
    if code & 2:
        value: float = (code >> 2) - (1 << 30 if code & 0x80000000 else 0)
    else:
        value = struct.unpack("<d", struct.pack("<II", 0, code & 0xFFFFFFFC))[0]
    return value / 100 if code & 1 else value


def _truth(value: int, fault: bool, *, formula: bool) -> Cell:
    if fault:
        return Cell(_ERRORS.get(value, "#VALUE!"), "error", formula=formula)
    return Cell("TRUE" if value else "FALSE", "truth", formula=formula)
