"""Reports in English: the catalogue of sentences, their wording, and no Chinese but what the data have in Chinese only."""

from __future__ import annotations

import html
import re
import shutil
import string
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import report_samples as samples
import test_report_passing as passing_samples
import untranslated
import yaml
from pydantic import BaseModel
from states import write_state

from evalkit.assessment.coverage import Coverage
from evalkit.assessment.passing import conclude
from evalkit.catalog import load_catalog
from evalkit.catalog.models import IndicatorSet
from evalkit.messages.speech import Speech, say, speaking
from evalkit.report import passing, phrases, terms, wording
from evalkit.report.canvas import Canvas
from evalkit.report.chapters.below import Below, BelowView, sentence
from evalkit.report.context import ReportContext
from evalkit.report.document import STANDARD, region_document
from evalkit.report.model import ReportModel, build_model
from evalkit.report.numbering import Numbering
from evalkit.runner.reports import Wanted, document_of

ROOT = Path(__file__).parents[1]
LIB, TEMPLATES = ROOT / "lib" / "evalkit", ROOT / "reports" / "templates"
CATALOGUE = LIB / "messages" / "report"
TOPICS = sorted(path.stem for path in CATALOGUE.glob("*.yml"))
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")

NAMES = {
    "考核比例": "Share in the assessment", "责任追究制度": "Accountability system", "优良天数比率": "Share of good days",
    "PM2.5浓度": "PM2.5 concentration", "地表水比例": "Surface water share", "近岸海域水质比例": "Nearshore water share",
    "黑臭水体消除率": "Black water removed", "岸线保有率": "Shoreline kept", "能耗降低率": "Energy use cut", "公园绿地面积": "Park area",
    "农村污水治理率": "Rural sewage treated", "河湖岸线保护率": "River shoreline protected",
}  # fmt: skip
TERMS = {
    "生态安全": "Ecological security", "目标责任": "Responsibilities", "生态经济": "Ecological economy",
    "参考性指标": "Reference indicators",
    "环境空气质量": "Ambient air", "水环境质量": "Water", "平方米/人": "square metres per person", "天": "days",
    "个": "items counted",
    **terms.words("clause"),
    **{text: terms.target_in_english(text) for text in ("≥90或持续提高", "完成上级任务，且≤25", "完成上级任务")},
}  # fmt: skip
ENGLISH = Speech("en", TERMS)
#: Chapters that speak English, by id; True where their tables and figures do, too. Whoever translates a chapter adds it here.
CHAPTERS: Mapping[str, bool] = {
    "summary": True, "conditions": True, "progress": True, "unverified": True, "table": True, "calculations": True, "corrections": True,
    "decisions": True, "sources": True,
}  # fmt: skip
#: Modules whose texts stand in the catalogue; the texts that may stand in the code speak for both languages or name Chinese things.
TRANSLATED: Mapping[str, set[str]] = {
    "wording": {"天"}, "passing": {"。"}, "papers": set(), "model": set(), "marks": set(), "printed": set(), "context": set(),
    "fill": {"；"},
    "standing": set(), "annexes": set(), "groups": set(), "below": set(),
    "summary": set(), "conditions": set(), "table": set(), "progress": set(), "unverified": set(), "corrections": set(), "decisions": set(),
    "updates": set(), "sources": set(),
    "units": set(), "reported": set(), "remarks": set(), "charts": set(), "update_notes": set(),
    "calculations": {"：", "，, \u3000"}, "evidence": {"佐证(.+)", "、"}, "sheets": {"；"},
    "lists_calendar": set(), "lists_chapter": {"。"}, "lists_state": {"、"}, "lists_tables": set(), "gantt": set(),
    "opinions_chapter": {"；"},
    "progress_chapter": set(), "progress_steps": set(), "progress_words": set(), "trajectory_chapter": set(),
    "trajectory_charts": {r"（| \("}, "fragile_chapter": set(), "year_chapter": {"天"}, "year_figure": set(),
}  # fmt: skip


@pytest.fixture
def in_english() -> Iterator[None]:
    with speaking(ENGLISH):
        yield


def _catalogue(topic: str) -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load((CATALOGUE / f"{topic}.yml").read_text(encoding="utf-8")))


def _code() -> str:
    paths = [*LIB.rglob("*.py"), *TEMPLATES.rglob("*.j2")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


CODE = _code()
WORDS = (LIB / "messages" / "words.yml").read_text(encoding="utf-8")
#: Keys that are put together from codes (``f"wording.part_{attribute}"``), as patterns; topics that are read as a whole.
_COMPOSED = [
    re.compile(re.sub(r"\\{[^{}]*\\}", "([a-z_0-9]+)", re.escape(found)))
    for found in set(re.findall(r"""["']([a-z_]+\.[a-z_0-9]*\{[^"']*)["']""", CODE))
] + [
    re.compile(re.escape(topic) + r"\.([a-z_0-9]+)") for topic in re.findall(r"""sentences\(["']([a-z_]+)["']\)""", CODE)
]  # fmt: skip


def _is_code(text: str) -> bool:
    """Whether a text stands somewhere in the program or among the words as a code of its own."""
    return bool(re.search(rf"""["'(\s]{re.escape(text)}["':)\s]""", CODE + WORDS))


# The catalogue


@pytest.mark.parametrize("topic", TOPICS)
def test_every_sentence_has_two_languages_and_the_same_values(topic: str) -> None:
    for name, both in _catalogue(topic).items():
        assert set(both) == {"zh", "en"}, name
        found = {lang: [(part[1], part[2] or "") for part in string.Formatter().parse(text) if part[1]] for lang, text in both.items()}
        printed = {lang: {value for value, spec in parts if not spec} for lang, parts in found.items()}
        counted = {value for value, spec in found["en"] if spec}
        assert not any(spec for _, spec in found["zh"]), f"{topic}.{name}: Chinese words do not follow a number"
        # a value that Chinese does not print may still choose an English word
        assert printed["zh"] == printed["en"] or printed["zh"] | counted == printed["en"] | counted, f"{topic}.{name}"
        assert all(spec.startswith("#") and "|" in spec for _, spec in found["en"] if spec), f"{topic}.{name}"


@pytest.mark.parametrize("topic", TOPICS)
def test_no_chinese_in_an_english_sentence(topic: str) -> None:
    for name, both in _catalogue(topic).items():
        said = re.sub(r"“[^”]*”", "", both["en"])  # a term of the field may be quoted
        assert not _CHINESE.search(said), f"{topic}.{name}: {both['en']}"


@pytest.mark.parametrize("topic", TOPICS)
def test_every_sentence_is_used(topic: str) -> None:
    unused = []
    for name in _catalogue(topic):
        key = f"{topic}.{name}"
        composed = [match for pattern in _COMPOSED if (match := pattern.fullmatch(key))]
        if not re.search(rf"""["']{re.escape(key)}["']""", CODE) and not any(all(map(_is_code, match.groups())) for match in composed):
            unused.append(key)
    assert not unused


def test_what_is_filled_in_is_never_a_pattern(in_english: None) -> None:
    assert say("papers.adopted", value="{value} {x:#a|b}") == "set to {value} {x:#a|b}"


# Small pieces


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024", "2024"), ("2024-02", "February 2024"), ("2024-02-03", "3 February 2024"), ("2024-Q1", "Q1 2024"), ("2024-H2", "H2 2024"),
        ("2021/2024", "2021 to 2024"), ("2024-01/2024-03", "January to March 2024"), ("2023-12/2024-02", "December 2023 to February 2024"),
        ("2024-Q1/2024-Q3", "Q1 to Q3 2024"), ("2024-02-01/2024-02-07", "1 February 2024 to 7 February 2024"),
        ("2024-13", "2024-13"), ("近三年", "近三年"), ("", ""), ("-", "-"),
    ],
)  # fmt: skip
def test_periods(in_english: None, name: str, expected: str) -> None:
    assert phrases.period(name) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("96.3", "%", "96.3%"), ("26", "天", "26 days"), ("1", "天", "1 day"), ("1", "个", "1 item counted"),
        ("22.3", "μg/m³", "22.3 μg/m³"),
        ("22.31", "平方米/人", "22.31 square metres per person"), ("85", "-", "85"), ("建立", "-", "established"),
        ("26天", "天", "26 days"), ("85.96天", "%", "85.96 days"), ("3只", "天", "3只"),
        ("", "天", ""),
    ],
)  # fmt: skip
def test_values_with_units(in_english: None, value: str, unit: str, expected: str) -> None:
    assert phrases.with_unit(value, unit) == expected


def test_differences_are_percentage_points(in_english: None) -> None:
    assert phrases.change("89.5", "88.3", "%") == "down 1.2 percentage points"
    assert phrases.change("10", "11", "%") == "up 1 percentage point"
    assert phrases.change("30", "31", "天") == "up 1 day"
    assert phrases.change("31", "31.0", "天") == "unchanged"
    assert phrases.change("约30", "31", "天") == ""


def test_lists_brackets_and_titles(in_english: None) -> None:
    assert [phrases.listing(["a", "b", "c"][:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert phrases.clauses(["a", "b"]) + phrases.brackets("c") + phrases.brackets("") == "a; b (c)"
    assert phrases.run_on(["A.", "", "B."]) == "A. B."
    assert phrases.in_title_marks("《规划》") == "“规划”" and phrases.in_title_marks("Plan") == "“Plan”"
    assert phrases.in_title_marks("《a》和《b》") == "“《a》和《b》”"
    assert phrases.foreign("Plan") == "Plan" and phrases.foreign("规划") == "“规划”"


def test_chinese_pieces_are_as_before() -> None:
    assert phrases.clauses(["甲", "乙"]) + phrases.brackets("丙") + phrases.run_on(["丁。", "戊。"]) == "甲；乙（丙）丁。戊。"
    assert phrases.beginning("pm2.5") == "pm2.5" and phrases.foreign("规划") == "规划"
    assert (phrases.change("89.5", "88.3", "%"), phrases.period("2024-02"), phrases.with_unit("26", "天")) == (
        "下降1.2个百分点",
        "2024年2月",
        "26天",
    )


# Targets in words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("≥90或持续提高", "≥90 or steadily raised"),
        ("山区：≥60；丘陵地区：≥40；平原地区：≥18", "mountains: ≥60; hills: ≥40; plains: ≥18"),
        ("山区≥70；丘陵≥40", "mountains: ≥70; hills: ≥40"),
        ("完成上级规定的考核任务，且≤25或持续下降", "the assessed task set from above is fulfilled, and ≤25 or steadily lowered"),
        ("下降18（累计）", "a fall of 18 in all years"),
        ("＞80（按基数调整推算为≥84.5）", ">80 (re-based: ≥84.5)"),
        ("建立，且外星", ""),  # what is not known is never translated in part
        ("山区：≥60；外星：≥40", ""),
        ("", ""),
    ],
)
def test_targets_are_put_together_from_known_clauses(text: str, expected: str) -> None:
    assert terms.target_in_english(text) == expected


def test_tasks_keep_their_numbers() -> None:
    assert terms.task_in_english("（十一）加强建设规划的监督实施") == "(11) Supervision of the plan"
    assert terms.task_in_english("（三）生态系统保护") == "(3) Ecosystem protection"
    assert terms.task_in_english("（三）没有的任务") == "" == terms.task_in_english("")


def test_terms_are_in_english() -> None:
    for group in ("task", "area", "clause"):
        for zh, en in terms.words(group).items():
            assert _HAN.search(zh) and en and not _CHINESE.search(en), zh


# Wording


def _row(*cells: str, **more: str) -> dict[str, str]:
    row = samples.row(*cells, **more)
    return row | {"name_en": NAMES.get(row["name_zh"], "")}


def test_the_opening_counts(in_english: None) -> None:
    rows = [_row("A", "1", "考核比例", "met"), _row("B", "2", "优良天数比率", "not_met"), _row("C", "3", "地表水比例", "not_met")]
    rows.append(_row("R", "1", "农村污水治理率", "met", attribute="reference"))
    assert wording.scope_sentence("2023", "Example District", "Indicators", rows) == (
        "In 2023, Example District was assessed on 4 indicators of “Indicators”. "
        "3 binding indicators: 1 met and 2 not met; 1 reference indicator: 1 met."
    )
    apart = [_row("V", "否1", "考核比例", "met", attribute="veto"), _row("Q", "基1", "考核比例", "pending", attribute="condition")]
    assert wording.scope_sentence("2023", "Example District", "Indicators", [*rows[:1], *apart], complete=False) == (
        "In 2023, Example District was compared with “Indicators”. Whether the list of indicators is complete has not been checked, "
        "so no totals are given for the 1 indicator listed. 1 binding indicator: 1 met. "
        "1 basic condition: 1 pending; 1 veto item: 1 not triggered."
    )
    assert wording.scope_sentence("2023", "X", "S", []) == "In 2023, there was no indicator of “S” on which X could be assessed."
    assert "the 2027 targets of “S”. 3 binding indicators: 1 at the target and 2 not yet at the target" in wording.scope_sentence(
        "2023", "X", "S", rows[:3], goal="2027"
    )


def test_groups_to_choose_from(in_english: None) -> None:
    rows = [
        _row(name, name, "考核比例", status, attribute="optional") for name, status in (("1", "met"), ("2", "not_met"), ("3", "not_met"))
    ]
    said = wording.scope_sentence("2023", "X", "S", rows, groups={"1": "g", "2": "g", "3": "h"})
    assert "3 optional indicators in 2 groups: 1 met and 2 not met; 1 group has an indicator that is met." in said


def test_shortfalls_say_from_where(in_english: None) -> None:
    row = _row("C4.1", "4", "优良天数比率", "not_met", part_of="环境空气质量", value="88.767", rounded_value="88.8",
               target_text="≥90或持续提高", target_value="90", gap="-1.233", previous_value="89.5")  # fmt: skip
    assert wording.shortfall_sentence(row) == (
        "Ambient air (Share of good days) is 88.8%, 1.2 percentage points below the target (≥90 or steadily raised); "
        "down 0.7 percentage points from 89.5% in the year before."
    )
    same = wording.shortfall_sentence(row, "88.8", "88.8")
    assert same.endswith("; unchanged from the year before (88.8%).")
    assert wording.shortfall_sentence(row | {"previous_value": ""}).endswith("below the target (≥90 or steadily raised).")
    more = _row("E", "9", "能耗降低率", "not_met", unit="天", value="6", target_text="≤5", target_value="5", gap="-1")
    assert wording.shortfall_sentence(more) == "Energy use cut is 6 days, 1 day above the target (≤5)."


def test_shortfalls_of_conditions_and_veto_items(in_english: None) -> None:
    rows = [_row("V", "否1", "考核比例", "not_met", attribute=attribute, target_text="建立") for attribute in ("veto", "condition")]
    assert [wording.shortfall_sentence(row) for row in rows] == [
        "Share in the assessment: triggered (requirement “established”).",
        "Share in the assessment: requirement “established” not satisfied.",
    ]
    assert [wording.indicator_label(row) for row in rows] == ["Veto item 1", "Basic condition 1"]
    assert wording.indicator_label(_row("A", "4", "考核比例", "met")) == "Binding indicator 4"
    assert wording.indicator_label(_row("A", "4", "考核比例", "met", attribute="unspecified")) == "Indicator 4"
    assert wording.block_label("unspecified", "4") == "Indicator 4" and wording.block_label("binding", "4") == "Binding 4"


def test_what_is_unknown_says_why(in_english: None) -> None:
    row = _row("C9", "9", "能耗降低率", "missing", reason="not_published", target_text="≥3")
    assert wording.unknown_sentence(row) == "Energy use cut, target “≥3”: not yet published."
    pending = _row("C8", "8", "岸线保有率", "pending", value="23", target_text="完成上级任务", reason="assigned_unknown")
    assert wording.unknown_sentence(pending) == (
        "Shoreline kept is 23%, target “the task set from above is fulfilled”: superior's task not in hand."
    )
    words = wording.unknown_sentence(pending | {"value": "", "rounded_value": "", "value_text": "甲1吨；乙2吨"})
    assert "Shoreline kept is “甲1吨；乙2吨”, target" in words
    assert wording.unknown_sentence(row | {"reason": "", "target_text": "外星"}) == "Energy use cut, target “外星”: no reason given."


def test_a_single_indicator(in_english: None) -> None:
    row = _row("A1", "1", "优良天数比率", "no_target", target_text="—", period="2024-02")
    days = {"inputs": [{"at": "current", "unit": "天", "variable": "air.days_valid", "value": "1"}]}
    assert wording.single_sentence(row, days, "X County", "96.3") == (
        "In February 2024, X County: Share of good days 96.3% (1 valid day). No target is set for it, so there is no verdict."
    )
    met = row | {"status": "met", "target_text": "≥90"}
    assert wording.single_sentence(met, {}, "X", "96.3") == "In February 2024, X: Share of good days 96.3%; target “≥90”, met."
    assert wording.single_sentence(row | {"reason": "not_published"}, {}, "X", "") == (
        "In February 2024, X: Share of good days, not yet published."
    )


def test_sentences_of_plans(in_english: None) -> None:
    rows = [_row(name, name, "考核比例", status, milestone="2027") for name, status in (("1", "met"), ("2", "not_met"))]
    assert wording.plan_sentences("Plan", rows) == [
        "Against the 2027 targets of “Plan”, 2 indicators were compared: 1 at the target and 1 not yet at the target."
    ]
    assert wording.plan_sentences("Plan", rows[:1]) == ["Against the 2027 targets of “Plan”, 1 indicator was compared: 1 at the target."]


def test_verdicts(in_english: None) -> None:
    trace = {"measure": "m", "digits": 1, "unit": "%", "status": "not_met", "checks": [
        {"op": ">=", "left": "88.77", "right": "90", "against": "target", "result": "false"},
        {"op": ">", "left": "88.77", "right": "89.5", "against": "previous", "against_period": "2022", "result": "false"}]}  # fmt: skip
    assert wording.verdict_phrase(trace, {}) == "88.8% < 90%; 88.8% ≤ 89.5% (previous year 2022): not met."
    unknown = {"measure": "m", "status": "pending", "reason": "assigned_unknown",
               "checks": [{"op": ">=", "against": "assigned", "result": "unknown", "reason": "assigned_unknown", "left": "1"}]}  # fmt: skip
    assert wording.verdict_phrase(unknown, {}) == "superior's task not in hand: pending."
    assert wording.verdict_phrase({"status": "no_target"}, {}) == "No target."
    decided = {
        "status": "met",
        "decision": {"verdict": "met", "id": "Q1"},
        "checks": [{"op": "qualitative", "result": "true", "right": "建立"}],
    }
    assert wording.verdict_phrase(decided, {}) == "decided by a person: “met” (Q1): met."
    assert wording.verdict_phrase({**decided, "decision": None}, {}) == "“established” is satisfied: met."


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (
            {"O1": "not_met"},
            "In 2024, X meets the pass rule of “示例建设指标”: all requirements hold (4 of 4).",
        ),
        (
            {"B1": "not_met", "O1": "pending", "O2": "pending"},
            "In 2024, X does not meet the pass rule of “示例建设指标”: of 4 requirements 1 fails (“基本条件全部满足”), 1 is open.",
        ),
        (
            {"B1": "pending", "M1": "pending"},
            "In 2024, it is open whether X meets the pass rule of “示例建设指标”: of 4 requirements 2 hold and 2 are open "
            "(“基本条件全部满足”; “必选指标全部达标”).",
        ),
    ],
)
def test_passing(in_english: None, statuses: dict[str, str], expected: str) -> None:
    found = _passing(passing_samples.indicator_set(), statuses)
    assert found.sentence == expected
    assert found.meaning == "a basic condition counts as met when it is satisfied, a veto item counts as met when it is not triggered"
    assert found.notes[-1] == "Requirements 1, 2, 3 and 4: “摘自转载件”."
    assert not _CHINESE.search(re.sub("“[^”]*”", "", " ".join([found.sentence, found.lead, *found.notes])))


def test_no_verdict_says_why(in_english: None) -> None:
    ending = "; this report gives numbers only and does not conclude whether the set is passed."
    assert _passing(passing_samples.indicator_set(rule=False), {}).sentence == f"The indicator set in use gives no pass rule{ending}"
    unseen = passing_samples.indicator_set(states="recalled seen seen seen", complete=False)
    assert _passing(unseen, {}).sentence == (
        "1 of the 4 requirements of the pass rule has not been seen in the official text, "
        f"and whether all indicators are listed has not been checked{ending}"
    )
    assert _passing(unseen, {}).lead == "Pass rule (unverified): “条件、必选和二选一都达到要求”."


def _passing(indicator_set: IndicatorSet, statuses: dict[str, str]) -> passing.Passing:
    rows = [row | {"period": "2024"} for row in passing_samples.rows(**statuses)]
    return passing.passing_of(indicator_set, conclude(indicator_set, rows, "", "2024"), "X")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([("county", 2, 1, 1)], "In 2023, 1 of the 2 counties of X City was at the standard, 50.00% of all counties."),
        (
            [("county", 1, 1, 1), ("township", 3, 2, 2), ("village", 9, 7, 5)],
            "In 2023, 7 of the 9 villages of X City were at the standard; 5 of them have all units above (township and county) "
            "at the standard, too, 55.56% of all villages.",
        ),
        (
            [("county", 1, 1, 1), ("village", 9, 7, 1, 1, 2)],
            "In 2023, 7 of the 9 villages of X City were at the standard and 1 was open; 1 of them has all units above (county) "
            "at the standard, too, and 2 more are open; no share is computed yet.",
        ),
    ],
)
def test_units_below(in_english: None, levels: list[tuple[Any, ...]], expected: str) -> None:
    found = [Coverage(level, "s", "run", "0123456789ab", "2023", *counts) for level, *counts in levels]
    below = Below("X City", "2023", tuple(found), (), {"s": "Set", "run": "Run"}, ("run",))
    assert sentence(below) == expected
    view = BelowView([("2023", below)], "X City", Numbering())
    assert not _CHINESE.search(view.table + "".join(view.notes))
    unfinished = Below("X City", "2023", (Coverage("village", "s", "run", "", "2023", 9, 0, 0),), (), {"run": "Run"})
    assert sentence(unfinished).startswith("In 2023, X City: assessments not finished, or with results that cannot be used: village (Run).")


# A whole report


def _context(**more: Any) -> ReportContext:
    named: dict[str, Any] = {
        "title_zh": "Self-assessment of Example District, 2023", "region_name": "Example District", "region_full_name": "Example District",
        "set_names": {"s1": "Example indicators"}, "plan_names": {"p1": "Example plan"},
        "documents": {"d1": {"number": "示例〔2024〕1号", "title_zh": "Example indicators"}},
        "measure_names": {f"m.{row['indicator'].lower()}": NAMES[row["name_zh"]] for row in samples.rows()},
    }  # fmt: skip
    return samples.context(**{**named, **more})


def _model(**more: Any) -> ReportModel:
    rows = [row | {"name_en": NAMES[row["name_zh"]]} for row in samples.rows()]
    return build_model(rows, [samples.trace(row) for row in rows], _context(**more))


def _model_with_conditions() -> ReportModel:
    statuses = {"B1": "pending", "B2": "not_met", "V1": "not_met", "V2": "pending", "M1": "not_met", "O1": "missing"}
    rows = [row | {"name_en": f"Row {row['indicator']}"} for row in passing_samples.rows(**statuses)]
    found = passing_samples.indicator_set(states="seen seen recalled seen")
    context = _context(sets={found.id: found})
    return build_model(rows, [samples.trace(row) for row in rows], replace(context, set_names={"s1": "Example indicators"}))


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of some data, whatever it stands in."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _texts(key)
            yield from _texts(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
    elif isinstance(value, BaseModel):
        yield from _texts(value.model_dump())
    elif isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield from _texts(part)


def chinese_of_ours(markdown: str, data: str, *, tables: bool) -> list[str]:
    """Return the runs of Chinese characters in a text that are not from the data; `tables` looks into tables, too."""
    lines = [line for line in html.unescape(markdown).split("\n") if tables or not line.startswith(("|", "+", "!["))]
    return [run for line in lines for run in _CHINESE.findall(line) if run not in data]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_speaks_english(in_english: None, chapter: str) -> None:
    plan = STANDARD.model_copy(update={"chapters": [entry for entry in STANDARD.chapters if entry.chapter == chapter]})
    said = []
    for model in (_model(), _model_with_conditions()):
        data = "\n".join(_texts([model.rows, list(model.traces.values()), model.context]))
        _, *body = region_document(model, TEMPLATES, plan).text.split("\n# ", 1)
        assert chinese_of_ours("".join(body), data, tables=CHAPTERS[chapter]) == []
        said += body
    assert said and len(max(said, key=len)) > 200


def test_the_head_of_the_report_is_english(in_english: None) -> None:
    text = region_document(_model(), TEMPLATES, STANDARD.model_copy(update={"chapters": STANDARD.chapters[:1]})).text
    head = text.split("\n# ", 1)[0]
    assert _CHINESE.findall(head) == [] and "lang: en" in head and "example data" in head


def test_no_findings_no_titles(in_english: None) -> None:
    rows = [row | {"name_en": NAMES[row["name_zh"]]} for row in samples.rows() if row["status"] == "met" and not row["milestone"]]
    model = build_model(rows, [samples.trace(row) for row in rows], _context())
    assert model.groups[0].findings == []
    assert "3 binding indicators: 3 met; 1 reference indicator: 1 met." in model.groups[0].scope


def test_hostile_names_stay_text(in_english: None) -> None:
    rows = [row | {"name_en": "**bold** [a](b) {{x}} `c`"} for row in samples.rows()]
    built = build_model(
        rows, [samples.trace(row) for row in rows], _context(incomplete_sets=frozenset(["s1"]), region_name="*N* {{ 7*7 }} <b> @tbl-1")
    )
    text = region_document(built, TEMPLATES, STANDARD.model_copy(update={"chapters": STANDARD.chapters[:1]})).text
    assert "<b>" not in text and "@tbl-1" not in text and "*N*" not in text and "**bold**" not in text and "49" not in text


def test_reports_of_two_languages_have_the_same_numbers() -> None:
    """Counts and values are data: only the words around them change."""
    chinese = build_model(samples.rows(), [samples.trace(row) for row in samples.rows()], samples.context())
    with speaking(ENGLISH):
        english = _model()
    for one, other in zip(chinese.groups, english.groups, strict=True):
        assert [line.current for line in one.table if phrases.number(line.current)] == [
            line.current for line in other.table if phrases.number(line.current)
        ]
        for said, repeated in zip([one.scope, *one.shortfalls], [other.scope, *other.shortfalls], strict=True):
            assert sorted(re.findall(r"\d+(?:\.\d+)?", said)) == sorted(re.findall(r"\d+(?:\.\d+)?", repeated))
        assert len(one.findings) == len(other.findings)


# What is left to translate


@pytest.mark.parametrize("module", TRANSLATED)
def test_no_chinese_is_written_in_translated_code(module: str) -> None:
    every = (*untranslated.REPORT.rglob("*.py"), *TEMPLATES.rglob("*.md.j2"))
    paths = [path for path in every if path.name == f"{module}.py" or path.name.startswith(f"{module}.md")]
    assert paths
    left = {text for path in paths for _, text in untranslated.untranslated(path)}
    assert left <= TRANSLATED[module]


def test_untranslated_literals_are_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text('"""说明"""\nx = "达标" + f"{1}项"\n\ndef f():\n    "说明"\n    return "ok"  # 注\n', encoding="utf-8")
    assert untranslated.untranslated(path) == [(2, "达标"), (2, "项")]
    template = tmp_path / "chapter.md.j2"
    template.write_text("{# 注 #}\n{{ x }}：\n", encoding="utf-8")
    assert untranslated.untranslated(template) == [(2, "{{ x }}：")]


# Whole reports of the runs that come with the project


REAL = ("example-county-2024", "chongming-2023")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of rules and data with results made anew, so that nothing depends on a state that lies about."""
    root = tmp_path_factory.mktemp("english")
    for name in ("params", "notebooks", "reports/templates", *(f"data/raw/{run}" for run in REAL)):
        shutil.copytree(ROOT / name, root / name)
    for run in REAL:
        write_state(root, run)
    return root


@pytest.fixture(scope="module")
def printed_there(project: Path) -> str:
    """Everything that rules and data of the project say, and the names of its files."""
    said = [str(path.relative_to(project)) for path in project.rglob("*")]
    for folder in ("params", "data/raw"):
        for path in sorted((project / folder).rglob("*")):
            if path.suffix in {".yml", ".csv", ".md"}:
                said.append(path.read_text(encoding="utf-8-sig"))
            elif path.suffix == ".xlsx":
                for sheet in openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets:
                    said += [sheet.title, *(str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None)]
    return "\n".join(said)


@pytest.mark.parametrize(
    ("run", "name", "plan"),
    [
        ("example-county-2024", "999001", ""),
        ("example-county-2024", "999001", "recheck"),
        ("example-county-2024", "999001", "brief"),
        ("example-county-2024", "all", ""),
        ("chongming-2023", "310151", ""),
        ("chongming-2023", "310151", "annual"),
    ],
)
def test_real_reports_are_in_english(
    project: Path, printed_there: str, monkeypatch: pytest.MonkeyPatch, run: str, name: str, plan: str
) -> None:
    drawn: list[str] = []
    for way, place in (("text", 2), ("spot", 4)):
        whole = getattr(Canvas, way)

        def recorded(self: Canvas, *args: Any, _whole: Any = whole, _place: int = place, **more: Any) -> None:
            drawn.append(args[_place])
            _whole(self, *args, **more)

        monkeypatch.setattr(Canvas, way, recorded)
    made, _ = document_of(load_catalog(project), run, name, Wanted(lang="en", plan=plan))
    assert made.charts and drawn
    assert made.text.count("\n# ") >= (0 if plan == "brief" else 4)
    joints = r"[；：、，。！（）《》“”‘’〔〕\s]+"  # what the data hold apart may stand joined in one run
    texts = {"markdown": html.unescape(made.text)}
    texts |= {chart.name: f"{chart.title}\n{chart.alt}" for chart in made.charts} | {"drawn": "\n".join(drawn).replace("\n", " ")}
    ours = []
    for where, text in texts.items():
        for run_of in _CHINESE.finditer(text):
            pieces = [piece for piece in re.split(joints, run_of[0]) if piece]
            said = text[max(0, run_of.start() - 40) : run_of.end() + 20]
            beside = (text[max(0, run_of.start() - 4) : run_of.end()].strip(), text[run_of.start() : run_of.end() + 4].strip())
            near = text[max(0, run_of.start() - 12) : run_of.end() + 12]
            if not pieces and not _HAN.search(near) and not any(some in printed_there for some in beside):
                ours.append((where, run_of[0], said))  # a mark of Chinese text between English words
            ours += [(where, piece, said) for piece in pieces if piece not in printed_there]
    assert ours == []
    # words for targets and values have an English wording: alone in a cell of a table, with or without the symbol of a status
    cells = [re.sub(r"\]\{[^{}]*\}|^\[| \S$", "", cell.strip()) for line in texts["markdown"].split("\n") for cell in line.split("|")]
    assert [cell for cell in cells if re.sub(r" \S$", "", cell) in terms.words("clause")] == []
