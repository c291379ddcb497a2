"""The array path says what the exact path says: at random, at every boundary, for every kind of missing figure."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, TinyProject
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import Sample, differences, invented

import evalkit as ek
from evalkit.assessment.panel.columns import Column, cell_text, read_column
from evalkit.assessment.panel.numbers import REASONS, compare, constant, holds, nearest_multiple
from evalkit.assessment.panel.trees import evaluate_rows
from evalkit.catalog import Catalog
from evalkit.catalog.models import Cite, IndicatorSet, Measure, Target, Variable
from evalkit.catalog.rules import Rule, parse_rule
from evalkit.formulas.evaluate import evaluate
from evalkit.formulas.vocabulary import Apply, Constant, Expr, Role, Where
from evalkit.formulas.vocabulary import Test as Comparison
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.project import Project
from evalkit.values import Missing, missing_word, parse_decimal, round_half_even

SETS = sorted(path.stem for path in (ROOT / "params" / "sets").glob("*.yml"))


def column_of(texts: list[Any], tasks: bool = False) -> Column:
    """Return a column; what cannot be read fails the test."""

    def refuse(rows: Any, text: str) -> None:
        raise AssertionError(text)

    return read_column(np.array([*texts, None], dtype=object)[:-1], tasks, False, refuse)


def refused(error: pytest.ExceptionInfo[EvalkitError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


# --- every shipped set --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("set_id", SETS)
def test_a_shipped_set_is_judged_as_by_the_exact_path(set_id: str, catalog: Catalog) -> None:
    for level in catalog.sets[set_id].levels:
        sample = invented(catalog, set_id, level, seed=1)
        rows, without = sample.exact(catalog, zeros_stop=False)
        assert differences(sample.panel(catalog, errors="mark"), rows, without) == []
        assert len(rows) >= 8 and not without


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_shipped_sets_are_judged_as_by_the_exact_path(seed: int, catalog: Catalog) -> None:
    for set_id, level in [(found, level) for found in SETS for level in catalog.sets[found].levels]:
        sample = invented(catalog, set_id, level, seed, regions=6, periods=("2019", "2020", "2021"))
        rows, without = sample.exact(catalog, zeros_stop=False)
        assert differences(sample.panel(catalog, errors="mark"), rows, without) == [], (set_id, level)


def test_the_other_forms_of_a_table_say_the_same(catalog: Catalog) -> None:
    sample = invented(catalog, "cn-demo-2021", "county", seed=1)
    wide = sample.wide()
    expected = sample.panel(catalog, wide, errors="mark").frame()
    shuffled = wide.sample(frac=1, random_state=1)
    for table in (wide.set_index(["region_code", "period"]), sample.long(), wide.astype("category"), wide.assign(region="某县")):
        pd.testing.assert_frame_equal(sample.panel(catalog, table, errors="mark").frame(), expected)
    again = sample.panel(catalog, shuffled, errors="mark").frame()
    order = ["region_code", "period", "indicator"]
    pd.testing.assert_frame_equal(again.astype(object).sort_values(order, ignore_index=True),
                                  expected.astype(object).sort_values(order, ignore_index=True))  # fmt: skip


# --- every rule on every operation --------------------------------------------------------------------------------

CITE = {"document": "none", "clause": "none", "state": "derived"}
EXPRESSIONS = {
    "m.share": "share(a.x, a.y)",
    "m.rest": "(a.x - a.y) / a.z",
    "m.sums": "total(a.x, a.y, a.z) * 1000 + mean(a.x, a.y)",
    "m.ends": "lowest(a.x, a.y) / highest(a.y, a.z)",
    "m.round": "round_to(a.x * a.y, 0.5) + round_to(a.z, 30)",
    "m.where": "where(a.x > a.y, share(a.y, a.x), share(a.x, a.z) + 1)",
    "m.count": "count_if(a.x > a.y, a.y >= a.z, a.z < 3, a.x <= a.z)",
    "m.times": "share(a.x - a.x@previous, a.x@previous) + a.y@base",
}
RULES: list[Any] = [
    {"at_least": "50"}, {"at_most": "0.3"}, {"above": "2.5"}, {"below": "12.35"}, {"equals": "100"}, {"at_least": "-0.005"},
    {"between": ["0.3", "12.35"]}, {"about": {"value": "2.5"}}, {"about": {"value": "12.4"}}, {"about": {"value": "3", "tolerance": "0.5"}},
    {"improving": "previous"}, {"not_worse_than": {"than": "previous", "band": "0.1"}}, {"improving": {"than": "base", "band": "0.1"}},
    {"not_worse_than": "2018"}, {"assigned": "true"}, {"above_measure": "r.up"}, {"none": "true"}, {"qualitative": "有"},
    {"all_of": [{"at_least": "1"}, {"not_worse_than": "base"}, {"assigned": "true"}]},
    {"any_of": [{"at_least": "50"}, {"improving": "previous", "of": "r.down"}, {"qualitative": "有", "of": "q.text"}]},
    {"k_of_n": {"k": "2", "of": [{"at_most": "100"}, {"at_least": "5", "of": "r.up"}, {"assigned": "true", "of": "r.down"},
                                 {"none": "true"}]}},
    {"by_class": {"class": "kind", "cases": {"one": {"at_least": "2"}, "two": {"any_of": [{"equals": "1"}, {"at_most": "0.1"}]}}}},
]  # fmt: skip
POOL = ["0", "1", "2", "3", "4", "8", "10", "50", "100", "0.1", "0.2", "0.3", "0.5", "2.5", "12.345", "12.355", "12.35", "0.005",
        "-0.005", "99.995", "99.9949999", "1000000007", "0.00001", "-3", "-2.50", "33.3333333333333333",
        "49.999999999999999999", "007.50"]  # fmt: skip


def rule_of(content: Any) -> Rule:
    """Return a rule from what YAML would hold."""
    problems: list[Problem] = []
    rule = parse_rule(content, lambda *path: Place(key=".".join(map(str, path))), problems, ())
    assert not problems, [p.line("en") for p in problems]
    return rule


def bench(compare_as: str = "full_value") -> Catalog:
    """Return a catalogue of one set in which every rule stands beside every kind of measure."""
    catalog = Catalog(Project(Path("nowhere")))
    for name in "xyz":
        catalog.variables[f"a.{name}"] = Variable(id=f"a.{name}", name_zh=name, name_en=name, unit="-", department="-")

    def add(name: str, **more: Any) -> None:
        names = {"id": name, "name_zh": name, "name_en": name, "unit": "-"}
        catalog.measures[name] = Measure.model_validate({**names, "kind": "number", **more})

    for number, (name, expression) in enumerate(EXPRESSIONS.items()):
        direction = ["up", "down", "none"][number % 3]
        add(name, expression=expression, direction=direction, digits=[None, 0, 1, 3][number % 4])
    add("r.up", direction="up", reported_only="x")
    add("r.down", direction="down", reported_only="x")
    add("q.text", kind="qualitative")
    add("c.both", kind="composite", components=["r.up", "m.share"])
    rows: list[dict[str, Any]] = []
    cite = Cite.model_validate(CITE)
    for measure in catalog.measures:
        for number, content in enumerate(RULES):
            target = Target.model_construct(text=str(content), rule=rule_of(content), cite=cite, levels=[], attribute=None, measure=None)
            rows.append({"id": f"{measure}-{number}", "seq": str(len(rows)), "domain": "x", "name_zh": "x", "name_en": "x", "unit": "-",
                         "measure": measure, "attribute": "binding", "targets": [target]})  # fmt: skip
    kinds = [{"id": kind, "name_zh": kind} for kind in ("one", "two")]
    catalog.sets["all"] = IndicatorSet.model_validate({
        "id": "all", "document": "none", "name_zh": "x", "name_en": "x", "levels": ["county"], "complete": True, "rows": rows,
        "rounding": {"method": "gbt8170", "compare": compare_as, "cite": CITE},
        "classes": [{"id": "kind", "name_zh": "x", "values": kinds}],
    })  # fmt: skip
    return catalog


def drawn(catalog: Catalog, seed: int, periods: tuple[str, ...] = ("2018", "2020", "2021")) -> Sample:
    """Return figures from the pool; 2019 is missing, so that some lookups find nothing."""
    dice = np.random.default_rng(seed)
    sample = Sample("all", "county", periods[0])
    words = ["不涉及", "不考核", "无监测点", "尚未发布", "-"]
    numbers = [*catalog.variables, *(f"{f}.{m}" for m in catalog.measures for f in ("reported", "assigned") if m[0] in "mr")]
    for number in range(6):
        for period in periods:
            code = f"99{number:04d}"
            for variable in numbers:
                chance = dice.random()
                if variable.startswith("reported.m") and chance < 0.7:
                    continue
                if chance < 0.85 or variable.startswith("a."):
                    sample.figures[code, period, variable] = str(dice.choice(POOL))
                if 0.8 < chance < 0.95:
                    options = [*words, "上级未下达"] if variable.startswith("assigned") else words
                    sample.figures[code, period, variable] = str(dice.choice(options))
            for variable in ("reported.q.text", "reported.c.both"):
                if dice.random() < 0.3:
                    sample.figures[code, period, variable] = str(dice.choice(words))
            for measure in catalog.measures:
                if dice.random() < 0.5:
                    sample.decisions[code, period, measure] = str(dice.choice(["met", "not_met"]))
    sample.classes = {"kind": {code: str(dice.choice(["one", "two"])) for code in sample.regions}}
    return sample


@pytest.mark.parametrize("compare_as", ["full_value", "rounded_value"])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_rule_and_operation_is_as_in_the_exact_path(compare_as: str, seed: int) -> None:
    catalog = bench(compare_as)
    sample = drawn(catalog, seed)
    rows, _ = sample.exact(catalog, zeros_stop=False)
    panel = sample.panel(catalog, errors="mark")
    assert differences(panel, rows) == []
    statuses = set(panel.frame()["status"])
    assert statuses == {"met", "not_met", "pending", "missing", "not_applicable", "no_target"}
    assert 0 < panel.exact < len(panel.frame()) / 3


def test_figures_as_floats_are_the_decimals_that_they_print() -> None:
    catalog = bench()
    sample = drawn(catalog, 3)
    sample.figures = {key: text for key, text in sample.figures.items() if missing_word(text) is None}
    sample.figures = {key: cell_text(float(text)) for key, text in sample.figures.items()}
    rows, _ = sample.exact(catalog, zeros_stop=False)
    wide = sample.wide()
    for name in [name for name in wide.columns if name.startswith(("a.", "reported.", "assigned."))]:
        wide[name] = wide[name].astype(float)
    assert differences(sample.panel(catalog, wide, errors="mark"), rows) == []


def test_bounds_and_years_beside_a_figure_are_left_to_the_exact_path() -> None:
    catalog = bench()
    sample = drawn(catalog, 4)
    dice = np.random.default_rng(4)
    for key, text in list(sample.figures.items()):
        if missing_word(text) is None and dice.random() < 0.15 and not key[2].startswith("a."):
            kinds = [{"bound": "lower"}, {"bound": "upper"}, {"data_year": "2020"}, {"missing_reason": "not_assessed"}]
            sample.beside[key] = kinds[int(dice.integers(4))]
    rows, _ = sample.exact(catalog, zeros_stop=False)
    panel = sample.panel(catalog, sample.long(), errors="mark")
    assert differences(panel, rows) == []
    bounds = [row for row in rows.values() if "_bound" in row["note"]]
    assert bounds and {"pending", "met", "not_met"} <= {row["status"] for row in bounds}


# --- boundaries ---------------------------------------------------------------------------------------------------


def one(catalog: Catalog, set_id: str, indicator: str, level: str | None = None, **cells: Any) -> dict[str, Any]:
    """Return the result of one indicator of one county."""
    table = pd.DataFrame([{"region_code": "990001", "period": "2020", **{name.replace("__", "."): cell for name, cell in cells.items()}}])
    frame = ek.assess_panel(catalog, set_id, table, level=level, classes={"kind": "one"} if set_id == "all" else None).frame()
    found: list[dict[str, Any]] = [row for row in frame.to_dict("records") if row["indicator"] == indicator]  # type: ignore[misc]
    return found[0]


AT = {"at_least": ("met", "met", "not_met"), "at_most": ("not_met", "met", "met"), "above": ("met", "not_met", "not_met"),
      "below": ("not_met", "not_met", "met"), "equals": ("not_met", "met", "not_met")}  # fmt: skip


@pytest.mark.parametrize("op", AT)
@pytest.mark.parametrize("target", ["81.8", "0.1", "100", "0.0000003", "123456789.123"])
def test_a_reported_value_at_its_target_and_one_digit_beside_it(op: str, target: str) -> None:
    catalog = bench()
    row = catalog.sets["all"].rows[0].model_copy(update={"id": "edge", "measure": "r.up"})
    edge = row.targets[0].model_copy(update={"rule": rule_of({op: target})})
    catalog.sets["all"] = catalog.sets["all"].model_copy(update={"rows": [row.model_copy(update={"targets": [edge]})]})
    exact = Fraction(target)
    for digits in (1, 3, 7, 12, 20, 30):
        for step, expected in zip((1, 0, -1), AT[op], strict=True):
            text = _decimal(exact + Fraction(step, 10 ** max(digits, len(target.partition(".")[2]))))
            result = one(catalog, "all", "edge", reported__r__up=text)
            assert result["status"] == expected, text


def _decimal(value: Fraction) -> str:
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = str(abs(int(value * 10**digits))).rjust(digits + 1, "0")
    return ("-" if value < 0 else "") + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)


@pytest.mark.parametrize(
    ("x", "y", "status", "printed"),
    [
        ("1", "2", "met", "50.00"),
        ("409", "818", "met", "50.00"),
        ("0.1", "0.2", "met", "50.00"),
        ("49999999999", "100000000000", "not_met", "49.999999999"),
        ("50000000001", "100000000000", "met", "50.00"),
        ("4999999999999999999", "10000000000000000000", "not_met", "50.000000000000"),
        ("5000000000000000001", "10000000000000000000", "met", "50.00"),
        ("0.1", "0.3", "not_met", "33.33"),
        ("12345", "100000", "not_met", "12.34"),  # ties go to the even digit
        ("12355", "100000", "not_met", "12.36"),
        ("0.12345", "1", "not_met", "12.34"),
        ("0.123450000000000000001", "1", "not_met", "12.35"),
    ],
)
def test_a_computed_value_at_its_target_or_at_a_tie(x: str, y: str, status: str, printed: str) -> None:
    result = one(bench(), "all", "m.share-0", a__x=x, a__y=y, a__z="1")
    assert (result["status"], result["rounded_value"]) == (status, printed)


def test_whole_numbers_and_decimals_at_their_targets_need_no_second_calculation() -> None:
    catalog = bench()
    rows = [row for row in catalog.sets["all"].rows if row.id in ("m.share-0", "m.share-4", "r.up-0", "r.up-1", "r.up-14")]
    catalog.sets["all"] = catalog.sets["all"].model_copy(update={"rows": rows})
    cells = {"a.x": ["50", "57", "0.1", "1"], "a.y": ["100", "60", "0.1", "2"], "reported.r.up": ["50", "0.3", "50.0", "0.30"]}
    table = pd.DataFrame({"region_code": list("1234"), "period": "2020", **cells, "assigned.r.up": ["50", "0.3", "50.1", "0.300"]})
    panel = ek.assess_panel(catalog, "all", table)
    assert panel.exact == 0
    frame = panel.frame().set_index(["region_code", "indicator"])["status"]
    assert [frame[code, "m.share-0"] for code in "1234"] == ["met"] * 4
    assert [frame[code, "m.share-4"] for code in "1234"] == ["not_met", "not_met", "met", "not_met"]
    assert [frame[code, "r.up-1"] for code in "1234"] == ["not_met", "met", "not_met", "met"]
    assert [frame[code, "r.up-14"] for code in "1234"] == ["met", "met", "not_met", "met"]


# --- arithmetic: never surer than it may be -----------------------------------------------------------------------

texts = st.one_of(
    st.sampled_from([*POOL, "", "尚未发布", "不涉及", "9" * 40, "0." + "0" * 38 + "1", "123456789012345678.9"]),
    st.decimals(-1000, 1000, places=3).map(lambda number: format(number, "f")),
    st.integers(-5, 5).map(str),
)
numbers = st.sampled_from([Fraction(0), Fraction(1), Fraction(3), Fraction(-2), Fraction(1, 3), Fraction(1, 10), Fraction(100)])


def below(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    test = st.builds(Comparison, st.sampled_from(["<", "<=", ">", ">="]), parts, parts)
    step = st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(1, 2), Fraction(7), Fraction(3, 7), Fraction(1, 1000)]).map(Constant)
    return st.one_of(
        st.builds(lambda op, a, b: Apply(op, (a, b)), st.sampled_from(["+", "-", "*", "/", "share"]), parts, parts),
        st.builds(
            lambda op, terms: Apply(op, tuple(terms)),
            st.sampled_from(["total", "mean", "lowest", "highest"]),
            st.lists(parts, min_size=1, max_size=3),
        ),
        st.builds(lambda a, b: Apply("round", (a, b)), parts, step),
        st.builds(lambda tests: Apply("count_if", tuple(tests)), st.lists(test, min_size=1, max_size=3)),
        st.builds(Where, test, parts, parts),
    )


trees = st.recursive(st.one_of(st.sampled_from("abc").map(Role), numbers.map(Constant)), below, max_leaves=8)


def exact_of(text: str) -> Fraction | Missing:
    word = missing_word(text)
    return parse_decimal(text) if word is None else Missing(word)


@settings(max_examples=200)
@given(trees, st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=4))
def test_a_number_lies_within_its_bound_and_a_reason_is_the_same(tree: Expr, rows: list[tuple[str, str, str]]) -> None:
    columns = {name: column_of([row[n] for row in rows]).numbers for n, name in enumerate("abc")}
    with np.errstate(all="ignore"):
        found = evaluate_rows(tree, columns).spread(len(rows))
    for n, row in enumerate(rows):
        exact = evaluate(tree, {name: exact_of(text) for name, text in zip("abc", row, strict=True)})
        if found.unsure[n]:
            continue
        if isinstance(exact, Missing):
            assert REASONS[found.reason[n]] == exact.reason
            assert np.isnan(found.value[n])
            continue
        assert found.reason[n] == 0
        assert abs(Fraction(float(found.value[n])) - exact) <= Fraction(float(found.error[n])) * Fraction(1001, 1000)
        if found.short[n]:
            assert float(exact) == found.value[n]


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=6), st.sampled_from([">=", "<=", ">", "<", "=="]))
def test_a_comparison_that_is_decided_is_right(pairs: list[tuple[str, str]], op: str) -> None:
    left, right = (column_of([pair[side] for pair in pairs]).numbers for side in (0, 1))
    with np.errstate(all="ignore"):
        sign, undecided = compare(left, right)
    held = holds(op, sign)
    for n, pair in enumerate(pairs):
        a, b = exact_of(pair[0]), exact_of(pair[1])
        if isinstance(a, Fraction) and isinstance(b, Fraction) and not undecided[n]:
            assert held[n] == {">=": a >= b, "<=": a <= b, ">": a > b, "<": a < b, "==": a == b}[op]


@given(st.integers(-(10**6), 10**6), st.integers(1, 400), st.integers(0, 6))
def test_a_rounding_that_is_decided_is_right(part: int, whole: int, digits: int) -> None:
    columns = {"a": constant(Fraction(part)), "b": constant(Fraction(whole, 10))}
    quotient = evaluate_rows(Apply("/", (Role("a"), Role("b"))), columns)
    found, undecided = nearest_multiple(quotient, digits)
    if not undecided[0]:
        assert Fraction(found[0]) == round_half_even(Fraction(part * 10, whole), Fraction(1, 10**digits)) * 10**digits


def test_numbers_this_close_are_left_to_the_exact_path() -> None:
    near = column_of(["1.00000000050000001", "1.0000000001", "1.000000002"]).numbers  # the first has too many digits for floats
    _, undecided = compare(near, constant(Fraction(1)))
    assert undecided.tolist() == [True, False, False]
    third = evaluate_rows(Apply("/", (Role("a"), Role("b"))), {"a": column_of(["1", "1.000000002"]).numbers, "b": constant(Fraction(3))})
    _, undecided = compare(third, constant(Fraction(333333333333, 10**12)))
    assert undecided.tolist() == [True, False]


# --- cells --------------------------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30)), min_size=1))
def test_floats_are_read_as_their_shortest_decimals(cells: list[float | None]) -> None:
    plain = [cell if cell is None or abs(cell) > 1e-20 or cell == 0 else 0.0 for cell in cells]
    as_floats = np.array([np.nan if cell is None else cell for cell in plain])
    by_number = read_column(as_floats, False, False, lambda rows, text: pytest.fail(text))
    by_text = column_of([cell_text(cell) for cell in plain])
    for name in ("value", "error", "reason"):
        np.testing.assert_array_equal(getattr(by_number.numbers, name), getattr(by_text.numbers, name), name)
    np.testing.assert_array_equal(by_number.places, by_text.places)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("96.30", "96.30"), (96.3, "96.3"), (96.0, "96"), (96, "96"), (1e-7, "0.0000001"), (1e22, "10000000000000000000000"),
     (np.float32(0.1), "0.1"), (None, ""), (float("nan"), ""), (pd.NA, ""), (pd.NaT, ""), (True, "True")],
)  # fmt: skip
def test_what_stands_in_a_cell(cell: Any, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize("column", [
    pd.Series(["96.30", None]), pd.Series([96.3, None]), pd.Series([96.3, np.nan], dtype="Float64"),
    pd.Series([96.3, np.nan], dtype="float32"), pd.Series(["96.3", np.nan], dtype="category"),
    pd.Series([" 96.3 ", ""]), pd.Series([96.3, "—"], dtype=object),
])  # fmt: skip
def test_any_column_of_a_frame_will_do(column: pd.Series[Any]) -> None:
    table = pd.DataFrame({"region_code": ["1", "2"], "period": 2020, "reported.r.up": column})
    frame = ek.assess_panel(bench(), "all", table, classes={"kind": "one"}).frame()
    found = frame[frame["indicator"] == "r.up-0"]
    assert found["status"].tolist() == ["met", "missing"]
    assert found["value"].iloc[0] == 96.3


def test_whole_numbers_too_large_for_floats_keep_their_last_digit() -> None:
    table = pd.DataFrame({"region_code": ["1", "2"], "period": "2020", "reported.r.up": [2**53 + 1, 2**53]})
    frame = ek.assess_panel(bench(), "all", table, classes={"kind": "one"}).frame()
    assert frame[frame["indicator"] == "r.up-0"]["rounded_value"].tolist() == ["9007199254740993", "9007199254740992"]


# --- the table ----------------------------------------------------------------------------------------------------


def test_the_result_is_a_tidy_table_of_small_columns(catalog: Catalog) -> None:
    sample = invented(catalog, "cn-demo-2019", "county", seed=1)
    frame = sample.panel(catalog, errors="mark").frame()
    assert list(frame.columns) == ["region_code", "period", "indicator", "seq", "attribute", "value", "rounded_value", "value_source",
                                   "status", "reason", "gap"]  # fmt: skip
    for name in ("region_code", "period", "indicator", "seq", "attribute", "value_source", "status", "reason"):
        assert isinstance(frame[name].dtype, pd.CategoricalDtype), name
    assert frame["value"].dtype == frame["gap"].dtype == np.float64
    assert frame["region_code"].drop_duplicates().tolist() == sample.regions
    assert not frame.duplicated(["region_code", "period", "indicator"]).any()


def test_only_rows_that_were_given_and_periods_that_were_asked_for_are_assessed() -> None:
    catalog = bench()
    sample = drawn(catalog, 5)
    sample.figures = {key: text for key, text in sample.figures.items() if key[:2] != ("990001", "2018")}
    sample.decisions = {key: text for key, text in sample.decisions.items() if key[:2] != ("990001", "2018")}
    rows, _ = sample.exact(catalog, zeros_stop=False)
    panel = sample.panel(catalog, errors="mark")
    assert differences(panel, {key: row for key, row in rows.items() if key[:2] != ("990001", "2018")}) == []
    for periods in (["2021"], "2021", [2021]):
        later = sample.panel(catalog, periods=periods, errors="mark")
        assert differences(later, {key: row for key, row in rows.items() if key[1] == "2021"}) == []


def test_the_tiny_project_reads_the_same_from_its_raw_file(project: TinyProject) -> None:
    project.value("2023", "reported.waste.total", "13")
    project.edit(project.data, "13,千克", "13,吨")
    project.value("2023", "reported.sewage.rate", "71")
    table = pd.read_csv(project.root / project.data, dtype=str)
    table = pd.concat([table, pd.DataFrame([{"region_code": "999001", "period": "2024", "variable": "decision.gov.plan", "value": "met"}])])
    panel = ek.assess_panel(project.catalog(), "demo", table, base_period="2022", periods="2024")
    project.edit("params/corrections/try.yml", project.text("params/corrections/try.yml"), "corrections: []\n")
    rows = [row for row in project.assess().rows if row["basis"] == "set"]
    assert differences(panel, {(row["region_code"], row["period"], row["indicator"]): row for row in rows}) == []
    assert panel.frame()["status"].tolist() == ["met", "met", "met", "met"]


def test_an_empty_table_has_no_results() -> None:
    table = pd.DataFrame({"region_code": [], "period": [], "a.x": []})
    assert len(ek.assess_panel(bench(), "all", table).frame()) == 0


def test_classes_come_from_the_argument_or_from_the_card(project: TinyProject) -> None:
    table = pd.DataFrame({"region_code": ["999001", "999002"], "period": "2024", "reported.sewage.rate": ["72.5", "72.5"]})

    def statuses(classes: Any) -> list[str]:
        frame = ek.assess_panel(project.catalog(), "demo", table, classes=classes).frame()
        return [str(status) for status in frame[frame["indicator"] == "R3"]["status"]]

    assert statuses({"terrain": {"999002": "plain"}}) == ["met", "not_met"]  # the card of 999001 says 丘陵
    assert statuses({"terrain": "plain"}) == ["not_met", "not_met"]
    assert statuses({"terrain": pd.Series({"999001": "plain", "999002": "hill"})}) == ["not_met", "met"]
    with pytest.raises(EvalkitError) as error:
        statuses(None)
    assert refused(error) == ["table_class"]
    assert "999002" in str(error.value)
    with pytest.raises(EvalkitError) as error:
        statuses({"terrain": "moon", "colour": "red"})
    assert refused(error) == ["bad_value", "bad_value"]
    marked = ek.assess_panel(project.catalog(), "demo", table, errors="mark")
    found = marked.frame().query("indicator == 'R3'")
    assert found[["status", "reason"]].to_numpy().tolist() == [["met", ""], ["missing", "not_collected"]]
    assert [problem.code for problem in marked.problems] == ["table_class"]


# --- what is wrong with a table -----------------------------------------------------------------------------------

GOOD = {"region_code": ["1", "2"], "period": ["2020", "2020"], "reported.r.up": ["1", "2"]}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"region_code": ["1", "1"]}, "table_repeated"),
        ({"region_code": ["1", None]}, "table_region"),
        ({"region_code": ["1", " "]}, "table_region"),
        ({"region_code": [110101.0, 110102.0]}, "table_region"),
        ({"period": ["2020", "20.20"]}, "bad_period"),
        ({"period": ["2020", None]}, "bad_period"),
        ({"reported.r.upp": ["1", "1"]}, "unknown_variable"),
        ({"decision.q.text": ["met", "ja"]}, "bad_value"),
        ({"reported.r.up": ["1", "约2"]}, "table_number"),
        ({"reported.r.up": ["1", "≥2"]}, "table_number"),
        ({"reported.r.up": ["1", "1,234"]}, "table_number"),
        ({"reported.r.up": ["1", "１２"]}, "table_number"),
        ({"reported.r.up": ["1", "1e3"]}, "table_number"),
        ({"reported.r.up": ["1", ".5"]}, "table_number"),
        ({"reported.r.up": ["1", "5."]}, "table_number"),
        ({"reported.r.up": ["1", "--5"]}, "table_number"),
        ({"reported.r.up": ["1", "5-"]}, "table_number"),
        ({"reported.r.up": ["1", "1.2.3"]}, "table_number"),
        ({"reported.r.up": ["1", "1\x00"]}, "table_number"),
        ({"reported.r.up": ["1", "9" * 41]}, "table_number"),
        ({"reported.r.up": ["1", "上级未下达"]}, "table_number"),  # only a task can be one that nobody set
        ({"reported.r.up": [1.0, np.inf]}, "table_number"),
        ({"reported.r.up": [True, False]}, "table_number"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_refused(cells: dict[str, Any], code: str) -> None:
    with pytest.raises(EvalkitError) as error:
        ek.assess_panel(bench(), "all", pd.DataFrame({**GOOD, **cells}), classes={"kind": "one"})
    assert set(refused(error)) == {code}


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"set_id": "al"}, ["unknown_id"]),
        ({"level": "city"}, ["bad_value"]),
        ({"base_period": "soon"}, ["bad_period"]),
        ({"periods": ["2019"]}, ["period_unknown"]),
        ({"table": pd.DataFrame({"region_code": ["1"]})}, ["table_columns"]),
    ],
)
def test_an_argument_that_is_wrong_is_refused(more: dict[str, Any], codes: list[str]) -> None:
    with pytest.raises(EvalkitError) as error:
        ek.assess_panel(**{"catalog": bench(), "set_id": "all", "table": pd.DataFrame(GOOD), **more})
    assert refused(error) == codes


def test_a_level_is_needed_where_a_set_has_several(catalog: Catalog) -> None:
    with pytest.raises(EvalkitError) as error:
        ek.assess_panel(catalog, "cn-demo-2019", pd.DataFrame({"region_code": ["1"], "period": ["2020"]}))
    assert refused(error) == ["bad_value"]
    assert "county" in str(error.value)
    with pytest.raises(ValueError, match="errors"):
        ek.assess_panel(catalog, "cn-demo-2019", pd.DataFrame(), errors="ignore")  # type: ignore[arg-type]


LONG = [("1", "2020", "reported.r.up", "1", "-"), ("1", "2020", "reported.r.down", "2", "-")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("1", "2020", "reported.r.up", "1", "-"), None),  # twice the same
        (("1", "2020", "reported.r.up", "1.0", "-"), "table_repeated"),
        (("1", "2020", "reported.r.up", "尚未发布", "-"), "table_repeated"),
        (("2", "2020", "reported.r.up", "1", "%"), "table_unit"),
        (("2", "2020", "reported.r.up", "1", None), None),
        (("2", "2020", "reported.x", "1", "-"), "unknown_variable"),
    ],
)
def test_a_long_table(row: tuple[str | None, ...], code: str | None) -> None:
    table = pd.DataFrame([*LONG, row], columns=["region_code", "period", "variable", "value", "unit"])
    if code is None:
        ek.assess_panel(bench(), "all", table, classes={"kind": "one"})
        return
    with pytest.raises(EvalkitError) as error:
        ek.assess_panel(bench(), "all", table, classes={"kind": "one"})
    assert refused(error) == [code]


@pytest.mark.parametrize("beside", [{"bound": "low"}, {"missing_reason": "lost"}, {"data_year": "20"}])
def test_what_stands_beside_a_figure_is_checked(beside: dict[str, str]) -> None:
    table = pd.DataFrame([{**dict(zip(["region_code", "period", "variable", "value"], LONG[0], strict=False)), **beside}])
    with pytest.raises(EvalkitError) as error:
        ek.assess_panel(bench(), "all", table, classes={"kind": "one"})
    assert refused(error) == ["bad_value"]


@pytest.mark.parametrize(
    ("good", "valid", "code", "marked"),
    [
        ("300", "366", None, ("met", "")),
        ("-1", "366", "out_of_range", ("missing", "invalid")),
        ("300", "366.00000000000000000001", "out_of_range", ("missing", "invalid")),
        ("300.1", "300", "part_exceeds_whole", ("missing", "invalid")),
        ("300.00000000000000000001", "300", "part_exceeds_whole", ("missing", "invalid")),
        ("0", "0", "zero_denominator", ("missing", "invalid")),
        ("许多", "366", "table_number", ("missing", "invalid")),
    ],
)
def test_figures_that_cannot_be_stop_everything_or_are_marked(
    good: str, valid: str, code: str | None, marked: tuple[str, str], project: TinyProject
) -> None:
    cells = {"air.days_good": [good, "350"], "air.days_valid": [valid, "365"]}
    table = pd.DataFrame({"region_code": ["999001", "999002"], "period": "2024", **cells})
    catalog, classes = project.catalog(), {"terrain": "hill"}
    if code is not None:
        with pytest.raises(EvalkitError) as error:
            ek.assess_panel(catalog, "demo", table, classes=classes)
        assert refused(error) == [code]
        assert "999001 2024" in str(error.value)
    panel = ek.assess_panel(catalog, "demo", table, classes=classes, errors="mark")
    found = panel.frame().query("indicator == 'R1'")[["status", "reason"]].to_numpy().tolist()
    assert found == [list(marked if code else ("not_met", "")), ["met", ""]]
    assert [problem.code for problem in panel.problems] == ([code] if code else [])


def test_the_same_fault_is_not_listed_ten_thousand_times() -> None:
    count = 500
    table = pd.DataFrame(
        {"region_code": [str(n) for n in range(count)], "period": "2020", "reported.r.up": [f"约{n}" for n in range(count)]}
    )
    with pytest.raises(EvalkitError) as error:
        ek.assess_panel(bench(), "all", table, classes={"kind": "one"})
    assert len(error.value.problems) == 21
    assert "480" in error.value.problems[-1].line("en")


def test_the_exact_path_does_not_load_the_array_path() -> None:
    code = "import sys, evalkit.assessment; print(sorted({'numpy', 'pandas', 'evalkit.assessment.panel'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", cwd=ROOT / "lib", check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_example_of_the_readme_works(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [block] = re.findall(r"```python\n(.*?assess_panel.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.S)
    cells = {"air.days_good": ["340", "尚未发布"], "air.days_valid": ["365", "366"], "reported.air.good_day_ratio": [None, "91.0"]}
    table = pd.DataFrame({"region_code": ["310151", "620102"], "period": ["2020", "2020"], **cells})
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(pd, "read_csv", lambda *_, **__: table)
    names: dict[str, Any] = {}
    exec(block, names)
    assert len(names["panel"].frame()) == 2 * len(names["panel"].frame()["indicator"].unique()) > 80
