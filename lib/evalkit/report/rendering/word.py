"""Word: the reference document that carries the styles, and the parts of which styles and fields are made."""

from __future__ import annotations

import io
import subprocess
from copy import deepcopy
from functools import cache
from typing import Any

from evalkit.report import look

_SONG, _HEI, _FANG, _KAI = "宋体", "黑体", "仿宋", "楷体"
_LATIN = "Times New Roman"
_STATUS_STYLES = {
    "Status Met": "met",
    "Status Not Met": "not_met",
    "Status Pending": "pending",
    "Status Missing": "missing",
    "Status Not Applicable": "not_applicable",
    "Status No Target": "no_target",
    "Status Reached": "reached",
    "Status Not Yet": "not_yet",
    "Status No Comparison": "no_previous",
    "Status Base Year": "base_year",
}


@cache
def reference_document(pandoc: str, notices: tuple[str, ...], running: str) -> bytes:
    """Make the Word file whose styles, page size, header and footer every report takes over.

    Parameters
    ----------
    pandoc : str
        Path of pandoc; its own reference document is the starting point.
    notices : tuple of str
        Put into the header before its text: 示例数据(非真实).
    running : str
        Text of the header.
    """
    from docx import Document
    from docx.shared import Mm

    base = subprocess.run(
        [pandoc, "--print-default-data-file=reference.docx"], capture_output=True, check=True, stdin=subprocess.DEVNULL
    ).stdout
    document = Document(io.BytesIO(base))
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(27)
    section.top_margin = section.bottom_margin = Mm(27)
    section.header_distance = section.footer_distance = Mm(15)
    _paragraph_styles(document)
    _character_styles(document)
    _table_styles(document)
    _header_footer(section, notices, running)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _style(document: Any, name: str, kind: int, base: str = "Normal") -> Any:
    found = [style for style in document.styles if style.name == name and style.type == kind]
    if found:
        return found[0]
    style = document.styles.add_style(name, kind)
    if base:
        style.base_style = document.styles[base]
    return style


def _font(style: Any, east: str, size: float, *, colour: str = look.INK, bold: bool = False, latin: str = _LATIN) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name = latin
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.italic = False
    style.font.color.rgb = RGBColor.from_string(colour.lstrip("#"))
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [name for name in fonts.attrib if "Theme" in name]:
        del fonts.attrib[name]
    for name, value in (("w:ascii", latin), ("w:hAnsi", latin), ("w:cs", latin), ("w:eastAsia", east)):
        fonts.set(qn(name), value)


def _space(
    style: Any, before: float, after: float, line: float = 1.0, indent: float = 0.0, *, keep: bool = False, align: int | None = None
) -> None:
    from docx.shared import Pt

    shape = style.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.line_spacing = line
    shape.first_line_indent = Pt(indent)
    shape.keep_with_next = keep
    if align is not None:
        shape.alignment = align


def _paragraph_styles(document: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import Mm, Pt

    def paragraph(name: str, base: str = "Normal") -> Any:
        return _style(document, name, 1, base)

    _font(paragraph("Normal"), _FANG, 12)
    for name in ("Body Text", "First Paragraph"):
        _font(paragraph(name), _FANG, 12)
        _space(paragraph(name), 0, 4, 1.35, 24, align=ALIGN.JUSTIFY)
    _font(paragraph("Compact"), _FANG, 12)
    _space(paragraph("Compact"), 0, 3, 1.25)
    for name, east, size, before, after in (("Title", _HEI, 20, 18, 10), ("Subtitle", _KAI, 14, 0, 6), ("Date", _KAI, 12, 0, 14)):
        _font(paragraph(name), east, size)
        _space(paragraph(name), before, after, align=ALIGN.CENTER)
    for name, east, size, before in (("Heading 1", _HEI, 15, 16), ("Heading 2", _KAI, 13, 12), ("Heading 3", _FANG, 12, 8)):
        _font(paragraph(name), east, size, colour=look.INK, bold=name == "Heading 3")
        _space(paragraph(name), before, 6, 1.1, keep=True)
    contents = paragraph("toc 1")
    contents.element.set(tag("styleId"), "TOC1")
    _font(contents, _FANG, 11)
    _space(contents, 0, 2, 1.1)
    for name in ("Table Caption", "Image Caption", "Caption"):
        _font(paragraph(name), _HEI, 10.5)
        _space(
            paragraph(name),
            8 if name == "Table Caption" else 2,
            4 if name == "Table Caption" else 10,
            keep=name == "Table Caption",
            align=ALIGN.CENTER,
        )
    _space(paragraph("Captioned Figure"), 6, 2, 1.0, keep=True, align=ALIGN.CENTER)
    _space(paragraph("Figure"), 6, 2, 1.0, keep=True, align=ALIGN.CENTER)
    _font(paragraph("Table Text"), _SONG, 8)
    _space(paragraph("Table Text"), 1, 1, 1.0)
    _font(paragraph("Table Head"), _HEI, 8)
    _space(paragraph("Table Head"), 1, 1, 1.0, keep=True)
    for name, points, left, after in (
        ("Calculation", 11.0, 10, 2),
        ("Calculation Short", 10.5, 6, 4),
        ("Example Notice", 11.0, 0, 8),
        ("Table Note", 9.0, 0, 8),
    ):
        style = paragraph(name)
        _font(style, _FANG, points, colour="#B83B2E" if name == "Example Notice" else look.INK)
        _space(style, 0, after, 1.15)
        style.paragraph_format.left_indent = Pt(left)
        style.paragraph_format.right_indent = Mm(0)


def _character_styles(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    for name, code in _STATUS_STYLES.items():
        style = _style(document, name, 2, "")
        style.font.color.rgb = RGBColor.from_string(look.status(code).ink.lstrip("#"))
    for name in ("Calculation Label", "Strong Words"):  # 黑体, not only a bolder 仿宋
        label = _style(document, name, 2, "")
        label.font.bold = name == "Strong Words"
        label.font.color.rgb = RGBColor.from_string((look.ACCENT if name == "Calculation Label" else look.INK).lstrip("#"))
        fonts = label.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), _HEI)


# By style id: pandoc writes the id that the filter names, not the style's name.
BORDERS = {
    "Official Table": dict.fromkeys(("top", "left", "bottom", "right", "insideH", "insideV"), (4, "808A96")),
    "WorkingTable": {"top": (10, "1F2937"), "bottom": (10, "1F2937"), "insideH": (2, "C9CED5")},
}


def borders(edges: dict[str, tuple[int, str]]) -> Any:
    """Return the borders of a table: ``{edge: (eighths of a point, colour)}``."""
    from docx.oxml import OxmlElement

    made = OxmlElement("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        if edge in edges:
            line = OxmlElement(f"w:{edge}")
            for key, value in (("val", "single"), ("sz", str(edges[edge][0])), ("space", "0"), ("color", edges[edge][1])):
                line.set(tag(key), value)
            made.append(line)
    return made


def margins() -> Any:
    """Return the cell margins of all tables."""
    from docx.oxml import OxmlElement

    made = OxmlElement("w:tblCellMar")
    for side, width in (("top", 20), ("left", 50), ("bottom", 20), ("right", 50)):
        margin = OxmlElement(f"w:{side}")
        margin.set(tag("w"), str(width))
        margin.set(tag("type"), "dxa")
        made.append(margin)
    return made


def _table_styles(document: Any) -> None:
    from docx.oxml import OxmlElement

    for name, edges in BORDERS.items():
        style = _style(document, name, 3, "")
        properties = style.element.find(tag("tblPr"))
        if properties is None:
            properties = OxmlElement("w:tblPr")
            style.element.append(properties)
        for child in list(properties):
            properties.remove(child)
        properties.append(borders(edges))
        properties.append(margins())


def _header_footer(section: Any, notices: tuple[str, ...], running: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    def run(paragraph: Any, text: str, colour: str) -> Any:
        added = paragraph.add_run(text)
        added.font.size = Pt(9)
        added.font.color.rgb = RGBColor.from_string(colour.lstrip("#"))
        added.font.name = _LATIN
        added._element.rPr.rFonts.set(qn("w:eastAsia"), _SONG)
        return added

    head = section.header.paragraphs[0]
    head.alignment = ALIGN.CENTER
    for notice in notices:
        run(head, f"{notice}　", "#B83B2E")
    run(head, running, look.MUTED)
    foot = section.footer.paragraphs[0]
    foot.alignment = ALIGN.CENTER
    run(foot, "— ", look.MUTED)
    for part in (field("begin"), instruction(" PAGE "), field("separate"), run_with("1"), field("end")):
        part.insert(0, deepcopy(foot.runs[0]._element.rPr))
        foot._element.append(part)
    run(foot, " —", look.MUTED)


def tag(name: str) -> str:
    """Return an element's name in the namespace of WordprocessingML."""
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


def run_with(text: str) -> Any:
    """Return a run of text."""
    from docx.oxml import OxmlElement

    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = text
    run.append(words)
    return run


def field(kind: str) -> Any:
    """Return a mark of a field: ``begin``, ``separate`` or ``end``."""
    from docx.oxml import OxmlElement

    run, mark = OxmlElement("w:r"), OxmlElement("w:fldChar")
    mark.set(tag("fldCharType"), kind)
    run.append(mark)
    return run


def instruction(text: str) -> Any:
    """Return what a field is to show."""
    from docx.oxml import OxmlElement

    run, words = OxmlElement("w:r"), OxmlElement("w:instrText")
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    words.text = text
    run.append(words)
    return run
