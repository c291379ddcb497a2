"""Progress towards planned values: published plans, hand-computed rows, edge cases, and what must hold for any numbers."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import Any

import pytest
from conftest import CITE, TinyProject
from hypothesis import assume, given
from hypothesis import strategies as st

import evalkit as ek
from evalkit.assessment.judge import holds
from evalkit.assessment.progress_goal import Goal
from evalkit.assessment.progress_table import Progress, progress_of
from evalkit.assessment.progress_way import FIGURES, Point, ProgressRules, Way, compound, eurostat_grade, measure_way
from evalkit.catalog import Catalog
from evalkit.intake import Inputs, read_inputs
from evalkit.messages import EvalkitError, words

F = Fraction
AT_LEAST_90 = Goal(F(90))


def way(goal: Goal, base: float | str | None, current: float | str, years: tuple[int, int, int] = (2020, 2023, 2025), **more: Any) -> Way:
    """A way from a base year over the present to a milestone."""
    start, now, end = years
    first: Point | str = "base_missing" if base is None else Point(start, F(str(base)))
    return measure_way(goal, first, Point(now, F(str(current))), end, (), ProgressRules(**more))


# ── the published plans ──


@pytest.fixture(scope="module")
def national(catalog: Catalog) -> Inputs:
    return read_inputs(catalog, "national-135")


@pytest.fixture(scope="module")
def chongming(catalog: Catalog) -> dict[tuple[str, str], Progress]:
    inputs = read_inputs(catalog, "chongming-2023")
    return {(one.line.indicator, one.at): one for one in progress_of(catalog, inputs, "310151")}


def test_the_rebased_row_of_the_13th_plan_by_hand(catalog: Catalog, national: Inputs) -> None:
    """P01, 2019: base 81.2 (re-based from 76.7), milestone 84.5 in 2020, value 82.0: the one row published as not done."""
    found = next(iter(progress_of(catalog, national, "100000", "2019")))
    figures = found.way.figures
    assert found.line.indicator == "P01" and "rebased" in found.notes
    assert (found.base, found.current) == (Point(2015, F("81.2")), Point(2019, F(82)))
    assert figures["planned_value"] == F("84.5")
    assert figures["gap"] == F("-2.5")
    assert figures["share"] == F("0.8") / F("3.3") * 100
    assert figures["required_change"] == F("2.5")  # one year left
    assert figures["observed_change"] == F("0.2")  # 0.8 in four years
    assert figures["expected_value"] == F("83.84")  # 81.2 + 3.3 × 4/5
    assert figures["lead"] == (82 - F("83.84")) / F("3.3") * 100
    assert figures["projected_value"] == F("82.2")
    assert figures["arrival_year"] == 2032  # 2019 + 2.5 ÷ 0.2 = 2031.5
    assert figures["pace"] == 8  # 0.2 of 2.5
    assert (found.way.status, found.way.reachability, found.verdict) == ("behind", "hard", "not_met")
    assert found.way.trend_years == (2015, 2019)  # 76.7, as printed for 2015, is on another basis


def test_status_of_the_13th_plan_is_what_was_published(catalog: Catalog, national: Inputs) -> None:
    by_year = {year: {one.line.indicator: one for one in progress_of(catalog, national, "100000", year)} for year in ("2019", "2020")}
    arrived = {year: [name for name, one in found.items() if one.way.status == "arrived"] for year, found in by_year.items()}
    assert arrived["2019"] == ["P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09"]  # 8 of 9
    assert arrived["2020"] == ["P01", "P02", "P03", "P04", "P05"]
    cumulative = by_year["2019"]["P02"]  # 18 % from 0 by definition; 23.1 after four years
    assert cumulative.way.figures["share"] == F("23.1") / 18 * 100
    assert cumulative.way.figures["observed_change"] == F("5.775")
    assert cumulative.way.figures["observed_change_pct"] == "not_positive"
    assert by_year["2020"]["P06"].way.reason == "not_collected"  # not published, and nothing in its place
    assert set(by_year["2020"]["P06"].way.figures.values()) == {"not_collected"}
    last = by_year["2020"]["P01"]
    assert last.way.figures["expected_value"] == F("84.5") and last.way.figures["observed_change"] == F("1.16")
    assert last.way.figures["required_change"] == "arrived" and last.way.figures["projected_value"] == "milestone_now"
    assert last.way.figures["trend_low"] == F("0.2") and last.way.figures["trend_high"] == 5


def test_rows_of_the_chongming_plan_by_hand(chongming: dict[tuple[str, str], Progress]) -> None:
    good_days = chongming["C04.1", "2027"]  # 92.3, 89.5, 88.8 in 2021 to 2023; 2023 is the base year
    figures = good_days.way.figures
    assert figures["required_change"] == F("0.3")
    assert (figures["trend_low"], figures["trend_change"], figures["trend_high"]) == (F("-2.8"), F("-1.75"), F("-0.7"))
    assert figures["projected_value"] == F("81.8")
    assert (figures["projected_low"], figures["projected_high"]) == (F("77.6"), F(86))
    assert figures["arrival_year"] == "moving_away"
    assert figures["observed_change"] == "one_point"  # nothing is observed after the base year
    assert (good_days.way.status, good_days.way.reason) == ("", "one_point")
    assert good_days.way.reachability == "hard" and "trend_before_base" in good_days.way.notes
    satisfied = chongming["C21", "2027"]  # 83, 85.19, 85.96
    assert satisfied.way.figures["pace"] == F("1.48") / F("1.01") * 100
    assert satisfied.way.figures["arrival_year"] == 2026
    assert satisfied.way.reachability == "easy"
    pm25 = chongming["C04.2", "2027"]  # 25 at the base, ≤25
    assert pm25.way.status == "arrived" and pm25.way.figures["share"] == "base_at_target"


@pytest.mark.parametrize(
    ("row", "status", "reason", "reachability"),
    [
        ("C02", "", "qualitative", "unknown"),
        ("C05.2", "", "one_point", "unknown"),  # 持续改善: nothing after the base year
        ("C05.4", "", "not_assessed", "unknown"),
        ("C06.2", "", "not_involved", "unknown"),
        ("C08.1", "", "base_is_current", "unknown"),  # 保持稳定
        ("C08.3", "", "assigned_unknown", "unknown"),
        ("C17", "", "not_one_number", "unknown"),
        ("C22", "", "lower_bound", "unknown"),  # ≥81.8 against ≥82
        ("L01", "arrived", "", "reached"),  # ≥12 against ≥12: the bound proves it
        ("L04", "", "base_missing", "unknown"),
    ],
)
def test_rows_without_a_way_say_why(
    chongming: dict[tuple[str, str], Progress], row: str, status: str, reason: str, reachability: str
) -> None:
    found = chongming[row, "2027"].way
    assert (found.status, found.reason, found.reachability) == (status, reason, reachability)


def test_a_lagged_value_stands_in_the_year_that_it_is_of(chongming: dict[tuple[str, str], Progress]) -> None:
    solid_waste = chongming["C18", "2027"]  # columns 2021 to 2023 hold 2020 to 2022
    assert isinstance(solid_waste.current, Point) and solid_waste.current.year == 2022
    assert solid_waste.way.trend_years == (2020, 2021, 2022)
    assert solid_waste.way.figures["projected_value"] == F("50.85") + 5 * (F("50.85") - F("51.05")) / 2
    assert "lagged_year" in solid_waste.notes


@pytest.mark.parametrize(("run", "region"), [("national-135", "100000"), ("chongming-2023", "310151"), ("example-county-2024", "999001")])
def test_shares_and_arrivals_are_those_of_the_results(catalog: Catalog, run: str, region: str) -> None:
    inputs = read_inputs(catalog, run)
    period = max(catalog.runs[run].periods)
    results = {
        (row["indicator"], row["milestone"]): row
        for row in ek.assess(catalog, inputs, region, traces=False).rows
        if row["basis"] == "plan" and row["period"] == period and row["milestone"]
    }
    compared = 0
    for one in progress_of(catalog, inputs, region):
        if not one.line.milestone:
            continue
        row = results[one.line.indicator, one.at]
        share = one.way.figures["share"]
        assert bool(row["progress"]) == isinstance(share, F), row["indicator"]
        if isinstance(share, F):
            assert float(row["progress"]) == pytest.approx(float(share), rel=1e-15)
        assert one.verdict == row["status"]
        if one.way.status and "other_conditions" not in one.notes:
            assert (one.way.status == "arrived") == (row["status"] == "met"), row["indicator"]
            compared += 1
    assert compared >= 5


# ── edge cases ──


@pytest.mark.parametrize(
    ("goal", "base", "current", "expected"),
    [
        pytest.param(Goal(None, F(0)), 8, 2, {"share": F(75), "required_change": F(-1), "required_change_pct": "not_positive",
                     "arrival_year": F(2024), "status": "ahead"}, id="target of zero"),
        pytest.param(AT_LEAST_90, 90, 91, {"share": "base_at_target", "lead": "base_at_target", "expected_value": F(90),
                     "status": "arrived"}, id="base equal to the target"),
        pytest.param(AT_LEAST_90, 90, 89, {"share": "base_at_target", "gap": F(-1), "status": "behind",
                     "note": "fallen_back"}, id="fallen below a base that reached the target"),
        pytest.param(AT_LEAST_90, 95, 92, {"share": "base_beyond_target", "expected_value": F(90), "observed_change": F(-1),
                     "status": "arrived"}, id="base beyond the target"),
        pytest.param(Goal(F(70), open_low=True), 70, 70, {"share": "base_at_target", "pace": "at_open_end", "status": "on_schedule",
                     "arrival_year": "no_movement"}, id="base on the end of an open range"),
        pytest.param(Goal(F(5)), -5, 1, {"share": F(60), "observed_change": F(2), "observed_change_pct": "not_positive",
                     "required_change_pct": F(2) ** 0, "expected_value": F(1), "status": "on_schedule"}, id="sign change"),
        pytest.param(Goal(F(100), F(100)), 94, 97, {"share": F(50), "gap": F(-3), "arrival_year": F(2026), "status": "behind",
                     "lead": F(-10)}, id="equality from below"),
        pytest.param(Goal(F(100), F(100)), 94, 101, {"share": F("350") / 3, "gap": F(-1), "required_change": F(-1, 2),
                     "status": "behind", "note": "overshot"}, id="equality overshot"),
        pytest.param(Goal(F(15), F(20)), 10, 13, {"planned_value": F(15), "share": F(60), "status": "on_schedule"},
                     id="between, from below"),
        pytest.param(Goal(F(15), F(20)), 30, 19, {"planned_value": F(20), "share": F(110), "gap": F(1), "status": "arrived"},
                     id="between, from above"),
        pytest.param(Goal(F("14.5"), F("15.5"), True, True, F(15)), 16, "15.4", {"planned_value": F(15), "share": F(60),
                     "gap": F("0.1"), "status": "arrived"}, id="about: arrived on entering, the path leads to the number"),
        pytest.param(AT_LEAST_90, None, 80, {"share": "base_missing", "required_change": F(5), "gap": F(-10), "reason": "base_missing",
                     "reachability_reason": "one_point"}, id="base missing: the rest is computed"),
        pytest.param(AT_LEAST_90, 80, 80, {"arrival_year": "no_movement", "pace": F(0), "status": "behind",
                     "reachability": "hard"}, id="no movement"),
    ],
)  # fmt: skip
def test_edge_cases_have_a_defined_answer(goal: Goal, base: float | None, current: float | str, expected: dict[str, object]) -> None:
    found = way(goal, base, current)
    for name, value in expected.items():
        if name == "note":
            assert value in found.notes
        elif name == "required_change_pct" and isinstance(value, F):
            rate = found.figures[name]
            assert isinstance(rate, F) and abs((1 + rate / 100) ** 2 - 5) < F(1, 10**40)  # from 1 to 5 in two years
        else:
            assert found.figures[name] == value if name in FIGURES else getattr(found, name) == value, name
    assert set(found.figures) == set(FIGURES)


def test_bounds_only_say_what_they_prove() -> None:
    lower = Point(2023, F("81.8"), "lower")
    open_question = measure_way(Goal(F(82)), Point(2020, F(80)), lower, 2025)
    assert (open_question.status, open_question.reason) == ("", "lower_bound")
    assert {open_question.figures[name] for name in ("gap", "share", "lead", "trend_change", "required_change")} == {"lower_bound"}
    assert measure_way(Goal(F("81.8")), Point(2020, F(80)), lower, 2025).status == "arrived"
    assert measure_way(Goal(F("81.8"), open_low=True), Point(2020, F(80)), lower, 2025).status == ""
    assert measure_way(Goal(None, F(90)), Point(2020, F(80)), lower, 2025).status == ""  # it may be more than 90
    bounded_base = measure_way(Goal(F(90)), Point(2020, F(80), "lower"), Point(2023, F(85)), 2025)
    assert bounded_base.figures["share"] == "lower_bound" and bounded_base.figures["required_change"] == F(5, 2)


def test_one_point_says_nothing_of_the_pace() -> None:
    found = way(AT_LEAST_90, 80, 80, (2023, 2023, 2025))
    assert (found.status, found.reason, found.reachability_reason) == ("", "one_point", "one_point")
    assert found.figures["required_change"] == 5 and found.figures["expected_value"] == 80
    assert {found.figures[name] for name in ("observed_change", "trend_change", "projected_value", "arrival_year")} == {"one_point"}


def test_at_and_after_the_milestone_only_arrival_counts() -> None:
    late = way(AT_LEAST_90, 80, "89.99", (2020, 2026, 2025), tolerance=F(50))
    assert late.status == "behind" and late.figures["expected_value"] == 90
    assert (late.figures["required_change"], late.reachability_reason) == ("milestone_past", "milestone_past")
    assert late.figures["arrival_year"] == 2027
    assert way(AT_LEAST_90, 80, 90, (2020, 2026, 2025)).status == "arrived"
    now = way(AT_LEAST_90, 80, "89.99", (2020, 2025, 2025), tolerance=F(50))
    assert now.status == "behind" and now.figures["required_change"] == "milestone_now"
    assert way(AT_LEAST_90, 80, 85, (2025, 2026, 2025)).figures["expected_value"] == "milestone_before_base"
    early = way(AT_LEAST_90, 80, 85, (2024, 2023, 2026))
    assert early.reason == "before_base" and early.figures["observed_change"] == "before_base"


@pytest.mark.parametrize(("current", "status"), [("86.51", "ahead"), ("86.5", "on_schedule"), ("85.5", "on_schedule"), ("85.49", "behind")])
def test_the_tolerance_is_in_points_of_the_way(current: str, status: str) -> None:
    """From 80 to 90 in five years: 86 is expected after three, and 5 points of the way are 0.5."""
    assert way(AT_LEAST_90, 80, current).status == status
    mirrored = way(Goal(None, F(-90)), -80, f"-{current}")
    assert mirrored.status == status


def test_the_rules_of_reachability_are_parameters() -> None:
    history = [Point(2021, F(86)), Point(2022, F(85))]
    base, now = Point(2020, F(80)), Point(2023, F(86))  # yearly changes +6, −1, +1; mean 2; required (90 − 86) ÷ 2 = 2
    assert measure_way(AT_LEAST_90, base, now, 2025, history).reachability == "easy"
    assert measure_way(AT_LEAST_90, base, now, 2025, history, ProgressRules(easy_pace=F("100.1"))).reachability == "hard"
    assert measure_way(AT_LEAST_90, base, now, 2025, history, ProgressRules(steady=True)).reachability == "hard"
    found = measure_way(AT_LEAST_90, base, now, 2025, history)
    assert (found.figures["projected_low"], found.figures["projected_value"], found.figures["projected_high"]) == (F(84), F(90), F(98))


def test_gaps_between_observed_years_count_per_year() -> None:
    found = measure_way(AT_LEAST_90, Point(2015, F(80)), Point(2020, F(86)), 2025, [Point(2018, F(83)), Point(2021, F(99))])
    assert found.trend_years == (2015, 2018, 2020)  # what comes after the present period is not known yet
    assert (found.figures["trend_low"], found.figures["trend_high"]) == (F(1), F(3, 2))


# ── Eurostat's grades ──


@pytest.mark.parametrize(
    ("current", "grade"), [("110.25", "significant"), ("109", "moderate"), ("104", "insufficient"), ("100", "insufficient"), ("99", "away")]
)
def test_grades_by_the_ratio_of_growth(current: str, grade: str) -> None:
    """From 100 to 100 × 1.05⁵ in five years is 5 % a year; 110.25 after two years is just that."""
    goal = Goal(F(100) * F("1.05") ** 5)
    ratio, found = eurostat_grade(goal, Point(2020, F(100)), Point(2022, F(current)), 2025)
    assert found == grade and isinstance(ratio, F)
    assert current != "110.25" or abs(ratio - 100) < F(1, 10**40)


def test_grades_need_positive_values_on_the_way() -> None:
    assert eurostat_grade(AT_LEAST_90, Point(2020, F(0)), Point(2022, F(5)), 2025) == ("not_positive", "")
    assert eurostat_grade(AT_LEAST_90, Point(2020, F(95)), Point(2022, F(99)), 2025) == ("base_beyond_target", "")
    assert eurostat_grade(AT_LEAST_90, Point(2020, F(80)), Point(2020, F(80)), 2025) == ("one_point", "")
    assert eurostat_grade(AT_LEAST_90, "not_collected", Point(2020, F(80)), 2025) == ("base_missing", "")


# ── what holds for any numbers ──

NUMBERS = st.fractions(-1000, 1000, max_denominator=1000)
YEARS = st.tuples(st.integers(1, 20), st.integers(1, 20)).map(lambda gaps: (2000, 2000 + gaps[0], 2000 + gaps[0] + gaps[1]))


@given(NUMBERS, NUMBERS, YEARS)
def test_the_share_is_0_at_the_base_and_100_at_the_milestone(base: F, target: F, years: tuple[int, int, int]) -> None:
    assume(base != target)
    goal = Goal(target) if target > base else Goal(None, target)
    at = {name: measure_way(goal, Point(years[0], base), Point(years[1], value), years[2]) for name, value in (("0", base), ("1", target))}
    assert at["0"].figures["share"] == 0 and at["1"].figures["share"] == 100
    assert at["1"].status == "arrived" and at["0"].status in ("behind", "on_schedule")
    on_path = at["0"].figures["expected_value"]
    assert isinstance(on_path, F)
    there = measure_way(goal, Point(years[0], base), Point(years[1], on_path), years[2])
    assert there.figures["lead"] == 0 and there.status == "on_schedule"
    assert there.figures["pace"] == 100 and there.figures["projected_value"] == target and there.figures["arrival_year"] == years[2]


@given(NUMBERS, NUMBERS, NUMBERS, YEARS, st.fractions(F(1, 1000), 1000, max_denominator=1000), st.sampled_from((1, -1)))
def test_units_and_direction_do_not_matter(base: F, target: F, now: F, years: tuple[int, int, int], scale: F, sign: int) -> None:
    """In another unit, or counted the other way round (a share met for a share missed), nothing is judged differently."""
    factor = scale * sign

    def made(k: F) -> Way:
        goal = Goal(target * k) if k > 0 else Goal(None, target * k)
        return measure_way(goal, Point(years[0], base * k), Point(years[1], now * k), years[2])

    one, other = made(F(1)), made(factor)
    for name in ("share", "lead", "pace", "arrival_year"):
        assert one.figures[name] == other.figures[name]
    for name in ("gap", "required_change", "observed_change", "expected_value", "projected_value"):
        mine, theirs = one.figures[name], other.figures[name]
        expected = mine * (scale if name == "gap" else factor) if isinstance(mine, F) else mine
        assert theirs == expected
    assert (one.status, one.reason, one.reachability) == (other.status, other.reason, other.reachability)


_ORDER = {"behind": 0, "on_schedule": 1, "ahead": 2, "arrived": 3}


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, YEARS)
def test_a_better_value_is_never_judged_worse(base: F, target: F, first: F, second: F, years: tuple[int, int, int]) -> None:
    worse, better = sorted((first, second))
    low, high = (measure_way(Goal(target), Point(years[0], base), Point(years[1], value), years[2]) for value in (worse, better))
    assert _ORDER[low.status] <= _ORDER[high.status]
    rank = {"hard": 0, "easy": 1, "reached": 2}
    assert rank[low.reachability] <= rank[high.reachability]


@given(NUMBERS, NUMBERS, NUMBERS, YEARS, st.booleans())
def test_the_year_of_arrival_is_the_first_that_reaches_the_target(
    base: F, target: F, now: F, years: tuple[int, int, int], strict: bool
) -> None:
    goal = Goal(target, open_low=strict)
    found = measure_way(goal, Point(years[0], base), Point(years[1], now), years[2])
    year, change = found.figures["arrival_year"], found.figures["trend_change"]
    assert isinstance(change, F)
    if isinstance(year, F):
        assert goal.holds(now + change * (year - years[1]))
        assert not goal.holds(now + change * (year - 1 - years[1]))
    else:
        assert year == "arrived" if goal.holds(now) else change <= 0


@given(st.fractions(F(1, 1000), 1000), st.fractions(F(1, 1000), 1000), st.integers(1, 40))
def test_compound_rates_lead_from_one_value_to_the_other(start: F, end: F, years: int) -> None:
    rate = compound(start, end, years)
    assert isinstance(rate, F)
    assert abs(start * (1 + rate / 100) ** years / end - 1) < F(1, 10**40)


@given(NUMBERS, NUMBERS, st.sampled_from((">=", "<=", ">", "<", "==")), st.sampled_from(("", "lower", "upper")))
def test_a_goal_is_reached_when_the_rule_is_met(value: F, target: F, op: str, bound: str) -> None:
    low, high = (target if op in (">=", ">", "==") else None), (target if op in ("<=", "<", "==") else None)
    goal = Goal(low, high, open_low=op == ">", open_high=op == "<")
    assert goal.proved(value, bound) == (holds(value, op, target, bound) is True)


# ── from rules and data ──


def tiny(project: TinyProject, **more: Any) -> dict[tuple[str, str], dict[Hashable, Any]]:
    catalog = project.catalog(units=False)
    frame = ek.progress(catalog, read_inputs(catalog, project.run), **more)
    return {(row["indicator"], row["milestone"]): row for row in frame.to_dict("records")}


def replan(project: TinyProject, rule: str) -> None:
    """Plan the treatment rate for 2026 by another rule; base year 2022 with 70, present value 72.5."""
    project.edit("params/plans/trial.yml", 'milestones: ["2025"]', 'milestones: ["2025", "2026"]')
    project.edit("params/plans/trial.yml", '"2024", text: ≥75, rule: {at_least: "75"}', f'"2026", text: 改, rule: {rule}')
    project.row("2022", "reported.sewage.rate", "70")


@pytest.mark.parametrize(
    ("rule", "planned", "status"),
    [
        ("{not_worse_than: base}", 70, "arrived"),
        ('{not_worse_than: {than: base, band: "5"}}', 65, "arrived"),
        ('{improving: {than: base, band: "5"}}', 75, "on_schedule"),  # 2.5 of the 5 points asked for, in two of four years
        ('{not_worse_than: "2023"}', 71, "arrived"),
        ('{about: {value: "75", tolerance: "2"}}', 75, "on_schedule"),
        ('{about: {value: "73"}}', 73, "ahead"),
        ('{between: ["80", "90"]}', 80, "behind"),
        ('{all_of: [{at_least: "75"}, {improving: previous}]}', 75, "on_schedule"),
        ("{improving: previous}", None, "on_schedule"),
        ("{none: true}", None, ""),
    ],
)
def test_rules_of_all_kinds_become_goals(project: TinyProject, rule: str, planned: int | None, status: str) -> None:
    replan(project, rule)
    found = tiny(project)["R3", "2026"]
    assert found["planned_value"] == planned or (planned is None and found["planned_value"] != found["planned_value"])
    assert found["status"] == status


def test_the_superiors_figure_for_the_milestone_counts(project: TinyProject) -> None:
    replan(project, "{assigned: true}")
    assert tiny(project)["R3", "2026"]["reason"] == "assigned_unknown"
    project.row("2026", "assigned.sewage.rate", "80")
    found = tiny(project)["R3", "2026"]
    assert (found["planned_value"], found["share"], found["status"]) == (80, 25, "behind")


def test_annual_targets_count_until_their_year(project: TinyProject) -> None:
    project.row("2022", "reported.sewage.rate", "70")
    found = tiny(project)["R3", "2024"]
    assert (found["kind"], found["share"], found["status"]) == ("annual", 50, "behind")
    assert found["arrival_year"] == 2026 and found["trend_from"] == "2022"
    project.edit("params/runs/try.yml", 'periods: ["2024"]', 'periods: ["2025"]')
    assert ("R3", "2024") not in tiny(project)


def test_a_month_has_no_way(project: TinyProject) -> None:
    assert tiny(project, period="2024-02")["R1", "2025"]["reason"] == "not_a_year"


def test_two_values_for_one_year_tell_nothing_of_it(project: TinyProject) -> None:
    """The column 2023 holds the year 2022, with another value than the column 2022."""
    project.row("2022", "reported.sewage.rate", "70")
    project.edit("params/corrections/try.yml", 'readings: [{value: "71"}]', 'readings: [{value: "71", data_year: "2022"}]')
    catalog = project.catalog(units=False)
    one = next(p for p in progress_of(catalog, read_inputs(catalog, "try"), "999001") if p.line.indicator == "R3")
    assert one.way.trend_years == (2022, 2024)
    assert one.way.figures["trend_change"] == F(5, 4)  # from the plan's own base, 70


def test_a_rebased_year_replaces_the_reported_one(project: TinyProject) -> None:
    project.row("2021", "reported.sewage.rate", "40")
    project.row("2022", "reported.sewage.rate", "50")
    project.edit("params/plans/trial.yml", "  - row: R3\n", f'  - row: R3\n    base: {{value: "70", text: 调整, cite: {CITE}}}\n')
    catalog = project.catalog(units=False)
    one = next(p for p in progress_of(catalog, read_inputs(catalog, "try"), "999001") if p.line.indicator == "R3")
    assert one.base == Point(2022, F(70)) and one.way.figures["trend_low"] == 1  # 70, 71, 72.5
    assert one.way.trend_years == (2022, 2023, 2024) and "rebased" in one.notes


def test_every_missing_number_has_a_reason_with_words(catalog: Catalog) -> None:
    reasons = {lang: words("progress_reason", lang) for lang in ("zh", "en")}
    for run in ("national-135", "chongming-2023", "example-county-2024"):
        frame = ek.progress(catalog, read_inputs(catalog, run), eurostat=True)
        for row in frame.to_dict("records"):
            absent = dict(part.split(":") for part in row["absent"].split(";") if part)
            numbers = ["base_value", "value", *FIGURES, "growth_ratio"]
            assert {name for name in numbers if row[name] != row[name]} == set(absent)
            assert {*absent.values(), row["reason"], row["reachability_reason"]} - {""} <= set(reasons["zh"]), row["indicator"]
            assert (row["status"] == "") == bool(row["reason"])
            assert row["status"] in ("", *words("progress_status")) and row["reachability"] in words("reachability")
            assert set(row["note"].split(";")) - {""} <= set(words("note"))


@pytest.mark.parametrize("name", ["tolerance", "easy_pace"])
@pytest.mark.parametrize("value", ["-1", "约5", "five"])
def test_a_parameter_that_is_no_number_is_refused(catalog: Catalog, national: Inputs, name: str, value: str) -> None:
    with pytest.raises(EvalkitError) as caught:
        ek.progress(catalog, national, **{name: value})
    assert caught.value.problems[0].code == "bad_value" and name in caught.value.problems[0].line("en")


def test_a_period_that_is_none_is_refused(catalog: Catalog, national: Inputs) -> None:
    with pytest.raises(EvalkitError) as caught:
        ek.progress(catalog, national, period="去年")
    assert caught.value.problems[0].code == "bad_period"
