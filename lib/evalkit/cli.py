"""The command line: `evalkit`. Reads arguments, calls the library, prints; no logic of its own."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from evalkit.messages import EvalkitError, Problem, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evalkit.catalog import Catalog

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="生态文明建设示范区评估：规则、核算、报告。Assess ecological-civilization zones.",
)
sets_app = typer.Typer(no_args_is_help=True, help="指标体系。Indicator sets.", rich_markup_mode=None)
app.add_typer(sets_app, name="sets")

Runs = Annotated[list[str] | None, typer.Argument(help="评估编号，缺省为全部。Run ids, default all.", metavar="[RUN]...")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]
Period = Annotated[str | None, typer.Option("--period", help="评估期，缺省为最近一期。Period, default the latest.")]
SetOrPlan = Annotated[str | None, typer.Option("--set", help="指标体系或规划编号。Id of a set or plan.")]


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
    return list(dict.fromkeys(runs)) if runs else sorted(catalog.runs)


@app.command()
def check(runs: Runs = None, as_json: AsJson = False) -> None:
    """检查规则、单位与数据。Check rules, units and data.

    Example: evalkit check chongming-2023
    """
    from evalkit.assessment import assess, check_run
    from evalkit.console import consoles, problem_lines, say
    from evalkit.intake import read_inputs

    catalog = _load(units=True)
    chosen = _chosen(catalog, runs)
    problems: list[Problem] = []
    for run_id in chosen:
        inputs = read_inputs(catalog, run_id)
        problems += [*inputs.problems, *check_run(catalog, run_id)]
        for code in catalog.run(run_id).regions:
            if not inputs.errors() and not inputs.errors(code):
                try:
                    assess(catalog, inputs, code)
                except EvalkitError as error:
                    problems += [p for p in error.problems if p not in problems]
    errors = [problem for problem in problems if problem.severity == "error"]
    out, _ = consoles()
    if as_json:
        from evalkit.runner.run import issue_record

        print(json.dumps([issue_record(problem) for problem in problems], ensure_ascii=False, indent=2))
    else:
        for line in problem_lines(problems):
            out.print(line)
        out.print(say(f"已检查 {len(chosen)} 项评估：错误 {len(errors)}，警告与提示 {len(problems) - len(errors)}。",
                      f"{len(chosen)} runs checked: {len(errors)} errors, {len(problems) - len(errors)} warnings and notes."))  # fmt: skip
    raise typer.Exit(1 if errors else 0)


@app.command()
def run(
    runs: Runs = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="只评估这些地区。Only these regions.")] = None,
    force: Annotated[bool, typer.Option("--force", help="即使没有变化也重新运行。Run even if nothing changed.")] = False,
) -> None:
    """逐地区执行评估笔记本并汇总。Execute the notebook of each region and assemble the results.

    Example: evalkit run chongming-2023
    """
    catalog = _load()
    raise typer.Exit(0 if _run_all(catalog, _chosen(catalog, runs), region, force) else 1)


def _run_all(catalog: Catalog, chosen: list[str], regions: list[str] | None, force: bool) -> bool:
    from evalkit.console import consoles, problem_lines, region_line, say
    from evalkit.runner import Event, run_assessment, run_state

    out, err = consoles()
    ok = True
    shown: list[Problem] = []
    with _progress() as bar:
        for run_id in chosen:
            if not force and not regions and run_state(catalog, run_id).state == "fresh":
                bar.say(say(f"＝ {run_id} 没有变化，结果仍然有效（--force 可强制重跑）", f"= {run_id} unchanged (--force to run again)"))
                continue

            def tell(event: Event) -> None:
                bar.step(event)
                name = catalog.regions[event.region].name_zh if event.region else ""
                bar.say(region_line(event, name))

            bar.start(run_id, len(regions or catalog.run(run_id).regions))
            try:
                outcome = run_assessment(catalog, run_id, regions=regions, tell=tell)
            except EvalkitError as error:
                shown += error.problems
                ok = False
                continue
            shown += outcome.problems
            ok = ok and outcome.ok
    for line in problem_lines([p for p in shown if p.severity != "note"]):
        err.print(line)
    for run_id in chosen:
        folder = catalog.project.processed(run_id)
        if (folder / "manifest.json").exists():
            out.print(say("结果：", "results: ") + catalog.project.label(folder) + "/results.csv")
    return ok


@app.command()
def report(
    runs: Runs = None,
    out_dir: Annotated[Path | None, typer.Option("--out", help="输出文件夹。Where reports go, default reports/<run>.")] = None,
) -> None:
    """由评估结果生成 Word、PDF、网页报告。Make Word, PDF and web reports from the results.

    Example: evalkit report chongming-2023
    """
    catalog = _load()
    raise typer.Exit(0 if _report_all(catalog, _chosen(catalog, runs), out_dir) else 1)


def _report_all(catalog: Catalog, chosen: list[str], out_dir: Path | None) -> bool:
    from evalkit.console import consoles, problem_lines, say
    from evalkit.runner.reports import make_reports

    out, err = consoles()
    problems: list[Problem] = []
    with _progress() as bar:
        for run_id in chosen:
            try:
                folder = (out_dir / run_id if len(chosen) > 1 else out_dir) if out_dir else catalog.project.reports(run_id)
                for done, total, name, found in make_reports(catalog, run_id, folder):
                    bar.count(run_id, done, total)
                    problems += found
                    if not found:
                        bar.say(say(f"✓ 报告 {run_id} {name}", f"✓ report {run_id} {name}"))
                out.print(say("报告：", "reports: ") + (folder.as_posix() if out_dir else catalog.project.label(folder)) + "/")
            except EvalkitError as error:
                problems += error.problems
    for line in problem_lines(problems):
        err.print(line)
    return not problems


@app.command()
def demo(force: Annotated[bool, typer.Option("--force", help="即使没有变化也重新运行。Run even if nothing changed.")] = False) -> None:
    """运行全部样例并生成报告。Run all samples and make their reports.

    Example: evalkit demo
    """
    catalog = _load()
    chosen = sorted(catalog.runs)
    ok = _run_all(catalog, chosen, None, force)
    raise typer.Exit(0 if _report_all(catalog, chosen, None) and ok else 1)


@app.command()
def status(runs: Runs = None, as_json: AsJson = False) -> None:
    """各项评估的结果是否仍然有效。Whether the results of each run still hold.

    Example: evalkit status
    """
    from evalkit.console import consoles, say
    from evalkit.runner import run_state

    catalog = _load()
    found = {run_id: run_state(catalog, run_id) for run_id in _chosen(catalog, runs)}
    if as_json:
        print(
            json.dumps(
                [{"run": run_id, "state": s.state, "changed": list(s.changed)} for run_id, s in found.items()], ensure_ascii=False, indent=2
            )
        )
        return
    names = {"fresh": say("有效", "fresh"), "stale": say("需重跑", "stale"), "never": say("未运行", "never run")}
    out, _ = consoles()
    for run_id, state in found.items():
        because = say("（变化：", " (changed: ") + ", ".join(state.changed[:5]) + say("）", ")") if state.changed else ""
        out.print(f"{run_id}  {names[state.state]}{because}", markup=False)


@app.command()
def explain(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="评估编号。Run id.")],
    region: Annotated[str, typer.Argument(metavar="REGION", help="地区代码。Region code.")],
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="指标行编号，如 C04.1。Row id.")],
    period: Period = None,
    set_id: SetOrPlan = None,
    as_json: AsJson = False,
) -> None:
    """说明一个数字如何得来。Say how one figure came about.

    Example: evalkit explain chongming-2023 310151 C04.1
    """
    from evalkit.assessment import assess
    from evalkit.intake import read_inputs
    from evalkit.report.explain import explain as explain_one

    catalog = _load()
    inputs = read_inputs(catalog, run_id)
    if inputs.errors():
        raise EvalkitError(inputs.errors())
    explanation = explain_one(assess(catalog, inputs, region), indicator, period=period, set=set_id, catalog=catalog)
    print(json.dumps(explanation.trace, ensure_ascii=False, indent=2) if as_json else explanation.text)


@sets_app.command("list")
def sets_list(as_json: AsJson = False) -> None:
    """列出全部指标体系。List all indicator sets.

    Example: evalkit sets list --json
    """
    catalog = _load()
    found = [_set_record(catalog, set_id) for set_id in sorted(catalog.sets)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for item in found:
        states = "，".join(f"{word('state', state)} {count}" for state, count in item["states"].items())
        print(f"{item['id']}  {item['name_zh']}  {item['number']}  {item['rows']} 行  {states}")


@sets_app.command("show")
def sets_show(set_id: Annotated[str, typer.Argument(metavar="SET")], as_json: AsJson = False) -> None:
    """列出一个指标体系的全部指标。Show the rows of a set.

    Example: evalkit sets show cn-demo-2024-city
    """
    catalog = _load()
    found = _known_set(catalog, set_id)
    rows = [
        {
            "id": row.id,
            "seq": row.seq,
            "part_of": row.part_of,
            "name_zh": row.name_zh,
            "unit": row.unit,
            "attribute": target.attribute or row.attribute,
            "levels": list(target.levels or found.levels),
            "target": target.text,
            "state": target.cite.state,
            "clause": target.cite.clause,
        }
        for row in found.rows
        for target in row.targets
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for item in rows:
        name = f"{item['part_of']}·{item['name_zh']}" if item["part_of"] else item["name_zh"]
        attribute, state = word("attribute", item["attribute"]), word("state", item["state"])
        print(f"{item['id']}  {attribute}  {name}（{item['unit']}）  {item['target']}  〔{state}〕")


@sets_app.command("check")
def sets_check(set_id: Annotated[str | None, typer.Argument(metavar="[SET]")] = None, as_json: AsJson = False) -> None:
    """检查指标体系并列出待核对的指标值。Check sets and list the targets that nobody verified.

    Example: evalkit sets check cn-demo-2019
    """
    catalog = _load(units=True)
    chosen = [set_id] if set_id else sorted(catalog.sets)
    open_cells = [
        {
            "set": name,
            "row": row.id,
            "name_zh": row.name_zh,
            "levels": list(target.levels),
            "target": target.text,
            "state": target.cite.state,
        }
        for name in chosen
        for row in _known_set(catalog, name).rows
        for target in row.targets
        if target.cite.state != "verified"
    ]
    if as_json:
        print(json.dumps(open_cells, ensure_ascii=False, indent=2))
        return
    for cell in open_cells:
        print(f"{cell['set']} {cell['row']}  {cell['name_zh']}  {cell['target']}  〔{word('state', str(cell['state']))}〕")
    print(f"{len(chosen)} 个指标体系，规则无误；{len(open_cells)} 个指标值待核对原文。")


def _known_set(catalog: Catalog, set_id: str) -> Any:
    from evalkit.catalog.load import near

    if set_id not in catalog.sets:
        raise EvalkitError(Problem("unknown_id", values={"kind": "set", "id": set_id, "hint": near(set_id, catalog.sets)}))
    return catalog.sets[set_id]


def _set_record(catalog: Catalog, set_id: str) -> dict[str, Any]:
    found = catalog.sets[set_id]
    states: dict[str, int] = {}
    for row in found.rows:
        for target in row.targets:
            states[target.cite.state] = states.get(target.cite.state, 0) + 1
    document = catalog.documents[found.document]
    return {"id": set_id, "name_zh": found.name_zh, "document": found.document, "number": document.number, "levels": list(found.levels),
            "complete": found.complete, "rows": len(found.rows), "states": states}  # fmt: skip


class _Bar:
    """A progress bar where a terminal watches, plain lines otherwise."""

    def __init__(self, console: Any, live: Any) -> None:
        self.console = console
        self.live = live
        self.task: Any = None

    def start(self, label: str, total: int) -> None:
        self.count(label, 0, total)

    def step(self, event: Any) -> None:
        self.count(event.run, event.done, event.total)

    def count(self, label: str, done: int, total: int) -> None:
        if self.live is None:
            return
        if self.task is None:
            self.task = self.live.add_task(escape(label), total=total)
        self.live.update(self.task, description=escape(label), completed=done, total=total)

    def say(self, line: Any) -> None:
        (self.live.console if self.live is not None else self.console).print(line, **({"markup": False} if isinstance(line, str) else {}))


@contextmanager
def _progress() -> Iterator[_Bar]:
    from evalkit.console import consoles

    out, _ = consoles()
    if not out.is_terminal:
        yield _Bar(out, None)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=out, transient=True
    ) as live:
        yield _Bar(out, live)


def main() -> None:
    """Run the command line; faults of data and rules are printed, never a traceback."""
    try:
        app()
    except EvalkitError as error:
        from evalkit.console import consoles, problem_lines

        _, err = consoles()
        for line in problem_lines(error.problems):
            err.print(line)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
