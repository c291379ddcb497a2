"""Progress of regions towards the planned values of their plans, as a table: one row per region, indicator and milestone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from evalkit.assessment.engine import class_cites, classes_of, judge_line, ready, scopes_of, weakest
from evalkit.assessment.judge import resolve_classes
from evalkit.assessment.lines import Line, plan_lines
from evalkit.assessment.progress_goal import aim
from evalkit.assessment.progress_kinds import held_way, kept_notes, sum_way, sums_before, years_kept
from evalkit.assessment.progress_way import FIGURES, Figure, Point, ProgressRules, Way, eurostat_grade, measure_way, no_way
from evalkit.assessment.sums_of_years import SumValue
from evalkit.assessment.values import NOT_APPLICABLE, MeasureValue, Scope
from evalkit.catalog import Catalog
from evalkit.catalog.models import Measure, Region, Run
from evalkit.intake import Inputs
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.values import Missing, Period, PeriodError, PlainDecimalError, parse_decimal, round_half_even

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "run", "region_code", "region", "period", "set", "indicator", "seq", "attribute", "name_zh", "name_en", "unit", "measure",
    "direction", "milestone", "kind", "planned_as", "since", "target_text", "target_state", "base_period", "base_year", "year",
    "base_value", "value", *FIGURES, "growth_ratio", "trend_from", "status", "reason", "reachability", "reachability_reason",
    "verdict", "grade", "by_year", "absent", "note",
]  # fmt: skip
_EUROSTAT = ("growth_ratio", "grade")
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)


@dataclass
class Progress:
    """The progress of one indicator towards one planned value; figures are exact.

    Parameters
    ----------
    region : Region
    period : str
        The present period.
    line : Line
        The plan's line, with its planned value.
    at : str
        The milestone, or the year of an annual target.
    base, current : Point or str
        A code where there is no number.
    way : Way
    verdict : str
        What the whole rule says of the present value, as in the results.
    ratio, grade
        Eurostat's, see :func:`evalkit.assessment.progress_way.eurostat_grade`.
    by_year : dict of str to str
        Of what is planned for every year, since its first year, the status of each; of a sum what each year adds, or why it has nothing.
    """

    region: Region
    period: str
    line: Line
    at: str
    direction: str
    base_period: str
    base: Point | str
    current: Point | str
    way: Way
    verdict: str
    state: str
    ratio: Figure
    grade: str
    notes: list[str] = field(default_factory=list)
    by_year: dict[str, str] = field(default_factory=dict)

    def record(self, run: str, eurostat: bool) -> dict[str, object]:
        """Return the row of the table; numbers as the nearest floats, NaN where there is none."""
        line, way = self.line, self.way
        base, current = self.base, self.current
        figures: dict[str, Figure] = {
            "base_value": base if isinstance(base, str) else base.value,
            "value": current if isinstance(current, str) else current.value,
            **way.figures,
        }
        if eurostat:
            figures["growth_ratio"] = self.ratio
        row: dict[str, object] = {
            "run": run, "region_code": self.region.code, "region": self.region.name_zh, "period": self.period, "set": line.source,
            "indicator": line.indicator, "seq": line.seq, "attribute": line.attribute, "name_zh": line.name_zh, "name_en": line.name_en,
            "unit": line.unit, "measure": line.measure, "direction": self.direction, "milestone": self.at,
            "kind": "milestone" if line.milestone else "annual", "planned_as": line.kind, "since": line.since,
            "target_text": line.text, "target_state": self.state,
            "base_period": self.base_period, "base_year": "" if isinstance(base, str) else str(base.year),
            "year": "" if isinstance(current, str) else str(current.year),
        }  # fmt: skip
        row |= {name: float(figure) if isinstance(figure, Fraction) else float("nan") for name, figure in figures.items()}
        row["trend_from"] = str(way.trend_years[0]) if way.trend_years else ""
        row |= {
            "status": way.status, "reason": way.reason, "reachability": way.reachability,
            "reachability_reason": way.reachability_reason, "verdict": self.verdict,
        }  # fmt: skip
        if eurostat:
            row["grade"] = self.grade
        row["by_year"] = ";".join(f"{year}:{said}" for year, said in self.by_year.items())
        row["absent"] = ";".join(f"{name}:{figure}" for name, figure in figures.items() if isinstance(figure, str))
        row["note"] = ";".join(dict.fromkeys([*self.notes, *way.notes]))
        return row


def progress(
    catalog: Catalog,
    inputs: Inputs,
    region_code: str | None = None,
    *,
    period: str | None = None,
    tolerance: str | int | Fraction = 5,
    easy_pace: str | int | Fraction = 100,
    steady: bool = False,
    eurostat: bool = False,
) -> pd.DataFrame:
    """Return how far regions are on the way to the planned values of their plans, and whether they will arrive.

    Parameters
    ----------
    catalog : Catalog
        The rules, with the plans.
    inputs : Inputs
        As :func:`evalkit.read_inputs` returns them; values of further years in them are used for the observed changes.
    region_code : str, optional
        Default all regions of the run.
    period : str, optional
        The present period; default the latest of the run.
    tolerance : str, int or Fraction
        Percentage points of the planned way by which a value may lie beside the straight path and still be on schedule. Default 5,
        the project's own choice.
    easy_pace : str, int or Fraction
        Percent of the required yearly change that the observed one has to be for 易达标. Default 100.
    steady : bool
        Whether the least favourable of the yearly changes has to be so, too. Default no.
    eurostat : bool
        Whether to add ``growth_ratio`` (%) and ``grade``.

    Returns
    -------
    DataFrame
        One row per region, indicator and planned value: milestones, and annual targets from the present period on. ``planned_as`` and
        ``since`` say how the value is meant; of what holds every year, and of sums, ``by_year`` has a status or an addend for each year
        (``2023:met;2024:not_met``, see :mod:`evalkit.assessment.progress_kinds`). Values, gap and
        expectation are in the measure's unit, changes in that unit per year, ``…_pct`` in compound percent per year, ``share`` in
        percent of the way, ``lead`` in percentage points of it, ``pace`` in percent of the required change. Calculated as exact
        fractions (compound rates with 50 decimal digits), given as the nearest floats. ``absent`` says for each number that there is
        none why (``name:code;…``); ``status``, ``reason``, ``reachability``, ``grade`` and ``note`` hold codes (words:
        ``progress_status``, ``progress_reason``, ``reachability``, ``progress_grade``, ``note``). How each number is worked out:
        :func:`evalkit.assessment.progress_way.measure_way`.

    Raises
    ------
    EvalkitError
        The data or rules of a region are at fault, or a parameter is no plain number.

    Examples
    --------
    >>> import evalkit as ek
    >>> catalog = ek.load_catalog()  # doctest: +SKIP
    >>> ek.progress(catalog, ek.read_inputs(catalog, "national-135"), period="2019")  # doctest: +SKIP
    """
    import pandas as pd

    rules = ProgressRules(number(tolerance, "tolerance"), number(easy_pace, "easy_pace"), steady)
    codes = catalog.run(inputs.run).regions if region_code is None else [region_code]
    found = [one.record(inputs.run, eurostat) for code in codes for one in progress_of(catalog, inputs, code, period, rules)]
    return pd.DataFrame(found, columns=[name for name in COLUMNS if eurostat or name not in _EUROSTAT])


def number(value: str | int | Fraction, name: str) -> Fraction:
    """Return a parameter as an exact number that is not negative."""
    try:
        found = value if isinstance(value, Fraction) else parse_decimal(str(value))  # 2.5 as it is written, also where it is a float
    except PlainDecimalError:
        found = Fraction(-1)
    if found < 0:
        raise EvalkitError(Problem("bad_value", Place(key=name), {"value": value, "detail": word("detail", "not_negative")}))
    return found


def chosen_period(run: Run, period: str | None) -> Period:
    """Return the period that is asked for, or the latest of the run."""
    if period is None:
        return max(Period.parse(name) for name in run.periods)
    try:
        return Period.parse(period)
    except PeriodError:
        raise EvalkitError(Problem("bad_period", Place(key="period"), {"period": period})) from None


def progress_of(
    catalog: Catalog, inputs: Inputs, region_code: str, period: str | None = None, rules: ProgressRules | None = None
) -> Iterator[Progress]:
    """Yield the progress of one region, with exact figures, in the order of its plans; see :func:`progress`."""
    run, region = ready(catalog, inputs, region_code)
    now = chosen_period(run, period)
    scopes = scopes_of(catalog, inputs, run, region)
    for plan in catalog.plans_of(run, region_code):
        for line in plan_lines(catalog, plan, region):
            # What was for single years was judged in them; a level that is past is still compared with the present value.
            over = bool(line.at) and (bool(line.only_period) or line.kind != "level") and Period.parse(line.at) < now
            if line.at and not over:
                yield _progress(scopes[line.source], line, line.at, now, rules or ProgressRules())


def _progress(scope: Scope, line: Line, at: str, now: Period, rules: ProgressRules) -> Progress:
    measure = scope.catalog.measures[line.measure]
    rule = resolve_classes(line.rule, classes_of(line, scope))
    own, outcome = judge_line(scope, line, rule, now)
    base_at = Period.parse(line.since).previous() if line.kind == "cumulative" else scope.base_period
    base, current = _base(scope, line, base_at), _point(own)
    notes = [*(note for note in ("rebased", "lagged_year") if note in own.notes or _noted(scope, line, note)), *line.notes]
    by_year = years_kept(scope, line, rule, now) if line.kind == "every_year" else {}
    if isinstance(own, SumValue):
        by_year = {year: own.addend(year) for year in own.summed}
        notes += [note for note in own.notes if note.startswith("cumulative:")]
    aimed = aim(scope, rule, line.measure, Period.parse(at))
    ratio: Figure = aimed.goal if isinstance(aimed.goal, str) else ""
    grade = ""
    code = _no_way(measure.kind, now, base_at, at) or (current if isinstance(current, str) and current in NOT_APPLICABLE else "")
    if line.kind == "cumulative" and outcome.skipped:
        code = code or next(iter(outcome.notes), "")
    if code or isinstance(aimed.goal, str):
        way = no_way(code or str(aimed.goal))
        if not code and way.reason == "trend_target":
            _trend_status(way, outcome.result, outcome.status()[1], base, current)
        ratio = code or ratio
    else:
        compared = own.value if isinstance(own.value, Fraction) else None
        if line.compare_rounded and compared is not None:
            compared = round_half_even(compared, Fraction(1, 10**own.digits))
        if isinstance(own, SumValue):
            way = sum_way(aimed.goal, int(line.since), current, int(at), sums_before(own), rules, compared)
            ratio = "cumulative"
        elif line.kind == "every_year" and line.since <= now.name:
            way = held_way(aimed.goal, base, current, int(at), _observed(scope, line.measure, now), rules, compared)
            ratio = "every_year"
        else:  # what is to hold from a later year on is to be reached by then
            end = int(line.since or at)
            way = measure_way(aimed.goal, base, current, end, _observed(scope, line.measure, now), rules, compared)
            ratio, grade = eurostat_grade(aimed.goal, base, current, end)
        if outcome.skipped and "base_is_current" in outcome.notes:  # 不降低: the base year is not compared with itself
            way.status, way.reachability, way.reason, way.reachability_reason = "", "unknown", "base_is_current", "base_is_current"
        notes += [*aimed.notes, *_limits(measure, way.figures["projected_value"])]
    notes += kept_notes(by_year) if line.kind == "every_year" and by_year else []
    if base == "base_unknown":
        ratio = _say_unknown(way, ratio)
    if scope.region.fictional:
        notes.append("example_data")
    return Progress(
        scope.region, now.name, line, at, measure.direction, base_at.name if base_at else "", base, current, way, outcome.status()[0],
        weakest([*line.cites, *class_cites(line, scope.region)]), ratio, grade, notes, by_year,
    )  # fmt: skip


def _base(scope: Scope, line: Line, base_at: Period | None) -> Point | str:
    """Return the value that the way begins at: of a sum 0 by definition, else that of the base year."""
    if line.kind == "cumulative":
        assert base_at is not None
        return Point(base_at.first.year, Fraction(0))
    return _point(scope.measure(line.measure, base_at)) if base_at else "base_unknown"


def _noted(scope: Scope, line: Line, note: str) -> bool:
    return line.kind != "cumulative" and scope.base_period is not None and note in scope.measure(line.measure, scope.base_period).notes


def _say_unknown(way: Way, ratio: Figure) -> Figure:
    """Say of everything that has no base why: there is a base year, but which one is not known. Return the ratio."""
    way.figures = {name: "base_unknown" if figure == "base_missing" else figure for name, figure in way.figures.items()}
    way.reason, way.reachability_reason = (
        "base_unknown" if reason == "base_missing" else reason for reason in (way.reason, way.reachability_reason)
    )
    return "base_unknown" if ratio == "base_missing" else ratio


def _no_way(kind: str, now: Period, base: Period | None, at: str) -> str:
    """Return why there is no way at all, before any number is looked at."""
    if kind != "number":
        return "qualitative" if kind == "qualitative" else "not_one_number"
    if any(period is not None and period.kind != "year" for period in (now, base, Period.parse(at))):
        return "not_a_year"
    return ""


def _limits(measure: Measure, projected: Figure) -> list[str]:
    """Return the notes on a straight line that leads to what the measure cannot be."""
    if isinstance(projected, str):
        return []
    over = measure.maximum is not None and projected > parse_decimal(measure.maximum)
    under = measure.minimum is not None and projected < parse_decimal(measure.minimum)
    return ["beyond_maximum"] * over + ["beyond_minimum"] * under


def _trend_status(way: Way, result: bool | None, reason: str, base: Point | str, current: Point | str) -> None:
    """Judge a target that only asks for a better value than the year before: it is kept each year, and never arrived at."""
    if isinstance(current, str):
        way.reason = way.reachability_reason = current
    elif isinstance(base, Point) and current.year <= base.year:
        way.reason = "one_point" if current.year == base.year else "before_base"
    elif result is None:
        way.reason = reason or way.reason
    else:
        way.status, way.reason = "on_schedule" if result else "behind", ""


def _point(own: MeasureValue) -> Point | str:
    """Return a value in the year that it is of, or the code why there is none."""
    if isinstance(own.value, Missing):
        return own.value.reason
    if own.data_year and not _YEAR.fullmatch(own.data_year):
        return "mixed_years"
    return Point(int(own.data_year or own.period[:4]), own.value, own.bound)


def _observed(scope: Scope, measure_id: str, now: Period) -> list[Point]:
    """Return all values of a measure up to the present period that stand on the basis of the base year, by the year that they are of.

    Where a plan re-based its base year, what was reported before it, or for it, stands on another basis. Two different values
    for one year tell nothing of it: neither is used.
    """
    measure = scope.catalog.measures[measure_id]
    roles = [measure.binding(role) for role in measure.roles]
    variables = {f"reported.{measure_id}", *(bound.variable for bound in roles if bound.at == "current")}
    names = {name for name in scope.inputs.periods(scope.region.code, variables) if _YEAR.fullmatch(name) and name <= now.name}
    base = scope.base_period
    if base is not None and (measure_id, base.name) in scope.overrides:
        names = {name for name in names if name >= base.name}
    by_year: dict[int, set[Point]] = {}
    for name in sorted(names):
        point = _point(scope.measure(measure_id, Period.parse(name)))
        if isinstance(point, Point):
            by_year.setdefault(point.year, set()).add(point)
    return [next(iter(points)) for _, points in sorted(by_year.items()) if len(points) == 1]
