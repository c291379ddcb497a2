"""A table of many regions and periods: its rows, its columns, and each cell as the exact calculation reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from evalkit.assessment.panel.columns import Column, cell_text, empty_column
from evalkit.assessment.panel.findings import spot
from evalkit.assessment.panel.numbers import REASON, Codes, Flags, Rows
from evalkit.catalog import Catalog
from evalkit.catalog.models import Decision
from evalkit.intake import Input, Inputs
from evalkit.messages import Place
from evalkit.values import Period, missing_word, parse_decimal

VERDICTS = {"met": 1, "not_met": 0, "": -1}


@dataclass(frozen=True)
class TableInput(Input):
    """An input that stands in no file."""

    def place(self) -> Place:
        """Return region, period and variable."""
        return spot(self.region, self.period, self.variable)


@dataclass
class Table:
    """Regions × periods as rows, variables as columns.

    Rows stand in this order: those to be assessed (by region, then period), those that are only looked up, those that
    somebody may look up but were not given (all their cells are empty), and last one empty row for all other lookups.

    Parameters
    ----------
    regions : list of str
    periods : list of Period
        Those of the rows.
    region_of, period_of : array of int
        Position of each row's region and period; -1 in the last row.
    assessed : int
        Number of rows to be assessed.
    base : Period or None
    columns : dict of str to Column
        By variable, for those of which anything was given.
    decisions : dict of str to array
        By measure: 1 met, 0 not met, -1 undecided.
    extras : dict
        Reason, bound and year of the data, by variable and row, where given.
    invalid : set
        Variables and rows that are at fault and count as missing.
    """

    catalog: Catalog
    regions: list[str]
    periods: list[Period]
    region_of: Rows
    period_of: Rows
    assessed: int
    base: Period | None
    columns: dict[str, Column] = field(default_factory=dict)
    decisions: dict[str, Codes] = field(default_factory=dict)
    extras: dict[tuple[str, int], tuple[str, str, str]] = field(default_factory=dict)
    invalid: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.count = len(self.region_of)
        self._lookup = np.full((len(self.regions) + 1, len(self.periods) + 1), self.count - 1, dtype=np.intp)
        self._lookup[self.region_of[:-1], self.period_of[:-1]] = np.arange(self.count - 1)
        self._region = {code: n for n, code in enumerate(self.regions)}
        self._period = {period.name: n for n, period in enumerate(self.periods)}
        self._when: dict[str, Rows | None] = {}

    @cached_property
    def empty(self) -> Column:
        """The column of a variable that is not in the table."""
        return empty_column(self.count)

    def column(self, variable: str) -> Column:
        """Return the column of a variable."""
        return self.columns.get(variable, self.empty)

    def decision(self, measure: str) -> Codes:
        """Return the decisions on a qualitative measure."""
        return self.decisions.get(measure, np.full(self.count, -1, dtype=np.int8))

    def at(self, when: str) -> Rows | None:
        """Return for each row the row of the same region at ``previous``, ``base`` or a named period; None when unknown."""
        if when not in self._when:
            self._when[when] = self._rows_at(when)
        return self._when[when]

    def _rows_at(self, when: str) -> Rows | None:
        if when == "previous":
            before = [self._period.get(period.previous().name, -1) for period in self.periods]
            return self._lookup[self.region_of, np.array([*before, -1], dtype=np.intp)[self.period_of]]
        period = self.base if when == "base" else Period.parse(when)
        if period is None:
            return None
        return self._lookup[self.region_of, np.full(self.count, self._period.get(period.name, -1), dtype=np.intp)]

    def is_at(self, when: str) -> Flags:
        """Return which rows are themselves those of the base year or a named period."""
        period = None if when == "previous" else self.base if when == "base" else Period.parse(when)
        here: Flags = self.period_of == (self._period.get(period.name, -2) if period else -2)
        return here

    def names(self, row: int) -> tuple[str, str]:
        """Return region and period of a row."""
        return self.regions[self.region_of[row]], self.periods[self.period_of[row]].name

    def rows(self, region_of: Rows, period_of: Rows) -> Rows:
        """Return the rows of regions and periods, given by their positions."""
        return self._lookup[region_of, period_of]

    def row(self, region: str, period: str) -> int:
        """Return the row of a region and period; the last one when there is none."""
        return int(self._lookup[self._region.get(region, -1), self._period.get(period, -1)])

    def item(self, region: str, variable: str, period: str) -> Input | None:
        """Return a cell as the exact calculation reads it; None when nothing was given."""
        row = self.row(region, period)
        column = self.columns.get(variable)
        if column is None:
            return None
        text = cell_text(column.cells[row])
        reason, bound, data_year = self.extras.get((variable, row), ("", "", ""))
        if (variable, row) in self.invalid:
            text, reason = "", "invalid"
        if not text and not reason:
            return None
        unit = self.catalog.variable_unit(variable) or ""
        word = missing_word(text) if text else None
        number = None if self.is_qualitative(variable) or word is not None or not text else parse_decimal(text)
        shown = text if self.is_qualitative(variable) and word is None else ""
        return TableInput(
            f"{region}/{period}/{variable}", region, variable, period, number, unit, "", "", text, unit,
            text=shown, missing=reason or word or "", bound=bound, data_year=data_year,
        )  # fmt: skip

    def is_qualitative(self, variable: str) -> bool:
        """Return whether a variable holds texts: the reported state of a qualitative measure."""
        family, _, measure = variable.partition(".")
        known = self.catalog.measures.get(measure) if family == "reported" and variable not in self.catalog.variables else None
        return known is not None and known.kind == "qualitative"

    def refuse(self, variable: str, rows: Iterable[int]) -> None:
        """Count cells as missing, because they are at fault."""
        column = self.columns[variable]
        for row in rows:
            self.invalid.add((variable, row))
            column.numbers.reason[row] = REASON["invalid"]
            column.numbers.value[row] = np.nan
            column.present[row] = True


class TableInputs(Inputs):
    """The inputs of a table, each made when it is asked for."""

    def __init__(self, table: Table) -> None:
        super().__init__("panel")
        self.table = table
        self.decisions = _Decisions(table)
        self._made: dict[tuple[str, str, str], Input | None] = {}

    def get(self, region: str, variable: str, period: str) -> Input | None:
        """Return the input of a region, variable and period, or None."""
        key = (region, variable, period)
        if key not in self._made:
            if len(self._made) > 100_000:
                self._made.clear()
            self._made[key] = self.table.item(*key)
        return self._made[key]


class _Decisions(dict[tuple[str, str, str], Decision]):
    """The decisions of a table."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def get(self, key: tuple[str, str, str], default: object = None) -> Decision | None:  # type: ignore[override]
        region, period, measure = key
        verdicts = self.table.decisions.get(measure)
        verdict = -1 if verdicts is None else int(verdicts[self.table.row(region, period)])
        if verdict < 0:
            return None
        return Decision.model_construct(
            id="table", kind="qualitative", region_code=region, period=period, key=measure,
            verdict="met" if verdict else "not_met", by="", date="", evidence="", reason="",
        )  # fmt: skip
