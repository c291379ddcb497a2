"""What a sheet says: the same for every kind of file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from evalkit.messages import Place, Problem
from evalkit.tables.csvs import cell_name

Spot = tuple[int, int]  # row and column, from 1
CellKind = Literal["text", "number", "date", "truth", "error"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something.

    Parameters
    ----------
    text : str
        Text as typed, with line feeds, outer blanks removed; a number as a plain decimal of at most 15 significant
        digits, the most that a spreadsheet shows; an error as ``#REF!``; a date as ``2024-03-05``.
    kind : {"text", "number", "date", "truth", "error"}
    percent : bool
        A number that is shown times a hundred, with a percent sign: 0.475 is 47.5 %.
    suffix : str
        What the format prints behind the number, such as 万吨.
    scaled : bool
        The format shows another magnitude than is stored (``#,##0,``): nobody can say which was meant.
    formula : bool
        The result of a formula, as the program that wrote the file last computed it.
    comment : str
        The note attached to the cell (批注).
    form : str
        The number format as the file has it; empty for the general one.
    """

    text: str
    kind: CellKind = "text"
    percent: bool = False
    suffix: str = ""
    scaled: bool = False
    formula: bool = False
    comment: str = ""
    form: str = ""


@dataclass
class Sheet:
    """One sheet, or one table of a document.

    Parameters
    ----------
    name : str
        Name of the sheet; ``表1``, ``表2`` … for the tables of a document; empty for a CSV file.
    file : str
        How the file is called in messages.
    cells : dict
        Cells by row and column; only those that hold something, a merged range at its first cell.
    merged : dict
        The first cell of a merged range by every cell of it.
    hidden : bool
        The sheet itself is hidden.
    hidden_rows, hidden_columns : set of int
        Rows and columns that hold something and are hidden.
    notes : dict
        Notes (批注) at cells that hold nothing else.
    remarks : list of Problem
        Warnings that go with the sheet; those that concern the whole file go with its first sheet.
    """

    name: str
    file: str
    cells: dict[Spot, Cell] = field(default_factory=dict)
    merged: dict[Spot, Spot] = field(default_factory=dict)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: dict[Spot, str] = field(default_factory=dict)
    remarks: list[Problem] = field(default_factory=list)

    def at(self, row: int, column: int) -> Cell | None:
        """Return the cell; for each cell of a merged range its first one."""
        return self.cells.get(self.merged.get((row, column), (row, column)))

    def text(self, row: int, column: int) -> str:
        """Return what a cell says, or nothing; for each cell of a merged range what the range says."""
        cell = self.at(row, column)
        return cell.text if cell is not None else ""

    def place(self, row: int, column: int, key: str = "") -> Place:
        """Return the place of a cell."""
        return Place(self.file, self.name, cell_name(column - 1, row), key)

    @property
    def last_row(self) -> int:
        """The last row that holds something."""
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        """The last column that holds something."""
        return max((column for _, column in self.cells), default=0)
