"""Which rows are indicators: basic conditions and veto items are rows too, but they are never counted among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Row = Mapping[str, str]
#: Attributes that are no indicators.
APART = ("condition", "veto")


def is_apart(attribute: str) -> bool:
    """Whether rows of that attribute stand apart from the indicators."""
    return attribute in APART


def indicators(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that are indicators."""
    return [row for row in rows if not is_apart(row["attribute"])]


def apart(rows: Iterable[Row]) -> list[Row]:
    """Return the basic conditions and veto items, conditions first."""
    found = list(rows)
    return [row for attribute in APART for row in found if row["attribute"] == attribute]
