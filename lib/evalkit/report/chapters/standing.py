"""The chapters on where the region stands: 摘要, 通过条件, 指标完成情况总表, 基准年到目标, 指标核算说明."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from evalkit.messages.speech import say, term
from evalkit.report import kinds, look, passing, phrases, wording
from evalkit.report.calculations import Calculation
from evalkit.report.chapters.below import BelowView
from evalkit.report.chapters.material import Material, Written
from evalkit.report.frame import Late
from evalkit.report.model import Group
from evalkit.report.numbering import Numbering
from evalkit.report.pieces import calculation, legend, trend_table

_MANY_UNKNOWN = 3  # more of them are named by their numbers in the summary, where a chapter tells each


def summary(material: Material) -> Written:
    """Return 摘要: counts, verdict, shortfalls, unknowns."""
    model, shown = material.model, material.shown
    retold = "shortfalls" in material.plan.ids
    return Written(
        "summary", material.templates,
        {
            "groups": material.groups,
            "label": lambda view: phrases.brackets(view.label(len(shown) > 1)) if len(material.groups) > 1 else "",
            "findings": lambda view: _findings(view.group, material.numbers.chapter("shortfalls") if retold else ""),
            "earlier": _earlier([view.group for view in material.views if view.group.period not in shown]),
            "unverified": bool(model.unverified),
            "unverified_words": passing.unverified_words(model.unverified),
        },
    )  # fmt: skip


def _findings(group: Group, chapter: str) -> list[tuple[str, list[str], str]]:
    """Return what is short and what is unknown: title, sentences, and in their place one of names where a chapter tells it all."""
    short = _MANY_UNKNOWN if chapter else len(group.unknowns) + len(group.missing) + 1
    found: list[tuple[str, list[str], str]] = []
    for title, sentences in group.findings:
        code = next((code for code in ("pending", "missing") if sentences is (group.unknowns if code == "pending" else group.missing)), "")
        if code and len(sentences) > short:
            rows = [row for row in (*group.rows, *group.apart) if row["status"] == code]
            found.append((title, [], say("standing.unknown_see", which=phrases.clauses(_named(rows)), chapter=chapter)))
        else:
            found.append((title, sentences, ""))
    return found


def _named(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield how many indicators of each attribute there are, with their names: 参考性指标2项（河湖岸线保护率、河长制）."""
    names: dict[str, dict[str, None]] = {}
    for row in rows:
        name = term(row["part_of"]) if row["part_of"] else wording.row_name(row)
        names.setdefault(row["attribute"], {}).setdefault(name)
    for attribute, some in names.items():
        key = "plain" if attribute == "unspecified" else "apart" if kinds.is_apart(attribute) else "attribute"
        text = say(f"standing.unknown_{key}", attribute=look.attribute(attribute), count=len(some), names=phrases.clauses(some))
        yield phrases.beginning(text)


def _earlier(groups: Sequence[Group]) -> list[str]:
    """Return the counts of earlier periods: what was compared with what is said once of a set and not of each period."""
    by_set: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        by_set.setdefault((group.set_id, group.goal_of_plan), []).append(group)
    said: list[str] = []
    for some in by_set.values():
        if len(some) == 1 or not all(group.counts for group in some):
            said += [group.scope for group in some]
            continue
        lead = say("standing.earlier", against=wording.against(some[0].set_name, some[0].goal_of_plan))
        lines = [say("standing.earlier_period", period=phrases.period(group.period), counts=group.counts) for group in some]
        said.append(phrases.run_on([lead, *lines]))
    return said


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
    used = [row.mark for view in groups for row in view.group.table]
    key = legend(used, markers)
    if material.small and not any(mark.code in look.MARKS for mark in used):
        # the words stand beside the symbols, and a key of all statuses would be longer than the table
        marked = any(look.DAGGER in text for view in groups for row in view.group.table for text in (row.target, *row.goals))
        key = say("pieces.dagger", mark=look.DAGGER) if marked else ""
    values = {
        "groups": groups,
        "legend": key,
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
