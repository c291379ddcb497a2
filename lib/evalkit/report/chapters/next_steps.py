"""The chapter 下一步工作: what follows from the results, as a block; nothing is proposed that the data do not hold."""

from __future__ import annotations

from dataclasses import dataclass

from evalkit.assessment.standing import Standing
from evalkit.messages import word
from evalkit.messages.speech import say, spoken
from evalkit.report import look, passing, phrases, wording
from evalkit.report.chapters.findings import Finding, Findings, some_tasks, task_title
from evalkit.report.chapters.lists_state import STANDINGS, PlanState, due_words
from evalkit.report.chapters.material import Material
from evalkit.report.evidence import numbered
from evalkit.report.numbering import Numbering
from evalkit.report.tables import escape

_MOST_TASKS = 12


@dataclass
class NextStepsChapter:
    """What is to be put right, handed in, collected and verified.

    Parameters
    ----------
    findings : Findings
    """

    findings: Findings
    id: str = "next_steps"
    landscape: bool = False

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        return numbers.block("next-steps", next_steps_text(self.findings, numbers)) + "\n"


def next_steps(material: Material) -> NextStepsChapter:
    """Return 下一步工作."""
    return NextStepsChapter(Findings(material))


def next_steps_text(found: Findings, numbers: Numbering) -> str:
    """Return the steps as Markdown: shortfalls, overdue tasks, evidence, data, thresholds."""
    short, late = [one for some in found.indicators("not_met") for one in some], overdue(found)
    parts = [_part("short", len(found.indicators("not_met")), [_short(found, one) for one in short])]
    parts.append(_part("tasks", len(late), _limited([_late(*one) for one in late])))
    parts.append(_part("evidence", *_evidence(found)))
    missing = [one for some in found.indicators("missing") for one in some]
    parts.append(_part("data", len(found.indicators("missing")), [_missing(one) for one in missing]))
    parts.append(_thresholds(found, numbers))
    shown = [part for part in parts if part]
    period = phrases.period(found.groups[0].period) if found.groups else phrases.period(found.model.context.report_date)
    return "\n\n".join(shown) if shown else escape(say("next_steps.none", period=period))


def overdue(found: Findings) -> list[tuple[PlanState, Standing]]:
    """Return the tasks and projects that are late, as progress sheets report them."""
    return [(state, one) for state in found.states if state.reported for one in state.standings if one.status == "late"]


def _part(key: str, count: int, lines: list[str]) -> str:
    if not lines:
        return ""
    return f"**{escape(say(f'next_steps.{key}', count=count))}**\n\n" + "\n".join(f"- {escape(line)}" for line in lines)


def _limited(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_TASKS
    return lines if more <= 0 else [*lines[:_MOST_TASKS], say("next_steps.more_tasks", count=more)]


def _short(found: Findings, one: Finding) -> str:
    gap, target = found.gap(one), wording.target_text(one.row)
    said = [say("next_steps.short_gap", target=target, gap=gap) if gap else say("next_steps.short_target", target=target)]
    units = found.units(one)
    said += [say("next_steps.unit", units=phrases.listing(units))] if units else []
    tasks = some_tasks(found, [one])
    said += [say("next_steps.task", tasks=tasks)] if tasks else []
    return phrases.stopped(say("next_steps.item", title=one.title, text=phrases.clauses(said)))


def _late(state: PlanState, one: Standing) -> str:
    due = due_words(one.item) or say("shortfalls.no_limit")
    return phrases.stopped(
        say("next_steps.late", title=phrases.beginning(task_title(state, one)), due=due, standing=STANDINGS[one.status].word)
    )


def _evidence(found: Findings) -> tuple[int, list[str]]:
    """Return what lacks evidence: lines of the register that are not complete, then indicators that wait for evidence or a decision."""
    loose = found.loose_proofs
    covered = {row for entry in loose for row, _ in entry.rows}
    lines = [
        phrases.stopped(
            say(
                "next_steps.proof",
                number=numbered(entry.number),
                document=phrases.foreign(entry.document),
                state=word("evidence_state", entry.state, spoken()),
            )
        )
        for entry in loose
    ]
    waiting = [one for some in found.indicators("pending") for one in some if one.row["indicator"] not in covered]
    lines += [phrases.stopped(say("next_steps.pending", title=one.title, reason=_reason(one))) for one in waiting]
    return len(lines), lines


def _missing(one: Finding) -> str:
    return phrases.stopped(say("next_steps.missing", title=one.title, period=phrases.period(one.row["period"]), reason=_reason(one)))


def _reason(one: Finding) -> str:
    return look.reason(one.row["reason"]) if one.row["reason"] else one.look.word


def _thresholds(found: Findings, numbers: Numbering) -> str:
    if not found.model.unverified:
        return ""
    said = say("next_steps.unverified", words=passing.unverified_words(found.model.unverified))
    chapter = numbers.chapter("unverified")
    said = phrases.run_on([said, say("next_steps.unverified_where", chapter=chapter) if chapter else ""])
    return f"**{escape(say('next_steps.thresholds'))}**\n\n- {escape(said)}"
