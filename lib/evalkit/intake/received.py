"""A figure as it stands in a file, before anybody reads it: what tables, forms and mapped workbooks have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evalkit.messages import Place
from evalkit.tables.books import Cell


@dataclass(frozen=True, slots=True)
class Received:
    """One figure of a raw file.

    Parameters
    ----------
    file : str
        Relative to ``data/raw``.
    sheet, address : str
        Where the figure stands: sheet (empty for CSV) and cell, such as ``E12``.
    cell : Cell
        What stands there.
    region_code, period, variable : str
        What it is the figure of.
    unit : str
        Unit as the head, a column or a mapping says; empty when only the cell can say it.
    missing : str
        Typed reason that the source states in a place of its own; empty when only the cell can say it.
    line, letters
        For tidy tables: the line, and the letter of each column.
    """

    file: str
    sheet: str
    address: str
    cell: Cell
    region_code: str
    period: str
    variable: str
    unit: str = ""
    missing: str = ""
    data_year: str = ""
    source: str = ""
    evidence_id: str = ""
    entity: str = ""
    notes: tuple[str, ...] = ()
    line: int = 0
    letters: Mapping[str, str] | None = None

    def spot(self, column: str) -> Place:
        """Return the place of another column of the same line of a tidy table; elsewhere that of the figure."""
        if self.letters is None or column not in self.letters:
            return self.place()
        return Place(f"data/raw/{self.file}", self.sheet, f"{self.letters[column]}{self.line}", self.key)

    @property
    def key(self) -> str:
        """What the figure is of: region, variable, period."""
        return f"{self.region_code} {self.variable} {self.period}"

    @property
    def id(self) -> str:
        """``file!cell`` or ``file!sheet!cell``."""
        return "!".join(part for part in (self.file, self.sheet, self.address) if part)

    def place(self) -> Place:
        """Return file, sheet and cell, and what the figure is of."""
        return Place(f"data/raw/{self.file}", self.sheet, self.address, self.key)
