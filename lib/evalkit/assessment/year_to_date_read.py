"""Tables of targets and years to date: read whole or not at all, each fault with its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from evalkit.assessment.year_to_date_model import KINDS, Kind, LastYear, Printed, YearCase
from evalkit.assessment.year_to_date_rules import last_rest_interval
from evalkit.intake.headed import lines_under
from evalkit.messages import EvalkitError, Place, Problem, words
from evalkit.tables.books import Cell, Sheet
from evalkit.values import Figure, FigureError, Missing, Period, PeriodError, format_fixed, read_figure
from evalkit.values.missing import half_width

REQUIRED = ("region", "measure", "kind", "target", "value")
STRETCH = ("as_of", "so_far", "whole")
LAST = ("last_value", "last_whole", "last_days", "last_whole_days")
FIGURES = ("target", "value", "days", *LAST)
COLUMNS = (*REQUIRED, *STRETCH, "unit", "days", *LAST, "source", "note")

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?: 00:00:00)?", re.ASCII)
_DAY_UNITS = ("", "天", "日", "d", "day", "days")
_PERCENTILE = re.compile(r"百分位|分位数|percentile", re.IGNORECASE)
# Ozone and carbon monoxide are assessed by percentiles (HJ 663; state: general knowledge) unless the name says mean.
_BY_PERCENTILE = re.compile(r"O[3₃]|臭氧|一氧化碳|(?<![A-Za-z])CO(?![A-Za-z2₂])", re.IGNORECASE)
_MEAN = re.compile(r"均值|[年月季]平?均|mean|average", re.IGNORECASE)
_ONE_SPELLING = str.maketrans("μµ³²", "uu32")
_EMPTY = Cell("")
_LISTED = 20  # faults from which on those of one kind are counted


@dataclass(frozen=True)
class Row:
    """One line of a table: what stands in its columns, and where."""

    cells: Mapping[str, Cell]
    place: Callable[[str], Place]

    def cell(self, column: str) -> Cell:
        """Return the cell of a column, an empty one where there is none."""
        return self.cells.get(column, _EMPTY)

    def text(self, column: str) -> str:
        """Return the text of a cell."""
        return self.cell(column).text.strip()


def read_sheets(sheets: Sequence[Sheet]) -> list[YearCase]:
    """Return the lines of all visible sheets whose first line is the head of such a table.

    Heads are the codes of :data:`COLUMNS` or their names in words. Faults of all sheets are raised together.
    """
    visible = [sheet for sheet in sheets if not sheet.hidden and sheet.cells]
    heads = [{column: sheet.text(1, column).strip() for column in range(1, sheet.last_column + 1)} for sheet in visible]
    known = _names()
    lacking = [_lacking(known.get(text, "") for text in head.values()) for head in heads]
    tables = [(sheet, head) for sheet, head, names in zip(visible, heads, lacking, strict=True) if not names]
    if not tables:
        place = visible[0].place(1, 1) if visible else Place(sheets[0].file if sheets else "", cell="A1")
        raise EvalkitError(_head_problem(place, lacking[0] if lacking else _lacking([])))
    problems: list[Problem] = []
    rows: list[Row] = []
    for sheet, head in tables:
        rows += _sheet_rows(sheet, head, known, problems)
    return read_rows(rows, problems, Place(sheets[0].file))


def read_records(records: Iterable[Mapping[str, str]]) -> list[YearCase]:
    """Return the lines of a table in memory; the columns are the codes of :data:`COLUMNS`, all cells are texts."""
    rows = [
        Row({name: Cell(text.strip()) for name, text in record.items()}, partial(_in_memory, number))
        for number, record in enumerate(records)
    ]
    problems: list[Problem] = []
    names = dict.fromkeys(name for row in rows for name in row.cells)
    if rows and _lacking(names):
        problems.append(_head_problem(Place(), _lacking(names)))
    problems += [Problem("unknown_key", Place(key=name), {"key": name, "allowed": COLUMNS}) for name in names if name not in COLUMNS]
    if problems:
        raise EvalkitError(problems)
    return read_rows(rows, problems, Place())


def read_rows(rows: Iterable[Row], problems: list[Problem], whole: Place) -> list[YearCase]:
    """Return the lines that were read; raise what is wrong with any of them, and `problems` found before."""
    cases: list[YearCase] = []
    seen: dict[tuple[object, ...], Place] = {}
    count = 0
    for row in rows:
        count += 1
        case = _case(row, problems)
        if case is None:
            continue
        place = row.place("measure")
        first = seen.setdefault((case.region, case.measure, case.kind, case.so_far.last, case.whole.first, case.whole.last), place)
        if first != place:
            problems.append(Problem("ytd_repeated", place, {"region": case.region, "measure": case.measure, "first": first.cell}))
        cases.append(case)
    if not count and not problems:
        problems.append(Problem("ytd_empty", whole))
    if len(problems) > _LISTED:  # the array path, and pandas with it, is loaded only then
        from evalkit.assessment.panel.findings import Findings

        findings = Findings()
        for problem in problems:
            findings.add(problem, problem.place.key or problem.code)
        findings.stop()
    if problems:
        raise EvalkitError(problems)
    return cases


def _in_memory(number: int, column: str) -> Place:
    return Place(cell=f"iloc[{number}]", key=column)


def _in_sheet(sheet: Sheet, line: int, columns: Mapping[str, int], column: str) -> Place:
    number = columns.get(column, 1)
    return sheet.place(line, number, sheet.text(1, number).strip() if column in columns else column)


def _names() -> dict[str, str]:
    """Return the code of each head that is understood."""
    named = {words("ytd_column", "zh")[code]: code for code in COLUMNS} | {words("ytd_column", "en")[code]: code for code in COLUMNS}
    return named | {code: code for code in COLUMNS}


def _head_names() -> list[str]:
    return [words("ytd_column")[code] for code in COLUMNS]


def _lacking(names: Iterable[str]) -> list[str]:
    there = set(names)
    return [name for name in REQUIRED if name not in there] + ([] if there & {"as_of", "so_far"} else ["as_of"])


def _head_problem(place: Place, lacking: list[str]) -> Problem:
    named = words("ytd_column", "zh")
    shown = "；".join(",".join(names) for names in ((*REQUIRED, "as_of"), [named[code] for code in (*REQUIRED, "as_of")]))
    return Problem("csv_header", place, {"missing": lacking, "expected": shown, "hint": ""})


def _sheet_rows(sheet: Sheet, head: Mapping[int, str], known: Mapping[str, str], problems: list[Problem]) -> Iterator[Row]:
    for line, cells, columns in lines_under(sheet, head, known, _head_names(), problems):
        yield Row(cells, partial(_in_sheet, sheet, line, columns))


def _case(row: Row, problems: list[Problem]) -> YearCase | None:
    """Return one line, or None after telling what is wrong with it."""
    before = len(problems)
    for column in ("region", "measure", "kind"):
        if not row.text(column):
            problems.append(Problem("ytd_blank", row.place(column), {"column": column}))
    kind = _kind(row, problems)
    stretch = _stretch(row, problems)
    if kind is None or stretch is None:
        for column in FIGURES:
            _figure(row, column, "", problems)
        return None
    case = _Reading(row, kind, *stretch, problems).case()
    return case if len(problems) == before else None


def _kind(row: Row, problems: list[Problem]) -> Kind | None:
    text = row.text("kind")
    names = words("ytd_kind", "zh")
    found = next((kind for kind in KINDS if text.lower() in (kind, names[kind])), None)
    if found is None and text:
        allowed = [f"{kind} {names[kind]}" for kind in KINDS]
        problems.append(Problem("ytd_kind", row.place("kind"), {"value": text, "allowed": allowed}))
    name = half_width(row.text("measure"))
    if found == "max_mean" and (_PERCENTILE.search(name) or (_BY_PERCENTILE.search(name) and not _MEAN.search(name))):
        problems.append(Problem("ytd_percentile", row.place("measure"), {"measure": row.text("measure")}))
    return found


def _stretch(row: Row, problems: list[Problem]) -> tuple[Period, Period] | None:
    """Return the period so far and the whole period."""
    if bool(row.text("as_of")) == bool(row.text("so_far")):
        problems.append(Problem("ytd_stretch", row.place("as_of")))
        return None
    column = "as_of" if row.text("as_of") else "so_far"
    found = []
    for name, read in (("whole", _period), (column, _day if column == "as_of" else _period)):
        try:
            found.append(read(row, name) if row.text(name) else None)
        except PeriodError:
            problems.append(Problem("bad_period", row.place(name), {"period": row.text(name)}))
            return None
    whole, end = found
    assert end is not None
    whole = whole or Period.parse(f"{end.first.year:04d}")
    if whole.first <= end.last <= whole.last and (column == "as_of" or end.first == whole.first):
        return (Period.parse(f"{whole.first}/{end.last}") if column == "as_of" else end), whole
    problems.append(Problem("ytd_period", row.place(column), {"so_far": row.text(column), "whole": str(whole)}))
    return None


def _period(row: Row, column: str) -> Period:
    if row.cell(column).kind == "date":  # what a spreadsheet made of 2024-06: a day, which nobody meant
        raise PeriodError(row.text(column))
    return Period.parse(row.text(column))


def _day(row: Row, column: str) -> Period:
    found = _DAY.fullmatch(row.text(column))
    if found is None:
        raise PeriodError(row.text(column))
    year, month, day = (int(part) for part in found.groups() if part)
    return Period.parse(f"{year:04d}-{month:02d}-{day:02d}")


def _figure(row: Row, column: str, year: str, problems: list[Problem]) -> Figure | None:
    """Return what a cell says; None after telling why it cannot be read, or that it is the figure of another year."""
    cell = row.cell(column)
    try:
        figure = read_figure(cell.text, cell.kind, cell.percent, cell.suffix, cell.scaled, cell.formula)
        if year and figure.data_year not in ("", year):
            raise FigureError("two_years", cell.text)
    except FigureError as fault:
        values = {"column": column, "value": cell.text, "figure_fault": fault.code}
        problems.append(Problem("ytd_figure", row.place(column), values))
        return None
    return figure


class _Reading:
    """Reads the figures of one line."""

    def __init__(self, row: Row, kind: Kind, so_far: Period, whole: Period, problems: list[Problem]) -> None:
        self.row, self.kind, self.so_far, self.whole, self.problems = row, kind, so_far, whole, problems
        self.unit = row.text("unit")
        self.assumed: list[str] = []

    def case(self) -> YearCase | None:
        days = self.days("days", self.so_far.days, "so_far_assumed")
        target, value = self.figure("target", self.whole.days), self.figure("value", days)
        self.check_unit(self.unit, "unit")
        last = self.last()
        texts = [self.row.text(column) for column in ("region", "measure")]
        assumed = dict.fromkeys(self.assumed)
        if isinstance(value, Missing) or self.kind == "percentile":
            assumed.pop("so_far_assumed", None)
        return YearCase(
            texts[0], texts[1], self.unit, self.kind, self.so_far, self.whole, target, value, days, last, tuple(assumed),
            self.row.text("note"), self.row.text("source"),
        )  # fmt: skip

    def last(self) -> LastYear | None:
        """Return last year's figures, where both are there and anything is left of its period."""
        if not any(self.row.text(column) for column in LAST):
            return None
        stretch, whole = self.so_far.previous(), self.whole.previous()
        days = self.days("last_days", stretch.days, "last_assumed")
        whole_days = self.days("last_whole_days", whole.days, "last_assumed")
        value, total = self.figure("last_value", days, stretch), self.figure("last_whole", whole_days, whole)
        if self.kind == "percentile":
            return None
        if isinstance(value, Missing) or isinstance(total, Missing):
            self.assumed = [code for code in self.assumed if code != "last_assumed"] + ["last_incomplete"]
            return None
        found = LastYear(value, total, days, whole_days)
        left = whole_days - days
        if left < 0 or left > whole.days - stretch.days:
            wrong = True
        elif self.kind == "max_mean":
            wrong = left > 0 and last_rest_interval(found).high < 0
        else:
            wrong = not 0 <= total.value - value.value <= left
        if wrong:
            self.tell_last(found)
        return found

    def tell_last(self, last: LastYear) -> None:
        value, whole = (format_fixed(given.value, given.digits) for given in (last.value, last.whole))
        values = {"value": value, "whole": whole, "days": last.days, "whole_days": last.whole_days}
        self.problems.append(Problem("ytd_last", self.row.place("last_whole"), values))

    def days(self, column: str, most: int, assumed: str) -> int:
        """Return the valid days of a stretch; all its days where none are given."""
        figure = self.read(column)
        if figure is None or figure.missing:
            self.assumed.append(assumed)
            return most
        self.check_unit(figure.unit, column, days=True)
        number = Printed.parse(figure.value).value
        if number.denominator != 1 or not 1 <= number <= most:
            self.refuse(column, figure.value, f"1–{most}")
            return most
        return int(number)

    def figure(self, column: str, most: int, stretch: Period | None = None) -> Printed | Missing:
        """Return a mean, a number of days, or the target; `most` is the largest number of days it can be."""
        figure = self.read(column, stretch)
        if figure is None or figure.missing:
            return Missing(figure.missing if figure is not None else "invalid", column)
        share = self.kind == "min_share" and column == "target"
        self.check_unit(figure.unit, column)
        number = Printed.parse(figure.value)
        counted = self.kind in ("min_count", "max_count", "min_share") and not share
        if counted and (number.value.denominator != 1 or not 0 <= number.value <= most):
            self.refuse(column, figure.value, f"0–{most}")
        elif share and not 0 <= number.value <= 100:
            self.refuse(column, figure.value, "0–100 %")
        elif number.value < 0:
            self.refuse(column, figure.value, "≥ 0")
        return number

    def read(self, column: str, stretch: Period | None = None) -> Figure | None:
        """Return what a cell says; None after telling why it cannot be read."""
        return _figure(self.row, column, str((stretch or self.so_far).first.year), self.problems)

    def refuse(self, column: str, value: str, allowed: str) -> None:
        self.problems.append(Problem("ytd_range", self.row.place(column), {"column": column, "value": value, "range": allowed}))

    def check_unit(self, unit: str, column: str, days: bool = False) -> None:
        """Refuse a unit that is not that of the measure; the first one named is."""
        if self.kind in ("max_mean", "percentile") and not days:
            expected = self.unit or unit
            fits = _spelled(unit) in ("", _spelled(expected))
            self.unit = expected
        else:
            share = self.kind == "min_share" and column in ("target", "unit")
            expected = "%" if share and column == "target" else "天"
            fits = half_width(unit).strip().lower() in (("", "%") if expected == "%" else (*_DAY_UNITS, *(("%",) if share else ())))
        if not fits:
            values = {"column": column, "unit": unit, "expected": expected}
            self.problems.append(Problem("ytd_unit", self.row.place(column), values))


def _spelled(unit: str) -> str:
    return half_width(unit).translate(_ONE_SPELLING).replace(" ", "").lower()
