"""Progress sheets (进度表): how far tasks and projects of a plan are, read whole or not at all, each fault with its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path

from evalkit.catalog.load import near
from evalkit.catalog.plan_lists import PlanLists
from evalkit.intake.headed import lines_under
from evalkit.messages import EvalkitError, Place, Problem, word, words
from evalkit.tables.books import Cell, Sheet, read_book
from evalkit.values import FigureError, read_figure

#: States that a sheet may report; whether something is late is worked out, not reported.
STATES = ("done", "in_progress", "not_started")
REQUIRED = ("item", "as_of", "state")
COLUMNS = (*REQUIRED, "title", "done_on", "share", "spent", "note", "source")

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?: 00:00:00)?", re.ASCII)
_UNITS = {"share": ("%", "％"), "spent": ("万元",)}
_EMPTY = Cell("")


@dataclass(frozen=True)
class Reported:
    """What a progress sheet says of one task or project on one day.

    Parameters
    ----------
    item : str
        Id of the task or project.
    as_of : datetime.date
        Day that the report is about.
    state : {"done", "in_progress", "not_started"}
    done_on : datetime.date or None
        Day on which it was done, not after `as_of`.
    share : Fraction or None
        Share of the work that is done, in percent; None where the sheet says nothing.
    spent : Fraction or None
        Money spent so far, in 万元.
    note : str
    place : Place
    source : str
        Who reported it.
    """

    item: str
    as_of: date
    state: str
    done_on: date | None = None
    share: Fraction | None = None
    spent: Fraction | None = None
    note: str = ""
    place: Place = field(default_factory=Place)
    source: str = ""

    def says(self) -> tuple[object, ...]:
        """Return what it says, without remark and place: reports of one day have to agree in this."""
        return self.state, self.done_on, self.share, self.spent


@dataclass(frozen=True)
class _Row:
    cells: Mapping[str, Cell]
    place: Callable[[str], Place]

    def text(self, column: str) -> str:
        return self.cells.get(column, _EMPTY).text.strip()


def read_progress(path: Path, label: str, lists: PlanLists) -> list[Reported]:
    """Return what a progress sheet reports, in the order of its lines.

    Parameters
    ----------
    path : Path
        CSV, ``.xlsx``, ``.xls`` or ``.ods``. Heads are the codes of :data:`COLUMNS` or their names in words.
    label : str
        How the file is called in messages.
    lists : PlanLists
        Whose tasks and projects it may name.

    Returns
    -------
    list of Reported

    Raises
    ------
    EvalkitError
        With all that is wrong: unknown ids and words, days and figures that cannot be read, contradictions in a report and between
        reports.
    """
    return read_sheets(read_book(path, label), lists)


def read_sheets(sheets: Sequence[Sheet], lists: PlanLists) -> list[Reported]:
    """Return the lines of all visible sheets whose first line is the head of a progress sheet; see :func:`read_progress`."""
    visible = [sheet for sheet in sheets if not sheet.hidden and sheet.cells]
    known = _heads()
    heads = [{column: sheet.text(1, column).strip() for column in range(1, sheet.last_column + 1)} for sheet in visible]
    lacking = [[name for name in REQUIRED if name not in {known.get(text) for text in head.values()}] for head in heads]
    tables = [(sheet, head) for sheet, head, missing in zip(visible, heads, lacking, strict=True) if not missing]
    if not tables:
        place = visible[0].place(1, 1) if visible else Place(sheets[0].file if sheets else "", cell="A1")
        named = words("progress_column", "zh")
        expected = "；".join((",".join(REQUIRED), ",".join(named[name] for name in REQUIRED)))
        missing = lacking[0] if lacking else list(REQUIRED)
        raise EvalkitError(Problem("csv_header", place, {"missing": missing, "expected": expected, "hint": ""}))
    problems: list[Problem] = []
    rows = [row for sheet, head in tables for row in _rows(sheet, head, known, problems)]
    reader = _Reader(lists, problems)
    reports = [report for row in rows if (report := reader.report(row)) is not None]
    problems += contradictions(reports)
    if not rows and not problems:
        problems.append(Problem("progress_empty", Place(sheets[0].file)))
    if problems:
        raise EvalkitError(problems)
    return reports


def read_day(text: str) -> date:
    """Return a day written as 2024-12-31, 2024/12/31 or 2024年12月31日.

    Raises
    ------
    ValueError
        Code of the problem: written otherwise, or there is no such day.
    """
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError("progress_day")
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        raise ValueError("progress_no_day") from None


def contradictions(reports: Iterable[Reported]) -> Iterator[Problem]:
    """Yield a problem for each report that says something else than an earlier one of the same item and day."""
    first: dict[tuple[str, date], Reported] = {}
    for report in reports:
        other = first.setdefault((report.item, report.as_of), report)
        if other.says() != report.says():
            yield Problem("progress_differs", report.place, {"item": report.item, "day": report.as_of, "other": other.place})


def _heads() -> dict[str, str]:
    """Return the code of each head that is understood."""
    zh, en = words("progress_column", "zh"), words("progress_column", "en")
    return {name: code for code in COLUMNS for name in (zh[code], en[code], code)}


def _head_names() -> list[str]:
    return [word("progress_column", code) for code in COLUMNS]


def _rows(sheet: Sheet, head: Mapping[int, str], known: Mapping[str, str], problems: list[Problem]) -> Iterator[_Row]:
    for line, cells, columns in lines_under(sheet, head, known, _head_names(), problems):
        yield _Row(cells, partial(_place, sheet, line, columns))


def _place(sheet: Sheet, line: int, columns: Mapping[str, int], column: str) -> Place:
    number = columns.get(column, 1)
    return sheet.place(line, number, sheet.text(1, number).strip() if column in columns else column)


class _Reader:
    """Reads line after line."""

    def __init__(self, lists: PlanLists, problems: list[Problem]) -> None:
        self.problems = problems
        self.plan = lists.plan
        self.titles: dict[str, str] = {}
        self.twice: set[str] = set()
        for line in (*lists.tasks, *lists.projects):
            if line.id in self.titles:
                self.twice.add(line.id)
            self.titles[line.id] = line.title

    def report(self, row: _Row) -> Reported | None:
        """Return what a line says, or None after telling what is wrong with it."""
        before = len(self.problems)
        self.item(row)
        as_of, done_on = self.day(row, "as_of"), self.day(row, "done_on")
        state = self.state(row)
        share, spent = self.figure(row, "share"), self.figure(row, "spent")
        if share is not None and share > 100:
            self.tell("progress_range", row, "share", range="0–100 %")
        if as_of is not None and done_on is not None and done_on > as_of:
            self.tell("progress_future", row, "done_on", as_of=as_of)
        if state and state != "done" and row.text("done_on"):
            self.tell("progress_state_differs", row, "done_on", state=word("progress_state", state))
        if share is not None and ((state == "done" and share < 100) or (state == "not_started" and share > 0)):
            self.tell("progress_state_differs", row, "share", state=word("progress_state", state))
        if len(self.problems) > before or as_of is None:
            return None
        return Reported(row.text("item"), as_of, state, done_on, share, spent, row.text("note"), row.place("item"), row.text("source"))

    def item(self, row: _Row) -> None:
        """Look up the id, and the title where the sheet has one: a slip in the id would else be a report of something else."""
        item, title = row.text("item"), row.text("title")
        if not item:
            self.tell("progress_blank", row, "item")
        elif item not in self.titles:
            self.tell("progress_unknown", row, "item", plan=self.plan, hint=near(item, self.titles))
        elif item in self.twice:
            self.tell("progress_two", row, "item", plan=self.plan)
        elif title and title != self.titles[item]:
            self.tell("progress_title", row, "title", item=item, expected=self.titles[item])

    def state(self, row: _Row) -> str:
        text = row.text("state")
        found = next((code for code, said in _state_words().items() if text.lower() in said), "")
        if not text:
            self.tell("progress_blank", row, "state")
        elif not found:
            allowed = [f"{word('progress_state', code, 'zh')} {code}" for code in STATES]
            self.tell("progress_state", row, "state", allowed=allowed)
        return found

    def day(self, row: _Row, column: str) -> date | None:
        text = row.text(column)
        if not text:
            if column in REQUIRED:
                self.tell("progress_blank", row, column)
            return None
        try:
            return read_day(text)
        except ValueError as fault:
            self.tell(str(fault), row, column)
            return None

    def figure(self, row: _Row, column: str) -> Fraction | None:
        """Return a figure; None where there is none, as a word such as 未发布 says too."""
        cell = row.cells.get(column, _EMPTY)
        if not cell.text.strip():
            return None
        try:
            figure = read_figure(cell.text, cell.kind, cell.percent, cell.suffix, cell.scaled, cell.formula)
        except FigureError as fault:
            self.tell("progress_figure", row, column, figure_fault=fault.code)
            return None
        if figure.missing:
            return None
        if figure.unit and figure.unit not in _UNITS[column]:
            self.tell("progress_unit", row, column, unit=figure.unit, expected=_UNITS[column][0])
            return None
        number = Fraction(figure.value)
        if number < 0:
            self.tell("progress_range", row, column, range="≥ 0")
        return number

    def tell(self, code: str, row: _Row, column: str, **values: object) -> None:
        values = {"column": word("progress_column", column), "value": row.text(column), **values}
        self.problems.append(Problem(code, row.place(column), values))


def _state_words() -> dict[str, set[str]]:
    """Return by state the words that mean it, in small letters: code, names, and what offices write."""
    zh, en, also = words("progress_state", "zh"), words("progress_state", "en"), words("progress_state_also", "zh")
    return {code: {code, zh[code], en[code].lower(), *also[code].split("、")} for code in STATES}
