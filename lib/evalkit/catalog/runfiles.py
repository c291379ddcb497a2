"""What people wrote down for one run: corrections of odd cells, and decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalkit.catalog.models import Correction, Decision
from evalkit.catalog.reading import build_list, build_row, read_yaml
from evalkit.messages import EvalkitError, Place, Problem, known_codes, word
from evalkit.tables import read_csv
from evalkit.values import PlainDecimalError, parse_decimal

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog

DECISION_COLUMNS = ["id", "kind", "region_code", "period", "key", "verdict", "choice", "by", "date", "evidence", "reason"]


def load_corrections(catalog: Catalog, run_id: str, problems: list[Problem]) -> list[tuple[Correction, Place]]:
    """Return the corrections of a run with their places; problems are added to the list."""
    path = catalog.project.params / "corrections" / f"{run_id}.yml"
    if not path.exists():
        return []
    located = read_yaml(path, catalog.project.label(path), problems)
    found: list[tuple[Correction, Place]] = []
    seen: dict[str, Place] = {}
    for correction, spot in build_list(Correction, "corrections", located, problems):
        place = located.place(*spot)
        if correction.id in seen:
            problems.append(Problem("duplicate_id", place, {"id": correction.id, "other": seen[correction.id]}))
        seen.setdefault(correction.id, place)
        found.append((correction, place))
    return found


def load_decisions(catalog: Catalog, run_id: str, problems: list[Problem], region: str | None = None) -> list[tuple[Decision, Place]]:
    """Return the decisions of a run (with `region` only that region's) with their places; problems are added to the list."""
    path = catalog.project.params / "decisions" / f"{run_id}.csv"
    if not path.exists():
        return []
    label = catalog.project.label(path)
    try:
        rows, row_problems = read_csv(
            path, label, DECISION_COLUMNS, optional=["expect"], only=("region_code", region) if region is not None else None
        )
    except EvalkitError as error:
        problems.extend(error.problems)
        return []
    problems.extend(row_problems)
    found: list[tuple[Decision, Place]] = []
    seen: dict[tuple[str, ...], Place] = {}
    for row in rows:
        place = Place(label, cell=row.address("id"), key=row["id"])
        decision = build_row(Decision, row, label, row["id"], problems)
        if decision is None:
            continue
        accepted = [decision.choice] if decision.kind == "accept" else []  # a value may have several warnings
        key = (decision.kind, decision.region_code, decision.period, decision.key, *accepted)
        if key in seen:
            problems.append(Problem("duplicate_id", place, {"id": " ".join(key), "other": seen[key]}))
        seen.setdefault(key, place)
        problems.extend(_check(catalog, decision, place))
        found.append((decision, place))
    return found


def _no_decimal(text: str, place: Place, column: str) -> list[Problem]:
    try:
        parse_decimal(text)
    except PlainDecimalError:
        spot = Place(place.file, place.sheet, place.cell, f"{place.key}.{column}")
        return [Problem("bad_value", spot, {"value": text, "detail": word("detail", "decimal")})]
    return []


def _check(catalog: Catalog, decision: Decision, place: Place) -> list[Problem]:
    from evalkit.catalog.load import near

    problems = []
    if decision.region_code not in catalog.regions:
        values = {"kind": "region", "id": decision.region_code, "hint": near(decision.region_code, catalog.regions)}
        problems.append(Problem("unknown_id", place, values))
    if decision.kind in ("qualitative", "adopt"):
        if decision.key not in catalog.measures:
            problems.append(
                Problem("unknown_id", place, {"kind": "measure", "id": decision.key, "hint": near(decision.key, catalog.measures)})
            )
        elif decision.kind == "adopt" and catalog.measures[decision.key].kind != "number":
            problems.append(Problem("bad_value", place, {"value": decision.key, "detail": word("detail", "no_number_measure")}))
        if decision.kind == "qualitative" and not decision.verdict:
            problems.append(Problem("missing_key", place, {"key": "verdict"}))
        if decision.kind == "adopt":
            for column in ("choice", "expect"):
                text = getattr(decision, column)
                if text != "" or column == "choice":
                    problems += _no_decimal(text, place, column)
    elif catalog.variable_unit(decision.key) is None:
        problems.append(
            Problem("unknown_id", place, {"kind": "variable", "id": decision.key, "hint": near(decision.key, catalog.variables)})
        )
    if decision.kind == "accept":
        if decision.choice not in known_codes():
            values = {"kind": "problem", "id": decision.choice, "hint": near(decision.choice, known_codes())}
            problems.append(Problem("unknown_id", place, values))
        if not decision.expect:
            problems.append(Problem("missing_key", place, {"key": "expect"}))
    return problems
