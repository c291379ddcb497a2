"""What the indicators need: measures, formulas, variables, and who reports them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evalkit.assessment.lines import Line, lines_of
from evalkit.catalog import Catalog
from evalkit.catalog.models import Measure
from evalkit.catalog.rules import AboveMeasure, Assigned, ByClass, Rule
from evalkit.intake import Inputs
from evalkit.intake.inputs import counted_in
from evalkit.messages import Place, Problem


@dataclass(frozen=True)
class Need:
    """One variable that an indicator needs, at one time."""

    measure: str
    variable: str
    name_zh: str
    name_en: str
    unit: str
    department: str
    at: str


def measures_of(catalog: Catalog, measure_id: str, rule: Rule) -> list[Measure]:
    """Return all measures that judging a rule reaches: the row's own, those of its leaves, and components."""
    wanted = [measure_id]
    for part in rule.walk():
        wanted += [part.of, part.measure if isinstance(part, AboveMeasure) else ""]
    found: dict[str, Measure] = {}
    while wanted:
        measure = catalog.measures.get(wanted.pop(0))
        if measure is not None and measure.id not in found:
            found[measure.id] = measure
            wanted.extend(measure.components)
    return list(found.values())


def needs_of(catalog: Catalog, measure_id: str, rule: Rule) -> Iterator[Need]:
    """Yield the variables that judging a rule can use: inputs of formulas, reported values, the superior's figure."""
    assigned = {part.of or measure_id for part in rule.walk() if isinstance(part, Assigned)}
    for measure in measures_of(catalog, measure_id, rule):
        for role in measure.roles:
            binding = measure.binding(role)
            variable = catalog.variables.get(binding.variable)
            if variable is not None:
                yield Need(measure.id, variable.id, variable.name_zh, variable.name_en, variable.unit, variable.department, binding.at)
        yield Need(measure.id, f"reported.{measure.id}", measure.name_zh, measure.name_en, measure.unit, "", "current")
        if measure.id in assigned:
            yield Need(measure.id, f"assigned.{measure.id}", measure.name_zh, measure.name_en, measure.unit, "", "current")


def classes_of(rule: Rule) -> list[str]:
    """Return the class dimensions on which a rule depends."""
    return list(dict.fromkeys(part.dimension for part in rule.walk() if isinstance(part, ByClass)))


def unused_inputs(catalog: Catalog, inputs: Inputs) -> list[Problem]:
    """Return a warning for each variable of the raw files that no indicator of the run uses."""
    run = catalog.run(inputs.run)
    used: set[str] = set()
    for code in run.regions:
        lines: list[Line] = list(lines_of(catalog, run, catalog.regions[code]))
        used |= {need.variable for line in lines for need in needs_of(catalog, line.measure, line.rule)}
    for variable in [catalog.variables[name] for name in used if name in catalog.variables]:  # what these are compared with
        used |= {*([variable.part_of] if variable.part_of else []), *variable.parts, *variable.alternatives}
    found: dict[str, list[Place]] = {}
    for item in inputs.items.values():
        if item.variable not in used and item.region in run.regions and not counted_in(item.file):
            found.setdefault(item.variable, []).append(item.place())
    return [
        Problem("variable_unused", places[0], {"variable": variable, "count": len(places), "sets": [*run.sets, *run.plans]}, "warning")
        for variable, places in found.items()
    ]
