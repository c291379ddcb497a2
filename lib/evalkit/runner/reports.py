"""Make the reports of a run, several at a time."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from evalkit.catalog import Catalog, load_catalog
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.runner import state

ROLL_UP = "all"


def make_reports(catalog: Catalog, run_id: str, out_dir: Path, renderer: str = "auto") -> Iterator[tuple[int, int, str, list[Problem]]]:
    """Make the Word, PDF and web reports of all regions of a run and its roll-up.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    out_dir : Path
        Where they go.
    renderer : {"auto", "pandoc", "quarto"}

    Yields
    ------
    done, total, name, problems
        As each report (three files) is finished; a report with problems was not written.

    Raises
    ------
    EvalkitError
        The run has no results yet.
    """
    project, run = catalog.project, catalog.run(run_id)
    if not state.read_json(project.processed(run_id) / state.MANIFEST):
        raise EvalkitError(Problem("run_missing", Place(project.label(project.processed(run_id))), {"run": run_id}))
    finished = [code for code in run.regions if (project.region(run_id, code) / "results.csv").is_file()]
    names = [*finished, ROLL_UP] if finished else []
    for code in run.regions:
        if code not in finished:
            place = Place(project.label(project.region(run_id, code)))
            yield 0, len(names), code, [Problem("run_missing", place, {"run": f"{run_id} {code}"})]
    # Fresh processes, not forked ones: matplotlib and the converters keep state, and Windows has no fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(os.cpu_count() or 1, max(len(names), 1)), mp_context=context) as pool:
        futures = {pool.submit(_make_one, str(project.root), run_id, name, str(out_dir.resolve()), renderer): name for name in names}
        for done, future in enumerate(as_completed(futures), start=1):
            name = futures[future]
            try:
                problems = future.result()
            except Exception as error:  # a report that cannot be made must not stop the others
                problems = [Problem("render_failed", Place(name), {"file": name, "detail": f"{type(error).__name__}: {error}"})]
            yield done, len(names), name, problems


def staleness(catalog: Catalog, run_id: str) -> list[Problem]:
    """Return a warning when the results of a run are not those of the files as they are now."""
    changed = state.changed_results(catalog.project, run_id)
    if not changed:
        return []
    values = {"run": run_id, "files": changed[:5]}
    return [Problem("results_stale", Place(catalog.project.label(catalog.project.processed(run_id))), values, "warning")]


def _make_one(root: str, run_id: str, name: str, out_dir: str, renderer: Any) -> list[Problem]:
    """Make one report in a process of its own; return what went wrong."""
    from evalkit.assessment.coverage import Read
    from evalkit.collection.evidence_report import proof_entries
    from evalkit.report.below import below_of
    from evalkit.report.build import build_region, build_rollup
    from evalkit.report.chapters import chapters_of
    from evalkit.report.context import ReportContext
    from evalkit.report.fill import context_from_catalog
    from evalkit.report.opinions_chapter import opinions_chapters
    from evalkit.report.update_notes import update_notes
    from evalkit.runner.run import plan_run
    from evalkit.runner.signing import touched

    try:
        catalog = load_catalog(root)
        inputs = read_inputs(catalog, run_id)
        outdated = bool(state.changed_results(catalog.project, run_id))
        changed = cache(lambda lower: bool(state.changed_results(catalog.project, lower)))
        read: Read = {}  # of the lower runs, once for all regions

        def context_of(code: str) -> ReportContext:
            found = context_from_catalog(catalog, inputs, code)
            proofs = proof_entries(catalog, inputs.evidence, code, Path(out_dir))
            return replace(found, below=below_of(catalog, run_id, code, changed, read), evidence=proofs)

        if name == ROLL_UP:
            contexts = [context_of(code) for code in catalog.run(run_id).regions]
            build_rollup(Path(root), run_id, contexts, Path(out_dir), renderer, outdated=outdated)
        else:
            notes = update_notes(catalog.project, run_id, name).sentences
            chapters = [] if outdated else chapters_of(catalog, inputs, name)
            stale = touched(plan_run(catalog, inputs)) if outdated else ()
            chapters = [*chapters, *opinions_chapters(catalog, run_id, name, stale)]
            context = replace(context_of(name), update_notes=notes, chapters=chapters)
            build_region(Path(root), run_id, name, context, Path(out_dir), renderer, outdated=outdated)
    except EvalkitError as error:
        return error.problems
    except OSError as error:
        return [Problem("folder_unwritable", Place(name), {"path": Path(out_dir).name, "detail": error.strerror or str(error)})]
    return []
