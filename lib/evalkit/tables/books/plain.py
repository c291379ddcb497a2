"""Texts of cells: numbers as plain decimals, dates, typed text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from evalkit.tables.books.formats import Shown, shown
from evalkit.tables.books.grid import Cell, CellKind
from evalkit.tables.files import unprintable
from evalkit.values.faults import STRUCK

NO_CACHE = "#NO_CACHE"  # a formula whose result the file does not say
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_SHORT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?", re.ASCII)
_BREAK = re.compile(r"\r\n?|\x0b|\u2028|\u2029")
_DIGITS = Context(prec=15, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999)
_FRACTION = re.compile(r"(?<=:[0-9]{2})[.,][0-9]+Z?$|Z$", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2})?", re.ASCII)
_RAISED = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LAST_DAY = 2_958_466  # serial number of the first of January 10000


def decimal(text: str) -> str | None:
    """Return a number as a plain decimal of at most 15 significant digits; None for what is no number of a spreadsheet."""
    if len(text) <= 16 and _SHORT.fullmatch(text) and (len(text) < 16 or "." in text or text[0] == "-") and text != "-0":
        return text
    if not _NUMBER.fullmatch(text):
        return None
    value = _DIGITS.create_decimal(text)
    if not value:
        return "0"
    if not -400 < value.adjusted() <= 308:
        return None
    return f"{value.normalize(_DIGITS):f}"


def typed(text: str, **marks: Any) -> Cell | None:
    """Return the cell of a text; None when it is blank. One with control characters is an error, and shows them."""
    if "\r" in text or "\x0b" in text or "\u2028" in text or "\u2029" in text:
        text = _BREAK.sub("\n", text)
    text = text.strip()
    if not text:
        return None
    if unprintable(text):
        shown_text = "".join(ascii(sign)[1:-1] if unprintable(sign) else sign for sign in text)
        return Cell(shown_text, "error", **marks)
    return Cell(text, "text", **marks)


def raised(text: str) -> str:
    """Return a superscript with signs of its own: m² and 10⁴, and no figure of 95 with a mark 1 behind it is read as 951."""
    return text.translate(_RAISED)


def lowered(text: str, before: str) -> str:
    """Return a subscript with signs of its own where it stands behind a digit: no 95 with a mark 1 is read as 951; CO2 stays CO2."""
    return text.translate(_LOWERED) if before[-1:].isdigit() else text


def struck(text: str) -> str:
    """Return a text with a mark behind each sign that is struck out: it is neither read nor lost."""
    return "".join(sign if sign.isspace() else sign + STRUCK for sign in text)


def struck_cell(cell: Cell) -> Cell:
    """Return a cell whose font strikes out; where its text has fonts of its own, these say what is struck out."""
    return cell if cell.kind == "error" or STRUCK in cell.text else replace(cell, text=struck(cell.text), kind="text")


def number(raw: str, form: str, epoch_1904: bool = False, formula: bool = False) -> Cell:
    """Return the cell of a stored number.

    Parameters
    ----------
    raw : str
        As the file has it, such as ``0.30000000000000004`` or ``1E+20``.
    form : str
        Its number format.
    epoch_1904 : bool
        Days are counted from 1904.
    """
    text = decimal(raw)
    if text is None:
        return Cell(f"#{raw[:60]}", "error", formula=formula, form=form)
    if not form:
        return Cell(text, "number", formula=formula)
    look = shown(form, -1 if text[0] == "-" else int(text != "0"))
    if look.date:
        return _date(text, look, form, epoch_1904, formula)
    return Cell(text, "number", look.percent, look.suffix, look.scaled, formula, "", form)


def _date(text: str, look: Shown, form: str, epoch_1904: bool, formula: bool) -> Cell:
    value = Decimal(text)
    if value < 0 or value >= _LAST_DAY - 1462 * epoch_1904:
        return Cell("#VALUE!", "error", formula=formula, form=form)
    seconds = int((value * 86400).to_integral_value(rounding=ROUND_HALF_EVEN))
    kind: CellKind = "date"
    if look.date == "time":
        return Cell(clock(seconds), kind, formula=formula, form=form)
    days, rest = divmod(seconds, 86400)
    if epoch_1904:
        days += 1462
    # The first spreadsheets took 1900 for a leap year: day 60 never was, and those before it count from one day later.
    first = datetime(1899, 12, 31) if days < 60 else datetime(1899, 12, 30)
    return Cell(f"{first + timedelta(days=days):%Y-%m-%d}" + (f" {clock(rest)}" if rest else ""), kind, formula=formula, form=form)


def day(raw: str, formula: bool) -> Cell:
    """Return the cell of a date as the files write it, such as ``2024-03-05T00:00:00``."""
    text = _FRACTION.sub("", raw.strip()).replace("T", " ").removesuffix(" 00:00:00")
    return Cell(text, "date", formula=formula) if _DATE.fullmatch(text) else Cell("#VALUE!", "error", formula=formula)


def clock(seconds: int) -> str:
    """Return a number of seconds as ``08:30:00``."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
