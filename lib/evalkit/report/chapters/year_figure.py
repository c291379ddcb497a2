"""A picture of annual means: the mean so far, the target, and the mean that the remaining days may have."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from evalkit.assessment.year_to_date import printed_row
from evalkit.assessment.year_to_date_model import Printed, YearToDate
from evalkit.messages.speech import say, term
from evalkit.report import look, phrases
from evalkit.report.canvas import Canvas, Chart, em, wrap_mm

_NAME, _SIZE = 40.0, 8.0
_COLUMNS = (13.0, 13.0, 17.0)
_LEAST = Fraction(200)  # percent of the target that the scale always reaches
_MOST = Fraction(300)
_NAMED = 3


def year_chart(found: Sequence[YearToDate], name: str, region: str, day: str, source: str) -> Chart | None:
    """Draw the means of one stretch in percent of their targets; None where there is no mean with days left.

    Parameters
    ----------
    found : sequence of YearToDate
        Others than means with a control value are passed over.
    name : str
        File name without extension.
    region, day, source : str
        For the lines above and below.
    """
    drawn = [one for one in found if one.interval is not None and isinstance(one.case.target, Printed) and one.case.target.value > 0]
    if not drawn:
        return None
    width = look.FIGURE_MM
    last = any(one.last_rest is not None for one in drawn)
    ends = [_percent(one, value) for one in drawn for value in _marks(one)]
    high = min(max([_LEAST, *(Fraction(-(-end // 50) * 50) for end in ends)]), _MOST)
    outside = say("year.key_outside") if any(not 0 <= end <= high for end in ends) else ""
    headline = wrap_mm(_title(drawn), width, 10.5)
    signs = [("●", "year.key_value"), ("◇", "year.key_rest"), *([("○", "year.key_last")] if last else [])]
    keys = [f"{sign} {say(key)}" for sign, key in signs]
    keys += [say("year.key_line"), say("year.key_axis") + outside, region, say("year.until", day=day)]
    under = wrap_mm(phrases.gap().join(keys), width, 8)
    top = len(headline) * 5.2 + len(under) * 4.1 + 9.0
    heights = [max(8.0, len(wrap_mm(measure_name(one), _NAME - 1, _SIZE)) * em(_SIZE) * 1.25 + 2.4) for one in drawn]
    below = wrap_mm(say("overview.source", source=source), width, 7)
    more = (len(below) - 1) * em(7) * 1.25
    height = top + sum(heights) + 11 + more
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, look.INK, va="top")
    canvas.text(0, len(headline) * 5.2 + 1.2, "\n".join(under), 8, look.MUTED, va="top")
    left, right = _NAME + 2, width - sum(_COLUMNS) - 4
    columns = [right + 4 + sum(_COLUMNS[: index + 1]) for index in range(3)]
    for x, head in zip(columns, ("year.column_target", "year.column_value", "year.column_rest"), strict=True):
        canvas.text(x, top - 2.5, say(head), 7, look.MUTED, ha="right")
    bottom = height - 9.5 - more
    for tick in range(0, int(high) + 1, 50):
        x = left + (right - left) * tick / float(high)
        canvas.line(x, top, x, bottom, "#EBEDF0", 0.5, order=0)
        canvas.text(x, bottom + 2.2, f"{tick}%", 6.5, look.MUTED, ha="center")
    at_target = left + (right - left) * 100 / float(high)
    canvas.line(at_target, top, at_target, bottom, look.ACCENT, 0.9, (4, 3))
    y = top
    for one, step in zip(drawn, heights, strict=True):
        _row(canvas, one, y + step / 2, left, right, high, columns)
        canvas.spot(0, y, width, step, _said(one))
        y += step
        canvas.line(0, y, width, y, "#EEF0F2", 0.4, order=0)
    canvas.text(0, height - 2.4 - more / 2, "\n".join(below), 7, look.MUTED)
    return canvas.finish(name, _title(drawn), _alt(drawn, day))


def measure_name(one: YearToDate) -> str:
    """Return what a target is on in the language of the document; what the data have in Chinese only stays as it is (pH年均值)."""
    known = term(one.case.measure)
    return known if known == one.case.measure else phrases.beginning(known)


def _marks(one: YearToDate) -> list[Fraction]:
    value = one.case.value
    assert isinstance(value, Printed) and one.required is not None
    return [value.value, one.required, *([one.last_rest] if one.last_rest is not None else [])]


def _percent(one: YearToDate, value: Fraction) -> Fraction:
    assert isinstance(one.case.target, Printed)
    return 100 * value / one.case.target.value


def _row(canvas: Canvas, one: YearToDate, y: float, left: float, right: float, high: Fraction, columns: Sequence[float]) -> None:
    def place(value: Fraction) -> tuple[float, str]:
        share = _percent(one, value)
        shape = ">" if share > high else "<" if share < 0 else ""
        return left + (right - left) * float(min(max(share, Fraction(0)), high) / high), shape

    assert one.interval is not None
    canvas.text(0, y, "\n".join(wrap_mm(measure_name(one), _NAME - 1, _SIZE)), _SIZE)
    low, top = place(one.interval.low)[0], place(one.interval.high)[0]
    if top > low:
        canvas.box(low, y - 1.7, top - low, 3.4, "#D6E0EA", order=1)
    so_far, required, *rest = (place(value) for value in _marks(one))
    for x, shape in rest:
        canvas.mark(x, y, shape or "o", 5.5, "#FFFFFF", look.MUTED, 3, 0.9)
    canvas.mark(required[0], y, required[1] or "D", 5.2, "#FFFFFF", look.ACCENT, 4, 1.1)
    canvas.mark(so_far[0], y, so_far[1] or "o", 4.6, look.INK, look.INK, 5, 0.6)
    row = printed_row(one)
    for x, text in zip(columns, (row["target"], row["value"], row["required"]), strict=True):
        canvas.text(x, y, text, 7.5, look.INK, ha="right")


def _title(drawn: Sequence[YearToDate]) -> str:
    """Return the finding: which means are above their target, and what the remaining days may bring."""
    above = [one for one in drawn if one.verdict != "on_track"]
    if not above:
        return say("year.title_all" if len(drawn) > 1 else "year.title_single", total=len(drawn))
    if len(above) > _NAMED:
        return say("year.title_many", total=len(drawn), count=len(above))
    rows = [printed_row(one) for one in above]
    limits = phrases.listing([phrases.measured(row["required"], row["unit"]) for row in rows])
    names, number = phrases.listing([measure_name(one) for one in above]), len(rows)
    if any((one.required or 0) < 0 for one in above):
        return say("year.title_lost", names=names, number=number)
    days = above[0].case.days_left
    return say("year.title_each" if number > 1 else "year.title_one", names=names, days=days, limits=limits)


def _alt(drawn: Sequence[YearToDate], day: str) -> str:
    return say("year.alt", title=_title(drawn), until=say("year.until", day=day), said=phrases.clauses(map(_said, drawn)))


def _said(one: YearToDate) -> str:
    row = printed_row(one)
    said = [say("year.so_far", target=row["target"], value=row["value"]), say("year.alt_rest", required=row["required"])]
    said += [say("year.last_rest", value=row["last_rest"])] if row["last_rest"] else []
    return say("year.alt_one", measure=measure_name(one), said=phrases.sequence(said), unit=phrases.unit(row["unit"]))
