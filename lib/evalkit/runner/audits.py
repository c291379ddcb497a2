"""Make the audit workbooks of a finished run (核算底稿)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.assessment.store import read_region
from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.project import Project
from evalkit.review.audit_cells import Audit
from evalkit.runner import state

_DIGITS = 12
_NAMED = 5  # files that a message names


@dataclass(frozen=True)
class Workbook:
    """An audit workbook that was written.

    Parameters
    ----------
    region, name : str
        Code and name.
    path : Path
    rows : int
        How many rows of the results it explains.
    unsure : int
        How many of them doubles cannot decide.
    """

    region: str
    name: str
    path: Path
    rows: int
    unsure: int


def make_audits(catalog: Catalog, run_id: str, out_dir: Path, regions: Sequence[str] = ()) -> Iterator[Workbook]:
    """Write the audit workbooks of a run's regions.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    out_dir : Path
        Where ``<code>-audit.xlsx`` go.
    regions : sequence of str
        Default all of the run.

    Yields
    ------
    Workbook
        As each is written, whole or not at all.

    Raises
    ------
    EvalkitError
        The run has no results yet, or they are not those of the files as they are now: a workbook shows one state only. Regions
        without results, and workbooks that cannot be written, are named after the others are made.
    """
    from evalkit.catalog.reviews import reviews_of
    from evalkit.report.audit_book import Basis, write_audit
    from evalkit.report.audit_words import WORDS
    from evalkit.review.audit import audit
    from evalkit.review.signoff import standings

    project, run = catalog.project, catalog.run(run_id)
    for code in regions:
        if code not in run.regions:
            raise EvalkitError(Problem("unknown_id", Place(run_id), {"kind": "region", "id": code, "hint": near(code, run.regions)}))
    _check_folder(project, out_dir)
    folder = project.processed(run_id)
    manifest = state.read_json(folder / state.MANIFEST)
    if not manifest:
        raise EvalkitError(Problem("run_missing", Place(project.label(folder)), {"run": run_id}))
    changed = state.changed_results(project, run_id)
    if changed:
        raise _stale(project, run_id, changed)
    inputs, reviews = read_inputs(catalog, run_id), reviews_of(project, run_id)
    problems: list[Problem] = []
    for code in dict.fromkeys(regions or run.regions):
        digest = manifest["outputs"].get(f"regions/{code}/results.csv", "")
        if not digest:
            problems.append(Problem("run_missing", Place(project.label(project.region(run_id, code))), {"run": f"{run_id} {code}"}))
            continue
        made = audit(catalog, inputs, code, WORDS)
        if not _as_in_results(made, project.region(run_id, code)):
            raise _stale(project, run_id, ["evalkit"])
        path = out_dir / f"{code}-audit.xlsx"
        try:
            signed = standings(project, run_id, reviews.of_region(code).signoffs)
            said = tuple(f"{one.signoff.by}（{one.signoff.role}，{one.signoff.date}）：{one.said('zh')}" for one in signed)
            basis = Basis(manifest["outputs"]["results.csv"][:_DIGITS], digest[:_DIGITS], said)
            write_audit(catalog, run_id, code, made, basis, path)
        except EvalkitError as error:
            if not path.exists():
                raise
            detail = error.problems[0].values["detail"]
            problems.append(Problem("audit_open", Place(project.label(path)), {"path": path.name, "detail": detail}))
            continue
        yield Workbook(code, catalog.regions[code].name_zh, path, len(made.entries), sum(entry.unsure for entry in made.entries))
    if problems:
        raise EvalkitError(problems)


def _check_folder(project: Project, out_dir: Path) -> None:
    """Refuse a folder that is a file, or that holds data as received."""
    place = Place(out_dir.as_posix())
    if out_dir.exists() and not out_dir.is_dir():
        raise EvalkitError(Problem("out_not_folder", place, {"path": out_dir.name}))
    if out_dir.resolve().is_relative_to(project.raw.resolve()):
        raise EvalkitError(Problem("out_in_raw", place))


def _stale(project: Project, run_id: str, files: Sequence[str]) -> EvalkitError:
    return EvalkitError(Problem("audit_stale", Place(project.label(project.processed(run_id))), {"run": run_id, "files": files[:_NAMED]}))


def _as_in_results(made: Audit, folder: Path) -> bool:
    """Return whether the program as it is finds the verdicts of the results: an older one may have made them."""
    found = [(e.line.basis, e.line.source, e.line.indicator, e.period, e.line.milestone, e.status, e.reason) for e in made.entries]
    columns = ("basis", "set", "indicator", "period", "milestone", "status", "reason")
    return found == [tuple(row[name] for name in columns) for row in read_region(folder)]
