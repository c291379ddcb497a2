"""What the rule files say, as typed data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from evalkit.catalog.base import Attribute as Attribute
from evalkit.catalog.base import Cite as Cite
from evalkit.catalog.base import Day as Day
from evalkit.catalog.base import Decimal as Decimal
from evalkit.catalog.base import Definition as Definition
from evalkit.catalog.base import Id as Id
from evalkit.catalog.base import Level as Level
from evalkit.catalog.base import Model as Model
from evalkit.catalog.base import PeriodName as PeriodName
from evalkit.catalog.base import State as State
from evalkit.catalog.base import Text as Text
from evalkit.catalog.base import Year as Year
from evalkit.catalog.measures import Measure as Measure
from evalkit.catalog.measures import RoleBinding as RoleBinding
from evalkit.catalog.plans import BaseValue as BaseValue
from evalkit.catalog.plans import Plan as Plan
from evalkit.catalog.plans import PlannedValue as PlannedValue
from evalkit.catalog.plans import PlanRow as PlanRow
from evalkit.catalog.plans import Target as Target
from evalkit.catalog.scoring import Scoring as Scoring


class Document(Model):
    """An official or published document (文件)."""

    id: Id
    number: str = ""
    title_zh: Text
    title_en: str = ""
    issuer: str = ""
    date: str = ""
    in_force_from: str = ""
    superseded_by: Id | None = None
    aliases: list[str] = []
    text: Literal["full", "partial", "not_in_hand"]
    sources: list[str] = []
    note: str = ""


class UnitRow(Model):
    """A unit as the field prints it."""

    id: Text
    symbol: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]*)?$", max_length=80)] = ""
    aliases: list[str] = []
    name_en: Text
    definition: Definition


class Variable(Model):
    """An input that a department reports (基础数据项), and what can be checked of its values.

    `parts` add up to the variable; with `sum_of_units` the values of subordinate units do. A change on the year before of more
    than `jump` percent, and the same value in `repeats` years in a row, are suspected. `alternatives` are variables that are
    often taken for this one (sown for cultivated area). `price_base` is ``current`` or the year of constant prices.
    """

    id: Id
    name_zh: Text
    name_en: Text
    unit: Text
    department: Text
    aliases: list[str] = []
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    part_of: Id | None = None
    parts: list[Id] = []
    sum_of_units: bool = False
    jump: Decimal | None = None
    repeats: int | None = Field(default=None, ge=2)
    alternatives: list[Id] = []
    price_base: Annotated[str, StringConstraints(pattern=r"^(|current|[0-9]{4})$")] = ""
    definition_zh: str = ""


class ClassValue(Model):
    """A value of a class dimension."""

    id: Id
    name_zh: Text
    name_en: str = ""


class ClassDimension(Model):
    """What targets of a set may depend on (分类)."""

    id: Id
    name_zh: Text
    name_en: str = ""
    values: list[ClassValue]


class Rounding(Model):
    """How values are rounded and compared."""

    method: Literal["gbt8170"]
    compare: Literal["full_value", "rounded_value"]
    cite: Cite


class RowBase(Model):
    """What set rows and a plan's own indicators have in common."""

    seq: Text
    part_of: str = ""
    part_of_en: str = ""
    domain: Text
    domain_en: str = ""
    task: str = ""
    name_zh: Text
    name_en: Text
    unit: Text
    measure: Id
    attribute: Attribute
    where_relevant: bool = False
    note: str = ""


class SetRow(RowBase):
    """A row of an indicator set (指标行)."""

    id: Id
    targets: list[Target] = Field(min_length=1)
    group: Id | None = None
    marker: str = ""

    def target_at(self, level: str) -> Target | None:
        """Return the target for a level; None when the row does not exist there."""
        return next((target for target in self.targets if not target.levels or level in target.levels), None)


class Requirement(Model):
    """One requirement of a pass rule: which indicators, and how many of them have to be met.

    Chosen by `attribute`, by `group` (N选1) or by `rows`; all three empty means every row. Without `count` and
    `share` all of them have to be met.
    """

    text: Text
    attribute: Attribute | None = None
    group: Id | None = None
    rows: list[Id] = []
    count: int | None = Field(default=None, ge=1)
    share: Decimal | None = None
    cite: Cite


class RowGroup(Model):
    """Rows of which a number has to be chosen (N选1)."""

    id: Id
    name_zh: Text
    name_en: str = ""


class PassRule(Model):
    """When a region passes a set (通过条件): every requirement holds. No verdict unless each is at least `seen`."""

    text: Text
    requirements: list[Requirement] = Field(min_length=1)


class IndicatorSet(Model):
    """An indicator set of one document version (指标体系)."""

    id: Id
    document: Id
    name_zh: Text
    name_en: Text
    levels: list[Level] = Field(min_length=1)
    complete: bool
    rounding: Rounding
    classes: list[ClassDimension] = []
    groups: list[RowGroup] = []
    rows: list[SetRow]
    pass_rule: PassRule | None = None
    scoring: Scoring | None = None
    note: str = ""

    def row(self, row_id: str) -> SetRow | None:
        """Return the row of that id."""
        return next((row for row in self.rows if row.id == row_id), None)

    def dimension(self, dimension_id: str) -> ClassDimension | None:
        """Return the class dimension of that id."""
        return next((dimension for dimension in self.classes if dimension.id == dimension_id), None)


class DeclaredClass(Model):
    """A class that a region declares for a set."""

    set: Id
    class_: Id = Field(alias="class")
    value: Id
    cite: Cite
    note: str = ""


class Region(Model):
    """A region card (地区)."""

    code: Id
    name_zh: Text
    full_name_zh: Text
    name_en: Text
    level: Level
    parent: Id | None = None
    valid_from: Year = ""
    valid_to: Year = ""
    predecessors: list[Id] = []
    fictional: bool = False
    note: str = ""
    classes: list[DeclaredClass] = []

    def class_value(self, set_id: str, dimension: str) -> str | None:
        """Return the declared class, or None."""
        return next((c.value for c in self.classes if c.set == set_id and c.class_ == dimension), None)

    def exists_in(self, year: str) -> bool:
        """Return whether the division existed in a year."""
        return self.valid_from <= year and (not self.valid_to or year <= self.valid_to)


class Title(Model):
    """A title that a region was given (命名)."""

    region_code: Id
    set: Id
    title: Text
    level: Level
    batch: str = ""
    year: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    review_due: Year = ""
    withdrawn: Year = ""
    document: Id
    state: State
    via: str = ""
    note: str = ""


class Children(Model):
    """A finished run whose regions are counted as subordinate units; `state` pins it to one of its states."""

    run: Id
    set: Id
    state: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{12})?$")] = ""


class Run(Model):
    """One assessment (一次评估).

    `progress_sheets` say how far tasks and projects are (进度表), `annual_targets` what was reached inside the year (年内进度);
    both are files in ``data/raw`` that only the report reads: no value and no verdict rests on them.
    `report` names the chapter plan in ``params/reports`` where it is not that of the purpose; `prepared_by` (编制单位) and `authors`
    (编制人员) stand on the cover.
    """

    id: Id
    title_zh: Text
    title_en: Text
    purpose: Literal["annual", "application", "recheck", "plan", "midterm", "final", "monthly", "published"]
    report: Id | Literal[""] = ""
    prepared_by: str = ""
    authors: list[Text] = []
    example: bool = False
    periods: list[PeriodName] = Field(min_length=1)
    base_period: PeriodName | None = None
    regions: list[Id] = Field(min_length=1)
    sets: list[Id] = []
    plans: list[Id] = []
    inputs: list[str] = Field(min_length=1)
    children: list[Children] = []
    progress_sheets: list[str] = []
    annual_targets: list[str] = []
    report_date: Day
    note: str = ""


class Reading(Model):
    """What an odd cell means: a value, a reason, or both."""

    variable: Id | None = None
    period: PeriodName | None = None
    unit: str | None = None
    value: str | None = None
    missing: str | None = None
    shown: str = ""
    data_year: Year = ""
    bound: Literal["", "lower", "upper"] = ""
    notes: list[str] = []


class Correction(Model):
    """How one cell is read, by whom and why (数据更正)."""

    id: Id
    file: Text
    region: Id
    period: PeriodName
    variable: Id
    expect: str
    readings: list[Reading] = Field(min_length=1)
    reason: Text
    author: Text
    date: Day
    evidence: Text


class Decision(Model):
    """What a person decided (人工判定).

    The `key` is a measure for ``qualitative`` and ``adopt``, else a variable. The `choice` is what counts of several sources
    (``choose``), the code of a warning that stands (``accept``), there with `expect`, the value as received for which it was accepted,
    or the value that a panel settles on (``adopt``, 核定值), there with `expect`, the value as printed that it replaces; empty for none.
    """

    id: Id
    kind: Literal["qualitative", "choose", "accept", "adopt"]
    region_code: Id
    period: PeriodName
    key: Id
    verdict: Literal["", "met", "not_met"] = ""
    choice: str = ""
    expect: str = ""
    by: Text
    date: Day
    evidence: Text
    reason: Text
