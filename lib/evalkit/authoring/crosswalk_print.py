"""Two sets side by side on the terminal, as Markdown and as an Excel workbook."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.authoring.crosswalk import SideBySide, View
from evalkit.authoring.crosswalk_words import CrosswalkWording
from evalkit.catalog import Catalog
from evalkit.messages import Language
from evalkit.report import look, phrases
from evalkit.report.difference import pipe_table
from evalkit.report.difference_speech import clean
from evalkit.report.tables import escape
from evalkit.tables import write_bytes, write_json, write_text

if TYPE_CHECKING:
    from rich.console import RenderableType

SUFFIXES = (".md", ".xlsx", ".json")
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # always the same: equal lists give equal files


def terminal(found: SideBySide, catalog: Catalog, lang: Language | None = None) -> list[RenderableType]:
    """Return what is printed on a terminal; no text is taken for markup."""
    from rich.table import Table
    from rich.text import Text

    wording = CrosswalkWording(found, catalog, lang)
    shown: list[RenderableType] = [Text(wording.title(), style="bold")]
    if found.example:
        shown.append(Text(wording.example(), style=look.WORSE))
    for view in found.views:
        shown += [Text(wording.heading(view), style="bold"), *(Text(line) for line in wording.summary(view))]
        ratios = (2, 3, 6, 4, 4, 6, 4, 4, 6) if view.region else (2, 3, 6, 6, 6, 6, 6)
        table = Table(show_lines=True, pad_edge=False)
        for head, ratio in zip(wording.heads(view), ratios, strict=True):
            table.add_column(Text(head), overflow="fold", ratio=ratio)
        for pair in view.comparison.pairs:
            row = wording.row(view, pair)
            cells = [Text(text) for text in row.cells]
            for place, code in zip((4, 7), row.codes, strict=True):
                if code:
                    cells[place].stylize(look.status(code).colour)
            table.add_row(*cells)
        shown.append(table)
        gaps = Table(title=Text(_gap_title(view, wording)), title_justify="left", title_style="bold", show_lines=True, pad_edge=False)
        for head, ratio in zip(wording.gap_heads(view), (2, 6, 6, 5, 14), strict=True):
            gaps.add_column(Text(head), overflow="fold", ratio=ratio)
        for gap in view.gaps:
            own, needs = wording.gap(view, gap)
            gaps.add_row(*(Text(text) for text in own), Text("\n".join(needs)))
        shown.append(gaps)
    return shown


def _gap_title(view: View, wording: CrosswalkWording) -> str:
    return wording.say(f"缺口清单（{len(view.gaps)}行）", f"Gaps ({len(view.gaps)})")


def markdown(found: SideBySide, catalog: Catalog, lang: Language | None = None) -> str:
    """Return it as Markdown; text from data is never markup."""
    wording = CrosswalkWording(found, catalog, lang)
    parts = [f"# {escape(wording.title())}"]
    if found.example:
        parts.append(f"**{escape(wording.example())}**")
    for view in found.views:
        parts += [f"## {escape(wording.heading(view))}", "\n".join(f"- {escape(line)}" for line in wording.summary(view))]
        parts.append(pipe_table(wording.heads(view), [list(wording.row(view, pair).cells) for pair in view.comparison.pairs]))
        parts.append(f"### {escape(_gap_title(view, wording))}")
        rows = []
        for gap in view.gaps:
            own, needs = wording.gap(view, gap)
            rows.append([*own, *needs])
        parts.append(pipe_table(wording.gap_heads(view), rows))
    return "\n\n".join(parts) + "\n"


def write(found: SideBySide, catalog: Catalog, path: Path, lang: Language | None = None) -> None:
    """Write it as Markdown, Excel or JSON, by the ending of the name.

    Raises
    ------
    ValueError
        The ending is another one.
    """
    match path.suffix.lower():
        case ".md":
            write_text(path, markdown(found, catalog, lang))
        case ".json":
            write_json(path, found.record())
        case ".xlsx":
            write_bytes(path, workbook(found, catalog, lang))
        case suffix:
            raise ValueError(f"{suffix or path.name}: {' '.join(SUFFIXES)}")


def workbook(found: SideBySide, catalog: Catalog, lang: Language | None = None) -> bytes:
    """Return it as an Excel workbook of three sheets: summary, list, gaps; every text a text, never a formula or a link."""
    import xlsxwriter

    wording = CrosswalkWording(found, catalog, lang)
    say = wording.say
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": clean(wording.title()), "author": "", "created": _CREATED})
    styles = _styles(book)
    said = [[wording.example()]] if found.example else []
    for view in found.views:
        said += [[wording.heading(view)], *([line] for line in wording.summary(view)), [""]]
    stamp = wording.example()
    _sheet(book, styles, say("概要", "Summary"), [wording.title()], [110], said, stamp=stamp)
    where, view = ([say("地区", "region"), say("评估期", "period")] if found.run else []), found.views[0]
    rows, codes, gaps = [], [], []
    for each in found.views:
        first = [each.name, each.period] if found.run else []
        for pair in each.comparison.pairs:
            row = wording.row(each, pair)
            rows.append([*first, *row.cells])
            codes.append(row.codes)
        for gap in each.gaps:
            own, needs = wording.gap(each, gap)
            gaps.append([*first, *own, "\n".join(needs)])
    widths = [12, 9] if found.run else []
    own_widths = [8, 12, 30, 14, 22, 30, 14, 22, 40] if found.run else [8, 12, 30, 36, 30, 36, 40]
    _sheet(book, styles, say("对照", "Side by side"), [*where, *wording.heads(view)], [*widths, *own_widths], rows, codes, stamp)
    _sheet(book, styles, say("缺口", "Gaps"), [*where, *wording.gap_heads(view)], [*widths, 8, 32, 36, 30, 80], gaps, stamp=stamp)
    book.close()
    return stream.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    font = {"font_name": "微软雅黑", "font_size": 10, "valign": "top", "text_wrap": True}
    styles = {"": book.add_format(font), "head": book.add_format({**font, "bold": True, "bg_color": "#F3F5F7", "bottom": 1})}
    for code, shown in {**look.STATUSES, **look.MARKS}.items():
        styles[code] = book.add_format({**font, "font_color": shown.ink})
    return styles


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column: not every program works that out when it opens the file."""
    return sum(max(1, math.ceil(2 * phrases.display_width(line) / (width - 1))) for line in text.split("\n"))


def _sheet(
    book: Any,
    styles: dict[str, Any],
    name: str,
    heads: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[Sequence[str]],
    codes: Sequence[tuple[str, str]] = (),
    stamp: str = "",
) -> None:
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&C{stamp}")  # on every printed page
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, clean(head), styles["head"])
    verdicts = (len(heads) - 5, len(heads) - 2)  # columns of the two verdicts in the list
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            code = codes[number - 1][verdicts.index(column)] if codes and column in verdicts else ""
            lines = "\n".join(clean(line) for line in text.split("\n"))
            sheet.write_string(number, column, lines[:32767], styles.get(code, styles[""]))
        sheet.set_row(number, 15 * max(_lines(text, width) for text, width in zip(row, widths, strict=True)))
    if len(heads) > 1 and rows:
        sheet.autofilter(0, 0, len(rows), len(heads) - 1)
