"""How much is read of one file, and the refusals that all kinds of files share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables.csvs import cell_name


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that is read of one file, far beyond what people fill in and small enough for any computer.

    Parameters
    ----------
    packed, unpacked : int
        Bytes of the file, and of all parts of its archive.
    parts : int
        Parts of the archive.
    rows, columns : int
        The last row and column that may hold something.
    cells : int
        Cells that hold something, in the whole file.
    declared : int
        Cells that are named, also empty ones.
    merged : int
        Merged ranges.
    covered : int
        Cells within merged ranges.
    nodes : int
        Elements of the XML, in the whole file.
    characters : int
        Characters of all texts that are kept.
    longest : int
        Characters of one cell; Excel's own limit is 32,767.
    """

    packed: int = 100 * 2**20
    unpacked: int = 250 * 2**20
    parts: int = 5000
    rows: int = 250_000
    columns: int = 1000
    cells: int = 2_000_000
    declared: int = 3_000_000
    merged: int = 50_000
    covered: int = 1_000_000
    nodes: int = 6_500_000
    characters: int = 40_000_000
    longest: int = 100_000


class Budget:
    """What has been read of one file so far."""

    def __init__(self, label: str, bounds: Bounds) -> None:
        self.place = Place(label)
        self.bounds = bounds
        self.cells = self.declared = self.merged = self.covered = self.nodes = self.characters = 0

    def check(self, place: Place | None = None) -> None:
        """Refuse the file when something is beyond its bound."""
        for name in ("cells", "declared", "merged", "covered", "nodes", "characters"):
            if getattr(self, name) > getattr(self.bounds, name):
                self.too_many(name, getattr(self.bounds, name), place)

    def reach(self, row: int, column: int, sheet: str) -> None:
        """Refuse a cell that stands too far outside."""
        if row > self.bounds.rows or column > self.bounds.columns:
            detail = word("book_fault", "reach").format(rows=self.bounds.rows, columns=cell_name(self.bounds.columns - 1, 1)[:-1])
            spot = Place(self.place.file, sheet, cell_name(max(column, 1) - 1, max(row, 1)))
            raise EvalkitError(Problem("book_large", spot, {"detail": detail}))

    def too_many(self, what: str, most: int, place: Place | None = None) -> NoReturn:
        """Refuse the file for one of its bounds."""
        detail = word("book_most", what).format(most=f"{most:,}")
        raise EvalkitError(Problem("book_large", place or self.place, {"detail": detail}))

    def damaged(self, detail: str, place: Place | None = None) -> NoReturn:
        """Refuse the file as damaged."""
        raise EvalkitError(Problem("book_damaged", place or self.place, {"detail": detail}))
