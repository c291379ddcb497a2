"""Regions (or the periods of one region) side by side: values and statuses of each indicator in tables and heat maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from evalkit.assessment.counts import group_by_indicator, indicator_status
from evalkit.messages.speech import english, say, term
from evalkit.report import look, marks, overview, phrases, sheets
from evalkit.report.canvas import Chart
from evalkit.report.model import Group, IndicatorRow, ReportModel
from evalkit.report.numbering import Numbering
from evalkit.report.page import cell_words
from evalkit.report.tables import Align, Cell, Grid, fit_widths
from evalkit.report.value_charts import RegionValue, value_charts

Labelled = tuple[str, Group]
_CHARS = 80.0  # of a landscape page in table text; the official form has wider margins than the technical one
_MARGIN = 0.95  # what a cell loses at its sides, in characters
_GOOD = ("met", "reached", "satisfied", "clear")
_MOST_TARGETS = 3  # thresholds of different regions that are printed beside each other
_COLUMN, _WORD = 8.0, 4.0  # the most that a region's column claims for a figure, and for words, which break


def by_set(models: Sequence[ReportModel]) -> list[list[Labelled]]:
    """Return the groups side by side: one list for each set (and milestone), rows labelled by region, period or both."""
    several = len(models) > 1
    found: dict[tuple[str, str], list[tuple[ReportModel, Group]]] = {}
    for model in models:
        for group in model.groups:
            found.setdefault((group.set_id, group.goal_of_plan), []).append((model, group))
    labelled = []
    for some in found.values():
        periods = {group.period for _, group in some}
        rows = []
        for model, group in some:
            when, name = phrases.period(group.period), term(model.context.region_name)
            both = say("rollup.label_both", region=name, period=when)
            rows.append((both if several and len(periods) > 1 else name if several or len(periods) == 1 else when, group))
        labelled.append(rows)
    return labelled


def set_title(some: Sequence[Labelled]) -> str:
    """Return the name of the set, with the milestone of a plan."""
    group = some[0][1]
    if not group.goal_of_plan:
        return term(group.set_name)
    return say("rollup.set_goal", name=term(group.set_name), milestone=phrases.period(group.goal_of_plan))


def by_period(some: Sequence[Labelled]) -> bool:
    """Whether the rows are the periods of one region."""
    return len(some) > 1 and all(label == phrases.period(group.period) for label, group in some)


def heading(some: Sequence[Labelled]) -> str:
    """Return what the rows are called: 地区 or 评估期."""
    return say("rollup.period") if by_period(some) else say("rollup.region")


def captioned(what: str, which: str) -> str:
    """Return a caption with the set that it is about: 达标情况总览（…）."""
    return say("rollup.caption_of", what=what, which=which)


def in_periods(some: Sequence[Labelled], models: Sequence[ReportModel]) -> list[list[Labelled]]:
    """Return the rows of several regions apart by period, labelled by region alone; what needs no parting in one piece."""
    if len(models) == 1 or len({group.period for _, group in some}) == 1:
        return [list(some)]
    owner = {id(group): term(model.context.region_name) for model in models for group in model.groups}
    ordered = sorted(some, key=lambda item: item[1].period)  # stable: regions keep the order of the run
    return [[(owner[id(group)], group) for _, group in own] for _, own in groupby(ordered, key=lambda item: item[1].period)]


# --- one table of values and statuses


@dataclass(frozen=True)
class _Line:
    """An indicator (or a part of one) and what each region has for it."""

    first: IndicatorRow
    cells: tuple[IndicatorRow | None, ...]

    @property
    def target(self) -> str:
        """The threshold, or those of different regions."""
        found = list(dict.fromkeys(cell.target for cell in self.cells if cell and cell.target not in ("", "—")))
        if not found:
            return "—"
        return phrases.clauses(found) if len(found) <= _MOST_TARGETS else say("rollup.various")

    @property
    def reaching(self) -> str:
        """How many are at the target of those to which it applies."""
        statuses = [cell.mark.code for cell in self.cells if cell and cell.status != "not_applicable"]
        met = sum(code in _GOOD for code in statuses)
        return say("rollup.reaching_cell", met=met, n=len(statuses)) if statuses else "—"


def side_tables(some: Sequence[Labelled], numbers: Numbering) -> list[Callable[[], str]]:
    """Return the tables indicators × regions, as many as regions need; each gets its number when it is printed."""
    lines = _lines(some)
    widths = [_region_width(label, [line.cells[place] for line in lines]) for place, (label, _) in enumerate(some)]
    composed = any(line.first.part_of for line in lines)
    fixed = (39.0 if english() else 31.0) + (6.0 if composed else 0.0)
    parts = _parts(widths, _CHARS - fixed)
    periods = phrases.listing([phrases.period(name) for name in sorted({group.period for _, group in some})])
    alone = by_period(some)
    what, which = say("rollup.side_periods") if alone else say("rollup.side"), set_title(some)
    which = which if alone else say("rollup.heat_subtitle", periods=periods, which=which)

    def make(number: int, part: range) -> str:
        caption = captioned(what, which)
        if len(parts) > 1:
            caption = say("rollup.side_part", what=what, which=which, number=number, total=len(parts))
        return numbers.table(_side_grid(some, lines, part, composed=composed), caption)

    return [lambda number=number, part=part: make(number, part) for number, part in enumerate(parts, start=1)]  # type: ignore[misc]


def side_notes(some: Sequence[Labelled]) -> list[str]:
    """Return what the cells of these tables mean."""
    reaching = say("rollup.reaching_periods") if by_period(some) else say("rollup.reaching")
    differing = any("；" in line.target or "; " in line.target for line in _lines(some))
    return [say("rollup.side_note", reaching=reaching), *([say("rollup.side_various")] if differing else [])]


def _lines(some: Sequence[Labelled]) -> list[_Line]:
    order: dict[tuple[str, str], IndicatorRow] = {}
    for _, group in some:
        for line in group.table:
            order.setdefault((line.attribute, line.indicator), line)
    held = [{(line.attribute, line.indicator): line for line in group.table} for _, group in some]
    return [_Line(first, tuple(own.get(key) for own in held)) for key, first in order.items()]


def _shown(cell: IndicatorRow | None) -> str:
    """Return value and symbol; the symbol alone where there is no value, as the reason would fill the cell."""
    if cell is None:
        return ""
    valued = cell.current not in ("", "—") and (any(char.isdigit() for char in cell.current) or cell.status in ("met", "not_met"))
    return f"{cell.current} {cell.mark.symbol}" if valued else cell.mark.symbol


def _region_width(label: str, cells: Sequence[IndicatorRow | None]) -> float:
    """Return how wide the column of a region has to be, with its margins."""
    texts = [text for cell in cells if " " in (text := _shown(cell))]
    figures = [phrases.display_width(text) for text in texts if phrases.number(text.split(" ")[0]) is not None]
    words = [phrases.display_width(word) for text in texts for word in text.split(" ")]
    head = (
        max((phrases.display_width(word) for word in label.split()), default=2.0) if label.isascii() else phrases.display_width(label) / 3
    )
    return max(min(max(figures, default=0.0), _COLUMN), min(max([*words, head]), _WORD), 3.2) + _MARGIN


def _parts(widths: Sequence[float], room: float) -> list[range]:
    """Return the columns in as few parts of about the same number as fit the room each."""
    for count in range(1, len(widths) + 1):
        parts = overview.split(len(widths), count)
        if all(sum(widths[place] for place in part) <= room for part in parts):
            return parts
    return overview.split(len(widths), len(widths))


def _side_grid(some: Sequence[Labelled], lines: Sequence[_Line], part: range, *, composed: bool) -> Grid:
    reaching = say("rollup.reaching_periods") if by_period(some) else say("rollup.reaching")
    name = [Cell(say("rollup.indicator"), columns=2 if composed else 1)]
    head = [Cell(say("rollup.domain")), Cell(say("rollup.seq")), *name, Cell(say("rollup.unit")), Cell(say("rollup.target"))]
    head += [Cell(reaching), *(Cell(some[place][0]) for place in part)]
    shape = [[head[0].text, head[1].text, "", *([""] if composed else []), *(cell.text for cell in head[3:])]]
    body: list[list[Cell]] = []
    for domain, block in groupby(lines, key=lambda line: line.first.domain):
        own = list(block)
        for place, line in enumerate(own):
            cells = [Cell(term(domain), rows=len(own))] if not place else []
            names, texts = _names(own, place, composed=composed)
            values = [term(line.first.unit), term(line.target), line.reaching]
            shown = [(_shown(line.cells[column]), line.cells[column]) for column in part]
            cells += [*names, *(Cell(text) for text in values)]
            cells += [Cell(text, css=cell.mark.css if cell else "") for text, cell in shown]
            body.append(cells)
            shape.append(["", *texts, *values, *(text for text, _ in shown)])
    named = 2 if composed else 1
    align: list[Align] = ["center", "center"]
    align += ["left"] * named
    align += ["center", "left", "center"]
    align += ["right"] * len(part)
    least = [2.2, 2.2, *([5.0] * named), 2.2, 9.0 if english() else 4.4, 3.2]
    least += [_region_width(some[place][0], [line.cells[place] for line in lines]) - _MARGIN for place in part]
    widths = [width + _MARGIN for width in fit_widths(shape, _CHARS - _MARGIN * len(align), least, 40.0 if english() else 20.0)]
    return Grid([head], body, align, widths)


def _names(block: Sequence[_Line], place: int, *, composed: bool) -> tuple[list[Cell], list[str]]:
    """Return number and name; those of a composite stand once for all its parts that follow each other."""
    row = block[place].first
    seq = f"{row.seq}"
    if not row.part_of:
        return [Cell(seq), Cell(term(row.name), columns=2 if composed else 1)], [seq, *(["", ""] if composed else [term(row.name)])]

    def same(other: _Line) -> bool:
        return (other.first.part_of, other.first.seq, other.first.attribute) == (row.part_of, row.seq, row.attribute)

    if place and same(block[place - 1]):
        return [Cell(term(row.name))], ["", "", term(row.name)]
    count = next((step for step, other in enumerate(block[place:]) if not same(other)), len(block) - place)
    whole = term(row.part_of)
    return [Cell(seq, rows=count), Cell(whole, rows=count), Cell(term(row.name))], [seq, whole, term(row.name)]


# --- heat maps and the values of single indicators


def heat_figures(some: Sequence[Labelled], name: str, numbers: Numbering, *, apart: bool = False) -> list[Callable[[], str]]:
    """Return the heat maps of a set, as many figures as they need; `apart`: of basic conditions and veto items."""
    columns: dict[tuple[str, str], overview.Column] = {}
    found: dict[tuple[int, tuple[str, str]], str] = {}
    said: dict[tuple[int, tuple[str, str]], str] = {}
    for place, (_, group) in enumerate(some):
        lines = {line.indicator: line for line in (group.apart_table if apart else group.table)}
        for parts in group_by_indicator(group.apart if apart else group.rows).values():
            first = parts[0]
            key = (first["attribute"], first["seq"] or first["indicator"])
            title = term(first["part_of"] or first["name_zh"])
            columns.setdefault(key, overview.Column(term(first["domain"]), first["attribute"], first["seq"], title))
            found[place, key] = marks.counted(indicator_status(part["status"] for part in parts), group.coming, first["attribute"])
            said[place, key] = cell_words([(part, lines[part["indicator"]]) for part in parts])
    order = {key: index for index, key in enumerate(columns)}
    periods = phrases.listing([phrases.period(when) for when in sorted({group.period for _, group in some})])
    charts = overview.heat_maps(
        [label for label, _ in some], list(columns.values()), {(place, order[key]): code for (place, key), code in found.items()},
        name=name, noun="periods" if by_period(some) else "regions",
        subtitle=say("rollup.heat_subtitle", periods=periods, which=set_title(some)), source=say("rollup.heat_source", periods=periods),
        details={(place, order[key]): text for (place, key), text in said.items()},
    )  # fmt: skip
    caption = captioned(say("rollup.heat_apart") if apart else say("rollup.heat"), set_title(some))
    return [_figure(chart, caption, numbers) for chart in charts]


def value_figures(some: Sequence[Labelled], name: str, *, ranking: bool) -> list[Chart]:
    """Return the charts of the one indicator of a set."""
    first, alone = some[0][1].rows[0], by_period(some)
    values = []
    for label, group in some:
        row = group.rows[0]
        value = phrases.number(row["value"])
        if value is not None:
            values.append(RegionValue(label, value, group.table[0].current, marks.code_of(row)))
    period = f"{some[0][1].period}/{some[-1][1].period}" if alone else first["period"]
    # thresholds of their own would make one line wrong for the others
    same = len({group.rows[0]["target_value"] for _, group in some}) == 1
    return value_charts(
        values, indicator=term(first["name_zh"]), unit=first["unit"], period=period,
        target=phrases.number(first["target_value"]) if same else None, target_text=first["target_text"] if same else "", name=name,
        source=say("rollup.value_source", period=phrases.period(period)), noun="periods" if alone else "regions", ranking=ranking,
    )  # fmt: skip


def value_table(some: Sequence[Labelled], numbers: Numbering) -> str:
    """Return values, thresholds and statuses of the one indicator of a set."""
    first = some[0][1].rows[0]
    name, unit = term(first["name_zh"]), phrases.unit(first["unit"])
    targeted = any(row["status"] != "no_target" for _, group in some for row in group.rows)
    heads = [heading(some), say("rollup.value_head", name=name, unit=unit) if unit else name, say("rollup.value_from")]
    heads += [*([say("rollup.target"), say("rollup.status")] if targeted else []), say("rollup.remark")]
    kinds = {
        "computed": say("rollup.from_computed"), "reported": say("rollup.from_reported"), "adopted": say("rollup.from_adopted"),
    }  # fmt: skip
    rows = []
    for label, group in some:
        row, line = group.rows[0], group.table[0]
        source = kinds.get(row["value_source"], "—")
        rows.append([label, line.current, source] + ([line.target, line.mark.code] if targeted else []) + [line.remark])
    align: list[Align] = ["left", "right", "center"]
    align += ["left", "left", "left"] if targeted else ["left"]
    grid = sheets.plain_grid(heads, rows, align, css=4 if targeted else -1)
    return numbers.table(grid, say("rollup.by_region", name=name))


def _figure(chart: Chart, caption: str, numbers: Numbering) -> Callable[[], str]:
    return lambda: numbers.figure(chart, caption)


def status_labels(some: Sequence[Labelled]) -> list[look.StatusLook]:
    """Return how the statuses of all lines are shown, for the legend."""
    return [row.mark for _, group in some for row in (*group.table, *group.apart_table)]
