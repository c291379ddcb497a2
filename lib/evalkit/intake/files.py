"""What kind of raw file it is, and the figures in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evalkit.catalog import Catalog
from evalkit.intake.form_layout import ISSUES_MARK
from evalkit.intake.forms import is_form, read_form, remarks_of
from evalkit.intake.mapped import read_mapped
from evalkit.intake.received import Received
from evalkit.intake.tidy import OPTIONAL, REQUIRED, is_tidy, tidy_rows, tidy_sheet
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import file_sha256, project_path, read_csv
from evalkit.tables.books import Sheet, read_book
from evalkit.tables.books.bounds import Bounds

_MOST_KEPT = 1_000_000  # cells

# Sheets read before, by path and content: every region's notebook looks at the same workbooks, and a process forked from one
# that has read them need not do so again.
_kept: dict[tuple[Path, str], list[Sheet]] = {}


def figures_of(catalog: Catalog, run_id: str, name: str, asked: Place, region: str | None, problems: list[Problem]) -> Iterator[Received]:
    """Yield the figures of a raw file: a tidy table, one of our forms, or a workbook with a mapping.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    name : str
        The file, relative to ``data/raw``.
    asked : Place
        Where the run names it.
    region : str, optional
        Only this region's figures.
    problems : list of Problem
        What is wrong with single cells is added.

    Raises
    ------
    EvalkitError
        The file as a whole cannot be read.
    """
    path = project_path(catalog.project.raw, name, "data/raw", asked)
    mapping = catalog.mapping_of(name)
    label = f"data/raw/{name}"
    if path.suffix.lower() == ".csv" and mapping is None:
        only = ("region_code", region) if region is not None else None
        try:
            rows, found = read_csv(path, label, REQUIRED, str(asked), OPTIONAL, only)
        except EvalkitError as error:
            if all(problem.code != "not_utf8" for problem in error.problems):
                raise
        else:
            problems.extend(found)
            if not rows and not found and region is None:
                problems.append(Problem("file_empty", Place(label), severity="warning"))
            yield from tidy_rows(catalog, rows, name, region, problems)
            return
    sheets = [sheet for sheet in _sheets(path, label, asked) if sheet.text(1, 1) != ISSUES_MARK]
    problems.extend(remarks_of(sheets))
    tidy = [sheet for sheet in sheets if is_tidy(sheet)]
    if is_form(sheets):
        figures, found = read_form(catalog, run_id, sheets, name)
    elif mapping is not None:
        figures, found = read_mapped(catalog, run_id, mapping, sheets, name)
    elif tidy:
        for sheet in sheets:
            if sheet not in tidy and sheet.cells:
                problems.append(Problem("raw_sheet_not_read", Place(label, sheet.name), {"sheet": sheet.name}, "note"))
        for sheet in tidy:
            yield from tidy_sheet(catalog, sheet, name, region, problems)
        return
    elif not any(sheet.cells for sheet in sheets):
        problems.append(Problem("file_empty", Place(label), severity="warning"))
        return
    else:
        raise EvalkitError(Problem("mapping_missing", Place(label), {"file": name, "run": run_id}))
    problems.extend(found)
    yield from (figure for figure in figures if region is None or figure.region_code == region)


def _sheets(path: Path, label: str, asked: Place) -> list[Sheet]:
    if not path.is_file():
        raise EvalkitError(Problem("file_missing", Place(label), {"referrer": str(asked)}))
    try:
        key = (path, file_sha256(path) if path.stat().st_size <= Bounds().packed else "")  # one that is larger is refused below
    except OSError as error:
        raise EvalkitError(Problem("file_unreadable", Place(label), {"detail": error.strerror or str(error)})) from None
    if key not in _kept:
        sheets = read_book(path, label)
        if sum(len(sheet.cells) for sheet in sheets) + sum(len(sheet.cells) for kept in _kept.values() for sheet in kept) > _MOST_KEPT:
            return sheets
        _kept[key] = sheets
    return _kept[key]
