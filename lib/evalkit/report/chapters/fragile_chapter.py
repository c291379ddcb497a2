"""The chapter 最易翻转的判定: which verdicts a small change of one input would turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.break_even import Flip, Fragility, fragilities
from evalkit.assessment.values import printed_number
from evalkit.catalog import Catalog
from evalkit.intake import Inputs
from evalkit.messages.speech import say, term
from evalkit.report import look, marks, phrases
from evalkit.report.numbering import Numbering
from evalkit.report.sheets import styled_grid
from evalkit.report.tables import Align, Cell, Grid, escape
from evalkit.values import decimal_places, format_full

_MOST, _NEAR = 10, Fraction(5)  # lines of the table, percent of the input
_FEWEST = 4  # verdicts that make a chapter worth its page


@dataclass
class FragileLine:
    """Verdicts on one indicator that the same change of the same input turns."""

    one: Fragility
    flip: Flip
    item_name: str
    coming: bool = True
    asked: dict[str, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The indicator, with the composite that it is part of."""
        line = self.one.line
        return term(line.part_of) + phrases.brackets(term(line.name_zh)) if line.part_of else term(line.name_zh)

    @property
    def aims(self) -> str:
        """What is asked, each text once with all who ask it: ≥412.35（指标值，2025年、2030年目标）."""
        return phrases.clauses(term(text) + phrases.brackets(phrases.listing(by)) for text, by in self.asked.items())

    @property
    def value(self) -> str:
        """The value as printed, never equal in print to what it misses."""
        own = self.one.own
        if own.shown is None:
            return term(own.text) or "—"
        text = phrases.fixed(own.shown, own.digits)
        if self.one.gap and not round(self.one.gap * 10**own.digits):
            text = phrases.shortened(format_full(own.shown, 12), own.digits)
        return phrases.with_unit(text, self.one.line.unit)

    @property
    def received(self) -> str:
        """The input's value as it was received."""
        item = self.flip.item
        printed = printed_number(item)
        if printed:
            return phrases.with_unit(printed, item.unit_received or item.unit)
        return phrases.with_unit(format_full(item.value, 6), item.unit) if item.value is not None else "—"

    @property
    def turn(self) -> str:
        """What turns the verdict: 减少0.1吨（0.004%）即未达标."""
        change, flip = self.flip.change, self.flip
        if change is None:
            return "—"
        item = flip.item
        own = printed_number(item)
        amount, unit = (change / item.factor, item.unit_received or item.unit) if own else (change, item.unit)
        size = format_full(abs(amount), 6)
        digits = decimal_places(size)
        key = "fragile.turn_either" if flip.down == flip.up else "fragile.turn_less" if change < 0 else "fragile.turn_more"
        share = phrases.brackets(_percent(abs(flip.percent))) if flip.percent is not None else ""
        result = self._called({"met": "not_met", "not_met": "met"}[self.one.status])[1]
        return say(key, size=phrases.difference(amount, unit, digits), share=share, result=result)

    @property
    def verdict(self) -> tuple[look.StatusLook, str]:
        """How the verdict is shown: its looks and its word; a milestone ahead is not failed yet."""
        return self._called(self.one.status)

    def _called(self, status: str) -> tuple[look.StatusLook, str]:
        code = marks.counted(status, self.coming, self.one.line.attribute)
        return look.status(code), marks.short(code) or look.status(code).word

    @property
    def rounding(self) -> str:
        """Whether rounding alone decides, in words; a dash where it does not."""
        found = [*(["fragile.rounded_value"] if self.one.by_value else []), *(["fragile.rounded_input"] if self.flip.half else [])]
        return phrases.clauses(say(key) for key in found) or "—"


def _percent(value: Fraction) -> str:
    """Return a percentage with two digits that say something."""
    digits = 1
    while digits < 8 and value * 10**digits < 10:
        digits += 1
    return f"{phrases.plain(value, digits)}%"


@dataclass
class FragileChapter:
    """The verdicts that need least to be the other one.

    Parameters
    ----------
    lines : sequence of FragileLine
        Those in the table, the most fragile first.
    near : int
        How many lines there are within five percent of an input.
    total : int
        Verdicts that were tried.
    region_name, period : str
    """

    lines: Sequence[FragileLine]
    near: int
    total: int
    region_name: str
    period: str
    id: str = "fragile"
    landscape: bool = False

    def markdown(self, numbers: Numbering) -> str:
        """Return the text of the chapter."""
        caption = say("fragile.caption", region=self.region_name, period=phrases.period(self.period))
        table = numbers.table(fragile_grid(self.lines), caption, "lines")
        return f"{escape(self.sentence)}\n\n{table}\n\n::: {{.note}}\n{escape(say('fragile.note'))}\n:::\n"

    @property
    def sentence(self) -> str:
        """What was tried and what came out."""
        tried = say("fragile.tried", period=phrases.period(self.period), total=self.total)
        most, shown = phrases.plain(_NEAR, 2), len(self.lines)
        if not self.near:
            return say("fragile.none_near", tried=tried, most=most, shown=shown)
        if self.near > shown:
            return say("fragile.most_near", tried=tried, near=self.near, most=most, shown=shown)
        return say("fragile.all_near", tried=tried, near=self.near, most=most)


def fragile_grid(lines: Sequence[FragileLine]) -> Grid:
    """Return the table."""
    rounded = any(line.rounding != "—" for line in lines)
    names = ("indicator", "asked", "current", "verdict", "item", "turn", *(("rounding",) if rounded else ()))
    heads = [say(f"fragile.head_{name}") for name in names]
    rows = []
    for line in lines:
        (status, verdict), item = line.verdict, line.flip.item
        where = phrases.brackets(phrases.period(item.period)) if item.period != line.one.period else ""
        cells = [Cell(line.name), Cell(line.aims), Cell(line.value), Cell(f"{status.symbol} {verdict}", css=status.css)]
        cells += [
            Cell(phrases.labelled(line.item_name + where, line.received)),
            Cell(line.turn),
            *([Cell(line.rounding)] if rounded else []),
        ]
        rows.append(cells)
    least = [6.0, 6.0, 3.2, 5.8, 6.0, 7.0, *([4.0] if rounded else [])]
    align: list[Align] = ["left", "left", "right", "left", "left", "left"]
    return styled_grid(heads, rows, [*align, "left"] if rounded else align, least, wide=False)


def fragile_lines(catalog: Catalog, inputs: Inputs, region_code: str, period: str | None = None) -> tuple[list[FragileLine], int]:
    """Return the verdicts that some input turns, the most fragile first, and how many verdicts were tried.

    Parameters
    ----------
    catalog, inputs
        Rules and data of the run.
    region_code : str
    period : str, optional
        Default the latest of the run.
    """
    several = len(catalog.run(inputs.run).sets) > 1
    lines: dict[tuple[object, ...], FragileLine] = {}
    total = 0
    for one in fragilities(catalog, inputs, region_code, period):
        total += 1
        flip, line = one.flips[0], one.line
        if flip.change is None:
            continue
        place = (line.measure, line.name_zh, one.status, flip.item.variable, flip.item.period, flip.down, flip.up, flip.half, one.by_value)
        found = lines.setdefault(place, FragileLine(one, flip, _item_name(catalog, flip)))
        if line.basis == "set":
            by = phrases.in_title_marks(term(catalog.sets[line.source].name_zh)) if several else say("fragile.by_set")
        else:
            by = say("fragile.by_goal", period=phrases.period(line.at)) if line.at else say("fragile.by_plan")
        found.asked.setdefault(line.text, []).append(by)
        found.coming = found.coming and line.basis == "plan" and marks.ahead(one.period, line.at)
    return sorted(lines.values(), key=_rank), total


def _rank(line: FragileLine) -> tuple[bool, Fraction, int]:
    percent = line.flip.percent
    return percent is None, abs(percent or Fraction(0)), abs(line.flip.steps or 0)


def _item_name(catalog: Catalog, flip: Flip) -> str:
    family, _, measure = flip.item.variable.partition(".")
    if family in ("reported", "assigned"):
        name = term(catalog.measures[measure].name_zh)
        return say("fragile.assigned", name=name) if family == "assigned" else name
    known = catalog.variables.get(flip.item.variable)
    return phrases.beginning(term(known.name_zh)) if known else flip.item.variable


def fragile_chapters(catalog: Catalog, inputs: Inputs, region_code: str) -> list[FragileChapter]:
    """Return the chapter of a region, where enough verdicts rest on numbers."""
    lines, total = fragile_lines(catalog, inputs, region_code)
    if total < _FEWEST or not lines:
        return []
    near = sum(line.flip.percent is not None and abs(line.flip.percent) <= _NEAR for line in lines)
    return [FragileChapter(lines[: min(near, _MOST) or 1], near, total, term(catalog.regions[region_code].name_zh), lines[0].one.period)]
