"""How far values are from what is asked of them, and how they are printed: as in the rows of a single region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evalkit.assessment.engine import MOST_DIGITS
from evalkit.assessment.panel.columns import Column, Objects, Places, cell_text
from evalkit.assessment.panel.measures import REPORTED, Values
from evalkit.assessment.panel.numbers import Flags, Floats, Numbers, Rows, compare, constant, nearest_multiple
from evalkit.assessment.panel.verdicts import RowJudge
from evalkit.catalog.rules import Assigned, Compare, Rule, Trend
from evalkit.values import format_fixed, parse_decimal


@dataclass(frozen=True)
class _Margin:
    """The distance to one number, positive when better."""

    value: Floats
    sign: Floats
    there: Flags
    unsure: Flags


def gaps(judge: RowJudge, rule: Rule, measure_id: str, met: Flags, not_met: Flags) -> tuple[Floats, Flags]:
    """Return the margin of each value (NaN where there is none) and where only the exact calculation knows it."""
    own = judge.own(measure_id)
    gap = np.full(len(judge.rows), np.nan)
    open_ = own.numbers.reason == 0
    unsure = np.zeros(len(judge.rows), dtype=np.bool_)
    for margin in _margins(judge, rule, measure_id, own.numbers):
        fits = np.where(met, margin.sign >= 0, np.where(not_met, margin.sign <= 0, True))
        unsure |= open_ & margin.unsure
        taken = open_ & margin.there & fits
        gap = np.where(taken, margin.value, gap)
        open_ = open_ & ~taken
    return gap, unsure


def _margins(judge: RowJudge, rule: Rule, measure_id: str, own: Numbers) -> Iterator[_Margin]:
    leaves = [leaf for leaf in rule.walk() if not leaf.of]
    better = -1.0 if judge.measures.catalog.measures[measure_id].direction == "down" else 1.0
    for leaf in leaves:
        if isinstance(leaf, Compare):
            yield _margin(own, constant(leaf.value), -1.0 if leaf.op in ("<=", "<") else 1.0, both=leaf.op == "==")
    for leaf in leaves:
        if isinstance(leaf, Assigned):
            yield _margin(own, judge.table.column(f"assigned.{measure_id}").take(judge.rows).numbers, better)
    for leaf in leaves:
        at = judge.table.at(leaf.than) if isinstance(leaf, Trend) else None
        if isinstance(leaf, Trend) and at is not None:
            other = judge.measures.values(measure_id).numbers.take(at[judge.rows])
            yield _margin(own, other, better, ~judge.table.is_at(leaf.than)[judge.rows])


def _margin(own: Numbers, other: Numbers, better: float, usable: Flags | bool = True, *, both: bool = False) -> _Margin:
    sign, undecided = compare(own, other)
    value = (own.value - other.value) * better
    sign = sign * better
    if both:  # neither side is better
        value, sign = -np.abs(value), -np.abs(sign)
    there = np.broadcast_to((other.reason == 0) & usable, own.value.shape)
    return _Margin(value + 0.0, sign, there, (own.unsure | other.unsure | undecided) & there)


def printed(own: Values, column: Column, not_met: Flags, target: Fraction | None) -> tuple[Objects, Flags]:
    """Return the values as they are printed, and where only the exact calculation knows it.

    Parameters
    ----------
    own : Values
    column : Column
        The reported values, in the same rows.
    not_met : array of bool
        Which values fail: one that prints like its target shows more digits.
    target : Fraction or None
        The number that the rule asks for.
    """
    numbers = own.numbers
    there = (numbers.reason == 0) & ~numbers.unsure
    as_given = there & (own.source == REPORTED)
    long = as_given & ~numbers.short
    whole, undecided = nearest_multiple(numbers, own.places)
    unsure = undecided & there & ~as_given
    places = own.places.copy()
    if target is not None:
        sign, _ = compare(numbers, constant(target))
        near = np.abs(numbers.value - float(target)) <= 1.01 * 10.0 ** -places.astype(np.float64)
        fails = there & not_met & (sign != 0) & near
        unsure |= fails & long
        _tell_apart(numbers, target, np.flatnonzero(fails & ~unsure), places, whole, unsure)
    texts = np.full(len(there), "", dtype=object)
    plain = there & ~long & ~unsure
    for digits in np.unique(places[plain]).tolist():
        here = plain & (places == digits)
        texts[here] = _texts(whole[here], digits)
    for row in np.flatnonzero(long).tolist():
        texts[row] = format_fixed(parse_decimal(cell_text(column.cells[row])), int(places[row]))
    return texts, unsure


def _tell_apart(numbers: Numbers, target: Fraction, rows: Rows, places: Places, whole: Floats, unsure: Flags) -> None:
    """Give more digits to those of some rows that print like a target which they are not."""
    while len(rows):
        printed_target = {digits: float(round(target * 10**digits)) for digits in np.unique(places[rows]).tolist()}
        alike = whole[rows] == np.array([printed_target[digits] for digits in places[rows].tolist()])
        rows = rows[alike & (places[rows] < MOST_DIGITS)]
        places[rows] += 1
        whole[rows], undecided = nearest_multiple(numbers.take(rows), places[rows])
        unsure[rows] = undecided
        rows = rows[~undecided]


def _texts(whole: Floats, digits: int) -> Objects:
    """Return ``whole ÷ 10**digits`` as decimals; each different number is written once."""
    found, where = np.unique(whole, return_inverse=True)
    scale = 10.0**digits
    texts = [
        f"{number / scale:.{digits}f}" if abs(number) < 1e15 else format_fixed(Fraction(int(number), 10**digits), digits)
        for number in found.tolist()
    ]
    result: Objects = np.array(texts, dtype=object)[where]
    return result
