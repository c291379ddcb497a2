"""How little flips a verdict: hand-computed rows, and each change applied to the inputs and assessed again."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from conftest import TinyProject
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.assessment.break_even import COLUMNS, Fragility, fragilities, last_digit
from evalkit.catalog import Catalog
from evalkit.intake import Input, Inputs, read_inputs
from evalkit.messages import EvalkitError, words

F = Fraction
OTHER = {"met": "not_met", "not_met": "met"}


def altered(inputs: Inputs, item: Input, change: F) -> Inputs:
    """The inputs with one value changed, as if the source had printed it so."""
    assert item.value is not None
    key = (item.region, item.variable, item.period)
    return replace(inputs, items={**inputs.items, key: replace(item, value=item.value + change)})


def status(catalog: Catalog, inputs: Inputs, one: Fragility) -> str:
    """What an assessment says of a verdict."""
    rows = ek.assess(catalog, inputs, one.region.code, traces=False).rows
    key = (one.line.basis, one.line.source, one.line.indicator, one.line.milestone, one.period)
    found = [r["status"] for r in rows if (r["basis"], r["set"], r["indicator"], r["milestone"], r["period"]) == key]
    assert len(found) == 1
    return found[0]


def by_row(catalog: Catalog, inputs: Inputs, region: str, period: str | None = None) -> dict[tuple[str, str, str], Fragility]:
    return {(one.line.basis, one.line.indicator, one.line.milestone): one for one in fragilities(catalog, inputs, region, period)}


def test_the_13th_plan_by_hand(catalog: Catalog) -> None:
    inputs = read_inputs(catalog, "national-135")
    found = by_row(catalog, inputs, "100000", "2020")
    steps = {name: found["plan", name, "2020"].flips[0].steps for name in ("P01", "P02", "P03", "P05")}
    # 87.0 → 84.4 (≥84.5) · 28.8 → 17.9 (≥18) · 83.4 → 70.0, as ＞70 does not hold at 70 · 18.8 → 17.9 (≥18)
    assert steps == {"P01": -26, "P02": -109, "P03": -134, "P05": -9}
    assert found["plan", "P04", "2020"].flips[0].reason == "out_of_reach"  # 0.6 → 5.0 is more than twice
    wide = {one.line.indicator: one for one in fragilities(catalog, inputs, "100000", "2020", F(1000))}
    assert wide["P04"].flips[0].steps == 44  # ＜5 does not hold at 5.0
    assert wide["P04"].flips[0].percent == F("4.4") / F("0.6") * 100
    first = by_row(catalog, inputs, "100000", "2019")["plan", "P01", "2020"].flips[0]
    assert (first.steps, first.change, first.down) == (25, F("2.5"), None)  # 82.0, a tenth at a time


def test_rows_of_chongming_by_hand(catalog: Catalog) -> None:
    found = by_row(catalog, read_inputs(catalog, "chongming-2023"), "310151")
    sewage = found["plan", "R01", "2027"].flips[0]  # 99.6 against 100
    assert (sewage.step, sewage.up, sewage.down) == (F("0.1"), 4, None)
    forest = found["set", "C08.1", ""]  # 30.74 after 30.62: not worse than the year before down to 30.62
    assert (forest.flips[0].down, forest.flips[0].role) == (13, "input")
    assert [(flip.up, flip.item.period) for flip in forest.flips if flip.role == "comparator"] == [(13, "2022")]
    assert found["plan", "C23", "2027"].rounding == "input"  # 100, printed without decimals, may be 99.5
    assert found["plan", "C04.1", "2027"].rounding == ""
    assert not any(one.line.measure == "gov.plan" or one.own.measure.kind == "qualitative" for one in found.values())
    assert ("plan", "C22", "2027") not in found  # a bound has no verdict


def test_a_formula_by_hand(catalog: Catalog) -> None:
    """322 good days of 365 are 88.2 %: ≥87.5 holds down to 320 days, and up to 368 valid ones."""
    found = by_row(catalog, read_inputs(catalog, "example-county-2024"), "999001")
    flips = {flip.item.variable: flip for flip in found["plan", "E19-07a", ""].flips if flip.role == "input"}
    assert (flips["air.days_good"].down, flips["air.days_good"].up) == (3, None)  # 319 ÷ 365 = 87.4 %
    assert flips["air.days_valid"].steps is None  # a year has 366 days at most: 322 ÷ 366 = 88.0 %
    straw = next(flip for flip in found["plan", "E19-25a", ""].flips if flip.item.variable == "waste.straw_used")
    assert straw.step == 100 and straw.item.value_received == "17.62"  # 万吨: its last digit is 100 t


@pytest.mark.parametrize(
    ("run", "region", "period"),
    [("chongming-2023", "310151", "2023"), ("national-135", "100000", "2019"), ("example-county-2024", "999001", "2024")],
)
def test_the_change_flips_the_assessment_and_one_step_less_does_not(catalog: Catalog, run: str, region: str, period: str) -> None:
    inputs = read_inputs(catalog, run)
    found = [one for one in fragilities(catalog, inputs, region, period) if one.flips[0].steps is not None]
    tried = set()
    found.sort(key=lambda one: abs(one.flips[0].percent or F(0)))
    for one in found[:: max(len(found) // 10, 1)]:
        for flip in one.flips[:2]:
            for steps in (flip.up, None if flip.down is None else -flip.down):
                if steps is None or flip.step is None:
                    continue
                nearer = steps - 1 if steps > 0 else steps + 1
                assert status(catalog, altered(inputs, flip.item, steps * flip.step), one) == OTHER[one.status]
                if nearer:
                    assert status(catalog, altered(inputs, flip.item, nearer * flip.step), one) == one.status
                tried.add((one.line.indicator, flip.item.variable))
    assert len(tried) >= 3


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalog, Inputs]:
    project = TinyProject(tmp_path_factory.mktemp("tiny"))
    project.rule("R1", '{all_of: [{at_least: "90"}, {improving: base}]}')
    project.rule("R3", '{any_of: [{equals: "70"}, {between: ["80", "85"]}]}')
    catalog = project.catalog(units=False)
    return catalog, read_inputs(catalog, "try")


def put(inputs: Inputs, variable: str, period: str, value: str) -> Inputs:
    """The inputs with a value as a source would print it."""
    key = ("999001", variable, period)
    item = replace(inputs.items[key], value=F(value), value_received=value)
    return replace(inputs, items={**inputs.items, key: item})


DAYS = {("air.days_good", "2024"): "good", ("air.days_valid", "2024"): "valid", ("air.days_good", "2022"): "base"}


def good_air(days: dict[str, int], planned: bool) -> bool:
    """The rules of R1 in words: 95 % in the plan; 90 %, and better than the base year, in the set."""
    if not days["valid"] or not days["base_valid"]:
        return False
    now, before = F(days["good"], days["valid"]) * 100, F(days["base"], days["base_valid"]) * 100
    return now >= 95 if planned else now >= 90 and now > before


@settings(max_examples=25)
@given(st.integers(1, 366), st.integers(300, 366), st.integers(1, 300))
def test_no_smaller_change_of_days_flips_it(tiny: tuple[Catalog, Inputs], good: int, valid: int, base: int) -> None:
    """Every number of days within the limits is tried: parts within their whole, 366 days at most, up to twice the value."""
    catalog, inputs = tiny
    days = {"good": min(good, valid), "valid": valid, "base": base, "base_valid": 365}
    made = put(inputs, "air.days_good", "2024", str(days["good"]))
    made = put(put(made, "air.days_valid", "2024", str(valid)), "air.days_good", "2022", str(base))
    limits = {"good": (0, valid), "valid": (days["good"], 366), "base": (0, 365), "base_valid": (base, 366)}
    for one in fragilities(catalog, made, "999001"):
        if one.line.indicator != "R1":
            continue
        for flip in one.flips:
            name = DAYS.get((flip.item.variable, flip.item.period), "base_valid")
            low, high = limits[name]
            verdicts = {n: good_air({**days, name: n}, one.line.basis == "plan") for n in range(low, min(high, 2 * days[name]) + 1)}
            assert verdicts[days[name]] == (one.status == "met")
            flipped = [n - days[name] for n, verdict in verdicts.items() if verdict != verdicts[days[name]]]
            down, up = max((n for n in flipped if n < 0), default=None), min((n for n in flipped if n > 0), default=None)
            assert (flip.down, flip.up) == (None if down is None else -down, up), name


@settings(max_examples=40)
@given(st.integers(500, 1000), st.integers(0, 1))
def test_rules_with_two_ends_flip_at_the_nearest(tiny: tuple[Catalog, Inputs], tenths: int, digits: int) -> None:
    """Equal to 70, or between 80 and 85; the value printed with one decimal or none."""
    catalog, inputs = tiny
    scale = 10**digits
    units = tenths * scale // 10
    text = f"{units / scale:.{digits}f}"
    found = by_row(catalog, put(inputs, "reported.sewage.rate", "2024", text), "999001")["set", "R3", ""]

    def holds(count: int) -> bool:
        value = F(count, scale)
        return value == 70 or 80 <= value <= 85

    flip = found.flips[0]
    assert flip.step == F(1, scale)
    up = next((n - units for n in range(units, 2 * units + 1) if holds(n) != holds(units)), None)
    down = next((units - n for n in range(units, -1, -1) if holds(n) != holds(units)), None)
    assert (found.status == "met", flip.up, flip.down) == (holds(units), up, down)


def test_rounding_alone_decides(project: TinyProject) -> None:
    """2699 ÷ 3000 = 89.97 % is printed 90.0: it fails ≥90 by its full value, and holds by the printed one."""
    project.value("2024", "air.days_good", "2699")
    project.value("2024", "air.days_valid", "3000")
    project.edit("params/variables.yml", ', maximum: "366"', "")

    def found() -> Fragility:
        catalog = project.catalog(units=False)
        return by_row(catalog, read_inputs(catalog, "try"), "999001")["set", "R1", ""]

    one = found()
    assert (one.status, one.by_value) == ("not_met", True)
    assert "value" in one.rounding.split(";")
    project.edit("params/sets/demo.yml", "compare: full_value", "compare: rounded_value")
    one = found()
    assert (one.status, one.by_value, one.flips[0].steps) == ("met", True, 1)  # ÷ 3001 is 89.94, printed 89.9
    project.value("2024", "air.days_good", "2650")
    assert found().rounding == ""


def test_half_a_digit_of_an_input_may_decide(project: TinyProject) -> None:
    project.value("2024", "reported.sewage.rate", "70.0")
    catalog = project.catalog(units=False)
    one = by_row(catalog, read_inputs(catalog, "try"), "999001")["set", "R3", ""]  # ≥70
    assert (one.status, one.rounding, one.flips[0].down) == ("met", "input", 1)


def test_the_last_digit_is_that_of_the_source() -> None:
    item = Input("f!A1", "1", "v", "2024", F("13000"), "吨", "f", "A1", "13000", "吨")
    assert last_digit(item) == 1
    assert last_digit(replace(item, value_received="13000.0")) == F(1, 10)
    assert last_digit(replace(item, value_received="1.30", factor=F(10000))) == 100
    assert last_digit(replace(item, value_received="1.30", factor=F(10000), value=None)) is None
    assert last_digit(replace(item, value_received="13,000")) == 1
    assert last_digit(replace(item, value=F("71.5"), value_received="约71.5", correction_id="K1")) == F(1, 10)
    assert last_digit(replace(item, value=F(2, 3), value_received="三分之二")) is None


def test_a_number_with_separators_keeps_its_digits(project: TinyProject) -> None:
    project.value("2024", "reported.sewage.rate", "1,072.50")
    assert project.result("R3")["rounded_value"] == "1072.50"
    catalog = project.catalog(units=False)
    assert by_row(catalog, read_inputs(catalog, "try"), "999001")["set", "R3", ""].flips[0].step == F(1, 100)


def test_an_input_without_a_last_digit_says_so(tiny: tuple[Catalog, Inputs]) -> None:
    catalog, inputs = tiny
    key = ("999001", "reported.sewage.rate", "2024")
    read = replace(inputs.items[key], value=F(217, 3), value_received="约72", correction_id="K1")
    made = replace(inputs, items={**inputs.items, key: read})
    flip = by_row(catalog, made, "999001")["set", "R3", ""].flips[0]
    assert (flip.steps, flip.change, flip.percent, flip.reason) == (None, None, None, "no_last_digit")


def test_a_value_of_zero_is_followed_in_steps(tiny: tuple[Catalog, Inputs]) -> None:
    catalog, inputs = tiny
    made = put(inputs, "reported.waste.total", "2023", "0.5")
    flip = by_row(catalog, put(made, "reported.waste.total", "2024", "0.0"), "999001")["set", "R4", ""].flips[0]
    assert (flip.up, flip.percent) == (5, None)  # 持续下降: 0.5 is no longer less than 0.5


def test_the_table_has_the_most_fragile_first(catalog: Catalog) -> None:
    inputs = read_inputs(catalog, "chongming-2023")
    frame = ek.break_even(catalog, inputs)
    assert list(frame.columns) == COLUMNS
    assert not frame.duplicated(["basis", "set", "indicator", "milestone"]).any()
    shares = frame["change_pct"].abs()
    known = shares.dropna()
    assert known.is_monotonic_increasing and shares.isna().sum() == len(frame) - len(known)
    assert frame["change_pct"].iloc[: len(known)].notna().all()
    assert set(frame["reason"]) <= {"", *words("break_even_reason")}
    assert {code for text in frame["rounding"] for code in text.split(";")} <= {"", *words("break_even_rounding")}
    every = ek.break_even(catalog, inputs, all_inputs=True)
    assert len(every) > len(frame) and set(every["role"]) == {"input", "comparator"}
    assert list(ek.break_even(catalog, read_inputs(catalog, "yichang-2024-02")).columns) == COLUMNS  # no verdict, no row
    with pytest.raises(EvalkitError):
        ek.break_even(catalog, inputs, reach="全部")
