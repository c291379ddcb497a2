"""What a register of evidence means for inputs and decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from evalkit.catalog import Catalog
from evalkit.catalog.evidence import Evidence, Register, load_evidence
from evalkit.catalog.models import Decision
from evalkit.intake.inputs import Inputs
from evalkit.messages import Place, Problem, word


def apply_evidence(catalog: Catalog, inputs: Inputs, decisions: Sequence[tuple[Decision, Place]], region: str | None = None) -> None:
    """Read the register of a run, hold back decisions without complete evidence, and say of each input what proves it.

    A run without a register stays as it is.

    Parameters
    ----------
    catalog : Catalog
    inputs : Inputs
        Of the run, complete; changed.
    decisions : sequence of (Decision, Place)
        As :func:`evalkit.catalog.load_decisions` returns them.
    region : str, optional
        Only this region's lines are read.
    """
    register = load_evidence(catalog, inputs.run, inputs.problems, region)
    if register is None:
        return
    inputs.evidence = register
    _look_at_files(inputs, register)
    for decision, place in decisions:
        _hold_back(inputs, register, decision, place)
    _fill(inputs, register)


def _look_at_files(inputs: Inputs, register: Register) -> None:
    """Tell once of each file that is not there or not the one that was looked at, and that files are not recorded."""
    by_file: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for row in register.rows:
        by_file[(row.file, register.state(row))].append(row)
    for (file, state), rows in by_file.items():
        place, ids = register.places[rows[0].id], [row.id for row in rows]
        if state == "file_missing":
            inputs.problems.append(Problem("evidence_file_missing", place, {"ids": ids, "file": file}, "warning", rows[0].region_code))
        elif state == "changed":
            values = {"ids": ids, "file": file, "run": register.run}
            inputs.problems.append(Problem("evidence_changed", place, values, "warning", rows[0].region_code))
    unrecorded = [row for row in register.rows if register.state(row) == "unrecorded"]
    if unrecorded:
        count = {"count": len(unrecorded), "run": register.run}
        inputs.problems.append(Problem("evidence_unrecorded", register.places[unrecorded[0].id], count, "warning"))


def _hold_back(inputs: Inputs, register: Register, decision: Decision, place: Place) -> None:
    lacks = register.lacking(decision)
    if not lacks:
        return
    key = (decision.region_code, decision.period, decision.key)
    inputs.held_back[key] = inputs.decisions.pop(key, decision)
    said = [f"{name} {word('evidence_state', state)}".strip() for name, state in lacks.items()]
    values = {"id": decision.id, "lacks": "；".join(said), "run": inputs.run}
    inputs.problems.append(Problem("evidence_incomplete", place, values, "warning", decision.region_code))


def _fill(inputs: Inputs, register: Register) -> None:
    """Name the evidence of each input that names none itself; tell of names that the register does not have."""
    rows: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for row in register.rows:
        for variable in (row.key, f"reported.{row.key}"):
            rows[(row.region_code, variable)].append(row)
    known = {row.id for row in register.rows}
    files: dict[tuple[str, str], list[Evidence]] = defaultdict(list)  # a form asks for the name of the file, not for an id
    for row in register.rows:
        files[(row.region_code, row.file.rpartition("/")[2])].append(row)
    for key, item in inputs.items.items():
        if not item.evidence_id:
            ids = [row.id for row in rows.get((item.region, item.variable), []) if row.proves(item.variable, item.period)]
            if ids:
                inputs.items[key] = replace(item, evidence_id=";".join(ids))
            continue
        said: dict[str, None] = {}
        strange = []
        for name in (name.strip() for name in item.evidence_id.replace("；", ";").split(";")):
            of_file = [row.id for row in files.get((item.region, name), []) if row.proves(item.variable, item.period)]
            if name not in known and not of_file:
                strange.append(name)
            said |= dict.fromkeys([name] if name in known or not of_file else of_file)
        if list(said) != item.evidence_id.split(";"):
            inputs.items[key] = replace(item, evidence_id=";".join(said))
        if strange:
            values = {"ids": strange, "register": register.label}
            inputs.problems.append(Problem("evidence_unknown", item.place(), values, "warning", item.region))
