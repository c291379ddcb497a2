"""The calendar of a plan's deadlines: a table by year and half-year, and the bars of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from evalkit.assessment.standing import Standing, deadline_of
from evalkit.catalog.plan_lists import Project, Task
from evalkit.messages import words
from evalkit.messages.speech import say, term
from evalkit.report import phrases
from evalkit.report.canvas import Chart
from evalkit.report.chapters.gantt import Bar, gantt_charts
from evalkit.report.chapters.lists_state import KINDS, STANDINGS, PlanState, counted, due_words, group_of, joined, kind_word, repeats_word
from evalkit.report.chapters.lists_tables import MOST_LISTED, PORTRAIT_CHARS, Line, grid_of
from evalkit.report.tables import Align, Cell, Grid
from evalkit.values import Period

#: More than so many lines are counted in a sentence, not named.
MOST_NAMED = 8
_SOON = 365  # days ahead that count as coming


def calendar_grid(state: PlanState) -> Grid:
    """Return what is due when: by year, by half-year where a deadline is finer; then what is repeated. Others are left out."""
    by_term: dict[tuple[int, str], dict[str, list[Standing]]] = {}
    for one in state.standings:
        if one.item.deadline or one.item.repeats:
            by_term.setdefault(_term(one.item), {}).setdefault(one.kind, []).append(one)
    kinds = [kind for kind in KINDS if any(kind in some for some in by_term.values())]
    rows: list[Line] = []
    for (_, when), some in sorted(by_term.items(), key=lambda item: item[0][0]):
        count = sum(len(lines) for lines in some.values())
        rows.append([Cell(phrases.beginning(when)), Cell(str(count)), *(Cell(_listed(state, some.get(kind, []))) for kind in kinds)])
    align: list[Align] = ["left", "right", *(["left"] * len(kinds))]  # type: ignore[list-item]
    heads = [say("lists.head_deadline"), say("lists.head_lines"), *(phrases.beginning(kind_word(kind)) for kind in kinds)]
    return grid_of(heads, rows, align, [6.4, 2.4, *([12.0] * len(kinds))], chars=PORTRAIT_CHARS, longest=150.0)


def _term(item: Task | Project) -> tuple[int, str]:
    """Return where a line stands in the calendar, and the words for it."""
    end = deadline_of(item)
    if item.repeats or end is None:
        return 10**9 + list(words("repeats")).index(item.repeats), repeats_word(item.repeats)
    if Period.parse(item.deadline).kind == "year":
        return end.year * 10 + 9, phrases.period(str(end.year))
    half = 1 if end.month <= 6 else 2
    return end.year * 10 + half, phrases.period(f"{end.year}-H{half}")


def _listed(state: PlanState, some: Sequence[Standing]) -> str:
    texts = []
    for one in some:
        mark = f"{STANDINGS[one.status].symbol} " if state.reported else ""
        exact = one.item.deadline and (one.item.repeats or Period.parse(one.item.deadline).kind != "year")
        until = phrases.period(one.item.deadline) if exact else ""
        until = phrases.brackets(say("lists.until", period=until) if until and one.item.repeats else until)
        texts.append(f"{mark}{state.title(one.item)}{until}")
    return phrases.clauses(texts) or "—"


def calendar_sentences(state: PlanState) -> list[str]:
    """Return how many lines have a deadline, how many are past, and what is due within a year."""
    all_of = state.standings
    what = phrases.listing([counted(kind, len(state.of(kind))) for kind in KINDS if state.of(kind)])
    once = [one for one in all_of if not one.item.repeats]
    dated = [one for one in once if deadline_of(one.item) is not None]
    parts = [say("lists.dated", count=len(dated))] if dated else []
    parts += [say("lists.again", count=len(all_of) - len(once))] if len(all_of) > len(once) else []
    undated = [one for one in once if deadline_of(one.item) is None]
    named = phrases.brackets(joined(state.cited(one.item) for one in undated)) if len(undated) <= MOST_NAMED else ""
    parts += [say("lists.undated", count=len(undated), named=named)] if undated else []
    found = [say("lists.listed", plan=phrases.beginning(state.plan_name), what=what, parts=phrases.listing(parts))]
    past = [one for one in dated if (deadline_of(one.item) or state.as_of) < state.as_of]
    soon = sorted(
        (one for one in dated if state.as_of <= (deadline_of(one.item) or date.min) <= state.as_of + timedelta(days=_SOON)),
        key=lambda one: deadline_of(one.item) or date.min,
    )
    said = [say("lists.passed" if past else "lists.none_passed", day=state.day, count=len(past))]
    if soon:
        listed = joined(f"{state.cited(one.item)}{phrases.brackets(due_words(one.item))}" for one in soon)
        said.append(say("lists.soon_named" if len(soon) <= MOST_NAMED else "lists.soon", count=len(soon), names=listed))
    return [*found, say("lists.sentence", text=phrases.clauses(said))] if dated else found


def calendar_charts(state: PlanState, kind: str, name: str) -> list[Chart]:
    """Return the picture of the tasks, or of the projects; none where none of them has a time."""
    some = state.of(kind)
    if not any(one.item.deadline or one.item.repeats for one in some):
        return []
    begins = Period.parse(state.plan.begins).first if state.plan.begins else None
    bars = [_bar(state, one, begins) for one in some[:MOST_LISTED]]
    groups = list(dict.fromkeys(bar.group for bar in bars))
    bars.sort(key=lambda bar: groups.index(bar.group))  # stable: within a group the order of the list
    if len({bar.group for bar in bars}) == 1:
        bars = [Bar(**{**vars(bar), "group": ""}) for bar in bars]
    subtitle = say("lists.chart_subtitle", region=term(state.region), plan=state.plan_name, what=counted(kind, len(some)))
    source = state.source([one.item for one in some])
    source = say("lists.chart_source", source=source) if state.reported else source
    return gantt_charts(bars, name=name, title=_finding(state, kind, some), subtitle=subtitle, as_of=state.as_of, source=source)


def _bar(state: PlanState, one: Standing, begins: date | None) -> Bar:
    item = one.item
    last = deadline_of(item)
    first = Period.parse(item.start).first if item.start else begins
    if first is not None and last is not None and first > last:  # due before the plan begins: where it started is not known
        first = None
    return Bar(
        group_of(item), item.seq, state.name(item), first, last, assumed=not item.start and first is not None, repeats=bool(item.repeats),
        due=due_words(item), status=STANDINGS[one.status] if state.reported else None,
    )  # fmt: skip


def _finding(state: PlanState, kind: str, some: Sequence[Standing]) -> str:
    what = counted(kind, len(some))
    if state.reported:
        counts = [say("lists.stands_task", word=shown.word, count=count) for shown, count in state.counts(some)]
        return say("lists.stand", day=state.day, some=what, counts=phrases.listing(counts))
    ends = [end.year for one in some if not one.item.repeats and (end := deadline_of(one.item)) is not None]
    if not ends:
        return say("lists.finding_none", what=what)
    most = max(sorted(set(ends)), key=ends.count)
    again = sum(bool(one.item.repeats) for one in some)
    peak = len(set(ends)) > 1 and ends.count(most) > 1
    text = say("lists.finding_most" if peak else "lists.finding_dated", what=what, count=len(ends), year=most, most=ends.count(most))
    return phrases.clauses([text, *([say("lists.again", count=again)] if again else [])])
