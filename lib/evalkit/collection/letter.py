"""The request letter that goes with a form (函): what is asked, how to fill it in; what nobody knows stays a blank."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from evalkit.collection.forms_plan import Form, departments_of, items_of, regions_of
from evalkit.collection.forms_sheet import EXAMPLE
from evalkit.collection.forms_text import clean, spans
from evalkit.report import phrases
from evalkit.report.rendering.word import field, instruction
from evalkit.report.rendering.wordfinish import rezip

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_TITLE, _SONG, _HEI, _FANG, _KAI, _LATIN = "方正小标宋简体", "宋体", "黑体", "仿宋", "楷体", "Times New Roman"
_BODY, _LINE = 16.0, 28.0  # 三号, 22 lines to a page
_NAMED = 6
_BLANK = "（　　　　）"
_DAY = "（　　　　）年（　　）月（　　）日"
_TIPS = (
    "（一）逐项填写填报值、来源文件及页码，并附佐证材料；填报说明见表格第一页。",
    "（二）没有数值的，选择无数值的原因，不以0代替；不是该年度数据的，注明数据年份。",
    "（三）不改动表格结构和表内文字，填好后仍以xlsx格式保存。",
)


def letter_bytes(form: Form) -> bytes:
    """Return the letter of a form as a Word file; the same questions give the same bytes."""
    from docx import Document

    document = Document()
    letter = _Letter(document, form)
    letter.page()
    letter.body()
    letter.list_of_items()
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = clean(letter.title), "", "", ""
    core.created = core.modified = _CREATED
    core.revision, core.language = 1, "zh-CN"
    out = io.BytesIO()
    document.save(out)
    return rezip(out.getvalue())


class _Letter:
    def __init__(self, document: Any, form: Form) -> None:
        self.document, self.form = document, form
        self.title = f"关于报送{_in_quotes(form.run.title_zh)}所需数据的函"
        self.departments, self.regions = departments_of(form), regions_of(form)
        self.items = list(items_of(form.parts).values())

    def page(self) -> None:
        """Set the page and the standard paragraph as GB/T 9704 has them."""
        from docx.enum.text import WD_LINE_SPACING
        from docx.shared import Mm, Pt

        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.header_distance, section.footer_distance = Mm(20), Mm(26)
        normal = self.document.styles["Normal"]
        self.font(normal.font, normal.element, _FANG, _BODY)
        shape = normal.paragraph_format
        shape.space_before = shape.space_after = Pt(0)
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_LINE)
        shape.widow_control = True
        footer = section.footer.paragraphs[0]
        self.align(footer, "center")
        foot = self.document.styles["Footer"]
        self.font(foot.font, foot.element, _SONG, 14)
        footer.add_run("— ")
        for piece in (field("begin"), instruction(" PAGE "), field("separate"), field("end")):
            footer._p.append(piece)
        footer.add_run(" —")
        if self.form.run.example:
            header = section.header.paragraphs[0]
            self.align(header, "right")
            self.write(header, EXAMPLE, _HEI, 10.5)

    def body(self) -> None:
        """Write the letter itself."""
        heading = self.paragraph("", align="center")
        heading.paragraph_format.line_spacing = self.points(36)
        heading.paragraph_format.space_after = self.points(_LINE)
        self.write(heading, self.title, _TITLE, 22)
        self.paragraph(f"{self.addressee()}：", indent=0)
        asked = "你单位" if len(self.departments) == 1 else "各部门"
        self.paragraph(f"因开展{_in_quotes(self.form.run.title_zh)}工作，需请{asked}提供有关数据。现送上填报表，请协助填报。有关事项如下：")
        self.paragraph("一、填报内容", face=_HEI).paragraph_format.keep_with_next = True
        self.paragraph(self.what())
        self.paragraph("二、填报要求", face=_HEI).paragraph_format.keep_with_next = True
        for tip in _TIPS:
            self.paragraph(tip)
        self.paragraph("三、报送方式", face=_HEI).paragraph_format.keep_with_next = True
        self.paragraph(f"请于{_DAY}前，将填好的电子表格、加盖公章的打印件和佐证材料一并报送。")
        self.paragraph(f"联系人：{_BLANK}　　联系电话：{_BLANK}")
        self.paragraph(f"电子邮箱：{_BLANK}")
        first = self.paragraph(f"附件：1. 数据填报表（{self.form.name}.xlsx）", left=5, hanging=5)
        first.paragraph_format.space_before = self.points(_LINE)
        self.paragraph("2. 数据项清单", left=5)
        sender, _ = (self.paragraph(text, align="right", indent=0) for text in ("（发文单位）", _DAY))
        sender.paragraph_format.space_before = self.points(_LINE)
        for paragraph in (first, sender):
            paragraph.paragraph_format.keep_with_next = True

    def addressee(self) -> str:
        """Return to whom the letter goes: a department, or the departments of a region."""
        first = next(iter(self.departments.values()))
        region = next(iter(self.regions.values())).name_zh if len(self.regions) == 1 else ""
        return f"{region}{first.name_zh}" if len(self.departments) == 1 else f"{region}各有关部门"

    def what(self) -> str:
        """Return in a paragraph what is asked."""
        names = [region.name_zh for region in self.regions.values()]
        shown = "、".join(names[:_NAMED]) + (f"等{len(names)}个地区" if len(names) > _NAMED else "")
        periods = sorted({period for item in self.items for period in item.periods})
        sheets = f"填报表共{len(self.form.parts)}张工作表" if len(self.form.parts) > 1 else "填报表共1张"
        told = f"{sheets}，涉及{shown}；数据项{len(self.items)}项，按年度分列应填{self.form.lines}格，时间为{spans(periods)}，清单见附件2。"
        if len(self.departments) > 1:
            told += "各部门填写以本部门名称命名的工作表：" + "、".join(d.name_zh for d in self.departments.values()) + "。"
        return told

    def list_of_items(self) -> None:
        """Write the list of items on pages of its own."""
        head = self.paragraph("附件2", face=_HEI, indent=0)
        head.paragraph_format.page_break_before = True
        heading = self.paragraph("", align="center")
        heading.paragraph_format.space_after = self.points(8)
        self.write(heading, "数据项清单", _TITLE, 18)
        alone = len(self.departments) == 1
        rows = [("序号", "数据项", "单位", "时间", "配合部门" if alone else "部门")]
        for number, item in enumerate(self.items, start=1):
            helpers = "、".join(item.partners)
            own = self.departments[item.department].name_zh
            who = (helpers or "—") if alone else own + (f"（配合：{helpers}）" if helpers else "")
            rows.append((str(number), item.name, phrases.cell(item.unit), spans(item.ordered), who))
        self.table(rows, (12, 54, 20, 34, 36))

    def table(self, rows: Sequence[tuple[str, ...]], widths: tuple[int, ...]) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm

        table = self.document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for number, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
            shape = row._tr.get_or_add_trPr()
            shape.append(OxmlElement("w:cantSplit"))
            if not number:
                repeated = OxmlElement("w:tblHeader")
                repeated.set(qn("w:val"), "true")
                shape.append(repeated)
            for position, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                cell.width = Mm(widths[position])
                cell.vertical_alignment = 1
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.line_spacing = self.points(16)
                self.align(paragraph, "center" if not number or position in (0, 2) else "left")
                self.write(paragraph, text, _HEI if not number else _SONG, 10.5)

    def paragraph(self, text: str, *, face: str = _FANG, align: str = "", indent: float = 2, left: float = 0, hanging: float = 0) -> Any:
        """Add a paragraph; `indent`, `left` and `hanging` in characters."""
        paragraph = self.document.add_paragraph()
        shape = paragraph.paragraph_format
        if align:
            self.align(paragraph, align)
        elif left:
            shape.left_indent = self.points(left * _BODY)
            shape.first_line_indent = self.points(-(hanging - 2) * _BODY if hanging else 0)
        elif indent:
            shape.first_line_indent = self.points(indent * _BODY)
        if text:
            self.write(paragraph, text, face, _BODY)
        return paragraph

    def write(self, paragraph: Any, text: str, face: str, size: float) -> None:
        run = paragraph.add_run(clean(text))
        self.font(run.font, run._r, face, size)

    def font(self, font: Any, element: Any, face: str, size: float) -> None:
        """Set the face of Chinese and of Latin letters; Word keeps them apart."""
        from docx.oxml.ns import qn

        font.name, font.size = _LATIN, self.points(size)
        element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)

    def align(self, paragraph: Any, where: str) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, where.upper())

    def points(self, size: float) -> Any:
        from docx.shared import Pt

        return Pt(size)


def _in_quotes(title: str) -> str:
    """Return a title in quotation marks; marks within it become single ones."""
    inner = title.replace("“", "‘").replace("”", "’")
    return f"“{inner}”"
