"""From a data frame, wide or long, to a :class:`Table`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.assessment.panel.columns import cell_text, read_column
from evalkit.assessment.panel.findings import Findings, spot
from evalkit.assessment.panel.numbers import Rows
from evalkit.assessment.panel.table import VERDICTS, Table
from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.messages import Place, Problem
from evalkit.values import MISSING_REASONS, Period, PeriodError

_KEYS = ["region_code", "period"]
_EXTRAS = {"missing_reason": ("", *MISSING_REASONS, "not_issued"), "bound": ("", "lower", "upper"), "data_year": None}


def read_table(
    catalog: Catalog,
    frame: pd.DataFrame,
    wanted: Collection[str],
    *,
    periods: Iterable[object] | str | int | None,
    base: Period | None,
    looked_up: Iterable[str],
    findings: Findings,
) -> Table:
    """Return the table that a data frame holds.

    Parameters
    ----------
    frame : DataFrame
        Wide (a column per variable) or long (columns ``variable`` and ``value``).
    wanted : collection of str
        Variables that are needed; other known ones are passed over unread.
    periods : iterable of str, optional
        Which periods to assess; default: all of the table.
    base : Period or None
    looked_up : iterable of str
        Earlier times with which values are compared: ``previous``, ``base`` or a period's name.
    findings : Findings
        Told what is wrong. What keeps the table from being read at all is raised at once.
    """
    if not set(_KEYS) <= set(frame.columns) and set(_KEYS) <= set(frame.index.names):
        frame = frame.reset_index()
    absent = [name for name in _KEYS if name not in frame.columns]
    if absent:
        findings.add(Problem("table_columns", Place(), {"missing": absent}))
        findings.stop()
    long = {"variable", "value"} <= set(frame.columns)
    regions, region_of = read_regions(frame["region_code"], findings)
    times, period_of = read_periods(frame["period"], findings)
    names = _names(frame, long)
    _check_names(catalog, names, findings)
    chosen = _chosen(periods, times, findings)
    findings.stop()
    table = _arranged(catalog, regions, times, region_of, period_of, chosen, base, looked_up)
    rows = table.rows(region_of, period_of)
    reader = _Cells(table, findings)
    useful = [name for name in names if name in wanted or name.startswith("decision.")]
    if long:
        reader.long(frame, rows, useful)
    else:
        reader.wide(frame, rows, useful)
    if reader.fatal:
        findings.stop()
    return table


# --- rows ---------------------------------------------------------------------------------------------------------


def read_regions(column: pd.Series[Any], findings: Findings) -> tuple[list[str], Rows]:
    """Return the codes in the order in which they first appear, and the position of each row's."""
    codes, found = pd.factorize(column, use_na_sentinel=False)
    position: dict[str, int] = {}
    places = []
    for value in found.tolist():
        text = cell_text(value)
        if not text.strip() or isinstance(value, (bool, float)):
            findings.add(Problem("table_region", Place(key="region_code"), {"value": text}), "region_code")
        places.append(position.setdefault(text, len(position)))
    return list(position), np.array(places, dtype=np.intp)[codes]


def read_periods(column: pd.Series[Any], findings: Findings) -> tuple[list[Period], Rows]:
    """Return the periods in the order of time, and the position of each row's."""
    codes, found = pd.factorize(column, use_na_sentinel=False)
    read = []
    for value in found.tolist():
        period = _period(cell_text(value), findings)
        if period is not None:
            read.append(period)
    if len(read) < len(found):
        return [], codes.astype(np.intp)
    ordered = sorted({period.name: period for period in read}.values())
    position = {period.name: n for n, period in enumerate(ordered)}
    return ordered, np.array([position[period.name] for period in read], dtype=np.intp)[codes]


def _period(text: str, findings: Findings) -> Period | None:
    try:
        return Period.parse(text)
    except PeriodError:
        findings.add(Problem("bad_period", Place(key="period"), {"period": text}), "period")
        return None


def _chosen(periods: Iterable[object] | str | int | None, known: list[Period], findings: Findings) -> set[str]:
    names = [period.name for period in known]
    if periods is None:
        return set(names)
    chosen = {str(period) for period in ([periods] if isinstance(periods, (str, int)) else periods)}
    for name in sorted(chosen - set(names)):
        findings.add(Problem("period_unknown", Place(key="periods"), {"period": name, "allowed": names}))
    return chosen


def _arranged(
    catalog: Catalog,
    regions: list[str],
    times: list[Period],
    region_of: Rows,
    period_of: Rows,
    chosen: set[str],
    base: Period | None,
    looked_up: Iterable[str],
) -> Table:
    """Return the table without columns: rows to be assessed, other rows, rows that are only looked up, the empty row."""
    keys = np.unique(region_of * len(times) + period_of) if times else np.zeros(0, dtype=np.intp)
    region, period = np.divmod(keys, max(len(times), 1))
    here = np.array([time.name in chosen for time in times], dtype=np.bool_)[period] if times else np.zeros(0, dtype=np.bool_)
    order = np.argsort(~here, kind="stable")
    region, period = region[order], period[order]
    assessed = int(here.sum())
    given = {time.name: n for n, time in enumerate(times)}
    for when in looked_up:
        for n, time in enumerate(times[:]):
            other = time.previous() if when == "previous" else base if when == "base" else Period.parse(when)
            if other is None:
                continue
            position = given.setdefault(other.name, len(given))
            if position == len(times):
                times = [*times, other]
            there = region[:assessed][period[:assessed] == n]
            region, period = np.append(region, there), np.append(period, np.full(len(there), position))
    _, first = np.unique(region * max(len(times), 1) + period, return_index=True)
    first.sort()
    return Table(catalog, regions, times, np.append(region[first], -1), np.append(period[first], -1), assessed, base)


# --- columns ------------------------------------------------------------------------------------------------------


def _names(frame: pd.DataFrame, long: bool) -> list[str]:
    if long:
        return [cell_text(name) for name in frame["variable"].unique().tolist()]
    return [str(name) for name in frame.columns if name not in (*_KEYS, "region")]


def _check_names(catalog: Catalog, names: list[str], findings: Findings) -> None:
    known = [*catalog.variables, *(f"{family}.{m}" for m in catalog.measures for family in ("reported", "assigned", "decision"))]
    accepted = set(known)
    for name in names:
        if name not in accepted:
            findings.add(Problem("unknown_variable", Place(key=name), {"variable": name, "hint": near(name, known)}))
    for name in sorted({name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else ()):
        findings.add(Problem("duplicate_id", Place(key=name), {"id": name, "other": name}))


class _Cells:
    """Reads the cells of a frame into the columns of a table."""

    def __init__(self, table: Table, findings: Findings) -> None:
        self.table = table
        self.findings = findings
        self.fatal = False

    def wide(self, frame: pd.DataFrame, rows: Rows, names: list[str]) -> None:
        """Read one column per variable."""
        self.repeated(rows, "")
        if self.fatal:
            return
        for name in names:
            self.enter(name, cells_of(frame[name]), rows)

    def long(self, frame: pd.DataFrame, rows: Rows, names: list[str]) -> None:
        """Read one row per figure."""
        codes, found = pd.factorize(frame["variable"])
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(len(found) + 1))
        cells = cells_of(frame["value"])
        extras = {name: frame[name].to_numpy(dtype=object) for name in _EXTRAS if name in frame.columns}
        wanted = set(names)
        self.units(frame, wanted)
        for n, name in enumerate(found.tolist()):
            if name not in wanted:
                continue
            here = order[ends[n] : ends[n + 1]]
            here = self.once(name, here, rows, [cells, *extras.values()])
            self.enter(name, cells[here], rows[here])
            if extras:
                self.extras(name, rows[here], {key: values[here] for key, values in extras.items()})

    def repeated(self, rows: Rows, variable: str) -> None:
        """Refuse rows of which there are several."""
        found, counts = np.unique(rows, return_counts=True)
        for row in found[counts > 1].tolist():
            region, period = self.table.names(row)
            values = {"variable": variable or "—", "region": region, "period": period, "count": int((rows == row).sum())}
            self.findings.add(Problem("table_repeated", spot(region, period, variable), values, "error", region), variable or "region_code")
            self.fatal = True

    def once(self, variable: str, here: Rows, rows: Rows, parts: list[npt.NDArray[Any]]) -> Rows:
        """Return the first of figures that are given several times in the same words; refuse others."""
        found, first, position = np.unique(rows[here], return_index=True, return_inverse=True)
        if len(found) == len(here):
            return here
        again = np.flatnonzero(first[position] != np.arange(len(here)))
        differs = np.zeros(len(found), dtype=np.bool_)
        for part in parts:
            for n in again.tolist():
                differs[position[n]] |= cell_text(part[here[n]]) != cell_text(part[here[first[position[n]]]])
        self.repeated(rows[here][differs[position]], variable)
        return here[np.sort(first)]

    def units(self, frame: pd.DataFrame, wanted: set[str]) -> None:
        """Refuse figures that are not in the variable's unit."""
        if "unit" not in frame.columns:
            return
        catalog = self.table.catalog
        for variable, received in frame[["variable", "unit"]].drop_duplicates().itertuples(index=False):
            expected, given = catalog.variable_unit(str(variable)), cell_text(received)
            if variable not in wanted or expected is None or not given:
                continue
            if catalog.units.names.get(given, given) != catalog.units.names.get(expected, expected):
                values = {"variable": variable, "unit": given, "expected": expected}
                self.findings.add(Problem("table_unit", Place(key=str(variable)), values))
                self.fatal = True

    def enter(self, name: str, cells: npt.NDArray[Any], rows: Rows) -> None:
        """Read the cells of a variable."""
        table = self.table
        arranged = np.full(table.count, np.nan if cells.dtype == np.float64 else None, dtype=cells.dtype)
        arranged[rows] = cells
        family, _, measure = name.partition(".")
        if family == "decision":
            self.decide(measure, arranged)
            return
        faulty: list[int] = []

        def refuse(found: Rows, text: str) -> None:
            region, period = table.names(int(found[0]))
            values = {"variable": name, "value": text, "count": len(found)}
            self.findings.add(Problem("table_number", spot(region, period, name), values, "error", region), name)
            faulty.extend(found.tolist())

        table.columns[name] = read_column(arranged, family == "assigned", table.is_qualitative(name), refuse)
        table.refuse(name, faulty)

    def decide(self, measure: str, cells: npt.NDArray[Any]) -> None:
        """Read decisions."""
        codes, found = pd.factorize(cells)
        verdicts = []
        for text in map(cell_text, found.tolist()):
            if text not in VERDICTS:
                values = {"value": text, "detail": "met, not_met"}
                self.findings.add(Problem("bad_value", Place(key=f"decision.{measure}"), values), measure)
                self.fatal = True
            verdicts.append(VERDICTS.get(text, -1))
        self.table.decisions[measure] = np.array([*verdicts, -1], dtype=np.int8)[codes]

    def extras(self, name: str, rows: Rows, given: dict[str, npt.NDArray[Any]]) -> None:
        """Note reasons, bounds and years that stand beside a figure; only the exact calculation knows what they mean."""
        filled = np.zeros(len(rows), dtype=np.bool_)
        for beside in given.values():
            filled |= ~pd.isna(beside) & (beside != "")
        column = self.table.columns.get(name)
        if column is None:
            return
        for n in np.flatnonzero(filled).tolist():
            row = int(rows[n])
            texts = {key: cell_text(given[key][n]) if key in given else "" for key in _EXTRAS}
            for key, allowed in _EXTRAS.items():
                year = key == "data_year" and (not texts[key] or (texts[key].isdecimal() and len(texts[key]) == 4))
                if not year and (allowed is None or texts[key] not in allowed):
                    region, period = self.table.names(row)
                    detail = ", ".join(filter(None, allowed or ("2024",)))
                    values = {"value": texts[key], "detail": detail}
                    self.findings.add(Problem("bad_value", spot(region, period, key), values, "error", region), key)
                    self.fatal = True
            self.table.extras[name, row] = (texts["missing_reason"], texts["bound"], texts["data_year"])
            column.numbers.unsure[row] = True
            column.present[row] = True


def cells_of(series: pd.Series[Any]) -> npt.NDArray[Any]:
    """Return the cells of a column as floats, where that loses nothing, else as objects."""
    dtype = series.dtype
    if dtype == np.float64:
        return np.asarray(series, dtype=np.float64)
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        values = series.to_numpy()
        if not len(values) or (values.min() > -(2**53) and values.max() < 2**53):
            return values.astype(np.float64)
    if isinstance(dtype, np.dtype) and dtype.kind == "f":  # narrower floats: what they print
        return np.array([None if value != value else str(value) for value in series.to_numpy()], dtype=object)
    return series.to_numpy(dtype=object)
