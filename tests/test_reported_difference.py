"""What explains that a reported value is not the computed one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from conftest import TinyProject
from hypothesis import given
from hypothesis import strategies as st

from evalkit.assessment.difference import _cut, _half_up
from evalkit.messages import words
from evalkit.report.explain import explain
from evalkit.report.reported import difference_sentence

REPORTED = "reported.air.good_day_ratio"  # computed in 2024: 333 ÷ 366 × 100 % = 90.98360…


def told(project: TinyProject, period: str = "2024") -> dict[str, Any]:
    """Return the trace of the ratio; its notes and its reason agree."""
    trace = project.assess().trace("R1", period, basis="set")
    assert trace is not None
    reason = trace.get("difference_reason")
    named = [note for note in trace["notes"] if note.startswith("differs_")]
    assert named == ([f"differs_{reason['code']}"] if reason else [])
    assert ("reported_differs" in trace["notes"]) is bool(reason)
    return trace


def reason_of(project: TinyProject, printed: str) -> dict[str, str]:
    project.row("2024", REPORTED, printed)
    return dict(told(project)["difference_reason"])


def days(project: TinyProject, good: str, valid: str) -> None:
    project.value("2024", "air.days_good", good)
    project.value("2024", "air.days_valid", valid)


@pytest.mark.parametrize("printed", ["91.0", "90.98", "91", "90.984", "90.9836"])
def test_what_is_rounded_by_the_rule_does_not_differ(printed: str, project: TinyProject) -> None:
    project.row("2024", REPORTED, printed)
    assert "difference_reason" not in told(project)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("90.9", {"code": "truncation", "interval": "0.1"}),
        ("90", {"code": "truncation", "interval": "1"}),
        ("91.00", {"code": "rounding", "way": "half_even", "interval": "0.1"}),
        ("91.000", {"code": "rounding", "way": "half_even", "interval": "0.1"}),
        ("90.980", {"code": "rounding", "way": "half_even", "interval": "0.01"}),
        ("0.9098", {"code": "unit", "factor": "1/100", "name": "percent"}),
        ("0.91", {"code": "unit", "factor": "1/100", "name": "percent"}),
        ("9098.4", {"code": "unit", "factor": "100", "name": "percent"}),
        ("909.8", {"code": "unit", "factor": "10", "name": "ten"}),
        ("9.1", {"code": "unit", "factor": "1/10", "name": "ten"}),
        ("0.0910", {"code": "unit", "factor": "1/1000", "name": "thousand"}),
        ("909836", {"code": "unit", "factor": "10000", "name": "ten_thousand"}),
        ("1364.75", {"code": "unit", "factor": "15", "name": "mu_hectare"}),
        ("6.066", {"code": "unit", "factor": "1/15", "name": "mu_hectare"}),
        ("82.19", {"code": "other_year", "period": "2022", "value": "82.1918"}),
        ("109.91", {"code": "swapped", "value": "109.9099"}),
        ("9.02", {"code": "complement", "value": "9.0164"}),
        ("89.9", {"code": "unexplained"}),
        ("0", {"code": "unexplained"}),
        ("9", {"code": "unexplained"}),  # 9.0164 % is the rest, but one digit agrees with almost anything
        ("-91.0", {"code": "unexplained"}),
        ("0.909", {"code": "unexplained"}),  # rounded it would be 0.910: two slips at once are not guessed
    ],
)
def test_the_first_explanation_that_fits_is_named(printed: str, expected: dict[str, str], project: TinyProject) -> None:
    assert reason_of(project, printed) == expected


def test_a_tie_rounded_up_is_a_difference_of_rounding(project: TinyProject) -> None:
    days(project, "81", "80")  # 101.25 % exactly: by the rule 101.2
    project.edit("params/variables.yml", "    part_of: air.days_valid\n", "")
    assert reason_of(project, "101.3") == {"code": "rounding", "way": "half_up", "interval": "0.1"}


def test_thousands_may_be_rounded_but_a_single_digit_says_nothing(project: TinyProject) -> None:
    project.edit("params/variables.yml", "    part_of: air.days_valid\n", "")
    project.edit("params/variables.yml", 'maximum: "366"', 'maximum: "99999"')
    days(project, "12345", "1")
    assert reason_of(project, "1230000") == {"code": "rounding", "way": "half_even", "interval": "10000"}
    project.value("2024", REPORTED, "1000000")
    assert told(project)["difference_reason"]["code"] == "unexplained"


def test_the_year_before_is_named_before_other_years(project: TinyProject) -> None:
    for period in ("2021", "2023", "2025"):
        project.row(period, "air.days_good", "300", unit="天")
        project.row(period, "air.days_valid", "365", unit="天")
    assert reason_of(project, "82.19")["period"] == "2023"


def test_a_year_that_is_reported_only_explains_nothing(project: TinyProject) -> None:
    project.row("2023", REPORTED, "77.7")
    assert reason_of(project, "77.7") == {"code": "unexplained"}


def calendar_days(project: TinyProject, value: str = "400", unit: str = "天") -> None:
    project.edit(
        "params/variables.yml",
        '天, department: 生态环境部门, minimum: "0", maximum: "366"}',
        '天, department: 生态环境部门, minimum: "0", maximum: "366", alternatives: [waste.mass, air.days_all]}\n'
        "  - {id: air.days_all, name_zh: 日历天数, name_en: calendar days, unit: 天, department: 生态环境部门}",
    )
    project.row("2024", "air.days_all", value, unit=unit)


def test_a_variable_often_taken_for_another_is_tried_in_its_place(project: TinyProject) -> None:
    calendar_days(project)
    project.row("2024", "waste.mass", "400", unit="吨")  # the same number, but no days: passed over
    reason = reason_of(project, "83.2")  # 333 ÷ 400 = 83.25 %
    assert reason == {
        "code": "other_denominator", "role": "days_valid", "variable": "air.days_valid", "name_zh": "有效天数", "name_en": "valid days",
        "other": "air.days_all", "other_zh": "日历天数", "other_en": "calendar days", "value": "83.25",
    }  # fmt: skip


def test_an_alternative_without_a_value_is_passed_over(project: TinyProject) -> None:
    calendar_days(project, "未发布")
    assert reason_of(project, "83.2") == {"code": "unexplained"}


def test_a_bound_is_not_explained(project: TinyProject) -> None:
    project.edit(
        "params/corrections/try.yml",
        "corrections:\n",
        'corrections:\n  - {id: K9, file: try/data.csv, region: "999001", period: "2024", variable: ' + REPORTED + ", expect: ≥82.19,\n"
        '     readings: [{value: "82.19", bound: lower}], reason: r, author: a, date: "2025-01-02", evidence: e}\n',
    )
    assert reason_of(project, "≥82.19") == {"code": "unexplained"}


def test_the_verdict_and_the_value_stay_those_of_the_computed_one(project: TinyProject) -> None:
    before = project.result("R1")
    project.row("2024", REPORTED, "0.91")
    after = project.result("R1")
    assert [name for name in before if before[name] != after[name]] == ["reported_value", "note"]


def test_the_sentence_stands_with_the_result_and_in_both_languages(project: TinyProject) -> None:
    project.row("2024", REPORTED, "82.19")
    explanation = explain(project.assess(), "R1", set="demo")
    assert "申报值 82.19%，相差 -8.79%（申报值与2022年的核算值82.1918%相同，疑为误填其他年份的数据）" in explanation.text
    assert "申报值与其他年份的核算值相同" not in explanation.text  # not twice
    assert difference_sentence(explanation.trace, "en").startswith("the reported value is the computed one of 2022 (82.1918%)")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_has_a_sentence(lang: Any) -> None:
    parts = {"interval": "0.1", "factor": "1/100", "name": "percent", "period": "2022", "value": "82.2", "name_zh": "甲", "name_en": "a",
             "other_zh": "乙", "other_en": "b"}  # fmt: skip
    for code in words("difference_reason"):
        way = {"way": code.removeprefix("rounding_")} if code.startswith("rounding_") else {}
        reason = {"code": "rounding" if way else code, **parts, **way}
        text = difference_sentence({"difference_reason": reason, "unit": "%"}, lang)
        assert text and "{" not in text and text != code
    assert difference_sentence({"unit": "%"}, lang) == ""


@given(st.fractions(max_denominator=10_000), st.integers(min_value=0, max_value=4))
def test_half_up_and_cut_off_are_the_school_ways(value: Fraction, places: int) -> None:
    interval = Fraction(1, 10**places)
    up, cut = _half_up(value, interval), _cut(value, interval)
    assert abs(value - up) <= interval / 2 and up % interval == 0
    assert abs(cut) <= abs(value) < abs(cut) + interval and cut * value >= 0
    if abs(value - up) == interval / 2:
        assert abs(up) > abs(value)
