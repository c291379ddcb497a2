"""What is wrong with a table: collected, and not the same thing ten thousand times."""

from __future__ import annotations

from collections import Counter

from evalkit.messages import EvalkitError, Place, Problem

_EACH = 20  # problems of one kind and name that are listed one by one


class Findings:
    """Problems of a panel."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, problem: Problem, name: str = "") -> None:
        """Add a problem; from the twenty-first of its kind and `name` on it is only counted."""
        self._counts[problem.code, name] += 1
        if not name or self._counts[problem.code, name] <= _EACH:
            self.problems.append(problem)

    def all(self) -> list[Problem]:
        """Return the problems, and for each kind how many more there are."""
        more = [
            Problem("table_more", Place(), {"name": name, "count": count - _EACH})
            for (_, name), count in self._counts.items()
            if name and count > _EACH
        ]
        return [*self.problems, *more]

    def stop(self) -> None:
        """Raise what was found, if anything."""
        if self.problems:
            raise EvalkitError(self.all())


def spot(region: str, period: str, variable: str = "") -> Place:
    """Return the place of a cell of a table in memory."""
    return Place(cell=f"{region} {period}", key=variable)
