"""The commands `evalkit plan …`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.cli.plan_check import plan_check
from evalkit.messages import word, words

if TYPE_CHECKING:
    from rich.table import Table

    from evalkit.assessment.year_to_date_model import YearToDate

plan_app = typer.Typer(no_args_is_help=True, help="规划与年度目标。Plans and annual targets.", rich_markup_mode=None)

_COLOURS = {"already_met": "green", "on_track": "green", "at_risk": "yellow", "impossible": "red", "already_failed": "red"}


plan_app.command("check")(plan_check)


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
        for text in _remarks(found):
            printed.print(text, markup=False)
    if out is not None:
        _write(out, [printed_row(one) for one in found])
        err.print(out.as_posix(), markup=False)


def _table(found: Sequence[YearToDate]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from evalkit.assessment.year_to_date import printed_row

    heads = ["region", "measure", "so_far", "target", "value", "days_left", "required", "last_rest", "verdict"]
    table = Table(*(word("ytd_column", head) for head in heads))
    for column in table.columns:
        column.overflow = "fold"
    for one in found:
        row = printed_row(one)
        unit = f" {row['unit']}" if row["unit"] and one.case.kind == "max_mean" else ""
        percent = " %" if one.case.kind == "min_share" and row["target"] else ""
        row["target"], row["value"] = row["target"] + (percent or unit), row["value"] + unit
        row["so_far"] = f"{one.case.so_far.last} / {row['whole']}"
        row["required"] = _need(one, row)
        row["last_rest"] += _span(row, "last_rest", one.last_interval.closed) if one.last_interval is not None else ""
        row["verdict"] = word("ytd_verdict", one.verdict) + ("*" if one.rounding_decides else "")
        if one.reason:
            row["required"] = word("ytd_reason" if one.reason == "percentile" else "reason", one.reason)
        table.add_row(*(Text(row[head], style=_COLOURS.get(one.verdict, "") if head == "verdict" else "") for head in heads))
    return table


def _need(found: YearToDate, row: Mapping[str, str]) -> str:
    """Return in words what the remaining days must bring."""
    if found.required is None:
        return "" if found.reason else word("ytd_need", "ended")
    if found.interval is not None:
        need = word("ytd_need", "max_mean").format(required=row["required"])
        return need + _span(row, "required", found.interval.closed)
    if found.case.kind == "max_count":
        key = "exceeded" if found.required < 0 else "allowed"
    else:
        key = "short" if found.required > 0 else "enough"
    share = f" ({row['required_share']} % : {row['observed_share']} %)" if key in ("short", "allowed") and row["required_share"] else ""
    return word("ytd_need", key).format(count=abs(found.required)) + share


def _span(row: Mapping[str, str], name: str, closed: bool) -> str:
    left, right = "[]" if closed else "()"
    return f" {left}{row[f'{name}_low']}, {row[f'{name}_high']}{right}"


def _remarks(found: Sequence[YearToDate]) -> list[str]:
    """Return how the table is to be read: what was assumed, each once, with the lines it concerns."""
    from evalkit.cli.console import say

    said = [f"{word('ytd_note', note)}{say(f'（{count} 行）', f' ({count} lines)')}" for note, count in _counts(found).items()]
    if any(one.interval is not None for one in found):
        said.append(
            say(
                "括号内为累计均值取整所允许的控制值范围：[ ] 含两端，( ) 不含；两端向外取整。"
                "均值按有效日的日均值平均（HJ 663，一般了解，未核原文）；与目标按全数值比较。",
                "In brackets: the control values that the rounding of the mean so far allows; [ ] with their ends, ( ) without, "
                "rounded outward. Means are means of daily means over valid days (HJ 663, general knowledge, text not compared); "
                "they are compared unrounded.",
            )
        )
    if any(one.rounding_decides for one in found):
        said.append(say("* 累计均值在取整范围内的其他数值会改变判定。", "* Another mean that is printed alike would have another verdict."))
    if any(one.observed_share is not None for one in found):
        said.append(
            say("天数后的百分比：余下须占（或可占）的比例 : 累计比例。", "Percent behind days: share of the days left : share so far.")
        )
    return said


def _counts(found: Sequence[YearToDate]) -> dict[str, int]:
    counts = {note: sum(note in one.notes for one in found) for note in words("ytd_note")}
    return {note: count for note, count in counts.items() if count}


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
