"""The command line: `evalkit`. Reads arguments, calls the library, prints; no logic of its own."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evalkit.cli.audit import audit
from evalkit.cli.checking import check
from evalkit.cli.diff import diff
from evalkit.cli.evidence import evidence
from evalkit.cli.mapping import map_file
from evalkit.cli.plan import plan_app
from evalkit.cli.report import report_all, report_app
from evalkit.cli.review import review_app, signoff_lines
from evalkit.cli.sets import sets_app
from evalkit.cli.template import template
from evalkit.messages import EvalkitError, Problem, word

if TYPE_CHECKING:
    from evalkit.catalog import Catalog

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="生态文明建设示范区评估：规则、核算、报告。Assess ecological-civilization zones.",
)
app.add_typer(plan_app, name="plan")
app.add_typer(report_app, name="report")
app.add_typer(review_app, name="review")
app.add_typer(sets_app, name="sets")
app.command()(audit)
app.command()(check)
app.command()(diff)
app.command()(evidence)
app.command("map")(map_file)
app.command()(template)

_INTERRUPTED = 130  # what typer makes of Ctrl-C, without a word
Runs = Annotated[list[str] | None, typer.Argument(help="评估编号，缺省为全部。Run ids, default all.", metavar="[RUN]...")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]
Period = Annotated[str | None, typer.Option("--period", help="评估期，缺省为最近一期。Period, default the latest.")]
SetOrPlan = Annotated[str | None, typer.Option("--set", help="指标体系或规划编号。Id of a set or plan.")]

_TIME_HELP = "每个笔记本最多运行多少秒（自第一个单元起算），缺省 3600。Seconds for each notebook from its first cell on, default 3600."
_MEMORY_HELP = (
    "每个笔记本最多占用多少 MB 内存（地址空间），缺省 4096；只在 Linux 上有效，用 --kernel 时无效。"
    "MB of memory (address space) for each notebook, default 4096; only on Linux, and not with --kernel."
)


@app.callback()
def _options(
    project: Annotated[Path | None, typer.Option(help="项目文件夹，缺省为当前文件夹。Project folder, default the current one.")] = None,
    lang: Annotated[str | None, typer.Option(help="界面语言 zh 或 en。Language, zh or en.")] = None,
) -> None:
    if lang is not None:
        if lang not in ("zh", "en"):
            raise typer.BadParameter("zh | en", param_hint="--lang")
        os.environ["EVALKIT_LANG"] = lang
    if project is not None:
        if not project.is_dir():
            raise typer.BadParameter(str(project), param_hint="--project")
        os.chdir(project)


def _load(*, units: bool = False) -> Catalog:
    from evalkit.catalog import load_catalog

    return load_catalog(units=units)


def _chosen(catalog: Catalog, runs: list[str] | None) -> list[str]:
    for run_id in runs or []:
        catalog.run(run_id)
    return catalog.in_order(runs or catalog.runs)


@app.command()
def run(
    runs: Runs = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="只评估这些地区。Only these regions.")] = None,
    force: Annotated[bool, typer.Option("--force", help="没有变化也重新运行。Also what is fresh.")] = False,
    keep: Annotated[int, typer.Option("--keep", min=0, help="保留多少个以前的结果。Earlier states to keep.")] = 10,
    kernel: Annotated[bool, typer.Option("--kernel", help="每个笔记本启动普通内核。An ordinary kernel for each notebook.")] = False,
    explain_only: Annotated[bool, typer.Option("--explain", help="只说明哪些要重跑、为什么。Only say what would run, and why.")] = False,
    time_limit: Annotated[int | None, typer.Option("--time-limit", metavar="SECONDS", help=_TIME_HELP)] = None,
    memory_limit: Annotated[int | None, typer.Option("--memory-limit", metavar="MB", help=_MEMORY_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="每行输出一个 JSON 事件。Print one JSON event per line.")] = False,
) -> None:
    """逐地区执行评估笔记本并汇总；没有变化的不重跑。Execute what is missing or stale, region by region, and assemble the results.

    Example: evalkit run chongming-2023
    """
    from evalkit.cli.console import consoles
    from evalkit.cli.progress import put_problems, unchanged_line
    from evalkit.runner.notebooks import check_limits

    try:
        check_limits(time_limit, memory_limit)
    except EvalkitError as error:
        raise typer.BadParameter(error.problems[0].line()) from None
    if explain_only:
        _print_status(runs, as_json)
        return
    try:
        todo = _not_fresh(runs) if not force and not region else {}
        fresh = [run_id for run_id, changed in todo.items() if changed == []]
        if todo and len(fresh) == len(todo) and not as_json:  # nothing has to be loaded
            out, _ = consoles()
            for run_id in fresh:
                out.print(unchanged_line(run_id), markup=False)
            return
        catalog = _load()
        chosen: list[str] = []
        for run_id in _chosen(catalog, runs):  # a run whose subordinate units are assessed anew may change with them
            children = {child.run for child in catalog.run(run_id).children}
            if run_id not in fresh or children & set(chosen):
                chosen.append(run_id)
        fresh = [run_id for run_id in fresh if run_id not in chosen]
        how = {"regions": region, "force": force, "keep": keep, "kernel": kernel, "time_limit": time_limit, "memory_limit": memory_limit}
        ok = _run_all(catalog, chosen, fresh, as_json, **how)
    except EvalkitError as error:
        if not as_json:
            raise
        put_problems(error.problems)
        ok = False
    raise typer.Exit(0 if ok else 1)


def _not_fresh(runs: list[str] | None) -> dict[str, list[str] | None]:
    """Return what changed for each run, by file hashes alone: nothing is parsed, no large library is loaded."""
    from evalkit.project import find_project
    from evalkit.runner.state import changed_files

    project = find_project()
    known = sorted(path.stem for path in (project.params / "runs").glob("*.yml"))
    chosen = list(dict.fromkeys(runs)) if runs else known
    return {run_id: changed_files(project, run_id) if run_id in known else None for run_id in chosen}


def _run_all(catalog: Catalog, chosen: list[str], fresh: Sequence[str] = (), as_json: bool = False, **how: Any) -> bool:
    from evalkit.cli.progress import shown
    from evalkit.runner import run_assessment

    ok = True
    with shown(catalog, as_json) as show:
        for run_id in fresh:
            show.unchanged(run_id)
        for run_id in chosen:
            try:
                outcome = run_assessment(catalog, run_id, tell=show.tell, **how)
            except EvalkitError as error:
                show.refused(run_id, error.problems)
                ok = False
                continue
            show.finished(outcome)
            ok = ok and outcome.ok
    return ok


@app.command()
def demo(force: Annotated[bool, typer.Option("--force", help="即使没有变化也重新运行。Run even if nothing changed.")] = False) -> None:
    """运行 params/runs 中的全部评估并生成报告。Run everything in params/runs and make the reports.

    Example: evalkit demo
    """
    catalog = _load()
    chosen = catalog.in_order(catalog.runs)
    ok = _run_all(catalog, chosen, force=force)
    raise typer.Exit(0 if report_all(catalog, chosen, None) and ok else 1)


@app.command()
def status(runs: Runs = None, as_json: AsJson = False) -> None:
    """各地区的结果是否仍然有效，为什么。Whether the results of each region still hold, and why not.

    Example: evalkit status
    """
    _print_status(runs, as_json)


def _print_status(runs: list[str] | None, as_json: bool) -> None:
    from evalkit.catalog.reviews import load_reviews
    from evalkit.cli.console import consoles
    from evalkit.intake import read_inputs
    from evalkit.project import find_project
    from evalkit.review.signoff import standings
    from evalkit.runner import RegionState, plan_run
    from evalkit.runner.signing import touched

    project = find_project()
    records: list[dict[str, Any]] = []
    signed: list[str] = []
    problems: list[Problem] = []
    todo = _not_fresh(runs)
    catalog = _load() if any(changed != [] for changed in todo.values()) else None
    for run_id, changed in todo.items():
        if changed == [] or catalog is None:
            records.append({"run": run_id, "region": "", "state": "fresh", "because": [], "files": []})
            signed += signoff_lines(run_id, standings(project, run_id, load_reviews(project, run_id, problems).signoffs))
            continue
        states: dict[str, RegionState] = plan_run(catalog, read_inputs(catalog, run_id))
        signed += signoff_lines(run_id, standings(project, run_id, load_reviews(project, run_id, problems).signoffs, touched(states)))
        lower = [name for name in changed or [] if name.startswith("data/processed/") and not name.endswith((".json", ".csv"))]
        if lower:
            records.append({"run": run_id, "region": "", "state": "stale", "because": ["children"], "files": lower})
        elif changed is None and all(found.state != "never" for found in states.values()):
            records.append({"run": run_id, "region": "", "state": "stale", "because": ["unfinished"], "files": []})
        for code, found in states.items():
            records.append({"run": run_id, "region": code, "state": found.state, "because": list(found.because), "files": changed or []})
    if as_json:
        print(json.dumps(records, ensure_ascii=False, indent=2))
        return
    out, _ = consoles()
    for record in records:
        because = "、".join(word("layer", layer) for layer in record["because"])
        files = [word("surroundings", name) for name in _concerned(record)[:5]]
        detail = f"（{because}：{', '.join(files)}）" if files else f"（{because}）" if because else ""
        out.print(f"{record['run']} {record['region']}  {word('state_of_run', str(record['state']))}{detail}", markup=False)
    for line in signed:
        out.print(line, markup=False)
    if problems:  # a register of the review is at fault; what stands above holds all the same
        raise EvalkitError(problems)


#: Where what a layer hashes is written down; layers that are not here have no files of their own.
_FILES_OF = {
    "data": ("data/", "params/mappings/"), "corrections": ("params/corrections/",), "decisions": ("params/decisions/", "params/evidence/"),
    "plan": ("params/plans/",),
    "rules": ("params/sets/", "params/measures/", "params/variables", "params/units", "params/documents", "params/verifications/"),
    "region": ("params/regions/", "params/titles"), "run": ("params/runs/",), "notebook": ("notebooks/",), "children": ("data/processed/",),
    "code": ("package",), "environment": ("versions",), "language": ("language",),
}  # fmt: skip


def _concerned(record: dict[str, Any]) -> list[str]:
    """Return the changed files that belong to the layers because of which a region is stale."""
    wanted = tuple(start for layer in record["because"] for start in _FILES_OF.get(layer, (layer,)))
    return [name for name in record["files"] if name.startswith(wanted)] if wanted else []


@app.command()
def explain(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="评估编号。Run id.")],
    region: Annotated[str, typer.Argument(metavar="REGION", help="地区代码。Region code.")],
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="指标行编号，如 C04.1。Row id.")],
    period: Period = None,
    set_id: SetOrPlan = None,
    milestone: Annotated[str | None, typer.Option("--milestone", help="规划的目标年。Milestone of a plan.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="写成文件：.html .md .txt .json。Write a file.")] = None,
    as_json: AsJson = False,
) -> None:
    """说明一个数字如何得来。Say how one figure came about.

    Example: evalkit explain chongming-2023 310151 C07.1 --out c07.html
    """
    from evalkit.assessment import assess
    from evalkit.intake import read_inputs
    from evalkit.report.explain import FORMS
    from evalkit.report.explain import explain as explain_one

    if out is not None and out.suffix.lower() not in FORMS:
        raise typer.BadParameter(" ".join(FORMS), param_hint="--out")
    catalog = _load()
    inputs = read_inputs(catalog, run_id)
    if inputs.errors():
        raise EvalkitError(inputs.errors())
    wanted = {"period": period, "set": set_id, "milestone": milestone}
    explanation = explain_one(assess(catalog, inputs, region), indicator, **wanted, catalog=catalog, inputs=inputs)
    if out is None:
        print(explanation.as_text(".json" if as_json else ".txt"))
        return
    from evalkit.tables import write_text

    write_text(out, explanation.as_text(out.suffix.lower()))
    print(out.as_posix())


def main() -> None:
    """Run the command line; faults of data and rules are printed, never a traceback."""
    for stream in (sys.stdout, sys.stderr):  # a redirected stream may have an encoding without −, ≥ or 〔
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except EvalkitError as error:
        from evalkit.cli.console import consoles, problem_lines

        _, err = consoles()
        for line in problem_lines(error.problems):
            err.print(line)
        sys.exit(1)
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != _INTERRUPTED:
            raise
        print(Problem("interrupted").line(), file=sys.stderr)
        sys.exit(_INTERRUPTED)
