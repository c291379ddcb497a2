"""What the notebook on plans shows: the chapters of the report as Jupyter displays, and the figures of the reachability."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from evalkit.assessment.progress_table import number
from evalkit.assessment.progress_way import ProgressRules
from evalkit.catalog import Catalog
from evalkit.intake import Inputs
from evalkit.messages import word
from evalkit.report import look, phrases
from evalkit.report.canvas import Chart
from evalkit.report.chapters import Chapter
from evalkit.report.chapters.fragile_chapter import fragile_chapters
from evalkit.report.chapters.lists_chapter import lists_chapters
from evalkit.report.chapters.progress_chapter import Marks, progress_chapters, reach_grid
from evalkit.report.chapters.progress_steps import milestones_of
from evalkit.report.chapters.trajectory_chapter import trajectory_chapters
from evalkit.report.chapters.year_chapter import year_chapters
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Cell, Grid

_CELL = "padding:3px 8px;border:1px solid #D5D9DE;vertical-align:top"
_HEAD = f"{_CELL};background:#F3F5F7;text-align:center;font-weight:600"
_INKS = {shown.css: shown.ink for shown in (*look.MARKS.values(), *look.STATUSES.values())}
_SHORT = 6  # characters that are never broken into lines
_FIGURES = re.compile(r"[-−+0-9.%（）至]+")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_SPAN = re.compile(r"\[([^\]]*)\]\{\.([a-z]+)\}")


class PlanView:
    """Displays of how a region stands against its plans.

    Parameters
    ----------
    catalog, inputs
        As the notebook has made them.
    region : str
        Region code.
    period : str, optional
        The present period; default the latest of the run.
    tolerance, easy_pace, steady
        As of :func:`evalkit.progress`.
    """

    def __init__(
        self,
        catalog: Catalog,
        inputs: Inputs,
        region: str,
        *,
        period: str | None = None,
        tolerance: str | int = 5,
        easy_pace: str | int = 100,
        steady: bool = False,
    ) -> None:
        self.catalog, self.inputs, self.region = catalog, inputs, region
        self.rules = ProgressRules(number(tolerance, "tolerance"), number(easy_pace, "easy_pace"), steady)
        self.places = milestones_of(catalog, inputs, region, period, self.rules)

    def heading(self) -> Any:
        """Return the title with region, plans and present period, and the stamp of invented data."""
        run, region = self.catalog.run(self.inputs.run), self.catalog.regions[self.region]
        stamp = f"<p style='color:{look.WORSE};font-weight:600'>{look.EXAMPLE_ZH}</p>" if run.example else ""
        plans = [phrases.in_title_marks(plan.name_zh) for plan in self.catalog.plans_of(run, self.region)]
        period = f"现状{phrases.period(self.places[0].period)}，" if self.places else ""
        said = f"地区代码 {self.region}，{period}规划：{phrases.listing(plans) or '没有'}"
        return _html(f"<h2 style='margin:0'>{escape(region.full_name_zh)}　规划进展</h2><p>{escape(said)}</p>{stamp}")

    def progress(self) -> Any:
        """Return for each milestone how many planned values are reached or on schedule, and the table."""
        found = progress_chapters(self.places, self.catalog.regions[self.region].name_zh, self.rules)
        return _shown(found, "没有可以计算进展的规划值。")

    def trajectories(self) -> Any:
        """Return the small multiples: base, path, observed values, expectation, milestones, threshold and projection."""
        return _shown(trajectory_chapters(self.catalog, self.inputs, self.region, self.places), "没有可以画出的数值。")

    def reachability(self) -> Any:
        """Return of what is not reached yet the changes that it needs and has, absolute and compound, and where they lead."""
        parts = []
        for place in self.places:
            grid = reach_grid(place, marks := Marks())
            if grid is not None:
                title = f"{place.heading}：{place.plan_name}"
                parts.append(f"<p><b>{escape(title)}</b></p>{_table(grid)}{_small(marks.sentences)}")
        return _html("".join(parts) or "<p>没有尚待达到的规划值。</p>")

    def fragile(self) -> Any:
        """Return the verdicts that the smallest changes of an input would turn."""
        return _shown(fragile_chapters(self.catalog, self.inputs, self.region), "没有足够的数值判定。")

    def lists(self) -> Any:
        """Return the lists of duties, tasks and projects with their status."""
        return _shown(lists_chapters(self.catalog, self.inputs, self.region), "规划没有责任、任务和项目清单。")

    def year_to_date(self) -> Any:
        """Return the annual targets inside the year and what the remaining days must bring."""
        return _shown(year_chapters(self.catalog, self.inputs, self.region), "本次评估没有年内进度数据。")


@dataclass
class _Displays(Numbering):
    """Tables and figures as HTML; without numbers, as cells are run in any order."""

    made: list[str] = field(default_factory=list)

    def table(self, grid: Grid, caption: str, style: str = "grid") -> str:
        return self._keep(f"<p style='margin:.8em 0 .3em'><b>{escape(caption)}</b></p>{_table(grid)}")

    def figure(self, chart: Chart, caption: str) -> str:
        svg = chart.svg.decode()
        label = escape(chart.alt, quote=True)
        drawn = f"<div style='max-width:{chart.width_mm * 4.6:.0f}px' role='img' aria-label='{label}'>{svg[svg.index('<svg') :]}</div>"
        return self._keep(f"{drawn}<p><b>{escape(caption)}</b></p>")

    def _keep(self, text: str) -> str:
        self.made.append(text)
        return f"\x00{len(self.made) - 1}\x00"


def _shown(chapters: Sequence[Chapter], otherwise: str) -> Any:
    parts = []
    for chapter in chapters:
        displays = _Displays()
        title = escape(word("chapter", chapter.id, "zh"))
        parts.append(f"<p style='font-size:115%'><b>{title}</b></p>" if len(chapters) > 1 else "")
        parts += _blocks(chapter.markdown(displays), displays.made)
    return _html("".join(parts) or f"<p>{escape(otherwise)}</p>")


def _blocks(text: str, made: Sequence[str]) -> Iterable[str]:
    """Yield the blocks of the project's subset of Markdown as HTML: its data is escaped as numeric entities, which are HTML as well."""
    style = "max-width:60em;line-height:1.7"
    for block in re.split(r"\n\s*\n|\n(?=:::)|(?<=:::)\n|(?<=\.note\}\n)", text):
        lines = [line for line in block.strip().splitlines() if line.strip()]
        if not lines:
            continue
        if lines[0].startswith(":::"):
            style = f"max-width:60em;color:{look.MUTED};font-size:90%" if "{" in lines[0] else "max-width:60em;line-height:1.7"
        elif lines[0].startswith("\x00"):
            yield made[int(lines[0].strip("\x00"))]
        elif lines[0].startswith("- "):
            yield f"<ul style='{style}'>{''.join(f'<li>{_inline(line[2:])}</li>' for line in lines)}</ul>"
        elif lines[0].startswith("#"):
            yield f"<p><b>{_inline(lines[0].lstrip('# '))}</b></p>"
        else:
            yield f"<p style='{style}'>{_inline(''.join(lines))}</p>"


def _inline(text: str) -> str:
    return _SPAN.sub(lambda found: f"<span style='color:{_INKS.get(found[2], look.INK)}'>{found[1]}</span>", _BOLD.sub(r"<b>\1</b>", text))


def _table(grid: Grid) -> str:
    head = "".join(f"<tr>{''.join(_cell(cell, 'th', _HEAD) for cell in row)}</tr>" for row in grid.head)
    open_rows = [0] * len(grid.align)
    body = []
    for row in grid.body:
        column, cells = 0, []
        for cell in row:
            while column < len(open_rows) and open_rows[column]:
                column += 1
            for across in range(column, column + cell.columns):
                open_rows[across] = cell.rows
            cells.append(_cell(cell, "td", f"{_CELL};text-align:{grid.align[column]}"))
            column += cell.columns
        open_rows = [max(left - 1, 0) for left in open_rows]
        body.append(f"<tr>{''.join(cells)}</tr>")
    made = f"<table style='border-collapse:collapse;font-size:13px'><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"
    return f"<div style='overflow-x:auto'>{made}</div>"


def _cell(cell: Cell, tag: str, style: str) -> str:
    spans = (f" rowspan='{cell.rows}'" if cell.rows > 1 else "") + (f" colspan='{cell.columns}'" if cell.columns > 1 else "")
    style += f";color:{_INKS[cell.css]}" if cell.css in _INKS else ""
    style += ";white-space:nowrap" if cell.css in _INKS or len(cell.text) <= _SHORT or _FIGURES.fullmatch(cell.text) else ""
    return f"<{tag}{spans} style='{style}'>{escape(cell.text)}</{tag}>"


def _small(sentences: Sequence[str]) -> str:
    return f"<p style='color:{look.MUTED};font-size:90%'>{escape('　'.join(sentences))}</p>" if sentences else ""


def _html(text: str) -> Any:
    from IPython.display import HTML

    return HTML(text)  # type: ignore[no-untyped-call]
