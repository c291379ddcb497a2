"""Two indicator sets compared: pairing, differences with their states, crosswalks, a run under both sets."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any, get_args

import pytest
from conftest import CITE, ROOT, TinyProject
from rich.console import Console
from typer.testing import CliRunner

from evalkit.authoring import comparison_print, crosswalk_print
from evalkit.authoring.comparison import FIRM, KINDS, Comparison, compare_sets
from evalkit.authoring.crosswalk import side_by_side
from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.crosswalks import Relation, crosswalk_between, plain_name
from evalkit.cli.commands import app
from evalkit.messages import EvalkitError, words

SEEN = "{document: doc, clause: table 1, state: seen, via: copy}"
CROSSWALK = "params/crosswalks/demo--later.yml"


def pairs(found: Comparison) -> set[tuple[str, str, str, str]]:
    return {(p.before.id if p.before else "", p.after.id if p.after else "", p.paired_by, p.kind) for p in found.pairs}


@pytest.fixture
def later(project: TinyProject) -> TinyProject:
    """The tiny project with a second set: R1 renamed, R2 untouched, R3 gone, R4 by name with another measure, N5 new."""
    text = project.text("params/sets/demo.yml").replace("id: demo", "id: later").replace(CITE, SEEN).replace("id: R", "id: N")
    start, end = text.index("  - id: N3"), text.index("  - id: N4")
    text = text[:start] + text[end:]
    text = text.replace("name_zh: 优良天数比率", "name_zh: 优良天数占比").replace("text: ≥90", "text: ≥92").replace('"90"', '"92"')
    text = text.replace("    measure: waste.total\n    attribute: binding", "    measure: waste.other\n    attribute: reference")
    text += f"""\
  - id: N5
    seq: "5"
    domain: 环境
    name_zh: 新指标 [bold]x[/bold] <b>
    name_en: something new
    unit: "%"
    measure: sewage.rate
    attribute: binding
    targets:
      - {{text: ≥1|2, rule: {{at_least: "1"}}, cite: {SEEN}}}
"""
    project.write("params/sets/later.yml", text)
    measures = project.text("params/measures/all.yml")
    more = "  - {id: waste.other, name_zh: 总量, name_en: total, unit: 吨, kind: number, direction: down, reported_only: none}\n"
    project.write("params/measures/all.yml", measures + more)
    return project


def declare(project: TinyProject, *entries: str, state: str = "derived, note: by name") -> None:
    rows = "".join(f"  - {{{entry}}}\n" for entry in entries)
    project.write(CROSSWALK, f"from: demo\nto: later\ncite: {{document: doc, clause: table 1, state: {state}}}\nrows:\n{rows}")


def codes(project: TinyProject) -> list[str]:
    with pytest.raises(EvalkitError) as error:
        project.catalog(units=False)
    assert all(p.message(lang) and p.remedy(lang) for p in error.value.problems for lang in ("zh", "en"))  # type: ignore[arg-type]
    return [problem.code for problem in error.value.problems]


# Pairing


def test_rows_are_paired_by_measure_then_by_name(later: TinyProject) -> None:
    found = compare_sets(later.catalog(), "demo", "later")
    assert pairs(found) == {
        ("R1", "N1", "measure", "changed"),
        ("R2", "N2", "measure", "unchanged"),
        ("R3", "N5", "measure", "changed"),
        ("R4", "N4", "name", "changed"),
    }


def test_a_declared_crosswalk_goes_first(later: TinyProject) -> None:
    declare(later, "from: R3, relation: dropped, note: 取消", "to: N5, relation: new", "from: R1, to: N1, relation: renamed")
    found = compare_sets(later.catalog(), "demo", "later")
    assert pairs(found) == {
        ("R1", "N1", "crosswalk", "changed"),
        ("R2", "N2", "measure", "unchanged"),
        ("R3", "", "", "removed"),
        ("R4", "N4", "name", "changed"),
        ("", "N5", "", "added"),
    }
    assert found.counts == {"changed": 2, "added": 1, "removed": 1, "unchanged": 1}
    assert [(p.relation, p.note) for p in found.of_kind("removed")] == [("dropped", "取消")]


def test_a_crosswalk_is_read_in_both_directions(later: TinyProject) -> None:
    declare(later, "from: R3, to: N5, relation: split", "from: R3, to: N1, relation: split", "from: R1, relation: dropped")
    catalog = later.catalog()
    back = crosswalk_between(catalog, "later", "demo")
    assert back is not None and back.id == "later--demo"
    assert [(e.from_, e.to, e.relation) for e in back.rows] == [("N5", "R3", "merged"), ("N1", "R3", "merged"), (None, "R1", "new")]
    assert crosswalk_between(catalog, "demo", "demo") is None
    found = compare_sets(catalog, "later", "demo")
    assert {(p.before.id, p.relation) for p in found.pairs if p.after and p.before and p.after.id == "R3"} == {
        ("N5", "merged"),
        ("N1", "merged"),
    }


def test_what_several_rows_could_match_stays_alone(later: TinyProject) -> None:
    text = later.text("params/sets/later.yml")
    later.write(
        "params/sets/later.yml",
        text.replace("measure: gov.plan", "measure: air.good_day_ratio").replace("{qualitative: 编制}", '{at_least: "1"}'),
    )
    found = compare_sets(later.catalog(), "demo", "later")
    assert ("R1", "", "", "removed") in pairs(found)  # two rows of the new set have its measure, neither its name
    assert ("R2", "N2", "name", "changed") in pairs(found)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("水质达到Ⅲ类", "水质达到III类", True),
        ("状况指数（EI）", "状况指数", True),
        ("（一）甲", "甲", False),
        ("ＰＭ2.5 浓度", "PM2.5浓度", True),
        ("甲", "乙", False),
    ],
)
def test_printing_makes_no_other_name(one: str, other: str, same: bool) -> None:
    assert (plain_name(one) == plain_name(other)) is same


# Differences and their states


def test_each_difference_shows_the_states_of_both_cells(later: TinyProject) -> None:
    found = compare_sets(later.catalog(), "demo", "later")
    changes = {pair.row.id: {c.kind: (c.before, c.after, c.states, c.open) for c in pair.changes} for pair in found.pairs}
    both = ("recalled", "seen")
    assert changes["N1"] == {"name": ("优良天数比率", "优良天数占比", both, True), "target": ("≥90", "≥92", both, True)}
    assert changes["N4"] == {"attribute": ("binding", "reference", both, True), "definition": ("", "", ("", ""), True)}
    assert set(changes["N5"]) == {"name", "attribute", "target"}
    assert found.pairs[0].changes[1].rules == ('{at_least: "90"}', '{at_least: "92"}')


def test_nothing_is_open_where_both_sides_were_read(later: TinyProject) -> None:
    later.write("params/sets/demo.yml", later.text("params/sets/demo.yml").replace(CITE, SEEN))
    found = compare_sets(later.catalog(), "demo", "later")
    assert {pair.row.id for pair in found.pairs if pair.open} == {"N4"}  # its definitions are not in hand
    declare(later, "from: R1, to: N1, relation: renamed")
    found = compare_sets(later.catalog(), "demo", "later")
    assert {pair.row.id for pair in found.pairs if pair.open} == {"N1", "N4"}  # the names differ, and the pairing is only derived
    declare(later, "from: R1, to: N1, relation: renamed", state="seen, via: copy")
    assert {pair.row.id for pair in compare_sets(later.catalog(), "demo", "later").pairs if pair.open} == {"N4"}


@pytest.mark.parametrize("side", ["demo", "later"])
def test_a_row_is_new_or_gone_only_if_the_other_set_is_whole(side: str, later: TinyProject) -> None:
    later.write("params/sets/demo.yml", later.text("params/sets/demo.yml").replace(CITE, SEEN))
    declare(later, "from: R3, relation: dropped", "to: N5, relation: new")
    found = compare_sets(later.catalog(), "demo", "later")
    assert not any(pair.open for kind in ("added", "removed") for pair in found.of_kind(kind))
    later.edit(f"params/sets/{side}.yml", "complete: true", "complete: false")
    found = compare_sets(later.catalog(), "demo", "later")
    assert [kind for kind in ("added", "removed") if any(p.open for p in found.of_kind(kind))] == ["added" if side == "demo" else "removed"]


def test_levels_are_compared_one_by_one_and_said_where_they_differ(catalog: Catalog) -> None:
    found = compare_sets(catalog, "cn-demo-2016", "cn-demo-2019")
    assert found.levels == ("city", "county")
    pair = next(p for p in found.pairs if p.after and p.after.id == "E19-06")
    kinds = {(c.kind, c.levels) for c in pair.changes}
    assert ("attribute", ("county",)) in kinds and ("definition", ("county",)) in kinds and ("name", ()) in kinds
    water = next(p for p in found.pairs if p.after and p.after.id == "E19-27")  # city only before
    assert [(c.kind, c.before, c.after, c.levels) for c in water.changes if c.kind == "levels"] == [("levels", "", "county", ("county",))]
    assert compare_sets(catalog, "cn-demo-2016", "cn-demo-2019", "county").levels == ("county",)


@pytest.mark.parametrize(("after", "level"), [("cn-ecocounty-2007", None), ("cn-demo-2019", "county"), ("cn-demo-2019", "village")])
def test_sets_without_a_common_level_are_not_compared(after: str, level: str | None, catalog: Catalog) -> None:
    with pytest.raises(EvalkitError) as error:
        compare_sets(catalog, "cn-demo-2024-city", after, level)
    assert [problem.code for problem in error.value.problems] == ["no_shared_level"]


def test_an_unknown_set_is_named_with_near_ones(catalog: Catalog) -> None:
    with pytest.raises(EvalkitError, match="cn-demo-2019"):
        compare_sets(catalog, "cn-demo-2018", "cn-demo-2019")


# The shipped crosswalks


@pytest.mark.parametrize("name", ["cn-demo-2016--cn-demo-2019", "cn-demo-2019--cn-demo-2024-city"])
def test_a_shipped_crosswalk_names_every_indicator_and_claims_no_more_than_it_knows(name: str, catalog: Catalog) -> None:
    crosswalk = catalog.crosswalks[name]
    sets = catalog.sets[crosswalk.from_], catalog.sets[crosswalk.to]
    shared = set(sets[0].levels) & set(sets[1].levels)
    for indicator_set, key in zip(sets, ("from_", "to"), strict=True):
        named = {getattr(entry, key) for entry in crosswalk.rows}
        rows = [row for row in indicator_set.rows if row.attribute not in ("condition", "veto") and any(map(row.target_at, shared))]
        assert [row.id for row in rows if row.id not in named] == []
    assert {crosswalk.cite_of(entry).state for entry in crosswalk.rows} == {"derived"}


def test_nothing_between_the_shipped_sets_is_said_to_have_changed(catalog: Catalog) -> None:
    for after in ("cn-demo-2019", "cn-demo-2024-city"):
        found = compare_sets(catalog, "cn-demo-2016", after)
        recalled = [p for p in found.pairs if any("recalled" in c.states or "" in c.states for c in p.changes)]
        assert recalled and all(pair.open for pair in recalled)
        assert all(c.open for p in found.pairs for c in p.changes if not set(c.states) <= set(FIRM))


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (["from: R1, to: N9, relation: renamed"], "unknown_id"),
        (["from: R9, relation: dropped"], "unknown_id"),
        (["from: R1, relation: renamed"], "missing_key"),
        (["to: N1, relation: same"], "missing_key"),
        (["from: R1, to: N1, relation: dropped"], "bad_value"),
        (["from: R1, to: N1, relation: new"], "bad_value"),
        (["from: R1, to: N1, relation: same"], "bad_value"),
        (["from: R2, to: N2, relation: renamed"], "bad_value"),
        (["from: R1, to: N1, relation: split"], "bad_value"),
        (["from: R1, to: N1, relation: merged"], "bad_value"),
        (["from: R1, to: N1, relation: renamed", "from: R1, to: N2, relation: redefined"], "duplicate_id"),
        (["from: R1, to: N1, relation: renamed", "from: R2, to: N1, relation: redefined"], "duplicate_id"),
        (["from: R1, to: N1, relation: renamed", "from: R1, relation: dropped"], "duplicate_id"),
        (["from: R1, to: N1, relation: gone"], "bad_value"),
        (["from: R1, to: N1, relation: renamed, remark: x"], "unknown_key"),
        (["from: R1, to: N1, relation: renamed, cite: {document: none, clause: x, state: recalled}"], "unknown_id"),
        (["from: R1, to: N1, relation: renamed, cite: {document: doc, clause: x, state: seen}"], "missing_key"),
    ],
)
def test_a_faulty_crosswalk_is_refused(entries: list[str], code: str, later: TinyProject) -> None:
    declare(later, *entries)
    assert code in codes(later)


def test_a_crosswalk_belongs_to_its_sets_and_its_name(later: TinyProject) -> None:
    declare(later, "from: R2, to: N2, relation: same")
    later.write("params/crosswalks/a--b.yml", later.text(CROSSWALK))
    assert set(codes(later)) == {"duplicate_id", "file_name_differs"}
    (later.root / "params/crosswalks/a--b.yml").unlink()
    later.edit(CROSSWALK, "to: later", "to: latest")
    assert set(codes(later)) == {"file_name_differs"}
    later.write("params/crosswalks/demo--latest.yml", later.text(CROSSWALK))
    (later.root / CROSSWALK).unlink()
    assert set(codes(later)) == {"unknown_id"}


def test_words_exist_for_all_relations_and_kinds() -> None:
    assert set(get_args(Relation)) <= set(words("relation"))
    assert set(KINDS) == set(words("set_change"))


# In print


def shown(parts: list[Any]) -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115
    for part in parts:
        console.print(part)
    return console.export_text()


def test_the_terminal_prints_data_as_it_is(later: TinyProject) -> None:
    declare(later, "to: N5, relation: new", "from: R3, relation: dropped")
    catalog = later.catalog()
    found = compare_sets(catalog, "demo", "later")
    text = shown(comparison_print.terminal(found, catalog, "zh"))
    assert "新指标 [bold]x[/bold] <b>" in text and "待核" in text and "一般了解／见于转载件" in text and "配对依据" in text
    english = shown(comparison_print.terminal(found, catalog, "en"))
    assert "Rows that differ (2)" in english and "paired by" in english and "to verify" in english
    text = comparison_print.markdown(found, catalog, "zh")
    assert "[bold]" not in text and "<b>" not in text and "&#91;bold&#93;" in text and "≥1&#124;2" in text


def test_json_holds_both_sides(later: TinyProject) -> None:
    record = compare_sets(later.catalog(), "demo", "later").record()
    assert record["counts"] == {"changed": 3, "added": 0, "removed": 0, "unchanged": 1, "open": 3}
    row = next(row for row in record["rows"] if row["after"]["id"] == "N1")
    assert (row["before"]["id"], row["paired_by"], row["crosswalk_state"], row["open"]) == ("R1", "measure", "", True)
    assert row["changes"][1] == {"kind": "target", "before": "≥90", "after": "≥92", "states": ["recalled", "seen"], "levels": ["county"],
                                 "rules": ['{at_least: "90"}', '{at_least: "92"}'], "open": True}  # fmt: skip


def test_the_word_annex_is_the_same_each_time(catalog: Catalog, tmp_path: Path) -> None:
    found = compare_sets(catalog, "cn-demo-2019", "cn-demo-2024-city")
    made = [tmp_path / name for name in ("a.docx", "b.docx")]
    for path in made:
        comparison_print.write(found, catalog, path, "zh")
    assert made[0].read_bytes() == made[1].read_bytes()
    text = zipfile.ZipFile(made[0]).read("word/document.xml").decode()
    assert "待核" in text and "优良天数比率" in text and 'w:orient="landscape"' in text and "keepNext" in text


def test_the_commands_write_what_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("EVALKIT_LANG", "en")  # restored afterwards: --lang sets it
    run = CliRunner().invoke
    done = run(app, ["sets", "diff", "cn-demo-2019", "cn-demo-2024-city", "--json"])
    assert done.exit_code == 0 and json.loads(done.output)["crosswalk"] == "cn-demo-2019--cn-demo-2024-city"
    done = run(app, ["sets", "diff", "cn-demo-2019", "cn-demo-2024-city", "--out", str(tmp_path / "a.md")])
    assert done.exit_code == 0 and "Rows that differ" in (tmp_path / "a.md").read_text(encoding="utf-8")
    assert run(app, ["--lang", "zh", "sets", "diff", "cn-demo-2019", "cn-demo-2024-city"]).output.startswith("指标体系变化对照")
    for arguments in (
        ["diff", "a", "b", "--out", "x.pdf"],
        ["crosswalk", "a", "b", "--out", "x.docx"],
        ["crosswalk", "a", "b", "--region", "1"],
        ["crosswalk", "a", "b", "c", "--level", "city"],
    ):
        assert run(app, ["sets", *arguments]).exit_code == 2


# A run under both sets

CITY_CITE = "cite: {document: example-999001-plan, clause: 虚构, state: derived, note: 虚构地区}"
CITY = f"""\
code: "999201"
name_zh: 示例市
full_name_zh: 示例省示例市（虚构）
name_en: Example City (fictional)
level: city
fictional: true
classes:
  - {{set: cn-demo-2019, class: terrain, value: hill, {CITY_CITE}}}
  - {{set: cn-demo-2019, class: aridity, value: other, {CITY_CITE}}}
  - {{set: cn-demo-2019, class: city_size, value: medium_small, {CITY_CITE}}}
  - {{set: cn-demo-2024-city, class: rural_sewage_band, value: east_or_cw_city_district, {CITY_CITE}}}
"""
CITY_RUN = """\
id: two
title_zh: 示例市新旧体系对照
title_en: Example City under two sets
purpose: annual
example: true
periods: ["2024"]
base_period: "2021"
regions: ["999201"]
sets: [cn-demo-2019, cn-demo-2024-city]
inputs: [two/data.csv]
report_date: "2025-03-31"
"""
CITY_DATA = """\
region_code,region,period,variable,value,unit,source
999201,示例市,2023,air.days_good,318,天,示例数据
999201,示例市,2023,air.days_valid,365,天,示例数据
999201,示例市,2024,air.days_good,333,天,示例数据
999201,示例市,2024,air.days_valid,366,天,示例数据
999201,示例市,2024,assigned.air.good_day_ratio,88,%,示例数据
999201,示例市,2024,reported.air.good_day_ratio_2024,91.0,%,示例数据
999201,示例市,2024,assigned.air.good_day_ratio_2024,88,%,示例数据
999201,示例市,2023,eco.eqi,58.1,-,示例数据
999201,示例市,2024,eco.eqi,58.4,-,示例数据
999201,示例市,2024,reported.waste.household_recycling,33.5,%,示例数据
999201,示例市,2024,reported.living.park_area_per_capita,14.2,平方米/人,示例数据
999201,示例市,2024,reported.living.park_area_per_capita_2024,14.2,平方米/人,示例数据
"""
COUNTY_CLASSES = "".join(
    f"  - {{set: cn-demo-2016, class: {name}, value: {value}, {CITY_CITE}}}\n"
    for name, value in (("terrain", "hill"), ("forest_zone", "hill"), ("economic_region", "central"), ("county_kind", "county"))
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rules with a fictional city, and the fictional county under 2016 and 2019."""
    root = tmp_path_factory.mktemp("scratch")
    shutil.copytree(ROOT / "params", root / "params")
    shutil.copytree(ROOT / "data/raw/example-county-2024", root / "data/raw/example-county-2024")
    files = {"params/regions/999201.yml": CITY, "params/runs/two.yml": CITY_RUN, "data/raw/two/data.csv": CITY_DATA}
    county = (ROOT / "params/regions/999001.yml").read_text(encoding="utf-8")
    files["params/regions/999001.yml"] = county + COUNTY_CLASSES
    run = (ROOT / "params/runs/example-county-2024.yml").read_text(encoding="utf-8")
    files["params/runs/example-county-2024.yml"] = run.replace("sets: [cn-demo-2019]", "sets: [cn-demo-2016, cn-demo-2019]")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def both(scratch: Path) -> Catalog:
    """Its catalogue, read once."""
    return load_catalog(scratch)


def test_a_city_is_shown_under_both_sets_with_what_the_new_one_lacks(both: Catalog) -> None:
    catalog = both
    found = side_by_side(catalog, "cn-demo-2019", "cn-demo-2024-city", "two")
    record = found.record()
    [view] = record["views"]
    assert record["example"] and (view["region"], view["period"], view["levels"]) == ("999201", "2024", ["city"])
    rows = {(row["before"], row["after"]): row for row in view["rows"]}
    air = rows["E19-07a", "C04.1"]
    assert (air["relation"], air["old"]["status"], air["new"]["status"], air["new"]["rounded_value"]) == ("renamed", "met", "met", "91.0")
    park = rows["E19-31", "C24"]
    assert (park["old"]["status"], park["new"]["status"]) == ("not_met", "met")  # 14.2 against 15, then against 12
    assert rows["E19-04", None]["new"] is None and rows[None, "C09"]["old"] is None

    gaps = {gap["row"]: gap for gap in view["gaps"]}
    assert gaps["C06.4"]["reasons"] == ["new"] and gaps["C06.4"]["lacking"] == []  # judged: not met, but nothing is lacking
    assert gaps["C07.1"]["reasons"] == ["redefined"] and gaps["C07.1"]["lacking"] == []  # both years of EQI are there
    assert gaps["C04.1"]["reasons"] == ["unproven"] and gaps["C04.1"]["lacking"] == []
    forest = gaps["C08.1"]
    assert forest["reasons"] == ["split", "missing"]
    lacking = [(item["variable"], item["period"], item["kind"]) for item in forest["lacking"]]
    assert lacking == [("reported.ecology.forest_cover", "2024", "reported"), ("reported.ecology.forest_cover", "2023", "reported")]
    assert [item["kind"] for item in gaps["C10"]["lacking"]] == ["decision"]
    assert {item["kind"] for item in gaps["C14"]["lacking"]} == {"reported", "assigned"}


def test_a_county_is_shown_under_2016_and_2019(both: Catalog) -> None:
    catalog = both
    found = side_by_side(catalog, "cn-demo-2016", "cn-demo-2019", "example-county-2024", period="2023")
    [view] = found.views
    assert (view.region, view.period, view.comparison.levels) == ("999001", "2023", ("county",))
    pairs = {(p.before.id if p.before else "", p.after.id if p.after else ""): p for p in view.comparison.pairs}
    old, new = view.results(pairs["E16-C22", "E19-29"])
    assert old and new and (old["status"], new["status"], old["rounded_value"]) == ("met", "met", new["rounded_value"])
    assert {gap.row.id: gap.reasons for gap in view.gaps}["E19-25b"] == ("redefined",)
    assert "E19-29" not in {gap.row.id for gap in view.gaps}  # the same measure, with data
    assert ("", "E19-23") not in pairs  # of the city only


def test_lacking_inputs_name_unit_department_and_year(both: Catalog) -> None:
    catalog = both
    found = side_by_side(catalog, "cn-demo-2016", "cn-demo-2019", "example-county-2024")
    text = crosswalk_print.markdown(found, catalog, "zh")
    assert "示例数据(非真实)" in text.replace("&#40;", "(").replace("&#41;", ")") and "缺口清单" in text
    two = crosswalk_print.markdown(side_by_side(catalog, "cn-demo-2019", "cn-demo-2024-city", "two"), catalog, "zh")
    plain = two.replace("&#46;", ".").replace("&#95;", "_").replace("&#40;", "（").replace("&#41;", "）").replace("&#183;", "·")
    assert "2023年森林覆盖率·申报值（reported.ecology.forest_cover，%）" in plain
    assert "重点建设用地安全利用：佐证材料与人工判定" in plain
    english = shown(crosswalk_print.terminal(side_by_side(catalog, "cn-demo-2019", "cn-demo-2024-city", "two"), catalog, "en"))
    assert "Gaps (" in english and "example data (not real)" in english and "not met" in english


def test_without_a_run_the_needs_of_what_does_not_continue_are_listed(catalog: Catalog) -> None:
    found = side_by_side(catalog, "cn-demo-2019", "cn-demo-2024-city")
    [view] = found.views
    gaps = {gap.row.id: gap for gap in view.gaps}
    assert gaps["C09"].reasons == ("new",) and [w.need.variable for w in gaps["C09"].lacking] == ["reported.soil.farmland_safe_use"]
    assert {(w.need.variable, w.need.at) for w in gaps["C07.1"].lacking} == {
        ("eco.eqi", "current"), ("eco.eqi", "previous"), ("reported.ecology.eqi_change", "current"),
    }  # fmt: skip
    assert "待核" in crosswalk_print.markdown(found, catalog, "zh")


def test_the_workbook_holds_texts_only_and_is_the_same_each_time(both: Catalog, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    catalog = both
    found = side_by_side(catalog, "cn-demo-2019", "cn-demo-2024-city", "two")
    assert crosswalk_print.workbook(found, catalog, "zh") == crosswalk_print.workbook(found, catalog, "zh")
    crosswalk_print.write(found, catalog, tmp_path / "x.xlsx", "zh")
    book = load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["概要", "对照", "缺口"]
    assert all(cell.data_type in ("s", "n") and not isinstance(cell.value, float) for sheet in book for row in sheet for cell in row)
    assert "示例数据" in str(book["对照"].oddHeader.center.text)
    listed = {row[6].value: row for row in book["对照"].iter_rows(min_row=2) if row[6].value}
    assert "○" in str(book["对照"].cell(2, 7).value) or listed


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"run_id": "two", "region": "310151"}, "unknown_id"),
        ({"run_id": "two", "period": "2023"}, "period_unknown"),
        ({"run_id": "example-county-2024"}, "run_lacks_set"),
        ({"run_id": "none"}, "unknown_id"),
    ],
)
def test_what_the_run_does_not_have_is_said(arguments: dict[str, Any], code: str, both: Catalog) -> None:
    with pytest.raises(EvalkitError) as error:
        side_by_side(both, "cn-demo-2019", "cn-demo-2024-city", **arguments)
    assert [problem.code for problem in error.value.problems] == [code]


def test_a_rule_that_alone_differs_is_said_in_words(catalog: Catalog) -> None:
    found = compare_sets(catalog, "cn-demo-2016", "cn-demo-2019", "city")
    pair = next(p for p in found.pairs if p.after and p.after.id == "E19-06")
    [change] = [c for c in pair.changes if c.kind == "rule"]
    assert (change.before, change.after, change.rules) == ("≥100", "＝100", ('{at_least: "100"}', '{equals: "100"}'))
