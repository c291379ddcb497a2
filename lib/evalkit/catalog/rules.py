"""Target rules: how a value is judged. Parsed from YAML into small data classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evalkit.messages import Place, Problem, word
from evalkit.values import Period, PeriodError, PlainDecimalError, decimal_places, parse_decimal

Locate = Callable[..., Place]
_COMPARISONS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<", "equals": "=="}
_NOT_LEAVES = ("all_of", "any_of", "k_of_n", "by_class", "none")  # what is inside may carry `of`, they may not
_KEYS = [
    *_COMPARISONS,
    "between",
    "about",
    "improving",
    "not_worse_than",
    "assigned",
    "above_measure",
    "all_of",
    "any_of",
    "k_of_n",
    "qualitative",
    "by_class",
    "none",
]


@dataclass(frozen=True)
class Rule:
    """A rule; `of` names the measure that it tests when that is not the row's own."""

    of: str = ""

    def parts(self) -> tuple[Rule, ...]:
        """Return the rules directly below."""
        return ()

    def walk(self) -> Iterator[Rule]:
        """Yield this rule and all below it."""
        yield self
        for part in self.parts():
            yield from part.walk()


@dataclass(frozen=True)
class Compare(Rule):
    """Value against a number: ``>=``, ``<=``, ``>``, ``<``, ``==``."""

    op: str = ">="
    value: Fraction = Fraction(0)


@dataclass(frozen=True)
class Between(Rule):
    """Value between two numbers, both included."""

    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)


@dataclass(frozen=True)
class About(Rule):
    """Value near a number (左右); without a tolerance only equality after rounding to its last digit is certain."""

    value: Fraction = Fraction(0)
    tolerance: Fraction | None = None
    digits: int = 0


@dataclass(frozen=True)
class Trend(Rule):
    """Value against an earlier one: strictly better, or not worse. `band` widens what counts as stable."""

    strict: bool = False
    than: str = "previous"
    band: Fraction = Fraction(0)


@dataclass(frozen=True)
class Assigned(Rule):
    """Value against the superior's figure for this region and period."""


@dataclass(frozen=True)
class AboveMeasure(Rule):
    """Value greater than that of another measure."""

    measure: str = ""


@dataclass(frozen=True)
class Qualitative(Rule):
    """A person decides, with evidence."""

    text: str = ""


@dataclass(frozen=True)
class NoTarget(Rule):
    """Nothing to compare with."""


@dataclass(frozen=True)
class KOfN(Rule):
    """At least `k` of the parts hold; ``all_of`` and ``any_of`` are its two ends."""

    k: int = 1
    of_rules: tuple[Rule, ...] = ()

    def parts(self) -> tuple[Rule, ...]:
        """Return the rules directly below."""
        return self.of_rules


@dataclass(frozen=True)
class ByClass(Rule):
    """The rule of the region's declared class."""

    dimension: str = ""
    cases: tuple[tuple[str, Rule], ...] = ()

    def parts(self) -> tuple[Rule, ...]:
        """Return the rules directly below."""
        return tuple(rule for _, rule in self.cases)


def parse_rule(content: Any, locate: Locate, problems: list[Problem], path: tuple[str | int, ...]) -> Rule:
    """Return the rule that a YAML part stands for; problems are added to the list."""
    return _Parser(locate, problems).rule(content, path)


def numeric_target(rule: Rule) -> Fraction | None:
    """Return the one number that a rule asks of its own measure (the first in reading order), if there is one."""
    for part in rule.walk():
        if part.of:
            continue
        if isinstance(part, (Compare, About)):
            return part.value
        if isinstance(part, Between):
            return part.low
        if isinstance(part, ByClass):
            return None
    return None


class _Parser:
    def __init__(self, locate: Locate, problems: list[Problem]) -> None:
        self.locate = locate
        self.problems = problems

    def refuse(self, path: tuple[str | int, ...], value: Any, detail: str) -> None:
        self.problems.append(Problem("bad_value", self.locate(*path), {"value": value, "detail": detail}))

    def number(self, text: Any, path: tuple[str | int, ...]) -> Fraction:
        try:
            return parse_decimal(str(text))
        except PlainDecimalError:
            self.refuse(path, text, word("detail", "decimal"))
            return Fraction(0)

    def rule(self, content: Any, path: tuple[str | int, ...]) -> Rule:
        if not isinstance(content, Mapping):
            self.refuse(path, content, 'a rule is written as {at_least: "90"}')
            return NoTarget()
        keys = [key for key in content if key != "of"]
        unknown = [key for key in keys if key not in _KEYS]
        if unknown:
            self.problems.append(Problem("unknown_key", self.locate(*path, unknown[0]), {"key": unknown[0], "allowed": [*_KEYS, "of"]}))
            return NoTarget()
        if len(keys) != 1:
            self.refuse(path, ", ".join(keys), "a rule has exactly one key besides `of`")
            return NoTarget()
        if "of" in content and keys[0] in _NOT_LEAVES:
            self.problems.append(Problem("unknown_key", self.locate(*path, "of"), {"key": "of", "allowed": keys}))
        return self.leaf(keys[0], content[keys[0]], str(content.get("of", "")), (*path, keys[0]))

    def leaf(self, key: str, value: Any, of: str, path: tuple[str | int, ...]) -> Rule:
        if key in _COMPARISONS:
            return Compare(of, _COMPARISONS[key], self.number(value, path))
        if key == "between":
            if not isinstance(value, list) or len(value) != 2:
                self.refuse(path, value, "[15, 20]")
                return NoTarget()
            low, high = (self.number(item, path) for item in value)
            if low > high:
                self.refuse(path, value, "the first must not exceed the second")
            return Between(of, low, high)
        if key == "about":
            fields = self.fields(value, path, ["value"], ["tolerance"])
            tolerance = self.number(fields["tolerance"], path) if "tolerance" in fields else None
            return About(of, self.number(fields.get("value"), path), tolerance, decimal_places(str(fields.get("value"))))
        if key in ("improving", "not_worse_than"):
            fields = {"than": value} if isinstance(value, str) else self.fields(value, path, ["than"], ["band"])
            than = str(fields.get("than", "previous"))
            if than not in ("previous", "base"):
                try:
                    Period.parse(than)
                except PeriodError:
                    self.refuse(path, than, "previous, base or a period")
            return Trend(of, key == "improving", than, self.number(fields.get("band", "0"), path))
        if key in ("all_of", "any_of"):
            rules = self.several(value, path)
            return KOfN(of, len(rules) if key == "all_of" else 1, rules)
        if key == "k_of_n":
            fields = self.fields(value, path, ["k", "of"], [])
            rules = self.several(fields.get("of"), (*path, "of"))
            k = self.number(fields.get("k"), path)
            if k.denominator != 1 or not 1 <= k <= max(len(rules), 1):
                self.refuse(path, fields.get("k"), f"a whole number from 1 to {len(rules)}")
                k = Fraction(1)
            return KOfN(of, int(k), rules)
        if key == "by_class":
            fields = self.fields(value, path, ["class", "cases"], [])
            cases = fields.get("cases")
            if not isinstance(cases, Mapping) or not cases:
                self.refuse((*path, "cases"), cases, "a rule for each class value")
                return NoTarget()
            return ByClass(
                of, str(fields.get("class")), tuple((name, self.rule(part, (*path, "cases", name))) for name, part in cases.items())
            )
        return self.word(key, value, of, path)

    def word(self, key: str, value: Any, of: str, path: tuple[str | int, ...]) -> Rule:
        if not isinstance(value, str) or not value:
            self.refuse(path, value, "a text is needed")
            return NoTarget()
        if key == "qualitative":
            return Qualitative(of, value)
        if key == "above_measure":
            return AboveMeasure(of, value)
        if value != "true":
            self.refuse(path, value, f"write {key}: true")
        return Assigned(of) if key == "assigned" else NoTarget(of)

    def several(self, value: Any, path: tuple[str | int, ...]) -> tuple[Rule, ...]:
        if not isinstance(value, list) or not value:
            self.refuse(path, value, "a list of rules")
            return (NoTarget(),)
        return tuple(self.rule(part, (*path, i)) for i, part in enumerate(value))

    def fields(self, value: Any, path: tuple[str | int, ...], required: list[str], optional: list[str]) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            self.refuse(path, value, f"keys: {', '.join(required + optional)}")
            return {}
        for key in value:
            if key not in required + optional:
                self.problems.append(Problem("unknown_key", self.locate(*path, key), {"key": key, "allowed": required + optional}))
        for key in required:
            if key not in value:
                self.problems.append(Problem("missing_key", self.locate(*path), {"key": key}))
        return dict(value)
