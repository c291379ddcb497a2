"""The chapter 指标变化轨迹: which trajectories are drawn, what stands in each, and which are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalkit.assessment.engine import classes_of, ready, scopes_of
from evalkit.assessment.judge import resolve_classes
from evalkit.assessment.lines import lines_of
from evalkit.assessment.progress_goal import Goal, aim
from evalkit.assessment.progress_way import Point
from evalkit.catalog import Catalog
from evalkit.intake import Inputs
from evalkit.messages.speech import say, term
from evalkit.report import phrases
from evalkit.report.chapters.progress_steps import Milestone, Step
from evalkit.report.chapters.trajectory_charts import MOST, Aim, Panel, Trend, trajectory_charts
from evalkit.report.look import StatusLook
from evalkit.report.numbering import Numbering
from evalkit.report.tables import escape
from evalkit.values import Period, parse_decimal

Threshold = tuple[Fraction, str]


@dataclass
class TrajectoryChapter:
    """Small multiples: base, path, observed values, expectation, milestones, threshold and projection of each indicator.

    Parameters
    ----------
    panels : sequence of Panel
        All that can be drawn, those behind schedule or hard to reach first.
    still : int
        Indicators at their target that never moved: not drawn.
    without : int
        Indicators with a planned number but no present value: not drawn.
    region_name, period, source : str
    """

    panels: Sequence[Panel]
    still: int
    without: int
    region_name: str
    period: str
    source: str
    id: str = "trajectory"
    landscape: bool = False

    def markdown(self, numbers: Numbering) -> str:
        """Return the text of the chapter."""
        drawn = self.panels[:MOST]
        charts = trajectory_charts(drawn, region=self.region_name, period=self.period, source=self.source)
        caption = say("trajectory.caption", region=self.region_name)
        parts = [say("trajectory.part", number=place) if len(charts) > 1 else "" for place in range(1, len(charts) + 1)]
        figures = [numbers.figure(chart, caption + part) for chart, part in zip(charts, parts, strict=True)]
        left = self.left_out(len(drawn))
        return "\n\n".join([*([escape(left)] if left else []), *figures]) + "\n"

    def left_out(self, drawn: int) -> str:
        """Return what is not drawn, in a sentence; empty when all is."""
        found = [
            (len(self.panels) - drawn, "trajectory.left_over"),
            (self.still, "trajectory.left_still"),
            (self.without, "trajectory.left_without"),
        ]
        said = [say(key, count=count) for count, key in found if count]
        order = say("trajectory.order") if any(panel.rank < 2 for panel in self.panels[:drawn]) else ""
        return phrases.run_on([order, say("trajectory.left", said=phrases.listing(said)) if said else ""])


def trajectory_chapters(catalog: Catalog, inputs: Inputs, region_code: str, places: Sequence[Milestone]) -> list[TrajectoryChapter]:
    """Return the chapter of a region, where anything can be drawn.

    Parameters
    ----------
    catalog, inputs
        Rules and data of the run.
    region_code : str
    places : sequence of Milestone
        The progress of the region, see :func:`evalkit.report.chapters.progress_steps.milestones_of`.
    """
    found: dict[tuple[str, str], list[tuple[Milestone, Step]]] = {}
    for place in places:
        for step in place.steps:
            if not step.why_not:
                found.setdefault((place.plan, step.one.line.indicator), []).append((place, step))
    thresholds = _thresholds(catalog, inputs, region_code) if found else {}
    made = [_panel(catalog, steps, thresholds) for steps in found.values()]
    panels = [panel for panel in made if panel is not None]
    moving = sorted((panel for panel in panels if panel.rank < 3 or panel.moves), key=lambda panel: panel.rank)
    if not moving:
        return []
    named = [phrases.in_title_marks(place.plan_name) for place in places]
    plans = phrases.listing(list(dict.fromkeys(named)))
    source = say("trajectory.source", period=phrases.period(places[0].period), plans=plans)
    return [
        TrajectoryChapter(moving, len(panels) - len(moving), len(made) - len(panels), term(catalog.regions[region_code].name_zh),
                          places[0].period, source)
    ]  # fmt: skip


def _panel(catalog: Catalog, steps: Sequence[tuple[Milestone, Step]], thresholds: Mapping[str, Threshold]) -> Panel | None:
    """Return what is drawn of one indicator: None where there is no present or planned number."""
    planned = [(place, step) for place, step in steps if isinstance(step.one.way.figures["planned_value"], Fraction)]
    if not planned:
        return None
    now = planned[0][1].one.current
    if isinstance(now, str) or now.bound:
        return None
    place, focus = _focus(planned)
    one, way = focus.one, focus.one.way
    measure = catalog.measures[one.line.measure]
    base = one.base if isinstance(one.base, Point) and not one.base.bound and one.base.year < now.year else None
    last = max((int(place.at), step) for place, step in planned)[1].one
    figures = [last.way.figures[name] for name in ("trend_change", "trend_low", "trend_high")]
    trend = None
    if all(isinstance(figure, Fraction) for figure in figures) and last.way.reachability in ("easy", "hard"):
        mean, low, high = (Fraction(figure) for figure in figures)
        trend = Trend(int(last.at), mean, low, high)
    expected = way.figures["expected_value"]
    ends = tuple(parse_decimal(text) if text is not None else None for text in (measure.minimum, measure.maximum))
    return Panel(
        name=focus.name,
        unit=phrases.unit(focus.unit),
        status=_said(focus),
        heading=place.heading_of_one,
        rank=_rank(focus, [step for _, step in planned]),
        base=base,
        base_text=focus.parts["base"].text if base else "",
        now=now,
        now_text=focus.parts["current"].text,
        observed=focus.observed,
        aims=[_aim(place, step, base) for place, step in planned],
        expected=expected if isinstance(expected, Fraction) and base is not None and int(one.at) > now.year else None,
        threshold=thresholds.get(one.line.measure),
        trend=trend,
        limits=(ends[0], ends[1]),
    )


def _aim(place: Milestone, step: Step, base: Point | None) -> Aim:
    value = step.one.way.figures["planned_value"]
    assert isinstance(value, Fraction)
    way = base is not None and not place.annual and isinstance(step.one.way.figures["share"], Fraction)
    return Aim(int(place.at), value, term(step.one.line.text), way, place.annual)


def _focus(planned: Sequence[tuple[Milestone, Step]]) -> tuple[Milestone, Step]:
    """Return the milestone that the status is said of: the next one that is still to come, else the last."""
    coming = [(place, step) for place, step in planned if int(place.at) > int(place.period[:4])]
    return min(coming, key=lambda pair: pair[0].at) if coming else max(planned, key=lambda pair: pair[0].at)


def _said(step: Step) -> list[StatusLook]:
    way = step.one.way
    found = [step.status] if way.status else []
    return found + ([step.reach] if way.reachability in ("easy", "hard") else []) or [step.status]


def _rank(focus: Step, steps: Sequence[Step]) -> int:
    """Sort: behind on the way to the next milestone; hard to reach, or behind at another one; under way; at all its targets."""
    if focus.one.way.status == "behind":
        return 0
    if any(step.one.way.status == "behind" or step.one.way.reachability == "hard" for step in steps):
        return 1
    return 3 if all(step.one.way.status == "arrived" for step in steps) else 2


def _sign(*, upper: bool, open_end: bool) -> str:
    """Return the sign before a limit; the open ones are as wide as the script they stand in."""
    if not open_end:
        return "≤" if upper else "≥"
    return say("trajectory.less" if upper else "trajectory.more")


def _thresholds(catalog: Catalog, inputs: Inputs, region_code: str) -> dict[str, Threshold]:
    """Return the number that the sets of the run ask of each measure, and how it is printed; nothing where they ask for none."""
    run, region = ready(catalog, inputs, region_code)
    now = max(Period.parse(name) for name in run.periods)
    scopes = scopes_of(catalog, inputs, run, region)
    found: dict[str, Threshold] = {}
    for line in lines_of(catalog, run, region):
        if line.basis != "set" or catalog.measures[line.measure].kind != "number":
            continue
        scope = scopes[line.source]
        goal = aim(scope, resolve_classes(line.rule, classes_of(line, scope)), line.measure, now).goal
        if isinstance(goal, Goal) and (goal.low is None or goal.high is None or goal.low == goal.high):
            value = goal.high if goal.low is None else goal.low
            assert value is not None
            sign = (
                ""
                if goal.low == goal.high
                else _sign(upper=goal.low is None, open_end=goal.open_high if goal.low is None else goal.open_low)
            )
            digits = 4 if (value * 10**4).denominator == 1 else 2  # an earlier value (不降低) may have no end
            found.setdefault(line.measure, (value, f"{sign}{phrases.plain(value, digits)}"))
    return found
