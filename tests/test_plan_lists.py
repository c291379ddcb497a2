"""Tasks and projects of plans: how they stand, tables by list, unit, sub-region and date, and the workbook."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import evalkit as ek
from evalkit.assessment.plan_frames import day_of
from evalkit.assessment.plan_view import COLUMNS, LISTS, PlanView, view_lists
from evalkit.assessment.standing import STATUSES, Reported, Standing, note_text, occurrence, occurrences, standings
from evalkit.catalog import Catalog
from evalkit.catalog.load import load_catalog
from evalkit.catalog.plan_lists import PlanLists, Project, Task
from evalkit.cli.commands import app
from evalkit.intake.progress_sheet import read_progress
from evalkit.messages import EvalkitError, words
from evalkit.report.chapters.lists_state import STANDINGS
from evalkit.report.list_sheets import Sheets
from evalkit.report.list_workbook import write_lists

ROOT = Path(__file__).resolve().parents[1]
SHEET = ROOT / "data/raw/example-county-2024/progress.csv"
DAY = date(2025, 3, 31)
PLAN = "example-999001"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(ROOT)


@pytest.fixture(scope="module")
def view(catalog: Catalog) -> PlanView:
    return view_lists(catalog, PLAN, read_progress(SHEET, SHEET.name, catalog.lists[PLAN]), DAY)


def task(**more: str) -> Task:
    return Task.model_validate({"id": "T", "title": "任务", "clause": "1", "state": "derived"} | more)


def report(as_of: str, state: str = "in_progress", done_on: str = "") -> Reported:
    return Reported("T", date.fromisoformat(as_of), state, date.fromisoformat(done_on) if done_on else None)


def stand(item: Task, as_of: str, *reports: Reported) -> Standing:
    return standings(PlanLists("try", tasks=(item,)), reports, date.fromisoformat(as_of))[0]


def codes(error: EvalkitError) -> list[str]:
    assert all(problem.line("zh") and problem.line("en") for problem in error.problems)
    return [problem.code for problem in error.problems]


# How one stands


@pytest.mark.parametrize(
    ("as_of", "reports", "status", "notes"),
    [
        ("2024-12-31", [report("2024-12-31", "done", "2024-12-31")], "done", ()),
        ("2025-03-31", [report("2025-03-31", "done", "2024-12-31")], "done", ()),
        ("2025-03-31", [report("2025-03-31", "done", "2025-01-01")], "done_late", ()),
        ("2024-12-31", [report("2024-12-31", "done")], "done", ()),
        ("2025-03-31", [report("2025-03-31", "done")], "done", ("done_undated",)),
        ("2024-12-31", [report("2024-12-30")], "in_time", ()),
        ("2025-01-01", [report("2024-12-30")], "late", ("stale:2024-12-30",)),
        ("2025-01-01", [report("2025-01-01")], "late", ()),
        ("2024-06-30", [report("2024-06-30", "done", "2022-05-01")], "done", ("done_early:2022-05-01",)),
        ("2025-01-01", [report("2025-01-01", "not_started")], "late", ()),
        ("2024-06-30", [report("2024-06-30", "not_started")], "not_started", ("start_past:2023",)),
        ("2023-12-31", [report("2023-12-31", "not_started")], "not_started", ()),
        ("2024-12-31", [], "unknown", ()),
        ("2025-01-01", [], "unknown", ("due_past:2024-12-31",)),
        ("2022-06-30", [], "unknown", ("starts_later:2023",)),
        ("2024-06-30", [report("2024-03-31"), report("2024-07-01", "done")], "in_time", ("later_report:2024-07-01",)),
        ("2024-06-30", [report("2024-07-01", "done")], "unknown", ("later_report:2024-07-01",)),
        ("2024-06-30", [report("2024-06-30"), report("2024-03-31", "done")], "in_time", ("undone:2024-03-31",)),
    ],
)  # fmt: skip
def test_a_deadline(as_of: str, reports: list[Reported], status: str, notes: tuple[str, ...]) -> None:
    found = stand(task(start="2023", deadline="2024"), as_of, *reports)
    assert (found.status, found.notes, found.due) == (status, notes, date(2024, 12, 31))
    assert all("{" not in note_text(note, "zh") + note_text(note, "en") for note in notes)


@pytest.mark.parametrize(
    ("item", "as_of", "due"),
    [
        (task(repeats="yearly"), "2025-03-31", "2025-12-31"),
        (task(repeats="half_yearly"), "2025-03-31", "2025-06-30"),
        (task(repeats="half_yearly"), "2025-07-01", "2025-12-31"),
        (task(repeats="quarterly"), "2025-05-01", "2025-06-30"),
        (task(repeats="monthly"), "2024-02-10", "2024-02-29"),
        (task(repeats="yearly", start="2026"), "2025-03-31", "2026-12-31"),
        (task(repeats="yearly", deadline="2023"), "2025-03-31", "2023-12-31"),
        (task(repeats="yearly", deadline="2025-06-30"), "2025-03-31", "2025-06-30"),
        (task(repeats="continuous", deadline="2020"), "2025-03-31", ""),
        (task(), "2025-03-31", ""),
    ],
)
def test_when_it_is_due(item: Task, as_of: str, due: str) -> None:
    assert str(stand(item, as_of).due or "") == due


def test_a_report_counts_for_the_occurrence_of_its_day() -> None:
    yearly = task(repeats="yearly", start="2023")
    last = report("2024-12-31", "done", "2024-11-30")
    assert stand(yearly, "2024-12-31", last).notes == ("missed:1",)
    found = stand(yearly, "2025-03-31", last)
    assert (found.status, found.reported, found.notes) == ("unknown", None, ("missed:1",))
    found = stand(yearly, "2025-03-31", report("2025-03-31", "done", "2024-11-30"))
    assert (found.status, found.notes) == ("unknown", ("done_before:2024-11-30", "missed:1"))
    assert stand(task(repeats="yearly"), "2025-03-31", last).notes == ()  # no start: nothing earlier is expected
    final = task(repeats="yearly", deadline="2024")
    assert stand(final, "2025-03-31", report("2025-02-01", "done", "2025-01-15")).status == "done_late"
    assert stand(final, "2025-03-31", report("2025-02-01")).status == "late"


def test_contradictions_are_found_across_sheets() -> None:
    with pytest.raises(EvalkitError) as caught:
        stand(task(), "2025-01-01", report("2024-12-31"), report("2024-12-31", "done"))
    assert codes(caught.value) == ["progress_differs"]


DAYS = st.dates(date(2022, 1, 1), date(2027, 12, 31))
ITEMS = st.builds(
    lambda repeats, start, deadline: task(repeats=repeats, start=start, deadline=deadline),
    st.sampled_from(["", "yearly", "half_yearly", "quarterly", "monthly", "continuous"]),
    st.sampled_from(["", "2022", "2023-06", "2024-05-15"]),
    st.sampled_from(["", "2025", "2024-H1", "2026-02-10"]),
)


@st.composite
def reports(draw: st.DrawFn) -> list[Reported]:
    found = []
    for day in draw(st.lists(DAYS, max_size=5, unique=True)):
        state = draw(st.sampled_from(["done", "in_progress", "not_started"]))
        done_on = day - timedelta(days=draw(st.integers(0, 400))) if state == "done" and draw(st.booleans()) else None
        found.append(Reported("T", day, state, done_on))
    return found


@given(ITEMS, reports(), DAYS, st.randoms())
def test_neither_order_nor_later_reports_change_a_status(item: Task, some: list[Reported], day: date, random: object) -> None:
    lists = PlanLists("try", tasks=(item,))
    found = standings(lists, some, day)[0]
    random.shuffle(some)  # type: ignore[attr-defined]
    assert standings(lists, some, day)[0] == found
    early = standings(lists, [one for one in some if one.as_of <= day], day)[0]
    assert (early.status, early.due, early.reported) == (found.status, found.due, found.reported)
    assert found.status in STATUSES and (found.status == "unknown") == (found.reported is None)


@given(ITEMS, reports(), DAYS, st.integers(0, 900))
def test_what_is_late_stays_late_until_it_is_reported_done(item: Task, some: list[Reported], day: date, more: int) -> None:
    lists = PlanLists("try", tasks=(item.model_copy(update={"repeats": ""}),))
    before = [one for one in some if one.as_of <= day]
    found = standings(lists, before, day)[0]
    later = standings(lists, before, day + timedelta(days=more))[0]
    if found.status in ("late", "done", "done_late"):
        assert later.status == found.status
    assert not (found.status == "late" and (found.due is None or found.due >= day))


@given(ITEMS, DAYS)
def test_occurrences_follow_each_other_without_gap(item: Task, day: date) -> None:
    found = list(occurrences(item, date(2022, 1, 1), date(2026, 12, 31)))
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(found))
    present = occurrence(item, day)
    assert (present is None) == (item.repeats in ("", "continuous"))
    if present is not None and found and found[0].first <= day <= found[-1].last:
        assert present in found and present.first <= day <= present.last


# Tables of the sample


def test_the_sample_has_every_status_and_says_so(view: PlanView) -> None:
    counts = Counter(standing.status for standing in view.standings.values())
    assert counts == {"late": 3, "unknown": 4, "not_started": 4, "in_time": 11, "done_late": 2, "done": 7}
    assert {role for line in (*view.lists.duties, *view.lists.tasks) for role, _ in line.units()} == {"lead", "join", "each", "responsible"}
    assert view.fictional and len(view.lists.tasks) >= 12 and len(view.lists.projects) >= 8
    served = {name for task in view.lists.tasks for name in task.indicator_ids()}
    assert served == {duty.indicator for duty in view.lists.duties} == {row.name for row in view.plan.indicators}


@pytest.mark.parametrize("which", LISTS)
def test_a_frame_has_its_columns_and_words_beside_codes(catalog: Catalog, which: str) -> None:
    table = ek.plan_list(catalog, PLAN, which, SHEET, "2025-03-31")
    assert list(table.columns) == list(COLUMNS[which])
    assert len(table)
    for code, group in (("status", "standing"), ("role", "duty_role"), ("kind", "list_kind"), ("state", "state")):
        if code in table:
            named = words(group)
            assert all(text == named.get(key, "") for key, text in zip(table[code], table[f"{code}_text"], strict=True))


def test_each_unit_has_each_of_its_lines_once(view: PlanView) -> None:
    rows = view.records("departments")
    lines = [*view.lists.duties, *view.lists.tasks, *view.lists.projects]
    assert len(rows) == sum(len(line.units()) for line in lines)
    assert {row["unit"] for row in rows} == {unit for line in lines for _, unit in line.units()}
    order = [row["unit"] for row in rows]
    assert [unit for unit, _ in groupby(order)] == list(dict.fromkeys(order))  # each in one block


def test_only_a_unit_or_a_sub_region(catalog: Catalog) -> None:
    table = ek.plan_list(catalog, PLAN, "departments", department="区水利局")
    assert set(table["unit"]) == {"区水利局"} and set(table["role"]) == {"lead", "join", "each"}
    table = ek.plan_list(catalog, PLAN, "areas", area="丁镇")
    assert set(table["area"]) == {"丁镇"}
    assert all("丁镇" in areas for areas in ek.plan_list(catalog, PLAN, "projects", area="丁镇")["areas"])
    for wrong in ({"department": "区水务局"}, {"area": "丁县"}):
        with pytest.raises(EvalkitError) as caught:
            ek.plan_list(catalog, PLAN, "tasks", **wrong)
        assert codes(caught.value) == ["unknown_id"]


def test_the_calendar_is_in_order_and_expands_what_repeats(catalog: Catalog) -> None:
    table = ek.plan_list(catalog, PLAN, "calendar", SHEET, "2025-03-31")
    dated = [day for day in table["due"] if day]
    assert dated == sorted(dated) and list(table["due"][len(dated) :]) == [""] * (len(table) - len(dated))
    meetings = table[table["id"] == "T03"]
    assert list(meetings["due"]) == [f"{year}-{end}" for year in range(2023, 2031) for end in ("06-30", "12-31")]
    assert list(meetings[meetings["present"] == "yes"]["due"]) == ["2025-06-30"]
    assert set(table[table["due"] == ""]["repeats"]) == {"continuous"}
    year = ek.plan_list(catalog, PLAN, "calendar", year="2024")
    assert {day[:4] for day in year["due"]} == {"2024"}
    assert list(year[year["id"] == "T02"]["due"]) == ["2024-12-31"]


def test_without_a_day_there_are_no_statuses(catalog: Catalog) -> None:
    assert set(ek.plan_list(catalog, PLAN, "tasks")["status"]) == {""}
    assert set(ek.plan_list(catalog, PLAN, "tasks", as_of="2025-03-31")["status"]) == {"unknown"}
    latest = ek.plan_list(catalog, PLAN, "tasks", SHEET)
    assert latest["status"].equals(ek.plan_list(catalog, PLAN, "tasks", SHEET, date(2025, 3, 31))["status"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("no-plan", "tasks"), "unknown_id"),
        ((PLAN, "task"), "unknown_key"),
        ((PLAN, "tasks", None, "2024"), "progress_day"),
        ((PLAN, "tasks", None, "2025年2月30日"), "progress_no_day"),
        ((PLAN, "tasks", "no-such-file.csv"), "file_missing"),
        (("national-135", "tasks"), "plan_without_lists"),
    ],
)
def test_wrong_arguments_are_told(catalog: Catalog, arguments: tuple[str, ...], code: str) -> None:
    with pytest.raises(EvalkitError) as caught:
        ek.plan_list(catalog, *arguments)
    assert code in codes(caught.value)


def test_a_day_is_named_as_in_a_progress_sheet() -> None:
    assert day_of("2025年3月31日") == day_of("2025/3/31") == day_of("2025-03-31") == date(2025, 3, 31)


def test_published_projects_and_county_goals(catalog: Catalog) -> None:
    # 崇明: 42 projects, 24 of them with a plain figure in the plan's table; 荆州: what each county is to become, and by when.
    projects = ek.plan_list(catalog, "chongming-2024", "projects")
    assert (len(projects), projects["investment"].notna().sum()) == (42, 24)
    assert sum(map(Fraction, (p.investment for p in catalog.lists["chongming-2024"].projects if p.investment))) == Fraction("603524.52")
    goals = ek.plan_list(catalog, "jingzhou-2020", "areas", as_of="2022-06-30")
    goals = goals[goals["kind"] == "goal"]
    due = goals.groupby("area")["due"].apply(list)
    assert due["松滋市"] == due["洪湖市"] == ["2021-12-31"]
    assert all(due[county] == ["2021-12-31", "2022-12-31"] for county in ("江陵县", "石首市", "公安县", "监利市"))
    assert set(goals[goals["due"] == "2021-12-31"]["notes"]) == {"due_past:2021-12-31"}


# The workbook


@pytest.fixture(scope="module")
def book(view: PlanView, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lists") / "lists.xlsx"
    write_lists(view, path, [SHEET.name])
    return path


def test_the_workbook_is_ready_to_use(book: Path, view: PlanView) -> None:
    found = openpyxl.load_workbook(book)
    assert found.sheetnames == ["说明", "责任清单", "任务清单", "项目清单", "时间表", "按地区"]
    for page in found.worksheets:
        assert "示例数据(非真实)" in str(page["A1"].value) and "示例数据(非真实)" in str(page.oddFooter.left.text if page.oddFooter else "")
        assert page.page_setup.orientation == "landscape" and page.print_area
        if page.title != "说明":
            assert page.auto_filter.ref and page.freeze_panes == "B4" and page.print_title_rows == "$1:$3"
        assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    assert found["任务清单"].max_row == 3 + len(view.lists.tasks)
    text = "\n".join(str(cell.value) for row in found["任务清单"].iter_rows() for cell in row if cell.value)
    assert "▲ 逾期未完成" in text and text.count("待核（推算）") == 2
    projects = found["项目清单"]
    assert "（8个项目，1个没有数字、未计入）" in str(projects["A2"].value)
    assert [cell.value for cell in projects[projects.max_row] if isinstance(cell.value, float)] == [37725.5]


def test_equal_lists_give_equal_bytes(book: Path, view: PlanView, tmp_path: Path) -> None:
    write_lists(view, tmp_path / "again.xlsx", [SHEET.name])
    assert (tmp_path / "again.xlsx").read_bytes() == book.read_bytes()


def test_every_text_stays_a_text(catalog: Catalog, tmp_path: Path) -> None:
    odd = ["=1+1", "+A1", "@x", "http://example.org", "{=1}", "a\x00b", "0012"]
    some = tuple(Project(id=f"P{n}", title=text, content=text, funding=text, clause=text, state="seen") for n, text in enumerate(odd))
    plan = catalog.plans[PLAN]
    write_lists(PlanView(catalog, plan, PlanLists(PLAN, projects=some)), tmp_path / "odd.xlsx")
    page = openpyxl.load_workbook(tmp_path / "odd.xlsx")["项目清单"]
    cells = [cell for row in page.iter_rows(min_row=4) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    assert [cell.value for cell in page["B"][3:]] == [f"{text}\n{text}".replace("\x00", "\ufffd") for text in odd]


def test_the_workbook_in_english(catalog: Catalog, tmp_path: Path) -> None:
    reported = read_progress(SHEET, SHEET.name, catalog.lists[PLAN])
    write_lists(view_lists(catalog, PLAN, reported, DAY, lang="en"), tmp_path / "en.xlsx")
    found = openpyxl.load_workbook(tmp_path / "en.xlsx")
    assert found.sheetnames == ["about", "duties", "tasks", "projects", "calendar", "by sub-region"]
    assert all("example data (not real)" in str(page["A1"].value) for page in found.worksheets)
    heads = [str(cell.value) for page in found.worksheets[1:] for cell in page[3] if cell.value]
    assert all(head.isascii() for head in heads)


def test_every_status_has_a_look_a_word_and_a_rule(view: PlanView) -> None:
    for lang in ("zh", "en"):
        assert list(words("standing_rule", "en" if lang == "en" else "zh")) == list(STATUSES)
    assert set(words("standing")) == set(STATUSES) == set(STANDINGS)
    assert sum(tasks for _, tasks, _ in Sheets(view).counts()) == len(view.lists.tasks)


# The command


def test_the_command_says_what_is_late_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "new" / "lists.xlsx"
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(app, ["plan", "lists", PLAN, "--progress", str(SHEET), "--as-of", "2025-03-31", "--out", str(out)])
    text = done.output
    assert done.exit_code == 0 and out.is_file()
    assert "▲ 逾期未完成 3" in text and "示例数据(非真实)" in text
    assert text.index("入河排污口排查整治") < text.index("生活垃圾处理和农村改厕") < text.index("工业企业挥发性有机物综合治理")
    assert "完善生态文明建设考核办法" not in text  # what is done is only counted


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("no-plan",), 1), ((PLAN, "--department", "区水务局"), 1), ((PLAN, "--as-of", "31.3.2025"), 1), ((PLAN, "--out", "x.csv"), 2)],
)
def test_the_command_refuses_without_a_traceback(arguments: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(app, ["plan", "lists", *arguments])
    assert done.exit_code == code and (code == 2 or isinstance(done.exception, EvalkitError))
