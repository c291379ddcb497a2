"""Subordinate units that meet a set, counted from a finished run (80%要求)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.catalog.models import Children, Region, Run
from evalkit.intake.inputs import Input
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import file_sha256, read_csv

#: Levels of the divisions, the highest first, and what their units are called in variables.
LEVELS = ("nation", "province", "city", "county", "township", "village")
COUNTED = {"city": "cities", "county": "counties", "township": "townships", "village": "villages"}
_NAMED = 20
_COLUMNS = ["region_code", "period", "basis", "set", "status"]
_NOTHING_ASKED = {"not_applicable", "no_target"}
Statuses = Mapping[tuple[str, str], list[str]]  # by region and period


def meets_all(statuses: Iterable[str]) -> bool | None:
    """Return whether every row that applies is met: a reading of 达到建设标准 for counting, not a verdict of the set.

    A row that asks for nothing (a task that nobody set) counts neither way.

    Returns
    -------
    bool or None
        None as long as nothing failed and something is unknown, or nothing applies at all.
    """
    found = set(statuses) - _NOTHING_ASKED
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
            state, statuses = finished(catalog, child, place)
        except EvalkitError as error:
            problems.extend(error.problems)
            continue
        orphans = sorted({code for code, _ in statuses if code in catalog.regions and not catalog.regions[code].parent})
        if orphans:
            problems.append(Problem("children_orphans", place, {"run": child.run, "units": orphans[:8]}, "warning"))
        for code in run.regions if region is None else [region]:
            parent = catalog.regions[code]
            level = units_level(catalog, child.set, parent)
            if not level:
                problems.append(Problem("level_mismatch", place, {"set": child.set, "region": code, "level": parent.level}, "error", code))
                continue
            for period in run.periods:
                found += _count(catalog, child, state, statuses, parent, level, period, problems)
    return found


def units_level(catalog: Catalog, set_id: str, parent: Region) -> str:
    """Return at which level the units of a region are that a set is for: the highest below it with any, else the highest; empty: none."""
    below = LEVELS[LEVELS.index(parent.level) + 1 :] if parent.level in LEVELS else ()
    fitting = [level for level in below if level in COUNTED and level in catalog.sets[set_id].levels]
    peopled = {region.level for region in catalog.regions.values() if region.parent == parent.code}
    return next((level for level in fitting if level in peopled), fitting[0] if fitting else "")


def finished(catalog: Catalog, child: Children, place: Place) -> tuple[str, Statuses]:
    """Return the state of a run that units are counted in, and the statuses of its regions under the set.

    Raises
    ------
    EvalkitError
        There is no such run, it is not finished, or it is not in the state to which it is pinned.
    """
    folder = catalog.project.processed(child.run)
    manifest, results = folder / "manifest.json", folder / "results.csv"
    if not manifest.is_file() or not results.is_file():
        if child.run not in catalog.runs:
            values = {"kind": "run", "id": child.run, "hint": near(child.run, catalog.runs)}
            raise EvalkitError(Problem("unknown_id", place, values))
        # A count that is not there yet is missing, not at fault.
        raise EvalkitError(Problem("children_unfinished", place, {"run": child.run}, "warning"))
    state = file_sha256(manifest)[:12]
    if child.state and child.state != state:
        raise EvalkitError(Problem("children_changed", place, {"run": child.run, "pinned": child.state, "found": state}))
    rows, problems = read_csv(results, f"data/processed/{child.run}/results.csv", _COLUMNS)
    if problems:
        raise EvalkitError(problems)
    statuses: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["basis"] == "set" and row["set"] == child.set:
            statuses.setdefault((row["region_code"], row["period"]), []).append(row["status"])
    return state, statuses


def _count(
    catalog: Catalog, child: Children, state: str, statuses: Statuses, parent: Region, level: str, period: str,
    problems: list[Problem],
) -> list[Input]:  # fmt: skip
    units = catalog.units_of(parent.code, level, period[:4])
    names = [f"hierarchy.{COUNTED[level]}{suffix}" for suffix in ("", "_meeting", "_named")]
    meets = {unit.code: meets_all(statuses.get((unit.code, period), [])) for unit in units}
    open_ones = [unit.name_zh for unit in units if meets[unit.code] is None]
    if open_ones:
        values = {"run": child.run, "period": period, "count": len(open_ones), "units": open_ones[:8]}
        problems.append(Problem("children_open", Place(f"data/processed/{child.run}"), values, "warning", parent.code))
    meeting = [unit.code for unit in units if meets[unit.code]]
    named = [code for code in meeting if catalog.title_of(code, child.set, period[:4])]
    counts = {names[0]: [unit.code for unit in units], names[1]: meeting, names[2]: named}
    inputs = []
    for name, counted in counts.items():
        number = len(counted)
        variable = catalog.variables.get(name)
        if variable is None:
            continue
        missing = "not_involved" if not units else "not_collected" if open_ones and name != names[0] else ""
        inputs.append(
            Input(
                id=f"{child.run}!{parent.code}.{period}.{name}",
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
                source=f"{child.run}：{_names(catalog, counted)}" if counted and not missing else child.run,
                folder="data/processed",
            )
        )
    return inputs


def _names(catalog: Catalog, codes: list[str]) -> str:
    """Return which units were counted, the first twenty by name."""
    shown = "、".join(catalog.regions[code].name_zh for code in codes[:_NAMED])
    return shown if len(codes) <= _NAMED else f"{shown}等{len(codes)}个"
