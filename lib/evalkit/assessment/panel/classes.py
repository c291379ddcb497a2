"""Which class each region belongs to, and so which rule applies to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from evalkit.assessment.judge import resolve_classes
from evalkit.assessment.lines import Line
from evalkit.assessment.needs import classes_of
from evalkit.assessment.panel.columns import cell_text
from evalkit.assessment.panel.findings import Findings
from evalkit.assessment.panel.numbers import Rows
from evalkit.assessment.panel.table import Table
from evalkit.catalog import Catalog
from evalkit.catalog.models import ClassDimension
from evalkit.catalog.rules import Rule
from evalkit.messages import Place, Problem

if TYPE_CHECKING:
    import pandas as pd

    Classes = Mapping[str, "str | Mapping[str, str] | pd.Series[Any]"]
_NAMED = 5  # regions that a message lists


class RegionClasses:
    """The classes that regions declare for a set: in the argument, else on their cards.

    Parameters
    ----------
    catalog, set_id
        The rules.
    given : mapping
        By dimension, one class for all regions or one for each region code.
    """

    def __init__(self, catalog: Catalog, set_id: str, table: Table, given: Classes | None, findings: Findings) -> None:
        self.table = table
        self.findings = findings
        self.faulty = False  # the argument itself is wrong
        self._by_dimension: dict[str, list[str]] = {}
        dimensions = catalog.sets[set_id].classes
        for name in set(given or {}) - {dimension.id for dimension in dimensions}:
            allowed = ", ".join(dimension.id for dimension in dimensions)
            findings.add(Problem("bad_value", Place(key="classes"), {"value": name, "detail": allowed}))
            self.faulty = True
        for dimension in dimensions:
            self._by_dimension[dimension.id] = self._read(catalog, set_id, dimension, (given or {}).get(dimension.id))
        self._dimensions = {dimension.id: dimension for dimension in dimensions}
        self._told: set[str] = set()

    def _read(self, catalog: Catalog, set_id: str, dimension: ClassDimension, given: Any) -> list[str]:
        allowed = {value.id for value in dimension.values}
        for_each = {} if given is None or isinstance(given, str) else {cell_text(code): cell_text(value) for code, value in given.items()}
        found, wrong = [], set()
        for code in self.table.regions:
            card = catalog.regions.get(code)
            declared = given if isinstance(given, str) else for_each.get(code) or (card and card.class_value(set_id, dimension.id)) or ""
            if declared and declared not in allowed:
                wrong.add(declared)
            found.append(declared)
        for value in sorted(wrong):
            values = {"value": value, "detail": ", ".join(value.id for value in dimension.values)}
            self.findings.add(Problem("bad_value", Place(key=f"classes.{dimension.id}"), values))
            self.faulty = True
        return found

    def groups(self, line: Line) -> Iterator[tuple[Rule | None, Rows]]:
        """Yield each rule that a line's class maps lead to with the rows under it; None where a class is not declared."""
        wanted = classes_of(line.rule)
        every = np.arange(self.table.assessed)
        if not wanted:
            yield line.rule, every
            return
        kinds: dict[tuple[str, ...], int] = {}
        kind = [kinds.setdefault(key, len(kinds)) for key in zip(*(self._by_dimension[name] for name in wanted), strict=True)]
        kind_of = np.array(kind, dtype=np.intp)[self.table.region_of[: self.table.assessed]]
        for key, number in kinds.items():
            rows = every[kind_of == number]
            try:
                yield resolve_classes(line.rule, {name: value for name, value in zip(wanted, key, strict=True) if value}), rows
            except KeyError as undeclared:
                self._tell(undeclared.args[0])
                yield None, rows

    def _tell(self, name: str) -> None:
        """Say once which regions do not declare a class."""
        if name in self._told:
            return
        self._told.add(name)
        dimension = self._dimensions[name]
        here = set(self.table.region_of[: self.table.assessed].tolist())
        without = [self.table.regions[n] for n in sorted(here) if not self._by_dimension[name][n]]
        values = {
            "dimension": dimension.name_zh, "count": len(without), "allowed": [value.id for value in dimension.values],
            "regions": ", ".join(without[:_NAMED]) + ("…" if len(without) > _NAMED else ""),
        }  # fmt: skip
        self.findings.add(Problem("table_class", Place(key=f"classes.{name}"), values))
