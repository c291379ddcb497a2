"""Workbooks as people send them: what cannot be read is refused with its cell and a remedy, and nothing is written."""

from __future__ import annotations

import datetime
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from authoring_samples import ROWS, annex, merged, repack
from conftest import TinyProject
from typer.testing import CliRunner

from evalkit.authoring import book
from evalkit.authoring.book import read_book
from evalkit.authoring.importing import read_set
from evalkit.authoring.settings import Imported, Settings
from evalkit.cli.sets import sets_app
from evalkit.messages import EvalkitError

GIVEN = Settings(id="typed", document="doc", levels=("city", "county"), state="seen", via="纸质文件第3页")
Change = Callable[[Any], None]


def read(project: TinyProject, path: Path, settings: Settings = GIVEN) -> Imported:
    return read_set(project.catalog(), path, settings)


def refusals(project: TinyProject, path: Path, settings: Settings = GIVEN) -> list[tuple[str, str]]:
    """Return code and cell of everything that was refused; each has a remedy, and then there is no set."""
    try:
        found = read(project, path, settings)
    except EvalkitError as error:
        problems = error.problems
    else:
        problems = found.errors
        assert bool(problems) == (found.indicator_set is None)
    for problem in problems:
        assert problem.place.file == path.name and problem.remedy("zh").strip() and problem.remedy("en").strip()
    return [(problem.code, problem.place.cell) for problem in problems]


def put(**cells: Any) -> Change:
    def change(sheet: Any) -> None:
        for name, value in cells.items():
            sheet[name] = value

    return change


def test_the_annex_itself_is_read(project: TinyProject, tmp_path: Path) -> None:
    assert refusals(project, annex(tmp_path / "a.xlsx")) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # cells
        (put(G6="≥1,000"), [("target_not_understood", "G6")]),
        (put(G6="山区≥60；平原≥50"), [("target_not_understood", "G6")]),
        (put(G6="≥95；城区≥90"), [("target_not_understood", "G6")]),
        (put(G6="=1+1"), [("cell_formula", "G6")]),
        (put(G6=datetime.date(2024, 3, 5)), [("cell_type", "G6")]),
        (put(G6=True), [("cell_type", "G6")]),
        (put(F8="公担", G8="≥90"), [("unit_unknown", "F8")]),
        (put(F6="吨", G6="≥95"), [("lines_differ", "F7")]),
        (put(F8=None), [("target_not_understood", "G8")]),
        (put(F8=None, G8="≥90"), [("cell_empty", "F8")]),
        (put(H6="约束"), [("word_unknown", "H6")]),
        (put(I6="县区市"), [("word_unknown", "I6")]),
        (put(A9=None), [("cell_empty", "A9")]),
        (put(B9=None), [("cell_empty", "B9")]),
        (put(C9=None), [("cell_empty", "C9")]),
        (put(D9=None), [("cell_empty", "D9")]),
        (put(H9=None), [("cell_empty", "H9")]),
        # numbers
        (put(C8=2), [("duplicate_id", "C8")]),
        (put(I7="市、县"), [("duplicate_id", "I7")]),
        (put(I6=None), [("duplicate_id", "I7")]),
        (put(C8="见上"), [("word_unknown", "C8")]),
        # formulas
        (put(J4="优良日数÷有效天数×100%"), [("formula_not_understood", "J4")]),
        (put(J4="__import__('os').system('x')"), [("formula_not_understood", "J4")]),
        (put(J4="share(air.days_good, air.days_all)"), [("unknown_id", "J4")]),
        (put(J4="优良天数÷产生量×100%"), [("units_differ", "J4")]),
        (put(J4="优良天数+有效天数"), [("units_differ", "J4")]),
        (put(J9="优良天数"), [("bad_value", "J9")]),
        (put(G6="完成上级管控目标"), [("direction_needed", "G6")]),
        (put(G6="≥95或持续下降", I6=None, I7=None, C7=5), []),
        # the table
        (put(L3="备注", M3="责任人", M5="张三"), [("head_unknown", "M3")]),
        (put(M5="张三"), [("head_empty", "M5")]),
        (put(I3="指标性质"), [("head_twice", "I3")]),
        (put(G3="要求"), [("head_unknown", "G3"), ("head_missing", "A3")]),
        (put(A12="合计"), [("line_stray", "A12")]),
        (put(A12="一、约束性指标"), [("line_stray", "A12")]),
    ],
)
def test_a_cell_that_is_not_understood_is_named(
    change: Change, expected: list[tuple[str, str]], project: TinyProject, tmp_path: Path
) -> None:
    assert [
        found for found in refusals(project, annex(tmp_path / "a.xlsx", change)) if found[0] != "head_missing" or found in expected
    ] == expected


def test_shifted_columns_are_found(project: TinyProject, tmp_path: Path) -> None:
    def shift(sheet: Any) -> None:
        sheet.insert_cols(6)
        for line in range(1, 4):
            for column in range(6, 13):
                sheet.cell(line, column).value = sheet.cell(line, column + 1).value

    assert refusals(project, annex(tmp_path / "a.xlsx", shift)) == [("head_empty", "L4"), ("columns_shifted", "G3")]
    for cols, expected in ((1, [("head_empty", "L4"), ("columns_shifted", "G3")]), (-1, [("columns_shifted", "G3")])):
        path = annex(tmp_path / "b.xlsx", lambda sheet, cols=cols: sheet.move_range("F4:K9", cols=cols))  # type: ignore[misc]
        assert refusals(project, path) == expected


def test_each_target_that_is_not_understood_is_listed(project: TinyProject, tmp_path: Path) -> None:
    path = annex(tmp_path / "a.xlsx", put(G4="待定", G5="较好", G9="另行规定"))
    assert refusals(project, path) == [("target_not_understood", "G4"), ("target_not_understood", "G5"), ("target_not_understood", "G9")]


def test_how_a_table_was_seen_has_to_be_said(project: TinyProject, tmp_path: Path) -> None:
    path = annex(tmp_path / "a.xlsx")
    for settings in (Settings("typed", "doc", levels=("county",)), Settings("typed", "doc", levels=("county",), state="seen")):
        assert refusals(project, path, settings) == [("state_needed", "G4")]
    assert refusals(project, path, Settings("typed", "doc", levels=("city", "county"), state="recalled")) == []


def test_set_document_and_levels_have_to_be_said(project: TinyProject, tmp_path: Path) -> None:
    path = annex(tmp_path / "附件.xlsx")
    assert [code for code, _ in refusals(project, path, Settings(state="recalled"))] == ["setting_needed"] * 3
    codes = refusals(project, path, Settings("typed", "dok", levels=("city", "county"), state="recalled"))
    assert codes == [("document_unknown", "")]


@pytest.mark.parametrize(("rows", "code"), [([["a", "b"]], "sheet_missing"), ([], "sheet_missing")])
def test_a_workbook_without_a_table_is_refused(rows: list[list[str]], code: str, project: TinyProject, tmp_path: Path) -> None:
    plain = openpyxl.Workbook()
    for row in rows:
        plain.active.append(row)  # type: ignore[union-attr]
    plain.save(tmp_path / "a.xlsx")
    assert refusals(project, tmp_path / "a.xlsx") == [(code, "")]


def test_a_head_too_far_down_is_not_looked_for(project: TinyProject, tmp_path: Path) -> None:
    assert refusals(project, annex(tmp_path / "a.xlsx", lambda sheet: sheet.insert_rows(1, 14))) == [("sheet_missing", "")]
    assert refusals(project, annex(tmp_path / "b.xlsx", lambda sheet: sheet.insert_rows(1, 12))) == []


def test_of_several_tables_one_has_to_be_named(project: TinyProject, tmp_path: Path) -> None:
    path = annex(tmp_path / "a.xlsx", lambda sheet: sheet.parent.copy_worksheet(sheet))
    assert refusals(project, path) == [("sheet_several", "")]
    found = read(project, path, Settings(**{**GIVEN.__dict__, "sheet": "附件"}))
    assert found.indicator_set is not None
    assert [(problem.code, problem.severity) for problem in found.problems] == [("sheet_not_read", "note")]


def test_hidden_rows_and_columns_are_reported(project: TinyProject, tmp_path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[8].hidden = True
        sheet.column_dimensions["K"].hidden = True

    found = read(project, annex(tmp_path / "a.xlsx", hide))
    [problem] = found.problems
    assert (problem.code, problem.severity, problem.values["lines"]) == ("lines_hidden", "warning", ["8", "K"])
    assert found.indicator_set is not None and len(found.indicator_set.rows) == 5


# Numbers in cells


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (95, "General", "95"),
        (0.9, "0%", "90%"),
        (0.905, "0.0%", "90.5%"),
        (4.5, "0.00", "4.50"),
        (0.65, "General", "0.65"),
        (1234.5, "#,##0.0", "1234.5"),
    ],
)
def test_a_number_is_read_as_it_is_shown(value: float, form: str, shown: str, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["G6"] = value
        sheet["G6"].number_format = form

    [sheet] = read_book(annex(tmp_path / "a.xlsx", change), "a.xlsx")
    assert sheet.at(6, 7) == shown


@pytest.mark.parametrize(("value", "form"), [(0.905, "0%"), (4.56, "0.0"), (95, "# ?/?"), (95, '0"分"')])
def test_a_number_that_shows_something_else_is_refused(value: float, form: str, project: TinyProject, tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["G6"] = value
        sheet["G6"].number_format = form

    assert refusals(project, annex(tmp_path / "a.xlsx", change)) == [("cell_shown", "G6")]


# Files


def test_other_kinds_of_files_are_refused(project: TinyProject, tmp_path: Path) -> None:
    good = annex(tmp_path / "a.xlsx").read_bytes()
    document = tmp_path / "word.zip"
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")
    cases = {
        "a.xlsm": (good, "book_macros"),
        "a.xls": (good, "book_kind"),
        "a.csv": (b"a,b\n", "book_kind"),
        "a.ods": (good, "book_kind"),
        "noend": (good, "book_kind"),
        "csv.xlsx": (",".join(str(x) for x in ROWS[0]).encode(), "book_kind"),
        "html.xlsx": (b"<html><table></table></html>", "book_kind"),
        "empty.xlsx": (b"", "book_kind"),
        "word.xlsx": (document.read_bytes(), "book_kind"),
        "old.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "book_locked"),
        "half.xlsx": (good[: len(good) // 2], "book_kind"),
    }
    for name, (data, code) in cases.items():
        (tmp_path / name).write_bytes(data)
        assert refusals(project, tmp_path / name) == [(code, "")], name
    assert refusals(project, tmp_path / "nothing.xlsx") == [("file_missing", "")]


def _macros(parts: dict[str, bytes]) -> None:
    parts["xl/vbaProject.bin"] = b"x"


def _macro_type(parts: dict[str, bytes]) -> None:
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )


def _links(parts: dict[str, bytes]) -> None:
    parts["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"


def _entities(parts: dict[str, bytes]) -> None:
    name = "xl/worksheets/sheet1.xml"
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    parts[name] = bomb + parts[name].replace(b"<?xml version='1.0'?>", b"")


def _broken(parts: dict[str, bytes]) -> None:
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-40]


def _many(parts: dict[str, bytes]) -> None:
    parts.update({f"xl/media/{n}.png": b"" for n in range(book.MOST_PARTS)})


@pytest.mark.parametrize(
    ("change", "code"),
    [(_macros, "book_macros"), (_macro_type, "book_macros"), (_links, "book_links"), (_entities, "book_damaged"), (_broken, "book_damaged"),
     (_many, "book_large")],
)  # fmt: skip
def test_what_a_workbook_should_not_hold_is_refused(
    change: Callable[[dict[str, bytes]], None], code: str, project: TinyProject, tmp_path: Path
) -> None:
    assert refusals(project, repack(annex(tmp_path / "a.xlsx"), change)) == [(code, "")]


def test_a_password_is_found(project: TinyProject, tmp_path: Path) -> None:
    path = annex(tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag of encryption of the first entry
    path.write_bytes(bytes(data))
    assert refusals(project, path) == [("book_locked", "")]


def test_a_bomb_is_not_unpacked(project: TinyProject, tmp_path: Path) -> None:
    def grow(parts: dict[str, bytes]) -> None:
        parts["xl/media/image1.png"] = b"\0" * (book.LARGEST + 1)

    path = repack(annex(tmp_path / "a.xlsx"), grow)
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    assert refusals(project, path) == [("book_large", "")]
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    tracemalloc.stop()


def test_a_sheet_that_claims_a_million_rows_is_read_to_its_last_text(project: TinyProject, tmp_path: Path) -> None:
    def claim(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        empty = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(1_000_000, 1_048_577))
        parts[name] = parts[name].replace(b"A1:K10", b"A1:XFD1048576").replace(b"</sheetData>", empty + b"</sheetData>")

    path = repack(annex(tmp_path / "a.xlsx"), claim)
    assert read(project, path).indicator_set is not None


@pytest.mark.parametrize("cell", ["A5000", "ZZ5"])
def test_a_text_far_outside_is_refused(cell: str, project: TinyProject, tmp_path: Path) -> None:
    assert refusals(project, annex(tmp_path / "a.xlsx", put(**{cell: "x"}))) == [("book_large", cell)]


def test_a_merged_sheet_of_any_size_is_harmless(project: TinyProject, tmp_path: Path) -> None:
    def merge(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        area = b'<mergeCells count="1"><mergeCell ref="A12:XFD1048576"/></mergeCells>'
        parts[name] = parts[name].replace(b"</sheetData>", b"</sheetData>" + area)

    assert refusals(project, repack(annex(tmp_path / "a.xlsx"), merge)) == []


def test_merged_cells_say_the_same_as_repeated_ones(project: TinyProject, tmp_path: Path) -> None:
    plain = read(project, annex(tmp_path / "a.xlsx"))
    printed = read(project, annex(tmp_path / "b.xlsx", merged))
    assert printed.problems == [] and printed.indicator_set == plain.indicator_set is not None


# The command


def test_the_command_writes_nothing_when_something_is_not_understood(
    project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    path = annex(project.root / "annex.xlsx", put(G6="待定"))
    before = project.snapshot()
    arguments = ["import", str(path), "--id", "typed", "--document", "doc", "--level", "county", "--level", "city", "--state", "recalled"]
    done = CliRunner().invoke(sets_app, [*arguments, "--json"])
    assert done.exit_code == 1
    record = json.loads(done.stdout)
    assert record["written"] == [] and [(p["code"], p["sheet"], p["cell"]) for p in record["problems"]] == [
        ("target_not_understood", "附件", "G6")
    ]
    assert project.snapshot() == before
    printed = CliRunner().invoke(sets_app, arguments)
    assert printed.exit_code == 1 and "附件!G6" in printed.output and "待定" in printed.output
    assert CliRunner().invoke(sets_app, [*arguments, "--state", "verified"]).exit_code == 2
    assert CliRunner().invoke(sets_app, [*arguments, "--level", "moon"]).exit_code == 2
