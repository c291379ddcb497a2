"""Tidy tables: one figure per line, under the columns of the manual. CSV as it is, and the same head in a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.intake.received import Received
from evalkit.messages import Place, Problem
from evalkit.tables import CsvRow, cell_name
from evalkit.tables.books import Cell, Sheet
from evalkit.values import Period, PeriodError

REQUIRED = ["region_code", "region", "period", "variable", "value", "unit", "source"]
OPTIONAL = ["entity", "data_year", "evidence_id", "note", "备注"]
_EMPTY = Cell("")


def is_tidy(sheet: Sheet) -> bool:
    """Return whether the first line of a sheet has the columns of a tidy table."""
    head = {sheet.text(1, column).strip() for column in range(1, sheet.last_column + 1)}
    return head.issuperset(REQUIRED)


def tidy_rows(catalog: Catalog, rows: Sequence[CsvRow], file: str, region: str | None, problems: list[Problem]) -> Iterator[Received]:
    """Yield the figures of a CSV file; with `region` only that region's."""
    if rows:
        columns = rows[0].columns
        letters = {column: cell_name(columns.index(column), 1)[:-1] for column in columns}
        yield from _figures(catalog, file, "", letters, ((row.line, row.cells, None) for row in rows), region, problems)
    _repeated(file, "", ((row.line, tuple(row.cells.values())) for row in rows), problems)


def tidy_sheet(catalog: Catalog, sheet: Sheet, file: str, region: str | None, problems: list[Problem]) -> Iterator[Received]:
    """Yield the figures of a sheet of a workbook whose first line is the head of a tidy table."""
    head = {sheet.text(1, column).strip(): column for column in range(sheet.last_column, 0, -1)}
    unknown = {name: column for name, column in head.items() if name and name not in (*REQUIRED, *OPTIONAL)}
    for column in range(1, sheet.last_column + 1):
        name = sheet.text(1, column).strip()
        if name and head[name] != column:  # a second one: nobody can say which is meant
            unknown.setdefault(name, column)
    if unknown:
        name, column = next(iter(unknown.items()))
        spot = sheet.place(1, column)
        problems.append(
            Problem("unknown_key", Place(f"data/raw/{file}", spot.sheet, spot.cell), {"key": name, "allowed": [*REQUIRED, *OPTIONAL]})
        )
        return
    columns = {name: column for name, column in head.items() if name}
    letters = {name: cell_name(column - 1, 1)[:-1] for name, column in columns.items()}
    lines = []
    for row in sorted({row for row, _ in sheet.cells if row > 1}):
        cells = {name: _as_text(sheet.cells.get((row, column))) for name, column in columns.items()}
        if any(cells.values()):
            lines.append((row, cells, sheet.cells.get((row, columns["value"]), _EMPTY)))
    yield from _figures(catalog, file, sheet.name, letters, lines, region, problems)
    _repeated(file, sheet.name, ((row, tuple(cells.values())) for row, cells, _ in lines), problems)


def _as_text(cell: Cell | None) -> str:
    return "" if cell is None else cell.text.strip()


def _repeated(file: str, sheet: str, lines: Iterator[tuple[int, tuple[str, ...]]], problems: list[Problem]) -> None:
    seen: set[tuple[str, ...]] = set()
    repeated: list[int] = []
    for line, cells in lines:
        if cells in seen:
            repeated.append(line)
        seen.add(cells)
    if repeated:
        spot = Place(f"data/raw/{file}", sheet, f"A{repeated[0]}")
        problems.append(Problem("row_repeated", spot, {"count": len(repeated)}, "warning"))


def _figures(
    catalog: Catalog, file: str, sheet: str, letters: dict[str, str],
    lines: Iterator[tuple[int, object, Cell | None]] | list[tuple[int, dict[str, str], Cell]],
    region: str | None, problems: list[Problem],
) -> Iterator[Received]:  # fmt: skip
    def problem(code: str, column: str, line: int, key: str, of: str = "", severity: str = "error", **values: object) -> None:
        place = Place(f"data/raw/{file}", sheet, f"{letters[column]}{line}", key)
        problems.append(Problem(code, place, values, severity, of))  # type: ignore[arg-type]

    known = _Known(catalog)
    for line, cells, cell in lines:
        get: Callable[..., str] = cells.get  # type: ignore[attr-defined]
        code, variable, period = get("region_code", ""), get("variable", ""), get("period", "")
        if code not in catalog.regions:
            problem("unknown_region", "region_code", line, variable, code_received=code, hint=near(code, catalog.regions))
            continue
        if region is not None and code != region:
            continue
        name = get("region", "")
        if not known.name(code, name):
            expected = catalog.regions[code].name_zh
            problem("region_name_differs", "region", line, variable, code, "warning", code_received=code, name=name, expected=expected)
        if not known.period(period):
            problem("bad_period", "period", line, variable, code, period=period)
            continue
        yield Received(
            file, sheet, f"{letters['value']}{line}", cell or Cell(get("value", "")), code, period, variable,
            unit=get("unit", ""), data_year=get("data_year", ""), source=get("source", ""), evidence_id=get("evidence_id", ""),
            entity=get("entity", ""), line=line, letters=letters,
        )  # fmt: skip


class _Known:
    """Names and periods that were looked at before: a long table repeats a handful of them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.names: dict[tuple[str, str], bool] = {}
        self.periods: dict[str, bool] = {}

    def name(self, code: str, name: str) -> bool:
        if (code, name) not in self.names:
            region = self.catalog.regions[code]
            self.names[code, name] = name.lstrip("*") in (region.name_zh, region.full_name_zh)
        return self.names[code, name]

    def period(self, text: str) -> bool:
        if text not in self.periods:
            try:
                Period.parse(text)
                self.periods[text] = True
            except PeriodError:
                self.periods[text] = False
        return self.periods[text]
