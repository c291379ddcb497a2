"""Counts by official number, and the sentences made from them."""

from __future__ import annotations

import pytest
import report_samples as samples

from evalkit.assessment.counts import count_by_indicator, indicator_status
from evalkit.report import phrases, pieces, wording
from evalkit.report.calculations import Calculation, result_line, source_line


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["met", "not_met", "missing", "pending"], "not_met"),
        (["met", "missing", "pending"], "missing"),
        (["met", "pending", "not_applicable"], "pending"),
        (["met", "not_applicable"], "met"),
        (["met", "no_target"], "met"),
        (["no_target", "not_applicable"], "no_target"),
        (["not_applicable", "not_applicable"], "not_applicable"),
    ],
)
def test_parts_make_one_indicator(parts: list[str], expected: str) -> None:
    assert indicator_status(parts) == expected


@pytest.mark.parametrize("parts", [[], ["fine"]])
def test_what_is_no_status_is_refused(parts: list[str]) -> None:
    with pytest.raises(ValueError):
        indicator_status(parts)


def test_counts_go_by_official_number_within_attribute() -> None:
    threshold = [row for row in samples.rows() if not row["milestone"]]
    assert count_by_indicator(threshold) == {
        "binding": {"met": 3, "not_met": 1, "pending": 1, "missing": 1, "not_applicable": 1, "no_target": 1},
        "reference": {"met": 1, "not_applicable": 1},
    }


def test_counts_never_join_regions_or_milestones() -> None:
    one = samples.row("C1", "1", "a", "met")
    rows = [one, dict(one, region_code="2", status="not_met"), dict(one, milestone="2027", basis="plan", status="pending")]
    assert count_by_indicator(rows) == {"binding": {"met": 1, "not_met": 1, "pending": 1}}


def test_the_scope_sentence_is_the_official_one() -> None:
    binding = ["met"] * 16 + ["not_met"] * 5 + ["pending"] * 3 + ["not_applicable"] * 3
    reference = ["met"] * 4 + ["not_applicable"]
    rows = [samples.row(f"R{n}", str(n), "x", status, attribute="reference") for n, status in enumerate(reference)]
    rows += [samples.row(f"C{n}", str(n), "x", status) for n, status in enumerate(binding)]
    assert wording.scope_sentence("2023", "崇明区", "生态文明建设示范区（市）建设指标", rows) == (
        "2023年，崇明区对照《生态文明建设示范区（市）建设指标》评估32项指标：27项约束性指标中达标16项、未达标5项、待佐证3项、不适用3项；"
        "5项参考性指标中达标4项、不适用1项。"
    )


def test_an_incomplete_set_gets_no_totals() -> None:
    text = wording.scope_sentence("2024-02", "甲县", "月报", [samples.row("A1", "1", "x", "no_target")], complete=False)
    assert text == "2024年2月，甲县对照《月报》，所列指标是否齐全尚未核对，不作总体统计；所列1项指标中，1项约束性指标中无目标1项。"


def test_shortfall_says_value_distance_and_change() -> None:
    found = {row["indicator"]: row for row in samples.rows() if not row["milestone"]}
    assert wording.shortfall_sentence(found["C4.1"]) == (
        "环境空气质量（优良天数比率）为88.8%，低于指标值（≥90或持续提高）1.2个百分点；比上年（89.5%）下降0.7个百分点。"
    )
    assert wording.unknown_sentence(found["C8"]) == "岸线保有率为23%，指标值为“完成上级任务”：上级任务未掌握。"


def test_a_tiny_shortfall_is_never_printed_as_zero() -> None:
    row = samples.row(
        "C1", "1", "比例", "not_met", value="89.999", rounded_value="90.0", target_text="≥90", target_value="90", gap="-0.001"
    )
    assert "低于指标值（≥90）0.001个百分点" in wording.shortfall_sentence(row)
    assert phrases.beside("89.999", "90", 1) == "89.999"
    assert phrases.beside("89.96", "90", 0) == "89.96"[:4] + "6"
    assert phrases.beside("90", "90", 1) == "90"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2023", "2023年"),
        ("2024-02", "2024年2月"),
        ("2024-H1", "2024年上半年"),
        ("2024-Q3", "2024年第三季度"),
        ("2024-06-17", "2024年6月17日"),
        ("2024-01-01/2024-06-17", "2024年1月1日至6月17日"),
        ("近期", "近期"),
    ],
)
def test_periods_in_words(name: str, words: str) -> None:
    assert phrases.period(name) == words


def test_result_line_shows_full_value_rounding_and_reported_value() -> None:
    trace = {"unit": "%", "digits": 1, "value": "96.296296296296296", "rounded": "96.3", "reported": "96.3", "difference": "0"}
    assert result_line(trace) == "= 96.296…%，修约 96.3%；申报值 96.3%，与修约值一致"
    assert result_line({**trace, "value": "96.3", "reported": "95", "difference": "1.3"}) == "= 96.3%；申报值 95%，相差 +1.3%"


def test_source_line_names_cell_correction_and_unit_received() -> None:
    item = {"name_zh": "优良天数", "unit": "天", "value": "26", "period": "2024-02", "file": "a.xlsx", "sheet": "Sheet1", "cell": "C7",
            "value_received": "26天", "correction_id": "K01", "source": "月报"}  # fmt: skip
    assert source_line(item) == "优良天数 26天（2024年2月）：a.xlsx〔Sheet1!C7〕，原文“26天”，按更正K01读取，月报"


def test_a_note_ends_before_the_sources_begin() -> None:
    lines = (("判定", "85.96 < 90，未达标。"), ("说明", "口径与指标不一致"))
    made = pieces.calculation(Calculation("reported", "binding", "21", "满意程度", "not_met", lines, ("甲.csv〔E1〕",)))
    assert "未达标。口径与指标不一致。来源：" in made
