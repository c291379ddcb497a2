"""The chapters 任务与责任 and 时间表: who does what by when, how it stands on the report's date, and the calendar of deadlines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count

from evalkit.assessment.standing import Standing
from evalkit.catalog import Catalog
from evalkit.catalog.plan_lists import ListLine, Task
from evalkit.intake import Inputs
from evalkit.messages.speech import say
from evalkit.report import look, phrases
from evalkit.report.chapters import Chapter
from evalkit.report.chapters.lists_calendar import MOST_NAMED, calendar_charts, calendar_grid, calendar_sentences
from evalkit.report.chapters.lists_state import (
    KINDS,
    PlanState,
    counted,
    due_words,
    is_unassigned,
    joined,
    kind_word,
    names,
    plan_states,
)
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
        found += [f"## {escape(state.plan_name)}"] if len(states) > 1 else []
        found += parts_of(state)
    return "\n\n".join(part for part in found if part) + "\n"


def _lists(state: PlanState, *, numbers: Numbering) -> list[str]:
    lists = state.lists
    parts = [escape(text) for text in standing_sentences(state)]
    if any(line.units() for line in (*lists.duties, *lists.tasks, *lists.projects)):
        parts.append(numbers.table(duties_grid(state), _caption(state, "lists.list_duty"), "lines"))
        numbered = [kind_word(kind) for kind in KINDS if any(one.item.seq for one in state.of(kind))]
        said = say("lists.units_note_numbers", kinds=phrases.listing(numbered)) if numbered else say("lists.units_note")
        parts.append(_note([phrases.beginning(said), *_sure(lists.duties)]))
    for kind, grid in (("task", tasks_grid), ("project", projects_grid)):
        lines = [one.item for one in state.of(kind)]
        if lines:
            parts.append(numbers.table(grid(state), _caption(state, f"lists.list_{kind}")))
            sums = sums_grid(state) if kind == "project" else None
            told = [investment_words(lists.projects)] if sums is not None else []
            parts.append(_note([*_sure(lines), *told, *_remarks(state, kind)]))
            if sums is not None and len(sums.body) > 1:
                parts.append(numbers.table(sums, _caption(state, "lists.investments"), "lines"))
            notes = notes_grid(state, kind)
            parts.append(numbers.table(notes, _caption(state, f"lists.remarks_{kind}"), "lines") if notes is not None else "")
    goals = goals_grid(state)
    if goals is not None:
        parts.append(numbers.table(goals, _caption(state, "lists.goals")))
    areas = [one.item for some in areas_of(state).values() for one in some]
    if any(goals is None or not isinstance(item, Task) or item.kind != "goal" for item in areas):
        parts.append(numbers.table(areas_grid(state), _caption(state, "lists.areas"), "lines"))
    return parts


def _calendar(state: PlanState, *, numbers: Numbering, places: Iterator[int]) -> list[str]:
    parts = [escape(text) for text in calendar_sentences(state)]
    parts.append(numbers.table(calendar_grid(state), _caption(state, "lists.deadlines"), "lines"))
    if state.reported:
        parts.append(_note([say("lists.legend", looks=phrases.gap().join(shown.label for shown, _ in state.counts(state.standings)))]))
    for kind in KINDS:
        charts = calendar_charts(state, kind, f"calendar-{next(places)}")
        for index, chart in enumerate(charts):
            what = say(f"lists.chart_{kind}")
            what = say("lists.chart_part", what=what, number=index + 1) if len(charts) > 1 else what
            parts.append(numbers.figure(chart, say("lists.caption", what=what, plan=state.plan_name)))
    return parts


def _caption(state: PlanState, key: str) -> str:
    return say("lists.caption", what=say(key), plan=state.plan_name)


def standing_sentences(state: PlanState) -> list[str]:
    """Return how many tasks and projects stand how, then what is late, then what is past its limit without a report."""
    found = []
    if state.standings and not state.reported:
        found.append(say("lists.no_sheet"))
    for kind in KINDS if state.reported else ():
        some = state.of(kind)
        if some:
            counts = [say(f"lists.stands_{kind}", word=shown.word, count=number) for shown, number in state.counts(some)]
            said = say("lists.stand", day=state.day, some=counted(kind, len(some)), counts=phrases.listing(counts))
            found.append(say("lists.sentence", text=said))
    late = [one for one in state.standings if one.status == "late"]
    silent = [one for one in state.standings if one.status == "unknown" and any(note.startswith("due_past") for note in one.notes)]
    for some, key in ((late, "lists.late"), (silent, "lists.silent")) if state.reported else ():
        if some:
            named = phrases.clauses(_named(state, one) for one in some[:MOST_NAMED])
            found.append(say(key, count=len(some), named=_more(named, len(some))))
    for kind in KINDS:
        some = [one for one in state.of(kind) if is_unassigned(one.item)]
        if some and len(some) == len(state.of(kind)):
            found.append(say("lists.unassigned_all", some=counted(kind, len(some))))
        elif some:
            listed = joined(state.cited(one.item) for one in some[:MOST_NAMED])
            found.append(say("lists.unassigned", some=counted(kind, len(some)), names=_more(listed, len(some))))
    return found


def _more(named: str, number: int) -> str:
    return say("lists.and_more", names=named) if number > MOST_NAMED else named


def _named(state: PlanState, one: Standing) -> str:
    """Return a line with its time limit and who answers for it."""
    units = [unit for role, unit in one.item.units() if role in ("lead", "responsible")]
    due = due_words(one.item)
    beside = [say("lists.due_by", due=due) if due else say("lists.due_unknown"), *([joined(map(names, units))] if units else [])]
    return say(f"lists.named_{one.kind}", title=state.cited(one.item), beside=phrases.sequence(beside))


def _sure(lines: Sequence[ListLine]) -> list[str]:
    """Return what the dagger beside lines means: how far they were checked; empty where all are verified."""
    states = [line.state for line in lines if line.state != "verified"]
    if not states:
        return []
    counts = joined(say("lists.unverified_count", state=look.state(code), count=states.count(code)) for code in dict.fromkeys(states))
    return [say("lists.unverified", mark=look.DAGGER, counts=counts)]


def _remarks(state: PlanState, kind: str) -> list[str]:
    """Return the source of a list and the notes on its lines, each text once with the lines that have it."""
    lines = [one.item for one in state.of(kind)]
    by_text: dict[str, list[str]] = {}
    for line in lines:
        if line.note:
            by_text.setdefault(line.note.rstrip("。"), []).append(line.seq or state.name(line))
    notes = [
        phrases.labelled(say("lists.each_line") if len(some) == len(lines) > 1 else joined(some), text) for text, some in by_text.items()
    ]
    shown = say(f"lists.first_{kind}", count=MOST_LISTED)
    found = [say("lists.in_part", all=counted(kind, len(lines)), shown=shown)] if len(lines) > MOST_LISTED else []
    found.append(say("lists.source", source=state.source(lines)))
    return [*found, *([say("lists.notes", notes=phrases.clauses(notes[:MOST_LISTED]))] if notes else [])]


def _note(texts: Sequence[str]) -> str:
    return "::: {.note}\n" + "\n\n".join(escape(text) for text in texts) + "\n:::\n" if texts else ""
