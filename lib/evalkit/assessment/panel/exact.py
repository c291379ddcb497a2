"""Single cells, calculated exactly: with the scope, the judge and the printing of a single region."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from evalkit.assessment.engine import faults_of, gap, judge_line, rounded
from evalkit.assessment.lines import Line
from evalkit.assessment.panel.findings import Findings
from evalkit.assessment.panel.table import Table, TableInputs
from evalkit.assessment.values import MeasureValue, Scope
from evalkit.catalog import Catalog
from evalkit.catalog.models import Region
from evalkit.catalog.rules import Rule, numeric_target


@dataclass(frozen=True)
class Cell:
    """What the exact calculation says of a line in a row."""

    value: float
    printed: str
    source: str
    status: str
    reason: str
    gap: float


class Exact:
    """The exact calculation over a table; quick when asked for the cells of one region after another."""

    def __init__(self, catalog: Catalog, table: Table, region_like: Region, findings: Findings) -> None:
        self.catalog = catalog
        self.table = table
        self.findings = findings
        self._like = region_like
        self._inputs = TableInputs(table)
        self._scope: Scope | None = None
        self._told: set[tuple[str, str, str]] = set()

    def cell(self, line: Line, rule: Rule, row: int) -> Cell:
        """Return what is to be known of a line in a row; `rule` has no class maps any more."""
        code, name = self.table.names(row)
        scope, period = self._scope_of(code), self.table.periods[self.table.period_of[row]]
        own, outcome = judge_line(scope, line, rule, period)
        for fault in faults_of(own, scope):
            key = (code, name, str(fault.values))
            if key not in self._told:
                self._told.add(key)
                self.findings.add(fault, line.measure)
        status, reason = outcome.status()
        margin = gap(own, rule, scope, period, status)
        return Cell(_float(own.shown), rounded(own, numeric_target(rule), status), own.source, status, reason, _float(margin))

    def value(self, line: Line, row: int) -> MeasureValue:
        """Return the value of a line's measure in a row."""
        return self._scope_of(self.table.names(row)[0]).measure(line.measure, self.table.periods[self.table.period_of[row]])

    def _scope_of(self, code: str) -> Scope:
        if self._scope is None or self._scope.region.code != code:
            region = self._like.model_copy(update={"code": code})
            self._scope = Scope(self.catalog, self._inputs, region, self.table.base)
        return self._scope


def _float(value: Fraction | None) -> float:
    return float("nan") if value is None else float(value)
