"""Problems where people see them: the table of `evalkit check`, annotated copies, and the list for other files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from books_samples import changed
from conftest import TinyProject
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation
from rich.console import Console
from typer.testing import CliRunner

from evalkit.catalog import Catalog
from evalkit.cli.checking import problem_table
from evalkit.cli.commands import app
from evalkit.collection import annotate, issue_sheet
from evalkit.collection.annotate import list_workbook, write_issue_files
from evalkit.collection.issue_sheet import FILLS, HEAD_LINE
from evalkit.collection.problems import SYMBOLS, asked, by_file, cell_of, with_names
from evalkit.intake.form_layout import ISSUES_MARK
from evalkit.messages import EvalkitError, Place, Problem, known_codes, words
from evalkit.project import Project
from evalkit.tables.books import read_book

FILE = "data/raw/try/报表 一.xlsx"


def problem(cell: str, severity: Any = "error", sheet: str = "数据", file: str = FILE, value: str = "约30") -> Problem:
    return Problem("unit_unknown", Place(file, sheet, cell, "999001 air.days_good 2024"), {"unit": value, "hint": ""}, severity)


def book_of(change: Callable[[Any], None] | None = None) -> bytes:
    """Return a workbook with much of what departments have in theirs."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "数据"
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "某县 2024 年数据"
    sheet["A1"].font = Font(bold=True, size=18)
    for row in range(2, 12):
        sheet.cell(row, 1, f"指标{row}")
        sheet.cell(row, 2, row + 0.5).number_format = '0.00"万吨"'
        sheet.cell(row, 3, 0.475).number_format = "0.0%"
    sheet["B3"].fill = PatternFill("solid", fgColor="FFFFFF99")
    sheet["B3"].protection = Protection(locked=False)
    sheet["B4"].comment = Comment("去年口径不同", "张三")
    sheet["D2"] = "=SUM(B2:B11)"
    sheet["D3"] = datetime(2024, 3, 5)
    sheet["D4"] = "=B2+1"
    sheet["D4"].data_type = "s"  # a text that begins like a formula
    sheet.column_dimensions["A"].width = 33.5
    sheet.row_dimensions[5].hidden = True
    listed = DataValidation(type="list", formula1='"是,否"', allow_blank=True)
    listed.add("C5:C9")
    sheet.add_data_validation(listed)
    sheet.conditional_formatting.add("B2:B9", CellIsRule(operator="lessThan", formula=["0"], font=Font(color="FFFF0000")))
    sheet.protection.sheet = True
    hidden = book.create_sheet("evalkit")
    hidden["A1"] = "id"
    hidden.sheet_state = "veryHidden"
    if change is not None:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return with_result(stream.getvalue())


def with_result(data: bytes) -> bytes:
    """Return a workbook with the result of its formula, as Excel leaves it there."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part, count = re.subn(rb"(<f>SUM\(B2:B11\)</f>)<v ?/>|(<f>SUM\(B2:B11\)</f>)<v></v>", rb"<f>SUM(B2:B11)</f><v>70</v>", part)
                assert count == 1
            new.writestr(name, part)
    return out.getvalue()


@pytest.fixture
def home(tmp_path: Path) -> Project:
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(book_of())
    return Project(tmp_path)


def copy_of(home: Project, problems: list[Problem], out: str = "out") -> Any:
    """Return the annotated copy, opened."""
    written = write_issue_files(home, problems, home.root / out)
    return openpyxl.load_workbook(written.copies[FILE])


def lines_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row[:6]] for row in sheet.iter_rows(min_row=HEAD_LINE + 1)]


# --- annotated copies ---------------------------------------------------------------------------------------------


def test_a_cell_is_coloured_by_its_worst_problem_and_its_comment_says_all(home: Project) -> None:
    book = copy_of(home, [problem("B3", "note"), problem("B3", "error", value="旧斤"), problem("B6", "warning"), problem("B7", "note")])
    sheet = book["数据"]
    colours = {cell: sheet[cell].fill.fgColor.rgb for cell in ("B3", "B6", "B7", "B8")}
    assert colours == {"B3": FILLS["error"], "B6": FILLS["warning"], "B7": FILLS["note"], "B8": "00000000"}
    first, *rest = sheet["B3"].comment.text.split("\n")
    assert first == "× 检查意见：错误"
    wanted = problem("B3", value="旧斤")
    assert rest[:2] == [f"1. {wanted.message('zh')}", f"→ {asked(wanted)}"] and rest[2].startswith("2. ")
    assert [sheet[cell].comment.text[0] for cell in ("B6", "B7")] == [SYMBOLS["warning"], SYMBOLS["note"]]
    with zipfile.ZipFile(home.root / "out/报表 一-annotated.xlsx") as archive:
        (drawing,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith(".vml"))
    heights = [int(found) for found in re.findall(r"height:(\d+)px", drawing)]
    assert len(heights) == 4 and heights[0] > heights[1] >= 50  # B3, then the one that was there


def test_a_comment_that_is_there_stays_before_ours(home: Project) -> None:
    comment = copy_of(home, [problem("B4")])["数据"]["B4"].comment
    assert comment.text.startswith("去年口径不同\n\n× 检查意见：错误\n") and comment.author == "张三"


def test_everything_else_of_the_workbook_stays(home: Project) -> None:
    before = openpyxl.load_workbook(home.root / FILE)
    after = copy_of(home, [problem("B3")])
    assert after.sheetnames == ["问题清单", "数据", "evalkit"]
    old, new = before["数据"], after["数据"]
    for row in old.iter_rows():
        for cell in row:
            twin = new[cell.coordinate]
            assert (twin.value, twin.data_type, twin.number_format, repr(twin.font), repr(twin.border)) == (
                cell.value, cell.data_type, cell.number_format, repr(cell.font), repr(cell.border),
            )  # fmt: skip
            assert twin.protection.locked is cell.protection.locked
            assert repr(twin.fill) == repr(cell.fill) or cell.coordinate == "B3"
    assert new.merged_cells.ranges == old.merged_cells.ranges and new.column_dimensions["A"].width == 33.5
    assert new.row_dimensions[5].hidden and new.protection.sheet and after["evalkit"].sheet_state == "veryHidden"
    assert [str(v.sqref) for v in new.data_validations.dataValidation] == ["C5:C9"]
    assert [str(rule.sqref) for rule in new.conditional_formatting] == ["B2:B9"]
    assert new["D4"].data_type == "s"


def test_the_results_of_formulas_stay_and_the_reader_sees_the_same(home: Project) -> None:
    written = write_issue_files(home, [problem("B3")], home.root / "out")
    before = {sheet.name: sheet for sheet in read_book(home.root / FILE, FILE)}
    after = {sheet.name: sheet for sheet in read_book(written.copies[FILE], FILE)}
    assert before["数据"].cells[2, 4].text == "70"
    assert {at: cell.text for at, cell in after["数据"].cells.items()} == {at: cell.text for at, cell in before["数据"].cells.items()}
    assert after["问题清单"].text(1, 1) == ISSUES_MARK


@pytest.mark.parametrize(("value", "result"), [("文字", "文字"), (True, "是"), (-0.1, "-0.1"), ("#DIV/0!", "#DIV/0!"), ("<&>", "<&>")])
def test_results_of_every_kind_stay(value: Any, result: str, home: Project) -> None:
    kind = "b" if value is True else "e" if result.startswith("#") else "n" if isinstance(value, float) else "str"
    text = str(int(value)) if value is True else str(value).replace("&", "&amp;").replace("<", "&lt;")
    data = (home.root / FILE).read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = re.sub(rb'<c r="D2"[^>]*>.*?</c>', f'<c r="D2" t="{kind}"><f>A1</f><v>{text}</v></c>'.encode(), part)
            new.writestr(name, part)
    (home.root / FILE).write_bytes(out.getvalue())
    written = write_issue_files(home, [problem("B3")], home.root / "out")
    assert openpyxl.load_workbook(written.copies[FILE])["数据"]["D2"].value == "=A1"
    assert openpyxl.load_workbook(written.copies[FILE], data_only=True)["数据"]["D2"].value == value


def test_a_picture_stays(home: Project, tmp_path: Path) -> None:
    from PIL import Image as Picture

    Picture.new("RGB", (20, 10), "red").save(tmp_path / "seal.png")
    (home.root / FILE).write_bytes(book_of(lambda book: book["数据"].add_image(Image(tmp_path / "seal.png"), "F2")))
    assert len(copy_of(home, [problem("B3")])["数据"]._images) == 1


def test_the_list_in_front_names_all_problems_with_links(home: Project) -> None:
    found = [problem("B3"), problem("ZZ3"), problem("B999999", "warning"), problem("B3", sheet="没有这张表"), problem("", sheet=""),
             problem("A1", "note", sheet="evalkit"), problem("C1", value="旧斤")]  # fmt: skip
    book = copy_of(home, found)
    sheet = book["问题清单"]
    assert book.active is sheet and not book["数据"].sheet_view.tabSelected
    assert sheet["A1"].value == ISSUES_MARK and sheet.row_dimensions[1].hidden and sheet["A2"].value == "问题清单：报表 一.xlsx"
    assert "错误 5，警告 1，提示 1" in sheet["A3"].value and "另有 4 处" in sheet["A3"].value
    lines = lines_of(sheet)
    assert len(lines) == len(found) and [line[0] for line in lines] == list(range(1, 8))
    links = {sheet.cell(row, 4).value: sheet.cell(row, 4).hyperlink for row in range(HEAD_LINE + 1, HEAD_LINE + 8)}
    assert links["C1"].location == "'数据'!A1"  # merged
    assert [row for row in range(HEAD_LINE + 1, HEAD_LINE + 8) if sheet.cell(row, 4).hyperlink] == [6, 7]  # none to the hidden sheet
    assert book["数据"]["A1"].comment is not None and book["evalkit"]["A1"].comment is not None
    assert sheet.auto_filter.ref == "A4:F11" and sheet.freeze_panes == "A5" and sheet.print_title_rows == "$4:$4"


def test_text_that_looks_like_a_formula_stays_text(home: Project) -> None:
    for start in ("=", "+", "-", "@", "\t"):
        found = problem(f"{start}B3", value=f"{start}cmd|' /C calc'!A0", sheet=f"{start}1+1")
        book = openpyxl.load_workbook(io.BytesIO(list_workbook([found])))
        assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
        assert book.worksheets[0].cell(HEAD_LINE + 1, 4).quotePrefix
    assert copy_of(home, [problem("B3", value="\x07=1\ud800")])["数据"]["B3"].comment.text.count("\ufffd") == 2


def test_a_second_annotation_takes_the_first_one_back(home: Project) -> None:
    found = [problem("B3"), problem("B4"), problem("B6"), problem("C1")]  # C1 is merged into A1
    first = write_issue_files(home, found, home.root / "out").copies[FILE].read_bytes()
    (home.root / FILE).write_bytes(first)
    book = copy_of(home, [problem("B6", "warning")], "again")
    sheet = book["数据"]
    assert book.sheetnames == ["问题清单", "数据", "evalkit"] and len(lines_of(book["问题清单"])) == 1
    assert sheet["B3"].fill.fgColor.rgb == "FFFFFF99" and sheet["B3"].comment is None and sheet["B4"].comment.text == "去年口径不同"
    assert sheet["A1"].fill.patternType is None and sheet["A1"].comment is None
    assert sheet["B6"].fill.fgColor.rgb == FILLS["warning"] and sheet["B6"].comment.text.count("检查意见") == 1


@pytest.mark.parametrize(
    "nonsense",
    ["<patternFill", "=1+1", "<!DOCTYPE x [<!ENTITY a 'b'>]><patternFill/>", "<fill><gradientFill/></fill>", "<fill/>"],
)
def test_nonsense_in_the_hidden_column_is_passed_over(nonsense: str, home: Project) -> None:
    written = write_issue_files(home, [problem("B3")], home.root / "out")
    book = openpyxl.load_workbook(written.copies[FILE])
    book["问题清单"].cell(HEAD_LINE + 1, 8).value = f"B3 {nonsense}"
    for line, address in enumerate(("XFE9:A", "", "ZZZ9999999", "C1"), start=HEAD_LINE + 2):
        book["问题清单"].cell(line, 3).value = "数据"
        book["问题清单"].cell(line, 8).value = f"{address} <fill><patternFill/></fill>"
    book.save(home.root / FILE)
    assert copy_of(home, [problem("B6")], "again")["数据"]["B6"].comment is not None


def test_a_department_reads_the_name_of_a_variable_before_its_id(catalog: Catalog) -> None:
    given = [
        Problem("not_a_number", Place(FILE, "数据", "B3"), {"variable": variable, "value": "约30", "figure_fault": "about"})
        for variable in ("ecology.bank_length", "assigned.air.good_day_ratio", "none.such")
    ]
    said = [problem.message("zh") for problem in with_names(catalog, [*given, problem("B3")])]
    assert "变量“河湖岸线总长度（ecology.bank_length）”" in said[0]
    assert "（assigned.air.good_day_ratio）”" in said[1] and "变量“none.such”" in said[2]
    assert said[3] == problem("B3").message("zh")


def test_a_sheet_of_that_name_is_left_alone(home: Project) -> None:
    (home.root / FILE).write_bytes(book_of(lambda book: book.create_sheet("问题清单")))
    assert copy_of(home, [problem("B3")]).sheetnames == ["问题清单2", "数据", "evalkit", "问题清单"]


def test_equal_problems_give_equal_bytes_and_the_raw_file_stays(home: Project) -> None:
    raw = (home.root / FILE).read_bytes()
    found = [problem("B3"), problem("B6", "warning"), problem("A1", file="data/raw/try/x.csv", sheet="")]
    first, second = (write_issue_files(home, found, home.root / name) for name in ("one", "two"))
    assert [path.read_bytes() for path in first.paths] == [path.read_bytes() for path in second.paths]
    assert (home.root / FILE).read_bytes() == raw
    with zipfile.ZipFile(first.copies[FILE]) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_only_so_many_problems_are_marked_and_the_list_says_so(home: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert annotate.MOST_MARKED == 2000
    monkeypatch.setattr(annotate, "MOST_MARKED", 200)
    (home.root / FILE).write_bytes(book_of(lambda book: [book["数据"].cell(row, 6, row) for row in range(1, 231)]))
    found = [problem(f"F{row}", "warning") for row in range(1, 230)] + [problem("F230")]
    book = copy_of(home, found)
    marked = [cell.row for cell in book["数据"]["F"] if cell.comment]
    assert len(marked) == 200 and 230 in marked  # errors first
    assert "前 200 处；另有 30 处" in book["问题清单"]["A3"].value and len(lines_of(book["问题清单"])) == 230


def test_many_problems_of_one_cell_fit_into_its_comment(home: Project) -> None:
    book = copy_of(home, [problem("B3", value=f"单位{number}" * 20) for number in range(200)])
    text = book["数据"]["B3"].comment.text
    assert len(text) < 4000 and re.search(r"另有 \d+ 个问题，见“问题清单”。$", text)


# --- the list for other files -------------------------------------------------------------------------------------


def test_what_cannot_be_annotated_is_listed_by_file(home: Project) -> None:
    (home.raw / "try/坏.xlsx").write_bytes(b"PK\x03\x04 no zip")
    found = [problem("B3", file="data/raw/try/b.csv", sheet=""), problem("B3", file="data/raw/try/坏.xlsx"),
             problem("A1", "warning", file="data/raw/try/a.ods"), problem("A2", file="data/raw/try/b.csv", sheet=""),
             problem("A2", file="params/sets/demo.yml"), problem("", "note", sheet="")]  # fmt: skip
    written = write_issue_files(home, found, home.root / "out")
    assert written.copies == {} and written.listing == home.root / "out" / "issues.xlsx"
    sheet = openpyxl.load_workbook(written.listing).worksheets[0]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEAD_LINE + 1)]
    assert [(line[2], line[4]) for line in lines] == [
        ("try/b.csv", "A2"), ("try/b.csv", "B3"), ("try/坏.xlsx", "B3"), ("try/a.ods", "A1"), ("try/报表 一.xlsx", None),
    ]  # fmt: skip
    assert lines[0][1] == "× 错误" and lines[0][5] == problem("A2").message("zh") and lines[0][6] == asked(problem("A2"))


def test_a_long_list_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issue_sheet, "MOST_LINES", 50)
    data = list_workbook([problem(f"A{row}", file="data/raw/x.csv", sheet="") for row in range(1, 54)])
    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    (told,) = next(sheet.iter_rows(min_row=3, max_row=3, max_col=1))
    assert "另有 3 处未列" in told.value and sheet.max_row == 50 + HEAD_LINE


def test_equal_names_in_different_folders_do_not_overwrite_each_other(home: Project) -> None:
    other = "data/raw/other/报表 一.xlsx"
    (home.root / other).parent.mkdir()
    (home.root / other).write_bytes(book_of())
    written = write_issue_files(home, [problem("B3"), problem("B3", file=other)], home.root / "out")
    assert sorted(path.name for path in written.copies.values()) == ["try-报表 一-annotated.xlsx", "报表 一-annotated.xlsx"]


def test_a_long_name_is_shortened(home: Project) -> None:
    long = f"data/raw/try/{'长' * 80}.xlsx"
    (home.root / long).write_bytes(book_of())
    written = write_issue_files(home, [problem("B3", file=long)], home.root / "out")
    assert written.copies[long].name.endswith("长-annotated.xlsx") and len(written.copies[long].name.encode()) < 256


def test_a_workbook_that_does_not_say_how_it_calculates(home: Project) -> None:
    path = home.root / FILE
    changed(path, lambda parts: parts.update({"xl/workbook.xml": re.sub(rb"<calcPr[^>]*/>", b"", parts["xl/workbook.xml"])}))
    assert copy_of(home, [problem("B3")])["数据"]["B3"].comment is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        (b"</sheetData>", b'</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>'),
        (b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:B1"/>' * 6000 + b"</mergeCells>"),
    ],
)
def test_a_workbook_that_would_take_too_long_to_open_is_listed(old: bytes, new: bytes, home: Project) -> None:
    sheet = "xl/worksheets/sheet1.xml"

    def change(parts: dict[str, bytes]) -> None:
        parts[sheet] = re.sub(rb"<mergeCells.*?</mergeCells>", b"", parts[sheet]).replace(old, new)

    changed(home.root / FILE, change)
    begun = time.monotonic()
    written = write_issue_files(home, [problem("B3")], home.root / "out")
    assert written.copies == {} and written.listing is not None and time.monotonic() - begun < 5


def test_two_cells_far_apart_are_two_cells(home: Project) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "数据"
    sheet["B3"], sheet["ALL240000"] = 1, 2
    book.save(home.root / FILE)
    begun = time.monotonic()
    assert copy_of(home, [problem("B3")])["数据"]["ALL240000"].value == 2
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("folder", ["data/raw", "data/raw/try/new", "data/../data/raw/x", "link"])
def test_nothing_is_ever_written_into_the_raw_data(folder: str, home: Project) -> None:
    (home.root / "link").symlink_to(home.raw)
    before = sorted(home.raw.rglob("*"))
    with pytest.raises(EvalkitError) as refused:
        write_issue_files(home, [problem("B3")], home.root / folder)
    assert refused.value.problems[0].code == "out_in_raw" and sorted(home.raw.rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_a_clear_error(home: Project) -> None:
    (home.root / "taken").write_text("a file")
    with pytest.raises(EvalkitError) as refused:
        write_issue_files(home, [problem("B3")], home.root / "taken")
    assert refused.value.problems[0].code == "disk_full"


def test_a_path_that_leaves_the_raw_data_is_not_opened(home: Project) -> None:
    (home.root / "secret.xlsx").write_bytes(book_of())
    written = write_issue_files(home, [problem("B3", file="data/raw/../../secret.xlsx")], home.root / "out")
    assert written.copies == {} and written.listing is not None


# --- the command --------------------------------------------------------------------------------------------------


def evalkit(project: TinyProject, *args: str) -> Any:
    return CliRunner().invoke(app, ["--project", str(project.root), *args])


@pytest.fixture(autouse=True)
def _back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path.cwd())  # the command goes into the project's folder
    monkeypatch.setenv("EVALKIT_LANG", "zh")


def test_check_lists_every_problem_once_and_counts_them(project: TinyProject) -> None:
    project.row("2024", "air.days_goood", "3", unit="天")
    project.row("2023", "air.days_good", "400", unit="天")
    project.row("2023", "air.days_valid", "365", unit="斤斤")
    done = evalkit(project, "check")
    assert done.exit_code == 1
    for cell in ("D11", "F13"):
        assert len(re.findall(rf"^错误 data/raw/try/data.csv {cell} .*→", done.stdout, re.M)) == 1
    counted = [len(re.findall(f"^{word} ", done.stdout, re.M)) for word in ("错误", "警告", "提示")]
    assert f"已检查 1 项评估：错误 {counted[0]}，警告 {counted[1]}，提示 {counted[2]}。" in done.stdout


def test_check_writes_what_it_found(project: TinyProject) -> None:
    project.row("2024", "air.days_goood", "3", unit="天")
    done = evalkit(project, "check", "--out", "checked", "--json")
    records = json.loads(done.stdout)
    with (project.root / "checked/issues.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert rows == records and list(rows[0]) == ["code", "severity", "file", "sheet", "cell", "key", "message", "remedy"]
    assert (project.root / "checked/issues.xlsx").is_file()
    assert evalkit(project, "check", "--out", "data/raw/x").exit_code != 0 and not (project.root / "data/raw/x").exists()


def test_faults_of_the_rules_are_listed_too(project: TinyProject) -> None:
    project.edit("params/sets/demo.yml", "measure: gov.plan", "measure: gov.plann")
    done = evalkit(project, "check", "--json", "--out", "checked")
    assert done.exit_code == 1 and [record["code"] for record in json.loads(done.stdout)] == ["unknown_id"]
    assert "gov.plann" in (project.root / "checked/issues.csv").read_text(encoding="utf-8")


def test_several_runs_have_folders_of_their_own(project: TinyProject) -> None:
    project.write("params/runs/two.yml", project.text("params/runs/try.yml").replace("id: try", "id: two"))
    evalkit(project, "check", "--out", "checked")
    assert sorted(path.name for path in (project.root / "checked").iterdir()) == ["try", "two"]


def test_a_workbook_goes_out_annotated_and_comes_back_as_it_was(project: TinyProject) -> None:
    """A tidy sheet with a fault: the copy is annotated, corrected by the department, read in place of the file."""
    rows = list(csv.reader(io.StringIO(project.text(project.data))))
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    sheet["F4"] = "斤斤"
    path = project.root / "data/raw/try/data.xlsx"
    book.save(path)
    for name in ("params/runs/try.yml", "params/corrections/try.yml"):
        project.write(name, project.text(name).replace("try/data.csv", "try/data.xlsx"))
    assert evalkit(project, "check", "--out", "checked").exit_code == 1
    copy = project.root / "checked/data-annotated.xlsx"
    back = openpyxl.load_workbook(copy)
    assert back.worksheets[1]["F4"].comment is not None
    back.worksheets[1]["F4"].value = "天"
    back.save(path)
    done = evalkit(project, "check", "--json")
    assert done.exit_code == 0 and not [record for record in json.loads(done.stdout) if "问题清单" in record["sheet"] + record["message"]]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_loses_nothing_whatever_the_width(width: int, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALKIT_LANG", lang)
    found = [problem("B3", severity, value="某" * 60) for severity in ("error", "warning", "note")]
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(problem_table(found, width))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(len(line.encode("gb18030", "replace")) <= 3 * width for line in shown.splitlines())
    squeezed = re.sub(r"[\s│┃|─┌┐└┘├┤┬┴┼]", "", shown)
    for severity in found:
        assert SYMBOLS[severity.severity] in shown
    assert squeezed.count("某") >= 180 and "数据!B3" in squeezed
    assert "\x1b" not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal of Linux and macOS")
def test_a_terminal_sees_a_table_by_file(project: TinyProject) -> None:
    import pty

    project.row("2024", "air.days_goood", "3", unit="天")
    main, other = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "1"}
    code = f"import sys; sys.argv = ['evalkit', '--project', {str(project.root)!r}, 'check']; from evalkit.cli import main; main()"
    running = subprocess.Popen([sys.executable, "-c", code], stdout=other, stderr=other, env=environment)
    os.close(other)
    seen = b""
    while True:
        try:
            part = os.read(main, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    assert running.wait() == 1
    text = seen.decode()
    text = re.sub("\x1b[^m]*m", "", text)
    assert "data/raw/try/data.csv  错误 1" in text and "│ × 错误" in text and "已检查 1 项评估：错误 1" in text


def test_a_department_is_asked_for_what_it_can_do() -> None:
    codes = set(words("to_department"))
    assert codes <= known_codes()
    assert "params/" in problem("A1").remedy() and "params/" not in asked(problem("A1"))
    accepted = replace(problem("A1", "note"), accepted="张三，数据属实")
    assert asked(accepted) == accepted.remedy()
    assert asked(Problem("file_empty", Place(FILE))) == Problem("file_empty", Place(FILE)).remedy()


def test_places_are_understood() -> None:
    assert cell_of("AB12") == (12, 28) and cell_of("B3:D5") == (3, 2)
    assert [cell_of(text) for text in ("", "L9", "0", "A0", "3. 检查", "ABCD1")] == [None, (9, 12), None, None, None, None]
    assert list(by_file([problem("A1", "note", file="a"), problem("A1", file="b"), problem("A1", "warning", file="c")])) == ["b", "c", "a"]
