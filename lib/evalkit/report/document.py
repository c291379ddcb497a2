"""From the chapter plan to one Markdown file (.qmd) and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.catalog import Catalog
from evalkit.catalog.report_plans import ChapterEntry, ReportPlan
from evalkit.catalog.texts import UserText
from evalkit.intake import Inputs
from evalkit.messages import word
from evalkit.messages.speech import say, spoken
from evalkit.report import look, phrases
from evalkit.report.chapters import Chapter
from evalkit.report.chapters.material import Material
from evalkit.report.chapters.registry import write
from evalkit.report.frame import Cover, Document, environment, front_matter, ordinals, tidy
from evalkit.report.model import ReportModel
from evalkit.report.numbering import Numbering

#: What a report has where no chapter plan is given.
STANDARD = ReportPlan(
    id="standard", title_zh="评估报告", title_en="Assessment report",
    chapters=[ChapterEntry(chapter=name) for name in (
        "summary", "conditions", "table", "progress", "reach", "trajectory", "fragile", "tasks", "schedule", "year", "opinions", "signing",
        "calculations", "unverified", "corrections", "decisions", "evidence", "updates", "sources")],
)  # fmt: skip


@dataclass(frozen=True)
class Own:
    """A chapter that a person writes."""

    id: str
    landscape: bool = False

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        return numbers.block(self.id, "")


def region_document(
    model: ReportModel,
    templates: Path,
    plan: ReportPlan = STANDARD,
    *,
    name: str = "",
    texts: Mapping[str, UserText] | None = None,
    catalog: Catalog | None = None,
    inputs: Inputs | None = None,
    records: Mapping[str, Mapping[str, str]] | None = None,
    outdated: bool = False,
) -> Document:
    """Write the report of one region.

    Parameters
    ----------
    model : ReportModel
    templates : pathlib.Path
        Folder with ``region.qmd.j2`` and ``chapters/``.
    plan : ReportPlan
        Which chapters, in which order.
    name : str
        File name of the products without extension; default the region's code.
    texts : mapping, optional
        Texts of the user's own, by block.
    catalog, inputs : optional
        Rules and data as they are now, for the chapters that need them.
    records : mapping, optional
        Hashes of what went in, for the annex of hashes.
    outdated : bool
        Rules or data changed since the results were made: said on the first page and in the header.
    """
    context, numbers = model.context, Numbering(texts=texts or {})
    material = Material(model, templates, numbers, plan, catalog, inputs, outdated, records or {})
    chapters = _found(plan.chapters, material)
    annexes = _found(plan.annexes, material)
    _number(numbers, chapters, annexes)
    cover = Cover(context.title_zh, context.region_full_name, plan_title(plan), context.prepared_by, tuple(context.authors))
    text = (
        environment(templates)
        .get_template("region.qmd.j2")
        .render(
            head=front_matter(cover, phrases.period(context.report_date), small=material.small or plan.on_a_page),
            example=say("frame.example", words=look.example_words()) if context.example else "",
            outdated=look.outdated_words() if outdated else "",
            chapters=[
                ("" if plan.on_a_page else numbers.titles[chapter.id], chapter.landscape, chapter.markdown(numbers))
                for _, chapter in (*chapters, *annexes)
            ],
        )
    )  # fmt: skip
    return Document(
        name or context.region_code,
        context.title_zh,
        tidy(text),
        numbers.charts,
        context.example,
        context.report_date,
        model.data,
        outdated,
        form=plan.form,
        lang=spoken(),
        cover=cover,
        blocks=tuple(numbers.blocks),
        origin=f"{context.run_id}/{context.region_code}",
    )


def plan_title(plan: ReportPlan) -> str:
    """Return what a chapter plan calls its report."""
    return plan.title_en if spoken() == "en" else plan.title_zh


def _found(entries: Sequence[ChapterEntry], material: Material) -> list[tuple[ChapterEntry, Chapter]]:
    """Return the chapters of a plan that have something to say."""
    found: list[tuple[ChapterEntry, Chapter]] = []
    for entry in entries:
        chapter = write(entry.chapter, material)
        if chapter is None and entry.chapter in material.numbers.texts:
            chapter = Own(entry.chapter)
        if chapter is not None:
            found.append((entry, chapter))
    return found


def _number(numbers: Numbering, chapters: Sequence[tuple[ChapterEntry, Chapter]], annexes: Sequence[tuple[ChapterEntry, Chapter]]) -> None:
    for place, (entry, chapter) in enumerate(chapters):
        numbers.titles[chapter.id] = say("frame.heading", number=ordinals(place + 1), title=_title(entry))
    for place, (entry, chapter) in enumerate(annexes):
        numbers.titles[chapter.id] = say("frame.annex", number=place + 1, title=_title(entry))


def _title(entry: ChapterEntry) -> str:
    own = (entry.title_en or entry.title_zh) if spoken() == "en" else entry.title_zh
    return own or word("chapter", entry.chapter, spoken())
