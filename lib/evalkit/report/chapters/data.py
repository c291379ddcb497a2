"""基础数据: every figure that the results rest on, as it was received, by file; what is missing with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from evalkit.intake.inputs import counted_in
from evalkit.messages.speech import english, say, term
from evalkit.report import look, phrases, sheets
from evalkit.report.chapters.basis import origin
from evalkit.report.chapters.material import Material, Written
from evalkit.report.evidence import numbered
from evalkit.report.frame import Late
from evalkit.report.tables import Align

_MOST_PERIODS = 3
Item = Mapping[str, Any]


def data(material: Material) -> Written | None:
    """Return 基础数据; None where no figure went in."""
    items = [item for trace in material.model.traces.values() for item in trace.get("inputs", []) if item.get("variable")]
    assessed = {row["period"] for row in material.model.rows}
    periods = sorted({str(item.get("period", "")) for item in items} & assessed)[-_MOST_PERIODS:]
    found: dict[str, dict[str, dict[str, Item]]] = {}
    for item in items:
        if str(item.get("period", "")) in periods:
            lines = found.setdefault(str(item.get("file") or ""), {})
            lines.setdefault(str(item["variable"]), {}).setdefault(str(item["period"]), item)
    if not found:
        return None
    # what nobody sent under one name and what came in under it are the same data item
    for variable in [name for file, lines in found.items() if file for name in lines]:
        unsent = found.get("", {}).pop(variable, {})
        home = next(lines[variable] for file, lines in found.items() if file and variable in lines)
        for period, item in unsent.items():
            home.setdefault(period, item)
    tables = [
        Late(partial(_table, material, file, found[file], periods))
        for file in sorted(found, key=lambda file: (not file, file))
        if found[file]
    ]  # fmt: skip
    return Written("data", material.templates, {"lead": say("data.lead", n=len(periods)), "tables": tables})


def _table(material: Material, file: str, lines: Mapping[str, Mapping[str, Item]], periods: Sequence[str]) -> str:
    used = [period for period in periods if any(period in by_period for by_period in lines.values())]
    proofs = {name: entry.number for entry in material.context.evidence for name in entry.ids}
    rows = [_line(by_period, used, proofs) for by_period in lines.values()]
    remarked = any(row[-1] for row in rows)
    celled = any(row[-2] for row in rows)
    heads = [say("data.item"), say("data.unit"), *(phrases.period(period) for period in used)]
    heads += ([say("data.cells")] if celled else []) + ([say("data.remark")] if remarked else [])
    rows = [[*row[:-2], *([row[-2] or "—"] if celled else []), *([row[-1]] if remarked else [])] for row in rows]
    align: list[Align] = ["left", "center"]
    align += ["right"] * len(used)
    align += ["left"] * (celled + remarked)
    return material.numbers.table(sheets.plain_grid(heads, rows, align), _caption(file, lines), "lines")


def _caption(file: str, lines: Mapping[str, Mapping[str, Item]]) -> str:
    if not file:
        return say("data.nobody")
    if counted_in(file):
        return say("data.counted", state=counted_in(file))
    sources = dict.fromkeys(origin(item) for by_period in lines.values() for item in by_period.values() if item.get("file"))
    known = [text for text in sources if text]
    name = file.rpartition("/")[2]
    return say("data.table", source=known[0], file=name) if len(known) == 1 else name


def _line(by_period: Mapping[str, Item], periods: Sequence[str], proofs: Mapping[str, str]) -> list[str]:
    first = next(iter(by_period.values()))
    named = next((item for item in by_period.values() if item.get("at", "current") == "current"), first)
    name = str(named.get("name_en" if english() else "name_zh") or named.get("name_zh", ""))
    values = [_value(by_period[period]) if period in by_period else "—" for period in periods]
    return [name, phrases.cell(str(first.get("unit", ""))), *values, _cells(by_period, periods), _remark(by_period, periods, proofs)]


def _value(item: Item) -> str:
    """Return a figure as the assessment read it; the reason where there is none."""
    value, missing = str(item.get("value") or ""), str(item.get("missing") or "")
    reason = look.reason(missing) if missing else ""
    if not value:
        return reason or "—"
    bound = {"lower": "≥", "upper": "≤"}.get(str(item.get("bound", "")), "")
    return f"{bound}{term(value)}{phrases.brackets(reason)}"


def _cells(by_period: Mapping[str, Item], periods: Sequence[str]) -> str:
    """Return where the figures stand, in the order of the periods; the sheet once."""
    places: dict[str, list[str]] = {}
    for period in periods:
        item = by_period.get(period)
        if item is not None and item.get("cell"):
            places.setdefault(str(item.get("sheet") or ""), []).append(str(item["cell"]))
    return phrases.clauses(
        f"{sheet}!{phrases.listing(cells)}" if sheet else phrases.listing(cells) for sheet, cells in places.items()
    )  # fmt: skip


def _remark(by_period: Mapping[str, Item], periods: Sequence[str], proofs: Mapping[str, str]) -> str:
    found: dict[str, None] = {}
    for period in periods:
        item = by_period.get(period) or {}
        if item.get("correction_id"):
            found.setdefault(say("data.correction", id=item["correction_id"]))
        if item.get("evidence_id"):
            number = proofs.get(str(item["evidence_id"]), "")
            found.setdefault(numbered(number) or say("data.evidence", id=item["evidence_id"]))
        if item.get("data_year") and item["data_year"] != period:
            found.setdefault(say("data.dated", year=phrases.period(str(item["data_year"]))))
    return phrases.clauses(found)
