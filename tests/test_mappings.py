"""Workbooks of other people: mapping files, and what is read by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from conftest import ROOT, TinyProject
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.mapping_texts import figure_like, period_in, plain, unit_in, years_in
from evalkit.catalog.mappings import BookMapping, check_mapping, spot_of
from evalkit.intake import read_inputs
from evalkit.intake.mapped import read_mapped
from evalkit.intake.received import Received
from evalkit.messages import EvalkitError, Problem
from evalkit.tables import cell_name, parse_yaml, read_csv
from evalkit.tables.books import Cell, Sheet, read_book

RUN = "example-county-2024"
COUNTIES = "example-ecocounty-2024"
SIGNED = {"confirmed_by": "张三", "confirmed_on": "2025-03-01"}
Rows = Sequence[Any]


def workbook(path: Path, rows: Rows, merges: Sequence[str] = (), change: Callable[[Worksheet], None] | None = None) -> list[Sheet]:
    """Write rows into a workbook and read it as received."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column, value)
    for merge in merges:
        sheet.merge_cells(merge)
    if change is not None:
        change(sheet)
    book.save(path)
    return read_book(path, f"data/raw/{path.name}")


def mapping(text: str, *, signed: bool = True) -> BookMapping:
    head = "id: m\nfiles: [t.xlsx]\n" + ("confirmed_by: 张三\nconfirmed_on: '2025-03-01'\n" if signed else "")
    return BookMapping.model_validate(parse_yaml(head + text, "m.yml").content)


def said(figures: Sequence[Received]) -> dict[tuple[str, str, str], tuple[str, str, str]]:
    """Return address, text and unit by region, variable and period."""
    found = {(f.region_code, f.variable, f.period): (f.address, f.cell.text, f.unit) for f in figures}
    assert len(found) == len(figures)
    return found


def codes(problems: Sequence[Problem]) -> list[str]:
    for problem in problems:  # every text can be made
        assert problem.line("zh") and problem.line("en")
    return [problem.code for problem in problems]


def refused(catalog: Catalog, text: str, sheets: list[Sheet], *, signed: bool = True) -> list[Problem]:
    with pytest.raises(EvalkitError) as caught:
        read_mapped(catalog, RUN, mapping(text, signed=signed), sheets, "t.xlsx")
    codes(caught.value.problems)
    return caught.value.problems


# Items down, periods across: merged head of two rows, sections, a unit column, a hidden row, notes below

FOREST: Rows = [
    ["示例区林业资源情况统计表"],
    ["填报单位：示例区林业局", None, None, None, None, "填报日期：2025年2月18日"],
    ["序号", "指标名称", "计量单位", "年 度", None, "备注"],
    [None, None, None, "2023年", "２０２４年", None],
    ["一、森林资源"],
    [1, "森林面积", "公顷", 75310, "75,820", "含国有林场"],
    [2, "草地面积", "公顷", 3840, 3840],
    [3, "林草覆盖率", "％", 42.78, "43.06%"],
    ["二、野生动植物"],
    [4, "古树名木", "株", 121, 125],
    [5, "受到有效保护的", "种", 31, None],
    ["注：2024年为初步核实数。"],
    ["填表人：李四", None, None, "审核人：王五", None, "电话：13800000000"],
]
FOREST_MERGES = ["A1:F1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "A5:F5", "A9:F9", "A12:F12"]
FOREST_MAP = """
source: 示例区林业局
region: "999001"
tables:
  - sheet: 表
    head_rows: "3-4"
    columns:
      - {column: A, is: ignore}
      - {column: B, is: item, head: 指标名称}
      - {column: C, is: unit, head: 计量单位}
      - {column: D, is: value, head: 年度 | 2023年, period: "2023"}
      - {column: E, is: value, head: 年度 | 2024年, period: "2024"}
      - {column: F, is: note, head: 备注}
    items:
      - {text: 森林面积, variable: ecology.forest_area}
      - {text: 草地 面积, variable: ecology.grass_area, unit: 公顷}
      - {text: 林草覆盖率, variable: reported.ecology.forest_grass_coverage}
      - {text: 受到有效保护的, variable: ecology.protected_species_effective}
"""
FOREST_SAYS = {
    ("999001", "ecology.forest_area", "2023"): ("D6", "75310", "公顷"),
    ("999001", "ecology.forest_area", "2024"): ("E6", "75,820", "公顷"),
    ("999001", "ecology.grass_area", "2023"): ("D7", "3840", "公顷"),
    ("999001", "ecology.grass_area", "2024"): ("E7", "3840", "公顷"),
    ("999001", "reported.ecology.forest_grass_coverage", "2023"): ("D8", "42.78", "%"),
    ("999001", "reported.ecology.forest_grass_coverage", "2024"): ("E8", "43.06%", "%"),
    ("999001", "ecology.protected_species_effective", "2023"): ("D11", "31", "种"),
}


def test_items_down_and_periods_across(catalog: Catalog, tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[7].hidden = True

    sheets = workbook(tmp_path / "t.xlsx", FOREST, FOREST_MERGES, hide)
    figures, problems = read_mapped(catalog, RUN, mapping(FOREST_MAP), sheets, "t.xlsx")
    assert said(figures) == FOREST_SAYS
    assert {(f.file, f.sheet, f.source) for f in figures} == {("t.xlsx", "表", "示例区林业局")}
    assert codes(problems) == ["item_unmapped"]
    assert codes(sheets[0].remarks) == ["hidden_lines"]  # said by the reader of the workbook
    unmapped = problems[0]
    assert unmapped.severity == "warning" and str(unmapped.place) == "data/raw/t.xlsx 表!D10" and unmapped.values["count"] == 2


def test_what_is_hidden_is_read_all_the_same(catalog: Catalog, tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.column_dimensions["D"].hidden = True
        sheet.sheet_state = "hidden"
        assert sheet.parent is not None
        sheet.parent.create_sheet("说明")

    sheets = workbook(tmp_path / "t.xlsx", FOREST, FOREST_MERGES, hide)
    assert sheets[0].hidden and sheets[0].hidden_columns == {4}
    figures, _ = read_mapped(catalog, RUN, mapping(FOREST_MAP), sheets, "t.xlsx")
    assert said(figures) == FOREST_SAYS


@pytest.mark.parametrize(
    ("change", "place", "found"),
    [
        ({"D4": "2022年", "E4": "2023年"}, "表!D4", "年 度 | 2022年"),  # last year's table
        ({"D4": "2024年", "E4": "2023年"}, "表!D4", "年 度 | 2024年"),  # columns moved
        ({"B3": "项目"}, "表!B4", "项目"),
        ({"E4": None}, "表!E4", "年 度"),
    ],
)
def test_a_head_that_is_not_the_one_of_the_mapping_refuses_the_file(
    catalog: Catalog, tmp_path: Path, change: dict[str, str | None], place: str, found: str
) -> None:
    def alter(sheet: Worksheet) -> None:
        for address, text in change.items():
            sheet[address] = text

    problems = refused(catalog, FOREST_MAP, workbook(tmp_path / "t.xlsx", FOREST, FOREST_MERGES, alter))
    assert {problem.code for problem in problems} == {"mapping_head_differs"} and all(p.severity == "error" for p in problems)
    assert str(problems[0].place) == f"data/raw/t.xlsx {place}"
    assert problems[0].values["found"] == found and problems[0].values["expected"]


def test_an_inserted_column_refuses_the_file(catalog: Catalog, tmp_path: Path) -> None:
    rows = [
        [*row[:3], *(["2022年"] if number == 3 else [1] if 5 <= number <= 10 else [None]), *row[3:]] for number, row in enumerate(FOREST)
    ]
    problems = refused(catalog, FOREST_MAP, workbook(tmp_path / "t.xlsx", rows))
    assert "mapping_head_differs" in codes(problems)


def test_without_a_signature_nothing_is_read(catalog: Catalog, tmp_path: Path) -> None:
    sheets = workbook(tmp_path / "t.xlsx", FOREST, FOREST_MERGES)
    assert codes(refused(catalog, FOREST_MAP, sheets, signed=False)) == ["mapping_unconfirmed"]
    wrong = FOREST_MAP.replace("ecology.grass_area", "ecology.gras_area")
    assert codes(refused(catalog, wrong, sheets, signed=False)) == ["mapping_unconfirmed", "unknown_id"]


def test_a_sheet_that_is_not_there(catalog: Catalog, tmp_path: Path) -> None:
    problems = refused(catalog, FOREST_MAP.replace("sheet: 表", "sheet: 表一"), workbook(tmp_path / "t.xlsx", FOREST))
    assert codes(problems) == ["mapping_sheet_missing"] and problems[0].values["known"] == ["表"]


def test_the_unit_column_must_not_contradict_the_mapping(catalog: Catalog, tmp_path: Path) -> None:
    def alter(sheet: Worksheet) -> None:
        sheet["C7"] = "亩"

    sheets = workbook(tmp_path / "t.xlsx", FOREST, FOREST_MERGES, alter)
    figures, problems = read_mapped(catalog, RUN, mapping(FOREST_MAP), sheets, "t.xlsx")
    wrong = [p for p in problems if p.code == "mapping_unit_differs"]
    assert [(p.place.cell, p.region, p.severity, p.values["unit"], p.values["found"]) for p in wrong] == [
        ("D7", "999001", "error", "公顷", "亩"),
        ("E7", "999001", "error", "公顷", "亩"),
    ]
    assert all(figure.variable != "ecology.grass_area" for figure in figures)
    because = FOREST_MAP.replace("unit: 公顷}", "unit: 公顷, note: 单位栏误印，已电话核实}")
    figures, problems = read_mapped(catalog, RUN, mapping(because), sheets, "t.xlsx")
    assert said(figures)["999001", "ecology.grass_area", "2023"] == ("D7", "3840", "公顷")
    assert "mapping_unit_differs" not in codes(problems)


def test_lines_and_columns_that_were_added_are_said(catalog: Catalog, tmp_path: Path) -> None:
    rows = [list(row) for row in FOREST]
    rows[5] += [999]
    rows.append([None, None, None, 7])
    text = FOREST_MAP.replace("    columns:", '    rows: "5-11"\n    columns:', 1)
    figures, problems = read_mapped(catalog, RUN, mapping(text), workbook(tmp_path / "t.xlsx", rows, FOREST_MERGES), "t.xlsx")
    assert said(figures) == FOREST_SAYS
    left = next(p for p in problems if p.code == "figures_unread")
    assert left.values == {"count": 2, "cells": ["G6", "D14"]} and left.severity == "warning"


# Regions down, variables across: a total, a share, a blank region cell, names of the file's own

COUNTY: Rows = [
    ["2024年各县（区）情况"],
    ["县（区）", "森林面积\n（公顷）", "草地面积（公顷）", "林草覆盖率（%）"],
    ["合计", 300, 31, 41],
    ["示例甲县", 100, 10, 40],
    ["乙县", 200, 20, 42],
    ["外地农场", 5, 5, 5],
]
COUNTY_MAP = """
tables:
  - sheet: 表
    head_rows: "2"
    period: "2024"
    columns:
      - {column: A, is: region, head: 县（区）}
      - {column: B, is: value, head: 森林面积（公顷）, variable: ecology.forest_area}
      - {column: C, is: value, head: 草地面积(公顷), variable: ecology.grass_area}
      - {column: D, is: value, head: 林草覆盖率（%）, variable: reported.ecology.forest_grass_coverage}
    regions:
      - {text: 乙县, region: "999202"}
      - {text: 外地农场, ignore: 不在本市}
    totals: [合 计]
"""


def county(catalog: Catalog, text: str, sheets: list[Sheet]) -> tuple[list[Received], list[Problem]]:
    return read_mapped(catalog, COUNTIES, mapping(text), sheets, "t.xlsx")


def test_regions_down_and_variables_across(catalog: Catalog, tmp_path: Path) -> None:
    figures, problems = county(catalog, COUNTY_MAP, workbook(tmp_path / "t.xlsx", COUNTY, ["A1:D1"]))
    found = said(figures)
    assert {key[0] for key in found} == {"999201", "999202"}
    assert found["999201", "ecology.forest_area", "2024"] == ("B4", "100", "公顷")
    assert found["999202", "reported.ecology.forest_grass_coverage", "2024"] == ("D5", "42", "%")
    # 300 = 100 + 200; 31 ≠ 10 + 20; a share is not added up
    assert [(p.code, p.place.cell, p.severity, p.values["total"], p.values["sum"]) for p in problems] == [
        ("total_differs", "C3", "warning", "31", "30")
    ]


@pytest.mark.parametrize(("total", "differs"), [(300, False), (307, False), (306, True)])
def test_a_total_may_count_a_region_that_is_passed_over(total: int, differs: bool, catalog: Catalog, tmp_path: Path) -> None:
    rows = [["县（区）", "森林面积（公顷）"], ["示例甲县", 100], ["乙县", 200], ["外地农场", 7], ["合计", total]]
    text = """
tables:
  - sheet: 表
    head_rows: "1"
    period: "2024"
    columns:
      - {column: A, is: region, head: 县（区）}
      - {column: B, is: value, head: 森林面积（公顷）, variable: ecology.forest_area}
    regions:
      - {text: 乙县, region: "999202"}
      - {text: 外地农场, ignore: 不在本市}
    totals: [合计]
"""
    figures, problems = county(catalog, text, workbook(tmp_path / "t.xlsx", rows))
    assert {figure.region_code for figure in figures} == {"999201", "999202"}
    assert codes(problems) == (["total_differs"] if differs else [])


def test_an_unknown_region_is_an_error_and_never_guessed(catalog: Catalog, tmp_path: Path) -> None:
    text = COUNTY_MAP.replace('      - {text: 乙县, region: "999202"}\n', "")
    figures, problems = county(catalog, text, workbook(tmp_path / "t.xlsx", COUNTY))
    assert {figure.region_code for figure in figures} == {"999201"}
    unknown = next(p for p in problems if p.code == "region_unmapped")
    assert (unknown.severity, unknown.region, unknown.values) == ("error", "", {"text": "乙县", "count": 3, "rows": [5]})


def test_a_blank_region_means_the_one_above_only_where_the_mapping_says_so(catalog: Catalog, tmp_path: Path) -> None:
    rows = [
        ["年份", "县区", "森林面积"],
        [2023, "示例甲县", 1],
        [2024, None, 2],
        [2023, "示例乙县", 3],
        ["2024年", None, 4],
        [None, "合计", 9],
        [2024, None, 5],
    ]
    text = """
tables:
  - sheet: 表
    head_rows: "1"
    unit: 公顷
    totals: [合计]
    columns:
      - {column: A, is: period, head: 年份}
      - {column: B, is: region, head: 县区BLANK}
      - {column: C, is: value, head: 森林面积, variable: ecology.forest_area}
"""
    sheets = workbook(tmp_path / "t.xlsx", rows)
    figures, problems = county(catalog, text.replace("BLANK", ""), sheets)
    assert [figure.cell.text for figure in figures] == ["1", "3"]
    assert [p.values["rows"] for p in problems if p.code == "region_unmapped"] == [[3, 5, 7]]
    figures, problems = county(catalog, text.replace("BLANK}", ", blank: above}"), sheets)
    assert {key: value[1] for key, value in said(figures).items()} == {
        ("999201", "ecology.forest_area", "2023"): "1", ("999201", "ecology.forest_area", "2024"): "2",
        ("999202", "ecology.forest_area", "2023"): "3", ("999202", "ecology.forest_area", "2024"): "4",
    }  # fmt: skip
    assert [p.values["rows"] for p in problems if p.code == "region_unmapped"] == [[7]]  # below a total nothing is filled in


def test_merged_labels_hold_for_all_their_lines_and_a_merged_value_for_none(catalog: Catalog, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["县区", "项目", "2023年", "2024年"],
        ["示例甲县", "森林面积", 1, 2],
        [None, "草地面积", 3, 4],
        ["示例乙县", "森林面积", 5, None],
        [None, "草地面积", 6, 7],
    ]
    text = """
tables:
  - sheet: 表
    head_rows: "1"
    unit: 公顷
    columns:
      - {column: A, is: region, head: 县区}
      - {column: B, is: item, head: 项目}
      - {column: C, is: value, head: 2023年, period: "2023"}
      - {column: D, is: value, head: 2024年, period: "2024"}
    items: [{text: 森林面积, variable: ecology.forest_area}, {text: 草地面积, variable: ecology.grass_area}]
"""
    figures, problems = county(catalog, text, workbook(tmp_path / "t.xlsx", rows, ["A2:A3", "A4:A5", "C4:D4"]))
    assert {key: value[1] for key, value in said(figures).items()} == {
        ("999201", "ecology.forest_area", "2023"): "1", ("999201", "ecology.forest_area", "2024"): "2",
        ("999201", "ecology.grass_area", "2023"): "3", ("999201", "ecology.grass_area", "2024"): "4",
        ("999202", "ecology.grass_area", "2023"): "6", ("999202", "ecology.grass_area", "2024"): "7",
    }  # fmt: skip
    assert [(p.code, p.place.cell, p.region, p.severity) for p in problems] == [("merged_value", "C4", "999202", "error")]
    rows[3][2] = "不涉及"  # a reason holds for all that it is merged over
    figures, problems = county(catalog, text, workbook(tmp_path / "t.xlsx", rows, ["A2:A3", "A4:A5", "C4:D4"]))
    found = said(figures)
    assert problems == [] and {found["999202", "ecology.forest_area", year][:2] for year in ("2023", "2024")} == {("C4", "不涉及")}


# Long tables, categories, several tables, single cells


def test_a_value_merged_with_a_line_that_nobody_knows_is_nobodys(catalog: Catalog, tmp_path: Path) -> None:
    text = """
region: "999001"
tables:
  - sheet: 表
    head_rows: "1"
    period: "2024"
    columns:
      - {column: A, is: item, head: 项目}
      - {column: B, is: value, head: 数值}
    items:
      - {text: 森林面积, variable: ecology.forest_area, unit: 公顷}
"""
    rows: Rows = [["项目", "数值"], ["森林面积", 5], ["别的面积", None]]
    figures, problems = read_mapped(catalog, RUN, mapping(text), workbook(tmp_path / "t.xlsx", rows, ["B2:B3"]), "t.xlsx")
    assert figures == [] and [p.values["cells"] for p in problems if p.code == "merged_value"] == [["B2", "B3"]]

    def percent(sheet: Worksheet) -> None:
        sheet["B2"].number_format = "0%"

    twice: Rows = [["项目", "数值"], ["森林面积", 5], ["森林面积", 5]]
    _, problems = read_mapped(catalog, RUN, mapping(text), workbook(tmp_path / "u.xlsx", twice, change=percent), "t.xlsx")
    assert codes(problems) == ["mapped_twice"]


def test_blanks_are_no_signature() -> None:
    assert mapping(FORM_MAP + "\nconfirmed_by: '  '\n", signed=False).confirmed_by == ""


def test_a_long_table_of_gb18030_with_its_head_on_every_page(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    head = "年份,项目,数值,单位,来源,数据年度,缺失原因"
    lines = [head, "2023,森林面积,75310,公顷,变更调查,2022,", head,
             "2024年,森林面积,75820,公顷,变更调查,,", "2024,草地面积,,,,,不涉及", "2023,草地面积,,,,,机器坏了"]  # fmt: skip
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    text = """
region: "999001"
source: 林业局
tables:
  - layout: long
    head_rows: "1"
    columns:
      - {column: A, is: period, head: 年份}
      - {column: B, is: item, head: 项目}
      - {column: C, is: value, head: 数值}
      - {column: D, is: unit, head: 单位}
      - {column: E, is: source, head: 来源}
      - {column: F, is: data_year, head: 数据年度}
      - {column: G, is: missing, head: 缺失原因}
    items: [{text: 森林面积, variable: ecology.forest_area}, {text: 草地面积, variable: ecology.grass_area}]
"""
    figures, problems = read_mapped(catalog, RUN, mapping(text), read_book(path, "data/raw/t.csv"), "t.csv")
    assert [(f.period, f.cell.text, f.unit, f.source, f.data_year, f.missing) for f in figures] == [
        ("2023", "75310", "公顷", "变更调查", "2022", ""),
        ("2024", "75820", "公顷", "变更调查", "", ""),
        ("2024", "", "", "林业局", "", "not_involved"),
    ]
    assert [(p.code, p.place.cell) for p in problems] == [("reason_unread", "G6")]


def test_categories_lines_of_one_name_and_two_tables_on_a_sheet(catalog: Catalog, tmp_path: Path) -> None:
    rows = [["类别", "项目", "2024年"], ["危险废物", "利用量", 1], [None, "处置量", 2], ["秸秆", "利用量", 3], ["秸秆", "产生量", 4],
            [], ["项目", "2024年"], ["产生量", 50], ["产生量", 60]]  # fmt: skip
    text = """
region: "999001"
tables:
  - sheet: 表
    head_rows: "1"
    unit: 吨
    columns:
      - {column: A, is: item, head: 类别}
      - {column: B, is: item, head: 项目}
      - {column: C, is: value, head: 2024年, period: "2024"}
    items:
      - {text: 危险废物 | 利用量, variable: waste.hazardous_used}
      - {text: 危险废物 | 处置量, variable: waste.hazardous_disposed}
      - {text: 秸秆 | 利用量, variable: waste.straw_used}
      - {text: 秸秆 | 产生量, variable: waste.straw_total}
  - sheet: 表
    head_rows: "7"
    unit: 吨
    columns:
      - {column: A, is: item, head: 项目}
      - {column: B, is: value, head: 2024年, period: "2024"}
    items:
      - {text: 产生量, row: "8", variable: waste.film_used}
      - {text: 产生量, row: "9", variable: waste.manure_total}
"""
    figures, problems = read_mapped(catalog, RUN, mapping(text), workbook(tmp_path / "t.xlsx", rows, ["A2:A3"]), "t.xlsx")
    assert problems == []
    assert {(f.variable, f.address, f.cell.text) for f in figures} == {
        ("waste.hazardous_used", "C2", "1"), ("waste.hazardous_disposed", "C3", "2"), ("waste.straw_used", "C4", "3"),
        ("waste.straw_total", "C5", "4"), ("waste.film_used", "B8", "50"), ("waste.manure_total", "B9", "60"),
    }  # fmt: skip


def test_two_lines_of_one_name_that_differ_are_refused(catalog: Catalog, tmp_path: Path) -> None:
    rows = [["项目", "2024年"], ["森林面积", 50], ["森林面积", 60], ["草地面积", 7], ["草地面积", 7]]
    text = """
region: "999001"
tables:
  - sheet: 表
    head_rows: "1"
    unit: 公顷
    columns: [{column: A, is: item, head: 项目}, {column: B, is: value, head: 2024年, period: "2024"}]
    items: [{text: 森林面积, variable: ecology.forest_area}, {text: 草地面积, variable: ecology.grass_area}]
"""
    figures, problems = read_mapped(catalog, RUN, mapping(text), workbook(tmp_path / "t.xlsx", rows), "t.xlsx")
    assert [(p.code, p.region, p.values["first"], p.values["second"]) for p in problems] == [("mapped_twice", "999001", "B2", "B3")]
    assert [f.address for f in figures] == ["B2", "B4"]


FORM: Rows = [
    ["2024年园林绿化情况表"],
    [],
    ["森林面积（公顷）", 75820, "草地面积（公顷）", 3840],
    ["常住人口", "52.3", "万人"],
    [None, None, 77],
]
FORM_MAP = """
region: "999001"
tables:
  - sheet: 表
    period: "2024"
    cells:
      - {cell: B3, label: 森林面积（公顷）, variable: ecology.forest_area}
      - {cell: D3, label: 草地面积（公顷）, variable: ecology.grass_area}
      - {cell: B4, label: 常住人口, variable: living.resident_population, unit: 万人}
"""


def test_single_cells_with_the_label_beside_them(catalog: Catalog, tmp_path: Path) -> None:
    figures, problems = read_mapped(catalog, RUN, mapping(FORM_MAP), workbook(tmp_path / "t.xlsx", FORM), "t.xlsx")
    assert {(f.variable, f.address, f.cell.text, f.unit, f.period) for f in figures} == {
        ("ecology.forest_area", "B3", "75820", "公顷", "2024"),
        ("ecology.grass_area", "D3", "3840", "公顷", "2024"),
        ("living.resident_population", "B4", "52.3", "万人", "2024"),
    }
    assert [(p.code, p.values["cells"]) for p in problems] == [("figures_unread", ["C5"])]
    joined = workbook(tmp_path / "m.xlsx", [*FORM[:3], ["常住人口", None]], ["B3:B4"])
    figures, problems = read_mapped(catalog, RUN, mapping(FORM_MAP), joined, "t.xlsx")
    assert {f.address for f in figures} == {"B3", "D3"} and codes(problems) == ["merged_value"]
    other = [FORM[0], [None, "2023年"], *FORM[2:]]  # the year above a cell
    assert set(codes(refused(catalog, FORM_MAP, workbook(tmp_path / "y.xlsx", other)))) == {"mapping_year_differs"}
    moved = [FORM[0], [], [], *FORM[2:]]
    assert set(codes(refused(catalog, FORM_MAP, workbook(tmp_path / "u.xlsx", moved)))) == {"mapping_head_differs"}


def test_a_table_of_a_document(catalog: Catalog, tmp_path: Path) -> None:
    made = docx.Document()
    table = made.add_table(rows=3, cols=3)
    for i, row in enumerate([["指标", "单位", "2024年"], ["河湖岸线总长度", "公里", "412.0"], ["用水总量", "万立方米", "14190"]]):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    made.save(str(tmp_path / "t.docx"))
    text = """
region: "999001"
tables:
  - sheet: 表1
    head_rows: "1"
    columns:
      - {column: A, is: item, head: 指标}
      - {column: B, is: unit, head: 单位}
      - {column: C, is: value, head: 2024年, period: "2024"}
    items: [{text: 河湖岸线总长度, variable: ecology.bank_length}, {text: 用水总量, variable: economy.water_use}]
"""
    figures, problems = read_mapped(catalog, RUN, mapping(text), read_book(tmp_path / "t.docx", "data/raw/t.docx"), "t.docx")
    assert problems == []
    assert [(f.variable, f.sheet, f.address, f.cell.text, f.unit) for f in figures] == [
        ("ecology.bank_length", "表1", "C2", "412.0", "公里"), ("economy.water_use", "表1", "C3", "14190", "万立方米"),
    ]  # fmt: skip


def test_units_above_a_table_and_years_in_its_title(catalog: Catalog, tmp_path: Path) -> None:
    rows = [["2023年林业情况"], [None, None, "单位：公顷"], ["县区", "森林面积", "草地面积（亩）"], ["示例甲县", 1, 2]]
    text = """
tables:
  - sheet: 表
    head_rows: "3"
    period: "2024"
    columns:
      - {column: A, is: region, head: 县区}
      - {column: B, is: value, head: 森林面积, variable: ecology.forest_area}
      - {column: C, is: value, head: 草地面积（亩）, variable: ecology.grass_area}
"""
    sheets = workbook(tmp_path / "t.xlsx", rows)
    figures, problems = county(catalog, text, sheets)
    assert [f.unit for f in figures] == ["公顷", "亩"]
    assert [(p.code, p.severity) for p in problems] == [("title_year_differs", "warning")]
    problems = refused(catalog, text.replace('period: "2024"', 'period: "2024"\n    unit: 亩'), sheets)
    assert codes(problems) == ["mapping_unit_differs"]


def test_sheets_that_the_mapping_does_not_speak_of(catalog: Catalog, tmp_path: Path) -> None:
    def more(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        sheet.parent.create_sheet("往年")["B2"] = 5
        sheet.parent.create_sheet("说明")["A1"] = "填表说明"

    _, problems = read_mapped(catalog, RUN, mapping(FOREST_MAP), workbook(tmp_path / "t.xlsx", FOREST, FOREST_MERGES, more), "t.xlsx")
    assert [(p.severity, p.values["sheet"]) for p in problems if p.code == "sheet_unmapped"] == [("note", "往年")]


# The mapping itself


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("ecology.grass_area", "ecology.gras_area", "unknown_id"),
        ('region: "999001"', 'region: "999009"', "unknown_id"),
        ("unit: 公顷", "unit: 公倾", "unknown_id"),
        ("unit: 公顷", "unit: 吨", "unit_not_convertible"),
        ('2024年, period: "2024"', '2024年, period: "2023"', "mapping_year_differs"),
        ("text: 森林面积,", "text: 森林面积（亩）, unit: 公顷,", "mapping_unit_differs"),
        ("text: 森林面积, variable: ecology.forest_area", "text: 森林面积, ignore: 请确认", "mapping_open"),
        ("text: 草地 面积", "text: 森林 面积", "duplicate_id"),
        ("column: D", "column: E", "duplicate_id"),
        ("    head_rows", "    layout: long\n    head_rows", "mapping_long"),
        ('region: "999001"', "", "missing_key"),
        ('2024年, period: "2024"', "2024年", "missing_key"),
        (", head: 年度 | 2024年", "", "missing_key"),
        ('head_rows: "3-4"', 'head_rows: "4-3"', "bad_value"),
        ('head_rows: "3-4"', 'head_rows: "1-9999999"', "bad_value"),
        ('head_rows: "3-4"', 'head_rows: "3-4"\n    rows: "4-9"', "bad_value"),
        ("variable: ecology.forest_area", "unit: 公顷", "missing_key"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_when_it_is_signed(catalog: Catalog, old: str, new: str, code: str) -> None:
    assert check_mapping(catalog, mapping(FOREST_MAP), units=True) == []
    assert old in FOREST_MAP
    assert code in codes(check_mapping(catalog, mapping(FOREST_MAP.replace(old, new, 1)), units=True))


def test_a_note_accepts_another_year_in_the_head(catalog: Catalog) -> None:
    text = FOREST_MAP.replace('2024年, period: "2024"', '2024年, period: "2023", note: 表头误印')
    assert "mapping_year_differs" not in codes(check_mapping(catalog, mapping(text)))


TINY = """\
id: {id}
files: [try/more.xlsx]
{signed}
region: "999001"
tables:
  - sheet: 表
    head_rows: "1"
    columns: [{{column: A, is: item, head: 项目}}, {{column: B, is: value, head: 2024年, period: "2024"}}]
    items: [{{text: 产生量, variable: waste.mass, unit: 吨}}, {{text: 其他, {open}}}]
"""
SIGN = 'confirmed_by: 张三\nconfirmed_on: "2025-03-01"'


def loading(project: TinyProject) -> list[Problem]:
    try:
        load_catalog(project.root, units=True)
    except EvalkitError as error:
        return error.problems
    return []


def test_mappings_are_loaded_and_found_by_file(project: TinyProject) -> None:
    project.write("params/mappings/more.yml", TINY.format(id="more", signed=SIGN, open="ignore: 不需要"))
    catalog = load_catalog(project.root)
    found = catalog.mapping_of("try/more.xlsx")
    assert found is not None and found.id == "more" and found.confirmed_by == "张三"
    assert catalog.mapping_of("try/data.csv") is None


def test_two_mappings_of_one_file_an_open_one_and_a_draft(project: TinyProject) -> None:
    project.write("params/mappings/more.yml", TINY.format(id="more", signed=SIGN, open="ignore: 请确认"))
    assert codes(loading(project)) == ["mapping_open"]
    project.write("params/mappings/more.yml", TINY.format(id="more", signed="", open="ignore: 请确认"))
    assert loading(project) == []  # a draft stops nobody
    project.write("params/mappings/twice.yml", TINY.format(id="twice", signed="", open="ignore: 请确认"))
    assert codes(loading(project)) == ["mapping_twice"]
    project.write("params/mappings/twice.yml", TINY.format(id="twice", signed="", open="ignore: 请确认") + "unknown: 1\n")
    assert "unknown_key" in codes(loading(project))


def test_a_run_reads_a_mapped_file_once_it_is_signed(project: TinyProject) -> None:
    (project.root / "data" / "raw" / "try").mkdir(parents=True, exist_ok=True)
    workbook(project.root / "data" / "raw" / "try" / "more.xlsx", [["项目", "2024年"], ["产生量", 12.5], ["其他", 1]])
    run = (project.root / "params" / "runs" / "try.yml").read_text(encoding="utf-8")
    project.write("params/runs/try.yml", run.replace("inputs: [try/data.csv]", "inputs: [try/data.csv, try/more.xlsx]"))
    assert "mapping_missing" in codes(read_inputs(load_catalog(project.root), "try").problems)
    project.write("params/mappings/more.yml", TINY.format(id="more", signed="", open="ignore: 请确认"))
    assert "mapping_unconfirmed" in codes(read_inputs(load_catalog(project.root), "try").problems)
    project.write("params/mappings/more.yml", TINY.format(id="more", signed=SIGN, open="ignore: 不需要"))
    inputs = read_inputs(load_catalog(project.root), "try")
    item = inputs.get("999001", "waste.mass", "2024")
    assert item is not None and (item.value, item.unit, item.id) == (Fraction(25, 2), "吨", "try/more.xlsx!表!B2")
    assert inputs.errors() == [] and inputs.errors("999001") == []


def test_a_file_for_each_region(catalog: Catalog, tmp_path: Path) -> None:
    text = FORM_MAP.replace('region: "999001"\n', "")
    head = parse_yaml(text, "m.yml").content
    files = [{"file": "a.xlsx", "region": "999201"}, {"file": "b.xlsx", "region": "999202"}]
    made = BookMapping.model_validate({"id": "m", "files": files, **SIGNED, **head})
    assert check_mapping(catalog, made) == []
    sheets = workbook(tmp_path / "t.xlsx", FORM)
    for file, code in (("a.xlsx", "999201"), ("b.xlsx", "999202")):
        figures, _ = read_mapped(catalog, COUNTIES, made, sheets, file)
        assert {figure.region_code for figure in figures} == {code}


# Texts of heads


@pytest.mark.parametrize(
    ("text", "years", "period"),
    [
        ("2024年", ("2024",), "2024"), ("２０２４年度", ("2024",), "2024"), ("2020—2022年", ("2020", "2021", "2022"), ""),
        ("填报日期：2025年3月1日", (), ""), ("2024年2月", ("2024",), "2024-02"), ("2024年上半年", ("2024",), "2024-H1"),
        ("2024-Q1", ("2024",), "2024-Q1"), ("120245", (), ""), ("1.2024", (), ""), ("2024年13月", ("2024",), ""), ("全年", (), ""),
    ],
)  # fmt: skip
def test_years_and_periods_of_heads(text: str, years: tuple[str, ...], period: str) -> None:
    assert (years_in(text), period_in(text)) == (years, period)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("森林面积（公顷） | 2023年", "公顷"), ("单位GDP能耗（吨标准煤／万元）", "吨标准煤/万元"), ("单位：万吨", "万吨"),
        ("产值(亿元，当年价)", "亿元"), ("处理率（％）", "%"), ("合计", ""), ("利用量（吨）与处置量（万吨）", ""), ("单位：林业局", ""),
        ("PM2.5(μg/m3)", "μg/m3"), ("森林面积 | 公顷", "公顷"),
    ],
)  # fmt: skip
def test_units_of_heads(catalog: Catalog, text: str, unit: str) -> None:
    names = catalog.units.names
    assert names.get(unit_in(text, names), "") == names.get(unit, "")


@pytest.mark.parametrize("text", ["1", "-1.5", "≥95", "约30", "1.2万吨", "2022年为50.85", "12,5", "３５", "IO0%"[2:]])
def test_what_looks_like_a_figure(text: str) -> None:
    assert figure_like(Cell(text))


@pytest.mark.parametrize(
    "text", ["2024年统计表", "2025-03-01", "2025年3月1日", "13812345678", "1.森林", "(2)草地", "021-12345678", "合计", "—"]
)
def test_what_does_not(text: str) -> None:
    assert not figure_like(Cell(text))


# Properties


@cache
def shipped() -> Catalog:
    """The rules for tests whose arguments are generated."""
    return load_catalog(ROOT)


VARIABLES = [("森林面积", "ecology.forest_area"), ("草地面积", "ecology.grass_area"), ("湿地总面积", "ecology.wetland_area")]


@hypothesis_settings(max_examples=40)
@given(columns=st.permutations(range(4)), lines=st.permutations(range(3)), merged=st.booleans())
def test_the_order_of_columns_and_lines_does_not_matter(columns: list[int], lines: list[int], merged: bool) -> None:
    heads = ["项目", "单位", "2023年", "2024年"]
    kinds: list[dict[str, str]] = [{"is": "item"}, {"is": "unit"}, {"is": "value", "period": "2023"}, {"is": "value", "period": "2024"}]
    body = [[name, "公顷", f"{i}1", f"{i}2"] for i, (name, _) in enumerate(VARIABLES, start=1)]
    sheet = Sheet("表", "data/raw/t.xlsx")
    for row, cells in enumerate([heads, *(body[line] for line in lines)], start=1):
        for place, column in enumerate(columns, start=1):
            sheet.cells[row, place] = Cell(cells[column])
    if merged:
        sheet.merged = {(1, place): (1, place) for place in range(1, 5)}
    table = {
        "sheet": "表", "head_rows": "1",
        "columns": [{"column": cell_name(place, 1)[:-1], "head": heads[column], **kinds[column]} for place, column in enumerate(columns)],
        "items": [{"text": name, "variable": variable} for name, variable in VARIABLES],
    }  # fmt: skip
    made = BookMapping.model_validate({"id": "m", "files": ["t.xlsx"], "region": "999001", "tables": [table], **SIGNED})
    figures, problems = read_mapped(shipped(), RUN, made, [sheet], "t.xlsx")
    assert problems == []
    assert {key: value[1:] for key, value in said(figures).items()} == {
        ("999001", variable, period): (f"{i}{n}", "公顷")
        for i, (_, variable) in enumerate(VARIABLES, start=1)
        for n, period in ((1, "2023"), (2, "2024"))
    }


TEXTS = st.sampled_from(
    ["项目", "2023年", "2024年", "森林面积", "合计", "公顷", "—", "1", "2.5", "＝1+1", "示例区", "注：", "75,820", "", "单位：亩"]
)


@hypothesis_settings(max_examples=150)
@given(
    cells=st.dictionaries(st.tuples(st.integers(1, 7), st.integers(1, 5)), TEXTS, max_size=25),
    merges=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4)), max_size=3),
)
def test_a_random_sheet_never_crashes_and_no_value_is_invented(cells: dict[tuple[int, int], str], merges: list[tuple[int, int]]) -> None:
    text = """
region: "999001"
tables:
  - sheet: 表
    head_rows: "1"
    unit: 公顷
    totals: [合计]
    columns:
      - {column: A, is: item, head: 项目}
      - {column: B, is: value, head: 2023年, period: "2023"}
      - {column: C, is: value, head: 2024年, period: "2024"}
    items: [{text: 森林面积, variable: ecology.forest_area}]
"""
    cells |= {(1, 1): "项目", (1, 2): "2023年", (1, 3): "2024年"}
    sheet = Sheet("表", "data/raw/t.xlsx", {spot: Cell(said) for spot, said in cells.items() if said})
    for row, column in merges:
        if row > 1:
            sheet.merged |= {(row, column): (row, column), (row, column + 1): (row, column), (row + 1, column): (row, column)}
    figures, problems = read_mapped(shipped(), RUN, mapping(text), [sheet], "t.xlsx")
    codes(problems)
    for figure in figures:
        assert cells[spot_of(figure.address)] == figure.cell.text
    # What looks like a figure below the head is read, named in a problem, said twice alike, part of a total or of another label.
    read = {figure.address for figure in figures} | {cell for p in problems for cell in p.values.get("cells", [])}
    read |= {str(p.values["second"]) for p in problems if p.code == "mapped_twice"} | {p.place.cell for p in problems}
    rows = {row for p in problems if p.code == "item_unmapped" for row in p.values["rows"]}
    for (row, column), cell in sheet.cells.items():
        spot = (row, column)
        label = sheet.text(row, 1) or sheet.text(row, 2) or sheet.text(row, 3)
        alike = any(f.cell.text == cell.text for f in figures)
        covered = sheet.merged.get(spot, spot) != spot
        if row > 1 and column in (2, 3) and figure_like(cell) and label != "合计" and not covered and not alike:
            assert f"{'ABC'[column - 1]}{row}" in read or row in rows, (spot, cell.text)


# The shipped example


def test_the_shipped_mapping_reads_the_workbook_as_the_tidy_table_says(catalog: Catalog) -> None:
    file = "example-county-2024/forestry.xlsx"
    found = catalog.mapping_of(file)
    assert found is not None
    figures, problems = read_mapped(catalog, RUN, found, read_book(ROOT / "data" / "raw" / file, f"data/raw/{file}"), file)
    assert problems == []
    tidy, _ = read_csv(ROOT / "tests" / "golden" / "example-forestry.csv", "example-forestry.csv", [])
    wanted = {(row["region_code"], row["variable"], row["period"]): (row["value"], row["unit"], row["source"]) for row in tidy}
    assert {(f.region_code, f.variable, f.period): (f.cell.text.replace(",", ""), f.unit, f.source) for f in figures} == wanted


def forest() -> Sheet:
    """The forestry sheet as the reader gives it, merged ranges at their first cells."""
    sheet = Sheet("表", "data/raw/t.xlsx")
    for row, texts in enumerate(FOREST, start=1):
        for column, text in enumerate(texts, start=1):
            if text is not None:
                sheet.cells[row, column] = Cell(str(text))
    for merge in FOREST_MERGES:
        first, last = (spot_of(address) for address in merge.split(":"))
        spots = [(row, column) for row in range(first[0], last[0] + 1) for column in range(first[1], last[1] + 1)]
        sheet.merged |= dict.fromkeys(spots, first)
    return sheet


MOVES = st.tuples(st.sampled_from(["columns", "rows", "cells", "drop", "copy"]), *[st.integers(1, 7)] * 2, *[st.integers(1, 13)] * 2)


@hypothesis_settings(max_examples=120)
@given(moves=st.lists(MOVES, min_size=1, max_size=4))
def test_whatever_was_moved_no_figure_is_read_under_another_head(moves: list[tuple[str, int, int, int, int]]) -> None:
    sheet = forest()
    for kind, left, right, up, down in moves:
        swapped = {left: right, right: left} if kind == "columns" else {up: down, down: up} if kind == "rows" else {}
        if kind == "columns":
            sheet.cells = {(row, swapped.get(column, column)): cell for (row, column), cell in sheet.cells.items()}
        elif kind == "rows":
            sheet.cells = {(swapped.get(row, row), column): cell for (row, column), cell in sheet.cells.items()}
        elif kind == "drop":
            sheet.cells.pop((up, left), None)
        elif (cell := sheet.cells.get((up, left))) is not None:
            sheet.cells[down, right] = cell
            if kind == "cells":
                del sheet.cells[up, left]
    made = mapping(FOREST_MAP)
    try:
        figures, problems = read_mapped(shipped(), RUN, made, [sheet], "t.xlsx")
    except EvalkitError as error:
        assert {p.code for p in error.problems} <= {"mapping_head_differs"}
        return
    codes(problems)
    meant = {item.variable: plain(item.text) for item in made.tables[0].items}
    for figure in figures:
        row, column = spot_of(figure.address)
        assert years_in(sheet.text(4, column)) == (figure.period,)
        assert plain(sheet.text(row, 2)) == meant[figure.variable]
        assert sheet.cells[row, column] == figure.cell
