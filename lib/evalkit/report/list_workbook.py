"""The lists of a plan as an Excel workbook: every text a text, the same lists give the same bytes."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from evalkit.assessment.plan_view import PlanView
from evalkit.assessment.standing import STATUSES
from evalkit.messages import word
from evalkit.report import look
from evalkit.report.chapters.lists_state import STANDINGS
from evalkit.report.list_sheets import Column, ListSheet, Row, Sheets
from evalkit.tables import write_bytes

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # always the same: equal lists give equal files
_LONGEST = 32767  # characters of an Excel cell
_FONT = "微软雅黑"
_HEAD = 2  # line of the heads, from 0
_LINE_POINTS, _TALLEST = 14.5, 400.0  # Excel allows a height of 409 points
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: Light grounds of the statuses; the words stand on them in the ink of the status.
_GROUNDS = {
    "late": "#F8E1DE", "unknown": "#F1F2F4", "not_started": "#F1F2F4", "in_time": "#E3ECF3", "done_late": "#F8ECD2", "done": "#DCEFE6",
}  # fmt: skip
_FORMATS = {digits: "#,##0" + ("." + "0" * digits if digits else "") for digits in range(7)}
_ABOUT_WIDTHS = (22.0, *[17.0] * len(STATUSES))


def write_lists(view: PlanView, path: Path, sheets: Sequence[str] = ()) -> None:
    """Write the lists of a plan: what they are, 责任清单, 任务清单, 项目清单, calendar, by sub-region.

    Parameters
    ----------
    view : PlanView
    path : Path
        Ends in ``.xlsx``.
    sheets : sequence of str
        Names of the progress sheets that the statuses rest on.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    made = Sheets(view)
    plan = view.plan.name_en if view.lang == "en" else view.plan.name_zh
    book.set_properties({"title": _clean(plan), "author": "", "created": _CREATED})
    writer = _Writer(book, made, plan)
    writer.about(sheets)
    for sheet in made.all():
        writer.table(sheet)
    book.close()
    write_bytes(path, stream.getvalue())


class _Writer:
    """Writes sheets one after the other."""

    def __init__(self, book: Any, made: Sheets, plan: str) -> None:
        self.book, self.made, self.plan = book, made, plan
        self.view, self.say = made.view, made.say
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.mark = self.say(look.EXAMPLE_ZH, look.EXAMPLE_EN) if self.view.fictional else ""

    def about(self, sheets: Sequence[str]) -> None:
        """Write the first sheet: what this is, how many stand how, and how to read it."""
        sheet = self.book.add_worksheet(self.say("说明", "about"))
        for column, width in enumerate(_ABOUT_WIDTHS):
            sheet.set_column(column, column, width)
        last = len(_ABOUT_WIDTHS) - 1
        self._title(sheet, self.plan + self.say("：责任、任务和项目清单", ": duties, tasks and projects"), last, sum(_ABOUT_WIDTHS))
        line = 2
        for label, text in self._facts(sheets):
            sheet.write_string(line, 0, label, self._format(bold=True, border=1, bg_color="#F3F5F7"))
            sheet.merge_range(line, 1, line, last, "", self._format(border=1))
            sheet.write_string(line, 1, _clean(text), self._format(border=1))
            sheet.set_row(line, _height([(text, sum(_ABOUT_WIDTHS[1:]))]))
            line += 1
        if self.view.as_of is not None:
            line = self._statuses(sheet, line + 1)
            line = self._areas(sheet, line + 1)
        self._page(sheet, line - 1, last)

    def table(self, shown: ListSheet) -> None:
        """Write a sheet of a list: title, remark, heads, rows; columns in which nothing stands are left out."""
        sheet = self.book.add_worksheet(self.say(*shown.names)[:31])
        columns = [column for column in shown.columns if any(column.text(row) not in ("", None, ("", "")) for row in shown.rows)]
        columns = columns or list(shown.columns[:3])
        last = len(columns) - 1
        total = sum(column.width for column in columns)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
        self._title(sheet, f"{self.plan}{self.made.colon}{self.say(*shown.names)}", last, total)
        remark = self._remark(shown)
        sheet.merge_range(1, 0, 1, last, "", self._format(font_color=look.MUTED))
        sheet.write_string(1, 0, _clean(remark), self._format(font_color=look.MUTED))
        sheet.set_row(1, _height([(remark, total)]))
        heads = [self.say(*column.heads) for column in columns]
        for number, head in enumerate(heads):
            sheet.write_string(_HEAD, number, head, self._head())
        sheet.set_row(_HEAD, _height([(head, column.width) for head, column in zip(heads, columns, strict=True)]) + 4)
        line = _HEAD + 1
        before = ""
        for row in shown.rows:
            group = shown.groups(row) if shown.groups is not None else ""
            self._row(sheet, line, columns, row, first=bool(shown.groups) and group != before)
            before, line = group, line + 1
        if shown.rows:
            sheet.autofilter(_HEAD, 0, line - 1, last)
        else:
            sheet.write_string(line, 0, self.say("没有", "none"), self._format())
            line += 1
        if shown.total:
            line = self._total(sheet, line, columns, shown)
        sheet.freeze_panes(_HEAD + 1, 1)
        sheet.repeat_rows(0, _HEAD)
        self._page(sheet, line - 1, last)

    def _facts(self, sheets: Sequence[str]) -> list[tuple[str, str]]:
        view, say = self.view, self.say
        document = view.catalog.documents.get(view.plan.document)
        title = "" if document is None else document.title_en if view.lang == "en" and document.title_en else document.title_zh
        number = f"{self.made.comma}{document.number}" if document is not None and document.number else ""
        lists = view.lists
        facts = [
            (say("规划", "plan"), f"{self.plan} ({view.plan.id})"),
            (say("文件", "document"), title + number),
            (
                say("内容", "content"),
                say(
                    f"责任清单中的指标{len(lists.duties)}行，任务{len(lists.tasks)}项，项目{len(lists.projects)}个",
                    f"{len(lists.duties)} indicators with units, {len(lists.tasks)} tasks, {len(lists.projects)} projects",
                ),
            ),
        ]
        if view.department:
            facts.append((say("只列单位", "only the unit"), view.department))
        if view.area:
            facts.append((say("只列地区", "only the sub-region"), view.area))
        if view.as_of is None:
            facts.append((say("状态", "status"), say("没有进度表，也没有评定日，未评定", "no progress sheet and no day: not judged")))
        else:
            none = say("没有，全部为“未报进度”", "none; nothing is reported")
            facts.append((say("状态评定日", "statuses as of"), str(view.as_of)))
            facts.append((say("进度表", "progress sheets"), self.made.semicolon.join(sheets) or none))
        if lists.projects:
            facts.append((say("投资", "investment"), self.made.money()))
        if not view.plan.complete and view.plan.note:
            facts.append((say("规划不全", "only in part"), view.plan.note))
        facts.append((say("待核", "not checked"), say(
            "依据一栏注明“待核”的行，没有在文件或其副本中读到，或是由其他资料推得。",
            "Lines marked “not checked” were not read in the document or a copy of it, or were derived from something else.",
        )))  # fmt: skip
        if self.mark:
            facts.append((say("数据", "data"), self.mark))
        return facts

    def _statuses(self, sheet: Any, line: int) -> int:
        """Write how many tasks and projects have which status, with the rules."""
        last = len(_ABOUT_WIDTHS) - 1
        heads = (("状态", "status"), ("任务", "tasks"), ("项目", "projects"), ("评定规则", "rule"))
        sheet.merge_range(line, 3, line, last, "", self._head())
        for column, head in enumerate(heads):
            sheet.write_string(line, column, self.say(*head), self._head())
        for code, tasks, projects in self.made.counts():
            line += 1
            rule = word("standing_rule", code, self.view.lang)
            sheet.write_string(line, 0, self.made.status_words(code), self._status(code))
            for column, count in ((1, tasks), (2, projects)):
                sheet.write_number(line, column, count, self._format(border=1, align="center"))
            sheet.merge_range(line, 3, line, last, "", self._format(border=1))
            sheet.write_string(line, 3, rule, self._format(border=1))
            sheet.set_row(line, _height([(rule, sum(_ABOUT_WIDTHS[3:]))]))
        return line + 1

    def _areas(self, sheet: Any, line: int) -> int:
        """Write how many tasks and projects of each sub-region have which status, late ones first."""
        counts = self.made.area_counts()
        if not counts:
            return line
        sheet.write_string(line, 0, self.say("地区", "sub-region"), self._head())
        for column, code in enumerate(STATUSES, start=1):
            sheet.write_string(line, column, self.made.status_words(code), self._head())
        for area, numbers in counts:
            line += 1
            sheet.write_string(line, 0, _clean(area), self._format(border=1))
            for column, number in enumerate(numbers, start=1):
                sheet.write_number(line, column, number, self._format(border=1, align="center"))
        return line + 1

    def _remark(self, shown: ListSheet) -> str:
        day = self.view.as_of
        told = [self.say(f"状态评定日：{day}。", f"Statuses as of {day}.") if day is not None else ""]
        told += [f"{name}。" if self.view.lang == "zh" else f"{name}." for name in (self.view.department, self.view.area) if name]
        return " ".join(text for text in (*told, shown.remark) if text) or " "

    def _row(self, sheet: Any, line: int, columns: Sequence[Column], row: Row, first: bool) -> None:
        texts = []
        for number, column in enumerate(columns):
            cell = column.text(row)
            extra = {"top": 2} if first else {}
            if isinstance(cell, Fraction):
                sheet.write_number(line, number, float(cell), self._number(cell, **extra))
                continue
            title, behind = cell if isinstance(cell, tuple) else ("", cell or "")
            title, behind = _clean(title), _clean(behind)
            shape = self._shape(column, row, behind, **extra)
            if title and behind:
                strong, light = self._format(bold=True), self._format()
                sheet.write_rich_string(line, number, strong, title, light, "\n" + behind, shape)
            else:
                shape = self._shape(column, row, behind, bold=True, **extra) if title else shape
                sheet.write_string(line, number, title or behind, shape)
            texts.append(("\n".join(text for text in (title, behind) if text), column.width))
        sheet.set_row(line, _height(texts))

    def _shape(self, column: Column, row: Row, text: str, **extra: Any) -> Any:
        if column.look == "status":
            return self._status(str(row["status"] or ""), **extra)
        if column.look == "cited" and "\n" in text:
            extra["font_color"] = look.STATUSES["pending"].ink
        if column.look in ("centre", "number"):
            extra["align"] = "center" if column.look == "centre" else "right"
        return self._format(border=1, **extra)

    def _total(self, sheet: Any, line: int, columns: Sequence[Column], shown: ListSheet) -> int:
        for number, column in enumerate(columns):
            figure = shown.total.get(column.heads[0])
            if figure is not None:
                sheet.write_number(line, number, float(figure), self._number(figure, bold=True, top=2))
            else:
                label = self.say("合计", "total") if not number else ""
                sheet.write_string(line, number, label, self._format(bold=True, border=1, top=2, align="center"))
        sheet.set_row(line, 20)
        return line + 1

    def _title(self, sheet: Any, title: str, last: int, width: float) -> None:
        mark = f"　{self.mark}" if self.mark else ""
        shape = self._format(bold=True, font_size=14, font_color=look.ACCENT)
        sheet.merge_range(0, 0, 0, last, "", shape)
        if mark:
            red = self._format(bold=True, font_size=11, font_color=look.STATUSES["not_met"].ink)
            sheet.write_rich_string(0, 0, self._format(bold=True, font_size=14, font_color=look.ACCENT), _clean(title), red, mark, shape)
        else:
            sheet.write_string(0, 0, _clean(title), shape)
        sheet.set_row(0, 22 * _lines(title + mark, width / 1.45) + 4)  # the title is set larger

    def _page(self, sheet: Any, last_row: int, last_column: int) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.print_area(0, 0, last_row, last_column)
        sheet.set_footer(f"&L{self.mark}&R" + self.say("第 &P 页，共 &N 页", "page &P of &N"))

    def _head(self) -> Any:
        return self._format(bold=True, bg_color=look.ACCENT, font_color="#FFFFFF", border=1, align="center")

    def _status(self, code: str, **extra: Any) -> Any:
        if code not in STANDINGS:
            return self._format(border=1, **extra)
        return self._format(border=1, align="center", bg_color=_GROUNDS[code], font_color=STANDINGS[code].ink, bold=code == "late", **extra)

    def _number(self, figure: Fraction, **extra: Any) -> Any:
        digits = next((digits for digits in _FORMATS if (figure * 10**digits).denominator == 1), max(_FORMATS))
        return self._format(border=1, align="right", indent=1, num_format=_FORMATS[digits], **extra)

    def _format(self, **wanted: Any) -> Any:
        given: dict[str, Any] = {"font_name": _FONT, "font_size": 10, "valign": "vcenter", "text_wrap": True}
        if "border" in wanted:
            given["border_color"] = look.RULE
        given |= wanted
        if wanted.get("top") == 2:
            given["top_color"] = look.MUTED
        key = tuple(sorted(given.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(given)
        return self.formats[key]


def _clean(text: str) -> str:
    """Return text without characters that no workbook can hold."""
    return _ODD.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))[:_LONGEST]


def _height(texts: Sequence[tuple[str, float]]) -> float:
    """Return the height of a row in points: that of the cell with most lines."""
    most = max((_lines(text, width) for text, width in texts), default=1)
    return min(_LINE_POINTS * most + 5, _TALLEST)


def _lines(text: str, width: float) -> int:
    return sum(max(1, math.ceil(_wide(line) / (width - 0.5))) for line in text.split("\n"))


def _wide(text: str) -> int:
    """Return the width of a text in characters; a Chinese one counts two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
