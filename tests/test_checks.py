"""What is declared of values is checked, what looks like a slip is said, and what a person accepts stays in sight."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from conftest import TinyProject
from hypothesis import given
from hypothesis import strategies as st

import evalkit as ek
from evalkit.catalog import Catalog
from evalkit.catalog.models import Decision
from evalkit.intake import Input, Inputs
from evalkit.intake.accepted import accept_warnings
from evalkit.intake.checks import check_values
from evalkit.intake.sums import half_digit
from evalkit.messages import Place, Problem

DECISIONS = "params/decisions/try.csv"
VARIABLES = "params/variables.yml"
MASS = "  - {id: waste.mass, name_zh: 产生量, name_en: mass, unit: 吨, department: 统计部门"


def declare(project: TinyProject, more: str, *others: str) -> None:
    """Declare more of the variable waste.mass, and other variables in tonnes."""
    project.edit(VARIABLES, MASS + "}", MASS + more + "}")
    lines = [f"  - {{id: {name}, name_zh: {name}, name_en: {name}, unit: 吨, department: 统计部门}}\n" for name in others]
    project.write(VARIABLES, project.text(VARIABLES) + "".join(lines))


def figures(project: TinyProject, variable: str = "waste.mass", unit: str = "吨", **values: str) -> None:
    """Add figures by year: y2021="12"."""
    for year, value in values.items():
        project.row(year[1:], variable, value, unit)


def found(project: TinyProject) -> list[tuple[str, str, str]]:
    """Return code, severity and period of what is wrong with the values."""
    return [(p.code, p.severity, str(p.values.get("period", ""))) for p in project.inputs().problems]


def sole(project: TinyProject, code: str) -> Problem:
    """Return the one warning that there is, which says something in both languages."""
    (problem,) = project.inputs().problems
    assert (problem.code, problem.severity, problem.region) == (code, "warning", "999001")
    assert problem.message("zh") != problem.message("en") and "accept" in problem.remedy("zh") and "accept" in problem.remedy("en")
    return problem


# --- ranges


@pytest.mark.parametrize(("value", "limits", "wrong"), [
    ("100.01", ', minimum: "0", maximum: "100"', True),
    ("100", ', minimum: "0", maximum: "100"', False),
    ("-0.1", ', minimum: "0", maximum: "100"', True),
    ("130", ', minimum: "0"', False),  # disposal of old stock: declared, not assumed
    ("-5", "", False),
])  # fmt: skip
def test_a_reported_value_keeps_to_what_its_measure_declares(value: str, limits: str, wrong: bool, project: TinyProject) -> None:
    project.edit("params/measures/all.yml", "id: sewage.rate,", f"id: sewage.rate{limits},")
    project.value("2024", "reported.sewage.rate", value)
    assert [code for code, _, _ in found(project)] == (["out_of_range"] if wrong else [])
    if wrong:
        (problem,) = project.inputs().errors("999001")
        assert problem.place.cell == "E8" and value in problem.message("zh")


# --- sums


@pytest.mark.parametrize(("whole", "one", "two", "fits"), [
    ("10", "4", "6", True),
    ("10", "4", "7", True),  # 9.5 … 10.5 and 10 … 12 meet
    ("10", "4", "8", False),
    ("10.0", "4", "7.5", False),
    ("10.0", "4.4", "5.6", True),
    ("10.00", "4.44", "5.57", True),
    ("10.00", "4.44", "5.59", False),
    ("10.0", "未统计", "5.6", True),  # what is missing is not zero
])  # fmt: skip
def test_parts_make_the_whole_as_far_as_rounding_says(whole: str, one: str, two: str, fits: bool, project: TinyProject) -> None:
    declare(project, ", parts: [waste.a, waste.b]", "waste.a", "waste.b")
    for name, value in (("waste.mass", whole), ("waste.a", one), ("waste.b", two)):
        figures(project, name, y2024=value)
    if fits:
        assert found(project) == []
    else:
        problem = sole(project, "parts_differ")
        assert problem.place.cell == "E11"
        for text in (whole.rstrip("0").rstrip("."), one, two, "try/data.csv!E12", "try/data.csv!E13"):
            assert text in problem.message("zh") and text in problem.message("en")


def test_parts_received_in_other_units_are_compared_as_they_were_rounded(project: TinyProject) -> None:
    declare(project, ", parts: [waste.a, waste.b]", "waste.a", "waste.b")
    figures(project, "waste.mass", y2024="10")
    figures(project, "waste.a", "千克", y2024="4400")
    figures(project, "waste.b", "千克", y2024="6080")  # 10.48 t
    assert found(project) == []
    project.value("2024", "waste.b", "6110")  # 10.51 t, more than 10.5 + 0.001
    assert [code for code, _, _ in found(project)] == ["parts_differ"]


@pytest.mark.parametrize(("received", "value", "factor", "half"), [
    ("12.50", "12.5", "1", "0.005"),
    ("１２．５", "12.5", "1", "0.05"),
    ("1.2万吨", "12000", "10000", "500"),
    ("1,234.0", "1234", "1", "0.05"),
    ("47.5%", "0.475", "0.01", "0.0005"),
    ("约三成", "0.30", "1", "0.05"),  # a correction's reading: the digits that it needs
    ("2022年为50.85", "50.85", "1", "0.005"),
    ("-3.10", "-3.1", "1", "0.005"),
])  # fmt: skip
def test_half_of_the_last_digit_printed(received: str, value: str, factor: str, half: str) -> None:
    item = Input("f!E2", "1", "v", "2024", Fraction(value), "吨", "f", "E2", received, "吨", factor=Fraction(factor))
    assert half_digit(item) == Fraction(half)


def subordinates(project: TinyProject) -> None:
    for code in ("999011", "999012"):
        project.write(f"params/regions/{code}.yml", f'code: "{code}"\nname_zh: 镇{code}\nfull_name_zh: 镇{code}\nname_en: {code}\n'
                      f'level: township\nparent: "999001"\nfictional: true\n')  # fmt: skip
    project.write("params/regions/999013.yml", project.text("params/regions/999012.yml").replace("999012", "999013")
                  + 'valid_to: "2020"\n')  # fmt: skip
    declare(project, ", sum_of_units: true")


@pytest.mark.parametrize(("second", "fits"), [("6.0", True), ("6.1", True), ("6.2", False), ("", True), (None, True)])
def test_counties_make_the_city(second: str | None, fits: bool, project: TinyProject) -> None:
    subordinates(project)
    figures(project, y2024="10.0")
    project.row("2024", "waste.mass", "4.0", "吨", code="999011", name="镇999011")
    if second is not None:
        project.row("2024", "waste.mass", second, "吨", code="999012", name="镇999012")
    warnings = [p for p in project.inputs().problems if p.severity != "note"]
    assert [(p.code, p.severity, p.place.cell) for p in warnings] == ([] if fits else [("subunits_differ", "warning", "E11")])
    if not fits:
        assert "10.2" in warnings[0].message("en") and "镇999011 4" in warnings[0].message("zh") and "0.15" in warnings[0].message("zh")


# --- over the years


@pytest.mark.parametrize(("before", "after", "said"), [
    ("100", "130", False), ("100", "130.1", True), ("100", "69", True), ("100", "70", False),
    ("0", "50", False), ("-10", "-14", True), ("-10", "-12", False),
])  # fmt: skip
def test_a_jump_on_the_year_before(before: str, after: str, said: bool, project: TinyProject) -> None:
    declare(project, ', jump: "30"')
    figures(project, y2023=before, y2024=after)
    if not said:
        assert found(project) == []
        return
    problem = sole(project, "year_jump")
    assert problem.place.cell == "E12" and "try/data.csv!E11" in problem.message("zh") and "30%" in problem.message("zh")


def test_a_jump_over_a_gap_is_not_one_on_the_year_before(project: TinyProject) -> None:
    declare(project, ', jump: "30"')
    figures(project, y2021="100", y2024="150")
    assert found(project) == []


@pytest.mark.parametrize(("values", "said"), [
    ({"y2021": "7.5", "y2022": "7.5", "y2023": "7.50"}, ["2023"]),
    ({"y2021": "7.5", "y2022": "7.5", "y2023": "7.5", "y2024": "7.5"}, ["2024"]),
    ({"y2021": "7.5", "y2022": "7.5", "y2024": "7.5"}, []),  # not in a row
    ({"y2021": "7.5", "y2022": "7.6", "y2023": "7.5", "y2024": "7.5"}, []),
    ({"y2021": "0", "y2022": "0", "y2023": "0"}, []),
])  # fmt: skip
def test_the_same_value_in_several_years(values: dict[str, str], said: list[str], project: TinyProject) -> None:
    declare(project, ', repeats: "3"')
    figures(project, **values)
    assert found(project) == [("value_repeated", "warning", period) for period in said]
    if said:
        assert "try/data.csv!E11" in sole(project, "value_repeated").message("zh")


def test_a_value_that_says_it_is_of_an_earlier_year_repeats_nothing(project: TinyProject) -> None:
    declare(project, ', repeats: "2"')
    head, *lines = project.text(project.data).splitlines()
    lines = [f"{line}," for line in lines]
    lines += ["999001,试验县,2023,waste.mass,7.5,吨,追加,", "999001,试验县,2024,waste.mass,7.5,吨,追加,2023"]
    project.write(project.data, "\n".join([f"{head},data_year", *lines]) + "\n")
    assert found(project) == []


@pytest.mark.parametrize(("values", "said"), [
    (["7.5", "75"], {"2022": "10"}),
    (["7.5", "7450"], {"2022": "1000"}),
    (["7.5", "74.9", "7.7"], {"2022": "10"}),
    (["750", "7.5", "7.6"], {"2021": "100"}),  # the first one is off, not the two after it
    (["7.5", "7.6", "0.00076", "7.7"], {"2023": "1/10000"}),
    (["7.5", "7.6", "760", "770"], {"2023": "100", "2024": "100"}),  # another unit from then on
    (["7.5", "59"], {}),  # 7.9 times: outside the band
    (["7.5", "91"], {}),
    (["7.5", "112.5"], {}),  # 15 times, but no area
    (["0", "75"], {}),
    (["7.5", "20", "50", "140"], {}),  # growth
    (["-7.5", "-75"], {"2022": "10"}),
])  # fmt: skip
def test_a_slip_of_unit_is_suspected_and_shown(values: list[str], said: dict[str, str], project: TinyProject) -> None:
    declare(project, ', jump: "30"')
    figures(project, **{f"y{2021 + place}": value for place, value in enumerate(values)})
    slips = [p for p in project.inputs().problems if p.code == "magnitude_suspected"]
    assert {str(p.values["period"]): p.values["factor"] for p in slips} == said
    jumps = {str(p.values["period"]) for p in project.inputs().problems if p.code == "year_jump"}
    near = {str(int(year) + step) for year in said for step in (0, 1)}
    assert not jumps & near  # nothing is said twice
    for problem in slips:
        assert problem.severity == "warning" and str(problem.values["other"]) in problem.message("zh")


def test_a_slip_names_the_units_that_may_have_been_mixed_up(project: TinyProject) -> None:
    figures(project, y2023="12.5", y2024="12600")
    assert "千克 → 吨" in sole(project, "magnitude_suspected").message("zh")


@pytest.mark.parametrize(("unit", "before", "after", "said"), [
    ("个", "3", "30", False),  # few
    ("个", "300", "3000", True),
    ("%", "0.5", "5", False),  # a share may well be ten times that of the year before
    ("%", "0.953", "95.3", True),
    ("公顷", "200", "3010", True),  # 亩
    ("公顷", "3010", "200", True),
])  # fmt: skip
def test_what_can_slip_depends_on_the_unit(unit: str, before: str, after: str, said: bool, project: TinyProject) -> None:
    project.write("params/units.yml", project.text("params/units.yml")
                  + '  - {id: 个, name_en: items, definition: base}\n  - {id: 公顷, symbol: hectare, name_en: ha, definition: base}\n'
                  + '  - {id: 亩, symbol: mu, name_en: mu, definition: "1 / 15 * hectare"}\n')  # fmt: skip
    project.write(VARIABLES, project.text(VARIABLES)
                  + f'  - {{id: x.y, name_zh: 甲, name_en: x, unit: "{unit}", department: 部门, minimum: "0"}}\n')  # fmt: skip
    figures(project, "x.y", unit, y2023=before, y2024=after)
    assert [code for code, _, _ in found(project)] == (["magnitude_suspected"] if said else [])
    if unit == "公顷":
        assert "亩" in project.inputs().problems[0].message("zh")


def test_a_rate_of_change_is_never_a_slip(project: TinyProject) -> None:
    for period, value in (("2022", "0.05"), ("2021", "5.1")):  # no minimum is declared of it
        project.row(period, "reported.sewage.rate", value)
    assert found(project) == []


@given(st.lists(st.fractions(min_value=-1000, max_value=1000), min_size=2, max_size=6))
def test_any_series_is_checked_without_a_fault(values: list[Fraction]) -> None:
    catalog = Catalog(project=None)  # type: ignore[arg-type]
    inputs = Inputs("x")
    for place, value in enumerate(values):
        year = str(2018 + place)
        inputs.items["1", "v", year] = Input(f"f!E{place}", "1", "v", year, value, "吨", "f", f"E{place}", str(value), "吨")
    check_values(catalog, inputs)
    for problem in inputs.problems:
        ratio = abs(Fraction(problem.values["factor"]))
        assert problem.code == "magnitude_suspected" and (ratio >= 10 or ratio <= Fraction(1, 10))
    assert len(inputs.problems) < len(values)


# --- acceptances


def accept(project: TinyProject, *cells: str) -> None:
    """Write decisions with the column `expect`."""
    head, *lines = project.text(DECISIONS).splitlines()
    rows = [f"A{place},accept,999001,2024,{cell},试验员,2025-01-02,核对记录,口径调整" for place, cell in enumerate(cells)]
    before = [head.replace("choice,", "choice,expect,"), *(line.replace("met,,", "met,,,") for line in lines)]
    project.write(DECISIONS, "\n".join([*before, *rows]) + "\n")


def test_an_accepted_warning_is_a_note_with_who_when_and_why(project: TinyProject) -> None:
    declare(project, ', jump: "30"')
    figures(project, y2023="100", y2024="150.0")
    accept(project, "waste.mass,,year_jump,150.0")
    inputs = project.inputs()
    (problem,) = inputs.problems
    assert (problem.code, problem.severity) == ("year_jump", "note")
    for text in ("试验员", "2025-01-02", "口径调整", "150"):
        assert text in problem.message("zh") and text in problem.message("en")
    assert problem.remedy("zh") != problem.remedy("en") and "accept" not in problem.remedy("zh")
    (accepted,) = inputs.accepted
    assert (accepted.item.value, accepted.decision.id, accepted.problem.severity) == (150, "A0", "warning")
    assert set(inputs.decisions) == {("999001", "2024", "gov.plan")}  # not taken for a verdict


@pytest.mark.parametrize(("cells", "codes"), [
    ("waste.mass,,year_jump,150", ["acceptance_expired", "year_jump"]),  # the cell says 150.0
    ("waste.mass,,value_repeated,150.0", ["acceptance_unused", "year_jump"]),
    ("air.days_valid,,year_jump,366", ["acceptance_unused", "year_jump"]),
    ("waste.mass,,year_jmp,150.0", ["acceptance_unused", "unknown_id", "year_jump"]),
    ("waste.mas,,year_jump,150.0", ["acceptance_unused", "unknown_id", "year_jump"]),
    ("waste.mass,,year_jump,", ["acceptance_expired", "missing_key", "year_jump"]),
])  # fmt: skip
def test_an_acceptance_that_does_not_hold_is_said(cells: str, codes: list[str], project: TinyProject) -> None:
    declare(project, ', jump: "30"')
    figures(project, y2023="100", y2024="150.0")
    accept(project, cells)
    inputs = project.inputs()
    assert sorted(p.code for p in inputs.problems) == codes and not inputs.accepted
    assert next(p.severity for p in inputs.problems if p.code == "year_jump") == "warning"
    assert all(p.place.file == DECISIONS and p.place.cell for p in inputs.problems if p.code.startswith("acceptance"))


def test_two_warnings_of_one_value_are_accepted_one_by_one(project: TinyProject) -> None:
    declare(project, ', jump: "30", parts: [waste.a]', "waste.a")
    figures(project, y2023="100", y2024="150")
    figures(project, "waste.a", y2024="120")
    accept(project, "waste.mass,,year_jump,150", "waste.mass,,parts_differ,150")
    assert {(p.code, p.severity) for p in project.inputs().problems} == {("year_jump", "note"), ("parts_differ", "note")}
    accept_twice = project.text(DECISIONS)
    project.write(DECISIONS, accept_twice + accept_twice.splitlines()[-1].replace("A1", "A2") + "\n")
    assert "duplicate_id" in {p.code for p in project.inputs().problems}


def test_an_error_cannot_be_accepted(project: TinyProject) -> None:
    project.value("2024", "air.days_good", "367")
    inputs = project.inputs()
    inputs.problems[:] = [Problem("out_of_range", Place(key="999001 air.days_good 2024"), {}, "error", "999001")]
    decision = Decision(id="A", kind="accept", region_code="999001", period="2024", key="air.days_good", choice="out_of_range",
                        expect="367", by="x", date="2025-01-02", evidence="x", reason="x")  # fmt: skip
    accept_warnings(inputs, [(decision, Place(DECISIONS))])
    assert [(p.code, p.severity) for p in inputs.problems] == [("out_of_range", "error"), ("acceptance_of_error", "warning")]
    assert not inputs.accepted


# --- several sources


def test_a_conflict_shows_all_sources_side_by_side(project: TinyProject) -> None:
    for value, unit in (("80", "%"), ("72.50", "%"), ("不涉及", "%")):
        project.row("2024", "reported.sewage.rate", value, unit)
    (problem,) = project.inputs().problems
    for text in (
        "72.5 %",
        "80 %",
        "72.50 %",
        "不涉及",
        "try/data.csv!E8",
        "try/data.csv!E11",
        "try/data.csv!E12",
        "try/data.csv!E13",
        "住建",
    ):
        assert text in problem.message("zh") and text in problem.message("en")
    assert problem.severity == "error" and "choose" in problem.remedy("zh")


def test_the_decision_stands_beside_what_it_chose(project: TinyProject) -> None:
    project.row("2024", "reported.sewage.rate", "70")
    project.write(
        DECISIONS, project.text(DECISIONS) + "D1,choose,999001,2024,reported.sewage.rate,,try/data.csv!E11,试验员,2025-01-02,函,后者\n"
    )
    inputs = project.inputs()
    assert inputs.chosen["999001", "reported.sewage.rate", "2024"].reason == "后者"
    from evalkit.report.remarks import settled_conflicts

    (entry,) = settled_conflicts(project.catalog(units=False), inputs, "999001")
    assert entry["subject"] == "处理率（申报值）" and "70%" in entry["chosen"] and "72.5%" in entry["passed"] and entry["reason"] == "后者"


# --- declarations


@pytest.mark.parametrize(("more", "code"), [
    (", parts: [waste.none]", "unknown_id"),
    (", parts: [air.days_good]", "bad_value"),
    (", parts: [waste.mass]", "duplicate_id"),
    (", alternatives: [waste.none]", "unknown_id"),
    (", alternatives: [air.days_good]", None),
    (', jump: "0"', "bad_value"),
    (', minimum: "2", maximum: "1"', "bad_value"),
    (', repeats: "1"', "bad_value"),
    (", price_base: now", "bad_value"),
])  # fmt: skip
def test_a_declaration_that_cannot_hold_is_found(more: str, code: str | None, project: TinyProject) -> None:
    declare(project, more)
    assert {p.code for p in project.problems()} == ({code} if code else set())


def test_limits_of_what_is_no_number_are_refused(project: TinyProject) -> None:
    project.edit("params/measures/all.yml", "id: gov.plan,", 'id: gov.plan, minimum: "0",')
    assert {p.code for p in project.problems()} == {"bad_value"}


def test_shares_of_a_part_are_declared_and_changes_are_not(catalog: Catalog) -> None:
    measures = catalog.measures
    assert (measures["air.good_day_ratio"].minimum, measures["air.good_day_ratio"].maximum) == ("0", "100")
    for name in ("waste.hazardous_utilization_disposal", "damage.case_closure_rate", "edu.tertiary_enrolment_2003"):
        assert (measures[name].minimum, measures[name].maximum) == ("0", None)  # old stock, old cases, older students
    for name in ("air.pm25_decline_rate", "energy.intensity_reduction", "ecology.eqi_change", "economy.gdp_growth"):
        assert (measures[name].minimum, measures[name].maximum) == (None, None)
    means = {"air.pm25_mean", "ecology.ei_bio", "economy.public_institution_energy", "air.days_good"}
    assert not any(catalog.variables[name].sum_of_units for name in means)


def test_the_shipped_data_hold_no_silly_warnings(catalog: Catalog) -> None:
    codes = {"parts_differ", "subunits_differ", "year_jump", "value_repeated", "magnitude_suspected", "out_of_range", "part_exceeds_whole"}
    for run in catalog.runs:
        inputs = ek.read_inputs(catalog, run)
        said = [(p.code, p.severity) for p in inputs.problems if p.code in codes or p.code.startswith("acceptance")]
        assert said == ([("year_jump", "note")] if run == "example-county-2024" else []), run


def test_many_values_are_checked_in_seconds(catalog: Catalog) -> None:
    inputs = Inputs("many")
    names = [name for name, variable in catalog.variables.items() if variable.part_of is None][:100]
    for place in range(100_000):
        region, rest = divmod(place, 500)
        name, year = names[rest // 5], str(2020 + rest % 5)
        value = Fraction(10_000 + (place * 7919) % 2500, 100)
        inputs.items[str(region), name, year] = Input(f"f!E{place}", str(region), name, year, value, "x", "f", f"E{place}", str(value), "x")
    started = time.process_time()
    check_values(catalog, inputs)
    assert time.process_time() - started < 3  # 200,000 in about two seconds on a small machine
