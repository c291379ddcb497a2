"""Warnings that a person accepts: they stay in sight, with who, when and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from evalkit.catalog.models import Decision
from evalkit.intake.inputs import Accepted, Inputs
from evalkit.messages import Place, Problem


def accept_warnings(inputs: Inputs, acceptances: list[tuple[Decision, Place]], *, whole_run: bool = True) -> None:
    """Make notes of the warnings that were accepted, and say which acceptances do not hold.

    Parameters
    ----------
    inputs : Inputs
        Its problems change in place; what was accepted is added to ``accepted``.
    acceptances : list of (Decision, Place)
        Decisions of the kind ``accept``: region, period and variable, the code of the warning as `choice`, the value as received
        as `expect`. An error cannot be accepted.
    whole_run : bool
        All regions were read. Else a warning that rests on other regions may be absent, and nothing is said of acceptances without one.
    """
    if not acceptances:
        return
    found: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for position, problem in enumerate(inputs.problems):
        found[(problem.code, *_subject(problem))].append(position)
    for decision, place in acceptances:
        said = {"id": decision.id, "code": decision.choice, "variable": decision.key, "period": decision.period}
        positions = found.get((decision.choice, decision.region_code, decision.key, decision.period), [])
        severities = {inputs.problems[position].severity for position in positions}
        item = inputs.get(decision.region_code, decision.key, decision.period)
        if "error" in severities:
            inputs.problems.append(Problem("acceptance_of_error", place, said, "warning", decision.region_code))
        elif "warning" not in severities or item is None:
            if whole_run:
                inputs.problems.append(Problem("acceptance_unused", place, said, "warning", decision.region_code))
        elif item.value_received != decision.expect:
            both = {"id": decision.id, "code": decision.choice, "expect": decision.expect, "found": item.value_received, "place": item.id}
            inputs.problems.append(Problem("acceptance_expired", place, both, "warning", decision.region_code))
        else:
            for position in positions:
                problem = inputs.problems[position]
                by = (decision.by, decision.date, decision.reason)
                inputs.problems[position] = replace(problem, severity="note", accepted=by)
                inputs.accepted.append(Accepted(item, problem, decision))


def _subject(problem: Problem) -> tuple[str, str, str]:
    """Return region, variable and period that a problem concerns, as its values or its place name them."""
    variable, period = problem.values.get("variable"), problem.values.get("period")
    if variable is None or period is None:
        words = problem.place.key.split(" ")
        return (words[0], words[1], words[2]) if len(words) == 3 else (problem.region, str(variable), str(period))
    return problem.region, str(variable), str(period)
