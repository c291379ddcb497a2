"""How little an input would have to change for a verdict to flip (临界变化量), and whether rounding alone decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from evalkit.assessment.engine import classes_of, gap, judge_line, ready, scopes_of
from evalkit.assessment.judge import Outcome, resolve_classes
from evalkit.assessment.lines import Line, lines_of
from evalkit.assessment.progress_table import chosen_period, number
from evalkit.assessment.values import MeasureValue, Scope, printed_number
from evalkit.catalog import Catalog
from evalkit.catalog.models import Region
from evalkit.catalog.rules import About, Compare, Rule
from evalkit.intake import Input, Inputs
from evalkit.values import Period, decimal_places, format_full, parse_decimal

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[str, str]  # variable and period of an input
_ROUNDS = 12  # of a search: a rule has few numbers that a value can pass
_ZERO_STEPS = 1000  # how far to look where the input is zero and has no percentage


@dataclass(frozen=True)
class Flip:
    """What one input does to one verdict, all others fixed.

    Parameters
    ----------
    item : Input
    role : str
        ``input`` of the value itself, else ``comparator``: an earlier value, a task, another measure.
    step : Fraction or None
        One unit of the last printed digit, in the variable's unit; None where the input has none.
    down, up : int or None
        The fewest steps that flip the verdict; None where none within the reach does.
    half : bool
        Half a step in one direction flips it: the printed digit leaves the verdict open.
    reason : str
        Why there is no figure: ``no_last_digit`` or ``out_of_reach``.
    """

    item: Input
    role: str
    step: Fraction | None
    down: int | None
    up: int | None
    half: bool
    reason: str = ""

    @property
    def steps(self) -> int | None:
        """The fewer of both, negative where the input falls; None where nothing flips."""
        both = [*([] if self.down is None else [-self.down]), *([] if self.up is None else [self.up])]
        return min(both, key=abs, default=None)

    @property
    def change(self) -> Fraction | None:
        """That change in the variable's unit."""
        return None if self.steps is None or self.step is None else self.steps * self.step

    @property
    def percent(self) -> Fraction | None:
        """That change in percent of the input; None for an input of zero."""
        value, change = self.item.value, self.change
        return None if change is None or not value else change / abs(value) * 100


@dataclass
class Fragility:
    """One verdict, and what would flip it; the most sensitive input first."""

    region: Region
    period: str
    line: Line
    own: MeasureValue
    status: str
    gap: Fraction | None
    by_value: bool
    flips: list[Flip] = field(default_factory=list)

    @property
    def rounding(self) -> str:
        """Where rounding alone decides: ``value``, ``input``, both joined, or nothing."""
        return ";".join([*(["value"] if self.by_value else []), *(["input"] if any(flip.half for flip in self.flips) else [])])


def break_even(
    catalog: Catalog,
    inputs: Inputs,
    region_code: str | None = None,
    *,
    period: str | None = None,
    reach: str | int | Fraction = 100,
    all_inputs: bool = False,
) -> pd.DataFrame:
    """Return the verdicts in the order of their fragility: for each the smallest change of one input that flips it.

    Parameters
    ----------
    catalog : Catalog
        The rules.
    inputs : Inputs
        As :func:`evalkit.read_inputs` returns them.
    region_code : str, optional
        Default all regions of the run.
    period : str, optional
        Default the latest of the run.
    reach : str, int or Fraction
        How far to look, in percent of each input (default 100: from nothing to twice). An input of zero is followed for 1000 steps.
    all_inputs : bool
        A row for each input of each verdict, and for each figure that it is compared with (``role`` comparator: an earlier value, the
        superior's task); default only the input that needs least, a comparator where no input flips the verdict.

    Returns
    -------
    DataFrame
        Verdicts met and not_met of numeric indicators, sets and plans alike; those of which an input needs the smallest percentage
        first, those that nothing flips last. ``value`` and ``gap`` are in the unit of the indicator, ``input_value``, ``last_digit``
        and ``change`` in ``input_unit``; ``steps`` counts last digits, ``change_pct`` is in percent of the input.
        ``steps_down`` and ``steps_up`` are the fewest in each direction, ``flips_to`` is the other verdict. ``rounding`` is ``value``
        where the value as printed and the unrounded one are judged differently, ``input`` where half a last digit of an input is
        enough (which says nothing of things counted). ``reason`` says why there is no change. Calculated exactly, given as
        the nearest floats.

    Raises
    ------
    EvalkitError
        The data or rules of a region are at fault, or a parameter is no plain number.

    Notes
    -----
    Each change is tried: the region's value is worked out again and judged anew, so at `steps` the verdict is the other one and one step
    less leaves it as it is. That no smaller change flips it rests on the value moving in one direction with the input, as in all
    shipped formulas. Inputs stay within the limits that their variables declare, do not change sign, and parts do not exceed their whole.

    Examples
    --------
    >>> import evalkit as ek
    >>> catalog = ek.load_catalog()  # doctest: +SKIP
    >>> ek.break_even(catalog, ek.read_inputs(catalog, "chongming-2023")).head(10)  # doctest: +SKIP
    """
    import pandas as pd

    limit = number(reach, "reach")
    codes = catalog.run(inputs.run).regions if region_code is None else [region_code]
    found = [one for code in codes for one in fragilities(catalog, inputs, code, period, limit)]
    rows = [(one, flip) for one in found for flip in (one.flips if all_inputs else one.flips[:1])]
    rows.sort(key=lambda pair: _rank(pair[1]))
    return pd.DataFrame([_record(catalog, inputs.run, one, flip) for one, flip in rows], columns=COLUMNS)


def fragilities(
    catalog: Catalog, inputs: Inputs, region_code: str, period: str | None = None, reach: Fraction = Fraction(100)
) -> Iterator[Fragility]:
    """Yield the verdicts of one region, with exact figures, in the order of its sets and plans; see :func:`break_even`."""
    run, region = ready(catalog, inputs, region_code)
    now = chosen_period(run, period)
    scopes = scopes_of(catalog, inputs, run, region)
    for line in lines_of(catalog, run, region):
        if line.judged_in(now.name) and catalog.measures[line.measure].kind != "qualitative":
            found = _fragility(scopes[line.source], line, now, reach)
            if found is not None:
                yield found


class _Altered(Scope):
    """A scope in which one input has another value; it remembers which inputs were asked for."""

    def __init__(self, scope: Scope, altered: Input | None = None) -> None:
        super().__init__(scope.catalog, scope.inputs, scope.region, scope.base_period, scope.overrides, scope.no_base)
        self.altered = altered
        self.asked: dict[Place, Input] = {}

    def item(self, variable: str, period: str) -> Input | None:
        found = super().item(variable, period)
        if found is None:
            return None
        self.asked[(variable, period)] = found
        same = self.altered is not None and (variable, period) == (self.altered.variable, self.altered.period)
        return self.altered if same else found

    def used(self) -> dict[Place, Input]:
        """Return the inputs that a verdict rests on: not the reported value of what is computed, nor arguments of what is reported."""
        places: set[Place] = {place for place in self.asked if place[0].startswith("assigned.")}
        for (measure, period), own in self._known.items():
            if own.source == "computed":
                places.update((argument.variable, argument.period) for argument in own.arguments)
            elif own.source != "adopted" and (measure, period) not in self.overrides:  # a panel's value stands whatever the inputs are
                places.add((f"reported.{measure}", period))
        return {place: item for place, item in self.asked.items() if place in places and item.value is not None and not item.missing}


def _fragility(scope: Scope, line: Line, now: Period, reach: Fraction) -> Fragility | None:
    rule = resolve_classes(line.rule, classes_of(line, scope))
    plain = _Altered(scope)
    own, outcome = judge_line(plain, line, rule, now)
    status = outcome.status()[0]
    if status not in ("met", "not_met") or not any(check.op not in ("", "qualitative") for check in outcome.checks):
        return None
    other = judge_line(plain, line, rule, now, compare_rounded=not line.compare_rounded)[1]
    found = Fragility(scope.region, now.name, line, own, status, gap(own, rule, scope, now, status), other.status()[0] != status)
    direct = _direct(own)
    for place, item in plain.used().items():
        found.flips.append(_flip(scope, line, rule, now, item, "input" if place in direct else "comparator", reach))
    found.flips.sort(key=lambda flip: (flip.steps is None, flip.role == "comparator", _rank(flip)))
    return found if found.flips else None


def _direct(own: MeasureValue) -> set[Place]:
    places = {(argument.variable, argument.period) for argument in own.arguments}
    if own.reported_item is not None:
        places.add((own.reported_item.variable, own.reported_item.period))
    return places.union(*(_direct(part) for part in own.components))


def _flip(scope: Scope, line: Line, rule: Rule, now: Period, item: Input, role: str, reach: Fraction) -> Flip:
    step = last_digit(item)
    if step is None:
        return Flip(item, role, None, None, None, False, "no_last_digit")
    assert item.value is not None
    value = item.value

    def seen(steps: Fraction | int) -> tuple[str, ...]:
        altered = _Altered(scope, replace(item, value=value + steps * step))
        return _signature(altered, rule, *judge_line(altered, line, rule, now), line.measure, now)

    start = seen(0)
    low, high = _limits(scope, item, value, reach)
    down = _search(seen, start, -1, int((value - low) / step))
    up = _search(seen, start, 1, int((high - value) / step))
    half = any(seen(Fraction(way, 2))[0] == _OTHER[start[0]] for way in (-1, 1))
    return Flip(item, role, step, down, up, half, "" if (down, up) != (None, None) else "out_of_reach")


COLUMNS = [
    "run", "region_code", "region", "period", "basis", "set", "indicator", "milestone", "name_zh", "name_en", "unit", "target_text",
    "value", "gap", "status", "flips_to", "rounding", "variable", "input_period", "role", "input_zh", "input_en", "input_unit",
    "input_value", "last_digit", "steps", "change", "change_pct", "steps_down", "steps_up", "file", "sheet", "cell", "reason",
]  # fmt: skip
_OTHER = {"met": "not_met", "not_met": "met"}


def _search(seen: Callable[[int], tuple[str, ...]], start: tuple[str, ...], way: int, most: int) -> int | None:
    """Return the fewest steps in one direction that turn the verdict.

    What is followed is not the verdict alone but the side on which the value lies of each number that the rule asks for: each side is
    left once, so that doubling and halving find where, also where a verdict holds for a single value only (100).
    """
    at, here = 0, start
    for _ in range(_ROUNDS):
        low, stride = at, 1
        while low + stride <= most and seen(way * (low + stride)) == here:
            low, stride = low + stride, stride * 2
        high = min(low + stride, most)
        if high == low or seen(way * high) == here:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if seen(way * middle) == here else (low, middle)
        at, here = high, seen(way * high)
        if here[0] == _OTHER[start[0]]:
            return at
    return None


def _signature(scope: Scope, rule: Rule, own: MeasureValue, outcome: Outcome, measure_id: str, now: Period) -> tuple[str, ...]:
    """Return the verdict, the result of each comparison, and the side of each number that is asked for from both sides."""
    sides = []
    for leaf in rule.walk():
        if isinstance(leaf, About) or (isinstance(leaf, Compare) and leaf.op == "=="):
            value = (own if leaf.of in ("", measure_id) else scope.measure(leaf.of, now)).value
            sides.append(str((value > leaf.value) - (value < leaf.value)) if isinstance(value, Fraction) else "")
    return (outcome.status()[0], *(check.result for check in outcome.checks), *sides)


def last_digit(item: Input) -> Fraction | None:
    """Return one unit of the last digit with which an input is printed, in the variable's unit; None where it has no last digit."""
    if item.value is None:
        return None
    printed = printed_number(item)
    if printed:
        return item.factor * Fraction(1, 10 ** decimal_places(printed))
    plain = format_full(item.value, 40)
    return Fraction(1, 10 ** decimal_places(plain)) if Fraction(plain) == item.value else None


def _limits(scope: Scope, item: Input, value: Fraction, reach: Fraction) -> tuple[Fraction, Fraction]:
    """Return between which values an input is followed."""
    span = abs(value) * reach / 100 if value else (last_digit(item) or Fraction(0)) * _ZERO_STEPS
    low, high = value - span, value + span
    low, high = (max(low, Fraction(0)), high) if value > 0 else (low, min(high, Fraction(0))) if value < 0 else (low, high)
    known = scope.catalog.variables.get(item.variable)
    lows: list[str | None] = [known.minimum] if known else []
    highs: list[str | None] = [known.maximum] if known else []
    if item.variable.startswith("reported."):
        measure = scope.catalog.measures[item.variable.removeprefix("reported.")]
        lows, highs = [measure.minimum], [measure.maximum]
    floors = [parse_decimal(text) for text in lows if text is not None]
    ceilings = [parse_decimal(text) for text in highs if text is not None]
    for variable in scope.catalog.variables.values() if known else ():
        if known is not None and variable.part_of == known.id:
            floors += _numbers(scope, variable.id, item.period)
    if known is not None and known.part_of:
        ceilings += _numbers(scope, known.part_of, item.period)
    # Limits that the value itself breaks are no limits of it.
    low = max([low, *(floor for floor in floors if floor <= value)])
    high = min([high, *(ceiling for ceiling in ceilings if ceiling >= value)])
    return low, high


def _numbers(scope: Scope, variable: str, period: str) -> list[Fraction]:
    other = scope.item(variable, period)
    return [other.value] if other is not None and other.value is not None and not other.missing else []


def _rank(flip: Flip) -> tuple[int, Fraction, int]:
    """Sort by percentage; then what has none, by steps; then what nothing flips."""
    if flip.steps is None:
        return 2, Fraction(0), 0
    if flip.percent is None:
        return 1, Fraction(0), abs(flip.steps)
    return 0, abs(flip.percent), abs(flip.steps)


def _record(catalog: Catalog, run: str, one: Fragility, flip: Flip) -> dict[str, object]:
    line, item = one.line, flip.item
    family, _, measure = item.variable.partition(".")
    known = catalog.variables.get(item.variable) or catalog.measures[measure if family in ("reported", "assigned") else item.variable]

    def shown(value: Fraction | None) -> float:
        return float("nan") if value is None else float(value)

    return {
        "run": run, "region_code": one.region.code, "region": one.region.name_zh, "period": one.period, "basis": line.basis,
        "set": line.source, "indicator": line.indicator, "milestone": line.milestone, "name_zh": line.name_zh, "name_en": line.name_en,
        "unit": line.unit, "target_text": line.text, "value": shown(one.own.shown), "gap": shown(one.gap), "status": one.status,
        "flips_to": _OTHER[one.status] if flip.steps is not None else "", "rounding": one.rounding, "variable": item.variable,
        "input_period": item.period, "role": flip.role, "input_zh": known.name_zh, "input_en": known.name_en, "input_unit": item.unit,
        "input_value": shown(item.value), "last_digit": shown(flip.step), "steps": _whole(flip.steps),
        "change": shown(flip.change), "change_pct": shown(flip.percent), "steps_down": _whole(flip.down), "steps_up": _whole(flip.up),
        "file": item.file, "sheet": item.sheet, "cell": item.cell, "reason": flip.reason,
    }  # fmt: skip


def _whole(steps: int | None) -> float:
    return float("nan") if steps is None else float(steps)
