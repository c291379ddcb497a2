"""The chapter on annual targets inside the year: published figures come out, no line is lost without a word."""

from __future__ import annotations

import html
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT, TinyProject

from evalkit.assessment.year_to_date_read import read_records
from evalkit.assessment.year_to_date_rules import remaining
from evalkit.assessment.year_to_date_words import need, remarks, table_row
from evalkit.catalog import load_catalog
from evalkit.catalog.models import Run
from evalkit.intake import Inputs, read_inputs
from evalkit.messages import EvalkitError, words
from evalkit.report.chapters.year_chapter import VERDICT_LOOKS, YearChapter, _read, year_chapters, year_grid
from evalkit.report.chapters.year_figure import year_chart
from evalkit.report.numbering import Numbering

HEAD = "region,measure,kind,target,value,as_of,unit,days,source,note\n"
LINES = """试验县,PM2.5年均值,max_mean,35,41,2024-09-30,μg/m³,,周报,
示例市试验县,优良天数,min_count,300,200,2024-09-30,天,270,周报,含沙尘日
试验,重度及以上污染天数,max_count,3,1,2024-09-30,天,,周报,
试验县,PM10年均值,max_mean,60,55,2025-12-31,μg/m³,,周报,
"""


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    made = TinyProject(tmp_path)
    made.write("data/raw/try/year.csv", HEAD + LINES)
    made.edit("params/runs/try.yml", "report_date:", "annual_targets: [try/year.csv]\nreport_date:")
    return made


def chapters(project: TinyProject) -> list[YearChapter]:
    catalog = load_catalog(project.root)
    found = year_chapters(catalog, read_inputs(catalog, "try"), project.region)
    assert all(isinstance(one, YearChapter) for one in found)
    return found  # type: ignore[return-value]


def text_of(chapter: YearChapter) -> str:
    """Return the text without the frames of the tables; what stands in several lines of a cell is not joined."""
    return html.unescape(chapter.markdown(Numbering()))


def test_the_published_figures_come_out() -> None:
    """许昌市城乡一体化示范区 (A01): 376.2 and 104.8; 8 days needed of 6; 6 too many; 61.1 and 32.7; 159 of 197; 4 left."""
    catalog = load_catalog(ROOT)
    lines = _read(catalog, ["xuchang-zone/annual-targets.csv"])
    chapter = YearChapter("示范区", lines, [], date(2024, 12, 31))
    text = text_of(chapter)
    assert "截至2024年6月17日（2024年共366日，余下197日），示范区4项年度目标中有风险3项、可按进度完成1项。" in text
    assert "截至2023年12月25日（2023年共365日，余下6日），示范区4项年度目标中已超出1项、已不可能完成1项、可按进度完成2项。" in text
    assert text.index("截至2024年6月17日") < text.index("截至2023年12月25日")
    assert "重度及以上污染天数：目标≤9天，累计15天，余下6日，已超 6 天，已超出。" in text
    assert "优良天数：目标≥254天，累计246天，余下6日，还需 8 天（余下各日须占133.3%，累计占68.5%），已不可能完成。" in text
    assert "PM10年均值：目标≤74μg/m³，累计89μg/m³，余下197日的均值须不高于61.1μg/m³，有风险。" in text
    needs = [row[4].text for some in (lines[:4], lines[4:]) for row in year_grid([remaining(line.case) for line in some]).body]
    assert needs[:2] == ["均值 ≤ 376.2 [346.2, 406.1]", "均值 ≤ 104.8 [74.9, 134.8]"]
    assert needs[5].startswith("均值 ≤ 32.7 ") and needs[6].startswith("还需 159 天") and needs[7].startswith("还可有 4 天")


def test_a_line_belongs_to_the_region_whose_name_it_has_exactly(tiny: TinyProject) -> None:
    (chapter,) = chapters(tiny)
    assert [line.case.measure for line in chapter.own] == ["PM2.5年均值", "优良天数"]
    text = text_of(chapter)
    assert "2项年度目标中" in text
    assert "另有1行地区名称与本次评估的地区都不一致，未采用：试验 重度及以上污染天数（截至2024-09-30，data/raw/try/year.csv）。" in text
    assert "另有1行数据晚于报告日，未采用：试验县 PM10年均值（截至2025-12-31，data/raw/try/year.csv）。" in text
    assert "优良天数：含沙尘日" in text and "来源：周报" in text


def test_a_region_without_lines_has_a_chapter_only_if_a_line_may_be_its(tiny: TinyProject) -> None:
    tiny.write("data/raw/try/year.csv", HEAD + LINES.splitlines()[2] + "\n")
    (chapter,) = chapters(tiny)
    assert "年度目标文件中没有试验县到报告日为止的数据。" in text_of(chapter) and "试验 重度及以上污染天数" in text_of(chapter)
    tiny.edit("params/runs/try.yml", "annual_targets: [try/year.csv]\n", "")
    assert chapters(tiny) == []


def test_lines_of_other_regions_of_the_run_are_no_strangers(tiny: TinyProject) -> None:
    catalog = load_catalog(tiny.root)
    other = catalog.regions["999001"].model_copy(update={"code": "999002", "name_zh": "试验", "full_name_zh": "示例市试验"})
    catalog.regions["999002"] = other
    run: Run = catalog.runs["try"].model_copy(update={"regions": ["999001", "999002"]})
    catalog.runs["try"] = run
    inputs = Inputs("try")
    (first,) = year_chapters(catalog, inputs, "999001")
    (second,) = year_chapters(catalog, inputs, "999002")
    assert isinstance(first, YearChapter) and isinstance(second, YearChapter)
    assert not first.strange and [line.case.measure for line in second.own] == ["重度及以上污染天数"]


@pytest.mark.parametrize(
    ("content", "place"), [(None, "data/raw/try/year.csv"), (HEAD + "试验县,PM2.5年均值,max_mean,约35,41,2024-09-30,,,,\n", "D2")]
)
def test_a_missing_or_faulty_file_is_named_with_its_place(tiny: TinyProject, content: str | None, place: str) -> None:
    if content is None:
        (tiny.root / "data/raw/try/year.csv").unlink()
    else:
        tiny.write("data/raw/try/year.csv", content)
    with pytest.raises(EvalkitError) as caught:
        chapters(tiny)
    assert any(place in str(problem.place) for problem in caught.value.problems)


def test_the_picture_shows_means_only_and_says_what_they_leave() -> None:
    rows = [
        {"region": "区", "measure": "PM2.5年均值", "kind": "max_mean", "target": "35", "value": "41", "as_of": "2024-09-30"},
        {"region": "区", "measure": "PM10年均值", "kind": "max_mean", "target": "60", "value": "55", "as_of": "2024-09-30"},
        {"region": "区", "measure": "优良天数", "kind": "min_count", "target": "300", "value": "200", "as_of": "2024-09-30"},
    ]
    found = [remaining(case) for case in read_records(rows)]
    chart = year_chart(found, "year-1", "区", "2024年9月30日", "f.csv")
    assert chart is not None
    assert chart.title == "PM2.5年均值累计均值高于目标，余下92日的均值须不高于17.1"
    assert "PM10年均值：目标60，累计55" in chart.alt and "优良天数" not in chart.alt
    again = year_chart(found, "year-1", "区", "2024年9月30日", "f.csv")
    assert again is not None and again.svg == chart.svg
    assert year_chart(found[2:], "year-1", "区", "2024年9月30日", "f.csv") is None


def test_a_mean_that_can_no_longer_be_reached_is_said_so() -> None:
    row = {
        "region": "区",
        "measure": "PM2.5年均值",
        "kind": "max_mean",
        "target": "35",
        "value": "60",
        "as_of": "2024-12-25",
        "unit": "μg/m³",
    }
    found = [remaining(case) for case in read_records([row])]
    chart = year_chart(found, "year-1", "区", "2024年12月25日", "f.csv")
    assert chart is not None and chart.title.endswith("余下各日即使为零也有完不成的")


def test_terminal_and_report_say_the_same() -> None:
    row = {"region": "区", "measure": "优良天数", "kind": "min_count", "target": "300", "value": "200", "as_of": "2024-09-30"}
    (found,) = [remaining(case) for case in read_records([row])]
    assert table_row(found, "zh")["required"] == need(found, "zh") == "还需 100 天（余下各日须占108.7%，累计占73.0%）"
    assert table_row(found, "en")["required"] == "100 more days (108.7 % of the days left, 73.0 % so far)"
    assert len(remarks([found], "zh")) == len(remarks([found], "en")) == 2


def test_what_has_no_figure_has_no_unit() -> None:
    row = {"region": "区", "measure": "PM10", "kind": "max_mean", "target": "65", "value": "未发布", "as_of": "2024-09-30", "unit": "μg/m³"}
    (found,) = [remaining(case) for case in read_records([row])]
    assert (table_row(found, "zh")["target"], table_row(found, "zh")["value"]) == ("65 μg/m³", "")


def test_verdicts_differ_in_shape_or_word() -> None:
    assert set(VERDICT_LOOKS) == set(words("ytd_verdict"))
    assert len({(shown.symbol, shown.zh) for shown in VERDICT_LOOKS.values()}) == len(VERDICT_LOOKS)
    assert VERDICT_LOOKS["at_risk"].zh == "有风险"
