"""One figure has one number of digits wherever it stands, and no mark says what is not so."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
import report_samples as samples

from evalkit.report import build, marks, sheets, wording
from evalkit.report.calculations import calculations
from evalkit.report.document import region_document
from evalkit.report.frame import Document
from evalkit.report.model import ReportModel, build_model
from evalkit.report.printed import Printed, beside, row_key
from evalkit.report.rendering.check import docx_text, html_text
from evalkit.report.rollup import rollup_document
from evalkit.report.tables import Cell, Grid, grid_table

TEMPLATES = Path(__file__).parents[1] / "reports" / "templates"


def two_years() -> list[dict[str, str]]:
    """An indicator computed in two assessed years, with a plan ahead."""
    share = {"value_source": "computed", "target_text": "持续提高", "base_period": "2021", "base_value": "83.149171270718232"}
    rows = [
        samples.row("C1", "1", "优良天数比例", "met", period="2022", value="85.5", rounded_value="85.5", **share),
        samples.row("C1", "1", "优良天数比例", "met", period="2023", value="86.538461538461538", rounded_value="86.5",
                    previous_value="85.5", **share),
        samples.row("C1", "1", "优良天数比例", "met", period="2024", value="88.219178082191781", rounded_value="88.2",
                    previous_value="86.538461538461538", **share),
        samples.row("C2", "2", "考核比例", "met", period="2023", value="22.5", rounded_value="22.50", value_source="computed"),
        samples.row("C2", "2", "考核比例", "not_met", period="2024", value="23", rounded_value="23.00", previous_value="22.5",
                    value_source="computed", target_text="≥24", target_value="24", gap="-1"),
    ]  # fmt: skip
    goal = dict(rows[2], basis="plan", set="p1", milestone="2030", milestone_value="91", target_text="≥91.0", target_value="91",
                status="not_met", gap="-2.8", progress="64")  # fmt: skip
    return [*rows, goal]


def model(rows: list[dict[str, str]], inputs: Any = (), traces: Any = None, **context: Any) -> ReportModel:
    return build_model(rows, traces or [samples.trace(row) for row in rows], samples.context(**context), inputs)


def printed(rows: list[dict[str, str]], inputs: Any = ()) -> Printed:
    return Printed(rows, {row_key(row): samples.trace(row) for row in rows}, inputs)


def test_an_assessed_year_prints_as_its_own_row_does() -> None:
    last = next(group for group in model(two_years()).groups if group.period == "2024")
    share, exam = last.table
    assert share.history == ("85.5", "86.5") and share.current == "88.2"
    assert exam.history == ("—", "22.50") and exam.current == "23.00"
    assert last.points[0].target_text == "≥91.0"
    assert "比上年（22.50%）上升0.50个百分点" in last.shortfalls[0]


def test_the_verdict_line_prints_the_same_digits() -> None:
    rows = two_years()
    traces = {row_key(row): samples.trace(row) for row in rows}
    trace = traces[row_key(rows[2])]
    trace["checks"] = [{"op": ">=", "left": rows[2]["value"], "right": rows[1]["value"], "against": "previous",
                        "against_period": "2023", "result": "true", "reason": "", "measure": trace["measure"]}]  # fmt: skip
    block = calculations([rows[2]], traces, {}, Printed(rows, traces))[-1]
    assert any("88.2% ≥ 上年（2023年）86.5%，达标" in text for _, text in block.lines)
    exam = calculations([rows[4]], traces, {}, Printed(rows, traces))[-1]
    assert exam.status == "not_met"


def test_what_was_only_reported_prints_as_received() -> None:
    rows = [samples.row("C1", "1", "比例", "met", period="2024", value="88.219178", rounded_value="88.2", value_source="computed",
                        previous_value="86.5", base_period="2021", base_value="83.149171270718232")]  # fmt: skip
    received = [{"region_code": samples.REGION, "variable": "reported.m.c1", "period": "2023", "value": "86.5", "value_received": "86.50",
                 "factor": "1"}]  # fmt: skip
    found = printed(rows, received)
    assert found.previous(rows[0]) == "86.50" and found.earlier(rows[0], "2023") == "86.50"
    assert found.base(rows[0]) == "83.1"  # computed of a year that was not assessed: the digits of the current value


def test_a_base_that_a_plan_wrote_down_is_not_cut() -> None:
    row = samples.row("C1", "1", "比例", "met", value="3", rounded_value="3", base_period="2021", base_value="2.55")
    trace = {**samples.trace(row), "base": {"period": "2021", "value": "2.55", "kind": "rebased"}}
    assert Printed([row], {row_key(row): trace}).base(row) == "2.55"


def test_a_value_that_fails_never_prints_equal_to_its_threshold() -> None:
    row = samples.row("C1", "1", "比例", "not_met", value="89.96", rounded_value="90.0", target_text="≥90", target_value="90", gap="-0.04")
    group = model([row]).groups[0]
    assert group.table[0].current == group.points[0].current_text == "89.96"
    assert "为89.96%" in group.shortfalls[0]


@pytest.mark.parametrize(
    ("left", "right", "full", "sign", "digits", "expected"),
    [
        ("88.25", "88.25", "88.25", "≥", 1, ("88.25", "88.25")),  # 88.2 ≥ 88.25 would be false in print
        ("88.219178", "88.2", "88.2101", "<", 1, ("88.2", "88.2")),  # not so: nothing to repair
        ("88.2101", "88.2", "88.219178", "<", 1, ("88.21", "88.22")),
        ("88.219178", "86.5", "86.538", "≥", 1, ("88.2", "86.5")),
        ("23", "20", "20", "≥", 2, ("23.00", "20")),
    ],
)
def test_a_comparison_is_true_in_print(left: str, right: str, full: str, sign: str, digits: int, expected: tuple[str, str]) -> None:
    assert beside(left, right, full, sign, digits) == expected


def test_a_milestone_ahead_is_never_failed() -> None:
    assert marks.ahead("2024", "2025") and marks.ahead("2024-02", "2024") and not marks.ahead("2025", "2025")
    rows = [dict(row, set="p1", basis="plan", milestone="2030") for row in samples.rows()[:4]]
    document = region_document(model(rows), TEMPLATES)
    group = model(rows).groups[0]
    assert [line.mark.code for line in group.table] == ["reached", "reached", "not_yet", "pending"]
    assert group.scope.endswith("3项约束性指标中已达到2项、尚未达到1项。")
    table = grid_table(sheets.indicator_grid(group))
    assert "未达标" not in table and "△ 尚未达到目标值" in table.replace("&#9651;", "△")
    assert "未达标" not in re.sub(r"图例：.*", "", document.text)
    assert wording.plan_sentences("规划", rows)[0].endswith("3项指标中已达到2项、尚未达到1项。")


def test_a_milestone_of_the_assessed_year_is_judged() -> None:
    rows = [dict(row, set="p1", basis="plan", milestone="2023") for row in samples.rows()[:4]]
    assert [line.mark.code for line in model(rows).groups[0].table] == ["met", "met", "not_met", "pending"]


def test_a_figure_without_comparison_is_not_called_absent() -> None:
    row = samples.row("C1", "1", "比例", "missing", value="83.149", rounded_value="83.1", reason="not_collected", note="comparison_missing",
                      target_text="持续提高")  # fmt: skip
    trace = {**samples.trace(row), "checks": [{"op": ">", "left": "83.149", "right": "", "against": "previous", "against_period": "2022",
                                               "result": "unknown", "reason": "not_collected", "measure": "m.c1"}]}  # fmt: skip
    group = model([row, samples.row("C2", "2", "x", "met")], traces=[trace]).groups[0]
    line = group.table[0]
    assert (line.mark.label, line.remark) == ("◇ 无上年值可比", "")
    assert group.missing == ["约束性指标1：比例为83.1%，指标值为“持续提高”：无上年值可比。"]
    document = region_document(model([row, samples.row("C2", "2", "x", "met")], traces=[trace]), TEMPLATES)
    assert "无上年值可比的有数值而未判定" in document.text


def test_the_base_year_itself_is_not_called_without_target() -> None:
    row = samples.row("C1", "1", "比例", "no_target", value="83", note="base_is_current;example_data", target_text="保持稳定")
    line = model([row]).groups[0].table[0]
    assert (line.mark.label, line.remark) == ("— 评估期即基准年", "")


def test_an_assigned_task_is_not_called_absent_when_the_value_is() -> None:
    check = {"op": ">=", "left": "", "right": "", "against": "assigned", "against_period": "2023", "result": "unknown",
             "reason": "not_collected", "measure": "m"}  # fmt: skip
    assert wording.check_phrase(check, 1, "%", {}, "m") == "缺现状值"
    assert wording.check_phrase({**check, "reason": "not_published"}, 1, "%", {}, "m") == "缺现状值（尚未发布）"
    assert wording.check_phrase({**check, "left": "3", "reason": "assigned_unknown"}, 1, "%", {}, "m") == "上级任务未掌握"
    earlier = {**check, "left": "3", "against": "previous"}
    assert wording.check_phrase(earlier, 1, "%", {}, "m") == "上年（2023年）：未提供数据"


def single() -> tuple[dict[str, str], dict[str, Any]]:
    row = samples.row("A1", "1", "优良天数比例", "no_target", period="2024-02", attribute="unspecified", target_text="—",
                      value="96.296296296296296", rounded_value="96.3", value_source="computed")  # fmt: skip
    days = [("excellent", "15"), ("good", "11"), ("light", "1"), ("moderate", "0"), ("heavy", "0"), ("severe", "0")]
    made = samples.trace(row)
    made["inputs"] = [{**samples._input(name, "天", count, count, "E1"), "variable": f"air.class_days_{name}"} for name, count in days]
    made["formula"] = {"id": "x", "zh": "a ÷ b", "substituted": "26 ÷ 27"}
    return row, made


def test_a_set_of_one_indicator_says_the_value() -> None:
    row, trace = single()
    made = model([row], traces=[trace], periods=["2024-02"], corrections=[], decisions=[])
    assert made.groups[0].scope == "2024年2月，示例区优良天数比例96.3%（有效监测27天）。该项没有指标值，不作达标判定。"
    document = region_document(made, TEMPLATES)
    assert ".landscape" not in document.text and "无目标1项" not in document.text
    assert re.findall(r"^# (.*)$", document.text, re.MULTILINE) == [
        "一、摘要",
        "二、指标完成情况总表",
        "三、指标核算说明",
        "四、数据来源与文件依据",
    ]
    judged = dict(row, status="not_met", target_text="≥98", target_value="98")
    assert "指标值为“≥98”，未达标。" in model([judged], traces=[trace]).groups[0].scope


def test_headings_of_the_summary_name_the_set_where_there_are_several() -> None:
    rows = samples.rows()[:12] + [dict(row, set="s2", attribute="reference") for row in samples.rows()[:12]]
    text = region_document(model(rows, set_names={"s1": "甲指标", "s2": "乙指标"}), TEMPLATES).text
    for title in ("未达标", "待佐证", "缺数据"):
        assert f"**{title}**（甲指标）" in text and f"**{title}**（乙指标）" in text
    assert "**待佐证**\n" in region_document(model(samples.rows()[:12]), TEMPLATES).text


def test_one_dash_stands_for_nothing() -> None:
    rows = [dict(row, unit="-" if row["unit"] == "-" else row["unit"]) for row in samples.rows()]
    group = model(rows).groups[0]
    cells = [cell.text for line in sheets.indicator_grid(group).body for cell in line]
    assert "-" not in cells and "—" in cells


def test_a_list_of_figures_breaks_between_them_only() -> None:
    listed = "氮氧化物21.312吨；挥发性有机物（VOCs）1298.89136吨；氨氮22.36272吨"
    source = grid_table(Grid([[Cell("值")]], [[Cell(listed, lines=True)]], ["left"], [10]))
    assert source.count("；\\") == 2
    assert Cell("建立；实施方案已印发并执行", lines=True).pieces == [Cell("建立；实施方案已印发并执行").source]
    row = samples.row("C1", "1", "总量", "pending", unit="t", value_text=listed, target_text="完成任务")
    grid = sheets.indicator_grid(model([row] * 8).groups[0])
    assert grid.widths[6] >= 12


def test_short_words_stay_beside_their_symbol() -> None:
    rows = [dict(row, period=year) for year in ("2020", "2021", "2022", "2023") for row in samples.rows()[:12]]
    rows = [dict(row, value_text="制定实施") if row["indicator"] == "C2" else row for row in rows]
    grid = sheets.trend_grid(model(rows, periods=["2020", "2021", "2022", "2023"]).groups)
    assert min(grid.widths[4:]) >= 5.55


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def texts(paths: list[Path]) -> dict[str, str]:
    found = {path.suffix: path for path in paths}
    pages = "".join(page.extract_text() for page in pypdf.PdfReader(found[".pdf"]).pages)
    return {".docx": squeezed(docx_text(found[".docx"])), ".html": squeezed(html_text(found[".html"])), ".pdf": squeezed(pages)}


def test_outdated_results_and_what_changed_are_said_in_all_formats(tmp_path: Path) -> None:
    samples.write(tmp_path)
    notes = ["与上一次评估结果相比，2行结果有变化。", "2023年，*优良天数比率*：88.8 → 88.9。"]
    context = samples.context(update_notes=notes)
    paths = build.build_region(tmp_path, samples.RUN, samples.REGION, context, tmp_path / "out", outdated=True)
    words = squeezed("结果未更新：数据或规则已变动，请重新运行")
    for kind, text in texts(paths).items():
        assert words in text, kind
        assert "八、数据更新说明" in text and "九、数据来源与文件依据" in text and squeezed(notes[1]) in text, kind
    for page in pypdf.PdfReader(tmp_path / "out" / "999001.pdf").pages:
        assert words in squeezed(page.extract_text())
    with zipfile.ZipFile(tmp_path / "out" / "999001.docx") as archive:
        heads = [archive.read(name).decode() for name in archive.namelist() if re.fullmatch(r"word/header\d*\.xml", name)]
    assert any(words in squeezed(head) for head in heads)
    again = build.build_region(tmp_path, samples.RUN, samples.REGION, context, tmp_path / "again", outdated=True)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
    for kind, text in texts(build.build_rollup(tmp_path, samples.RUN, [samples.context()], tmp_path / "all", outdated=True)).items():
        assert words in text, kind


def test_nothing_is_said_of_what_is_up_to_date() -> None:
    document = region_document(model(samples.rows()), TEMPLATES)
    assert "结果未更新" not in document.text and "数据更新说明" not in document.text
    assert replace(document, outdated=True).header_marks[0][0] == "outdated"


def test_a_rollup_without_targets_has_no_chapter_on_shortfalls() -> None:
    row, trace = single()
    document: Document = rollup_document([model([row], traces=[trace])], TEMPLATES)
    assert "未达标、待佐证与缺数据" not in document.text
    assert document.text.index("表1") < document.text.index("图1")


def test_tables_of_the_page_scroll_with_the_caption_outside(tmp_path: Path) -> None:
    samples.write(tmp_path)
    paths = build.build_region(tmp_path, samples.RUN, samples.REGION, samples.context(), tmp_path / "out")
    page = next(path for path in paths if path.suffix == ".html").read_text(encoding="utf-8")
    assert "<caption" not in page
    assert page.count("<table") == page.count('class="scroll') == len(re.findall(r'<div class="caption">\s*表\d', page)) > 3
