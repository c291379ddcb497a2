"""The chapters 任务与责任 and 时间表: who does what by when, how it stands on the report's date, and the calendar of deadlines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count

from evalkit.assessment.standing import Standing
from evalkit.catalog import Catalog
from evalkit.catalog.plan_lists import ListLine, Task
from evalkit.intake import Inputs
from evalkit.report import look
from evalkit.report.chapters import Chapter
from evalkit.report.chapters.lists_calendar import MOST_NAMED, calendar_charts, calendar_grid, calendar_sentences
from evalkit.report.chapters.lists_state import COUNTED, KINDS, PlanState, due_words, is_unassigned, plan_states
from evalkit.report.chapters.lists_tables import (
    MOST_LISTED,
    areas_grid,
    areas_of,
    duties_grid,
    goals_grid,
    investment_words,
    notes_grid,
    projects_grid,
    sums_grid,
    tasks_grid,
)
from evalkit.report.numbering import Numbering
from evalkit.report.tables import escape


def lists_chapters(catalog: Catalog, inputs: Inputs, region_code: str) -> list[Chapter]:
    """Return the chapters on the lists of a region's plans and on their calendar; none without lists.

    Raises
    ------
    EvalkitError
        A progress sheet is missing or cannot be read.
    """
    states = plan_states(catalog, catalog.run(inputs.run), region_code)
    dated = [state for state in states if state.standings]
    return [*([ListsChapter(states)] if states else []), *([CalendarChapter(dated)] if dated else [])]


class ListsChapter:
    """任务与责任: counts, what is late, the three lists, the sub-regions."""

    id = "tasks"
    landscape = True

    def __init__(self, states: Sequence[PlanState]) -> None:
        self.states = states

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        return _by_plan(self.states, partial(_lists, numbers=numbers))


class CalendarChapter:
    """时间表: what is due when, as a table and as a picture."""

    id = "schedule"
    landscape = False

    def __init__(self, states: Sequence[PlanState]) -> None:
        self.states = states

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        return _by_plan(self.states, partial(_calendar, numbers=numbers, places=count(1)))


def _by_plan(states: Sequence[PlanState], parts_of: Callable[[PlanState], list[str]]) -> str:
    """Return the parts of each plan, under a heading where there are several."""
    found: list[str] = []
    for state in states:
        found += [f"## {escape(state.plan.name_zh)}"] if len(states) > 1 else []
        found += parts_of(state)
    return "\n\n".join(part for part in found if part) + "\n"


def _lists(state: PlanState, *, numbers: Numbering) -> list[str]:
    lists, name = state.lists, state.plan.name_zh
    parts = [escape(text) for text in standing_sentences(state)]
    if any(line.units() for line in (*lists.duties, *lists.tasks, *lists.projects)):
        parts.append(numbers.table(duties_grid(state), f"责任清单（{name}）", "lines"))
        numbered = [what for what, some in (("任务", lists.tasks), ("项目", lists.projects)) if any(line.seq for line in some)]
        said = f"；{'、'.join(numbered)}以清单中的序号表示" if numbered else ""
        parts.append(_note([f"单位名称照原文{said}。", *_sure(lists.duties)]))
    for kind, grid in (("task", tasks_grid), ("project", projects_grid)):
        lines = [one.item for one in state.of(kind)]
        if lines:
            parts.append(numbers.table(grid(state), f"{KINDS[kind]}清单（{name}）"))
            sums = sums_grid(state) if kind == "project" else None
            told = [investment_words(lists.projects)] if sums is not None else []
            parts.append(_note([*_sure(lines), *told, *_remarks(state, kind)]))
            parts.append(numbers.table(sums, f"项目投资（{name}）", "lines") if sums is not None and len(sums.body) > 1 else "")
            notes = notes_grid(state, kind)
            parts.append(numbers.table(notes, f"{KINDS[kind]}进度说明（{name}）", "lines") if notes is not None else "")
    goals = goals_grid(state)
    if goals is not None:
        parts.append(numbers.table(goals, f"分地区目标时限（{name}）"))
    areas = [one.item for some in areas_of(state).values() for one in some]
    if any(goals is None or not isinstance(item, Task) or item.kind != "goal" for item in areas):
        parts.append(numbers.table(areas_grid(state), f"分地区任务与项目（{name}）", "lines"))
    return parts


def _calendar(state: PlanState, *, numbers: Numbering, places: Iterator[int]) -> list[str]:
    parts = [escape(text) for text in calendar_sentences(state)]
    parts.append(numbers.table(calendar_grid(state), f"完成时限（{state.plan.name_zh}）", "lines"))
    if state.reported:
        parts.append(_note(["图例：" + "　".join(shown.label for shown, _ in state.counts(state.standings))]))
    for kind, what in KINDS.items():
        charts = calendar_charts(state, kind, f"calendar-{next(places)}")
        for index, chart in enumerate(charts):
            part = f"之{index + 1}" if len(charts) > 1 else ""
            parts.append(numbers.figure(chart, f"{what}时间表{part}（{state.plan.name_zh}）"))
    return parts


def standing_sentences(state: PlanState) -> list[str]:
    """Return how many tasks and projects stand how, then what is late, then what is past its limit without a report."""
    found = []
    if state.standings and not state.reported:
        found.append("本次评估没有任务和项目的进度表，完成情况不作判断。")
    for kind, what in COUNTED.items() if state.reported else ():
        some = state.of(kind)
        if some:
            counted = "、".join(f"{shown.zh}{number}{what[0]}" for shown, number in state.counts(some))
            found.append(f"到{state.day}，{len(some)}{what}中{counted}。")
    late = [one for one in state.standings if one.status == "late"]
    silent = [one for one in state.standings if one.status == "unknown" and any(note.startswith("due_past") for note in one.notes)]
    for some, words in ((late, "逾期未完成的"), (silent, "时限已过而未报进度的")) if state.reported else ():
        if some:
            found.append(f"{words}{len(some)}项：{'；'.join(_named(state, one) for one in some[:MOST_NAMED])}{_and_more(len(some))}。")
    for kind, what in COUNTED.items():
        some = [one for one in state.of(kind) if is_unassigned(one.item)]
        if some and len(some) == len(state.of(kind)):
            found.append(f"{len(some)}{what}均未印责任单位。")
        elif some:
            listed = "、".join(state.title(one.item) for one in some[:MOST_NAMED])
            found.append(f"{len(some)}{what}未印责任单位：{listed}{_and_more(len(some))}。")
    return found


def _and_more(number: int) -> str:
    return "等" if number > MOST_NAMED else ""


def _named(state: PlanState, one: Standing) -> str:
    """Return a line with its time limit and who answers for it."""
    units = [unit for role, unit in one.item.units() if role in ("lead", "responsible")]
    answerable = f"，{'、'.join(units)}" if units else ""
    kind = {"task": "任务", "project": "项目"}[one.kind]
    return f"{kind}{state.title(one.item)}（时限{due_words(one.item) or '未印'}{answerable}）"


def _sure(lines: Sequence[ListLine]) -> list[str]:
    """Return what the dagger beside lines means: how far they were checked; empty where all are verified."""
    states = [line.state for line in lines if line.state != "verified"]
    if not states:
        return []
    said = "、".join(f"{look.state(code)}{states.count(code)}项" for code in dict.fromkeys(states))
    return [f"{look.DAGGER} 尚未与正式文本核对（{said}）。"]


def _remarks(state: PlanState, kind: str) -> list[str]:
    """Return the source of a list and the notes on its lines, each text once with the lines that have it."""
    lines = [one.item for one in state.of(kind)]
    by_text: dict[str, list[str]] = {}
    for line in lines:
        if line.note:
            by_text.setdefault(line.note.rstrip("。"), []).append(line.seq or state.name(line))
    notes = [f"{'各项' if len(some) == len(lines) > 1 else '、'.join(some)}：{text}" for text, some in by_text.items()]
    more = f"清单共{len(lines)}{COUNTED[kind]}，表和图中为前{MOST_LISTED}{COUNTED[kind][0]}；全部见 evalkit plan lists 写出的工作簿。"
    short = [more] if len(lines) > MOST_LISTED else []
    return [*short, f"来源：{state.source(lines)}。", *([f"注：{'；'.join(notes[:MOST_LISTED])}。"] if notes else [])]


def _note(texts: Sequence[str]) -> str:
    return "::: {.note}\n" + "\n\n".join(escape(text) for text in texts) + "\n:::\n" if texts else ""
