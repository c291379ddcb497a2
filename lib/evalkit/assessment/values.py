"""The value of a measure in a region and period: computed, reported, or missing with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from evalkit.catalog import Catalog
from evalkit.catalog.models import BaseValue, Decision, Measure, Region
from evalkit.formulas import Formula
from evalkit.formulas.evaluate import Value, evaluate
from evalkit.intake import Input, Inputs
from evalkit.values import (
    FigureError,
    Missing,
    Period,
    PlainDecimalError,
    decimal_places,
    format_fixed,
    format_full,
    parse_decimal,
    read_figure,
    round_half_even,
)

NOT_APPLICABLE = ("not_involved", "not_assessed", "no_monitoring_site")
DEFAULT_DIGITS = 2  # printed decimals of a computed value whose measure does not say


@dataclass(frozen=True)
class Argument:
    """One argument of a formula: what it is bound to and the input that was found."""

    role: str
    at: str
    period: str
    variable: str
    item: Input | None


@dataclass
class MeasureValue:
    """A measure's value in one period, with all that led to it.

    Parameters
    ----------
    value : Fraction or Missing
        What is judged, in the measure's unit.
    shown : Fraction or None
        What is printed; also where a figure is shown but not assessed.
    source : {"computed", "reported", "adopted", ""}
    computed, reported : Fraction or Missing or None
        None where there is no formula, or nothing was reported.
    text : str
        What the source prints for qualitative measures.
    adoption : Decision or None
        By which a panel settled on the value (核定值).
    replaced : MeasureValue or None
        The value as it was before the panel's.
    """

    measure: Measure
    period: str
    value: Value
    shown: Fraction | None = None
    source: str = ""
    computed: Value | None = None
    reported: Value | None = None
    reported_item: Input | None = None
    formula: Formula | None = None
    arguments: list[Argument] = field(default_factory=list)
    components: list[MeasureValue] = field(default_factory=list)
    text: str = ""
    bound: str = ""
    data_year: str = ""
    notes: list[str] = field(default_factory=list)
    adoption: Decision | None = None
    replaced: MeasureValue | None = None

    @property
    def digits(self) -> int:
        """Decimals with which the value is printed."""
        if self.adoption is not None:
            return decimal_places(self.adoption.choice)
        if self.source != "computed" and self.reported_item is not None:
            return _places(self.reported_item)  # as the source prints it
        return DEFAULT_DIGITS if self.measure.digits is None else self.measure.digits

    @property
    def reported_text(self) -> str:
        """The reported value with the decimals that the source prints; empty when there is none."""
        if not isinstance(self.reported, Fraction) or self.reported_item is None:
            return ""
        return format_fixed(self.reported, _places(self.reported_item))

    @property
    def difference(self) -> Fraction | None:
        """Reported minus computed value, the computed one rounded as the reported one is printed; None unless both exist."""
        if not isinstance(self.reported, Fraction) or not isinstance(self.computed, Fraction) or self.reported_item is None:
            return None
        interval = Fraction(1, 10 ** _places(self.reported_item))
        return self.reported - round(self.computed / interval) * interval


def printed_number(item: Input) -> str:
    """Return the number of a cell as a plain decimal with its digits; empty where the value is not just that number (times a factor)."""
    if item.correction_id:
        return ""
    try:
        number = parse_decimal(item.value_received)
        text = item.value_received.strip()
    except PlainDecimalError:
        try:
            text = read_figure(item.value_received).value  # 1,072.5
        except FigureError:
            return ""
        if not text:
            return ""
        number = parse_decimal(text)
    return text if number * item.factor == item.value else ""


def _places(item: Input) -> int:
    if item.value is None:
        return 0
    plain = (printed_number(item) if item.factor == 1 else "") or format_full(item.value, 40)
    return decimal_places(plain) if Fraction(plain) == item.value else DEFAULT_DIGITS  # 亩 in square metres has no end


def _expected(text: str, value: Value) -> bool:
    """Return whether a value is the one that a text prints; an empty text expects none."""
    if text == "" or not isinstance(value, Fraction):
        return text == "" and not isinstance(value, Fraction)
    return round_half_even(value, Fraction(1, 10 ** decimal_places(text))) == parse_decimal(text)


class Scope:
    """One region in one run: looks up inputs and remembers the values of measures.

    Parameters
    ----------
    catalog, inputs
        Rules and data.
    region : Region
    base_period : Period or None
    overrides : dict
        Base values that a plan sets itself, by (measure, period).
    no_base : str
        Why nothing can be compared with the base year where there is none: a plan has one that is not known (``base_unknown``).
    """

    def __init__(
        self,
        catalog: Catalog,
        inputs: Inputs,
        region: Region,
        base_period: Period | None,
        overrides: dict[tuple[str, str], BaseValue] | None = None,
        no_base: str = "not_collected",
    ) -> None:
        self.catalog = catalog
        self.inputs = inputs
        self.region = region
        self.base_period = base_period
        self.overrides = overrides or {}
        self.no_base = no_base
        self._known: dict[tuple[str, str], MeasureValue] = {}

    def at(self, when: str, period: Period) -> Period | None:
        """Return the period that ``current``, ``previous``, ``base`` or a period's name stands for."""
        if when == "current":
            return period
        if when == "previous":
            return period.previous()
        if when == "base":
            return self.base_period
        return Period.parse(when)

    def item(self, variable: str, period: str) -> Input | None:
        """Return the input of a variable in a period."""
        return self.inputs.get(self.region.code, variable, period)

    def decision(self, measure: str, period: str) -> Decision | None:
        """Return the qualitative decision on a measure in a period."""
        return self.inputs.decisions.get((self.region.code, period, measure))

    def held_back(self, measure: str, period: str) -> list[str]:
        """Return the note on a decision that does not count yet because its evidence is not complete; empty when there is none."""
        return ["evidence_incomplete"] if (self.region.code, period, measure) in self.inputs.held_back else []

    def measure(self, measure_id: str, period: Period) -> MeasureValue:
        """Return the value of a measure in a period."""
        key = (measure_id, period.name)
        if key not in self._known:
            self._known[key] = self._value(self.catalog.measures[measure_id], period)
        return self._known[key]

    def _value(self, measure: Measure, period: Period) -> MeasureValue:
        result = MeasureValue(measure, period.name, Missing("not_collected", measure.id))
        item = self.item(f"reported.{measure.id}", period.name)
        if item is not None:
            result.reported_item = item
            result.reported = item.usable
            result.text = item.text
        if measure.kind == "composite":
            self._compose(result, period)
        elif measure.kind == "qualitative":
            if item is not None and item.missing:
                result.value = Missing(item.missing, item.variable)
        else:
            self._compute(result, period)
        self._rebase(result)
        self._settle(result)
        return result

    def _settle(self, result: MeasureValue) -> None:
        """Put the value of a panel in place of the one that it expects to replace; one that expects another value has expired."""
        decision = self.inputs.adopted.get((self.region.code, result.period, result.measure.id))
        if decision is None or result.measure.kind != "number" or (result.measure.id, result.period) in self.overrides:
            return
        if not _expected(decision.expect, result.value):
            result.notes.append("adoption_expired")
            return
        result.replaced = replace(result, notes=list(result.notes))
        result.adoption, result.source, result.bound = decision, "adopted", ""
        result.value = result.shown = parse_decimal(decision.choice)
        result.notes = [note for note in result.notes if note not in ("lower_bound", "upper_bound", "shown_not_assessed")] + ["adopted"]

    def _compose(self, result: MeasureValue, period: Period) -> None:
        result.components = [self.measure(component, period) for component in result.measure.components]
        if isinstance(result.reported, Missing):
            result.value = result.reported
        else:
            reasons = [part.value for part in result.components if isinstance(part.value, Missing)]
            if reasons and len(reasons) == len(result.components):
                result.value = next((r for r in reasons if r.reason not in NOT_APPLICABLE), reasons[0])
        result.notes = list(dict.fromkeys(note for part in result.components for note in part.notes))
        result.data_year = next((part.data_year for part in result.components if part.data_year), "")

    def _compute(self, result: MeasureValue, period: Period) -> None:
        item = result.reported_item
        result.formula = result.measure.built
        if result.formula is not None:
            result.arguments = [self._argument(result.measure, role, period) for role in result.formula.arguments]
            values: dict[str, Value] = {a.role: a.item.usable if a.item else Missing("not_collected", a.variable) for a in result.arguments}
            result.computed = evaluate(result.formula.tree, values)
        blocked = item is not None and item.missing in NOT_APPLICABLE  # the region says that this is not assessed
        if isinstance(result.computed, Fraction) and not blocked:
            result.value, result.source = result.computed, "computed"
            items = [argument.item for argument in result.arguments if argument.item is not None]
        elif item is not None:
            result.value, result.source = item.usable, "reported" if item.value is not None else ""
            result.bound = item.bound
            items = [item]
        else:
            if isinstance(result.computed, Missing):
                result.value = result.computed
            items = [argument.item for argument in result.arguments if argument.item is not None]
        if isinstance(result.value, Fraction):
            result.shown = result.value
        elif item is not None and item.value is not None:
            result.shown = item.value
            result.notes.append("shown_not_assessed")
        self._describe(result, items)

    def _argument(self, measure: Measure, role: str, period: Period) -> Argument:
        binding = measure.binding(role)
        when = self.at(binding.at, period)
        item = self.item(binding.variable, when.name) if when else None
        return Argument(role, binding.at, when.name if when else "", binding.variable, item)

    def _describe(self, result: MeasureValue, items: list[Input]) -> None:
        """Gather what a reader must know about the inputs."""
        notes = result.notes
        years = list(dict.fromkeys(item.data_year for item in items if item.data_year))
        result.data_year = "/".join(years)
        if any(item.data_year and item.data_year != item.period[:4] for item in items):
            notes.append("lagged_year")
        for item in items:
            notes.extend(note for note in item.notes if note not in notes)
            if item.correction_id and "corrected" not in notes:
                notes.append("corrected")
        if result.bound:
            notes.append(f"{result.bound}_bound")
        if result.difference:
            notes.append("reported_differs")
        if isinstance(result.computed, Missing) and result.computed.detail == "zero_denominator":
            notes.append("zero_denominator")

    def _rebase(self, result: MeasureValue) -> None:
        override = self.overrides.get((result.measure.id, result.period))
        if override is not None:
            result.value = result.shown = parse_decimal(override.value)
            result.source, result.bound = "reported", ""
            if override.kind == "rebased":
                result.notes.append("rebased")
