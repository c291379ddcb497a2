"""Why what stands in a cell is not taken for a number."""

from __future__ import annotations

import re
import unicodedata

# Closed list. What each means, and what a person can do, are the words of the group `figure_fault`.
FIGURE_FAULTS = (
    "error_cell",
    "no_cached_value",
    "formula_text",
    "scaled_format",
    "date",
    "truth",
    "hidden",
    "long",
    "bound",
    "about",
    "doubt",
    "range",
    "ratio",
    "exponent",
    "brackets",
    "dash",
    "comma",
    "point",
    "blank",
    "letters",
    "two_numbers",
    "two_years",
    "two_reasons",
    "two_units",
    "missing_and_number",
    "note_number",
    "note_unit",
    "note_change",
    "note_other",
    "struck",
    "not_applicable",
    "words",
    "unreadable",
)
STRUCK = "\u0336"  # behind each sign that is struck out in a file
LONGEST = 200  # characters of a cell that is meant to be a number

_BOUND = re.compile(
    r"[<>≥≤≧≦⩾⩽≮≯]|不[低高少小大多]于|不超过?|不足|不到|[以之][上下内外]|超过?|[大小高低多少]于|至[少多]|最[多少高低]|[上下]限|[优劣好差]于|(?<=.)起$"
)
_ABOUT = re.compile(r"约(?!束)|大概|大致|左右|上下|前后|将近|接近|^近|[余多]|[几数][十百千万亿]|^\s*~|[≈±]|之间|[左右许]$")
_RANGE = re.compile(r"[0-9][^0-9]{0,12}?(?:[-~〜∼–—―─]+|至|到)\s*[-+]?[0-9]")

# The first that is found names the fault: what makes a text ambiguous before what makes it merely unusual.
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("error_cell", re.compile(r"^#[A-Z0-9/_!?]+$|^Err:[0-9]+$")),
    ("formula_text", re.compile(r"^=")),
    ("truth", re.compile(r"^(?:true|false)$", re.IGNORECASE)),
    ("not_applicable", re.compile(r"^不适用$")),
    (
        "date",
        re.compile(
            r"^[0-9]{2,4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9.])|^(?:19|20)[0-9]{2}(?:\s*年|[-/][0-9]{1,2}$)|^[0-9]{1,2}\s*月|^[0-9]{1,2}:[0-9]{2}"
        ),
    ),
    ("bound", _BOUND),
    ("range", _RANGE),
    ("about", _ABOUT),
    ("doubt", re.compile(r"\?")),
    ("ratio", re.compile(r"[0-9]\s*[/:∶÷]\s*[0-9]")),
    ("exponent", re.compile(r"[0-9]\s*[eE]\s*[-+]?[0-9]|10\s*\^|[×xX*]\s*10|[⁰¹²³⁴⁵⁶⁷⁸⁹]")),
    ("dash", re.compile(r"^(?:[—―─]+\s*|-\s+)[0-9]")),
    ("brackets", re.compile(r"^\(\s*[-+]?[0-9][^()]*\)\s*%?$")),
    ("letters", re.compile(r"[0-9]\s*[OoIl|]|[OoIl|SBZ]\s*[0-9]|[OoIl|]\s*\.[0-9]|[0-9]\.\s*[OoIl|]")),
    ("comma", re.compile(r"[0-9]\s*[,、'’]|[,、'’]\s*[0-9]")),
    ("point", re.compile(r"\.\s*[0-9]*\s*\.|(?<![0-9])\.\s*[0-9]|[0-9]\s*\.(?![0-9])|[0-9]\s*[。·]")),
    ("blank", re.compile(r"[0-9]\s+[0-9]")),
    ("two_numbers", re.compile(r"[0-9](?!\.[0-9])[^0-9]+[0-9]")),
    ("words", re.compile(r"^[^0-9]*$")),
)
_CHANGE = re.compile(r"^负|^减少?$|^[升降增跌涨]$|[↑↓↗↘]|下降|降低|减少|增长|增加|上升|同比|环比|[=+×÷]")
# The figure of another year, a wish instead of a fact, or one that counts no more.
_OTHER = re.compile(
    r"上年|去年|前年|往年|上期|同期|上[季月]"
    r"|^(?:目标|计划|规划|考核|预[计期测]|原|旧|修[改订]前|更正前)(?:值|数值?|数据|指标)?$|作废|错误|有误|待[定核]|划掉|^错$"
)


class FigureError(ValueError):
    """What a cell says is not taken for a number.

    Parameters
    ----------
    code : str
        One of :data:`FIGURE_FAULTS`.
    text : str
        What stands in the cell.
    """

    def __init__(self, code: str, text: str = "") -> None:
        self.code = code
        super().__init__(f"{code}: {text[:LONGEST]}")


def fault_of(text: str) -> str:
    """Return the code of what is wrong with a text, half-width and without outer blanks, that is no number."""
    if len(text) > LONGEST:
        return "long"
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co") and sign not in "\n\r\t" for sign in text):
        return "hidden"
    return next((code for code, sign in _SIGNS if sign.search(text)), "unreadable")


def fault_of_unit(unit: str) -> str:
    """Return the code of what is wrong with letters behind a number that should be a unit; empty when nothing is."""
    if _BOUND.search(unit):
        return "bound"
    if _ABOUT.search(unit) or unit.startswith(("约", "近", "几")):
        return "about"
    if any(sign in unit for sign in "未无不缺"):
        return "missing_and_number"
    return ""


def fault_of_note(note: str) -> str:
    """Return the code of what a note, half-width, does to the number before it that nobody may guess; empty when nothing."""
    if re.search(r"[0-9⁰¹²³⁴-⁹]", note):
        return "note_number"
    if _BOUND.search(note):
        return "bound"
    if re.search(r"^[约近余]|^多$|大约|大概|左右|上下|[≈±~]", note):
        return "about"
    if "?" in note:
        return "doubt"
    if _CHANGE.search(note):
        return "note_change"
    if _OTHER.search(note):
        return "note_other"
    if re.match(r"[十百千]?[万亿]|[十百千][^分万亿]{0,3}$|[%‰]|[A-Za-zμµ]{1,3}[²³23]?(?:$|/)|[㎡㎥]", note):
        return "note_unit"
    return ""
