"""The chapters on plans and annual targets in English: no Chinese of ours, the same numbers, nothing cut."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from test_report_english import chinese_of_ours
from test_report_progress import RUNS, panel

import evalkit as ek
from evalkit.assessment.progress_way import Point, ProgressRules
from evalkit.assessment.year_to_date_read import read_records
from evalkit.assessment.year_to_date_rules import remaining
from evalkit.catalog import Catalog
from evalkit.messages.speech import Speech, speaking
from evalkit.report import look, phrases
from evalkit.report.canvas import Canvas, text_mm
from evalkit.report.chapters.fragile_chapter import fragile_lines
from evalkit.report.chapters.progress_chapter import Marks, progress_chapters, progress_grid
from evalkit.report.chapters.progress_steps import STATUSES, milestones_of
from evalkit.report.chapters.progress_words import counts_sentence, rules_words
from evalkit.report.chapters.trajectory_chapter import trajectory_chapters
from evalkit.report.chapters.trajectory_charts import trajectory_charts
from evalkit.report.chapters.year_chapter import YearChapter, _Line, year_chapters, year_grid
from evalkit.report.chapters.year_figure import year_chart
from evalkit.report.numbering import Numbering
from evalkit.report.terms import speech_of

RULES = ProgressRules()
WIDE_SIGNS = "＜＞"  # how signs are written in an alternative text, in every language


@pytest.fixture(scope="module")
def english(catalog: Catalog) -> Speech:
    return speech_of(catalog, "en")


@pytest.fixture
def in_english(english: Speech) -> Iterator[None]:
    with speaking(english):
        yield


def written(catalog: Catalog, run: str) -> dict[str, str]:
    """Return the Markdown of the chapters of a run, by id; no lists, which have tests of their own."""
    inputs, code = ek.read_inputs(catalog, run, RUNS[run]), RUNS[run]
    places = milestones_of(catalog, inputs, code, rules=RULES)
    found = [
        *progress_chapters(places, catalog.regions[code].name_zh, RULES),
        *trajectory_chapters(catalog, inputs, code, places),
        *year_chapters(catalog, inputs, code),
    ]
    return {chapter.id: chapter.markdown(Numbering()) for chapter in found}


@pytest.mark.parametrize("run", RUNS)
def test_the_chapters_speak_english(run: str, catalog: Catalog, in_english: None) -> None:
    files = [(catalog.project.raw / name).read_text(encoding="utf-8") for name in catalog.run(run).annual_targets]
    made = written(catalog, run)
    assert {"reach", "trajectory"} <= set(made) and ("year" in made) == bool(files)
    for chapter, text in made.items():
        assert chinese_of_ours(text, "\n".join([WIDE_SIGNS, *files]) if chapter == "year" else WIDE_SIGNS, tables=True) == []
        assert not re.search(r"NaN|None|Fraction|\{[a-z_]+\}", text), chapter


@pytest.mark.parametrize("run", RUNS)
def test_the_fragile_verdicts_speak_english(run: str, catalog: Catalog, in_english: None) -> None:
    inputs = ek.read_inputs(catalog, run, RUNS[run])
    lines, _ = fragile_lines(catalog, inputs, RUNS[run])
    assert lines
    for line in lines:
        said = "\n".join([line.name, line.aims, line.value, line.received, line.turn, line.verdict[1], line.rounding, line.item_name])
        own = "\n".join(text for text in (line.one.line.text, line.one.own.text or "", line.flip.item.unit_received or "") if text)
        assert chinese_of_ours(said, own, tables=True) == []
        assert re.fullmatch(
            r"[0-9.]+\D.* (less|more|less or more)( \([0-9.]+%\))?: (not )?(met|at the target|satisfied|triggered|yet at .*)", line.turn
        )


@pytest.mark.parametrize("run", RUNS)
def test_both_languages_have_the_same_numbers(run: str, catalog: Catalog, english: Speech) -> None:
    inputs = ek.read_inputs(catalog, run, RUNS[run])
    chinese = milestones_of(catalog, inputs, RUNS[run], rules=RULES)
    with speaking(english):
        other = milestones_of(catalog, inputs, RUNS[run], rules=RULES)
        assert all(re.fullmatch(r"[^\u4e00-\u9fff]+", step.name) for place in other for step in place.steps)
    compared = 0
    for one, two in zip(chinese, other, strict=True):
        for step, same in zip(one.steps, two.steps, strict=True):
            for name, part in step.parts.items():
                assert len(part.why) == len(same.parts[name].why) and part.css == same.parts[name].css
                assert re.findall(r"\d+(?:\.\d+)?", part.text) == re.findall(r"\d+(?:\.\d+)?", same.parts[name].text), (step.name, name)
                compared += bool(re.search(r"\d", part.text))
    assert compared > 20


def test_counts_and_rules_are_sentences(catalog: Catalog, in_english: None) -> None:
    inputs = ek.read_inputs(catalog, "example-county-2024", "999001")
    first, second, _ = milestones_of(catalog, inputs, "999001", rules=RULES)
    assert counts_sentence(first).startswith("The annual targets for 2024 of “Plan of the Example District for")
    assert counts_sentence(first).endswith("have 11 items (parts included), all with a numeric target: 9 arrived and 2 behind schedule.")
    assert "Schedule: 13 arrived, 12 ahead of schedule, 5 on schedule, 1 behind schedule and 1 unknown. Reach" in counts_sentence(second)
    steady = rules_words(ProgressRules(Fraction(1), Fraction(120), True))
    assert "within 1 percentage point of" in steady and "at least 120% of the one needed, in the least favourable year, too, else" in steady
    assert "not official" in steady and "favourable" not in rules_words(RULES) and "5 percentage points" in rules_words(RULES)
    grid = progress_grid(second, Marks(), wide=True)
    assert [cell.text for cell in grid.head[0]][:6] == ["No.", "Indicator", "Unit", "Base (2021)", "Now (2024)", "Planned"]


def test_many_marks_are_numbers_in_brackets(in_english: None) -> None:
    marks = Marks()
    assert [marks((f"reason {number}",)) for number in range(1, 22)][-1] == "(21)"
    assert marks.sentences[0] == "① Reason 1." and marks.sentences[-1] == "(21) Reason 21."


LONG = "Comprehensive utilization of agricultural waste (Comprehensive utilization of livestock and poultry manure, straw and film)"


@pytest.mark.parametrize("count", [1, 3, 7, 21])
def test_panels_fit_and_do_not_overlap(count: int, in_english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[Canvas, float, float, str, float]] = []
    plain = Canvas.text

    def text(self: Canvas, x: float, y: float, said: str, size: float = 8, colour: str = look.INK, **how: str) -> None:
        drawn.append((self, x, y, said, size))
        plain(self, x, y, said, size, colour, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Canvas, "text", text)
    behind = [STATUSES["behind"], replace(STATUSES["ahead"], words=("", "easy to reach from now on"))]
    shown = panel(name=LONG, unit="tonnes of coal equivalent per ten thousand yuan", status=behind, heading="annual target for 2025")
    charts = trajectory_charts([shown] * count, region="Example District", period="2024", source=f"“{LONG * 3}”")
    heights = []
    for chart in charts:
        found = re.search(r'height="([\d.]+)mm"', chart.svg.decode())
        assert found and not chinese_of_ours(chart.alt + chart.title, "", tables=True)
        heights.append(float(found[1]))
    assert max(heights) <= 245 and sum(chart.alt.count(f"{LONG} (tonnes") for chart in charts) == count
    lefts = [0.0, *(place * (look.FIGURE_MM + 5) / 3 for place in (1, 2))]
    statuses = [entry for entry in drawn if entry[3].startswith(("▲", "◆")) or entry[3] == "annual target for 2025"]
    assert len(statuses) >= 3 * count
    for _, x, _, said, size in statuses:
        column = max(left for left in lefts if left <= x + 0.1)
        assert x + text_mm(said, size) <= column + (look.FIGURE_MM - 10) / 3 + 4, said
    by_line: dict[tuple[int, float], list[tuple[float, float]]] = {}
    for canvas, x, y, said, size in statuses:
        by_line.setdefault((id(canvas), y), []).append((x, x + text_mm(said, size)))
    for spans in by_line.values():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert end <= start + 0.1


def test_the_figures_of_a_panel_read_as_english(in_english: None) -> None:
    shown = panel(threshold=(Fraction(10), "≥10"), now_text="88.0 (2023)", heading="2025 target", name="Share of good days")
    assert phrases.run_on(shown.pieces) == "2021: 83.0 → 2024: 88.0; threshold ≥10 (outside); planned 2025: ≥89, 2030: ≥91"
    (chart,) = trajectory_charts([shown], region="X", period="2024", source="Y")
    assert chart.title == "The 1 indicator drawn is not behind schedule"
    assert chart.alt.endswith("planned 2025: ≥89, 2030: ≥91; 2025 target: ahead of schedule.")
    late = replace(shown, status=[STATUSES["behind"]], rank=0, now=Point(2024, Fraction(80)))
    (chart,) = trajectory_charts([late, shown], region="X", period="2024", source="Y")
    assert chart.title == "Of the 2 indicators drawn, 1 is behind schedule"


ROW = {"region": "区", "kind": "max_mean", "as_of": "2024-09-30", "unit": "μg/m³", "source": "", "note": ""}


def year(*rows: dict[str, str]) -> YearChapter:
    cases = read_records([{**ROW, **row} for row in rows])
    return YearChapter("X District", [_Line("raw/a.csv", case) for case in cases], [], date(2024, 12, 31))


def test_the_year_is_told_in_sentences(in_english: None) -> None:
    rows = (
        {"measure": "PM2.5年均值", "target": "35", "value": "41"},
        {"measure": "pH年均值 {value} <b>", "target": "35", "value": "60"},
        {"measure": "优良天数", "kind": "min_count", "target": "300", "value": "200", "unit": "天"},
    )
    text = html.unescape(year(*rows).markdown(Numbering()))
    assert "Up to 30 September 2024 (2024: 366 days, 92 left), of 3 annual targets of X District: 2 impossible and 1 at risk." in text
    assert (
        "PM2.5 concentration: target ≤35 μg/m³, so far 41 μg/m³, the mean of the 92 days left must not exceed 17.1 μg/m³; at risk." in text
    )
    assert "- pH年均值 {value} <b>: target ≤35 μg/m³, so far 60 μg/m³, not to be met even if the mean of the 92 days left" in text
    assert "target ≥300 days, so far 200 days, 92 days left, 100 more days" in text
    assert chinese_of_ours(text, "pH年均值（）＜＞", tables=True) == []  # brackets as an alternative text has them
    heads = [cell.text for cell in year_grid([remaining(case) for case in read_records([{**ROW, **rows[0]}])]).head[0]]
    assert heads == ["Indicator", "Unit", "Target", "So far", "What the remaining days must bring", "Verdict"]


def test_one_of_a_thing_is_singular(in_english: None) -> None:
    text = html.unescape(year({"measure": "PM10年均值", "target": "60", "value": "61", "as_of": "2024-12-30"}).markdown(Numbering()))
    assert "(2024: 366 days, 1 left), of 1 annual target of X District: 1 impossible." in text
    assert "even if the mean of the 1 day left were zero; impossible." in text


def test_nobody_has_lines(in_english: None) -> None:
    (case,) = read_records([{**ROW, "measure": "PM10年均值", "target": "60", "value": "61"}])
    line = _Line("raw/a.csv", case)
    none = html.unescape(YearChapter("X", [], [line], date(2024, 12, 31)).markdown(Numbering()))
    assert "no data of X up to the date of the report." in none
    assert "1 more line has the name of no region of this assessment and is not used: 区 PM10年均值 (up to 2024-09-30, raw/a.csv)." in none
    later = html.unescape(YearChapter("X", [line, line], [], date(2024, 1, 31)).markdown(Numbering()))
    assert "2 more lines are later than the date of the report and not used" in later


def test_the_picture_of_the_year_is_english(in_english: None) -> None:
    rows = [{**ROW, "measure": f"PM{kind}年均值", "target": "35", "value": value} for kind, value in (("2.5", "36"), ("10", "30"))]
    found = [remaining(case) for case in read_records(rows)]
    chart = year_chart(found, "year-1", "X", "30 September 2024", "a.csv")
    assert chart is not None and chinese_of_ours(chart.alt + chart.title, "", tables=True) == []
    assert "mean so far above the target; the mean of the 92 days left must not exceed" in chart.title
    assert chart.title in chart.alt and "PM10" in chart.alt
    calm = year_chart(found[1:], "year-1", "X", "30 September 2024", "a.csv")
    assert calm is not None and calm.title == "1 target of an annual mean is on track: the mean so far is not above it"
