"""Word: sections, with their pages, headers and page numbers."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from evalkit.catalog.report_plans import Form
from evalkit.report import look, phrases
from evalkit.report.frame import Document
from evalkit.report.rendering.word import page_parts
from evalkit.report.rendering.word_front import Fronts
from evalkit.report.rendering.word_pages import LATIN, SONG, Page, page
from evalkit.report.rendering.word_parts import element, run_with, style_of, tag, whole_field
from evalkit.report.rendering.word_parts import paragraph as new_paragraph

_SMALL = 9
_REFERENCES = {tag("headerReference"), tag("footerReference")}
_MARKS = {tag("bookmarkStart"), tag("bookmarkEnd")}
# A break may move into the paragraph above it where that is plain text.
_PLAIN = {"BodyText", "FirstParagraph", "Compact", "TableNote", "ImageCaption", "CalculationShort", "CoverLine"}


def finish_sections(word: Any, document: Document, fronts: Fronts) -> None:
    """Set page, header and page number of every section, and take away sections and pages with nothing on them.

    Parameters
    ----------
    word : docx.Document
    document : Document
    fronts : Fronts
        Sections of cover and contents: no number on the cover, Roman ones on the contents.
    """
    body = word.element.body
    _without_empty_sections(body)
    for section in body.iter(tag("sectPr")):
        size = section.find(tag("pgSz"))
        landscape = size is not None and size.get(tag("orient")) == "landscape"
        for child in list(section):
            section.remove(child)
        section.append(element("type", val="nextPage"))
        first, *rest = page_parts(page(document.form, landscape=landscape), document.form, landscape=landscape)
        section.append(first)
        section.append(rest[0])
        numbers = _numbers(section, fronts)
        if numbers is not None:
            section.append(numbers)
        section.append(element("cols", space=425))
        if section is fronts.cover:
            section.append(element("titlePg"))
        for child in rest[1:]:
            section.append(child)
    _headers(word, document, fronts)
    _move_breaks_up(body)


def _numbers(section: Any, fronts: Fronts) -> Any:
    """Return how pages are numbered in a section: contents in Roman numbers, the chapters from 1."""
    if fronts.contents is None:
        return None
    if section is fronts.contents:
        return element("pgNumType", fmt="upperRoman", start=1)
    sections = list(section.getroottree().getroot().iter(tag("sectPr")))
    place = next(place for place, one in enumerate(sections) if one is section)
    return element("pgNumType", start=1) if place and sections[place - 1] is fronts.contents else None


def _without_empty_sections(body: Any) -> None:
    """A section that ends where the one before ended would be an empty page."""
    filled = False
    for item in list(body):
        if item.tag in _MARKS:
            continue
        section = item if item.tag == tag("sectPr") else item.find(f"{tag('pPr')}/{tag('sectPr')}")
        if section is None or any(part.text for part in item.iter(tag("t"))):
            filled = True
            continue
        if item.tag == tag("sectPr"):
            if not filled:
                _last_page(body, item)
        elif not filled:
            body.remove(item)
        filled = False


def _last_page(body: Any, last: Any) -> None:
    """Nothing stands behind the last break: the section before it is the last one."""
    breaks = [item for item in body if item.tag == tag("p") and item.find(f"{tag('pPr')}/{tag('sectPr')}") is not None]
    if breaks:
        section = breaks[-1].pPr.find(tag("sectPr"))
        body.replace(last, section)
        body.remove(breaks[-1])


def _move_breaks_up(body: Any) -> None:
    """Let the last paragraph of a section hold its break: a line for the break alone may fall on a page of its own."""
    for item in list(body):
        section = item.find(f"{tag('pPr')}/{tag('sectPr')}") if item.tag == tag("p") else None
        if section is None or any(words.text for words in item.iter(tag("t"))):
            continue
        above = item.getprevious()
        while above is not None and above.tag in _MARKS:
            above = above.getprevious()
        if (
            above is not None
            and above.tag == tag("p")
            and style_of(above) in _PLAIN
            and above.find(f"{tag('pPr')}/{tag('sectPr')}") is None
        ):
            above.pPr.append(section)
            body.remove(item)
        else:
            shape = item.pPr
            for child in [child for child in shape if child is not section and child.tag != tag("pStyle")]:
                shape.remove(child)
            section.addprevious(element("spacing", before=0, after=0, line=20, lineRule="exact"))


def widths_of(body: Any, form: Form) -> Iterator[tuple[Page, list[Any]]]:
    """Yield the page of each section with what stands on it."""
    held: list[Any] = []
    for item in list(body):
        held.append(item)
        section = item if item.tag == tag("sectPr") else item.find(f"{tag('pPr')}/{tag('sectPr')}")
        if section is not None:
            yield page(form, landscape=section.find(tag("pgSz")).get(tag("orient")) == "landscape"), held
            held = []


def _headers(word: Any, document: Document, fronts: Fronts) -> None:
    sections = list(word.sections)
    last, official = sections[-1], document.form == "official"
    notices = [text for _, text in document.header_marks]
    running = "" if official else document.title
    if notices or running:
        _header(_own(last.header), notices, running)
    _footer(_own(last.footer), "right" if official else "center")
    if official:
        if notices:
            _header(_own(last.even_page_header), notices, running)
        _footer(_own(last.even_page_footer), "left")
    references = [child for child in last._sectPr if child.tag in _REFERENCES]
    for section in sections[:-1]:
        for place, reference in enumerate(references):
            section._sectPr.insert(place, deepcopy(reference))
    if fronts.cover is not None:
        cover = sections[0]
        _own(cover.first_page_footer)
        head = _own(cover.first_page_header)
        if notices:
            _header(head, notices, "")


def _own(part: Any) -> Any:
    """Return a header or footer as one of its own section: else it would be made in the first section."""
    part.is_linked_to_previous = False
    return part


def _run(text: str, colour: str, size: float) -> Any:
    run, shape = run_with(text), element("rPr")
    for part in (
        element("rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=SONG, cs=LATIN),
        element("color", val=colour.lstrip("#")),
        element("sz", val=round(2 * size)),
        element("szCs", val=round(2 * size)),
    ):
        shape.append(part)
    run.insert(0, shape)
    return run


def _header(part: Any, notices: list[str], running: str) -> None:
    """Put notices and the title into a header: in two lines where one is too short."""
    paragraph = part.paragraphs[0]._p
    paragraph.get_or_add_pPr().style = "Header"
    for place, notice in enumerate(notices):
        paragraph.append(_run(f"　{notice}" if place else notice, "#B83B2E", _SMALL))
    if not running:
        return
    wide = phrases.display_width("　".join([*notices, running])) * _SMALL * 20
    if notices and wide > page("technical", landscape=False).text_width:
        paragraph.addnext(below := new_paragraph("Header"))
        below.append(_run(running, look.MUTED, _SMALL))
    else:
        paragraph.append(_run(f"　{running}" if notices else running, look.MUTED, _SMALL))


def _footer(part: Any, side: str) -> None:
    """Put the page number between dashes: 四号 at the outer edge on official paper, a character away from it."""
    paragraph = part.paragraphs[0]._p
    shape = paragraph.get_or_add_pPr()
    shape.style = "Footer"
    size = _SMALL if side == "center" else 14
    colour = look.MUTED if side == "center" else "#000000"
    if side != "center":
        shape.append(element("ind", **{f"{side}Chars": 100, side: 280, "firstLine": 0}))
        shape.append(element("jc", val=side))
    number = whole_field(" PAGE ", [run_with("1")])
    for run in number:
        run.insert(0, deepcopy(_run("", colour, size).rPr))
    for run in (_run("— ", colour, size), *number, _run(" —", colour, size)):
        paragraph.append(run)
