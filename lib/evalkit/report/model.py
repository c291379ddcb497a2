"""From results and traces to a document model. Pure functions, no files, no Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evalkit.report import calculations, look, papers, phrases, wording
from evalkit.report.calculations import Calculation
from evalkit.report.context import ReportContext
from evalkit.report.papers import Unverified, row_key
from evalkit.report.points import Point, dumbbell_points
from evalkit.values import Period, PeriodError

Row = Mapping[str, str]
_NO_TARGET = {"", "—", "-"}

__all__ = ["Group", "IndicatorRow", "Progress", "ReportContext", "ReportModel", "Unverified", "build_model"]


@dataclass(frozen=True)
class IndicatorRow:
    """A line of the official table."""

    indicator: str
    domain: str
    seq: str
    part_of: str
    name: str
    unit: str
    attribute: str
    history: tuple[str, ...]
    current: str
    target: str
    goals: tuple[str, ...]
    status: str
    remark: str


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
    """Everything about one indicator set (or plan) in one period."""

    set_id: str
    set_name: str
    period: str
    complete: bool
    goal_of_plan: str
    rows: list[Row]
    history_periods: tuple[str, ...]
    milestones: tuple[str, ...]
    table: list[IndicatorRow]
    scope: str
    plan_sentences: list[str]
    shortfalls: list[str]
    unknowns: list[str]
    missing: list[str]
    points: list[Point]
    point_base: str
    point_goal: str
    base_period: str
    progress: list[Progress]
    calculations: list[Calculation]


@dataclass
class ReportModel:
    """The whole report of one region."""

    context: ReportContext
    groups: list[Group]
    unverified: list[Unverified]
    corrections: list[dict[str, str]]
    decisions: list[dict[str, str]]
    documents: list[tuple[str, str]]
    sources: list[tuple[str, str]] = field(default_factory=list)
    data: frozenset[str] = frozenset()


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
    history = _history(inputs, own, by_key, context.region_code)
    names = {str(trace["measure"]): row["name_zh"] for row in own if (trace := by_key.get(row_key(row))) is not None}
    names = {**context.measure_names, **names}
    groups = [_group(key, parts, own, by_key, history, names, context) for key, parts in _grouped(own)]
    for group in groups:
        if not group.goal_of_plan and group is next(other for other in groups if other.period == group.period):
            group.plan_sentences = _plan_sentences(own, group.period, context)
    return ReportModel(
        context=context,
        groups=groups,
        unverified=papers.unverified(own, by_key, context),
        corrections=papers.corrections(context, papers.variable_names(traces, {**names, **context.measure_names})),
        decisions=papers.decisions(context, names),
        documents=papers.documents(own, traces, context),
        sources=papers.sources(traces, context),
        data=_marked_texts(own, traces),
    )


def _marked_texts(rows: Sequence[Row], traces: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return texts from data that hold a character of Markdown references: the checks must not take them for faults."""
    texts = {value for row in rows for value in row.values()}
    texts |= {str(value) for trace in traces for item in trace.get("inputs", []) for value in item.values()}
    return frozenset(text for text in texts if "@" in text or "{{" in text)


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
    history: Mapping[tuple[str, str], str],
    names: Mapping[str, str],
    context: ReportContext,
) -> Group:
    set_id, period, goal = key
    planned = [row for row in own if row["milestone"] and row["period"] == period and row["indicator"] in {p["indicator"] for p in parts}]
    milestones = () if goal else tuple(sorted({row["milestone"] for row in planned}))
    goals = {(row["indicator"], row["milestone"]): row for row in planned}
    periods = _earlier_periods(parts, by_key, history, period)
    set_name = context.set_name(set_id)
    incomplete = set_id in context.incomplete_sets
    table = [_line(row, by_key.get(row_key(row), {}), periods, milestones, goals, history) for row in parts]
    aim = goal or next((name for name in milestones if name > period), "")
    base = next((row["base_period"] for row in (*planned, *parts) if row["base_period"]), "")
    base_is_now = not base or base >= period
    points = dumbbell_points(parts, goals, aim, previous=base_is_now)
    return Group(
        set_id=set_id,
        set_name=set_name,
        period=period,
        complete=not incomplete,
        goal_of_plan=goal,
        rows=parts,
        history_periods=periods,
        milestones=milestones,
        table=table,
        scope=wording.scope_sentence(period, context.region_name, set_name, parts, complete=not incomplete, goal=goal),
        plan_sentences=[],
        shortfalls=_sentences(parts, "not_met", wording.shortfall_sentence),
        unknowns=_sentences(parts, "pending", wording.unknown_sentence),
        missing=_sentences(parts, "missing", wording.unknown_sentence),
        points=points,
        point_base=(_before(period) if base_is_now else base) if any(point.base is not None for point in points) else "",
        point_goal=aim,
        base_period=base,
        progress=_progress(planned),
        calculations=calculations.calculations(parts, by_key, names),
    )


def _plan_sentences(own: Sequence[Row], period: str, context: ReportContext) -> list[str]:
    planned: dict[str, list[Row]] = {}
    for row in own:
        if row["milestone"] and row["period"] == period:
            planned.setdefault(row["set"], []).append(row)
    return [sentence for plan, rows in planned.items() for sentence in wording.plan_sentences(context.set_name(plan), rows)]


def _sentences(rows: Sequence[Row], status: str, sentence: Any) -> list[str]:
    found = []
    for parts in wording.indicators_with(rows, status):
        label = wording.indicator_label(parts[0])
        found.append(f"{label}：" + "".join(sentence(part) for part in parts))
    return found


def _history(
    inputs: Sequence[Row], rows: Sequence[Row], by_key: Mapping[tuple[str, ...], Mapping[str, Any]], region: str
) -> dict[tuple[str, str], str]:
    """Values by (``reported.<measure>``, period) as printed: those of the results where the period was assessed, else as received."""
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        measure = by_key.get(row_key(row), {}).get("measure")
        if measure and row["rounded_value"]:
            found.setdefault((f"reported.{measure}", row["period"]), row["rounded_value"])
    for row in inputs:
        if row.get("region_code") == region and not row.get("entity"):
            found.setdefault((row["variable"], row["period"]), _received(row))
    return found


def _received(row: Row) -> str:
    reason = row.get("missing_reason", "")
    if row.get("value") or not reason:
        return row.get("value") or row.get("value_received", "")
    return "—" if reason == "not_collected" else look.reason(reason)


def _before(period: str) -> str:
    try:
        return Period.parse(period).previous().name
    except PeriodError:
        return ""


def _earlier_periods(
    rows: Sequence[Row], by_key: Mapping[tuple[str, ...], Mapping[str, Any]], history: Mapping[tuple[str, str], str], period: str
) -> tuple[str, ...]:
    """Return at most two earlier periods of the same kind that any row has a value for."""
    last = _before(period)
    wanted = [when for when in (_before(last) if last else "", last) if when]
    found = {last} if any(row["previous_value"] for row in rows) else set()
    variables = {f"reported.{by_key.get(row_key(row), {}).get('measure', '')}" for row in rows}
    found |= {when for name, when in history if name in variables}
    return tuple(when for when in wanted if when in found)


def _line(
    row: Row,
    trace: Mapping[str, Any],
    periods: Sequence[str],
    milestones: Sequence[str],
    goals: Mapping[tuple[str, str], Row],
    history: Mapping[tuple[str, str], str],
) -> IndicatorRow:
    earlier = []
    last = _before(row["period"])
    for when in periods:
        value = history.get((f"reported.{trace.get('measure', '')}", when), "")
        if row["previous_value"] and when == last and (not value or row["value_source"] == "computed"):
            value = _rounded(row["previous_value"], row["rounded_value"])
        earlier.append(value or "—")
    shown = row["value_text"] or row["rounded_value"] or row["value"] or (look.reason(row["reason"]) if row["reason"] else "—")
    target = _marked(row)
    planned = [goals.get((row["indicator"], when)) for when in milestones]
    return IndicatorRow(
        indicator=row["indicator"],
        domain=row["domain"],
        seq=row["seq"],
        part_of=row["part_of"],
        name=row["name_zh"],
        unit=row["unit"],
        attribute=look.attribute(row["attribute"]),
        history=tuple(earlier),
        current=shown,
        target=target,
        goals=tuple(_marked(goal) for goal in planned),
        status=row["status"],
        remark=_remark(row),
    )


def _marked(row: Row | None) -> str:
    """Return a threshold as printed, with a dagger unless it is verified."""
    if row is None or row["target_text"] in _NO_TARGET:
        return "—"
    return row["target_text"] + (look.DAGGER if row["target_state"] != "verified" else "")


def _rounded(value: str, model: str) -> str:
    exact = phrases.number(value)
    if exact is None or phrases.number(model) is None or phrases.decimals(value) <= 4:
        return value
    return phrases.fixed(exact, max(phrases.decimals(model), 2))


def _remark(row: Row) -> str:
    parts = []
    if row["reason"] and (row["value_text"] or row["rounded_value"] or row["value"]):
        parts.append(look.reason(row["reason"]))
    for code in row["note"].split(";"):
        if code in ("", "example_data", "no_numeric_target"):  # said on every page; seen in the progress table
            continue
        if code == "lagged_year" and row["data_year"]:
            parts.append(f"为{phrases.period(row['data_year'])}数据")
        else:
            parts.append(look.note(code))
    return "；".join(dict.fromkeys(parts))


_NO_PROGRESS = {"base_missing": "无基准", "base_equals_target": "已达目标", "lower_bound": "仅知下限", "upper_bound": "仅知上限"}


def _progress(planned: Sequence[Row]) -> list[Progress]:
    """Lines for planned values that are numbers and apply."""
    lines = []
    for row in planned:
        if phrases.number(row["milestone_value"]) is None or row["status"] == "not_applicable":
            continue
        now = row["rounded_value"] or row["value"]
        share = phrases.number(row["progress"])
        why = next((_NO_PROGRESS[code] for code in row["note"].split(";") if code in _NO_PROGRESS), "—")
        lines.append(
            Progress(
                set_id=row["set"],
                indicator=row["indicator"],
                seq=row["seq"],
                name=wording.row_title(row),
                unit=row["unit"],
                milestone=row["milestone"],
                base=_rounded(row["base_value"], now) or "—",
                current=row["value_text"] or now or (look.reason(row["reason"]) if row["reason"] else "—"),
                goal=row["target_text"] or row["milestone_value"],
                progress=f"{phrases.fixed(share, 1)}%" if share is not None else why,
            )
        )
    return lines
