"""The audit workbook: another program that calculates its formulas finds the values and verdicts of this one."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import ROOT, TinyProject
from openpyxl import load_workbook

from evalkit.assessment import assess
from evalkit.catalog import Catalog, load_catalog
from evalkit.intake import read_inputs
from evalkit.report.audit_book import Basis, write_audit
from evalkit.review.audit import audit
from evalkit.review.audit_cells import DATA, SHEET, UNSURE, figures

office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not on the PATH")
BASIS = Basis("0" * 12, "1" * 12)
TABLE = "指标表"
Sheet = dict[str, object]


def write(catalog: Catalog, run: str, code: str, path: Path, *, cached: bool = True) -> None:
    write_audit(catalog, run, code, audit(catalog, read_inputs(catalog, run), code), BASIS, path, cached=cached)


def recalculated(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Return copies of workbooks that LibreOffice has calculated; what stands in them without values it has to work out."""
    out = folder / "recalculated"
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", str(out), *map(str, paths)], check=True, capture_output=True, timeout=300)
    return [out / path.name for path in paths]


def shown(path: Path) -> dict[str, Sheet]:
    """Return what the cells of a workbook show, by sheet and address."""
    book = load_workbook(path, data_only=True)
    return {name: {cell.coordinate: cell.value for row in book[name].iter_rows() for cell in row} for name in book.sheetnames}


def live(path: Path) -> list[tuple[str, str]]:
    """Return sheet and address of every formula."""
    book = load_workbook(path)
    return [(sheet.title, cell.coordinate) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def differing(delivered: Path, calculated: Path) -> list[tuple[str, object, object]]:
    """Return the formulas whose values in a workbook are not those that another program finds, and error cells."""
    here, there = shown(delivered), shown(calculated)
    found: list[tuple[str, object, object]] = []
    for sheet, at in live(delivered):
        if sheet == SHEET and at.startswith("I"):  # steps of the rounding: the program does not round that way
            continue
        mine, other = here[sheet].get(at), there[sheet].get(at)
        if isinstance(mine, (int, float)) and isinstance(other, (int, float)):
            alike = abs(mine - other) <= 1e-9 * max(1, abs(mine))
        else:
            alike = (mine or "") == (other or "")
        if not alike or str(other).startswith(("#", "Err:")):
            found.append((f"{sheet}!{at}", mine, other))
    return found


@office
def test_every_value_and_verdict_of_the_sample_runs_is_found_again(tmp_path: Path) -> None:
    catalog = load_catalog(ROOT)
    plain = tmp_path / "plain"
    names = []
    for run in catalog.runs.values():
        inputs = read_inputs(catalog, run.id)
        for code in run.regions[:1]:
            made, name = audit(catalog, inputs, code), f"{run.id}-{code}.xlsx"
            write_audit(catalog, run.id, code, made, BASIS, tmp_path / name)
            write_audit(catalog, run.id, code, made, BASIS, plain / name, cached=False)
            rows = assess(catalog, inputs, code, traces=False).rows
            assert [(entry.line.indicator, entry.period, entry.status) for entry in made.entries] == [
                (row["indicator"], row["period"], row["status"]) for row in rows
            ]
            names.append(name)
    calculated = recalculated([plain / name for name in names], tmp_path)
    for name, path in zip(names, calculated, strict=True):
        assert differing(tmp_path / name, path) == [], name
        assert "不一致" not in {value for sheet in shown(path).values() for value in sheet.values()}, name
    assert sum(len(live(tmp_path / name)) for name in names) > 5000


@office
def test_a_changed_figure_changes_value_and_verdict_as_in_the_program(project: TinyProject, tmp_path: Path) -> None:
    catalog = project.catalog()
    path = tmp_path / "audit.xlsx"
    write(catalog, project.run, project.region, path)
    book = load_workbook(path)
    data = book[DATA]
    (row,) = [row for row in range(4, data.max_row + 1) if data.cell(row, 3).value == "air.days_good" and data.cell(row, 4).value == "2024"]
    assert data.cell(row, 10).value == 333
    data.cell(row, 10).value = 320
    book.save(path)
    (calculated,) = recalculated([path], tmp_path)
    project.value("2024", "air.days_good", "320")
    (expected,) = [
        row
        for row in assess(project.catalog(), project.inputs(), project.region).rows
        if row["indicator"] == "R1" and row["basis"] == "set"
    ]
    table = shown(calculated)[TABLE]
    assert expected["status"] == "not_met"
    assert table["K2"] == "未达标" and table["L2"] == "达标" and table["M2"] == "不一致"
    assert table["I2"] == pytest.approx(float(expected["value"]), rel=1e-12)
    assert table["J2"] == float(expected["rounded_value"])


@office
def test_a_figure_taken_away_is_missing_and_not_zero(project: TinyProject, tmp_path: Path) -> None:
    path = tmp_path / "audit.xlsx"
    write(project.catalog(), project.run, project.region, path)
    book = load_workbook(path)
    for row in range(4, book[DATA].max_row + 1):
        if book[DATA].cell(row, 3).value == "air.days_good":
            book[DATA].cell(row, 12).value = "未提供"
    book.save(path)
    table = shown(recalculated([path], tmp_path)[0])[TABLE]
    assert (table["I2"], table["K2"]) == ("缺数据", "缺数据")


@office
def test_a_wrong_value_in_a_workbook_is_found(project: TinyProject, tmp_path: Path) -> None:
    path, plain = tmp_path / "audit.xlsx", tmp_path / "plain" / "audit.xlsx"
    write(project.catalog(), project.run, project.region, path)
    write(project.catalog(), project.run, project.region, plain, cached=False)
    (calculated,) = recalculated([plain], tmp_path)
    assert differing(path, calculated) == []
    planted = tmp_path / "planted.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(planted, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet3.xml":
                content, count = re.subn(rb"(<f>IFERROR\([^<]*</f><v>)[^<]*", rb"\g<1>999", content, count=1)
                assert count == 1
            new.writestr(name, content)
    (wrong,) = differing(planted, calculated)
    assert wrong[1] == 999


def test_where_doubles_cannot_tell_the_program_decides_and_says_so(project: TinyProject, tmp_path: Path) -> None:
    project.value("2024", "reported.sewage.rate", "69.9999999999")
    project.value("2024", "air.days_good", "329.4")
    catalog = project.catalog()
    made = audit(catalog, project.inputs(), project.region)
    entries = {entry.line.indicator: entry for entry in made.entries if entry.line.basis == "set"}
    assert entries["R3"].status == "not_met" and entries["R3"].unsure
    assert not entries["R1"].unsure  # exactly at its threshold: a double can tell
    checks = [row.cells for row in made.rows[entries["R3"].head : entries["R3"].verdict] if row.kind == "check"]
    assert [cells["C"].formula for cells in checks] == [""]
    assert checks[0]["H"].content == f"{UNSURE}（699999999999/10000000000）"


def test_names_from_data_stay_text(project: TinyProject, tmp_path: Path) -> None:
    project.edit("params/regions/999001.yml", "full_name_zh: 示例市试验县", 'full_name_zh: "=HYPERLINK(\\"http://x\\")"')
    project.edit("params/runs/try.yml", "title_zh: 试验", 'title_zh: "@SUM(1)"')
    path = tmp_path / "audit.xlsx"
    write(project.catalog(), project.run, project.region, path)
    book = load_workbook(path)
    formulas = {str(cell.value) for row in book["封面"].iter_rows() for cell in row if cell.data_type == "f"}
    assert formulas == set()


def test_equal_results_give_equal_bytes(project: TinyProject, tmp_path: Path) -> None:
    write(project.catalog(), project.run, project.region, tmp_path / "a.xlsx")
    write(project.catalog(), project.run, project.region, tmp_path / "b" / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b" / "b.xlsx").read_bytes()


def test_the_formula_of_the_sheet_is_that_of_the_rule(project: TinyProject) -> None:
    made = audit(project.catalog(), project.inputs(), project.region)
    before = {cell.formula for _, cell in figures(made) if "IFERROR" in cell.formula}
    assert before and all("*100)" in formula for formula in before)
    text = project.text("params/measures/all.yml")
    roles = "    roles: {days_good: air.days_good, days_valid: air.days_valid}\n"
    turned = text.replace(roles, "").replace("formula: air.good_day_ratio@1", "expression: share(air.days_valid, air.days_good)")
    project.write("params/measures/all.yml", turned)
    catalog = project.catalog()
    inputs = project.inputs()
    after = {cell.formula for _, cell in figures(audit(catalog, inputs, project.region)) if "IFERROR" in cell.formula}
    assessment = assess(catalog, inputs, project.region)
    (row,) = [row for row in assessment.rows if row["indicator"] == "R1" and row["basis"] == "set"]
    trace = assessment.traces[assessment.rows.index(row)]
    assert before.isdisjoint(after)
    assert float(row["value"]) == pytest.approx(366 / 333 * 100)
    assert trace["formula"]["substituted"] == "366 ÷ 333 × 100%"
