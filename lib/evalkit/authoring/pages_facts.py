"""What the pages of the catalogue say of measures and formulas: where they are used, their inputs, texts and worked cases."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module

from evalkit.authoring.comparison_names import variable_name
from evalkit.catalog import Catalog
from evalkit.catalog.models import IndicatorSet, Measure, SetRow, Target
from evalkit.formulas import build, split_id
from evalkit.formulas.evaluate import Value, evaluate
from evalkit.formulas.notation import write_formula
from evalkit.messages import EvalkitError
from evalkit.tables import load_yaml
from evalkit.values import Missing, PlainDecimalError, format_full, parse_decimal

_DIGITS = 10  # significant digits of a worked result


@dataclass(frozen=True)
class Use:
    """A target that is judged by a measure; `part` where it is one of several parts of a rule or of a composite."""

    indicator_set: IndicatorSet
    row: SetRow
    target: Target
    part: bool


@dataclass(frozen=True)
class InputLine:
    """What an argument of a formula takes."""

    role: str
    variable: str
    name: str
    unit: str
    department: str
    at: str
    definition: str


@dataclass(frozen=True)
class Worked:
    """A worked case: the numbers put in, the result, and what was expected."""

    name: str
    inputs: Mapping[str, str]
    substituted: str
    result: str


@dataclass(frozen=True)
class FormulaText:
    """What the docstring of a formula says: its definition, notes and references."""

    definition: str
    notes: str
    references: str


class Facts:
    """Everything about measures and formulas that the catalogue says in another place.

    Parameters
    ----------
    catalog : Catalog
        Worked cases are read from ``tests/cases`` of its project where that exists (the repository has them).
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.uses: dict[str, list[Use]] = {}
        for indicator_set in catalog.sets.values():
            for use, measure_id in _uses(catalog, indicator_set):
                self.uses.setdefault(measure_id, []).append(use)
        self.formulas: dict[str, list[Measure]] = {}
        for measure in catalog.measures.values():
            if measure.formula:
                self.formulas.setdefault(measure.formula, []).append(measure)
        self._cases = _read_cases(catalog)

    def leaf(self, measure: Measure, role: str) -> str:
        """Return the name of an argument."""
        return variable_name(self.catalog, measure, role)

    def inputs(self, measure: Measure) -> list[InputLine]:
        """Return the arguments of a measure's formula in their order."""
        formula = measure.built
        return [self._input(measure, role) for role in (formula.arguments if formula else ())]

    def _input(self, measure: Measure, role: str) -> InputLine:
        binding = measure.binding(role)
        variable = self.catalog.variables.get(binding.variable)
        unit = self.catalog.variable_unit(binding.variable) or ""
        name = self.leaf(measure, role).removeprefix({"base": "基准年", "previous": "上年"}.get(binding.at, ""))
        if variable is None:
            return InputLine(role, binding.variable, name, unit, "", binding.at, "")
        return InputLine(role, variable.id, name, unit, variable.department, binding.at, variable.definition_zh)

    def worked(self, measure: Measure) -> Worked | None:
        """Return the first worked case with a number as result; None where the repository's cases are not at hand."""
        formula = measure.built
        for name, inputs, expect in self._cases.get(measure.formula or "", []):
            if formula is None or expect in ("missing", "zero_denominator") or set(inputs) != set(formula.arguments):
                continue
            try:
                values: dict[str, Value] = {role: parse_decimal(text) for role, text in inputs.items()}
            except PlainDecimalError:
                continue
            result = evaluate(formula.tree, values)
            if not isinstance(result, Missing):
                return Worked(name, inputs, write_formula(formula.tree, lambda role: inputs[role]), _shown(result))  # noqa: B023
        return None


def formula_text(formula_id: str) -> FormulaText:
    """Return what the docstring of a formula says."""
    build(formula_id)  # imports its module, or says what is wrong
    module, function = split_id(formula_id)
    doc = inspect.getdoc(getattr(import_module(f"evalkit.formulas.{module}"), function)) or ""
    pieces = re.split(r"^(\w+)\n-+\n", doc, flags=re.M)
    sections = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return FormulaText(pieces[0].strip(), sections.get("Notes", "").strip(), sections.get("References", "").strip())


def _shown(value: Fraction) -> str:
    text = format_full(value, _DIGITS)
    return text if Fraction(text) == value else f"{text}…"


def _uses(catalog: Catalog, indicator_set: IndicatorSet) -> Iterator[tuple[Use, str]]:
    for row in indicator_set.rows:
        for target in row.targets:
            own = target.measure or row.measure
            yield Use(indicator_set, row, target, False), own
            reached = {part.of for part in target.rule.walk() if part.of} | set(catalog.measures[own].components)
            for measure in sorted(reached - {own}):
                yield Use(indicator_set, row, target, True), measure


def _read_cases(catalog: Catalog) -> dict[str, list[tuple[str, dict[str, str], str]]]:
    found: dict[str, list[tuple[str, dict[str, str], str]]] = {}
    for path in sorted((catalog.project.root / "tests" / "cases").glob("*.yml")):
        try:
            content = load_yaml(path, catalog.project.label(path)).content
        except EvalkitError:  # a test file is not the user's to repair
            continue
        for entry in content if isinstance(content, list) else []:
            for case in entry.get("cases", []):
                found.setdefault(str(entry.get("formula", "")), []).append((case["name"], dict(case["inputs"]), str(case["expect"])))
    return found
