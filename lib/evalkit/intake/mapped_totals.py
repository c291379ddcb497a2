"""Lines of totals in tables of several regions: not read as figures, but compared with the lines they sum up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.messages import Problem
from evalkit.tables.books import Cell, Sheet
from evalkit.tables.books.grid import Spot
from evalkit.values import PlainDecimalError, format_full, parse_decimal

_Line = tuple[int, Fraction | None, bool]


@dataclass
class Totals:
    """The lines of a table, column by column, with the totals between them.

    Parameters
    ----------
    sheet : Sheet
    columns : dict
        For each column, and what else tells sums apart (the item of the line): row, figure, and whether it is a total, from above.
    full : dict
        The same with the lines that are passed over: a total may count a region that is none of ours.
    """

    sheet: Sheet
    columns: dict[tuple[int, str], list[_Line]] = field(default_factory=dict)
    full: dict[tuple[int, str], list[_Line]] = field(default_factory=dict)

    def add(self, spot: Spot, group: str, cell: Cell, *, total: bool, passed_over: bool = False) -> None:
        """Take a figure of a line, or of a line of totals; one that is no plain number spoils the sums it is part of."""
        value: Fraction | None = None
        with suppress(PlainDecimalError):
            value = parse_decimal(cell.text.replace(",", ""))
        for lines in (self.full,) if passed_over else (self.columns, self.full):
            lines.setdefault((spot[1], group), []).append((spot[0], value, total))

    def problems(self) -> Iterator[Problem]:
        """Yield a warning for each total that is none of the sums it could be: of all lines, of those since or until another total."""
        for (column, group), lines in self.columns.items():
            full = self.full[column, group]
            for i, (row, value, total) in enumerate(lines):
                if not total or value is None:
                    continue
                numbers = _sums(lines, i)
                if numbers[0] is None or value in numbers or value in _sums(full, full.index(lines[i])):
                    continue
                shown = {"total": format_full(value), "sum": format_full(numbers[0] or Fraction(0))}
                yield Problem("total_differs", self.sheet.place(row, column), shown, "warning")


def _sums(lines: list[_Line], i: int) -> list[Fraction | None]:
    """Return what the total at a place could be: the sum of all lines, of those since or until another total, of those before."""
    parts = [
        [line for line in lines if not line[2]],
        _until_total(lines[:i][::-1]),
        _until_total(lines[i + 1 :]),
        [line for line in lines[:i] if not line[2]],
    ]
    return [_sum(part) for part in parts]


def _until_total(lines: list[_Line]) -> list[_Line]:
    end = next((i for i, line in enumerate(lines) if line[2]), len(lines))
    return lines[:end]


def _sum(lines: list[_Line]) -> Fraction | None:
    if not lines or any(value is None for _, value, _ in lines):
        return None
    return sum((value for _, value, _ in lines if value is not None), Fraction(0))
