"""Checks of plans across files: what they name exists, and what they say of a value fits together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evalkit.catalog.links import check_cite, check_rule, unknown_id
from evalkit.catalog.models import IndicatorSet
from evalkit.catalog.plan_lists import LISTS, list_folders
from evalkit.catalog.plans import Plan, PlannedValue, PlanRow
from evalkit.catalog.units import UnitMismatchError
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables import project_path
from evalkit.values import Period

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog

_TABLES = (".csv", ".xlsx", ".xls", ".ods")
_OWN_ROW_NEEDS = ("id", "seq", "domain", "name_zh", "name_en", "unit", "measure", "attribute")


def check_plans(catalog: Catalog) -> Iterator[Problem]:
    """Yield everything in the plans that does not fit together."""
    for plan in catalog.plans.values():
        yield from _plan(catalog, plan)


def check_list_files(catalog: Catalog) -> Iterator[Problem]:
    """Yield the files and folders of lists that nobody would read."""
    for folder in list_folders(catalog.project.params):
        place = Place(catalog.project.label(folder))
        if folder.name not in catalog.plans:
            yield unknown_id("plan", folder.name, place, catalog.plans)
        for path in sorted(folder.iterdir()):
            # Lists under another name would be passed over in silence.
            if path.suffix.lower() in _TABLES and path.name[0] not in ".~" and path.name not in [f"{name}.csv" for name in LISTS]:
                yield Problem("unknown_key", place, {"key": path.name, "allowed": [f"{name}.csv" for name in LISTS]})


def _name(catalog: Catalog, plan: Plan, place: Place) -> Iterator[Problem]:
    """Yield why an id cannot be that of a plan: it names files, also on Windows, and results of sets and plans stand side by side."""
    try:
        project_path(catalog.project.params, f"plans/{plan.id}", "params", place)
    except EvalkitError as error:
        yield from error.problems
    others = [("set", name) for name in catalog.sets if name == plan.id]
    others += [("plan", name) for name in catalog.plans if name < plan.id and name.casefold() == plan.id.casefold()]
    for kind, name in others:
        yield Problem("duplicate_id", place, {"id": plan.id, "other": catalog.place(kind, name)})


def _plan(catalog: Catalog, plan: Plan) -> Iterator[Problem]:
    place = catalog.place("plan", plan.id)
    yield from _name(catalog, plan, place)
    if plan.region not in catalog.regions:
        yield unknown_id("region", plan.region, place, catalog.regions)
    if plan.document not in catalog.documents:
        yield unknown_id("document", plan.document, place, catalog.documents)
    indicator_set = catalog.sets.get(plan.set) if plan.set else None
    if plan.set and indicator_set is None:
        yield unknown_id("set", plan.set, place, catalog.sets)
    if plan.better_than_set is not None:
        yield from check_cite(catalog, plan.better_than_set.cite, catalog.place("plan", plan.id, "better_than_set"))
        if not plan.set:
            yield Problem("missing_key", place, {"key": "set (better_than_set)"})
    names = [row.name for row in plan.indicators]
    for i, row in enumerate(plan.indicators):
        spot = catalog.place("plan", plan.id, "indicators", i)
        if row.name in names[:i]:
            yield Problem("duplicate_id", spot, {"id": row.name, "other": place})
        for part in row.parts:
            if part not in names or part == row.name:
                yield unknown_id("indicator", part, spot, names)
        if row.area:
            yield from _area(catalog, plan, row, spot, indicator_set)
        yield from _row(catalog, plan, row, spot, indicator_set)
        ends = [value.at for value in row.values]
        for j in (j for j, end in enumerate(ends) if end in ends[:j]):
            yield Problem(
                "plan_value_twice", catalog.place("plan", plan.id, "indicators", i, "values", j), {"indicator": row.name, "at": ends[j]}
            )
        for j, value in enumerate(row.values):
            yield from _value(value, catalog.place("plan", plan.id, "indicators", i, "values", j))


def _area(catalog: Catalog, plan: Plan, row: PlanRow, place: Place, indicator_set: IndicatorSet | None) -> Iterator[Problem]:
    """A part of the region is measured by itself: with a measure that the whole has too, the value of the whole would judge it."""
    own = _measure_id(catalog, plan, row, indicator_set)
    of_set = [set_row.measure for set_row in indicator_set.rows] if indicator_set else []
    of_set += [target.measure for set_row in indicator_set.rows for target in set_row.targets if target.measure] if indicator_set else []
    others = [_measure_id(catalog, plan, other, indicator_set) for other in plan.indicators if other.area != row.area]
    if own and own in (*of_set, *others):
        yield Problem("area_measure", place, {"indicator": row.name, "area": row.area, "measure": own})


def _measure_id(catalog: Catalog, plan: Plan, row: PlanRow, indicator_set: IndicatorSet | None) -> str:
    """Return the measure of an indicator: its own, else that of the set's row at the region's level; empty when there is none."""
    set_row = indicator_set.row(row.row) if indicator_set and row.row else None
    if row.measure or set_row is None:
        return row.measure or ""
    target = set_row.target_at(catalog.regions[plan.region].level) if plan.region in catalog.regions else None
    return (target.measure if target else None) or set_row.measure


def _value(value: PlannedValue, place: Place) -> Iterator[Problem]:
    if (value.kind == "level") == bool(value.since):
        yield Problem("missing_key" if not value.since else "bad_value", place, {"key": f"since ({value.kind})", "value": value.since,
                      "detail": word("detail", "since_level")})  # fmt: skip
    at = Period.parse(value.at)
    if value.kind != "level" and (at.kind != "year" or value.since > value.at):
        yield Problem("bad_value", place, {"value": f"{value.since}–{value.at}", "detail": word("detail", "years_in_order")})
    if bool(value.as_printed) != bool(value.reading):
        yield Problem("missing_key", place, {"key": "reading" if value.as_printed else "as_printed"})


def _row(catalog: Catalog, plan: Plan, row: PlanRow, place: Place, indicator_set: IndicatorSet | None) -> Iterator[Problem]:
    if row.row:
        set_row = indicator_set.row(row.row) if indicator_set else None
        if set_row is None:
            yield unknown_id("row", row.row, place, [r.id for r in indicator_set.rows] if indicator_set else [])
            return
        measure_id = _measure_id(catalog, plan, row, indicator_set)
    else:
        for key in _OWN_ROW_NEEDS:
            if not getattr(row, key):
                yield Problem("missing_key", place, {"key": key})
        measure_id = row.measure or ""
    if measure_id not in catalog.measures:
        if measure_id:
            yield unknown_id("measure", measure_id, place, catalog.measures)
        return
    measure = catalog.measures[measure_id]
    if row.id and measure.kind == "number" and _other_size(catalog, row.unit, measure.unit):
        # Numbers of the plan are compared with values in the unit of the measure.
        yield Problem("bad_value", place, {"value": row.unit, "detail": f"≠ {measure.unit} ({measure.id})"})
    if row.base:
        yield from check_cite(catalog, row.base.cite, place)
        if plan.base_period is None:
            yield Problem("missing_key", catalog.place("plan", plan.id), {"key": "base_period"})
    if row.target:
        yield from check_cite(catalog, row.target.cite, place)
        yield from check_rule(catalog, row.target.rule, measure_id, place, indicator_set)
    for value in row.values:
        yield from check_cite(catalog, value.cite, place)
        yield from check_rule(catalog, value.rule, measure_id, place, indicator_set)


def _other_size(catalog: Catalog, printed: str, unit: str) -> bool:
    """Return whether both units are known and differ in size: 千克 beside 吨. No unit (-) says nothing."""
    units = catalog.units
    # Sizes need the library of units, which takes half a second: only where the names differ.
    if "-" in (printed, unit) or units.names.get(printed) == units.names.get(unit):
        return False
    try:
        return units.size(printed) != units.size(unit)
    except (KeyError, UnitMismatchError):
        return False
