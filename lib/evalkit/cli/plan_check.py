"""The command `evalkit plan check`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from evalkit.messages import EvalkitError, Problem


def plan_check(
    plans: Annotated[list[str] | None, typer.Argument(metavar="[PLAN]...", help="规划编号，缺省为全部。Plan ids, default all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")] = False,
) -> None:
    """检查规划：规划值是否宽于指标值或基准年、前后是否倒置、合计是否相符、任务与责任是否齐全。Check plans and their lists.

    Example: evalkit plan check chongming-2024
    """
    from evalkit.authoring.plan_check import check_plan
    from evalkit.catalog import load_catalog
    from evalkit.catalog.load import near
    from evalkit.cli.console import consoles, problem_lines, say
    from evalkit.collection.problems import counts
    from evalkit.runner.run import issue_record

    catalog = load_catalog()
    for name in plans or []:
        if name not in catalog.plans:
            raise EvalkitError(Problem("unknown_id", values={"kind": "plan", "id": name, "hint": near(name, catalog.plans)}))
    chosen = list(dict.fromkeys(plans or sorted(catalog.plans)))
    problems = [problem for name in chosen for problem in check_plan(catalog, name)]
    if as_json:
        print(json.dumps([issue_record(problem) for problem in problems], ensure_ascii=False, indent=2))
        return
    out, _ = consoles()
    for line in problem_lines(problems):
        out.print(line)
    told = counts(problems)
    out.print(
        say(
            f"已检查 {len(chosen)} 个规划：警告 {told['warning']}，提示 {told['note']}。",
            f"{len(chosen)} plans checked: {told['warning']} warnings, {told['note']} notes.",
        )
    )
