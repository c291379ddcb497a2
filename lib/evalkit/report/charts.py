"""The dumbbell chart: base, current value and target of each indicator, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from evalkit.messages.speech import say
from evalkit.report import look, marks, phrases
from evalkit.report.canvas import Canvas, Chart, em, wrap_mm
from evalkit.report.points import Point

_NAME, _SIZE = 49.0, 8.0
_VALUE = (13.0, 13.0, 15.5)
_UNIT, _UNIT_SIZE = 15.0, 7.0
_TALLEST = 212.0
_LIMIT = Fraction(160)


def dumbbell_title(points: Sequence[Point], goal: str, current: str, total: int, *, parted: bool = False) -> str:
    """Return the finding: how many of all indicators could be compared, how many are at the target, and which is farthest from it.

    Parameters
    ----------
    points : sequence of Point
        What is drawn.
    goal, current : str
        Milestone (empty: the threshold) and assessed period.
    total : int
        Indicators (parts counted each) that apply, with and without numbers.
    parted : bool
        Some of them are parts of one indicator.
    """
    reached = [point for point in points if point.reached]
    coming = marks.ahead(current, goal)
    aim = say("charts.aim_goal", period=phrases.period(goal)) if goal else say("charts.aim")
    words = {"done": say("charts.done_ahead" if coming else "charts.done"), "aim": aim}
    head = say("charts.listed_parts" if parted else "charts.listed", total=total)
    if total > len(points):
        short_aim = say("charts.aim_goal_short" if goal else "charts.aim_short")
        head = say("charts.with_numbers", listed=head, count=len(points), aim=short_aim)
    if len(reached) == len(points):
        return say("charts.all_reached" if len(points) > 1 else "charts.one_reached", head=head, **words)
    short = [
        (scaled, index) for index, point in enumerate(points) if not point.reached and (scaled := point.scaled(point.current)) is not None
    ]
    if reached:
        open_ = say("charts.open_ahead_end" if coming else "charts.open_end")
        text = say("charts.some_reached", head=head, count=len(reached), short=len(points) - len(reached), open=open_, **words)
    else:
        key = "charts.none_reached" if len(points) > 1 else "charts.one_open"
        text = say(key, head=head, open=say("charts.open_ahead" if coming else "charts.open"), aim=aim)
    return say("charts.farthest", text=text, name=points[min(short)[1]].name) if short and len(points) > 1 else text


def dumbbell_charts(
    points: Sequence[Point],
    *,
    name: str,
    region: str,
    base: str,
    current: str,
    goal: str,
    source: str,
    total: int = 0,
    parted: bool = False,
) -> list[Chart]:
    """Draw the chart, on as many pages as it takes.

    Parameters
    ----------
    points : sequence of Point
        Indicators in the order of the official table.
    name : str
        File name without extension; later pages get ``-2`` …
    region, base, current, goal : str
        Region name; periods of the hollow mark (empty: none), the solid mark and the target (empty: the threshold itself).
    source : str
        Text of the source line.
    total : int
        Indicators that apply, with and without numbers; default those drawn.
    parted : bool
        Some of them are parts of one indicator.
    """
    drawn = drawable(points)
    if not drawn:
        return []
    pages = _pages(drawn)
    title = dumbbell_title(drawn, goal, current, max(total, len(points)), parted=parted)
    left_out = len(points) - len(drawn)
    charts = []
    for index, page in enumerate(pages):
        part = say("charts.page", number=index + 1, count=len(pages)) if len(pages) > 1 else ""
        file = name if not index else f"{name}-{index + 1}"
        charts.append(_draw(page, drawn, file, title, region + part, base, current, goal, source, left_out))
    return charts


def drawable(points: Sequence[Point]) -> list[Point]:
    """Return the points that one scale can hold: all when the units agree, else those above zero."""
    if len({phrases.unit(point.unit) for point in points}) <= 1:
        return list(points)
    return [point for point in points if point.comparable]


def _row_height(point: Point) -> float:
    lines = max(len(wrap_mm(point.name, _NAME - 8, _SIZE)), len(_unit_lines(point)))
    return max(6.0, lines * em(_SIZE) * 1.22 + 1.9)


def _unit_lines(point: Point) -> list[str]:
    """Return a unit in lines that fit the column: long ones are broken behind the stroke (吨标准煤／万元)."""
    text = phrases.symbol(point.unit)
    room = (_UNIT - 1.5) / (em(_UNIT_SIZE) * 1.04)
    if phrases.display_width(text) <= room or "/" not in text:
        return phrases.wrapped(text, room)
    first, _, rest = text.partition("/")
    return [*phrases.wrapped(f"{first}/", room), *phrases.wrapped(rest, room)]


def _pages(points: Sequence[Point]) -> list[list[Point]]:
    """Split into pages of about the same height."""

    def steps(start: bool) -> list[float]:
        heads = [(start and not index) or (bool(index) and point.domain != points[index - 1].domain) for index, point in enumerate(points)]
        return [_row_height(point) + (6.5 if head else 0) for point, head in zip(points, heads, strict=True)]

    total = sum(steps(True))
    count = -(-int(total) // int(_TALLEST - 40))
    pages: list[list[Point]] = [[]]
    height = 0.0
    for point, step in zip(points, steps(True), strict=True):
        if pages[-1] and height + step / 2 > total / count and len(pages) < count:
            pages.append([])
            height = 0.0
        pages[-1].append(point)
        height += step
    return pages


class _Scale:
    """From values to millimetres: the values themselves when all units agree, else percent of the target."""

    def __init__(self, points: Sequence[Point], left: float, right: float) -> None:
        units = {phrases.unit(point.unit) for point in points}
        self.normal = len(units) > 1
        self.unit = "" if self.normal else next(iter(units))
        self.left, self.right = left, right
        values = [
            value
            for point in points
            for part in (point.base, point.current, point.target)
            if (value := self.value(point, part)) is not None
        ]
        if self.normal:
            step, low, high = Fraction(20), max(min([*values, Fraction(80)]), Fraction(0)), min(max([*values, Fraction(120)]), _LIMIT)
        else:
            span = max(values) - min(values) or abs(max(values)) or Fraction(1)
            step = round_step(span / 4)
            low, high = min(values), max(values)
        self.low = low // step * step
        self.high = -(-high // step) * step
        if self.low == self.high:
            self.high += step
        count = (self.high - self.low) / step
        self.ticks = [self.low + step * number for number in range(0, int(count) + 1, 2 if count > 6 else 1)]
        self.clipped = any(value < self.low or value > self.high for value in values)

    def value(self, point: Point, value: Fraction | None) -> Fraction | None:
        if value is None or not self.normal:
            return value
        return point.scaled(value)

    def place(self, point: Point, value: Fraction | None) -> tuple[float, int] | None:
        """Return millimetres and -1, 0 or 1: outside on the left, inside, outside on the right."""
        shown = self.value(point, value)
        if shown is None:
            return None
        side = (shown > self.high) - (shown < self.low)
        inside = min(max(shown, self.low), self.high)
        return self.at(inside), side

    def at(self, value: Fraction) -> float:
        return self.left + float((value - self.low) / (self.high - self.low)) * (self.right - self.left)


def round_step(rough: Fraction) -> Fraction:
    """Return the least of 1, 2, 5, 10, 20 … (0.1, 0.2, 0.5 …) that is not below a distance, for the ticks of an axis."""
    power = Fraction(1)
    while power * 10 <= rough:
        power *= 10
    while power > rough:
        power /= 10
    return next((power * factor for factor in (1, 2, 5) if power * factor >= rough), power * 10)


def _draw(
    page: Sequence[Point],
    every: Sequence[Point],
    name: str,
    title: str,
    region: str,
    base: str,
    current: str,
    goal: str,
    source: str,
    left_out: int,
) -> Chart:
    width = look.FIGURE_MM
    values = (_VALUE[0] if base else 0.0, *_VALUE[1:])
    left, right = _NAME + 2, width - sum(values) - _UNIT - 3
    scale = _Scale(every, left, right)
    headline = wrap_mm(title, width, 10.5)
    aim = say("charts.goal", period=phrases.period(goal)) if goal else say("charts.target")
    kind = say("charts.scale") if scale.normal else say("charts.unit", unit=scale.unit or say("charts.no_unit"))
    before = say("charts.key_base", period=phrases.period(base)) if base else ""
    key = say("charts.key", base=before, current=phrases.period(current), aim=aim, region=region)
    kind += say("charts.clipped") if scale.clipped else ""
    kind += say("charts.left_out", count=left_out) if left_out else ""
    under = [*wrap_mm(key, width, 8), *wrap_mm(kind, width, 8)]
    top = len(headline) * 5.2 + len(under) * 4.1 + 9.0
    domains = [index for index, point in enumerate(page) if not index or point.domain != page[index - 1].domain]
    height = top + sum(_row_height(point) for point in page) + 6.5 * len(domains) + 13
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, look.INK, va="top")
    canvas.text(0, len(headline) * 5.2 + 1.2, "\n".join(under), 8, look.MUTED, va="top")
    columns = [right + 3 + sum(values[: index + 1]) for index in range(3)]
    heads = (phrases.period(base) if base else "", phrases.period(current), aim)
    for x, head in zip(columns, heads, strict=True):
        if not head:  # no base year: no column
            continue
        canvas.text(x, top - 2.5, head, 7 if len(head) <= 5 else 6.5, look.MUTED, ha="right")
    canvas.text(columns[2] + 1.5, top - 2.5, say("charts.unit_head"), 7, look.MUTED)
    bottom = height - 11
    for tick in scale.ticks:
        canvas.line(scale.at(tick), top, scale.at(tick), bottom, "#EBEDF0", 0.5, order=0)
        canvas.text(scale.at(tick), bottom + 2.2, f"{phrases.plain(tick, 4)}{'%' if scale.normal else ''}", 6.5, look.MUTED, ha="center")
    if scale.normal:
        canvas.line(scale.at(Fraction(100)), top, scale.at(Fraction(100)), bottom, look.ACCENT, 0.7, (4, 3))
    y = top
    for index, point in enumerate(page):
        if index in domains:
            canvas.box(0, y + 0.7, width, 5.1, "#F1F4F7", order=0)
            canvas.text(1.5, y + 3.2, point.domain, 8, look.ACCENT)
            y += 6.5
        y += _row_height(point)
        _row(canvas, scale, point, y - _row_height(point) / 2, columns, based=bool(base))
        canvas.spot(0, y - _row_height(point), width, _row_height(point), _said(point, base, current, aim))
        canvas.line(0, y, width, y, "#EEF0F2", 0.4, order=0)
    canvas.text(0, height - 2.4, "\n".join(wrap_mm(say("charts.source", source=source), width, 7)[:1]), 7, look.MUTED)
    return canvas.finish(name, title, _alt(page, title, base, current, aim))


def _row(canvas: Canvas, scale: _Scale, point: Point, y: float, columns: Sequence[float], *, based: bool) -> None:
    canvas.text(6.0, y, point.seq, 7.5, look.MUTED, ha="right")
    canvas.text(8.0, y, "\n".join(wrap_mm(point.name, _NAME - 8, _SIZE)), _SIZE)
    now, before, aim = scale.place(point, point.current), scale.place(point, point.base), scale.place(point, point.target)
    if aim and not aim[1]:
        canvas.line(aim[0], y - 2.3, aim[0], y + 2.3, look.ACCENT, 1.6, order=2)
    if now and before and abs(now[0] - before[0]) > 0.1:
        better = point.base is not None and (point.current > point.base) == (point.direction == "up")
        canvas.line(before[0], y, now[0], y, look.BETTER if better else look.WORSE, 1.8, order=2)
    if before:
        canvas.mark(before[0], y, _shape(before[1]), 6.4, "white", look.INK, 3)
    if now:
        canvas.mark(now[0], y, _shape(now[1]), 4.2, look.INK, look.INK, 4, 0.6)
    for place, text in enumerate((point.base_text, point.current_text, point.target_text)):
        if place or based:
            canvas.text(columns[place], y, text or "—", 7.5, look.INK if place == 1 else look.MUTED, ha="right")
    canvas.text(columns[2] + 1.5, y, "\n".join(_unit_lines(point)), _UNIT_SIZE, look.MUTED)


def _shape(side: int) -> str:
    return {-1: "<", 0: "o", 1: ">"}[side]


def _alt(page: Sequence[Point], title: str, base: str, current: str, aim: str) -> str:
    return say("charts.alt", title=title, rows=phrases.clauses(_said(point, base, current, aim) for point in page))


def _said(point: Point, base: str, current: str, aim: str) -> str:
    before = say("charts.said_before", period=phrases.period(base), value=point.base_text) if base and point.base_text else ""
    target = phrases.measured(point.target_text, point.unit)
    values = {"name": point.name, "before": before, "current": phrases.period(current), "value": point.current_text}
    return say("charts.said", **values, aim=aim, target=target)
