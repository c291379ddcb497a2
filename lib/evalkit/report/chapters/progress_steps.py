"""Progress towards planned values as it is printed: each figure with its digits, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from evalkit.assessment.engine import ready, scopes_of
from evalkit.assessment.progress_table import Progress, progress_of
from evalkit.assessment.progress_way import Figure, Point, ProgressRules
from evalkit.assessment.values import MeasureValue, Scope
from evalkit.catalog import Catalog
from evalkit.intake import Inputs
from evalkit.messages import word, words
from evalkit.messages.speech import say, spoken, term
from evalkit.report import look, phrases
from evalkit.report.look import StatusLook
from evalkit.values import Period, format_full

#: How status and reachability look: by shape and word as well as colour.
STATUSES = MappingProxyType(
    {
        one.code: one
        for one in (
            StatusLook("arrived", "●", "#1B7F5C", "#1B7F5C", "met", group="progress_status"),
            StatusLook("ahead", "◆", "#1B7F5C", "#1B7F5C", "met", group="progress_status"),
            StatusLook("on_schedule", "■", "#5B7C99", "#4A6A86", "notarget", group="progress_status"),
            StatusLook("behind", "▲", "#B83B2E", "#B83B2E", "notmet", group="progress_status"),
            StatusLook("unknown", "○", "#6B7280", "#5B626E", "missing", group="reachability"),
        )
    }
)
REACHES = MappingProxyType(
    {
        one.code: one
        for one in (
            StatusLook("reached", "●", "#1B7F5C", "#1B7F5C", "met", group="reachability"),
            StatusLook("easy", "◇", "#5B7C99", "#4A6A86", "notarget", group="reachability"),
            StatusLook("hard", "▲", "#B83B2E", "#B83B2E", "notmet", group="reachability"),
            StatusLook("unknown", "○", "#6B7280", "#5B626E", "missing", group="reachability"),
        )
    }
)
#: Columns of a progress table, in order.
COLUMNS = (
    "base", "current", "planned", "gap", "share", "change", "status", "required", "observed", "arrival", "reach", "required_pct", "pace",
    "projected",
)  # fmt: skip
# Said where it matters in words of its own, or of every page.
_SAID = {"example_data", "lagged_year", "trend_before_base", "every_year", "cumulative", "base_unknown"}
_PLAIN = {"arrived", "milestone_now", "milestone_past", "one_point"}  # what the other columns say already
_OVER = {"milestone_now", "milestone_past"}
_MOST_DIGITS = 8


@dataclass(frozen=True)
class Part:
    """What stands in a cell: text, class of a status, and sentences that a mark beside it leads to."""

    text: str
    css: str = ""
    why: tuple[str, ...] = ()


NOTHING = Part("—")


@dataclass(frozen=True)
class Step:
    """The progress of one indicator towards one planned value, with all that is printed of it.

    Parameters
    ----------
    one : Progress
        The exact figures.
    name : str
        Of the indicator, with the composite that it is part of.
    unit : str
    parts : mapping
        By the names of :data:`COLUMNS`.
    expected : str
        The value on the straight path, as printed; empty for none.
    observed : sequence of Point
        The values that the trend rests on, with base and present value.
    """

    one: Progress
    name: str
    unit: str
    parts: Mapping[str, Part]
    expected: str
    observed: Sequence[Point] = ()

    @property
    def status(self) -> StatusLook:
        """How the status is shown."""
        return STATUSES.get(self.one.way.status or "unknown") or StatusLook(self.one.way.status, "○", look.INK, look.INK, "missing")

    @property
    def reach(self) -> StatusLook:
        """How the reachability is shown."""
        code = self.one.way.reachability
        return REACHES.get(code) or StatusLook(code, "○", look.INK, look.INK, "missing")

    @property
    def why_not(self) -> str:
        """Why the step has no line in a table: a code; empty where it has one."""
        way = self.one.way
        if way.reason == "base_is_current":
            return way.reason
        missing = isinstance(self.one.current, str) and way.reason == self.one.current and self.one.verdict != "not_applicable"
        listed = isinstance(way.figures["planned_value"], Fraction) or way.status or missing
        return "" if listed else way.reason or "no_numeric_target"


@dataclass
class Milestone:
    """The steps towards the planned values of one plan for one year."""

    plan: str
    plan_name: str
    at: str
    base_period: str
    period: str
    steps: list[Step] = field(default_factory=list)

    @property
    def annual(self) -> bool:
        """Whether these are annual targets only."""
        return all(step.one.line.only_period and step.one.line.kind == "level" for step in self.steps)

    @property
    def heading(self) -> str:
        """The year in words: 2024年年度目标, 2025年目标; 2025 targets."""
        return say("progress.heading_annual" if self.annual else "progress.heading", period=phrases.period(self.at))

    @property
    def heading_of_one(self) -> str:
        """The same as it is said of one indicator: 2025年目标; 2025 target."""
        return say("progress.one_annual" if self.annual else "progress.one", period=phrases.period(self.at))

    @property
    def listed(self) -> list[Step]:
        """The steps with figures."""
        return [step for step in self.steps if not step.why_not]

    @property
    def ahead(self) -> bool:
        """Whether the year is still to come."""
        return self.at > self.period

    @property
    def begun(self) -> bool:
        """Whether any value is of a later year than its base: in the base year itself there is no pace yet."""
        return any(isinstance(s.one.base, Point) and isinstance(s.one.current, Point) and s.one.current.year > s.one.base.year
                   for s in self.listed)  # fmt: skip


def milestones_of(
    catalog: Catalog, inputs: Inputs, region_code: str, period: str | None = None, rules: ProgressRules | None = None
) -> list[Milestone]:
    """Return the progress of a region in words, by plan and year of the planned values.

    Parameters
    ----------
    catalog, inputs
        Rules and data of the run.
    region_code : str
    period : str, optional
        The present period; default the latest of the run.
    rules : ProgressRules, optional
        By which status and reachability are judged.
    """
    found: dict[tuple[str, str], Milestone] = {}
    scopes = scopes_of(catalog, inputs, *ready(catalog, inputs, region_code))
    for one in progress_of(catalog, inputs, region_code, period, rules):
        plan = catalog.plans[one.line.source]
        place = found.setdefault((plan.id, one.at), Milestone(plan.id, term(plan.name_zh), one.at, plan.base_period or "", one.period))
        place.steps.append(_step(one, scopes[plan.id], place.base_period))
    return sorted(found.values(), key=lambda one: ([*catalog.plans].index(one.plan), one.at))


def _step(one: Progress, scope: Scope, base_period: str) -> Step:
    line, way = one.line, one.way
    now = scope.measure(line.measure, Period.parse(one.period))
    start = scope.measure(line.measure, Period.parse(one.base_period)) if one.base_period else None
    aim = way.figures["planned_value"]
    digits = max(now.digits, _decimals(aim))
    figures = {name: _number(figure, digits) for name, figure in way.figures.items()}
    missing = isinstance(one.current, str)

    def cell(name: str, text: str = "") -> Part:
        figure = way.figures[name]
        why = () if missing or not isinstance(figure, str) or figure in _PLAIN else (word("progress_reason", figure, spoken()),)
        return Part(text or figures[name] or "—", why=() if text or figures[name] else why)

    notes = [note for note in dict.fromkeys([*one.notes, *way.notes]) if note.partition(":")[0] not in _SAID]
    projected = figures["projected_value"]
    if projected and figures["projected_low"] != figures["projected_high"]:
        projected += phrases.brackets(say("progress.range", low=figures["projected_low"], high=figures["projected_high"]))
    arrival = way.figures["arrival_year"]
    parts = {
        "base": _value(one.base, start, base_period, line.kind, _words(notes, "rebased")),
        "current": _value(one.current, now, one.period, line.kind, (), aim if way.reachability != "reached" else None),
        "planned": Part(_planned(one), why=(*_kind_words(one), *_words(notes, *(note for note in notes if note not in _PLACED)))),
        "gap": cell("gap", _signed(way.figures["gap"], digits)),
        "share": cell("share", f"{figures_share}%" if (figures_share := _number(way.figures["share"], 1)) else ""),
        "change": _change(one),
        "status": _status(one, missing, _words(notes, *_OF_STATUS)),
        "required": cell("required_change", _signed(way.figures["required_change"], digits, 10)),
        "observed": Part(_signed(way.figures["trend_change"], digits, 10) or "—", why=_words(notes, "one_change")),
        "arrival": cell("arrival_year", say("progress.year", year=arrival) if isinstance(arrival, Fraction) else ""),
        "reach": _reach(one, missing, _words(notes, *_OF_REACH)),
        "required_pct": cell("required_change_pct", _percent(_signed(way.figures["required_change_pct"], 2))),
        "pace": cell("pace", _percent(_number(way.figures["pace"], 0))),
        "projected": Part(projected or "—"),
    }
    name = term(line.part_of) + phrases.brackets(term(line.name_zh)) if line.part_of else term(line.name_zh)
    return Step(one, name, phrases.cell(line.unit), parts, figures["expected_value"], _observed(one, scope))


_OF_STATUS = ("fallen_back", "overshot", "kept_since", "broken_before", "years_unknown")
_OF_REACH = ("beyond_maximum", "beyond_minimum")
_PLACED = {"rebased", "one_change", *_OF_STATUS, *_OF_REACH}


def _decimals(figure: Figure) -> int:
    return phrases.decimals(format_full(figure, 4)) if isinstance(figure, Fraction) else 0


def _words(notes: Sequence[str], *wanted: str) -> tuple[str, ...]:
    return tuple(look.note(note) for note in notes if note in wanted)


def _value(
    point: Point | str, own: MeasureValue | None, period: str, kind: str, why: tuple[str, ...] = (), beside: Figure | None = None
) -> Part:
    """Return a value as printed, with its year where that is not the period's, and never equal in print to a target that it misses."""
    if isinstance(point, str):
        return Part(reason(point), why=why)
    digits = own.digits if own is not None else 2
    if kind == "cumulative":
        digits = max(digits, _decimals(point.value))
    elif own is not None and own.source != "computed" and own.reported_item is None:
        digits = _decimals(point.value)  # a plan wrote it down itself
    text = phrases.fixed(point.value, digits)
    if isinstance(beside, Fraction) and phrases.number(text) == beside != point.value:
        text = phrases.beside(format_full(point.value, 12), format_full(beside, 12), digits)
    text = {"lower": "≥", "upper": "≤"}.get(point.bound, "") + text
    when = say("progress.year", year=point.year) if period and str(point.year) != period[:4] else ""
    return Part(text + phrases.brackets(when), why=why)


def reason(code: str) -> str:
    """Return why there is no number; the codes of missing values have words of their own."""
    known = words("progress_reason", spoken())
    return known.get(code) or look.reason(code)


def _planned(one: Progress) -> str:
    return term(one.line.text) + (look.DAGGER if one.state != "verified" and phrases.unit(one.line.text) else "")


def _kind_words(one: Progress) -> tuple[str, ...]:
    """Return how a planned value is meant where it is not a level to be reached in its year."""
    line = one.line
    if line.kind == "level":
        return ()
    several = line.since and line.since != one.at
    years = say("progress.years", first=line.since, last=one.at) if several else say("progress.year", year=one.at)
    return (say("progress.every_year" if line.kind == "every_year" else "progress.cumulative", years=years),)


def _change(one: Progress) -> Part:
    """Return where the value has gone since the base year: arrow and word."""
    base, current = one.base, one.current
    if isinstance(base, str) or isinstance(current, str) or current.year <= base.year or base.bound or current.bound:
        return NOTHING
    if current.value == base.value:
        return Part(say("progress.unmoved", arrow="→"))
    risen = current.value > base.value
    arrow = "↑" if risen else "↓"
    if one.direction == "none":
        return Part(say("progress.risen" if risen else "progress.fallen", arrow=arrow))
    better = risen == (one.direction == "up")
    return Part(say("progress.better" if better else "progress.worse", arrow=arrow), "met" if better else "notmet")


def _status(one: Progress, missing: bool, why: tuple[str, ...]) -> Part:
    shown = STATUSES.get(one.way.status or "unknown")
    if missing:
        return NOTHING
    if shown is None:
        return Part(one.way.status)
    told = (reason(one.way.reason),) if one.way.reason else ()
    return Part(_short(shown), shown.css, (*told, *why))


def _short(shown: StatusLook) -> str:
    """Return symbol and word for the column 时序进度: ■ 达到 for 达到时序进度, ▲ 滞后 for 滞后于时序进度."""
    return f"{shown.symbol} {say(f'progress.short_{shown.code}')}"


def _reach(one: Progress, missing: bool, why: tuple[str, ...]) -> Part:
    shown, code = REACHES.get(one.way.reachability), one.way.reachability_reason
    if missing:
        return NOTHING
    if shown is None:
        return Part(one.way.reachability)
    if code in _OVER:  # the target year itself: reached or not, the columns before say it
        return Part("—", why=(reason(code),))
    told = (reason(code),) if code and code != one.way.reason else ()
    far = why if shown.code in ("easy", "hard") else ()
    return Part(shown.label, shown.css, (*told, *far))


def _number(figure: Figure, digits: int) -> str:
    return phrases.fixed(figure, digits) if isinstance(figure, Fraction) else ""


def _signed(figure: Figure, digits: int, least: int = 1) -> str:
    """Return a difference with its sign, with as many digits as it takes for `least`: never zero for what is not zero."""
    if isinstance(figure, str):
        return ""
    while figure and digits < _MOST_DIGITS and abs(figure) * 10**digits < least:
        digits += 1
    text = phrases.fixed(figure, digits)
    return f"+{text}" if figure > 0 else text.replace("-", "−")


def _percent(text: str) -> str:
    return f"{text}%" if text else ""


def _observed(one: Progress, scope: Scope) -> list[Point]:
    """Return the values that the trend rests on: each stands in its own year, also where a later period reported it."""
    ends = {point.year: point for point in (one.base, one.current) if isinstance(point, Point)}
    for year in one.way.trend_years if one.line.kind != "cumulative" else ():
        for period in (year, year + 1, year + 2):
            own = scope.measure(one.line.measure, Period.parse(str(period)))
            if isinstance(own.value, Fraction) and (own.data_year or str(period)) == str(year):
                ends.setdefault(year, Point(year, own.value, own.bound))
                break
    return [ends[year] for year in sorted(ends)]
