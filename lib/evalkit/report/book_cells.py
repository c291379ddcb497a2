"""Writing tables into Excel: every text a text, every value a number with its digits, merged runs, heights, how it prints."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evalkit.report import look, phrases

if TYPE_CHECKING:
    from evalkit.report.book_tables import BookCell, Table

_FONT, _SIZE = "微软雅黑", 9
_LONGEST = 32767  # characters of an Excel cell
_LINE_POINTS, _TALLEST = 14.0, 400.0  # Excel allows a height of 409 points
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NAME = 31  # characters of a sheet's name
_HEAD = 2  # line of the heads, from 0
_GROUNDS = {
    "met": "#E3F1EB", "reached": "#E3F1EB", "notmet": "#F7E1DE", "pending": "#F8EBD3", "missing": "#EDEEF0", "notyet": "#E3ECF3",
}  # fmt: skip


def clean(text: str) -> str:
    """Return a text that a cell can hold: control characters replaced, not too long."""
    return _ODD.sub("\ufffd", text)[:_LONGEST]


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Return names that Excel takes: at most 31 characters, none forbidden, each once whatever its case."""
    found: list[str] = []
    for text in wanted:
        plain = _FORBIDDEN.sub(" ", clean(text)).strip().strip("'").strip()[:_NAME].strip("' ") or "-"
        plain = f"{plain}_" if plain.lower() == "history" else plain  # Excel keeps that one for itself
        name, number = plain, 2
        while name.lower() in {other.lower() for other in found}:
            tail = f"({number})"
            name, number = plain[: _NAME - len(tail)] + tail, number + 1
        found.append(name)
    return found


def height(cells: Sequence[tuple[str, float]]) -> float:
    """Return how tall a row is, in points, from its texts and the widths of their columns in digits."""
    # a Chinese character of nine points is 1.75 digits of the default font wide; the margins of a cell take about one
    lines = max((math.ceil(1.75 * phrases.display_width(text) / max(width - 0.9, 2.0)) for text, width in cells if text), default=1)
    return min(_LINE_POINTS * max(lines, 1) + 4, _TALLEST)


class Styles:
    """Formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **wanted: Any) -> Any:
        """Return a format."""
        full = {"font_name": _FONT, "font_size": _SIZE, "valign": "vcenter", "text_wrap": True, **wanted}
        key = tuple(sorted(full.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(full)
        return self.made[key]


class Sheet:
    """A sheet of the workbook; `warning` stands below the title, on each page."""

    def __init__(self, book: Any, styles: Styles, name: str, warning: str) -> None:
        self.sheet, self.styles, self.warning = book.add_worksheet(name), styles, warning

    def facts(self, title: str, facts: Sequence[tuple[str, str]], widths: tuple[float, float]) -> None:
        """Write labels and what they say."""
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self._title(title, 1, sum(widths))
        for line, (label, text) in enumerate(facts, start=_HEAD):
            self.sheet.write_string(line, 0, clean(label), self.styles.get(bold=True, border=1, bg_color="#F3F5F7"))
            self.sheet.write_string(line, 1, clean(text), self.styles.get(border=1))
            self.sheet.set_row(line, height([(label, widths[0]), (text, widths[1])]))
        self._page(len(facts) + 1, 1)

    def table(self, table: Table) -> None:
        """Write a table: title, heads, rows with their merged runs."""
        columns, last = table.columns, len(table.columns) - 1
        for number, column in enumerate(columns):
            self.sheet.set_column(number, number, column.width)
        self._title(table.title, last, sum(column.width for column in columns))
        head = self.styles.get(bold=True, border=1, bg_color="#F3F5F7", align="center")
        for number, column in enumerate(columns):
            self.sheet.write_string(_HEAD, number, clean(column.head), head)
        self.sheet.set_row(_HEAD, height([(column.head, column.width) for column in columns]) + 4)
        heights = [
            height([(_shown(cell), columns[number].width) for number, cell in enumerate(row) if cell and cell.rows == cell.columns == 1])
            for row in table.rows
        ]
        for line, row in enumerate(table.rows):
            self._stretch(heights, line, row, [column.width for column in columns])
            for number, cell in enumerate(row):
                if cell is not None:
                    self._cell(_HEAD + 1 + line, number, cell, columns[number].align)
        for line, tall in enumerate(heights):
            self.sheet.set_row(_HEAD + 1 + line, min(tall, _TALLEST))
        bottom = _HEAD + len(table.rows)
        if table.filtered and table.rows:
            self.sheet.autofilter(_HEAD, 0, bottom, last)
        self.sheet.freeze_panes(_HEAD + 1, table.fixed)
        self.sheet.repeat_rows(0, _HEAD)
        self._page(max(bottom, _HEAD + 1), last)

    def _stretch(self, heights: list[float], line: int, row: Sequence[BookCell | None], widths: Sequence[float]) -> None:
        """Make the rows that a merged cell covers tall enough together for its text."""
        for number, cell in enumerate(row):
            if cell is None or cell.rows == cell.columns == 1:
                continue
            needed = height([(_shown(cell), sum(widths[number : number + cell.columns]))])
            lacking = needed - sum(heights[line : line + cell.rows])
            if lacking > 0:
                for place in range(line, line + cell.rows):
                    heights[place] += lacking / cell.rows

    def _cell(self, line: int, column: int, cell: BookCell, align: str) -> None:
        look_of: dict[str, Any] = {"border": 1, "align": align}
        if align == "right":  # figures stand at the right with some room, words in the middle
            look_of |= {"indent": 1} if cell.number else {"align": "center"}
        if cell.status is not None:
            look_of["font_color"] = cell.status.ink
            if cell.status.css in _GROUNDS:
                look_of["bg_color"] = _GROUNDS[cell.status.css]
        if cell.number:
            digits = "0" + ("." + "0" * decimals if (decimals := min(phrases.decimals(cell.text), 15)) else "")
            # the symbol belongs to how the number is shown: the cell stays a number
            look_of["num_format"] = f'{digits}" {cell.symbol}"' if cell.symbol else digits
        style = self.styles.get(**look_of)
        if cell.rows > 1 or cell.columns > 1:
            self.sheet.merge_range(line, column, line + cell.rows - 1, column + cell.columns - 1, "", style)
        if cell.number:
            self.sheet.write_number(line, column, float(cell.text), style)
        elif cell.text:
            self.sheet.write_string(line, column, clean(cell.text), style)
        elif cell.rows == cell.columns == 1:
            self.sheet.write_blank(line, column, None, style)

    def _title(self, title: str, last: int, total: float) -> None:
        style = self.styles.get(bold=True, font_size=14, align="center")
        red = self.styles.get(font_color=look.STATUSES["not_met"].ink, align="center")
        for line, (text, wanted) in enumerate(((title, style), (self.warning, red))):
            self.sheet.merge_range(line, 0, line, last, "", wanted)
            self.sheet.write_string(line, 0, clean(text), wanted)
        self.sheet.set_row(0, height([(title, total / 1.6)]) * 1.5)
        self.sheet.set_row(1, 16.0 if self.warning else 4.0)

    def _page(self, bottom: int, last: int) -> None:
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.print_area(0, 0, bottom, last)
        self.sheet.center_horizontally()
        self.sheet.set_footer("&C&9— &P —")


def _shown(cell: BookCell) -> str:
    return f"{cell.text} {cell.symbol}" if cell.symbol else cell.text
