"""The indicator table of a finished run as Excel workbooks: one for each region, one for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from evalkit.catalog import Catalog
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Language, Place, Problem
from evalkit.runner import state


def write_tables(
    catalog: Catalog, run_id: str, out_dir: Path, regions: Sequence[str] = (), lang: Language = "zh"
) -> Iterator[tuple[str, Path | None, list[Problem]]]:
    """Write ``<region>-table.xlsx`` for each region and ``all-table.xlsx`` for the run.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
        A finished run.
    out_dir : Path
        Where they go.
    regions : sequence of str
        Only these regions; the workbook of the run is left out then.
    lang : {"zh", "en"}
        English workbooks are called ``…-table-en.xlsx``.

    Yields
    ------
    name, path, problems
        As each workbook is written; no path where there are no results.

    Raises
    ------
    EvalkitError
        The run has no results yet.
    """
    from evalkit.collection.evidence_report import proof_entries
    from evalkit.messages.speech import speaking
    from evalkit.report.build import read_models
    from evalkit.report.fill import context_from_catalog
    from evalkit.report.indicator_book import write_region_book, write_run_book
    from evalkit.report.terms import speech_of
    from evalkit.runner.signing import outdated_regions

    project, run = catalog.project, catalog.run(run_id)
    if not state.read_json(project.processed(run_id) / state.MANIFEST):
        raise EvalkitError(Problem("run_missing", Place(project.label(project.processed(run_id))), {"run": run_id}))
    stale = outdated_regions(catalog, run_id)
    inputs = read_inputs(catalog, run_id)
    tail = "-table-en.xlsx" if lang == "en" else "-table.xlsx"
    with speaking(speech_of(catalog, lang)):
        contexts = []
        for code in [code for code in run.regions if not regions or code in regions]:
            if (project.region(run_id, code) / "results.csv").is_file():
                context = context_from_catalog(catalog, inputs, code)
                contexts.append(replace(context, evidence=proof_entries(catalog, inputs.evidence, code, out_dir)))
            else:
                place = Place(project.label(project.region(run_id, code)))
                yield code, None, [Problem("run_missing", place, {"run": f"{run_id} {code}"})]
        models = read_models(project.root, run_id, contexts)
        for model in models:
            code = model.context.region_code
            write_region_book(model, out_dir / f"{code}{tail}", outdated=code in stale)
            yield code, out_dir / f"{code}{tail}", []
        if models and not regions:
            write_run_book(models, out_dir / f"all{tail}", outdated=bool(stale))
            yield "all", out_dir / f"all{tail}", []
