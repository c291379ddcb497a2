"""Subordinate units counted from a finished run, in words (80%要求)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evalkit.intake.inputs import counted_in
from evalkit.messages.speech import say
from evalkit.report import phrases
from evalkit.report.printed import Printed

_UNITS = ("cities", "counties", "townships", "villages")
_VARIABLE = re.compile(rf"hierarchy\.({'|'.join(_UNITS)})(_meeting|_named|)")


def units_sentence(trace: Mapping[str, Any], printed: Printed) -> str:
    """Return how many subordinate units there are, meet the standard and are named, and from which state of which run this was read.

    Parameters
    ----------
    trace : mapping
    printed : Printed
        Knows the counts that the formula does not use.

    Returns
    -------
    str
        Empty where no input was counted from a finished run.
    """
    for item in trace.get("inputs", []):
        found, state = _VARIABLE.fullmatch(str(item.get("variable", ""))), counted_in(str(item.get("file", "")))
        if found and state and item.get("at") == "current":
            counts = _counts(found[1], str(item.get("period", "")), trace, printed)
            return phrases.beginning(say("calculations.read_from", counts=counts, state=state))
    return ""


def _counts(units: str, period: str, trace: Mapping[str, Any], printed: Printed) -> str:
    values = {variable: value for (variable, when), value in printed.units.items() if when == period}
    own = [item for item in trace["inputs"] if item.get("period") == period and counted_in(str(item.get("file", "")))]
    values |= {str(item["variable"]): str(item.get("value", "")) for item in own}
    total = values.get(f"hierarchy.{units}", "")
    noun = say(f"calculations.noun_{units}", total=total)
    if not total:
        return say("calculations.units_none", noun=noun)
    meeting, named = (values.get(f"hierarchy.{units}{suffix}") for suffix in ("_meeting", "_named"))
    if meeting == "" or named == "":
        return say("calculations.units_open", noun=noun, total=total)
    parts = [say("calculations.units_meeting", number=meeting)] if meeting is not None else []
    parts += [say("calculations.units_named", number=named)] if named is not None else []
    if not parts:
        return say("calculations.units_total", noun=noun, total=total)
    return say("calculations.units_of", noun=noun, total=total, parts=phrases.listing(parts))
