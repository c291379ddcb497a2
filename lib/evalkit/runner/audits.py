"""Make the audit workbooks of a finished run (核算底稿)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.runner import state

_DIGITS = 12


def make_audits(catalog: Catalog, run_id: str, out_dir: Path, regions: Sequence[str] = ()) -> Iterator[tuple[str, Path]]:
    """Write the audit workbooks of a run's regions.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    out_dir : Path
        Where ``<code>-audit.xlsx`` go.
    regions : sequence of str
        Default all of the run that have results.

    Yields
    ------
    code, path
        As each workbook is written.

    Raises
    ------
    EvalkitError
        The run has no results yet, or they are not those of the files as they are now: a workbook shows one state only.
    """
    from evalkit.report.audit_book import Basis, write_audit
    from evalkit.report.audit_words import WORDS
    from evalkit.review.audit import audit

    project, run = catalog.project, catalog.run(run_id)
    for code in regions:
        if code not in run.regions:
            raise EvalkitError(Problem("unknown_id", Place(run_id), {"kind": "region", "id": code, "hint": near(code, run.regions)}))
    folder = project.processed(run_id)
    manifest = state.read_json(folder / state.MANIFEST)
    if not manifest:
        raise EvalkitError(Problem("run_missing", Place(project.label(folder)), {"run": run_id}))
    changed = state.changed_results(project, run_id)
    if changed:
        raise EvalkitError(Problem("audit_stale", Place(project.label(folder)), {"run": run_id, "files": changed[:5]}))
    inputs = read_inputs(catalog, run_id)
    for code in regions or run.regions:
        digest = manifest["outputs"].get(f"regions/{code}/results.csv", "")
        if not digest:
            raise EvalkitError(Problem("run_missing", Place(project.label(project.region(run_id, code))), {"run": f"{run_id} {code}"}))
        basis = Basis(manifest["outputs"]["results.csv"][:_DIGITS], digest[:_DIGITS])
        path = out_dir / f"{code}-audit.xlsx"
        write_audit(catalog, run_id, code, audit(catalog, inputs, code, WORDS), basis, path)
        yield code, path
