"""Chapters of a report on plans: progress and reachability, trajectories, fragile verdicts; and the notebook that shows them."""

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st

import evalkit as ek
from evalkit.assessment.progress_way import Point, ProgressRules
from evalkit.catalog import Catalog
from evalkit.catalog.rules import Compare
from evalkit.intake import Inputs
from evalkit.messages import words
from evalkit.report import look, phrases
from evalkit.report.canvas import Canvas, text_mm
from evalkit.report.chapters.fragile_chapter import FragileChapter, fragile_lines
from evalkit.report.chapters.plans import plan_chapters
from evalkit.report.chapters.progress_chapter import Marks, ProgressChapter, columns, lead, progress_grid
from evalkit.report.chapters.progress_steps import REACHES, STATUSES, Milestone, _signed, milestones_of
from evalkit.report.chapters.progress_words import counts_sentence, rules_words, unlisted
from evalkit.report.chapters.trajectory_chapter import TrajectoryChapter, trajectory_chapters
from evalkit.report.chapters.trajectory_charts import MOST, Aim, Panel, Trend, held, trajectory_charts
from evalkit.report.document import region_document
from evalkit.report.model import build_model
from evalkit.report.numbering import Numbering
from evalkit.report.plan_notebook import PlanView

ROOT = Path(__file__).resolve().parents[1]
RUNS = {"example-county-2024": "999001", "national-135": "100000", "chongming-2023": "310151"}


@pytest.fixture(scope="module")
def inputs(catalog: Catalog) -> dict[str, Inputs]:
    return {run: ek.read_inputs(catalog, run, region) for run, region in RUNS.items()}


@pytest.fixture(scope="module")
def places(catalog: Catalog, inputs: dict[str, Inputs]) -> dict[str, list[Milestone]]:
    return {run: milestones_of(catalog, inputs[run], region) for run, region in RUNS.items()}


def rule(least: str) -> object:
    return Compare("", ">=", Fraction(least))


def panel(**changes: object) -> Panel:
    given = {
        "name": "优良天数比率", "unit": "%", "status": [STATUSES["ahead"]], "heading": "2025年目标", "rank": 2,
        "base": Point(2021, Fraction(83)), "base_text": "83.0", "now": Point(2024, Fraction(88)), "now_text": "88.0",
        "observed": [Point(2021, Fraction(83)), Point(2023, Fraction(86)), Point(2024, Fraction(88))],
        "aims": [Aim(2025, Fraction(89), "≥89", True, False), Aim(2030, Fraction(91), "≥91", True, False)],
    }  # fmt: skip
    return Panel(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("run", RUNS)
def test_each_planned_value_is_counted_once(
    run: str, catalog: Catalog, inputs: dict[str, Inputs], places: dict[str, list[Milestone]]
) -> None:
    table = ek.progress(catalog, inputs[run], RUNS[run])
    assert sum(len(place.steps) for place in places[run]) == len(table)
    for place in places[run]:
        rows = table[table["milestone"] == place.at]
        assert Counter(step.one.way.reachability for step in place.steps) == Counter(rows["reachability"])
        sentence = counts_sentence(place)
        if not place.listed:
            continue
        paced = place.begun or not place.ahead
        for code, shown in (STATUSES if paced else REACHES).items():
            steps = [s.one.way.status or "unknown" if paced else s.one.way.reachability for s in place.listed]
            assert (f"{shown.zh}{steps.count(code)}项" in sentence) == (code in steps)
        named = "".join(unlisted([place]))
        assert all((step.name in named) == bool(step.why_not) for step in place.steps if sum(s.name == step.name for s in place.steps) == 1)


@pytest.mark.parametrize("run", RUNS)
def test_the_chapters_read_well_and_say_the_same_each_time(run: str, catalog: Catalog, inputs: dict[str, Inputs]) -> None:
    made = []
    for _ in range(2):
        numbers = Numbering()
        texts = [chapter.markdown(numbers) for chapter in plan_chapters(catalog, inputs[run], RUNS[run])]
        made.append((texts, [chart.svg for chart in numbers.charts]))
    assert made[0] == made[1]
    text = "".join(made[0][0])
    assert not re.search(r"NaN|None|Fraction|nan\b", text)
    codes = {code for group in ("progress_reason", "note", "reachability", "progress_status") for code in words(group) if "_" in code}
    assert not [code for code in codes if code in text]


def test_in_the_base_year_only_what_makes_sense_is_shown(places: dict[str, list[Milestone]]) -> None:
    own = places["chongming-2023"]
    assert own and all(place.base_period == place.period and not place.begun for place in own)
    assert not {"base", "share", "change", "status"} & {name for place in own for name in columns(place)}
    assert "即评估年度" in lead(own)[0]
    assert "超前" not in "".join(counts_sentence(place) for place in own)
    begun = places["example-county-2024"]
    assert lead(begun) == [] and all({"base", "share", "change", "status"} <= set(columns(place)) for place in begun)


def test_a_reason_stands_where_there_is_no_number(places: dict[str, list[Milestone]]) -> None:
    place = next(place for place in places["example-county-2024"] if place.at == "2030")
    marks = Marks()
    grid = progress_grid(place, marks, wide=True)
    row = next(row for row in grid.body if "建设用地使用面积下降率" in row[1].text)
    texts = [cell.text for cell in row]
    assert texts[3] == "未提供数据" and any("无法判断" in text for text in texts)
    assert any("基准年无数据" in sentence for sentence in marks.sentences)
    missing = next(row for row in grid.body if row[1].text == "生态环境状况指数")
    assert [cell.text for cell in missing].count("尚未发布") == 1


def test_a_change_is_said_by_arrow_and_word(places: dict[str, list[Milestone]]) -> None:
    steps = {step.name: step.parts["change"] for place in places["example-county-2024"] for step in place.steps}
    assert steps["单位地区生产总值能耗"].text == "↓ 向好" and steps["林草覆盖率"].text == "↑ 向好"
    assert any(part.text == "→ 持平" for part in steps.values())
    shapes = [shown.symbol for shown in STATUSES.values()]
    assert len(set(shapes)) == len(shapes)
    shapes = [shown.symbol for shown in REACHES.values()]
    assert len(set(shapes)) == len(shapes)


def test_a_value_that_misses_its_target_is_never_printed_equal_to_it(places: dict[str, list[Milestone]]) -> None:
    for place in (place for own in places.values() for place in own):
        for step in place.listed:
            gap = step.one.way.figures["gap"]
            if isinstance(gap, Fraction) and gap < 0:
                aim = step.one.way.figures["planned_value"]
                number = phrases.number(step.parts["current"].text.partition("（")[0])
                assert number is None or number != aim
                assert phrases.number(step.parts["gap"].text.replace("−", "-")) != 0


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=5000), st.integers(0, 4))
def test_a_difference_keeps_its_sign_in_print(value: Fraction, digits: int) -> None:
    text = _signed(value, digits)
    shown = phrases.number(text.replace("−", "-").replace("+", ""))
    assert shown is not None
    assert (shown > 0) - (shown < 0) == (value > 0) - (value < 0)
    assert text[0] == ("+" if value > 0 else "−" if value < 0 else "0")


def test_rules_are_said_with_their_numbers() -> None:
    said = rules_words(ProgressRules(Fraction(5, 2), Fraction(120), True))
    assert "2.5个百分点" in said and "120%" in said and "最不利的一年" in said and "非官方规定" in said


def test_marks_are_numbered_as_they_are_met() -> None:
    marks = Marks()
    assert marks(("甲", "乙")) == "①②" and marks(("乙",)) == "②" and marks(()) == ""
    assert [marks((str(number),)) for number in range(20)][-1] == "（22）"


def test_the_older_table_is_not_repeated(catalog: Catalog, inputs: dict[str, Inputs]) -> None:
    chapter = next(one for one in plan_chapters(catalog, inputs["example-county-2024"], "999001") if isinstance(one, ProgressChapter))
    rows = samples.rows()
    traces = [samples.trace(row) for row in rows]
    plain = region_document(build_model(rows, traces, samples.context()), ROOT / "reports" / "templates")
    told = region_document(build_model(rows, traces, samples.context(chapters=[chapter])), ROOT / "reports" / "templates")
    assert "基准年至目标年的进展" in plain.text and "基准年至目标年的进展" not in told.text
    assert all("基准年到目标" in text for text in (plain.text, told.text)) and "规划进展与可达性" in told.text
    assert [chart.name for chart in plain.charts] == [chart.name for chart in told.charts]


def test_trajectories_begin_with_what_is_behind(catalog: Catalog, inputs: dict[str, Inputs], places: dict[str, list[Milestone]]) -> None:
    own = places["example-county-2024"]
    chapter = trajectory_chapters(catalog, inputs["example-county-2024"], "999001", own)[0]
    ranks = [one.rank for one in chapter.panels]
    assert ranks == sorted(ranks) and ranks[0] == 0
    named = {step.name for place in own for step in place.steps if not step.why_not}
    assert len(chapter.panels) + chapter.still + chapter.without == len(named)
    assert f"超出图幅数的{len(chapter.panels) - MOST}项" in chapter.left_out(MOST)
    numbers = Numbering()
    chapter.markdown(numbers)
    assert all(one.name in "".join(chart.alt for chart in numbers.charts) for one in chapter.panels[:MOST])
    assert "来源" not in chapter.left_out(MOST) and chapter.source.startswith("2024年")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "自然保护地和生态保护红线生态环境重点问题整改率（国家重点保护野生动植物保护率）（EQI））", "unit": "吨标准煤/万元"},
        {"observed": [Point(2024, Fraction(88))], "base": None, "aims": [Aim(2024, Fraction(88), "88", False, True)]},
        {"trend": Trend(2030, Fraction(3), Fraction(-2), Fraction(9)), "limits": (Fraction(0), Fraction(100))},
        {"trend": Trend(2035, Fraction(-300), Fraction(-900), Fraction(1)), "threshold": (Fraction(87), "≥87"), "expected": Fraction(86)},
        {"now": Point(2020, Fraction(1, 3000)), "observed": [Point(2020, Fraction(1, 3000))], "base": None},
        {"aims": [Aim(year, Fraction(80 + year % 10), f"≥{80 + year % 10}", True, year < 2027) for year in range(2025, 2035)]},
    ],
)  # fmt: skip
def test_nothing_is_cut_and_years_do_not_touch(changes: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[float, float, str, float, str]] = []
    plain = Canvas.text

    def text(self: Canvas, x: float, y: float, said: str, size: float = 8, colour: str = look.INK, **how: str) -> None:
        written.append((x, y, said, size, how.get("ha", "left")))
        plain(self, x, y, said, size, colour, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Canvas, "text", text)
    shown = panel(**changes)
    chart = trajectory_charts([shown] * 3, region="示例区", period="2024", source="示例")[0]
    height = float(re.search(r'height="([\d.]+)mm"', chart.svg.decode())[1])  # type: ignore[index]
    for x, y, said, size, ha in written:
        for line in said.split("\n"):
            wide = text_mm(line, size)
            left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[ha] * wide
            assert left >= -0.5 and left + wide <= look.FIGURE_MM + 1.5, line
        assert 0 <= y <= height
    years = sorted((y, x) for x, y, said, _, ha in written if ha == "center" and said.isdigit())
    for (y, x), (below, beside) in pairwise(years):
        assert y != below or beside - x >= text_mm("2024", 6)
    assert "nan" not in chart.svg.decode()


def test_a_projection_stays_within_what_can_be() -> None:
    shown = panel(limits=(Fraction(0), Fraction(100)), trend=Trend(2030, Fraction(5), Fraction(1), Fraction(9)))
    assert held(shown, Fraction(130)) == 100 and held(shown, Fraction(-3)) == 0 and max(shown.span) == 100
    far, near = replace(shown, threshold=(Fraction(10), "≥10")), replace(shown, threshold=(Fraction(85), "≥85"))
    assert near.threshold_inside and not far.threshold_inside and "指标值≥10（图外）；" in far.pieces


def test_the_status_is_said_of_the_next_milestone(catalog: Catalog, inputs: dict[str, Inputs], places: dict[str, list[Milestone]]) -> None:
    chapter = trajectory_chapters(catalog, inputs["example-county-2024"], "999001", places["example-county-2024"])[0]
    steps = {step.name: step for place in places["example-county-2024"] if place.at == "2025" for step in place.steps}
    for one in chapter.panels:
        assert one.heading == "2025年目标" and one.status[0] == steps[one.name].status


def test_sums_promises_and_an_unknown_base_year_are_said_in_words(catalog: Catalog, inputs: dict[str, Inputs]) -> None:
    plan = catalog.plans["example-999001"]
    summed = {"kind": "cumulative", "since": "2023", "at": "2027", "text": "五年累计≥2500", "rule": rule("2500")}
    changed = {("E19-07a", "2025"): {"kind": "every_year", "since": "2022"}, ("E19-17a", "2030"): summed}
    rows = [
        row.model_copy(update={"values": [value.model_copy(update=changed.get((row.name, value.at), {})) for value in row.values]})
        for row in plan.indicators
    ]
    for base in ("2021", None):
        other = plan.model_copy(update={"indicators": rows, "base_period": base})
        own = replace(catalog, plans={**catalog.plans, plan.id: other})
        made = milestones_of(own, inputs["example-county-2024"], "999001")
        found = {(place.at, step.one.line.indicator): step.parts for place in made for step in place.steps}
        kept, total = found["2025", "E19-07a"], found["2027", "E19-17a"]
        assert "2022年至2025年每年都须达到" in kept["planned"].why and kept["share"].text == "—" and "▲ 滞后" in kept["status"].text
        assert "2023年至2027年累计值" in total["planned"].why and total["current"].text == "824.70" and total["share"].text == "33.0%"
        assert ("没有写明基准年" in "".join(lead(made))) == (base is None)
        numbers = Numbering()
        texts = [one.markdown(numbers) for one in plan_chapters(own, inputs["example-county-2024"], "999001")]
        assert "None" not in "".join(texts)


@pytest.mark.parametrize("run", ["example-county-2024", "chongming-2023"])
def test_fragile_verdicts_are_those_of_break_even(run: str, catalog: Catalog, inputs: dict[str, Inputs]) -> None:
    lines, total = fragile_lines(catalog, inputs[run], RUNS[run])
    table = ek.break_even(catalog, inputs[run], RUNS[run])
    assert total == len(table)
    assert sum(len(by) for line in lines for by in line.asked.values()) == int(table["steps"].notna().sum())
    known = [abs(line.flip.percent) for line in lines if line.flip.percent is not None]
    assert known == sorted(known)
    for line in lines[:10]:
        assert re.fullmatch(r"(增加|减少|增减)[0-9.]+\S*即(达标|未达标|已达到|尚未达到|满足|不满足|未触发|触发)", line.turn), line.turn
        change = line.flip.change
        assert change is not None and line.turn.startswith("增减" if line.flip.down == line.flip.up else "增加" if change > 0 else "减少")
        assert ("末位修约" in line.rounding) == line.flip.half
    chapter = next(one for one in plan_chapters(catalog, inputs[run], RUNS[run]) if isinstance(one, FragileChapter))
    assert len(chapter.lines) <= 10 and f"{total}个" in chapter.sentence and f"有{chapter.near}项" in chapter.sentence
    assert chapter.near == sum(share <= 5 for share in known)


def test_a_run_without_plans_has_no_chapter_on_them(catalog: Catalog) -> None:
    run = catalog.run("yichang-2024-02")
    found = ek.read_inputs(catalog, run.id, run.regions[0])
    assert not [one for one in plan_chapters(catalog, found, run.regions[0]) if isinstance(one, ProgressChapter | TrajectoryChapter)]
    assert "没有可以计算进展的规划值" in PlanView(catalog, found, run.regions[0]).progress().data


@pytest.mark.parametrize("run", ["national-135", "chongming-2023"])
def test_the_view_shows_the_chapters(run: str, catalog: Catalog, inputs: dict[str, Inputs]) -> None:
    view = PlanView(catalog, inputs[run], RUNS[run])
    shown = {name: getattr(view, name)().data for name in ("heading", "progress", "trajectories", "reachability", "fragile")}
    assert catalog.regions[RUNS[run]].full_name_zh in shown["heading"]
    assert shown["progress"].count("<table") == sum(bool(place.listed) for place in view.places)
    assert "判定规则（本项目自定，非官方规定）" in re.sub(r"&#(\d+);", lambda code: chr(int(code[1])), shown["progress"])
    assert "<svg" in shown["trajectories"] and "<table" in shown["fragile"]
    assert not re.search(r"\x00|:::|\{\.", "".join(shown.values()))
    strict = PlanView(catalog, inputs[run], RUNS[run], easy_pace="1000")
    assert not any(step.one.way.reachability == "easy" for place in strict.places for step in place.steps)


def test_the_notebook_is_thin_and_valid() -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "plan_progress.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert next(cell.metadata.get("tags") for cell in notebook.cells if cell.cell_type == "code") == ["parameters"]
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")
    for before, cell in pairwise(notebook.cells):
        assert cell.cell_type == "markdown" or (before.cell_type == "markdown" and "\n\n" in before.source)


@pytest.mark.slow
def test_the_notebook_runs_in_a_kernel(tmp_path: Path) -> None:
    import papermill

    source = ROOT / "notebooks" / "plan_progress.ipynb"
    made = papermill.execute_notebook(
        source, tmp_path / "out.ipynb", parameters={"run": "example-county-2024", "region": "999001"}, kernel_name="python3",
        progress_bar=False, cwd=str(ROOT), extra_arguments=["--IPKernelApp.log_level=50"],
    )  # fmt: skip
    outputs = [output for cell in made.cells if cell.cell_type == "code" for output in cell.outputs]
    assert all(output.output_type in ("execute_result", "display_data") for output in outputs)
    text = "".join(str(output.data.get("text/html", "")) for output in outputs)
    assert "示例区" in text and "▲ 滞后" in text and "<svg" in text and "Traceback" not in text and look.EXAMPLE_ZH in text
