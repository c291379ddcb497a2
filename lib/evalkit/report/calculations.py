"""Calculation blocks: 公式, 代入, 结果与修约, 判定 and the list of sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from evalkit.assessment.counts import group_by_indicator, indicator_status
from evalkit.intake.inputs import counted_in
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
    text = f"由{len(parts)}个分项组成：{inner}；按分项合并为{look.status(code).zh}。"
    return Calculation("composite", first["attribute"], first["seq"], first["part_of"] or first["name_zh"], code, (("合并", text),), ())


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
            verdict = f"按公式核算所需数据不齐，采用申报值；{verdict}"
        target = f"{wording.aim(row)}“{row['target_text']}”；" if phrases.unit(row["target_text"]) else ""
        value = _reported(row, printed)
        said = (
            *settled,
            ("判定", f"{value}；{target}{verdict}" if value else f"{target}{verdict}"),
            *_units(trace, printed),
            *_remarks(trace),
        )
        return Calculation("reported", row["attribute"], row["seq"], row["name_zh"], code, said, sources, place)
    lines = (
        ("公式", f"{names.get(str(trace.get('measure', '')), row['name_zh'])} = {formula.get('zh', '')}"),
        ("代入", f"= {formula.get('substituted', '')}"),
        ("结果与修约", result_line(trace)),
        *settled,
        ("判定", verdict),
        *_units(trace, printed),
        *_remarks(trace),
    )
    return Calculation("computed", row["attribute"], row["seq"], row["name_zh"], code, lines, sources, place)


def _adopted(trace: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the value that a panel settled on, who, when and why."""
    found = trace.get("adopted")
    if found:
        value = phrases.with_unit(str(found["value"]), str(trace.get("unit", "")))
        yield "核定值", f"{value}（{found['by']}，{found['date']}：{found['reason']}；{found['evidence']}）"


def _units(trace: Mapping[str, Any], printed: Printed) -> Iterator[tuple[str, str]]:
    """Yield the counts of subordinate units where they were read from a finished run."""
    text = units_sentence(trace, printed)
    if text:
        yield "下级单位", text


def _remarks(trace: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a reader must know to judge the verdict: the class that chose the target, a re-based base, notes."""
    target = trace.get("target") or {}
    if target.get("class_zh"):
        basis = "；".join(
            f"{look.state(cite.get('state', ''))}：{cite.get('note') or cite.get('clause', '')}" for cite in target.get("class_cites", [])
        )
        yield "分类", f"{target['class_zh']}" + (f"（{basis}）" if basis else "")
    if target.get("as_printed"):
        yield "原文", f"原印“{target['as_printed']}”：{target['reading']}"
    base = trace.get("base") or {}
    if base.get("kind") == "rebased":
        printed = f"，原印{base['reported']}" if base.get("reported") else ""
        cite = base.get("cite") or {}
        yield "基数", f"基准年{base['period']}年按{base['value']}计{printed}（{look.state(cite.get('state', ''))}：{cite.get('note', '')}）"
    explained = f"differs_{(trace.get('difference_reason') or {}).get('code')}"  # stands with the result
    notes = [look.note(code) for code in trace.get("notes", []) if code not in (*_SAID_ELSEWHERE, explained)]
    if target.get("note"):
        notes.append(str(target["note"]))
    if notes:
        yield "说明", "；".join(notes)


def _reported(row: Row, printed: Printed) -> str:
    value = row["value_text"] or printed.current(row)
    if not value and kinds.is_apart(row["attribute"]):
        return look.reason(row["reason"]) if row["reason"] else ""
    if not value:
        return f"无数值（{look.reason(row['reason'])}）" if row["reason"] else "无数值"
    year = f"（{phrases.period(row['data_year'])}数据）" if row["data_year"] else ""
    return f"申报值{phrases.with_unit(value, row['unit'])}{year}"


def result_line(trace: Mapping[str, Any]) -> str:
    """Return the result in full, rounded, and beside the reported value: = 96.296…%，修约 96.3%；申报值96.3%，一致。"""
    unit, digits = str(trace.get("unit", "")), int(trace.get("digits") or 0)
    value, rounded = str(trace.get("value", "")), str(trace.get("rounded", ""))
    if not value:
        return "无法计算"
    full = phrases.shortened(value, digits)
    text = f"= {phrases.with_unit(full, unit) if not full.endswith('…') else full + phrases.unit(unit)}"
    if rounded and full != rounded:
        text += f"，修约 {phrases.with_unit(rounded, unit)}"
    reported = str(trace.get("reported", "") or "")
    gap = phrases.number(str(trace.get("difference", "") or ""))
    if reported and gap is not None:
        text += f"；申报值 {phrases.with_unit(reported, unit)}，" + (
            "与修约值一致" if gap == 0 else f"相差 {_signed(gap)}{phrases.unit(unit)}"
        )
        text += f"（{difference_sentence(trace)}）" if trace.get("difference_reason") else ""
    return text


def _signed(value: Fraction) -> str:
    text = phrases.plain(value, 6)
    return text if value < 0 else f"+{text}"


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
    text = f"{item.get('name_zh', '')} {bound}{phrases.with_unit(value, str(item.get('unit', '')))}".strip()
    when = str(item.get("data_year") or item.get("period", ""))
    if when:
        text += f"（{phrases.period(when)}）"
    if not item.get("file"):
        return text
    counted = counted_in(str(item["file"]))
    if counted:
        units = str(item.get("source", "")).partition("：")[2]
        return (f"{text}：评估结果 {counted}" if named else f"评估结果 {counted}") + (f"（{units}）" if units else "")
    text = f"{text}：{item['file']}" if named else str(item["file"])
    text += f"〔{place}〕" if place else ""
    received = str(item.get("value_received", ""))
    if item.get("correction_id"):
        text += f"，原文“{received}”，按更正{item['correction_id']}读取"
    elif str(item.get("factor") or "1") != "1":
        text += f"，原文 {received}{phrases.unit(str(item.get('unit_received', '')))}"
    if item.get("source"):
        text += f"，{item['source']}"
    return text
