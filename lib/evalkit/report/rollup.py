"""The report on all regions of a run: counts, overview, values, shortfalls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from evalkit.assessment.counts import group_by_indicator, indicator_status
from evalkit.catalog.report_plans import ReportPlan
from evalkit.messages.speech import say, spoken
from evalkit.report import look, marks, overview, passing, phrases, sheets
from evalkit.report.canvas import Chart
from evalkit.report.chapters.below import BelowView
from evalkit.report.frame import Cover, Document, Late, environment, front_matter, tidy
from evalkit.report.model import Group, ReportModel
from evalkit.report.numbering import Numbering
from evalkit.report.pieces import documents_table, legend, sources_table
from evalkit.report.tables import Align

Labelled = tuple[str, Group]


def rollup_document(
    models: Sequence[ReportModel], templates: Path, *, outdated: bool = False, plan: ReportPlan | None = None, name: str = "all"
) -> Document:
    """Write the report on all regions of a run.

    Parameters
    ----------
    models : sequence of ReportModel
        One for each region, in the order of the run.
    templates : pathlib.Path
        Folder with ``rollup.qmd.j2``.
    outdated : bool
        Rules or data changed since the results were made: said on the first page and in the header.
    """
    context = models[0].context
    numbers = Numbering()
    cover = Cover(context.title_zh, "汇总报告", look.purpose(context.purpose), context.prepared_by, tuple(context.authors))
    tables = _by_set(models)
    apart = [some for some in tables if any(group.apart for _, group in some)]
    single = [some for some in tables if _indicators(some) == 1 and some not in apart]
    many = [some for some in tables if some not in single]
    listed = [some for some in many if _indicators(some)]
    rules = [_Rule(some, numbers) for some in tables if some[0][1].passing]
    charts = [
        (some[0][1].rows[0]["name_zh"], chart)
        for index, some in enumerate(single)
        if (chart := _value_chart(some, f"values-{index + 1}")) is not None
    ]
    text = (
        environment(templates)
        .get_template("rollup.qmd.j2")
        .render(
            head=front_matter(cover, phrases.period(context.report_date)),
            example=say("frame.example", words=look.example_words()) if any(model.context.example for model in models) else "",
            outdated=look.outdated_words() if outdated else "",
            any_targets=any(
                row["status"] != "no_target" for model in models for group in model.groups for row in (*group.rows, *group.apart)
            ),
            opening=_opening(models),
            scopes=[group.scope for some in many for _, group in some],
            unverified_words=passing.unverified_words([item for model in models for item in model.unverified]),
            count_tables=[Late(partial(_counts, some, numbers)) for some in listed]
            + [Late(partial(_counts, some, numbers, apart=True)) for some in apart],
            rules=rules,
            below=_below(models, numbers),
            findings=[f"{chart.title}。" for _, chart in charts],
            value_figures=[Late(partial(numbers.figure, chart, f"分地区{name}")) for name, chart in charts],
            value_tables=[Late(partial(_value_table, some, numbers)) for some in single],
            heat_figures=[
                Late(partial(_heat, some, f"overview-{index + 1}", numbers)) for index, some in enumerate(listed) if len(some) > 1
            ]
            + [Late(partial(_heat, some, f"apart-{index + 1}", numbers, apart=True)) for index, some in enumerate(apart) if len(some) > 1],
            legend=legend(row.mark for some in many for _, group in some for row in (*group.table, *group.apart_table)),
            short="未达标、不满足、已触发、待佐证与缺数据" if apart else "未达标、待佐证与缺数据",
            regions=[region for region in map(_Region, models) if region.sentences],
            documents_table=Late(partial(documents_table, _merged([model.documents for model in models]), numbers))
            if any(m.documents for m in models)
            else "",
            sources_table=Late(partial(sources_table, _merged([model.sources for model in models]), numbers))
            if any(m.sources for m in models)
            else "",
        )
    )
    example = any(model.context.example for model in models)
    data = frozenset(text for model in models for text in model.data)
    return Document(
        name, context.title_zh, tidy(text), numbers.charts, example, context.report_date, data, outdated,
        form=plan.form if plan else "technical", lang=spoken(), cover=cover,
    )  # fmt: skip


def _by_set(models: Sequence[ReportModel]) -> list[list[Labelled]]:
    """Groups side by side: one list for each set (and milestone), rows labelled by region, period or both."""
    several = len(models) > 1
    found: dict[tuple[str, str], list[tuple[ReportModel, Group]]] = {}
    for model in models:
        for group in model.groups:
            found.setdefault((group.set_id, group.goal_of_plan), []).append((model, group))
    labelled = []
    for some in found.values():
        periods = {group.period for _, group in some}
        rows = []
        for model, group in some:
            when = phrases.period(group.period)
            name = model.context.region_name
            rows.append(
                (f"{name}{when}" if several and len(periods) > 1 else name if several else when if len(periods) > 1 else name, group)
            )
        labelled.append(rows)
    return labelled


def _indicators(some: Sequence[Labelled]) -> int:
    return len({(row["attribute"], row["seq"] or row["indicator"]) for _, group in some for row in group.rows})


def _opening(models: Sequence[ReportModel]) -> str:
    context = models[0].context
    periods = phrases.listing([phrases.period(name) for name in context.periods])
    where = f"共{len(models)}个地区" if len(models) > 1 else context.region_full_name
    return f"本报告汇总{context.title_zh}的结果，评估期为{periods}，{where}。"


def _set_title(some: Sequence[Labelled]) -> str:
    group = some[0][1]
    return f"{group.set_name}{f'，{phrases.period(group.goal_of_plan)}目标' if group.goal_of_plan else ''}"


def _by_period(some: Sequence[Labelled]) -> bool:
    """Whether the rows are the periods of one region."""
    return len(some) > 1 and all(label == phrases.period(group.period) for label, group in some)


def _heading(some: Sequence[Labelled]) -> str:
    return "评估期" if _by_period(some) else "地区"


def _counts(some: Sequence[Labelled], numbers: Numbering, *, apart: bool = False) -> str:
    what = "基本条件与否决项统计" if apart else "分属性达标情况统计"
    return numbers.table(sheets.counts_grid(some, _heading(some), apart=apart), f"{what}（{_set_title(some)}）")


def _below(models: Sequence[ReportModel], numbers: Numbering) -> BelowView:
    """Return the units below each region; of several regions in the latest period alone."""
    if len(models) == 1:
        found = [(phrases.period(one.period), one) for one in models[0].context.below]
        return BelowView(found, models[0].context.region_name, numbers)
    last = max((one.period for model in models for one in model.context.below), default="")
    found = [(model.context.region_name, one) for model in models for one in model.context.below if one.period == last]
    return BelowView(found, phrases.period(last), numbers, "地区")


class _Rule:
    """The pass rule of a set, applied to all regions; pieces in the order in which the template asks."""

    def __init__(self, some: Sequence[Labelled], numbers: Numbering) -> None:
        self.found = [(label, group.passing) for label, group in some if group.passing]
        self.heading, self.title, self.numbers = _heading(some), _set_title(some), numbers
        self.name = some[0][1].set_name
        self.reason = self.found[0][1].reason

    @property
    def demands(self) -> list[str]:
        """The requirements, numbered, each with its source and state."""
        return [
            f"要求{number}：{one.text}（{look.state(one.state)}）{'' if one.certain else look.DAGGER}"
            for number, one in enumerate(self.found[0][1].demands, start=1)
        ]

    @property
    def note(self) -> str:
        """What the cells of the table mean."""
        meaning = self.found[0][1].meaning
        return f"各栏为达标项数/适用项数{f'；{meaning}' if meaning else ''}。"

    @property
    def table(self) -> str:
        """Regions × requirements."""
        return self.numbers.table(sheets.passing_grid(self.found, self.heading), f"通过条件统计（{self.title}）", "lines")

    @property
    def sentence(self) -> str:
        """Which regions meet the rule, or why nothing is concluded."""
        return passing.rollup_sentence(self.found, self.name)


def _heat(some: Sequence[Labelled], name: str, numbers: Numbering, *, apart: bool = False) -> str:
    columns: dict[tuple[str, str], overview.Column] = {}
    found: dict[tuple[int, tuple[str, str]], str] = {}
    for place, (_, group) in enumerate(some):
        for parts in group_by_indicator(group.apart if apart else group.rows).values():
            first = parts[0]
            key = (first["attribute"], first["seq"] or first["indicator"])
            columns.setdefault(
                key, overview.Column(first["domain"], first["attribute"], first["seq"], first["part_of"] or first["name_zh"])
            )
            found[place, key] = marks.counted(indicator_status(part["status"] for part in parts), group.coming, first["attribute"])
    order = {key: index for index, key in enumerate(columns)}
    statuses = {(place, order[key]): status for (place, key), status in found.items()}
    periods = phrases.listing([phrases.period(name) for name in sorted({group.period for _, group in some})])
    chart = overview.heat_map(
        [label for label, _ in some], list(columns.values()), statuses,
        name=name, noun="个评估期" if _by_period(some) else "个地区",
        subtitle=f"{periods}，{_set_title(some)}", source=f"{periods}评估结果，按官方序号合并分项",
    )  # fmt: skip
    return numbers.figure(chart, f"{'基本条件与否决项总览' if apart else '达标情况总览'}（{_set_title(some)}）")


def _value_chart(some: Sequence[Labelled], name: str) -> Chart | None:
    first = some[0][1].rows[0]
    values = []
    for label, group in some:
        row = group.rows[0]
        value = phrases.number(row["value"])
        if value is not None:
            values.append(overview.RegionValue(label, value, group.table[0].current, marks.code_of(row)))
    return overview.value_chart(
        values, indicator=first["name_zh"], unit=first["unit"], period=first["period"], target=phrases.number(first["target_value"]),
        target_text=first["target_text"], name=name, source=f"{phrases.period(first['period'])}评估结果",
    )  # fmt: skip


def _value_table(some: Sequence[Labelled], numbers: Numbering) -> str:
    first = some[0][1].rows[0]
    unit = phrases.unit(first["unit"])
    targeted = any(row["status"] != "no_target" for _, group in some for row in group.rows)
    heads = (
        ["地区", f"{first['name_zh']}{f'（{unit}）' if unit else ''}", "数值来源"] + (["指标值", "达标情况"] if targeted else []) + ["备注"]
    )
    rows = []
    for label, group in some:
        row, line = group.rows[0], group.table[0]
        source = {"computed": "核算值", "reported": "申报值", "adopted": "核定值"}.get(row["value_source"], "—")
        rows.append([label, line.current, source] + ([line.target, line.mark.code] if targeted else []) + [line.remark])
    align: list[Align] = ["left", "right", "center"]
    align += ["left", "left", "left"] if targeted else ["left"]
    grid = sheets.plain_grid(heads, rows, align, css=4 if targeted else -1)
    return numbers.table(grid, f"分地区{first['name_zh']}")


class _Region:
    """Name and sentences of a region for the list of what is short or unknown (latest period)."""

    def __init__(self, model: ReportModel) -> None:
        last = max((group.period for group in model.groups), default="")
        self.name = model.context.region_name + (f"（{phrases.period(last)}）" if last else "")
        self.sentences = [text for group in model.groups if group.period == last for _, sentences in group.findings for text in sentences]


def _merged(lists: Sequence[Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(item for some in lists for item in some))
