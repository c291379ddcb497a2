"""Everything that is wrong with a run, in one pass, and in the order in which people read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from evalkit.assessment import assess, check_run
from evalkit.assessment.needs import unused_inputs
from evalkit.catalog import Catalog
from evalkit.catalog.reviews import check_reviews, load_reviews
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Problem, language, word

SEVERITIES = ("error", "warning", "note")
#: Beside the word, so that a severity is not a colour alone; in the fonts of Excel, WPS and terminals.
SYMBOLS = {"error": "×", "warning": "▲", "note": "※"}
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})(?::[A-Z]{1,3}[1-9][0-9]{0,6})?")


def problems_of(catalog: Catalog, run_id: str) -> list[Problem]:
    """Return what is wrong with data and rules of a run: inputs, levels, classes, unused variables, calculations, registers of the review.

    Parameters
    ----------
    catalog : Catalog
        With its units checked.
    run_id : str

    Returns
    -------
    list of Problem
        Each once, in the order in which it was found. Nothing is written.

    Raises
    ------
    EvalkitError
        There is no such run.
    """
    inputs = read_inputs(catalog, run_id)
    problems = [*inputs.problems, *check_run(catalog, run_id), *unused_inputs(catalog, inputs)]
    for code in catalog.run(run_id).regions:
        if not inputs.errors() and not inputs.errors(code):
            try:
                assess(catalog, inputs, code, traces=False)
            except EvalkitError as error:
                problems += error.problems
    reviews = load_reviews(catalog.project, run_id, problems)
    return once([*problems, *check_reviews(catalog, reviews)])


def once(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems without those that say the same of the same place."""
    return list({(p.code, str(p.place), p.message()): p for p in problems}.values())


def by_file(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """Return problems by file: files with errors first, within a file by sheet, row and column."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.place.file, []).append(problem)
    worst = {file: min(SEVERITIES.index(p.severity) for p in own) for file, own in found.items()}
    return {file: sorted(found[file], key=_spot) for file in sorted(found, key=lambda file: (worst[file], file))}


def counts(problems: Sequence[Problem]) -> dict[str, int]:
    """Return how many problems there are of each severity, the worst first."""
    return {severity: sum(problem.severity == severity for problem in problems) for severity in SEVERITIES}


def cell_of(address: str) -> tuple[int, int] | None:
    """Return row and column of a cell, of a range those of its first one; None where the text is no address."""
    found = _CELL.fullmatch(address)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def with_names(catalog: Catalog, problems: Iterable[Problem]) -> list[Problem]:
    """Return problems that call a variable by its name, the id in brackets: a department knows what its form says."""
    return [replace(problem, values={**problem.values, "variable": _called(catalog, problem.values)}) if _unnamed(problem) else problem
            for problem in problems]  # fmt: skip


def _unnamed(problem: Problem) -> bool:
    return "variable" in problem.values and "name" not in problem.values


def _called(catalog: Catalog, values: dict[str, object]) -> str:
    variable = str(values["variable"])
    family, _, measure = variable.partition(".")
    known = catalog.variables.get(variable) or (catalog.measures.get(measure) if family in ("reported", "assigned") else None)
    if known is None:
        return variable
    return f"{known.name_zh}（{variable}）" if language() == "zh" else f"{known.name_en} ({variable})"


def asked(problem: Problem) -> str:
    """Return what a department is asked to do: it writes no corrections or decisions into the rules, as we may."""
    text = word("to_department", problem.code)
    return problem.remedy() if text == problem.code or problem.accepted else text


def _spot(problem: Problem) -> tuple[str, tuple[int, int], int]:
    return problem.place.sheet, cell_of(problem.place.cell) or (0, 0), SEVERITIES.index(problem.severity)
