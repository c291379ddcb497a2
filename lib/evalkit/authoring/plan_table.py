"""The main sheet of a plan's workbook: where its heads stand, which columns belong to which year, and what no figure can be read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from evalkit.authoring.book import Sheet
from evalkit.authoring.columns import Column, heads_of, plain
from evalkit.authoring.grid import HEAD_LINES, Table, head_line, is_table, read_table
from evalkit.authoring.plan_columns import FURTHER, LEFT, NEEDED, RIGHT, Use, YearHead, columns, sheet_name, year_head
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables import cell_name

_FIXED = columns((*LEFT, *RIGHT, *FURTHER), "zh")
_TABLE = 3  # known heads, columns of years among them, that make a sheet a plan table


@dataclass
class PlanTable:
    """The plan table of a workbook.

    Parameters
    ----------
    table : Table
        Columns by key; those of a year as ``at:2027`` and ``present:2023``.
    present, planned : list of str
        Years of what was and of what is planned, in the order of their columns.
    milestones : list of str
        The planned years that are called 近期, 远期 and so on, or that the plan names as milestones.
    bases : list of str
        The years that a head calls 基准.
    """

    table: Table
    present: list[str] = field(default_factory=list)
    planned: list[str] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)


def choose_table(sheets: Sequence[Sheet], named: str, label: str) -> Sheet:
    """Return the sheet with the plan table: the one that is named, 规划指标, or the only one with such heads.

    Raises
    ------
    EvalkitError
        There is none, or there are several.
    """
    known = {sheet.name: sheet for sheet in sheets}
    if named and named not in known:
        raise EvalkitError(Problem("word_unknown", Place(label), {"column": "--sheet", "value": named, "allowed": list(known)}))
    main = sheet_name("table", known)
    others = {sheet_name(key, known) for key in ("rows", "values", "duties", "tasks", "projects")}
    found = [known[named]] if named else [known[main]] if main in known else [s for s in sheets if s.name not in others and _heads(s)[1]]
    if len(found) > 1:
        raise EvalkitError(Problem("sheet_several", Place(label), {"sheets": [sheet.name for sheet in found]}))
    # A plan that is nothing but its lists has a table without years.
    if not found or not (_heads(found[0])[1] or (found[0].name == main and is_table(found[0], _FIXED))):
        heads = "、".join([*(word("plan_column", key) for key in NEEDED), word("plan_year", "near").format(at="2027")])
        raise EvalkitError(Problem("sheet_missing", Place(label, named), {"heads": heads, "lines": HEAD_LINES}))
    return found[0]


def read_plan_table(sheet: Sheet, milestones: Sequence[str], base: str, problems: list[Problem]) -> PlanTable:
    """Return the plan table of a sheet; problems are added to the list.

    Parameters
    ----------
    sheet : Sheet
    milestones : sequence of str
        Those that the workbook or the command names; empty where the heads have to say them.
    base : str
        The base year as far as it is named.
    """
    line, _ = _heads(sheet)
    sheet = _one_head(sheet, line)
    found = PlanTable(Table(sheet, line, {}, {}))
    known = heads_of(tuple(_FIXED))
    dynamic: dict[str, Column] = {}
    twice: set[int] = set()
    for number in range(1, sheet.last_column + 1):
        head = sheet.cells.get((line, number), "")
        said = None if plain(head) in known else year_head(head)
        if said is None:
            continue
        use = _use(said, milestones, base)
        key = f"{'present' if use == 'present' else 'at'}:{said.at}" if use else f"unread:{number}"
        if not use:
            values = {"head": head, "year": said.at}
            problems.append(Problem("plan_head_bare" if said.at else "plan_head_year", sheet.place(line, number), values))
        elif key in dynamic:
            problems.append(Problem("head_twice", sheet.place(line, number), {"first": dynamic[key].head, "second": head}))
            twice.add(number)
            continue
        dynamic[key] = Column(key, head)
        _note(found, said, use)
    cells = {spot: text for spot, text in sheet.cells.items() if spot[1] not in twice}
    found.table = read_table(replace(sheet, cells=cells), [*_FIXED, *dynamic.values()], NEEDED, problems)
    _shared_cells(found, problems)
    return found


def _heads(sheet: Sheet) -> tuple[int, bool]:
    """Return the line of the heads, and whether they are those of a plan table."""
    line, count = head_line(sheet, _FIXED)
    years = sum(year_head(text) is not None for (row, _), text in sheet.cells.items() if row in (line, line + 1))
    named = any(plain(text) in heads_of(tuple(columns(NEEDED, "zh"))) for (row, _), text in sheet.cells.items() if row == line)
    return line, bool(named and years and count + years >= _TABLE)


def _one_head(sheet: Sheet, line: int) -> Sheet:
    """Return the sheet with heads of two lines, 规划目标值 above 2027年 and 2035年, as heads of one."""
    upper = {spot for spot, first in sheet.merged.items() if first[0] == line and spot[0] == line}
    below = {column for row, column in sheet.cells if row == line + 1}
    # 现状值 above 2023年 is as good as 规划目标 above two columns.
    above = {column for row, column in sheet.cells if row == line}
    two = {column for column in below if (line, column) in upper and year_head(sheet.cells[line + 1, column]) is not None}
    two |= {column for column in below & above if year_head(sheet.cells[line + 1, column]) is not None} if two else set()
    tall = {spot[1] for spot, first in sheet.merged.items() if first[0] == line and spot[0] == line + 1}
    if not two or below - two - tall:
        return sheet
    cells = dict(sheet.cells)
    merged = dict(sheet.merged)
    for column in sorted(two):
        first = sheet.merged.get((line, column), (line, column))
        cells[line, column] = sheet.cells.get(first, "") + sheet.cells[line + 1, column]
    for column in two:
        del cells[line + 1, column]
        merged.pop((line, column), None)
    return replace(sheet, cells=cells, merged=merged)


def _use(said: YearHead, milestones: Sequence[str], base: str) -> Use:
    """Return what a column of a year holds; empty where nobody can say."""
    if said.use in ("milestone", "annual") and milestones:
        return "milestone" if said.at in milestones else "annual"
    if said.use or not said.at:
        return said.use
    if said.at in milestones:
        return "milestone"
    return "present" if base and said.at <= base else ""


def _note(found: PlanTable, said: YearHead, use: Use) -> None:
    if use == "present":
        found.present.append(said.at)
    elif use:
        found.planned.append(said.at)
        if use == "milestone":
            found.milestones.append(said.at)
    if said.base:
        found.bases.append(said.at)


def _shared_cells(found: PlanTable, problems: list[Problem]) -> None:
    """Refuse merged cells that stand for several figures: nobody can say whether all of them are meant."""
    table = found.table
    years = {column for key, column in table.columns.items() if ":" in key}
    areas: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for spot, first in table.sheet.merged.items():
        areas.setdefault(first, []).append(spot)
    for first, spots in areas.items():
        inside = [spot for spot in spots if spot[1] in years and spot[0] in table.lines]
        if inside and len(spots) > 1 and first in table.sheet.cells:
            cells = [cell_name(column - 1, row) for row, column in sorted(spots)]
            problems.append(Problem("plan_cell_shared", table.sheet.place(*min(inside)), {"cells": cells}))
