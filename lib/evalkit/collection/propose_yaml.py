"""The proposed mapping as a file that a person reads, changes and signs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from evalkit.authoring.yaml_text import flow, scalar
from evalkit.catalog.mapping_texts import BLANK
from evalkit.catalog.mappings import OPEN
from evalkit.collection.propose import Entry, TableDraft
from evalkit.messages import word

_SETTINGS = ("layout", "head_rows", "rows", "region", "period")


def mapping_id(file: str) -> str:
    """Return an id for the mapping of a raw file: its path in ASCII, with a digest where that says too little."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", file.rpartition(".")[0]).strip("-").lower()
    if name and file.isascii() and len(name) <= 60:
        return name
    return f"{name[:60] or 'map'}-{hashlib.sha256(file.encode('utf-8', 'replace')).hexdigest()[:6]}"


def mapping_text(id_: str, file: str, drafts: Sequence[TableDraft]) -> str:
    """Return the draft of a mapping as YAML, with what a person has to know beside each entry.

    Parameters
    ----------
    id_ : str
        Id of the mapping, the name of its file.
    file : str
        The raw file, relative to ``data/raw``.
    drafts : sequence of TableDraft
        At least one.
    """
    lines = [f"# {line}" for line in word("mapping", "file_head").splitlines()]
    lines += [f"id: {scalar(id_)}", f"files: {flow([file])}"]
    lines += ['confirmed_by: ""' + _remark(word("mapping", "confirm_by")), 'confirmed_on: ""' + _remark(word("mapping", "confirm_on"))]
    lines += ['source: ""' + _remark(word("mapping", "source")), "tables:"]
    for draft in drafts:
        lines += _table(draft)
    return "\n".join(lines) + "\n"


def _table(draft: TableDraft) -> list[str]:
    lines = [f"  - sheet: {_quoted(draft.settings['sheet'])}"]
    for key in _SETTINGS:
        if key in draft.settings:
            remark = word("mapping", f"key_{key}")
            lines.append(f"    {key}: {flow(draft.settings[key])}{_remark(remark)}")
        elif key == "region" and not any(entry.content.get("is") == "region" or "region" in entry.content for entry in draft.columns):
            lines.append(f'    # region: ""{_remark(word("mapping", "no_region"))}')
        elif key == "period" and _undated(draft):
            lines.append(f'    # period: ""{_remark(word("mapping", "no_period"))}')
    for key, entries in (("columns", draft.columns), ("items", draft.items), ("regions", draft.regions)):
        lines += _entries(key, entries)
    if draft.totals:
        lines.append(f"    totals: {flow(draft.totals)}")
    lines += _entries("cells", draft.cells)
    return lines


def _undated(draft: TableDraft) -> bool:
    if any(entry.content.get("is") == "period" for entry in draft.columns):
        return False
    entries = [*draft.columns, *draft.cells]
    values = [entry for entry in entries if entry.content.get("is") in ("value", None)]  # of an open column its own remark speaks
    return any("period" not in entry.content for entry in values or [entry for entry in entries if OPEN in entry.content.values()])


def _entries(key: str, entries: Sequence[Entry]) -> list[str]:
    if not entries:
        return []
    return [f"    {key}:", *(f"      - {_flow(entry.content)}{_remark(entry.remark)}" for entry in entries)]


def _flow(content: Mapping[str, str]) -> str:
    return (
        "{"
        + ", ".join(f"{key}: {_quoted(value) if key in ('text', 'head', 'label') else flow(value)}" for key, value in content.items())
        + "}"
    )


def _quoted(text: str) -> str:
    return flow(BLANK.sub(" ", text))


def _remark(text: str) -> str:
    return f"  # {BLANK.sub(' ', text)}" if text else ""
