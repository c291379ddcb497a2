"""What is strictly better than a threshold (优于国家标准): the same rule with ≥ as ＞ and ≤ as ＜."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from evalkit.catalog.measures import Measure
from evalkit.catalog.rules import About, Between, ByClass, Compare, KOfN, Rule
from evalkit.values import parse_decimal

_STRICT = {">=": ">", "<=": "<"}
_SIGNS = {"≥": "＞", "≧": "＞", "≤": "＜", "≦": "＜"}


@dataclass(frozen=True)
class Stricter:
    """A rule made strict.

    Parameters
    ----------
    rule : Rule
    changed : int
        Comparisons that became strict.
    kept : int
        Parts that stay as they are, because nothing is strictly better than them: an equality or a range, a limit that the measure
        cannot pass (≥100 of a share), a trend, a task, a person's decision.
    """

    rule: Rule
    changed: int
    kept: int


def has_number(rule: Rule) -> bool:
    """Return whether a rule asks for a number anywhere."""
    return any(isinstance(part, (Compare, Between, About)) for part in rule.walk())


def strictly_better(rule: Rule, measure_id: str, measures: Mapping[str, Measure]) -> Stricter:
    """Return the rule that asks for strictly better values than another.

    Parameters
    ----------
    rule : Rule
        As the set has it, class maps included.
    measure_id : str
        The measure that its leaves test unless they name another.
    measures : mapping
        For the limits that a measure cannot pass.
    """
    if isinstance(rule, KOfN):
        parts = [strictly_better(part, measure_id, measures) for part in rule.of_rules]
        return _summed(replace(rule, of_rules=tuple(part.rule for part in parts)), parts)
    if isinstance(rule, ByClass):
        parts = [strictly_better(part, measure_id, measures) for _, part in rule.cases]
        cases = tuple((name, part.rule) for (name, _), part in zip(rule.cases, parts, strict=True))
        return _summed(replace(rule, cases=cases), parts)
    if isinstance(rule, Compare) and rule.op in (">", "<"):
        return Stricter(rule, 0, 0)
    if isinstance(rule, Compare) and rule.op in _STRICT and not _at_limit(rule, measures.get(rule.of or measure_id)):
        return Stricter(replace(rule, op=_STRICT[rule.op]), 1, 0)
    return Stricter(rule, 0, 1)


def _summed(rule: Rule, parts: list[Stricter]) -> Stricter:
    return Stricter(rule, sum(part.changed for part in parts), sum(part.kept for part in parts))


def _at_limit(rule: Compare, measure: Measure | None) -> bool:
    """Whether no value can be strictly better, as the measure ends there."""
    if measure is None:
        return False
    if rule.op == ">=":
        return measure.maximum is not None and rule.value >= parse_decimal(measure.maximum)
    return measure.minimum is not None and rule.value <= parse_decimal(measure.minimum)


def strict_text(text: str, made: Stricter) -> str:
    """Return a threshold as printed with its signs made strict; empty where the signs do not show what was made strict."""
    signs = sum(text.count(sign) for sign in _SIGNS)
    if not made.changed or signs != made.changed:
        return ""
    return "".join(_SIGNS.get(sign, sign) for sign in text)


def implies(planned: Rule, asked: Rule) -> bool:
    """Return whether every value that meets one comparison also meets another, both of the row's own measure; False when unsure."""
    if not isinstance(planned, Compare) or not isinstance(asked, Compare) or planned.of or asked.of:
        return False
    if planned.op == "==":
        return {">": planned.value > asked.value, "<": planned.value < asked.value, ">=": planned.value >= asked.value,
                "<=": planned.value <= asked.value, "==": planned.value == asked.value}[asked.op]  # fmt: skip
    same = planned.value == asked.value and (planned.op == asked.op or len(planned.op) < len(asked.op))
    up, other = planned.op in (">", ">="), asked.op in (">", ">=")
    if up != other or asked.op == "==":
        return False
    return same or (planned.value > asked.value if up else planned.value < asked.value)
