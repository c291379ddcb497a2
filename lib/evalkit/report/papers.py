"""The lists at the end of a report: thresholds to verify, corrections, decisions, documents, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalkit.intake.inputs import counted_in, input_path
from evalkit.messages.speech import say, term
from evalkit.report import look, marks, phrases, wording
from evalkit.report.context import ReportContext
from evalkit.report.printed import row_key

Row = Mapping[str, str]
_MOST_SOURCES = 4


@dataclass(frozen=True)
class Unverified:
    """A threshold that nobody has compared with the official text."""

    state: str
    attribute: str
    seq: str
    name: str
    target: str
    count: int
    document: str
    clause: str
    via: str
    note: str


def unverified(rows: Sequence[Row], by_key: Mapping[tuple[str, ...], Mapping[str, Any]], context: ReportContext) -> list[Unverified]:
    """Thresholds that nobody verified; the milestones of one planned indicator share a line."""
    found: dict[tuple[str, ...], list[tuple[Row, Mapping[str, Any]]]] = {}
    for row in rows:
        if (
            not row["target_text"]
            or row["target_state"] in {"verified", ""}
            or (row["status"] == "no_target" and row["target_text"] in {"—", "-"})
        ):
            continue
        cite = by_key.get(row_key(row), {}).get("target", {}).get("cite", {})
        planned = "plan" if row["milestone"] else "threshold"
        key = (
            row["target_state"],
            planned,
            row["set"],
            row["indicator"],
            *(str(cite.get(name, "")) for name in ("document", "clause", "via", "note")),
        )
        found.setdefault(key, []).append((row, cite))
    items = [_unverified_item([row for row, _ in group], group[0][1], context) for group in found.values()]
    order = look.state_order()
    return sorted(items, key=lambda item: order.index(item.state) if item.state in order else len(order))


def _unverified_item(rows: Sequence[Row], cite: Mapping[str, Any], context: ReportContext) -> Unverified:
    first = rows[0]
    texts = dict.fromkeys((row["milestone"], row["target_text"]) for row in rows)
    document = str(cite.get("document", "")) or context.set_documents.get(first["set"], "") or context.plan_documents.get(first["set"], "")
    return Unverified(
        state=first["target_state"],
        attribute=first["attribute"],
        seq=first["seq"],
        name=wording.row_title(first),
        target=phrases.clauses(f"{phrases.period(when)} {term(text)}" if when else term(text) for when, text in texts),
        count=len(texts),
        document=context.document(document) if document else "",
        clause=str(cite.get("clause", "")),
        via=str(cite.get("via", "")),
        note=str(cite.get("note", "")),
    )


def variable_names(traces: Sequence[Mapping[str, Any]], measures: Mapping[str, str]) -> dict[str, str]:
    """Return the names of variables: those of the inputs, and ``reported.<measure>`` for each measure."""
    items = [item for trace in traces for item in trace.get("inputs", []) if item.get("at") == "current"]
    found = {str(item.get("variable", "")): term(str(item.get("name_zh", ""))) for item in items}
    return {**found, **{f"reported.{key}": value for key, value in measures.items()}}


def corrections(context: ReportContext, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the corrections of the region with the data item's name (``subject``) and what it is read as (``reading``)."""
    found = []
    for entry in context.corrections:
        if str(entry.get("region", "")) not in {"", context.region_code}:
            continue
        readings = entry.get("readings")
        subject = _named(str(entry.get("variable", "")), names)
        words = [_reading(reading, names, subject) for reading in readings] if isinstance(readings, (list, tuple)) else []
        texts = {key: str(value) for key, value in entry.items() if key != "readings"}
        found.append({**texts, "subject": subject, "reading": phrases.clauses(words)})
    return found


def _named(variable: str, names: Mapping[str, str]) -> str:
    return names.get(variable) or variable


def _reading(reading: Any, names: Mapping[str, str], subject: str) -> str:
    if not isinstance(reading, Mapping):
        return str(reading)
    words = [str(reading[key]) for key in ("value",) if reading.get(key)]
    if reading.get("bound"):
        words.append(phrases.brackets(say("papers.lower" if reading["bound"] == "lower" else "papers.upper")))
    if reading.get("missing"):
        why = look.reason(str(reading["missing"]))
        words.append(phrases.brackets(why) if words else why)
    if reading.get("data_year"):
        words.append(phrases.brackets(say("papers.data_of", period=phrases.period(str(reading["data_year"])))))
    if reading.get("variable"):
        name = _named(str(reading["variable"]), names)
        words.insert(0, f"{name.removeprefix(phrases.labelled(subject, ''))} ")
    words.extend(phrases.brackets(look.note(str(code))) for code in reading.get("notes") or ())
    return "".join(words)


def decisions(context: ReportContext, names: Mapping[str, str], attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what persons decided for the region, with the indicator's name (``subject``) and the ``result`` in words.

    `attributes` says of each measure whether it is a basic condition or veto item.
    """
    found = []
    for entry in context.decisions:
        if entry.get("region_code") not in {"", context.region_code}:
            continue
        verdict = entry.get("verdict", "")
        code = marks.counted(verdict, False, attributes.get(entry.get("key", ""), ""))
        expected = phrases.brackets(say("papers.instead", value=entry["expect"])) if entry.get("expect") else ""
        choice = entry.get("choice", "")
        adopted = say("papers.adopted", value=choice) + expected if entry.get("kind") == "adopt" else say("papers.chosen", value=choice)
        result = look.status(code).word if verdict else adopted
        found.append({**entry, "subject": names.get(entry.get("key", ""), entry.get("key", "")), "result": result})
    return found


def documents(rows: Sequence[Row], traces: Sequence[Mapping[str, Any]], context: ReportContext) -> list[tuple[str, str]]:
    """Return number and title of every document that a set, plan, threshold or definition rests on."""
    used: dict[str, None] = {}
    for row in rows:
        used.setdefault(context.set_documents.get(row["set"], "") or context.plan_documents.get(row["set"], ""))
    for trace in traces:
        for cite in (trace.get("target", {}).get("cite", {}), trace.get("definition_cite") or {}):
            used.setdefault(str(cite.get("document", "")))
    for indicator_set in context.sets.values():
        for requirement in indicator_set.pass_rule.requirements if indicator_set.pass_rule else []:
            used.setdefault(requirement.cite.document)
    return [(doc.get("number", "") or "—", doc.get("title_zh", key)) for key in used if (doc := context.documents.get(key))]


def sources(traces: Sequence[Mapping[str, Any]], context: ReportContext) -> list[tuple[str, str]]:
    """Input files, each with where its figures come from: web addresses once, else the source's words."""
    origins: dict[str, dict[str, None]] = {}
    for source in context.sources:
        origins.setdefault(_path(source.get("file", "")), {}).setdefault(source.get("note", ""))
    for item in (item for trace in traces for item in trace.get("inputs", []) if item.get("file")):
        text = "" if counted_in(str(item["file"])) else str(item.get("source", ""))  # the run's title is said already
        for part in phrases.addresses(text) or [text]:
            origins.setdefault(_path(str(item["file"])), {}).setdefault(part)
    found = []
    for file, texts in sorted(origins.items()):
        words = [text for text in texts if text]
        more = say("papers.among", count=len(words)) if len(words) > _MOST_SOURCES else ""
        found.append((file, phrases.clauses(words[:_MOST_SOURCES]) + more))
    return [entry for entry in found if entry[0]]


def _path(file: str) -> str:
    return file if not file or file.startswith("data/") else input_path(file)
