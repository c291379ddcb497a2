"""The command `evalkit check`: everything that is wrong, in one pass, as a table and as files to send back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evalkit.messages import EvalkitError, Problem, word

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from evalkit.catalog import Catalog

_MOST_SHOWN = 200  # problems of a file on the terminal
_WIDE = 110  # columns from which on message and remedy stand beside each other


def check(
    runs: Annotated[list[str] | None, typer.Argument(help="评估编号，缺省为全部。Run ids, default all.", metavar="[RUN]...")] = None,
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="把问题写入此文件夹：清单与批注副本。Write lists and annotated copies into this folder."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")] = False,
    document: Annotated[
        Path | None,
        typer.Option("--document", metavar="FILE.docx", help="核对此 Word 文档中的指标数值。Compare the figures of this Word document."),
    ] = None,
    run_id: Annotated[str | None, typer.Option("--run", metavar="RUN", help="与此评估的结果核对。With the results of this run.")] = None,
) -> None:
    """检查规则、单位与数据，一次列出全部问题；或核对文档与结果。Check rules, units and data; or a document against the results.

    Example: evalkit check chongming-2023 --out checked

    Example: evalkit check --document report.docx --run chongming-2023 --out checked
    """
    if document is not None or run_id is not None:
        from evalkit.cli.checking_document import check_written

        chosen = [*(runs or []), *([run_id] if run_id is not None else [])]
        if document is None or len(chosen) != 1:
            raise typer.BadParameter("--document FILE.docx --run RUN")
        check_written(document, chosen[0], out_dir, as_json=as_json)
    from evalkit.collection.problems import counts, once
    from evalkit.runner.run import issue_record

    found, root, catalog = _found(runs)
    problems = once(problem for own in found.values() for problem in own)
    if as_json:
        print(json.dumps([issue_record(problem) for problem in problems], ensure_ascii=False, indent=2))
    else:
        _show(problems, len(found) if "" not in found else 0)
    if out_dir is not None:
        _write(root, catalog, found, out_dir, quiet=as_json)
    raise typer.Exit(1 if counts(problems)["error"] else 0)


def _found(runs: list[str] | None) -> tuple[dict[str, list[Problem]], Path, Catalog | None]:
    """Return problems by run, the project's folder and the rules; without these, problems are those of the rules alone."""
    from evalkit.catalog import load_catalog
    from evalkit.collection.problems import problems_of
    from evalkit.collection.texts_check import project_problems, report_problems
    from evalkit.project import find_project

    project = find_project()
    try:
        catalog = load_catalog(units=True)
    except EvalkitError as error:
        return {"": error.problems}, project.root, None
    for run_id in runs or []:
        catalog.run(run_id)
    whole = [] if runs else project_problems(catalog)  # where runs are named, only what they need is looked at
    chosen = catalog.in_order(runs or catalog.runs)
    return {one: [*problems_of(catalog, one), *report_problems(catalog, one), *whole] for one in chosen}, project.root, catalog


def _write(root: Path, catalog: Catalog | None, found: dict[str, list[Problem]], out_dir: Path, *, quiet: bool) -> None:
    """Write the files of each run, in a folder of its own where there are several, and print their names."""
    from evalkit.cli.console import consoles
    from evalkit.collection.annotate import refuse_raw, write_issue_files
    from evalkit.collection.problems import with_names
    from evalkit.project import Project
    from evalkit.runner.run import ISSUE_COLUMNS, issue_record
    from evalkit.tables import write_csv

    project = Project(root)
    folders = {run_id: out_dir / run_id if len(found) > 1 else out_dir for run_id in found}
    for folder in folders.values():
        refuse_raw(project, folder)
    out, err = consoles()
    for run_id, problems in found.items():
        path = folders[run_id] / "issues.csv"
        write_csv(path, ISSUE_COLUMNS, (issue_record(problem) for problem in problems))
        named = with_names(catalog, problems) if catalog is not None else problems
        for written in [path, *write_issue_files(project, named, folders[run_id]).paths]:
            (err if quiet else out).print(written.as_posix(), markup=False)


def _show(problems: Sequence[Problem], runs: int) -> None:
    """Print problems by file: a table where a terminal watches, else a line for each; counts at the end."""
    from evalkit.cli.console import consoles, problem_lines, say
    from evalkit.collection.problems import by_file, counts

    out, _ = consoles()
    for file, own in by_file(problems).items():
        if not out.is_terminal:
            for line in problem_lines(own):
                out.print(line)
            continue
        for part in _file_parts(file, own, out):
            out.print(part, soft_wrap=False)
    told = counts(problems)
    out.print(
        say(
            f"已检查 {runs} 项评估：错误 {told['error']}，警告 {told['warning']}，提示 {told['note']}。",
            f"{runs} runs checked: {told['error']} errors, {told['warning']} warnings, {told['note']} notes.",
        )
    )


def _file_parts(file: str, problems: Sequence[Problem], out: Console) -> Iterator[Any]:
    """Yield the heading of a file and the table of its problems."""
    from rich.text import Text

    from evalkit.cli.console import say
    from evalkit.collection.issue_sheet import summary

    yield Text.assemble((file or say("（不涉及某个文件）", "(no file)"), "bold"), f"  {summary(problems)}")
    yield problem_table(problems[:_MOST_SHOWN], out.width)
    if len(problems) > _MOST_SHOWN:
        more = len(problems) - _MOST_SHOWN
        yield Text(say(f"……另有 {more} 处，用 --out 或 --json 看全部。", f"… {more} more: see all with --out or --json."))
    yield Text("")


def problem_table(problems: Sequence[Problem], width: int) -> Table:
    """Return the table of the problems of one file; in a narrow terminal message and remedy stand below each other.

    Parameters
    ----------
    problems : sequence of Problem
    width : int
        Columns of the terminal.
    """
    from rich.box import SQUARE
    from rich.table import Table
    from rich.text import Text

    from evalkit.cli.console import SEVERITY_COLOURS
    from evalkit.collection.issue_sheet import severity_words

    wide = width >= _WIDE
    where = 24 if wide else 16
    left = width - where - 9 - (13 if wide else 10)  # without severity, place, lines and blanks
    column = left // 2 if wide else left
    what, remedy = word("issue_list", "what"), word("issue_list", "remedy")
    table = Table(box=SQUARE, show_lines=True, border_style="dim", header_style="")
    for head, size in ((word("issue_list", "severity"), 9), (word("issue_list", "place"), where)):
        table.add_column(head, width=size)
    for head in (what, remedy) if wide else (f"{what}\n→ {remedy}",):
        table.add_column(head, width=column)
    for problem in problems:
        place = problem.place
        spot = f"{place.sheet}!{place.cell}" if place.sheet and place.cell else place.sheet or place.cell
        cells = [Text(severity_words(problem), style=SEVERITY_COLOURS[problem.severity]),
                 Text("\n".join(broken(text, where) for text in (spot, place.key) if text))]  # fmt: skip
        if wide:
            cells += [Text(broken(problem.message(), column)), Text(broken(problem.remedy(), column), style="bold")]
        else:
            cells.append(Text.assemble(broken(problem.message(), column), "\n", (broken(f"→ {problem.remedy()}", column), "bold")))
        table.add_row(*cells)
    return table


def broken(text: str, width: int) -> str:
    """Return a text broken into lines of a terminal: between Chinese characters anywhere, Latin words whole where they fit."""
    from rich.cells import cell_len

    lines, line = [], ""
    for token in re.findall(r"\s|[“（《〔]*(?:[!-~]+|.)[，。、；：？！）》〕”]*", text):
        if cell_len(line + token.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = ""
        for char in token:  # a path, or what has no blanks at all
            if cell_len(line + char) > width:
                lines.append(line)
                line = ""
            line += char if line or not char.isspace() else ""
    return "\n".join([*lines, line])
