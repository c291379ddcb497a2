"""Rules in three-valued logic: against brute force, and each kind of leaf by itself."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.assessment.judge import Judge, Outcome, resolve_classes
from evalkit.assessment.values import Scope
from evalkit.catalog.load import Catalog
from evalkit.catalog.models import Decision, Measure, Region
from evalkit.catalog.rules import NoTarget, Rule, numeric_target, parse_rule
from evalkit.intake import Input, Inputs
from evalkit.messages import Place, Problem
from evalkit.project import Project
from evalkit.values import Period

REGION = Region(code="999001", name_zh="试验县", full_name_zh="试验县", name_en="Trial", level="county", fictional=True)
NOW = Period.parse("2024")


def rule_of(content: Any) -> Rule:
    """Return a rule from what YAML would hold."""
    problems: list[Problem] = []
    rule = parse_rule(content, lambda *path: Place(key=".".join(map(str, path))), problems, ())
    assert not problems, [p.line("en") for p in problems]
    return rule


def refused(content: Any) -> list[str]:
    """Return the codes of what is wrong with a rule."""
    problems: list[Problem] = []
    parse_rule(content, lambda *path: Place(key=".".join(map(str, path))), problems, ())
    return [problem.code for problem in problems]


@dataclass
class Bench:
    """Measures with reported values, and a judge over them."""

    measures: dict[str, Measure] = field(default_factory=dict)
    inputs: Inputs = field(default_factory=lambda: Inputs("try"))
    base: Period | None = None

    def measure(self, name: str, kind: str = "number", direction: str = "up", **more: Any) -> None:
        self.measures[name] = Measure(id=name, name_zh=name, name_en=name, unit="-", kind=kind, direction=direction, **more)  # type: ignore[arg-type]

    def put(self, variable: str, value: str | None, period: str = "2024", **more: Any) -> Bench:
        exact = None if value is None else Fraction(value)
        self.inputs.items[(REGION.code, variable, period)] = Input(
            "f!E2", REGION.code, variable, period, exact, "-", "f.csv", "E2", value or "", "-", **more
        )
        return self

    def value(self, name: str, value: str | None, period: str = "2024", direction: str = "up", **more: Any) -> Bench:
        if name not in self.measures:
            self.measure(name, direction=direction, reported_only="test")
        return self.put(f"reported.{name}", value, period, **more)

    def decide(self, name: str, verdict: str) -> Bench:
        self.inputs.decisions[(REGION.code, "2024", name)] = Decision(
            id="Q1", kind="qualitative", region_code=REGION.code, period="2024", key=name, verdict=verdict,  # type: ignore[arg-type]
            by="x", date="2024-12-31", evidence="x", reason="x",
        )  # fmt: skip
        return self

    def judge(self, content: Any, name: str = "m", *, rounded: bool = False) -> Outcome:
        catalog = Catalog(Project(Path("nowhere")), measures=self.measures)
        return Judge(Scope(catalog, self.inputs, REGION, self.base), NOW, rounded).judge(rule_of(content), name)

    def status(self, content: Any, name: str = "m", *, rounded: bool = False) -> tuple[str, str]:
        return self.judge(content, name, rounded=rounded).status()


# --- combinations -------------------------------------------------------------------------------------------------

Truth = bool | None
truths = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=5)


def leaves(truths_: list[Truth]) -> tuple[Bench, list[Any]]:
    """Return a bench whose leaf i is true, false or unknown (a missing value), and the leaves."""
    bench = Bench()
    bench.value("m", "0")
    for i, truth in enumerate(truths_):
        bench.value(f"m{i}", None if truth is None else "1" if truth else "0", missing="not_published" if truth is None else "")
    return bench, [{"at_least": "1", "of": f"m{i}"} for i in range(len(truths_))]


def brute_force(parts: list[Truth], k: int) -> Truth:
    """Return what is certain when each unknown may turn out either way."""
    unknown = parts.count(None)
    answers = set()
    for filled in itertools.product([True, False], repeat=unknown):
        rest = iter(filled)
        answers.add(sum(next(rest) if part is None else part for part in parts) >= k)
    return answers.pop() if len(answers) == 1 else None


@given(truths)
def test_all_of_is_what_is_certain_whatever_the_unknown_parts_are(parts: list[Truth]) -> None:
    bench, rules = leaves(parts)
    assert bench.judge({"all_of": rules}).result == brute_force(parts, len(parts))


@given(truths)
def test_any_of_is_what_is_certain_whatever_the_unknown_parts_are(parts: list[Truth]) -> None:
    bench, rules = leaves(parts)
    assert bench.judge({"any_of": rules}).result == brute_force(parts, 1)


@given(truths, st.data())
def test_k_of_n_is_what_is_certain_whatever_the_unknown_parts_are(parts: list[Truth], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(parts)))
    bench, rules = leaves(parts)
    assert bench.judge({"k_of_n": {"k": str(k), "of": rules}}).result == brute_force(parts, k)


@given(truths, truths)
def test_rules_nest(first: list[Truth], second: list[Truth]) -> None:
    bench, rules = leaves(first + second)
    inner = brute_force(second, 1)
    outcome = bench.judge({"all_of": [*rules[: len(first)], {"any_of": rules[len(first) :]}]})
    assert outcome.result == brute_force([*first, inner], len(first) + 1)


@given(truths)
def test_an_unknown_result_has_a_reason_and_a_known_one_has_none(parts: list[Truth]) -> None:
    bench, rules = leaves(parts)
    for rule in ({"all_of": rules}, {"any_of": rules}):
        outcome = bench.judge(rule)
        assert (outcome.reason == "not_published") == (outcome.result is None)
        assert len(outcome.checks) == len(parts)


def test_missing_data_are_named_before_an_awaited_answer() -> None:
    bench = Bench().value("m", "95").value("n", None, missing="not_published")
    assert bench.status({"all_of": [{"assigned": "true"}, {"at_least": "1", "of": "n"}]}) == ("missing", "not_published")


def test_a_component_that_does_not_apply_is_left_out() -> None:
    bench = Bench().value("m", "1").value("n", None, missing="not_involved").value("o", None, missing="not_assessed")
    met, failed, outside = {"at_least": "1"}, {"at_least": "2"}, {"at_least": "5", "of": "n"}
    assert bench.status({"all_of": [met, outside]}) == ("met", "")
    assert bench.status({"all_of": [failed, outside]}) == ("not_met", "")
    assert bench.status({"any_of": [failed, outside]}) == ("not_met", "")
    assert bench.status({"k_of_n": {"k": "2", "of": [met, outside]}}) == ("met", "")
    assert bench.status({"all_of": [outside, {"at_least": "5", "of": "o"}]}) == ("not_applicable", "not_involved")
    assert bench.status({"all_of": [{"any_of": [outside]}, failed]}) == ("not_met", "")


def test_a_rule_without_a_target_asks_for_nothing() -> None:
    bench = Bench().value("m", "1")
    assert bench.status({"none": "true"}) == ("no_target", "")
    assert bench.status({"all_of": [{"none": "true"}, {"at_least": "2"}]}) == ("not_met", "")
    assert bench.status({"all_of": [{"none": "true"}]}) == ("no_target", "")


# --- comparisons --------------------------------------------------------------------------------------------------

small = st.integers(-6, 6)
OPS = {"at_least": "__ge__", "at_most": "__le__", "above": "__gt__", "below": "__lt__", "equals": "__eq__"}


@given(st.sampled_from(sorted(OPS)), small, small)
def test_a_comparison_with_a_number(key: str, value: int, target: int) -> None:
    expected = getattr(value, OPS[key])(target)
    assert Bench().value("m", str(value)).judge({key: str(target)}).result is expected


def certain(true_values: list[Fraction], holds: Any) -> Truth:
    answers = {bool(holds(value)) for value in true_values}
    return answers.pop() if len(answers) == 1 else None


def possible(value: int, bound: str) -> list[Fraction]:
    """Return true values that a bound allows, on a grid finer than the targets and far to both sides."""
    grid = [Fraction(n, 4) for n in range(-200, 201)]
    return [x for x in grid if (x >= value if bound == "lower" else x <= value)]


@given(st.sampled_from(sorted(OPS)), small, small, st.sampled_from(["lower", "upper"]))
def test_a_bound_decides_only_what_every_true_value_decides(key: str, value: int, target: int, bound: str) -> None:
    expected = certain(possible(value, bound), lambda x: getattr(x, OPS[key])(target))
    outcome = Bench().value("m", str(value), bound=bound).judge({key: str(target)})
    assert outcome.result == expected
    assert outcome.status()[0] == {True: "met", False: "not_met", None: "pending"}[expected]


@given(small, small, st.integers(0, 4), st.sampled_from(["", "lower", "upper"]))
def test_between_includes_both_ends(value: int, low: int, width: int, bound: str) -> None:
    values = possible(value, bound) if bound else [Fraction(value)]
    expected = certain(values, lambda x: low <= x <= low + width)
    assert Bench().value("m", str(value), bound=bound).judge({"between": [str(low), str(low + width)]}).result == expected


@given(small, small, st.integers(0, 3), st.sampled_from(["", "lower", "upper"]))
def test_about_with_a_tolerance_is_an_interval(value: int, target: int, tolerance: int, bound: str) -> None:
    values = possible(value, bound) if bound else [Fraction(value)]
    rule = {"about": {"value": str(target), "tolerance": str(tolerance)}}
    assert Bench().value("m", str(value), bound=bound).judge(rule).result == certain(values, lambda x: abs(x - target) <= tolerance)


@pytest.mark.parametrize(
    ("value", "about", "status"),
    [("15.4", "15", "met"), ("14.5", "15", "pending"), ("15.5", "15", "pending"), ("14.51", "15", "met"), ("15", "15", "met"),
     ("70.4", "70", "met"), ("15.04", "15.0", "met"), ("15.4", "15.0", "pending"), ("20", "15", "pending")],
)  # fmt: skip
def test_about_without_a_tolerance_is_certain_only_for_what_rounds_to_it(value: str, about: str, status: str) -> None:
    assert Bench().value("m", value).status({"about": {"value": about}})[0] == status


@pytest.mark.parametrize(("verdict", "status"), [("met", "met"), ("not_met", "not_met")])
def test_a_person_decides_what_about_leaves_open(verdict: str, status: str) -> None:
    outcome = Bench().value("m", "20").decide("m", verdict).judge({"about": {"value": "15"}})
    assert outcome.status() == (status, "")
    assert outcome.decision is not None
    assert outcome.decision.id == "Q1"


def test_about_a_missing_value_is_missing() -> None:
    bench = Bench().value("m", None, missing="not_published")
    assert bench.status({"about": {"value": "15"}}) == ("missing", "not_published")
    assert bench.status({"about": {"value": "15", "tolerance": "1"}}) == ("missing", "not_published")


@pytest.mark.parametrize("value", ["20", None])
def test_of_tests_another_measure_than_the_row(value: str | None) -> None:
    bench = Bench().value("m", "1").value("n", value, missing="" if value else "not_collected")
    outcome = bench.judge({"at_least": "10", "of": "n"})
    assert outcome.result is (True if value else None)
    assert [check.measure for check in outcome.checks] == ["n"]
    assert bench.judge({"at_least": "10"}).result is False


# --- against earlier values ---------------------------------------------------------------------------------------


@given(small, small, st.integers(0, 3), st.sampled_from(["up", "down"]), st.sampled_from(["improving", "not_worse_than"]))
def test_a_trend_follows_the_direction_and_the_band(now: int, before: int, band: int, direction: str, key: str) -> None:
    better = now - before if direction == "up" else before - now
    expected = better > band if key == "improving" else better >= -band
    bench = Bench().value("m", str(now), direction=direction).value("m", str(before), "2023")
    assert bench.judge({key: {"than": "previous", "band": str(band)}}).result is expected
    if band == 0:
        assert bench.judge({key: "previous"}).result is expected


def test_a_trend_may_look_at_the_base_year_or_a_named_period() -> None:
    bench = Bench(base=Period.parse("2021")).value("m", "5").value("m", "6", "2023").value("m", "4", "2021").value("m", "9", "2019")
    assert bench.judge({"improving": "previous"}).result is False
    assert bench.judge({"improving": "base"}).result is True
    assert bench.judge({"improving": "2019"}).result is False
    assert [check.against_period for check in bench.judge({"improving": "2019"}).checks] == ["2019"]


def test_without_an_earlier_value_a_trend_is_unknown_and_the_rest_stands() -> None:
    bench = Bench().value("m", "88")
    for than in ("previous", "base", "2019"):
        assert bench.status({"improving": than}) == ("missing", "not_collected")
    assert bench.status({"any_of": [{"at_least": "85"}, {"improving": "previous"}]}) == ("met", "")
    assert bench.status({"any_of": [{"at_least": "90"}, {"improving": "previous"}]}) == ("missing", "not_collected")
    assert bench.status({"all_of": [{"at_least": "90"}, {"improving": "previous"}]}) == ("not_met", "")


def test_an_earlier_year_that_did_not_count_does_not_make_this_one_not_applicable() -> None:
    bench = Bench().value("m", "88").value("m", None, "2023", missing="not_involved")
    assert bench.status({"improving": "previous"}) == ("missing", "not_collected")


def test_an_own_value_that_is_missing_comes_before_a_bound_of_last_year() -> None:
    bench = Bench().value("m", None, missing="not_published").value("m", "80", "2023", bound="lower")
    assert bench.status({"improving": "previous"}) == ("missing", "not_published")


@given(
    small,
    small,
    st.sampled_from(["", "lower", "upper"]),
    st.sampled_from(["", "lower", "upper"]),
    st.sampled_from(["improving", "not_worse_than"]),
)
def test_a_trend_between_bounds_is_never_more_certain_than_the_facts(now: int, before: int, mine: str, theirs: str, key: str) -> None:
    bench = Bench().value("m", str(now), bound=mine).value("m", str(before), "2023", bound=theirs)
    result = bench.judge({key: "previous"}).result
    if result is not None:
        mine_values = possible(now, mine)[::4] if mine else [Fraction(now)]
        their_values = possible(before, theirs)[::4] if theirs else [Fraction(before)]
        assert all((x > y if key == "improving" else x >= y) is result for x in mine_values for y in their_values)


def test_in_the_base_year_itself_a_trend_against_it_asks_for_nothing() -> None:
    bench = Bench(base=NOW).value("m", "5").value("m", "6", "2023")
    outcome = bench.judge({"not_worse_than": "base"})
    assert (outcome.status(), outcome.notes) == (("no_target", ""), ["base_is_current"])
    assert bench.status({"all_of": [{"improving": "base"}, {"at_least": "5"}]}) == ("met", "")
    assert bench.status({"improving": "previous"}) == ("not_met", "")


def test_the_figure_of_one_year_in_two_columns_shows_no_trend() -> None:
    bench = Bench().value("m", "5", data_year="2022").value("m", "5", "2023", data_year="2022")
    assert bench.status({"not_worse_than": "previous"}) == ("missing", "not_collected")
    bench.value("m", "4", "2023", data_year="2021")
    outcome = bench.judge({"improving": "previous"})
    assert outcome.result is True
    assert [check.against_period for check in outcome.checks] == ["2021"]


def test_above_measure_compares_two_measures_of_the_same_period() -> None:
    bench = Bench().value("m", "5.1").value("gdp", "5.0").value("gdp", "9", "2023")
    assert bench.status({"above_measure": "gdp"}) == ("met", "")
    assert bench.value("m", "5.0").status({"above_measure": "gdp"}) == ("not_met", "")
    assert bench.value("gdp", None, missing="not_published").status({"above_measure": "gdp"}) == ("missing", "not_published")


# --- the superior's figure ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "value", "assigned", "status"),
    [("up", "90", "90", "met"), ("up", "89.9", "90", "not_met"), ("down", "25", "25", "met"), ("down", "25.1", "25", "not_met")],
)
def test_an_assigned_figure_is_met_in_the_direction_of_the_measure(direction: str, value: str, assigned: str, status: str) -> None:
    bench = Bench().value("m", value, direction=direction).put("assigned.m", assigned)
    assert bench.status({"assigned": "true"}) == (status, "")


@pytest.mark.parametrize("missing", [None, "not_collected", "not_published"])
def test_an_assigned_figure_that_is_not_in_hand_leaves_the_row_pending(missing: str | None) -> None:
    bench = Bench().value("m", "95")
    if missing:
        bench.put("assigned.m", None, missing=missing)
    assert bench.status({"assigned": "true"}) == ("pending", "assigned_unknown")
    assert bench.status({"all_of": [{"assigned": "true"}, {"at_least": "90"}]}) == ("pending", "assigned_unknown")
    assert bench.status({"all_of": [{"assigned": "true"}, {"at_least": "96"}]}) == ("not_met", "")
    assert bench.status({"any_of": [{"assigned": "true"}, {"at_least": "90"}]}) == ("met", "")


def test_a_task_known_only_as_a_bound_decides_nothing() -> None:
    bench = Bench().value("m", "95").put("assigned.m", "90", bound="lower")
    assert bench.status({"assigned": "true"}) == ("pending", "assigned_unknown")


def test_a_task_that_nobody_set_is_left_out_and_said() -> None:
    bench = Bench().value("m", "95").put("assigned.m", None, missing="not_issued")
    outcome = bench.judge({"all_of": [{"assigned": "true"}, {"at_least": "90"}]})
    assert outcome.status() == ("met", "")
    assert outcome.notes == ["assigned_not_issued"]
    assert bench.status({"all_of": [{"assigned": "true"}, {"at_least": "96"}]}) == ("not_met", "")
    assert bench.status({"any_of": [{"assigned": "true"}, {"at_least": "96"}]}) == ("not_met", "")
    assert bench.status({"k_of_n": {"k": "2", "of": [{"assigned": "true"}, {"at_least": "90"}, {"at_least": "96"}]}}) == ("not_met", "")
    assert bench.status({"k_of_n": {"k": "2", "of": [{"assigned": "true"}, {"at_least": "90"}]}}) == ("met", "")
    assert bench.status({"assigned": "true"}) == ("no_target", "")


def test_a_missing_value_stays_missing_whatever_was_assigned() -> None:
    for bench in (
        Bench().value("m", None, missing="not_published"),
        Bench().value("m", None, missing="not_published").put("assigned.m", "90"),
    ):
        assert bench.status({"assigned": "true"}) == ("missing", "not_published")


# --- qualitative, classes, rounding -------------------------------------------------------------------------------


def test_a_qualitative_rule_waits_for_a_person() -> None:
    bench = Bench()
    bench.measure("m", kind="qualitative", direction="none")
    assert bench.status({"qualitative": "建立"}) == ("pending", "awaiting_evidence")
    bench.put("reported.m", None, text="建立")
    assert bench.status({"qualitative": "建立"}) == ("pending", "awaiting_evidence")  # what a region says of itself decides nothing
    assert bench.decide("m", "met").status({"qualitative": "建立"}) == ("met", "")
    assert bench.decide("m", "not_met").status({"qualitative": "建立"}) == ("not_met", "")


def test_a_qualitative_rule_without_data_says_why() -> None:
    bench = Bench()
    bench.measure("m", kind="qualitative", direction="none")
    bench.put("reported.m", None, missing="not_published")
    assert bench.status({"qualitative": "建立"}) == ("missing", "not_published")


def test_exactly_the_case_of_the_declared_class_is_judged() -> None:
    rule = rule_of({"by_class": {"class": "terrain", "cases": {"hill": {"at_least": "40"}, "plain": {"at_least": "15"}}}})
    assert resolve_classes(rule, {"terrain": "plain"}) == rule_of({"at_least": "15"})
    nested = rule_of(
        {"all_of": [{"by_class": {"class": "terrain", "cases": {"hill": {"none": "true"}, "plain": {"above": "1"}}}}, {"at_most": "9"}]}
    )
    assert resolve_classes(nested, {"terrain": "plain"}) == rule_of({"all_of": [{"above": "1"}, {"at_most": "9"}]})
    with pytest.raises(KeyError):
        resolve_classes(rule, {"half": "north"})


@pytest.mark.parametrize(("rounded", "status"), [(False, "not_met"), (True, "met")])
def test_a_computed_value_is_rounded_before_comparison_only_where_the_set_says_so(rounded: bool, status: str) -> None:
    bench = Bench()
    bench.measure("m", digits=1, formula="air.good_day_ratio@1", roles={"days_good": "good", "days_valid": "valid"})
    bench.put("good", "8996").put("valid", "10000")  # 89.96, printed 90.0
    assert bench.status({"at_least": "90"}, rounded=rounded) == (status, "")


def test_where_rounded_values_are_compared_both_sides_are_rounded() -> None:
    bench = Bench()
    bench.measure("m", digits=1, formula="air.good_day_ratio@1", roles={"days_good": "good", "days_valid": "valid"})
    for period in ("2023", "2024"):
        bench.put("good", "8884", period).put("valid", "10000", period)  # 88.84, printed 88.8, in both years
    assert bench.status({"not_worse_than": "previous"}, rounded=True) == ("met", "")
    assert bench.status({"improving": "previous"}, rounded=True) == ("not_met", "")


# --- parsing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "≥90",
        ["at_least", "90"],
        {},
        {"at_least": "≥90"},
        {"at_least": ""},
        {"at_least": ["90"]},
        {"at_least": "90", "at_most": "95"},
        {"between": ["1"]},
        {"between": ["2", "1"]},
        {"between": "1-2"},
        {"about": "15"},
        {"about": {}},
        {"about": {"value": "15", "band": "1"}},
        {"improving": "last year"},
        {"improving": {"than": "previous", "tolerance": "1"}},
        {"assigned": "false"},
        {"none": "yes"},
        {"all_of": []},
        {"any_of": {"at_least": "1"}},
        {"k_of_n": {"k": "3", "of": [{"at_least": "1"}]}},
        {"k_of_n": {"k": "0", "of": [{"at_least": "1"}]}},
        {"k_of_n": {"k": "1.5", "of": [{"at_least": "1"}, {"at_least": "2"}]}},
        {"k_of_n": {"of": [{"at_least": "1"}]}},
        {"qualitative": ""},
        {"qualitative": ["x"]},
        {"by_class": {"class": "terrain"}},
        {"by_class": {"class": "terrain", "cases": {}}},
        {"maximum": "3"},
        {"all_of": [{"at_least": "1"}], "of": "n"},
        {"by_class": {"class": "t", "cases": {"a": {"none": "true"}}}, "of": "n"},
        {"at_least": "1", "off": "n"},
        {"above_measure": {"measure": "x"}},
    ],
)
def test_a_rule_that_is_not_understood_is_refused(content: Any) -> None:
    codes = refused(content)
    assert codes
    assert set(codes) <= {"bad_value", "unknown_key", "missing_key"}


@pytest.mark.parametrize(
    ("content", "number"),
    [({"at_least": "90"}, "90"), ({"all_of": [{"assigned": "true"}, {"at_least": "90"}]}, "90"), ({"between": ["15", "20"]}, "15"),
     ({"about": {"value": "15"}}, "15"), ({"improving": "previous"}, None), ({"qualitative": "建立"}, None),
     ({"at_least": "75", "of": "other"}, None), ({"all_of": [{"at_least": "75", "of": "other"}, {"at_least": "60"}]}, "60")],
)  # fmt: skip
def test_the_number_of_a_rule_is_that_of_its_own_measure(content: Any, number: str | None) -> None:
    assert numeric_target(rule_of(content)) == (None if number is None else Fraction(number))


@settings(max_examples=200)
@given(
    st.recursive(
        st.text(max_size=6) | st.sampled_from(["90", "previous", "true", "m"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "at_least",
                        "between",
                        "about",
                        "improving",
                        "assigned",
                        "all_of",
                        "any_of",
                        "k_of_n",
                        "k",
                        "of",
                        "by_class",
                        "class",
                        "cases",
                        "value",
                        "than",
                        "none",
                        "x",
                    ]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_any_content_is_a_rule_or_refused(content: Any) -> None:
    problems: list[Problem] = []
    rule = parse_rule(content, lambda *path: Place(key=".".join(map(str, path))), problems, ())
    assert isinstance(rule, Rule)
    assert problems or not isinstance(rule, NoTarget) or content == {"none": "true"} or (isinstance(content, dict) and "none" in content)
    for problem in problems:
        assert problem.message("zh") and problem.message("en")
