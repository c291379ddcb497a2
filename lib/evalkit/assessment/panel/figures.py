"""The values behind the results of a panel, for what is calculated from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evalkit.assessment.lines import Line
from evalkit.assessment.panel.exact import Exact
from evalkit.assessment.panel.findings import Findings
from evalkit.assessment.panel.measures import Measures, Values
from evalkit.assessment.panel.table import Table
from evalkit.assessment.values import MeasureValue
from evalkit.catalog import Catalog
from evalkit.catalog.models import Region


@dataclass(frozen=True)
class Figures:
    """The values of the lines of a set in the assessed rows of a table; worked out when they are asked for.

    Parameters
    ----------
    catalog : Catalog
    table : Table
    lines : list of Line
    region_like : Region
        A region of the level.
    """

    catalog: Catalog
    table: Table
    lines: list[Line]
    region_like: Region

    def values(self, line: Line) -> Values:
        """Return the values of a line's measure as floats that know their error."""
        with np.errstate(all="ignore"):
            return self._measures.values(line.measure).take(np.arange(self.table.assessed))

    def exact(self, line: Line, row: int) -> MeasureValue:
        """Return the exact value of a line's measure in a row; quick when asked for one region after another."""
        return self._exact.value(line, row)

    @cached_property
    def _measures(self) -> Measures:
        return Measures(self.catalog, self.table)

    @cached_property
    def _exact(self) -> Exact:
        return Exact(self.catalog, self.table, self.region_like, Findings())
