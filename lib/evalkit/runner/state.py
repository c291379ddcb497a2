"""What went into a run and what came out, as hashes; and whether that still holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import evalkit
from evalkit.catalog import Catalog
from evalkit.messages import language
from evalkit.tables import file_sha256

_PACKAGES = ("pandas", "numpy", "matplotlib", "seaborn", "papermill", "pydantic")


@dataclass(frozen=True)
class RunState:
    """Whether the results of a run are those of the files as they are now.

    `changed` names the files that differ when it is stale.
    """

    state: Literal["fresh", "stale", "never"]
    changed: tuple[str, ...] = ()


def inputs_of(catalog: Catalog, run_id: str) -> dict[str, str]:
    """Return the SHA-256 of every file that can change the results of a run, by its name in the project."""
    project, run = catalog.project, catalog.run(run_id)
    params = project.params
    paths = [params / name for name in ("documents.yml", "units.yml", "variables.yml")]
    paths += sorted((params / "measures").glob("*.yml"))
    paths += [params / "sets" / f"{name}.yml" for name in run.sets]
    paths += [params / "sets" / f"{catalog.plans[name].set}.yml" for name in run.plans if catalog.plans[name].set]
    paths += [params / "plans" / f"{name}.yml" for name in run.plans]
    paths += [params / "regions" / f"{code}.yml" for code in run.regions]
    paths += [params / "runs" / f"{run_id}.yml", params / "corrections" / f"{run_id}.yml", params / "decisions" / f"{run_id}.csv"]
    paths += [project.raw / name for name in run.inputs]
    paths += sorted((project.root / "notebooks").glob("*.ipynb"))
    files = {project.label(path): file_sha256(path) for path in dict.fromkeys(paths) if path.is_file()}
    return {**files, "evalkit": code_hash(), "language": language()}


def code_hash() -> str:
    """Return one hash over the installed evalkit package."""
    root = Path(evalkit.__file__).parent
    total = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.yml")]):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def manifest(catalog: Catalog, run_id: str, outputs: list[Path], failed: list[str]) -> dict[str, Any]:
    """Return the record of a run: what went in, what came out, with which versions."""
    from importlib.metadata import version

    folder = catalog.project.processed(run_id)
    return {
        "schema": 1,
        "run": run_id,
        "evalkit": evalkit.__version__,
        "packages": {name: version(name) for name in _PACKAGES},
        "inputs": inputs_of(catalog, run_id),
        "outputs": {path.relative_to(folder).as_posix(): file_sha256(path) for path in sorted(outputs) if path.is_file()},
        "failed": failed,
    }


def run_state(catalog: Catalog, run_id: str) -> RunState:
    """Compare the record of a run with the files as they are now."""
    folder = catalog.project.processed(run_id)
    try:
        stored = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return RunState("never")
    now = inputs_of(catalog, run_id)
    changed = [name for name in {**stored["inputs"], **now} if stored["inputs"].get(name) != now.get(name)]
    changed += [name for name, digest in stored["outputs"].items() if not (folder / name).is_file() or file_sha256(folder / name) != digest]
    if stored["failed"]:
        changed += [f"regions/{code}" for code in stored["failed"]]
    return RunState("stale", tuple(changed)) if changed else RunState("fresh")
