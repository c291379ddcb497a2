"""Checks across files: what is declared of the values of variables and measures refers to what exists, and can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evalkit.catalog.models import Measure, Variable
from evalkit.messages import Place, Problem
from evalkit.values import parse_decimal

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog


def check_variables(catalog: Catalog) -> Iterator[Problem]:
    """Yield what does not fit in the variables: units, wholes, parts, alternatives, limits."""
    for variable in catalog.variables.values():
        place = catalog.place("variable", variable.id)
        if variable.unit not in catalog.units.names:
            yield _unknown("unit", variable.unit, place, catalog.units.names)
        yield from _named(catalog, variable, "part_of", [variable.part_of] if variable.part_of else [])
        yield from _named(catalog, variable, "parts", variable.parts)
        yield from _named(catalog, variable, "alternatives", variable.alternatives)
        yield from check_limits(catalog, variable)
        if variable.jump is not None and parse_decimal(variable.jump) <= 0:
            yield Problem("bad_value", catalog.place("variable", variable.id, "jump"), {"value": variable.jump, "detail": "> 0"})


def check_limits(catalog: Catalog, declared: Variable | Measure) -> Iterator[Problem]:
    """Yield a problem when no value lies within the limits, or they are declared of something that is no number."""
    kind = "variable" if isinstance(declared, Variable) else "measure"
    place = catalog.place(kind, declared.id, "maximum" if declared.maximum is not None else "minimum")
    if declared.minimum is not None and declared.maximum is not None and parse_decimal(declared.minimum) > parse_decimal(declared.maximum):
        yield Problem("bad_value", place, {"value": declared.maximum, "detail": f"≥ {declared.minimum}"})
    if isinstance(declared, Measure) and declared.kind != "number" and (declared.minimum or declared.maximum) is not None:
        yield Problem("bad_value", place, {"value": declared.minimum or declared.maximum, "detail": "kind: number"})


def _named(catalog: Catalog, variable: Variable, key: str, names: list[str]) -> Iterator[Problem]:
    """Yield the names under a key that are no other variables or, where values are added or compared, have another unit."""
    for position, name in enumerate(names):
        place = catalog.place("variable", variable.id, *(() if key == "part_of" else (key, position)))
        other = catalog.variables.get(name)
        if other is None:
            yield _unknown("variable", name, place, catalog.variables)
        elif name == variable.id or names.index(name) != position:
            yield Problem("duplicate_id", place, {"id": name, "other": catalog.place("variable", name)})
        elif other.unit != variable.unit and key != "alternatives":
            yield Problem("bad_value", place, {"value": name, "detail": f"{variable.unit} / {other.unit}"})


def _unknown(kind: str, item_id: str, place: Place, known: object) -> Problem:
    from evalkit.catalog.load import near

    return Problem("unknown_id", place, {"kind": kind, "id": item_id, "hint": near(item_id, known)})
