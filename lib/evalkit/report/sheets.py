"""The tables of a report as grids: which columns, what is merged, how wide."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from evalkit.assessment.counts import count_by_indicator
from evalkit.messages.speech import english, say
from evalkit.report import kinds, look, marks, phrases, wording
from evalkit.report.model import Group, IndicatorRow, Progress, Unverified
from evalkit.report.passing import Demand, Passing
from evalkit.report.tables import Align, Cell, Grid, fit_widths

# Widths of the page in characters of table text (8 pt), and what a cell loses to its margins.
_LANDSCAPE_CHARS = 86.0
_PORTRAIT_CHARS = 55.0
_MARGIN = 0.95
_SHORT = 6.6  # 制定实施 ●
_WORD = 4.0  # 有效开展
_UNIT = 4.2  # 3-1、3-2
_LATIN_PIECE = 7.0
_LATIN_NAME = 12.0  # names of several words
_LATIN_SLACK = 1.15  # Latin letters are narrower than they are counted for
_LATIN = re.compile(r"[A-Za-z][A-Za-z-]{3,}†?")
_CLAIM = 9  # so much of a remark, source or unit claims room: most rows have none, or break well
_PIECE = 9.2  # the most that a figure of a list claims


def _fit(rows: Sequence[Sequence[str]], total: float, smallest: Sequence[float], longest: float = 1000.0) -> list[float]:
    count = len(smallest)
    return [width + _MARGIN for width in fit_widths(rows, total - _MARGIN * count, smallest, longest)]


def indicator_grid(group: Group, *, wide: bool = True) -> Grid:
    """Return 指标完成情况总表, as official tables have it.

    领域 and 任务 are merged, composite names over their parts. A column that no row has anything for is left out; `wide` for a
    landscape page, which alone has room for tasks, sources and responsible units. Where long English words leave no room, first the
    tasks are left out, then the parts stand behind the names, then the sources are left out, which the chapters on data tell.
    """
    grid = _indicator_grid(group, wide=wide)
    if not english():
        return grid
    room = (_LANDSCAPE_CHARS if wide else _PORTRAIT_CHARS) * _LATIN_SLACK
    whole = replace(group, table=[replace(row, part_of="", name=whole_name(row)) for row in group.table])
    for some, sources in ((group, True), (whole, True), (whole, False)):
        if sum(grid.widths) > room:
            grid = _indicator_grid(some, wide=wide, tasks=False, sources=sources)
    return grid


def whole_name(row: IndicatorRow) -> str:
    """Return the name of a row with the composite that it is part of."""
    return row.part_of + phrases.brackets(row.name) if row.part_of else row.name


def _indicator_grid(group: Group, *, wide: bool, tasks: bool = True, sources: bool = True) -> Grid:
    lines = group.table
    goal = say("columns.goal", period=phrases.period(group.goal_of_plan)) if group.goal_of_plan else say("columns.target")
    composed = any(row.part_of for row in lines)
    tasked = tasks and wide and any(row.task for row in lines)
    further = [(head, find) for head, find in _further(wide) if any(find(row) for row in lines)]
    if not sources or (
        len({row.source for row in lines}) == 1 and len(lines) > 1
    ):  # said of each row it would tell nothing: the list of sources has it
        further = [(head, find) for head, find in further if find is not _source]
    heads = [say("columns.domain"), *([say("columns.task")] if tasked else []), say("columns.seq"), say("columns.indicator")]
    heads += [*([say("columns.part")] if composed else []), say("columns.unit"), goal, say("columns.attribute")]
    heads += [phrases.period(when) for when in (*group.history_periods, group.period)]
    heads += [say("columns.goal", period=phrases.period(when)) for when in group.milestones] + [
        say("columns.status"),
        *(head for head, _ in further),
    ]
    shape: list[list[str]] = [list(heads)]
    body: list[list[Cell]] = []
    for _, block in _runs(lines, lambda row: row.domain):
        merged = {id(some[0]): len(some) for _, some in _runs(block, lambda row: row.task)}
        for start, row in enumerate(block):
            cells = [Cell(row.domain, rows=len(block))] if not start else []
            texts = [row.domain if not start else ""]
            if tasked:
                cells += [Cell(row.task, rows=merged[id(row)])] if id(row) in merged else []
                texts.append("")
            names, shown = _name_cells(block, start, composed)
            figures = [*row.history, row.current, *row.goals]
            values = [row.unit, row.target, row.attribute, *figures]
            rest = [find(row) for _, find in further]
            cells += [
                *names,
                *(Cell(value) for value in values[:3]),
                *_year_cells(figures),
                Cell(row.mark.label, css=row.mark.css),
                *(Cell(text) for text in rest),
            ]
            texts += [*shown, *values[:3], *_claims(figures), row.mark.label, *(_claim(text) for text in rest)]
            body.append(cells)
            shape.append(texts)
    before = 2 + tasked  # columns up to the number
    named = 2 if composed else 1
    first = before + named + 3  # the first of the figures
    last = len(heads) - len(further) - 1  # the status
    align: list[Align] = ["center", *(["left"] if tasked else []), "center", *(["left"] * named), "center", "left", "center"]  # type: ignore[list-item]
    align += ["center"] * (last - first)
    align += ["left"] * (1 + len(further))
    name_width = 5.0 if composed or not english() else _LATIN_NAME
    aims = max(5.0, _longest_word([row.target for row in lines])) if english() else 5.0
    least = [2.2, *([_task_width(lines)] if tasked else []), 2.2, *([name_width] * named), 2.2, aims, 3.2]
    least += [*(_piece(shape, column) for column in range(first, last)), 4.2]
    least += [_further_width([row[column] for row in shape]) for column in range(last + 1, len(heads))]
    widths = _fit(shape, _LANDSCAPE_CHARS if wide else _PORTRAIT_CHARS, least, 22.0)
    goals = range(last - len(group.milestones), last)
    if any(widths[column] - _MARGIN < phrases.display_width(heads[column]) + 0.6 for column in goals):
        for column, when in zip(goals, group.milestones, strict=True):  # a line ends behind the year, not within a word
            heads[column] = say("columns.goal_apart", period=phrases.period(when)).replace(" ", " " if english() else "\n")
    return Grid([[Cell(head, broken="\n" in head) for head in heads]], body, align, widths)


def _runs_of_words(figures: Sequence[str]) -> list[tuple[str, int]]:
    """Return figures, and words that stand in several years one after the other once; in English only, where they are long."""
    found: list[tuple[str, int]] = []
    for text in figures:
        worded = english() and len(text) > 1 and not any(char.isdigit() for char in text)
        if worded and found and found[-1][0] == text:
            found[-1] = (text, found[-1][1] + 1)
        else:
            found.append((text, 1))
    return found


def _year_cells(figures: Sequence[str]) -> list[Cell]:
    return [Cell(text, columns=count, lines=True) for text, count in _runs_of_words(figures)]


def _claims(figures: Sequence[str]) -> list[str]:
    """Return what claims room in each column of figures: what spans several claims none."""
    return [shown for text, count in _runs_of_words(figures) for shown in ([text] if count == 1 else [""] * count)]


def _longest_part(text: str) -> str:
    """Return what claims room of a cell that repeats from year to year: in English the longest word with its symbol."""
    words = text.split() if english() and text.count(" ") > 1 else []
    return f"{max(words, key=len)} {words[-1]}" if words else text


def _columns(*names: str) -> list[str]:
    return [say(f"columns.{name}") for name in names]


def _source(row: IndicatorRow) -> str:
    return row.source


def _further(wide: bool) -> list[tuple[str, Callable[[IndicatorRow], str]]]:
    """Return heads and contents of the columns behind the status."""
    found: list[tuple[str, Callable[[IndicatorRow], str]]] = [
        (say("columns.source"), _source),
        (say("columns.evidence"), lambda row: row.evidence.removeprefix(say("pieces.proof_number", number=""))),
        (say("columns.duty"), lambda row: row.duty),
        (say("columns.remark"), lambda row: row.remark),
    ]
    return found if wide else [found[1], found[3]]


def _further_width(texts: Sequence[str]) -> float:
    """Return the least width of a column of words: what is short stays on a line, where nothing is longer."""
    longest = max((phrases.display_width(text) for text in texts[1:]), default=0.0)
    return max(3.0, longest) if longest <= _UNIT else max(3.2, _longest_word(texts))


def _claim(text: str) -> str:
    """Return as much of a text as claims room: its first signs, in English whole words."""
    return text if len(text) <= _CLAIM else f"{text[:_CLAIM]}{text[_CLAIM:].split()[0]}" if english() else text[:_CLAIM]


def _longest_word(texts: Sequence[str]) -> float:
    """Return the width of the longest word of Latin letters: it is never broken."""
    return max((phrases.display_width(found) + 0.3 for text in texts for found in _LATIN.findall(text)), default=0.0)


def _task_width(rows: Sequence[IndicatorRow]) -> float:
    """Return how wide the tasks have to be so that none is higher than the rows that it stands beside."""
    found = [phrases.display_width(some[0].task) / (2 * len(some)) for _, some in _runs(rows, lambda row: (row.domain, row.task))]
    numbered = 3.2 if any(row.task and not row.task[0].isalnum() for row in rows) else 2.2  # a number in brackets stays on a line
    return max(min(max([numbered, *found]), 5.2), min(_longest_word([row.task for row in rows]), 7.5))


def _piece(shape: Sequence[Sequence[str]], column: int) -> float:
    """Return the least width of a column of figures: short words stay on a line, a list (；) breaks between its figures."""
    lists = [row[column] for row in shape if "；" in row[column] and any(char.isdigit() for char in row[column])]
    pieces = [phrases.display_width(f"{piece}；") for text in lists for piece in text.split("；")]
    words = [width for row in shape[1:] if (width := phrases.display_width(row[column])) <= _WORD]
    return max([3.0, *words, *(min(width, _LATIN_PIECE if english() else _PIECE) for width in pieces)])


def _runs(rows: Sequence[IndicatorRow], key: Callable[[IndicatorRow], object]) -> list[tuple[object, list[IndicatorRow]]]:
    return [(value, list(block)) for value, block in groupby(rows, key=key)]


def _name_cells(block: Sequence[IndicatorRow], place: int, composed: bool) -> tuple[list[Cell], list[str]]:
    """Number and name cells of a row; a composite's number and name stand once for all its parts."""
    row = block[place]
    same = [
        other for other in block if row.part_of and (other.part_of, other.seq, other.attribute) == (row.part_of, row.seq, row.attribute)
    ]
    if len(same) > 1 and _adjacent(block, same):
        if same[0] is not row:
            return [Cell(row.name)], ["", "", row.name]
        return [Cell(row.seq, rows=len(same)), Cell(row.part_of, rows=len(same)), Cell(row.name)], [row.seq, row.part_of, row.name]
    if row.part_of and composed:
        return [Cell(row.seq), Cell(row.part_of), Cell(row.name)], [row.seq, row.part_of, row.name]
    if composed:
        return [Cell(row.seq), Cell(row.name, columns=2)], [row.seq, "", ""]
    return [Cell(row.seq), Cell(row.name)], [row.seq, row.name]


def _adjacent(block: Sequence[IndicatorRow], same: Sequence[IndicatorRow]) -> bool:
    first = next(index for index, row in enumerate(block) if row is same[0])
    return all(block[first + offset] is row for offset, row in enumerate(same))


def plain_grid(heads: Sequence[str], rows: Sequence[Sequence[str]], align: Sequence[Align], *, wide: bool = False, css: int = -1) -> Grid:
    """Return a table without merged cells; column `css` holds status codes, printed with symbol and colour."""
    shown = [[look.status(text).label if place == css else text for place, text in enumerate(row)] for row in rows]
    least = [min(phrases.display_width(head) + 0.2, 5.6) for head in heads]
    widths = _fit([list(heads), *shown], _LANDSCAPE_CHARS if wide else _PORTRAIT_CHARS, least)
    body = [
        [Cell(text, css=look.status(row[place]).css if place == css else "") for place, text in enumerate(line)]
        for row, line in zip(rows, shown, strict=True)
    ]
    return Grid([[Cell(head) for head in heads]], body, align, widths)


def styled_grid(
    heads: Sequence[str], rows: Sequence[Sequence[Cell]], align: Sequence[Align], least: Sequence[float], *, wide: bool
) -> Grid:
    """Return a table of cells that bring their own classes; `least` is how narrow each column may become."""
    shape = [list(heads), *([cell.text for cell in row] for row in rows)]
    return Grid([[Cell(head) for head in heads]], rows, align, _fit(shape, _LANDSCAPE_CHARS if wide else _PORTRAIT_CHARS, least))


def progress_grid(lines: Sequence[Progress], base: str, current: str) -> Grid:
    """Return the progress table: base, now, and for each milestone the planned value and the share of the way.

    In the base year itself there is no way behind yet: base and progress are left out. Where the base year is not known its column
    is left out, and the shares too unless there are any (of sums of years).
    """
    milestones = sorted({line.milestone for line in lines})
    based = bool(base) and base < current
    begun = based or (not base and any(line.progress.endswith("%") for line in lines))
    heads = [*_columns("seq", "indicator", "unit"), *([phrases.period(base)] if based else []), phrases.period(current)]
    for milestone in milestones:
        heads += [say("columns.goal", period=phrases.period(milestone)), *([say("sheets.progress")] if begun else [])]
    rows = []
    for _, some in groupby(lines, key=lambda line: (line.indicator, line.set_id, line.name)):
        found = {line.milestone: line for line in some}
        first = next(iter(found.values()))
        cells = [first.seq, first.name, phrases.cell(first.unit), *([first.base] if based else []), first.current]
        for milestone in milestones:
            line = found.get(milestone)
            cells += [line.goal if line else "—", *([line.progress if line else "—"] if begun else [])]
        rows.append(cells)
    align: list[Align] = ["center", "left", "center"]
    align += ["right"] * (len(heads) - 3)
    return plain_grid(heads, rows, align)


def unverified_grid(items: Sequence[Unverified]) -> Grid:
    """Return the list of thresholds of one state and document; notes get a column where they differ."""
    noted = len({item.note for item in items}) > 1
    heads = [*_columns("seq", "indicator", "target"), say("sheets.clause"), *([say("sheets.note")] if noted else [])]
    numbers = [wording.plain_number(item.seq) if kinds.is_apart(item.attribute) else item.seq for item in items]
    rows = [
        [seq, item.name, item.target, item.clause or "—"] + ([item.note] if noted else []) for seq, item in zip(numbers, items, strict=True)
    ]
    align: list[Align] = ["center", "left", "left", "left"]
    return plain_grid(heads, rows, [*align, "left"] if noted else align)


def apart_grid(rows: Sequence[IndicatorRow], heading: str) -> Grid:
    """Return basic conditions or veto items: what is asked, what is known, whether it is satisfied (not triggered)."""
    composed = any(row.part_of for row in rows)
    valued = any(row.current not in ("—", row.target) and row.current for row in rows)
    remarked = any(row.remark for row in rows)
    heads = [say("columns.seq"), heading, *(_columns("part") if composed else []), say("sheets.requirement")]
    heads += [*([say("sheets.current")] if valued else []), say("sheets.result"), *(_columns("remark") if remarked else [])]
    shape: list[list[str]] = [list(heads)]
    body: list[list[Cell]] = []
    rows = [replace(row, seq=wording.plain_number(row.seq)) for row in rows]
    for place, row in enumerate(rows):
        cells, texts = _name_cells(rows, place, composed)
        figure = phrases.measured(row.current, row.unit) if row.unit != "—" and phrases.number(row.current) is not None else row.current
        rest = [row.target, *([figure] if valued else []), row.mark.label, *([row.remark] if remarked else [])]
        marked = 1 + valued
        body.append([*cells, *(Cell(text, css=row.mark.css if at == marked else "") for at, text in enumerate(rest))])
        shape.append([*texts, *rest])
    align: list[Align] = ["center"]
    align += ["left"] * (len(heads) - 1)
    least = [2.2, 6.0, *([6.0] if composed else []), 8.0, *([4.0] if valued else []), 4.2, *([4.0] if remarked else [])]
    return Grid([[Cell(head) for head in heads]], body, align, _fit(shape, _PORTRAIT_CHARS, least, 40.0))


def demands_grid(demands: Sequence[Demand], documents: Mapping[str, str]) -> Grid:
    """Return the requirements of a pass rule, counted; `documents` says how each document is quoted."""
    names = ("requirement", "apply", "met", "not_met", "open", "needed", "outcome", "basis")
    heads = [say("columns.seq"), *(say(f"sheets.{name}") for name in names)]
    rows = [
        [
            str(number), one.text, str(one.apply), str(one.met), str(one.not_met), str(one.unknown), one.needed_text, one.outcome_text,
            say("sheets.cited", document=documents.get(one.document, one.document), clause=one.clause, state=look.state(one.state)),
        ]
        for number, one in enumerate(demands, start=1)
    ]  # fmt: skip
    align: list[Align] = ["center", "left", "right", "right", "right", "right", "right", "center", "left"]
    least = [2.2, 9.0, 4.2, 2.2, 3.2, 2.2, 3.2, 4.2, 9.0]
    return Grid([[Cell(head) for head in heads]], [[Cell(text) for text in row] for row in rows], align,
                _fit([heads, *rows], _PORTRAIT_CHARS, least, 24.0))  # fmt: skip


def passing_grid(found: Sequence[tuple[str, Passing]], heading: str = "") -> Grid:
    """Return regions × requirements: met of those that apply, and what is concluded."""
    demands = found[0][1].demands
    numbers = [say("sheets.requirement_number", number=number) for number in range(1, len(demands) + 1)]
    heads = [heading or say("sheets.region"), *numbers, say("sheets.conclusion")]
    rows = [[label, *(demand.count_text for demand in one.demands), look.conclusion(one.verdict)] for label, one in found]
    align: list[Align] = ["left"]
    align += ["center"] * (len(demands) + 1)
    return plain_grid(heads, rows, align)


def trend_grid(groups: Sequence[Group], *, apart: bool = False) -> Grid:
    """Return values and statuses of each indicator over several periods of one set; `apart`: of basic conditions and veto items."""
    if apart:
        groups = [replace(group, table=group.apart_table) for group in groups]
    heads = [*_columns("seq", "indicator", "unit", "target"), *(phrases.period(group.period) for group in groups)]
    lines = {row.indicator: row for group in groups for row in group.table}
    found = [{row.indicator: row for row in group.table} for group in groups]
    body, shape = [], [heads]
    for indicator, line in lines.items():
        name = whole_name(line)
        seq = wording.plain_number(line.seq) if apart else line.seq
        cells = [Cell(seq), Cell(name), Cell(line.unit), Cell(line.target)]
        texts = [seq, name, line.unit, line.target]
        for rows in found:
            row = rows.get(indicator)
            text = f"{row.current} {row.mark.symbol}" if row else "—"
            if apart and row:
                text = row.mark.label if phrases.number(row.current) is None else text
            cells.append(Cell(text, css=row.mark.css if row else ""))
            texts.append(_longest_part(text))
        body.append(cells)
        shape.append(texts)
    align: list[Align] = ["center", "left", "center", "left"]
    align += ["right"] * len(groups)
    least = [2.2, 9.0, 2.2, 8.0] if english() else [2.2, 6.0, 2.2, 5.0]
    for column in range(4, len(heads)):  # a short word stays on a line with its symbol
        lengths = [phrases.display_width(texts[column]) for texts in shape[1:]]
        least.append(max([4.0, *(length for length in lengths if length <= _SHORT)]))
    return Grid([[Cell(head) for head in heads]], body, align, _fit(shape, _PORTRAIT_CHARS, least))


def counts_grid(groups: Sequence[tuple[str, Group]], heading: str = "", *, apart: bool = False) -> Grid:
    """Return counts by region, attribute and status: of the indicators, or `apart` of basic conditions and veto items."""
    codes = {
        marks.counted(row["status"], group.coming, row["attribute"])
        for _, group in groups
        for row in (group.apart if apart else group.rows)
    }
    shown = [code for code in (marks.ORDER_APART if apart else marks.ORDER) if code in codes]
    body: list[list[Cell]] = []
    heads = [heading or say("sheets.region"), *([say("sheets.kind")] if apart else _columns("attribute"))]
    heads.append(say("sheets.items" if apart else "sheets.indicators"))
    shape = [[*heads, *(look.status(code).label for code in shown)]]
    for region, group in groups:
        counts = {
            attribute: {marks.counted(code, group.coming, attribute): count for code, count in by_status.items()}
            for attribute, by_status in count_by_indicator(group.apart if apart else group.rows).items()
        }
        for place, (attribute, by_status) in enumerate(counts.items()):
            strange = marks.strange(attribute, coming=group.coming)
            numbers = ["—" if code in strange else str(by_status.get(code, 0)) for code in shown]
            cells = [Cell(region, rows=len(counts))] if not place else []
            body.append([*cells, Cell(look.attribute(attribute)), Cell(str(sum(by_status.values()))), *(Cell(text) for text in numbers)])
            shape.append([region, look.attribute(attribute), "0", *numbers])
    head = [Cell(text) for text in shape[0][:3]] + [Cell(look.status(code).label, css=look.status(code).css) for code in shown]
    align: list[Align] = ["left", "center"]
    align += ["right"] * (len(shown) + 1)
    return Grid([head], body, align, _fit(shape, _PORTRAIT_CHARS, [4.0] * len(head)))
