"""What the rules call things in English, for reports in English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import yaml

from evalkit.catalog import Catalog
from evalkit.messages import Language
from evalkit.messages.speech import Speech

_HAN = re.compile(r"[\u4e00-\u9fff]")
_TASK = re.compile(r"（([一二三四五六七八九十]+)）(.+)")
_DIGITS = "零一二三四五六七八九十"
#: 山区≥70, 县：≥85, 案件结案率83%: of what, and the rest.
_OF = re.compile(r"([^≥≤<>＜＞：\d][^≥≤：\d]*?)：?(?=[≥≤<>＜＞\d])(.+)")
_NUMBER = r"(\d+(?:\.\d+)?%?)"
_FORMS = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (rf"下降{_NUMBER}（累计）", "a fall of {} in all years"),
        (rf"提高{_NUMBER}（累计）", "a rise of {} in all years"),
        (rf"{_NUMBER}左右", "about {}"),
        (rf"{_NUMBER}以上", "{} or more"),
        (rf"(?:保持)?不高于{_NUMBER}", "not above {}"),
        (rf"(?:保持)?不低于{_NUMBER}", "not below {}"),
        (rf"(?:提高|达)到{_NUMBER}", "{} reached"),
        (rf"(?:持续|稳定)?保持在?{_NUMBER}", "kept at {}"),
        (r"(.+)（按基数调整推算为(.+)）", "{} (re-based: {})"),
    )
)
_JOINTS = (("，且", ", and "), ("，或", ", or "), ("且", " and "), ("或", " or "))
_SIGNS = str.maketrans({"＞": ">", "＜": "<", "％": "%", "；": ";", "，": ",", "～": "–"})


def speech_of(catalog: Catalog, lang: Language) -> Speech:
    """Return the language of a document with the English names of everything in the catalogue.

    The first English name of a Chinese one counts: sets and measures that are named alike are mostly named alike in English, too.

    Parameters
    ----------
    catalog : Catalog
    lang : {"zh", "en"}
    """
    if lang == "zh":
        return Speech()
    terms: dict[str, str] = {}
    for zh, en in _pairs(catalog):
        if zh and en:
            terms.setdefault(zh, en)
    return Speech("en", terms)


def _pairs(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for region in catalog.regions.values():
        yield region.name_zh, region.name_en
        yield region.full_name_zh, region.name_en
    for run in catalog.runs.values():
        yield run.title_zh, run.title_en
    for document in catalog.documents.values():
        yield document.title_zh, document.title_en
    for indicator_set in catalog.sets.values():
        yield indicator_set.name_zh, indicator_set.name_en
        for row in indicator_set.rows:
            yield row.name_zh, row.name_en
            yield row.domain, row.domain_en
            yield row.part_of, row.part_of_en
            yield row.task, task_in_english(row.task)
        yield from ((group.name_zh, group.name_en) for group in indicator_set.groups)
        for dimension in indicator_set.classes:
            yield dimension.name_zh, dimension.name_en
            yield from ((value.name_zh, value.name_en) for value in dimension.values)
    for plan in catalog.plans.values():
        yield plan.name_zh, plan.name_en
    yield from ((measure.name_zh, measure.name_en) for measure in catalog.measures.values())
    yield from ((variable.name_zh, variable.name_en) for variable in catalog.variables.values())
    yield from ((department.name_zh, department.name_en) for department in catalog.departments.values())
    for unit in catalog.units.rows:
        if _HAN.search(unit.id):  # %, μg/m³ are written alike in both languages
            yield from ((name, unit.name_en) for name in (unit.id, *unit.aliases) if _HAN.search(name))
    yield from words("clause").items()
    yield from words("area").items()
    for text in _targets(catalog):
        yield text, target_in_english(text)


def _targets(catalog: Catalog) -> Iterator[str]:
    for indicator_set in catalog.sets.values():
        yield from (target.text for row in indicator_set.rows for target in row.targets)
    for plan in catalog.plans.values():
        for row in plan.indicators:
            yield from (value.text for value in row.values)


@cache
def words(group: str) -> Mapping[str, str]:
    """Return the English of a group of Chinese wordings (``task``, ``area``, ``clause``)."""
    text = files("evalkit.messages").joinpath("terms.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return loaded[group]


def task_in_english(text: str) -> str:
    """Return a task of a set in English: （三）生态系统保护 → (3) Ecosystem protection; empty where it is not known."""
    numbered = _TASK.fullmatch(text)
    if not numbered:
        return words("task").get(text, "")
    found = words("task").get(numbered[2], "")
    ten, _, unit = numbered[1].rpartition("十")
    number = _DIGITS.index(numbered[1]) if len(numbered[1]) == 1 else 10 * (_DIGITS.index(ten) if ten else 1) + _DIGITS.index(unit or "零")
    return f"({number}) {found}" if found else ""


def target_in_english(text: str) -> str:
    """Return a target as printed in English, put together from its clauses; empty where one of them is not known.

    Parameters
    ----------
    text : str
        For instance ``山区：≥60；平原地区：≥18``.
    """
    parts = [_clause(part.strip()) for part in text.split("；")]
    return "; ".join(parts) if all(parts) else ""


def _clause(text: str) -> str:
    """Return a clause in English; empty where it is not known."""
    known = words("clause").get(text)
    if known or not text:
        return known or ""
    if not _HAN.search(text):
        return text.translate(_SIGNS)
    for pattern, form in _FORMS:
        found = pattern.fullmatch(text)
        if found:
            said = [_clause(piece) for piece in found.groups()]
            return form.format(*said) if all(said) else ""
    if text.startswith("且"):
        rest = _clause(text[1:])
        return f"and {rest}" if rest else ""
    of = _OF.fullmatch(text)
    if of and of[1] in words("area"):
        rest = _clause(of[2])
        return f"{words('area')[of[1]]}: {rest}" if rest else ""
    for joint, word in _JOINTS:
        first, found_joint, second = text.partition(joint)
        pieces = (_clause(first), _clause(second)) if found_joint else ("", "")
        if all(pieces):
            return word.join(pieces)
    return ""
