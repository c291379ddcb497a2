"""Numbers of a text: figures with sign, range, bound and unit, told apart from years, dates, counts, document numbers and codes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from evalkit.catalog.units import Units
from evalkit.values.missing import half_width

Bound = Literal["", "lower", "upper", "about", "more"]
_PLAIN = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_LONGEST = 60  # digits
_FIGURE = re.compile(
    rf"(?P<sign>[+±-](?=[0-9]))?(?P<low>{_PLAIN})(?P<cut>…|\.\.\.)?\s*(?P<unit1>%)?\s*(?:(?:[~∼〜]|[-—―]{{1,2}}|至|到)\s*(?P<high>{_PLAIN}))?"
)
_YEARS = re.compile(
    r"(?<![0-9.])(?P<first>(?:19|20)[0-9]{2})\s*年?\s*(?:[-—~至到]+|、|和|与|及)\s*(?P<last>(?:19|20)[0-9]{2})\s*年(?:度|末|底)?"
)
_YEAR = re.compile(r"(?<![0-9.])(?P<year>(?:19|20)[0-9]{2})\s*年(?:度|末|底)?(?!\s*[0-9]{1,2}\s*月)")
_OTHER: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("title", re.compile(r"《[^《》]{0,120}》")),
    ("document_number", re.compile(r"[〔\[【][0-9]{4}[〕\]】]\s*第?\s*[0-9]+\s*号|第\s*[0-9]+\s*号|[0-9]+\s*号")),
    ("date", re.compile(
        r"(?<![0-9.])[0-9]{4}\s*年\s*[0-9]{1,2}\s*月(?:\s*[0-9]{1,2}\s*日)?|(?<![0-9.])[0-9]{1,2}\s*月(?:\s*[0-9]{1,2}\s*日)?"
        r"|(?<![0-9.])(?:19|20)[0-9]{2}([-/.])[0-9]{1,2}(?:\1[0-9]{1,2})(?![0-9.])|(?<![0-9.:])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])")),
    ("phone", re.compile(r"(?<![0-9.])(?:0[0-9]{2,3}-?[0-9]{7,8}|1[3-9][0-9]{9}|[0-9]{3}-[0-9]{4}-[0-9]{4})(?![0-9.])")),
    ("code", re.compile(
        r"(?:[A-Za-z][A-Za-z0-9_]*[-/.:@#?=&])+[A-Za-z0-9_./:@#?=&%-]*[0-9][A-Za-z0-9_./:@#?=&%-]*"
        r"|(?<![0-9.\s])[A-Za-zμ]+[0-9][0-9.]*(?![0-9])|(?<![A-Za-z0-9.])[A-Z]{1,3}[0-9]+(?:\.[0-9]+)?(?![0-9])|(?:GB|HJ|DB[0-9]*|CJJ?|SL|TD|NY|LY)(?:/T|/Z)?\s*[0-9]+(?:\.[0-9]+)?(?:-[0-9]{4})?")),
    ("ordinal", re.compile(
        r"第\s*[0-9]+(?:\.[0-9]+)?\s*(?:百分位数?|[^\s0-9]?)|(?:续表|附表|附件|附图|附录|表|图|专栏|序号|编号|注|佐证|问题|步骤|公式|方案)\s*[0-9]+(?:[.-][0-9]+)*"
        r"|(?<![0-9.])[0-9]{1,3}(?:、[0-9]{1,3})+(?=[:,;。、)\"]|\s*$)|(?:(?<!级)任务|项目|工程)\s*:\s*[0-9]{1,3}(?![0-9.%])|(?:(?<=[;:,、(])|(?<=^))[0-9]{1,3}(?=:(?![0-9]))"
        r"|(?:性|色|础|合)?(?:指标|条件|决项|决)\s*[0-9]+(?=[::、])|^\s*[0-9]+(?:\.[0-9]+)*\s*[.、)](?![0-9])|\([0-9]{1,2}\)|[基否][0-9]+")),
    ("duration", re.compile(r"(?<![0-9.])[0-9]+(?:\.[0-9]+)?\s*(?:年(?![均度末底])|个月|周(?!边)|季度|小时|分钟)(?!/)")),
    ("times", re.compile(r"(?<![0-9.])[0-9]+(?:\.[0-9]+)?\s*(?:倍|成(?![为效本分品]))")),
)  # fmt: skip
_COUNTER = re.compile(
    r"(?:余|多)?\s*(?:个(?!百分)|项|家|处|次|座|种(?!植)|名|户|件|条|批|类|期|台|套|篇|份|宗|起|部|所|辆|株|只|头|村|镇|乡|县|届|轮|级|本|册|册次|位|组|支|片|块|栋|幢|间|口|艘|列|章|节|页|款|行|人|万人|万人次|人次)"
)
_ITEM = re.compile(r"\s+(?![以之]?[上下内]|左右)[一-鿿A-Z]")  # 32 开展…: the number of an item
_MONEY = re.compile(r"\s*(?:[十百千万亿]{0,2}元)(?!/)")
_BEHIND = re.compile(r"\s*(?P<about>左右|上下|许)|\s*(?P<lower>[以之]上|及以上|起)|\s*(?P<upper>[以之]下|及以下|[以之]内)|(?P<more>[余多])")
_BEFORE = re.compile(
    r"(?P<lower>[≥≧⩾>≮]=?|不低于|不少于|不小于|大于|高于等于|超过|超|至少|突破)\s*$"
    r"|(?P<upper>[≤≦⩽<≯]=?|不高于|不超过|不大于|小于|少于|低于|至多|控制在|不足)\s*$|(?P<about>约|大约|大概|近|接近|将近|左右)\s*$"
)
_COMPARED = re.compile(r"\s*\"?\s*(?:[≥≤≧≦⩾⩽<>=≮≯])")
_MATHS = re.compile(r"[×÷*/]\s*\(?$|[0-9%)]\s*[+-]\s*\(?$|\($")
_MATHS_BEHIND = re.compile(r"\s*\)?\s*(?:[×÷]|[+-]\s*[0-9(])")


@dataclass(frozen=True)
class Figure:
    """A number as printed.

    Parameters
    ----------
    start, end : int
        In the text, with sign and unit.
    text : str
    low, high : Fraction
        The same unless it is a range.
    places : int
        Decimals printed.
    unit : str
        Canonical; empty where none is printed.
    bound : str
    signed : bool
        A sign is printed.
    cut : bool
        More digits follow (``96.296…``).
    other : str
        Why it is no value: a count, a date … (words of the group ``document_other``); empty for figures.
    compared : bool
        A comparison follows: it is what is compared.
    against : bool
        A comparison stands before it.
    number_end : int
        Where its digits end.
    """

    start: int
    end: int
    text: str
    low: Fraction
    high: Fraction
    places: int
    unit: str = ""
    bound: Bound = ""
    signed: bool = False
    cut: bool = False
    other: str = ""
    compared: bool = False
    against: bool = False
    number_end: int = 0


@dataclass(frozen=True)
class Year:
    """A year, or the first and last of several, in a text."""

    start: int
    end: int
    years: tuple[str, ...]
    through: bool = False  # from one to the other


def folded(text: str) -> str:
    """Return a text sign by sign as the patterns read it."""
    return half_width(text).translate(_SIGNS)


_SIGNS = str.maketrans(
    {"−": "-", "﹣": "-", "～": "~", "％": "%", "﹪": "%", "，": ",", "“": '"', "”": '"', "：": ":", "（": "(", "）": ")"}
)


class Scanner:
    """Finds the numbers of texts.

    Parameters
    ----------
    units : Units
    """

    def __init__(self, units: Units) -> None:
        self.units = units
        names = sorted((name for name in units.names if name not in ("-", "—", "－")), key=lambda name: (-len(name), name))
        # letters behind a unit of letters make it another word
        whole = {name: r"(?![A-Za-z])" if name[-1:].isascii() and name[-1:].isalpha() else "" for name in names}
        self.unit = re.compile(r"\s*(?:" + "|".join(re.escape(folded(name)) + behind for name, behind in whole.items()) + ")")

    def years(self, plain: str) -> list[Year]:
        """Return the years of a folded text, in order."""
        found: list[Year] = []
        for match in _YEARS.finditer(plain):
            through = any(sign in match[0] for sign in "-—~至到")
            found.append(Year(match.start(), match.end(), (match["first"], match["last"]), through))
        taken = [(year.start, year.end) for year in found]
        found += [
            Year(match.start(), match.end(), (match["year"],))
            for match in _YEAR.finditer(plain)
            if not any(start <= match.start() < end for start, end in taken)
        ]
        return sorted(found, key=lambda year: year.start)

    def figures(self, plain: str, names: Iterable[tuple[int, int]] = ()) -> list[Figure]:
        """Return the numbers of a folded text, also those that are no figures.

        Parameters
        ----------
        plain : str
            As :func:`folded` gives it.
        names : iterable of (int, int)
            Stretches that are names: digits in them are no numbers.
        """
        masks = [(start, end, "name") for start, end in names]
        masks += [(year.start, year.end, "date") for year in self.years(plain)]
        for kind, pattern in _OTHER:
            masks += [(match.start(), match.end(), kind) for match in pattern.finditer(plain)]
        masks.sort()
        starts = [mask[0] for mask in masks]
        reach = max((end - start for start, end, _ in masks), default=0)
        found = []
        place = 0
        while match := _FIGURE.search(plain, place):
            low = match.start("low")
            if max(len(match["low"]), len(match["high"] or "")) > _LONGEST:  # no figure of a report
                place = match.end()
                continue
            hit = next(
                (mask for mask in reversed(masks[: bisect_right(starts, low)]) if mask[0] >= low - reach and mask[0] <= low < mask[1]), None
            )
            if hit is not None:
                place = max(hit[1], match.end("low"))
                if hit[2] != "name":
                    found.append(self._number(plain, match, hit[2]))
                continue
            found.append(self._number(plain, match, ""))
            place = max(found[-1].end, match.end("low"))
        return found

    def _number(self, plain: str, match: re.Match[str], other: str) -> Figure:
        low, high = match["low"].replace(",", ""), (match["high"] or "").replace(",", "")
        start, end = match.start("low"), match.end("low")
        sign = match["sign"] or ""
        before = plain[: match.start()].rstrip()
        if sign and re.search(r"[0-9%)A-Za-z]", plain[match.start() - 1 : match.start()]):
            sign = ""  # between two numbers it is a minus or a dash
        if sign:
            start = match.start()
        if high and not other and not sign:
            end = match.end("high")
        else:
            high = ""
        if match["cut"] and not high:
            end = match.end("cut")
        unit, unit_end = "", end
        if match["unit1"] and not high:
            unit, unit_end = "%", match.end("unit1")
        elif found := self.unit.match(plain, end):
            unit, unit_end = self.units.known(found[0].strip()) or "", found.end()
        elif match["unit1"]:
            unit = "%"
        if found := re.compile(r"\s*个?百分点").match(plain, end if not match["unit1"] else unit_end):
            unit, unit_end = "百分点", found.end()
        last = plain[start - 1 : start]
        if not other:
            if re.match(r"\s+\.\s*[0-9]|\.\s+[0-9]", plain[end:]) or re.search(
                r"[0-9]\s+\.\s*$|[0-9]\.\s+$", before + plain[len(before) : start]
            ):
                other = "unreadable"  # 88 . 8
            elif re.match(r"[A-Za-z_]", last) or (re.match(r"[A-Za-z]{2,}", plain[unit_end:]) and not unit):
                other = "code"
            elif _MONEY.match(plain, end):
                other = "money"
            elif (counted := _COUNTER.match(plain, end)) and counted.end() >= unit_end and unit not in ("百分点",):
                other = "" if unit in ("个", "人", "万人", "种", "人次") else "count"
            elif re.fullmatch(r"(?:19|20)[0-9]{2}", low) and not unit and not high and not sign:
                other = "date"
            elif not unit and not sign and not high and len(low) < 4 and low.isdigit() and _ITEM.match(plain, end):
                other = "ordinal"
            elif (_MATHS.search(before[-6:] + sign) and before[-1:] != "(") or _MATHS_BEHIND.match(plain, unit_end):
                other = "expression"
        text = plain[start:unit_end]
        first = _fraction(low) * (-1 if sign == "-" else 1)
        last_number = _fraction(high) if high else first
        bound: Bound = ""
        if found := _BEFORE.search(plain[max(start - 8, 0) : start]):
            bound = found.lastgroup or ""  # type: ignore[assignment]
        if not bound and (found := _BEHIND.match(plain, unit_end)):
            bound = found.lastgroup or ""  # type: ignore[assignment]
        if (found := _BEHIND.match(plain, end)) and found.lastgroup == "more":
            bound = "more"
        places = max(len(part.partition(".")[2]) for part in (low, high or low))
        return Figure(
            start, unit_end, text.strip(), min(first, last_number), max(first, last_number), places, unit, bound, bool(sign),
            bool(match["cut"]),
            other, bool(_COMPARED.match(plain, unit_end)), bool(re.search(r"[≥≤≧≦⩾⩽<>=≮≯]\s*$", plain[max(start - 3, 0) : start])), end,
        )  # fmt: skip


def _fraction(text: str) -> Fraction:
    whole, _, rest = text.partition(".")
    return Fraction(int(whole + rest), 10 ** len(rest))
