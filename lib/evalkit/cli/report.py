"""`evalkit report`: reports of finished runs, in several forms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from evalkit.cli.report_table import table
from evalkit.cli.report_texts import blocks, import_
from evalkit.messages import EvalkitError, Problem, language

if TYPE_CHECKING:
    from evalkit.catalog import Catalog
    from evalkit.runner.reports import Wanted

Runs = Annotated[list[str] | None, typer.Argument(help="评估编号，缺省为全部。Run ids, default all.", metavar="[RUN]...")]
_PLAN = "章节方案，缺省用评估自己的；brief 为一页简报。Chapter plan in params/reports, default the run's own; brief: one page."
_FORM = "technical 技术报告 | official 公文（GB/T 9704），缺省按章节方案。Form of the Word file."
_FONTS = "另有字体（仿宋、小标宋等）的文件夹，可写多次。Folder with further fonts for the PDF; may be repeated."


class _MakeByDefault(TyperGroup):
    """`evalkit report RUN` is `evalkit report make RUN`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `make` before everything that is no command."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


report_app = typer.Typer(
    cls=_MakeByDefault,
    rich_markup_mode=None,
    help="由评估结果生成报告；evalkit report RUN 即 evalkit report make RUN。Reports of a finished run.",
)


@report_app.command("make")
def make(
    runs: Runs = None,
    plan: Annotated[str, typer.Option("--plan", help=_PLAN)] = "",
    form: Annotated[str, typer.Option("--form", help=_FORM)] = "",
    renderer: Annotated[str, typer.Option("--renderer", help="auto | pandoc | quarto")] = "auto",
    fonts: Annotated[list[Path] | None, typer.Option("--font-dir", help=_FONTS)] = None,
    out_dir: Annotated[Path | None, typer.Option("--out", help="输出文件夹。Where reports go, default reports/<run>.")] = None,
) -> None:
    """由评估结果生成 Word、PDF、网页报告。Make Word, PDF and web reports from the results.

    Example: evalkit report chongming-2023
    """
    from evalkit.catalog import load_catalog
    from evalkit.runner.reports import Wanted

    for value, allowed, hint in ((renderer, ("auto", "pandoc", "quarto"), "--renderer"), (form, ("", "technical", "official"), "--form")):
        if value not in allowed:
            raise typer.BadParameter(" | ".join(name for name in allowed if name), param_hint=hint)
    for folder in fonts or []:
        if not folder.is_dir():
            raise typer.BadParameter(folder.as_posix(), param_hint="--font-dir")
    catalog = load_catalog()
    for run_id in runs or []:
        catalog.run(run_id)
    how: dict[str, Any] = {"renderer": renderer, "form": form}
    wanted = Wanted(plan=plan, lang=language(), font_dirs=tuple(str(folder.resolve()) for folder in fonts or []), **how)
    raise typer.Exit(0 if report_all(catalog, catalog.in_order(runs or catalog.runs), out_dir, wanted) else 1)


def report_all(catalog: Catalog, chosen: list[str], out_dir: Path | None, wanted: Wanted | None = None) -> bool:
    """Make the reports of several runs and print what was made; return whether everything went well."""
    from evalkit.cli.console import consoles, problem_lines, progress, say
    from evalkit.runner.reports import make_reports, staleness

    out, err = consoles()
    problems: list[Problem] = []
    with progress() as bar:
        for run_id in chosen:
            try:
                problems += staleness(catalog, run_id)
                written = 0
                folder = (out_dir / run_id if len(chosen) > 1 else out_dir) if out_dir else catalog.project.reports(run_id)
                for done, total, name, found in make_reports(catalog, run_id, folder, wanted):
                    bar.count(run_id, done, total)
                    problems += found
                    if not any(problem.severity == "error" for problem in found):
                        written += 1
                        bar.say(say(f"✓ 报告 {run_id} {name}", f"✓ report {run_id} {name}"))
                if written:
                    out.print(say("报告：", "reports: ") + (folder.as_posix() if out_dir else catalog.project.label(folder)) + "/")
            except EvalkitError as error:
                problems += error.problems
    for line in problem_lines(problems):
        err.print(line)
    return not any(problem.severity == "error" for problem in problems)


report_app.command("import")(import_)
report_app.command("blocks")(blocks)
report_app.command("table")(table)
