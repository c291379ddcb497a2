"""Subordinate units counted from finished runs: counts, titles, divisions, states, what is run again, what a difference says."""

from __future__ import annotations

import shutil
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import CITE, ROOT, TinyProject
from states import write_state

import evalkit as ek
from evalkit.assessment.coverage import Coverage, Read, coverage
from evalkit.assessment.needs import unused_inputs
from evalkit.catalog import Catalog, load_catalog
from evalkit.intake import Inputs, read_inputs
from evalkit.intake.children import meets_all
from evalkit.messages import EvalkitError, Problem
from evalkit.project import Project
from evalkit.report.chapters.below import below_of
from evalkit.review.diff import diff
from evalkit.review.difference import Cause, Difference
from evalkit.runner import Event, changed_files, plan_run, run_assessment
from evalkit.runner.state import MANIFEST, read_json, state_name

SAMPLE = ["example-village-2024", "example-township-2024", "example-ecocounty-2024", "example-ecocity-2024"]
UNITS = {"example-township-2024": "villages", "example-ecocounty-2024": "townships", "example-ecocity-2024": "counties"}
Count = tuple[str, str, str]  # units, meeting, named: a number, or why there is none


# --- The sample city -------------------------------------------------------------------------------------------------


def copy_of_the_sample(root: Path) -> Path:
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    for run in SAMPLE:
        shutil.copytree(ROOT / "data" / "raw" / run, root / "data" / "raw" / run)
    for path in (root / "params" / "runs").glob("*.yml"):
        if path.stem not in SAMPLE:
            path.unlink()
    return root


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city, assessed from the villages up; nothing is changed in it."""
    root = copy_of_the_sample(tmp_path_factory.mktemp("city") / "project")
    for run in SAMPLE:
        write_state(root, run)
    return root


@pytest.fixture(scope="module")
def rules(city: Path) -> Catalog:
    return load_catalog(city)


def count(inputs: Inputs, region: str, period: str, units: str) -> Count:
    """Return the counts of a region as text: units, those that meet their set, those named too."""
    found = []
    for suffix in ("", "_meeting", "_named"):
        item = inputs.get(region, f"hierarchy.{units}{suffix}", period)
        found.append("" if item is None else item.missing or item.shown)
    return found[0], found[1], found[2]


COUNTS = {
    ("example-township-2024", "999201-t1", "2024"): ("5", "4", ""),  # villages are not named under a rule of this sample
    ("example-township-2024", "999201-t2", "2024"): ("1", "1", ""),
    ("example-township-2024", "999202-t1", "2023"): ("1", "not_collected", ""),
    ("example-township-2024", "999202-t1", "2024"): ("1", "1", ""),
    ("example-township-2024", "999202-t2", "2024"): ("2", "1", ""),
    ("example-township-2024", "999202-t3", "2024"): ("not_involved", "not_involved", ""),
    ("example-ecocounty-2024", "999201", "2023"): ("2", "2", "1"),
    ("example-ecocounty-2024", "999201", "2024"): ("2", "2", "2"),
    ("example-ecocounty-2024", "999202", "2023"): ("3", "not_collected", "not_collected"),
    ("example-ecocounty-2024", "999202", "2024"): ("3", "2", "1"),
    ("example-ecocounty-2024", "999203", "2024"): ("not_involved", "not_involved", "not_involved"),
    ("example-ecocity-2024", "999200", "2023"): ("3", "1", "1"),
    ("example-ecocity-2024", "999200", "2024"): ("3", "2", "1"),
}


@pytest.mark.parametrize(("run", "region", "period"), COUNTS)
def test_the_units_of_the_sample_are_counted(run: str, region: str, period: str, rules: Catalog) -> None:
    assert count(read_inputs(rules, run, region), region, period, UNITS[run]) == COUNTS[run, region, period]


STATUSES = [
    ("example-township-2024", "999201-t1", "2024", "ET10-B2b", "80", "met", ""),  # exactly 80 %: 4 of 5
    ("example-township-2024", "999202-t2", "2024", "ET10-B2b", "50", "not_met", ""),
    ("example-township-2024", "999202-t1", "2023", "ET10-B2b", "", "missing", "not_collected"),
    ("example-township-2024", "999202-t3", "2024", "ET10-B2b", "", "not_applicable", "not_involved"),
    ("example-ecocounty-2024", "999201", "2023", "R16-2", "100", "met", ""),  # enough meet the set …
    ("example-ecocounty-2024", "999201", "2023", "EC2007-C-B5", "50", "not_met", ""),  # … but not enough are named
    ("example-ecocounty-2024", "999201", "2024", "EC2007-C-B5", "100", "met", ""),
    ("example-ecocounty-2024", "999202", "2023", "R16-2", "", "missing", "not_collected"),
    ("example-ecocounty-2024", "999203", "2024", "R16-2", "", "not_applicable", "not_involved"),
    ("example-ecocounty-2024", "999203", "2024", "EC2007-C-B5", "", "not_applicable", "not_involved"),
    ("example-ecocity-2024", "999200", "2024", "R16-1", "66.666666666666667", "not_met", ""),
    ("example-ecocity-2024", "999200", "2024", "EC2007-M-B5a", "33.333333333333333", "not_met", ""),
]


@pytest.mark.parametrize(("run", "region", "period", "indicator", "value", "status", "reason"), STATUSES)
def test_the_80_percent_rules_of_the_sample(
    run: str, region: str, period: str, indicator: str, value: str, status: str, reason: str, rules: Catalog
) -> None:
    rows = ek.assess(rules, read_inputs(rules, run, region), region, traces=False).rows
    row = next(row for row in rows if (row["period"], row["indicator"]) == (period, indicator))
    assert (row["value"], row["status"], row["reason"]) == (value, status, reason)


def test_the_sample_warns_of_units_that_are_not_decided_and_of_nothing_else(rules: Catalog) -> None:
    found = [problem for run in SAMPLE for problem in read_inputs(rules, run).problems]
    assert {(problem.code, problem.severity) for problem in found} == {("children_open", "warning")}
    assert [(problem.region, problem.values["units"]) for problem in found] == [("999202-t1", ["示例七村"]), ("999202", ["示例三镇"])]
    assert [problem for run in SAMPLE for problem in unused_inputs(rules, read_inputs(rules, run))] == []


def test_the_sample_is_invented_and_says_so(rules: Catalog) -> None:
    regions = {code for run in SAMPLE for code in rules.runs[run].regions}
    assert len(regions) == 18 and all(rules.regions[code].fictional for code in [*regions, "999201-t0"])
    assert all(rules.runs[run].example for run in SAMPLE)
    for run in SAMPLE:
        for item in read_inputs(rules, run).items.values():
            assert item.folder != "data/raw" or item.source.startswith("示例数据(非真实)"), item.id
    assert all("示例数据(非真实)" in title.note for title in rules.titles if rules.regions[title.region_code].fictional)


def test_a_division_that_was_merged_is_in_the_register_and_not_counted(rules: Catalog) -> None:
    assert rules.regions["999201-t2"].predecessors == ["999201-t0"]
    assert "999201-t0" in [unit.code for unit in rules.units_of("999201", "township", "2019")]
    assert [unit.code for unit in rules.units_of("999201", "township", "2020")] == ["999201-t1", "999201-t2"]


def test_the_villages_of_the_sample_are_covered_only_below_towns_and_counties_that_meet(rules: Catalog) -> None:
    found = coverage(rules, "example-ecocity-2024", "999200")
    assert [(one.level, one.units, one.meeting, one.covered) for one in found] == [
        ("county", 3, 2, 2), ("township", 5, 4, 2), ("village", 9, 7, 5),
    ]  # fmt: skip
    assert [one.run for one in found] == SAMPLE[2::-1] and all(one.state and one.period == "2024" for one in found)
    earlier = coverage(rules, "example-ecocity-2024", "999200", "2023")
    assert [(one.meeting, one.meeting_open, one.covered, one.covered_open) for one in earlier] == [(1, 0, 1, 0), (3, 1, 0, 0), (6, 1, 0, 0)]
    assert [one.level for one in ek.coverage(rules, "example-ecocounty-2024", "999201")] == ["township", "village"]
    assert coverage(rules, "example-village-2024", "999201-t1-v1") == []


def test_a_report_reads_the_units_below_and_the_titles_to_review(rules: Catalog) -> None:
    read: Read = {}
    earlier, last = below_of(rules, "example-ecocity-2024", "999200", lambda run: run == "example-village-2024", read)
    assert sorted(run for run, _, _ in read) == sorted(SAMPLE[:3])  # each once, for both periods
    assert [one.covered for one in last.levels] == [2, 2, 5] and last.changed == ("example-village-2024",)
    # In 2023 the district still had its title; the town lost its own that year, another is reviewed in 2026.
    assert [(due.unit, due.review_due, due.withdrawn) for due in earlier.due] == [("示例丙区", "2023", "2024")] and not last.due
    assert [one.period for one in below_of(rules, "example-ecocounty-2024", "999203")] == ["2023"]  # no towns, but that title
    assert below_of(rules, "example-village-2024", "999201-t1-v1") == []


def test_a_village_that_changes_is_the_cause_up_to_the_city(city: Path, tmp_path: Path) -> None:
    root = shutil.copytree(city, tmp_path / "project")
    path = root / "data" / "raw" / "example-village-2024" / "ecology-environment.csv"
    text = path.read_text(encoding="utf-8-sig")
    line = next(line for line in text.splitlines() if line.startswith("999201-t1-v4,示例四村,2024,village.sewage_treated,"))
    cells = line.split(",")
    path.write_text(text.replace(line, ",".join([*cells[:4], "15000", *cells[5:]])), encoding="utf-8")
    touched = {"example-township-2024": ["999201-t1"], "example-ecocounty-2024": ["999201"], "example-ecocity-2024": ["999200"]}
    write_state(root, SAMPLE[0])
    for below, run in pairwise(SAMPLE):
        project, catalog = Project(root), load_catalog(root)
        assert f"data/processed/{below}/results.csv" in (changed_files(project, run) or [])
        stale = {code: found.because for code, found in plan_run(catalog, read_inputs(catalog, run)).items() if found.state != "fresh"}
        assert stale == dict.fromkeys(touched[run], ("data",))
        write_state(root, run)
        found = diff(project, run)
        assert found.changes and {change.row["region_code"] for change in found.changes} == set(touched[run])
        file = f"data/processed/{below}@{state_name(project.processed(below))}/results.csv"
        for again in (found, diff(project, run, exhaustive=True)):  # recomputed from the copies of rules and data too
            assert {change.layers for change in again.changes} == {("data",)}
            assert {(cause.what, cause.file) for cause in causes(again)} == {("input", file)}


# --- Small ones ------------------------------------------------------------------------------------------------------

HEAD = "region_code,region,period,variable,value,unit,source\n"
TITLES = "region_code,set,title,level,batch,year,review_due,withdrawn,document,state,via,note\n"
TOWNS = {"999001-a": "甲一镇", "999001-b": "甲二镇", "999001-c": "甲三镇", "999001-d": "甲四镇", "999001-e": "甲五镇", "999002-a": "乙一镇"}
COUNTIES = {"999001": "试甲县", "999002": "试乙县", "999003": "试丙区"}
BAD = {"999001-e"}  # 4 of 5 meet


def measure(name: str, zh: str, rest: str) -> str:
    return f'  - {{id: {name}, name_zh: {zh}, name_en: {name}, unit: "%", kind: number, direction: up, {rest}}}\n'


def share(suffix: str) -> str:
    roles = f"{{units_counted: hierarchy.townships_{suffix}, units: hierarchy.townships}}"
    rest = f"formula: hierarchy.units_share@1, roles: {roles}, cite: {CITE}"
    return measure(f"hierarchy.townships_{suffix}_share", f"比例{suffix}", rest)


def row(name: str, seq: str, measure_id: str, rule: str, unit: str = "%") -> str:
    return (
        f'  - {{id: {name}, seq: "{seq}", domain: 环境, name_zh: {name}, name_en: {name}, unit: "{unit}", measure: {measure_id}, '
        f"attribute: binding, targets: [{{text: 要求, rule: {rule}, cite: {CITE}}}]}}\n"
    )


def a_set(name: str, levels: str, *rows: str) -> str:
    return (
        f"id: {name}\ndocument: doc\nname_zh: {name}\nname_en: {name}\nlevels: [{levels}]\ncomplete: true\n"
        f"rounding: {{method: gbt8170, compare: full_value, cite: {CITE}}}\nrows:\n{''.join(rows)}"
    )


def a_run(name: str, regions: str, more: str = "") -> str:
    return (
        f'id: {name}\ntitle_zh: {name}\ntitle_en: {name}\npurpose: annual\nexample: true\nperiods: ["2024"]\nregions: [{regions}]\n'
        f'sets: [{name}]\nplans: []\ninputs: [{name}/data.csv]\nreport_date: "2025-03-31"\n{more}'
    )


def card(code: str, name: str, level: str, more: str = "") -> str:
    return f'code: "{code}"\nname_zh: {name}\nfull_name_zh: {name}\nname_en: Trial\nlevel: {level}\nfictional: true\n{more}'


class Towns(TinyProject):
    """Six towns in two counties, and a district without towns: run ``low`` for the towns, ``high`` for the counties."""

    def __init__(self, root: Path) -> None:  # nothing of the other tiny project
        self.root = root
        self.write("params/documents.yml", "documents:\n  - {id: doc, title_zh: 试验文件, text: not_in_hand}\n")
        self.write(
            "params/units.yml",
            'units:\n  - {id: "-", symbol: unitless, name_en: no unit, definition: "1"}\n'
            '  - {id: "%", symbol: percent, name_en: percent, definition: "0.01"}\n'
            "  - {id: 个, symbol: piece, name_en: pieces, definition: base}\n",
        )
        names = ("townships", "townships_meeting", "townships_named", "counties", "counties_meeting", "villages")
        rows = [f"  - {{id: hierarchy.{n}, name_zh: {n}, name_en: {n}, unit: 个, department: 民政部门}}\n" for n in names]
        self.write("params/variables.yml", "variables:\n" + "".join(rows))
        rate = measure("sewage.rate", "处理率", "reported_only: no definition")
        plan = '  - {id: gov.plan, name_zh: 规划, name_en: plan, unit: "-", kind: qualitative}\n'
        self.write("params/measures/all.yml", f"measures:\n{share('meeting')}{share('named')}{rate}{plan}")
        low = row("L1", "1", "gov.plan", "{qualitative: 编制}", "-"), row("L2", "2", "sewage.rate", '{at_least: "80"}')
        self.write("params/sets/low.yml", a_set("low", "township", *low))
        kinds = (("1", "meeting"), ("2", "named"))
        shares = [row(f"H{n}", n, f"hierarchy.townships_{suffix}_share", '{at_least: "80"}') for n, suffix in kinds]
        self.write("params/sets/high.yml", a_set("high", "county", *shares, row("H3", "3", "sewage.rate", '{at_least: "50"}')))
        for code, name in COUNTIES.items():
            self.write(f"params/regions/{code}.yml", card(code, name, "county"))
        for code, name in TOWNS.items():
            self.town(code, name)
        self.write("params/runs/low.yml", a_run("low", ", ".join(f'"{code}"' for code in TOWNS)))
        high = a_run("high", ", ".join(f'"{code}"' for code in COUNTIES), "children:\n  - {run: low, set: low}\n")
        self.write("params/runs/high.yml", high)
        self.write("data/raw/low/data.csv", HEAD + "".join(self.rate(code, code not in BAD) for code in TOWNS))
        self.write("data/raw/high/data.csv", HEAD + "".join(f"{c},{n},2024,reported.sewage.rate,70,%,来源\n" for c, n in COUNTIES.items()))
        decided = [f"D{n},qualitative,{code},2024,gov.plan,met,,试验员,2025-01-02,文件,已编制\n" for n, code in enumerate(TOWNS)]
        self.write("params/decisions/low.csv", "id,kind,region_code,period,key,verdict,choice,by,date,evidence,reason\n" + "".join(decided))
        self.titles(*TOWNS)
        for name in ("assess_region", "compare_regions"):
            self.write(f"notebooks/{name}.ipynb", '{"cells": []}')

    def town(self, code: str, name: str, more: str = "") -> None:
        self.write(f"params/regions/{code}.yml", card(code, name, "township", f'parent: "{code[:6]}"\n{more}'))

    def rate(self, code: str, good: bool) -> str:
        return f"{code},{TOWNS.get(code, '新镇')},2024,reported.sewage.rate,{85 if good else 75},%,来源\n"

    def titles(self, *codes: str, year: str = "2020", withdrawn: str = "") -> None:
        rows = [f"{code},low,试验称号,nation,,{year},,{withdrawn},doc,recalled,,\n" for code in codes]
        self.write("params/titles.csv", TITLES + "".join(rows))

    def undecide(self, code: str) -> None:
        path = "params/decisions/low.csv"
        self.write(path, "".join(line for line in self.text(path).splitlines(keepends=True) if f",{code}," not in line))

    def worsen(self, code: str) -> None:
        self.edit("data/raw/low/data.csv", self.rate(code, True), self.rate(code, False))

    def add(self, code: str) -> None:
        """Add a town that meets the set to the register and to the run."""
        self.town(code, "新镇")
        self.edit("params/runs/low.yml", '"999001-a",', f'"999001-a", "{code}",')
        self.write("data/raw/low/data.csv", self.text("data/raw/low/data.csv") + self.rate(code, True))
        path = "params/decisions/low.csv"
        self.write(path, self.text(path) + f"D9,qualitative,{code},2024,gov.plan,met,,试验员,2025-01-02,文件,已编制\n")

    def state(self, run: str) -> str:
        return write_state(self.root, run)

    def both(self) -> tuple[str, str]:
        return self.state("low"), self.state("high")

    def read(self) -> Inputs:
        return read_inputs(load_catalog(self.root), "high")

    def count(self, region: str = "999001") -> Count:
        return count(self.read(), region, "2024", "townships")

    def found(self) -> list[Problem]:
        return self.read().problems

    def stale(self) -> list[str]:
        catalog = load_catalog(self.root)
        return [code for code, found in plan_run(catalog, read_inputs(catalog, "high")).items() if found.state != "fresh"]

    def causes(self, exhaustive: bool = False) -> list[Cause]:
        return causes(diff(Project(self.root), "high", exhaustive=exhaustive))


def causes(found: Difference) -> list[Cause]:
    return list(dict.fromkeys(cause for change in found.changes for cause in change.causes))


@pytest.fixture
def towns(tmp_path: Path) -> Towns:
    return Towns(tmp_path)


@pytest.mark.parametrize(
    ("statuses", "meets"),
    [
        ("met met", True),
        ("met not_applicable no_target", True),
        ("met missing not_met", False),
        ("met pending", None),
        ("met missing", None),
        ("not_applicable", None),
        ("", None),
    ],
)
def test_a_unit_meets_its_set_when_all_that_is_asked_is_met(statuses: str, meets: bool | None) -> None:
    assert meets_all(statuses.split()) is meets


def test_units_are_counted_by_region_with_the_state_they_come_from(towns: Towns) -> None:
    state = towns.state("low")
    inputs = towns.read()
    assert [count(inputs, code, "2024", "townships") for code in COUNTIES] == [("5", "4", "4"), ("1", "1", "1"), ("not_involved",) * 3]
    item = inputs.get("999001", "hierarchy.townships_meeting", "2024")
    assert item is not None and item.value == Fraction(4)
    assert (item.file, item.place().file) == (f"low@{state}/results.csv", f"data/processed/low@{state}/results.csv")
    assert inputs.problems == []
    region = read_inputs(load_catalog(towns.root), "high", "999002")  # as in the region's notebook
    assert {key[0] for key in region.items} == {"999002"} and count(region, "999002", "2024", "townships") == ("1", "1", "1")


@pytest.mark.parametrize(
    ("year", "withdrawn", "named"),
    [("2024", "", "4"), ("2025", "", "0"), ("2020", "2024", "0"), ("2020", "2025", "4")],
)
def test_a_title_counts_from_its_year_until_it_is_withdrawn(towns: Towns, year: str, withdrawn: str, named: str) -> None:
    towns.state("low")
    towns.titles(*TOWNS, year=year, withdrawn=withdrawn)
    assert towns.count() == ("5", "4", named)


def test_a_title_under_another_set_or_of_a_unit_that_does_not_meet_is_not_counted(towns: Towns) -> None:
    towns.state("low")
    towns.write("params/titles.csv", towns.text("params/titles.csv").replace(",low,", ",high,"))
    assert towns.count() == ("5", "4", "0")
    towns.titles(*BAD)
    assert towns.count() == ("5", "4", "0")


@pytest.mark.parametrize(("more", "units"), [('valid_to: "2023"', "4"), ('valid_to: "2024"', "5"), ('valid_from: "2025"', "4")])
def test_a_division_of_another_year_is_not_counted(towns: Towns, more: str, units: str) -> None:
    towns.state("low")
    towns.town("999001-a", "甲一镇", more + "\n")
    assert towns.count()[0] == units


def test_an_undecided_unit_leaves_the_count_open_and_says_which(towns: Towns) -> None:
    towns.undecide("999001-b")
    towns.state("low")
    assert towns.count() == ("5", "not_collected", "not_collected")
    assert towns.count("999002") == ("1", "1", "1")
    [problem] = towns.found()
    assert (problem.code, problem.severity, problem.region) == ("children_open", "warning", "999001")
    assert "甲二镇" in problem.message("zh") and problem.remedy("en")
    rows = ek.assess(load_catalog(towns.root), towns.read(), "999001").rows
    assert [(row["status"], row["reason"]) for row in rows] == [("missing", "not_collected")] * 2 + [("met", "")]


def test_a_unit_that_the_run_does_not_assess_is_open_too(towns: Towns) -> None:
    towns.state("low")
    towns.town("999001-f", "新镇")
    assert towns.count() == ("6", "not_collected", "not_collected")
    assert [problem.values["units"] for problem in towns.found()] == [["新镇"]]


def test_a_run_that_is_not_finished_is_named_with_the_command(towns: Towns) -> None:
    [problem] = towns.found()
    assert (problem.code, problem.severity, problem.region) == ("children_unfinished", "warning", "")
    assert "evalkit run low" in problem.remedy("zh") and "params/runs/high.yml" in str(problem.place)
    catalog = load_catalog(towns.root)
    rows = ek.assess(catalog, read_inputs(catalog, "high"), "999001").rows
    assert {(row["status"], row["reason"]) for row in rows if row["value_source"] == ""} >= {("missing", "not_collected")}
    towns.state("low")
    (Project(towns.root).processed("low") / MANIFEST).unlink()  # as while it is being made
    assert [problem.code for problem in towns.found()] == ["children_unfinished"]


def test_a_run_that_does_not_exist_is_an_unknown_id(towns: Towns) -> None:
    towns.edit("params/runs/high.yml", "{run: low,", "{run: lows,")
    [problem] = towns.found()
    assert problem.code == "unknown_id" and "low?" in problem.remedy("en")


def test_a_pinned_state_has_to_be_the_one_that_stands(towns: Towns) -> None:
    state = towns.state("low")
    towns.edit("params/runs/high.yml", "set: low}", f"set: low, state: {state}}}")
    assert towns.found() == []
    towns.worsen("999001-b")
    other = towns.state("low")
    [problem] = towns.found()
    assert (problem.code, problem.severity) == ("children_changed", "error")
    assert state in problem.message("zh") and other in problem.message("zh") and other in problem.remedy("zh")


def test_runs_in_a_circle_are_refused(towns: Towns) -> None:
    towns.write("params/runs/low.yml", towns.text("params/runs/low.yml") + "children:\n  - {run: high, set: high}\n")
    with pytest.raises(EvalkitError) as raised:
        load_catalog(towns.root)
    assert {problem.code for problem in raised.value.problems} == {"bad_value"}
    assert "high → low → high" in raised.value.problems[0].message("zh")
    towns.edit("params/runs/low.yml", "{run: high, set: high}", "{run: low, set: low}")
    with pytest.raises(EvalkitError):
        load_catalog(towns.root)


def test_units_without_a_superior_are_told_of(towns: Towns) -> None:
    towns.edit("params/regions/999002-a.yml", 'parent: "999002"\n', "")
    towns.state("low")
    assert towns.count("999002") == ("not_involved",) * 3
    assert [(problem.code, problem.severity, problem.values["units"]) for problem in towns.found()] == [
        ("children_orphans", "warning", ["999002-a"])
    ]


def test_the_units_are_those_below_the_region_whatever_else_the_set_is_for(towns: Towns) -> None:
    towns.edit("params/sets/low.yml", "levels: [township]", "levels: [city, county, township]")
    towns.state("low")
    assert towns.count() == ("5", "4", "4")
    assert towns.count("999003") == ("not_involved",) * 3
    towns.edit("params/sets/low.yml", "levels: [city, county, township]", "levels: [city]")
    assert {(problem.code, problem.region) for problem in towns.found()} == {("level_mismatch", code) for code in COUNTIES}


def test_a_count_that_was_collected_by_hand_must_not_differ(towns: Towns) -> None:
    towns.state("low")
    rows = towns.text("data/raw/high/data.csv")
    towns.write("data/raw/high/data.csv", rows + "999001,试甲县,2024,hierarchy.townships_meeting,4,个,统计\n")
    assert towns.found() == []
    towns.write("data/raw/high/data.csv", rows + "999001,试甲县,2024,hierarchy.townships_meeting,5,个,统计\n")
    assert [(problem.code, problem.region) for problem in towns.found()] == [("conflict", "999001")]


def test_counts_that_no_indicator_of_the_run_needs_are_no_fault(towns: Towns) -> None:
    towns.state("low")
    text = towns.text("params/sets/high.yml")
    towns.write("params/sets/high.yml", "".join(line for line in text.splitlines(keepends=True) if "id: H2" not in line))
    catalog = load_catalog(towns.root)
    assert unused_inputs(catalog, read_inputs(catalog, "high")) == []


# --- what is run again, and why --------------------------------------------------------------------------------------


def test_only_the_regions_that_a_unit_touches_are_stale(towns: Towns) -> None:
    towns.both()
    assert towns.stale() == []
    towns.worsen("999001-b")
    towns.state("low")
    assert towns.stale() == ["999001"]
    files = changed_files(Project(towns.root), "high") or []
    assert {"data/processed/low/manifest.json", "data/processed/low/results.csv"} == set(files)


def test_another_state_with_the_same_counts_makes_nothing_stale(towns: Towns) -> None:
    first, _ = towns.both()
    towns.edit("data/raw/low/data.csv", towns.rate("999001-a", True), towns.rate("999001-a", True).replace(",85,", ",86,"))
    assert towns.state("low") != first
    assert towns.stale() == []


def test_a_unit_or_title_that_is_new_is_noticed(towns: Towns) -> None:
    towns.both()
    towns.town("999001-f", "新镇")
    assert changed_files(Project(towns.root), "high") == ["params/regions/999001-f.yml"]
    assert towns.stale() == ["999001"]
    (towns.root / "params/regions/999001-f.yml").unlink()
    towns.write("params/regions/999003-x-y.yml", card("999003-x-y", "新村", "village", 'parent: "999003-x"\n'))
    assert changed_files(Project(towns.root), "high") == []  # of another region
    towns.titles("999001-a")
    assert changed_files(Project(towns.root), "high") == ["params/titles.csv"]
    assert towns.stale() == ["999001", "999002"]


def test_a_copy_of_the_rules_can_be_loaded_when_titles_name_other_regions(towns: Towns) -> None:
    towns.write("params/regions/110000.yml", card("110000", "他市", "city"))
    towns.titles(*TOWNS, "110000")
    towns.both()
    snapshot = Project(towns.root).processed("high") / "snapshot"
    catalog = load_catalog(snapshot)
    assert count(read_inputs(catalog, "high"), "999001", "2024", "townships") == ("5", "4", "4")
    towns.titles("999001-a", "999002-a")
    towns.state("high")
    assert {(cause.layer, cause.file) for cause in towns.causes()} == {("region", "params/titles.csv")}


def test_a_difference_names_the_run_the_register_or_the_titles(towns: Towns) -> None:
    towns.both()
    towns.worsen("999001-b")
    state, _ = towns.both()
    file = f"data/processed/low@{state}/results.csv"
    for exhaustive in (False, True):
        found = towns.causes(exhaustive)
        assert {(cause.layer, cause.what, cause.file) for cause in found} == {("data", "input", file)}
        assert {(cause.id, cause.before, cause.after) for cause in found} == {
            ("hierarchy.townships_meeting", "4", "3"),
            ("hierarchy.townships_named", "4", "3"),
        }
    towns.titles("999001-a", "999002-a")
    towns.state("high")
    for exhaustive in (False, True):
        assert {(cause.layer, cause.file, cause.before, cause.after) for cause in towns.causes(exhaustive)} == {
            ("region", "params/titles.csv", "3", "1")
        }
    towns.town("999001-e", TOWNS["999001-e"], 'valid_to: "2023"\n')
    towns.state("high")
    for exhaustive in (False, True):
        assert {(cause.layer, cause.file) for cause in towns.causes(exhaustive)} == {("region", "params/regions/999001-e.yml")}


def test_a_difference_separates_the_run_from_the_titles(towns: Towns) -> None:
    towns.both()
    towns.worsen("999001-b")
    towns.titles("999001-a", "999001-b", "999001-c", "999002-a")
    towns.both()
    found = diff(Project(towns.root), "high")
    effects = {change.row["indicator"]: [(effect.layers, effect.value) for effect in change.effects] for change in found.changes}
    assert effects == {"H1": [(("data",), ("80", "60"))], "H2": [(("data",), ("80", "60")), (("region",), ("60", "40"))]}


def test_a_new_unit_is_separated_from_the_state_of_the_run(towns: Towns) -> None:
    towns.both()
    towns.add("999001-f")
    towns.both()
    found = diff(Project(towns.root), "high", exhaustive=True)
    layers = {layer for change in found.changes for effect in change.effects for layer in effect.layers}
    assert found.changes and layers <= {"data", "region"} and "region" in layers
    assert "params/regions/999001-f.yml" in {cause.file for cause in causes(found)}


@pytest.mark.slow
def test_a_run_of_both_in_order_executes_the_touched_region_and_the_roll_up(towns: Towns) -> None:
    for name in ("assess_region", "compare_regions"):
        shutil.copyfile(ROOT / "notebooks" / f"{name}.ipynb", towns.root / "notebooks" / f"{name}.ipynb")

    def run() -> list[tuple[str, str]]:
        events: list[Event] = []
        catalog = load_catalog(towns.root)
        for name in catalog.in_order(["high", "low"]):
            outcome = run_assessment(catalog, name, tell=events.append)
            assert outcome.ok, outcome.problems
        return sorted({(event.run, event.region) for event in events if event.kind == "finished"})

    assert run() == sorted([*(("low", code) for code in ["", *TOWNS]), *(("high", code) for code in ["", *COUNTIES])])
    assert run() == []
    towns.worsen("999001-b")
    assert run() == [("high", ""), ("high", "999001"), ("low", ""), ("low", "999001-b")]
    inputs = read_json(Project(towns.root).processed("high") / MANIFEST)["inputs"]
    assert changed_files(Project(towns.root), "high") == [] and "data/processed/low/manifest.json" in inputs


# --- coverage --------------------------------------------------------------------------------------------------------


def test_coverage_counts_what_is_still_open_apart(towns: Towns) -> None:
    catalog = load_catalog(towns.root)
    assert coverage(catalog, "high", "999001") == [Coverage("township", "low", "low", "", "2024", 5, 0, 0, 5, 5)]  # not finished
    towns.undecide("999001-b")
    state = towns.state("low")
    assert coverage(catalog, "high", "999001") == [Coverage("township", "low", "low", state, "2024", 5, 3, 3, 1, 1)]
    assert coverage(catalog, "high", "999003") == [Coverage("township", "low", "low", state, "2024", 0, 0, 0)]
    assert coverage(catalog, "low", "999001-a") == []
    for run, region in (("nowhere", "999001"), ("high", "nowhere")):
        with pytest.raises(EvalkitError):
            coverage(catalog, run, region)


def test_what_lies_below_an_outdated_run_is_outdated_all_the_way_up(towns: Towns) -> None:
    towns.state("low")
    towns.state("high")
    project = Project(towns.root)
    assert changed_files(project, "high") == [] or "data/processed/low" not in (changed_files(project, "high") or [])
    towns.worsen("999001-b")
    assert "data/processed/low" in (changed_files(project, "high") or [])
