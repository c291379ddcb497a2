"""What must never stand in a finished report."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

_FAULTS = {
    "unresolved reference": re.compile(r"@(?:tbl|fig|sec)\b|\?@[A-Za-z]*"),
    "shortcode": re.compile(r"\{\{<"),
    "not a number": re.compile(r"(?<![A-Za-z0-9_])(?:NaN|nan)(?![A-Za-z0-9_])"),
    "empty value": re.compile(r"(?<![A-Za-z0-9_])None(?![A-Za-z0-9_])"),
    "traceback": re.compile(r"Traceback \(most recent call last\)"),
}


class ReportError(Exception):
    """A rendered report holds something that must not be handed over."""


def docx_text(path: Path) -> str:
    """Return the visible text of a Word file, paragraphs separated by line breaks."""
    with zipfile.ZipFile(path) as archive:
        source = archive.read("word/document.xml").decode("utf-8")
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</w:p>|<w:br/>", "\n", source)))


def html_text(path: Path) -> str:
    """Return the visible text of a web page."""
    source = path.read_text(encoding="utf-8")
    body = re.sub(r"<(style|script)\b.*?</\1>", "", source, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|td|th|li|h\d|tr|caption|figcaption)>", "\n", body)))


def check_text(name: str, text: str, data: Iterable[str] = ()) -> None:
    """Refuse a text with an unresolved reference, a shortcode, NaN, None or a traceback.

    Parameters
    ----------
    name : str
        File that the text is from, for the message.
    text : str
        Visible text.
    data : iterable of str
        Texts from data: references and shortcodes that are quoted from there are no fault.

    Raises
    ------
    ReportError
        With what was found, and the words around it.
    """
    quoted = "\n".join(data)
    for fault, form in _FAULTS.items():
        for found in form.finditer(text):
            if found.group() in quoted and fault in {"unresolved reference", "shortcode"}:
                continue
            around = text[max(0, found.start() - 30) : found.end() + 30].replace("\n", " ")
            raise ReportError(f"{name}: {fault} {found.group()!r} in “{around}”")


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
        raise ReportError(f"{docx.name}: {wanted} figures expected, {held} found")
    source = page.read_text(encoding="utf-8")
    pictures = re.findall(r"<img\b[^>]*?\bsrc=\"([^\"]{0,40})", source)
    if len(pictures) < wanted or any(not src.startswith("data:") for src in pictures):
        raise ReportError(f"{page.name}: a figure is missing or not embedded")
    if re.search(r"<(?:link|script|iframe)\b[^>]*\b(?:href|src)=\"(?!data:)", source) or re.search(r"url\(\s*[\"']?https?:", source):
        raise ReportError(f"{page.name}: the page would load something from outside")
