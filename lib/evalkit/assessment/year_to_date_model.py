"""What the year so far says, and what that leaves for the days that remain: the data classes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from evalkit.values import Missing, Period, decimal_places, parse_decimal

#: What an annual target asks for; words of the group `ytd_kind`.
Kind = Literal["max_mean", "min_count", "max_count", "min_share", "percentile"]
KINDS: tuple[Kind, ...] = ("max_mean", "min_count", "max_count", "min_share", "percentile")

#: Words of the group `ytd_verdict`; the first five are verdicts, the last two say that there is none.
Verdict = Literal["already_met", "on_track", "at_risk", "impossible", "already_failed", "not_applicable", "missing"]
VERDICTS: tuple[Verdict, ...] = ("already_met", "on_track", "at_risk", "impossible", "already_failed", "not_applicable", "missing")


@dataclass(frozen=True)
class Interval:
    """A stretch of numbers, in the unit of what it bounds.

    Parameters
    ----------
    low, high : Fraction
    closed : bool
        Whether both ends belong to it; they do or do not together.
    """

    low: Fraction
    high: Fraction
    closed: bool

    def __contains__(self, value: Fraction) -> bool:
        return self.low < value < self.high or (self.closed and value in (self.low, self.high))


@dataclass(frozen=True)
class Printed:
    """A number as it is printed: exact, and how many decimals it has.

    Parameters
    ----------
    value : Fraction
    digits : int
        Decimals, trailing zeros included: 56.40 has two.
    """

    value: Fraction
    digits: int = 0

    @classmethod
    def parse(cls, text: str) -> Printed:
        """Return the number of a plain decimal such as ``56.40``."""
        return cls(parse_decimal(text), decimal_places(text))

    @property
    def interval(self) -> Interval:
        """All values, none of them negative, that are printed like this.

        Rounded half to even, a tie belongs to the even digit: 56.4 stands for [56.35, 56.45], ends included, and 56.5
        for (56.45, 56.55), ends left out (GB/T 8170-2008, clause 3; state: general knowledge).
        """
        unit = Fraction(1, 10**self.digits)
        closed = self.value / unit % 2 == 0
        return Interval(max(self.value - unit / 2, Fraction(0)), self.value + unit / 2, closed)


@dataclass(frozen=True)
class LastYear:
    """The year before: the same stretch (同期) and the whole.

    Parameters
    ----------
    value, whole : Printed
        Mean, or number of days, of the same stretch and of the whole period of last year.
    days, whole_days : int
        Days with a valid value in them.
    """

    value: Printed
    whole: Printed
    days: int
    whole_days: int


@dataclass(frozen=True)
class YearCase:
    """One measure of one region: an annual target and the year to date.

    Parameters
    ----------
    region, measure, unit : str
        As received; `unit` is that of `value` (of `min_share`, whose target is in percent, as well).
    kind : str
        ``max_mean`` a mean of at most, ``min_count`` days of at least, ``max_count`` days of at most, ``min_share`` a
        share of the valid days of at least, in percent (its `value` is a number of days), ``percentile``.
    so_far, whole : Period
        Both begin on the same day.
    target : Printed or Missing
    value : Printed or Missing
        Mean over the valid days so far, or days counted so far.
    days : int
        Days so far with a valid value, at least 1.
    last : LastYear, optional
    assumed : tuple of str
        What was not given and is therefore assumed; codes of the group `ytd_note`.
    note, source : str
        Carried along.
    """

    region: str
    measure: str
    unit: str
    kind: Kind
    so_far: Period
    whole: Period
    target: Printed | Missing
    value: Printed | Missing
    days: int
    last: LastYear | None = None
    assumed: tuple[str, ...] = ()
    note: str = ""
    source: str = ""

    @property
    def days_left(self) -> int:
        """Calendar days that remain."""
        return self.whole.days - self.so_far.days


@dataclass(frozen=True)
class YearToDate:
    """What the remaining days must bring.

    Parameters
    ----------
    case : YearCase
    verdict : str
        One of :data:`VERDICTS`.
    required : Fraction, optional
        ``max_mean``: the highest mean that the remaining days may have (年剩余日控制值), in the unit of the mean.
        ``min_count``, ``min_share``: the days still needed; zero or less when there are enough. ``max_count``: the days
        still allowed; below zero by how many there are too many.
    interval : Interval, optional
        Where `required` lies for all means that are printed like the one received; counts are exact and have none.
    observed_share, required_share : Fraction, optional
        Of counts: the share of the days so far, and the share of the remaining days that is needed or allowed (ratio,
        no unit).
    last_rest : Fraction, optional
        Mean, or number of days, of the remaining stretch a year before (去年同期).
    last_interval : Interval, optional
        Of a mean, where it lies by the rounding of the two means it was worked out from.
    last_days_left : int, optional
        Valid days of that stretch.
    rounding_decides : bool
        Another mean that is printed like the one received would have another verdict.
    reason : str
        Why there is no verdict: ``percentile``, or the reason of a missing value.
    notes : tuple of str
        What was assumed; codes of the group `ytd_note`.
    """

    case: YearCase
    verdict: Verdict
    required: Fraction | None = None
    interval: Interval | None = None
    observed_share: Fraction | None = None
    required_share: Fraction | None = None
    last_rest: Fraction | None = None
    last_interval: Interval | None = None
    last_days_left: int | None = None
    rounding_decides: bool = False
    reason: str = ""
    notes: tuple[str, ...] = ()
