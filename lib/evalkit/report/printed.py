"""One figure, one number of digits: how each value of a measure in a period is printed, wherever it stands."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from evalkit.intake.inputs import counted_in
from evalkit.report import look, phrases
from evalkit.values import Period, PeriodError

Row = Mapping[str, str]
_KEY = ("period", "basis", "set", "indicator", "milestone")
_TRUE = {"≥": operator.ge, "≤": operator.le, ">": operator.gt, "<": operator.lt, "≠": operator.ne}
_MOST_DIGITS = 12


def row_key(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what joins a result row and its trace: period, basis, set, indicator, milestone."""
    return tuple(str(row.get(name, "")) for name in _KEY)


def sum_note(row: Row) -> str:
    """Return the note that says that the value of a row is a sum of years (累计), not that of its period; empty where it is not."""
    return next((note for note in row.get("note", "").split(";") if note.startswith(("cumulative:", "sum_"))), "")


def before(period: str) -> str:
    """Return the same period of the year before; empty for what is no period."""
    try:
        return Period.parse(period).previous().name
    except PeriodError:
        return ""


class Printed:
    """Texts of the values of one region.

    A period that was assessed prints as its row of the results does; a value that was only reported prints as
    received; any other value has the digits of the current one.

    Parameters
    ----------
    rows : sequence of rows
        Rows of ``results.csv`` of the region.
    traces : mapping
        Traces by :func:`row_key`.
    inputs : iterable of rows
        Rows of ``inputs.csv``; those of other regions are ignored.

    Attributes
    ----------
    units : dict
        Counts of subordinate units read from a finished run, by variable and period; empty text where undecided.
    """

    def __init__(self, rows: Sequence[Row], traces: Mapping[tuple[str, ...], Mapping[str, Any]], inputs: Iterable[Row] = ()) -> None:
        self._measures = {key: str(trace.get("measure", "")) for key, trace in traces.items()}
        self._own: dict[tuple[str, str], tuple[str, str]] = {}
        self._received: dict[tuple[str, str], str] = {}
        self.units: dict[tuple[str, str], str] = {}
        regions = {row["region_code"] for row in rows}
        for row in rows:
            self._keep(row)
        for row in inputs:
            if row.get("region_code") in regions and row["variable"].startswith("hierarchy.") and counted_in(row.get("file", "")):
                self.units[row["variable"], row["period"]] = row["value"]
            if row.get("region_code") in regions and not row.get("entity") and row["variable"].startswith("reported."):
                self._received.setdefault((row["variable"][9:], row["period"]), _as_received(row))
        self._written: set[tuple[str, str, str]] = set()
        for trace in traces.values():
            base = trace.get("base") or {}
            if base.get("kind"):  # a plan wrote the base value down itself
                self._written.add((str(trace.get("measure", "")), str(base["period"]), str(base["value"])))
            for item in trace.get("inputs", []):
                if str(item.get("variable", "")).startswith("reported.") and item.get("value"):
                    self._received.setdefault((item["variable"][9:], str(item.get("period", ""))), _as_received(item))

    def _keep(self, row: Row) -> None:
        if not row["rounded_value"] or sum_note(row):
            return
        text = _apart(row)
        place = (self.measure(row), row["period"])
        known = self._own.get(place)
        if known is None or phrases.decimals(text) > phrases.decimals(known[1]):
            self._own[place] = (row["value"], text)

    def measure(self, row: Row) -> str:
        """Return the measure of a row; its indicator where no trace says."""
        return self._measures.get(row_key(row)) or f"#{row['indicator']}"

    def current(self, row: Row) -> str:
        """Return the number of a row as printed; empty when it has none."""
        value, text = self._own.get((self.measure(row), row["period"]), ("", ""))
        return text if value == row["value"] and text else row["rounded_value"] or row["value"]

    def earlier(self, row: Row, period: str) -> str:
        """Return what the table prints for an earlier period: a number, words, or empty when nothing is known."""
        measure = self.measure(row)
        if (measure, period) in self._own:
            return self._own[measure, period][1]
        value = self._received.get((measure, period), "")
        if row["previous_value"] and period == before(row["period"]) and (not value or row["value_source"] == "computed"):
            return self.figure(measure, period, row["previous_value"], row["rounded_value"])
        return value

    def previous(self, row: Row) -> str:
        """Return last year's value of a row as printed."""
        return self.figure(self.measure(row), before(row["period"]), row["previous_value"], row["rounded_value"])

    def base(self, row: Row) -> str:
        """Return the base year's value of a row as printed."""
        return self.figure(self.measure(row), row["base_period"], row["base_value"], row["rounded_value"])

    def periods(self, rows: Iterable[Row]) -> set[str]:
        """Return the periods that any of the rows has a value for."""
        wanted = {self.measure(row) for row in rows}
        return {period for measure, period in (*self._own, *self._received) if measure in wanted}

    def figure(self, measure: str, period: str, value: str, model: str) -> str:
        """Return a value of a measure in a period as printed.

        Parameters
        ----------
        measure, period : str
        value : str
            In full.
        model : str
            The current value as printed, for its digits.
        """
        exact = phrases.number(value)
        if exact is None:
            return value
        own = self._own.get((measure, period))
        if own and phrases.number(own[0]) == exact:
            return own[1]
        received = self._received.get((measure, period), "")
        if phrases.number(received) == exact:
            return received
        if phrases.number(model) is None:
            return value if phrases.decimals(value) <= 4 else phrases.fixed(exact, 2)
        least = phrases.decimals(value) if (measure, period, value) in self._written else 0
        return phrases.fixed(exact, max(phrases.decimals(model), least))

    def against(self, row: Row, check: Mapping[str, Any]) -> str:
        """Return the right side of a comparison as printed."""
        right, side = str(check.get("right", "")), str(check.get("against", ""))
        own = self.measure(row)
        measure = str(check.get("measure", "")) or own
        period = {"previous": before(row["period"]), "base": row["base_period"]}.get(side, str(check.get("against_period", "")))
        if side in {"target", "", "assigned"} or phrases.number(right) is None:
            return right
        model = row["rounded_value"] if measure == own else ""
        return self.figure(measure if side != "measure" else "", period, right, model)


def beside(left: str, right: str, full: str, sign: str, digits: int) -> tuple[str, str]:
    """Return both sides of a comparison with `digits` decimals, or with as many more as it takes for it to be true in print.

    Parameters
    ----------
    left : str
        Exact value.
    right, full : str
        What it is compared with, as printed and in full.
    sign : str
        One of ≥ ≤ > < ≠; other signs are not tested.
    digits : int
        Decimals of the value.
    """
    exact, limit, other = phrases.number(left), phrases.number(right), phrases.number(full)
    if exact is None:
        return left, right
    shown = phrases.fixed(exact, digits)
    holds = _TRUE.get(sign)
    if limit is None or other is None or holds is None or not holds(exact, other):
        return shown, right
    places = max(digits, phrases.decimals(right)) if limit != other else digits
    while not holds(Fraction(shown), Fraction(right)) and places < _MOST_DIGITS:
        places += 1
        shown = phrases.fixed(exact, places)
        right = right if limit == other else phrases.fixed(other, places)
    return shown, right


def _apart(row: Row) -> str:
    """Return the rounded value, with more digits where it would print equal to the number that it fails against."""
    target, exact = phrases.number(row["target_value"]), phrases.number(row["value"])
    if row["status"] != "not_met" or target is None or exact is None or exact == target:
        return row["rounded_value"]
    if phrases.number(row["rounded_value"]) != target:
        return row["rounded_value"]
    return phrases.beside(row["value"], row["target_value"], phrases.decimals(row["rounded_value"]))


def _as_received(row: Mapping[str, Any]) -> str:
    """Return a reported value with the decimals that the source prints, or the words that stand in its place."""
    value, received = str(row.get("value", "") or ""), str(row.get("value_received", "") or "")
    reason = str(row.get("missing_reason") or row.get("missing") or "")
    if value or not reason:
        exact = phrases.number(value)
        same = str(row.get("factor") or "1") == "1" and exact is not None and exact == phrases.number(received)
        return received.strip() if same else value or received
    return "—" if reason == "not_collected" else look.reason(reason)
