"""States of a run without notebooks: assessed and written as the launcher writes them."""

from __future__ import annotations

import shutil
from pathlib import Path

from conftest import ROOT, TinyProject

from evalkit.assessment import Assessment, assess
from evalkit.assessment.assessment import RESULT_COLUMNS
from evalkit.catalog import load_catalog
from evalkit.intake import INPUT_COLUMNS, read_inputs
from evalkit.messages import EvalkitError
from evalkit.runner import state
from evalkit.runner.keys import region_keys
from evalkit.tables import write_csv


def write_state(root: Path, run: str) -> str:
    """Assess a run, put an earlier state into the history and return the name of the new one."""
    catalog = load_catalog(root)
    inputs = read_inputs(catalog, run)
    assert not inputs.errors(), inputs.errors()
    folder = catalog.project.processed(run)
    previous = state.archive(folder, 20) if state.read_json(folder / state.MANIFEST) else ""
    names = catalog.regions
    items = sorted(inputs.items.values(), key=lambda item: (item.region, item.variable, item.period))
    write_csv(folder / "inputs.csv", INPUT_COLUMNS, (item.record(names[item.region].name_zh) for item in items))
    rows: list[dict[str, str]] = []
    failed = []
    keys = region_keys(catalog, inputs)
    for code in catalog.run(run).regions:
        home = catalog.project.region(run, code)
        home.mkdir(parents=True, exist_ok=True)
        for name in ("results.csv", "traces.json"):
            (home / name).unlink(missing_ok=True)
        said = ""
        try:
            assessment: Assessment = assess(catalog, inputs, code)
            assessment.save(home)
            rows += assessment.rows
        except EvalkitError as error:
            failed.append(code)
            said = error.problems[0].message("zh")
        state.write_record(home, keys[code], said)
    write_csv(folder / "results.csv", RESULT_COLUMNS, rows)
    state.write_snapshot(catalog, run)
    state.write_manifest(catalog, run, failed, previous)
    return state.state_name(folder)


def report_project(root: Path) -> TinyProject:
    """Return the tiny project with all that reports need, not yet assessed."""
    project = TinyProject(root)
    shutil.copytree(ROOT / "reports" / "templates", root / "reports" / "templates")
    shutil.copytree(ROOT / "params" / "reports", root / "params" / "reports")
    for name in ("assess_region", "compare_regions"):
        project.write(f"notebooks/{name}.ipynb", '{"cells": []}')
    return project
