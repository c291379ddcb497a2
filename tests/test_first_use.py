"""What a first user runs into: habits from Excel, unused figures, odd questions, other encodings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import evalkit as ek
from evalkit.assessment.needs import unused_inputs
from evalkit.messages import Problem

ROOT = Path(__file__).resolve().parents[1]
DATA = "data/raw/try/data.csv"


def codes(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.severity, problem.place.cell) for problem in problems]


def test_a_figure_that_no_indicator_uses_is_named(project) -> None:  # type: ignore[no-untyped-def]
    catalog = project.catalog()
    assert unused_inputs(catalog, project.inputs()) == []
    project.row("2024", "reported.waste.total", "5", "吨")
    assert unused_inputs(project.catalog(), project.inputs()) == []
    project.edit("params/sets/demo.yml", "    measure: waste.total", "    measure: sewage.rate")
    found = unused_inputs(project.catalog(), project.inputs())
    assert [(p.code, p.severity, p.values["variable"]) for p in found] == [("variable_unused", "warning", "reported.waste.total")]
    assert "evalkit sets needs" in found[0].remedy("zh")


def test_a_number_without_unit_is_refused(project) -> None:  # type: ignore[no-untyped-def]
    project.row("2023", "waste.mass", "17.62", "")
    problem = next(p for p in project.inputs().problems if p.code == "unit_missing")
    assert problem.severity == "error" and problem.place.file == DATA and problem.place.cell.startswith("F")
    assert "吨" in problem.remedy("zh")


def test_repeated_rows_and_empty_files_are_said(project) -> None:  # type: ignore[no-untyped-def]
    lines = project.text(DATA).splitlines()
    project.write(DATA, "\n".join([*lines, lines[1]]) + "\n")
    assert ("row_repeated", "warning", f"A{len(lines) + 1}") in codes(project.inputs().problems)
    project.write(DATA, lines[0] + "\n")
    assert "file_empty" in [p.code for p in project.inputs().problems]


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda text: text.replace(",", ";"), "“;”"),
        (lambda text: text.replace(",", "\t"), "“Tab”"),
        (lambda text: "某县数据表,,,,,,\n" + text, "第 2 行"),
    ],
)
def test_a_head_that_does_not_fit_is_explained(change, hint: str, project) -> None:  # type: ignore[no-untyped-def]
    project.write(DATA, change(project.text(DATA)))
    [problem] = [p for p in project.inputs().problems if p.code == "csv_header"]
    assert hint in problem.remedy("zh")


def test_the_remedy_for_a_cell_that_is_no_number_is_a_correction_to_copy(project) -> None:  # type: ignore[no-untyped-def]
    project.row("2023", "waste.mass", "约30", "吨")
    [problem] = [p for p in project.inputs().problems if p.code == "not_a_number"]
    for part in ("params/corrections/try.yml", 'expect: "约30"', "readings", 'period: "2023"'):
        assert part in problem.remedy("zh")


def test_refused_values_are_explained_in_chinese(project) -> None:  # type: ignore[no-untyped-def]
    project.edit("params/sets/demo.yml", "levels: [county]", "levels: [district]")
    with pytest.raises(ek.EvalkitError) as caught:
        project.catalog()
    text = caught.value.problems[0].message("zh")
    assert "可选" in text and "county" in text and "Input should" not in text


def test_explain_offers_what_there_is(catalog, assessed) -> None:  # type: ignore[no-untyped-def]
    assessment = assessed("chongming-2023", "310151")
    assert ek.explain(assessment, "c04.1").trace["key"]["indicator"] == "C04.1"
    with pytest.raises(ek.EvalkitError) as caught:
        ek.explain(assessment, "C04.1", period="2030")
    assert caught.value.problems[0].code == "period_unknown"
    with pytest.raises(ek.EvalkitError) as caught:
        ek.explain(assessment, "C08")
    assert caught.value.problems[0].values["allowed"] == ["C08.1", "C08.2", "C08.3"]


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252"])
def test_output_is_utf8_whatever_the_terminal_says(encoding: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib"), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "evalkit.cli", "explain", "example-county-2024", "999001", "E19-07b"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "−" in done.stdout.decode("utf-8")
