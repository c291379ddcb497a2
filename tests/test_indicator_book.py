"""The indicator table alone, in Excel: numbers that compute, text that stays text, official merges, the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import report_samples as samples
from openpyxl.worksheet.worksheet import Worksheet
from states import report_project, write_state
from typer.testing import CliRunner

from evalkit.messages.speech import Speech, speaking
from evalkit.report.book_cells import height, sheet_names
from evalkit.report.book_tables import value_cell
from evalkit.report.indicator_book import write_region_book, write_run_book
from evalkit.report.model import ReportModel, build_model

HEADS = ["领域", "序号", "指标", "分项", "单位", "指标值", "属性", "2022年", "2023年", "2027年目标", "2035年目标", "达标情况"]


def model(code: str = "999001", name: str = "示例区", rows: list[dict[str, str]] | None = None, **changes: Any) -> ReportModel:
    own = [dict(row, region_code=code, region=name) for row in (samples.rows() if rows is None else rows)]
    given = {"region_code": code, "region_name": name, "region_full_name": f"示例市{name}", **changes}
    return build_model(own, [samples.trace(row) for row in own], samples.context(**given))


def opened(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def region_book(tmp_path: Path, **changes: Any) -> Any:
    write_region_book(model(**changes), tmp_path / "a.xlsx")
    return opened(tmp_path / "a.xlsx")


def heads(sheet: Worksheet) -> list[Any]:
    return [cell.value for cell in sheet[3]]


def column(sheet: Worksheet, head: str) -> int:
    return heads(sheet).index(head) + 1


def row_of(sheet: Worksheet, text: str) -> int:
    return next(cell.row for line in sheet.iter_rows(min_row=4) for cell in line if cell.value == text)


def test_the_workbook_says_what_it_is_and_has_a_sheet_for_each_set_and_one_flat(tmp_path: Path) -> None:
    book = region_book(tmp_path)
    assert book.sheetnames == ["说明", "2023年 示例建设指标", "明细"]
    said = [cell.value for line in book["说明"].iter_rows() for cell in line if cell.value]
    assert "示例数据(非真实)" in said and "2024年10月29日" in said and "†" in said
    assert any("▲ 未达标" in str(text) and "◐ 待佐证" in str(text) for text in said)
    assert "结果未更新：数据或规则已变动，请重新运行" not in said


def test_the_official_table_has_its_columns_and_merged_cells(tmp_path: Path) -> None:
    sheet = region_book(tmp_path)["2023年 示例建设指标"]
    assert heads(sheet)[: len(HEADS)] == HEADS and heads(sheet)[-1] == "备注"
    merged = {str(area) for area in sheet.merged_cells.ranges}
    first = row_of(sheet, "优良天数比率")
    assert {f"B{first}:B{first + 1}", f"C{first}:C{first + 1}"} <= merged  # number and name of the composite
    alone = row_of(sheet, "考核比例")
    assert f"C{alone}:D{alone}" in merged
    domain = row_of(sheet, "生态安全")
    assert any(area.startswith(f"A{domain}:A") for area in merged)
    assert sheet.auto_filter.ref is None  # merged domains would break a filter
    assert sheet.freeze_panes is not None and sheet.print_title_rows == "$1:$3"
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToHeight == 0


def test_values_are_numbers_with_the_digits_of_their_rounding_and_words_are_text(tmp_path: Path) -> None:
    sheet = region_book(tmp_path)["2023年 示例建设指标"]
    now = column(sheet, "2023年")
    value = sheet.cell(row_of(sheet, "优良天数比率"), now)
    assert (value.value, value.data_type, value.number_format) == (88.8, "n", "0.0")
    assert sheet.cell(row_of(sheet, "考核比例"), now).number_format == "0.00"
    assert sheet.cell(row_of(sheet, "责任追究制度"), now).value == "建立"
    missing = sheet.cell(row_of(sheet, "能耗降低率"), now)
    assert missing.data_type == "s" and missing.value not in ("", "0")  # the reason, never a zero
    assert sheet.cell(row_of(sheet, "优良天数比率"), column(sheet, "2022年")).value == 89.5


@pytest.mark.parametrize(
    ("text", "number"),
    [("88.8", True), ("-0.50", True), ("0", True), ("≥90", False), ("1e5", False), ("建立", False), ("1234567890123456", False),
     ("5/14", False), ("", False), ("１２", False)],
)  # fmt: skip
def test_only_what_a_cell_holds_exactly_is_a_number(text: str, number: bool) -> None:
    assert value_cell(text).number is number


def test_statuses_have_symbol_word_and_colour(tmp_path: Path) -> None:
    sheet = region_book(tmp_path)["2023年 示例建设指标"]
    cell = sheet.cell(row_of(sheet, "优良天数比率"), column(sheet, "达标情况"))
    assert cell.value == "▲ 未达标" and cell.font.color.rgb == "FFB83B2E" and cell.fill.fgColor.rgb == "FFF7E1DE"


def test_the_flat_sheet_filters_and_has_every_row_on_a_line_of_its_own(tmp_path: Path) -> None:
    found = model()
    write_region_book(found, tmp_path / "a.xlsx")
    sheet = opened(tmp_path / "a.xlsx")["明细"]
    rows = sum(len(group.table) + len(group.apart_table) for group in found.groups)
    assert sheet.max_row == 3 + rows and sheet.auto_filter.ref == f"A3:{sheet.cell(3, sheet.max_column).coordinate[:-1]}{3 + rows}"
    assert [str(area) for area in sheet.merged_cells.ranges if area.min_row > 2] == []
    values = [sheet.cell(line, column(sheet, "现状值")).value for line in range(4, sheet.max_row + 1)]
    assert all(value is None or isinstance(value, (int, float)) for value in values) and 88.8 in values
    words = [sheet.cell(line, column(sheet, "现状（文字）")).value for line in range(4, sheet.max_row + 1)]
    assert "建立" in words
    codes = {sheet.cell(line, 1).value for line in range(4, sheet.max_row + 1)}
    assert codes == {"999001"}  # as text: a code is no number


HOSTILE = ["=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1", "{=1}", "a\x00b\x1f", "http://example.org", "'=1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_data_becomes_a_formula_or_a_link(text: str, tmp_path: Path) -> None:
    rows = [dict(row, name_zh=text, domain=text, part_of="", target_text=text, unit=text, task=text) for row in samples.rows()[:2]]
    rows[1]["value_text"] = text
    found = model(name=text, rows=rows, set_names={"s1": text}, title_zh=text)
    write_region_book(found, tmp_path / "a.xlsx")
    write_run_book([found, model("999002", "乙")], tmp_path / "b.xlsx")
    for name in ("a.xlsx", "b.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert not [part for part in archive.namelist() if "calcChain" in part or "hyperlink" in part.lower()]
            sheets = [archive.read(part).decode() for part in archive.namelist() if part.startswith("xl/worksheets/sheet")]
        assert all("<f>" not in sheet and "<hyperlink" not in sheet for sheet in sheets)
        opened(tmp_path / name)


def test_names_of_sheets_are_such_as_excel_takes() -> None:
    long = "国家生态文明建设示范市县建设指标（试行）修订版征求意见稿附件一"
    names = sheet_names(
        ["说明", f"2023年 {long}", f"2023年 {long}", f"2024年 {long}", "a/b:c*?[]\\", "'x'", "", "History", "ABC", "abc", "\x00"]
    )
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\\x00]", name) and name.strip("'") == name and name != "History"


def test_regions_stand_side_by_side_as_numbers_with_the_symbol_of_their_status(tmp_path: Path) -> None:
    worse = [dict(row, status="not_met", value="10", rounded_value="10.0") if row["indicator"] == "C1" else row for row in samples.rows()]
    write_run_book([model(), model("999002", "乙区", worse)], tmp_path / "all.xlsx")
    book = opened(tmp_path / "all.xlsx")
    sheet = book["2023年 示例建设指标"]
    line = row_of(sheet, "考核比例")
    first, second = (sheet.cell(line, column(sheet, name)) for name in ("示例区", "乙区"))
    assert (first.value, second.value) == (27.28, 10) and first.number_format == '0.00" ●"' and second.number_format == '0.0" ▲"'
    assert sheet.cell(line, column(sheet, "达标地区")).value == "1/2"
    assert sheet.cell(row_of(sheet, "能耗降低率"), column(sheet, "示例区")).value == "○"
    codes = {book["明细"].cell(number, 1).value for number in range(4, book["明细"].max_row + 1)}
    assert codes == {"999001", "999002"}


def test_the_same_results_give_the_same_bytes_and_no_moment_of_writing(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_region_book(model(), tmp_path / name / "x.xlsx")
    first, again = ((tmp_path / name / "x.xlsx").read_bytes() for name in ("a", "b"))
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert set(re.findall(r"\d{4}-\d{2}-\d{2}T[\d:]+Z", core)) == {"2024-10-29T00:00:00Z"}
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_workbook_of_outdated_results_says_so_on_every_sheet(tmp_path: Path) -> None:
    write_region_book(model(), tmp_path / "a.xlsx", outdated=True)
    book = opened(tmp_path / "a.xlsx")
    assert all("结果未更新" in str(sheet["A2"].value) and "示例数据" in str(sheet["A2"].value) for sheet in book)


def test_an_english_workbook_has_english_heads(tmp_path: Path) -> None:
    with speaking(Speech("en", {"示例建设指标": "Sample indicators", "示例区": "Sample District"})):
        write_region_book(model(), tmp_path / "a.xlsx")
    book = opened(tmp_path / "a.xlsx")
    assert book.sheetnames[0] == "about" and book.sheetnames[-1] == "all rows" and "Sample indicators" in book.sheetnames[1]
    found = heads(book[book.sheetnames[1]])
    assert found[:3] == ["domain", "no.", "indicator"] and not re.search("[\u4e00-\u9fff]", "".join(map(str, found)))
    status = book[book.sheetnames[1]].cell(row_of(book[book.sheetnames[1]], "▲ not met"), column(book[book.sheetnames[1]], "status"))
    assert status.value == "▲ not met"


def test_rows_are_tall_enough_for_their_text() -> None:
    assert height([("短", 10.0)]) < height([("很长的一段说明" * 5, 10.0)]) <= 409
    assert height([("长" * 100000, 5.0)]) <= 409


def test_conditions_and_veto_items_come_first_and_empty_sets_are_no_fault(tmp_path: Path) -> None:
    rows = [
        samples.row("C1", "1", "甲", "met", value="1", target_text="≥1"),
        samples.row("V1", "否1", "乙", "pending", attribute="veto", domain="否决项", target_text="近三年未出现", unit="-"),
    ]
    sheet = region_book(tmp_path, rows=rows)["2023年 示例建设指标"]
    assert row_of(sheet, "乙") < row_of(sheet, "甲")
    bare = replace(model(), groups=[])
    write_region_book(bare, tmp_path / "b.xlsx")
    assert opened(tmp_path / "b.xlsx").sheetnames == ["说明", "明细"]


def test_the_command_names_an_unknown_region_and_writes_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evalkit.cli.commands import app

    project = report_project(tmp_path / "project")
    write_state(project.root, project.run)
    out = tmp_path / "made"
    monkeypatch.chdir(project.root)
    found = CliRunner().invoke(app, ["report", "table", project.run, "--region", project.region, "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert [path.name for path in out.iterdir()] == [f"{project.region}-table.xlsx"]
    refused = CliRunner().invoke(app, ["report", "table", project.run, "--region", "1", "--out", str(tmp_path / "x")])
    assert refused.exit_code == 2 and not (tmp_path / "x").exists()
