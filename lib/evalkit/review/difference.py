"""What a comparison of two states yields, as data that any reader can print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evalkit.assessment.assessment import RESULT_COLUMNS

#: Causes that are separated by recomputing, in this order.
LAYERS = ("data", "corrections", "decisions", "rules", "plan", "region", "run")
#: What remains: the program and what it runs on; or nothing is known, for want of a copy of the rules and data.
CODE, UNKNOWN = "code", "unknown"
#: Kinds of changes, the weightiest first.
KINDS = ("status", "value", "coverage", "text")
VALUES = ("value", "rounded_value", "value_text", "reported_value", "computed_value", "adopted_value")
COMPARED = tuple(name for name in RESULT_COLUMNS if name not in ("run", "region_code", "period", "basis", "set", "indicator", "milestone"))
SCHEMA = 1

Pair = tuple[str, str]


@dataclass(frozen=True)
class Cause:
    """One thing that is not the same in the two states.

    Parameters
    ----------
    layer : str
        One of `LAYERS`, or ``code`` or ``unknown``.
    what : str
        ``input``, ``reading``, ``choice``, ``decision``, ``target``, ``rule``, ``state``, ``description``, ``measure``, ``rounding``,
        ``row``, ``base_value``, ``base_period``, ``class``, ``card``, ``setting``, ``program``, ``library``, ``altered``, ``failed``,
        ``not_separated``, ``no_copy`` or ``other``.
    id, name : str
        Variable, correction, decision, measure or row.
    file, cell : str
        Where it stands; for rules the line.
    period, unit : str
    before, after : str
        As received, or as written in the rules; empty where there was nothing.
    used_before, used_after : str
        The values as the assessment used them.
    """

    layer: str
    what: str
    id: str = ""
    name: str = ""
    file: str = ""
    cell: str = ""
    period: str = ""
    unit: str = ""
    before: str = ""
    after: str = ""
    used_before: str = ""
    used_after: str = ""


@dataclass
class Effect:
    """What one layer did to a row; several layers where they could not be separated."""

    layers: tuple[str, ...]
    causes: list[Cause] = field(default_factory=list)
    status: Pair = ("", "")
    value: Pair = ("", "")
    rounded_value: Pair = ("", "")
    target_text: Pair = ("", "")
    fields: tuple[str, ...] = ()


@dataclass
class Change:
    """A row of the results that differs.

    Parameters
    ----------
    before, after : dict
        The rows; empty where there is none.
    kind : str
        One of `KINDS`.
    coverage : str
        ``appeared`` or ``disappeared`` (the row), ``value_appeared`` or ``value_disappeared``, ``reason``, or empty.
    effects : list of Effect
        In the order in which the layers were put in.
    interaction : tuple of str
        Layers whose effect on the verdict or the value would have been another without the others.
    """

    before: dict[str, str]
    after: dict[str, str]
    kind: str
    coverage: str = ""
    effects: list[Effect] = field(default_factory=list)
    interaction: tuple[str, ...] = ()

    @property
    def row(self) -> dict[str, str]:
        """The row as it is now, else as it was."""
        return self.after or self.before

    @property
    def causes(self) -> list[Cause]:
        """All causes, each once."""
        return list(dict.fromkeys(cause for effect in self.effects for cause in effect.causes))

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers that had an effect."""
        return tuple(dict.fromkeys(layer for effect in self.effects for layer in effect.layers))

    def pair(self, column: str) -> Pair:
        """Return old and new of a column of the results."""
        return self.before.get(column, ""), self.after.get(column, "")

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns that differ."""
        return differing(self.before, self.after)

    def record(self) -> dict[str, Any]:
        """Return the change as plain data."""
        row, names = self.row, ("region_code", "period", "basis", "set", "indicator", "milestone")
        return {
            "kind": self.kind,
            "coverage": self.coverage,
            "key": {name: row[name] for name in names},
            "key_before": {name: self.before[name] for name in names} if self.before else None,
            "key_after": {name: self.after[name] for name in names} if self.after else None,
            **{name: row[name] for name in ("region", "seq", "part_of", "name_zh", "name_en", "attribute", "unit")},
            **{name: list(self.pair(name)) for name in ("status", "reason", "value", "rounded_value", "target_text")},
            "fields": {name: list(self.pair(name)) for name in self.fields},
            "effects": [{**vars(effect), "causes": [dict(vars(cause)) for cause in effect.causes]} for effect in self.effects],
            "interaction": list(self.interaction),
        }


@dataclass
class Difference:
    """All that differs between two states.

    Parameters
    ----------
    before, after : str
        Labels of the states, such as ``chongming-2023@7d5647a169ee``.
    before_run, after_run : str
    changes : list of Change
        Verdicts first, then values, coverage, and the rest.
    files : list of (layer, file, what)
        Files of rules and data that are not the same: ``changed``, ``added`` or ``removed``.
    notes : list of str
        Codes of what a reader must know: ``older_program``, ``no_copy``, ``mapped``, ``altered``.
    compared : int
        Rows that were compared.
    met : (int, int)
        Rows that are met, before and after.
    example : bool
        Invented data.
    titles : (str, str)
        Titles of the runs.
    names : dict
        Names of sets and plans by id.
    """

    before: str
    after: str
    before_run: str
    after_run: str
    changes: list[Change] = field(default_factory=list)
    files: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    compared: int = 0
    met: tuple[int, int] = (0, 0)
    example: bool = False
    titles: Pair = ("", "")
    names: dict[str, str] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether no row differs."""
        return not self.changes

    def of_kind(self, kind: str) -> list[Change]:
        """Return the changes of a kind."""
        return [change for change in self.changes if change.kind == kind]

    def of_region(self, code: str) -> list[Change]:
        """Return the changes of a region."""
        return [change for change in self.changes if change.row["region_code"] == code]

    def flips(self) -> dict[Pair, int]:
        """Return how many rows went from one verdict to another."""
        return _count(change.pair("status") for change in self.of_kind("status"))

    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each kind."""
        return {kind: len(self.of_kind(kind)) for kind in KINDS}

    def by_layer(self) -> dict[tuple[str, ...], int]:
        """Return how many rows each layer changed."""
        found = _count(layers for change in self.changes for layers in dict.fromkeys(effect.layers for effect in change.effects))
        order = (*LAYERS, CODE, UNKNOWN)
        return dict(sorted(found.items(), key=lambda item: order.index(item[0][0])))

    def record(self) -> dict[str, Any]:
        """Return the difference as plain data; see docs/data-formats.md."""
        return {
            "schema": SCHEMA,
            "before": {"run": self.before_run, "state": self.before},
            "after": {"run": self.after_run, "state": self.after},
            "same": self.same,
            "compared": self.compared,
            "met": list(self.met),
            "counts": self.counts(),
            "layers": [{"layers": list(layers), "rows": rows} for layers, rows in self.by_layer().items()],
            "files": [{"layer": layer, "file": file, "what": what} for layer, file, what in self.files],
            "notes": self.notes,
            "changes": [change.record() for change in self.changes],
        }


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of the results in which two rows differ.

    Keys are not compared, nor a column that an earlier version of the program did not write: nothing is known of it then.
    """
    if before == after:
        return ()
    if not before or not after:
        return tuple([name for name in COMPARED if before.get(name, "") != after.get(name, "")])
    return tuple([name for name in COMPARED if name in before and name in after and before[name] != after[name]])


def effect_of(layers: tuple[str, ...], before: Mapping[str, str], after: Mapping[str, str]) -> Effect:
    """Return what changed between two rows as the effect of layers, without causes."""
    shown = {name: (before.get(name, ""), after.get(name, "")) for name in ("status", "value", "rounded_value", "target_text")}
    return Effect(layers, [], **shown, fields=differing(before, after))


def _count(items: Iterable[Any]) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for item in items:
        found[item] = found.get(item, 0) + 1
    return found
