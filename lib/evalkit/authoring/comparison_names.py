"""Formulas and their arguments by the names that people know."""

from __future__ import annotations

from evalkit.catalog import Catalog
from evalkit.catalog.models import Measure
from evalkit.formulas.notation import write_formula


def formula_zh(catalog: Catalog, measure: Measure) -> str:
    """Return the formula of a measure in one line with the names of its variables; empty where there is none."""
    formula = measure.built
    if formula is None:
        return ""
    return write_formula(formula.tree, lambda role: variable_name(catalog, measure, role))


def variable_name(catalog: Catalog, measure: Measure, role: str) -> str:
    """Return the name of what an argument is bound to, with the time where that is not the present."""
    binding = measure.binding(role)
    variable = catalog.variables.get(binding.variable)
    family, _, measured = binding.variable.partition(".")
    if variable is not None:
        name = variable.name_zh
    elif family in ("reported", "assigned") and measured in catalog.measures:
        name = catalog.measures[measured].name_zh + {"assigned": "（上级下达）"}.get(family, "")
    else:
        name = binding.variable
    return {"base": "基准年", "previous": "上年"}.get(binding.at, "") + name
