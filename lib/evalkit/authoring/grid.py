"""Tables in sheets: where the head stands, which column is which, and nothing beside them that goes unread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from evalkit.authoring.book import Sheet
from evalkit.authoring.columns import Column, heads_of, plain
from evalkit.messages import Place, Problem

HEAD_LINES = 15  # the head stands within the first lines
_LEAST = 3  # known heads that make a line a head
_MACHINERY = ("公式释读", "行属性", "行口径", "组合指标英文名", "领域英文名", "标记", "核对人", "核对日期", "页码")  # nobody types these
_REMARK = re.compile(r"(?:注|备注|说明|附注)\s*[0-9一二三四五]*\s*[：:．.、]|[※*＊★]")


@dataclass
class Table:
    """A table of a sheet.

    Parameters
    ----------
    sheet : Sheet
    head : int
        Line of the head, from 1.
    columns : dict
        Column of the sheet by key.
    lines : list of int
        Lines that hold something, without repeated heads and remarks.
    above, remarks : list of str
        Texts above the head, and remarks (注：…) below the table.
    """

    sheet: Sheet
    head: int
    columns: dict[str, int]
    heads: dict[str, str]
    lines: list[int] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def text(self, line: int, key: str) -> str:
        """Return the text of a cell, also where it is merged with the one above; empty where there is no such column."""
        column = self.columns.get(key)
        return self.sheet.at(line, column) if column else ""

    def place(self, line: int, key: str) -> Place:
        """Return the place of a cell; of the line where there is no such column."""
        return self.sheet.place(line, self.columns.get(key, 1), self.heads.get(key, ""))


def head_line(sheet: Sheet, columns: Sequence[Column]) -> tuple[int, int]:
    """Return the line among the first ones that has the most heads, and how many."""
    known = heads_of(tuple(columns))
    counts = [
        (sum(plain(sheet.cells.get((line, column), "")) in known for column in range(1, sheet.last_column + 1)), -line)
        for line in range(1, min(HEAD_LINES, sheet.last_row) + 1)
    ]
    count, line = max(counts, default=(0, 0))
    return -line, count


def is_table(sheet: Sheet, columns: Sequence[Column]) -> bool:
    """Return whether a sheet has a head with some of these columns."""
    return head_line(sheet, columns)[1] >= _LEAST


def read_table(sheet: Sheet, columns: Sequence[Column], needed: Sequence[str], problems: list[Problem]) -> Table:
    """Return the table of a sheet; problems are added to the list.

    Parameters
    ----------
    sheet : Sheet
    columns : sequence of Column
        What the heads may be.
    needed : sequence of str
        Keys of the columns that must be there.
    """
    line, _ = head_line(sheet, columns)
    table = Table(sheet, line, {}, {})
    _heads(table, columns, problems)
    printed = {column.key: column.head for column in columns}
    absent = [printed[key] for key in needed if key not in table.columns]
    if absent:
        problems.append(Problem("head_missing", sheet.place(line, 1), {"heads": "、".join(absent)}))
    _lines(table, columns, problems)
    problems += [fault for (row, _), fault in sorted(sheet.faults.items()) if row >= line]
    if sheet.hidden:
        problems.append(Problem("lines_hidden", Place(sheet.file, sheet.name), {"lines": sheet.hidden}, "warning"))
    return table


def _heads(table: Table, columns: Sequence[Column], problems: list[Problem]) -> None:
    sheet, line = table.sheet, table.head
    known = heads_of(tuple(columns))
    table.above = [sheet.cells[spot] for spot in sorted(sheet.cells) if spot[0] < line]
    for number in range(1, sheet.last_column + 1):
        head = sheet.cells.get((line, number), "")
        column = known.get(plain(head)) if head else None
        if column is None:
            _without_head(table, known, number, head, problems)
        elif column.key in table.columns:
            values = {"first": table.heads[column.key], "second": head}
            problems.append(Problem("head_twice", sheet.place(line, number), values))
        else:
            table.columns[column.key], table.heads[column.key] = number, head


def _without_head(table: Table, known: dict[str, Column], number: int, head: str, problems: list[Problem]) -> None:
    """See to a column whose head is not known: the second one under a merged 指标名称 holds the parts, others must be empty."""
    sheet, line = table.sheet, table.head
    first = sheet.merged.get((line, number))
    if first == (line, number - 1) and table.columns.get("name") == number - 1 and "part" in {c.key for c in known.values()}:
        table.columns["part"], table.heads["part"] = number, table.heads["name"]
        return
    below = [row for row, column in sheet.cells if column == number and row > line]
    if below or head:
        place = sheet.place(line if head else min(below), number)
        allowed = [head for head in dict.fromkeys(column.head for column in known.values()) if head not in _MACHINERY]
        problems.append(Problem("head_unknown" if head else "head_empty", place, {"head": head, "allowed": allowed}))


def _lines(table: Table, columns: Sequence[Column], problems: list[Problem]) -> None:
    """Sort the lines below the head: those of the table, repeated heads, remarks, and what belongs to nothing."""
    sheet = table.sheet
    own: dict[int, list[int]] = {}
    for row, column in sorted(sheet.cells):
        own.setdefault(row, []).append(column)
    start = max([row for (row, _), first in sheet.merged.items() if first[0] == table.head], default=table.head) + 1
    rows = [row for row in sorted(own) if row >= start]
    heads = {(column, table.sheet.cells.get((table.head, column), "")) for column in table.columns.values()}
    for row in [row for row in own if table.head < row < start]:
        problems.append(Problem("line_stray", sheet.place(row, own[row][0]), {"text": sheet.cells[row, own[row][0]]}))
    for row in rows:
        texts = {(column, sheet.cells[row, column]) for column in own[row]}
        first = sheet.cells[row, own[row][0]]
        if texts <= heads:
            continue  # the head again, as at the top of a printed page
        if len(texts) == 1 and _REMARK.match(first):
            table.remarks.append(first)
        elif len(texts) == 1 and len(columns) > 3 and not _merged_into(table, row):
            problems.append(Problem("line_stray", sheet.place(row, own[row][0]), {"text": first}))
        else:
            table.lines.append(row)


def _merged_into(table: Table, row: int) -> bool:
    """Return whether a line takes some of its texts from a merged cell that begins above it."""
    return any(table.sheet.merged.get((row, column), (row, column))[0] < row for column in table.columns.values())
