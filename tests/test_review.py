"""Remarks come back in the audit workbook, are answered, tabled and signed off; what changed since shows."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import FILES, ROOT, TinyProject
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.comments import Comment
from states import write_state
from typer.testing import CliRunner

from evalkit.assessment import assess
from evalkit.catalog import load_catalog
from evalkit.catalog.reviews import KEY, Reviews, check_reviews, columns_of, load_reviews, reviews_of
from evalkit.cli.commands import app
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Problem
from evalkit.project import Project
from evalkit.report.chapters.opinions_chapter import opinions_chapters
from evalkit.report.chapters.opinions_paper import write_papers
from evalkit.report.chapters.opinions_words import LEFT_OUT, without_persons
from evalkit.report.numbering import Numbering
from evalkit.review import remarks_form as form
from evalkit.review.remarks import Imported, add_remark, answer_remark, import_remarks
from evalkit.runner.audits import make_audits
from evalkit.runner.signing import outdated_regions, sign, signoffs_of

RUN, CODE, OTHER = "try", "999001", "999002"
SIGNED = {"by": "王五", "role": "专家组组长", "date": "2025-04-20", "recusal": "无利害关系"}
Cells = dict[int, Any]
REMARKS = "params/reviews/try/remarks.csv"


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages in Chinese, whatever an earlier test chose."""
    monkeypatch.delenv("EVALKIT_LANG", raising=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two regions with results, and the audit workbooks of both."""
    project = TinyProject(tmp_path_factory.mktemp("review"))
    project.write("params/regions/999002.yml", FILES["params/regions/999001.yml"].replace(CODE, OTHER).replace("试验县", "邻县"))
    project.edit("params/runs/try.yml", 'regions: ["999001"]', f'regions: ["999001", "{OTHER}"]')
    project.row("2024", "air.days_good", "340", "天", code=OTHER, name="邻县")
    project.row("2024", "air.days_valid", "366", "天", code=OTHER, name="邻县")
    for name in ("assess_region", "compare_regions"):
        project.write(f"notebooks/{name}.ipynb", (ROOT / "notebooks" / f"{name}.ipynb").read_bytes())
    write_state(project.root, RUN)
    list(make_audits(load_catalog(project.root), RUN, project.root / "sent"))
    return project.root


@pytest.fixture
def own(made: Path, tmp_path: Path) -> TinyProject:
    """A copy of it that a test may change."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    project = TinyProject.__new__(TinyProject)
    project.root = tmp_path
    return project


def lines_of(sheet: Any) -> dict[tuple[str, str], int]:
    """Return the lines of a sheet by basis and indicator (of a plan with its milestone)."""
    found = {}
    for row in range(form.FIRST, sheet.max_row + 1):
        basis, _, indicator, _, milestone = (sheet.cell(row, form.KEY + place).value for place in range(5))
        if basis:
            found[basis, f"{indicator}@{milestone}" if milestone else indicator] = row
    return found


def fill(project: TinyProject, name: str, entries: Iterable[tuple[Any, Cells]], *, code: str = CODE, change: Any = None) -> Path:
    """Return a workbook that a reviewer filled in; a line is a key of `lines_of` or a number behind the last printed one."""
    book = load_workbook(project.root / "sent" / f"{code}-audit.xlsx")
    sheet = book[form.REMARKS]
    known = lines_of(sheet)
    for line, cells in entries:
        row = known[line] if isinstance(line, tuple) else max(known.values()) + line
        for column, value in cells.items():
            sheet.cell(row, column).value = value
    if change:
        change(book, sheet)
    path = project.root / name
    book.save(path)
    return path


def said(opinion: str, reviewer: str = "张三", day: str = "2025-04-02", **more: Any) -> Cells:
    cells = {form.OPINION: opinion, form.REVIEWER: reviewer, form.DATE: day}
    return {**cells, **{getattr(form, name): value for name, value in more.items()}}


def take(project: TinyProject, *paths: Path, **how: Any) -> Imported:
    return import_remarks(load_catalog(project.root), paths, **how)


def refused(project: TinyProject, *paths: Path, **how: Any) -> list[Problem]:
    """Return why an import is refused; nothing is written then."""
    before = (project.root / REMARKS).read_bytes() if (project.root / REMARKS).exists() else None
    with pytest.raises(EvalkitError) as caught:
        take(project, *paths, **how)
    assert (((project.root / REMARKS).read_bytes()) if (project.root / REMARKS).exists() else None) == before
    for problem in caught.value.problems:
        assert problem.line("zh") and problem.line("en")
    return caught.value.problems


def reviews(project: TinyProject) -> Reviews:
    return reviews_of(Project(project.root), RUN)


def answer(project: TinyProject, **line: str) -> Reviews:
    return answer_remark(Project(project.root), RUN, {"step": "answer", "by": "李四", "date": "2025-04-10", **line})


# Import


def test_remarks_of_several_reviewers_come_back_in_their_order(own: TinyProject) -> None:
    first = fill(own, "a.xlsx", [
        (("set", "R1"), said("有效天数请核对", KIND="数据", WEIGHT="应修改", SUGGESTED=91.5, NOTE="见附页")),
        (("plan", "R1@2025"), said("规划值偏高", day="2025/4/3")),
    ])  # fmt: skip
    second = fill(own, "b.xlsx", [(3, said("总体可行", "李四", "2025年4月4日"))], code=OTHER)
    done = take(own, first, second, draft="consultation")
    assert [(one.id, one.reviewer, one.date, one.region_code, one.key, one.opinion) for one in done.remarks] == [
        ("R001", "张三", "2025-04-02", CODE, ("set", "demo", "R1", "2024", ""), "有效天数请核对"),
        ("R002", "张三", "2025-04-03", CODE, ("plan", "trial", "R1", "2024", "2025"), "规划值偏高"),
        ("R003", "李四", "2025-04-04", OTHER, ("", "", "", "", ""), "总体可行"),
    ]
    one = done.remarks[0]
    assert (one.kind, one.weight, one.suggested, one.note) == ("data", "must", "91.5", "见附页")
    assert {one.draft for one in done.remarks} == {"consultation"} and not any(one.earlier for one in done.remarks)
    assert reviews(own).remarks == tuple(done.remarks)


def test_what_was_taken_is_not_taken_again_and_ids_stay(own: TinyProject) -> None:
    first = fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))])
    take(own, first)
    before = own.text(REMARKS)
    again = take(own, first, draft="submission")
    assert (len(again.remarks), again.known, own.text(REMARKS)) == (0, 1, before)
    both = fill(own, "b.xlsx", [(("set", "R1"), said("请核对")), (("set", "R3"), said("请说明"))])
    assert [(one.id, one.indicator) for one in take(own, both).remarks] == [("R002", "R3")]
    assert own.text(REMARKS).startswith(before.rstrip("\n"))


def test_equal_lines_of_a_copied_sheet_are_one_remark(own: TinyProject) -> None:
    def change(book: Any, sheet: Any) -> None:
        book.copy_worksheet(sheet).title = "评审意见 (2)"

    done = take(own, fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))], change=change))
    assert (len(done.remarks), done.known) == (1, 1)


def test_a_copied_line_with_its_keys_is_another_remark_on_the_same_row(own: TinyProject) -> None:
    def change(_: Any, sheet: Any) -> None:
        row = lines_of(sheet)["set", "R1"]
        for column in range(1, form.KEY + 5):
            sheet.cell(sheet.max_row + (column == 1), column).value = sheet.cell(row, column).value
        sheet.cell(sheet.max_row, form.OPINION).value = "第二条"

    done = take(own, fill(own, "a.xlsx", [(("set", "R1"), said("第一条"))], change=change))
    assert [(one.indicator, one.opinion) for one in done.remarks] == [("R1", "第一条"), ("R1", "第二条")]


def reorder(columns: range) -> Callable[[Any, Any], None]:
    """Turn the lines upside down, in some columns."""

    def change(_: Any, sheet: Any) -> None:
        rows = sorted(lines_of(sheet).values())
        for column in columns:
            values = [sheet.cell(row, column).value for row in rows]
            for row, value in zip(rows, reversed(values), strict=True):
                sheet.cell(row, column).value = value

    return change


def test_sorted_lines_keep_their_meaning_when_the_keys_went_along(own: TinyProject) -> None:
    done = take(own, fill(own, "a.xlsx", [(("set", "R3"), said("请说明"))], change=reorder(range(1, form.KEY + 5))))
    assert [one.key for one in done.remarks] == [("set", "demo", "R3", "2024", "")]


def test_sorted_lines_are_refused_when_the_keys_stayed_behind(own: TinyProject) -> None:
    (problem,) = refused(own, fill(own, "a.xlsx", [(("set", "R3"), said("请说明"))], change=reorder(range(1, form.KEY))))
    assert problem.code == "review_line" and problem.place.sheet == form.REMARKS and re.fullmatch(r"A\d+", problem.place.cell)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, ("", "", "", "", "")),
        ({form.NAME: "3 处理率", form.BASIS: "demo"}, ("set", "demo", "R3", "", "")),
        ({form.NAME: "处理率", form.PERIOD: "2024", form.BASIS: "指标值"}, ("set", "demo", "R3", "2024", "")),
        ({form.NAME: "R2"}, ("set", "demo", "R2", "", "")),
        ({form.NAME: "1  优良天数比率", form.BASIS: "trial"}, ("plan", "trial", "R1", "", "2025")),
        ({form.NAME: "R1", form.BASIS: "规划（2025年）"}, ("plan", "trial", "R1", "", "2025")),
    ],
)
def test_a_line_at_the_end_is_of_the_row_that_it_names(own: TinyProject, cells: Cells, expected: tuple[str, ...]) -> None:
    done = take(own, fill(own, "a.xlsx", [(4, {**said("补充意见"), **cells})]))
    assert [one.key for one in done.remarks] == [expected]


@pytest.mark.parametrize(
    ("line", "cells", "code", "column"),
    [
        (4, {**said("意见"), form.NAME: "优良天数比率"}, "review_ambiguous", "C"),
        (4, {**said("意见"), form.NAME: "优良天数"}, "review_unknown", "A"),
        (4, {**said("意见"), form.NAME: "处理率", form.PERIOD: "2019"}, "review_unknown", "A"),
        (4, {**said("意见"), form.PERIOD: "2024"}, "review_unnamed", "B"),
        (4, {form.NAME: "总的来说可行"}, "review_no_opinion", "F"),
        (("set", "R1"), {form.SUGGESTED: "91.5"}, "review_no_opinion", "F"),
        (("set", "R1"), {form.KIND: "数据", form.WEIGHT: "应修改"}, "review_no_opinion", "F"),
        (("set", "R1"), {**said("意见"), form.KIND: "胡写"}, "bad_value", "D"),
        (("set", "R1"), said("意见", day="四月初"), "bad_value", "I"),
        (("set", "R1"), said("意见", day="2025-02-30"), "bad_value", "I"),
        (("set", "R1"), said("=1+1"), "bad_value", "F"),
        (("set", "R1"), said("意" * 5001), "bad_value", "F"),
        (("set", "R1"), said("意见", reviewer=""), "review_unsigned", "H"),
        (("set", "R1"), said("意见", day=""), "review_unsigned", "I"),
        (("set", "R1"), {**said("意见"), form.KEY + 6: "写在外面"}, "review_stray", "Q"),
        (("set", "R1"), {**said("意见"), form.KEY + 2: "R2"}, "review_line", "A"),
        (("set", "R1"), {**said("意见"), form.NAME: "1 优良天数"}, "review_line", "A"),
        (("set", "R1"), {**said("意见"), form.PERIOD: "2023"}, "review_line", "A"),
    ],
)
def test_what_is_odd_is_refused_with_its_cell(own: TinyProject, line: Any, cells: Cells, code: str, column: str) -> None:
    good = fill(own, "good.xlsx", [(("set", "R2"), said("没有问题"))])
    problems = refused(own, good, fill(own, "a.xlsx", [(line, cells)]))
    assert [(problem.code, problem.place.cell.rstrip("0123456789")) for problem in problems] == [(code, column)]
    assert problems[0].place.file.endswith("a.xlsx")


def test_a_name_for_lines_without_one_is_said_when_importing(own: TinyProject) -> None:
    path = fill(own, "a.xlsx", [(("set", "R1"), said("一", "", "")), (("set", "R2"), said("二"))])
    assert [(one.reviewer, one.date) for one in take(own, path, by="王五", on="2025-04-09").remarks] == [
        ("王五", "2025-04-09"), ("张三", "2025-04-02"),
    ]  # fmt: skip


def test_a_line_with_only_name_and_day_or_a_copied_name_says_nothing(own: TinyProject) -> None:
    path = fill(own, "a.xlsx", [
        (("set", "R1"), {form.REVIEWER: "张三", form.DATE: "2025-04-02"}), (5, {form.NAME: "3 处理率", form.PERIOD: "2024"}),
    ])  # fmt: skip
    assert take(own, path).remarks == []
    assert not (own.root / REMARKS).exists()


def test_text_that_looks_like_a_formula_stays_text(own: TinyProject) -> None:
    texts = ["+86 也是数字", "-不应计入", "@某单位的意见", "'=SUM(A1)", "“=A1”"]

    def change(_: Any, sheet: Any) -> None:
        cell = sheet.cell(lines_of(sheet)["set", "R2"], form.OPINION)
        cell.value, cell.data_type = "=HYPERLINK(1)", "s"
        sheet.cell(cell.row, form.REVIEWER).value, sheet.cell(cell.row, form.DATE).value = "张三", "2025-04-02"

    path = fill(own, "a.xlsx", [(place, said(text)) for place, text in enumerate(texts, start=2)], change=change)
    taken = {one.opinion for one in take(own, path).remarks}
    assert taken == {"=HYPERLINK(1)", "+86 也是数字", "-不应计入", "@某单位的意见", "=SUM(A1)", "“=A1”"}
    assert {one.opinion for one in reviews(own).remarks} == taken
    cells = [cell for row in csv.reader(io.StringIO(own.text(REMARKS))) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
    assert take(own, path).remarks == []


def test_a_suggested_value_is_what_the_sheet_shows(own: TinyProject) -> None:
    def change(_: Any, sheet: Any) -> None:
        for name, value, shape in (("R1", 0.955, "0.0%"), ("R2", 12.0, "General"), ("R3", "≥95", "@"), ("R4", 0.5, "0%")):
            row = lines_of(sheet)["set", name]
            sheet.cell(row, form.SUGGESTED).value = value
            sheet.cell(row, form.SUGGESTED).number_format = shape

    path = fill(own, "a.xlsx", [(("set", name), said("见建议值")) for name in ("R1", "R2", "R3", "R4")], change=change)
    assert [one.suggested for one in take(own, path).remarks] == ["95.5%", "12", "≥95", "50%"]


def test_comments_on_cells_are_not_lost_in_silence(own: TinyProject) -> None:
    def change(book: Any, _: Any) -> None:
        book["核算表"]["C3"].comment = Comment("这里不对", "张三")

    done = take(own, fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))], change=change))
    assert [problem.code for problem in done.warnings] == ["review_comment"]
    assert "核算表!C3" in done.warnings[0].line("zh") and done.warnings[0].severity == "warning"


def test_figures_that_a_reviewer_tried_out_do_not_matter(own: TinyProject) -> None:
    def change(book: Any, _: Any) -> None:
        book["数据"]["J5"].value = 1

    assert len(take(own, fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))], change=change)).remarks) == 1


def test_the_sheet_may_come_back_as_csv(own: TinyProject) -> None:
    book = load_workbook(fill(own, "a.xlsx", [(("set", "R1"), said("一行\n两行", KIND="取整"))]))
    path = own.root / "a.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(
            ["" if value is None else value for value in row] for row in book[form.REMARKS].iter_rows(values_only=True)
        )
    (one,) = take(own, path).remarks
    assert (one.indicator, one.kind, one.opinion) == ("R1", "rounding", "一行\n两行")
    assert reviews(own).remarks[0] == one


# States


def rerun(project: TinyProject, value: str = "320") -> None:
    """Let a department correct a figure of the first region, and run again."""
    project.value("2024", "air.days_good", value) if project.text(project.data).count("2024,air.days_good") == 1 else project.write(
        project.data,
        project.text(project.data).replace("999001,试验县,2024,air.days_good,333", f"999001,试验县,2024,air.days_good,{value}"),
    )
    write_state(project.root, RUN)


def test_a_workbook_made_on_earlier_results_is_refused_with_the_difference(own: TinyProject) -> None:
    path = fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))])
    rerun(own)
    (problem,) = refused(own, path)
    assert problem.code == "review_state"
    assert "R1 优良天数比率 2024（91.0 达标 → 87.4 未达标）" in problem.message("zh")
    assert "R1 优良天数比率 2024 trial 2025（91.0 未达标 → 87.4 未达标）" in problem.message("zh")
    (one,) = take(own, path, anyway=True).remarks
    assert one.earlier and one.state != one.state_at_import
    assert reviews(own).remarks[0].earlier


def test_the_other_region_is_not_touched_by_the_change(own: TinyProject) -> None:
    path = fill(own, "b.xlsx", [(("set", "R1"), said("请核对"))], code=OTHER)
    rerun(own)
    (one,) = take(own, path).remarks
    assert not one.earlier


def test_a_workbook_of_a_state_that_is_gone_is_refused_and_taken_only_anyway(own: TinyProject) -> None:
    path = fill(own, "a.xlsx", [(("set", "R1"), said("请核对")), (3, said("总体可行"))])
    rerun(own)
    shutil.rmtree(own.root / "data/processed/try/history")
    assert [problem.code for problem in refused(own, path)] == ["review_state_unknown"]
    assert [one.earlier for one in take(own, path, anyway=True).remarks] == [True, True]


def test_without_results_nothing_can_be_compared(own: TinyProject) -> None:
    path = fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))])
    shutil.rmtree(own.root / "data/processed")
    assert [problem.code for problem in refused(own, path, anyway=True)] == ["run_missing"]


# Files that are none of ours


def mark(column: int, value: Any) -> Callable[[Any, Any], None]:
    def change(_: Any, sheet: Any) -> None:
        sheet.cell(form.MARK_LINE, column).value = value

    return change


def insert_column(_: Any, sheet: Any) -> None:
    sheet.insert_cols(4)


def insert_line(_: Any, sheet: Any) -> None:
    sheet.insert_rows(1)


def drop_sheet(book: Any, _: Any) -> None:
    del book[form.REMARKS]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (mark(1, "evalkit-review-9"), "review_absent"),
        (mark(2, "elsewhere"), "unknown_id"),
        (mark(3, "110000"), "unknown_id"),
        (mark(4, "short"), "review_absent"),
        (mark(4, None), "review_absent"),
        (insert_column, "review_head"),
        (insert_line, "review_absent"),
        (drop_sheet, "review_absent"),
    ],
)
def test_a_changed_frame_is_refused(own: TinyProject, change: Any, code: str) -> None:
    assert [problem.code for problem in refused(own, fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))], change=change))] == [code]


def test_workbooks_of_two_runs_are_not_mixed(own: TinyProject) -> None:
    own.write("params/runs/other.yml", own.text("params/runs/try.yml").replace("id: try", "id: other"))
    first = fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))])
    second = fill(own, "b.xlsx", [(("set", "R1"), said("请核对"))], change=mark(2, "other"))
    assert [problem.code for problem in refused(own, first, second)] == ["review_other_run"]


@pytest.mark.parametrize("name", ["x.xlsx", "x.csv", "x.docx", "x.pdf", "x"])
@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 broken", b"evalkit-review-1,try,999001,000000000000\n", b"\xff\xfe\x00", b"%PDF-1.7"]
)
def test_any_file_is_refused_in_words(own: TinyProject, name: str, content: bytes) -> None:
    (own.root / name).write_bytes(content)
    assert refused(own, own.root / name)


def test_a_missing_file_and_a_folder_are_refused_in_words(own: TinyProject) -> None:
    assert [problem.code for problem in refused(own, own.root / "no.xlsx", own.root)] == ["file_missing", "file_missing"]


@pytest.fixture(scope="module")
def grid(made: Path) -> list[list[str]]:
    """The sheet as text, with two remarks."""
    sheet = load_workbook(made / "sent" / f"{CODE}-audit.xlsx")[form.REMARKS]
    rows = [[str(value or "") for value in row] for row in sheet.iter_rows(values_only=True)]
    for line in (form.FIRST - 1, form.FIRST + 4):
        rows[line][form.OPINION - 1 : form.DATE] = ["请核对", "", "张三", "2025-04-02"]
    return [row + [""] * (form.KEY + 4 - len(row)) for row in rows]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 15), st.text(max_size=12) | st.sampled_from(["demo", "R1", "plan", "2024", "张三"])),
        max_size=5,
    )
)
def test_whatever_stands_in_the_cells_it_is_understood_or_refused(
    made: Path, grid: list[list[str]], edits: Sequence[tuple[int, int, str]]
) -> None:
    rows = [list(row) for row in grid]
    for line, column, text in edits:
        rows[line % len(rows)][column % len(rows[0])] = text
    path, register = made / "fuzz.csv", made / REMARKS
    with path.open("w", encoding="utf-8", newline="", errors="replace") as stream:
        csv.writer(stream).writerows(rows)
    try:
        done = import_remarks(load_catalog(made), [path], by="甲", on="2025-04-01")
    except EvalkitError as error:
        assert all(problem.line() for problem in error.problems)
        assert not register.exists()
    else:
        filled = [row for row in rows[form.FIRST - 1 :] if row[form.OPINION - 1].strip()]
        assert len(done.remarks) + done.known == len(filled)
        assert reviews_of(Project(made), RUN).remarks == tuple(done.remarks)
    finally:
        shutil.rmtree(register.parent, ignore_errors=True)


# Answers


@pytest.fixture
def answered(own: TinyProject) -> TinyProject:
    """A project with three remarks."""
    take(own, fill(own, "a.xlsx", [(("set", "R1"), said("一")), (("set", "R2"), said("二")), (3, said("三，电话 13812345678", "李明明"))]))
    return own


def test_an_answer_is_kept_beside_the_earlier_ones(answered: TinyProject) -> None:
    assert reviews(answered).standing("R001") == "open"
    answer(answered, remark="R001", decision="rejected", reason="依据原文")
    first = answered.text("params/reviews/try/answers.csv")
    found = answer(answered, remark="R001", decision="partly", reason="改了一半", changed="表2", date="2025-04-12")
    assert [one.decision for one in found.answers_to("R001")] == ["rejected", "partly"]
    assert (found.decision("R001"), found.standing("R001")) == ("partly", "answered")
    assert answered.text("params/reviews/try/answers.csv").startswith(first.rstrip("\n"))
    found = answer(answered, remark="R001", step="close", by="张三", date="2025-04-15")
    assert (found.decision("R001"), found.standing("R001")) == ("partly", "closed")
    found = answer(answered, remark="R001", decision="accepted", changed="表2、表3", date="2025-04-16")
    assert (found.decision("R001"), found.standing("R001")) == ("accepted", "answered")


def test_who_writes_at_the_same_time_neither_loses_a_line_nor_shares_an_id(own: TinyProject) -> None:
    catalog = load_catalog(own.root)

    def add(number: int) -> None:
        add_remark(catalog, RUN, {"opinion": f"意见{number}", "reviewer": "张三", "date": "2025-04-02"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(24)))
    found = reviews(own).remarks
    assert sorted(one.id for one in found) == [f"R{number:03d}" for number in range(1, 25)]
    assert {one.opinion for one in found} == {f"意见{number}" for number in range(24)}


def test_the_same_answer_twice_is_one(answered: TinyProject) -> None:
    for _ in range(2):
        found = answer(answered, remark="R001", decision="accepted", changed="表2")
    assert len(found.answers) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"remark": "R001", "decision": "accepted"}, "missing_key"),
        ({"remark": "R001", "decision": "partly", "changed": "表2"}, "missing_key"),
        ({"remark": "R001", "decision": "rejected"}, "missing_key"),
        ({"remark": "R001", "decision": ""}, "missing_key"),
        ({"remark": "R001", "decision": "maybe", "reason": "x"}, "bad_value"),
        ({"remark": "R001", "decision": "rejected", "reason": "x", "by": " "}, "missing_key"),
        ({"remark": "R001", "decision": "rejected", "reason": "\x07"}, "bad_value"),
        ({"remark": "R001", "decision": "rejected", "reason": "x", "date": "2025-04-01"}, "review_date"),
        ({"remark": "R001", "decision": "rejected", "reason": "x", "date": "2025-02-30"}, "bad_value"),
        ({"remark": "R009", "decision": "rejected", "reason": "x"}, "unknown_id"),
        ({"remark": "R001", "step": "close"}, "review_close"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(answered: TinyProject, line: dict[str, str], code: str) -> None:
    with pytest.raises(EvalkitError) as caught:
        answer(answered, **line)
    assert {problem.code for problem in caught.value.problems} == {code}
    assert not (answered.root / "params/reviews/try/answers.csv").exists()


# Registers


HEADS = {name: ",".join(columns_of(name)) for name in ("remarks", "answers", "stages", "signoffs")}


@pytest.mark.parametrize(
    ("name", "line", "code", "cell"),
    [
        ("remarks", {"date": "2025/4/2"}, "bad_value", "E2"),
        ("remarks", {"opinion": ""}, "missing_key", "N2"),
        ("remarks", {"draft": "终稿"}, "bad_value", "B2"),
        ("remarks", {"indicator": "R1"}, "missing_key", "G2"),
        ("remarks", {"state": "xyz"}, "bad_value", "Q2"),
        ("answers", {"remark": "R7", "step": "close", "by": "x", "date": "2025-01-01"}, "unknown_id", "A2"),
        ("answers", {"remark": "R7", "step": "answer", "decision": "采纳", "by": "x", "date": "2025-01-01"}, "missing_key", "E2"),
        ("stages", {"stage": "乡初审", "by": "x", "date": "2025-01-01", "outcome": "通过"}, "bad_value", "A2"),
        ("stages", {"stage": "市初审", "by": "x", "date": "2025-01-01", "outcome": ""}, "missing_key", "E2"),
        ("signoffs", {**SIGNED, "results": "12", "inputs": "0" * 16}, "bad_value", "F2"),
        ("signoffs", {**SIGNED, "recusal": "", "results": "0" * 64, "inputs": "0" * 16}, "missing_key", "E2"),
    ],
)
def test_a_fault_in_a_register_has_its_cell(own: TinyProject, name: str, line: dict[str, str], code: str, cell: str) -> None:
    base = {"id": "R001", "reviewer": "张三", "date": "2025-04-02", "opinion": "一"} if name == "remarks" else {}
    row = {**base, **line}
    own.write(f"params/reviews/try/{name}.csv", HEADS[name] + "\n" + ",".join(row.get(column, "") for column in columns_of(name)) + "\n")
    problems: list[Problem] = []
    load_reviews(Project(own.root), RUN, problems)
    assert (code, cell) in [(problem.code, problem.place.cell) for problem in problems]
    assert problems[0].place.file == f"params/reviews/try/{name}.csv"


def test_words_of_the_field_are_codes_too_and_a_broken_register_is_never_written(own: TinyProject) -> None:
    own.write(REMARKS, "id,reviewer,date,opinion,draft,kind\nR001,张三,2025-04-02,一,征求意见稿,指标值\n")
    (one,) = reviews(own).remarks
    assert (one.draft, one.kind, one.source) == ("consultation", "target", "expert")
    path = fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))])
    assert [new.id for new in take(own, path).remarks] == ["R002"]
    own.write(REMARKS, own.text(REMARKS) + "R002,张三\n")
    assert [problem.code for problem in refused(own, path)] == ["csv_row"]
    own.write(REMARKS, "id,opinion\n")
    assert [problem.code for problem in refused(own, path)] == ["csv_header"]


def test_names_of_nothing_are_named(own: TinyProject) -> None:
    own.write(REMARKS, "id,reviewer,date,opinion,region_code,basis,set,indicator\nR001,张三,2025-04-02,一,999009,set,demos,R1\n")
    found = list(check_reviews(load_catalog(own.root), reviews(own)))
    assert [(problem.code, problem.values["kind"], problem.values["id"]) for problem in found] == [
        ("unknown_id", "region", "999009"), ("unknown_id", "set", "demos"),
    ]  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(HEADS)), body=st.lists(st.lists(st.text(max_size=8), max_size=9), max_size=4))
def test_whatever_stands_in_a_register_is_said_in_problems(
    tmp_path_factory: pytest.TempPathFactory, name: str, body: list[list[str]]
) -> None:
    root = tmp_path_factory.getbasetemp() / "registers"
    path = root / "params" / "reviews" / RUN / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="", errors="replace") as stream:
        stream.write(HEADS[name] + "\n")
        csv.writer(stream).writerows(body)
    problems: list[Problem] = []
    found = load_reviews(Project(root), RUN, problems)
    path.unlink()
    assert all(problem.line() for problem in problems)
    assert found.answers == ()


def test_check_and_status_say_what_is_wrong_in_a_register(own: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    own.write(REMARKS, "id,reviewer,date,opinion\nR001,张三,四月,一\n")
    monkeypatch.chdir(own.root)
    for words in (["check", RUN], ["status", RUN], ["review", "list", RUN], ["review", "table", RUN]):
        result = CliRunner().invoke(app, words)
        problems = result.exception.problems if isinstance(result.exception, EvalkitError) else []
        assert "C2" in result.output or [problem.place.cell for problem in problems] == ["C2"], words
        assert result.exit_code == 1


# Sign-off


def because(project: TinyProject) -> list[tuple[str, ...]]:
    return [one.because for one in signoffs_of(load_catalog(project.root), RUN)]


def test_a_sign_off_holds_until_rules_data_or_results_change(own: TinyProject) -> None:
    catalog = load_catalog(own.root)
    sign(catalog, RUN, SIGNED)
    for code in (CODE, OTHER):
        sign(catalog, RUN, {**SIGNED, "region_code": code})
    assert because(own) == [(), (), ()]
    own.edit("params/sets/demo.yml", "id: demo\n", "id: demo  # 说明\n")
    assert because(own) == [(), (), ()]  # a comment changes nothing
    rerun(own)
    assert because(own) == [("results", "inputs"), ("results", "inputs"), ()]


def test_a_changed_input_shows_before_the_run_and_after_it(own: TinyProject) -> None:
    catalog = load_catalog(own.root)
    sign(catalog, RUN, {**SIGNED, "region_code": CODE})
    text = own.text(own.data)
    own.write(own.data, text.replace("2022,air.days_good,300", "2022,air.days_good,301"))
    assert because(own) == [("inputs",)]
    write_state(own.root, RUN)
    assert because(own)[0][-1] == "inputs"
    own.write(own.data, text)
    write_state(own.root, RUN)
    assert because(own) == [()]  # what was accepted stands again


def test_a_changed_rule_and_an_altered_results_file_show(own: TinyProject) -> None:
    sign(load_catalog(own.root), RUN, SIGNED)
    own.edit("params/sets/demo.yml", 'rule: {at_least: "90"}', 'rule: {at_least: "89"}')
    assert because(own) == [("inputs",)]
    own.edit("params/sets/demo.yml", 'rule: {at_least: "89"}', 'rule: {at_least: "90"}')
    results = own.root / "data/processed/try/results.csv"
    results.write_bytes(results.read_bytes().replace(b"not_met", b"met"))
    assert because(own) == [("results",)]
    with pytest.raises(EvalkitError) as caught:
        sign(load_catalog(own.root), RUN, SIGNED)
    assert [problem.code for problem in caught.value.problems] == ["sign_altered"]
    shutil.rmtree(own.root / "data/processed")
    assert because(own) == [("missing",)]


def test_what_the_pass_rule_concludes_is_signed_too(own: TinyProject) -> None:
    conclusions = own.root / "data/processed/try/conclusions.csv"
    conclusions.write_text(f"run,region_code,outcome\ntry,{CODE},holds\ntry,{OTHER},holds\n", encoding="utf-8")
    sign(load_catalog(own.root), RUN, SIGNED)
    for code in (CODE, OTHER):
        sign(load_catalog(own.root), RUN, {**SIGNED, "region_code": code})
    assert because(own) == [(), (), ()]
    conclusions.write_text(f"run,region_code,outcome\ntry,{CODE},fails\ntry,{OTHER},holds\n", encoding="utf-8")
    assert because(own) == [("inputs",), ("inputs",), ()]


def test_only_what_stands_can_be_signed(own: TinyProject) -> None:
    def codes(**fields: str) -> list[str]:
        with pytest.raises(EvalkitError) as caught:
            sign(load_catalog(own.root), RUN, {**SIGNED, **fields})
        return [problem.code for problem in caught.value.problems]

    assert codes(recusal=" ") == codes(role="") == codes(by="") == ["missing_key"]
    assert codes(date="2025-13-01") == ["bad_value"]
    assert codes(region_code="999009") == ["unknown_id"]
    own.edit("params/sets/demo.yml", 'rule: {at_least: "90"}', 'rule: {at_least: "89"}')
    assert codes() == codes(region_code=CODE) == ["sign_stale"]
    shutil.rmtree(own.root / "data/processed")
    assert codes() == ["run_missing"]
    assert not (own.root / "params/reviews/try").exists()


def test_signing_twice_is_once_and_remarks_do_not_undo_it(answered: TinyProject) -> None:
    for _ in range(2):
        sign(load_catalog(answered.root), RUN, SIGNED)
    answer(answered, remark="R001", decision="accepted", changed="表2")
    assert because(answered) == [()]
    assert list(outdated_regions(load_catalog(answered.root), RUN)) == []


def test_the_workbook_says_who_signed(own: TinyProject) -> None:
    sign(load_catalog(own.root), RUN, {**SIGNED, "region_code": CODE})
    rerun(own)
    sign(load_catalog(own.root), RUN, {**SIGNED, "by": "赵六", "region_code": CODE})
    list(make_audits(load_catalog(own.root), RUN, own.root / "again", [CODE]))
    cover = load_workbook(own.root / "again" / f"{CODE}-audit.xlsx")["封面"]
    shown = [str(cell.value) for row in cover.iter_rows() for cell in row if "专家组组长" in str(cell.value)]
    assert len(shown) == 1
    first, second = shown[0].split("\n")
    assert first.startswith("王五") and "失效：结果在签署后有变化" in first
    assert second == "赵六（专家组组长，2025-04-20）：有效"


# Papers and chapters


def texts(path: Path) -> str:
    """Return everything that stands in a Word file, in any of its parts."""
    with zipfile.ZipFile(path) as book:
        return "\n".join(re.sub(r"<[^>]+>", "", book.read(name).decode("utf-8", "replace")) for name in book.namelist())


def test_the_table_has_each_remark_with_what_became_of_it(answered: TinyProject) -> None:
    answer(answered, remark="R001", decision="partly", reason="口径不变", changed="表2")
    catalog = load_catalog(answered.root)
    opinions, experts = write_papers(catalog, reviews(answered), answered.root / "out")
    document = Document(str(opinions))
    (table,) = document.tables
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[0] == ["序号", "提出人", "地区", "指标", "意见", "采纳情况", "理由与修改情况"]
    assert cells[1] == ["1", "张三", "试验县", "1 优良天数比率（2024年）", "一", "部分采纳", "口径不变。修改处：表2。"]
    assert cells[3][1:] == ["李明明", "试验县", "总体", "三，电话 13812345678", "未答复", "—"]
    xml = zipfile.ZipFile(opinions).read("word/document.xml").decode()
    assert xml.count("w:tblHeader") == 1 and xml.count('w:eastAsia="宋体"') > 10 and 'w:orient="landscape"' in xml
    assert "共收到意见3条：部分采纳1条，未答复2条。" in [paragraph.text for paragraph in document.paragraphs]
    assert "示例数据(非真实)" in texts(opinions) and "示例数据(非真实)" in texts(experts)
    assert len(Document(str(experts)).tables) == 4  # a form and a table for each of two reviewers
    again = write_papers(catalog, reviews(answered), answered.root / "again")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in (opinions, experts)]


def test_the_public_edition_has_no_persons_and_no_contacts(answered: TinyProject) -> None:
    answer(
        answered, remark="R001", decision="rejected", reason="已与李 明明和张三（邮箱 a.b@example.org）说明，见市生态环境局文件", by="钱七"
    )
    answer(answered, remark="R002", decision="accepted", changed="表2，指标值13812.5吨", by="钱七")
    (path,) = write_papers(load_catalog(answered.root), reviews(answered), answered.root / "out", public=True)
    found = texts(path)
    for hidden in ("张三", "李明明", "李 明明", "李四", "钱七", "13812345678", "example.org", "a.b"):
        assert hidden not in found
    assert without_persons(["甲"])("１３８００１３８０００，13800138000") == f"{LEFT_OUT}，{LEFT_OUT}"
    for kept in ("专家1", "专家2", "见市生态环境局文件", "13812.5吨", LEFT_OUT):
        assert kept in found


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True) | st.from_regex(r"0[1-9][0-9]{1,2}-[0-9]{8}", fullmatch=True)
       | st.from_regex(r"[a-z]{1,8}@[a-z]{2,8}\.(com|org\.cn)", fullmatch=True), st.sampled_from(["", "请联系", "（", "："]))  # fmt: skip
def test_contacts_are_taken_out(contact: str, before: str) -> None:
    assert contact not in without_persons([])(f"数据有误{before}{contact}，请核对")


@given(st.decimals(0, 10**9, places=3).map(str) | st.integers(0, 10**9).map(str), st.sampled_from(["", "%", "吨", "万元", "年"]))
def test_figures_are_not_contacts(figure: str, unit: str) -> None:
    text = f"核算值为{figure}{unit}，与表2的{figure}{unit}不一致"
    assert without_persons(["示例市生态环境局", "张三"])(text) == text


def test_the_chapters_stand_only_where_there_is_something(answered: TinyProject, made: Path) -> None:
    assert opinions_chapters(load_catalog(made), RUN, CODE) == []
    catalog = load_catalog(answered.root)
    assert [one.id for one in opinions_chapters(catalog, RUN, CODE)] == ["opinions"]
    assert opinions_chapters(catalog, RUN, OTHER) == []
    answered.write("params/reviews/try/stages.csv", "stage,by,date,outcome,opinion\n市初审,市局,2025-03-01,退回修改,补材料\n")
    sign(catalog, RUN, SIGNED)
    opinions, signing = opinions_chapters(catalog, RUN, CODE)
    numbers = Numbering()
    assert "共收到意见3条" in opinions.markdown(numbers)
    text = signing.markdown(numbers)
    assert all(shown in text for shown in ("市初审", "退回修改", "无利害关系", "有效")) and "失效" not in text
    (signing,) = opinions_chapters(catalog, RUN, OTHER, stale=[CODE])
    assert "失效" in signing.markdown(numbers)


# Command line


def command(project: TinyProject, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--project", str(project.root), *words])
    assert result.exception is None or isinstance(result.exception, (SystemExit, EvalkitError)), result.exception
    return result.exit_code, result.output


def test_the_commands_from_import_to_status(own: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own.root)
    path = fill(own, "a.xlsx", [(("set", "R1"), said("请核对"))])
    assert "新录入 1 条，已有 0 条" in command(own, "review", "import", str(path), "--draft", "征求意见稿")[1]
    add = ["review", "add", RUN, "--opinion", "附件缺页", "--by", "赵六", "--on", "2025-04-03", "--source", "部门"]
    assert command(own, *add)[1].startswith("R002")
    assert command(own, *add, "--region", CODE, "--indicator", "R3", "--set", "demo", "--opinion", "另一条")[1].startswith("R003")
    done = ["review", "answer", RUN, "R001", "--decision", "采纳", "--changed", "表2", "--by", "李四", "--on", "2025-04-05"]
    assert command(own, *done)[1].split() == ["R001", "采纳", "已答复"]
    assert command(own, "review", "close", RUN, "R001", "--by", "张三", "--on", "2025-04-06")[1].split()[-1] == "已办结"
    signed = command(own, "review", "sign", RUN, "--by", "王五", "--role", "组长", "--on", "2025-04-07", "--recusal", "无利害关系")
    assert signed[0] == 0 and "有效" in signed[1] and "R002, R003" in signed[1]
    listed = json.loads(command(own, "review", "list", RUN, "--json")[1])
    assert [(one["id"], one["source"], one["standing"], one["decision"]) for one in listed["remarks"]] == [
        ("R001", "expert", "closed", "accepted"), ("R002", "department", "open", "open"), ("R003", "department", "open", "open"),
    ]  # fmt: skip
    assert listed["remarks"][2]["indicator"] == "R3" and listed["signoffs"][0]["valid"]
    assert "R001" not in command(own, "review", "list", RUN, "--open")[1]
    assert "try 签署  王五（组长） 2025-04-07" in command(own, "status", RUN)[1]
    own.edit("params/sets/demo.yml", 'rule: {at_least: "90"}', 'rule: {at_least: "89"}')
    assert "失效：规则或数据在签署后有变化" in command(own, "status", RUN)[1]
    assert command(own, "review", "table", RUN, "--out", "out")[1].split() == ["out/opinions.docx", "out/experts.docx"]


@pytest.mark.parametrize(
    "words",
    [
        ["import"],
        ["import", "x.xlsx", "--draft", "终稿"],
        ["answer", RUN, "R001", "--decision", "也许", "--by", "x", "--on", "2025-04-05"],
        ["answer", RUN, "R001", "--decision", "采纳", "--by", "x", "--on", "昨天"],
        ["sign", RUN, "--by", "x", "--role", "y", "--on", "2025-04-05"],
    ],
)
def test_wrong_usage_is_wrong_usage(own: TinyProject, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own.root)
    assert command(own, "review", *words)[0] == 2


# What is shipped


def test_the_shipped_example_is_whole_and_about_rows_that_there_are() -> None:
    catalog = load_catalog(ROOT)
    run = "example-county-2024"
    found = reviews_of(catalog.project, run)
    assert list(check_reviews(catalog, found)) == []
    rows = assess(catalog, read_inputs(catalog, run), CODE, traces=False).rows
    keys = {tuple(row[name] for name in KEY) for row in rows}
    assert {remark.key for remark in found.remarks if remark.indicator} <= keys
    assert {found.decision(one.id) for one in found.remarks} == {"accepted", "partly", "rejected", "open"}
    assert all("示例数据(非真实)" in line.note for line in (*found.remarks, *found.stages)) and not found.signoffs


@pytest.mark.parametrize(
    ("registered", "text", "left"),
    [
        ("市生态环境局李四", "李四认为应补充", f"{LEFT_OUT}认为应补充"),
        ("张三 教授", "张教授与张三都指出", f"{LEFT_OUT}与{LEFT_OUT}都指出"),
        ("欧阳修", "欧阳老师的意见", f"{LEFT_OUT}的意见"),
        ("张三 教授", "请教授级高工复核，张家港市数据另计", "请教授级高工复核，张家港市数据另计"),
    ],
)
def test_a_public_text_has_no_spelling_of_a_registered_person(registered: str, text: str, left: str) -> None:
    assert without_persons([registered])(text) == left
