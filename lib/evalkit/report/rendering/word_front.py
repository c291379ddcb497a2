"""Word: what stands before the first chapter: cover and contents of a report, title of an official paper; and its signature."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from evalkit.messages.speech import say
from evalkit.report import phrases
from evalkit.report.frame import Document
from evalkit.report.rendering.word_pages import page
from evalkit.report.rendering.word_parts import element, paragraph, run_with, style_of, tag, text_of, whole_field

#: A report of fewer chapters has neither cover nor contents.
FEWEST_CHAPTERS = 5
_MOST_ENTRIES = 36  # with more a list of contents would need a second page: it then holds the chapters alone
_ANNEX = re.compile(r"(?:附件|Annex )\d+")
_FRONT = {"Title", "Subtitle", "Author", "Date", "ExampleNotice", "CoverKind", "CoverRegion", "CoverLine"}
_LEVELS = {"Heading1": 1, "AnnexHeading": 1, "Heading2": 2}
# How far the title stands below the top of a cover and the last lines below the kind of report, in points.
_SMALLER = (20, 18, 17, 16)
_TOP, _GAP, _LINE = 130, 230, 32
_COVER_SIZE, _TITLE_SIZES = 26, {"technical": 20, "official": 22}


@dataclass(frozen=True)
class Fronts:
    """Sections before the first chapter: the cover and the contents; None where there is none."""

    cover: Any = None
    contents: Any = None


def front(body: Any, document: Document) -> Fronts:
    """Set cover and contents, or the title of an official paper with its signature.

    Parameters
    ----------
    body : element
        Of the document that pandoc wrote: title, subtitle and date, then the chapters.
    document : Document

    Returns
    -------
    Fronts
        The sections that were begun for them.
    """
    before = _before(body)
    heads = [item for item in body.iter(tag("p")) if style_of(item) == "Heading1"]
    by_style = {style_of(item): item for item in before}
    title, date = by_style.get("Title"), by_style.get("Date")
    if date is None:
        return Fronts()
    official = document.form == "official"
    if title is not None:
        _balanced(title, text_of(title), _TITLE_SIZES[document.form], page(document.form, landscape=False).text_width)
    if _is_small(document) or not heads:
        _close(title, date, heads, document)
        return Fronts()
    for head in heads:
        if _ANNEX.match(text_of(head)):
            head.pPr.style = "AnnexHeading"
    annexes = [head for head in heads if style_of(head) == "AnnexHeading"]
    if annexes and not official:  # those of a report follow each other: many hold a few lines
        annexes[0].get_or_add_pPr().get_or_add_pageBreakBefore()
    contents = _contents(body, document) if len(heads) >= FEWEST_CHAPTERS else []
    if official:
        _sign(body, document, heads, date)
        _insert(_before(body)[-1], contents)
        if contents:
            heads[0].get_or_add_pPr().get_or_add_pageBreakBefore()
        return Fronts()
    if not contents or document.cover is None:
        _insert(before[-1], contents)
        return Fronts()
    _cover(before, document)
    cover, listing = _break(), _break()
    _insert(_before(body)[-1], [cover, *contents, listing])
    return Fronts(cover.pPr.find(tag("sectPr")), listing.pPr.find(tag("sectPr")))


def _before(body: Any) -> list[Any]:
    """Return title, subtitle, date and notices: the paragraphs with which the document begins."""
    found = []
    for item in body:
        if item.tag != tag("p") or style_of(item) not in _FRONT:
            break
        found.append(item)
    return found


def _close(title: Any, date: Any, heads: list[Any], document: Document) -> None:
    """Put title and headings of a small report closer together: it is to stand on one page."""
    if title is not None:
        _spaced(title, 0, 6)
        if document.form == "technical":
            room = page("technical", landscape=False).text_width * 0.98
            wide = phrases.display_width(text_of(title)) * 20
            _sized(title, size := next((size for size in _SMALLER if wide * size <= room), _TITLE_SIZES["technical"]))
            _balanced(title, text_of(title), size, round(room / 0.98))
    _spaced(date, 0, 4)
    for head in heads:
        _spaced(head, 8, 3)


def _is_small(document: Document) -> bool:
    """Whether the head of the Markdown says that the report is a small one: a page or two without cover and contents."""
    head = document.text.split("\n---\n", 1)[0]
    return "small: true" in head.split("\n")


def _insert(place: Any, items: list[Any]) -> None:
    for item in items:
        place.addnext(item)
        place = item


def _break() -> Any:
    """Return a paragraph that ends a section; its page is set later."""
    made = paragraph("BodyText")
    made.pPr.append(element("sectPr"))
    return made


def _cover(before: list[Any], document: Document) -> None:
    """Make a cover of title, subtitle and date: what is not known has no line."""
    cover = document.cover
    assert cover is not None
    by_style = {style_of(item): item for item in before}
    title, subtitle, date = (by_style.get(name) for name in ("Title", "Subtitle", "Date"))
    lines = _balanced(title, cover.title, _COVER_SIZE, page("technical", landscape=False).text_width) if title is not None else 1
    if title is not None:
        _spaced(title, _TOP - min(_TOP - 40, (lines - 1) * _LINE), 26)
        _sized(title, _COVER_SIZE)
    made = [paragraph("CoverKind", run_with(cover.kind)), paragraph("CoverRegion", run_with(cover.region))]
    told = [(say("frame.prepared_by"), cover.prepared_by), (say("frame.authors"), phrases.listing(list(cover.authors)))]
    last = [paragraph("CoverLine", run_with(say("frame.labelled", label=label, text=text))) for label, text in told if text]
    if date is not None:
        date.pPr.style = "CoverLine"
        for item in [*made, *last]:
            date.addprevious(item)
        _spaced([*last, date][0], max(60, _GAP - (lines - 1) * _LINE), 8)
    if subtitle is not None:
        subtitle.getparent().remove(subtitle)
    for item in before:
        if style_of(item) == "ExampleNotice":
            item.pPr.append(element("jc", val="center"))


def _balanced(item: Any, text: str, size: float, room: int) -> int:
    """Let the lines of a long title be of about one length, and return how many there are."""
    wide = phrases.display_width(text) * size * 20
    lines = max(1, math.ceil(wide / (room * 0.98)))
    for old in item.pPr.findall(tag("ind")):
        item.pPr.remove(old)
    if lines > 1:
        slack = 1.5 if any(ord(char) > 0x2E7F for char in text) else 5.0  # Latin words break where they end
        side = max(0, round((room - wide / lines - slack * size * 20) / 2))
        item.pPr.append(element("ind", left=side, right=side, firstLine=0))
    return lines


def _sized(item: Any, size: float) -> None:
    for run in item.iter(tag("r")):
        shape = run.get_or_add_rPr()
        for name in ("sz", "szCs"):
            shape.append(element(name, val=round(2 * size)))


def _spaced(item: Any, above: float, below: float) -> None:
    from docx.shared import Pt

    shape = item.pPr
    shape.spacing_before, shape.spacing_after = Pt(above), Pt(below)


def _contents(body: Any, document: Document) -> list[Any]:
    """Return a table of contents: a field with its entries, so that nothing is empty before it is updated.

    Page numbers come when the field is updated: only a program that lays out pages knows them, and a line below says so.
    """
    found = [item for item in body.iter(tag("p")) if style_of(item) in _LEVELS]
    deepest = 1 if document.form == "official" or len(found) > _MOST_ENTRIES else 2
    heads = [item for item in found if _LEVELS[style_of(item)] <= deepest]
    entries = [(_LEVELS[style_of(head)], _anchor(head), text_of(head)) for head in heads]
    rows: list[list[Any]] = []
    for _, anchor, text in (entry for entry in entries if entry[1]):
        link = element("hyperlink", anchor=anchor, history=1)
        link.append(run_with(text))
        rows.append([link])
    if not rows:
        return []
    first, *_ = rows
    *opening, end = whole_field(f' TOC \\o "1-{deepest}" \\h \\z \\u ', [])
    first[:0] = opening
    rows[-1].append(end)
    listed = [paragraph(f"TOC{level}", *row) for (level, _, _), row in zip((entry for entry in entries if entry[1]), rows, strict=True)]
    # Word shows a button “update” above a list of contents that it knows as one.
    control, shape, held = element("sdt"), element("sdtPr"), element("sdtContent")
    known = element("docPartObj")
    known.append(element("docPartGallery", val="Table of Contents"))
    known.append(element("docPartUnique"))
    shape.append(known)
    control.append(shape)
    control.append(held)
    for item in [paragraph("TOCHeading", run_with(say("frame.contents"))), *listed]:
        held.append(item)
    return [control, paragraph("TableNote", run_with(say("frame.file_note")))]


def _anchor(head: Any) -> str:
    before = head.getprevious()
    mark = before if before is not None and before.tag == tag("bookmarkStart") else head.find(tag("bookmarkStart"))
    return str(mark.get(tag("name"))) if mark is not None else ""


def _sign(body: Any, document: Document, heads: list[Any], date: Any) -> None:
    """Put the list of annexes, who signs and the date below the text, where an official paper has them (GB/T 9704, 7.3.4 and 7.3.5)."""
    annexes = [head for head in heads if style_of(head) == "AnnexHeading"]
    place = annexes[0] if annexes else None
    while place is not None and place.getprevious() is not None and place.getprevious().tag in {tag("bookmarkStart"), tag("bookmarkEnd")}:
        place = place.getprevious()
    date.getparent().remove(date)
    lines = [paragraph("AnnexList", run_with(text)) for text in _annex_lines([text_of(head) for head in annexes], document)]
    if document.cover is not None and document.cover.prepared_by:
        lines.append(paragraph("Signature", run_with(document.cover.prepared_by)))
    date.pPr.style = "Signature"
    lines.append(date)
    _spaced(lines[0], 28, 0)
    _spaced(next(line for line in lines if style_of(line) == "Signature"), 56, 0)
    for item in lines:
        if place is not None:
            place.addprevious(item)
        else:
            body[-1].addprevious(item)


def _annex_lines(titles: list[str], document: Document) -> list[str]:
    """Return the list of annexes as an official paper prints it: 附件：1. ××, and below it 2. ××."""
    names = [f"{place + 1}. {_ANNEX.sub('', title, count=1).strip()}" for place, title in enumerate(titles)]
    if document.lang == "en":
        return [say("frame.annex_list"), *names] if names else []
    return [f"{'　　　' if place else say('frame.annex_list')}{name}" for place, name in enumerate(names)]
