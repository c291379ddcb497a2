"""Chapters that a report has beside the results: what the region's plans and lists say.

They are worked out from the rules and data when a report is made, not in the notebook; a report whose results are out of date has none
of them, as they would not fit the results printed beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from evalkit.catalog import Catalog
from evalkit.intake import Inputs

if TYPE_CHECKING:
    from evalkit.report.pieces import Numbering


class Chapter(Protocol):
    """A chapter: its title, whether its pages lie on their side, and its text."""

    title: str
    landscape: bool

    def markdown(self, numbers: Numbering) -> str:
        """Return the text in the project's subset of Markdown, data escaped, tables and figures numbered as they are written."""
        ...


def chapters_of(catalog: Catalog, inputs: Inputs, region_code: str) -> list[Chapter]:
    """Return the chapters of a region's report, in their order; none where its plans say nothing of the kind."""
    return []
