"""What stands in the sheets of the indicator table: columns, cells and merged runs, without a word of Excel."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from evalkit.messages.speech import english, say, term
from evalkit.report import look, phrases
from evalkit.report.model import Group, IndicatorRow, ReportModel
from evalkit.report.rollup_compare import Labelled, by_period, set_title
from evalkit.report.wording import plain_number

_GOOD = ("met", "reached", "satisfied", "clear")


@dataclass(frozen=True)
class BookCell:
    """A cell: a text, or a number as printed; `rows` and `columns` it covers, and the status whose colour it has."""

    text: str
    number: bool = False
    status: look.StatusLook | None = None
    symbol: str = ""
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class BookColumn:
    """Head and width of a column; `align` is ``left``, ``center`` or ``right``."""

    head: str
    width: float
    align: str = "left"


@dataclass(frozen=True)
class Table:
    """A sheet: name and title, columns, rows (cells covered by another are None); `fixed` columns stay in view, `filtered` has filters."""

    name: str
    title: str
    columns: Sequence[BookColumn]
    rows: Sequence[Sequence[BookCell | None]]
    fixed: int
    filtered: bool = False
    notes: Sequence[str] = field(default=())


def official_table(model: ReportModel, group: Group) -> Table:
    """Return 指标完成情况总表 of one set and period, merged as official tables are; conditions and veto items come first."""
    lines = [*group.apart_table, *group.table]
    composed = any(line.part_of for line in lines)
    tasked = any(line.task for line in lines)
    current = phrases.period(group.period)
    goal = say("book.goal", period=phrases.period(group.goal_of_plan)) if group.goal_of_plan else say("book.target")
    columns = [
        BookColumn(say("book.domain"), 6.5 if not english() else 11, "center"),
        *([BookColumn(say("book.task"), 9.5)] if tasked else []),
    ]
    columns += [BookColumn(say("book.seq"), 5.0, "center"), BookColumn(say("book.indicator"), 14.5 if composed else 24)]
    columns += [BookColumn(say("book.part"), 14.5)] if composed else []
    columns += [BookColumn(say("book.unit"), 7.5, "center"), BookColumn(goal, 14), BookColumn(say("book.attribute"), 7.5, "center")]
    columns += [BookColumn(phrases.period(when), 9, "right") for when in group.history_periods]
    columns += [BookColumn(current, 9, "right")]
    columns += [BookColumn(say("book.goal", period=phrases.period(when)), 9, "right") for when in group.milestones]
    columns += [BookColumn(say("book.status"), 10)]
    further = [one for one in _further() if any(one[1](line) for line in lines)]
    columns += [BookColumn(head, width) for head, _, width in further]
    rows = []
    for place, line in enumerate(lines):
        cells: list[BookCell | None] = [_first(lines, place, lambda one: one.domain, term(line.domain))]
        cells += [_first(lines, place, lambda one: (one.domain, one.task), term(line.task))] if tasked else []
        cells += _names(lines, place, composed=composed)
        cells += [BookCell(term(line.unit)), BookCell(term(line.target)), BookCell(line.attribute)]
        cells += [value_cell(text) for text in (*line.history, line.current, *line.goals)]
        cells += [BookCell(line.mark.label, status=line.mark), *(BookCell(find(line)) for _, find, _ in further)]
        rows.append(cells)
    name = term(group.set_name)
    title = say("book.title", region=term(model.context.region_full_name), period=current, name=_of_goal(name, group))
    return Table(say("book.sheet", period=current, name=name), title, columns, rows, 2 + tasked + 1)


def side_table(some: Sequence[Labelled]) -> Table:
    """Return the regions of one set and period side by side: the value of each as a number, with the symbol of its status."""
    group = some[0][1]
    order: dict[tuple[str, str], IndicatorRow] = {}
    for _, one in some:
        for line in (*one.apart_table, *one.table):
            order.setdefault((line.attribute, line.indicator), line)
    held = [{(line.attribute, line.indicator): line for line in (*one.apart_table, *one.table)} for _, one in some]
    lines = list(order.values())
    composed = any(line.part_of for line in lines)
    reaching = say("book.reaching_periods") if by_period(some) else say("book.reaching")
    columns = [BookColumn(say("book.domain"), 6.5 if not english() else 11, "center"), BookColumn(say("book.seq"), 5.0, "center")]
    columns += [BookColumn(say("book.indicator"), 14.5 if composed else 24), *([BookColumn(say("book.part"), 14.5)] if composed else [])]
    columns += [BookColumn(say("book.unit"), 7.5, "center"), BookColumn(say("book.target"), 14), BookColumn(reaching, 9, "center")]
    columns += [BookColumn(label, 9, "right") for label, _ in some]
    rows = []
    for place, (key, line) in enumerate(order.items()):
        own = [lines_of.get(key) for lines_of in held]
        targets = list(dict.fromkeys(one.target for one in own if one and one.target not in ("", "—")))
        judged = [one.mark.code in _GOOD for one in own if one and one.status != "not_applicable"]
        cells: list[BookCell | None] = [_first(lines, place, lambda one: one.domain, term(line.domain))]
        cells += _names(lines, place, composed=composed)
        cells += [BookCell(term(line.unit)), BookCell(phrases.clauses(targets) or "—")]
        # a text: Excel would take 5/14 for a day of May
        cells += [BookCell(f"{sum(judged)}/{len(judged)}" if judged else "—")]
        cells += [_side_cell(one) for one in own]
        rows.append(cells)
    period = phrases.period(group.period)
    name = say("book.sheet", period=period, name=term(group.set_name))
    return Table(name, say("book.title_side", period=period, name=set_title(some)), columns, rows, 3 + composed)


def flat_table(models: Sequence[ReportModel], title: str) -> Table:
    """Return every row of every region, set and period on a line of its own, without merged cells."""
    groups = [(model, group) for model in models for group in model.groups]
    everything = [line for _, group in groups for line in (*group.apart_table, *group.table)]
    further = [one for one in _further() if any(one[1](line) for line in everything)]
    tasked, composed = any(line.task for line in everything), any(line.part_of for line in everything)
    columns = [BookColumn(say("book.code"), 9), BookColumn(say("book.region"), 12), BookColumn(say("book.period"), 9)]
    columns += [
        BookColumn(say("book.set"), 26),
        BookColumn(say("book.domain"), 9.5),
        *([BookColumn(say("book.task"), 14)] if tasked else []),
    ]
    columns += [BookColumn(say("book.seq"), 5.0, "center"), BookColumn(say("book.indicator"), 24)]
    columns += [*([BookColumn(say("book.part"), 14.5)] if composed else []), BookColumn(say("book.unit"), 7.5, "center")]
    columns += [
        BookColumn(say("book.target"), 14),
        BookColumn(say("book.attribute"), 7.5, "center"),
        BookColumn(say("book.value"), 11, "right"),
    ]
    columns += [BookColumn(say("book.value_text"), 14), BookColumn(say("book.status"), 10)]
    columns += [BookColumn(head, width) for head, _, width in further]
    rows: list[list[BookCell | None]] = []
    for model, group in groups:
        name = _of_goal(term(group.set_name), group)
        head = [model.context.region_code, term(model.context.region_name), phrases.period(group.period), name]
        for line in (*group.apart_table, *group.table):
            value = value_cell(line.current)
            named = [term(line.part_of), term(line.name)] if line.part_of else [term(line.name), ""]
            texts = [*head, term(line.domain), *([term(line.task)] if tasked else []), plain_number(line.seq)]
            texts += [*(named if composed else named[:1]), term(line.unit), term(line.target), line.attribute]
            cells: list[BookCell | None] = [BookCell(text) for text in texts]
            # numbers in a column of their own, so that it adds up and sorts
            cells += [value if value.number else BookCell(""), BookCell("" if value.number or value.text == "—" else value.text)]
            cells += [BookCell(line.mark.label, status=line.mark), *(BookCell(find(line)) for _, find, _ in further)]
            rows.append(cells)
    return Table(say("book.flat"), title, columns, rows, 2, filtered=True)


def value_cell(text: str) -> BookCell:
    """Return a value as a number where it is one that Excel holds exactly as printed, else as the text that it is."""
    digits = sum(char.isdigit() for char in text)
    # fifteen digits are all that a cell keeps
    return BookCell(text, number=phrases.number(text) is not None and digits <= 15)


def _side_cell(line: IndicatorRow | None) -> BookCell:
    if line is None:
        return BookCell("")
    value = value_cell(line.current)
    if value.number:
        return BookCell(value.text, number=True, status=line.mark, symbol=line.mark.symbol)
    said = line.current not in ("", "—") and line.status in ("met", "not_met")
    return BookCell(f"{line.current} {line.mark.symbol}" if said else line.mark.symbol, status=line.mark)


def _further() -> list[tuple[str, Callable[[IndicatorRow], str], float]]:
    """Return head, content and width of the columns that are left out where nothing stands in them."""
    return [
        (say("book.source"), lambda line: term(line.source), 12),
        (say("book.evidence"), lambda line: line.evidence, 9),
        (say("book.duty"), lambda line: term(line.duty), 12),
        (say("book.remark"), lambda line: line.remark, 17),
    ]


def _first(lines: Sequence[IndicatorRow], place: int, key: Callable[[IndicatorRow], Hashable], text: str) -> BookCell | None:
    """Return the cell that stands for all lines of a run, on its first line; None on the others."""
    if place and key(lines[place - 1]) == key(lines[place]):
        return None
    return BookCell(text, rows=_run(lines, place, key))


def _run(lines: Sequence[IndicatorRow], place: int, key: Callable[[IndicatorRow], Hashable]) -> int:
    return len(list(next(groupby(lines[place:], key=key))[1]))


def _names(lines: Sequence[IndicatorRow], place: int, *, composed: bool) -> list[BookCell | None]:
    """Return number and name; those of a composite stand once for its parts."""
    line = lines[place]
    if not line.part_of:
        alone = BookCell(term(line.name), columns=2 if composed else 1)
        return [BookCell(plain_number(line.seq)), alone, *([None] if composed else [])]

    def key(one: IndicatorRow) -> tuple[str, ...]:
        return one.domain, one.task, one.attribute, one.seq, one.part_of

    return [_first(lines, place, key, line.seq), _first(lines, place, key, term(line.part_of)), BookCell(term(line.name))]


def _of_goal(name: str, group: Group) -> str:
    return say("rollup.set_goal", name=name, milestone=phrases.period(group.goal_of_plan)) if group.goal_of_plan else name
