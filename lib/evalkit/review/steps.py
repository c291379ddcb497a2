"""Recomputing with some layers of one state and the rest of another, from the copies of their rules and data."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from evalkit.assessment import assess
from evalkit.catalog import Catalog
from evalkit.catalog.evidence import kept_path, register_path
from evalkit.catalog.links import check_links
from evalkit.catalog.links_plans import check_plans
from evalkit.catalog.models import IndicatorSet, Plan, Run
from evalkit.intake import Inputs, read_inputs
from evalkit.messages import EvalkitError
from evalkit.project import Project
from evalkit.review.difference import LAYERS
from evalkit.review.states import KEY, Key, Row, State, free_key
from evalkit.tables import file_sha256

Layers = frozenset[str]
_RULES = ("documents", "variables", "measures", "sets")
#: What is left of a run file when inputs, sets and plans, which belong to other layers, and mere words are taken out.
_WORDS: dict[str, object] = {"id": "", "title_zh": "", "title_en": "", "note": "", "report_date": "", "purpose": "", "example": False}


@dataclass(frozen=True)
class MixedProject(Project):
    """A project folder whose data as received stand elsewhere."""

    received: Path

    @property
    def raw(self) -> Path:
        """Data as received."""
        return self.received

    def processed(self, run: str) -> Path:
        """Return the folder of the results of a run that subordinate units are counted from: they stand beside the data."""
        return self.received.parent / "processed" / run


class Steps:
    """Recomputes rows with the layers of two states mixed.

    Parameters
    ----------
    before, after : State
        Both with a copy of their rules.
    region : str
        Only this region is asked for; empty for all.
    """

    def __init__(self, before: State, after: State, region: str = "") -> None:
        self.before, self.after, self.region = before, after, region
        self.layers = tuple(layer for layer in LAYERS if self._changed(layer))
        self._catalogs: dict[Layers, Catalog | None] = {}
        self._inputs: dict[tuple[bool, ...], Inputs | None] = {}
        self._sets: dict[tuple[Layers, frozenset[str]], dict[str, IndicatorSet]] = {}
        self._folder = Path()

    @contextmanager
    def open(self) -> Iterator[Steps]:
        """Provide the temporary folder for mixed projects."""
        with tempfile.TemporaryDirectory(prefix="evalkit-") as folder:
            self._folder = Path(folder)
            yield self

    def _changed(self, layer: str) -> bool:
        a, b = self.before.rules, self.after.rules
        runs = self.before.settings, self.after.settings
        match layer:
            case "data":
                counted = [[_digest(c.project.processed(child.run) / "results.csv") for child in runs[0].children] for c in (a, b)]
                return (
                    runs[0].inputs != runs[1].inputs
                    or counted[0] != counted[1]
                    or any(_digest(a.project.raw / name) != _digest(b.project.raw / name) for name in runs[0].inputs)
                )
            case "corrections":
                return self.before.corrections != self.after.corrections
            case "decisions":
                return self.before.decisions != self.after.decisions
            case "rules":
                return runs[0].sets != runs[1].sets or a.units.rows != b.units.rows or any(getattr(a, n) != getattr(b, n) for n in _RULES)
            case "plan":
                return runs[0].plans != runs[1].plans or a.plans != b.plans
            case "region":
                return a.regions != b.regions or a.titles != b.titles
        return _settings(runs[0]) != _settings(runs[1])

    @cached_property
    def _read_from(self) -> tuple[str, ...]:
        """The layers on which it depends how the data are read."""
        a, b = self.before.rules, self.after.rules
        alike = a.units.rows == b.units.rows and a.variables == b.variables and a.measures == b.measures
        runs = self.before.settings, self.after.settings
        counting = any(run.children for run in runs)
        listed = _settings(runs[0]) == _settings(runs[1]) if counting else runs[0].regions == runs[1].regions
        more = [*([] if alike else ["rules"]), *(["region"] if counting else []), *([] if listed else ["run"])]
        return ("data", "corrections", "decisions", *more)

    def rows(self, taken: Iterable[str], region: str, wanted: frozenset[str]) -> dict[Key, Row] | None:
        """Return rows of a region as they come out with some layers of the later state and the rest of the earlier.

        Parameters
        ----------
        taken : iterable of str
            Layers of the later state.
        region : str
        wanted : frozenset of str
            The indicators that are needed; other rows may be missing.

        Returns
        -------
        dict or None
            Rows by key; None where rules and data of that mixture do not fit together.
        """
        layers = frozenset(taken) & frozenset(self.layers)
        catalog = self._catalog(layers)
        if catalog is None:
            return None
        run = catalog.runs[self.before.run]
        if region not in run.regions:
            return {}
        try:
            inputs = self._read(layers, catalog)
            if inputs is None:
                return None
            assessment = assess(self._narrowed(layers, catalog, region, wanted), inputs, region, traces=False)
        except (EvalkitError, KeyError):
            return None
        found: dict[Key, Row] = {}
        for row in assessment.rows:
            found[free_key(found, tuple(row[name] for name in KEY))] = {name: text.strip() for name, text in row.items()}
        return found

    def _catalog(self, layers: Layers) -> Catalog | None:
        if layers not in self._catalogs:
            self._catalogs[layers] = self._mix(layers)
        return self._catalogs[layers]

    def _mix(self, layers: Layers) -> Catalog | None:
        def source(layer: str) -> State:
            return self.after if layer in layers else self.before

        rules, plan, region, run = (source(layer).rules for layer in ("rules", "plan", "region", "run"))
        settings = source("run").settings.model_copy(
            update={
                "id": self.before.run,
                "inputs": source("data").settings.inputs,
                "sets": source("rules").settings.sets,
                "plans": source("plan").settings.plans,
            }
        )
        # Cards that only the other state has do no harm, unless they are counted as units; a run that still lists them needs them.
        other = self.after.rules if region is self.before.rules else self.before.rules
        wanted = settings.regions if settings.children else other.regions
        cards = {**{code: other.regions[code] for code in wanted if code in other.regions}, **region.regions}
        catalog = Catalog(
            self._project(layers),
            rules.documents, rules.units, rules.variables, measures=rules.measures, sets=rules.sets, regions=cards, plans=plan.plans,
            runs={self.before.run: settings}, titles=region.titles, places={**run.places, **region.places, **plan.places, **rules.places},
        )  # fmt: skip
        problems = [*check_links(catalog, units=False), *check_plans(catalog)]
        return None if any(problem.severity == "error" for problem in problems) else catalog

    def _project(self, layers: Layers) -> Project:
        """Assemble a folder with the corrections and decisions of either state; the data stay where they are."""
        root = self._folder / "-".join([layer for layer in LAYERS if layer in layers] or ["none"])
        for layer, suffix in (("corrections", "yml"), ("decisions", "csv")):
            state = self.after if layer in layers else self.before
            path = state.rules.project.params / layer / f"{state.run}.{suffix}"
            copy = root / "params" / layer / f"{self.before.run}.{suffix}"
            copy.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                shutil.copyfile(path, copy)
        state = self.after if "decisions" in layers else self.before
        for find in (register_path, kept_path):  # whether a decision counts depends on the evidence
            path, copy = find(state.rules.project.params, state.run), find(root / "params", self.before.run)
            if path.is_file():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
        return MixedProject(root, (self.after if "data" in layers else self.before).rules.project.raw)

    def _read(self, layers: Layers, catalog: Catalog) -> Inputs | None:
        asked = tuple(layer in layers for layer in self._read_from)
        if asked not in self._inputs:
            inputs = read_inputs(catalog, self.before.run, self.region or None)
            self._inputs[asked] = None if inputs.errors() else inputs
        return self._inputs[asked]

    def _narrowed(self, layers: Layers, catalog: Catalog, region: str, wanted: frozenset[str]) -> Catalog:
        """Return a catalogue with the wanted indicators only: rows do not depend on each other."""
        own = catalog.plans_of(catalog.runs[self.before.run], region)
        plans = {plan.id: _lesser_plan(plan, wanted) for plan in own}
        kept = wanted | {row.row for plan in plans.values() for row in plan.indicators if row.row}
        if (layers, kept) not in self._sets:
            self._sets[layers, kept] = {name: _lesser_set(found, kept) for name, found in catalog.sets.items()}
        return replace(catalog, sets=self._sets[layers, kept], plans={**catalog.plans, **plans})


def _lesser_set(found: IndicatorSet, ids: frozenset[str]) -> IndicatorSet:
    return found.model_copy(update={"rows": [row for row in found.rows if row.id in ids]})


def _lesser_plan(plan: Plan, ids: frozenset[str]) -> Plan:
    # A base value that the plan sets may stand under a component of another row.
    return plan.model_copy(update={"indicators": [row for row in plan.indicators if row.base or (row.row or row.id) in ids]})


def _settings(run: Run) -> Run:
    return run.model_copy(update={**_WORDS, "inputs": [], "sets": [], "plans": []})


def _digest(path: Path) -> str:
    return file_sha256(path) if path.is_file() else ""
