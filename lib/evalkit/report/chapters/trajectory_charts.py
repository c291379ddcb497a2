"""Small multiples of how indicators move from base year to milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from evalkit.assessment.progress_way import Point
from evalkit.report import look, phrases
from evalkit.report.canvas import Canvas, Chart, em, text_mm, wrap_mm
from evalkit.report.charts import round_step
from evalkit.report.look import StatusLook

_ACROSS, _GAP = 3, 5.0
_FIRST, _DOWN = 3, 4  # rows of the first page, which has the chapter's heading, and of the others
MOST = _ACROSS * (_FIRST + _DOWN)  # panels on two pages
_PLOT, _YEARS, _AXIS = 17.0, 6.0, 8.5  # heights of plot and years, width of the numbers beside the plot
_NAME, _SMALL = 7.5, 6.5
_SHAPES = {"●": "o", "◆": "D", "■": "s", "▲": "^", "○": "o"}
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
        shown = [(self.base_text, self.base.year)] if self.base else []
        values = [f"{year}年{text.partition('（')[0]}" for text, year in [*shown, (self.now_text, self.now.year)]]
        aims = [f"{aim.year}年{aim.text}" for aim in self.aims]
        found = [f"{'→' if number else ''}{text}" for number, text in enumerate(values)]
        found[-1] += "；"
        if self.threshold:
            found.append(f"指标值{self.threshold[1]}{'' if self.threshold_inside else '（图外）'}；")
        return found + [f"{'' if number else '规划'}{text}{'、' if number < len(aims) - 1 else ''}" for number, text in enumerate(aims)]

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
    found = [f"{behind}项滞后于时序进度" if behind else "", f"{hard}项难达标" if hard else "", f"{kept}项已达到全部规划值" if kept else ""]
    said = phrases.listing([text for text in found if text])
    return f"所画{len(panels)}项指标中，{said}" if said else f"所画{len(panels)}项指标均未滞后于时序进度"


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
    first, each = _ACROSS * _FIRST, _ACROSS * _DOWN
    pages = [panels[:first], *(panels[start : start + each] for start in range(first, len(panels), each))]
    title = trajectory_title(panels)
    charts = []
    for number, page in enumerate(pages, start=1):
        part = f"　第{number}幅，共{len(pages)}幅" if len(pages) > 1 else ""
        charts.append(
            _page(page, f"{name}-{number}", title, f"{region}{phrases.period(period)}，状态对照各指标的下一个目标年{part}", source)
        )
    return charts


def _page(panels: Sequence[Panel], name: str, title: str, subtitle: str, source: str) -> Chart:
    width = look.FIGURE_MM
    headline = wrap_mm(title, width, 10.5)
    top = len(headline) * 5.2 + 5.5
    keys = _key_lines(panels, width)
    top += len(keys) * 4.4 + 2.0
    room = (width - _GAP * (_ACROSS - 1)) / _ACROSS
    rows = [panels[start : start + _ACROSS] for start in range(0, len(panels), _ACROSS)]
    heads = [max(_head_height(panel, room) for panel in row) for row in rows]
    height = top + sum(head + _PLOT + _YEARS + 4.0 for head in heads) + 5.0
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, look.INK, va="top")
    canvas.text(0, len(headline) * 5.2 + 1.0, subtitle, 8, look.MUTED, va="top")
    _draw_key(canvas, keys, len(headline) * 5.2 + 7.6)
    y = top
    for row, head in zip(rows, heads, strict=True):
        for place, panel in enumerate(row):
            _panel(canvas, panel, place * (room + _GAP), y, room, head)
            canvas.spot(place * (room + _GAP), y, room, head + _PLOT + _YEARS, _alt(panel))
        y += head + _PLOT + _YEARS + 4.0
    canvas.text(0, height - 2.4, "\n".join(wrap_mm(f"来源：{source}", width, 7)[:1]), 7, look.MUTED)
    return canvas.finish(name, title, f"{title}。{'；'.join(_alt(panel) for panel in panels)}。")


def _alt(panel: Panel) -> str:
    said = "、".join(one.zh for one in panel.status)
    return f"{panel.name}{f'（{panel.unit}）' if panel.unit else ''}：{''.join(panel.pieces)}，{panel.heading}{said}"


def _head_lines(panel: Panel, room: float) -> tuple[list[str], list[str]]:
    name = panel.name + (f"（{panel.unit}）" if panel.unit else "")
    lines = [""]
    for piece in panel.pieces:
        if lines[-1] and text_mm(lines[-1] + piece, _SMALL) > room:
            lines.append("")
        lines[-1] += piece
    return wrap_mm(name, room - em(_NAME), _NAME), [part for line in lines for part in wrap_mm(line, room, _SMALL)]


def _head_height(panel: Panel, room: float) -> float:
    name, figures = _head_lines(panel, room)
    return len(name) * em(_NAME) * 1.25 + (len(figures) + 1) * em(_SMALL) * 1.25 + 2.2


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
    x = left
    for one in panel.status:
        canvas.text(x, y, one.label, _SMALL, one.ink, va="top")
        x += text_mm(one.label, _SMALL) + 1.5
    canvas.text(x, y, panel.heading, _SMALL, look.MUTED, va="top")
    canvas.text(left, y + em(_SMALL) * 1.25, "\n".join(figures), _SMALL, look.MUTED, va="top")
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
    every: list[tuple[str, str, bool]] = [
        ("base", "基准值", any(panel.base for panel in panels)),
        ("observed", "各年实际", any(len(panel.observed) > 1 for panel in panels)),
        ("path", "由基准值至规划值的直线", any(aim.path for panel in panels for aim in panel.aims)),
        ("expected", "按直线应达到", any(panel.expected is not None for panel in panels)),
        ("aim", "规划值（细线为年度目标）" if any(aim.annual for panel in panels for aim in panel.aims) else "规划值", True),
        ("trend", "按年均实际变化推算（浅色为各年最小至最大变化）", any(panel.trend for panel in panels)),
        ("threshold", "指标体系的指标值", any(panel.threshold_inside for panel in panels)),
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
    return [*lines, [("", f"现状：{'　'.join(shapes)}")]]


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
