"""A picture of the calendar: from when to when each task or project runs, and how it stands (Gantt-like, A4 portrait)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from evalkit.messages.speech import say
from evalkit.report import look, phrases
from evalkit.report.canvas import Canvas, Chart, em, text_mm, wrap_mm
from evalkit.report.look import StatusLook

MOST_BARS = 22
_TALLEST = 186.0  # of the bars of a page
_SEQ, _NAME, _DUE, _STATUS = 7.0, 45.0, 20.5, 20.0
_SIZE, _SMALL = 7.5, 7.0
_BAND, _BAR, _TIP = 6.0, 2.7, 2.2
_HATCH = 1.3
_MOST_SOURCE, _SOURCE_STEP = 3, 3.2  # lines below the bars, and their distance
_YEAR_MM = 5.0  # least room for the number of a year
_PLAIN = ("#7D97AE", "")
#: Fill and edge of a bar by status: light, dark, hatched and empty ones differ without colour.
_FILLS = {
    "done": ("#1B7F5C", ""), "done_late": ("#D9A441", ""), "in_time": ("#A9BFD2", ""), "late": ("#B83B2E", "hatched"),
    "not_started": ("#6B7280", "empty"), "unknown": ("#D5D9DE", ""),
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A line of the picture.

    Parameters
    ----------
    group : str
        What stands above the first line of each group; empty for none.
    seq, name : str
        Number as printed, and name.
    first, last : datetime.date or None
        First day and last day; None where neither line nor plan says it.
    assumed : bool
        The first day is that of the plan, the line itself has none.
    repeats : bool
        To be done again and again, or all the time.
    due : str
        The time limit in words, as it stands beside the bar.
    status : StatusLook or None
        How it stands; None where nothing is known of any line.
    """

    group: str
    seq: str
    name: str
    first: date | None
    last: date | None
    assumed: bool = False
    repeats: bool = False
    due: str = ""
    status: StatusLook | None = None


def gantt_charts(bars: Sequence[Bar], *, name: str, title: str, subtitle: str, as_of: date, source: str) -> list[Chart]:
    """Draw the bars on as many pages as it takes, at most :data:`MOST_BARS` on each, all with the same years.

    Parameters
    ----------
    bars : sequence of Bar
        In the order in which they are drawn; those of one group should follow each other.
    name : str
        File name without extension; later pages get ``-2`` …
    title, subtitle, source : str
        The finding; region and plan; text of the source line.
    as_of : datetime.date
        The day of the line across all bars.
    """
    if not bars:
        return []
    axis = _Axis(bars, as_of)
    pages = _pages(bars)
    charts = []
    for index, page in enumerate(pages):
        under = say("gantt.part", subtitle=subtitle, number=index + 1, total=len(pages)) if len(pages) > 1 else subtitle
        charts.append(_draw(page, bars, axis, name if not index else f"{name}-{index + 1}", title, under, source))
    return charts


class _Axis:
    """From days to millimetres; whole years."""

    def __init__(self, bars: Sequence[Bar], as_of: date) -> None:
        days = [day for bar in bars for day in (bar.first, bar.last) if day is not None]
        self.as_of = as_of
        self.begins, self.ends = min([*days, as_of]).year, max([*days, as_of]).year
        self.stated = any(bar.status is not None for bar in bars)
        self.left = _SEQ + _NAME + 2
        labels = [text_mm(bar.status.label, _SMALL) for bar in bars if bar.status is not None]
        self.right = look.FIGURE_MM - _DUE - (max([_STATUS, *labels]) if self.stated else 0) - 4.5
        self.first = date(self.begins, 1, 1).toordinal()
        self.days = date(self.ends + 1, 1, 1).toordinal() - self.first
        room = (self.right - self.left) / (self.ends - self.begins + 1)
        self.step = next((step for step in (1, 2, 5, 10, 20, 50) if step * room >= _YEAR_MM), 100)

    def at(self, day: date, *, end: bool = False) -> float:
        """Return where a day begins, or ends."""
        return self.left + (self.right - self.left) * (day.toordinal() + end - self.first) / self.days

    def years(self) -> list[tuple[int, float, float]]:
        """Return the stretches of years that get a number: first year, left and right end."""
        found = []
        for year in range(self.begins, self.ends + 1, self.step):
            last = min(year + self.step - 1, self.ends)
            found.append((year, self.at(date(year, 1, 1)), self.at(date(last, 12, 31), end=True)))
        return found


def _lines(bar: Bar) -> tuple[list[str], list[str]]:
    return wrap_mm(bar.name, _NAME - 1, _SIZE), wrap_mm(bar.due, _DUE - 1, _SMALL)


def _height(bar: Bar) -> float:
    return max(6.2, max(len(lines) for lines in _lines(bar)) * em(_SIZE) * 1.25 + 2.2)


def _pages(bars: Sequence[Bar]) -> list[list[Bar]]:
    """Split into pages of about the same number of bars, none too tall."""
    count = -(-len(bars) // MOST_BARS)
    while True:
        size, over = divmod(len(bars), count)
        cuts = [place * size + min(place, over) for place in range(count + 1)]
        pages = [list(bars[start:end]) for start, end in pairwise(cuts)]
        if count >= len(bars) or all(_body(page) <= _TALLEST for page in pages):
            return pages
        count += 1


def _body(page: Sequence[Bar]) -> float:
    return sum(_height(bar) for bar in page) + _BAND * sum(bool(group) for group, _ in groupby(page, key=lambda bar: bar.group))


def _draw(page: Sequence[Bar], every: Sequence[Bar], axis: _Axis, name: str, title: str, subtitle: str, source: str) -> Chart:
    width = look.FIGURE_MM
    headline = wrap_mm(title, width, 10.5)
    under = wrap_mm(subtitle, width, 8)
    key, key_height = _key(every, axis)
    key_top = len(headline) * 5.2 + len(under) * 4.1 + 1.6
    top = key_top + key_height + 7.0
    origin = _source_lines(source)
    foot = (len(origin) - 1) * _SOURCE_STEP
    height = top + _body(page) + 6.5 + foot
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, look.INK, va="top")
    canvas.text(0, len(headline) * 5.2 + 1.2, "\n".join(under), 8, look.MUTED, va="top")
    for x, y, item in key:
        item.draw(canvas, x, key_top + y)
    bottom = height - 6 - foot
    for year, left, right in axis.years():
        canvas.line(left, top, left, bottom, "#E3E6EA", 0.5, order=0)
        if axis.step == 1:
            canvas.text((left + right) / 2, top - 2.4, str(year), 6, look.MUTED, ha="center")
        elif right - left >= _YEAR_MM:
            canvas.text(left, top - 2.4, str(year), 6, look.MUTED)
    canvas.line(axis.right, top, axis.right, bottom, "#E3E6EA", 0.5, order=0)
    canvas.text(axis.right + 4.5, top - 2.4, say("gantt.due"), 6.5, look.MUTED)
    if axis.stated:
        canvas.text(axis.right + 4.5 + _DUE, top - 2.4, say("gantt.status"), 6.5, look.MUTED)
    y = top
    for group, some in groupby(page, key=lambda bar: bar.group):
        if group:
            canvas.box(0, y + 0.5, width, _BAND - 1.0, "#F1F4F7", order=0)
            canvas.text(1.5, y + _BAND / 2, "".join(wrap_mm(group, width - 4, 8)[:1]), 8, look.ACCENT)
            y += _BAND
        for bar in some:
            step = _height(bar)
            _row(canvas, axis, bar, y + step / 2)
            said = [f"{bar.seq} {bar.name}", bar.due, bar.status.label if bar.status else ""]
            canvas.spot(0, y, width, step, phrases.gap().join(text for text in said if text))
            y += step
            canvas.line(0, y, width, y, "#EEF0F2", 0.4, order=0)
    day = axis.at(axis.as_of, end=True)
    canvas.line(day, top - 0.5, day, bottom, look.ACCENT, 0.9, (4, 2), order=2)
    for place, line in enumerate(origin):
        canvas.text(0, height - 2.4 - foot + place * _SOURCE_STEP, line, 7, look.MUTED)
    return canvas.finish(name, title, _alt(page, title, axis.as_of))


def _source_lines(source: str) -> list[str]:
    """Return the source line, broken where it is long; of very many documents the first, with an ellipsis."""
    lines = wrap_mm(say("gantt.source", source=source), look.FIGURE_MM, 7)
    return lines if len(lines) <= _MOST_SOURCE else [*lines[: _MOST_SOURCE - 1], lines[_MOST_SOURCE - 1][:-1] + "…"]


def _row(canvas: Canvas, axis: _Axis, bar: Bar, y: float) -> None:
    names, due = _lines(bar)
    canvas.text(_SEQ - 1.5, y, bar.seq, 7, look.MUTED, ha="right")
    canvas.text(_SEQ, y, "\n".join(names), _SIZE)
    canvas.text(axis.right + 4.5, y, "\n".join(due), _SMALL, look.MUTED)
    if bar.status is not None:
        canvas.text(axis.right + 4.5 + _DUE, y, bar.status.label, _SMALL, bar.status.ink)
    left = axis.at(bar.first) if bar.first else axis.left
    right = axis.at(bar.last, end=True) if bar.last else axis.right
    fill = _FILLS.get(bar.status.code, _PLAIN) if bar.status else _PLAIN
    if bar.first is None and bar.last is None and not bar.repeats:
        canvas.text((left + right) / 2, y, say("gantt.undated"), 6.5, look.MUTED, ha="center")
        return
    if bar.repeats:  # the status is that of the present round, not of all years that are drawn
        fill = _PLAIN
        _dotted(canvas, left, right, y)
    elif bar.first is None:  # when it begins is not said: only the day is drawn, and a thin line that leads to it
        canvas.line(left, y, right, y, fill[0], 0.8, (2, 2))
        _solid(canvas, max(left, right - 1.2), right, y, fill)
    else:
        _solid(canvas, left, right, y, fill)
    if bar.last is None:
        _arrow(canvas, right, y, fill[0])
    elif bar.status is not None and not bar.repeats and right + _TIP * 2 < axis.right + 4.5:
        canvas.text(right + 0.6, y, bar.status.symbol, 6.5, bar.status.ink)


def _solid(canvas: Canvas, left: float, right: float, y: float, fill: tuple[str, str]) -> None:
    colour, kind = fill
    canvas.box(left, y - _BAR / 2, max(right - left, 0.6), _BAR, colour, order=1)
    if kind == "empty" and right - left > 0.8:
        canvas.box(left + 0.25, y - _BAR / 2 + 0.25, right - left - 0.5, _BAR - 0.5, "#FFFFFF", order=1)
    if kind == "hatched":
        x = left + _HATCH / 2
        while x + _BAR / 2 < right:
            canvas.line(x, y + _BAR / 2, x + _BAR / 2, y - _BAR / 2, "#FFFFFF", 0.8, order=1)
            x += _HATCH


def _dotted(canvas: Canvas, left: float, right: float, y: float) -> None:
    """Draw a row of short pieces."""
    x = left
    while x < right:
        _solid(canvas, x, min(x + 1.2, right), y, _PLAIN)
        x += 2.0


def _arrow(canvas: Canvas, x: float, y: float, colour: str) -> None:
    canvas.mark(x + 1.3, y, ">", 6.0, colour, colour, order=1, width=0.3)


@dataclass(frozen=True)
class _KeyItem:
    """A sample of what is drawn, and what it means."""

    kind: str
    words: str
    colour: str = look.MUTED

    @property
    def width(self) -> float:
        return (7.5 if self.kind else 0) + text_mm(self.words, _SMALL) + 4

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        middle = y + 1.9
        if self.kind == "bar":
            _solid(canvas, x, x + 6, middle, _PLAIN)
        elif self.kind == "dots":
            _dotted(canvas, x, x + 6, middle)
        elif self.kind == "arrow":
            _solid(canvas, x, x + 3.6, middle, _PLAIN)
            _arrow(canvas, x + 3.6, middle, _PLAIN[0])
        elif self.kind == "lead":
            canvas.line(x, middle, x + 5, middle, _PLAIN[0], 0.8, (2, 2))
            _solid(canvas, x + 4.8, x + 6, middle, _PLAIN)
        elif self.kind == "day":
            canvas.line(x + 3, y, x + 3, y + 3.8, look.ACCENT, 0.9, (4, 2))
        elif self.kind:
            _solid(canvas, x, x + 6, middle, _FILLS[self.kind])
        canvas.text(x + (7.5 if self.kind else 0), middle, self.words, _SMALL, self.colour)


def _key(every: Sequence[Bar], axis: _Axis) -> tuple[list[tuple[float, float, _KeyItem]], float]:
    """Return the samples with their places, and how tall they are together; the same on all pages."""
    items: list[_KeyItem] = []
    once = [bar for bar in every if not bar.repeats]
    if any(bar.first and bar.last for bar in once):
        assumed = any(bar.assumed for bar in every)
        items.append(_KeyItem("bar", say("gantt.to_deadline_assumed" if assumed else "gantt.to_deadline")))
    if any(bar.first is None and bar.last for bar in once):
        items.append(_KeyItem("lead", say("gantt.no_start")))
    if any(bar.repeats for bar in every):
        items.append(_KeyItem("dots", say("gantt.again")))
    if any(bar.last is None and (bar.first or bar.repeats) for bar in every):
        items.append(_KeyItem("arrow", say("gantt.no_end")))
    items.append(_KeyItem("day", phrases.period(axis.as_of.isoformat())))
    looks = {bar.status.code: bar.status for bar in every if bar.status is not None}
    items += [_KeyItem(code, looks[code].label, looks[code].ink) for code in _FILLS if code in looks]
    placed, x, y = [], 0.0, 0.0
    for item in items:
        if x and x + item.width - 4 > look.FIGURE_MM:
            x, y = 0.0, y + 4.4
        placed.append((x, y, item))
        x += item.width
    return placed, y + 4.4


def _alt(page: Sequence[Bar], title: str, as_of: date) -> str:
    rows = []
    for bar in page:
        parts = [say("gantt.alt_from", day=phrases.period(bar.first.isoformat()))] if bar.first and not bar.assumed else []
        parts.append(say("gantt.alt_due", due=bar.due) if bar.due else say("gantt.alt_no_due"))
        parts += [bar.status.word] if bar.status else []
        rows.append(phrases.labelled(f"{bar.seq} {bar.name}", phrases.sequence(parts)).strip())
    return say("gantt.alt", title=title, day=phrases.period(as_of.isoformat()), rows=phrases.clauses(rows))
