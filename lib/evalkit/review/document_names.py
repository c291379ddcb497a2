"""Where a text names indicators: by the names of the rules, in any width, with and without what stands in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from evalkit.catalog import Catalog
from evalkit.review.document_facts import Facts, Subject
from evalkit.values.missing import half_width

_ROMAN = {"Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III", "Ⅳ": "IV", "Ⅴ": "V", "Ⅵ": "VI", "Ⅶ": "VII", "Ⅷ": "VIII", "Ⅸ": "IX", "Ⅹ": "X"}
_SAME = {"\u00b5": "μ"} | {chr(0x2080 + digit): str(digit) for digit in range(10)}
_SKIPPED = frozenset(" \t\n\r\f\v\u200b\"'“”‘’†‡*·")
_BRACKETS = re.compile(r"\([^()]*\)")
_ENDS = re.compile(
    r"^(?:年均|同比)?(?:变化|提高|下降|降低|增长|改善|达标|合格|考核)?(?:幅度|增速|增幅|降幅|变化量|减少量|[^\W\d_]{0,2}率(?!先)|速度)"
)
_BEGINS = re.compile(r"(?:人均|亩均|地均|户均|单位|非|新增)$")
_SHORTEST = 3
_AMOUNT, _MEANS = "浓度", ("年均", "年平均", "平均")  # what is measured by the day is said of the year: PM2.5年均浓度


@dataclass(frozen=True)
class Mention:
    """A name in a text.

    Parameters
    ----------
    start, end : int
        In the text as it stands.
    subjects : tuple of Subject
        Indicators of that name, of all regions; none where the name is that of something else, to which figures behind it belong.
    """

    start: int
    end: int
    subjects: tuple[Subject, ...]


class Canonical:
    """A text without blanks, widths and spellings, and where each sign of it stands."""

    def __init__(self, text: str) -> None:
        signs: list[str] = []
        self.places: list[int] = []
        for place, sign in enumerate(half_width(text)):
            if sign in _SKIPPED:
                continue
            for one in _ROMAN.get(sign, _SAME.get(sign, sign)).lower():
                signs.append(one)
                self.places.append(place)
        self.text = "".join(signs).replace("比率", "比例")


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """Return a text as names are compared: half-width, no blanks, 比率 as 比例, Ⅲ as III."""
    return Canonical(text).text


class NameIndex:
    """The names of a run's indicators, and of all else that figures may belong to.

    Parameters
    ----------
    catalog : Catalog
        Names and aliases of measures, rows of all sets and plans, variables.
    facts : Facts
    """

    def __init__(self, catalog: Catalog, facts: Facts) -> None:
        self.owners: dict[str, list[Subject]] = {}
        names = _names_by_measure(catalog)
        for subject in facts.subjects:
            own = {subject.name, *(name for measure in subject.measures for name in names.get(measure, ()))}
            own |= {f"{name.removesuffix(_AMOUNT)}{mean}{_AMOUNT}" for name in own if name.endswith(_AMOUNT) for mean in _MEANS}
            for name in sorted(own):
                self._add(name, subject, exact=name == subject.name)
        if len({subject.region for subject in facts.subjects}) == 1:
            self._short(facts.subjects)
        exact = {canonical(subject.name): [] for subject in facts.subjects}  # type: dict[str, list[Subject]]
        for subject in facts.subjects:
            exact[canonical(subject.name)].append(subject)
        self.owners |= exact  # a row's own name is nobody else's
        for key, owners in self.owners.items():  # what has no number has none to compare
            self.owners[key] = [own for own in owners if own.facts or _numeric(catalog, own)]
        for name in _other_names(catalog):
            self.owners.setdefault(canonical(name), [])
        for subject in facts.subjects:  # the head of a compound indicator is not one of its parts
            if subject.part_of:
                self.owners.setdefault(canonical(subject.part_of), [])
        ordered = sorted((name for name in self.owners if len(name) >= _SHORTEST), key=lambda name: (-len(name), name))
        self.pattern = re.compile("|".join(map(re.escape, ordered)) or r"(?!)")
        self.parts: dict[str, dict[str, list[Subject]]] = {}
        for subject in facts.subjects:
            short = canonical(subject.name).removeprefix(canonical(subject.under)).strip(":()")
            if subject.under and len(short) > 1 and short != canonical(subject.name):
                self.parts.setdefault(canonical(subject.under), {}).setdefault(short, []).append(subject)

    def _add(self, name: str, subject: Subject, exact: bool) -> None:
        key = canonical(name)
        if len(key) >= _SHORTEST and subject not in self.owners.setdefault(key, []):
            self.owners[key].append(subject)

    def _short(self, subjects: Sequence[Subject]) -> None:
        """Take names without their brackets where that leaves one indicator alone."""
        short: dict[str, list[Subject]] = {}
        for key, owners in list(self.owners.items()):
            bare = _BRACKETS.sub("", key)
            if bare != key and len(bare) > _SHORTEST and bare not in self.owners:
                for subject in owners:
                    if subject not in short.setdefault(bare, []):
                        short[bare].append(subject)
        for bare, owners in short.items():
            if len({(subject.indicator, subject.name) for subject in owners}) == 1:
                self.owners[bare] = owners

    def mentions(self, text: str, under: Mention | None = None) -> list[Mention]:
        """Return the names in a text, the longest at each place.

        Parameters
        ----------
        text : str
        under : Mention, optional
            What the row is about: its components may go by their own words alone, as they may behind its name.
        """
        plain = Canonical(text)
        found = list(self._found(plain))
        if not self.parts:
            return found
        whole = {subject.name: 0 for subject in under.subjects} if under is not None else {}
        for one in reversed(found):
            whole |= {subject.under or subject.name: one.end for subject in one.subjects}
        for name, start in whole.items():
            for short, owners in self.parts.get(canonical(name), {}).items():
                for match in re.finditer(re.escape(short), plain.text):
                    first, last = plain.places[match.start()], plain.places[match.end() - 1] + 1
                    if first >= start and not any(one.start < last and first < one.end for one in found if one.subjects):
                        found = [one for one in found if not (one.start < last and first < one.end)]
                        found.append(Mention(first, last, tuple(owners)))
        return sorted(found, key=lambda one: one.start)

    def _found(self, plain: Canonical) -> Iterator[Mention]:
        for match in self.pattern.finditer(plain.text):
            start, end = plain.places[match.start()], plain.places[match.end() - 1] + 1
            owners: Iterable[Subject] = self.owners[match[0]]
            if _ENDS.match(plain.text[match.end() : match.end() + 20]) or _BEGINS.search(
                plain.text[max(match.start() - 4, 0) : match.start()]
            ):
                owners = ()  # 优良天数比率达标率, 新增公园绿地面积: another quantity
            yield Mention(start, end, tuple(owners))


def _numeric(catalog: Catalog, subject: Subject) -> bool:
    return any(catalog.measures[name].kind == "number" for name in subject.measures if name in catalog.measures)


def _names_by_measure(catalog: Catalog) -> dict[str, set[str]]:
    """Return what each measure is called: by itself, its aliases, and the rows of sets and plans that point to it."""
    names = {measure.id: {measure.name_zh, *measure.aliases} for measure in catalog.measures.values()}
    for one in catalog.sets.values():
        for row in one.rows:
            names.setdefault(row.measure, set()).add(row.name_zh)
    for plan in catalog.plans.values():
        for planned in plan.indicators:
            if planned.measure and planned.name_zh and not planned.area:
                names.setdefault(planned.measure, set()).add(planned.name_zh)
    return names


def _other_names(catalog: Catalog) -> set[str]:
    names = {variable.name_zh for variable in catalog.variables.values()}
    for known in _names_by_measure(catalog).values():
        names |= known
    return names
