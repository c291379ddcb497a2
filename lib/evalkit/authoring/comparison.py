"""What differs between two indicator sets: rows paired, and each difference with the states of both cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evalkit.authoring.check_sheet_words import rule_words
from evalkit.authoring.comparison_names import formula_zh
from evalkit.authoring.rule_text import rule_text
from evalkit.catalog import Catalog
from evalkit.catalog.crosswalks import Crosswalk, crosswalk_between, plain_name
from evalkit.catalog.load import near
from evalkit.catalog.models import IndicatorSet, Measure, SetRow, Target
from evalkit.messages import EvalkitError, Place, Problem

SCHEMA = 1
#: States that allow to say that a document differs from another; whatever rests on others is 待核.
FIRM = ("verified", "seen")
KINDS = ("name", "part_of", "levels", "attribute", "unit", "target", "rule", "definition", "formula")


@dataclass(frozen=True)
class Change:
    """One difference between two rows.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    before, after : str
        What the cells say; of a target its text, of a rule how it is read. Empty where there is nothing.
    states : (str, str)
        State of each cell; empty where nothing says where it comes from.
    levels : tuple of str
        Levels at which it counts; empty for all that are compared.
    rules : (str, str)
        The rules of a target, where they differ too.
    paired : str
        State of the crosswalk, where the difference rests on it; empty where it does not.
    """

    kind: str
    before: str
    after: str
    states: tuple[str, str]
    levels: tuple[str, ...] = ()
    rules: tuple[str, str] = ("", "")
    paired: str = ""

    @property
    def open(self) -> bool:
        """Whether a cell, or the pairing, is not sure enough to say that anything changed (待核)."""
        return not firm(self.states) or self.paired not in ("", *FIRM)


@dataclass
class Pair:
    """A row of the old set and the row of the new set in which it continues; one of them None where there is none.

    Parameters
    ----------
    before, after : SetRow or None
    paired_by : str
        ``crosswalk``, ``measure`` or ``name``; empty for a row alone.
    relation : str
        As the crosswalk says; empty where it says nothing.
    state : str
        State of the crosswalk's entry.
    note : str
    changes : list of Change
    """

    before: SetRow | None
    after: SetRow | None
    paired_by: str = ""
    relation: str = ""
    state: str = ""
    note: str = ""
    changes: list[Change] = field(default_factory=list)
    alone_open: bool = False  # a row is new, or gone, only if the other set is known whole

    @property
    def kind(self) -> str:
        """``added``, ``removed``, ``changed`` or ``unchanged``."""
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        return "changed" if self.changes else "unchanged"

    @property
    def open(self) -> bool:
        """Whether anything that is said of the pair is 待核."""
        return self.alone_open if self.kind in ("added", "removed") else any(change.open for change in self.changes)

    @property
    def row(self) -> SetRow:
        """The row as it is now, else as it was."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass
class Comparison:
    """Two sets side by side.

    Parameters
    ----------
    before, after : IndicatorSet
    levels : tuple of str
        Levels at which they are compared.
    pairs : list of Pair
        In the order of the new set; rows that are gone follow where they stood.
    crosswalk : Crosswalk or None
    left_out : tuple of int
        Rows of each set that do not exist at these levels.
    """

    before: IndicatorSet
    after: IndicatorSet
    levels: tuple[str, ...]
    pairs: list[Pair]
    crosswalk: Crosswalk | None
    left_out: tuple[int, int]

    def of_kind(self, kind: str) -> list[Pair]:
        """Return the pairs of a kind."""
        return [pair for pair in self.pairs if pair.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        """How many pairs there are of each kind."""
        return {kind: len(self.of_kind(kind)) for kind in ("changed", "added", "removed", "unchanged")}

    @property
    def open(self) -> int:
        """How many rows say something that is 待核."""
        return sum(pair.open for pair in self.pairs)

    def record(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        return {
            "schema": SCHEMA,
            "before": self.before.id,
            "after": self.after.id,
            "levels": list(self.levels),
            "crosswalk": self.crosswalk.id if self.crosswalk else None,
            "counts": {**self.counts, "open": self.open},
            "left_out": list(self.left_out),
            "rows": [_record(pair, self.levels) for pair in self.pairs],
        }


def firm(states: Iterable[str]) -> bool:
    """Return whether all states allow to say something about the documents."""
    return all(state in FIRM for state in states)


def known_set(catalog: Catalog, set_id: str) -> IndicatorSet:
    """Return a set; raise EvalkitError with near names when there is none of that id."""
    if set_id not in catalog.sets:
        hint = near(set_id, catalog.sets)
        raise EvalkitError(Problem("unknown_id", Place("params/sets"), {"kind": "set", "id": set_id, "hint": hint}))
    return catalog.sets[set_id]


def compare_sets(catalog: Catalog, before: str, after: str, level: str | None = None) -> Comparison:
    """Compare two indicator sets.

    Rows are paired as a crosswalk declares, then those of one measure, then those of one name.

    Parameters
    ----------
    catalog : Catalog
    before, after : str
        Ids of the sets.
    level : str, optional
        Only at this level; default: all that both sets have.

    Raises
    ------
    EvalkitError
        A set is unknown, or the two have no level in common.
    """
    old, new = known_set(catalog, before), known_set(catalog, after)
    shared = tuple(name for name in new.levels if name in old.levels and level in (None, name))
    if not shared:
        asked = [level] if level else []
        values = {"before": before, "after": after, "levels": [*old.levels], "others": [*new.levels], "asked": asked}
        raise EvalkitError(Problem("no_shared_level", Place("params/sets"), values))
    rows = [[row for row in found.rows if any(row.target_at(name) for name in shared)] for found in (old, new)]
    crosswalk = crosswalk_between(catalog, before, after)
    pairs = _pairs(rows[0], rows[1], crosswalk, shared)
    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            pair.changes = _changes(catalog, (old, new), pair, shared)
        else:
            other = old if pair.before is None else new
            pair.alone_open = not other.complete or not firm(target.cite.state for target in targets_at(pair.row, shared))
    left_out = (len(old.rows) - len(rows[0]), len(new.rows) - len(rows[1]))
    return Comparison(old, new, shared, _ordered(pairs, rows[0], rows[1]), crosswalk, left_out)


def targets_at(row: SetRow, levels: Sequence[str]) -> list[Target]:
    """Return the targets of a row at some levels, each once."""
    found = [target for level in levels if (target := row.target_at(level)) is not None]
    return [target for i, target in enumerate(found) if all(target is not other for other in found[:i])]


# --- pairing


def _pairs(before: list[SetRow], after: list[SetRow], crosswalk: Crosswalk | None, levels: Sequence[str]) -> list[Pair]:
    old, new = {row.id: row for row in before}, {row.id: row for row in after}
    pairs: list[Pair] = []
    for entry in crosswalk.rows if crosswalk else []:
        first, last = old.get(entry.from_ or ""), new.get(entry.to or "")
        if (first is None) != (entry.from_ is None) or (last is None) != (entry.to is None):
            continue  # not at these levels
        assert crosswalk is not None
        by = "crosswalk" if first is not None and last is not None else ""
        pairs.append(Pair(first, last, by, entry.relation, crosswalk.cite_of(entry).state, entry.note))
    used = {id(row) for pair in pairs for row in (pair.before, pair.after)}
    rest = ([row for row in before if id(row) not in used], [row for row in after if id(row) not in used])
    for by, key in _keys(levels):
        matched = list(_matched(*rest, key))
        pairs += [Pair(first, last, by) for first, last in matched]
        used = {id(row) for match in matched for row in match}
        rest = ([row for row in rest[0] if id(row) not in used], [row for row in rest[1] if id(row) not in used])
    return pairs + [Pair(row, None) for row in rest[0]] + [Pair(None, row) for row in rest[1]]


def _keys(levels: Sequence[str]) -> list[tuple[str, Callable[[SetRow], object]]]:
    def measures(row: SetRow) -> object:
        return frozenset(target.measure or row.measure for target in targets_at(row, levels))

    def full_name(row: SetRow) -> object:
        return plain_name(row.part_of), plain_name(row.name_zh)

    return [
        ("measure", lambda row: (measures(row), full_name(row))),
        ("measure", measures),
        ("name", full_name),
        ("name", lambda row: plain_name(row.name_zh)),
    ]


def _matched(before: list[SetRow], after: list[SetRow], key: Callable[[SetRow], object]) -> Iterator[tuple[SetRow, SetRow]]:
    """Yield rows with one key that no other row of their set has: where there are several, nothing is guessed."""
    groups: dict[object, tuple[list[SetRow], list[SetRow]]] = {}
    for side, rows in enumerate((before, after)):
        for row in rows:
            groups.setdefault(key(row), ([], []))[side].append(row)
    for first, last in groups.values():
        if len(first) == len(last) == 1:
            yield first[0], last[0]


def _ordered(pairs: list[Pair], before: list[SetRow], after: list[SetRow]) -> list[Pair]:
    """Sort pairs by the new set; a row that is gone stands behind the nearest row before it that is paired."""
    place = {id(row): i for i, row in enumerate(after)}
    anchors = {id(pair.before): place[id(pair.after)] for pair in pairs if pair.before is not None and pair.after is not None}
    last, spot = -1, {}
    for i, row in enumerate(before):
        last = anchors.get(id(row), last)
        spot[id(row)] = (last, 1, i)
    return sorted(pairs, key=lambda pair: (place[id(pair.after)], 0, 0) if pair.after is not None else spot[id(pair.before)])


# --- differences of a pair


def _changes(catalog: Catalog, sets: tuple[IndicatorSet, IndicatorSet], pair: Pair, levels: Sequence[str]) -> list[Change]:
    old, new = pair.before, pair.after
    assert old is not None and new is not None
    first, last = targets_at(old, levels), targets_at(new, levels)
    row_states = (_weakest(first), _weakest(last))
    changes = []
    for kind, before, after in (("name", old.name_zh, new.name_zh), ("part_of", old.part_of, new.part_of)):
        if plain_name(before) != plain_name(after):
            changes.append(Change(kind, before, after, row_states))
    if catalog.units.names.get(old.unit, old.unit) != catalog.units.names.get(new.unit, new.unit):
        changes.append(Change("unit", old.unit, new.unit, row_states))
    found: list[Change] = []
    for level in levels:
        at = (old.target_at(level), new.target_at(level))
        found += _at_level(catalog, sets, (old, new), at, level)
    changes += _across(found, levels)
    # What makes two rows one indicator is as sure as the crosswalk that says so, except where their names do.
    if plain_name(old.name_zh) != plain_name(new.name_zh):
        changes = [replace(change, paired=pair.state) for change in changes]
    return sorted(changes, key=lambda change: KINDS.index(change.kind))


def _at_level(
    catalog: Catalog,
    sets: tuple[IndicatorSet, IndicatorSet],
    rows: tuple[SetRow, SetRow],
    at: tuple[Target | None, Target | None],
    level: str,
) -> Iterator[Change]:
    first, last = at
    if first is None or last is None:
        if first is not last:
            states = (first.cite.state if first else _weakest(rows[0].targets), last.cite.state if last else _weakest(rows[1].targets))
            yield Change("levels", level if first else "", level if last else "", states, (level,))
        return
    states = (first.cite.state, last.cite.state)
    attributes = (first.attribute or rows[0].attribute, last.attribute or rows[1].attribute)
    if attributes[0] != attributes[1]:
        yield Change("attribute", *attributes, states, (level,))
    rules = (rule_text(first.rule), rule_text(last.rule))
    differing = rules if rules[0] != rules[1] else ("", "")
    if first.text != last.text:
        yield Change("target", first.text, last.text, states, (level,), differing)
    elif differing[0]:
        read = [rule_words(catalog, owner, target.rule) for owner, target in zip(sets, (first, last), strict=True)]
        yield Change("rule", read[0], read[1], states, (level,), rules)
    measures = [catalog.measures[target.measure or row.measure] for target, row in zip((first, last), rows, strict=True)]
    if measures[0].id != measures[1].id:
        yield from _measures(catalog, measures[0], measures[1], level)


def _measures(catalog: Catalog, old: Measure, new: Measure, level: str) -> Iterator[Change]:
    states = (old.cite.state if old.cite else "", new.cite.state if new.cite else "")
    shown = [measure.definition_zh if measure.cite else "" for measure in (old, new)]
    if shown[0] != shown[1] or not all(shown):
        yield Change("definition", shown[0], shown[1], states, (level,))
    formulas = (formula_zh(catalog, old), formula_zh(catalog, new))
    known = all(measure.cite or formula for measure, formula in zip((old, new), formulas, strict=True))
    if known and formulas[0] != formulas[1]:  # without a definition there is no formula to compare with
        yield Change("formula", *formulas, states, (level,))


def _across(changes: list[Change], levels: Sequence[str]) -> list[Change]:
    """Join what is the same at several levels; what counts at all of them names none."""
    joined: dict[tuple[object, ...], list[str]] = {}
    first: dict[tuple[object, ...], Change] = {}
    for change in changes:
        key: tuple[object, ...] = (change.kind, change.before, change.after, change.states, change.rules)
        first.setdefault(key, change)
        joined.setdefault(key, []).extend(change.levels)
    found = []
    for key, change in first.items():
        at = () if len(joined[key]) == len(levels) else tuple(joined[key])
        found.append(replace(change, levels=at))
    return found


_CERTAINTY = ("verified", "seen", "seen_neighbour", "third_party", "derived", "recalled")


def _weakest(targets: Sequence[Target]) -> str:
    return max((target.cite.state for target in targets), key=_CERTAINTY.index, default="")


def _record(pair: Pair, levels: Sequence[str]) -> dict[str, Any]:
    def row(found: SetRow | None) -> dict[str, Any] | None:
        if found is None:
            return None
        targets = [{"text": target.text, "state": target.cite.state} for target in targets_at(found, levels)]
        return {"id": found.id, "seq": found.seq, "part_of": found.part_of, "name_zh": found.name_zh, "name_en": found.name_en,
                "attribute": found.attribute, "unit": found.unit, "targets": targets}  # fmt: skip

    return {
        "kind": pair.kind,
        "before": row(pair.before),
        "after": row(pair.after),
        "paired_by": pair.paired_by,
        "relation": pair.relation,
        "crosswalk_state": pair.state,
        "note": pair.note,
        "open": pair.open,
        "changes": [
            {"kind": c.kind, "before": c.before, "after": c.after, "states": list(c.states), "levels": list(c.levels or levels),
             "rules": list(c.rules), "open": c.open}
            for c in pair.changes
        ],
    }  # fmt: skip
