"""Indicator sets of a region as the chapters print them: headings, tables and figures of one set in one period."""

from __future__ import annotations

from typing import Any

from evalkit.report import charts, kinds, look, phrases, sheets
from evalkit.report.model import Group, ReportModel
from evalkit.report.numbering import Numbering

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
        return f"{self.group.set_name}（{phrases.period(self.group.period)}）" if several else self.group.set_name

    def label(self, dated: bool) -> str:
        """Set of a heading in the summary, with the period where several are shown."""
        return f"{self.group.set_name}，{phrases.period(self.group.period)}" if dated else self.group.set_name

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
        return f"{look.DAGGER} 要求尚未与正式文本核对。" if marked else ""

    def apart_tables(self) -> list[str]:
        """Return the tables of basic conditions and of veto items."""
        found = []
        for attribute in kinds.APART:
            rows, what = self.group.apart_of(attribute), look.attribute(attribute)
            if rows:
                caption = f"{self.model.context.region_name}{phrases.period(self.group.period)}{what}（{self.group.set_name}）"
                found.append(self.numbers.table(sheets.apart_grid(rows, what), caption))
        return found

    def demands_table(self) -> str:
        """Return the table of the requirements of the pass rule; empty without a rule."""
        passing = self.group.passing
        if passing is None or not passing.demands:
            return ""
        cited = {key: found.get("number") or phrases.in_title_marks(found.get("title_zh", key))
                 for key, found in self.model.context.documents.items()}  # fmt: skip
        caption = f"{self.model.context.region_name}{phrases.period(self.group.period)}通过条件逐项统计（{self.group.set_name}）"
        return self.numbers.table(sheets.demands_grid(passing.demands, cited), caption)

    def indicator_table(self, *, wide: bool) -> str:
        """Return 指标完成情况总表; `wide` for a landscape page."""
        caption = f"{self.model.context.region_name}{phrases.period(self.group.period)}指标完成情况（{self.group.set_name}）"
        return self.numbers.table(sheets.indicator_grid(self.group, wide=wide), caption)

    def progress_table(self) -> str:
        """Return how far each planned value is reached."""
        caption = f"{self.model.context.region_name}基准年至目标年的进展（{self.group.set_name}）"
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
            source=f"{phrases.period(group.period)}评估结果，数值和指标值的出处见核算说明",
            total=group.countable,
            parted=any(row.part_of for row in group.table),
        )
        aim = f"{phrases.period(group.point_goal)}目标" if group.point_goal else "指标值"
        start = f"{phrases.period(group.point_base)}—" if group.point_base else ""
        captions = [
            f"{start}{phrases.period(group.period)}—{aim}（{group.set_name}）" + (f"之{index + 1}" if len(made) > 1 else "")
            for index in range(len(made))
        ]
        return [self.numbers.figure(chart, caption) for chart, caption in zip(made, captions, strict=True)]


def group_views(model: ReportModel, numbers: Numbering) -> list[GroupView]:
    """Return the views of all groups of a report."""
    return [GroupView(group, model, f"figure-{index + 1}", numbers) for index, group in enumerate(model.groups)]


def shown_periods(model: ReportModel) -> list[str]:
    """Return the periods that a report shows in full: with more than two only the latest."""
    periods = sorted({group.period for group in model.groups})
    return periods if len(periods) <= _MOST_PERIODS else periods[-1:]
