"""Reports of a finished run: from the files in ``data/processed/<run>/`` to ``reports/<run>/``."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.catalog.report_plans import ReportPlan
from evalkit.report.context import ReportContext
from evalkit.report.document import region_document
from evalkit.report.frame import Document
from evalkit.report.model import ReportModel, build_model
from evalkit.report.rendering.render import Renderer, render

if TYPE_CHECKING:
    from evalkit.report.rollup_registers import Registers

Rows = list[dict[str, str]]


def build_region(
    project_root: Path,
    run_id: str,
    region_code: str,
    context: ReportContext,
    out_dir: Path,
    renderer: Renderer = "auto",
    *,
    outdated: bool = False,
    **options: Any,
) -> list[Path]:
    """Make the Word, PDF and web report of one region.

    Parameters
    ----------
    project_root : pathlib.Path
        Folder with ``data/`` and ``reports/templates/``.
    run_id, region_code : str
        A finished run and one of its regions.
    context : ReportContext
        Names and papers of that region.
    out_dir : pathlib.Path
        Where ``<region_code>.docx``, ``.pdf`` and ``.html`` go.
    renderer : {"auto", "pandoc", "quarto"}
    outdated : bool
        Rules or data changed since the results were made: the first page and every header say so.
    **options
        Chapter plan, texts, rules and data, as for :func:`region_document`.

    Returns
    -------
    list of pathlib.Path
        The three files.
    """
    model = read_model(project_root, run_id, region_code, context)
    document = region_document(model, templates_of(project_root), outdated=outdated, **options)
    return render(document, templates_of(project_root), out_dir, renderer)


def build_rollup(
    project_root: Path,
    run_id: str,
    contexts: Sequence[ReportContext],
    out_dir: Path,
    renderer: Renderer = "auto",
    *,
    outdated: bool = False,
) -> list[Path]:
    """Make the report on all regions of a run: ``all.docx``, ``all.pdf``, ``all.html``.

    Parameters
    ----------
    project_root, run_id, out_dir, renderer, outdated
        As for :func:`build_region`.
    contexts : sequence of ReportContext
        Of the regions to include, in the order of the run.
    """
    document = rollup(project_root, run_id, contexts, outdated=outdated)
    return render(document, templates_of(project_root), out_dir, renderer)


def rollup(
    project_root: Path,
    run_id: str,
    contexts: Sequence[ReportContext],
    *,
    outdated: bool = False,
    plan: ReportPlan | None = None,
    name: str = "all",
    registers: Registers | None = None,
) -> Document:
    """Return the roll-up as Markdown with its figures; parameters as for :func:`rollup_document`."""
    from evalkit.report.rollup import rollup_document

    models = read_models(project_root, run_id, contexts)
    return rollup_document(models, templates_of(project_root), outdated=outdated, plan=plan, name=name, registers=registers)


def templates_of(project_root: Path) -> Path:
    """Return the folder of the report templates."""
    return project_root / "reports" / "templates"


def read_models(project_root: Path, run_id: str, contexts: Sequence[ReportContext]) -> list[ReportModel]:
    """Read what the reports of several regions are made of; the inputs of the run are read once for all."""
    path = project_root / "data" / "processed" / run_id / "inputs.csv"
    own: dict[str, Rows] = {}
    for row in read_rows(path) if path.is_file() else []:
        own.setdefault(row["region_code"], []).append(row)
    return [read_model(project_root, run_id, one.region_code, one, own.get(one.region_code, [])) for one in contexts]


def read_model(project_root: Path, run_id: str, region_code: str, context: ReportContext, inputs: Rows | None = None) -> ReportModel:
    """Read what a region's report is made of; `inputs` are its rows of ``inputs.csv`` where they were read before.

    Raises
    ------
    FileNotFoundError
        The region has no results or no traces.
    """
    run = project_root / "data" / "processed" / run_id
    region = run / "regions" / region_code
    traces: dict[str, Any] = json.loads((region / "traces.json").read_text(encoding="utf-8"))
    if inputs is None:
        inputs = read_rows(run / "inputs.csv") if (run / "inputs.csv").is_file() else []
    return build_model(read_rows(region / "results.csv"), traces["traces"], context, inputs)


def read_rows(path: Path) -> Rows:
    """Return the rows of a CSV file with a head line, as text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: value or "" for key, value in row.items() if key is not None} for row in csv.DictReader(file)]
