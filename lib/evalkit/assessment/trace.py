"""The trace: how a result came about, as data that any reader can print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from evalkit.assessment.difference import difference_reason
from evalkit.assessment.judge import Outcome
from evalkit.assessment.lines import Line
from evalkit.assessment.sums_of_years import SumValue
from evalkit.assessment.values import Argument, MeasureValue, Scope
from evalkit.catalog.models import Cite
from evalkit.formulas.notation import write_formula
from evalkit.intake import Input
from evalkit.values import Period, format_fixed, format_full

_WHEN = {"base": {"zh": "基准年", "en": "base year "}, "previous": {"zh": "上年", "en": "previous year "}}
_WHOSE = {"reported": {"zh": "申报的", "en": "reported "}, "assigned": {"zh": "上级下达的", "en": "assigned "}}
_LONG = 40  # significant digits of an input: as received


def trace_of(
    scope: Scope, line: Line, own: MeasureValue, outcome: Outcome, row: dict[str, str], classes: Sequence[Cite] = ()
) -> dict[str, Any]:
    """Return the trace of one row of the results; `classes` says where the region's classes come from.

    Of a value that a panel settled on, it is the trace of the value before, and ``adopted`` says what replaced it.
    """
    before = own.replaced or own
    trace: dict[str, Any] = {
        "key": {"period": own.period, "basis": line.basis, "set": line.source, "indicator": line.indicator, "milestone": line.milestone},
        "name_zh": line.name_zh,
        "name_en": line.name_en,
        "part_of": line.part_of,
        "measure": own.measure.id,
        "value_source": before.source,
        "definition_zh": own.measure.definition_zh,
        "definition_cite": cite_record(own.measure.cite),
    }
    if own.formula is not None:
        trace["formula"] = formula_record(scope, own)
    if isinstance(own, SumValue) and own.summed:
        trace["formula"], trace["summed"] = sum_record(own), {year: own.addend(year) for year in own.summed}
    trace["inputs"] = [*_inputs(scope, own), *_comparators(scope, own, outcome)]
    reason = difference_reason(scope, own)
    trace.update(
        exact=str(before.shown) if before.shown is not None else "",
        value=row["value"] if before is own else _full(before.shown),
        value_text=row["value_text"],
        rounded=row["rounded_value"] if before is own else _fixed(before),
        digits=before.digits,
        unit=own.measure.unit,
        bound=before.bound,
        reported=row["reported_value"],
        computed=format_full(own.computed) if isinstance(own.computed, Fraction) else "",
        difference=format_full(own.difference) if own.difference is not None else "",
        **({"difference_reason": reason.record()} if reason is not None else {}),
        target={
            "text": line.text,
            "value": row["target_value"],
            "state": row["target_state"],
            "cite": cite_record(line.cite),
            "class": row["class"],
            "class_zh": class_names(scope, line, row["class"]),
            "class_cites": [cite_record(cite) for cite in classes],
            "note": line.note,
            **_meant(line),
        },
        checks=[asdict(check) for check in outcome.checks],
    )
    if outcome.decision is not None:
        decision = outcome.decision
        trace["decision"] = {key: getattr(decision, key) for key in ("id", "verdict", "by", "date", "evidence", "reason")}
    if own.adoption is not None:
        trace["adopted"] = {"value": own.adoption.choice} | {
            key: getattr(own.adoption, key) for key in ("id", "by", "date", "evidence", "reason")
        }
    trace.update(
        status=row["status"],
        reason=row["reason"],
        notes=row["note"].split(";") if row["note"] else [],
        base={"period": row["base_period"], "value": row["base_value"], **_rebased(scope, own)},
        previous={"period": Period.parse(own.period).previous().name if row["previous_value"] else "", "value": row["previous_value"]},
        progress=row["progress"],
    )
    return trace


def _full(value: Fraction | None) -> str:
    return format_full(value) if value is not None else ""


def _fixed(own: MeasureValue) -> str:
    return format_fixed(own.shown, own.digits) if own.shown is not None else ""


def _meant(line: Line) -> dict[str, Any]:
    """Return how a planned value is meant, and what stands beside its one citation, as far as there is anything to say."""
    found: dict[str, Any] = {"also": [cite_record(cite) for cite in line.also], "as_printed": line.as_printed, "reading": line.reading}
    if line.since:
        found |= {"kind": line.kind, "since": line.since}
    return {key: value for key, value in found.items() if value}


def class_names(scope: Scope, line: Line, used: str) -> str:
    """Return the region's classes as printed, such as 地形：平原."""
    found = scope.catalog.sets.get(line.set_id)
    names: list[str] = []
    for part in used.split(";") if used and found else []:
        dimension = found.dimension(part.partition("=")[0]) if found else None
        value = next((v.name_zh for v in dimension.values if v.id == part.partition("=")[2]), "") if dimension else ""
        names.append(f"{dimension.name_zh}：{value}" if dimension else part)
    return "；".join(names)


def cite_record(cite: Cite | None) -> dict[str, str]:
    """Return a citation without its empty parts."""
    return {key: value for key, value in cite.model_dump().items() if value} if cite else {}


def formula_record(scope: Scope, own: MeasureValue) -> dict[str, str]:
    """Return the formula with names, and with the numbers put in."""
    assert own.formula is not None
    arguments = {argument.role: argument for argument in own.arguments}

    def name(lang: str) -> Any:
        return lambda role: _name(scope, arguments[role], lang)

    def number(role: str) -> str:
        item = arguments[role].item
        if item is None or item.value is None or item.missing:
            return "□"  # an empty box where a number is missing
        return format_full(item.value, _LONG)

    return {
        "id": own.formula.id,
        "hash": own.formula.hash,
        "zh": write_formula(own.formula.tree, name("zh"), "zh"),
        "en": write_formula(own.formula.tree, name("en"), "en"),
        "substituted": write_formula(own.formula.tree, number, "zh"),
    }


def sum_record(own: SumValue) -> dict[str, str]:
    """Return a sum of years as :func:`formula_record` does a formula: which years, and the numbers put in."""
    first, last = next(iter(own.summed)), list(own.summed)[-1]
    numbers = [format_full(value, _LONG) if isinstance(value, Fraction) else "□" for value in own.summed.values()]
    return {
        "id": "sum",
        "hash": "",
        "zh": f"{first}年至{last}年各年值之和" if first != last else f"{first}年值",
        "en": f"sum of the yearly values, {first}–{last}" if first != last else f"value of {first}",
        "substituted": " + ".join(f"({number})" if number.startswith("-") else number for number in numbers),
    }


def _name(scope: Scope, argument: Argument, lang: str) -> str:
    family, _, measure = argument.variable.partition(".")
    known = (
        scope.catalog.variables.get(argument.variable)
        or scope.catalog.measures[measure if family in ("reported", "assigned") else argument.variable]
    )
    text = known.name_zh if lang == "zh" else known.name_en
    when = _WHEN.get(argument.at, {}).get(lang, "")
    return when + _WHOSE.get(family, {}).get(lang, "") + text


def _inputs(scope: Scope, own: MeasureValue) -> list[dict[str, str]]:
    records = [_record(scope, argument.role, argument.at, argument.period, argument.variable, argument.item) for argument in own.arguments]
    if own.reported_item is not None:
        item = own.reported_item
        records.append(_record(scope, "reported", "current", item.period, item.variable, item))
    for part in own.components:
        records.extend(_inputs(scope, part))
    return records


def _comparators(scope: Scope, own: MeasureValue, outcome: Outcome) -> list[dict[str, str]]:
    """Return the inputs that a value was compared with: earlier values, tasks, other measures."""
    records: list[dict[str, str]] = []
    for check in outcome.checks:
        if check.against == "assigned":
            variable = f"assigned.{check.measure}"
            records.append(_record(scope, "assigned", "current", own.period, variable, scope.item(variable, own.period)))
        elif check.against in ("previous", "base", "period"):
            when = scope.at(check.against if check.against != "period" else check.against_period, Period.parse(own.period))
            if when is not None:
                records.extend(_as_comparator(_inputs(scope, scope.measure(check.measure, when)), check.against))
    known = {(r["variable"], r["period"], r.get("cell", "")) for r in _inputs(scope, own)}
    return [r for r in records if (r["variable"], r["period"], r.get("cell", "")) not in known]


def _as_comparator(records: list[dict[str, str]], against: str) -> list[dict[str, str]]:
    return [{**record, "role": f"{against}:{record['role']}"} for record in records if record.get("file")]


def _rebased(scope: Scope, own: MeasureValue) -> dict[str, Any]:
    """Return where a base value comes from that a plan set itself, and what was reported in its place."""
    if isinstance(own, SumValue):
        return {"kind": "by_definition"}
    if scope.base_period is None:
        return {}
    override = scope.overrides.get((own.measure.id, scope.base_period.name))
    if override is None:
        return {}
    item = scope.item(f"reported.{own.measure.id}", scope.base_period.name)
    return {"kind": override.kind, "text": override.text, "cite": cite_record(override.cite), "reported": item.shown if item else ""}


def _record(scope: Scope, role: str, at: str, period: str, variable: str, item: Input | None) -> dict[str, str]:
    argument = Argument(role, at, period, variable, item)
    record = {
        "role": role, "at": at, "period": period, "variable": variable,
        "name_zh": _name(scope, argument, "zh"), "name_en": _name(scope, argument, "en"),
        "unit": scope.catalog.variable_unit(variable) or "",
    }  # fmt: skip
    if item is None:
        return {**record, "value": "", "exact": "", "missing": "not_collected"}
    return {
        **record, "value": item.shown, "exact": str(item.value) if item.value is not None else "", "bound": item.bound,
        "missing": item.missing, "data_year": item.data_year, "file": item.file, "sheet": item.sheet, "cell": item.cell,
        "value_received": item.value_received, "unit_received": item.unit_received, "factor": format_full(item.factor),
        "correction_id": item.correction_id, "source": item.source, **({"evidence_id": item.evidence_id} if item.evidence_id else {}),
    }  # fmt: skip
