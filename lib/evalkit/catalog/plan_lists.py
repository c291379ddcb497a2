"""The three lists of a plan: who answers for what (责任清单), tasks (任务清单), projects (项目清单)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import AfterValidator

from evalkit.catalog.base import Id, Model, State, Text, check_decimal, check_period
from evalkit.catalog.reading import build_row
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from evalkit.catalog.load import Catalog
    from evalkit.catalog.plans import Plan

#: The lists, each a CSV file of that name in ``params/plans/<id>/``.
LISTS = ("duties", "tasks", "projects")
#: How a unit answers: 牵头, 参与(配合), 按职责分工, 负责.
ROLES = ("lead", "join", "each", "responsible")
_BETWEEN = re.compile(r"[、，,；;](?![^（(]*[）)])")  # not within brackets: 各县（市、区）
_IDS = re.compile(r"[;；]")

MaybePeriod = Annotated[str, AfterValidator(lambda text: check_period(text) if text else text)]
MaybeDecimal = Annotated[str, AfterValidator(lambda text: check_decimal(text) if text else text)]


class ListLine(Model):
    """What the lines of all three lists have: where, by whom, and on what authority.

    `areas` are the sub-regions (街道, 乡镇, 县) as printed, joined by 、; `lead`, `join`, `each` and `responsible` the units as printed.
    Without `document` the line stands in the plan's own.
    """

    areas: str = ""
    lead: str = ""
    join: str = ""
    each: str = ""
    responsible: str = ""
    person: str = ""
    document: str = ""
    clause: Text
    state: State
    via: str = ""
    note: str = ""

    def units(self) -> list[tuple[str, str]]:
        """Return role and unit, in the order of the columns and as printed in each."""
        return [(role, name) for role in ROLES for name in split_names(getattr(self, role))]

    def places(self) -> list[str]:
        """Return the sub-regions."""
        return split_names(self.areas)


class Duty(ListLine):
    """Who answers for an indicator of the plan."""

    indicator: Id


class Dated(ListLine):
    """What has to be done by a day, or again and again.

    `deadline` is a period whose last day counts (2025, 2025-06-30); `repeats` says that it is to be done every year, half-year,
    quarter or month, or all the time; `deadline_text` is as printed. `start` is a period whose first day counts.
    """

    id: Id
    seq: str = ""
    title: Text
    content: str = ""
    indicators: str = ""
    start: MaybePeriod = ""
    deadline: MaybePeriod = ""
    repeats: Literal["", "yearly", "half_yearly", "quarterly", "monthly", "continuous"] = ""
    deadline_text: str = ""

    def indicator_ids(self) -> list[str]:
        """Return the indicators that it serves."""
        return [name.strip() for name in _IDS.split(self.indicators) if name.strip()]


class Task(Dated):
    """A task of the plan: work, a goal such as being named (创建目标), a meeting, or a paper due every year."""

    kind: Literal["task", "goal", "meeting", "paper"] = "task"
    domain: str = ""


class Project(Dated):
    """A project: what, where, for how much, paid by whom. `investment` is in 万元; `investment_text` as printed where it says more."""

    category: str = ""
    place: str = ""
    tasks: str = ""
    task_text: str = ""
    indicators_text: str = ""
    investment: MaybeDecimal = ""
    investment_text: str = ""
    funding: str = ""

    def task_ids(self) -> list[str]:
        """Return the tasks that it belongs to."""
        return [name.strip() for name in _IDS.split(self.tasks) if name.strip()]


@dataclass(frozen=True)
class PlanLists:
    """The lists of one plan, each in the order of its file, and where their lines stand (by list and number of the line, from 0)."""

    plan: str
    duties: tuple[Duty, ...] = ()
    tasks: tuple[Task, ...] = ()
    projects: tuple[Project, ...] = ()
    places: Mapping[tuple[str, int], Place] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.duties or self.tasks or self.projects)


L = TypeVar("L", Duty, Task, Project)


def split_names(text: str) -> list[str]:
    """Return the names that a text such as ``市林业局、市水利局等`` lists."""
    names = (name.strip().removesuffix("等").strip() for name in _BETWEEN.split(text))
    return list(dict.fromkeys(name for name in names if name))


def list_folders(params: Path) -> list[Path]:
    """Return the folders beside the plans; each holds the lists of the plan of its name."""
    return sorted(path for path in (params / "plans").glob("*") if path.is_dir() and not path.name.startswith("."))


def load_lists(catalog: Catalog, plan: Plan, problems: list[Problem]) -> PlanLists:
    """Return the lists of a plan from ``params/plans/<id>/``; problems are added to the list."""
    places: dict[tuple[str, int], Place] = {}
    duties = _read(catalog, plan, "duties", Duty, problems, places)
    tasks = _read(catalog, plan, "tasks", Task, problems, places)
    projects = _read(catalog, plan, "projects", Project, problems, places)
    return PlanLists(plan.id, tuple(duties), tuple(tasks), tuple(projects), places)


def columns_of(model: type[Duty] | type[Task] | type[Project]) -> tuple[list[str], list[str]]:
    """Return the columns of a list: those that must be there, and those that may."""
    # The line's own columns first, what all lists share behind them, as a person would write them.
    shared = list(ListLine.model_fields)
    names = [*(name for name in model.model_fields if name not in shared), *shared]
    needed = [name for name in names if model.model_fields[name].is_required()]
    return needed, [name for name in names if name not in needed]


def _read(
    catalog: Catalog, plan: Plan, name: str, model: type[L], problems: list[Problem], places: dict[tuple[str, int], Place]
) -> Iterator[L]:
    path = catalog.project.params / "plans" / plan.id / f"{name}.csv"
    if not path.exists():
        return
    label = catalog.project.label(path)
    try:
        rows, faults = read_csv(path, label, *_only(model))
    except EvalkitError as error:
        problems.extend(error.problems)
        return
    problems.extend(faults)
    seen: dict[str, Place] = {}
    count = 0
    for row in rows:
        key = row["indicator"] if model is Duty else row["id"]
        line = build_row(model, row, label, key, problems)
        if line is None:
            continue
        place = Place(label, cell=row.address("indicator" if model is Duty else "id"), key=key)
        if model is not Duty and key in seen:
            problems.append(Problem("duplicate_id", place, {"id": key, "other": seen[key]}))
            continue
        seen[key] = place
        places[name, count] = place
        count += 1
        yield line


def _only(model: type[Duty] | type[Task] | type[Project]) -> tuple[list[str], str, list[str]]:
    needed, further = columns_of(model)
    return needed, "", further


def check_lists(catalog: Catalog, lists: PlanLists) -> Iterator[Problem]:
    """Yield what the lists name that there is not: indicators, tasks, documents."""
    from evalkit.catalog.load import near

    plan = catalog.plans[lists.plan]
    indicators = [row.name for row in plan.indicators]
    tasks = [task.id for task in lists.tasks]
    for name, lines in (("duties", lists.duties), ("tasks", lists.tasks), ("projects", lists.projects)):
        for number, line in enumerate(lines):
            place = lists.places[name, number]
            named: list[tuple[str, str, list[str]]] = []
            if isinstance(line, Duty):
                named.append(("indicator", line.indicator, indicators))
            if isinstance(line, Dated):
                named += [("indicator", item, indicators) for item in line.indicator_ids()]
            if isinstance(line, Project):
                named += [("task", item, tasks) for item in line.task_ids()]
            if line.document:
                named.append(("document", line.document, list(catalog.documents)))
            for kind, item, known in named:
                if item not in known:
                    yield Problem("unknown_id", place, {"kind": kind, "id": item, "hint": near(item, known)})
            if line.state in ("verified", "seen", "seen_neighbour", "third_party") and not line.via:
                yield Problem("missing_key", place, {"key": f"via ({line.state})"})
