"""The command `evalkit template`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def template(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="评估编号。Run id.")],
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹。Folder to write into.")],
    by: Annotated[
        str, typer.Option("--by", help="department：每个部门一份；region：每个地区一份。One workbook per department or region.")
    ] = "department",
    department: Annotated[
        str, typer.Option("--department", help="只要这个部门，写编号或名称（params/departments.yml）。Only this department, by id or name.")
    ] = "",
) -> None:
    """生成数据填报表和函。Write collection forms and request letters.

    Example: evalkit template example-county-2024 --out forms
    """
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, problem_lines, say
    from evalkit.collection.forms import write_forms

    if by not in ("department", "region"):
        raise typer.BadParameter("department | region", param_hint="--by")
    printed, err = consoles()
    done, problems = write_forms(load_catalog(), run_id, out, "region" if by == "region" else "department", department)
    for line in problem_lines(problems):
        err.print(line)
    for written in done:
        items = sum(len(part.items) for part in written.form.parts)
        counts = say(f"{items} 项 {written.form.lines} 格", f"{items} items, {written.form.lines} cells")
        state = "" if written.new else say("（已有，未变）", " (there already, unchanged)")
        for path in written.paths:
            printed.print(f"{path.as_posix()}  {counts}{state}", markup=False)
