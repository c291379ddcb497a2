"""The cells of an audit: what each shows, the formula behind it, and where the values of the calculation stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.difference import Reason
from evalkit.assessment.judge import Check
from evalkit.assessment.lines import Line
from evalkit.assessment.values import MeasureValue
from evalkit.intake import Input
from evalkit.messages import word

TABLE, SHEET, DATA = "指标表", "核算表", "数据"
FIRST_DATA = 4  # line of the first input on the data sheet; above it stand title and heads
VALUE = "L"  # column of the value on the data sheet
UNSURE = "双精度不可判定，以程序精确值为准"
NO_NUMBER = "缺数据"

Content = Fraction | str | None


@dataclass(frozen=True)
class Words:
    """What the workbook calls things; the report's own words come from above.

    Parameters
    ----------
    verdict : callable
        The word of a status: of a line, in a period, with notes and comparisons. A milestone ahead is not failed.
    difference : callable
        Why a reported value is not the computed one, in a unit.
    """

    verdict: Callable[[Line, str, str, Sequence[str], Sequence[Check]], str] = lambda line, period, status, notes, checks: word(
        "status", status, "zh"
    )
    difference: Callable[[Reason, str], str] = lambda reason, unit: word("note", reason.note, "zh")


@dataclass(frozen=True)
class Cell:
    """A cell: what it shows, and the formula behind it.

    Parameters
    ----------
    content : Fraction or str or None
        The program's own result where there is a formula.
    formula : str
        Without the equals sign; empty for a plain cell.
    style : str
        How it looks: ``text``, ``formula``, ``program``, ``word``, ``verdict``, ``helper``, ``head``, ``note``, ``mark``.
    places : int or None
        Decimals that are shown; None for as many as there are.
    """

    content: Content = None
    formula: str = ""
    style: str = "text"
    places: int | None = None


@dataclass(frozen=True)
class Row:
    """A line of the calculation sheet: cells by column letter, what kind of line it is, and the line of the data sheet that it shows."""

    kind: str
    cells: dict[str, Cell]
    data: int = 0


@dataclass(frozen=True)
class Entry:
    """A line of the indicator table: the line of the assessment, and where its values and verdict stand on the calculation sheet.

    Parameters
    ----------
    shown : str
        The program's verdict in words.
    met, not_met : str
        What is said where the rule holds, and where it does not.
    value, rounded, verdict, head, reported, adopted : int
        Lines; 0 where there is none. `value` is the computed one, `adopted` that of a panel in its place.
    """

    line: Line
    period: str
    status: str
    reason: str
    shown: str
    met: str
    not_met: str
    value: int
    rounded: int
    verdict: int
    head: int
    reported: int = 0
    adopted: int = 0
    unsure: bool = False


@dataclass
class Audit:
    """The calculation of one region as cells.

    Parameters
    ----------
    data : list of Input
        In the order of the data sheet, from line :data:`FIRST_DATA` on.
    rows : list of Row
        Lines of the calculation sheet, from line 1 on.
    entries : list of Entry
        One for each row of the results, in their order.
    """

    data: list[Input] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    _lines: dict[Input, int] = field(default_factory=dict)

    def add(self, kind: str, data: int = 0, /, **cells: Cell) -> int:
        """Add a line, which may show a line of the data sheet, and return its number."""
        self.rows.append(Row(kind, cells, data))
        return len(self.rows)

    def data_line(self, item: Input) -> int:
        """Return the line of an input on the data sheet; it is put there when it is first asked for."""
        if item not in self._lines:
            self._lines[item] = FIRST_DATA + len(self.data)
            self.data.append(item)
        return self._lines[item]

    def content(self, line: int) -> Content:
        """Return what the program finds for the result of a line."""
        return self.rows[line - 1].cells["C"].content


@dataclass(frozen=True)
class Place:
    """Where a value stands on the calculation sheet, and its exact value."""

    line: int
    own: MeasureValue

    @property
    def cell(self) -> str:
        """Address of the full value."""
        return f"C{self.line}"

    @property
    def exact(self) -> Fraction | None:
        """The exact value; None where there is none to judge."""
        return self.own.value if isinstance(self.own.value, Fraction) else None


def figures(made: Audit) -> Iterator[tuple[str, Cell]]:
    """Yield the address and the cell of every live formula on the calculation sheet."""
    for number, row in enumerate(made.rows, start=1):
        for column, cell in row.cells.items():
            if cell.formula:
                yield f"{column}{number}", cell
