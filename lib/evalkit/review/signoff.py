"""Sign-offs (评审签署): who accepted which results, and whether they are still those that were accepted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.catalog.reviews import SignOff
from evalkit.messages import EvalkitError, Language, Place, Problem, word
from evalkit.project import Project
from evalkit.review.states import RECORD, read_manifest, read_record, read_table
from evalkit.tables import file_sha256

#: Layers of a region's key that an acceptance rests on; another program, notebook or language matters only if the results change.
LAYERS = ("data", "corrections", "decisions", "rules", "plan", "region", "run")


@dataclass(frozen=True)
class Standing:
    """A sign-off and what became of what it accepted.

    Parameters
    ----------
    signoff : SignOff
    because : tuple of str
        Why it no longer holds: ``results`` and ``inputs`` changed since, or ``missing``: no results here; empty while it holds.
    """

    signoff: SignOff
    because: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether it holds."""
        return not self.because

    def said(self, lang: Language | None = None) -> str:
        """Return in words whether it holds, and if not, why."""
        if self.valid:
            return word("signoff", "valid", lang)
        if self.because == ("missing",):
            return word("signoff", "missing", lang)
        return word("signoff", "invalid", lang).format(
            word("signoff", "joint", lang).join(word("signoff", name, lang) for name in self.because)
        )


def results_of(folder: Path, region: str = "") -> str:
    """Return the SHA-256 of the results as the file stands, of a region or all; empty where there is none."""
    path = folder / "regions" / region / "results.csv" if region else folder / "results.csv"
    return file_sha256(path) if path.is_file() else ""


def inputs_of(folder: Path, region: str = "") -> str:
    """Return one hash over what the rules and data mean that the results of a state rest on, and what is concluded, of a region or all."""
    named = [name.split("/")[1] for name in read_manifest(folder).get("outputs", {}) if name.startswith("regions/")]
    codes = [region] if region else sorted(dict.fromkeys(named))
    keys = {code: read_record(folder / "regions" / code / RECORD).get("key", {}) for code in codes}
    parts = {code: [key.get(layer, "") for layer in LAYERS] for code, key in keys.items()}
    path = folder / "conclusions.csv"  # what the pass rule makes of the verdicts: it is in no row of the results
    rows = read_table(path, path.name) if path.is_file() else []
    concluded = [row for row in rows if region in ("", row.get("region_code", ""))]
    return hashlib.sha256(json.dumps([parts, concluded], sort_keys=True).encode()).hexdigest()[:16]


def standings(project: Project, run_id: str, signoffs: Sequence[SignOff], stale: Collection[str] = ()) -> list[Standing]:
    """Return how the sign-offs of a run stand.

    Parameters
    ----------
    project : Project
    run_id : str
    signoffs : sequence of SignOff
    stale : collection of str
        Regions whose rules or data are not those of their results any more.
    """
    folder = project.processed(run_id)
    found = []
    for one in signoffs:
        now = results_of(folder, one.region_code)
        because: list[str] = []
        if not now:
            because = ["missing"]
        else:
            because += ["results"] if now != one.results else []
            outdated = one.region_code in stale if one.region_code else bool(stale)
            because += ["inputs"] if outdated or inputs_of(folder, one.region_code) != one.inputs else []
        found.append(Standing(one, tuple(because)))
    return found


def accepted(project: Project, run_id: str, region: str = "") -> dict[str, str]:
    """Return the hashes that a sign-off records: of the results that stand, and of what they rest on.

    Raises
    ------
    EvalkitError
        There are no complete results, they were altered after the run, or a region failed.
    """
    folder = project.processed(run_id)
    manifest = read_manifest(folder)
    place = Place(project.label(folder), key=region)
    failed = [code for code in manifest.get("failed", []) if region in ("", code)]
    name = f"regions/{region}/results.csv" if region else "results.csv"
    digest = manifest.get("outputs", {}).get(name, "")
    if not digest or failed:
        raise EvalkitError(Problem("run_missing", place, {"run": " ".join([run_id, *([region] if region else failed)])}))
    if results_of(folder, region) != digest:
        raise EvalkitError(Problem("sign_altered", place, {"file": name}))
    return {"results": digest, "inputs": inputs_of(folder, region)}
