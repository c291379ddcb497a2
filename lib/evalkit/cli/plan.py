"""The commands `evalkit plan …`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.cli.plan_check import plan_check
from evalkit.cli.plan_lists import plan_lists
from evalkit.cli.plan_tables import plan_export, plan_import
from evalkit.messages import word, words

if TYPE_CHECKING:
    from rich.table import Table

    from evalkit.assessment.year_to_date_model import YearToDate

plan_app = typer.Typer(no_args_is_help=True, help="规划与年度目标。Plans and annual targets.", rich_markup_mode=None)

_COLOURS = {"already_met": "green", "on_track": "green", "at_risk": "yellow", "impossible": "red", "already_failed": "red"}


plan_app.command("check")(plan_check)
plan_app.command("lists")(plan_lists)
plan_app.command("export")(plan_export)
plan_app.command("import")(plan_import)


@plan_app.command("ytd")
def plan_ytd(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="每个地区、指标一行的表。A table, one line per region and measure.")],
    out: Annotated[Path | None, typer.Option("--out", help="把结果写成 .csv。Write the results, .csv.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")] = False,
) -> None:
    """年内进度：余下各日须达到多少（年剩余日控制值），还需、还可有多少天。What the remaining days must bring for an annual target.

    Example: evalkit plan ytd air-2024.csv
    """
    from evalkit.assessment.year_to_date import exact_texts, printed_row
    from evalkit.assessment.year_to_date_read import read_sheets
    from evalkit.assessment.year_to_date_rules import remaining
    from evalkit.assessment.year_to_date_words import remarks
    from evalkit.cli.console import consoles, problem_lines
    from evalkit.tables.books import read_book

    if out is not None and (out.suffix.lower() != ".csv" or out.is_dir()):
        raise typer.BadParameter(".csv", param_hint="--out")
    printed, err = consoles()
    sheets = read_book(file, file.name)
    for line in problem_lines(problem for sheet in sheets for problem in sheet.remarks):
        err.print(line)
    found = [remaining(case) for case in read_sheets(sheets)]
    if as_json:
        print(json.dumps([{**printed_row(one), **exact_texts(one)} for one in found], ensure_ascii=False, indent=2))
    else:
        printed.print(_table(found), soft_wrap=False)
        for text in remarks(found):
            printed.print(text, markup=False)
    if out is not None:
        _write(out, [printed_row(one) for one in found])
        err.print(out.as_posix(), markup=False)


def _table(found: Sequence[YearToDate]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from evalkit.assessment.year_to_date_words import table_heads, table_row

    heads = table_heads()
    table = Table(*(word("ytd_column", head) for head in heads))
    for column in table.columns:
        column.overflow = "fold"
    for one in found:
        row = table_row(one)
        table.add_row(*(Text(row[head], style=_COLOURS.get(one.verdict, "") if head == "verdict" else "") for head in heads))
    return table


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write the results as CSV, heads and codes in words."""
    from evalkit.tables import write_csv

    heads = words("ytd_column")
    coded = {"kind": "ytd_kind", "verdict": "ytd_verdict", "ends": "ytd_ends"}
    shown = []
    for row in rows:
        texts = {name: word(coded[name], text) if name in coded and text else text for name, text in row.items()}
        texts["reason"] = word("ytd_reason" if row["reason"] == "percentile" else "reason", row["reason"])
        texts["notes"] = "；".join(word("ytd_note", note) for note in row["notes"].split(";") if note)
        texts["rounding_decides"] = word("ytd_truth", row["rounding_decides"])
        shown.append({heads[name]: text for name, text in texts.items()})
    write_csv(path, [heads[name] for name in rows[0]], shown)
