"""What a number format makes of a number: percent sign, words behind it, another magnitude, a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Formats that files name by number only. 27–36 and 50–58 are the dates of Chinese spreadsheets.
BUILTIN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy/m/d h:mm", 37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy/m/d"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
}  # fmt: skip

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)|!(?P<marked>.)"  # ! does the same in Chinese and Japanese spreadsheets
    r"|(?P<skipped>[_*].)"
    r"|\[(?P<bracket>[^\]]*)\]?"
    r"|(?P<general>(?i:general|g/通用格式|standard))"
    r"|(?P<noon>(?i:am/pm|a/p|上午/下午))"
    r"|(?P<power>[eE][+-])"
    r"|(?P<date>[yYmMdDhHsSeEgGaAbB])"
    r"|(?P<digit>[0#?@])"
    r"|(?P<sign>[.,%/;])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_LONGEST = 500  # twice of what Excel takes
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?[0-9]+(?:\.[0-9]*)?)", re.ASCII)
_HARMLESS = set("+-−－()（）¥￥　 ")  # before a number: a sign, brackets of a negative one, the currency
_NEGATIVE = set("-−－(（")
_DASHES = set("-−－—–/　 ")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a format does; see :class:`evalkit.tables.books.Cell` for the first three.

    Parameters
    ----------
    date : {"", "date", "time"}
        It shows a date, or a time of day alone.
    """

    percent: bool = False
    suffix: str = ""
    scaled: bool = False
    date: str = ""


@lru_cache(maxsize=4096)
def shown(form: str, sign: int) -> Shown:
    """Return what a format does with a number of that sign (-1, 0, 1)."""
    if form in ("", "General", "@"):
        return Shown()
    if len(form) > _LONGEST:
        return Shown(scaled=True)
    sections, conditions = _sections(form)
    if any(condition for condition in conditions):
        zero = all(found is None or found[1] == 0 for found in conditions)
        if zero:  # the sign decides
            for section, found in zip(sections, conditions, strict=True):
                if found is None or _holds(found[0], sign):
                    return _section(section, sign)
        each = {_section(section, sign) for section in sections}
        return each.pop() if len(each) == 1 else Shown(scaled=True)
    if len(sections) > 1 and sign < 0:
        return _section(sections[1], sign)
    if len(sections) > 2 and sign == 0:
        return _section(sections[2], sign)
    return _section(sections[0], sign)


def _holds(operator: str, sign: int) -> bool:
    """Return whether a number of that sign is so compared with zero."""
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "=": sign == 0, "<>": sign != 0}[operator]


def _sections(form: str) -> tuple[list[tuple[tuple[str, str], ...]], list[tuple[str, float] | None]]:
    """Return the tokens of each section of a format, and its condition if it has one."""
    sections: list[list[tuple[str, str]]] = [[]]
    conditions: list[tuple[str, float] | None] = [None]
    for found in _TOKEN.finditer(form):
        kind = str(found.lastgroup)
        text = found[kind]
        if kind == "sign" and text == ";":
            sections.append([])
            conditions.append(None)
            continue
        if kind == "bracket":
            condition = _CONDITION.fullmatch(text)
            if condition:
                conditions[-1] = (condition[1], float(condition[2]))
            if text[:1] == "$":
                kind, text = "quoted", text[1:].partition("-")[0]
            elif re.fullmatch(r"(?i)h+|m+|s+", text):
                kind = "date"
            else:
                continue
        sections[-1].append((kind, text))
    return [tuple(section) for section in sections], conditions


def _section(tokens: tuple[tuple[str, str], ...], sign: int) -> Shown:
    letters = {text[0].lower() for kind, text in tokens if kind == "date"}
    if letters:
        return Shown(date="date" if letters & set("ydegab") or not letters & set("hs") else "time")
    skeleton = before = behind = ""
    for kind, text in tokens:
        if kind in ("digit", "general"):
            skeleton, behind = skeleton + "L" * bool(behind.strip() and "0" in skeleton) + "0", ""
        elif kind == "sign":
            skeleton += text
        elif kind == "power":
            skeleton += "E"
        elif kind in ("quoted", "escaped", "marked", "other"):
            if "0" in skeleton:
                behind += text
            else:
                before += text
    if "0" not in skeleton:  # shows words, or nothing, instead of a number
        words = (before + skeleton).strip()
        return Shown(scaled=bool(set(words) - _DASHES) or sign != 0)
    percents = skeleton.count("%")
    suffix = behind.strip()
    if set(before) & set("(（") and suffix[-1:] in (")", "）"):
        suffix = suffix[:-1].strip()
    turned = sign > 0 and bool(set(before) & _NEGATIVE)  # a positive number that is shown as a negative one
    odd = percents > 1 or "L" in skeleton or turned or bool(set(before) - _HARMLESS) or bool(re.search(r"0,+(?![0,])", skeleton))
    return Shown(percents == 1, suffix, odd)
