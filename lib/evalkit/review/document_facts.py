"""What the results of a run say about each indicator: the numbers that a written document is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.store import read_results
from evalkit.catalog import Catalog
from evalkit.tables import read_csv
from evalkit.values import Period, PlainDecimalError, parse_decimal
from evalkit.values.missing import half_width

KINDS = ("value", "reported", "adopted", "target", "assigned", "gap", "progress")
_NUMBER = re.compile(r"(?<![0-9A-Za-z.])-?[0-9]+(?:\.[0-9]+)?")
_INPUT_COLUMNS = ["region_code", "period", "variable", "value", "missing_reason", "bound"]


@dataclass(frozen=True)
class Fact:
    """One number of the results.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    year : str
        The period of a value, the milestone of a target or gap; empty for a threshold and its gap.
    number : Fraction
        In the unit of the indicator.
    shown : str
        As the results print it.
    bound : {"", "lower", "upper"}
        The number is only a bound of the true one.
    period : str
        Of a gap or a progress: the period assessed.
    index : bool
        The number is a variable's that bears the indicator's name (EQI beside its change): no difference is taken across the two.
    """

    kind: str
    year: str
    number: Fraction
    shown: str
    bound: str = ""
    period: str = ""
    index: bool = False


@dataclass
class Subject:
    """An indicator of a region with all that the results say about it.

    Parameters
    ----------
    region, indicator, name : str
    units : tuple of str
        As printed in the rules; the first is that of the results.
    facts : list of Fact
    under : str
        Name of the compound indicator of which it is a component.
    lagged : set of str
        Years whose value stands for a later period.
    """

    region: str
    indicator: str
    name: str
    part_of: str = ""
    units: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    under: str = ""
    facts: list[Fact] = field(default_factory=list)
    lagged: set[str] = field(default_factory=set)

    def of(self, kinds: Iterable[str], years: Iterable[str] | None = None) -> list[Fact]:
        """Return the facts of some kinds and, unless None, some years."""
        wanted, at = set(kinds), None if years is None else set(years)
        return [fact for fact in self.facts if fact.kind in wanted and (at is None or fact.year in at)]


@dataclass
class Facts:
    """The results of a run, by region and indicator.

    Parameters
    ----------
    subjects : list of Subject
    periods : tuple of str
        That were assessed, the latest last.
    milestones : tuple of str
        Of the run's plans, in order.
    bases : tuple of str
    """

    subjects: list[Subject]
    periods: tuple[str, ...]
    milestones: tuple[str, ...]
    bases: tuple[str, ...]


def read_facts(catalog: Catalog, run_id: str) -> Facts:
    """Return what the results of a run say, and the reported values of other years that its inputs hold.

    Raises
    ------
    EvalkitError
        The run has no results yet.
    """
    rows = read_results(catalog, run_id)
    path = catalog.project.processed(run_id) / "inputs.csv"
    inputs = read_csv(path, catalog.project.label(path), _INPUT_COLUMNS)[0] if path.is_file() else []
    return facts_of(catalog, run_id, rows, [dict(row.cells) for row in inputs])


def facts_of(catalog: Catalog, run_id: str, rows: Sequence[Mapping[str, str]], inputs: Sequence[Mapping[str, str]]) -> Facts:
    """Return what rows of ``results.csv`` and ``inputs.csv`` say."""
    subjects: dict[tuple[str, str, str], Subject] = {}
    for row in rows:
        key = (row["region_code"], row["indicator"], row["name_zh"])
        own = subjects.setdefault(key, Subject(row["region_code"], row["indicator"], row["name_zh"], row["part_of"]))
        _take(own, row)
    for own in subjects.values():
        own.measures = tuple(sorted(_measures(catalog, run_id, own)))
        units = {row["unit"]: None for row in rows if row["indicator"] == own.indicator and row["name_zh"] == own.name}
        units |= {catalog.measures[name].unit: None for name in own.measures if name in catalog.measures}
        printed = (catalog.units.known(row["value_text"].strip("0123456789.≥≤<> ")) for row in rows if row["indicator"] == own.indicator)
        units |= dict.fromkeys(unit for unit in printed if unit)  # 85.96分 where the rules say %
        own.units = tuple(unit for unit in units if unit)
    parts = [part for own in subjects.values() for part in _components(catalog, own)]
    subjects |= {(part.region, part.indicator, part.name): part for part in parts}
    _take_inputs(catalog, inputs, subjects.values())
    periods = sorted({row["period"] for row in rows}, key=_order)
    milestones = sorted({row["milestone"] for row in rows if row["milestone"]}, key=_order)
    bases = sorted({row["base_period"] for row in rows if row["base_period"]}, key=_order)
    return Facts(list(subjects.values()), tuple(periods), tuple(milestones), tuple(bases))


def _components(catalog: Catalog, own: Subject) -> Iterator[Subject]:
    """Yield the components of a compound indicator, which have no rows of their own: their targets are those of the whole."""
    for measure in own.measures:
        for name in catalog.measures[measure].components if measure in catalog.measures else ():
            part = catalog.measures[name]
            targets = [fact for fact in own.facts if fact.kind in ("target", "assigned")]
            if part.name_zh != own.name:
                yield Subject(own.region, own.indicator, part.name_zh, own.part_of, (part.unit,), (name,), own.name, targets)


def _order(name: str) -> tuple[str, str]:
    period = Period.parse(name)
    return str(period.last), str(period.first)


def _take(own: Subject, row: Mapping[str, str]) -> None:
    period = row["period"]
    at = row["milestone"] or (period if row["basis"] == "plan" else "")
    codes = row["note"].split(";")
    bound = "lower" if "lower_bound" in codes else "upper" if "upper_bound" in codes else ""
    previous = Period.parse(period).previous().name
    for kind, year, column in (
        ("value", period, "value"), ("reported", period, "reported_value"), ("adopted", period, "adopted_value"),
        ("value", row["base_period"], "base_value"), ("value", previous, "previous_value"), ("target", at, "target_value"),
        ("target", at, "milestone_value"), ("assigned", period, "assigned_value"), ("gap", at, "gap"), ("progress", at, "progress"),
    ):  # fmt: skip
        shown = row["rounded_value"] if column == "value" and row["rounded_value"] else row[column]
        known = bound if kind in ("value", "reported") and year == period else ""
        _add(own, kind, year, row[column], shown, known, period if kind in ("gap", "progress") else "")
    if row["value"]:
        _add(own, "value", period, row["rounded_value"], row["rounded_value"], bound)
        if row["data_year"] and row["data_year"] != period:
            for kind, column in (("value", "value"), ("reported", "reported_value")):
                _add(own, kind, row["data_year"], row[column], row["rounded_value"] if column == "value" else row[column], bound)
            own.lagged.add(row["data_year"])
    elif row["value_text"]:
        for text in _NUMBER.findall(half_width(row["value_text"])):
            _add(own, "value", period, text, text, bound)
    for text in _NUMBER.findall(half_width(row["target_text"])):
        _add(own, "target", at, text, text)


def _add(own: Subject, kind: str, year: str, text: str, shown: str, bound: str = "", period: str = "", index: bool = False) -> None:
    try:
        fact = Fact(kind, year, parse_decimal(text), shown or text, bound, period, index)
    except PlainDecimalError:
        return
    key = (fact.kind, fact.year, fact.number, fact.period)
    if not any(key == (have.kind, have.year, have.number, have.period) for have in own.facts):
        own.facts.append(fact)


def _measures(catalog: Catalog, run_id: str, own: Subject) -> set[str]:
    run = catalog.run(run_id)
    found = {row.measure for name in run.sets for row in catalog.sets[name].rows if row.id == own.indicator and row.name_zh == own.name}
    for name in run.plans:
        plan = catalog.plans[name]
        found |= {row.measure for row in plan.indicators if row.measure and row.name == own.indicator}
        if plan.set:
            found |= {row.measure for row in catalog.sets[plan.set].rows if row.id == own.indicator and row.name_zh == own.name}
    return found


def _take_inputs(catalog: Catalog, inputs: Iterable[Mapping[str, str]], subjects: Iterable[Subject]) -> None:
    """Add what was reported for years that the results do not show; a formula's values of such years are not worked out here."""
    reported: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for cells in inputs:
        family = cells["variable"].partition(".")[0]
        named = catalog.variables.get(cells["variable"])
        key = cells["variable"] if family in ("reported", "assigned") else named.name_zh if named else ""
        if key:
            reported.setdefault((cells["region_code"], key), []).append(cells)
    for own in subjects:
        known = {fact.year for fact in own.facts if fact.kind == "value"} - own.lagged
        for cells in reported.get((own.region, own.name), ()):  # an index and its change may bear one name
            _add(own, "value", cells["period"], cells["value"], cells["value"], cells["bound"], index=True)
        for measure in own.measures:
            for cells in reported.get((own.region, f"reported.{measure}"), ()):
                _add(own, "reported", cells["period"], cells["value"], cells["value"], cells["bound"])
                if cells["period"] not in known:
                    _add(own, "value", cells["period"], cells["value"], cells["value"], cells["bound"])
            for cells in reported.get((own.region, f"assigned.{measure}"), ()):
                _add(own, "assigned", cells["period"], cells["value"], cells["value"])
