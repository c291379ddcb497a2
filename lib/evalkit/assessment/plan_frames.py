"""The lists of a plan as data frames."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.assessment.plan_view import COLUMNS, LISTS, lists_of, view_lists
from evalkit.catalog import Catalog
from evalkit.intake.progress_sheet import Reported, read_day, read_progress
from evalkit.messages import EvalkitError, Place, Problem

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = ("investment", "share", "spent")


def plan_list(
    catalog: Catalog,
    plan_id: str,
    which: str,
    progress: str | Path | Iterable[str | Path] | None = None,
    as_of: str | date | None = None,
    *,
    department: str = "",
    area: str = "",
    year: str = "",
) -> pd.DataFrame:
    """Return a list of a plan as a table.

    Parameters
    ----------
    catalog : Catalog
    plan_id : str
        Id of the plan (file name in ``params/plans/``).
    which : {"duties", "tasks", "projects", "calendar", "areas", "departments"}
        ``duties``: a row per line of 责任清单; ``tasks``, ``projects``: a row per line with its status; ``calendar``: a row per
        day on which something is due, by date, what is to be done again and again within its start and deadline or the plan's
        years, what has no day behind; ``areas``: a row per sub-region and task or project; ``departments``: a row per unit,
        role and indicator, task or project.
    progress : path or paths, optional
        Progress sheets (:func:`evalkit.intake.progress_sheet.read_progress`).
    as_of : str or date, optional
        Day such as 2024-12-31 on which statuses are judged; default the latest day reported. With neither there are none.
    department, area : str
        Only lines that name this unit, this sub-region.
    year : str
        Of the calendar only this year; then also what repeats in a plan whose years are not known.

    Returns
    -------
    DataFrame
        Columns of :data:`evalkit.assessment.plan_view.COLUMNS`: codes (``status``, ``kind``, ``role``, ``repeats``, ``state``)
        and beside them their words (``…_text``). Days are texts such as 2024-12-31, empty where there is none; ``investment``
        and ``spent`` in 万元 and ``share`` in percent are floats, NaN where there is none.

    Raises
    ------
    EvalkitError
        All that is wrong with the arguments and the sheets.

    Notes
    -----
    The statuses and their rules: :func:`evalkit.assessment.standing.standings`.

    Examples
    --------
    >>> import evalkit as ek
    >>> catalog = ek.load_catalog()
    >>> table = ek.plan_list(catalog, "example-999001", "tasks", "data/raw/example-county-2024/progress.csv", "2025-03-31")
    >>> table["status"].value_counts()
    """
    import pandas as pd

    if which not in LISTS:
        raise EvalkitError(Problem("unknown_key", Place(key="which"), {"key": which, "allowed": LISTS}))
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise EvalkitError(Problem("bad_period", Place(key="year"), {"period": year}))
    paths = [progress] if isinstance(progress, (str, Path)) else list(progress or ())
    view = view_lists(catalog, plan_id, read_sheets(catalog, plan_id, paths), day_of(as_of), department=department, area=area)
    rows = view.records(which, year)
    table = pd.DataFrame(rows, columns=list(COLUMNS[which]))
    for name in _NUMBERS:
        if name in table:
            table[name] = [float("nan") if cell is None else float(cell) for cell in table[name]]
    return table


def read_sheets(catalog: Catalog, plan_id: str, paths: Iterable[str | Path]) -> list[Reported]:
    """Return what progress sheets report of a plan; the faults of all of them are raised together."""
    lists = lists_of(catalog, plan_id)
    found: list[Reported] = []
    problems: list[Problem] = []
    for path in map(Path, paths):
        try:
            found += read_progress(path, path.name, lists)
        except EvalkitError as error:
            problems += error.problems
    if problems:
        raise EvalkitError(problems)
    return found


def day_of(text: str | date | None) -> date | None:
    """Return a day that a person named, such as 2024-12-31."""
    if text is None or isinstance(text, date):
        return text
    try:
        return read_day(text.strip())
    except ValueError as fault:
        raise EvalkitError(Problem(str(fault), Place(key="as_of"), {"value": text})) from None
