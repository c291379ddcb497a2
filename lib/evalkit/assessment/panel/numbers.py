"""Arrays of floats that know how far each may be off, and when only exact arithmetic can tell.

Every operation carries a bound of the error along (running error analysis). Sums, products and quotients that come
out without rounding are recognised as exact (error-free transformations of Knuth and Dekker), so that whole numbers
and 100 × 57 ÷ 60 against 95 % are decided without a second calculation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from evalkit.values import MISSING_REASONS, Missing

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.intp]

REASONS = ("", *MISSING_REASONS, "not_issued")
REASON = {reason: code for code, reason in enumerate(REASONS)}
UNIT = 2.0**-53  # largest relative error of one rounding
BAND = 1e-9  # two numbers this close, relatively, are compared exactly
SAFE = 1.001  # the bounds are themselves floats
SHORT = 15  # decimals of so many digits and their nearest floats stand in the same order
TENS = np.array([10.0**n for n in range(23)])  # all exact
_TINY = 1e-250  # below, the rest of a product may be lost
_HALVES = 134217729.0  # 2**27 + 1 splits a float into two


@dataclass(frozen=True)
class Numbers:
    """A number, or the reason why there is none, in each row.

    Parameters
    ----------
    value : array of float
        The float nearest to what was calculated; NaN where there is no number.
    error : array of float
        Bound of its distance from the exact value; 0 where it is exact.
    short : array of bool
        The exact value is a decimal of at most 15 digits and `value` the float nearest to it.
    reason : array of int8
        Position in `REASONS`; 0 where there is a number.
    unsure : array of bool
        Only the exact calculation can tell; all else in that row means nothing.
    """

    value: Floats
    error: Floats
    short: Flags
    reason: Codes
    unsure: Flags

    def take(self, rows: Rows) -> Numbers:
        """Return the numbers of some rows."""
        return Numbers(self.value[rows], self.error[rows], self.short[rows], self.reason[rows], self.unsure[rows])

    def spread(self, count: int) -> Numbers:
        """Return the same with `count` rows, where there may be only one."""
        return self if self.value.shape == (count,) else self.take(np.zeros(count, dtype=np.intp))


def constant(value: Fraction) -> Numbers:
    """Return an exact number as a single row."""
    near = float(value)
    off = abs(value - Fraction(near))
    digits = 0
    while digits <= SHORT and (value * 10**digits).denominator != 1:
        digits += 1
    short = digits <= SHORT and abs(value) * 10**digits < 10**SHORT
    bound = float(off) * SAFE + (1e-300 if off else 0.0)
    return _row(near, bound, short)


def absent(reason: Missing) -> Numbers:
    """Return a single row without a number."""
    row = _row(float("nan"), 0.0, False)
    return Numbers(row.value, row.error, row.short, np.array([REASON[reason.reason]], dtype=np.int8), row.unsure)


def _row(value: float, error: float, short: bool) -> Numbers:
    return Numbers(np.array([value]), np.array([error]), np.array([short]), np.zeros(1, dtype=np.int8), np.zeros(1, dtype=np.bool_))


def choose(here: Flags, then: Numbers, otherwise: Numbers) -> Numbers:
    """Return the one number where `here` holds and the other elsewhere."""
    return Numbers(
        np.where(here, then.value, otherwise.value),
        np.where(here, then.error, otherwise.error),
        np.where(here, then.short, otherwise.short),
        np.where(here, then.reason, otherwise.reason),
        np.where(here, then.unsure, otherwise.unsure),
    )


def first_reason(numbers: Sequence[Numbers]) -> Codes:
    """Return the reason of the first that is missing, in each row."""
    return reduce(lambda before, after: np.where(before != 0, before, after), (n.reason for n in numbers))


def any_unsure(numbers: Sequence[Numbers]) -> Flags:
    """Return where one of them is unsure."""
    return reduce(np.logical_or, (n.unsure for n in numbers))


def _made(parts: Sequence[Numbers], value: Floats, error: Floats, unsure: Flags | None = None, short: Flags | None = None) -> Numbers:
    """Return the result of an operation whose arguments are `parts`."""
    reason = first_reason(parts)
    doubt = any_unsure(parts) | ((reason == 0) & ~(np.isfinite(value) & np.isfinite(error)))
    if unsure is not None:
        doubt = doubt | ((reason == 0) & unsure)
    plain = np.zeros(value.shape, dtype=np.bool_) if short is None else short
    return Numbers(np.where(reason == 0, value, np.nan), error, plain, reason, doubt)


# --- arithmetic ---------------------------------------------------------------------------------------------------


def product_rest(left: Floats, right: Floats | float, product: Floats) -> Floats:
    """Return what rounding took from a product, exactly (Dekker); NaN where the numbers are too large for that."""
    wide = np.multiply(left, _HALVES)
    left_high = wide - (wide - left)
    left_low = left - left_high
    wide = np.multiply(right, _HALVES)
    right_high = wide - (wide - right)
    right_low = right - right_high
    return left_low * right_low - (((product - left_high * right_high) - left_low * right_high) - left_high * right_low)


def _carried(exact: Flags, error: Floats) -> Floats:
    return np.where(exact, 0.0, error + 1e-300)


def add(left: Numbers, right: Numbers, sign: float = 1.0) -> Numbers:
    """Return the sum, or with ``sign=-1`` the difference."""
    a, b = left.value, right.value * sign
    total = a + b
    back = total - a
    lost = (a - (total - back)) + (b - back)
    given = left.error + right.error
    return _made((left, right), total, _carried((given == 0) & (lost == 0), given + np.abs(lost)))


def multiply(left: Numbers, right: Numbers) -> Numbers:
    """Return the product."""
    a, b = left.value, right.value
    product = a * b
    whole = (left.error == 0) & (right.error == 0) & (product_rest(a, b, product) == 0) & _large(product, a, b)
    error = np.abs(a) * right.error + np.abs(b) * left.error + left.error * right.error + UNIT * np.abs(product)
    return _made((left, right), product, _carried(whole, error))


def divide(left: Numbers, right: Numbers) -> Numbers:
    """Return the quotient; unsure where the denominator is, or may be, zero."""
    a, b = left.value, right.value
    quotient = a / b
    back = quotient * b
    rest = (a - back) - product_rest(quotient, b, back)
    whole = (left.error == 0) & (right.error == 0) & (rest == 0) & _large(quotient, a, b) & _large(back, a, b)
    size = np.abs(b)
    error = (np.abs(a) * right.error + size * left.error) / (size * (size - right.error)) + UNIT * np.abs(quotient)
    whole |= left.short & right.short & (a == b) & (b != 0)  # the same decimal
    return _made((left, right), quotient, _carried(whole, error), size <= SAFE * right.error)


def _large(result: Floats, left: Floats, right: Floats) -> Flags:
    large: Flags = (np.abs(result) > _TINY) | (left == 0) | (right == 0)
    return large


def extreme(terms: Sequence[Numbers], largest: bool) -> Numbers:
    """Return the smallest of the terms, or the largest."""
    pick: Any = np.maximum if largest else np.minimum
    value = reduce(pick, (term.value for term in terms))
    error = reduce(np.maximum, (term.error for term in terms))
    return _made(terms, value, error, short=reduce(np.logical_and, (term.short for term in terms)))


# --- comparison and rounding --------------------------------------------------------------------------------------


def compare(left: Numbers, right: Numbers) -> tuple[Floats, Flags]:
    """Return the sign of `left` − `right`, and where floats cannot tell it. Rows without a number mean nothing."""
    a, b = left.value, right.value
    difference = a - b
    slack = np.maximum(BAND * np.maximum(np.abs(a), np.abs(b)), SAFE * (left.error + right.error))
    exact_left, exact_right = left.error == 0, right.error == 0
    known = (left.short & right.short) | (exact_left & exact_right)
    known |= ((exact_left & right.short) | (left.short & exact_right)) & (difference != 0)
    return np.sign(difference), ~(known | (np.abs(difference) > slack))


def holds(op: str, sign: Floats) -> Flags:
    """Return where a comparison holds, by the sign of the difference."""
    held: dict[str, Flags] = {">=": sign >= 0, "<=": sign <= 0, ">": sign > 0, "<": sign < 0, "==": sign == 0}
    return held[op]


def nearest_multiple(numbers: Numbers, digits: npt.NDArray[np.intp] | int) -> tuple[Floats, Flags]:
    """Return ``value × 10**digits`` rounded half to even, and where floats cannot tell it (near a tie, or too large)."""
    scale = TENS[np.minimum(digits, 22)]
    scaled = numbers.value * scale
    lost = product_rest(numbers.value, scale, scaled)
    exact = (numbers.error == 0) & (lost == 0)
    off = np.abs(scaled - np.floor(scaled) - 0.5)
    slack = SAFE * (numbers.error * scale + UNIT * np.abs(scaled)) + np.minimum(BAND * np.abs(scaled), 1e-3)
    far = (off > slack) & (np.abs(scaled) < 2.0**51)
    return np.rint(scaled) + 0.0, ~(far | (exact & (np.abs(scaled) < 2.0**53))) | (np.asarray(digits) > SHORT)


def round_to_digits(numbers: Numbers, digits: npt.NDArray[np.intp] | int) -> Numbers:
    """Return the numbers rounded half to even to so many decimals."""
    whole, undecided = nearest_multiple(numbers, digits)
    value = whole / TENS[np.minimum(digits, 22)]
    error = np.where(np.asarray(digits) == 0, 0.0, UNIT * np.abs(value))
    return _made((numbers,), value, error, undecided, np.abs(whole) < 10.0**SHORT)


def round_to_step(numbers: Numbers, step: Fraction) -> Numbers:
    """Return the numbers rounded half to even to a multiple of `step`."""
    up, down = constant(Fraction(step.numerator)), constant(Fraction(step.denominator))
    times = divide(multiply(numbers, down), up)
    whole, undecided = nearest_multiple(times, 0)
    unsure = times.unsure | (undecided & (times.reason == 0))
    result = divide(multiply(Numbers(whole, np.zeros_like(whole), times.short, times.reason, unsure), up), down)
    digits = next((n for n in range(SHORT + 1) if 10**n % step.denominator == 0), None)
    if digits is None:
        return result
    short = np.abs(whole) * float(step * 10**digits) < 10.0**SHORT
    return Numbers(result.value, result.error, short, result.reason, result.unsure)
