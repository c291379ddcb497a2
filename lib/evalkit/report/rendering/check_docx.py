"""What must not be wrong with a finished Word file beside its words: tables, contents and pictures."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from evalkit.messages import Place, Problem

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_EMU, _TWIP = 36000, 1440 / 25.4  # of a millimetre
_SLACK = 0.5  # mm: widths are rounded several times on their way


def docx_faults(path: Path, body: Any) -> list[Problem]:
    """Return the faults of a Word file: empty tables, empty contents, and pictures that are cut off.

    Parameters
    ----------
    path : pathlib.Path
        The file, for its styles.
    body : lxml element
        Its document part.
    """
    place = Place(path.name)
    found = [Problem("report_table_empty", place, {"table": _caption(table)}) for table in body.iter(f"{_W}tbl") if _is_empty(table)]
    if _empty_contents(body):
        found.append(Problem("report_contents_empty", place))
    with zipfile.ZipFile(path) as archive:
        exact = _exact_styles(archive.read("word/styles.xml"))
    for paragraph, room in _paragraphs_with_room(body):
        drawings = list(paragraph.iter(f"{_W}drawing"))
        if not drawings:
            continue
        name = _name(drawings[0])
        if _is_exact(paragraph, exact):
            found.append(Problem("report_figure_clipped", place, {"figure": name}))
        widths = [int(extent.get("cx", "0")) / _EMU for drawing in drawings for extent in drawing.iter(f"{_WP}extent")]
        if room and max(widths, default=0) > room + _SLACK:
            found.append(Problem("report_figure_wide", place, {"figure": name, "width": f"{max(widths):.0f}", "room": f"{room:.0f}"}))
    return found


def _text(element: Any) -> str:
    return "".join(part.text or "" for part in element.iter(f"{_W}t")).strip()


def _is_empty(table: Any) -> bool:
    rows = [row for row in table.iter(f"{_W}tr") if row.find(f"{_W}trPr/{_W}tblHeader") is None]
    return not any(_text(row) or next(row.iter(f"{_W}drawing"), None) is not None for row in rows)


def _caption(table: Any) -> str:
    before = table.getprevious()
    while before is not None and before.tag != f"{_W}p":
        before = before.getprevious()
    return _text(before)[:80] if before is not None else ""


def _empty_contents(body: Any) -> bool:
    """Whether there is a field of contents without an entry."""
    inside, words, depth = False, "", 0
    for part in body.iter(f"{_W}instrText", f"{_W}t", f"{_W}fldChar"):
        if part.tag == f"{_W}instrText" and (part.text or "").strip().startswith("TOC"):
            inside, words, depth = True, "", 0
        elif inside and part.tag == f"{_W}t":
            words += part.text or ""
        elif inside and part.tag == f"{_W}fldChar":
            kind = part.get(f"{_W}fldCharType")
            depth += {"begin": 1, "end": -1}.get(kind, 0)
            if depth < 0:
                if not words.strip():
                    return True
                inside = False
    return inside and not words.strip()


def _exact_styles(source: bytes) -> dict[str | None, bool]:
    """Return for each paragraph style whether its lines have a fixed height; ``None`` is what a paragraph without style has."""
    from lxml import etree  # type: ignore[import-untyped]  # comes with python-docx

    root = etree.fromstring(source)
    styles = {style.get(f"{_W}styleId"): style for style in root.iter(f"{_W}style") if style.get(f"{_W}type") == "paragraph"}
    spacing = root.find(f"{_W}docDefaults/{_W}pPrDefault/{_W}pPr/{_W}spacing")
    rule = _rule(spacing)
    plain = next((name for name, style in styles.items() if style.get(f"{_W}default") in ("1", "true")), None)

    def of(name: str | None, depth: int = 0) -> str:
        style = styles.get(name)
        if style is None or depth > len(styles):
            return rule
        own = _rule(style.find(f"{_W}pPr/{_W}spacing"))
        base = style.find(f"{_W}basedOn")
        return own or (of(base.get(f"{_W}val"), depth + 1) if base is not None else rule)

    found: dict[str | None, bool] = {name: of(name) == "exact" for name in styles}
    found[None] = found.get(plain, rule == "exact")
    return found


def _rule(spacing: Any) -> str:
    """Return how the lines of a paragraph are spaced; empty where nothing is said."""
    if spacing is None or (spacing.get(f"{_W}line") is None and spacing.get(f"{_W}lineRule") is None):
        return ""
    return str(spacing.get(f"{_W}lineRule") or "auto")


def _is_exact(paragraph: Any, styles: dict[str | None, bool]) -> bool:
    own = _rule(paragraph.find(f"{_W}pPr/{_W}spacing"))
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = style.get(f"{_W}val") if style is not None else None
    return own == "exact" if own else styles.get(name, styles[None])


def _paragraphs_with_room(body: Any) -> list[tuple[Any, float]]:
    """Return every paragraph with the width of the text of its section in mm: a section is described at its end."""
    found: list[tuple[Any, float]] = []
    waiting: list[Any] = []
    for element in body.iter(f"{_W}p", f"{_W}sectPr"):
        if element.tag == f"{_W}p":
            waiting.append(element)
            continue
        size, edges = element.find(f"{_W}pgSz"), element.find(f"{_W}pgMar")
        room = 0.0
        if size is not None and edges is not None:
            room = (int(size.get(f"{_W}w")) - int(edges.get(f"{_W}left")) - int(edges.get(f"{_W}right"))) / _TWIP
        found += [(paragraph, room) for paragraph in waiting]
        waiting = []
    return found + [(paragraph, 0.0) for paragraph in waiting]


def _name(drawing: Any) -> str:
    properties = next(drawing.iter(f"{_WP}docPr"), None)
    return str(properties.get("descr") or properties.get("name") or "")[:60] if properties is not None else ""
