"""Planned values that hold every year, sums of years, the demand to better a whole set, parts of a region, no base year."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from conftest import CITE, TinyProject
from hypothesis import assume, given
from hypothesis import strategies as st
from states import write_state

import evalkit as ek
from evalkit.assessment.judge import holds
from evalkit.assessment.lines import lines_of, plan_lines
from evalkit.assessment.progress_goal import Goal
from evalkit.assessment.progress_kinds import held_way, sum_way
from evalkit.assessment.progress_way import FIGURES, Point, ProgressRules
from evalkit.catalog.models import Measure
from evalkit.catalog.rules import Between, ByClass, Compare, KOfN, Qualitative, Rule, Trend
from evalkit.catalog.stricter import has_number, implies, strict_text, strictly_better
from evalkit.collection.forms_plan import plan_forms
from evalkit.messages import EvalkitError, filled, words
from evalkit.project import Project
from evalkit.report.fill import context_from_catalog
from evalkit.report.look import note
from evalkit.report.model import build_model
from evalkit.review.diff import diff
from evalkit.review.states import KEY

F = Fraction
PLAN = "params/plans/trial.yml"


class Planned(TinyProject):
    """The tiny project with a plan of its own."""

    def plan(self, indicators: str, *, base: str = 'base_period: "2022"\n', more: str = "", milestones: str = '["2025", "2030"]') -> None:
        self.write(
            PLAN,
            f"""\
id: trial
region: "999001"
name_zh: 试验规划
name_en: trial plan
document: doc
{base}milestones: {milestones}
set: demo
{more}indicators:
{indicators}""",
        )

    def measure(self, name: str, unit: str, direction: str) -> None:
        """Add a measure that is only reported."""
        line = f'  - {{id: {name}, name_zh: {name}, name_en: x, unit: "{unit}", kind: number, direction: {direction}, reported_only: no}}\n'
        self.write("params/measures/all.yml", self.text("params/measures/all.yml") + line)

    def periods(self, *names: str) -> None:
        quoted = ", ".join(f'"{name}"' for name in names)
        self.edit("params/runs/try.yml", 'periods: ["2024"]', f"periods: [{quoted}]")

    def totals(self, **values: str) -> None:
        """Put yearly amounts into the data (总量, 吨) in place of those that are there."""
        kept = [line for line in self.text(self.data).splitlines() if ",reported.waste.total," not in line]
        self.write(self.data, "\n".join(kept) + "\n")
        for year, value in values.items():
            self.row(year[1:], "reported.waste.total", value, "吨")

    def planned(self) -> dict[tuple[str, str, str], dict[str, str]]:
        """Return the rows of the plan; no two share a key."""
        rows = self.assess().rows
        keys = [tuple(row[name] for name in KEY) for row in rows]
        assert len(set(keys)) == len(keys)
        return {(row["period"], row["indicator"], row["milestone"]): row for row in rows if row["basis"] == "plan"}

    def progress(self, **more: Any) -> dict[tuple[str, str], dict[str, Any]]:
        frame = ek.progress(self.catalog(units=False), self.inputs(), **more)
        return {(row["indicator"], row["milestone"]): {str(k): v for k, v in row.items()} for row in frame.to_dict("records")}


@pytest.fixture
def project(tmp_path: Any) -> Planned:
    return Planned(tmp_path)


def value(row: str, *values: str) -> str:
    return f"  - row: {row}\n    values:\n" + "".join(f"      - {{{text}, cite: {CITE}}}\n" for text in values)


def own(row: str, measure: str, *values: str, unit: str = "吨", more: str = "") -> str:
    head = f"  - id: {row}\n    seq: '9'\n    domain: 其他\n    name_zh: 造林面积\n    name_en: forest\n    unit: {unit}\n"
    listed = "    values:\n" + "".join(f"      - {{{text}, cite: {CITE}}}\n" for text in values) if values else ""
    return f"{head}    measure: {measure}\n    attribute: local\n{more}{listed}"


EVERY = 'kind: every_year, since: "2023", text: 保持≥72, rule: {at_least: "72"}'
SUM = 'at: "2025", kind: cumulative, since: "2021", text: 十四五期间50, rule: {at_least: "50"}'


# ── 持续, 保持 ──


def test_what_holds_every_year_is_judged_in_each_of_its_years_and_as_a_milestone(project: Planned) -> None:
    project.plan(value("R3", f'at: "2025", {EVERY}'))
    project.periods("2022", "2023", "2024", "2025", "2026")
    found = {key: row["status"] for key, row in project.planned().items()}
    assert found == {
        ("2022", "R3", "2025"): "missing",  # before its first year only a milestone that is to come
        ("2023", "R3", "2025"): "not_met",  # 71
        ("2023", "R3", ""): "not_met",
        ("2024", "R3", "2025"): "met",  # 72.5
        ("2024", "R3", ""): "met",
        ("2025", "R3", "2025"): "missing",
        ("2025", "R3", ""): "missing",
    }  # 2026 is nobody's year any more
    row = project.planned()["2024", "R3", ""]
    assert (row["note"], row["target_text"], row["gap"], row["progress"]) == ("every_year;example_data", "保持≥72", "0.5", "")


def test_a_promise_that_ends_at_no_milestone_is_judged_in_its_years_only(project: Planned) -> None:
    project.plan(value("R3", f'at: "2024", {EVERY}'))
    project.periods("2022", "2023", "2024", "2025")
    assert set(project.planned()) == {("2023", "R3", ""), ("2024", "R3", "")}


def test_what_holds_in_one_year_is_asked_together(project: Planned) -> None:
    """Two promises, an annual target and the plan's own threshold meet in one year: one row, which asks all of them."""
    project.plan(
        own("L1", "sewage.rate", f'at: "2025", {EVERY}',
            'at: "2030", kind: every_year, since: "2024", text: 保持≥70, rule: {at_least: "70"}',
            'at: "2024", text: ≥73, rule: {at_least: "73"}', unit='"%"',
            more=f'    target: {{text: ≥60, rule: {{at_least: "60"}}, cite: {CITE.replace("recalled", "derived, note: 推算")}}}\n')
    )  # fmt: skip
    project.periods("2022", "2023", "2024", "2026")
    found = project.planned()
    together = found["2024", "L1", ""]
    assert together["target_text"] == "≥60；保持≥72；保持≥70；≥73"
    assert (together["status"], together["target_state"]) == ("not_met", "recalled")  # 72.5 misses the annual 73 alone
    assert found["2022", "L1", ""]["target_text"] == "≥60"
    assert found["2023", "L1", ""]["target_text"] == "≥60；保持≥72"
    assert found["2026", "L1", ""]["target_text"] == "≥60；保持≥70"
    assert ("2026", "L1", "2025") not in found and ("2026", "L1", "2030") in found
    trace = next(
        t for t in project.assess().traces if t["key"]["period"] == "2024" and t["key"]["basis"] == "plan" and not t["key"]["milestone"]
    )
    assert [cite["state"] for cite in trace["target"]["also"]] == ["recalled"] * 3


def test_equal_promises_stand_once(project: Planned) -> None:
    project.plan(value("R3", f'at: "2025", {EVERY}', f'at: "2030", {EVERY}'))
    assert project.planned()["2024", "R3", ""]["target_text"] == "保持≥72"


def test_progress_of_a_promise_is_whether_it_is_kept(project: Planned) -> None:
    project.plan(value("R3", f'at: "2025", {EVERY}'))
    project.row("2022", "reported.sewage.rate", "60")
    found = project.progress(period="2024")["R3", "2025"]
    assert (found["status"], found["reachability"], found["planned_as"], found["since"]) == ("arrived", "reached", "every_year", "2023")
    assert found["by_year"] == "2023:not_met;2024:met" and found["note"] == "every_year;broken_before;example_data"
    assert found["expected_value"] == 72 and found["gap"] == 0.5 and found["observed_change"] == 6.25
    assert {"share:every_year", "lead:every_year", "arrival_year:every_year", "pace:every_year"} <= set(found["absent"].split(";"))
    project.value("2024", "reported.sewage.rate", "71.9")
    project.value("2023", "reported.sewage.rate", "72")
    project.write("params/corrections/try.yml", "corrections: []\n")
    found = project.progress(period="2024")["R3", "2025"]
    assert (found["status"], found["reachability"], found["reachability_reason"]) == ("behind", "unknown", "every_year")
    assert found["by_year"] == "2023:met;2024:not_met" and "broken_before" not in found["note"]
    project.value("2024", "reported.sewage.rate", "72")
    assert "kept_since" in project.progress(period="2024")["R3", "2025"]["note"]
    assert project.progress(period="2026") == {}  # its years are over


def test_before_its_first_year_a_promise_is_to_be_reached_by_then(project: Planned) -> None:
    project.plan(value("R3", 'at: "2030", kind: every_year, since: "2026", text: 保持≥80, rule: {at_least: "80"}'))
    project.row("2022", "reported.sewage.rate", "70")
    found = project.progress()["R3", "2030"]
    assert found["expected_value"] == 75  # half of the way from 2022 to 2026, not a quarter of that to 2030
    assert (found["share"], found["status"], found["by_year"]) == (25, "behind", "")


NUMBERS = st.fractions(-1000, 1000, max_denominator=1000)


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from((">=", "<=", ">", "<", "==")), st.sampled_from(("", "lower", "upper")))
def test_a_promise_is_kept_when_the_rule_is_met(base: F, target: F, now: F, op: str, bound: str) -> None:
    low, high = (target if op in (">=", ">", "==") else None), (target if op in ("<=", "<", "==") else None)
    found = held_way(Goal(low, high, open_low=op == ">", open_high=op == "<"), Point(2020, base), Point(2023, now, bound), 2025)
    met = holds(now, op, target, bound)
    assert (found.status == "arrived") == (met is True) and (found.status == "behind") <= (met is not True)
    assert set(found.figures) == set(FIGURES) and found.reachability in ("reached", "unknown")


# ── 累计 ──


def test_a_sum_of_years_is_exact_and_traced_to_each_year(project: Planned) -> None:
    project.plan(own("L1", "waste.total", SUM))
    project.totals(y2021="9", y2022="10.25", y2023="13", y2024="12.5")
    project.periods("2020", "2023", "2024", "2024-06", "2026")
    found = project.planned()
    now = found["2024", "L1", "2025"]
    assert (now["value"], now["rounded_value"], now["value_source"], now["gap"]) == ("44.75", "44.75", "computed", "-5.25")
    assert (now["base_period"], now["base_value"], now["previous_value"], now["progress"]) == ("2020", "0", "", "89.5")
    assert (now["status"], now["note"]) == ("not_met", "cumulative:2021-2024;example_data")
    assert found["2023", "L1", "2025"]["value"] == "32.25"
    assert (found["2020", "L1", "2025"]["status"], found["2020", "L1", "2025"]["note"]) == ("no_target", "sum_not_begun;example_data")
    assert (found["2024-06", "L1", "2025"]["status"], found["2024-06", "L1", "2025"]["note"]) == (
        "no_target",
        "sum_needs_years;example_data",
    )
    assert found["2024-06", "L1", "2025"]["value"] == ""  # not zero
    assert ("2026", "L1", "2025") not in found
    trace = project.assess().trace("L1", "2024")
    assert trace is not None and trace["formula"]["substituted"] == "9 + 10.25 + 13 + 12.5" and trace["exact"] == "179/4"
    assert trace["summed"] == {"2021": "9", "2022": "10.25", "2023": "13", "2024": "12.5"}
    assert [(item["period"], item["cell"] != "") for item in trace["inputs"]] == [(str(year), True) for year in range(2021, 2025)]


def test_sums_of_computed_values_are_not_rounded_between(project: Planned) -> None:
    project.plan(own("L1", "air.good_day_ratio", SUM.replace("2021", "2023"), unit='"%"'))
    project.row("2023", "air.days_good", "300", "天")
    project.row("2023", "air.days_valid", "365", "天")
    exact = F(300, 365) * 100 + F(333, 366) * 100
    trace = next(t for t in project.assess().traces if t["key"]["indicator"] == "L1")
    assert F(trace["exact"]) == exact
    assert (trace["value"], trace["rounded"]) == ("173.17538737929486", "173.2")


@pytest.mark.parametrize(
    ("year", "cell", "status", "reason"),
    [
        ("2022", "未发布", "missing", "not_published"),
        ("2022", "", "missing", "not_collected"),
        ("2022", "不涉及", "missing", "not_collected"),  # of one year: the sum is absent, the indicator is not
        ("2024", "尚未发布", "missing", "not_published"),
    ],
)
def test_one_year_without_a_value_leaves_no_sum(project: Planned, year: str, cell: str, status: str, reason: str) -> None:
    project.plan(own("L1", "waste.total", SUM))
    project.totals(**{"y2021": "9", "y2022": "10", "y2023": "13", "y2024": "12", f"y{year}": cell})
    row = project.planned()["2024", "L1", "2025"]
    assert (row["status"], row["reason"], row["value"], row["progress"]) == (status, reason, "", "")
    assert row["note"] == f"cumulative:2021-2024;missing_year:{year};example_data"
    found = project.progress()["L1", "2025"]
    assert found["reason"] == reason and f"{year}:" in found["by_year"] and found["value"] != found["value"]


def test_what_applies_in_no_year_does_not_apply(project: Planned) -> None:
    project.plan(own("L1", "waste.total", SUM))
    project.totals(y2021="不涉及", y2022="不涉及", y2023="不涉及", y2024="不涉及")
    assert project.planned()["2024", "L1", "2025"]["status"] == "not_applicable"


def test_a_figure_of_another_year_is_not_added_twice(project: Planned) -> None:
    project.plan(own("L1", "waste.total", SUM.replace("2021", "2023")))
    head, *lines = project.text(project.data).splitlines()
    lines = [f"{line},{'2023' if ',2024,reported.waste' in line else ''}" for line in lines]
    project.write(project.data, "\n".join([f"{head},data_year", *lines]) + "\n")
    row = project.planned()["2024", "L1", "2025"]
    assert (row["status"], row["reason"]) == ("missing", "not_collected") and "missing_year:2024" in row["note"]


BOUND = """\
  - id: K{0}
    file: try/data.csv
    region: "999001"
    period: "{0}"
    variable: reported.waste.total
    expect: {1}
    readings: [{{value: "{2}", bound: {3}}}]
    reason: 来源如此
    author: 试验员
    date: "2025-01-02"
    evidence: 原件
"""


def test_bounds_make_a_bound_and_opposite_ones_nothing(project: Planned) -> None:
    project.plan(own("L1", "waste.total", SUM))
    project.totals(y2021="9", y2022="10", y2023="13以上", y2024="20")
    lower = "corrections:\n" + BOUND.format("2023", "13以上", "13", "lower")
    project.edit(project.data, "999001,试验县,2023,reported.sewage.rate,约71,%,住建\n", "")
    project.write("params/corrections/try.yml", lower)
    row = project.planned()["2024", "L1", "2025"]
    assert (row["status"], row["value_text"], row["gap"]) == ("met", "≥52", "") and "lower_bound" in row["note"]  # 52 or more
    assert project.progress()["L1", "2025"]["status"] == "arrived"
    project.value("2024", "reported.waste.total", "20以下")
    project.write("params/corrections/try.yml", lower + BOUND.format("2024", "20以下", "20", "upper"))
    row = project.planned()["2024", "L1", "2025"]
    assert (row["status"], row["reason"], row["value"]) == ("pending", "awaiting_evidence", "")


def test_an_upper_limit_is_open_until_its_years_are_over(project: Planned) -> None:
    project.plan(own("L1", "waste.total", SUM.replace("at_least", "at_most")))
    project.totals(y2021="9", y2022="10", y2023="11", y2024="12", y2025="7")
    project.periods("2024", "2025")
    found = project.planned()
    assert (found["2024", "L1", "2025"]["status"], found["2024", "L1", "2025"]["reason"]) == ("pending", "span_open")  # 42 of 50
    assert found["2025", "L1", "2025"]["status"] == "met"  # 49
    project.value("2024", "reported.waste.total", "20.1")
    assert project.planned()["2024", "L1", "2025"]["status"] == "not_met"  # 50.1 already
    assert project.progress(period="2024")["L1", "2025"]["status"] == "behind"


@pytest.mark.parametrize(
    "rule", ["{improving: previous}", "{assigned: true}", "{above_measure: sewage.rate}", "{at_least: '5', of: sewage.rate}"]
)
def test_a_sum_needs_numbers_to_be_compared_with(project: Planned, rule: str) -> None:
    project.plan(own("L1", "waste.total", SUM.replace('{at_least: "50"}', rule)))
    row = project.planned()["2024", "L1", "2025"]
    assert (row["status"], row["note"]) == ("no_target", "sum_needs_numbers;example_data")
    assert project.progress()["L1", "2025"]["status"] == ""


def test_progress_of_a_sum_is_its_share_of_the_target(project: Planned) -> None:
    project.plan(own("L1", "waste.total", SUM))
    project.totals(y2021="9", y2022="10", y2023="13", y2024="4")
    found = project.progress()["L1", "2025"]
    assert (found["base_value"], found["base_year"], found["base_period"], found["value"]) == (0, "2020", "2020", 36)
    assert (found["share"], found["expected_value"], found["lead"], found["gap"]) == (72, 40, -8, -14)
    assert (found["required_change"], found["observed_change"], found["trend_low"], found["trend_high"]) == (14, 9, 4, 13)
    assert (found["projected_value"], found["arrival_year"], found["status"], found["reachability"]) == (45, 2026, "behind", "hard")
    assert found["by_year"] == "2021:9;2022:10;2023:13;2024:4"


@given(
    st.lists(st.fractions(0, 100, max_denominator=100), min_size=1, max_size=5), st.fractions(F(1, 10), 500), st.fractions(F(1, 100), 100)
)
def test_shares_of_sums_do_not_depend_on_the_unit(addends: list[F], target: F, scale: F) -> None:
    def made(k: F, limit: bool) -> Any:
        sums = [Point(2021 + i, sum(addends[: i + 1], F(0)) * k) for i in range(len(addends))]
        return sum_way(Goal(None, target * k) if limit else Goal(target * k), 2021, sums[-1], 2025, sums[:-1])

    for limit in (True, False):
        one, other = made(F(1), limit), made(scale, limit)
        assert one.figures["share"] == other.figures["share"] == sum(addends, F(0)) / target * 100
        assert (one.status, one.reachability, one.reason) == (other.status, other.reachability, other.reason)
        assert set(one.figures) == set(FIGURES)
        if len(addends) == 5:
            total = sum(addends, F(0))
            assert one.status == ("arrived" if (total <= target if limit else total >= target) else "behind")
        elif limit:
            assert one.status != "arrived" and (one.status == "behind") >= (sum(addends, F(0)) > target)


def test_an_upper_limit_of_a_sum_by_its_pace() -> None:
    def limit(now: str, most: str, rules: ProgressRules | None = None, bound: str = "") -> Any:
        return sum_way(Goal(None, F(most)), 2021, Point(2023, F(now), bound), 2025, [Point(2021, F(2)), Point(2022, F(4))], rules)

    on = limit("30", "50")
    assert (on.status, on.reachability, on.figures["share"], on.figures["expected_value"]) == ("on_schedule", "easy", 60, 30)
    assert (on.figures["required_change"], on.figures["pace"], on.figures["arrival_year"]) == (10, 100, "upper_limit")
    assert (limit("33", "50").status, limit("33", "50").reachability) == ("behind", "hard")
    assert (limit("20", "50").status, limit("20", "50").reachability) == ("ahead", "easy")
    assert limit("20", "50", ProgressRules(steady=True)).reachability == "hard"  # 16 in the last year
    assert (limit("51", "50", bound="lower").status, limit("49", "50", bound="lower").reason) == ("behind", "lower_bound")
    nothing = limit("0", "0")
    assert (nothing.status, nothing.figures["share"]) == ("on_schedule", "base_at_target")
    assert limit("1", "0").status == "behind"


# ── 全面优于国家考核标准 ──

DEMAND = f'better_than_set: {{at: "2025", text: 全面优于国家考核标准, cite: {CITE.replace("recalled", "seen, via: https://e.org")}}}\n'


def test_each_threshold_with_a_number_is_to_be_bettered(project: Planned) -> None:
    project.plan(value("R1", 'at: "2025", text: ≥95, rule: {at_least: "95"}'), more=DEMAND)
    project.rule("R4", '{equals: "12.5"}')
    found = project.planned()
    assert {key[1:] for key in found} == {("R1", "2025"), ("R3", "2025"), ("R4", "2025")}  # R2 is a person's decision
    assert found["2024", "R1", "2025"]["target_text"] == "≥95"  # which is better than ≥90 already
    better = found["2024", "R3", "2025"]
    assert better["target_text"] == "全面优于国家考核标准：丘陵＞70，平原＞80"
    assert (better["status"], better["class"], better["gap"]) == ("met", "terrain=hill", "2.5")
    assert better["target_state"] == "recalled"  # the demand was seen, the threshold only recalled
    kept = found["2024", "R4", "2025"]
    assert kept["status"] == "met" and "not_bettered" in kept["note"] and kept["target_text"] == "全面优于国家考核标准：“持续下降”"
    project.value("2024", "reported.sewage.rate", "70")
    assert project.planned()["2024", "R3", "2025"]["status"] == "not_met"  # 70 meets ≥70, and does not better it


def test_a_planned_value_that_is_no_better_is_held_to_the_demand(project: Planned) -> None:
    project.plan(value("R3", 'at: "2025", text: ≥70, rule: {at_least: "70"}'), more=DEMAND)
    project.value("2024", "reported.sewage.rate", "70")
    row = project.planned()["2024", "R3", "2025"]
    assert (row["status"], row["target_text"]) == ("not_met", "≥70；全面优于国家考核标准：丘陵＞70，平原＞80")
    assert row["target_value"] == "70" and "better_than_set" in row["note"]


def test_the_demand_of_a_year_without_milestone_joins_what_else_holds_then(project: Planned) -> None:
    project.plan(value("R3", f'at: "2030", {EVERY}'), more=DEMAND, milestones='["2030"]')
    project.periods("2024", "2025")
    found = project.planned()
    assert found["2024", "R3", ""]["target_text"] == "保持≥72"
    assert found["2025", "R3", ""]["target_text"] == "保持≥72；全面优于国家考核标准：丘陵＞70，平原＞80"
    assert ("2024", "R1", "") not in found and ("2025", "R1", "") in found


def test_the_demand_does_not_mix_with_sums_and_parts(project: Planned) -> None:
    indicators = value("R4", SUM) + value("R3", 'at: "2025", text: ≥75, rule: {at_least: "75"}').replace(
        "    values", "    area: 县城\n    measure: sewage.county\n    values"
    )
    project.measure("sewage.county", "%", "up")
    project.plan(indicators + own("R1", "waste.total"), more=DEMAND)
    project.rule("R4", '{at_most: "13"}')
    found = {key[1:] for key in project.planned()}
    assert found == {("R4", "2025"), ("R4.set", "2025"), ("R3", "2025"), ("R3.set", "2025"), ("R1", ""), ("R1.set", "2025")}
    assert project.planned()["2024", "R3", "2025"]["name_zh"] == "处理率（县城）"


def test_plan_lines_have_one_line_for_each_planned_value(project: Planned) -> None:
    project.plan(
        value("R3", f'at: "2025", {EVERY}', f'at: "2024", {EVERY}') + value("R1", 'at: "2030", text: ≥1, rule: {at_least: "1"}'),
        more=DEMAND,
    )
    catalog = project.catalog(units=False)
    lines = list(plan_lines(catalog, catalog.plans["trial"], catalog.regions["999001"]))
    assert [(line.indicator, line.at) for line in lines] == [("R3", "2025"), ("R3", "2024"), ("R1", "2030"), ("R1", "2025")]
    judged = list(lines_of(catalog, catalog.runs["try"], catalog.regions["999001"]))
    assert all(sum(line.judged_in(year) and (line.basis, line.indicator, line.milestone) == key for line in judged) <= 1
               for year in ("2022", "2023", "2024", "2025", "2026")
               for key in {(line.basis, line.indicator, line.milestone) for line in judged})  # fmt: skip


SHARE = Measure(id="s", name_zh="比例", name_en="share", unit="%", kind="number", direction="up", minimum="0", maximum="100")


def test_what_cannot_be_bettered_stays() -> None:
    assert strictly_better(Compare("", ">=", F(100)), "s", {"s": SHARE}).kept == 1
    assert strictly_better(Compare("", ">=", F(100)), "t", {"s": SHARE}).changed == 1
    assert strictly_better(Compare("", "<=", F(0)), "s", {"s": SHARE}).kept == 1
    assert strictly_better(Between("", F(1), F(2)), "s", {"s": SHARE}).rule == Between("", F(1), F(2))
    made = strictly_better(KOfN("", 2, (Compare("", ">=", F(90)), Trend("", False, "base"))), "s", {"s": SHARE})
    assert (made.changed, made.kept) == (1, 1)
    assert strict_text("≥90且不降低", made) == "＞90且不降低" and strict_text("不低于90", made) == ""
    assert not has_number(Qualitative("", "建立")) and has_number(ByClass("", "c", (("a", Compare()),)))


COMPARES = st.builds(Compare, st.just(""), st.sampled_from((">=", "<=", ">", "<", "==")), NUMBERS)


@given(COMPARES, NUMBERS)
def test_strictly_better_asks_for_more_and_never_for_less(rule: Compare, number: F) -> None:
    made = strictly_better(rule, "s", {}).rule
    assert isinstance(made, Compare)
    if holds(number, made.op, made.value, ""):
        assert holds(number, rule.op, rule.value, "")
    assert rule.op not in (">=", "<=") or not holds(rule.value, made.op, made.value, "")


@given(COMPARES, COMPARES, NUMBERS)
def test_what_is_implied_holds(planned: Rule, asked: Rule, number: F) -> None:
    assert isinstance(planned, Compare) and isinstance(asked, Compare)
    assume(implies(planned, asked))
    for tried in (number, planned.value, asked.value):
        assert not holds(tried, planned.op, planned.value, "") or holds(tried, asked.op, asked.value, "")


# ── no base year ──


def test_nothing_is_measured_from_a_base_year_that_is_not_known(project: Planned) -> None:
    project.plan(
        value("R1", 'at: "2025", text: ≥95, rule: {at_least: "95"}', 'at: "2030", text: 不降低, rule: {not_worse_than: base}'), base=""
    )
    found = project.planned()
    level, kept = found["2024", "R1", "2025"], found["2024", "R1", "2030"]
    assert (level["base_period"], level["base_value"], level["progress"]) == ("", "", "")
    assert level["status"] == "not_met" and level["note"] == "base_unknown;example_data"
    assert (kept["status"], kept["reason"]) == ("missing", "base_unknown")
    progress = project.progress()
    row = progress["R1", "2025"]
    assert (row["base_period"], row["base_year"], row["reason"], row["reachability"]) == ("", "", "base_unknown", "easy")
    assert row["gap"] < 0 and row["required_change"] > 0 and "base_missing" not in row["absent"]
    assert progress["R1", "2030"]["reason"] == "base_unknown"
    assert not ek.break_even(project.catalog(units=False), project.inputs()).empty


def test_reports_have_no_base_column_without_a_base_year(project: Planned) -> None:
    from evalkit.report.sheets import progress_grid

    project.plan(value("R1", 'at: "2025", text: ≥95, rule: {at_least: "95"}'), base="")
    model = model_of(project)
    group = next(group for group in model.groups if group.progress)
    assert group.base_period == "" and group.progress[0].progress == "基准年不明"
    heads = [cell.text for cell in progress_grid(group.progress, group.base_period, group.period).head[0]]
    assert heads == ["序号", "指标", "单位", "2024年", "2025年目标"]


# ── where it shows ──


def model_of(project: Planned) -> Any:
    catalog, inputs = project.catalog(units=False), project.inputs()
    found = ek.assess(catalog, inputs, project.region)
    items = [item.record("") for item in inputs.items.values()]
    return build_model(found.rows, found.traces, context_from_catalog(catalog, inputs, project.region), items)


def test_the_report_shows_the_sum_apart_from_the_value_of_the_year(project: Planned) -> None:
    project.plan(value("R4", SUM, 'at: "2030", text: ≤10, rule: {at_most: "10"}'))
    project.totals(y2021="9", y2022="10.25", y2023="13", y2024="12.5")
    group = next(group for group in model_of(project).groups if not group.goal_of_plan)
    line = next(line for line in group.table if line.indicator == "R4")
    assert line.current == "12.5" and line.history == ("10.25", "13")  # not 44.75
    shown = {(one.name, one.milestone): (one.base, one.current, one.progress) for one in group.progress if one.indicator == "R4"}
    assert shown["总量（2021-2024年累计）", "2025"] == ("—", "44.75", "89.5%")  # it begins at 2020, the column is that of 2022
    assert shown["总量", "2030"][1] == "12.5"
    assert all(point.current != F("44.75") for point in group.points)
    blocks = [dict(block.lines) for block in group.calculations if block.title == "总量"]
    assert blocks[-1]["代入"] == "= 9 + 10.25 + 13 + 12.5"


def test_a_misread_text_says_what_is_printed(project: Planned) -> None:
    project.plan(value("R3", f'at: "2025", as_printed: 保持≥7Z, reading: 扫描件把2识成Z, {EVERY}'))
    group = next(group for group in model_of(project).groups if group.set_id == "trial")
    assert ("原文", "原印“保持≥7Z”：扫描件把2识成Z") in group.calculations[0].lines


def test_a_part_of_the_region_stands_in_the_name(project: Planned) -> None:
    listed = own("L1", "waste.county", SUM, more="    area: 县城\n") + own("L2", "waste.forest", SUM, more="    area: 造林\n")
    project.measure("waste.county", "吨", "down")
    project.measure("waste.forest", "吨", "down")
    project.plan(listed)
    names = {row["indicator"]: (row["name_zh"], row["name_en"]) for row in project.planned().values()}
    assert names == {"L1": ("造林面积（县城）", "forest (“县城”)"), "L2": ("造林面积", "forest (“造林”)")}


def test_forms_ask_for_every_year_that_is_added_up(project: Planned) -> None:
    project.plan(own("L1", "waste.total", SUM))
    catalog = project.catalog(units=False)
    forms, _ = plan_forms(catalog, "try", project.inputs())
    asked = {item.variable: {period.name for period in item.periods} for form in forms for part in form.parts for item in part.items}
    assert {"2021", "2022", "2023", "2024"} <= asked["reported.waste.total"]


def test_two_planned_values_for_one_period_are_refused(project: Planned) -> None:
    project.plan(value("R3", f'at: "2025", {EVERY}', 'at: "2025", text: ≥75, rule: {at_least: "75"}'))
    assert [problem.code for problem in project.problems()] == ["plan_value_twice"]
    with pytest.raises(EvalkitError):
        project.catalog()


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('since: "2021"', 'since: "2022"', {("L1", "2025")}),
        ("全面优于", "优于", {("R1", "2025"), ("R3", "2025")}),
        ("  - id: L1", "  - id: L2", {("L1", "2025"), ("L2", "2025")}),
    ],
)
def test_differences_are_traced_to_the_plan(project: Planned, old: str, new: str, changed: set[tuple[str, str]]) -> None:
    for name in ("assess_region", "compare_regions"):
        project.write(f"notebooks/{name}.ipynb", '{"cells": []}')
    project.plan(own("L1", "waste.total", SUM) + value("R3", f'at: "2030", {EVERY}'), more=DEMAND, base="")
    project.totals(y2021="9", y2022="10.25", y2023="13", y2024="12.5")
    before = write_state(project.root, "try")
    project.edit(PLAN, old, new)
    write_state(project.root, "try")
    found = diff(Project(project.root), f"try@{before[:6]}", "try")
    rows = {(change.row["indicator"], change.row["milestone"]): change for change in found.changes}
    assert set(rows) == changed
    assert {cause.layer for change in rows.values() for cause in change.causes} == {"plan"}


def test_a_value_of_a_summed_year_is_a_cause(project: Planned) -> None:
    for name in ("assess_region", "compare_regions"):
        project.write(f"notebooks/{name}.ipynb", '{"cells": []}')
    project.plan(own("L1", "waste.total", SUM))
    project.totals(y2021="9", y2022="10.25", y2023="13", y2024="12.5")
    before = write_state(project.root, "try")
    project.value("2021", "reported.waste.total", "10")
    write_state(project.root, "try")
    found = diff(Project(project.root), f"try@{before[:6]}", "try")
    causes = [cause for change in found.changes if change.row["indicator"] == "L1" for cause in change.causes]
    assert [(cause.layer, cause.what, cause.period) for cause in causes] == [("data", "input", "2021")]


def test_break_even_looks_through_a_sum(project: Planned) -> None:
    project.plan(own("L1", "waste.total", SUM))
    project.totals(y2021="9", y2022="10.25", y2023="13", y2024="12.5")
    found = ek.break_even(project.catalog(units=False), project.inputs(), all_inputs=True)
    steps = {row["input_period"]: row["steps"] for row in found.to_dict("records") if row["indicator"] == "L1"}
    assert steps == {"2022": 525, "2023": 6, "2021": 6, "2024": 53}  # 5.25 are missing; a last digit is 0.01, 1, 1, 0.1
    assert set(found[found["indicator"] == "L1"]["role"]) == {"input"}


def test_every_code_has_words(project: Planned) -> None:
    for lang in ("zh", "en"):
        notes = words("note", lang)
        assert {"every_year", "cumulative", "missing_year", "sum_not_begun", "sum_needs_years", "sum_needs_numbers", "better_than_set",
                "not_bettered", "base_unknown", "kept_since", "broken_before", "years_unknown"} <= set(notes)  # fmt: skip
        assert {"base_unknown", "span_open"} <= set(words("reason", lang))
        assert {"base_unknown", "every_year", "cumulative", "upper_limit", "sum_not_begun"} <= set(words("progress_reason", lang))
    assert note("missing_year:2022") == "缺2022年数据" and filled("note", "cumulative:2021-2024", "en") == "sum of 2021-2024"
    assert note("rebased") == "基数已调整" and note("unknown:1") == "unknown"


def test_a_part_of_the_region_has_a_measure_of_its_own(project: Planned) -> None:
    project.plan(value("R3", 'at: "2025", text: ≥75, rule: {at_least: "75"}').replace("    values", "    area: 县城\n    values"))
    with pytest.raises(EvalkitError) as refused:
        project.catalog()
    assert [problem.code for problem in refused.value.problems] == ["area_measure"]
