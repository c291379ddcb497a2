"""Rules back into what the rule files say: the inverse of :mod:`evalkit.catalog.rules`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from evalkit.authoring.yaml_text import flow
from evalkit.catalog.rules import (
    About,
    AboveMeasure,
    Assigned,
    Between,
    ByClass,
    Compare,
    KOfN,
    NoTarget,
    Qualitative,
    Rule,
    Trend,
)
from evalkit.values import format_fixed, format_full

_KEYS = {">=": "at_least", "<=": "at_most", ">": "above", "<": "below", "==": "equals"}
_EXACT = 90  # significant digits: a number in a rule file has at most 80


def rule_content(rule: Rule) -> dict[str, Any]:
    """Return the content of a rule as a rule file holds it: nested mappings, lists and texts."""
    found = _content(rule)
    return {**found, "of": rule.of} if rule.of else found


def rule_text(rule: Rule) -> str:
    """Return a rule in one line of YAML."""
    return flow(rule_content(rule))


def _content(rule: Rule) -> dict[str, Any]:
    match rule:
        case Compare(op=op, value=value):
            return {_KEYS[op]: _number(value)}
        case Between(low=low, high=high):
            return {"between": [_number(low), _number(high)]}
        case About(value=value, tolerance=tolerance, digits=digits):
            shown = {"value": format_fixed(value, digits)}
            return {"about": {**shown, "tolerance": _number(tolerance)} if tolerance is not None else shown}
        case Trend(strict=strict, than=than, band=band):
            key = "improving" if strict else "not_worse_than"
            return {key: {"than": than, "band": _number(band)} if band else than}
        case Assigned():
            return {"assigned": "true"}
        case AboveMeasure(measure=measure):
            return {"above_measure": measure}
        case Qualitative(text=text):
            return {"qualitative": text}
        case NoTarget():
            return {"none": "true"}
        case KOfN(k=k, of_rules=rules):
            parts = [rule_content(part) for part in rules]
            if k == len(rules):
                return {"all_of": parts}
            return {"any_of": parts} if k == 1 else {"k_of_n": {"k": str(k), "of": parts}}
        case ByClass(dimension=dimension, cases=cases):
            return {"by_class": {"class": dimension, "cases": {name: rule_content(part) for name, part in cases}}}
    raise TypeError(type(rule).__name__)


def _number(value: Fraction) -> str:
    return format_full(value, _EXACT)
