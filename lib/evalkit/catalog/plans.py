"""What a plan says (规划): base year, milestones, planned values, and how each is meant."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from evalkit.catalog.base import Attribute, Cite, Decimal, Id, Level, Model, PeriodName, Text, Year
from evalkit.catalog.rules import Rule


class Target(Model):
    """A threshold or planned value: as printed, as a rule, and where it stands."""

    text: Text
    rule: Rule
    cite: Cite
    levels: list[Level] = Field(default_factory=list)
    attribute: Attribute | None = None
    measure: Id | None = None


class PlannedValue(Model):
    """A planned value at a milestone or, for an annual target, in another period.

    A ``level`` is to be reached in the period `at`. ``every_year`` (持续, 保持) holds in each year from `since` to `at`.
    ``cumulative`` (十四五期间) is compared with the sum of the yearly values from `since` to `at`.
    `as_printed` is what the copy in hand prints where `text` reads it otherwise (a slip of character recognition), `reading` says why.
    """

    at: PeriodName
    kind: Literal["level", "every_year", "cumulative"] = "level"
    since: Year = ""
    text: Text
    as_printed: str = ""
    reading: str = ""
    rule: Rule
    cite: Cite


class BaseValue(Model):
    """A base value that replaces the reported one: re-based, or zero by definition for cumulative measures."""

    value: Decimal
    kind: Literal["rebased", "by_definition"] = "rebased"
    text: str = ""
    cite: Cite


class PlanRow(Model):
    """An indicator of a plan: a row of its set, or one of its own.

    `area` is the part of the region that it is about (中心城区, 县城); `parts` are other rows of the plan that add up to it.
    """

    row: Id | None = None
    id: Id | None = None
    seq: str = ""
    part_of: str = ""
    part_of_en: str = ""
    domain: str = ""
    domain_en: str = ""
    task: str = ""
    name_zh: str = ""
    name_en: str = ""
    unit: str = ""
    measure: Id | None = None
    attribute: Attribute | None = None
    area: str = ""
    parts: list[Id] = Field(default_factory=list)
    note: str = ""
    target: Target | None = None
    base: BaseValue | None = None
    values: list[PlannedValue] = Field(default_factory=list)

    @property
    def name(self) -> str:
        """The id by which the plan and its lists call the indicator."""
        return self.row or self.id or ""


class Demand(Model):
    """A demand on all indicators of the plan's set: strictly better than the thresholds (全面优于国家考核标准)."""

    at: PeriodName
    text: Text
    cite: Cite


class Plan(Model):
    """A plan (规划): base year, milestones, planned values.

    `begins` and `ends` are its first and last year. Where only a part of it is in hand, `complete` is false and `note` says what is
    missing. Without `base_period` the base year is not known.
    """

    id: Id
    region: Id
    name_zh: Text
    name_en: Text
    document: Id
    base_period: PeriodName | None = None
    begins: Year = ""
    ends: Year = ""
    milestones: list[PeriodName] = Field(default_factory=list)
    set: Id | None = None
    complete: bool = True
    better_than_set: Demand | None = None
    indicators: list[PlanRow] = Field(default_factory=list)
    note: str = ""

    def row(self, name: str) -> PlanRow | None:
        """Return the indicator of that id."""
        return next((row for row in self.indicators if row.name == name), None)
