"""Whether a figure fits what the results say, by what its words make of it, with unit, rounding, range and bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalkit.catalog.units import UnitMismatchError, Units
from evalkit.review.document_context import Role
from evalkit.review.document_facts import Fact, Facts, Subject
from evalkit.review.document_figures import Figure
from evalkit.values import Period, format_full

_PLAIN_UNITS = ("%", "百分点", "-", "‰")
_CHANGES = ("幅度", "提高", "下降", "降低", "增长")  # in a name: its value is a change itself and may be printed in 百分点
_SHOWN = 6  # facts of a finding
_VALUES = ("value", "adopted")


@dataclass(frozen=True)
class Outcome:
    """Whether a figure fits, why that cannot be said, and what the results have."""

    fits: bool
    doubt: str = ""
    expected: tuple[Fact, ...] = ()


class Reader:
    """Compares figures with facts.

    Parameters
    ----------
    units : Units
    facts : Facts
    """

    def __init__(self, units: Units, facts: Facts) -> None:
        self.units, self.facts = units, facts

    def outcome(self, subject: Subject, figure: Figure, role: Role, period: str, unit: str = "") -> Outcome:
        """Return what comes of a figure.

        Parameters
        ----------
        subject : Subject
        figure : Figure
        role : Role
        period : str
            That the text is about where the figure has no year.
        unit : str
            That its table prints for it.
        """
        factor = self._factor(figure.unit or unit, subject)
        expected, closed, loose = self._expected(subject, figure, role, period)
        shown = tuple({(fact.kind, fact.year, fact.shown): fact for fact in expected}.values())[:_SHOWN]
        scale = factor or Fraction(1)
        change = role.kind in ("change", "gap")
        if role.kind == "unsupported":
            return Outcome(False, "not_in_results", shown)
        way = (
            role.direction if not any(word in subject.name for word in _CHANGES) and role.reference in ("previous", "base", "named") else 0
        )
        if any(_fits(figure, fact, scale, change, role.kind) and (fact.kind != "change" or fact.number * way >= 0) for fact in expected):
            return Outcome(True, "", shown)
        if factor is None:
            return Outcome(False, "unit", shown)
        if not expected:
            return Outcome(False, "no_result", ())
        if not closed:
            return Outcome(False, "kind", shown)
        if loose and any(_fits(figure, fact, scale, False, fact.kind) for fact in subject.facts):
            return Outcome(False, "two_years", shown)  # another number of the indicator: which of them is meant is not said
        return Outcome(False, "", shown)

    def _factor(self, printed: str, subject: Subject) -> Fraction | None:
        """Return what a printed number is multiplied by to be in the indicator's unit; None when they do not convert."""
        if not printed:
            return Fraction(1)
        for wanted in subject.units:
            if printed in _PLAIN_UNITS and wanted in (*_PLAIN_UNITS, "—") and "‰" not in (printed, wanted):
                return Fraction(1)
            try:
                factor = self.units.factor(printed, wanted)
            except (KeyError, UnitMismatchError):
                continue
            if factor is not None:
                return factor / (self.units.factor(subject.units[0], wanted) or 1) if wanted != subject.units[0] else factor
        return None

    def _expected(self, subject: Subject, figure: Figure, role: Role, period: str) -> tuple[list[Fact], bool, bool]:
        """Return the numbers that fit the role, whether they are all that it can mean, and whether the year is only presumed."""
        kind, years = role.kind, self._years(role)
        if kind == "dated":
            kind = "target" if years and all(self._later(year) for year in years) else "value"
        if kind in ("value", "reported", "adopted"):
            return self._values(subject, kind, years, period, role)
        if kind == "previous":
            before = [_before(year) for year in (*years, period)]
            return subject.of(_VALUES, [*before, *years]), True, False
        if kind == "base":
            return subject.of(_VALUES, years or self.facts.bases), True, not years
        if kind in ("target", "assigned"):
            return self._targets(subject, kind, years), True, False
        if kind == "progress":
            return [fact for fact in subject.of(["progress"], years or None) if fact.period == period], True, not years
        if kind in ("gap", "change"):
            return self._changes(subject, figure, role, years, period)
        if kind == "compared":
            return subject.of(["target", "assigned"]), True, False
        if kind == "unsupported":
            return [], False, False
        return subject.of(["value", "reported", "adopted", "target", "assigned"]), False, False

    def _values(self, subject: Subject, kind: str, years: Sequence[str], period: str, role: Role) -> tuple[list[Fact], bool, bool]:
        if years and all(self._later(year) for year in years):  # nothing has been measured in a year to come
            return self._targets(subject, "target", years), True, False
        kinds = ["reported"] if kind == "reported" else _VALUES
        found = subject.of(kinds, years or [period])
        if kind == "reported" and (not found or subject.lagged & set(years)):
            found = [*found, *subject.of(_VALUES, years or [period])]
        return found, True, (not years and not role.explicit) or len(years) > 1

    def _targets(self, subject: Subject, kind: str, years: Sequence[str]) -> list[Fact]:
        every = subject.of(["target", "assigned"] if kind == "target" else ["assigned", "target"])
        if kind == "assigned":
            return subject.of(["assigned"], years or None) or every
        dated = [fact for fact in every if fact.kind == "target" and fact.year in years]
        if dated and any(self._later(year) or year in self.facts.milestones for year in years):
            return dated
        return every

    def _changes(self, subject: Subject, figure: Figure, role: Role, years: Sequence[str], period: str) -> tuple[list[Fact], bool, bool]:
        """Return the differences that a change can mean: in the unit itself and, where it is printed in %, relative."""
        relative = figure.unit == "%"
        now = next((year for year in years if not self._later(year)), period)
        if role.reference == "named":
            between = _differences(subject.of(_VALUES, [period]), subject.of(_VALUES, years), relative)
            return between, bool(between), True
        values = subject.of(_VALUES, [now])
        found: list[Fact] = []
        if role.kind == "gap" or role.reference in ("target", ""):
            gaps = [fact for fact in subject.of(["gap"]) if fact.period == now]
            found += [fact for fact in gaps if fact.year in years] or gaps
            targets = self._targets(subject, "target", [year for year in years if self._later(year)])
            found += _differences(values, targets, relative)
        if role.reference in ("previous", ""):
            found += _differences(values, subject.of(_VALUES, [_before(now)]), relative)
        if role.reference in ("base", ""):
            found += _differences(values, subject.of(_VALUES, self.facts.bases), relative)
        if role.reference and years and role.reference != "target":
            found += _differences(values, subject.of(_VALUES, [year for year in years if year != now]), relative)
        if any(word in subject.name for word in _CHANGES):
            found += subject.of([*_VALUES, "target", "assigned"])
        return found, bool(found) and (role.kind == "gap" or bool(role.reference)), not years

    def _later(self, year: str) -> bool:
        return bool(self.facts.periods) and year[:4] > self.facts.periods[-1][:4]

    def _years(self, role: Role) -> list[str]:
        if role.years or not role.term or not self.facts.milestones:
            return list(role.years)
        ahead = self.facts.milestones
        return [{"近期": ahead[0], "远期": ahead[-1], "中期": ahead[len(ahead) // 2]}[role.term]]


def _before(period: str) -> str:
    return Period.parse(period).previous().name if period else ""


def _differences(left: Iterable[Fact], right: Iterable[Fact], relative: bool) -> list[Fact]:
    """Return the differences of facts, exact and of the numbers as printed."""
    found = []
    for one in left:
        for other in right:
            if one == other or one.index != other.index:
                continue
            pairs = {(one.number, other.number), (_printed(one), _printed(other))}
            for value, before in sorted(pairs):
                found.append(_change(value - before, one.year, other.year))
                if relative and before:
                    found.append(_change((value - before) / abs(before) * 100, one.year, other.year))
    return found


def _change(number: Fraction, year: str, other: str) -> Fact:
    return Fact("change", f"{other}/{year}" if other and other != year else year, number, _short(number))


def _short(number: Fraction) -> str:
    return format_full(number, 6)


def _printed(fact: Fact) -> Fraction:
    try:
        return Fraction(fact.shown)
    except ValueError:
        return fact.number


def _fits(figure: Figure, fact: Fact, factor: Fraction, change: bool, kind: str) -> bool:
    """Return whether a printed number can be a rounding of a number, or a range or bound that holds it."""
    for number in {fact.number, _printed(fact)}:
        wanted = number / factor
        low, high = figure.low, figure.high
        if change:
            wanted, low, high = abs(wanted), min(abs(low), abs(high)), max(abs(low), abs(high))
        last = Fraction(1, 10**figure.places)
        slack = last / 2
        if figure.bound in ("about", "more"):
            slack = max(slack, _coarse(low, last) / (2 if figure.bound == "about" else 1))
        if figure.cut and low <= wanted <= high + last:
            return True
        if low - slack <= wanted <= high + slack:
            return True
        if kind in ("value", "reported", "adopted", "dated") and not change and not fact.bound:
            if figure.bound == "lower" and wanted >= low - slack:
                return True
            if figure.bound == "upper" and wanted <= high + slack:
                return True
    return False


def _coarse(number: Fraction, last: Fraction) -> Fraction:
    """Return the place of the last digit that is not zero: 10 for 90."""
    while number and number % (last * 10) == 0:
        last *= 10
    return last
