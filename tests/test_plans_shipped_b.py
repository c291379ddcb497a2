"""The shipped plans of Zhumadian and Jingzhou: every number, date and office that the two texts print, and nothing that they do not."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from evalkit.catalog import Catalog
from evalkit.catalog.plan_lists import PlanLists
from evalkit.catalog.plans import Plan, PlannedValue, PlanRow
from evalkit.catalog.rules import Assigned, Compare, Qualitative, Rule, Trend

OPS = {">=", "<=", "=="}
EPB, ORG, NDRC = "市生态环境局", "市委组织部", "市发展和改革委员会"
LAND, AUDIT, WATER, FARM = "市自然资源和规划局", "市审计局", "市水利局", "市农业农村局"
FOREST, HOUSING, CITY, TRADE = "市林业局", "市住房和城乡建设局", "市城市管理局", "市商务局"
INDUSTRY, MARKET, TRANSPORT = "市工业和信息化局", "市市场监督管理局", "市交通运输局"

# Indicator, item, what is asked, number, when, and who answers. When: a year "to be reached", "2021-2025 each" or "sum", "" undated.
PRINTED: list[tuple[str, int, str, str, str, dict[str, list[str]]]] = [
    ("E19-01", 1, "qualitative", "", "", {"lead": [EPB]}),
    ("E19-03", 2, ">=", "20", "", {"each": [ORG, NDRC, EPB]}),
    ("L01", 3, "qualitative", "", "2022", {"lead": [AUDIT, LAND], "join": [ORG, NDRC, EPB]}),
    ("L02", 4, "qualitative", "", "", {"lead": [AUDIT, LAND], "join": [ORG, NDRC, EPB]}),
    ("L03", 4, "qualitative", "", "", {"lead": [AUDIT, LAND], "join": [ORG, NDRC, EPB]}),
    ("E19-04", 5, "qualitative", "", "", {"lead": [WATER, LAND, FARM, FOREST, TRANSPORT], "join": ["市检察院", HOUSING, "市公安局"]}),
    ("E19-06", 7, "==", "100", "2025 each", {"lead": [EPB], "join": [LAND, NDRC]}),
    ("E19-05", 8, "==", "100", "", {"lead": [EPB]}),
    ("E19-08c", 9, "==", "100", "2025 each", {"lead": [EPB]}),
    ("E19-27", 9, "==", "100", "2025 each", {"lead": [EPB]}),
    ("E19-07b", 10, "assigned", "", "", {"lead": [EPB]}),
    ("E19-07a", 10, "assigned", "", "", {"lead": [EPB]}),
    ("L04", 11, "==", "100", "2025 each", {"lead": [EPB]}),
    ("L05", 11, "==", "100", "2025 each", {"lead": [EPB]}),
    ("L06", 11, "==", "1", "", {"lead": [EPB]}),
    ("L07", 12, "==", "30.61", "2025", {"lead": [FOREST]}),
    ("L08", 12, "==", "19.23", "2025", {"lead": [FOREST]}),
    ("L09", 12, "==", "9.38", "2025", {"lead": [FOREST]}),
    ("L10", 12, "==", "2", "2025", {"lead": [FOREST]}),
    ("E19-10", 12, ">=", "55", "2025 each", {"lead": [FOREST]}),
    ("E19-11", 12, "not_worse", "", "2025 each", {"lead": [FOREST]}),
    ("L11", 12, "not_worse", "", "2025 each", {"lead": [FOREST]}),
    ("E19-12a", 13, ">=", "95", "2022 each", {"lead": [FOREST], "join": [EPB, FARM]}),
    ("E19-12c", 13, "not_worse", "", "2022 each", {"lead": [FOREST], "join": [EPB, FARM]}),
    ("E19-12b", 13, "qualitative", "", "2022", {"lead": [FOREST], "join": [EPB, FARM]}),
    ("E19-14", 14, "==", "100", "2025 each", {"lead": [EPB]}),
    ("E19-16", 14, "qualitative", "", "", {"lead": [EPB]}),
    ("E19-17a", 15, "not_worse", "", "", {"lead": [EPB], "join": [LAND, FOREST]}),
    ("E19-17b", 15, "not_worse", "", "", {"lead": [EPB], "join": [LAND, FOREST]}),
    ("E19-19", 16, "assigned", "", "2025", {"lead": [WATER], "join": [LAND]}),
    ("L12", 17, ">=", "10", "2025", {"lead": [NDRC, INDUSTRY]}),
    ("L13", 17, ">=", "12", "2025", {"lead": [NDRC, INDUSTRY]}),
    ("E19-21", 18, "<=", "32.4", "2025", {"lead": [WATER], "join": [LAND]}),
    ("E19-22", 19, ">=", "4.5", "2025", {"lead": [LAND]}),
    ("E19-23", 20, "assigned", "", "", {"lead": [NDRC]}),
    ("E19-24", 21, "assigned", "", "2025 each", {"lead": [NDRC], "join": [EPB, INDUSTRY]}),
    ("E19-26", 22, "==", "100", "2025 each", {"each": [NDRC, EPB, CITY, TRADE, INDUSTRY, "市财政局", "市供销合作社"]}),
    ("L14", 23, ">=", "95", "2022", {"lead": [FARM]}),
    ("L15", 23, "==", "100", "2022", {"lead": [FARM]}),
    ("E19-29", 24, ">=", "95", "2022", {"lead": [CITY], "join": [HOUSING, EPB, WATER]}),
    ("L16", 24, ">=", "99.95", "2025", {"lead": [CITY], "join": [HOUSING, EPB, WATER]}),
    ("L17", 24, ">=", "95", "2025", {"lead": [CITY], "join": [HOUSING, EPB, WATER]}),
    ("L18", 25, ">=", "50", "2025", {"lead": [EPB], "join": [FARM, HOUSING, WATER]}),
    ("E19-30", 26, "==", "100", "2025 each", {"lead": [CITY], "join": [HOUSING, EPB]}),
    ("L19", 26, "==", "100", "2025", {"lead": [CITY], "join": [HOUSING, EPB]}),
    ("L20", 26, "qualitative", "", "2025", {"lead": [CITY], "join": [HOUSING, EPB]}),
    ("L21", 27, "==", "100", "2025 each", {"lead": [HOUSING], "join": [FARM]}),
    ("E19-31", 28, ">=", "17.65", "2022", {"lead": [FOREST], "join": ["市园林绿化中心"]}),
    ("E19-31", 28, ">=", "18", "2025", {"lead": [FOREST], "join": ["市园林绿化中心"]}),
    ("L22", 29, ">=", "500", "2025 sum", {"lead": [HOUSING]}),
    ("E19-33", 29, "==", "100", "2025", {"lead": [HOUSING]}),
    ("L23", 29, ">=", "50", "2025", {"lead": [HOUSING]}),
    ("L24", 29, ">=", "10", "2025", {"lead": [HOUSING]}),
    ("E19-34", 30, ">=", "60", "2025", {"lead": [TRANSPORT]}),
    ("E19-35a", 31, "qualitative", "", "", {"lead": [CITY], "join": [EPB, HOUSING, TRADE, "市民政局", "市妇女联合会"]}),
    ("E19-36a", 32, ">=", "95", "2022 each", {"each": [NDRC, TRADE, MARKET]}),
    ("E19-36b", 32, "==", "100", "2022", {"responsible": [WATER, MARKET]}),
]
CUT_OFF = "E19-36c"
# Indicator and what the scanned copy prints for it; the undated ones say it in their note.
SLIPS = {
    "E19-06": "保持IO0%",
    "E19-27": "稳定保持在100%o",
    "E19-14": "持续保持在Io0%",
    "L17": "95%o",
    "L18": "达到50%o",
    "L21": "持续保持在IO0%",
}
UNDATED_SLIPS = {"E19-03": "“,20%”", "E19-05": "“均达到IO0%”"}
LATEST = {3: "2022", 12: "2025", 13: "2022", 16: "2025", 17: "2025", 18: "2025", 19: "2025", 22: "2025", 23: "2022", 24: "2025", 25: "2025",
          26: "2025", 28: "2025", 29: "2025", 30: "2025", 32: "2022"}  # fmt: skip
REPEATED = {7: "continuous", 9: "continuous", 10: "continuous", 11: "continuous", 14: "continuous", 21: "yearly", 27: "continuous"}


@pytest.fixture(scope="module")
def zhumadian(catalog: Catalog) -> Plan:
    return catalog.plans["zhumadian-2021"]


@pytest.fixture(scope="module")
def jingzhou(catalog: Catalog) -> PlanLists:
    return catalog.lists["jingzhou-2020"]


def row_of(plan: Plan, name: str) -> PlanRow:
    row = plan.row(name)
    assert row is not None, name
    return row


def asked(rule: Rule) -> tuple[str, str]:
    """Return what a rule asks, and its number, of its first part."""
    first = next(part for part in rule.walk() if isinstance(part, (Compare, Trend, Qualitative, Assigned)))
    if isinstance(first, Compare):
        return first.op, str(first.value)
    if isinstance(first, Trend):
        assert (first.strict, first.than) == (False, "base"), "不降低, and not 持续改善"
        return "not_worse", ""
    return ("qualitative" if isinstance(first, Qualitative) else "assigned"), ""


def when(value: PlannedValue) -> str:
    return value.at + {"level": "", "every_year": " each", "cumulative": " sum"}[value.kind]


def item_of(clause: str) -> int:
    return int(clause.split("第")[1].removesuffix("项"))


def test_the_plan_says_what_is_known_of_it_and_what_is_not(catalog: Catalog, zhumadian: Plan) -> None:
    assert (zhumadian.base_period, zhumadian.begins, zhumadian.ends) == (None, "2021", "2030")
    assert (zhumadian.milestones, zhumadian.set, zhumadian.complete) == (["2022", "2025"], "cn-demo-2019", False)
    assert zhumadian.better_than_set is not None and zhumadian.better_than_set.at == "2025"
    assert "全面优于国家考核标准" in zhumadian.better_than_set.text
    assert all(part in zhumadian.note for part in ("认出", "第6项未印", "第32项中断", "基准年未印", "2019年", "修订版"))
    assert catalog.regions["411700"].level == "city"


def test_every_number_and_date_of_the_scheme_comes_back(zhumadian: Plan) -> None:
    found: list[tuple[str, int, str, str, str]] = []
    for row in zhumadian.indicators:
        for value in row.values:
            found.append((row.name, item_of(value.cite.clause), *asked(value.rule), when(value)))
        if row.target:
            found.append((row.name, item_of(row.target.cite.clause), *asked(row.target.rule), ""))
    expected = [(name, item, op, str(Fraction(number)) if op in OPS else "", at) for name, item, op, number, at, _ in PRINTED]
    assert sorted(found) == sorted(expected)


def test_what_lasts_begins_with_the_plan_and_says_that_this_is_derived(zhumadian: Plan) -> None:
    lasting = [value for row in zhumadian.indicators for value in row.values if value.kind != "level"]
    assert {value.since for value in lasting} == {"2021"}
    assert all("起始年取规划首年" in value.cite.note for value in lasting if value.kind == "every_year")
    assert [value.text for value in lasting if value.kind == "cumulative"] == ["“十四五”期间500万平方米以上"]


def test_own_rows_have_measures_of_their_unit_and_parts_of_the_city_their_own(catalog: Catalog, zhumadian: Plan) -> None:
    areas = {row.name: row.area for row in zhumadian.indicators if row.area}
    assert areas == {"L16": "中心城区", "L17": "县城", "L19": "市中心城区", "L20": "中心城区"}
    own = [row for row in zhumadian.indicators if row.id]
    assert all(row.measure and catalog.measures[row.measure].unit == row.unit for row in own)
    measures = [row.measure for row in own]
    assert len(measures) == len(set(measures)), "a part of the city would take the value of the whole"
    only_reported = [catalog.measures[name] for name in measures if name and name.endswith("_zmd")]
    assert len(only_reported) == 20
    assert all(measure.formula is None and (measure.reported_only or measure.kind == "qualitative") for measure in only_reported)


def test_rows_of_the_set_apply_to_a_city(catalog: Catalog, zhumadian: Plan) -> None:
    followed = catalog.sets["cn-demo-2019"]
    rows = [followed.row(row.row) for row in zhumadian.indicators if row.row]
    assert all(row is not None and row.target_at("city") is not None for row in rows)


def test_the_parts_of_the_greening_add_up(zhumadian: Plan) -> None:
    whole = row_of(zhumadian, "L07")
    assert whole.parts == ["L08", "L09", "L10"]
    numbers = [Fraction(asked(row_of(zhumadian, name).values[0].rule)[1]) for name in whole.parts]
    assert numbers == [Fraction("19.23"), Fraction("9.38"), Fraction(2)]
    assert sum(numbers) == Fraction("30.61") == Fraction(asked(whole.values[0].rule)[1])
    assert [row.name for row in zhumadian.indicators if row.parts] == ["L07"]


def test_slips_of_recognition_keep_what_is_printed_and_say_how_it_is_read(catalog: Catalog, zhumadian: Plan) -> None:
    printed = {row.name: value for row in zhumadian.indicators for value in row.values if value.as_printed}
    assert {name: value.as_printed for name, value in printed.items()} == SLIPS
    assert all(value.reading and value.text != value.as_printed and asked(value.rule)[1] for value in printed.values())
    for name, slip in UNDATED_SLIPS.items():
        row = row_of(zhumadian, name)
        assert row.target is not None and slip in row.note and slip in row.target.cite.note and "读作" in row.note
    texts = [value.text for row in zhumadian.indicators for value in row.values]
    assert not any(wrong in text for text in texts for wrong in ("IO0", "Io0", "%o"))
    for plan in catalog.plans.values():
        assert all(bool(value.as_printed) == bool(value.reading) for row in plan.indicators for value in row.values)


def test_each_item_is_a_task_with_the_offices_and_the_kind_of_responsibility_printed(catalog: Catalog, zhumadian: Plan) -> None:
    lists = catalog.lists["zhumadian-2021"]
    tasks = {int(task.seq): task for task in lists.tasks if task.kind == "task"}
    assert list(tasks) == [item for item in range(1, 33) if item != 6]
    assert {item: task.deadline for item, task in tasks.items() if task.deadline} == LATEST
    assert {item: task.repeats for item, task in tasks.items() if task.repeats} == REPEATED
    assert all(task.deadline_text for task in tasks.values() if task.deadline or task.repeats)
    units: dict[int, set[tuple[str, str]]] = {}
    for _, item, *_, roles in PRINTED:
        units.setdefault(item, set()).update((role, name) for role, names in roles.items() for name in names)
    assert {item: set(task.units()) for item, task in tasks.items()} == units
    assert [item for item, task in tasks.items() if task.each] == [2, 22, 32]
    assert [item for item, task in tasks.items() if task.responsible] == [32]
    assert tasks[27].places() == ["汝南县", "遂平县"] and not any(task.areas for item, task in tasks.items() if item != 27)
    goals = [(task.deadline, task.title) for task in lists.tasks if task.kind == "goal"]
    assert goals == [("2022", "初步达到国家生态文明示范市建设标准"), ("2025", "各项指标全面优于国家考核标准")]
    assert {name for task in tasks.values() for name in task.indicator_ids()} == {row.name for row in zhumadian.indicators}


def test_each_indicator_has_its_duty_as_printed(catalog: Catalog) -> None:
    found = {duty.indicator: (item_of(duty.clause), duty.units()) for duty in catalog.lists["zhumadian-2021"].duties}
    expected = {name: (item, [(role, unit) for role, units in roles.items() for unit in units]) for name, item, *_, roles in PRINTED}
    assert found == expected
    assert len(catalog.lists["zhumadian-2021"].duties) == len(expected), "one line for each indicator"
    kinds = Counter(role for _, units in found.values() for role in {role for role, _ in units})
    assert (kinds["each"], kinds["responsible"]) == (3, 1)


def test_nothing_is_made_up_where_the_copy_has_a_gap_or_ends(catalog: Catalog, zhumadian: Plan) -> None:
    cut = row_of(zhumadian, CUT_OFF)
    assert cut.target is None and not cut.values and cut.base is None and "中断" in cut.note
    lists = catalog.lists["zhumadian-2021"]
    assert CUT_OFF not in {duty.indicator for duty in lists.duties}
    clauses = [value.cite.clause for row in zhumadian.indicators for value in row.values]
    clauses += [row.target.cite.clause for row in zhumadian.indicators if row.target]
    clauses += [line.clause for line in (*lists.duties, *lists.tasks) if "第" in line.clause]
    assert {item_of(clause) for clause in clauses} == set(range(1, 33)) - {6}
    later = {"E19-02", "E19-37", "E19-38", "E19-39", "E19-40"}  # 生态文化 and what else would follow
    assert later.isdisjoint(row.name for row in zhumadian.indicators)
    assert all(row.base is None for row in zhumadian.indicators)


@pytest.mark.parametrize("name", ["zhumadian-2021", "jingzhou-2020"])
def test_every_line_says_where_it_stands(catalog: Catalog, name: str) -> None:
    plan, lists = catalog.plans[name], catalog.lists[name]
    cites = [value.cite for row in plan.indicators for value in row.values] + [row.target.cite for row in plan.indicators if row.target]
    assert {cite.document for cite in cites} == {plan.document}
    assert all(cite.state in ("seen", "derived") and cite.via for cite in cites)
    assert all(line.state in ("seen", "derived") and line.via for line in (*lists.duties, *lists.tasks))
    assert name not in {plan_id for run in catalog.runs.values() for plan_id in run.plans}, "no results of this city are in hand"


# --- Jingzhou


def test_the_notice_is_named_with_number_and_day(catalog: Catalog) -> None:
    plan = catalog.plans["jingzhou-2020"]
    document = catalog.documents[plan.document]
    assert (document.number, document.date) == ("荆政发〔2020〕14号", "2020-11-17")
    assert (plan.base_period, plan.begins, plan.ends, plan.complete, plan.set) == (None, "2016", "2024", False, None)
    assert "湖北生态省建设规划纲要（2014—2030年）" in plan.note
    assert all(domain in plan.note for domain in ("生态制度", "生态安全", "生态空间", "生态经济", "生态生活", "生态文化"))


def test_goals_by_county_and_title_have_their_year(jingzhou: PlanLists) -> None:
    goals = [(task.areas, task.deadline, task.title, task.state) for task in jingzhou.tasks if task.kind == "goal"]
    national, provincial, four = (
        "成功创建国家级生态文明建设示范市",
        "成功创建省级生态文明建设示范县（市）",
        ("江陵县", "石首市", "公安县", "监利市"),
    )
    with_city = "与荆州市创建工作同步，参与荆州市生态创建工作"
    assert goals == [
        ("", "2023", "成功创建成为国家生态文明建设示范市", "seen"),
        ("松滋市", "2021", national, "seen"),
        ("洪湖市", "2021", national, "seen"),
        *((area, "2021", provincial, "seen") for area in four),
        *((area, "2022", "成功创建国家级生态文明示范县（市）", "seen") for area in four),
        *((area, "2023", with_city, "derived") for area in ("荆州区", "沙市区", "各功能区")),
    ]
    derived = [task for task in jingzhou.tasks if task.state == "derived"]
    assert all("未印年份" in task.note and task.deadline_text == "与荆州市创建工作同步" for task in derived)


def test_counties_of_the_goals_have_cards_below_the_city(catalog: Catalog, jingzhou: PlanLists) -> None:
    below = {region.name_zh for region in catalog.regions.values() if region.parent == "421000"}
    assert below == {area for task in jingzhou.tasks for area in task.places()} - {"各功能区"}
    codes = {"421000": "荆州市", "421002": "沙市区", "421003": "荆州区", "421022": "公安县", "421024": "江陵县", "421081": "石首市",
             "421083": "洪湖市", "421087": "松滋市", "421088": "监利市"}  # fmt: skip
    assert {code: catalog.regions[code].name_zh for code in codes} == codes
    assert all("凭一般知识" in catalog.regions[code].note for code in [*codes, "411700"])


def test_eight_pieces_of_work_a_meeting_and_yearly_papers(jingzhou: PlanLists) -> None:
    work = [task for task in jingzhou.tasks if task.id.startswith("W")]
    assert [task.seq for task in work] == list("一二三四五六七八")
    assert not any(task.deadline or task.units() for task in work), "the notice names neither a day nor an office"
    assert {task.seq: task.repeats for task in work if task.repeats} == {"二": "yearly", "三": "yearly", "四": "continuous", "七": "yearly"}
    meetings = [(task.repeats, task.units()) for task in jingzhou.tasks if task.kind == "meeting"]
    assert meetings == [("half_yearly", [("responsible", "市生态办")])]
    papers = {task.title: (task.repeats, task.units()) for task in jingzhou.tasks if task.kind == "paper"}
    leading = "各县市区领导小组"
    assert papers == {
        "制定生态文明建设示范县市建设年度工作方案": ("yearly", []),
        "年度实施计划": ("yearly", [("lead", leading)]),
        "年度评估报告": ("yearly", [("responsible", leading)]),
    }
    assert len(jingzhou.tasks) == 14 + 8 + 1 + 2


def test_targets_of_the_notice_are_assigned_or_judged_by_a_person(catalog: Catalog) -> None:
    plan = catalog.plans["jingzhou-2020"]
    found = {row.name_zh: (row.target.text, asked(row.target.rule)[0]) for row in plan.indicators if row.target}
    assert found == {
        "碳排放强度": ("完成市定年度目标", "assigned"),
        "GDP能耗": ("完成市定年度目标", "assigned"),
        "水耗": ("完成市定年度目标", "assigned"),
        "农村环境整治目标": ("完成上级部门下达的整治目标", "qualitative"),
        "国控断面全面消除劣Ⅴ类": ("全面消除劣Ⅴ类", "qualitative"),
        "省控劣Ⅴ类断面（水域）": ("力争基本消除", "qualitative"),
    }
    assert not any(row.values for row in plan.indicators), "no year is printed"
    assert "“CDP能耗”" in row_of(plan, "J02").note and "GDP能耗" in row_of(plan, "J02").note
