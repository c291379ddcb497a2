"""What an import is told besides the workbook, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from evalkit.catalog.models import Document, IndicatorSet, Measure
from evalkit.messages import Place, Problem
from evalkit.tables import Located

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Settings:
    """What the person who types a table in says about it; empty where the workbook says it.

    Parameters
    ----------
    id, document, name : str
        Of the set. `document` is an id of ``documents.yml``, or a new one with `number` and `title`.
    levels : tuple of str
    complete : bool
        Every row of the document is there.
    state, via, note : str
        How and where the table was seen, for each line that does not say so itself.
    sheet : str
        Which sheet to read, where several look like indicator tables.
    replace : bool
        A set of that id may exist already; its own measures are made anew.
    """

    id: str = ""
    document: str = ""
    number: str = ""
    title: str = ""
    name: str = ""
    levels: tuple[str, ...] = ()
    complete: bool = False
    state: str = ""
    via: str = ""
    note: str = ""
    sheet: str = ""
    replace: bool = False


@dataclass
class Imported:
    """A set read from a workbook.

    Parameters
    ----------
    indicator_set : IndicatorSet or None
        None as long as something is not understood.
    measures : list of Measure
        New ones, and those of the set's own file that it still uses.
    document : Document or None
        A new one.
    problems : list of Problem
        Everything that was not understood, with its cell; warnings too.
    readings : dict
        Rule by text, as YAML in one line, of the 指标值 that were understood.
    ruled : int
        How many 指标值 were read from the column 规则.
    """

    indicator_set: IndicatorSet | None = None
    measures: list[Measure] = field(default_factory=list)
    document: Document | None = None
    problems: list[Problem] = field(default_factory=list)
    readings: dict[str, str] = field(default_factory=dict)
    ruled: int = 0

    @property
    def errors(self) -> list[Problem]:
        """Problems that keep the set from being written."""
        return [problem for problem in self.problems if problem.severity == "error"]


class CellMap(Located):
    """Content whose parts know the cells of a workbook that they come from."""

    def __init__(self, label: str, content: Any) -> None:
        super().__init__(label, content)
        self.spots: dict[Path, Place] = {}

    def place(self, *path: str | int) -> Place:
        """Return the cell of a part, or of the nearest known part above it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.spots:
                found = self.spots[path[:end]]
                return Place(found.file, found.sheet, found.cell, found.key or ".".join(map(str, path)))
        return Place(self.label, key=".".join(map(str, path)))

    def put(self, where: dict[str, Any], path: Path, key: str, value: Any, spot: Place) -> None:
        """Put a value into a part of the content and remember its cell; what is empty is left out."""
        if value not in ("", None, []):
            where[key] = value
            self.spots[(*path, key)] = spot
