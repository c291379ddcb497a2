"""Cumulative planned values (十四五期间…): the sum of a measure's yearly values, and what a rule says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.judge import Judge, Outcome
from evalkit.assessment.lines import Line
from evalkit.assessment.values import NOT_APPLICABLE, MeasureValue, Scope
from evalkit.catalog.rules import About, Between, Compare, KOfN, NoTarget, Rule
from evalkit.formulas.evaluate import Value
from evalkit.values import Missing, Period, format_full

#: Notes that say why there is no sum to judge.
NO_SUM = ("sum_needs_years", "sum_needs_numbers", "sum_not_begun")


@dataclass
class SumValue(MeasureValue):
    """The sum of the values of several years; `components` are these values, `summed` what each adds.

    Parameters
    ----------
    summed : dict of str to Fraction or Missing
        By year, in the measure's unit; a reason where a year has no value of its own.
    """

    summed: dict[str, Value] = field(default_factory=dict)

    @property
    def digits(self) -> int:
        """Decimals with which the sum is printed: those of the most exact addend."""
        return max((part.digits for part in self.components if isinstance(part.value, Fraction)), default=super().digits)

    def addend(self, year: str) -> str:
        """Return what a year adds as text, or the code why it adds nothing."""
        value = self.summed[year]
        return format_full(value) if isinstance(value, Fraction) else value.reason


def sum_of_years(scope: Scope, measure_id: str, years: Sequence[str]) -> SumValue:
    """Return the exact sum of a measure's values over years.

    Parameters
    ----------
    scope : Scope
    measure_id : str
    years : sequence of str
        At least one; the last is the present period.

    Returns
    -------
    SumValue
        In the measure's unit. Missing where any year is, with the reason of the first such year and all of them named in the notes
        (``missing_year:2022``). A figure of another year does not count for the year in whose column it stands. Bounds that all
        point the same way make the sum a bound; of others nothing is known.
    """
    parts = [scope.measure(measure_id, Period.parse(year)) for year in years]
    total = SumValue(scope.catalog.measures[measure_id], years[-1], Missing("not_collected", measure_id), components=parts)
    total.summed = {year: _of_year(part, year) for year, part in zip(years, parts, strict=True)}
    total.notes = list(dict.fromkeys(note for part in parts for note in part.notes if not note.endswith("_bound")))
    total.notes.append(f"cumulative:{years[0]}-{years[-1]}")
    missing = {year: value for year, value in total.summed.items() if isinstance(value, Missing)}
    bounds = {part.bound for part in parts} - {""}
    if missing:
        total.value = _reason(list(missing.values()), len(missing) == len(parts), measure_id)
        total.notes += [f"missing_year:{year}" for year in missing]
    elif len(bounds) > 1:
        total.value = Missing("awaiting_evidence", measure_id)
    else:
        total.value = total.shown = sum((value for value in total.summed.values() if isinstance(value, Fraction)), Fraction(0))
        total.source, total.bound = "computed", next(iter(bounds), "")
        total.notes += [f"{bound}_bound" for bound in bounds]
    return total


def _of_year(part: MeasureValue, year: str) -> Value:
    if isinstance(part.value, Fraction) and part.data_year not in ("", year):
        return Missing("not_collected", part.measure.id)
    return part.value


def _reason(missing: Sequence[Missing], everywhere: bool, measure_id: str) -> Missing:
    """Return why there is no sum: where it does not apply in some years only, it is the sum that is absent, not the indicator."""
    first = next((one for one in missing if one.reason not in NOT_APPLICABLE), None)
    if first is not None:
        return first
    return missing[0] if everywhere else Missing("not_collected", measure_id)


def judge_sum(scope: Scope, line: Line, rule: Rule, period: Period, compare_rounded: bool) -> tuple[SumValue, Outcome]:
    """Return the sum behind a cumulative planned value in a period, and what its rule (without class maps) says of it.

    Before its last year the sum is that of the years so far. An upper limit that it has not passed yet is not decided (``span_open``);
    nothing is asked before its first year, in periods that are no years, and of what is no number.
    """
    measure = scope.catalog.measures[line.measure]
    years = line.summed_years(period.name)
    why = (
        "sum_needs_years" if period.kind != "year"
        else "sum_needs_numbers" if measure.kind != "number" or not asks_for_numbers(rule, measure.id)
        else "" if years else "sum_not_begun"
    )  # fmt: skip
    if why:
        return SumValue(measure, period.name, Missing("not_collected", measure.id)), Outcome(None, skipped=True, notes=[why])
    own = sum_of_years(scope, measure.id, years)
    if isinstance(own.value, Missing) and own.value.reason in NOT_APPLICABLE:
        return own, Outcome(None, own.value.reason)
    outcome = Judge(scope, period, compare_rounded, {measure.id: own}).judge(rule, measure.id)
    if outcome.result is True and period.name < line.until and has_ceiling(rule):
        outcome.result, outcome.reason = None, "span_open"
    return own, outcome


def asks_for_numbers(rule: Rule, measure_id: str) -> bool:
    """Return whether all parts of a rule compare the measure itself with numbers, which a sum can be."""
    return all(
        isinstance(part, (KOfN, NoTarget)) or (isinstance(part, (Compare, Between, About)) and part.of in ("", measure_id))
        for part in rule.walk()
    )


def has_ceiling(rule: Rule) -> bool:
    """Return whether a rule that holds of a sum so far may be broken by the years to come."""
    return any(isinstance(part, (Between, About)) or (isinstance(part, Compare) and part.op in ("<=", "<", "==")) for part in rule.walk())
