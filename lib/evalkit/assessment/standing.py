"""How tasks and projects of a plan stand on a day (已完成, 按时推进, 逾期 …): declared rules over what progress sheets report.

No clock: the day is the run's report date or one that the caller names. What nobody reported stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from evalkit.catalog.plan_lists import PlanLists, Project, Task
from evalkit.intake.progress_sheet import Reported, contradictions
from evalkit.messages import EvalkitError, Language, language, word
from evalkit.values import Period

__all__ = ["STATUSES", "Reported", "Standing", "deadline_of", "note_text", "occurrence", "occurrences", "standings"]

#: Statuses, the most urgent first.
STATUSES = ("late", "unknown", "not_started", "in_time", "done_late", "done")
_MONTHS = {"yearly": 12, "half_yearly": 6, "quarterly": 3, "monthly": 1}


@dataclass(frozen=True)
class Standing:
    """How one task or project stands.

    Parameters
    ----------
    kind : {"task", "project"}
    item : Task or Project
    status : str
        ``done`` 已完成, ``done_late`` 逾期完成, ``in_time`` 按时推进, ``late`` 逾期未完成, ``not_started`` 未开始, ``unknown`` 未报进度.
    due : datetime.date or None
        Last day; of what is to be done again and again that of the present occurrence; None of what is continuous or has no deadline.
    reported : Reported or None
        The report that counts.
    notes : tuple of str
        Codes of the group `standing_note`, some with an argument behind a colon; :func:`note_text` has their words.
    """

    kind: str
    item: Task | Project
    status: str
    due: date | None
    reported: Reported | None
    notes: tuple[str, ...] = ()


def standings(lists: PlanLists, reported: Iterable[Reported], as_of: date) -> list[Standing]:
    """Return how each task and project stands on a day: tasks, then projects, each in the order of its file.

    Parameters
    ----------
    lists : PlanLists
    reported : iterable of Reported
        Of any number of sheets. Of each item the latest report that is not of a later day counts.
    as_of : datetime.date

    Raises
    ------
    EvalkitError
        Two reports of one item and day contradict each other.
    """
    reports = list(reported)
    problems = list(contradictions(reports))
    if problems:
        raise EvalkitError(problems)
    of: dict[str, list[Reported]] = {}
    for report in sorted(reports, key=lambda report: report.as_of):
        of.setdefault(report.item, []).append(report)
    items: list[tuple[str, Task | Project]] = [("task", task) for task in lists.tasks]
    items += [("project", project) for project in lists.projects]
    return [_standing(kind, item, of.get(item.id, []), as_of) for kind, item in items]


def note_text(note: str, lang: Language | None = None) -> str:
    """Return a note of a standing in words."""
    code, _, argument = note.partition(":")
    year = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", argument, re.ASCII) if code.startswith("start") else None
    if year is not None and (lang or language()) == "zh":
        argument = f"{year[1]}年" + (f"{int(year[2])}月" if year[2] else "")
    return word("standing_note", code, lang).format(argument)


def deadline_of(item: Task | Project) -> date | None:
    """Return the last day of a task or project, None where its line has no deadline."""
    return Period.parse(item.deadline).last if item.deadline else None


def occurrence(item: Task | Project, day: date) -> Period | None:
    """Return the stretch in which something is to be done once, at that day; None of what is done once or all the time.

    Before its start it is the first, after its deadline the last. The deadline cuts the last one short.
    """
    months = _MONTHS.get(item.repeats)
    if months is None:
        return None
    if item.deadline:
        day = min(day, Period.parse(item.deadline).last)
    if item.start:
        day = max(day, Period.parse(item.start).first)
    found = _stretch(months, day)
    end = deadline_of(item)
    return Period(found.name, found.kind, found.first, end) if end is not None and end < found.last else found


def occurrences(item: Task | Project, first: date, last: date) -> Iterator[Period]:
    """Yield the occurrences of a task or project that end between two days, within its start and deadline."""
    end = deadline_of(item)
    day = max(first, Period.parse(item.start).first) if item.start else first
    while item.repeats in _MONTHS and (end is None or day <= end):
        found = occurrence(item, day)
        assert found is not None
        if found.last > last:
            return
        yield found
        if found.last == date.max:
            return
        day = found.last + timedelta(days=1)


def _stretch(months: int, day: date) -> Period:
    number = (day.month - 1) // months + 1
    name = {12: "{0}", 6: "{0}-H{1}", 3: "{0}-Q{1}", 1: "{0}-{1:02d}"}[months]
    return Period.parse(name.format(day.year, number))


def _standing(kind: str, item: Task | Project, reports: list[Reported], as_of: date) -> Standing:
    counting = [report for report in reports if report.as_of <= as_of]
    notes = [f"later_report:{reports[len(counting)].as_of}"] if len(counting) < len(reports) else []
    if item.start and Period.parse(item.start).first > as_of:
        notes.append(f"starts_later:{item.start}")
    stretch = occurrence(item, as_of)
    if stretch is None:
        due = None if item.repeats == "continuous" else deadline_of(item)
        report = counting[-1] if counting else None
    else:
        due = stretch.last
        present = [one for one in counting if one.as_of >= stretch.first]
        report = present[-1] if present else None
        if report is not None and report.done_on is not None and report.done_on < stretch.first:
            notes.append(f"done_before:{report.done_on}")  # what was done is an earlier occurrence, of this one nothing is said
            report = None
        missed = _missed(item, counting, stretch)
        if missed:
            notes.append(f"missed:{missed}")
    if report is not None and report.state != "done":
        since = stretch.first if stretch is not None else date.min
        done = [one.as_of for one in counting if one.state == "done" and (one.done_on or one.as_of) >= since]
        notes += [f"undone:{day}" for day in done[-1:]]
    status = _status(item, report, due, as_of, notes)
    return Standing(kind, item, status, due, report, tuple(notes))


def _status(item: Task | Project, report: Reported | None, due: date | None, as_of: date, remarks: list[str]) -> str:
    past = due is not None and as_of > due
    if report is None:
        if past:
            remarks.append(f"due_past:{due}")
        return "unknown"
    if report.state == "done":
        if report.done_on is not None and item.start and report.done_on < Period.parse(item.start).first:
            remarks.append(f"done_early:{report.done_on}")
        if due is None or (report.done_on or report.as_of) <= due:
            return "done"
        if report.done_on is None:  # reported after the day, but not when it was done
            remarks.append("done_undated")
            return "done"
        return "done_late"
    if past:
        if due is not None and report.as_of <= due:  # it may have been done since
            remarks.append(f"stale:{report.as_of}")
        return "late"
    if report.state == "in_progress":
        return "in_time"
    # Of a start such as 2024 the last day is taken: only then has it certainly passed.
    if item.start and item.repeats not in _MONTHS and Period.parse(item.start).last < as_of:
        remarks.append(f"start_past:{item.start}")
    return "not_started"


def _missed(item: Task | Project, reports: list[Reported], present: Period) -> int:
    """Return of how many occurrences before the present one, from the start on, no report says that they were done."""
    if not item.start:
        return 0
    begun = Period.parse(item.start).first
    earlier = occurrences(item, begun, present.first - timedelta(days=1))
    days = [report.done_on or report.as_of for report in reports if report.state == "done"]
    return sum(not any(stretch.first <= day <= stretch.last for day in days) for stretch in earlier)
