"""What a roll-up says of plans, evidence and review: one line for each region, each only where the run has the lists or registers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from evalkit.assessment.counts import group_by_indicator
from evalkit.assessment.standing import STATUSES
from evalkit.catalog import Catalog
from evalkit.catalog.reviews import Reviews, Stage, reviews_of
from evalkit.messages import word
from evalkit.messages.speech import say, spoken, term
from evalkit.report import phrases
from evalkit.report.chapters.lists_state import STANDINGS, PlanState, plan_states
from evalkit.report.look import StatusLook
from evalkit.report.model import ReportModel
from evalkit.report.numbering import Numbering
from evalkit.report.sheets import styled_grid
from evalkit.report.tables import Align, Cell, Grid
from evalkit.review.signoff import Standing, standings

_DECISIONS = ("accepted", "partly", "rejected", "open")
_READY = ("complete", "cited")
_FIRST = 6.0  # least width of the column of the regions


@dataclass(frozen=True)
class Registers:
    """What the run says beside its results.

    Parameters
    ----------
    plans : mapping
        Lists of the plans on the report's date, by region; empty where they are out of date with the results.
    reviews : Reviews, optional
    signed : sequence of Standing
        Sign-offs of all regions and of the whole run.
    absent : sequence of str
        Names of the run's regions that have no results yet: the report says that they are left out.
    """

    plans: Mapping[str, Sequence[PlanState]] = field(default_factory=dict)
    reviews: Reviews | None = None
    signed: Sequence[Standing] = ()
    absent: Sequence[str] = ()


def registers_of(catalog: Catalog, run_id: str, chapters: Collection[str], stale: Collection[str] = (), *, outdated: bool) -> Registers:
    """Return what a roll-up says beside the results.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    chapters : collection of str
        Of the chapter plan: without ``tasks`` nothing is said of plans, without ``opinions`` and ``signing`` nothing of the review.
    stale : collection of str
        Regions whose rules or data are not those of their results any more.
    outdated : bool
        Plans are left out then, as in the reports of the regions.

    Raises
    ------
    EvalkitError
        A progress sheet or a register is at fault.
    """
    run = catalog.run(run_id)
    plans = {} if outdated or "tasks" not in chapters else {code: plan_states(catalog, run, code) for code in run.regions}
    if not {"opinions", "signing"} & set(chapters):
        return Registers(plans)
    reviews = reviews_of(catalog.project, run_id)
    return Registers(plans, reviews, standings(catalog.project, run_id, reviews.signoffs, stale))


@dataclass(frozen=True)
class _Chapter:
    """Sentences, a table and remarks below it; empty for nothing."""

    sentences: list[str] = field(default_factory=list)
    grid: Grid | None = None
    caption: str = ""
    notes: list[str] = field(default_factory=list)
    numbers: Numbering = field(default_factory=Numbering)

    def __bool__(self) -> bool:
        return self.grid is not None

    @property
    def table(self) -> str:
        """The table with its number."""
        return self.numbers.table(self.grid, self.caption, "lines") if self.grid is not None else ""


def plans_chapter(models: Sequence[ReportModel], registers: Registers, numbers: Numbering) -> _Chapter:
    """Return how tasks and projects stand by region, late ones named with their number."""
    states = [(model, state) for model in models for state in registers.plans.get(model.context.region_code, ())]
    reported = [(model, state) for model, state in states if state.reported]
    lines = [
        (term(model.context.region_name), term(state.plan.name_zh), kind, found)
        for model, state in reported
        for kind in ("task", "project")
        if (found := state.of(kind))
    ]
    if not lines:
        return _Chapter()
    codes = [code for code in STATUSES if any(one.status == code for *_, found in lines for one in found)]
    several = len({plan for _, plan, _, _ in lines}) > 1
    heads = [say("rollup.region"), *([say("rollup.plan")] if several else []), say("rollup.head_kind"), say("rollup.total")]
    named = {"task": say("rollup.kind_task"), "project": say("rollup.kind_project")}
    rows = []
    for region, plan, kind, found in lines:
        counts = [str(sum(one.status == code for one in found)) for code in codes]
        first = [region, *([plan] if several else []), named[kind], str(len(found))]
        rows.append([*first, *counts])
    late: dict[str, int] = {}
    for region, _, _, found in lines:
        late[region] = late.get(region, 0) + sum(one.status == "late" for one in found)
    where = [say("rollup.plans_late_item", region=region, n=count) for region, count in late.items() if count]
    sentences = [say("rollup.plans_opening", day=reported[0][1].day, n=len(late))]
    total = sum(late.values())
    sentences.append(say("rollup.plans_late", n=total, where=phrases.listing(where)) if total else say("rollup.plans_all_in_time"))
    without = dict.fromkeys(term(model.context.region_name) for model, state in states if not state.reported)
    if without:
        sentences.append(say("rollup.plans_unreported", names=phrases.listing(list(without))))
    left = 3 if several else 2
    grid = _counted_grid(heads, rows, [STANDINGS[code] for code in codes], left)
    return _Chapter(sentences, grid, say("rollup.plans_caption"), [], numbers)


def evidence_chapter(models: Sequence[ReportModel], numbers: Numbering) -> _Chapter:
    """Return how complete the evidence of each region is; empty where the run has no register."""
    if not any(model.context.evidence for model in models):
        return _Chapter()
    states = list(dict.fromkeys(entry.state for model in models for entry in model.context.evidence))
    states.sort(key=lambda state: (state not in _READY, state))
    heads = [say("rollup.region"), say("rollup.evidence_indicators"), say("rollup.evidence_covered"), say("rollup.evidence_pieces")]
    heads += [word("evidence_state", state, spoken()) for state in states]
    rows = []
    for model in models:
        entries = model.context.evidence
        applying, covered = _covered(model)
        counts = [str(sum(entry.state == state for entry in entries)) for state in states]
        rows.append([term(model.context.region_name), str(applying), str(covered), str(len(entries)), *counts])
    pieces = [entry for model in models for entry in model.context.evidence]
    ready = sum(entry.state in _READY for entry in pieces)
    sentence = say("rollup.evidence_opening", n=len(pieces), ready=ready, left=len(pieces) - ready)
    if ready == len(pieces):
        sentence = say("rollup.evidence_ready", n=len(pieces))
    return _Chapter([sentence], _plain_counts(heads, rows), say("rollup.evidence_caption"), [say("rollup.evidence_note")], numbers)


def _covered(model: ReportModel) -> tuple[int, int]:
    """Return how many indicators of the sets apply in the latest period, and how many of them have evidence."""
    last = max((group.period for group in model.groups), default="")
    proven = {key for entry in model.context.evidence for key in entry.rows}
    applying = covered = 0
    for group in model.groups:
        if group.period != last or group.goal_of_plan:
            continue
        for parts in group_by_indicator(group.rows).values():
            if all(part["status"] == "not_applicable" for part in parts):
                continue
            applying += 1
            covered += any((part["indicator"], when) in proven for part in parts for when in ("", last))
    return applying, covered


def review_chapter(models: Sequence[ReportModel], registers: Registers, numbers: Numbering) -> _Chapter:
    """Return what became of the opinions of each region, how far its review is, and how many sign-offs hold."""
    reviews = registers.reviews
    if reviews is None or not (reviews.remarks or reviews.stages or registers.signed):
        return _Chapter()
    lang = spoken()
    codes = [code for code in _DECISIONS if any(reviews.decision(one.id) == code for one in reviews.remarks)]
    gone = any(not one.valid for one in registers.signed)
    heads = [say("rollup.region"), say("rollup.review_total"), *(word("review_decision", code, lang) for code in codes)]
    heads += [*([say("rollup.stage")] if reviews.stages else []), *([say("rollup.signed")] if registers.signed else [])]
    heads += [say("rollup.signed_not")] if gone else []
    rows = []
    places = [(model.context.region_code, term(model.context.region_name)) for model in models]
    for code, name in [*places, ("", say("rollup.whole"))]:
        decided = [reviews.decision(one.id) for one in reviews.remarks if one.region_code == code]
        stages = [one for one in reviews.stages if one.region_code == code]
        signed = [one.valid for one in registers.signed if one.signoff.region_code == code]
        if not code and not (decided or stages or signed):
            continue
        cells = [name, str(len(decided)), *(str(decided.count(one)) for one in codes)]
        if reviews.stages:
            # lines are only ever added to the register: the last one of the latest day counts
            last = max(enumerate(stages), key=lambda item: (item[1].date, item[0]), default=(0, None))[1]
            cells.append(_stage(last) if last else "—")
        cells += [*([str(sum(signed))] if registers.signed else []), *([str(len(signed) - sum(signed))] if gone else [])]
        rows.append(cells)
    sentences = []
    if reviews.remarks:
        counts = [sum(reviews.decision(one.id) == code for one in reviews.remarks) for code in codes]
        said_all = [
            say("rollup.review_count", word=word("review_decision", code, lang), n=n) for code, n in zip(codes, counts, strict=True)
        ]
        sentences.append(say("rollup.review_opening", n=len(reviews.remarks), said=phrases.sequence(said_all)))
    return _Chapter(sentences, _plain_counts(heads, rows), say("rollup.review_caption"), [], numbers)


def _stage(one: Stage) -> str:
    return say("rollup.stage_said", stage=word("review_stage", one.stage, spoken()), outcome=word("review_outcome", one.outcome, spoken()))


def _plain_counts(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Grid:
    return _counted_grid(heads, rows, (), 1)


def _counted_grid(heads: Sequence[str], rows: Sequence[Sequence[str]], statuses: Sequence[StatusLook], left: int) -> Grid:
    """Return a table of counts: `left` columns of words, the others numbers; the last columns have the heads of statuses."""
    full = [*heads, *(status.label for status in statuses)]
    css = [*([""] * len(heads)), *(status.css for status in statuses)]
    words = [all(not row[column].isdigit() for row in rows) for column in range(len(full))]
    align: list[Align] = ["left" if column < left or words[column] else "right" for column in range(len(full))]
    least = [_FIRST if not column else min(max(phrases.display_width(head) / 2 + 0.6, 3.2), 6.0) for column, head in enumerate(full)]
    grid = styled_grid(full, [[Cell(text) for text in row] for row in rows], align, least, wide=False)
    return Grid([[Cell(head, css=style) for head, style in zip(full, css, strict=True)]], grid.body, grid.align, grid.widths)
