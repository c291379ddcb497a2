"""Shipped runs against figures and verdicts that were published, or worked out by hand beside the published table."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from evalkit.assessment import Assessment
from evalkit.assessment.counts import count_by_indicator
from evalkit.catalog import Catalog
from evalkit.intake import read_inputs
from evalkit.values import Period, missing_word

GOLDEN = Path(__file__).parent / "golden"
Assessed = Callable[[str, str], Assessment]


def table(name: str) -> list[dict[str, str]]:
    with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def thresholds(assessment: Assessment, period: str) -> dict[str, dict[str, str]]:
    """Return the results against thresholds: rows of the set, and a plan's own thresholds."""
    return {row["indicator"]: row for row in assessment.rows if row["period"] == period and not row["milestone"]}


# --- Chongming 2023 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expected", table("chongming-2023"), ids=lambda row: row["indicator"])
def test_a_status_of_chongming_is_the_one_worked_out_by_hand(expected: dict[str, str], assessed: Assessed) -> None:
    row = thresholds(assessed("chongming-2023", "310151"), "2023")[expected["indicator"]]
    assert row["status"] == expected["status"]
    if expected["reason"]:
        assert row["reason"] == expected["reason"]


def test_chongming_has_exactly_the_rows_of_the_printed_table(assessed: Assessed) -> None:
    rows = thresholds(assessed("chongming-2023", "310151"), "2023")
    printed = {row["indicator"]: row for row in table("chongming-plan-table")}
    assert set(rows) == set(printed) == {row["indicator"] for row in table("chongming-2023")}
    attributes = {"约束性": "binding", "参考性": "reference"}
    for name, row in rows.items():
        assert row["seq"] == printed[name]["seq"], name
        assert row["name_zh"] == (printed[name]["part"] or printed[name]["name"]), name
        assert row["attribute"] == attributes.get(printed[name]["attribute"], "local"), name


def test_chongming_prints_targets_and_plain_values_as_its_table_does(assessed: Assessed) -> None:
    assessment = assessed("chongming-2023", "310151")
    rows = thresholds(assessment, "2023")
    plain = 0
    for printed in table("chongming-plan-table"):
        row = rows[printed["indicator"]]
        assert row["target_text"].replace(" ", "") == printed["target"].replace(" ", ""), printed["indicator"]
        if printed["v2023"].replace(".", "", 1).lstrip("-").isdigit():
            assert row["rounded_value"] == printed["v2023"]
            assert Fraction(row["value"]) == Fraction(printed["v2023"])
            plain += 1
        elif missing_word(printed["v2023"]):
            assert row["value"] == row["rounded_value"] == ""
    assert plain > 15
    planned = {(r["indicator"], r["milestone"]): r["target_text"] for r in assessment.rows if r["milestone"]}
    for printed in table("chongming-plan-table"):
        for year in ("2027", "2035"):
            if (printed["indicator"], year) in planned and printed[f"t{year}"]:
                assert planned[(printed["indicator"], year)].replace(" ", "") == printed[f"t{year}"].replace(" ", "")


def test_chongming_counts_by_official_number(assessed: Assessed) -> None:
    rows = [row for row in assessed("chongming-2023", "310151").rows if row["basis"] == "set"]
    assert count_by_indicator(rows) == {
        "binding": {"met": 16, "not_met": 5, "pending": 3, "not_applicable": 3},
        "reference": {"met": 4, "not_applicable": 1},
    }


def test_chongming_has_made_no_way_in_its_base_year(assessed: Assessed) -> None:
    rows = [row for row in assessed("chongming-2023", "310151").rows if row["milestone"]]
    assert {row["milestone"] for row in rows} == {"2027", "2035"}
    assert {row["base_period"] for row in rows} == {"2023"}
    said = {"base_missing", "base_equals_target", "no_numeric_target", "lower_bound"}
    for row in rows:
        if row["progress"]:
            assert row["progress"] == "0"
        elif row["value"] and row["status"] != "not_applicable":
            assert said & set(row["note"].split(";")), row["indicator"]
    assert sum(row["progress"] == "0" for row in rows) >= 8


def test_the_odd_cells_of_chongming_are_read_by_corrections_a_reader_can_see(assessed: Assessed, catalog: Catalog) -> None:
    rows = thresholds(assessed("chongming-2023", "310151"), "2023")
    assert rows["C22"]["value_text"] == "≥81.8"
    assert "lower_bound" in rows["C22"]["note"].split(";")
    assert "definition_differs" in rows["C21"]["note"].split(";")
    for name in ("C15", "C18", "C19", "C20"):
        assert rows[name]["data_year"] == "2022"
        assert "lagged_year" in rows[name]["note"].split(";")
    assert "shown_not_assessed" in rows["C15"]["note"].split(";")
    inputs = read_inputs(catalog, "chongming-2023")
    corrected = {item.variable for item in inputs.items.values() if item.correction_id and item.period == "2023"}
    assert {"reported.living.green_travel_ratio", "reported.carbon.intensity_reduction", "eco.eqi"} <= corrected
    assert Counter(c.author != "" and c.reason != "" for c in inputs.corrections) == {True: len(inputs.corrections)}


def test_the_change_of_eqi_is_computed_and_agrees_with_the_printed_one(assessed: Assessed) -> None:
    trace = assessed("chongming-2023", "310151").trace("C07.1", basis="set")
    assert trace is not None
    assert (trace["value_source"], trace["exact"], trace["reported"], trace["difference"]) == ("computed", "-1/5", "-0.2", "0")
    assert trace["formula"]["substituted"] == "57.9 − 58.1"


# --- Yichang, February 2024 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("expected", table("yichang-2024-02"), ids=lambda row: row["region_code"])
def test_a_ratio_of_yichang_is_the_published_one(expected: dict[str, str], assessed: Assessed) -> None:
    (row,) = assessed("yichang-2024-02", expected["region_code"]).rows
    assert row["rounded_value"] == row["reported_value"] == expected["published_ratio"]
    assert row["value_source"] == "computed"
    assert "reported_differs" not in row["note"]
    assert row["status"] == "no_target"


@pytest.mark.parametrize("expected", table("yichang-2024-02"), ids=lambda row: row["region_code"])
def test_the_denominator_of_yichang_is_valid_days_not_calendar_days(expected: dict[str, str], assessed: Assessed) -> None:
    (trace,) = assessed("yichang-2024-02", expected["region_code"]).traces
    days = {item["role"]: int(item["value"]) for item in trace["inputs"] if item["role"] != "reported"}
    assert sum(days.values()) == int(expected["valid_days"]) < int(expected["calendar_days"]) == Period.parse("2024-02").days
    assert Fraction(trace["exact"]) == Fraction(days["days_excellent"] + days["days_good"], int(expected["valid_days"])) * 100


def test_all_fifteen_rows_of_the_bulletin_are_there(catalog: Catalog) -> None:
    codes = [row["region_code"] for row in table("yichang-2024-02")]
    assert len(codes) == 15
    assert set(catalog.runs["yichang-2024-02"].regions) == set(codes) - {"420500-kaohe"}
    assert {key[0] for key in read_inputs(catalog, "yichang-2024-02").items} == set(codes)


# --- Beijing 2011 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expected", table("beijing-2011"), ids=lambda row: row["seq"])
def test_a_verdict_of_beijing_is_the_published_one(expected: dict[str, str], assessed: Assessed) -> None:
    rows = {row["seq"]: row for row in assessed("beijing-2011", "110000").rows}
    row = rows[expected["seq"]]
    assert row["name_zh"] == expected["name"].removesuffix("(北方)")
    assert row["status"] == {"Y": "met", "N": "not_met", "NA": "missing"}[expected["verdict"]]
    assert (row["reason"] == "not_collected") == (expected["verdict"] == "NA")
    if expected["value"].replace(".", "", 1).isdigit():
        assert Fraction(row["value"]) == Fraction(expected["value"])


def test_beijing_counts(assessed: Assessed) -> None:
    rows = assessed("beijing-2011", "110000").rows
    assert Counter(row["status"] for row in rows) == {"met": 6, "not_met": 5, "missing": 6}
    assert len(rows) == len(table("beijing-2011"))


def test_the_forest_verdict_of_beijing_needs_the_class_of_plains(assessed: Assessed) -> None:
    row = next(row for row in assessed("beijing-2011", "110000").rows if row["seq"] == "9")
    assert (row["class"], row["target_value"], row["value"]) == ("terrain=plain", "15", "37")


# --- the 13th five-year plan --------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", ["2019", "2020"])
@pytest.mark.parametrize("expected", table("national-135"), ids=lambda row: row["name"])
def test_a_verdict_of_the_national_plan_is_the_published_one(expected: dict[str, str], year: str, assessed: Assessed) -> None:
    rows = {row["name_zh"]: row for row in assessed("national-135", "100000").rows if row["period"] == year}
    row = rows[expected["name"]]
    verdict, value = expected[f"verdict_{year}"], expected[f"value_{year}"]
    assert row["status"] == ("missing" if not value else "met" if verdict == "完成" else "not_met")
    assert row["rounded_value"] == value
    assert row["attribute"] == {"约束性": "binding", "预期性": "expected"}[expected["attribute"]]
    if year == "2020" and expected["exceeds_2020"]:
        assert Fraction(row["gap"]) == Fraction(expected["exceeds_2020"])


def test_the_national_plan_counts(assessed: Assessed) -> None:
    rows = assessed("national-135", "100000").rows
    binding = {year: Counter(r["status"] for r in rows if r["period"] == year and r["attribute"] == "binding") for year in ("2019", "2020")}
    assert binding == {"2019": {"met": 8, "not_met": 1}, "2020": {"met": 5, "missing": 4}}
    assert len(rows) == 2 * len(table("national-135"))


def test_the_re_based_figure_is_marked_and_the_printed_one_kept(assessed: Assessed, catalog: Catalog) -> None:
    assessment = assessed("national-135", "100000")
    row = next(row for row in assessment.rows if row["indicator"] == "P01" and row["period"] == "2019")
    assert (row["status"], row["base_value"], row["target_value"], row["target_state"]) == ("not_met", "81.2", "84.5", "derived")
    assert "rebased" in row["note"].split(";")
    assert Fraction(row["value"]) > 80  # the threshold as printed would have been met
    printed = read_inputs(catalog, "national-135").get("100000", "reported.air.good_day_ratio_cities_135", "2015")
    assert printed is not None
    assert printed.value == Fraction("76.7")
    assert [r["note"] for r in assessment.rows if "rebased" in r["note"].split(";") and r["indicator"] != "P01"] == []


# --- the fictional county -----------------------------------------------------------------------------------------


def test_the_fictional_county_has_a_value_for_every_formula_it_is_asked_for(assessed: Assessed, catalog: Catalog) -> None:
    assessment = assessed("example-county-2024", "999001")
    latest = [t for t in assessment.traces if t["key"]["period"] == "2024" and t["key"]["basis"] == "set" and "formula" in t]
    assert len(latest) > 25
    without = [t["key"]["indicator"] for t in latest if not t["exact"] and t["status"] not in ("not_applicable", "missing")]
    assert without == []
    assert catalog.runs["example-county-2024"].example and catalog.regions["999001"].fictional


def test_no_real_region_is_in_an_example_run(catalog: Catalog) -> None:
    for run in catalog.runs.values():
        assert {catalog.regions[code].fictional for code in run.regions} == {run.example}
