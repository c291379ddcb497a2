"""Indicator sets as workbooks: exported and read back the same, typed by a person and usable in a run."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from authoring_samples import annex, merged
from conftest import CITE, ROOT, TinyProject
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from evalkit.authoring.columns import MEASURES, ROW_COLUMNS, ROWS
from evalkit.authoring.content import content_of, measures_text, set_text
from evalkit.authoring.export import write_set as export
from evalkit.authoring.importing import read_set, write_set
from evalkit.authoring.lines import measures_of, row_lines, says_it_all
from evalkit.authoring.settings import Imported, Settings
from evalkit.authoring.yaml_text import flow, scalar, yaml_text
from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.models import IndicatorSet, Measure
from evalkit.catalog.reading import build, build_list, read_yaml
from evalkit.cli.sets import sets_app
from evalkit.messages import Problem
from evalkit.tables import parse_yaml, write_text

SETS = sorted(path.stem for path in (ROOT / "params" / "sets").glob("*.yml"))
GIVEN = Settings(id="typed", document="doc", levels=("city", "county"), state="seen", via="纸质文件第3页")
COLUMN = {column.key: number for number, column in enumerate(ROW_COLUMNS, start=1)}


def typed(project: TinyProject, path: Path, settings: Settings = GIVEN) -> Imported:
    found = read_set(project.catalog(), path, settings)
    assert [problem.line() for problem in found.problems] == [] and found.indicator_set is not None
    return found


# Round trip


@pytest.mark.parametrize("set_id", SETS)
def test_a_set_comes_back_from_its_workbook(set_id: str, catalog: Catalog, tmp_path: Path) -> None:
    catalog = catalog.as_written()
    found = catalog.sets[set_id]
    export(catalog, found, tmp_path / "set.xlsx")
    back = read_set(catalog, tmp_path / "set.xlsx")
    assert [problem.line() for problem in back.problems] == []
    assert back.indicator_set == found
    assert back.measures == []  # all of them exist
    targets = [(row, target) for row in found.rows for target in row.targets]
    alone = sum(says_it_all(catalog, found, row, target) for row, target in targets)
    assert back.ruled == len(targets) - alone


@pytest.mark.parametrize("set_id", SETS)
def test_measures_come_back_where_they_do_not_exist_yet(set_id: str, catalog: Catalog, tmp_path: Path) -> None:
    catalog = catalog.as_written()
    found = catalog.sets[set_id]
    export(catalog, found, tmp_path / "set.xlsx")
    own = {measure.id: measure for measure in measures_of(catalog, found)}
    used = {measure.id for other in catalog.sets.values() if other is not found for measure in measures_of(catalog, other)}
    used |= {item.measure or "" for plan in catalog.plans.values() for item in plan.indicators}
    used |= {leaf.of for plan in catalog.plans.values() for item in plan.indicators for value in item.values for leaf in value.rule.walk()}
    gone = {name: measure for name, measure in own.items() if name not in used}
    plans = {name: plan for name, plan in catalog.plans.items() if plan.set != set_id}
    without = replace(catalog, plans=plans, runs={}, measures={name: m for name, m in catalog.measures.items() if name not in gone})
    back = read_set(without, tmp_path / "set.xlsx")
    assert [problem.line() for problem in back.problems] == []
    assert {measure.id: measure for measure in back.measures} == gone


def test_most_targets_are_read_from_their_text_alone(catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    counts = {}
    for name, found in catalog.sets.items():
        told = [says_it_all(catalog, found, row, target) for row in found.rows for target in row.targets]
        counts[name] = (sum(told), len(told))
    every = (sum(a for a, _ in counts.values()), sum(b for _, b in counts.values()))
    with capsys.disabled():
        print("\n指标值 read from the text alone: " + ", ".join(f"{name} {a}/{b}" for name, (a, b) in {**counts, "all": every}.items()))
    assert every[0] / every[1] > 0.7


def test_the_workbook_is_the_same_each_time(catalog: Catalog, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        export(catalog, catalog.sets["cn-demo-2019"], tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_workbook_looks_as_printed(catalog: Catalog, tmp_path: Path) -> None:
    export(catalog, catalog.sets["cn-demo-2024-city"], tmp_path / "set.xlsx")
    book = openpyxl.load_workbook(tmp_path / "set.xlsx")
    assert book.sheetnames == ["体系", "分类", "选项组", "指标", "口径", "通过条件"]
    sheet = book[ROWS]
    areas = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A1:I1", "A4:A6", "C7:C8", "D7:D8", "D4:E4"} <= areas
    assert [sheet.cell(3, n).value for n in range(1, 10)] == [
        "领域",
        "任务",
        "序号",
        "指标名称",
        "分项",
        "单位",
        "指标值",
        "指标属性",
        "适用范围",
    ]
    assert sheet["D7"].value == "环境空气质量" and sheet["E7"].value == "优良天数比率"
    assert sheet.freeze_panes == "F4" and sheet.print_title_rows == "$1:$3" and sheet.page_setup.orientation == "landscape"
    assert sheet.print_area == f"'{ROWS}'!$A$1:$I${sheet.max_row}"
    assert {cell.number_format for row in sheet.iter_rows(min_row=4) for cell in row if cell.value is not None} == {"@"}


def test_no_text_becomes_a_formula_or_a_link(project: TinyProject, tmp_path: Path) -> None:
    evil = ["=HYPERLINK(\"http://x\")", "+1", "-1+1", "@SUM(A1)", "https://x.example", "0012", "mailto:a@b.c", "\t=1"]  # fmt: skip
    text = project.text("params/sets/demo.yml")
    for number, word in enumerate(evil[:4], start=1):
        text = text.replace(f'    seq: "{number}"\n', f"    seq: \"{number}\"\n    note: '{word}'\n")
    project.write("params/sets/demo.yml", text.replace("name_zh: 试验指标", f"name_zh: '{evil[0]}'"))
    catalog = project.catalog()
    export(catalog, catalog.sets["demo"], tmp_path / "set.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "set.xlsx")
    cells = [cell for found in sheet for row in found.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    assert {"=HYPERLINK(\"http://x\")", "+1", "@SUM(A1)"} <= {cell.value for cell in cells}  # fmt: skip
    assert read_set(catalog, tmp_path / "set.xlsx").indicator_set == catalog.sets["demo"]


def test_a_changed_cell_of_an_export_is_a_changed_rule(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "set.xlsx"
    export(catalog, catalog.sets["cn-demo-2024-city"], path)
    book = openpyxl.load_workbook(path)
    book[ROWS].cell(4, COLUMN["text"]).value = "≥25"
    book.save(path)
    back = read_set(catalog, path, Settings(id="mine")).indicator_set
    assert back is not None and back.id == "mine"
    changed = [(a, b) for a, b in zip(back.rows, catalog.sets["cn-demo-2024-city"].rows, strict=True) if a != b]
    assert [(a.id, a.targets[0].text, b.targets[0].text) for a, b in changed] == [("C01", "≥25", "≥20")]


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "code"),
    [
        (ROWS, 4, "formula", "gov.other@1", "formula_not_understood"),
        (ROWS, 4, "formula", "share(air.days_good, air.days_valid)", "formula_not_used"),
        (ROWS, 4, "measure", "gov.appraisal_shares", "unknown_id"),
        (ROWS, 4, "rule", "{at_leest: 3}", "unknown_key"),
        (ROWS, 4, "rule", "&a [*a]", "yaml_forbidden"),
        (ROWS, 4, "rule", '{by_class: {class: terrain, cases: {a: {none: "true"}}}}', "unknown_id"),
        (ROWS, 4, "state", "亲眼所见", "word_unknown"),
        (ROWS, 4, "where_relevant", "也许", "word_unknown"),
        (MEASURES, 2, 5, "定性", "measure_taken"),
        (MEASURES, 2, 2, "另一个名称", "measure_taken"),
        ("分类", 2, 4, "west", "class_unknown"),
        ("体系", 7, 2, "差不多", "word_unknown"),
        ("体系", 6, 2, "市与县们", "word_unknown"),
        ("体系", 3, 2, "no-such", "document_unknown"),
    ],
)
def test_a_wrong_cell_of_an_export_is_refused_where_it_stands(
    sheet: str, row: int, column: str | int, value: str, code: str, catalog: Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "set.xlsx"
    export(catalog, catalog.sets["cn-demo-2024-city"], path)
    book = openpyxl.load_workbook(path)
    cell = book[sheet].cell(row, COLUMN[column] if isinstance(column, str) else column)
    cell.value = value
    book.save(path)
    found = read_set(catalog, path)
    assert found.indicator_set is None
    first = found.errors[0]
    assert first.code == code
    if code not in ("document_unknown", "class_unknown", "measure_taken"):
        assert (first.place.sheet, first.place.cell) == (sheet, cell.coordinate)


def test_nothing_becomes_verified_by_typing(project: TinyProject, tmp_path: Path) -> None:
    cite = "{document: doc, clause: table 1, state: verified, verified_by: 张三, verified_on: '2026-01-02', page: '3'}"
    text = project.text("params/sets/demo.yml")
    project.write("params/sets/demo.yml", text.replace(f"text: ≥90\n        rule: {{at_least: \"90\"}}\n        cite: {CITE}",
                                                       f"text: ≥90\n        rule: {{at_least: \"90\"}}\n        cite: {cite}"))  # fmt: skip
    catalog = project.catalog()
    path = tmp_path / "set.xlsx"
    export(catalog, catalog.sets["demo"], path)
    assert read_set(catalog, path).indicator_set == catalog.sets["demo"]  # as the rule files have it
    book = openpyxl.load_workbook(path)
    book[ROWS].cell(4, COLUMN["text"]).value = "≥91"
    book.save(path)
    for settings in (None, Settings(id="mine")):
        [problem] = read_set(catalog, path, settings).errors
        assert (problem.code, problem.place.cell) == ("verified_typed", book[ROWS].cell(4, COLUMN["state"]).coordinate)


# Typed by a person


def test_an_annex_becomes_a_set_and_its_measures(project: TinyProject, tmp_path: Path) -> None:
    found = typed(project, annex(tmp_path / "a.xlsx", merged))
    made = found.indicator_set
    assert made is not None
    assert (made.name_zh, made.note, made.complete, made.levels) == ("试验县生态建设指标", "注：本表为试验用。", False, ["city", "county"])
    assert [(row.id, row.seq, row.part_of, row.name_zh, row.domain, row.task, row.unit) for row in made.rows] == [
        ("C01.1", "1", "环境空气质量", "优良天数比例", "环境", "（一）质量", "%"),
        ("C01.2", "1", "环境空气质量", "总量下降", "环境", "（一）质量", "吨"),
        ("C02", "2", "", "污水处理率", "环境", "（二）治理", "%"),
        ("C03", "3", "", "危险废物处置率", "环境", "（二）治理", "%"),
        ("C04", "4", "", "生态文明建设规划", "制度", "（三）制度", "—"),
    ]
    sewage = made.rows[2]
    assert [(t.levels, t.text, t.attribute) for t in sewage.targets] == [(["city"], "≥95", None), (["county"], "≥85", "reference")]
    cite = made.rows[0].targets[0].cite
    assert (cite.document, cite.clause, cite.state, cite.via) == ("doc", "指标表 序号1", "seen", "纸质文件第3页")
    measures = {measure.id: measure for measure in found.measures}
    assert {name: (m.kind, m.direction, m.unit) for name, m in measures.items()} == {
        "typed.c01.1": ("number", "up", "%"),
        "typed.c01.2": ("number", "down", "吨"),
        "typed.c02": ("number", "up", "%"),
        "typed.c03": ("number", "up", "%"),
        "typed.c03.met": ("qualitative", "none", "-"),
        "typed.c04": ("qualitative", "none", "-"),
    }
    assert measures["typed.c01.1"].expression == "share(air.days_good, air.days_valid)"
    assert "生态环境部门" in measures["typed.c01.1"].definition_zh and measures["typed.c02"].reported_only


@pytest.mark.parametrize(
    ("heads", "order"),
    [
        ({"D3": "指标", "G3": "目标值", "H3": "属性", "A3": "类别"}, list(range(1, 12))),
        ({"F3": "计量\n单位", "G3": " 标 准 值 "}, list(range(1, 12))),
        ({}, [7, 4, 5, 3, 1, 2, 6, 11, 10, 9, 8]),
    ],
)
def test_heads_may_be_called_and_placed_otherwise(heads: dict[str, str], order: list[int], project: TinyProject, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        for cell, head in heads.items():
            sheet[cell] = head
        rows = [[sheet.cell(line, column).value for column in order] for line in range(3, 10)]
        for line, row in enumerate(rows, start=3):
            for column, value in enumerate(row, start=1):
                sheet.cell(line, column).value = value

    expected = typed(project, annex(tmp_path / "a.xlsx")).indicator_set
    assert typed(project, annex(tmp_path / "b.xlsx", change)).indicator_set == expected


def test_a_merged_head_covers_name_and_part(project: TinyProject, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["E3"] = None
        sheet.merge_cells("D3:E3")

    expected = typed(project, annex(tmp_path / "a.xlsx")).indicator_set
    assert typed(project, annex(tmp_path / "b.xlsx", change)).indicator_set == expected


def test_a_repeated_head_is_passed_over(project: TinyProject, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        heads = [sheet.cell(3, column).value for column in range(1, 12)]
        sheet.insert_rows(7)
        for column, head in enumerate(heads, start=1):
            sheet.cell(7, column).value = head

    expected = typed(project, annex(tmp_path / "a.xlsx")).indicator_set
    assert typed(project, annex(tmp_path / "b.xlsx", change)).indicator_set == expected


def test_a_measure_is_reused_only_where_it_is_named(project: TinyProject, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["L3"] = "口径"
        sheet["L4"] = "air.good_day_ratio"
        sheet["L6"] = sheet["L7"] = "处理率"

    found = typed(project, annex(tmp_path / "a.xlsx", change))
    assert found.indicator_set is not None
    assert [row.measure for row in found.indicator_set.rows[:3]] == ["air.good_day_ratio", "typed.c01.2", "sewage.rate"]
    assert [measure.id for measure in found.measures] == ["typed.c01.2", "typed.c03", "typed.c03.met", "typed.c04"]


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        ({"L6": "sewage.rates"}, "unknown_id", "L6"),
        ({"L5": "处理率", "J5": None}, "unknown_id", "L5"),  # the name is right, the unit is not
        ({"L4": "sewage.rate"}, "formula_not_used", "J4"),
        ({"L8": "sewage.rate"}, "leaf_needs_measure", "G8"),
        ({"L5": "air.good_day_ratio", "J5": None}, "target_not_understood", "G5"),  # falling, but more is better
        ({"L9": "sewage.rate"}, "leaf_needs_measure", "G9"),
    ],
)
def test_a_measure_that_does_not_fit_is_refused(
    cells: dict[str, str | None], code: str, cell: str, project: TinyProject, tmp_path: Path
) -> None:
    def change(sheet: Any) -> None:
        sheet["L3"] = "口径"
        for name, value in cells.items():
            sheet[name] = value

    found = read_set(project.catalog(), annex(tmp_path / "a.xlsx", change), GIVEN)
    assert (code, cell) in [(problem.code, problem.place.cell) for problem in found.errors]
    assert found.indicator_set is None


def test_kind_and_direction_may_be_said(project: TinyProject, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["L3"], sheet["M3"] = "类型", "方向"
        sheet["G9"], sheet["L9"] = "近3年未出现", "定性"
        sheet["G5"], sheet["M5"] = "完成上级管控目标", "越小越好"

    found = typed(project, annex(tmp_path / "a.xlsx", change))
    measures = {measure.id: measure for measure in found.measures}
    assert measures["typed.c04"].kind == "qualitative" and measures["typed.c01.2"].direction == "down"


def test_a_rule_may_be_said(project: TinyProject, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["L3"] = "规则"
        sheet["G6"], sheet["L6"] = "ΔX≥-1", '{at_least: "-1"}'

    found = typed(project, annex(tmp_path / "a.xlsx", change))
    assert found.indicator_set is not None and found.ruled == 1
    assert found.indicator_set.rows[2].targets[0].rule == parse_rule_text('{at_least: "-1"}')


def parse_rule_text(text: str) -> Any:
    from evalkit.catalog.rules import parse_rule
    from evalkit.messages import Place

    return parse_rule(parse_yaml(text, "x").content, lambda *path: Place(), [], ())


# Written files


def read_back(text: str, tmp_path: Path, model: type[Any]) -> Any:
    problems: list[Problem] = []
    write_text(tmp_path / "x.yml", text)
    located = read_yaml(tmp_path / "x.yml", "x.yml", problems)
    found = build(model, located, problems) if model is IndicatorSet else [m for m, _ in build_list(model, "measures", located, problems)]
    assert problems == []
    return found


def test_every_shipped_set_and_measure_is_written_as_it_is_read(catalog: Catalog, tmp_path: Path) -> None:
    for found in catalog.sets.values():
        assert read_back(set_text(found), tmp_path, IndicatorSet) == found
    measures = list(catalog.measures.values())
    assert read_back(measures_text(measures), tmp_path, Measure) == measures


def test_the_writer_lays_files_out_as_people_do(tmp_path: Path) -> None:
    shipped = (ROOT / "params/sets/cn-air-monthly.yml").read_text(encoding="utf-8")
    without_comments = re.sub(r"^ *#.*\n|^\n", "", shipped, flags=re.M)
    made = set_text(load_catalog(ROOT).sets["cn-air-monthly"])
    assert sorted(line.strip() for line in made.splitlines()) == sorted(line.strip() for line in without_comments.splitlines())


@given(st.text(max_size=30).filter(lambda text: all(0x20 <= ord(c) < 0xD800 or ord(c) in (9, 10) or ord(c) > 0xE000 for c in text)))
@example("no")
@example("1e3")
@example("=x")
@example("- a")
@example("a: b")
@example("a #b")
@example("{x}")
@example("")
@example(" ")
@example("a\nb")
@example("<<")
@example("~")
@example("2024-01-01")
@example("\u2028")
@example("\x85")
@example("&a")
@example("'")
def test_any_text_is_written_so_that_every_reader_takes_it_for_that_text(text: str) -> None:
    for written, found in ((f"a: {scalar(text)}", lambda c: c["a"]), (flow({"a": [text, {text or "k": text}]}), lambda c: c["a"][0])):
        assert found(yaml.safe_load(written)) == text
    made = yaml_text({"a": text, "b": [{"c": text, "rule": {"d": text}}], "levels": [text]})
    content = yaml.load(made, Loader=yaml.BaseLoader)
    assert content == {"a": text, "b": [{"c": text, "rule": {"d": text}}], "levels": [text]}


def test_defaults_are_left_out(catalog: Catalog) -> None:
    content = content_of(
        catalog.measures["air.good_day_ratio_2024"]
        if "air.good_day_ratio_2024" in catalog.measures
        else next(iter(catalog.measures.values()))
    )
    assert "components" not in content and None not in content.values()


# The commands


def run(*arguments: str) -> Any:
    return CliRunner().invoke(sets_app, list(arguments))


def test_from_a_typed_annex_to_a_verdict(project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    path = annex(tmp_path / "annex.xlsx", merged)
    told = ["--id", "typed", "--document", "new-doc", "--number", "试〔2026〕1号", "--title", "试验办法"]
    told += ["--level", "county", "--level", "city", "--state", "seen", "--via", "纸质文件第3页"]
    done = run("import", str(path), *told)
    assert done.exit_code == 0, done.output
    assert "≥95  →  {at_least: \"95\"}" in done.output and "params/sets/typed.yml" in done.output  # fmt: skip
    assert run("check", "typed").exit_code == 0
    catalog = project.catalog()
    assert catalog.documents["new-doc"].number == "试〔2026〕1号"
    project.edit("params/runs/try.yml", "sets: [demo]", "sets: [demo, typed]")
    project.row("2024", "reported.typed.c02", "88")
    rows = {row["indicator"]: row for row in project.assess().rows if row["set"] == "typed"}
    assert (rows["C01.1"]["rounded_value"], rows["C01.1"]["value_source"]) == ("90.98", "computed")
    assert (rows["C02"]["status"], rows["C04"]["status"]) == ("met", "pending")
    # again: refused, until it is said that it may be replaced
    before = project.snapshot()
    assert run("import", str(path), *told).exit_code == 1 and project.snapshot() == before
    again = run("import", str(path), *told[:4], *told[8:], "--replace")
    assert again.exit_code == 0, again.output
    assert project.snapshot() == before


def test_export_and_import_from_the_command_line(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    done = run("export", "demo", "--out", "made")
    assert done.exit_code == 0 and done.output.strip() == "made/demo.xlsx"
    assert run("export", "demo", "--out", "made").exit_code == 0  # the same again
    book = openpyxl.load_workbook("made/demo.xlsx")
    book[ROWS]["G4"] = "≥91"
    book.save("made/demo.xlsx")
    assert run("export", "demo", "--out", "made").exception is not None  # someone typed in it
    done = run("import", "made/demo.xlsx", "--id", "other", "--out", "made")
    assert done.exit_code == 0, done.output
    assert sorted(p.relative_to("made").as_posix() for p in Path("made").rglob("*.yml")) == ["sets/other.yml"]
    assert "text: ≥91" in Path("made/sets/other.yml").read_text(encoding="utf-8")
    assert run("export", "dmo").exception is not None


def test_a_set_of_its_own_expressions_comes_back(project: TinyProject, tmp_path: Path) -> None:
    text = project.text("params/measures/all.yml")
    line = next(line for line in text.splitlines() if "sewage.rate" in line)
    more = f"expression: 'share(air.days_good@base, air.days_valid)', digits: 1, cite: {CITE}}}"
    project.edit("params/measures/all.yml", line, line.replace("reported_only: no definition}", more))
    catalog = project.catalog()
    export(catalog, catalog.sets["demo"], tmp_path / "set.xlsx")
    assert read_set(catalog, tmp_path / "set.xlsx").indicator_set == catalog.sets["demo"]
    [shown] = [found for found in row_lines(catalog, catalog.sets["demo"]) if found["id"] == "R3"]
    assert (shown["formula"], shown["read_as"]) == ("share(air.days_good@base, air.days_valid)", "基准年优良天数 ÷ 有效天数 × 100%")
    found = typed(project, annex(tmp_path / "a.xlsx"))
    write_set(found, project.root / "params")
    assert project.catalog().measures["typed.c01.1"] == found.measures[0]


# The documents

DOCUMENTS = ["docs/authoring.md", "docs/authoring.zh-CN.md"]


def tables(name: str) -> dict[str, list[list[str]]]:
    """Return the tables of a document by their first head."""
    found: dict[str, list[list[str]]] = {}
    for block in re.findall(r"(?:^\|.*\n)+", (ROOT / name).read_text(encoding="utf-8"), flags=re.M):
        lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        found[f"{lines[0][0]} {lines[0][-1]}"] = [lines[0], *lines[2:]]
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_annex_of_the_document_is_read(name: str, catalog: Catalog, tmp_path: Path) -> None:
    lines = tables(name)["领域 数据来源"]
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append([cell or None for cell in line])  # type: ignore[union-attr]
    book.save(tmp_path / "annex.xlsx")
    settings = Settings("my-set", "mee-2019-76", name="试行指标", levels=("city", "county"), state="seen", via="纸质文件第3页")
    found = read_set(catalog, tmp_path / "annex.xlsx", settings)
    assert [problem.line() for problem in found.problems] == [] and found.indicator_set is not None
    assert len(found.indicator_set.rows) == 5 and len({row.seq for row in found.indicator_set.rows}) == 4
    assert [measure.expression for measure in found.measures if measure.expression] == [
        "share(air.days_good, air.days_valid)",
        "share(waste.straw_used, waste.straw_total)",
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_grammars_of_the_document_are_those_of_the_program(name: str, catalog: Catalog) -> None:
    from evalkit.authoring.targets import TargetError, parse_target
    from evalkit.formulas.expression import expression_text, read_formula

    classes = catalog.sets["cn-ecocity-2003"].classes
    found = tables(name)
    targets = next(rows for head, rows in found.items() if head.endswith(("rule", "规则")))
    formulas = next(rows for head, rows in found.items() if head.endswith(("kept as", "保存为")))
    for texts, shown in targets[1:]:
        for text in re.findall(r"`([^`]+)`", texts):
            rule = parse_target(text, classes=classes, units=["%"]).rule
            if shown.startswith("`") and "…" not in shown:
                assert rule == parse_rule_text(shown.strip("`")), text
    names = {variable.name_zh: variable.id for variable in catalog.variables.values()}
    for text, kept in formulas[1:]:
        assert expression_text(read_formula(text.strip("`"), names).tree) == kept.strip("`")
    for text in ("≥1,000", "100，且持续改善", "≥90且≤95或持续改善", "≥90，且≤95，或持续改善"):
        with pytest.raises(TargetError):
            parse_target(text)


def test_the_documents_show_the_same_examples() -> None:
    english, chinese = (tables(name) for name in DOCUMENTS)
    assert [rows[1:] for head, rows in english.items() if head == "领域 数据来源"] == [chinese["领域 数据来源"][1:]]
    shown = [[re.findall(r"`[^`]+`", cell) for rows in tables(name).values() for row in rows for cell in row] for name in DOCUMENTS]
    assert shown[0] == shown[1]
