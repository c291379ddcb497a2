"""The calendar of a plan's deadlines: a table by year and half-year, and the bars of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from evalkit.assessment.standing import Standing, deadline_of
from evalkit.catalog.plan_lists import Project, Task
from evalkit.report import phrases
from evalkit.report.canvas import Chart
from evalkit.report.chapters.gantt import Bar, gantt_charts
from evalkit.report.chapters.lists_state import COUNTED, KINDS, REPEATS, STANDINGS, PlanState, due_words, group_of
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
    for (_, words), some in sorted(by_term.items(), key=lambda item: item[0][0]):
        count = sum(len(lines) for lines in some.values())
        rows.append([Cell(words), Cell(str(count)), *(Cell(_listed(state, some.get(kind, []))) for kind in kinds)])
    align: list[Align] = ["left", "right", *(["left"] * len(kinds))]  # type: ignore[list-item]
    heads = ["时限", "项数", *(KINDS[kind] for kind in kinds)]
    return grid_of(heads, rows, align, [6.4, 2.4, *([12.0] * len(kinds))], chars=PORTRAIT_CHARS, longest=150.0)


def _term(item: Task | Project) -> tuple[int, str]:
    """Return where a line stands in the calendar, and the words for it."""
    end = deadline_of(item)
    if item.repeats or end is None:
        return 10**9 + list(REPEATS).index(item.repeats), REPEATS[item.repeats]
    if Period.parse(item.deadline).kind == "year":
        return end.year * 10 + 9, f"{end.year}年"
    half = 1 if end.month <= 6 else 2
    return end.year * 10 + half, f"{end.year}年{'上' if half == 1 else '下'}半年"


def _listed(state: PlanState, some: Sequence[Standing]) -> str:
    texts = []
    for one in some:
        mark = f"{STANDINGS[one.status].symbol} " if state.reported else ""
        exact = one.item.deadline and (one.item.repeats or Period.parse(one.item.deadline).kind != "year")
        until = f"（{'至' if one.item.repeats else ''}{phrases.period(one.item.deadline)}）" if exact else ""
        texts.append(f"{mark}{state.title(one.item)}{until}")
    return "；".join(texts) or "—"


def calendar_sentences(state: PlanState) -> list[str]:
    """Return how many lines have a deadline, how many are past, and what is due within a year."""
    all_of = state.standings
    what = "、".join(f"{len(state.of(kind))}{word}" for kind, word in COUNTED.items() if state.of(kind))
    once = [one for one in all_of if not one.item.repeats]
    dated = [one for one in once if deadline_of(one.item) is not None]
    parts = [f"{len(dated)}项有完成时限"] if dated else []
    parts += [f"{len(all_of) - len(once)}项定期或持续开展"] if len(all_of) > len(once) else []
    undated = [one for one in once if deadline_of(one.item) is None]
    named = f"（{'、'.join(state.title(one.item) for one in undated)}）" if len(undated) <= MOST_NAMED else ""
    parts += [f"{len(undated)}项未印时限{named}"] if undated else []
    found = [f"{state.plan.name_zh}列出{what}，其中{'、'.join(parts)}。"]
    past = [one for one in dated if (deadline_of(one.item) or state.as_of) < state.as_of]
    soon = sorted(
        (one for one in dated if state.as_of <= (deadline_of(one.item) or date.min) <= state.as_of + timedelta(days=_SOON)),
        key=lambda one: deadline_of(one.item) or date.min,
    )
    text = f"到{state.day}，{len(past)}项时限已过" if past else f"到{state.day}，没有一项时限已过"
    if soon:
        text += f"；此后一年内到期的有{len(soon)}项"
        text += "：" + "、".join(f"{state.title(one.item)}（{due_words(one.item)}）" for one in soon) if len(soon) <= MOST_NAMED else ""
    return [*found, f"{text}。"] if dated else found


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
    return gantt_charts(
        bars, name=name, title=_finding(state, kind, some), subtitle=f"{state.region}　{state.plan.name_zh}　{len(some)}{COUNTED[kind]}",
        as_of=state.as_of, source=state.source([one.item for one in some]) + ("，状态按进度表" if state.reported else ""),
    )  # fmt: skip


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
    what = f"{len(some)}{COUNTED[kind]}"
    if state.reported:
        return f"到{state.day}，{what}中" + "、".join(f"{shown.zh}{count}项" for shown, count in state.counts(some))
    ends = [end.year for one in some if not one.item.repeats and (end := deadline_of(one.item)) is not None]
    if not ends:
        return f"{what}均为定期或持续开展，或未印时限"
    most = max(sorted(set(ends)), key=ends.count)
    again = sum(bool(one.item.repeats) for one in some)
    text = f"{what}中{len(ends)}项有完成时限"
    text += f"，{most}年到期的最多（{ends.count(most)}项）" if len(set(ends)) > 1 and ends.count(most) > 1 else ""
    return text + (f"；{again}项定期或持续开展" if again else "")
