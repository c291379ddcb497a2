"""Prose of reports as plain items, paragraphs and lines of lists: read from a person's text, from Markdown of ours, written back."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evalkit.report.tables import escape

_HASH = 12
#: A paragraph that begins like a line of a list is told apart by a backslash, one that begins so by two.
_MARKED = re.compile(r"\\+- ")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)(?:\{[^}]*\})?|\{[^}]*\})")
_TIGHT = "“”‘’…—·"  # Chinese signs that Unicode does not call wide


@dataclass(frozen=True)
class Item:
    """A paragraph, or a line of a list.

    Parameters
    ----------
    text : str
        As it is printed.
    listed : bool
        Whether it is a line of a list.
    """

    text: str
    listed: bool = False


def printed(text: str) -> str:
    """Return a text as a report prints it: one line, without control signs, in composed characters."""
    once = html.unescape(escape(text))
    return html.unescape(escape(once))  # signs that a dropped one kept apart are composed now


def items_of_body(body: str) -> list[Item]:
    """Return the items of a person's text.

    Parameters
    ----------
    body : str
        Paragraphs separated by empty lines, lines beginning with ``- `` as a list (with a backslash before the hyphen
        it is a hyphen); nothing else is markup.

    Returns
    -------
    list of Item
        Without those that would print nothing.
    """
    return _items(body.split("\n"), str)


def items_of_markdown(markdown: str) -> list[Item]:
    """Return the items of a block that the program wrote: bold, links and classes become their text."""
    return _items(markdown.split("\n"), _plain)


def _items(lines: Sequence[str], text_of: Callable[[str], str]) -> list[Item]:
    found: list[tuple[list[str], bool]] = []
    begun = False
    for line in lines:
        text = line.strip()
        if not text:
            begun = False
        elif text.startswith("- "):
            found.append(([text[2:]], True))
            begun = True
        elif begun:
            found[-1][0].append(text)
        else:
            found.append(([text.removeprefix("\\") if _MARKED.match(text) else text], False))
            begun = True
    made = (Item(printed(joined([text_of(part) for part in parts])), listed) for parts, listed in found)
    return [item for item in made if item.text]


def _plain(markdown: str) -> str:
    bare = _LINK.sub(r"\1", markdown.removesuffix("\\").replace("**", ""))
    return html.unescape(bare)


def joined(lines: Sequence[str]) -> str:
    """Return the lines of a paragraph as one: nothing between Chinese characters, a space between words."""
    text = ""
    for line in lines:
        if text and line:
            close = any(unicodedata.east_asian_width(char) in "WF" or char in _TIGHT for char in (text[-1], line[0]))
            text += "" if close else " "
        text += line
    return text


def body_of(items: Sequence[Item]) -> str:
    """Return items as a person's text, which :func:`items_of_body` reads as the same items."""
    parts: list[str] = []
    before = False
    for item in items:
        text = printed(item.text)
        line = f"- {text}" if item.listed else f"\\{text}" if _MARKED.match(f"\\{text}") else text
        parts.append(line if item.listed and before else f"\n{line}")
        before = item.listed
    return "\n".join(parts).strip("\n")


def markdown_of(items: Sequence[Item]) -> str:
    """Return items as Markdown in which nothing but the lists is markup."""
    parts: list[str] = []
    before = False
    for item in items:
        line = f"- {escape(item.text)}" if item.listed else escape(item.text)
        parts.append(line if item.listed and before else f"\n{line}")
        before = item.listed
    return "\n".join(parts).strip("\n")


def user_markdown(body: str) -> str:
    """Return a person's text as Markdown: paragraphs, and lines beginning with ``- `` as a list; everything else is escaped."""
    return markdown_of(items_of_body(body))


def prose_hash(items: Sequence[Item]) -> str:
    """Return the hash by which a text is known again, whatever file it stands in; empty for no text."""
    lines = [f"{'-' if item.listed else '='}{printed(item.text)}" for item in items]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_HASH] if lines else ""
