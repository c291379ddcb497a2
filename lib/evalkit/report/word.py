"""Word: the reference document that carries the styles, and the finishing of what pandoc wrote."""

from __future__ import annotations

import datetime
import io
import subprocess
import zipfile
from copy import deepcopy
from functools import cache
from pathlib import Path
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
}


@cache
def reference_document(pandoc: str, example: bool, running: str) -> bytes:
    """Make the Word file whose styles, page size, header and footer every report takes over.

    Parameters
    ----------
    pandoc : str
        Path of pandoc; its own reference document is the starting point.
    example : bool
        Put 示例数据(非真实) into the header.
    running : str
        Text of the header.
    """
    from docx import Document
    from docx.shared import Mm

    base = subprocess.run([pandoc, "--print-default-data-file=reference.docx"], capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
    document = Document(io.BytesIO(base))
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(27)
    section.top_margin = section.bottom_margin = Mm(27)
    section.header_distance = section.footer_distance = Mm(15)
    _paragraph_styles(document)
    _character_styles(document)
    _table_styles(document)
    _header_footer(section, example, running)
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


def _space(style: Any, before: float, after: float, line: float = 1.0, indent: float = 0.0, *, keep: bool = False, align: int | None = None) -> None:
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
    for name in ("Table Caption", "Image Caption", "Caption"):
        _font(paragraph(name), _HEI, 10.5)
        _space(paragraph(name), 8 if name == "Table Caption" else 2, 4 if name == "Table Caption" else 10, keep=name == "Table Caption", align=ALIGN.CENTER)
    _space(paragraph("Captioned Figure"), 6, 2, 1.0, keep=True, align=ALIGN.CENTER)
    _space(paragraph("Figure"), 6, 2, 1.0, keep=True, align=ALIGN.CENTER)
    _font(paragraph("Table Text"), _SONG, 8)
    _space(paragraph("Table Text"), 1, 1, 1.0)
    _font(paragraph("Table Head"), _HEI, 8)
    _space(paragraph("Table Head"), 1, 1, 1.0, keep=True)
    for name, size, left, after in (("Calculation", 11.0, 10, 2), ("Calculation Short", 10.5, 6, 4), ("Example Notice", 11.0, 0, 8), ("Table Note", 9.0, 0, 8)):
        style = paragraph(name)
        _font(style, _FANG, size, colour="#B83B2E" if name == "Example Notice" else look.INK)
        _space(style, 0, after, 1.15)
        style.paragraph_format.left_indent = Pt(left)
        style.paragraph_format.right_indent = Mm(0)


def _character_styles(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    for name, code in _STATUS_STYLES.items():
        style = _style(document, name, 2, "")
        style.font.color.rgb = RGBColor.from_string(look.status(code).ink.lstrip("#"))
    for name in ("Calculation Label", "Strong Words"):  # 黑体, not a bolder 仿宋
        label = _style(document, name, 2, "")
        label.font.color.rgb = RGBColor.from_string((look.ACCENT if name == "Calculation Label" else look.INK).lstrip("#"))
        fonts = label.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), _HEI)


# By style id: pandoc writes the id that the filter names, not the style's name.
_BORDERS = {
    "Official Table": dict.fromkeys(("top", "left", "bottom", "right", "insideH", "insideV"), (4, "808A96")),
    "WorkingTable": {"top": (10, "1F2937"), "bottom": (10, "1F2937"), "insideH": (2, "C9CED5")},
}


def _borders(edges: dict[str, tuple[int, str]]) -> Any:
    from docx.oxml import OxmlElement

    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        if edge in edges:
            line = OxmlElement(f"w:{edge}")
            for key, value in (("val", "single"), ("sz", str(edges[edge][0])), ("space", "0"), ("color", edges[edge][1])):
                line.set(_w(key), value)
            borders.append(line)
    return borders


def _margins() -> Any:
    from docx.oxml import OxmlElement

    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 20), ("left", 50), ("bottom", 20), ("right", 50)):
        margin = OxmlElement(f"w:{side}")
        margin.set(_w("w"), str(width))
        margin.set(_w("type"), "dxa")
        margins.append(margin)
    return margins


def _table_styles(document: Any) -> None:
    from docx.oxml import OxmlElement

    for name, edges in _BORDERS.items():
        style = _style(document, name, 3, "")
        properties = style.element.find(_w("tblPr"))
        if properties is None:
            properties = OxmlElement("w:tblPr")
            style.element.append(properties)
        for child in list(properties):
            properties.remove(child)
        properties.append(_borders(edges))
        properties.append(_margins())


def _header_footer(section: Any, example: bool, running: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.oxml import OxmlElement
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
    if example:
        run(head, f"{look.EXAMPLE_ZH}　", "#B83B2E")
    run(head, running, look.MUTED)
    foot = section.footer.paragraphs[0]
    foot.alignment = ALIGN.CENTER
    run(foot, "— ", look.MUTED)
    field = run(foot, "", look.MUTED)._element
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "1"), ("end", "")):
        if kind in {"begin", "separate", "end"}:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:t" if kind == "text" else "w:instrText")
            part.text = text
        field.append(part)
    run(foot, " —", look.MUTED)


def finish(path: Path, title: str, report_date: str) -> None:
    """Finish a report that pandoc wrote: headers in every section, table text, unbroken rows, fixed properties, fixed bytes.

    Parameters
    ----------
    path : pathlib.Path
        The docx; rewritten.
    title : str
        Title in the properties.
    report_date : str
        ISO date of creation and change.
    """
    from docx import Document

    document = Document(str(path))
    _repeat_header_footer(document)
    for table in document.element.body.iter(_w("tbl")):
        _finish_table(table)
    day = datetime.datetime.fromisoformat(report_date).replace(tzinfo=datetime.UTC)
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = title, "", "", ""
    core.created = core.modified = day
    core.language = "zh-CN"
    out = io.BytesIO()
    document.save(out)
    path.write_bytes(rezip(out.getvalue()))


def _w(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


def _repeat_header_footer(document: Any) -> None:
    sections = list(document.element.body.iter(_w("sectPr")))
    references = [child for child in sections[-1] if child.tag in {_w("headerReference"), _w("footerReference")}]
    for section in sections[:-1]:
        if not any(child.tag == _w("headerReference") for child in section):
            for place, reference in enumerate(references):
                section.insert(place, deepcopy(reference))


def _finish_table(table: Any) -> None:
    from docx.oxml import OxmlElement

    _direct_format(table.tblPr)
    for row in table.iter(_w("tr")):
        properties = row.get_or_add_trPr()
        if properties.find(_w("cantSplit")) is None:
            properties.insert(0, OxmlElement("w:cantSplit"))
        head = properties.find(_w("tblHeader")) is not None
        for cell in row.iter(_w("tc")):
            shape = cell.get_or_add_tcPr()
            if shape.find(_w("vAlign")) is None:
                middle = OxmlElement("w:vAlign")
                middle.set(_w("val"), "center")
                shape.append(middle)
            for paragraph in cell.iter(_w("p")):
                paragraph.get_or_add_pPr().style = "TableHead" if head else "TableText"


def _direct_format(properties: Any) -> None:
    """Full width, and the style's borders and margins once more: not every program reads them from the style."""
    width = properties.find(_w("tblW"))
    if width is not None:
        width.set(_w("type"), "pct")
        width.set(_w("w"), "5000")
    style = properties.find(_w("tblStyle"))
    edges = _BORDERS.get(style.get(_w("val")) if style is not None else "")
    layout = properties.find(_w("tblLayout"))
    if edges and layout is not None and properties.find(_w("tblBorders")) is None:
        layout.addprevious(_borders(edges))
        layout.addnext(_margins())


def rezip(data: bytes) -> bytes:
    """Return a zip file with sorted entries and nothing of time or machine in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            new.writestr(info, old.read(name), compresslevel=6)
    return out.getvalue()
