"""Which variable a printed name may mean: exact names and synonyms first, then what looks alike, weighed by the unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evalkit.assessment.lines import lines_of
from evalkit.assessment.needs import needs_of
from evalkit.catalog import Catalog
from evalkit.catalog.mapping_texts import PATH, plain, unit_in, without_years
from evalkit.catalog.units import UnitMismatchError

#: From this score on, and with this distance to the next, a match is proposed; below, a person chooses.
SURE = 86
_APART = 4
_BARE = 5  # what a name loses without the remark in brackets at its end
_OTHER = 12  # what likeness loses for each word that makes another quantity of it
_TELLING = (
    "城镇", "城市", "农村", "乡镇", "村镇", "建成区", "工业", "农业", "生活", "危险", "一般", "户籍", "常住", "处理", "排放",
    "产生", "利用", "处置", "回收", "贮存", "填埋", "增加值", "总产值", "可比价", "现价", "率", "比例", "人均", "单位", "万元",
    "下降", "增长", "提高", "累计", "新增", "播种", "种植", "耕地", "林地", "森林", "草地", "湿地", "总", "达标", "合格",
    "应", "已", "优", "良", "劣", "陆域", "海", "河", "地下", "地表",
)  # fmt: skip
_NUMBERING = re.compile(r"^(?:其中:?|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十0-9]{1,3}\)|[0-9]{1,2}[.、)](?![0-9]))+")
_BRACKETS = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_MARKS = re.compile(r"[*★◆△▲:：、,。\"“”]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A variable that a text may mean: id, name, unit and how well it fits, out of 100."""

    variable: str
    name: str
    unit: str
    score: int


class Names:
    """The names of everything that can be collected; with a run only of what its sets and plans need.

    Parameters
    ----------
    catalog : Catalog
    run_id : str, optional
    """

    def __init__(self, catalog: Catalog, run_id: str | None = None) -> None:
        self.catalog = catalog
        self.known: dict[str, list[tuple[str, str, int]]] = {}  # variable, its name and what the form loses, by what is compared
        self.fits_known: dict[tuple[str, str], bool | None] = {}
        self.found: dict[tuple[str, str], list[Candidate]] = {}
        rows = {row.measure: row.name_zh for kept in catalog.sets.values() for row in kept.rows} if run_id is None else {}
        for variable, names in self._named(run_id, rows):
            shown = names[0]
            for name in names:
                full = self.core(name)
                for form, loss in {_BRACKETS.sub("", full): _BARE, full: 0}.items():
                    if form:
                        self.known.setdefault(form, []).append((variable, shown, loss))

    def core(self, text: str) -> str:
        """Return what of a label is its name."""
        return core(text, self.catalog.units.names)

    def _named(self, run_id: str | None, rows: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
        catalog = self.catalog
        needed: set[str] | None = None
        if run_id is not None:
            needed = set()
            run = catalog.run(run_id)
            for code in run.regions:
                for line in lines_of(catalog, run, catalog.regions[code]):
                    rows.setdefault(line.measure, line.name_zh)
                    needed.update(need.variable for need in needs_of(catalog, line.measure, line.rule))
        for variable in catalog.variables.values():
            if needed is None or variable.id in needed:
                yield variable.id, [variable.name_zh, *variable.aliases]
        for measure in catalog.measures.values():
            if needed is None or f"reported.{measure.id}" in needed:
                more = [rows[measure.id]] if measure.id in rows else []
                yield f"reported.{measure.id}", [measure.name_zh, *measure.aliases, *more]

    def match(self, texts: Iterable[str], unit: str) -> list[Candidate]:
        """Return up to three variables that one of some readings of a label may mean, the best first.

        Parameters
        ----------
        texts : iterable of str
            The label in several forms, such as with and without what stands above it.
        unit : str
            The unit beside it; empty when none is stated.
        """
        best: dict[str, Candidate] = {}
        for text in texts:
            for candidate in self._match(self.core(text), unit):
                other = best.get(candidate.variable)
                if other is None or other.score < candidate.score:
                    best[candidate.variable] = candidate
        order = sorted(best.values(), key=lambda found: (-found.score, found.variable.startswith("reported."), found.variable))
        return order[:3]

    def _match(self, text: str, unit: str) -> list[Candidate]:
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import Levenshtein

        if len(text) < 2:
            return []
        if (text, unit) not in self.found:
            near = process.extract(text, list(self.known), scorer=fuzz.ratio, limit=12, score_cutoff=45)
            found = []
            for form, ratio, _ in near:
                likeness = 100 if form == text else min(96, 0.75 * ratio + 0.25 * fuzz.partial_ratio(text, form))
                if likeness < 100:
                    likeness -= _OTHER * sum((word in text) != (word in form) for word in _TELLING)
                    if any(step.tag == "replace" for step in Levenshtein.editops(text, form)):
                        likeness = min(likeness, SURE - 5)  # 第二产业 for 第三产业: another word in its place, not one more
                for variable, name, loss in self.known[form]:
                    wanted = self.catalog.variable_unit(variable) or ""
                    fits = self._fits(unit, wanted)
                    score = likeness + (0 if fits is None or likeness == 100 else 4) if fits is not False else likeness - 35
                    found.append(Candidate(variable, name, wanted, max(0, min(100 if likeness == 100 else 97, round(score)) - loss)))
            self.found[text, unit] = found
        return self.found[text, unit]

    def _fits(self, unit: str, wanted: str) -> bool | None:
        """Return whether a unit converts to the one wanted; None when there is none to compare."""
        if not unit:
            return None
        if (unit, wanted) not in self.fits_known:
            try:
                self.fits_known[unit, wanted] = self.catalog.units.factor(unit, wanted) is not None
            except (KeyError, UnitMismatchError):
                self.fits_known[unit, wanted] = None
        return self.fits_known[unit, wanted]

    def readings(self, path: str) -> list[str]:
        """Return the forms in which a path of heads is compared: its last part, the parts together, each part."""
        parts = [part for part in path.split(PATH) if self.core(part) and not unit_alone(part, self.catalog)]
        if not parts:
            return []
        return list(dict.fromkeys(["".join(parts), parts[-1], *parts[:-1]]))


def sure(candidates: list[Candidate]) -> bool:
    """Return whether the best candidate is proposed: near enough, and no other of its kind as near."""
    if not candidates or candidates[0].score < SURE:
        return False
    first = candidates[0]
    rivals = [other for other in candidates[1:] if other.variable.startswith("reported.") == first.variable.startswith("reported.")]
    return all(first.score - other.score >= _APART for other in rivals)


def core(text: str, units: Mapping[str, str]) -> str:
    """Return what of a label is its name: without numbering, years, units and marks.

    Parameters
    ----------
    text : str
    units : mapping of str to str
        Canonical unit by id and alias.
    """
    flat = _NUMBERING.sub("", without_years(text).replace("|", ""))
    flat = re.sub(r"(?:计量)?单位:[^()]*", "", flat)
    flat = _BRACKETS.sub(lambda found: _without_unit(found[0], units), flat)
    return _MARKS.sub("", flat).strip("-—_/()")


def _without_unit(bracket: str, units: Mapping[str, str]) -> str:
    first, comma, rest = bracket[1:-1].partition(",")
    if not unit_in(f"({first})", units):
        return bracket
    return f"({rest})" if comma else ""


def unit_alone(text: str, catalog: Catalog) -> bool:
    """Return whether a text is nothing but a unit."""
    return bool(unit_in(text, catalog.units.names)) and plain(text).strip("()") in {plain(name) for name in catalog.units.names}
