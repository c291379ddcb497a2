"""The way from a base year to a milestone: shares, rates, expectation, projection, status and reachability, on plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import ceil, exp, log

from evalkit.assessment.progress_goal import Goal

Figure = Fraction | str  # a number, or the code that says why there is none
_ONE = 10**50  # compound rates are roots: cut off after 50 decimals, no verdict of an assessment hangs on them

#: Figures of a way, in the order in which a table shows them.
FIGURES = (
    "planned_value", "gap", "share", "required_change", "required_change_pct", "observed_change", "observed_change_pct",
    "expected_value", "lead", "trend_change", "trend_low", "trend_high", "projected_value", "projected_low", "projected_high",
    "arrival_year", "pace",
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """A value in the year that it is of, in the measure's unit; `bound` says that the true value is at least or at most it."""

    year: int
    value: Fraction
    bound: str = ""


@dataclass(frozen=True)
class ProgressRules:
    """By which rules a way is judged. No official document sets them; the defaults are the project's own and are stated where used.

    Parameters
    ----------
    tolerance : Fraction
        Percentage points of the planned way by which a value may lie beside the straight path and still be on schedule.
    easy_pace : Fraction
        Percent of the required yearly change that the observed one has to be, for a target to be easy to reach (易达标).
    steady : bool
        Ask that of the least favourable yearly change observed, not only of their mean.
    """

    tolerance: Fraction = Fraction(5)
    easy_pace: Fraction = Fraction(100)
    steady: bool = False


@dataclass
class Way:
    """What :func:`measure_way` finds.

    Parameters
    ----------
    figures : dict of str to Fraction or str
        By the names of :data:`FIGURES`; in the measure's unit, per year, or percent; a code where there is no number.
    status : {"arrived", "ahead", "on_schedule", "behind", ""}
        已达目标, 超前, 达到, 滞后于时序进度; empty with a `reason`.
    reachability : {"reached", "easy", "hard", "unknown"}
        已达标, 易达标, 难达标; unknown with a `reachability_reason`.
    trend_years : tuple of int
        The years of the values that the trend rests on.
    notes : list of str
        ``fallen_back``, ``overshot``, ``one_change``, ``trend_before_base``.
    """

    figures: dict[str, Figure]
    status: str = ""
    reason: str = ""
    reachability: str = "unknown"
    reachability_reason: str = ""
    trend_years: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)


def no_way(code: str) -> Way:
    """Return a way without any figure, for one reason."""
    return Way(dict.fromkeys(FIGURES, code), reason=code, reachability_reason=code)


def measure_way(
    goal: Goal,
    base: Point | str,
    current: Point | str,
    milestone: int,
    observed: Sequence[Point] = (),
    rules: ProgressRules | None = None,
    compared: Fraction | None = None,
) -> Way:
    """Return how far a value has come on the way to a planned one, and whether it will arrive.

    Parameters
    ----------
    goal : Goal
        What is planned.
    base, current : Point or str
        Value of the base year and present value, or the code why there is none. Each stands in the year that it is of.
    milestone : int
        Year of the planned value.
    observed : sequence of Point
        Values of further years on the same basis, by year; those after the present one are left out.
    rules : ProgressRules, optional
    compared : Fraction, optional
        What is compared with the planned value where it is not the present value itself (修约值比较).

    Returns
    -------
    Way
        No number is put in the place of one that is missing.

    Notes
    -----
    ``planned_value`` is the end of the range that the path leads to. ``share`` = (current − base) ÷ (planned − base) × 100.
    ``expected_value`` lies on the straight line from base to planned value, and on the planned value after the milestone or where
    the base year already reached it. ``lead`` = (current − expected) ÷ (planned − base) × 100. ``required_change`` = (planned −
    current) ÷ years left, ``observed_change`` = (current − base) ÷ years since the base; the compound rates are
    (end ÷ start)^(1/years) − 1 in percent, only where both are positive. The trend is the mean yearly change since the base year, or,
    at the base year itself, of the years before it; low and high are the least and greatest change per year between
    neighbouring values. Projections continue it in a straight line.
    """
    rules = rules or ProgressRules()
    if isinstance(current, str):
        return no_way(current)
    way = Way({})
    planned = goal.planned(current.value if isinstance(base, str) else base.value)
    arrived = goal.proved(current.value if compared is None else compared, current.bound)
    exact: Figure = f"{current.bound}_bound" if current.bound else current.value
    left = milestone - current.year
    way.figures["planned_value"] = planned
    way.figures["gap"] = exact if isinstance(exact, str) else goal.margin(exact)
    _since_base(way, goal, base, current, planned, milestone, exact)
    _required(way, goal, current, left, arrived, exact)
    _trend(way, goal, base, current, observed, left, arrived, exact)
    way.figures["pace"] = _pace(way.figures["required_change"], way.figures["trend_change"])
    way.figures = {name: way.figures[name] for name in FIGURES}
    _judge(way, goal, current, left, arrived, rules)
    _reach(way, arrived, left, rules)
    return way


def _since_base(way: Way, goal: Goal, base: Point | str, current: Point, planned: Fraction, milestone: int, exact: Figure) -> None:
    figures = way.figures
    names = ("share", "expected_value", "lead", "observed_change", "observed_change_pct")
    if isinstance(base, str) or base.bound:
        figures |= dict.fromkeys(names, "base_missing" if isinstance(base, str) else f"{base.bound}_bound")
        return
    since = current.year - base.year
    spent = "" if since > 0 else "one_point" if since == 0 else "before_base"
    if isinstance(exact, str):
        spent = exact
    away = planned - base.value
    held = "base_at_target" if away == 0 else "base_beyond_target" if goal.holds(base.value) else ""
    figures["share"] = held or (exact if isinstance(exact, str) else (exact - base.value) / away * 100)
    if milestone <= base.year:
        figures["expected_value"] = "milestone_before_base"
    elif since < 0:
        figures["expected_value"] = "before_base"
    else:
        gone = Fraction(min(since, milestone - base.year), milestone - base.year)
        figures["expected_value"] = planned if held else base.value + away * gone
    expected = figures["expected_value"]
    figures["lead"] = held or (
        exact if isinstance(exact, str) else expected if isinstance(expected, str) else (exact - expected) / away * 100
    )
    figures["observed_change"] = spent or (current.value - base.value) / since
    figures["observed_change_pct"] = spent or compound(base.value, current.value, since)
    if goal.holds(base.value) and isinstance(exact, Fraction) and not goal.holds(exact):
        way.notes.append("fallen_back")
    elif not held and isinstance(exact, Fraction) and not goal.holds(exact) and (exact - planned) * away > 0:
        way.notes.append("overshot")  # past a target with two ends


def _required(way: Way, goal: Goal, current: Point, left: int, arrived: bool, exact: Figure) -> None:
    aim = goal.planned(current.value)
    none = "arrived" if arrived else exact if isinstance(exact, str) else _over(left)
    way.figures["required_change"] = none or (aim - current.value) / left
    way.figures["required_change_pct"] = none or compound(current.value, aim, left)


def _over(left: int) -> str:
    return "" if left > 0 else "milestone_now" if left == 0 else "milestone_past"


def _trend(
    way: Way, goal: Goal, base: Point | str, current: Point, observed: Sequence[Point], left: int, arrived: bool, exact: Figure
) -> None:
    names = ("trend_change", "trend_low", "trend_high", "projected_value", "projected_low", "projected_high", "arrival_year")
    known = {point.year: point for point in observed if point.year < current.year and not point.bound}
    if isinstance(base, Point) and not base.bound and base.year < current.year:
        known = {year: point for year, point in known.items() if year > base.year} | {base.year: base}
    points = [*(known[year] for year in sorted(known)), current]
    if isinstance(exact, str) or len(points) == 1:
        way.figures |= dict.fromkeys(names, exact if isinstance(exact, str) else "one_point")
        if arrived:
            way.figures["arrival_year"] = "arrived"
        return
    way.trend_years = tuple(point.year for point in points)
    if isinstance(base, Point) and points[0].year < base.year:
        way.notes.append("trend_before_base")
    changes = [(later.value - earlier.value) / (later.year - earlier.year) for earlier, later in pairwise(points)]
    if len(changes) == 1:
        way.notes.append("one_change")
    mean = (current.value - points[0].value) / (current.year - points[0].year)
    for name, change in (("trend_change", mean), ("trend_low", min(changes)), ("trend_high", max(changes))):
        way.figures[name] = change
        way.figures[name.replace("trend", "projected").replace("_change", "_value")] = _over(left) or current.value + change * left
    way.figures["arrival_year"] = "arrived" if arrived else _arrival(goal, current, mean)


def _arrival(goal: Goal, current: Point, change: Fraction) -> Figure:
    remaining = goal.planned(current.value) - current.value
    if change == 0:
        return "no_movement"
    ends_open = goal.open_low if change > 0 else goal.open_high
    if remaining * change < 0 or (remaining == 0 and not ends_open):
        return "moving_away"
    years = remaining / change
    # The first whole year; the end of an open range is passed, not met.
    strict = goal.point is None and ends_open and years.denominator == 1
    return Fraction(current.year + ceil(years) + strict)


def _pace(required: Figure, change: Figure) -> Figure:
    if isinstance(required, str):
        return required
    if isinstance(change, str):
        return change
    return change / required * 100 if required else "at_open_end"


def _judge(way: Way, goal: Goal, current: Point, left: int, arrived: bool, rules: ProgressRules) -> None:
    """Set the status; after the milestone, and beside a target with two ends, only arrival counts."""
    lead, observed = way.figures["lead"], way.figures["observed_change"]
    if arrived:
        way.status = "arrived"
    elif current.bound:
        way.reason = f"{current.bound}_bound"
    elif left <= 0 or {"fallen_back", "overshot"} & set(way.notes):
        way.status = "behind"
    elif lead == "base_at_target" and isinstance(observed, Fraction):  # a base on the open end of the range: nothing to go yet
        margin = way.figures["gap"]
        way.status = "behind" if isinstance(margin, Fraction) and margin < 0 else "on_schedule"
    elif isinstance(lead, str) or isinstance(observed, str):
        # Without a value after the base year nothing can be said of the pace.
        way.reason = lead if isinstance(lead, str) else str(observed)
    else:
        way.status = "ahead" if lead > rules.tolerance else "behind" if lead < -rules.tolerance else "on_schedule"


def _reach(way: Way, arrived: bool, left: int, rules: ProgressRules) -> None:
    pace, required = way.figures["pace"], way.figures["required_change"]
    if arrived:
        way.reachability = "reached"
    elif isinstance(pace, str):
        way.reachability_reason = pace
    else:
        assert isinstance(required, Fraction) and left > 0
        least = way.figures["trend_low" if required > 0 else "trend_high"]
        asked = [pace, *([_pace(required, least)] if rules.steady else [])]
        easy = all(isinstance(one, Fraction) and one >= rules.easy_pace for one in asked)
        way.reachability = "easy" if easy else "hard"


def compound(start: Fraction, end: Fraction, years: int) -> Figure:
    """Return the compound yearly rate from one value to another, in percent: a root, worked out to 50 decimals.

    Parameters
    ----------
    start, end : Fraction
        In the same unit.
    years : int
        Years between them, at least one.

    Returns
    -------
    Fraction or str
        ``not_positive`` where a value is zero or negative, as there is no such rate.
    """
    if start <= 0 or end <= 0:
        return "not_positive"
    if years == 1:
        return (end / start - 1) * 100
    return (_root(end / start, years) - 1) * 100


def _root(ratio: Fraction, years: int) -> Fraction:
    """Return a root of a positive number, cut off after 50 decimals: Newton's steps down to it in whole numbers."""
    whole = max(ratio.numerator * _ONE**years // ratio.denominator, 1)
    # The steps need a start above the root: the float is right to 12 digits at the very least.
    near = int(exp((log(ratio.numerator) - log(ratio.denominator)) / years) * (1 + 1e-12) * _ONE) + 1
    while (closer := ((years - 1) * near + whole // near ** (years - 1)) // years) < near:
        near = closer
    return Fraction(near, _ONE)


#: Grades by the ratio of the observed to the required compound rate, in percent: each from its least value on.
EUROSTAT_GRADES = ((Fraction(95), "significant"), (Fraction(60), "moderate"), (Fraction(0), "insufficient"))


def eurostat_grade(goal: Goal, base: Point | str, current: Point | str, milestone: int) -> tuple[Figure, str]:
    """Return the ratio of the observed to the required compound rate since the base, in percent, and its grade.

    Returns
    -------
    ratio : Fraction or str
        A code where there is none: missing values, values that are not positive, a base that reaches the target.
    grade : {"significant", "moderate", "insufficient", "away", ""}

    Notes
    -----
    Grades from 95, 60 and 0 percent, below zero moving away. Source: open-sdg, docs/progress-methodology.md (commit 26d2e38), which
    names Eurostat's method as its model. State: third_party; Eurostat's own text was not in hand.
    """
    if isinstance(base, str) or isinstance(current, str):
        return (current if isinstance(current, str) else "base_missing"), ""
    bound = base.bound or current.bound
    if bound:
        return f"{bound}_bound", ""
    planned = goal.planned(base.value)
    if goal.holds(base.value) or planned == base.value:
        return ("base_at_target" if planned == base.value else "base_beyond_target"), ""
    if milestone <= base.year:
        return "milestone_before_base", ""
    if current.year <= base.year:
        return ("one_point" if current.year == base.year else "before_base"), ""
    observed = compound(base.value, current.value, current.year - base.year)
    required = compound(base.value, planned, milestone - base.year)
    if isinstance(observed, str) or isinstance(required, str):
        return "not_positive", ""
    ratio = observed / required * 100
    return ratio, next((grade for least, grade in EUROSTAT_GRADES if ratio >= least), "away")
