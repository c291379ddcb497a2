"""What the rules call things in English, for reports in English."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.catalog import Catalog
from evalkit.messages import Language
from evalkit.messages.speech import Speech


def speech_of(catalog: Catalog, lang: Language) -> Speech:
    """Return the language of a document with the English names of everything in the catalogue.

    The first English name of a Chinese one counts: sets and measures that are named alike are mostly named alike in English, too.
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
        yield from ((row.name_zh, row.name_en) for row in indicator_set.rows)
        yield from ((group.name_zh, group.name_en) for group in indicator_set.groups)
    for plan in catalog.plans.values():
        yield plan.name_zh, plan.name_en
    yield from ((measure.name_zh, measure.name_en) for measure in catalog.measures.values())
    yield from ((variable.name_zh, variable.name_en) for variable in catalog.variables.values())
    yield from ((department.name_zh, department.name_en) for department in catalog.departments.values())
    for unit in catalog.units.rows:
        yield unit.id, unit.name_en
