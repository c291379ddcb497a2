"""Small pieces of Chinese text: periods, values with units, differences. Pure functions on text."""

from __future__ import annotations

import re
from fractions import Fraction

_NO_UNIT = {"", "-", "—", "－", "——"}
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_ORDINALS = {"H1": "上半年", "H2": "下半年", "Q1": "第一季度", "Q2": "第二季度", "Q3": "第三季度", "Q4": "第四季度"}


def number(text: str) -> Fraction | None:
    """Return the exact value of a plain decimal, or None when the text is something else."""
    return Fraction(text.strip()) if _DECIMAL.fullmatch(text.strip()) else None


def decimals(text: str) -> int:
    """Return how many decimals a plain decimal is printed with."""
    return len(text.strip().partition(".")[2])


def fixed(value: Fraction, digits: int) -> str:
    """Return `value` rounded half to even with `digits` decimals."""
    scaled = round(value * 10**digits)
    text = str(abs(scaled)).rjust(digits + 1, "0")
    text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return f"-{text}" if scaled < 0 else text


def plain(value: Fraction, most: int) -> str:
    """Return `value` with at most `most` decimals, without trailing zeros."""
    text = fixed(value, most)
    return text.rstrip("0").rstrip(".") if "." in text else text


def period(name: str) -> str:
    """Return a period in words: ``2024-02`` → 2024年2月, ``2024-Q1`` → 2024年第一季度."""
    if "/" in name:
        first, last = (period(part) for part in name.split("/", 1))
        return f"{first}至{last.removeprefix(first[:5]) if first[:5] == last[:5] else last}"
    parts = name.split("-")
    if not parts[0].isdigit() or len(parts[0]) != 4:
        return name
    if len(parts) == 2 and parts[1] in _ORDINALS:
        return f"{parts[0]}年{_ORDINALS[parts[1]]}"
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return name
    return "".join(f"{int(part)}{mark}" for part, mark in zip(parts, ("年", "月", "日"), strict=False))


def unit(text: str) -> str:
    """Return a unit as it follows a number; empty for the dashes that stand for no unit."""
    return "" if text.strip() in _NO_UNIT else text.strip()


def cell(text: str) -> str:
    """Return a text of a table cell: one dash for all the dashes that stand for nothing."""
    return unit(text) or "—"


def with_unit(value: str, unit_text: str) -> str:
    """Join a printed value and its unit; words such as 建立 stay as they are."""
    if not value or not re.search(r"\d", value) or value.endswith(unit(unit_text)):
        return value
    return f"{value}{unit(unit_text)}" if value[-1].isdigit() else value


def difference(amount: Fraction, unit_text: str, digits: int) -> str:
    """Return the size of a difference with its unit: 百分点 for shares."""
    size = fixed(abs(amount), digits)
    if unit(unit_text) in {"%", "％"}:
        return f"{size}个百分点"
    return f"{size}{unit(unit_text)}"


def change(before: str, now: str, unit_text: str) -> str:
    """Return how a value moved, such as 下降0.7个百分点; empty when one of them is not a number."""
    old, new = number(before), number(now)
    if old is None or new is None:
        return ""
    if old == new:
        return "持平"
    digits = max(decimals(before), decimals(now))
    return f"{'上升' if new > old else '下降'}{difference(new - old, unit_text, min(digits, 4))}"


def beside(value: str, other: str, digits: int) -> str:
    """Return `value` with `digits` decimals, or with as many more as it takes to differ from `other` in print.

    A value that fails against a threshold must never be printed equal to it.
    """
    exact, against = number(value), number(other)
    if exact is None:
        return value
    digits = min(digits, decimals(value))
    if against is not None and exact != against:
        while number(fixed(exact, digits)) == against and digits < 12:
            digits += 1
    return fixed(exact, digits)


def shortened(value: str, digits: int) -> str:
    """Return a long decimal cut (not rounded) two places after the printed digits, with an ellipsis."""
    whole, _, rest = value.partition(".")
    keep = digits + 2
    return value if len(rest) <= max(keep, 4) else f"{whole}.{rest[:keep]}…"


def without_addresses(text: str) -> str:
    """Return a text without web addresses, which stand once in the list of sources."""
    return re.sub(r"\s*https?://[^\s，；。（）]+", "", text).strip()


def addresses(text: str) -> list[str]:
    """Return the web addresses in a text."""
    return re.findall(r"https?://[^\s，；。（）]+", text)


def in_title_marks(name: str) -> str:
    """Put 《》 around a document's name unless it has them; names in quotation marks keep theirs inside."""
    return name if name.startswith("《") else f"《{name}》"


def listing(items: list[str]) -> str:
    """Join items with 、."""
    return "、".join(items)


def display_width(text: str) -> float:
    """Return the width of a text in Chinese characters (a Latin letter or digit counts about one half)."""
    return sum(1.0 if ord(char) > 0x2E7F or char in "—…“”‘’→≥≤÷×●▲◐○△◇★◆" else 0.55 for char in text)


def wrapped(text: str, width: float) -> list[str]:
    """Break a text into lines of at most `width` Chinese characters, keeping numbers and Latin words whole."""
    lines: list[str] = []
    line = ""
    for token in re.findall(r"[A-Za-z0-9.%/+-]+|\s+|.", text):
        if line and display_width(line + token) > width and token not in "，。、；：）》”】%":
            lines.append(line.rstrip())
            line = token.lstrip()
        else:
            line += token
    return [*lines, line.rstrip()] if line.strip() else lines
