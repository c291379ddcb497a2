"""Planned values of many regions, from a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from evalkit.assessment.panel.columns import Column, cell_text, empty_column
from evalkit.assessment.panel.findings import Findings
from evalkit.assessment.panel.numbers import REASON, Flags, Rows, choose, compare
from evalkit.assessment.progress_goal import Goal
from evalkit.assessment.progress_rows import Goals, Years
from evalkit.assessment.progress_source import YEAR, Source, numbers_of
from evalkit.catalog.load import near
from evalkit.messages import Place, Problem
from evalkit.values import Period, PeriodError, parse_decimal

_OPS = {
    ">=": (True, False, False),
    ">": (True, False, True),
    "<=": (False, True, False),
    "<": (False, True, True),
    "==": (True, True, False),
}


@dataclass
class Times:
    """Periods of the rows of a table; one that is empty is not known.

    Parameters
    ----------
    names : list of str
        Each once.
    of : array of int
        Position of each row's in `names`.
    """

    names: list[str]
    of: Rows

    def name(self, row: int) -> str:
        """Return the period of a row."""
        return self.names[int(self.of[row])]

    def years(self) -> Years:
        """Return the years of all rows; 0 for what is none."""
        return np.array([int(name) if YEAR.fullmatch(name) else 0 for name in self.names], dtype=np.int64)[self.of]

    def where(self, holds: Callable[[str], bool]) -> Flags:
        """Return the rows whose period is such."""
        return np.array([holds(name) for name in self.names], dtype=np.bool_)[self.of]


@dataclass
class Targets:
    """What is asked for, a row per region, indicator and milestone.

    Parameters
    ----------
    region_of, indicator_of : array of int
        Positions in the source.
    line_of : array of int
        The row of the given table.
    milestones, bases : Times
        By row of the given table.
    base_value : Column
        Values of the base year that the table sets itself.
    goals : Goals
    empty : array of bool
        By row of the given table, whether it asks for no number.
    """

    region_of: Rows
    indicator_of: Rows
    line_of: Rows
    milestones: Times
    bases: Times
    base_value: Column
    goals: Goals
    empty: Flags
    _ends: dict[str, Column]

    def goal(self, line: int) -> Goal:
        """Return the exact goal of a row of the given table."""
        numbers = {name: (None if column.numbers.reason[line] else exact(column, line)) for name, column in self._ends.items()}
        goals = self.goals
        target = numbers["target"]
        low = target if target is not None and not goals.low.reason[line] else numbers["low"]
        high = target if target is not None and not goals.high.reason[line] else numbers["high"]
        return Goal(low, high, bool(goals.open_low[line]), bool(goals.open_high[line]), numbers["point"])


def exact(column: Column, row: int) -> Fraction:
    """Return the exact number in a cell."""
    return parse_decimal(cell_text(column.cells[row]))


def read_targets(frame: pd.DataFrame, source: Source, findings: Findings) -> Targets:
    """Return the planned values that a table holds; what is wrong with it is raised."""
    absent = [name for name in ("indicator", "milestone", "base_period") if name not in frame.columns]
    if not {"op", "target"} <= set(frame.columns) and not {"low", "high"} <= set(frame.columns):
        absent += [name for name in ("op", "target") if name not in frame.columns]
    if absent:
        findings.add(Problem("progress_columns", Place(), {"missing": absent}))
        findings.stop()
    count = len(frame)
    indicator = _positions(frame, "indicator", source.indicators, "row", findings)
    lines = np.arange(count)
    if "region_code" in frame.columns:
        region = _positions(frame, "region_code", source.regions, "region", findings)
    else:
        region = np.repeat(np.arange(len(source.regions)), count)
        lines = np.tile(lines, len(source.regions))
        indicator = np.tile(indicator, len(source.regions))
    ends = {name: _numbers(frame, name, findings) for name in ("target", "low", "high", "point")}
    ops = [cell_text(op) for op in frame["op"].tolist()] if "op" in frame.columns else [""] * count
    goals, empty = _goals(ends, ops, findings)
    periods = [_times(frame[name], name, findings) for name in ("milestone", "base_period")]
    base = _numbers(frame, "base_value", findings, words=True)
    for n in np.flatnonzero(base.present & periods[1].where(lambda name: not name)).tolist():
        _tell(base, n, "base_value", "base_period", findings)  # a value of no year
    findings.stop()
    return Targets(region, indicator, lines, periods[0], periods[1], base, goals, empty, ends)


def _positions(frame: pd.DataFrame, name: str, known: list[str], kind: str, findings: Findings) -> Rows:
    codes, found = pd.factorize(frame[name], use_na_sentinel=False)
    place = {text: n for n, text in enumerate(known)}
    texts = [cell_text(text) for text in found.tolist()]
    for text in texts:
        if text not in place:
            findings.add(Problem("unknown_id", Place(key=name), {"kind": kind, "id": text, "hint": near(text, known)}), name)
    return np.array([place.get(text, 0) for text in texts], dtype=np.intp)[codes]


def _numbers(frame: pd.DataFrame, name: str, findings: Findings, words: bool = False) -> Column:
    if name not in frame.columns:
        return empty_column(len(frame))
    column = numbers_of(frame[name], name, findings)
    for row in [] if words else np.flatnonzero(column.present & (column.numbers.reason != 0)).tolist():
        text = cell_text(column.cells[row])
        if column.numbers.reason[row] != REASON["invalid"]:  # those are told already
            findings.add(Problem("table_number", Place(key=name), {"variable": name, "value": text, "count": 1}), name)
    return column


def _times(series: pd.Series[str], name: str, findings: Findings) -> Times:
    codes, found = pd.factorize(series, use_na_sentinel=False)
    names = []
    for text in map(cell_text, found.tolist()):
        try:
            names.append(Period.parse(text).name if text or name == "milestone" else "")
        except PeriodError:
            findings.add(Problem("bad_period", Place(key=name), {"period": text}), name)
            names.append("")
    kinds = list(dict.fromkeys(names))
    return Times(kinds, np.array([kinds.index(name) for name in names], dtype=np.intp)[codes])


def _goals(ends: dict[str, Column], ops: list[str], findings: Findings) -> tuple[Goals, Flags]:
    """Return the ranges: a target with its sign is one end or both, low and high stand by themselves."""
    target, low, high, point = (ends[name].numbers for name in ("target", "low", "high", "point"))
    for op in sorted(set(ops) - {"", *_OPS}):
        findings.add(Problem("bad_value", Place(key="op"), {"value": op, "detail": ", ".join(_OPS)}), "op")
    kinds = np.array([_OPS.get(op, (False, False, False)) for op in ops], dtype=np.bool_).reshape(len(ops), 3)
    signed = np.array([op in _OPS for op in ops], dtype=np.bool_)
    given = target.reason == 0
    ranged = (low.reason == 0) | (high.reason == 0)
    sign, undecided = compare(low, high)
    both = (low.reason == 0) & (high.reason == 0)
    for n in np.flatnonzero(both & ((sign > 0) | undecided)).tolist():
        if exact(ends["low"], n) > exact(ends["high"], n):
            _tell(ends["low"], n, "low", "> high", findings)
    for n in np.flatnonzero(signed != given).tolist():
        _tell(ends["target"], n, "target", f"op {ops[n] or '—'}", findings)
    for n in np.flatnonzero(given & ranged).tolist():
        _tell(ends["target"], n, "target", "low, high", findings)
    for n in np.flatnonzero((point.reason == 0) & ~both).tolist():
        _tell(ends["point"], n, "point", "low, high", findings)
    lower, upper = given & kinds[:, 0], given & kinds[:, 1]
    goals = Goals(choose(lower, target, low), choose(upper, target, high), point, lower & kinds[:, 2], upper & kinds[:, 2])
    return goals, ~given & ~ranged


def _tell(column: Column, row: int, name: str, detail: str, findings: Findings) -> None:
    findings.add(Problem("bad_value", Place(cell=str(row), key=name), {"value": cell_text(column.cells[row]), "detail": detail}), name)
