"""The lines of an assessment: what is to be judged for a region, from sets and plans alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.models import Cite, Plan, PlanRow, Region, Run
from evalkit.catalog.rules import NoTarget, Rule


@dataclass(frozen=True)
class Line:
    """One thing to judge: an indicator against a threshold or a planned value."""

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


def lines_of(catalog: Catalog, run: Run, region: Region) -> Iterator[Line]:
    """Yield all lines of a region: the rows of each set at its level, then those of its plans."""
    for set_id in run.sets:
        yield from set_lines(catalog, set_id, region.level)
    for plan in catalog.plans_of(run, region.code):
        yield from _plan_lines(catalog, plan, region)


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


def _plan_lines(catalog: Catalog, plan: Plan, region: Region) -> Iterator[Line]:
    for row in plan.indicators:
        described = _described(catalog, plan, row, region)
        if row.target is not None:
            yield Line(**described, text=row.target.text, rule=row.target.rule, cite=row.target.cite)
        for value in row.values:
            milestone = value.at if value.at in plan.milestones else ""
            yield Line(**described, text=value.text, rule=value.rule, cite=value.cite,
                       milestone=milestone, only_period="" if milestone else value.at)  # fmt: skip
        if row.target is None and not row.values:
            yield Line(**described, text="—", rule=NoTarget(), cite=None)


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
            "name_zh": row.name_zh, "name_en": row.name_en, "unit": row.unit, "note": row.note, "attribute": row.attribute or "unspecified",
            "measure": row.measure or "",
        }  # fmt: skip
    target = set_row.target_at(region.level)
    return {
        **common, "indicator": set_row.id, "seq": set_row.seq, "part_of": set_row.part_of, "domain": set_row.domain, "task": set_row.task,
        "name_zh": set_row.name_zh, "name_en": set_row.name_en, "unit": set_row.unit,
        "attribute": row.attribute or (target.attribute if target else None) or set_row.attribute,
        "measure": row.measure or (target.measure if target else None) or set_row.measure,
    }  # fmt: skip
