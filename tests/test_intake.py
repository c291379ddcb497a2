"""Data as received become inputs: cells, units, corrections, reasons, conflicts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from conftest import TinyProject

from evalkit.catalog import Catalog
from evalkit.intake import INPUT_COLUMNS, Input, read_inputs
from evalkit.messages import EvalkitError


def item(project: TinyProject, variable: str, period: str = "2024") -> Input:
    found = project.inputs().get(project.region, variable, period)
    assert found is not None
    return found


def codes(project: TinyProject) -> list[tuple[str, str, str]]:
    """Return code, severity and region of what is wrong with the inputs."""
    return [(p.code, p.severity, p.region) for p in project.inputs().problems]


def test_an_input_knows_its_cell_and_what_was_received(project: TinyProject) -> None:
    found = item(project, "air.days_good")
    assert (found.id, found.file, found.cell) == ("try/data.csv!E4", "try/data.csv", "E4")
    assert (found.value, found.value_received, found.unit, found.source) == (333, "333", "天", "月报")
    assert found.place().file == "data/raw/try/data.csv"


def test_a_unit_is_converted_exactly_and_what_was_received_is_kept(project: TinyProject) -> None:
    found = item(project, "reported.waste.total", "2023")
    assert (found.value, found.unit, found.value_received, found.unit_received, found.factor) == (
        13,
        "吨",
        "13000",
        "千克",
        Fraction(1, 1000),
    )


def test_an_alias_of_a_unit_is_the_unit(project: TinyProject) -> None:
    project.edit(project.data, "reported.sewage.rate,72.5,%", "reported.sewage.rate,72.5,％")
    assert codes(project) == []
    assert item(project, "reported.sewage.rate").factor == 1


def test_a_correction_reads_the_odd_cell_and_names_itself(project: TinyProject) -> None:
    found = item(project, "reported.sewage.rate", "2023")
    assert (found.value, found.value_received, found.correction_id) == (71, "约71", "K1")


def test_a_correction_may_split_one_cell(project: TinyProject) -> None:
    project.edit(
        "params/corrections/try.yml",
        '[{value: "71"}]',
        '[{value: "71", bound: lower, data_year: "2022", notes: [definition_differs]},'
        ' {variable: reported.waste.total, unit: 千克, period: "2021", value: "5000"}]',
    )
    assert codes(project) == []
    first, second = item(project, "reported.sewage.rate", "2023"), item(project, "reported.waste.total", "2021")
    assert (first.bound, first.data_year, first.notes) == ("lower", "2022", ("definition_differs",))
    assert (second.value, second.id, second.cell) == (5, "try/data.csv!E7/2", "E7")


def test_a_correction_may_give_a_reason_or_a_figure_that_is_not_assessed(project: TinyProject) -> None:
    project.edit("params/corrections/try.yml", '{value: "71"}', '{value: "71", missing: not_assessed}')
    found = item(project, "reported.sewage.rate", "2023")
    assert (found.value, found.missing) == (71, "not_assessed")
    assert not found.usable


@pytest.mark.parametrize(
    "reading",
    [
        "{}",
        "{missing: unwell}",
        "{value: 约71}",
        '{value: ""}',
        "{missing: not_issued}",
        '{value: "71", data_year: "22"}',
        '{value: "71", variable: none.such}',
        '{value: "71", unit: 担}',
        '{value: "71", period: "2023年"}',
    ],
)
def test_a_reading_that_says_nothing_sound_is_refused(reading: str, project: TinyProject) -> None:
    project.edit("params/corrections/try.yml", '{value: "71"}', reading)
    if reading == '{value: ""}':
        assert item(project, "reported.sewage.rate", "2023").missing == "not_collected"
    else:
        assert {p.severity for p in project.inputs().problems} == {"error"}


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("不涉及", "not_involved"),
        ("上级不考核", "not_assessed"),
        ("无国控监测点", "no_monitoring_site"),
        ("未发布", "not_published"),
        ("—", "not_collected"),
        ("", "not_collected"),
    ],
)
def test_a_word_instead_of_a_number_is_a_typed_reason(word: str, reason: str, project: TinyProject) -> None:
    project.value("2024", "reported.sewage.rate", word)
    found = item(project, "reported.sewage.rate")
    assert (found.value, found.missing, found.value_received) == (None, reason, word)
    assert codes(project) == []


def test_only_a_task_can_be_one_that_nobody_set(project: TinyProject) -> None:
    project.row("2024", "assigned.sewage.rate", "上级未下达")
    assert codes(project) == []
    assert item(project, "assigned.sewage.rate").missing == "not_issued"
    project.value("2024", "reported.sewage.rate", "上级未下达")
    assert codes(project) == [("not_a_number", "error", "999001")]


def test_qualitative_text_is_kept_as_printed(project: TinyProject) -> None:
    found = item(project, "reported.gov.plan")
    assert (found.value, found.text, found.missing) == (None, "编制", "")


def test_the_same_value_from_two_sources_is_no_conflict(project: TinyProject) -> None:
    project.row("2024", "reported.sewage.rate", "72.50")
    assert codes(project) == []
    assert item(project, "reported.sewage.rate").value == Fraction("72.5")


@pytest.mark.parametrize("more", ["72.6,%", "不涉及,%", "72.5,-"])
def test_two_values_need_a_decision(more: str, project: TinyProject) -> None:
    value, unit = more.split(",")
    project.row("2024", "reported.sewage.rate", value, unit)
    assert ("conflict", "error", "999001") in codes(project)
    assert project.inputs().get("999001", "reported.sewage.rate", "2024") is None


def test_the_same_figure_of_another_year_is_a_conflict(project: TinyProject) -> None:
    text = project.text(project.data).replace("source\n", "source,data_year\n")
    head, *lines = text.splitlines()
    lines = [f"{line}," for line in lines] + ["999001,试验县,2024,reported.sewage.rate,72.5,%,追加,2023"]
    project.write(project.data, "\n".join([head, *lines]) + "\n")
    assert codes(project) == [("conflict", "error", "999001")]


def test_a_decision_picks_one_and_keeps_the_other_in_sight(project: TinyProject) -> None:
    project.row("2024", "reported.sewage.rate", "70")
    decisions = project.text("params/decisions/try.csv")
    project.write(
        "params/decisions/try.csv",
        decisions + "D1,choose,999001,2024,reported.sewage.rate,,try/data.csv!E11,试验员,2025-01-02,函,以后者为准\n",
    )
    assert codes(project) == []
    found = item(project, "reported.sewage.rate")
    assert (found.value, found.notes) == (70, ("conflict_decided",))
    assert [p.value for p in project.inputs().passed_over] == [Fraction("72.5")]
    project.write(
        "params/decisions/try.csv",
        decisions + "D1,choose,999001,2024,reported.sewage.rate,,try/data.csv!E99,试验员,2025-01-02,函,以后者为准\n",
    )
    assert codes(project) == [("choice_not_found", "error", "999001")]


def test_regions_outside_the_run_are_counted_and_left_out(catalog: Catalog) -> None:
    inputs = read_inputs(catalog, "yichang-2024-02")
    (problem,) = inputs.problems
    assert (problem.code, problem.severity, problem.values["count"]) == ("row_outside_run", "note", 7)
    assert inputs.errors() == inputs.errors("420526") == []


def test_one_region_can_be_read_by_itself(catalog: Catalog) -> None:
    whole, part = read_inputs(catalog, "yichang-2024-02"), read_inputs(catalog, "yichang-2024-02", "420526")
    assert {key: value for key, value in whole.items.items() if key[0] == "420526"} == part.items
    assert len(part.items) == 7


def test_another_name_for_a_region_is_a_warning(project: TinyProject) -> None:
    project.edit(project.data, "999001,试验县,2024,air.days_good", "999001,实验县,2024,air.days_good")
    assert codes(project) == [("region_name_differs", "warning", "999001")]
    project.edit(project.data, "999001,实验县,2024,air.days_good", "999001,*示例市试验县,2024,air.days_good")
    assert codes(project) == []


def test_a_record_has_the_columns_of_inputs_csv(project: TinyProject) -> None:
    record = item(project, "reported.waste.total", "2023").record("试验县")
    assert list(record) == INPUT_COLUMNS
    assert record["factor"] == "0.001" and record["value"] == "13" and record["value_received"] == "13000"


def test_an_unknown_run_is_refused_with_near_names(project: TinyProject) -> None:
    with pytest.raises(EvalkitError) as caught:
        read_inputs(project.catalog(), "trying")
    assert [(p.code, "try" in p.remedy("en")) for p in caught.value.problems] == [("unknown_id", True)]


def test_long_decimals_and_big_numbers_stay_exact(project: TinyProject) -> None:
    digits = "1234567890123456789012345678901234567.0000000000000000000000000000000000000001"
    project.value("2024", "reported.waste.total", digits)
    assert item(project, "reported.waste.total").value == Fraction(digits)
