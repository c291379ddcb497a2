"""States of a run: the one that stands in its folder and the earlier ones in its history."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import evalkit
from evalkit.catalog import Catalog, load_catalog, load_corrections, load_decisions
from evalkit.catalog.evidence import load_evidence
from evalkit.catalog.models import Correction, Decision, Run
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.project import Project
from evalkit.tables import file_sha256, read_text
from evalkit.tables.csvs import inert

MANIFEST, RECORD, SNAPSHOT, HISTORY = "manifest.json", "region.json", "snapshot", "history"
#: What a row of the results is known by.
KEY = ("region_code", "period", "basis", "set", "indicator", "milestone")
Key = tuple[str, ...]  # the columns of KEY, and a number where several rows share them
Row = dict[str, str]
_REFERENCE = re.compile(
    r"(?P<run>[A-Za-z0-9][A-Za-z0-9._-]*)(@(?P<state>[0-9a-f]{4,12}|previous))?(:(?P<period>[0-9][0-9A-Z/-]*))?", re.ASCII
)


@dataclass(frozen=True)
class State:
    """A complete state of a run.

    Parameters
    ----------
    project : Project
    run : str
    folder : Path
        ``data/processed/<run>`` or one of its ``history/<hash12>``.
    name : str
        Twelve digits of the manifest's hash.
    latest : bool
        Whether it is the one that stands in the run's folder.
    period : str
        The one period that is meant; empty for all.
    """

    project: Project
    run: str
    folder: Path
    name: str
    latest: bool
    period: str = ""

    @property
    def label(self) -> str:
        """The state as it is written on the command line."""
        return f"{self.run}@{self.name}" + (f":{self.period}" if self.period else "")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What went in and came out."""
        return read_manifest(self.folder)

    @cached_property
    def rows(self) -> dict[Key, Row]:
        """The results by key, in their order."""
        found: dict[Key, Row] = {}
        for row in read_table(self.folder / "results.csv", self.project.label(self.folder / "results.csv")):
            found[free_key(found, tuple(row[name] for name in KEY))] = row
        return found

    @cached_property
    def inputs(self) -> dict[tuple[str, str, str], Row]:
        """The inputs as used, by region, variable and period."""
        path = self.folder / "inputs.csv"
        if self.intact or self.catalog is None:
            records = read_table(path, self.project.label(path)) if path.is_file() else []
        else:
            items = read_inputs(self.catalog, self.run).items.values()
            records = [{name: plain(text) for name, text in item.record("").items()} for item in items]
        return {(record["region_code"], record["variable"], record["period"]): record for record in records}

    @property
    def snapshot(self) -> Path:
        """The small project with the rules and data of this state."""
        return self.folder / SNAPSHOT

    @cached_property
    def catalog(self) -> Catalog | None:
        """The rules of this state; None where no copy was kept, or this program cannot read it."""
        if not (self.snapshot / "params" / "documents.yml").is_file():
            return None
        try:
            catalog = load_catalog(self.snapshot)
        except EvalkitError:
            return None
        return catalog if self.run in catalog.runs else None

    @property
    def rules(self) -> Catalog:
        """The catalogue of a state that has one."""
        assert self.catalog is not None
        return self.catalog

    @property
    def settings(self) -> Run:
        """The run file of a state that has a catalogue."""
        return self.rules.runs[self.run]

    @cached_property
    def corrections(self) -> dict[str, Correction]:
        """The corrections by id."""
        return {correction.id: correction for correction, _ in load_corrections(self.rules, self.run, [])}

    @cached_property
    def decisions(self) -> dict[tuple[str, str, str, str], Decision]:
        """The decisions that count, by kind, region, period and key."""
        register = load_evidence(self.rules, self.run, [])
        found = [decision for decision, _ in load_decisions(self.rules, self.run, [])]
        return {(d.kind, d.region_code, d.period, d.key): d for d in found if register is None or not register.lacking(d)}

    @property
    def failed(self) -> dict[str, str]:
        """The regions without results, and what the record says about each."""
        return {code: str(read_record(self.folder / "regions" / code / RECORD).get("failed", "")) for code in self.manifest["failed"]}

    @cached_property
    def intact(self) -> bool:
        """Whether results and inputs are those that the manifest names."""
        outputs = self.manifest["outputs"]
        paths = [self.folder / name for name in ("results.csv", "inputs.csv")]
        return all(path.is_file() and file_sha256(path) == outputs.get(path.name) for path in paths)

    @cached_property
    def reproducible(self) -> bool:
        """Whether this program would make the same results again, so that they need not be made."""
        made_by = self.program
        return self.intact and made_by["package"] == package_digest() and all(_version(n) == v for n, v in made_by["versions"].items())

    @property
    def program(self) -> dict[str, Any]:
        """What made it: version and hash of the package, versions of Python and libraries."""
        around = self.manifest.get("surroundings", {})
        return {
            "evalkit": str(self.manifest.get("evalkit", "")),
            "package": str(around.get("package", "")),
            "versions": dict(around.get("versions", {})),
        }

    @property
    def region_order(self) -> list[str]:
        """The regions in the order of the results."""
        return list(dict.fromkeys(key[0] for key in self.rows))


def resolve_state(project: Project, reference: str) -> State:
    """Return the state that a reference names.

    Parameters
    ----------
    project : Project
    reference : str
        ``RUN`` (the latest), ``RUN@HASH`` (four or more digits of a state's name), ``RUN@previous``; each
        with ``:PERIOD`` for one period only.

    Raises
    ------
    EvalkitError
        No such run or state, or nothing complete.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise EvalkitError(Problem("state_reference", values={"value": reference}))
    run, wanted, period = match["run"], match["state"] or "", match["period"] or ""
    folder = project.processed(run)
    latest = _latest(project, run, period)
    if wanted in ("", "previous"):
        if latest is None:
            raise EvalkitError(Problem("run_missing", Place(project.label(folder)), {"run": run}))
        found = latest if not wanted else previous_state(latest)
    else:
        known = [latest] if latest else []
        known += [State(project, run, path, path.name, False, period) for path in sorted((folder / HISTORY).glob("[0-9a-f]*"))]
        fitting = [state for state in known if state.name.startswith(wanted) and read_manifest(state.folder)]
        if len(fitting) != 1:
            values = {"run": run, "state": wanted, "known": [state.name for state in known]}
            raise EvalkitError(Problem("state_unknown", Place(project.label(folder)), values))
        found = fitting[0]
    if period and all(key[1] != period for key in found.rows):
        values = {"run": run, "period": period, "known": list(dict.fromkeys(key[1] for key in found.rows))}
        raise EvalkitError(Problem("state_period", Place(project.label(found.folder)), values))
    return found


def previous_state(state: State) -> State:
    """Return the state before one.

    Raises
    ------
    EvalkitError
        There is none, or it was not kept.
    """
    name = str(state.manifest.get("previous", ""))
    folder = state.project.processed(state.run) / HISTORY / name
    if not re.fullmatch(r"[0-9a-f]{12}", name) or not read_manifest(folder):
        raise EvalkitError(Problem("state_first", Place(state.project.label(state.folder)), {"run": state.run}))
    return State(state.project, state.run, folder, name, False, state.period)


def _latest(project: Project, run: str, period: str) -> State | None:
    folder = project.processed(run)
    if not read_manifest(folder):
        return None
    return State(project, run, folder, state_name(folder), True, period)


def read_record(path: Path, *needed: str) -> dict[str, Any]:
    """Return what a record holds; empty where there is none, or none that has all the keys needed.

    Raises
    ------
    EvalkitError
        There is one, but it cannot be read.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, UnicodeDecodeError):
        return {}
    except OSError as error:
        raise EvalkitError(Problem("file_unreadable", Place(path.as_posix()), {"detail": error.strerror or str(error)})) from None
    return content if isinstance(content, dict) and set(needed) <= set(content) else {}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the record of a complete state; empty where there is none."""
    return read_record(folder / MANIFEST, "inputs", "outputs", "failed")


def state_name(folder: Path) -> str:
    """Return the name of the state that stands in a folder: twelve digits of its manifest's hash."""
    return file_sha256(folder / MANIFEST)[:12]


def history(folder: Path) -> list[str]:
    """Return the names of the earlier states of a run, the latest first."""
    found: list[str] = []
    name = str(read_manifest(folder).get("previous", ""))
    if not (folder / MANIFEST).exists():  # a run is being made: begin with the states that no other one follows
        known = {path.name: read_manifest(path) for path in (folder / HISTORY).glob("[0-9a-f]*")}
        followed = {str(record.get("previous", "")) for record in known.values()}
        name = next((other for other in sorted(known) if other not in followed), "")
    while name and (folder / HISTORY / name).is_dir() and name not in found:
        found.append(name)
        name = str(read_manifest(folder / HISTORY / name).get("previous", ""))
    return found


def read_table(path: Path, label: str) -> list[Row]:
    """Return the rows of a table that evalkit wrote, with the quotes taken off that keep spreadsheets from calculating."""
    text = read_text(path, label)
    lines = list(csv.reader(io.StringIO(text, newline="")))
    head = lines[0] if lines else []
    read = plain if "'" in text else str.strip
    return [dict(zip(head, map(read, line), strict=False)) for line in lines[1:] if len(line) == len(head)]


def plain(text: str) -> str:
    """Return a cell's text as it was before it was written for spreadsheets."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and inert(text[1:]) == text else text


def free_key(known: dict[Key, Any], key: Key) -> Key:
    """Return a key that is not taken: with a number behind it where rows share one."""
    number, free = 2, key
    while free in known:
        free, number = (*key, str(number)), number + 1
    return free


@cache
def package_digest() -> str:
    """Return one hash over the files of the installed package, as they stand; the same that the manifest holds."""
    root = Path(evalkit.__file__).parent
    total = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.yml")]):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


@cache
def _version(name: str) -> str:
    import sys

    if name == "python":
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
