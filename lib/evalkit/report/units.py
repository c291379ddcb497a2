"""Subordinate units counted from a finished run, in words (80%要求)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evalkit.intake.inputs import counted_in
from evalkit.report.printed import Printed

_NOUNS = {"cities": "地市", "counties": "县", "townships": "乡镇", "villages": "行政村"}
_VARIABLE = re.compile(r"hierarchy\.(cities|counties|townships|villages)(_meeting|_named|)")


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
            return f"{_counts(found[1], str(item.get('period', '')), trace, printed)}；读自评估结果 {state}。"
    return ""


def _counts(units: str, period: str, trace: Mapping[str, Any], printed: Printed) -> str:
    values = {variable: value for (variable, when), value in printed.units.items() if when == period}
    own = [item for item in trace["inputs"] if item.get("period") == period and counted_in(str(item.get("file", "")))]
    values |= {str(item["variable"]): str(item.get("value", "")) for item in own}
    total, noun = values.get(f"hierarchy.{units}", ""), _NOUNS[units]
    if not total:
        return f"没有下级{noun}"
    meeting, named = (values.get(f"hierarchy.{units}{suffix}") for suffix in ("_meeting", "_named"))
    if meeting == "" or named == "":
        return f"下级{noun}{total}个，有的尚无结论，达到建设标准的个数未定"
    parts = [f"达到建设标准{meeting}个"] if meeting is not None else []
    parts += [f"达到并获命名{named}个"] if named is not None else []
    return f"下级{noun}{total}个，其中{'、'.join(parts)}" if parts else f"下级{noun}{total}个"
