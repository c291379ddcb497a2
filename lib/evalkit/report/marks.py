"""What is printed for the status of a row: the status, or a mark where the status alone would mislead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evalkit.assessment.counts import STATUS_ORDER
from evalkit.values import Period, PeriodError

Row = Mapping[str, str]
#: Statuses and marks in the order in which they are counted.
ORDER = ("met", "reached", "not_met", "not_yet", *STATUS_ORDER[2:])
_AHEAD = {"met": "reached", "not_met": "not_yet"}
_SHORT = {"reached": "已达到", "not_yet": "尚未达到"}
_MISSING_SIDE = {"previous": "no_previous", "base": "no_base"}


def ahead(period: str, milestone: str) -> bool:
    """Whether a milestone lies in the future of an assessed period: nothing is failed there yet."""
    if not milestone:
        return False
    try:
        return Period.parse(milestone).last > Period.parse(period).last
    except PeriodError:
        return milestone > period


def counted(status: str, coming: bool) -> str:
    """Return the code under which a status is counted: ``reached`` or ``not_yet`` where the milestone is yet to come."""
    return _AHEAD.get(status, status) if coming else status


def short(code: str) -> str:
    """Return the words of a milestone ahead as they stand before a number (已达到9项); empty for a status."""
    return _SHORT.get(code, "")


def code_of(row: Row, trace: Mapping[str, Any] | None = None) -> str:
    """Return the code of `look.status` to print for a row.

    Parameters
    ----------
    row : mapping
        Row of the results.
    trace : mapping, optional
        Its trace, which knows what the value lacks for a comparison.
    """
    status = row["status"]
    notes = row.get("note", "").split(";")
    if status == "no_target" and "base_is_current" in notes:
        return "base_year"
    if status == "missing" and "comparison_missing" in notes:
        return _without_comparison((trace or {}).get("checks", []))
    return counted(status, ahead(row["period"], row.get("milestone", "")))


def _without_comparison(checks: Iterable[Mapping[str, Any]]) -> str:
    open_checks = [str(check.get("against", "")) for check in checks if check.get("result") == "unknown"]
    found = {_MISSING_SIDE.get(against, "no_other") for against in open_checks if against != "target"}
    return found.pop() if len(found) == 1 else "no_other"
