"""Progress of many regions in arrays: the same as row by row in fractions, on whatever numbers; and what must hold for any numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pandas as pd
import pytest
from conftest import TinyProject
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.assessment.progress_goal import Goal
from evalkit.assessment.progress_rows import CODES, GRADES, NOTES, REACHABILITIES, STATUSES
from evalkit.assessment.progress_table import progress_of
from evalkit.assessment.progress_way import FIGURES, Figure, Point, ProgressRules, eurostat_grade, measure_way, no_way
from evalkit.catalog import Catalog
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, words
from evalkit.values import format_full, missing_word, parse_decimal

F = Fraction
OUTSIDE = ("not_involved", "not_assessed", "no_monitoring_site")
Row = Mapping[Any, Any]

# ── the same, in fractions, one row after the other ──


def goal_of(target: Row) -> Goal | str:
    number = {name: parse_decimal(target[name]) for name in ("target", "low", "high", "point") if target.get(name)}
    if "target" in number:
        op, value = target["op"], number["target"]
        low, high = (value if op in (">=", ">", "==") else None), (value if op in ("<=", "<", "==") else None)
        return Goal(low, high, op == ">", op == "<")
    return Goal(number.get("low"), number.get("high"), point=number.get("point")) if number else "no_target"


def point_of(cell: Row | None) -> Point | str:
    if cell is None or not cell["value"]:
        return (cell or {}).get("reason") or "not_collected"
    word = missing_word(cell["value"])
    if word:
        return word
    return Point(int(cell.get("data_year") or cell["period"]), parse_decimal(cell["value"]), cell.get("bound", ""))


def expected(values: list[dict[str, str]], target: Row, region: str, now: str, rules: ProgressRules) -> dict[str, Any]:
    mine = {cell["period"]: cell for cell in values if (cell["region_code"], cell["indicator"]) == (region, target["indicator"])}
    base_at, own = target["base_period"], target.get("base_value", "")
    base = point_of(mine.get(base_at)) if base_at else "base_missing"
    current = point_of(mine.get(now))
    if own:
        base = missing_word(own) or Point(int(base_at), parse_decimal(own))
        current = base if base_at == now else current
    by_year: dict[int, set[Point]] = {}
    for period, cell in mine.items():
        point = point_of(cell)
        if period < now and isinstance(point, Point) and not (own and period < base_at):
            by_year.setdefault(point.year, set()).add(point)
    observed = [next(iter(points)) for points in by_year.values() if len(points) == 1]
    goal, grade = goal_of(target), ""
    code = current if isinstance(current, str) and current in OUTSIDE else goal if isinstance(goal, str) else ""
    shown: Figure
    if code:
        way, shown = no_way(str(code)), str(code)
    else:
        assert isinstance(goal, Goal)
        way = measure_way(goal, base, current, int(target["milestone"]), observed, rules)
        shown, grade = eurostat_grade(goal, base, current, int(target["milestone"]))
    lagged = any(cell and point_of(cell) and cell["value"] and not missing_word(cell["value"]) and cell.get("data_year", cell["period"])
                 not in ("", cell["period"]) for cell in (mine.get(now), mine.get(base_at)))  # fmt: skip
    figures = {
        "base_value": base if isinstance(base, str) else base.value,
        "value": current if isinstance(current, str) else current.value, **way.figures, "growth_ratio": shown,
    }  # fmt: skip
    figures = {name: "base_unknown" if figure == "base_missing" and not base_at else figure for name, figure in figures.items()}
    return figures | {
        "base_year": "" if isinstance(base, str) else str(base.year), "year": "" if isinstance(current, str) else str(current.year),
        "trend_from": str(way.trend_years[0]) if way.trend_years else "", "status": way.status,
        "reason": way.reason if base_at else way.reason.replace("base_missing", "base_unknown"),
        "reachability": way.reachability, "reachability_reason": way.reachability_reason, "grade": grade,
        "note": ";".join(["lagged_year"] * lagged + way.notes),
        "absent": ";".join(f"{name}:{figure}" for name, figure in figures.items() if isinstance(figure, str)),
    }  # fmt: skip


def different(row: Row, exact: Mapping[str, Any]) -> list[str]:
    found = []
    for name, wanted in exact.items():
        got = row[name]
        if isinstance(wanted, Fraction):
            if not abs(F(float(got)) - wanted) <= abs(wanted) * F(1, 10**12) if math.isfinite(got) else True:
                found.append(f"{name}: {got!r}, exactly {float(wanted)!r}")
        elif name in ("base_value", "value", "growth_ratio", *FIGURES):
            if not math.isnan(got):
                found.append(f"{name}: {got!r}, exactly {wanted!r}")
        elif got != wanted:
            found.append(f"{name}: {got!r}, exactly {wanted!r}")
    return found


def check(values: list[dict[str, str]], targets: list[dict[str, str]], now: str = "2023", *, floats: bool = False, **more: Any) -> int:
    """Compare all rows; return how many were calculated exactly."""
    frame = pd.DataFrame(values)
    if floats:
        frame["value"] = pd.to_numeric(frame["value"])
    found = ek.progress_panel(frame, pd.DataFrame(targets), period=now, eurostat=True, **more)
    regions = list(dict.fromkeys(cell["region_code"] for cell in values))
    asked = (
        [(one["region_code"], one) for one in targets] if "region_code" in targets[0] else [(r, one) for r in regions for one in targets]
    )
    rules = ProgressRules(F(more.get("tolerance", "5")), F(more.get("easy_pace", "100")), more.get("steady", False))
    rows = found.to_dict("records")
    assert [(row["region_code"], row["indicator"], row["milestone"]) for row in rows] == [
        (region, one["indicator"], one["milestone"]) for region, one in asked
    ]
    wrong = [
        (fault, one, [cell for cell in values if cell["region_code"] == region])
        for row, (region, one) in zip(rows, asked, strict=True)
        for fault in different(row, expected(values, one, region, now, rules))
    ]
    assert wrong == []
    return int(found.attrs["exact"])


# ── random rows ──

DECIMALS = st.one_of(
    st.integers(-30, 30).map(str),
    st.decimals(-100, 100, places=1).map(str),
    st.decimals(-3, 3, places=3).map(str),
    st.sampled_from(["0", "0.0", "90", "90.00000000001", "89.99999999999", "-5", "0.1", "0.2", "0.3"]),
    st.sampled_from(["123456789012345", "0.3333333333333333333333333333", "33.3333333333333333", "0.0000000000000000001"]),
)  # fmt: skip
NEAR = st.sampled_from(["85", "86", "87", "88", "88.5", "89", "89.5", "90", "90.5", "91"])
CELLS = st.one_of(DECIMALS, NEAR, NEAR, st.sampled_from(["", "不涉及", "尚未发布", "-", "无监测点"]))
PERIODS = [str(year) for year in range(2018, 2026)]


@st.composite
def value_rows(draw: st.DrawFn) -> list[dict[str, str]]:
    keys = draw(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("XY"), st.sampled_from(PERIODS)), unique=True, max_size=16))
    keys = list(dict.fromkeys([("A", "X", "2023"), ("B", "Y", "2020"), ("A", "X", "2020"), *keys]))
    rows = []
    for region, indicator, period in keys:
        beside = draw(st.sampled_from([{}] * 12 + [
            {"bound": "lower"}, {"bound": "upper"}, {"data_year": "2019"}, {"data_year": "2021"}, {"reason": "conflict"}
        ]))  # fmt: skip
        row = {"region_code": region, "indicator": indicator, "period": period, "value": draw(CELLS)}
        rows.append(row | {"bound": "", "data_year": "", "reason": ""} | beside)
    return rows


@st.composite
def target_row(draw: st.DrawFn) -> dict[str, str]:
    row = {"indicator": draw(st.sampled_from("XY")), "milestone": draw(st.sampled_from([*PERIODS, "2027", "2035"]))}
    row["base_period"] = draw(st.sampled_from([*PERIODS[:6], "2020", "2020", "2020", ""]))
    row |= dict.fromkeys(("op", "target", "low", "high", "point", "base_value"), "")
    kind = draw(st.sampled_from(["op"] * 5 + ["range", "point", "one", "none"]))
    numbers = sorted(draw(st.lists(st.one_of(DECIMALS, NEAR, NEAR), min_size=3, max_size=3)), key=parse_decimal)
    if kind == "op":
        row |= {"op": draw(st.sampled_from([">=", ">", "<=", "<", "=="])), "target": numbers[1]}
    elif kind == "one":
        row[draw(st.sampled_from(["low", "high"]))] = numbers[1]
    elif kind != "none":
        row |= {"low": numbers[0], "high": numbers[2]}
        row["point"] = numbers[1] if kind == "point" else ""
    if row["base_period"] and draw(st.integers(0, 6)) == 0:
        row["base_value"] = draw(st.one_of(NEAR, st.just("未统计")))
    return row


@settings(max_examples=150)
@given(value_rows(), st.lists(target_row(), min_size=1, max_size=5), st.booleans(), st.sampled_from(["5", "0", "0.1", "12.345"]))
def test_arrays_say_what_fractions_say(values: list[dict[str, str]], targets: list[dict[str, str]], steady: bool, limit: str) -> None:
    pace = {"5": "100", "0": "0", "0.1": "33.3", "12.345": "150"}[limit]
    check(values, targets, steady=steady, tolerance=limit, easy_pace=pace)


@settings(max_examples=35)
@given(value_rows(), st.lists(target_row(), min_size=1, max_size=4), st.sampled_from(PERIODS))
def test_whatever_the_present_year_is(values: list[dict[str, str]], targets: list[dict[str, str]], now: str) -> None:
    assume(any(cell["period"] == now for cell in values))
    check(values, [one | {"region_code": "B" if n % 2 else "A"} for n, one in enumerate(targets)], now)


def series(region: str, *texts: str, first: int = 2020, indicator: str = "X") -> list[dict[str, str]]:
    return [
        {"region_code": region, "indicator": indicator, "period": str(first + n), "value": text} for n, text in enumerate(texts) if text
    ]


def aim(op: str, target: str, milestone: str = "2025", base: str = "2020", indicator: str = "X") -> dict[str, str]:
    return {"indicator": indicator, "op": op, "target": target, "milestone": milestone, "base_period": base}


def test_floats_do_not_decide_where_they_cannot() -> None:
    """0.1 + 0.2 against 0.3, a pace of just 100 %, a lead of just the tolerance, values that only the twentieth digit tells apart."""
    values = [
        *series("A", "0", "0.1", "0.2", "0.3"), *series("B", "80", "", "", "86.5"), *series("C", "80", "", "", "86.4999999999999999999"),
        *series("D", "80", "82", "84", "86"), *series("E", "80", "82", "84", "85.9999999999999999999"),
        *series("F", "90.0001", "90.0002", "90.0002", "90.0003"), *series("G", "0.1", "0.1", "0.1", "0.1"),
    ]  # fmt: skip
    exact = check(values, [aim(">=", "0.3"), aim(">", "0.3"), aim(">=", "90"), aim(">=", "90.0004", "2024"), aim("==", "0.5")])
    assert exact <= 15  # of 35: the two regions with long figures, and rates near a grade
    statuses = ek.progress_panel(pd.DataFrame(values), pd.DataFrame([aim(">=", "90")]), period="2023").set_index("region_code")["status"]
    assert statuses.to_dict() == {"A": "behind", "B": "on_schedule", "C": "on_schedule", "D": "on_schedule", "E": "on_schedule",
                                  "F": "arrived", "G": "behind"}  # fmt: skip


def test_from_the_middle_of_a_range_the_lower_end_is_nearer() -> None:
    between = aim("", "") | {"low": "80", "high": "100"}
    check([*series("A", "90", "90", "70", "75"), *series("B", "90.1", "90", "120", "105"), *series("C", "70", "", "", "90")], [between])


def test_short_figures_need_no_exact_calculation() -> None:
    values = [row for n in range(200) for row in series(f"{n:03}", *(f"{60 + (n * k) % 37 + k / 10:.1f}" for k in range(5)))]
    assert check(values, [aim(">=", "90", "2027"), aim("<=", "60", "2030"), aim(">=", "75.5", "2024")], "2024") <= 6


def test_floats_count_as_their_shortest_decimal() -> None:
    check([*series("A", "0.1", "0.2", "0.3", "0.3"), *series("B", "81.2", "81.3", "82.05", "82")], [aim(">=", "0.3")], floats=True)


# ── what holds for any numbers ──

NUMBERS = st.decimals(-1000, 1000, places=2).map(lambda number: F(str(number)))
YEARS = st.tuples(st.integers(1, 20), st.integers(1, 20)).map(lambda gaps: (2000, 2000 + gaps[0], 2000 + gaps[0] + gaps[1]))
ORDER = {"behind": 0, "on_schedule": 1, "ahead": 2, "arrived": 3}


def rows_of(
    cases: list[tuple[F, F, F]], years: tuple[int, int, int], signs: tuple[str, str] = (">=", "<="), more: tuple[F, ...] = ()
) -> list[dict[Any, Any]]:
    """Rows of base, present value, target, each a region of its own; the target is approached from the base."""
    values, targets = [], []
    for n, (base, current, target) in enumerate(cases):
        known = {years[0]: base, years[1]: current} | {years[0] - 1 - k: value for k, value in enumerate(more)}
        values += [
            {"region_code": f"{n}", "indicator": "X", "period": str(at), "value": format_full(value, 40)} for at, value in known.items()
        ]
        op = signs[0] if target >= base else signs[1]
        targets.append(aim(op, format_full(target, 40), str(years[2]), str(years[0])) | {"region_code": f"{n}"})
    return ek.progress_panel(pd.DataFrame(values), pd.DataFrame(targets), period=years[1], eurostat=True).to_dict("records")


@settings(max_examples=35)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20), YEARS)
def test_the_share_is_0_at_the_base_and_100_at_the_milestone(pairs: list[tuple[F, F]], years: tuple[int, int, int]) -> None:
    pairs = [(base, target) for base, target in pairs if base != target]
    assume(pairs)
    for row in rows_of([(base, base, target) for base, target in pairs], years):
        assert row["share"] == 0 and row["status"] in ("behind", "on_schedule")
    for row in rows_of([(base, target, target) for base, target in pairs], years):
        assert row["share"] == 100 and row["status"] == "arrived" and row["reachability"] == "reached"


@settings(max_examples=35)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=20), YEARS, st.decimals("0.001", 1000, places=3), NUMBERS)
@example([(F("-4.97"), F("0.03"), F("5.03"))], (2000, 2003, 2006), 1, F("4.97"))
def test_units_do_not_matter_and_shifts_leave_what_is_linear(
    cases: list[tuple[F, F, F]], years: tuple[int, int, int], unit: Any, shift: F
) -> None:
    scale = F(str(unit))
    plain = rows_of(cases, years)
    scaled = rows_of([(base * scale, now * scale, target * scale) for base, now, target in cases], years)
    shifted = rows_of([(base + shift, now + shift, target + shift) for base, now, target in cases], years)
    judged = ("status", "reason", "reachability", "reachability_reason", "note")
    shares = ("share", "lead", "pace", "arrival_year")
    in_units = ("gap", "required_change", "observed_change", "trend_change", "trend_low", "trend_high")
    placed = ("planned_value", "expected_value", "projected_value")
    rates = ("required_change_pct", "observed_change_pct", "growth_ratio")
    for one, other, third in zip(plain, scaled, shifted, strict=True):
        for name in (*judged, "grade", "absent"):
            assert one[name] == other[name], name
        for name in judged:
            assert one[name] == third[name], name
        for name in (*shares, *in_units, *placed, *rates):
            factor = float(scale) if name in in_units or name in placed else 1.0
            assert other[name] == pytest.approx(one[name] * factor, rel=1e-11, abs=0, nan_ok=True), name
        for name in (*shares, *in_units):
            assert third[name] == pytest.approx(one[name], rel=1e-11, abs=0, nan_ok=True), name
        for name in placed:
            assert third[name] == pytest.approx(one[name] + float(shift), rel=1e-11, abs=1e-9, nan_ok=True), name


@settings(max_examples=35)
@given(NUMBERS, NUMBERS, st.lists(NUMBERS, min_size=2, max_size=25), YEARS, st.booleans())
def test_a_better_value_is_never_judged_worse(base: F, target: F, values: list[F], years: tuple[int, int, int], strict: bool) -> None:
    rows = rows_of([(base, value, target) for value in sorted(values)], years, (">", "<") if strict else (">=", "<="))
    if target < base:
        rows.reverse()
    rank = {"hard": 0, "easy": 1, "reached": 2}
    for worse, better in pairwise(rows):
        assert not worse["share"] > better["share"]
        assert not worse["gap"] > better["gap"]
        assert ORDER[worse["status"]] <= ORDER[better["status"]]
        assert rank.get(worse["reachability"], 0) <= rank.get(better["reachability"], 0)


# ── with ek.progress and ek.assess_panel ──


@pytest.mark.parametrize(("run", "region"), [("national-135", "100000"), ("chongming-2023", "310151"), ("example-county-2024", "999001")])
def test_plans_on_record_come_out_alike(catalog: Catalog, run: str, region: str) -> None:
    """The values and the level targets of a real plan, put into tables, against ek.progress of the run."""
    inputs = read_inputs(catalog, run)
    found = [one for one in progress_of(catalog, inputs, region) if one.line.kind == "level" and one.line.milestone]
    values, targets, wanted = [], [], []
    for one in found:
        code, points = one.line.indicator, [one.base, one.current]
        if any(isinstance(point, str) or point.bound or str(point.year) != period for point, period in
               zip(points, (one.base_period, one.period), strict=True)):  # fmt: skip
            continue
        rule: Any = one.line.rule
        if type(rule).__name__ != "Compare" or rule.of or set(one.notes) - {"example_data"}:
            continue
        for point in dict.fromkeys(points):
            assert isinstance(point, Point)
            cell = {"region_code": region, "indicator": code, "period": str(point.year), "value": format_full(point.value, 40)}
            values += [cell] if cell not in values else []
        targets.append(aim(rule.op, format_full(rule.value), one.at, one.base_period, code))
        wanted.append(one)
    rows = ek.progress_panel(pd.DataFrame(values), pd.DataFrame(targets), period=found[0].period, eurostat=True).to_dict("records")
    assert len(rows) == len(wanted) >= 3
    for row, one in zip(rows, wanted, strict=True):
        names = (
            ["status", "reason"] if one.base == one.current else ["status", "reason", "observed_change", "share", "lead", "gap", "grade"]
        )
        exact = one.record(run, True)
        for name in names:
            assert row[name] == exact[name] or row[name] == pytest.approx(exact[name], rel=1e-12, nan_ok=True), (one.line.indicator, name)


def test_a_panel_keeps_its_values_exact(project: TinyProject) -> None:
    """57 of 60 days is 95 %; 2 of 3 is not the float that the table of results shows."""
    catalog = project.catalog(units=False)
    days = {"2022": ("50", "60"), "2023": ("2", "3"), "2024": ("57", "60")}
    table = pd.DataFrame([
        {"region_code": code, "period": period, "air.days_good": good, "air.days_valid": valid if code == "1" else "",
         "reported.sewage.rate": f"{70 + int(period[-1])}.50", "reported.waste.total": "不涉及"}
        for code in ("1", "2") for period, (good, valid) in days.items()
    ])  # fmt: skip
    panel = ek.assess_panel(catalog, "demo", table, classes={"terrain": "plain"}, base_period="2022", errors="mark")
    targets = [aim(">=", "95", "2025", "2022", "R1"), aim(">", "95", "2025", "2022", "R1"), aim("==", "95", "2024", "2022", "R1")]
    found = ek.progress_panel(panel, pd.DataFrame([*targets, aim(">=", "80", "2026", "2022", "R3")]))
    first = found[(found["region_code"] == "1") & (found["indicator"] == "R1")].to_dict("records")
    assert [row["status"] for row in first] == ["arrived", "ahead", "arrived"]
    points = [Point(2022, F(250, 3)), Point(2023, F(200, 3)), Point(2024, F(95))]
    for row, goal, end in zip(first, (Goal(F(95)), Goal(F(95), open_low=True), Goal(F(95), F(95))), (2025, 2025, 2024), strict=True):
        way = measure_way(goal, points[0], points[2], end, points[1:2])
        assert different(row, {**way.figures, "status": way.status, "reachability": way.reachability, "trend_from": "2022"}) == []
    second = found[(found["region_code"] == "2") & (found["indicator"] == "R1")]
    assert set(second["reason"]) == {"not_collected"} and set(second["status"]) == {""}
    beside = pd.DataFrame([aim(op, "66.66666666666667", "2025", "2022", "R1") for op in (">=", "<")])  # as the float is printed
    assert ek.progress_panel(panel, beside, period="2023")["status"].tolist()[:2] == ["behind", "arrived"]
    sewage = found[found["indicator"] == "R3"].iloc[0]
    assert (sewage["base_value"], sewage["value"], sewage["share"]) == (72.5, 74.5, float(F(2, F("7.5")) * 100))


def test_quotients_are_judged_as_fractions(project: TinyProject) -> None:
    """Shares of few days: many are equal, many lie at the target, hardly any is a short decimal."""
    catalog, random = project.catalog(units=False), Random(7)
    days = {
        (f"{n}", year): (good := random.randint(0, 12), random.randint(max(good, 1), 12)) for n in range(60) for year in range(2019, 2025)
    }
    table = pd.DataFrame([
        {"region_code": code, "period": str(year), "air.days_good": str(good), "air.days_valid": str(valid)}
        for (code, year), (good, valid) in days.items()
    ])  # fmt: skip
    panel = ek.assess_panel(catalog, "demo", table, classes={"terrain": "plain"}, base_period="2021")
    aims = [(op, text) for op in (">=", "<", "==") for text in ("75", "66.66666666666667", "100", "0", "33.3", "50")]
    targets = [aim(op, text, "2026", "2021", "R1") for op, text in aims]
    found = ek.progress_panel(panel, pd.DataFrame(targets), period="2023", eurostat=True, steady=True)
    wrong = []
    for n, row in enumerate(found.to_dict("records")):
        points = {year: Point(year, F(100 * good, valid)) for (code, year), (good, valid) in days.items() if code == row["region_code"]}
        goal = goal_of(targets[n % len(targets)])
        assert isinstance(goal, Goal)
        way = measure_way(goal, points[2021], points[2023], 2026, list(points.values()), ProgressRules(steady=True))
        ratio, grade = eurostat_grade(goal, points[2021], points[2023], 2026)
        exact = {"status": way.status, "reason": way.reason, "reachability": way.reachability, "note": ";".join(way.notes), "grade": grade}
        wrong += different(row, {**way.figures, "growth_ratio": ratio, **exact})
    assert wrong == [] and 0 < found.attrs["exact"] < len(found) / 2


def test_a_lead_of_just_the_tolerance_and_a_pace_of_just_100(project: TinyProject) -> None:
    """Quotients that no float holds: from n/d to 100 % in five years, of which two are over; 45 % of the way, or just on the path."""
    catalog = project.catalog(units=False)
    cases = [(f"{d}-{n}", n, d) for d in (60, 140, 180, 220, 260, 340) for n in range(20, d - 20, 20)]
    rows = []
    for code, n, d in cases:
        for sort, at in (("lead", n + F(45, 100) * (d - n)), ("pace", n + F(2, 5) * (d - n))):
            assert at.denominator == 1
            for period, good in (("2021", n), ("2023", int(at))):
                rows.append({"region_code": f"{sort} {code}", "period": period, "air.days_good": str(good), "air.days_valid": str(d)})
    panel = ek.assess_panel(catalog, "demo", pd.DataFrame(rows), classes={"terrain": "plain"}, base_period="2021")
    found = ek.progress_panel(panel, pd.DataFrame([aim(">=", "100", "2026", "2021", "R1")]))
    lead, pace = (found[found["region_code"].astype(str).str.startswith(sort)] for sort in ("lead", "pace"))
    assert len(lead) == len(pace) == len(cases)
    assert set(lead["status"]) == {"on_schedule"} and set(lead["lead"]) == {5.0}
    assert set(pace["reachability"]) == {"easy"} and set(pace["pace"]) == {100.0} and set(pace["arrival_year"]) == {2026.0}


def test_what_stands_beside_a_figure_of_a_panel_counts(project: TinyProject) -> None:
    """A value of the year before its column, and one that is only a lower bound."""
    catalog = project.catalog(units=False)
    figures = [("1", "2022", "70", "", ""), ("1", "2024", "76", "", "2023"), ("2", "2022", "70", "", ""), ("2", "2024", "78", "lower", "")]
    table = pd.DataFrame([
        {"region_code": code, "period": period, "variable": "reported.sewage.rate", "value": value, "bound": bound, "data_year": year}
        for code, period, value, bound, year in figures
    ])  # fmt: skip
    panel = ek.assess_panel(catalog, "demo", table, classes={"terrain": "plain"}, base_period="2022")
    targets = pd.DataFrame(
        [aim(">=", "80", "2026", "2022", "R3"), aim(">=", "78", "2026", "2022", "R3"), aim(">=", "1", base="2022", indicator="R2")]
    )
    found = ek.progress_panel(panel, targets)
    assert found["year"].tolist() == ["2023", "2023", "", "2024", "2024", ""]
    assert found["status"].tolist() == ["ahead", "ahead", "", "", "arrived", ""]
    assert found["reason"].tolist() == ["", "", "qualitative", "lower_bound", "", "qualitative"]
    assert found["observed_change"].tolist()[:2] == [6, 6] and found["required_change"][0] == pytest.approx(4 / 3)
    assert found["note"].tolist()[0] == "lagged_year;one_change" and found.attrs["exact"] == 4


def test_a_set_that_compares_rounded_values_does_so_here(project: TinyProject) -> None:
    """94.96 % is printed as 95.0 and reaches 95 where the set compares what is printed."""
    project.edit("params/sets/demo.yml", "compare: full_value", "compare: rounded_value")
    catalog = project.catalog(units=False)
    table = pd.DataFrame(
        {"region_code": ["1", "1"], "period": ["2022", "2024"], "air.days_good": ["80", "339"], "air.days_valid": ["100", "357"]}
    )
    panel = ek.assess_panel(catalog, "demo", table, classes={"terrain": "plain"}, base_period="2022")
    [row] = ek.progress_panel(panel, pd.DataFrame([aim(">=", "95", "2025", "2022", "R1")])).to_dict("records")
    assert (row["status"], row["gap"]) == ("arrived", pytest.approx(float(F(339, 357) * 100 - 95), rel=1e-12))


# ── tables that are at fault ──

GOOD = series("A", "80", "82", "84", "86")


@pytest.mark.parametrize(
    ("values", "target", "code"),
    [
        ([{"region_code": "A", "period": "2023", "value": "1"}], aim(">=", "90"), "progress_columns"),
        ([*GOOD, GOOD[0]], aim(">=", "90"), "table_repeated"),
        ([GOOD[0] | {"value": "约80"}], aim(">=", "90"), "table_number"),
        ([GOOD[0] | {"bound": "≥"}], aim(">=", "90"), "bad_value"),
        ([GOOD[0] | {"value": "", "reason": "lost"}], aim(">=", "90"), "bad_value"),
        (GOOD, aim(">=", "90", indicator="Z"), "unknown_id"),
        (GOOD, aim(">=", "90") | {"region_code": "Q"}, "unknown_id"),
        (GOOD, aim("≥", "90"), "bad_value"),
        (GOOD, aim("", "90"), "bad_value"),
        (GOOD, aim(">=", ""), "bad_value"),
        (GOOD, aim(">=", "不涉及"), "table_number"),
        (GOOD, aim(">=", "九十"), "table_number"),
        (GOOD, aim(">=", "90") | {"low": "80"}, "bad_value"),
        (GOOD, aim("", "") | {"low": "90", "high": "80"}, "bad_value"),
        (GOOD, aim("", "") | {"low": "90", "point": "91"}, "bad_value"),
        (GOOD, aim(">=", "90", "近期"), "bad_period"),
        (GOOD, aim(">=", "90", ""), "bad_period"),
        (GOOD, aim(">=", "90", base="") | {"base_value": "70"}, "bad_value"),
        (GOOD, {"indicator": "X", "milestone": "2025"}, "progress_columns"),
    ],
)  # fmt: skip
def test_a_table_at_fault_is_refused(values: list[dict[str, str]], target: dict[str, str], code: str) -> None:
    with pytest.raises(EvalkitError) as caught:
        ek.progress_panel(pd.DataFrame(values), pd.DataFrame([target]))
    assert code in [problem.code for problem in caught.value.problems]
    assert all(problem.line(lang) for problem in caught.value.problems for lang in ("zh", "en"))


def test_parameters_at_fault_are_refused() -> None:
    values, targets = pd.DataFrame(GOOD), pd.DataFrame([aim(">=", "90")])
    with pytest.raises(EvalkitError, match="2031"):
        ek.progress_panel(values, targets, period="2031")
    with pytest.raises(EvalkitError, match="tolerance"):
        ek.progress_panel(values, targets, tolerance="-1")


def test_months_have_no_way_and_nothing_gives_nothing() -> None:
    months = pd.DataFrame([row | {"period": f"{row['period']}-02"} for row in GOOD])
    assert set(ek.progress_panel(months, pd.DataFrame([aim(">=", "90")]))["reason"]) == {"not_a_year"}
    assert set(ek.progress_panel(pd.DataFrame(GOOD), pd.DataFrame([aim(">=", "90", "2025-06")]))["reason"]) == {"not_a_year"}
    assert len(ek.progress_panel(pd.DataFrame(GOOD), pd.DataFrame([aim(">=", "90")]).iloc[:0])) == 0


def test_every_code_has_words() -> None:
    assert set(CODES) - {"", "not_issued"} <= set(words("progress_reason"))
    assert set(STATUSES) - {""} == set(words("progress_status")) and set(REACHABILITIES) == set(words("reachability"))
    assert set(GRADES) - {""} == set(words("progress_grade")) and {*NOTES, "lagged_year"} <= set(words("note"))


def test_the_columns_are_those_of_progress() -> None:
    from evalkit.assessment.progress_table import COLUMNS

    own = list(ek.progress_panel(pd.DataFrame(GOOD), pd.DataFrame([aim(">=", "90")]), eurostat=True).columns)
    assert own == [name for name in COLUMNS if name in own]
