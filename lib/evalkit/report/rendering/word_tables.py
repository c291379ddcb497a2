"""Word: tables as the form wants them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from evalkit.catalog.report_plans import Form
from evalkit.report.rendering.word_pages import borders_of
from evalkit.report.rendering.word_parts import borders, element, margins, style_of, tag

_TEXT_BELOW = {"BodyText", "FirstParagraph", "CalculationShort", "Compact"}


def finish_table(table: Any, form: Form, room: int) -> None:
    """Finish a table: exact widths, borders, unbroken rows, text without indent, and distance to what follows.

    Parameters
    ----------
    table : element
    form : {"technical", "official"}
    room : int
        Width of the text on its page, in twips; the table takes all of it.
    """
    _widths(table, room)
    _direct_format(table.tblPr, form)
    rows = list(table.tr_lst)
    for row in rows:
        properties = row.get_or_add_trPr()
        if properties.find(tag("cantSplit")) is None:
            properties.insert(0, element("cantSplit"))
        head = properties.find(tag("tblHeader")) is not None
        for cell in row.tc_lst:
            shape = cell.get_or_add_tcPr()
            if shape.find(tag("vAlign")) is None:
                shape.append(element("vAlign", val="center"))
            for paragraph in cell.iter(tag("p")):
                paragraph.get_or_add_pPr().style = "TableHead" if head else "TableText"
    _hold_together(rows, table, form)


def _widths(table: Any, room: int) -> None:
    """Give columns and cells their widths in figures: a share of the page is read differently by every program."""
    grid = table.tblGrid
    columns = grid.findall(tag("gridCol"))
    shares = [int(column.get(tag("w")) or 0) for column in columns]
    total = sum(shares)
    if not columns or total <= 0:
        return
    edges = [round(room * sum(shares[:place]) / total) for place in range(len(shares) + 1)]
    widths = [right - left for left, right in pairwise(edges)]
    for column, width in zip(columns, widths, strict=True):
        column.set(tag("w"), str(width))
    for row in table.tr_lst:
        place = int(row.trPr.grid_before) if row.trPr is not None and hasattr(row.trPr, "grid_before") else 0
        for cell in row.tc_lst:
            span = cell.grid_span
            shape = cell.get_or_add_tcPr()
            for old in shape.findall(tag("tcW")):
                shape.remove(old)
            shape.insert(0, element("tcW", w=sum(widths[place : place + span]), type="dxa"))
            place += span
    width = table.tblPr.find(tag("tblW"))
    if width is not None:
        width.set(tag("type"), "dxa")
        width.set(tag("w"), str(room))


def _direct_format(properties: Any, form: Form) -> None:
    """Set the style's borders and margins once more: not every program reads them from the style."""
    style = properties.find(tag("tblStyle"))
    edges = borders_of(form).get(style.get(tag("val")) if style is not None else "")
    layout = properties.find(tag("tblLayout"))
    if layout is None:
        layout = element("tblLayout", type="fixed")
        place = properties.find(tag("tblW"))
        if place is None:
            return
        place.addnext(layout)
    if edges and properties.find(tag("tblBorders")) is None:
        layout.addprevious(borders(edges))
        layout.addnext(margins())


def _hold_together(rows: list[Any], table: Any, form: Form) -> None:
    """Keep the last row with a note below the table, so that no page holds a note alone, and some distance to other text."""
    from docx.shared import Pt

    below = table.getnext()
    while below is not None and below.tag == tag("bookmarkEnd"):
        below = below.getnext()
    if below is None or below.tag != tag("p"):
        return
    style = style_of(below)
    if style == "TableNote" and rows:
        below.get_or_add_pPr().spacing_before = Pt(4)
        if rows[-1].trPr is not None and rows[-1].trPr.find(tag("tblHeader")) is None:
            for paragraph in rows[-1].iter(tag("p")):
                paragraph.get_or_add_pPr().get_or_add_keepNext()
    elif style in _TEXT_BELOW or (form == "official" and style.startswith("Heading")):
        below.get_or_add_pPr().spacing_before = Pt(6)
