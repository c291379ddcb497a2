"""Many ways from a base year to a milestone at once: what :func:`~evalkit.assessment.progress_way.measure_way` says, in arrays of floats.

Rows whose figures are short decimals are counted in units of their last digit, so that sums and most products are whole numbers and
come out exactly. Every other operation carries a bound of its error along (:mod:`evalkit.assessment.panel.numbers`). Where a decision,
or the twelfth digit of a figure, hangs on less than that, the row is marked and calculated exactly.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from evalkit.assessment.panel.numbers import (
    TENS,
    UNIT,
    Codes,
    Flags,
    Floats,
    Numbers,
    add,
    choose,
    compare,
    constant,
    divide,
    extreme,
    multiply,
)
from evalkit.assessment.progress_rows import CODE, WIDEST, Asked, Found, Years, decimals, whole
from evalkit.assessment.progress_way import EUROSTAT_GRADES, ProgressRules

_PRECISION = 4e-13  # largest relative error of a figure that is let stand
_ZERO = constant(Fraction(0))
_IN_UNITS = frozenset((
    "planned_value", "gap", "required_change", "observed_change", "expected_value",
    "trend_change", "trend_low", "trend_high", "projected_value", "projected_low", "projected_high",
))  # fmt: skip


def measure_ways(asked: Asked, rules: ProgressRules, eurostat: bool) -> Found:
    """Return how far many values have come; rows that are `unsure` mean nothing and must be calculated exactly."""
    with np.errstate(all="ignore"):
        return _Ways(asked, rules).measure(eurostat)


class _Ways:
    """Measures ways; the steps are those of the exact calculation, by the same names."""

    def __init__(self, asked: Asked, rules: ProgressRules) -> None:
        self.rules = rules
        self.found = Found(asked.current.unsure | asked.compared.unsure)
        self.year, self.base_year, self.milestone = asked.year, asked.base_year, asked.milestone
        self.has_base = asked.base.reason == 0
        self.found.unsure |= self.has_base & asked.base.unsure
        self.after_base = self.has_base & (asked.base_year < asked.year)
        self.years = list(asked.observed_years)
        self.used = [
            (one.reason == 0) & (year < asked.year) & (~self.after_base | (year > asked.base_year))
            for one, year in zip(asked.observed, self.years, strict=True)
        ]
        self._scale(asked)
        self.left = self.milestone - self.year
        self.over = _first((self.left < 0, "milestone_past"), (self.left == 0, "milestone_now"), like=self.left)

    def _scale(self, asked: Asked) -> None:
        """Count each row in units of its last digit, where all its figures have one."""
        goal = asked.goal
        parts = [asked.current, asked.compared, asked.base, goal.low, goal.high, goal.point, *asked.observed]
        here = [one.reason == 0 for one in parts[:6]] + self.used
        digits = [np.where(there, decimals(one), 0) for one, there in zip(parts, here, strict=True)]
        scale = TENS[np.maximum.reduce(digits)]
        fine = np.minimum.reduce(digits) >= 0
        for one, there in zip(parts, here, strict=True):
            fine &= ~there | (np.abs(one.value) * scale < WIDEST)
        self.scale = np.where(fine, scale, 1.0)
        scaled = [_scaled(one, fine, scale) for one in parts]
        self.current, self.compared, self.base, self.low, self.high, self.point = scaled[:6]
        self.observed = scaled[6:]
        self.has_low, self.has_high, self.has_point = here[3:6]
        self.open_low, self.open_high = goal.open_low, goal.open_high

    def measure(self, eurostat: bool) -> Found:
        """Return all figures and what they say."""
        self.planned = self._planned(self.current)
        self.planned = choose(self.has_base, self._planned(self.base), self.planned)
        self.arrived = self._holds(self.compared)
        self.inside, self.base_holds = self._holds(self.current), self._holds(self.base, self.has_base)
        self._put("planned_value", self.planned)
        self.gap = self._gap()
        self._put("gap", self.gap)
        self._since_base()
        self._required()
        self._trend()
        self._judge()
        self._reach()
        if eurostat:
            self._grade()
        return self.found

    # --- bookkeeping ------------------------------------------------------------------------------------------------

    def _put(self, name: str, numbers: Numbers, code: Codes | None = None) -> None:
        """Enter a figure where there is no code."""
        found = self.found
        codes = np.zeros(len(self.left), dtype=np.int8) if code is None else code
        here = codes == 0
        value = numbers.value / self.scale if name in _IN_UNITS else numbers.value
        found.figures[name] = np.where(here, value + 0.0, np.nan)
        found.codes[name] = codes
        found.unsure |= here & (numbers.unsure | ~(numbers.error <= _PRECISION * np.abs(numbers.value)))

    def _sign(self, left: Numbers, right: Numbers, where: Flags | bool = True) -> Floats:
        """Return the sign of a difference; rows in which it is needed and floats cannot tell it are unsure."""
        sign, undecided = compare(left, right)
        self.found.unsure |= where & undecided
        return sign

    # --- the range --------------------------------------------------------------------------------------------------

    def _holds(self, value: Numbers, where: Flags | bool = True) -> Flags:
        low = self._sign(value, self.low, where & self.has_low)
        high = self._sign(value, self.high, where & self.has_high)
        above = ~self.has_low | (low > 0) | ((low == 0) & ~self.open_low)
        below = ~self.has_high | (high < 0) | ((high == 0) & ~self.open_high)
        held: Flags = above & below & where
        return held

    def _planned(self, start: Numbers) -> Numbers:
        between = self.has_low & self.has_high & ~self.has_point & (start.reason == 0) & (self.low.value != self.high.value)
        nearer = self._sign(add(start, self.low, -1), add(self.high, start, -1), between)
        end = choose(nearer <= 0, self.low, self.high)
        return choose(self.has_point, self.point, choose(~self.has_low, self.high, choose(~self.has_high, self.low, end)))

    def _gap(self) -> Numbers:
        above, below = add(self.current, self.low, -1), add(self.high, self.current, -1)
        return choose(~self.has_low, below, choose(~self.has_high, above, extreme((above, below), largest=False)))

    # --- the figures ------------------------------------------------------------------------------------------------

    def _since_base(self) -> None:
        since = self.year - self.base_year
        no_base = (~self.has_base, "base_missing")
        spent = _first(no_base, (since == 0, "one_point"), (since < 0, "before_base"), like=since)
        away, gone = add(self.planned, self.base, -1), add(self.current, self.base, -1)
        self.away_sign = self._sign(self.planned, self.base, self.has_base)
        at, beyond = self.has_base & (self.away_sign == 0), self.base_holds
        held = _first((at, "base_at_target"), (beyond, "base_beyond_target"), like=since)
        self._put("share", _percent(gone, away), _first(no_base, like=since, otherwise=held))
        path = self.milestone - self.base_year
        passed = np.clip(np.minimum(since, path), 0, None)
        early = _first(no_base, (path <= 0, "milestone_before_base"), (since < 0, "before_base"), like=since)
        straight = divide(add(multiply(self.base, whole(path)), multiply(away, whole(passed))), whole(path))
        self._put("expected_value", choose(held != 0, self.planned, straight), early)
        self.ahead = add(multiply(gone, whole(path)), multiply(away, whole(passed)), -1), multiply(away, whole(path))
        self._put("lead", _percent(*self.ahead), _first(no_base, like=since, otherwise=np.where(held != 0, held, early)))
        self._put("observed_change", divide(gone, whole(since)), spent)
        rate, none = self._compound(self.base, self.current, gone, since, spent)
        self._put("observed_change_pct", rate, none)
        notes = self.found.notes
        notes["fallen_back"] = self.base_holds & ~self.inside
        outside = self.has_base & (held == 0) & ~self.inside
        notes["overshot"] = outside & (self._sign(self.current, self.planned, outside) * self.away_sign > 0)

    def _required(self) -> None:
        self.aim = self._planned(self.current)
        self.remaining = add(self.aim, self.current, -1)
        self.remaining_sign = self._sign(self.aim, self.current, ~self.arrived)
        none = _first((self.arrived, "arrived"), like=self.left, otherwise=self.over)
        self._put("required_change", divide(self.remaining, whole(self.left)), none)
        rate, no_rate = self._compound(self.current, self.aim, self.remaining, self.left, none)
        self._put("required_change_pct", rate, no_rate)

    def _trend(self) -> None:
        """Walk through the years; of the least and the greatest change keep difference and years, which are exact, not the quotient."""
        begun = self.after_base.copy()
        first, first_year = self.base, np.where(begun, self.base_year, 0)
        before, before_year = first, first_year
        ends = [(first, first_year), (first, first_year)]
        count = np.zeros(len(self.left), dtype=np.intp)
        every = np.ones(len(begun), dtype=np.bool_)
        known_years = [np.full(len(begun), year) for year in self.years]
        points = [*zip(self.observed, self.used, known_years, strict=True), (self.current, every, self.year)]
        for value, used, year in points:
            step = used & begun
            change, years = add(value, before, -1), year - before_year
            for n, wanted in enumerate((-1, 1)):
                best, best_years = ends[n]
                known = step & (count > 0)
                sign = self._sign(multiply(change, whole(best_years)), multiply(best, whole(years)), known)
                taken = step & ((count == 0) | (sign == wanted))
                ends[n] = choose(taken, change, best), np.where(taken, years, best_years)
            count += step
            start = used & ~begun
            first, first_year = choose(start, value, first), np.where(start, year, first_year)
            before, before_year = choose(used, value, before), np.where(used, year, before_year)
            begun = begun | used
        none = _first((count == 0, "one_point"), like=self.left)
        self.mean, self.span = add(self.current, first, -1), self.year - first_year
        self.low_end, self.high_end = ends
        projected = _first((count == 0, "one_point"), like=self.left, otherwise=self.over)
        for name, (change, years) in zip(("change", "low", "high"), ((self.mean, self.span), *ends), strict=True):
            self._put(f"trend_{name}", divide(change, whole(years)), none)
            onward = add(multiply(self.current, whole(years)), multiply(change, whole(self.left)))
            self._put(f"projected_{'value' if name == 'change' else name}", divide(onward, whole(years)), projected)
        self._arrival(self._sign(self.current, first, none == 0), none)
        pace = _percent(multiply(self.mean, whole(self.left)), multiply(self.remaining, whole(self.span)))
        required = self.found.codes["required_change"]
        at_end = _first((self.remaining_sign == 0, "at_open_end"), like=self.left)
        self._put("pace", pace, np.where(required != 0, required, np.where(none != 0, none, at_end)).astype(np.int8))
        self.found.trend_from = np.where(count > 0, first_year, 0)
        self.found.notes["trend_before_base"] = (count > 0) & self.has_base & (first_year < self.base_year)
        self.found.notes["one_change"] = count == 1

    def _arrival(self, change_sign: Floats, none: Codes) -> None:
        ends_open = np.where(change_sign > 0, self.open_low, self.open_high)
        away = (self.remaining_sign * change_sign < 0) | ((self.remaining_sign == 0) & ~ends_open)
        code = _first((change_sign == 0, "no_movement"), (away, "moving_away"), like=self.left)
        code = _first((self.arrived, "arrived"), like=self.left, otherwise=np.where(none != 0, none, code))
        above = multiply(self.remaining, whole(self.span))
        rest = np.fmod(above.value, self.mean.value)  # without rounding, for floats of any size
        known = (above.error == 0) & (self.mean.error == 0)
        years = divide(above, self.mean)
        beside = np.abs(years.value - np.rint(years.value))
        sure = known | (beside > np.maximum(1e-9 * np.abs(years.value), years.error))
        floor = np.where(known, np.rint((above.value - rest) / self.mean.value), np.floor(years.value))
        even = known & (rest == 0)
        strict = ~self.has_point & ends_open & even
        self.found.unsure |= (code == 0) & (~sure | (np.abs(years.value) >= WIDEST))
        self._put("arrival_year", whole(self.year + floor + np.where(even, 0, 1) + strict), code)

    # --- what they say ----------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        found, tolerance = self.found, self.rules.tolerance
        lead, observed = found.codes["lead"], found.codes["observed_change"]
        late = (self.left <= 0) | found.notes["fallen_back"] | found.notes["overshot"]
        at = (lead == CODE["base_at_target"]) & (observed == 0)
        none = np.where(lead != 0, lead, observed)
        open_ = ~self.arrived & ~late & (none == 0)
        above, below = self.ahead
        points = multiply(multiply(above, _number(100 * tolerance.denominator)), whole(self.away_sign))
        limit = multiply(multiply(below, _number(tolerance.numerator)), whole(self.away_sign))
        ahead = self._sign(points, limit, open_) > 0
        behind = self._sign(points, multiply(limit, _number(-1)), open_) < 0
        outside = self._sign(self.gap, _ZERO, ~self.arrived & ~late & at) < 0
        pace = np.where(ahead, 2, np.where(behind, 4, 3))
        said = np.where(late, 4, np.where(at, np.where(outside, 4, 3), np.where(none != 0, 0, pace)))
        found.status = np.where(self.arrived, 1, said).astype(np.int8)
        found.reason = np.where(found.status == 0, none, 0).astype(np.int8)

    def _reach(self) -> None:
        found, easy = self.found, self.rules.easy_pace
        none = found.codes["pace"]
        open_ = ~self.arrived & (none == 0)

        def fast(change: Numbers, years: Years) -> Flags:
            got = multiply(multiply(change, whole(self.left)), _number(100 * easy.denominator))
            asked = multiply(multiply(self.remaining, whole(years)), _number(easy.numerator))
            up = whole(self.remaining_sign)
            return self._sign(multiply(got, up), multiply(asked, up), open_) >= 0

        enough = fast(self.mean, self.span)
        if self.rules.steady:
            up = self.remaining_sign > 0
            low, high = self.low_end, self.high_end
            enough &= fast(choose(up, low[0], high[0]), np.where(up, low[1], high[1]))
        said = np.where(none != 0, 0, np.where(enough, 2, 3))
        found.reachability = np.where(self.arrived, 1, said).astype(np.int8)
        found.reachability_reason = np.where(self.arrived, 0, none).astype(np.int8)

    def _grade(self) -> None:
        since, path = self.year - self.base_year, self.milestone - self.base_year
        none = _first(
            (~self.has_base, "base_missing"), (self.away_sign == 0, "base_at_target"), (self.base_holds, "base_beyond_target"),
            (path <= 0, "milestone_before_base"), (since == 0, "one_point"), (since < 0, "before_base"), like=since,
        )  # fmt: skip
        observed, no_first = self._compound(self.base, self.current, add(self.current, self.base, -1), since, none)
        required, no_second = self._compound(self.base, self.planned, add(self.planned, self.base, -1), path, none)
        ratio = _percent(observed, required)
        code = np.where(no_first != 0, no_first, no_second).astype(np.int8)
        still = (observed.value == 0) & (observed.error == 0)
        grade = np.full(len(since), len(EUROSTAT_GRADES) + 1, dtype=np.int8)
        for n, (least, _) in reversed(list(enumerate(EUROSTAT_GRADES, 1))):
            sign = np.where(still, -float(least), self._sign(ratio, constant(least), (code == 0) & ~still))
            grade = np.where(sign >= 0, n, grade).astype(np.int8)
        self._put("growth_ratio", ratio, code)
        self.found.grade = np.where(code == 0, grade, 0).astype(np.int8)

    def _compound(self, start: Numbers, end: Numbers, change: Numbers, years: Years, none: Codes) -> tuple[Numbers, Codes]:
        """Return the compound yearly rate in percent, and the code where there is none."""
        open_ = none == 0
        positive = (self._sign(start, _ZERO, open_) > 0) & (self._sign(end, _ZERO, open_) > 0)
        code = np.where(open_ & ~positive, CODE["not_positive"], none).astype(np.int8)
        step = change.value / start.value
        step_error = (change.error + np.abs(step) * start.error) / start.value
        near = np.abs(step) < 0.5  # there the logarithm of the quotient would lose digits
        log = np.where(near, np.log1p(step), np.log(end.value / start.value))
        error = np.where(near, step_error / (1 + step), start.error / start.value + end.error / end.value + 4 * UNIT)
        each = log / years
        rate = np.where(years == 1, step, np.expm1(each))
        off = np.exp(each) * (error + 16 * UNIT * np.abs(log)) / years
        off = np.where(years == 1, step_error, off) + 16 * UNIT * np.abs(rate)
        unsure = start.unsure | end.unsure | change.unsure | ~np.isfinite(rate)
        no = np.zeros(len(years), dtype=np.bool_)
        return Numbers(rate * 100, off * 100, no, np.zeros(len(years), dtype=np.int8), unsure), code


def _scaled(numbers: Numbers, fine: Flags, scale: Floats) -> Numbers:
    value = np.where(fine, np.rint(numbers.value * scale), numbers.value)
    return Numbers(value, np.where(fine, 0.0, numbers.error), numbers.short & ~fine, numbers.reason, numbers.unsure)


def _first(*cases: tuple[Flags, str], like: Years, otherwise: npt.NDArray[np.int8] | int = 0) -> Codes:
    """Return the code of the first case that holds in each row."""
    found: npt.NDArray[np.int8] = np.broadcast_to(np.asarray(otherwise, dtype=np.int8), len(like))
    for here, code in reversed(cases):
        found = np.where(here, np.int8(CODE[code]), found)
    return found


def _number(value: int) -> Numbers:
    return constant(Fraction(value))


def _percent(part: Numbers, whole_: Numbers) -> Numbers:
    return divide(multiply(part, _number(100)), whole_)
