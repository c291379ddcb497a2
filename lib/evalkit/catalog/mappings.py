"""How a workbook of somebody else is read (对应表): which cell is the figure of which variable, region and period."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from evalkit.catalog.base import Day, Id, Model, PeriodName, Text
from evalkit.catalog.mapping_texts import plain, unit_in, years_in
from evalkit.catalog.units import UnitMismatchError
from evalkit.messages import Place, Problem

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog

#: What a proposal writes where a person has to decide; a confirmed mapping holds none.
OPEN = "请确认"
_MOST_HEADS = 20  # rows
Letters = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}$")]
Address = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}[1-9][0-9]{0,6}$")]
Rows = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}(-([1-9][0-9]{0,6})?)?$")]
Is = Literal["region", "item", "period", "unit", "value", "source", "note", "data_year", "evidence", "missing", "ignore"]


class FileOfRegion(Model):
    """A file that speaks of one region: for forms that each region filled in."""

    file: Text
    region: Id


class MappedColumn(Model):
    """What one column holds. `head` is what its head rows must say; `note` says why it is read otherwise than its head says."""

    column: Letters
    is_: Is = Field(alias="is")
    head: str = ""
    variable: Id | None = None
    unit: str = ""
    period: PeriodName | None = None
    region: Id | None = None
    blank: Literal["", "above"] = ""
    note: str = ""


class MappedItem(Model):
    """What a line is about, by what its item column prints; `row` and `column` where one text stands for several things."""

    text: Text
    variable: Id | None = None
    unit: str = ""
    period: PeriodName | None = None
    ignore: str = ""
    row: Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{0,6})?$")] = ""
    column: Annotated[str, StringConstraints(pattern=r"^([A-Z]{1,3})?$")] = ""
    note: str = ""


class MappedRegion(Model):
    """A region that the file calls otherwise than its card does, or one that is not wanted."""

    text: Text
    region: Id | None = None
    ignore: str = ""


class MappedCell(Model):
    """A single cell; `label` is what the next cell on its left, or above it, must say."""

    cell: Address
    label: str
    variable: Id | None = None
    ignore: str = ""
    unit: str = ""
    period: PeriodName | None = None
    region: Id | None = None
    note: str = ""


class MappedTable(Model):
    """One table: where it stands, and what its columns, lines and single cells are."""

    sheet: str = ""
    layout: Literal["wide", "long"] = "wide"
    head_rows: Rows | None = None
    rows: Rows | None = None
    region: Id | None = None
    period: PeriodName | None = None
    unit: str = ""
    source: str = ""
    columns: list[MappedColumn] = Field(default_factory=list)
    items: list[MappedItem] = Field(default_factory=list)
    regions: list[MappedRegion] = Field(default_factory=list)
    totals: list[str] = Field(default_factory=list)
    cells: list[MappedCell] = Field(default_factory=list)
    note: str = ""

    def of(self, kind: Is) -> list[MappedColumn]:
        """Return the columns of a kind, in the order of the file."""
        return [column for column in self.columns if column.is_ == kind]

    @property
    def heads(self) -> tuple[int, int]:
        """First and last head row; (0, 0) when there is none."""
        return span(self.head_rows) if self.head_rows else (0, 0)

    @property
    def lines(self) -> tuple[int, int]:
        """First and last row of the lines; the last is 0 when they go on to the end."""
        if not self.rows:
            return (self.heads[1] + 1, 0) if self.columns else (1, -1)
        first, dash, last = self.rows.partition("-")
        return int(first), int(last) if last else 0 if dash else int(first)


class BookMapping(Model):
    """How one workbook, or several of one form, is read. Refused until a person has confirmed it."""

    id: Id
    files: list[Text | FileOfRegion] = Field(min_length=1)
    confirmed_by: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    confirmed_on: Day | Literal[""] = ""
    source: str = ""
    region: Id | None = None
    tables: list[MappedTable] = Field(min_length=1)
    note: str = ""

    @property
    def names(self) -> list[str]:
        """The files, relative to ``data/raw``."""
        return [entry if isinstance(entry, str) else entry.file for entry in self.files]

    def region_of(self, file: str) -> str:
        """Return the region that a file speaks of where nothing in it says so; empty when none was named."""
        own = next((entry.region for entry in self.files if isinstance(entry, FileOfRegion) and entry.file == file), None)
        return own or self.region or ""


def span(rows: str) -> tuple[int, int]:
    """Return first and last of ``3-4`` or ``3``."""
    first, _, last = rows.partition("-")
    return int(first), int(last or first)


def column_number(letters: str) -> int:
    """Return the number of a column from 1: ``A`` → 1, ``AA`` → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def spot_of(address: str) -> tuple[int, int]:
    """Return row and column, from 1, of an address such as ``C7``."""
    letters = re.match(r"[A-Z]+", address)
    assert letters
    return int(address[letters.end() :]), column_number(letters[0])


def check_mappings(catalog: Catalog, *, units: bool = False) -> list[Problem]:
    """Return everything in the confirmed mappings that does not fit, and files that two mappings name.

    A proposal may be unfinished: what is wrong with it is said when a run asks for its file.
    """
    problems: list[Problem] = []
    owners: dict[str, str] = {}
    for mapping in catalog.mappings.values():
        place = catalog.place("mapping", mapping.id, "files")
        for file in mapping.names:
            if file in owners:
                problems.append(Problem("mapping_twice", place, {"file": file, "id": mapping.id, "other": owners[file]}))
            owners.setdefault(file, mapping.id)
        if mapping.confirmed_by:
            problems.extend(check_mapping(catalog, mapping, units=units))
    return problems


def check_mapping(catalog: Catalog, mapping: BookMapping, *, units: bool = False) -> list[Problem]:
    """Return everything in one mapping that does not fit the catalogue or itself; with `units` also units that do not convert."""
    return list(_Checker(catalog, mapping, units).all())


class _Checker:
    def __init__(self, catalog: Catalog, mapping: BookMapping, units: bool) -> None:
        self.catalog = catalog
        self.mapping = mapping
        self.units = units

    def place(self, *path: str | int) -> Place:
        return self.catalog.place("mapping", self.mapping.id, *path)

    def all(self) -> Iterator[Problem]:
        mapping = self.mapping
        if mapping.confirmed_by and not mapping.confirmed_on:
            yield Problem("missing_key", self.place(), {"key": "confirmed_on"})
        yield from self.region(mapping.region, "region")
        for i, entry in enumerate(mapping.files):
            if isinstance(entry, FileOfRegion):
                yield from self.region(entry.region, "files", i)
        for i, table in enumerate(mapping.tables):
            yield from self.table(table, ("tables", i))
        if mapping.confirmed_by and (count := sum(self.undecided(table) for table in mapping.tables)):
            yield Problem("mapping_open", self.place(), {"count": count, "word": OPEN})

    def undecided(self, table: MappedTable) -> int:
        texts = [*(item.ignore for item in table.items), *(region.ignore for region in table.regions),
                 *(cell.ignore for cell in table.cells), *(column.note for column in table.columns if column.is_ == "ignore")]  # fmt: skip
        return sum(text.startswith(OPEN) for text in texts)

    def region(self, code: str | None, *path: str | int) -> Iterator[Problem]:
        if code is not None and code not in self.catalog.regions:
            yield self.unknown("region", code, self.place(*path), self.catalog.regions)

    def unknown(self, kind: str, item: str, place: Place, known: object) -> Problem:
        from evalkit.catalog.load import near

        return Problem("unknown_id", place, {"kind": kind, "id": item, "hint": near(item, known)})

    def table(self, table: MappedTable, path: tuple[str | int, ...]) -> Iterator[Problem]:
        if not table.columns and not table.cells:
            yield Problem("missing_key", self.place(*path), {"key": "columns / cells"})
        first, last = table.lines
        top, bottom = table.heads
        if table.columns and ((last and last < first) or first <= bottom or not top <= bottom < top + _MOST_HEADS):
            yield Problem(
                "bad_value", self.place(*path), {"value": f"{table.head_rows or ''} / {table.rows or ''}", "detail": "3-4 / 5-40"}
            )
        yield from self.region(table.region, *path, "region")
        yield from self.unit(table.unit, None, *path, "unit")
        yield from self.twice((column.column for column in table.columns), *path, "columns")
        yield from self.twice((f"{plain(item.text)} {item.row}{item.column}".strip() for item in table.items), *path, "items")
        yield from self.twice((plain(region.text) for region in table.regions), *path, "regions")
        yield from self.twice((cell.cell for cell in table.cells), *path, "cells")
        values = table.of("value")
        if table.columns and not values:
            yield Problem("missing_key", self.place(*path, "columns"), {"key": "is: value"})
        if table.layout == "long" and len(values) > 1:
            yield Problem("mapping_long", self.place(*path, "layout"), {"count": len(values)})
        for i, column in enumerate(table.columns):
            yield from self.column(table, column, (*path, "columns", i))
        for i, item in enumerate(table.items):
            spot = (*path, "items", i)
            yield from self.one_of(item.variable, item.ignore, *spot)
            yield from self.meaning(item.text, item.variable, item.unit, item.period, item.note, *spot)
        for i, region in enumerate(table.regions):
            if (region.region is None) == (not region.ignore):
                yield Problem("missing_key", self.place(*path, "regions", i), {"key": "region / ignore"})
            yield from self.region(region.region, *path, "regions", i)
        for i, cell in enumerate(table.cells):
            spot = (*path, "cells", i)
            yield from self.one_of(cell.variable, cell.ignore, *spot)
            yield from self.meaning(cell.label, cell.variable, cell.unit, cell.period, cell.note, *spot)
            yield from self.region(cell.region, *spot)
            if cell.variable and not (cell.period or table.period):
                yield Problem("missing_key", self.place(*spot), {"key": "period"})
            if cell.variable and not self.has_region(cell.region or table.region):
                yield Problem("missing_key", self.place(*spot), {"key": "region"})

    def one_of(self, variable: str | None, ignore: str, *path: str | int) -> Iterator[Problem]:
        if (variable is None) == (not ignore):
            yield Problem("missing_key", self.place(*path), {"key": "variable / ignore"})

    def column(self, table: MappedTable, column: MappedColumn, path: tuple[str | int, ...]) -> Iterator[Problem]:
        if bool(column.head) and not table.head_rows:
            yield Problem("missing_key", self.place(*path), {"key": "head_rows"})
        if column.is_ != "value":
            return
        if table.head_rows and not column.head:
            yield Problem("missing_key", self.place(*path), {"key": "head"})
        items = [item for item in table.items if not item.ignore]
        if column.variable is None and not (table.of("item") and table.items):
            yield Problem("missing_key", self.place(*path), {"key": "variable"})
        dated = column.period or table.period or table.of("period") or (items and all(item.period for item in items))
        if not dated:
            yield Problem("missing_key", self.place(*path), {"key": "period"})
        if not table.of("region") and not self.has_region(column.region or table.region):
            yield Problem("missing_key", self.place(*path), {"key": "region"})
        yield from self.region(column.region, *path)
        yield from self.meaning(column.head, column.variable, column.unit, column.period, column.note, *path)

    def has_region(self, code: str | None) -> bool:
        return bool(code or self.mapping.region) or all(isinstance(entry, FileOfRegion) for entry in self.mapping.files)

    def meaning(self, text: str, variable: str | None, unit: str, period: str | None, note: str, *path: str | int) -> Iterator[Problem]:
        """Yield what does not fit in what a head or label is said to mean; a note justifies another year or unit."""
        place = self.place(*path)
        if variable is not None and self.catalog.variable_unit(variable) is None:
            known = [*self.catalog.variables, *(f"reported.{measure}" for measure in self.catalog.measures)]
            yield self.unknown("variable", variable, place, known)
        yield from self.unit(unit, variable, *path)
        years = years_in(text)
        if period and years and period[:4] not in years and not note:
            yield Problem("mapping_year_differs", place, {"text": text, "found": years, "period": period})
        names = self.catalog.units.names
        said = unit_in(text, names)
        if unit in names and said and names[said] != names[unit] and not note:
            yield Problem("mapping_unit_differs", place, {"text": text, "found": said, "unit": unit})

    def unit(self, unit: str, variable: str | None, *path: str | int) -> Iterator[Problem]:
        units = self.catalog.units
        if unit and unit not in units.names:
            yield self.unknown("unit", unit, self.place(*path), units.names)
            return
        wanted = self.catalog.variable_unit(variable) if variable else None
        if not self.units or not unit or wanted is None:
            return
        try:
            factor = units.factor(unit, wanted)
        except UnitMismatchError:
            return  # said of the unit itself
        if factor is None:
            yield Problem("unit_not_convertible", self.place(*path), {"unit": unit, "variable": variable, "expected": wanted})

    def twice(self, names: Iterable[str], *path: str | int) -> Iterator[Problem]:
        seen: dict[str, int] = {}
        for i, name in enumerate(names):
            if name in seen:
                yield Problem("duplicate_id", self.place(*path, i), {"id": name, "other": self.place(*path, seen[name])})
            seen.setdefault(name, i)
