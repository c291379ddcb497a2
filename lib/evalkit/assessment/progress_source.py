"""Where the values of many regions come from: a panel, or a table in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.assessment.panel import Panel
from evalkit.assessment.panel.columns import Column, cell_text, empty_column, read_column
from evalkit.assessment.panel.findings import Findings, spot
from evalkit.assessment.panel.numbers import REASON, REASONS, Numbers, Rows
from evalkit.assessment.panel.reading import cells_of, read_periods, read_regions
from evalkit.assessment.progress_way import Point
from evalkit.messages import Place, Problem
from evalkit.values import MISSING_REASONS, Missing, parse_decimal, round_half_even

YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_NEEDED = ("region_code", "period", "indicator", "value")
_KINDS = {"qualitative": "qualitative", "composite": "not_one_number"}


@dataclass
class Source:
    """Values by region, indicator and period.

    Parameters
    ----------
    regions, indicators, periods : list of str
        Periods in the order of time.
    where : array of int
        Position of the number of each region, indicator and period; the last position is that of nothing given.
    numbers, compared : Numbers
        By position: the value, and what is compared with a target (修约值比较). Unsure where something stands beside the number.
    point : callable
        Returns the exact value at a position, in the year that it is of, or the code why there is none.
    rounded : callable
        Returns what is compared at a position where it is not the value itself, else None.
    blocked : list of str
        By indicator, why it is no number; empty for most.
    lagged : callable
        Returns whether the value at a position is of another year than its period; such values are unsure.
    """

    regions: list[str]
    indicators: list[str]
    periods: list[str]
    where: npt.NDArray[np.intp]
    numbers: Numbers
    compared: Numbers
    point: Callable[[int], Point | str]
    rounded: Callable[[int], Fraction | None]
    blocked: list[str]
    lagged: Callable[[int], bool]


def joined(parts: Sequence[Numbers]) -> Numbers:
    """Return numbers one after the other."""
    return Numbers(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("value", "error", "short", "reason", "unsure")))


def from_panel(panel: Panel) -> Source:
    """Return the values of a panel, as exact as the panel had them."""
    figures = panel.figures
    table, lines, count = figures.table, figures.lines, figures.table.assessed
    own = [figures.values(line) for line in lines]
    nothing = empty_column(1).numbers
    numbers = joined([*(one.numbers for one in own), nothing])
    compared = joined([*(one.rounded() if line.compare_rounded else one.numbers for one, line in zip(own, lines, strict=True)), nothing])
    order = sorted(range(len(table.periods)), key=lambda n: table.periods[n])
    place = np.argsort(np.array(order, dtype=np.intp)) if order else np.zeros(0, dtype=np.intp)
    where = np.full((len(table.regions), len(lines), len(order)), len(numbers.value) - 1, dtype=np.intp)
    rows = np.arange(count)
    for n in range(len(lines)):
        where[table.region_of[:count], n, place[table.period_of[:count]]] = n * count + rows

    def point(position: int) -> Point | str:
        if position == len(numbers.value) - 1:
            return "not_collected"
        line, row = divmod(position, count)
        value = figures.exact(lines[line], row)
        if isinstance(value.value, Missing):
            return value.value.reason
        return _point(value.data_year or value.period[:4], value.value, value.bound)

    def rounded(position: int) -> Fraction | None:
        line, row = divmod(position, count)
        value = figures.exact(lines[line], row)
        if not lines[line].compare_rounded or isinstance(value.value, Missing):
            return None
        return round_half_even(value.value, Fraction(1, 10**value.digits))

    def lagged(position: int) -> bool:
        if position == len(numbers.value) - 1:
            return False
        line, row = divmod(position, count)
        return "lagged_year" in figures.exact(lines[line], row).notes

    blocked = [_KINDS.get(figures.catalog.measures[line.measure].kind, "") for line in lines]
    names = [table.periods[n].name for n in order]
    return Source(table.regions, [line.indicator for line in lines], names, where, numbers, compared, point, rounded, blocked, lagged)


def _point(year: str, value: Fraction, bound: str) -> Point | str:
    return Point(int(year), value, bound) if YEAR.fullmatch(year) else "mixed_years"


def from_frame(frame: pd.DataFrame, findings: Findings) -> Source:
    """Return the values of a table with a row per region, period and indicator; what is wrong with it is raised."""
    if not set(_NEEDED) <= set(frame.columns) and set(_NEEDED) <= {*frame.columns, *frame.index.names}:
        frame = frame.reset_index()
    absent = [name for name in _NEEDED if name not in frame.columns]
    if absent:
        findings.add(Problem("progress_columns", Place(), {"missing": absent}))
        findings.stop()
    regions, region_of = read_regions(frame["region_code"], findings)
    times, period_of = read_periods(frame["period"], findings)
    codes, names = pd.factorize(frame["indicator"], use_na_sentinel=False)
    indicators = [cell_text(name) for name in names.tolist()]
    indicator_of = codes.astype(np.intp)
    column = numbers_of(frame["value"], "value", findings)
    findings.stop()
    periods = [time.name for time in times]
    count = len(frame)
    where = np.full((len(regions), len(indicators), len(periods)), count, dtype=np.intp)
    where[region_of, indicator_of, period_of] = np.arange(count)
    again = np.flatnonzero(where[region_of, indicator_of, period_of] != np.arange(count))
    for row in again.tolist():
        region, period, name = regions[region_of[row]], periods[period_of[row]], indicators[indicator_of[row]]
        shown = {"variable": name, "region": region, "period": period, "count": 2}
        findings.add(Problem("table_repeated", spot(region, period, name), shown, "error", region), name)
    beside = _beside(frame, column, [periods[n] for n in period_of.tolist()], findings)
    findings.stop()
    numbers = joined([column.numbers, empty_column(1).numbers])

    def point(position: int) -> Point | str:
        if position == count:
            return "not_collected"
        text = cell_text(column.cells[position])
        if numbers.reason[position]:
            return REASONS[int(numbers.reason[position])]
        bound, year = beside.get(position, ("", ""))
        return _point(year or periods[period_of[position]][:4], parse_decimal(text), bound)

    def lagged(position: int) -> bool:
        year = beside.get(position, ("", ""))[1]
        return bool(year) and year != periods[period_of[position]][:4]

    blocked = [""] * len(indicators)
    return Source(regions, indicators, periods, where, numbers, numbers, point, lambda position: None, blocked, lagged)


def numbers_of(series: pd.Series[Any], name: str, findings: Findings) -> Column:
    """Return a column of numbers, words and empty cells; anything else is refused."""

    def refuse(rows: Rows, text: str) -> None:
        findings.add(Problem("table_number", Place(key=name), {"variable": name, "value": text, "count": len(rows)}), name)

    return read_column(cells_of(series), tasks=False, qualitative=False, refuse=refuse)


def _beside(frame: pd.DataFrame, column: Column, periods: list[str], findings: Findings) -> dict[int, tuple[str, str]]:
    """Return bound and year of the data by row where given, and enter reasons; only the exact calculation knows what they mean."""
    numbers = column.numbers
    if "reason" in frame.columns:
        codes, found = pd.factorize(frame["reason"], use_na_sentinel=False)
        reasons = [cell_text(reason) for reason in found.tolist()]
        for n in range(len(reasons)):
            here = (codes == n) & (numbers.reason != 0) & ~column.present
            if reasons[n] in MISSING_REASONS:
                numbers.reason[here] = REASON[reasons[n]]
            elif reasons[n] and here.any():
                _refuse("reason", reasons[n], MISSING_REASONS, findings)
    texts = {}
    for name in ("bound", "data_year"):
        if name in frame.columns:
            texts[name] = [cell_text(cell) for cell in frame[name].tolist()]
    beside: dict[int, tuple[str, str]] = {}
    for row in range(len(frame)) if texts else ():
        bound, year = (texts[name][row] if name in texts else "" for name in ("bound", "data_year"))
        if bound not in ("", "lower", "upper"):
            _refuse("bound", bound, ("lower", "upper"), findings)
        if (bound or (year and year != periods[row][:4])) and numbers.reason[row] == 0:
            beside[row] = (bound, year)
            numbers.unsure[row] = True
    return beside


def _refuse(name: str, value: str, allowed: Sequence[str], findings: Findings) -> None:
    findings.add(Problem("bad_value", Place(key=name), {"value": value, "detail": ", ".join(allowed)}), name)
