"""Small multiples of how indicators move from base year to milestones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from evalkit.assessment.progress_way import Point
from evalkit.messages.speech import say
from evalkit.report import look, phrases
from evalkit.report.canvas import Canvas, Chart, em, text_mm, wrap_mm
from evalkit.report.charts import round_step
from evalkit.report.look import StatusLook

_ACROSS, _GAP = 3, 5.0
_FIRST, _DOWN = 3, 4  # rows of the first page, which has the chapter's heading, and of the others, if they are not too high
_FIRST_MM, _DOWN_MM = 190.0, 222.0  # how high pages may be: English names and figures take more lines
MOST = _ACROSS * (_FIRST + _DOWN)  # panels on two pages
_PLOT, _YEARS, _AXIS = 17.0, 6.0, 8.5  # heights of plot and years, width of the numbers beside the plot
_ROOM = (look.FIGURE_MM - _GAP * (_ACROSS - 1)) / _ACROSS
_KEY_MM = 32.0  # what title, key and source take
_NAME, _SMALL = 7.5, 6.5
_SHAPES = {"●": "o", "◆": "D", "■": "s", "▲": "^", "○": "o"}
#: A year behind a value that is of another one than the rest: 88.0（2023年）.
_YEAR_BEHIND = re.compile(r"（| \(")
_LIGHT, _TREND = "#E3E8ED", "#6B7280"


@dataclass(frozen=True)
class Aim:
    """A planned value: year, number and text; whether a path from the base leads to it; whether it is one year's own."""

    year: int
    value: Fraction
    text: str
    path: bool
    annual: bool


@dataclass(frozen=True)
class Trend:
    """The yearly change that is continued to a year: mean, least and greatest."""

    until: int
    mean: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Panel:
    """What is drawn of one indicator; numbers in its unit, years of the calendar.

    `status` is said of the milestone `heading`; `rank` sorts: 0 behind, 1 hard to reach, 2 under way, 3 at all its targets. `limits`
    are the least and greatest value that the indicator can have.
    """

    name: str
    unit: str
    status: Sequence[StatusLook]
    heading: str
    rank: int
    base: Point | None
    base_text: str
    now: Point
    now_text: str
    observed: Sequence[Point]
    aims: Sequence[Aim]
    expected: Fraction | None = None
    threshold: tuple[Fraction, str] | None = None
    trend: Trend | None = None
    limits: tuple[Fraction | None, Fraction | None] = (None, None)

    @property
    def moves(self) -> bool:
        """Whether its values, observed and planned, are not all the same."""
        return len({point.value for point in [self.now, *self.observed]} | {aim.value for aim in self.aims}) > 1

    @property
    def pieces(self) -> list[str]:
        """The figures, in pieces that stay on a line: 2021年83.1, →2024年88.2；, 指标值≥87；, 规划2025年≥88.5、."""
        shown = [*([(self.base_text, self.base.year)] if self.base else []), (self.now_text, self.now.year)]
        values = [say("trajectory.figure", year=year, value=_YEAR_BEHIND.split(text)[0]) for text, year in shown]
        found = [say("trajectory.then", said=text) if number else text for number, text in enumerate(values)]
        found[-1] = say("trajectory.stop", said=found[-1])
        if self.threshold:
            outside = "" if self.threshold_inside else phrases.brackets(say("trajectory.outside"))
            found.append(say("trajectory.stop", said=say("trajectory.threshold", value=self.threshold[1], outside=outside)))
        aims = [say("trajectory.figure", year=aim.year, value=aim.text) for aim in self.aims]
        aims = [text if number else say("trajectory.planned", said=text) for number, text in enumerate(aims)]
        return found + [say("trajectory.comma", said=text) for text in aims[:-1]] + aims[-1:]

    @property
    def title(self) -> str:
        """Name and unit."""
        return self.name + phrases.brackets(self.unit)

    @property
    def span(self) -> list[Fraction]:
        """The values that the plot has to hold, without the threshold."""
        values = [self.now.value, *(point.value for point in self.observed), *(aim.value for aim in self.aims)]
        if self.trend:
            values.append(held(self, self.now.value + self.trend.mean * (self.trend.until - self.now.year)))
        return values

    @property
    def threshold_inside(self) -> bool:
        """Whether the threshold is near enough to be drawn without pressing everything else together."""
        near = (max(self.span) - min(self.span) or abs(max(self.span)) / 10) * 3 / 4
        return self.threshold is not None and min(self.span) - near <= self.threshold[0] <= max(self.span) + near


def trajectory_title(panels: Sequence[Panel]) -> str:
    """Return the finding: how many of those drawn are behind, or hard to reach, on the way to their next milestone."""
    codes = [one.code for panel in panels for one in panel.status]
    behind, hard = codes.count("behind"), codes.count("hard")
    kept = sum(panel.rank == 3 for panel in panels)
    counts = (("trajectory.some_behind", behind), ("trajectory.some_hard", hard), ("trajectory.some_kept", kept))
    said = phrases.listing([say(key, count=count) for key, count in counts if count])
    return say("trajectory.title", total=len(panels), said=said) if said else say("trajectory.title_none", total=len(panels))


def trajectory_charts(panels: Sequence[Panel], *, region: str, period: str, source: str, name: str = "trajectory") -> list[Chart]:
    """Draw the panels, on as many pages as it takes.

    Parameters
    ----------
    panels : sequence of Panel
        In the order in which they are drawn.
    region, period, source : str
        Region name, present period, text of the source line.
    name : str
        File name without extension; pages get ``-1``, ``-2`` …
    """
    pages = _pages(panels)
    title = trajectory_title(panels)
    charts = []
    for number, page in enumerate(pages, start=1):
        part = say("trajectory.page", number=number, total=len(pages)) if len(pages) > 1 else ""
        subtitle = say("trajectory.subtitle", region=region, period=phrases.period(period), part=part)
        charts.append(_page(page, f"{name}-{number}", title, subtitle, source))
    return charts


def _pages(panels: Sequence[Panel]) -> list[Sequence[Panel]]:
    """Return the panels by page: as many rows as fit, at least one."""
    rows = [panels[start : start + _ACROSS] for start in range(0, len(panels), _ACROSS)]
    pages: list[list[Panel]] = []
    count, high = 0, 0.0
    for row in rows:
        most, limit = (_FIRST, _FIRST_MM) if len(pages) <= 1 else (_DOWN, _DOWN_MM)
        own = _row_height(row)
        if not pages or count == most or high + own > limit:
            pages.append([])
            count, high = 0, _KEY_MM
        pages[-1] += row
        count, high = count + 1, high + own
    return [*pages]


def _row_height(row: Sequence[Panel]) -> float:
    return max(_head_height(panel, _ROOM) for panel in row) + _PLOT + _YEARS + 4.0


def _page(panels: Sequence[Panel], name: str, title: str, subtitle: str, source: str) -> Chart:
    width = look.FIGURE_MM
    headline = wrap_mm(title, width, 10.5)
    under = wrap_mm(subtitle, width, 8)
    from_key = len(headline) * 5.2 + (len(under) - 1) * 4.1
    top = from_key + 5.5
    keys = _key_lines(panels, width)
    top += len(keys) * 4.4 + 2.0
    rows = [panels[start : start + _ACROSS] for start in range(0, len(panels), _ACROSS)]
    heads = [max(_head_height(panel, _ROOM) for panel in row) for row in rows]
    below = wrap_mm(say("overview.source", source=source), width, 7)
    more = (len(below) - 1) * em(7) * 1.25
    height = top + sum(head + _PLOT + _YEARS + 4.0 for head in heads) + 5.0 + more
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, look.INK, va="top")
    canvas.text(0, len(headline) * 5.2 + 1.0, "\n".join(under), 8, look.MUTED, va="top")
    _draw_key(canvas, keys, from_key + 7.6)
    y = top
    for row, head in zip(rows, heads, strict=True):
        for place, panel in enumerate(row):
            _panel(canvas, panel, place * (_ROOM + _GAP), y, _ROOM, head)
            canvas.spot(place * (_ROOM + _GAP), y, _ROOM, head + _PLOT + _YEARS, _alt(panel))
        y += head + _PLOT + _YEARS + 4.0
    canvas.text(0, height - 2.4 - more / 2, "\n".join(below), 7, look.MUTED)
    return canvas.finish(name, title, say("trajectory.alt", title=title, said=phrases.clauses(_alt(panel) for panel in panels)))


def _alt(panel: Panel) -> str:
    said = phrases.listing([one.word for one in panel.status])
    return say("trajectory.alt_one", title=panel.title, figures=phrases.run_on(panel.pieces), heading=panel.heading, said=said)


def _head_lines(panel: Panel, room: float) -> tuple[list[str], list[str]]:
    lines = [""]
    for piece in panel.pieces:
        longer = phrases.run_on([lines[-1], piece])
        if lines[-1] and text_mm(longer, _SMALL) > room:
            lines.append(piece)
        else:
            lines[-1] = longer
    return wrap_mm(panel.title, room - em(_NAME), _NAME), [part for line in lines for part in wrap_mm(line, room, _SMALL)]


def _head_height(panel: Panel, room: float) -> float:
    name, figures = _head_lines(panel, room)
    return len(name) * em(_NAME) * 1.25 + (len(figures) + len(_status_lines(panel, room))) * em(_SMALL) * 1.25 + 2.2


def _status_lines(panel: Panel, room: float) -> list[list[tuple[str, str]]]:
    """Return how the panel stands, and at which milestone, in lines that fit: words and their colour."""
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for said in [*((one.label, one.ink) for one in panel.status), (panel.heading, look.MUTED)]:
        wide = text_mm(said[0], _SMALL)
        if lines[-1] and used + wide > room:
            lines.append([])
            used = 0.0
        lines[-1].append(said)
        used += wide + 1.5
    return lines


class _Axes:
    """From years and values to millimetres."""

    def __init__(self, panel: Panel, left: float, top: float, width: float) -> None:
        years = [panel.now.year, *(point.year for point in panel.observed), *(aim.year for aim in panel.aims)]
        values = panel.span
        span = max(values) - min(values) or abs(max(values)) / 10 or Fraction(1)
        if panel.threshold and panel.threshold_inside:
            values.append(panel.threshold[0])
        step = round_step((max(values) - min(values) or span) / 3)
        self.low, self.high = min(values) // step * step, -(-max(values) // step) * step
        if self.low == self.high:
            self.low, self.high = self.low - step, self.high + step
        self.ticks = [self.low + step * number for number in range(int((self.high - self.low) / step) + 1)]
        self.ticks = self.ticks[:: 2 if len(self.ticks) > 4 else 1]
        self.first, self.last = min(years), max(max(years), min(years) + 1)
        self.left, self.right, self.top, self.bottom = left + _AXIS, left + width - 3.0, top + 1.5, top + _PLOT - 1.0

    def x(self, year: Fraction | int) -> float:
        return self.left + float((Fraction(year) - self.first) / (self.last - self.first)) * (self.right - self.left)

    def y(self, value: Fraction) -> float:
        inside = min(max(value, self.low), self.high)
        return self.bottom - float((inside - self.low) / (self.high - self.low)) * (self.bottom - self.top)


def held(panel: Panel, value: Fraction) -> Fraction:
    """Return a projected value within what the indicator can be."""
    low, high = panel.limits
    value = value if low is None else max(value, low)
    return value if high is None else min(value, high)


def _panel(canvas: Canvas, panel: Panel, left: float, top: float, room: float, head: float) -> None:
    name, figures = _head_lines(panel, room)
    canvas.text(left, top, "\n".join(name), _NAME, look.INK, va="top")
    y = top + len(name) * em(_NAME) * 1.25
    for line in _status_lines(panel, room):
        x = left
        for words, ink in line:
            canvas.text(x, y, words, _SMALL, ink, va="top")
            x += text_mm(words, _SMALL) + 1.5
        y += em(_SMALL) * 1.25
    canvas.text(left, y, "\n".join(figures), _SMALL, look.MUTED, va="top")
    axes = _Axes(panel, left, top + head, room)
    for tick in axes.ticks:
        canvas.line(axes.left - 1, axes.y(tick), axes.right + 2, axes.y(tick), "#EBEDF0", 0.5, order=0)
        canvas.text(axes.left - 1.8, axes.y(tick), phrases.plain(tick, 4), 6, look.MUTED, ha="right")
    _trend(canvas, panel, axes)
    _threshold(canvas, panel, axes)
    for aim in panel.aims:
        if aim.path and panel.base is not None:
            ends = (axes.x(panel.base.year), axes.y(panel.base.value), axes.x(aim.year), axes.y(aim.value))
            canvas.line(*ends, look.ACCENT, 0.8, (1, 2), order=1)
        canvas.line(axes.x(aim.year) - 1.5, axes.y(aim.value), axes.x(aim.year) + 1.5, axes.y(aim.value), look.ACCENT,
                    1.0 if aim.annual else 2.0, order=2)  # fmt: skip
    points = [(axes.x(point.year), axes.y(point.value)) for point in panel.observed]
    for start, end in pairwise(points):
        canvas.line(*start, *end, look.INK, 1.0, order=2)
    for x, y in points:
        canvas.mark(x, y, "o", 2.2, look.INK, look.INK, 3, 0.4)
    now = axes.x(panel.now.year)
    if panel.expected is not None:
        canvas.mark(now, axes.y(panel.expected), "D", 3.4, "white", look.ACCENT, 3, 0.8)
    if panel.base is not None:
        canvas.mark(axes.x(panel.base.year), axes.y(panel.base.value), "o", 4.4, "white", look.INK, 3, 0.9)
    shown = panel.status[0]
    canvas.mark(now, axes.y(panel.now.value), _SHAPES.get(shown.symbol, "o"), 5.0, shown.colour, shown.colour, 4, 0.5)
    _years(canvas, panel, axes)


def _trend(canvas: Canvas, panel: Panel, axes: _Axes) -> None:
    """Continue the observed change in a straight line, within what the indicator can be, with its spread."""
    trend = panel.trend
    if trend is None:
        return
    years = range(panel.now.year, trend.until + 1)

    def at(change: Fraction) -> list[tuple[float, float]]:
        return [(axes.x(year), axes.y(held(panel, panel.now.value + change * (year - panel.now.year)))) for year in years]

    if trend.low != trend.high:
        canvas.area([*at(trend.low), *reversed(at(trend.high))], _LIGHT)
    line = at(trend.mean)
    for start, end in pairwise(line):
        canvas.line(*start, *end, _TREND, 0.8, (4, 2), order=1)


def _threshold(canvas: Canvas, panel: Panel, axes: _Axes) -> None:
    if panel.threshold and panel.threshold_inside:
        y = axes.y(panel.threshold[0])
        canvas.line(axes.left - 1, y, axes.right + 2, y, look.STATUSES["pending"].colour, 0.8, (7, 2), order=1)


def _years(canvas: Canvas, panel: Panel, axes: _Axes) -> None:
    """Write the years below the plot, the important ones first; those that would touch go to a second line, or are left out."""
    wanted = [panel.base.year] if panel.base else []
    wanted += [panel.now.year, *reversed([aim.year for aim in panel.aims if not aim.annual]), *(aim.year for aim in panel.aims)]
    lines: list[list[float]] = [[], []]
    for year in dict.fromkeys([*wanted, min(point.year for point in panel.observed)]):
        x, half = axes.x(year), text_mm(str(year), 6) / 2
        canvas.line(x, axes.bottom + 0.6, x, axes.bottom + 1.4, look.MUTED, 0.5)
        line = next((number for number, used in enumerate(lines) if all(abs(x - other) > 2 * half + 0.6 for other in used)), None)
        if line is not None:
            lines[line].append(x)
            canvas.text(x, axes.bottom + 3.0 + 2.5 * line, str(year), 6, look.MUTED, ha="center")


def _key_lines(panels: Sequence[Panel], width: float) -> list[list[tuple[str, str]]]:
    """Return the key in lines that fit: kind of sign and its words, only of what is drawn."""
    annual = any(aim.annual for panel in panels for aim in panel.aims)
    every: list[tuple[str, str, bool]] = [
        ("base", say("trajectory.key_base"), any(panel.base for panel in panels)),
        ("observed", say("trajectory.key_observed"), any(len(panel.observed) > 1 for panel in panels)),
        ("path", say("trajectory.key_path"), any(aim.path for panel in panels for aim in panel.aims)),
        ("expected", say("trajectory.key_expected"), any(panel.expected is not None for panel in panels)),
        ("aim", say("trajectory.key_aim_annual" if annual else "trajectory.key_aim"), True),
        ("trend", say("trajectory.key_trend"), any(panel.trend for panel in panels)),
        ("threshold", say("trajectory.key_threshold"), any(panel.threshold_inside for panel in panels)),
    ]
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for kind, words, drawn in every:
        if drawn:
            need = 9.0 + text_mm(words, 7) + 3.0
            if used and used + need > width:
                lines.append([])
                used = 0.0
            lines[-1].append((kind, words))
            used += need
    shapes = dict.fromkeys(panel.status[0].label for panel in panels)
    return [*lines, [("", phrases.labelled(say("trajectory.key_now"), phrases.gap().join(shapes)))]]


def _draw_key(canvas: Canvas, lines: Sequence[Sequence[tuple[str, str]]], y: float) -> None:
    for line in lines:
        x = 0.0
        for kind, words in line:
            _sign(canvas, kind, x, y)
            begin = x + (9.0 if kind else 0.0)
            canvas.text(begin, y, words, 7, look.MUTED)
            x = begin + text_mm(words, 7) + 3.0
        y += 4.4


def _sign(canvas: Canvas, kind: str, x: float, y: float) -> None:
    if kind == "base":
        canvas.mark(x + 4, y, "o", 4.4, "white", look.INK, 3, 0.9)
    elif kind == "observed":
        canvas.line(x + 1, y, x + 7.5, y, look.INK, 1.0)
        canvas.mark(x + 4.2, y, "o", 2.2, look.INK, look.INK, 3, 0.4)
    elif kind == "path":
        canvas.line(x + 1, y, x + 7.5, y, look.ACCENT, 0.8, (1, 2))
    elif kind == "expected":
        canvas.mark(x + 4.2, y, "D", 3.4, "white", look.ACCENT, 3, 0.8)
    elif kind == "aim":
        canvas.line(x + 2.5, y, x + 5.5, y, look.ACCENT, 2.0)
    elif kind == "trend":
        canvas.box(x + 1, y - 1.5, 6.5, 3.0, _LIGHT)
        canvas.line(x + 1, y, x + 7.5, y, _TREND, 0.8, (4, 2))
    elif kind == "threshold":
        canvas.line(x + 1, y, x + 7.5, y, look.STATUSES["pending"].colour, 0.8, (7, 2))
