"""The report on all regions: side by side, statuses at a glance, no ranking unless asked, plans, evidence and review by region."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import report_samples as samples

from evalkit.assessment.standing import Standing as TaskStanding
from evalkit.catalog.report_plans import ReportPlan
from evalkit.catalog.reviews import Answer, Remark, Reviews, SignOff, Stage
from evalkit.messages.speech import Speech, speaking
from evalkit.report import look, overview
from evalkit.report.canvas import Canvas
from evalkit.report.chapters.lists_state import PlanState
from evalkit.report.evidence import ProofEntry
from evalkit.report.frame import Document
from evalkit.report.model import ReportModel, build_model
from evalkit.report.overview import Column, heat_maps
from evalkit.report.rollup import rollup_document
from evalkit.report.rollup_registers import Registers
from evalkit.report.value_charts import RegionValue, value_charts
from evalkit.review.signoff import Standing

TEMPLATES = Path(__file__).parents[1] / "reports" / "templates"
NAMES = ["西陵区", "长阳土家族自治县", "高新技术产业开发区"]


def model(number: int, name: str, *, rows: list[dict[str, str]] | None = None, **changes: Any) -> ReportModel:
    code = f"9990{number:02d}"
    own = [dict(row, region_code=code, region=name) for row in (samples.rows() if rows is None else rows)]
    given = {"region_code": code, "region_name": name, "region_full_name": f"示例市{name}", "corrections": [], "decisions": [], **changes}
    return build_model(own, [samples.trace(row) for row in own], samples.context(**given))


def plan(*, ranking: bool = False, form: Any = "technical") -> ReportPlan:
    return ReportPlan(id="p", title_zh="方案", title_en="Plan", form=form, chapters=["summary"], ranking=ranking)


def text(document: Document) -> str:
    return html.unescape(document.text)


def value_row(name: str, value: str) -> list[dict[str, str]]:
    return [samples.row("A1", "1", "优良天数比例", "no_target", value=value, target_text="—", target_state="")]


def three(**changes: Any) -> list[ReportModel]:
    return [model(number, name, **changes) for number, name in enumerate(NAMES, start=1)]


# --- no ranking unless asked


def test_regions_keep_the_order_of_the_run_and_none_is_called_best() -> None:
    models = [
        model(n, name, rows=value_row(name, value)) for n, (name, value) in enumerate(zip(NAMES, ("80.0", "96.3", "75.0"), strict=True), 1)
    ]
    said = text(rollup_document(models, TEMPLATES, plan=plan()))
    assert "2023年3个地区优良天数比例在75.0%至96.3%之间。" in said
    assert "各地区按评估所列顺序排列，不作排名" in said
    assert not re.search("最高|最低|从高到低|第一名|优于", said)


def test_with_ranking_the_highest_and_the_lowest_are_named_and_the_report_says_so() -> None:
    models = [
        model(n, name, rows=value_row(name, value)) for n, (name, value) in enumerate(zip(NAMES, ("80.0", "96.3", "75.0"), strict=True), 1)
    ]
    document = rollup_document(models, TEMPLATES, plan=plan(ranking=True))
    assert f"{NAMES[1]}最高，{NAMES[2]}最低" in text(document) and "按数值从高到低排列" in text(document)
    said = document.charts[0].alt.split("。")[1]  # in the order in which they are drawn
    assert re.findall(r"([^；\d]+)[\d.]+%", said) == [NAMES[1], NAMES[0], NAMES[2]]


def test_values_of_many_regions_go_on_several_figures_with_one_axis() -> None:
    values = [RegionValue(f"第{n}县", Fraction(50 + n), str(50 + n), "met") for n in range(40)]
    charts = value_charts(values, indicator="x", unit="%", period="2023", target=Fraction(60), target_text="≥60", name="v", source="s")
    assert [chart.name for chart in charts] == ["v", "v-2"]
    assert all("40个地区x在50%至89%之间" in chart.title for chart in charts)
    assert "第0县50%" in charts[0].alt and "第20县70%" in charts[1].alt and "第0县50%" not in charts[1].alt


# --- side by side


def test_indicators_stand_side_by_side_with_value_symbol_and_count() -> None:
    rows = samples.rows()
    worse = [dict(row, status="not_met", value="10", rounded_value="10.0") if row["indicator"] == "C1" else row for row in rows]
    document = rollup_document([model(1, "甲区"), model(2, "乙区", rows=worse)], TEMPLATES)
    table = re.search(r"\n\+[^+].*?各地区指标完成情况对比", document.text, re.S)
    assert table
    said = html.unescape(table[0])
    assert "[27.28 ●]{.met}" in said and "[10.0 ▲]{.notmet}" in said and "1/2" in said
    assert "[○]{.missing}" in said  # no value: the symbol alone, never a zero
    line = next(line for line in said.splitlines() if "能耗降低率" in line)
    assert not re.search(r"(?<![\d/])0(?![/\d])", line)
    assert "指标对比" in said or "指标对比" in text(document)


def test_regions_that_do_not_fit_go_on_in_further_tables_of_about_the_same_width() -> None:
    models = [model(n, f"第{n}县") for n in range(1, 41)]
    document = rollup_document(models, TEMPLATES)
    parts = re.findall(r"第(\d+)部分，共(\d+)部分", text(document))
    total = int(parts[0][1])
    assert total > 1 and [number for number, _ in parts] == [str(n) for n in range(1, total + 1)]
    for n in range(1, 41):
        assert f"第{n}县" in document.text
    heads = [html.unescape(line) for line in document.text.splitlines() if "| 达标地区" in line]
    counts = [len(re.findall(r"第\d+县", line)) for line in heads]
    assert sum(counts) >= 40 and max(counts) - min(counts) <= 1


def test_thresholds_that_differ_between_regions_stand_beside_each_other() -> None:
    other = [dict(row, target_text="≥60", target_value="60") if row["indicator"] == "C4.1" else row for row in samples.rows()]
    said = text(rollup_document([model(1, "甲区"), model(2, "乙区", rows=other)], TEMPLATES))
    assert "≥90或持续提高†；≥60†" in re.sub(r"[\s|\\]", "", said)
    assert "指标值一栏有几个数的" in said


def test_of_several_periods_the_latest_is_shown_and_the_report_says_so() -> None:
    earlier = [
        dict(row, period="2022", value="11", rounded_value="11.0") if row["value"] else dict(row, period="2022") for row in samples.rows()
    ]
    models = [model(n, name, rows=[*earlier, *samples.rows()], periods=["2022", "2023"]) for n, name in enumerate(NAMES, 1)]
    said = text(rollup_document(models, TEMPLATES))
    assert "本报告只列最近的评估期" in said and "11.0 ●" not in said
    assert said.count("2023年，对照《") == 1 and "2022年，对照" not in said  # said once of all regions
    assert all(said.count(f"- {name}：") == 1 for name in NAMES)


def test_one_region_in_several_periods_is_compared_with_itself() -> None:
    earlier = [dict(row, period="2022") for row in samples.rows()]
    said = text(rollup_document([model(1, "甲区", rows=[*earlier, *samples.rows()], periods=["2022", "2023"])], TEMPLATES))
    assert "各评估期指标完成情况对比" in said and "达标期数" in said and "不作排名" not in said


def test_regions_without_results_are_named_not_counted() -> None:
    said = text(rollup_document(three(), TEMPLATES, registers=Registers(absent=["丙县", "丁县"])))
    assert "共3个地区。丙县、丁县尚无评估结果，未列入（2个）。" in said


# --- the heat map


def columns(count: int, name: str = "城镇新建绿色建筑比例") -> list[Column]:
    return [Column(f"领域{n // 6}", "binding", str(n + 1), f"{name}{n}") for n in range(count)]


@pytest.mark.parametrize(
    "name", ["比率", "城镇新建绿色建筑比例", "应当实施强制性清洁生产企业通过审核的比例和数量", "Share of towns with treated sewage"]
)
def test_forty_regions_and_forty_four_indicators_go_on_figures_that_fit_a_page(name: str) -> None:
    regions = [f"第{n}土家族自治县" for n in range(40)]
    wanted = columns(44, name)
    statuses = {
        (row, col): ("met", "not_met", "pending", "missing", "not_applicable")[(row + col) % 5] for row in range(40) for col in range(44)
    }
    charts = heat_maps(regions, wanted, statuses, name="h", subtitle="2023年", source="x")
    assert len(charts) > 1 and len({chart.name for chart in charts}) == len(charts)
    assert all(chart.title.endswith(f"（第{n}幅，共{len(charts)}幅）") for n, chart in enumerate(charts, 1))
    for chart in charts:
        height = re.search(rb'height="([\d.]+)mm"', chart.svg)
        assert height and float(height[1]) <= 150 and chart.width_mm <= look.LANDSCAPE_MM


def drawn(monkeypatch: pytest.MonkeyPatch, *arguments: Any, **more: Any) -> list[tuple[float, float, str, float, bool]]:
    """Return what a heat map writes: place, text, size and whether it is turned."""
    found: list[tuple[float, float, str, float, bool]] = []
    write = Canvas.text

    def text_(self: Canvas, x: float, y: float, words: str, size: float = 8, *rest: Any, **named: Any) -> None:
        found.append((x, y, words, size, bool(named.get("upwards"))))
        write(self, x, y, words, size, *rest, **named)

    monkeypatch.setattr(Canvas, "text", text_)
    heat_maps(*arguments, **more)
    return found


def test_names_of_columns_neither_overlap_nor_lose_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "应当实施强制性清洁生产企业通过审核的比例和数量"
    wanted = columns(44, name)
    found = drawn(monkeypatch, ["甲区"], wanted, {(0, n): "met" for n in range(44)}, name="h", subtitle="s", source="x")
    turned = [(x, words, size) for x, _, words, size, upwards in found if upwards and words.replace("\n", "").startswith(name[:5])]
    assert sorted(words.replace("\n", "") for _, words, _ in turned) == sorted(column.name for column in wanted)
    for (x, words, size), (after, *_) in pairwise(turned):
        if after > x:  # on the same figure
            assert (words.count("\n") + 1) * size * 25.4 / 72 * 1.25 <= after - x + 0.01


def test_counts_stand_at_the_margins_once(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = {(0, 0): "met", (1, 0): "met", (2, 0): "not_met", (0, 1): "not_met", (1, 1): "missing"}
    found = drawn(monkeypatch, ["甲", "乙", "丙"], columns(2), statuses, name="h", subtitle="s", source="x")
    below = [words for _, y, words, size, _ in found if size == 7 and words.isdigit()]
    assert below == ["2", "0"]  # met by indicator; the empty cell of the third region counts for nothing
    assert any(words == "达标地区数" for _, _, words, _, _ in found)


def test_a_status_is_read_without_colour() -> None:
    symbols = [look.status(code).symbol for code in ("met", "not_met", "pending", "missing", "not_applicable", "no_target")]
    assert len(set(symbols)) == 6
    chart = overview.heat_map(["甲"], columns(1), {(0, 0): "not_met"}, name="h", subtitle="s", source="x", details={(0, 0): "<b>88.8</b>"})
    assert b"<b>" not in chart.svg and b"&lt;b&gt;88.8" in chart.svg


def test_very_long_names_end_with_an_ellipsis_and_keep_the_figure_small() -> None:
    chart = heat_maps(
        ["很长" * 60], [Column("领" * 50, "binding", "1", "名" * 400)], {(0, 0): "met"}, name="h", subtitle="s" * 300, source="x"
    )[0]
    height = re.search(rb'height="([\d.]+)mm"', chart.svg)
    assert height and float(height[1]) < 200


# --- plans, evidence, review


def state(region: str, statuses: str, *, reported: bool = True) -> PlanState:
    some: Any = tuple(type("One", (), {"kind": "task", "status": status})() for status in statuses.split())
    named: Any = type("Plan", (), {"name_zh": "规划"})()
    return PlanState(named, None, some, date(2024, 10, 29), reported, region, {}, {})  # type: ignore[arg-type]


def test_plan_lists_are_counted_by_region() -> None:
    assert {"kind", "status"} <= set(TaskStanding.__dataclass_fields__) | set(dir(TaskStanding))
    models = three()
    plans = {"999001": [state("x", "done late late")], "999002": [state("y", "done")], "999003": [state("z", "late", reported=False)]}
    said = text(rollup_document(models, TEMPLATES, registers=Registers(plans=plans)))
    assert "规划任务与项目进展" in said and "按2024年10月29日的进度表，2个地区" in said
    assert f"逾期未完成2项：{NAMES[0]}2项。" in said
    assert f"{NAMES[2]}没有进度表，进展不明，不列入。" in said
    none = {"999001": [state("x", "done")]}
    assert "没有逾期未完成的任务和项目。" in text(rollup_document(models, TEMPLATES, registers=Registers(plans=none)))
    assert "规划任务与项目进展" not in text(rollup_document(models, TEMPLATES, registers=Registers(plans={"999003": plans["999003"]})))


def proof(number: str, state_: str, *rows: tuple[str, str]) -> ProofEntry:
    return ProofEntry(number, (number,), (), rows, "文件", state=state_)


def test_evidence_is_counted_by_region_and_by_official_number() -> None:
    full = [proof("佐证1-1", "complete", ("C1", "2023")), proof("佐证4-1", "no_file", ("C4.2", ""), ("C1", "2022"))]
    models = [model(1, "甲区", evidence=full), model(2, "乙区")]
    document = rollup_document(models, TEMPLATES)
    said = re.sub(r"[ ]+", "", text(document))
    assert "共登记佐证材料2件，其中齐全或引用公开资料的1件，尚待补齐1件" in said
    # ten indicators with official numbers, of which two do not apply; 4 is proven by one of its parts
    line = next(line for line in said.splitlines() if line.startswith("|甲区|8|"))
    assert line.startswith("|甲区|8|2|2|1|1|")
    assert next(line for line in said.splitlines() if line.startswith("|乙区|8|")).startswith("|乙区|8|0|0|0|0|")
    assert "佐证材料情况" not in text(rollup_document([model(2, "乙区")], TEMPLATES))


def remark(number: str, region: str) -> Remark:
    return Remark(id=number, reviewer="专家", date="2024-05-01", region_code=region, opinion="意见")


def test_opinions_stages_and_signatures_are_counted_by_region_and_for_the_whole() -> None:
    answer = Answer(remark="R1", step="answer", decision="accepted", reason="改", by="甲", date="2024-05-02")
    stages = (
        Stage(stage="county_self", region_code="999001", by="县", date="2024-05-03", outcome="passed"),
        Stage(stage="city_review", region_code="999001", by="市", date="2024-05-03", outcome="returned"),
    )
    signed = SignOff(region_code="999002", by="乙", role="专家", date="2024-06-01", recusal="无", results="0" * 64, inputs="0" * 16)
    reviews = Reviews("r", (remark("R1", "999001"), remark("R2", "999001"), remark("R3", "")), (answer,), stages)
    registers = Registers(reviews=reviews, signed=[Standing(signed), Standing(signed, ("results",))])
    said = re.sub(r"[ ]+", "", text(rollup_document(three(), TEMPLATES, registers=registers)))
    assert "共收到意见3条：采纳1条，未答复2条。" in said
    lines = {line.split("|")[1]: line for line in said.splitlines() if line.startswith("|")}
    assert lines[NAMES[0]].startswith(f"|{NAMES[0]}|2|1|1|市初审，退回修改|0|0|")
    assert lines[NAMES[1]].startswith(f"|{NAMES[1]}|0|0|0|—|1|1|")
    assert lines["整体"].startswith("|整体|1|0|1|—|0|0|")
    assert "评审意见采纳与签署情况" not in text(rollup_document(three(), TEMPLATES, registers=Registers(reviews=Reviews("r"))))


# --- language, form, hostile data


def test_the_english_roll_up_has_no_chinese_of_its_own() -> None:
    terms = {"西陵区": "Xiling", "长阳土家族自治县": "Changyang", "高新技术产业开发区": "Hi-tech Zone"}
    with speaking(Speech("en", terms)):
        document = rollup_document(three(evidence=[proof("佐证1-1", "complete", ("C1", "2023"))]), TEMPLATES)
    said = text(document)
    for sentence in ("3 regions", "Indicators side by side", "Statuses at a glance", "they are not ranked", "Xiling"):
        assert sentence in said, sentence
    assert document.charts and all(
        re.match("3 regions, 10 indicators listed: not met in 3 cases", chart.title) for chart in document.charts
    )
    assert document.cover is not None and document.cover.region == "Summary of all regions" and document.lang == "en"
    for chinese in ("本报告汇总", "指标对比", "达标地区", "不作排名", "领域", "各地区"):
        assert chinese not in said, chinese


def test_names_from_data_are_text() -> None:
    name = "甲|区 `x` ![a](b) <script> $y$ {.met} @tbl-1"
    document = rollup_document([model(1, name), model(2, "乙区")], TEMPLATES)
    assert "<script>" not in document.text and "![a](b)" not in document.text and "@tbl-1" not in document.text
    assert "<script>" in text(document)


def test_the_form_of_the_plan_is_that_of_the_report() -> None:
    assert rollup_document(three(), TEMPLATES, plan=plan(form="official")).form == "official"
    first, again = (rollup_document(three(), TEMPLATES) for _ in range(2))
    assert first.text == again.text and [chart.svg for chart in first.charts] == [chart.svg for chart in again.charts]
    assert replace(first, form="official").form == "official"
