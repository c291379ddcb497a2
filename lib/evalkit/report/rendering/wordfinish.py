"""Word: the finishing of what pandoc wrote."""

from __future__ import annotations

import datetime
import io
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from evalkit.report.frame import Document as Report
from evalkit.report.rendering.word import BORDERS, borders, field, instruction, margins, run_with, tag

_FEWEST_CHAPTERS = 5
_HINT = "注：在目录上单击右键，选择“更新域”，即显示页码。"


def finish(path: Path, document: Report) -> None:
    """Finish a report that pandoc wrote: headers in every section, table text, unbroken rows, fixed properties, fixed bytes.

    Parameters
    ----------
    path : pathlib.Path
        The docx; rewritten.
    document : Document
        Its title and date stand in the properties.
    """
    import docx

    word = docx.Document(str(path))
    _repeat_header_footer(word)
    _contents(word.element.body)
    for table in word.element.body.iter(tag("tbl")):
        _finish_table(table)
        _space_after(table, word)
    day = datetime.datetime.fromisoformat(document.report_date).replace(tzinfo=datetime.UTC)
    core = word.core_properties
    core.title, core.author, core.last_modified_by, core.comments = document.title, "", "", ""
    core.created = core.modified = day
    core.language = "en" if document.lang == "en" else "zh-CN"
    out = io.BytesIO()
    word.save(out)
    path.write_bytes(rezip(out.getvalue()))


def _repeat_header_footer(document: Any) -> None:
    sections = list(document.element.body.iter(tag("sectPr")))
    references = [child for child in sections[-1] if child.tag in {tag("headerReference"), tag("footerReference")}]
    for section in sections[:-1]:
        if not any(child.tag == tag("headerReference") for child in section):
            for place, reference in enumerate(references):
                section.insert(place, deepcopy(reference))


def _contents(body: Any) -> None:
    """Put a table of contents below the date: a field with its entries, so that nothing is empty before it is updated.

    Page numbers come when the field is updated: only a program that lays out pages knows them, and a line below says
    so. A report of a few chapters has no contents.
    """
    from docx.oxml import OxmlElement

    paragraphs = [element for element in body if element.tag == tag("p")]
    heads = [item for item in paragraphs if _style_of(item) == "Heading1"]
    date = next((item for item in paragraphs if _style_of(item) == "Date"), None)
    entries = [(_anchor(head), "".join(text.text or "" for text in head.iter(tag("t")))) for head in heads]
    entries = [(anchor, text) for anchor, text in entries if anchor]
    if date is None or len(entries) < _FEWEST_CHAPTERS:
        return
    place = date
    for index, (anchor, text) in enumerate(entries):
        paragraph = OxmlElement("w:p")
        shape = OxmlElement("w:pPr")
        style = OxmlElement("w:pStyle")
        style.set(tag("val"), "TOC1")
        shape.append(style)
        paragraph.append(shape)
        if not index:
            for part in (field("begin"), instruction(' TOC \\o "1-1" \\h \\z \\u '), field("separate")):
                paragraph.append(part)
        link = OxmlElement("w:hyperlink")
        link.set(tag("anchor"), anchor)
        link.append(run_with(text))
        paragraph.append(link)
        if index == len(entries) - 1:
            paragraph.append(field("end"))
        place.addnext(paragraph)
        place = paragraph
    hint, shape, style = OxmlElement("w:p"), OxmlElement("w:pPr"), OxmlElement("w:pStyle")
    style.set(tag("val"), "TableNote")
    shape.append(style)
    hint.append(shape)
    hint.append(run_with(_HINT))
    place.addnext(hint)


def _style_of(paragraph: Any) -> str:
    style = paragraph.find(f"{tag('pPr')}/{tag('pStyle')}")
    return str(style.get(tag("val"))) if style is not None else ""


def _anchor(head: Any) -> str:
    before = head.getprevious()
    mark = before if before is not None and before.tag == tag("bookmarkStart") else head.find(tag("bookmarkStart"))
    return str(mark.get(tag("name"))) if mark is not None else ""


def _finish_table(table: Any) -> None:
    from docx.oxml import OxmlElement

    _direct_format(table.tblPr)
    for row in table.iter(tag("tr")):
        properties = row.get_or_add_trPr()
        if properties.find(tag("cantSplit")) is None:
            properties.insert(0, OxmlElement("w:cantSplit"))
        head = properties.find(tag("tblHeader")) is not None
        for cell in row.iter(tag("tc")):
            shape = cell.get_or_add_tcPr()
            if shape.find(tag("vAlign")) is None:
                middle = OxmlElement("w:vAlign")
                middle.set(tag("val"), "center")
                shape.append(middle)
            for paragraph in cell.iter(tag("p")):
                paragraph.get_or_add_pPr().style = "TableHead" if head else "TableText"


def _space_after(table: Any, document: Any) -> None:
    """Keep some distance between a table and the text below it."""
    from docx.shared import Pt
    from docx.text.paragraph import Paragraph

    below = table.getnext()
    while below is not None and below.tag == tag("bookmarkEnd"):
        below = below.getnext()
    if below is not None and below.tag == tag("p") and _style_of(below) in {"BodyText", "FirstParagraph", "TableNote", "CalculationShort"}:
        Paragraph(below, document).paragraph_format.space_before = Pt(6)


def _direct_format(properties: Any) -> None:
    """Full width, and the style's borders and margins once more: not every program reads them from the style."""
    width = properties.find(tag("tblW"))
    if width is not None:
        width.set(tag("type"), "pct")
        width.set(tag("w"), "5000")
    style = properties.find(tag("tblStyle"))
    edges = BORDERS.get(style.get(tag("val")) if style is not None else "")
    layout = properties.find(tag("tblLayout"))
    if edges and layout is not None and properties.find(tag("tblBorders")) is None:
        layout.addprevious(borders(edges))
        layout.addnext(margins())


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
