"""What the assessment of a region yields: rows, notes, gaps, progress, traces, bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import FILES, TinyProject
from hypothesis import given
from hypothesis import strategies as st

from evalkit.assessment import Assessment, assess
from evalkit.assessment.assessment import RESULT_COLUMNS
from evalkit.assessment.counts import STATUS_ORDER, count_by_indicator, group_by_indicator, indicator_status
from evalkit.assessment.store import read_results, save
from evalkit.catalog import Catalog
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, words

Assessed = Callable[[str, str], Assessment]
RUNS = [
    ("chongming-2023", "310151"),
    ("beijing-2011", "110000"),
    ("national-135", "100000"),
    ("example-county-2024", "999001"),
    ("yichang-2024-02", "420526"),
]


# --- computed and reported ----------------------------------------------------------------------------------------


def test_the_computed_value_judges_and_the_reported_one_stands_beside_it(project: TinyProject) -> None:
    project.row("2024", "reported.air.good_day_ratio", "89.9")
    row = project.result("R1")
    assert (row["value_source"], row["rounded_value"], row["reported_value"], row["status"]) == ("computed", "91.0", "89.9", "met")
    assert row["note"] == "reported_differs;differs_unexplained"
    trace = project.assess().trace("R1", basis="set")
    assert trace is not None
    assert trace["difference"] == "-1.1"


@pytest.mark.parametrize(("printed", "differs"), [("91.0", False), ("90.98", False), ("91", False), ("90.9", True), ("91.00", True)])
def test_values_differ_only_beyond_the_decimals_that_are_printed(printed: str, differs: bool, project: TinyProject) -> None:
    project.row("2024", "reported.air.good_day_ratio", printed)
    assert ("reported_differs" in project.result("R1")["note"]) is differs


def test_the_reported_value_judges_where_an_input_is_missing(project: TinyProject) -> None:
    project.value("2024", "air.days_valid", "尚未发布")
    assert [project.result("R1")[key] for key in ("status", "reason", "value")] == ["missing", "not_published", ""]
    project.row("2024", "reported.air.good_day_ratio", "89.9")
    row = project.result("R1")
    assert (row["value_source"], row["value"], row["status"]) == ("reported", "89.9", "not_met")


@pytest.mark.parametrize("blank", ["", "-", "尚未发布"])
def test_a_reported_cell_that_is_empty_does_not_hide_the_computed_value(blank: str, project: TinyProject) -> None:
    project.row("2024", "reported.air.good_day_ratio", blank)
    assert [project.result("R1")[key] for key in ("value_source", "status")] == ["computed", "met"]


@pytest.mark.parametrize(("word", "reason"), [("不涉及", "not_involved"), ("不考核", "not_assessed"), ("无监测点", "no_monitoring_site")])
def test_what_is_not_assessed_is_not_judged_whatever_can_be_computed(word: str, reason: str, project: TinyProject) -> None:
    project.row("2024", "reported.air.good_day_ratio", word)
    row = project.result("R1")
    assert (row["status"], row["reason"], row["value"]) == ("not_applicable", reason, "")


def test_a_figure_may_be_shown_and_not_assessed(project: TinyProject) -> None:
    project.value("2024", "reported.sewage.rate", "55（不考核）")
    project.edit(
        "params/corrections/try.yml",
        "corrections:\n",
        "corrections:\n"
        + FILES["params/corrections/try.yml"]
        .partition("\n")[2]
        .replace("K1", "K2")
        .replace('"2023"', '"2024"')
        .replace("expect: 约71", "expect: 55（不考核）")
        .replace('{value: "71"}', '{value: "55", missing: not_assessed}'),
    )
    row = project.result("R3")
    assert (row["status"], row["reason"], row["value"], row["rounded_value"]) == ("not_applicable", "not_assessed", "55", "55")
    assert row["note"].split(";") == ["shown_not_assessed", "corrected"]


def test_a_value_of_another_year_says_so(project: TinyProject) -> None:
    head, *lines = project.text(project.data).splitlines()
    lagged = [f"{line},{'2023' if 'days_valid' in line and ',2024,' in line else ''}" for line in lines]
    project.write(project.data, "\n".join([f"{head},data_year", *lagged]) + "\n")
    row = project.result("R1")
    assert (row["data_year"], row["note"], row["status"]) == ("2023", "lagged_year", "met")


def test_a_month_of_the_same_year_is_not_lagged(project: TinyProject) -> None:
    text = project.text(project.data).replace(",2024,air", ",2024-02,air")
    head, *lines = text.splitlines()
    project.write(
        project.data, "\n".join([f"{head},data_year", *(f"{line},{'2024' if '2024-02' in line else ''}" for line in lines)]) + "\n"
    )
    project.edit("params/runs/try.yml", 'periods: ["2024"]', 'periods: ["2024-02"]')
    row = project.result("R1", period="2024-02")
    assert (row["data_year"], row["note"]) == ("2024", "")


def test_a_converted_value_without_end_is_printed_with_few_digits(project: TinyProject) -> None:
    project.edit("params/units.yml", "units:\n", 'units:\n  - {id: 担, symbol: dan, name_en: dan, definition: "1 / 3 * tonne"}\n')
    project.value("2024", "reported.waste.total", "37")
    project.edit(project.data, "reported.waste.total,37,吨", "reported.waste.total,37,担")
    assert project.problems() == []
    row = project.result("R4")
    assert (row["rounded_value"], row["value"]) == ("12.33", "12.333333333333333")


# --- gaps, digits, progress ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "value", "gap", "status"),
    [
        ('{at_least: "70"}', "72.5", "2.5", "met"),
        ('{at_least: "75"}', "72.5", "-2.5", "not_met"),
        ('{at_most: "70"}', "72.5", "-2.5", "not_met"),
        ('{below: "80"}', "72.5", "7.5", "met"),
        ('{equals: "100"}', "98", "-2", "not_met"),
        ('{equals: "100"}', "100", "0", "met"),
        ("{improving: previous}", "72.5", "1.5", "met"),
        ("{not_worse_than: previous}", "70", "-1", "not_met"),
        ('{all_of: [{assigned: true}, {at_least: "70"}]}', "72.5", "2.5", "pending"),
        ("{none: true}", "72.5", "", "no_target"),
    ],
)
def test_a_gap_is_the_margin_and_positive_when_better(rule: str, value: str, gap: str, status: str, project: TinyProject) -> None:
    project.rule("R3", rule)
    project.value("2024", "reported.sewage.rate", value)
    row = project.result("R3")
    assert (row["gap"], row["status"]) == (gap, status)


@pytest.mark.parametrize(
    ("rule", "gap", "status"),
    [
        ('{any_of: [{at_least: "75"}, {improving: previous}]}', "1.5", "met"),  # by the second way, and by how much
        ('{any_of: [{at_least: "70"}, {improving: previous}]}', "2.5", "met"),
        ('{all_of: [{at_least: "70"}, {at_most: "71"}]}', "-1.5", "not_met"),
        ('{any_of: [{at_least: "75"}, {at_least: "74"}]}', "-2.5", "not_met"),
    ],
)
def test_a_gap_agrees_with_the_verdict(rule: str, gap: str, status: str, project: TinyProject) -> None:
    project.rule("R3", rule)
    assert [project.result("R3")[key] for key in ("gap", "status")] == [gap, status]


@pytest.mark.parametrize(("run", "region"), RUNS)
def test_no_shipped_gap_contradicts_its_verdict(run: str, region: str, assessed: Assessed) -> None:
    for row in assessed(run, region).rows:
        if row["gap"] and row["status"] in ("met", "not_met"):
            assert (Fraction(row["gap"]) >= 0) if row["status"] == "met" else (Fraction(row["gap"]) <= 0), row["indicator"]


@pytest.mark.parametrize(
    ("target", "declared", "shown"),
    [
        ("recalled", "recalled", "recalled"),
        ("seen, via: x", "recalled", "recalled"),
        ("seen, via: x", "derived, note: x", "derived"),
        ("seen, via: x", "seen, via: x", "seen"),
    ],
)
def test_a_threshold_is_no_surer_than_the_class_that_chose_it(target: str, declared: str, shown: str, project: TinyProject) -> None:
    head, mark, tail = project.text("params/sets/demo.yml").partition("text: 丘陵≥70，平原≥80")
    project.write("params/sets/demo.yml", head + mark + tail.replace("state: recalled", f"state: {target}", 1))
    project.edit("params/regions/999001.yml", "state: recalled", f"state: {declared}")
    assert project.result("R3")["target_state"] == shown


def test_the_gap_to_an_assigned_figure_follows_the_direction(project: TinyProject) -> None:
    project.rule("R4", "{assigned: true}")
    project.row("2024", "assigned.waste.total", "12", "吨")
    row = project.result("R4")
    assert (row["gap"], row["assigned_value"], row["status"]) == ("-0.5", "12", "not_met")


@pytest.mark.parametrize(
    ("good", "valid", "printed", "status"),
    [
        ("8996", "10000", "89.96", "not_met"),
        ("89999", "100000", "89.999", "not_met"),
        ("9004", "10000", "90.0", "met"),
        ("8994", "10000", "89.9", "not_met"),
    ],
)
def test_a_failed_value_never_prints_equal_to_its_threshold(good: str, valid: str, printed: str, status: str, project: TinyProject) -> None:
    project.edit("params/variables.yml", ', maximum: "366"', "")
    project.value("2024", "air.days_good", good)
    project.value("2024", "air.days_valid", valid)
    row = project.result("R1")
    assert (row["rounded_value"], row["status"]) == (printed, status)


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_what_is_printed_beside_a_failed_threshold_is_below_it(good: int, valid: int) -> None:
    from evalkit.assessment.engine import rounded
    from evalkit.assessment.values import MeasureValue
    from evalkit.catalog.models import Measure

    value = Fraction(good, valid) * 100
    measure = Measure(id="m", name_zh="m", name_en="m", unit="%", kind="number", direction="up", digits=1)
    own = MeasureValue(measure, "2024", value, shown=value, source="computed")
    text = rounded(own, Fraction(90), "not_met" if value < 90 else "met")
    assert (Fraction(text) < 90) == (value < 90) or value >= 90
    assert abs(Fraction(text) - value) <= Fraction(1, 20)


def test_progress_is_the_share_of_the_way_from_base_to_milestone(project: TinyProject) -> None:
    row = project.result("R1", "plan")
    base, now = Fraction(300, 365) * 100, Fraction(333, 366) * 100
    assert abs(Fraction(row["progress"]) - (now - base) / (95 - base) * 100) < Fraction(1, 10**12)
    assert (row["base_period"], row["milestone"], row["milestone_value"]) == ("2022", "2025", "95")


@pytest.mark.parametrize(
    ("base", "note", "progress"),
    [("300", "", "some"), ("-", "base_missing", ""), ("350", "base_equals_target", ""), ("346.75", "base_equals_target", "")],
)
def test_where_there_is_no_way_to_go_progress_says_why(base: str, note: str, progress: str, project: TinyProject) -> None:
    project.value("2022", "air.days_good", base)
    row = project.result("R1", "plan")
    assert row["note"] == note
    assert bool(row["progress"]) == bool(progress)
    assert row["status"] == "not_met"  # the status stands without a base


def test_a_bound_gives_no_progress(project: TinyProject) -> None:
    project.edit("params/plans/trial.yml", 'at: "2024", text: ≥75, rule: {at_least: "75"}', 'at: "2025", text: ≥90, rule: {at_least: "90"}')
    project.edit("params/plans/trial.yml", 'base_period: "2022"', 'base_period: "2023"')
    assert project.result("R3", "plan")["progress"] != ""
    project.edit("params/corrections/try.yml", '{value: "71"}', '{value: "71", bound: lower}')
    row = project.result("R3", "plan")
    assert (row["progress"], row["note"]) == ("", "lower_bound")


def test_a_plan_may_replace_the_base_value_of_a_row_of_its_set(project: TinyProject) -> None:
    project.edit(
        "params/plans/trial.yml",
        "  - row: R1\n",
        "  - row: R1\n    base: {value: '85', cite: {document: doc, clause: x, state: derived, note: y}}\n",
    )
    row = project.result("R1", "plan")
    assert (row["base_value"], row["note"]) == ("85", "rebased")
    assert project.result("R1", "set")["base_value"] != "85"


def test_an_annual_target_is_judged_in_its_own_year_only(project: TinyProject) -> None:
    project.edit("params/runs/try.yml", 'periods: ["2024"]', 'periods: ["2023", "2024"]')
    rows = [row for row in project.assess().rows if row["basis"] == "plan" and row["indicator"] == "R3"]
    assert [(row["period"], row["milestone"], row["status"]) for row in rows] == [("2024", "", "not_met")]


def test_with_nothing_to_compare_with_a_row_is_missing_and_says_what_is(project: TinyProject) -> None:
    project.value("2023", "reported.waste.total", "-")
    row = project.result("R4")
    assert (row["status"], row["reason"], row["value"], row["note"]) == ("missing", "not_collected", "12.5", "comparison_missing")


def test_a_bound_is_printed_as_one_and_decides_what_it_can(project: TinyProject) -> None:
    project.edit("params/corrections/try.yml", 'period: "2023"', 'period: "2024"')
    project.edit("params/corrections/try.yml", "expect: 约71", "expect: ≥71")
    project.edit("params/corrections/try.yml", '{value: "71"}', '{value: "71", bound: lower}')
    project.value("2024", "reported.sewage.rate", "≥71")
    project.value("2023", "reported.sewage.rate", "70")
    row = project.result("R3")
    assert (row["status"], row["value_text"], row["note"]) == ("met", "≥71", "corrected;lower_bound")
    project.rule("R3", '{at_least: "72"}')
    row = project.result("R3")
    assert (row["status"], row["reason"]) == ("pending", "awaiting_evidence")


def test_every_row_of_an_example_says_that_its_data_are_invented(assessed: Assessed) -> None:
    for run, region in RUNS:
        marked = {"example_data" in row["note"].split(";") for row in assessed(run, region).rows}
        assert marked == {run == "example-county-2024"}


# --- shape, traces, bytes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("run", "region"), RUNS)
def test_rows_have_the_columns_and_codes_of_the_format(run: str, region: str, assessed: Assessed) -> None:
    rows = assessed(run, region).rows
    keys = [tuple(row[k] for k in ("region_code", "period", "basis", "set", "indicator", "milestone")) for row in rows]
    assert len(keys) == len(set(keys))
    reasons, notes, states = set(words("reason")), set(words("note")), set(words("state"))
    for row in rows:
        assert list(row) == RESULT_COLUMNS
        assert row["basis"] in ("set", "plan")
        assert row["status"] in STATUS_ORDER
        assert row["reason"] in reasons | {""}
        assert (row["reason"] != "") == (row["status"] in ("missing", "pending", "not_applicable"))
        assert set(filter(None, row["note"].split(";"))) <= notes
        assert row["target_state"] in states | {""}
        assert row["value_source"] in ("computed", "reported", "")
        assert row["adopted_value"] == ""


@pytest.mark.parametrize(("run", "region"), RUNS)
def test_a_trace_carries_what_the_row_says(run: str, region: str, assessed: Assessed) -> None:
    assessment = assessed(run, region)
    assert len(assessment.rows) == len(assessment.traces)
    for row, trace in zip(assessment.rows, assessment.traces, strict=True):
        assert trace["key"] == {k: row[k] for k in ("period", "basis", "set", "indicator", "milestone")}
        assert (trace["status"], trace["reason"], trace["rounded"]) == (row["status"], row["reason"], row["rounded_value"])
        assert bool(trace["previous"]["period"]) == bool(row["previous_value"])
        if trace["exact"]:
            exact = Fraction(trace["exact"])
            assert abs(Fraction(row["value"]) - exact) <= abs(exact) / 10**16
        if row["status"] in ("met", "not_met"):
            assert {check["result"] for check in trace["checks"]} & {"true", "false"}
        for item in trace["inputs"]:
            assert item.get("file") or item["missing"]


def test_results_never_depend_on_the_language(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALKIT_LANG", "zh")
    chinese = project.assess()
    monkeypatch.setenv("EVALKIT_LANG", "en")
    english = project.assess()
    assert (chinese.rows, chinese.traces) == (english.rows, english.traces)


@pytest.mark.parametrize(("run", "region"), RUNS)
def test_the_same_inputs_give_the_same_bytes(run: str, region: str, catalog: Catalog, tmp_path: Path) -> None:
    saved = []
    for name in ("first", "second"):
        result = assess(catalog, read_inputs(catalog, run), region)
        saved.append([path.read_bytes() for path in result.save(tmp_path / name)])
    assert saved[0] == saved[1]
    again = Assessment.load(tmp_path / "first")
    again.save(tmp_path / "third")
    assert [(tmp_path / "third" / n).read_bytes() for n in ("results.csv", "traces.json")] == saved[0]
    assert str(catalog.project.root).encode() not in b"".join(saved[0])


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_rows_received_changes_nothing(seed: int, project: TinyProject) -> None:
    project.row("2024", "reported.sewage.rate", "72.50")  # the same figure, printed otherwise
    project.row("2024", "reported.air.good_day_ratio", "91.0")
    before = project.assess().rows
    head, *lines = project.text(project.data).splitlines()
    random.Random(seed).shuffle(lines)
    project.write(project.data, "\n".join([head, *lines]) + "\n")
    assert project.assess().rows == before


def test_results_are_saved_and_read_back(project: TinyProject) -> None:
    home = project.catalog().project
    assert save(project.assess(), home) == [
        "data/processed/try/regions/999001/results.csv",
        "data/processed/try/regions/999001/traces.json",
    ]
    loaded = Assessment.load(home.region("try", "999001"))
    assert (loaded.rows, loaded.traces) == (project.assess().rows, project.assess().traces)
    stored = json.loads((home.region("try", "999001") / "traces.json").read_text(encoding="utf-8"))
    assert (stored["schema"], stored["run"], stored["region_code"]) == (1, "try", "999001")
    with pytest.raises(EvalkitError) as caught:
        read_results(project.catalog(), "try")
    assert [p.code for p in caught.value.problems] == ["run_missing"]


def test_a_table_for_notebooks_has_numbers_where_there_are_some(project: TinyProject) -> None:
    frame = project.assess().frame()
    assert list(frame.columns) == RESULT_COLUMNS
    assert frame["value"].notna().sum() == 5
    assert frame["target_value"].tolist()[0] == 90.0


def test_an_unknown_region_is_refused(project: TinyProject) -> None:
    catalog = project.catalog()
    with pytest.raises(EvalkitError) as caught:
        assess(catalog, read_inputs(catalog, "try"), "999999")
    assert [p.code for p in caught.value.problems] == ["unknown_id"]


# --- counts -------------------------------------------------------------------------------------------------------

statuses = st.lists(st.sampled_from(STATUS_ORDER), min_size=1, max_size=6)


@given(statuses)
def test_an_indicator_of_several_parts_is_as_good_as_its_worst(parts: list[str]) -> None:
    status = indicator_status(parts)
    assert status in parts
    assert indicator_status(reversed(parts)) == status
    if "not_met" in parts:
        assert status == "not_met"
    if status == "met":
        assert set(parts) <= {"met", "not_applicable", "no_target"}
    if status == "not_applicable":
        assert set(parts) == {"not_applicable"}


@pytest.mark.parametrize("parts", [[], ["fine"], ["met", ""]])
def test_what_is_no_status_is_refused(parts: list[str]) -> None:
    with pytest.raises(ValueError, match="status"):
        indicator_status(parts)


@given(st.lists(st.tuples(st.sampled_from(["binding", "reference"]), st.sampled_from("123"), st.sampled_from(STATUS_ORDER)), max_size=12))
def test_every_official_number_is_counted_once(rows: list[tuple[str, str, str]]) -> None:
    records = [{"attribute": a, "seq": s, "status": status, "indicator": f"{a}{s}{i}"} for i, (a, s, status) in enumerate(rows)]
    counts = count_by_indicator(records)
    assert sum(sum(part.values()) for part in counts.values()) == len({(a, s) for a, s, _ in rows})
    assert len(group_by_indicator(records)) == len({(a, s) for a, s, _ in rows})
    assert list(counts) == [name for name in ("binding", "reference") if name in counts]
