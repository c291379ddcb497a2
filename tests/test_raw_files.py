"""Raw files of every kind come to the same inputs, and what stands in them is never more than text."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import TinyProject

from evalkit.runner import run_assessment

DATA = TinyProject.data


def rows_of(project: TinyProject) -> list[list[str]]:
    return list(csv.reader(io.StringIO(project.text(DATA))))


def as_book(rows: list[list[Any]], path: Path, sheet: str = "数据") -> None:
    """Write rows as a workbook; figures as numbers, as a person would have typed them."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def take(project: TinyProject, name: str) -> None:
    """Let the run and its correction read another file."""
    project.edit("params/runs/try.yml", "try/data.csv", name)
    project.edit("params/corrections/try.yml", "try/data.csv", name)


def meaning(project: TinyProject) -> dict[tuple[str, str, str], tuple[Fraction | None, str, str, str]]:
    inputs = project.inputs()
    assert not [problem.line("en") for problem in inputs.problems if problem.severity == "error"]
    return {key: (item.value, item.text, item.missing, item.unit) for key, item in inputs.items.items()}


def typed(rows: list[list[str]]) -> list[list[Any]]:
    spot = rows[0].index("value")
    return [[float(c) if i == spot and c.replace(".", "").isdigit() else c for i, c in enumerate(row)] for row in rows]


def test_a_tidy_workbook_reads_as_its_csv(project: TinyProject) -> None:
    before = meaning(project)
    as_book(typed(rows_of(project)), project.root / "data/raw/try/data.xlsx")
    take(project, "try/data.xlsx")
    assert meaning(project) == before
    item = project.inputs().get("999001", "air.days_good", "2024")
    assert item is not None
    assert (item.id, item.sheet, item.cell, item.value_received) == ("try/data.xlsx!数据!E4", "数据", "E4", "333")
    assert str(item.place()) == "data/raw/try/data.xlsx 数据!E4 air.days_good"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="soffice (LibreOffice) is not on the PATH")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_formats_read_as_the_csv(kind: str, project: TinyProject, tmp_path: Path) -> None:
    before = meaning(project)
    folder = project.root / "data/raw/try"
    as_book(typed(rows_of(project)), folder / "data.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(folder / "data.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    take(project, f"try/data.{kind}")
    assert meaning(project) == before


def test_a_csv_in_gb18030(project: TinyProject) -> None:
    before = meaning(project)
    project.write(DATA, project.text(DATA).encode("gb18030"))
    assert meaning(project) == before


def test_a_column_that_nobody_knows_is_refused_where_it_stands(project: TinyProject) -> None:
    rows = rows_of(project)
    as_book([[*rows[0], "unti"], *([*row, ""] for row in rows[1:])], project.root / "data/raw/try/data.xlsx")
    take(project, "try/data.xlsx")
    [problem] = [problem for problem in project.inputs().problems if problem.code == "unknown_key"]
    assert (problem.place.sheet, problem.place.cell) == ("数据", "H1") and "unti" in problem.message("zh")


def test_a_sheet_without_the_head_is_named(project: TinyProject) -> None:
    path = project.root / "data/raw/try/data.xlsx"
    as_book(typed(rows_of(project)), path)
    book = openpyxl.load_workbook(path)
    book.create_sheet("草稿").append(["森林面积", 12])
    book.save(path)
    take(project, "try/data.xlsx")
    found = {problem.code: problem for problem in project.inputs().problems}
    assert found["raw_sheet_not_read"].place.sheet == "草稿" and found["raw_sheet_not_read"].severity == "note"


def test_a_workbook_without_a_mapping_says_how_to_get_one(project: TinyProject) -> None:
    as_book([["指标", "2024年"], ["优良天数", 333]], project.root / "data/raw/try/other.xlsx")
    project.edit("params/runs/try.yml", "[try/data.csv]", "[try/data.csv, try/other.xlsx]")
    [problem] = [problem for problem in project.inputs().problems if problem.severity == "error"]
    assert problem.code == "mapping_missing" and problem.region == ""
    assert "evalkit map data/raw/try/other.xlsx --run try" in problem.remedy("zh")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "-2+3", "<script>alert(1)</script>", '=HYPERLINK("x")'])
def test_texts_of_a_cell_stay_texts_all_the_way(text: str, project: TinyProject) -> None:
    """A source that looks like a formula stands in the results as text, quoted where a spreadsheet would calculate."""
    rows = typed(rows_of(project))
    rows[4][-1] = text
    path = project.root / "data/raw/try/data.xlsx"
    as_book(rows, path)
    book = openpyxl.load_workbook(path)
    page = book.active
    assert page is not None
    page.cell(5, 7).value, page.cell(5, 7).data_type = text, "s"
    book.save(path)
    take(project, "try/data.xlsx")
    shutil.copytree(Path(__file__).resolve().parents[1] / "notebooks", project.root / "notebooks")
    item = project.inputs().get("999001", "air.days_valid", "2024")
    assert item is not None and item.source == text.strip()
    record = item.record("试验县")
    from evalkit.tables import write_csv

    write_csv(project.root / "out.csv", list(record), [record])
    with (project.root / "out.csv").open(encoding="utf-8-sig", newline="") as stream:
        [written] = list(csv.DictReader(stream))
    assert not written["source"].startswith(("=", "+", "@", "\t")) and not written["source"].startswith("-2")
    assert text.strip() in written["source"]


def test_a_raw_file_that_changed_is_named_with_its_values(project: TinyProject) -> None:
    shutil.copytree(Path(__file__).resolve().parents[1] / "notebooks", project.root / "notebooks")
    run_assessment(project.catalog(), "try", workers=1)
    project.value("2024", "reported.sewage.rate", "73.5")
    project.value("2024", "air.days_good", "不涉及")
    outcome = run_assessment(project.catalog(), "try", workers=1)
    [problem] = [problem for problem in outcome.problems if problem.code == "raw_changed"]
    assert problem.place.file == DATA and problem.severity == "warning" and problem.values["count"] == 2
    assert "试验县 处理率 2024 72.5 → 73.5" in problem.message("zh") and "333 → 不涉及" in problem.message("zh")
    again = run_assessment(project.catalog(), "try", workers=1)
    assert "raw_changed" not in {problem.code for problem in again.problems}
    assert "raw_changed" not in (project.root / "data/processed/try/issues.csv").read_text(encoding="utf-8-sig")
