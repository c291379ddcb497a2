"""What is not the same in two states of all that a row of the results rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evalkit.assessment.engine import weakest
from evalkit.assessment.lines import Line, measure_of
from evalkit.catalog.models import BaseValue, Plan
from evalkit.intake.inputs import counted_in, input_path
from evalkit.review.difference import Cause
from evalkit.review.side import Side, Slot, rule_text
from evalkit.review.states import Key, Row, State

Spot = tuple[str, str]  # variable and period
Slots = Mapping[Slot, Spot]
_DESCRIBED = ("seq", "part_of", "domain", "task", "name_zh", "name_en", "unit", "attribute", "measure")
_MEASURED = ("name_zh", "unit", "kind", "direction", "digits", "formula", "expression", "roles", "components")


class Causes:
    """Finds the possible causes of a change; which of them had an effect is for the recomputation to say.

    Parameters
    ----------
    before, after : State
        Both with a copy of their rules.
    mapped : bool
        Other periods or sets are compared with each other: earlier periods are no cause then.
    """

    def __init__(self, before: State, after: State, *, mapped: bool = False) -> None:
        self.a, self.b = Side(before), Side(after)
        self.mapped = mapped
        self._pairs: dict[tuple[int, int, str], list[tuple[Spot, Spot]]] = {}
        self._measures: dict[str, list[Cause]] = {}

    def of(self, before: Key, after: Key) -> list[Cause]:
        """Return the possible causes of a change of a row, each once, in the order of the layers."""
        old, new = self.a.line(before), self.b.line(after)
        absent = [*self._absent(self.a, before, old, True), *self._absent(self.b, after, new, False)]
        if old is None or new is None:
            slots = self.a.slots(old, before) if old is not None else self.b.slots(new, after) if new is not None else None
            return list(dict.fromkeys([*absent, *(self._input_causes(slots, slots, before, after) if slots else [])]))
        return list(
            dict.fromkeys(
                [
                    *absent,
                    *self._input_causes(self.a.slots(old, before), self.b.slots(new, after), before, after),
                    *self._decided(old, new, before, after),
                    *self._rules(old, new, before, after),
                    *self._bases(old, new, before, after),
                    *self._card(old, new, before, after),
                ]
            )
        )

    # --- rows that exist on one side only

    def _absent(self, side: Side, key: Key, line: Line | None, first: bool) -> Iterator[Cause]:
        region, period, basis, source, indicator, _ = key[:6]

        def gone(layer: str, what: str, item: str, name: str = "", file: str = "") -> Cause:
            return Cause(layer, what, item, name, file, before="" if first else item, after=item if first else "")

        run = f"params/runs/{side.state.run}.yml"
        if region not in side.regions:
            yield gone("run", "setting", region, "regions", run)
        if period not in side.run.periods:
            yield gone("run", "setting", period, "periods", run)
        if line is not None or region not in side.rules.regions:
            return
        if basis == "plan":
            plan = side.rules.plans.get(source) if source in side.run.plans else None
            what, item, name = ("row", indicator, "") if plan else ("setting", source, "plans")
            yield gone("plan", what, item, name, f"params/plans/{source}.yml")
            return
        if source not in side.run.sets:
            yield gone("rules", "setting", source, "sets", run)
            return
        yield gone("rules", "row", indicator, "", f"params/sets/{source}.yml")
        levels = [s.rules.regions[region].level if region in s.rules.regions else "" for s in (self.a, self.b)]
        if levels[0] != levels[1]:
            yield Cause("region", "card", region, "level", f"params/regions/{region}.yml", before=levels[0], after=levels[1])

    # --- inputs

    def _input_causes(self, old: Slots, new: Slots, before: Key, after: Key) -> Iterator[Cause]:
        ways = ["all"]
        if self.mapped:  # what a value is compared with is a cause only where the value itself has none, or has not changed
            rows = self.a.state.rows.get(before, {}), self.b.state.rows.get(after, {})
            ways.insert(0, "others" if rows[0].get("value") == rows[1].get("value") else "current")
        for way in ways:
            found = False
            for spot_a, spot_b in self._spots(old, new, way):
                key_a, key_b = (before[0], *spot_a), (after[0], *spot_b)
                if self.a.signatures.get(key_a) != self.b.signatures.get(key_b):
                    found = True
                    yield from self._input(self.a.item(*key_a), self.b.item(*key_b))
            if found:
                return

    def _spots(self, first: Slots, last: Slots, way: str) -> list[tuple[Spot, Spot]]:
        """Return which inputs are to be compared; one that a single side reaches is looked up on both, unless periods or sets differ."""
        asked = (id(first), id(last), way)  # the sides keep them
        if asked not in self._pairs:
            found: dict[tuple[Spot, Spot], None] = {}
            for slot in dict.fromkeys([*first, *last]):
                spots = [spot for spot in (first.get(slot), last.get(slot)) if spot]
                if not self.mapped or (len(spots) == 2 and way in ("all", "current" if slot[0] == "current" else "others")):
                    found[spots[0], spots[-1]] = None
            self._pairs[asked] = list(found)
        return self._pairs[asked]

    def _input(self, old: Row | None, new: Row | None) -> Iterator[Cause]:
        if any(counted_in(record["file"]) for record in (old, new) if record):
            yield from self._counted(old, new)
            return
        for layer in self._input_layers(old, new):
            record = new or old or {}
            ids = [side["correction_id"] for side in (new, old) if side and side["correction_id"]]
            yield Cause(
                layer,
                {"data": "input", "corrections": "reading", "decisions": "choice", "rules": "unit"}[layer],
                {"corrections": ids[0] if ids else "", "decisions": self._choice(record)}.get(layer, record["variable"]),
                self.b.name(record["variable"]) if new else self.a.name(record["variable"]),
                input_path(record["file"]),
                "!".join(part for part in (record["sheet"], record["cell"]) if part),
                "→".join(dict.fromkeys(side["period"] for side in (old, new) if side)),
                record["unit"],
                _received(old) if layer == "data" else _used(old),
                _received(new) if layer == "data" else _used(new),
                _used(old),
                _used(new),
            )

    def _counted(self, old: Row | None, new: Row | None) -> Iterator[Cause]:
        """Yield why a count of subordinate units differs: their run is in another state, or the register lists other units or titles."""
        record = new or old or {}
        files = [side["file"] if side else "" for side in (old, new)]
        named = self._register(record["region_code"])
        places = [("data", input_path(record["file"]))] if files[0] != files[1] or not named else []
        places += [("region", named)] if named else []
        for layer, file in places:
            period, pair = record["period"], (_received(old), _received(new))
            name = self.b.name(record["variable"])
            yield Cause(layer, "input", record["variable"], name, file, "", period, record["unit"], *pair, _used(old), _used(new))

    def _register(self, region: str) -> str:
        """Return a file that lists other subordinate units of a region, or other titles of theirs; empty when there is none."""
        cards = [{card.code: card for card in side.rules.regions.values() if card.parent == region} for side in (self.a, self.b)]
        for code in sorted({*cards[0], *cards[1]}):
            spans = [card and (card.level, card.valid_from, card.valid_to) for card in (found.get(code) for found in cards)]
            if spans[0] != spans[1]:
                return f"params/regions/{code}.yml"
        codes = {*cards[0], *cards[1]}
        titles = [[title for title in side.rules.titles if title.region_code in codes] for side in (self.a, self.b)]
        return "params/titles.csv" if titles[0] != titles[1] else ""

    def _input_layers(self, old: Row | None, new: Row | None) -> list[str]:
        found = []
        ids = [side["correction_id"] for side in (old, new) if side and side["correction_id"]]
        recorded = [tuple(side.state.corrections.get(name) for name in ids) for side in (self.a, self.b)]
        if ids and ((old or {}).get("correction_id") != (new or {}).get("correction_id") or recorded[0] != recorded[1]):
            found.append("corrections")
        if old is None or new is None:
            # A reading that a correction adds comes from a cell that may have been there all along.
            return ["data", *found] if not found or not self.mapped else found
        if any(old[name] != new[name] for name in ("value_received", "unit_received")):
            found.insert(0, "data")
        if ("conflict_decided" in old["note"]) != ("conflict_decided" in new["note"]) or (
            "conflict_decided" in new["note"] and old["id"] != new["id"]
        ):
            found.append("decisions")
            found.insert(0, "data")
        if old["factor"] != new["factor"] and (
            old["unit_received"] == new["unit_received"] or self.a.rules.units.rows != self.b.rules.units.rows
        ):
            found.append("rules")
        return list(dict.fromkeys(found)) or ["data"]

    def _choice(self, record: Row) -> str:
        key = ("choose", record["region_code"], record["period"], record["variable"])
        decided = self.b.state.decisions.get(key) or self.a.state.decisions.get(key)
        return decided.id if decided else ""

    # --- decisions, rules, plan, region card, settings of the run

    def _decided(self, old: Line, new: Line, before: Key, after: Key) -> Iterator[Cause]:
        for measure in dict.fromkeys([*self.a.measures(old), *self.b.measures(new)]):
            for kind, what, said in (("qualitative", "decision", "verdict"), ("adopt", "adoption", "choice")):
                first = self.a.state.decisions.get((kind, before[0], before[1], measure))
                last = self.b.state.decisions.get((kind, after[0], after[1], measure))
                was, now = (getattr(one, said) if one else "" for one in (first, last))
                some = last or first
                if was != now and some is not None:
                    file = f"params/decisions/{(self.b if last else self.a).state.run}.csv"
                    name = self.b.name(f"reported.{measure}")
                    yield Cause("decisions", what, some.id, name, file, period=some.period, before=was, after=now)

    def _rules(self, old: Line, new: Line, before: Key, after: Key) -> Iterator[Cause]:
        layer = "plan" if new.basis == "plan" else "rules"

        def cause(layer: str, what: str, name: str, first: str, last: str) -> Cause:
            place = self.b.place(new, after)
            return Cause(layer, what, new.indicator, name, place.file, place.cell, before=first, after=last)

        if old.text != new.text:
            yield cause(layer, "target", new.name_zh, old.text, new.text)
        elif old.rule != new.rule:
            yield cause(layer, "rule", new.name_zh, rule_text(old.rule), rule_text(new.rule))
        meant = [" ".join(filter(None, (line.kind, line.since))) for line in (old, new)]
        if meant[0] != meant[1]:
            yield cause(layer, "rule", new.name_zh, *meant)
        states = [weakest(line.cites) for line in (old, new)]
        if states[0] != states[1]:
            yield cause(layer, "state", new.name_zh, *states)
        for name in _DESCRIBED:
            first, last = getattr(old, name), getattr(new, name)
            if first != last and not (self.mapped and name not in ("unit", "measure")):
                own = layer == "plan" and self.a.plan_row(old) != self.b.plan_row(new)
                yield cause("plan" if own else "rules", "description", name, first, last)
        if old.compare_rounded != new.compare_rounded:
            words = [str(line.compare_rounded).lower() for line in (old, new)]
            yield cause("rules", "rounding", new.name_zh, *words)
        for measure_id in dict.fromkeys([*self.a.measures(old), *self.b.measures(new)]):
            if measure_id not in self._measures:
                self._measures[measure_id] = self._measure(measure_id)
            yield from self._measures[measure_id]

    def _measure(self, measure_id: str) -> list[Cause]:
        measures = [side.rules.measures.get(measure_id) for side in (self.a, self.b)]
        texts = [
            "; ".join(f"{n}: {getattr(m, n)}" for n in _MEASURED if not _same(measures, n) and (n != "roles" or not m.expression))
            if m
            else ""
            for m in measures
        ]
        if not all(measures) or texts[0] == texts[1]:
            return []
        spot = self.b.rules.place("measure", measure_id)
        name = self.b.name(f"reported.{measure_id}")
        return [Cause("rules", "measure", measure_id, name, spot.file, spot.cell, before=texts[0], after=texts[1])]

    def _bases(self, old: Line, new: Line, before: Key, after: Key) -> Iterator[Cause]:
        own = [side.run.base_period or "" for side in (self.a, self.b)]
        if new.basis == "set" and own[0] != own[1]:
            yield Cause("run", "base_period", "base_period", "", f"params/runs/{self.b.state.run}.yml", before=own[0], after=own[1])
        if new.basis == "plan" or not all(own):
            planned = [side.planned_base(line, key[0]) for side, line, key in ((self.a, old, before), (self.b, new, after))]
            if planned[0] != planned[1]:
                files = [side.rules.places.get(("plan", name)) for side, (_, name) in zip((self.a, self.b), planned, strict=True)]
                label = next((file[0].label for file in reversed(files) if file), "")
                yield Cause("plan", "base_period", "base_period", "", label, before=planned[0][0], after=planned[1][0])
        plans = self.a.plan(old), self.b.plan(new)
        if plans[0] is None or plans[1] is None:
            return
        reached = {*self.a.measures(old), *self.b.measures(new)}
        bases_set = [_overrides(side, plan, before[0], reached) for side, plan in zip((self.a, self.b), plans, strict=True) if plan]
        for measure in sorted({*bases_set[0], *bases_set[1]}):
            first, last = (found.get(measure) for found in bases_set)
            if first != last:
                yield Cause("plan", "base_value", measure, self.b.name(f"reported.{measure}"), f"params/plans/{new.source}.yml",
                            before=first.value if first else "", after=last.value if last else "")  # fmt: skip

    def _card(self, old: Line, new: Line, before: Key, after: Key) -> Iterator[Cause]:
        file = f"params/regions/{after[0]}.yml"
        cards = self.a.rules.regions[before[0]], self.b.rules.regions[after[0]]
        for name in ("level", "name_zh", "fictional"):
            first, last = (str(getattr(card, name)) for card in cards)
            if first != last:
                yield Cause("region", "card", after[0], name, file, before=first, after=last)
        classes = self.a.class_of(old, before[0]), self.b.class_of(new, after[0])
        for dimension in dict.fromkeys([*classes[0], *classes[1]]):
            first, last = (side.get(dimension, "") for side in classes)
            if dimension in classes[0] and dimension in classes[1] and first != last:
                yield Cause("region", "class", dimension, "", file, before=first, after=last)


def _overrides(side: Side, plan: Plan, region: str, measures: set[str]) -> dict[str, BaseValue]:
    card = side.rules.regions[region]
    found = {measure_of(side.rules, plan, row, card): row.base for row in plan.indicators if row.base}
    return {measure: base for measure, base in found.items() if measure in measures}


def _same(measures: Sequence[object], name: str) -> bool:
    return len({repr(getattr(measure, name, None)) for measure in measures}) == 1


def _received(record: Row | None) -> str:
    if record is None:
        return ""
    unit = record["unit_received"]
    return record["value_received"] + (unit if unit != record["unit"] and record["value"] else "")


def _used(record: Row | None) -> str:
    """Return the value as used, or the code of the reason why there is none."""
    return (record["value"] or record["missing_reason"]) if record else ""
