"""What one cell says, which unit it has, at which prices: read exactly, or refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalkit.catalog import load_catalog
from evalkit.catalog.units import MAGNITUDES, ReceivedUnit, Units
from evalkit.intake.units import UNIT_PROBLEMS, settle_unit
from evalkit.messages import known_codes, words
from evalkit.tables.books.plain import NO_CACHE
from evalkit.values import FIGURE_FAULTS, FIGURE_HABITS, MISSING_REASONS, Figure, FigureError, missing_word, parse_decimal, read_figure
from evalkit.values.missing import half_width

UNITS: Units = load_catalog(Path(__file__).resolve().parents[1]).units


def said(figure: Figure) -> tuple[str, str, str, str]:
    return figure.value, figure.unit, figure.data_year, figure.remark


@pytest.mark.parametrize(
    ("text", "value", "unit", "year", "remark"),
    [
        ("47.5", "47.5", "", "", ""),
        ("0", "0", "", "", ""),
        ("2022", "2022", "", "", ""),
        (" 47.50\u3000", "47.50", "", "", ""),
        ("\ufeff47.5\u200b", "47.5", "", "", ""),
        ("４７．５", "47.5", "", "", ""),
        ("1,234,567.8", "1234567.8", "", "", ""),
        ("１，２３４", "1234", "", "", ""),
        ("-3", "-3", "", "", ""),
        ("−3", "-3", "", "", ""),
        ("–3.0", "-3.0", "", "", ""),
        ("－３", "-3", "", "", ""),
        ("+5.2%", "5.2", "%", "", ""),
        ("1.2万吨", "1.2", "万吨", "", ""),
        ("1.2万", "1.2", "万", "", ""),
        ("85％", "85", "%", "", ""),
        ("50‰", "50", "‰", "", ""),
        ("3.5 km²", "3.5", "km²", "", ""),
        ("3.5km2", "3.5", "km2", "", ""),
        ("12 μg/m3", "12", "μg/m3", "", ""),
        ("96.3个百分点", "96.3", "个百分点", "", ""),
        ("20克/(人·日)", "20", "克/(人·日)", "", ""),
        ("20（克/（人·日））", "20", "克/(人·日)", "", ""),
        ("55dB(A)", "55", "dB(A)", "", ""),
        ("12起", "12", "起", "", ""),
        ("1.2（万吨）", "1.2", "万吨", "", ""),
        ("47.5（快报数）", "47.5", "", "", "快报数"),
        ("47.5%（快报数）", "47.5", "%", "", "快报数"),
        ("47.5\n（快报数）", "47.5", "", "", "快报数"),
        ("12.3（多年平均）", "12.3", "", "", "多年平均"),
        ("50.85(初步核算)*", "50.85", "", "", "初步核算；*"),
        ("12.3①", "12.3", "", "", "①"),
        ("12.3注1", "12.3", "", "", "注1"),
        ("12.3（见佐证3-2）", "12.3", "", "", "见佐证3-2"),
        ("50.85（2022年）", "50.85", "", "2022", ""),
        ("50.85(2022年数据)", "50.85", "", "2022", ""),
        ("50.85万吨（2022年快报数）", "50.85", "万吨", "2022", "快报数"),
        ("2022年为50.85", "50.85", "", "2022", ""),
        ("2022年：50.85", "50.85", "", "2022", ""),
        ("2022年度为 50.85%", "50.85", "%", "2022", ""),
        ("2022年50.85万吨", "50.85", "万吨", "2022", ""),
        ("2022年为50.85（2022年）", "50.85", "", "2022", ""),
        ("12.5亿元（2020年价）", "12.5", "亿元(2020年价)", "", ""),
        ("12.5亿元，2015年不变价", "12.5", "亿元(2015年不变价)", "", ""),
        ("12.5（现价）", "12.5", "(现价)", "", ""),
    ],
)
def test_a_number_is_read_as_printed(text: str, value: str, unit: str, year: str, remark: str) -> None:
    figure = read_figure(text, units=UNITS.names)
    assert said(figure) == (value, unit, year, remark)
    assert figure.missing == ""


REFUSED = {
    "bound": [
        "≥95",
        "＞90",
        "<0.01",
        "95以上",
        "95%以上",
        "不低于95",
        "不足30",
        "超过20家",
        "12.5（以上）",
        "12.5（优于）",
        "95%起",
        "至少3",
    ],
    "about": ["约30", "30左右", "30余", "30余家", "30多个", "近30", "~30", "≈30", "30±2", "大概5", "12.5（约）"],
    "doubt": ["30?", "30？", "30（?）"],
    "range": ["10-20", "10～20", "10–20%", "10%-20%", "10至20", "2022-2023", "10万～20万"],
    "ratio": ["3/4", "1:3", "1：3"],
    "exponent": ["1e3", "1.2E+05", "10²", "10 ²", "10^4", "1.2×10⁴", "1.2×10^4"],
    "brackets": ["(12.5)", "（12.5）", "（12.5%）"],
    "dash": ["—12.5", "——3", "－ 3", "– 3"],
    "comma": ["12,5", "12，5", "1,23,456", "12,5000", "1234,567", "1、2", "1'234", "1,234,56", "0,345", "00,123", "012,345"],
    "point": [".5", "5.", "12..5", "12。5", "1.234.567", "12.5.", "5．"],
    "blank": ["1 234", "12 5", "12\n13", "1\u00a0234", "12.5 13.1"],
    "letters": ["IO0%", "l2.5", "O.5", "10O%", "5l", "5 l", "1O"],
    "two_numbers": ["1万2千", "3亿5000万", "12.5万吨13.1万吨"],
    "note_number": ["57.9（ΔEQI =-0.2）", "12.5（13.1）", "12.3（-5）", "50.85（2022年公布）", "50.85（2022）"],
    "note_unit": ["12.5（万竿）", "12.5（亿）"],
    "note_change": ["12.5（下降）", "5.2（同比）", "12.5（负）", "12.5（=甲）", "12.5（降）", "12.5（↑）"],
    "note_other": [
        "12.5（上年数）",
        "12.5（去年）",
        "90（目标值）",
        "90（计划）",
        "12.5（预计）",
        "12.5（作废）",
        "12.5（待核实）",
        "12.5（旧）",
    ],
    "struck": ["9\u03360\u0336 95", "12.5\u0336", "95（旧\u0336）", "无\u0336"],
    "missing_and_number": ["0.22（上级不考核）", "12（未统计）", "12（无）", "12（—）", "无（12.5）", "12未统计"],
    "two_years": ["2022年为50.85（2021年）"],
    "two_units": ["12万吨（公顷）", "12%（%）"],
    "two_reasons": ["不涉及（未发布）"],
    "date": ["2022年", "2022年5月", "2022年3季度", "2022年12", "2024-03-05", "2024/3/5", "2022年12月31日", "5月", "2022年未发布"],
    "error_cell": ["#REF!", "#DIV/0!", "#N/A", "Err:502", "#VALUE!"],
    "formula_text": ["=A1+B1"],
    "truth": ["TRUE", "false"],
    "hidden": ["1\u200b2", "12\x00", "\u202e12.5"],
    "long": ["9" * 41, "0." + "1" * 41, "9" * 300, "1" + "吨" * 300],
    "not_applicable": ["不适用"],
    "words": ["是", "十二", "三成", "½", "٣", "待定", "null", "①", "吨"],
    "unreadable": ["百分之85", "￥12.5", "12t/", "12.5吨标准煤标准煤标准煤标准煤"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in REFUSED.items() for text in texts])
def test_what_can_be_read_in_two_ways_is_refused(code: str, text: str) -> None:
    with pytest.raises(FigureError) as caught:
        read_figure(text, units=UNITS.names)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "reason", "remark"),
    [
        ("", "not_collected", ""),
        ("—", "not_collected", ""),
        ("——", "not_collected", ""),
        ("－", "not_collected", ""),
        ("–", "not_collected", ""),
        ("／", "not_collected", ""),
        ("＼", "not_collected", ""),
        ("…", "not_collected", ""),
        ("……", "not_collected", ""),
        ("无", "not_collected", ""),
        ("\u3000暂无 ", "not_collected", ""),
        ("Ｎ／Ａ", "not_collected", ""),
        ("未统计", "not_collected", ""),
        ("不涉及", "not_involved", ""),
        ("不考核", "not_assessed", ""),
        ("无监测点", "no_monitoring_site", ""),
        ("待佐证", "awaiting_evidence", ""),
        ("上级未下达", "not_issued", ""),
        ("未发布（预计6月）", "not_published", "预计6月"),
        ("未发布（2024年3月公布）", "not_published", "2024年3月公布"),
        ("/（不涉及）", "not_involved", ""),
        ("无(尚未公布)", "not_published", ""),
        ("不涉及（不涉及）", "not_involved", ""),
    ],
)
def test_a_word_is_a_kind_of_missing(text: str, reason: str, remark: str) -> None:
    figure = read_figure(text)
    assert (figure.missing, figure.remark, figure.value) == (reason, remark, "")
    assert figure.missing in (*MISSING_REASONS, "not_issued")


def test_an_answer_in_words_is_not_a_missing_one() -> None:
    assert missing_word("无") is None
    assert missing_word("无", number=True) == "not_collected"


@pytest.mark.parametrize(
    ("text", "value"), [("0.475", "47.5"), ("1", "100"), ("0", "0"), ("-0.05", "-5"), ("0.00475", "0.475"), ("1.2345", "123.45")]
)
def test_a_percent_format_is_exact(text: str, value: str) -> None:
    figure = read_figure(text, "number", percent=True)
    assert (figure.value, figure.unit, figure.habits) == (value, "%", ("percent_format",))
    assert parse_decimal(figure.value) == 100 * parse_decimal(text)


def test_the_format_of_a_number_says_its_unit() -> None:
    assert said(read_figure("1.2", "number", suffix="万吨")) == ("1.2", "万吨", "", "")
    assert read_figure("1.2", "number", suffix=" 万吨").habits == ("format_suffix",)
    assert read_figure("1.2", "number").habits == ()
    assert read_figure("1.2", "number", formula=True).habits == ("formula_result",)


@pytest.mark.parametrize(
    ("code", "text", "facts"),
    [
        ("scaled_format", "1234567", {"kind": "number", "scaled": True}),
        ("two_units", "0.475", {"kind": "number", "percent": True, "suffix": "万吨"}),
        ("bound", "95", {"kind": "number", "suffix": "以上"}),
        ("exponent", "1E+20", {"kind": "number"}),
        ("unreadable", "nan", {"kind": "number"}),
        ("long", "1" + "0" * 300, {"kind": "number"}),
        ("date", "2024-03-05", {"kind": "date"}),
        ("truth", "1", {"kind": "truth"}),
        ("error_cell", "#N/A", {"kind": "error"}),
        ("error_cell", "#DIV/0!", {"kind": "error", "formula": True}),
        ("no_cached_value", "", {"kind": "number", "formula": True}),
        ("no_cached_value", NO_CACHE, {"kind": "error", "formula": True}),
        ("hidden", "12\\x0b", {"kind": "error"}),
    ],
)
def test_facts_of_the_cell_can_refuse_it(code: str, text: str, facts: dict[str, object]) -> None:
    with pytest.raises(FigureError) as caught:
        read_figure(text, **facts)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_what_was_tidied_is_told() -> None:
    figure = read_figure("－１，２３４.5万元（快报）")
    assert figure.habits == ("text_number", "full_width", "thousands", "unit_in_cell", "remark")
    assert read_figure("2022年为−3").habits == ("text_number", "minus_sign", "data_year")
    assert read_figure("+3").habits == ("text_number", "plus_sign")


SOUP = st.text(
    st.one_of(
        st.sampled_from("0123456789０１９.,，．-－−—+%％‰()（）万亿吨元年为约以上不涉及无数据考核快报注*①²³ \u3000\n/:~～eEOIl≥<?？#=价2"),
        st.characters(),
    ),
    max_size=25,
)


@given(SOUP)
@example("(" * 100 + "1" + ")" * 100)
@example("12.5" + "（" * 50)
@example("1" + ",234" * 60)
def test_any_text_is_read_literally_or_refused(text: str) -> None:
    try:
        figure = read_figure(text, units=UNITS.names)
    except FigureError as error:
        assert error.code in FIGURE_FAULTS
        return
    assert bool(figure.value) != bool(figure.missing)
    assert set(figure.habits) <= set(FIGURE_HABITS)
    plain = half_width(text).replace(",", "")
    assert figure.value.lstrip("-") in plain and figure.data_year in plain
    if figure.value:
        parse_decimal(figure.value)
        again = read_figure(figure.value)
        assert said(again) == (figure.value, "", "", "")
        assert len(re.findall(r"[0-9]+", figure.value)) <= 2


@given(SOUP)
def test_full_width_and_half_width_say_the_same(text: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)

    def outcome(cell: str) -> object:
        try:
            figure = read_figure(cell)
        except FigureError as error:
            return error.code
        return figure.value, figure.unit, figure.missing, figure.data_year, half_width(figure.remark)

    assert outcome(wide) == outcome(half_width(text))


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_thousands_marks_change_nothing(digits: int, places: int) -> None:
    number = f"{digits:,}" + ("." + "7" * places if places else "")
    assert read_figure(number).value == number.replace(",", "")


@given(st.integers(0, 10**14), st.integers(0, 14), st.booleans())
def test_a_hundredfold_is_exact(digits: int, places: int, negative: bool) -> None:
    text = ("-" if negative else "") + (
        f"{digits:0{places + 1}d}"[:-places] + "." + f"{digits:0{places + 1}d}"[-places:] if places else str(digits)
    )
    assert parse_decimal(read_figure(text, "number", percent=True).value) == 100 * parse_decimal(text)


def test_every_fault_and_habit_has_words() -> None:
    assert tuple(words("figure_fault")) == FIGURE_FAULTS
    assert tuple(words("figure_habit")) == FIGURE_HABITS
    assert set(REFUSED) | {"scaled_format", "no_cached_value"} == set(FIGURE_FAULTS)
    assert set(UNIT_PROBLEMS) <= known_codes()


# Units


@pytest.mark.parametrize("name", sorted(UNITS.names))
def test_every_unit_is_found_behind_a_number(name: str) -> None:
    if name in ("-", "—", "－", "无量纲"):
        return
    for cell in (f"12.5{name}", f"12.5 {name}", f"12.5（{name}）"):
        unit = UNITS.received(read_figure(cell, units=UNITS.names).unit)
        assert unit == ReceivedUnit(UNITS.names[name])


def test_no_two_units_share_a_spelling() -> None:
    assert [text for text, name in UNITS._spelled.items() if not name] == []


@pytest.mark.parametrize(
    ("text", "name", "base"),
    [
        ("万吨", "万吨", ""),
        ("（万吨）", "万吨", ""),
        ("单位：公顷", "公顷", ""),
        ("平方 公里", "平方千米", ""),
        ("KM2", "平方千米", ""),
        ("ＫＧ", "千克", ""),
        ("㎡", "平方米", ""),
        ("百分比", "%", ""),
        ("亿元（2020年价）", "亿元", "2020"),
        ("亿元(按2020年价格计算)", "亿元", "2020"),
        ("万元，2015年不变价", "万元", "2015"),
        ("亿元2020年可比价", "亿元", "2020"),
        ("万元(当年价)", "万元", "current"),
        ("亿元（现行价格）", "亿元", "current"),
        ("吨标准煤/万元（2020年价）", "吨标准煤/万元", "2020"),
        ("（2020年价）", "", "2020"),
    ],
)
def test_a_unit_is_read_with_its_price_base(text: str, name: str, base: str) -> None:
    assert UNITS.received(text) == ReceivedUnit(name, base)


def test_prices_of_an_unnamed_year_are_unclear() -> None:
    for text in ("亿元（可比价）", "万元（不变价）", "亿元（2020年现价）"):
        found = UNITS.received(text)
        assert found is not None and found.unclear and found.price_base == ""
    assert [UNITS.received(text) for text in ("万竿", "", "评价", "亿元（平均价）", "12")] == [None] * 5


def test_a_magnitude_goes_before_a_unit_only_where_it_is_one() -> None:
    assert UNITS.prefixed("万", "吨") == "万吨"
    assert UNITS.prefixed("亿", "元") == "亿元"
    assert UNITS.prefixed("百", "万元") == "百万元"
    assert UNITS.prefixed("万", "万吨") is None
    assert UNITS.prefixed("千", "克/千克") is None
    for unit in UNITS.names:
        for magnitude, factor in MAGNITUDES.items():
            name = UNITS.prefixed(magnitude, unit)
            assert name is None or UNITS.factor(name, unit) == factor


@pytest.mark.parametrize(
    ("cell", "head", "wanted", "base", "unit", "problem"),
    [
        ("", "吨", "千克", "", "吨", ""),
        ("吨", "吨", "吨", "", "吨", ""),
        ("吨", "", "吨", "", "吨", ""),
        ("万吨", "吨", "吨", "", "万吨", "unit_differs"),
        ("万", "吨", "吨", "", "万吨", ""),
        ("万", "万吨", "吨", "", "", "unit_magnitude"),
        ("万", "", "吨", "", "", "unit_missing"),
        ("", "", "吨", "", "", "unit_missing"),
        ("", "", "-", "", "-", ""),
        ("公顷", "吨", "吨", "", "", "unit_contradicts"),
        ("公顷", "", "吨", "", "", "unit_not_convertible"),
        ("万竿", "吨", "吨", "", "", "unit_unknown"),
        ("吨", "竿", "吨", "", "", "unit_unknown"),
        ("个百分点", "%", "%", "", "百分点", ""),
        ("", "亿元", "万元", "2020", "亿元", "price_base_unsaid"),
        ("", "亿元（2020年价）", "万元", "2020", "亿元", ""),
        ("", "亿元（2015年价）", "万元", "2020", "", "price_base_differs"),
        ("", "亿元（当年价）", "万元", "2020", "", "price_base_differs"),
        ("亿元(2020年价)", "亿元(2015年价)", "亿元", "", "", "price_base_differs"),
        ("(2020年价)", "亿元", "亿元", "2020", "亿元", ""),
        ("", "亿元（可比价）", "亿元", "2020", "", "price_base_unclear"),
    ],
)
def test_the_unit_of_a_figure_is_settled(cell: str, head: str, wanted: str, base: str, unit: str, problem: str) -> None:
    settled = settle_unit(UNITS, cell, head, wanted, base)
    assert (settled.unit, settled.problem) == (unit, problem)
    assert bool(settled.unit) == (UNIT_PROBLEMS.get(problem, "note") != "error")
