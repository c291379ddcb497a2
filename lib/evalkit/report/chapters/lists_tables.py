"""The tables of the three lists: who answers for what, tasks, projects, sub-regions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from evalkit.assessment.standing import Standing, note_text
from evalkit.catalog.plan_lists import ROLES, ListLine, Project, Task
from evalkit.messages.speech import english, say, spoken, term
from evalkit.report import phrases
from evalkit.report.chapters.lists_state import (
    STANDINGS,
    PlanState,
    dagger,
    due_words,
    duties_of,
    group_of,
    joined,
    kind_word,
    names,
    printed_due,
    role_word,
)
from evalkit.report.tables import Align, Cell, Grid, fit_widths

# Widths of the page in characters of table text (8 pt), and what a cell loses to its margins.
LANDSCAPE_CHARS = 86.0
PORTRAIT_CHARS = 55.0
_MARGIN = 0.95
_STATUS = 6.4  # ▲ 逾期未完成
_MOST_GOALS = 5
#: Least widths of columns, in characters.
_LEAST = {
    "seq": 2.4, "domain": 4.6, "category": 4.6, "task": 14.0, "project": 12.0, "status": _STATUS, "due": 5.0, "person": 3.4, "place": 4.6,
    "amount": 5.4, "spent": 5.4, "funding": 4.6,
}  # fmt: skip

Line = Sequence[Cell]


#: Lines of a list that a report prints; a workbook is the place for more.
MOST_LISTED = 300


def grid_of(
    heads: Sequence[str], rows: Sequence[Line], align: Sequence[Align], least: Sequence[float], *, chars: float, longest: float = 60.0
) -> Grid:
    """Return a table whose columns are as wide as their texts ask for; a row of one cell spans them all."""
    shape = [list(heads), *([cell.text for cell in row] for row in rows if len(row) == len(heads))]
    widths = [width + _MARGIN for width in fit_widths(shape, chars - _MARGIN * len(heads), least, longest)]
    return Grid([[Cell(head) for head in heads]], rows, align, widths)


def status_cell(one: Standing) -> Cell:
    """Return how a line stands, with the share done or the day of completion."""
    shown = STANDINGS[one.status]
    text, reported = shown.label, one.reported
    if reported is not None and reported.done_on is not None:
        day = reported.done_on.isoformat()
        text += phrases.brackets(phrases.period(day) if english() else day)  # in a line of English words a date breaks at its hyphens
    elif reported is not None and reported.share is not None and reported.state == "in_progress":
        text += phrases.brackets(f"{phrases.plain(reported.share, 1)}%")
    return Cell(text, css=shown.css)


def duties_grid(state: PlanState) -> Grid:
    """Return 责任清单: each unit with what it answers for, by role."""
    found = duties_of(state)
    roles = [role for role in ROLES if any(role in by_role for by_role in found.values())]
    heads = [say("lists.head_unit"), *(phrases.beginning(role_word(role)) for role in roles)]
    titled = len(roles) == 1  # one column has room for titles, else numbers do
    rows: list[Line] = []
    for unit, by_role in found.items():
        rows.append([Cell(term(unit)), *(Cell(_charged(state, by_role.get(role, []), titled=titled)) for role in roles)])
    align: list[Align] = ["left"] * len(heads)
    return grid_of(heads, rows, align, [7.0, *([6.0] * len(roles))], chars=LANDSCAPE_CHARS, longest=120.0)


def _charged(state: PlanState, lines: Sequence[tuple[str, ListLine]], *, titled: bool) -> str:
    parts = []
    for kind, some in groupby(lines, key=lambda pair: pair[0]):
        named = dict.fromkeys(_called(state, line, titled=titled) for _, line in some)
        parts.append(phrases.labelled(kind_word(kind), joined(named)))
    return phrases.beginning(phrases.clauses(parts)) or "—"


def _called(state: PlanState, line: ListLine, *, titled: bool) -> str:
    """Return how the list of duties calls a line: an indicator by name, tasks and projects by number where they have one."""
    if isinstance(line, (Task, Project)):
        return state.title(line) if titled else line.seq or state.name(line)
    return f"{state.indicator(getattr(line, 'indicator', ''))}{phrases.brackets(line.person)}{dagger(line)}"


def tasks_grid(state: PlanState) -> Grid:
    """Return 任务清单; columns that would hold nothing are left out."""
    found = state.of("task")[:MOST_LISTED]
    tasks = [one.item for one in found]
    there = {
        "seq": any(task.seq for task in tasks),
        "domain": any(group_of(task) for task in tasks),
        "task": True,
        "indicators": any(task.indicator_ids() for task in tasks),
        "areas": any(task.areas for task in tasks),
        "lead": any(task.lead for task in tasks),
        "others": any(task.join or task.each or task.responsible for task in tasks),
        "person": any(task.person for task in tasks),
        "due": any(printed_due(task) != "—" for task in tasks),
        "status": state.reported,
    }
    columns = [name for name, used in there.items() if used]
    rows: list[Line] = []
    for one in found:
        task = one.item
        cells = {
            "seq": Cell(task.seq or "—"), "domain": Cell(group_of(task) or "—"), "task": Cell(_said(task)),
            "areas": Cell(names(task.areas) or "—"),
            "indicators": Cell(joined(state.indicator(name) for name in task.indicator_ids()) or "—"),
            "lead": Cell(names(task.lead) or "—"), "others": Cell(_others(task)), "person": Cell(task.person or "—"),
            "due": Cell(phrases.beginning(printed_due(task))), "status": status_cell(one),
        }  # fmt: skip
        rows.append([cells[name] for name in columns])
    return _listed_grid(columns, rows)


def _listed_grid(columns: Sequence[str], rows: Sequence[Line]) -> Grid:
    """Return the list of tasks, or of projects, with the heads of its columns."""
    sides: dict[str, Align] = {"seq": "center", "amount": "right", "spent": "right"}
    heads = [say(f"lists.head_{name}") for name in columns]
    least = [_LEAST.get(name, 5.0) for name in columns]
    return grid_of(heads, rows, [sides.get(name, "left") for name in columns], least, chars=LANDSCAPE_CHARS)


def _said(line: Task | Project) -> str:
    """Return title and content, once where they are the same."""
    title, content = line.title, line.content
    if not content or content == title:
        return title + dagger(line)
    return f"{content}{dagger(line)}" if content.startswith(title) else phrases.labelled(f"{title}{dagger(line)}", content)


def _others(task: Task | Project) -> str:
    """Return who else answers for a line: in a single role without its name only where all have the same one."""
    said = [phrases.labelled(role_word(role), names(text)) for role in ("join", "each", "responsible") if (text := getattr(task, role))]
    return phrases.beginning(phrases.clauses(said)) or "—"


def projects_grid(state: PlanState) -> Grid:
    """Return 项目清单 with what is printed of the investments, and their sum at the end; columns that would hold nothing are left out."""
    found = state.of("project")[:MOST_LISTED]
    projects = [one.item for one in found if isinstance(one.item, Project)]
    there = {
        "seq": any(project.seq for project in projects),
        "category": any(project.category for project in projects),
        "project": True,
        "place": any(project.place or project.areas for project in projects),
        "amount": any(_amount(project) != "—" for project in projects),
        "spent": any(one.reported is not None and one.reported.spent is not None for one in found),
        "funding": any(_given(project.funding) for project in projects),
        "answerable": any(project.units() for project in projects),
        "person": any(project.person for project in projects),
        "due": any(printed_due(project) != "—" for project in projects),
        "status": state.reported,
    }
    columns = [name for name, used in there.items() if used]
    rows: list[Line] = []
    for one, project in zip(found, projects, strict=True):
        paid = one.reported.spent if one.reported is not None else None
        cells = {
            "seq": Cell(project.seq or "—"), "category": Cell(group_of(project) or "—"), "project": Cell(_said(project)),
            "place": Cell(names(project.place or project.areas) or "—"),
            "amount": Cell(_amount(project)), "funding": Cell(_given(project.funding) or "—"),
            "spent": Cell(phrases.plain(paid, 4) if paid is not None else "—"),
            "answerable": Cell(_answerable(project)), "person": Cell(project.person or "—"),
            "due": Cell(phrases.beginning(printed_due(project))), "status": status_cell(one),
        }  # fmt: skip
        rows.append([cells[name] for name in columns])
    return _listed_grid(columns, rows)


def sums_grid(state: PlanState) -> Grid | None:
    """Return the projects by category: how many, the sum of the investments that are printed, and how many have none; None without any.

    An investment that is not printed is not taken as zero.
    """
    projects = list(state.lists.projects)
    if not any(project.investment for project in projects):
        return None
    categories = list(dict.fromkeys(project.category for project in projects))
    blocks = [(term(category) or "—", [project for project in projects if project.category == category]) for category in categories]
    blocks += [(say("lists.total"), projects)] if len(categories) > 1 else []
    digits = max(phrases.decimals(project.investment) for project in projects)
    rows: list[Line] = []
    for name, some in blocks:
        printed = [Fraction(project.investment) for project in some if project.investment]
        total = phrases.fixed(sum(printed, Fraction(0)), digits) if printed else "—"
        rows.append([Cell(text) for text in (name, str(len(some)), total, str(len(printed)), str(len(some) - len(printed)))])
    heads = [say(f"lists.head_{name}") for name in ("category", "projects", "sum", "counted", "left_out")]
    return grid_of(heads, rows, ["left", "right", "right", "right", "right"], [8.0] * 5, chars=LANDSCAPE_CHARS)


def notes_grid(state: PlanState, kind: str) -> Grid | None:
    """Return what the progress sheets say of tasks or projects, and what follows from their days; None where there is nothing."""
    some = [one for one in state.of(kind) if one.notes or (one.reported is not None and one.reported.note)]
    if not some or not state.reported:
        return None
    rows: list[Line] = []
    for one in some:
        said = [note_text(note, spoken()) for note in one.notes]
        said += [one.reported.note] if one.reported is not None and one.reported.note else []
        day = one.reported.as_of.isoformat() if one.reported is not None else "—"
        rows.append(
            [
                Cell(state.title(one.item)),
                Cell(STANDINGS[one.status].label, css=STANDINGS[one.status].css),
                Cell(day),
                Cell(phrases.clauses(said)),
            ]
        )
    heads = [say(f"lists.head_{name}") for name in (kind, "status", "reported", "remark")]
    return grid_of(heads, rows, ["left"] * 4, [12.0, _STATUS, 5.6, 12.0], chars=LANDSCAPE_CHARS)


def _given(text: str) -> str:
    return phrases.unit(text)  # a dash as printed stands for nothing


def _amount(project: Project) -> str:
    """Return the investment: as printed where that says more than the number."""
    return _given(project.investment_text) or project.investment or "—"


def _answerable(project: Project) -> str:
    """Return who answers for a project; the role is said unless it is 负责 alone."""
    said = [(role, names(text)) for role in ROLES if (text := getattr(project, role))]
    if len(said) == 1 and said[0][0] == "responsible":
        return said[0][1]
    return phrases.beginning(phrases.clauses(phrases.labelled(role_word(role), text) for role, text in said)) or "—"


def investment_words(projects: Sequence[Project]) -> str:
    """Return the sum of the investments that are printed, how many have none, and which the text restricts; empty without any."""
    printed = [project for project in projects if project.investment]
    if not printed:
        return ""
    digits = max(phrases.decimals(project.investment) for project in printed)
    total = phrases.fixed(sum((Fraction(project.investment) for project in printed), Fraction(0)), digits)
    apart = [project for project in projects if not project.investment and _given(project.investment_text)]
    left = len(projects) - len(printed) - len(apart)
    said = [say("lists.sum_printed" if left or apart else "lists.sum_all", count=len(printed), total=total)]
    said += [say("lists.sum_lacking", count=left)] if left else []
    said += [say("lists.sum_partial", count=len(apart), listed=_restricted(apart))] if apart else []
    limited = [project for project in printed if _given(project.investment_text) not in ("", project.investment)]
    said += [say("lists.sum_remarks", listed=_restricted(limited))] if limited else []
    return say("lists.sentence", text=phrases.clauses(said))


def _restricted(projects: Sequence[Project]) -> str:
    return joined(phrases.labelled(project.seq or project.title, project.investment_text) for project in projects)


def areas_of(state: PlanState) -> dict[str, list[Standing]]:
    """Return the tasks and projects by sub-region, in the order in which those are first named."""
    found: dict[str, list[Standing]] = {}
    for one in state.standings:
        for area in one.item.places():
            found.setdefault(area, []).append(one)
    return found


def goals_grid(state: PlanState) -> Grid | None:
    """Return sub-regions × goals: time limit and status of each; None where no goals name any, or there are too many goals."""
    goals = [one for one in state.of("task") if isinstance(one.item, Task) and one.item.kind == "goal" and one.item.places()]
    named: dict[str, list[str]] = {}
    for one in goals:
        named.setdefault(one.item.title, []).extend(one.item.places())
    titles = list(named)
    if len(titles) > _MOST_GOALS or all(len(set(areas)) < 2 for areas in named.values()):
        return None
    heads = [say("lists.head_areas"), *titles]
    rows: list[Line] = []
    for area in dict.fromkeys(area for one in goals for area in one.item.places()):
        cells = [Cell(term(area))]
        for title in titles:
            own = [one for one in goals if one.item.title == title and area in one.item.places()]
            words = phrases.clauses(_goal(state, one) for one in own)
            cells.append(Cell(words or "—", css=STANDINGS[own[0].status].css if state.reported and len(own) == 1 else ""))
        rows.append(cells)
    align: list[Align] = ["left"] * len(heads)
    return grid_of(heads, rows, align, [6.0, *([9.0] * len(titles))], chars=LANDSCAPE_CHARS)


def _goal(state: PlanState, one: Standing) -> str:
    due = phrases.beginning(printed_due(one.item))
    return say("lists.goal_stands", due=due, standing=STANDINGS[one.status].label) if state.reported else due


def areas_grid(state: PlanState) -> Grid:
    """Return the sub-regions with their tasks and projects, time limits and, where sheets report, how many stand how."""
    found = areas_of(state)
    stood = state.counts(one for some in found.values() for one in some) if state.reported else []
    heads = [*(say(f"lists.head_{name}") for name in ("areas", "lines", "listed")), *(shown.label for shown, _ in stood)]
    rows: list[Line] = []
    for area, some in found.items():
        listed = phrases.clauses(one.item.title + phrases.brackets(due_words(one.item) or say("lists.no_deadline")) for one in some)
        numbers = [sum(one.status == shown.code for one in some) for shown, _ in stood]
        rows.append([Cell(term(area)), Cell(str(len(some))), Cell(listed), *(Cell(str(number)) for number in numbers)])
    align: list[Align] = ["left", "right", "left", *(["right"] * len(stood))]  # type: ignore[list-item]
    least = [6.0, 2.4, 20.0, *(min(phrases.display_width(shown.label) + 0.3, 5.9) for shown, _ in stood)]
    return grid_of(heads, rows, align, least, chars=LANDSCAPE_CHARS, longest=200.0)
