"""Make the reports of a run, several at a time."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evalkit.catalog import Catalog, load_catalog
from evalkit.catalog.report_plans import Form, ReportPlan, chapters_of_plans, load_report_plan, plan_id_of
from evalkit.catalog.texts import texts_of
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Language, Place, Problem
from evalkit.runner import state

if TYPE_CHECKING:
    from evalkit.report.frame import Document

ROLL_UP = "all"


@dataclass(frozen=True)
class Wanted:
    """What kind of report is wanted.

    Parameters
    ----------
    plan : str
        Chapter plan; default that of the run.
    form : {"", "technical", "official"}
        Form of the Word file; default the plan's.
    lang : {"zh", "en"}
    renderer : {"auto", "pandoc", "quarto"}
    font_dirs : tuple of str
        Folders with further fonts, for the PDF.
    """

    plan: str = ""
    form: Form | Literal[""] = ""
    lang: Language = "zh"
    renderer: Literal["auto", "pandoc", "quarto"] = "auto"
    font_dirs: tuple[str, ...] = ()

    def plan_of(self, catalog: Catalog, run_id: str) -> ReportPlan:
        """Return the chapter plan of a run's reports.

        Raises
        ------
        EvalkitError
            There is no such plan, or it is at fault.
        """
        run = catalog.run(run_id)
        named = Place("--plan") if self.plan else catalog.place("run", run_id, "report" if run.report else "purpose")
        plan = load_report_plan(catalog.project, self.plan or plan_id_of(run), named)
        return plan.model_copy(update={"form": self.form}) if self.form else plan

    def file_name(self, code: str) -> str:
        """Return the name of the products, without extension: another plan or language than the usual stands behind the code."""
        return code + (f"-{self.plan}" if self.plan else "") + ("-en" if self.lang == "en" else "")


def make_reports(
    catalog: Catalog, run_id: str, out_dir: Path, wanted: Wanted | None = None, regions: Collection[str] = ()
) -> Iterator[tuple[int, int, str, list[Problem]]]:
    """Make the Word, PDF and web reports of all regions of a run and its roll-up.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    out_dir : Path
        Where they go.
    wanted : Wanted, optional
        Default: Chinese reports by the chapter plan of the run.
    regions : collection of str, optional
        Only these regions, without the roll-up.

    Yields
    ------
    done, total, name, problems
        As each report (three files) is finished; a report with errors was not written.

    Raises
    ------
    EvalkitError
        The run has no results yet, or its chapter plan is at fault.
    """
    wanted = wanted or Wanted()
    project, run = catalog.project, catalog.run(run_id)
    if not state.read_json(project.processed(run_id) / state.MANIFEST):
        raise EvalkitError(Problem("run_missing", Place(project.label(project.processed(run_id))), {"run": run_id}))
    plan = wanted.plan_of(catalog, run_id)
    finished = [code for code in run.regions if (project.region(run_id, code) / "results.csv").is_file()]
    chosen = [code for code in finished if not regions or code in regions]
    names = [*chosen, *([ROLL_UP] if rolled_up(plan) and not regions else [])] if chosen else []
    for code in run.regions:
        if code not in finished and (not regions or code in regions):
            place = Place(project.label(project.region(run_id, code)))
            yield 0, len(names), code, [Problem("run_missing", place, {"run": f"{run_id} {code}"})]
    notes = _font_notes(plan, wanted) if names else []
    # Fresh processes, not forked ones: matplotlib and the converters keep state, and Windows has no fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(os.cpu_count() or 1, max(len(names), 1)), mp_context=context) as pool:
        futures = {pool.submit(_make_one, str(project.root), run_id, name, str(out_dir.resolve()), wanted): name for name in names}
        for done, future in enumerate(as_completed(futures), start=1):
            name = futures[future]
            try:
                problems = future.result()
            except Exception as error:  # a report that cannot be made must not stop the others
                problems = [Problem("render_failed", Place(name), {"file": name, "detail": str(error)})]
            yield done, len(names), name, [*problems, *(notes if done == 1 else [])]


def _font_notes(plan: ReportPlan, wanted: Wanted) -> list[Problem]:
    """Return once for all reports which fonts the PDF does without."""
    from evalkit.report.rendering.fonts import fonts_absent

    return fonts_absent(plan.form, wanted.font_dirs)


def rolled_up(plan: ReportPlan) -> bool:
    """Whether reports by a chapter plan have a roll-up: a briefing of one page has none."""
    return not plan.on_a_page


def staleness(catalog: Catalog, run_id: str) -> list[Problem]:
    """Return a warning when results of a run are not those of the rules and data as they are now.

    A file that changed without touching a result (names on the cover, a comment) is no reason for one.
    """
    from evalkit.runner.signing import outdated_regions

    if not outdated_regions(catalog, run_id):
        return []
    values = {"run": run_id, "files": state.changed_results(catalog.project, run_id)[:5]}
    return [Problem("results_stale", Place(catalog.project.label(catalog.project.processed(run_id))), values, "warning")]


def _make_one(root: str, run_id: str, name: str, out_dir: str, wanted: Wanted) -> list[Problem]:
    """Make one report in a process of its own; return what is to be said about it."""
    from evalkit.report.build import templates_of
    from evalkit.report.rendering.render import render

    try:
        catalog = load_catalog(root)
        document, problems = document_of(catalog, run_id, name, wanted, Path(out_dir))
        plan = wanted.plan_of(catalog, run_id)
        if not plan.on_a_page and "\n# " not in document.text:  # a cover alone is no report
            region = catalog.regions[name].name_zh if name in catalog.regions else name
            return [Problem("report_chapters_none", Place(f"params/reports/{plan.id}.yml"), {"region": region})]
        document.data |= _quoted(catalog.project.params)
        render(document, templates_of(catalog.project.root), Path(out_dir), wanted.renderer, wanted.font_dirs)
    except EvalkitError as error:
        return error.problems
    except OSError as error:
        return [Problem("folder_unwritable", Place(name), {"path": Path(out_dir).name, "detail": error.strerror or str(error)})]
    return problems


def _quoted(params: Path) -> frozenset[str]:
    """Return what people wrote in the project that would be a fault if the program had written it."""
    from evalkit.report.rendering.check import suspect_texts

    files = (path for path in params.rglob("*") if path.suffix in {".yml", ".csv", ".md"} and path.is_file())
    return frozenset(text for path in files for text in suspect_texts(path.read_text(encoding="utf-8", errors="replace")))


def document_of(
    catalog: Catalog, run_id: str, name: str, wanted: Wanted | None = None, out_dir: Path | None = None
) -> tuple[Document, list[Problem]]:
    """Write a report as Markdown with its figures, not yet rendered.

    Parameters
    ----------
    catalog : Catalog
    run_id, name : str
        A finished run, and one of its regions or ``all`` for the roll-up.
    wanted : Wanted, optional
    out_dir : Path, optional
        Where the report will stand: volumes of evidence beside it are linked.

    Returns
    -------
    document, problems
        Problems are warnings: texts that are not printed, or whose numbers have changed.
    """
    from evalkit.messages.speech import speaking
    from evalkit.report.terms import speech_of

    wanted = wanted or Wanted()
    with speaking(speech_of(catalog, wanted.lang)):
        return _document(catalog, run_id, name, wanted, out_dir or catalog.project.reports(run_id))


def _document(catalog: Catalog, run_id: str, name: str, wanted: Wanted, out_dir: Path) -> tuple[Document, list[Problem]]:
    from evalkit.assessment.coverage import Read
    from evalkit.collection.evidence_report import proof_entries
    from evalkit.report.build import read_model, rollup, templates_of
    from evalkit.report.chapters.below import below_of
    from evalkit.report.chapters.opinions_chapter import opinions_chapters
    from evalkit.report.chapters.plans import plan_chapters
    from evalkit.report.chapters.update_notes import update_notes
    from evalkit.report.context import ReportContext
    from evalkit.report.document import region_document
    from evalkit.report.fill import context_from_catalog
    from evalkit.report.rollup_registers import registers_of
    from evalkit.runner.signing import outdated_regions

    project, root = catalog.project, catalog.project.root
    plan = wanted.plan_of(catalog, run_id)
    inputs = read_inputs(catalog, run_id)
    stale = outdated_regions(catalog, run_id)
    changed = cache(lambda lower: bool(state.changed_results(project, lower)))
    read: Read = {}  # of the lower runs, once for all regions

    def context_of(code: str) -> ReportContext:
        found = context_from_catalog(catalog, inputs, code)
        proofs = proof_entries(catalog, inputs.evidence, code, out_dir)
        return replace(found, below=below_of(catalog, run_id, code, changed, read), evidence=proofs)

    if name == ROLL_UP:
        codes = catalog.run(run_id).regions
        contexts = [context_of(code) for code in codes if (project.region(run_id, code) / "results.csv").is_file()]
        absent = [catalog.regions[code].name_zh for code in codes if code not in {one.region_code for one in contexts}]
        registers = registers_of(catalog, run_id, plan.ids, stale, outdated=bool(stale))
        document = rollup(
            root,
            run_id,
            contexts,
            outdated=bool(stale),
            plan=plan,
            name=wanted.file_name(ROLL_UP),
            registers=replace(registers, absent=absent),
        )
        return document, []
    texts = texts_of(project, run_id, name, wanted.lang)
    outdated = name in stale
    chapters = [*([] if outdated else plan_chapters(catalog, inputs, name)), *opinions_chapters(catalog, run_id, name, stale)]
    notes = update_notes(project, run_id, name).sentences if "updates" in plan.ids else []
    context = replace(context_of(name), update_notes=notes, chapters=[one for one in chapters if one.id in plan.ids])
    records: dict[str, Any] = state.read_json(project.processed(run_id) / state.MANIFEST) or {}
    document = region_document(
        read_model(root, run_id, name, context), templates_of(root), plan, name=wanted.file_name(name), texts=texts,
        catalog=catalog, inputs=inputs, records=records, outdated=outdated,
    )  # fmt: skip
    return document, [] if not texts else _text_problems(catalog, document, texts, (run_id, name), plan, wanted)


def _text_problems(
    catalog: Catalog, document: Document, texts: Any, origin: tuple[str, str], plan: ReportPlan, wanted: Wanted
) -> list[Problem]:
    """Return what is to be said about texts of the user's own; a text that is not printed is a slip only in the run's own report.

    A text for a chapter that only other plans have (such as ``brief``) is no slip there either.
    """
    used = {block.name for block in document.blocks}
    values = {"run": origin[0], "region": origin[1], "plan": f" --plan {wanted.plan}" if wanted.plan else ""}
    unused = [name for name in texts if name not in used] if not wanted.plan else []
    plans = chapters_of_plans(catalog.project) if unused else {}
    elsewhere = [name for name in unused if name in plans and name not in plan.ids]
    slips = [name for name in unused if name not in elsewhere]
    stale = [block.name for block in document.blocks if block.stale and block.override]
    told = [("text_unused", slips), ("text_stale", stale)]
    warnings = [Problem(code, Place(texts[name].file), {"block": name, **values}, "warning") for code, names in told for name in names]
    notes = [Problem("text_other_plan", Place(texts[name].file), {"block": name, "plans": plans[name]}, "note") for name in elsewhere]
    return [*warnings, *notes]
