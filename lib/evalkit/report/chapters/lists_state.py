"""What the chapters on lists and calendar rest on: a plan's lists, how each line stands, and how it is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from evalkit.assessment.standing import STATUSES, Standing, standings
from evalkit.catalog import Catalog
from evalkit.catalog.models import Run
from evalkit.catalog.plan_lists import Dated, Duty, ListLine, PlanLists, Project, Task
from evalkit.catalog.plans import Plan
from evalkit.intake.progress_sheet import Reported, read_progress
from evalkit.messages import EvalkitError, Problem, word
from evalkit.messages.speech import english, say, spoken, term
from evalkit.report import look, phrases
from evalkit.report.look import StatusLook

_BLUE, _AMBER, _GREY = ("#5B7C99", "#4A6A86"), ("#B7791F", "#8F5B10"), ("#6B7280", "#5B626E")
#: How the standing of a task or project is shown: shapes of their own, colours of the statuses.
STANDINGS: Mapping[str, StatusLook] = MappingProxyType(
    {
        code: StatusLook(code, symbol, *colours, css, group="standing")
        for code, symbol, colours, css in (
            ("done", "●", ("#1B7F5C", "#1B7F5C"), "met"),
            ("done_late", "◆", _AMBER, "pending"),
            ("in_time", "▷", _BLUE, "notyet"),
            ("late", "▲", ("#B83B2E", "#B83B2E"), "notmet"),
            ("not_started", "□", _GREY, "missing"),
            ("unknown", "○", _GREY, "missing"),
        )
    }
)
#: What has a time limit and a standing.
KINDS = ("task", "project")


@dataclass(frozen=True)
class PlanState:
    """The lists of one plan on the day of a report.

    Parameters
    ----------
    plan : Plan
    lists : PlanLists
    standings : tuple of Standing
        Tasks, then projects, each in the order of its file.
    as_of : datetime.date
    reported : bool
        The run has progress sheets; without them nothing is said of how the lines stand.
    region : str
        The region's name.
    indicators : mapping
        Name of each indicator of the plan, by id.
    documents : mapping
        How each document is quoted, by id.
    """

    plan: Plan
    lists: PlanLists
    standings: tuple[Standing, ...]
    as_of: date
    reported: bool
    region: str
    indicators: Mapping[str, str]
    documents: Mapping[str, str]

    @property
    def day(self) -> str:
        """The day in words."""
        return phrases.period(self.as_of.isoformat())

    @property
    def plan_name(self) -> str:
        """The plan as the document calls it."""
        return term(self.plan.name_zh)

    def of(self, kind: str) -> list[Standing]:
        """Return how the tasks, or the projects, stand."""
        return [one for one in self.standings if one.kind == kind]

    def counts(self, some: Iterable[Standing]) -> list[tuple[StatusLook, int]]:
        """Return how many of them stand how, the most urgent first."""
        codes = [one.status for one in some]
        return [(STANDINGS[code], codes.count(code)) for code in STATUSES if code in codes]

    def indicator(self, name: str) -> str:
        """Return the name of an indicator."""
        return self.indicators.get(name, name)

    def name(self, line: Task | Project) -> str:
        """Return the title of a line, with its sub-regions where others have the same title."""
        some = self.lists.tasks if isinstance(line, Task) else self.lists.projects
        shared = line.areas and sum(other.title == line.title for other in some) > 1
        return line.title + (phrases.brackets(names(line.areas)) if shared else "")

    def title(self, line: Task | Project) -> str:
        """Return number and name of a line, as texts refer to it."""
        return f"{line.seq} {self.name(line)}" if line.seq else self.name(line)

    def cited(self, line: Task | Project) -> str:
        """Return number and name as a sentence refers to them: in English between quotation marks."""
        return phrases.foreign(self.title(line))

    def source(self, lines: Sequence[ListLine]) -> str:
        """Return where the lines stand: documents, each once, without clauses."""
        return phrases.clauses(self.documents.get(key, key) for key in dict.fromkeys(line.document or self.plan.document for line in lines))


def plan_states(catalog: Catalog, run: Run, region_code: str) -> list[PlanState]:
    """Return the lists of a region's plans on the report's date; none where its plans have no lists.

    Raises
    ------
    EvalkitError
        A progress sheet is missing, or something in it cannot be read: with file and cell.
    """
    plans = [plan for plan in catalog.plans_of(run, region_code) if plan.id in catalog.lists]
    as_of = date.fromisoformat(run.report_date)
    reported = read_reports(catalog, run)  # also without lists: a sheet of nothing is a mistake that has to be seen
    documents = {key: _quoted(one.title_zh, one.number) for key, one in catalog.documents.items()}
    region = catalog.regions[region_code].name_zh
    found = []
    for plan in plans:
        lists = catalog.lists[plan.id]
        own = {line.id for line in (*lists.tasks, *lists.projects)}
        stand = standings(lists, [one for one in reported if one.item in own], as_of)
        found.append(
            PlanState(plan, lists, tuple(stand), as_of, bool(run.progress_sheets), region, indicator_names(catalog, plan), documents)
        )
    return found


def read_reports(catalog: Catalog, run: Run) -> list[Reported]:
    """Return what the progress sheets of a run report of the tasks and projects of all its plans; all faults are raised together."""
    some = [catalog.lists[plan] for plan in run.plans if plan in catalog.lists]
    together = PlanLists(
        "、".join(one.plan for one in some),
        tasks=tuple(task for one in some for task in one.tasks),
        projects=tuple(project for one in some for project in one.projects),
    )
    found: list[Reported] = []
    problems: list[Problem] = []
    for name in run.progress_sheets:
        path = catalog.project.raw / name
        try:
            found += read_progress(path, catalog.project.label(path), together)
        except EvalkitError as error:
            problems += error.problems
    if problems:
        raise EvalkitError(problems)
    return found


def indicator_names(catalog: Catalog, plan: Plan) -> dict[str, str]:
    """Return the name of each indicator of a plan; where several have one name, that of the composite or the area behind it."""
    rows = catalog.sets[plan.set] if plan.set else None
    found: dict[str, tuple[str, str]] = {}
    for row in plan.indicators:
        of_set = rows.row(row.row) if rows is not None and row.row else None
        named = of_set or row
        name, part_of = _own(named.name_zh, named.name_en), _own(named.part_of, named.part_of_en)
        found[row.name] = (name, phrases.sequence(part for part in (part_of, term(row.area)) if part))
    every = [name for name, _ in found.values()]
    return {key: name + (phrases.brackets(more) if every.count(name) > 1 else "") for key, (name, more) in found.items()}


def _own(zh: str, en: str) -> str:
    """Return the name in the language of the document; the Chinese one where there is no other."""
    return en or term(zh) if english() else zh


def due_words(line: Dated) -> str:
    """Return the time limit of a line, short: 2025年, 每年（至2030年）, 持续开展; empty where none is printed."""
    until = phrases.period(line.deadline) if line.deadline else ""
    if not line.repeats:
        return until
    repeats = repeats_word(line.repeats)
    return say("lists.repeats_until", repeats=repeats, until=until) if until else repeats


def repeats_word(code: str) -> str:
    """Return how something is to be done again and again (每年)."""
    return word("repeats", code, spoken())


def role_word(code: str) -> str:
    """Return how a unit answers for something (牵头)."""
    return word("duty_role", code, spoken())


def kind_word(code: str) -> str:
    """Return what lines of a list are called (任务)."""
    return say(f"lists.kind_{code}")


def counted(kind: str, count: int) -> str:
    """Return how many tasks, or projects, in words (22项任务)."""
    return say(f"lists.count_{kind}", count=count)


def joined(texts: Iterable[str]) -> str:
    """Join texts of a table cell, or of a row of numbers, with 、 or a comma."""
    return (", " if english() else "、").join(texts)


def names(text: str) -> str:
    """Return units or sub-regions as printed; in English each by the name that the data have for it."""
    return joined(term(name) for name in text.split("、")) if english() else text


def printed_due(line: Dated) -> str:
    """Return the time limit of a line as printed; in English what it comes to, as what is printed is Chinese."""
    said = (due_words(line), line.deadline_text) if english() else (line.deadline_text, due_words(line))
    return said[0] or said[1] or "—"


def group_of(line: Task | Project) -> str:
    """Return the domain of a task, or the category of a project."""
    return term(line.domain if isinstance(line, Task) else line.category)


def dagger(line: ListLine) -> str:
    """Return the mark of a line that nobody compared with the official text."""
    return "" if line.state == "verified" else look.DAGGER


def is_unassigned(line: ListLine) -> bool:
    """Whether a line names nobody who answers for it."""
    return not line.units()


def duties_of(state: PlanState) -> dict[str, dict[str, list[tuple[str, ListLine]]]]:
    """Return who answers for what: by unit as printed, then by role, what it is (``duty``, ``task``, ``project``) and the line."""
    found: dict[str, dict[str, list[tuple[str, ListLine]]]] = {}
    lines: list[tuple[str, Sequence[Duty | Task | Project]]] = [
        ("duty", state.lists.duties), ("task", state.lists.tasks), ("project", state.lists.projects),
    ]  # fmt: skip
    for kind, some in lines:
        for line in some:
            for role, unit in line.units():
                found.setdefault(unit, {}).setdefault(role, []).append((kind, line))
    return found


def _quoted(title: str, number: str) -> str:
    return phrases.in_title_marks(term(title)) + phrases.brackets(number)
