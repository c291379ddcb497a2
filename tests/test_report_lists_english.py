"""The chapters on lists, calendar and review in English: their sentences, and no Chinese but what the lists and registers say."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypandoc
import pytest
from conftest import ROOT, TinyProject
from test_report_english import _texts as data_texts
from test_report_english import chinese_of_ours
from test_report_lists import DUTIES, PROJECTS, SHEET, TASKS, texts

from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.reviews import reviews_of
from evalkit.messages.speech import speaking
from evalkit.report import look
from evalkit.report.canvas import Canvas
from evalkit.report.chapters import lists_tables
from evalkit.report.chapters.gantt import Bar, gantt_charts
from evalkit.report.chapters.lists_calendar import calendar_grid, calendar_sentences
from evalkit.report.chapters.lists_chapter import CalendarChapter, ListsChapter, standing_sentences
from evalkit.report.chapters.lists_state import STANDINGS, PlanState, indicator_names, plan_states
from evalkit.report.chapters.opinions_chapter import opinions_chapters
from evalkit.report.chapters.opinions_words import told
from evalkit.report.numbering import Numbering
from evalkit.report.tables import grid_table
from evalkit.report.terms import speech_of

SHIPPED = [("example-county-2024", "999001"), ("chongming-2023", "310151")]


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(ROOT)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that figures print or show on hover."""
    found: list[str] = []
    text, spot = Canvas.text, Canvas.spot
    monkeypatch.setattr(
        Canvas, "text", lambda self, x, y, words, *rest, **more: [found.append(words), text(self, x, y, words, *rest, **more)]
    )
    monkeypatch.setattr(Canvas, "spot", lambda self, *place: [found.append(place[-1]), spot(self, *place)])
    return found


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[PlanState]:
    """The state of a small plan with lists and a progress sheet, in English."""
    project = TinyProject(tmp_path)
    for name, text in (("duties", DUTIES), ("tasks", TASKS), ("projects", PROJECTS)):
        project.write(f"params/plans/trial/{name}.csv", text)
    project.write("data/raw/try/progress.csv", SHEET)
    project.edit("params/runs/try.yml", "report_date:", "progress_sheets: [try/progress.csv]\nreport_date:")
    catalog = load_catalog(project.root)
    with speaking(speech_of(catalog, "en")):
        yield plan_states(catalog, catalog.run("try"), project.region)[0]


def everything(catalog: Catalog, run: str, code: str, states: list[PlanState]) -> str:
    """Return all texts of the data that the chapters print."""
    return "\n".join(data_texts([states, reviews_of(catalog.project, run), catalog.sets, catalog.documents, catalog.regions[code]]))


@pytest.mark.parametrize(("run", "code"), SHIPPED)
def test_shipped_lists_and_reviews_speak_english(shipped: Catalog, drawn: list[str], run: str, code: str) -> None:
    with speaking(speech_of(shipped, "en")):
        states = plan_states(shipped, shipped.run(run), code)
        numbers = Numbering()
        stale = opinions_chapters(shipped, run, code, [code])
        chapters = [ListsChapter(states), CalendarChapter(states), *opinions_chapters(shipped, run, code), *stale]
        text = "\n".join(chapter.markdown(numbers) for chapter in chapters)
    data = everything(shipped, run, code, states)
    assert chinese_of_ours(text, data, tables=True) == []
    assert drawn and chinese_of_ours("\n".join(drawn), data, tables=True) == []
    said = [part for chart in numbers.charts for part in (chart.title, chart.alt)]
    assert said and chinese_of_ours("\n".join(said), data, tables=True) == []
    assert "Table 1. Duties: Plan" in html.unescape(text) and len(chapters) >= 2


def test_every_shipped_list_fits_its_page(shipped: Catalog) -> None:
    """A table that is wider than its page would be cut; long English names wrap."""
    with speaking(speech_of(shipped, "en")):
        for plan_id, lists in shipped.lists.items():
            plan = shipped.plans[plan_id]
            code = next(code for code in shipped.regions if code == plan.region)
            standings = tuple(lists_standings(shipped, plan_id))
            day = date(2024, 12, 31)
            state = PlanState(plan, lists, standings, day, True, shipped.regions[code].name_zh, indicator_names(shipped, plan), {})
            wide = [lists_tables.duties_grid(state), lists_tables.tasks_grid(state), lists_tables.projects_grid(state)]
            wide += [grid for grid in (lists_tables.areas_grid(state), lists_tables.sums_grid(state)) if grid is not None]
            for grid in wide:
                assert not grid.body or sum(grid.widths) <= lists_tables.LANDSCAPE_CHARS + 0.5, (plan_id, grid.head)
                assert grid_table(grid)
            assert sum(calendar_grid(state).widths) <= lists_tables.PORTRAIT_CHARS + 0.5, plan_id


def lists_standings(catalog: Catalog, plan_id: str) -> list[lists_tables.Standing]:
    from evalkit.assessment.standing import standings

    return standings(catalog.lists[plan_id], [], date(2024, 12, 31))


def test_sentences(tiny: PlanState) -> None:
    assert standing_sentences(tiny) == [
        "6 tasks on 31 March 2025: 1 late, 3 not reported, 1 in time and 1 done.",
        "4 projects on 31 March 2025: 2 not reported, 1 in time and 1 done late.",
        "Late (1): task “1 治理扬尘” (due 2024, 县环境局).",
        "Past the deadline and not reported (1): task “6 编制名录” (due 30 June 2024, 县林业局).",
        "No responsible unit is printed for 1 task: “4 调度会”.",
    ]
    assert calendar_sentences(tiny) == [
        "Trial plan lists 6 tasks and 4 projects: 7 have a deadline, 1 is repeated or continuous and 2 have no deadline in print "
        "(“5 前期研究”, “4 公园”).",
        "On 31 March 2025, 4 deadlines have passed; 2 fall due within the year after: “3 创建示范镇 (乙镇)” (2025), “1 污水厂” (2025).",
    ]
    assert lists_tables.investment_words(tiny.lists.projects) == (
        "2 projects have an investment in print, together 1500.5 × 10,000 yuan; 1 has none, which does not count as zero; "
        "1 has less than the whole investment in print and is left out of the sum (3: 550（仅含在建）)."
    )
    silent = standing_sentences(replace(tiny, reported=False))
    assert silent[0].startswith("This assessment has no progress sheets") and not any("late" in text for text in silent)


def test_tables(tiny: PlanState) -> None:
    duties = {row[0]: row[1:] for row in texts(lists_tables.duties_grid(tiny))}
    assert duties["Unit"] == ["Leads", "Takes part", "Responsible"]
    assert duties["县环境局"] == ["Indicators: share of good days (张三); tasks: 1, 5", "—", "—"]
    head, *rows = texts(lists_tables.tasks_grid(tiny))
    assert head[0] == "No." and head[-2:] == ["Due", "Status"]
    assert [row[-2] for row in rows] == ["2024", "2023", "2025", "Every half-year", "—", "30 June 2024"]
    assert [row[-1] for row in rows][:3] == ["▲ late (80%)", "● done (30 November 2023)", "▷ in time"]
    head, *rows = texts(lists_tables.projects_grid(tiny))
    assert "Investment (10,000 yuan)" in head and rows[3][head.index("Investment (10,000 yuan)")] == "—"
    days = [row[0] for row in texts(calendar_grid(tiny))]
    assert days == ["Deadline", "2023", "H1 2024", "2024", "2025", "2026", "Every half-year"]
    notes = lists_tables.notes_grid(tiny, "task")
    assert notes is not None and any("两处未完工" in row[-1] for row in texts(notes))


def test_languages_have_the_same_numbers(shipped: Catalog) -> None:
    run, code = SHIPPED[0]
    grids = {}
    for lang in ("zh", "en"):
        with speaking(speech_of(shipped, "zh" if lang == "zh" else "en")):
            (state,) = plan_states(shipped, shipped.run(run), code)
            grids[lang] = [lists_tables.tasks_grid(state), lists_tables.projects_grid(state), lists_tables.areas_grid(state)]
    for one, other in zip(grids["zh"], grids["en"], strict=True):
        assert [[cell.css for cell in row] for row in one.body] == [[cell.css for cell in row] for row in other.body]
        columns = [place for place, side in enumerate(one.align) if side == "right"]
        assert list(one.align) == list(other.align)
        assert [[row[place].text for place in columns] for row in one.body] == [
            [row[place].text for place in columns] for row in other.body
        ]


def test_remarks(shipped: Catalog) -> None:
    run, code = SHIPPED[0]
    with speaking(speech_of(shipped, "en")):
        lines = told(shipped, reviews_of(shipped.project, run).of_region(code))
        (text, *_) = (one.markdown(Numbering()) for one in opinions_chapters(shipped, run, code))
    assert "5 remarks were made: 2 accepted, 1 partly accepted, 1 not accepted, 1 not answered." in html.unescape(text)
    assert lines[2].subject == "11 Forest and grass coverage (2024, plan for 2025)" and lines[4].subject == "the whole"
    assert lines[3].opinion == "[rounding, should be changed] 建议该比例只保留整数。 (value suggested: 23)"
    assert lines[1].reply == "正文补充整改时限，任务清单不重复. Changed: 摘要."


def test_a_long_source_line_is_broken_not_cut(tiny: PlanState, drawn: list[str]) -> None:
    bar = Bar("", "1", "name", date(2024, 1, 1), date(2024, 12, 31), due="every half-year to 31 December 2030", status=STANDINGS["unknown"])
    documents = "; ".join(f"“Plan {number} of the District for ecological civilization”" for number in range(1, 4))
    (one,) = gantt_charts([bar], name="g", title="T", subtitle="s", as_of=date(2025, 1, 1), source=f"{documents}; statuses from the sheets")
    assert "from the sheets" in " ".join(drawn).replace("\n", " ") and "every half-year" in " ".join(drawn).replace("\n", " ")
    many = "; ".join(f"“Plan {number} of the District for ecological civilization”" for number in range(1, 40))
    (other,) = gantt_charts([bar], name="g", title="T", subtitle="s", as_of=date(2025, 1, 1), source=many)
    assert drawn[-1].endswith("…") and len(other.svg) > len(one.svg)
    assert max(look.FIGURE_MM, one.width_mm) == look.FIGURE_MM


def test_hostile_names_stay_text_in_english(tiny: PlanState) -> None:
    hostile = "**b** [a](b) {{x}} `c` <i> @tbl-1"
    lists = replace(tiny.lists, tasks=tuple(task.model_copy(update={"title": hostile, "lead": hostile}) for task in tiny.lists.tasks))
    standings = tuple(replace(one, item=one.item.model_copy(update={"title": hostile})) for one in tiny.standings)
    state = replace(tiny, lists=lists, standings=standings, plan=tiny.plan.model_copy(update={"name_zh": hostile}))
    text = "".join(chapter.markdown(Numbering()) for chapter in (ListsChapter([state, state]), CalendarChapter([state])))
    assert "<i>" not in text and "**b**" not in text and "@tbl-1" not in text and "{{x}}" not in text
    made = pypandoc.convert_text(text, "html", format="markdown+east_asian_line_breaks")
    assert 'href="b"' not in made and "<strong>" not in made and "<code>" not in made
