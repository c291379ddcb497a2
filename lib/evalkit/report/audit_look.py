"""How the sheets of the audit workbook look: formats, widths, heights, colours, pages."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from evalkit.report import look, phrases
from evalkit.review.audit_cells import Cell, Content

FONT: dict[str, Any] = {"font_name": "微软雅黑", "font_size": 9, "valign": "vcenter"}
WRAP = {"text_wrap": True}
GRID = {"border": 1, "border_color": "#BFBFBF"}
HEAD = {**GRID, **WRAP, "bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "align": "center"}
LINK = {"font_color": "#1F4E79", "underline": 1}
INPUT = {**GRID, "bg_color": "#FFFBE0", "font_color": "#1D4ED8", "align": "right", "locked": False}
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CHARACTER = 1.78  # width of a Chinese character of nine points, in the units of column widths
_LINE, _TALLEST = 13.5, 409.0  # points of a line of nine points, and of the tallest row there is
_PAPER = (1122.5, 793.7)  # A4 across, in pixels of 96 to the inch
_MARGIN, _EDGE = 38.4, 57.6  # left and right, above and below, in pixels
_SAFE = 0.96  # other programs and printers have other fonts and margins

Columns = Sequence[tuple[str, float]]


class Looks:
    """Formats, each made once, and the ways in which cells are written.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    owner : str
        Name of the region, for the heads of pages.
    mark : str
        What every page carries: 示例数据(非真实).
    cached : bool
        Whether formulas carry the program's results as values.
    """

    def __init__(self, book: Any, owner: str, mark: str, cached: bool) -> None:
        self.book, self.owner, self.mark, self.cached = book, owner, mark, cached
        self.formats: dict[str, Any] = {}
        self.addresses: list[str] = []
        # Widths are counted in digits of the first format's font: one that is at hand, or has a twin, in every spreadsheet program.
        book.formats[0].set_font_name("Arial")
        book.formats[0].set_font_size(10)

    def style(self, **properties: Any) -> Any:
        """Return a format; equal ones are made once."""
        key = repr(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({**FONT, **properties})
        return self.formats[key]

    def without_addresses(self, text: str) -> str:
        """Return a text with a number in the place of each web address; :attr:`addresses` holds them in that order."""
        for address in phrases.addresses(text):
            if address not in self.addresses:
                self.addresses.append(address)
            text = re.sub(rf"\s*{re.escape(address)}", f"〔网址{self.addresses.index(address) + 1}〕", text)
        return text

    def text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        """Write a text, never a formula or a link of its own."""
        sheet.write_string(row, column, clean(text)[:32_000], self.style(**{**GRID, **WRAP, **properties}))

    def link(self, sheet: Any, row: int, column: int, target: str, text: str, **properties: Any) -> None:
        """Write a text that leads to a cell of the workbook, such as ``核算表!A12``."""
        name, _, cell = target.partition("!")
        format_ = self.style(**{**GRID, **WRAP, **LINK, **properties})
        sheet.write_url(row, column, f"internal:'{name}'!{cell}", format_, clean(text)[:32_000])

    def merged(self, sheet: Any, row: int, first: int, last: int, text: str, **properties: Any) -> None:
        """Write a text over several columns."""
        format_ = self.style(**properties)
        sheet.merge_range(row, first, row, last, "", format_)
        sheet.write_string(row, first, clean(text)[:32_000], format_)

    def plain(self, sheet: Any, row: int, column: int, cell: Cell, properties: Mapping[str, Any]) -> None:
        """Write a number or a text without a formula."""
        if isinstance(cell.content, Fraction):
            sheet.write_number(row, column, float(cell.content), self.style(**properties, num_format=_digits(cell.content, cell.places)))
        else:
            sheet.write_string(row, column, clean(cell.content or "")[:32_000], self.style(**properties))

    def formula(self, sheet: Any, row: int, column: int, text: str, result: Content, places: int | None = None, **properties: Any) -> None:
        """Write a formula, with the program's result as its value."""
        shown = _digits(result, places) if isinstance(result, Fraction) else "General"
        value: Any = float(result) if isinstance(result, Fraction) else result or ""
        format_ = self.style(**{**GRID, **properties}, num_format=shown)
        sheet.write_formula(row, column, f"={text}", format_, value if self.cached else "")

    def heads(self, sheet: Any, row: int, columns: Columns, height: float = 30) -> None:
        """Write a line of heads and set the widths of the columns."""
        for column, (name, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(row, column, name, self.style(**HEAD))
        sheet.set_row(row, height)

    def verdict_colours(self, sheet: Any, cells: str) -> None:
        """Colour the words of verdicts."""
        for found in {found.zh: found for found in (*look.STATUSES.values(), *look.MARKS.values())}.values():
            colours = self.book.add_format({"font_color": found.ink})
            sheet.conditional_format(cells, {"type": "cell", "criteria": "==", "value": f'"{found.zh}"', "format": colours})

    def odd_colours(self, sheet: Any, cells: str) -> None:
        """Mark what does not agree: the word, or a difference that rounding in doubles does not explain."""
        red = self.book.add_format({"font_color": "#FFFFFF", "bg_color": "#B83B2E", "bold": True})
        sheet.conditional_format(cells, {"type": "cell", "criteria": "==", "value": '"不一致"', "format": red})
        first = cells.partition(":")[0]  # relative: each cell looks at the one to its left
        wrong = f"AND(ISNUMBER({first}),{first}>0.000000001*MAX(1,ABS(OFFSET({first},0,-1))))"
        sheet.conditional_format(cells, {"type": "formula", "criteria": f"={wrong}", "format": red})

    def page(self, sheet: Any, name: str, last: tuple[int, int], head: int = 0, *, landscape: bool = True) -> None:
        """Set paper, margins, heads, what is printed and what is frozen; `last` is the last row and column with content."""
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.print_area(0, 0, *last)
        mark = f"　{self.mark}" if self.mark else ""
        sheet.set_header(f'&L&"微软雅黑"&8{_header(self.owner)}　{name}{mark}')
        sheet.set_footer('&C&"微软雅黑"&8第 &P 页，共 &N 页')
        if head:
            sheet.freeze_panes(head, 2)
            sheet.repeat_rows(0, head - 1)

    def blocks(self, sheet: Any, widths: Sequence[float], heights: Sequence[float], starts: Sequence[int]) -> None:
        """Begin a page before a block that would be torn apart, as far as the program keeps breaks on sheets fitted to a width.

        LibreOffice does, Excel breaks such sheets by itself. A scale set by hand would keep them everywhere, but where the workbook's
        font is missing columns are wider, and the last ones would stand on pages of their own.

        Parameters
        ----------
        sheet : worksheet
            With one line of heads that is repeated.
        widths : sequence of float
            Of the columns that are printed.
        heights : sequence of float
            Of all rows, in points.
        starts : sequence of int
            First rows of the blocks, from 0.
        """
        across = sum(7 * width + 5 for width in widths)
        scale = min(1.0, (_PAPER[0] - 2 * _MARGIN) / across)
        room = (_PAPER[1] - 2 * _EDGE) * 0.75 / scale * _SAFE - heights[0]
        used, breaks = 0.0, []
        for start, end in zip(starts, [*starts[1:], len(heights)], strict=True):
            tall = sum(heights[start:end])
            if used and used + tall > room:
                breaks.append(start)
                used = 0.0
            used = (used + tall) % room if used + tall > room else used + tall
        sheet.set_h_pagebreaks(breaks)


def lines(text: str, width: float) -> int:
    """Return how many lines a text of nine points takes in a column."""
    found = 0
    for part in text.split("\n"):
        wide = phrases.display_width(part) * _CHARACTER
        # A line that is broken may end a character early: no punctuation begins the next one.
        found += 1 if wide <= width else math.ceil(wide / max(width - _CHARACTER, _CHARACTER))
    return found


def height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Return how tall a row is whose cells hold these texts, in points."""
    most = max((lines(text, width) for text, width in zip(texts, widths, strict=True)), default=1)
    return min(_LINE * most + 4, _TALLEST)


def _digits(value: Fraction, places: int | None) -> str:
    """Return the number format: as many decimals as there are, up to six."""
    if places is None:
        places = next((digits for digits in range(7) if (value * 10**digits).denominator == 1), 6)
    return "0" if places <= 0 else "0." + "0" * min(places, 15)


def clean(text: str) -> str:
    """Return a text without characters that no workbook can hold."""
    return _ODD.sub("\ufffd", text)


def _header(text: str) -> str:
    return clean(text).replace("&", "&&")[:60]
