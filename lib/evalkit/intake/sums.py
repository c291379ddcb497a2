"""Whether parts add up to their whole, and counties to their city, within what rounding explains."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from evalkit.catalog import Catalog
from evalkit.catalog.models import Region, Variable
from evalkit.intake.inputs import Input, Inputs
from evalkit.messages import Problem
from evalkit.values import Period, decimal_places, format_full

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DIGITS = 12  # significant ones in messages


def check_sums(catalog: Catalog, inputs: Inputs) -> None:
    """Add a warning for each whole that its parts, and each region that its subordinate units, do not add up to.

    A sum is looked at only when all that belongs to it has a value: what is missing is not zero.
    """
    wholes = {name for name, variable in catalog.variables.items() if variable.parts or variable.sum_of_units}
    if not wholes:
        return
    units = _units(catalog)
    for (region, name, period), item in inputs.items.items():
        if name in wholes and _counts(item):
            variable = catalog.variables[name]
            if variable.parts:
                _parts(catalog, inputs, variable, item)
            if variable.sum_of_units and region in units:
                _subordinate(catalog, inputs, variable, item, units[region], Period.parse(period))


def _counts(item: Input | None) -> bool:
    return item is not None and item.value is not None and not item.bound


def _units(catalog: Catalog) -> dict[str, list[Region]]:
    """Return the regions directly below each region."""
    found: dict[str, list[Region]] = defaultdict(list)
    for region in sorted(catalog.regions.values(), key=lambda region: region.code):
        if region.parent:
            found[region.parent].append(region)
    return found


def _parts(catalog: Catalog, inputs: Inputs, whole: Variable, item: Input) -> None:
    parts = [found for name in whole.parts if (found := inputs.get(item.region, name, item.period)) is not None and _counts(found)]
    if len(parts) < len(whole.parts):
        return
    apart = _apart(item, parts)
    if apart is not None:
        named = [f"{catalog.variables[part.variable].name_zh} {_shown(part.value)} [{part.id}]" for part in parts]
        values = {"name": whole.name_zh, "variable": whole.id, "period": item.period, "unit": item.unit, "run": inputs.run,
                  "value": _shown(item.value), "sum": _shown(apart[0]), "difference": _shown(apart[1]), "tolerance": _shown(apart[2]),
                  "parts": named}  # fmt: skip
        inputs.problems.append(Problem("parts_differ", item.place(), values, "warning", item.region))


def _subordinate(catalog: Catalog, inputs: Inputs, variable: Variable, item: Input, below: Sequence[Region], period: Period) -> None:
    there = [region for region in below if region.exists_in(str(period.last.year))]
    parts = [found for region in there if (found := inputs.get(region.code, variable.id, item.period)) is not None and _counts(found)]
    if not there or len(parts) < len(there):
        return
    apart = _apart(item, parts)
    if apart is not None:
        named = [f"{catalog.regions[part.region].name_zh} {_shown(part.value)} [{part.id}]" for part in parts]
        values = {"name": variable.name_zh, "variable": variable.id, "period": item.period, "unit": item.unit, "run": inputs.run,
                  "region": catalog.regions[item.region].name_zh, "value": _shown(item.value), "count": len(parts), "sum": _shown(apart[0]),
                  "difference": _shown(apart[1]), "tolerance": _shown(apart[2]), "parts": named}  # fmt: skip
        inputs.problems.append(Problem("subunits_differ", item.place(), values, "warning", item.region))


def _apart(whole: Input, parts: Sequence[Input]) -> tuple[Fraction, Fraction, Fraction] | None:
    """Return sum, difference and what rounding explains, when the difference is more than that."""
    assert whole.value is not None
    total = sum((part.value for part in parts if part.value is not None), Fraction(0))
    difference = abs(total - whole.value)
    if not difference:
        return None
    tolerance = sum((half_digit(item) for item in (whole, *parts)), Fraction(0))
    return (total, difference, tolerance) if difference > tolerance else None


def half_digit(item: Input) -> Fraction:
    """Return half a unit of the last digit that the source prints of a value, in the variable's unit.

    The digits are those of the number in the cell that was read; where the cell does not print it so (a percent format, a
    correction), those that the number needs.
    """
    assert item.value is not None
    number = format_full(abs(item.value / item.factor), 80)
    text = unicodedata.normalize("NFKC", item.value_received).replace(",", "")
    value = Fraction(number)
    printed = [found for found in _NUMBER.findall(text) if Fraction(found) == value]
    places: int = decimal_places(printed[0] if printed else number)
    return abs(item.factor) * Fraction(1, 2) / Fraction(10) ** places


def _shown(value: Fraction | None) -> str:
    return "" if value is None else format_full(value, _DIGITS)
