"""Workbooks and tables as received, of any common kind: looked at before they are opened, bounded, nothing computed or executed."""

from evalkit.tables.books.grid import Cell, Sheet, Spot

__all__ = ["Cell", "Sheet", "Spot"]
