"""What the assessment reads: one entry per region, variable and period."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.catalog.evidence import Register
from evalkit.catalog.models import Correction, Decision
from evalkit.messages import Place, Problem
from evalkit.values import Missing, format_full

INPUT_COLUMNS = [
    "region_code", "region", "period", "variable", "value", "unit", "source", "entity",
    "id", "file", "sheet", "cell", "value_received", "unit_received", "factor",
    "correction_id", "evidence_id", "missing_reason", "data_year", "bound", "note", "habits", "remark",
]  # fmt: skip


_COUNTED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*@[0-9a-f]{12})/results\.csv", re.ASCII)


def counted_in(file: str) -> str:
    """Return the state of the finished run (``RUN@STATE``) that the `file` of an input names; empty for a raw file."""
    found = _COUNTED.fullmatch(file)
    return found[1] if found else ""


def input_path(file: str) -> str:
    """Return the `file` of an input as seen from the project: under data/raw, or data/processed where it names a state of a run."""
    return f"data/processed/{file}" if counted_in(file) else f"data/raw/{file}"


@dataclass(frozen=True)
class Input:
    """A value as the assessment uses it, and where it comes from.

    Parameters
    ----------
    id : str
        ``file!cell`` or ``file!sheet!cell``, with ``/2``, ``/3`` for further readings of one cell.
    region, variable, period : str
    value : Fraction or None
        Exact value in the variable's unit. None when there is none, or for qualitative text.
    unit : str
        The variable's unit.
    text : str
        What the source prints, for qualitative variables.
    missing : str
        Typed reason; with a value beside it the figure is shown but not assessed.
    bound : {"", "lower", "upper"}
        The value is only a bound of the true one.
    data_year : str
        Year of the value when it is not that of the period.
    factor : Fraction
        What the number received was multiplied by.
    habits : tuple of str
        What was tidied in the cell (words of the group ``figure_habit``).
    remark : str
        Note behind the number in the cell.
    """

    id: str
    region: str
    variable: str
    period: str
    value: Fraction | None
    unit: str
    file: str
    cell: str
    value_received: str
    unit_received: str
    text: str = ""
    missing: str = ""
    bound: str = ""
    data_year: str = ""
    factor: Fraction = Fraction(1)
    correction_id: str = ""
    evidence_id: str = ""
    entity: str = ""
    source: str = ""
    sheet: str = ""
    habits: tuple[str, ...] = ()
    remark: str = ""
    notes: tuple[str, ...] = ()
    folder: str = "data/raw"

    @property
    def usable(self) -> Fraction | Missing:
        """The value, or why there is none to calculate with."""
        if self.missing:
            return Missing(self.missing, self.variable)
        return self.value if self.value is not None else Missing("not_collected", self.variable)

    @property
    def shown(self) -> str:
        """The value as text: plain decimal, qualitative text, or nothing."""
        return self.text if self.value is None else format_full(self.value, 40)

    def place(self) -> Place:
        """Return file and cell."""
        return Place(f"{self.folder}/{self.file}", self.sheet, self.cell, self.variable)

    def record(self, region_name: str) -> dict[str, str]:
        """Return the row of ``inputs.csv``."""
        return {
            "region_code": self.region, "region": region_name, "period": self.period, "variable": self.variable,
            "value": self.shown, "unit": self.unit, "source": self.source, "entity": self.entity,
            "id": self.id, "file": self.file, "sheet": self.sheet, "cell": self.cell, "value_received": self.value_received,
            "unit_received": self.unit_received, "factor": format_full(self.factor), "correction_id": self.correction_id,
            "evidence_id": self.evidence_id, "missing_reason": self.missing, "data_year": self.data_year,
            "bound": self.bound, "note": ";".join(self.notes), "habits": ";".join(self.habits), "remark": self.remark,
        }  # fmt: skip


@dataclass(frozen=True)
class Accepted:
    """A warning that a person accepted: the input it is about, the warning as it was, and the decision."""

    item: Input
    problem: Problem
    decision: Decision


@dataclass
class Inputs:
    """All inputs of a run, and what was found wrong with them."""

    run: str
    items: dict[tuple[str, str, str], Input] = field(default_factory=dict)
    passed_over: list[Input] = field(default_factory=list)
    chosen: dict[tuple[str, str, str], Decision] = field(default_factory=dict)  # the decisions by which others were passed over
    accepted: list[Accepted] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    decisions: dict[tuple[str, str, str], Decision] = field(default_factory=dict)
    adopted: dict[tuple[str, str, str], Decision] = field(default_factory=dict)  # values that a panel settled on, by measure
    held_back: dict[tuple[str, str, str], Decision] = field(default_factory=dict)  # their evidence is not complete
    evidence: Register | None = None
    _periods: tuple[int, dict[str, dict[str, set[str]]]] = field(default=(-1, {}), init=False, repr=False, compare=False)

    def get(self, region: str, variable: str, period: str) -> Input | None:
        """Return the input of a region, variable and period, or None."""
        return self.items.get((region, variable, period))

    def periods(self, region: str, variables: Iterable[str]) -> set[str]:
        """Return the periods of a region for which there is an input of any of some variables."""
        if self._periods[0] != len(self.items):  # looked through once, not for each region
            index: dict[str, dict[str, set[str]]] = {}
            for code, variable, period in self.items:
                index.setdefault(code, {}).setdefault(variable, set()).add(period)
            self._periods = (len(self.items), index)
        found = self._periods[1].get(region, {})
        return {period for variable in variables for period in found.get(variable, ())}

    def errors(self, region: str | None = None) -> list[Problem]:
        """Return the errors that concern a region, or with None those that concern the whole run."""
        return [p for p in self.problems if p.severity == "error" and p.region == (region or "")]
