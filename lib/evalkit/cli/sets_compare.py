"""The commands `evalkit sets diff`, `crosswalk`, `pages` and `schema`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]
Level = Annotated[str | None, typer.Option("--level", help="只比较这一级别：city、county 等。Only this level.")]
First = Annotated[str, typer.Argument(metavar="A", help="原指标体系。The old set.")]
Last = Annotated[str, typer.Argument(metavar="B", help="现指标体系。The new set.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `evalkit sets`."""
    app.command("diff")(sets_diff)
    app.command("crosswalk")(sets_crosswalk)
    app.command("pages")(sets_pages)
    app.command("schema")(sets_schema)


def sets_diff(
    before: First,
    after: Last,
    level: Level = None,
    out: Annotated[Path | None, typer.Option("--out", help="写成文件：.md .docx .json。Write a file.")] = None,
    as_json: AsJson = False,
) -> None:
    """两个指标体系有什么不同：增、删、更名、指标值、属性、单位、口径、算式。What differs between two indicator sets.

    Example: evalkit sets diff cn-demo-2019 cn-demo-2024-city
    """
    from evalkit.authoring.comparison import compare_sets
    from evalkit.authoring.comparison_print import SUFFIXES, terminal, write
    from evalkit.catalog import load_catalog

    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(" ".join(SUFFIXES), param_hint="--out")
    catalog = load_catalog()
    found = compare_sets(catalog, before, after, level)
    if out is not None:
        write(found, catalog, out)
    if as_json:
        print(json.dumps(found.record(), ensure_ascii=False, indent=2))
    elif out is None:
        _print(terminal(found, catalog))
    _wrote(out)


def sets_crosswalk(
    before: First,
    after: Last,
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="同时按两个体系评估的评估。A run that lists both sets.")] = None,
    level: Level = None,
    region: Annotated[str, typer.Option("--region", help="只列这个地区。Only this region.")] = "",
    period: Annotated[str, typer.Option("--period", help="评估期，缺省为最近一期。Period, default the latest.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="写成文件：.md .xlsx .json。Write a file.")] = None,
    as_json: AsJson = False,
) -> None:
    """新旧体系逐项对照：指标如何延续，两套判定，缺什么数据。How indicators continue, the verdicts under both sets, and what is lacking.

    Example: evalkit sets crosswalk cn-demo-2019 cn-demo-2024-city
    """
    from evalkit.authoring.crosswalk import side_by_side
    from evalkit.authoring.crosswalk_print import SUFFIXES, terminal, write
    from evalkit.catalog import load_catalog

    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(" ".join(SUFFIXES), param_hint="--out")
    if run is None and (region or period):
        raise typer.BadParameter("RUN", param_hint="--region / --period")
    if run is not None and level:
        raise typer.BadParameter("RUN", param_hint="--level")
    catalog = load_catalog()
    found = side_by_side(catalog, before, after, run, level=level, region=region, period=period)
    if out is not None:
        write(found, catalog, out)
    if as_json:
        print(json.dumps(found.record(), ensure_ascii=False, indent=2))
    elif out is None:
        _print(terminal(found, catalog))
    _wrote(out)


def sets_pages(out: Annotated[Path, typer.Option("--out", help="输出文件夹。Where the pages go.")]) -> None:
    """由目录生成说明页：每个指标体系、口径、算式一页，另有可搜索的网页。Pages of all sets, measures and formulas, searchable.

    Example: evalkit sets pages --out pages
    """
    from evalkit.authoring.pages import write_pages
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, say

    made = write_pages(load_catalog(), out)
    text = say(f"已写 {len(made)} 页：{out.as_posix()}/index.html", f"{len(made)} pages: {out.as_posix()}/index.html")
    consoles()[0].print(text, markup=False)


def sets_schema(out: Annotated[Path, typer.Option("--out", help="输出文件夹。Where the schemas go.")]) -> None:
    """写出规则文件的 JSON Schema，供编辑器提示和检查。Write JSON Schemas of the rule files, for editors.

    Example: evalkit sets schema --out docs/schemas
    """
    from evalkit.authoring.schemas import write_schemas
    from evalkit.cli.console import consoles

    for path in write_schemas(out):
        consoles()[0].print(path.as_posix(), markup=False)


def _print(parts: Sequence[Any]) -> None:
    from evalkit.cli.console import consoles

    printed, _ = consoles()
    for part in parts:
        printed.print(part, soft_wrap=False)


def _wrote(path: Path | None) -> None:
    from evalkit.cli.console import consoles

    if path is not None:
        consoles()[1].print(path.as_posix(), markup=False)
