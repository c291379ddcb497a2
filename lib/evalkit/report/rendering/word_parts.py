"""Word: the small parts of which paragraphs, fields and bookmarks are made."""

from __future__ import annotations

from typing import Any

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def tag(name: str) -> str:
    """Return an element's name in the namespace of WordprocessingML."""
    return f"{{{_WORD}}}{name}"


def element(name: str, /, **values: object) -> Any:
    """Return an element: ``element("jc", val="center")`` is ``<w:jc w:val="center"/>``."""
    from docx.oxml import OxmlElement

    made = OxmlElement(f"w:{name}")
    for key, value in values.items():
        made.set(tag(key), str(value))
    return made


def parsed(source: str) -> Any:
    """Return an element from XML whose names begin with ``w:``; only texts of the program itself may stand in it."""
    from docx.oxml import parse_xml

    head, rest = source.split(">", 1) if not source.split(">", 1)[0].endswith("/") else (source[:-2], "")
    closing = ">" if rest else "/>"
    return parse_xml(f'{head} xmlns:w="{_WORD}"{closing}{rest}')


def run_with(text: str) -> Any:
    """Return a run of text."""
    run, words = element("r"), element("t")
    words.text = text
    if text != text.strip():
        words.set(_SPACE, "preserve")
    run.append(words)
    return run


def field(kind: str) -> Any:
    """Return a mark of a field: ``begin``, ``separate`` or ``end``."""
    run = element("r")
    run.append(element("fldChar", fldCharType=kind))
    return run


def instruction(text: str) -> Any:
    """Return what a field is to show."""
    run, words = element("r"), element("instrText")
    words.set(_SPACE, "preserve")
    words.text = text
    run.append(words)
    return run


def whole_field(text: str, result: list[Any]) -> list[Any]:
    """Return a field with what it shows now: readers that do not work out fields show that."""
    return [field("begin"), instruction(text), field("separate"), *result, field("end")]


def paragraph(style: str, *content: Any) -> Any:
    """Return a paragraph of a style (by its id)."""
    made, shape = element("p"), element("pPr")
    shape.append(element("pStyle", val=style))
    made.append(shape)
    for part in content:
        made.append(part)
    return made


def style_of(item: Any) -> str:
    """Return the style id of a paragraph; empty where it has none."""
    style = item.find(f"{tag('pPr')}/{tag('pStyle')}")
    return str(style.get(tag("val"))) if style is not None else ""


def text_of(item: Any) -> str:
    """Return the text of a paragraph."""
    return "".join(words.text or "" for words in item.iter(tag("t")))


class Marks:
    """Bookmarks with ids that no other of the document has."""

    def __init__(self, body: Any) -> None:
        self._last = max((int(mark.get(tag("id"))) for mark in body.iter(tag("bookmarkStart"))), default=0)

    def around(self, first: Any, last: Any, name: str) -> None:
        """Put a bookmark around what stands between two elements of one paragraph, both included."""
        self._last += 1
        first.addprevious(element("bookmarkStart", id=self._last, name=name))
        last.addnext(element("bookmarkEnd", id=self._last))


def borders(edges: dict[str, tuple[int, str]]) -> Any:
    """Return the borders of a table: ``{edge: (eighths of a point, colour)}``."""
    made = element("tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        if edge in edges:
            made.append(element(edge, val="single", sz=edges[edge][0], space=0, color=edges[edge][1]))
    return made


def margins() -> Any:
    """Return the cell margins of all tables."""
    made = element("tblCellMar")
    for side, width in (("top", 20), ("left", 50), ("bottom", 20), ("right", 50)):
        made.append(element(side, w=width, type="dxa"))
    return made
