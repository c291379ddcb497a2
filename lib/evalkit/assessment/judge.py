"""Judging a value by a target rule, in three-valued logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.values import NOT_APPLICABLE, MeasureValue, Scope
from evalkit.catalog.models import Decision
from evalkit.catalog.rules import About, AboveMeasure, Assigned, Between, ByClass, Compare, KOfN, NoTarget, Qualitative, Rule, Trend
from evalkit.values import Missing, Period, format_full, round_half_even

PENDING = ("assigned_unknown", "awaiting_evidence", "span_open")


@dataclass(frozen=True)
class Check:
    """One comparison, for the trace."""

    measure: str
    op: str
    left: str
    right: str
    against: str
    against_period: str
    result: str
    reason: str = ""


@dataclass
class Outcome:
    """Result of a rule: True, False, or None (unknown) with a reason. `skipped` rules ask for nothing."""

    result: bool | None
    reason: str = ""
    skipped: bool = False
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    decision: Decision | None = None

    def status(self) -> tuple[str, str]:
        """Return status and reason codes."""
        if self.skipped:
            return "no_target", ""
        if self.result is None:
            if self.reason in NOT_APPLICABLE:
                return "not_applicable", self.reason
            return ("pending" if self.reason in PENDING else "missing"), self.reason
        return ("met" if self.result else "not_met"), ""


def resolve_classes(rule: Rule, classes: dict[str, str]) -> Rule:
    """Return the rule with each class map replaced by the case of the region's class.

    Raises
    ------
    KeyError
        The region declares no class for a dimension (the argument is the dimension).
    """
    if isinstance(rule, ByClass):
        if rule.dimension not in classes:
            raise KeyError(rule.dimension)
        return resolve_classes(dict(rule.cases)[classes[rule.dimension]], classes)
    if isinstance(rule, KOfN):
        return KOfN(rule.of, rule.k, tuple(resolve_classes(part, classes) for part in rule.of_rules))
    return rule


class Judge:
    """Judges the rules of one region in one period.

    Parameters
    ----------
    scope : Scope
        Where values come from.
    period : Period
        Current period.
    compare_rounded : bool
        修约值比较: compare the rounded value, not the full one.
    instead : mapping, optional
        Values that stand in the place of those of the period, by measure: sums of years.
    """

    def __init__(
        self, scope: Scope, period: Period, compare_rounded: bool = False, instead: Mapping[str, MeasureValue] | None = None
    ) -> None:
        self.scope = scope
        self.period = period
        self.compare_rounded = compare_rounded
        self.instead = instead or {}

    def judge(self, rule: Rule, measure_id: str) -> Outcome:
        """Return the outcome of a rule for a measure (each leaf may name another one)."""
        tested = rule.of or measure_id
        match rule:
            case KOfN():
                return self._k_of_n(rule, measure_id)
            case NoTarget():
                return Outcome(None, skipped=True)
            case Qualitative():
                return self._qualitative(rule, tested)
            case Assigned():
                return self._assigned(tested)
            case ByClass():
                raise ValueError("class maps are resolved before judging")
        own = self.instead.get(tested) or self.scope.measure(tested, self.period)
        match rule:
            case Compare(_, op, target):
                return self._compare(own, op, target, "target", "")
            case Between(_, low, high):
                return _all([self._compare(own, ">=", low, "target", ""), self._compare(own, "<=", high, "target", "")])
            case About():
                return self._about(own, rule)
            case Trend():
                return self._trend(own, rule)
            case AboveMeasure(_, other_id):
                other = self.scope.measure(other_id, self.period)
                return self._against(own, ">", other, "measure", self.period.name)
        raise ValueError(f"no judgement for {type(rule).__name__}")

    def _k_of_n(self, rule: KOfN, measure_id: str) -> Outcome:
        outcomes = [self.judge(part, measure_id) for part in rule.of_rules]
        # Parts that ask for nothing, or for a component that does not apply here, are left out.
        outside = [outcome for outcome in outcomes if outcome.result is None and outcome.reason in NOT_APPLICABLE]
        kept = [outcome for outcome in outcomes if not outcome.skipped and outcome not in outside]
        needed = min(rule.k, len(kept))
        merged = _merge(outcomes)
        if not kept:
            merged.skipped = not outside
            merged.reason = outside[0].reason if outside else ""
            return merged
        true = sum(outcome.result is True for outcome in kept)
        unknown = [outcome for outcome in kept if outcome.result is None]
        if true >= needed:
            merged.result = True
        elif true + len(unknown) < needed:
            merged.result = False
        else:
            merged.reason = _first_reason(unknown)
        return merged

    def _qualitative(self, rule: Qualitative, measure_id: str) -> Outcome:
        decision = self.scope.decision(measure_id, self.period.name)
        own = self.scope.measure(measure_id, self.period)
        result = None if decision is None else decision.verdict == "met"
        reason = ""
        if result is None:
            item = own.reported_item
            reason = item.missing if item is not None and item.missing else "awaiting_evidence"
        check = Check(measure_id, "qualitative", own.text, rule.text, "target", "", _word(result), reason)
        return Outcome(result, reason, checks=[check], notes=self.scope.held_back(measure_id, self.period.name), decision=decision)

    def _assigned(self, measure_id: str) -> Outcome:
        own = self.scope.measure(measure_id, self.period)
        item = self.scope.item(f"assigned.{measure_id}", self.period.name)
        op = "<=" if own.measure.direction == "down" else ">="
        if isinstance(own.value, Missing):
            check = Check(measure_id, op, "", "", "assigned", self.period.name, "unknown", own.value.reason)
            return Outcome(None, own.value.reason, checks=[check])
        if item is not None and item.missing == "not_issued":
            return Outcome(None, skipped=True, notes=["assigned_not_issued"])
        if item is None or item.value is None or item.missing or item.bound:
            check = Check(measure_id, op, _shown(own), "", "assigned", self.period.name, "unknown", "assigned_unknown")
            return Outcome(None, "assigned_unknown", checks=[check])
        return self._compare(own, op, item.value, "assigned", self.period.name)

    def _trend(self, own: MeasureValue, rule: Trend) -> Outcome:
        when = self.scope.at(rule.than, self.period)
        against = rule.than if rule.than in ("previous", "base") else "period"
        if when is None:
            check = Check(own.measure.id, "", _shown(own), "", against, "", "unknown", self.scope.no_base)
            return Outcome(None, self.scope.no_base, checks=[check])
        if when == self.period:  # the base year itself: there is nothing to compare with yet
            return Outcome(None, skipped=True, notes=["base_is_current"])
        other = self.scope.measure(own.measure.id, when)
        up = own.measure.direction != "down"
        op = (">" if up else "<") if rule.strict else (">=" if up else "<=")
        # The band lets a small step back count as stable; for a strict improvement it asks for more.
        shift = rule.band if (up == rule.strict) else -rule.band
        return self._against(own, op, other, against, when.name, shift)

    def _against(
        self, own: MeasureValue, op: str, other: MeasureValue, against: str, period: str, shift: Fraction = Fraction(0)
    ) -> Outcome:
        if isinstance(own.value, Missing) or isinstance(other.value, Missing):
            if isinstance(own.value, Missing):
                reason = own.value.reason
            else:
                assert isinstance(other.value, Missing)
                # the other value is what is absent, not the indicator
                reason = "not_collected" if other.value.reason in NOT_APPLICABLE else other.value.reason
            check = Check(own.measure.id, op, _shown(own), "", against, period, "unknown", reason)
            return Outcome(None, reason, checks=[check])
        period = other.data_year or period
        if own.data_year and own.data_year == other.data_year:  # two columns hold the figure of one year
            check = Check(own.measure.id, op, _shown(own), _shown(other), against, period, "unknown", "not_collected")
            return Outcome(None, "not_collected", checks=[check])
        if other.bound:
            check = Check(own.measure.id, op, _shown(own), _shown(other), against, period, "unknown", "awaiting_evidence")
            return Outcome(None, "awaiting_evidence", checks=[check])
        right = round_half_even(other.value, Fraction(1, 10**other.digits)) if self.compare_rounded else other.value
        return self._compare(own, op, right + shift, against, period)

    def _about(self, own: MeasureValue, rule: About) -> Outcome:
        if isinstance(own.value, Missing) or rule.tolerance is not None:
            tolerance = rule.tolerance or Fraction(0)
            outcome = _all(
                [
                    self._compare(own, ">=", rule.value - tolerance, "target", ""),
                    self._compare(own, "<=", rule.value + tolerance, "target", ""),
                ]
            )
            check = Check(
                own.measure.id, "about", _shown(own), format_full(rule.value), "target", "", _word(outcome.result), outcome.reason
            )
            return Outcome(outcome.result, outcome.reason, checks=[check])
        near = round_half_even(own.value, Fraction(1, 10**rule.digits)) == rule.value and not own.bound
        decision = None if near else self.scope.decision(own.measure.id, self.period.name)
        result = True if near else None if decision is None else decision.verdict == "met"
        reason = "" if result is not None else "awaiting_evidence"
        check = Check(own.measure.id, "about", _shown(own), format_full(rule.value), "target", "", _word(result), reason)
        notes = [] if near else self.scope.held_back(own.measure.id, self.period.name)
        return Outcome(result, reason, checks=[check], notes=notes, decision=decision)

    def _compare(self, own: MeasureValue, op: str, target: Fraction, against: str, period: str) -> Outcome:
        value = own.value
        if isinstance(value, Missing):
            check = Check(own.measure.id, op, "", format_full(target), against, period, "unknown", value.reason)
            return Outcome(None, value.reason, checks=[check])
        if self.compare_rounded:
            value = round_half_even(value, Fraction(1, 10**own.digits))
        result = holds(value, op, target, own.bound)
        reason = "" if result is not None else "awaiting_evidence"
        check = Check(own.measure.id, op, format_full(value), format_full(target), against, period, _word(result), reason)
        return Outcome(result, reason, checks=[check])


def holds(value: Fraction, op: str, target: Fraction, bound: str) -> bool | None:
    """Compare; a value known only as a lower or upper bound may leave the answer open."""
    exact = {">=": value >= target, "<=": value <= target, ">": value > target, "<": value < target, "==": value == target}[op]
    if not bound:
        return exact
    upward, downward = op in (">=", ">"), op in ("<=", "<")
    if bound == "lower":  # the true value is `value` or more
        if upward and exact:
            return True
        if (downward and not exact) or (op == "==" and value > target):
            return False
    else:  # the true value is `value` or less
        if downward and exact:
            return True
        if (upward and not exact) or (op == "==" and value < target):
            return False
    return None


def _all(outcomes: list[Outcome]) -> Outcome:
    merged = _merge(outcomes)
    if any(outcome.result is False for outcome in outcomes):
        merged.result = False
    elif all(outcome.result is True for outcome in outcomes):
        merged.result = True
    else:
        merged.reason = _first_reason([outcome for outcome in outcomes if outcome.result is None])
    return merged


def _merge(outcomes: list[Outcome]) -> Outcome:
    merged = Outcome(None)
    for outcome in outcomes:
        merged.checks.extend(outcome.checks)
        merged.notes.extend(note for note in outcome.notes if note not in merged.notes)
        merged.decision = merged.decision or outcome.decision
    return merged


def _first_reason(unknown: list[Outcome]) -> str:
    """Say that data are missing before saying that somebody's answer is awaited."""
    reasons = [outcome.reason for outcome in unknown]
    return next((reason for reason in reasons if reason not in PENDING), reasons[0])


def _word(result: bool | None) -> str:
    return {True: "true", False: "false", None: "unknown"}[result]


def _shown(own: MeasureValue) -> str:
    return format_full(own.value) if isinstance(own.value, Fraction) else ""
