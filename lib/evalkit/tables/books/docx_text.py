"""All text of a Word document (.docx) with its place: paragraphs, cells, notes and text boxes, headings and captions above them.

Read like the tables (:mod:`evalkit.tables.books.docx`): inserted text counts, what is deleted, hidden or struck out does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from evalkit.messages import EvalkitError, Problem, word
from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Bounds, Budget
from evalkit.tables.books.docx import DOCUMENT, EQUATION, GONE, OFF, SYMBOLS
from evalkit.tables.books.markup import Handler, Names
from evalkit.tables.books.plain import lowered, raised
from evalkit.tables.books.reading import identify

Kind = Literal["paragraph", "cell", "box", "footnote", "endnote"]
NOTES: tuple[tuple[str, Kind], ...] = (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote"))
_PROPERTIES = ("trPr", "tcPr", "rPr", "pPr")
_CAPTION = re.compile(r"^\s*(?:续|附)?表\s*[0-9一二三四五六七八九十A-Z]")
_CAPTION_LONGEST = 120  # characters


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a stretch of a block's text stands in its part: the number of the ``t`` element, and the offset in it."""

    start: int
    length: int
    element: int
    offset: int


@dataclass
class Block:
    """A paragraph, a cell, a note or the paragraph of a text box.

    Parameters
    ----------
    kind : str
    part : str
        Part of the archive, such as ``word/document.xml``.
    text : str
        Paragraphs of a cell are joined by line breaks.
    spots : list of Spot
        In the order of the text; signs that are no text of their own (tabs, breaks) have none.
    number : int
        Of the paragraph among those with text outside tables, from 1; of a note, its id. 0 in a cell.
    heading, caption : str
        The heading above; the caption of the table.
    table, row, column : int
        From 1; 0 outside tables.
    style : str
        Name of the paragraph's style.
    level : int
        Of a heading, from 1; 0 for other text.
    columns : int
        How many columns of the grid a cell covers.
    head : bool
        The row is repeated as a head.
    """

    kind: Kind
    part: str
    text: str = ""
    spots: list[Spot] = field(default_factory=list)
    number: int = 0
    heading: str = ""
    caption: str = ""
    table: int = 0
    row: int = 0
    column: int = 0
    style: str = ""
    level: int = 0
    columns: int = 1
    head: bool = False


@dataclass
class Table:
    """The cells of a table by row and column; merged ones stand in every place that they cover."""

    caption: str = ""
    cells: dict[tuple[int, int], Block] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0
    heads: int = 0  # first rows that are repeated as heads


@dataclass
class WordText:
    """All text of a document, in its order, and its tables by number."""

    label: str
    blocks: list[Block] = field(default_factory=list)
    tables: dict[int, Table] = field(default_factory=dict)


def read_word(path: Path, label: str) -> WordText:
    """Return the text of a Word document.

    Parameters
    ----------
    path : Path
        A ``.docx`` file; nothing of it is executed, followed to another file, or written.
    label : str
        How the file is called in messages.

    Raises
    ------
    EvalkitError
        No such file, no ``.docx``, macros, a password, damaged, larger than is read, or without any text.
    """
    budget = Budget(label, Bounds())
    archive = identify(path, label, budget, only="docx").archive
    assert archive is not None, "a .docx is an archive"
    refuse_macros(archive)
    styles = _Styles()
    if "word/styles.xml" in archive.names:
        archive.parse("word/styles.xml", styles)
    found = WordText(label)
    reader = _Reader(found, styles, budget, DOCUMENT, "paragraph")
    archive.parse(DOCUMENT, reader)
    for part, kind in NOTES:
        if part in archive.names:
            archive.parse(part, _Reader(found, styles, budget, part, kind))
    if not any(block.text.strip() for block in found.blocks):
        raise EvalkitError(Problem("document_kind", budget.place, {"found": word("book_found", "no_text")}))
    return found


def refuse_macros(archive: Archive) -> None:
    """Refuse a document that holds macros."""
    if any(name.lower().endswith("vbaproject.bin") for name in archive.names) or b"macroEnabled" in archive.small("[Content_Types].xml"):
        raise EvalkitError(Problem("book_macros", archive.budget.place))


class _Styles(Handler):
    """Names and outline levels of the styles."""

    def __init__(self) -> None:
        self.names = Names()
        self.called: dict[str, str] = {}
        self.levels: dict[str, int] = {}
        self.based: dict[str, str] = {}
        self.own = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        name = self.names[name]
        given = {self.names[key]: value for key, value in attributes.items()}
        if name == "style":
            self.own = given.get("styleId", "")
        elif name == "name" and self.own:
            self.called.setdefault(self.own, given.get("val", ""))
        elif name == "basedOn":
            self.based[self.own] = given.get("val", "")
        elif name == "outlineLvl":
            self.levels[self.own] = _whole(given.get("val", ""), 9) + 1

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self.ended += 1

    def level(self, style: str) -> int:
        """Return the outline level of a style or of one it is based on, from 1; 0 for plain text."""
        for _ in range(10):
            if style in self.levels:
                return self.levels[style] if self.levels[style] < 10 else 0
            style = self.based.get(style, "")
        return 0


@dataclass
class _Cell:
    block: Block
    merged: str = ""
    gone: bool = False


@dataclass
class _Open:
    """A table that is read."""

    number: int
    row: int = 0
    next: int = 1
    head: bool = False
    gone: bool = False
    row_blocks: list[Block] = field(default_factory=list)


class _Reader(Handler):
    """Takes the XML of a part."""

    def __init__(self, found: WordText, styles: _Styles, budget: Budget, part: str, kind: Kind) -> None:
        self.found, self.styles, self.budget, self.part, self.kind = found, styles, budget, part, kind
        self.names = Names()
        self.elements = -1  # number of the last `t`
        self.tables: list[_Open] = []
        self.cells: list[_Cell | None] = []  # None where a text box begins
        self.paragraphs: list[Block] = []
        self.properties: list[str] = []
        self.gone = self.boxes = self.count = self.note = self.offset = 0
        self.reading = self.unseen = self.raised = self.lowered = False
        self.formula: list[str] = []
        self.heading = self.last = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        name = self.names[name]
        if name == "t":
            self.elements += 1
            self.offset, self.reading = 0, True
        elif name in GONE and not self.properties:
            self.gone += 1
        elif self.gone:
            return
        elif name in _PROPERTIES:
            self.properties.append(name)
        elif self.properties:
            self._property(name, {self.names[key]: value for key, value in attributes.items()})
        else:
            self._content(name, attributes)

    def _content(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p":
            self._open_paragraph()
        elif name == "tbl":
            number = len(self.found.tables) + 1
            self.found.tables[number] = Table(self.last if not self.tables else "")
            self.tables.append(_Open(number))
        elif name == "tr" and self.tables:
            table = self.tables[-1]
            table.row, table.next, table.head, table.gone, table.row_blocks = table.row + 1, 1, False, False, []
        elif name == "tc" and self.tables:
            self._open_cell()
        elif name == "txbxContent":
            self.boxes += 1
            self.cells.append(None)
        elif name in ("footnote", "endnote"):
            self.note = _whole(next((value for key, value in attributes.items() if self.names[key] == "id"), ""))
        elif name == "r":
            self.unseen = self.raised = self.lowered = False
        elif name in EQUATION:
            self.formula.append(name)
            self._sign(EQUATION[name])
        elif name in ("tab", "ptab"):
            self._sign("\t")
        elif name in ("br", "cr"):
            self._sign("\n")
        elif name == "noBreakHyphen":
            self._sign("-")
        elif name == "sym":
            code = next((value.upper() for key, value in attributes.items() if self.names[key] == "char"), "")
            self._sign(SYMBOLS.get(code, "\ufffd"))

    def _open_paragraph(self) -> None:
        cell = self.cells[-1] if self.cells else None
        if cell is not None:  # in the cell
            if cell.block.text:
                cell.block.text += "\n"
            self.paragraphs.append(cell.block)
        else:
            kind: Kind = "box" if self.boxes else self.kind
            self.paragraphs.append(Block(kind, self.part, heading=self.heading, number=self.note))

    def _open_cell(self) -> None:
        table = self.tables[-1]
        block = Block("cell", self.part, heading=self.heading, table=table.number, row=table.row, column=table.next)
        block.caption = self.found.tables[table.number].caption
        self.cells.append(_Cell(block))
        self.budget.declared += 1

    def _property(self, name: str, given: dict[str, str]) -> None:
        kind, value = self.properties[-1], given.get("val", "")
        if kind == "pPr" and self.paragraphs:
            if name == "pStyle":
                own = self.paragraphs[-1]
                own.style, own.level = self.styles.called.get(value, value), self.styles.level(value)
            elif name == "outlineLvl":
                self.paragraphs[-1].level = (_whole(value, 9) + 1) % 10
        elif kind == "trPr" and self.tables:
            table = self.tables[-1]
            if name == "gridBefore":
                table.next = 1 + _whole(value)
            elif name == "tblHeader":
                table.head = value not in OFF
            elif name == "del":
                table.gone = True
        elif kind == "tcPr" and self.cells and (cell := self.cells[-1]) is not None:
            if name == "gridSpan":
                cell.block.columns = max(_whole(value), 1)
            elif name == "vMerge":
                cell.merged = value or "continue"
            elif name == "cellDel":
                cell.gone = True
        elif kind == "rPr":
            if name in ("vanish", "strike", "dstrike"):
                self.unseen = self.unseen or value not in OFF
            elif name == "vertAlign":
                self.raised, self.lowered = value == "superscript", value == "subscript"

    def _sign(self, text: str) -> None:
        if self.paragraphs and text:
            self.paragraphs[-1].text += text

    def data(self, text: str) -> None:
        """Take some of a text."""
        if not self.reading:
            return
        start, self.offset = self.offset, self.offset + len(text)
        if self.gone or self.unseen or not self.paragraphs:
            return
        block = self.paragraphs[-1]
        if self.raised or "sup" in self.formula:
            text = raised(text)
        elif self.lowered or "sub" in self.formula:
            text = lowered(text, block.text)
        block.spots.append(Spot(len(block.text), len(text), self.elements, start))
        block.text += text
        self.budget.characters += len(text)
        if len(block.text) > self.budget.bounds.longest:
            self.budget.too_many("longest", self.budget.bounds.longest)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self.ended += 1
        name = self.names[name]
        if name == "t":
            self.reading = False
        elif self.properties:
            self.properties = self.properties[: -1 if name == self.properties[-1] else None]
        elif name in GONE:
            self.gone -= 1
        elif self.gone:
            return
        elif self.formula and name == self.formula[-1]:
            self.formula.pop()
        elif name == "p" and self.paragraphs:
            self._close_paragraph(self.paragraphs.pop())
        elif name == "tc" and self.cells and self.cells[-1] is not None:
            self._close_cell(self.cells.pop())
        elif name == "tr" and self.tables:
            self._close_row(self.tables[-1])
        elif name == "tbl" and self.tables:
            self.tables.pop()
            self.last = ""
        elif name == "txbxContent":
            self.boxes -= 1
            if self.cells and self.cells[-1] is None:
                self.cells.pop()

    def _close_paragraph(self, block: Block) -> None:
        if block.kind == "cell" or not block.text.strip():
            return
        if block.kind in ("paragraph", "box"):
            self.count += 1
            block.number = self.count
        self.found.blocks.append(block)
        if block.kind == "paragraph":
            text = " ".join(block.text.split())
            caption = _CAPTION.match(text) and len(text) <= _CAPTION_LONGEST
            self.last = text if caption or "caption" in block.style.lower() else self.last if text[:3] in ("单位：", "单位:") else ""
            if block.level:
                self.heading = text

    def _close_cell(self, cell: _Cell | None) -> None:
        assert cell is not None, "told apart before"
        table, block = self.tables[-1], cell.block
        table.next = block.column + block.columns
        if table.gone or cell.gone:
            return
        self.budget.reach(block.row, table.next, "")
        own = self.found.tables[table.number]
        above = own.cells.get((block.row - 1, block.column))
        shown = above if cell.merged == "continue" and above is not None else block
        for column in range(block.column, table.next):
            own.cells[block.row, column] = shown
        own.rows, own.columns = max(own.rows, block.row), max(own.columns, table.next - 1)
        block.head = table.head
        if shown is block and block.text.strip():
            self.found.blocks.append(block)

    def _close_row(self, table: _Open) -> None:
        if table.gone:
            table.row -= 1
        elif table.head and self.found.tables[table.number].heads == table.row - 1:
            self.found.tables[table.number].heads = table.row


def _whole(text: str, most: int = 9999) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else 0
