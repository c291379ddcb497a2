"""What the dumbbell chart shows: base, current value and target of each indicator on one scale."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from evalkit.messages.speech import term
from evalkit.report import phrases, wording
from evalkit.report.printed import Printed

Row = Mapping[str, str]


@dataclass(frozen=True)
class Point:
    """An indicator of the dumbbell chart, with exact numbers and printed texts."""

    domain: str
    seq: str
    name: str
    unit: str
    direction: Literal["up", "down"]
    base: Fraction | None
    current: Fraction
    target: Fraction
    base_text: str
    current_text: str
    target_text: str

    @property
    def reached(self) -> bool:
        """Whether the current value is at the target or beyond."""
        return self.current >= self.target if self.direction == "up" else self.current <= self.target

    def scaled(self, value: Fraction) -> Fraction | None:
        """Return a value in percent of the target; the other way round where less is better."""
        if self.direction == "up":
            return 100 * value / self.target
        return 100 * self.target / value if value else None

    @property
    def comparable(self) -> bool:
        """Whether a percentage of the target makes sense: target and value above zero."""
        return self.target > 0 and self.current > 0


def dumbbell_points(
    rows: Sequence[Row], goals: Mapping[tuple[str, str], Row], milestone: str, printed: Printed, *, previous: bool = False
) -> list[Point]:
    """Return the indicators that have a current value and a numeric target.

    Parameters
    ----------
    rows : sequence of rows
        Threshold rows of one set and period.
    goals : mapping
        Planned values by (indicator, milestone).
    milestone : str
        The milestone to draw; where an indicator has no number for it, its threshold is drawn.
    printed : Printed
        How the values are printed.
    previous : bool
        Start from last year's value instead of the base year's (when the base year is the assessed year).
    """
    points = []
    for row in rows:
        if row["status"] == "not_applicable":
            continue
        goal = goals.get((row["indicator"], milestone))
        planned = goal is not None and phrases.number(goal["milestone_value"]) is not None
        source = goal if planned and goal is not None else row
        target = phrases.number(source["milestone_value"] if planned else source["target_value"])
        current = phrases.number(row["value"])
        if target is None or current is None:
            continue
        way = _direction(source, row, current, target)
        if way is None:
            continue
        begin = goal if goal is not None else row
        start = row["previous_value"] if previous else begin["base_value"]
        points.append(
            Point(
                domain=term(row["domain"]),
                seq=row["seq"],
                name=wording.row_name(row),
                unit=row["unit"],
                direction=way,
                base=phrases.number(start),
                current=current,
                target=target,
                base_text=printed.previous(row) if previous else printed.base(begin),
                current_text=printed.current(row),
                target_text=_sign(source["target_text"], way) + _as_printed(target, source["target_text"]),
            )
        )
    return points


def _as_printed(target: Fraction, text: str) -> str:
    """Return the number of a target with the decimals of its text."""
    return next((found for found in re.findall(r"-?\d+(?:\.\d+)?", text) if Fraction(found) == target), phrases.plain(target, 4))


def _direction(source: Row, row: Row, current: Fraction, target: Fraction) -> Literal["up", "down"] | None:
    text = source["target_text"]
    up, down = any(mark in text for mark in "≥>＞"), any(mark in text for mark in "≤<＜")
    if up != down:
        return "up" if up else "down"
    gap = phrases.number(row["gap"])
    if gap and phrases.number(row["target_value"]) is not None:
        above = current > (phrases.number(row["target_value"]) or target)
        return "up" if (gap > 0) == above else "down"
    base, progress = phrases.number(source["base_value"]), phrases.number(source["progress"])
    if base is not None and base != target and progress is not None:
        return "up" if target > base else "down"
    if target == 100:
        return "up"
    return "down" if target == 0 else None


def _sign(text: str, way: str) -> str:
    if any(mark in text for mark in "≥≤"):
        return "≥" if way == "up" else "≤"
    if any(mark in text for mark in ">＞<＜"):
        return ">" if way == "up" else "<"
    return ""
