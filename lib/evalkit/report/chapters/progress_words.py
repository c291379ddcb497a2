"""Sentences on the progress towards planned values: counts first, then what is behind, then what has no figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evalkit.assessment.progress_way import ProgressRules
from evalkit.report import phrases
from evalkit.report.chapters.progress_steps import REACHES, STATUSES, Milestone, Step, reason
from evalkit.report.look import StatusLook


def counts_sentence(place: Milestone) -> str:
    """Return how many planned values of a year are reached, on schedule and reachable."""
    listed = place.listed
    parted = any(step.one.line.part_of for step in place.steps)
    head = f"对照{phrases.in_title_marks(place.plan_name)}{place.heading}，所列{len(place.steps)}项{'（含分项）' if parted else ''}"
    if not listed:
        return f"{head}没有可以计算进展的数值。"
    head += f"中{len(listed)}项有数值目标" if len(listed) < len(place.steps) else "均有数值目标"
    by_status = _counted((step.one.way.status or "unknown" for step in listed), STATUSES)
    by_reach = _counted((step.one.way.reachability for step in listed), REACHES)
    if not place.ahead:
        return f"{head}：{by_status}。"
    if not place.begun:
        return f"{head}：{by_reach}。"
    return f"{head}。时序进度：{by_status}；可达性：{by_reach}。"


def _counted(codes: Iterable[str], looks: Mapping[str, StatusLook]) -> str:
    found = list(codes)
    return phrases.listing([f"{shown.zh}{found.count(code)}项" for code, shown in looks.items() if code in found])


def remarks(place: Milestone) -> list[str]:
    """Return what is behind and what is hard to reach, with its figures."""
    behind = [step for step in place.listed if step.one.way.status == "behind"]
    hard = [step for step in place.listed if step.one.way.reachability == "hard"]
    found = []
    if behind:
        found.append(f"滞后于时序进度{len(behind)}项：{'；'.join(_behind(step) for step in behind)}。")
    if hard:
        found.append(f"难达标{len(hard)}项：{'；'.join(_hard(step) for step in hard)}。")
    return found


def _behind(step: Step) -> str:
    now = phrases.with_unit(step.parts["current"].text, step.unit)
    if int(step.one.at) <= int(step.one.period[:4]) or not step.expected or step.one.line.kind == "every_year":
        return f"{step.name}现状{now}，规划值{step.one.line.text}"
    return f"{step.name}现状{now}，按时序应达到{phrases.with_unit(step.expected, step.unit)}"


def _hard(step: Step) -> str:
    return f"{step.name}须年均变化{step.parts['required'].text}，实际{step.parts['observed'].text}"


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
        f"{reason(code)}{f'（{when}）' if when else ''}，{len(names)}项：{phrases.listing(names)}。"
        for (code, when), names in groups.items()
    ]


def rules_words(rules: ProgressRules) -> str:
    """Return by which rules status and reachability are judged, once for all tables."""
    tolerance, pace = phrases.plain(rules.tolerance, 4), phrases.plain(rules.easy_pace, 4)
    steady = "，最不利的一年也须如此" if rules.steady else ""
    return (
        "判定规则（本项目自定，非官方规定）：完成比例为现状与基准值之差占规划值与基准值之差的比例。"
        f"现状与基准值至规划值直线上当年的数值相比，相差不超过全程的{tolerance}个百分点为达到时序进度，好于此为超前，差于此为滞后；"
        "到目标年及以后只看是否达到。"
        f"现状达到规划值为已达标；年均实际变化不低于年均须变化的{pace}%为易达标{steady}，否则为难达标。"
        "预计到达年由年均实际变化按直线推算。"
    )
