"""What the chapters of a region's report are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.report_plans import ReportPlan
from evalkit.intake import Inputs
from evalkit.report.chapters.groups import GroupView, group_views, shown_periods
from evalkit.report.context import ReportContext
from evalkit.report.frame import environment
from evalkit.report.model import ReportModel
from evalkit.report.numbering import Numbering

_FEWEST_ROWS = 3  # up to so many lines of results make a small report, without a landscape page


@dataclass(frozen=True)
class Material:
    """Everything that a chapter may print.

    Parameters
    ----------
    model : ReportModel
        Results and traces of the region, in words.
    templates : pathlib.Path
        Folder with ``chapters/``.
    numbers : Numbering
        Of the report that is being written.
    plan : ReportPlan
    catalog, inputs : optional
        Rules and data as they are now; None in a report that is made from results alone, which then lacks the chapters that need them.
    outdated : bool
        Rules or data changed since the results were made: chapters that would be worked out from them are left out.
    records : mapping
        Hashes of what went into the results, by group (``inputs``, ``outputs``, ``surroundings``); of the run's manifest.
    """

    model: ReportModel
    templates: Path
    numbers: Numbering
    plan: ReportPlan
    catalog: Catalog | None = None
    inputs: Inputs | None = None
    outdated: bool = False
    records: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def context(self) -> ReportContext:
        """Names and papers."""
        return self.model.context

    @cached_property
    def views(self) -> list[GroupView]:
        """The groups of all periods."""
        return group_views(self.model, self.numbers)

    @cached_property
    def shown(self) -> list[str]:
        """Periods that are shown in full."""
        return shown_periods(self.model)

    @cached_property
    def groups(self) -> list[GroupView]:
        """The groups that are shown in full."""
        return [view for view in self.views if view.group.period in self.shown]

    @cached_property
    def small(self) -> bool:
        """Whether the report has so few lines that tables beside sentences would be too much."""
        return sum(len(view.group.table) + len(view.group.apart_table) for view in self.groups) <= _FEWEST_ROWS


@dataclass(frozen=True)
class Written:
    """A chapter written by a template of ``reports/templates/chapters``.

    Parameters
    ----------
    id : str
        Also the name of the template.
    templates : pathlib.Path
    values : mapping
        What the template fills in, beside ``numbers``.
    landscape : bool
    """

    id: str
    templates: Path
    values: Mapping[str, Any]
    landscape: bool = False

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        return str(environment(self.templates).get_template(f"chapters/{self.id}.md.j2").render(numbers=numbers, **self.values))
