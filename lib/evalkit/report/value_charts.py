"""Values of one indicator by region, as a chart: in the order of the run, or sorted where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalkit.messages.speech import say
from evalkit.report import look, phrases
from evalkit.report.canvas import Canvas, Chart, text_mm, wrap_mm
from evalkit.report.overview import counted_rows, row_label, shares

_MOST_VALUES = 30  # regions of a chart on one page


@dataclass(frozen=True)
class RegionValue:
    """A region's value of the one indicator of a set."""

    region: str
    value: Fraction
    text: str
    status: str


def _those(values: Sequence[RegionValue], one: RegionValue) -> str:
    """Name the regions that print the same value."""
    names = [item.region for item in values if item.text == one.text]
    return phrases.listing(names) if len(names) <= 3 else say("overview.those_more", names=phrases.listing(names[:2]), n=len(names))


def value_charts(
    values: Sequence[RegionValue],
    *,
    indicator: str,
    unit: str,
    period: str,
    target: Fraction | None,
    target_text: str,
    name: str,
    source: str,
    noun: str = "regions",
    ranking: bool = False,
) -> list[Chart]:
    """Draw one indicator's values by region as dots on a line from the axis, on as many figures as fit a page each.

    Parameters
    ----------
    values : sequence of RegionValue
        Regions with a value, in the order of the run; none give no figure.
    indicator, unit, period : str
        What is shown.
    target : Fraction, optional
        Threshold as a dashed line, with `target_text` beside it.
    name, source : str
        File name without extension; source line.
    noun : {"regions", "periods"}
        What the lines are; periods are never sorted by value.
    ranking : bool
        Sort from high to low and name the highest and the lowest; without it regions stand in the order of the run.
    """
    if not values:
        return []
    ranking = ranking and noun == "regions"
    ordered = sorted(values, key=lambda item: (-item.value, values.index(item)))
    best, last = ordered[0], ordered[-1]
    shown = phrases.unit(unit)
    said = {"period": phrases.period(period), "rows": counted_rows(len(values), noun), "indicator": indicator}
    lowest, highest = phrases.measured(last.text, unit), phrases.measured(best.text, unit)
    if best.text == last.text:
        title = say("overview.value_same", low=lowest, **said)
    else:
        title = say("overview.value_range", low=lowest, high=highest, **said)
        title = say("overview.value_extremes", title=title, best=_those(ordered, best), last=_those(ordered, last)) if ranking else title
    named = {"indicator": indicator, "unit": shown or say("overview.no_unit"), "period": phrases.period(period)}
    if noun == "periods":
        key = say("overview.value_key_periods", **named)
    else:
        key = say("overview.value_key_ranked", **named) if ranking else say("overview.value_key", **named)
    low = min([last.value, Fraction(0)])
    high = max([best.value, target or best.value, Fraction(100) if shown == "%" and best.value <= 100 else best.value])
    axis = _Axis(low, high if high > low else low + 1, target, target_text)
    parts = shares(len(values), _MOST_VALUES)
    charts = []
    for number, part in enumerate(parts, start=1):
        own = title + (say("overview.part", number=number, total=len(parts)) if len(parts) > 1 else "")
        some = [(ordered if ranking else values)[place] for place in part]
        charts.append(_values(some, own, key, axis, unit, name if number == 1 else f"{name}-{number}", source))
    return charts


@dataclass(frozen=True)
class _Axis:
    low: Fraction
    high: Fraction
    target: Fraction | None
    target_text: str


def _values(values: Sequence[RegionValue], title: str, key: str, axis: _Axis, unit: str, name: str, source: str) -> Chart:
    width = look.FIGURE_MM
    headline, keys = wrap_mm(title, width, 10.5), wrap_mm(key, width, 8)
    label = min(48.0, max(text_mm(item.region, 8) for item in values) + 4)
    left, right = label, width - 16
    top = len(headline) * 5.2 + len(keys) * 3.6 + 10.4
    height = top + 6.2 * len(values) + 13
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, va="top")
    canvas.text(0, len(headline) * 5.2 + 1.2, "\n".join(keys), 8, look.MUTED, va="top")

    def at(value: Fraction) -> float:
        return left + float((value - axis.low) / (axis.high - axis.low)) * (right - left)

    bottom = height - 11
    for number in range(5):
        tick = axis.low + (axis.high - axis.low) * number / 4
        canvas.line(at(tick), top, at(tick), bottom, "#EBEDF0", 0.5, order=0)
        canvas.text(at(tick), bottom + 2.2, phrases.plain(tick, 2), 6.5, look.MUTED, ha="center")
    if axis.target is not None:
        canvas.line(at(axis.target), top - 1, at(axis.target), bottom, look.ACCENT, 0.8, (3.7, 1.6))
        half = text_mm(axis.target_text, 7) / 2
        canvas.text(max(half, min(at(axis.target), width - half)), top - 3.2, axis.target_text, 7, look.ACCENT, ha="center")
    for place, item in enumerate(values):
        y = top + 6.2 * (place + 0.5)
        judged = item.status in {"met", "not_met"}
        colour = look.status(item.status).colour if judged else look.ACCENT
        row_label(canvas, y, item.region, label - 2)
        canvas.line(at(max(axis.low, Fraction(0))), y, at(item.value), y, "#C9D3DC", 2.0, order=1)
        canvas.mark(at(item.value), y, "^" if item.status == "not_met" else "o", 5, colour, colour, 3, 0.6)
        canvas.text(at(item.value) + 2.4, y, item.text, 8, colour if judged else look.INK)
        canvas.spot(0, y - 3.1, width, 6.2, say("overview.value_item", region=item.region, value=phrases.measured(item.text, unit)))
    canvas.text(0, height - 2.4, say("overview.source", source=source), 7, look.MUTED)
    said = [say("overview.value_item", region=item.region, value=phrases.measured(item.text, unit)) for item in values]
    return canvas.finish(name, title, say("overview.value_alt", title=title, values=phrases.clauses(said)))
