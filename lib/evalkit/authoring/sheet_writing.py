"""Sheets that look typed in, whatever they hold: titles and heads, cells merged as a table prints them, every text a text."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from evalkit.authoring.columns import Column
from evalkit.report.phrases import display_width

Line = dict[str, str]

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # always the same: equal content gives equal files
_LONGEST = 32767  # characters of an Excel cell
_HEAD = 3  # line of the heads of a printed table, from 1
_FOOTER = "&C第 &P 页，共 &N 页"


class Workbook:
    """A workbook in the making.

    Parameters
    ----------
    title : str
        In the properties of the file.
    reading : collection of str
        Keys of columns that are there to be read only: in italics.
    footer : str
        Of each printed page, as Excel writes it.
    """

    def __init__(self, title: str, reading: Collection[str] = (), footer: str = _FOOTER) -> None:
        import xlsxwriter

        self.stream = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(self.stream, options)
        self.book.set_properties({"title": title, "author": "", "created": _CREATED})
        self.styles = _styles(self.book)
        self.reading, self.footer = reading, footer

    def content(self) -> bytes:
        """Close the workbook and return its file."""
        self.book.close()
        return self.stream.getvalue()

    def fields(self, name: str, heads: tuple[str, str], fields: Sequence[tuple[str, str]], hint: str) -> None:
        """Write a sheet with one field to a line, and a hint below."""
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 96)
        for number, (label, text) in enumerate([heads, *fields]):
            for column, shown in enumerate((label, text)):
                self._write(sheet, number, column, shown, "head" if not number else "kept" if not column else "wrapped")
            if number:
                sheet.set_row(number, height([(text, 96)]))
        if hint:
            sheet.merge_range(len(fields) + 2, 0, len(fields) + 2, 1, "", self.styles["hint"])
            self._write(sheet, len(fields) + 2, 0, hint, "hint")
            sheet.set_row(len(fields) + 2, 32)
        sheet.freeze_panes(1, 1)
        self._page(sheet, (0, 0))

    def plain(self, name: str, columns: Sequence[Column], rows: Sequence[Line]) -> None:
        """Write a sheet without merged cells."""
        sheet = self.book.add_worksheet(name)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
            self._write(sheet, 0, number, column.head, "for_reading" if column.key in self.reading else "kept")
        sheet.set_row(0, height([(column.head, column.width) for column in columns]))
        for place, row in enumerate(rows, start=1):
            for number, column in enumerate(columns):
                self._write(sheet, place, number, row[column.key], "reading" if column.key in self.reading else "wrapped")
            sheet.set_row(place, height([(row[column.key], column.width) for column in columns]))
        sheet.freeze_panes(1, 1)
        self._page(sheet, (0, 0))

    def printed(
        self,
        name: str,
        titles: tuple[str, str],
        columns: Sequence[Column],
        rows: Sequence[Line],
        looks: Mapping[str, tuple[str, str]],
        printed: int,
        unwrapped: Collection[str] = (),
    ) -> Any:
        """Write a table as a document prints it: a title, and domain, task, number and name merged; return its sheet.

        Parameters
        ----------
        name : str
        titles : tuple of str
            Title, and the line below it.
        columns : sequence of Column
            Among them domain, task, seq, name, part, unit and id.
        rows : sequence of dict
            A text for each key; `attribute` also where it is no column.
        looks : dict
            Style of the head and of the cells, by column.
        printed : int
            How many columns are printed, from the left.
        unwrapped : collection of str
            Columns for whose texts no line grows higher.
        """
        sheet = self.book.add_worksheet(name)
        for number, (text, style, high) in enumerate(((titles[0], "title", 30), (titles[1], "under", 18))):
            sheet.merge_range(number, 0, number, printed - 1, "", self.styles[style])
            self._write(sheet, number, 0, text, style)
            sheet.set_row(number, high)
        composed = any(row["part"] for row in rows)
        widths = [_width(column, composed) for column in columns]
        for number, column in enumerate(columns):
            sheet.set_column(number, number, widths[number])
            self._write(sheet, _HEAD - 1, number, column.head, looks[column.key][0])
        sheet.set_row(_HEAD - 1, max(24, height([(column.head, width) for column, width in zip(columns, widths, strict=True)])))
        areas = _merged(columns, rows, composed)
        heights = [height([(row[c.key], c.width) for c in columns if c.key not in unwrapped]) for row in rows]
        for first, end, left in [*((first, end, left) for first, end, left, _ in areas), *_single(columns, rows, areas)]:
            short = height([(rows[first][columns[left].key], columns[left].width)]) - sum(heights[first : end + 1])
            heights[end] += max(short, 0)
        for place, row in enumerate(rows):
            for number, column in enumerate(columns):
                self._write(sheet, _HEAD + place, number, row[column.key], looks[column.key][1])
            sheet.set_row(_HEAD + place, heights[place])
        for first, end, left, right in areas:
            style = looks[columns[left].key][1]
            sheet.merge_range(_HEAD + first, left, _HEAD + end, right, "", self.styles[style])
            self._write(sheet, _HEAD + first, left, rows[first][columns[left].key], style)
        sheet.freeze_panes(_HEAD, 5)
        sheet.print_area(0, 0, _HEAD + len(rows) - 1, printed - 1)
        self._page(sheet, (0, _HEAD - 1))
        return sheet

    def _write(self, sheet: Any, row: int, column: int, text: str, style: str) -> None:
        if text:
            sheet.write_string(row, column, text[:_LONGEST], self.styles[style])
        else:
            sheet.write_blank(row, column, None, self.styles[style])

    def _page(self, sheet: Any, heads: tuple[int, int]) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer(self.footer)
        sheet.repeat_rows(*heads)


def _styles(book: Any) -> dict[str, Any]:
    text = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "num_format": "@"}
    edge = {"border": 1, "border_color": "#9AA3AD"}
    head = {**text, **edge, "bold": True, "align": "center", "text_wrap": True}
    return {
        "title": book.add_format({**text, "font_name": "黑体", "font_size": 16, "align": "center"}),
        "under": book.add_format({**text, "align": "center", "font_color": "#5B626E"}),
        "hint": book.add_format({**text, "font_color": "#5B626E", "text_wrap": True}),
        "head": book.add_format({**head, "bg_color": "#FFF4D6"}),
        "kept": book.add_format({**head, "bg_color": "#E9ECEF"}),
        "for_reading": book.add_format({**head, "bg_color": "#E9ECEF", "italic": True, "bold": False}),
        "kept_text": book.add_format({**text, **edge, "text_wrap": True, "valign": "top"}),
        "wrapped": book.add_format({**text, **edge, "text_wrap": True}),
        "centred": book.add_format({**text, **edge, "align": "center", "text_wrap": True}),
        "reading": book.add_format({**text, **edge, "text_wrap": True, "italic": True, "font_color": "#5B626E"}),
    }


def _width(column: Column, composed: bool) -> float:
    """Return the width of a column; where no row has parts, the name takes the place of that column."""
    if composed or column.key not in ("name", "part"):
        return column.width
    return 6 if column.key == "part" else column.width + 8


def _merged(columns: Sequence[Column], rows: Sequence[Line], composed: bool) -> list[tuple[int, int, int, int]]:
    """Return the ranges to merge: first and last row, first and last column."""
    place = {column.key: number for number, column in enumerate(columns)}

    def runs(key: Callable[[Line], object]) -> list[tuple[int, int]]:
        edges = [number for number in range(len(rows)) if not number or key(rows[number]) != key(rows[number - 1])] + [len(rows)]
        return [(start, end - 1) for start, end in pairwise(edges)]

    def block(row: Line) -> object:
        return row["domain"], row["task"]

    def indicator(row: Line) -> object:
        return block(row), row["seq"], row["name"], row["id"] if not row["part"] else row["attribute"]

    found = [(start, end, place["domain"], place["domain"]) for start, end in runs(lambda row: row["domain"])]
    found += [(start, end, place["task"], place["task"]) for start, end in runs(block) if rows[start]["task"]]
    for start, end in runs(indicator):
        found.append((start, end, place["seq"], place["seq"]))
        found.append((start, end, place["name"], place["name"] + (composed and not rows[start]["part"])))
    for key in ("part", "unit"):
        found += [(s, e, place[key], place[key]) for s, e in runs(lambda row: (row["id"], row["unit"])) if rows[s][key]]
    return [range_ for range_ in found if range_[0] < range_[1] or range_[2] < range_[3]]


def _single(columns: Sequence[Column], rows: Sequence[Line], areas: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int]]:
    """Return the cells of domain and task that are not merged: first and last row, and column."""
    taken = {(row, left) for first, end, left, _ in areas for row in range(first, end + 1)}
    wanted = [number for number, column in enumerate(columns) if column.key in ("domain", "task")]
    return [(row, row, number) for row in range(len(rows)) for number in wanted if (row, number) not in taken]


def height(cells: Sequence[tuple[str, float]]) -> float:
    """Return the height of a row in points: as many lines as its longest cell needs."""
    most = 1
    for text, width in cells:
        most = max(most, sum(max(math.ceil(display_width(line) * 2.1 / width), 1) for line in text.split("\n")))
    return min(13.5 * most + 4, 400)
