"""Which unit a figure has: that in its cell, in the head, and the one it is wanted in."""

from __future__ import annotations

from dataclasses import dataclass

from evalkit.catalog.units import MAGNITUDES, ReceivedUnit, Units

# What settling can find, by how grave it is: codes of problems. Errors refuse the figure.
UNIT_PROBLEMS = {
    "unit_unknown": "error",
    "unit_missing": "error",
    "unit_not_convertible": "error",
    "unit_contradicts": "error",
    "unit_magnitude": "error",
    "price_base_differs": "error",
    "price_base_unclear": "error",
    "price_base_unsaid": "warning",
    "unit_differs": "note",
}


@dataclass(frozen=True, slots=True)
class SettledUnit:
    """The unit of a figure.

    Parameters
    ----------
    unit : str
        Canonical id, which converts into the one wanted; empty when the figure is refused.
    price_base : str
        As cell or head says: ``current``, a year, or nothing.
    problem : str
        A key of :data:`UNIT_PROBLEMS`; empty when all is well.
    text : str
        The spelling that the problem is about.
    """

    unit: str
    price_base: str = ""
    problem: str = ""
    text: str = ""


def settle_unit(units: Units, in_cell: str, in_head: str, wanted: str, price_base: str = "") -> SettledUnit:
    """Return the unit of a figure.

    A unit in the cell goes before that of the head, when both measure the same; 万 and 亿 alone are put before the head's.

    Parameters
    ----------
    units : Units
    in_cell, in_head : str
        As received; empty when there is none. The head is the head of a column, a column of units, a form or a mapping.
    wanted : str
        Unit of the variable.
    price_base : str
        Price base that the variable declares; empty when it declares none.
    """
    head = units.received(in_head) if in_head else ReceivedUnit("")
    if head is None:
        return SettledUnit("", problem="unit_unknown", text=in_head)
    cell = _in_cell(units, in_cell, head)
    if isinstance(cell, SettledUnit):
        return cell
    if head.unclear or cell.unclear:
        return SettledUnit("", problem="price_base_unclear", text=in_cell if cell.unclear else in_head)
    unit = cell.name or head.name or (wanted if wanted == "-" else "")
    if not unit:
        return SettledUnit("", problem="unit_missing")
    between = units.factor(cell.name, head.name) if cell.name and head.name else 1
    if between is None:
        return SettledUnit("", problem="unit_contradicts", text=in_cell)
    if units.factor(unit, wanted) is None:
        return SettledUnit("", problem="unit_not_convertible", text=in_cell if cell.name else in_head)
    base = cell.price_base or head.price_base
    if len({said for said in (cell.price_base, head.price_base, price_base) if said}) > 1:
        return SettledUnit("", problem="price_base_differs", text=in_cell if cell.price_base else in_head)
    if price_base and not base:
        return SettledUnit(unit, problem="price_base_unsaid", text=unit)
    differs = between != 1 and in_cell not in MAGNITUDES
    return SettledUnit(unit, base, "unit_differs" if differs else "", in_cell if differs else "")


def _in_cell(units: Units, text: str, head: ReceivedUnit) -> ReceivedUnit | SettledUnit:
    """Return the unit that a cell names, or why it names none."""
    if text in MAGNITUDES:
        if not head.name:
            return SettledUnit("", problem="unit_missing", text=text)
        name = units.prefixed(text, head.name)
        return ReceivedUnit(name) if name else SettledUnit("", problem="unit_magnitude", text=text)
    found = units.received(text) if text else ReceivedUnit("")
    return found or SettledUnit("", problem="unit_unknown", text=text)
