"""What must never stand in a finished report: every fault is named with its file, its chapter and the words around it."""

from __future__ import annotations

import html
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalkit.messages import EvalkitError, Place, Problem

_REFERENCE, _SHORTCODE = "report_reference", "report_shortcode"
_FAULTS = {
    _REFERENCE: re.compile(r"\?@[A-Za-z]*|@(?:tbl|fig|sec)\b"),
    _SHORTCODE: re.compile(r"\{\{<"),
    "report_nan": re.compile(r"(?<![A-Za-z0-9_])(?:NaN|nan)(?![A-Za-z0-9_])"),
    "report_none": re.compile(r"(?<![A-Za-z0-9_])None(?![A-Za-z0-9_])"),
    "report_traceback": re.compile(r"Traceback \(most recent call last\)"),
    # the sign for a character that was lost, characters of private use, and those that are none
    "report_glyph": re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef\ufffe\uffff]"),
}
#: What a text of the user's must hold to be of interest as quoted words.
_SUSPECT = re.compile(r"(?<![A-Za-z0-9_])(?:NaN|nan|None|Traceback)(?![A-Za-z0-9_])")
_AROUND, _WINDOW, _MOST = 30, 8, 20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class ReportError(EvalkitError):
    """A report cannot be handed over: it was not written."""


@dataclass(frozen=True)
class Line:
    """A paragraph or cell of a finished file.

    Parameters
    ----------
    text : str
    chapter : str
        Heading above it.
    """

    text: str
    chapter: str = ""


def docx_text(path: Path) -> str:
    """Return the visible text of a Word file, paragraphs separated by line breaks."""
    return "\n".join(line.text for line in docx_lines(_body(path)))


def html_text(path: Path) -> str:
    """Return the visible text of a web page."""
    source = path.read_text(encoding="utf-8")
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", "", source, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|td|th|li|h\d|tr|caption|figcaption)>", "\n", body)))


def docx_lines(body: Any) -> Iterator[Line]:
    """Return the paragraphs of a Word document's body: texts, no instructions of fields and nothing deleted."""
    chapter = ""
    for paragraph in body.iter(f"{_W}p"):
        breaks = {f"{_W}br": "\n", f"{_W}tab": "\t"}
        text = "".join(part.text or "" if part.tag == f"{_W}t" else breaks.get(part.tag, "") for part in paragraph.iter())
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is not None and style.get(f"{_W}val") == "Heading1":
            chapter = text
        yield Line(text, chapter)


def html_lines(path: Path) -> Iterator[Line]:
    """Return the lines of a web page's text."""
    chapter = ""
    source = path.read_text(encoding="utf-8")
    heads = {html.unescape(re.sub(r"<[^>]+>", "", head)).strip() for head in re.findall(r"<h[12]\b.*?</h[12]>", source, re.DOTALL)}
    for text in html_text(path).split("\n"):
        chapter = text.strip() if text.strip() in heads else chapter
        yield Line(text, chapter)


def typst_lines(source: str) -> Iterator[Line]:
    """Return the lines of the Typst source of a PDF, without the marks that keep characters plain."""
    chapter = ""
    for line in source.split("\n"):
        text = re.sub(r"\\([^\w\s])", r"\1", line)
        chapter = text[2:] if line.startswith("= ") else chapter
        yield Line(text, chapter)


def check_text(name: str, text: str, data: Iterable[str] = (), source: str = "") -> None:
    """Refuse a text with an unresolved reference, a shortcode, NaN, None, a traceback or a character that no font has.

    Parameters
    ----------
    name : str
        File that the text is from, for the message.
    text : str
        Visible text.
    data, source
        As for :func:`text_faults`.

    Raises
    ------
    ReportError
        With what was found, and the words around it.
    """
    if found := text_faults(name, [Line(line) for line in text.split("\n")], data, source):
        raise ReportError(found)


def text_faults(name: str, lines: Iterable[Line], data: Iterable[str] = (), source: str = "") -> list[Problem]:
    """Return what must not stand in a text.

    Parameters
    ----------
    name : str
        File that the text is from.
    lines : iterable of Line
    data : iterable of str
        Texts from data: what is quoted from there, with the same words around, is no fault.
    source : str
        Markdown of the report: references and shortcodes that stand escaped in it are quoted too.
    """
    quoted = [_squeezed(text) for text in data]
    plain = html.unescape(source) if source else ""
    found: list[Problem] = []
    for line in lines:
        for code, form in _FAULTS.items():
            for hit in form.finditer(line.text):
                word = hit.group()
                if code in (_REFERENCE, _SHORTCODE) and ((word in plain and word not in source) or any(word in text for text in quoted)):
                    continue
                if code != "report_glyph" and _is_quoted(line.text, hit.start(), hit.end(), quoted):
                    continue
                around = line.text[max(0, hit.start() - _AROUND) : hit.end() + _AROUND].strip()
                found.append(Problem(code, Place(name, key=line.chapter), {"found": _shown(word), "around": _shown(around)}))
                if len(found) == _MOST:
                    return found
    return found


def suspect_texts(text: str) -> set[str]:
    """Return the cells and lines of a text file that hold words which would be faults of a report: printed, they are quoted."""
    if not _SUSPECT.search(text):
        return set()
    lines = [line.strip() for line in text.splitlines() if _SUSPECT.search(line)]
    parts = (part.strip(" '\"-") for line in lines for part in re.split(r"[,:\t\"]", line))
    return {*lines, *(part for part in parts if _SUSPECT.search(part))}


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def _shown(text: str) -> str:
    """Return a text for a message: characters that cannot be seen are named by their number."""
    return "".join(char if char.isprintable() and char != "\ufffd" else f"U+{ord(char):04X}" for char in text.replace("\n", " "))


def _is_quoted(text: str, start: int, end: int, quoted: Sequence[str]) -> bool:
    """Whether words stand in data as they stand here: with what is around them there; alone only where they stand alone."""
    word, before, after = _squeezed(text[start:end]), _squeezed(text[:start]), _squeezed(text[end:])
    for whole in quoted:
        place = whole.find(word)
        while place >= 0:
            left, right = whole[max(0, place - _WINDOW) : place], whole[place + len(word) :][:_WINDOW]
            if (left or right) and before.endswith(left) and after.startswith(right):
                return True
            place = whole.find(word, place + 1)
    return False


def _body(path: Path) -> Any:
    from lxml import etree  # type: ignore[import-untyped]  # comes with python-docx

    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def check_report(made: Sequence[Path], typst: Path | None, text: str, data: Iterable[str], pictures: int) -> None:
    """Refuse a report with anything in it that must not be handed over.

    Parameters
    ----------
    made : sequence of pathlib.Path
        Word file, PDF and web page.
    typst : pathlib.Path, optional
        What the PDF was made of; missing references, pictures and characters are refused when it is made.
    text : str
        The Markdown.
    data : iterable of str
        Texts from data, see :func:`text_faults`.
    pictures : int
        How many figures there must be.

    Raises
    ------
    ReportError
        With every fault of all files, up to twenty of a kind of check.
    """
    from evalkit.report.rendering.check_docx import docx_faults

    docx, pdf, page = made
    data = list(data)
    body = _body(docx)
    found = text_faults(docx.name, docx_lines(body), data, text)
    found += text_faults(page.name, html_lines(page), data, text)
    if typst is not None and typst.is_file():
        found += text_faults(pdf.name, typst_lines(typst.read_text(encoding="utf-8")), data, text)
    found += docx_faults(docx, body)
    found += table_faults(page)
    if found:
        raise ReportError(found)
    check_pictures(docx, page, pictures)


def table_faults(page: Path) -> list[Problem]:
    """Return the tables of a web page that have no line below their head, or none with anything in it, and empty contents."""
    source = page.read_text(encoding="utf-8")
    found = []
    for match in re.finditer(r"<table\b.*?</table>", source, re.DOTALL):
        table = match.group()
        rows = re.findall(r"<tr\b.*?</tr>", re.sub(r"<thead\b.*?</thead>", "", table, flags=re.DOTALL), re.DOTALL)
        cells = [cell for row in rows for cell in re.findall(r"<td\b[^>]*>(.*?)</td>", row, re.DOTALL)]
        if not any(_holds(cell) for cell in cells):
            above = re.findall(r"<div class=\"caption\">(.*?)</div>", source[max(0, match.start() - 1000) : match.start()], re.DOTALL)
            inside = re.findall(r"<caption\b[^>]*>(.*?)</caption>", table, re.DOTALL)
            name = html.unescape(re.sub(r"<[^>]+>", "", ["", *above, *inside][-1]))
            found.append(Problem("report_table_empty", Place(page.name), {"table": " ".join(name.split())}))
    for contents in re.findall(r"<nav\b[^>]*\b(?:id=\"TOC\"|class=\"contents\").*?</nav>", source, re.DOTALL):
        if not re.search(r"<a\b[^>]*>[^<]*\S", contents):
            found.append(Problem("report_contents_empty", Place(page.name)))
    return found


def _holds(cell: str) -> bool:
    return bool("<img" in cell or "<svg" in cell or html.unescape(re.sub(r"<[^>]+>", "", cell)).strip())


def check_pictures(docx: Path, page: Path, wanted: int) -> None:
    """Refuse a report in which a figure is missing, or a web page that would ask the network for anything.

    Raises
    ------
    ReportError
        Too few pictures, or an address in ``src``, ``href`` of a style sheet or ``url()``.
    """
    with zipfile.ZipFile(docx) as archive:
        held = sum(name.startswith("word/media/") for name in archive.namelist())
    if held < wanted:
        raise ReportError(Problem("report_figures_missing", Place(docx.name), {"wanted": wanted, "held": held}))
    source = page.read_text(encoding="utf-8")
    pictures = re.findall(r"<img\b[^>]*?\bsrc=\"([^\"]{0,40})", source)
    embedded = sum(src.startswith("data:") for src in pictures) + len(re.findall(r"<svg\b[^>]*\brole=\"img\"", source))
    if embedded < wanted or any(not src.startswith("data:") for src in pictures):
        raise ReportError(Problem("report_figures_missing", Place(page.name), {"wanted": wanted, "held": embedded}))
    if re.search(r"<(?:link|script|iframe)\b[^>]*\b(?:href|src)=\"(?!data:)", source) or re.search(r"url\(\s*[\"']?https?:", source):
        raise ReportError(Problem("report_network", Place(page.name)))
