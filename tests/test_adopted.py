"""核定值: what a panel settles on judges, as long as it replaces the value that it expects; all three values stand side by side."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT, TinyProject

from evalkit.assessment import assess
from evalkit.assessment.break_even import break_even
from evalkit.messages import EvalkitError
from evalkit.report.explain import explain
from evalkit.report.fill import context_from_catalog
from evalkit.report.papers import decisions
from evalkit.runner.keys import region_keys

HEAD = "id,kind,region_code,period,key,verdict,choice,expect,by,date,evidence,reason\n"
OTHER = "Q1,qualitative,999001,2024,gov.plan,met,,,试验员,2025-01-02,文件一,已编制\n"
WHO = "专家组,2025-04-02,现场核查记录,扣除停运日"


def settle(project: TinyProject, *lines: str) -> None:
    project.write("params/decisions/try.csv", HEAD + OTHER + "".join(f"{line}\n" for line in lines))


def row(project: TinyProject, indicator: str = "R1") -> dict[str, Any]:
    rows = assess(project.catalog(), project.inputs(), project.region).rows
    return next(one for one in rows if one["indicator"] == indicator and one["basis"] == "set")


def test_the_panel_s_value_judges_and_all_three_stand(project: TinyProject) -> None:
    project.row("2024", "reported.air.good_day_ratio", "91.0")
    before = row(project)
    assert before["status"] == "met" and before["rounded_value"] == "91.0"
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,89.5,91.0,{WHO}")
    after = row(project)
    assert (after["reported_value"], after["computed_value"], after["adopted_value"]) == ("91.0", before["value"], "89.5")
    assert (after["value"], after["rounded_value"], after["value_source"], after["status"]) == ("89.5", "89.5", "adopted", "not_met")
    assert after["gap"] == "-0.5" and "adopted" in after["note"].split(";")


def test_the_plan_is_judged_by_it_too(project: TinyProject) -> None:
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,96,91.0,{WHO}")
    rows = assess(project.catalog(), project.inputs(), project.region).rows
    assert {(one["basis"], one["status"]) for one in rows if one["indicator"] == "R1"} == {("set", "met"), ("plan", "met")}


def test_it_expires_with_the_value_that_it_replaced(project: TinyProject) -> None:
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,89.5,91.0,{WHO}")
    project.value("2024", "air.days_good", "340")
    found = row(project)
    assert (found["value_source"], found["adopted_value"], found["status"]) == ("computed", "", "met")
    assert "adoption_expired" in found["note"].split(";")


def test_a_value_where_there_was_none(project: TinyProject) -> None:
    project.rule("R1", '{at_least: "90"}')
    text = "\n".join(line for line in project.text(project.data).splitlines() if "2024,air." not in line)
    project.write(project.data, text + "\n")
    assert row(project)["status"] == "missing"
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,90.0,,{WHO}")
    assert row(project)["status"] == "met"
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,90.0,90.0,{WHO}")
    assert "adoption_expired" in row(project)["note"]


def test_the_explanation_has_the_calculation_and_the_panel_s_value(project: TinyProject) -> None:
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,89.5,91.0,{WHO}")
    catalog, inputs = project.catalog(), project.inputs()
    shown = explain(assess(catalog, inputs, project.region), "R1", set="demo", catalog=catalog, inputs=inputs)
    assert "333 ÷ 366 × 100%" in shown.text and "修约 91.0%" in shown.text
    assert "核定值：89.5%（专家组，2025-04-02：扣除停运日；现场核查记录）" in shown.text
    assert "89.5% < 90%，未达标" in shown.text
    assert shown.trace["adopted"]["value"] == "89.5" and shown.trace["value_source"] == "computed"


def test_no_input_can_turn_a_verdict_on_a_panel_s_value(project: TinyProject) -> None:
    assert set(break_even(project.catalog(), project.inputs(), period="2024")["indicator"]) >= {"R1"}
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,89.5,91.0,{WHO}")
    assert "R1" not in set(break_even(project.catalog(), project.inputs(), period="2024")["indicator"])


def faults(project: TinyProject) -> Iterator[str]:
    try:
        yield from (problem.code for problem in project.inputs().problems if problem.severity == "error")
    except EvalkitError as error:
        yield from (problem.code for problem in error.problems)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"A1,adopt,999001,2024,air.good_day_ratio,,约90,91.0,{WHO}", "bad_value"),
        (f"A1,adopt,999001,2024,air.good_day_ratio,,90,九十一,{WHO}", "bad_value"),
        (f"A1,adopt,999001,2024,gov.plan,,90,,{WHO}", "bad_value"),
        (f"A1,adopt,999001,2024,air.good,,90,91.0,{WHO}", "unknown_id"),
        ("A1,adopt,999001,2024,air.good_day_ratio,,90,91.0,,2025-04-02,记录,理由", "bad_value"),
    ],
)
def test_a_faulty_line_is_refused(project: TinyProject, line: str, code: str) -> None:
    settle(project, line)
    assert list(faults(project)) == [code]


def test_two_values_for_one_are_refused(project: TinyProject) -> None:
    settle(project, *(f"A{number},adopt,999001,2024,air.good_day_ratio,,9{number},91.0,{WHO}" for number in (1, 2)))
    assert list(faults(project)) == ["duplicate_id"]


def test_the_report_lists_it_among_the_decisions(project: TinyProject) -> None:
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,89.5,91.0,{WHO}")
    catalog, inputs = project.catalog(), project.inputs()
    context = context_from_catalog(catalog, inputs, project.region)
    found = {entry["id"]: entry["result"] for entry in decisions(context, {}, {})}
    assert found["A1"] == "核定为 89.5（原 91.0）" and found["Q1"] == "达标"


def test_it_comes_and_goes_with_the_decisions_layer(project: TinyProject) -> None:
    before = row(project)["value"]
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,89.5,91.0,{WHO}")
    assert row(project)["value"] != before
    settle(project)
    assert row(project)["value"] == before


def test_a_region_is_run_again_for_it(project: TinyProject) -> None:
    shutil.copytree(ROOT / "notebooks", project.root / "notebooks")

    def layers() -> dict[str, str]:
        catalog = project.catalog()
        return region_keys(catalog, project.inputs())[project.region]

    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,89.5,91.0,{WHO}")
    first = layers()
    settle(project, f"A1,adopt,999001,2024,air.good_day_ratio,,89.4,91.0,{WHO}")
    assert [name for name, digest in layers().items() if digest != first[name]] == ["decisions"]
