"""What the heads and labels of other people's tables say: names, years, units, periods."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from evalkit.tables.books import Cell
from evalkit.values import Period, PeriodError

#: Blanks, and characters that no rule file can hold.
BLANK = re.compile("[\\s\x00-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff\ufffe\uffff]+")
_YEAR = re.compile(r"(?<![0-9.])((?:19|20)[0-9]{2})(?![0-9.])")
_SPAN = re.compile(r"(?<![0-9.])((?:19|20)[0-9]{2})年?(?:-|—|–|~|至|到)((?:19|20)[0-9]{2})(?![0-9.])")
_DATED = re.compile(r"(?:19|20)[0-9]{2}(?:年|[-./])[0-9]{1,2}(?:月|[-./])[0-9]{1,2}日?")
_BRACKETS = re.compile(r"\(([^()]*(?:\([^()]*\))?[^()]*)\)")
_UNIT_SAID = re.compile(r"单位:([^()|]+)")
#: Between the parts of a head of several rows, or of an item in several columns.
PATH = " | "
_IN_YEAR = {"上半年": "-H1", "下半年": "-H2", "第一季度": "-Q1", "第二季度": "-Q2", "第三季度": "-Q3", "第四季度": "-Q4",
            "一季度": "-Q1", "二季度": "-Q2", "三季度": "-Q3", "四季度": "-Q4"}  # fmt: skip


def path_of(parts: Iterable[str]) -> str:
    """Return the parts of a head, from the top, in one text; empty ones and repetitions (of a merged cell) left out."""
    kept: list[str] = []
    for part in parts:
        flat = BLANK.sub(" ", part).strip()
        if flat and (not kept or plain(kept[-1]) != plain(flat)):
            kept.append(flat)
    return PATH.join(kept)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Return a text without what only the printing changes: blanks, line feeds, width of signs."""
    return BLANK.sub("", unicodedata.normalize("NFKC", text)).casefold()


def years_in(text: str) -> tuple[str, ...]:
    """Return the years that a text speaks of, each once; those of a span all, those of full dates not."""
    flat = _DATED.sub(" ", plain(text))
    found: dict[str, None] = {}
    for first, last in _SPAN.findall(flat):
        if 0 <= int(last) - int(first) <= 30:
            found.update(dict.fromkeys(str(year) for year in range(int(first), int(last) + 1)))
    found.update(dict.fromkeys(_YEAR.findall(flat)))
    return tuple(found)


def without_years(text: str) -> str:
    """Return a plain text without years and the words around them."""
    return re.sub(r"(?:19|20)[0-9]{2}(?![0-9])(?:年度?|末)*", "", plain(text))


@lru_cache(maxsize=4096)
def period_in(text: str) -> str:
    """Return the period that a whole text names (``2024``, ``2024年``, ``2024年2月``, ``2024年上半年``), or nothing."""
    flat = plain(text)
    found = re.fullmatch(r"([0-9]{4})(?:年度?|全年|年全年)?", flat)
    name = found[1] if found else flat.upper() if re.match(r"[0-9]{4}-", flat) else ""
    if month := re.fullmatch(r"([0-9]{4})年([0-9]{1,2})月份?", flat):
        name = f"{month[1]}-{int(month[2]):02d}"
    elif part := re.fullmatch(r"([0-9]{4})年(.+)", flat):
        name = part[1] + _IN_YEAR[part[2]] if part[2] in _IN_YEAR else name
    try:
        return Period.parse(name).name
    except PeriodError:
        return ""


def unit_in(text: str, names: Mapping[str, str]) -> str:
    """Return the unit that a head or label states: in brackets, after 单位：, or as the whole text; nothing when none or several are.

    Parameters
    ----------
    text : str
        One text, or a path of heads joined by :data:`PATH`.
    names : mapping of str to str
        Canonical unit by id and alias.
    """
    flat = BLANK.sub("", unicodedata.normalize("NFKC", text))
    known = _known(names)
    found: dict[str, str] = {}

    def take(piece: str) -> bool:
        if piece.casefold() in known:
            found.setdefault(names[known[piece.casefold()]], known[piece.casefold()])
            return True
        return False

    for said in _UNIT_SAID.findall(flat):
        take(said)
    for inside in _BRACKETS.findall(flat):
        if not take(inside):
            first = re.split(r"[,、;:]", inside)[0]
            if first != inside:
                take(first)
    if not found and not take(flat):
        for piece in flat.split("|"):
            take(piece)
    return next(iter(found.values())) if len(found) == 1 else ""


def known_unit(text: str, names: Mapping[str, str]) -> str:
    """Return the name under which a unit is known, whatever the width of its signs; nothing when it is not."""
    return _known(names).get(plain(text), "")


_units: dict[int, tuple[Mapping[str, str], dict[str, str]]] = {}


def _known(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of units by their plain text."""
    kept = _units.get(id(names))
    if kept is None or kept[0] is not names:
        _units.clear()
        kept = _units[id(names)] = (names, {plain(name): name for name in [*reversed(list(names)), *names.values()]})
    return kept[1]


_FIGURE = re.compile(r"[约近超<>≤≥≈=~±+\-(¥$]{0,3}[0-9][0-9,.]*")
_NUMBERING = re.compile(r"\(?[0-9]{1,2}(?:\)|[.、](?![0-9]))")
_NOT_FIGURES = re.compile(r"(?:19|20)[0-9]{2}(?:年|[-./])[0-9]{1,2}(?:月|[-./])?(?:[0-9]{1,2}日?)?|1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}")
_LEADING_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:年?(?:-|—|–|~|至|到)(?:19|20)[0-9]{2})?年")


def figure_like(cell: Cell) -> bool:
    """Return whether a cell looks like a figure: a number, an error in place of one, a text that begins with a number.

    Dates, telephone numbers, numbered headings and titles that begin with a year are none.
    """
    if cell.kind != "text":
        return cell.kind != "date"
    flat = plain(cell.text)
    if _FIGURE.match(flat) is None or _NOT_FIGURES.fullmatch(flat) or _NUMBERING.match(flat):
        return False
    rest = _LEADING_YEAR.sub("", flat, count=1) if _LEADING_YEAR.match(flat) else "0"
    return any(sign.isdigit() for sign in rest)
