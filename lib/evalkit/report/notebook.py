"""What the notebooks show: the same summary, table, figures and calculations as the report, as Jupyter displays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from evalkit.assessment import Assessment
from evalkit.assessment.counts import count_by_indicator, indicator_status
from evalkit.assessment.passing import conclusions
from evalkit.catalog import Catalog
from evalkit.intake import Inputs
from evalkit.messages import EvalkitError, Problem, word
from evalkit.report import kinds, look, marks, phrases
from evalkit.report.calculations import Calculation
from evalkit.report.fill import context_from_catalog
from evalkit.report.model import Group, IndicatorRow, ReportModel, build_model
from evalkit.report.passing import Passing, concerns_passing, passing_of, rollup_sentence

if TYPE_CHECKING:
    from evalkit.report.canvas import Chart
    from evalkit.report.overview import Column

_CELL = "padding:3px 8px;border:1px solid #D5D9DE;text-align:{align};vertical-align:top"
_SHORT = 6  # characters that are never broken into lines
_HEAD = "padding:4px 8px;border:1px solid #D5D9DE;background:#F3F5F7;text-align:center;font-weight:600;white-space:nowrap"


def require_sound(inputs: Inputs, region: str | None = None) -> Any:
    """Show the warnings and notes on the inputs; raise when there are errors that concern the region.

    Raises
    ------
    EvalkitError
        With every error, each with file, cell and remedy.
    """
    errors = [*inputs.errors(), *(inputs.errors(region) if region else [])]
    if errors:
        raise EvalkitError(errors)
    others = [problem for problem in inputs.problems if problem.region in ("", region)]
    if not others:
        return _html(f"<p>已读入 {len(inputs.items)} 个数据，未发现问题。</p>")
    return problem_table(others)


def problem_table(problems: Iterable[Problem]) -> Any:
    """Return problems as a table: severity, place, message, remedy."""
    rows = [[{"error": "错误", "warning": "警告", "note": "提示"}[p.severity], str(p.place), p.message(), p.remedy()] for p in problems]
    return _html(_table(["级别", "位置", "问题", "处理办法"], rows))


class RegionView:
    """Displays of one region's assessment.

    Parameters
    ----------
    catalog, inputs, assessment
        As the notebook has made them.
    """

    def __init__(self, catalog: Catalog, inputs: Inputs, assessment: Assessment) -> None:
        self.assessment = assessment
        self.context = context_from_catalog(catalog, inputs, assessment.region)
        names = {code: region.name_zh for code, region in catalog.regions.items()}
        records = [item.record(names[item.region]) for item in inputs.items.values()]
        self.model: ReportModel = build_model(assessment.rows, assessment.traces, self.context, records)

    def latest(self) -> list[Group]:
        """Return the groups (one per set or plan) of the latest period."""
        last = max((group.period for group in self.model.groups), default="")
        return [group for group in self.model.groups if group.period == last]

    def heading(self) -> Any:
        """Return the title with region and period, and the stamp of invented data."""
        stamp = f"<p style='color:{look.WORSE};font-weight:600'>{look.EXAMPLE_ZH}</p>" if self.context.example else ""
        periods = "、".join(self.context.periods)
        full, run_title = self.context.region_full_name, self.context.title_zh
        name = escape(run_title if full in run_title else f"{full}　{run_title}")
        title = f"<h2 style='margin:0'>{name}</h2>"
        return _html(f"{title}<p>地区代码 {escape(self.context.region_code)}，评估期 {periods}</p>{stamp}")

    def summary(self) -> Any:
        """Return the summary: counts first, then shortfalls, then what is unknown."""
        parts = []
        for group in self.latest():
            sentences = [group.scope, *group.plan_sentences]
            sentences += [group.passing.sentence] if group.passing and group.passing.demands else []
            parts.append("".join(f"<p style='max-width:46em;line-height:1.8'>{escape(sentence)}</p>" for sentence in sentences if sentence))
            named = f"（{group.set_name}）" if len(self.latest()) > 1 else ""
            for title, items in group.findings:
                parts.append(
                    f"<p style='margin-bottom:0'><b>{title}</b>{escape(named)}</p><ul style='max-width:46em'>"
                    + "".join(f"<li>{escape(item)}</li>" for item in items)
                    + "</ul>"
                )
        return _html("".join(parts))

    def passing(self) -> Any:
        """Return basic conditions, veto items and the requirements of the pass rule, and what is concluded, or why nothing is."""
        parts = [self._passing(group) for group in self.latest() if group.passing or group.apart]
        return _html("".join(parts) or "<p>所列指标体系没有基本条件、否决项和通过条件。</p>")

    def _passing(self, group: Group) -> str:
        parts = [f"<p><b>{escape(group.set_name)}</b>（{group.period}）</p>"]
        for attribute in kinds.APART:
            lines = group.apart_of(attribute)
            if lines:
                heads = ["序号", look.attribute(attribute), "要求", "现状", "结果", "备注"]
                parts.append(f"<div style='margin-bottom:.8em'>{_table(heads, [_apart_line(line) for line in lines])}</div>")
        if group.passing and group.passing.demands:
            parts += [f"<p style='max-width:46em'>{escape(group.passing.lead)}</p>", _demands(group.passing)]
            parts += [f"<p style='max-width:46em;color:{look.MUTED};margin:.2em 0'>{escape(note)}</p>" for note in group.passing.notes]
        if group.passing:
            parts.append(f"<p style='max-width:46em'>{escape(group.passing.sentence)}</p>")
        return "".join(parts)

    def table(self) -> Any:
        """Return the indicator table of each set and plan in the latest period."""
        return _html("".join(self._group_table(group) for group in self.latest() if group.table) or "<p>没有指标。</p>")

    def _group_table(self, group: Group) -> str:
        heads = [
            "领域",
            "序号",
            "指标",
            "单位",
            "指标值",
            "属性",
            *group.history_periods,
            group.period,
            *(f"{m}目标" for m in group.milestones),
            "达标情况",
            "备注",
        ]
        rows: list[list[_Cell]] = []
        for line in group.table:
            name = f"{line.part_of}：{line.name}" if line.part_of else line.name
            rows.append(
                [
                    line.domain,
                    line.seq,
                    name,
                    line.unit,
                    line.target,
                    line.attribute,
                    *line.history,
                    line.current,
                    *line.goals,
                    _Marked(line.mark.label, line.mark.ink),
                    line.remark,
                ]
            )
        return f"<p><b>{escape(group.set_name)}</b>（{group.period}）</p>" + _table(heads, rows)

    def progress(self) -> Any:
        """Return the figure from base year to target for each set and plan of the latest period."""
        from evalkit.report.charts import dumbbell_charts

        figures = []
        for number, group in enumerate(self.latest(), start=1):
            charts = dumbbell_charts(group.points, name=f"progress-{number}", region=self.context.region_name, base=group.point_base,
                                     current=group.period, goal=group.point_goal, source=group.set_name,
                                     total=group.countable, parted=any(row.part_of for row in group.table))  # fmt: skip
            figures += [_figure(chart) for chart in charts]
        return _html("".join(figures) or "<p>没有可以画出的数值。</p>")

    def calculations(self) -> Any:
        """Return the worked calculation of each indicator with its sources."""
        parts = []
        for group in self.latest():
            parts.append(f"<p><b>{escape(group.set_name)}</b>（{group.period}）</p>")
            parts += [_block(block) for block in group.calculations]
        return _html("".join(parts))

    def unverified(self) -> Any:
        """Return the thresholds that nobody has compared with the official text."""
        rows = [[word("state", item.state), item.seq, item.name, item.target, item.document, item.clause] for item in self.model.unverified]
        return _html(_table(["状态", "序号", "指标", "指标值", "文件", "条目"], rows) if rows else "<p>全部指标值均已核对原文。</p>")


class RunView:
    """Displays of all regions of a run side by side."""

    def __init__(self, catalog: Catalog, run_id: str, rows: Sequence[Mapping[str, str]]) -> None:
        self.catalog = catalog
        self.run = catalog.run(run_id)
        self.rows = list(rows)

    def heading(self) -> Any:
        """Return the title of the run."""
        stamp = f"<p style='color:{look.WORSE};font-weight:600'>{look.EXAMPLE_ZH}</p>" if self.run.example else ""
        done = list(dict.fromkeys(row["region_code"] for row in self.rows))
        absent = [code for code in self.run.regions if code not in done]
        text = (
            f"<p>共 {len(self.run.regions)} 个地区，已完成 {len(done)} 个"
            + (f"；未完成：{escape('、'.join(absent))}" if absent else "")
            + "。</p>"
        )
        return _html(f"<h2 style='margin:0'>{escape(self.run.title_zh)}</h2>{text}{stamp}")

    def counts(self) -> Any:
        """Return the number of indicators by status for each region, set, period and attribute; conditions and veto items apart."""
        found = kinds.apart(self.rows)
        parts = [self._counts(kinds.indicators(self.rows), "属性", marks.ORDER)]
        if found:
            parts += ["<p><b>基本条件与否决项</b></p>", self._counts(found, "类别", marks.ORDER_APART)]
        return _html("".join(parts))

    def _counts(self, members: Sequence[Mapping[str, str]], heading: str, order: Sequence[str]) -> str:
        groups: dict[tuple[str, str, str, str], list[Mapping[str, str]]] = {}
        for row in members:
            groups.setdefault((row["period"], row["region"], row["set"], row["milestone"]), []).append(row)
        counted: list[tuple[list[str], dict[str, int]]] = []
        for (period, region, source, milestone), some in groups.items():
            for attribute, by_status in count_by_indicator(some).items():
                counts = {marks.counted(code, marks.ahead(period, milestone), attribute): count for code, count in by_status.items()}
                named = self.catalog.sets.get(source) or self.catalog.plans.get(source)
                title = (named.name_zh if named else source) + (f"（{milestone}年目标）" if milestone else "")
                counted.append(([period, region, title, word("attribute", attribute)], counts))
        own = {code for _, counts in counted for code in counts}
        codes = [code for code in order if code in own or (code in look.STATUSES and order is marks.ORDER)]
        rows = [[*cells, *(str(counts.get(code, "") or "") for code in codes)] for cells, counts in counted]
        return _table(["评估期", "地区", "指标体系或规划", heading, *(look.status(code).label for code in codes)], rows)

    def passing(self) -> Any:
        """Return for each set the requirements of its pass rule by region and period, and what is concluded, or why nothing is."""
        found: dict[str, list[tuple[str, Passing]]] = {}
        attributes = {(row["set"], row["attribute"]) for row in self.rows}
        for one in conclusions(self.catalog, self.rows):
            indicator_set = self.catalog.sets[one.set_id]
            if concerns_passing(indicator_set, [attribute for name, attribute in attributes if name == one.set_id]):
                name = self.catalog.regions[one.region].name_zh
                label = f"{name}{phrases.period(one.period)}"
                found.setdefault(one.set_id, []).append((label, passing_of(indicator_set, one, name)))
        parts = []
        for set_id, some in found.items():
            name = self.catalog.sets[set_id].name_zh
            parts.append(f"<p><b>{escape(name)}</b></p>")
            if some[0][1].demands:
                parts += [_demand_list(some[0][1]), _passing_table(some)]
            parts.append(f"<p style='max-width:46em'>{escape(rollup_sentence(some, name))}</p>")
        return _html("".join(parts) or "<p>所列指标体系没有基本条件、否决项和通过条件。</p>")

    def statuses(self) -> Any:
        """Return regions × indicators with the symbol of each status: thresholds first, else the plans."""
        from evalkit.report.overview import heat_map

        basis = "set" if any(row["basis"] == "set" for row in self.rows) else "plan"
        figures = []
        own = [row for row in self.rows if row["basis"] == basis]
        for number, group in enumerate([*_tables(kinds.indicators(own)), *_tables(kinds.apart(own))], start=1):
            columns, lines, found = _matrix(group)
            first = group[0]
            named = self.catalog.sets.get(first["set"]) or self.catalog.plans.get(first["set"])
            subtitle = (named.name_zh if named else first["set"]) + (f"，{first['milestone']}年目标" if first["milestone"] else "")
            periods, regions = {row["period"] for row in group}, {row["region_code"] for row in group}
            noun = "regions" if len(periods) == 1 else "periods" if len(regions) == 1 else "lines"
            source = f"评估结果 {self.run.id}"
            chart = heat_map(lines, columns, found, name=f"statuses-{number}", subtitle=subtitle, source=source, noun=noun)
            figures.append(_figure(chart))
        return _html("".join(figures))

    def values(self) -> Any:
        """Return a seaborn figure: the value of each numeric indicator by region, or over the periods of one region."""
        from evalkit.report.figures import values_figure

        return values_figure(self.rows)


def _tables(rows: Sequence[Mapping[str, str]]) -> list[list[Mapping[str, str]]]:
    """Return the rows by set or plan, and milestone."""
    found: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for row in rows:
        found.setdefault((row["set"], row["milestone"]), []).append(row)
    return list(found.values())


def _matrix(rows: Sequence[Mapping[str, str]]) -> tuple[list[Column], list[str], dict[tuple[int, int], str]]:
    """Return columns (indicators by official number), lines (regions and periods) and the status of each cell."""
    from evalkit.report.overview import Column

    columns: dict[tuple[str, str], Column] = {}
    for row in rows:
        column = Column(row["domain"], row["attribute"], row["seq"], row["part_of"] or row["name_zh"])
        columns.setdefault((row["attribute"], row["seq"]), column)
    several = len({row["period"] for row in rows}) > 1
    lines: dict[str, int] = {}
    found: dict[tuple[int, int], list[str]] = {}
    coming: set[tuple[int, int]] = set()
    for row in rows:
        line = lines.setdefault(f"{row['region']} {row['period']}" if several else row["region"], len(lines))
        cell = (line, list(columns).index((row["attribute"], row["seq"])))
        found.setdefault(cell, []).append(row["status"])
        if marks.ahead(row["period"], row["milestone"]):
            coming.add(cell)
    listed = list(columns.values())
    statuses = {cell: marks.counted(indicator_status(codes), cell in coming, listed[cell[1]].attribute) for cell, codes in found.items()}
    return listed, list(lines), statuses


def _apart_line(line: IndicatorRow) -> list[_Cell]:
    """Return the cells of a basic condition or veto item."""
    name = f"{line.part_of}：{line.name}" if line.part_of else line.name
    value = f"{line.current}{line.unit}" if line.unit != "—" and phrases.number(line.current) is not None else line.current
    return [line.seq, name, line.target, value, _Marked(line.mark.label, line.mark.ink), line.remark]


def _demands(passing: Passing) -> str:
    """Return the requirements of a pass rule, counted."""
    heads = ["序号", "要求", "适用项数", "达标", "未达标", "未定", "需达到", "是否满足", "依据与状态"]
    rows = [
        [
            str(number), one.text, *(str(count) for count in (one.apply, one.met, one.not_met, one.unknown)), one.needed_text,
            one.outcome_text, f"{one.clause}；{look.state(one.state)}",
        ]
        for number, one in enumerate(passing.demands, start=1)
    ]  # fmt: skip
    return _table(heads, rows)


def _demand_list(passing: Passing) -> str:
    items = (f"<li>{escape(one.text)}（{look.state(one.state)}）{'' if one.certain else look.DAGGER}</li>" for one in passing.demands)
    return f"<ol style='max-width:46em'>{''.join(items)}</ol>"


def _passing_table(found: Sequence[tuple[str, Passing]]) -> str:
    heads = ["地区和评估期", *(f"要求{number}" for number in range(1, len(found[0][1].demands) + 1)), "结论"]
    rows = [[label, *(one.count_text for one in passing.demands), look.conclusion(passing.verdict)] for label, passing in found]
    return _table(heads, rows)


def _figure(chart: Chart) -> str:
    label = escape(chart.alt, quote=True)
    return f"<div style='max-width:{chart.width_mm * 4.6:.0f}px' role='img' aria-label='{label}'>{_inline(chart.svg)}</div>"


class _Marked(NamedTuple):
    """A cell in the colour of a status."""

    text: str
    ink: str


_Cell = str | _Marked


def _table(heads: Sequence[str], rows: Sequence[Sequence[_Cell]]) -> str:
    head = "".join(f"<th style='{_HEAD}'>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(_td(cell) for cell in row) + "</tr>" for row in rows)
    table = f"<table style='border-collapse:collapse;font-size:13px'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div style='overflow-x:auto'>{table}</div>"


def _td(cell: _Cell) -> str:
    if isinstance(cell, _Marked):
        return f"<td style='{_CELL.format(align='left')};color:{cell.ink};white-space:nowrap'>{escape(cell.text)}</td>"
    numeric = cell.replace(".", "", 1).replace("-", "", 1).isdigit()
    short = ";white-space:nowrap" if len(cell) <= _SHORT else ""
    return f"<td style='{_CELL.format(align='right' if numeric else 'left')}{short}'>{escape(cell)}</td>"


def _block(block: Calculation) -> str:
    shown = look.status(block.status)
    head = f"<b>{escape(block.seq)} {escape(block.title)}</b> <span style='color:{shown.ink}'>{shown.label}</span>"
    lines = "".join(
        f"<div style='padding-left:1.5em'><span style='color:{look.MUTED}'>{escape(label)}：</span>{escape(text)}</div>"
        for label, text in block.lines
    )
    sources = "".join(f"<li>{escape(source)}</li>" for source in block.sources)
    listed = ""
    if sources:
        summary = f"<summary>来源（{len(block.sources)}）</summary><ul>{sources}</ul>"
        listed = f"<details style='padding-left:1.5em;color:{look.MUTED}'>{summary}</details>"
    return f"<div style='margin:.6em 0;line-height:1.6;max-width:60em'>{head}{lines}{listed}</div>"


def _inline(svg: bytes) -> str:
    text = svg.decode("utf-8")
    return text[text.index("<svg") :]


def _html(text: str) -> Any:
    from IPython.display import HTML

    return HTML(text)  # type: ignore[no-untyped-call]
