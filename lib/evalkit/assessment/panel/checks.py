"""What the reader of raw files checks before anything is calculated, for a whole table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from evalkit.assessment.panel.columns import Column
from evalkit.assessment.panel.findings import Findings, spot
from evalkit.assessment.panel.numbers import Flags, compare, constant
from evalkit.assessment.panel.table import Table
from evalkit.catalog import Catalog
from evalkit.catalog.models import Variable
from evalkit.intake import Input
from evalkit.intake.checks import limits_of
from evalkit.messages import Problem


def check_table(catalog: Catalog, table: Table, findings: Findings) -> None:
    """Refuse values outside their declared range, and parts that exceed their whole."""
    faulty: dict[str, set[int]] = {}
    for name in table.columns:
        _check_range(catalog, table, name, findings, faulty)
        variable = catalog.variables.get(name)
        if variable is not None and variable.part_of in table.columns:
            _check_part(catalog, table, variable, variable.part_of, findings, faulty)
    for name, rows in faulty.items():
        table.refuse(name, sorted(rows))


def _check_range(catalog: Catalog, table: Table, variable: str, findings: Findings, faulty: dict[str, set[int]]) -> None:
    low, high, allowed = limits_of(catalog, variable)
    if low is None and high is None:
        return
    column = table.columns[variable]
    suspect = np.zeros(table.count, dtype=np.bool_)
    for limit, sign in ((low, -1.0), (high, 1.0)):
        if limit is not None:
            found, undecided = compare(column.numbers, constant(limit))
            suspect |= (found == sign) | undecided
    for row, item in _items(table, variable, suspect & _filled(column)):
        if item.value is not None and ((low is not None and item.value < low) or (high is not None and item.value > high)):
            limits = {"variable": variable, "value": item.shown, "range": allowed}
            findings.add(Problem("out_of_range", item.place(), limits, "error", item.region), variable)
            faulty.setdefault(variable, set()).add(row)


def _check_part(catalog: Catalog, table: Table, part: Variable, whole: str, findings: Findings, faulty: dict[str, set[int]]) -> None:
    columns = table.columns[part.id], table.columns[whole]
    found, undecided = compare(columns[0].numbers, columns[1].numbers)
    suspect = (found > 0) | undecided
    for row, item in _items(table, part.id, suspect & _filled(columns[0]) & _filled(columns[1])):
        other = table.item(item.region, whole, item.period)
        if item.value is None or other is None or other.value is None or item.value <= other.value:
            continue
        values = {
            "part": part.name_zh, "part_value": item.shown, "whole": catalog.variables[whole].name_zh, "whole_value": other.shown,
        }  # fmt: skip
        findings.add(Problem("part_exceeds_whole", spot(item.region, item.period, part.id), values, "error", item.region), part.id)
        for variable in (part.id, whole):
            faulty.setdefault(variable, set()).add(row)


def _filled(column: Column) -> Flags:
    filled: Flags = column.present & ((column.numbers.reason == 0) | column.numbers.unsure)
    return filled


def _items(table: Table, variable: str, rows: Flags) -> Iterable[tuple[int, Input]]:
    for row in np.flatnonzero(rows).tolist():
        item = table.item(*_key(table, variable, row))
        if item is not None:
            yield row, item


def _key(table: Table, variable: str, row: int) -> tuple[str, str, str]:
    region, period = table.names(row)
    return region, variable, period
