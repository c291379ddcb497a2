"""Workbooks and tables as received, of any common kind: looked at before they are opened, bounded, nothing computed or executed."""

from evalkit.tables.books.grid import Cell, Sheet, Spot
from evalkit.tables.books.reading import read_book

__all__ = ["Cell", "Sheet", "Spot", "read_book"]
