"""Number formats of OpenDocument spreadsheets, as the format codes of other spreadsheets say them."""

from __future__ import annotations

import re

from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.markup import Handler, Names

_FORMATS = ("number-style", "percentage-style", "currency-style", "date-style", "time-style", "boolean-style", "text-style")
_RAISED = re.compile(r"super|[1-9]")  # a position above the line, by name or in percent
_SUNK = re.compile(r"sub|-[1-9]")
_LONGEST = 200  # characters of a format; a longer one says nothing that a number could need
_DEEPEST = 20  # styles above a style


def full(names: Names, key: str) -> str:
    """Return the name of an attribute without its namespace; LibreOffice's own value type keeps a mark of its own."""
    local = names[key]
    return "calc-value-type" if local == "value-type" and "calcext" in key else local


class Styles(Handler):
    """Takes styles: which of them hide a table or raise a text, and which format a cell style has."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.names = Names()
        self.codes: dict[str, str] = {}  # format code by name of format
        self.maps: dict[str, list[tuple[str, str]]] = {}  # conditions and other formats
        self.formats: dict[str, str] = {}  # name of format by cell style
        self.above: dict[str, str] = {}
        self.hidden_tables: set[str] = set()
        self.raised: set[str] = set()  # styles of superscripts
        self.lowered: set[str] = set()  # of subscripts
        self.struck: set[str] = set()  # of what is struck out
        self.format = ""  # the one that is read
        self.kind = ""
        self.code = ""
        self.style = ""
        self.reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of a style or of a part of one."""
        self.begun += 1
        local = self.names[name]
        given = {self.names[key]: value for key, value in attributes.items()}
        if local in _FORMATS:
            self.format, self.kind, self.code = given.get("name", ""), local, ""
        elif local == "style":
            self.style = given.get("name", "")
            self.formats[self.style] = given.get("data-style-name", "")
            self.above[self.style] = given.get("parent-style-name", "")
        elif local == "table-properties" and given.get("display") == "false":
            self.hidden_tables.add(self.style)
        elif local == "text-properties" and not self.format:
            self._text(given)
        elif self.format:
            self._part(local, given)

    def end(self, name: str) -> None:
        """Take the end of a style or of a part of one."""
        self.ended += 1
        local = self.names[name]
        if local in _FORMATS and self.format:
            self.codes[self.format] = self.code
            self.format = ""
        elif local in ("text", "currency-symbol", "embedded-text"):
            self.reading = False
            if self.format and local == "embedded-text":
                self.code += "0"  # these words stand between digits

    def data(self, text: str) -> None:
        """Take words of a format."""
        if not self.reading or len(self.code) > _LONGEST:
            return
        for sign in text:
            self.code += "%" if sign == "%" and self.kind == "percentage-style" else f"\\{sign}"

    def form(self, style: str) -> str:
        """Return the format code of a cell style, from the nearest style above it that has one."""
        for _ in range(_DEEPEST):
            name = self.formats.get(style, "")
            if name:
                return self._code(name)
            style = self.above.get(style, "")
        return ""

    def _text(self, given: dict[str, str]) -> None:
        """Take how a style shows its text."""
        position = given.get("text-position", "")
        if _RAISED.match(position):
            self.raised.add(self.style)
        elif _SUNK.match(position):
            self.lowered.add(self.style)
        if given.get("text-line-through-style", "none") != "none" or given.get("text-line-through-type", "none") != "none":
            self.struck.add(self.style)

    def strikes(self, style: str) -> bool:
        """Return whether a cell style, or one above it, strikes out."""
        for _ in range(_DEEPEST):
            if style in self.struck:
                return True
            style = self.above.get(style, "")
        return False

    def _part(self, local: str, given: dict[str, str]) -> None:
        if local in ("text", "currency-symbol", "embedded-text"):
            self.reading = True
        elif local in ("number", "scientific-number", "fraction"):
            self.code += "0"
            if given.get("display-factor", "1") not in ("1", "1.0"):
                self.code += ","
        elif local == "map":
            condition = given.get("condition", "").replace("value()", "").replace("!=", "<>")
            self.maps.setdefault(self.format, []).append((condition, given.get("apply-style-name", "")))

    def _code(self, name: str) -> str:
        """Return a format code with those that take its place under a condition."""
        own = self.codes.get(name, "")
        parts = [f"[{condition}]{self.codes.get(other, '')}" for condition, other in self.maps.get(name, [])[:5]]
        return ";".join([*parts, own]) if parts else own
