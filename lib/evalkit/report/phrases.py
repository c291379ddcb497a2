"""Small pieces of text: periods, values with units, differences, lists, in the language of the document. Pure functions on text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from evalkit.messages.speech import english, say, term

_NO_UNIT = {"", "-", "—", "－", "——"}
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_ORDINALS = {"H1": "上半年", "H2": "下半年", "Q1": "第一季度", "Q2": "第二季度", "Q3": "第三季度", "Q4": "第四季度"}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_WITH_UNIT = re.compile(r"(-?\d+(?:\.\d+)?)([^\d\s].*)", re.ASCII)
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Symbols that follow a number without a space.
_TIGHT = {"%", "％", "‰", "°"}
_SAME_IN_NUMBER = ("species", "yuan")
#: Symbols for the words of an English name of a unit, longer ones first.
_SYMBOLS = (
    ("tonnes of coal equivalent", "tce"), ("square kilometres", "km²"), ("square metres", "m²"), ("cubic metres", "m³"),
    ("kilometres", "km"), ("kilograms", "kg"), ("milligrams", "mg"), ("micrograms", "μg"), ("hectares", "ha"), ("tonnes", "t"),
    ("hundred million ", "10⁸ "), ("ten thousand ", "10⁴ "), ("square kilometre", "km²"), ("square metre", "m²"), ("cubic metre", "m³"),
    ("hectare", "ha"), (" per ", "/"),
)  # fmt: skip


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
    """Return a period in words: ``2024-02`` → 2024年2月, ``2024-Q1`` → 2024年第一季度; February 2024, Q1 2024."""
    if english():
        return _english_period(name)
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


def _english_period(name: str) -> str:
    if "/" in name:
        first, last = name.split("/", 1)
        words = _english_period(first)
        year = f" {first[:4]}"
        # January to March 2024, Q1 to Q3 2024; days of one year keep it twice
        short = first[:4] == last[:4] and first.count("-") == 1 and words.endswith(year)
        return f"{words.removesuffix(year) if short else words} to {_english_period(last)}"
    year_text, _, rest = name.partition("-")
    if not (len(year_text) == 4 and year_text.isdigit()):
        return name
    if rest in _ORDINALS:
        return f"{rest} {year_text}"
    parts = rest.split("-") if rest else []
    if not all(part.isdigit() for part in parts) or len(parts) > 2 or (parts and not 1 <= int(parts[0]) <= 12):
        return name
    month = f"{_MONTHS[int(parts[0]) - 1]} " if parts else ""
    day = f"{int(parts[1])} " if len(parts) == 2 else ""
    return f"{day}{month}{year_text}"


def unit(text: str) -> str:
    """Return a unit in the language of the document; empty for the dashes that stand for no unit."""
    return "" if text.strip() in _NO_UNIT else term(text.strip())


def symbol(text: str) -> str:
    """Return a unit where room is short (tables, charts): an English name of several words by its symbols, tce/10⁴ yuan; 吨标准煤/万元."""
    found = unit(text)
    if english() and found != text.strip() and " " in found:
        for word, sign in _SYMBOLS:
            found = found.replace(word, sign)
    return found


def cell(text: str) -> str:
    """Return a text of a table cell: one dash for all the dashes that stand for nothing, units by their symbols."""
    return symbol(text) or "—"


def counted(number_text: str, name: str) -> str:
    """Return the English name of a unit behind a number: 26 days, 1 day."""
    head, space, rest = name.partition(" ")
    single = number_text == "1" and head.endswith("s") and head not in _SAME_IN_NUMBER
    return f"{number_text} {head[:-1] if single else head}{space}{rest}"


def measured(value: str, unit_text: str) -> str:
    """Put a unit behind a printed value, whatever it ends with: 96.296…%, 26天; 26 days."""
    found = unit(unit_text)
    if not english() or not found or found in _TIGHT:
        return f"{value}{found}"
    return counted(value, found)


def with_unit(value: str, unit_text: str) -> str:
    """Join a printed value and its unit; words such as 建立 stand alone, as the data call them in the language of the document."""
    if not value or not re.search(r"\d", value) or value.endswith((unit(unit_text), unit_text.strip() or "\n")):
        return _worded(value)
    return measured(value, unit_text) if value[-1].isdigit() else _worded(value)


def _worded(value: str) -> str:
    """Return a printed value that is more than a number: 建立 → established, 85.96分 → 85.96 points; others as they are."""
    found = _WITH_UNIT.fullmatch(value) if english() else None
    if found and term(found[2]) != found[2]:
        return measured(found[1], found[2])
    return term(value)


def difference(amount: Fraction, unit_text: str, digits: int) -> str:
    """Return the size of a difference with its unit: 百分点 for shares."""
    size = fixed(abs(amount), digits)
    if unit(unit_text) in {"%", "％"}:
        return say("phrases.points", size=size)
    return measured(size, unit_text)


def change(before: str, now: str, unit_text: str) -> str:
    """Return how a value moved, such as 下降0.7个百分点; empty when one of them is not a number."""
    old, new = number(before), number(now)
    if old is None or new is None:
        return ""
    if old == new:
        return say("phrases.same")
    digits = max(decimals(before), decimals(now))
    return say("phrases.up" if new > old else "phrases.down", size=difference(new - old, unit_text, min(digits, 4)))


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
    """Put 《》 around a document's name unless it has them; names in quotation marks keep theirs inside. English: “name”."""
    if english():
        whole = name.startswith("《") and name.endswith("》") and name.count("《") == 1
        return f"“{name[1:-1] if whole else name}”"
    return name if name.startswith("《") else f"《{name}》"


def listing(items: list[str]) -> str:
    """Join items with 、; English: a, b and c."""
    if english():
        return say("phrases.last", rest=", ".join(items[:-1]), last=items[-1]) if len(items) > 1 else "".join(items)
    return "、".join(items)


def clauses(items: Iterable[str]) -> str:
    """Join clauses with ；."""
    return ("; " if english() else "；").join(items)


def sequence(items: Iterable[str]) -> str:
    """Join parts of a sentence with ，."""
    return (", " if english() else "，").join(items)


def run_on(sentences: Iterable[str]) -> str:
    """Put sentences behind each other: with a space in English, without one in Chinese."""
    return (" " if english() else "").join(text for text in sentences if text)


def brackets(text: str) -> str:
    """Return a text in brackets as it follows another: （text）, in English with a space before; empty for no text."""
    if not text:
        return ""
    return f" ({text})" if english() else f"（{text}）"


def gap() -> str:
    """Return the wide space between a label in bold and what follows it."""
    return "\u2003" if english() else "\u3000"


def labelled(label: str, text: str) -> str:
    """Return a label and what it says: label：text."""
    return f"{label}: {text}" if english() else f"{label}：{text}"


def beginning(text: str) -> str:
    """Return a text as it begins an English sentence or heading, with a capital; Chinese as it is."""
    return text[:1].upper() + text[1:] if english() else text


def stopped(text: str) -> str:
    """Return a text with one full stop behind it."""
    return f"{text.rstrip('。.') if english() else text.rstrip('。')}{'.' if english() else '。'}"


def foreign(text: str) -> str:
    """Return words that the data have in Chinese only: in an English document between quotation marks."""
    return f"“{text}”" if english() and _HAN.search(text) and not text.startswith("“") else text


def class_words(text: str) -> str:
    """Return the classes of a region as a trace prints them (地形：平原；南北方：北方) in the language of the document."""
    if not english():
        return text
    said = []
    for part in text.split("；"):
        dimension, colon, value = part.rpartition("：")
        known = colon and term(dimension) != dimension and term(value) != value
        said.append(labelled(term(dimension), term(value)) if known else foreign(part))
    return clauses(said)


def display_width(text: str) -> float:
    """Return the width of a text in Chinese characters (a Latin letter or digit counts about one half)."""
    return sum(1.0 if ord(char) > 0x2E7F or char in "—…“”‘’→≥≤÷×●▲◐○△◇★◆" else 0.55 for char in text)


def _unopened(line: str) -> tuple[str, str]:
    """Return a line without the brackets and quotation marks that it ends in, and these: they belong to what follows."""
    kept = line.rstrip("(“[ ")
    return kept, line[len(kept) :].replace(" ", "")


def wrapped(text: str, width: float) -> list[str]:
    """Break a text into lines of at most `width` Chinese characters, keeping numbers and Latin words whole."""
    closing = "，。、；：）》”】%" + (",;:)" if english() else "")
    lines: list[str] = []
    line = ""
    for token in re.findall(r"[A-Za-z0-9.%/+-]+|\s+|.", text):
        if line and display_width(line + token) > width and token not in closing:
            line, opened = _unopened(line.rstrip()) if english() else (line.rstrip(), "")
            lines += [line] if line else []
            line = opened + token.lstrip()
        else:
            line += token
    return [*lines, line.rstrip()] if line.strip() else lines
