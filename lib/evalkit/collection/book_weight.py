"""Whether a workbook can be opened as a whole: openpyxl makes an object of each cell, also of all that a merged range covers."""

from __future__ import annotations

from evalkit.messages import EvalkitError
from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Bounds, Budget
from evalkit.tables.books.markup import Handler, Names
from evalkit.tables.books.xlsx_parts import area

MOST_CELLS = 400_000  # also empty ones with a format
_MOST_RANGES = 5000  # merged: each is compared with all others
_MOST_COVERED = 200_000  # cells of merged ranges and links
LARGEST = 150 * 2**20  # bytes, packed or not
_RANGES = ("mergeCell", "hyperlink", "comment")


class _Scale(Handler):
    """Counts what openpyxl makes objects of."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.names = Names()
        self.cells = self.ranges = self.covered = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self.begun += 1
        name = self.names[name]
        if name == "c":
            self.cells += 1
        elif name in _RANGES:
            self.ranges += name == "mergeCell"
            found = area(attributes.get("ref", ""))
            if found is not None:
                (top, left), (bottom, right) = found
                self.covered += (abs(bottom - top) + 1) * (abs(right - left) + 1)
        if self.cells > MOST_CELLS:
            self.budget.too_many("cells", MOST_CELLS)
        if self.ranges > _MOST_RANGES or self.covered > _MOST_COVERED:
            self.budget.too_many("merged", _MOST_RANGES)


def check_weight(data: bytes, label: str) -> None:
    """Refuse a workbook that would take too long or too much room to open, or that has a document type in any of its parts.

    Parameters
    ----------
    data : bytes
        An ``.xlsx`` that was read before.
    label : str

    Raises
    ------
    EvalkitError
    """
    budget = Budget(label, Bounds(unpacked=LARGEST))
    archive = Archive(data, budget)
    scale = _Scale(budget)
    for name in sorted(archive.names):
        if not archive.small(name, 64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            continue
        try:
            archive.parse(name, scale)
        except EvalkitError as error:
            # Old drawings are often not well-formed; they are kept or dropped unread.
            if name.endswith(".vml") and error.problems[0].code == "book_damaged":
                continue
            raise
