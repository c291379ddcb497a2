"""The chapters on where the region stands: 摘要, 通过条件, 指标完成情况总表, 基准年到目标, 指标核算说明."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from evalkit.messages.speech import say
from evalkit.report import passing, phrases
from evalkit.report.calculations import Calculation
from evalkit.report.chapters.below import BelowView
from evalkit.report.chapters.material import Material, Written
from evalkit.report.frame import Late
from evalkit.report.model import Group
from evalkit.report.numbering import Numbering
from evalkit.report.pieces import calculation, legend, trend_table


def summary(material: Material) -> Written:
    """Return 摘要: counts, verdict, shortfalls, unknowns."""
    model, shown = material.model, material.shown
    return Written(
        "summary", material.templates,
        {
            "groups": material.groups,
            "label": lambda view: phrases.brackets(view.label(len(shown) > 1)) if len(material.groups) > 1 else "",
            "earlier": [view.group.scope for view in material.views if view.group.period not in shown],
            "unverified": bool(model.unverified),
            "unverified_words": passing.unverified_words(model.unverified),
        },
    )  # fmt: skip


def conditions(material: Material) -> Written | None:
    """Return 通过条件: basic conditions, veto items, requirements counted, units below."""
    context = material.context
    found = [(phrases.period(one.period), one) for one in context.below if one.period in material.shown]
    below = BelowView(found, context.region_name, material.numbers)
    several = sum(view.on_passing for view in material.groups) > 1
    if not below and not any(view.on_passing for view in material.groups):
        return None
    return Written("conditions", material.templates, {"groups": material.groups, "below": below, "several_passing": several})


def table(material: Material) -> Written | None:
    """Return 指标完成情况总表."""
    groups = [view for view in material.groups if view.group.table]
    if not groups:
        return None
    markers = dict.fromkeys(marker for view in material.groups for marker in view.markers)
    values = {
        "groups": groups,
        "legend": legend((row.mark for view in groups for row in view.group.table), markers),
        "wide": not material.small,
    }
    return Written("table", material.templates, values, landscape=not material.small)


def progress(material: Material) -> Written | None:
    """Return 基准年到目标: base, current value and target in figures, and the values of all periods."""
    model, groups = material.model, material.groups
    any_progress = any(view.group.progress or view.group.points for view in groups)
    listed = any(view.group.table for view in groups)
    if not any_progress and (material.small or not listed):
        return None
    retold = "reach" in material.plan.ids and any(chapter.id == "reach" for chapter in material.context.chapters)
    periods = {group.period for group in model.groups}
    return Written(
        "progress", material.templates,
        {
            "groups": groups,
            "trends": _trends(model.groups, material.numbers) if len(periods) > 1 else [],
            "trend_legend": legend(row.mark for group in model.groups for row in (*group.table, *group.apart_table)),
            "any_progress": any_progress,
            "retold": retold,  # it holds all that the older table holds
            "progress_note": "" if retold else _progress_note([view.group for view in groups]),
        },
    )  # fmt: skip


def calculations(material: Material) -> Written:
    """Return 指标核算说明: the calculation of every value, in blocks."""
    earlier = any(view.group.period not in material.shown for view in material.views)
    values = {
        "groups": material.groups,
        "headed": not material.small or len(material.groups) > 1,
        "earlier": earlier,
        "shown": phrases.listing([phrases.period(name) for name in material.shown]),
        "calculation": _anchored(material.numbers),
    }
    return Written("calculations", material.templates, values)


def _anchored(numbers: Numbering) -> Callable[[Calculation], str]:
    """Return the writer of blocks: links lead to the first of a row, or to the chapter that tells more of each indicator."""
    placed: set[str] = set()

    def write(block: Calculation) -> str:
        first = not numbers.chapter("indicators") and block.anchor not in placed
        placed.add(block.anchor)
        return calculation(block, anchored=first)

    return write


def _progress_note(groups: Sequence[Group]) -> str:
    begun = [group for group in groups if group.progress and group.base_period and group.base_period < group.period]
    if begun:
        return say("standing.progress")
    started = next((group for group in groups if group.progress and group.base_period), None)
    return say("standing.begins", period=phrases.period(started.base_period)) if started else ""


def _trends(groups: Sequence[Group], numbers: Numbering) -> list[Late]:
    """Return the tables over the periods: of the indicators of each set, and of its basic conditions and veto items."""
    return [
        Late(partial(trend_table, some, numbers, apart=apart))
        for some in _by_set(groups)
        for apart in (True, False)
        if any(group.apart_table if apart else group.table for group in some)
    ]


def _by_set(groups: Sequence[Group]) -> list[list[Group]]:
    found: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        found.setdefault((group.set_id, group.goal_of_plan), []).append(group)
    return [some for some in found.values() if len(some) > 1]
