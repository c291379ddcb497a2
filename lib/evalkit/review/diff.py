"""The difference between two states of a run, between two runs, two periods or two sets, with causes."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from evalkit.messages import EvalkitError, Problem
from evalkit.project import Project
from evalkit.review.attribution import Attribution, direct, without_copy
from evalkit.review.difference import KINDS, LAYERS, VALUES, Change, Difference, differing
from evalkit.review.states import Key, Row, State, previous_state, resolve_state

_FOLDERS = {
    "data": ("data/",), "corrections": ("params/corrections/",), "decisions": ("params/decisions/", "params/evidence/"),
    "plan": ("params/plans/",), "region": ("params/regions/",), "run": ("params/runs/",), "rules": ("params/",),
}  # fmt: skip


@dataclass(frozen=True)
class _Match:
    """A row on both sides; the key is what a row would be known by on the side that has none."""

    before: Key
    after: Key
    old: Row
    new: Row


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Keep Python from looking for cyclic garbage, again and again, among rows that are all kept."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_no_garbage()
def diff(
    project: Project, a: str, b: str | None = None, *, sets: tuple[str, str] | None = None, region: str = "", exhaustive: bool = False
) -> Difference:
    """Return what differs between two states, and why.

    Parameters
    ----------
    project : Project
    a, b : str
        ``RUN``, ``RUN@HASH`` or ``RUN@previous``, each with ``:PERIOD`` for one period only; `b` is the later one.
        Without `b`, the state before `a` is compared with `a`.
    sets : (str, str), optional
        Compare the rows of the first set with those of the second, by measure, then by name.
    region : str
        Only this region.
    exhaustive : bool
        Recompute every changed row layer by layer, also where only one cause is possible.

    Returns
    -------
    Difference

    Raises
    ------
    EvalkitError
        A state is unknown, or there is no earlier one.

    Notes
    -----
    A row whose possible causes all lie in one layer is attributed to it. Where several layers may have changed a
    row, it is recomputed from the copies of rules and data, one layer after the other taken from the later
    state, in the order of `LAYERS`. What a recomputation with the very same rules and data does not reproduce
    is due to the program or what it runs on. Other periods, sets, or runs without a common period are compared
    directly; their layers are not separated.
    """
    last = resolve_state(project, a if b is None else b)
    first = resolve_state(project, a) if b is not None else last if sets else previous_state(last)
    known = list(dict.fromkeys([*first.region_order, *last.region_order]))
    if region and region not in known:
        raise EvalkitError(Problem("unknown_id", values={"kind": "region", "id": region, "hint": f" ({', '.join(known[:8])})"}))
    if b is not None and first.run == last.run and first.name == last.name and first.period == last.period and not sets:
        return _head(first, last)
    if bool(first.period) != bool(last.period):  # one period was named: it holds for both where the other has it
        shared = first.period or last.period
        first, last = (state if state.period else _in_period(state, shared) for state in (first, last))
    elif not first.period and not {key[1] for key in first.rows} & {key[1] for key in last.rows} and first.rows and last.rows:
        first, last = (replace(state, period=max(key[1] for key in state.rows)) for state in (first, last))
    mapped = sets is not None or first.period != last.period
    found = _head(first, last)
    if sets is not None:
        found.before, found.after = f"{first.label} {sets[0]}", f"{last.label} {sets[1]}"
    matches = _matches(first, last, sets, region)
    found.compared = len(matches)
    found.met = (sum(m.old.get("status") == "met" for m in matches), sum(m.new.get("status") == "met" for m in matches))
    changed = [match for match in matches if bool(match.old) != bool(match.new) or differing(match.old, match.new)]
    found.changes = [_change(match.old, match.new) for match in changed]
    keys = [(match.before, match.after) for match in changed]
    if first.catalog is None or last.catalog is None:
        found.notes.append("no_copy")
        without_copy(found.changes, first, last)
    elif mapped:
        found.notes.append("mapped")
        direct(found.changes, keys, first, last)
    elif changed:
        attribution = Attribution(first, last, region)
        attribution.explain(found.changes, keys, exhaustive=exhaustive)
        found.notes += attribution.notes
    found.changes.sort(key=_weight)
    return found


def _in_period(state: State, period: str) -> State:
    known = list(dict.fromkeys(key[1] for key in state.rows))
    if period not in known:
        values = {"run": state.run, "period": period, "known": known}
        raise EvalkitError(Problem("state_period", values=values))
    return replace(state, period=period)


def _head(first: State, last: State) -> Difference:
    found = Difference(first.label, last.label, first.run, last.run, files=_files(first, last))
    runs = [state.catalog.runs[state.run] for state in (first, last) if state.catalog is not None]
    found.example = any(run.example for run in runs)
    if len(runs) == 2:
        found.titles = (runs[0].title_zh, runs[1].title_zh)
    for catalog in (first.catalog, last.catalog):
        if catalog is not None:
            found.names |= {item.id: item.name_zh for item in catalog.sets.values()}
            found.names |= {item.id: item.name_zh for item in catalog.plans.values()}
    return found


def _files(first: State, last: State) -> list[tuple[str, str, str]]:
    """Return the files of rules and data that differ, by layer."""
    old, new = first.manifest["inputs"], last.manifest["inputs"]
    order = (*LAYERS, "code")
    found = []
    for name in dict.fromkeys([*old, *new]):
        if old.get(name, "") != new.get(name, ""):
            what = "added" if not old.get(name) else "removed" if not new.get(name) else "changed"
            layer = next((layer for layer, folders in _FOLDERS.items() if str(name).startswith(folders)), "code")
            found.append((layer, str(name), what))
    return sorted(found, key=lambda item: (order.index(item[0]), item[1]))


def _matches(first: State, last: State, sets: tuple[str, str] | None, region: str) -> list[_Match]:
    old, new = (_chosen(state, region) for state in (first, last))
    if sets is not None:
        return _by_measure(first, last, old, new, sets)

    def moved(key: Key, state: State) -> Key:
        return (key[0], state.period, *key[2:]) if state.period else key

    found = [_Match(moved(key, first), key, old.get(moved(key, first), {}), row) for key, row in new.items()]
    known = {match.before for match in found}
    return found + [_Match(key, moved(key, last), row, {}) for key, row in old.items() if key not in known]


def _chosen(state: State, region: str) -> dict[Key, Row]:
    return {k: row for k, row in state.rows.items() if region in ("", k[0]) and state.period in ("", k[1])}


def _by_measure(first: State, last: State, old: dict[Key, Row], new: dict[Key, Row], sets: tuple[str, str]) -> list[_Match]:
    """Match the rows of two sets, region by region and period by period: those of one measure, then those of one name."""
    for name, rows in zip(sets, (old, new), strict=True):
        if all(key[3] != name for key in rows):
            known = sorted({key[3] for key in rows})
            raise EvalkitError(Problem("state_set", values={"set": name, "known": known}))
    waiting: dict[tuple[Any, ...], list[Key]] = defaultdict(list)
    for key in old:
        if key[3] == sets[0]:
            for word in _words(first, key, old[key]):
                waiting[word].append(key)
    used: set[Key] = set()
    found = []
    for key, row in new.items():
        if key[3] != sets[1]:
            continue
        candidates = [other for word in _words(last, key, row) for other in waiting[word] if other not in used]
        if candidates:
            used.add(candidates[0])
            found.append(_Match(candidates[0], key, old[candidates[0]], row))
        else:
            found.append(_Match((*key[:3], sets[0], *key[4:]), key, {}, row))
    return found + [
        _Match(key, (*key[:3], sets[1], *key[4:]), row, {}) for key, row in old.items() if key[3] == sets[0] and key not in used
    ]


def _words(state: State, key: Key, row: Row) -> list[tuple[Any, ...]]:
    measure = None
    if state.catalog is not None and key[3] in state.catalog.sets:
        level = state.catalog.regions[key[0]].level
        known = state.catalog.sets[key[3]].row(key[4])
        target = known.target_at(level) if known else None
        measure = (target.measure or known.measure) if known and target else None
    place = (key[0], key[1], key[5])
    return [*([(*place, "measure", measure)] if measure else []), (*place, "name", row["name_zh"])]


def _change(old: Row, new: Row) -> Change:
    if not old or not new:
        return Change(old, new, "coverage", "appeared" if new else "disappeared")
    has = [bool(row["value"] or row["value_text"]) for row in (old, new)]
    coverage = "" if has[0] == has[1] else "value_appeared" if has[1] else "value_disappeared"
    if old["status"] != new["status"]:
        return Change(old, new, "status", coverage)
    if coverage or old["reason"] != new["reason"]:
        return Change(old, new, "coverage", coverage or "reason")
    return Change(old, new, "value" if set(differing(old, new)) & set(VALUES) else "text")


def _weight(change: Change) -> int:
    return KINDS.index(change.kind)
