"""One marked cell: its colour, its comment, and what it was before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evalkit.collection.issue_sheet import FILLS, clean, lines_of
from evalkit.collection.problems import SEVERITIES, SYMBOLS, asked, cell_of
from evalkit.messages import Problem, word

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_AUTHOR = "evalkit"
_LONGEST = 3000  # characters of our part of a comment
_LONGEST_ALL = 32_000  # of a comment at all
_WIDTH = 330  # pixels of a comment: 44 characters of its small font
_CHARACTERS = 44
_LINE = 17  # pixels
_NO_FILL = "<fill><patternFill /></fill>"
_OURS = re.compile(rf"(?:^|\n\n)[{''.join(SYMBOLS.values())}] (?:检查意见：|Check: )")


class Spots:
    """Where the problems of a workbook are in it.

    Parameters
    ----------
    book : Workbook
        As it is now: sheets, their used ranges and merged cells are looked at once.
    """

    def __init__(self, book: Workbook) -> None:
        self._used = {sheet.title: (sheet.max_row, sheet.max_column) for sheet in book.worksheets}
        self._merged: dict[str, dict[int, list[Any]]] = {}  # by sheet and row
        for sheet in book.worksheets:
            rows = self._merged.setdefault(sheet.title, {})
            for merged in sheet.merged_cells.ranges:
                for row in range(merged.min_row, merged.max_row + 1):
                    rows.setdefault(row, []).append(merged)

    def of(self, problem: Problem) -> tuple[str, str] | None:
        """Return sheet and address of the cell of a problem, of a merged range its first; None where the workbook has none such."""
        cell = cell_of(problem.place.cell)
        return self._first(problem.place.sheet, *cell) if cell is not None else None

    def has(self, title: str, address: str) -> bool:
        """Return whether there is a cell of that address, and none that is merged into another."""
        cell = cell_of(address)
        return cell is not None and self._first(title, *cell) == (title, address)

    def _first(self, title: str, row: int, column: int) -> tuple[str, str] | None:
        from openpyxl.utils import get_column_letter

        rows, columns = self._used.get(title, (0, 0))
        if row > rows or column > columns:
            return None
        for merged in self._merged[title].get(row, ()):
            if merged.min_col <= column <= merged.max_col:
                row, column = merged.min_row, merged.min_col
        return title, f"{get_column_letter(column)}{row}"


def mark(cell: Any, problems: Sequence[Problem]) -> str:
    """Colour a cell by the worst of its problems, say them in its comment, and return how it was filled before."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill
    from openpyxl.xml.functions import tostring

    before = tostring(cell.fill.to_tree()).decode() if cell.fill.tagname == "patternFill" else _NO_FILL
    worst = min((problem.severity for problem in problems), key=SEVERITIES.index)
    cell.fill = PatternFill("solid", fgColor=FILLS[worst])
    text, author = comment_text(problems), _AUTHOR
    if cell.comment is not None:
        kept = _theirs(cell.comment.text)
        text, author = (f"{kept}\n\n{text}" if kept else text), cell.comment.author or _AUTHOR
    cell.comment = Comment(text[:_LONGEST_ALL], author)
    fit(cell.comment)
    return before


def comment_text(problems: Sequence[Problem]) -> str:
    """Return what a comment says: symbol and severity, then each problem and what to do about it."""
    worst = min((problem.severity for problem in problems), key=SEVERITIES.index)
    told = [f"{problem.message()}\n→ {asked(problem)}" for problem in problems]
    if len(told) > 1:
        told = [f"{number}. {text}" for number, text in enumerate(told, start=1)]
    kept: list[str] = []
    for text in told:
        if kept and sum(map(len, kept)) + len(text) > _LONGEST:
            kept.append(word("issue_list", "more_in_list").format(count=len(told) - len(kept)))
            break
        kept.append(text[:_LONGEST])
    return clean("\n".join([f"{SYMBOLS[worst]} {word('issue_list', 'check')}{word('severity', worst)}", *kept]))


def fit(comment: Any) -> None:
    """Make a comment as large as its text."""
    comment.width = _WIDTH
    comment.height = min(max(lines_of(comment.text, _CHARACTERS) * _LINE + 16, 50), 700)


def fit_comments(sheet: Worksheet) -> None:
    """Make the comments of a sheet as large as their texts: openpyxl forgets how large they were."""
    for cell in sheet._cells.values():  # its rows would make all cells between
        if cell.comment is not None:
            fit(cell.comment)


def restore(cell: Any, fill: str) -> None:
    """Fill a cell as it was before, and take our part out of its comment; what cannot be read is left as it is."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if len(fill) > _LONGEST:
        return
    try:
        before = PatternFill.from_tree(fromstring(fill, forbid_dtd=True))
    except Exception:  # somebody wrote something else into the hidden column
        return
    if not isinstance(before, PatternFill):
        return
    cell.fill = before
    if cell.comment is not None:
        kept = _theirs(cell.comment.text)
        cell.comment = Comment(kept, cell.comment.author) if kept else None


def _theirs(text: str) -> str:
    """Return a comment without the part that an earlier annotation appended."""
    found = _OURS.search(text)
    return text[: found.start()].rstrip() if found else text
