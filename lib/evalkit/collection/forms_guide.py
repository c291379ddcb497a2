"""The sheet of instructions of a form."""

from __future__ import annotations

from typing import Any

from evalkit.collection import forms_text as texts
from evalkit.collection.forms_plan import Form
from evalkit.collection.forms_sheet import BORDER, EXAMPLE, FOOT, HEI, SONG
from evalkit.intake import form_layout as layout

_WIDTHS = (15, 9, 11, 11, 10, 18, 7, 16)
_SIZE = 11.0
_ONE_PAGE = 12  # sheets that the instructions can list without a second page
_STEPS = (
    "一、每个数据项按年度各占一行。在浅黄色的“本次填报值”中填一个数，不带单位和文字；单位见表，数据单位不同的请先换算。",
    "二、没有数值的，不要填0，也不要填“无”“/”：请空着填报值，在“无数值原因”中选择原因。数值和原因只填一样。",
    "三、“上次数据”（灰色）是牵头单位已有的数据，供核对；与本次不同的，请在“备注”中说明原因。",
    "四、该年度没有、只能用其他年度数据的，照填数值，并在“数据年份”填该数据实际的年份（四位）。",
    "五、“来源文件”填数据出处的名称和文号，“页码”填所在页；“佐证材料”填随表报送的文件名。",
    "六、要求填写完成情况的（单位为“—”），用文字填写，如“已印发实施”，并附佐证材料。",
    "七、请不要增删行列、改动表内文字或改名、复制工作表；填好后仍存为xlsx。表末填写填报人、审核人、日期，打印盖章后连同电子表一并报送。",
)
_EXAMPLE_HEAD = ("数据项", "年度", "本次填报值", "无数值原因", "数据年份", "来源文件", "页码", "佐证材料")
_EXAMPLE_LINES = (
    ("某数据项", "2024年", "123.4", "", "", "《某某统计年鉴》", "12", "某某统计年鉴.pdf"),
    ("某数据项", "2023年", "", "未发布", "", "", "", ""),
    ("另一数据项", "2024年", "56.7", "", "2023", "某某函〔2024〕1号", "3", "某某函.pdf"),
)
_REASONS = {
    "未发布": "数据尚未公布，公布后补报",
    "不涉及": "本地区没有这一事项",
    "不考核": "上级明确不考核本地区的这一项，请附文件",
    "无监测点": "本地区没有设监测点位",
    "未统计": "没有统计过，也没有记录可查",
    "待佐证": "已在办理，佐证材料尚不齐全，暂不填报",
    layout.NOT_ISSUED: "上级没有给本地区下达这项任务（只用于上级下达值）",
}


def write_guide(book: Any, form: Form, sheets: list[str]) -> None:
    """Write the instructions as the first sheet.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    form : Form
    sheets : list of str
        Names of the data sheets, in the order of the parts.
    """
    sheet = book.add_worksheet(layout.GUIDE_SHEET)
    styles = {
        "title": book.add_format({**HEI, "font_size": 16, "align": "center", "valign": "vcenter", "text_wrap": True}),
        "stamp": book.add_format({**HEI, "font_color": "#B83B2E", "align": "center"}),
        "plain": book.add_format({**SONG, "font_size": _SIZE, "text_wrap": True, "valign": "top"}),
        "section": book.add_format({**HEI, "font_size": _SIZE, "valign": "vcenter"}),
        "head": book.add_format({**HEI, **BORDER, "align": "center", "valign": "vcenter", "text_wrap": True, "bg_color": "#E3E8EE"}),
        "cell": book.add_format({**SONG, **BORDER, "valign": "vcenter", "text_wrap": True}),
        "sample": book.add_format(
            {**SONG, **BORDER, "valign": "vcenter", "text_wrap": True, "font_color": "#1F4E9E", "bg_color": "#FFFBE6"}
        ),
    }
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    writer = _Guide(sheet, styles)
    writer.across(f"{form.run.title_zh}\n数据填报说明", "title", 46)
    if form.run.example:
        writer.across(EXAMPLE, "stamp", 20)
    for step in _STEPS:
        writer.across(step, "plain")
    writer.across("填写示例", "section", 24)
    writer.table([_EXAMPLE_HEAD, *_EXAMPLE_LINES], [(column, column) for column in range(8)], body="sample")
    writer.across("无数值原因", "section", 24)
    writer.table([("原因", "什么时候选"), *_REASONS.items()], [(0, 1), (2, 7)])
    writer.across("本工作簿的填报表", "section", 24)
    rows = [
        (name, part.region.full_name_zh, part.department.name_zh, f"{len(part.items)} 项", f"{part.lines} 格")
        for name, part in zip(sheets, form.parts, strict=True)
    ]
    writer.table([("工作表", "地区", "填报部门", "数据项", "应填"), *rows], [(0, 1), (2, 4), (5, 5), (6, 6), (7, 7)])
    sheet.set_paper(9)
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    sheet.fit_to_pages(1, 1 if len(form.parts) <= _ONE_PAGE else 0)
    sheet.center_horizontally()
    sheet.set_footer(f"&C{FOOT}第 &P 页，共 &N 页")
    sheet.protect("", {"format_columns": True, "format_rows": True})


class _Guide:
    def __init__(self, sheet: Any, styles: dict[str, Any]) -> None:
        self.sheet, self.styles, self.row = sheet, styles, 0

    def across(self, text: str, style: str, height: float = 0) -> None:
        self.sheet.merge_range(self.row, 0, self.row, len(_WIDTHS) - 1, "", self.styles[style])
        self.sheet.write_string(self.row, 0, texts.clean(text), self.styles[style])
        self.sheet.set_row(self.row, height or texts.height(text, sum(_WIDTHS), _SIZE))
        self.row += 1

    def table(self, rows: list[tuple[str, ...]], spans: list[tuple[int, int]], body: str = "cell") -> None:
        for number, row in enumerate(rows):
            style = self.styles[body if number else "head"]
            height = 18.0
            for text, (first, last) in zip(row, spans, strict=True):
                if last > first:
                    self.sheet.merge_range(self.row, first, self.row, last, "", style)
                self.sheet.write_string(self.row, first, texts.clean(text), style)
                height = max(height, texts.height(text, sum(_WIDTHS[first : last + 1]), SONG["font_size"]))
            self.sheet.set_row(self.row, height)
            self.row += 1
