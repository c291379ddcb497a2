"""评估依据与数据来源: documents and whether they are in hand, sets and how far their thresholds are checked, who sent which data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evalkit.intake.inputs import counted_in
from evalkit.messages import word
from evalkit.messages.speech import say, spoken, term
from evalkit.report import look, phrases, sheets
from evalkit.report.chapters.material import Material, Written
from evalkit.report.columns import source_name
from evalkit.report.frame import Late
from evalkit.report.tables import Align, Grid

_STATES = ("verified", "seen", "seen_neighbour", "third_party", "derived", "recalled")
_MOST = 4


def basis(material: Material) -> Written:
    """Return 评估依据与数据来源."""
    numbers = material.numbers
    papers, sets, files = _documents(material), _sets(material), _files(material)
    tables: list[tuple[str, Late | str]] = []
    if papers:
        heads = [say("basis.number"), say("basis.title"), say("basis.issuer"), say("basis.in_hand")]
        tables.append(("", Late(lambda: numbers.table(_plain(heads, papers), say("basis.documents"), "lines"))))
    if any(line[2] != "0" for line in sets):  # without thresholds there is nothing to check
        states = [code for place, code in enumerate(_STATES) if any(line[3 + place] != "0" for line in sets)]
        kept = [[*line[:3], *(line[3 + _STATES.index(code)] for code in states)] for line in sets]
        columns = [say("basis.set"), say("basis.rows"), say("basis.total"), *(look.state(code) for code in states)]
        align: list[Align] = ["left"]
        align += ["right"] * (len(columns) - 1)
        grid = sheets.plain_grid(columns, kept, align)
        tables.append((say("basis.states"), Late(lambda: numbers.table(grid, say("basis.sets"), "lines"))))
    if files:
        named = [say("basis.who"), say("basis.file"), say("basis.figures"), say("basis.periods")]
        tables.append(("", Late(lambda: numbers.table(_plain(named, files, "right"), say("basis.files"), "lines"))))
    return Written("basis", material.templates, {"tables": tables, "none": "" if files else say("basis.none")})


def _plain(heads: list[str], rows: list[list[str]], third: Align = "left") -> Grid:
    align: list[Align] = ["left", "left", third, "left"]
    return sheets.plain_grid(heads, rows, align)


def used_documents(material: Material) -> list[str]:
    """Return the documents that sets, plans, thresholds, definitions and pass rules of the report rest on, by id, in that order."""
    model, context = material.model, material.context
    used: dict[str, None] = {}
    for row in model.rows:
        used.setdefault(context.set_documents.get(row["set"], "") or context.plan_documents.get(row["set"], ""))
    for trace in model.traces.values():
        target = trace.get("target") or {}
        for cite in (target.get("cite") or {}, *(target.get("class_cites") or ()), trace.get("definition_cite") or {}):
            used.setdefault(str(cite.get("document", "")))
    for indicator_set in context.sets.values():
        for requirement in indicator_set.pass_rule.requirements if indicator_set.pass_rule else []:
            used.setdefault(requirement.cite.document)
    return [name for name in used if name in context.documents]


def _documents(material: Material) -> list[list[str]]:
    found = []
    for name in used_documents(material):
        document = material.catalog.documents.get(name) if material.catalog else None
        known = material.context.documents[name]
        issued = (
            phrases.sequence(text for text in (phrases.foreign(document.issuer), phrases.period(document.date)) if text) if document else ""
        )
        text = word("document_text", document.text, spoken()) if document else "—"
        title = phrases.in_title_marks(term(known.get("title_zh", name)))
        found.append([phrases.foreign(known.get("number", "")) or "—", title, issued or "—", text])
    return found


def _sets(material: Material) -> list[list[str]]:
    """Return set, rows, thresholds and how many of them are in each state, of the latest period."""
    model = material.model
    latest = max((row["period"] for row in model.rows), default="")
    counts: dict[str, dict[str, int]] = {}
    rows: dict[str, set[str]] = {}
    for row in model.rows:
        if row["period"] != latest:
            continue
        rows.setdefault(row["set"], set()).add(row["indicator"])
        if phrases.unit(row["target_text"]) and row["target_state"]:
            by_state = counts.setdefault(row["set"], {})
            by_state[row["target_state"]] = by_state.get(row["target_state"], 0) + 1
    found = []
    for name, indicators in rows.items():
        by_state = counts.get(name, {})
        title = phrases.in_title_marks(term(material.context.set_name(name)))
        found.append([title, str(len(indicators)), str(sum(by_state.values())), *(str(by_state.get(code, 0)) for code in _STATES)])
    return found


def _files(material: Material) -> list[list[str]]:
    """Return who sent a file, its name, how many data items were taken from it, and for which periods."""
    origins: dict[str, dict[str, None]] = {}
    items: dict[str, set[str]] = {}
    periods: dict[str, set[str]] = {}
    for trace in material.model.traces.values():
        for item in trace.get("inputs", []):
            file = str(item.get("file") or "")
            if not file:
                continue
            origins.setdefault(file, {}).setdefault(origin(item))
            items.setdefault(file, set()).add(str(item.get("variable", "")))
            periods.setdefault(file, set()).add(str(item.get("period", "")))
    found = []
    for file in sorted(origins):
        words = [text for text in origins[file] if text]
        listed = phrases.clauses(words[:_MOST])
        who = say("basis.more", words=listed, n=len(words)) if len(words) > _MOST else listed
        counted = counted_in(file)
        when = spans(periods[file])
        found.append([say("basis.counted") if counted else who or "—", counted or file, str(len(items[file])), when or "—"])
    return found


def spans(periods: Iterable[str]) -> str:
    """Return periods in words, years that follow each other as a span: 2021年至2024年."""
    runs: list[list[str]] = []
    for period in sorted({period for period in periods if period}):
        if runs and period.isdigit() and runs[-1][-1].isdigit() and int(period) == int(runs[-1][-1]) + 1:
            runs[-1].append(period)
        else:
            runs.append([period])
    names = [f"{run[0]}/{run[-1]}" if len(run) > 1 else run[0] for run in runs]
    return phrases.listing([phrases.period(name) for name in names])


def origin(item: Mapping[str, Any]) -> str:
    """Return who sent a figure, or what it was taken from: the source without addresses, the mark of example data and the place in it."""
    return phrases.foreign(term(source_name(str(item.get("source") or ""))))
