"""数据更新说明: what changed in a region since the earlier state of its run, for the report."""

from __future__ import annotations

from dataclasses import dataclass, field

from evalkit.messages import EvalkitError
from evalkit.project import Project
from evalkit.report import phrases
from evalkit.report.difference import pipe_table
from evalkit.report.difference_words import Wording
from evalkit.report.tables import escape
from evalkit.report.wording import indicator_label
from evalkit.review.diff import diff
from evalkit.review.difference import Change, Difference

HEADS = ["评估期", "指标", "变化", "原因"]


@dataclass
class UpdateNotes:
    """The page 数据更新说明 of a region.

    Parameters
    ----------
    sentences : list of str
        Counts first, then each changed verdict, value and row. Plain text.
    rows : list of list of str
        `HEADS`: one row for each change, texts and targets included. Plain text.
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
            parts.append(pipe_table(HEADS, self.rows))
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
    wording = Wording(found, "zh")
    changes = found.of_region(region_code)
    if not changes:
        return UpdateNotes(["与上一次评估结果相比，本地区各项指标的判定、数值和指标值均无变化。"])
    counts = [f"{wording.word('diff_kind', kind)}{n}行" for kind in found.counts() if (n := sum(change.kind == kind for change in changes))]
    sentences = [
        f"与上一次评估结果相比，本地区{len(changes)}行结果有变化：{'，'.join(counts)}。",
        *(wording.notes() if not set(found.notes) <= {"older_program"} else []),
    ]
    sentences += [_sentence(wording, change) for change in changes if change.kind != "text"]
    rows = []
    for change in changes:
        line = wording.line(change)
        rows.append([phrases.period(line.period), f"{line.seq} {line.name}（{line.source}）", line.change, "；".join(line.causes)])
    return UpdateNotes(sentences, rows)


def _sentence(wording: Wording, change: Change) -> str:
    line = wording.line(change)
    goal = f"（{phrases.period(change.row['milestone'])}目标）" if change.row["milestone"] else ""
    label = indicator_label(change.row)
    head = f"{phrases.period(line.period)}，{label if label != line.name else ''}{line.name}{goal}：{line.change}"
    return f"{head}。原因：{'；'.join(line.causes)}。"
