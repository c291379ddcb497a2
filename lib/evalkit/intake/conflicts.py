"""Several sources for one value: alike they are one input, else a person chooses."""

from __future__ import annotations

from collections.abc import Mapping

from evalkit.catalog.models import Decision
from evalkit.intake.inputs import Input, Inputs
from evalkit.messages import Place, Problem


def settle_conflicts(inputs: Inputs, found: Mapping[tuple[str, str, str], list[Input]], choices: list[tuple[Decision, Place]]) -> None:
    """Put one input per region, variable and period into `inputs`; two different values need a decision.

    Parameters
    ----------
    inputs : Inputs
        Gets the inputs, those that were passed over, the decisions that chose, and a problem for each conflict.
    found : mapping
        All readings by region, variable and period.
    choices : list of (Decision, Place)
        Decisions of the kind ``choose``.
    """
    chosen = {(d.region_code, d.key, d.period): (d, place) for d, place in choices}
    for key, candidates in found.items():
        first = candidates[0]
        if len(candidates) == 1 or all(_meaning(c) == _meaning(first) for c in candidates[1:]):
            inputs.items[key] = min(candidates, key=_as_printed) if len(candidates) > 1 else first  # whatever the order of the rows
            continue
        if key not in chosen:
            said = {"variable": first.variable, "period": first.period, "run": inputs.run, "region": first.region, "count": len(candidates),
                    "candidates": [candidate(c) for c in candidates]}  # fmt: skip
            inputs.problems.append(Problem("conflict", first.place(), said, "error", first.region))
            continue
        decision, place = chosen[key]
        wanted = [c for c in candidates if c.id == decision.choice]
        if not wanted:
            values = {"id": decision.id, "choice": decision.choice, "candidates": [c.id for c in candidates]}
            inputs.problems.append(Problem("choice_not_found", place, values, "error", first.region))
            continue
        item = wanted[0]
        inputs.items[key] = Input(**{**item.__dict__, "notes": (*item.notes, "conflict_decided")})
        inputs.chosen[key] = decision
        inputs.passed_over.extend(c for c in candidates if c is not item)


def candidate(item: Input) -> str:
    """Return a reading in one line: value and unit as received, the year if it is another, place and source."""
    year = f" ({item.data_year})" if item.data_year else ""
    return f"{as_received(item, ' ')}{year} [{' '.join(part for part in (item.id, item.source) if part)}]"


def as_received(item: Input, between: str = "") -> str:
    """Return value and unit as received; the unit once where the cell itself prints it."""
    unit = "" if item.unit_received == "-" or item.value_received.endswith(item.unit_received) else between + item.unit_received
    return f"{item.value_received}{unit if item.value is not None else ''}" or "—"


def _meaning(item: Input) -> tuple[object, ...]:
    return item.value, item.text, item.missing, item.bound, item.data_year


def _as_printed(item: Input) -> tuple[str, ...]:
    return item.file, item.value_received, item.unit_received, item.correction_id, item.source, ";".join(item.notes)
