"""One table of a mapped workbook: its lines and single cells, one figure after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.mapping_texts import figure_like, known_unit, path_of, period_in, plain, unit_in
from evalkit.catalog.mappings import BookMapping, Is, MappedColumn, MappedItem, MappedTable, column_number, spot_of
from evalkit.catalog.models import Run
from evalkit.intake.mapped_totals import Totals
from evalkit.intake.received import Received
from evalkit.messages import Place, Problem
from evalkit.tables import cell_name
from evalkit.tables.books import Cell, Sheet
from evalkit.tables.books.grid import Spot
from evalkit.values import missing_word

_NOT_SUMMED = ("%", "-", "‰", "百分点")
_EMPTY = Cell("")


@dataclass(frozen=True)
class Reading:
    """What is read: a table of a mapping, in a sheet of a file, for a run; `last` is the last row of its lines."""

    catalog: Catalog
    run: Run
    mapping: BookMapping
    table: MappedTable
    sheet: Sheet
    file: str
    last: int


@dataclass(frozen=True)
class _Taken:
    """A figure with the first cell of the merged range it stands in."""

    figure: Received
    anchor: Spot


@dataclass(frozen=True)
class TableRead:
    """The figures of a table, what is wrong with single cells and lines, and which cells were looked at."""

    figures: list[Received]
    problems: list[Problem]
    seen: set[Spot]


def read_table(reading: Reading, unit_above: str) -> TableRead:
    """Return what one table says.

    Parameters
    ----------
    reading : Reading
    unit_above : str
        The unit that the rows above the table state for all of it; empty when none is stated.
    """
    reader = _Reader(reading, unit_above)
    figures = reader.figures()
    return TableRead(figures, reader.problems, reader.seen)


class _Reader:
    def __init__(self, reading: Reading, unit_above: str) -> None:
        self.catalog, self.table, self.sheet, self.file = reading.catalog, reading.table, reading.sheet, reading.file
        self.mapping = reading.mapping
        self.last = reading.last
        self.units = reading.catalog.units.names
        self.fallback = reading.table.unit or unit_above
        self.problems: list[Problem] = []
        self.seen: set[Spot] = set()
        self.taken: list[_Taken] = []
        self.totals = Totals(reading.sheet)
        self.unmapped: dict[tuple[str, str], list[Spot]] = defaultdict(list)
        self.regions = _region_names(reading.catalog, reading.run, reading.table)
        self.columns = {kind: [(column_number(c.column), c) for c in reading.table.of(kind)] for kind in _KINDS}
        self.above: dict[int, str] = {}  # for columns whose blanks mean the text above
        self.items: dict[str, list[MappedItem]] = defaultdict(list)
        for item in reading.table.items:
            self.items[plain(item.text)].append(item)
        self.sums = {plain(text) for text in reading.table.totals}
        self.width = reading.sheet.last_column
        top, bottom = reading.table.heads
        self.heads = {
            number: {plain(reading.sheet.text(row, number)) for row in range(top, bottom + 1)}
            for number in (column_number(column.column) for column in reading.table.columns)
            if top
        }

    def figures(self) -> list[Received]:
        """Return the figures of the table."""
        table = self.table
        if table.columns:
            first, _ = table.lines
            self.look(range(table.heads[0] or first, self.last + 1), [column_number(c.column) for c in table.columns])
            for row in range(first, self.last + 1):
                self.line(row)
            self.problems.extend(self.totals.problems())
        self.single_cells()
        self.say_unmapped()
        return self.once(self.unmerged())

    def look(self, rows: Iterable[int], columns: list[int]) -> None:
        anchors = (self.sheet.merged.get((row, column), (row, column)) for row in rows for column in columns)
        self.seen.update(anchor for anchor in anchors if anchor[1] in columns)

    def problem(self, code: str, spot: Spot, region: str = "", severity: str = "error", key: str = "", **values: Any) -> None:
        self.problems.append(Problem(code, self.sheet.place(*spot, key), values, severity, region))  # type: ignore[arg-type]

    # A line

    def line(self, row: int) -> None:
        labels = {number: self.label(row, number, column) for kind in _KINDS if kind != "value" for number, column in self.columns[kind]}
        filled = [(number, column, cell) for number, column in self.columns["value"] if (cell := self.value(row, number)) is not None]
        names = [labels[number] for kind in ("region", "item") for number, _ in self.columns[kind]]
        if self.is_total(row, names):
            self.above.clear()
            for number, column, cell in filled:
                self.sum(row, number, column, labels, cell, total=True)
            return
        said = self.reason(row, labels)
        if (not filled and not said) or self.is_head(row):
            return
        region = self.one(labels, "region")
        code = self.regions.get(plain(region), "") if self.columns["region"] else ""
        for number, column in self.columns["value"]:
            cell = self.value(row, number)
            if cell is None and not said:
                continue
            item = None if column.variable else self.item(row, column, labels)
            if self.columns["region"] and not column.region and code != _IGNORED and not code:
                if cell is not None:
                    self.note("region_unmapped", region, cell, (row, number))
            elif column.variable is None and item is None:
                if cell is not None:
                    self.note("item_unmapped", self.item_text(labels), cell, (row, number))
            elif item is not None and item.ignore:
                continue
            elif code == _IGNORED:
                if cell is not None:
                    variable = column.variable or (item.variable if item else None) or ""
                    self.sum(row, number, column, labels, cell, total=False, variable=variable, passed_over=True)
            else:
                self.take(row, number, column, item, column.region or code, labels, cell or _EMPTY, said if cell is None else "")

    def label(self, row: int, number: int, column: MappedColumn) -> str:
        text = self.sheet.text(row, number)
        if column.blank == "above":
            text = text or self.above.get(number, "")
            self.above[number] = text
        return text

    def value(self, row: int, number: int) -> Cell | None:
        """Return what stands in a column of values; a label that was merged across it is not a value."""
        anchor = self.sheet.merged.get((row, number), (row, number))
        if anchor[1] != number and all(anchor[1] != other for other, _ in self.columns["value"]):
            return None
        cell = self.sheet.cells.get(anchor)
        return cell if cell is not None and cell.text else None

    def one(self, labels: dict[int, str], kind: Is) -> str:
        return next((labels[number] for number, _ in self.columns[kind] if labels[number]), "")

    def is_total(self, row: int, names: list[str]) -> bool:
        if not self.sums:
            return False
        if not any(names):
            names = [next((text for column in range(1, self.width + 1) if (text := self.sheet.text(row, column))), "")]
        return any(plain(text) in self.sums for text in names if text)

    def is_head(self, row: int) -> bool:
        """Return whether a line repeats the head, as at the top of a new page."""
        texts = {number: plain(self.sheet.text(row, number)) for number in self.heads}
        filled = [number for number, text in texts.items() if text]
        return len(filled) >= 2 and all(texts[number] in self.heads[number] for number in filled)

    def item_text(self, labels: dict[int, str]) -> str:
        return path_of(labels[number] for number, _ in self.columns["item"])

    def item(self, row: int, column: MappedColumn, labels: dict[int, str]) -> MappedItem | None:
        """Return the entry of `items` for a line: the one that also names its row or column before the one that does not."""
        fitting = [
            item
            for item in self.items.get(plain(self.item_text(labels)), ())
            if item.row in ("", str(row)) and item.column in ("", column.column)
        ]
        return max(fitting, key=lambda item: (bool(item.row), bool(item.column)), default=None)

    def reason(self, row: int, labels: dict[int, str]) -> str:
        """Return the typed reason that a column states for a line; empty when there is none."""
        text = self.one(labels, "missing")
        known = missing_word(text) if text else None
        if text and known is None and not any(self.value(row, number) for number, _ in self.columns["value"]):
            number = self.columns["missing"][0][0]
            self.problem("reason_unread", (row, number), severity="warning", text=text)
        return known or ""

    def note(self, code: str, text: str, cell: Cell, spot: Spot) -> None:
        if figure_like(cell):
            self.unmapped[code, text].append(spot)

    def take(
        self, row: int, number: int, column: MappedColumn, item: MappedItem | None, code: str, labels: dict[int, str], cell: Cell, said: str
    ) -> None:
        """Add a figure, unless its period or its unit cannot be told."""
        variable = column.variable or (item.variable if item else None) or ""
        code = code or self.table.region or self.mapping.region_of(self.file)
        printed = self.one(labels, "period")
        period = column.period or period_in(printed) or (item.period if item else None) or self.table.period or ""
        if not column.period and self.columns["period"] and not period_in(printed):
            self.problem("bad_period", (row, self.columns["period"][0][0]), code, key=variable, period=printed)
            return
        unit = self.unit((row, number), column, item, self.one(labels, "unit"), code, variable)
        if unit is None:
            return
        year = self.one(labels, "data_year")
        source = self.one(labels, "source") or self.table.source or self.mapping.source
        figure = Received(
            self.file, self.sheet.name, cell_name(number - 1, row), cell, code, period, variable, unit=unit, missing=said,
            data_year=period_in(year) or year, source=source, evidence_id=self.one(labels, "evidence"),
        )  # fmt: skip
        self.taken.append(_Taken(figure, self.sheet.merged.get((row, number), (row, number))))
        self.sum(row, number, column, labels, cell, total=False, variable=variable)

    def unit(self, spot: Spot, column: MappedColumn, item: MappedItem | None, printed: str, code: str, variable: str) -> str | None:
        """Return the unit of a figure; None after saying that mapping and file disagree on it."""
        in_item = unit_in(item.text, self.units) if item else ""
        in_head = unit_in(column.head, self.units)
        given = [column.unit, item.unit if item else "", known_unit(printed, self.units), in_item, in_head]
        said = [unit for unit in given if unit]
        justified = column.note or (item.note if item else "")
        different = next((unit for unit in said if self.units.get(unit) != self.units.get(said[0])), None)
        if different and not justified:
            text = (item.text if item else "") or column.head
            self.problem("mapping_unit_differs", spot, code, key=variable, text=text, found=different, unit=said[0])
            return None
        return said[0] if said else printed.strip() or self.fallback

    def sum(
        self, row: int, number: int, column: MappedColumn, labels: dict[int, str], cell: Cell, *, total: bool, variable: str = "",
        passed_over: bool = False,
    ) -> None:  # fmt: skip
        """Remember a figure for the comparison with totals: in tables of several regions, of what can be added up."""
        if not self.sums or not self.columns["region"] or not cell.text:
            return
        if not total:
            unit = self.catalog.variable_unit(variable) or ""
            if unit in _NOT_SUMMED or "/" in unit:
                return
        group = "|".join(plain(labels[n]) for kind in ("item", "period") for n, _ in self.columns[kind])
        if total and any(plain(labels[n]) in self.sums for n, _ in self.columns["item"]):
            return
        self.totals.add((row, number), group, cell, total=total, passed_over=passed_over)

    # Single cells

    def single_cells(self) -> None:
        for entry in self.table.cells:
            row, number = spot_of(entry.cell)
            anchor = self.sheet.merged.get((row, number), (row, number))
            self.seen.add(anchor)
            cell = self.sheet.cells.get(anchor)
            if entry.ignore or cell is None or not cell.text:
                continue
            code = entry.region or self.table.region or self.mapping.region_of(self.file)
            if anchor != (row, number) and missing_word(cell.text) is None:  # it stands under another label
                cells = [cell_name(anchor[1] - 1, anchor[0]), entry.cell]
                self.problem("merged_value", (row, number), code, count=len(cells), cells=cells)
                continue
            variable = entry.variable or ""
            like = MappedColumn.model_validate({"column": "A", "is": "value", "head": entry.label, "unit": entry.unit, "note": entry.note})
            unit = self.unit((row, number), like, None, "", code, variable)
            if unit is None:
                continue
            source = self.table.source or self.mapping.source
            period = entry.period or self.table.period or ""
            figure = Received(self.file, self.sheet.name, entry.cell, cell, code, period, variable, unit=unit, source=source)
            self.taken.append(_Taken(figure, anchor))

    # What is said of the whole

    def unmerged(self) -> list[Received]:
        """Return the figures without those that share one merged cell: nobody can say which of them it is.

        A reason why there is none (不涉及) that is merged over several holds for each of them.
        """
        by_anchor: dict[Spot, list[Received]] = defaultdict(list)
        for taken in self.taken:
            if missing_word(taken.figure.cell.text) is None:
                by_anchor[taken.anchor].append(taken.figure)
        unread: dict[Spot, list[str]] = defaultdict(list)  # of lines that the mapping does not know
        for row, column in {spot for spots in self.unmapped.values() for spot in spots}:
            unread[self.sheet.merged.get((row, column), (row, column))].append(cell_name(column - 1, row))
        several = {anchor for anchor, figures in by_anchor.items() if len(figures) + len(unread.get(anchor, ())) > 1}
        for anchor, figures in by_anchor.items():
            if anchor in several:
                cells = [*(figure.address for figure in figures), *sorted(unread.get(anchor, ()))]
                for code in dict.fromkeys(figure.region_code for figure in figures):
                    self.problem("merged_value", anchor, code, count=len(cells), cells=cells)
        kept = [taken for taken in self.taken if taken.anchor not in several]
        # Where one figure fills a merged range, the range's first cell is the one that a spreadsheet shows and selects.
        return [replace(taken.figure, address=cell_name(taken.anchor[1] - 1, taken.anchor[0])) for taken in kept]

    def once(self, figures: list[Received]) -> list[Received]:
        """Return the figures, each region's variable and period once; two that differ are a fault of the mapping or of the file."""
        first: dict[tuple[str, str, str], Received] = {}
        told: set[tuple[str, str, str]] = set()
        for figure in figures:
            key = (figure.region_code, figure.variable, figure.period)
            other = first.setdefault(key, figure)
            if key not in told and (_content(other.cell), other.unit) != (_content(figure.cell), figure.unit):
                told.add(key)
                values = {
                    "first": other.address,
                    "first_value": other.cell.text,
                    "second": figure.address,
                    "second_value": figure.cell.text,
                }
                place = Place(self.sheet.file, self.sheet.name, figure.address, figure.key)
                self.problems.append(Problem("mapped_twice", place, values, "error", figure.region_code))
        return list(first.values())

    def say_unmapped(self) -> None:
        for (code, text), spots in self.unmapped.items():
            rows = list(dict.fromkeys(row for row, _ in spots))
            severity = "warning" if code == "item_unmapped" else "error"
            self.problem(code, spots[0], severity=severity, text=text, count=len(spots), rows=rows)


_KINDS: tuple[Is, ...] = ("region", "item", "period", "unit", "value", "source", "note", "data_year", "evidence", "missing")
_IGNORED = "—"


def _content(cell: Cell) -> tuple[str, bool, str, bool]:
    """Return all of a cell that a figure is read from."""
    return cell.text, cell.percent, cell.suffix, cell.scaled


def _region_names(catalog: Catalog, run: Run, table: MappedTable) -> dict[str, str]:
    """Return the code by every exact name of a region: of the mapping, of the run's regions, then of others that no two share."""
    names = {plain(entry.text): entry.region or _IGNORED for entry in table.regions}
    inside = [catalog.regions[code] for code in run.regions]
    outside = [region for code, region in catalog.regions.items() if code not in run.regions]
    for regions in (inside, outside):
        found: dict[str, set[str]] = defaultdict(set)
        for region in regions:
            for name in (region.code, region.full_name_zh, region.name_zh):
                found[plain(name)].add(region.code)
        for name, codes in found.items():
            if len(codes) == 1:
                names.setdefault(name, next(iter(codes)))
    return names
