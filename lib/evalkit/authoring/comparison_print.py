"""A comparison of two sets on the terminal, as Markdown, and as a Word annex."""

from __future__ import annotations

import io
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.authoring.comparison import Comparison
from evalkit.authoring.comparison_words import ChangeLine, PairLine, SetWording
from evalkit.catalog import Catalog
from evalkit.messages import Language
from evalkit.report import look
from evalkit.report.difference import pipe_table
from evalkit.report.frame import FORMATS, Document, tidy, yaml_text
from evalkit.report.tables import Align, Cell, Grid, escape, fit_widths, grid_table
from evalkit.tables import write_bytes, write_json, write_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

SUFFIXES = (".md", ".docx", ".json")
LONE = ("added", "removed")
_CLIPPED = 90  # characters of a cell on a terminal
_CHARS = 86.0  # width of a landscape page in characters of table text
_MARGIN = 0.95  # what a cell loses to its margins
_DAY = "2000-01-01"  # always the same: equal comparisons give equal files


def terminal(comparison: Comparison, catalog: Catalog, lang: Language | None = None) -> list[RenderableType]:
    """Return what is printed on a terminal; no text is taken for markup."""
    from rich.table import Table
    from rich.text import Text

    wording = SetWording(comparison, catalog, lang)
    shown: list[RenderableType] = [Text(wording.title(), style="bold"), *(Text(line) for line in wording.summary())]

    def table(kind: str, heads: list[tuple[str, int]]) -> Table:
        made = Table(title=Text(wording.kind(kind)), title_justify="left", title_style="bold", show_lines=True, pad_edge=False)
        for head, ratio in heads:
            made.add_column(Text(head), overflow="fold", ratio=ratio)
        return made

    heads = wording.heads()
    if comparison.counts["changed"]:
        made = table("changed", [(heads[0], 2), (heads[1], 5), (heads[2], 12), (heads[-1], 5)])
        for pair in comparison.of_kind("changed"):
            line = wording.line(pair)
            made.add_row(
                Text(line.seq), Text(line.name), Text("\n").join(_told(change, wording) for change in line.changes), Text(line.basis)
            )
        shown.append(made)
    for kind in LONE:
        if not comparison.counts[kind]:
            continue
        heads = wording.lone_heads()
        made = table(kind, [(heads[0], 2), (heads[1], 5), (heads[4], 7), (heads[5], 3), (heads[6], 7)])
        for pair in comparison.of_kind(kind):
            line = wording.line(pair)
            made.add_row(Text(line.seq), Text(line.name), Text(line.target), _state(line), Text(line.basis))
        shown.append(made)
    if comparison.counts["unchanged"]:
        names = wording.comma.join(wording.name(pair.row) for pair in comparison.of_kind("unchanged"))
        shown.append(Text(f"{wording.kind('unchanged')}{wording.say('：', ': ')}{names}"))
    return shown


def _told(change: ChangeLine, wording: SetWording) -> Text:
    from rich.text import Text

    before, after = (text if len(text) <= _CLIPPED else text[:_CLIPPED] + "…" for text in (change.before, change.after))
    told = Text.assemble((change.what, "bold"), wording.say("：", ": "), before, " → ", after, (f" 〔{change.states}〕", "dim"))
    return told.append(f" {change.open}", style=look.status("pending").colour) if change.open else told


def _state(line: PairLine) -> Text:
    from rich.text import Text

    return Text(line.state).append(f" {line.open}" if line.open else "", style=look.status("pending").colour)


def markdown(comparison: Comparison, catalog: Catalog, lang: Language | None = None) -> str:
    """Return the comparison as Markdown; text from data is never markup."""
    wording = SetWording(comparison, catalog, lang)
    parts = [f"# {escape(wording.title())}", "\n".join(f"- {escape(line)}" for line in wording.summary())]
    if comparison.counts["changed"]:
        parts += [f"## {escape(wording.kind('changed'))}", pipe_table(wording.heads(), _rows(comparison, wording))]
    for kind in LONE:
        if comparison.counts[kind]:
            rows = [_lone(wording.line(pair)) for pair in comparison.of_kind(kind)]
            parts += [f"## {escape(wording.kind(kind))}", pipe_table(wording.lone_heads(), rows)]
    if comparison.counts["unchanged"]:
        names = wording.comma.join(wording.name(pair.row) for pair in comparison.of_kind("unchanged"))
        parts += [f"## {escape(wording.kind('unchanged'))}", escape(names)]
    return "\n\n".join(parts) + "\n"


def _rows(comparison: Comparison, wording: SetWording) -> list[list[str]]:
    found = []
    for pair in comparison.of_kind("changed"):
        line = wording.line(pair)
        for i, change in enumerate(line.changes):
            first = [line.seq, line.name] if not i else ["", ""]
            found.append(
                [*first, change.what, change.before, change.after, _marked(change.states, change.open), line.basis if not i else ""]
            )
    return found


def _lone(line: PairLine) -> list[str]:
    return [line.seq, line.name, line.unit, line.attribute, line.target, _marked(line.state, line.open), line.basis]


def _marked(state: str, mark: str) -> str:
    return f"{state} {mark}" if mark else state


# --- Word


def annex(comparison: Comparison, catalog: Catalog, lang: Language | None = None) -> Document:
    """Return the comparison as the Markdown of a Word annex: a summary, then the tables."""
    wording = SetWording(comparison, catalog, lang)
    title = wording.title()
    parts = [
        "---",
        f"title: {yaml_text(title)}",
        f"subtitle: {yaml_text(f'{wording.short(comparison.before)} → {wording.short(comparison.after)}')}",
        f"lang: {wording.say('zh-CN', 'en')}",
        FORMATS.rstrip(),
        "---",
        "",
        *(f"{escape(line)}\n" for line in wording.summary()),
    ]
    number = 0
    if comparison.counts["changed"]:
        number += 1
        caption = wording.say(f"表{number}　{wording.kind('changed')}", f"Table {number}  {wording.kind('changed')}")
        parts.append(grid_table(_changed_grid(comparison, wording), caption, f"table-{number}"))
    for kind in LONE:
        if comparison.counts[kind]:
            number += 1
            caption = wording.say(f"表{number}　{wording.kind(kind)}", f"Table {number}  {wording.kind(kind)}")
            rows = [_lone(wording.line(pair)) for pair in comparison.of_kind(kind)]
            parts.append(grid_table(_lone_grid(wording.lone_heads(), rows, wording.mark), caption, f"table-{number}"))
    if comparison.counts["unchanged"]:
        names = wording.comma.join(wording.name(pair.row) for pair in comparison.of_kind("unchanged"))
        parts.append(f"{escape(wording.kind('unchanged') + wording.say('：', ': ') + names + wording.say('。', '.'))}\n")
    data = frozenset(text for pair in comparison.pairs for change in pair.changes for text in (change.before, change.after))
    return Document("annex", title, tidy("\n".join(parts)), [], False, _DAY, data)


def _changed_grid(comparison: Comparison, wording: SetWording) -> Grid:
    heads = wording.heads()
    body: list[list[Cell]] = []
    shape = [list(heads)]
    for pair in comparison.of_kind("changed"):
        line = wording.line(pair)
        count = len(line.changes)
        for i, change in enumerate(line.changes):
            own = [change.what, change.before, change.after, _marked(change.states, change.open)]
            cells = [Cell(text) for text in own[:3]] + [Cell(own[3], css="pending" if change.open else "")]
            if not i:
                cells = [Cell(line.seq, rows=count), Cell(line.name, rows=count), *cells, Cell(line.basis, rows=count)]
            body.append(cells)
            # A cell over several rows needs its width but once.
            shape.append([line.seq if not i else "", line.name if count == 1 else "", *own, line.basis if count == 1 else ""])
    align: list[Align] = ["center", "left", "left", "left", "left", "left", "left"]
    return Grid([[Cell(head) for head in heads]], body, align, _fit(shape, [2.6, 9.0, 4.5, 12.0, 12.0, 6.0, 10.0], 40.0))


def _lone_grid(heads: list[str], rows: list[list[str]], mark: str) -> Grid:
    body = [[Cell(text, css="pending" if i == 5 and text.endswith(mark) else "") for i, text in enumerate(row)] for row in rows]
    align: list[Align] = ["center", "left", "center", "center", "left", "left", "left"]
    return Grid([[Cell(head) for head in heads]], body, align, _fit([heads, *rows], [2.6, 8.0, 4.0, 3.2, 8.0, 5.0, 8.0], 40.0))


def _fit(rows: list[list[str]], least: list[float], longest: float) -> list[float]:
    return [width + _MARGIN for width in fit_widths(rows, _CHARS - _MARGIN * len(least), least, longest)]


def write(comparison: Comparison, catalog: Catalog, path: Path, lang: Language | None = None) -> None:
    """Write a comparison as Markdown, Word or JSON, by the ending of the name.

    Raises
    ------
    ValueError
        The ending is another one.
    """
    match path.suffix.lower():
        case ".md":
            write_text(path, markdown(comparison, catalog, lang))
        case ".json":
            write_json(path, comparison.record())
        case ".docx":
            write_word(annex(comparison, catalog, lang), catalog, path)
        case suffix:
            raise ValueError(f"{suffix or path.name}: {' '.join(SUFFIXES)}")


def write_word(document: Document, catalog: Catalog, path: Path) -> None:
    """Write a document as Word on landscape pages, with the look of the reports; rows that share a cell stay on one page."""
    import docx

    from evalkit.report.build import templates_of
    from evalkit.report.rendering.render import render_word
    from evalkit.report.rendering.wordfinish import rezip

    with tempfile.TemporaryDirectory(prefix="evalkit-annex-") as folder:
        made = docx.Document(str(render_word(document, templates_of(catalog.project.root), Path(folder) / path.name)))
    _lay_out(made)
    out = io.BytesIO()
    made.save(out)
    write_bytes(path, rezip(out.getvalue()))


def _lay_out(made: Any) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    from evalkit.report.rendering.word_pages import page
    from evalkit.report.rendering.word_tables import finish_table

    for section in made.sections:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin = section.right_margin = Mm(26)
        section.top_margin = section.bottom_margin = Mm(24)
    for table in made.tables:
        finish_table(table._tbl, "technical", page("technical", landscape=True).text_width)
        rows = list(table._tbl.tr_lst)
        for row, below in pairwise(rows):
            if any(cell.vMerge == "continue" for cell in below.tc_lst):
                for cell in row.tc_lst:
                    for paragraph in cell.p_lst:
                        paragraph.get_or_add_pPr().get_or_add_keepNext()
