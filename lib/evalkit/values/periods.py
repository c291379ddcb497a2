"""Assessment periods: years, half-years, quarters, months, days and spans."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, total_ordering

_FIRST_YEAR = 1900  # no assessment is older; earlier years are slips of the pen
_FORMS = {
    "year": re.compile(r"(\d{4})", re.ASCII),
    "half": re.compile(r"(\d{4})-H([12])", re.ASCII),
    "quarter": re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
    "month": re.compile(r"(\d{4})-(\d{2})", re.ASCII),
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII),
    "span": re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})", re.ASCII),
}
_WRITTEN = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_WRITTEN_IN = range(1990, 2200)  # years in which something can have been written down for us


class PeriodError(ValueError):
    """A text is not a period."""


@total_ordering
@dataclass(frozen=True)
class Period:
    """A stretch of days with the name under which it is reported.

    Parameters
    ----------
    name : str
        ``2024``, ``2024-H1``, ``2024-Q1``, ``2024-02``, ``2024-06-17`` or ``2024-01-01/2024-06-17``.
    kind : str
        ``year``, ``half``, ``quarter``, ``month``, ``day`` or ``span``.
    first, last : datetime.date
        Both included.
    """

    name: str
    kind: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """Return the period of that name; raise :class:`PeriodError` for anything else."""
        return _parsed(text.strip())

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return (self.last - self.first).days + 1

    @lru_cache(maxsize=4096)  # noqa: B019 - a handful of periods
    def previous(self) -> Period:
        """Return the same period of the year before (上年, 上年同期)."""
        if self.kind == "span":
            first, last = _year_before(self.first), _year_before(self.last)
            return Period(f"{first}/{last}", self.kind, first, last)
        if self.kind == "day":
            day = _year_before(self.first)
            return Period(str(day), self.kind, day, day)
        name = f"{self.first.year - 1:04d}{self.name[4:]}"
        found = _FORMS[self.kind].fullmatch(name)
        assert found
        return Period(name, self.kind, *_days(self.kind, found.groups()))

    def __lt__(self, other: Period) -> bool:
        return (self.first, self.last) < (other.first, other.last)

    def __str__(self) -> str:
        return self.name


def read_day(text: str) -> str:
    """Return a day as 2026-05-01 from 2026-5-1, 2026/5/1, 2026年5月1日 or 20260501; empty when it is none."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        return ""
    try:
        day = date(*(int(part) for part in match.groups() if part))
    except ValueError:
        return ""
    return day.isoformat() if day.year in _WRITTEN_IN else ""


@lru_cache(maxsize=4096)  # a raw file repeats a handful of periods in every row
def _parsed(text: str) -> Period:
    for kind, form in _FORMS.items():
        found = form.fullmatch(text)
        if found:
            try:
                first, last = _days(kind, found.groups())
            except ValueError:
                break
            if first <= last and first.year >= _FIRST_YEAR:
                return Period(text, kind, first, last)
    raise PeriodError(text)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def _days(kind: str, parts: tuple[str, ...]) -> tuple[date, date]:
    if kind == "span":
        return date.fromisoformat(parts[0]), date.fromisoformat(parts[1])
    year = int(parts[0])
    if kind == "day":
        day = date(year, int(parts[1]), int(parts[2]))
        return day, day
    months = {"year": 12, "half": 6, "quarter": 3, "month": 1}[kind]
    number = int(parts[1]) if len(parts) > 1 else 1
    start = (number - 1) * months + 1
    end = start + months - 1
    first = date(year, start, 1)
    return first, date(year, end, 1) + timedelta(days=calendar.monthrange(year, end)[1] - 1)
