"""The relative index: by hand, whatever the unit, and apart from verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evalkit as ek
from evalkit.authoring.export import write_set as export
from evalkit.authoring.importing import read_set
from evalkit.authoring.settings import Settings
from evalkit.catalog import Catalog
from evalkit.catalog.links import check_links
from evalkit.catalog.models import Scoring
from evalkit.messages import EvalkitError

SET = "cn-green-2016"
# ★ more is better, ◆ less is better, △ more is better and of another domain: weights 3/6, 2/6, 1/6.
UP, DOWN, LIGHT = "GD16-02", "GD16-05", "GD16-22"
FIRST, OTHER = "资源利用", "环境治理"
REGIONS = ("110000", "120000", "130000")
BY_HAND = {UP: ["10", "20", "40"], DOWN: ["5", "1", "3"], LIGHT: ["7", "9", "8"]}


def small(catalog: Catalog, **changes: Any) -> Catalog:
    """Return a catalogue whose set has the three rows alone; `changes` are those of its scoring."""
    found = catalog.sets[SET]
    assert found.scoring is not None
    scoring = found.scoring.model_copy(update={"left_out": [], "convert_first": [DOWN], **changes})
    rows = [row for row in found.rows if row.id in BY_HAND]
    return replace(catalog, sets={**catalog.sets, SET: found.model_copy(update={"rows": rows, "scoring": scoring})})


def option(catalog: Catalog, part: str, **values: str) -> dict[str, Any]:
    scoring = catalog.sets[SET].scoring
    assert scoring is not None
    return {part: getattr(scoring, part).model_copy(update=values)}


def table(values: Mapping[str, Sequence[Any]], period: str = "2016") -> list[dict[str, Any]]:
    return [
        {"region_code": f"{110000 + 10000 * n}", "period": period, "indicator": name, "value": value}
        for name, column in values.items()
        for n, value in enumerate(column)
    ]


def index(catalog: Catalog, values: Mapping[str, Sequence[Any]], column: str = "index") -> list[float]:
    found: list[float] = ek.relative_index(catalog, SET, table(values))[column].tolist()
    return found


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(EvalkitError) as error:
        act()
    assert all(problem.line("zh") and problem.line("en") for problem in error.value.problems)
    return [problem.code for problem in error.value.problems]


# By hand


def test_three_regions_and_three_indicators(catalog: Catalog) -> None:
    found = ek.relative_index(small(catalog), SET, pd.DataFrame(table(BY_HAND)))
    # UP:    60, 60 + 40 × 10/30 = 220/3, 100      DOWN: 60, 100, 80      LIGHT: 60, 100, 80
    # whole: 60, (3 × 220/3 + 2 × 100 + 100) / 6 = 260/3, (300 + 160 + 80) / 6 = 90
    # first: 60, (220 + 200) / 5 = 84, (300 + 160) / 5 = 92
    assert found.columns.tolist() == [
        "region_code", "period", "index", FIRST, OTHER, "missing", "not_applicable", "undefined", "unconverted", "state",
    ]  # fmt: skip
    assert found["region_code"].tolist() == list(REGIONS)
    assert found["index"].tolist() == [60, float(Fraction(260, 3)), 90]
    assert found[FIRST].tolist() == [60, 84, 92]
    assert found[OTHER].tolist() == [60, 100, 80]
    assert found[["missing", "not_applicable", "undefined"]].to_numpy().sum() == 0
    assert set(found["unconverted"]) == {1} and set(found["state"]) == {"recalled"}


@pytest.mark.parametrize("empty", [None, float("nan"), "", "—", pd.NA])
def test_a_missing_value_keeps_its_weight_and_counts_as_the_floor(catalog: Catalog, empty: Any) -> None:
    values = {**BY_HAND, DOWN: ["5", empty, "3"]}  # 60, none, 100
    assert index(small(catalog), values) == [60, float(Fraction(220 + 120 + 100, 6)), float(Fraction(300 + 200 + 80, 6))]
    assert index(small(catalog), values, "missing") == [0, 1, 0]


def test_an_absent_row_is_a_missing_value(catalog: Catalog) -> None:
    rows = [row for row in table(BY_HAND) if (row["indicator"], row["region_code"]) != (DOWN, "120000")]
    assert ek.relative_index(small(catalog), SET, rows)["missing"].tolist() == [0, 1, 0]


def test_what_does_not_apply_is_left_out_and_its_weight_shared_out(catalog: Catalog) -> None:
    values = {**BY_HAND, DOWN: ["5", "不涉及", "3"]}
    assert index(small(catalog), values)[1] == 80  # (3 × 220/3 + 1 × 100) / 4
    assert index(small(catalog), values, "not_applicable") == [0, 1, 0]
    evenly = small(catalog, **option(catalog, "not_applicable", share_out="equal"))
    assert index(evenly, values)[1] == float((4 * Fraction(220, 3) + 2 * 100) / 6)
    by_status = [{**row, "status": "not_applicable" if row["value"] == "不涉及" else "no_target"} for row in table(values)]
    assert ek.relative_index(small(catalog), SET, by_status)["index"][1] == 80


def test_equal_values_have_no_index(catalog: Catalog) -> None:
    values: dict[str, list[Any]] = {**BY_HAND, LIGHT: ["7", "7.0", 7]}
    assert index(small(catalog), values) == [60, 84, 92]
    assert index(small(catalog), values, "undefined") == [1, 1, 1]
    assert all(map(isnan, index(small(catalog), values, OTHER)))


def test_nothing_that_counts_is_no_index(catalog: Catalog) -> None:
    values = {name: [*column, "不涉及"] for name, column in BY_HAND.items()}
    assert isnan(index(small(catalog), values)[3])


def test_extremes_are_of_the_period_or_of_the_panel(catalog: Catalog) -> None:
    both = [*table(BY_HAND), *table({**BY_HAND, UP: ["70", "40", "40"]}, "2017")]
    assert ek.relative_index(small(catalog), SET, both)[FIRST].tolist() == [60, 84, 92, 84, 76, 68]
    over_all = small(catalog, **option(catalog, "extremes", over="panel"))  # of UP: 10 and 70
    assert ek.relative_index(over_all, SET, both)[FIRST].tolist() == [60, 80, 80, 84, 88, 80]


def test_floats_are_the_decimals_that_they_print(catalog: Catalog) -> None:
    texts = {UP: ["0.1", "0.2", "0.3"], DOWN: ["1", "2", "4"], LIGHT: ["0.7", "0.9", "0.8"]}
    floats = {name: [float(value) for value in column] for name, column in texts.items()}
    assert index(small(catalog), texts) == index(small(catalog), floats)


# Whatever the values

DECIMALS = st.decimals(min_value=-1000, max_value=1000, places=2, allow_nan=False)
COLUMNS = st.integers(2, 5).flatmap(lambda n: st.tuples(*[st.lists(DECIMALS, min_size=n, max_size=n)] * 3))


@given(columns=COLUMNS, factor=st.decimals(min_value="0.001", max_value=1000, places=3))
def test_the_unit_makes_no_difference_and_the_bounds_hold(catalog: Catalog, columns: tuple[Any, ...], factor: Any) -> None:
    values = dict(zip(BY_HAND, columns, strict=True))
    other = {**values, UP: [value * factor for value in values[UP]], DOWN: [value * factor for value in values[DOWN]]}
    rules = small(catalog)
    found, converted = (ek.relative_index(rules, SET, table(given_values)) for given_values in (values, other))
    pd.testing.assert_frame_equal(found, converted, check_exact=True)
    points = found[["index", FIRST, OTHER]].to_numpy().ravel()
    assert all(60 <= point <= 100 for point in points if not isnan(point))


# The shipped set


def test_the_shipped_weights(catalog: Catalog) -> None:
    found = catalog.sets[SET]
    assert found.scoring is not None and found.scoring.left_out == ["GD16-56"]
    weight = {entry.marker: int(entry.weight) for entry in found.scoring.weights.by_marker}
    used = [weight[row.marker] for row in found.rows if row.id not in found.scoring.left_out]
    assert (len(used), sum(used)) == (55, 109)


def test_a_panel_is_scored_without_touching_its_verdicts(catalog: Catalog) -> None:
    measures = [row.measure for row in catalog.sets[SET].rows]
    wide = pd.DataFrame(
        {"region_code": REGIONS, "period": "2016", **{f"reported.{name}": ["1", "2", "3"] for name in measures}}
    )  # fmt: skip
    results = ek.assess_panel(catalog, SET, wide, errors="mark").frame()
    before = results.copy()
    found = ek.relative_index(catalog, SET, results)
    pd.testing.assert_frame_equal(results, before)
    assert set(results["status"]) == {"no_target"}
    assert found["index"].between(60, 100).all() and found["unconverted"].tolist() == [3, 3, 3]
    assert not {"status", "verdict", "met", "not_met", "rank"} & {*found.columns, *found.astype(str).to_numpy().ravel()}


def test_results_of_other_sets_and_plans_are_passed_over(catalog: Catalog) -> None:
    rows = [{**row, "basis": "set", "set": SET} for row in table(BY_HAND)]
    others = [{**rows[0], "set": "cn-demo-2019", "indicator": "C1"}, {**rows[0], "basis": "plan", "value": "9"}]
    assert ek.relative_index(small(catalog), SET, [*rows, *others])["index"][2] == 90


# Refused


def test_a_set_without_official_weights_is_not_scored(catalog: Catalog) -> None:
    with pytest.raises(EvalkitError) as error:
        ek.relative_index(catalog, "cn-beautiful-2020", table(BY_HAND))
    assert [problem.code for problem in error.value.problems] == ["scoring_absent"]
    assert "gives no official weights" in error.value.problems[0].message("en")
    assert "不自拟权数" in error.value.problems[0].message("zh")
    assert refused(lambda: ek.relative_index(catalog, "cn-green", [])) == ["unknown_id"]


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([], ["index_columns"]),
        (table({UP: ["1"], DOWN: ["2"]}), ["scoring_peers"]),
        (table({UP: ["1", ""], DOWN: ["2", None]}), ["scoring_peers"]),
        ([*table(BY_HAND), *table({UP: ["1"]}, "2017")], ["scoring_peers"]),
        (table({**BY_HAND, UP: ["1", "约2", "3"]}), ["table_number"]),
        ([*table(BY_HAND), *table({UP: ["1"]})], ["table_repeated"]),
        (table({**BY_HAND, "GD16-99": ["1"]}), ["unknown_id"]),
        ([{**row, "region_code": int(row["region_code"])} for row in table({UP: ["1", "2"]})], ["table_region", "table_region"]),
        ([{**row, "value_text": "≥" + row["value"]} for row in table({UP: ["1"]})], ["table_number"]),
    ],
)
def test_a_table_that_cannot_be_scored(catalog: Catalog, rows: list[dict[str, Any]], codes: list[str]) -> None:
    assert refused(lambda: ek.relative_index(small(catalog), SET, rows)) == codes


def test_no_direction_is_guessed(catalog: Catalog) -> None:
    measure = catalog.sets[SET].rows[1].measure
    without = replace(catalog, measures={**catalog.measures, measure: catalog.measures[measure].model_copy(update={"direction": "none"})})
    assert refused(lambda: ek.relative_index(small(without), SET, table(BY_HAND))) == ["scoring_direction"]
    assert [problem.code for problem in check_links(without, units=False)] == ["scoring_direction"]


def weighted(scoring: Scoring, **weights: str) -> dict[str, Any]:
    entry = scoring.weights.by_marker[0]
    entries = [entry.model_copy(update={"marker": marker, "weight": weight}) for marker, weight in weights.items()]
    return {"weights": scoring.weights.model_copy(update={"by_marker": entries})}


def test_the_rule_itself_is_checked(catalog: Catalog) -> None:
    scoring = catalog.sets[SET].scoring
    assert scoring is not None
    wrong: list[tuple[dict[str, Any], list[str]]] = [
        ({"left_out": ["GD16-99"]}, ["unknown_id"]),
        ({"span": "0"}, ["bad_value"]),
        (weighted(scoring, **{"★": "3", "◆": "-2", "△": "1"}), ["bad_value"]),
        (weighted(scoring, **{"★": "3", "△": "1"}), ["bad_value"]),
    ]
    for changes, codes in wrong:
        assert refused(partial(ek.relative_index, small(catalog, **changes), SET, table(BY_HAND))) == codes


def test_a_workbook_does_not_lose_the_scoring(catalog: Catalog, tmp_path: Path) -> None:
    catalog = catalog.as_written()
    export(catalog, catalog.sets[SET], tmp_path / "set.xlsx")
    found = read_set(catalog, tmp_path / "set.xlsx", Settings(replace=True))
    assert found.indicator_set == catalog.sets[SET] and not found.errors
