"""A picture of annual means: the mean so far, the target, and the mean that the remaining days may have."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from evalkit.assessment.year_to_date import printed_row
from evalkit.assessment.year_to_date_model import Printed, YearToDate
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
    outside = "；超出图幅的以三角表示" if any(not 0 <= end <= high for end in ends) else ""
    headline = wrap_mm(_title(drawn), width, 10.5)
    under = wrap_mm(f"● 累计均值　◇ 余下各日均值的上限（浅色带：按累计均值取整所允许的范围）{'　○ 去年余下同期' if last else ''}　"
                    f"竖线 年度目标　横轴为目标值的百分比{outside}　{region}　截至{day}", width, 8)  # fmt: skip
    top = len(headline) * 5.2 + len(under) * 4.1 + 9.0
    heights = [max(8.0, len(wrap_mm(one.case.measure, _NAME - 1, _SIZE)) * em(_SIZE) * 1.25 + 2.4) for one in drawn]
    height = top + sum(heights) + 11
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, look.INK, va="top")
    canvas.text(0, len(headline) * 5.2 + 1.2, "\n".join(under), 8, look.MUTED, va="top")
    left, right = _NAME + 2, width - sum(_COLUMNS) - 4
    columns = [right + 4 + sum(_COLUMNS[: index + 1]) for index in range(3)]
    for x, head in zip(columns, ("年度目标", "累计", "余下上限"), strict=True):
        canvas.text(x, top - 2.5, head, 7, look.MUTED, ha="right")
    bottom = height - 9.5
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
    canvas.text(0, height - 2.4, wrap_mm(f"来源：{source}", width, 7)[0], 7, look.MUTED)
    return canvas.finish(name, _title(drawn), _alt(drawn, day))


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
    canvas.text(0, y, "\n".join(wrap_mm(one.case.measure, _NAME - 1, _SIZE)), _SIZE)
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
        return f"{len(drawn)}项年均值目标{'均' if len(drawn) > 1 else ''}可按进度完成：累计均值不高于目标"
    if len(above) > _NAMED:
        return f"{len(drawn)}项年均值目标中{len(above)}项累计均值高于目标，余下各日的均值须低于目标"
    rows = [printed_row(one) for one in above]
    limits = [f"{row['required']}{phrases.unit(row['unit'])}" for row in rows]
    names, same = "、".join(row["measure"] for row in rows), "分别" if len(rows) > 1 else ""
    if any((one.required or 0) < 0 for one in above):
        return f"{names}累计均值高于目标，余下各日即使为零也有完不成的"
    return f"{names}累计均值高于目标，余下{above[0].case.days_left}日的均值须{same}不高于{'、'.join(limits)}"


def _alt(drawn: Sequence[YearToDate], day: str) -> str:
    return f"{_title(drawn)}。截至{day}。{'；'.join(map(_said, drawn))}。"


def _said(one: YearToDate) -> str:
    row = printed_row(one)
    last = f"，去年余下同期{row['last_rest']}" if row["last_rest"] else ""
    return f"{row['measure']}：目标{row['target']}，累计{row['value']}，余下各日均值不高于{row['required']}{last}{row['unit']}"
