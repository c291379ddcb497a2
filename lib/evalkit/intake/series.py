"""Values over the years: jumps, repetitions, and figures that are off by the factor of a unit."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from evalkit.catalog import Catalog
from evalkit.intake.inputs import Input, Inputs
from evalkit.messages import Problem
from evalkit.values import format_fixed, format_full, parse_decimal

_SLIPS = tuple(Fraction(10) ** power for power in (1, 2, 3, 4))
_MU_PER_HECTARE = Fraction(15)
_BAND = Fraction(1, 5)  # how far a ratio may be from the factor of a slip: 10 is suspected from 8 to 12
_YEARS = 3  # how far back a value is compared; over longer times a quantity may grow tenfold
_FEW = 100
# What is counted one by one: from a few of them to ten times as many is no slip.
_COUNTED = frozenset(["个", "项", "家", "户", "人", "人次", "种", "件", "台", "次", "份", "辆", "天", "年", "分", "次/年", "天/年"])
_RATIOS = frozenset(["%", "‰", "百分点", "-"])
_AREAS = frozenset(["亩", "公顷", "平方米", "平方千米"])


def check_series(catalog: Catalog, inputs: Inputs) -> None:
    """Add a warning for values that jump, repeat or look like a slip of unit against the years before.

    Compared are the values of one region and variable in the same part of each year. A value of another year than its period,
    a bound and a value that is not assessed are left out.
    """
    series: dict[tuple[str, str, str], dict[int, Input]] = defaultdict(dict)
    for (region, name, period), item in inputs.items.items():
        if item.value is not None and not item.bound and not item.missing and period[4:5] in ("", "-") and len(period) < 10:
            year = period[:4]
            if item.data_year in ("", year):
                series[region, name, period[4:]][int(year)] = item
    checks: dict[str, _Checks] = {}
    for (_, name, _), items in series.items():
        if len(items) > 1:
            if name not in checks:
                checks[name] = _Checks(catalog, name)
            checks[name].look(inputs, items)


class _Checks:
    """What is looked for in the values of one variable."""

    def __init__(self, catalog: Catalog, name: str) -> None:
        family, _, rest = name.partition(".")
        measure = catalog.measures.get(rest) if family == "reported" else None
        variable = catalog.variables.get(name)
        self.catalog = catalog
        self.name = variable.name_zh if variable else measure.name_zh if measure else name
        self.unit = catalog.variable_unit(name) or ""
        self.jump = parse_decimal(variable.jump) if variable and variable.jump is not None else None
        self.repeats = variable.repeats if variable else None
        self.pairs: dict[tuple[str, str, Fraction], str] = {}  # a file in the wrong unit has thousands of slips of one kind
        self.slips = self._slips((variable or measure).minimum if variable or measure else None)  # type: ignore[union-attr]

    def _slips(self, minimum: str | None) -> tuple[Fraction, ...]:
        """Return the factors that are suspected; a rate of change may be ten times that of the year before."""
        if self.unit in _RATIOS:
            return (Fraction(100),) if minimum is not None and parse_decimal(minimum) >= 0 else ()
        names = self.catalog.units.names
        area = any(unit in names and _converts(self.catalog, unit, self.unit) for unit in _AREAS)
        return (*_SLIPS, _MU_PER_HECTARE) if area else _SLIPS

    def look(self, inputs: Inputs, items: dict[int, Input]) -> None:
        years = sorted(items)
        suspected = self._suspected(items, years)
        for year, (other, factor) in suspected.items():
            self._tell_slip(inputs, items[year], items[other], factor)
        for year in years[1:]:
            if year - 1 in items and not {year, year - 1} & set(suspected):
                self._jumps(inputs, items[year], items[year - 1])
        if self.repeats:
            self._repetitions(inputs, items, years, self.repeats)

    # --- slips of unit

    def _suspected(self, items: dict[int, Input], years: list[int]) -> dict[int, tuple[int, Fraction]]:
        """Return the years whose values are off by the factor of a slip, with the year compared and the factor.

        Each value is compared with the latest before it that is not suspected itself; the first one with the second, when the
        third agrees with that.
        """
        found: dict[int, tuple[int, Fraction]] = {}
        if not self.slips:
            return found
        first, *rest = years
        if len(rest) > 1 and rest[1] - first <= _YEARS:
            factors = [self._factor(items[first], items[year]) for year in rest[:2]]
            if factors[0] and factors[1] and self._factor(items[rest[1]], items[rest[0]]) is None:
                found[first] = rest[0], factors[0]
        before = rest[0] if first in found else first
        for year in rest:
            if year == before:
                continue
            factor = self._factor(items[year], items[before]) if year - before <= _YEARS else None
            if factor:
                found[year] = before, factor
            else:
                before = year
        return found

    def _factor(self, item: Input, other: Input) -> Fraction | None:
        """Return the factor of a slip that the ratio of two values is near to (below 1 where the value is too small)."""
        assert item.value is not None and other.value is not None
        one, two = abs(item.value.numerator) * other.value.denominator, abs(other.value.numerator) * item.value.denominator
        if not one or not two or (one < 8 * two and two < 8 * one):  # 10 less the band: most values end here
            return None
        ratio = Fraction(max(one, two), min(one, two))
        near = [slip for slip in self.slips if abs(ratio / slip - 1) <= _BAND]
        if not near:
            return None
        factor = min(near, key=lambda slip: abs(ratio / slip - 1))
        smaller = min(abs(item.value), abs(other.value))
        if self.unit in _COUNTED and factor <= _FEW and smaller < _FEW and smaller.denominator == 1:
            return None
        return factor if one > two else 1 / factor

    def _tell_slip(self, inputs: Inputs, item: Input, other: Input, factor: Fraction) -> None:
        assert item.value is not None and other.value is not None
        kind = item.unit_received, other.unit_received, factor
        if kind not in self.pairs:
            self.pairs[kind] = _pair(self.catalog, *kind)
        values = {"name": self.name, "variable": item.variable, "period": item.period, "unit": item.unit, "run": inputs.run,
                  "value": _shown(item), "other": _shown(other), "other_period": other.period, "other_place": other.id,
                  "ratio": format_full(item.value / other.value, 4), "factor": str(factor),
                  "slip": self.pairs[kind]}  # fmt: skip
        inputs.problems.append(Problem("magnitude_suspected", item.place(), values, "warning", item.region))

    # --- jumps and repetitions

    def _jumps(self, inputs: Inputs, item: Input, other: Input) -> None:
        assert item.value is not None and other.value is not None
        if self.jump is None or not other.value:
            return
        change = (item.value - other.value) / abs(other.value) * 100
        if abs(change) > self.jump:
            values = {"name": self.name, "variable": item.variable, "period": item.period, "unit": item.unit, "run": inputs.run,
                      "value": _shown(item), "other": _shown(other), "other_period": other.period, "other_place": other.id,
                      "change": ("+" if change > 0 else "") + format_fixed(change, 1), "limit": format_full(self.jump)}  # fmt: skip
            inputs.problems.append(Problem("year_jump", item.place(), values, "warning", item.region))

    def _repetitions(self, inputs: Inputs, items: dict[int, Input], years: list[int], least: int) -> None:
        """Add a warning at the last of at least so many years in a row with one value; nothing year after year is no repetition."""
        row: list[Input] = []
        for position, year in enumerate(years):
            item = items[year]
            row = [*row, item] if row and year - 1 in items and item.value == row[-1].value else [item]
            following = items.get(year + 1)
            ends = position == len(years) - 1 or following is None or following.value != item.value
            if ends and len(row) >= least and item.value:
                values = {"name": self.name, "variable": item.variable, "period": item.period, "unit": item.unit, "run": inputs.run,
                          "value": _shown(item), "count": len(row), "first": row[0].period,
                          "others": [other.id for other in row[:-1]]}  # fmt: skip
                inputs.problems.append(Problem("value_repeated", item.place(), values, "warning", item.region))


def _converts(catalog: Catalog, unit: str, other: str) -> bool:
    try:
        return catalog.units.factor(unit, other) is not None
    except (KeyError, ValueError):  # a unit that is not declared or cannot be read: said elsewhere
        return False


def _pair(catalog: Catalog, unit: str, compared: str, factor: Fraction) -> str:
    """Return which unit may have been taken for the one received, 元 → 万元, here or in the value compared; else the mere factor."""
    for received, wanted in ((unit, 1 / factor), (compared, factor)):
        for row in catalog.units.rows:
            if _converts(catalog, row.id, received) and catalog.units.factor(row.id, received) == wanted:
                return f"{row.id} → {received}"
    return f"× {factor}" if factor > 1 else f"÷ {1 / factor}"


def _shown(item: Input) -> str:
    return "" if item.value is None else format_full(item.value, 12)
