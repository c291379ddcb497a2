"""Plans as workbooks: exported and read back the same; typed by a person, matched by name and refused where anything is unclear."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from typer.testing import CliRunner

from evalkit.authoring import plan_write
from evalkit.authoring.content import content_of
from evalkit.authoring.plan_columns import YearHead, head_of, year_head
from evalkit.authoring.plan_export import plan_book
from evalkit.authoring.plan_import import ImportedPlan, PlanSettings, read_plan
from evalkit.authoring.plan_lines import reported_values, shown_value
from evalkit.authoring.plan_phrases import meant, read_duty
from evalkit.authoring.plan_write import write_plan
from evalkit.authoring.targets import parse_target
from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.models import Cite, PlannedValue
from evalkit.catalog.plan_lists import PlanLists, load_lists
from evalkit.catalog.reading import build, read_yaml
from evalkit.catalog.rules import Assigned, Compare, Trend, parse_rule
from evalkit.cli.plan import plan_app
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Language, Problem
from evalkit.tables import Located, cell_name, write_text

PLANS = sorted(path.stem for path in (ROOT / "params" / "plans").glob("*.yml"))
GIVEN = PlanSettings(id="typed", region="310151", document="sh-chongming-2024-41", set="cn-demo-2024-city", values=True)
HEADS = ["领域", "任务", "序号", "指标名称", "分项", "单位", "指标属性", "2022年现状值", "现状值（基准年２０２３）", "近期（2027年）",
         "远期（2035年）", "2024年目标", "责任单位", "备注"]  # fmt: skip
SHARE, CLASS3 = "生态文明建设工作占党政实绩考核的比例", "地表水达到或好于III类水体比例"
MEASURE = "water.surface_good_ratio"
BARE = ("plan_value_bare", "L3", "warning")  # 28.5 of the sample
ROWS: list[list[Any]] = [
    ["目标责任", "（一）目标责任落实", 1, SHARE, None, "%", "约束性",
     31.33, 27.28, "≥３０", "≥30", 28.5, "牵头：区委组织部；配合：区生态环境局", None],
    ["生态安全", "（二）环境质量改善", 4, "环境空气质量", "优良天数比率", "％", "约束性",
     "89.5", "88.8", "≥90", "≥90或持续提高", None, "区生态环境局", None],
    [None, None, 5, "水环境质量", CLASS3, "%", "约束性指标", "不考核", "—", "１００（2024年起每年）", 100, None, None, "重点"],
    [None, None, 5, None, "地下水国控点位V类水比例", "%", "约束性", 33.3, "50", "持续改善", "持续改善", None, None, None],
    [None, None, 5, None, "近岸海域水质优良（一、二类）比例", "%", "约束性",
     None, "无国控监测点", "达到上级要求", "达到上级要求", None, None, None],
    ["生态安全", "（三）生态质量提升", 7, "区域生态保护监管", "生态质量指数（EQI）", "—", "约束性",
     None, "57.9（ΔEQI=-0.2）", "≥-1", "≥-1", None, None, None],
]  # fmt: skip


def table(path: Path, change: Callable[[Any], None] | None = None) -> Path:
    """Write a plan table as an official types it: one sheet, a title above, domain and task merged; `change` gets the sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表1"
    sheet.append(["表1 试验规划指标"])
    sheet.append(HEADS)
    for row in ROWS:
        sheet.append(row)
    for area in ("A4:A7", "B4:B7", "D5:D7"):
        sheet.merge_cells(area)
    sheet.append(["注：试验用。"])
    if change is not None:
        change(sheet)
    book.save(path)
    return path


def refused(found: ImportedPlan) -> dict[str, str]:
    """Return code by cell of the errors; nothing may have been made of them."""
    assert found.plan is None
    for problem in found.errors:
        assert problem.place.file and problem.line("zh") and problem.line("en")
    return {problem.place.cell: problem.code for problem in found.errors}


def edited(path: Path, sheet: str, cells: dict[str, Any]) -> Path:
    book = openpyxl.load_workbook(path)
    for cell, text in cells.items():
        book[sheet][cell] = text
    book.save(path)
    return path


@pytest.fixture
def chongming(catalog: Catalog, tmp_path: Path) -> Path:
    catalog = catalog.as_written()
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_book(catalog, catalog.plans["chongming-2024"], lang="zh"))
    return path


# Round trip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("plan_id", PLANS)
def test_a_plan_comes_back_from_its_workbook(plan_id: str, lang: Language, catalog: Catalog, tmp_path: Path) -> None:
    plan, lists = catalog.plans[plan_id], catalog.lists.get(plan_id, PlanLists(plan_id))
    path = tmp_path / "规划表.xlsx"
    path.write_bytes(plan_book(catalog, plan, lang=lang))
    back = read_plan(catalog, path)
    assert [problem.line() for problem in back.problems if problem.severity != "note"] == []
    assert back.plan == plan
    assert {name: tuple(lines or ()) for name, lines in back.lists.items()} == {name: getattr(lists, name) for name in back.lists}
    write_plan(back, tmp_path / "params")
    problems: list[Problem] = []
    assert build(type(plan), read_yaml(tmp_path / "params" / "plans" / f"{plan_id}.yml", "", problems), problems) == plan
    moved = replace(catalog, project=replace(catalog.project, root=tmp_path))
    again = load_lists(moved, plan, problems)
    assert (again.duties, again.tasks, again.projects, problems) == (lists.duties, lists.tasks, lists.projects, [])


def test_present_values_come_back_as_received(catalog: Catalog, tmp_path: Path) -> None:
    plan = catalog.plans["chongming-2024"]
    present = reported_values(catalog, plan, read_inputs(catalog, "chongming-2023"))
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_book(catalog, plan, present))
    assert path.read_bytes() == plan_book(catalog, plan, present)
    back = read_plan(catalog, path, PlanSettings(values=True))
    assert back.errors == [] and back.plan == plan
    assert len(back.values) == len(present) > 130
    with (ROOT / "data/raw/chongming-2023/plan-table.csv").open(encoding="utf-8-sig", newline="") as stream:
        raw = {(row["variable"], row["period"]): row for row in csv.DictReader(stream)}
    read = {(row["variable"], row["period"]): row for row in back.values}
    shared = raw.keys() & read.keys()
    assert len(shared) > 130
    for key in shared:  # a unit that the table does not print stands behind the number
        assert read[key]["value"] in (raw[key]["value"], raw[key]["value"] + raw[key]["unit"])
    assert read["reported.ecology.eqi_change", "2023"]["value"] == "57.9（ΔEQI =-0.2）"  # one cell, two readings: kept as it stands


def test_every_kind_of_value_comes_back(catalog: Catalog, tmp_path: Path) -> None:
    plan = catalog.plans["chongming-2024"]
    cite = Cite(document=plan.document, clause="表", state="derived", note="算")
    values = [
        PlannedValue(at="2027", kind="every_year", since="2024", text="100", as_printed="IO0", reading="扫描", rule=rule("100"), cite=cite),
        PlannedValue(at="2035", kind="cumulative", since="2024", text="500\n万吨", rule=rule("500"), cite=cite),
        PlannedValue(at="2026-06", text="≥1", rule=rule("1"), cite=cite),
    ]
    changed = plan.indicators[0].model_copy(update={"values": values, "note": "注一"})
    plan = plan.model_copy(update={"indicators": [changed, *plan.indicators[1:]], "milestones": ["2027", "2030", "2035"]})
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_book(catalog, plan, lang="zh"))
    sheet = openpyxl.load_workbook(path)["规划指标"]
    heads = [cell.value for cell in sheet[3]]
    assert [head for head in heads if "20" in str(head)] == ["近期（2027年）", "中期（2030年）", "远期（2035年）", "2026-06目标"]
    assert sheet.cell(4, heads.index("近期（2027年）") + 1).value == "100（2024年起每年）"
    back = read_plan(catalog, path)
    assert [problem.line() for problem in back.errors] == [] and back.plan == plan


def rule(number: str) -> Any:
    return parse_rule({"at_least": number}, Located("", {}).place, [], ())


@given(
    st.text("一二百≥90（）()年起每.，;:；'\"#{}[]\\\n 2024", min_size=1, max_size=20).map(str.strip).filter(bool),
    st.sampled_from(["level", "every_year"]),
)
@effort(max_examples=12)
def test_any_text_comes_back(text: str, kind: Any) -> None:
    catalog = load_catalog(ROOT)
    plan = catalog.plans["national-135"]
    row = plan.indicators[0]
    value = PlannedValue(at="2020", kind=kind, since="2016" if kind != "level" else "", text=text, rule=rule("1"), cite=row.values[0].cite)
    plan = plan.model_copy(update={"indicators": [row.model_copy(update={"values": [value], "note": text})]})
    path = Path("/dev/null")
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xlsx"
        path.write_bytes(plan_book(catalog, plan, lang="zh"))
        back = read_plan(replace(catalog, lists={}), path)
    assert back.plan == plan, [problem.line() for problem in back.problems]


# The table against the record


@pytest.mark.parametrize(
    ("sheet", "cells", "expected"),
    [
        ("规划指标", {"I5": "≥31"}, {"I5": "plan_cell_differs"}),  # a planned value
        ("规划指标", {"F4": "吨"}, {"F4": "plan_cell_differs"}),
        ("规划值明细", {"F2": "≥31"}, {"I4": "plan_cell_differs"}),
        ("规划值明细", {"D2": "每年保持"}, {"F2": "missing_key"}),
        ("规划值明细", {"D2": "有时"}, {"D2": "word_unknown"}),
        ("规划值明细", {"A2": "C99"}, {"F2": "plan_line_missing"}),
        ("指标明细", {"M47": "争取12"}, {"M47": "plan_value_not_understood"}),  # a threshold of the plan's own, without a rule
        ("规划信息", {"B2": "x y"}, {"B2": "plan_id_form"}),
        ("规划信息", {"B11": "没有"}, {"B11": "unknown_id"}),
        ("规划信息", {"B10": "2027、2030、2035"}, {"A3": "plan_year_missing"}),
        ("规划信息", {"B3": "=1+1"}, {"B3": "cell_formula"}),
    ],
)
def test_a_contradiction_is_refused_with_its_cell(
    sheet: str, cells: dict[str, Any], expected: dict[str, str], catalog: Catalog, chongming: Path
) -> None:
    found = refused(read_plan(catalog, edited(chongming, sheet, cells)))
    for cell, code in expected.items():
        assert code in found.values(), found
        assert cell in found or not cell, found


def test_verified_cannot_be_typed(catalog: Catalog, chongming: Path) -> None:
    book = openpyxl.load_workbook(chongming)
    sheet = book["规划值明细"]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("状态") + 1).value = "已核对原文"
    for number, (head, text) in enumerate((("核对人", "甲"), ("核对日期", "2024-01-01"), ("页码", "3")), start=len(heads) + 1):
        sheet.cell(1, number).value, sheet.cell(2, number).value = head, text
    book.save(chongming)
    assert refused(read_plan(catalog, chongming)) == {sheet.cell(2, heads.index("状态") + 1).coordinate: "verified_typed"}


def test_the_order_of_sheets_and_columns_does_not_matter(catalog: Catalog, chongming: Path) -> None:
    book = openpyxl.load_workbook(chongming)
    book._sheets.reverse()  # type: ignore[attr-defined]
    sheet = book["规划值明细"]
    sheet.move_range(f"A1:B{sheet.max_row}", cols=sheet.max_column)
    sheet.delete_cols(1, 2)
    book.save(chongming)
    found = read_plan(catalog, chongming)
    assert [problem.line() for problem in found.errors] == [] and found.plan == catalog.plans["chongming-2024"]


def test_a_value_without_record_is_read_from_the_table(catalog: Catalog, chongming: Path) -> None:
    book = openpyxl.load_workbook(chongming)
    book["规划值明细"].delete_rows(2)
    book["规划指标"]["I4"] = "≥33"
    book.save(chongming)
    found = read_plan(catalog, chongming)
    assert found.errors == [] and found.plan is not None
    value = next(value for value in found.plan.indicators[0].values if value.at == "2027")
    assert (value.text, value.rule, value.cite.state, value.cite.clause) == ("≥33", rule("33"), "recalled", "规划指标 序号1")


# Typed by a person


def test_a_typed_table_is_read(catalog: Catalog, tmp_path: Path) -> None:
    found = read_plan(catalog, table(tmp_path / "table.xlsx"), replace(GIVEN, state="seen", via="纸质文件第3页"))
    assert [(problem.code, problem.place.cell, problem.severity) for problem in found.problems] == [BARE]
    plan = found.plan
    assert plan is not None and (plan.base_period, plan.milestones, plan.complete) == ("2023", ["2027", "2035"], False)
    assert [row.row for row in plan.indicators] == ["C01", "C04.1", "C05.1", "C05.2", "C05.4", "C07.1"]
    first, air, water, ground, sea, _ = plan.indicators
    annual = parse_target("28.5").rule
    assert [(v.at, v.text, v.rule) for v in first.values] == [
        ("2027", "≥３０", rule("30")),
        ("2035", "≥30", rule("30")),
        ("2024", "28.5", annual),
    ]
    assert first.values[0].cite == Cite(document="sh-chongming-2024-41", clause="表1 序号1", state="seen", via="纸质文件第3页")
    assert (water.values[0].kind, water.values[0].since, water.values[0].text, water.note) == ("every_year", "2024", "１００", "重点")
    assert isinstance(ground.values[0].rule, Trend) and isinstance(sea.values[0].rule, Assigned)
    assert len(air.values) == 2
    duties = found.lists["duties"]
    assert duties is not None
    assert [(d.lead, d.join, d.responsible) for d in duties] == [("区委组织部", "区生态环境局", ""), ("", "", "区生态环境局")]
    assert {row["source"].split(" ")[2] for row in found.values if row["variable"] == f"reported.{MEASURE}"} == {"序号5"}
    told = {(row["variable"], row["period"]): (row["value"], row["unit"]) for row in found.values}
    assert told["reported.gov.appraisal_share_2024", "2022"] == ("31.33", "%")
    assert told["reported.water.nearshore_good_ratio_2024", "2023"] == ("无国控监测点", "%")
    assert told["reported.ecology.eqi_change", "2023"][0] == "57.9（ΔEQI=-0.2）"
    assert [row["value"] for row in found.values if row["variable"] == f"reported.{MEASURE}"] == ["不考核", "—"]
    assert "27.28" not in str(content_of(plan))  # present values never enter the plan


def test_present_values_are_cited_by_the_number_of_the_table(catalog: Catalog, tmp_path: Path) -> None:
    found = read_plan(catalog, table(tmp_path / "table.xlsx", put(C3="１７")), GIVEN)
    assert found.plan is not None
    assert found.plan.indicators[0].values[0].cite.clause == "表1 序号17" and " 表1 序号17 2022年栏" in found.values[0]["source"]


def test_a_single_present_year_may_stand_below_its_head(catalog: Catalog, tmp_path: Path) -> None:
    def two_lines(sheet: Any) -> None:
        for area in ("A4:A7", "B4:B7", "D5:D7"):
            sheet.unmerge_cells(area)
        sheet.delete_cols(8)
        sheet.insert_rows(3)
        for column, text in zip("HIJ", ("2023年", "2027年", "2035年"), strict=True):
            sheet[f"{column}3"] = text
        sheet["H2"], sheet["I2"], sheet["J2"] = "现状值", "规划目标值", None
        for area in ("I2:J2", *(f"{column}2:{column}3" for column in "ABCDEFGKLM"), "A5:A8", "B5:B8", "D6:D8"):
            sheet.merge_cells(area)

    found = read_plan(catalog, table(tmp_path / "table.xlsx", two_lines), GIVEN)
    assert found.errors == [] and found.plan is not None
    assert (found.plan.base_period, found.plan.milestones) == ("2023", ["2027", "2035"])


@pytest.mark.parametrize(("text", "bare"), [("14", True), ("100", False), ("≥14", False), ("约14", False)])
def test_a_bare_number_that_is_not_the_best_possible_is_told(text: str, bare: bool, catalog: Catalog, tmp_path: Path) -> None:
    found = read_plan(catalog, table(tmp_path / "table.xlsx", put(J3=text)), GIVEN)
    assert ("J3" in [problem.place.cell for problem in found.problems if problem.code == BARE[0]]) is bare


def test_heads_of_two_lines(catalog: Catalog, tmp_path: Path) -> None:
    def two_lines(sheet: Any) -> None:
        for area in ("A4:A7", "B4:B7", "D5:D7"):
            sheet.unmerge_cells(area)
        sheet.insert_rows(3)
        for column, text in zip("HIJK", ("2022年", "2023年", "2027年", "2035年"), strict=True):
            sheet[f"{column}3"] = text
        sheet["H2"], sheet["I2"], sheet["J2"], sheet["K2"] = "现状值", None, "规划目标值", None
        for area in ("H2:I2", "J2:K2", *(f"{column}2:{column}3" for column in "ABCDEFGLMN")):
            sheet.merge_cells(area)
        for area in ("A5:A8", "B5:B8", "D6:D8"):
            sheet.merge_cells(area)

    path = table(tmp_path / "table.xlsx", two_lines)
    found = read_plan(catalog, path, replace(GIVEN, base="2023"))
    assert [problem.code for problem in found.problems] == [BARE[0]] and found.plan is not None
    plain = read_plan(catalog, table(tmp_path / "plain.xlsx"), GIVEN)
    assert found.plan == plain.plan and plain.plan is not None and [v["value"] for v in found.values] == [v["value"] for v in plain.values]


def put(**cells: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        for cell, text in cells.items():
            sheet[cell] = text

    return change


def percent(sheet: Any) -> None:
    sheet["J4"], sheet["J4"].number_format = 0.9, "0%"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put(D3="生态文明建设工作占党政实绩考核比例"), {"D3": "plan_name_unknown"}),  # near is not equal
        (put(D4="空气质量"), {"D4": "plan_name_unknown"}),  # the part is right, its composite is not
        (put(E4=None), {"D4": "plan_name_unknown"}),  # the composite itself is no row
        (put(E6="地表水达到或好于III类水体比例"), {"D6": "plan_line_twice"}),
        (put(D2="名"), {"": "sheet_missing"}),
        (put(L2="2027年目标", L3=None), {"L2": "head_twice"}),
        (put(H2="2023年现状"), {"I2": "head_twice"}),
        (put(J2="近期（待定）"), {"J2": "plan_head_year"}),
        (put(J2="近期"), {"J2": "plan_head_year"}),
        (put(L2="2024年"), {"L2": "plan_head_bare"}),
        (put(J2="目标值"), {"J2": "head_unknown"}),
        (put(F3="吨"), {"F3": "plan_unit_differs"}),
        (put(J3="同上"), {"J3": "plan_value_ditto"}),
        (put(G3="重要"), {"G3": "word_unknown"}),
        (put(J3="约30"), {}),
        (put(J3="争取30"), {"J3": "plan_value_not_understood"}),
        (put(J3="建立"), {"J3": "plan_value_person"}),
        (put(J3="持续下降"), {"J3": "plan_value_not_understood"}),  # against the direction of the measure
        (put(J3="500（2021—2030年累计）"), {"J3": "plan_kind_year"}),
        (put(J3="=15+15"), {"J3": "cell_formula"}),
        (put(J3=True), {"J3": "cell_type"}),
        (put(I3="'=1"), {}),
        (put(I3="+0.5"), {"I3": "plan_cell_sign"}),
        (put(M3="牵头：甲；乙"), {"M3": "plan_duty"}),
        (percent, {}),
        (lambda sheet: sheet.merge_cells("J3:J4"), {"J3": "plan_cell_shared"}),
        (lambda sheet: sheet.merge_cells("J5:K5"), {"J5": "plan_cell_shared"}),
        (put(O2="主管领导", O3="甲"), {"O2": "head_unknown"}),
        (put(O5="多余"), {"O5": "head_empty"}),
        (put(A3001="远"), {"A3001": "book_large"}),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused_with_its_cell(
    change: Callable[[Any], None], expected: dict[str, str], catalog: Catalog, tmp_path: Path
) -> None:
    try:
        found = read_plan(catalog, table(tmp_path / "table.xlsx", change), GIVEN)
    except EvalkitError as error:
        assert {problem.place.cell: problem.code for problem in error.problems} == expected
        return
    if expected:
        assert refused(found) == expected
    else:
        assert [problem.line() for problem in found.errors] == []


def test_percent_formats_say_what_is_shown(catalog: Catalog, tmp_path: Path) -> None:
    found = read_plan(catalog, table(tmp_path / "table.xlsx", percent), GIVEN)
    assert found.plan is not None
    value = found.plan.indicators[1].values[0]
    assert value.text == "90%" and value.rule == Compare(op="==", value=rule("90").value)


def test_present_values_are_not_taken_unasked(catalog: Catalog, tmp_path: Path) -> None:
    found = read_plan(catalog, table(tmp_path / "table.xlsx", put(B3="别的任务")), replace(GIVEN, values=False))
    told = {problem.code: problem.severity for problem in found.problems}
    assert told == {"plan_values_unread": "note", "plan_words_differ": "warning", BARE[0]: BARE[2]}
    assert found.plan is not None and found.values == []


def test_near_names_are_offered_and_never_taken(catalog: Catalog, tmp_path: Path) -> None:
    found = read_plan(catalog, table(tmp_path / "table.xlsx", put(E4="优良天数比例率")), GIVEN)
    (problem,) = found.errors
    assert problem.code == "plan_name_unknown" and "优良天数比率" in problem.remedy("zh")


def test_hidden_lines_are_read_and_said(catalog: Catalog, tmp_path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[4].hidden = True

    found = read_plan(catalog, table(tmp_path / "table.xlsx", hide), GIVEN)
    assert [problem.code for problem in found.problems] == ["lines_hidden", BARE[0]] and found.plan is not None
    assert found.plan.indicators[1].row == "C04.1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"region": ""}, "plan_setting"),
        ({"document": ""}, "plan_setting"),
        ({"id": "规划"}, "plan_id_form"),
        ({"set": ""}, "plan_no_set"),
        ({"set": "cn-demo-2042"}, "unknown_id"),
        ({"region": "999"}, "unknown_id"),
        ({"document": "none"}, "unknown_id"),
        ({"base": "gestern"}, "bad_value"),
        ({"state": "seen"}, "plan_via"),  # seen where?
    ],
)
def test_what_the_command_has_to_say(change: dict[str, Any], code: str, catalog: Catalog, tmp_path: Path) -> None:
    assert code in refused(read_plan(catalog, table(tmp_path / "table.xlsx"), replace(GIVEN, **change))).values()


@pytest.mark.parametrize("change", [{"set": ""}, {"set": "cn-demo-2042"}, {"state": "seen"}])
def test_one_slip_of_the_command_is_told_once(change: dict[str, Any], catalog: Catalog, tmp_path: Path) -> None:
    found = read_plan(catalog, table(tmp_path / "table.xlsx"), replace(GIVEN, **change))
    assert len(found.errors) == 1


def test_an_indicator_outside_of_the_set(catalog: Catalog, tmp_path: Path) -> None:
    change = put(O2="口径", D3="特色指标", O3="gov.appraisal_share_2024", P2="指标值", P3="≥20")
    found = read_plan(catalog, table(tmp_path / "table.xlsx", change), GIVEN)
    assert found.errors == [] and found.plan is not None
    row = found.plan.indicators[0]
    assert (row.row, row.id, row.name_zh, row.measure, row.attribute) == (None, "P03", "特色指标", "gov.appraisal_share_2024", "binding")
    assert row.target is not None and row.target.rule == rule("20")


# Heads, notes behind values, units


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("现状值（2023年）", YearHead("2023", "present")),
        ("２０２３年 现状值", YearHead("2023", "present")),
        ("基准年（2023）", YearHead("2023", "present", True)),
        ("近期\n(2027年)", YearHead("2027", "milestone")),
        ("2030年规划目标值", YearHead("2030", "milestone")),
        ("2024年度目标", YearHead("2024", "annual")),
        ("Target 2024-H1", YearHead("2024-H1", "annual")),
        ("Long term (2035)", YearHead("2035", "milestone")),
        ("2027年", YearHead("2027", "")),
        ("2024-13目标", YearHead("", "")),
        ("20270", YearHead("", "")),
        ("2021-2025年", YearHead("", "")),
        ("2023年与2024年", YearHead("", "")),
        ("远期", YearHead("", "")),
        ("责任单位", None),
        ("指标值", None),
    ],
)
def test_heads_of_years(head: str, expected: YearHead | None) -> None:
    assert year_head(head) == expected


@given(st.integers(1950, 2099), st.sampled_from(["present", "near", "middle", "far", "milestone", "annual"]), st.sampled_from(["zh", "en"]))
def test_our_own_heads_are_understood(year: int, use: str, lang: Language) -> None:
    said = year_head(head_of(use, str(year), lang))
    assert said is not None and said.at == str(year)
    assert said.use == (use if use in ("present", "annual") else "milestone")


@given(st.text("100≥%（）() 年每起", min_size=1, max_size=8).map(str.strip).filter(bool), st.integers(2000, 2050), st.integers(0, 40),
       st.sampled_from(["every_year", "cumulative"]), st.sampled_from(["zh", "en"]))  # fmt: skip
def test_how_a_value_is_meant_can_be_read_from_its_cell(text: str, since: int, years: int, kind: Any, lang: Language) -> None:
    cite = Cite(document="d", clause="c", state="recalled")
    value = PlannedValue(at=str(since + years), kind=kind, since=str(since), text=text, rule=rule("1"), cite=cite)
    until = value.at if kind == "cumulative" else ""
    assert meant(shown_value(value, lang)) == (text, kind, str(since), until)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("牵头：甲局；配合：乙局、丙局", {"lead": "甲局", "join": "乙局、丙局"}),
        ("牵头单位:甲局\n按职责分工：乙局", {"lead": "甲局", "each": "乙局"}),
        ("甲局、乙局", {"responsible": "甲局、乙局"}),
        ("甲局；乙局", None),
        ("牵头：甲局；牵头：乙局", None),
        ("主办：甲局", None),
        ("牵头：", None),
    ],
)
def test_units_and_how_they_answer(text: str, expected: dict[str, str] | None) -> None:
    assert read_duty(text) == expected


def test_what_the_superior_asks_for_is_no_question_to_a_person() -> None:
    for text in ("达到上级要求", "满足上级下达的考核要求", "完成上级规定的考核任务"):
        assert isinstance(parse_target(text).rule, Assigned)
    assert parse_target("达到功能区标准").rule.parts() == () and not isinstance(parse_target("达到功能区标准").rule, Assigned)


# Files


def test_nothing_is_overwritten_unasked_and_all_or_nothing_is_written(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read_plan(catalog, table(tmp_path / "table.xlsx"), GIVEN)
    plan, duties, values = tmp_path / "plans/typed.yml", tmp_path / "plans/typed/duties.csv", tmp_path / "values.csv"
    write_text(duties, "alt")
    with pytest.raises(EvalkitError) as caught:
        write_plan(found, tmp_path, values)
    assert caught.value.problems[0].code == "plan_exists" and not plan.exists() and not values.exists()
    put_back = plan_write._put

    def full(path: Path, data: bytes | None) -> None:
        if path == values and data is not None:
            raise EvalkitError(Problem("disk_full", values={"path": "values.csv", "detail": ""}))
        put_back(path, data)

    monkeypatch.setattr(plan_write, "_put", full)
    with pytest.raises(EvalkitError):
        write_plan(found, tmp_path, values, overwrite=True)
    assert not plan.exists() and duties.read_text(encoding="utf-8") == "alt"
    monkeypatch.undo()
    assert write_plan(found, tmp_path, values, overwrite=True) == [plan, duties, values]
    assert write_plan(found, tmp_path, values) == [plan, duties, values]  # the same again is no overwriting


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    call = CliRunner().invoke
    out = tmp_path / "崇明 规划.xlsx"
    assert call(plan_app, ["export", "chongming-2024", "--out", str(out)]).exit_code == 0
    done = call(plan_app, ["import", str(out), "--out", str(tmp_path), "--values", str(tmp_path / "v.csv")])
    assert done.exit_code == 0, done.output
    assert "chongming-2024.yml" in done.output and (tmp_path / "plans/chongming-2024.yml").exists() and (tmp_path / "v.csv").exists()
    heads = [cell.value for cell in openpyxl.load_workbook(out)["规划指标"][3]]
    edited(out, "规划指标", {cell_name(heads.index("近期（2027年）"), 4): "≥31"})
    with pytest.raises(EvalkitError):
        call(plan_app, ["export", "chongming-2024", "--out", str(out)], catch_exceptions=False)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    failed = call(plan_app, ["import", str(out), "--out", str(tmp_path), "--replace", "--json"])
    assert failed.exit_code == 1 and "plan_cell_differs" in failed.output
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for arguments in (["export", "chongming-2024", "--out", "x.csv"], ["import", str(out), "--state", "verified"]):
        assert call(plan_app, arguments).exit_code == 2
