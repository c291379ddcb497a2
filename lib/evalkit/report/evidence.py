"""Evidence in a report: the number of each piece beside its indicator, and the list of all pieces (佐证材料清单)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from evalkit.messages import word
from evalkit.messages.speech import english, say, spoken, term
from evalkit.report import phrases
from evalkit.report.tables import Cell, Grid, fit_widths
from evalkit.report.wording import plain_number

if TYPE_CHECKING:
    from evalkit.report.model import IndicatorRow
    from evalkit.report.numbering import Numbering

T = TypeVar("T", bound="IndicatorRow")
_HEADS = ("pieces.proof", "columns.indicator", *(f"pieces.proof_{name}" for name in ("document", "pages", "stamped", "state", "page")))
_NUMBER = re.compile(r"佐证(.+)")
_CHARS = 42.0
_LEAST = (5.0, 6.0, 8.0, 2.5, 3.5, 6.4, 4.5)
_SETTLED = ("complete", "cited")


@dataclass(frozen=True)
class ProofEntry:
    """A piece of evidence, as a report lists it.

    Parameters
    ----------
    number : str
        佐证3-2.
    ids : tuple of str
        Lines of the register.
    indicators : tuple of (str, str)
        Official number and title of each indicator that rests on it.
    rows : tuple of (str, str)
        Ids of the rows that rest on it, each with the period; an empty one stands for all.
    document, pages, file, stamped, state : str
        As in the register.
    volume, page : str
        File of the volume beside the report, and the page there; empty as long as it is not in one.
    """

    number: str
    ids: tuple[str, ...]
    indicators: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]
    document: str
    pages: str = ""
    file: str = ""
    stamped: str = ""
    state: str = ""
    volume: str = ""
    page: str = ""


def with_numbers(lines: Sequence[T], entries: Sequence[ProofEntry], period: str) -> list[T]:
    """Return lines of the official table of a period with the numbers of their evidence: 佐证3-1、3-2."""
    found = []
    for line in lines:
        numbers = [entry.number for entry in entries if {(line.indicator, period), (line.indicator, "")} & set(entry.rows)]
        short = phrases.listing([*map(numbered, numbers[:1]), *(_NUMBER.sub(r"\1", number) for number in numbers[1:])])
        found.append(replace(line, evidence=short) if numbers else line)
    return found


def proof_grid(entries: Sequence[ProofEntry]) -> Grid:
    """Return the list of evidence; where a volume is beside the report, its pages are links into it."""
    heads = [say(head) for head in _HEADS]
    texts: list[list[str]] = [heads]
    body: list[list[Cell]] = []
    several = len({entry.volume for entry in entries if entry.volume}) > 1
    for entry in entries:
        where = f"{volume_label(entry.volume)} {entry.page}" if several and entry.page else entry.page
        cells = [
            numbered(entry.number), phrases.clauses(f"{plain_number(seq)} {term(title)}" for seq, title in entry.indicators), _named(entry),
            _pages(entry.pages), word("evidence_stamped", entry.stamped, spoken()), word("evidence_state", entry.state, spoken()),
            where or "—",
        ]  # fmt: skip
        texts.append(cells)
        link = f"{entry.volume}#page={entry.page}" if entry.page else ""
        css = "met" if entry.state in _SETTLED else "notmet"
        body.append([*(Cell(text) for text in cells[:5]), Cell(cells[5], css=css), Cell(cells[6], link=link)])
    widths = fit_widths(texts, _CHARS, _LEAST, 30.0)
    return Grid([[Cell(head) for head in heads]], body, ["center", "left", "left", "center", "center", "center", "right"], widths)


def _pages(text: str) -> str:
    """Return pages as the register has them; in English joined by commas."""
    return (text.replace("、", ", ") if english() else text) or "—"


def _named(entry: ProofEntry) -> str:
    name = entry.file.rpartition("/")[2]
    return entry.document + phrases.brackets(name)


def numbered(number: str) -> str:
    """Return the number of a piece in the language of the document: 佐证3-2, E3-2."""
    found = _NUMBER.fullmatch(number)
    return say("pieces.proof_number", number=found[1]) if found else number


def volume_label(file: str) -> str:
    """Return which volume a file is: 第2册."""
    number = file.removesuffix(".pdf").rpartition("-")[2]
    return say("pieces.volume", number=number)


class ProofView:
    """What the template of a report asks for."""

    def __init__(self, entries: Sequence[ProofEntry], numbers: Numbering) -> None:
        self.entries, self.numbers = entries, numbers

    @property
    def sentence(self) -> str:
        """How many pieces there are, and for which of them something is left to do."""
        left = [
            numbered(entry.number) + phrases.brackets(word("evidence_state", entry.state, spoken()))
            for entry in self.entries
            if entry.state not in _SETTLED
        ]
        total = len(self.entries)
        return say("pieces.proofs_left", total=total, left=phrases.listing(left)) if left else say("pieces.proofs_complete", total=total)

    @property
    def table(self) -> str:
        """The numbered list."""
        return self.numbers.table(proof_grid(self.entries), say("pieces.proofs"), "lines")
