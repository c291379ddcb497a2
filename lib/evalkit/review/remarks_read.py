"""Read the remarks out of an audit workbook that came back. Everything odd is named with its cell; one fault and nothing is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from evalkit.catalog.load import near
from evalkit.catalog.models import Run
from evalkit.catalog.reviews import KEY as KEY_COLUMNS
from evalkit.catalog.reviews import coded, plain
from evalkit.messages import EvalkitError, Place, Problem, word, words
from evalkit.review import remarks_form as form
from evalkit.tables.books import Cell, Sheet, read_book
from evalkit.tables.files import unprintable
from evalkit.values import read_day

_LONGEST = 5000  # characters of an entry
_VISIBLE = range(1, len(form.HEADS) + 1)
_FILLED = (form.KIND, form.WEIGHT, form.OPINION, form.SUGGESTED, form.NOTE)  # a name or a day alone says nothing
_HASH = re.compile(r"[0-9a-f]{12}")
_CODES = {form.KIND: "review_kind", form.WEIGHT: "review_weight"}
_FIELDS = {
    form.KIND: "kind", form.WEIGHT: "weight", form.OPINION: "opinion", form.SUGGESTED: "suggested", form.REVIEWER: "reviewer",
    form.DATE: "date", form.NOTE: "note",
}  # fmt: skip
_NAMED = 5  # choices in one message
Row = Mapping[str, str]


@dataclass(frozen=True)
class Written:
    """A line that a reviewer filled in.

    Parameters
    ----------
    fields : dict
        Columns of the register, but for id, draft, source and the state at import; `reviewer` or `date` may be empty.
    spots : dict
        Where the reviewer and the day stand, or should.
    """

    fields: dict[str, str]
    spots: dict[str, Place]


@dataclass
class Returned:
    """The sheet of remarks of one workbook: of which region, made on which state, and where that stands."""

    run: str
    region: str
    state: str
    sheet: Sheet
    remarks: list[Problem] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where the mark stands."""
        return self.sheet.place(form.MARK_LINE, 1)


def open_returned(path: Path, label: str) -> list[Returned]:
    """Return the sheets of remarks in a file, several where somebody copied one.

    Raises
    ------
    EvalkitError
        It cannot be read, holds no such sheet, or its head was changed.
    """
    sheets = read_book(path, label)
    marked = [sheet for sheet in sheets if sheet.text(form.MARK_LINE, 1) == form.MARK]
    if not marked:
        raise EvalkitError(Problem("review_absent", Place(label), {"sheet": form.REMARKS}))
    problems: list[Problem] = []
    found = []
    for sheet in marked:
        run, region, state = (sheet.text(form.MARK_LINE, column) for column in (2, 3, 4))
        moved = [column for column, head in enumerate(form.HEADS, start=1) if sheet.text(form.HEAD_LINE, column) != head]
        if moved:
            spot, shown = sheet.place(form.HEAD_LINE, moved[0]), sheet.text(form.HEAD_LINE, moved[0])
            problems.append(Problem("review_head", spot, {"expected": form.HEADS[moved[0] - 1], "found": shown[:40]}))
        elif not run or not region or not _HASH.fullmatch(state):
            problems.append(Problem("review_absent", sheet.place(form.MARK_LINE, 1), {"sheet": form.REMARKS}))
        found.append(Returned(run, region, state, sheet))
    if problems:
        raise EvalkitError(problems)
    spots = [str(sheet.place(*spot)) for sheet in sheets for spot in _commented(sheet)]
    if spots:
        values = {"cells": [*spots[:_NAMED], *(["…"] if len(spots) > _NAMED else [])], "sheet": form.REMARKS}
        found[0].remarks.append(Problem("review_comment", Place(label), values, "warning"))
    return found


def _commented(sheet: Sheet) -> list[tuple[int, int]]:
    return sorted([*sheet.notes, *(spot for spot, cell in sheet.cells.items() if cell.comment)])


def read_lines(returned: Returned, run: Run, rows: Sequence[Row] | None) -> tuple[list[Written], list[Problem]]:
    """Return the lines that are filled in, and what is wrong.

    Parameters
    ----------
    returned : Returned
    run : Run
    rows : sequence of mappings or None
        The region's rows of the results on which the workbook was made; None where that state is not known any more.
    """
    reading = _Reading(returned, run, rows)
    lines = [reading.line(number) for number in range(form.FIRST, returned.sheet.last_row + 1)]
    return [line for line in lines if line is not None], reading.problems


class _Reading:
    """One pass over the lines of a sheet."""

    def __init__(self, returned: Returned, run: Run, rows: Sequence[Row] | None) -> None:
        self.sheet, self.returned, self.run, self.rows = returned.sheet, returned, run, rows
        self.problems: list[Problem] = []
        self.known: dict[tuple[str, ...], Row] = {tuple(row[name] for name in KEY_COLUMNS): row for row in rows or ()}

    def text(self, number: int, column: int) -> str:
        """Return what a cell says, each line of it without outer and double blanks."""
        lines = (" ".join(line.split()) for line in self.sheet.text(number, column).splitlines())
        return "\n".join(line for line in lines if line)

    def spot(self, number: int, column: int) -> Place:
        return self.sheet.place(number, column)

    def line(self, number: int) -> Written | None:
        """Return what a line says; None where nobody wrote in it, or where it is at fault."""
        before = len(self.problems)
        keyed = any(self.key(number))
        own = () if keyed else (form.NAME, form.PERIOD, form.BASIS)  # of a line that nothing is printed in
        filled = [column for column in (*own, *_FILLED) if self.text(number, column)]
        beside = [column for line, column in self.sheet.cells if line == number and column not in _VISIBLE]
        for column in sorted(beside):
            if column not in range(form.KEY, form.KEY + len(KEY_COLUMNS)):
                self.problems.append(Problem("review_stray", self.spot(number, column), {"value": self.text(number, column)[:40]}))
        if not filled or self.merely_printed(number, filled):
            return None
        if form.OPINION not in filled:
            first = self.text(number, filled[0])[:40]
            self.problems.append(Problem("review_no_opinion", self.spot(number, form.OPINION), {"value": first}))
            return None
        fields = {name: self.entry(number, column) for column, name in _FIELDS.items()}
        key = self.printed(number) if keyed else self.named(number)
        if len(self.problems) > before:
            return None
        fields |= dict(zip(KEY_COLUMNS, key, strict=True))
        fields |= {"region_code": self.returned.region, "state": self.returned.state}
        spots = {"reviewer": self.spot(number, form.REVIEWER), "date": self.spot(number, form.DATE)}
        return Written(fields, spots)

    def merely_printed(self, number: int, filled: Sequence[int]) -> bool:
        """Whether a line holds nothing but the name of a row: copied, or with its keys cut off, but nobody wrote an opinion."""
        return not {*filled} - {form.NAME, form.PERIOD, form.BASIS} and self.text(number, form.NAME) in self.names

    @cached_property
    def names(self) -> set[str]:
        """What the rows are called in the first column."""
        return {_name(row) for row in self.known.values()}

    def entry(self, number: int, column: int) -> str:
        """Return an entry as the register has it; what is wrong with it is added to the problems."""
        cell = self.sheet.at(number, column)
        if cell is None:
            return ""
        text = plain(self.text(number, column))
        fault = ""
        if cell.kind == "error" or (cell.formula and column != form.SUGGESTED):
            fault = word("detail", "typed_text")
        elif len(text) > _LONGEST or unprintable(text):
            text, fault = ascii(text[:40]), word("detail", "too_long")
        elif column == form.DATE:
            day = read_day(text.removesuffix(" 00:00:00"))
            text, fault = (day, "") if day else (text, word("detail", "date"))
        elif column == form.SUGGESTED:
            text = _shown(cell, text)
        elif column in _CODES:
            code = str(coded(_CODES[column], text))
            known = words(_CODES[column])
            text, fault = (code, "") if code in known else (text, f"{word('detail', 'choices')} {', '.join(known.values())}")
        elif column != form.OPINION:
            text = " ".join(text.split())
        if fault:
            self.problems.append(Problem("bad_value", self.spot(number, column), {"value": text, "detail": fault}))
        return text

    def printed(self, number: int) -> tuple[str, ...]:
        """Return the key of a line that the workbook was made with; its printed name has to be that of the row."""
        key = self.key(number)
        shown = self.text(number, form.NAME)
        if self.rows is None:  # the state is gone: all that can be seen is whether the key is one
            ours = key[1] in (self.run.sets if key[0] == "set" else self.run.plans if key[0] == "plan" else ())
            fits = ours and bool(key[2]) and bool(shown)
        else:
            row = self.known.get(key)
            fits = row is not None and (shown, self.text(number, form.PERIOD)) == (_name(row), key[3])
        if not fits:
            self.problems.append(
                Problem("review_line", self.spot(number, form.NAME), {"name": shown[:40], "key": " ".join(filter(None, key))})
            )
        return key

    def named(self, number: int) -> tuple[str, ...]:
        """Return the key of a line that a reviewer added: the row that he names, else all empty, for the whole."""
        name, period, basis = (" ".join(self.text(number, column).split()) for column in (form.NAME, form.PERIOD, form.BASIS))
        if not name:
            for column, text in ((form.PERIOD, period), (form.BASIS, basis)):
                if text:
                    self.problems.append(Problem("review_unnamed", self.spot(number, column), {"value": text[:40]}))
            return ("",) * len(KEY_COLUMNS)
        rows = [row for row in self.known.values() if name in _names(row)]
        if period:
            rows = [row for row in rows if row["period"] == period]
        if basis:
            rows = [row for row in rows if basis in self.bases(row)]
        found = {tuple("" if part == "period" and not period else row[part] for part in KEY_COLUMNS) for row in rows}
        if len(found) == 1:
            return found.pop()
        if not found:
            hint = near(name, dict.fromkeys(_name(row) for row in self.known.values()))
            said = " ".join(filter(None, (name, period, basis)))
            self.problems.append(Problem("review_unknown", self.spot(number, form.NAME), {"name": said[:80], "hint": hint}))
        else:
            several = sorted({" ".join(filter(None, (_name(row), *sorted(self.bases(row))))) for row in rows})
            values = {"name": name[:40], "rows": several[:_NAMED]}
            self.problems.append(Problem("review_ambiguous", self.spot(number, form.BASIS), values))
        return ("",) * len(KEY_COLUMNS)

    def bases(self, row: Row) -> set[str]:
        """Return what the third column says of a row in the lines of the sheet, and the id of its set or plan."""
        return self.printed_bases.get(tuple(row[name] for name in KEY_COLUMNS if name != "period"), set()) | {row["set"]}

    @cached_property
    def printed_bases(self) -> dict[tuple[str, ...], set[str]]:
        """What the third column says, by the key without its period."""
        found: dict[tuple[str, ...], set[str]] = {}
        for number in range(form.FIRST, self.sheet.last_row + 1):
            basis, set_id, indicator, _, milestone = self.key(number)
            if basis and (shown := self.text(number, form.BASIS)):
                found.setdefault((basis, set_id, indicator, milestone), set()).add(" ".join(shown.split()))
        return found

    def key(self, number: int) -> tuple[str, ...]:
        """Return what the hidden columns of a line say."""
        return tuple(self.text(number, form.KEY + place) for place in range(len(KEY_COLUMNS)))


def _name(row: Row) -> str:
    return " ".join(form.row_name(row["seq"], row["part_of"], row["name_zh"]).split())


def _names(row: Row) -> Iterable[str]:
    """Return what a person may call a row: as printed, by its name alone, by its id."""
    part = f"{row['part_of']}：{row['name_zh']}" if row["part_of"] else row["name_zh"]
    return {_name(row), " ".join(part.split()), row["name_zh"], row["indicator"]}


def _shown(cell: Cell, text: str) -> str:
    """Return a suggested value as the sheet shows it: 0.95 in a cell of percent is 95%."""
    if cell.kind != "number":
        return " ".join(text.split())
    if not cell.percent:
        return text + cell.suffix
    hundredfold = f"{Decimal(text) * 100:f}"
    return (hundredfold.rstrip("0").rstrip(".") if "." in hundredfold else hundredfold) + "%"
