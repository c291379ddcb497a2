"""数据更新说明: what changed in a region since the earlier state of its run, for the report."""

from __future__ import annotations

from dataclasses import dataclass, field

from evalkit.messages import EvalkitError
from evalkit.messages.speech import say, spoken
from evalkit.project import Project
from evalkit.report import phrases
from evalkit.report.difference import pipe_table
from evalkit.report.difference_words import Wording
from evalkit.report.tables import escape
from evalkit.report.wording import indicator_label
from evalkit.review.diff import diff
from evalkit.review.difference import Change, Difference


@dataclass
class UpdateNotes:
    """The page 数据更新说明 of a region.

    Parameters
    ----------
    sentences : list of str
        Counts first, then each changed verdict, value and row. Plain text.
    rows : list of list of str
        Period, indicator, change, cause: one row for each change, texts and targets included. Plain text.
    """

    sentences: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sentences)

    @property
    def markdown(self) -> str:
        """Sentences and table as Markdown; text from data is never markup."""
        parts = [escape(self.sentences[0])] if self.sentences else []
        if self.sentences[1:]:
            parts.append("\n".join(f"- {escape(sentence)}" for sentence in self.sentences[1:]))
        if self.rows:
            heads = ("pieces.period", "columns.indicator", "updates.head_change", "updates.head_cause")
            parts.append(pipe_table([say(head) for head in heads], self.rows))
        return "\n\n".join(parts)


def update_notes(project: Project, run_id: str, region_code: str, difference: Difference | None = None) -> UpdateNotes:
    """Return what changed in a region since the earlier state of a run.

    Parameters
    ----------
    project : Project
    run_id, region_code : str
    difference : Difference, optional
        Of the whole run, where many regions are reported: it is found once and not for each.

    Returns
    -------
    UpdateNotes
        Empty (false) where no earlier state was kept.
    """
    try:
        found = difference if difference is not None else diff(project, run_id, region=region_code)
    except EvalkitError:
        return UpdateNotes()
    wording = Wording(found, spoken())
    changes = found.of_region(region_code)
    if not changes:
        return UpdateNotes([say("updates.unchanged")])
    counts = [
        say("updates.count", word=wording.word("diff_kind", kind), count=n)
        for kind in found.counts()
        if (n := sum(change.kind == kind for change in changes))
    ]
    sentences = [
        say("updates.changed", total=len(changes), counts=phrases.sequence(counts)),
        *(wording.notes() if not set(found.notes) <= {"older_program"} else []),
    ]
    sentences += [_sentence(wording, change) for change in changes if change.kind != "text"]
    rows = []
    for change in changes:
        line = wording.line(change)
        rows.append(
            [
                phrases.period(line.period),
                f"{line.seq} {line.name}{phrases.brackets(line.source)}",
                line.change,
                phrases.clauses(line.causes),
            ]
        )
    return UpdateNotes(sentences, rows)


def _sentence(wording: Wording, change: Change) -> str:
    line = wording.line(change)
    goal = phrases.brackets(say("updates.goal", period=phrases.period(change.row["milestone"]))) if change.row["milestone"] else ""
    label = indicator_label(change.row)
    return say(
        "updates.change",
        period=phrases.period(line.period),
        label=say("updates.label", label=label) if label != line.name else "",
        name=line.name,
        goal=goal,
        change=line.change,
        causes=phrases.clauses(line.causes),
    )
