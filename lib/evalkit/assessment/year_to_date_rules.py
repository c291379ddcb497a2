"""What the remaining days must bring, exactly."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from evalkit.assessment.values import NOT_APPLICABLE
from evalkit.assessment.year_to_date_model import Interval, LastYear, Printed, Verdict, YearCase, YearToDate
from evalkit.values import Missing


def remaining(case: YearCase) -> YearToDate:
    """Return what the remaining days must bring for the target to be met.

    Parameters
    ----------
    case : YearCase
        Target, value and days so far.

    Returns
    -------
    YearToDate
        With exact fractions. Every remaining day is counted as valid: nobody knows yet which will not be. The verdicts
        that are certain, ``already_met``, ``impossible`` and ``already_failed``, hold however many of them turn out invalid.

    Notes
    -----
    With n valid days so far of mean m, r days left and the target T, the remaining days may have the mean
    (T·(n + r) − m·n) / r, because an annual mean is the mean of the daily means over the valid days (HJ 663, clause on
    annual evaluation; state: general knowledge, the text was not compared). The target is compared with the full value, not with
    a rounded one (GB/T 8170-2008, 全数值比较; state: general knowledge). A percentile of a year cannot be split in this way.

    Verdicts. A mean: ``impossible`` when the control value is below zero, ``at_risk`` when it is below the mean so far.
    Days needed: ``impossible`` when more than are left, ``at_risk`` when their share of the days left is above the share so
    far. Days allowed: ``already_failed`` below zero, ``at_risk`` when the share so far, continued to the end, brings a whole
    day more than the target allows. Nothing left: ``already_met`` or ``already_failed``.
    """
    notes = (*case.assumed, *(("rest_assumed",) if case.days_left else ()))
    if case.kind == "percentile":
        return YearToDate(case, "not_applicable", reason="percentile")
    for given in (case.target, case.value):
        if isinstance(given, Missing):
            outside = given.reason in NOT_APPLICABLE or given.reason == "not_issued"
            return YearToDate(case, "not_applicable" if outside else "missing", reason=given.reason)
    assert isinstance(case.target, Printed) and isinstance(case.value, Printed)
    found = _mean(case, case.target, case.value) if case.kind == "max_mean" else _count(case, case.target.value, case.value.value)
    return YearToDate(case, notes=notes, **found, **(_last(case) if case.last is not None else {}))


def _mean(case: YearCase, target: Printed, value: Printed) -> dict[str, Any]:
    n, left = case.days, case.days_left
    total, allowed = n + left, target.value
    limits: list[tuple[Fraction, Verdict]]
    if left:
        # Up to the target the control value is not below the mean; up to the second limit it is not below zero.
        limits, beyond = [(allowed, "on_track"), (allowed * total / n, "at_risk")], "impossible"
    else:
        limits, beyond = [(allowed, "already_met")], "already_failed"

    def verdict(mean: Fraction, just_above: bool = False) -> str:
        return next((code for limit, code in limits if mean < limit or (mean == limit and not just_above)), beyond)

    span = value.interval
    decides = verdict(span.low, just_above=not span.closed) != verdict(span.high)
    found: dict[str, Any] = {"verdict": verdict(value.value), "rounding_decides": decides}
    if left:
        found["required"] = _control(allowed, total, value.value, n, left)
        low, high = (_control(allowed, total, end, n, left) for end in (span.high, span.low))
        found["interval"] = Interval(low, high, span.closed)
    return found


def _control(whole: Fraction, whole_days: int, part: Fraction, days: int, left: int) -> Fraction:
    """Return the mean of the days that are left when whole and part have these means."""
    return (whole * whole_days - part * days) / left


def _count(case: YearCase, target: Fraction, value: Fraction) -> dict[str, Any]:
    n, left = case.days, case.days_left
    observed = value / n
    found: dict[str, Any] = {"observed_share": observed}
    verdict: Verdict
    if case.kind == "max_count":
        required = target - value
        if required < 0:
            verdict = "already_failed"
        elif required >= left:
            verdict = "already_met"
        else:
            verdict = "at_risk" if math.floor(value + observed * left) > target else "on_track"
    else:
        needed = math.ceil(target / 100 * (n + left)) if case.kind == "min_share" else target
        required = needed - value
        if required <= 0:
            verdict = "already_met"
        elif required > left:
            verdict = "impossible" if left else "already_failed"
        else:
            verdict = "at_risk" if required > observed * left else "on_track"
    if left:
        found["required_share"] = max(required, Fraction(0)) / left
    return {**found, "verdict": verdict, "required": required}


def _last(case: YearCase) -> dict[str, Any]:
    """Return what the same remaining stretch was like a year before; nothing where it had no valid day."""
    last = case.last
    assert last is not None
    left = last.whole_days - last.days
    if left < 1:
        return {}
    if case.kind != "max_mean":
        return {"last_rest": last.whole.value - last.value.value, "last_days_left": left}
    rest = _control(last.whole.value, last.whole_days, last.value.value, last.days, left)
    return {"last_rest": max(rest, Fraction(0)), "last_interval": last_rest_interval(last), "last_days_left": left}


def last_rest_interval(last: LastYear) -> Interval:
    """Return where last year's mean of the remaining stretch lies, by the rounding of both means; none lies below zero."""
    left = last.whole_days - last.days
    whole, part = last.whole.interval, last.value.interval
    low = _control(whole.low, last.whole_days, part.high, last.days, left)
    high = _control(whole.high, last.whole_days, part.low, last.days, left)
    return Interval(low, high, whole.closed and part.closed)
