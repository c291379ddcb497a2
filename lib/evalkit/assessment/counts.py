"""Counts of results by official number: an indicator made of several parts counts once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ATTRIBUTE_ORDER = ("condition", "veto", "binding", "mandatory", "reference", "expected", "optional", "local", "unspecified")
STATUS_ORDER = ("met", "not_met", "pending", "missing", "not_applicable", "no_target")
_WORST_FIRST = ("not_met", "missing", "pending", "met", "no_target")


def indicator_status(statuses: Iterable[str]) -> str:
    """Return the status of one indicator from the statuses of its parts.

    Parts that do not apply are left out. What remains is ``not_met`` if a part is, else ``missing``,
    else ``pending``, else ``met`` (``no_target`` only when no part has a target). If nothing remains,
    the indicator is ``not_applicable``.

    Parameters
    ----------
    statuses
        Statuses of all rows that share the indicator's attribute and number.

    Raises
    ------
    ValueError
        If there is no part at all, or a status is not one of `STATUS_ORDER`.
    """
    parts = list(statuses)
    unknown = sorted(set(parts) - set(STATUS_ORDER))
    if unknown or not parts:
        raise ValueError(f"not a status: {', '.join(unknown)}" if unknown else "an indicator without parts has no status")
    return next((status for status in _WORST_FIRST if status in parts), "not_applicable")


def group_by_indicator(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, ...], list[Mapping[str, str]]]:
    """Group result rows into official indicators, in the order in which they first appear.

    Rows of different regions, periods, sets or milestones are never joined. A row without a number
    is an indicator of its own.
    """
    groups: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
    for row in rows:
        number = row.get("seq") or f"#{row.get('indicator', '')}"
        scope = tuple(row.get(name, "") for name in ("region_code", "period", "basis", "set", "milestone", "attribute"))
        groups.setdefault((*scope, number), []).append(row)
    return groups


def count_by_indicator(rows: Iterable[Mapping[str, str]]) -> dict[str, dict[str, int]]:
    """Count indicators by attribute and status.

    Parameters
    ----------
    rows
        Result rows (`results.csv`), normally those of one region, period, basis and set.

    Returns
    -------
    dict
        ``{attribute: {status: number of indicators}}``; attributes in official order (binding first),
        statuses in a fixed order, without zeros.
    """
    counts: dict[str, dict[str, int]] = {}
    for key, parts in group_by_indicator(rows).items():
        counted = counts.setdefault(key[5], {})
        status = indicator_status(row["status"] for row in parts)
        counted[status] = counted.get(status, 0) + 1
    known = [name for name in ATTRIBUTE_ORDER if name in counts]
    order = known + [name for name in counts if name not in known]
    return {name: {status: counts[name][status] for status in STATUS_ORDER if status in counts[name]} for name in order}
