"""The chapters on lists and calendar: counts, late lines first, sums, pictures that hold every line once."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import ROOT, TinyProject
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.catalog import load_catalog
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError
from evalkit.report import look
from evalkit.report.chapters.gantt import MOST_BARS, Bar, gantt_charts
from evalkit.report.chapters.lists_chapter import CalendarChapter, ListsChapter, lists_chapters, standing_sentences
from evalkit.report.chapters.lists_state import STANDINGS, PlanState, indicator_names, plan_states
from evalkit.report.chapters.lists_tables import MOST_LISTED, tasks_grid
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Grid, escape, grid_table

DUTIES = """indicator,lead,join,person,clause,state,via
R1,县环境局,县住建局、县交通局等,张三,表2,verified,核对记录1
R3,县住建局,,,表2,derived,
"""
TASKS = """id,seq,title,domain,kind,indicators,areas,start,deadline,repeats,deadline_text,lead,responsible,clause,state,note,via
T1,1,治理扬尘,环境,task,R1,,2023,2024,,2024年底前,县环境局,,任务1,derived,,
T2,2,创建示范镇,创建,goal,,甲镇,,2023,,2023年,,甲镇人民政府,任务2,derived,,
T3,3,创建示范镇,创建,goal,,乙镇,,2025,,2025年,,乙镇人民政府,任务3,derived,,
T4,4,调度会,保障,meeting,,,2023,,half_yearly,每半年,,,任务4,verified,见附件,核对记录1
T5,5,前期研究,环境,task,,,,,,,县环境局,,任务5,derived,见附件,
T6,6,编制名录,环境,task,,,,2024-06-30,,2024年6月底前,县林业局,,任务6,derived,,
"""
PROJECTS = """id,seq,category,title,place,start,deadline,deadline_text,investment,investment_text,funding,responsible,clause,state
P1,1,治水,污水厂,城区,2023,2025,2025年,1200.5,,财政,县住建局,项目1,derived
P2,2,治水,管网,甲镇,2023,2024,2024年,300,,-,县住建局,项目2,derived
P3,3,绿化,造林,乙镇,,2026,2026年,,550（仅含在建）,,县林业局,项目3,derived
P4,4,绿化,公园,城区,,,,,-,,县林业局,项目4,derived
"""
SHEET = """item,as_of,state,done_on,share,spent,note
T1,2025-03-20,in_progress,,80,,两处未完工
T2,2025-03-20,done,2023-11-30,,,
T3,2025-03-20,in_progress,,,,
P1,2025-03-20,in_progress,,95,900,
P2,2025-03-20,done,2025-01-15,,,
"""


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    made = TinyProject(tmp_path)
    for name, text in (("duties", DUTIES), ("tasks", TASKS), ("projects", PROJECTS)):
        made.write(f"params/plans/trial/{name}.csv", text)
    made.write("data/raw/try/progress.csv", SHEET)
    made.edit("params/runs/try.yml", "report_date:", "progress_sheets: [try/progress.csv]\nreport_date:")
    return made


def states(project: TinyProject) -> list[PlanState]:
    catalog = load_catalog(project.root)
    return plan_states(catalog, catalog.run("try"), project.region)


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in (*grid.head, *grid.body)]


def said(markdown: str) -> str:
    """Return the text of Markdown of ours without its table lines and entities."""
    import html

    return html.unescape(markdown)


def test_counts_come_first_then_what_is_late_with_who_answers(tiny: TinyProject) -> None:
    first, second, late, silent, nobody = standing_sentences(states(tiny)[0])
    assert first == "到2025年3月31日，6项任务中逾期未完成1项、未报进度3项、按时推进1项、已完成1项。"
    assert second == "到2025年3月31日，4个项目中未报进度2个、按时推进1个、逾期完成1个。"
    assert late == "逾期未完成的1项：任务1 治理扬尘（时限2024年，县环境局）。"
    assert silent == "时限已过而未报进度的1项：任务6 编制名录（时限2024年6月30日，县林业局）。"
    assert nobody == "1项任务未印责任单位：4 调度会。"


def test_without_sheets_nothing_is_said_of_how_things_stand(tiny: TinyProject) -> None:
    tiny.edit("params/runs/try.yml", "progress_sheets: [try/progress.csv]\n", "")
    state = states(tiny)[0]
    assert standing_sentences(state)[0] == "本次评估没有任务和项目的进度表，完成情况不作判断。"
    from evalkit.report.chapters import lists_tables

    for grid in (lists_tables.tasks_grid(state), lists_tables.projects_grid(state), lists_tables.areas_grid(state)):
        assert not {"状态", *(shown.label for shown in STANDINGS.values())} & set(texts(grid)[0])
    text = "".join(chapter.markdown(Numbering()) for chapter in (ListsChapter([state]), CalendarChapter([state])))
    assert not any(shown.zh in said(text) for shown in STANDINGS.values())


def test_the_list_of_duties_groups_by_unit_and_role(tiny: TinyProject) -> None:
    from evalkit.report.chapters.lists_tables import duties_grid

    rows = {row[0]: row[1:] for row in texts(duties_grid(states(tiny)[0]))}
    assert rows["责任单位"] == ["牵头", "参与", "负责"]
    assert rows["县环境局"] == ["指标：优良天数比率（张三）；任务：1、5", "—", "—"]
    assert rows["县交通局"] == ["—", "指标：优良天数比率（张三）", "—"]
    assert rows["县住建局"] == [f"指标：处理率{look.DAGGER}", "指标：优良天数比率（张三）", "项目：1、2"]


def test_investments_are_summed_as_printed_and_a_missing_one_is_not_zero(tiny: TinyProject) -> None:
    from evalkit.report.chapters.lists_tables import investment_words, projects_grid, sums_grid

    state = states(tiny)[0]
    assert investment_words(state.lists.projects) == (
        "印有投资额的2个项目合计1500.5万元；1个未印投资额，不按零计；1个所印不是全部投资额，不计入合计（3：550（仅含在建））。"
    )
    sums = sums_grid(state)
    assert sums is not None and texts(sums)[1:] == [
        ["治水", "2", "1500.5", "2", "0"],
        ["绿化", "2", "—", "0", "2"],
        ["合计", "4", "1500.5", "2", "2"],
    ]
    head, *rows = texts(projects_grid(state))
    column = head.index("投资（万元）")
    assert [row[column] for row in rows] == ["1200.5", "300", "550（仅含在建）", "—"]
    assert [row[head.index("完成投资（万元）")] for row in rows] == ["900", "—", "—", "—"]
    assert [row[-1] for row in rows] == ["▷ 按时推进（95%）", "◆ 逾期完成（2025-01-15）", "○ 未报进度", "○ 未报进度"]


def test_the_sum_of_a_shipped_list_is_that_of_its_source() -> None:
    """崇明's 42 projects: the sum of the amounts that the plan prints, added up from the table apart."""
    from evalkit.report.chapters.lists_tables import investment_words

    catalog = load_catalog(ROOT)
    projects = catalog.lists["chongming-2024"].projects
    with (ROOT / "params" / "plans" / "chongming-2024" / "projects.csv").open(encoding="utf-8-sig", newline="") as file:
        printed = [row["investment_text"] or row["investment"] for row in csv.DictReader(file)]
    plain = [text for text in printed if re.fullmatch(r"[0-9.]+", text)]
    assert len(projects) == 42 and len(plain) == 24
    assert sum(map(Fraction, plain)) == Fraction("603524.52")
    assert "印有投资额的24个项目合计603524.52万元" in investment_words(projects)


def test_sub_regions_are_rolled_up_with_their_time_limits(tiny: TinyProject) -> None:
    from evalkit.report.chapters.lists_tables import areas_grid, goals_grid

    state = states(tiny)[0]
    goals = goals_grid(state)
    assert goals is not None and texts(goals) == [["地区", "创建示范镇"], ["甲镇", "2023年　● 已完成"], ["乙镇", "2025年　▷ 按时推进"]]
    assert texts(areas_grid(state))[1:] == [
        ["甲镇", "1", "创建示范镇（2023年）", "0", "1"],
        ["乙镇", "1", "创建示范镇（2025年）", "1", "0"],
    ]
    assert state.title(state.lists.tasks[1]) == "2 创建示范镇（甲镇）"  # two lines have one title


def test_the_calendar_has_years_half_years_and_what_is_repeated(tiny: TinyProject) -> None:
    from evalkit.report.chapters.lists_calendar import calendar_grid, calendar_sentences

    state = states(tiny)[0]
    rows = {row[0]: row[1:] for row in texts(calendar_grid(state))}
    assert list(rows) == ["时限", "2023年", "2024年上半年", "2024年", "2025年", "2026年", "每半年"]
    assert rows["2024年上半年"] == ["1", "○ 6 编制名录（2024年6月30日）", "—"]
    assert rows["2024年"] == ["2", "▲ 1 治理扬尘", "◆ 2 管网"]
    assert sum(int(row[0]) for name, row in rows.items() if name != "时限") == 8  # two lines have no time limit
    assert calendar_sentences(state) == [
        "试验规划列出6项任务、4个项目，其中7项有完成时限、1项定期或持续开展、2项未印时限（5 前期研究、4 公园）。",
        "到2025年3月31日，4项时限已过；此后一年内到期的有2项：3 创建示范镇（乙镇）（2025年）、1 污水厂（2025年）。",
    ]


def test_the_whole_chapter_numbers_its_tables_and_says_what_nobody_verified(tiny: TinyProject) -> None:
    catalog = load_catalog(tiny.root)
    chapters = lists_chapters(catalog, read_inputs(catalog, "try"), tiny.region)
    assert [(one.id, one.landscape) for one in chapters] == [("tasks", True), ("schedule", False)]
    numbers = Numbering()
    text = said("".join(one.markdown(numbers) for one in chapters))
    assert [int(number) for number in re.findall(r": 表(\d+) ", text)] == list(range(1, numbers.tables + 1))
    assert "† 尚未与正式文本核对（推算5项）。" in text and "T4" not in text
    assert "注：4、5：见附件。" in text and "两处未完工" in text
    assert [chart.name for chart in numbers.charts] == ["calendar-1", "calendar-2"]
    again = Numbering()
    assert said("".join(one.markdown(again) for one in chapters)) == text
    assert [chart.svg for chart in again.charts] == [chart.svg for chart in numbers.charts]


@pytest.mark.parametrize(("sheet", "expected"), [("", "progress.csv"), ("T9,2025-03-20,done,,,,\n", "A7")])
def test_a_missing_or_faulty_sheet_is_named_with_its_place(tiny: TinyProject, sheet: str, expected: str) -> None:
    if sheet:
        tiny.write("data/raw/try/progress.csv", SHEET + sheet)
    else:
        (tiny.root / "data/raw/try/progress.csv").unlink()
    with pytest.raises(EvalkitError) as caught:
        states(tiny)
    assert any(expected in str(problem.place) and "data/raw/try/progress.csv" in problem.place.file for problem in caught.value.problems)


def test_a_sheet_is_not_passed_over_where_there_are_no_lists(tiny: TinyProject) -> None:
    for name in ("duties", "tasks", "projects"):
        (tiny.root / f"params/plans/trial/{name}.csv").unlink()
    with pytest.raises(EvalkitError):
        states(tiny)
    tiny.edit("params/runs/try.yml", "progress_sheets: [try/progress.csv]\n", "")
    assert states(tiny) == []


def test_data_are_never_markup(tiny: TinyProject) -> None:
    import pypandoc

    hostile = "**粗** [链](http://x) | <b>b</b> {{< pagebreak >}} `r` # $x$"
    tiny.write("params/plans/trial/tasks.csv", TASKS.replace("治理扬尘", f'"{hostile}"'))
    text = "".join(one.markdown(Numbering()) for one in (ListsChapter(states(tiny)), CalendarChapter(states(tiny))))
    shown = pypandoc.convert_text(text, "plain", format="markdown+east_asian_line_breaks", extra_args=["--wrap=none"])
    assert "<b>" not in text and "{{<" not in text
    assert hostile.replace(" ", "") in re.sub(r"[\s|]", "", shown) or "**粗**" in shown
    made = pypandoc.convert_text(text, "html", format="markdown+east_asian_line_breaks")
    assert "<strong>" not in made and "<a href" not in made and "<b>" not in made


def test_names_of_indicators_are_told_apart_only_where_they_must() -> None:
    catalog = load_catalog(ROOT)
    names = indicator_names(catalog, catalog.plans["chongming-2024"])
    assert len(set(names.values())) == len(names)
    assert names["C04.1"] == "优良天数比率"


days = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@st.composite
def bars(draw: st.DrawFn) -> list[Bar]:
    made = []
    for number in range(draw(st.integers(1, 60))):
        first, last = draw(st.none() | days), draw(st.none() | days)
        if first is not None and last is not None and first > last:
            first, last = last, first
        status = draw(st.none() | st.sampled_from(list(STANDINGS.values())))
        name = "名" * draw(st.integers(1, 40)) + f"〔{number}〕"
        group, due = draw(st.sampled_from(["", "甲类", "乙类"])), draw(st.sampled_from(["", "2025年", "2030年12月31日"]))
        made.append(Bar(group, str(number), name, first, last, repeats=draw(st.booleans()), due=due, status=status))
    return made


@settings(max_examples=25)
@given(bars(), days)
def test_every_bar_is_drawn_once_inside_the_figure(some: list[Bar], as_of: date) -> None:
    charts = gantt_charts(some, name="g", title="题", subtitle="副题", as_of=as_of, source="源")
    counts = [len(re.findall(r"〔\d+〕", chart.alt)) for chart in charts]
    assert sum(counts) == len(some) and max(counts) <= MOST_BARS
    for chart in charts:
        root = ElementTree.fromstring(chart.svg)
        height = float(root.attrib["height"].removesuffix("mm"))
        assert height <= 245
        for box in root.iter("{http://www.w3.org/2000/svg}rect"):
            if box.attrib["width"] != "100%":
                left, wide = float(box.attrib["x"]), float(box.attrib["width"])
                assert left >= -0.01 and wide > 0 and left + wide <= look.FIGURE_MM + 0.01


def boxes(chart: bytes, colour: str) -> Iterator[tuple[float, float]]:
    for box in ElementTree.fromstring(chart).iter("{http://www.w3.org/2000/svg}rect"):
        if box.attrib.get("fill") == colour and box.attrib.get("height") == "2.7":
            yield float(box.attrib["x"]), float(box.attrib["x"]) + float(box.attrib["width"])


def test_a_bar_is_as_long_as_its_days() -> None:
    start, end = date(2024, 1, 1), date(2027, 12, 31)
    done = STANDINGS["done"]
    whole = Bar("", "1", "全程", start, end, due="2027年", status=done)
    half = Bar("", "2", "一半", start, start + timedelta(days=(end - start).days // 2), due="2025年", status=done)
    (chart,) = gantt_charts([whole, half], name="g", title="题", subtitle="", as_of=date(2025, 1, 1), source="源")
    key, first, second = sorted(boxes(chart.svg, "#1B7F5C"), key=lambda pair: pair[1] - pair[0])
    assert key[1] - key[0] == pytest.approx(6)
    assert (first[1] - first[0]) / (second[1] - second[0]) == pytest.approx(0.5, abs=0.002)
    assert first[0] == second[0]


def test_the_shipped_projects_fit_on_two_pages() -> None:
    catalog = load_catalog(ROOT)
    run = catalog.run("chongming-2023")
    (state,) = plan_states(catalog, run, "310151")
    numbers = Numbering()
    CalendarChapter([state]).markdown(numbers)
    drawn = [chart for chart in numbers.charts if chart.name.startswith("calendar-2")]
    assert len(drawn) == 2 and drawn[0].title.startswith("42个项目中29项有完成时限，2025年到期的最多（10项）")
    assert all(escape(line.title) for line in state.lists.projects)
    alt = "".join(chart.alt for chart in drawn)
    assert all(project.title in alt for project in state.lists.projects)


def test_statuses_differ_without_colour() -> None:
    assert len({shown.symbol for shown in STANDINGS.values()}) == len(STANDINGS)
    css = (ROOT / "reports" / "templates" / "report.css").read_text(encoding="utf-8")
    assert all(f".{shown.css} " in css or f".{shown.css}," in css for shown in STANDINGS.values())


def test_grids_hold_together(tiny: TinyProject) -> None:
    from evalkit.report.chapters import lists_tables

    state = states(tiny)[0]
    for grid in (lists_tables.tasks_grid(state), lists_tables.notes_grid(state, "task"), lists_tables.duties_grid(state)):
        assert grid is not None
        assert len(grid.widths) == len(grid.align) == len(grid.head[0])
        assert grid_table(grid).count("+") > len(grid.body)


def test_a_long_list_is_printed_in_part_and_says_where_the_rest_is(tiny: TinyProject) -> None:
    head = "id,seq,title,clause,state,via,deadline,indicators,lead\n"
    lines = "".join(f"T{number},{number},任务{number},一,seen,转载件,2024,,县水利局\n" for number in range(1, 3001))
    tiny.write("params/plans/trial/tasks.csv", head + lines)
    tiny.write("params/plans/trial/projects.csv", "id,title,clause,state\n")
    tiny.edit("params/runs/try.yml", "progress_sheets: [try/progress.csv]\n", "")
    (state,) = states(tiny)
    assert len(tasks_grid(state).body) == MOST_LISTED
    text = said(ListsChapter([state]).markdown(Numbering()))
    assert "清单共3000项任务，表和图中为前300项" in text
    assert "任务300" in text and "任务3000" not in text
