"""Calculation blocks: 公式, 代入, 结果与修约, 判定 and the list of sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from evalkit.assessment.counts import group_by_indicator, indicator_status
from evalkit.intake.inputs import counted_in
from evalkit.messages.speech import english, say, sentences, spoken, term
from evalkit.report import kinds, look, marks, phrases, wording
from evalkit.report.numbering import anchor
from evalkit.report.printed import Printed, row_key
from evalkit.report.reported import difference_sentence
from evalkit.report.units import units_sentence

Row = Mapping[str, str]
_SAID_ELSEWHERE = (
    "adopted",
    "example_data",
    "corrected",
    "rebased",
    "no_numeric_target",
    "base_is_current",
    "comparison_missing",
    "better_than_set",
)
# Words of a formula with the numbers put in, which the traces have in Chinese.
_FORMULA_WORDS = ("if", "then", "else", "lowest", "highest", "count_if", "round", "comma", "less", "more")


@dataclass(frozen=True)
class Calculation:
    """How one value came about.

    Parameters
    ----------
    kind : {"computed", "reported", "composite"}
        A computed value has four labelled lines, the others one.
    title : str
        Number and name.
    lines : tuple of (label, text)
    sources : tuple of str
        Where each number stands.
    anchor : str
        Id of the place in a report where it stands; empty for a composite.
    """

    kind: Literal["computed", "reported", "composite"]
    attribute: str
    seq: str
    title: str
    status: str
    lines: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    anchor: str = ""


def calculations(
    rows: Sequence[Row], traces: Mapping[tuple[str, ...], Mapping[str, Any]], names: Mapping[str, str], printed: Printed | None = None
) -> list[Calculation]:
    """Return the blocks of all rows, composites before their parts.

    Parameters
    ----------
    rows : sequence of rows
        Rows of one set and period.
    traces : mapping
        Traces by (period, basis, set, indicator, milestone).
    names : mapping
        Names of measures by id.
    printed : Printed, optional
        How earlier values are printed; default as far as these rows and traces say.
    """
    printed = printed or Printed(rows, traces)
    blocks: list[Calculation] = []
    for parts in group_by_indicator(rows).values():
        if len(parts) > 1:
            blocks.append(_composite(parts))
        for row in parts:
            trace = traces.get(row_key(row))
            if trace is not None:
                blocks.append(_block(row, trace, names, printed))
    return blocks


def _composite(parts: Sequence[Row]) -> Calculation:
    status = indicator_status(part["status"] for part in parts)
    counts: dict[str, int] = {}
    for part in parts:
        counts[part["status"]] = counts.get(part["status"], 0) + 1
    first = parts[0]
    coming = marks.ahead(first["period"], first["milestone"])
    attribute = first["attribute"]
    inner, code = wording.counts_phrase(counts, coming=coming, attribute=attribute), marks.counted(status, coming, attribute)
    text = say("calculations.composite", count=len(parts), inner=inner, status=look.status(code).word)
    title = term(first["part_of"]) or wording.row_name(first)
    return Calculation("composite", first["attribute"], first["seq"], title, code, ((say("calculations.merged_label"), text),), ())


def _block(row: Row, trace: Mapping[str, Any], names: Mapping[str, str], printed: Printed) -> Calculation:
    formula = trace.get("formula")
    inputs = trace.get("inputs", [])
    settled = tuple(_adopted(trace))
    sources = tuple(dict.fromkeys(source_line(item) for item in inputs))
    verdict, code = wording.verdict_phrase(trace, names, row, printed), marks.code_of(row, trace)
    place = anchor(row["period"], row["set"], row["indicator"], row["milestone"])
    if not formula or trace.get("value_source") != "computed":
        found = [item for item in inputs if item.get("file")]
        # One figure alone needs no name: it is the indicator's own.
        sources = tuple(dict.fromkeys(source_line(item, named=len(found) > 1) for item in found))
        if formula and row["value"]:
            verdict = say("calculations.incomplete", verdict=_within(verdict))
        if phrases.unit(row["target_text"]):
            verdict = say("calculations.aimed", aim=wording.aim(row), target=wording.target_text(row), verdict=_within(verdict))
        value = _reported(row, printed)
        verdict = say("calculations.valued", value=value, verdict=_within(verdict)) if value else verdict
        said = (
            *settled,
            (say("calculations.verdict_label"), phrases.beginning(verdict)),
            *_units(trace, printed),
            *_remarks(trace),
        )
        return Calculation("reported", row["attribute"], row["seq"], wording.row_name(row), code, said, sources, place)
    measure = names.get(str(trace.get("measure", ""))) or wording.row_name(row)
    lines = (
        (say("calculations.formula_label"), f"{measure} = {formula.get(spoken(), '')}"),
        (say("calculations.substituted_label"), f"= {substituted(formula)}"),
        (say("calculations.result_label"), result_line(trace)),
        *settled,
        (say("calculations.verdict_label"), phrases.beginning(verdict)),
        *_units(trace, printed),
        *_remarks(trace),
    )
    return Calculation("computed", row["attribute"], row["seq"], wording.row_name(row), code, lines, sources, place)


def _within(text: str) -> str:
    """Return a text as it follows others in a sentence: in English without the capital, unless it is an abbreviation."""
    return text[:1].lower() + text[1:] if english() and text[1:2].islower() else text


def substituted(formula: Mapping[str, Any]) -> str:
    """Return a formula with the numbers put in, its few words in the language of the document.

    Parameters
    ----------
    formula : mapping
        ``formula`` of a trace.
    """
    text = str(formula.get("substituted", ""))
    if english():
        for name in _FORMULA_WORDS:
            both = sentences("calculations")[name]
            text = text.replace(both["zh"], both["en"])
    return text


def _adopted(trace: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the value that a panel settled on, who, when and why."""
    found = trace.get("adopted")
    if found:
        value = phrases.with_unit(str(found["value"]), str(trace.get("unit", "")))
        said = {name: phrases.foreign(str(found[name])) for name in ("by", "date", "reason", "evidence")}
        yield say("calculations.adopted_label"), say("calculations.adopted", value=value, **said)


def _units(trace: Mapping[str, Any], printed: Printed) -> Iterator[tuple[str, str]]:
    """Yield the counts of subordinate units where they were read from a finished run."""
    text = units_sentence(trace, printed)
    if text:
        yield say("calculations.units_label"), text


def _remarks(trace: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a reader must know to judge the verdict: the class that chose the target, a re-based base, notes."""
    target = trace.get("target") or {}
    if target.get("class_zh"):
        basis = phrases.clauses(
            phrases.labelled(look.state(cite.get("state", "")), phrases.foreign(str(cite.get("note") or cite.get("clause", ""))))
            for cite in target.get("class_cites", [])
        )
        yield say("calculations.class_label"), phrases.class_words(str(target["class_zh"])) + phrases.brackets(basis)
    if target.get("as_printed"):
        reading = phrases.foreign(str(target["reading"]))
        yield say("calculations.printed_label"), say("calculations.as_printed", printed=target["as_printed"], reading=reading)
    base = trace.get("base") or {}
    if base.get("kind") == "rebased":
        cite = base.get("cite") or {}
        yield (
            say("calculations.base_label"),
            say(
                "calculations.base",
                period=base["period"],
                value=base["value"],
                printed=say("calculations.base_printed", value=base["reported"]) if base.get("reported") else "",
                state=look.state(cite.get("state", "")),
                note=phrases.foreign(str(cite.get("note", ""))),
            ),
        )
    explained = f"differs_{(trace.get('difference_reason') or {}).get('code')}"  # stands with the result
    notes = [look.note(code) for code in trace.get("notes", []) if code not in (*_SAID_ELSEWHERE, explained)]
    if target.get("note"):
        notes.append(phrases.foreign(str(target["note"])))
    if notes:
        yield say("calculations.note_label"), phrases.clauses(notes)


def _reported(row: Row, printed: Printed) -> str:
    value = row["value_text"] or printed.current(row)
    if not value and kinds.is_apart(row["attribute"]):
        return look.reason(row["reason"]) if row["reason"] else ""
    if not value:
        return say("calculations.no_value_why", why=look.reason(row["reason"])) if row["reason"] else say("calculations.no_value")
    year = say("calculations.year", period=phrases.period(row["data_year"])) if row["data_year"] else ""
    return say("calculations.reported", value=phrases.foreign(phrases.with_unit(value, row["unit"])), year=year)


def result_line(trace: Mapping[str, Any]) -> str:
    """Return the result in full, rounded, and beside the reported value: = 96.296…%，修约 96.3%；申报值96.3%，一致。"""
    unit, digits = str(trace.get("unit", "")), int(trace.get("digits") or 0)
    value, rounded = str(trace.get("value", "")), str(trace.get("rounded", ""))
    if not value:
        return say("calculations.not_computed")
    full = phrases.shortened(value, digits)
    text = f"= {phrases.with_unit(full, unit) if not full.endswith('…') else phrases.measured(full, unit)}"
    if rounded and full != rounded:
        text += say("calculations.rounded", value=phrases.with_unit(rounded, unit))
    reported = str(trace.get("reported", "") or "")
    gap = phrases.number(str(trace.get("difference", "") or ""))
    if reported and gap is not None:
        said = say("calculations.agrees") if gap == 0 else say("calculations.differs", size=_signed(gap, unit))
        text += say("calculations.beside", value=phrases.with_unit(reported, unit), said=said)
        text += phrases.brackets(difference_sentence(trace, spoken())) if trace.get("difference_reason") else ""
    return text


def _signed(value: Fraction, unit: str) -> str:
    text = phrases.plain(value, 6)
    text = text if value < 0 else f"+{text}"
    if english() and phrases.unit(unit) == "%":
        return say("phrases.points", size=text)
    return phrases.measured(text, unit)


def source_line(item: Mapping[str, Any], *, named: bool = True) -> str:
    """Return where an input stands: 优良天数 26天（2024年2月）：file〔Sheet1!C7〕，correction and source.

    Parameters
    ----------
    item : mapping
        An input of the trace.
    named : bool
        Begin with name, value and period.
    """
    place = f"{item['sheet']}!{item['cell']}" if item.get("sheet") else str(item.get("cell", ""))
    value = str(item.get("value", "")) or (look.reason(str(item["missing"])) if item.get("missing") else "")
    bound = {"lower": "≥", "upper": "≤"}.get(str(item.get("bound", "")), "")
    text = f"{_name(item)} {bound}{phrases.with_unit(value, str(item.get('unit', '')))}".strip()
    when = str(item.get("data_year") or item.get("period", ""))
    text += phrases.brackets(phrases.period(when))
    if not item.get("file"):
        return text
    counted = counted_in(str(item["file"]))
    if counted:
        units = str(item.get("source", "")).partition("：")[2]
        found = say("calculations.results", state=counted)
        return (phrases.labelled(text, found) if named else found) + phrases.brackets(units)
    text = phrases.labelled(text, str(item["file"])) if named else str(item["file"])
    text += say("calculations.cell", cell=place) if place else ""
    received = str(item.get("value_received", ""))
    if item.get("correction_id"):
        text += say("calculations.corrected", received=received, id=item["correction_id"])
    elif str(item.get("factor") or "1") != "1":
        value = f"{received}{phrases.unit(str(item.get('unit_received', '')))}"
        text += say("calculations.received", value=phrases.with_unit(received, str(item.get("unit_received", ""))) if english() else value)
    if item.get("source"):
        text += say("calculations.source", source=said_source(str(item["source"])))
    return text


def _name(item: Mapping[str, Any]) -> str:
    name = str(item.get("name_zh", ""))
    return phrases.beginning(str(item.get("name_en") or term(name))) if english() else name


def said_source(text: str) -> str:
    """Return a source in words; in English what is Chinese stands in quotation marks, without addresses and the mark of example data."""
    if not english():
        return text
    words = phrases.without_addresses(text)
    example = look.EXAMPLE_EN if look.EXAMPLE_ZH in words else ""
    words = words.replace(look.EXAMPLE_ZH, "").strip("，, 　")
    said = ", ".join(part for part in (phrases.foreign(term(words)), example) if part)
    return " ".join([said, *phrases.addresses(text)]).strip()
