"""`evalkit report blocks` and `evalkit report import`: words of the user's own in reports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evalkit.messages import EvalkitError, Language, Place, Problem, language, word

if TYPE_CHECKING:
    from evalkit.catalog import Catalog
    from evalkit.report.numbering import Block

Run = Annotated[str, typer.Argument(metavar="RUN", help="评估编号。Run id.")]
Region = Annotated[str, typer.Argument(metavar="REGION", help="地区代码。Region code.")]
Plan = Annotated[str, typer.Option("--plan", help="章节方案，缺省用评估自己的。Chapter plan, default the run's own.")]


def blocks(
    run_id: Run,
    region: Region,
    plan: Plan = "",
    write: Annotated[str, typer.Option("--write", metavar="BLOCK", help="把自动文字写成文字文件，供修改。Write a text file to edit.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")] = False,
) -> None:
    """列出报告的文字块：名称、replaces 值、是否人工撰写、数据是否已变。List the blocks of a report that may be replaced.

    Example: evalkit report blocks example-county-2024 999001

    Example: evalkit report blocks example-county-2024 999001 --write summary
    """
    from evalkit.catalog import load_catalog
    from evalkit.catalog.texts import text_path

    catalog = load_catalog()
    lang = language()
    found = blocks_of(catalog, run_id, region, plan, lang)
    if write:
        path = _start(catalog, (run_id, region, plan), write, found, lang)
        print(catalog.project.label(path))
        return
    if as_json:
        print(json.dumps([_record(catalog, run_id, region, block, lang) for block in found.values()], ensure_ascii=False, indent=2))
        return
    from rich.table import Table

    from evalkit.cli.console import consoles, say

    out, _ = consoles()
    table = Table(*(say("文字块", "block"), say("名称", "title"), "replaces", say("状态", "state"), say("文件", "file")))
    for name, block in found.items():
        record = _record(catalog, run_id, region, block, lang)
        path = text_path(catalog.project, run_id, region, name, lang)
        file = catalog.project.label(path) if record["state"] not in ("generated", "empty") else ""
        table.add_row(*map(_cell, (name, str(record["title"]), block.generated, word("text_state", str(record["state"])), file)))
    out.print(table)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.docx", help="修改过的报告。A report that was edited in Word.")],
    by: Annotated[str, typer.Option("--by", help="修改人，记入文字文件。Who edited it.")] = "",
    date: Annotated[str, typer.Option("--date", metavar="DATE", help="修改日期，记入文字文件。When.")] = "",
    force: Annotated[bool, typer.Option("--force", help="文字文件后来改过的也以此为准。Also over texts that changed since.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看，不写。Only show what would be taken.")] = False,
) -> None:
    """取回在 Word 中修改过的文字块，写入 params/texts；有一处问题即全部不写。Take edited blocks of a Word report back, all or none.

    Example: evalkit report import 999001.docx --by 张三 --date 2025-04-10
    """
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, problem_lines, say
    from evalkit.collection.texts_import import Origin, take_back

    if not file.is_file():
        path = file.as_posix()
        raise typer.BadParameter(say(f"没有文件“{path}”", f"there is no file “{path}”"), param_hint="FILE.docx")
    catalog = load_catalog()

    def now(origin: Origin) -> list[Block]:
        return list(blocks_of(catalog, origin.run, origin.region, origin.plan, origin.lang).values())

    done = take_back(catalog, file, now, by=by, date=date, force=force, dry_run=dry_run)
    out, err = consoles()
    for block in done.blocks:
        if block.state == "unchanged":
            continue
        label = catalog.project.label(block.path)
        said = word("text_taken", block.state)
        if block.state == "generated" and block.path.is_file():
            said += say(f"；要恢复自动文字，请删除 {label}", f"; delete {label} to have it printed")
        elif block.state == "changed":
            said += f" → {label}"
        out.print(f"{block.title}（{block.name}）：{said}" if language() == "zh" else f"{block.title} ({block.name}): {said}", markup=False)
    counts = {state: sum(block.state == state for block in done.blocks) for state in ("changed", "taken", "unchanged")}
    where = f"{done.origin.run}/{done.origin.region}"
    verb = say("会取回" if dry_run else "取回", "would take back" if dry_run else "taken back")
    as_held = say(f"，与现有文字相同 {counts['taken']} 处", f", held already {counts['taken']}") if counts["taken"] else ""
    out.print(say(
        f"{where}：{verb} {counts['changed']} 处{as_held}，未改 {counts['unchanged']} 处。",
        f"{where}: {verb} {counts['changed']}{as_held}, unchanged {counts['unchanged']}.",
    ), markup=False)  # fmt: skip
    if counts["changed"] and not dry_run:
        again = f"evalkit {'--lang en ' if done.origin.lang == 'en' else ''}report {done.origin.run}"
        again += f" --plan {done.origin.plan}" if done.origin.plan else ""
        out.print(say(f"印出修改后的报告：{again}", f"to print the report with them: {again}"), markup=False)
    for line in problem_lines(done.warnings):
        err.print(line)


def blocks_of(catalog: Catalog, run_id: str, region: str, plan: str, lang: Language) -> dict[str, Block]:
    """Return the blocks of a report by name, in its order; chapters of the plan that a person may still write come last."""
    from evalkit.catalog.report_plans import CHAPTERS
    from evalkit.report.numbering import Block
    from evalkit.report.rendering.word_blocks import headings_of
    from evalkit.runner.reports import ROLL_UP, Wanted, document_of

    run = catalog.run(run_id)
    place = Place(catalog.project.label(catalog.project.processed(run_id)))
    if region == ROLL_UP:
        raise EvalkitError(Problem("text_roll_up", Place("REGION"), {"known": run.regions[:20]}))
    if region not in run.regions:
        values = {"kind": "region", "id": region, "hint": f" ({', '.join(run.regions[:20])})"}
        raise EvalkitError(Problem("unknown_id", catalog.place("run", run_id, "regions"), values))
    if not (catalog.project.region(run_id, region) / "results.csv").is_file():
        raise EvalkitError(Problem("run_missing", place, {"run": f"{run_id} {region}"}))
    wanted = Wanted(plan=plan, lang=lang)
    document, _ = document_of(catalog, run_id, region, wanted)
    headings = headings_of(document)
    found = {block.name: replace(block, title=headings[block.name]) for block in document.blocks}
    chapters = wanted.plan_of(catalog, run_id)
    for entry in (*chapters.chapters, *chapters.annexes):
        if entry.chapter not in CHAPTERS and entry.chapter not in found:
            own = (entry.title_en or entry.title_zh) if lang == "en" else entry.title_zh
            found[entry.chapter] = Block(entry.chapter, "", "", title=own)
    return found


def _record(catalog: Catalog, run_id: str, region: str, block: Block, lang: Language) -> dict[str, Any]:
    from evalkit.report.rendering.word_blocks import title_of

    state = "generated" if block.text else "empty"
    if block.override:
        state = "stale" if block.stale else "unpinned" if block.unpinned else "own"
    return {
        "block": block.name, "title": title_of(block.name, lang, block.title), "replaces": block.generated, "state": state,
        "overridden": block.override is not None, "stale": block.stale, "known": not block.unpinned,
        "file": block.override.file if block.override else "", "by": block.override.by if block.override else "",
        "date": block.override.date if block.override else "",
    }  # fmt: skip


def _start(catalog: Catalog, report: tuple[str, str, str], name: str, found: dict[str, Block], lang: Language) -> Path:
    """Write a text file with what the program writes; return it."""
    from evalkit.catalog.load import near
    from evalkit.catalog.texts import file_text, text_path
    from evalkit.report.prose import body_of, items_of_markdown
    from evalkit.report.rendering.word_blocks import title_of
    from evalkit.tables import write_text

    run_id, region, plan = report
    if name not in found:
        titled = [block.name for block in found.values() if name in (block.title, title_of(block.name, lang, block.title))]
        hint = f" ({titled[0]}?)" if titled else near(name, found)
        values = {"block": name, "hint": hint, "run": run_id, "region": region, "plan": f" --plan {plan}" if plan else ""}
        raise EvalkitError(Problem("text_no_block", Place("--write"), values))
    path = text_path(catalog.project, run_id, region, name, lang)
    label = catalog.project.label(path)
    if path.exists():
        raise EvalkitError(Problem("text_exists", Place(label)))
    if not found[name].text:
        raise EvalkitError(Problem("text_nothing_generated", Place("--write"), {"block": name, "file": label}))
    write_text(path, file_text(body_of(items_of_markdown(found[name].text)), found[name].generated))
    return path


def _cell(text: str) -> Any:
    from rich.text import Text

    return Text(text)
