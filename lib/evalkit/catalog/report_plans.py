"""Chapter plans of reports: ``params/reports/<id>.yml``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from evalkit.catalog.base import Id, Model, Text
from evalkit.catalog.models import Run
from evalkit.catalog.reading import build, read_yaml
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.project import Project

Form = Literal["technical", "official"]
#: Chapters that the program can write, by id; what each holds is said in docs/reports.md.
CHAPTERS = (
    "brief", "summary", "overview", "basis", "conditions", "table", "progress", "domains", "reach", "trajectory", "fragile", "naming",
    "indicators", "calculations", "shortfalls", "rectification", "tasks", "schedule", "year", "updates", "opinions", "signing",
    "next_steps", "data", "evidence", "unverified", "corrections", "decisions", "sources", "definitions", "hashes",
)  # fmt: skip
#: Chapters that a person writes: printed when ``params/texts/<run>/<region>/<id>.md`` exists.
TEXTS = ("organization", "highlights")


class ChapterEntry(Model):
    """A chapter of a plan: one that the program writes, or a text of the user's own."""

    chapter: Id
    title_zh: str = ""
    title_en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"chapter": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


class ReportPlan(Model):
    """Which chapters a report has, in which order and form.

    `ranking` sorts regions by value in roll-ups; without it they stand in the order of the run.
    """

    id: Id
    title_zh: Text
    title_en: Text
    form: Form = "technical"
    chapters: list[ChapterEntry] = Field(min_length=1)
    annexes: list[ChapterEntry] = Field(default=[])
    ranking: bool = False
    note: str = ""

    @property
    def ids(self) -> list[str]:
        """All chapters and annexes, in their order."""
        return [entry.chapter for entry in (*self.chapters, *self.annexes)]

    @property
    def on_a_page(self) -> bool:
        """Whether it is the briefing alone: one page without cover, contents and headings."""
        return self.ids == ["brief"]


def plan_id_of(run: Run) -> str:
    """Return the id of the chapter plan of a run: the one it names, else that of its purpose."""
    return run.report or run.purpose


def chapters_of_plans(project: Project) -> dict[str, list[str]]:
    """Return every chapter that a plan of the project has, with the plans that have it; plans at fault are left out.

    Parameters
    ----------
    project : Project
    """
    found: dict[str, list[str]] = {}
    for path in sorted((project.params / "reports").glob("*.yml")):
        try:
            plan = load_report_plan(project, path.stem)
        except EvalkitError:  # `evalkit check` says what is wrong with it
            continue
        for name in plan.ids:
            found.setdefault(name, []).append(plan.id)
    return found


def load_report_plan(project: Project, plan_id: str, referrer: Place | None = None) -> ReportPlan:
    """Return a chapter plan.

    Parameters
    ----------
    project : Project
    plan_id : str
    referrer : Place, optional
        Who names it, for the message.

    Raises
    ------
    EvalkitError
        There is no such plan, it cannot be read, a chapter stands in it twice, or it names a chapter that nobody writes.
    """
    path = project.params / "reports" / f"{plan_id}.yml"
    label = project.label(path)
    if not path.is_file():
        known = sorted(found.stem for found in path.parent.glob("*.yml"))
        raise EvalkitError(Problem("report_plan_unknown", referrer or Place("params/reports"), {"id": plan_id, "known": known}))
    problems: list[Problem] = []
    located = read_yaml(path, label, problems)
    plan = build(ReportPlan, located, problems) if located.lines else None
    if plan is None:
        raise EvalkitError(problems)
    if plan.id != path.stem:
        problems.append(Problem("file_name_differs", located.place(), {"id": plan.id, "expected": f"{plan.id}.yml"}))
    seen: set[str] = set()
    for key, entries in (("chapters", plan.chapters), ("annexes", plan.annexes)):
        for index, entry in enumerate(entries):
            place = located.place(key, index)
            if entry.chapter in seen:
                problems.append(Problem("report_chapter_twice", place, {"chapter": entry.chapter}))
            seen.add(entry.chapter)
            if entry.chapter not in (*CHAPTERS, *TEXTS) and not entry.title_zh:
                problems.append(Problem("report_chapter_unknown", place, {"chapter": entry.chapter, "known": [*CHAPTERS, *TEXTS]}))
    if problems:
        raise EvalkitError(problems)
    return plan
