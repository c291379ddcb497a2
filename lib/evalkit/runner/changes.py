"""Raw files that changed since a run was made, and the values that differ with them."""

from __future__ import annotations

from pathlib import Path

from evalkit.catalog import Catalog
from evalkit.intake import Inputs
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.runner import state
from evalkit.tables import file_sha256, read_csv

_NAMED = 8  # values in one message
_COLUMNS = ["region_code", "period", "variable", "value", "missing_reason", "file"]
_Key = tuple[str, str, str]


def changed_values(catalog: Catalog, inputs: Inputs, folder: Path) -> list[Problem]:
    """Return a warning for each raw file that is not the one of the last complete state of a run, naming the values that differ.

    Parameters
    ----------
    catalog : Catalog
    inputs : Inputs
        As they are read now.
    folder : Path
        Where the run stands; nothing in it has been written yet.
    """
    home = folder
    if not (folder / state.MANIFEST).is_file():  # a run that was cut off had left the state before behind
        earlier = next(iter(state.history(folder)), "")
        home = folder / state.HISTORY / earlier if earlier else folder
    before = state.read_json(home / state.MANIFEST).get("inputs", {})
    names = [name for name in catalog.run(inputs.run).inputs if _differs(catalog.project.raw / name, before.get(f"data/raw/{name}", ""))]
    if not names:
        return []
    try:
        rows, _ = read_csv(home / "inputs.csv", "inputs.csv", _COLUMNS)
    except EvalkitError:
        return []
    old = {(row["region_code"], row["variable"], row["period"]): row for row in rows}
    found: dict[str, list[str]] = {name: [] for name in names}
    for key in sorted({*old, *inputs.items}):
        was, item = old.get(key), inputs.items.get(key)
        file = item.file if item is not None else was["file"] if was is not None else ""
        first = _said(was["value"], was["missing_reason"]) if was is not None else "—"
        last = _said(item.shown, item.missing) if item is not None else "—"
        if file in found and first != last:
            found[file].append(f"{_name(catalog, key)} {first} → {last}")
    return [
        Problem("raw_changed", Place(f"data/raw/{name}"), {"count": len(texts), "values": "；".join(texts[:_NAMED]) or "—"}, "warning")
        for name, texts in found.items()
    ]


def _differs(path: Path, digest: str) -> bool:
    return bool(digest) and path.is_file() and file_sha256(path) != digest


def _said(value: str, missing: str) -> str:
    return value or (word("reason", missing) if missing else "—")


def _name(catalog: Catalog, key: _Key) -> str:
    region, variable, period = key
    family, _, measure = variable.partition(".")
    known = catalog.variables.get(variable) or (catalog.measures.get(measure) if family in ("reported", "assigned") else None)
    place = catalog.regions[region].name_zh if region in catalog.regions else region
    return f"{place} {known.name_zh if known else variable} {period}"
