"""Pieces of a report in Markdown: numbered tables and figures, calculation blocks, the key to the symbols, the lists at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from evalkit.intake.inputs import input_path
from evalkit.messages.speech import english, say, term
from evalkit.report import look, phrases, sheets, wording
from evalkit.report.calculations import Calculation
from evalkit.report.model import Group
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Align, escape

_PLACE = re.compile(r"([^：]+)：([^：〔〕]+)(〔[^〔〕]+〕)(.*)")  # figure, file, cell, correction and source
_COUNTED = re.compile(r"([^：]+)：(评估结果[^：〔〕]+@[0-9a-f]{12})()()")  # figure, state of a run
_PLACE_EN = re.compile(r"(.+?): ([^:\[\]]+)( \[[^\[\]]+\])(.*)")
_COUNTED_EN = re.compile(r"(.+?): (results of [^:\[\]]+@[0-9a-f]{12})()()")


def trend_table(groups: Sequence[Group], numbers: Numbering, *, apart: bool = False) -> str:
    """Return values and statuses of one set over the periods; `apart`: those of its basic conditions and veto items."""
    caption = say("pieces.trend_apart" if apart else "pieces.trend", set=groups[0].set_name)
    return numbers.table(sheets.trend_grid(groups, apart=apart), caption, "lines")


def calculation(block: Calculation, *, anchored: bool = False) -> str:
    """Return a calculation block as Markdown: four labelled lines and the sources, or one line; `anchored` so that links lead to it."""
    place = f"#{block.anchor} " if anchored and block.anchor else ""
    status = look.status(block.status)
    mark = f"[{status.label}]{{.{status.css}}}"
    gap = phrases.gap()
    head = f"**{escape(f'{wording.block_label(block.attribute, block.seq)}{gap}{block.title}')}**{gap}{mark}"
    if block.kind != "computed":
        text = escape(_run_on(block))
        sources = escape(say("pieces.sources", places=_places(block))) if block.sources else ""
        return f"::: {{{place}.brief}}\n{head}{gap}{phrases.run_on([text, sources])}\n:::\n"
    lines = [f"[{label}]{{.label}}{gap}{escape(text)}" for label, text in block.lines]
    if block.sources:
        lines.append(f"[{say('calculations.sources_label')}]{{.label}}{gap}{escape(_places(block))}")
    return f"::: {{{place}.calc}}\n{head}\n\n" + "\n\n".join(lines) + "\n:::\n"


def _run_on(block: Calculation) -> str:
    """Return the lines of a block as sentences; in English what is no verdict keeps its label, as it would not explain itself."""
    if not english():
        return "".join(line if line.endswith(("。", "；")) else f"{line}。" for _, line in block.lines if line)
    plain = (say("calculations.verdict_label"), say("calculations.merged_label"))
    said = [line if label in plain else phrases.labelled(label, line) for label, line in block.lines if line]
    return phrases.run_on(line if line.endswith((".", ".”", "。”")) else f"{line}." for line in said)


def _places(block: Calculation) -> str:
    """Return where the figures stand; those of one file and source follow each other with the file said once."""
    found: dict[tuple[str, str], list[str]] = {}
    place, counted = (_PLACE_EN, _COUNTED_EN) if english() else (_PLACE, _COUNTED)
    for source in dict.fromkeys(phrases.without_addresses(source).rstrip("，, ") for source in block.sources):
        split = place.fullmatch(source) or counted.fullmatch(source)
        key, text = ((split[2], split[4]), f"{split[1]}{split[3]}") if split else ((source, ""), "")
        found.setdefault(key, []).append(text)
    said = (phrases.labelled(phrases.listing(texts), f"{file}{tail}") if texts[0] else file for (file, tail), texts in found.items())
    return phrases.stopped(phrases.clauses(said))


def legend(used: Iterable[look.StatusLook] = (), markers: Iterable[str] = ()) -> str:
    """Return the key to symbols and marks below a table: the statuses, and what else the table uses; `markers` stand beside names."""
    more = dict.fromkeys(mark for mark in used if mark.code in look.MARKS)
    words = phrases.gap().join(status.label for status in (*look.STATUSES.values(), *more))
    lacking = [mark.word for mark in more if mark.symbol == "◇"]
    marked = phrases.listing(list(markers))
    return phrases.run_on([
        say("pieces.legend", words=words),
        say("pieces.lacking", names=phrases.listing(lacking)) if lacking else "",
        say("pieces.dagger", mark=look.DAGGER),
        say("pieces.markers", marks=marked) if marked else "",
    ])  # fmt: skip


def corrections_table(entries: Sequence[Mapping[str, str]], numbers: Numbering) -> str:
    """Return the list of corrections; what all have in common (file, author, date) stands once below."""
    files = {entry.get("file", "") for entry in entries}
    authors = {(entry.get("author", ""), entry.get("date", "")) for entry in entries}
    heads = _heads("id", "item", "original", "reading", "reason", *(["corrected_by"] if len(authors) > 1 else []))
    rows = []
    for entry in entries:
        where = phrases.period(entry.get("period", ""))
        where = say("pieces.at", period=where, file=entry.get("file", "")) if len(files) > 1 else where
        cells = [entry.get("id", ""), f"{entry['subject']}{phrases.brackets(where)}"]
        cells += [entry.get("expect", ""), entry.get("reading", ""), entry.get("reason", "")]
        rows.append(cells + ([f"{entry.get('author', '')} {entry.get('date', '')}"] if len(authors) > 1 else []))
    align: list[Align] = ["center", "left", "left", "left", "left"]
    grid = sheets.plain_grid(heads, rows, [*align, "left"] if len(authors) > 1 else align)
    table = numbers.table(grid, say("pieces.corrections"), "lines")
    common = [say("pieces.data_file", file=input_path(file)) for file in files if len(files) == 1]
    common += [say("pieces.author", author=author, date=date) for author, date in authors if len(authors) == 1]
    note = phrases.run_on(phrases.stopped(text) for text in common)
    return table + (f"\n::: {{.note}}\n{escape(note)}\n:::\n" if common else "")


def decisions_table(entries: Sequence[Mapping[str, str]], numbers: Numbering) -> str:
    """Return the list of what persons decided."""
    rows = [
        [
            entry.get("id", ""),
            entry["subject"],
            phrases.period(entry.get("period", "")),
            term(entry["result"]),
            phrases.without_addresses(entry.get("evidence", "")),
            entry.get("reason", ""),
            f"{entry.get('by', '')} {entry.get('date', '')}",
        ]
        for entry in entries
    ]
    heads = [*_heads("id"), say("columns.indicator"), *_heads("period", "result", "material", "reason", "decided_by")]
    grid = sheets.plain_grid(heads, rows, ["center", "left", "center", "center", "left", "left", "left"])
    return numbers.table(grid, say("pieces.decisions"), "lines")


def documents_table(entries: Sequence[tuple[str, str]], numbers: Numbering) -> str:
    """Return the list of documents."""
    return numbers.table(sheets.plain_grid(_heads("number", "document"), entries, ["left", "left"]), say("pieces.documents"), "lines")


def sources_table(entries: Sequence[tuple[str, str]], numbers: Numbering) -> str:
    """Return the list of input files."""
    return numbers.table(sheets.plain_grid(_heads("file", "origin"), entries, ["left", "left"]), say("pieces.files"), "lines")


def _heads(*names: str) -> list[str]:
    return [say(f"pieces.{name}") for name in names]
