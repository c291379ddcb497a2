"""Where a planned value lies: the range of values that a rule accepts, and the number that the path leads to."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from evalkit.assessment.values import MeasureValue, Scope
from evalkit.catalog.rules import About, Assigned, Between, Compare, KOfN, NoTarget, Qualitative, Rule, Trend
from evalkit.values import Period


@dataclass(frozen=True)
class Goal:
    """The values with which a planned value is reached, in the measure's unit.

    Parameters
    ----------
    low, high : Fraction or None
        Ends of the range; None where it has none.
    open_low, open_high : bool
        The end itself does not count (＞, ＜).
    point : Fraction or None
        The printed number where the range lies around one (左右).
    """

    low: Fraction | None = None
    high: Fraction | None = None
    open_low: bool = False
    open_high: bool = False
    point: Fraction | None = None

    def holds(self, value: Fraction) -> bool:
        """Return whether a value reaches the planned one."""
        above = self.low is None or value > self.low or (value == self.low and not self.open_low)
        below = self.high is None or value < self.high or (value == self.high and not self.open_high)
        return above and below

    def proved(self, value: Fraction, bound: str) -> bool:
        """Return whether a value reaches the planned one, whatever the true value behind a bound is."""
        if bound == "lower":
            return self.high is None and self.holds(value)
        if bound == "upper":
            return self.low is None and self.holds(value)
        return self.holds(value)

    def planned(self, start: Fraction) -> Fraction:
        """Return the number that the path from a value leads to: the printed one, else the end of the range nearer to it."""
        if self.point is not None:
            return self.point
        if self.low is None or self.high is None:
            end = self.high if self.low is None else self.low
            assert end is not None, "a range has at least one end"
            return end
        return self.low if start - self.low <= self.high - start else self.high

    def margin(self, value: Fraction) -> Fraction:
        """Return how far inside the range a value lies; negative outside, zero at an end."""
        ends = [value - self.low] if self.low is not None else []
        return min([*ends, self.high - value] if self.high is not None else ends)


@dataclass(frozen=True)
class Aim:
    """What a rule asks at a milestone.

    Parameters
    ----------
    goal : Goal or str
        A code where the rule asks for no number: ``no_target``, ``qualitative``, ``trend_target``, ``base_missing``,
        ``assigned_unknown`` or ``no_numeric_target``.
    notes : tuple of str
        ``other_conditions`` where the rule asks for more than this number.
    """

    goal: Goal | str
    notes: tuple[str, ...] = ()


def aim(scope: Scope, rule: Rule, measure_id: str, milestone: Period) -> Aim:
    """Return what a rule without class maps asks of its own measure at a milestone.

    Of several rules it is the first in reading order that asks for a number, as in the column ``milestone_value`` of the results.
    不降低 (not worse than the base year or a named one) asks for that year's value. 持续改善 (than the year before) asks for no
    number. A task of the superior counts when its figure for the milestone is in hand.
    """
    leaves = [part for part in rule.walk() if not isinstance(part, KOfN)]
    notes = ("other_conditions",) if len(leaves) > 1 else ()
    codes = []
    for leaf in leaves:
        if leaf.of and leaf.of != measure_id:
            continue
        found = _goal(scope, leaf, measure_id, milestone)
        if isinstance(found, Goal):
            return Aim(found, notes)
        codes.append(found)
    return Aim(next(iter(codes), "no_numeric_target"), notes)


def printed_goal(leaf: Rule) -> Goal | None:
    """Return the range of values that a rule itself prints; None where it compares with no number."""
    match leaf:
        case Compare(_, op, value):
            return _one_sided(op, value)
        case Between(_, low, high):
            return Goal(low, high)
        case About(_, value, tolerance, digits):
            if tolerance is not None:
                return Goal(value - tolerance, value + tolerance, point=value)
            # Rounding half to even: the ties on both sides go to the number when its last digit is even.
            half = Fraction(1, 2 * 10**digits)
            odd = value * 10**digits % 2 == 1
            return Goal(value - half, value + half, odd, odd, value)
    return None


def _goal(scope: Scope, leaf: Rule, measure_id: str, milestone: Period) -> Goal | str:
    fixed = printed_goal(leaf)
    if fixed is not None:
        return fixed
    match leaf:
        case Trend():
            return _kept(scope, leaf, measure_id)
        case Assigned():
            item = scope.item(f"assigned.{measure_id}", milestone.name)
            if item is None or item.value is None or item.missing or item.bound:
                return "assigned_unknown"
            return _one_sided("<=" if _falls(scope, measure_id) else ">=", item.value)
        case NoTarget():
            return "no_target"
        case Qualitative():
            return "qualitative"
    return "no_numeric_target"


def _kept(scope: Scope, leaf: Trend, measure_id: str) -> Goal | str:
    if leaf.than == "previous":
        return "trend_target"
    when = scope.base_period if leaf.than == "base" else Period.parse(leaf.than)
    other: MeasureValue | None = scope.measure(measure_id, when) if when is not None else None
    if other is None or not isinstance(other.value, Fraction):
        return "base_missing"
    if other.bound:
        return f"{other.bound}_bound"
    falls = _falls(scope, measure_id)
    shift = leaf.band if falls != leaf.strict else -leaf.band
    op = {(False, False): ">=", (False, True): ">", (True, False): "<=", (True, True): "<"}[falls, leaf.strict]
    return _one_sided(op, other.value + shift)


def _falls(scope: Scope, measure_id: str) -> bool:
    return scope.catalog.measures[measure_id].direction == "down"


def _one_sided(op: str, value: Fraction) -> Goal:
    if op == "==":
        return Goal(value, value)
    return Goal(value, None, open_low=op == ">") if op in (">", ">=") else Goal(None, value, open_high=op == "<")
