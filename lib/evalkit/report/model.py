"""From results and traces to a document model. Pure functions, no files, no Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evalkit.assessment.passing import conclude
from evalkit.catalog.models import IndicatorSet, SetRow
from evalkit.messages.speech import say, term
from evalkit.report import calculations, kinds, look, marks, papers, phrases, wording
from evalkit.report.calculations import Calculation
from evalkit.report.columns import IndicatorRow, with_columns
from evalkit.report.context import ReportContext
from evalkit.report.papers import Unverified
from evalkit.report.passing import Passing, concerns_passing, passing_of
from evalkit.report.points import Point, dumbbell_points
from evalkit.report.printed import Printed, before, row_key, sum_note

Row = Mapping[str, str]

__all__ = ["Group", "IndicatorRow", "Progress", "ReportContext", "ReportModel", "Unverified", "build_model"]


@dataclass(frozen=True)
class Progress:
    """A line of the progress table: base, now, milestone and the share of the way that is done."""

    set_id: str
    indicator: str
    seq: str
    name: str
    unit: str
    milestone: str
    base: str
    current: str
    goal: str
    progress: str


@dataclass
class Group:
    """Everything about one indicator set (or plan) in one period.

    `rows` and `table` hold the indicators; basic conditions and veto items are `apart`.
    """

    set_id: str
    set_name: str
    period: str
    complete: bool
    goal_of_plan: str
    rows: list[Row]
    apart: list[Row]
    history_periods: tuple[str, ...]
    milestones: tuple[str, ...]
    table: list[IndicatorRow]
    apart_table: list[IndicatorRow]
    passing: Passing | None
    scope: str
    plan_sentences: list[str]
    shortfalls: list[str]
    apart_shortfalls: dict[str, list[str]]
    unknowns: list[str]
    missing: list[str]
    points: list[Point]
    point_base: str
    point_goal: str
    base_period: str
    progress: list[Progress]
    calculations: list[Calculation]
    counts: str = ""

    @property
    def coming(self) -> bool:
        """Whether the rows are judged against a milestone that is yet to come."""
        return marks.ahead(self.period, self.goal_of_plan)

    @property
    def findings(self) -> list[tuple[str, list[str]]]:
        """What is short and what is unknown: title and sentences; titles without sentences are left out."""
        short = look.status(marks.counted("not_met", self.coming)).word
        found = [(phrases.beginning(short), self.shortfalls)]
        for attribute, sentences in self.apart_shortfalls.items():
            what = look.status(marks.counted("not_met", self.coming, attribute)).word
            found.append((say(f"model.apart_{attribute}", status=what), sentences))
        found += [
            (phrases.beginning(look.status(code).word), some) for code, some in (("pending", self.unknowns), ("missing", self.missing))
        ]
        return [(title, sentences) for title, sentences in found if sentences]

    def apart_of(self, attribute: str) -> list[IndicatorRow]:
        """Return the lines of the table of basic conditions or of veto items."""
        return [line for row, line in zip(self.apart, self.apart_table, strict=True) if row["attribute"] == attribute]

    @property
    def countable(self) -> int:
        """How many rows could have been compared with a number: all that apply."""
        return sum(row["status"] != "not_applicable" for row in self.rows)


@dataclass
class ReportModel:
    """The whole report of one region; `rows`, `traces` (by :func:`row_key`), `printed` and `names` are what it was made from."""

    context: ReportContext
    groups: list[Group]
    unverified: list[Unverified]
    corrections: list[dict[str, str]]
    decisions: list[dict[str, str]]
    documents: list[tuple[str, str]]
    sources: list[tuple[str, str]] = field(default_factory=list)
    data: frozenset[str] = frozenset()
    rows: list[Row] = field(default_factory=list)
    traces: Mapping[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    printed: Printed | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def build_model(
    rows: Sequence[Row], traces: Sequence[Mapping[str, Any]], context: ReportContext, inputs: Sequence[Row] = ()
) -> ReportModel:
    """Build the document model of one region.

    Parameters
    ----------
    rows : sequence of rows
        Rows of ``results.csv``; those of other regions are ignored.
    traces : sequence of mappings
        The traces of ``traces.json``.
    context : ReportContext
        Names and papers.
    inputs : sequence of rows
        Rows of ``inputs.csv``, for the values of earlier periods; optional.
    """
    own = [row for row in rows if row["region_code"] == context.region_code]
    by_key = {row_key(trace["key"]): trace for trace in traces}
    printed = Printed(own, by_key, inputs)
    called: dict[str, set[str]] = {}
    for row in own:
        if (trace := by_key.get(row_key(row))) is not None:
            called.setdefault(str(trace["measure"]), set()).add(wording.row_name(row))
    # a measure that sets call by different names keeps its own
    names = {key: min(some) for key, some in called.items() if len(some) == 1 or key not in context.measure_names}
    names = {**context.measure_names, **names}
    # a measure may stand in an indicator and in a basic condition: then the indicator's words are used
    attributes = {
        str(trace["measure"]): row["attribute"]
        for row in (*kinds.apart(own), *kinds.indicators(own))
        if (trace := by_key.get(row_key(row))) is not None
    }
    groups = [_group(key, parts, own, by_key, printed, names, context) for key, parts in _grouped(own)]
    for group in groups:
        if not group.goal_of_plan and group is next(other for other in groups if other.period == group.period):
            group.plan_sentences = _plan_sentences(own, group.period, context)
    return ReportModel(
        context=context,
        groups=groups,
        unverified=papers.unverified(own, by_key, context),
        corrections=papers.corrections(context, papers.variable_names(traces, {**names, **context.measure_names})),
        decisions=papers.decisions(context, names, attributes),
        documents=papers.documents(own, traces, context),
        sources=papers.sources(traces, context),
        data=_marked_texts(own, traces),
        rows=own,
        traces=by_key,
        printed=printed,
        names=names,
    )


#: Parts of words and signs that must not stand in a report, except where data have them.
_MARKS = ("@", "{{", "NaN", "nan", "None", "Traceback")


def _marked_texts(rows: Sequence[Row], traces: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return texts from data that hold what would be a fault elsewhere: the checks must not take them for faults."""
    texts = {value for row in rows for value in row.values()}
    texts |= {str(value) for trace in traces for item in trace.get("inputs", []) for value in item.values()}
    return frozenset(text for text in texts if any(mark in text for mark in _MARKS))


def _grouped(rows: Sequence[Row]) -> list[tuple[tuple[str, str, str], list[Row]]]:
    """Rows that are judged, by (set, period, milestone): thresholds; and planned values of indicators that have no threshold."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    judged = {(row["period"], row["indicator"]) for row in rows if not row["milestone"]}
    for row in rows:
        if not row["milestone"] or (row["period"], row["indicator"]) not in judged:
            groups.setdefault((row["set"], row["period"], row["milestone"]), []).append(row)
    order = sorted({row["period"] for row in rows})
    return sorted(groups.items(), key=lambda item: order.index(item[0][1]))


def _group(
    key: tuple[str, str, str],
    parts: list[Row],
    own: Sequence[Row],
    by_key: Mapping[tuple[str, ...], Mapping[str, Any]],
    printed: Printed,
    names: Mapping[str, str],
    context: ReportContext,
) -> Group:
    set_id, period, goal = key
    everything, parts, other = parts, kinds.indicators(parts), kinds.apart(parts)
    indicator_set = None if goal else context.sets.get(set_id)
    listed = {row["indicator"] for row in parts}
    planned = [row for row in own if row["milestone"] and row["period"] == period and row["indicator"] in listed]
    milestones = () if goal else tuple(sorted({row["milestone"] for row in planned}))
    goals = {(row["indicator"], row["milestone"]): row for row in planned}
    periods = _earlier_periods(parts, printed, period)
    set_name = context.set_name(set_id)
    incomplete = set_id in context.incomplete_sets
    table, apart_table = (
        [_line(row, by_key.get(row_key(row), {}), periods, milestones, goals, printed, indicator_set) for row in some]
        for some in (parts, other)
    )
    table, apart_table = (
        with_columns(lines, some, [by_key.get(row_key(row), {}) for row in some], context, period)
        for lines, some in ((table, parts), (apart_table, other))
    )
    groups = {row.id: row.group for row in indicator_set.rows if row.group} if indicator_set else {}
    aim = goal or next((name for name in milestones if name > period), "")
    # a sum of years begins at nothing in a year of its own
    base = next((row["base_period"] for row in (*planned, *parts) if row["base_period"] and not sum_note(row)), "")
    base_is_now = not base or base >= period
    sums = [row for row in planned if sum_note(row)]  # neither the figure of the period nor on its way
    levels = {key: row for key, row in goals.items() if row not in sums}
    points = dumbbell_points(parts, levels, aim, printed, previous=base_is_now)
    scope = wording.scope_sentence(period, context.region_name, set_name, everything, complete=not incomplete, goal=goal, groups=groups)
    counts = wording.all_counts(period, everything, goal=goal, groups=groups) if len(everything) > 1 else ""
    if len(everything) == 1 and parts:
        trace, value = by_key.get(row_key(parts[0]), {}), parts[0]["value_text"] or printed.current(parts[0])
        scope = wording.single_sentence(parts[0], trace, context.region_name, value)
    return Group(
        set_id=set_id,
        set_name=set_name,
        period=period,
        complete=not incomplete,
        goal_of_plan=goal,
        rows=parts,
        apart=other,
        history_periods=periods,
        milestones=milestones,
        table=table,
        apart_table=apart_table,
        passing=_passing(indicator_set, everything, context.region_name, period),
        scope=scope,
        plan_sentences=[],
        shortfalls=_sentences(parts, "not_met", by_key, printed),
        apart_shortfalls={
            name: _sentences([row for row in other if row["attribute"] == name], "not_met", by_key, printed) for name in kinds.APART
        },
        unknowns=_sentences([*parts, *other], "pending", by_key, printed),
        missing=_sentences([*parts, *other], "missing", by_key, printed),
        points=points,
        point_base=(before(period) if base_is_now else base) if any(point.base is not None for point in points) else "",
        point_goal=aim,
        base_period=base,
        progress=_progress(planned, printed),
        calculations=[
            *calculations.calculations([*other, *parts], by_key, names, printed),
            *(block for row in sums if not goal for block in calculations.calculations([row], by_key, names, printed)),
        ],
        counts=counts,
    )


def _passing(indicator_set: IndicatorSet | None, rows: Sequence[Row], region: str, period: str) -> Passing | None:
    """Return the pass rule applied, where the set has anything to do with passing."""
    if indicator_set is None or not concerns_passing(indicator_set, [row["attribute"] for row in rows]):
        return None
    return passing_of(indicator_set, conclude(indicator_set, rows, "", period), region)


def _plan_sentences(own: Sequence[Row], period: str, context: ReportContext) -> list[str]:
    planned: dict[str, list[Row]] = {}
    for row in own:
        if row["milestone"] and row["period"] == period:
            planned.setdefault(row["set"], []).append(row)
    return [sentence for plan, rows in planned.items() for sentence in wording.plan_sentences(context.set_name(plan), rows)]


def _sentences(rows: Sequence[Row], status: str, by_key: Mapping[tuple[str, ...], Mapping[str, Any]], printed: Printed) -> list[str]:
    def sentence(row: Row) -> str:
        if status == "not_met":
            return wording.shortfall_sentence(row, printed.current(row), printed.previous(row))
        return wording.unknown_sentence(row, printed.current(row), by_key.get(row_key(row)))

    found = []
    for parts in wording.indicators_with(rows, status):
        label = wording.indicator_label(parts[0])
        found.append(phrases.labelled(label, phrases.run_on(sentence(part) for part in parts)))
    return found


def _earlier_periods(rows: Sequence[Row], printed: Printed, period: str) -> tuple[str, ...]:
    """Return at most two earlier periods of the same kind that any row has a value for."""
    last = before(period)
    wanted = [when for when in (before(last) if last else "", last) if when]
    found = printed.periods(rows) | ({last} if any(row["previous_value"] for row in rows) else set())
    return tuple(when for when in wanted if when in found)


def _line(
    row: Row,
    trace: Mapping[str, Any],
    periods: Sequence[str],
    milestones: Sequence[str],
    goals: Mapping[tuple[str, str], Row],
    printed: Printed,
    indicator_set: IndicatorSet | None,
) -> IndicatorRow:
    own = indicator_set.row(row["indicator"]) if indicator_set else None
    earlier = ["—" if sum_note(row) else phrases.cell(printed.earlier(row, when)) for when in periods]
    reason = look.reason(row["reason"]) if row["reason"] else ""
    apart = kinds.is_apart(row["attribute"])
    shown = row["value_text"] or printed.current(row) or ("" if apart else reason)
    remarks = [_group_name(indicator_set, own), reason if apart and not shown else "", _remark(row)]
    if apart and trace.get("decision"):
        remarks.append(say("model.decision", id=trace["decision"]["id"]))
    target = _marked(row)
    planned = [goals.get((row["indicator"], when)) for when in milestones]
    return IndicatorRow(
        indicator=row["indicator"],
        domain=term(row["domain"]),
        seq=row["seq"],
        part_of=term(row["part_of"]),
        name=f"{wording.row_name(row)} {own.marker}" if own and own.marker else wording.row_name(row),
        unit=phrases.cell(row["unit"]),
        attribute=look.attribute(row["attribute"]),
        history=tuple(earlier),
        current=phrases.cell(shown),
        target=target,
        goals=tuple(_marked(goal) for goal in planned),
        status=row["status"],
        mark=look.status(marks.code_of(row, trace)),
        remark=phrases.clauses(dict.fromkeys(text for text in remarks if text)),
        task=term(row["task"]),
    )


def _group_name(indicator_set: IndicatorSet | None, row: SetRow | None) -> str:
    found = indicator_set.groups if indicator_set and row and row.group else []
    return next((term(group.name_zh) for group in found if row and group.id == row.group), "")


def _marked(row: Row | None) -> str:
    """Return a threshold as printed, with a dagger unless it is verified."""
    if row is None or not phrases.unit(row["target_text"]):
        return "—"
    return wording.target_text(row) + (look.DAGGER if row["target_state"] != "verified" else "")


def _remark(row: Row) -> str:
    notes = row["note"].split(";")
    parts = []
    # "not provided" would be said of the earlier value where only that is absent
    if row["reason"] and "comparison_missing" not in notes and (row["value_text"] or row["rounded_value"] or row["value"]):
        parts.append(look.reason(row["reason"]))
    for code in notes:
        # said on every page; seen in the progress table; printed in place of the status; said by the target
        if code in ("", "example_data", "no_numeric_target", "base_is_current", "comparison_missing", "better_than_set"):
            continue
        if code == "lagged_year" and row["data_year"]:
            parts.append(say("model.data_of", period=phrases.period(row["data_year"])))
        else:
            parts.append(look.note(code))
    return phrases.clauses(dict.fromkeys(parts))


_NO_PROGRESS = ("base_missing", "base_equals_target", "lower_bound", "upper_bound", "base_unknown", "every_year")


def _progress(planned: Sequence[Row], printed: Printed) -> list[Progress]:
    """Lines for planned values that are numbers and apply."""
    lines = []
    own = next((row["base_period"] for row in planned if row["base_period"] and not sum_note(row)), "")
    for row in planned:
        if phrases.number(row["milestone_value"]) is None or row["status"] == "not_applicable":
            continue
        now = printed.current(row)
        share = phrases.number(row["progress"])
        why = next((say(f"model.{code}") for code in row["note"].split(";") if code in _NO_PROGRESS), "—")
        lines.append(
            Progress(
                set_id=row["set"],
                indicator=row["indicator"],
                seq=row["seq"],
                name=wording.row_title(row) + (phrases.brackets(look.note(sum_note(row))) if sum_note(row) else ""),
                unit=row["unit"],
                milestone=row["milestone"],
                base=(printed.base(row) if row["base_period"] == own else "") or "—",
                current=term(row["value_text"]) or now or (look.reason(row["reason"]) if row["reason"] else "—"),
                goal=wording.target_text(row) or row["milestone_value"],
                progress=f"{phrases.fixed(share, 1)}%" if share is not None else why,
            )
        )
    return lines
