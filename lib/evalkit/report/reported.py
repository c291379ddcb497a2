"""What is said where a reported value stands beside a computed one that it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalkit.messages import Language, word
from evalkit.messages.speech import sentences, spoken
from evalkit.report import phrases


def difference_sentence(trace: Mapping[str, Any], lang: Language = "zh") -> str:
    """Return what explains the difference of reported and computed value, as one short sentence; empty where there is none.

    Parameters
    ----------
    trace : mapping
        A trace; its ``difference_reason`` has a code and the parts of the sentence.
    lang : {"zh", "en"}
        Of the sentence.
    """
    reason = {key: str(value) for key, value in (trace.get("difference_reason") or {}).items()}
    code = reason.pop("code", "")
    if not code:
        return ""
    unit = str(trace.get("unit", ""))
    if "value" in reason:
        reason["value"] = phrases.with_unit(reason["value"], unit)
    if code == "rounding":
        code = f"rounding_{reason['way']}"
    elif code == "unit":
        reason["name"] = word("difference_unit", reason["name"], lang)
        reason["factor"] += sentences("calculations")["times_below" if reason["factor"].startswith("1/") else "times"][lang]
    elif code == "other_year":
        reason["period"] = phrases.period(reason["period"]) if lang == spoken() else reason["period"]
    elif code == "other_denominator":
        reason |= {"name": reason[f"name_{lang}"], "other": reason[f"other_{lang}"]}
    return word("difference_reason", code, lang).format(**reason)
