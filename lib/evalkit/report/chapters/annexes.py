"""The lists at the end: 指标值待核清单, 数据更正清单, 人工判定, 佐证材料清单, 数据更新说明, 数据来源与文件依据."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.messages.speech import say
from evalkit.report import kinds, look, phrases, sheets
from evalkit.report.chapters.material import Material, Written
from evalkit.report.evidence import ProofView
from evalkit.report.frame import Late
from evalkit.report.model import ReportModel, Unverified
from evalkit.report.numbering import Numbering
from evalkit.report.pieces import corrections_table, decisions_table, documents_table, sources_table
from evalkit.report.remarks import remark_tables


def unverified(material: Material) -> Written | None:
    """Return 指标值待核清单: thresholds that nobody compared with the official text."""
    model = material.model
    targets = any(row.target != "—" for group in model.groups for row in (*group.table, *group.apart_table))
    if not targets and material.small:
        return None
    values = {"states": _states(model.unverified, material.numbers), "has_targets": targets}
    return Written("unverified", material.templates, values)


def corrections(material: Material) -> Written | None:
    """Return 数据更正清单."""
    entries = material.model.corrections
    if not entries:
        return None
    return Written("corrections", material.templates, {"table": Late(lambda: corrections_table(entries, material.numbers))})


def decisions(material: Material) -> Written | None:
    """Return 人工判定, with what persons decided on sources and warnings."""
    entries, context = material.model.decisions, material.context
    if not entries and not context.settled and not context.accepted:
        return None
    values = {
        "table": Late(lambda: decisions_table(entries, material.numbers)) if entries else "",
        "remarks": lambda: remark_tables(context.settled, context.accepted, material.numbers),
    }
    return Written("decisions", material.templates, values)


def evidence(material: Material) -> Written | None:
    """Return 佐证材料清单; only with a register of evidence."""
    if not material.context.evidence:
        return None
    return Written("evidence", material.templates, {"proofs": ProofView(material.context.evidence, material.numbers)})


def updates(material: Material) -> Written | None:
    """Return 数据更新说明; only where there are earlier results."""
    notes = material.context.update_notes
    return Written("updates", material.templates, {"updates": notes}) if notes else None


def sources(material: Material) -> Written:
    """Return 数据来源与文件依据: in tables, or in sentences in a small report."""
    model, numbers = material.model, material.numbers
    values = {
        "papers": _papers(model) if material.small else [],
        "documents": Late(lambda: documents_table(model.documents, numbers)) if model.documents and not material.small else "",
        "files": Late(lambda: sources_table(model.sources, numbers)) if model.sources and not material.small else "",
    }
    return Written("sources", material.templates, values)


def _papers(model: ReportModel) -> list[str]:
    """Return documents and input files of a small report, in sentences."""
    documents = [
        phrases.in_title_marks(title) + (phrases.brackets(number) if phrases.unit(number) else "") for number, title in model.documents
    ]
    files = [file + phrases.brackets(phrases.foreign(origin)) for file, origin in model.sources]
    said = [("documents", documents), ("files", files)]
    return [say(f"annexes.{key}", items=phrases.clauses(items)) for key, items in said if items]


@dataclass
class _UnverifiedList:
    table: Late
    remarks: list[str]


@dataclass
class _State:
    name: str
    note: str
    count: str
    lists: list[_UnverifiedList]


def _states(items: Sequence[Unverified], numbers: Numbering) -> list[_State]:
    found: dict[str, list[Unverified]] = {}
    for item in items:
        found.setdefault(item.state, []).append(item)
    return [_state(code, some, numbers) for code, some in found.items()]


def _state(code: str, items: list[Unverified], numbers: Numbering) -> _State:
    name = look.state(code)
    by_document: dict[str, list[Unverified]] = {}
    for item in items:
        by_document.setdefault(item.document, []).append(item)
    lists = [_unverified_list(document, some, name, numbers) for document, some in by_document.items()]
    total, other = sum(item.count for item in items), sum(item.count for item in items if kinds.is_apart(item.attribute))
    key = "annexes.count" if not other else "annexes.count_apart" if other == total else "annexes.count_both"
    count = say(key, total=total, other=other)
    return _State(phrases.beginning(name), look.state_note(code), count, lists)


def _unverified_list(document: str, items: list[Unverified], state: str, numbers: Numbering) -> _UnverifiedList:
    caption = say("annexes.list_document", document=document) if document else say("annexes.list_state", state=state)
    vias = list(dict.fromkeys(item.via for item in items if item.via))
    notes = list(dict.fromkeys(item.note for item in items))
    said = [say("annexes.remark", text=phrases.foreign(notes[0]))] if len(notes) == 1 and notes[0] else []
    return _UnverifiedList(
        Late(lambda: numbers.table(sheets.unverified_grid(items), caption, "lines")),
        [*said, *(say("annexes.via", where=phrases.foreign(via)) for via in vias)],
    )
