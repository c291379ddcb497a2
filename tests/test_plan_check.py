"""Checks of plans: what is odd is named with its place, and nothing else is."""

from __future__ import annotations

from fractions import Fraction

import pytest
from conftest import TinyProject
from hypothesis import given
from hypothesis import strategies as st

from evalkit.assessment.progress_goal import Goal
from evalkit.authoring.plan_check import check_plan, looser, span
from evalkit.catalog.rules import Between, Compare, KOfN, Rule, Trend
from evalkit.cli.console import problem_lines
from evalkit.messages import EvalkitError, Problem

VALUE = "      - {{at: {0!r}, text: {1}, rule: {{{2}}}, cite: {{document: doc, clause: a, state: recalled}}}}\n"


def said(problem: Problem) -> str:
    """Return the sentence of a problem."""
    return next(line.plain for line in problem_lines([problem]))


def found(project: TinyProject) -> dict[str, list[str]]:
    """Return the places of the problems by code."""
    told: dict[str, list[str]] = {}
    for problem in check_plan(project.catalog(), "trial"):
        told.setdefault(problem.code, []).append(str(problem.place))
    return told


def plan(project: TinyProject, rows: str, **head: str) -> None:
    """Write a plan with these rows."""
    lines = {"id": "trial", "region": '"999001"', "name_zh": "试验规划", "name_en": "trial plan", "document": "doc",
             "base_period": '"2022"', "milestones": '["2025", "2030"]', "set": "demo", **head}  # fmt: skip
    text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value) + "indicators:\n" + rows
    (project.root / "params/plans/trial.yml").write_text(text, encoding="utf-8")


def lists(project: TinyProject, name: str, text: str) -> None:
    folder = project.root / "params/plans/trial"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def test_a_sound_plan_has_only_the_note_that_it_has_no_lists(project: TinyProject) -> None:
    plan(project, "  - row: R1\n    values:\n" + VALUE.format("2025", "≥95", 'at_least: "95"'))
    assert list(found(project)) == ["plan_without_lists"]


def test_looser_than_the_set_counts_for_the_last_value_only(project: TinyProject) -> None:
    early, late = VALUE.format("2025", "≥85", 'at_least: "85"'), VALUE.format("2030", "≥89.9", 'at_least: "89.9"')
    plan(project, "  - row: R1\n    values:\n" + early + late)
    assert len(found(project)["plan_looser_than_set"]) == 1
    assert "values.1" in found(project)["plan_looser_than_set"][0]
    plan(project, "  - row: R1\n    values:\n" + early + VALUE.format("2030", "≥90", 'at_least: "90"'))
    assert "plan_looser_than_set" not in found(project)


def test_the_threshold_is_that_of_the_region_s_class(project: TinyProject) -> None:
    row = "  - row: R3\n    values:\n" + VALUE.format("2030", "≥75", 'at_least: "75"')
    plan(project, row)
    assert "plan_looser_than_set" not in found(project)  # hills: 70
    project.edit("params/regions/999001.yml", "value: hill", "value: plain")
    assert "plan_looser_than_set" in found(project)  # plains: 80


def test_looser_than_the_base_year(project: TinyProject) -> None:
    (project.root / "data/raw/try/data.csv").write_text(
        "region_code,region,period,variable,value,unit,source\n999001,试验县,2022,reported.sewage.rate,88.5,%,年鉴\n", encoding="utf-8"
    )
    (project.root / "params/corrections/try.yml").unlink()
    plan(project, "  - row: R3\n    values:\n" + VALUE.format("2030", "≥88", 'at_least: "88"'))
    (problem,) = [one for one in check_plan(project.catalog(), "trial") if one.code == "plan_looser_than_base"]
    assert "88.5" in said(problem) and "2022" in said(problem) and problem.severity == "warning"
    plan(project, "  - row: R3\n    values:\n" + VALUE.format("2030", "≥88.5", 'at_least: "88.5"'))
    assert "plan_looser_than_base" not in found(project)


def test_values_that_grow_looser(project: TinyProject) -> None:
    plan(
        project,
        "  - row: R1\n    values:\n" + VALUE.format("2030", "≥92", 'at_least: "92"') + VALUE.format("2025", "≥95", 'at_least: "95"'),
    )
    (problem,) = [one for one in check_plan(project.catalog(), "trial") if one.code == "milestones_out_of_order"]
    assert "2025 ≥95" in said(problem) and "≥92" in said(problem)


@pytest.mark.parametrize(("earlier", "later", "odd"), [("92", "95", False), ("95", "92", True)])
def test_bare_numbers_in_the_direction_of_the_measure_are_no_looser(project: TinyProject, earlier: str, later: str, odd: bool) -> None:
    values = "".join(VALUE.format(at, text, f'equals: "{text}"') for at, text in (("2025", earlier), ("2030", later)))
    plan(project, "  - row: R1\n    values:\n" + values)
    assert ("milestones_out_of_order" in [one.code for one in check_plan(project.catalog(), "trial")]) is odd


@pytest.mark.parametrize(("milestones", "odd"), [('["2030", "2025"]', True), ('["2022", "2025"]', True), ('["2025", "2030"]', False)])
def test_milestones_follow_the_base_year_and_each_other(project: TinyProject, milestones: str, odd: bool) -> None:
    plan(project, "  - row: R1\n", milestones=milestones)
    assert ("milestones_unordered" in found(project)) == odd


@pytest.mark.parametrize(
    ("text", "rule", "odd"),
    [
        ("≥90", 'at_least: "95"', True),
        ("≥95", 'at_most: "95"', True),
        ('"95"', 'at_least: "95"', False),
        ("到期须有明显改善", 'at_least: "95"', False),
    ],
)
def test_the_text_of_a_value_and_its_rule(project: TinyProject, text: str, rule: str, odd: bool) -> None:
    plan(project, "  - row: R1\n    values:\n" + VALUE.format("2025", text, rule))
    assert ("plan_text_differs" in found(project)) == odd


OWN = """\
  - {{id: {0}, seq: "1", domain: 绿化, name_zh: {0}, name_en: x, unit: 吨, measure: waste.total, attribute: local{1},
     values: [{{at: "2025", text: "{2}", rule: {{equals: "{2}"}}, cite: {{document: doc, clause: a, state: recalled}}}}]}}
"""


def test_parts_add_up_exactly(project: TinyProject) -> None:
    rows = [
        OWN.format("A", ", parts: [B, C, D]", "30.61"),
        OWN.format("B", "", "19.23"),
        OWN.format("C", "", "9.38"),
        OWN.format("D", "", "2"),
    ]
    plan(project, "".join(rows))
    assert "plan_parts_differ" not in found(project)
    plan(project, "".join([*rows[:3], OWN.format("D", "", "2.01")]))
    (problem,) = [one for one in check_plan(project.catalog(), "trial") if one.code == "plan_parts_differ"]
    assert "19.23 + 9.38 + 2.01 = 30.62" in said(problem)
    plan(project, "".join([*rows[:3], OWN.format("D", "", "2").replace("2025", "2024")]))
    assert list(found(project)) == ["plan_parts_open", "plan_without_lists"]


def test_what_the_lists_leave_open(project: TinyProject) -> None:
    plan(project, "  - row: R1\n  - row: R3\n  - row: R4\n")
    lists(project, "duties", "indicator,clause,state,lead\nR4,表2,recalled,县水利局\n")
    lists(
        project,
        "tasks",
        "id,title,clause,state,lead,indicators,deadline,repeats,kind\n"
        "T1,治气,一,recalled,县生态环境局,R1,2025,,task\n"
        "T2,治水,二,recalled,,R3,,,task\n"
        "T3,宣传,三,recalled,县委宣传部,,,continuous,task\n"
        "T4,会议,四,recalled,县政府,,,half_yearly,meeting\n",
    )
    told = found(project)
    assert [place.split()[-1] for place in told["task_without_unit"]] == ["T2"]
    assert [place.split()[-1] for place in told["task_without_deadline"]] == ["T2"]
    assert [place.split()[-1] for place in told["task_without_indicator"]] == ["T3"]
    assert len(told["responsibility_missing"]) == 1 and "indicators.1" in told["responsibility_missing"][0]  # R3: its task names no unit
    assert len(told["indicator_without_task"]) == 1 and "indicators.2" in told["indicator_without_task"][0]


def test_what_a_whole_list_lacks_is_said_once(project: TinyProject) -> None:
    plan(project, "  - row: R1\n")
    lists(project, "tasks", "id,title,clause,state,indicators\nT1,x,一,recalled,R1\nT2,y,二,recalled,R1\n")
    told = found(project)
    assert [place.split()[-1] for place in told["list_without"]] == ["params/plans/trial/tasks.csv"] * 2  # unit, deadline
    assert "task_without_unit" not in told
    lists(project, "projects", "id,title,clause,state,indicators,tasks,deadline,responsible\nP1,x,一,recalled,R1,T1,2025,县水利局\n")
    told = found(project)  # T1 is carried out by P1
    assert "list_without" not in told
    assert [place.split()[-1] for place in told["task_without_unit"]] == ["T2"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("tasks", "id,title,clause,state,indicators\nT1,x,一,recalled,R9\n", "unknown_id"),
        ("tasks", "id,title,clause,state\nT1,x,一,recalled\nT1,y,一,recalled\n", "duplicate_id"),
        ("tasks", "id,title,clause,state,deadline\nT1,x,一,recalled,2025年\n", "bad_value"),
        ("tasks", "id,title,clause,state,deadlin\nT1,x,一,recalled,2025\n", "unknown_key"),
        ("tasks", "id,title,clause,state\nT1,x,一,seen\n", "missing_key"),
        ("projects", "id,title,clause,state,investment\nP1,x,一,recalled,约500\n", "bad_value"),
        ("projects", "id,title,clause,state,tasks\nP1,x,一,recalled,T7\n", "unknown_id"),
        ("duties", "indicator,state\nR1,recalled\n", "csv_header"),
    ],
)
def test_lists_are_read_strictly(project: TinyProject, name: str, text: str, code: str) -> None:
    lists(project, name, text)
    with pytest.raises(EvalkitError) as refused:
        project.catalog()
    assert [problem.code for problem in refused.value.problems] == [code]
    assert refused.value.problems[0].place.file == f"params/plans/trial/{name}.csv"


numbers = st.integers(-20, 20).map(Fraction)
leaves = st.one_of(
    st.builds(lambda op, value: Compare("", op, value), st.sampled_from([">=", "<=", ">", "<", "=="]), numbers),
    st.builds(lambda a, b: Between("", min(a, b), max(a, b)), numbers, numbers),
    st.just(Trend("", True)),
)
some_of = st.tuples(st.integers(1, 3), st.lists(leaves, min_size=1, max_size=3)).map(
    lambda found: KOfN("", min(found[0], len(found[1])), tuple(found[1]))
)
rules = st.one_of(leaves, some_of, st.lists(some_of, min_size=1, max_size=2).map(lambda parts: KOfN("", len(parts), tuple(parts))))


def holds(rule: Rule, value: Fraction) -> bool:
    """Whether a value can meet a rule; a trend always can."""
    match rule:
        case KOfN():
            return sum(holds(part, value) for part in rule.of_rules) >= rule.k
        case Trend():
            return True
    goal = span(rule)
    assert isinstance(goal, Goal)
    return goal.holds(value)


@given(rules, st.integers(-45, 45))
def test_a_value_outside_the_limits_never_meets_the_rule(rule: Rule, halves: int) -> None:
    limits = span(rule)
    value = Fraction(halves, 2)
    if limits is not None and not limits.holds(value):
        assert not holds(rule, value)


@given(rules, rules, st.integers(-45, 45))
def test_a_value_that_meets_the_plan_only_shows_that_it_is_looser(one: Rule, other: Rule, halves: int) -> None:
    loose, strict, value = span(one), span(other), Fraction(halves, 2)
    if loose is not None and strict is not None and loose.holds(value) and not strict.holds(value):
        assert looser(loose, strict)
