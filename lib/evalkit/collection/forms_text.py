"""Texts and heights on forms: clean text, and how high a cell has to be for it, as XlsxWriter measures nothing."""

from __future__ import annotations

import math
import re

from evalkit.collection.forms_plan import Item
from evalkit.report import phrases
from evalkit.values import Period

LONGEST = 8000  # characters of a cell; more than any definition has
_HIGHEST = 400.0  # points; Excel allows 409
_PIXELS = 7  # of one character of a column's width, in the standard font of the workbook
_LEADING = 1.38  # height of a line in sizes of its font


def clean(text: str) -> str:
    """Return a text without control characters and needless blanks; line feeds and blanks of full width stay."""
    spaced = re.sub(r"[^\S\n\u3000]+", " ", text).strip()
    return "".join(char for char in spaced if char in "\n\u3000" or char.isprintable())[:LONGEST]


def when(period: Period) -> str:
    """Return a period as a form prints it."""
    return phrases.period(period.name)


def spans(periods: list[Period]) -> str:
    """Return periods in words, years in a row as one span: 2020年、2022—2024年."""
    found: list[list[Period]] = []
    for period in periods:
        row = found[-1] if found else []
        if row and row[-1].kind == period.kind == "year" and row[-1].first.year + 1 == period.first.year:
            row.append(period)
        else:
            found.append([period])
    return "、".join(when(row[0]) if len(row) == 1 else f"{row[0].name}—{when(row[-1])}" for row in found)


def about(item: Item) -> str:
    """Return what stands under 口径: the definition, what it is for, who helps."""
    parts = [item.definition.strip()] if item.definition.strip() else []
    if item.text:
        parts.append(f"填写完成情况。要求：{'；'.join(item.demands)}")
    uses = [name for name in item.uses if name != item.name]
    if uses:
        parts.append(f"用于：{'、'.join(uses)}")
    if item.partners:
        parts.append(f"配合：{'、'.join(item.partners)}")
    return clean("\n".join(parts))


def lines(text: str, width: float, size: float) -> int:
    """Return how many lines a text needs in a column of `width` characters at `size` points."""
    room = max(width * _PIXELS * 0.75 / size - 0.4, 1.0)  # Chinese characters; some air at the edge
    return sum(max(1, math.ceil(phrases.display_width(part) / room - 1e-9)) for part in text.split("\n"))


def height(text: str, width: float, size: float) -> float:
    """Return the height in points that a text needs."""
    return min(lines(text, width, size) * size * _LEADING + 4, _HIGHEST)


def sheet_names(wanted: list[tuple[str, str]]) -> list[str]:
    """Return a sheet name for each (name, id): what Excel allows, no two alike."""
    found: list[str] = []
    for name, own in wanted:
        plain = re.sub(r"[\[\]:*?/\\]", " ", clean(name)).strip("' ")[:31] or own[:31]
        if plain.lower() in {other.lower() for other in found} or plain == "History":
            plain = f"{plain[: max(30 - len(own), 0)]}_{own}"[:31]
        found.append(plain)
    return found
