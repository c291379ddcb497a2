"""Where things stand in a project folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evalkit.messages import EvalkitError, Problem


@dataclass(frozen=True)
class Project:
    """A project folder with ``params/`` in it."""

    root: Path

    @property
    def params(self) -> Path:
        """Rules and set-up of runs."""
        return self.root / "params"

    @property
    def raw(self) -> Path:
        """Data as received."""
        return self.root / "data" / "raw"

    def processed(self, run: str) -> Path:
        """Folder of a run's results."""
        return self.root / "data" / "processed" / run

    def region(self, run: str, region: str) -> Path:
        """Folder of one region's results."""
        return self.processed(run) / "regions" / region

    def reports(self, run: str) -> Path:
        """Folder of a run's reports."""
        return self.root / "reports" / run

    def label(self, path: Path) -> str:
        """Return a path as messages show it: relative to the project, with forward slashes."""
        return path.relative_to(self.root).as_posix()


def find_project(start: Path | str | None = None) -> Project:
    """Return the project around `start` (default: the current folder), looking upward for ``params/``.

    Raises
    ------
    EvalkitError
        No such folder.
    """
    first = Path(start) if start is not None else Path.cwd()
    here = first.resolve()
    for folder in (here, *here.parents):
        if (folder / "params" / "documents.yml").is_file():
            return Project(folder)
    raise EvalkitError(Problem("not_a_project", values={"path": str(first)}))
