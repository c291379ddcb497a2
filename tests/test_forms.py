"""Collection forms: what is asked of whom, how the workbook is made, and that what was filled in is what is read back."""

from __future__ import annotations

import dataclasses
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import ROOT, TinyProject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from evalkit.assessment.lines import set_lines
from evalkit.assessment.needs import needs_of
from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.departments import LEAD, lead_of, named
from evalkit.catalog.models import Run
from evalkit.cli.commands import app
from evalkit.collection.forms import form_bytes, write_forms
from evalkit.collection.forms_plan import Form, plan_forms
from evalkit.collection.letter import letter_bytes
from evalkit.intake import Inputs, read_inputs
from evalkit.intake import form_layout as layout
from evalkit.intake.forms import is_form, read_form, remarks_of
from evalkit.intake.received import Received
from evalkit.messages import EvalkitError, Problem
from evalkit.tables.books import Cell, Sheet, read_book

LEVELS = ("nation", "province", "city", "county", "township", "village", "park")
PERIODS = ["2023", "2024"]
# Not one of these survives a detour over another number of digits.
AWKWARD = ("0", "0.1", "123456789012.345", "0.000123456789012", "99.9999999999999", "2", "12.50", "365", "0.3")
REASONS = list(layout.REASONS.items())


def column(key: str) -> int:
    return layout.place(key)


# --- departments


def test_every_variable_and_measure_names_departments_that_are_known(catalog: Catalog) -> None:
    texts = {variable.department for variable in catalog.variables.values()}
    texts |= {measure.department for measure in catalog.measures.values() if measure.department}
    assert {text: named(catalog.departments, text)[1] for text in texts if named(catalog.departments, text)[1]} == {}
    assert all(named(catalog.departments, text)[0] for text in texts)
    assert all(name.isascii() for name in catalog.departments) and LEAD in catalog.departments


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("组织、人事、生态环境等部门", ["organization", "personnel", "ecology-environment"]),
        ("环保、建设、统计部门", ["ecology-environment", "housing", "statistics"]),
        ("住房和城乡建设（园林）、统计部门", ["housing", "statistics"]),
        ("交通运输部门（或抽样调查）", ["transport"]),
        ("统计部门、独立调查机构", ["statistics", "survey"]),
        ("国土、国土资源部门", ["natural-resources"]),
        ("water", ["water"]),
    ],
)
def test_the_first_named_department_leads_and_the_others_help(catalog: Catalog, text: str, ids: list[str]) -> None:
    found, unknown = named(catalog.departments, text)
    assert ([department.id for department in found], unknown) == (ids, [])


def test_two_departments_of_one_name_are_refused(project: TinyProject) -> None:
    project.write("params/departments.yml", (
        "departments:\n  - {id: a, name_zh: 生态环境部门, name_en: a, aliases: [环保]}\n  - {id: b, name_zh: 环保部门, name_en: b}\n"
    ))  # fmt: skip
    with pytest.raises(EvalkitError) as caught:
        load_catalog(project.root)
    assert [(problem.code, problem.values["id"]) for problem in caught.value.problems] == [("duplicate_id", "环保")]


def test_without_a_list_of_departments_the_lead_unit_is_asked_and_it_is_said(project: TinyProject) -> None:
    catalog = project.catalog()
    forms, problems = plan_forms(catalog, "try", read_inputs(catalog, "try"))
    assert [form.name for form in forms] == ["try-lead"]
    assert {(problem.code, problem.severity) for problem in problems} == {("department_unknown", "warning")}
    assert {str(problem.values["department"]) for problem in problems} == {"生态环境部门"}


# --- what is asked


def form_of(catalog: Catalog, run: str, department: str = LEAD, inputs: Inputs | None = None) -> Form:
    [form] = plan_forms(catalog, run, inputs or Inputs(run), department=department)[0]
    return form


def test_only_what_the_run_needs_is_asked_for_the_periods_that_need_it(project: TinyProject) -> None:
    catalog = project.catalog()
    form = form_of(catalog, "try")
    asked = {item.variable: [period.name for period in item.ordered] for item in form.parts[0].items}
    assert asked == {
        "air.days_good": ["2022", "2024"],  # the plan's base year, and this year
        "air.days_valid": ["2022", "2024"],
        "reported.gov.plan": ["2024"],
        "reported.sewage.rate": ["2022", "2024"],
        "reported.waste.total": ["2022", "2023", "2024"],  # the row compares with the year before
    }  # neither waste.mass, which nothing uses, nor reported.air.good_day_ratio, which is computed
    project.rule("R3", "{assigned: true}")
    asked_of_superior = {item.variable for item in form_of(project.catalog(), "try").parts[0].items if item.variable.startswith("assigned")}
    assert asked_of_superior == {"assigned.sewage.rate"}


def test_counts_from_finished_runs_are_not_asked(catalog: Catalog) -> None:
    run = catalog.runs["example-ecocity-2024"]
    alone = catalog.runs["example-ecocity-2024"].model_copy(update={"children": []})

    def asked(which: Run) -> set[str]:
        forms, _ = plan_forms(dataclasses.replace(catalog, runs={run.id: which}), run.id, Inputs(run.id))
        return {item.variable for form in forms for part in form.parts for item in part.items if item.variable.startswith("hierarchy.")}

    assert asked(run) == set()
    assert "hierarchy.counties_meeting" in asked(alone)


def test_what_is_on_record_is_printed_and_changes_the_file(project: TinyProject) -> None:
    catalog = project.catalog()
    with_record = form_of(catalog, "try", inputs=read_inputs(catalog, "try"))
    sheet = openpyxl.load_workbook(io.BytesIO(form_bytes(with_record)))["试验县"]
    shown = {(row[column("id_variable") - 1], row[column("id_period") - 1]): row[column("previous") - 1] for row in sheet.values}
    assert shown[("air.days_good", "2022")] == "300" and shown[("reported.gov.plan", "2024")] == "编制"
    assert shown[("reported.sewage.rate", "2022")] is None  # nothing on record is no zero
    assert form_bytes(with_record) != form_bytes(form_of(catalog, "try"))


# --- the round trip


def level_catalog(catalog: Catalog, level: str) -> Catalog:
    """Return the shipped rules with one run: every set of a level, for an invented region."""
    example = catalog.regions["999001"]
    region = example.model_copy(update={"code": f"999{LEVELS.index(level)}00", "level": level, "parent": None})
    sets = [found.id for found in catalog.sets.values() if level in found.levels]
    run = catalog.runs["example-county-2024"].model_copy(update={
        "id": f"round-{level}", "regions": [region.code], "sets": sets, "plans": [], "children": [],
        "periods": PERIODS, "base_period": "2020",
    })  # fmt: skip
    return dataclasses.replace(catalog, runs={run.id: run}, regions={**catalog.regions, region.code: region})


def data_lines(sheet: Any) -> Iterator[tuple[int, str, str, str]]:
    """Yield row, region, variable and period of every line of a data sheet."""
    for number, row in enumerate(sheet.values, start=1):
        ids = tuple(row[column(key) - 1] for key in ("id_region", "id_variable", "id_period"))
        if number > 1 and ids[0] is not None:
            yield number, *ids


def data_sheets(book: Any) -> list[Any]:
    return [sheet for sheet in book.worksheets if sheet.title not in (layout.GUIDE_SHEET, layout.MARK_SHEET)]


def in_range(text: str, item: Any) -> bool:
    low, high = item.minimum, item.maximum
    return (low is None or Fraction(text) >= Fraction(low)) and (high is None or Fraction(text) <= Fraction(high))


def fill(form: Form) -> tuple[bytes, dict[tuple[str, str, str], tuple[str, str, str]]]:
    """Fill a form like a department would; return the file and by line value, reason and year of the data."""
    book = openpyxl.load_workbook(io.BytesIO(form_bytes(form)))
    items = {item.variable: item for part in form.parts for item in part.items}
    values, reasons = cycle([*AWKWARD, "-0.5", "-123.25"]), cycle(REASONS)
    told: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    for sheet in data_sheets(book):
        for count, (row, *key) in enumerate(data_lines(sheet)):
            item = items[key[1]]
            if count % 5 == 4:
                shown, code = next(reasons)
                sheet.cell(row, column("missing")).value = shown
                told[(key[0], key[1], key[2])] = ("", code, "")
                continue
            value = "已印发实施（试行）" if item.text else next(text for text in values if in_range(text, item))
            number: Any = value if item.text else float(value) if "." in value else int(value)
            sheet.cell(row, column("value")).value = number
            year = "2017" if count % 7 == 3 else ""
            if year:
                sheet.cell(row, column("data_year")).value = int(year)
            sheet.cell(row, column("source")).value = "=统计年鉴"
            sheet.cell(row, column("source")).data_type = "s"
            sheet.cell(row, column("page")).value = "3-5"
            sheet.cell(row, column("evidence")).value = "年鉴.pdf"
            told[(key[0], key[1], key[2])] = (value, "", year)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue(), told


def read(catalog: Catalog, run: str, data: bytes, folder: Path, name: str = "form.xlsx") -> tuple[list[Received], list[Problem]]:
    folder.joinpath(name).write_bytes(data)
    sheets = read_book(folder / name, f"data/raw/{name}")
    assert is_form(sheets)
    return read_form(catalog, run, sheets, name)


def agree(figures: list[Received], told: dict[tuple[str, str, str], tuple[str, str, str]], items: dict[str, Any]) -> None:
    found = {(figure.region_code, figure.variable, figure.period): figure for figure in figures}
    assert len(found) == len(figures)
    assert set(found) == set(told)
    for key, (value, reason, year) in told.items():
        figure, item = found[key], items[key[1]]
        assert (figure.missing, figure.data_year, figure.unit) == (reason, year, item.unit)
        if not value or item.text:
            assert figure.cell.text == value
        else:
            assert Fraction(figure.cell.text) == Fraction(value), key
        if value:
            assert figure.source == "=统计年鉴，第3-5页" and figure.evidence_id == "年鉴.pdf"


@pytest.mark.parametrize("level", LEVELS)
def test_every_variable_of_every_set_comes_back_exactly(catalog: Catalog, level: str, tmp_path: Path) -> None:
    rules = level_catalog(catalog, level)
    [run] = rules.runs.values()
    forms, problems = plan_forms(rules, run.id, Inputs(run.id))
    assert problems == []
    items = {item.variable: item for form in forms for part in form.parts for item in part.items}
    needed = {
        need.variable
        for set_id in run.sets for line in set_lines(rules, set_id, level) for need in needs_of(rules, line.measure, line.rule)
        if need.variable in rules.variables or need.variable.startswith("assigned.")
        or (not rules.measures[need.measure].roles and rules.measures[need.measure].kind != "composite")
    }  # fmt: skip
    assert set(items) == needed and needed
    seen: set[tuple[str, str, str]] = set()
    for form in forms:
        data, told = fill(form)
        assert not seen & set(told)
        seen |= set(told)
        figures, found = read(rules, run.id, data, tmp_path)
        assert found == []
        agree(figures, told, items)
    assert {variable for _, variable, _ in seen} == needed


needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


@needs_office
def test_a_form_that_went_through_another_office_program_is_the_same(catalog: Catalog, tmp_path: Path) -> None:
    form = form_of(catalog, "example-county-2024", "ecology-environment", read_inputs(catalog, "example-county-2024"))
    data, told = fill(form)
    (tmp_path / "form.xlsx").write_bytes(data)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(tmp_path / "form.xlsx")], capture_output=True, check=True, timeout=120)
    saved = (tmp_path / "out" / "form.xlsx").read_bytes()
    figures, problems = read(catalog, "example-county-2024", saved, tmp_path)
    assert problems == []
    agree(figures, told, {item.variable: item for part in form.parts for item in part.items})
    book = openpyxl.load_workbook(io.BytesIO(saved))
    [sheet] = data_sheets(book)
    row = next(row for row, *_ in data_lines(sheet))
    assert (
        sheet.protection.sheet
        and sheet.cell(row, column("name")).protection.locked
        and not sheet.cell(row, column("value")).protection.locked
    )
    assert book[layout.MARK_SHEET].sheet_state != "visible"
    assert sheet.data_validations.dataValidation


# --- what happens to a form on its way


class Filled:
    """A filled form of the tiny project, to be mistreated."""

    def __init__(self, project: TinyProject) -> None:
        self.catalog = project.catalog()
        self.folder = project.root
        self.book = openpyxl.load_workbook(io.BytesIO(form_bytes(form_of(self.catalog, "try"))))
        self.sheet = self.book["试验县"]
        self.rows = {(variable, period): row for row, _, variable, period in data_lines(self.sheet)}
        for variable, period in self.rows:
            self.put(variable, period, "value", "已编制" if variable == "reported.gov.plan" else int(period) % 100)

    def put(self, variable: str, period: str, key: str, value: Any) -> None:
        self.sheet.cell(self.rows[(variable, period)], column(key)).value = value

    def read(self, run: str = "try") -> tuple[dict[tuple[str, str], Received], list[Problem]]:
        stream = io.BytesIO()
        self.book.save(stream)
        figures, problems = read(self.catalog, run, stream.getvalue(), self.folder)
        return {(figure.variable, figure.period): figure for figure in figures}, problems

    def codes(self, run: str = "try") -> list[tuple[str, str, str, str]]:
        return [(p.code, p.severity, p.region, p.place.cell) for p in self.read(run)[1]]

    def unmerge(self) -> None:
        for area in list(self.sheet.merged_cells.ranges):
            self.sheet.unmerge_cells(str(area))

    def address(self, variable: str, period: str, key: str, below: int = 0) -> str:
        return f"{openpyxl.utils.get_column_letter(column(key))}{self.rows[(variable, period)] + below}"


@pytest.fixture
def filled(project: TinyProject) -> Filled:
    return Filled(project)


GOOD = ("air.days_good", "2024")


def test_a_filled_form_yields_every_line_with_its_cell(filled: Filled) -> None:
    figures, problems = filled.read()
    assert problems == [] and set(figures) == set(filled.rows)
    assert remarks_of(read_book(filled.folder / "form.xlsx", "form.xlsx")) == []  # that a form hides its ids is no news
    figure = figures[GOOD]
    assert (figure.sheet, figure.address, figure.cell.text, figure.unit) == ("试验县", filled.address(*GOOD, "value"), "24", "天")
    assert (figure.source, figure.evidence_id, figure.missing, figure.data_year) == ("创建牵头单位填报", "", "", "")
    assert figures[("reported.gov.plan", "2024")].unit == "-"


@pytest.mark.parametrize(
    ("reason", "value", "missing"),
    [
        ("不涉及", None, "not_involved"),
        (" 未发布 ", "—", "not_published"),
        ("尚未发布", "/", "not_published"),
        ("待佐证", "待佐证", "awaiting_evidence"),
    ],
)
def test_a_reason_stands_for_the_value(filled: Filled, reason: str, value: str | None, missing: str) -> None:
    filled.put(*GOOD, "value", value)
    filled.put(*GOOD, "missing", reason)
    figures, problems = filled.read()
    assert problems == [] and figures[GOOD].missing == missing


def test_a_form_is_an_input_like_others(filled: Filled, project: TinyProject) -> None:
    filled.put(*GOOD, "value", None)
    filled.put(*GOOD, "missing", "不涉及")
    filled.put("air.days_valid", "2024", "value", "—")
    filled.put("air.days_valid", "2024", "missing", "无监测点")
    filled.put("air.days_good", "2022", "data_year", 2021)
    filled.put("air.days_good", "2022", "remark", "初步数")
    filled.book.save(project.root / "data" / "raw" / "try" / "form.xlsx")
    project.edit("params/runs/try.yml", "inputs: [try/data.csv]", "inputs: [try/form.xlsx]")
    (project.root / "params" / "corrections" / "try.yml").unlink()
    inputs = project.inputs()
    assert [problem.code for problem in inputs.problems] == []
    assert {item.id for item in inputs.items.values()} == {f"try/form.xlsx!试验县!{filled.address(*key, 'value')}" for key in filled.rows}
    good, valid = inputs.items[("999001", *GOOD)], inputs.items[("999001", "air.days_valid", "2024")]
    assert (good.value, good.missing, valid.value, valid.missing) == (None, "not_involved", None, "no_monitoring_site")
    earlier = inputs.items[("999001", "air.days_good", "2022")]
    assert (earlier.value, earlier.data_year, earlier.source) == (22, "2021", "创建牵头单位填报，备注：初步数")
    assert inputs.items[("999001", "reported.gov.plan", "2024")].text == "已编制"


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("missing", "不涉及", "form_value_and_reason"),
        ("missing", "没有这回事", "form_reason"),
        ("missing", "上级未下达", "form_reason"),  # only a task can be one that nobody set
        ("data_year", "二〇二三", "form_year"),
        ("data_year", 20231, "form_year"),
        ("name", "有效天数", "form_label"),
        ("when", "2023年", "form_label"),
        ("id_region", "999009", "unknown_region"),
        ("id_variable", "air.days_god", "unknown_variable"),
        ("id_period", "2024年", "bad_period"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_cell(filled: Filled, key: str, value: Any, code: str) -> None:
    filled.unmerge()
    filled.put(*GOOD, key, value)
    figures, problems = filled.read()
    assert GOOD not in figures
    first = problems[0]
    cell = filled.address(*GOOD, "value" if code == "form_value_and_reason" else key)
    assert (first.code, first.severity, first.place.cell) == (code, "error", cell)
    assert first.region == ("" if code == "unknown_region" else "999001")
    assert all(problem.message("zh") and problem.remedy("en") for problem in problems)


@pytest.mark.parametrize(("typed", "year"), [(2023, "2023"), ("２０２３年", "2023"), ("2023年度", "2023"), (2024, "")])
def test_the_year_of_the_data_counts_where_it_differs(filled: Filled, typed: Any, year: str) -> None:
    filled.put(*GOOD, "data_year", typed)
    figures, problems = filled.read()
    assert problems == [] and figures[GOOD].data_year == year


def test_a_changed_unit_is_what_the_department_says_and_is_shown(filled: Filled) -> None:
    filled.put("reported.waste.total", "2022", "unit", "千克")  # the first line of the merged cell
    figures, problems = filled.read()
    assert figures[("reported.waste.total", "2024")].unit == "千克"
    assert {(problem.code, problem.severity) for problem in problems} == {("form_unit", "warning")}


def test_a_sheet_that_was_copied_into_another_workbook_is_still_a_form(filled: Filled) -> None:
    before, _ = filled.read()
    for name in (layout.MARK_SHEET, layout.GUIDE_SHEET):
        del filled.book[name]
    assert filled.read() == (before, [])


def test_lines_that_were_moved_are_found_by_their_ids(filled: Filled) -> None:
    before, _ = filled.read()
    filled.unmerge()
    filled.sheet.insert_rows(3, 2)
    filled.sheet.insert_cols(2)
    after, problems = filled.read()
    assert problems == []
    assert {key: figure.cell.text for key, figure in after.items()} == {key: figure.cell.text for key, figure in before.items()}
    assert after[GOOD].address != before[GOOD].address


def test_whole_lines_that_were_sorted_are_read_and_values_sorted_alone_are_refused(filled: Filled) -> None:
    filled.unmerge()
    rows = sorted(filled.rows.values())
    whole = [[filled.sheet.cell(row, number).value for number in range(1, 22)] for row in rows]
    for row, cells in zip(rows, reversed(whole), strict=True):
        for number, value in enumerate(cells, start=1):
            filled.sheet.cell(row, number).value = value
    figures, problems = filled.read()
    assert problems == [] and figures[GOOD].cell.text == "24" and len(figures) == len(rows)
    for row, cells in zip(rows, whole, strict=True):  # what is seen goes back, the hidden ids stay where they are
        for number, value in enumerate(cells[: column("remark")], start=1):
            filled.sheet.cell(row, number).value = value
    assert {code for code, *_ in filled.codes()} == {"form_label"}


def test_what_stands_outside_the_lines_is_never_dropped_silently(filled: Filled) -> None:
    filled.unmerge()
    row = filled.rows[("air.days_valid", "2022")]
    filled.sheet.insert_rows(row)
    filled.sheet.cell(row, column("value")).value = 77
    last = max(filled.rows.values()) + 2
    filled.sheet.cell(last, column("value")).value = 78
    found = [(code, cell) for code, _, _, cell in filled.codes()]
    letter = openpyxl.utils.get_column_letter(column("value"))
    assert found == [("form_stray", f"{letter}{row}"), ("form_stray", f"{letter}{last}")]


def test_a_copied_sheet_counts_once_and_differences_are_errors(filled: Filled) -> None:
    copy = filled.book.copy_worksheet(filled.sheet)
    assert filled.codes() == []
    copy.cell(filled.rows[GOOD], column("value")).value = 25
    assert filled.codes() == [("form_line_twice", "error", "999001", filled.address(*GOOD, "value"))]
    for row in filled.rows.values():
        filled.sheet.cell(row, column("value")).value = None
    figures, problems = filled.read()  # the first is empty: the copy is the form
    assert problems == [] and figures[GOOD].cell.text == "25"


def test_a_copy_that_calls_itself_another_region_is_refused(filled: Filled, catalog: Catalog) -> None:
    filled.catalog = dataclasses.replace(filled.catalog, regions={**catalog.regions, **filled.catalog.regions})
    assert filled.codes() == []
    filled.sheet["A3"].value = "地区：崇明区"
    assert ("form_region", "error", "999001", "A3") in filled.codes()
    filled.sheet["A3"].value = "地区：试验县"
    filled.sheet.title = "崇明区"
    assert ("form_region", "error", "999001", "") in filled.codes()


def test_empty_and_deleted_lines_and_added_sheets_are_said_once(filled: Filled) -> None:
    filled.put(*GOOD, "value", None)
    filled.put(*GOOD, "source", "年鉴")
    filled.sheet.delete_rows(filled.rows[("reported.waste.total", "2024")])
    filled.book.create_sheet("补充")["A1"] = "另有说明"
    problems = {problem.code: problem for problem in filled.read()[1]}
    assert set(problems) == {"form_unfilled", "form_lines_gone", "form_sheet_unread"}
    assert all(problem.severity == "warning" for problem in problems.values())
    assert (problems["form_unfilled"].values["count"], problems["form_lines_gone"].values["count"]) == (1, 1)
    assert filled.address(*GOOD, "value") in problems["form_unfilled"].message("zh")


def test_an_empty_form_yields_nothing(filled: Filled) -> None:
    for row in filled.rows.values():
        filled.sheet.cell(row, column("value")).value = None
    figures, problems = filled.read()
    assert figures == {} and [(p.code, p.values["count"]) for p in problems] == [("form_unfilled", len(filled.rows))]


def test_a_form_of_another_run_is_read_and_said(filled: Filled) -> None:
    figures, problems = filled.read("other")
    assert len(figures) == len(filled.rows)
    assert [(problem.code, problem.severity, problem.values["run"]) for problem in problems] == [("form_other_run", "warning", "try")]


def test_a_form_of_another_version_or_without_its_columns_is_not_read(filled: Filled) -> None:
    marks = len(layout.COLUMNS) + 1
    filled.sheet.cell(1, marks).value = "evalkit-form 9 try lead"
    figures, problems = filled.read()
    assert figures == {} and problems[0].code == "form_version" and problems[0].values["version"] == "9"
    filled.sheet.cell(1, marks).value = layout.mark("try", "lead")
    filled.sheet.cell(1, column("missing")).value = None
    figures, problems = filled.read()
    assert figures == {} and problems[0].code == "form_columns" and "无数值原因" in problems[0].message("zh")


def test_hidden_columns_that_contradict_each_other(filled: Filled) -> None:
    filled.put(*GOOD, "id_period", "2019")
    figures, problems = filled.read()
    assert ("air.days_good", "2019") not in figures and problems[0].code == "form_label"
    filled.put(*GOOD, "id_period", "2024")
    other = next(variable for variable, _ in filled.rows if variable != GOOD[0])
    filled.put(*GOOD, "id_variable", other)
    figures, problems = filled.read()
    assert (problems[0].code, problems[0].place.cell) == ("form_label", filled.address(*GOOD, "name"))


def test_a_column_that_stands_twice(filled: Filled) -> None:
    spare = filled.sheet.max_column + 1
    filled.sheet.cell(1, spare).value = "value"
    filled.sheet.cell(filled.rows[GOOD], spare).value = 77
    figures, problems = filled.read()
    assert figures == {} and problems[0].code == "duplicate_id"


def test_an_item_that_was_renamed_since_is_said(filled: Filled, project: TinyProject) -> None:
    project.edit("params/variables.yml", "name_zh: 优良天数", "name_zh: 优良天数（标况）")
    filled.catalog = project.catalog()
    figures, problems = filled.read()
    assert len(figures) == len(filled.rows) and [problem.code for problem in problems] == ["form_renamed"]


def test_an_ordinary_workbook_is_no_form(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "evalkit-form"  # not the whole mark
    book.save(tmp_path / "a.xlsx")
    assert not is_form(read_book(tmp_path / "a.xlsx", "a.xlsx"))


def _spoilt(sheets: list[Sheet], changes: list[tuple[int, int, str]]) -> list[Sheet]:
    """Return sheets with cells emptied, retyped, or swapped with their neighbours."""
    found = []
    for sheet in sheets:
        cells = dict(sheet.cells)
        spots = sorted(cells)
        for number, kind, text in changes:
            spot = spots[number % len(spots)]
            if kind == 0:
                cells.pop(spot, None)
            elif kind == 1:
                cells[spot] = Cell(text)
            elif kind == 2:
                cells[spot] = Cell(text, "number")
            else:
                other = spots[(number + kind) % len(spots)]
                first, second = cells.pop(spot, None), cells.pop(other, None)
                cells |= {place: cell for place, cell in ((spot, second), (other, first)) if cell is not None}
        found.append(dataclasses.replace(sheet, cells=cells, merged={}))
    return found


_ODD = [
    "",
    " ",
    "=1+1",
    "evalkit-form",
    "evalkit-form 1 try lead",
    "不涉及",
    "2024",
    "999001",
    "air.days_good",
    "填报人：",
    "地区：某县",
    "\u3000",
    "x" * 5000,
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5), st.sampled_from(_ODD)), min_size=1, max_size=12))
def test_whatever_is_done_to_a_form_nothing_is_invented(filled: Filled, changes: list[tuple[int, int, str]]) -> None:
    if not hasattr(filled, "sheets"):
        stream = io.BytesIO()
        filled.book.save(stream)
        (filled.folder / "form.xlsx").write_bytes(stream.getvalue())
        filled.sheets = read_book(filled.folder / "form.xlsx", "data/raw/form.xlsx")
    sheets = _spoilt(filled.sheets, changes)
    figures, problems = read_form(filled.catalog, "try", sheets, "form.xlsx")
    held = {(sheet.name, address(spot), cell.text) for sheet in sheets for spot, cell in sheet.cells.items()}
    for figure in figures:
        assert (figure.sheet, figure.address, figure.cell.text) in held or (figure.missing and not figure.cell.text)
    assert len({(f.region_code, f.variable, f.period) for f in figures}) == len(figures)
    assert all(problem.line("zh") and problem.line("en") for problem in problems)


def address(spot: tuple[int, int]) -> str:
    return f"{openpyxl.utils.get_column_letter(spot[1])}{spot[0]}"


# --- the files


def test_checks_of_excel_are_those_declared(catalog: Catalog) -> None:
    run = catalog.runs["example-county-2024"]
    for form in plan_forms(catalog, run.id, Inputs(run.id))[0]:
        items = {item.variable: item for part in form.parts for item in part.items}
        [sheet] = data_sheets(openpyxl.load_workbook(io.BytesIO(form_bytes(form))))
        rules = {cell: rule for rule in sheet.data_validations.dataValidation for area in rule.sqref.ranges for cell in area.cells}
        for row, _, variable, _ in data_lines(sheet):
            item, rule = items[variable], rules.get((row, column("value")))
            if item.text:
                assert rule is None
                continue
            assert rule is not None and rule.type == "decimal"
            limits = {"greaterThanOrEqual": (item.minimum, None), "lessThanOrEqual": (None, item.maximum)}.get(rule.operator or "between")
            assert limits is None or limits == (item.minimum, item.maximum)
            if limits is None and item.minimum is not None:
                assert (float(rule.formula1), float(rule.formula2)) == (float(item.minimum), float(item.maximum))
            listed = rules[(row, column("missing"))].formula1
            assert "不涉及" in listed and ("上级未下达" in listed) == variable.startswith("assigned.")


def test_only_what_is_to_be_filled_in_is_open_and_nothing_is_a_formula(project: TinyProject) -> None:
    project.edit("params/regions/999001.yml", "full_name_zh: 示例市试验县", 'full_name_zh: "=1+1"')
    project.edit("params/regions/999001.yml", "name_zh: 试验县", 'name_zh: "[=cmd]*"')
    project.edit("params/variables.yml", "name_zh: 优良天数", 'name_zh: "@SUM(A1)"')
    catalog = project.catalog()
    form = form_of(catalog, "try")
    data = form_bytes(form)
    [sheet] = data_sheets(openpyxl.load_workbook(io.BytesIO(data)))
    assert sheet.title == "=cmd" and sheet["A3"].value == "地区：=1+1"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    rows = [row for row, *_ in data_lines(sheet)]
    for number, told in enumerate(layout.COLUMNS, start=1):
        assert all(sheet.cell(row, number).protection.locked != (told.kind == "filled") for row in rows)
    project.write("form.xlsx", data)
    received = {found.name: found for found in read_book(project.root / "form.xlsx", "form.xlsx")}
    hidden = {number for number, told in enumerate(layout.COLUMNS, start=1) if told.kind == "hidden"}
    assert received["=cmd"].hidden_columns == {*hidden, len(layout.COLUMNS) + 1} and received[layout.MARK_SHEET].hidden
    assert sheet.protection.sheet and sheet.row_dimensions[1].hidden and sheet.freeze_panes == "C6"
    assert letter_bytes(form)[:2] == b"PK"


def test_names_of_sheets_are_such_as_excel_takes(catalog: Catalog) -> None:
    regions = {**catalog.regions}
    codes = ["999201-t1", "999201-t2", "999202-t1"]
    for code, name in zip(codes, ("某" * 40, "某" * 40, "History"), strict=True):
        regions[code] = regions[code].model_copy(update={"name_zh": name})
    run = catalog.runs["example-township-2024"].model_copy(update={"regions": codes, "children": []})
    rules = dataclasses.replace(catalog, regions=regions, runs={run.id: run})
    titles = [sheet.title for sheet in data_sheets(openpyxl.load_workbook(io.BytesIO(form_bytes(form_of(rules, run.id, "housing")))))]
    assert len(set(titles)) == 3 and all(len(title) <= 31 for title in titles) and "History" not in titles


def test_by_region_there_is_a_workbook_for_each_with_a_sheet_for_each_department(catalog: Catalog, tmp_path: Path) -> None:
    done, _ = write_forms(catalog, "example-ecocounty-2024", tmp_path, "region")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"example-ecocounty-2024-{code}.{kind}" for code in ("999201", "999202", "999203") for kind in ("docx", "xlsx")
    )
    titles = [sheet.title for sheet in data_sheets(openpyxl.load_workbook(done[0].paths[0]))]
    assert "生态环境部门" in titles and "创建牵头单位" in titles
    sheets = read_book(done[0].paths[0], "x")
    figures, problems = read_form(catalog, "example-ecocounty-2024", sheets, "x")
    assert figures == [] and [problem.code for problem in problems] == ["form_unfilled"]
    assert problems[0].values["count"] == done[0].form.lines


def test_the_same_questions_give_the_same_bytes_and_nothing_is_overwritten(project: TinyProject, tmp_path: Path) -> None:
    out = tmp_path / "forms"
    catalog = project.catalog()
    first, _ = write_forms(catalog, "try", out)
    kept = {path.name: path.read_bytes() for path in out.iterdir()}
    again, _ = write_forms(catalog, "try", out)
    assert [written.new for written in (*first, *again)] == [True, False]
    book = openpyxl.load_workbook(out / "try-lead.xlsx")
    book["试验县"].cell(6, column("value")).value = 5
    book.save(out / "try-lead.xlsx")
    filled = (out / "try-lead.xlsx").read_bytes()
    (out / "try-lead.docx").unlink()
    with pytest.raises(EvalkitError) as caught:
        write_forms(catalog, "try", out)
    assert [problem.code for problem in caught.value.problems] == ["form_exists"]
    assert (out / "try-lead.xlsx").read_bytes() == filled and not (out / "try-lead.docx").exists()
    with zipfile.ZipFile(io.BytesIO(kept["try-lead.docx"])) as archive:
        assert {info.date_time[:3] for info in archive.infolist()} == {(1980, 1, 1)}


def test_the_letter_says_what_is_asked_and_invents_nothing(catalog: Catalog) -> None:
    from docx import Document

    form = form_of(catalog, "example-county-2024", "water")
    document = Document(io.BytesIO(letter_bytes(form)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert f"数据项{len(form.parts[0].items)}项" in text and f"应填{form.lines}格" in text
    assert "请于（　　　　）年（　　）月（　　）日前" in text and "联系人：（　　　　）" in text and "2025" not in text
    assert document.sections[0].header.paragraphs[0].text == "示例数据(非真实)"
    names = [row.cells[1].text for row in document.tables[0].rows[1:]]
    assert names == [item.name for item in form.parts[0].items]
    faces = {run._r.rPr.rFonts.get(f"{{{run._r.nsmap['w']}}}eastAsia") for paragraph in document.paragraphs for run in paragraph.runs}
    assert {"仿宋", "黑体", "方正小标宋简体"} <= faces


# --- the command


@pytest.fixture
def run_command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(ROOT)
    return lambda *arguments: CliRunner().invoke(app, ["template", *arguments])


def test_the_command_writes_and_says_what(run_command: Callable[..., Any], tmp_path: Path) -> None:
    done = run_command("example-county-2024", "--out", str(tmp_path), "--department", "water")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["example-county-2024-water.docx", "example-county-2024-water.xlsx"]
    assert "example-county-2024-water.xlsx" in done.output and "4 项 17 格" in done.output
    by_name = run_command("example-county-2024", "--out", str(tmp_path / "named"), "--department", "水务")
    assert by_name.exit_code == 0 and "example-county-2024-water.xlsx" in by_name.output, "an other name of the department"
    assert run_command("example-county-2024", "--out", str(tmp_path), "--by", "x").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["no-such-run"], "unknown_id"),
        (["yichang-2024-02", "--department", "wter"], "unknown_id"),
        (["yichang-2024-02", "--department", "water"], "form_nothing"),
    ],
)
def test_wrong_names_are_explained(run_command: Callable[..., Any], tmp_path: Path, arguments: list[str], code: str) -> None:
    done = run_command(*arguments, "--out", str(tmp_path / "out"))
    assert isinstance(done.exception, EvalkitError)
    assert [problem.code for problem in done.exception.problems] == [code] and done.exception.problems[0].line("en")
    assert not (tmp_path / "out").exists()


def test_the_lead_unit_is_there_without_being_listed() -> None:
    assert lead_of({}).id == LEAD
