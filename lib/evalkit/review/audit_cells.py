"""The cells of an audit: what each shows, the formula behind it, and where the values of the calculation stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.lines import Line
from evalkit.assessment.values import MeasureValue
from evalkit.intake import Input

DATA = "数据"
SHEET = "核算表"
FIRST_DATA = 4  # line of the first input on the data sheet; above it stand title and heads
VALUE = "L"  # column of the value on the data sheet
UNSURE = "双精度不可判定，以程序精确值为准"
NO_NUMBER = "缺数据"

Content = Fraction | str | None


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
        How it looks: ``text``, ``number``, ``formula``, ``program``, ``verdict``, ``head``, ``note``, ``mark``.
    places : int or None
        Decimals that are shown; None for as many as there are.
    """

    content: Content = None
    formula: str = ""
    style: str = "text"
    places: int | None = None


@dataclass(frozen=True)
class Row:
    """A line of the calculation sheet: cells by column letter, and what kind of line it is."""

    kind: str
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Entry:
    """A line of the indicator table: the line of the assessment, and where value, rounded value and verdict stand on the sheet."""

    line: Line
    period: str
    status: str
    reason: str
    value: int
    rounded: int
    verdict: int
    head: int
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

    def add(self, kind: str, **cells: Cell) -> int:
        """Add a line and return its number."""
        self.rows.append(Row(kind, cells))
        return len(self.rows)

    def data_cell(self, item: Input) -> str:
        """Return the address of an input's value; the input is put on the data sheet when it is first asked for."""
        if item not in self.data:
            self.data.append(item)
        return f"{DATA}!${VALUE}${FIRST_DATA + self.data.index(item)}"


@dataclass(frozen=True)
class Place:
    """Where a value stands on the calculation sheet, and its exact value."""

    line: int
    own: MeasureValue
    rounded_line: int = 0

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
