"""How far a value has come from its base to a milestone."""

from __future__ import annotations

from fractions import Fraction

from evalkit.assessment.values import MeasureValue


def progress(own: MeasureValue, base: MeasureValue | None, target: Fraction | None) -> tuple[Fraction | None, str]:
    """Return the share of the way from base to milestone, in percent, or a note code that says why there is none.

    Parameters
    ----------
    own, base : MeasureValue
        Current value and value of the base year, scalars in the measure's unit.
    target : Fraction or None
        The milestone's number in the same unit.

    Returns
    -------
    share : Fraction or None
        (current − base) ÷ (milestone − base) × 100; 0 at the base, 100 at the milestone, negative when moving away.
    note : str
        ``no_numeric_target``, ``base_missing``, ``base_equals_target``, ``lower_bound`` or ``upper_bound`` where it
        cannot be computed.

    Notes
    -----
    Where the base year already reaches or passes the milestone there is no way to go, so no share is given.
    """
    if own.measure.kind != "number":
        return None, ""
    if target is None:
        return None, "no_numeric_target"
    if base is None or not isinstance(base.value, Fraction):
        return None, "base_missing"
    if not isinstance(own.value, Fraction):
        return None, ""
    away = target - base.value
    up = own.measure.direction == "up"
    arrived = away == 0 or ((away < 0) == up and own.measure.direction != "none")
    if arrived and base.bound != ("upper" if up else "lower"):
        return None, "base_equals_target"
    if own.bound or base.bound:
        return None, f"{own.bound or base.bound}_bound"
    return (own.value - base.value) / away * 100, ""
