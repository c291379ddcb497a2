"""Calculations, tables and the chart of base, value and target in an English report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
import report_samples as samples
import test_report_english as english_samples

from evalkit.messages.speech import Speech, speaking
from evalkit.report import charts, look, pieces, sheets
from evalkit.report.calculations import Calculation, result_line, source_line, substituted
from evalkit.report.columns import source_name
from evalkit.report.evidence import ProofEntry, proof_grid
from evalkit.report.points import Point
from evalkit.report.reported import difference_sentence

_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with speaking(Speech("en", {"天": "days", "优良天数": "good days", "统计部门": "statistics"})):
        yield


def test_the_result_in_full_rounded_and_reported() -> None:
    trace = {"value": "96.2962962", "rounded": "96.3", "unit": "%", "digits": 1, "reported": "96.3", "difference": "0"}
    assert result_line(trace) == "= 96.296…%, rounded 96.3%; reported value 96.3%, equal to the rounded value"
    other = {**trace, "value": "96.3", "reported": "95", "difference": "1.3", "difference_reason": {"code": "unexplained"}}
    assert result_line(other) == (
        "= 96.3%; reported value 95%, a difference of +1.3 percentage points "
        "(rounding, unit, period and denominator do not explain it; ask the department)"
    )
    assert result_line({**trace, "value": "26", "rounded": "26", "unit": "天", "reported": ""}) == "= 26 days"
    assert result_line({"value": ""}) == "cannot be computed"


def test_where_an_input_stands() -> None:
    item = {
        "name_zh": "优良天数", "name_en": "good days", "value": "26", "unit": "天", "period": "2024-02", "file": "a.xlsx",
        "sheet": "Sheet1",
        "cell": "C7",
        "value_received": "26天", "correction_id": "K01", "source": "示例数据(非真实)，月报 https://a.example/b",
    }  # fmt: skip
    assert source_line(item) == (
        "Good days 26 days (February 2024): a.xlsx [Sheet1!C7], original “26天”, read by correction K01, "
        "“月报”, example data (not real) https://a.example/b"
    )
    factor = {"factor": "10000", "unit_received": "天", "value_received": "26", "correction_id": "", "source": ""}
    assert source_line({**item, **factor}, named=False) == "a.xlsx [Sheet1!C7], original 26 days"


def test_sources_of_one_file_stand_together() -> None:
    lines = (("Verdict", "Reported value 3; 3 ≥ 2: met."), ("Note", "“表中印为“%”。”"))
    places = (
        "Good: days 26 (2024): a.csv [E1], “x”",
        "Valid days 27 (2024): a.csv [E2], “x”",
        "b.csv [E9]",
        "T 1: results of r@0123456789ab",
    )
    text = pieces.calculation(Calculation("reported", "binding", "21", "Name", "not_met", lines, places))
    assert "**Binding 21 Name**\u2003[▲ not met]{.notmet}" in text
    said = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text)
    assert (
        "Reported value 3; 3 ≥ 2: met. Note: “表中印为“%”。” Sources: Good: days 26 (2024) [E1] and Valid days 27 (2024) [E2]: a.csv, “x”;"
        in said
    )
    assert "b.csv [E9]; T 1: results of r@0123456789ab." in said


@pytest.mark.parametrize(
    ("chinese", "expected"),
    [
        ("最小值(58 ÷ 60 × 100%，21 ÷ 22 × 100%)", "lowest(58 ÷ 60 × 100%, 21 ÷ 22 × 100%)"),
        ("若 3 ＜ 5，则 最大值(1，2)，否则 修约(4，1)", "if 3 < 5 then highest(1, 2) else round(4, 1)"),
        ("1 + □", "1 + □"),
    ],
)
def test_numbers_put_in(chinese: str, expected: str) -> None:
    assert substituted({"substituted": chinese}) == expected
    with speaking(Speech()):
        assert substituted({"substituted": chinese}) == chinese


def test_a_reported_value_explained() -> None:
    reason = {"code": "other_year", "period": "2022", "value": "3"}
    assert "computed one of 2022 (3%)" in difference_sentence({"difference_reason": reason, "unit": "%"}, "en")
    slip = {"code": "unit", "factor": "1/10", "name": "ten"}
    assert "is 1/10 of the computed one" in difference_sentence({"difference_reason": slip, "unit": "%"}, "en")


def _point(name: str, current: int, target: int = 10, unit: str = "%") -> Point:
    return Point("D", "1", name, unit, "up", Fraction(1), Fraction(current), Fraction(target), "1", str(current), f"≥{target}")


def test_the_title_of_the_chart_is_the_finding() -> None:
    points = [_point("a", 12), _point("b", 2), _point("c", 5)]
    assert charts.dumbbell_title(points, "", "2024", 3) == "3 indicators: 1 at the target, 2 not; farthest from it: b"
    assert charts.dumbbell_title(points, "2030", "2024", 5, parted=True) == (
        "Of 5 indicators and parts, 3 have a present value and a planned target with numbers: 1 already at the 2030 target, 2 not yet; "
        "farthest from it: b"
    )
    assert charts.dumbbell_title(points[:1], "", "2024", 1) == "1 indicator: at the target"
    assert charts.dumbbell_title(points[:1] * 2, "2030", "2024", 2) == "2 indicators: all already at the 2030 target"
    assert charts.dumbbell_title(points[1:], "2030", "2024", 2) == "2 indicators: all not yet at the 2030 target; farthest from it: b"


def test_the_chart_has_no_chinese_of_ours() -> None:
    points = [_point("A name that is long enough to need three lines of the column", 12), _point("b", 2, unit="tonnes")]
    (chart,) = charts.dumbbell_charts(points, name="f", region="X", base="2021", current="2024", goal="2025", source="s", total=4)
    assert not _CHINESE.search(chart.title + chart.alt) and "2021: 1; 2024: 2; target 2025: ≥10 tonnes" in chart.alt
    assert not _CHINESE.search(chart.svg.decode())


def test_words_that_hold_for_years_stand_once() -> None:
    group = english_samples._model().groups[0]
    row = replace(group.table[0], history=("implemented", "implemented"), current="implemented", goals=("—",))
    other = replace(row, history=("1", "1"), current="1")
    grid = sheets.indicator_grid(replace(group, table=[row, other], history_periods=("2022", "2023"), milestones=("2025",)))
    spans = [[cell.columns for cell in cells if cell.text in ("implemented", "1")] for cells in grid.body]
    assert 3 in spans[0] and set(spans[1]) == {1}
    assert {sum(cell.columns for cell in cells) for cells in grid.body[:1]} == {len(grid.head[0])}


def test_a_table_with_long_words_gives_up_columns_and_not_words() -> None:
    group = english_samples._model().groups[0]
    long = "Comprehensively " * 3
    rows = [
        replace(row, domain=long, part_of="Environment", unit="equivalents", target="implemented†", task="Responsibilities",
                source=f"telecommunication {place}", duty=long, evidence="E1-1", remark=long, name=f"Row {place}", status=long,
                attribute="comprehensive", current=f"unsatisfactory {place}")
        for place, row in enumerate(group.table)
    ]  # fmt: skip
    grid = sheets.indicator_grid(replace(group, table=rows))
    heads = [cell.text for cell in grid.head[0]]
    assert {"Task", "Part", "Source"} & set(heads) == set() and {"Domain", "No.", "Unit", "Kind", "Status", "Responsible"} <= set(heads)
    shown = [cell.text for cells in grid.body for cell in cells]
    assert all(f"Environment ({row.name})" in shown for row in rows)
    with speaking(Speech()):
        assert "任务" in [cell.text for cell in sheets.indicator_grid(replace(group, table=rows)).head[0]]


def test_evidence_is_numbered_in_english() -> None:
    entry = ProofEntry("佐证3-2", ("EV1",), (("3", "优良天数"),), (("A", ""),), "通知", file="x/a.pdf", stamped="no", state="unstamped")
    (cells,) = proof_grid([entry]).body
    assert [cell.text for cell in cells] == ["E3-2", "3 good days", "通知 (a.pdf)", "—", "not stamped", "not stamped", "—"]


def test_the_key_and_the_numbers_of_items() -> None:
    said = pieces.legend([look.status("no_previous")], ["★"])
    assert not _CHINESE.search(said) and "Marked as “no earlier value”" in said and "★ beside names" in said
    row = replace(english_samples._model().groups[0].table[0], seq="否12", part_of="")
    assert sheets.apart_grid([row], "Veto items").body[0][0].text == "12"
    with speaking(Speech()):
        assert sheets.apart_grid([row], "否决项").body[0][0].text == "否12"


def test_chinese_of_the_same_pieces_is_as_before() -> None:
    with speaking(Speech()):
        rows = samples.rows()
        assert rows and pieces.legend().startswith("图例：● 达标　▲ 未达标") and source_name("示例区统计局 表1") == "示例区统计局"
