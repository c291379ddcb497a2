"""From the document model to one Markdown file (.qmd) and its figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from evalkit.report import charts, look, phrases, sheets
from evalkit.report.calculations import Calculation
from evalkit.report.canvas import Chart
from evalkit.report.model import Group, ReportModel, Unverified
from evalkit.report.tables import Align, Grid, escape, grid_table

_MOST_PERIODS = 2  # with more periods only the latest is shown in full
_ORDINALS = "一二三四五六七八九十"
FORMATS = """from: markdown+east_asian_line_breaks
number-sections: false
filters: [evalkit.lua]
format:
  docx: {reference-doc: reference.docx, default-image-extension: png}
  typst: {template: evalkit.typ, default-image-extension: svg}
  html: {template: report.html, css: report.css, embed-resources: true, theme: none, toc: true, default-image-extension: svg}
"""


@dataclass
class Document:
    """A report as Markdown, with its figures and what the checks need to know.

    Parameters
    ----------
    name : str
        File name of the products, without extension.
    title : str
        For the properties of the files.
    text : str
        The ``.qmd``.
    charts : list of Chart
    example : bool
    report_date : str
    data : frozenset of str
        Texts that come from data: words in them are not faults of the rendering.
    """

    name: str
    title: str
    text: str
    charts: list[Chart]
    example: bool
    report_date: str
    data: frozenset[str] = frozenset()


@dataclass
class Numbering:
    """Numbers of tables and figures, set as the file is written."""

    tables: int = 0
    figures: int = 0
    charts: list[Chart] = field(default_factory=list)

    def table(self, grid: Grid, caption: str, style: str = "grid") -> str:
        """Return a numbered table."""
        self.tables += 1
        return grid_table(grid, f"表{self.tables}　{caption}", f"table-{self.tables}", style)

    def figure(self, chart: Chart, caption: str) -> str:
        """Return a numbered figure."""
        self.figures += 1
        self.charts.append(chart)
        text = escape(f"图{self.figures}　{caption}")
        return f'![{text}](figures/{chart.name}){{width={chart.width_mm:.0f}mm alt="{attribute_text(chart.alt)}"}}\n'


def attribute_text(text: str) -> str:
    """Return a text that can stand between quotation marks as an attribute."""
    table = {'"': "”", "\\": "＼", "{": "（", "}": "）", "<": "＜", ">": "＞", "&": "＆", "*": "＊", "@": "＠", "`": "＇", "$": "＄"}
    flat = " ".join(text.split())
    return "".join(table.get(char, char) for char in flat if char.isprintable())


def yaml_text(text: str) -> str:
    """Return a text as a YAML scalar that holds escaped Markdown."""
    return json.dumps(escape(text), ensure_ascii=False)


def date_zh(date: str) -> str:
    """Return an ISO date in words: 2024年10月29日."""
    return phrases.period(date)


def environment(templates: Path) -> Any:
    """Return the Jinja environment of the report templates."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(str(templates), encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(sections=_Sections)
    made.filters.update(md=escape, yaml=yaml_text, ordinal=lambda number: _ORDINALS[number - 1] if number <= 10 else str(number))
    return made


def _progress_note(groups: Sequence[Group]) -> str:
    begun = [group for group in groups if group.progress and group.base_period < group.period]
    if begun:
        return (
            "进展为现状与基准年之差占目标与基准年之差的百分比。"
            "基准年无数据（无基准）、基准年已达到目标（已达目标）或现状不是数值的，不计算进展。"
        )
    started = next((group for group in groups if group.progress and group.base_period), None)
    return f"规划基准年为{phrases.period(started.base_period)}，即评估年度，进展从下一年度起计算。" if started else ""


class _Sections:
    """Headings with Chinese numbers, in the order in which they are printed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, title: str) -> str:
        self.count += 1
        return f"# {_ORDINALS[self.count - 1]}、{escape(title)}"


def region_document(model: ReportModel, templates: Path) -> Document:
    """Write the report of one region.

    Parameters
    ----------
    model : ReportModel
    templates : pathlib.Path
        Folder with ``region.qmd.j2``.
    """
    context = model.context
    numbers = Numbering()
    views = [_GroupView(group, model, f"figure-{index + 1}", numbers) for index, group in enumerate(model.groups)]
    periods = sorted({group.period for group in model.groups})
    shown = periods if len(periods) <= _MOST_PERIODS else periods[-1:]
    groups = [view for view in views if view.group.period in shown]
    purpose = look.purpose(context.purpose)
    title = context.title_zh
    text = (
        environment(templates)
        .get_template("region.qmd.j2")
        .render(
            title=title,
            subtitle=f"{context.region_full_name}　{purpose}",
            date=date_zh(context.report_date),
            formats=FORMATS,
            example=context.example,
            example_words=look.EXAMPLE_ZH,
            groups=groups,
            earlier=[view.group.scope for view in views if view.group.period not in shown],
            trends=[Late(partial(trend_table, some, numbers)) for some in _by_set(model.groups)] if len(periods) > 1 else [],
            shown=phrases.listing([phrases.period(name) for name in shown]),
            unverified=_states(model.unverified, numbers),
            unverified_count=sum(item.count for item in model.unverified),
            has_targets=any(row.target != "—" for group in model.groups for row in group.table),
            legend=legend(),
            any_progress=any(view.group.progress or view.group.points for view in groups),
            progress_note=_progress_note([view.group for view in groups]),
            indicator_table=lambda view: view.indicator_table(),
            progress_table=lambda view: view.progress_table(),
            figures=lambda view: view.figures(),
            calculation=calculation,
            corrections_table=Late(lambda: corrections_table(model.corrections, numbers)) if model.corrections else "",
            decisions_table=Late(lambda: decisions_table(model.decisions, numbers)) if model.decisions else "",
            documents_table=Late(lambda: documents_table(model.documents, numbers)) if model.documents else "",
            sources_table=Late(lambda: sources_table(model.sources, numbers)) if model.sources else "",
        )
    )
    return Document(context.region_code, title, tidy(text), numbers.charts, context.example, context.report_date, model.data)


class Late:
    """A table that gets its number when the template prints it."""

    def __init__(self, make: Any) -> None:
        self.make = make

    def __str__(self) -> str:
        return str(self.make())


@dataclass
class _UnverifiedList:
    table: Late
    remarks: list[str]


@dataclass
class _State:
    name: str
    note: str
    count: int
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
    return _State(name, look.STATE_NOTES.get(code, ""), sum(item.count for item in items), lists)


def _unverified_list(document: str, items: list[Unverified], state: str, numbers: Numbering) -> _UnverifiedList:
    caption = f"指标值待核清单：{document}" if document else f"指标值待核清单（{state}）"
    vias = list(dict.fromkeys(item.via for item in items if item.via))
    notes = list(dict.fromkeys(item.note for item in items))
    said = [f"说明：{notes[0]}"] if len(notes) == 1 and notes[0] else []
    return _UnverifiedList(
        Late(lambda: numbers.table(sheets.unverified_grid(items), caption, "lines")), [*said, *(f"见处：{via}" for via in vias)]
    )


class _GroupView:
    """A group with the pieces that the template asks for, in the order in which it asks."""

    def __init__(self, group: Group, model: ReportModel, name: str, numbers: Numbering) -> None:
        self.group, self.model, self.name, self.numbers = group, model, name, numbers

    def __getattr__(self, name: str) -> Any:
        return getattr(self.group, name)

    @property
    def heading(self) -> str:
        """Set, and the period where several are assessed."""
        several = len({group.period for group in self.model.groups}) > 1
        return f"{self.group.set_name}（{phrases.period(self.group.period)}）" if several else self.group.set_name

    def indicator_table(self) -> str:
        caption = f"{self.model.context.region_name}{phrases.period(self.group.period)}指标完成情况（{self.group.set_name}）"
        return self.numbers.table(sheets.indicator_grid(self.group), caption)

    def progress_table(self) -> str:
        caption = f"{self.model.context.region_name}基准年至目标年的进展（{self.group.set_name}）"
        return self.numbers.table(sheets.progress_grid(self.group.progress, self.group.base_period, self.group.period), caption, "lines")

    def figures(self) -> list[str]:
        group, context = self.group, self.model.context
        made = charts.dumbbell_charts(
            group.points,
            name=self.name,
            region=context.region_name,
            base=group.point_base,
            current=group.period,
            goal=group.point_goal,
            source=f"{phrases.period(group.period)}评估结果，数值和指标值的出处见核算说明",
        )
        aim = f"{phrases.period(group.point_goal)}目标" if group.point_goal else "指标值"
        start = f"{phrases.period(group.point_base)}—" if group.point_base else ""
        captions = [
            f"{start}{phrases.period(group.period)}—{aim}（{group.set_name}）" + (f"之{index + 1}" if len(made) > 1 else "")
            for index in range(len(made))
        ]
        return [self.numbers.figure(chart, caption) for chart, caption in zip(made, captions, strict=True)]


def _by_set(groups: Sequence[Group]) -> list[list[Group]]:
    found: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        found.setdefault((group.set_id, group.goal_of_plan), []).append(group)
    return [some for some in found.values() if len(some) > 1]


def trend_table(groups: Sequence[Group], numbers: Numbering) -> str:
    """Return values and statuses of one set over the periods."""
    return numbers.table(sheets.trend_grid(groups), f"各年度数值与达标情况（{groups[0].set_name}）", "lines")


def calculation(block: Calculation) -> str:
    """Return a calculation block as Markdown: four labelled lines and the sources, or one line."""
    status = look.status(block.status)
    mark = f"[{status.symbol} {status.zh}]{{.{status.css}}}"
    kind = "指标" if block.attribute == "unspecified" else look.attribute(block.attribute)
    head = f"**{escape(f'{kind} {block.seq}　{block.title}')}**　{mark}"
    if block.kind != "computed":
        text = escape("".join(line for _, line in block.lines))
        sources = escape(f"来源：{_places(block)}") if block.sources else ""
        return f"::: {{.brief}}\n{head}　{text}{sources}\n:::\n"
    lines = [f"[{label}]{{.label}}　{escape(text)}" for label, text in block.lines]
    if block.sources:
        lines.append("[来源]{.label}　" + escape(_places(block)))
    return f"::: {{.calc}}\n{head}\n\n" + "\n\n".join(lines) + "\n:::\n"


def _places(block: Calculation) -> str:
    places = dict.fromkeys(phrases.without_addresses(source).rstrip("，") for source in block.sources)
    return "；".join(places) + "。"


def legend() -> str:
    """Return the key to symbols and marks below the official table."""
    words = "　".join(status.label for status in look.STATUSES.values())
    return f"图例：{words}。{look.DAGGER} 指标值尚未与正式文本核对。"


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
    common = [f"数据文件：data/raw/{file}" for file in files if len(files) == 1]
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


def tidy(text: str) -> str:
    """Return Markdown without runs of empty lines."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
