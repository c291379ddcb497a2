"""Comparison with the official texts: check sheets, records, states that rise and fall back, gaps."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import TinyProject
from openpyxl.utils import get_column_letter
from typer.testing import CliRunner

from evalkit.assessment import assess
from evalkit.authoring import check_sheet_form as form
from evalkit.authoring.check_sheet import cell_id, printed, sheet_path, write_check_sheet
from evalkit.authoring.check_sheet_words import requirement_words, rule_words
from evalkit.authoring.verification import append_records, find_cell, gaps_of, record_of
from evalkit.authoring.verification_read import read_check_sheet, read_day
from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.cells import cells_of
from evalkit.catalog.models import Requirement
from evalkit.catalog.rules import parse_rule
from evalkit.catalog.verifications import VERIFICATION_COLUMNS, faults, verification_files
from evalkit.cli.commands import app
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Place, Problem, known_codes
from evalkit.report.fill import context_from_catalog
from evalkit.report.model import ReportModel, build_model
from evalkit.runner.keys import region_keys
from evalkit.runner.state import source_files, write_snapshot

ROOT = Path(__file__).resolve().parents[1]
RECORDS = "params/verifications/demo.csv"
DONE = {"result": "一致", "page": "12", "by": "张三", "date": "2026-05-01"}
PASS_RULE = """\
groups: [{id: g, name_zh: 二选一}]
pass_rule:
  text: 全部达标
  requirements:
    - {text: 约束性指标全部达标, attribute: binding, cite: {document: doc, clause: 二, state: recalled}}
"""


def verify(catalog: Catalog, row: str, part: str = "target", set_id: str = "demo", **entry: str) -> None:
    told = {"result": "agrees", "page": "12", "by": "张三", "date": "2026-05-01", **entry}
    append_records(catalog, set_id, [record_of(find_cell(catalog, set_id, row, part=part), told)])


def states(catalog: Catalog) -> dict[str, str]:
    return {row.id: target.cite.state for row in catalog.sets["demo"].rows for target in row.targets}


def kinds(catalog: Catalog, set_id: str = "demo") -> dict[tuple[str, str], str]:
    return {(gap.part, gap.row): gap.kind for gap in gaps_of(catalog, [set_id]) if gap.kind != "unverified"}


def fill(path: Path, entries: dict[str, dict[str, Any]], change: Callable[[Any], None] | None = None) -> Path:
    """Type into a sheet what a person would; `entries` by the id of a row."""
    book = openpyxl.load_workbook(path)
    sheet = book[form.SHEET]
    lines = {sheet.cell(line, form.place("id")).value: line for line in range(form.HEAD_LINE + 1, sheet.max_row + 1)}
    for name, entry in entries.items():
        line = next(line for own, line in lines.items() if own and own.split("|")[1] == name)
        for key, value in entry.items():
            sheet.cell(line, form.place(key)).value = value
    if change is not None:
        change(sheet)
    book.save(path)
    return path


@pytest.fixture
def sheet(project: TinyProject) -> Path:
    path = project.root / "sheets" / "demo-check.xlsx"
    write_check_sheet(project.catalog(units=False), "demo", path)
    return path


@pytest.fixture
def in_project(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> TinyProject:
    monkeypatch.chdir(project.root)
    return project


def evalkit(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    if isinstance(done.exception, EvalkitError):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


# What a record vouches for


def test_the_hash_of_a_cell_is_known(project: TinyProject) -> None:
    """A hash that changes with the program would make every verification of every user expire."""
    found = {(cell.part, cell.row): cell.text_hash for cell in cells_of(project.catalog(units=False), "demo")}
    assert found == {
        ("target", "R1"): "450716c297da79ae",
        ("target", "R2"): "16defec7f691f7a1",
        ("target", "R3"): "86b9036d4cb5d166",
        ("target", "R4"): "28fe4ebe4a780bdd",
        ("rounding", ""): "5ff05968121e27fe",
        ("rows", ""): "e6be1b0e65be1483",
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text: ≥90", "text: ≥91"),
        ('{at_least: "90"}', '{at_least: "91"}'),
        ('unit: "%"\n    measure: air', "unit: 天\n    measure: air"),
        ('id: R1\n    seq: "1"', 'id: R1\n    seq: "9"'),
        ("name_zh: 优良天数比率", "name_zh: 优良天数比例"),
        ("measure: air.good_day_ratio\n    attribute: binding", "measure: air.good_day_ratio\n    attribute: reference"),
        ("document: doc, clause: table 1, state: recalled}\n  - id: R2", "document: new, clause: table 1, state: recalled}\n  - id: R2"),
    ],
)
def test_whatever_is_compared_changes_the_hash(project: TinyProject, old: str, new: str) -> None:
    before = find_cell(project.catalog(units=False), "demo", "R1").text_hash
    text = project.text("params/sets/demo.yml")
    assert text.count(old) == 1
    project.write("params/sets/demo.yml", text.replace(old, new))
    project.write("params/documents.yml", project.text("params/documents.yml") + "  - {id: new, title_zh: 新, text: full}\n")
    assert find_cell(project.catalog(units=False), "demo", "R1").text_hash != before


def test_state_clause_and_layout_do_not_change_the_hash(project: TinyProject) -> None:
    before = [cell.text_hash for cell in cells_of(project.catalog(units=False), "demo")]
    text = project.text("params/sets/demo.yml").replace("clause: table 1, state: recalled", "clause: 表1, state: seen, via: 书")
    project.write("params/sets/demo.yml", "# note\n" + text.replace("levels: [county]", 'levels: ["county"]'))
    assert [cell.text_hash for cell in cells_of(project.catalog(units=False), "demo")] == before


def test_a_set_has_cells_for_targets_definitions_pass_rule_and_facts(project: TinyProject) -> None:
    project.write("params/sets/demo.yml", project.text("params/sets/demo.yml") + PASS_RULE)
    measures = project.text("params/measures/all.yml")
    project.write("params/measures/all.yml", measures.replace("digits: 1\n", "digits: 1\n    definition_zh: 优良天数占有效天数的比例\n", 1))
    catalog = project.catalog(units=False)
    found = [cell_id(cell) for cell in cells_of(catalog, "demo")]
    assert found[:4] == [f"target|R{n}|county" for n in range(1, 5)]
    assert found[4:] == ["definition|air.good_day_ratio|", "pass_rule|1|", "rounding||", "rows||"]
    verify(catalog, "air.good_day_ratio", "definition")
    verify(catalog, "1", "pass_rule")
    verify(catalog, "", "rounding")
    verify(catalog, "", "rows")
    catalog = project.catalog(units=False)
    found_set, measure = catalog.sets["demo"], catalog.measures["air.good_day_ratio"]
    assert found_set.pass_rule and measure.cite
    assert [cite.state for cite in (found_set.pass_rule.requirements[0].cite, found_set.rounding.cite, measure.cite)] == ["verified"] * 3
    assert {gap.part for gap in gaps_of(catalog, ["demo"])} == {"target"}
    written = catalog.as_written()
    assert {cell.state for cell in cells_of(written, "demo")} == {"recalled", ""}


# Records and states


def test_a_record_raises_the_state_of_its_cell_alone(project: TinyProject) -> None:
    verify(project.catalog(units=False), "R1", page="12-13")
    catalog = project.catalog(units=False)
    assert states(catalog) == {"R1": "verified", "R2": "recalled", "R3": "recalled", "R4": "recalled"}
    row = catalog.sets["demo"].row("R1")
    assert row is not None
    cite = row.targets[0].cite
    assert (cite.verified_by, cite.verified_on, cite.page) == ("张三", "2026-05-01", "12-13")
    assert set(states(catalog.as_written()).values()) == {"recalled"} and states(catalog)["R1"] == "verified"
    assert project.text(RECORDS).removeprefix("\ufeff").splitlines()[0] == ",".join(VERIFICATION_COLUMNS)


def test_a_changed_cell_falls_back_and_says_so(project: TinyProject) -> None:
    verify(project.catalog(units=False), "R1")
    project.write("params/sets/demo.yml", project.text("params/sets/demo.yml").replace("text: ≥90", "text: ≥85"))
    catalog = project.catalog(units=False)
    assert states(catalog)["R1"] == "recalled"
    [gap] = [gap for gap in gaps_of(catalog, ["demo"]) if gap.kind != "unverified"]
    assert (gap.kind, gap.row, gap.by, gap.date, gap.file, gap.cell) == ("expired", "R1", "张三", "2026-05-01", RECORDS, "C2")
    project.write("params/sets/demo.yml", project.text("params/sets/demo.yml").replace("text: ≥85", "text: ≥90"))
    assert states(project.catalog(units=False))["R1"] == "verified"


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ([{"second_by": "李四", "second_result": "agrees"}], ""),
        ([{"second_by": "李四", "second_result": "differs", "second_correction": "≥88"}], "disagreement"),
        ([{"second_by": "李四", "second_result": "not_found"}], "disagreement"),
        ([{"result": "differs", "correction": "≥88"}], "correction"),
        ([{"result": "not_found", "page": ""}], "not_found"),
        (
            [{"result": "differs", "correction": "≥88", "second_by": "李四", "second_result": "differs", "second_correction": "≥ 88"}],
            "correction",
        ),
        (
            [{"result": "differs", "correction": "≥88", "second_by": "李四", "second_result": "differs", "second_correction": "≥86"}],
            "disagreement",
        ),
        ([{}, {"by": "李四"}], ""),
        ([{}, {"by": "李四", "result": "differs", "correction": "≥88"}], "disagreement"),
        ([{}, {"by": "李四", "result": "differs", "correction": "≥88"}, {"by": "李 四".replace(" ", "")}], ""),
        ([{}, {"result": "differs", "correction": "≥88", "date": "2026-05-02"}], "correction"),
    ],
)
def test_what_two_people_or_later_records_come_to(project: TinyProject, entries: list[dict[str, str]], kind: str) -> None:
    for entry in entries:
        verify(project.catalog(units=False), "R1", **entry)
    catalog = project.catalog(units=False)
    assert kinds(catalog) == ({("target", "R1"): kind} if kind else {})
    assert states(catalog)["R1"] == ("recalled" if kind else "verified")
    assert len(project.text(RECORDS).splitlines()) == len(entries) + 1


def test_a_correction_is_shown_and_never_applied(project: TinyProject) -> None:
    before = project.text("params/sets/demo.yml")
    verify(project.catalog(units=False), "R1", result="differs", correction="≥88")
    [gap] = [gap for gap in gaps_of(project.catalog(units=False), ["demo"]) if gap.kind == "correction"]
    assert gap.found == {"张三": {"result": "differs", "correction": "≥88"}} and gap.target == "≥90"
    assert project.text("params/sets/demo.yml") == before
    project.write("params/sets/demo.yml", before.replace("text: ≥90", "text: ≥88"))  # a person edits, then it is compared again
    assert kinds(project.catalog(units=False)) == {("target", "R1"): "expired"}
    verify(project.catalog(units=False), "R1", date="2026-05-03")
    assert kinds(project.catalog(units=False)) == {}


def test_the_same_record_is_written_once(project: TinyProject) -> None:
    catalog = project.catalog(units=False)
    record = record_of(find_cell(catalog, "demo", "R1"), {**DONE, "result": "agrees", "note": "=1+1 “引用”, 逗号"})
    assert [append_records(catalog, "demo", [record, record]), append_records(catalog, "demo", [record])] == [1, 0]
    assert "'=1+1" in project.text(RECORDS)


LINE = {"set": "demo", "part": "target", "row": "R1", "level": "county", "text": "≥90", "text_hash": "0123456789abcdef", "result": "agrees",
        "page": "12", "by": "张三", "date": "2026-05-01"}  # fmt: skip


def line(**cells: str) -> str:
    told = {**LINE, **cells}
    return ",".join(VERIFICATION_COLUMNS) + "\n" + ",".join(told.get(column, "") for column in VERIFICATION_COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("content", "code", "cell"),
    [
        (line(row="R9"), "unknown_id", "C2"),
        (line(part="definition", row="air.nothing", level=""), "unknown_id", "C2"),
        (line(level="city"), "bad_value", "D2"),
        (line(level=""), "bad_value", "D2"),
        (line(set="other"), "bad_value", "A2"),
        (line(part="cite"), "bad_value", "B2"),
        (line(text=""), "bad_value", "E2"),
        (line(text_hash="x"), "bad_value", "F2"),
        (line(text_hash=""), "bad_value", "F2"),
        (line(result="一致"), "bad_value", "G2"),
        (line(result=""), "missing_key", "G2"),
        (line(page=""), "missing_key", "H2"),
        (line(by=""), "missing_key", "I2"),
        (line(date=""), "missing_key", "J2"),
        (line(date="2026-02-30"), "bad_value", "J2"),
        (line(date="1.5.2026"), "bad_value", "J2"),
        (line(result="differs"), "missing_key", "K2"),
        (line(correction="≥88"), "bad_value", "K2"),
        (line(second_by="李四"), "missing_key", "L2"),
        (line(second_result="agrees"), "missing_key", "M2"),
        (line(second_result="agrees", second_by="张 三"), "bad_value", "M2"),
        (line(second_result="differs", second_by="李四"), "missing_key", "N2"),
        (line().replace("note\n", "remark\n", 1), "csv_header", "A1"),
        (line().replace("note\n", "note,more\n", 1), "unknown_key", "P1"),
        (line() + "demo,target\n", "csv_row", "A3"),
        ("", "csv_header", "A1"),
    ],
)
def test_a_record_that_cannot_be_right_is_refused_with_its_cell(project: TinyProject, content: str, code: str, cell: str) -> None:
    project.write(RECORDS, content)
    with pytest.raises(EvalkitError) as caught:
        project.catalog(units=False)
    assert [(p.code, p.place.cell) for p in caught.value.problems] == [(code, cell)]
    assert caught.value.problems[0].place.file == RECORDS


def test_records_of_an_unknown_set_are_refused(project: TinyProject) -> None:
    project.write("params/verifications/dmo.csv", line(set="dmo"))
    with pytest.raises(EvalkitError, match="dmo") as caught:
        project.catalog(units=False)
    assert [p.code for p in caught.value.problems] == ["unknown_id"]


def test_a_definition_shared_by_sets_is_verified_through_either(project: TinyProject) -> None:
    measures = project.text("params/measures/all.yml")
    project.write("params/measures/all.yml", measures.replace("digits: 1\n", "digits: 1\n    definition_zh: 优良天数占有效天数的比例\n", 1))
    project.write("params/sets/other.yml", project.text("params/sets/demo.yml").replace("id: demo", "id: other", 1))
    catalog = project.catalog(units=False)
    paths = [path.name for path in verification_files(catalog, ["demo"])]
    assert paths == ["demo.csv", "other.csv"]
    verify(catalog, "air.good_day_ratio", "definition", set_id="other")
    catalog = project.catalog(units=False)
    assert "definition" not in {gap.part for gap in gaps_of(catalog, ["demo"])}
    verify(catalog, "air.good_day_ratio", "definition", by="李四", result="differs", correction="按当月天数")
    catalog = project.catalog(units=False)
    assert [gap.kind for gap in gaps_of(catalog, ["demo", "other"]) if gap.part == "definition"] == ["disagreement"]


# The sheet


def test_equal_sets_give_equal_sheets(project: TinyProject, sheet: Path) -> None:
    again = sheet.with_name("again.xlsx")
    write_check_sheet(project.catalog(units=False), "demo", again)
    assert again.read_bytes() == sheet.read_bytes()


def test_the_sheet_is_locked_but_for_the_blanks_and_ready_to_print(sheet: Path) -> None:
    found = openpyxl.load_workbook(sheet)[form.SHEET]
    assert found.protection.sheet and not found.protection.password
    assert found.freeze_panes == f"C{form.HEAD_LINE + 1}"
    assert found.print_title_rows == f"${form.BAND_LINE}:${form.HEAD_LINE}" and "&P" in str(found.oddFooter.center.text)
    assert (found.page_setup.orientation, found.page_setup.fitToHeight) == ("landscape", 0)
    first = form.HEAD_LINE + 2  # below the name of the domain
    for column in form.COLUMNS:
        cell = found.cell(first, form.place(column.key))
        assert cell.protection.locked == (column.kind != "blank"), column
        assert cell.font.name == "微软雅黑" or column.kind == "hidden"
    hidden = [part for part in found.column_dimensions.values() if part.hidden]
    assert [(part.min, part.max) for part in hidden] == [(form.place("id"), len(form.COLUMNS))]
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in found.data_validations.dataValidation if rule.type == "list"}
    assert list(lists.values()) == ['"一致,不一致,未找到"'] * 2
    assert found.cell(first, form.place("text")).value == "≥90"
    assert "一般了解" in found.cell(first, form.place("source")).value


def test_text_of_a_set_is_never_a_formula_or_a_link(project: TinyProject, sheet: Path) -> None:
    text = (
        project.text("params/sets/demo.yml").replace("text: 编制", 'text: "=1+1"').replace("name_zh: 总量", 'name_zh: "https://a.example/"')
    )
    project.write("params/sets/demo.yml", text)
    write_check_sheet(project.catalog(units=False), "demo", sheet)
    found = openpyxl.load_workbook(sheet)[form.SHEET]
    cells = [cell for row in found.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    assert "=1+1" in [cell.value for cell in cells]


def test_what_is_verified_can_be_left_out(project: TinyProject, sheet: Path) -> None:
    catalog = project.catalog(units=False)
    verify(catalog, "R1")
    verify(project.catalog(units=False), "R2", result="differs", correction="编制并实施")
    catalog = project.catalog(units=False)
    assert write_check_sheet(catalog, "demo", sheet) == 6
    assert write_check_sheet(catalog, "demo", sheet, open_only=True) == 5
    found = openpyxl.load_workbook(sheet)[form.SHEET]
    source = [found.cell(n, form.place("source")).value or "" for n in range(1, found.max_row + 1)]
    assert any("待更正（张三，2026-05-01，第12页）：张三：编制并实施" in text for text in source)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"at_least": "90"}, "≥90"),
        ({"between": ["15", "20"]}, "15～20（含两端）"),
        ({"about": {"value": "15.0", "tolerance": "0.5"}}, "15.0左右（±0.5）"),
        ({"improving": "previous"}, "优于上年"),
        ({"not_worse_than": {"than": "2020", "band": "0.5"}}, "不差于2020年（容差0.5）"),
        ({"assigned": "true"}, "达到上级下达的任务"),
        ({"above_measure": "sewage.rate"}, "高于“处理率”"),
        ({"at_least": "75", "of": "sewage.rate"}, "处理率 ≥75"),
        (
            {"all_of": [{"assigned": "true"}, {"any_of": [{"at_least": "90"}, {"improving": "previous"}]}]},
            "达到上级下达的任务，且（≥90，或优于上年）",
        ),
        ({"k_of_n": {"k": "2", "of": [{"at_least": "1"}, {"at_most": "2"}, {"equals": "3"}]}}, "3项中至少2项：≥1；≤2；＝3"),
        ({"by_class": {"class": "terrain", "cases": {"hill": {"above": "1"}, "plain": {"below": "2"}}}}, "丘陵：＞1；平原：＜2"),
        ({"none": "true"}, "无目标"),
    ],
)
def test_a_rule_is_said_in_words(project: TinyProject, rule: dict[str, Any], words: str) -> None:
    catalog = project.catalog(units=False)
    problems: list[Problem] = []
    parsed = parse_rule(rule, lambda *path: Place(), problems, ())
    assert not problems and rule_words(catalog, catalog.sets["demo"], parsed) == words


def test_a_requirement_is_said_in_words(project: TinyProject) -> None:
    project.write("params/sets/demo.yml", project.text("params/sets/demo.yml") + PASS_RULE)
    demo = project.catalog(units=False).sets["demo"]
    cite = {"document": "doc", "clause": "1", "state": "seen", "via": "x"}
    told = [{"attribute": "binding"}, {"share": "80"}, {"group": "g", "count": 1}, {"rows": ["R1", "R4"]}]
    said = [requirement_words(demo, Requirement.model_validate({"text": "x", "cite": cite, **part})) for part in told]
    assert said == ["约束性指标：全部达标", "全部指标：至少80%达标", "二选一：至少1项达标", "1 优良天数比率、4 总量：全部达标"]


def test_every_shipped_cell_can_be_printed(catalog: Catalog) -> None:
    for set_id, found in catalog.sets.items():
        cells = cells_of(catalog, set_id)
        assert len({cell.key for cell in cells}) == len(cells)
        for cell in cells:
            texts = printed(catalog, found, cell)
            assert texts["name"] and texts["text"] and texts["source"]
            assert texts["reading"] or cell.part in ("rounding", "rows")


# Reading the sheet


def test_a_filled_sheet_is_read_once(project: TinyProject, sheet: Path) -> None:
    fill(sheet, {
        "R1": {**DONE, "page": 12, "date": date(2026, 5, 1)},
        "R2": {**DONE, "date": "2026年5月2日", "second_result": "不一致", "second_correction": "编制并实施", "second_by": "李四"},
        "R3": {"result": "不一致", "page": "12-13", "by": "张三", "date": "2026/5/1", "correction": "丘陵≥70，\n平原≥85", "note": "脚注1"},
        "R4": {"result": "未找到", "by": "张三", "date": datetime(2026, 5, 1)},
    })  # fmt: skip
    catalog = project.catalog(units=False)
    records, warned = read_check_sheet(catalog, "demo", sheet)
    assert [record.row for record in records] == ["R1", "R2", "R3", "R4"] and not warned
    assert [(record.page, record.date) for record in records[:2]] == [("12", "2026-05-01"), ("12", "2026-05-02")]
    assert records[2].correction == "丘陵≥70， 平原≥85"
    assert append_records(catalog, "demo", records) == 4
    catalog = project.catalog(units=False)
    assert states(catalog) == {"R1": "verified", "R2": "recalled", "R3": "recalled", "R4": "recalled"}
    assert kinds(catalog) == {("target", "R2"): "disagreement", ("target", "R3"): "correction", ("target", "R4"): "not_found"}
    assert append_records(catalog, "demo", read_check_sheet(catalog, "demo", sheet)[0]) == 0


def test_an_empty_sheet_says_nothing(project: TinyProject, sheet: Path) -> None:
    assert read_check_sheet(project.catalog(units=False), "demo", sheet) == ([], [])


def test_findings_on_a_cell_that_was_edited_meanwhile_are_kept_and_do_not_count(project: TinyProject, sheet: Path) -> None:
    fill(sheet, {"R1": DONE, "R2": DONE})
    project.write("params/sets/demo.yml", project.text("params/sets/demo.yml").replace("text: ≥90", "text: ≥95"))
    catalog = project.catalog(units=False)
    records, warned = read_check_sheet(catalog, "demo", sheet)
    assert [(p.code, p.severity, p.values["before"], p.values["now"]) for p in warned] == [("check_sheet_changed", "warning", "≥90", "≥95")]
    assert warned[0].message("zh") and warned[0].place.cell.startswith("E")
    append_records(catalog, "demo", records)
    catalog = project.catalog(units=False)
    assert (states(catalog)["R1"], states(catalog)["R2"]) == ("recalled", "verified")
    assert kinds(catalog) == {("target", "R1"): "expired"}


def swap(sheet: Any) -> None:
    """Sort what is printed and leave the hidden columns where they are."""
    first = form.HEAD_LINE + 2
    for column in form.COLUMNS[: form.place("source")]:
        a, b = (sheet.cell(line, form.place(column.key)) for line in (first, first + 5))
        a.value, b.value = b.value, a.value


def put(line: int, key: str, value: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet.cell(line, form.place(key)).value = value

    return change


def copy_line(sheet: Any) -> None:
    for column in form.COLUMNS:
        sheet.cell(40, form.place(column.key)).value = sheet.cell(form.HEAD_LINE + 2, form.place(column.key)).value


R1 = form.HEAD_LINE + 2


@pytest.mark.parametrize(
    ("entry", "change", "code", "key"),
    [
        (DONE, lambda sheet: sheet.delete_cols(form.place("page")), "check_sheet_head", "page"),
        (DONE, lambda sheet: sheet.insert_cols(3), "check_sheet_head", "unit"),
        (DONE, put(form.HEAD_LINE, "result", "结论"), "check_sheet_head", "result"),
        (DONE, lambda sheet: sheet.delete_rows(1), "check_sheet_absent", ""),
        (DONE, put(1, "text_hash", "another"), "check_sheet_other", ""),
        (DONE, swap, "check_sheet_line", "text"),
        (DONE, put(R1, "text", "≥91"), "check_sheet_line", "text"),
        (DONE, put(R1, "text_hash", "0123456789abcdef"), "check_sheet_line", "text"),
        (DONE, put(R1, "seal", None), "check_sheet_line", "text"),
        (DONE, put(R1, "id", None), "check_sheet_stray", "result"),
        (DONE, put(40, "by", "张三"), "check_sheet_stray", "by"),
        (DONE, copy_line, "duplicate_id", "id"),
        ({**DONE, "by": None}, None, "missing_key", "by"),
        ({**DONE, "by": "  "}, None, "missing_key", "by"),
        ({**DONE, "page": None}, None, "missing_key", "page"),
        ({**DONE, "date": None}, None, "missing_key", "date"),
        ({**DONE, "result": None}, None, "missing_key", "result"),
        ({**DONE, "result": "不一致"}, None, "missing_key", "correction"),
        ({**DONE, "correction": "≥88"}, None, "bad_value", "correction"),
        ({**DONE, "result": "对"}, None, "bad_value", "result"),
        ({**DONE, "second_by": "李四"}, None, "missing_key", "second_result"),
        ({**DONE, "second_result": "一致"}, None, "missing_key", "second_by"),
        ({**DONE, "second_result": "一致", "second_by": "张三"}, None, "bad_value", "second_by"),
        ({**DONE, "date": "昨天"}, None, "bad_value", "date"),
        ({**DONE, "date": "2026-02-30"}, None, "bad_value", "date"),
        ({**DONE, "date": "26-05-01"}, None, "bad_value", "date"),
        ({**DONE, "date": 12}, None, "bad_value", "date"),
        ({**DONE, "date": datetime(1900, 1, 12)}, None, "bad_value", "date"),
        ({**DONE, "date": "=TODAY()"}, None, "bad_value", "date"),
        ({**DONE, "page": date(2026, 12, 13)}, None, "cell_type", "page"),
        ({**DONE, "by": "=A1"}, None, "cell_formula", "by"),
        ({**DONE, "note": "x" * 1001}, None, "bad_value", "note"),
    ],
)
def test_a_sheet_that_cannot_be_right_is_refused_with_its_cell(
    project: TinyProject, sheet: Path, entry: dict[str, Any], change: Callable[[Any], None] | None, code: str, key: str
) -> None:
    before = project.snapshot()
    fill(sheet, {"R1": entry, "R2": DONE}, change)
    with pytest.raises(EvalkitError) as caught:
        read_check_sheet(project.catalog(units=False), "demo", sheet)
    [problem] = caught.value.problems
    assert problem.code == code and problem.message("zh") and problem.message("en")
    if key:
        assert problem.place.sheet == form.SHEET
        letters = get_column_letter(form.place(key))
        assert problem.place.cell.rstrip("0123456789") == letters
    assert {name: data for name, data in project.snapshot().items() if "sheets/" not in name} == {
        name: data for name, data in before.items() if "sheets/" not in name
    }


def a_csv(path: Path) -> None:
    path.write_text("序号,指标\n1,优良天数\n", encoding="utf-8")


def not_there(path: Path) -> None:
    path.unlink()


def another_book(path: Path) -> None:
    openpyxl.Workbook().save(path)


def with_macros(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/large.bin", b"\x00" * 60_000_000)


def long(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book[form.SHEET].cell(30_000, 2).value = "x"
    book.save(path)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4000])


@pytest.mark.parametrize("spoil", [a_csv, not_there, another_book, with_macros, bomb, long, cut])
def test_a_file_that_is_no_check_sheet_is_refused(project: TinyProject, sheet: Path, spoil: Callable[[Path], None]) -> None:
    spoil(sheet)
    with pytest.raises(EvalkitError) as caught:
        read_check_sheet(project.catalog(units=False), "demo", sheet)
    assert len(caught.value.problems) == 1 and caught.value.problems[0].code in known_codes()
    assert caught.value.problems[0].message("zh")


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-5-1", "2026-05-01"), ("2026.05.01", "2026-05-01"), ("20260501", "2026-05-01"), ("2026年12月31日", "2026-12-31"),
     ("2026-13-01", ""), ("05/01/2026", ""), ("2026", ""), ("９９９９", ""), ("1026-05-01", ""), ("", "")],
)  # fmt: skip
def test_days(text: str, day: str) -> None:
    assert read_day(text) == day


def test_every_fault_of_an_entry_is_found_at_once() -> None:
    assert faults({"result": "agrees", "page": "1", "by": "甲", "date": "2026-05-01"}) == []
    assert {column for column, _ in faults({"second_correction": "x"})} == {"result", "by", "date", "second_result", "second_by"}


# Commands


def test_commands_verify_list_and_print(in_project: TinyProject, tmp_path: Path) -> None:
    assert "demo-check.xlsx" in evalkit("sets", "sheet", "demo", "--out", "out")
    assert (tmp_path / "out" / "demo-check.xlsx").exists()
    assert sheet_path(in_project.catalog(units=False), "demo", None).parent.name == "check-sheets"
    said = evalkit("sets", "verify", "demo", "R1", "--by", "张三", "--page", "12", "--date", "2026-05-01", "--second", "李四", "--json")
    assert json.loads(said) == {"set": "demo", "file": RECORDS, "read": 1, "added": 1, "verified": 1, "open": []}
    said = evalkit(
        "sets", "verify", "demo", "R2", "--by", "张三", "--page", "3", "--date", "2026-05-01", "--result", "不一致", "--correction", "制定"
    )
    assert "待更正" in said and "制定" in said
    fill(tmp_path / "out" / "demo-check.xlsx", {"R3": DONE})
    assert "新记录 1 条" in evalkit("sets", "verify", "demo", "--from", "out/demo-check.xlsx")
    assert "新记录 0 条，已有 1 条" in evalkit("sets", "verify", "demo", "--from", "out/demo-check.xlsx")
    gaps = json.loads(evalkit("sets", "check", "demo", "--json"))
    assert [(gap["part"], gap["row"], gap["kind"]) for gap in gaps] == [
        ("target", "R2", "correction"), ("target", "R4", "unverified"), ("rounding", "", "unverified"), ("rows", "", "unverified"),
    ]  # fmt: skip
    shown = evalkit("sets", "check")
    assert "【待更正】张三 不一致“制定”" in shown and "R4" not in shown and "2 个指标值待核对原文" in shown
    assert "R4" in evalkit("sets", "check", "demo")
    assert json.loads(evalkit("sets", "list", "--json"))[0]["states"] == {"verified": 2, "recalled": 2}
    assert "已核对原文，张三、李四，2026-05-01" in evalkit("sets", "show", "demo")
    assert "〔一般了解、未见原文，待更正〕" in evalkit("sets", "show", "demo")  # what is not settled is seen by whoever looks at the set


@pytest.mark.parametrize(
    "arguments",
    [
        ["R1", "--by", "张三", "--page", "12"],
        ["R1", "--by", "张三", "--date", "2026-05-01"],
        ["R1", "--page", "12", "--date", "2026-05-01"],
        ["R1", "--by", "张三", "--page", "12", "--date", "gestern"],
        ["R1", "--by", "张三", "--page", "12", "--date", "2026-05-01", "--result", "maybe"],
        ["R1", "--by", "张三", "--page", "12", "--date", "2026-05-01", "--second", "张三"],
        ["R1", "--by", "张三", "--page", "12", "--date", "2026-05-01", "--part", "cite"],
        ["R1", "--from", "x.xlsx"],
        ["--by", "张三", "--page", "12", "--date", "2026-05-01"],
    ],
)
def test_a_command_without_what_it_needs_is_wrong_use(in_project: TinyProject, arguments: list[str]) -> None:
    evalkit("sets", "verify", "demo", *arguments, code=2)
    assert not (in_project.root / RECORDS).exists()


@pytest.mark.parametrize("arguments", [["dmo", "R1"], ["demo", "R9"], ["demo", "R1", "--level", "city"]])
def test_a_cell_that_does_not_exist_is_named(in_project: TinyProject, arguments: list[str]) -> None:
    with pytest.raises(EvalkitError):
        evalkit("sets", "verify", *arguments, "--by", "张三", "--page", "12", "--date", "2026-05-01")


def test_a_row_with_a_target_for_each_level_needs_the_level(catalog: Catalog) -> None:
    with pytest.raises(EvalkitError, match="city, county"):
        find_cell(catalog, "cn-demo-2019", "E19-06")
    assert find_cell(catalog, "cn-demo-2019", "E19-06", level="county").level == "county"
    assert find_cell(catalog, "cn-demo-2019", "E19-01", level="county").level == "city+county"


# What follows for runs and reports


def test_a_run_depends_on_the_records_and_keeps_them(project: TinyProject) -> None:
    catalog = project.catalog(units=False)
    (project.root / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "assess_region.ipynb", project.root / "notebooks")
    path = project.root / RECORDS
    assert path in source_files(catalog, project.run)  # before there is one
    before = region_keys(catalog, project.inputs())[project.region]
    verify(catalog, "R1")
    catalog = project.catalog(units=False)
    after = region_keys(catalog, project.inputs())[project.region]
    assert {layer for layer in before if before[layer] != after[layer]} == {"rules"}
    write_snapshot(catalog, project.run)
    kept = load_catalog(catalog.project.processed(project.run) / "snapshot")
    assert states(kept)["R1"] == "verified"
    assert project.result("R1")["target_state"] == "verified"


def test_a_verified_threshold_loses_its_mark_in_the_report(tmp_path: Path) -> None:
    for name in ("params", "data/raw/chongming-2023"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for path in (tmp_path / "params" / "runs").glob("*.yml"):
        if path.stem != "chongming-2023":
            path.unlink()

    def model() -> ReportModel:
        catalog = load_catalog(tmp_path)
        inputs = read_inputs(catalog, "chongming-2023")
        found = assess(catalog, inputs, "310151")
        return build_model(found.rows, found.traces, context_from_catalog(catalog, inputs, "310151"))

    def marks(found: ReportModel) -> tuple[str, set[str]]:
        [line] = [row for group in found.groups for row in group.table if row.indicator == "C01"]
        return line.target, {
            item.target for item in found.unverified if item.seq == line.seq and item.name == line.name and not item.target[:4].isdigit()
        }

    assert marks(model()) == ("≥20†", {"≥20"})
    verify(load_catalog(tmp_path), "C01", set_id="cn-demo-2024-city", page="附件 第2页")
    assert marks(model()) == ("≥20", set())


@pytest.mark.parametrize("name", ["docs/data-formats.md", "docs/data-formats.zh-CN.md"])
def test_the_formats_name_every_column(name: str) -> None:
    assert ",".join(VERIFICATION_COLUMNS) in (ROOT / name).read_text(encoding="utf-8")
