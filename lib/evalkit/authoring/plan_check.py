"""What is odd in a plan: loose or disordered values, parts that do not add up, work that nobody answers for or that has no deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from evalkit.assessment.engine import scopes_of
from evalkit.assessment.judge import resolve_classes
from evalkit.assessment.lines import Line, plan_lines, set_lines
from evalkit.assessment.progress_goal import Goal, printed_goal
from evalkit.assessment.values import Scope
from evalkit.authoring.fit import understand
from evalkit.authoring.targets import TargetError
from evalkit.catalog import Catalog
from evalkit.catalog.models import Plan, PlannedValue, PlanRow, Region
from evalkit.catalog.plan_lists import Dated, PlanLists, Task
from evalkit.catalog.rules import Compare, KOfN, Rule
from evalkit.intake import read_inputs
from evalkit.messages import Place, Problem, word
from evalkit.values import Period, format_full

#: Kinds of tasks that serve the whole, not an indicator.
_MANY = 5  # more indicators than these that lack one thing are named in one line
_GENERAL = ("goal", "meeting", "paper")


def check_plan(catalog: Catalog, plan_id: str) -> list[Problem]:
    """Return what is odd in a plan, as warnings, each with its place.

    Parameters
    ----------
    catalog : Catalog
    plan_id : str
        One of ``catalog.plans``.

    Returns
    -------
    list of Problem
        Planned values looser than the threshold of the set, or than what the base year already reached (where a run has its
        value); values that grow looser from milestone to milestone; a text that says other numbers than its rule; parts that do not
        add up; indicators nobody answers for or no task serves; tasks without deadline, unit or indicator.

    Raises
    ------
    EvalkitError
        The data of a run that follows the plan cannot be read.

    Notes
    -----
    A target is looser where a value could meet it and fail the other. What asks for no number (持续改善, 上级任务) is not compared.
    """
    plan = catalog.plans[plan_id]
    return [*_values(catalog, plan), *_order(catalog, plan), *_parts(catalog, plan), *_lists(catalog, plan)]


def span(rule: Rule) -> Goal | None:
    """Return the numbers outside of which a rule cannot be met; None where it sets no such limits."""
    if rule.of:
        return None
    if not isinstance(rule, KOfN):
        return printed_goal(rule)
    parts = [span(part) for part in rule.of_rules]
    known = [part for part in parts if part is not None]
    if not known or (rule.k < len(parts) and len(known) < len(parts)):
        return None
    every = rule.k == len(parts)
    low = _end([(part.low, part.open_low) for part in known], every, 1)
    high = _end([(part.high, part.open_high) for part in known], every, -1)
    return Goal(low[0], high[0], low[1], high[1]) if (low[0], high[0]) != (None, None) else None


def looser(one: Goal, other: Goal) -> bool:
    """Return whether a value within `one` can lie outside `other`."""
    return _reaches(one.low, one.open_low, other.low, other.open_low, 1) or _reaches(
        one.high, one.open_high, other.high, other.open_high, -1
    )


def _onward(before: Goal, after: Goal, direction: str) -> bool:
    """Return whether two bare numbers follow each other in the direction of the measure: 14, then 15."""
    ends = (before.low, before.high, after.low, after.high)
    if direction == "none" or any(end is None for end in ends) or ends[0] != ends[1] or ends[2] != ends[3]:
        return False
    assert before.low is not None and after.low is not None
    return after.low >= before.low if direction == "up" else after.low <= before.low


def _reaches(one: Fraction | None, one_open: bool, other: Fraction | None, other_open: bool, sign: int) -> bool:
    if other is None:
        return False
    return one is None or (one - other) * sign < 0 or (one == other and other_open and not one_open)


def _end(ends: Sequence[tuple[Fraction | None, bool]], every: bool, sign: int) -> tuple[Fraction | None, bool]:
    """Return the end of an intersection (the innermost) or of a union (the outermost; none where one part has none)."""
    limited = [(value, is_open) for value, is_open in ends if value is not None]
    if not limited or (not every and len(limited) < len(ends)):
        return None, False
    # Inward for a low end is upward; at one value an open end is further in.
    ranked = sorted(limited, key=lambda end: (end[0] * sign, end[1]))
    return ranked[-1] if every else ranked[0]


def _values(catalog: Catalog, plan: Plan) -> Iterator[Problem]:
    region = catalog.regions[plan.region]
    in_set = {line.indicator: line for line in set_lines(catalog, plan.set, region.level)} if plan.set else {}
    lines = list(plan_lines(catalog, plan, region))
    scopes = list(_scopes(catalog, plan, region))
    for i, row in enumerate(plan.indicators):
        for j, value in enumerate(row.values):
            line = next(line for line in lines if line.indicator == row.name and (line.milestone or line.only_period) == value.at)
            place = catalog.place("plan", plan.id, "indicators", i, "values", j)
            yield from _text(catalog, plan, line, value, place)
            goal = span(_resolved(value.rule, line, region))
            if goal is None or row.area:
                continue
            followed = in_set.get(row.row or "")
            asked = span(_resolved(followed.rule, followed, region)) if followed is not None and followed.measure == line.measure else None
            last = value.at == max(other.at for other in row.values)
            if asked is not None and followed is not None and last and looser(goal, asked):
                said = {"indicator": _name(line), "at": value.at, "text": value.text, "target": followed.text}
                yield Problem("plan_looser_than_set", place, said, "warning")
            for scope in scopes[:1]:
                yield from _base(scope, line, goal, value, place)


def _scopes(catalog: Catalog, plan: Plan, region: Region) -> Iterator[Scope]:
    """Yield the values of the runs that follow the plan."""
    for run in catalog.runs.values():
        if plan.id in run.plans and plan.base_period:
            inputs = read_inputs(catalog, run.id, region.code)
            if not inputs.errors(region.code):
                yield scopes_of(catalog, inputs, run, region)[plan.id]


def _base(scope: Scope, line: Line, goal: Goal, value: PlannedValue, place: Place) -> Iterator[Problem]:
    assert scope.base_period is not None, "only plans with a base year are asked"
    base = scope.measure(line.measure, scope.base_period)
    direction = scope.catalog.measures[line.measure].direction
    if value.kind == "cumulative" or not isinstance(base.value, Fraction) or base.bound:
        return
    up = direction == "up"
    # Of a range with two ends the better one: a base inside it is not looser.
    end = (
        (goal.high if goal.low is not None and goal.high is not None else goal.low)
        if up
        else (goal.low if goal.low is not None else goal.high)
    )
    if direction != "none" and end is not None and (end < base.value if up else end > base.value):
        said = {"indicator": _name(line), "at": value.at, "text": value.text,
                "base": format_full(base.value), "year": scope.base_period.name}  # fmt: skip
        yield Problem("plan_looser_than_base", place, said, "warning")


def _text(catalog: Catalog, plan: Plan, line: Line, value: PlannedValue, place: Place) -> Iterator[Problem]:
    """Compare the numbers of the text with those of the rule, where the text is understood as a whole."""
    own = catalog.sets[plan.set].classes if plan.set else []
    try:
        read = understand(catalog.units, value.text, own, line.unit, catalog.measures[line.measure]).rule
    except TargetError:
        return
    said, ruled = _comparisons(read), _comparisons(value.rule)
    numbers = [{number for _, number in some} for some in (said, ruled)]
    # A bare number is printed for ≥, ≤ and = alike; a sign that is printed has to be the rule's.
    signs = {op for op, _ in said} - {"=="} - {op for op, _ in ruled}
    if said and ruled and (numbers[0] != numbers[1] or signs):
        yield Problem("plan_text_differs", place, {"indicator": _name(line), "at": value.at, "text": value.text}, "warning")


def _comparisons(rule: Rule) -> set[tuple[str, Fraction]]:
    return {(part.op, part.value) for part in rule.walk() if isinstance(part, Compare)}


def _order(catalog: Catalog, plan: Plan) -> Iterator[Problem]:
    place = catalog.place("plan", plan.id, "milestones")
    years = [Period.parse(name) for name in plan.milestones]
    first = Period.parse(plan.base_period) if plan.base_period else None
    if years != sorted(set(years)) or (first is not None and any(year <= first for year in years)):
        said = {"milestones": plan.milestones, "base": plan.base_period or "—"}
        yield Problem("milestones_unordered", place, said, "warning")
    region = catalog.regions[plan.region]
    lines = list(plan_lines(catalog, plan, region))
    for i, row in enumerate(plan.indicators):
        line = next(line for line in lines if line.indicator == row.name)
        known = sorted(
            (
                (Period.parse(value.at), value, goal)
                for value in row.values
                if (goal := span(_resolved(value.rule, line, region))) is not None
            ),
            key=lambda found: found[0],
        )
        for (_, earlier, before), (at, later, after) in pairwise(known):
            if looser(after, before) and not _onward(before, after, catalog.measures[line.measure].direction):
                spot = catalog.place("plan", plan.id, "indicators", i)
                said = {"indicator": _name(line), "at": at.name, "text": later.text, "earlier": f"{earlier.at} {earlier.text}"}
                yield Problem("milestones_out_of_order", spot, said, "warning")


def _parts(catalog: Catalog, plan: Plan) -> Iterator[Problem]:
    for i, row in enumerate(plan.indicators):
        place = catalog.place("plan", plan.id, "indicators", i)
        for value in row.values if row.parts else []:
            whole = _number(value)
            rows = [plan.row(name) for name in row.parts]
            found = [_number(part) for part in (_at(own, value.at) for own in rows if own is not None) if part is not None]
            numbers = [number for number in found if number is not None]
            if whole is None or len(numbers) < len(row.parts):
                yield Problem("plan_parts_open", place, {"indicator": row.name_zh or row.name, "at": value.at}, "note")
            elif sum(numbers) != whole:
                said = {"indicator": row.name_zh or row.name, "at": value.at, "whole": format_full(whole),
                        "parts": " + ".join(map(format_full, numbers)), "sum": format_full(sum(numbers, Fraction(0)))}  # fmt: skip
                yield Problem("plan_parts_differ", place, said, "warning")


def _at(row: PlanRow, at: str) -> PlannedValue | None:
    return next((value for value in row.values if value.at == at), None)


def _number(value: PlannedValue) -> Fraction | None:
    goal = span(value.rule)
    return None if goal is None else goal.low if goal.low is not None else goal.high


def _lists(catalog: Catalog, plan: Plan) -> Iterator[Problem]:
    lists = catalog.lists.get(plan.id, PlanLists(plan.id))
    if not lists:
        yield Problem("plan_without_lists", catalog.place("plan", plan.id), {"plan": plan.id}, "note")
        return
    serving: list[tuple[str, int, Dated]] = [
        *(("tasks", i, task) for i, task in enumerate(lists.tasks)),
        *(("projects", i, project) for i, project in enumerate(lists.projects)),
    ]
    answered = {duty.indicator for duty in lists.duties if duty.units()}
    answered |= {name for _, _, item in serving if item.units() for name in item.indicator_ids()}
    served = {name for _, _, item in serving for name in item.indicator_ids()}
    region = catalog.regions[plan.region]
    names = {line.indicator: _name(line) for line in plan_lines(catalog, plan, region)}
    for code, known in (("responsibility_missing", answered), ("indicator_without_task", served)):
        missing = [(i, names.get(row.name, row.name)) for i, row in enumerate(plan.indicators) if row.name not in known]
        if len(missing) > _MANY:
            said = {"count": len(missing), "what": word("list_lacks", code), "names": "；".join(name for _, name in missing)}
            yield Problem("indicators_without", Place(catalog.place("plan", plan.id).file), said, "warning")
            continue
        for i, name in missing:
            yield Problem(code, catalog.place("plan", plan.id, "indicators", i), {"indicator": name}, "warning")
    yield from _gaps(catalog, plan, lists, serving)


def _gaps(catalog: Catalog, plan: Plan, lists: PlanLists, serving: list[tuple[str, int, Dated]]) -> Iterator[Problem]:
    """Yield what single tasks and projects lack; where a whole list lacks it, once."""
    # A task is answered for, and has its time, through the projects that carry it out.
    carried = {name for project in lists.projects for name in project.task_ids()}
    for name in ("tasks", "projects"):
        own = [(number, item) for kind, number, item in serving if kind == name]
        for code, lacks in _LACKS.items():
            missing = [
                (number, item) for number, item in own if lacks(item) and (item.id not in carried or code == "task_without_indicator")
            ]
            if code == "task_without_indicator" and not plan.indicators:
                continue
            if len(missing) == len(own) > 1:
                place = Place(lists.places[name, 0].file)
                yield Problem("list_without", place, {"count": len(own), "what": word("list_lacks", code)}, "warning")
                continue
            for number, item in missing:
                yield Problem(code, lists.places[name, number], {"id": item.id, "title": item.title}, "warning")


def _general(item: Dated) -> bool:
    return isinstance(item, Task) and item.kind in _GENERAL


_LACKS: dict[str, Callable[[Dated], bool]] = {
    "task_without_unit": lambda item: not item.units() and not item.person and not (item.areas and _general(item)),  # a county's own goal
    "task_without_deadline": lambda item: not item.deadline and not item.repeats,
    "task_without_indicator": lambda item: not item.indicators and not _general(item),
}


def _resolved(rule: Rule, line: Line, region: Region) -> Rule:
    classes = {declared.class_: declared.value for declared in region.classes if declared.set == line.set_id}
    try:
        return resolve_classes(rule, classes)
    except KeyError:
        return rule


def _name(line: Line) -> str:
    return f"{line.seq} {line.name_zh}".strip()
