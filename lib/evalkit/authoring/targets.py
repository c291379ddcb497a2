"""The text of a 指标值 → the rule behind it. Every character is accounted for, nothing is guessed.

Binding, from the weakest: ``；`` (and, or the cases of a class), ``，`` (and; with 或 after it: or), then 且 or 或 within a
piece. So ``甲，且乙或丙`` is 甲 and (乙 or 丙), while ``甲且乙或丙`` without punctuation is refused, as is ``甲，且乙，或丙``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evalkit.authoring import phrases
from evalkit.catalog.models import ClassDimension
from evalkit.catalog.rules import About, Between, ByClass, KOfN, NoTarget, Qualitative, Rule
from evalkit.messages import word
from evalkit.values import decimal_places, parse_decimal

LONGEST = 300  # characters
_LINKS = (("并且", True), ("而且", True), ("同时", True), ("或者", False), ("且", True), ("并", True), ("或", False))  # both must hold?
_ANY_LINK = re.compile("|".join(text for text, _ in _LINKS))
_JOINTS = ("以及", "、", "和", "及", "与", "/", "")  # between classes that share a target
_SUFFIXES = ("地区", "区")

Span = tuple[int, int]


class TargetError(ValueError):
    """A text is not understood completely.

    Parameters
    ----------
    code : str
        Why; key of the texts ``target_fault``.
    piece : str
        The part that is not understood, as typed.
    """

    def __init__(self, code: str, piece: str = "") -> None:
        super().__init__(code)
        self.code, self.piece = code, piece

    def __str__(self) -> str:
        return word("target_fault", self.code).format(piece=self.piece[:60])


@dataclass(frozen=True)
class Understood:
    """What a text says.

    Parameters
    ----------
    rule : Rule
    directions : frozenset of {"up", "down"}
        Directions that words such as 持续提高 name.
    bounds : frozenset of {"up", "down"}
        Directions that comparisons suggest: ≥ and > up, ≤ and < down.
    """

    rule: Rule
    directions: frozenset[str] = frozenset()
    bounds: frozenset[str] = frozenset()


def parse_target(text: str, *, classes: Sequence[ClassDimension] = (), units: Iterable[str] = (), kind: str = "") -> Understood:
    """Return the rule of a 指标值 as printed.

    Parameters
    ----------
    text : str
        Such as ``完成上级规定的考核任务，且≥90或持续提高``.
    classes : sequence of ClassDimension
        Classes of the set, whose names may begin the parts of the text.
    units : iterable of str
        Spellings of the row's unit: one of them may follow a number.
    kind : {"", "number", "qualitative"}
        Kind of the measure where it is known. A qualitative one takes any text that compares with no number.

    Raises
    ------
    TargetError
        Some part is not understood.
    """
    printed = text.strip()
    if len(printed) > LONGEST:
        raise TargetError("long", printed)
    normal = printed.translate(phrases.NORMAL)
    if normal in phrases.NONE:
        return Understood(NoTarget())
    if kind == "qualitative":
        if re.search(rf"[≥≤<>=%]|^{phrases.NUMBER}$", normal):
            raise TargetError("figure", printed)
        return Understood(Qualitative(text=printed))
    reader = _Reader(printed, normal, classes, units)
    rule = reader.whole()
    return Understood(rule, frozenset(reader.directions), frozenset(reader.bounds))


@dataclass
class _Reader:
    printed: str
    normal: str
    classes: Sequence[ClassDimension]
    units: Iterable[str]
    directions: set[str] = field(default_factory=set)
    bounds: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        known = sorted({unit.translate(phrases.NORMAL) for unit in self.units if unit.strip("-—－ ")}, key=len, reverse=True)
        unit = rf"(?: ?(?:{'|'.join(map(re.escape, known))}))?" if known else ""
        number = rf"({phrases.NUMBER}){unit}"
        signs = "|".join(re.escape(sign) for sign in sorted(phrases.SIGNS, key=len, reverse=True))
        ends = "|".join(re.escape(end) for end in sorted(phrases.ENDS, key=len, reverse=True))
        self.compared = re.compile(rf"({signs}) ?{number}")
        self.ended = re.compile(rf"(?:达到)?{number} ?({ends})")
        self.about = re.compile(rf"(?:大?约){number}|{number} ?左右")
        self.range = re.compile(rf"{number} ?(?:~|-|至|到) ?{number}")
        self.bare = re.compile(number)

    # --- structure

    def whole(self) -> Rule:
        end = len(self.normal) - self.normal.endswith(("。", ";"))
        parts = self.split((0, end), ";")
        simple = self.only_words(parts)
        if simple is not None:
            return simple
        cases = self.cases(parts) if len(parts) > 1 else None
        if cases is not None:
            return cases
        if len(parts) > 1 and any(self.labelled(part) for part in parts):
            raise TargetError("mixed", self.shown((0, end)))
        rules = [self.segment(part, alone=len(parts) == 1) for part in parts]
        return rules[0] if len(rules) == 1 else KOfN(k=len(rules), of_rules=tuple(rules))

    def only_words(self, parts: Sequence[Span]) -> Rule | None:
        """Return one qualitative rule where the whole text is nothing but requirements that a person decides."""
        pieces = [inner for part in parts for piece in self.split(part, ",") for inner in self.split(piece, "、")]
        texts = [text for piece in pieces for text in _ANY_LINK.split(self.text(piece)) if text]
        whole = self.text((parts[0][0], parts[-1][1]))
        plain = phrases.qualitative(whole, whole) or all(phrases.qualitative(text, text) for text in texts)
        return Qualitative(text=self.shown((parts[0][0], parts[-1][1]))) if plain else None

    def segment(self, span: Span, *, alone: bool) -> Rule:
        """Return the rule between two ``；``: pieces at ``，``, which are cases of a class or joined by and / or."""
        pieces = self.split(span, ",")
        cases = self.cases(pieces)
        if cases is not None:
            return cases
        if any(self.labelled(piece) for piece in pieces):
            raise TargetError("mixed" if len(pieces) > 1 else "class_incomplete", self.shown(span))
        linked = [self.linked(piece) for piece in pieces]
        if linked[0][1] is not None:
            raise TargetError("unknown", self.shown(pieces[0]))
        both = {bool(link is None or link) for _, link in linked[1:]}
        if len(both) > 1:
            raise TargetError("ambiguous", self.shown(span))
        rules = [self.piece(piece, alone=alone and len(pieces) == 1) for piece, _ in linked]
        if len(rules) == 1:
            return rules[0]
        return KOfN(k=len(rules) if both.pop() else 1, of_rules=tuple(rules))

    def linked(self, span: Span) -> tuple[Span, bool | None]:
        """Return a piece without the 且 or 或 before it, and whether that asks for both; None where there is none."""
        for text, both in _LINKS:
            if self.normal.startswith(text, span[0], span[1]):
                return self.trim((span[0] + len(text), span[1])), both
        return span, None

    def piece(self, span: Span, *, alone: bool) -> Rule:
        """Return the rule of a piece without punctuation: one condition, or several joined by 且 only or by 或 only."""
        rule = self.atom(span, alone=alone)
        if rule is not None:
            return rule
        parts, links = self.parted(span)
        if len(set(links)) > 1:
            raise TargetError("ambiguous", self.shown(span))
        if not links:
            raise TargetError("unknown", self.shown(span))
        rules = tuple(rule for part in parts if (rule := self.atom(part, alone=False)) is not None)
        assert len(rules) == len(parts)
        return KOfN(k=len(rules) if links[0] else 1, of_rules=rules)

    def parted(self, span: Span) -> tuple[list[Span], list[bool]]:
        """Cut a piece at 且 and 或 so that each part is a condition, the longest first; name the part that is not."""
        start, end = span
        for cut in range(end, start, -1):
            if cut < end and not any(self.normal.startswith(text, cut, end) for text, _ in _LINKS):
                continue
            first = self.trim((start, cut))
            if self.atom(first, alone=False) is None:
                continue
            if cut == end:
                return [first], []
            text, both = next((text, both) for text, both in _LINKS if self.normal.startswith(text, cut, end))
            after = self.trim((cut + len(text), end))
            if after[0] == after[1]:
                raise TargetError("unknown", self.shown(span))
            rest, links = self.parted(after)
            return [first, *rest], [both, *links]
        raise TargetError("unknown", self.shown(span))

    def split(self, span: Span, sign: str) -> list[Span]:
        found, start = [], span[0]
        for at in [*(i for i in range(*span) if self.normal[i] == sign), span[1]]:
            part = self.trim((start, at))
            if part[0] == part[1]:
                raise TargetError("empty", self.shown(span))
            found.append(part)
            start = at + 1
        return found

    def trim(self, span: Span) -> Span:
        start, end = span
        while start < end and self.normal[start] == " ":
            start += 1
        while end > start and self.normal[end - 1] == " ":
            end -= 1
        return start, end

    def text(self, span: Span) -> str:
        return self.normal[slice(*span)]

    def shown(self, span: Span) -> str:
        return self.printed[slice(*span)]

    # --- classes

    def labelled(self, span: Span) -> bool:
        return any(self.labels(dimension, span) for dimension in self.classes)

    def labels(self, dimension: ClassDimension, span: Span) -> tuple[list[str], Span] | None:
        """Return the class values that begin a part, and what follows them; None where none does."""
        names = _names(dimension)
        values: list[str] = []
        at, end = span
        while True:
            begins = [joint + name for joint in (_JOINTS if values else ("",)) for name in names]
            found = next((text for text in begins if self.normal.startswith(text, at, end)), None)
            if found is None:
                break
            values.append(next(value for name, value in names.items() if found.endswith(name)))
            at += len(found)
        if not values:
            return None
        rest = self.trim((at, end))
        if self.normal.startswith(":", *rest):
            rest = self.trim((rest[0] + 1, rest[1]))
        return values, rest

    def cases(self, parts: Sequence[Span]) -> Rule | None:
        """Return the rule by class where every part begins with a class; None where none does."""
        complete: list[tuple[ClassDimension, list[tuple[list[str], Span]]]] = []
        partial: list[str] = []
        for dimension in self.classes:
            found = [labels for part in parts if (labels := self.labels(dimension, part)) is not None]
            if len(found) < len(parts):
                continue
            named = [value for values, _ in found for value in values]
            absent = [value.name_zh for value in dimension.values if value.id not in named]
            if len(named) != len(set(named)):
                partial.append("class_twice")
            elif absent:
                partial.append("class_incomplete")
            else:
                complete.append((dimension, found))
        if len(complete) > 1:
            raise TargetError("class_ambiguous", self.shown((parts[0][0], parts[-1][1])))
        if not complete:
            if partial and (len(parts) > 1 or "class_incomplete" not in partial):
                raise TargetError(partial[0], self.shown((parts[0][0], parts[-1][1])))
            return None
        dimension, found = complete[0]
        ruled = {value: rule for values, rest in found for rule in [self.case(rest)] for value in values}
        return ByClass(dimension=dimension.id, cases=tuple(ruled.items()))

    def case(self, rest: Span) -> Rule:
        if rest[0] == rest[1]:
            raise TargetError("empty", self.printed)
        return self.segment(rest, alone=True)

    # --- conditions

    def atom(self, span: Span, *, alone: bool) -> Rule | None:
        """Return the rule of one condition, or None."""
        text = self.text(span)
        if found := self.compared.fullmatch(text):
            return self.bounded(phrases.SIGNS[found[1]], found[2])
        if found := self.ended.fullmatch(text):
            return self.bounded(phrases.ENDS[found[2]], found[1])
        if found := self.about.fullmatch(text):
            number = found[1] or found[2]
            return About(value=parse_decimal(number), digits=decimal_places(number))
        if found := self.range.fullmatch(text):
            low, high = parse_decimal(found[1]), parse_decimal(found[2])
            if low > high:
                raise TargetError("range", self.shown(span))
            return Between(low=low, high=high)
        if found := self.bare.fullmatch(text):
            if not alone:
                raise TargetError("bare", self.shown(span))
            return phrases.compare("==", found[1])
        if trend := phrases.trend(text):
            self.directions |= {trend[1]} - {""}
            return trend[0]
        return phrases.assigned(text) or phrases.qualitative(text, self.shown(span))

    def bounded(self, op: str, number: str) -> Rule:
        self.bounds |= {"up"} if op in (">=", ">") else {"down"} if op in ("<=", "<") else set()
        return phrases.compare(op, number)


def _names(dimension: ClassDimension) -> dict[str, str]:
    """Return value ids by name, longest first: as declared, and with or without 区 and 地区 where that stays unique."""
    declared = {value.name_zh.translate(phrases.NORMAL): value.id for value in dimension.values}
    found: dict[str, set[str]] = {name: {value} for name, value in declared.items()}
    for name, value in declared.items():
        stem = next((name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)), name)
        for other in [stem, *(stem + suffix for suffix in _SUFFIXES)] if len(stem) > 1 else [name.removesuffix("区") + "地区"]:
            if other not in declared:
                found.setdefault(other, set()).add(value)
    unique = {name: next(iter(values)) for name, values in found.items() if len(values) == 1}
    return dict(sorted(unique.items(), key=lambda item: -len(item[0])))
