"""An indicator set as a workbook that looks typed in: merged as printed, every text a text."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from evalkit.authoring import lines
from evalkit.authoring.columns import (
    CLASS_COLUMNS,
    CLASSES,
    GROUP_COLUMNS,
    GROUPS,
    MEASURE_COLUMNS,
    MEASURES,
    PASS,
    PASS_COLUMNS,
    PRINTED,
    ROW_COLUMNS,
    ROWS,
    SET,
    WORKED,
    Column,
)
from evalkit.authoring.lines import Line
from evalkit.catalog import Catalog
from evalkit.catalog.models import IndicatorSet
from evalkit.report.phrases import display_width
from evalkit.tables import write_bytes

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # always the same: equal sets give equal files
_LONGEST = 32767  # characters of an Excel cell
_HEAD = 3  # line of the heads of 指标, from 1
_CENTRED = ("domain", "seq", "unit", "attribute", "levels", "where_relevant", "state")
_READ_ONLY = ("read_as", "departments")  # for the reader; import takes them from the measure
_WRAPPED = (*(column.key for column in PRINTED), "measure", "formula", "read_as", "departments", "rule")
_HINT = (
    "“指标”表中黄头的列照文件录入，灰头的列为编号与出处；斜体的列（公式释读、数据来源）供阅读，有口径时不读入。"
    "“规则”列只在指标值的文字不足以说明时填写。"
)


def write_set(catalog: Catalog, indicator_set: IndicatorSet, path: Path) -> None:
    """Write the workbook of a set: 体系, 分类, 选项组, 指标, 口径, 通过条件.

    Parameters
    ----------
    catalog : Catalog
    indicator_set : IndicatorSet
    path : Path
        Ends in ``.xlsx``.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": indicator_set.name_zh, "author": "", "created": _CREATED})
    styles = _styles(book)
    _fields(book, styles, lines.set_lines(indicator_set))
    _table(book, styles, CLASSES, CLASS_COLUMNS, lines.class_lines(indicator_set))
    _table(book, styles, GROUPS, GROUP_COLUMNS, lines.group_lines(indicator_set))
    document = catalog.documents[indicator_set.document]
    under = f"{document.title_zh}{f'（{document.number}）' if document.number else ''}"
    _indicators(book, styles, (indicator_set.name_zh, under), lines.row_lines(catalog, indicator_set)).activate()
    _table(book, styles, MEASURES, MEASURE_COLUMNS, lines.measure_lines(catalog, indicator_set))
    _table(book, styles, PASS, PASS_COLUMNS, lines.pass_lines(indicator_set))
    book.close()
    write_bytes(path, stream.getvalue())


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


def _page(sheet: Any, heads: tuple[int, int]) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.repeat_rows(*heads)


def _write(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    if text:
        sheet.write_string(row, column, text[:_LONGEST], style)
    else:
        sheet.write_blank(row, column, None, style)


def _fields(book: Any, styles: dict[str, Any], fields: Sequence[tuple[str, str]]) -> None:
    """Write 体系: one field to a line."""
    sheet = book.add_worksheet(SET)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 96)
    for number, (label, text) in enumerate([("项", "内容"), *fields]):
        for column, shown in enumerate((label, text)):
            _write(sheet, number, column, shown, styles["head" if not number else "kept" if not column else "wrapped"])
        if number:
            sheet.set_row(number, _height([(text, 96)]))
    sheet.merge_range(len(fields) + 2, 0, len(fields) + 2, 1, "", styles["hint"])
    _write(sheet, len(fields) + 2, 0, _HINT, styles["hint"])
    sheet.set_row(len(fields) + 2, 32)
    sheet.freeze_panes(1, 1)
    _page(sheet, (0, 0))


def _table(book: Any, styles: dict[str, Any], name: str, columns: Sequence[Column], rows: Sequence[Line]) -> None:
    """Write a sheet without merged cells."""
    sheet = book.add_worksheet(name)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        _write(sheet, 0, number, column.head, styles["for_reading" if column.key in _READ_ONLY else "kept"])
    for place, row in enumerate(rows, start=1):
        for number, column in enumerate(columns):
            _write(sheet, place, number, row[column.key], styles["reading" if column.key in _READ_ONLY else "wrapped"])
        sheet.set_row(place, _height([(row[column.key], column.width) for column in columns]))
    sheet.freeze_panes(1, 1)
    _page(sheet, (0, 0))


def _indicators(book: Any, styles: dict[str, Any], titles: tuple[str, str], rows: Sequence[Line]) -> Any:
    """Write 指标: domain, task, number and name merged as an annex prints them."""
    sheet = book.add_worksheet(ROWS)
    last = len(PRINTED) - 1
    for number, (text, style, height) in enumerate(((titles[0], "title", 30), (titles[1], "under", 18))):
        sheet.merge_range(number, 0, number, last, "", styles[style])
        _write(sheet, number, 0, text, styles[style])
        sheet.set_row(number, height)
    composed = any(row["part"] for row in rows)
    for number, column in enumerate(ROW_COLUMNS):
        width = column.width if column.key != "part" or composed else 6
        sheet.set_column(number, number, width + (8 if column.key == "name" and not composed else 0))
        style = "for_reading" if column.key in _READ_ONLY else "head" if column in (*PRINTED, *WORKED) else "kept"
        _write(sheet, _HEAD - 1, number, column.head, styles[style])
    sheet.set_row(_HEAD - 1, 24)
    for place, row in enumerate(rows):
        for number, column in enumerate(ROW_COLUMNS):
            _write(sheet, _HEAD + place, number, row[column.key], styles[_style(column)])
        shown = [
            (row[column.key], column.width) for column in ROW_COLUMNS if column.key in _WRAPPED and column.key not in ("domain", "task")
        ]
        sheet.set_row(_HEAD + place, _height(shown))
    for first, end, left, right in _merged(rows, composed):
        key = ROW_COLUMNS[left].key
        sheet.merge_range(_HEAD + first, left, _HEAD + end, right, "", styles[_style(ROW_COLUMNS[left])])
        _write(sheet, _HEAD + first, left, rows[first][key], styles[_style(ROW_COLUMNS[left])])
    sheet.freeze_panes(_HEAD, 5)
    sheet.print_area(0, 0, _HEAD + len(rows) - 1, last)
    _page(sheet, (0, _HEAD - 1))
    return sheet


def _style(column: Column) -> str:
    if column.key in _CENTRED:
        return "centred"
    return "reading" if column.key in _READ_ONLY else "wrapped" if column.key in _WRAPPED else "kept_text"


def _merged(rows: Sequence[Line], composed: bool) -> list[tuple[int, int, int, int]]:
    """Return the ranges to merge: first and last row, first and last column."""
    place = {column.key: number for number, column in enumerate(ROW_COLUMNS)}

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


def _height(cells: Sequence[tuple[str, float]]) -> float:
    """Return the height of a row in points: as many lines as its longest cell needs."""
    most = 1
    for text, width in cells:
        most = max(most, sum(max(math.ceil(display_width(line) * 2.1 / width), 1) for line in text.split("\n")))
    return min(13.5 * most + 4, 400)
