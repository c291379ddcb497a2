"""Basic conditions, veto items, choices and pass rules in reports: counted apart, never a verdict below `seen`."""

from __future__ import annotations

import html
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import report_samples as samples

from evalkit.catalog.models import IndicatorSet
from evalkit.catalog.rules import NoTarget
from evalkit.intake.inputs import counted_in, input_path
from evalkit.report import marks, overview, wording
from evalkit.report.calculations import calculations, source_line
from evalkit.report.difference_words import Wording
from evalkit.report.document import region_document
from evalkit.report.model import Group, ReportModel, build_model
from evalkit.report.notebook import RegionView, RunView
from evalkit.report.papers import unverified
from evalkit.report.printed import Printed, row_key
from evalkit.report.rollup import rollup_document
from evalkit.report.units import units_sentence
from evalkit.review.difference import Difference

TEMPLATES = Path(__file__).parents[1] / "reports" / "templates"
VERDICT = re.compile(r"(?:符合|不符合|通过|未通过)《|的通过条件(?:：|待定)|(?:符合|待定)的\d|>(?:不?符合|待定)<|予以通过|(?<!与否的)结论为")
KINDS = {"B1": "condition", "B2": "condition", "M1": "mandatory", "O1": "optional", "O2": "optional", "V1": "veto", "V2": "veto"}


def indicator_set(*, states: str = "seen seen seen seen", complete: bool = True, rule: bool = True) -> IndicatorSet:
    """Return a set with conditions, vetoes, a mandatory row and a group of two; `states` are those of the requirements."""

    def cite(state: str = "seen") -> dict[str, str]:
        return {"document": "d1", "clause": "第三条", "state": state, "via": "https://example.org/a.html", "note": "摘自转载件"}

    rows = [
        {"id": name, "seq": str(place), "domain": "甲", "name_zh": name, "name_en": name, "unit": "-", "measure": f"m.{name.lower()}",
         "attribute": attribute, "group": "g" if attribute == "optional" else None, "marker": "★" if name == "M1" else "",
         "targets": [{"text": "≥1", "rule": NoTarget(), "cite": cite()}]}
        for place, (name, attribute) in enumerate(KINDS.items(), start=1)
    ]  # fmt: skip
    asked: list[dict[str, Any]] = [
        {"text": "基本条件全部满足", "attribute": "condition"},
        {"text": "否决项均未触发", "attribute": "veto"},
        {"text": "必选指标全部达标", "attribute": "mandatory"},
        {"text": "二选一至少1项达标", "group": "g", "count": 1},
    ]
    requirements = [{**one, "cite": cite(state)} for one, state in zip(asked, states.split(), strict=True)]
    return IndicatorSet.model_validate({
        "id": "s1", "document": "d1", "name_zh": "示例建设指标", "name_en": "x", "levels": ["county"], "complete": complete,
        "rounding": {"method": "gbt8170", "compare": "full_value", "cite": cite()}, "groups": [{"id": "g", "name_zh": "经济二选一"}],
        "rows": rows, "pass_rule": {"text": "条件、必选和二选一都达到要求", "requirements": requirements} if rule else None,
    })  # fmt: skip


def rows(**statuses: str) -> list[dict[str, str]]:
    """Return a row for each of `KINDS`, met unless another status is given."""
    seqs = {"B1": "基1", "B2": "基2", "V1": "否1", "V2": "否2", "M1": "1", "O1": "2", "O2": "3"}
    made = []
    for name, attribute in KINDS.items():
        status = statuses.get(name, "met")
        apart = attribute in ("condition", "veto")
        made.append(samples.row(name, seqs[name], f"名称{name}", status, attribute=attribute, unit="-" if apart else "%",
                                domain="基本条件" if attribute == "condition" else "否决项" if apart else "生态",
                                reason="awaiting_evidence" if status == "pending" else "not_collected" if status == "missing" else "",
                                value="" if apart else "95" if status == "met" else "80" if status == "not_met" else "",
                                target_value="" if apart else "90", gap="" if apart else "5" if status == "met" else "-10",
                                target_text="近三年未出现" if attribute == "veto" else "已具备" if apart else "≥90"))  # fmt: skip
    return made


def model(found: list[dict[str, str]], one: IndicatorSet, **changes: Any) -> ReportModel:
    incomplete = frozenset() if one.complete else frozenset({one.id})
    context = samples.context(sets={one.id: one}, incomplete_sets=incomplete, **changes)
    return build_model(found, [samples.trace(row) for row in found], context)


def group(found: list[dict[str, str]], one: IndicatorSet) -> Group:
    return model(found, one).groups[0]


def texts(found: list[dict[str, str]], one: IndicatorSet, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return all that is said of the rows: report, roll-up, and both notebooks."""
    made = model(found, one)
    said = {
        "report": region_document(made, TEMPLATES).text,
        "roll-up": rollup_document([made], TEMPLATES).text,
    }
    monkeypatch.setattr("evalkit.report.notebook._html", lambda text: text)
    region = object.__new__(RegionView)
    region.model, region.context = made, made.context
    said["region notebook"] = region.summary() + region.passing() + region.table()
    named = SimpleNamespace(name_zh="示例区")
    run = SimpleNamespace(id=samples.RUN, title_zh="示例", regions=[samples.REGION], example=True)
    catalog: Any = SimpleNamespace(sets={"s1": one}, plans={}, regions={samples.REGION: named}, run=lambda run_id: run)
    view = RunView(catalog, samples.RUN, found)
    said["run notebook"] = view.passing() + view.counts() + view.statuses()
    return {name: html.unescape(text) for name, text in said.items()}


# --- the sentence


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ({}, "2023年，示例区符合《示例建设指标》的通过条件：4项要求全部满足。"),
        ({"O2": "not_met"}, "2023年，示例区符合《示例建设指标》的通过条件：4项要求全部满足。"),
        ({"V2": "not_met", "M1": "missing"},
         "2023年，示例区不符合《示例建设指标》的通过条件：4项要求中不满足1项（否决项均未触发），未定1项。"),
        ({"B1": "pending", "M1": "missing"},
         "2023年，示例区是否符合《示例建设指标》的通过条件待定：4项要求中满足2项、未定2项（基本条件全部满足；必选指标全部达标）。"),
    ],
)  # fmt: skip
def test_a_verdict_is_given_where_everything_was_seen(statuses: dict[str, str], said: str) -> None:
    passing = group(rows(**statuses), indicator_set()).passing
    assert passing is not None
    assert passing.sentence == said
    assert VERDICT.search(said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule": False}, "所用指标体系未载通过条件，本报告只列数量，不作通过与否的结论。"),
        ({"complete": False}, "所列指标是否齐全尚未核对，本报告只列数量，不作通过与否的结论。"),
        ({"states": "recalled recalled recalled recalled"}, "通过条件未见原文，本报告只列数量，不作通过与否的结论。"),
        ({"states": "seen derived seen third_party"}, "4项通过条件中有2项未见原文，本报告只列数量，不作通过与否的结论。"),
        ({"states": "recalled recalled recalled recalled", "complete": False},
         "通过条件未见原文，所列指标是否齐全尚未核对，本报告只列数量，不作通过与否的结论。"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("statuses", [{}, {"V1": "not_met"}, {"B1": "pending"}])
def test_below_seen_nothing_is_concluded_anywhere(
    changes: dict[str, Any], said: str, statuses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = indicator_set(**changes)
    for name, text in texts(rows(**statuses), one, monkeypatch).items():
        assert said in text, name
        found = VERDICT.search(text)
        assert found is None, (name, text[max(0, found.start() - 40) : found.end() + 40])


def test_a_verdict_stands_in_report_rollup_and_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in texts(rows(V1="not_met"), indicator_set(), monkeypatch).items():
        assert VERDICT.search(text), name


def test_a_requirement_that_was_not_seen_has_no_outcome() -> None:
    passing = group(rows(M1="not_met"), indicator_set(states="seen seen recalled seen")).passing
    assert passing is not None
    assert [demand.outcome_text for demand in passing.demands] == ["满足", "满足", "不作结论", "满足"]
    assert [demand.needed_text for demand in passing.demands] == ["2", "2", "1†", "1"]
    assert passing.lead.startswith("通过条件（未核实）：")
    partial = group(rows(), indicator_set(complete=False)).passing
    assert partial is not None and {demand.outcome_text for demand in partial.demands} == {"不作结论"}


def test_requirements_are_counted() -> None:
    passing = group(rows(B1="not_applicable", O1="not_met", O2="missing"), indicator_set()).passing
    assert passing is not None
    assert [(d.apply, d.met, d.not_met, d.unknown, d.needed, d.outcome) for d in passing.demands] == [
        (1, 1, 0, 0, 1, "holds"), (2, 2, 0, 0, 2, "holds"), (1, 1, 0, 0, 1, "holds"), (2, 0, 1, 1, 1, "unknown"),
    ]  # fmt: skip


def test_a_set_of_indicators_alone_has_no_chapter_on_passing() -> None:
    found = samples.rows()
    text = region_document(build_model(found, [samples.trace(row) for row in found], samples.context()), TEMPLATES).text
    assert "通过条件" not in html.unescape(text)


# --- counts


def test_conditions_and_vetoes_are_not_counted_among_the_indicators() -> None:
    found = group(rows(B2="pending", V1="not_met", O2="not_met"), indicator_set())
    assert found.scope == (
        "2023年，示例区对照《示例建设指标》评估3项指标：1项必选指标中达标1项；1组可选指标（共2项）中达标1项、未达标1项，有指标达标的1组。"
        "基本条件2项中满足1项、待佐证1项；否决项2项中未触发1项、已触发1项。"
    )
    assert found.countable == len(found.table) == 3
    assert [title for title, _ in found.findings] == ["未达标", "已触发的否决项", "待佐证"]
    assert found.findings[1][1] == ["否决项1：名称V1：已触发（要求“近三年未出现”）。"]
    assert found.unknowns == ["基本条件2：名称B2，要求为“已具备”：待佐证材料或人工判定。"]


def test_an_incomplete_set_counts_conditions_apart_too() -> None:
    assert group(rows(), indicator_set(complete=False)).scope.startswith(
        "2023年，示例区对照《示例建设指标》，所列指标是否齐全尚未核对，不作总体统计；所列3项指标中，1项必选指标中达标1项；"
    )


def test_a_set_of_conditions_alone() -> None:
    found = [row for row in rows(B1="not_met") if row["attribute"] == "condition"]
    made = model(found, indicator_set(rule=False))
    assert made.groups[0].scope == "2023年，示例区对照《示例建设指标》：基本条件2项中满足1项、不满足1项。"
    assert made.groups[0].findings == [("不满足的基本条件", ["基本条件1：名称B1：不满足“已具备”的要求。"])]
    text = html.unescape(region_document(made, TEMPLATES).text)
    assert "指标完成情况总表" not in text
    assert "基本条件2项中满足1项" in html.unescape(rollup_document([made], TEMPLATES).text)


def test_thresholds_to_verify_are_counted_apart() -> None:
    found = rows()
    text = html.unescape(region_document(model(found, indicator_set()), TEMPLATES).text)
    assert "本报告所列指标值中有3个、基本条件中有2个、否决项中有2个尚未与正式文本核对" in text
    assert "（7个，其中基本条件和否决项4个）" in text
    assert sum(item.count for item in unverified(found, {}, samples.context())) == 7


def test_plan_sentences_and_heat_maps_leave_conditions_out() -> None:
    planned = [dict(row, basis="plan", set="p1", milestone="2027") for row in rows()]
    assert wording.plan_sentences("规划", planned) == ["对照《规划》2027年目标，3项指标中已达到3项。"]
    columns = [overview.Column("基本条件", "condition", "基1", "甲"), overview.Column("否决项", "veto", "否1", "乙")]
    title = overview.heat_title("2个地区", columns, {(0, 0): "satisfied", (0, 1): "triggered", (1, 1): "clear"})
    assert title == "2个地区的基本条件1项、否决项1项：满足1项次、未触发1项次、已触发1项次"


# --- words


@pytest.mark.parametrize(
    ("attribute", "status", "word"),
    [("veto", "met", "未触发"), ("veto", "not_met", "已触发"), ("condition", "met", "满足"), ("condition", "not_met", "不满足"),
     ("veto", "pending", "待佐证"), ("binding", "met", "达标")],
)  # fmt: skip
def test_words_of_conditions_and_vetoes(attribute: str, status: str, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = {"veto": "V1", "condition": "B1", "binding": "M1"}[attribute]
    found = [dict(row, attribute=attribute) if row["indicator"] == name else row for row in rows(**{name: status})]
    row = next(row for row in found if row["indicator"] == name)
    block = calculations([row], {row_key(row): samples.trace(row)}, {})[0]
    assert block.lines[0][1].endswith(f"{word}。") or word == "待佐证"
    made = group(found, indicator_set())
    lines = made.apart_table if attribute != "binding" else made.table
    assert next(line.mark.zh for line in lines if line.indicator == name) == word
    if attribute != "binding":
        for said in texts(found, indicator_set(), monkeypatch).values():
            assert f"名称{name}为未达标" not in said and f"名称{name}，未达标" not in said


def test_the_result_code_of_a_veto_is_kept() -> None:
    row = next(row for row in rows(V1="not_met") if row["indicator"] == "V1")
    assert (row["status"], marks.code_of(row)) == ("not_met", "triggered")


def test_differences_use_the_words_of_vetoes_too() -> None:
    words = Wording(Difference("a", "b", "a", "b"), "zh")
    assert words.turned((words.status("met", "veto"), words.status("not_met", "veto"))) == "由未触发变为已触发"
    assert words.status("met", "binding") == "达标"


def test_a_decision_on_a_veto_is_told_in_its_words() -> None:
    decision = {"id": "Q1", "kind": "qualitative", "region_code": samples.REGION, "period": "2023", "key": "m.v1", "verdict": "met",
                "choice": "", "by": "乙", "date": "2024-10-02", "evidence": "文件", "reason": "已核实"}  # fmt: skip
    assert model(rows(), indicator_set(), decisions=[decision]).decisions[0]["result"] == "未触发"


def test_marks_and_groups_stand_beside_the_names() -> None:
    made = model(rows(), indicator_set())
    table = {line.indicator: line for line in made.groups[0].table}
    assert table["M1"].name == "名称M1 ★"
    assert table["O1"].remark == "经济二选一"
    assert "指标名称旁的★为文件所印标记" in html.unescape(region_document(made, TEMPLATES).text)


# --- subordinate units


def _counted(role: str, variable: str, value: str, missing: str = "") -> dict[str, str]:
    return {"role": role, "at": "current", "period": "2023", "variable": f"hierarchy.{variable}", "name_zh": variable, "unit": "个",
            "value": value, "exact": value, "missing": missing, "file": "towns-2023@0123456789ab/results.csv", "sheet": "", "cell": "",
            "value_received": value, "unit_received": "个", "factor": "1", "correction_id": "", "source": "towns-2023"}  # fmt: skip


def _printed(meeting: str) -> Printed:
    record = {"region_code": samples.REGION, "period": "2023", "file": "towns-2023@0123456789ab/results.csv"}
    inputs = [{**record, "variable": "hierarchy.townships_meeting", "value": meeting}, {**record, "variable": "assigned.x", "value": "1"}]
    return Printed([samples.row("B5", "5", "乡镇比例", "met", attribute="condition")], {}, inputs)


def test_counts_of_units_name_run_and_state() -> None:
    trace = {"inputs": [_counted("units_counted", "townships_named", "3"), _counted("units", "townships", "7")]}
    assert (
        units_sentence(trace, _printed("6")) == "下级乡镇7个，其中达到建设标准6个、达到并获命名3个；读自评估结果 towns-2023@0123456789ab。"
    )
    assert source_line(trace["inputs"][1]) == "townships 7个（2023年）：评估结果 towns-2023@0123456789ab"


@pytest.mark.parametrize(
    ("named", "total", "said"),
    [("", "7", "下级乡镇7个，有的尚无结论，达到建设标准的个数未定"), ("", "", "没有下级乡镇")],
)
def test_undecided_and_absent_units_are_said(named: str, total: str, said: str) -> None:
    trace = {"inputs": [_counted("units_counted", "townships_named", named), _counted("units", "townships", total)]}
    assert units_sentence(trace, _printed("")) == f"{said}；读自评估结果 towns-2023@0123456789ab。"


def test_counts_that_were_collected_are_said_by_their_sources_alone() -> None:
    item = {**_counted("units", "townships", "7"), "file": "towns/a.csv"}
    assert units_sentence({"inputs": [item]}, _printed("6")) == ""


@pytest.mark.parametrize(
    ("file", "state", "path"),
    [
        ("towns-2023@0123456789ab/results.csv", "towns-2023@0123456789ab", "data/processed/towns-2023@0123456789ab/results.csv"),
        ("towns@2023/a.csv", "", "data/raw/towns@2023/a.csv"),
        ("a.csv", "", "data/raw/a.csv"),
    ],
)
def test_files_of_inputs_have_their_folder(file: str, state: str, path: str) -> None:
    assert (counted_in(file), input_path(file)) == (state, path)
