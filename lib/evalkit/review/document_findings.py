"""What came of each figure of a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from evalkit.review.document_facts import Fact, Subject
from evalkit.review.document_figures import Figure
from evalkit.tables.books.docx_text import Block

Verdict = Literal["differ", "unsure", "agree"]


@dataclass
class Finding:
    """A figure and what came of it.

    Parameters
    ----------
    verdict : {"differ", "unsure", "agree"}
    reason : str
        Why it is unsure (words of the group ``document_reason``).
    figure : Figure
    block : Block
    start, end : int
        In the text of the block.
    sentence : str
    subject : Subject
        The indicator; the first of several.
    role : str
    expected : tuple of Fact
        What the results say.
    """

    verdict: Verdict
    reason: str
    figure: Figure
    block: Block
    start: int
    end: int
    sentence: str
    subject: Subject
    role: str
    expected: tuple[Fact, ...] = ()


@dataclass
class DocumentCheck:
    """What came of a document: its findings in the order of the text, and the numbers of another kind that stood near a name."""

    label: str
    run: str
    findings: list[Finding] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)

    def of(self, verdict: Verdict) -> list[Finding]:
        """Return the findings of a verdict."""
        return [finding for finding in self.findings if finding.verdict == verdict]

    @property
    def differs(self) -> bool:
        """Whether any figure differs."""
        return any(finding.verdict == "differ" for finding in self.findings)
