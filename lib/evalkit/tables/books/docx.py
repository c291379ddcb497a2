"""Tables of Word documents (.docx), one sheet each, tables within tables too.

The XML is read here: python-docx leaves out inserted text of tracked changes, and keeps an object for each element.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.finish import finish
from evalkit.tables.books.grid import Cell, Sheet, Spot
from evalkit.tables.books.markup import Handler, Names
from evalkit.tables.books.plain import lowered, raised, struck, typed

DOCUMENT = "word/document.xml"
GONE = ("del", "moveFrom", "Fallback", "rt")  # deleted, moved away, said a second time for old programs, or a guide to reading
EQUATION = {"sup": "", "sub": "", "den": "/", "rad": "√"}  # raised, lowered, below a line, below a root
OFF = ("0", "false", "off")
SYMBOLS = {"F0B3": "≥", "F0A3": "≤", "F0B1": "±", "F0B4": "×", "F0B8": "÷", "F0B0": "°", "F02D": "-", "F025": "%"}


def read_docx(archive: Archive, label: str) -> list[Sheet]:
    """Return the tables of a document, in the order in which they begin, as ``表1``, ``表2`` …

    Raises
    ------
    EvalkitError
        Macros, no table, damaged, or too much of anything.
    """
    budget = archive.budget
    if any(name.lower().endswith("vbaproject.bin") for name in archive.names) or b"macroEnabled" in archive.small("[Content_Types].xml"):
        raise EvalkitError(Problem("book_macros", budget.place))
    reader = _Reader(label, budget)
    archive.parse(DOCUMENT, reader)
    if not reader.tables:
        raise EvalkitError(Problem("book_unknown", budget.place, {"found": word("book_found", "no_table")}))
    for table in reader.tables:
        if table.unseen:
            table.sheet.remarks.append(Problem("hidden_text", Place(label, table.sheet.name), severity="warning"))
    return [finish(table.sheet, budget, table.ranges()) for table in reader.tables]


@dataclass
class _Table:
    """A table that is read."""

    sheet: Sheet
    row: int = 0
    column: int = 0  # of the cell that is read
    span: int = 1
    down: str = ""  # its part in a range merged downward: restart, continue
    gone: bool = False  # it is struck out
    row_gone: bool = False
    row_hidden: bool = False
    next: int = 1
    unseen: bool = False
    pieces: list[str] = field(default_factory=list)
    row_cells: list[tuple[int, int, str, str]] = field(default_factory=list)  # column, span, part, text
    wide: dict[Spot, tuple[int, int]] = field(default_factory=dict)  # rows and columns of what is merged
    open: dict[int, Spot] = field(default_factory=dict)  # ranges merged downward by column

    def ranges(self) -> list[tuple[Spot, Spot]]:
        """Return the merged ranges."""
        return [((r, c), (r + rows - 1, c + columns - 1)) for (r, c), (rows, columns) in self.wide.items() if rows * columns > 1]


class _Reader(Handler):
    """Takes the XML of a document."""

    def __init__(self, label: str, budget: Budget) -> None:
        self.label = label
        self.budget = budget
        self.tables: list[_Table] = []
        self.stack: list[_Table] = []
        self.names = Names()
        self.gone = 0
        self.properties: list[str] = []  # of rows, cells, runs that are read
        self.reading = self.unseen = self.raised = self.lowered = self.struck = False
        self.formula: list[str] = []  # parts of an equation that give a digit another meaning

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        name = self.names[name]
        if name == "tbl":
            table = _Table(Sheet(f"表{len(self.tables) + 1}", self.label))
            self.tables.append(table)
            self.stack.append(table)
        elif not self.stack:
            return
        elif name in ("trPr", "tcPr", "rPr"):
            self.properties.append(name)
        elif self.properties:
            self._property(name, {self.names[key]: value for key, value in attributes.items()})
        elif name in GONE:
            self.gone += 1
        elif not self.gone:
            self._content(name, attributes)

    def _content(self, name: str, attributes: dict[str, str]) -> None:
        table = self.stack[-1]
        if name in EQUATION:
            self.formula.append(name)
            table.pieces.append(EQUATION[name])
        elif name == "tr":
            table.row += 1
            table.next, table.row_gone, table.row_hidden, table.row_cells = 1, False, False, []
        elif name == "tc":
            table.column, table.span, table.down, table.gone = table.next, 1, "", False
            table.pieces = []
            self.budget.declared += 1
        elif name == "r":
            self.unseen = self.raised = self.lowered = self.struck = False
        elif name == "t":
            self.reading = True
        elif name == "p" and any(piece.strip() for piece in table.pieces):
            table.pieces.append("\n")
        elif name in ("tab", "ptab"):
            table.pieces.append("\t")
        elif name in ("br", "cr"):
            table.pieces.append("\n")
        elif name in ("noBreakHyphen", "softHyphen"):
            table.pieces.append("-" if name == "noBreakHyphen" else "")
        elif name == "sym":
            code = next((value.upper() for key, value in attributes.items() if self.names[key] == "char"), "")
            table.pieces.append(SYMBOLS.get(code, "\ufffd"))  # a sign of its own font: never nothing, as it may be a ≥

    def _property(self, name: str, given: dict[str, str]) -> None:
        """Take a property of a row, a cell or a run."""
        table, kind, value = self.stack[-1], self.properties[-1], given.get("val", "")
        if kind == "trPr":
            if name == "gridBefore":
                table.next = 1 + _whole(value)
            elif name == "del":
                table.row_gone = True
            elif name == "hidden":
                table.row_hidden = value not in OFF
        elif kind == "tcPr":
            if name == "gridSpan":
                table.span = max(_whole(value), 1)
            elif name == "vMerge":
                table.down = value or "continue"
            elif name == "cellDel":
                table.gone = True
        elif name == "vanish":
            self.unseen = value not in OFF
        elif name == "vertAlign":
            self.raised, self.lowered = value == "superscript", value == "subscript"
        elif name in ("strike", "dstrike"):
            self.struck = self.struck or value not in OFF

    def data(self, text: str) -> None:
        """Take some of a text."""
        if not self.reading or not self.stack:
            return
        table = self.stack[-1]
        if self.unseen:
            table.unseen = table.unseen or bool(text.strip())
            return
        if self.raised or "sup" in self.formula:
            text = raised(text)
        elif self.lowered or "sub" in self.formula:
            text = lowered(text, table.pieces[-1] if table.pieces else "")
        table.pieces.append(struck(text) if self.struck else text)
        self.budget.characters += len(text)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self.ended += 1
        name = self.names[name]
        if name == "t":
            self.reading = False
        elif not self.stack:
            return
        elif self.properties and name == self.properties[-1]:
            self.properties.pop()
        elif self.properties:
            return
        elif name in GONE:
            self.gone -= 1
        elif self.gone:
            return
        elif self.formula and name == self.formula[-1]:
            self.formula.pop()
        elif name == "tc":
            self._close_cell(self.stack[-1])
        elif name == "tr":
            self._close_row(self.stack[-1])
        elif name == "tbl":
            self.stack.pop()

    def _close_cell(self, table: _Table) -> None:
        text = "" if table.gone else "".join(table.pieces)
        if len(text) > self.budget.bounds.longest:
            self.budget.too_many("longest", self.budget.bounds.longest)
        table.row_cells.append((table.column, table.span, table.down, text))
        table.next = table.column + table.span
        table.pieces = []

    def _close_row(self, table: _Table) -> None:
        if table.row_gone:
            table.row -= 1
            return
        if table.row_hidden:
            table.sheet.hidden_rows.add(table.row)
        open_before, table.open = table.open, {}
        for column, span, down, text in table.row_cells:
            cell: Cell | None = typed(text)
            if cell is not None:
                self.budget.reach(table.row, column, table.sheet.name)
                table.sheet.cells[table.row, column] = cell
                self.budget.cells += 1
            above = open_before.get(column)
            if down == "continue" and above is not None:
                _, columns = table.wide[above]
                table.wide[above] = (table.row - above[0] + 1, columns)
                table.open[column] = above
            elif down or span > 1:
                self.budget.merged += 1
                table.wide[table.row, column] = (1, span)
                if down:
                    table.open[column] = (table.row, column)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
