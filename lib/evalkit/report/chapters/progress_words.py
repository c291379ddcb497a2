"""Sentences on the progress towards planned values: counts first, then what is behind, then what has no figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evalkit.assessment.progress_way import ProgressRules
from evalkit.messages.speech import say, term
from evalkit.report import phrases
from evalkit.report.chapters.progress_steps import REACHES, STATUSES, Milestone, Step, reason
from evalkit.report.look import StatusLook


def counts_sentence(place: Milestone) -> str:
    """Return how many planned values of a year are reached, on schedule and reachable."""
    listed = place.listed
    parted = any(step.one.line.part_of for step in place.steps)
    head = {
        "plan": phrases.in_title_marks(place.plan_name), "heading": place.heading, "total": len(place.steps),
        "parts": phrases.brackets(say("progress.with_parts")) if parted else "",
    }  # fmt: skip
    if not listed:
        return say("progress.counts_none", **head)
    fewer = len(listed) < len(place.steps)
    said = say("progress.counts_some", **head, listed=len(listed)) if fewer else say("progress.counts_all", **head)
    by_status = _counted((step.one.way.status or "unknown" for step in listed), STATUSES)
    by_reach = _counted((step.one.way.reachability for step in listed), REACHES)
    if place.ahead and place.begun:
        return say("progress.counts_both", head=said, status=by_status, reach=by_reach)
    return say("progress.counts", head=said, said=by_reach if place.ahead else by_status)


def _counted(codes: Iterable[str], looks: Mapping[str, StatusLook]) -> str:
    found = list(codes)
    return phrases.listing(
        [say("progress.counted", word=shown.word, count=found.count(code)) for code, shown in looks.items() if code in found]
    )


def remarks(place: Milestone) -> list[str]:
    """Return what is behind and what is hard to reach, with its figures."""
    behind = [_behind(step) for step in place.listed if step.one.way.status == "behind"]
    hard = [_hard(step) for step in place.listed if step.one.way.reachability == "hard"]
    said = (("progress.behind", behind), ("progress.hard", hard))
    return [say(key, count=len(steps), said=phrases.clauses(steps)) for key, steps in said if steps]


def _behind(step: Step) -> str:
    now = phrases.with_unit(step.parts["current"].text, step.unit)
    if int(step.one.at) <= int(step.one.period[:4]) or not step.expected or step.one.line.kind == "every_year":
        return say("progress.behind_planned", name=step.name, now=now, planned=term(step.one.line.text))
    return say("progress.behind_expected", name=step.name, now=now, expected=phrases.with_unit(step.expected, step.unit))


def _hard(step: Step) -> str:
    return say("progress.hard_one", name=step.name, required=step.parts["required"].text, observed=step.parts["observed"].text)


def unlisted(places: Sequence[Milestone]) -> list[str]:
    """Return which indicators of a plan have no figures, by the reason why; the years where it does not hold for all."""
    found: dict[tuple[str, str], list[str]] = {}
    for place in places:
        for step in place.steps:
            if step.why_not:
                found.setdefault((step.why_not, step.name), []).append(place.at)
    every: dict[str, list[str]] = {}
    for place in places:
        for step in place.steps:
            every.setdefault(step.name, []).append(place.at)
    groups: dict[tuple[str, str], list[str]] = {}
    for (code, name), years in found.items():
        when = "" if years == every[name] else phrases.listing([phrases.period(year) for year in years])
        groups.setdefault((code, when), []).append(name)
    return [
        say(
            "progress.unlisted_group",
            why=phrases.beginning(reason(code)),
            when=phrases.brackets(when),
            count=len(names),
            names=phrases.listing(names),
        )
        for (code, when), names in groups.items()
    ]


def rules_words(rules: ProgressRules) -> str:
    """Return by which rules status and reachability are judged, once for all tables."""
    steady = say("progress.steady") if rules.steady else ""
    return say("progress.rules", tolerance=phrases.plain(rules.tolerance, 4), pace=phrases.plain(rules.easy_pace, 4), steady=steady)
