"""Evidence in a report: the number of each piece beside its indicator, and the list of all pieces (佐证材料清单)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from evalkit.messages import word
from evalkit.report import phrases
from evalkit.report.tables import Cell, Grid, fit_widths

if TYPE_CHECKING:
    from evalkit.report.model import IndicatorRow
    from evalkit.report.numbering import Numbering

T = TypeVar("T", bound="IndicatorRow")
_HEADS = ("佐证编号", "指标", "材料（文件）", "原件页码", "盖章", "状态", "汇编页码")
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
        short = "、".join([*numbers[:1], *(number.removeprefix("佐证") for number in numbers[1:])])
        found.append(replace(line, evidence=short) if numbers else line)
    return found


def proof_grid(entries: Sequence[ProofEntry]) -> Grid:
    """Return the list of evidence; where a volume is beside the report, its pages are links into it."""
    texts: list[list[str]] = [list(_HEADS)]
    body: list[list[Cell]] = []
    several = len({entry.volume for entry in entries if entry.volume}) > 1
    for entry in entries:
        where = f"{volume_label(entry.volume)} {entry.page}" if several and entry.page else entry.page
        cells = [
            entry.number, "；".join(f"{seq} {title}" for seq, title in entry.indicators), _named(entry), entry.pages or "—",
            word("evidence_stamped", entry.stamped, "zh"), word("evidence_state", entry.state, "zh"), where or "—",
        ]  # fmt: skip
        texts.append(cells)
        link = f"{entry.volume}#page={entry.page}" if entry.page else ""
        css = "met" if entry.state in _SETTLED else "notmet"
        body.append([*(Cell(text) for text in cells[:5]), Cell(cells[5], css=css), Cell(cells[6], link=link)])
    widths = fit_widths(texts, _CHARS, _LEAST, 30.0)
    return Grid([[Cell(head) for head in _HEADS]], body, ["center", "left", "left", "center", "center", "center", "right"], widths)


def _named(entry: ProofEntry) -> str:
    name = entry.file.rpartition("/")[2]
    return f"{entry.document}（{name}）" if name else entry.document


def volume_label(file: str) -> str:
    """Return which volume a file is: 第2册."""
    number = file.removesuffix(".pdf").rpartition("-")[2]
    return f"第{number}册"


class ProofView:
    """What the template of a report asks for."""

    def __init__(self, entries: Sequence[ProofEntry], numbers: Numbering) -> None:
        self.entries, self.numbers = entries, numbers

    @property
    def sentence(self) -> str:
        """How many pieces there are, and for which of them something is left to do."""
        left = [f"{entry.number}（{word('evidence_state', entry.state, 'zh')}）" for entry in self.entries if entry.state not in _SETTLED]
        total = f"本次评估登记佐证材料{len(self.entries)}件"
        return f"{total}，其中{phrases.listing(left)}尚待补齐。" if left else f"{total}，均已齐全。"

    @property
    def table(self) -> str:
        """The numbered list."""
        return self.numbers.table(proof_grid(self.entries), "佐证材料清单", "lines")
