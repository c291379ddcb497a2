"""一页简报: what an office reads on one page; text that has no room on the page of the form is counted, never dropped."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.assessment.counts import STATUS_ORDER, group_by_indicator, indicator_status
from evalkit.messages.speech import english, say
from evalkit.report import kinds, look, marks, phrases
from evalkit.report.canvas import Chart
from evalkit.report.chapters.domain_charts import status_bar
from evalkit.report.chapters.domains import domains_of, overview_chart, title_of
from evalkit.report.chapters.findings import Finding, Findings, names_within
from evalkit.report.chapters.material import Material
from evalkit.report.chapters.next_steps import overdue
from evalkit.report.model import Group
from evalkit.report.numbering import Numbering
from evalkit.report.tables import escape

_FEWEST = 3  # indicators that make a chart worth its room
_SAFE = 1.03  # widths are estimates
_INDENT = 2.0  # characters at the beginning of a paragraph


@dataclass(frozen=True)
class _Page:
    """What a page of a form holds: height and lines in millimetres, Chinese characters of a line of text and of the title."""

    height: float
    line: float
    chars: float
    title_chars: float
    title_line: float
    fixed: float


# fixed: date and kind below the title, notes, caption, spaces; on the safe side
_PAGES = {"official": _Page(225.0, 9.9, 27.0, 17.0, 12.0, 54.0), "technical": _Page(240.0, 6.6, 41.0, 20.0, 11.0, 38.0)}


@dataclass
class BriefChapter:
    """The briefing.

    Parameters
    ----------
    findings : Findings
    form : {"technical", "official"}
    example, outdated : bool
        Whether the page also has a line that says so.
    """

    findings: Findings
    form: str
    example: bool
    outdated: bool
    id: str = "brief"
    landscape: bool = False

    def markdown(self, numbers: Numbering) -> str:
        """Return the text: a block, the chart, and the note on the source."""
        found, page = self.findings, _PAGES[self.form]
        title = found.model.context.title_zh
        room = page.height - page.fixed - page.title_line * math.ceil(phrases.display_width(title) / page.title_chars)
        room -= page.line * (self.example + self.outdated + bool(found.model.context.prepared_by))
        room -= page.line * (math.ceil((phrases.display_width(found.model.context.region_full_name) + 8) / page.chars) - 1)
        chart = self._chart(room)
        room -= _height(chart) + page.line if chart else 0.0
        text = brief_text(found, int(room / page.line), page.chars)
        figure = numbers.figure(chart, self._caption()) if chart else ""
        note = f"::: {{.note}}\n{escape(note_text(found))}\n:::"
        return "\n\n".join(part for part in (numbers.block("brief", text), figure, note) if part) + "\n"

    def _caption(self) -> str:
        context = self.findings.model.context
        period = phrases.period(self.findings.groups[0].period)
        text = say("brief.caption", region=context.region_name, period=period)
        return text if phrases.display_width(text) <= 30 else say("brief.caption", region="", period=period).strip()

    def _chart(self, room: float) -> Chart | None:
        """Return the domains where there is room for them, else a bar; nothing where there is hardly an indicator or no room."""
        group = self.findings.groups[0] if self.findings.groups else None
        counts = _counts(group) if group else {}
        if group is None or sum(counts.values()) < _FEWEST:
            return None
        some = domains_of(group)
        wide = [overview_chart(group, some, self.findings.model.context.region_name, "brief", compact=True)] if len(some) > 1 else []
        coded = [(marks.counted(code, group.coming), count) for code, count in counts.items()]
        said = phrases.listing([say("shortfalls.count_one", word=look.status(code).word, count=count) for code, count in coded])
        bar = status_bar(coded, name="brief", title=say("brief.bar", total=sum(counts.values()), counts=said))
        share = 0.42 if self.form == "technical" else 0.25
        return next((chart for chart in (*wide, bar) if _height(chart) <= room * share), None)


def brief(material: Material) -> BriefChapter:
    """Return the briefing of one page."""
    return BriefChapter(Findings(material), material.plan.form, material.context.example, material.outdated)


def brief_text(found: Findings, lines: int, chars: float) -> str:
    """Return the paragraphs of the briefing as Markdown, in at most so many lines.

    Parameters
    ----------
    found : Findings
    lines : int
        How many lines the page holds.
    chars : float
        Chinese characters of a line.
    """
    short, unknown = found.indicators("not_met"), [status for status in ("pending", "missing") if found.indicators(status)]
    steps = _steps(found)
    left = lines - _lines(steps, chars, say("brief.steps"))
    wanted = (2 if short else 1) + (1 + len(unknown) if unknown else 0)  # lines that the names should have
    state = _state(found, max(left - wanted, 2), chars)
    left -= _lines(state, chars, say("brief.state"))
    said = _short(found, short, max(left - len(unknown), 1) * chars - _INDENT)
    left -= _lines(said, chars, say("brief.short"))
    parts = [("state", state), ("short", said)]
    if unknown:
        parts.append(("unknown", _unknown(found, unknown, max(left, 1) * chars - _INDENT)))
    parts.append(("steps", steps))
    return "\n\n".join(f"**{escape(say(f'brief.{name}'))}**{' ' if english() else ''}{escape(text)}" for name, text in parts if text)


def note_text(found: Findings) -> str:
    """Return the note below: where the figures come from, and how many thresholds nobody has verified."""
    period = phrases.period(found.groups[0].period) if found.groups else phrases.period(found.model.context.report_date)
    said = say("brief.source", period=period)
    count = sum(item.count for item in found.model.unverified)
    return phrases.run_on([said, say("brief.dagger", count=count) if count else ""])


def _counts(group: Group) -> dict[str, int]:
    statuses = [indicator_status(part["status"] for part in parts) for parts in group_by_indicator(group.rows).values()]
    return {code: statuses.count(code) for code in STATUS_ORDER if code in statuses}


def _lines(text: str, chars: float, head: str = "") -> int:
    """Return how many lines a paragraph takes, on the safe side."""
    return math.ceil((phrases.display_width(head + text) * _SAFE + _INDENT) / chars) if text else 0


def _height(chart: Chart) -> float:
    """Return the height of a figure in millimetres."""
    size = chart.svg.decode().split('viewBox="0 0 ', 1)[1].split('"', 1)[0]
    return float(size.split()[1])


def _state(found: Findings, lines: int, chars: float) -> str:
    """Return what was assessed and the counts: in full where that fits, else short."""
    said: list[str] = []
    for place, group in enumerate(found.groups):
        counts = _counts(group)
        words = phrases.listing(
            [
                say("shortfalls.count_one", word=look.status(marks.counted(code, group.coming)).word, count=count)
                for code, count in counts.items()
            ]
        )
        of_plan = bool(group.rows) and group.rows[0]["basis"] == "plan"
        values = {"period": phrases.period(group.period), "total": sum(counts.values()), "counts": words}
        short = say("brief.compact_plan" if of_plan else "brief.compact", **values)
        texts = [phrases.run_on([*said, text]) for text in (*([] if of_plan and place else [group.scope]), *([short] if counts else []))]
        rest = len(found.groups) - place - 1
        fitting = [text for text in texts if _lines(text, chars, say("brief.state")) <= lines - (rest > 0)]
        if not fitting and place:
            return phrases.run_on([*said, say("brief.more_sets", count=rest + 1)])
        said = [fitting[0] if fitting else texts[-1]] if texts else said
    return phrases.run_on(said)


def _short(found: Findings, some: Sequence[Sequence[Finding]], room: float) -> str:
    """Return how many are not met, and their names with the distance as far as there is room."""
    if not some:
        return say("brief.no_short") if found.judged else ""
    every = [one for parts in some for one in parts]
    gaps = [(one.title, found.gap(one)) for one in every]
    full = [say("brief.short_item", title=title, gap=gap) if gap else title for title, gap in gaps]
    by_word: dict[str, int] = {}
    for parts in some:
        by_word[parts[0].look.word] = by_word.get(parts[0].look.word, 0) + 1
    counts = phrases.listing([say("shortfalls.count_one", word=word, count=count) for word, count in by_word.items()])
    room = room / _SAFE - phrases.display_width(counts + say("brief.short")) - 2
    names = names_within([full, [title for title, _ in gaps], [title_of([part.row for part in parts]) for parts in some]], room)
    return say("brief.short_list", counts=counts, names=names) if names else phrases.stopped(counts)


def _unknown(found: Findings, statuses: Sequence[str], room: float) -> str:
    """Return how many are pending and how many have no data, and their names as far as there is room."""
    said = []
    room = room / _SAFE - phrases.display_width(say("brief.unknown"))
    for place, status in enumerate(statuses):
        some = found.indicators(status)
        word = look.status(status).word
        apart = Counter(parts[0].row["attribute"] for parts in some if kinds.is_apart(parts[0].row["attribute"]))
        held = [say(f"brief.held_{attribute}", count=count) for attribute, count in apart.items()]
        word_count = say("shortfalls.count_one", word=word, count=len(some))
        bare = phrases.stopped(say("brief.holding", counts=word_count, held=phrases.listing(held)) if held else word_count)
        own = room / (len(statuses) - place) - phrases.display_width(bare) - 1
        names = names_within([[parts[0].title for parts in some], [title_of([one.row for one in parts]) for parts in some]], own)
        said.append(say("brief.unknown_list", word=word, count=len(some), names=names) if names and not held else bare)
        room -= phrases.display_width(said[-1])
    return phrases.run_on(said)


def _steps(found: Findings) -> str:
    """Return what follows, in counts."""
    counts = {
        "short": len(found.indicators("not_met")),
        "late": len(overdue(found)),
        "evidence": len(found.indicators("pending")),
        "data": len(found.indicators("missing")),
        "thresholds": sum(item.count for item in found.model.unverified),
    }
    said = [say(f"brief.step_{name}", count=count) for name, count in counts.items() if count]
    if not said:
        return say("brief.no_step")
    return phrases.stopped(phrases.beginning(phrases.clauses(said)))
