"""The command `evalkit audit`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer


def audit(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="评估编号。Run id.")],
    regions: Annotated[
        list[str] | None, typer.Option("--region", help="地区代码，可重复；缺省为全部。Region code, repeatable; default all.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="写入的文件夹，缺省 reports/<评估>。Folder.")] = None,
) -> None:
    """核算底稿：单元格公式可重算的 Excel 工作簿，供专家核对。A workbook with live formulas, for reviewers with Excel or WPS.

    Example: evalkit audit chongming-2023
    """
    from rich.text import Text

    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, say
    from evalkit.runner.audits import make_audits

    printed, _ = consoles()
    catalog = load_catalog()
    folder = out or catalog.project.root / "reports" / run_id
    started = time.perf_counter()
    for made in make_audits(catalog, run_id, folder, regions or ()):
        seconds, started = time.perf_counter() - started, time.perf_counter()
        rows = say(f"{made.rows} 行", f"{made.rows} rows")
        unsure = (
            say(f"，其中 {made.unsure} 行双精度不可判定", f", {made.unsure} of them beyond what doubles can decide") if made.unsure else ""
        )
        line = Text.assemble(
            ("✓ ", "green"), f"{made.region} {made.name}  {rows}{unsure}  {made.path.as_posix()}", (f"  {seconds:.1f} s", "dim")
        )
        printed.print(line)
