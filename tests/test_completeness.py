"""Everything shipped is complete: documents, clauses, states, names, formulas, cases; and never surer than the facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from evalkit.assessment import Assessment, assess
from evalkit.catalog import Catalog, load_corrections, load_decisions
from evalkit.catalog.models import Cite
from evalkit.catalog.rules import AboveMeasure, Assigned, ByClass, NoTarget, Qualitative, Rule, Trend, numeric_target
from evalkit.intake import read_inputs
from evalkit.messages import Problem
from evalkit.values import parse_decimal

CASES = Path(__file__).parent / "cases"


def cites(catalog: Catalog) -> Iterator[tuple[str, Cite]]:
    """Yield every citation of the shipped rules, with a name for messages."""
    for measure in catalog.measures.values():
        if measure.cite:
            yield measure.id, measure.cite
    for indicator_set in catalog.sets.values():
        yield indicator_set.id, indicator_set.rounding.cite
        for row in indicator_set.rows:
            for target in row.targets:
                yield f"{indicator_set.id} {row.id}", target.cite
    for plan in catalog.plans.values():
        for item in plan.indicators:
            name = f"{plan.id} {item.row or item.id}"
            if item.target:
                yield name, item.target.cite
            if item.base:
                yield name, item.base.cite
            yield from ((name, value.cite) for value in item.values)
    for region in catalog.regions.values():
        yield from ((region.code, declared.cite) for declared in region.classes)


def used_measures(catalog: Catalog) -> set[str]:
    """Return the measures that a set or plan uses, with their components."""
    found: set[str] = set()

    def rule(part: Rule) -> None:
        for leaf in part.walk():
            found.update(filter(None, (leaf.of, leaf.measure if isinstance(leaf, AboveMeasure) else "")))

    for indicator_set in catalog.sets.values():
        for row in indicator_set.rows:
            found.add(row.measure)
            for target in row.targets:
                found.update(filter(None, [target.measure]))
                rule(target.rule)
    for plan in catalog.plans.values():
        for item in plan.indicators:
            found.update(filter(None, [item.measure]))
            for value in [*item.values, *filter(None, [item.target])]:
                rule(value.rule)
    for name in list(found):
        found.update(catalog.measures[name].components)
    return found


def test_the_shipped_rules_load_with_their_units(catalog: Catalog) -> None:
    assert len(catalog.sets) >= 4
    assert len(catalog.runs) >= 5


def test_every_citation_names_a_registered_document_and_a_clause(catalog: Catalog) -> None:
    for name, cite in cites(catalog):
        assert cite.document in catalog.documents, name
        assert cite.clause.strip(), name
        if cite.state in ("seen", "seen_neighbour", "third_party"):
            assert cite.via, name
        if cite.state == "derived":
            assert cite.note, name


def test_nothing_is_verified_as_long_as_nobody_has_done_it(catalog: Catalog) -> None:
    assert [name for name, cite in cites(catalog) if cite.state == "verified"] == []


def test_a_target_is_not_seen_where_its_document_and_no_copy_is_in_hand(catalog: Catalog) -> None:
    for name, cite in cites(catalog):
        if cite.state in ("seen", "seen_neighbour", "third_party"):
            assert "." in cite.via or "月报" in cite.via, f"{name}: {cite.via}"


def test_of_the_2019_set_only_the_first_target_was_seen(catalog: Catalog) -> None:
    states = {row.id: {target.cite.state for target in row.targets} for row in catalog.sets["cn-demo-2019"].rows}
    assert [name for name, found in states.items() if "seen" in found] == ["E19-01"]
    assert states["E19-01"] == {"seen"}
    assert set().union(*states.values()) <= {"seen", "seen_neighbour", "third_party", "derived", "recalled"}


def test_rows_are_named_in_both_languages(catalog: Catalog) -> None:
    rows = [(s.id, row) for s in catalog.sets.values() for row in s.rows]
    rows += [(p.id, row) for p in catalog.plans.values() for row in p.indicators if not row.row]  # type: ignore[misc]
    assert len(rows) > 90
    for owner, row in rows:
        for text in (row.name_zh, row.name_en, row.domain, row.domain_en, row.unit, row.seq):
            assert text and text.strip(), f"{owner} {row.id}"
        assert row.name_en.isascii() or set(row.name_en) - set(map(chr, range(128))) <= set("μ²³≥≤ΔÅ–—’"), row.name_en
        assert bool(row.part_of) == bool(row.part_of_en), f"{owner} {row.id}"


def test_measures_variables_units_regions_and_sets_are_named_in_both_languages(catalog: Catalog) -> None:
    named = [
        *catalog.measures.values(),
        *catalog.variables.values(),
        *catalog.regions.values(),
        *catalog.sets.values(),
        *catalog.plans.values(),
    ]
    for item in named:
        assert item.name_zh.strip() and item.name_en.strip()
        assert not any("\u4e00" <= char <= "\u9fff" for char in item.name_en), item.name_en
    for indicator_set in catalog.sets.values():
        for dimension in indicator_set.classes:
            assert dimension.name_zh and all(value.name_zh for value in dimension.values)


def test_every_measure_says_how_its_value_comes_about(catalog: Catalog) -> None:
    for measure in catalog.measures.values():
        computed = bool(measure.formula or measure.expression)
        ways = [computed, bool(measure.reported_only), measure.kind == "qualitative", measure.kind == "composite"]
        assert sum(ways) == 1 or (measure.formula and measure.kind == "number"), measure.id
        assert bool(measure.components) == (measure.kind == "composite"), measure.id
        if measure.cite is None:  # only where the definition is not in hand, and says so
            assert not measure.formula and "未掌握" in measure.definition_zh, measure.id
        if measure.kind == "number":
            assert measure.unit, measure.id


def test_numeric_measures_that_are_compared_in_a_direction_have_one(catalog: Catalog) -> None:
    for indicator_set in catalog.sets.values():
        for row in indicator_set.rows:
            for target in row.targets:
                for leaf in target.rule.walk():
                    tested = catalog.measures[leaf.of or target.measure or row.measure]
                    if isinstance(leaf, (Trend, Assigned)) and tested.kind == "number":
                        assert tested.direction != "none", tested.id


def test_every_formula_that_a_measure_uses_has_a_worked_case(catalog: Catalog) -> None:
    used = {measure.formula for measure in catalog.measures.values() if measure.formula}
    cased = set()
    for path in CASES.glob("*.yml"):
        cased |= {entry["formula"] for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)}
    assert used - cased == set()
    assert cased - used == set(), "cases of formulas that nothing uses"


def test_every_measure_variable_and_document_is_used(catalog: Catalog) -> None:
    used = used_measures(catalog)
    formulas = {role for name in used for role in (catalog.measures[name].binding(r).variable for r in catalog.measures[name].roles)}
    assert set(catalog.measures) - used == set()
    parts = {v.part_of for v in catalog.variables.values() if v.part_of}
    parts |= {name for v in catalog.variables.values() for name in (*v.parts, *v.alternatives)}
    assert set(catalog.variables) - formulas - parts == set()


def test_the_printed_number_of_a_target_is_the_one_of_its_rule(catalog: Catalog) -> None:
    for indicator_set in catalog.sets.values():
        for row in indicator_set.rows:
            for target in row.targets:
                if any(isinstance(leaf, ByClass) for leaf in target.rule.walk()):
                    continue
                number = numeric_target(target.rule)
                if number is not None and target.cite.state == "seen":
                    digits = "".join(char if char.isdigit() or char in ".-" else " " for char in target.text.replace("－", "-"))
                    printed = {parse_decimal(word) for word in digits.split() if word.strip(".-") and word[-1] != "." and word[0] != "."}
                    assert number in printed, f"{row.id}: {target.text} / {number}"


def test_qualitative_rows_have_qualitative_rules(catalog: Catalog) -> None:
    for indicator_set in catalog.sets.values():
        for row in indicator_set.rows:
            for target in row.targets:
                if catalog.measures[target.measure or row.measure].kind == "qualitative":
                    assert all(isinstance(leaf, (Qualitative, NoTarget)) or leaf.parts() or leaf.of for leaf in target.rule.walk()), row.id


def test_variables_say_who_reports_them(catalog: Catalog) -> None:
    assert [v.id for v in catalog.variables.values() if not v.department.strip()] == []
    for variable in catalog.variables.values():
        if variable.part_of:
            assert catalog.variables[variable.part_of].unit == variable.unit


def test_units_have_no_two_meanings(catalog: Catalog) -> None:
    names = [name for row in catalog.units.rows for name in (row.id, *row.aliases)]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
    symbols = [row.symbol for row in catalog.units.rows if row.symbol]
    assert len(symbols) == len(set(symbols))
    assert list(catalog.units.check()) == []


def test_superseded_documents_name_a_successor(catalog: Catalog) -> None:
    for document in catalog.documents.values():
        if document.superseded_by:
            assert document.superseded_by in catalog.documents
            assert document.superseded_by != document.id
        assert document.text == "not_in_hand" or document.sources or document.note, document.id


@pytest.mark.parametrize("run", ["chongming-2023", "yichang-2024-02", "beijing-2011", "national-135", "example-county-2024"])
def test_a_shipped_run_reads_without_a_fault(run: str, catalog: Catalog) -> None:
    inputs = read_inputs(catalog, run)
    assert [problem.line("en") for problem in inputs.problems if problem.severity == "error"] == []
    for code in catalog.runs[run].regions:
        result = assess(catalog, inputs, code)
        assert result.rows
        assert all(row["run"] == run and row["region_code"] == code for row in result.rows)


@pytest.mark.parametrize("run", [path.stem for path in sorted((CASES.parents[1] / "params" / "runs").glob("*.yml"))])
def test_corrections_and_decisions_say_who_why_and_on_what_evidence(run: str, catalog: Catalog) -> None:
    problems: list[Problem] = []
    for correction, _ in load_corrections(catalog, run, problems):
        assert all(text.strip() for text in (correction.reason, correction.author, correction.date, correction.evidence))
        assert correction.expect != ""
    for decision, _ in load_decisions(catalog, run, problems):
        assert all(text.strip() for text in (decision.reason, decision.by, decision.date, decision.evidence))
    assert problems == []


def test_no_result_claims_more_than_its_target_state(catalog: Catalog) -> None:
    inputs = read_inputs(catalog, "example-county-2024")
    result: Assessment = assess(catalog, inputs, "999001")
    rows = [row for row in result.rows if row["basis"] == "set"]
    states = {row.id: {t.cite.state for t in row.targets} for row in catalog.sets["cn-demo-2019"].rows}
    assert rows
    for row in rows:
        assert row["target_state"] in states[row["indicator"]]
