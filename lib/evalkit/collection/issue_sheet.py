"""A sheet that lists problems: in front of an annotated copy, or in a workbook of its own."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evalkit.collection.problems import SYMBOLS, asked, counts
from evalkit.intake.form_layout import ISSUES_MARK
from evalkit.messages import Problem, language, word

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FILLS = {"error": "FFFFC7CE", "warning": "FFFFE08A", "note": "FFD9D9D9"}
MOST_LINES = 20_000  # of a list; issues.csv has all
HEAD_LINE = 4
FILL_COLUMN = 8  # hidden: how a cell was filled before it was coloured
_FONT = "微软雅黑"
_HEAD_FILL = "FF1F4E79"
_LINE_POINTS = 14.5
_TALLEST = 400  # points; a row of Excel cannot be higher than 409
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True)
class Column:
    """A column of the list: the word of its head, its width in characters, what it says of a problem."""

    head: str
    width: float
    text: Callable[[Problem], str]
    centred: bool = False


def severity_words(problem: Problem) -> str:
    """Return symbol and word of a severity."""
    return f"{SYMBOLS[problem.severity]} {word('severity', problem.severity)}"


NUMBER = Column("number", 6, lambda _: "", centred=True)
SEVERITY = Column("severity", 10, severity_words, centred=True)
FILE = Column("file", 26, lambda problem: problem.place.file.removeprefix("data/raw/"))
SHEET = Column("sheet_head", 14, lambda problem: problem.place.sheet)
CELL = Column("cell", 9, lambda problem: problem.place.cell, centred=True)
WHAT = Column("what", 46, Problem.message)
REMEDY = Column("remedy", 46, asked)


def clean(text: str) -> str:
    """Return text without characters that no workbook can hold."""
    return _ODD.sub("\ufffd", text)


def put(cell: Any, text: str) -> None:
    """Write a text as text, whatever it begins with."""
    cell.value = clean(text)[:32_000]
    cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True  # stays text when somebody edits the cell


def width_of(text: str) -> int:
    """Return the width of a text in characters of the standard font; a Chinese one counts two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def lines_of(text: str, width: float) -> int:
    """Return in how many lines a text is broken in a column of that width."""
    return sum(max(1, math.ceil(width_of(line) * 1.04 / width)) for line in text.split("\n"))


def fill_sheet(sheet: Worksheet, title: str, about: str, problems: Sequence[Problem], columns: Sequence[Column]) -> None:
    """Write the list: a hidden mark, title, what it is about and how many there are, heads, one line for each problem.

    Parameters
    ----------
    sheet : Worksheet
        Empty.
    title, about : str
    problems : sequence of Problem
        In the order of the lines, from line 5 on.
    columns : sequence of Column
    """
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    last = get_column_letter(len(columns))
    shown = problems[:MOST_LINES]
    put(sheet["A1"], ISSUES_MARK)
    sheet.row_dimensions[1].hidden = True
    put(sheet["A2"], title)
    sheet["A2"].font = Font(name=_FONT, size=15, bold=True)
    sheet.row_dimensions[2].height = 26
    told = [about, summary(problems)]
    if len(problems) > len(shown):
        told.append(word("issue_list", "more").format(count=len(problems) - len(shown)))
    put(sheet["A3"], "\n".join(text for text in told if text))
    total = sum(column.width for column in columns)
    sheet["A3"].font = Font(name=_FONT, size=10, color="FF404040")
    sheet["A3"].alignment = Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[3].height = _LINE_POINTS * sum(lines_of(text, total) for text in told if text) + 6
    for line in (2, 3):
        sheet.merge_cells(f"A{line}:{last}{line}")
    thin = Side(style="thin", color="FFBFBFBF")
    edges = Border(left=thin, right=thin, top=thin, bottom=thin)
    font, strong = Font(name=_FONT, size=10), Font(name=_FONT, size=10, bold=True)
    left, centre = (Alignment(wrap_text=True, vertical="top", horizontal=side) for side in ("left", "center"))
    for number, column in enumerate(columns, start=1):
        head = sheet.cell(HEAD_LINE, number)
        put(head, word("issue_list", column.head))
        head.font = Font(name=_FONT, size=10, bold=True, color="FFFFFFFF")
        head.fill = PatternFill("solid", fgColor=_HEAD_FILL)
        head.alignment, head.border = Alignment(horizontal="center", vertical="center"), edges
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.row_dimensions[HEAD_LINE].height = 20
    fills = {severity: PatternFill("solid", fgColor=colour) for severity, colour in FILLS.items()}
    for line, problem in enumerate(shown, start=HEAD_LINE + 1):
        height = 1
        for number, column in enumerate(columns, start=1):
            cell = sheet.cell(line, number)
            text = column.text(problem)
            if column is NUMBER:
                cell.value = line - HEAD_LINE
            elif text:
                put(cell, text)
                height = max(height, lines_of(text, column.width - 1))
            cell.font, cell.border, cell.alignment = font, edges, centre if column.centred else left
            if column is SEVERITY:
                cell.fill, cell.font = fills[problem.severity], strong
        sheet.row_dimensions[line].height = min(_LINE_POINTS * height + 4, _TALLEST)
    sheet.freeze_panes = f"A{HEAD_LINE + 1}"
    sheet.auto_filter.ref = f"A{HEAD_LINE}:{last}{HEAD_LINE + max(len(shown), 1)}"
    _print_setup(sheet, f"A2:{last}{HEAD_LINE + max(len(shown), 1)}")


def summary(problems: Sequence[Problem]) -> str:
    """Return how many problems there are of each severity, in words."""
    told = (f"{word('severity', severity)} {count}" for severity, count in counts(problems).items())
    return {"zh": "，", "en": ", "}[language()].join(told)


def _print_setup(sheet: Any, area: str) -> None:
    sheet.print_area = area
    sheet.print_title_rows = f"{HEAD_LINE}:{HEAD_LINE}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.page_margins.footer = 0.3
    sheet.oddFooter.center.text = "&P / &N"
