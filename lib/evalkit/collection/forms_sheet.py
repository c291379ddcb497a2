"""One data sheet of a form: a block for each item, a line for each period, ids in hidden columns."""

from __future__ import annotations

from typing import Any

from evalkit.collection import forms_text as texts
from evalkit.collection.forms_plan import Form, Item, Part
from evalkit.intake import form_layout as layout
from evalkit.report import phrases

EXAMPLE = "示例数据(非真实)"
SONG: dict[str, Any] = {"font_name": "宋体", "font_size": 10.5}
HEI: dict[str, Any] = {"font_name": "黑体", "font_size": 10.5}
BORDER: dict[str, Any] = {"border": 1, "border_color": "#9AA5B1"}
INPUT: dict[str, Any] = {**SONG, **BORDER, "bg_color": "#FFFBE6", "font_color": "#1F4E9E", "locked": False, "valign": "vcenter"}
FOOT = '&"宋体"&9'
_SMALL = 9.0
_HEAD_HEIGHT, _FOOT_HEIGHT = 33.0, 40.0
_TOP_HEIGHT = 28.0 + 21.0 + 18.0  # title and the two lines below it
_LOWEST = 21.0  # points of a line
_LOWEST_TEXT = 34.0
_TITLE, _INFO, _HINT, _HEAD = 1, 2, 3, 4  # rows from 0; row 0 is hidden
_HINT_TEXT = "浅黄色的格可填，其余锁定。没有数值的，选“无数值原因”，不要填0。数据按所印单位填写；不是该年度的数据，另填“数据年份”。"
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.45, "bottom": 0.6}
_PAGE = (11.69, 8.27)  # A4 landscape, inches
_SPARE = 0.96  # of the page that is used: programs measure columns a little differently
_FEW, _MANY = 1990, 2099  # years


def write_sheet(book: Any, form: Form, part: Part, name: str) -> None:
    """Write one sheet; text is always written as text.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    form : Form
    part : Part
    name : str
        Name of the sheet.
    """
    _DataSheet(book, form, part, name).write()


class _DataSheet:
    def __init__(self, book: Any, form: Form, part: Part, name: str) -> None:
        self.form, self.part = form, part
        self.sheet = book.add_worksheet(name)
        self.last = max(number for number, column in enumerate(layout.COLUMNS) if column.kind != "hidden")
        self.rows: dict[tuple[str, str], int] = {}
        self.breaks: list[int] = []
        fixed = {**SONG, **BORDER, "text_wrap": True, "valign": "vcenter"}
        self.styles = {
            "title": book.add_format({**HEI, "font_size": 16, "align": "center", "valign": "vcenter"}),
            "info": book.add_format({**SONG, "valign": "vcenter"}),
            "stamp": book.add_format({**HEI, "font_color": "#B83B2E", "align": "right", "valign": "vcenter"}),
            "hint": book.add_format({**SONG, "font_size": _SMALL, "font_color": "#4B5563", "valign": "vcenter"}),
            "head": book.add_format({**HEI, **BORDER, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#E3E8EE"}),
            "fixed": book.add_format(fixed),
            "middle": book.add_format({**fixed, "align": "center"}),
            "small": book.add_format({**fixed, "font_size": _SMALL}),
            "grey": book.add_format({**fixed, "align": "right", "font_color": "#6B7280", "font_size": _SMALL}),
            "number": book.add_format({**INPUT, "align": "right"}),
            "words": book.add_format({**INPUT, "text_wrap": True, "num_format": "@"}),
            "choice": book.add_format({**INPUT, "align": "center", "text_wrap": True}),
            "year": book.add_format({**INPUT, "align": "center", "num_format": "0"}),
            "text": book.add_format({**INPUT, "font_size": _SMALL, "text_wrap": True, "num_format": "@"}),
            "label": book.add_format({**SONG, "align": "right", "valign": "vcenter"}),
            "sign": book.add_format({**INPUT, "border": 0, "bottom": 1, "num_format": "@"}),
            "wrong": book.add_format({"bg_color": "#F8D0CB"}),
            "doubtful": book.add_format({"bg_color": "#FCE2B8"}),
        }
        self.scale = self.print_scale()
        self.room = (_PAGE[1] - _MARGINS["top"] - _MARGINS["bottom"]) * 72 * 100 / self.scale * _SPARE

    def write(self) -> None:
        self.set_up()
        self.heading()
        row, used = _HEAD + 1, 0.0
        heights = [self.heights(item) for item in self.part.items]
        first = _HEAD_HEIGHT + _TOP_HEIGHT
        for number, (item, block) in enumerate(zip(self.part.items, heights, strict=True), start=1):
            last = number == len(heights)
            wanted = sum(block) + (_FOOT_HEIGHT if last else 0)
            if used and used + wanted > self.room - (_HEAD_HEIGHT if self.breaks else first):
                self.breaks.append(row)
                used = 0.0
            self.block(row, number, item, block)
            used += sum(block)
            row += len(block)
        self.foot(row)
        self.rules(_HEAD + 1, row - 1)
        self.sheet.set_h_pagebreaks(self.breaks)
        self.sheet.print_area(0, 0, row + 1, self.last)

    def print_scale(self) -> int:
        """Return about at which percentage all columns fit the width of a page; how many lines go on one depends on it."""
        pixels = sum(column.width * 7 + 5 for column in layout.COLUMNS if column.kind != "hidden")
        return int(100 * (_PAGE[0] - _MARGINS["left"] - _MARGINS["right"]) * 96 * _SPARE / pixels)

    def set_up(self) -> None:
        sheet = self.sheet
        for number, column in enumerate(layout.COLUMNS):
            sheet.set_column(number, number, column.width, None, {"hidden": True} if column.kind == "hidden" else {})
            sheet.write_string(layout.KEY_ROW - 1, number, column.key)
        marks = len(layout.COLUMNS)
        sheet.set_column(marks, marks, 10, None, {"hidden": True})
        sheet.write_string(layout.KEY_ROW - 1, marks, layout.mark(self.form.run.id, self.part.department.id))
        sheet.set_row(layout.KEY_ROW - 1, 12, None, {"hidden": True})
        sheet.freeze_panes(_HEAD + 1, layout.place("name"))
        sheet.repeat_rows(_HEAD)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(**_MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        if self.form.run.example:
            sheet.set_header(f"&R{FOOT}{EXAMPLE}", {"margin": 0.2})
        names = f"{self.part.region.name_zh}　{self.part.department.name_zh}".replace("&", "&&")
        sheet.set_footer(f"&L{FOOT}{texts.clean(names)}&C{FOOT}第 &P 页，共 &N 页", {"margin": 0.25})
        sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True})

    def heading(self) -> None:
        part, run = self.part, self.form.run
        self.across(_TITLE, 0, self.last, f"{run.title_zh}：数据填报表", "title")
        self.sheet.set_row(_TITLE, 28)
        self.across(_INFO, 0, 2, f"{layout.REGION_LABEL}{part.region.full_name_zh}", "info")
        self.across(_INFO, 3, 6, f"{layout.DEPARTMENT_LABEL}{part.department.name_zh}", "info")
        self.across(_INFO, 7, 9, f"数据项 {len(part.items)} 项，应填 {part.lines} 格", "info")
        self.across(_INFO, 10, self.last, EXAMPLE if run.example else "", "stamp")
        self.sheet.set_row(_INFO, 21)
        self.across(_HINT, 0, self.last, _HINT_TEXT, "hint")
        self.sheet.set_row(_HINT, 18)
        for number, column in enumerate(layout.COLUMNS):
            if column.kind != "hidden":
                self.sheet.write_string(_HEAD, number, column.head, self.styles["head"])
        self.sheet.set_row(_HEAD, _HEAD_HEIGHT)

    def across(self, row: int, first: int, last: int, text: str, style: str) -> None:
        self.sheet.merge_range(row, first, row, last, "", self.styles[style])
        if text:
            self.sheet.write_string(row, first, texts.clean(text), self.styles[style])

    def heights(self, item: Item) -> list[float]:
        """Return the height of each line of a block: what its own cells and a share of what the merged ones need."""
        width = {column.key: column.width for column in layout.COLUMNS}
        whole = max(
            texts.height(texts.clean(item.name), width["name"], SONG["font_size"]),
            texts.height(texts.about(item), width["definition"], _SMALL),
            texts.height(phrases.cell(item.unit), width["unit"], SONG["font_size"]),
        )
        own = [
            max(
                _LOWEST_TEXT if item.text else _LOWEST,
                texts.height(texts.when(period), width["when"], SONG["font_size"]),
                texts.height(item.previous.get(period.name, ""), width["previous"], _SMALL),
            )
            for period in item.ordered
        ]
        missing = max(whole - sum(own), 0) / len(own)
        return [height + missing for height in own]

    def block(self, row: int, number: int, item: Item, heights: list[float]) -> None:
        last = row + len(heights) - 1
        unit = phrases.cell(item.unit)
        for key, text, style in (
            ("number", str(number), "middle"), ("name", item.name, "fixed"), ("definition", texts.about(item), "small"),
            ("unit", unit, "middle"),
        ):  # fmt: skip
            column = layout.place(key) - 1
            if last > row:
                self.sheet.merge_range(row, column, last, column, "", self.styles[style])
            self.sheet.write_string(row, column, texts.clean(text), self.styles[style])
        for line, (period, height) in enumerate(zip(item.ordered, heights, strict=True), start=row):
            self.rows[(item.variable, period.name)] = line
            self.sheet.set_row(line, round(height, 2))
            shown = texts.when(period)
            self.put(line, "when", shown, "middle")
            self.put(line, "previous", texts.clean(item.previous.get(period.name, "")), "grey")
            told = {
                "id_region": self.part.region.code, "id_variable": item.variable, "id_period": period.name,
                "id_name": texts.clean(item.name), "id_unit": unit, "id_when": shown,
            }  # fmt: skip
            for key, text in told.items():
                self.sheet.write_string(line, layout.place(key) - 1, text)
            styles = {"value": "words" if item.text else "number", "missing": "choice", "data_year": "year"}
            for key in layout.FILLED:
                self.sheet.write_blank(line, layout.place(key) - 1, None, self.styles[styles.get(key, "text")])
        self.checks(row, last, item)

    def put(self, row: int, key: str, text: str, style: str) -> None:
        if text:
            self.sheet.write_string(row, layout.place(key) - 1, text, self.styles[style])
        else:
            self.sheet.write_blank(row, layout.place(key) - 1, None, self.styles[style])

    def checks(self, first: int, last: int, item: Item) -> None:
        """Put Excel's own checks on a block: numbers within what is declared, typed reasons."""
        value, missing = layout.place("value") - 1, layout.place("missing") - 1
        if not item.text:
            low, high = item.minimum, item.maximum
            rule: dict[str, Any] = {"validate": "decimal", "error_title": "填报值"}
            if low is not None and high is not None:
                rule |= {"criteria": "between", "minimum": float(low), "maximum": float(high)}
                told = f"，不小于{low}，不大于{high}"
            elif low is not None:
                rule |= {"criteria": ">=", "value": float(low)}
                told = f"，不小于{low}"
            elif high is not None:
                rule |= {"criteria": "<=", "value": float(high)}
                told = f"，不大于{high}"
            else:
                rule |= {"criteria": "between", "minimum": -1e300, "maximum": 1e300}
                told = ""
            rule["error_message"] = f"请填一个数{told}，不带单位和文字。没有数值的，请空着这一格，在“无数值原因”中选择。"
            self.sheet.data_validation(first, value, last, value, rule)
        reasons = [*layout.REASONS, *([layout.NOT_ISSUED] if item.variable.startswith("assigned.") else [])]
        self.sheet.data_validation(first, missing, last, missing, {
            "validate": "list", "source": reasons, "error_title": "无数值原因", "error_message": "请选：" + "、".join(reasons),
        })  # fmt: skip

    def rules(self, first: int, last: int) -> None:
        """Put on all lines at once: the form of years, marks for lines that contradict themselves, silence on numbers as text."""
        year = layout.place("data_year") - 1
        self.sheet.data_validation(first, year, last, year, {
            "validate": "integer", "criteria": "between", "minimum": _FEW, "maximum": _MANY,
            "error_title": "数据年份", "error_message": "请填四位年份，如 2023。与年度相同的不必填。",
        })  # fmt: skip
        value, missing = (layout.place(key) - 1 for key in ("value", "missing"))
        letters = [chr(65 + column) for column in (value, missing)]
        both = f'=AND(${letters[0]}{first + 1}<>"",${letters[1]}{first + 1}<>"")'
        self.sheet.conditional_format(first, value, last, missing, {"type": "formula", "criteria": both, "format": self.styles["wrong"]})
        for item in self.part.items:
            for period in item.ordered:
                whole = self.rows.get((item.part_of, period.name))
                if whole is not None:
                    line = self.rows[(item.variable, period.name)]
                    own, other = f"${letters[0]}${line + 1}", f"${letters[0]}${whole + 1}"
                    more = f"=AND(ISNUMBER({own}),ISNUMBER({other}),{own}>{other})"
                    self.sheet.conditional_format(
                        line, value, line, value, {"type": "formula", "criteria": more, "format": self.styles["doubtful"]}
                    )
        previous = layout.place("previous") - 1
        area = f"{chr(65 + previous)}{first + 1}:{chr(65 + self.last)}{last + 1}"
        self.sheet.ignore_errors({"number_stored_as_text": area})

    def foot(self, row: int) -> None:
        """Write who filled the form, who checked it, whose seal, when."""
        self.sheet.set_row(row, 10)
        row += 1
        self.sheet.set_row(row, 30)
        for text, label, field in (
            ("填报人：", (1, 1), (2, 2)), ("审核人：", (3, 4), (5, 6)), ("单位（盖章）：", (7, 8), (9, 9)), ("日期：", (10, 10), (11, 12)),
        ):  # fmt: skip
            for (first, last), style, said in ((label, "label", text), (field, "sign", "")):
                if last > first:
                    self.sheet.merge_range(row, first, row, last, "", self.styles[style])
                if said:
                    self.sheet.write_string(row, first, said, self.styles[style])
                else:
                    self.sheet.write_blank(row, first, None, self.styles[style])
