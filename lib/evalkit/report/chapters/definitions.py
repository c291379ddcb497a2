"""修约与口径说明: rounding and comparison, which value counts, statuses, reasons and marks that this report uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalkit.catalog.models import IndicatorSet
from evalkit.messages import word
from evalkit.messages.speech import english, say, sentences, spoken, term
from evalkit.report import look, marks, phrases, sheets
from evalkit.report.chapters.material import Material, Written
from evalkit.report.evidence import numbered
from evalkit.report.frame import Late
from evalkit.report.printed import row_key
from evalkit.report.tables import Align


def definitions(material: Material) -> Written:
    """Return 修约与口径说明: only what occurs in the report is explained."""
    said_of = [
        (
            say("definitions.rounding"),
            [say("definitions.rounding_text"), *_rules(material), say("definitions.points"), say("definitions.cut")],
        ),
        (say("definitions.values"), [say("definitions.values_text"), say("definitions.missing_text"), *_composite(material)]),
        (say("definitions.base"), _base(material)),
    ]  # fmt: skip
    found = [
        (say("definitions.statuses"), say("definitions.status"), _statuses(material)),
        (say("definitions.reasons"), say("definitions.status"), _reasons(material)),
        (say("definitions.marks"), say("definitions.mark"), _marks(material)),
    ]
    paragraphs = [(title, phrases.run_on(said)) for title, said in said_of]
    tables = [Late(lambda what=what, head=head, rows=rows: _table(material, what, head, rows)) for what, head, rows in found if rows]  # type: ignore[misc]
    return Written("definitions", material.templates, {"paragraphs": paragraphs, "tables": tables, "remarks": _remarks(material)})


def _table(material: Material, what: str, head: str, rows: Sequence[Sequence[str]]) -> str:
    align: list[Align] = ["left", "left"]
    grid = sheets.plain_grid([head, say("definitions.meaning")], rows, align)
    return material.numbers.table(grid, say("definitions.table", what=what), "lines")


def _rules(material: Material) -> Iterator[str]:
    """Yield how the values of each set are rounded and compared; sets of one rule together."""
    used = {row["set"] for row in material.model.rows}
    found: dict[tuple[str, str, str], list[IndicatorSet]] = {}
    for one in material.context.sets.values():
        if one.id in used:
            cite = one.rounding.cite
            document = material.context.documents.get(cite.document, {})
            named = document.get("number") or term(document.get("title_zh", cite.document))
            source = phrases.sequence([named, phrases.foreign(cite.clause), look.state(cite.state)])
            found.setdefault((one.rounding.method, one.rounding.compare, source), []).append(one)
    for (method, compare, source), sets in found.items():
        names = phrases.listing([phrases.in_title_marks(term(one.name_zh)) for one in sets])
        how = {"method": word("rounding", method, spoken()), "compare": word("rounding", compare, spoken())}
        yield say("definitions.rule", sets=names, source=phrases.brackets(source), **how)


def _composite(material: Material) -> list[str]:
    return [say("definitions.composite")] if any(row["part_of"] for row in material.model.rows) else []


def _base(material: Material) -> list[str]:
    base = material.context.base_period
    return [say("definitions.base_text", period=phrases.period(base)) if base else say("definitions.base_unknown")]


def _statuses(material: Material) -> list[list[str]]:
    traces = material.model.traces
    codes = {marks.code_of(row, traces.get(row_key(row), {})) for row in material.model.rows}
    order = [*look.STATUSES, *look.MARKS]
    known = sentences("definitions")
    return [
        [look.status(code).label, say(f"definitions.status_{code}")]
        for code in sorted(codes, key=lambda code: order.index(code) if code in order else len(order))
        if f"status_{code}" in known
    ]  # fmt: skip


def _reasons(material: Material) -> list[list[str]]:
    inputs = (item for trace in material.model.traces.values() for item in trace.get("inputs", []))
    codes = {row["reason"] for row in material.model.rows} | {str(item.get("missing") or "") for item in inputs}
    known = sentences("definitions")
    return [
        [look.reason(code), say(f"definitions.reason_{code}" if f"reason_{code}" in known else "definitions.reason_other")]
        for code in sorted(codes - {""})
    ]


def _marks(material: Material) -> list[list[str]]:
    model = material.model
    rows = [["—", say("definitions.mark_dash")]]
    items = [item for trace in model.traces.values() for item in trace.get("inputs", [])]
    if model.unverified:
        rows.insert(0, [look.DAGGER, say("definitions.mark_dagger")])
    if any(item.get("cell") for item in items):
        rows.append([say("calculations.cell", cell="E5").strip(), say("definitions.mark_cell")])
    if any(item.get("bound") for item in items):
        rows.append([phrases.listing(["≥", "≤"]), say("definitions.mark_bound")])
    if material.context.evidence:
        rows.append([numbered(material.context.evidence[0].number), say("definitions.mark_evidence")])
    return rows


def _quoted(text: str) -> str:
    """Return a remark of an English list between quotation marks, as it may hold commas and semicolons itself."""
    return f"“{text}”" if english() else text


def _remarks(material: Material) -> list[str]:
    said = [say("definitions.duties")] if material.context.duties and "table" in material.plan.ids else []
    codes = {code for row in material.model.rows for code in row["note"].split(";") if code}
    notes = [_quoted(look.note(code)) for code in sorted(codes) if ":" not in code]
    return [*said, *([say("definitions.remarks", list=phrases.listing(notes))] if notes else [])]
