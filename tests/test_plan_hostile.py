"""What a hostile reader found in plans: units, names, lists that nobody reads, rounding of sums, states that nobody checked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import CITE, TinyProject

from evalkit import break_even, plan_list, progress
from evalkit.authoring import plan_write
from evalkit.authoring.plan_export import plan_book
from evalkit.authoring.plan_import import ImportedPlan, read_plan
from evalkit.authoring.plan_write import write_plan
from evalkit.messages import EvalkitError, Problem

PLAN = "params/plans/trial.yml"
TASKS = "id,title,indicators,lead,deadline,clause,state,via\nT1,治理,R1,甲局,2025,第1条,{state},{via}\n"


def own(unit: str, measure: str = "waste.total") -> str:
    return f"""\
  - id: X1
    seq: "9"
    domain: 环境
    name_zh: 总量控制
    name_en: limit
    unit: "{unit}"
    measure: {measure}
    attribute: binding
    values:
      - {{at: "2025", text: ≤13000, rule: {{at_most: "13000"}}, cite: {CITE}}}
  - row: R3
"""


def codes(project: TinyProject) -> list[str]:
    return [problem.code for problem in project.problems()]


def read(project: TinyProject, path: Path) -> ImportedPlan:
    return read_plan(project.catalog(units=False), path)


def exported(project: TinyProject, path: Path) -> Any:
    catalog = project.catalog(units=False)
    path.write_bytes(plan_book(catalog.as_written(), catalog.plans["trial"], {}))
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize(
    ("unit", "expected"), [("吨", []), ("-", []), ("没登记的单位", []), ("千克", ["bad_value"]), ("天", ["bad_value"])]
)
def test_numbers_of_a_plan_are_in_the_unit_of_their_measure(project: TinyProject, unit: str, expected: list[str]) -> None:
    project.edit(PLAN, "  - row: R3\n", own(unit))
    assert codes(project) == expected


@pytest.mark.parametrize("name", ["con", "NUL", "x.", "demo"])
def test_a_plan_has_a_name_that_files_can_have_and_no_set_has(project: TinyProject, name: str) -> None:
    project.write(f"params/plans/{name}.yml", project.text(PLAN).replace("id: trial", f"id: {name}"))
    assert codes(project) == ["duplicate_id" if name == "demo" else "unsafe_path"]


def test_plans_differ_in_more_than_capitals(project: TinyProject) -> None:
    project.write("params/plans/Trial.yml", project.text(PLAN).replace("id: trial", "id: Trial"))
    if len(list((project.root / "params/plans").glob("*.yml"))) == 2:  # elsewhere the second took the place of the first
        assert codes(project) == ["duplicate_id"]


def test_a_plan_counts_once_in_a_run(project: TinyProject) -> None:
    project.edit("params/runs/try.yml", "plans: [trial]", "plans: [trial, trial]")
    assert codes(project) == ["duplicate_id"]


def test_a_run_says_that_it_does_not_assess_the_region_of_its_plan(project: TinyProject) -> None:
    other = project.text("params/regions/999001.yml").replace("999001", "999002").replace("试验县", "乙县")
    project.write("params/regions/999002.yml", other)
    project.edit(PLAN, 'region: "999001"', 'region: "999002"')
    assert [(problem.code, problem.severity) for problem in project.problems()] == [("run_plan_elsewhere", "warning")]


@pytest.mark.parametrize(
    ("path", "expected"), [("trail/tasks.csv", "unknown_id"), ("trial/task.csv", "unknown_key"), ("trial/tasks.xlsx", "unknown_key")]
)
def test_lists_that_nobody_would_read_are_told(project: TinyProject, path: str, expected: str) -> None:
    project.write(f"params/plans/{path}", TASKS.format(state="recalled", via=""))
    project.write("params/plans/trial/.~lock.tasks.csv#", "x")
    project.write("params/plans/trial/~$tasks.xlsx", "x")
    assert codes(project) == [expected]


def test_a_verified_line_says_who_compared_it(project: TinyProject) -> None:
    project.write("params/plans/trial/tasks.csv", TASKS.format(state="verified", via=""))
    assert codes(project) == ["missing_key"]
    project.write("params/plans/trial/tasks.csv", TASKS.format(state="verified", via="甲 2025-01-02 原文第3页"))
    assert codes(project) == []


def test_verified_cannot_be_typed_in_lists(project: TinyProject, tmp_path: Path) -> None:
    project.write("params/plans/trial/tasks.csv", TASKS.format(state="verified", via="甲 2025-01-02 原文第3页"))
    book = exported(project, tmp_path / "plan.xlsx")
    assert read(project, tmp_path / "plan.xlsx").errors == []  # what the files say already
    sheet = book["任务清单"]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("名称") + 1).value = "治理扬尘"
    book.save(tmp_path / "plan.xlsx")
    assert [problem.code for problem in read(project, tmp_path / "plan.xlsx").errors] == ["verified_typed"]


@pytest.mark.parametrize("column", ["规划值", "年份"])
def test_a_record_that_lost_a_cell_or_a_column_is_refused(project: TinyProject, tmp_path: Path, column: str) -> None:
    for whole in (False, True):
        book = exported(project, tmp_path / "plan.xlsx")
        sheet = book["规划值明细"]
        number = next(cell.column for cell in sheet[1] if column in str(cell.value))
        if whole:
            sheet.delete_cols(number)
        else:
            sheet.cell(2, number).value = None
        book.save(tmp_path / "plan.xlsx")
        assert read(project, tmp_path / "plan.xlsx").errors


def test_status_and_verdict_of_a_sum_round_alike(project: TinyProject) -> None:
    project.edit("params/sets/demo.yml", "compare: full_value", "compare: rounded_value")
    project.row("2023", "air.days_good", "333", "天")
    project.row("2023", "air.days_valid", "365", "天")
    rule = f'text: ≤182.2, rule: {{at_most: "182.2"}}, cite: {CITE}}}'  # 333/365 + 333/366 = 182.216… %
    head, _, _ = project.text(PLAN).partition("  - row: R1\n")
    lines = [f'      - {{at: "{at}", kind: cumulative, since: "2023", {rule}\n' for at in ("2024", "2025")]
    project.write(PLAN, head + "  - row: R1\n    values:\n" + "".join(lines))
    catalog, inputs = project.catalog(units=False), project.inputs()
    found = progress(catalog, inputs)
    assert found["verdict"].tolist() == ["met", "pending"]
    assert found["status"].tolist()[0] == "arrived"
    assert found["reachability"].tolist()[0] == "reached"
    assert not break_even(catalog, inputs).empty


def test_an_interrupted_import_leaves_what_was_there(project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("params/plans/trial/tasks.csv", TASKS.format(state="recalled", via=""))
    exported(project, tmp_path / "plan.xlsx")
    found = read(project, tmp_path / "plan.xlsx")
    assert found.plan is not None
    before = project.snapshot()
    put = plan_write._put
    seen: list[Path] = []

    def stopped(path: Path, aside: Path | None) -> None:
        seen.append(path)
        if len(seen) == 2:
            raise KeyboardInterrupt
        put(path, aside)

    monkeypatch.setattr(plan_write, "_put", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_plan(found, project.root / "params", overwrite=True)
    assert project.snapshot() == before


def test_a_refused_project_names_every_cause(project: TinyProject) -> None:
    project.edit(PLAN, "  - row: R3\n", own("千克"))
    project.write("params/plans/trial/task.csv", "x")
    with pytest.raises(EvalkitError) as raised:
        project.catalog(units=False)
    assert {problem.code for problem in raised.value.problems} == {"bad_value", "unknown_key"}


def test_a_full_disk_changes_nothing(project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("params/plans/trial/tasks.csv", TASKS.format(state="recalled", via=""))
    exported(project, tmp_path / "plan.xlsx")
    found = read(project, tmp_path / "plan.xlsx")
    project.edit("params/plans/trial/tasks.csv", "治理", "治水")
    before = project.snapshot()
    write = plan_write.write_bytes

    def full(path: Path, data: bytes) -> None:
        if "tasks" in path.name:
            raise EvalkitError(Problem("disk_full", values={"path": path.name, "detail": "No space left on device"}))
        write(path, data)

    monkeypatch.setattr(plan_write, "write_bytes", full)
    with pytest.raises(EvalkitError):
        write_plan(found, project.root / "params", overwrite=True)
    assert project.snapshot() == before


def test_a_calendar_ends_where_days_end(project: TinyProject) -> None:
    line = "T1,填报,2024,9999,yearly,第1条,recalled\n"
    project.write("params/plans/trial/tasks.csv", "id,title,start,deadline,repeats,clause,state\n" + line)
    found = plan_list(project.catalog(units=False), "trial", "calendar", [], "2025-03-31")
    assert len(found) == 9999 - 2024 + 1
