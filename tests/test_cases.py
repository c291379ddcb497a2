"""The worked cases of the formulas: each expected value is arithmetic that a reader can check."""

from __future__ import annotations

import ast
import operator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalkit.formulas import build
from evalkit.formulas.evaluate import Value, evaluate
from evalkit.values import Missing, parse_decimal

CASES = sorted((Path(__file__).parent / "cases").glob("*.yml"))
_OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def arithmetic(text: str) -> Fraction:
    """Return the exact value of an expression of plain decimals, + - * / and brackets."""

    def value(node: ast.AST) -> Fraction:
        if isinstance(node, ast.Expression):
            return value(node.body)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
            result: Fraction = _OPERATIONS[type(node.op)](value(node.left), value(node.right))
            return result
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        if isinstance(node, ast.Constant):
            written = ast.get_source_segment(text, node)
            assert written is not None
            return parse_decimal(written)  # as written: 0.35 is 35/100
        raise AssertionError(f"not arithmetic: {ast.dump(node)}")

    text = text.strip()
    return value(ast.parse(text, mode="eval"))


def worked() -> list[Any]:
    found = []
    for path in CASES:
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            assert set(entry) == {"formula", "cases"}, path.name
            found += [pytest.param(entry["formula"], case, id=f"{entry['formula']}: {case['name']}") for case in entry["cases"]]
    return found


def test_the_evaluator_of_expected_values_is_exact() -> None:
    assert arithmetic("0.1 + 0.2") == Fraction(3, 10)
    assert arithmetic("(9 / 12 - 7 / 10) * 100") == 5
    assert arithmetic("-4") == -4
    assert arithmetic("1 / 3 * 3 - 1") == 0
    with pytest.raises(AssertionError):
        arithmetic("2 ** 3")


@pytest.mark.parametrize(("formula_id", "case"), worked())
def test_a_worked_case_comes_out(formula_id: str, case: dict[str, Any]) -> None:
    formula = build(formula_id)
    assert set(case) == {"name", "inputs", "expect"}
    assert set(case["inputs"]) == set(formula.arguments)
    values: dict[str, Value] = {
        role: Missing("not_published", role) if text == "missing" else parse_decimal(text) for role, text in case["inputs"].items()
    }
    result = evaluate(formula.tree, values)
    if case["expect"] == "missing":
        assert isinstance(result, Missing)
        assert result.reason == "not_published"
        assert case["inputs"][result.detail] == "missing"
    elif case["expect"] == "zero_denominator":
        assert result == Missing("invalid", "zero_denominator")
    else:
        assert result == arithmetic(case["expect"])


def test_each_formula_has_a_normal_case_and_a_missing_one() -> None:
    kinds: dict[str, set[str]] = {}
    for param in worked():
        formula_id, case = param.values
        kind = case["expect"] if case["expect"] in ("missing", "zero_denominator") else "number"
        kinds.setdefault(formula_id, set()).add(kind)
    assert {formula_id for formula_id, have in kinds.items() if not {"number", "missing"} <= have} == set()


def test_each_formula_that_divides_has_a_case_with_a_zero_denominator() -> None:
    divides = {p.values[0] for p in worked() if any(getattr(n, "operator", "") in ("/", "share") for n in build(p.values[0]).tree.walk())}
    constant = {"ecology.ecological_index@1"}  # divides by 100 only
    zero = {p.values[0] for p in worked() if p.values[1]["expect"] == "zero_denominator"}
    assert divides - zero - constant == set()


def test_a_case_is_named_once_for_each_formula() -> None:
    names = [(p.values[0], p.values[1]["name"]) for p in worked()]
    assert len(names) == len(set(names))
