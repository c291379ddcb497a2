"""Units of the field: what converts into what, and whether a formula's units come out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from evalkit.catalog.models import UnitRow
from evalkit.formulas.vocabulary import Apply, Constant, Expr, Role, Test, Where
from evalkit.values.figures import PRICE
from evalkit.values.missing import half_width

Size = tuple[Fraction, tuple[tuple[str, Fraction], ...]]  # factor over base units, and their exponents
_PERCENT: Size = (Fraction(1, 100), ())
_ONE: Size = (Fraction(1), ())


_MAGNITUDES = ("十", "百", "千", "万", "十万", "百万", "千万", "亿", "十亿", "百亿", "千亿", "万亿")
MAGNITUDES = {name: Fraction(10**power) for power, name in enumerate(_MAGNITUDES, start=1)}
_PRICE_BEHIND = re.compile(rf"(?P<unit>.*?)(?:\({PRICE.pattern}\)|[,;]?{PRICE.pattern.replace('?P<price', '?P<open_price')})")
_SPELLINGS = str.maketrans({"²": "2", "³": "3", "㎡": "m2", "㎥": "m3", "㎞": "km", "㎏": "kg", "µ": "μ", "•": "·", "・": "·", "⋅": "·"})


@dataclass(frozen=True, slots=True)
class ReceivedUnit:
    """A unit as somebody wrote it.

    Parameters
    ----------
    name : str
        Canonical id; empty when the text names a price base alone.
    price_base : str
        ``current`` or the year of constant prices; empty when the text names none.
    unclear : bool
        The text speaks of constant or comparable prices without the year, or of current prices of a year.
    """

    name: str
    price_base: str = ""
    unclear: bool = False


class UnitMismatchError(ValueError):
    """Two units do not fit together; the text says which."""


@dataclass
class Units:
    """The units of ``params/units.yml``.

    Parameters
    ----------
    rows : sequence of UnitRow
        In any order; definitions refer to the symbols of other rows.
    """

    rows: tuple[UnitRow, ...]
    _sizes: dict[str, Size] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, str]:
        """Canonical id by id and alias."""
        names = {row.id: row.id for row in self.rows}
        for row in self.rows:
            for alias in row.aliases:
                names.setdefault(alias, row.id)
        return names

    @cached_property
    def _spelled(self) -> dict[str, str]:
        """Canonical id by spelling without case, exponents and widths; empty where a spelling belongs to several."""
        spelled: dict[str, str] = {}
        for alias, name in self.names.items():
            key = _spelling(alias)
            spelled[key] = name if spelled.get(key, name) == name else ""
        return spelled

    def known(self, text: str) -> str | None:
        """Return the canonical id of a unit in whatever spelling: full-width, capitals, ``m2`` for ``m²``; None when it is unknown."""
        return self.names.get(text) or self._spelled.get(_spelling(text)) or None

    def received(self, text: str) -> ReceivedUnit | None:
        """Return what a unit as received means: ``亿元（2020年价）``, ``（万吨）``, ``单位：公顷``; None when it is unknown."""
        name = self.known(text)
        if name is not None:
            return ReceivedUnit(name)
        plain = re.sub(r"^(?:计量)?单位:", "", "".join(half_width(text).split()))
        bare = plain[1:-1] if re.fullmatch(r"\([^()]*\)|\[[^\[\]]*\]", plain) else plain
        name = self.known(bare)
        if name is not None:
            return ReceivedUnit(name)
        found = _PRICE_BEHIND.fullmatch(plain) or _PRICE_BEHIND.fullmatch(bare)
        name = self.known(found["unit"]) if found and found["unit"] else ""
        if found is None or name is None:
            return None
        year, kind = found["price_year"] or found["open_price_year"], found["price"] or found["open_price"]
        current = kind in ("当年", "现行", "现")
        unclear = bool(year) == current  # current prices of a year, or constant ones of none
        return ReceivedUnit(name, "" if unclear else year or "current", unclear)

    def prefixed(self, magnitude: str, unit: str) -> str | None:
        """Return the unit that is a magnitude of another, such as 万吨 for 万 and 吨; None when there is none."""
        name = self.known(magnitude + unit)
        if name is None or magnitude not in MAGNITUDES or unit not in self.names:
            return None
        return name if self.factor(name, unit) == MAGNITUDES[magnitude] else None

    @cached_property
    def _registry(self) -> Any:
        import pint  # half a second: only when units are checked or converted

        registry: Any = pint.UnitRegistry(None, non_int_type=Fraction)
        for row in self.rows:
            symbol = self._symbol(row)
            registry.define(f"{symbol} = [{symbol}]" if row.definition == "base" else f"{symbol} = {row.definition}")
        return registry

    def _symbol(self, row: UnitRow) -> str:
        return row.symbol or f"unit_{self.rows.index(row)}"

    def size(self, unit: str) -> Size:
        """Return factor and exponents of a unit over the base units.

        Raises
        ------
        KeyError
            The unit is unknown.
        UnitMismatchError
            Its definition cannot be read.
        """
        name = self.names[unit]
        if name not in self._sizes:
            row = next(row for row in self.rows if row.id == name)
            try:
                base = self._registry.Quantity(Fraction(1), self._symbol(row)).to_root_units()
                powers = tuple(sorted((str(key), Fraction(power)) for key, power in base.unit_items()))
                size = Fraction(base.magnitude)
            except Exception as error:  # pint raises many kinds; each is a fault of a definition
                raise UnitMismatchError(f"{name}: {error}") from None
            if not size:
                raise UnitMismatchError(f"{name}: 0")
            self._sizes[name] = (size, powers)
        return self._sizes[name]

    def factor(self, received: str, wanted: str) -> Fraction | None:
        """Return what a value in `received` is multiplied by to be in `wanted`; None when they do not convert."""
        if self.names.get(received, received) == self.names.get(wanted, wanted):
            return Fraction(1)
        (have, have_powers), (want, want_powers) = self.size(received), self.size(wanted)
        return have / want if have_powers == want_powers else None

    def check(self) -> Iterable[tuple[str, str]]:
        """Yield each unit whose definition cannot be read, with the reason."""
        for row in self.rows:
            try:
                self.size(row.id)
            except UnitMismatchError as error:
                yield row.id, str(error)

    def of_formula(self, tree: Expr, units: Mapping[str, str]) -> Size:
        """Return the size of a formula's result; raise :class:`UnitMismatchError` when its parts do not fit."""
        size = self._size_of(tree, units)
        return _ONE if size is None else size

    def _size_of(self, node: Expr, units: Mapping[str, str]) -> Size | None:
        match node:
            case Constant():
                return None  # a bare number takes the unit of what it is added to or compared with
            case Role(name):
                return self.size(units[name])
            case Test(_, left, right):
                return self._same((left, right), units)
            case Where(condition, then, otherwise):
                self._size_of(condition, units)
                return self._same((then, otherwise), units)
            case Apply("share", (part, whole)):
                if self._quotient(part, whole, units) != _ONE:
                    raise UnitMismatchError(f"share({self._show(part, units)}, {self._show(whole, units)})")
                return _PERCENT
            case Apply("/", (left, right)):
                return self._quotient(left, right, units)
            case Apply("*", (left, right)):
                return _multiply(self._size_of(left, units) or _ONE, self._size_of(right, units) or _ONE, 1)
            case Apply("count_if", tests):
                for test in tests:
                    self._size_of(test, units)
                return _ONE
            case Apply("round", (value, _)):
                return self._size_of(value, units)
            case Apply(_, arguments):
                return self._same(arguments, units)
        raise UnitMismatchError(type(node).__name__)

    def _quotient(self, left: Expr, right: Expr, units: Mapping[str, str]) -> Size:
        return _multiply(self._size_of(left, units) or _ONE, self._size_of(right, units) or _ONE, -1)

    def _same(self, nodes: tuple[Expr, ...], units: Mapping[str, str]) -> Size | None:
        sizes = [size for size in (self._size_of(node, units) for node in nodes) if size is not None]
        if any(size != sizes[0] for size in sizes):
            raise UnitMismatchError(", ".join(self._show(node, units) for node in nodes))
        return sizes[0] if sizes else None

    def _show(self, node: Expr, units: Mapping[str, str]) -> str:
        return " · ".join(f"{leaf.name} [{units[leaf.name]}]" for leaf in node.walk() if isinstance(leaf, Role)) or "number"


def _multiply(left: Size, right: Size, sign: int) -> Size:
    powers = dict(left[1])
    for unit, power in right[1]:
        powers[unit] = powers.get(unit, Fraction(0)) + sign * power
    factor = left[0] * right[0] if sign > 0 else left[0] / right[0]
    return factor, tuple(sorted((unit, power) for unit, power in powers.items() if power))


def _spelling(text: str) -> str:
    return "".join(half_width(text).translate(_SPELLINGS).lower().split())
