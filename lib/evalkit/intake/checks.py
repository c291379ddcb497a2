"""What can be said about inputs before anything is calculated: each value by itself, and within its whole."""

from __future__ import annotations

from fractions import Fraction

from evalkit.catalog import Catalog
from evalkit.intake.inputs import Inputs
from evalkit.intake.series import check_series
from evalkit.intake.sums import check_sums
from evalkit.messages import Problem
from evalkit.values import parse_decimal


def check_values(catalog: Catalog, inputs: Inputs) -> None:
    """Add a problem for all that the catalogue declares of values and that does not hold, and for what looks like a slip.

    Errors: a value outside its declared range, a part that exceeds its whole. Warnings: parts or subordinate units that do not add
    up, a jump on the year before, a value repeated over years, a value off by the factor of a unit. Each pass over the inputs is one.
    """
    _ranges(catalog, inputs)
    check_sums(catalog, inputs)
    check_series(catalog, inputs)


def _ranges(catalog: Catalog, inputs: Inputs) -> None:
    limits: dict[str, tuple[Fraction | None, Fraction | None, str]] = {}
    for (region, name, period), item in inputs.items.items():
        if item.value is None:
            continue
        if name not in limits:
            limits[name] = limits_of(catalog, name)
        low, high, allowed = limits[name]
        if (low is not None and item.value < low) or (high is not None and item.value > high):
            values = {"variable": name, "value": item.shown, "range": allowed}
            inputs.problems.append(Problem("out_of_range", item.place(), values, "error", region))
        variable = catalog.variables.get(name)
        whole = inputs.get(region, variable.part_of, period) if variable and variable.part_of else None
        if variable and whole is not None and whole.value is not None and item.value > whole.value:
            parts = {"part": variable.name_zh, "part_value": item.shown, "whole": catalog.variables[whole.variable].name_zh,
                     "whole_value": whole.shown}  # fmt: skip
            inputs.problems.append(Problem("part_exceeds_whole", item.place(), parts, "error", region))


def limits_of(catalog: Catalog, name: str) -> tuple[Fraction | None, Fraction | None, str]:
    """Return the least and the greatest value that are declared for a variable or a reported value, and both as text."""
    family, _, measure = name.partition(".")
    declared = catalog.variables.get(name) or (catalog.measures.get(measure) if family == "reported" else None)
    if declared is None:
        return None, None, ""
    low, high = (None if limit is None else parse_decimal(limit) for limit in (declared.minimum, declared.maximum))
    return low, high, f"{declared.minimum or '−∞'} … {declared.maximum or '+∞'} {declared.unit}"
