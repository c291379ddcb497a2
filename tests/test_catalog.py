"""The catalogue: places, units, references between files, base periods."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
from conftest import ROOT, TinyProject
from hypothesis import given
from hypothesis import strategies as st

from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.catalog.models import UnitRow
from evalkit.catalog.units import UnitMismatchError, Units
from evalkit.formulas.vocabulary import Expr, Role, mean, share, where
from evalkit.messages import EvalkitError, Problem
from evalkit.project import find_project


def faults(project: TinyProject) -> list[Problem]:
    with pytest.raises(EvalkitError) as caught:
        project.catalog()
    return caught.value.problems


def test_the_tiny_project_is_sound(project: TinyProject) -> None:
    assert project.problems() == []
    statuses = {(row["basis"], row["indicator"]): row["status"] for row in project.assess().rows}
    assert statuses == {
        ("set", "R1"): "met",
        ("set", "R2"): "met",
        ("set", "R3"): "met",
        ("set", "R4"): "met",
        ("plan", "R1"): "not_met",
        ("plan", "R3"): "not_met",
    }


def test_a_project_is_found_from_a_folder_inside_it(project: TinyProject) -> None:
    assert find_project(project.root / "params" / "sets").root == project.root
    with pytest.raises(EvalkitError) as caught:
        find_project(project.root.parent)
    assert [p.code for p in caught.value.problems] == ["not_a_project"]


def test_entries_know_file_and_line(project: TinyProject) -> None:
    catalog = project.catalog()
    place = catalog.place("measure", "waste.total")
    assert place.file == "params/measures/all.yml"
    assert place.cell == f"L{project.line('params/measures/all.yml', '- {id: waste.total')}"
    assert catalog.place("set", "demo", "rows", 1).cell == f"L{project.line('params/sets/demo.yml', '- id: R2')}"


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "line"),
    [
        ("params/sets/demo.yml", "document: doc\n", "document: dok\n", "unknown_id", "id: demo"),
        ("params/sets/demo.yml", "    measure: waste.total", "    measure: waste.totals", "unknown_id", "- id: R4"),
        ("params/sets/demo.yml", "  - id: R4\n", "  - id: R2\n", "duplicate_id", None),
        ("params/sets/demo.yml", '    seq: "4"', '    seq: "2"', "duplicate_id", "- id: R4"),
        ("params/sets/demo.yml", 'plain: {at_least: "80"}', 'flat: {at_least: "80"}', "class_unknown", None),
        ("params/sets/demo.yml", "class: terrain, cases", "class: relief, cases", "unknown_id", None),
        ("params/sets/demo.yml", "compare: full_value", "compare: any", "bad_value", "rounding:"),
        ("params/sets/demo.yml", "levels: [county]", "levels: [town]", "bad_value", "levels:"),
        ("params/sets/demo.yml", "{improving: previous}", "{qualitative: 好}", "rule_not_applicable", None),
        ("params/sets/demo.yml", "{improving: previous}", "{above_measure: gdp}", "unknown_id", None),
        (
            "params/measures/all.yml",
            "roles: {days_good: air.days_good, days_valid: air.days_valid}",
            "roles: {days_good: air.days_good}",
            "roles_differ",
            "- id: air.good_day_ratio",
        ),
        ("params/measures/all.yml", "days_valid: air.days_valid}", "days_valid: air.days_val}", "unknown_id", "- id: air.good_day_ratio"),
        ("params/measures/all.yml", "days_valid: air.days_valid}", "days_valid: waste.mass}", "units_differ", "- id: air.good_day_ratio"),
        (
            "params/measures/all.yml",
            "days_valid: air.days_valid}",
            "days_valid: {variable: air.days_valid, at: base}}",
            "role_period",
            "- id: air.good_day_ratio",
        ),
        (
            "params/measures/all.yml",
            "formula: air.good_day_ratio@1",
            "formula: air.good_days@1",
            "formula_unknown",
            "- id: air.good_day_ratio",
        ),
        ("params/measures/all.yml", "formula: air.good_day_ratio@1", "formula: air@1", "formula_unknown", "- id: air.good_day_ratio"),
        ("params/measures/all.yml", "name_en: total, unit: 吨", "name_en: total, unit: 担", "unknown_id", "- {id: waste.total"),
        (
            "params/measures/all.yml",
            ", direction: down, reported_only: no definition",
            ", reported_only: no definition",
            "rule_not_applicable",
            None,
        ),
        (
            "params/measures/all.yml",
            "direction: down, reported_only: no definition",
            "direction: down",
            "missing_key",
            "- {id: waste.total",
        ),
        ("params/variables.yml", "part_of: air.days_valid", "part_of: air.valid", "unknown_id", "- id: air.days_good"),
        ("params/variables.yml", "part_of: air.days_valid", "part_of: waste.mass", "bad_value", "- id: air.days_good"),
        ("params/variables.yml", "unit: 天\n", "unit: 日\n", "unknown_id", "- id: air.days_good"),
        ("params/variables.yml", 'minimum: "0"\n', "minimum: zero\n", "bad_value", "minimum: zero"),
        ("params/regions/999001.yml", "value: hill", "value: hills", "class_unknown", "- {set: demo"),
        ("params/regions/999001.yml", "class: terrain", "class: relief", "unknown_id", "- {set: demo"),
        ("params/regions/999001.yml", "{set: demo,", "{set: dem,", "unknown_id", None),
        ("params/regions/999001.yml", 'code: "999001"', 'code: "999002"', "file_name_differs", 'code: "999002"'),
        ("params/plans/trial.yml", "  - row: R3", "  - row: R9", "unknown_id", "- row: R9"),
        ("params/plans/trial.yml", "  - row: R3", "  - row: R1", "duplicate_id", None),
        ("params/plans/trial.yml", "  - row: R3", "  - id: X1", "missing_key", "- id: X1"),
        ("params/plans/trial.yml", 'region: "999001"', 'region: "999009"', "unknown_id", "id: trial"),
        ("params/plans/trial.yml", 'milestones: ["2025"]', 'milestones: ["2025年"]', "bad_value", "milestones:"),
        ("params/runs/try.yml", "sets: [demo]", "sets: [demos]", "unknown_id", "sets: [demos]"),
        ("params/runs/try.yml", "plans: [trial]", "plans: [trail]", "unknown_id", "plans: [trail]"),
        ("params/runs/try.yml", 'regions: ["999001"]', 'regions: ["999009"]', "unknown_id", "regions:"),
        ("params/runs/try.yml", 'periods: ["2024"]', 'periods: ["2024-13"]', "bad_value", "periods:"),
        ("params/runs/try.yml", 'periods: ["2024"]', "periods: []", "bad_value", "periods:"),
        ("params/runs/try.yml", "example: true\n", "", "run_example_region", "id: try"),
        ("params/runs/try.yml", 'report_date: "2025-03-31"', 'report_date: "2025-02-30"', "bad_value", "report_date:"),
        ("params/runs/try.yml", "purpose: annual", "purpose: yearly", "bad_value", "purpose:"),
        ("params/documents.yml", "text: not_in_hand", "text: not_in_hand, superseded_by: none", "unknown_id", "- {id: doc"),
        ("params/documents.yml", "text: not_in_hand", "text: none", "bad_value", "- {id: doc"),
        ("params/units.yml", 'definition: "1000 * kilogram"', 'definition: "1000 * kilogramm"', "bad_value", "- {id: 吨"),
        ("params/units.yml", 'definition: "1000 * kilogram"', "definition: 10 ** 99999999", "bad_value", "- {id: 吨"),
        ("params/units.yml", 'definition: "1000 * kilogram"', "definition: 1000 * tonne", "bad_value", "- {id: 吨"),
        ("params/units.yml", 'definition: "1000 * kilogram"', "definition: 0 * kilogram", "bad_value", "- {id: 吨"),
        ("params/units.yml", 'definition: "1000 * kilogram"', "definition: __import__", "bad_value", "- {id: 吨"),
    ],
)
def test_what_does_not_fit_together_is_found_with_its_line(
    file: str, old: str, new: str, code: str, line: str | None, project: TinyProject
) -> None:
    project.edit(file, old, new)
    found = faults(project)
    assert code in {p.code for p in found}, [p.line("en") for p in found]
    problem = next(p for p in found if p.code == code)
    place = "params/sets/demo.yml" if code == "rule_not_applicable" else file  # where the rule stands
    assert problem.place.file == place
    if line is not None:
        assert problem.place.cell == f"L{project.line(file, line)}"
    for lang in ("zh", "en"):
        assert problem.message(lang) and problem.remedy(lang)  # type: ignore[arg-type]


def test_a_measure_made_of_itself_is_refused_with_the_way_round(project: TinyProject) -> None:
    line = "  - {{id: x.{0}, name_zh: {0}, name_en: {0}, unit: '-', kind: composite, components: [x.{1}, gov.plan]}}\n"
    extra = line.format("a", "b") + line.format("b", "a")
    project.write("params/measures/all.yml", project.text("params/measures/all.yml") + extra)
    found = project.problems()
    assert [problem.code for problem in found] == ["definition_circular", "definition_circular"]
    assert "x.a → x.b → x.a" in found[0].message("zh") and found[0].place.cell.startswith("L")


@pytest.mark.parametrize("state", ["seen", "seen_neighbour", "third_party", "derived", "verified"])
def test_a_state_needs_what_it_rests_on(state: str, project: TinyProject) -> None:
    project.edit("params/regions/999001.yml", "state: recalled", f"state: {state}")
    found = faults(project)
    assert {p.code for p in found} == {"missing_key"}
    assert all(state in str(p.values["key"]) for p in found)


def test_a_state_with_what_it_rests_on_is_accepted(project: TinyProject) -> None:
    project.edit("params/regions/999001.yml", "state: recalled", "state: verified, verified_by: 张, verified_on: 2024-01-01, page: '3'")
    assert project.problems() == []


def test_every_problem_is_reported_not_only_the_first(project: TinyProject) -> None:
    project.edit("params/sets/demo.yml", "document: doc\n", "document: dok\n")
    project.edit("params/runs/try.yml", "plans: [trial]", "plans: [trail]")
    project.edit("params/variables.yml", "part_of: air.days_valid", "part_of: air.valid")
    assert len(faults(project)) == 3


def test_near_names_are_offered(project: TinyProject) -> None:
    project.edit("params/runs/try.yml", "sets: [demo]", "sets: [demos]")
    assert "demo" in faults(project)[0].remedy("en")
    assert near("demos", ["demo", "other"]) == " (demo?)"
    assert near("zzzz", ["demo"]) == ""
    assert near("", ["demo"]) == ""


def test_reported_and_assigned_variables_have_the_unit_of_their_measure(project: TinyProject) -> None:
    catalog = project.catalog()
    units = {
        name: catalog.variable_unit(name)
        for name in ("reported.waste.total", "assigned.sewage.rate", "air.days_good", "reported.x", "x", "")
    }
    assert units == {
        "reported.waste.total": "吨",
        "assigned.sewage.rate": "%",
        "air.days_good": "天",
        "reported.x": None,
        "x": None,
        "": None,
    }


def test_the_base_year_is_the_run_s_own_else_that_of_the_plan(project: TinyProject) -> None:
    catalog = project.catalog()
    assert str(catalog.base_period(catalog.runs["try"], "999001")) == "2022"
    assert catalog.base_period(catalog.runs["try"], "110000") is None
    project.edit("params/runs/try.yml", "regions:", 'base_period: "2020"\nregions:')
    catalog = project.catalog()
    assert str(catalog.base_period(catalog.runs["try"], "999001")) == "2020"


def test_each_level_takes_the_target_that_is_meant_for_it(catalog: Catalog) -> None:
    rows = catalog.sets["cn-demo-2019"].rows
    for level in ("city", "county"):
        found = [row for row in rows if row.target_at(level)]
        assert len(found) > 25
    for row in rows:
        for level in ("city", "county"):
            meant = [t for t in row.targets if not t.levels or level in t.levels]
            assert len(meant) <= 1, f"{row.id} has two targets for {level}"


# --- units --------------------------------------------------------------------------------------------------------


def unit(name: str, definition: str, symbol: str = "") -> UnitRow:
    return UnitRow(id=name, symbol=symbol or name, name_en=name, definition=definition)


UNITS = Units(
    (unit("m", "base"), unit("mu", "2000 / 3 * m ** 2"), unit("km", "1000 * m"), unit("p", "0.01"), unit("one", "1"), unit("s", "base"))
)


@given(st.sampled_from(["m", "km", "mu", "p", "one", "s"]), st.sampled_from(["m", "km", "mu", "p", "one", "s"]))
def test_a_factor_there_and_back_is_one(first: str, second: str) -> None:
    there, back = UNITS.factor(first, second), UNITS.factor(second, first)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there * back == 1


def test_factors_are_exact() -> None:
    assert UNITS.factor("km", "m") == 1000
    assert UNITS.factor("p", "one") == Fraction(1, 100)
    assert UNITS.factor("mu", "m") is None
    big = Units((unit("m", "base"), unit("a", "2000 / 3 * m ** 2"), unit("b", "10000 * m ** 2")))
    assert big.factor("b", "a") == 15


def test_the_field_s_units_convert_exactly(catalog: Catalog) -> None:
    known = {
        ("公顷", "亩"): 15,
        ("平方千米", "亩"): 1500,
        ("万吨", "吨"): 10000,
        ("百分点", "%"): 1,
        ("km2", "平方千米"): 1,
        ("亿元", "万元"): 10000,
    }
    assert {pair: catalog.units.factor(*pair) for pair in known} == known
    for first, second in (("吨标准煤", "吨"), ("天", "年"), ("人", "人次"), ("%", "天"), ("家", "个")):
        if first in catalog.units.names and second in catalog.units.names:
            assert catalog.units.factor(first, second) is None


@pytest.mark.parametrize(
    ("write", "bound", "expected"),
    [
        (lambda a, b: share(a, b), {"a": "m", "b": "m"}, "p"),
        (lambda a, b: a / b * 100, {"a": "m", "b": "m"}, None),
        (lambda a, b: mean(a, b), {"a": "m", "b": "m"}, "m"),
        (lambda a, b: where(a > b, a, b), {"a": "m", "b": "m"}, "m"),
        (lambda a, b: (a + 1) * b / b, {"a": "m", "b": "s"}, "m"),
    ],
)
def test_the_unit_of_a_formula_follows_from_its_arguments(write: object, bound: dict[str, str], expected: str | None) -> None:
    assert callable(write)
    size = UNITS.of_formula(write(Role("a"), Role("b")), bound)
    assert (size == UNITS.size(expected)) if expected else size[1] == ()


@pytest.mark.parametrize("write", [lambda a, b: a + b, lambda a, b: share(a, b), lambda a, b: where(a > b, 1, 2), lambda a, b: mean(a, b)])
def test_units_that_do_not_fit_are_refused(write: object) -> None:
    assert callable(write)
    tree: Expr = write(Role("a"), Role("b"))
    with pytest.raises(UnitMismatchError):
        UNITS.of_formula(tree, {"a": "m", "b": "s"})
    with pytest.raises(UnitMismatchError):
        UNITS.of_formula(tree, {"a": "m", "b": "km"})  # the same dimension in another size: convert it first


def test_reading_the_rules_needs_no_library_of_units() -> None:
    """Half a second of every command: it is for whoever checks or converts units."""
    code = "import sys, evalkit as ek; ek.load_catalog(); print(sorted({'pint', 'numpy', 'pandas'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
