"""Charts of the roll-up: statuses of all regions and indicators, or the values of one indicator by region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalkit.report import kinds, look, marks, phrases
from evalkit.report.canvas import Canvas, Chart, em, text_mm, wrap_mm

_CELL = 6.2
_GOOD = ("met", "reached", "satisfied", "clear")
_TINTS = {
    **dict.fromkeys(_GOOD, "#E3F1EB"), **dict.fromkeys(("not_met", "unsatisfied", "triggered"), "#F7E1DE"),
    "pending": "#F8EBD3", "missing": "#EDEEF0",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """An indicator of the heat map."""

    domain: str
    attribute: str
    seq: str
    name: str


def heat_title(regions: str, columns: Sequence[Column], statuses: Mapping[tuple[int, int], str]) -> str:
    """Return the finding of the heat map: where most regions are short."""
    if columns and all(kinds.is_apart(column.attribute) for column in columns):
        return _apart_title(regions, columns, statuses)
    head = f"{regions}所列{len(columns)}项指标"
    codes = list(statuses.values())
    judged = sum(code in {"met", "not_met", "reached", "not_yet"} for code in codes)
    if not judged:
        if set(codes) <= {"no_target", "not_applicable"}:
            return f"{head}：均无目标值" if "no_target" in codes else f"{head}：均不适用"
        return f"{head}：尚无可以判定的指标"
    coming = not any(code in {"met", "not_met"} for code in codes)
    short = [sum(code in {"not_met", "not_yet"} for (_, col), code in statuses.items() if col == index) for index in range(len(columns))]
    word = "尚未达到目标值" if coming else "未达标"
    if not any(short):
        return f"{head}：已判定的{judged}项次" + ("均已达到目标值" if coming else "均达标")
    most = max(short)
    names = [column.name for column, count in zip(columns, short, strict=True) if count == most]
    where = phrases.listing(names[:2]) + (f"等{len(names)}项" if len(names) > 2 else "")
    if not coming and "not_yet" in codes:
        word = "未达标或尚未达到目标值"
    return f"{head}中{word}{sum(short)}项次，最多的是{where}（{most}次）"


def _apart_title(regions: str, columns: Sequence[Column], statuses: Mapping[tuple[int, int], str]) -> str:
    """Return the finding of a heat map of basic conditions and veto items."""
    named = {name: sum(column.attribute == name for column in columns) for name in kinds.APART}
    head = f"{regions}的" + "、".join(f"{look.attribute(name)}{count}项" for name, count in named.items() if count)
    counts = {code: sum(held == code for held in statuses.values()) for code in marks.ORDER_APART}
    said = [f"{marks.short(code) or look.status(code).zh}{count}项次" for code, count in counts.items() if count]
    return f"{head}：{phrases.listing(said)}"


def heat_map(
    regions: Sequence[str],
    columns: Sequence[Column],
    statuses: Mapping[tuple[int, int], str],
    *,
    name: str,
    subtitle: str,
    source: str,
    noun: str = "个地区",
) -> Chart:
    """Draw regions × indicators with the symbol of the status in each cell and counts at the margin.

    Parameters
    ----------
    regions : sequence of str
        Names of the rows.
    columns : sequence of Column
        Indicators, those of one domain beside each other.
    statuses : mapping
        ``{(row, column): status}``; a cell without entry stays empty.
    name, subtitle, source : str
        File name without extension; texts.
    noun : str
        What the rows are: 个地区, 个评估期.
    """
    width = look.WIDE_FIGURE_MM
    apart = any(kinds.is_apart(column.attribute) for column in columns)
    total = f"{'满足或未触发' if apart else '达标'}{noun[1:]}数"
    label = max(min(40.0, max(text_mm(region, 8) for region in regions) + 3), text_mm(total, 7) + 3)
    shown = [code for code in (marks.ORDER_APART if apart else marks.ORDER) if code in statuses.values()]
    margin = 9.0 * len(shown) + 2
    step = min(_CELL * 2, (width - label - margin) / len(columns))
    row = 6.4
    title = heat_title(f"{len(regions)}{noun}", columns, statuses)
    headline = wrap_mm(title, width, 10.5)
    key = "　".join(look.status(code).label for code in shown) + f"　　{subtitle}"
    lines = 1 if step < 5.4 else 2
    names = [phrases.wrapped(column.name, max(11.0, phrases.display_width(column.name) / lines + 0.8))[:3] for column in columns]
    head = max(text_mm(line, 6.5) for group in names for line in group) + 6
    top = len(headline) * 5.2 + 8 + 6 + head
    height = top + row * (len(regions) + 1) + 8
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, va="top")
    canvas.text(0, len(headline) * 5.2 + 1.2, key, 8, look.MUTED, va="top")
    _column_heads(canvas, columns, names, label, step, top, top + row * len(regions))
    for index, code in enumerate(shown):
        canvas.text(
            label + step * len(columns) + 7 + 9 * index,
            top - 3,
            marks.short(code) or look.status(code).zh,
            6.5,
            look.status(code).ink,
            ha="center",
        )
    for place, region in enumerate(regions):
        y = top + row * (place + 0.5)
        canvas.text(0, y, region, 8)
        canvas.line(0, top + row * place, width, top + row * place, look.RULE, 0.4)
        for index in range(len(columns)):
            held = statuses.get((place, index))
            if held:
                _cell(canvas, label + step * index, top + row * place, step, row, held)
        for index, code in enumerate(shown):
            count = sum(statuses.get((place, col)) == code for col in range(len(columns)))
            canvas.text(label + step * len(columns) + 7 + 9 * index, y, str(count), 8, look.status(code).ink, ha="center")
    bottom = top + row * len(regions)
    canvas.line(0, bottom, width, bottom, look.RULE, 0.6)
    canvas.text(0, bottom + row / 2, total, 7, look.MUTED)
    for index in range(len(columns)):
        met = sum(statuses.get((place, index)) in _GOOD for place in range(len(regions)))
        canvas.text(label + step * (index + 0.5), bottom + row / 2, str(met), 7, look.MUTED, ha="center")
    canvas.text(0, height - 2.2, f"来源：{source}", 7, look.MUTED)
    return canvas.finish(name, title, f"{title}。各地区逐项情况见表。")


def _column_heads(
    canvas: Canvas, columns: Sequence[Column], names: Sequence[Sequence[str]], label: float, step: float, top: float, bottom: float
) -> None:
    for index, (column, lines) in enumerate(zip(columns, names, strict=True)):
        x = label + step * (index + 0.5)
        canvas.text(x, top - 2.4, column.seq, 6.5, look.MUTED, ha="center")
        canvas.text(x, top - 5, "\n".join(lines), 6.5, look.INK, upwards=True)
    start = 0
    for index in range(1, len(columns) + 1):
        if index == len(columns) or columns[index].domain != columns[start].domain:
            left, right = label + step * start, label + step * index
            highest = top - 5 - max(text_mm(line, 6.5) for group in names for line in group) - 1
            canvas.line(left + 0.6, highest, right - 0.6, highest, look.ACCENT, 1.2)
            fitted = wrap_mm(columns[start].domain, max(right - left, 4 * em(7)), 7)
            canvas.text((left + right) / 2, highest - 1, "\n".join(fitted), 7, look.ACCENT, ha="center", va="bottom")
            canvas.line(left, highest, left, bottom, look.RULE, 0.5)
            start = index


def _cell(canvas: Canvas, x: float, y: float, width: float, height: float, code: str) -> None:
    shown = look.status(code)
    tint = _TINTS.get(code, "#FFFFFF")
    canvas.box(x + 0.25, y + 0.25, width - 0.5, height - 0.5, tint)
    canvas.text(x + width / 2, y + height / 2, shown.symbol, 8, shown.colour if code != "not_applicable" else "#8A919B", ha="center")


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
    return phrases.listing(names) if len(names) <= 3 else f"{phrases.listing(names[:2])}等{len(names)}个地区"


def value_chart(
    values: Sequence[RegionValue],
    *,
    indicator: str,
    unit: str,
    period: str,
    target: Fraction | None,
    target_text: str,
    name: str,
    source: str,
) -> Chart | None:
    """Draw one indicator's values by region, largest first, as dots on a line from the axis.

    Parameters
    ----------
    values : sequence of RegionValue
        Regions with a value.
    indicator, unit, period : str
        What is shown.
    target : Fraction, optional
        Threshold as a dashed line, with `target_text` beside it.
    name, source : str
        File name without extension; source line.
    """
    if not values:
        return None
    ordered = sorted(values, key=lambda item: (-item.value, values.index(item)))
    best, last = ordered[0], ordered[-1]
    spread = (
        f"在{last.text}{phrases.unit(unit)}至{best.text}{phrases.unit(unit)}之间"
        if best.text != last.text
        else f"均为{best.text}{phrases.unit(unit)}"
    )
    title = f"{phrases.period(period)}{len(ordered)}个地区{indicator}{spread}"
    if best.text != last.text:
        title += f"，{_those(ordered, best)}最高，{_those(ordered, last)}最低"
    width = look.FIGURE_MM
    headline = wrap_mm(title, width, 10.5)
    label = min(48.0, max(text_mm(item.region, 8) for item in ordered) + 4)
    left, right = label, width - 16
    low = min([last.value, Fraction(0)])
    high = max([best.value, target or best.value, Fraction(100) if phrases.unit(unit) == "%" and best.value <= 100 else best.value])
    high = high if high > low else low + 1
    top = len(headline) * 5.2 + 14
    height = top + 6.2 * len(ordered) + 13
    canvas = Canvas(width, height)
    canvas.text(0, 0.5, "\n".join(headline), 10.5, va="top")
    canvas.text(
        0,
        len(headline) * 5.2 + 1.2,
        f"{indicator}（{phrases.unit(unit) or '无单位'}），{phrases.period(period)}，按数值从高到低",
        8,
        look.MUTED,
        va="top",
    )

    def at(value: Fraction) -> float:
        return left + float((value - low) / (high - low)) * (right - left)

    bottom = height - 11
    for number in range(5):
        tick = low + (high - low) * number / 4
        canvas.line(at(tick), top, at(tick), bottom, "#EBEDF0", 0.5, order=0)
        canvas.text(at(tick), bottom + 2.2, phrases.plain(tick, 2), 6.5, look.MUTED, ha="center")
    if target is not None:
        canvas.line(at(target), top - 1, at(target), bottom, look.ACCENT, 0.8, (3.7, 1.6))
        canvas.text(at(target), top - 3.2, target_text, 7, look.ACCENT, ha="center")
    for place, item in enumerate(ordered):
        y = top + 6.2 * (place + 0.5)
        colour = look.status(item.status).colour if item.status in {"met", "not_met"} else look.ACCENT
        canvas.text(0, y, item.region, 8)
        canvas.line(at(max(low, Fraction(0))), y, at(item.value), y, "#C9D3DC", 2.0, order=1)
        canvas.mark(at(item.value), y, "^" if item.status == "not_met" else "o", 5, colour, colour, 3, 0.6)
        canvas.text(at(item.value) + 2.4, y, item.text, 8, colour if item.status in {"met", "not_met"} else look.INK)
    canvas.text(0, height - 2.4, f"来源：{source}", 7, look.MUTED)
    alt = "；".join(f"{item.region}{item.text}{phrases.unit(unit)}" for item in ordered)
    return canvas.finish(name, title, f"{title}。{alt}。")
