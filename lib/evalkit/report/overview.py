"""The heat map of the roll-up: statuses of all regions and indicators, on as many figures as it takes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.messages.speech import say
from evalkit.report import kinds, look, marks, phrases
from evalkit.report.canvas import Canvas, Chart, em, text_mm, wrap_mm

_GOOD = ("met", "reached", "satisfied", "clear")
_TINTS = {
    **dict.fromkeys(_GOOD, "#E3F1EB"), **dict.fromkeys(("not_met", "unsatisfied", "triggered"), "#F7E1DE"),
    "pending": "#F8EBD3", "missing": "#EDEEF0",
}  # fmt: skip
#: What the rows of a heat map are: how they are counted, and what the last line counts.
_NOUNS = {
    "regions": ("overview.count_regions", "overview.total_regions", "overview.apart_regions"),
    "periods": ("overview.count_periods", "overview.total_periods", "overview.apart_periods"),
    "lines": ("overview.count_lines", "overview.total_lines", "overview.apart_lines"),
}
_ROW, _LOW_ROW = 6.4, 5.0  # height of a row, and where many have to stand on one page
_NARROWEST, _WIDEST = 3.4, 12.4  # width of a column
_NAME, _LONG_NAME = 14.0, 19.0  # characters of an indicator's name on one line, and at most where it saves a figure
_NAME_LINE = em(6.5) * 1.25
_TALLEST = 146.0  # of a figure on a landscape page, with caption and heading


@dataclass(frozen=True)
class Column:
    """An indicator of the heat map."""

    domain: str
    attribute: str
    seq: str
    name: str


def counted_rows(count: int, noun: str = "regions") -> str:
    """Return how many rows there are, in words: 3个地区; `noun` is ``regions``, ``periods`` or ``lines`` (regions and periods)."""
    return say(_NOUNS[noun][0], n=count)


def heat_title(regions: str, columns: Sequence[Column], statuses: Mapping[tuple[int, int], str]) -> str:
    """Return the finding of the heat map: where most regions are short; `regions` says how many there are."""
    if columns and all(kinds.is_apart(column.attribute) for column in columns):
        return _apart_title(regions, columns, statuses)
    head = say("overview.head", rows=regions, n=len(columns))
    codes = list(statuses.values())
    judged = sum(code in {"met", "not_met", "reached", "not_yet"} for code in codes)
    if not judged:
        if set(codes) <= {"no_target", "not_applicable"}:
            return say("overview.no_targets", head=head) if "no_target" in codes else say("overview.none_apply", head=head)
        return say("overview.none_judged", head=head)
    coming = not any(code in {"met", "not_met"} for code in codes)
    short = [0] * len(columns)
    for (_, column), code in statuses.items():
        short[column] += code in {"not_met", "not_yet"}
    if not any(short):
        return say("overview.all_reached", head=head, n=judged) if coming else say("overview.all_met", head=head, n=judged)
    most = max(short)
    names = [column.name for column, count in zip(columns, short, strict=True) if count == most]
    where = phrases.listing(names[:2])
    where = say("overview.and_more", names=where, n=len(names)) if len(names) > 2 else where
    values = {"head": head, "n": sum(short), "where": where, "most": most}
    if coming:
        return say("overview.short_coming", **values)
    return say("overview.short_both", **values) if "not_yet" in codes else say("overview.short_met", **values)


def _apart_title(regions: str, columns: Sequence[Column], statuses: Mapping[tuple[int, int], str]) -> str:
    """Return the finding of a heat map of basic conditions and veto items."""
    named = {name: sum(column.attribute == name for column in columns) for name in kinds.APART}
    what = [say("overview.apart_what", attribute=look.attribute(name), n=count) for name, count in named.items() if count]
    counts = {code: sum(held == code for held in statuses.values()) for code in marks.ORDER_APART}
    said = [say("overview.apart_count", word=_word(code), n=count) for code, count in counts.items() if count]
    head = say("overview.apart_head", rows=regions, what=phrases.listing(what))
    return say("overview.apart_said", head=head, said=phrases.listing(said))


def _word(code: str) -> str:
    return marks.short(code) or look.status(code).word


def heat_map(
    regions: Sequence[str],
    columns: Sequence[Column],
    statuses: Mapping[tuple[int, int], str],
    *,
    name: str,
    subtitle: str,
    source: str,
    noun: str = "regions",
    details: Mapping[tuple[int, int], str] | None = None,
) -> Chart:
    """Draw regions × indicators with the symbol of the status in each cell and counts at the margin, in one figure of any height.

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
    noun : {"regions", "periods", "lines"}
        What the rows are; ``lines`` are regions in several periods.
    details : mapping, optional
        What is said of a cell where a reader points at it.
    """
    return _Heat(regions, columns, statuses, subtitle, source, noun, details or {}).draw(name, range(len(regions)), range(len(columns)))


def heat_maps(
    regions: Sequence[str],
    columns: Sequence[Column],
    statuses: Mapping[tuple[int, int], str],
    *,
    name: str,
    subtitle: str,
    source: str,
    noun: str = "regions",
    details: Mapping[tuple[int, int], str] | None = None,
) -> list[Chart]:
    """Draw the same on as many figures as fit a landscape page each.

    All carry the finding over all regions and indicators, and which of the figures they are; the counts by region stand on the
    last indicators, those by indicator below the last regions. Parameters as for :func:`heat_map`.
    """
    heat = _Heat(regions, columns, statuses, subtitle, source, noun, details or {})
    parts = heat.parted()
    return [
        heat.draw(name if place == 1 else f"{name}-{place}", rows, some, (place, len(parts)))
        for place, (rows, some) in enumerate(parts, start=1)
    ]


def shares(count: int, most: int) -> list[range]:
    """Return 0 … count in as few runs of about the same length as have at most `most`."""
    return split(count, max(1, math.ceil(count / max(most, 1))))


def split(count: int, runs: int) -> list[range]:
    """Return 0 … count in runs of about the same length."""
    ends = [round(count * number / runs) for number in range(runs + 1)]
    return [range(first, last) for first, last in itertools.pairwise(ends)]


class _Heat:
    """A heat map, of which all or a part is drawn."""

    def __init__(
        self,
        regions: Sequence[str],
        columns: Sequence[Column],
        statuses: Mapping[tuple[int, int], str],
        subtitle: str,
        source: str,
        noun: str,
        details: Mapping[tuple[int, int], str],
    ) -> None:
        self.regions, self.columns, self.statuses, self.source, self.details = regions, columns, statuses, source, details
        apart = any(kinds.is_apart(column.attribute) for column in columns)
        self.total = say(_NOUNS[noun][2] if apart else _NOUNS[noun][1])
        self.shown = [code for code in (marks.ORDER_APART if apart else marks.ORDER) if code in set(statuses.values())]
        self.title = heat_title(counted_rows(len(regions), noun), columns, statuses)
        self.key = phrases.gap().join(look.status(code).label for code in self.shown) + f"{phrases.gap() * 2}{subtitle}"
        self.width = look.WIDE_FIGURE_MM
        widest = max([text_mm(region, 8) for region in regions] + [text_mm(self.total, 7)], default=0.0)
        self.label = min(widest, 37.0) + 3
        self.margin = 9.0 * len(self.shown) + 2
        self.room = self.width - self.label - self.margin
        self.heads = [_word(code) for code in self.shown]
        self.upwards = any(text_mm(word, 6.5) > 9.6 for word in self.heads)
        self.row = _ROW

    def most_columns(self) -> int:
        """Return how many indicators stand side by side so that each name has the lines that it needs."""
        for count in range(len(self.columns), 0, -1):
            step = min(_WIDEST, self.room / count)
            lines = max(1, int(step / _NAME_LINE))
            if step >= _NARROWEST and all(len(phrases.wrapped(column.name, _LONG_NAME)) <= lines for column in self.columns):
                return count
        return max(1, int(self.room / _WIDEST))

    def parted(self) -> list[tuple[range, range]]:
        """Return the rows and columns of each figure."""
        across = shares(len(self.columns), self.most_columns())
        room = _TALLEST - max(self._top(part, self.title)[-1] for part in across) - 8
        most, closer = int(room / _ROW) - 1, int(room / _LOW_ROW) - 1
        if len(self.regions) > most:
            self.row = _LOW_ROW
        return [(rows, some) for rows in shares(len(self.regions), max(closer, 4)) for some in across]

    def _step(self, columns: range) -> float:
        return min(_WIDEST, self.room / max(len(columns), 1))

    def _top(self, columns: range, title: str) -> tuple[list[str], list[str], list[list[str]], float, float, float]:
        """Return headline, key, names of the columns, how high names and domains are, and where the rows begin."""
        headline = wrap_mm(title, self.width, 10.5)
        key = wrap_mm(self.key, self.width, 8)
        lines = max(1, int(self._step(columns) / _NAME_LINE))
        names = [fitted(self.columns[place].name, _NAME, lines) for place in columns]
        marginal = [text_mm(word, 6.5) - 5 for word in self.heads] if self.upwards else []
        tall = max([text_mm(line, 6.5) for some in names for line in some] + marginal, default=0.0)
        domains = max((_domain(self.columns[run[0]].domain, self._step(columns) * len(run))[1] for run in self._runs(columns)), default=0.0)
        return headline, key, names, tall, domains, len(headline) * 5.2 + len(key) * 3.6 + 3 + domains + tall + 7

    def _runs(self, columns: range) -> list[list[int]]:
        """Return the columns by domain."""
        runs: list[list[int]] = []
        for place in columns:
            if runs and self.columns[runs[-1][-1]].domain == self.columns[place].domain:
                runs[-1].append(place)
            else:
                runs.append([place])
        return runs

    def draw(self, name: str, rows: range, columns: range, part: tuple[int, int] = (1, 1)) -> Chart:
        """Draw some of the rows and columns."""
        title = self.title + (say("overview.part", number=part[0], total=part[1]) if part[1] > 1 else "")
        headline, key, names, tall, _, top = self._top(columns, title)
        step, last_rows, last_columns = self._step(columns), rows.stop == len(self.regions), columns.stop == len(self.columns)
        bottom = top + self.row * len(rows)
        height = bottom + (self.row if last_rows else 1.0) + 8
        canvas = Canvas(self.width, height)
        canvas.text(0, 0.5, "\n".join(headline), 10.5, va="top")
        canvas.text(0, len(headline) * 5.2 + 1.2, "\n".join(key), 8, look.MUTED, va="top")
        self._column_heads(canvas, columns, names, tall, top, bottom)
        right = self.label + step * len(columns)
        edge = min(self.width, right + self.margin) if last_columns else right
        if last_columns:
            self._margin_heads(canvas, right, top)
        for line, place in enumerate(rows):
            y = top + self.row * (line + 0.5)
            row_label(canvas, y, self.regions[place], self.label - 1.5)
            canvas.line(0, y - self.row / 2, edge, y - self.row / 2, look.RULE, 0.4)
            for number, column in enumerate(columns):
                held = self.statuses.get((place, column))
                if held:
                    _cell(canvas, self.label + step * number, y - self.row / 2, step, self.row, held)
                if said := self.details.get((place, column)):
                    canvas.spot(self.label + step * number, y - self.row / 2, step, self.row, f"{self.regions[place]}{phrases.gap()}{said}")
            if last_columns:
                own = [self.statuses.get((place, column)) for column in range(len(self.columns))]
                for index, code in enumerate(self.shown):
                    canvas.text(right + 7 + 9 * index, y, str(own.count(code)), 8, look.status(code).ink, ha="center")
        canvas.line(0, bottom, edge, bottom, look.RULE, 0.6)
        if last_rows:
            row_label(canvas, bottom + self.row / 2, self.total, self.label - 1.5, 7, look.MUTED)
            for number, column in enumerate(columns):
                met = sum(self.statuses.get((place, column)) in _GOOD for place in range(len(self.regions)))
                canvas.text(self.label + step * (number + 0.5), bottom + self.row / 2, str(met), 7, look.MUTED, ha="center")
        canvas.text(0, height - 2.2, say("overview.source", source=self.source), 7, look.MUTED)
        return canvas.finish(name, title, say("overview.heat_alt", title=title))

    def _margin_heads(self, canvas: Canvas, right: float, top: float) -> None:
        for index, (code, word) in enumerate(zip(self.shown, self.heads, strict=True)):
            x = right + 7 + 9 * index
            if self.upwards:
                canvas.text(x, top - 2, word, 6.5, look.status(code).ink, upwards=True)
            else:
                canvas.text(x, top - 3, word, 6.5, look.status(code).ink, ha="center")

    def _column_heads(self, canvas: Canvas, columns: range, names: Sequence[Sequence[str]], tall: float, top: float, bottom: float) -> None:
        step = self._step(columns)
        for number, (place, lines) in enumerate(zip(columns, names, strict=True)):
            x = self.label + step * (number + 0.5)
            seq = self.columns[place].seq
            canvas.text(x, top - 2.4, seq, 6.5 if text_mm(seq, 6.5) < step else 5, look.MUTED, ha="center")
            canvas.text(x, top - 5, "\n".join(lines), 6.5, look.INK, upwards=True)
        highest = top - 5 - tall - 1
        for run in self._runs(columns):
            left = self.label + step * (run[0] - columns.start)
            right = left + step * len(run)
            canvas.line(left + 0.6, highest, right - 0.6, highest, look.ACCENT, 1.2)
            lines, _, upwards = _domain(self.columns[run[0]].domain, right - left)
            middle = (left + right) / 2
            if upwards:
                canvas.text(middle, highest - 1.2, "\n".join(lines), 7, look.ACCENT, upwards=True)
            else:
                canvas.text(middle, highest - 1, "\n".join(lines), 7, look.ACCENT, ha="center", va="bottom")
            canvas.line(left, highest, left, bottom, look.RULE, 0.5)


def _domain(name: str, room: float) -> tuple[list[str], float, bool]:
    """Return the lines of a domain above its columns, how high they are, and whether they are turned for want of room."""
    lines = _balanced(name, room / (em(7) * 1.04))
    if all(text_mm(line, 7) <= room + 0.6 for line in lines) and len(lines) <= 6:
        return lines, len(lines) * em(7) * 1.25 + 1, False
    lines = fitted(name, 16.0, max(1, int(room / (em(7) * 1.25))))
    return lines, max((text_mm(line, 7) for line in lines), default=0.0) + 1.5, True


def fitted(text: str, width: float, most: int) -> list[str]:
    """Break a text into at most `most` lines; they become longer where it needs more, up to twice as long, then it is cut short with …."""
    for factor in (1.0, 1.2, _LONG_NAME / _NAME, 1.6, 2.0):
        lines = _balanced(text, width * factor)
        if len(lines) <= most:
            return lines
    return [*lines[: most - 1], lines[most - 1][: max(1, int(len(lines[most - 1]) - 1))] + "…"]


def _balanced(text: str, width: float) -> list[str]:
    """Break a text into as few lines as it takes, of about the same length: no single character is left over."""
    lines = phrases.wrapped(text, width)
    narrow = phrases.display_width(text) / max(len(lines), 1)
    for extra in (0.0, 0.6, 1.2, 2.0, 3.0):
        if narrow + extra < width and len(found := phrases.wrapped(text, narrow + extra)) == len(lines):
            return found
    return lines


def row_label(canvas: Canvas, y: float, text: str, room: float, size: float = 8, colour: str = look.INK) -> None:
    """Write what a row is called: on one line, or on two smaller ones."""
    if text_mm(text, size) <= room:
        canvas.text(0, y, text, size, colour)
        return
    canvas.text(0, y, "\n".join(fitted(text, room / (em(6) * 1.04), 2)), 6, colour)


def _cell(canvas: Canvas, x: float, y: float, width: float, height: float, code: str) -> None:
    shown = look.status(code)
    tint = _TINTS.get(code, "#FFFFFF")
    canvas.box(x + 0.25, y + 0.25, width - 0.5, height - 0.5, tint)
    canvas.text(x + width / 2, y + height / 2, shown.symbol, 8, shown.colour if code != "not_applicable" else "#8A919B", ha="center")
