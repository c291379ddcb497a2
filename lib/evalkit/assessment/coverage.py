"""How far the units below a region are covered, level by level (逐级80%要求相乘后的覆盖面)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evalkit.catalog import Catalog
from evalkit.catalog.models import Children, Run
from evalkit.intake.children import Statuses, finished, meets_all, units_level
from evalkit.messages import EvalkitError, Place, Problem

Read = dict[tuple[str, str, str], tuple[str, Statuses]]  # by run, set and pinned state: the state of the run, and its statuses
_Chain = Mapping[str, bool | None]  # by unit: whether it and all above it meet; None where that is not decided


@dataclass(frozen=True)
class Coverage:
    """The units of one level below a region.

    Parameters
    ----------
    level : str
    set_id : str
        The set that they are counted under.
    run, state : str
        The finished run that says which of them meet it; the state is empty where that run is not finished.
    period : str
    units : int
        All that the register lists in the year of the period.
    meeting : int
        Those that meet the set.
    covered : int
        Those that meet it and stand below units which all meet theirs, up to the region (itself not asked).
    meeting_open, covered_open : int
        Those of which that is not decided yet; with all of them, `meeting` and `covered` would be as high as they can be.
    """

    level: str
    set_id: str
    run: str
    state: str
    period: str
    units: int
    meeting: int
    covered: int
    meeting_open: int = 0
    covered_open: int = 0


def coverage(catalog: Catalog, run_id: str, region_code: str, period: str | None = None, read: Read | None = None) -> list[Coverage]:
    """Return for each level below a region how many units there are, meet their set, and are covered by a chain of units that do.

    80 % of the counties, of their townships and of their villages may be no more than 51.2 % of all villages: the
    shares of the rules say nothing of units below a unit that does not meet its own set.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
        A run of the region; its `children` name the run of the units below, whose own `children` that of the units below them, and so on.
    region_code : str
    period : str, optional
        Default the latest of the run.
    read : dict, optional
        Results of lower runs that an earlier call has read; what is read now is added.

    Returns
    -------
    list of Coverage
        The highest level first; empty where the run counts no units. The list ends where the chain of runs does.

    Raises
    ------
    EvalkitError
        There is no such run or region.

    Examples
    --------
    >>> import evalkit as ek
    >>> catalog = ek.load_catalog()  # doctest: +SKIP
    >>> [(one.level, one.covered) for one in ek.coverage(catalog, "example-ecocity-2024", "999200")]  # doctest: +SKIP
    """
    run = catalog.run(run_id)
    if region_code not in catalog.regions:
        raise EvalkitError(Problem("unknown_id", Place("params/regions"), {"kind": "region", "id": region_code, "hint": ""}))
    found: list[Coverage] = []
    _descend(catalog, run, {region_code: True}, period or max(run.periods), found, (run_id,), {} if read is None else read)
    return found


def _descend(catalog: Catalog, run: Run, above: _Chain, period: str, found: list[Coverage], way: tuple[str, ...], read: Read) -> None:
    for child in run.children:
        key = (child.run, child.set, child.state)
        if key not in read:
            read[key] = _statuses(catalog, child)
        state, statuses = read[key]
        levels = [units_level(catalog, child.set, catalog.regions[code]) for code in above]
        units = {
            unit.code: code
            for code, level in zip(above, levels, strict=True)
            if level
            for unit in catalog.units_of(code, level, period[:4])
        }
        own = {code: meets_all(statuses.get((code, period), [])) for code in units}
        chain = {code: _both(above[parent], own[code]) for code, parent in units.items()}
        level = next((catalog.regions[code].level for code in units), next(filter(None, levels), ""))
        found.append(
            Coverage(
                level, child.set, child.run, state, period, len(units),
                *(sum(held is True for held in held_by.values()) for held_by in (own, chain)),
                *(sum(held is None for held in held_by.values()) for held_by in (own, chain)),
            )
        )  # fmt: skip
        if child.run in catalog.runs and child.run not in way:
            _descend(catalog, catalog.runs[child.run], chain, period, found, (*way, child.run), read)


def _statuses(catalog: Catalog, child: Children) -> tuple[str, Statuses]:
    try:
        return finished(catalog, child, Place())
    except EvalkitError:
        return "", {}


def _both(first: bool | None, last: bool | None) -> bool | None:
    if first is False or last is False:
        return False
    return None if first is None or last is None else True
