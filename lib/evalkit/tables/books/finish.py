"""What is done with a sheet of any kind once its cells are known: merged ranges, hidden lines, notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from evalkit.messages import Place, Problem
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.grid import Sheet, Spot
from evalkit.tables.csvs import cell_name

_MOST_NAMED = 20  # cells or lines that a remark lists


def finish(
    sheet: Sheet,
    budget: Budget,
    merged: Iterable[tuple[Spot, Spot]] = (),
    hidden_columns: Iterable[tuple[int, int]] = (),
    notes: dict[Spot, str] | None = None,
) -> Sheet:
    """Complete a sheet and remark on what a person should look at.

    Parameters
    ----------
    sheet : Sheet
        With its cells, and all its hidden rows.
    budget : Budget
        Of the file; merged ranges count.
    merged : iterable of pairs
        First and last cell of each merged range.
    hidden_columns : iterable of pairs
        First and last of hidden columns.
    notes : dict, optional
        Notes by cell.
    """
    _merge(sheet, budget, merged)
    for spot, note in (notes or {}).items():
        if spot in sheet.cells:
            sheet.cells[spot] = replace(sheet.cells[spot], comment=note)
        else:
            sheet.notes[spot] = note
    ranges = list(hidden_columns)
    if sheet.hidden_rows:
        sheet.hidden_rows &= {row for row, _ in sheet.cells}
    if ranges:
        used = {column for _, column in sheet.cells}
        sheet.hidden_columns = {column for column in used if any(low <= column <= high for low, high in ranges)}
    _remark(sheet)
    return sheet


def _merge(sheet: Sheet, budget: Budget, merged: Iterable[tuple[Spot, Spot]]) -> None:
    """Note merged ranges within the used part of the sheet; what stands below their first cell is not shown and is left out."""
    last_row = last_column = -1
    covered: list[str] = []
    for (top, left), (bottom, right) in merged:
        if last_row < 0:
            last_row, last_column = sheet.last_row, sheet.last_column
        rows, columns = range(top, min(bottom, last_row) + 1), range(left, min(right, last_column) + 1)
        budget.covered += len(rows) * len(columns)
        budget.check(Place(sheet.file, sheet.name))
        for row in rows:
            for column in columns:
                sheet.merged[row, column] = (top, left)
                if (row, column) != (top, left) and sheet.cells.pop((row, column), None) is not None:
                    covered.append(cell_name(column - 1, row))
    if covered:
        sheet.remarks.append(Problem("cells_covered", Place(sheet.file, sheet.name), {"cells": _some(covered)}, "warning"))


def _remark(sheet: Sheet) -> None:
    if sheet.hidden and sheet.cells:
        sheet.remarks.append(Problem("sheet_hidden", Place(sheet.file, sheet.name), severity="warning"))
    lines = [str(row) for row in sorted(sheet.hidden_rows)]
    lines += [cell_name(column - 1, 1)[:-1] for column in sorted(sheet.hidden_columns)]
    if lines:
        sheet.remarks.append(Problem("hidden_lines", Place(sheet.file, sheet.name), {"lines": _some(lines)}, "warning"))


def _some(names: list[str]) -> list[str]:
    return [*names[:_MOST_NAMED], "…"] if len(names) > _MOST_NAMED else names
