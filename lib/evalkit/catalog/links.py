"""Checks across files: every reference exists, every rule fits its measure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evalkit.catalog.links_values import check_limits, check_variables
from evalkit.catalog.models import Cite, IndicatorSet, Measure, RowBase, SetRow
from evalkit.catalog.rules import AboveMeasure, Assigned, ByClass, Compare, Qualitative, Rule, Trend
from evalkit.catalog.units import UnitMismatchError
from evalkit.formulas import UnknownFormulaError, split_id
from evalkit.formulas.expression import ExpressionError, binding_of
from evalkit.formulas.vocabulary import FormulaError
from evalkit.messages import Place, Problem, word
from evalkit.values import parse_decimal

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog


def check_links(catalog: Catalog, *, units: bool) -> list[Problem]:
    """Return everything that does not fit together in the catalogue."""
    problems: list[Problem] = []
    problems.extend(_documents(catalog))
    problems.extend(check_variables(catalog))
    for measure in catalog.measures.values():
        problems.extend(_measure(catalog, measure, units))
    for indicator_set in catalog.sets.values():
        problems.extend(_set(catalog, indicator_set))
    problems.extend(_regions(catalog))
    problems.extend(_runs(catalog))
    if units:
        for unit, detail in catalog.units.check():
            problems.append(Problem("bad_value", catalog.place("unit", unit, "definition"), {"value": unit, "detail": detail}))
    return problems


def unknown_id(kind: str, item_id: str, place: Place, known: object) -> Problem:
    """Return the problem that nothing of that id is known, with near names."""
    from evalkit.catalog.load import near

    return Problem("unknown_id", place, {"kind": kind, "id": item_id, "hint": near(item_id, known)})


def check_cite(catalog: Catalog, cite: Cite | None, place: Place) -> Iterator[Problem]:
    """Yield what a citation lacks: its document, or what its state needs."""
    if cite is None:
        return
    if cite.document not in catalog.documents:
        yield unknown_id("document", cite.document, place, catalog.documents)
    needed = {
        "seen": ("via",),
        "seen_neighbour": ("via",),
        "third_party": ("via",),
        "derived": ("note",),
        "verified": ("verified_by", "verified_on", "page"),
    }.get(cite.state, ())
    for key in needed:
        if not getattr(cite, key):
            yield Problem("missing_key", place, {"key": f"cite.{key} ({cite.state})"})


def _documents(catalog: Catalog) -> Iterator[Problem]:
    for document in catalog.documents.values():
        if document.superseded_by and document.superseded_by not in catalog.documents:
            yield unknown_id("document", document.superseded_by, catalog.place("document", document.id), catalog.documents)


def _measure(catalog: Catalog, measure: Measure, units: bool) -> Iterator[Problem]:
    place = catalog.place("measure", measure.id)
    yield from check_cite(catalog, measure.cite, place)
    yield from check_limits(catalog, measure)
    if measure.unit not in catalog.units.names:
        yield unknown_id("unit", measure.unit, place, catalog.units.names)
    for component in measure.components:
        if component not in catalog.measures:
            yield unknown_id("measure", component, place, catalog.measures)
    path = _way_back(catalog, measure.id, measure.id, ())
    if path:
        yield Problem("definition_circular", place, {"measure": measure.id, "path": " → ".join(path)})
    if bool(measure.components) != (measure.kind == "composite"):
        yield Problem("missing_key", place, {"key": "components (kind: composite)"})
    ways = [key for key in ("formula", "expression", "reported_only") if getattr(measure, key)]
    if measure.kind == "number" and not ways and measure.expression is None:
        yield Problem("missing_key", place, {"key": "formula / expression / reported_only"})
    if measure.expression is not None:
        place = catalog.place("measure", measure.id, "expression")
        if len(ways) > 1 or measure.kind != "number":
            yield Problem("bad_value", place, {"value": ", ".join(ways), "detail": word("detail", "expression_alone")})
            return
    if measure.formula or measure.expression is not None:
        yield from _formula(catalog, measure, measure.formula or measure.expression or "", place, units)


def _way_back(catalog: Catalog, start: str, here: str, passed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the way from a measure through components back to itself; empty when there is none."""
    for component in catalog.measures[here].components if here in catalog.measures else []:
        if component == start:
            return (start, *passed, start)
        if component not in passed:
            found = _way_back(catalog, start, component, (*passed, component))
            if found:
                return found
    return ()


def _formula(catalog: Catalog, measure: Measure, formula_id: str, place: Place, units: bool) -> Iterator[Problem]:
    try:
        formula = measure.built
        assert formula is not None
    except ExpressionError as error:
        yield Problem("expression_refused", place, {"expression": formula_id, "at": error.at, "detail": str(error)})
        return
    except UnknownFormulaError:
        try:
            module, function = split_id(formula_id)
        except UnknownFormulaError:
            module, function = "<domain>", "<name>"
        yield Problem("formula_unknown", place, {"formula": formula_id, "module": module, "function": function})
        return
    except FormulaError as error:
        yield Problem("formula_refused", place, {"formula": formula_id, "detail": str(error)})
        return
    if set(formula.arguments) != set(measure.roles):
        values = {"formula": formula_id, "expected": formula.arguments, "bound": list(measure.roles)}
        yield Problem("roles_differ", place, values)
        return
    bound: dict[str, str] = {}
    for role in formula.arguments:
        binding = measure.binding(role)
        suffix = binding_of(role)[1] if measure.expression else role.partition("__")[2] or "current"
        if suffix != binding.at:
            yield Problem("role_period", place, {"role": role, "at": binding.at})
        unit = catalog.variable_unit(binding.variable)
        if unit is None:
            yield unknown_id("variable", binding.variable, place, catalog.variables)
        elif unit in catalog.units.names:
            bound[role] = unit
    if units and len(bound) == len(formula.arguments) and measure.unit in catalog.units.names:
        try:
            size = catalog.units.of_formula(formula.tree, bound)
            if size != catalog.units.size(measure.unit):
                shared = measure.expression and catalog.units.size(measure.unit) == (size[0] / 100, size[1])
                detail = f"≠ {measure.unit}" + (word("detail", "use_share") if shared else "")
                yield Problem("units_differ", place, {"formula": formula_id, "detail": detail})
        except UnitMismatchError as error:
            yield Problem("units_differ", place, {"formula": formula_id, "detail": str(error)})


def check_rule(catalog: Catalog, rule: Rule, measure_id: str, place: Place, indicator_set: IndicatorSet | None) -> Iterator[Problem]:
    """Yield what keeps a rule from being applied to a measure."""
    for part in rule.walk():
        tested_id = part.of or measure_id
        tested = catalog.measures.get(tested_id)
        if tested is None:
            yield unknown_id("measure", tested_id, place, catalog.measures)
            continue
        if isinstance(part, AboveMeasure) and part.measure not in catalog.measures:
            yield unknown_id("measure", part.measure, place, catalog.measures)
        if isinstance(part, (Trend, Assigned)) and tested.direction == "none" and tested.kind == "number":
            yield Problem("rule_not_applicable", place, {"detail": f"{tested_id}: direction up / down?"})
        if isinstance(part, Qualitative) and tested.kind != "qualitative":
            yield Problem("rule_not_applicable", place, {"detail": f"{tested_id}: kind is {tested.kind}, not qualitative"})
        if isinstance(part, (Compare, Trend)) and tested.kind != "number":
            yield Problem("rule_not_applicable", place, {"detail": f"{tested_id}: kind is {tested.kind}, not number"})
        if isinstance(part, ByClass):
            yield from _class_map(part, place, indicator_set)


def _class_map(rule: ByClass, place: Place, indicator_set: IndicatorSet | None) -> Iterator[Problem]:
    dimension = indicator_set.dimension(rule.dimension) if indicator_set else None
    if dimension is None:
        yield unknown_id("class", rule.dimension, place, [d.id for d in indicator_set.classes] if indicator_set else [])
        return
    declared = [value.id for value in dimension.values]
    for name, _ in rule.cases:
        if name not in declared:
            yield Problem("class_unknown", place, {"dimension": rule.dimension, "value": name, "allowed": declared})
    absent = [value for value in declared if value not in dict(rule.cases)]
    if absent:
        yield Problem("class_incomplete", place, {"indicator": place.key, "dimension": rule.dimension, "absent": absent})


def _row(catalog: Catalog, row: RowBase, place: Place) -> Iterator[Problem]:
    if row.measure not in catalog.measures:
        yield unknown_id("measure", row.measure, place, catalog.measures)


def _set(catalog: Catalog, indicator_set: IndicatorSet) -> Iterator[Problem]:
    place = catalog.place("set", indicator_set.id)
    if indicator_set.document not in catalog.documents:
        yield unknown_id("document", indicator_set.document, place, catalog.documents)
    yield from check_cite(catalog, indicator_set.rounding.cite, place)
    seen: dict[str, int] = {}
    for i, row in enumerate(indicator_set.rows):
        spot = catalog.place("set", indicator_set.id, "rows", i)
        if row.id in seen:
            yield Problem("duplicate_id", spot, {"id": row.id, "other": catalog.place("set", indicator_set.id, "rows", seen[row.id])})
        seen.setdefault(row.id, i)
        yield from _row(catalog, row, spot)
        for j, target in enumerate(row.targets):
            where = catalog.place("set", indicator_set.id, "rows", i, "targets", j)
            measure_id = target.measure or row.measure
            yield from check_cite(catalog, target.cite, where)
            if measure_id in catalog.measures:
                yield from check_rule(catalog, target.rule, measure_id, where, indicator_set)
    yield from _numbers(catalog, indicator_set)
    yield from _pass_rule(catalog, indicator_set)
    yield from check_scoring(catalog, indicator_set)


def _pass_rule(catalog: Catalog, indicator_set: IndicatorSet) -> Iterator[Problem]:
    groups = [group.id for group in indicator_set.groups]
    for i, row in enumerate(indicator_set.rows):
        if row.group is not None and row.group not in groups:
            yield unknown_id("group", row.group, catalog.place("set", indicator_set.id, "rows", i), groups)
    for i, requirement in enumerate(indicator_set.pass_rule.requirements if indicator_set.pass_rule else []):
        place = catalog.place("set", indicator_set.id, "pass_rule", "requirements", i)
        yield from check_cite(catalog, requirement.cite, place)
        if requirement.group is not None and requirement.group not in groups:
            yield unknown_id("group", requirement.group, place, groups)
        for name in requirement.rows:
            if indicator_set.row(name) is None:
                yield unknown_id("row", name, place, [row.id for row in indicator_set.rows])
        if requirement.count is not None and requirement.share is not None:
            yield Problem("bad_value", place, {"value": "count, share", "detail": "count / share"})


def check_scoring(catalog: Catalog, indicator_set: IndicatorSet) -> Iterator[Problem]:
    """Yield what keeps a set from being scored by its own rule: weights, rows, directions."""
    scoring, set_id = indicator_set.scoring, indicator_set.id
    if scoring is None:
        return
    place = catalog.place("set", set_id, "scoring")
    for cite in scoring.cites:
        yield from check_cite(catalog, cite, place)
    markers = [entry.marker for entry in scoring.weights.by_marker]
    for name in {name for name in markers if markers.count(name) > 1}:
        yield Problem("duplicate_id", place, {"id": name, "other": place})
    for text in (scoring.span, *(entry.weight for entry in scoring.weights.by_marker)):
        if parse_decimal(text) <= 0:
            yield Problem("bad_value", place, {"value": text, "detail": "> 0"})
    for name in [*scoring.left_out, *scoring.convert_first]:
        if indicator_set.row(name) is None:
            yield unknown_id("row", name, place, [row.id for row in indicator_set.rows])
    for i, row in enumerate(indicator_set.rows):
        spot = catalog.place("set", set_id, "rows", i)
        if row.id not in scoring.left_out:
            if row.marker not in markers:
                yield Problem("bad_value", spot, {"value": row.marker, "detail": f"{word('detail', 'choices')} {', '.join(markers)}"})
            used = dict.fromkeys([row.measure, *(target.measure or row.measure for target in row.targets)])
            ways = {catalog.measures[name].direction: name for name in used if name in catalog.measures}
            if "none" in ways or len(ways) > 1:
                yield Problem("scoring_direction", spot, {"indicator": row.id, "measure": ", ".join(ways.values())})


def _numbers(catalog: Catalog, indicator_set: IndicatorSet) -> Iterator[Problem]:
    """Rows that share an official number must be parts of one composite."""
    for level in indicator_set.levels:
        first: dict[tuple[str, str], SetRow] = {}
        for i, row in enumerate(indicator_set.rows):
            target = row.target_at(level)
            if target is None:
                continue
            other = first.setdefault((target.attribute or row.attribute, row.seq), row)
            if other is not row and (not row.part_of or other.part_of != row.part_of):
                yield Problem("duplicate_id", catalog.place("set", indicator_set.id, "rows", i), {"id": row.seq, "other": other.id})


def _regions(catalog: Catalog) -> Iterator[Problem]:
    for region in catalog.regions.values():
        for i, declared in enumerate(region.classes):
            place = catalog.place("region", region.code, "classes", i)
            yield from check_cite(catalog, declared.cite, place)
            indicator_set = catalog.sets.get(declared.set)
            if indicator_set is None:
                yield unknown_id("set", declared.set, place, catalog.sets)
                continue
            dimension = indicator_set.dimension(declared.class_)
            if dimension is None:
                yield unknown_id("class", declared.class_, place, [d.id for d in indicator_set.classes])
            elif declared.value not in [value.id for value in dimension.values]:
                allowed = [value.id for value in dimension.values]
                yield Problem("class_unknown", place, {"dimension": declared.class_, "value": declared.value, "allowed": allowed})


def _runs(catalog: Catalog) -> Iterator[Problem]:
    for run in catalog.runs.values():
        for kind, ids, known in (
            ("region", run.regions, catalog.regions),
            ("set", run.sets, catalog.sets),
            ("plan", run.plans, catalog.plans),
        ):
            for i, item_id in enumerate(ids):
                place = catalog.place("run", run.id, f"{kind}s", i)
                if item_id not in known:
                    yield unknown_id(kind, item_id, place, known)
                elif item_id in ids[:i]:  # its rows would stand twice in the results
                    yield Problem("duplicate_id", place, {"id": item_id, "other": catalog.place("run", run.id)})
        for i, child in enumerate(run.children):
            if child.set not in catalog.sets:
                yield unknown_id("set", child.set, catalog.place("run", run.id, "children", i), catalog.sets)
            circle = _circle(catalog, run.id, child.run)
            if circle:
                yield Problem("bad_value", catalog.place("run", run.id, "children", i), {"value": child.run, "detail": " → ".join(circle)})
        for code in run.regions:
            region = catalog.regions.get(code)
            if region and region.fictional != run.example:
                yield Problem("run_example_region", catalog.place("run", run.id), {"region": code})


def _circle(catalog: Catalog, run_id: str, child_id: str) -> list[str]:
    """Return the way from a run over one of its children back to it; empty when there is none."""
    ways = [[run_id, child_id]]
    seen = {child_id}
    while ways:
        way = ways.pop()
        if way[-1] == run_id:
            return way
        following = catalog.runs[way[-1]].children if way[-1] in catalog.runs else []
        ways += [[*way, child.run] for child in following if child.run not in seen]
        seen |= {child.run for child in following}
    return []
