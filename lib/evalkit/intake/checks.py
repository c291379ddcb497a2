"""What can be said about inputs before anything is calculated."""

from __future__ import annotations

from collections.abc import Mapping

from evalkit.catalog import Catalog
from evalkit.catalog.models import Decision
from evalkit.intake.inputs import Input, Inputs
from evalkit.messages import Place, Problem
from evalkit.values import parse_decimal


def settle_conflicts(inputs: Inputs, found: Mapping[tuple[str, str, str], list[Input]], choices: list[tuple[Decision, Place]]) -> None:
    """Put one input per region, variable and period into `inputs`; two different values need a decision."""
    chosen = {(d.region_code, d.key, d.period): (d, place) for d, place in choices}
    for key, candidates in found.items():
        first = candidates[0]
        differing = [c for c in candidates[1:] if _meaning(c) != _meaning(first)]
        if not differing:
            inputs.items[key] = min(candidates, key=_as_printed)  # the same whatever the order of the rows
            continue
        if key not in chosen:
            second = differing[0]
            both = {"variable": first.variable, "period": first.period, "run": inputs.run, "first": first.value_received,
                      "first_place": first.id, "second": second.value_received, "second_place": second.id}  # fmt: skip
            inputs.problems.append(Problem("conflict", first.place(), both, "error", first.region))
            continue
        decision, place = chosen[key]
        wanted = [c for c in candidates if c.id == decision.choice]
        if not wanted:
            values: dict[str, object] = {"id": decision.id, "choice": decision.choice, "candidates": [c.id for c in candidates]}
            inputs.problems.append(Problem("choice_not_found", place, values, "error", first.region))
            continue
        item = wanted[0]
        inputs.items[key] = Input(**{**item.__dict__, "notes": (*item.notes, "conflict_decided")})
        inputs.passed_over.extend(c for c in candidates if c is not item)


def _meaning(item: Input) -> tuple[object, ...]:
    return item.value, item.text, item.missing, item.bound, item.data_year


def _as_printed(item: Input) -> tuple[str, ...]:
    return item.file, item.value_received, item.unit_received, item.correction_id, item.source, ";".join(item.notes)


def check_values(catalog: Catalog, inputs: Inputs) -> None:
    """Add a problem for each value outside its declared range and each part that exceeds its whole."""
    for (region, variable_id, period), item in inputs.items.items():
        variable = catalog.variables.get(variable_id)
        if variable is None or item.value is None:
            continue
        low = parse_decimal(variable.minimum) if variable.minimum is not None else None
        high = parse_decimal(variable.maximum) if variable.maximum is not None else None
        if (low is not None and item.value < low) or (high is not None and item.value > high):
            allowed = f"{variable.minimum or '−∞'} … {variable.maximum or '+∞'} {variable.unit}"
            limits = {"variable": variable_id, "value": item.shown, "range": allowed}
            inputs.problems.append(Problem("out_of_range", item.place(), limits, "error", region))
        whole = inputs.get(region, variable.part_of, period) if variable.part_of else None
        if whole is not None and whole.value is not None and item.value > whole.value:
            parts = {
                "part": variable.name_zh,
                "part_value": item.shown,
                "whole": catalog.variables[whole.variable].name_zh,
                "whole_value": whole.shown,
            }
            inputs.problems.append(Problem("part_exceeds_whole", item.place(), parts, "error", region))
