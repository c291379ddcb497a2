"""From the document model to one Markdown file (.qmd) and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evalkit.report import charts, kinds, look, passing, phrases, sheets
from evalkit.report.below import BelowView
from evalkit.report.evidence import ProofView
from evalkit.report.frame import FORMATS, Chapters, Document, Late, environment, tidy
from evalkit.report.model import Group, ReportModel, Unverified
from evalkit.report.pieces import (
    Numbering,
    calculation,
    corrections_table,
    decisions_table,
    documents_table,
    legend,
    sources_table,
    trend_table,
)
from evalkit.report.progress_chapter import ProgressChapter
from evalkit.report.remarks import remark_tables

_MOST_PERIODS = 2  # with more periods only the latest is shown in full
_FEWEST_ROWS = 3  # up to so many lines of results make a small report, without a landscape page


def _progress_note(groups: Sequence[Group]) -> str:
    begun = [group for group in groups if group.progress and group.base_period and group.base_period < group.period]
    if begun:
        return (
            "进展为现状与基准年之差占目标与基准年之差的百分比。"
            "基准年无数据（无基准）、基准年已达到目标（已达目标）或现状不是数值的，不计算进展。"
        )
    started = next((group for group in groups if group.progress and group.base_period), None)
    return f"规划基准年为{phrases.period(started.base_period)}，即评估年度，进展从下一年度起计算。" if started else ""


def _chapters(model: ReportModel, groups: Sequence[_GroupView], *, small: bool, progress: bool, targets: bool, below: bool) -> Chapters:
    """Return the chapters: of a small report (a single line of results) only those that hold something."""
    listed = any(view.group.table for view in groups)
    wanted = {
        "摘要": True,
        "通过条件": below or any(view.on_passing for view in groups),
        "指标完成情况总表": listed,
        "基准年到目标": progress or (listed and not small),
        **{chapter.title: True for chapter in model.context.chapters},
        "指标核算说明": True,
        "指标值待核清单": targets or not small,
        "数据更正清单": bool(model.corrections) or not small,
        "人工判定": bool(model.decisions) or not small,
        "佐证材料清单": bool(model.context.evidence),
        "数据更新说明": bool(model.context.update_notes),
        "数据来源与文件依据": True,
    }
    return Chapters([title for title, held in wanted.items() if held])


def region_document(model: ReportModel, templates: Path, *, outdated: bool = False) -> Document:
    """Write the report of one region.

    Parameters
    ----------
    model : ReportModel
    templates : pathlib.Path
        Folder with ``region.qmd.j2``.
    outdated : bool
        Rules or data changed since the results were made: said on the first page and in the header.
    """
    context = model.context
    numbers = Numbering()
    views = [_GroupView(group, model, f"figure-{index + 1}", numbers) for index, group in enumerate(model.groups)]
    periods = sorted({group.period for group in model.groups})
    shown = periods if len(periods) <= _MOST_PERIODS else periods[-1:]
    groups = [view for view in views if view.group.period in shown]
    purpose = look.purpose(context.purpose)
    title = context.title_zh
    small = sum(len(view.group.table) + len(view.group.apart_table) for view in groups) <= _FEWEST_ROWS
    any_progress = any(view.group.progress or view.group.points for view in groups)
    has_targets = any(row.target != "—" for group in model.groups for row in (*group.table, *group.apart_table))
    markers = dict.fromkeys(marker for view in groups for marker in view.markers)
    several = len(groups) > 1
    retold = any(isinstance(chapter, ProgressChapter) for chapter in context.chapters)  # it holds all that the older table holds
    below = BelowView([(phrases.period(one.period), one) for one in context.below if one.period in shown], context.region_name, numbers)
    text = (
        environment(templates)
        .get_template("region.qmd.j2")
        .render(
            title=title,
            subtitle=f"{context.region_full_name}　{purpose}",
            date=phrases.period(context.report_date),
            formats=FORMATS,
            example=context.example,
            example_words=look.EXAMPLE_ZH,
            outdated_words=look.OUTDATED_ZH if outdated else "",
            chapter=_chapters(model, groups, small=small, progress=any_progress, targets=has_targets, below=bool(below)),
            small=small,
            several=several,
            label=lambda view: f"（{view.label(len(shown) > 1)}）" if several else "",
            updates=context.update_notes,
            groups=groups,
            earlier=[view.group.scope for view in views if view.group.period not in shown],
            trends=_trends(model.groups, numbers) if len(periods) > 1 else [],
            shown=phrases.listing([phrases.period(name) for name in shown]),
            unverified=_states(model.unverified, numbers),
            unverified_words=passing.unverified_words(model.unverified),
            has_targets=has_targets,
            legend=legend((row.mark for view in groups for row in view.group.table), markers),
            trend_legend=legend(row.mark for group in model.groups for row in (*group.table, *group.apart_table)),
            below=below,
            several_passing=sum(view.on_passing for view in groups) > 1,
            any_progress=any_progress,
            retold=retold,
            progress_note="" if retold else _progress_note([view.group for view in groups]),
            indicator_table=lambda view: view.indicator_table(wide=not small),
            demands_table=lambda view: view.demands_table(),
            progress_table=lambda view: view.progress_table(),
            figures=lambda view: view.figures(),
            calculation=calculation,
            corrections_table=Late(lambda: corrections_table(model.corrections, numbers)) if model.corrections else "",
            decisions_table=Late(lambda: decisions_table(model.decisions, numbers)) if model.decisions else "",
            proofs=ProofView(context.evidence, numbers),
            documents_table=Late(lambda: documents_table(model.documents, numbers)) if model.documents and not small else "",
            sources_table=Late(lambda: sources_table(model.sources, numbers)) if model.sources and not small else "",
            remarks=lambda: remark_tables(context.settled, context.accepted, numbers),
            papers=_papers(model) if small else [],
            own_chapters=[(one.title, one.landscape, Late(partial(one.markdown, numbers))) for one in context.chapters],
        )
    )
    return Document(context.region_code, title, tidy(text), numbers.charts, context.example, context.report_date, model.data, outdated)


def _trends(groups: Sequence[Group], numbers: Numbering) -> list[Late]:
    """Return the tables over the periods: of the indicators of each set, and of its basic conditions and veto items."""
    return [
        Late(partial(trend_table, some, numbers, apart=apart))
        for some in _by_set(groups)
        for apart in (True, False)
        if any(group.apart_table if apart else group.table for group in some)
    ]


def _papers(model: ReportModel) -> list[str]:
    """Return documents and input files of a small report, in sentences."""
    documents = [
        f"{phrases.in_title_marks(title)}（{number}）" if phrases.unit(number) else phrases.in_title_marks(title)
        for number, title in model.documents
    ]
    files = [f"{file}（{origin}）" if origin else file for file, origin in model.sources]
    said = [("文件依据", documents), ("数据来源", files)]
    return [f"{name}：{'；'.join(items)}。" for name, items in said if items]


@dataclass
class _UnverifiedList:
    table: Late
    remarks: list[str]


@dataclass
class _State:
    name: str
    note: str
    count: str
    lists: list[_UnverifiedList]


def _states(items: Sequence[Unverified], numbers: Numbering) -> list[_State]:
    found: dict[str, list[Unverified]] = {}
    for item in items:
        found.setdefault(item.state, []).append(item)
    return [_state(code, some, numbers) for code, some in found.items()]


def _state(code: str, items: list[Unverified], numbers: Numbering) -> _State:
    name = look.state(code)
    by_document: dict[str, list[Unverified]] = {}
    for item in items:
        by_document.setdefault(item.document, []).append(item)
    lists = [_unverified_list(document, some, name, numbers) for document, some in by_document.items()]
    total, other = sum(item.count for item in items), sum(item.count for item in items if kinds.is_apart(item.attribute))
    count = f"{total}个" if not other else f"{other}个基本条件和否决项" if other == total else f"{total}个，其中基本条件和否决项{other}个"
    return _State(name, look.STATE_NOTES.get(code, ""), count, lists)


def _unverified_list(document: str, items: list[Unverified], state: str, numbers: Numbering) -> _UnverifiedList:
    caption = f"指标值待核清单：{document}" if document else f"指标值待核清单（{state}）"
    vias = list(dict.fromkeys(item.via for item in items if item.via))
    notes = list(dict.fromkeys(item.note for item in items))
    said = [f"说明：{notes[0]}"] if len(notes) == 1 and notes[0] else []
    return _UnverifiedList(
        Late(lambda: numbers.table(sheets.unverified_grid(items), caption, "lines")), [*said, *(f"见处：{via}" for via in vias)]
    )


class _GroupView:
    """A group with the pieces that the template asks for, in the order in which it asks."""

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
        caption = f"{self.model.context.region_name}{phrases.period(self.group.period)}指标完成情况（{self.group.set_name}）"
        return self.numbers.table(sheets.indicator_grid(self.group, wide=wide), caption)

    def progress_table(self) -> str:
        caption = f"{self.model.context.region_name}基准年至目标年的进展（{self.group.set_name}）"
        return self.numbers.table(sheets.progress_grid(self.group.progress, self.group.base_period, self.group.period), caption, "lines")

    def figures(self) -> list[str]:
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


def _by_set(groups: Sequence[Group]) -> list[list[Group]]:
    found: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        found.setdefault((group.set_id, group.goal_of_plan), []).append(group)
    return [some for some in found.values() if len(some) > 1]
