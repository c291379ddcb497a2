"""Pieces of a report in Markdown: numbered tables and figures, calculation blocks, the key to the symbols, the lists at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from evalkit.intake.inputs import input_path
from evalkit.report import look, phrases, sheets, wording
from evalkit.report.calculations import Calculation
from evalkit.report.model import Group
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Align, escape

_PLACE = re.compile(r"([^：]+)：([^：〔〕]+)(〔[^〔〕]+〕)(.*)")  # figure, file, cell, correction and source
_COUNTED = re.compile(r"([^：]+)：(评估结果[^：〔〕]+@[0-9a-f]{12})()()")  # figure, state of a run


def trend_table(groups: Sequence[Group], numbers: Numbering, *, apart: bool = False) -> str:
    """Return values and statuses of one set over the periods; `apart`: those of its basic conditions and veto items."""
    what = "各年度基本条件与否决项情况" if apart else "各年度数值与达标情况"
    return numbers.table(sheets.trend_grid(groups, apart=apart), f"{what}（{groups[0].set_name}）", "lines")


def calculation(block: Calculation, *, anchored: bool = False) -> str:
    """Return a calculation block as Markdown: four labelled lines and the sources, or one line; `anchored` so that links lead to it."""
    place = f"#{block.anchor} " if anchored and block.anchor else ""
    status = look.status(block.status)
    mark = f"[{status.symbol} {status.zh}]{{.{status.css}}}"
    head = f"**{escape(f'{wording.block_label(block.attribute, block.seq)}　{block.title}')}**　{mark}"
    if block.kind != "computed":
        text = escape("".join(line if line.endswith(("。", "；")) else f"{line}。" for _, line in block.lines if line))
        sources = escape(f"来源：{_places(block)}") if block.sources else ""
        return f"::: {{{place}.brief}}\n{head}　{text}{sources}\n:::\n"
    lines = [f"[{label}]{{.label}}　{escape(text)}" for label, text in block.lines]
    if block.sources:
        lines.append("[来源]{.label}　" + escape(_places(block)))
    return f"::: {{{place}.calc}}\n{head}\n\n" + "\n\n".join(lines) + "\n:::\n"


def _places(block: Calculation) -> str:
    """Return where the figures stand; those of one file and source follow each other with the file said once."""
    found: dict[tuple[str, str], list[str]] = {}
    for source in dict.fromkeys(phrases.without_addresses(source).rstrip("，") for source in block.sources):
        split = _PLACE.fullmatch(source) or _COUNTED.fullmatch(source)
        key, text = ((split[2], split[4]), f"{split[1]}{split[3]}") if split else ((source, ""), "")
        found.setdefault(key, []).append(text)
    return "；".join(f"{'、'.join(texts)}：{file}{tail}" if texts[0] else file for (file, tail), texts in found.items()) + "。"


def legend(used: Iterable[look.StatusLook] = (), markers: Iterable[str] = ()) -> str:
    """Return the key to symbols and marks below a table: the statuses, and what else the table uses; `markers` stand beside names."""
    more = dict.fromkeys(mark for mark in used if mark.code in look.MARKS)
    words = "　".join(status.label for status in (*look.STATUSES.values(), *more))
    lacking = [mark.zh for mark in more if mark.symbol == "◇"]
    explained = f"{'、'.join(lacking)}的有数值而未判定，计入缺数据。" if lacking else ""
    marked = phrases.listing(list(markers))
    beside = f"指标名称旁的{marked}为文件所印标记。" if marked else ""
    return f"图例：{words}。{explained}{look.DAGGER} 指标值尚未与正式文本核对。{beside}"


def corrections_table(entries: Sequence[Mapping[str, str]], numbers: Numbering) -> str:
    """Return the list of corrections; what all have in common (file, author, date) stands once below."""
    files = {entry.get("file", "") for entry in entries}
    authors = {(entry.get("author", ""), entry.get("date", "")) for entry in entries}
    heads = ["编号", "数据项", "原文", "读作", "理由"] + (["更正人与日期"] if len(authors) > 1 else [])
    rows = []
    for entry in entries:
        where = f"，{entry.get('file', '')}" if len(files) > 1 else ""
        cells = [entry.get("id", ""), f"{entry['subject']}（{phrases.period(entry.get('period', ''))}{where}）"]
        cells += [entry.get("expect", ""), entry.get("reading", ""), entry.get("reason", "")]
        rows.append(cells + ([f"{entry.get('author', '')} {entry.get('date', '')}"] if len(authors) > 1 else []))
    align: list[Align] = ["center", "left", "left", "left", "left"]
    table = numbers.table(sheets.plain_grid(heads, rows, [*align, "left"] if len(authors) > 1 else align), "数据更正清单", "lines")
    common = [f"数据文件：{input_path(file)}" for file in files if len(files) == 1]
    common += [f"更正人：{author}，{date}" for author, date in authors if len(authors) == 1]
    return table + (f"\n::: {{.note}}\n{escape('。'.join(common) + '。')}\n:::\n" if common else "")


def decisions_table(entries: Sequence[Mapping[str, str]], numbers: Numbering) -> str:
    """Return the list of what persons decided."""
    heads = ["编号", "指标", "评估期", "结论", "依据材料", "理由", "判定人与日期"]
    rows = [
        [
            entry.get("id", ""),
            entry["subject"],
            phrases.period(entry.get("period", "")),
            entry["result"],
            phrases.without_addresses(entry.get("evidence", "")),
            entry.get("reason", ""),
            f"{entry.get('by', '')} {entry.get('date', '')}",
        ]
        for entry in entries
    ]
    grid = sheets.plain_grid(heads, rows, ["center", "left", "center", "center", "left", "left", "left"])
    return numbers.table(grid, "人工判定", "lines")


def documents_table(entries: Sequence[tuple[str, str]], numbers: Numbering) -> str:
    """Return the list of documents."""
    return numbers.table(sheets.plain_grid(["文号", "文件"], entries, ["left", "left"]), "文件依据", "lines")


def sources_table(entries: Sequence[tuple[str, str]], numbers: Numbering) -> str:
    """Return the list of input files."""
    return numbers.table(sheets.plain_grid(["数据文件", "来源说明"], entries, ["left", "left"]), "数据来源", "lines")
