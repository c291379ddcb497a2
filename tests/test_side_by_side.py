"""Sets that apply to a region at once are assessed side by side, from one set of inputs: here a national and a provincial one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import ROOT

import evalkit as ek
from evalkit.assessment import check_run
from evalkit.assessment.passing import conclusions
from evalkit.catalog import Catalog
from evalkit.report.fill import context_from_catalog
from evalkit.report.model import build_model

RUN, REGION, NATIONAL, HUNAN = "example-county-2024", "999001", "cn-demo-2019", "hn-ecocounty-2018"
CITE = "{document: hn-2018-9, clause: 示例, state: derived, note: 示例}"


@pytest.fixture
def both(tmp_path: Path) -> Path:
    for name in ("params", "data/raw"):
        shutil.copytree(ROOT / name, tmp_path / name)
    run = tmp_path / "params" / "runs" / f"{RUN}.yml"
    run.write_text(run.read_text(encoding="utf-8").replace(f"sets: [{NATIONAL}]", f"sets: [{NATIONAL}, {HUNAN}]"), encoding="utf-8")
    catalog = ek.load_catalog(tmp_path)
    card = tmp_path / "params" / "regions" / f"{REGION}.yml"
    document = catalog.sets[HUNAN].document
    declared = "".join(
        f"  - {{set: {HUNAN}, class: {d.id}, value: {d.values[-1].id}, cite: {CITE.replace('hn-2018-9', document)}}}\n"
        for d in catalog.sets[HUNAN].classes
    )
    card.write_text(card.read_text(encoding="utf-8").rstrip("\n") + "\n" + declared, encoding="utf-8")
    return tmp_path


def of(catalog: Catalog, rows: list[dict[str, str]], measure: str) -> list[dict[str, str]]:
    """Return the threshold rows of a measure."""
    found = []
    for row in rows:
        known = catalog.sets[row["set"]].row(row["indicator"]) if row["basis"] == "set" else None
        found += [row] if known and known.measure == measure else []
    return found


def test_each_set_judges_by_its_own_target(both: Path) -> None:
    catalog = ek.load_catalog(both)
    inputs = ek.read_inputs(catalog, RUN)
    assessment = ek.assess(catalog, inputs, REGION)
    rows = {name: [r for r in assessment.rows if r["set"] == name and r["period"] == "2024"] for name in (NATIONAL, HUNAN)}
    assert len(rows[NATIONAL]) == len([row for row in catalog.sets[NATIONAL].rows if row.target_at("county")])
    assert len(rows[HUNAN]) == len(catalog.sets[HUNAN].rows)
    # one measure under both: one value or one reason, each set's own threshold
    [provincial] = of(catalog, rows[HUNAN], "ecology.ecological_index")
    [national] = of(catalog, rows[NATIONAL], "ecology.ecological_index")
    assert all(provincial[name] == national[name] for name in ("value", "data_year", "reported_value"))
    assert (national["reason"], provincial["reason"]) == ("not_published", "not_published")
    measured = "reported.ecology.ecological_index"
    item = replace(next(iter(inputs.items.values())), variable=measured, period="2024", missing="", text="", value=Fraction(57))
    inputs.items[(REGION, measured, "2024")] = item
    again = [r for r in ek.assess(catalog, inputs, REGION).rows if r["period"] == "2024"]
    verdicts = {r["set"]: (r["value"], r["status"], r["gap"]) for r in of(catalog, again, "ecology.ecological_index")}
    # the national set asks for 60 (elsewhere than in dry areas), the provincial one for 55 and no decline from 70.09
    assert verdicts == {NATIONAL: ("57", "not_met", "-3"), HUNAN: ("57", "not_met", "-13.09")}
    assert {r["target_state"] for r in rows[HUNAN]} <= {"seen", "derived"}


def test_a_partial_set_gives_no_totals_beside_a_whole_one(both: Path) -> None:
    catalog = ek.load_catalog(both)
    inputs = ek.read_inputs(catalog, RUN)
    assessment = ek.assess(catalog, inputs, REGION)
    assert [c.reason for c in conclusions(catalog, assessment.rows) if c.set_id == HUNAN] == ["no_pass_rule"] * 4
    model = build_model(assessment.rows, assessment.traces, context_from_catalog(catalog, inputs, REGION), [])
    [group] = [g for g in model.groups if g.set_id == HUNAN and g.period == "2024"]
    assert not group.complete


def test_a_superseded_set_names_its_successor_and_still_runs(both: Path) -> None:
    catalog = ek.load_catalog(both)
    [note] = [p for p in check_run(catalog, RUN) if p.code == "set_superseded" and NATIONAL in str(p.place)]
    assert note.severity == "note"
    assert "环办生态〔2024〕4号" in note.message("zh")
    assert "cn-demo-2021" not in note.remedy("zh")  # a reconstruction is no successor to work with
