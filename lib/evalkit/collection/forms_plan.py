"""What has to be asked of whom for a run: items, the periods they are needed for, and the department that answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from evalkit.assessment.lines import Line, lines_of
from evalkit.assessment.needs import measures_of
from evalkit.catalog import Catalog
from evalkit.catalog.departments import Department, lead_of, named
from evalkit.catalog.load import near
from evalkit.catalog.models import Measure, Region, Run, Variable
from evalkit.catalog.rules import Assigned, Qualitative, Trend
from evalkit.intake import Inputs
from evalkit.intake.children import COUNTED, units_level
from evalkit.intake.form_layout import family_name
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.values import Period

By = Literal["department", "region"]
_TASK = "上级下达本地区该年度的目标值，来源填下达文件；没有下达的选“上级未下达”。"


@dataclass
class Item:
    """One thing that a department is asked for.

    Parameters
    ----------
    variable : str
        Id; also ``reported.<measure>`` and ``assigned.<measure>``.
    text : bool
        The answer is a text (完成情况), not a number.
    minimum, maximum : str or None
        What a value can be, as declared; nothing is assumed.
    partners : list of str
        Names of further departments.
    uses : dict
        Names of the indicators that need it.
    demands : dict
        What the indicator set demands, for answers in words.
    periods : set of Period
    previous : dict
        What is on record, by name of the period.
    """

    variable: str
    name: str
    unit: str
    definition: str = ""
    text: bool = False
    minimum: str | None = None
    maximum: str | None = None
    part_of: str = ""
    department: str = ""
    partners: list[str] = field(default_factory=list)
    uses: dict[str, None] = field(default_factory=dict)
    demands: dict[str, None] = field(default_factory=dict)
    periods: set[Period] = field(default_factory=set)
    previous: dict[str, str] = field(default_factory=dict)

    @property
    def ordered(self) -> list[Period]:
        """The periods, earliest first."""
        return sorted(self.periods)


@dataclass(frozen=True)
class Part:
    """What one department is asked for one region: a sheet."""

    region: Region
    department: Department
    items: list[Item]

    @property
    def lines(self) -> int:
        """How many cells there are to fill."""
        return sum(len(item.periods) for item in self.items)


@dataclass(frozen=True)
class Form:
    """A workbook: the parts of one department, or those of one region.

    Parameters
    ----------
    name : str
        File name without suffix, ASCII.
    by : {"department", "region"}
    parts : list of Part
    """

    name: str
    run: Run
    by: By
    parts: list[Part]

    @property
    def lines(self) -> int:
        """How many cells there are to fill."""
        return sum(part.lines for part in self.parts)


def plan_forms(
    catalog: Catalog, run_id: str, inputs: Inputs, by: By = "department", department: str = ""
) -> tuple[list[Form], list[Problem]]:
    """Return the forms of a run, and a warning for each name of a department that nobody knows.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    inputs : Inputs
        What is on record, printed in grey.
    by : {"department", "region"}
        One workbook for each department with a sheet for each region, or the reverse.
    department : str, optional
        Id; only what is asked of this one.

    Raises
    ------
    EvalkitError
        No such run or department, or nothing is asked of it.
    """
    run = catalog.run(run_id)
    departments = {**catalog.departments, (lead := lead_of(catalog.departments)).id: lead}
    if department and department not in departments:  # its name, or another that it goes by
        department = next((own.id for own in named(departments, department)[0]), department)
    if department and department not in departments:
        values: dict[str, object] = {"kind": "department", "id": department, "hint": near(department, departments)}
        raise EvalkitError(Problem("unknown_id", Place("params/departments.yml"), values))
    problems: dict[str, Problem] = {}
    parts = []
    for code in run.regions:
        region = catalog.regions[code]
        items = _Asked(catalog, run, region, inputs, problems).items
        for own in departments.values():
            asked = [item for item in items if item.department == own.id]
            if asked:
                parts.append(Part(region, own, asked))
    if department:
        busy = {part.department.id: None for part in parts}
        parts = [part for part in parts if part.department.id == department]
        if not parts:
            values = {"run": run_id, "department": department, "asked": list(busy)}
            raise EvalkitError(Problem("form_nothing", Place(key=department), values))
    groups: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda part: list(departments).index(part.department.id) if by == "department" else 0):
        groups.setdefault(part.department.id if by == "department" else part.region.code, []).append(part)
    return [Form(f"{run_id}-{own}", run, by, found) for own, found in groups.items()], list(problems.values())


class _Asked:
    """Gathers what the lines of one region need, in the order of the lines."""

    def __init__(self, catalog: Catalog, run: Run, region: Region, inputs: Inputs, problems: dict[str, Problem]) -> None:
        self.catalog, self.run, self.region, self.problems = catalog, run, region, problems
        self.periods = [Period.parse(name) for name in run.periods]
        self.found: dict[str, Item] = {}
        self.counted = set(_counted(catalog, run, region))
        for line in lines_of(catalog, run, region):
            self.line(line)
        self.record(inputs)

    @property
    def items(self) -> list[Item]:
        return [item for item in self.found.values() if item.periods]

    def line(self, line: Line) -> None:
        base = self.base(line)
        compared = self.compared(line, base)
        summed = {Period.parse(year) for period in self.periods for year in line.summed_years(period.name)}
        for measure in measures_of(self.catalog, line.measure, line.rule):
            wanted = {*self.periods, *([base] if base else []), *compared.get(measure.id, ()), *summed}
            if measure.kind == "qualitative":
                demand = next((part.text for part in line.rule.walk() if isinstance(part, Qualitative)), line.text)
                item = self.reported(measure, line, set(self.periods))
                item.demands.setdefault(demand)
            elif measure.roles:
                self.variables(measure, line, wanted, base)
            elif measure.kind == "number":
                self.reported(measure, line, wanted)
        for part in line.rule.walk():
            if isinstance(part, Assigned):
                self.assigned(self.catalog.measures[part.of or line.measure], line)

    def base(self, line: Line) -> Period | None:
        if line.basis == "plan":
            begun = self.catalog.plans[line.source].base_period
            return Period.parse(begun) if begun else None
        return self.catalog.base_period(self.run, self.region.code)

    def compared(self, line: Line, base: Period | None) -> dict[str, set[Period]]:
        """Return by measure the earlier periods that a rule compares with."""
        found: dict[str, set[Period]] = {}
        for part in line.rule.walk():
            if isinstance(part, Trend):
                for period in self.periods:
                    earlier = self.at(part.than, period, base)
                    if earlier is not None:
                        found.setdefault(part.of or line.measure, set()).add(earlier)
        return found

    def at(self, when: str, period: Period, base: Period | None) -> Period | None:
        if when == "previous":
            return period.previous()
        if when == "base":
            return base
        return period if when == "current" else Period.parse(when)

    def variables(self, measure: Measure, line: Line, wanted: set[Period], base: Period | None) -> None:
        for role in measure.roles:
            binding = measure.binding(role)
            variable = self.catalog.variables.get(binding.variable)
            if variable is None or variable.id in self.counted:
                continue
            item = self.found.get(variable.id) or self.of_variable(variable)
            found = {self.at(binding.at, period, base) for period in wanted}
            item.periods |= {period for period in found if period is not None}
            item.uses.setdefault(line.name_zh)

    def of_variable(self, variable: Variable) -> Item:
        item = Item(
            variable.id, variable.name_zh, variable.unit, variable.definition_zh, minimum=variable.minimum, maximum=variable.maximum,
            part_of=variable.part_of or "",
        )  # fmt: skip
        return self.add(item, variable.department, self.catalog.place("variable", variable.id))

    def reported(self, measure: Measure, line: Line, periods: set[Period]) -> Item:
        name = f"reported.{measure.id}"
        item = self.found.get(name)
        if item is None:
            item = Item(
                name, measure.name_zh, measure.unit, measure.definition_zh, text=measure.kind == "qualitative", minimum=measure.minimum,
                maximum=measure.maximum,
            )  # fmt: skip
            self.add(item, measure.department, self.catalog.place("measure", measure.id))
        item.periods |= periods
        item.uses.setdefault(line.name_zh)
        return item

    def assigned(self, measure: Measure, line: Line) -> None:
        name = f"assigned.{measure.id}"
        if name not in self.found:
            self.add(Item(name, family_name("assigned", measure.name_zh), measure.unit, _TASK), "", Place())
        self.found[name].periods |= set(self.periods)
        self.found[name].uses.setdefault(line.name_zh)

    def add(self, item: Item, department: str, place: Place) -> Item:
        """Give an item to the department named first; without one to the lead unit."""
        departments = self.catalog.departments
        known, unknown = named(departments, department)
        if unknown:
            values = {"department": department, "words": unknown}
            self.problems.setdefault(department, Problem("department_unknown", place, values, "warning"))
        lead = lead_of(departments)
        item.department = (known[0] if known else lead).id
        item.partners = [*(other.name_zh for other in known[1:]), *unknown]
        self.found[item.variable] = item
        return item

    def record(self, inputs: Inputs) -> None:
        """Note what is on record already."""
        for item in self.found.values():
            for period in item.periods:
                entry = inputs.get(self.region.code, item.variable, period.name)
                if entry is not None:
                    year = entry.data_year if entry.data_year != period.name else ""
                    item.previous[period.name] = _recorded(entry.shown, entry.missing, year)


def _recorded(shown: str, missing: str, year: str) -> str:
    from evalkit.messages import word

    said = shown or (word("reason", missing, "zh") if missing else "")
    return f"{said}（{year}年）" if said and year else said


def _counted(catalog: Catalog, run: Run, region: Region) -> Iterator[str]:
    """Yield the variables that the run counts from finished runs of subordinate units: nobody has to fill them in."""
    for child in run.children:
        level = units_level(catalog, child.set, region)
        if level:
            yield from (f"hierarchy.{COUNTED[level]}{suffix}" for suffix in ("", "_meeting", "_named"))


def departments_of(form: Form) -> dict[str, Department]:
    """Return the departments of a form by id, in its order."""
    return {part.department.id: part.department for part in form.parts}


def regions_of(form: Form) -> dict[str, Region]:
    """Return the regions of a form by code, in its order."""
    return {part.region.code: part.region for part in form.parts}


def items_of(parts: Iterable[Part]) -> Mapping[str, Item]:
    """Return the items of several parts by variable: one that is asked for several regions stands once."""
    return {item.variable: item for part in parts for item in part.items}
