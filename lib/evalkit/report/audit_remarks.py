"""The sheet of the audit workbook on which reviewers write, and what it is called when it is read back."""

from __future__ import annotations

from typing import Any

from evalkit.catalog.models import Region, Run
from evalkit.review.audit_cells import Audit

REMARKS = "评审意见"
MARK = "evalkit-review-1"
KINDS = ("数据", "公式或口径", "取整", "指标值", "佐证材料", "判定", "文字", "其他")
WEIGHTS = ("应修改", "建议修改", "请说明")
_EXTRA = 20  # empty lines for opinions on the whole
_COLUMNS = (("指标", 34), ("评估期", 9), ("依据", 22), ("意见类别", 12), ("轻重", 10), ("意见", 60), ("建议的数值", 14), ("评审人", 12),
            ("日期", 12), ("备注", 24))  # fmt: skip
_KEY = 10  # first of the hidden columns: basis, set, indicator, period, milestone


def write_remarks(book: Any, run: Run, region: Region, made: Audit, state: str) -> None:
    """Write the sheet: a line for each row of the results, lists to choose from, hidden keys that say what a line is of."""
    sheet = book.get_worksheet_by_name(REMARKS)
    font = {"font_name": "微软雅黑", "font_size": 9, "valign": "vcenter", "text_wrap": True, "border": 1, "border_color": "#BFBFBF"}
    plain, open_ = book.add_format(font), book.add_format({**font, "bg_color": "#FFFBE0", "locked": False})
    head = book.add_format({**font, "bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "align": "center"})
    sheet.write_row(0, 0, [MARK, run.id, region.code, state])
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.write_string(
        1,
        0,
        "每条意见一行，写在所说的指标后面；一项指标有几条意见的，写在末尾的空行并注明指标。总的意见也写在末尾。",
        book.add_format({**font, "border": 0, "text_wrap": False}),
    )
    for column, (name, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, name, head)
    sheet.set_column(_KEY, _KEY + 4, 8, None, {"hidden": True})
    for row in range(3, 3 + len(made.entries) + _EXTRA):
        index = row - 3
        entry = made.entries[index] if index < len(made.entries) else None
        line = entry.line if entry else None
        name = "" if line is None else f"{line.seq} {line.part_of}：{line.name_zh}" if line.part_of else f"{line.seq} {line.name_zh}"
        for column, text in enumerate([name, entry.period if entry else "", (line.source if line else "")]):
            sheet.write_string(row, column, text, plain if line is not None else open_)
        for column in range(3, len(_COLUMNS)):
            sheet.write_blank(row, column, None, open_)
        if line is not None and entry is not None:
            sheet.write_row(row, _KEY, [line.basis, line.source, line.indicator, entry.period, line.milestone])
    last = 2 + len(made.entries) + _EXTRA
    sheet.data_validation(
        3, 3, last, 3, {"validate": "list", "source": list(KINDS), "error_title": "意见类别", "error_message": "请从列表中选择"}
    )
    sheet.data_validation(
        3, 4, last, 4, {"validate": "list", "source": list(WEIGHTS), "error_title": "轻重", "error_message": "请从列表中选择"}
    )
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer('&C&"微软雅黑"&8第 &P 页，共 &N 页')
