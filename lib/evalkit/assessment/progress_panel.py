"""Progress of many regions at once, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.assessment.panel import Panel
from evalkit.assessment.panel.columns import Objects
from evalkit.assessment.panel.findings import Findings
from evalkit.assessment.panel.measures import not_applicable
from evalkit.assessment.panel.numbers import REASON, Codes, Flags, Floats, Numbers, Rows, choose
from evalkit.assessment.progress_arrays import measure_ways
from evalkit.assessment.progress_rows import CODE, CODES, GRADES, NOTES, REACHABILITIES, STATUSES, Asked, Found, Goals, Years
from evalkit.assessment.progress_source import YEAR, Source, from_frame, from_panel
from evalkit.assessment.progress_table import number
from evalkit.assessment.progress_targets import Targets, exact, read_targets
from evalkit.assessment.progress_way import FIGURES, Figure, Point, ProgressRules, Way, eurostat_grade, measure_way, no_way
from evalkit.messages import EvalkitError, Place, Problem

_NAMES = ("base_value", "value", *FIGURES, "growth_ratio")
_MARKS = ("lagged_year", *NOTES)


def progress_panel(
    values: Panel | pd.DataFrame,
    targets: pd.DataFrame,
    *,
    period: object = None,
    tolerance: str | int | Fraction = 5,
    easy_pace: str | int | Fraction = 100,
    steady: bool = False,
    eurostat: bool = False,
) -> pd.DataFrame:
    """Return how far many regions are on the way to planned values, and whether they will arrive: :func:`evalkit.progress` in arrays.

    Status, reachability, reasons and notes are those of the exact calculation: where floats could decide otherwise, or lose the
    twelfth digit of a figure, a row is calculated exactly.

    Parameters
    ----------
    values : Panel or DataFrame
        What :func:`evalkit.assess_panel` returns: its values are then as exact as they were there. Or a row per ``region_code``,
        ``period`` and ``indicator`` with ``value`` (a decimal as text, a number, or a word such as 不涉及; a float counts as the
        shortest decimal that gives it back), and if need be ``reason`` (why there is no value), ``bound`` (``lower``, ``upper``) and
        ``data_year``. Other columns are passed over.
    targets : DataFrame
        A row per ``indicator``, ``milestone`` and ``base_period`` (years; empty where the base year is not known), for all regions or
        with ``region_code``. Planned values: ``op`` (``>=``, ``>``, ``<=``, ``<``, ``==``) and ``target``; or ``low`` and ``high``,
        with ``point`` for the printed number of 左右. ``base_value``: a value of the base year that stands in place of the one in
        `values`; what is given for the years before is then left out. All in the indicator's unit, levels to be reached by the
        milestone.
    period : str, optional
        The present year; default the latest in `values`. Years before it give the observed changes.
    tolerance, easy_pace, steady, eurostat
        As for :func:`evalkit.progress`.

    Returns
    -------
    DataFrame
        One row per region and target, in the order of the regions, or of `targets` where it names them: ``region_code``, ``period``,
        ``indicator``, ``milestone`` and ``base_period``, then the figures and codes of :func:`evalkit.progress`. Texts are
        categories. ``attrs["exact"]`` is the number of rows that were calculated exactly.

    Raises
    ------
    EvalkitError
        A table or a parameter is at fault (all problems of a table at once).

    Examples
    --------
    >>> import evalkit as ek, pandas as pd
    >>> values = pd.read_csv("values.csv", dtype=str)  # doctest: +SKIP
    >>> targets = pd.DataFrame([{"indicator": "C21", "op": ">=", "target": "90", "milestone": "2025", "base_period": "2020"}])
    >>> ek.progress_panel(values, targets, period="2023")  # doctest: +SKIP
    """
    rules = ProgressRules(number(tolerance, "tolerance"), number(easy_pace, "easy_pace"), steady)
    findings = Findings()
    source = from_panel(values) if isinstance(values, Panel) else from_frame(values, findings)
    now = _present(source, period)
    return _Rows(source, read_targets(targets, source, findings), now, rules, eurostat).frame()


def _present(source: Source, period: object) -> str:
    """Return the period that is asked for, or the latest year."""
    names = source.periods
    if period is None:
        years = [name for name in names if YEAR.fullmatch(name)] or names
        if years:
            return years[-1]
    if str(period) not in names:
        raise EvalkitError(Problem("period_unknown", Place(key="period"), {"period": period, "allowed": names}))
    return str(period)


class _Rows:
    """The rows of the result."""

    def __init__(self, source: Source, targets: Targets, now: str, rules: ProgressRules, eurostat: bool) -> None:
        self.source, self.targets, self.now, self.rules, self.eurostat = source, targets, now, rules, eurostat
        self.names = [name for name in _NAMES if eurostat or name != "growth_ratio"]
        self.count = len(targets.line_of)
        lines = targets.line_of
        columns = {name: n for n, name in enumerate(source.periods)}
        self.mine = source.where[targets.region_of, targets.indicator_of]  # positions by row and period
        self.at = self.mine[:, columns[now]] if self.count else np.zeros(0, dtype=np.intp)
        nowhere = len(source.numbers.value) - 1
        base_column = np.array([columns.get(name, -1) for name in targets.bases.names], dtype=np.intp)[targets.bases.of][lines]
        self.base_at = np.where(base_column < 0, nowhere, self.mine[np.arange(self.count), np.maximum(base_column, 0)])
        self.own_base = targets.base_value.present[lines]
        self.is_base = self.own_base & targets.bases.where(lambda name: name == now)[lines]
        self.earlier = [(n, int(name)) for name, n in columns.items() if YEAR.fullmatch(name) and name < now]
        self._make()

    def _make(self) -> None:
        count = self.count
        self.figures: dict[str, Floats] = {name: np.full(count, np.nan) for name in self.names}
        self.codes: dict[str, Codes] = {name: np.zeros(count, dtype=np.int8) for name in self.names}
        self.status, self.reason, self.reach, self.reach_reason, self.grade = np.zeros((5, count), dtype=np.int8)
        self.marks: dict[str, Flags] = {name: np.zeros(count, dtype=np.bool_) for name in _MARKS}
        self.base_years, self.years, self.trend_from = np.zeros((3, count), dtype=np.int64)
        base, current, none = self._given()
        numbers = self.source.numbers
        doubt: Flags = numbers.unsure[self.at] | numbers.unsure[self.base_at] | self.source.compared.unsure[self.at]
        for column, _ in self.earlier:
            doubt |= numbers.unsure[self.mine[:, column]]
        self._none(np.flatnonzero((none != 0) & ~doubt), none, base, current)
        live = np.flatnonzero((none == 0) & ~doubt)
        found = measure_ways(self._asked(live, base, current), self.rules, self.eurostat)
        self._enter(live, found, base, current)
        rows = np.flatnonzero(doubt)
        rows = np.concatenate([rows, live[found.unsure]])
        for row in rows[np.argsort(self.targets.region_of[rows], kind="stable")].tolist():
            self._exact(row)
        self.exactly = len(rows)
        self._unknown()

    def _unknown(self) -> None:
        """Say of what is missing because the base year is not known that this is why."""
        here = self.targets.bases.where(lambda name: not name)[self.targets.line_of]
        self.codes["base_value"][here] = CODE["base_unknown"]
        for codes in (*self.codes.values(), self.reason, self.reach_reason):
            codes[here & (codes == CODE["base_missing"])] = CODE["base_unknown"]

    # --- what goes in -----------------------------------------------------------------------------------------------

    def _given(self) -> tuple[Numbers, Numbers, Codes]:
        """Return base and present values, and why there is no way at all, in each row."""
        targets, numbers = self.targets, self.source.numbers
        lines = targets.line_of
        own = targets.base_value.numbers.take(lines)
        base = choose(self.own_base, own, numbers.take(self.base_at))
        current = choose(self.is_base, own, numbers.take(self.at))
        blocked = np.array([CODE[code] if code else 0 for code in self.source.blocked], dtype=np.int8)[targets.indicator_of]
        no_year = (targets.milestones.where(_no_year) | targets.bases.where(_no_year) | _no_year(self.now))[lines]
        outside = not_applicable(current.reason)
        none = np.where(outside, current.reason, np.where(targets.empty[lines], CODE["no_target"], current.reason))
        none = np.where(blocked != 0, blocked, np.where(no_year, CODE["not_a_year"], none))
        return base, current, none.astype(np.int8)

    def _asked(self, rows: Rows, base: Numbers, current: Numbers) -> Asked:
        targets, numbers, lines = self.targets, self.source.numbers, self.targets.line_of[rows]
        goals = targets.goals
        base_year = targets.bases.years()[lines]
        observed = []
        for column, year in self.earlier:
            one = numbers.take(self.mine[rows, column])
            # Where the table sets the base value itself, earlier values stand on another basis.
            old = self.own_base[rows] & (year < base_year)
            observed.append(Numbers(one.value, one.error, one.short, np.where(old, REASON["not_collected"], one.reason), one.unsure))
        return Asked(
            Goals(goals.low.take(lines), goals.high.take(lines), goals.point.take(lines), goals.open_low[lines], goals.open_high[lines]),
            base.take(rows), current.take(rows),
            choose(self.is_base[rows], current.take(rows), self.source.compared.take(self.at[rows])),
            base_year, np.full(len(rows), int(self.now) if YEAR.fullmatch(self.now) else 0), targets.milestones.years()[lines],
            observed, [year for _, year in self.earlier],
        )  # fmt: skip

    # --- what comes out ---------------------------------------------------------------------------------------------

    def _ends(self, rows: Rows, base: Numbers, current: Numbers) -> None:
        """Enter base and present value, with their years."""
        for name, one, years, year in (
            ("base_value", base, self.base_years, self.targets.bases.years()[self.targets.line_of[rows]]),
            ("value", current, self.years, np.full(len(rows), int(self.now[:4]))),
        ):
            here = one.reason[rows] == 0
            self.figures[name][rows] = np.where(here, one.value[rows] + 0.0, np.nan)
            self.codes[name][rows] = one.reason[rows]
            years[rows] = np.where(here, year, 0)

    def _none(self, rows: Rows, none: Codes, base: Numbers, current: Numbers) -> None:
        self._ends(rows, base, current)
        for name in self.names[2:]:
            self.codes[name][rows] = none[rows]
        self.reason[rows] = self.reach_reason[rows] = none[rows]

    def _enter(self, rows: Rows, found: Found, base: Numbers, current: Numbers) -> None:
        self._ends(rows, base, current)
        for name in self.names[2:]:
            self.figures[name][rows] = found.figures[name]
            self.codes[name][rows] = found.codes[name]
        self.status[rows], self.reason[rows] = found.status, found.reason
        self.reach[rows], self.reach_reason[rows] = found.reachability, found.reachability_reason
        for name, here in found.notes.items():
            self.marks[name][rows] = here
        self.trend_from[rows] = found.trend_from
        if self.eurostat:
            self.grade[rows] = found.grade

    def _exact(self, row: int) -> None:
        """Calculate a row exactly."""
        source, targets, line = self.source, self.targets, int(self.targets.line_of[row])
        at, base_at = int(self.at[row]), int(self.base_at[row])
        milestone, since = targets.milestones.name(line), targets.bases.name(line)
        base, current = source.point(base_at), source.point(at)
        if self.own_base[row]:
            code = CODES[targets.base_value.numbers.reason[line]]
            base = code or Point(int(since), exact(targets.base_value, line))
        if self.is_base[row]:
            current = base
        code = source.blocked[targets.indicator_of[row]] or ("not_a_year" if any(map(_no_year, (self.now, milestone, since))) else "")
        if not code and isinstance(current, str) and not_applicable(np.array([CODE[current]], dtype=np.int8))[0]:
            code = current
        code = code or ("no_target" if targets.empty[line] else "")
        ratio: Figure = code
        grade = ""
        if code:
            way = no_way(code)
        else:
            compared = None if self.is_base[row] else source.rounded(at)
            way = measure_way(targets.goal(line), base, current, int(milestone), self._observed(row), self.rules, compared)
            ratio, grade = eurostat_grade(targets.goal(line), base, current, int(milestone))
        figures = {
            "base_value": base if isinstance(base, str) else base.value,
            "value": current if isinstance(current, str) else current.value,
            **way.figures,
            "growth_ratio": ratio,
        }
        for name in self.names:
            figure = figures[name]
            self.figures[name][row] = np.nan if isinstance(figure, str) else float(figure)
            self.codes[name][row] = CODE[figure] if isinstance(figure, str) else 0
        self._say(row, way, grade)
        self.base_years[row] = 0 if isinstance(base, str) else base.year
        self.years[row] = 0 if isinstance(current, str) else current.year
        self.marks["lagged_year"][row] = source.lagged(at) or source.lagged(base_at)

    def _say(self, row: int, way: Way, grade: str) -> None:
        self.status[row], self.reason[row] = STATUSES.index(way.status), CODE[way.reason]
        self.reach[row], self.reach_reason[row] = REACHABILITIES.index(way.reachability), CODE[way.reachability_reason]
        self.grade[row] = GRADES.index(grade)
        self.trend_from[row] = way.trend_years[0] if way.trend_years else 0
        for name in NOTES:
            self.marks[name][row] = name in way.notes

    def _observed(self, row: int) -> list[Point]:
        """Return the values up to the present period on the basis of the base year; two different ones of one year tell nothing of it."""
        base = self.targets.bases.name(int(self.targets.line_of[row])) if self.own_base[row] else ""
        by_year: dict[int, set[Point]] = {}
        for column, year in self.earlier:
            point = self.source.point(int(self.mine[row, column]))
            if isinstance(point, Point) and str(year) >= base:
                by_year.setdefault(point.year, set()).add(point)
        return [next(iter(points)) for _, points in sorted(by_year.items()) if len(points) == 1]

    # --- the table --------------------------------------------------------------------------------------------------

    def frame(self) -> pd.DataFrame:
        """Return the table."""
        targets, source = self.targets, self.source
        lines = targets.line_of
        made: dict[str, Any] = {
            "region_code": _named(targets.region_of, source.regions),
            "period": _named(np.zeros(self.count, dtype=np.intp), [self.now]),
            "indicator": _named(targets.indicator_of, source.indicators),
            "milestone": _named(targets.milestones.of[lines], targets.milestones.names),
            "base_period": _named(targets.bases.of[lines], targets.bases.names),
            "base_year": _year_texts(self.base_years),
            "year": _year_texts(self.years),
            **self.figures,
            "trend_from": _year_texts(self.trend_from),
            "status": _named(self.status, STATUSES),
            "reason": _named(self.reason, CODES),
            "reachability": _named(self.reach, REACHABILITIES),
            "reachability_reason": _named(self.reach_reason, CODES),
        }
        if self.eurostat:
            made["grade"] = _named(self.grade, GRADES)
        made["absent"] = _joined([self.codes[name] for name in self.names], [f"{name}:{{}}" for name in self.names])
        made["note"] = _joined([self.marks[name].astype(np.int8) for name in _MARKS], list(_MARKS))
        frame = pd.DataFrame(made, copy=False)
        frame.attrs["exact"] = self.exactly
        return frame


def _no_year(name: str) -> bool:
    return bool(name) and not YEAR.fullmatch(name)


def _named(codes: npt.NDArray[Any], names: Iterable[str]) -> pd.Categorical[str]:
    made: pd.Categorical[str] = pd.Categorical.from_codes(codes.astype(np.int64), pd.Index(list(names), dtype=object))
    return made


def _year_texts(years: Years) -> pd.Categorical[str]:
    found, codes = np.unique(years, return_inverse=True)
    return _named(codes, [str(year) if year else "" for year in found.tolist()])


def _joined(columns: list[Codes], names: list[str]) -> pd.Categorical[str]:
    """Return for each row the names of the columns that hold a code, with the code where the name has a place for it."""
    table = np.ascontiguousarray(np.stack(columns, axis=1))
    kinds, codes = np.unique(table.view(np.dtype((np.void, table.shape[1]))).ravel(), return_inverse=True)
    rows = kinds.view(np.int8).reshape(len(kinds), table.shape[1])
    texts: Objects = np.array([
        ";".join(name.format(CODES[code]) for name, code in zip(names, row, strict=True) if code) for row in rows.tolist()
    ], dtype=object)  # fmt: skip
    return _named(codes, texts.tolist())
