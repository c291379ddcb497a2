"""The lists of a plan with how each line stands: rows of tables, by list, sub-region, department and date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from evalkit.assessment.standing import Reported, Standing, deadline_of, note_text, occurrence, occurrences, standings
from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.catalog.models import SetRow
from evalkit.catalog.plan_lists import Duty, ListLine, PlanLists, Project, Task
from evalkit.catalog.plans import Plan, PlanRow
from evalkit.messages import EvalkitError, Language, Place, Problem, language, word
from evalkit.values import Period

#: Tables that a view has.
LISTS = ("duties", "tasks", "projects", "calendar", "areas", "departments")
#: States of lines that were read in the document or in a copy of it; others are marked 待核.
SURE = ("verified", "seen")

Cell = str | Fraction | None

_WHO = ("areas", "lead", "join", "each", "responsible", "person")
_CITED = ("document", "document_title", "clause", "state", "state_text", "via", "note")
_WHEN = ("start", "deadline", "deadline_text", "repeats", "repeats_text", "due", "status", "status_text", "notes", "notes_text")
_HOW_FAR = ("reported_on", "reported", "reported_text", "done_on", "share", "spent", "report_note")
_ITEM = ("kind", "kind_text", "id", "seq", "title")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "duties": ("plan", "indicator", "seq", "title", *_WHO, *_CITED),
    "tasks": ("plan", *_ITEM, "content", "domain", "indicators", "indicators_text", *_WHO, *_WHEN, *_HOW_FAR, *_CITED),
    "projects": (
        "plan", *_ITEM, "content", "category", "place", "tasks", "tasks_text", "indicators", "indicators_text", "investment",
        "investment_text", "funding", *_WHO, *_WHEN, *_HOW_FAR, *_CITED,
    ),
    "calendar": ("plan", "due", "period", *_ITEM, "repeats", "repeats_text", "deadline_text", "status", "status_text", "present", *_WHO),
    "areas": ("plan", "area", *_ITEM, *_WHEN, *_HOW_FAR, "lead", "join", "each", "responsible", "person", *_CITED),
    "departments": ("plan", "unit", "role", "role_text", *_ITEM, "areas", "person", *_WHEN, *_HOW_FAR, *_CITED),
}  # fmt: skip


@dataclass(frozen=True)
class PlanView:
    """The lists of a plan with how each task and project stands; records of the tables.

    Parameters
    ----------
    catalog : Catalog
    plan : Plan
    lists : PlanLists
        All of it, or what concerns one unit or sub-region.
    as_of : datetime.date or None
        The day on which statuses are judged; None where there is neither a day nor a report.
    standings : mapping
        By kind and id.
    department, area : str
        The unit or sub-region that the lists were narrowed to.
    lang : {"zh", "en"}
        Of the words; names stay as printed.
    """

    catalog: Catalog
    plan: Plan
    lists: PlanLists
    as_of: date | None = None
    standings: Mapping[tuple[str, str], Standing] = field(default_factory=dict)
    department: str = ""
    area: str = ""
    lang: Language = "zh"

    @property
    def fictional(self) -> bool:
        """Whether the plan is that of an invented region."""
        return self.catalog.regions[self.plan.region].fictional

    def items(self) -> Iterator[tuple[str, Task | Project]]:
        """Yield tasks, then projects, with their kind."""
        yield from (("task", task) for task in self.lists.tasks)
        yield from (("project", project) for project in self.lists.projects)

    def records(self, which: str, year: str = "") -> list[dict[str, Cell]]:
        """Return the rows of a table, cells in the order of :data:`COLUMNS`; numbers exact, None where there is none."""
        rows: dict[str, Any] = {
            "duties": self._duties, "tasks": self._tasks, "projects": self._projects,
            "areas": self._areas, "departments": self._departments,
        }  # fmt: skip
        found = self._calendar(year) if which == "calendar" else rows[which]()
        return [{"plan": self.plan.id, **row} for row in found]

    def indicator(self, name: str) -> str:
        """Return the name of an indicator of the plan in words; a part has the whole's behind it, and the part of the region."""
        own, row = self._row(name)
        if own is None or row is None:
            return name
        english = self.lang == "en"
        found, whole = (row.name_en, row.part_of_en) if english else (row.name_zh, row.part_of)
        left, right = (" (", ")") if english else ("（", "）")
        found = found if not whole or whole in found else f"{found}{left}{whole}{right}"
        return f"{found}{left}{own.area}{right}" if own.area else found

    def _row(self, name: str) -> tuple[PlanRow | None, PlanRow | SetRow | None]:
        """Return an indicator of the plan, and the row that has its name: that of the set, or its own."""
        row = self.plan.row(name)
        indicator_set = self.catalog.sets.get(self.plan.set or "")
        return row, indicator_set.row(name) if row is not None and row.row and indicator_set is not None else row

    def _seq(self, name: str) -> str:
        found = self._row(name)[1]
        return found.seq if found is not None else ""

    def _duties(self) -> Iterator[dict[str, Cell]]:
        for duty in self.lists.duties:
            head: dict[str, Cell] = {"indicator": duty.indicator, "seq": self._seq(duty.indicator), "title": self.indicator(duty.indicator)}
            yield head | _plain(duty, _WHO) | self._cited(duty)

    def _tasks(self) -> Iterator[dict[str, Cell]]:
        for task in self.lists.tasks:
            row = self._item("task", task) | _plain(task, ("content", "domain")) | self._served(task)
            yield row | _plain(task, _WHO) | self._when("task", task) | self._how_far("task", task) | self._cited(task)

    def _projects(self) -> Iterator[dict[str, Cell]]:
        titles = {task.id: task.title for task in self.lists.tasks}
        for project in self.lists.projects:
            row = self._item("project", project) | _plain(project, ("content", "category", "place")) | {"tasks": project.tasks}
            row["tasks_text"] = project.task_text or self._listed(titles.get(task, task) for task in project.task_ids())
            row |= self._served(project)
            row["indicators_text"] = project.indicators_text or row["indicators_text"]
            row["investment"] = Fraction(project.investment) if project.investment else None
            row |= _plain(project, ("investment_text", "funding", *_WHO))
            yield row | self._when("project", project) | self._how_far("project", project) | self._cited(project)

    def _areas(self) -> Iterator[dict[str, Cell]]:
        order = dict.fromkeys(place for _, item in self.items() for place in item.places())
        for area in order:
            for kind, item in self.items():
                if area in item.places() and (not self.area or area == self.area):
                    row: dict[str, Cell] = {"area": area, **self._item(kind, item)}
                    row |= self._when(kind, item) | self._how_far(kind, item)
                    yield row | _plain(item, ("lead", "join", "each", "responsible", "person")) | self._cited(item)

    def _departments(self) -> Iterator[dict[str, Cell]]:
        lines: list[tuple[str, ListLine]] = [("indicator", duty) for duty in self.lists.duties]
        lines += list(self.items())
        order = dict.fromkeys(unit for _, line in lines for _, unit in line.units())
        empty: dict[str, Cell] = dict.fromkeys((*_WHEN, *_HOW_FAR), "") | {"share": None, "spent": None}
        for unit in order:
            if self.department and unit != self.department:
                continue
            for kind, line in lines:
                for role, name in line.units():
                    if name != unit:
                        continue
                    row: dict[str, Cell] = {"unit": unit, "role": role, "role_text": word("duty_role", role, self.lang)}
                    if isinstance(line, (Task, Project)):
                        row |= self._item(kind, line) | _plain(line, ("areas", "person"))
                        row |= self._when(kind, line) | self._how_far(kind, line)
                    elif isinstance(line, Duty):
                        row |= {"kind": kind, "kind_text": word("list_kind", kind, self.lang), "id": line.indicator}
                        row |= {"seq": self._seq(line.indicator), "title": self.indicator(line.indicator)}
                        row |= _plain(line, ("areas", "person")) | empty
                    yield row | self._cited(line)

    def _calendar(self, year: str) -> Iterator[dict[str, Cell]]:
        dated: list[tuple[date, dict[str, Cell]]] = []
        open_ended: list[dict[str, Cell]] = []
        for kind, item in self.items():
            stretches = list(self._due(item, year))
            for stretch in stretches:
                if not year or stretch.last.year == int(year):
                    dated.append((stretch.last, self._date(kind, item, stretch)))
            if not stretches and not year:
                open_ended.append(self._date(kind, item, None))
        yield from (row for _, row in sorted(dated, key=lambda pair: pair[0]))
        yield from open_ended

    def _due(self, item: Task | Project, year: str) -> Iterator[Period]:
        """Yield when something is due: again and again within its own start and deadline, else the plan's first and last year."""
        if item.repeats == "continuous":
            return
        if not item.repeats:
            if item.deadline:
                yield Period.parse(item.deadline)
            return
        first = year or (item.start or self.plan.begins)
        last = year or (item.deadline or self.plan.ends)
        if first and last:
            yield from occurrences(item, Period.parse(first).first, Period.parse(last).last)

    def _date(self, kind: str, item: Task | Project, stretch: Period | None) -> dict[str, Cell]:
        row: dict[str, Cell] = {"due": str(stretch.last) if stretch else "", "period": stretch.name if stretch else ""}
        row |= self._item(kind, item)
        row |= {"repeats": item.repeats, "repeats_text": self._repeats(item), "deadline_text": item.deadline_text}
        standing = self.standings.get((kind, item.id))
        now = occurrence(item, self.as_of) if self.as_of is not None else None
        present = standing is not None and (now is None or stretch is None or now.last == stretch.last)
        row |= {"status": "", "status_text": "", "present": "yes" if present else ""}
        if present and standing is not None:
            row |= {"status": standing.status, "status_text": word("standing", standing.status, self.lang)}
        return row | _plain(item, _WHO)

    def _item(self, kind: str, item: Task | Project) -> dict[str, Cell]:
        shown = item.kind if isinstance(item, Task) else kind
        return {"kind": shown, "kind_text": word("list_kind", shown, self.lang), "id": item.id, "seq": item.seq, "title": item.title}

    def _served(self, item: Task | Project) -> dict[str, Cell]:
        return {"indicators": item.indicators, "indicators_text": self._listed(self.indicator(name) for name in item.indicator_ids())}

    def _listed(self, texts: Iterable[str]) -> str:
        return ("; " if self.lang == "en" else "；").join(texts)

    def _repeats(self, item: Task | Project) -> str:
        return word("repeats", item.repeats, self.lang) if item.repeats else ""

    def _when(self, kind: str, item: Task | Project) -> dict[str, Cell]:
        standing = self.standings.get((kind, item.id))
        once = deadline_of(item) if not item.repeats else None
        due = standing.due if standing is not None else once
        row: dict[str, Cell] = {"start": item.start, "deadline": item.deadline, "deadline_text": item.deadline_text}
        row |= {"repeats": item.repeats, "repeats_text": self._repeats(item), "due": str(due) if due else ""}
        if standing is None:
            return row | {"status": "", "status_text": "", "notes": "", "notes_text": ""}
        texts = self._listed(note_text(note, self.lang) for note in standing.notes)
        row |= {"status": standing.status, "status_text": word("standing", standing.status, self.lang)}
        return row | {"notes": ";".join(standing.notes), "notes_text": texts}

    def _how_far(self, kind: str, item: Task | Project) -> dict[str, Cell]:
        standing = self.standings.get((kind, item.id))
        report = standing.reported if standing is not None else None
        if report is None:
            return dict.fromkeys(_HOW_FAR, "") | {"share": None, "spent": None}
        row: dict[str, Cell] = {"reported_on": str(report.as_of), "reported": report.state}
        row["reported_text"] = word("progress_state", report.state, self.lang)
        return row | {
            "done_on": str(report.done_on or ""), "share": report.share, "spent": report.spent, "report_note": report.note,
        }  # fmt: skip

    def _cited(self, line: ListLine) -> dict[str, Cell]:
        document_id = line.document or self.plan.document
        document = self.catalog.documents.get(document_id)
        title = document.title_en if document and self.lang == "en" and document.title_en else document.title_zh if document else ""
        row: dict[str, Cell] = {"document": document_id, "document_title": title, "clause": line.clause, "state": line.state}
        return row | {"state_text": word("state", line.state, self.lang), "via": line.via, "note": line.note}


def lists_of(catalog: Catalog, plan_id: str) -> PlanLists:
    """Return the lists of a plan; raise EvalkitError where there is no such plan (with near names), or where it has none."""
    if plan_id not in catalog.plans:
        values = {"kind": "plan", "id": plan_id, "hint": near(plan_id, catalog.plans)}
        raise EvalkitError(Problem("unknown_id", Place("params/plans"), values))
    lists = catalog.lists.get(plan_id)
    if not lists:
        raise EvalkitError(Problem("plan_without_lists", Place(f"params/plans/{plan_id}"), {"plan": plan_id}))
    return lists


def view_lists(
    catalog: Catalog,
    plan_id: str,
    reported: Iterable[Reported] = (),
    as_of: date | None = None,
    *,
    department: str = "",
    area: str = "",
    lang: Language | None = None,
) -> PlanView:
    """Return the lists of a plan with how each task and project stands.

    Parameters
    ----------
    catalog : Catalog
    plan_id : str
    reported : iterable of Reported
    as_of : datetime.date, optional
        The day on which statuses are judged; default the latest day reported. With neither there are no statuses.
    department, area : str
        Only lines that name this unit, this sub-region, as printed.
    lang : {"zh", "en"}, optional

    Raises
    ------
    EvalkitError
        Unknown plan, unit or sub-region (with near names), a plan without lists, reports that contradict each other.
    """
    lists = lists_of(catalog, plan_id)
    reports = list(reported)
    day = as_of or max((report.as_of for report in reports), default=None)
    found = standings(lists, reports, day) if day is not None else []
    by_item = {(standing.kind, standing.item.id): standing for standing in found}
    every: list[ListLine] = [*lists.duties, *lists.tasks, *lists.projects]
    _known("department", department, {unit for line in every for _, unit in line.units()}, plan_id)
    _known("area", area, {place for line in every for place in line.places()}, plan_id)

    def named(line: ListLine) -> bool:
        return (not department or department in {unit for _, unit in line.units()}) and (not area or area in line.places())

    chosen = replace(
        lists,
        duties=tuple(duty for duty in lists.duties if named(duty)),
        tasks=tuple(task for task in lists.tasks if named(task)),
        projects=tuple(project for project in lists.projects if named(project)),
        places={},
    )
    return PlanView(catalog, catalog.plans[plan_id], chosen, day, by_item, department, area, lang or language())


def _known(kind: str, name: str, known: set[str], plan_id: str) -> None:
    if name and name not in known:
        raise EvalkitError(Problem("unknown_id", Place(key=plan_id), {"kind": kind, "id": name, "hint": near(name, known)}))


def _plain(line: ListLine, names: Iterable[str]) -> dict[str, Cell]:
    return {name: getattr(line, name) for name in names}
