"""Assess many regions in many periods at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from evalkit.assessment.counts import STATUS_ORDER
from evalkit.assessment.lines import Line, set_lines
from evalkit.assessment.needs import measures_of
from evalkit.assessment.panel.checks import check_table
from evalkit.assessment.panel.classes import RegionClasses
from evalkit.assessment.panel.columns import Objects
from evalkit.assessment.panel.exact import Exact
from evalkit.assessment.panel.figures import Figures
from evalkit.assessment.panel.findings import Findings
from evalkit.assessment.panel.margins import gaps, printed
from evalkit.assessment.panel.measures import SOURCES, Measures, not_applicable
from evalkit.assessment.panel.numbers import REASON, REASONS, Codes, Flags, Floats, Rows
from evalkit.assessment.panel.reading import read_table
from evalkit.assessment.panel.table import Table
from evalkit.assessment.panel.verdicts import OPEN, TRUE, UNKNOWN, RowJudge, Verdict
from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.catalog.models import IndicatorSet, Level, Region
from evalkit.catalog.rules import Rule, Trend, numeric_target
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.values import Period, PeriodError

if TYPE_CHECKING:
    from evalkit.assessment.panel.classes import Classes

_STATUS = {status: code for code, status in enumerate(STATUS_ORDER)}
_SOURCE = {source: code for code, source in enumerate(SOURCES)}


@dataclass
class Panel:
    """What :func:`assess_panel` returns.

    Parameters
    ----------
    set, level : str
    problems : list of Problem
        What is wrong with the table (``errors="mark"``); empty when nothing is.
    exact : int
        How many rows of the results were calculated exactly, because floats cannot tell.
    figures : Figures
        The values behind the results, for :func:`evalkit.progress_panel`.
    """

    set: str
    level: str
    problems: list[Problem]
    exact: int
    _results: pd.DataFrame = field(repr=False)
    figures: Figures = field(repr=False)

    def frame(self) -> pd.DataFrame:
        """Return the results as a table: one row per region, period and indicator, in that order.

        Its columns, named as in ``results.csv``: ``region_code``, ``period``, ``indicator``, ``seq``, ``attribute``,
        ``value_source``, ``status`` and ``reason`` (categories); ``value`` and ``gap`` (floats, for display and
        statistics); ``rounded_value`` (text, as printed).
        """
        return self._results


def assess_panel(
    catalog: Catalog,
    set_id: str,
    table: pd.DataFrame,
    *,
    level: str | None = None,
    classes: Classes | None = None,
    base_period: object = None,
    periods: Iterable[object] | str | int | None = None,
    errors: Literal["raise", "mark"] = "raise",
) -> Panel:
    """Assess many regions in many periods against one indicator set.

    Verdicts are those of :func:`evalkit.assess`: floats are used only where they cannot be wrong; a value near its
    target or near a rounding tie, a zero denominator and a bound are calculated exactly.

    Parameters
    ----------
    catalog : Catalog
        The rules.
    set_id : str
        Id of an indicator set.
    table : DataFrame
        Wide: ``region_code``, ``period`` (columns or index) and a column per variable. Long: ``region_code``,
        ``period``, ``variable``, ``value``, and if need be ``unit``, ``missing_reason``, ``bound``, ``data_year``.
        Variables are those of ``params/variables.yml``, in their units, and ``reported.<measure>``,
        ``assigned.<measure>`` (the superior's figure) and ``decision.<measure>`` (``met`` or ``not_met``, for
        qualitative targets). A cell is a decimal as text, a number (a float counts as the shortest decimal that gives
        it back), or a word such as 不涉及; empty and NaN mean that nothing was given. Columns that the set does not
        need are passed over.
    level : str, optional
        Level at which all regions are assessed; needed when the set has several.
    classes : mapping, optional
        Class by dimension: ``{"terrain": "plain"}``, or for each region ``{"terrain": {"310151": "plain", …}}`` (a
        Series will do). Where it says nothing, the region's card does.
    base_period : str, optional
        Base year, for targets and formulas that look back to it.
    periods : iterable of str, optional
        Which periods to assess; default: all of the table. Others are only looked back to.
    errors : {"raise", "mark"}
        Whether figures that cannot be (not a number, out of range, part above whole, zero denominator) and undeclared
        classes stop everything, or count as missing and are listed in ``problems``.

    Returns
    -------
    Panel

    Raises
    ------
    EvalkitError
        The table or an argument is at fault (all problems at once).

    Examples
    --------
    >>> import evalkit as ek, pandas as pd
    >>> table = pd.read_csv("counties.csv", dtype=str)  # doctest: +SKIP
    >>> ek.assess_panel(ek.load_catalog(), "cn-demo-2019", table, level="county").frame()  # doctest: +SKIP
    """
    if errors not in ("raise", "mark"):
        raise ValueError("errors is 'raise' or 'mark'")
    findings = Findings()
    indicator_set, at_level = _set_and_level(catalog, set_id, level)
    like = Region(code="any", name_zh="-", full_name_zh="-", name_en="-", level=at_level)
    lines = list(set_lines(catalog, set_id, at_level))
    wanted = {variable for line in lines for variable in _variables(catalog, line)}
    wanted |= {variable.part_of for variable in catalog.variables.values() if variable.id in wanted and variable.part_of}
    looked_up = list(dict.fromkeys(part.than for line in lines for part in line.rule.walk() if isinstance(part, Trend)))
    with np.errstate(all="ignore"):
        base = _base(base_period)
        read = read_table(catalog, table, wanted, periods=periods, base=base, looked_up=looked_up, findings=findings)
        check_table(catalog, read, findings)
        by_class = RegionClasses(catalog, set_id, read, classes, findings)
        if errors == "raise" or by_class.faulty:
            findings.stop()
        cells = _Results(catalog, read, lines, by_class)
        exact = cells.settle(Exact(catalog, read, like, findings))
    if errors == "raise":
        findings.stop()
    return Panel(indicator_set.id, at_level, findings.all(), exact, cells.frame(), Figures(catalog, read, lines, like))


def _set_and_level(catalog: Catalog, set_id: str, level: str | None) -> tuple[IndicatorSet, Level]:
    found = catalog.sets.get(set_id)
    if found is None:
        raise EvalkitError(Problem("unknown_id", Place(), {"kind": "set", "id": set_id, "hint": near(set_id, catalog.sets)}))
    fitting = [known for known in found.levels if level in (None, known)]
    if len(fitting) != 1:
        raise EvalkitError(Problem("bad_value", Place(key="level"), {"value": level, "detail": ", ".join(found.levels)}))
    return found, fitting[0]


def _variables(catalog: Catalog, line: Line) -> Iterator[str]:
    """Yield the columns that a line can use."""
    for measure in measures_of(catalog, line.measure, line.rule):
        yield from (f"reported.{measure.id}", f"assigned.{measure.id}")
        yield from (measure.binding(role).variable for role in measure.roles)


def _base(period: object) -> Period | None:
    if period is None:
        return None
    try:
        return Period.parse(str(period))
    except PeriodError:
        raise EvalkitError(Problem("bad_period", Place(key="base_period"), {"period": period})) from None


class _Results:
    """The cells of the results: rows of the table × lines of the set."""

    def __init__(self, catalog: Catalog, table: Table, lines: list[Line], classes: RegionClasses) -> None:
        self.table = table
        self.lines = lines
        shape = (table.assessed, len(lines))
        self.value: Floats = np.full(shape, np.nan)
        self.gap: Floats = np.full(shape, np.nan)
        self.printed: Objects = np.full(shape, "", dtype=object)
        self.status: Codes = np.zeros(shape, dtype=np.int8)
        self.reason: Codes = np.zeros(shape, dtype=np.int8)
        self.source: Codes = np.zeros(shape, dtype=np.int8)
        self.unsure: Flags = np.zeros(shape, dtype=np.bool_)
        self.rules: list[list[tuple[Rule | None, Rows]]] = []
        measures = Measures(catalog, table)
        for number, line in enumerate(lines):
            groups = list(classes.groups(line))
            self.rules.append(groups)
            for rule, rows in groups:
                if rule is None:
                    self.status[rows, number], self.reason[rows, number] = _STATUS["missing"], REASON["not_collected"]
                elif len(rows):
                    self._judge(RowJudge(measures, rows, line.compare_rounded), rule, line, number)

    def _judge(self, judge: RowJudge, rule: Rule, line: Line, number: int) -> None:
        rows, own = judge.rows, judge.own(line.measure)
        verdict = judge.judge(rule, line.measure)
        status, reason = _status(verdict, own.numbers.reason)
        met, not_met = status == _STATUS["met"], status == _STATUS["not_met"]
        gap, gap_unsure = gaps(judge, rule, line.measure, met, not_met)
        column = self.table.column(f"reported.{line.measure}").take(rows)
        texts, text_unsure = printed(own, column, not_met, numeric_target(rule))
        self.value[rows, number] = own.numbers.value
        self.gap[rows, number] = gap
        self.printed[rows, number] = texts
        self.status[rows, number] = status
        self.reason[rows, number] = reason
        self.source[rows, number] = own.source
        self.unsure[rows, number] = verdict.unsure | own.numbers.unsure | gap_unsure | text_unsure

    def settle(self, exact: Exact) -> int:
        """Calculate exactly what floats cannot tell; return how many cells."""
        rule_of: list[dict[int, Rule]] = [{} for _ in self.lines]
        for number, groups in enumerate(self.rules):
            for rule, rows in groups:
                if rule is not None:
                    rule_of[number].update(dict.fromkeys(rows[self.unsure[rows, number]].tolist(), rule))
        found = np.argwhere(self.unsure)
        for row, number in found.tolist():
            cell = exact.cell(self.lines[number], rule_of[number][row], row)
            self.value[row, number], self.gap[row, number], self.printed[row, number] = cell.value, cell.gap, cell.printed
            self.status[row, number], self.reason[row, number] = _STATUS[cell.status], REASON[cell.reason]
            self.source[row, number] = _SOURCE[cell.source]
        return len(found)

    def frame(self) -> pd.DataFrame:
        """Return the results, a row per cell."""
        table, lines, count = self.table, self.lines, len(self.lines)
        rows = table.assessed
        return pd.DataFrame(
            {
                "region_code": _repeated(table.region_of[:rows], table.regions, count),
                "period": _repeated(table.period_of[:rows], [period.name for period in table.periods], count),
                "indicator": _tiled([line.indicator for line in lines], rows),
                "seq": _tiled([line.seq for line in lines], rows),
                "attribute": _tiled([line.attribute for line in lines], rows),
                "value": self.value.ravel(),
                "rounded_value": self.printed.ravel(),
                "value_source": _categories(self.source.ravel(), SOURCES),
                "status": _categories(self.status.ravel(), STATUS_ORDER),
                "reason": _categories(self.reason.ravel(), REASONS),
                "gap": self.gap.ravel(),
            },
            copy=False,
        )


def _status(verdict: Verdict, own_reason: Codes) -> tuple[Codes, Codes]:
    """Return status and reason: that of the value where the indicator does not apply, else that of the verdict."""
    outside = not_applicable(own_reason)
    reason = np.where(outside, own_reason, np.where((verdict.result == UNKNOWN) & ~verdict.skipped, verdict.reason, 0))
    open_ = np.where(np.isin(reason, OPEN), _STATUS["pending"], _STATUS["missing"])
    open_ = np.where(not_applicable(reason), _STATUS["not_applicable"], open_)
    decided = np.where(verdict.result == TRUE, _STATUS["met"], _STATUS["not_met"])
    status = np.where(verdict.skipped, _STATUS["no_target"], np.where(verdict.result == UNKNOWN, open_, decided))
    return np.where(outside, _STATUS["not_applicable"], status).astype(np.int8), reason.astype(np.int8)


def _repeated(codes: Rows, names: list[str], times: int) -> pd.Categorical[str]:
    used, position = np.unique(codes, return_inverse=True)
    return _categories(np.repeat(position, times), [names[code] for code in used.tolist()])


def _tiled(names: list[str], times: int) -> pd.Categorical[str]:
    kinds = list(dict.fromkeys(names))
    return _categories(np.tile([kinds.index(name) for name in names], times), kinds)


def _categories(codes: Any, names: Iterable[str]) -> pd.Categorical[str]:
    made: pd.Categorical[str] = pd.Categorical.from_codes(codes, pd.Index(list(names), dtype=object))
    return made
