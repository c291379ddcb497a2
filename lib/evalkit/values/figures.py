"""What one cell says: a number as it is printed, a kind of missing, or nothing that anybody may guess."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace

from evalkit.values.faults import LONGEST, STRUCK, FigureError, fault_of, fault_of_note, fault_of_unit
from evalkit.values.missing import half_width, holds_missing_word, missing_word, outer_blanks

# What can be tidied in a cell, words of the group `figure_habit`.
FIGURE_HABITS = (
    "full_width",
    "minus_sign",
    "plus_sign",
    "thousands",
    "text_number",
    "percent_format",
    "format_suffix",
    "formula_result",
    "unit_in_cell",
    "remark",
    "data_year",
)

NO_RESULT = "#NO_CACHE"  # how a formula is called whose result the file does not hold

_PLAIN = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<decimals>[0-9]+))?")
_LONGEST_PART = 40
_DOUBTFUL = ("O", "o", "I", "l", "|")  # what a scanner or a tired hand takes for 0 and 1
_POWER = re.compile(r"\s*[eE]\s*[-+]?[0-9]")

_LETTER = r"A-Za-zμµΩ%‰°℃㎡㎥㎞㎏\u4e00-\u9fff"
# 2 and 3 are exponents only behind a Latin letter (km2); brackets are part of g/(人·d) and dB(A).
_UNIT = re.compile(rf"\s*(?P<unit>[{_LETTER}](?:[{_LETTER}²³₂·]|(?<=[A-Za-z])[23](?![0-9])|(?<=[Bb贝])\(A\)|/(?:\([{_LETTER}·]+\))?)*)")
_LONGEST_UNIT = 12
PRICE = re.compile(r"(?:按|以)?(?:(?P<price_year>(?:19|20)[0-9]{2})年)?(?P<price>当年|现行|现|不变|可比|基期)?价格?(?:计算|计)?")
_BASE_BEHIND = re.compile(rf"\s*,\s*(?P<base>{PRICE.pattern})\s*$")
_NOTE = re.compile(
    r"\s*(?:\((?P<round>[^()]*(?:\([^()]*\)[^()]*)*)\)|\[(?P<square>[^\[\]]*)\]|【(?P<black>[^【】]*)】|(?P<mark>[*※]+|[①-⑳]|注[0-9]{0,2}(?=\s*$)))"
)
_REFERENCE = re.compile(r"(?:见|详见|参见)?(?:注|备注|附注|附件|附表|附录|表|佐证|佐证材料)\s*[0-9]{1,3}(?:[-.][0-9]{1,3})*")

_YEAR_BEFORE = re.compile(r"(?P<year>(?:19|20)[0-9]{2})年(?:度|末|底)?\s*(?P<link>(?:数据)?(?:为|是|:)|)\s*(?=[-+]?[0-9])")
_YEAR_BEHIND = re.compile(
    r"(?:为|系|指|用|采用|取)?(?P<year>(?:19|20)[0-9]{2})年(?:度|末|底)?(?:(?:统计|实际)?(?:数据|数值|数|值)"
    r"|(?P<remark>快报(?:数据|数)?|年报(?:数据|数)?|初步(?:核算)?(?:数据|数)?|现状(?:值)?))?"
)
_PART_OF_YEAR = tuple("月季日号时周旬年")  # 2022年5月, 2022年3季度: a time, no figure
_TIME = re.compile(r"(?:19|20)[0-9]{2}\s*年|[0-9]{1,2}\s*[月号]")
_WORD_AND_REMARK = re.compile(r"(?P<word>[^()]*)\((?P<remark>[^()]*)\)")
_DATE_WORDS = re.compile(r"(?:19|20)?[0-9]{2}年|[0-9]{1,2}(?:月|日|号|季度)")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one cell says.

    Parameters
    ----------
    value : str
        Plain decimal, exact, with the digits of the cell; empty when there is none.
    unit : str
        Unit in the cell or its format as printed, half-width: ``万吨``, ``%``, ``万``, ``亿元(2020年价)``; empty when
        there is none. Nobody has looked yet whether it is one.
    missing : str
        Typed reason, when the cell says one instead of a number.
    data_year : str
        Year that the cell itself names, such as ``2022``.
    remark : str
        Note behind the number or the word.
    habits : tuple of str
        What was tidied, codes of :data:`FIGURE_HABITS`. Every number that is kept as text has ``text_number``, in a
        CSV file therefore all.
    """

    value: str = ""
    unit: str = ""
    missing: str = ""
    data_year: str = ""
    remark: str = ""
    habits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tail:
    """What stands behind a number."""

    unit: str = ""
    data_year: str = ""
    remarks: tuple[str, ...] = ()
    base: str = ""


def read_figure(
    text: str,
    kind: str = "text",
    percent: bool = False,
    suffix: str = "",
    scaled: bool = False,
    formula: bool = False,
    units: Container[str] = (),
) -> Figure:
    """Return what a cell says.

    Parameters
    ----------
    text : str
        Text of the cell; of a number its plain decimal.
    kind : {"text", "number", "date", "truth", "error"}
    percent : bool
        A number that is shown times a hundred with a percent sign.
    suffix : str
        What the format prints behind a number.
    scaled : bool
        The format shows another magnitude than is stored.
    formula : bool
        The text is what a formula gave when it was last computed.
    units : container of str
        Known names of units: a note that is one of them, ``1.2（万吨）``, is the unit.

    Returns
    -------
    Figure
        Its `value` or its `missing` is filled, never both.

    Raises
    ------
    FigureError
        The cell can be read in more than one way, or not at all; its `code` says why.
    """
    if formula and text.strip() in ("", NO_RESULT):
        raise FigureError("no_cached_value")
    if kind in ("date", "truth"):
        raise FigureError(kind, text)
    if kind == "error":  # that of a formula, or signs that cannot be shown
        raise FigureError("error_cell" if text.startswith(("#", "Err:")) else "hidden", text)
    figure = _stored(text, percent, suffix, scaled, units) if kind == "number" else _typed(text, units)
    return replace(figure, habits=(*figure.habits, "formula_result")) if formula else figure


def _stored(text: str, percent: bool, suffix: str, scaled: bool, units: Container[str]) -> Figure:
    if scaled:
        raise FigureError("scaled_format", text)
    if not _PLAIN.fullmatch(text):
        raise FigureError("long" if len(text) > _LONGEST_PART else "exponent" if "e" in text.lower() else "unreadable", text)
    behind = outer_blanks(suffix)
    tail = _tail(half_width(behind), behind, text, units)
    if not percent:
        return _figure(text, tail, ["format_suffix"] if behind else [])
    if tail.unit:
        raise FigureError("two_units", f"{text} % {suffix}")
    return _figure(_hundredfold(text), replace(tail, unit="%"), ["percent_format"])


def _hundredfold(text: str) -> str:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = digits.partition(".")
    moved = (whole + decimals.ljust(2, "0")[:2]).lstrip("0") or "0"
    return f"{sign}{moved}.{decimals[2:]}" if decimals[2:] else sign + moved


def _typed(received: str, units: Container[str]) -> Figure:
    if _PLAIN.fullmatch(received):
        return Figure(received, habits=("text_number",))
    raw = outer_blanks(received)
    if len(raw) > LONGEST:
        raise FigureError("long", raw)
    if STRUCK in raw:
        raise FigureError("struck", raw)
    reason = missing_word(raw, number=True)
    if reason is not None:
        return Figure(missing=reason)
    text = half_width(raw)
    year = _YEAR_BEFORE.match(text)
    start = year.end() if year else 0
    number = _NUMBER.match(text, start)
    if number is None:
        return _reason_with_remark(text, raw)
    whole, decimals = number["whole"].replace(",", ""), number["decimals"] or ""
    if max(len(whole), len(decimals)) > _LONGEST_PART:
        raise FigureError("long", raw)
    end = number.end()
    if text[end:].lstrip()[:1] in _DOUBTFUL:
        raise FigureError("letters", raw)
    if _TIME.match(text, start):
        raise FigureError("date", raw)
    if _POWER.match(text, end):
        raise FigureError("exponent", raw)
    tail = _tail(text[end:], raw[end:], text, units)
    if year:
        if not year["link"] and _part_of_year(number[0], tail.unit):
            raise FigureError("date", raw)
        tail = replace(tail, data_year=_one_year(year["year"], tail.data_year, raw))
    sign = "-" if number["sign"] == "-" else ""
    value = sign + whole + ("." + decimals if decimals else "")
    habits = ["text_number", *_spelling(raw[start:end], number)]
    return _figure(value, tail, habits)


def _spelling(raw: str, number: re.Match[str]) -> list[str]:
    found = []
    if any("！" <= sign <= "～" for sign in raw):
        found.append("full_width")
    if number["sign"] and raw[0] not in "-+－＋":
        found.append("minus_sign")
    if number["sign"] == "+":
        found.append("plus_sign")
    if "," in number["whole"]:
        found.append("thousands")
    return found


def _figure(value: str, tail: _Tail, habits: list[str]) -> Figure:
    unit = tail.unit + (f"({tail.base})" if tail.base else "")
    if unit and "percent_format" not in habits and "format_suffix" not in habits:
        habits.append("unit_in_cell")
    if tail.remarks:
        habits.append("remark")
    if tail.data_year:
        habits.append("data_year")
    return Figure(value, unit, "", tail.data_year, "；".join(tail.remarks), tuple(habits))


def _tail(text: str, raw: str, whole: str, units: Container[str]) -> _Tail:
    """Read unit and notes; `text` is half-width, `raw` as received and equally long, `whole` the cell."""
    tail, spot = _Tail(), 0
    while text[spot:].strip():
        behind = _BASE_BEHIND.match(text, spot)
        note = _NOTE.match(text, spot)
        found = _UNIT.match(text, spot) if note is None else None
        if behind is not None and not tail.base:
            tail, spot = replace(tail, base=behind["base"]), behind.end()
        elif note is not None:
            group = note.lastgroup or "mark"
            tail, spot = (
                _noted(tail, text[note.start(group) : note.end(group)], raw[note.start(group) : note.end(group)], units),
                note.end(),
            )
        elif found is not None and not tail.unit and not tail.remarks:
            tail, spot = replace(tail, unit=_unit(found["unit"], whole)), found.end()
        else:
            raise FigureError(fault_of(whole), whole)
    return tail


def _unit(unit: str, whole: str) -> str:
    fault = fault_of_unit(unit)
    if not fault and (len(unit) > _LONGEST_UNIT or unit[-1] in "/·"):
        fault = "unreadable"
    if fault:
        raise FigureError(fault, whole)
    return unit


def _noted(tail: _Tail, note: str, raw: str, units: Container[str]) -> _Tail:
    """Add what a note says to the tail."""
    note, raw = note.strip(), outer_blanks(raw)
    if not note:
        return tail
    if note[0] in "*※①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳" or _REFERENCE.fullmatch(note):
        return replace(tail, remarks=(*tail.remarks, raw))
    if note in ("%", "‰") or (note in units and missing_word(note) is None):
        if tail.unit:
            raise FigureError("two_units", raw)
        return replace(tail, unit=note)
    if PRICE.fullmatch(note):
        if tail.base:
            raise FigureError("two_units", raw)
        return replace(tail, base=note)
    year = _YEAR_BEHIND.fullmatch(note)
    if year:
        tail = replace(tail, data_year=_one_year(year["year"], tail.data_year, raw))
        return replace(tail, remarks=(*tail.remarks, year["remark"])) if year["remark"] else tail
    fault = "missing_and_number" if holds_missing_word(note) else fault_of_note(note)
    if fault:
        raise FigureError(fault, raw)
    return replace(tail, remarks=(*tail.remarks, raw))


def _one_year(first: str, second: str, raw: str) -> str:
    if second and first != second:
        raise FigureError("two_years", raw)
    return first


def _part_of_year(number: str, unit: str) -> bool:
    """Return whether what follows 2022年 may be a month or a quarter instead of a figure."""
    return unit.startswith(_PART_OF_YEAR) or (not unit and number.isdigit() and len(number) < 3)


def _reason_with_remark(text: str, raw: str) -> Figure:
    """Read 未发布（预计6月）and /（不涉及）; anything else is refused."""
    found = _WORD_AND_REMARK.fullmatch(text)
    reason = missing_word(found["word"], number=True) if found and found["word"].strip() else None
    if found is None or reason is None:
        raise FigureError(fault_of(text), raw)
    remark = outer_blanks(raw[found.start("remark") : found.end("remark")])
    closer = missing_word(remark, number=True) if remark else None
    if closer is not None:
        if reason not in ("not_collected", closer):
            raise FigureError("two_reasons", raw)
        return Figure(missing=closer)
    if re.search(r"[0-9]", _DATE_WORDS.sub("", half_width(remark))):
        raise FigureError("missing_and_number", raw)
    return Figure(missing=reason, remark=remark, habits=("remark",) if remark else ())
