"""What a report says of a pass rule (通过条件): the requirements counted, and one sentence. Below `seen` never a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.assessment.passing import Conclusion, Held
from evalkit.catalog.models import IndicatorSet
from evalkit.messages.speech import say, term
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
        shown = f"{self.met}/{self.apply}"
        return say("passing.count_open", count=shown, unknown=self.unknown) if self.unknown else shown


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
        if not self.demands:
            return ""
        return say("passing.lead_unverified" if self.unverified else "passing.lead", text=self.text.rstrip("。"))

    @property
    def meaning(self) -> str:
        """What 达标 means of basic conditions and veto items; empty where none is asked for."""
        asked = [attribute for attribute in kinds.APART if any(demand.attribute == attribute for demand in self.demands)]
        return phrases.sequence(say(f"passing.meaning_{attribute}") for attribute in asked)

    @property
    def notes(self) -> list[str]:
        """Remarks below the table of requirements: what its words mean, and what is known about its sources."""
        found = [say("passing.meaning", words=self.meaning)] if self.meaning else []
        if self.unverified:
            found.append(say("passing.unseen", mark=look.DAGGER))
        same: dict[str, list[str]] = {}
        for number, demand in enumerate(self.demands, start=1):
            if demand.note:
                same.setdefault(demand.note, []).append(str(number))
        for note, numbers in same.items():
            found.append(say("passing.note", count=len(numbers), numbers=phrases.listing(numbers), note=phrases.foreign(note)))
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
    why = []
    if reason == "no_pass_rule":
        why.append(say("passing.no_rule"))
    elif reason == "pass_rule_unverified":
        why.append(say("passing.none_seen") if unseen == total else say("passing.some_unseen", total=total, unseen=unseen))
    why += [] if indicator_set.complete else [say("passing.open_list")]
    said = say("passing.both", first=why[0], second=why[1]) if len(why) > 1 else "".join(why)
    return phrases.beginning(say("passing.no_verdict", why=said))


def _sentence(conclusion: Conclusion, demands: Sequence[Demand], indicator_set: IndicatorSet, region: str) -> str:
    if conclusion.reason:
        return _why_none(conclusion.reason, indicator_set)
    total = len(demands)
    head = {"period": phrases.period(conclusion.period), "region": region, "set": phrases.in_title_marks(term(indicator_set.name_zh))}
    if conclusion.verdict == "met":
        return say("passing.met", **head, total=total)
    failed, unknown = (
        [phrases.foreign(demand.text) for demand in demands if demand.outcome == outcome] for outcome in ("fails", "unknown")
    )
    if conclusion.verdict == "not_met":
        rest = say("passing.and_open", count=len(unknown)) if unknown else ""
        return say("passing.not_met", **head, total=total, count=len(failed), which=phrases.clauses(failed), rest=rest)
    held = total - len(unknown)
    key = "passing.pending" if held else "passing.pending_all"
    return say(key, **head, total=total, held=held, count=len(unknown), which=phrases.clauses(unknown))


def rollup_sentence(found: Sequence[tuple[str, Passing]], set_name: str) -> str:
    """Return the sentence of a roll-up: which regions meet the rule, or why nothing is concluded."""
    if found[0][1].reason:
        return found[0][1].sentence
    parts = []
    for verdict in ("met", "not_met", "pending"):
        names = [label for label, passing in found if passing.verdict == verdict]
        if names:
            parts.append(say("passing.regions", word=look.conclusion(verdict), count=len(names), names=phrases.listing(names)))
    return say("passing.rollup", set=phrases.in_title_marks(set_name), parts=phrases.sequence(parts))


def unverified_words(items: Sequence[Unverified]) -> str:
    """Return how many thresholds, and how many basic conditions and veto items, nobody has verified: 指标值中有20个、基本条件中有5个."""
    counts: dict[str, int] = {}
    for item in items:
        what = item.attribute if kinds.is_apart(item.attribute) else "target"
        counts[what] = counts.get(what, 0) + item.count
    order = sorted(counts, key=lambda what: what != "target")
    return phrases.listing([say(f"passing.unverified_{what}", count=counts[what]) for what in order])
