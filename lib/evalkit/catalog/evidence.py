"""The register of evidence of a run (佐证材料登记表): which document proves which value or condition."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from evalkit.catalog.base import Id, Model, Text, check_period
from evalkit.catalog.reading import build_row
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import CsvRow, project_path, read_csv, write_csv

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog
    from evalkit.catalog.models import Decision

EVIDENCE_COLUMNS = ["id", "region_code", "key", "period", "document", "page", "file", "sha256", "stamped", "note"]
_FOUND_COLUMNS = ["file", "sha256"]
#: What people write who fill in the register in a spreadsheet.
_STAMPED = {"是": "yes", "已盖章": "yes", "否": "no", "未盖章": "no", "不需要": "not_needed", "无需盖章": "not_needed"}
_IDS = re.compile(r"[;；]")

#: How far a piece of evidence is: the worst first.
_NOTHING = hashlib.sha256(b"").hexdigest()  # an upload that failed proves nothing
STATES = ("file_missing", "no_file", "changed", "unrecorded", "unstamped", "cited", "complete")
#: Those with which nothing is left to do.
SETTLED = ("cited", "complete")
State = Literal["file_missing", "no_file", "changed", "unrecorded", "unstamped", "cited", "complete"]


def _period(text: str) -> str:
    return check_period(text) if text else text


class Evidence(Model):
    """A line of the register: one document that proves one value or one condition.

    `key` is a variable, ``reported.<measure>``, ``assigned.<measure>`` or a measure; without `period` it holds for all of them.
    `file` is relative to ``data/raw``; without one, document and page are only cited. `sha256` is the file as it was looked at.
    """

    id: Id
    region_code: Id
    key: Id
    period: Annotated[str, AfterValidator(_period)] = ""
    document: Text
    page: str = ""
    file: str = ""
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    stamped: Annotated[Literal["yes", "no", "not_needed"], BeforeValidator(lambda text: _STAMPED.get(text, text))]
    note: str = ""

    @property
    def condition(self) -> str:
        """The measure whose qualitative condition the line can prove."""
        return self.key.removeprefix("reported.")

    def proves(self, variable: str, period: str) -> bool:
        """Return whether the line is about a variable (also ``reported.<measure>``) in a period."""
        return self.period in ("", period) and variable in (self.key, f"reported.{self.key}")


@dataclass(frozen=True)
class Register:
    """The evidence of a run, in the order of its file, and where its files are.

    Parameters
    ----------
    run : str
    label : str
        The register's file, as messages call it.
    rows : tuple of Evidence
    places : mapping
        Place of each line, by its id.
    raw : Path
        Folder in which the files are.
    kept : mapping, optional
        Hashes of the files by name, where only they were kept; an empty one means that there was no such file.
    """

    run: str
    label: str
    rows: tuple[Evidence, ...]
    places: Mapping[str, Place]
    raw: Path
    kept: Mapping[str, str] | None = None
    _hashes: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def path(self, file: str) -> Path:
        """Return where a file is that the register names."""
        return self.raw.joinpath(*file.split("/"))

    def found(self, file: str) -> str:
        """Return the SHA-256 that a file has now; empty when there is no such file, or nothing in it."""
        if file not in self._hashes:
            digest = self.kept.get(file, "") if self.kept is not None else digest_of(self.path(file))
            self._hashes[file] = "" if digest == _NOTHING else digest
        return self._hashes[file]

    def state(self, row: Evidence) -> State:
        """Return how far the evidence of a line is."""
        if not row.file:
            # What is public, or needs no stamp, can be looked up by document and page; a paper of the region's own cannot.
            return "cited" if row.stamped == "not_needed" and row.page else "no_file"
        found = self.found(row.file)
        if not found:
            return "file_missing"
        if not row.sha256:
            return "unrecorded"
        if found != row.sha256:
            return "changed"
        return "unstamped" if row.stamped == "no" else "complete"

    def files(self) -> list[str]:
        """Return the files that the register names, each once, in its order."""
        return list(dict.fromkeys(row.file for row in self.rows if row.file))

    def lacking(self, decision: Decision) -> dict[str, str]:
        """Return what the evidence lacks that a decision names: state by id, or ``unknown``, ``other``; ``none`` when it names nothing.

        Only that a qualitative condition is met has to be proved.
        """
        if decision.kind != "qualitative" or decision.verdict != "met":
            return {}
        named = [name.strip() for name in _IDS.split(decision.evidence) if name.strip()]
        known = {row.id: row for row in self.rows}
        lacks = {} if named else {"": "none"}
        for name in named:
            row = known.get(name)
            if row is None:
                lacks[name] = "unknown"
            elif row.region_code != decision.region_code or row.condition != decision.key or row.period not in ("", decision.period):
                lacks[name] = "other"
            elif self.state(row) != "complete":
                lacks[name] = self.state(row)
        return lacks


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file of any size; empty when it is not there or cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def register_path(params: Path, run_id: str) -> Path:
    """Return where the register of a run is, if it has one."""
    return params / "evidence" / f"{run_id}.csv"


def kept_path(params: Path, run_id: str) -> Path:
    """Return where a copy of the rules keeps the hashes of the evidence, in place of the files themselves."""
    return params / "evidence" / f"{run_id}.found.csv"


def keep_hashes(register: Register, params: Path) -> None:
    """Write down, in a copy of the rules, what hash each file of the evidence has now: copies of rules do without the files."""
    write_csv(
        kept_path(params, register.run), _FOUND_COLUMNS, ({"file": file, "sha256": register.found(file)} for file in register.files())
    )


def load_evidence(catalog: Catalog, run_id: str, problems: list[Problem], region: str | None = None) -> Register | None:
    """Return the register of a run, or None when it has none; problems are added to the list.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    problems : list of Problem
    region : str, optional
        Read only this region's lines.
    """
    params, raw = catalog.project.params, catalog.project.raw
    path = register_path(params, run_id)
    if not path.exists():
        return None
    label = f"params/evidence/{run_id}.csv"
    rows: list[Evidence] = []
    places: dict[str, Place] = {}
    kept: dict[str, str] | None = None
    try:
        lines, faults = read_csv(path, label, EVIDENCE_COLUMNS, optional=[], only=("region_code", region) if region is not None else None)
        problems.extend(faults)
        if kept_path(params, run_id).is_file():
            copied, _ = read_csv(kept_path(params, run_id), label, _FOUND_COLUMNS)
            kept = {line["file"]: line["sha256"] for line in copied}
    except EvalkitError as error:
        problems.extend(error.problems)
        return Register(run_id, label, (), {}, raw)
    for line in lines:
        place = Place(label, cell=line.address("id"), key=line["id"])
        row = build_row(Evidence, line, label, line["id"], problems)
        if row is None:
            continue
        if row.id in places:
            problems.append(Problem("duplicate_id", place, {"id": row.id, "other": places[row.id]}))
            continue
        places[row.id] = place
        found = _faults(catalog, row, line, label)
        problems.extend(found)
        if not found:  # what leads out of the folder is not even looked at
            rows.append(row)
    return Register(run_id, label, tuple(rows), places, raw, kept)


def _faults(catalog: Catalog, row: Evidence, line: CsvRow, label: str) -> list[Problem]:
    from evalkit.catalog.load import near

    def spot(column: str) -> Place:
        return Place(label, cell=line.address(column), key=row.id)

    found = []
    if row.region_code not in catalog.regions:
        values = {"kind": "region", "id": row.region_code, "hint": near(row.region_code, catalog.regions)}
        found.append(Problem("unknown_id", spot("region_code"), values))
    if row.key not in catalog.measures and catalog.variable_unit(row.key) is None:
        known = [*catalog.variables, *catalog.measures, *(f"reported.{measure}" for measure in catalog.measures)]
        found.append(Problem("evidence_key", spot("key"), {"key": row.key, "hint": near(row.key, known)}))
    if row.file:
        try:
            project_path(catalog.project.raw, row.file, "data/raw", spot("file"))
        except EvalkitError as error:
            found.extend(error.problems)
    return found
