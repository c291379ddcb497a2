"""Judging all rows at once, in the three-valued logic of :mod:`evalkit.assessment.judge`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evalkit.assessment.judge import PENDING
from evalkit.assessment.panel.measures import Measures, Values, not_applicable
from evalkit.assessment.panel.numbers import REASON, Codes, Flags, Floats, Numbers, Rows, add, compare, constant, holds, nearest_multiple
from evalkit.catalog.models import Measure
from evalkit.catalog.rules import About, AboveMeasure, Assigned, Between, Compare, KOfN, NoTarget, Qualitative, Rule, Trend

TRUE, FALSE, UNKNOWN = 1, 0, -1
_NOT_COLLECTED = REASON["not_collected"]
_AWAITING = REASON["awaiting_evidence"]
_TASK_UNKNOWN = REASON["assigned_unknown"]
OPEN = [REASON[reason] for reason in PENDING if reason in REASON]  # sums of years (span_open) stand in plans only


@dataclass(frozen=True)
class Verdict:
    """What a rule says in each row: true, false or unknown with a reason; skipped where it asks for nothing.

    Where it is unsure, only the exact calculation knows.
    """

    result: Codes
    reason: Codes
    skipped: Flags
    unsure: Flags


class RowJudge:
    """Judges the rules of some rows of a table.

    Parameters
    ----------
    measures : Measures
        Where values come from.
    rows : array of int
        Which rows.
    compare_rounded : bool
        修约值比较: compare the rounded value, not the full one.
    """

    def __init__(self, measures: Measures, rows: Rows, compare_rounded: bool) -> None:
        self.measures = measures
        self.table = measures.table
        self.rows = rows
        self.compare_rounded = compare_rounded
        self._own: dict[str, Values] = {}

    def own(self, measure_id: str) -> Values:
        """Return the values of a measure in the rows that are judged."""
        if measure_id not in self._own:
            self._own[measure_id] = self.measures.values(measure_id).take(self.rows)
        return self._own[measure_id]

    def judge(self, rule: Rule, measure_id: str) -> Verdict:
        """Return the verdict of a rule on a measure (each leaf may name another one)."""
        tested = rule.of or measure_id
        match rule:
            case KOfN():
                return self._k_of_n(rule, measure_id)
            case NoTarget():
                return self._verdict(np.full(len(self.rows), UNKNOWN), 0, skipped=np.ones(len(self.rows), dtype=np.bool_))
            case Qualitative():
                return self._qualitative(tested)
            case Assigned():
                return self._assigned(tested)
            case Compare(_, op, target):
                return self._compare(self.own(tested), op, constant(target))
            case Between(_, low, high):
                return self._within(self.own(tested), low, high)
            case About():
                return self._about(tested, rule)
            case Trend():
                return self._trend(tested, rule)
            case AboveMeasure(_, other):
                return self._against(self.own(tested), ">", self.own(other))
        raise ValueError(f"no judgement for {type(rule).__name__}")

    # --- leaves ---------------------------------------------------------------------------------------------------

    def _compare(self, own: Values, op: str, target: Numbers) -> Verdict:
        numbers = own.rounded() if self.compare_rounded else own.numbers
        sign, undecided = compare(numbers, target)
        there = numbers.reason == 0
        unsure = numbers.unsure | target.unsure | (undecided & there & (target.reason == 0))
        return self._verdict(np.where(there, holds(op, sign).astype(np.int8), UNKNOWN), numbers.reason, unsure)

    def _within(self, own: Values, low: Fraction, high: Fraction) -> Verdict:
        return _all([self._compare(own, ">=", constant(low)), self._compare(own, "<=", constant(high))])

    def _about(self, measure_id: str, rule: About) -> Verdict:
        own = self.own(measure_id)
        if rule.tolerance is not None:
            return self._within(own, rule.value - rule.tolerance, rule.value + rule.tolerance)
        whole, undecided = nearest_multiple(own.numbers, rule.digits)
        there = own.numbers.reason == 0
        near = whole == float(rule.value * 10**rule.digits)
        decided = self.table.decision(measure_id)[self.rows]
        result = np.where(there, np.where(near, TRUE, decided), UNKNOWN)
        reason = np.where(there, np.where(result == UNKNOWN, _AWAITING, 0), own.numbers.reason)
        return self._verdict(result, reason, own.numbers.unsure | (undecided & there))

    def _qualitative(self, measure_id: str) -> Verdict:
        own = self.own(measure_id)
        decided = self.table.decision(measure_id)[self.rows]
        reason = np.where(decided != UNKNOWN, 0, np.where(own.word != 0, own.word, _AWAITING))
        return self._verdict(decided, reason, own.numbers.unsure)

    def _assigned(self, measure_id: str) -> Verdict:
        own = self.own(measure_id)
        task = self.table.column(f"assigned.{measure_id}").take(self.rows)
        op = "<=" if self._measure(measure_id).direction == "down" else ">="
        given = task.present & (task.numbers.reason == 0)
        compared = self._compare(own, op, task.numbers)
        missing = own.numbers.reason != 0
        skipped = ~missing & task.present & (task.numbers.reason == REASON["not_issued"])
        result = np.where(given & ~missing, compared.result, UNKNOWN)
        reason = np.where(missing, own.numbers.reason, np.where(skipped, 0, np.where(given, compared.reason, _TASK_UNKNOWN)))
        return self._verdict(result, reason, compared.unsure, skipped)

    def _trend(self, measure_id: str, rule: Trend) -> Verdict:
        own = self.own(measure_id)
        at = self.table.at(rule.than)
        if at is None:
            return self._verdict(np.full(len(self.rows), UNKNOWN), _NOT_COLLECTED, np.zeros(len(self.rows), dtype=np.bool_))
        other = self.measures.values(measure_id).take(at[self.rows])
        up = self._measure(measure_id).direction != "down"
        op = (">" if up else "<") if rule.strict else (">=" if up else "<=")
        shift = rule.band if (up == rule.strict) else -rule.band
        found = self._against(own, op, other, shift)
        itself = self.table.is_at(rule.than)[self.rows]  # the base year: there is nothing to compare with yet
        return self._verdict(np.where(itself, UNKNOWN, found.result), np.where(itself, 0, found.reason), found.unsure & ~itself, itself)

    def _against(self, own: Values, op: str, other: Values, shift: Fraction = Fraction(0)) -> Verdict:
        right = other.rounded() if self.compare_rounded else other.numbers
        compared = self._compare(own, op, add(right, constant(shift)) if shift else right)
        # the other value is what is absent, not the indicator
        other_reason = np.where(not_applicable(other.numbers.reason), _NOT_COLLECTED, other.numbers.reason)
        reason = np.where(own.numbers.reason != 0, own.numbers.reason, other_reason)
        unsure = compared.unsure | own.numbers.unsure | other.numbers.unsure
        return self._verdict(np.where(reason != 0, UNKNOWN, compared.result), reason, unsure)

    # --- combinations ---------------------------------------------------------------------------------------------

    def _k_of_n(self, rule: KOfN, measure_id: str) -> Verdict:
        parts = [self.judge(part, measure_id) for part in rule.of_rules]
        outside = [(part.result == UNKNOWN) & ~part.skipped & not_applicable(part.reason) for part in parts]
        kept = [~part.skipped & ~out for part, out in zip(parts, outside, strict=True)]
        unknown = [keep & (part.result == UNKNOWN) for part, keep in zip(parts, kept, strict=True)]
        count = np.sum(kept, axis=0)
        true = np.sum([keep & (part.result == TRUE) for part, keep in zip(parts, kept, strict=True)], axis=0)
        needed = np.minimum(rule.k, count)
        result = np.where(true >= needed, TRUE, np.where(true + np.sum(unknown, axis=0) < needed, FALSE, UNKNOWN))
        result = np.where(count == 0, UNKNOWN, result)
        out_reason = np.zeros(len(self.rows), dtype=np.int8)
        for part, out in zip(reversed(parts), reversed(outside), strict=True):
            out_reason = np.where(out, part.reason, out_reason)
        open_reason = _first_reason(parts, unknown)
        reason = np.where(count == 0, out_reason, np.where(result == UNKNOWN, open_reason, 0))
        skipped = (count == 0) & ~np.logical_or.reduce(outside)
        return self._verdict(result, reason, np.logical_or.reduce([part.unsure for part in parts]), skipped)

    def _measure(self, measure_id: str) -> Measure:
        return self.measures.catalog.measures[measure_id]

    def _verdict(self, result: Codes | Floats, reason: Codes | int, unsure: Flags | None = None, skipped: Flags | None = None) -> Verdict:
        no = np.zeros(len(self.rows), dtype=np.bool_)
        reasons = np.broadcast_to(np.asarray(reason, dtype=np.int8), len(self.rows))
        return Verdict(result.astype(np.int8), reasons, no if skipped is None else skipped, no if unsure is None else unsure)


def _all(parts: list[Verdict]) -> Verdict:
    false = np.logical_or.reduce([part.result == FALSE for part in parts])
    true = np.logical_and.reduce([part.result == TRUE for part in parts])
    result = np.where(false, FALSE, np.where(true, TRUE, UNKNOWN)).astype(np.int8)
    reason = np.where(result == UNKNOWN, _first_reason(parts, [part.result == UNKNOWN for part in parts]), 0)
    unsure = np.logical_or.reduce([part.unsure for part in parts])
    return Verdict(result, reason.astype(np.int8), np.zeros_like(unsure), unsure)


def _first_reason(parts: list[Verdict], unknown: list[Flags]) -> Codes:
    """Return why the first unknown part is unknown: data are missing before somebody's answer is awaited."""
    answer = np.zeros(len(parts[0].reason), dtype=np.int8)
    data = answer.copy()
    for part, here in zip(reversed(parts), reversed(unknown), strict=True):
        waits = np.isin(part.reason, OPEN)
        answer = np.where(here, part.reason, answer)
        data = np.where(here & ~waits, part.reason, data)
    return np.where(data != 0, data, answer)
