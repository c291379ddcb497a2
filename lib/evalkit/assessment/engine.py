"""Assess a region: every line, every period."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from evalkit.assessment.assessment import Assessment
from evalkit.assessment.difference import difference_notes
from evalkit.assessment.judge import Judge, Outcome, resolve_classes
from evalkit.assessment.lines import Line, lines_of, measure_of
from evalkit.assessment.progress import progress
from evalkit.assessment.sums_of_years import SumValue, judge_sum
from evalkit.assessment.trace import trace_of
from evalkit.assessment.values import NOT_APPLICABLE, MeasureValue, Scope
from evalkit.catalog import Catalog
from evalkit.catalog.models import BaseValue, Cite, Plan, Region, Run
from evalkit.catalog.rules import Assigned, ByClass, Compare, Rule, Trend, numeric_target
from evalkit.formulas.vocabulary import Apply, Role
from evalkit.intake import Inputs
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.values import Missing, Period, format_fixed, format_full

MOST_DIGITS = 12


def assess(catalog: Catalog, inputs: Inputs, region_code: str, *, traces: bool = True) -> Assessment:
    """Assess one region of a run against its sets and plans.

    Parameters
    ----------
    catalog : Catalog
        The rules.
    inputs : Inputs
        As :func:`evalkit.read_inputs` returns them.
    region_code : str
        GB/T 2260 code or ``<code>-<slug>``; the region need not be listed in the run.
    traces : bool
        Whether to say how each row came about; without, only the rows are made, in half the time.

    Returns
    -------
    Assessment
        Rows of ``results.csv`` and their traces. Nothing is written.

    Raises
    ------
    EvalkitError
        The region's data or rules are at fault (all problems at once).

    Examples
    --------
    >>> import evalkit as ek
    >>> catalog = ek.load_catalog()  # doctest: +SKIP
    >>> inputs = ek.read_inputs(catalog, "chongming-2023")  # doctest: +SKIP
    >>> ek.assess(catalog, inputs, "310151").frame()  # doctest: +SKIP
    """
    run, region = ready(catalog, inputs, region_code)
    assessment = Assessment(run.id, region_code)
    scopes = scopes_of(catalog, inputs, run, region)
    faults: list[Problem] = []
    for line in lines_of(catalog, run, region):
        for name in run.periods:
            if line.judged_in(name):
                _assess_line(assessment, scopes[line.source], line, Period.parse(name), faults, traces)
    if faults:
        raise EvalkitError(list({(p.code, str(p.place), str(p.values)): p for p in faults}.values()))
    return assessment


def ready(catalog: Catalog, inputs: Inputs, region_code: str) -> tuple[Run, Region]:
    """Return run and region of an assessment; raise :class:`EvalkitError` where the data or the rules of the region are at fault."""
    run = catalog.run(inputs.run)
    region = catalog.regions.get(region_code)
    if region is None:
        raise EvalkitError(Problem("unknown_id", Place("params/regions"), {"kind": "region", "id": region_code, "hint": ""}))
    problems = [*inputs.errors(), *inputs.errors(region_code), *_region_problems(catalog, run, region)]
    if problems:
        raise EvalkitError(problems)
    return run, region


def check_run(catalog: Catalog, run_id: str) -> list[Problem]:
    """Return what keeps the regions of a run from being assessed: levels and classes that do not fit."""
    run = catalog.run(run_id)
    problems: list[Problem] = []
    for code in run.regions:
        problems.extend(_region_problems(catalog, run, catalog.regions[code]))
    for number, plan_id in enumerate(run.plans):
        region = catalog.plans[plan_id].region
        if region not in run.regions:
            problems.append(
                Problem("run_plan_elsewhere", catalog.place("run", run.id, "plans", number), {"plan": plan_id, "region": region}, "warning")
            )
    for set_id in run.sets:
        found = catalog.sets[set_id]
        successors = list(_successors(catalog, found.document))
        if successors:
            last = catalog.documents[successors[-1]]
            # Only whole sets are recommended: a reconstruction is no successor to work with.
            newer = [s.id for s in catalog.sets.values() if s.document in successors and s.complete and set(s.levels) & set(found.levels)]
            values = {
                "number": catalog.documents[found.document].number or catalog.documents[found.document].title_zh,
                "successor": last.number or last.title_zh,
                "newer": ", ".join(newer) or word("advice", "not_here"),
            }
            problems.append(Problem("set_superseded", catalog.place("set", set_id), values, "note"))
    return problems


def _successors(catalog: Catalog, document: str) -> Iterator[str]:
    """Yield the documents that replaced one, the latest last."""
    seen = {document}
    while (following := catalog.documents[document].superseded_by) and following not in seen:
        seen.add(following)
        yield following
        document = following


def scopes_of(catalog: Catalog, inputs: Inputs, run: Run, region: Region) -> dict[str, Scope]:
    """Return where values come from, by set and plan; a plan may have re-based its base year."""
    base = catalog.base_period(run, region.code)
    scopes = {set_id: Scope(catalog, inputs, region, base) for set_id in run.sets}
    for plan in catalog.plans_of(run, region.code):
        begun = Period.parse(plan.base_period) if plan.base_period else None
        scopes[plan.id] = Scope(catalog, inputs, region, begun, _overrides(catalog, plan, region), "base_unknown")
    return scopes


def _overrides(catalog: Catalog, plan: Plan, region: Region) -> dict[tuple[str, str], BaseValue]:
    if plan.base_period is None:
        return {}
    return {(measure_of(catalog, plan, row, region), plan.base_period): row.base for row in plan.indicators if row.base}


def classes_of(line: Line, scope: Scope) -> dict[str, str]:
    """Return the classes that the region declares for the set of a line, by dimension."""
    return {c.class_: c.value for c in scope.region.classes if c.set == line.set_id}


def _region_problems(catalog: Catalog, run: Run, region: Region) -> list[Problem]:
    problems = []
    for set_id in run.sets:
        indicator_set = catalog.sets[set_id]
        if region.level not in indicator_set.levels:
            values = {"set": set_id, "region": region.code, "level": region.level}
            problems.append(Problem("level_mismatch", catalog.place("run", run.id), values, "error", region.code))
    for line in lines_of(catalog, run, region):
        for part in line.rule.walk():
            if isinstance(part, ByClass) and region.class_value(line.set_id, part.dimension) is None:
                dimension = catalog.sets[line.set_id].dimension(part.dimension)
                missing: dict[str, object] = {"indicator": line.indicator, "dimension": dimension.name_zh if dimension else part.dimension,
                          "region": region.code, "allowed": [v.id for v in dimension.values] if dimension else []}  # fmt: skip
                problems.append(Problem("class_undeclared", catalog.place("region", region.code), missing, "error", region.code))
    return problems


def _assess_line(assessment: Assessment, scope: Scope, line: Line, period: Period, faults: list[Problem], traced: bool) -> None:
    classes = classes_of(line, scope)
    rule = resolve_classes(line.rule, classes)
    own, outcome = judge_line(scope, line, rule, period)
    faults.extend(faults_of(own, scope))
    status, reason = outcome.status()
    base_at = scope.at("base", period)
    base = scope.measure(line.measure, base_at) if base_at else None
    previous: MeasureValue | None = scope.measure(line.measure, period.previous())
    if isinstance(own, SumValue):  # it starts from nothing, and has no year before to compare with
        base_at = Period.parse(line.since).previous()
        base, previous = MeasureValue(own.measure, base_at.name, Fraction(0)), None
    target = numeric_target(rule)
    way, way_note = _way(own, base, target, line) if line.milestone else (None, "")
    notes = [*own.notes, *difference_notes(scope, own), *outcome.notes, *line.notes]
    if base is not None and "rebased" in base.notes:
        notes.append("rebased")
    if way_note:
        notes.append(way_note)
    if line.basis == "plan" and scope.base_period is None and base_asked(own, rule):
        notes.append("base_unknown")
    if status == "missing" and isinstance(own.value, Fraction):
        notes.append("comparison_missing")
    if scope.region.fictional:
        notes.append("example_data")
    assigned = None if isinstance(own, SumValue) else scope.item(f"assigned.{line.measure}", period.name)
    row = {
        "run": assessment.run, "region_code": scope.region.code, "region": scope.region.name_zh, "period": period.name,
        "basis": line.basis, "set": line.source, "indicator": line.indicator, "seq": line.seq, "part_of": line.part_of,
        "domain": line.domain, "task": line.task, "name_zh": line.name_zh, "name_en": line.name_en, "attribute": line.attribute,
        "class": _class_used(line.rule, classes), "unit": line.unit,
        "value": _full(own.shown), "value_text": _value_text(own), "value_source": own.source, "data_year": own.data_year,
        "reported_value": own.reported_text, "computed_value": _full(own.computed),
        "adopted_value": own.adoption.choice if own.adoption else "", "rounded_value": rounded(own, target, status),
        "target_text": line.text, "target_value": _full(target), "target_state": weakest([*line.cites, *class_cites(line, scope.region)]),
        "assigned_value": _full(assigned.value) if assigned is not None and not assigned.missing else "",
        "status": status, "reason": reason, "gap": _full(gap(own, rule, scope, period, status)),
        "base_period": base_at.name if base_at else "", "base_value": _full(base.value if base else None),
        "previous_value": _full(previous.value if previous else None), "milestone": line.milestone,
        "milestone_value": _full(target) if line.milestone else "", "progress": _full(way), "note": ";".join(dict.fromkeys(notes)),
    }  # fmt: skip
    assessment.rows.append(row)
    if traced:
        assessment.traces.append(trace_of(scope, line, own, outcome, row, class_cites(line, scope.region)))


def _way(own: MeasureValue, base: MeasureValue | None, target: Fraction | None, line: Line) -> tuple[Fraction | None, str]:
    """Return the share of the way to a milestone as :func:`progress` does, and a note where there is none."""
    if line.kind == "every_year":
        return None, ""  # nothing to go: it is kept or broken
    if isinstance(own, SumValue):
        if not target or own.bound or not isinstance(own.value, Fraction):
            return None, ""
        return own.value / target * 100, ""
    if base is None and own.measure.kind == "number" and target is not None:
        return None, "base_unknown"
    return progress(own, base, target)


def base_asked(own: MeasureValue, rule: Rule) -> bool:
    """Return whether a value, or the rule that judges it, rests on the base year."""
    asked = any(isinstance(part, Trend) and part.than == "base" for part in rule.walk())
    return asked or any(argument.at == "base" for part in (own, *own.components) for argument in part.arguments)


def judge_line(
    scope: Scope, line: Line, rule: Rule, period: Period, *, compare_rounded: bool | None = None
) -> tuple[MeasureValue, Outcome]:
    """Return the value of a line in a period, and what its rule (without class maps) says of it.

    `compare_rounded` compares otherwise than the line does.
    """
    rounds = line.compare_rounded if compare_rounded is None else compare_rounded
    if line.kind == "cumulative":
        return judge_sum(scope, line, rule, period, rounds)
    own = scope.measure(line.measure, period)
    if isinstance(own.value, Missing) and own.value.reason in NOT_APPLICABLE:
        return own, Outcome(None, own.value.reason)
    return own, Judge(scope, period, rounds).judge(rule, line.measure)


def faults_of(own: MeasureValue, scope: Scope) -> list[Problem]:
    """Return what keeps a value, or a component of it, from being computed: denominators that are zero."""
    faults = [fault for part in own.components for fault in faults_of(part, scope)]
    if own.formula is not None and isinstance(own.computed, Missing) and own.computed.detail == "zero_denominator":
        below = {leaf.name for node in own.formula.tree.walk() if isinstance(node, Apply) and node.operator in ("/", "share")
                 for leaf in node.arguments[1].walk() if isinstance(leaf, Role)}  # fmt: skip
        zeros = [a.item for a in own.arguments if a.role in below and a.item is not None and a.item.value == 0]
        place = zeros[0].place() if zeros else Place(key=own.measure.id)
        values = {"measure": own.measure.name_zh, "period": own.period}
        faults.append(Problem("zero_denominator", place, values, "error", scope.region.code))
    return faults


_CERTAINTY = ("verified", "seen", "seen_neighbour", "third_party", "derived", "recalled")


def class_cites(line: Line, region: Region) -> list[Cite]:
    """Return where the region's classes come from, on which a target depends."""
    dimensions = {part.dimension for part in line.rule.walk() if isinstance(part, ByClass)}
    return [declared.cite for declared in region.classes if declared.set == line.set_id and declared.class_ in dimensions]


def weakest(cites: list[Cite | None]) -> str:
    """Return the least certain of several states: a target is no surer than the class that chose it."""
    states = [cite.state for cite in cites if cite is not None]
    return max(states, key=_CERTAINTY.index, default="")


def _full(value: object) -> str:
    return format_full(value) if isinstance(value, Fraction) else ""


def _value_text(own: MeasureValue) -> str:
    """What is printed where the value is not a plain number."""
    if own.measure.kind == "qualitative":
        return own.text
    if own.measure.kind == "composite":
        shown = [(part.measure.name_zh, part) for part in own.components if part.shown is not None]
        prefix = f"{own.measure.name_zh}："
        return "；".join(f"{name.removeprefix(prefix)}{_plain_value(part)}{part.measure.unit}" for name, part in shown)
    return own.text or (_plain_value(own) if own.bound else "")


def _plain_value(own: MeasureValue) -> str:
    sign = {"lower": "≥", "upper": "≤"}.get(own.bound, "")
    return sign + (format_fixed(own.shown, own.digits) if own.shown is not None else "")


def rounded(own: MeasureValue, target: Fraction | None, status: str) -> str:
    """Return the value as printed; with more digits where it would look equal to a target that it fails."""
    if own.shown is None:
        return ""
    digits = own.digits
    if target is not None and status == "not_met" and own.shown != target:
        while digits < MOST_DIGITS and format_fixed(own.shown, digits) == format_fixed(target, digits):
            digits += 1
    return format_fixed(own.shown, digits)


def _class_used(rule: Rule, classes: dict[str, str]) -> str:
    return ";".join(dict.fromkeys(f"{p.dimension}={classes[p.dimension]}" for p in rule.walk() if isinstance(p, ByClass)))


def gap(own: MeasureValue, rule: Rule, scope: Scope, period: Period, status: str) -> Fraction | None:
    """Return the margin of a value, positive when better, in the measure's unit.

    It is the margin to the first number that the rule asks for (its own, else the superior's, else the
    earlier value) that agrees with the verdict: a value that fails has no positive margin. A bound has none.
    """
    if not isinstance(own.value, Fraction) or own.bound:
        return None
    found = [margin for margin in _margins(own, own.value, rule, scope, period) if margin is not None]
    if status == "met":
        return next((margin for margin in found if margin >= 0), None)
    if status == "not_met":
        return next((margin for margin in found if margin <= 0), None)
    return found[0] if found else None


def _margins(own: MeasureValue, value: Fraction, rule: Rule, scope: Scope, period: Period) -> list[Fraction | None]:
    sign = -1 if own.measure.direction == "down" else 1
    numbers: list[Fraction | None] = []
    tasks: list[Fraction | None] = []
    trends: list[Fraction | None] = []
    for leaf in rule.walk():
        if leaf.of:
            continue
        if isinstance(leaf, Compare):
            difference = value - leaf.value
            numbers.append(-abs(difference) if leaf.op == "==" else -difference if leaf.op in ("<=", "<") else difference)
        elif isinstance(leaf, Assigned):
            item = scope.item(f"assigned.{own.measure.id}", period.name)
            usable = item is not None and item.value is not None and not item.missing and not item.bound
            tasks.append(sign * (value - item.value) if item is not None and item.value is not None and usable else None)
        elif isinstance(leaf, Trend):
            when = scope.at(leaf.than, period)
            other = scope.measure(own.measure.id, when) if when and when != period else None
            usable = other is not None and isinstance(other.value, Fraction) and not other.bound
            trends.append(sign * (value - other.value) if usable and other is not None and isinstance(other.value, Fraction) else None)
    return [*numbers, *tasks, *trends]
