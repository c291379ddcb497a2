"""Why a reported value is not the computed one: rounding, unit, another year, another denominator, or nothing of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.values import Argument, MeasureValue, Scope
from evalkit.catalog.units import UnitMismatchError
from evalkit.formulas.evaluate import Value, evaluate
from evalkit.formulas.vocabulary import Apply
from evalkit.values import Missing, Period, decimal_places, format_fixed, format_full, round_half_even

#: Reported over computed value: the factors that slips of unit and decimal point make, and what they are called.
_FACTORS = {100: "hundred", 10: "ten", 1000: "thousand", 10_000: "ten_thousand", 15: "mu_hectare"}
_PERCENT = {"%", "％"}
_DIFFERS = "reported_differs"
_LEAST = 2  # significant digits of a reported value from which on agreement after rounding says something


@dataclass(frozen=True)
class Reason:
    """What explains a difference.

    Parameters
    ----------
    code : str
        ``rounding``, ``truncation``, ``unit``, ``other_year``, ``other_denominator``, ``swapped``, ``complement`` or ``unexplained``.
    parts : dict of str
        What a sentence about it needs; numbers as plain decimals.
    """

    code: str
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def note(self) -> str:
        """The code among the notes of a result."""
        return f"differs_{self.code}"

    def record(self) -> dict[str, str]:
        """Return the object of the trace."""
        return {"code": self.code, **self.parts}


def difference_reason(scope: Scope, own: MeasureValue) -> Reason | None:
    """Return why the reported value of a measure is not the computed one.

    The first of these that fits, in this order: the computed value, rounded or cut off, is the reported one; it is so times a factor of
    a slip of unit; the computed value of another period is; the formula with a variable often taken for one of its own is; the
    formula with part and whole exchanged is, or its complement to 100. A reported value with one significant digit is only compared
    exactly, as it would agree with almost anything.

    Parameters
    ----------
    scope : Scope
        The region, with its inputs.
    own : MeasureValue
        A value of it.

    Returns
    -------
    Reason or None
        None where the two do not differ, or one of them does not exist; ``unexplained`` where nothing fits.
    """
    if _DIFFERS not in own.notes or not isinstance(own.reported, Fraction) or not isinstance(own.computed, Fraction):
        return None
    if own.reported_item is None or own.reported_item.bound:  # ≥81.8 is no value that something could equal
        return Reason("unexplained")
    compared = _Compared(scope, own, own.reported, own.computed, decimal_places(own.reported_text))
    for look in (compared.rounding, compared.unit, compared.other_year, compared.other_denominator, compared.swapped):
        found = look()
        if found is not None:
            return found
    return Reason("unexplained")


def difference_notes(scope: Scope, own: MeasureValue) -> Iterator[str]:
    """Yield the notes that explain the differences of a value and of its components."""
    if _DIFFERS not in own.notes:  # that of a component is among them
        return
    reason = difference_reason(scope, own)
    if reason is not None:
        yield reason.note
    for part in own.components:
        yield from difference_notes(scope, part)


@dataclass(frozen=True)
class _Compared:
    """A reported and a computed value that differ; `places` are the decimals of the reported one."""

    scope: Scope
    own: MeasureValue
    reported: Fraction
    computed: Fraction
    places: int

    def same(self, candidate: Value) -> bool:
        """Return whether a value is the reported one, exactly or as that is printed."""
        if not isinstance(candidate, Fraction):
            return False
        if candidate == self.reported:
            return True
        interval = _interval(self.places)
        ways = (round_half_even, _half_up)
        return _digits(self.reported, self.places) >= _LEAST and any(way(candidate, interval) == self.reported for way in ways)

    def shown(self, value: Fraction) -> str:
        """Return a value with two decimals more than the reported one has."""
        return format_full(value) if value.denominator == 1 else format_fixed(value, self.places + 2).rstrip("0").rstrip(".")

    def rounding(self) -> Reason | None:
        """Rounded otherwise than by the rule, to fewer digits than printed, or cut off."""
        for places in range(self.places, -13, -1):
            least = 1 if places >= 0 else _LEAST
            if self.reported % _interval(places) or (places < self.places and _digits(self.reported, places) < least):
                break  # it has digits below this place, or too few above it: it was not rounded there
            for way, rounded in _ROUNDED.items():
                if rounded(self.computed, _interval(places)) == self.reported:
                    return Reason("rounding", {"way": way, "interval": format_full(_interval(places))})
        if _cut(self.computed, _interval(self.places)) == self.reported:
            return Reason("truncation", {"interval": format_full(_interval(self.places))})
        return None

    def unit(self) -> Reason | None:
        """A slip of unit or decimal point."""
        if not self.reported:
            return None
        for number, name in _FACTORS.items():
            for factor in (Fraction(1, number), Fraction(number)):
                if self.same(self.computed * factor):
                    name = "percent" if number == 100 and self.own.measure.unit in _PERCENT else name
                    return Reason("unit", {"factor": str(factor), "name": name})
        return None

    def other_year(self) -> Reason | None:
        """The value of another period: the same of the year before first, then the nearest."""
        here = Period.parse(self.own.period)
        variables = {argument.variable for argument in self.own.arguments}
        names = self.scope.inputs.periods(self.scope.region.code, variables) - {here.name}
        before = here.previous()
        for period in sorted(map(Period.parse, names), key=lambda p: (p != before, abs((p.first - here.first).days), p.name)):
            computed = self.scope.measure(self.own.measure.id, period).computed
            if isinstance(computed, Fraction) and self.same(computed):
                return Reason("other_year", {"period": period.name, "value": self.shown(computed)})
        return None

    def other_denominator(self) -> Reason | None:
        """The formula with another variable in place of one of its own, as `alternatives` declares it."""
        assert self.own.formula is not None
        values = self._values()
        for argument in self.own.arguments:
            variable = self.scope.catalog.variables.get(argument.variable)
            for other in variable.alternatives if variable is not None else []:
                found = evaluate(self.own.formula.tree, {**values, argument.role: self._instead(argument, other)})
                if isinstance(found, Fraction) and self.same(found):
                    names = self._names(argument.variable, other)
                    return Reason("other_denominator", {"role": argument.role, **names, "value": self.shown(found)})
        return None

    def swapped(self) -> Reason | None:
        """Part and whole exchanged, or what is left to 100 %."""
        assert self.own.formula is not None
        tree = self.own.formula.tree
        if isinstance(tree, Apply) and tree.operator in ("/", "share"):
            found = evaluate(Apply(tree.operator, tree.arguments[::-1]), self._values())
            if isinstance(found, Fraction) and self.same(found):
                return Reason("swapped", {"value": self.shown(found)})
        if self.own.measure.unit in _PERCENT and self.same(100 - self.computed):
            return Reason("complement", {"value": self.shown(100 - self.computed)})
        return None

    def _values(self) -> dict[str, Value]:
        return {a.role: a.item.usable if a.item else Missing("not_collected", a.variable) for a in self.own.arguments}

    def _instead(self, argument: Argument, other: str) -> Value:
        """Return the value of another variable in the unit of an argument's own."""
        item = self.scope.item(other, argument.period)
        if item is None or not isinstance(item.usable, Fraction):
            return Missing("not_collected", other)
        wanted = self.scope.catalog.variable_unit(argument.variable) or ""
        try:
            factor = self.scope.catalog.units.factor(item.unit, wanted)
        except UnitMismatchError:
            factor = None
        return Missing("invalid", other) if factor is None else item.usable * factor

    def _names(self, variable: str, other: str) -> dict[str, str]:
        known = self.scope.catalog.variables
        return {
            "variable": variable, "name_zh": known[variable].name_zh, "name_en": known[variable].name_en,
            "other": other, "other_zh": known[other].name_zh, "other_en": known[other].name_en,
        }  # fmt: skip


def _interval(places: int) -> Fraction:
    return Fraction(1, 10**places) if places >= 0 else Fraction(10**-places)


def _digits(value: Fraction, places: int) -> int:
    """Return how many significant digits a value has that is printed with some decimals; none for zero."""
    return len(str(abs(int(value / _interval(places))))) if value else 0


def _cut(value: Fraction, interval: Fraction) -> Fraction:
    return (abs(value) // interval) * interval * (-1 if value < 0 else 1)


def _half_up(value: Fraction, interval: Fraction) -> Fraction:
    return _cut(value + (interval if value >= 0 else -interval) / 2, interval)


_ROUNDED: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"half_even": round_half_even, "half_up": _half_up}
