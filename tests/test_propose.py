"""`evalkit map`: a mapping proposed for somebody else's workbook, confirmed by a person, and read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from test_mappings import COUNTY, FOREST, FOREST_MERGES, FORM, Rows, codes, said, shipped, workbook
from typer.testing import CliRunner

from evalkit.catalog import Catalog
from evalkit.catalog.mapping_texts import plain
from evalkit.catalog.mappings import OPEN, BookMapping, check_mapping
from evalkit.cli.commands import app
from evalkit.collection.propose import TableDraft, propose
from evalkit.collection.propose_grid import find_tables
from evalkit.collection.propose_names import Names, sure
from evalkit.collection.propose_yaml import mapping_id, mapping_text
from evalkit.intake.mapped import read_mapped
from evalkit.intake.received import Received
from evalkit.tables import parse_yaml
from evalkit.tables.books import Cell, Sheet, read_book

RUN = "example-county-2024"
Figures = dict[tuple[str, str, str], tuple[str, str, str]]


def drafted(catalog: Catalog, sheets: Sequence[Sheet], run: str | None = RUN) -> tuple[str, list[TableDraft]]:
    drafts = propose(catalog, sheets, run)
    return mapping_text("m", "t.xlsx", drafts), drafts


def confirmed(text: str, changes: dict[str, str] | None = None) -> BookMapping:
    """Do what a person does: settle what is open, then sign."""
    for old, new in (changes or {}).items():
        assert old in text, text
        text = text.replace(old, new)
    text = re.sub(r'confirmed_by: ""', "confirmed_by: 张三", text)
    text = re.sub(r'confirmed_on: ""', 'confirmed_on: "2025-03-01"', text)
    return BookMapping.model_validate(parse_yaml(text.replace(f"ignore: {OPEN}", "ignore: 不需要"), "m.yml").content)


def read(catalog: Catalog, mapping: BookMapping, sheets: Sequence[Sheet], run: str = RUN) -> tuple[Figures, list[str]]:
    assert check_mapping(catalog, mapping, units=True) == []
    figures, problems = read_mapped(catalog, run, mapping, sheets, "t.xlsx")
    return said(figures), codes(problems)


def test_items_down_and_periods_across(catalog: Catalog, tmp_path: Path) -> None:
    sheets = workbook(tmp_path / "t.xlsx", FOREST, FOREST_MERGES)
    text, drafts = drafted(catalog, sheets)
    assert [(guess.text, guess.variable, guess.unit, guess.score) for guess in drafts[0].guesses[:3]] == [
        ("森林面积", "ecology.forest_area", "公顷", 100),
        ("草地面积", "ecology.grass_area", "公顷", 100),
        ("林草覆盖率", "reported.ecology.forest_grass_coverage", "%", 100),
    ]
    assert drafts[0].undecided == text.count(f"ignore: {OPEN}") == 2  # 古树名木; which animals are protected well is for a person to say
    effective = {"{text: 受到有效保护的, ignore: 请确认}": "{text: 受到有效保护的, variable: ecology.protected_species_effective}"}
    found, problems = read(catalog, confirmed(text, effective), sheets)
    assert found == {
        ("999001", variable, period): (f"{letter}{row}", said, unit)
        for variable, row, unit, values in (
            ("ecology.forest_area", 6, "公顷", ("75310", "75,820")),
            ("ecology.grass_area", 7, "公顷", ("3840", "3840")),
            ("reported.ecology.forest_grass_coverage", 8, "%", ("42.78", "43.06%")),
            ("ecology.protected_species_effective", 11, "种", ("31", None)),
        )
        for letter, period, said in zip("DE", ("2023", "2024"), values, strict=True)
        if said is not None
    }
    assert problems == []


def test_regions_down_and_variables_across(catalog: Catalog, tmp_path: Path) -> None:
    sheets = workbook(tmp_path / "t.xlsx", COUNTY, ["A1:D1"])
    text, _ = drafted(catalog, sheets, "example-ecocounty-2024")
    assert 'period: "2024"' in text and "totals: [合计]" in text
    text, drafts = drafted(catalog, sheets, None)
    assert [guess.variable for guess in drafts[0].guesses] == [
        "ecology.forest_area", "ecology.grass_area", "reported.ecology.forest_grass_coverage",
    ]  # fmt: skip
    assert {entry.content["text"] for entry in drafts[0].regions} == {"乙县", "外地农场"}
    found, problems = read(catalog, confirmed(text, {"{text: 乙县, ignore: 请确认}": '{text: 乙县, region: "999202"}'}), sheets)
    assert {key: value[1] for key, value in found.items() if key[1] == "ecology.forest_area"} == {
        ("999201", "ecology.forest_area", "2024"): "100", ("999202", "ecology.forest_area", "2024"): "200",
    }  # fmt: skip
    assert problems == ["total_differs"]


def test_a_long_table(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = ["年份,指标,数值,单位", "2023,森林面积,75310,公顷", "2024,森林面积,75820,公顷", "2024,草地面积,3840,公顷"]
    path.write_bytes("\n".join(lines).encode("gb18030"))
    sheets = read_book(path, "data/raw/t.csv")
    text, _ = drafted(catalog, sheets)
    assert "layout: long" in text
    found, problems = read(catalog, confirmed(text), sheets)
    assert {key[1:]: value for key, value in found.items()} == {
        ("ecology.forest_area", "2023"): ("C2", "75310", "公顷"), ("ecology.forest_area", "2024"): ("C3", "75820", "公顷"),
        ("ecology.grass_area", "2024"): ("C4", "3840", "公顷"),
    }  # fmt: skip
    assert problems == []


def test_a_form_of_single_cells(catalog: Catalog, tmp_path: Path) -> None:
    sheets = workbook(tmp_path / "t.xlsx", FORM)
    text, _ = drafted(catalog, sheets, None)
    found, problems = read(catalog, confirmed(text, {'# region: ""': 'region: "999001"'}), sheets)
    assert {key[1:]: value for key, value in found.items()} == {
        ("ecology.forest_area", "2024"): ("B3", "75820", "公顷"), ("ecology.grass_area", "2024"): ("D3", "3840", "公顷"),
        ("living.resident_population", "2024"): ("B4", "52.3", "万人"),
    }  # fmt: skip
    assert problems == ["figures_unread"]


HEADS: list[tuple[list[list[Any]], dict[str, str]]] = [
    # this year and last year: only where the title says which year it is
    (
        [["2024年水利统计"], ["指标", "本年", "上年", "同比增减"], ["用水总量（万立方米）", 14190, 14310, "-0.8"]],
        {"B": "2024", "C": "2023", "D": ""},
    ),
    ([["水利统计"], ["指标", "本年", "上年"], ["用水总量（万立方米）", 14190, 14310]], {"B": "", "C": ""}),
    ([["指标", "2023", "2024", "2025年计划"], ["用水总量（万立方米）", 1, 2, 3]], {"B": "2023", "C": "2024", "D": ""}),
    ([["2024年"], ["指标", "数值", "占比"], ["用水总量（万立方米）", 1, 2]], {"B": "title", "C": ""}),
]


@pytest.mark.parametrize(("rows", "periods"), HEADS)
def test_years_are_taken_only_where_they_are_said(catalog: Catalog, tmp_path: Path, rows: list[list[Any]], periods: dict[str, str]) -> None:
    _, drafts = drafted(catalog, workbook(tmp_path / "t.xlsx", rows))
    columns = {entry.content["column"]: entry.content for entry in drafts[0].columns}
    for letter, period in periods.items():
        assert (columns[letter]["is"] == "value") is bool(period)
        if period == "title":
            assert drafts[0].settings["period"] == "2024" and "period" not in columns[letter]
        elif period:
            assert columns[letter]["period"] == period
        else:
            assert columns[letter]["note"] == OPEN


def test_a_name_is_matched_with_its_unit_and_never_with_another_quantity(catalog: Catalog) -> None:
    names = Names(catalog)

    def best(text: str, unit: str) -> tuple[str, bool]:
        found = names.match(names.readings(text), unit)
        return found[0].variable if found else "", sure(found)

    assert best("1.其中：森林面积（公顷）", "公顷") == ("ecology.forest_area", True)
    assert best("森林面积", "吨") == ("ecology.forest_area", False)  # no unit of an area
    assert best("年末常住人口", "万人") == ("living.resident_population", True)
    for text, unit in (("播种面积", "公顷"), ("农作物播种面积", "公顷"), ("户籍人口", "人")):  # other quantities, whatever they look like
        assert (
            best(text, unit)[0] not in ("agriculture.farmland_area", "agriculture.crop_area", "living.resident_population")
            or not best(text, unit)[1]
        )
    for text, unit in (("粮食产量", "吨"), ("第二产业增加值", "亿元"), ("城市生活污水集中收集量", "万立方米")):
        assert not best(text, unit)[1], text
    # two measures of one name: a person chooses, or the run does
    assert not best("单位GDP能耗", "吨标准煤/万元")[1]


def test_with_a_run_only_what_it_needs_is_matched(catalog: Catalog) -> None:
    everything, narrow = Names(catalog), Names(catalog, RUN)
    assert any(found.variable == "ecology.forestland_area" for found in everything.match(["林地面积"], "公顷"))
    assert all(found.variable != "ecology.forestland_area" for found in narrow.match(["林地面积"], "公顷"))


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("example/forestry-2024.xlsx", "example-forestry-2024"),
        ("a/林业局.xlsx", r"a-[0-9a-f]{6}"),
        ("林业局.xlsx", r"map-[0-9a-f]{6}"),
        ("a b/c(1).csv", "a-b-c-1"),
    ],
)
def test_ids_are_ascii_and_differ(file: str, wanted: str) -> None:
    assert re.fullmatch(wanted, mapping_id(file)) and mapping_id(file) != mapping_id("x" + file)


def test_two_tables_and_the_head_of_a_second_page(catalog: Catalog, tmp_path: Path) -> None:
    head = ["指标", "2023年", "2024年"]
    rows = [["表一"], head, ["森林面积", 1, 2], head, ["草地面积", 3, 4], [], ["表二"], ["县区", "森林面积", "草地面积"], ["示例区", 5, 6]]
    tables = find_tables(workbook(tmp_path / "t.xlsx", rows)[0], catalog.units.names, {"示例区": ""})
    assert [(table.heads, table.first, table.last) for table in tables] == [((2, 2), 3, 5), ((8, 8), 9, 9)]


def test_other_names_are_those_of_one_variable(catalog: Catalog) -> None:
    names = Names(catalog)
    known = {plain(variable.name_zh) for variable in catalog.variables.values()}
    aliases = [(variable, alias) for variable in catalog.variables.values() for alias in variable.aliases]
    assert len(aliases) >= 60
    assert len({plain(alias) for _, alias in aliases}) == len(aliases)
    assert [alias for _, alias in aliases if plain(alias) in known] == []
    for variable, alias in aliases:
        found = names.match(names.readings(alias), variable.unit)
        assert found[0].score == 100 and variable.id in {candidate.variable for candidate in found}, alias


LAYOUTS: list[tuple[Rows, list[str], dict[str, str], dict[tuple[str, str, str], str]]] = [
    (  # regions across, their sum beside them
        [["2024年各县情况"], ["指标", "单位", "全市", "示例甲县", "示例乙县"],
         ["常住人口", "万人", 100, 40, 60], ["森林面积", "公顷", 30, 10, 20]],
        [],
        {"{column: C, is: value, head: 全市}": "{column: C, is: ignore}"},
        {
            ("999201", "living.resident_population", "2024"): "40", ("999202", "living.resident_population", "2024"): "60",
            ("999201", "ecology.forest_area", "2024"): "10", ("999202", "ecology.forest_area", "2024"): "20",
        },
    ),
    (  # categories, a row that numbers the columns, codes that look like figures
        [
            ["表号：生态3表"], ["类别", "指标名称", "单位", "代码", "2024年", "2023年"], ["甲", "乙", "丙", "丁", 1, 2],
            ["危险废物", "利用量", "吨", "01", 5, 6], [None, "处置量", "吨", "02", 7, 8], ["秸秆", "利用量", "吨", "03", 9, 1],
            [None, "产生量", "吨", "04", 3, 4],
        ],
        ["A4:A5", "A6:A7"],
        {'# region: ""': 'region: "999001"', "{text: 秸秆 | 产生量, ignore: 请确认}": "{text: 秸秆 | 产生量, variable: waste.straw_total}"},
        {
            ("999001", variable, period): said
            for variable, values in (
                ("waste.hazardous_used", "56"), ("waste.hazardous_disposed", "78"), ("waste.straw_used", "91"), ("waste.straw_total", "34"),
            )
            for period, said in zip(("2024", "2023"), values, strict=True)
        },
    ),
    (  # two tables beside each other
        [["2024年统计"], ["指标", "单位", "数值"] * 2, ["森林面积", "公顷", 5, "草地面积", "公顷", 6],
         ["耕地面积", "公顷", 7, "湿地总面积", "公顷", 8]],
        [],
        {'# region: ""': 'region: "999001"'},
        {
            ("999001", "ecology.forest_area", "2024"): "5", ("999001", "ecology.grass_area", "2024"): "6",
            ("999001", "agriculture.farmland_area", "2024"): "7", ("999001", "ecology.wetland_area", "2024"): "8",
        },
    ),
    (  # years down, the unit in a head row of its own
        [["历年统计资料"], ["年份", "地区生产总值", "常住人口"], [None, "亿元", "万人"], [2023, 4, 5], [2024, 7, 8]],
        ["A2:A3"],
        {'# region: ""': 'region: "999001"'},
        {
            ("999001", "economy.gdp", "2023"): "4", ("999001", "living.resident_population", "2023"): "5",
            ("999001", "economy.gdp", "2024"): "7", ("999001", "living.resident_population", "2024"): "8",
        },
    ),
    (  # variables over years
        [["县区", "森林面积（公顷）", None, "草地面积（公顷）", None], [None, "2023年", "2024年", "2023年", "2024年"],
         ["示例甲县", 1, 2, 3, 4]],
        ["A1:A2", "B1:C1", "D1:E1"],
        {},
        {
            ("999201", "ecology.forest_area", "2023"): "1", ("999201", "ecology.forest_area", "2024"): "2",
            ("999201", "ecology.grass_area", "2023"): "3", ("999201", "ecology.grass_area", "2024"): "4",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "merges", "changes", "wanted"), LAYOUTS)
def test_layouts_of_the_field(
    catalog: Catalog, tmp_path: Path, rows: Rows, merges: list[str], changes: dict[str, str], wanted: dict[tuple[str, str, str], str]
) -> None:
    sheets = workbook(tmp_path / "t.xlsx", rows, merges)
    text, _ = drafted(catalog, sheets, None)
    found, problems = read(catalog, confirmed(text, changes), sheets)
    assert ({key: value[1] for key, value in found.items()}, problems) == (wanted, [])


def test_a_short_column_of_categories_is_not_taken_for_the_items(catalog: Catalog, tmp_path: Path) -> None:
    rows: Rows = [
        ["类别", "指标", "计量单位", "2023年", "2024年", "比上年±%"],
        ["岸线", "河湖岸线总长度", "公里", 412, 412, 0],
        ["", "  其中：划入保护的河湖岸线长度", "公里", 301.5, 312.5, 3.6],
        ["用水", "用水总量", "万立方米", 14310, 14190, -0.8],
        ["", "农业用水", "万立方米", 9000, 8800, -2.2],
        ["", "工业用水", "万立方米", 3310, 3290, -0.6],
        ["", "生活用水", "万立方米", 2000, 2100, 5],
        ["", "合计", "万立方米", 14310, 14190, -0.8],
    ]
    text, drafts = drafted(catalog, workbook(tmp_path / "t.xlsx", rows, ["A2:A3", "A4:A8"]))
    assert [guess.variable for guess in drafts[0].guesses if guess.variable] == [
        "ecology.bank_length", "ecology.bank_protected_length", "economy.water_use",
    ]  # fmt: skip
    assert "{column: B, is: item, head: 指标}" in text
    assert "# period:" not in text, "the heads say the years; an open column has a remark of its own"


def test_a_draft_that_does_not_say_the_year_cannot_be_signed(catalog: Catalog, tmp_path: Path) -> None:
    rows = [["指标", "单位", "数值"], ["森林面积", "公顷", 5]]
    text, _ = drafted(catalog, workbook(tmp_path / "t.xlsx", rows))
    problems = check_mapping(catalog, confirmed(text))
    assert [(p.code, p.values["key"]) for p in problems] == [("missing_key", "period")]
    assert check_mapping(catalog, confirmed(text, {'# period: ""': 'period: "2024"'})) == []


# The command


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the shipped rules and one workbook in data/raw."""
    shutil.copytree(ROOT / "params", tmp_path / "params")
    (tmp_path / "data" / "raw" / "x").mkdir(parents=True)
    workbook(tmp_path / "data" / "raw" / "x" / "forestry.xlsx", FOREST, FOREST_MERGES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVALKIT_LANG", "zh")  # as it was, after --lang
    return tmp_path


def test_the_command_writes_a_draft_and_says_how_to_go_on(place: Path) -> None:
    done = CliRunner().invoke(app, ["map", "data/raw/x/forestry.xlsx", "--run", RUN])
    assert done.exit_code == 0, done.output
    assert "ecology.forest_area" in done.output and "待人确认 2 处" in done.output and "confirmed_by" in done.output
    path = place / "params" / "mappings" / "x-forestry.yml"
    text = path.read_text(encoding="utf-8")
    assert 'confirmed_by: ""' in text and "# 核对人姓名" in text and "表头所在的行" in text
    again = CliRunner().invoke(app, ["map", "x/forestry.xlsx"])
    assert again.exit_code == 1 and codes(again.exception.problems) == ["mapping_exists"]  # type: ignore[union-attr]
    assert path.read_text(encoding="utf-8") == text
    there = CliRunner().invoke(app, ["map", "x/forestry.xlsx", "--out", str(path)])
    assert there.exit_code == 1 and codes(there.exception.problems) == ["mapping_there"]  # type: ignore[union-attr]
    other = CliRunner().invoke(app, ["--lang", "en", "map", "x/forestry.xlsx", "--out", "draft.yml"])
    assert other.exit_code == 0 and "for a person to decide" in other.output
    assert "who compared it with the file" in (place / "draft.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("outside.xlsx", "mapping_not_raw"),
        ("data/raw/none.xlsx", "file_missing"),
        ("x/empty.xlsx", "mapping_nothing"),
        ("x/tidy.csv", "mapping_needless"),
    ],
)
def test_the_command_refuses_with_a_remedy(place: Path, name: str, code: str) -> None:
    workbook(place / "outside.xlsx", FOREST)
    workbook(place / "data" / "raw" / "x" / "empty.xlsx", [["说明"], ["没有数值"]])
    (place / "data" / "raw" / "x" / "tidy.csv").write_text("region_code,region,period,variable,value,unit,source\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["map", name])
    assert done.exit_code == 1 and codes(done.exception.problems) == [code]  # type: ignore[union-attr]
    assert not (place / "params" / "mappings" / "x-empty.yml").exists()


def test_an_unknown_run(place: Path) -> None:
    done = CliRunner().invoke(app, ["map", "x/forestry.xlsx", "--run", "example-county-2042"])
    assert done.exit_code == 1 and codes(done.exception.problems) == ["unknown_id"]  # type: ignore[union-attr]


# Properties

WORDS = [
    *[
        "项目",
        "单位",
        "2023年",
        "2024年",
        "森林面积",
        "草地面积（亩）",
        "合计",
        "公顷",
        "—",
        "1",
        "2.5",
        "示例区",
        "注：无",
        "75,820",
        "一、",
        "年份",
        "1.2万吨",
        "2024",
        "序号",
        "=1+1",
        "请确认",
        "县（区）",
    ],
    *("#x: {", '"', "'", "\t", "a\nb", "- x"),
]


@hypothesis_settings(max_examples=150)
@given(
    cells=st.dictionaries(
        st.tuples(st.integers(1, 9), st.integers(1, 6)), st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), min_size=1, max_size=40
    ),
    merges=st.lists(st.tuples(st.integers(1, 8), st.integers(1, 5)), max_size=3),
)
def test_a_random_sheet_never_crashes_and_its_draft_can_be_loaded(cells: dict[tuple[int, int], str], merges: list[tuple[int, int]]) -> None:
    sheet = Sheet("表", "data/raw/t.xlsx", {spot: Cell(text) for spot, text in cells.items() if text.strip()})
    for row, column in merges:
        sheet.merged |= {(row, column): (row, column), (row, column + 1): (row, column)}
    text, drafts = drafted(shipped(), [sheet], None)
    if not drafts:
        return
    made = confirmed(text)
    if any(problem.severity == "error" for problem in check_mapping(shipped(), made)):
        return
    figures: list[Received] = read_mapped(shipped(), RUN, made, [sheet], "t.xlsx")[0]
    assert all(figure.cell in sheet.cells.values() for figure in figures)


def test_a_thousand_lines_are_proposed_quickly(catalog: Catalog, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["单位名称", "项目", "2023年", "2024年"])
    for number in range(1000):
        sheet.append([f"企业{number}", f"产品{number}产量", number, number + 1])
    book.save(tmp_path / "t.xlsx")
    _, drafts = drafted(catalog, read_book(tmp_path / "t.xlsx", "data/raw/t.xlsx"), None)
    assert len(drafts) == 1 and len(drafts[0].items) <= 400
