"""What a report says of a pass rule (通过条件): the requirements counted, and one sentence. Below `seen` never a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.assessment.passing import Conclusion, Held
from evalkit.catalog.models import IndicatorSet
from evalkit.report import kinds, look, phrases

if TYPE_CHECKING:
    from evalkit.report.model import Unverified

_CERTAIN = ("verified", "seen")
_CHOSEN = ("mandatory", "optional")


@dataclass(frozen=True)
class Demand:
    """A requirement as printed: how many indicators it concerns, how many are met, and whether it holds.

    Parameters
    ----------
    text, attribute, clause, document, state : str
        As in the set; attribute and state as codes.
    apply, met, not_met, unknown, needed : int
        Numbers of indicators; `needed` have to be met.
    outcome : str
        ``holds``, ``fails``, ``unknown``; empty where the requirement is not certain enough, or the set not complete.
    note : str
        What the set says about the source.
    """

    text: str
    attribute: str
    apply: int
    met: int
    not_met: int
    unknown: int
    needed: int
    outcome: str
    document: str
    clause: str
    state: str
    note: str

    @property
    def certain(self) -> bool:
        """Whether the requirement was at least read in a copy."""
        return self.state in _CERTAIN

    @property
    def needed_text(self) -> str:
        """How many have to be met; marked where the requirement is not certain."""
        return f"{self.needed}{'' if self.certain else look.DAGGER}"

    @property
    def outcome_text(self) -> str:
        """Whether it holds, in words."""
        return look.outcome(self.outcome) if self.outcome else look.conclusion("")

    @property
    def count_text(self) -> str:
        """Met of those that apply, for a table of regions: 5/6，未定1."""
        return f"{self.met}/{self.apply}" + (f"，未定{self.unknown}" if self.unknown else "")


@dataclass(frozen=True)
class Passing:
    """A pass rule applied to one region and period.

    Parameters
    ----------
    text : str
        The rule as written in the set; empty where it has none.
    demands : tuple of Demand
    verdict : str
        ``met``, ``not_met``, ``pending`` or empty.
    reason : str
        Why there is no verdict.
    sentence : str
        The verdict, or why there is none.
    """

    text: str
    demands: tuple[Demand, ...]
    verdict: str
    reason: str
    sentence: str

    @property
    def unverified(self) -> bool:
        """Whether a requirement is not certain."""
        return any(not demand.certain for demand in self.demands)

    @property
    def lead(self) -> str:
        """What stands before the table of requirements; nothing without a rule."""
        return f"通过条件{'（未核实）' if self.unverified else ''}：{self.text.rstrip('。')}。" if self.demands else ""

    @property
    def meaning(self) -> str:
        """What 达标 means of basic conditions and veto items; empty where none is asked for."""
        words = {"condition": "基本条件以满足为达标", "veto": "否决项以未触发为达标"}
        return "，".join(text for attribute, text in words.items() if any(demand.attribute == attribute for demand in self.demands))

    @property
    def notes(self) -> list[str]:
        """Remarks below the table of requirements: what its words mean, and what is known about its sources."""
        found = [f"表中{self.meaning}。"] if self.meaning else []
        if self.unverified:
            found.append(f"{look.DAGGER} 要求未见原文，“需达到”的数目仅供参考。")
        same: dict[str, list[str]] = {}
        for number, demand in enumerate(self.demands, start=1):
            if demand.note:
                same.setdefault(demand.note, []).append(str(number))
        found += [f"要求{'、'.join(numbers)}：{note}。" for note, numbers in same.items()]
        return found


def concerns_passing(indicator_set: IndicatorSet, attributes: Sequence[str]) -> bool:
    """Whether a report on a set needs a chapter on passing: it has a rule, conditions, veto items or choices."""
    return indicator_set.pass_rule is not None or any(kinds.is_apart(name) or name in _CHOSEN for name in attributes)


def passing_of(indicator_set: IndicatorSet, conclusion: Conclusion, region: str) -> Passing:
    """Return what a report says of a conclusion.

    Parameters
    ----------
    indicator_set : IndicatorSet
    conclusion : Conclusion
        Of that set.
    region : str
        The region's name.
    """
    demands = tuple(_demand(held, indicator_set.complete) for held in conclusion.requirements)
    text = indicator_set.pass_rule.text if indicator_set.pass_rule else ""
    sentence = _sentence(conclusion, demands, indicator_set, region)
    return Passing(text, demands, conclusion.verdict, conclusion.reason, sentence)


def _demand(held: Held, complete: bool) -> Demand:
    cite, counts = held.requirement.cite, held.counts
    met, not_met = counts.get("met", 0), counts.get("not_met", 0)
    outcome = held.outcome if complete and cite.state in _CERTAIN else ""
    return Demand(
        held.requirement.text, held.requirement.attribute or "", held.indicators, met, not_met, held.indicators - met - not_met,
        held.needed, outcome, cite.document, cite.clause, cite.state, cite.note,
    )  # fmt: skip


def _why_none(reason: str, indicator_set: IndicatorSet) -> str:
    """Return why a set gives no verdict, as a sentence without one."""
    unseen = sum(one.cite.state not in _CERTAIN for one in indicator_set.pass_rule.requirements) if indicator_set.pass_rule else 0
    total = len(indicator_set.pass_rule.requirements) if indicator_set.pass_rule else 0
    partial = "" if indicator_set.complete else "所列指标是否齐全尚未核对"
    why = {
        "no_pass_rule": "所用指标体系未载通过条件",
        "pass_rule_unverified": "通过条件未见原文" if unseen == total else f"{total}项通过条件中有{unseen}项未见原文",
        "set_partial": "",
    }[reason]
    return f"{'，'.join(text for text in (why, partial) if text)}，本报告只列数量，不作通过与否的结论。"


def _sentence(conclusion: Conclusion, demands: Sequence[Demand], indicator_set: IndicatorSet, region: str) -> str:
    if conclusion.reason:
        return _why_none(conclusion.reason, indicator_set)
    head, name, total = f"{phrases.period(conclusion.period)}，{region}", phrases.in_title_marks(indicator_set.name_zh), len(demands)
    if conclusion.verdict == "met":
        return f"{head}符合{name}的通过条件：{total}项要求全部满足。"
    failed, unknown = ([demand.text for demand in demands if demand.outcome == outcome] for outcome in ("fails", "unknown"))
    if conclusion.verdict == "not_met":
        rest = f"，未定{len(unknown)}项" if unknown else ""
        return f"{head}不符合{name}的通过条件：{total}项要求中不满足{len(failed)}项（{'；'.join(failed)}）{rest}。"
    held = total - len(unknown)
    counted = f"满足{held}项、未定{len(unknown)}项" if held else f"未定{len(unknown)}项"
    return f"{head}是否符合{name}的通过条件待定：{total}项要求中{counted}（{'；'.join(unknown)}）。"


def rollup_sentence(found: Sequence[tuple[str, Passing]], set_name: str) -> str:
    """Return the sentence of a roll-up: which regions meet the rule, or why nothing is concluded."""
    if found[0][1].reason:
        return found[0][1].sentence
    parts = []
    for verdict, word in (("met", "符合"), ("not_met", "不符合"), ("pending", "待定")):
        names = [label for label, passing in found if passing.verdict == verdict]
        if names:
            parts.append(f"{word}的{len(names)}个（{phrases.listing(names)}）")
    return f"对照{phrases.in_title_marks(set_name)}的通过条件：{'，'.join(parts)}。"


def unverified_words(items: Sequence[Unverified]) -> str:
    """Return how many thresholds, and how many basic conditions and veto items, nobody has verified: 指标值中有20个、基本条件中有5个."""
    counts: dict[str, int] = {}
    for item in items:
        what = look.attribute(item.attribute) if kinds.is_apart(item.attribute) else "指标值"
        counts[what] = counts.get(what, 0) + item.count
    order = sorted(counts, key=lambda what: what != "指标值")
    return phrases.listing([f"{what}中有{counts[what]}个" for what in order])
