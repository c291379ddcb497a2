"""Load the whole catalogue from ``params/``, strictly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from evalkit.catalog.crosswalks import Crosswalk, check_crosswalks
from evalkit.catalog.departments import Department, check_departments
from evalkit.catalog.links import check_links
from evalkit.catalog.links_plans import check_list_files, check_plans
from evalkit.catalog.mappings import BookMapping, check_mappings
from evalkit.catalog.models import Document, IndicatorSet, Measure, Plan, Region, Run, Title, UnitRow, Variable
from evalkit.catalog.plan_lists import PlanLists, check_lists, load_lists
from evalkit.catalog.reading import build, build_list, read_yaml
from evalkit.catalog.titles import load_titles
from evalkit.catalog.units import Units
from evalkit.catalog.verifications import Verifications, apply_verifications
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.project import Project, find_project
from evalkit.tables import Located, file_sha256
from evalkit.values import Period

M = TypeVar("M", bound=BaseModel)


@dataclass
class Catalog:
    """Everything under ``params/`` except corrections and decisions, by id.

    The places of all entries are kept, so that a later problem can name file and line.
    """

    project: Project
    documents: dict[str, Document] = field(default_factory=dict)
    units: Units = field(default_factory=lambda: Units(()))
    variables: dict[str, Variable] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    sets: dict[str, IndicatorSet] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    lists: dict[str, PlanLists] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    titles: list[Title] = field(default_factory=list)
    crosswalks: dict[str, Crosswalk] = field(default_factory=dict)
    mappings: dict[str, BookMapping] = field(default_factory=dict)
    verifications: Verifications = field(default_factory=Verifications)
    places: dict[tuple[str, str], tuple[Located, tuple[str | int, ...]]] = field(default_factory=dict)

    def place(self, kind: str, item_id: str, *path: str | int) -> Place:
        """Return file and line of an entry, or of a part of it."""
        known = self.places.get((kind, item_id))
        return known[0].place(*known[1], *path) if known else Place(key=item_id)

    def run(self, run_id: str) -> Run:
        """Return a run; raise EvalkitError with near names when there is none of that id."""
        if run_id not in self.runs:
            raise EvalkitError(Problem("unknown_id", Place("params/runs"), {"kind": "run", "id": run_id, "hint": near(run_id, self.runs)}))
        return self.runs[run_id]

    def mapping_of(self, file: str) -> BookMapping | None:
        """Return the mapping that names a raw file (relative to ``data/raw``), or None."""
        return next((mapping for mapping in self.mappings.values() if file in mapping.names), None)

    def as_written(self) -> Catalog:
        """Return the catalogue as the rule files have it, without the states that verifications raised: for whoever writes rules."""
        kept = self.verifications
        return replace(self, sets={**self.sets, **kept.sets}, measures={**self.measures, **kept.measures}, verifications=Verifications())

    def in_order(self, run_ids: Iterable[str]) -> list[str]:
        """Return runs sorted by id, each after the runs whose regions it counts as its subordinate units."""
        chosen, ordered = set(run_ids), list[str]()

        def take(run_id: str, above: tuple[str, ...]) -> None:
            for child in sorted(child.run for child in self.runs[run_id].children):
                if child in chosen and child not in above:
                    take(child, (*above, child))
            if run_id not in ordered:
                ordered.append(run_id)

        for run_id in sorted(chosen):
            take(run_id, (run_id,))
        return ordered

    def variable_unit(self, variable: str) -> str | None:
        """Return the unit of a variable, also of ``reported.<measure>`` and ``assigned.<measure>``; None when unknown."""
        if variable in self.variables:
            return self.variables[variable].unit
        family, _, measure = variable.partition(".")
        if family in ("reported", "assigned") and measure in self.measures:
            return self.measures[measure].unit
        return None

    def base_period(self, run: Run, region_code: str) -> Period | None:
        """Return the base year of a run for a region: the run's own, else that of its plan."""
        if run.base_period:
            return Period.parse(run.base_period)
        for plan_id in run.plans:
            plan = self.plans[plan_id]
            if plan.region == region_code and plan.base_period:
                return Period.parse(plan.base_period)
        return None

    def plans_of(self, run: Run, region_code: str) -> list[Plan]:
        """Return the plans of a run that belong to a region."""
        return [self.plans[plan_id] for plan_id in run.plans if self.plans[plan_id].region == region_code]

    def units_of(self, region_code: str, level: str, year: str) -> list[Region]:
        """Return the subordinate units of a region at a level that existed in a year, by code."""
        found = (region for region in self.regions.values() if region.parent == region_code and region.level == level)
        return sorted((region for region in found if region.exists_in(year)), key=lambda region: region.code)

    def title_of(self, region_code: str, set_id: str, year: str) -> Title | None:
        """Return the title that a region held under a set in a year, if any."""
        for title in self.titles:
            held = title.year <= year and (not title.withdrawn or year < title.withdrawn)
            if title.region_code == region_code and title.set == set_id and held:
                return title
        return None


def near(word: str, known: object) -> str:
    """Return `` (…?)`` with up to three names that look like `word`, or nothing."""
    from rapidfuzz import process

    found = [match[0] for match in process.extract(word, list(known), limit=3, score_cutoff=70)]  # type: ignore[call-overload]
    return f" ({', '.join(found)}?)" if found else ""


def load_catalog(root: Path | str | None = None, *, units: bool = False) -> Catalog:
    """Return the catalogue of a project.

    Parameters
    ----------
    root : path, optional
        The project folder or one below it; default: the current folder.
    units : bool
        Also check the units of every formula (needs half a second more).

    Raises
    ------
    EvalkitError
        With every problem found: syntax, unknown or duplicate keys, unknown ids, formulas whose
        arguments or units do not fit, incomplete class maps.
    """
    project = find_project(root)
    try:
        key = (project.root, *((path, file_sha256(path)) for path in _rule_files(project)))
    except OSError:
        return _read(project, units)  # which says what file cannot be read
    if _kept.get("key") != key or (units and not _kept["units"]):
        _kept.update(catalog=_read(project, units), key=key, units=units)
    kept: Catalog = _kept["catalog"]
    return replace(
        kept, documents=dict(kept.documents), variables=dict(kept.variables),
        departments=dict(kept.departments), measures=dict(kept.measures), sets=dict(kept.sets),
        regions=dict(kept.regions), plans=dict(kept.plans), lists=dict(kept.lists), runs=dict(kept.runs), titles=list(kept.titles),
        crosswalks=dict(kept.crosswalks), mappings=dict(kept.mappings), places=dict(kept.places),
    )  # fmt: skip


# The rules read last, with the hashes of their files: a process forked from one that has read them need not do so again.
_kept: dict[str, Any] = {}


def _rule_files(project: Project) -> list[Path]:
    names = ("measures", "sets", "regions", "plans", "runs", "crosswalks", "mappings")
    lists = [project.params / name for name in ("documents.yml", "units.yml", "variables.yml", "departments.yml", "titles.csv")]
    return [
        *(path for path in lists if path.is_file()),
        *(path for name in names for path in sorted((project.params / name).glob("*.yml"))),
        *sorted((project.params / "verifications").glob("*.csv")),
        *sorted((project.params / "plans").glob("*/*.csv")),
    ]


def _read(project: Project, units: bool) -> Catalog:
    catalog = Catalog(project)
    problems: list[Problem] = []
    _read_lists(catalog, problems)
    _read_folder(catalog, IndicatorSet, "set", catalog.sets, problems)
    _read_folder(catalog, Region, "region", catalog.regions, problems)
    _read_folder(catalog, Plan, "plan", catalog.plans, problems)
    _read_folder(catalog, Run, "run", catalog.runs, problems)
    _read_folder(catalog, Crosswalk, "crosswalk", catalog.crosswalks, problems)
    _read_folder(catalog, BookMapping, "mapping", catalog.mappings, problems)
    catalog.titles = load_titles(catalog, problems)
    catalog.lists = {plan.id: lists for plan in catalog.plans.values() if (lists := load_lists(catalog, plan, problems))}
    if not problems:
        problems = [
            *check_links(catalog, units=units),
            *check_plans(catalog),
            *check_list_files(catalog),
            *check_crosswalks(catalog),
            *check_mappings(catalog, units=units),
            *check_departments(catalog),
            *(problem for lists in catalog.lists.values() for problem in check_lists(catalog, lists)),
        ]
        apply_verifications(catalog, problems)
    if any(problem.severity == "error" for problem in problems):
        raise EvalkitError(problems)
    return catalog


def _read_lists(catalog: Catalog, problems: list[Problem]) -> None:
    params = catalog.project.params
    unit_rows: dict[str, UnitRow] = {}
    _read_list(catalog, params / "documents.yml", Document, "document", catalog.documents, problems)
    _read_list(catalog, params / "units.yml", UnitRow, "unit", unit_rows, problems)
    _read_list(catalog, params / "variables.yml", Variable, "variable", catalog.variables, problems)
    if (params / "departments.yml").is_file():
        _read_list(catalog, params / "departments.yml", Department, "department", catalog.departments, problems)
    for path in sorted((params / "measures").glob("*.yml")):
        _read_list(catalog, path, Measure, "measure", catalog.measures, problems)
    catalog.units = Units(tuple(unit_rows.values()))


def _read_list(catalog: Catalog, path: Path, model: type[M], kind: str, store: dict[str, M], problems: list[Problem]) -> None:
    located = read_yaml(path, catalog.project.label(path), problems)
    for item, spot in build_list(model, f"{kind}s", located, problems):
        _add(catalog, item, kind, store, located, spot, problems)


def _read_folder(catalog: Catalog, model: type[M], kind: str, store: dict[str, M], problems: list[Problem]) -> None:
    for path in sorted((catalog.project.params / f"{kind}s").glob("*.yml")):
        located = read_yaml(path, catalog.project.label(path), problems)
        if not located.lines:
            continue
        item = build(model, located, problems)
        if item is None:
            continue
        _add(catalog, item, kind, store, located, (), problems)
        item_id = _id_of(item)
        if path.stem != item_id:
            problems.append(Problem("file_name_differs", located.place(), {"id": item_id, "expected": f"{item_id}.yml"}))


def _id_of(item: BaseModel) -> str:
    return str(getattr(item, "code", None) or getattr(item, "id"))  # noqa: B009 -- the models share no base field


def _add(
    catalog: Catalog, item: M, kind: str, store: dict[str, M], located: Located, spot: tuple[str | int, ...], problems: list[Problem]
) -> None:
    item_id = _id_of(item)
    if item_id in store:
        problems.append(Problem("duplicate_id", located.place(*spot), {"id": item_id, "other": catalog.place(kind, item_id)}))
        return
    store[item_id] = item
    catalog.places[(kind, item_id)] = (located, spot)
