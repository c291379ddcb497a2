"""Tables that people type into a sheet: heads by code or word in the first line, one line for each thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evalkit.messages import Problem
from evalkit.tables.books import Cell, Sheet


def lines_under(
    sheet: Sheet, head: Mapping[int, str], known: Mapping[str, str], allowed: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[int, dict[str, Cell], dict[str, int]]]:
    """Yield the lines of a sheet that hold anything.

    Parameters
    ----------
    sheet : Sheet
    head : mapping
        Text of the first line by column.
    known : mapping
        Code of each head that is understood.
    allowed : sequence of str
        Heads that a message offers.
    problems : list of Problem
        Gets a problem for each head that is empty, not understood, or there twice.

    Yields
    ------
    line, cells, columns
        Number of the line, its cells by code, and the column of each code.
    """
    columns: dict[str, int] = {}
    for column, text in head.items():
        code = known.get(text)
        if not text and any(at == column for _, at in sheet.cells):
            problems.append(Problem("head_empty", sheet.place(1, column), {"allowed": allowed}))
        elif text and (code is None or code in columns):
            problems.append(Problem("unknown_key", sheet.place(1, column), {"key": text, "allowed": allowed}))
        elif code is not None:
            columns[code] = column
    for line in range(2, sheet.last_row + 1):
        cells = {code: found for code, column in columns.items() if (found := sheet.at(line, column)) is not None}
        if cells:
            yield line, cells, columns
