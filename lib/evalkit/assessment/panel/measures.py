"""The values of measures in all rows of a table: computed, reported, or missing with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalkit.assessment.panel.columns import Column, Places
from evalkit.assessment.panel.numbers import REASON, Codes, Flags, Numbers, Rows, choose, round_to_digits
from evalkit.assessment.panel.table import Table
from evalkit.assessment.panel.trees import evaluate_rows
from evalkit.assessment.values import DEFAULT_DIGITS, NOT_APPLICABLE
from evalkit.catalog import Catalog
from evalkit.catalog.models import Measure

COMPUTED, REPORTED = 1, 2
SOURCES = ("", "computed", "reported")
_NOT_COLLECTED = REASON["not_collected"]
_OUTSIDE = [REASON[reason] for reason in NOT_APPLICABLE]


def not_applicable(reason: Codes) -> Flags:
    """Return where a reason says that an indicator does not apply."""
    return np.isin(reason, _OUTSIDE)


@dataclass(frozen=True)
class Values:
    """Values of one measure.

    Parameters
    ----------
    numbers : Numbers
        What is judged, in the measure's unit.
    source : array of int8
        Position in `SOURCES`.
    places : array of int
        Decimals with which each is printed.
    word : array of int8
        The reason that was reported, 0 where none was.
    """

    numbers: Numbers
    source: Codes
    places: Places
    word: Codes

    def take(self, rows: Rows) -> Values:
        """Return the values of some rows."""
        return Values(self.numbers.take(rows), self.source[rows], self.places[rows], self.word[rows])

    def rounded(self) -> Numbers:
        """Return the values rounded as they are printed; a reported one is printed as it is."""
        near = round_to_digits(self.numbers, np.where(self.source == COMPUTED, self.places, 0))
        return choose(self.source == COMPUTED, near, self.numbers)


class Measures:
    """Looks up and remembers the values of measures, each in all rows."""

    def __init__(self, catalog: Catalog, table: Table) -> None:
        self.catalog = catalog
        self.table = table
        self._known: dict[str, Values] = {}

    def values(self, measure_id: str) -> Values:
        """Return the values of a measure."""
        if measure_id not in self._known:
            measure = self.catalog.measures[measure_id]
            reported = self.table.column(f"reported.{measure_id}")
            if measure.kind == "composite":
                self._known[measure_id] = self._composed(measure, reported)
            elif measure.kind == "qualitative":
                self._known[measure_id] = self._without(measure, reported, np.where(_word(reported) != 0, _word(reported), _NOT_COLLECTED))
            else:
                self._known[measure_id] = self._number(measure, reported)
        return self._known[measure_id]

    def _without(self, measure: Measure, reported: Column, reason: Codes, unsure: Flags | None = None) -> Values:
        count = self.table.count
        doubt = reported.numbers.unsure if unsure is None else reported.numbers.unsure | unsure
        no = np.zeros(count, dtype=np.bool_)
        numbers = Numbers(np.full(count, np.nan), np.zeros(count), no, reason.astype(np.int8), doubt)
        return Values(numbers, np.zeros(count, dtype=np.int8), np.full(count, _digits(measure)), _word(reported))

    def _composed(self, measure: Measure, reported: Column) -> Values:
        """Return why a composite is missing; it has no value of its own."""
        parts = [self.values(component).numbers for component in measure.components]
        unsure = np.logical_or.reduce([part.unsure for part in parts])
        reason = np.full(self.table.count, _NOT_COLLECTED, dtype=np.int8)
        if parts:
            all_missing = np.logical_and.reduce([part.reason != 0 for part in parts])
            first = parts[0].reason
            for part in reversed(parts):  # a reason that asks for data comes before one that says: not here
                first = np.where(not_applicable(part.reason) | (part.reason == 0), first, part.reason)
            reason = np.where(all_missing, first, reason)
        word = _word(reported)
        return self._without(measure, reported, np.where(word != 0, word, reason), unsure)

    def _number(self, measure: Measure, reported: Column) -> Values:
        count = self.table.count
        given, word = reported.present, _word(reported)
        formula = measure.built
        if formula is None:
            numbers = reported.numbers
            source = np.where(numbers.reason == 0, REPORTED, 0)
            return Values(numbers, source.astype(np.int8), reported.places, word)
        arguments = {role: self._argument(measure, role) for role in formula.arguments}
        computed = evaluate_rows(formula.tree, arguments).spread(count)
        judged = (computed.reason == 0) & ~not_applicable(word)  # a region may say that this is not assessed
        chosen = choose(judged | ~given, computed, reported.numbers)
        unsure = computed.unsure | reported.numbers.unsure
        numbers = Numbers(chosen.value, chosen.error, chosen.short, chosen.reason, unsure)
        source = np.where(judged, COMPUTED, np.where(given & (numbers.reason == 0), REPORTED, 0))
        places = np.where(source == REPORTED, reported.places, _digits(measure))
        return Values(numbers, source.astype(np.int8), places, word)

    def _argument(self, measure: Measure, role: str) -> Numbers:
        binding = measure.binding(role)
        column = self.table.column(binding.variable)
        if binding.at == "current":
            return column.numbers
        rows = self.table.at(binding.at)
        return self.table.empty.numbers if rows is None else column.numbers.take(rows)


def _word(column: Column) -> Codes:
    """Return the reason that stands in a cell in place of a figure, 0 elsewhere."""
    return np.where(column.present, column.numbers.reason, 0).astype(np.int8)


def _digits(measure: Measure) -> int:
    return DEFAULT_DIGITS if measure.digits is None else measure.digits
