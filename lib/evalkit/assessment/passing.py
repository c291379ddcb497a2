"""Whether a region passes a set (通过条件): requirement by requirement, and a verdict only where the rule has been seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

from evalkit.assessment.counts import STATUS_ORDER, group_by_indicator, indicator_status
from evalkit.catalog import Catalog
from evalkit.catalog.models import IndicatorSet, Requirement
from evalkit.values import parse_decimal

CONCLUSION_COLUMNS = [
    "run", "region_code", "region", "period", "set", "requirement", "text", "indicators", *STATUS_ORDER,
    "needed", "outcome", "state", "document", "clause", "verdict", "reason",
]  # fmt: skip
_CERTAIN = ("verified", "seen")
Outcome = Literal["holds", "fails", "unknown"]


@dataclass(frozen=True)
class Held:
    """One requirement, counted.

    Parameters
    ----------
    requirement : Requirement
    counts : dict
        Indicators by status, by official number; statuses without any are left out.
    needed : int
        How many of those that apply have to be met.
    outcome : str
        ``holds``, ``fails`` or, as long as unknown ones could change it, ``unknown``.
    """

    requirement: Requirement
    counts: Mapping[str, int]
    needed: int
    outcome: Outcome

    @property
    def indicators(self) -> int:
        """Number of indicators that apply."""
        return sum(self.counts.values()) - self.counts.get("not_applicable", 0)


@dataclass(frozen=True)
class Conclusion:
    """What can be said of a region under a set.

    Parameters
    ----------
    set_id, region, period : str
    requirements : tuple of Held
        Empty when the set has no pass rule.
    verdict : str
        ``met``, ``not_met``, ``pending``, or empty when the rule allows none.
    reason : str
        Why there is no verdict: ``no_pass_rule``, ``pass_rule_unverified``, ``set_partial``.
    """

    set_id: str
    region: str
    period: str
    requirements: tuple[Held, ...]
    verdict: str
    reason: str = ""


def conclude(indicator_set: IndicatorSet, rows: Sequence[Mapping[str, str]], region: str = "", period: str = "") -> Conclusion:
    """Apply the pass rule of a set to the results of one region and period.

    Parameters
    ----------
    indicator_set : IndicatorSet
    rows : sequence of mapping
        Rows of ``results.csv`` with basis ``set``, of this set, one region and one period.
    region, period : str
        For the record.

    Returns
    -------
    Conclusion
        With a verdict only if the set is complete and every requirement is at least ``seen``.
    """
    rule = indicator_set.pass_rule
    if rule is None:
        return Conclusion(indicator_set.id, region, period, (), "", "no_pass_rule")
    held = tuple(_hold(indicator_set, requirement, rows) for requirement in rule.requirements)
    reason = "" if indicator_set.complete else "set_partial"
    if any(requirement.cite.state not in _CERTAIN for requirement in rule.requirements):
        reason = "pass_rule_unverified"
    outcomes = {one.outcome for one in held}
    verdict = "not_met" if "fails" in outcomes else "pending" if "unknown" in outcomes else "met"
    return Conclusion(indicator_set.id, region, period, held, "" if reason else verdict, reason)


def _hold(indicator_set: IndicatorSet, requirement: Requirement, rows: Iterable[Mapping[str, str]]) -> Held:
    chosen = [row for row in rows if _is_meant(indicator_set, requirement, row)]
    counts: dict[str, int] = {}
    for parts in group_by_indicator(chosen).values():
        status = indicator_status(row["status"] for row in parts)
        counts[status] = counts.get(status, 0) + 1
    counts = {status: counts[status] for status in STATUS_ORDER if status in counts}
    apply = sum(counts.values()) - counts.get("not_applicable", 0)
    needed = apply
    if requirement.count is not None:
        needed = requirement.count
    elif requirement.share is not None:
        needed = ceil(Fraction(apply) * parse_decimal(requirement.share) / 100)
    met = counts.get("met", 0)
    unknown = apply - met - counts.get("not_met", 0)
    outcome: Outcome = "holds" if met >= needed else "unknown" if met + unknown >= needed else "fails"
    return Held(requirement, counts, needed, outcome)


def _is_meant(indicator_set: IndicatorSet, requirement: Requirement, row: Mapping[str, str]) -> bool:
    if requirement.rows:
        return row["indicator"] in requirement.rows
    if requirement.group is not None:
        found = indicator_set.row(row["indicator"])
        return found is not None and found.group == requirement.group
    return requirement.attribute in (None, row["attribute"])


def conclusions(catalog: Catalog, rows: Iterable[Mapping[str, str]]) -> list[Conclusion]:
    """Return the conclusion of every region, period and set among results, in their order."""
    groups: dict[tuple[str, str, str], list[Mapping[str, str]]] = {}
    for row in rows:
        if row["basis"] == "set" and row["set"] in catalog.sets:
            groups.setdefault((row["set"], row["region_code"], row["period"]), []).append(row)
    return [conclude(catalog.sets[key[0]], found, *key[1:]) for key, found in groups.items()]


def conclusion_records(catalog: Catalog, run_id: str, found: Iterable[Conclusion]) -> Iterable[dict[str, str]]:
    """Yield the rows of ``conclusions.csv``: one per requirement and one, without a number, for the whole."""
    for one in found:
        common = {
            "run": run_id,
            "region_code": one.region,
            "region": catalog.regions[one.region].name_zh,
            "period": one.period,
            "set": one.set_id,
        }
        for number, held in enumerate(one.requirements, start=1):
            cite = held.requirement.cite
            yield {
                **common, "requirement": str(number), "text": held.requirement.text, "indicators": str(held.indicators),
                **{status: str(held.counts.get(status, 0)) for status in STATUS_ORDER}, "needed": str(held.needed),
                "outcome": held.outcome, "state": cite.state, "document": cite.document, "clause": cite.clause,
            }  # fmt: skip
        rule = catalog.sets[one.set_id].pass_rule
        yield {**common, "text": rule.text if rule else "", "verdict": one.verdict, "reason": one.reason}
