"""What a run has made, whether it still holds, and its earlier states."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import evalkit
from evalkit.catalog import Catalog
from evalkit.catalog.evidence import Register, digest_of, keep_hashes, load_evidence, register_path
from evalkit.catalog.verifications import verification_files
from evalkit.messages import language
from evalkit.project import Project
from evalkit.review.states import HISTORY, MANIFEST, RECORD, SNAPSHOT, history, package_digest, read_record, state_name
from evalkit.runner.keys import LAYERS, versions
from evalkit.tables import file_sha256, write_json

__all__ = [
    "HISTORY", "MANIFEST", "RECORD", "SNAPSHOT", "RegionState", "archive", "changed_files", "changed_results", "history", "read_json",
    "region_state", "source_files", "state_name", "surroundings", "write_manifest", "write_record", "write_snapshot",
]  # fmt: skip
_PARENT = re.compile(r"^parent:\s*[\"']?([A-Za-z0-9._-]+)", re.MULTILINE)
SCHEMA = 2  # of both records; another one is as good as none
State = Literal["fresh", "stale", "failed", "never"]


@dataclass(frozen=True)
class RegionState:
    """Whether a region's results are those of the files as they are now; `because` names layers or files that differ."""

    state: State
    because: tuple[str, ...] = ()


def read_json(path: Path) -> dict[str, Any]:
    """Return the content of a record that this version of evalkit wrote; empty when there is none."""
    content = read_record(path, *(("inputs", "outputs", "surroundings") if path.name == MANIFEST else ("key", "outputs")))
    return content if content.get("schema") == SCHEMA else {}


def source_files(catalog: Catalog, run_id: str) -> list[Path]:
    """Return every file of the project that can change the results of a run, those that may come to exist included."""
    project, run = catalog.project, catalog.run(run_id)
    params = project.params
    sets = [*run.sets, *(plan.set for name in run.plans if (plan := catalog.plans[name]).set)]
    paths = [params / name for name in ("documents.yml", "units.yml", "variables.yml")]
    paths += sorted((params / "measures").glob("*.yml"))
    paths += [params / "mappings" / f"{mapping.id}.yml" for name in run.inputs if (mapping := catalog.mapping_of(name))]
    paths += [params / "sets" / f"{name}.yml" for name in sets]
    paths += verification_files(catalog, sets, (str(row.measure) for name in run.plans for row in catalog.plans[name].indicators))
    paths += [params / "plans" / f"{name}.yml" for name in run.plans]
    paths += [params / "regions" / f"{code}.yml" for code in run.regions]
    paths += [params / "runs" / f"{run_id}.yml", params / "corrections" / f"{run_id}.yml", params / "decisions" / f"{run_id}.csv"]
    paths += [project.raw / name for name in run.inputs]
    paths += [register_path(params, run_id), *_evidence_files(load_evidence(catalog, run_id, []))]
    if run.children:  # the units that are counted, their titles, and the state of the runs that they are counted from
        paths += [params / "regions" / f"{region.code}.yml" for region in catalog.regions.values() if region.parent in run.regions]
        paths += [params / "titles.csv"]
        paths += [project.processed(child.run) / name for child in run.children for name in ("manifest.json", "results.csv")]
    paths += [project.root / "notebooks" / f"{name}.ipynb" for name in ("assess_region", "compare_regions")]
    return list(dict.fromkeys(paths))


def _evidence_files(register: Register | None) -> list[Path]:
    return [register.path(file) for file in register.files()] if register is not None else []


def _file_digest(path: Path) -> str:
    return digest_of(path) if path.is_file() else ""


def surroundings() -> dict[str, Any]:
    """Return what stands around a run: the package as it is, versions, language."""
    return {"package": package_digest(), "versions": versions(), "language": language()}


def changed_files(project: Project, run_id: str) -> list[str] | None:
    """Compare the record of a complete run with the files as they are now, by their hashes alone.

    Returns
    -------
    list of str or None
        Names of files (or ``evalkit``, ``versions``, ``language``) that differ; empty when nothing does;
        None when there is no complete run.
    """
    folder = project.processed(run_id)
    manifest = read_json(folder / MANIFEST)
    if not manifest:
        return None
    differing = [name for name, digest in manifest["inputs"].items() if _file_digest(project.root / name) != digest]
    measures = {project.label(path) for path in (project.params / "measures").glob("*.yml")}
    differing += [*sorted(measures - set(manifest["inputs"])), *_new_units(project, manifest), *_new_mappings(project, manifest)]
    now = surroundings()
    differing += [name for name in now if manifest["surroundings"].get(name) != now[name]]
    differing += [name for name, digest in manifest["outputs"].items() if _file_digest(folder / name) != digest]
    differing += [f"data/processed/{lower}" for lower in lower_runs(manifest) if lower != run_id and changed_files(project, lower) != []]
    return differing + [f"regions/{code}" for code in manifest["failed"]]


def lower_runs(manifest: dict[str, Any]) -> list[str]:
    """Return the runs in which subordinate units were counted, as a manifest names them."""
    parts = (name.split("/") for name in manifest["inputs"])
    return sorted({part[2] for part in parts if part[:2] == ["data", "processed"] and part[-1] == MANIFEST})


def _new_units(project: Project, manifest: dict[str, Any]) -> list[str]:
    """Return the cards of subordinate units of a run's regions that came to exist since; the others are among its inputs."""
    if not any(name.startswith("data/processed/") for name in manifest["inputs"]):
        return []
    regions = {name.split("/")[1] for name in manifest["outputs"] if name.startswith("regions/")}
    found = []
    for path in sorted((project.params / "regions").glob("*.yml")):
        if project.label(path) not in manifest["inputs"]:
            parent = _PARENT.search(path.read_text(encoding="utf-8", errors="replace"))
            found += [project.label(path)] if parent and parent[1] in regions else []
    return found


def _new_mappings(project: Project, manifest: dict[str, Any]) -> list[str]:
    """Return the mappings that came to exist since and speak of a raw file of the run."""
    raw = [name.removeprefix("data/raw/") for name in manifest["inputs"] if name.startswith("data/raw/")]
    found = []
    for path in sorted((project.params / "mappings").glob("*.yml")):
        if project.label(path) not in manifest["inputs"]:
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [project.label(path)] if any(name in text for name in raw) else []
    return found


def changed_results(project: Project, run_id: str) -> list[str]:
    """Return the files of rules and data that a complete run no longer agrees with; a newer program alone is none."""
    return [name for name in changed_files(project, run_id) or [] if name.startswith(("params/", "data/"))]


def region_state(folder: Path, key: dict[str, str]) -> RegionState:
    """Return the state of a region from the record in its folder and its key as it is now."""
    record = read_json(folder / RECORD)
    if not record:
        return RegionState("never")
    because = tuple(layer for layer in LAYERS if record["key"].get(layer) != key.get(layer))
    if because:
        return RegionState("stale", because)
    if record["failed"]:
        return RegionState("failed")
    lost = tuple(name for name, digest in record["outputs"].items() if _file_digest(folder / name) != digest)
    return RegionState("stale", lost) if lost else RegionState("fresh")


def write_record(folder: Path, key: dict[str, str], failed: str) -> None:
    """Write a region's record; last, so that what it describes is complete."""
    outputs = {path.name: file_sha256(path) for path in sorted(folder.iterdir()) if path.is_file() and path.name != RECORD}
    write_json(folder / RECORD, {"schema": SCHEMA, "key": key, "failed": failed, "outputs": outputs})


def write_manifest(catalog: Catalog, run_id: str, failed: list[str], previous: str) -> None:
    """Write the record of a complete run: what went in, what came out, and the state before it."""
    folder = catalog.project.processed(run_id)
    outputs = [
        path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] not in (MANIFEST, SNAPSHOT, HISTORY)
    ]
    inputs = {catalog.project.label(path): _file_digest(path) for path in source_files(catalog, run_id)}
    content = {
        "schema": SCHEMA,
        "run": run_id,
        "evalkit": evalkit.__version__,
        "surroundings": surroundings(),
        "inputs": inputs,
        "outputs": {path.relative_to(folder).as_posix(): file_sha256(path) for path in sorted(outputs)},
        "failed": failed,
        "previous": previous,
    }
    write_json(folder / MANIFEST, content)


def write_snapshot(catalog: Catalog, run_id: str) -> None:
    """Keep a copy of the rules and data of a run, as a small project of its own that can be loaded again."""
    project, run = catalog.project, catalog.run(run_id)
    home = project.processed(run_id) / SNAPSHOT
    if home.exists():
        shutil.rmtree(home)
    # All sets: a region card may declare classes for sets that this run does not use. A register of titles needs all its regions.
    paths = [*source_files(catalog, run_id), *sorted((project.params / "sets").glob("*.yml"))]
    paths += [project.params / "regions" / f"{title.region_code}.yml" for title in catalog.titles if run.children]
    paths += [project.params / "plans" / f"{name}.yml" for name in run.plans]
    register = load_evidence(catalog, run_id, [])
    if register is not None:  # of the evidence the hashes alone are kept: scans are large, and the verdicts need no more
        keep_hashes(register, home / "params")
    aside = {*_evidence_files(register)} - {project.raw / name for name in run.inputs}
    for path in dict.fromkeys(paths):
        if path.is_file() and path not in aside and "notebooks" not in path.relative_to(project.root).parts:
            copy = home / path.relative_to(project.root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def archive(folder: Path, keep: int) -> str:
    """Copy a complete state into the history and return its name; the oldest beyond `keep` are removed.

    Executed notebooks are left out: they can be made again from what is kept.
    """
    name = state_name(folder)
    home, aside = folder / HISTORY / name, folder / HISTORY / f".part-{name}"
    if not home.exists():
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(folder, aside, ignore=shutil.ignore_patterns(HISTORY, "*.ipynb", ".part-*"))
        aside.rename(home)
    chain = history(folder)
    for old in chain[keep:]:
        shutil.rmtree(folder / HISTORY / old, ignore_errors=True)
    return name
