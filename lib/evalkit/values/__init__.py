"""Exact numbers, typed missing values, periods and rounding."""

from evalkit.values.faults import FIGURE_FAULTS, FigureError
from evalkit.values.figures import FIGURE_HABITS, Figure, read_figure
from evalkit.values.missing import MISSING_REASONS, Missing, missing_word
from evalkit.values.numbers import (
    PlainDecimalError,
    decimal_places,
    format_fixed,
    format_full,
    parse_decimal,
    round_half_even,
)
from evalkit.values.periods import Period, PeriodError, read_day

__all__ = [
    "FIGURE_FAULTS",
    "FIGURE_HABITS",
    "MISSING_REASONS",
    "Figure",
    "FigureError",
    "Missing",
    "Period",
    "PeriodError",
    "PlainDecimalError",
    "decimal_places",
    "format_fixed",
    "format_full",
    "missing_word",
    "parse_decimal",
    "read_day",
    "read_figure",
    "round_half_even",
]
