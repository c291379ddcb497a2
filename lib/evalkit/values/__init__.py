"""Exact numbers, typed missing values, periods and rounding."""

from evalkit.values.missing import MISSING_REASONS, Missing, missing_word
from evalkit.values.numbers import (
    PlainDecimalError,
    decimal_places,
    format_fixed,
    format_full,
    parse_decimal,
    round_half_even,
)
from evalkit.values.periods import Period, PeriodError

__all__ = [
    "MISSING_REASONS",
    "Missing",
    "Period",
    "PeriodError",
    "PlainDecimalError",
    "decimal_places",
    "format_fixed",
    "format_full",
    "missing_word",
    "parse_decimal",
    "round_half_even",
]
