"""The lines of an assessment: what is to be judged for a region, from sets and plans alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.models import Cite, Plan, PlannedValue, PlanRow, Region, Run
from evalkit.catalog.rules import KOfN, NoTarget, Rule
from evalkit.catalog.stricter import has_number, implies, strict_text, strictly_better
from evalkit.values import Period

#: Note on a line that a demand on the whole plan brought about (全面优于国家标准).
BETTER = "better_than_set"


@dataclass(frozen=True)
class Line:
    """One thing to judge: an indicator against a threshold or a planned value.

    Parameters
    ----------
    milestone : str
        The milestone that a planned value is for; empty for thresholds and for what is asked of single periods.
    only_period : str
        The one period in which it is judged.
    kind : {"level", "every_year", "cumulative"}
        How a planned value is meant, see :class:`evalkit.catalog.plans.PlannedValue`; `since` is its first year.
    until : str
        Last year in which it is judged.
    years, not_years : tuple of str
        Judged in these periods only, or not in these.
    also : tuple of Cite
        Where the rest of it stands, for a line that joins several.
    notes : tuple of str
        Codes that each of its results carries.
    as_printed, reading : str
        What the copy in hand prints where it was misread, and why `text` reads it otherwise.
    """

    basis: str
    source: str
    indicator: str
    seq: str
    part_of: str
    domain: str
    task: str
    name_zh: str
    name_en: str
    unit: str
    attribute: str
    measure: str
    text: str
    rule: Rule
    cite: Cite | None
    milestone: str = ""
    only_period: str = ""
    compare_rounded: bool = False
    where_relevant: bool = False
    set_id: str = ""
    note: str = ""
    kind: str = "level"
    since: str = ""
    until: str = ""
    years: tuple[str, ...] = ()
    not_years: tuple[str, ...] = ()
    also: tuple[Cite, ...] = ()
    notes: tuple[str, ...] = ()
    as_printed: str = ""
    reading: str = ""

    @property
    def at(self) -> str:
        """The period of a planned value; empty for a threshold."""
        return self.milestone or self.only_period

    @property
    def cites(self) -> list[Cite | None]:
        """Where it stands: a target is no surer than the least sure part of it."""
        return [self.cite, *self.also]

    def judged_in(self, period: str) -> bool:
        """Return whether it is judged in a period."""
        if self.only_period not in ("", period) or period in self.not_years or (self.years and period not in self.years):
            return False
        return not self.until or Period.parse(period).last.year <= int(self.until)

    def summed_years(self, period: str) -> tuple[str, ...]:
        """Return the years whose values are added up in a period; empty unless it is cumulative."""
        summed = self.kind == "cumulative" and Period.parse(period).kind == "year"
        return years_between(self.since, min(period, self.until)) if summed else ()


def years_between(first: str, last: str) -> tuple[str, ...]:
    """Return the names of the years from one to another, both included."""
    return tuple(str(year) for year in range(int(first), int(last) + 1))


def lines_of(catalog: Catalog, run: Run, region: Region) -> Iterator[Line]:
    """Yield all lines of a region: the rows of each set at its level, then those of its plans."""
    for set_id in run.sets:
        yield from set_lines(catalog, set_id, region.level)
    for plan in catalog.plans_of(run, region.code):
        yield from _judged_lines(catalog, plan, region)


def set_lines(catalog: Catalog, set_id: str, level: str) -> Iterator[Line]:
    """Yield the lines of a set at a level."""
    indicator_set = catalog.sets[set_id]
    for row in indicator_set.rows:
        target = row.target_at(level)
        if target is None or level not in indicator_set.levels:
            continue
        yield Line(
            basis="set", source=set_id, indicator=row.id, seq=row.seq, part_of=row.part_of, domain=row.domain, task=row.task,
            name_zh=row.name_zh, name_en=row.name_en, unit=row.unit, attribute=target.attribute or row.attribute,
            measure=target.measure or row.measure, text=target.text, rule=target.rule, cite=target.cite,
            compare_rounded=indicator_set.rounding.compare == "rounded_value",
            where_relevant=row.where_relevant,
            set_id=set_id, note=row.note,
        )  # fmt: skip


def plan_lines(catalog: Catalog, plan: Plan, region: Region) -> Iterator[Line]:
    """Yield the lines of a plan: its own thresholds, one line for each planned value, and what a demand on the whole set adds.

    This is what the plan says, value by value; which of it is judged in a period is said by :func:`lines_of`.
    """
    for lines in _by_indicator(catalog, plan, region):
        yield from _with_demand(lines)


def _judged_lines(catalog: Catalog, plan: Plan, region: Region) -> Iterator[Line]:
    """Yield the lines of a plan so that in each period an indicator has one line for each milestone, and one beside them.

    What holds every year is judged in each year as its own target. Where several planned values hold in one year, or one beside the plan's
    own threshold, all of them are asked.
    """
    for lines in _by_indicator(catalog, plan, region):
        single = any(not line.at for line in lines)
        yearly = {line: _periods(line) for line in lines
                  if line.kind == "every_year" or (line.only_period and (single or BETTER in line.notes))}  # fmt: skip
        covered = sorted({period for periods in yearly.values() for period in periods})
        for line in _with_demand(lines):
            if line.milestone:
                yield line
            elif line.kind != "every_year" and line.only_period not in covered:
                yield replace(line, not_years=tuple(covered)) if covered and not line.only_period else line
        holding: dict[tuple[Line, ...], list[str]] = {}
        for period in covered:
            own = [line for line in lines if period in yearly.get(line, ()) or (line not in yearly and _beside(line, period))]
            holding.setdefault(tuple(own), []).append(period)
        for some, periods in holding.items():
            yield replace(_joined(some), milestone="", only_period="", until="", years=tuple(periods))


def _by_indicator(catalog: Catalog, plan: Plan, region: Region) -> Iterator[list[Line]]:
    """Yield the lines of each indicator of a plan, as the plan has them; a demand on the whole set is one more."""
    demands = _demands(catalog, plan, region)
    for row in plan.indicators:
        described = _described(catalog, plan, row, region)
        lines = []
        if row.target is not None:
            lines.append(Line(**described, text=row.target.text, rule=row.target.rule, cite=row.target.cite))
        lines += [Line(**described, **_planned(plan, value)) for value in row.values]
        if row.target is None and not row.values:
            lines.append(Line(**described, text="—", rule=NoTarget(), cite=None))
        demand = demands.pop(row.row or "", None)
        meeting = [line for line in lines if demand is not None and line.at == demand.at]
        if demand is None:
            yield lines
        elif demand.measure != described["measure"] or row.area or any(line.kind == "cumulative" for line in meeting):
            yield lines  # the plan's value is of something else than the threshold
            yield [replace(demand, indicator=f"{demand.indicator}.set")]
        elif any(implies(line.rule, demand.rule) for line in meeting):
            yield lines
        else:
            yield [*lines, replace(demand, **described)]
    for demand in demands.values():
        yield [demand]


def _planned(plan: Plan, value: PlannedValue) -> dict[str, Any]:
    # The last year of a sum is a milestone by itself: the sum is judged on the way to it.
    milestone = value.at if value.at in plan.milestones or value.kind == "cumulative" else ""
    return {
        "text": value.text, "rule": value.rule, "cite": value.cite, "milestone": milestone, "only_period": "" if milestone else value.at,
        "kind": value.kind, "since": value.since, "until": value.at if value.kind != "level" else "",
        "notes": ("every_year",) if value.kind == "every_year" else (), "as_printed": value.as_printed, "reading": value.reading,
    }  # fmt: skip


def _demands(catalog: Catalog, plan: Plan, region: Region) -> dict[str, Line]:
    """Return by row of the plan's set what the demand to better each threshold asks; rows whose threshold has no number are left out."""
    demand, found = plan.better_than_set, catalog.sets.get(plan.set or "")
    lines: dict[str, Line] = {}
    if demand is None or found is None or region.level not in found.levels:
        return lines
    milestone = demand.at if demand.at in plan.milestones else ""
    own = {row.id for row in plan.indicators}
    for row in found.rows:
        target = row.target_at(region.level)
        if target is None or not has_number(target.rule):
            continue
        described = _described(catalog, plan, PlanRow(row=row.id), region)
        made = strictly_better(target.rule, described["measure"], catalog.measures)
        described["indicator"] += ".set" if row.id in own else ""  # an indicator of the plan's own has that id
        shown = strict_text(target.text, made) or f"“{target.text}”"
        lines[row.id] = Line(
            **described, text=f"{demand.text}：{shown}", rule=made.rule, cite=demand.cite, milestone=milestone,
            only_period="" if milestone else demand.at, also=(target.cite,), notes=(BETTER, *(["not_bettered"] if made.kept else [])),
        )  # fmt: skip
    return lines


def _with_demand(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines of an indicator; a demand for the period of a planned value is a further condition of it."""
    demand = next((line for line in lines if BETTER in line.notes), None)
    met = [line for line in lines if demand is not None and line is not demand and line.kind != "cumulative" and line.at == demand.at]
    for line in lines:
        if demand is not None and line in met:
            yield replace(_joined([line, demand]), kind=line.kind)
        elif line is not demand or not met:
            yield line


def _periods(line: Line) -> tuple[str, ...]:
    return years_between(line.since, line.until) if line.kind == "every_year" else (line.only_period,)


def _beside(line: Line, period: str) -> bool:
    """Whether a line for no milestone asks something of a period that others hold in: an annual target, the plan's own threshold."""
    return not line.milestone and line.kind == "level" and line.only_period in ("", period)


def _joined(lines: Sequence[Line]) -> Line:
    """Return one line that asks all that several ask; of equal rules the first speaks."""
    asked: list[Line] = []
    for line in lines:
        if not isinstance(line.rule, NoTarget) and line.rule not in [other.rule for other in asked]:
            asked.append(line)
    first = asked[0] if asked else lines[0]
    if len(asked) < 2:
        return first
    return replace(
        first,
        text="；".join(dict.fromkeys(line.text for line in asked)),
        rule=KOfN("", len(asked), tuple(line.rule for line in asked)),
        also=tuple(cite for line in asked for cite in line.cites if cite is not None and cite is not first.cite),
        notes=tuple(dict.fromkeys(note for line in asked for note in line.notes)),
    )


def measure_of(catalog: Catalog, plan: Plan, row: PlanRow, region: Region) -> str:
    """Return the measure of a plan's indicator: its own, else that of the set row it plans."""
    return str(_described(catalog, plan, row, region)["measure"])


def _described(catalog: Catalog, plan: Plan, row: PlanRow, region: Region) -> dict[str, Any]:
    set_row = catalog.sets[plan.set].row(row.row) if plan.set and row.row else None
    common: dict[str, Any] = {"basis": "plan", "source": plan.id, "set_id": plan.set or ""}
    if plan.set:
        common["compare_rounded"] = catalog.sets[plan.set].rounding.compare == "rounded_value"
    if set_row is None:
        return {
            **common, "indicator": row.id or "", "seq": row.seq, "part_of": row.part_of, "domain": row.domain, "task": row.task,
            **_named(row, row.name_zh, row.name_en), "unit": row.unit, "note": row.note, "attribute": row.attribute or "unspecified",
            "measure": row.measure or "",
        }  # fmt: skip
    target = set_row.target_at(region.level)
    return {
        **common, "indicator": set_row.id, "seq": set_row.seq, "part_of": set_row.part_of, "domain": set_row.domain, "task": set_row.task,
        **_named(row, set_row.name_zh, set_row.name_en), "unit": set_row.unit,
        "attribute": row.attribute or (target.attribute if target else None) or set_row.attribute,
        "measure": row.measure or (target.measure if target else None) or set_row.measure,
    }  # fmt: skip


def _named(row: PlanRow, name_zh: str, name_en: str) -> dict[str, str]:
    """Return the names of an indicator; the part of the region that it is about stands behind a name that does not say it."""
    if row.area and row.area not in name_zh:
        name_zh = f"{name_zh}（{row.area}）"
    if row.area and row.area not in name_en:
        name_en = f"{name_en} (“{row.area}”)"
    return {"name_zh": name_zh, "name_en": name_en}
