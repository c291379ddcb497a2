"""What is printed for the status of a row: the status, or a mark where the status alone would mislead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evalkit.assessment.counts import STATUS_ORDER
from evalkit.messages.speech import say
from evalkit.values import Period, PeriodError

Row = Mapping[str, str]
#: Statuses and marks in the order in which they are counted.
ORDER = ("met", "reached", "not_met", "not_yet", *STATUS_ORDER[2:])
#: The same for basic conditions and veto items.
ORDER_APART = ("satisfied", "clear", "reached", "unsatisfied", "triggered", "not_yet", *STATUS_ORDER[2:])
_OWN = {"condition": {"met": "satisfied", "not_met": "unsatisfied"}, "veto": {"met": "clear", "not_met": "triggered"}}
_AHEAD = {"met": "reached", "not_met": "not_yet"}
_SHORT = ("reached", "not_yet")
_MISSING_SIDE = {"previous": "no_previous", "base": "no_base"}


def ahead(period: str, milestone: str) -> bool:
    """Whether a milestone lies in the future of an assessed period: nothing is failed there yet."""
    if not milestone:
        return False
    try:
        return Period.parse(milestone).last > Period.parse(period).last
    except PeriodError:
        return milestone > period


def counted(status: str, coming: bool, attribute: str = "") -> str:
    """Return the code under which a status is counted.

    ``reached`` or ``not_yet`` where the milestone is yet to come; a basic condition is ``satisfied`` or not, a veto
    item ``clear`` (not triggered, which is what ``met`` means there) or ``triggered``.
    """
    return _AHEAD.get(status, status) if coming else _OWN.get(attribute, {}).get(status, status)


def strange(attribute: str, *, coming: bool) -> set[str]:
    """Return the codes that rows of that attribute never have, because met and not met are called something else there."""
    called = {"": (False, True), **dict.fromkeys(_OWN, (False,))}
    every = {counted(status, later, name) for name, laters in called.items() for later in laters for status in ("met", "not_met")}
    return every - {counted(status, coming, attribute) for status in ("met", "not_met")}


def short(code: str) -> str:
    """Return the words of a milestone ahead as they stand beside a number (已达到9项); empty for a status."""
    return say(f"marks.{code}") if code in _SHORT else ""


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
    return counted(status, ahead(row["period"], row.get("milestone", "")), row["attribute"])


def _without_comparison(checks: Iterable[Mapping[str, Any]]) -> str:
    open_checks = [str(check.get("against", "")) for check in checks if check.get("result") == "unknown"]
    found = {_MISSING_SIDE.get(against, "no_other") for against in open_checks if against != "target"}
    return found.pop() if len(found) == 1 else "no_other"
