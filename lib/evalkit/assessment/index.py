"""A composite index of regions relative to each other, by the scoring of a set: apart from all verdicts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from evalkit.assessment.engine import weakest
from evalkit.assessment.panel.columns import cell_text
from evalkit.assessment.panel.findings import Findings, spot
from evalkit.assessment.values import NOT_APPLICABLE
from evalkit.catalog import Catalog
from evalkit.catalog.links import check_scoring
from evalkit.catalog.load import near
from evalkit.catalog.models import IndicatorSet, Scoring, SetRow
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.values import PlainDecimalError, missing_word, parse_decimal

_NEEDED = ("region_code", "period", "indicator", "value")
_PEERS = 2
_MISSING, _OUTSIDE, _UNDEFINED = "missing", "not_applicable", "undefined"

Unit = tuple[str, str]  # region and period
Cell = Fraction | str  # a value, or why there is none


def relative_index(catalog: Catalog, set_id: str, frame: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the composite index of each region and period, by the scoring that a set carries.

    The individual index of an indicator is ``floor + span × (x − min) / (max − min)``, with ``max − x`` above the line
    where less is better; the index of a domain, and of the whole, is the mean of the individual indices by weight. The
    weight of a row is that of its mark over the sum of all rows scored. Nothing here is judged: an index depends on who
    else is in the table, and no result of an assessment depends on it.

    Parameters
    ----------
    catalog : Catalog
        The rules.
    set_id : str
        Id of an indicator set with `scoring`, such as ``cn-green-2016``.
    frame : DataFrame or rows
        All peers: ``region_code``, ``period``, ``indicator``, ``value`` and, if need be, ``status``, as in
        ``Panel.frame()`` or the rows of ``results.csv`` (of these, the rows of the set count). Values are in the unit
        of the indicator's measure, the same for all regions; a text is taken exactly, a float as the shortest decimal
        that gives it back. A row with status ``not_applicable``, or a word such as 不涉及, does not apply; no row, or no
        value, is missing. A bound (``value_text`` ≥81.8) is refused; the frame of a Panel does not tell bounds from
        values.

    Returns
    -------
    DataFrame
        One row per region and period, in the order of the table:

        - ``region_code``, ``period``;
        - ``index`` and a column per domain: points (no unit), from floor to floor + span; calculated as exact
          fractions, given as the nearest float, not rounded; NaN where no indicator of it counts;
        - ``missing``: indicators without a value; their weight is kept, their index is the floor;
        - ``not_applicable``: indicators left out, their weight shared out over the others as the scoring says;
        - ``undefined``: indicators with a value, but with the same one among all peers: 0/0 has no index. They are
          left out like those that do not apply (the document does not speak of it);
        - ``unconverted``: indicators taken as given that the document turns into growth first;
        - ``state``: the least certain state of the rule's parts and of the rows scored.

    Raises
    ------
    EvalkitError
        The set is unknown or has no scoring; a row has no weight or no direction; the table lacks columns, names
        unknown indicators or holds what is no number; fewer than two regions have data in a period.

    Notes
    -----
    Source: 绿色发展指标体系 (发改环资〔2016〕2635号). How far each part was checked stands in ``params/sets/cn-green-2016.yml``.
    Over which regions and years minimum and maximum are taken, and how weights are shared out, are options of the
    scoring (``extremes``, ``not_applicable``), because the text on both has not been seen.

    Examples
    --------
    >>> import evalkit as ek
    >>> ek.relative_index(ek.load_catalog(), "cn-green-2016", panel.frame())  # doctest: +SKIP
    """
    indicator_set, scoring = _scored(catalog, set_id)
    rows = [row for row in indicator_set.rows if row.id not in scoring.left_out]
    units = _read(indicator_set, frame if isinstance(frame, pd.DataFrame) else pd.DataFrame([dict(row) for row in frame]))
    _check_peers(units, rows)
    weights = {entry.marker: parse_decimal(entry.weight) for entry in scoring.weights.by_marker}
    total = sum(weights[row.marker] for row in rows)
    shares = {row.id: weights[row.marker] / total for row in rows}
    falling = {row.id for row in rows if catalog.measures[row.measure].direction == "down"}
    indices = _individual(units, rows, falling, scoring)
    state = weakest([*scoring.cites, *(target.cite for row in rows for target in row.targets)])
    made = []
    for (region, period), own in indices.items():
        used = _share_out(shares, own, scoring)
        counts = Counter(index for index in own.values() if isinstance(index, str))
        floor = parse_decimal(scoring.floor)
        points = {name: index if isinstance(index, Fraction) else floor for name, index in own.items() if name in used}
        domains = dict.fromkeys(row.domain for row in rows)
        made.append(
            {
                "region_code": region,
                "period": period,
                "index": _mean(used, points, rows),
                **{domain: _mean(used, points, [row for row in rows if row.domain == domain]) for domain in domains},
                **{reason: counts[reason] for reason in (_MISSING, _OUTSIDE, _UNDEFINED)},
                "unconverted": sum(isinstance(own.get(name), Fraction) for name in scoring.convert_first),
                "state": state,
            }
        )
    return pd.DataFrame(made)


def _scored(catalog: Catalog, set_id: str) -> tuple[IndicatorSet, Scoring]:
    found = catalog.sets.get(set_id)
    if found is None:
        raise EvalkitError(Problem("unknown_id", Place(), {"kind": "set", "id": set_id, "hint": near(set_id, catalog.sets)}))
    if found.scoring is None:
        raise EvalkitError(Problem("scoring_absent", catalog.place("set", set_id), {"set": set_id}))
    problems = list(check_scoring(catalog, found))
    if problems:
        raise EvalkitError(problems)
    return found, found.scoring


def _read(indicator_set: IndicatorSet, frame: pd.DataFrame) -> dict[Unit, dict[str, Cell]]:
    """Return what stands in the table for each region and period, by indicator."""
    lacking = [name for name in _NEEDED if name not in frame.columns]
    if lacking:
        raise EvalkitError(Problem("index_columns", Place(), {"missing": lacking}))
    known = {row.id for row in indicator_set.rows}
    findings = Findings()
    units: dict[Unit, dict[str, Cell]] = {}
    for row in frame.to_dict("records"):
        if cell_text(row.get("basis", "set")) != "set" or cell_text(row.get("set", indicator_set.id)) != indicator_set.id:
            continue
        region, period, indicator = row["region_code"], cell_text(row["period"]), cell_text(row["indicator"])
        if not isinstance(region, str) or not region:
            findings.add(Problem("table_region", Place(key="region_code"), {"value": region}), "region_code")
            continue
        if indicator not in known:
            values = {"kind": "row", "id": indicator, "hint": near(indicator, known)}
            findings.add(Problem("unknown_id", spot(region, period, indicator), values), indicator)
            continue
        own = units.setdefault((region, period), {})
        if indicator in own:
            repeated = {"region": region, "period": period, "variable": indicator, "count": 2}
            findings.add(Problem("table_repeated", spot(region, period, indicator), repeated), indicator)
        try:
            own[indicator] = _cell(row)
        except PlainDecimalError:
            shown = {"variable": indicator, "count": 1, "value": _text(row)}
            findings.add(Problem("table_number", spot(region, period, indicator), shown), indicator)
    findings.stop()
    return units


def _text(row: Mapping[Any, Any]) -> str:
    bound = cell_text(row.get("value_text", ""))
    return bound if bound.startswith(("≥", "≤")) else cell_text(row["value"])


def _cell(row: Mapping[Any, Any]) -> Cell:
    if cell_text(row.get("status")) == _OUTSIDE:
        return _OUTSIDE
    text = _text(row)
    reason = missing_word(text)
    if reason is not None:
        return _OUTSIDE if reason in NOT_APPLICABLE else _MISSING
    return parse_decimal(text)


def _check_peers(units: Mapping[Unit, Mapping[str, Cell]], rows: list[SetRow]) -> None:
    """Refuse periods in which there is nobody to compare with."""
    peers = Counter({period: 0 for _, period in units})
    for (_, period), own in units.items():
        peers[period] += any(isinstance(own.get(row.id), Fraction) for row in rows)
    few = {period: count for period, count in (peers or {"—": 0}).items() if count < _PEERS}
    if few:
        raise EvalkitError([Problem("scoring_peers", Place(), {"period": period, "count": count}) for period, count in few.items()])


def _individual(
    units: Mapping[Unit, Mapping[str, Cell]], rows: list[SetRow], falling: set[str], scoring: Scoring
) -> dict[Unit, dict[str, Cell]]:
    """Return the individual index of each indicator, or why there is none."""
    over_all = scoring.extremes.over == "panel"
    found: defaultdict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for (_, period), own in units.items():
        for name, cell in own.items():
            if isinstance(cell, Fraction):
                found["" if over_all else period, name].append(cell)
    extremes = {key: (min(values), max(values)) for key, values in found.items()}
    floor, span = parse_decimal(scoring.floor), parse_decimal(scoring.span)

    def index(name: str, period: str, cell: Cell) -> Cell:
        if isinstance(cell, str):
            return cell
        low, high = extremes["" if over_all else period, name]
        if low == high:
            return _UNDEFINED
        return floor + span * (high - cell if name in falling else cell - low) / (high - low)

    return {
        (region, period): {row.id: index(row.id, period, own.get(row.id, _MISSING)) for row in rows}
        for (region, period), own in units.items()
    }


def _share_out(shares: Mapping[str, Fraction], own: Mapping[str, Cell], scoring: Scoring) -> dict[str, Fraction]:
    """Return the weights of the indicators that count, with the weight of the others shared out over them."""
    kept = {name: share for name, share in shares.items() if own[name] not in (_OUTSIDE, _UNDEFINED)}
    free = 1 - sum(kept.values(), Fraction(0))
    if scoring.not_applicable.share_out == "equal":
        return {name: share + free / len(kept) for name, share in kept.items()}
    return {name: share / (1 - free) for name, share in kept.items()}


def _mean(weights: Mapping[str, Fraction], points: Mapping[str, Fraction], rows: list[SetRow]) -> float:
    """Return the mean by weight over the rows that count, as the nearest float; NaN without any."""
    used = [row.id for row in rows if row.id in weights]
    if not used:
        return float("nan")
    return float(sum(weights[name] * points[name] for name in used) / sum(weights[name] for name in used))
