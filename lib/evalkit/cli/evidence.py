"""The command `evalkit evidence`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.messages import EvalkitError, Place, Problem, word

if TYPE_CHECKING:
    from evalkit.catalog import Catalog
    from evalkit.catalog.evidence import Register
    from evalkit.collection.evidence import EvidenceLine

_SHOWN = 3  # figures without evidence that are named for each department; the others are counted


def evidence(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="评估编号。Run id.")],
    region: Annotated[list[str] | None, typer.Option("--region", help="只看这些地区。Only these regions.")] = None,
    record: Annotated[bool, typer.Option("--record", help="把文件的校验值写进登记表。Write the files' hashes into the register.")] = False,
    compile_: Annotated[bool, typer.Option("--compile", help="汇编成册（PDF）。Make the evidence volumes (PDF).")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="把全表写成 .csv 或 .xlsx；与 --compile 一起为文件夹。A file; with --compile a folder."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")] = False,
) -> None:
    """佐证材料还缺什么、哪些未盖章，按部门列出；登记校验值；汇编成册。What evidence is missing or unstamped, by department; volumes.

    Example: evalkit evidence example-county-2024
    """
    from evalkit.catalog import load_catalog
    from evalkit.catalog.evidence import EVIDENCE_COLUMNS
    from evalkit.collection.evidence_table import SUFFIXES
    from evalkit.intake import read_inputs

    if out is not None and not compile_ and (out.suffix.lower() not in SUFFIXES or out.is_dir()):
        raise typer.BadParameter(" ".join(SUFFIXES), param_hint="--out")
    if compile_ and as_json:
        raise typer.BadParameter("--json", param_hint="--compile")
    catalog = load_catalog()
    if out is not None:  # a table or a volume would take the place of a file as received
        from evalkit.collection.annotate import refuse_raw

        refuse_raw(catalog.project, out)
    run = catalog.run(run_id)
    unknown = [code for code in region or [] if code not in run.regions]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} ({', '.join(run.regions)})", param_hint="--region")
    inputs = read_inputs(catalog, run_id)
    faults = [problem for problem in inputs.problems if problem.place.file.startswith("params/evidence/") and problem.severity == "error"]
    if faults:
        raise EvalkitError(faults)
    if inputs.evidence is None and (record or compile_):
        values = {"run": run_id, "columns": ",".join(EVIDENCE_COLUMNS)}
        raise EvalkitError(Problem("evidence_no_register", Place(f"params/evidence/{run_id}.csv"), values))
    if record and inputs.evidence is not None:
        _record(catalog, inputs.evidence, region or [""])
        inputs = read_inputs(catalog, run_id)
    if compile_ and inputs.evidence is not None:
        _compile(catalog, inputs.evidence, region or [], out)
        return
    from evalkit.collection.evidence import evidence_lines
    from evalkit.collection.evidence_table import in_order, write_table

    lines = in_order(catalog, [line for code in region or run.regions for line in evidence_lines(catalog, inputs, code)])
    if as_json:
        print(json.dumps([{**asdict(line), "settled": line.settled} for line in lines], ensure_ascii=False, indent=2))
    else:
        _show(lines, run_id, registered=inputs.evidence is not None, several=len(run.regions) > 1)
    if out is not None:
        from evalkit.cli.console import consoles

        write_table(lines, out)
        consoles()[1].print(out.as_posix(), markup=False)


def _record(catalog: Catalog, register: Register, regions: list[str]) -> None:
    from evalkit.catalog.evidence import load_evidence
    from evalkit.cli.console import consoles, say
    from evalkit.collection.evidence_record import record_hashes

    _, err = consoles()
    count = 0
    for code in regions:
        for one in record_hashes(catalog, load_evidence(catalog, register.run, []) or register, code):
            count += 1
            what = say("文件已变，重新登记", "changed, recorded again") if one.before else say("登记", "recorded")
            err.print(f"{one.id}  {one.file}  {what}  {one.now[:12]}…", markup=False)
    err.print(say(f"登记校验值 {count} 条：{register.label}", f"{count} hashes recorded: {register.label}"), markup=False)


def _compile(catalog: Catalog, register: Register, wanted: list[str], out: Path | None) -> None:
    from evalkit.cli.console import consoles, problem_lines, progress, say
    from evalkit.collection.volumes import compile_volumes, regions_with_evidence

    printed, err = consoles()
    folder = out or catalog.project.reports(register.run)
    folder.mkdir(parents=True, exist_ok=True)
    templates = catalog.project.root / "reports" / "templates"
    regions = regions_with_evidence(catalog, register, wanted)
    problems: list[Problem] = []
    with progress() as bar:
        for done, code in enumerate(regions, start=1):
            made = compile_volumes(catalog, register, code, folder, templates)
            bar.count(register.run, done, len(regions))
            problems += made.problems
            for path, pages in zip(made.paths, made.pages, strict=True):
                shown = path.as_posix() if out else catalog.project.label(path)
                size = max(1, round(path.stat().st_size / 1000))
                bar.say(f"✓ {shown}  {say(f'{pages} 页', f'{pages} pages')}  {size} kB")
    for line in problem_lines(problems):
        err.print(line)
    if not regions:
        printed.print(say("登记表中没有这些地区的材料。", "The register has no evidence of these regions."))


def _show(lines: list[EvidenceLine], run_id: str, *, registered: bool, several: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from evalkit.cli.console import consoles, say
    from evalkit.collection.evidence_table import summary

    printed, _ = consoles()
    open_lines = [line for line in lines if not line.settled]
    heads = ["department", *(["region"] if several else []), "item", "period", "number", "document", "state"]
    table = Table(*(word("evidence_column", head) for head in heads), title=word("evidence_title", "table") + f"　{run_id}")
    for column in table.columns:
        column.overflow = "fold"
    last = ""
    for line, period in _rows(open_lines):
        cells = {
            "department": line.department if line.department != last else "", "region": line.region,
            "item": f"{line.seq} {line.item}".strip(), "period": period, "number": line.number,
            "document": line.document or line.file, "state": word("evidence_state", line.state),
        }  # fmt: skip
        last = line.department
        table.add_row(*(Text(cells[head]) for head in heads))
    if open_lines:
        printed.print(table, soft_wrap=False)
    for department, counts in summary(open_lines).items():
        said = "、".join(f"{word('evidence_state', state)} {count}" for state, count in counts.items() if count)
        printed.print(f"{department}  {said}", markup=False)
    settled = len(lines) - len(open_lines)
    printed.print(say(f"齐全 {settled} 项，待办 {len(open_lines)} 项。", f"{settled} complete, {len(open_lines)} to do."))
    if not registered:
        label = f"params/evidence/{run_id}.csv"
        printed.print(say(f"尚无登记表：{label}", f"There is no register yet: {label}"), markup=False)


def _rows(lines: list[EvidenceLine]) -> Iterator[tuple[EvidenceLine, str]]:
    """Yield what stands in the table: conditions and registered papers, then for each department some of its figures."""
    from dataclasses import replace

    from evalkit.cli.console import say
    from evalkit.collection.evidence_table import together

    for department in dict.fromkeys(line.department for line in lines):
        own = [line for line in lines if line.department == department]
        figures = [line for line in own if line.kind == "value" and line.state == "none"]
        for line, periods in together([line for line in own if line not in figures]):
            yield line, "、".join(dict.fromkeys(period for period in periods if period))
        groups = together(figures)
        for line, periods in groups[:_SHOWN]:
            yield line, "、".join(dict.fromkeys(periods))
        if len(groups) > _SHOWN:
            rest = len(groups) - _SHOWN
            item = say(f"…… 另有 {rest} 项数据", f"… and {rest} more figures")
            yield replace(groups[-1][0], seq="", item=item), ""
