"""The command `evalkit diff`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evalkit.messages import EvalkitError


def diff(
    states: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN | A B", help="评估编号、编号@状态、编号@previous，均可加 :评估期。RUN, RUN@HASH, RUN@previous, each with :PERIOD."
        ),
    ],
    sets: Annotated[list[str] | None, typer.Option("--set", help="给两次，比较两个指标体系。Twice: compare two sets.")] = None,
    region: Annotated[str, typer.Option("--region", help="只比较这个地区。Only this region.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="写成文件：.md .html .xlsx .json。Write a file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, help="每类最多列出多少行，0 为全部。Rows of each kind, 0 for all.")] = 50,
) -> None:
    """两次结果有什么变化，各因什么。What changed between two states, and why; exit 0 when nothing did, 1 when something did.

    Example: evalkit diff chongming-2023
    """
    from evalkit.cli.console import consoles, problem_lines
    from evalkit.project import find_project
    from evalkit.report.difference import SUFFIXES, terminal, write
    from evalkit.review.diff import diff as find

    if len(states) > 2:
        raise typer.BadParameter("RUN | A B")
    if sets and len(sets) != 2:
        raise typer.BadParameter("--set A --set B", param_hint="--set")
    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(" ".join(SUFFIXES), param_hint="--out")
    printed, err = consoles()
    try:
        found = find(find_project(), *states, sets=(sets[0], sets[1]) if sets else None, region=region)
        if out is not None:
            write(found, out)
    except EvalkitError as error:  # neither same nor different
        for line in problem_lines(error.problems):
            err.print(line)
        raise typer.Exit(2) from None
    if as_json:
        print(json.dumps(found.record(), ensure_ascii=False))
    else:
        for part in terminal(found, limit):
            printed.print(part, soft_wrap=False)
    if out is not None:
        err.print(out.as_posix(), markup=False)
    raise typer.Exit(0 if found.same else 1)
