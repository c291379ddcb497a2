"""Text of the content controls of a Word document (.docx), as it stands when all tracked changes are accepted.

Inserted text counts; what is deleted, moved away, hidden or struck out does not, and comments are none of the text.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Bounds, Budget
from evalkit.tables.books.docx import DOCUMENT, GONE, OFF, SYMBOLS
from evalkit.tables.books.docx_text import refuse_macros
from evalkit.tables.books.markup import Handler, Names, parse
from evalkit.tables.books.plain import lowered, raised
from evalkit.tables.books.reading import identify

PROPERTIES = "docProps/custom.xml"
_BEFORE = ("pPrChange", "rPrChange", "sectPrChange", "numberingChange")  # how something looked before
# No text, and lost if only the text were taken.
OBJECTS = {
    "tbl": "table", "drawing": "picture", "pict": "picture", "object": "picture", "oMath": "equation", "footnoteReference": "note",
    "endnoteReference": "note", "altChunk": "file", "subDoc": "file",
}  # fmt: skip


@dataclass
class Line:
    """A paragraph of a control.

    Parameters
    ----------
    text : str
        Line breaks within it stay.
    listed : bool
        It is a line of a list.
    list : str
        Which list and level.
    """

    text: str = ""
    listed: bool = False
    list: str = ""


@dataclass
class Control:
    """A content control.

    Parameters
    ----------
    tag, alias : str
    lines : list of Line
    objects : set of str
        What is in it beside text: ``table``, ``picture``, ``equation``, ``note``, ``file``.
    inside : str
        Tag of the control of ours that it stands in; empty for none.
    """

    tag: str = ""
    alias: str = ""
    lines: list[Line] = field(default_factory=list)
    objects: set[str] = field(default_factory=set)
    inside: str = ""
    placeholder: bool = False  # empty: what is shown is Word's invitation to write


@dataclass
class WordControls:
    """The controls of a document whose tags begin in a certain way, and its own properties by name.

    Parameters
    ----------
    controls : list of Control
    properties : dict
    numbered : set of str
        Lists (as in `Line.list`) whose lines begin with numbers.
    """

    controls: list[Control]
    properties: dict[str, str]
    numbered: set[str]


def read_controls(path: Path, label: str, prefix: str) -> WordControls:
    """Return the content controls of a Word document.

    Parameters
    ----------
    path : Path
        A ``.docx`` file; nothing of it is executed, followed to another file, or written.
    label : str
        How the file is called in messages.
    prefix : str
        Of the tags that are looked for, whatever their letters' case.

    Raises
    ------
    EvalkitError
        No such file, no ``.docx``, macros, a password, damaged, or larger than is read.
    """
    budget = Budget(label, Bounds())
    archive = identify(path, label, budget, only="docx").archive
    assert archive is not None, "a .docx is an archive"
    refuse_macros(archive)
    styles, numbering, properties = _Styles(), _Numbering(), _Properties()
    for part, handler in (("word/styles.xml", styles), ("word/numbering.xml", numbering), (PROPERTIES, properties)):
        _parse(archive, part, handler)
    reader = ControlReader(prefix, styles.lists(), budget)
    archive.parse(DOCUMENT, reader)
    return WordControls(reader.found, properties.values, numbering.numbered())


def list_styles(styles: bytes) -> dict[str, str]:
    """Return list and level of each style of paragraphs that makes a list; of the part ``word/styles.xml``."""
    found = _Styles()
    budget = Budget("", Bounds())
    parse(io.BytesIO(styles), found, budget, "word/styles.xml")
    return found.lists()


def _parse(archive: Archive, part: str, handler: Handler) -> None:
    if part in archive.names:
        archive.parse(part, handler)


class ControlReader(Handler):
    """Takes the XML of a document.

    Parameters
    ----------
    prefix : str
        Of the tags that are looked for.
    styles : mapping
        Lists by the style of the paragraphs that make them.
    budget : Budget
    """

    def __init__(self, prefix: str, styles: Mapping[str, str], budget: Budget) -> None:
        self.prefix, self.styles, self.budget = prefix.lower(), styles, budget
        self.names = Names()
        self.found: list[Control] = []
        self.open: list[Control] = []  # content controls, outer ones first
        self.own: list[Control] = []  # those of them that are ours and whose content is read
        self.properties: list[str] = []
        self.gone = self.object = 0
        self.line: Line | None = None
        self.merging = self.unseen = self.raised = self.lowered = self.reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        name = self.names[name]
        if self.gone or ((name in GONE and not self.properties) or name in _BEFORE):
            self.gone += 1
        elif self.object:
            self.object += 1
        elif name in ("sdtPr", "pPr", "rPr"):
            self.properties.append(name)
        elif self.properties:
            self._property(name, {self.names[key]: value for key, value in attributes.items()})
        elif name == "sdt":
            self.open.append(Control())
        elif name == "sdtContent" and self.open:
            self._content()
        elif not self.own:
            return
        elif name in OBJECTS:
            self.own[-1].objects.add(OBJECTS[name])
            self.object = 1
        else:
            self._text(name, attributes)

    def _content(self) -> None:
        control = self.open[-1]
        if control.tag.lower().startswith(self.prefix):
            control.inside = self.own[-1].tag if self.own else ""
            self.found.append(control)
            self.own.append(control)
            self.line, self.merging = None, False

    def _text(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p":
            if self.line is None or not self.merging:
                self._begin()
            else:  # the mark between this paragraph and the one before is deleted; the later one's shape stays
                self.line.listed, self.line.list = False, ""
            self.merging = False
        elif name == "r":
            self.unseen = self.raised = self.lowered = False
        elif name == "t":
            self.reading = True
        elif name in ("tab", "ptab"):
            self._sign(" ")
        elif name in ("br", "cr"):
            self._sign("\n")
        elif name == "noBreakHyphen":
            self._sign("-")
        elif name == "sym":
            code = next((value.upper() for key, value in attributes.items() if self.names[key] == "char"), "")
            self._sign(SYMBOLS.get(code, "\ufffd"))

    def _begin(self) -> Line:
        self.line = Line()
        self.own[-1].lines.append(self.line)
        return self.line

    def _property(self, name: str, given: dict[str, str]) -> None:
        kind, value = self.properties[-1], given.get("val", "")
        if kind == "sdtPr" and self.open:
            if name == "tag":
                self.open[-1].tag = value
            elif name == "alias":
                self.open[-1].alias = value
            elif name == "showingPlcHdr":
                self.open[-1].placeholder = value not in OFF
        elif kind == "pPr" and self.own and self.line is not None:
            if name == "pStyle" and value in self.styles:
                self.line.listed, self.line.list = True, self.styles[value]
            elif name == "ilvl":
                self.line.list = f"{self.line.list.partition(':')[0]}:{value}"
            elif name == "numId":
                self.line.listed = value != "0"
                self.line.list = f"{value}:{self.line.list.partition(':')[2] or '0'}"
        elif kind == "rPr":
            if name in ("vanish", "strike", "dstrike"):
                self.unseen = self.unseen or value not in OFF
            elif name == "vertAlign":
                self.raised, self.lowered = value == "superscript", value == "subscript"
            elif name in ("del", "moveFrom") and self.properties[:1] == ["pPr"]:
                self.merging = True

    def _sign(self, text: str) -> None:
        if self.unseen:
            return
        line = self.line or self._begin()
        line.text += text
        self.budget.characters += len(text)
        if len(line.text) > self.budget.bounds.longest:
            self.budget.too_many("longest", self.budget.bounds.longest)

    def data(self, text: str) -> None:
        """Take some of a text."""
        if self.reading and self.own and not self.gone and not self.object:
            before = self.line.text if self.line is not None else ""
            self._sign(raised(text) if self.raised else lowered(text, before) if self.lowered else text)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self.ended += 1
        name = self.names[name]
        if self.gone:
            self.gone -= 1
        elif self.object:
            self.object -= 1
        elif name == "t":
            self.reading = False
        elif self.properties:
            self.properties = self.properties[: -1 if name == self.properties[-1] else None]
        elif name == "p" and not self.merging:
            self.line = None
        elif name == "sdt" and self.open:
            closed = self.open.pop()
            if self.own and self.own[-1] is closed:
                self.own.pop()
                if closed.placeholder:
                    closed.lines.clear()
                self.line, self.merging = None, False


class _Styles(Handler):
    """Which styles of paragraphs make lists."""

    def __init__(self) -> None:
        self.names = Names()
        self.own = ""
        self.numbers: dict[str, str] = {}
        self.levels: dict[str, str] = {}
        self.based: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        name = self.names[name]
        given = {self.names[key]: value for key, value in attributes.items()}
        if name == "style":
            self.own = given.get("styleId", "") if given.get("type") == "paragraph" else ""
        elif self.own and name in ("numId", "ilvl", "basedOn"):
            held = {"numId": self.numbers, "ilvl": self.levels, "basedOn": self.based}[name]
            held[self.own] = given.get("val", "")

    def lists(self) -> dict[str, str]:
        """Return the list and level of each style that makes one."""
        found: dict[str, str] = {}
        for style in {*self.numbers, *self.based}:
            own = style
            for _ in range(10):
                if own in self.numbers:
                    if self.numbers[own] != "0":
                        found[style] = f"{self.numbers[own]}:{self.levels.get(own, '0')}"
                    break
                own = self.based.get(own, "")
        return found


class _Numbering(Handler):
    """Which lists have numbers instead of marks."""

    def __init__(self) -> None:
        self.names = Names()
        self.abstract = self.level = self.number = ""
        self.formats: dict[tuple[str, str], str] = {}
        self.lists: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        name = self.names[name]
        given = {self.names[key]: value for key, value in attributes.items()}
        if name == "abstractNum":
            self.abstract, self.number = given.get("abstractNumId", ""), ""
        elif name == "lvl":
            self.level = given.get("ilvl", "")
        elif name == "numFmt":
            self.formats[self.abstract if not self.number else f"num {self.number}", self.level] = given.get("val", "")
        elif name == "num":
            self.number = given.get("numId", "")
        elif name == "abstractNumId" and self.number:
            self.lists[self.number] = given.get("val", "")

    def numbered(self) -> set[str]:
        """Return lists and levels whose lines begin with numbers."""
        found: set[str] = set()
        for number, abstract in self.lists.items():
            for (owner, level), form in self.formats.items():
                own = self.formats.get((f"num {number}", level), form)
                if owner in (abstract, f"num {number}") and own not in ("bullet", "none"):
                    found.add(f"{number}:{level}")
        return found


class _Properties(Handler):
    """Properties that a document carries beside the usual ones."""

    def __init__(self) -> None:
        self.names = Names()
        self.own = ""
        self.values: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        if self.names[name] == "property":
            self.own = attributes.get("name", "")

    def data(self, text: str) -> None:
        """Take some of a value."""
        if self.own:
            self.values[self.own] = self.values.get(self.own, "") + text

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self.ended += 1
        if self.names[name] == "property":
            self.own = ""
