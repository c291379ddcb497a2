"""How the program reads a threshold, in words of both languages."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from evalkit.catalog import Catalog
from evalkit.catalog.models import Region
from evalkit.catalog.rules import About, AboveMeasure, Assigned, Between, ByClass, Compare, KOfN, NoTarget, Qualitative, Rule, Trend
from evalkit.messages.speech import english, say
from evalkit.report import phrases


def rule_words(catalog: Catalog, region: Region | None, set_id: str, rule: Rule, unit: str) -> str:
    """Return how a rule is read; empty where there is nothing to compare with.

    Parameters
    ----------
    catalog : Catalog
    region : Region or None
        Its declared class chooses the rule; None where classes play no part.
    set_id : str
        Set that the classes belong to.
    rule : Rule
    unit : str
        Of the row.
    """
    return _Reader(catalog, region, set_id).words(rule, unit, alone=True)


class _Reader:
    def __init__(self, catalog: Catalog, region: Region | None, set_id: str) -> None:
        self.catalog, self.region, self.set_id = catalog, region, set_id

    def words(self, rule: Rule, unit: str, *, alone: bool = False) -> str:
        measure = self.catalog.measures.get(rule.of) if rule.of else None
        said = self._own(rule, measure.unit if measure else unit, alone)
        return say("rules.of", name=self._name(rule.of), said=said) if rule.of and said else said

    def _own(self, rule: Rule, unit: str, alone: bool) -> str:
        match rule:
            case Compare():
                return _compared(rule, unit)
            case Between(low=low, high=high):
                return say("rules.between", low=_number(low, unit), high=_number(high, unit))
            case About(value=value, tolerance=tolerance, digits=digits):
                near = phrases.with_unit(phrases.fixed(value, digits), unit)
                if tolerance is None:
                    return say("rules.about", value=near)
                return say("rules.about_within", value=near, tolerance=_number(tolerance, unit))
            case Trend():
                return _trend(rule, unit)
            case Assigned():
                return say("rules.assigned")
            case AboveMeasure(measure=measure):
                return say("rules.above_measure", name=self._name(measure))
            case Qualitative(text=text):
                return say("rules.judged") if alone or not text else say("rules.judged_as", text=text)
            case KOfN(k=k, of_rules=parts):
                return self._several(k, parts, unit)
            case ByClass(dimension=dimension, cases=cases):
                chosen = self.region.class_value(self.set_id, dimension) if self.region else None
                found = next((part for name, part in cases if name == chosen), None)
                return say("rules.class_open") if found is None else self.words(found, unit, alone=alone)
            case NoTarget():
                return ""
        raise TypeError(type(rule).__name__)

    def _several(self, k: int, parts: tuple[Rule, ...], unit: str) -> str:
        said = [text for part in parts if (text := self._inner(part, unit))]
        if k == len(parts):
            return reduce(lambda left, right: say("rules.both", left=left, right=right), said)
        if k == 1:
            return reduce(lambda left, right: say("rules.either", left=left, right=right), said)
        return say("rules.some", n=len(parts), k=k, list=phrases.clauses(said))

    def _inner(self, rule: Rule, unit: str) -> str:
        said = self.words(rule, unit)
        return say("rules.inner", said=said) if isinstance(rule, KOfN) and len(rule.of_rules) > 1 else said

    def _name(self, measure: str) -> str:
        found = self.catalog.measures.get(measure)
        return measure if found is None else found.name_en if english() else found.name_zh


def _compared(rule: Compare, unit: str) -> str:
    value = _number(rule.value, unit)
    match rule.op:
        case ">=":
            return say("rules.at_least", value=value)
        case "<=":
            return say("rules.at_most", value=value)
        case ">":
            return say("rules.above", value=value)
        case "<":
            return say("rules.below", value=value)
    return say("rules.equals", value=value)


def _trend(rule: Trend, unit: str) -> str:
    if rule.than == "previous":
        said = say("rules.better_previous") if rule.strict else say("rules.kept_previous")
    elif rule.than == "base":
        said = say("rules.better_base") if rule.strict else say("rules.kept_base")
    else:
        when = phrases.period(rule.than)
        said = say("rules.better_than", period=when) if rule.strict else say("rules.kept_than", period=when)
    return say("rules.band", said=said, band=_number(rule.band, unit)) if rule.band else said


def _number(value: Fraction, unit: str) -> str:
    return phrases.with_unit(phrases.plain(value, 12), unit)
