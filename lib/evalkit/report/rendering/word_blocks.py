"""Word: the blocks of prose become content controls, and the file says which report it is, so that edited text finds its way back."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape as xml_text

from evalkit.messages import Language, words
from evalkit.report.frame import Document as Report
from evalkit.report.prose import Item, items_of_markdown, joined, printed, prose_hash
from evalkit.report.rendering.word_parts import tag
from evalkit.tables.books.bounds import Bounds, Budget
from evalkit.tables.books.docx_controls import PROPERTIES, Control, ControlReader
from evalkit.tables.books.markup import parse

PREFIX = "evalkit:"
#: Name of a block (or its mark), hash of the text that was printed, hash of the text that the program wrote.
TAG = re.compile(r"evalkit:([A-Za-z0-9~][A-Za-z0-9._-]{0,29}):([0-9a-f]{12}):([0-9a-f]{12})?")
ORIGIN, LANGUAGE, REPORT, BLOCKS = "evalkit.origin", "evalkit.language", "evalkit.report", "evalkit.blocks"
_HEADING = re.compile(r"(#{1,6}) +(.*?)(?: *\{[^{}]*\})?")
_MARK = re.compile(r':::+ \{\.block control="evalkit:([^:"]+):')
_DEEPEST = 3  # what stands deeper is called the same in every section
_LONGEST = 30  # so that a tag has at most 64 signs, which is what Word takes
_PIECE = 200  # of a list of names in one property; Word shows 255 signs
_BEGIN, _END = "evalkit-block", "evalkit-block-end"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CONTENT = "application/vnd.openxmlformats-officedocument.custom-properties+xml"


def finish_blocks(document: Any, report: Report) -> None:
    """Make content controls of the marked blocks, and write down where the file comes from.

    Parameters
    ----------
    document : docx.Document
        As pandoc wrote it, with the marks that the filter put around each block.
    report : Document
        Without an origin it gets no controls: nothing of it is taken back.
    """
    from lxml import etree  # type: ignore[import-untyped]  # comes with python-docx

    lists, headings = _list_styles(document), headings_of(report)
    taken: set[int] = set()
    made: list[str] = []
    for mark in [found for found in document.element.body.iter(etree.ProcessingInstruction) if found.target == _BEGIN]:
        inside = []
        for sibling in mark.itersiblings():
            if sibling.tag is etree.ProcessingInstruction and sibling.target == _END:
                break
            inside.append(sibling)
        name, _, generated = _parts((mark.text or "").strip())
        if inside and report.origin and name:
            control = _control(name, generated, inside, report, headings.get(name, ""), lists, taken)
            mark.addprevious(control)
            made.append(name)
    for mark in [found for found in document.element.body.iter(etree.ProcessingInstruction) if found.target in (_BEGIN, _END)]:
        mark.getparent().remove(mark)
    _write_properties(document, _properties(report, made))


def key_of(name: str) -> str:
    """Return what stands for a block's name in a tag: the name, or a mark made of it where it is too long."""
    return name if len(name) <= _LONGEST else f"~{hashlib.sha256(name.encode()).hexdigest()[: _LONGEST - 1]}"


def title_of(name: str, lang: Language, title: str = "") -> str:
    """Return what a block is called in front of people.

    Parameters
    ----------
    name : str
    lang : {"zh", "en"}
    title : str
        Title of the chapter that it is, or the heading that it stands under.

    Returns
    -------
    str
        摘要 for a chapter; 原因　(一) 优良天数比例 for a part of one.
    """
    own, chapters = words("text_block", lang), words("chapter", lang)
    first, mark, rest = name.partition("-")
    if name in own or name in chapters:
        return own.get(name) or chapters[name]
    if mark and first in own:
        return f"{own[first]}{' ' if lang == 'en' else '　'}{title or rest}"
    if mark and first in chapters:
        return f"{chapters[first]}{' ' if lang == 'en' else '　'}{rest}"
    return title or name


def headings_of(report: Report) -> dict[str, str]:
    """Return of each block the title of the chapter that it is, or the heading of the section that it stands in."""
    found = {block.name: block.title for block in report.blocks}
    heading = ""
    for line in report.text.split("\n"):
        if given := _HEADING.fullmatch(line):
            if len(given[1]) <= _DEEPEST:
                heading = " ".join(item.text for item in items_of_markdown(given[2])) if len(given[1]) > 1 else ""
        elif (given := _MARK.match(line)) and not found.get(given[1]):
            found[given[1]] = heading
    return found


def items_of_control(control: Control) -> list[Item]:
    """Return what stands in a content control; a line break makes a paragraph of its own, in a list it is none."""
    found: list[Item] = []
    for line in control.lines:
        pieces = line.text.split("\n")
        texts = [joined([piece.strip() for piece in pieces])] if line.listed else pieces
        found += [Item(text, line.listed) for text in map(printed, texts) if text]
    return found


def _parts(mark: str) -> tuple[str, str, str]:
    """Return name, hash of the printed and hash of the generated text of a block's mark in the Markdown."""
    name, _, rest = mark.removeprefix(PREFIX).partition(":")
    shown, _, generated = rest.partition(":")
    return name, shown, generated


def _control(name: str, generated: str, inside: Sequence[Any], report: Report, heading: str, lists: dict[str, str], taken: set[int]) -> Any:
    from docx.oxml import OxmlElement
    from lxml import etree

    made, properties, content = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    for element in inside:
        content.append(element)
    # The text is known again as it is read back, not as it was written: whatever pandoc does to it, untouched is unchanged.
    reader = ControlReader(PREFIX, lists, Budget("", Bounds()))
    around = f'<sdt><sdtPr><tag val="{PREFIX}"/></sdtPr>'.encode() + etree.tostring(content, encoding="utf-8") + b"</sdt>"
    parse(io.BytesIO(around), reader, reader.budget, "")
    shown = prose_hash(items_of_control(reader.found[0]))
    number = zlib.crc32(name.encode()) & 0x7FFFFFFF
    while number in taken or not number:
        number = number % 0x7FFFFFFF + 1
    taken.add(number)
    texts = {"alias": title_of(name, report.lang, heading)[:64], "tag": f"{PREFIX}{key_of(name)}:{shown}:{generated}", "id": str(number)}
    for key, value in texts.items():
        element = OxmlElement(f"w:{key}")
        element.set(tag("val"), value)
        properties.append(element)
    made.append(properties)
    made.append(content)
    return made


def _list_styles(document: Any) -> dict[str, str]:
    from lxml import etree

    from evalkit.tables.books.docx_controls import list_styles

    return list_styles(etree.tostring(document.styles.element, encoding="utf-8"))


def _properties(report: Report, made: Sequence[str]) -> dict[str, str]:
    """Return what the file says of itself; the names of its blocks in pieces, so that a lost one is missed."""
    if not report.origin:
        return {}
    found = {ORIGIN: report.origin, LANGUAGE: report.lang, REPORT: report.name}
    pieces = [""]
    for name in made:
        if len(pieces[-1]) + len(name) >= _PIECE:
            pieces.append("")
        pieces[-1] += f" {name}" if pieces[-1] else name
    return {**found, **{f"{BLOCKS}.{number}": piece for number, piece in enumerate(pieces, start=1) if piece}}


def _write_properties(document: Any, values: dict[str, str]) -> None:
    """Write the file's own properties in place of what pandoc leaves there: how it was called, by whom it need not be known."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    lines = "".join(
        f'<property fmtid="{_FORMAT}" pid="{number}" name="{xml_text(name)}"><vt:lpwstr>{xml_text(value)}</vt:lpwstr></property>'
        for number, (name, value) in enumerate(values.items(), start=2)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    blob = f'{head}<Properties xmlns="{_CUSTOM}" xmlns:vt="{_TYPES}">{lines}</Properties>'.encode()
    package = document.part.package
    held = next((part for part in package.iter_parts() if str(part.partname) == f"/{PROPERTIES}"), None)
    if held is None:
        package.relate_to(Part(PackURI(f"/{PROPERTIES}"), _CONTENT, blob, package), _RELATION)
    else:
        held._blob = blob
