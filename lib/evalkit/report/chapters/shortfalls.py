"""The chapter 短板与原因: what is not met, by how much, since when, what moved, who answers for it; then what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from evalkit.messages.speech import say
from evalkit.report import look, phrases, wording
from evalkit.report.chapters.findings import Finding, Findings, block_name, some_tasks
from evalkit.report.chapters.material import Material
from evalkit.report.numbering import Numbering
from evalkit.report.tables import escape


@dataclass
class ShortfallsChapter:
    """The open rows of the latest period, in words.

    Parameters
    ----------
    findings : Findings
    """

    findings: Findings
    id: str = "shortfalls"
    landscape: bool = False
    _taken: list[str] = field(default_factory=list)

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        found = self.findings
        parts = [numbers.block("shortfalls", escape(opening(found)))]
        for some in found.indicators("not_met"):
            parts += self._short(some, numbers)
        unknown = unknown_parts(found)
        if unknown:
            parts.append(numbers.block("shortfalls-open", "\n\n".join([escape(say("shortfalls.unknown_lead")), *unknown])))
        return "\n\n".join(part for part in parts if part) + "\n"

    def _short(self, some: Sequence[Finding], numbers: Numbering) -> list[str]:
        """Return the facts on one indicator, and the place where a person says why."""
        first = some[0]
        head = first.label if len(some) > 1 and first.row.get("seq") else first.head
        lines = [line for one in some for line in facts(self.findings, one, named=len(some) > 1)]
        lines += shared_facts(self.findings, some)
        state = f"[{escape(first.look.label)}]{{.{first.look.css}}}"
        text = f"**{escape(head)}**{phrases.gap()}{state}\n\n" + "\n".join(f"- {line}" for line in lines)
        facts_name, cause_name = (self._name(prefix, first) for prefix in ("short", "cause"))
        units = _units(self.findings, some)
        cause = say("shortfalls.cause", units=phrases.listing(units)) if units else say("shortfalls.cause_somebody")
        return [numbers.block(facts_name, text), numbers.block(cause_name, escape(cause))]

    def _name(self, prefix: str, one: Finding) -> str:
        name = block_name(prefix, one.row, self._taken)
        self._taken.append(name)
        return name


def shortfalls(material: Material) -> ShortfallsChapter:
    """Return 短板与原因; where nothing is short it says so."""
    return ShortfallsChapter(Findings(material))


def opening(found: Findings) -> str:
    """Return how many are not met, pending and without data; or that nothing is."""
    model = found.model
    period = phrases.period(found.groups[0].period if found.groups else max(model.context.periods, default=model.context.report_date[:4]))
    values = {"period": period, "region": model.context.region_name}
    if not found.judged:
        return say("shortfalls.none_judged", **values)
    short, unknown = counted(found, ("not_met",)), counted(found, ("pending", "missing"))
    if not short and not unknown:
        return say("shortfalls.all_met" if found.judged > 1 else "shortfalls.all_met_one", total=found.judged, **values)
    if not short:
        return say("shortfalls.none_short", open=unknown, **values)
    return say("shortfalls.some_short", short=short, open=say("shortfalls.also", counts=unknown) if unknown else "", **values)


def counted(found: Findings, statuses: Sequence[str]) -> str:
    """Return how many indicators have which of these statuses: 待佐证3项、缺数据1项; empty for none."""
    said = []
    for status in statuses:
        by_word: dict[str, int] = {}
        for some in found.indicators(status):
            word = look.status(status).word if status != "not_met" else some[0].look.word
            by_word[word] = by_word.get(word, 0) + 1
        said += [say("shortfalls.count_one", word=word, count=count) for word, count in by_word.items()]
    return phrases.listing(said)


def facts(found: Findings, one: Finding, *, named: bool = False) -> list[str]:
    """Return the lines on a row that is not met, as Markdown: distance, since when, which figure moved most."""
    said = [
        ("gap", found.sentence(one)),
        *(("year_target", found.plan_sentence(other)) for other in found.of_plans(one) if one.status == "not_met"),
    ]
    said += [("when", found.since(one)), ("figures", found.mover(one))]
    return [
        _line(key, text if key in ("gap", "year_target") or not named else phrases.labelled(wording.row_name(one.row), text))
        for key, text in said
        if text
    ]


def shared_facts(found: Findings, some: Sequence[Finding]) -> list[str]:
    """Return the lines on all rows of an indicator: who answers for it, and which tasks of the plans name it."""
    units = _units(found, some)
    lines = [_line("unit", phrases.stopped(phrases.listing(units)))] if units else []
    tasks = some_tasks(found, some)
    if tasks:
        lines.append(_line("tasks", phrases.stopped(tasks)))
    elif any(state.standings for state in found.states):
        lines.append(_line("tasks", say("shortfalls.no_task")))
    return lines


def unknown_parts(found: Findings) -> list[str]:
    """Return what is pending and what has no data, as Markdown; each with who answers for it."""
    parts = []
    for status in ("pending", "missing"):
        some = found.indicators(status)
        if some:
            lines = [f"- {escape(_with_units(found, one))}" for parts_of in some for one in parts_of]
            parts.append(f"**{escape(say(f'shortfalls.{status}', count=len(some)))}**\n\n" + "\n".join(lines))
    return parts


def _with_units(found: Findings, one: Finding) -> str:
    text = found.sentence(one)
    said = say("shortfalls.line", label=one.label, text=text) if one.row.get("seq") else text
    units = found.units(one)
    if not units:
        return said
    end = said[-1:] if said.endswith(("。", ".")) else ""
    return say("shortfalls.list_with", text=said.removesuffix(end) if end else said, units=phrases.listing(units)) + end


def _line(key: str, text: str) -> str:
    return escape(say("shortfalls.line", label=say(f"shortfalls.{key}"), text=text))


def _units(found: Findings, some: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(unit for one in some for unit in found.units(one)))
