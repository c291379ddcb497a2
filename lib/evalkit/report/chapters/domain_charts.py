"""Charts of the chapter 分领域情况: statuses of all indicators by domain, and small multiples of their figures with the threshold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from evalkit.messages.speech import say
from evalkit.report import look, phrases
from evalkit.report.canvas import Canvas, Chart, em, text_mm, wrap_mm
from evalkit.report.charts import round_step

_CELL, _DOWN = 6.4, 7.4
_LABEL = 34.0
_TINTS = {"met": "#E3F1EB", "not_met": "#F7E1DE", "not_yet": "#E6EDF3", "reached": "#E3F1EB", "pending": "#F8EBD3", "missing": "#EDEEF0"}
_ORDER = ("met", "reached", "not_met", "not_yet", "pending", "missing", "no_target", "not_applicable")
_ACROSS, _GAP = 4, 4.0
_PLOT, _YEARS, _AXIS = 15.0, 5.0, 8.0
_NAME, _SMALL = 7.5, 6.5
_NAME_CHARS = 12.0
_SHAPES = {"●": "o", "▲": "^", "◐": "D", "○": "o", "△": "^", "◇": "D", "·": "o"}
MOST = 20  # panels on one figure


@dataclass(frozen=True)
class DomainRow:
    """A domain of the overview: its name, and number and status code of each official indicator."""

    name: str
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Course:
    """An indicator's figures over the periods.

    Parameters
    ----------
    name, unit : str
    values : sequence of (Fraction or None, str)
        One for each period of the figure, with the text; None where there is no number.
    threshold : Fraction or None
    target : str
        The threshold as printed.
    status : StatusLook
        Of the last period.
    """

    name: str
    unit: str
    values: Sequence[tuple[Fraction | None, str]]
    threshold: Fraction | None
    target: str
    status: look.StatusLook

    @property
    def known(self) -> list[tuple[int, Fraction, str]]:
        """Place, number and text of each period that has a number."""
        return [(place, value, text) for place, (value, text) in enumerate(self.values) if value is not None]


def domain_overview(rows: Sequence[DomainRow], *, name: str, title: str, subtitle: str, source: str, compact: bool = False) -> Chart:
    """Draw one line of cells for each domain, with counts at the end.

    Parameters
    ----------
    rows : sequence of DomainRow
    name, title, subtitle, source : str
        File name without extension, the finding, what is shown, and the source line.
    compact : bool
        Lower cells without the official numbers, and no subtitle: for a briefing.
    """
    width = look.FIGURE_MM
    down = 5.0 if compact else _DOWN
    label = min(_LABEL, max(text_mm(row.name, 8) for row in rows) + 3.0)
    codes = [code for code in _ORDER if any(held == code for row in rows for _, held in row.cells)]
    codes += sorted({held for row in rows for _, held in row.cells} - set(codes))
    counts_room = 9.0 * len(codes) + 2.0
    across = max(int((width - label - counts_room) / _CELL), 4)
    headline = wrap_mm(title, width, 10.5)
    subtitles = [] if compact else wrap_mm(subtitle, width, 8)
    names = [wrap_mm(row.name, min(label - 2, em(8) * _NAME_CHARS), 8) for row in rows]
    heights = [
        max(-(-max(len(row.cells), 1) // across) * down, len(lines) * em(8) * 1.25 + 1.0) + 1.2
        for row, lines in zip(rows, names, strict=True)
    ]
    top = len(headline) * 5.2 + len(subtitles) * 4.2 + 7.4
    key = _key(codes, width)
    height = top + sum(heights) + len(key) * 4.4 + (2.0 if compact else 6.5)
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, va="top")
    if subtitles:
        canvas.text(0, len(headline) * 5.2 + 1.2, "\n".join(subtitles), 8, look.MUTED, va="top")
    for place, code in enumerate(codes):
        shown = look.status(code)
        canvas.text(width - counts_room + 9.0 * place + 6.0, top - 2.8, shown.symbol, 8, shown.ink, ha="center")
    y = top
    for row, lines, own in zip(rows, names, heights, strict=True):
        canvas.line(0, y - 0.6, width, y - 0.6, look.RULE, 0.4)
        canvas.text(0, y + (own - 1.2) / 2, "\n".join(lines), 8, va="center")
        for place, (seq, code) in enumerate(row.cells):
            _status_cell(canvas, label + place % across * _CELL, y + place // across * down, down, code, "" if compact else seq)
            words = phrases.gap().join([row.name, seq, look.status(code).label])
            canvas.spot(label + place % across * _CELL, y + place // across * down, _CELL, down, words)
        for place, code in enumerate(codes):
            count = sum(held == code for _, held in row.cells)
            x = width - counts_room + 9.0 * place + 6.0
            canvas.text(x, y + (own - 1.2) / 2, str(count) if count else "—", 8, look.INK if count else "#8A919B", ha="center")
        y += own
    for line in key:
        canvas.text(0, y + 2.6, line, 7, look.MUTED)
        y += 4.4
    if not compact:
        canvas.text(0, height - 2.4, "\n".join(wrap_mm(say("domains.source_line", source=source), width, 7)[:1]), 7, look.MUTED)
    said = [
        f"{row.name} " + " ".join(f"{look.status(code).label}{sum(held == code for _, held in row.cells)}" for code in codes if any(
            held == code for _, held in row.cells)) for row in rows
    ]  # fmt: skip
    return canvas.finish(name, title, phrases.run_on([phrases.stopped(title), phrases.clauses(said)]))


def _key(codes: Sequence[str], width: float) -> list[str]:
    """Return the key in lines that fit."""
    lines = [""]
    for code in codes:
        label = look.status(code).label
        if lines[-1] and text_mm(f"{lines[-1]}{phrases.gap()}{label}", 7) > width:
            lines.append("")
        lines[-1] += f"{phrases.gap()}{label}" if lines[-1] else label
    return lines


def _status_cell(canvas: Canvas, x: float, y: float, down: float, code: str, seq: str) -> None:
    shown = look.status(code)
    canvas.box(x + 0.25, y + 0.25, _CELL - 0.5, down - 0.5, _TINTS.get(code, "#F4F5F6"))
    ink = "#8A919B" if code == "not_applicable" else shown.colour
    canvas.text(x + _CELL / 2, y + (down * 0.36 if seq else down / 2), shown.symbol, 8, ink, ha="center")
    if seq:
        size = 5.5 if text_mm(seq, 5.5) <= _CELL - 0.8 else 4.0
        canvas.text(
            x + _CELL / 2, y + down * 0.76, seq if text_mm(seq, size) <= _CELL - 0.4 else f"{seq[:3]}…", size, look.MUTED, ha="center"
        )


def status_bar(counts: Sequence[tuple[str, int]], *, name: str, title: str) -> Chart:
    """Draw one bar of all indicators, a part for each status with symbol and number, and the key below.

    Parameters
    ----------
    counts : sequence of (status code, number)
    name, title : str
        File name without extension, and the finding: for those who cannot see the bar, as the text beside it says it.
    """
    width, top = look.FIGURE_MM, 0.5
    key = _key([code for code, _ in counts], width)
    total = sum(count for _, count in counts) or 1
    canvas = Canvas(width, top + 8.0 + len(key) * 4.4)
    least = min(10.0, width / max(len(counts), 1))
    rest = width - least * len(counts)
    x = 0.0
    for code, count in counts:
        shown, share = look.status(code), least + rest * count / total
        canvas.box(x + 0.3, top, share - 0.6, 7.0, _TINTS.get(code, "#F4F5F6"))
        canvas.text(x + share / 2, top + 3.5, f"{shown.symbol} {count}", 8.5, shown.ink, ha="center")
        x += share
    y = top + 8.0
    for line in key:
        canvas.text(0, y + 2.0, line, 7, look.MUTED)
        y += 4.4
    said = phrases.sequence(f"{look.status(code).word} {count}" for code, count in counts)
    return canvas.finish(name, title, phrases.run_on([phrases.stopped(title), said]))


def course_chart(courses: Sequence[Course], periods: Sequence[str], *, name: str, title: str, subtitle: str, source: str) -> Chart:
    """Draw small multiples: the figures of each period, the threshold dashed; panels of one unit have one scale.

    Parameters
    ----------
    courses : sequence of Course
        At most :data:`MOST`.
    periods : sequence of str
        Short labels of the periods.
    name, title, subtitle, source : str
        File name without extension, the finding, what is shown, the source line.
    """
    width = look.FIGURE_MM
    headline, subtitles = wrap_mm(title, width, 10.5), wrap_mm(subtitle, width, 8)
    labels = dict.fromkeys(course.status.label for course in courses)
    key = wrap_mm(say("domains.status_key", labels=phrases.gap().join(labels)), width - 34, 7)
    top = len(headline) * 5.2 + len(subtitles) * 4.2 + len(key) * 4.2 + 3.5
    room = (width - _GAP * (_ACROSS - 1)) / _ACROSS
    rows = [courses[start : start + _ACROSS] for start in range(0, len(courses), _ACROSS)]
    heads = [max(_head_height(course, room) for course in row) for row in rows]
    height = top + sum(head + _PLOT + _YEARS + 2.5 for head in heads) + 5.0
    spans = _spans(courses)
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, va="top")
    y = len(headline) * 5.2 + 1.0
    canvas.text(0, y, "\n".join(subtitles), 8, look.MUTED, va="top")
    y += len(subtitles) * 4.2 + 2.4
    canvas.line(0, y, 8, y, look.STATUSES["pending"].colour, 0.9, (6, 2))
    canvas.text(9.5, y, say("domains.threshold"), 7, look.MUTED)
    left = 9.5 + text_mm(say("domains.threshold"), 7) + 4
    canvas.text(left, y - em(7) * 0.55, "\n".join(key), 7, look.MUTED, va="top")
    y = top
    for row, head in zip(rows, heads, strict=True):
        for place, course in enumerate(row):
            _panel(canvas, course, periods, _scale(course, *spans[course.unit]), place * (room + _GAP), y, room, head)
            canvas.spot(place * (room + _GAP), y, room, head + _PLOT + _YEARS, _alt(course, periods))
        y += head + _PLOT + _YEARS + 2.5
    canvas.text(0, height - 2.2, "\n".join(wrap_mm(say("domains.source_line", source=source), width, 7)[:1]), 7, look.MUTED)
    return canvas.finish(
        name, title, phrases.run_on([phrases.stopped(title), phrases.clauses(_alt(course, periods) for course in courses)])
    )


def _alt(course: Course, periods: Sequence[str]) -> str:
    values = phrases.sequence(f"{periods[place]} {text}" for place, _, text in course.known)
    name = course.name + phrases.brackets(course.unit)
    return say("domains.panel_alt", name=name, values=values, target=course.target or "—", status=course.status.word)


def _lines(course: Course, room: float) -> list[str]:
    space = min(room, em(_NAME) * _NAME_CHARS * 1.04)
    lines, unit = wrap_mm(course.name, space, _NAME), phrases.brackets(course.unit)
    if unit and text_mm(lines[-1] + unit, _NAME) <= space:
        return [*lines[:-1], lines[-1] + unit]
    return [*lines, *(wrap_mm(unit.strip(), space, _NAME) if unit else [])]


def _target_lines(course: Course, room: float) -> list[str]:
    return wrap_mm(say("domains.threshold_text", text=course.target), room, _SMALL) if course.target else []


def _head_height(course: Course, room: float) -> float:
    return len(_lines(course, room)) * em(_NAME) * 1.25 + (1 + len(_target_lines(course, room))) * em(_SMALL) * 1.3 + 1.5


def _held(course: Course) -> list[Fraction]:
    """Return the numbers that a panel has to hold."""
    return [*(value for _, value, _ in course.known), *([course.threshold] if course.threshold is not None else [])]


def _spans(courses: Sequence[Course]) -> dict[str, tuple[Fraction, int]]:
    """Return the step of the ticks and the number of steps for each unit: panels of one unit show differences at one size."""
    found = {}
    for unit in dict.fromkeys(course.unit for course in courses):
        own = [_held(course) for course in courses if course.unit == unit]
        span = max(max(values) - min(values) for values in own) or max(abs(value) for values in own for value in values) / 10 or Fraction(1)
        step = round_step(span / 3)
        steps = max(int(-(-max(values) // step) - min(values) // step) for values in own)
        found[unit] = (step, max(steps, 2))
    return found


def _scale(course: Course, step: Fraction, steps: int) -> tuple[Fraction, Fraction, list[Fraction]]:
    """Return the ends and the ticks of a panel's axis: its own numbers in the middle of the common span."""
    values = _held(course)
    low, high = min(values) // step, -(-max(values) // step)
    low -= (steps - (high - low)) // 2
    if min(values) >= 0:
        low = max(low, 0)
    ticks = [step * (low + number) for number in range(steps + 1)]
    return ticks[0], ticks[-1], ticks[:: 2 if len(ticks) > 4 else 1]


def _panel(
    canvas: Canvas,
    course: Course,
    periods: Sequence[str],
    scale: tuple[Fraction, Fraction, list[Fraction]],
    left: float,
    top: float,
    room: float,
    head: float,
) -> None:
    names = _lines(course, room)
    canvas.text(left, top, "\n".join(names), _NAME, va="top")
    y = top + len(names) * em(_NAME) * 1.25 + 0.3
    last = course.known[-1]
    label = f"{course.status.symbol} {last[2]}" if last[0] == len(periods) - 1 else course.status.label
    canvas.text(left, y, label, _SMALL, course.status.ink, va="top")
    canvas.text(left, y + em(_SMALL) * 1.3, "\n".join(_target_lines(course, room)), _SMALL, look.MUTED, va="top")
    low, high, ticks = scale
    begin, end, up, bottom = left + _AXIS, left + room - 2.5, top + head + 1.0, top + head + _PLOT

    def x_of(place: int) -> float:
        return begin + (end - begin) * place / max(len(periods) - 1, 1)

    def y_of(value: Fraction) -> float:
        return bottom - float((value - low) / (high - low)) * (bottom - up)

    for tick in ticks:
        canvas.line(begin - 1, y_of(tick), end + 1.5, y_of(tick), "#EBEDF0", 0.5, order=0)
        canvas.text(begin - 1.8, y_of(tick), phrases.plain(tick, 4), 6, look.MUTED, ha="right")
    if course.threshold is not None:
        level = y_of(course.threshold)
        canvas.line(begin - 1, level, end + 1.5, level, look.STATUSES["pending"].colour, 0.9, (6, 2), order=1)
    known = course.known
    for (first, value, _), (second, other, _) in pairwise(known):
        if second == first + 1:  # a period without a figure is a gap, not a way
            canvas.line(x_of(first), y_of(value), x_of(second), y_of(other), look.INK, 1.0, order=2)
    for place, value, _ in known[:-1]:
        canvas.mark(x_of(place), y_of(value), "o", 2.4, look.INK, look.INK, 3, 0.4)
    shape = _SHAPES.get(course.status.symbol, "o") if last[0] == len(periods) - 1 else "o"
    colour = course.status.colour if last[0] == len(periods) - 1 else look.INK
    canvas.mark(x_of(last[0]), y_of(last[1]), shape, 4.8, colour, colour, 4, 0.5)
    _period_labels(canvas, periods, x_of, bottom)


def _period_labels(canvas: Canvas, periods: Sequence[str], x_of: Callable[[int], float], bottom: float) -> None:
    """Write the periods below the plot: the last, the first, then those between that have room."""
    used: list[tuple[float, float]] = []
    for place in dict.fromkeys([len(periods) - 1, 0, *range(1, len(periods) - 1)]):
        half = text_mm(periods[place], 6) / 2 + 0.5
        x = x_of(place)
        canvas.line(x, bottom + 0.6, x, bottom + 1.3, look.MUTED, 0.5)
        if all(abs(x - other) > half + wide for other, wide in used):
            canvas.text(x, bottom + 2.9, periods[place], 6, look.MUTED, ha="center")
            used.append((x, half))
