"""Decimals as received become fractions; fractions become text again."""

from __future__ import annotations

import re
from fractions import Fraction

_PLAIN = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)


class PlainDecimalError(ValueError):
    """A text is not a plain decimal."""


def parse_decimal(text: str) -> Fraction:
    """Return the exact value of a plain decimal such as ``-12.50``.

    Anything that a person would have to interpret (``12,5``, ``≥95``, ``约30``, ``1e3``, full-width
    digits) raises :class:`PlainDecimalError`.
    """
    found = text.strip()
    if not _PLAIN.fullmatch(found):
        raise PlainDecimalError(text)
    whole, _, decimals = found.partition(".")
    return Fraction(int(whole + decimals), 10 ** len(decimals))


def decimal_places(text: str) -> int:
    """Return how many decimals a plain decimal is printed with (``96.30`` → 2)."""
    return len(text.strip().partition(".")[2])


def round_half_even(value: Fraction, interval: Fraction) -> Fraction:
    """Round once, on the exact value, to a multiple of `interval`; ties go to the even multiple.

    Parameters
    ----------
    value : Fraction
        Exact value, any unit.
    interval : Fraction
        Rounding interval (修约间隔) in the same unit: 1/10, 1, 1000 …

    Returns
    -------
    Fraction
        The nearest multiple of `interval`.

    References
    ----------
    GB/T 8170-2008 数值修约规则与极限数值的表示和判定, clause 3 (state: general knowledge).
    """
    if interval <= 0:
        raise ValueError("interval must be positive")
    return round(value / interval) * interval  # Python rounds fractions half to even, exactly


def format_fixed(value: Fraction, digits: int) -> str:
    """Return `value` rounded half to even with `digits` decimals, zeros kept (96.0)."""
    scaled, rest = divmod(value.numerator * 10**digits, value.denominator)  # whole numbers, as fractions are slow
    scaled += 2 * rest > value.denominator or (2 * rest == value.denominator and scaled % 2)
    sign = "-" if scaled < 0 else ""
    text = str(abs(scaled)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


def format_full(value: Fraction, significant: int = 17) -> str:
    """Return `value` as a plain decimal: exact when it ends within `significant` digits, else rounded to them."""
    if value == 0:
        return "0"
    magnitude = _exponent(abs(value))
    digits = max(significant - 1 - magnitude, 0)
    text = format_fixed(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _exponent(value: Fraction) -> int:
    """Power of ten of the first significant digit of a positive value."""
    above, below = value.numerator, value.denominator
    guess = len(str(above)) - len(str(below))  # right, or one too many
    return guess if above * 10 ** max(-guess, 0) >= below * 10 ** max(guess, 0) else guess - 1
