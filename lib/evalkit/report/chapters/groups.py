"""Indicator sets of a region as the chapters print them: headings, tables and figures of one set in one period."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evalkit.messages.speech import say
from evalkit.report import charts, kinds, look, phrases, sheets
from evalkit.report.model import Group, ReportModel
from evalkit.report.numbering import Numbering, anchor
from evalkit.report.tables import Grid

_MOST_PERIODS = 2  # with more periods only the latest is shown in full


class GroupView:
    """A group with the pieces that the templates ask for; numbered in the order in which they ask."""

    def __init__(self, group: Group, model: ReportModel, name: str, numbers: Numbering) -> None:
        self.group, self.model, self.name, self.numbers = group, model, name, numbers

    def __getattr__(self, name: str) -> Any:
        return getattr(self.group, name)

    @property
    def heading(self) -> str:
        """Set, and the period where several are assessed."""
        several = len({group.period for group in self.model.groups}) > 1
        return self.group.set_name + (phrases.brackets(phrases.period(self.group.period)) if several else "")

    def label(self, dated: bool) -> str:
        """Set of a heading in the summary, with the period where several are shown."""
        return phrases.sequence([self.group.set_name, phrases.period(self.group.period)]) if dated else self.group.set_name

    @property
    def on_passing(self) -> bool:
        """Whether the chapter on passing has anything about this group."""
        return bool(self.group.passing or self.group.apart_table)

    @property
    def markers(self) -> list[str]:
        """Marks of the set that stand beside the names of its rows."""
        own = self.model.context.sets.get(self.group.set_id)
        return sorted({row.marker for row in own.rows if row.marker}) if own else []

    @property
    def apart_daggers(self) -> str:
        """The key to the mark in the tables of conditions and veto items; empty where it does not occur."""
        marked = any(look.DAGGER in row.target for row in self.group.apart_table)
        return say("groups.dagger", mark=look.DAGGER) if marked else ""

    def apart_tables(self) -> list[str]:
        """Return the tables of basic conditions and of veto items."""
        found = []
        for attribute in kinds.APART:
            rows, what = self.group.apart_of(attribute), look.attribute(attribute)
            if rows:
                caption = self._caption(f"groups.apart_{attribute}")
                found.append(self.numbers.table(sheets.apart_grid(rows, phrases.beginning(what)), caption))
        return found

    def demands_table(self) -> str:
        """Return the table of the requirements of the pass rule; empty without a rule."""
        passing = self.group.passing
        if passing is None or not passing.demands:
            return ""
        cited = {key: found.get("number") or phrases.in_title_marks(found.get("title_zh", key))
                 for key, found in self.model.context.documents.items()}  # fmt: skip
        return self.numbers.table(sheets.demands_grid(passing.demands, cited), self._caption("groups.demands"))

    def _caption(self, key: str) -> str:
        context, group = self.model.context, self.group
        return say(key, region=context.region_name, period=phrases.period(group.period), set=group.set_name)

    def indicator_table(self, *, wide: bool) -> str:
        """Return 指标完成情况总表; `wide` for a landscape page."""
        caption = self._caption("groups.table")
        grid = sheets.indicator_grid(self.group, wide=wide)
        explained = bool(self.numbers.chapter("indicators") or self.numbers.chapter("calculations"))
        return self.numbers.table(_linked(grid, self.group) if explained else grid, caption)

    def progress_table(self) -> str:
        """Return how far each planned value is reached."""
        caption = self._caption("groups.progress")
        return self.numbers.table(sheets.progress_grid(self.group.progress, self.group.base_period, self.group.period), caption, "lines")

    def figures(self) -> list[str]:
        """Return base, current value and target of each indicator, on as many figures as it takes."""
        group, context = self.group, self.model.context
        made = charts.dumbbell_charts(
            group.points,
            name=self.name,
            region=context.region_name,
            base=group.point_base,
            current=group.period,
            goal=group.point_goal,
            source=say("groups.source", period=phrases.period(group.period)),
            total=group.countable,
            parted=any(row.part_of for row in group.table),
        )
        aim = say("groups.goal", period=phrases.period(group.point_goal)) if group.point_goal else say("wording.aim")
        steps = [phrases.period(group.point_base)] if group.point_base else []
        way = say("groups.to").join([*steps, phrases.period(group.period), aim])
        captions = [
            way + phrases.brackets(group.set_name) + (say("groups.part", number=index + 1) if len(made) > 1 else "")
            for index in range(len(made))
        ]
        return [self.numbers.figure(chart, caption) for chart, caption in zip(made, captions, strict=True)]


def _linked(grid: Grid, group: Group) -> Grid:
    """Return the official table with every name leading to where the row is explained."""
    body = []
    for row, cells in zip(group.table, grid.body, strict=True):
        name = next((at for at, cell in enumerate(cells) if cell.text in (row.name, sheets.whole_name(row))), None)
        place = anchor(group.period, group.set_id, row.indicator, group.goal_of_plan)
        body.append([replace(cell, place=place) if at == name else cell for at, cell in enumerate(cells)])
    return replace(grid, body=body)


def group_views(model: ReportModel, numbers: Numbering) -> list[GroupView]:
    """Return the views of all groups of a report."""
    return [GroupView(group, model, f"figure-{index + 1}", numbers) for index, group in enumerate(model.groups)]


def shown_periods(model: ReportModel) -> list[str]:
    """Return the periods that a report shows in full: with more than two only the latest."""
    periods = sorted({group.period for group in model.groups})
    return periods if len(periods) <= _MOST_PERIODS else periods[-1:]
