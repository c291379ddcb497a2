"""A plan as lines of texts: what the sheets of its workbook say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalkit.assessment.lines import measure_of
from evalkit.authoring.columns import CITE_KEYS
from evalkit.authoring.fit import understand
from evalkit.authoring.lines import NOTHING, Line, levels_text
from evalkit.authoring.plan_columns import BASE_KEYS, FIELDS, LISTS, ROW_KEYS, field_label
from evalkit.authoring.rule_text import rule_text
from evalkit.authoring.targets import TargetError
from evalkit.catalog import Catalog
from evalkit.catalog.base import Attribute, Cite
from evalkit.catalog.models import Plan, PlannedValue, PlanRow, SetRow
from evalkit.catalog.plan_lists import ROLES, Duty, ListLine, PlanLists, columns_of
from evalkit.catalog.rules import Rule
from evalkit.intake import Inputs
from evalkit.messages import Language, word

#: Codes that lists hold, and the words for them.
LIST_WORDS = {"state": "state", "repeats": "repeats", "kind": "list_kind"}


def field_lines(plan: Plan, lang: Language) -> list[tuple[str, str]]:
    """Return label and text of each field of a plan itself."""
    demand = plan.better_than_set
    texts = {key: str(getattr(plan, key, "") or "") for key in FIELDS}
    texts["milestones"] = "、".join(plan.milestones)
    texts["complete"] = word("plan_yes", "true" if plan.complete else "false", lang)
    if demand is not None:
        texts.update(better_at=demand.at, better_text=demand.text)
    cited = cite_texts(demand.cite if demand else None, lang)
    return [(field_label(key, lang), text) for key, text in [*texts.items(), *((f"better.{key}", text) for key, text in cited.items())]]


def cite_texts(cite: Cite | None, lang: Language) -> Line:
    """Return where something stands, as texts by column; empty ones where there is no citation."""
    found = {column: str(getattr(cite, key)) if cite else "" for column, key in CITE_KEYS.items()}
    return {**found, "state": word("state", cite.state, lang) if cite else ""}


def table_lines(catalog: Catalog, plan: Plan, duties: Sequence[Duty], present: Mapping[tuple[str, str], str], lang: Language) -> list[Line]:
    """Return the lines of the plan table, one for each indicator.

    Parameters
    ----------
    catalog : Catalog
    plan : Plan
    duties : sequence of Duty
    present : dict
        What was reported, by indicator and year (:func:`reported_values`).
    lang : {"zh", "en"}
        Of the words around what is printed.
    """
    answering: dict[str, list[Duty]] = {}
    for duty in duties:
        answering.setdefault(duty.indicator, []).append(duty)
    found = []
    for row in plan.indicators:
        line = {**printed_row(catalog, plan, row, lang), "duty": duty_text(answering.get(row.name, []), lang), "note": row.note}
        line.update({f"present:{at}": text for (name, at), text in present.items() if name == row.name})
        if row.base is not None and plan.base_period:
            line[f"present:{plan.base_period}"] = base_text(row, lang)
        for value in row.values:
            line[f"at:{value.at}"] = shown_value(value, lang)
        found.append(line)
    tasks = any(line["task"] for line in found)
    return [{**line, "task": line["task"] or (NOTHING if tasks else "")} for line in found]


def printed_row(catalog: Catalog, plan: Plan, row: PlanRow, lang: Language) -> Line:
    """Return what a plan table prints of an indicator beside its values: its own words, or those of the row of the set."""
    set_row = set_row_of(catalog, plan, row)
    printed = set_row or row
    level = catalog.regions[plan.region].level
    target = set_row.target_at(level) if set_row else row.target
    attribute = row.attribute or (target.attribute if target else None) or printed.attribute
    return {
        "domain": printed.domain,
        "task": printed.task,
        "seq": printed.seq,
        "name": printed.part_of or printed.name_zh,
        "part": printed.name_zh if printed.part_of else "",
        "unit": printed.unit,
        "attribute": attribute_word(attribute, lang),
        "text": target.text if target else "",
        "id": row.name,
    }


def attribute_word(attribute: Attribute | None, lang: Language) -> str:
    """Return the word for an attribute; empty where there is none."""
    return word("attribute", attribute, lang) if attribute else ""


def set_row_of(catalog: Catalog, plan: Plan, row: PlanRow) -> SetRow | None:
    """Return the row of the set that an indicator plans; None where it is the plan's own."""
    return catalog.sets[plan.set].row(row.row) if plan.set in catalog.sets and row.row else None


def shown_value(value: PlannedValue, lang: Language) -> str:
    """Return a planned value as the table shows it: its text, and behind it how it is meant unless it is to be reached by the year."""
    if value.kind == "level":
        return value.text
    return value.text + word("plan_suffix", value.kind, lang).format(since=value.since, at=value.at)


def base_text(row: PlanRow, lang: Language) -> str:
    """Return a base value of the plan as the table shows it, with its nature behind it."""
    return f"{row.base.value}（{word('plan_base_kind', row.base.kind, lang)}）" if row.base else ""


def duty_text(duties: Sequence[Duty], lang: Language) -> str:
    """Return who answers for an indicator: ``牵头：甲；参与：乙、丙``, one line for each sub-region."""
    between, colon = ("；", "：") if lang == "zh" else ("; ", ": ")
    lines = []
    for duty in duties:
        told = [word("duty_role", role, lang) + colon + getattr(duty, role) for role in ROLES if getattr(duty, role)]
        lines.append((f"[{duty.areas}] " if duty.areas else "") + between.join(told))
    return "\n".join(line for line in lines if line)


def row_lines(catalog: Catalog, plan: Plan, lang: Language) -> list[Line]:
    """Return the line of each indicator in 指标明细: what the plan itself says of it."""
    return [{**_row_line(catalog, plan, row, lang), "name": _name(printed_row(catalog, plan, row, lang))} for row in plan.indicators]


def _name(printed: Line) -> str:
    return " ".join(filter(None, (printed["name"], printed["part"])))


def _row_line(catalog: Catalog, plan: Plan, row: PlanRow, lang: Language) -> Line:
    texts = {key: str(getattr(row, key) or "") for key in ROW_KEYS}
    texts.update(attribute=attribute_word(row.attribute, lang), parts="、".join(row.parts))
    target, base = row.target, row.base
    said = target is not None and read_alone(catalog, plan, row, target.text) == target.rule
    return {
        **texts,
        "target": target.text if target else "",
        "target_rule": "" if target is None or said else rule_text(target.rule),
        "target_levels": levels_text(target.levels) if target else "",
        "target_attribute": attribute_word(target.attribute, lang) if target else "",
        "target_measure": (target.measure or "") if target else "",
        **{f"target.{key}": text for key, text in cite_texts(target.cite if target else None, lang).items()},
        **dict.fromkeys(BASE_KEYS, ""),
        **({"base": base.value, "base_kind": word("plan_base_kind", base.kind, lang), "base_text": base.text} if base else {}),
        **{f"base.{key}": text for key, text in cite_texts(base.cite if base else None, lang).items()},
    }


def value_lines(catalog: Catalog, plan: Plan, lang: Language) -> list[Line]:
    """Return a line for each planned value: the complete record of it."""
    found = []
    for row in plan.indicators:
        printed = printed_row(catalog, plan, row, lang)
        for value in row.values:
            said = read_alone(catalog, plan, row, value.text) == value.rule
            found.append(
                {
                    "id": row.name,
                    "name": _name(printed),
                    "at": value.at,
                    "kind": word("plan_kind", value.kind, lang),
                    "since": value.since,
                    "planned": value.text,
                    "as_printed": value.as_printed,
                    "reading": value.reading,
                    "rule": "" if said else rule_text(value.rule),
                    **cite_texts(value.cite, lang),
                }
            )
    return found


def read_alone(catalog: Catalog, plan: Plan, row: PlanRow, text: str) -> Rule | None:
    """Return the rule that the text of a planned value gives by itself; None where it does not."""
    measure = catalog.measures.get(measure_of(catalog, plan, row, catalog.regions[plan.region]))
    classes = catalog.sets[plan.set].classes if plan.set in catalog.sets else []
    printed = set_row_of(catalog, plan, row) or row
    try:
        return understand(catalog.units, text, classes, printed.unit, measure).rule
    except TargetError:
        return None


def list_lines(lists: PlanLists | None, name: str, lang: Language) -> list[Line]:
    """Return the lines of one of the lists of a plan, as its file has them, codes in words."""
    needed, further = columns_of(LISTS[name])
    lines: Sequence[ListLine] = getattr(lists, name) if lists else ()
    return [{key: _list_text(key, str(getattr(line, key)), lang) for key in (*needed, *further)} for line in lines]


def _list_text(key: str, text: str, lang: Language) -> str:
    return word(LIST_WORDS[key], text, lang) if key in LIST_WORDS and text else text


def reported_values(catalog: Catalog, plan: Plan, inputs: Inputs) -> dict[tuple[str, str], str]:
    """Return what was reported of a plan's indicators for its base year and the years before, as received.

    Returns
    -------
    dict
        Text by indicator and year. A unit other than that of the table stands behind the number.
    """
    if plan.base_period is None:
        return {}
    found: dict[tuple[str, str], str] = {}
    for row in plan.indicators:
        variable = f"reported.{measure_of(catalog, plan, row, catalog.regions[plan.region])}"
        unit = (set_row_of(catalog, plan, row) or row).unit
        for at in sorted(inputs.periods(plan.region, [variable])):
            item = inputs.get(plan.region, variable, at)
            if item is None or len(at) != 4 or at > plan.base_period or not item.value_received:
                continue
            same = item.value is None or catalog.units.names.get(item.unit_received) == catalog.units.names.get(unit)
            found[row.name, at] = item.value_received if same or not item.unit_received else f"{item.value_received}{item.unit_received}"
    return found
