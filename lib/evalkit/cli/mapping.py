"""The command `evalkit map`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.messages import EvalkitError, Place, Problem

if TYPE_CHECKING:
    from rich.table import Table

    from evalkit.collection.propose import TableDraft
    from evalkit.project import Project


def map_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="data/raw 中的文件。A file below data/raw.")],
    run: Annotated[str | None, typer.Option("--run", help="只匹配这项评估需要的数据项。Match only what this run needs.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写到哪个文件，缺省 params/mappings/。Where to, default params/mappings/.")
    ] = None,
) -> None:
    """为别人的表起草对应表，供人核对。Propose how somebody else's workbook is read, for a person to confirm.

    Example: evalkit map data/raw/example-county-2024/forestry.xlsx --run example-county-2024
    """
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, say
    from evalkit.collection.propose import propose
    from evalkit.collection.propose_yaml import mapping_id, mapping_text
    from evalkit.intake.forms import is_form
    from evalkit.intake.tidy import is_tidy
    from evalkit.tables import write_text
    from evalkit.tables.books import read_book

    catalog = load_catalog()
    project = catalog.project
    if run is not None:
        catalog.run(run)
    path, name = _raw(project, file)
    known = catalog.mapping_of(name)
    if known is not None and out is None:
        raise EvalkitError(Problem("mapping_exists", catalog.place("mapping", known.id), {"file": name, "id": known.id}))
    sheets = read_book(path, f"data/raw/{name}")
    if is_form(sheets) or any(is_tidy(sheet) for sheet in sheets):
        raise EvalkitError(Problem("mapping_needless", Place(f"data/raw/{name}")))
    drafts = propose(catalog, sheets, run)
    if not drafts:
        raise EvalkitError(Problem("mapping_nothing", Place(f"data/raw/{name}")))
    target = out or project.params / "mappings" / f"{mapping_id(name)}.yml"
    if target.exists():
        raise EvalkitError(Problem("mapping_there", Place(target.name), {"path": target.as_posix()}))
    own = target.stem if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", target.stem) else mapping_id(target.name)
    write_text(target, mapping_text(own, name, drafts))
    printed, _ = consoles()
    for draft in drafts:
        printed.print(_shown(draft, printed.width), soft_wrap=False)
    count = sum(len(draft.guesses) for draft in drafts)
    undecided = sum(draft.undecided for draft in drafts)
    shown = target.relative_to(project.root).as_posix() if target.is_relative_to(project.root) else target.as_posix()
    printed.print(
        say(
            f"已写 {shown}：{len(drafts)} 个表，{count} 项，待人确认 {undecided} 处。\n"
            "下一步：打开它，对照原表核对，改掉每个“请确认”，填写 confirmed_by 和 confirmed_on；"
            "把文件列入评估的 inputs，再运行 evalkit check。",
            f"{shown} written: {len(drafts)} tables, {count} entries, {undecided} for a person to decide.\n"
            "Next: open it, compare it with the file, settle each 请确认, fill in confirmed_by and confirmed_on; "
            "name the file under inputs of the run, then evalkit check.",
        ),
        markup=False,
    )


def _raw(project: Project, file: Path) -> tuple[Path, str]:
    """Return the path of a raw file, and its name relative to ``data/raw``."""
    for path in (file, project.raw / file):
        if path.is_file():
            if path.resolve().is_relative_to(project.raw.resolve()):
                return path, path.resolve().relative_to(project.raw.resolve()).as_posix()
            raise EvalkitError(Problem("mapping_not_raw", Place(file.name), {"file": file.as_posix()}))
    raise EvalkitError(Problem("file_missing", Place(file.as_posix()), {"referrer": "evalkit map"}))


def _shown(draft: TableDraft, width: int) -> Table:
    """Return what was matched in one table, as the terminal shows it."""
    from rich.table import Table
    from rich.text import Text

    from evalkit.catalog.mappings import OPEN
    from evalkit.cli.console import say

    heads = [say("单元格", "cell"), say("列、行的名称", "column or item"), say("数据项", "variable"), say("单位", "unit"),
             say("评估期", "period"), say("相似", "score")]  # fmt: skip
    title = say(f"工作表“{draft.sheet.name}”", f"sheet “{draft.sheet.name}”") if draft.sheet.name else None
    table = Table(*heads, title=title, title_justify="left")
    for column in table.columns:
        column.overflow = "fold"
    periods = say("、", ", ").join(dict.fromkeys(entry.content["period"] for entry in draft.columns if "period" in entry.content))
    for guess in draft.guesses:
        style = "" if guess.variable else "yellow"
        score = "" if guess.score is None else str(guess.score)
        period = guess.period or periods or draft.settings.get("period", "")
        cells = [guess.where, guess.text, guess.variable or OPEN, guess.unit, period, score]
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table
