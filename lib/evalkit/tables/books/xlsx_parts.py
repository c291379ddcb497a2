"""Parts of an .xlsx workbook beside its sheets: what there is, number formats, shared texts, notes."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.formats import BUILTIN
from evalkit.tables.books.grid import Spot
from evalkit.tables.books.markup import Handler, Names
from evalkit.tables.books.plain import lowered, raised, struck

NO = ("0", "false", "off")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REF = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


class Columns(dict[str, int]):
    """Numbers of columns by their letters."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        self[letters] = number
        return number


def area(reference: str) -> tuple[Spot, Spot] | None:
    """Return the first and last cell of a reference such as ``A1:B2``; None for what is no reference."""
    found = _REF.fullmatch(reference)
    if not found:
        return None
    columns = Columns()
    first = (int(found[2]), columns[found[1]])
    return first, (int(found[4]), columns[found[3]]) if found[3] else first


def unescape(text: str) -> str:
    """Return a text with its ``_x000D_`` as the characters that they stand for."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


@dataclass
class Entry:
    """A sheet in the list of a workbook."""

    name: str
    hidden: bool
    relation: str


class Workbook(Handler):
    """The list of sheets."""

    def __init__(self) -> None:
        self.sheets: list[Entry] = []
        self.epoch_1904 = False
        self.names = Names()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take a sheet, or the properties of the workbook."""
        self.begun += 1
        name = self.names[name]
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if self.names[key] == "id" and "}" in key), "")
            state = attributes.get("state", "visible")
            self.sheets.append(Entry(unescape(attributes.get("name", "")), state != "visible", relation))
        elif name == "workbookPr":
            self.epoch_1904 = attributes.get("date1904") in ("1", "true")


class Relations(Handler):
    """What a part refers to: kind and target by id."""

    def __init__(self, part: str) -> None:
        self.folder = posixpath.dirname(part)
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take a reference to another part of the archive."""
        self.begun += 1
        if name.endswith("Relationship") and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = attributes.get("Target", "").replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", self.folder, target)).lstrip("/")
            self.found[attributes.get("Id", "")] = (kind, path)


def relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to."""
    folder, _, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels".lstrip("/")
    found = Relations(part)
    if path in archive.names:
        archive.parse(path, found)
    return found.found


class Styles(Handler):
    """Number formats by number of style."""

    def __init__(self) -> None:
        self.forms: list[str] = []
        self.struck: set[str] = set()  # styles whose font strikes out
        self.own: dict[str, str] = {}
        self.within = self.in_fonts = False
        self.fonts: list[bool] = []  # which of them strike out
        self.names = Names()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take a format or a style."""
        self.begun += 1
        name = self.names[name]
        if name == "numFmt":
            self.own.setdefault(attributes.get("numFmtId", ""), attributes.get("formatCode", ""))
        elif name == "fonts":
            self.in_fonts = True
        elif name == "font" and self.in_fonts:
            self.fonts.append(False)
        elif name == "strike" and self.in_fonts and self.fonts:
            self.fonts[-1] = attributes.get("val") not in NO
        elif name == "cellXfs":
            self.within = True
        elif name == "xf" and self.within:
            number = attributes.get("numFmtId", "0")
            form = self.own.get(number, BUILTIN.get(int(number), "") if number.isascii() and number.isdigit() and len(number) < 9 else "")
            font = attributes.get("fontId", "0")
            if font.isascii() and font.isdigit() and len(font) < 9 and int(font) < len(self.fonts) and self.fonts[int(font)]:
                self.struck.add(str(len(self.forms)))
            self.forms.append("" if form == "General" else form)

    def end(self, name: str) -> None:
        """Note the end of the styles."""
        self.ended += 1
        if name.endswith("}fonts"):
            self.in_fonts = False
        if name.endswith("cellXfs"):
            self.within = False


class Piece:
    """How a piece of a text is set: raised, lowered, struck out."""

    NAMES = ("r", "vertAlign", "strike")

    def __init__(self) -> None:
        self.plain()

    def plain(self) -> None:
        """Begin a text, or a piece of it that says nothing of itself yet."""
        self.raised = self.lowered = self.struck = False

    def take(self, name: str, attributes: dict[str, str]) -> None:
        """Take one of the elements :attr:`NAMES`."""
        if name == "r":
            self.plain()
        elif name == "vertAlign":
            self.raised, self.lowered = (attributes.get("val") == which for which in ("superscript", "subscript"))
        else:
            self.struck = attributes.get("val") not in NO

    def marked(self, text: str, before: str) -> str:
        """Return the text with the signs that keep its meaning; `before` is what stands in front of it."""
        text = raised(text) if self.raised else lowered(text, before) if self.lowered else text
        return struck(text) if self.struck else text


class Strings(Handler):
    """Texts that cells share; those of phonetic guides are left out."""

    def __init__(self, budget: Budget, item: str = "si") -> None:
        self.texts: list[str] = []
        self.budget = budget
        self.item = item
        self.pieces: list[str] | None = None
        self.reading = False
        self.guide = False
        self.piece = Piece()
        self.length = 0
        self.names = Names()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of a text or of a piece of it."""
        self.begun += 1
        name = self.names[name]
        if name == "t":
            self.reading = not self.guide and self.pieces is not None
        elif name == self.item:
            self.pieces = []
            self.length = 0
            self.piece.plain()
        elif name == "rPh":
            self.guide = True
        elif name in Piece.NAMES:
            self.piece.take(name, attributes)

    def data(self, text: str) -> None:
        """Take some of a text."""
        if self.reading and self.pieces is not None:
            self.pieces.append(self.piece.marked(text, self.pieces[-1] if self.pieces else ""))
            self.length += len(text)
            self.budget.characters += len(text)
            if self.length > self.budget.bounds.longest:
                self.budget.too_many("longest", self.budget.bounds.longest)

    def end(self, name: str) -> None:
        """Take the end of a text or of a piece of it."""
        self.ended += 1
        name = self.names[name]
        if name == "t":
            self.reading = False
        elif name == "rPh":
            self.guide = False
        elif name == self.item and self.pieces is not None:
            self.texts.append(unescape("".join(self.pieces)))
            self.pieces = None
            if len(self.texts) > self.budget.bounds.cells:
                self.budget.too_many("cells", self.budget.bounds.cells)


class Notes(Strings):
    """Notes of a sheet by cell."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget, "comment")
        self.references: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of a note."""
        super().start(name, attributes)
        if self.names[name] == self.item:
            self.references.append(attributes.get("ref", ""))

    def by_cell(self) -> dict[Spot, str]:
        """Return the texts of the notes by their cells."""
        found: dict[Spot, str] = {}
        for reference, text in zip(self.references, self.texts, strict=False):
            spots = area(reference)
            if spots and text.strip():
                found[spots[0]] = text.strip()
        return found
