"""Progress of what is planned for every year, and of what is planned as a sum of years: ways that are no straight way to a level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from evalkit.assessment.engine import judge_line
from evalkit.assessment.lines import Line, years_between
from evalkit.assessment.progress_goal import Goal
from evalkit.assessment.progress_way import Figure, Point, ProgressRules, Way, measure_way
from evalkit.assessment.sums_of_years import SumValue
from evalkit.assessment.values import Scope
from evalkit.catalog.rules import Rule
from evalkit.values import Period

_NO_WAY = ("share", "lead", "required_change", "required_change_pct", "pace", "arrival_year")


def held_way(
    goal: Goal,
    base: Point | str,
    current: Point | str,
    until: int,
    observed: Sequence[Point] = (),
    rules: ProgressRules | None = None,
    compared: Fraction | None = None,
) -> Way:
    """Return how a value stands that is to hold in every year up to one (持续, 保持), in one of these years.

    Parameters
    ----------
    goal, base, current, observed, rules, compared
        As of :func:`evalkit.assessment.progress_way.measure_way`.
    until : int
        The last year in which it is to hold.

    Returns
    -------
    Way
        ``arrived`` where it is kept in the present year, else ``behind``. There is no way to go, so share, lead, required change, pace
        and arrival are ``every_year``; what is expected is the planned value. Observed changes and their continuation are as always.
        A promise once broken is not made good by a later year: ``reached`` or ``unknown``, never ``easy`` or ``hard``.
    """
    way = measure_way(goal, base, current, until, observed, rules, compared)
    if isinstance(current, str):
        return way
    kept = goal.proved(current.value if compared is None else compared, current.bound)
    way.figures |= dict.fromkeys(_NO_WAY, "every_year")
    way.figures["expected_value"] = way.figures["planned_value"]
    open_bound = f"{current.bound}_bound" if current.bound and not kept else ""
    way.status, way.reason = ("", open_bound) if open_bound else ("arrived" if kept else "behind", "")
    way.reachability, way.reachability_reason = ("reached", "") if kept else ("unknown", open_bound or "every_year")
    return way


def sum_way(
    goal: Goal,
    since: int,
    current: Point | str,
    until: int,
    sums: Sequence[Point],
    rules: ProgressRules | None = None,
    compared: Fraction | None = None,
) -> Way:
    """Return how far a sum of years has come.

    Parameters
    ----------
    goal : Goal
        Planned for the sum.
    since, until : int
        First and last year that are added up.
    current : Point or str
        The sum so far, at the present year.
    sums : sequence of Point
        The sums at the years before.
    rules, compared
        As of :func:`evalkit.assessment.progress_way.measure_way`.

    Returns
    -------
    Way
        Of :func:`evalkit.assessment.progress_way.measure_way` with the base 0 in the year before `since`: ``share`` = sum ÷ planned, the
        expected sum is linear, changes are what the years add.

    Notes
    -----
    An upper limit (至多) is no aim: its share is how much of it is used up, and a sum ahead of the straight line is what falls
    ``behind``. It is ``arrived`` only when its last year is over; ``easy`` to keep where the years left may bring
    at least as much as the years so far did on average, times `easy_pace`.
    """
    rules = rules or ProgressRules()
    way = measure_way(goal, Point(since - 1, Fraction(0)), current, until, sums, rules, compared)
    if isinstance(current, str) or goal.low is not None or goal.high is None or not goal.holds(Fraction(0)):
        return way
    _limit(way, goal, goal.high, since, current, until, rules, current.value if compared is None else compared)
    return way


def _limit(way: Way, goal: Goal, limit: Fraction, since: int, current: Point, until: int, rules: ProgressRules, compared: Fraction) -> None:
    """Put in place of a way to a number how much of an upper limit is used up."""
    figures, left = way.figures, until - current.year
    bound = f"{current.bound}_bound" if current.bound else ""
    expected = limit * Fraction(current.year - since + 1, until - since + 1)
    known, change = bound or ("" if limit else "base_at_target"), figures["trend_change"]
    allowed: Figure = bound or ((limit - current.value) / left if left > 0 else "milestone_now")
    lead: Figure = known or (current.value - expected) / limit * 100
    figures |= {
        "share": known or current.value / limit * 100, "expected_value": expected, "lead": lead,
        "required_change": allowed, "required_change_pct": "upper_limit", "arrival_year": "upper_limit",
        "pace": allowed if isinstance(allowed, str) else change if isinstance(change, str)
        else change / allowed * 100 if allowed > 0 else "at_open_end",
    }  # fmt: skip
    way.notes = [note for note in way.notes if note != "fallen_back"]
    way.status = way.reason = way.reachability_reason = ""
    if not goal.holds(compared) and current.bound != "upper":  # what is known to be more is too much, whatever it is exactly
        way.status, way.reachability = "behind", "hard"
    elif left <= 0 and goal.proved(compared, current.bound):
        way.status, way.reachability = "arrived", "reached"
    elif bound or isinstance(allowed, str):
        way.reachability, way.reason, way.reachability_reason = "unknown", bound, bound
    else:
        ahead = 0 if isinstance(lead, str) else lead
        way.status = "behind" if ahead > rules.tolerance else "ahead" if ahead < -rules.tolerance else "on_schedule"
        most = figures["trend_high"] if rules.steady else change
        assert isinstance(most, Fraction), "the year before the first adds nothing, so a change is known"
        way.reachability = "easy" if most * rules.easy_pace <= allowed * 100 else "hard"


def years_kept(scope: Scope, line: Line, rule: Rule, now: Period) -> dict[str, str]:
    """Return by year, up to the present one, what the rule says of a value that is to hold every year: a status of the results."""
    if now.kind != "year" or now.name < line.since:
        return {}
    years = years_between(line.since, min(now.name, line.until))
    return {year: judge_line(scope, line, rule, Period.parse(year))[1].status()[0] for year in years}


def kept_notes(by_year: Mapping[str, str]) -> Iterator[str]:
    """Yield whether a promise was kept since its first year: ``kept_since``, ``broken_before`` or ``years_unknown``."""
    *before, _ = by_year.values()
    if "not_met" in before:
        yield "broken_before"
    elif set(by_year.values()) == {"met"}:
        yield "kept_since"
    if any(status not in ("met", "not_met") for status in before):
        yield "years_unknown"


def sums_before(own: SumValue) -> list[Point]:
    """Return the sums at the years before the present one, as far as they are known exactly."""
    found, total = [], Fraction(0)
    for (year, value), part in list(zip(own.summed.items(), own.components, strict=True))[:-1]:
        if not isinstance(value, Fraction) or part.bound:
            break
        total += value
        found.append(Point(int(year), total))
    return found
