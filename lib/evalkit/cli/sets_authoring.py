"""The commands `evalkit sets export` and `import`: an indicator set as a workbook that people type in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.messages import EvalkitError, Place, Problem

if TYPE_CHECKING:
    from evalkit.authoring.settings import Imported

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]
Replace = Annotated[bool, typer.Option("--replace", help="覆盖已有的文件。Overwrite what exists.")]
STATES = ("seen", "seen_neighbour", "third_party", "derived", "recalled")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `evalkit sets`."""
    app.command("export")(sets_export)
    app.command("import")(sets_import)


def sets_export(
    set_id: Annotated[str, typer.Argument(metavar="SET", help="指标体系编号。Id of a set.")],
    out: Annotated[Path | None, typer.Option("--out", help="输出文件夹，缺省为 reports/sets。Folder, default reports/sets.")] = None,
    replace: Replace = False,
    check_sheet: Annotated[bool, typer.Option("--xlsx", help="只写核对表，同 sets sheet。Only the check sheet, as `sets sheet`.")] = False,
) -> None:
    """把指标体系写成可以录入、修改的工作簿。Write a set as a workbook that can be edited and read back.

    Example: evalkit sets export cn-demo-2024-city --out build
    """
    import tempfile

    from evalkit.authoring.export import write_set
    from evalkit.catalog import load_catalog
    from evalkit.catalog.load import near
    from evalkit.cli.sets_verify import sets_sheet
    from evalkit.tables import write_bytes

    if check_sheet:
        sets_sheet([set_id], out)
        return
    catalog = load_catalog().as_written()
    if set_id not in catalog.sets:
        raise EvalkitError(Problem("unknown_id", values={"kind": "set", "id": set_id, "hint": near(set_id, catalog.sets)}))
    path = (out or catalog.project.root / "reports" / "sets") / f"{set_id}.xlsx"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        write_set(catalog, catalog.sets[set_id], made)
        content = made.read_bytes()
    if path.exists() and path.read_bytes() != content and not replace:  # someone may have typed in it
        raise EvalkitError(Problem("file_exists", Place(path.name), {"path": path.as_posix()}))
    write_bytes(path, content)
    print(shown(path, catalog.project.root))


def sets_import(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="导出的工作簿，或照文件录入的指标表。A workbook.")],
    set_id: Annotated[str, typer.Option("--id", help="指标体系编号，缺省取自工作簿或文件名。Id of the set.")] = "",
    document: Annotated[str, typer.Option("--document", help="所依据文件的编号（documents.yml）。Id of its document.")] = "",
    number: Annotated[str, typer.Option("--number", help="文件尚未登记时：文号。Number of a new document.")] = "",
    title: Annotated[str, typer.Option("--title", help="文件尚未登记时：名称。Title of a new document.")] = "",
    name: Annotated[str, typer.Option("--name", help="指标体系名称，缺省取表头上方的标题。Name of the set.")] = "",
    level: Annotated[list[str] | None, typer.Option("--level", help="适用级别，可给多次：city、county 等。Level, repeatable.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="文件的指标已全部录入。Every row of the document is there.")] = False,
    state: Annotated[str, typer.Option("--state", help=f"怎么看到的。How it was seen: {' | '.join(STATES)}")] = "",
    via: Annotated[str, typer.Option("--via", help="见于何处，如“纸质文件第3页”。Where it was seen.")] = "",
    note: Annotated[str, typer.Option("--note", help="出处的说明。A note on where it stands.")] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="读哪一个工作表。Which sheet to read.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件夹，缺省为 params。Folder, default params.")] = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """由工作簿生成指标体系；有一处没读懂就不写出。Make a set from a workbook; nothing is written unless all of it is understood.

    Example: evalkit sets import annex.xlsx --id my-set --document mee-2019-76 --level county --state seen --via 纸质文件第3页
    """
    from typing import get_args

    from evalkit.authoring.importing import read_set, write_set
    from evalkit.authoring.settings import Settings
    from evalkit.catalog import load_catalog
    from evalkit.catalog.models import Level

    levels = tuple(level or ())
    if any(item not in get_args(Level) for item in levels):
        raise typer.BadParameter(" | ".join(get_args(Level)), param_hint="--level")
    if state and state not in STATES:
        raise typer.BadParameter(" | ".join(STATES), param_hint="--state")
    catalog = load_catalog(units=True)
    settings = Settings(set_id, document, number, title, name, levels, complete, state, via, note, sheet, replace)
    folder = out or catalog.project.params
    found, written = None, []
    try:
        taken = folder / "sets" / f"{set_id}.yml"
        if set_id and taken.exists() and not replace:  # said at once: what depends on that set would only confuse
            raise EvalkitError(Problem("set_exists", values={"path": taken.as_posix()}))
        found = read_set(catalog, file, settings)
        problems = found.problems
        if found.indicator_set is not None:
            written = [shown(path, catalog.project.root) for path in write_set(found, folder, overwrite=replace)]
    except EvalkitError as error:
        problems = [*(found.problems if found else []), *error.problems]
    tell(problems, written, _summary(found) if found is not None and written else [], as_json)


def tell(problems: Sequence[Problem], written: Sequence[str], summary: Sequence[str], as_json: bool) -> None:
    """Say what an import found and wrote; where there are errors, end with exit code 1."""
    from evalkit.cli.console import consoles, problem_lines

    if as_json:
        from evalkit.runner.run import issue_record

        print(json.dumps({"written": list(written), "problems": [issue_record(p) for p in problems]}, ensure_ascii=False, indent=2))
    else:
        printed, err = consoles()
        for line in problem_lines(problems):
            err.print(line)
        for text in [*summary, *written]:
            printed.print(text, markup=False)
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


def shown(path: Path, root: Path) -> str:
    """Return a path as messages show it: relative to the project where it lies in it."""
    full = path.resolve()
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else path.as_posix()


def _summary(found: Imported) -> list[str]:
    """Return how each 指标值 was read, and the counts."""
    from evalkit.cli.console import say

    indicator_set = found.indicator_set
    assert indicator_set is not None
    rows, targets = len(indicator_set.rows), sum(len(row.targets) for row in indicator_set.rows)
    counts = say(
        f"{indicator_set.id}：{rows} 行、{targets} 个指标值（按“规则”列 {found.ruled} 个），新口径 {len(found.measures)} 个。",
        f"{indicator_set.id}: {rows} rows, {targets} targets ({found.ruled} by the column “规则”), {len(found.measures)} new measures.",
    )
    return [*(f"{text}  →  {rule}" for text, rule in found.readings.items()), counts]
