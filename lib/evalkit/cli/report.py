"""`evalkit report`: reports of finished runs, in several forms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from evalkit.cli.report_table import no_file, no_region, table
from evalkit.cli.report_texts import blocks, import_
from evalkit.messages import EvalkitError, Place, Problem, language

if TYPE_CHECKING:
    from evalkit.catalog import Catalog
    from evalkit.runner.reports import Wanted

Runs = Annotated[list[str] | None, typer.Argument(help="评估编号，缺省为全部。Run ids, default all.", metavar="[RUN]...")]
_PLAN = "章节方案，缺省用评估自己的；brief 为一页简报。Chapter plan in params/reports, default the run's own; brief: one page."
_FORM = "technical 技术报告 | official 公文（GB/T 9704），缺省按章节方案。Form of Word and PDF, default the plan's."
_REGION = "只要这些地区，可写多次，不出汇总。Only these regions, without the roll-up; may be repeated."
_FONTS = "另有字体（仿宋、小标宋等）的文件夹，可写多次。Folder with further fonts for the PDF; may be repeated."
_OUT = "输出文件夹，缺省为 reports/<评估>；有几个评估的，各在一个子文件夹。Where reports go; each of several runs has a folder there."
_FONT_FILES = {".ttf", ".otf", ".ttc", ".otc"}


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
    help="由评估结果生成报告。evalkit report RUN 即 evalkit report make RUN，选项见 evalkit report make --help。"
    "Reports of a finished run; options: evalkit report make --help.",
)


@report_app.command("make")
def make(
    runs: Runs = None,
    plan: Annotated[str, typer.Option("--plan", metavar="ID", help=_PLAN)] = "",
    form: Annotated[str, typer.Option("--form", metavar="FORM", help=_FORM)] = "",
    renderer: Annotated[str, typer.Option("--renderer", metavar="NAME", help="auto | pandoc | quarto")] = "auto",
    fonts: Annotated[list[Path] | None, typer.Option("--font-dir", metavar="FOLDER", help=_FONTS)] = None,
    out_dir: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help=_OUT)] = None,
    region: Annotated[list[str] | None, typer.Option("--region", metavar="CODE", help=_REGION)] = None,
) -> None:
    """由评估结果生成 Word、PDF、网页报告。Make Word, PDF and web reports from the results.

    Example: evalkit report chongming-2023

    Example: evalkit report chongming-2023 --plan brief --out build/brief
    """
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import say
    from evalkit.report.rendering.quarto import find_quarto
    from evalkit.runner.reports import Wanted

    for value, allowed, hint in ((renderer, ("auto", "pandoc", "quarto"), "--renderer"), (form, ("", "technical", "official"), "--form")):
        if value not in allowed:
            names = " | ".join(name for name in allowed if name)
            raise typer.BadParameter(say(f"“{value}”不可用，可用：{names}", f"“{value}” is none of {names}"), param_hint=hint)
    for folder in fonts or []:
        if not folder.is_dir():
            path = folder.as_posix()
            raise typer.BadParameter(say(f"没有文件夹“{path}”", f"there is no folder “{path}”"), param_hint="--font-dir")
    no_file(out_dir)
    if renderer == "quarto" and find_quarto() is None:  # once, not for every report
        raise EvalkitError(Problem("quarto_missing", Place("--renderer")))
    catalog = load_catalog()
    for run_id in runs or []:
        catalog.run(run_id)
    if region and len(runs or []) != 1:
        raise typer.BadParameter(say("请同时只写一项评估", "name one run with it"), param_hint="--region")
    for run_id in runs or []:
        no_region(catalog, run_id, region or ())
    how: dict[str, Any] = {"renderer": renderer, "form": form}
    wanted = Wanted(plan=plan, lang=language(), font_dirs=tuple(str(folder.resolve()) for folder in fonts or []), **how)
    raise typer.Exit(0 if report_all(catalog, catalog.in_order(runs or catalog.runs), out_dir, wanted, region or ()) else 1)


def report_all(
    catalog: Catalog, chosen: list[str], out_dir: Path | None, wanted: Wanted | None = None, regions: Sequence[str] = ()
) -> bool:
    """Make the reports of several runs and print what was made; return whether everything went well."""
    from evalkit.cli.console import consoles, problem_lines, progress, say
    from evalkit.collection.texts_check import untranslated
    from evalkit.runner.reports import make_reports, staleness

    out, err = consoles()
    problems = _fontless(wanted)
    with progress() as bar:
        for run_id in chosen:
            try:
                problems += staleness(catalog, run_id)
                if wanted and wanted.lang == "en":
                    problems += untranslated(catalog, run_id, wanted.plan_of(catalog, run_id))
                written = 0
                folder = (out_dir / run_id if len(chosen) > 1 else out_dir) if out_dir else catalog.project.reports(run_id)
                for done, total, name, found in make_reports(catalog, run_id, folder, wanted, regions):
                    bar.count(run_id, done, total)
                    problems += found
                    if not any(problem.severity == "error" for problem in found):
                        written += 1
                        bar.say(say(f"✓ 报告 {run_id} {_called(catalog, name)}", f"✓ report {run_id} {_called(catalog, name)}"))
                if written:
                    where = folder.as_posix() if out_dir else catalog.project.label(folder)
                    out.print(say("报告：", "reports: ") + where + "/", markup=False)
            except EvalkitError as error:
                problems += error.problems
    once = {(problem.severity, problem.line()): problem for problem in problems}  # fonts are the same for every run
    for line in problem_lines(once.values()):
        err.print(line)
    return not any(problem.severity == "error" for problem in problems)


def _called(catalog: Catalog, name: str) -> str:
    """Return what a report is called on the screen: the code of its region with the name, or the roll-up."""
    from evalkit.cli.console import say

    region = catalog.regions.get(name)
    if region is None:
        return f"{name} {say('汇总', 'roll-up')}"
    return f"{name} {say(region.name_zh, region.name_en or region.name_zh)}"


def _fontless(wanted: Wanted | None) -> list[Problem]:
    """Return a warning for each folder of fonts that holds none: a slip in its name goes unseen otherwise."""
    folders = [Path(folder) for folder in (wanted.font_dirs if wanted else ())]
    empty = [folder for folder in folders if not any(path.suffix.lower() in _FONT_FILES for path in folder.rglob("*"))]
    return [Problem("font_folder_empty", Place("--font-dir"), {"folder": folder.name}, "warning") for folder in empty]


report_app.command("import")(import_)
report_app.command("blocks")(blocks)
report_app.command("table")(table)
