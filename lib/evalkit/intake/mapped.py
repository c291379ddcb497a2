"""Workbooks of other people, read as their mapping says. Nothing is interpreted here, nothing that looks like a figure is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evalkit.catalog import Catalog
from evalkit.catalog.mapping_texts import figure_like, path_of, plain, unit_in, years_in
from evalkit.catalog.mappings import BookMapping, MappedTable, check_mapping, column_number, spot_of
from evalkit.intake.mapped_table import Reading, read_table
from evalkit.intake.received import Received
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import cell_name
from evalkit.tables.books import Sheet
from evalkit.tables.books.grid import Spot

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SHOWN = 12  # cells that a message names


def read_mapped(
    catalog: Catalog, run_id: str, mapping: BookMapping, sheets: Sequence[Sheet], file: str
) -> tuple[list[Received], list[Problem]]:
    """Return the figures of a workbook, as its mapping says, and what is wrong with single cells or lines.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
        The run for which it is read: its regions are found by name.
    mapping : BookMapping
    sheets : sequence of Sheet
        The file as read.
    file : str
        Relative to ``data/raw``.

    Returns
    -------
    figures : list of Received
        In the order of the mapping, then of the lines. A cell that is empty is no figure, unless a column says why.
    problems : list of Problem

    Raises
    ------
    EvalkitError
        The mapping is not confirmed, or the file does not look as it says: a sheet is missing, a head differs.
    """
    place = catalog.place("mapping", mapping.id)
    if not mapping.confirmed_by:
        refused = Problem("mapping_unconfirmed", place, {"file": file, "id": mapping.id})
        raise EvalkitError([refused, *check_mapping(catalog, mapping)])
    named = {plain(sheet.name): sheet for sheet in reversed(sheets)}
    faults: list[Problem] = []
    found: list[tuple[int, MappedTable, Sheet]] = []
    for i, table in enumerate(mapping.tables):
        sheet = named.get(plain(table.sheet))
        if sheet is None:
            known = [sheet.name for sheet in sheets]
            faults.append(Problem("mapping_sheet_missing", Place(f"data/raw/{file}"), {"sheet": table.sheet, "known": known}))
            continue
        found.append((i, table, sheet))
        faults.extend(_heads(catalog, table, sheet))
    if faults:
        raise EvalkitError(faults)
    figures: list[Received] = []
    problems: list[Problem] = []
    seen: dict[int, set[Spot]] = {}
    for i, table, sheet in found:
        reading = Reading(catalog, catalog.run(run_id), mapping, table, sheet, file, _last(mapping, i, sheet))
        read = read_table(reading, _unit_above(catalog, table, sheet))
        figures.extend(read.figures)
        problems.extend(read.problems)
        problems.extend(_titles(table, sheet))
        seen.setdefault(id(sheet), set()).update(read.seen)
    for sheet in sheets:
        problems.extend(_left(sheet, file, seen.get(id(sheet))))
    return figures, problems


def _last(mapping: BookMapping, number: int, sheet: Sheet) -> int:
    """Return the last row of a table: as said, else the one before the next table of the sheet, else the last of all."""
    table = mapping.tables[number]
    first, last = table.lines
    if last:
        return min(last, sheet.last_row)
    here = plain(table.sheet)
    starts = [(other.heads[0] or other.lines[0]) for other in mapping.tables if other is not table and plain(other.sheet) == here]
    below = [start for start in starts if start > first]
    return min(below) - 1 if below else sheet.last_row


def _heads(catalog: Catalog, table: MappedTable, sheet: Sheet) -> Iterator[Problem]:
    """Yield a problem for each head and label that does not say what the mapping expects, and for another unit above the table."""
    top, bottom = table.heads
    for column in table.columns:
        if column.is_ == "ignore" or not top:
            continue
        number = column_number(column.column)
        found = path_of(sheet.text(row, number) for row in range(top, bottom + 1))
        if plain(found) != plain(column.head):
            yield Problem("mapping_head_differs", sheet.place(bottom, number), {"expected": column.head, "found": found})
    for cell in table.cells:
        row, number = spot_of(cell.cell)
        labels = labels_of(sheet, row, number)
        if plain(cell.label) not in map(plain, labels):
            expected = {"expected": cell.label, "found": " / ".join(labels)}
            yield Problem("mapping_head_differs", sheet.place(row, number), expected)
        period = cell.period or table.period
        if period and cell.variable and not cell.note:
            for text in labels:
                years = years_in(text) if "年" in text or _YEAR.fullmatch(plain(text)) else ()
                if years and period[:4] not in years:
                    yield Problem("mapping_year_differs", sheet.place(row, number), {"text": text, "found": years, "period": period})
    above = _unit_above(catalog, table, sheet)
    names = catalog.units.names
    if above and table.unit in names and names[above] != names[table.unit] and not table.note:
        yield Problem("mapping_unit_differs", sheet.place(top or 1, 1), {"text": f"单位：{above}", "found": above, "unit": table.unit})


def labels_of(sheet: Sheet, row: int, column: int) -> list[str]:
    """Return what stands next on the left of a cell and next above it; nothing where nothing does."""
    here = sheet.merged.get((row, column), (row, column))
    found = [""]
    for spots in (((row, left) for left in range(column - 1, 0, -1)), ((up, column) for up in range(row - 1, 0, -1))):
        for spot in spots:
            if sheet.merged.get(spot, spot) != here and (text := sheet.text(*spot)):
                found.append(text)
                break
    return found[1:] or found


def _top(table: MappedTable) -> int:
    return table.heads[0] or (table.lines[0] if table.columns else 0)


def texts_above(sheet: Sheet, top: int) -> list[str]:
    """Return the texts above a table whose first row is `top`: of the three rows next over it that hold something."""
    rows: dict[int, list[str]] = {}
    for (row, _), cell in sheet.cells.items():
        if top - 6 < row < top:
            rows.setdefault(row, []).append(cell.text)
    return [text for row in sorted(rows)[-3:] for text in rows[row] if len(rows[row]) <= 4]


def _unit_above(catalog: Catalog, table: MappedTable, sheet: Sheet) -> str:
    """Return the one unit that the rows above a table state (``单位：公顷``); nothing when none or several are stated."""
    found = {unit for text in texts_above(sheet, _top(table)) if "单位" in text and (unit := unit_in(text, catalog.units.names))}
    return found.pop() if len(found) == 1 else ""


def _titles(table: MappedTable, sheet: Sheet) -> Iterator[Problem]:
    """Yield a warning when the title speaks of another year than the one the whole table is read as."""
    if table.period is None or table.note:
        return
    for text in texts_above(sheet, _top(table)):
        years = years_in(text)
        if years and table.period[:4] not in years:
            yield Problem("title_year_differs", sheet.place(table.heads[0] or 1, 1), {"text": text, "period": table.period}, "warning")


def _left(sheet: Sheet, file: str, seen: set[Spot] | None) -> Iterator[Problem]:
    """Yield what looks like a figure and was not looked at."""
    left = sorted(spot for spot, cell in sheet.cells.items() if (seen is None or spot not in seen) and figure_like(cell))
    if not left:
        return
    if seen is None:
        yield Problem("sheet_unmapped", Place(f"data/raw/{file}", sheet.name), {"sheet": sheet.name, "count": len(left)}, "note")
        return
    names = [cell_name(column - 1, row) for row, column in left]
    shown = names[:_SHOWN] + (["…"] if len(names) > _SHOWN else [])
    yield Problem("figures_unread", sheet.place(*left[0]), {"count": len(left), "cells": shown}, "warning")
