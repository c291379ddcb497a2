"""What a row of the results rests on in one state: its line, its measures, the inputs that it reaches."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from evalkit.assessment.lines import Line, lines_of
from evalkit.catalog.models import Plan, PlanRow
from evalkit.catalog.rules import About, AboveMeasure, Assigned, Between, ByClass, Compare, KOfN, Qualitative, Rule, Trend
from evalkit.messages import Place
from evalkit.review.states import Key, Row, State
from evalkit.values import Period, format_full

#: Where an input is needed: anchor (current, previous, base or a period), argument, variable.
Slot = tuple[str, str, str]
_MEANING = ("value", "unit", "value_received", "unit_received", "factor", "correction_id", "missing_reason", "data_year", "bound", "note")


class Side:
    """One state, asked for what a row rests on; the state has a copy of its rules."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.rules = state.rules
        self.run = state.settings
        self.regions = frozenset(self.run.regions)
        self._lines: dict[str, dict[tuple[str, ...], list[Line]]] = {}
        self._reached: dict[str, tuple[str, ...]] = {}
        self._measures: dict[tuple[str, int], tuple[str, ...]] = {}
        self._slots: dict[tuple[str, int, str, str], dict[Slot, tuple[str, str]]] = {}

    @cached_property
    def signatures(self) -> dict[tuple[str, str, str], tuple[str, ...]]:
        """All of each input that can change a result; where it stands cannot."""
        nothing = ("",) * len(_MEANING)
        return {key: tuple(map(record.get, _MEANING, nothing)) for key, record in self.state.inputs.items()}

    def item(self, region: str, variable: str, period: str) -> Row | None:
        """Return an input."""
        return self.state.inputs.get((region, variable, period))

    def line(self, key: Key) -> Line | None:
        """Return the line behind a row; None where this state has none."""
        region, period, basis, source, indicator, milestone = key[:6]
        if region not in self.rules.regions:
            return None
        if region not in self._lines:
            found: dict[tuple[str, ...], list[Line]] = defaultdict(list)
            for line in lines_of(self.rules, self.run, self.rules.regions[region]):
                found[(line.basis, line.source, line.indicator, line.milestone)].append(line)
            self._lines[region] = found
        fitting = [line for line in self._lines[region].get((basis, source, indicator, milestone), ()) if line.judged_in(period)]
        number = int(key[6]) - 1 if len(key) > 6 else 0
        return fitting[number] if number < len(fitting) else None

    def plan(self, line: Line) -> Plan | None:
        """Return the plan of a line."""
        return self.rules.plans.get(line.source) if line.basis == "plan" else None

    def plan_row(self, line: Line) -> PlanRow | None:
        """Return the plan's row behind a line."""
        plan = self.plan(line)
        return next((row for row in plan.indicators if line.indicator in (row.row, row.id)), None) if plan else None

    def planned_base(self, line: Line, region: str) -> tuple[str, str]:
        """Return the base year that the line's plan sets, else the region's first plan, and the id of that plan."""
        plan = self.plan(line) or next(iter(self.rules.plans_of(self.run, region)), None)
        return (plan.base_period or "", plan.id) if plan else ("", "")

    def base(self, line: Line, region: str) -> str:
        """Return the base year that holds for a line, or nothing."""
        own = self.run.base_period if line.basis == "set" else ""
        return own or self.planned_base(line, region)[0]

    def measures(self, line: Line) -> tuple[str, ...]:
        """Return the measures that a line reaches: its own, those its rule names, and their components."""
        asked = (line.measure, id(line.rule))  # a rule lives as long as the catalogue
        if asked not in self._measures:
            named = [line.measure]
            for part in line.rule.walk():
                named += [name for name in (part.of, part.measure if isinstance(part, AboveMeasure) else "") if name]
            self._measures[asked] = tuple(dict.fromkeys(name for first in named for name in self._components(first)))
        return self._measures[asked]

    def _components(self, measure: str) -> tuple[str, ...]:
        if measure not in self._reached:
            known = self.rules.measures.get(measure)
            below = [name for part in known.components for name in self._components(part)] if known else []
            self._reached[measure] = (measure, *below)
        return self._reached[measure]

    def slots(self, line: Line, key: Key) -> dict[Slot, tuple[str, str]]:
        """Return variable and period of every input that a row can use."""
        base = self.base(line, key[0])
        asked = (line.measure, id(line.rule), key[1], base)
        if asked not in self._slots:
            anchors = {"current": key[1], "previous": Period.parse(key[1]).previous().name, "base": base}
            anchors |= {part.than: part.than for part in line.rule.walk() if isinstance(part, Trend) and part.than not in anchors}
            anchors |= {year: year for year in line.summed_years(key[1])}
            found: dict[Slot, tuple[str, str]] = {}
            for measure in self.measures(line):
                for anchor, when in anchors.items():
                    if when:
                        found |= self._measure_slots(measure, anchor, when, base)
            self._slots[asked] = found
        return self._slots[asked]

    def _measure_slots(self, measure_id: str, anchor: str, when: str, base: str) -> dict[Slot, tuple[str, str]]:
        found: dict[Slot, tuple[str, str]] = {}
        measure = self.rules.measures.get(measure_id)
        for role in measure.roles if measure else ():
            assert measure is not None
            bound = measure.binding(role)
            at = {"current": when, "previous": Period.parse(when).previous().name, "base": base}[bound.at]
            if at:
                found[(anchor, role, bound.variable)] = (bound.variable, at)
        for family in ("reported", "assigned"):
            found[(anchor, family, f"{family}.{measure_id}")] = (f"{family}.{measure_id}", when)
        return found

    def name(self, variable: str) -> str:
        """Return the Chinese name of a variable, or of the measure that is reported or assigned."""
        if variable in self.rules.variables:
            return self.rules.variables[variable].name_zh
        measure = self.rules.measures.get(variable.partition(".")[2])
        return measure.name_zh if measure else variable

    def place(self, line: Line, key: Key) -> Place:
        """Return file and line of the target behind a row."""
        if line.basis == "plan":
            plan, row = self.plan(line), self.plan_row(line)
            if row is None:  # asked by a demand on the whole set
                return self.rules.place("plan", line.source, "better_than_set")
            spot = plan.indicators.index(row) if plan else 0
            return self.rules.place("plan", line.source, "indicators", spot)
        level = self.rules.regions[key[0]].level
        rows = self.rules.sets[line.source].rows
        spot = next((i for i, row in enumerate(rows) if row.id == line.indicator), 0)
        target = next((i for i, t in enumerate(rows[spot].targets) if not t.levels or level in t.levels), 0)
        return self.rules.place("set", line.source, "rows", spot, "targets", target)

    def class_of(self, line: Line, region: str) -> dict[str, str]:
        """Return the declared classes on which a line's target depends, by dimension."""
        card = self.rules.regions[region]
        dimensions = {part.dimension for part in line.rule.walk() if isinstance(part, ByClass)}
        found = {}
        for dimension in sorted(dimensions):
            known = self.rules.sets[line.set_id].dimension(dimension) if line.set_id in self.rules.sets else None
            value = card.class_value(line.set_id, dimension) or ""
            found[dimension] = next((v.name_zh for v in known.values if v.id == value), value) if known else value
        return found


def rule_text(rule: Rule) -> str:
    """Return a rule in one line, in the words of the rule files."""
    own = f"{rule.of} " if rule.of else ""
    match rule:
        case Compare():
            return f"{own}{rule.op} {format_full(rule.value)}"
        case Between():
            return f"{own}between {format_full(rule.low)}, {format_full(rule.high)}"
        case About():
            band = f" ± {format_full(rule.tolerance)}" if rule.tolerance is not None else ""
            return f"{own}about {format_full(rule.value)}{band}"
        case Trend():
            band = f" (band {format_full(rule.band)})" if rule.band else ""
            return f"{own}{'improving' if rule.strict else 'not_worse_than'} {rule.than}{band}"
        case Assigned():
            return f"{own}assigned"
        case AboveMeasure():
            return f"{own}above_measure {rule.measure}"
        case Qualitative():
            return f"{own}qualitative {rule.text}"
        case KOfN():
            return f"{rule.k} of ({'; '.join(map(rule_text, rule.of_rules))})"
        case ByClass():
            return f"by_class {rule.dimension} ({'; '.join(f'{name}: {rule_text(part)}' for name, part in rule.cases)})"
    return "none"
