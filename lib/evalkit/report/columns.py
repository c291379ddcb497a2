"""Lines of the official table (指标完成情况总表), and the columns that tell where a line comes from and who answers for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evalkit.intake.inputs import counted_in
from evalkit.messages.speech import english, say, term
from evalkit.report import look, phrases
from evalkit.report.evidence import with_numbers
from evalkit.report.terms import target_in_english

if TYPE_CHECKING:
    from evalkit.catalog import Catalog
    from evalkit.report.context import ReportContext

Row = Mapping[str, str]
_OFFICE = re.compile(r"[省市区县州]?委?(.+?)(?:局|厅|部|委员会)?")
_MOST_SOURCE = 12.0  # a longer description of a source is no short name for it


@dataclass(frozen=True)
class IndicatorRow:
    """A line of the official table.

    `source` says shortly where the figures come from, `evidence` holds the numbers of the evidence, `duty` the responsible unit; each is
    empty where nothing is known.
    """

    indicator: str
    domain: str
    seq: str
    part_of: str
    name: str
    unit: str
    attribute: str
    history: tuple[str, ...]
    current: str
    target: str
    goals: tuple[str, ...]
    status: str
    mark: look.StatusLook
    remark: str
    task: str = ""
    source: str = ""
    evidence: str = ""
    duty: str = ""


def with_columns(
    lines: Sequence[IndicatorRow], rows: Sequence[Row], traces: Sequence[Mapping[str, Any]], context: ReportContext, period: str
) -> list[IndicatorRow]:
    """Return lines of the table with source, responsible unit and, of what is judged by a threshold, the numbers of the evidence.

    Parameters
    ----------
    lines : sequence of IndicatorRow
    rows, traces : sequence of mappings
        Of each line; an empty trace where there is none.
    context : ReportContext
    period : str
        Assessed period.
    """
    made = [
        replace(
            line,
            target=_own_class(line.target, row, trace),
            source=short_source(trace, context.region_name),
            duty=context.duties.get(row["indicator"]) or context.departments.get(str(trace.get("measure", "")), ""),
        )
        for line, row, trace in zip(lines, rows, traces, strict=True)
    ]
    # the numbers belong to what is judged now, not to a planned value
    judged = bool(rows) and not rows[0]["milestone"]
    return with_numbers(made, context.evidence, period) if judged and context.evidence else made


def _own_class(shown: str, row: Row, trace: Mapping[str, Any]) -> str:
    """Return a threshold by class as it stands for the region's own: 丘陵地区：≥40 of 山区：≥60；丘陵地区：≥40；…."""
    chosen = str((trace.get("target") or {}).get("class_zh") or "").rpartition("：")[2]
    parts = [part.strip() for part in row["target_text"].split("；")]
    own = [part for part in parts if chosen and part.startswith(f"{chosen}：")]
    if len(own) != 1 or len(parts) == 1:
        return shown
    said = target_in_english(own[0]) if english() else own[0]
    if not said:
        return shown
    return said + (look.DAGGER if shown.endswith(look.DAGGER) else "")


def short_source(trace: Mapping[str, Any], region: str = "") -> str:
    """Return where the figures of a row come from, in few words: who sent them, or the file; empty without a figure.

    The beginning of the source as the data have it counts (示例区统计局 as 区统计局; 崇明区规划表1), without addresses and the mark of
    example data. What the superior assigned is no figure of the region.
    """
    found: dict[str, None] = {}
    for item in trace.get("inputs", []):
        own = item.get("at", "current") == "current" and not str(item.get("variable", "")).startswith("assigned.")
        if item.get("file") and own:
            found.setdefault(_short(str(item.get("source") or ""), str(item["file"]), region))
    return phrases.listing(list(found))


def _short(source: str, file: str, region: str) -> str:
    if counted_in(file):
        return say("columns.counted")
    first = source_name(source)
    if region and first.startswith(region) and first.endswith(("局", "部", "办", "办公室", "委员会", "委", "厅", "院", "中心")):
        first = first[len(region) - 1 :]  # 示例区统计局: 区统计局
    said = term(first)
    foreign = english() and said == first and not first.isascii()  # the name of the file says more in English
    if first and phrases.display_width(said) <= _MOST_SOURCE and not foreign:
        return said
    stem = file.rpartition("/")[2].rpartition(".")[0]
    return re.sub(r"[-_]+", " ", stem) if english() else stem  # so that it breaks between words


def source_name(source: str) -> str:
    """Return the beginning of a source: who sent a figure, or what it was taken from, without addresses and the mark of example data."""
    words = phrases.without_addresses(source)
    for mark in (look.EXAMPLE_ZH, look.EXAMPLE_EN):
        words = words.replace(mark, "").strip("，, 　")
    return words.split()[0] if words.split() else ""


def duties_of(catalog: Catalog, plans: Sequence[str]) -> dict[str, str]:
    """Return who answers for each indicator of some plans, shortly: the lead, else those who answer for it; by indicator."""
    found: dict[str, str] = {}
    for plan in plans:
        for duty in catalog.lists[plan].duties if plan in catalog.lists else ():
            units = next((names for names in (duty.lead, duty.responsible, duty.each, duty.join) if names), "")
            units = phrases.sequence(departments_in_english(catalog, units.split("、"))) if english() else units
            if units:
                found.setdefault(duty.indicator, units)
    return found


def departments_in_english(catalog: Catalog, units: Iterable[str]) -> list[str]:
    """Return the English names of departments such as 区生态环境局, each once; what is none of them stays as it is."""
    from evalkit.catalog.departments import named
    from evalkit.report.terms import words

    said: list[str] = []
    for text in units:
        office = _OFFICE.fullmatch(text)  # whose department it is, the report says
        bare = office[1] if office else ""
        known = next((some for name in (text, bare) if (some := named(catalog.departments, name)[0])), [])
        said += [term(one.name_zh) for one in known] or [words("office").get(bare, text)]
    return list(dict.fromkeys(said))


def departments_of(catalog: Catalog) -> dict[str, str]:
    """Return the department that reports each measure, or the first of its data; by measure."""
    from evalkit.catalog.departments import named

    found: dict[str, str] = {}
    for measure in catalog.measures.values():
        bound = [catalog.variables[name] for role in measure.roles if (name := measure.binding(role).variable) in catalog.variables]
        texts = [measure.department, *(variable.department for variable in bound)]
        known = next((known for text in texts if text and (known := named(catalog.departments, text)[0])), [])
        if known:
            found[measure.id] = term(known[0].name_zh)
    return found
