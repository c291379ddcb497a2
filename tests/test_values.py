"""Exact numbers, rounding by GB/T 8170, typed missing values, periods."""

import calendar
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalkit.values import (
    MISSING_REASONS,
    Missing,
    Period,
    PeriodError,
    PlainDecimalError,
    decimal_places,
    format_fixed,
    format_full,
    missing_word,
    parse_decimal,
    round_half_even,
)

fractions = st.fractions(min_value=-(10**12), max_value=10**12, max_denominator=10**9)
intervals = st.sampled_from([Fraction(1, 1000), Fraction(1, 10), Fraction(1, 5), Fraction(1, 2), Fraction(1), Fraction(5), Fraction(1000)])


@pytest.mark.parametrize(
    ("value", "interval", "rounded"),
    [
        ("12.1498", "0.1", "12.1"),
        ("10.5002", "1", "11"),
        ("1.050", "0.1", "1.0"),
        ("0.35", "0.1", "0.4"),
        ("2500", "1000", "2000"),
        ("3500", "1000", "4000"),
        ("-0.0365", "0.001", "-0.036"),
        ("355", "10", "360"),
        ("-355", "10", "-360"),
        ("325", "10", "320"),
        ("15.4546", "1", "15"),
        ("60.25", "0.5", "60"),
        ("-60.75", "0.5", "-61"),
    ],
)
def test_the_examples_of_gbt_8170_come_out(value: str, interval: str, rounded: str) -> None:
    assert round_half_even(Fraction(value), Fraction(interval)) == Fraction(rounded)


def test_rounding_happens_once_on_the_exact_value() -> None:
    exact = Fraction("12.1498")
    twice = round_half_even(round_half_even(exact, Fraction("0.01")), Fraction("0.1"))
    assert twice == Fraction("12.2")  # by way of 12.15: the fault that the standard forbids
    assert round_half_even(exact, Fraction("0.1")) == Fraction("12.1")


@given(fractions, intervals)
@example(Fraction(5, 2), Fraction(1))
@example(Fraction(-1, 20), Fraction(1, 10))
def test_a_rounded_value_is_the_nearest_multiple_and_ties_are_even(value: Fraction, interval: Fraction) -> None:
    rounded = round_half_even(value, interval)
    multiple = rounded / interval
    assert multiple.denominator == 1
    assert abs(rounded - value) <= interval / 2
    if abs(rounded - value) == interval / 2:
        assert multiple % 2 == 0


@given(st.integers(-(10**9), 10**9), intervals)
def test_every_tie_goes_to_the_even_multiple(n: int, interval: Fraction) -> None:
    rounded = round_half_even((2 * n + 1) * interval / 2, interval)
    assert rounded == (n if n % 2 == 0 else n + 1) * interval


@pytest.mark.parametrize("interval", [Fraction(0), Fraction(-1, 10)])
def test_an_interval_that_is_not_positive_is_refused(interval: Fraction) -> None:
    with pytest.raises(ValueError, match="interval"):
        round_half_even(Fraction(1), interval)


@given(st.integers(-(10**30), 10**30), st.integers(0, 30))
def test_a_plain_decimal_keeps_its_exact_value(digits: int, places: int) -> None:
    text = format_fixed(Fraction(digits, 10**places), places)
    assert parse_decimal(text) == Fraction(digits, 10**places)
    assert decimal_places(text) == places


@pytest.mark.parametrize(
    "text",
    ["IO0%", "≥95", "约30", "12,5", "1e3", "１２", "١٢", "nan", "inf", "-inf", "", " ", "-", "+5", ".5", "5.", "1.2.3", "--1", "1 000",
     "1_000", "0x10", "1/3", "12%", "100%o", "²", "9" * 41, "0." + "1" * 41, "1\n2", "１２.５", "−5"],
)  # fmt: skip
def test_what_a_person_would_have_to_interpret_is_refused(text: str) -> None:
    with pytest.raises(PlainDecimalError):
        parse_decimal(text)


@given(st.text(max_size=12))
@example("7\n")
def test_what_is_accepted_is_digits_with_one_point_and_a_minus_at_most(text: str) -> None:
    try:
        value = parse_decimal(text)
    except PlainDecimalError:
        return
    plain = text.strip()
    assert set(plain) <= set("0123456789.-") and plain.count(".") <= 1 and plain.rfind("-") <= 0
    assert value == Fraction(int(plain.replace(".", "")), 10 ** decimal_places(plain))


@given(fractions, st.integers(0, 20))
def test_fixed_text_is_the_rounded_value_with_all_its_decimals(value: Fraction, digits: int) -> None:
    text = format_fixed(value, digits)
    assert Fraction(text) == round_half_even(value, Fraction(1, 10**digits))
    assert decimal_places(text) == digits
    assert not (text.startswith("-") and Fraction(text) == 0)


@given(fractions)
@example(Fraction(99999999999999999, 10**16) + Fraction(9, 10**18))
def test_full_text_keeps_seventeen_significant_digits(value: Fraction) -> None:
    text = format_full(value)
    assert "e" not in text.lower()
    error = abs(Fraction(text) - value)
    assert error == 0 if value == 0 else error / abs(value) <= Fraction(1, 2 * 10**16)


@given(st.integers(-(10**16), 10**16), st.integers(0, 16))
def test_full_text_is_exact_for_short_decimals_and_has_no_idle_zeros(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    text = format_full(value)
    assert Fraction(text) == value
    assert "." not in text or not text.endswith(("0", "."))


def test_zeros_of_a_printed_figure_count_as_decimals() -> None:
    assert [decimal_places(text) for text in ("96.30", "96", "-0.036", "1.0")] == [2, 0, 3, 1]


def test_words_for_missing_values_are_a_closed_list() -> None:
    meant = {
        "不涉及": "not_involved",
        "上级不考核": "not_assessed",
        "无国控监测点": "no_monitoring_site",
        "尚未发布": "not_published",
        "上级未下达": "not_issued",
        "—": "not_collected",
        "/": "not_collected",
        "": "not_collected",
        " - ": "not_collected",
    }
    assert {word: missing_word(word) for word in meant} == meant
    assert [missing_word(word) for word in ("无", "0", "不适用", "不涉及。", "null", "待定")] == [None] * 6
    assert [missing_word(word, number=True) for word in ("无", "0", "不适用")] == ["not_collected", None, None]


@given(st.sampled_from(MISSING_REASONS))
def test_a_missing_value_is_neither_zero_nor_true(reason: str) -> None:
    assert not Missing(reason)
    assert Missing(reason) != 0


@pytest.mark.parametrize(
    ("name", "first", "last", "days", "previous"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31), 366, "2023"),
        ("2023", date(2023, 1, 1), date(2023, 12, 31), 365, "2022"),
        ("2100", date(2100, 1, 1), date(2100, 12, 31), 365, "2099"),
        ("2024-H1", date(2024, 1, 1), date(2024, 6, 30), 182, "2023-H1"),
        ("2024-H2", date(2024, 7, 1), date(2024, 12, 31), 184, "2023-H2"),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31), 91, "2023-Q1"),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31), 92, "2023-Q4"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), 29, "2023-02"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29), 1, "2023-02-28"),
        ("2024-01-01/2024-06-17", date(2024, 1, 1), date(2024, 6, 17), 169, "2023-01-01/2023-06-17"),
        ("2023-12-01/2024-02-29", date(2023, 12, 1), date(2024, 2, 29), 91, "2022-12-01/2023-02-28"),
        ("1900", date(1900, 1, 1), date(1900, 12, 31), 365, "1899"),
    ],
)
def test_a_period_knows_its_days_and_the_one_before(name: str, first: date, last: date, days: int, previous: str) -> None:
    period = Period.parse(name)
    assert (period.first, period.last, period.days, str(period.previous())) == (first, last, days, previous)


@pytest.mark.parametrize(
    "text",
    ["", "24", "2024年", "2024-13", "2024-00", "2024-2", "2023-02-29", "2024-H3", "2024-Q5", "2024-Q0", "2024-06-31", "2024/06", "２０２４",
     "2024-06-17/2024-01-01", "2024-01-01/", "2023-02-29/2023-03-01", "0000", "0001", "1899", "20240617", "2024-W01", "2024 H1", "-2024"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        Period.parse(text)


@given(st.dates(date(1901, 1, 1), date(2900, 12, 31)))
def test_months_have_the_days_of_the_calendar(day: date) -> None:
    month = Period.parse(f"{day:%Y-%m}")
    assert month.days == calendar.monthrange(day.year, day.month)[1]
    assert month.first <= day <= month.last
    assert Period.parse(str(day)).days == 1


@given(st.dates(date(1950, 1, 1), date(2900, 1, 1)), st.dates(date(1950, 1, 1), date(2900, 1, 1)))
def test_periods_are_ordered_by_time(a: date, b: date) -> None:
    assert (Period.parse(str(a)) < Period.parse(str(b))) == (a < b)


def test_the_parts_of_a_year_add_up() -> None:
    for year in ("2023", "2024", "2000", "1900"):
        whole = Period.parse(year).days
        assert whole == sum(Period.parse(f"{year}-{part}").days for part in ("H1", "H2"))
        assert whole == sum(Period.parse(f"{year}-Q{n}").days for n in (1, 2, 3, 4))
        assert whole == sum(Period.parse(f"{year}-{n:02d}").days for n in range(1, 13))
