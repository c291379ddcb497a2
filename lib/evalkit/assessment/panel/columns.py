"""The cells of one variable: what stands in them as text, and as numbers for the fast path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.assessment.panel.numbers import REASON, SHORT, TENS, UNIT, Flags, Floats, Numbers, Rows, product_rest
from evalkit.values import PlainDecimalError, decimal_places, missing_word, parse_decimal

Objects = npt.NDArray[np.object_]
Places = npt.NDArray[np.intp]

_WIDEST = 24  # characters that are read in bulk; longer texts one by one
_INVALID = REASON["invalid"]


@dataclass
class Column:
    """One variable in all rows of a table.

    Parameters
    ----------
    cells : array of object or float
        As they were given.
    numbers : Numbers
        What they mean.
    places : array of int
        Decimals with which each is printed.
    present : array of bool
        Whether anything was given: a number, a word such as 不涉及, or for a qualitative measure a text.
    """

    cells: Objects | Floats
    numbers: Numbers
    places: Places
    present: Flags

    def take(self, rows: Rows) -> Column:
        """Return the column of some rows."""
        return Column(self.cells[rows], self.numbers.take(rows), self.places[rows], self.present[rows])


def cell_text(cell: Any) -> str:
    """Return what stands in a cell; a float as the shortest decimal that gives it back, nothing for NaN and None.

    Examples
    --------
    >>> [cell_text(cell) for cell in ("96.30", 96.3, 96.0, 1e-7, None, float("nan"))]
    ['96.30', '96.3', '96', '0.0000001', '', '']
    """
    if isinstance(cell, str):
        return cell
    if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell:
        return ""
    if isinstance(cell, (float, np.floating)):
        text = repr(float(cell)) if isinstance(cell, float) else str(cell)
        if "e" in text:
            text = format(Decimal(text), "f")
        return text.removesuffix(".0")
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def empty_column(count: int) -> Column:
    """Return a column of which nothing was given."""
    reason = np.full(count, REASON["not_collected"], dtype=np.int8)
    short, unsure, present = np.zeros((3, count), dtype=np.bool_)
    numbers = Numbers(np.full(count, np.nan), np.zeros(count), short, reason, unsure)
    return Column(np.full(count, None, dtype=object), numbers, np.zeros(count, dtype=np.intp), present)


def read_column(cells: Objects | Floats, tasks: bool, qualitative: bool, refuse: Callable[[Rows, str], None]) -> Column:
    """Return a column from its cells.

    Parameters
    ----------
    cells : array
        Of float, or of anything that :func:`cell_text` takes.
    tasks : bool
        Figures of the superior, which may also be 上级未下达.
    qualitative : bool
        Texts, not numbers.
    refuse : callable
        Told the rows and the text of what cannot be read; these cells are missing with reason ``invalid``.
    """
    column = empty_column(len(cells))
    column.cells = cells
    reading = _Reading(column, tasks, qualitative, refuse)
    if cells.dtype == np.float64:
        reading.floats(cells)
    else:
        reading.objects(cells)
    return column


class _Reading:
    """Fills a column."""

    def __init__(self, column: Column, tasks: bool, qualitative: bool, refuse: Callable[[Rows, str], None]) -> None:
        self.column = column
        self.tasks = tasks
        self.qualitative = qualitative
        self.refuse = refuse

    def floats(self, cells: npt.NDArray[Any]) -> None:
        """Read floats: nearly all are short decimals, found by trying; the others by their text."""
        rows = np.flatnonzero(~np.isnan(cells))
        left = np.ones(len(rows), dtype=np.bool_)
        values = cells[rows]
        for digits in range(13):
            whole = np.rint(values * TENS[digits])
            found = left & (np.abs(whole) < 10.0**SHORT) & (whole / TENS[digits] == values)
            if found.any():
                places = np.full(int(found.sum()), digits, dtype=np.intp)
                self.put(rows[found], values[found], places, np.ones(len(places), dtype=np.bool_))
                left &= ~found
            if not left.any():
                return
        self.texts(rows[left], [cell_text(cell) for cell in values[left].tolist()])

    def objects(self, cells: npt.NDArray[Any]) -> None:
        """Read texts and whatever else."""
        rows = np.flatnonzero(~pd.isna(cells))
        texts = [cell if type(cell) is str else cell_text(cell) for cell in cells[rows].tolist()]
        if "" in texts:
            filled = np.fromiter((text != "" for text in texts), np.bool_, len(texts))
            rows, texts = rows[filled], [text for text in texts if text]
        self.texts(rows, texts)

    def texts(self, rows: Rows, texts: list[str]) -> None:
        """Read texts: plain decimals in bulk, everything else one by one."""
        if not texts:
            return
        if self.qualitative:
            self.single(rows, texts)
            return
        lengths = np.fromiter(map(len, texts), np.intp, len(texts))
        width = min(int(lengths.max()), _WIDEST)
        cut = np.array(texts, dtype=f"U{width}")
        marks = cut.view(np.uint32).reshape(len(texts), width)
        dots = marks == ord(".")
        digits = ((marks >= ord("0")) & (marks <= ord("9"))).sum(axis=1)
        points = dots.sum(axis=1)
        signs = (marks[:, 0] == ord("-")).astype(np.intp)
        places = np.where(points == 1, lengths - 1 - dots.argmax(axis=1), 0)
        plain = (digits + points + signs == lengths) & (points <= 1) & (digits > places) & ((points == 0) | (places > 0))
        if plain.any():
            self.put(rows[plain], cut[plain].astype(np.float64), places[plain], digits[plain] <= SHORT)
        if not plain.all():
            self.single(rows[~plain], [texts[n] for n in np.flatnonzero(~plain)])

    def put(self, rows: Rows, values: Floats, places: Places, short: Flags) -> None:
        """Enter numbers."""
        column, scale = self.column, TENS[np.minimum(places, 22)]
        scaled = values * scale
        exact = short & ((scaled - np.rint(scaled)) + product_rest(values, scale, scaled) == 0)
        column.numbers.value[rows] = values
        column.numbers.error[rows] = np.where(exact, 0.0, UNIT * np.abs(values) + 1e-300)
        column.numbers.short[rows] = short
        column.numbers.reason[rows] = 0
        column.places[rows] = places
        column.present[rows] = True

    def single(self, rows: Rows, texts: list[str]) -> None:
        """Read words, and decimals that are long or stand between blanks."""
        column = self.column
        column.present[rows] = True
        where: dict[str, list[int]] = {}
        for row, text in zip(rows.tolist(), texts, strict=True):
            where.setdefault(text, []).append(row)
        for text, found in where.items():
            here = np.array(found, dtype=np.intp)
            word = missing_word(text)
            if word is not None and (word != "not_issued" or self.tasks):
                column.numbers.reason[here] = REASON[word]
            elif self.qualitative and word is None:
                column.numbers.reason[here] = 0  # a text; its numbers stay NaN and are never looked at
            else:
                self.decimal(here, text)

    def decimal(self, rows: Rows, text: str) -> None:
        """Read one text that may be a plain decimal."""
        try:
            exact = parse_decimal(text)
        except PlainDecimalError:
            self.column.numbers.reason[rows] = _INVALID
            self.refuse(rows, text)
            return
        count = len(rows)
        short = sum(mark.isdigit() for mark in text) <= SHORT
        self.put(rows, np.full(count, float(exact)), np.full(count, decimal_places(text), dtype=np.intp), np.full(count, short))
