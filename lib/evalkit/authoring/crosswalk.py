"""One run under two sets, side by side: how each indicator continues, and what the new set needs that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from evalkit.assessment import assess
from evalkit.assessment.needs import Need, measures_of, needs_of
from evalkit.authoring.comparison import Comparison, Pair, compare_sets, targets_at
from evalkit.catalog import Catalog
from evalkit.catalog.models import Run, SetRow, Target
from evalkit.catalog.rules import Rule, Trend
from evalkit.intake import Inputs, read_inputs
from evalkit.messages import EvalkitError, Problem
from evalkit.values import Period

SCHEMA = 1
#: Relations under which earlier figures do not simply carry over.
NOT_CONTINUING = ("new", "redefined", "split", "merged")
_OPEN = ("missing", "pending")
Result = dict[str, str]


@dataclass(frozen=True)
class Wanted:
    """One thing that an indicator needs.

    Parameters
    ----------
    need : Need
        Variable, unit, department, time; its variable is empty where a person has to decide.
    kind : str
        ``input`` of a formula, ``reported`` value, ``assigned`` figure of the superior, or ``decision``.
    period : str
        When; empty without a run.
    have : bool or None
        Whether the run has it; None without a run.
    """

    need: Need
    kind: str
    period: str = ""
    have: bool | None = None


@dataclass(frozen=True)
class Gap:
    """An indicator of the new set that does not continue an old one as it was, or that has no data.

    Parameters
    ----------
    row : SetRow
    target : Target
    reasons : tuple of str
        Words of `crosswalk_gap`: a relation, ``missing``, ``pending``.
    wanted : tuple of Wanted
    decided : bool
        The run has a verdict: whatever is not there was not needed for it.
    """

    row: SetRow
    target: Target
    reasons: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    decided: bool = False

    @property
    def lacking(self) -> list[Wanted]:
        """What is not there: all of it without a run.

        A reported value is not lacking where the formula has all its inputs, and the other way round.
        """
        found = [item for item in self.wanted if not item.have and not self.decided]
        lack = {(item.need.measure, item.period, item.kind) for item in found}
        every = {(item.need.measure, item.period, item.kind) for item in self.wanted}

        def settled(item: Wanted) -> bool:
            other = {"reported": "input", "input": "reported"}.get(item.kind, "")
            key = (item.need.measure, item.period, other)
            return key in every and key not in lack

        return [item for item in found if not settled(item)]


@dataclass
class View:
    """One region in one period under both sets; without a run only the rules.

    Parameters
    ----------
    region, name, period : str
    comparison : Comparison
        At the level of the region.
    old, new : dict
        Rows of the results by indicator.
    gaps : list of Gap
    """

    region: str
    name: str
    period: str
    comparison: Comparison
    old: dict[str, Result] = field(default_factory=dict)
    new: dict[str, Result] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    def results(self, pair: Pair) -> tuple[Result | None, Result | None]:
        """Return the results of a pair under the old and the new set."""
        first = self.old.get(pair.before.id) if pair.before else None
        last = self.new.get(pair.after.id) if pair.after else None
        return first, last


@dataclass
class SideBySide:
    """Two sets, and a run under both.

    Parameters
    ----------
    run : str
        Empty where only the rules are compared.
    example : bool
        Invented data.
    views : list of View
    """

    run: str
    example: bool
    views: list[View]

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"schema": SCHEMA, "run": self.run, "example": self.example, "views": [_view(view) for view in self.views]}


def side_by_side(
    catalog: Catalog, before: str, after: str, run_id: str | None = None, *, level: str | None = None, region: str = "", period: str = ""
) -> SideBySide:
    """Put two sets side by side.

    Parameters
    ----------
    catalog : Catalog
    before, after : str
        Ids of the sets.
    run_id : str, optional
        A run that lists both sets; it is assessed as the files are now, nothing is written.
    level : str, optional
        Without a run: only this level.
    region, period : str
        Only this region; this period (default: the latest).

    Raises
    ------
    EvalkitError
        An id is unknown, the sets share no level, or the run does not have both sets.
    """
    if run_id is None:
        view = View("", "", "", compare_sets(catalog, before, after, level))
        view.gaps = list(_gaps(catalog, view, None, None))
        return SideBySide("", False, [view])
    run = catalog.run(run_id)
    for name in (before, after):
        if name not in run.sets:
            values = {"run": run_id, "set": name, "known": run.sets}
            raise EvalkitError(Problem("run_lacks_set", catalog.place("run", run_id, "sets"), values))
    if region and region not in run.regions:
        values = {"kind": "region", "id": region, "hint": f" ({', '.join(run.regions)})"}
        raise EvalkitError(Problem("unknown_id", catalog.place("run", run_id, "regions"), values))
    when = period or max(run.periods, key=Period.parse)
    if when not in run.periods:
        raise EvalkitError(Problem("period_unknown", catalog.place("run", run_id), {"period": when, "allowed": run.periods}))
    inputs = read_inputs(catalog, run_id)
    if inputs.errors():
        raise EvalkitError(inputs.errors())
    codes = [region] if region else run.regions
    return SideBySide(run_id, run.example, [_view_of(catalog, run, inputs, code, (before, after), when) for code in codes])


def _view_of(catalog: Catalog, run: Run, inputs: Inputs, code: str, sets: tuple[str, str], period: str) -> View:
    card = catalog.regions[code]
    rows = [row for row in assess(catalog, inputs, code, traces=False).rows if row["basis"] == "set" and row["period"] == period]
    old, new = ({row["indicator"]: row for row in rows if row["set"] == name} for name in sets)
    view = View(code, card.name_zh, period, compare_sets(catalog, *sets, card.level), old, new)
    view.gaps = list(_gaps(catalog, view, run, inputs))
    return view


def _gaps(catalog: Catalog, view: View, run: Run | None, inputs: Inputs | None) -> Iterator[Gap]:
    found = view.comparison
    for row in found.after.rows:
        pairs = [pair for pair in found.pairs if pair.after is row]
        target = next((target for level in found.levels if (target := row.target_at(level)) is not None), None)
        if not pairs or target is None:
            continue
        reasons = [pair.relation for pair in pairs if pair.relation in NOT_CONTINUING]
        reasons += ["new"] if all(pair.before is None for pair in pairs) else []
        reasons += ["unproven"] if not reasons and not _one_measure(pairs[0], found.levels) else []
        status = view.new[row.id]["status"] if row.id in view.new else ""
        reasons += [status] if status in _OPEN else []
        if reasons:
            wanted = tuple(_wanted(catalog, row, target, view, run, inputs))
            yield Gap(row, target, tuple(dict.fromkeys(reasons)), wanted, status not in ("", *_OPEN))


def _one_measure(pair: Pair, levels: Sequence[str]) -> bool:
    """Return whether old and new row are measured alike at all levels."""
    rows = [row for row in (pair.before, pair.after) if row is not None]
    at = [{target.measure or row.measure for target in targets_at(row, levels)} for row in rows]
    return at[0] == at[-1]


def _wanted(catalog: Catalog, row: SetRow, target: Target, view: View, run: Run | None, inputs: Inputs | None) -> Iterator[Wanted]:
    measure_id = target.measure or row.measure
    needs = list(dict.fromkeys(needs_of(catalog, measure_id, target.rule)))
    for name, at in _earlier(measure_id, target.rule):
        needs += [Need(**{**vars(need), "at": at}) for need in needs if need.measure == name and need.at == "current" and _own(need)]
    for need in dict.fromkeys(needs):
        if need.variable.startswith("reported.") and catalog.measures[need.measure].kind != "number":
            continue
        kind = need.variable.split(".")[0] if need.variable not in catalog.variables else "input"
        yield _looked_up(catalog, need, kind, view, run, inputs)
    for measure in measures_of(catalog, measure_id, target.rule):
        if measure.kind == "qualitative":
            need = Need(measure.id, "", measure.name_zh, measure.name_en, "-", "", "current")
            have = None if inputs is None else (view.region, view.period, measure.id) in inputs.decisions
            yield Wanted(need, "decision", view.period, have)


def _own(need: Need) -> bool:
    return not need.variable.startswith("assigned.")


def _earlier(measure_id: str, rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield the measures of which a rule needs an earlier value too, and when."""
    for part in rule.walk():
        if isinstance(part, Trend):
            yield part.of or measure_id, part.than


def _looked_up(catalog: Catalog, need: Need, kind: str, view: View, run: Run | None, inputs: Inputs | None) -> Wanted:
    if run is None or inputs is None:
        return Wanted(need, kind)
    now = Period.parse(view.period)
    base = catalog.base_period(run, view.region)
    known = {"current": now, "previous": now.previous(), "base": base}
    when = known[need.at] if need.at in known else Period.parse(need.at)
    item = inputs.get(view.region, need.variable, when.name) if when is not None else None
    have = item is not None and (item.value is not None or item.missing not in ("", "not_collected"))
    return Wanted(need, kind, when.name if when is not None else "", have)


def _view(view: View) -> dict[str, Any]:
    def result(row: Result | None) -> dict[str, str] | None:
        keys = ("indicator", "seq", "name_zh", "status", "reason", "rounded_value", "value_text", "unit", "target_text", "target_state")
        return {key: row[key] for key in keys} if row else None

    rows = []
    for pair in view.comparison.pairs:
        first, last = view.results(pair)
        rows.append({"before": pair.before.id if pair.before else None, "after": pair.after.id if pair.after else None,
                     "relation": pair.relation, "paired_by": pair.paired_by, "state": pair.state, "note": pair.note,
                     "old": result(first), "new": result(last)})  # fmt: skip
    gaps = [
        {"row": gap.row.id, "seq": gap.row.seq, "name_zh": gap.row.name_zh, "target": gap.target.text, "state": gap.target.cite.state,
         "reasons": list(gap.reasons), "lacking": [_want(item) for item in gap.lacking], "wanted": [_want(item) for item in gap.wanted]}
        for gap in view.gaps
    ]  # fmt: skip
    found = view.comparison
    return {
        "region": view.region,
        "name": view.name,
        "period": view.period,
        "before": found.before.id,
        "after": found.after.id,
        "levels": list(found.levels),
        "crosswalk": found.crosswalk.id if found.crosswalk else None,
        "rows": rows,
        "gaps": gaps,
    }


def _want(item: Wanted) -> dict[str, Any]:
    return {**vars(item.need), "kind": item.kind, "period": item.period, "have": item.have}
