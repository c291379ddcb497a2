"""The command `evalkit report table`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evalkit.messages import EvalkitError, Place, Problem, language


def table(
    run: Annotated[str, typer.Argument(metavar="RUN", help="评估编号。Run id.")],
    region: Annotated[
        list[str] | None, typer.Option("--region", metavar="CODE", help="只要这些地区，可写多次。Only these regions; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="输出文件夹。Where the workbooks go, default reports/<run>.")] = None,
) -> None:
    """指标完成情况总表，Excel 工作簿：各地区一份，全部地区并列一份。The indicator table alone, in Excel.

    Example: evalkit report table chongming-2023
    """
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, problem_lines, say
    from evalkit.runner.indicator_tables import write_tables
    from evalkit.runner.reports import staleness

    printed, err = consoles()
    catalog = load_catalog()
    unknown = [code for code in region or () if code not in catalog.run(run).regions]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} ({', '.join(catalog.run(run).regions)})", param_hint="--region")
    folder = out or catalog.project.reports(run)
    problems: list[Problem] = []
    try:
        problems += staleness(catalog, run)
        for name, path, found in write_tables(catalog, run, folder, region or (), language()):
            problems += found
            if path is not None:
                printed.print(say(f"✓ 指标表 {name} {path.name}", f"✓ table {name} {path.name}"), markup=False)
    except EvalkitError as error:
        problems += error.problems
    except OSError as error:
        problems.append(Problem("folder_unwritable", Place(folder.name), {"path": folder.name, "detail": error.strerror or str(error)}))
    for line in problem_lines(problems):
        err.print(line)
    raise typer.Exit(1 if any(problem.severity == "error" for problem in problems) else 0)
