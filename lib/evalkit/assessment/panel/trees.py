"""The value of a formula in all rows at once: a walk over the same tree as the exact evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce

import numpy as np

from evalkit.assessment.panel.numbers import (
    Flags,
    Numbers,
    add,
    any_unsure,
    choose,
    compare,
    constant,
    divide,
    extreme,
    first_reason,
    holds,
    multiply,
    round_to_step,
)
from evalkit.formulas.vocabulary import Apply, Constant, Expr, FormulaError, Role, Test, Where

_HUNDRED = constant(Fraction(100))


def evaluate_rows(tree: Expr, values: Mapping[str, Numbers]) -> Numbers:
    """Return the value of a formula in each row.

    Parameters
    ----------
    tree : Expr
        The formula.
    values : mapping of str to Numbers
        One for each argument, in the unit that the measure binds.

    Returns
    -------
    Numbers
        Missing with the reason that :func:`evalkit.formulas.evaluate.evaluate` gives; unsure where a denominator is
        zero or a condition is closer than floats can tell.
    """
    match tree:
        case Constant(value):
            return constant(value)
        case Role(name):
            return values[name]
        case Where(condition, then, otherwise):
            true, test = _test(condition, values)
            chosen = choose(true, evaluate_rows(then, values), evaluate_rows(otherwise, values))
            return _given(test, chosen)
        case Apply("count_if", tests):
            return _count(tests, values)
        case Apply("round", (number, Constant(step))):
            return round_to_step(evaluate_rows(number, values), step)
        case Apply(operator, arguments):
            return _apply(operator, [evaluate_rows(argument, values) for argument in arguments])
    raise FormulaError(f"{type(tree).__name__} has no value")


def _apply(operator: str, numbers: list[Numbers]) -> Numbers:
    match operator:
        case "+":
            return add(numbers[0], numbers[1])
        case "-":
            return add(numbers[0], numbers[1], -1.0)
        case "*":
            return multiply(numbers[0], numbers[1])
        case "/":
            return divide(numbers[0], numbers[1])
        case "share":
            return _share(numbers[0], numbers[1])
        case "total":
            return reduce(add, numbers)
        case "mean":
            return divide(reduce(add, numbers), constant(Fraction(len(numbers))))
        case "lowest" | "highest":
            return extreme(numbers, operator == "highest")
    raise FormulaError(f"unknown operator {operator}")


def _share(part: Numbers, whole: Numbers) -> Numbers:
    """Return the percentage: multiplied first, so that 57 of 60 is 95 without rounding; all of 0.1 is 100 either way."""
    return choose(part.value == whole.value, multiply(divide(part, whole), _HUNDRED), divide(multiply(part, _HUNDRED), whole))


def _test(condition: Test, values: Mapping[str, Numbers]) -> tuple[Flags, Numbers]:
    """Return where a comparison holds, and as a number (1 or 0) that is missing or unsure where the comparison is."""
    left, right = evaluate_rows(condition.left, values), evaluate_rows(condition.right, values)
    sign, undecided = compare(left, right)
    true = holds(condition.comparison, sign)
    reason = first_reason((left, right))
    unsure = any_unsure((left, right)) | (undecided & (reason == 0))
    return true, Numbers(true.astype(np.float64), np.zeros_like(sign), np.ones_like(true), reason, unsure)


def _given(condition: Numbers, chosen: Numbers) -> Numbers:
    """Return `chosen` where the condition could be tested."""
    reason = np.where(condition.reason != 0, condition.reason, chosen.reason)
    value = np.where(reason == 0, chosen.value, np.nan)
    return Numbers(value, chosen.error, chosen.short, reason, condition.unsure | chosen.unsure)


def _count(tests: tuple[Expr, ...], values: Mapping[str, Numbers]) -> Numbers:
    found = []
    for test in tests:
        if not isinstance(test, Test):
            raise FormulaError("count_if() takes comparisons")
        found.append(_test(test, values)[1])
    return reduce(add, found)
