"""Shipped plans of 崇明, 许昌示范区, 魏都区 and 武汉: what their sources print comes back from the catalogue, and nothing more."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from evalkit.assessment import Assessment
from evalkit.catalog import Catalog
from evalkit.catalog.plan_lists import Project, Task
from evalkit.catalog.rules import Compare
from evalkit.intake import read_inputs

HERE = Path(__file__).parent
CHONGMING, ZONE, WEIDU, WUHAN = "chongming-2024", "xuchang-zone-air", "weidu-2022", "wuhan-2023"
# Names that the list of projects prints otherwise than table 1 does.
OTHER_NAMES = {
    "万元地区生产总值二氧化碳排放下降率": "单位地区生产总值二氧化碳排放下降率",
    "受污染耕地安全利用": "受污染耕地安全利用率",
    "生态文明建设工作占党政实际考核的比例": "生态文明建设工作占党政实绩考核的比例",
}
# 许昌市城乡一体化示范区, weekly bulletins of 2023-12-25 and 2024-06-17 (shifanqu.xuchang.gov.cn).
TARGETS = {
    "PM10": ("air.pm10_annual_mean", "<=", {"2023": "77", "2024": "74"}),
    "PM25": ("air.pm25_annual_mean", "<=", {"2023": "45", "2024": "43"}),
    "GOOD": ("air.good_days_count", ">=", {"2023": "254", "2024": "256"}),
    "HEAVY": ("air.heavy_days_count", "<=", {"2023": "9", "2024": "8"}),
}
SO_FAR = {
    "2023-01-01/2023-12-25": ("72", "44", "246", "15"),
    "2024-01-01/2024-06-17": ("89", "55", "97", "4"),
}


def printed() -> list[dict[str, str]]:
    """Return the 42 lines of 崇明's list as its source prints them (沪崇府发〔2024〕41号); `content` is an extract."""
    with (HERE / "golden" / "chongming-projects.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> Decimal | None:
    return Decimal(text) if text.replace(".", "", 1).isdigit() else None


@pytest.fixture(scope="module")
def projects(catalog: Catalog) -> tuple[Project, ...]:
    return catalog.lists[CHONGMING].projects


# 崇明: projects


def test_all_projects_come_back_as_printed(projects: tuple[Project, ...]) -> None:
    assert len(projects) == 42
    for line, project in zip(printed(), projects, strict=True):
        assert {
            "seq": project.seq, "category": project.category, "title": project.title, "place": project.place, "content": project.content,
            "task": project.task_text, "indicators": project.indicators_text, "deadline": project.deadline_text,
            "investment": project.investment_text or project.investment or "-", "funding": project.funding or "-",
            "units": project.responsible,
        } == {name: cell for name, cell in line.items() if name != "category_printed"}  # fmt: skip
        assert project.state == "seen" and project.via.startswith("https://www.shanghai.gov.cn/") and project.clause.endswith(line["seq"])


def test_categories_count_as_the_text_says_and_the_two_misprints_are_told(projects: tuple[Project, ...]) -> None:
    assert Counter(project.category for project in projects) == {"生态安全": 31, "生态经济": 9, "生态文化": 1, "生态文明制度": 1}
    corrected = [line["seq"] for line in printed() if line["category"] != line["category_printed"]]
    assert corrected == ["34", "38"] == [project.seq for project in projects if "类别印作“生态安全”" in project.note]


def test_deadlines_say_what_is_printed(projects: tuple[Project, ...]) -> None:
    for project in projects:
        said = (project.start, project.deadline, project.repeats)
        match project.deadline_text:
            case "持续开展":
                assert said == ("", "", "continuous")
            case "每年开展":
                assert said == ("", "", "yearly")
            case "2021年1月1日0时至2030年12月31日24时":
                assert said == ("2021-01-01", "2030-12-31", "") and project.seq == "8"
            case text:
                assert said == ("", text.removesuffix("年"), "")
    assert Counter(project.repeats for project in projects) == {"": 29, "continuous": 6, "yearly": 7}
    years = Counter(project.deadline for project in projects if len(project.deadline) == 4)
    assert years == {"2024": 5, "2025": 10, "2026": 7, "2027": 3, "2030": 2, "2035": 1}


def test_only_the_money_of_whole_projects_is_added_up(projects: tuple[Project, ...]) -> None:
    money = [Decimal(project.investment) for project in projects if project.investment]
    assert sum(money) == Decimal("603524.52") == sum(found for line in printed() if (found := number(line["investment"])) is not None)
    assert len(money) == 24
    partly = {project.seq: project.investment_text for project in projects if project.investment_text}
    assert partly == {"10": "550（仅含在监在建工地，不含拆房）", "18": "1120（2024年）"}
    assert all(not project.investment for project in projects if project.investment_text), "a part, or one year, is not the project's"
    sums = {name: sum(Decimal(p.investment or 0) for p in projects if p.category == name) for name in ("生态安全", "生态经济", "生态文化")}
    assert sums == {"生态安全": Decimal("436659.72"), "生态经济": Decimal("165141.00"), "生态文化": Decimal("1723.8")}
    assert not any(p.investment or p.investment_text for p in projects if p.category == "生态文明制度")


def test_units_and_places_are_those_printed(projects: tuple[Project, ...]) -> None:
    units = Counter(name for project in projects for role, name in project.units() if role == "responsible")
    assert sum(units.values()) == sum(len(project.units()) for project in projects) == 59
    assert len(units) == 25
    assert {name: count for name, count in units.items() if count > 3} == {
        "区绿化市容局": 13, "区生态环境局": 8, "区农业农村委": 6, "区水务局": 4, "区发展改革委": 4,
    }  # fmt: skip
    areas = Counter(name for project in projects for name in project.places())
    assert areas == {"竖新镇": 2, "城桥镇": 2, "长兴镇": 2, "建设镇": 1, "庙镇": 1, "中兴镇": 1, "陈家镇": 1}
    for project in projects:
        for name in project.places():
            assert name in f"{project.place} {project.responsible}"


def test_indicators_are_those_of_the_plan_by_name(projects: tuple[Project, ...], catalog: Catalog) -> None:
    plan = catalog.plans[CHONGMING]
    rows = {row.id: row.name_zh for row in catalog.sets[plan.set or ""].rows} | {row.name: row.name_zh for row in plan.indicators if row.id}
    assert set(rows) == {row.name for row in plan.indicators}
    for project in projects:
        names = [name.replace("Ⅲ", "III").replace("Ⅴ", "V") for name in project.indicators_text.split("；")]
        assert [rows[name] for name in project.indicator_ids()] == [OTHER_NAMES.get(name, name) for name in names], project.seq
        # Each name that was read otherwise says so.
        assert sum(name in OTHER_NAMES for name in names) == project.note.count("对应。"), project.seq
    assert [project.seq for project in projects if "对应。" in project.note] == ["19", "20", "21", "42"]


# 崇明: tasks


def test_tasks_are_those_the_projects_name_with_their_indicators(projects: tuple[Project, ...], catalog: Catalog) -> None:
    tasks = catalog.lists[CHONGMING].tasks
    assert [task.title for task in tasks] == list(dict.fromkeys(line["task"] for line in printed())) and len(tasks) == 18
    own = {task.id: [project for project in projects if task.id in project.task_ids()] for task in tasks}
    assert sum(map(len, own.values())) == 42
    for task in tasks:
        assert {project.task_text for project in own[task.id]} == {task.title}
        assert set(task.indicator_ids()) == {name for project in own[task.id] for name in project.indicator_ids()}
        assert {task.domain} == {project.category for project in own[task.id]}
        assert task.state == "derived" and "合并得出" in task.note
        # The text of the plan is not in hand: nobody is made to answer, and no day is set.
        assert not task.units() and not task.deadline and not task.repeats and not task.content


def test_chongming_has_no_list_of_duties(catalog: Catalog) -> None:
    plan = catalog.plans[CHONGMING]
    assert catalog.lists[CHONGMING].duties == (), "the source names units of projects, not of indicators"
    assert (plan.base_period, plan.begins, plan.ends, plan.milestones) == ("2023", "2024", "2035", ["2027", "2035"])


# 许昌市城乡一体化示范区


def test_annual_targets_of_the_zone_come_back(catalog: Catalog) -> None:
    plan = catalog.plans[ZONE]
    assert plan.base_period is None and plan.milestones == [] and not plan.complete and plan.set is None
    assert [row.name for row in plan.indicators] == list(TARGETS)
    for row in plan.indicators:
        measure, op, years = TARGETS[row.name]
        assert row.measure == measure and catalog.measures[measure].reported_only
        found = {}
        for value in row.values:
            assert isinstance(value.rule, Compare) and value.rule.op == op and value.kind == "level"
            assert value.cite.document.startswith(f"xuchang-zone-weekly-{value.at}")
            assert value.cite.state == ("derived" if row.name == "HEAVY" else "seen"), "天 without 不高于 is our reading"
            found[value.at] = value.rule.value
        assert found == {year: Fraction(number) for year, number in years.items()}


def test_targets_and_values_are_those_of_the_table_for_the_rest_of_the_year(catalog: Catalog) -> None:
    with (catalog.project.root / "data/raw/xuchang-zone/annual-targets.csv").open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.DictReader(stream))
    inputs = read_inputs(catalog, "xuchang-zone-2024")
    assert not inputs.problems
    region = catalog.regions["411000-shifanqu"]
    measures = [measure for measure, _, _ in TARGETS.values()]
    for period, values in SO_FAR.items():
        lines = [line for line in table if line["as_of"] == period[11:]]
        assert {line["region"] for line in lines} == {region.name_zh}
        assert tuple(line["value"] for line in lines) == values
        assert [line["measure"] for line in lines] == [catalog.measures[measure].name_zh for measure in measures]
        assert [line["target"] for line in lines] == [years[period[:4]] for _, _, years in TARGETS.values()]
        for measure, value in zip(measures, values, strict=True):
            found = inputs.get(region.code, f"reported.{measure}", period)
            assert found is not None and found.value == Fraction(value)


def test_a_part_of_a_year_is_shown_and_never_judged(assessed: Callable[[str, str], Assessment], catalog: Catalog) -> None:
    run = catalog.runs["xuchang-zone-2024"]
    rows = assessed("xuchang-zone-2024", "411000-shifanqu").rows
    shown = [row for row in rows if row["basis"] == "set"]
    assert [row["value"] for row in shown] == list(SO_FAR["2024-01-01/2024-06-17"])
    assert {row["status"] for row in rows} == {"no_target"}
    assert run.plans == [ZONE] and run.purpose == "published"
    assert run.annual_targets == ["xuchang-zone/annual-targets.csv"]


# 魏都区, 武汉


def test_of_weidu_only_the_horizon_and_what_its_explanation_sets_out_is_shipped(catalog: Catalog) -> None:
    plan, lists = catalog.plans[WEIDU], catalog.lists[WEIDU]
    assert (plan.base_period, plan.begins, plan.ends, plan.milestones) == ("2021", "2022", "2030", ["2025", "2030"])
    assert plan.indicators == [] and plan.set is None and not plan.complete and "未在手" in plan.note
    assert catalog.documents[plan.document].text == "not_in_hand"
    assert not lists.duties and not lists.projects
    assert [task.title for task in lists.tasks if task.kind == "paper"] == ["制定年度方案"]
    assert [task.responsible for task in lists.tasks if task.units()] == ["区生态环境分局、融媒体中心等"]
    region = catalog.regions[plan.region]
    assert (region.code, region.level, region.parent) == ("411002", "county", "411000") and "13个街道办事处" in region.note


def test_of_wuhan_the_eight_parts_are_shipped_without_targets(catalog: Catalog) -> None:
    plan, lists = catalog.plans[WUHAN], catalog.lists[WUHAN]
    assert plan.base_period is None and plan.milestones == [] and plan.indicators == [] and plan.set is None and not plan.complete
    assert [task.seq for task in lists.tasks] == list("一二三四五六七八")
    titles = [task.title for task in lists.tasks]
    assert (titles[0], titles[7]) == ("总体要求", "加强党的全面领导")
    assert sum(title.endswith("的美丽武汉") for title in titles) == 6
    assert "32条措施" in plan.note and not lists.duties and not lists.projects


@pytest.mark.parametrize("plan", [CHONGMING, WEIDU, WUHAN])
def test_nothing_in_the_lists_is_without_source(plan: str, catalog: Catalog) -> None:
    lines: list[Task | Project] = [*catalog.lists[plan].tasks, *catalog.lists[plan].projects]
    assert lines and all(line.clause and line.via and line.state in ("seen", "derived") for line in lines)
    if plan != CHONGMING:
        assert not any(line.deadline or line.indicators or line.areas for line in lines), "none is stated"
