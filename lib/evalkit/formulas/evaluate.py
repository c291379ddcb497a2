"""Exact evaluation of an expression tree."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from evalkit.formulas.vocabulary import Apply, Constant, Expr, FormulaError, Role, Test, Where
from evalkit.values import Missing, round_half_even

Value = Fraction | Missing


def evaluate(tree: Expr, values: Mapping[str, Value]) -> Value:
    """Return the exact value of a formula.

    Parameters
    ----------
    tree : Expr
        The formula.
    values : mapping of str to Fraction or Missing
        One scalar for each argument, in the unit that the measure binds.

    Returns
    -------
    Fraction or Missing
        A missing argument in a branch that is taken makes the result missing, with its reason;
        a zero denominator makes it ``Missing("invalid", "zero_denominator")``.
    """
    match tree:
        case Constant(value):
            return value
        case Role(name):
            return values[name]
        case Where(condition, then, otherwise):
            holds = _holds(condition, values)
            if isinstance(holds, Missing):
                return holds
            return evaluate(then if holds else otherwise, values)
        case Apply("count_if", tests):
            return _count(tests, values)
        case Apply(operator, arguments):
            numbers: list[Fraction] = []
            for argument in arguments:
                number = evaluate(argument, values)
                if isinstance(number, Missing):
                    return number
                numbers.append(number)
            return _apply(operator, numbers)
    raise FormulaError(f"{type(tree).__name__} has no value")


def _apply(operator: str, numbers: list[Fraction]) -> Value:
    match operator:
        case "+":
            return numbers[0] + numbers[1]
        case "-":
            return numbers[0] - numbers[1]
        case "*":
            return numbers[0] * numbers[1]
        case "/" | "share":
            if numbers[1] == 0:
                return Missing("invalid", "zero_denominator")
            return numbers[0] / numbers[1] * (100 if operator == "share" else 1)
        case "total":
            return sum(numbers, Fraction(0))
        case "mean":
            return sum(numbers, Fraction(0)) / len(numbers)
        case "lowest":
            return min(numbers)
        case "highest":
            return max(numbers)
        case "round":
            return round_half_even(numbers[0], numbers[1])
    raise FormulaError(f"unknown operator {operator}")


def _holds(test: Test, values: Mapping[str, Value]) -> bool | Missing:
    left, right = evaluate(test.left, values), evaluate(test.right, values)
    if isinstance(left, Missing):
        return left
    if isinstance(right, Missing):
        return right
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[test.comparison]


def _count(tests: tuple[Expr, ...], values: Mapping[str, Value]) -> Value:
    count = 0
    for test in tests:
        if not isinstance(test, Test):
            raise FormulaError("count_if() takes comparisons")
        holds = _holds(test, values)
        if isinstance(holds, Missing):
            return holds
        count += holds
    return Fraction(count)
