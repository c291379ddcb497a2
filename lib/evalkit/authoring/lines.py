"""An indicator set as lines of texts: what the sheets of its workbook say."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.authoring.columns import CITE_KEYS, SET_FIELDS
from evalkit.authoring.content import content_of
from evalkit.authoring.fit import departments, formula_read, understand
from evalkit.authoring.rule_text import rule_text
from evalkit.authoring.targets import TargetError
from evalkit.authoring.yaml_text import flow
from evalkit.catalog import Catalog
from evalkit.catalog.models import Cite, IndicatorSet, Level, Measure, SetRow, Target
from evalkit.catalog.rules import AboveMeasure
from evalkit.messages import word

Line = dict[str, str]
NOTHING = "—"  # printed where a column of printed texts has nothing


def set_lines(indicator_set: IndicatorSet) -> list[tuple[str, str]]:
    """Return label and text of each field of a set itself."""
    rounding = indicator_set.rounding
    texts = {
        "id": indicator_set.id,
        "document": indicator_set.document,
        "name_zh": indicator_set.name_zh,
        "name_en": indicator_set.name_en,
        "levels": levels_text(indicator_set.levels),
        "complete": "是" if indicator_set.complete else "否",
        "note": indicator_set.note,
        "method": word("rounding", rounding.method, "zh"),
        "compare": word("rounding", rounding.compare, "zh"),
        **{f"rounding.{key}": text for key, text in cite_line(rounding.cite).items()},
        "pass_rule": indicator_set.pass_rule.text if indicator_set.pass_rule else "",
    }
    return [(label, texts[key]) for label, key in SET_FIELDS]


def row_lines(catalog: Catalog, indicator_set: IndicatorSet) -> list[Line]:
    """Return a line for each target of each row, in their order."""
    tasks = any(row.task for row in indicator_set.rows)
    return [_row_line(catalog, indicator_set, row, target, tasks) for row in indicator_set.rows for target in row.targets]


def _row_line(catalog: Catalog, indicator_set: IndicatorSet, row: SetRow, target: Target, tasks: bool) -> Line:
    measure = catalog.measures[target.measure or row.measure]
    return {
        "domain": row.domain,
        "task": row.task or (NOTHING if tasks else ""),
        "seq": row.seq,
        "name": row.part_of or row.name_zh,
        "part": row.name_zh if row.part_of else "",
        "unit": row.unit,
        "text": target.text,
        "attribute": word("attribute", target.attribute or row.attribute, "zh"),
        "levels": levels_text(target.levels),
        "measure": measure.id,
        "formula": measure.expression or measure.formula or "",
        "read_as": formula_read(catalog, measure),
        "departments": departments(catalog, measure),
        "rule": "" if says_it_all(catalog, indicator_set, row, target) else rule_text(target.rule),
        "id": row.id,
        "name_en": row.name_en,
        "part_of_en": row.part_of_en,
        "domain_en": row.domain_en,
        "where_relevant": "是" if row.where_relevant else "",
        "marker": row.marker,
        "group": row.group or "",
        "note": row.note,
        "kind": "",
        "direction": "",
        "row_attribute": word("attribute", row.attribute, "zh") if _own(row, "attribute", target) else "",
        "row_measure": row.measure if _own(row, "measure", target) else "",
        **cite_line(target.cite),
    }


def _own(row: SetRow, key: str, target: Target) -> bool:
    """Return whether the row's own attribute or measure cannot be told from its lines."""
    if row.targets[0] is target:
        return getattr(target, key) is not None
    return bool(getattr(target, key) == getattr(row, key))  # said again, though it is the same


def says_it_all(catalog: Catalog, indicator_set: IndicatorSet, row: SetRow, target: Target) -> bool:
    """Return whether the printed text alone gives the rule."""
    measure = catalog.measures[target.measure or row.measure]
    try:
        return understand(catalog.units, target.text, indicator_set.classes, row.unit, measure).rule == target.rule
    except TargetError:
        return False


def class_lines(indicator_set: IndicatorSet) -> list[Line]:
    """Return a line for each value of each class."""
    return [
        {"id": d.id, "name_zh": d.name_zh, "name_en": d.name_en, "value_id": v.id, "value_zh": v.name_zh, "value_en": v.name_en}
        for d in indicator_set.classes
        for v in d.values
    ]


def group_lines(indicator_set: IndicatorSet) -> list[Line]:
    """Return a line for each group of rows (N选1)."""
    return [{"id": group.id, "name_zh": group.name_zh, "name_en": group.name_en} for group in indicator_set.groups]


def pass_lines(indicator_set: IndicatorSet) -> list[Line]:
    """Return a line for each requirement of the pass rule."""
    return [
        {
            "text": requirement.text,
            "attribute": word("attribute", requirement.attribute, "zh") if requirement.attribute else "",
            "group": requirement.group or "",
            "rows": "、".join(requirement.rows),
            "count": str(requirement.count or ""),
            "share": requirement.share or "",
            **cite_line(requirement.cite),
        }
        for requirement in (indicator_set.pass_rule.requirements if indicator_set.pass_rule else [])
    ]


def measure_lines(catalog: Catalog, indicator_set: IndicatorSet) -> list[Line]:
    """Return a line for each measure that a set reaches, in the order in which it does."""
    return [measure_line(catalog, measure) for measure in measures_of(catalog, indicator_set)]


def measures_of(catalog: Catalog, indicator_set: IndicatorSet) -> list[Measure]:
    """Return all measures that a set reaches: of rows and targets, of leaves of rules, and components."""
    wanted: list[str] = []
    for row in indicator_set.rows:
        wanted.append(row.measure)
        for target in row.targets:
            wanted.append(target.measure or row.measure)
            for part in target.rule.walk():
                wanted += [part.of, part.measure if isinstance(part, AboveMeasure) else ""]
    found: dict[str, Measure] = {}
    while wanted:
        measure = catalog.measures.get(wanted.pop(0))
        if measure is not None and measure.id not in found:
            found[measure.id] = measure
            wanted.extend(measure.components)
    return list(found.values())


def measure_line(catalog: Catalog, measure: Measure) -> Line:
    """Return what a measure says, as texts."""
    roles = content_of(measure).get("roles")
    return {
        "id": measure.id,
        "name_zh": measure.name_zh,
        "name_en": measure.name_en,
        "unit": measure.unit,
        "kind": word("sheet_kind", measure.kind, "zh"),
        "direction": word("sheet_direction", measure.direction, "zh"),
        "digits": "" if measure.digits is None else str(measure.digits),
        "formula": measure.formula or "",
        "roles": flow(roles) if roles else "",
        "expression": measure.expression or "",
        "read_as": formula_read(catalog, measure),
        "components": "、".join(measure.components),
        "reported_only": measure.reported_only,
        "minimum": measure.minimum or "",
        "maximum": measure.maximum or "",
        "department": measure.department,
        "aliases": "、".join(measure.aliases),
        "definition_zh": measure.definition_zh,
        **(cite_line(measure.cite) if measure.cite else dict.fromkeys(CITE_KEYS, "")),
    }


def cite_line(cite: Cite) -> Line:
    """Return where something stands, as texts by column."""
    texts = {column: str(getattr(cite, key)) for column, key in CITE_KEYS.items()}
    return {**texts, "state": word("state", cite.state, "zh")}


def levels_text(levels: Sequence[Level]) -> str:
    """Return levels as an annex prints them: 市、县."""
    return "、".join(word("level", level, "zh") for level in levels)
