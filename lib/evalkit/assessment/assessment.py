"""What an assessment of one region yields."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.tables import write_csv, write_json

if TYPE_CHECKING:
    import pandas as pd

RESULT_COLUMNS = [
    "run", "region_code", "region", "period", "basis", "set", "indicator", "seq", "part_of", "domain", "task",
    "name_zh", "name_en", "attribute", "class", "unit", "value", "value_text", "value_source", "data_year",
    "reported_value", "computed_value", "adopted_value", "rounded_value", "target_text", "target_value", "target_state",
    "assigned_value", "status", "reason", "gap", "base_period", "base_value", "previous_value",
    "milestone", "milestone_value", "progress", "note",
]  # fmt: skip


@dataclass
class Assessment:
    """Results and traces of one region in one run.

    Parameters
    ----------
    run, region : str
    rows : list of dict
        The rows of ``results.csv``, all text; see docs/data-formats.md.
    traces : list of dict
        How each row came about, in the same order.
    """

    run: str
    region: str
    rows: list[dict[str, str]] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)

    def frame(self) -> pd.DataFrame:
        """Return the results as a table; numbers as floats for display, everything else as text."""
        import pandas as pd

        table = pd.DataFrame(self.rows, columns=RESULT_COLUMNS)
        for column in ("value", "target_value", "gap", "base_value", "previous_value", "milestone_value", "progress"):
            table[column] = pd.to_numeric(table[column], errors="coerce")
        return table

    def trace(
        self, indicator: str, period: str | None = None, basis: str | None = None, milestone: str | None = None
    ) -> dict[str, Any] | None:
        """Return the trace of an indicator: the latest period and the threshold first, unless asked otherwise."""
        found = [
            trace
            for trace in self.traces
            if trace["key"]["indicator"] == indicator
            and period in (None, trace["key"]["period"])
            and basis in (None, trace["key"]["basis"])
            and milestone in (None, trace["key"]["milestone"])
        ]
        latest = max((trace["key"]["period"] for trace in found), default="")
        return next((trace for trace in found if trace["key"]["period"] == latest), None)

    def save(self, folder: Path) -> list[Path]:
        """Write ``results.csv`` and ``traces.json`` into a folder and return their paths."""
        results, traces = folder / "results.csv", folder / "traces.json"
        write_csv(results, RESULT_COLUMNS, self.rows)
        write_json(traces, {"schema": 1, "run": self.run, "region_code": self.region, "traces": self.traces})
        return [results, traces]

    @classmethod
    def load(cls, folder: Path) -> Assessment:
        """Read back what :meth:`save` wrote."""
        from evalkit.tables import read_csv

        rows, _ = read_csv(folder / "results.csv", "results.csv", RESULT_COLUMNS)
        stored = json.loads((folder / "traces.json").read_text(encoding="utf-8"))
        return cls(stored["run"], stored["region_code"], [dict(row.cells) for row in rows], stored["traces"])
