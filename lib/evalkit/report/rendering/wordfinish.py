"""Word: the finishing of what pandoc wrote."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from pathlib import Path
from typing import Any

from evalkit.messages.speech import Speech, speaking
from evalkit.report.frame import Document as Report
from evalkit.report.rendering.word_blocks import finish_blocks
from evalkit.report.rendering.word_front import front
from evalkit.report.rendering.word_parts import Marks, element, parsed, style_of, tag, text_of
from evalkit.report.rendering.word_pictures import finish_pictures
from evalkit.report.rendering.word_refs import number_captions
from evalkit.report.rendering.word_sections import finish_sections, widths_of
from evalkit.report.rendering.word_tables import finish_table

_TEXT = {"BodyText", "FirstParagraph", "Calculation", "CalculationShort"}
_AFTER_COMPAT = {tag(name) for name in ("rsids", "mathPr", "attachedSchema", "themeFontLang", "clrSchemeMapping", "decimalSymbol")}
_MARKS = {tag("bookmarkStart"), tag("bookmarkEnd")}
_SYMBOLS = re.compile("[●▲◐○◆◇■□▷△▼▽→↑↓①-⑳]")
_PROPERTY = 255  # signs that a property of a file may have
_LABEL = 60  # signs; a longer line is a sentence


def finish(path: Path, document: Report) -> None:
    """Finish a report that pandoc wrote, so that it is a Word file as a person would have made it.

    Cover and contents, sections with their pages, headers and page numbers, tables, captions and references as fields,
    pictures, properties, and the same bytes for the same report.

    Parameters
    ----------
    path : pathlib.Path
        The docx; rewritten.
    document : Document
        Its form, language, cover and header marks decide the look; title and date stand in the properties.
    """
    import docx

    word = docx.Document(str(path))
    body = word.element.body
    finish_blocks(word, document)
    marks = Marks(body)
    with speaking(Speech(document.lang)):
        fronts = front(body, document)
        number_captions(body, marks)
    _without_empty_paragraphs(body)
    finish_sections(word, document, fronts)
    for room, items in widths_of(body, document.form):
        for item in items:
            for table in [item] if item.tag == tag("tbl") else list(item.iter(tag("tbl"))):
                finish_table(table, document.form, room.text_width)
            finish_pictures(item, room)
    _hold_labels(body)
    _symbols(body, document)
    _lists(word, document)
    _settings(word, document)
    _properties(word, document)
    out = io.BytesIO()
    word.save(out)
    path.write_bytes(rezip(out.getvalue()))


def _without_empty_paragraphs(body: Any) -> None:
    """Drop the empty paragraph that pandoc puts behind a table where another paragraph follows: only two tables need one between them."""
    for item in list(body):
        if item.tag != tag("p") or len(item):
            continue
        below = next((other for other in item.itersiblings() if other.tag not in _MARKS), None)
        if below is not None and below.tag == tag("p"):
            body.remove(item)


def _hold_labels(body: Any) -> None:
    """Keep a line that only says what follows (未达标, 成效和指标完成情况) on the page of what follows."""
    for item in body.iter(tag("p")):
        first = item.find(f"{tag('r')}/{tag('rPr')}/{tag('rStyle')}")
        if first is None or first.get(tag("val")) != "StrongWords" or style_of(item) not in _TEXT:
            continue
        text = text_of(item).strip()
        if len(text) <= _LABEL and not text.endswith(("。", "；", ".", ";")):
            item.get_or_add_pPr().get_or_add_keepNext()


def _symbols(body: Any, document: Report) -> None:
    """Let status symbols and arrows be drawn by the Chinese font, as large as the words beside them: Word would take the Latin one."""
    if document.lang != "zh":
        return
    for run in body.iter(tag("r")):
        if not any(_SYMBOLS.search(words.text or "") for words in run.findall(tag("t"))):
            continue
        shape = run.get_or_add_rPr()
        fonts = shape.find(tag("rFonts"))
        if fonts is None:
            fonts = element("rFonts")
            style = shape.find(tag("rStyle"))
            if style is not None:
                style.addnext(fonts)
            else:
                shape.insert(0, fonts)
        fonts.set(tag("hint"), "eastAsia")


def _lists(word: Any, document: Report) -> None:
    """Let lists begin like paragraphs: an official paper has the first line indented and the others not."""
    numbering = next((part for part in word.part.package.iter_parts() if str(part.partname) == "/word/numbering.xml"), None)
    if numbering is None or document.form != "official":
        return
    for level in numbering.element.iter(tag("lvl")):
        indent = level.find(f"{tag('pPr')}/{tag('ind')}")
        if level.get(tag("ilvl")) != "0" or indent is None:
            continue
        indent.getparent().replace(indent, parsed("<w:ind w:left='0' w:firstLine='640'/>"))
        if level.find(tag("suff")) is None:
            level.find(tag("lvlText")).addprevious(parsed("<w:suff w:val='space'/>"))


def _settings(word: Any, document: Report) -> None:
    settings = word.settings
    settings.odd_and_even_pages_header_footer = document.form == "official"
    for item in settings.element.iter(tag("characterSpacingControl")):
        item.set(tag("val"), "compressPunctuation")
    for item in settings.element.iter(tag("themeFontLang")):
        item.set(tag("eastAsia"), "zh-CN")
    # Without it Word says “compatibility mode” in its title bar and lays out as it did in 2007.
    for old in settings.element.findall(tag("compat")):
        settings.element.remove(old)
    mode = "w:name='compatibilityMode' w:uri='http://schemas.microsoft.com/office/word' w:val='15'"
    modern = parsed(f"<w:compat><w:compatSetting {mode}/></w:compat>")
    following = next((child for child in settings.element if child.tag in _AFTER_COMPAT), None)
    if following is not None:
        following.addprevious(modern)


def _properties(word: Any, document: Report) -> None:
    day = datetime.datetime.fromisoformat(document.report_date).replace(tzinfo=datetime.UTC)
    core = word.core_properties
    core.title, core.author, core.last_modified_by, core.comments = document.title[:_PROPERTY], "", "", ""
    core.created = core.modified = day
    core.language = "en" if document.lang == "en" else "zh-CN"


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
