"""Missing values: never zero, always with a reason."""

from __future__ import annotations

from dataclasses import dataclass

MISSING_REASONS = (
    "not_involved",
    "not_assessed",
    "no_monitoring_site",
    "not_published",
    "not_collected",
    "awaiting_evidence",
    "assigned_unknown",
    "conflict",
    "invalid",
)

# What sources print instead of a number. A closed list: any other text is refused, not interpreted.
_WORDS = {
    "不涉及": "not_involved",
    "不考核": "not_assessed",
    "上级不考核": "not_assessed",
    "无监测点": "no_monitoring_site",
    "无国控监测点": "no_monitoring_site",
    "尚未发布": "not_published",
    "未发布": "not_published",
    "上级未下达": "not_issued",
    "": "not_collected",
    "-": "not_collected",
    "—": "not_collected",
    "——": "not_collected",
    "/": "not_collected",
}


@dataclass(frozen=True)
class Missing:
    """A value that is not there.

    Parameters
    ----------
    reason : str
        One of :data:`MISSING_REASONS`, or ``not_issued`` for a task that the superior declared not to have set.
    detail : str
        What is missing, for the trace: a variable id, or a code such as ``zero_denominator``.
    """

    reason: str
    detail: str = ""

    def __bool__(self) -> bool:
        return False


def missing_word(text: str) -> str | None:
    """Return the reason that a source's word stands for, or None when `text` is not such a word."""
    return _WORDS.get(text.strip())
