"""Where results stand in the project folder."""

from __future__ import annotations

from pathlib import Path

from evalkit.assessment.assessment import RESULT_COLUMNS, Assessment
from evalkit.catalog import Catalog
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.project import Project, find_project
from evalkit.tables import read_csv


def save(assessment: Assessment, project: Project | None = None) -> list[str]:
    """Write the results and traces of a region into its folder.

    Parameters
    ----------
    assessment : Assessment
    project : Project, optional
        Default: the project around the current folder.

    Returns
    -------
    list of str
        What was written, relative to the project.
    """
    home = project or find_project()
    return [home.label(path) for path in assessment.save(home.region(assessment.run, assessment.region))]


def read_region(folder: Path) -> list[dict[str, str]]:
    """Return the rows of one region's ``results.csv``, without the traces."""
    rows, _ = read_csv(folder / "results.csv", "results.csv", RESULT_COLUMNS)
    return [dict(row.cells) for row in rows]


def read_results(catalog: Catalog, run_id: str) -> list[dict[str, str]]:
    """Return the rows of a run's ``results.csv``.

    Raises
    ------
    EvalkitError
        The run has no results yet.
    """
    catalog.run(run_id)
    path = catalog.project.processed(run_id) / "results.csv"
    label = catalog.project.label(path)
    if not path.is_file():
        raise EvalkitError(Problem("run_missing", Place(label), {"run": run_id}))
    rows, problems = read_csv(path, label, RESULT_COLUMNS)
    if problems:
        raise EvalkitError(problems)
    return [dict(row.cells) for row in rows]
