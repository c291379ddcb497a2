"""Inside the year: control values, days needed and allowed, verdicts, and the tables they are read from."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, cast, get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import evalkit as ek
from evalkit.assessment.year_to_date import RESULT, printed_row
from evalkit.assessment.year_to_date_model import KINDS, VERDICTS, Interval, Kind, LastYear, Printed, Verdict, YearCase, YearToDate
from evalkit.assessment.year_to_date_read import COLUMNS, read_records
from evalkit.assessment.year_to_date_rules import remaining
from evalkit.cli.commands import app
from evalkit.messages import EvalkitError, words
from evalkit.values import Period, format_fixed, round_half_even

YEAR = Period.parse("2024")
HEAD = ("region", "measure", "kind", "target", "value", "as_of")

# Published: targets and values of 许昌市城乡一体化示范区 as of 2023-12-25 and 2024-06-17 (shifanqu.xuchang.gov.cn); what the rest
# of the year must bring was worked out from them by hand: the highest mean, days needed, days still allowed.
XUCHANG = [
    ("PM10年均值", "max_mean", "77", "72", "2023-12-25", "376.2", "on_track"),
    ("PM2.5年均值", "max_mean", "45", "44", "2023-12-25", "104.8", "on_track"),
    ("优良天数", "min_count", "254", "246", "2023-12-25", "8", "impossible"),
    ("重度及以上污染天数", "max_count", "9", "15", "2023-12-25", "-6", "already_failed"),
    ("PM10年均值", "max_mean", "74", "89", "2024-06-17", "61.1", "at_risk"),
    ("PM2.5年均值", "max_mean", "43", "55", "2024-06-17", "32.7", "at_risk"),
    ("优良天数", "min_count", "256", "97", "2024-06-17", "159", "at_risk"),
    ("重度及以上污染天数", "max_count", "8", "4", "2024-06-17", "4", "on_track"),
]


def record(**cells: str) -> dict[str, str]:
    """Return a line that is in order but for the cells given."""
    return {"region": "示例区", "measure": "PM10年均值", "kind": "max_mean", "target": "74", "value": "89", "as_of": "2024-06-17"} | cells


def one(**cells: str) -> YearToDate:
    return remaining(read_records([record(**cells)])[0])


def codes(*records: Mapping[str, str]) -> list[str]:
    with pytest.raises(EvalkitError) as caught:
        read_records(records)
    assert all(problem.line("zh") and problem.line("en") for problem in caught.value.problems)
    return [problem.code for problem in caught.value.problems]


def case(kind: Kind, target: str, value: str, days: int, left: int, last: LastYear | None = None) -> YearCase:
    """Return a case with so many days so far, all of them valid but those beyond `days`, and so many left."""
    start = date(2024, 1, 1)
    whole = Period.parse(f"{start}/{start + timedelta(days=days + left - 1)}")
    so_far = Period.parse(f"{start}/{start + timedelta(days=days - 1)}")
    return YearCase("示例区", "指标", "", kind, so_far, whole, Printed.parse(target), Printed.parse(value), days, last)


# Published figures


@pytest.mark.parametrize(("measure", "kind", "target", "value", "as_of", "required", "verdict"), XUCHANG)
def test_the_published_figures_come_out(measure: str, kind: str, target: str, value: str, as_of: str, required: str, verdict: str) -> None:
    found = one(measure=measure, kind=kind, target=target, value=value, as_of=as_of)
    assert printed_row(found)["required"] == required
    assert found.verdict == verdict
    assert not found.rounding_decides
    if kind == "max_mean":
        assert found.interval is not None
        assert Fraction(required) in found.interval


def test_the_published_days_left() -> None:
    assert [one(as_of=day).case.days_left for day in ("2023-12-25", "2024-06-17")] == [6, 197]
    assert [one(as_of=day).case.days for day in ("2023-12-25", "2024-06-17")] == [359, 169]  # 2024 is a leap year


def test_the_shipped_sample_says_the_same() -> None:
    path = Path(__file__).resolve().parents[1] / "data" / "raw" / "xuchang-zone" / "annual-targets.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [tuple(row[name] for name in HEAD[1:]) for row in rows] == [given[:5] for given in XUCHANG]
    found = ek.year_to_date(rows)
    for (*_, required, verdict), (_, ours) in zip(XUCHANG, found.iterrows(), strict=True):
        assert format_fixed(Fraction(ours["required"]), len(required.partition(".")[2])) == required
        assert ours["verdict"] == verdict


def test_the_interval_of_a_control_value_by_hand() -> None:
    found = one(target="77", value="72", as_of="2023-12-25")
    # 72 stands for [71.5, 72.5], both ends, as ties go to the even digit: (28105 - 72.5·359)/6 and (28105 - 71.5·359)/6
    assert found.interval == Interval(Fraction("2077.5") / 6, Fraction("2436.5") / 6, closed=True)
    assert found.required == Fraction(2257, 6)
    odd = one(target="74", value="89").interval
    assert odd is not None and not odd.closed  # 88.5 and 89.5 are printed 88 and 90


# Verdicts


@pytest.mark.parametrize(
    ("kind", "target", "value", "days", "left", "required", "verdict"),
    [
        ("max_mean", "40", "40", 100, 100, 40, "on_track"),
        ("max_mean", "40", "41", 100, 100, 39, "at_risk"),
        ("max_mean", "40", "80", 100, 100, 0, "at_risk"),  # nothing but days without any dust would do: not impossible yet
        ("max_mean", "40", "81", 100, 100, -1, "impossible"),
        ("max_mean", "40", "40", 200, 0, None, "already_met"),
        ("max_mean", "40", "41", 200, 0, None, "already_failed"),
        ("min_count", "10", "4", 10, 6, 6, "at_risk"),
        ("min_count", "11", "4", 10, 6, 7, "impossible"),
        ("min_count", "10", "10", 10, 6, 0, "already_met"),
        ("min_count", "9", "10", 10, 6, -1, "already_met"),
        ("min_count", "8", "5", 10, 6, 3, "on_track"),  # 3 of 6 is the share so far, 5 of 10
        ("min_count", "9", "5", 10, 6, 4, "at_risk"),
        ("min_count", "9", "5", 10, 0, 4, "already_failed"),
        ("min_share", "50", "5", 10, 7, 4, "at_risk"),  # 8.5 of 17 days: nine are needed
        ("min_share", "50", "5", 10, 6, 3, "on_track"),
        ("min_share", "90", "5", 10, 6, 10, "impossible"),
        ("max_count", "3", "4", 10, 6, -1, "already_failed"),
        ("max_count", "3", "3", 10, 6, 0, "at_risk"),  # as often as so far: 4.8 days in all
        ("max_count", "3", "2", 10, 6, 1, "on_track"),  # as often as so far: 3.2 days in all, three whole ones
        ("max_count", "9", "3", 10, 6, 6, "already_met"),  # even if all six are
        ("max_count", "3", "3", 10, 0, 0, "already_met"),
    ],
)
def test_verdicts_at_their_limits(kind: Kind, target: str, value: str, days: int, left: int, required: int | None, verdict: str) -> None:
    found = remaining(case(kind, target, value, days, left))
    assert (found.required, found.verdict) == (required, verdict)


@pytest.mark.parametrize(
    ("target", "value", "verdict", "decides"),
    [
        ("74", "74", "on_track", True),  # 74.4 is printed 74 and lies above the target
        ("74", "73", "on_track", False),
        ("73.5", "73", "on_track", False),  # 73.5 is printed 74, so 73 is below it for certain
        ("72.5", "73", "at_risk", False),  # 72.5 is printed 72
        ("74.5", "74", "on_track", False),  # 74.5 is printed 74, and just meets it
        ("74.0", "75", "at_risk", False),
    ],
)
def test_whether_rounding_decides(target: str, value: str, verdict: str, decides: bool) -> None:
    found = one(target=target, value=value)
    assert (found.verdict, found.rounding_decides) == (verdict, decides)


def test_a_percentile_has_no_control_value() -> None:
    found = one(measure="O3日最大8小时第90百分位数", kind="percentile", target="160", value="170")
    assert (found.verdict, found.reason, found.required, found.notes) == ("not_applicable", "percentile", None, ())
    assert printed_row(found)["required"] == ""


@pytest.mark.parametrize(
    "name", ["O3第90百分位数", "PM2.5日均值第95百分位数", "臭氧", "O₃-8h", "ＣＯ", "一氧化碳浓度", "daily 98th percentile"]
)
def test_a_percentile_is_not_taken_for_a_mean(name: str) -> None:
    assert codes(record(measure=name)) == ["ytd_percentile"]


@pytest.mark.parametrize("name", ["O3年均值", "CO月均浓度", "CO2", "PM2.5", "SO2年均值", "NO2"])
def test_a_mean_is_not_taken_for_a_percentile(name: str) -> None:
    assert one(measure=name).verdict == "at_risk"


@pytest.mark.parametrize(
    ("cells", "verdict", "reason"),
    [
        ({"value": "未发布"}, "missing", "not_published"),
        ({"value": ""}, "missing", "not_collected"),
        ({"target": "上级不考核"}, "not_applicable", "not_assessed"),
        ({"target": "不涉及", "value": "—"}, "not_applicable", "not_involved"),
        ({"target": "上级未下达"}, "not_applicable", "not_issued"),
    ],
)
def test_what_is_missing_is_not_zero(cells: dict[str, str], verdict: str, reason: str) -> None:
    found = one(**cells)
    assert (found.verdict, found.reason, found.required) == (verdict, reason, None)
    assert math.isnan(ek.year_to_date([record(**cells)])["required"][0])


# Valid days, leap years, other periods, last year


def test_means_are_over_valid_days() -> None:
    all_valid, some = one(target="74", value="89"), one(target="74", value="89", days="160")
    assert some.required == Fraction(74 * (160 + 197) - 89 * 160, 197) != all_valid.required
    assert "so_far_assumed" in all_valid.notes and "so_far_assumed" not in some.notes
    assert all_valid.notes[-1] == some.notes[-1] == "rest_assumed"


def test_a_share_is_of_valid_days() -> None:
    found = one(measure="优良天数比例", kind="min_share", target="70%", value="97", days="160")
    assert found.required == math.ceil(Fraction(7, 10) * (160 + 197)) - 97
    assert one(measure="优良天数比例", kind="min_share", target="70", value="97").required == 160


@pytest.mark.parametrize(
    ("cells", "days", "left"),
    [
        ({"as_of": "2024-02-29"}, 60, 306),
        ({"as_of": "2023-02-28"}, 59, 306),
        ({"as_of": "2024-12-31"}, 366, 0),
        ({"as_of": "2024/6/17"}, 169, 197),
        ({"as_of": "2024年6月17日"}, 169, 197),
        ({"as_of": "", "so_far": "2024-H1"}, 182, 184),
        ({"as_of": "", "so_far": "2024-01-01/2024-06-17"}, 169, 197),
        ({"as_of": "2024-06-17", "whole": "2024-06"}, 17, 13),
        ({"as_of": "", "so_far": "2024-Q3", "whole": "2024-H2"}, 92, 92),
        ({"as_of": "2024-12-31", "whole": "2024-10-01/2025-03-31"}, 92, 90),  # a heating season
    ],
)
def test_any_period_that_begins_with_the_whole(cells: dict[str, str], days: int, left: int) -> None:
    found = one(**cells)
    assert (found.case.days, found.case.days_left) == (days, left)


def test_last_year_stands_beside() -> None:
    found = one(target="43", value="55", last_value="50", last_whole="44")
    # 2023 until 17 June has 168 days, 197 are left
    assert found.last_rest == Fraction(44 * 365 - 50 * 168, 197)
    assert found.last_interval == Interval(
        (Fraction("43.5") * 365 - Fraction("50.5") * 168) / 197, (Fraction("44.5") * 365 - Fraction("49.5") * 168) / 197, closed=True
    )
    assert found.last_days_left == 197 and "last_assumed" in found.notes
    odd = one(target="43", value="55", last_value="51", last_whole="44").last_interval
    assert odd is not None and not odd.closed  # 50.5 and 51.5 are printed 50 and 52
    days = one(kind="min_count", measure="优良天数", target="256", value="97", last_value="101", last_whole="250")
    assert days.last_rest == 149 and days.last_interval is None
    valid = one(target="43", value="55", last_value="50", last_whole="44", last_days="160", last_whole_days="350")
    assert valid.last_rest == Fraction(44 * 350 - 50 * 160, 190) and "last_assumed" not in valid.notes


def test_last_year_of_a_leap_year_and_after_one() -> None:
    assert one(as_of="2024-02-29", last_value="60", last_whole="60").last_days_left == 306
    assert one(as_of="2025-02-28", last_value="60", last_whole="60").last_days_left == 307  # 29 February 2024 was still to come


def test_half_of_last_year_is_not_enough() -> None:
    found = one(last_value="50", last_whole="未发布")
    assert found.last_rest is None and "last_incomplete" in found.notes and "last_assumed" not in found.notes


# What has to hold for all

MEANS = st.integers(0, 5000).map(lambda n: f"{n // 10}.{n % 10}")
DAYS = st.integers(1, 300)


@given(target=MEANS, value=MEANS, days=DAYS, left=DAYS)
def test_days_at_the_control_value_give_exactly_the_target(target: str, value: str, days: int, left: int) -> None:
    found = remaining(case("max_mean", target, value, days, left))
    assert found.required is not None
    assert (Fraction(value) * days + found.required * left) / (days + left) == Fraction(target)
    assert (found.verdict == "impossible") == (found.required < 0)
    assert (found.verdict == "on_track") == (found.required >= Fraction(value))


@given(mean=st.fractions(0, 500, max_denominator=10_000), digits=st.integers(0, 2), target=MEANS, days=DAYS, left=DAYS)
def test_the_interval_holds_the_control_value_of_every_mean_printed_alike(
    mean: Fraction, digits: int, target: str, days: int, left: int
) -> None:
    printed = format_fixed(mean, digits)
    found = remaining(case("max_mean", target, printed, days, left))
    true = (Fraction(target) * (days + left) - mean * days) / left
    assert found.interval is not None and found.required is not None
    assert true in found.interval and found.required in found.interval
    row = printed_row(found)
    assert Fraction(row["required_low"]) <= true <= Fraction(row["required_high"])
    exact = remaining(YearCase(**{**vars(found.case), "value": Printed(mean, 30)}))
    assert found.rounding_decides or exact.verdict == found.verdict


@given(number=st.integers(0, 100_000), digits=st.integers(0, 3))
def test_a_printed_number_stands_for_what_rounds_to_it(number: int, digits: int) -> None:
    unit = Fraction(1, 10**digits)
    value = number * unit
    span = Printed(value, digits).interval
    for end in (span.low, span.high):
        assert (round_half_even(end, unit) == value) == (end in span)
    assert span.low == max(value - unit / 2, 0) and span.high == value + unit / 2
    assert span.high + unit / 1000 not in span and (span.low == 0 or span.low - unit / 1000 not in span)


@given(target=st.integers(0, 600), value=st.integers(0, 300), spare=st.integers(0, 300), left=DAYS)
def test_days_needed_flip_at_the_boundary(target: int, value: int, spare: int, left: int) -> None:
    days = max(value + spare, 1)
    found = remaining(case("min_count", str(target), str(value), days, left))
    best, worst = value + left, value
    assert (found.verdict == "impossible") == (best < target)
    assert (found.verdict == "already_met") == (worst >= target)
    if found.verdict in ("on_track", "at_risk"):
        assert found.required is not None and 0 < found.required <= left
        met = [value + good >= target for good in (int(found.required) - 1, int(found.required))]
        assert met == [False, True]
        assert (found.verdict == "at_risk") == (Fraction(int(found.required), left) > Fraction(value, days))


@given(percent=st.integers(0, 1000), value=st.integers(0, 300), spare=st.integers(0, 300), left=DAYS, valid=st.data())
def test_a_certain_verdict_of_a_share_holds_however_many_days_are_invalid(
    percent: int, value: int, spare: int, left: int, valid: st.DataObject
) -> None:
    days = max(value + spare, 1)
    target = Fraction(percent, 1000)
    found = remaining(case("min_share", format_fixed(target * 100, 1), str(value), days, left))
    counted = valid.draw(st.integers(0, left))
    good = valid.draw(st.integers(0, counted))
    met = Fraction(value + good, days + counted) >= target
    assert not (met and found.verdict == "impossible")
    assert met or found.verdict != "already_met"
    assert found.required is not None
    if 0 < found.required <= left:  # all days valid: exactly so many are needed
        assert Fraction(value + int(found.required), days + left) >= target > Fraction(value + int(found.required) - 1, days + left)


@given(target=st.integers(0, 100), value=st.integers(0, 100), spare=st.integers(0, 300), left=DAYS)
def test_days_allowed(target: int, value: int, spare: int, left: int) -> None:
    days = max(value + spare, 1)
    found = remaining(case("max_count", str(target), str(value), days, left))
    assert found.required == target - value
    assert (found.verdict == "already_failed") == (value > target)
    assert (found.verdict == "already_met") == (value + left <= target)
    if found.verdict in ("on_track", "at_risk"):
        assert (found.verdict == "at_risk") == (value * (days + left) // days > target)


@given(whole=MEANS, value=MEANS, days=DAYS, left=DAYS)
def test_last_years_rest_and_its_two_means_fit(whole: str, value: str, days: int, left: int) -> None:
    last = LastYear(Printed.parse(value), Printed.parse(whole), days, days + left)
    found = remaining(case("max_mean", "40", "50", days, left, last))
    assert found.last_rest is not None and found.last_interval is not None
    if found.last_rest > 0:
        assert (Fraction(value) * days + found.last_rest * left) / (days + left) == Fraction(whole)
    assert found.last_rest in found.last_interval or found.last_rest == 0


@given(target=MEANS, value=MEANS, days=DAYS, left=DAYS, factor=st.sampled_from([10, 1000]))
def test_the_unit_does_not_matter(target: str, value: str, days: int, left: int, factor: int) -> None:
    found = remaining(case("max_mean", target, value, days, left))
    other = case("max_mean", target, value, days, left)
    assert isinstance(other.target, Printed) and isinstance(other.value, Printed) and found.required is not None
    places = len(str(factor)) - 1
    smaller = YearCase(
        **{
            **vars(other),
            "target": Printed(other.target.value / factor, 1 + places),
            "value": Printed(other.value.value / factor, 1 + places),
        }
    )
    again = remaining(smaller)
    assert again.required == found.required / factor
    assert (again.verdict, again.rounding_decides) == (found.verdict, found.rounding_decides)


# Tables


def test_the_data_frame() -> None:
    table = pd.DataFrame([record(region="007"), record(kind="percentile", measure="O3第90百分位数", value="—")])
    found = ek.year_to_date(table)
    assert tuple(found.columns) == RESULT and len(found) == 2
    assert found["region"].tolist() == ["007", "示例区"]  # text stays text
    assert found["required"][0] == float(Fraction(74 * 366 - 89 * 169, 197))
    assert found["rounding_decides"].tolist() == [False, False]
    assert math.isnan(found["required"][1]) and found["reason"][1] == "percentile"
    numbers = pd.DataFrame([record() | {"target": 74, "value": 89.0, "as_of": pd.Timestamp("2024-06-17")}])
    assert ek.year_to_date(numbers)["required"][0] == found["required"][0]
    assert ek.year_to_date([record(value="89.0")])["required_low"][0] != found["required_low"][0]  # a digit more


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"value": "约89"}, ["ytd_figure"]),
        ({"target": "≤74", "value": "8 9"}, ["ytd_figure", "ytd_figure"]),
        ({"value": "-1"}, ["ytd_range"]),
        ({"value": "89（2022年数据）"}, ["ytd_figure"]),
        ({"kind": "mean"}, ["ytd_kind"]),
        ({"kind": ""}, ["ytd_blank"]),
        ({"region": "", "value": "约89"}, ["ytd_blank", "ytd_figure"]),
        ({"as_of": ""}, ["ytd_stretch"]),
        ({"so_far": "2024-H1"}, ["ytd_stretch"]),
        ({"as_of": "2024-06-31", "value": "x"}, ["bad_period", "ytd_figure"]),
        ({"as_of": "06-17"}, ["bad_period"]),
        ({"whole": "2024-13"}, ["bad_period"]),
        ({"as_of": "2024-06-31", "whole": "2024"}, ["bad_period"]),
        ({"whole": "2023"}, ["ytd_period"]),
        ({"whole": "2024-H2"}, ["ytd_period"]),
        ({"as_of": "", "so_far": "2024-06"}, ["ytd_period"]),  # what was before June is not in it
        ({"as_of": "", "so_far": "2024", "whole": "2024-H1"}, ["ytd_period"]),
        ({"days": "170"}, ["ytd_range"]),
        ({"days": "0"}, ["ytd_range"]),
        ({"days": "16.5"}, ["ytd_range"]),
        ({"unit": "ug/m3", "value": "89mg/m3"}, ["ytd_unit"]),
        ({"kind": "min_count", "value": "170"}, ["ytd_range"]),
        ({"kind": "min_count", "value": "97.5"}, ["ytd_range"]),
        ({"kind": "min_count", "target": "367"}, ["ytd_range"]),
        ({"kind": "min_count", "target": "70%"}, ["ytd_unit"]),
        ({"kind": "min_share", "target": "70天"}, ["ytd_unit"]),
        ({"kind": "min_share", "target": "170"}, ["ytd_range"]),
        ({"kind": "min_share", "value": "57%"}, ["ytd_unit"]),
        ({"last_value": "100", "last_whole": "40"}, ["ytd_last"]),
        ({"last_value": "50", "last_whole": "40", "last_days": "100", "last_whole_days": "364"}, ["ytd_last"]),
        ({"kind": "min_count", "last_value": "100", "last_whole": "90"}, ["ytd_last"]),
        ({"kind": "min_count", "last_value": "10", "last_whole": "300"}, ["ytd_last"]),
    ],
)
def test_a_wrong_cell_is_named(cells: dict[str, str], expected: list[str]) -> None:
    kind = {"measure": "优良天数"} if "kind" in cells else {}
    assert codes(record(**kind, **cells)) == expected


def test_faults_of_all_rows_come_together_with_their_cells() -> None:
    with pytest.raises(EvalkitError) as caught:
        ek.year_to_date([record(value="约89"), record(region="另一区"), record(region="另一区", as_of="2024/6/17"), record(kind="")])
    assert [(p.code, p.place.cell, p.place.key) for p in caught.value.problems] == [
        ("ytd_figure", "iloc[0]", "value"), ("ytd_repeated", "iloc[2]", "measure"), ("ytd_blank", "iloc[3]", "kind"),
    ]  # fmt: skip


def test_many_faults_of_one_kind_are_counted() -> None:
    with pytest.raises(EvalkitError) as caught:
        ek.year_to_date([record(region=str(n), value="约89") for n in range(500)])
    assert len(caught.value.problems) == 21 and caught.value.problems[-1].code == "table_more"


def test_columns() -> None:
    assert codes({name: text for name, text in record().items() if name != "target"}) == ["csv_header"]
    assert codes(record(days_vaild="160")) == ["unknown_key"]
    assert codes() == ["ytd_empty"]
    assert set(COLUMNS) | set(RESULT) == set(words("ytd_column"))
    for lang in ("zh", "en"):
        assert len(set(words("ytd_column", cast("Any", lang)).values())) == len(words("ytd_column"))


def test_closed_lists_have_words() -> None:
    assert set(KINDS) == set(words("ytd_kind")) == set(get_args(Kind))
    assert set(VERDICTS) == set(words("ytd_verdict")) == set(get_args(Verdict))


# The command


def table(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding=encoding)
    return path


LINES = [[measure, kind, target, value, as_of] for measure, kind, target, value, as_of, _, _ in XUCHANG]


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [HEAD, *(["007", *line] for line in LINES)])
    done = CliRunner().invoke(app, ["plan", "ytd", str(path), "--out", str(tmp_path / "o.csv")])
    assert done.exit_code == 0, done.output
    for text in (
        "376.2 [346.2, 406.1]",
        "104.8",
        "还需 8 天",
        "已超 6 天",
        "61.1 (",
        "32.7 (",
        "还需 159 天",
        "还可有 4 天",
        "已不可能完成",
    ):
        assert text in done.output
    written = list(csv.DictReader((tmp_path / "o.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["余下须达到"] for row in written] == [required for *_, required, _ in XUCHANG]
    assert {row["地区"] for row in written} == {"007"}


def test_the_command_reads_chinese_heads_in_gb18030_and_workbooks(tmp_path: Path) -> None:
    import xlsxwriter

    head = ["地区", "指标", "目标类型", "目标值", "累计值", "截至日期"]
    rows = [head, *(["示例区", line[0], words("ytd_kind", "zh")[line[1]], *line[2:]] for line in LINES)]
    path = table(tmp_path / "a.csv", rows, "gb18030")
    first = CliRunner().invoke(app, ["plan", "ytd", str(path), "--json"])
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet, style = book.add_worksheet("进度"), book.add_format({"num_format": "yyyy/m/d"})
    book.add_worksheet("说明").write_string(0, 0, "其他")
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if number and column in (3, 4):
                sheet.write_number(number, column, int(text))
            elif number and column == 5:
                sheet.write_datetime(number, column, date.fromisoformat(text), style)
            else:
                sheet.write_string(number, column, text)
    book.close()
    second = CliRunner().invoke(app, ["plan", "ytd", str(tmp_path / "a.xlsx"), "--json"])
    assert first.exit_code == second.exit_code == 0, second.output
    assert json.loads(first.stdout) == json.loads(second.stdout)
    found = json.loads(first.stdout)
    assert found[0]["required_exact"] == "2257/6" and found[0]["required"] == "376.2"
    assert [one["verdict"] for one in found] == [verdict for *_, verdict in XUCHANG]


def test_a_fault_in_a_file_names_the_cell(tmp_path: Path) -> None:
    from evalkit.assessment.year_to_date_read import read_sheets
    from evalkit.tables.books import read_book

    path = table(tmp_path / "a.csv", [HEAD, ["示例区", "PM10", "max_mean", "≤74", "89", "2024-06-17"], ["", "", "", "", "", ""]])
    with pytest.raises(EvalkitError) as caught:
        read_sheets(read_book(path, path.name))
    line = caught.value.problems[0].line("zh")
    assert line.startswith("a.csv D2 target: ") and "≤74" in line and "→" in line
    done = CliRunner().invoke(app, ["plan", "ytd", str(path)])
    assert done.exit_code == 1 and isinstance(done.exception, EvalkitError)  # main() prints it
    for head, code in (([*HEAD[:5], "截至"], "csv_header"), ([*HEAD, "责任人"], "unknown_key"), ([*HEAD, "累计值"], "unknown_key")):
        path = table(tmp_path / "b.csv", [head, ["示例区", "PM10", "max_mean", "74", "89", "2024-06-17", "1"][: len(head)]])
        with pytest.raises(EvalkitError) as caught:
            read_sheets(read_book(path, path.name))
        assert [problem.code for problem in caught.value.problems] == [code]


def test_a_month_that_a_spreadsheet_made_a_date_is_refused(tmp_path: Path) -> None:
    import xlsxwriter

    from evalkit.assessment.year_to_date_read import read_sheets
    from evalkit.tables.books import read_book

    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet, style = book.add_worksheet(), book.add_format({"num_format": "mmm-yy"})
    for column, (name, text) in enumerate((record(so_far="", whole="") | {"as_of": "2024-06-17"}).items()):
        sheet.write_string(0, column, name)
        if name == "whole":
            sheet.write_datetime(1, column, date(2024, 6, 1), style)
        else:
            sheet.write_string(1, column, text)
    book.close()
    with pytest.raises(EvalkitError) as caught:
        read_sheets(read_book(tmp_path / "a.xlsx", "a.xlsx"))
    assert [(problem.code, problem.place.cell) for problem in caught.value.problems] == [("bad_period", "H2")]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_table_gives_the_same_bytes_in_each_language(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALKIT_LANG", lang)
    path = table(tmp_path / "a.csv", [HEAD, *(["示例区", *line] for line in LINES)])
    outputs = [CliRunner().invoke(app, ["plan", "ytd", str(path), "--out", str(tmp_path / f"{n}.csv")]) for n in (1, 2)]
    assert [done.exit_code for done in outputs] == [0, 0]
    assert outputs[0].output.replace("1.csv", "") == outputs[1].output.replace("2.csv", "")
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert ("impossible" in outputs[0].output) == (lang == "en")
