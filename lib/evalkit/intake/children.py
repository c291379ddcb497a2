"""Subordinate units that meet a set, counted from a finished run (80%要求)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from evalkit.catalog import Catalog
from evalkit.catalog.models import Children, Region, Run
from evalkit.intake.inputs import Input
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import file_sha256, read_csv

_COUNTED = {"city": "cities", "county": "counties", "township": "townships", "village": "villages"}
_COLUMNS = ["region_code", "period", "basis", "set", "status"]
_Rows = dict[tuple[str, str], list[str]]  # statuses by region and period


def meets_all(statuses: Iterable[str]) -> bool | None:
    """Return whether every row that applies is met: a reading of 达到建设标准 for counting, not a verdict of the set.

    Returns
    -------
    bool or None
        None as long as nothing failed and something is unknown, or nothing applies at all.
    """
    found = set(statuses) - {"not_applicable"}
    if "not_met" in found:
        return False
    return True if found == {"met"} else None


def count_children(catalog: Catalog, run: Run, problems: list[Problem], region: str | None = None) -> list[Input]:
    """Return, for each region and period of a run, how many subordinate units there are, meet their set, and are named too.

    Parameters
    ----------
    catalog : Catalog
    run : Run
        Its `children` name finished runs.
    problems : list of Problem
        What is wrong is added: a run that is not finished, or not in the state it is pinned to.
    region : str, optional
        Only this region.

    Returns
    -------
    list of Input
        Variables ``hierarchy.<units>``, ``_meeting`` and ``_named``; without subordinate units ``not_involved``, and
        ``not_collected`` as long as a unit is not decided.
    """
    found: list[Input] = []
    for position, child in enumerate(run.children):
        place = catalog.place("run", run.id, "children", position)
        try:
            state, statuses = _finished(catalog, child, place)
        except EvalkitError as error:
            problems.extend(error.problems)
            continue
        level = next((name for name in catalog.sets[child.set].levels if name in _COUNTED), "")
        for code in run.regions if region is None else [region]:
            for period in run.periods:
                found += _count(catalog, child, state, statuses, catalog.regions[code], level, period, problems)
    return found


def _finished(catalog: Catalog, child: Children, place: Place) -> tuple[str, _Rows]:
    folder = catalog.project.processed(child.run)
    manifest, results = folder / "manifest.json", folder / "results.csv"
    if not manifest.is_file() or not results.is_file():
        raise EvalkitError(Problem("children_unfinished", place, {"run": child.run}))
    state = file_sha256(manifest)[:12]
    if child.state and child.state != state:
        raise EvalkitError(Problem("children_changed", place, {"run": child.run, "pinned": child.state, "found": state}))
    rows, problems = read_csv(results, catalog.project.label(results), _COLUMNS)
    if problems:
        raise EvalkitError(problems)
    statuses: _Rows = {}
    for row in rows:
        if row["basis"] == "set" and row["set"] == child.set:
            statuses.setdefault((row["region_code"], row["period"]), []).append(row["status"])
    return state, statuses


def _count(
    catalog: Catalog, child: Children, state: str, statuses: Mapping[tuple[str, str], list[str]], parent: Region, level: str, period: str,
    problems: list[Problem],
) -> list[Input]:  # fmt: skip
    units = catalog.units_of(parent.code, level, period[:4])
    names = [f"hierarchy.{_COUNTED[level]}{suffix}" for suffix in ("", "_meeting", "_named")]
    meets = {unit.code: meets_all(statuses.get((unit.code, period), [])) for unit in units}
    open_ones = [unit.name_zh for unit in units if meets[unit.code] is None]
    if open_ones:
        values = {"run": child.run, "period": period, "count": len(open_ones), "units": open_ones[:8]}
        problems.append(Problem("children_open", Place(f"data/processed/{child.run}"), values, "warning", parent.code))
    meeting = [unit.code for unit in units if meets[unit.code]]
    named = [code for code in meeting if catalog.title_of(code, child.set, period[:4])]
    counts = {names[0]: len(units), names[1]: len(meeting), names[2]: len(named)}
    inputs = []
    for name, number in counts.items():
        variable = catalog.variables.get(name)
        if variable is None:
            continue
        missing = "not_involved" if not units else "not_collected" if open_ones and name != names[0] else ""
        inputs.append(
            Input(
                id=f"{child.run}@{state}!{parent.code}.{period}.{name}",
                region=parent.code,
                variable=name,
                period=period,
                value=None if missing else Fraction(number),
                unit=variable.unit,
                file=f"{child.run}@{state}/results.csv",
                cell="",
                value_received="" if missing else str(number),
                unit_received=variable.unit,
                missing=missing,
                source=child.run,
                folder="data/processed",
            )
        )
    return inputs
