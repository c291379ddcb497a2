"""Which layer changed a row: by exclusion where only one can have, else by recomputing one layer at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from evalkit.review.causes import Causes
from evalkit.review.difference import CODE, LAYERS, UNKNOWN, Cause, Change, Effect, differing, effect_of
from evalkit.review.states import Key, Row, State
from evalkit.review.steps import Steps

Keys = tuple[Key, Key]
Rows = dict[Key, Row]


def direct(changes: Sequence[Change], keys: Sequence[Keys], first: State, last: State) -> None:
    """Explain changes between rows of different periods or sets: all causes at once, not separated."""
    finder = Causes(first, last, mapped=True)
    for change, (before, after) in zip(changes, keys, strict=True):
        causes = finder.of(before, after)
        layers = tuple(layer for layer in LAYERS if any(cause.layer == layer for cause in causes)) or (UNKNOWN,)
        effect = effect_of(layers, change.before, change.after)
        effect.causes = causes or [Cause(UNKNOWN, "other")]
        change.effects = [effect]


def without_copy(changes: Sequence[Change], first: State, last: State) -> None:
    """Say that nothing is known where a state has no copy of its rules and data."""
    for change in changes:
        effect = effect_of((UNKNOWN,), change.before, change.after)
        effect.causes = [Cause(UNKNOWN, "no_copy", state.label) for state in (first, last) if state.catalog is None]
        change.effects = [effect]


class Attribution:
    """Explains the changes between two states whose rows have the same keys.

    Parameters
    ----------
    first, last : State
        Both with a copy of their rules.
    region : str
        Only this region is asked for; empty for all.
    """

    def __init__(self, first: State, last: State, region: str = "") -> None:
        self.first, self.last = first, last
        self.finder = Causes(first, last)
        self.steps = Steps(first, last, region)
        self.notes: list[str] = []
        self.dropped = False
        made_by = [(state.program["package"], state.program["versions"]) for state in (first, last)]
        self.one_program = made_by[0] == made_by[1] and first.intact and last.intact  # the program is no cause then

    def explain(self, changes: Sequence[Change], keys: Sequence[Keys], *, exhaustive: bool = False) -> None:
        """Fill in effects and causes."""
        failed = {**self.first.failed, **self.last.failed}
        by_region: dict[str, list[tuple[Change, Key, list[Cause]]]] = defaultdict(list)
        for change, (before, after) in zip(changes, keys, strict=True):
            causes = self.finder.of(before, after)
            layers = list(dict.fromkeys(cause.layer for cause in causes))
            if self.one_program and len(layers) == 1 and not exhaustive and after[0] not in failed:
                effect = effect_of((layers[0],), change.before, change.after)
                effect.causes = causes
                change.effects = [effect]
            else:
                by_region[after[0]].append((change, after, causes))
        if by_region:
            with self.steps.open():
                for region, members in by_region.items():
                    self._region(region, members, exhaustive)
        if not self.first.intact or not self.last.intact:
            self.notes.append("altered")
        elif self.dropped:
            self.notes.append("older_program")

    def _region(self, region: str, members: list[tuple[Change, Key, list[Cause]]], exhaustive: bool) -> None:
        wanted = frozenset(key[4] for _, key, _ in members)
        possible = {cause.layer for _, _, causes in members for cause in causes}
        failing = region in self.first.failed or region in self.last.failed or any(not causes for _, _, causes in members)
        thorough = exhaustive or failing
        chain = [layer for layer in self.steps.layers if thorough or layer in possible]
        ends = ({key: change.before for change, key, _ in members}, {key: change.after for change, key, _ in members})
        start = ends[0] if self.first.reproducible else self.steps.rows((), region, wanted)
        end = ends[1] if self.last.reproducible else self.steps.rows(LAYERS, region, wanted)
        only = {} if thorough or start is None or end is None else _only_layers(members, chain)
        mixed = wanted - {key[4] for key in only}
        between = [self.steps.rows(chain[: n + 1], region, mixed) for n in range(len(chain) - 1)]
        for n, rows in enumerate(between):  # what one layer changed stands as at the start before it, as at the end from it on
            if rows is not None and start is not None and end is not None:
                rows |= {key: (end if layer in chain[: n + 1] else start).get(key, {}) for key, layer in only.items()}
        for change, key, causes in members:
            effects = self._effects(change, key, chain, (start, end), between)
            change.effects = [_with_causes(effect, causes, self._program) for effect in effects]
            self._mention_failure(change, region)
        several = [(change, key) for change, key, _ in members if len(_layers(change)) > 1]
        if several and start is not None:
            self._interactions(several, start, region, frozenset(key[4] for _, key in several))

    def _effects(
        self, change: Change, key: Key, chain: list[str], ends: tuple[Rows | None, Rows | None], between: list[Rows | None]
    ) -> list[Effect]:
        """Return what each layer did to a row, in the order of the chain; what cannot be recomputed joins the next layer that can."""
        start, end = ends
        code = [
            effect_of((CODE,), change.before, start.get(key, {})) if start is not None else None,
            effect_of((CODE,), end.get(key, {}), change.after) if end is not None else None,
        ]
        at: Row = start.get(key, {}) if start is not None else change.before
        pending: list[str] = [] if start is not None else [CODE]
        effects: list[Effect] = []
        last = end if end is not None else {key: change.after}
        for layer, rows in zip(chain, [*between, last] if chain else [], strict=True):
            pending.append(layer)
            if rows is None:
                continue
            now = rows.get(key, {})
            if bool(at) != bool(now) or differing(at, now):
                blamed = tuple(pending) if end is not None or layer != chain[-1] else (*pending, CODE)
                effects.append(effect_of(blamed, at, now))
            at, pending = now, []
        around = [effect if effect and (effect.fields or effect.status[0] != effect.status[1]) else None for effect in code]
        if self.one_program and effects:
            # Perhaps not this one: what the present program does otherwise changed nothing between them.
            self.dropped = self.dropped or any(around)
            return effects
        found = [*([around[0]] if around[0] else []), *effects, *([around[1]] if around[1] else [])]
        return found or [effect_of((CODE,), change.before, change.after)]

    def _interactions(self, members: list[tuple[Change, Key]], start: Rows, region: str, wanted: frozenset[str]) -> None:
        """Find the layers whose effect alone is another one than among the others."""
        asked = dict.fromkeys(layer for change, _ in members for layer in _layers(change)[1:])
        for layer in asked:
            alone = self.steps.rows((layer,), region, wanted)
            for change, key in members:
                effect = next((e for e in change.effects if e.layers == (layer,)), None)
                if effect is None or alone is None or layer not in _layers(change)[1:]:
                    continue
                single = effect_of((layer,), start.get(key, {}), alone.get(key, {}))
                if _verdict_step(single) != _verdict_step(effect) or _value_step(single) != _value_step(effect):
                    change.interaction = tuple(dict.fromkeys([*change.interaction, *_layers(change)]))

    def _program(self) -> list[Cause]:
        """Return how the programs differ that made the two states."""
        causes = [
            Cause(CODE, "altered", state.label, file=state.project.label(state.folder / "results.csv"))
            for state in (self.first, self.last)
            if not state.intact
        ]
        old, new = self.first.program, self.last.program
        if old["package"] != new["package"]:
            shown = [f"{made['evalkit']} ({str(made['package'])[:12]})" for made in (old, new)]
            causes.append(Cause(CODE, "program", "evalkit", before=shown[0], after=shown[1]))
        for name in dict.fromkeys([*old["versions"], *new["versions"]]):
            first, last = str(old["versions"].get(name, "")), str(new["versions"].get(name, ""))
            if first != last:
                causes.append(Cause(CODE, "library", name, before=first, after=last))
        return causes or [Cause(CODE, "other")]

    def _mention_failure(self, change: Change, region: str) -> None:
        said = self.first.failed.get(region, ""), self.last.failed.get(region, "")
        if any(said) and change.effects:
            change.effects[0].causes.append(Cause(change.effects[0].layers[0], "failed", region, before=said[0], after=said[1]))


def _only_layers(members: Sequence[tuple[Change, Key, list[Cause]]], chain: Sequence[str]) -> dict[Key, str]:
    """Return the layer of each row that only one can have changed; a row that came or went is none, nor another of its indicator."""
    possible = {key: {cause.layer for cause in causes} & set(chain) for change, key, causes in members if change.before and change.after}
    mixed = {key[4] for _, key, _ in members if len(possible.get(key, ())) != 1}
    return {key: next(iter(layers)) for key, layers in possible.items() if key[4] not in mixed}


def _layers(change: Change) -> list[str]:
    """Return the layers that have an effect of their own; the program cannot be put back."""
    return [effect.layers[0] for effect in change.effects if len(effect.layers) == 1 and effect.layers[0] != CODE]


def _with_causes(effect: Effect, causes: list[Cause], program: Callable[[], list[Cause]]) -> Effect:
    found = [cause for cause in causes if cause.layer in effect.layers]
    if CODE in effect.layers:
        found += program()
    if not found:
        found = [Cause(effect.layers[0], "other")]
    return replace(effect, causes=found)


def _verdict_step(effect: Effect) -> tuple[str, str] | None:
    return effect.status if effect.status[0] != effect.status[1] else None


def _value_step(effect: Effect) -> object:
    try:
        return Fraction(effect.value[1]) - Fraction(effect.value[0])
    except ValueError:
        return effect.value if effect.value[0] != effect.value[1] else Fraction(0)
