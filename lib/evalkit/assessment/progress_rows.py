"""Rows of progress in arrays: what goes in, what comes out, and the lists of codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from evalkit.assessment.panel.numbers import REASONS, TENS, Codes, Flags, Floats, Numbers, product_rest
from evalkit.assessment.progress_way import EUROSTAT_GRADES

Years = npt.NDArray[np.int64]

#: Why there is no number, or no status: the reasons of missing values and those of :mod:`evalkit.assessment.progress_way`.
CODES = (
    *REASONS, "arrived", "at_open_end", "base_at_target", "base_beyond_target", "base_missing", "base_unknown", "before_base",
    "lower_bound", "upper_bound", "milestone_before_base", "milestone_now", "milestone_past", "mixed_years", "moving_away", "no_movement",
    "no_target", "not_a_year", "not_one_number", "not_positive", "one_point", "qualitative",
)  # fmt: skip
CODE = {code: number for number, code in enumerate(CODES)}
STATUSES = ("", "arrived", "ahead", "on_schedule", "behind")
REACHABILITIES = ("unknown", "reached", "easy", "hard")
GRADES = ("", *(grade for _, grade in EUROSTAT_GRADES), "away")
NOTES = ("fallen_back", "overshot", "trend_before_base", "one_change")
_DECIMALS = 13
WIDEST = 1e15  # whole numbers below are found without doubt


@dataclass
class Goals:
    """Many of :class:`~evalkit.assessment.progress_goal.Goal`: an end or a printed number that there is none of has a reason."""

    low: Numbers
    high: Numbers
    point: Numbers
    open_low: Flags
    open_high: Flags


@dataclass
class Asked:
    """The rows of which the way is measured; in each there is a present value and a planned one, both without a bound.

    Parameters
    ----------
    goal : Goals
    base, current, compared : Numbers
        As the arguments of ``measure_way``; a base that is missing has its reason.
    base_year, year, milestone : array of int
    observed : sequence of Numbers
        Values of further years on the same basis, of one year each; missing where there is none.
    observed_years : sequence of int
        In the order of time.
    """

    goal: Goals
    base: Numbers
    current: Numbers
    compared: Numbers
    base_year: Years
    year: Years
    milestone: Years
    observed: Sequence[Numbers]
    observed_years: Sequence[int]


@dataclass
class Found:
    """What is found: figures (NaN where there is none) and the code why not, by name; positions in the lists of codes above."""

    unsure: Flags
    figures: dict[str, Floats] = field(default_factory=dict)
    codes: dict[str, Codes] = field(default_factory=dict)
    notes: dict[str, Flags] = field(default_factory=dict)
    status: Codes = field(init=False)
    reason: Codes = field(init=False)
    reachability: Codes = field(init=False)
    reachability_reason: Codes = field(init=False)
    trend_from: Years = field(init=False)
    grade: Codes = field(init=False)


def whole(numbers: npt.NDArray[np.int64] | Floats) -> Numbers:
    """Return whole numbers as exact ones."""
    no = np.zeros(len(numbers), dtype=np.bool_)
    return Numbers(numbers.astype(np.float64), np.zeros(len(numbers)), no, np.zeros(len(numbers), dtype=np.int8), no)


def decimals(numbers: Numbers) -> npt.NDArray[np.intp]:
    """Return with how many decimals each number is a whole one of its last digit, exactly; -1 where it is not known to be."""
    value = numbers.value
    found = np.where(numbers.reason == 0, -1, 0).astype(np.intp)
    left = np.flatnonzero((found < 0) & (numbers.short | (numbers.error == 0)))
    for digits in range(_DECIMALS):
        if not len(left):
            break
        mine = value[left]
        scaled = mine * TENS[digits]
        near = np.rint(scaled)
        decimal = numbers.short[left] & (near / TENS[digits] == mine)
        exact = (numbers.error[left] == 0) & (scaled == near) & (product_rest(mine, TENS[digits], scaled) == 0)
        fits = (decimal | exact) & (np.abs(near) < WIDEST)
        found[left[fits]] = digits
        left = left[~fits]
    return found
