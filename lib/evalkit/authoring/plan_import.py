"""From a workbook to a plan: read, held against its own record, checked like the rule files, and only then written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from evalkit.assessment.lines import measure_of
from evalkit.authoring import plan_lines
from evalkit.authoring.book import Sheet, read_book
from evalkit.authoring.plan_columns import FIELDS, LISTS, sheet_name
from evalkit.authoring.plan_phrases import plain_name
from evalkit.authoring.plan_rows import NOTHING, PlanRows, Typed
from evalkit.authoring.plan_sheets import PlanSheets, Spots
from evalkit.authoring.plan_table import PlanTable, choose_table, read_plan_table
from evalkit.authoring.set_sheets import several
from evalkit.authoring.settings import CellMap, Imported, Settings
from evalkit.catalog import Catalog
from evalkit.catalog.links import check_links
from evalkit.catalog.links_plans import check_plans
from evalkit.catalog.load import near
from evalkit.catalog.models import Plan
from evalkit.catalog.plan_lists import Duty, PlanLists, Project, Task, check_lists
from evalkit.catalog.reading import build, explain_fault
from evalkit.messages import Language, Place, Problem, word
from evalkit.tables.csvs import inert
from evalkit.values.missing import half_width

L = TypeVar("L", Duty, Task, Project)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class PlanSettings(Settings):
    """What the person who types a plan table in says about it; empty where the workbook says it.

    Parameters
    ----------
    region, set, base : str
        Code of the region, id of the set, base year.
    milestones : tuple of str
    values : bool
        The columns 现状值 are wanted as a data file.
    """

    region: str = ""
    set: str = ""
    base: str = ""
    milestones: tuple[str, ...] = ()
    values: bool = False


@dataclass
class ImportedPlan(Imported):
    """A plan read from a workbook.

    Parameters
    ----------
    plan : Plan or None
        None as long as something is not understood.
    lists : dict
        Lines of each list; None where the workbook does not speak of it.
    values : list of dict
        Rows of a tidy table: what the columns 现状值 hold, as received.
    """

    plan: Plan | None = None
    lists: dict[str, list[Duty] | list[Task] | list[Project] | None] = field(default_factory=dict)
    values: list[dict[str, str]] = field(default_factory=list)


def read_plan(catalog: Catalog, path: Path, settings: PlanSettings | None = None) -> ImportedPlan:
    """Return the plan of a workbook: of one that was exported, or of a plan table typed by a person.

    Parameters
    ----------
    catalog : Catalog
        The rules of the project, to which the plan is going to belong.
    path : Path
    settings : PlanSettings, optional
        What the workbook does not say.

    Returns
    -------
    ImportedPlan
        With every cell that was not understood in `problems`; then there is no plan.

    Raises
    ------
    EvalkitError
        The file is no workbook that can be read, or holds no plan table.
    """
    sheets = read_book(path, path.name)
    return _Reading(catalog.as_written(), sheets, path, settings or PlanSettings()).read()


class _Reading:
    def __init__(self, catalog: Catalog, sheets: list[Sheet], path: Path, settings: PlanSettings) -> None:
        self.catalog, self.settings, self.label = catalog, settings, path.name
        self.found = ImportedPlan()
        self.problems = self.found.problems
        self.cells = CellMap(path.name, {})
        self.sheets = {sheet.name: sheet for sheet in sheets}
        self.main = choose_table(sheets, settings.sheet, self.label)
        self.record = PlanSheets(self.sheets, self.cells, self.problems)
        self.plan_id = settings.id or self.record.fields.get("id", "") or path.stem

    def read(self) -> ImportedPlan:
        """Return what was read, with the plan where all of it was understood."""
        self._sheets_not_read()
        content = self._fields()
        milestones = content["milestones"]
        table = read_plan_table(self.main, milestones, content.get("base_period", ""), self.problems)
        self._years(content, table)
        if table.present and not self.settings.values:
            self.say("plan_values_unread", self.main.place(table.table.head, 1), "note", years=table.present)
        ground = self.settings.note if self.settings.state == "derived" else self.settings.via
        if self.settings.state not in ("", "recalled", "verified") and not ground:
            self.say("plan_via", Place(self.label), state=self.settings.state)
        region = self.catalog.regions.get(content["region"])
        indicator_set = self.catalog.sets.get(content.get("set", ""))
        level = region.level if region else ""
        rows = PlanRows(
            self.catalog, table, self.record, indicator_set, level, content["document"], self.settings, self.cells, self.problems
        )
        typed = rows.read()
        content["indicators"] = typed.indicators
        self.found.readings, self.found.ruled = typed.readings, typed.ruled
        if self.found.errors:
            return self.found
        self.cells.content = content
        plan = build(Plan, self.cells, self.problems)
        lists = self._lists(typed)
        if plan is None or self.found.errors:
            return self.found
        self._agrees(plan, lists, rows)
        self._verified(plan, lists)
        self._check(plan, lists)
        if self.settings.values and not self.found.errors:
            self._values(plan, table, typed)
        if not self.found.errors:
            self.found.plan = plan
        return self.found

    def say(self, code: str, place: Place, severity: Any = "error", **values: object) -> None:
        self.problems.append(Problem(code, place, values, severity))

    def _sheets_not_read(self) -> None:
        known = {self.main.name, *(sheet_name(key, self.sheets) for key in ("table", "info", "rows", "values", "guide", *LISTS))}
        for sheet in self.sheets.values():
            if sheet.name not in known and sheet.last_row:
                self.say("sheet_not_read", Place(self.label, sheet.name), "note", sheet=sheet.name)

    # --- the plan itself

    def _fields(self) -> dict[str, Any]:
        """Return the fields of the plan: from the command, else from 规划信息."""
        settings, told = self.settings, self.record.fields
        content: dict[str, Any] = {key: text for key in FIELDS if (text := told.get(key, "")) and not key.startswith("better_")}
        given = {"id": self.plan_id, "region": settings.region, "document": settings.document, "set": settings.set,
                 "name_zh": settings.name, "base_period": settings.base}  # fmt: skip
        content.update({key: text for key, text in given.items() if text})
        content["milestones"] = list(settings.milestones) or several(told.get("milestones", ""))
        known: dict[str, Mapping[str, object]] = {
            "region": self.catalog.regions,
            "document": self.catalog.documents,
            "set": self.catalog.sets,
        }
        if not _ID.fullmatch(self.plan_id):
            if settings.id or told.get("id"):
                self.say("plan_id_form", self.record.spots.get("id", Place(self.label)), value=self.plan_id)
            else:
                self._needed("id", "--id my-plan")
        for key, ids in known.items():
            if key not in content and key != "set":
                self._needed(key, f"--{key}")
                content[key] = ""
            elif key in content and content[key] not in ids:
                place = self.record.spots.get(key, Place(self.label))
                self.say("unknown_id", place, kind=key, id=content[key], hint=near(content[key], ids))
        document = self.catalog.documents.get(content["document"])
        content.setdefault("name_zh", document.title_zh if document else "—")
        content.setdefault("name_en", (document.title_en if document else "") or content["name_zh"])
        if self.record.info is None:
            content["complete"] = "true" if settings.complete else "false"
        else:
            content["complete"] = self.record.truth("complete") or "true"
        demand = self.record.demand()
        return {**content, **({"better_than_set": demand} if demand else {})}

    def _needed(self, key: str, option: str) -> None:
        self.say("plan_setting", Place(self.label), what=word("plan_setting", key), option=option, field=word("plan_field", key))

    def _years(self, content: dict[str, Any], table: PlanTable) -> None:
        """Settle base year and milestones with the columns of the table."""
        if not content["milestones"]:
            content["milestones"] = list(dict.fromkeys(table.milestones))
            if table.planned and not content["milestones"] and self.record.info is None:
                self.say("plan_setting", self.main.place(table.table.head, 1), what=word("plan_setting", "milestone"),
                         option=f"--milestone {table.planned[-1]}", field=word("plan_field", "milestones"))  # fmt: skip
        missing = [at for at in content["milestones"] if at not in table.planned]
        if missing and self.record.info is not None:
            self.say("plan_year_missing", self.main.place(table.table.head, 1), years=missing)
        if "base_period" not in content and self.record.info is None and table.present:
            bases = table.bases or (table.present if len(table.present) == 1 else [])
            if len(bases) == 1:
                content["base_period"] = bases[0]
            else:
                self.say("plan_setting", self.main.place(table.table.head, 1), what=word("plan_setting", "base"),
                         option=f"--base {max(table.present)}", field=word("plan_field", "base_period"))  # fmt: skip

    # --- the lists

    def _lists(self, typed: Typed) -> PlanLists:
        """Return the lists of the plan: of the workbook, else those that it has already."""
        read = self.record.lists
        before = self.catalog.lists.get(self.plan_id, PlanLists(self.plan_id))
        duties = [*(read["duties"] or ()), *typed.duties]
        places: dict[tuple[str, int], Place] = {}
        found = self.found.lists
        found["duties"] = self._built("duties", Duty, duties, places) if read["duties"] is not None or typed.duties else None
        found["tasks"] = None if read["tasks"] is None else self._built("tasks", Task, read["tasks"], places)
        found["projects"] = None if read["projects"] is None else self._built("projects", Project, read["projects"], places)
        for name, lines in found.items():
            if lines is None:
                places.update({key: place for key, place in before.places.items() if key[0] == name})
        kept: dict[str, Any] = {name: getattr(before, name) if lines is None else tuple(lines) for name, lines in found.items()}
        return PlanLists(self.plan_id, kept["duties"], kept["tasks"], kept["projects"], places)

    def _built(
        self, name: str, model: type[L], lines: Sequence[tuple[dict[str, str], Spots]], places: dict[tuple[str, int], Place]
    ) -> list[L]:
        """Return the lines of a list as they are going to be read from its file."""
        found: list[L] = []
        seen: dict[str, Place] = {}
        for texts, spots in lines:
            try:
                line = model.model_validate(texts)
            except ValidationError as error:
                for detail in error.errors(include_url=False):
                    key = str(detail["loc"][0])
                    self.say("bad_value", spots.get(key, spots[""]), value=texts.get(key, ""), detail=explain_fault(detail))
                continue
            name_of = "" if isinstance(line, Duty) else line.id
            if name_of and name_of in seen:
                self.say("duplicate_id", spots[""], id=name_of, other=seen[name_of])
                continue
            seen[name_of] = spots[""]
            places[name, len(found)] = spots[""]
            found.append(line)
        return found

    # --- the table held against the record

    def _agrees(self, plan: Plan, lists: PlanLists, rows: PlanRows) -> None:
        """Refuse each cell of the table that says something else than the record of its indicator."""
        expected = [plan_lines.table_lines(self.catalog, plan, lists.duties, {}, lang) for lang in _LANGUAGES]
        table = rows.table
        for number, row in enumerate(plan.indicators):
            for key in table.columns:
                if rows.recorded(row.name, key):
                    shown, line = table.text(rows.found.lines[row.name], key), rows.found.lines[row.name]
                    known = [lines[number].get(key, "") for lines in expected]
                    if _plain(shown) not in map(_plain, known):
                        self.say("plan_cell_differs", table.place(line, key), shown=shown, recorded=known[0], other=row.name)

    def _verified(self, plan: Plan, lists: PlanLists) -> None:
        """Refuse what a workbook calls verified, unless the rule files say the very same."""
        before = self.catalog.plans.get(plan.id)
        known = {row.name: row for row in before.indicators} if before else {}
        places = []
        for i, row in enumerate(plan.indicators):
            old = known.get(row.name)
            for j, value in enumerate(row.values):
                if value.cite.state == "verified" and (old is None or value not in old.values):
                    places.append(self.cells.place("indicators", i, "values", j, "state"))
            for key in ("target", "base"):
                part = getattr(row, key)
                if part is not None and part.cite.state == "verified" and (old is None or part != getattr(old, key)):
                    places.append(self.cells.place("indicators", i, f"{key}.state"))
        demand = plan.better_than_set
        if demand is not None and demand.cite.state == "verified" and (before is None or demand != before.better_than_set):
            places.append(self.record.spots.get("better.state", Place(self.label)))
        had = self.catalog.lists.get(plan.id, PlanLists(plan.id))
        for name in LISTS:
            for number, item in enumerate(getattr(lists, name)):
                if item.state == "verified" and item not in getattr(had, name):
                    places.append(lists.places[name, number])
        self.problems += [Problem("verified_typed", place) for place in places]

    def _check(self, plan: Plan, lists: PlanLists) -> None:
        """Check the plan within the whole catalogue, as the rule files are checked."""
        whole = replace(
            self.catalog,
            plans={**self.catalog.plans, plan.id: plan},
            lists={**self.catalog.lists, plan.id: lists},
            places={**self.catalog.places, ("plan", plan.id): (self.cells, ())},
        )
        self.problems += [*check_plans(whole), *check_lists(whole, lists)]
        if not self.found.errors:
            self.problems += check_links(whole, units=False)

    # --- what was reported

    def _values(self, plan: Plan, table: PlanTable, typed: Typed) -> None:
        """Keep what the columns 现状值 hold as rows of a tidy table, each text as it stands."""
        region = self.catalog.regions[plan.region]
        document = self.catalog.documents[plan.document]
        for row in plan.indicators:
            line = typed.lines[row.name]
            printed = plan_lines.set_row_of(self.catalog, plan, row) or row
            measure = self.catalog.measures[measure_of(self.catalog, plan, row, region)]
            # Where the table prints no unit, only the cell itself can say it.
            known = printed.unit if printed.unit in self.catalog.units.names and printed.unit not in NOTHING else ""
            unit = measure.unit if measure.kind != "number" or measure.unit == "-" else known
            for at in table.present:
                text = table.table.text(line, f"present:{at}")
                if not text or (row.base is not None and _plain(text) in {_plain(plan_lines.base_text(row, lang)) for lang in _LANGUAGES}):
                    continue
                place = table.table.place(line, f"present:{at}")
                if inert(text) != text:
                    self.say("plan_cell_sign", place, value=text)
                    continue
                seq = half_width(table.table.text(line, "seq")) or printed.seq
                clause = " ".join(filter(None, (document.title_zh, self.main.name, f"序号{seq}", f"{at}年栏", self.settings.via)))
                figure = {"region_code": region.code, "region": region.name_zh, "period": at, "variable": f"reported.{measure.id}"}
                self.found.values.append({**figure, "value": text, "unit": unit, "source": clause})


def _plain(text: str) -> str:
    return "" if text in NOTHING else plain_name(text)
