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
    "无监测点位": "no_monitoring_site",
    "无国控监测点": "no_monitoring_site",
    "尚未发布": "not_published",
    "未发布": "not_published",
    "暂未发布": "not_published",
    "尚未公布": "not_published",
    "未公布": "not_published",
    "暂未公布": "not_published",
    "上级未下达": "not_issued",
    "待佐证": "awaiting_evidence",
    "": "not_collected",
    "-": "not_collected",
    "--": "not_collected",
    "—": "not_collected",
    "——": "not_collected",
    "―": "not_collected",
    "─": "not_collected",
    "/": "not_collected",
    "//": "not_collected",
    "\\": "not_collected",
    "…": "not_collected",
    "……": "not_collected",
    "...": "not_collected",
    "......": "not_collected",
    "未统计": "not_collected",
    "无统计": "not_collected",
    "未监测": "not_collected",
    "未提供": "not_collected",
    "未上报": "not_collected",
    "暂缺": "not_collected",
    "缺失": "not_collected",
    "缺数据": "not_collected",
    "无数据": "not_collected",
    "暂无": "not_collected",
    "暂无数据": "not_collected",
    "无资料": "not_collected",
    # Not available, or not applicable? The weaker of the two: nothing is exempted by an abbreviation.
    "n/a": "not_collected",
    "na": "not_collected",
    "n.a.": "not_collected",
    "n.a": "not_collected",
}
# In the place of a number these say that there is none; as the answer to a question they may be the answer.
_ANSWERS = {"无": "not_collected", "没有": "not_collected", "缺": "not_collected"}

_TELLING = tuple(word for word in _WORDS if len(word) > 1 and word.isalpha() and not word.isascii())

# Full-width signs and the blanks and dashes that typing and copying leave behind, each to one character of ASCII.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys((0x3000, 0xA0, 0x202F, 0x205F, 0x9, *range(0x2000, 0x200B)), 0x20)
_FOLD |= dict.fromkeys((0x2212, 0x2013, 0xFE63), 0x2D)
_OUTER = " \t\r\n\u200b\u200e\u200f\u2060\ufeff"


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


def half_width(text: str) -> str:
    """Return a text with full-width signs, blanks and minus signs as ASCII, each by one character; nothing is removed.

    Not Unicode's compatibility form: ``10²`` and ``㎡`` stay what they are.
    """
    return text if text.isascii() else text.translate(_FOLD)


def outer_blanks(text: str) -> str:
    """Return a text without the blanks of any width, and the marks of no width, around it."""
    if text.isascii():
        return text.strip()
    start, end = 0, len(text)
    folded = half_width(text)
    while start < end and folded[start] in _OUTER:
        start += 1
    while end > start and folded[end - 1] in _OUTER:
        end -= 1
    return text[start:end]


def missing_word(text: str, number: bool = False) -> str | None:
    """Return the reason that a source's word stands for, or None when `text` is not such a word.

    Parameters
    ----------
    text : str
        What stands in a cell; full-width signs, capitals and outer blanks do not matter.
    number : bool
        The cell should hold a number: then 无 says that there is none. Where it may hold an answer, 无 is one.
    """
    found = _WORDS.get(text)
    if found is None:
        plain = half_width(outer_blanks(text)).lower()
        found = _WORDS.get(plain)
        if found is None and number:
            found = _ANSWERS.get(plain)
    return found


def holds_missing_word(text: str) -> bool:
    """Return whether a remark holds words that stand for a missing value, or is nothing but such a word or sign."""
    return missing_word(text, number=True) is not None or any(word in text for word in _TELLING)
