"""Word: numbers of tables and figures as fields, and references that follow them."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import pairwise
from typing import Any

from evalkit.report.rendering.word_parts import Marks, run_with, style_of, tag, text_of, whole_field

_LABEL = re.compile(r"(?P<label>\D{1,12}?)(?P<space>\s?)(?P<number>\d+)")
_ANCHOR = re.compile(r"(?:table|figure)-\d+")
_CAPTIONS = {"TableCaption", "ImageCaption"}


def number_captions(body: Any, marks: Marks) -> None:
    """Make the number of each caption a field, and each link to a table or figure a reference to it.

    Parameters
    ----------
    body : element
        Of the document.
    marks : Marks
        Of the document, for bookmarks around label and number.
    """
    known: set[str] = set()
    for caption in [item for item in body.iter(tag("p")) if style_of(item) in _CAPTIONS]:
        anchor = _anchor_of(caption)
        found = _LABEL.match(text_of(caption))
        if anchor and found and _number(caption, found, _bookmark(anchor), marks):
            known.add(anchor)
    for link in list(body.iter(tag("hyperlink"))):
        anchor = link.get(tag("anchor"), "")
        if anchor in known:
            _refer(link, _bookmark(anchor))


def _bookmark(anchor: str) -> str:
    """Return the name of a bookmark as Word allows it in a field: no hyphen; hidden by the first underscore."""
    return "_Ref_" + anchor.replace("-", "_")


def _anchor_of(caption: Any) -> str:
    """Return the anchor of the table or figure of a caption: pandoc opens its bookmark just before."""
    for before in caption.itersiblings(preceding=True):
        if before.tag == tag("bookmarkStart"):
            name = str(before.get(tag("name")))
            return name if _ANCHOR.fullmatch(name) else ""
        if before.tag != tag("p") or style_of(before) not in {"CaptionedFigure", "Figure"}:
            return ""
    return ""


def _number(caption: Any, found: re.Match[str], name: str, marks: Marks) -> bool:
    """Cut the label off the first runs of a caption and put it back with a field; False where it does not stand in plain runs."""
    length = found.end()
    shape = None
    for run in list(caption.findall(tag("r"))):
        words = run.findall(tag("t"))
        if len(words) != 1 or len(run.findall("*")) > 2:
            return False
        if shape is None:
            shape = run.find(tag("rPr"))
        text = words[0].text or ""
        if len(text) > length:
            words[0].text = text[length:]
            words[0].set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            length = 0
            break
        length -= len(text)
        caption.remove(run)
        if not length:
            break
    if length:
        return False
    label = run_with(found["label"] + found["space"])
    parts = [label, *whole_field(f" SEQ {found['label'].strip()} \\* ARABIC ", [run_with(found["number"])])]
    if shape is not None:
        label.insert(0, deepcopy(shape))
    caption.pPr.addnext(parts[0])
    for before, part in pairwise(parts):
        before.addnext(part)
    marks.around(parts[0], parts[-1], name)
    return True


def _refer(link: Any, name: str) -> None:
    runs = link.findall(tag("r"))
    for style in list(link.iter(tag("rStyle"))):
        style.getparent().remove(style)
    place = link
    for part in whole_field(f" REF {name} \\h ", runs):
        place.addnext(part)
        place = part
    link.getparent().remove(link)
