"""What stands in a line of the check sheet: how the program reads a target, where a cell stands, who looked at it."""

from __future__ import annotations

from fractions import Fraction

from evalkit.catalog import Catalog
from evalkit.catalog.cells import Cell
from evalkit.catalog.models import IndicatorSet, Measure, Requirement
from evalkit.catalog.rules import About, AboveMeasure, Assigned, Between, ByClass, Compare, KOfN, NoTarget, Qualitative, Rule, Trend
from evalkit.catalog.verifications import Outcome
from evalkit.formulas.notation import write_formula
from evalkit.messages import word
from evalkit.report import look, phrases

_SIGNS = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "==": "＝"}
_THAN = {"previous": "上年", "base": "基准年"}


def rule_words(catalog: Catalog, indicator_set: IndicatorSet, rule: Rule) -> str:
    """Return in Chinese how the program reads a target."""
    said = _own_words(catalog, indicator_set, rule)
    return f"{_measure_name(catalog, rule.of)} {said}" if rule.of else said


def _own_words(catalog: Catalog, indicator_set: IndicatorSet, rule: Rule) -> str:
    match rule:
        case Compare(op=op, value=value):
            return f"{_SIGNS[op]}{_number(value)}"
        case Between(low=low, high=high):
            return f"{_number(low)}～{_number(high)}（含两端）"
        case About(value=value, tolerance=tolerance, digits=digits):
            return f"{phrases.fixed(value, digits)}左右" + (f"（±{_number(tolerance)}）" if tolerance is not None else "")
        case Trend(strict=strict, than=than, band=band):
            earlier = _THAN.get(than) or phrases.period(than)
            return (f"优于{earlier}" if strict else f"不差于{earlier}") + (f"（容差{_number(band)}）" if band else "")
        case Assigned():
            return "达到上级下达的任务"
        case AboveMeasure(measure=measure):
            return f"高于“{_measure_name(catalog, measure)}”"
        case Qualitative(text=text):
            return f"人工判定：{text}"
        case NoTarget():
            return "无目标"
        case KOfN(k=k, of_rules=parts):
            said = [_inner(catalog, indicator_set, part) for part in parts]
            if len(parts) == 1 or k == len(parts):
                return "，且".join(said)
            return "，或".join(said) if k == 1 else f"{len(parts)}项中至少{k}项：{'；'.join(said)}"
        case ByClass(dimension=dimension, cases=cases):
            known = indicator_set.dimension(dimension)
            names = {value.id: value.name_zh for value in known.values} if known else {}
            return "；".join(f"{names.get(name, name)}：{rule_words(catalog, indicator_set, part)}" for name, part in cases)
    raise TypeError(type(rule).__name__)


def _inner(catalog: Catalog, indicator_set: IndicatorSet, rule: Rule) -> str:
    said = rule_words(catalog, indicator_set, rule)
    return f"（{said}）" if isinstance(rule, (KOfN, ByClass)) and len(rule.parts()) > 1 else said


def _number(value: Fraction) -> str:
    return phrases.plain(value, 12)


def _measure_name(catalog: Catalog, measure: str) -> str:
    return catalog.measures[measure].name_zh if measure in catalog.measures else measure


def formula_words(catalog: Catalog, measure: Measure) -> str:
    """Return in Chinese how the program computes a measure."""
    formula = measure.built
    if formula is None:
        return "由分项判定" if measure.components else ("人工判定" if measure.kind == "qualitative" else "不计算，采用申报值")

    def leaf(role: str) -> str:
        binding = measure.binding(role)
        variable = catalog.variables.get(binding.variable)
        name = variable.name_zh if variable else binding.variable
        return f"{_THAN[binding.at]}{name}" if binding.at in _THAN else name

    return write_formula(formula.tree, leaf)


def requirement_words(indicator_set: IndicatorSet, requirement: Requirement) -> str:
    """Return in Chinese how the program reads a requirement of a pass rule."""
    if requirement.attribute:
        which = f"{look.attribute(requirement.attribute)}指标"
    elif requirement.group:
        which = next((group.name_zh for group in indicator_set.groups if group.id == requirement.group), requirement.group)
    elif requirement.rows:
        rows = [row for name in requirement.rows if (row := indicator_set.row(name))]
        which = "、".join(f"{row.seq} {row.name_zh}" for row in rows)
    else:
        which = "全部指标"
    if requirement.count is not None:
        return f"{which}：至少{requirement.count}项达标"
    if requirement.share is not None:
        return f"{which}：至少{requirement.share}%达标"
    return f"{which}：全部达标"


def reading(catalog: Catalog, indicator_set: IndicatorSet, cell: Cell) -> str:
    """Return what the program makes of a cell; empty where it makes nothing of it."""
    if cell.part == "target":
        row = indicator_set.row(cell.row)
        target = row.target_at(cell.level.partition("+")[0]) if row else None
        return rule_words(catalog, indicator_set, target.rule) if target else ""
    if cell.part == "definition":
        return formula_words(catalog, catalog.measures[cell.row])
    if cell.part == "pass_rule" and indicator_set.pass_rule:
        return requirement_words(indicator_set, indicator_set.pass_rule.requirements[int(cell.row) - 1])
    return ""


def source(catalog: Catalog, indicator_set: IndicatorSet, cell: Cell) -> str:
    """Return where a cell stands: document (unless it is the set's), clause, where it was read, note."""
    if cell.cite is None:
        return ""
    cite = cell.cite
    quoted = "" if cite.document == indicator_set.document else document_words(catalog, cite.document)
    where = (f"{quoted} {cite.clause}".strip(), cite.note, f"见处：{cite.via}" if cite.via else "")
    return "；".join(part for part in where if part)


def document_words(catalog: Catalog, document_id: str) -> str:
    """Return a document as it is quoted: 《title》（number）."""
    document = catalog.documents[document_id]
    return phrases.in_title_marks(document.title_zh) + (f"（{document.number}）" if document.number else "")


def state_words(cell: Cell, outcome: Outcome | None) -> str:
    """Return how far a cell was checked, and what the people who looked at it found."""
    if outcome is None:
        return look.state(cell.state) if cell.state else word("verification_kind", "unverified", "zh")
    kind = word("verification_kind", outcome.kind, "zh")
    page = f"，第{outcome.page}页" if outcome.page else ""
    said = "；".join(f"{who}：{correction}" for who, correction in outcome.corrections.items())
    return f"{kind}（{outcome.by}，{outcome.date}{page}）" + (f"：{said}" if said else "")
