"""What a region's result depends on, as one hash per layer."""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import evalkit
from evalkit.assessment.lines import lines_of
from evalkit.assessment.needs import measures_of
from evalkit.catalog import Catalog
from evalkit.catalog.models import Correction, Decision, Region, Run
from evalkit.intake import Input, Inputs
from evalkit.intake.inputs import counted_in
from evalkit.messages import language

#: Layers in the order in which a difference is looked for.
LAYERS = ("data", "corrections", "decisions", "rules", "plan", "region", "run", "code", "notebook", "environment", "language")
#: Parts of the package on which values and verdicts depend; the others only show them.
CALCULATION = ("values", "formulas", "catalog", "intake", "assessment")
PACKAGES = ("pandas", "numpy", "matplotlib", "seaborn", "papermill", "pydantic")


def region_keys(catalog: Catalog, inputs: Inputs) -> dict[str, dict[str, str]]:
    """Return by region of a run the hash of each layer on which its result depends.

    Comments, docstrings, the order of keys in a file and rules that a region does not use change nothing.
    """
    run = catalog.run(inputs.run)
    items, corrections, decisions = _by_region(inputs)
    apart: dict[str, object] = {"regions": [], "inputs": [], "plans": [], "progress_sheets": [], "annual_targets": [],
                               "report": "", "prepared_by": "", "authors": []}  # fmt: skip
    common = {
        "run": _digest([repr(run.model_copy(update=apart))]),
        "code": code_digest(),
        "notebook": notebook_digest(catalog.project.root / "notebooks" / "assess_region.ipynb"),
        "environment": _digest([json.dumps(versions(), sort_keys=True)]),
        "language": language(),
    }
    rules: dict[tuple[str, ...], str] = {}  # regions of one level, without plans of their own, are under the same rules
    keys = {}
    for code in run.regions:
        region, plans = catalog.regions[code], catalog.plans_of(run, code)
        under = (region.level, *(plan.id for plan in plans))
        if under not in rules:
            rules[under] = _digest(_rules(catalog, run, region))
        keys[code] = {
            "data": _digest(map(_as_used, items[code])),
            "corrections": _digest(map(repr, corrections[code])),
            "decisions": _digest([*map(repr, decisions[code]), *_evidence(inputs, code)]),
            "rules": rules[under],
            "plan": _digest(map(repr, plans)),
            "region": _digest([repr(region)]),
            **common,
        }
    return keys


def _as_used(item: Input) -> str:
    """Return an input as a result depends on it: a count of subordinate units that is the same in a later state of their run holds."""
    return repr(replace(item, file=item.source) if counted_in(item.file) else item)


def _evidence(inputs: Inputs, code: str) -> Iterable[str]:
    """Yield the evidence of a region, each with the file that there is: whether a decision counts depends on it."""
    for row in inputs.evidence.rows if inputs.evidence is not None else ():
        if row.region_code == code:
            yield repr((row, inputs.evidence.found(row.file) if row.file and inputs.evidence is not None else ""))


def _by_region(inputs: Inputs) -> tuple[dict[str, list[Input]], dict[str, list[Correction]], dict[str, list[Decision]]]:
    items: dict[str, list[Input]] = defaultdict(list)
    corrections: dict[str, list[Correction]] = defaultdict(list)
    decisions: dict[str, list[Decision]] = defaultdict(list)
    for item in sorted(inputs.items.values(), key=lambda item: (item.region, item.variable, item.period)):
        items[item.region].append(item)
    for correction in inputs.corrections:
        corrections[correction.region].append(correction)
    for decision in sorted((*inputs.decisions.values(), *inputs.adopted.values()), key=lambda decision: decision.id):
        decisions[decision.region_code].append(decision)
    return items, corrections, decisions


def _rules(catalog: Catalog, run: Run, region: Region) -> Iterable[str]:
    """Yield everything that the lines of a region reach: sets, measures, formulas, variables, units."""
    seen: set[str] = set()
    for line in lines_of(catalog, run, region):
        yield repr(line)
        for measure in measures_of(catalog, line.measure, line.rule):
            if measure.id in seen:
                continue
            seen.add(measure.id)
            yield repr(measure)
            formula = measure.built
            if formula is not None:
                yield formula.hash
                for role in sorted(measure.roles):
                    yield repr(catalog.variables.get(measure.binding(role).variable))
    for set_id in run.sets:
        found = catalog.sets[set_id]
        yield repr((found.name_zh, found.name_en, found.document, found.complete, found.rounding, found.classes))


@cache
def code_digest() -> str:
    """Return one hash over the calculation code: what it does, not how it is commented or laid out."""
    root = Path(evalkit.__file__).parent
    paths = sorted(path for name in CALCULATION for path in (root / name).rglob("*.py"))
    return _digest(f"{path.relative_to(root).as_posix()}\n{_meaning(path.read_text(encoding='utf-8'))}" for path in paths)


def _meaning(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def notebook_digest(path: Path) -> str:
    """Return the hash of a notebook's cells, without outputs and metadata."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return _digest(f"{cell['cell_type']}\n{''.join(cell['source'])}" for cell in cells)


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the results pass through."""
    from importlib.metadata import version

    return {"python": f"{sys.version_info.major}.{sys.version_info.minor}", **{name: version(name) for name in PACKAGES}}


def _digest(parts: Iterable[str]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode() + b"\0")
    return total.hexdigest()[:16]
