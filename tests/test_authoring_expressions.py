"""Formulas as texts: read by an allow-list, checked like the others, and never run as code."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import CITE, TinyProject
from hypothesis import example, given
from hypothesis import strategies as st

from evalkit.assessment.needs import needs_of
from evalkit.formulas import expression
from evalkit.formulas.evaluate import evaluate
from evalkit.formulas.expression import ExpressionError, build_expression, expression_text, read_formula
from evalkit.formulas.notation import write_formula
from evalkit.formulas.vocabulary import Apply, Constant, Expr, Role, digest
from evalkit.messages import EvalkitError, Problem
from evalkit.report.explain import explain
from evalkit.values import Missing

ROOT = Path(__file__).resolve().parents[1]
NAMES = {"处理量": "w.treated", "产生量": "w.total", "PM2.5年均浓度": "air.pm25", "清运量（或产生量）": "w.moved"}


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("share(waste.treated, waste.total)", {"waste.treated": 26, "waste.total": 27}, Fraction(2600, 27)),
        ("(a.x - a.y) / a.y * 100", {"a.x": 3, "a.y": 2}, 50),
        ("a.x / a.y * 100%", {"a.x": 1, "a.y": 8}, Fraction(25, 2)),
        ("lowest(a, b, 3)", {"a": 7, "b": 5}, 3),
        ("highest(a, b) - total(a, b, 1)", {"a": 7, "b": 5}, -6),
        ("mean(a, b) * -2", {"a": 7, "b": 5}, -12),
        ("round_to(a / b, 0.1)", {"a": 1, "b": 8}, Fraction(1, 10)),
        ("where(b > 0, a / b, 0)", {"a": 1, "b": 0}, 0),
        ("count_if(a >= 1, b ≤ 2, a < b)", {"a": 1, "b": 1}, 2),
        ("x@base - x@previous − x", {"x@base": 9, "x@previous": 3, "x": 1}, 5),
        ("a × 0.5 ÷ (b ＋ 1)", {"a": 8, "b": 1}, 2),
        ("a-b + 1", {"a-b": 1}, 2),
    ],
)
def test_an_expression_has_the_value_that_it_says(text: str, values: dict[str, int], expected: Fraction) -> None:
    formula = build_expression(text)
    assert set(formula.arguments) == set(values)
    assert evaluate(formula.tree, {name: Fraction(value) for name, value in values.items()}) == expected


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("", "empty", 0),
        ("   ", "empty", 0),
        ("a" * 2001, "long", 0),
        ("(" * 60 + "a" + ")" * 60, "deep", 41),
        ("+".join("abcdefgh" * 6), "deep", 0),
        ("__import__('os')", "unknown", 1),
        ("os.system(a)", "call", 1),
        ("a.__class__.__mro__(b)", "call", 1),
        ("eval(a)", "call", 1),
        ("lambda x: x", "sign", 9),
        ("[a for a in b]", "sign", 1),
        ("a; import os", "sign", 2),
        ("a if b else c", "stray", 3),
        ("'a' + b", "sign", 1),
        ('"a"', "sign", 1),
        ("{a}", "sign", 1),
        ("a ** 2", "power", 3),
        ("a ^ 2", "power", 3),
        ("1e5 * a", "number", 1),
        (".5 * a", "number", 1),
        ("5. * a", "number", 1),
        ("1_000 * a", "number", 1),
        ("0x10 * a", "number", 1),
        ("a // b", "operand", 4),
        ("a % b", "percent", 3),
        ("a * 100%", "percent", 5),
        ("a == b", "sign", 3),
        ("a > b", "comparison", 3),
        ("where(a, b, c)", "test", 7),
        ("count_if(a)", "test", 10),
        ("share(a)", "arguments", 1),
        ("share(a, b, c)", "arguments", 1),
        ("total()", "arguments", 1),
        ("round_to(a, b)", "interval", 1),
        ("round_to(a, 0)", "interval", 1),
        ("a / 0", "zero", 5),
        ("-a", "minus", 1),
        ("a b", "stray", 3),
        ("(a", "end", 3),
        ("a)", "stray", 2),
        ("a +", "end", 4),
        ("share(a,, b)", "operand", 9),
        ("a@later", "when", 3),
        ("a@base@base", "stray", 7),
        ("42", "no_variable", 0),
        ("比例 * 2", "unknown", 1),
        ("a\u200bb", "sign", 2),
    ],
)
def test_what_leaves_the_grammar_is_refused_with_its_place(text: str, code: str, at: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        build_expression(text)
    assert (caught.value.code, caught.value.at) == (code, at)
    assert str(caught.value).strip() and "{piece}" not in str(caught.value)


@given(st.text(max_size=60) | st.text("ab.@()+-*/<>,0123 sharewhtol%×÷（）\n", max_size=60))
@example("__import__('os').system('x')")
@example("ªº² + x")
def test_no_text_is_run_or_ends_in_a_traceback(text: str) -> None:
    for read in (build_expression, lambda given_text: read_formula(given_text, NAMES)):
        try:
            formula = read(text)
        except ExpressionError as error:
            assert str(error)
        else:
            assert build_expression(expression_text(formula.tree)).hash == formula.hash


def test_the_parser_holds_nothing_that_could_run_code() -> None:
    tree = ast.parse((ROOT / "lib/evalkit/formulas/expression.py").read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names & {"eval", "exec", "compile", "__import__", "getattr", "globals", "open", "import_module"} == set()
    assert set(expression._WORDS) == {"share", "total", "mean", "lowest", "highest", "round_to", "count_if", "where"}


numbers = st.integers(-99, 99).map(lambda n: Constant(Fraction(n, 10)))
leaves = st.sampled_from(["a", "b.c", "d@base", "e-f@previous"]).map(Role) | numbers


def deeper(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(st.sampled_from(["+", "-", "*"]), st.tuples(inner, inner)).map(lambda p: Apply(p[0], p[1]))  # type: ignore[arg-type]
    several = st.tuples(st.sampled_from(["total", "lowest", "share"]), st.tuples(inner, inner)).map(lambda p: Apply(p[0], p[1]))  # type: ignore[arg-type]
    return pairs | several


@given(st.recursive(leaves, deeper, max_leaves=8))
def test_a_tree_reads_back_from_its_text(tree: Expr) -> None:
    text = expression_text(tree)
    if any(isinstance(node, Role) for node in tree.walk()):
        assert build_expression(text).hash == digest(tree), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("处理量÷产生量×100%", "share(w.treated, w.total)"),
        ("处理量 / 产生量 × 100", "share(w.treated, w.total)"),
        ("（基准年PM2.5年均浓度－PM2.5年均浓度）÷基准年PM2.5年均浓度×１００％", "share(air.pm25@base - air.pm25, air.pm25@base)"),
        ("上年处理量＋清运量（或产生量）", "w.treated@previous + w.moved"),
        ("最小值（处理量，产生量）", "lowest(w.treated, w.total)"),
        ("处理量＋w.total@base", "w.treated + w.total@base"),
    ],
)
def test_a_chinese_reading_is_read_over_names(text: str, expected: str) -> None:
    assert expression_text(read_formula(text, NAMES).tree) == expected


@pytest.mark.parametrize(
    "text",
    ["处理量合计÷产生量", "无害化处理量÷产生量", "处理量（吨）÷产生量", "处理 量÷产生量", "处理量÷产生量×100‰", "处理量÷产生量的比例"],
)
def test_a_name_is_taken_as_a_whole_or_not_at_all(text: str) -> None:
    with pytest.raises(ExpressionError):
        read_formula(text, NAMES)


def test_what_the_notation_writes_can_be_read_again() -> None:
    names = {value: key for key, value in NAMES.items()}
    for text in ("share(w.treated - w.moved, w.total)", "lowest(w.total, 5) * (w.treated + w.moved)", "round_to(air.pm25 / 3, 0.5)"):
        formula = build_expression(text)
        shown = write_formula(formula.tree, lambda name: names[name], "zh")
        assert read_formula(shown, NAMES).hash == formula.hash, shown


# In a project


def with_expression(project: TinyProject, text: str, unit: str = '"%"') -> None:
    text_now = project.text("params/measures/all.yml")
    [line] = [line for line in text_now.splitlines() if "sewage.rate" in line]
    project.edit(
        "params/measures/all.yml",
        line,
        f"  - id: sewage.rate\n    name_zh: 处理率\n    name_en: treatment\n    unit: {unit}\n    kind: number\n    direction: up\n"
        f"    digits: 1\n    expression: {text}\n    cite: {CITE}",
    )


def faults(project: TinyProject) -> list[Problem]:
    with pytest.raises(EvalkitError) as caught:
        project.catalog()
    return caught.value.problems


def test_a_measure_with_an_expression_works_as_one_with_a_formula(project: TinyProject) -> None:
    with_expression(project, "share(air.days_good, air.days_valid)")
    project.write(
        "data/raw/try/data.csv", project.text("data/raw/try/data.csv").replace("999001,试验县,2024,reported.sewage.rate,72.5,%,住建\n", "")
    )
    found = project.result("R3")
    assert (found["value_source"], found["rounded_value"], found["status"]) == ("computed", "91.0", "met")
    catalog = project.catalog()
    measure = catalog.measures["sewage.rate"]
    with_formula = catalog.measures["air.good_day_ratio"]
    assert measure.built is not None and with_formula.built is not None
    assert [need.variable for need in needs_of(catalog, measure.id, catalog.sets["demo"].rows[2].targets[0].rule)][:2] == [
        "air.days_good",
        "air.days_valid",
    ]
    assessment = project.assess()
    trace = next(t for t in assessment.traces if t["key"]["indicator"] == "R3" and t["key"]["basis"] == "set")
    assert trace["formula"]["id"] == measure.expression
    assert trace["formula"]["zh"] == "优良天数 ÷ 有效天数 × 100%" and trace["formula"]["substituted"] == "333 ÷ 366 × 100%"
    assert [item["cell"] for item in trace["inputs"]][:2] == ["E4", "E5"]
    assert "优良天数 ÷ 有效天数 × 100%" in explain(assessment, "R3", catalog=catalog).text


def test_other_periods_stand_in_an_expression(project: TinyProject) -> None:
    with_expression(project, "share(air.days_good - air.days_good@base, air.days_good@base)")
    measure = project.catalog().measures["sewage.rate"]
    assert {name: measure.binding(name).at for name in measure.roles} == {"air.days_good": "current", "air.days_good@base": "base"}
    value = next(t for t in project.assess().traces if t["key"]["indicator"] == "R3")
    assert value["exact"] == "11" and "基准年优良天数" in value["formula"]["zh"]


def test_a_missing_figure_of_an_expression_is_missing(project: TinyProject) -> None:
    with_expression(project, "share(air.days_good@previous, air.days_valid)")
    catalog = project.catalog()
    formula = catalog.measures["sewage.rate"].built
    assert formula is not None
    missing = Missing("not_published", "air.days_good")
    assert evaluate(formula.tree, {"air.days_good@previous": missing, "air.days_valid": Fraction(1)}) == missing


@pytest.mark.parametrize(
    ("text", "unit", "code", "says"),
    [
        ("share(air.days_goods, air.days_valid)", '"%"', "unknown_id", "air.days_good"),
        ("share(sewage.rate, air.days_valid)", '"%"', "unknown_id", "sewage.rate"),
        ("share(waste.mass, air.days_valid)", '"%"', "units_differ", "waste.mass [吨]"),
        ("air.days_good + air.days_valid", '"%"', "units_differ", "≠ %"),
        ("air.days_good / air.days_valid", '"%"', "units_differ", "share("),
        ("waste.mass / air.days_valid * 100", '"%"', "units_differ", "share("),
        ("open(air.days_good)", '"%"', "expression_refused", "open"),
        ("air.days_good ** 2", '"%"', "expression_refused", "乘方"),
        ('""', '"%"', "expression_refused", "没有内容"),
        ("air.days_good-air.days_valid", "天", "unknown_id", "air.days_good-air.days_valid"),
    ],
)
def test_a_bad_expression_is_refused_with_file_line_and_remedy(text: str, unit: str, code: str, says: str, project: TinyProject) -> None:
    with_expression(project, text, unit)
    [problem] = faults(project)
    assert problem.code == code and says in problem.message("zh") + problem.remedy("zh")
    line = project.line("params/measures/all.yml", "expression:")
    assert problem.place.file == "params/measures/all.yml" and problem.place.cell == f"L{line}"


def test_an_expression_stands_alone(project: TinyProject) -> None:
    with_expression(project, "air.days_good / air.days_good\n    formula: air.good_day_ratio@1", '"-"')
    assert [p.code for p in faults(project)] == ["bad_value"]


def test_roles_beside_an_expression_must_be_its_own(project: TinyProject) -> None:
    with_expression(project, "share(air.days_good, air.days_valid)\n    roles: {a: air.days_good}")
    assert "roles_differ" in [p.code for p in faults(project)]


def test_a_changed_expression_changes_the_hash() -> None:
    first, same, other = (build_expression(text) for text in ("share(a, b)", "a / b * 100", "share(b, a)"))
    assert first.hash == same.hash != other.hash
