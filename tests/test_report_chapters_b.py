"""The chapters 分领域情况, 短板与原因, 下一步工作, 命名以来巩固情况, 整改清单 and the briefing of one page."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import report_samples as samples
from conftest import ROOT

from evalkit.assessment import Assessment
from evalkit.catalog import Catalog
from evalkit.catalog.models import Title
from evalkit.catalog.report_plans import ChapterEntry, Form, ReportPlan, load_report_plan
from evalkit.intake import read_inputs
from evalkit.messages.speech import Speech, speaking
from evalkit.report import look
from evalkit.report.chapters.brief import brief, brief_text
from evalkit.report.chapters.domain_charts import Course, DomainRow, course_chart, domain_overview
from evalkit.report.chapters.domains import courses, domain_sentences, domains, domains_of
from evalkit.report.chapters.findings import Findings, block_name, names_within
from evalkit.report.chapters.material import Material
from evalkit.report.chapters.naming import OUTCOMES, naming, outcome, outcomes
from evalkit.report.chapters.next_steps import next_steps
from evalkit.report.chapters.rectification import rectification, rectification_grid
from evalkit.report.chapters.shortfalls import opening, shortfalls
from evalkit.report.document import region_document
from evalkit.report.fill import context_from_catalog
from evalkit.report.frame import Document
from evalkit.report.model import ReportModel, build_model
from evalkit.report.numbering import Numbering
from evalkit.report.rendering.render import render

TEMPLATES = ROOT / "reports" / "templates"
RUN, REGION = "example-county-2024", "999001"
office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not on the PATH")


def traced(row: dict[str, str]) -> dict[str, Any]:
    """Return a trace whose check says that more is better."""
    made = samples.trace(row)
    if row["target_value"]:
        made["checks"] = [{"measure": made["measure"], "op": ">=", "left": row["value"], "right": row["target_value"], "against": "target",
                           "against_period": "", "result": "true", "reason": ""}]  # fmt: skip
    return made


def model_of(rows: Sequence[dict[str, str]], **context: Any) -> ReportModel:
    return build_model(rows, [traced(row) for row in rows], samples.context(**{"example": False, **context}))


def material_of(model: ReportModel, chapters: Sequence[str] = ("shortfalls",), form: Form = "technical", **more: Any) -> Material:
    plan = ReportPlan(id="x", title_zh="甲", title_en="a", form=form, chapters=[ChapterEntry(chapter=name) for name in chapters])
    return Material(model, TEMPLATES, Numbering(), plan, **more)


def plain(markdown: str) -> str:
    return html.unescape(markdown)


def met(indicator: str, seq: str, **cells: str) -> dict[str, str]:
    given = {"value": "95", "target_text": "≥90", "target_value": "90", **cells}
    name, status = given.pop("name_zh", f"指标{indicator}"), given.pop("status", "met")
    return samples.row(indicator, seq, name, status, **given)


@pytest.fixture(scope="module")
def example(catalog: Catalog, assessed: Callable[[str, str], Assessment]) -> ReportModel:
    """The fictional district, with the rules of the project."""
    inputs, found = read_inputs(catalog, RUN), assessed(RUN, REGION)
    return build_model(found.rows, found.traces, context_from_catalog(catalog, inputs, REGION))


# ── 短板与原因, 下一步工作, 整改清单 ──────────────────────────────────────────────────────────────────────────────────────


def test_without_shortfalls_one_sentence_says_so() -> None:
    model = model_of([met("A1", "1"), met("A2", "2")])
    text = plain(shortfalls(material_of(model)).markdown(Numbering()))
    assert "2023年，示例区所列有要求且适用的2项全部达标（满足要求），没有短板。" in text
    assert text.count(":::::") == 2 and "未达标" not in text
    assert "2023年没有须补短板" in plain(next_steps(material_of(replace(model, unverified=[]))).markdown(Numbering()))
    chapter = rectification(material_of(model))
    assert chapter is not None and not chapter.landscape
    assert "无须列入整改清单" in plain(chapter.markdown(Numbering()))


def test_a_gap_in_the_data_is_no_success() -> None:
    model = model_of([met("A1", "1"), samples.row("A2", "2", "乙", "missing", reason="not_published", target_text="≥3", target_value="3")])
    said = opening(Findings(material_of(model)))
    assert said == "2023年，示例区没有判定为未达标的指标；缺数据1项，补齐以后才能判定。"


def test_where_nothing_is_judged_nothing_is_concluded() -> None:
    rows = [samples.row("A1", "1", "甲", "no_target", value="5"), samples.row("A2", "2", "乙", "not_applicable", reason="not_involved")]
    assert "没有可以判定达标与否的指标" in opening(Findings(material_of(model_of(rows))))
    assert rectification(material_of(model_of(rows))) is None


def test_a_shortfall_says_how_far_and_leaves_the_cause_to_a_person() -> None:
    numbers = Numbering()
    text = plain(shortfalls(material_of(model_of(samples.rows()))).markdown(numbers))
    assert "未达标1项；另有待佐证1项、缺数据1项" in text
    assert "环境空气质量（优良天数比率）为88.8%，低于指标值（≥90或持续提高）1.2个百分点" in text
    assert [block.name for block in numbers.blocks] == ["shortfalls", "short-C4.1", "cause-C4.1", "shortfalls-open"]
    assert "原因由责任单位补充。" in text
    assert "沿革" not in text  # no earlier period was assessed


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        (["not_met", "not_met", "not_met"], "2021年以来3个评估期均未达标。"),
        (["met", "met", "not_met"], "2022年达标，2023年转为未达标。"),
        (["met", "not_met", "not_met"], "2021年达标，2022年起未达标。"),
        (["not_met", "missing", "not_met"], "2022年缺数据，2023年转为未达标。"),
        (["not_met"], ""),
    ],
)
def test_since_when(statuses: list[str], said: str) -> None:
    years = ["2021", "2022", "2023"][-len(statuses) :]
    rows = [met("A1", "1", period=year, status=status, value="80") for year, status in zip(years, statuses, strict=True)]
    found = Findings(material_of(model_of(rows)))
    assert found.since(found.of("not_met")[0]) == said


def test_the_figure_that_moved_most_is_a_fact_of_two_traces() -> None:
    rows = [met("A1", "1", period=year, status="not_met", value="80", value_source="computed") for year in ("2022", "2023")]
    traces = [traced(row) for row in rows]
    for trace, (part, whole) in zip(traces, (("80", "100"), ("90", "101")), strict=True):
        trace["inputs"] = [
            {"role": role, "at": "current", "variable": role, "name_zh": role, "unit": "吨", "value": value}
            for role, value in (("部分", part), ("全部", whole))
        ]
    found = Findings(material_of(build_model(rows, traces, samples.context())))
    assert found.mover(found.open[0]).endswith("相对变动最大的是部分：由80吨增至90吨，增加12.5%。")
    traces[1]["inputs"][0]["value"] = "80"
    traces[1]["inputs"][1]["value"] = "100"
    found = Findings(material_of(build_model(rows, traces, samples.context())))
    assert found.mover(found.open[0]) == ""  # nothing moved


def test_a_target_of_the_plan_that_is_due_stands_with_its_indicator_and_one_that_is_not_due_nowhere() -> None:
    short = met("A1", "1", status="not_met", value="80", gap="-10")
    goal = dict(short, basis="plan", set="p1", milestone="2023", target_text="≥85", target_value="85", gap="-5")
    ahead = dict(goal, milestone="2027", target_text="≥97")
    alone = dict(goal, indicator="A2", name_zh="乙", seq="2")
    text = plain(shortfalls(material_of(model_of([short, met("A2", "2"), goal, ahead, alone]))).markdown(Numbering()))
    assert "未达标2项" in text  # A1 once, A2 for its planned value
    assert "《示例区规划》的2023年目标为“≥85”，尚差5个百分点。" in text
    assert "≥97" not in text


def test_the_list_has_blank_columns_and_what_must_be_handed_in(catalog: Catalog, example: ReportModel) -> None:
    found = Findings(material_of(example, catalog=catalog))
    grid = rectification_grid(found)
    heads = [cell.text for cell in grid.head[0]]
    assert heads[-2:] == ["整改措施", "完成情况"]
    assert all(row[-1].text == row[-2].text == "" for row in grid.body)
    assert len(grid.body) == len(found.open) > 5
    film = next(row for row in grid.body if "农膜" in row[1].text)
    assert [film[heads.index(name)].text for name in ("差距", "责任单位", "规划时限")] == ["0.32个百分点", "区农业农村局", "2025年"]
    eco = next(row for row in grid.body if "生态环境状况指数" in row[1].text)
    assert eco[heads.index("需补充的材料或数据")].text == "2024年数据（尚未发布）"


def test_duties_and_tasks_are_those_of_the_plan(catalog: Catalog, example: ReportModel) -> None:
    text = plain(shortfalls(material_of(example, catalog=catalog)).markdown(Numbering()))
    assert "责任单位：区农业农村局。" in text and "任务“12 农业废弃物资源化利用”（时限2025年，按时推进）" in text
    steps = plain(next_steps(material_of(example, catalog=catalog)).markdown(Numbering()))
    assert "任务“7 入河排污口排查整治”，时限2024年，逾期未完成。" in steps and "距要求（≥80）0.32个百分点" in steps
    # results that do not fit the rules any more are printed without what the rules say now
    stale = plain(shortfalls(material_of(example, catalog=catalog, outdated=True)).markdown(Numbering()))
    assert "区农业农村局" not in stale and "0.32个百分点" in stale


def test_text_of_the_data_is_never_markup() -> None:
    bad = "甲](javascript:x){.y} <b>*粗*</b> ::: @tbl-1 $x$ `=1`"
    rows = [met("A1", "1", name_zh=bad, domain=bad, status="not_met", value="80", gap="-10"), met("A2", "2", name_zh=bad, domain="乙")]
    plan = ReportPlan(id="x", title_zh="甲", title_en="a", chapters=[
        ChapterEntry(chapter=name) for name in ("domains", "shortfalls", "rectification", "next_steps")])  # fmt: skip
    text = region_document(model_of(rows), TEMPLATES, plan).text
    body = text.split("\n---\n", 1)[1]
    assert "<b>" not in body and "](javascript" not in body and "@tbl" not in re.sub(r'alt="[^"]*"', "", body)
    assert "javascript" in plain(body)


def test_names_of_blocks_are_short_and_unique() -> None:
    taken: list[str] = []
    for indicator in ("甲乙", "丙丁", "A" * 80, "A" * 81, "a/../b"):
        name = block_name("cause", {"indicator": indicator}, taken)
        assert name not in taken and re.fullmatch(r"[a-z0-9][A-Za-z0-9._-]{0,29}", name) and "/" not in name
        taken.append(name)


def test_names_are_cut_to_their_room_and_counted() -> None:
    full, short = ["甲甲甲甲甲（差1）", "乙乙乙乙乙（差2）", "丙（差3）"], ["甲甲甲甲甲", "乙乙乙乙乙", "丙"]
    assert names_within([full, short], 100) == "甲甲甲甲甲（差1）、乙乙乙乙乙（差2）、丙（差3）"
    assert names_within([full, short], 14) == "甲甲甲甲甲、乙乙乙乙乙、丙"
    assert names_within([full, short], 9) == "甲甲甲甲甲等3项"
    assert names_within([full, short], 4) == ""


# ── 命名以来巩固情况 ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("statuses", "worse", "code"),
    [
        (["met", "met", "met"], False, "kept"),
        (["met", "met"], True, "declined"),
        (["met", "not_met", "met"], False, "wavered"),
        (["met", "missing", "met"], True, "wavered"),
        (["met", "not_met"], True, "lost"),
        (["not_met", "met"], False, "newly"),
        (["not_met", "met", "not_met"], False, "still"),
        (["met", "pending"], False, "open"),
        (["not_met", "missing"], True, "open"),
        (["", "met"], False, "unknown_then"),
        (["pending", "not_met"], True, "unknown_then"),
        (["met", "not_applicable"], False, "apart"),
        (["no_target", "no_target"], False, "apart"),
    ],
)
def test_what_became_of_an_indicator(statuses: list[str], worse: bool, code: str) -> None:
    assert outcome(statuses, worse) == code and code in OUTCOMES


def title(year: str, **more: str) -> Title:
    given = {"region_code": "999001", "set": "s1", "title": "示范区", "level": "nation", "year": year, "document": "d1", "state": "seen"}
    return Title.model_validate({**given, "via": "x", **more})


def named(rows: Sequence[dict[str, str]], *titles: Title) -> Any:
    rules = SimpleNamespace(
        titles=list(titles), sets={"s1": SimpleNamespace(name_zh="示例建设指标"), "s0": SimpleNamespace(name_zh="旧指标")}
    )
    return naming(material_of(model_of(rows), catalog=rules))


def over(indicator: str, seq: str, *years: tuple[str, str, str]) -> list[dict[str, str]]:
    return [met(indicator, seq, period=year, status=status, value=value) for year, status, value in years]


def test_since_the_naming_each_indicator_is_told_in_words_and_counted() -> None:
    rows = [
        *over("A1", "1", ("2021", "met", "95"), ("2022", "met", "96"), ("2023", "met", "96")),
        *over("A2", "2", ("2021", "met", "95"), ("2022", "met", "94"), ("2023", "met", "94")),
        *over("A3", "3", ("2021", "met", "95"), ("2022", "met", "92"), ("2023", "not_met", "88")),
        *over("A4", "4", ("2021", "not_met", "80"), ("2022", "met", "92"), ("2023", "met", "92")),
        *over("A5", "5", ("2022", "met", "92"), ("2023", "met", "92")),
    ]
    chapter = named(rows, title("2021"))
    text = plain(chapter.markdown(Numbering()))
    assert "与命名年度（2021年）相比，5项指标中巩固1项、下降但仍达标1项、新达标1项、退步1项、命名年度无判定1项。" in text
    assert "指标A2：95%（2021年）→94%（2023年），指标值“≥90”。" in text and "退步的1项：" in text
    assert sum(len(some) for some in outcomes(chapter.model, chapter.found[0]).values()) == 5
    assert "2021年命名" in text and "仍未达标：" not in text  # only words that occur are explained
    line = next(line for line in text.splitlines() if "指标A5" in line)
    assert re.search(r"\|\s+—\s+\|", line) and " 0 " not in line  # a year without result is no zero


def test_rounding_alone_is_no_decline() -> None:
    rows = over("A1", "1", ("2021", "met", "95.04"), ("2023", "met", "95.01"))
    for row in rows:
        row["rounded_value"] = "95.0"
    chapter = named(rows, title("2021"))
    assert list(outcomes(chapter.model, chapter.found[0])) == ["kept"]


def test_a_naming_year_without_results_is_said() -> None:
    chapter = named(over("A1", "1", ("2022", "met", "95"), ("2023", "met", "96")), title("2020"))
    text = plain(chapter.markdown(Numbering()))
    assert "命名年度（2020年）没有评估结果，无法判断巩固或退步" in text and "命名年度无判定" in text
    assert "2020年命名" not in text


def test_without_a_title_nothing_is_shown() -> None:
    numbers = Numbering()
    text = plain(named(over("A1", "1", ("2022", "met", "95"), ("2023", "met", "96"))).markdown(numbers))
    assert "没有示例区的命名记录" in text and numbers.tables == 0 and "巩固" not in text


def test_titles_under_another_set_later_ones_and_withdrawn_ones() -> None:
    rows = over("A1", "1", ("2022", "met", "95"), ("2023", "met", "96"))
    assert "命名时对照《旧指标》，本次对照《示例建设指标》" in plain(named(rows, title("2022", set="s0")).markdown(Numbering()))
    later = plain(named(rows, title("2025")).markdown(Numbering()))
    assert "晚于本次评估期" in later and "table-" not in later
    assert "该称号已于2023年撤销。" in plain(named(rows, title("2022", withdrawn="2023")).markdown(Numbering()))


def test_the_fictional_district_has_a_title_that_says_so(catalog: Catalog, example: ReportModel) -> None:
    own = [one for one in catalog.titles if one.region_code == REGION]
    assert len(own) == 1 and "虚构" in own[0].title and "示例数据(非真实)" in own[0].note
    chapter = naming(material_of(example, ("naming",), catalog=catalog))
    found = outcomes(example, chapter.found[0])
    assert sum(len(some) for some in found.values()) == 34 and len(found["kept"]) > 10 and found["still"]
    assert "naming" in load_report_plan(catalog.project, "recheck").ids


# ── 分领域情况 ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_domains_count_and_tell_what_changed() -> None:
    rows = [
        *over("A1", "1", ("2022", "met", "95"), ("2023", "not_met", "88")),
        *over("A2", "2", ("2022", "met", "95"), ("2023", "met", "97")),
        met("B1", "3", domain="生态经济"),
    ]
    model = model_of(rows)
    group = model.groups[-1]
    safety, economy = domains_of(group)
    assert domain_sentences(model, safety) == [
        "生态安全领域2项指标中达标1项、未达标1项。未达标的是指标A1。",
        "与2022年相比，指标A1由达标转为未达标，其余1项判定未变。",
        "两年均有数值且有要求方向的2项（含分项）中，向好1项、变差1项。变差的是指标A1（95%→88%）。",
    ]
    assert domain_sentences(model, economy) == ["生态经济领域1项指标，为达标。"]


def test_a_set_without_domains_has_no_such_chapter() -> None:
    assert domains(material_of(model_of([met(f"A{n}", str(n)) for n in range(6)]))) is None


def test_trends_stand_here_or_among_the_trajectories_but_not_twice() -> None:
    rows = [
        row
        for n, name in ((1, "甲"), (2, "乙"), (3, "丙"))
        for year in ("2022", "2023")
        for row in [met(f"A{n}", str(n), period=year, domain=name)]
    ]
    alone = domains(material_of(model_of([*rows, met("A9", "9", domain="甲")]), ("domains", "trajectory")))
    assert alone is not None and alone.trends
    brought = SimpleNamespace(id="trajectory", landscape=False)
    beside = domains(material_of(model_of([*rows, met("A9", "9", domain="甲")], chapters=[brought]), ("domains", "trajectory")))
    assert beside is not None and not beside.trends
    numbers = Numbering()
    assert "有两期以上数值" in plain(alone.markdown(numbers)) and numbers.figures == 4


def test_a_year_without_a_figure_is_a_gap_in_the_line() -> None:
    rows = over("A1", "1", ("2020", "met", "95"), ("2021", "met", "95"), ("2022", "missing", ""), ("2023", "met", "97"))
    model = model_of(rows)
    found, periods = courses(model, domains_of(model.groups[-1])[0])
    assert periods == ["2020", "2021", "2022", "2023"]
    assert [value for value, _ in found[0].values] == [95, 95, None, 97]
    full = replace(found[0], values=[(Fraction(95), "95")] * 4)
    drawn = [course_chart([course], periods, name="x", title="t", subtitle="s", source="q").svg for course in (found[0], full)]
    assert [len(re.findall(rb'<path d="M[^"]*" stroke="#1F2937"', svg)) for svg in drawn] == [1, 3]


def test_every_status_has_its_own_symbol_and_the_counts_add_up() -> None:
    cells = [(str(n), code) for n, code in enumerate(look.STATUSES)]
    chart = domain_overview(
        [DomainRow("很长的领域名称" * 4, cells * 12), DomainRow("乙", [])], name="x", title="甲", subtitle="乙", source="丙"
    )
    assert len({look.status(code).symbol for _, code in cells}) == len(cells)
    for code in look.STATUSES:
        assert f"{look.status(code).label}12" in chart.alt
    assert float(re.search(rb'viewBox="0 0 ([0-9.]+)', chart.svg)[1]) == look.FIGURE_MM  # type: ignore[index]
    assert (
        chart.svg
        == domain_overview(
            [DomainRow("很长的领域名称" * 4, cells * 12), DomainRow("乙", [])], name="x", title="甲", subtitle="乙", source="丙"
        ).svg
    )


def test_panels_of_one_unit_show_differences_at_one_size() -> None:
    met_look = look.status("met")
    some = [
        Course(name, "%", [(Fraction(low), str(low)), (Fraction(low + 1), str(low + 1))], None, "", met_look)
        for name, low in (("甲", 10), ("乙", 90))
    ]
    svg = course_chart(some, ["2022", "2023"], name="x", title="t", subtitle="s", source="q").svg.decode()
    steps = [abs(float(m[2]) - float(m[1])) for m in re.finditer(r'd="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)" stroke="#1F2937"', svg)]
    assert len(steps) == 2 and steps[0] == pytest.approx(steps[1], abs=0.01) and steps[0] > 1


# ── 一页简报 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def many(count: int, name: str, status: str) -> list[dict[str, str]]:
    """Return indicators of six domains, every other one with that status."""
    made = []
    for n in range(count):
        own = status if n % 2 else "met"
        cells = {"value": {"not_met": "80", "missing": ""}.get(own, "95"), "reason": {"missing": "not_published"}.get(own, "")}
        target = {"target_text": "≥90", "target_value": "90", "gap": "-10" if own == "not_met" else ""}
        made.append(samples.row(f"A{n}", str(n), f"{name}{n}", own, domain=f"第{n % 6}领域{name}"[:30], **cells, **target))
    return made


_LONG = "区域生态环境综合治理与自然资源资产高效利用协同推进水平"
_PLACE = "某某民族自治州某某土家族苗族自治县"
BRIEFS: dict[str, Callable[[], ReportModel]] = {
    "sample": lambda: model_of(samples.rows(), example=True, prepared_by="示例技术支持单位"),
    "one": lambda: model_of([samples.row("A1", "1", "优良天数比例", "no_target", value="96.3", target_text="—")]),
    "short": lambda: model_of(many(44, _LONG, "not_met"), example=True, prepared_by="示例技术支持单位（虚构）" * 2),
    "missing": lambda: model_of(many(44, _LONG * 3, "missing"), example=True),
    "names": lambda: model_of(
        many(40, _LONG * 4, "pending"), example=True, prepared_by="单位", title_zh=f"示例区{_LONG}评估（2021—2024年）" * 2,
        region_name=f"{_PLACE}示例区" * 2, region_full_name=f"示例省{_PLACE}示例区（虚构）" * 2,
        set_names={"s1": f"{_LONG}建设指标（试行）" * 3},
    ),
}  # fmt: skip


def briefing(model: ReportModel, form: Form, name: str) -> Document:
    plan = load_report_plan(_project(), "brief").model_copy(update={"form": form})
    return region_document(model, TEMPLATES, plan, name=name)


def _project() -> Any:
    from evalkit.project import Project

    return Project(ROOT)


def test_the_briefing_says_the_most_important_in_its_order(catalog: Catalog, example: ReportModel) -> None:
    found = Findings(material_of(example, catalog=catalog))
    text = plain(brief_text(found, 30, 41))
    heads = re.findall(r"\*\*(.+?)\*\*", text)
    assert heads == ["总体情况。", "短板。", "待定事项。", "下一步。"]
    assert "村镇饮用水卫生合格率（差0.80个百分点）" in text and "完成逾期的规划任务3项" in text
    tight = plain(brief_text(found, 6, 27))
    assert "未达标2项" in tight and "待佐证8项" in tight  # what has no room is counted
    numbers = Numbering()
    assert "figures/brief" in brief(material_of(example, ("brief",), catalog=catalog)).markdown(numbers)
    assert [block.name for block in numbers.blocks] == ["brief"]


@pytest.mark.parametrize("lines", range(1, 14))
def test_the_text_keeps_to_its_lines(lines: int) -> None:
    from evalkit.report import phrases

    for name, make in BRIEFS.items():
        text = plain(brief_text(Findings(material_of(make())), max(lines, 9), 27)).replace("*", "")
        need = sum(-(-(phrases.display_width(part) + 2) // 27) for part in text.split("\n\n"))
        assert need <= max(lines, 9) + (name == "names"), (name, text)


@office
def test_the_briefing_is_one_page(tmp_path: Path) -> None:
    from pypdf import PdfReader

    for form in ("official", "technical"):
        for name, make in BRIEFS.items():
            render(briefing(make(), form, f"{form}-{name}"), TEMPLATES, tmp_path)
            with speaking(Speech("en", {"示例区": "Example District"})):
                render(briefing(make(), form, f"{form}-{name}-en"), TEMPLATES, tmp_path)
    words = sorted(str(path) for path in tmp_path.glob("*.docx"))
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path / "word"),
    ]
    subprocess.run([*command, *words], check=True, capture_output=True, timeout=300)
    pages = {path.relative_to(tmp_path).as_posix(): len(PdfReader(path).pages) for path in tmp_path.rglob("*.pdf")}
    assert len(pages) == 4 * len(BRIEFS) * 2
    assert {name: count for name, count in pages.items() if count != 1} == {}
