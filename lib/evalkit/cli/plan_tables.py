"""The commands `evalkit plan export` and `import`: a plan as a workbook in the form of the plan table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.cli.sets_authoring import STATES, AsJson, Replace, shown, tell
from evalkit.messages import EvalkitError, Place, Problem

if TYPE_CHECKING:
    from evalkit.authoring.plan_import import ImportedPlan
    from evalkit.catalog import Catalog
    from evalkit.catalog.models import Plan


def plan_export(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="规划编号。Id of a plan.")],
    out: Annotated[Path | None, typer.Option("--out", help="写成哪个 .xlsx，缺省在 reports/plans。File, default in reports/plans.")] = None,
    run: Annotated[str, typer.Option("--run", help="现状值取自哪个运行，缺省为唯一用到该规划的运行。Run with the present values.")] = "",
    replace: Replace = False,
) -> None:
    """把规划写成规划表样式的工作簿，可以录入、修改后再读入。Write a plan as a workbook that can be edited and read back.

    Example: evalkit plan export chongming-2024 --out plan.xlsx
    """
    from evalkit.authoring.plan_export import plan_book
    from evalkit.catalog import load_catalog
    from evalkit.tables import write_bytes

    if out is not None and (out.suffix.lower() != ".xlsx" or out.is_dir()):
        raise typer.BadParameter(".xlsx", param_hint="--out")
    catalog = load_catalog().as_written()
    plan = _plan(catalog, plan_id)
    path = out or catalog.project.root / "reports" / "plans" / f"{plan_id}.xlsx"
    content = plan_book(catalog, plan, _present(catalog, plan, run))
    if path.exists() and path.read_bytes() != content and not replace:  # someone may have typed in it
        raise EvalkitError(Problem("file_exists", Place(path.name), {"path": path.as_posix()}))
    write_bytes(path, content)
    print(shown(path, catalog.project.root))


def _plan(catalog: Catalog, plan_id: str) -> Plan:
    from evalkit.catalog.load import near

    if plan_id not in catalog.plans:
        raise EvalkitError(Problem("unknown_id", values={"kind": "plan", "id": plan_id, "hint": near(plan_id, catalog.plans)}))
    return catalog.plans[plan_id]


def _present(catalog: Catalog, plan: Plan, run_id: str) -> dict[tuple[str, str], str]:
    """Return what a run has for the base year and before: the run that is named, else the only one that follows the plan."""
    from evalkit.authoring.plan_lines import reported_values
    from evalkit.intake import read_inputs

    following = [run.id for run in catalog.runs.values() if plan.id in run.plans]
    if run_id:
        catalog.run(run_id)
    elif len(following) == 1:
        run_id = following[0]
    return reported_values(catalog, plan, read_inputs(catalog, run_id, plan.region)) if run_id else {}


def plan_import(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="导出的工作簿，或照规划录入的规划表。A workbook.")],
    plan_id: Annotated[str, typer.Option("--id", help="规划编号，缺省取自工作簿或文件名。Id of the plan.")] = "",
    region: Annotated[str, typer.Option("--region", help="地区代码。Code of the region.")] = "",
    document: Annotated[str, typer.Option("--document", help="规划文件的编号（documents.yml）。Id of its document.")] = "",
    set_id: Annotated[str, typer.Option("--set", help="所依据的指标体系。Set whose rows it plans.")] = "",
    name: Annotated[str, typer.Option("--name", help="规划名称，缺省为文件名称。Name, default that of the document.")] = "",
    base: Annotated[str, typer.Option("--base", help="基准年。Base year.")] = "",
    milestone: Annotated[list[str] | None, typer.Option("--milestone", help="目标年，可给多次。Milestone, repeatable.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="规划的指标已全部录入。Every indicator is there.")] = False,
    state: Annotated[str, typer.Option("--state", help=f"怎么看到的，缺省 recalled。How it was seen: {' | '.join(STATES)}")] = "",
    via: Annotated[str, typer.Option("--via", help="见于何处，如“纸质文件第3页”。Where it was seen.")] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="读哪一个工作表。Which sheet to read.")] = "",
    values: Annotated[
        Path | None, typer.Option("--values", help="把现状值写成数据文件 .csv。Write the present values, .csv in data/raw.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件夹，缺省为 params。Folder, default params.")] = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """由工作簿生成规划和清单；有一处没读懂就不写出。Make a plan from a workbook; nothing is written unless all of it is understood.

    Example: evalkit plan import table.xlsx --id my-plan --region 310151 --document my-doc --set cn-demo-2024-city
    """
    from evalkit.authoring.plan_import import PlanSettings, read_plan
    from evalkit.authoring.plan_write import write_plan
    from evalkit.catalog import load_catalog

    if state and state not in STATES:
        raise typer.BadParameter(" | ".join(STATES), param_hint="--state")
    if values is not None and (values.suffix.lower() != ".csv" or values.is_dir()):
        raise typer.BadParameter(".csv", param_hint="--values")
    catalog = load_catalog()
    settings = PlanSettings(
        id=plan_id, document=document, name=name, complete=complete, state=state, via=via, sheet=sheet, replace=replace,
        region=region, set=set_id, base=base, milestones=tuple(milestone or ()), values=values is not None,
    )  # fmt: skip
    found, written = None, list[str]()
    problems: list[Problem] = []
    try:
        found = read_plan(catalog, file, settings)
        problems = found.problems
        if found.plan is not None:
            paths = write_plan(found, out or catalog.project.params, values, overwrite=replace)
            written = [shown(path, catalog.project.root) for path in paths]
    except EvalkitError as error:
        problems = [*problems, *error.problems]
    tell(problems, written, _summary(found) if found is not None and written else [], as_json)


def _summary(found: ImportedPlan) -> list[str]:
    """Return how each planned value was read, and the counts."""
    from evalkit.cli.console import say

    plan = found.plan
    assert plan is not None
    values = sum(len(row.values) for row in plan.indicators)
    counts = say(
        f"{plan.id}：{len(plan.indicators)} 个指标、{values} 个规划值（按“规则”列 {found.ruled} 个），现状值 {len(found.values)} 个。",
        f"{plan.id}: {len(plan.indicators)} indicators, {values} planned values ({found.ruled} by the column of rules), "
        f"{len(found.values)} present values.",
    )
    return [*(f"{text}  →  {rule}" for text, rule in found.readings.items()), counts]
