"""Progress sheets: read whole or not at all, in any of the usual forms, each fault with its cell."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from evalkit.catalog.load import load_catalog
from evalkit.catalog.plan_lists import PlanLists, Project, Task
from evalkit.intake.progress_sheet import COLUMNS, STATES, Reported, read_progress
from evalkit.messages import EvalkitError, words

ROOT = Path(__file__).resolve().parents[1]


def task(name: str, **more: str) -> Task:
    return Task.model_validate({"id": name, "title": f"任务{name}", "clause": "1", "state": "derived"} | more)


def project(name: str, **more: str) -> Project:
    return Project.model_validate({"id": name, "title": f"项目{name}", "clause": "1", "state": "derived"} | more)


LISTS = PlanLists("try", tasks=(task("T01"), task("T02"), task("X1")), projects=(project("P01"), project("X1")))


def sheet(folder: Path, *lines: str, head: str = "item,as_of,state,title,done_on,share,spent,note,source") -> Path:
    path = folder / "进度.csv"
    path.write_text("\n".join((head, *lines)), encoding="utf-8")
    return path


def read(folder: Path, *lines: str, head: str = "item,as_of,state,title,done_on,share,spent,note,source") -> list[Reported]:
    return read_progress(sheet(folder, *lines, head=head), "进度.csv", LISTS)


def faults(folder: Path, *lines: str, head: str = "item,as_of,state,title,done_on,share,spent,note,source") -> list[tuple[str, str]]:
    with pytest.raises(EvalkitError) as caught:
        read(folder, *lines, head=head)
    assert all(problem.line("zh") and problem.line("en") for problem in caught.value.problems)
    return [(problem.code, problem.place.cell) for problem in caught.value.problems]


def test_a_line_says_all_that_it_says(tmp_path: Path) -> None:
    found = read(tmp_path, "P01,2024-12-31,done,项目P01,2024-10-20,100,5286.4,验收,区水利局")
    assert len(found) == 1
    one = found[0]
    assert (one.item, one.as_of, one.state, one.done_on) == ("P01", date(2024, 12, 31), "done", date(2024, 10, 20))
    assert (one.share, one.spent, one.note, one.source) == (Fraction(100), Fraction(52864, 10), "验收", "区水利局")
    assert (one.place.file, one.place.cell) == ("进度.csv", "A2")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_heads_may_be_words(tmp_path: Path, lang: str) -> None:
    named = words("progress_column", "en" if lang == "en" else "zh")
    assert set(named) == set(COLUMNS)
    head = ",".join(named[code] for code in ("state", "item", "as_of"))
    assert read(tmp_path, "done,T01,2024-12-31", head=head)[0].item == "T01"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("done", "done"), ("已完成", "done"), ("已竣工", "done"), ("Done", "done"), ("推进中", "in_progress"), ("进行中", "in_progress"),
        ("在建", "in_progress"), ("in progress", "in_progress"),
        ("未启动", "not_started"), ("未开始", "not_started"), ("未开工", "not_started"),
    ],
)  # fmt: skip
def test_words_of_a_state(tmp_path: Path, said: str, state: str) -> None:
    assert read(tmp_path, f"T01,2024-12-31,{said}", head="item,as_of,state")[0].state == state
    assert state in STATES


def test_no_word_means_two_states() -> None:
    zh, en, also = words("progress_state", "zh"), words("progress_state", "en"), words("progress_state_also", "zh")
    every = [name for code in STATES for name in {code, zh[code], en[code], *also[code].split("、")}]
    assert len(every) == len(set(every))


@pytest.mark.parametrize("day", ["2024-12-31", "2024/12/31", "2024年12月31日"])
def test_days(tmp_path: Path, day: str) -> None:
    assert read(tmp_path, f"T01,{day},done")[0].as_of == date(2024, 12, 31)


@pytest.mark.parametrize(
    ("line", "code", "cell"),
    [
        (",2024-12-31,done,,,,,,", "progress_blank", "A2"),
        ("T01,,done,,,,,,", "progress_blank", "B2"),
        ("T01,2024-12-31,,,,,,,", "progress_blank", "C2"),
        ("T1,2024-12-31,done,,,,,,", "progress_unknown", "A2"),
        ("X1,2024-12-31,done,,,,,,", "progress_two", "A2"),
        ("T01,2024-12-31,done,任务T02,,,,,", "progress_title", "D2"),
        ("T01,2024-12,done,,,,,,", "progress_day", "B2"),
        ("T01,2024-02-30,done,,,,,,", "progress_no_day", "B2"),
        ("T01,2024年2月30日,done,,,,,,", "progress_no_day", "B2"),
        ("T01,2024-12-31,late,,,,,,", "progress_state", "C2"),
        ("T01,2024-12-31,基本完成,,,,,,", "progress_state", "C2"),
        ("T01,2024-12-31,done,,2025-01-01,,,,", "progress_future", "E2"),
        ("T01,2024-12-31,in_progress,,2024-11-01,,,,", "progress_state_differs", "E2"),
        ("T01,2024-12-31,done,,,99,,,", "progress_state_differs", "F2"),
        ("T01,2024-12-31,not_started,,,1,,,", "progress_state_differs", "F2"),
        ("T01,2024-12-31,in_progress,,,101,,,", "progress_range", "F2"),
        ("T01,2024-12-31,in_progress,,,-1,,,", "progress_range", "F2"),
        ("T01,2024-12-31,in_progress,,,约80,,,", "progress_figure", "F2"),
        ("T01,2024-12-31,in_progress,,,80个,,,", "progress_unit", "F2"),
        ("T01,2024-12-31,in_progress,,,,1.2亿元,,", "progress_unit", "G2"),
    ],
)
def test_a_fault_is_told_with_its_cell(tmp_path: Path, line: str, code: str, cell: str) -> None:
    assert faults(tmp_path, line) == [(code, cell)]


def test_all_faults_are_told_together_and_near_names_with_them(tmp_path: Path) -> None:
    lines = ["T1,2024-12-31,done,,,,,,", "T02,2024-13-31,vorbei,,,x,,,", "P01,2024-12-31,done,,,,,,"]
    assert faults(tmp_path, *lines) == [
        ("progress_unknown", "A2"), ("progress_no_day", "B3"), ("progress_state", "C3"), ("progress_figure", "F3"),
    ]  # fmt: skip
    with pytest.raises(EvalkitError) as caught:
        read(tmp_path, lines[0])
    assert "T01" in caught.value.problems[0].message("zh")


def test_columns_are_called_as_in_the_sheet(tmp_path: Path) -> None:
    with pytest.raises(EvalkitError) as caught:
        read(tmp_path, "T01,2024-12-31,已完成,2025-01-01,80", head="编号,截至日期,进展状态,完成日期,完成比例（%）")
    assert [problem.place.key for problem in caught.value.problems] == ["完成日期", "完成比例（%）"]
    assert "（完成比例（%））" in caught.value.problems[1].message("zh")


def test_odd_columns_are_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, "T01,2024-12-31,done,1", head="item,as_of,state,percentage") == [("unknown_key", "D1")]
    assert faults(tmp_path, "T01,2024-12-31,done,x", head="item,as_of,state,") == [("head_empty", "D1")]
    assert faults(tmp_path, "T01,2024-12-31,done,done", head="item,as_of,state,进展状态") == [("unknown_key", "D1")]
    assert [code for code, _ in faults(tmp_path, "T01,done", head="item,state")] == ["csv_header"]
    assert [code for code, _ in faults(tmp_path)] == ["progress_empty"]


def test_reports_of_one_day_must_agree(tmp_path: Path) -> None:
    same = "T01,2024-12-31,in_progress,,,80,,,"
    assert len(read(tmp_path, same, same.replace(",80,,,", ",80,,另一处,"))) == 2
    assert faults(tmp_path, same, same.replace("80", "85")) == [("progress_differs", "A3")]
    assert len(read(tmp_path, same, same.replace("12-31", "12-30").replace("80", "85"))) == 2


def test_words_for_no_figure_are_no_figure(tmp_path: Path) -> None:
    one = read(tmp_path, "T01,2024-12-31,in_progress,,,未发布,不涉及,,")[0]
    assert (one.share, one.spent) == (None, None)


def test_a_workbook_says_the_same_as_a_text_file(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (
        ["编号", "截至日期", "进展状态", "完成日期", "完成比例（%）", "累计完成投资（万元）"],
        ["P01", date(2024, 12, 31), "在建", None, 0.66, 8120.5],
        ["T01", date(2024, 12, 31), "已完成", date(2024, 11, 30), 1, None],
    ):
        page.append(row)
    page["E2"].number_format = page["E3"].number_format = "0%"
    book.save(tmp_path / "进度.xlsx")
    found = read_progress(tmp_path / "进度.xlsx", "进度.xlsx", LISTS)
    other = read(tmp_path, "P01,2024-12-31,in_progress,,,66%,8120.5万元,,", "T01,2024/12/31,done,,2024年11月30日,100,,,")
    assert [(one.item, one.as_of, one.says()) for one in found] == [(one.item, one.as_of, one.says()) for one in other]
    assert found[0].place.cell == "A2" and found[0].place.sheet == page.title


def test_the_shipped_sheet_is_read() -> None:
    lists = load_catalog(ROOT).lists["example-999001"]
    path = ROOT / "data/raw/example-county-2024/progress.csv"
    found = read_progress(path, path.name, lists)
    assert {one.state for one in found} == set(STATES)
    assert all("示例数据(非真实)" in one.source for one in found)
    assert max(one.as_of for one in found) == date(2025, 3, 31)
