"""逐项指标评估, 评估依据, 地区概况, 基础数据, 口径说明, 校验值, and the columns of 指标完成情况总表."""

from __future__ import annotations

import re
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import report_samples as samples
from conftest import ROOT, TinyProject
from states import write_state

from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.report_plans import ChapterEntry, ReportPlan
from evalkit.catalog.rules import Assigned, ByClass, Compare, KOfN, NoTarget, Qualitative, Trend
from evalkit.catalog.texts import UserText
from evalkit.messages.speech import Speech, speaking
from evalkit.report import sheets
from evalkit.report.chapters.rule_words import rule_words
from evalkit.report.columns import short_source
from evalkit.report.document import region_document
from evalkit.report.evidence import ProofEntry
from evalkit.report.frame import Document
from evalkit.report.model import ReportModel, build_model
from evalkit.report.numbering import anchor
from evalkit.report.tables import grid_table
from evalkit.runner.reports import Wanted, document_of

TEMPLATES = ROOT / "reports" / "templates"
OURS = ("overview", "basis", "table", "indicators", "data", "definitions", "hashes")


def plan(*chapters: str) -> ReportPlan:
    return ReportPlan(id="own", title_zh="自定", title_en="Own", chapters=[ChapterEntry(chapter=name) for name in chapters])


def model(rows: list[dict[str, str]] | None = None, traces: Any = None, **context: Any) -> ReportModel:
    rows = samples.rows() if rows is None else rows
    return build_model(rows, traces or [samples.trace(row) for row in rows], samples.context(**context))


def written(found: ReportModel, *chapters: str, **options: Any) -> Document:
    return region_document(found, TEMPLATES, plan(*chapters), **options)


def chapter(text: str, title: str) -> str:
    """Return the text of a chapter, without entities."""
    own = next(part for part in re.split(r"^# ", text, flags=re.MULTILINE) if part.split("\n")[0].endswith(title))
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), own)


def heads(found: ReportModel, *, wide: bool = True) -> list[str]:
    return [cell.text for cell in sheets.indicator_grid(found.groups[0], wide=wide).head[0]]


@pytest.fixture(scope="module")
def rules() -> Catalog:
    return load_catalog(ROOT)


# 逐项指标评估


def test_each_indicator_has_one_section_and_each_row_a_place_to_lead_to() -> None:
    document = written(model(), "indicators")
    sections = re.findall(r"^### (.*)$", document.text, re.MULTILINE)
    assert len(sections) == 10  # twelve rows, two of the indicators have two parts
    assert [name.split(" {")[0] for name in sections[:3]] == ["1．考核比例", "2．责任追究制度", "4．环境空气质量"]
    for row in samples.rows()[:12]:
        assert document.text.count(f"{{#{anchor(row['period'], row['set'], row['indicator'])}}}") == 1, row["indicator"]
    assert re.findall(r"^## (.*)$", document.text, re.MULTILINE) == [
        "（一）目标责任", "（二）生态安全", "（三）生态经济", "（四）参考性指标",
    ]  # fmt: skip
    names = [block.name for block in document.blocks]
    assert len(names) == len(set(names)) == 10 and "indicator-c4.1" in names


def test_the_four_pieces_of_a_computed_value() -> None:
    text = chapter(written(model(), "indicators").text, "逐项指标评估")
    part = text[text.index("优良天数比率**") : text.index("PM2.5浓度**")]
    assert "[考核标准]{.label}　约束性，指标值“≥90或持续提高”†。出处：表1 序号4。规划目标：2027年≥90†、2035年≥92†。" in part
    assert "[指标解释与计算公式]{.label}　官方指标解释尚未掌握。优良天数比率 = 优良天数 ÷ 有效监测天数 × 100%。" in part
    assert "= 324 ÷ 365 × 100% = 88.767…%，修约 88.8%；申报值 88.8%，与修约值一致。" in part
    assert "数据：优良天数 324天〔E7〕、有效监测天数 365天〔E8〕：table.csv（示例数据表）。" in part
    done = text[text.index("- 优良天数比率：") :].split("\n")[0]
    assert "2023年为88.8%，低于指标值（≥90或持续提高）1.2个百分点，未达标。比上年（89.5%）下降0.7个百分点" in done
    assert "规划目标：2027年尚未达到目标值（进展68.4%）、2035年尚未达到目标值（进展45.2%）。" in done
    assert "由2个分项组成，合并判定为未达标。" in text


def test_what_is_absent_is_named_and_never_zero() -> None:
    text = chapter(written(model(), "indicators", "data").text, "逐项指标评估")
    part = text[text.index("### 9．能耗降低率") :].split("\n### ")[0]
    assert "尚未发布" in part and "○ 缺数据" in part and not re.search(r"为0|[^0-9.]0%", part)
    away = text[text.index("### 6．黑臭水体消除率") :].split("\n### ")[0]
    assert "— 不适用" in away and "不涉及" in away and "达标。" not in away
    row = samples.row("C9", "9", "能耗降低率", "missing", reason="not_published", target_text="≥3", target_value="3")
    trace = samples.trace(row)
    trace["inputs"][0].update(value="", missing="not_published")
    listed = chapter(written(model([row], traces=[trace]), "data").text, "基础数据")
    line = next(line for line in listed.split("\n") if line.startswith("| 能耗降低率"))
    assert [cell.strip() for cell in line.strip("|").split("|")] == ["能耗降低率", "%", "尚未发布", "E4"]


def test_a_definition_that_many_share_is_said_once() -> None:
    rows = samples.rows()[:12]
    traces = [{**samples.trace(row), "definition_zh": "原文未掌握；按名称填报。", "definition_cite": {}} for row in rows]
    traces[0]["definition_zh"] = "指考核中所占的比例。"
    text = chapter(written(model(rows, traces=traces), "indicators").text, "逐项指标评估")
    assert text.count("原文未掌握；按名称填报。") == 1 and text.count("见说明1。") == 11
    assert "指考核中所占的比例。" in text


def test_only_the_latest_period_is_told() -> None:
    rows = [dict(row, period=year) for year in ("2022", "2023") for row in samples.rows()[:2]]
    text = written(model(rows, periods=["2022", "2023"]), "indicators").text
    assert len(re.findall(r"^### ", text, re.MULTILINE)) == 2 and "calc-2023" in text and "calc-2022" not in text


def test_a_plan_of_its_own_is_told_once_for_all_milestones_and_links_to_each_have_a_place() -> None:
    rows = [
        dict(row, set="p1", basis="plan", milestone=year, milestone_value="90", progress="", base_period="")
        for year in ("2027", "2035")
        for row in samples.rows()[:1]
    ]
    text = written(model(rows), "indicators").text
    assert len(re.findall(r"^### ", text, re.MULTILINE)) == 1
    for year in ("2027", "2035"):
        assert text.count(f"{{#{anchor('2023', 'p1', 'C1', year)}}}") == 1


def test_what_stands_already_is_not_told_again() -> None:
    own = samples.rows()[0]
    again = dict(own, set="p1", basis="plan", target_text="≥22", target_value="22", gap="5.28")
    text = chapter(written(model([own, again]), "indicators").text, "逐项指标评估")
    assert text.count("官方指标解释尚未掌握") == 1
    assert "[指标解释和审核内容]{.label}　同前“1．考核比例”。" in text
    assert "（二）目标责任（规划目标）" in text  # of one plan the lead says which


def test_how_well_most_sources_are_known_is_said_once() -> None:
    rows = samples.rows()[:12]
    traces = [samples.trace(row) for row in rows]
    text = chapter(written(model(rows, traces=traces), "indicators").text, "逐项指标评估")
    assert text.count("见于转载件") == 1 and "出处未注明掌握情况的，为“见于转载件”。" in text
    other = next(trace for trace in traces if trace["target"].get("cite", {}).get("clause"))
    other["target"] = {**other["target"], "cite": {**other["target"]["cite"], "state": "derived"}}
    text = chapter(written(model(rows, traces=traces), "indicators").text, "逐项指标评估")
    assert text.count("，推算。") == 1 and text.count("见于转载件") == 1
    few = chapter(written(model(rows[:3], traces=traces[:3]), "indicators").text, "逐项指标评估")
    assert "出处未注明" not in few and "，推算。" in few


def test_a_formula_that_the_definition_gives_is_not_given_again() -> None:
    row = samples.rows()[0]
    trace = samples.trace(row)
    trace["formula"] = {"zh": "甲 ÷ 乙 × 100%", "en": "a ÷ b × 100%", "substituted": "1 ÷ 2 × 100%"}
    for text, times in (("考核比例＝甲÷乙×100％。", 0), ("考核比例＝甲÷丙×100％。", 1)):
        found = chapter(written(model([row], traces=[{**trace, "definition_zh": text}]), "indicators").text, "逐项指标评估")
        assert found.count("甲 ÷ 乙 × 100%") == times, text


def test_a_person_may_rewrite_what_was_reached() -> None:
    own = UserText("indicator-c1", "组织部门另有说明：*不是强调*。", "params/texts/x/y/indicator-c1.md")
    text = written(model(), "indicators", texts={"indicator-c1": own}).text
    shown = chapter(text, "逐项指标评估")
    assert "组织部门另有说明：*不是强调*。" in shown and "2023年考核比例为27.28%" not in shown
    assert "*不是强调*" not in text  # escaped, not emphasis


def test_names_are_text_and_no_markup() -> None:
    bad = "x]{.met} [y](http://z) `=cmd` # {{< include a >}} | $1$ <b> ::: @tbl-1"
    row = samples.row("C1/../<x>", "1", bad * 3, "met", value="1", target_text=bad, domain=bad, task=bad, part_of="")
    found = model([row] + [samples.row(f"C{n}", str(n), "甲", "met", value="1", target_text="≥1") for n in range(2, 6)])
    document = written(found, "table", "indicators", "data", "basis", "definitions")
    assert "](http" not in document.text and "{{<" not in document.text and "<b>" not in document.text and "@tbl" not in document.text
    assert all(re.fullmatch(r"[a-z0-9][A-Za-z0-9._-]{0,59}", block.name) for block in document.blocks)


def test_without_results_there_is_nothing_to_tell() -> None:
    document = written(model([], traces=[{"key": {}, "measure": "m", "inputs": []}]), "indicators", "data", "hashes", "overview")
    assert "# " not in document.text.split("---")[-1]


def test_in_english_the_labels_are_english() -> None:
    with speaking(Speech("en", {"生态安全": "Ecological safety", "考核比例": "Share in appraisal"})):
        text = written(model(), "indicators", "definitions", "data", "basis").text
    assert "Share in appraisal" in text and "27.28% in" not in text
    for word in ("考核标准", "出处", "数据：", "说明", "成效", "合并判定", "采用申报值", "校验值", "用语"):
        assert word not in text, word


# 考核标准 in words


def test_rules_in_words(rules: Catalog) -> None:
    def said(rule: Any, unit: str = "%") -> str:
        return rule_words(rules, None, "cn-demo-2019", rule, unit)

    least = Compare(op=">=", value=Fraction(90))
    assert said(least) == "不低于90%"
    assert (
        said(KOfN(k=2, of_rules=(Assigned(), KOfN(k=1, of_rules=(least, Trend(strict=True))))))
        == "达到上级下达的任务，且（不低于90%，或优于上年）"
    )
    assert said(Trend(than="base", band=Fraction(1, 2))) == "不差于基准年（允许波动0.5%）"
    assert said(Qualitative(text="建立")) == "由人工依据佐证材料判定" and said(NoTarget()) == ""
    assert said(ByClass(dimension="terrain", cases=(("hill", least),))) == "按所属类别确定，类别尚未填报"
    region = rules.regions["999001"]
    assert rule_words(rules, region, "cn-demo-2019", ByClass(dimension="terrain", cases=(("hill", least),)), "%") == "不低于90%"
    with speaking(Speech("en")):
        assert said(KOfN(k=1, of_rules=(least, Trend()))) == "at least 90%, or not worse than the year before"


def test_every_rule_of_the_shipped_sets_has_words(rules: Catalog) -> None:
    for found in rules.sets.values():
        for row in found.rows:
            for target in row.targets:
                said = rule_words(rules, None, found.id, target.rule, row.unit)
                assert said or isinstance(target.rule, NoTarget), (found.id, row.id)


# 指标完成情况总表


def test_columns_stand_only_where_a_row_has_something() -> None:
    bare = heads(model())
    assert bare[:3] == ["领域", "序号", "指标"] and bare[-2:] == ["达标情况", "备注"]
    assert not {"任务", "佐证编号", "责任单位", "数据来源"} & set(bare)  # all figures are of one source
    rows = [dict(row, task="（一）一项任务" if row["domain"] == "目标责任" else "") for row in samples.rows()]
    proof = ProofEntry("佐证1-1", ("V1",), (), (("C1", "2023"),), "文件")
    full = model(rows, evidence=[proof], duties={"C1": "区委组织部"}, departments={"m.c2": "生态环境部门"})
    assert heads(full)[:2] == ["领域", "任务"] and heads(full)[-4:] == ["达标情况", "佐证编号", "责任单位", "备注"]
    first, second = full.groups[0].table[:2]
    assert (first.evidence, first.duty, second.evidence, second.duty) == ("佐证1-1", "区委组织部", "", "生态环境部门")
    assert "佐证" not in first.remark
    assert not {"任务", "责任单位"} & set(heads(full, wide=False)) and "佐证编号" in heads(full, wide=False)


def test_tasks_are_merged_over_their_rows_within_their_domain() -> None:
    rows = [dict(row, task="（一）一项任务") for row in samples.rows()[:12]]
    grid = sheets.indicator_grid(model(rows).groups[0])
    tasks = [cell.rows for line in grid.body for cell in line if cell.text == "（一）一项任务"]
    assert tasks == [2, 5, 3, 2] == [cell.rows for line in grid.body for cell in line[:1] if cell.text in {row["domain"] for row in rows}]
    assert grid_table(grid).count("一项任务") == 4


def test_sources_are_named_shortly() -> None:
    def item(source: str, file: str = "run/ecology.csv", variable: str = "v", at: str = "current") -> dict[str, str]:
        return {"source": source, "file": file, "variable": variable, "at": at}

    trace = {"inputs": [item("示例数据(非真实)，示例区生态环境局"), item("示例市人民政府", variable="assigned.x"), item("旧", at="base")]}
    assert short_source(trace, "示例区") == "区生态环境局"
    assert short_source({"inputs": [item("崇明区规划表1 序号17 2023年栏 https://a.b/c.html")]}, "崇明区") == "崇明区规划表1"
    assert short_source({"inputs": [item("很" * 40), item("", file="run/other.xlsx")]}) == "ecology、other"
    assert short_source({"inputs": [item("x", file="lower@0123456789ab/results.csv")]}) == "下级评估结果"
    assert short_source({"inputs": [{"missing": "not_collected"}]}) == ""


def test_a_threshold_by_class_shows_that_of_the_region() -> None:
    row = samples.row("C1", "1", "林草覆盖率", "met", value="43", target_text="山区：≥60；丘陵地区：≥40", target_value="40", gap="3")
    row["class"] = "hill"
    trace = samples.trace(row)
    trace["target"]["class_zh"] = "地形：丘陵地区"
    trace["checks"] = [{"op": ">=", "left": "43", "right": "40", "against": "target", "against_period": "", "result": "true", "reason": "",
                        "measure": trace["measure"]}]  # fmt: skip
    found = model([row, *samples.rows()[1:5]], traces=[trace])
    assert found.groups[0].table[0].target == "丘陵地区：≥40†"
    text = chapter(written(found, "indicators").text, "逐项指标评估")
    assert "指标值“山区：≥60；丘陵地区：≥40”†" in text and "分类：地形：丘陵地区" in text
    assert "高于指标值（≥40）3.0个百分点" in text or "高于指标值（≥40）3个百分点" in text


# Annexes and the chapters of the basis


def test_only_what_occurs_is_explained() -> None:
    text = chapter(written(model(samples.rows()[:2]), "definitions").text, "修约与口径说明")
    assert "数值达到指标值" in text and "没有出现否决情形" not in text and "尚未发布" not in text and "规划基准年为2021年" in text
    whole = chapter(written(model(), "definitions").text, "修约与口径说明")
    assert "上级下达的任务没有掌握" in whole and "都不等于零" in whole and "按一项统计" in whole


def test_every_status_and_reason_has_a_meaning() -> None:
    from evalkit.messages import words
    from evalkit.messages.speech import sentences
    from evalkit.report import look

    known = sentences("definitions")
    assert not [code for code in (*look.STATUSES, *look.MARKS) if f"status_{code}" not in known]
    assert not [code for code in words("reason") if f"reason_{code}" not in known]


def test_documents_and_files_of_the_basis() -> None:
    text = chapter(written(model(), "basis").text, "评估依据与数据来源")
    assert "示例〔2024〕1号" in text and "《示例建设指标》" in text and "sample/table.csv" in text
    assert "见于转载件" in text and "已核对原文" in text  # the states that thresholds have, and no other
    assert "推算" not in text


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    project = TinyProject(tmp_path)
    shutil.copytree(TEMPLATES, tmp_path / "reports" / "templates")
    shutil.copytree(ROOT / "params" / "reports", tmp_path / "params" / "reports")
    for name in ("assess_region", "compare_regions"):
        project.write(f"notebooks/{name}.ipynb", '{"cells": []}')
    project.write("params/reports/own.yml", f"id: own\ntitle_zh: 自定\ntitle_en: Own\nchapters: [{', '.join(OURS)}]\n")
    write_state(tmp_path, project.run)
    return project


def test_the_overview_says_what_card_and_run_hold(tiny: TinyProject) -> None:
    catalog = tiny.catalog(units=False)
    document, _ = document_of(catalog, tiny.run, tiny.region, Wanted(plan="own"))
    text = chapter(document.text, "地区与规划概况")
    region = catalog.regions[tiny.region]
    assert region.full_name_zh in text and f"代码{region.code}" in text
    assert ("规划：" in text) == bool(catalog.plans_of(catalog.run(tiny.run), tiny.region))
    assert "overview" in {block.name for block in document.blocks}


def test_hashes_are_those_of_the_region_alone_and_the_same_again(tiny: TinyProject) -> None:
    catalog = tiny.catalog(units=False)
    found, _ = document_of(catalog, tiny.run, tiny.region, Wanted(plan="own"))
    text = chapter(found.text, "数据与规则校验值")
    assert re.findall(r"\b[0-9a-f]{17,}\b", text) == [] and len(re.findall(r"\b[0-9a-f]{16}\b", text)) > 5
    assert f"params/regions/{tiny.region}.yml" in text and f"regions/{tiny.region}/results.csv" in text
    assert str(tiny.root) not in text
    again, _ = document_of(tiny.catalog(units=False), tiny.run, tiny.region, Wanted(plan="own"))
    assert again.text == found.text


def test_a_small_report_is_short() -> None:
    records = {"inputs": {"params/units.yml": "0" * 64}, "outputs": {"results.csv": "1" * 64}}
    few, many = model(samples.rows()[:2]), model()
    for found, there in ((few, False), (many, True)):
        text = written(found, "table", "hashes", records=records).text  # type: ignore[arg-type]
        assert ("params/units" in text.replace("&#46;", ".")) == there and ("图例：" in text) == there


def test_rules_and_data_of_others_have_no_hash_here(rules: Catalog) -> None:
    digest = "0123456789abcdef" * 4
    names = ["params/regions/999001.yml", "params/regions/310151.yml", "params/plans/wuhan-2023.yml", "params/measures/park.yml",
             "params/units.yml", "data/raw/sample/table.csv", "data/raw/sample/other.csv", "params/verifications/cn-demo-2016.csv",
             "notebooks/assess_region.ipynb"]  # fmt: skip
    outputs = ["results.csv", "regions/999001/results.csv", "regions/999002/results.csv"]
    records = {"inputs": dict.fromkeys(names, digest), "outputs": dict.fromkeys(outputs, digest), "evalkit": "0.1.0"}
    text = chapter(written(model(), "hashes", catalog=rules, records=records).text, "数据与规则校验值")  # type: ignore[arg-type]
    for name in (
        "params/regions/999001.yml",
        "params/units.yml",
        "data/raw/sample/table.csv",
        "notebooks/assess",
        "regions/999001/results",
    ):
        assert name in text, name
    for name in ("310151", "wuhan", "park.yml", "other.csv", "cn-demo-2016", "999002"):
        assert name not in text, name


def test_a_figure_keeps_correction_evidence_and_year() -> None:
    row = samples.row("C1", "1", "比例", "met", value="25")
    trace = samples.trace(row)
    trace["inputs"][0].update(correction_id="K01", evidence_id="V1", data_year="2022", bound="lower")
    found = model([row], traces=[trace], evidence=[ProofEntry("佐证1-1", ("V1",), (), (("C1", "2023"),), "文件")])
    text = chapter(written(found, "data").text, "基础数据")
    flat = re.sub(r"[\s|]", "", text)
    assert all(words in flat for words in ("≥25", "更正K01", "佐证1-1", "2022年数据"))


def test_long_names_fit_the_page() -> None:
    rows = [dict(row, name_zh=row["name_zh"] * 12, domain=row["domain"] * 6, task="任务" * 20) for row in samples.rows()]
    found = model(rows, duties={"C1": "一个很长的单位名称" * 6})
    grid = sheets.indicator_grid(found.groups[0])
    assert len(grid.widths) == len(grid.head[0]) == len(grid.align) and min(grid.widths) >= 2
    total = sum(grid.widths)
    assert all(width / total > 0.02 for width in grid.widths)  # a long name starves no other column


# 摘要


def test_the_summary_says_once_what_earlier_periods_were_compared_with() -> None:
    rows = [dict(row, period=year) for year in ("2021", "2022", "2023") for row in samples.rows()[:12]]
    text = chapter(written(model(rows, periods=["2021", "2022", "2023"]), "summary").text, "摘要")
    told = text[text.index("以前各期对照《") :].split("\n")[0]
    assert told.count("对照《") == 1 and "2021年，" in told and "2022年，" in told and "2023年" not in told
    for year in ("2021", "2022"):
        assert re.search(rf"{year}年，\d+项约束性指标中", told)
    alone = chapter(written(model(rows[:24], periods=["2021", "2022"]), "summary").text, "摘要")
    assert "以前各期" not in alone  # two periods are both shown in full


@pytest.mark.parametrize(("count", "named"), [(3, False), (4, True)])
def test_many_unknowns_are_named_where_a_chapter_tells_each(count: int, named: bool) -> None:
    rows = [samples.row(f"P{n}", str(n), f"待定{n}", "pending", target_text="实施", reason="evidence_missing") for n in range(count)]
    rows.append(samples.row("V1", "否1", "造假", "missing", attribute="veto", target_text="未出现", reason="not_published"))
    found = model([*rows, *samples.rows()[:1]])
    text = chapter(written(found, "summary", "shortfalls").text, "摘要")
    names = "；".join(f"待定{n}" for n in range(count))
    assert (f"约束性指标{count}项（{names}）。逐项见“二、短板与原因”。" in text) == named
    assert ("- 约束性指标0：待定0" in text) != named and "否决项1：造假" in text
    assert "- 约束性指标0：待定0" in chapter(written(found, "summary").text, "摘要")  # no chapter tells it
