"""The report on all regions of a run: counts, values side by side, overview, shortfalls, plans, evidence, review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from evalkit.catalog.report_plans import ReportPlan
from evalkit.messages.speech import say, spoken, term
from evalkit.report import look, passing, phrases, sheets, wording
from evalkit.report.chapters.below import BelowView
from evalkit.report.frame import Cover, Document, Late, environment, front_matter, tidy
from evalkit.report.model import ReportModel
from evalkit.report.numbering import Numbering
from evalkit.report.pieces import documents_table, legend, sources_table
from evalkit.report.rollup_compare import (
    Labelled,
    by_set,
    captioned,
    heading,
    heat_figures,
    in_periods,
    set_title,
    side_notes,
    side_tables,
    status_labels,
    value_figures,
    value_table,
)
from evalkit.report.rollup_registers import Registers, evidence_chapter, plans_chapter, review_chapter


def rollup_document(
    models: Sequence[ReportModel],
    templates: Path,
    *,
    outdated: bool = False,
    plan: ReportPlan | None = None,
    name: str = "all",
    registers: Registers | None = None,
) -> Document:
    """Write the report on all regions of a run.

    Parameters
    ----------
    models : sequence of ReportModel
        One for each region, in the order of the run.
    templates : pathlib.Path
        Folder with ``rollup.qmd.j2``.
    outdated : bool
        Rules or data changed since the results were made: said on the first page and in the header.
    plan : ReportPlan, optional
        Form, and whether regions are sorted by value (`ranking`); without it they stand in the order of the run.
    name : str
        File name of the products, without extension.
    registers : Registers, optional
        What the run says of plans and review.
    """
    context, registers = models[0].context, registers or Registers()
    numbers, ranking = Numbering(), bool(plan and plan.ranking)
    cover = Cover(term(context.title_zh), say("rollup.kind"), look.purpose(context.purpose), context.prepared_by, tuple(context.authors))
    every = by_set(models)
    # of several regions in several periods the latest period alone is shown; the reports of the regions have the others
    tables = [in_periods(some, models)[-1] for some in every]
    apart = [some for some in tables if any(group.apart for _, group in some)]
    single = [some for some in tables if _indicators(some) == 1 and some not in apart]
    many = [some for some in tables if some not in single]
    listed = [some for some in many if _indicators(some)]
    sides = [some for some in listed if len(some) > 1]
    charts = [
        (some[0][1].rows[0]["name_zh"], chart)
        for index, some in enumerate(single, start=1)
        for chart in value_figures(some, f"values-{index}", ranking=ranking)
    ]
    heats = [make for index, own in enumerate(sides, start=1) for make in heat_figures(own, f"overview-{index}", numbers)]
    parted = [some for some in apart if len(some) > 1]
    heats += [make for index, own in enumerate(parted, start=1) for make in heat_figures(own, f"apart-{index}", numbers, apart=True)]
    example = any(model.context.example for model in models)
    rows = [row for model in models for group in model.groups for row in (*group.rows, *group.apart)]
    unverified = passing.unverified_words([item for model in models for item in model.unverified])
    several = len(models) > 1
    order = [(say("rollup.order_ranked") if charts else "") if ranking else say("rollup.order_run")]
    order += [say("rollup.latest")] if any(len(own) < len(some) for own, some in zip(tables, every, strict=True)) else []
    text = (
        environment(templates)
        .get_template("rollup.qmd.j2")
        .render(
            head=front_matter(cover, phrases.period(context.report_date)),
            example=say("frame.example", words=look.example_words()) if example else "",
            outdated=look.outdated_words() if outdated else "",
            any_targets=any(row["status"] != "no_target" for row in rows),
            opening=_opening(models, registers.absent),
            order=phrases.run_on(order) if several else "",
            scopes=[_scopes(some) for some in many],
            unverified=say("rollup.unverified", words=unverified) if unverified else "",
            count_tables=[Late(partial(_counts, some, numbers)) for some in listed]
            + [Late(partial(_counts, some, numbers, apart=True)) for some in apart],
            rules=[_Rule(some, numbers) for some in tables if some[0][1].passing],
            below=_below(models, numbers),
            findings=list(dict.fromkeys(say("rollup.finding", title=chart.title) for _, chart in charts)),
            value_figures=[Late(partial(numbers.figure, chart, say("rollup.by_region", name=term(title)))) for title, chart in charts],
            value_tables=[Late(partial(value_table, some, numbers)) for some in single],
            sides=[(_late(side_tables(own, numbers)), side_notes(own)) for own in sides],
            heat_figures=_late(heats),
            legend=legend(mark for some in many for mark in status_labels(some)),
            short=say("rollup.short_apart") if apart else say("rollup.short"),
            regions=[region for region in map(_Region, models) if region.parts],
            registers=[
                (say("rollup.plans"), plans_chapter(models, registers, numbers)),
                (say("rollup.evidence"), evidence_chapter(models, numbers)),
                (say("rollup.review"), review_chapter(models, registers, numbers)),
            ],
            documents_table=Late(partial(documents_table, _merged([model.documents for model in models]), numbers))
            if any(m.documents for m in models)
            else "",
            sources_table=Late(partial(sources_table, _merged([model.sources for model in models]), numbers))
            if any(m.sources for m in models)
            else "",
        )
    )
    data = frozenset(text for model in models for text in model.data)
    return Document(
        name, term(context.title_zh), tidy(text), numbers.charts, example, context.report_date, data, outdated,
        form=plan.form if plan else "technical", lang=spoken(), cover=cover,
    )  # fmt: skip


def _scopes(some: Sequence[Labelled]) -> tuple[str, list[str]]:
    """Return the counts of all regions or periods of a set: what was compared with what is said once, then a line of each."""
    if len(some) == 1 or not all(group.counts for _, group in some):
        return "", [group.scope for _, group in some]
    first = some[0][1]
    against = wording.against(first.set_name, first.goal_of_plan)
    periods = list(dict.fromkeys(group.period for _, group in some))
    key = "rollup.scopes" if all(group.complete for _, group in some) else "rollup.scopes_open"
    lead = say(key, against=against, periods=phrases.listing([phrases.period(name) for name in periods]))
    return lead, [say("rollup.scope_line", label=label, counts=group.counts) for label, group in some]


def _late(makers: Sequence[Callable[[], str]]) -> list[Late]:
    return [Late(make) for make in makers]


def _indicators(some: Sequence[Labelled]) -> int:
    return len({(row["attribute"], row["seq"] or row["indicator"]) for _, group in some for row in group.rows})


def _opening(models: Sequence[ReportModel], absent: Sequence[str]) -> str:
    context = models[0].context
    said = {"title": term(context.title_zh), "periods": phrases.listing([phrases.period(name) for name in context.periods])}
    if len(models) > 1:
        text = say("rollup.opening_regions", n=len(models), **said)
    else:
        text = say("rollup.opening_region", region=term(models[0].context.region_full_name), **said)
    names = phrases.listing([term(name) for name in absent])
    return phrases.run_on([text, say("rollup.absent", names=names, n=len(absent))]) if absent else text


def _counts(some: Sequence[Labelled], numbers: Numbering, *, apart: bool = False) -> str:
    what = say("rollup.counts_apart") if apart else say("rollup.counts")
    return numbers.table(sheets.counts_grid(some, heading(some), apart=apart), captioned(what, set_title(some)))


def _below(models: Sequence[ReportModel], numbers: Numbering) -> BelowView:
    """Return the units below each region; of several regions in the latest period alone."""
    if len(models) == 1:
        found = [(phrases.period(one.period), one) for one in models[0].context.below]
        return BelowView(found, term(models[0].context.region_name), numbers)
    last = max((one.period for model in models for one in model.context.below), default="")
    found = [(term(model.context.region_name), one) for model in models for one in model.context.below if one.period == last]
    return BelowView(found, phrases.period(last), numbers, say("rollup.region"))


class _Rule:
    """The pass rule of a set, applied to all regions; pieces in the order in which the template asks."""

    def __init__(self, some: Sequence[Labelled], numbers: Numbering) -> None:
        self.found = [(label, group.passing) for label, group in some if group.passing]
        self.heading, self.title, self.numbers = heading(some), set_title(some), numbers
        self.name = some[0][1].set_name
        self.reason = self.found[0][1].reason

    @property
    def demands(self) -> list[str]:
        """The requirements, numbered, each with its source and state."""
        return [
            say(
                "rollup.demand",
                number=number,
                text=phrases.foreign(one.text),
                state=look.state(one.state),
                mark="" if one.certain else look.DAGGER,
            )
            for number, one in enumerate(self.found[0][1].demands, start=1)
        ]

    @property
    def note(self) -> str:
        """What the cells of the table mean."""
        meaning = self.found[0][1].meaning
        return say("rollup.rule_note_more", meaning=meaning) if meaning else say("rollup.rule_note")

    @property
    def table(self) -> str:
        """Regions × requirements."""
        return self.numbers.table(sheets.passing_grid(self.found, self.heading), captioned(say("rollup.rule_caption"), self.title), "lines")

    @property
    def sentence(self) -> str:
        """Which regions meet the rule, or why nothing is concluded."""
        return passing.rollup_sentence(self.found, self.name)


class _Region:
    """Name and sentences of a region for the list of what is short or unknown (latest period)."""

    def __init__(self, model: ReportModel) -> None:
        last = max((group.period for group in model.groups), default="")
        name = term(model.context.region_name)
        self.name = say("rollup.label_last", region=name, period=phrases.period(last)) if last else name
        found = [(group, [text for _, sentences in group.findings for text in sentences]) for group in model.groups if group.period == last]
        several = sum(bool(sentences) for _, sentences in found) > 1
        #: What is short, by what it was compared with; that is named where there are several.
        self.parts = [
            (say("rollup.against", against=wording.against(group.set_name, group.goal_of_plan)) if several else "", sentences)
            for group, sentences in found
            if sentences
        ]


def _merged(lists: Sequence[Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(item for some in lists for item in some))
