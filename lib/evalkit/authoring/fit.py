"""What export and import share: a 指标值 beside its measure, a formula as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.authoring.targets import TargetError, Understood, parse_target
from evalkit.catalog import Catalog
from evalkit.catalog.models import ClassDimension, Measure
from evalkit.catalog.units import Units
from evalkit.formulas.notation import write_formula
from evalkit.formulas.vocabulary import Apply, Expr, Role, Test, Where

_WHEN = {"base": "基准年", "previous": "上年"}
_WHOSE = {"reported": "申报的", "assigned": "上级下达的"}


def spellings(units: Units, *names: str) -> set[str]:
    """Return all spellings of some units; of one that is not declared only itself."""
    wanted = {units.names.get(name, name) for name in names}
    return wanted | {name for name, unit in units.names.items() if unit in wanted}


def understand(
    units: Units, text: str, classes: Sequence[ClassDimension], unit: str, measure: Measure | None = None, kind: str = ""
) -> Understood:
    """Return what a 指标值 says, read beside the unit of its row and the measure that it tests.

    Raises
    ------
    TargetError
        It is not understood completely, or speaks of the other direction than the measure.
    """
    known = spellings(units, unit, measure.unit) if measure else spellings(units, unit)
    found = parse_target(text, classes=classes, units=known, kind=measure.kind if measure else kind)
    if measure and measure.direction != "none" and found.directions - {measure.direction}:
        raise TargetError("direction", text)
    return found


def formula_read(catalog: Catalog, measure: Measure) -> str:
    """Return the formula of a measure over printed names, such as ``处理量 ÷ 产生量 × 100%``; empty where there is none."""
    formula = measure.built
    if formula is None:
        return ""
    return write_formula(formula.tree, lambda role: _name(catalog, measure, role), "zh")


def _name(catalog: Catalog, measure: Measure, role: str) -> str:
    binding = measure.binding(role)
    family, _, rest = binding.variable.partition(".")
    known = catalog.variables.get(binding.variable) or catalog.measures.get(rest)
    return _WHEN.get(binding.at, "") + _WHOSE.get(family, "") + (known.name_zh if known else binding.variable)


def over_variables(measure: Measure) -> Expr | None:
    """Return the formula of a measure with its variables in place of the arguments, as an expression has them."""
    formula = measure.built
    return _bound(formula.tree, measure) if formula is not None else None


def _bound(node: Expr, measure: Measure) -> Expr:
    match node:
        case Role(name):
            binding = measure.binding(name)
            return Role(binding.variable if binding.at == "current" else f"{binding.variable}@{binding.at}")
        case Apply(operator, arguments):
            return Apply(operator, tuple(_bound(argument, measure) for argument in arguments))
        case Test(comparison, left, right):
            return Test(comparison, _bound(left, measure), _bound(right, measure))
        case Where(condition, then, otherwise):
            held = Test(condition.comparison, _bound(condition.left, measure), _bound(condition.right, measure))
            return Where(held, _bound(then, measure), _bound(otherwise, measure))
    return node


def departments(catalog: Catalog, measure: Measure) -> str:
    """Return who reports the variables of a measure's formula."""
    known = [catalog.variables.get(measure.binding(role).variable) for role in measure.roles]
    return "；".join(dict.fromkeys(variable.department for variable in known if variable is not None))
