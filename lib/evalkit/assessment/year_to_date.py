"""Inside the year: what the remaining days must bring for an annual target to be met (年剩余日控制值)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from evalkit.assessment.year_to_date_model import Interval, Printed, YearToDate
from evalkit.assessment.year_to_date_read import read_records
from evalkit.assessment.year_to_date_rules import remaining
from evalkit.values import Missing, format_fixed

if TYPE_CHECKING:
    import pandas as pd

#: Columns of the result, words of the group `ytd_column`.
RESULT = (
    "region", "measure", "kind", "unit", "so_far", "whole", "target", "value", "days", "days_left", "required", "required_low",
    "required_high", "ends", "observed_share", "required_share", "last_rest", "last_rest_low", "last_rest_high", "last_days_left",
    "verdict", "rounding_decides", "reason", "notes", "source", "note",
)  # fmt: skip
_SHARE_DIGITS = 1


def year_to_date(table: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return for each region and measure what the remaining days must bring, and how that looks.

    Parameters
    ----------
    table : DataFrame or rows
        One row per region and measure. Figures are best given as text: a float is taken as the shortest decimal that gives
        it back, and the interval that rounding allows depends on the digits printed. Columns:

        - ``region``, ``measure``: names, as they are;
        - ``kind``: ``max_mean`` (均值上限) a mean of at most; ``min_count`` (天数下限) days of at least, such as good days;
          ``max_count`` (天数上限) days of at most, such as heavy-pollution days; ``min_share`` (比例下限) a share of the
          valid days of at least, target in percent, value in days; ``percentile`` (百分位数), which has no such value;
        - ``target``: of the whole period; ``value``: mean or days so far; a word such as 未发布 says why there is none;
        - ``as_of``: last day of the figures (2024-06-17); or instead ``so_far``: a period that begins with the whole
          (2024-H1, 2024-01-01/2024-06-17);
        - ``whole``, optional: the period of the target, default the calendar year; any other period will do (2024-06);
        - ``unit``, optional; ``days``, optional: days so far with a valid value, default all of them;
        - ``last_value``, ``last_whole``, optional: last year's value of the same stretch and of the whole period, with
          ``last_days``, ``last_whole_days``, their valid days, default all;
        - ``source``, ``note``, optional: carried along.

    Returns
    -------
    DataFrame
        One row per row, in their order. Numbers are the floats nearest to exact fractions, not rounded; NaN where there is
        none. ``required``: the highest mean that the remaining days may have, in the unit of the mean, or the days still
        needed, or still allowed (below zero: exceeded); ``required_low``, ``required_high`` and ``ends`` (``closed``,
        ``open``): where it lies by the rounding of the printed mean; ``observed_share``, ``required_share``: of the days so
        far and of those left (ratio); ``last_rest`` with ``_low``, ``_high``: the remaining stretch a year before;
        ``verdict``: ``already_met``, ``on_track``, ``at_risk``, ``impossible``, ``already_failed``, ``not_applicable`` or
        ``missing`` (with ``reason``); ``rounding_decides``: another mean printed alike would have another verdict;
        ``notes``: what is assumed, codes separated by ``;``.

    Raises
    ------
    EvalkitError
        Columns are lacking or unknown, or cells cannot be read: all of them at once, each with row and column.

    Notes
    -----
    Formulas, rules of the verdicts and their sources: :func:`evalkit.assessment.year_to_date_rules.remaining`.

    Examples
    --------
    >>> import evalkit as ek
    >>> row = {"region": "示范区", "measure": "PM10", "kind": "max_mean", "target": "77", "value": "72", "as_of": "2023-12-25"}
    >>> round(ek.year_to_date([row])["required"][0], 1)
    376.2
    """
    import pandas as pd

    from evalkit.assessment.panel.columns import cell_text

    records = table.to_dict("records") if isinstance(table, pd.DataFrame) else table
    cases = read_records({str(name): cell_text(cell) for name, cell in record.items()} for record in records)
    return pd.DataFrame([frame_row(remaining(case)) for case in cases], columns=list(RESULT))


def frame_row(found: YearToDate) -> dict[str, Any]:
    """Return one line of the data frame: numbers as the nearest floats."""
    numbers = {name: math.nan if cell is None else cell for name, cell in _cells(found).items()}
    return {name: float(cell) if isinstance(cell, Fraction) else cell for name, cell in numbers.items()}


def printed_row(found: YearToDate) -> dict[str, str]:
    """Return one line as texts, for people and files.

    A control value has one decimal more than the mean it comes from and is rounded half to even (GB/T 8170-2008; state: general
    knowledge); the ends of its interval are rounded outward, so that what is printed never leaves out what is possible.
    Shares are in percent.
    """
    case, cells = found.case, _cells(found)
    shown = {name: "" if cell is None else str(cell) for name, cell in cells.items() if not isinstance(cell, (Fraction, bool))}
    for name, given in (("target", case.target), ("value", case.value)):
        shown[name] = format_fixed(given.value, given.digits) if isinstance(given, Printed) else ""
    finer = case.value.digits + 1 if isinstance(case.value, Printed) and case.kind == "max_mean" else 0
    last = max(case.last.value.digits, case.last.whole.digits) + 1 if case.last and case.kind == "max_mean" else 0
    for name, digits, interval in (("required", finer, found.interval), ("last_rest", last, found.last_interval)):
        cell = cells[name]
        shown[name] = format_fixed(cell, digits) if isinstance(cell, Fraction) else ""
        shown[f"{name}_low"], shown[f"{name}_high"] = _outward(interval, digits) if interval is not None else ("", "")
    for name in ("observed_share", "required_share"):
        cell = cells[name]
        shown[name] = format_fixed(cell * 100, _SHARE_DIGITS) if isinstance(cell, Fraction) else ""
    shown["rounding_decides"] = "true" if found.rounding_decides else "false"
    return {name: shown[name] for name in RESULT}


def exact_texts(found: YearToDate) -> dict[str, str]:
    """Return `required` and its interval as exact fractions, such as 2257/6."""
    exact = {"required": found.required}
    if found.interval is not None:
        exact |= {"required_low": found.interval.low, "required_high": found.interval.high}
    return {f"{name}_exact": str(cell) for name, cell in exact.items() if cell is not None}


def _outward(interval: Interval, digits: int) -> tuple[str, str]:
    scale = 10**digits
    low, high = math.floor(interval.low * scale), math.ceil(interval.high * scale)
    return format_fixed(Fraction(low, scale), digits), format_fixed(Fraction(high, scale), digits)


def _cells(found: YearToDate) -> dict[str, Any]:
    """Return the columns of a result as they are: texts, numbers as fractions, None where there is nothing."""
    case, span, last = found.case, found.interval, found.last_interval
    counted = case.kind != "percentile" and not isinstance(case.value, Missing)
    return {
        "region": case.region, "measure": case.measure, "kind": case.kind, "unit": case.unit,
        "so_far": case.so_far.name, "whole": case.whole.name,
        "target": case.target.value if isinstance(case.target, Printed) else None,
        "value": case.value.value if isinstance(case.value, Printed) else None,
        "days": case.days if counted else None, "days_left": case.days_left,
        "required": found.required, "required_low": span.low if span else None, "required_high": span.high if span else None,
        "ends": ("closed" if span.closed else "open") if span else "",
        "observed_share": found.observed_share, "required_share": found.required_share,
        "last_rest": found.last_rest, "last_rest_low": last.low if last else None, "last_rest_high": last.high if last else None,
        "last_days_left": found.last_days_left,
        "verdict": found.verdict, "rounding_decides": found.rounding_decides, "reason": found.reason, "notes": ";".join(found.notes),
        "source": case.source, "note": case.note,
    }  # fmt: skip
