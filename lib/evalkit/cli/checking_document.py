"""`evalkit check --document`: the figures of a written document beside the results of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from evalkit.review.document_findings import DocumentCheck

_MOST_SHOWN = 100  # figures on the terminal
_WIDE = 110


def check_written(document: Path, run_id: str, out_dir: Path | None, *, as_json: bool) -> None:
    """Compare a document with the results of a run, show what came of it, and leave with 1 where something differs."""
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles
    from evalkit.collection import document_list as shown
    from evalkit.collection.annotate import refuse_raw
    from evalkit.review.document_check import check_document
    from evalkit.review.document_facts import read_facts
    from evalkit.tables.books.docx_text import read_word

    catalog = load_catalog()
    if out_dir is not None:
        refuse_raw(catalog.project, out_dir)
    facts = read_facts(catalog, run_id)
    check = check_document(catalog, facts, read_word(document, document.as_posix()), run_id)
    out, err = consoles()
    if as_json:
        records = [shown.record(finding) for finding in shown.in_order(check)]
        print(
            json.dumps(
                {"document": check.label, "run": run_id, "figures": records, "other_numbers": check.others}, ensure_ascii=False, indent=2
            )
        )
    else:
        _show(check)
    if out_dir is not None:
        for path in shown.write_products(document, check, out_dir):
            (err if as_json else out).print(path.as_posix(), markup=False)
    raise typer.Exit(1 if check.differs else 0)


def _show(check: DocumentCheck) -> None:
    from rich.text import Text

    from evalkit.cli.console import consoles, say
    from evalkit.collection import document_list as shown

    out, _ = consoles()
    found = [finding for finding in shown.in_order(check) if finding.verdict == "differ"]
    if out.is_terminal and found:
        out.print(_table(check, out.width), soft_wrap=False)
    else:
        for finding in found[:_MOST_SHOWN]:
            place = shown.place_words(finding).replace("\n", " ")
            line = f"{shown.verdict_words(finding)} {place} {finding.subject.name} {finding.figure.text} → {shown.expected_words(finding)}"
            out.print(Text.assemble(line, " | ", shown.sentence_words(finding).replace("\n", " ")))
    if len(found) > _MOST_SHOWN:
        more = len(found) - _MOST_SHOWN
        out.print(say(f"……另有 {more} 处不一致，用 --out 或 --json 看全部。", f"… {more} more differ: see all with --out or --json."))
    out.print(Text(shown.summary(check)))


def _table(check: DocumentCheck, width: int) -> Table:
    from rich.box import SQUARE
    from rich.table import Table
    from rich.text import Text

    from evalkit.collection import document_list as shown
    from evalkit.messages import word

    wide = width >= _WIDE
    sizes = {"place": 22 if wide else 16, "figure": 16 if wide else 12}
    sizes["expected"] = (width - sum(sizes.values()) - 13) // 2 if wide else width - sum(sizes.values()) - 10
    if wide:
        sizes["sentence"] = width - sum(sizes.values()) - 13
    table = Table(box=SQUARE, show_lines=True, border_style="dim", header_style="")
    for head, size in sizes.items():
        table.add_column(word("document_head", head), width=size)
    for finding in check.of("differ")[:_MOST_SHOWN]:
        expected = f"{finding.subject.name}\n{shown.expected_words(finding)}"
        cells = [
            Text(broken_lines(shown.place_words(finding), sizes["place"])),
            Text(broken_lines(f"▲ {finding.figure.text}", sizes["figure"]), style="red"),
            Text(broken_lines(expected, sizes["expected"]), style="bold"),
        ]
        if wide:
            cells.append(Text(broken_lines(shown.sentence_words(finding), sizes["sentence"])))
        table.add_row(*cells)
    return table


def broken_lines(text: str, width: int) -> str:
    """Return each line of a text broken to a width."""
    from evalkit.cli.checking import broken

    return "\n".join(broken(line, width) for line in text.split("\n"))
