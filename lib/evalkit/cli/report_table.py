"""The command `evalkit report table`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.messages import EvalkitError, Place, Problem, language

if TYPE_CHECKING:
    from evalkit.catalog import Catalog


def no_file(folder: Path | None) -> None:
    """Refuse a file as the folder for products, before anything is made.

    Raises
    ------
    typer.BadParameter
        There is something at that path, and it is no folder.
    """
    from evalkit.cli.console import say

    if folder is not None and folder.exists() and not folder.is_dir():
        path = folder.as_posix()
        said = say(f"“{path}”是文件，这里要写文件夹", f"“{path}” is a file; a folder is wanted")
        raise typer.BadParameter(said, param_hint="--out")


def no_region(catalog: Catalog, run_id: str, wanted: Sequence[str]) -> None:
    """Refuse regions that a run does not have.

    Raises
    ------
    typer.BadParameter
        With the regions that it has.
    """
    from evalkit.cli.console import say

    known = catalog.run(run_id).regions
    for code in wanted:
        if code not in known:
            codes = ", ".join(known)
            said = say(f"“{run_id}”没有地区“{code}”，有：{codes}", f"“{run_id}” has no region “{code}”, it has: {codes}")
            raise typer.BadParameter(said, param_hint="--region")


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
    no_region(catalog, run, region or ())
    no_file(out)
    folder = out or catalog.project.reports(run)
    problems: list[Problem] = []
    made = False
    try:
        problems += staleness(catalog, run)
        for name, path, found in write_tables(catalog, run, folder, region or (), language()):
            problems += found
            if path is not None:
                made = True
                printed.print(say(f"✓ 指标表 {name} {path.name}", f"✓ table {name} {path.name}"), markup=False)
    except EvalkitError as error:
        problems += error.problems
    except OSError as error:
        problems.append(Problem("folder_unwritable", Place(folder.name), {"path": folder.name, "detail": error.strerror or str(error)}))
    if made:
        where = folder.as_posix() if out else catalog.project.label(folder)
        printed.print(say(f"指标表：{where}/", f"tables: {where}/"), markup=False)
    for line in problem_lines(problems):
        err.print(line)
    raise typer.Exit(1 if any(problem.severity == "error" for problem in problems) else 0)
