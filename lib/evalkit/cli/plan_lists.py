"""The command `evalkit plan lists`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from evalkit.assessment.plan_view import PlanView

_COLOURS = {"late": "red", "unknown": "yellow", "done": "green"}


def plan_lists(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="规划的 id（params/plans/ 下的文件名）。Id of the plan.")],
    progress: Annotated[
        list[Path] | None, typer.Option("--progress", metavar="FILE", help="进度表，可多个。Progress sheet, may be repeated.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="状态评定日，默认为进度表中最后一天。Day of the statuses.")
    ] = None,
    department: Annotated[str, typer.Option("--department", metavar="NAME", help="只列这个单位。Only this unit.")] = "",
    area: Annotated[str, typer.Option("--area", metavar="NAME", help="只列这个街道、乡镇或县。Only this sub-region.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="写成 .xlsx。Write a workbook.")] = None,
) -> None:
    """责任清单、任务清单、项目清单和时间表，各项是否按期。Duties, tasks, projects and calendar of a plan, and what is late.

    Example: evalkit plan lists example-999001 --progress data/raw/example-county-2024/progress.csv --as-of 2025-03-31 --out lists.xlsx
    """
    from evalkit.assessment.plan_frames import day_of, read_sheets
    from evalkit.assessment.plan_view import view_lists
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles

    if out is not None and (out.suffix.lower() != ".xlsx" or out.is_dir()):
        raise typer.BadParameter(".xlsx", param_hint="--out")
    printed, err = consoles()
    catalog = load_catalog()
    reported = read_sheets(catalog, plan, progress or ())
    view = view_lists(catalog, plan, reported, day_of(as_of), department=department, area=area)
    for text in _head(view):
        printed.print(text, markup=False)
    printed.print(_table(view), soft_wrap=False)
    if out is not None:
        from evalkit.report.list_workbook import write_lists

        write_lists(view, out, [path.name for path in progress or ()])
        err.print(out.as_posix(), markup=False)


def _head(view: PlanView) -> list[str]:
    """Return what stands above the table: the plan, the day, how many stand how."""
    from evalkit.cli.console import say
    from evalkit.report import look
    from evalkit.report.list_sheets import Sheets

    made = Sheets(view)
    said = [say(view.plan.name_zh, view.plan.name_en) + (say(f"　{look.EXAMPLE_ZH}", f"  {look.EXAMPLE_EN}") if view.fictional else "")]
    if view.as_of is None:
        said.append(say("没有进度表，也没有 --as-of，未评定状态", "no progress sheet and no --as-of: statuses are not judged"))
    else:
        counts = [f"{made.status_words(code)} {tasks + projects}" for code, tasks, projects in made.counts() if tasks + projects]
        said.append(say(f"状态评定日 {view.as_of}：", f"as of {view.as_of}: ") + "  ".join(counts))
    if view.lists.projects:
        said.append(made.money())
    return said


def _table(view: PlanView) -> Table:
    """Return tasks and projects, the most urgent first; what is done is only counted."""
    from rich.table import Table
    from rich.text import Text

    from evalkit.assessment.standing import STATUSES
    from evalkit.cli.console import say
    from evalkit.report.list_sheets import Sheets

    made = Sheets(view)
    judged = view.as_of is not None
    rows = [row for which in ("tasks", "projects") for row in view.records(which) if row["status"] not in ("done", "done_late")]
    placed = any(row["areas"] for row in rows)
    heads = [say("状态", "status")] if judged else []
    heads += [say("编号", "id"), say("类别", "kind"), say("名称", "title")]
    heads += [say("地区", "sub-regions")] if placed else []
    heads += [say("到期日", "due"), say("责任单位", "units")]
    heads += [say("进展和提示", "progress and remarks")] if judged else []
    table = Table(*heads)
    for column in table.columns:
        column.overflow = "fold"
    order = {status: number for number, status in enumerate(STATUSES)}
    rows.sort(key=lambda row: (order.get(str(row["status"]), 0), str(row["due"]) or "9999"))
    for row in rows:
        status = str(row["status"])
        cells = [Text(made.status_words(status), style=_COLOURS.get(status, ""))] if judged else []
        due = str(row["due"] or row["repeats_text"] or row["deadline_text"])
        shown = [str(row["id"]), str(row["kind_text"]), str(row["title"]), *([str(row["areas"])] if placed else []), due, made.units(row)]
        cells += [Text(text) for text in shown]
        cells += [Text(made.progress(row))] if judged else []
        table.add_row(*cells)
    return table
