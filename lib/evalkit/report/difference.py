"""A difference on the terminal, as Markdown and as a web page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as html_escape
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.messages import Language
from evalkit.report import look
from evalkit.report.difference_speech import clean, layer_word
from evalkit.report.difference_words import Line, Wording
from evalkit.report.tables import escape
from evalkit.review.difference import KINDS, Difference
from evalkit.tables import write_text

if TYPE_CHECKING:
    from rich.console import RenderableType

#: Kinds of files that a difference can be written as.
SUFFIXES = (".md", ".html", ".xlsx", ".json")
_STYLE = f"""\
.evalkit-diff {{ color: {look.INK}; font-family: system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; line-height: 1.6 }}
.evalkit-diff p {{ max-width: 42em; margin: .3em 0 }}
.evalkit-diff table {{ border-collapse: collapse; font-size: 14px; margin: .6em 0 1.4em }}
.evalkit-diff th {{ position: sticky; top: 0; background: #F3F5F7; text-align: left; white-space: nowrap }}
.evalkit-diff th, .evalkit-diff td {{ border: 1px solid {look.RULE}; padding: 4px 8px; vertical-align: top }}
.evalkit-diff td:nth-child(1), .evalkit-diff td:nth-child(2), .evalkit-diff td:nth-child(4) {{ white-space: nowrap }}
.evalkit-diff td:nth-child(n+5) {{ min-width: 10em }}
.evalkit-diff ul {{ margin: 0; padding-left: 1.1em }}
.evalkit-diff .example {{ color: {look.WORSE}; font-weight: 600 }}
.evalkit-diff .note {{ color: {look.MUTED} }}
"""


def heads(wording: Wording) -> list[str]:
    """Return the heads of the table of changes."""
    pairs = [("地区", "region"), ("评估期", "period"), ("指标体系或规划", "set or plan"), ("序号", "no."), ("指标", "indicator")]
    return [wording.say(*pair) for pair in [*pairs, ("变化", "change"), ("原因", "cause")]]


def cells(line: Line) -> list[str]:
    """Return the cells of a change, without its causes."""
    mark = f"{look.status(line.status).symbol} " if line.kind == "status" else ""
    return [line.region, line.period, line.source, line.seq, line.name, mark + line.change]


def blocks(difference: Difference, wording: Wording, limit: int = 0) -> Iterator[tuple[str, list[Line], int]]:
    """Yield each kind of changes with its lines, and how many there are in all."""
    for kind in KINDS:
        found = difference.of_kind(kind)
        if found:
            shown = found[:limit] if limit else found
            yield f"{wording.word('diff_kind', kind)}", [wording.line(change) for change in shown], len(found)


def counted(title: str, total: int, wording: Wording) -> str:
    """Return the title of a table with the number of its rows."""
    return wording.say(f"{title}（{total}行）", f"{title} ({total} rows)")


def terminal(difference: Difference, limit: int = 50, lang: Language | None = None) -> list[RenderableType]:
    """Return what is printed on a terminal: summary, tables, files; no text is taken for markup.

    Parameters
    ----------
    difference : Difference
    limit : int
        Rows of each kind that are printed; 0 for all.
    lang : {"zh", "en"}, optional
    """
    from rich.table import Table
    from rich.text import Text

    wording = Wording(difference, lang)
    shown: list[RenderableType] = [Text(wording.title(), style="bold")]
    shown += [Text(sentence) for sentence in wording.summary()]
    for title, lines, total in blocks(difference, wording, limit):
        table = Table(title=Text(counted(title, total, wording)), title_justify="left", title_style="bold", show_lines=True, pad_edge=False)
        table.add_column("", no_wrap=True)
        for head, ratio in zip(heads(wording)[-3:], (3, 4, 5), strict=True):
            table.add_column(Text(head), overflow="fold", ratio=ratio)
        for line in lines:
            seen = look.status(line.status)
            which = Text(f"{line.region} {line.period}\n{line.seq} {line.name}\n").append(line.source, style="dim")
            change = Text(line.change, style=seen.colour if line.kind == "status" else "")
            table.add_row(Text(seen.symbol, style=seen.colour), which, change, Text("\n".join(line.causes)))
        shown.append(table)
        if total > len(lines):
            rest = total - len(lines)
            shown.append(Text(wording.say(f"另有{rest}行未列出（--limit 0 全部列出，或用 --out 写成文件）",
                                          f"{rest} more (--limit 0 for all, or --out FILE)"), style="dim"))  # fmt: skip
    if difference.files:
        shown.append(Text(wording.say("有改动的文件：", "files that differ:")))
        shown += [Text(f"  {text}") for text in file_lines(difference, wording)]
    return shown


def file_lines(difference: Difference, wording: Wording) -> list[str]:
    """Return the files that differ, in words."""
    return [
        f"{layer_word(layer, wording.lang)}{wording.say('：', ': ')}{clean(file)}"
        + wording.say(f"（{wording.word('diff_file', what)}）", f" ({wording.word('diff_file', what)})")
        for layer, file, what in difference.files
    ]


def markdown(difference: Difference, lang: Language | None = None) -> str:
    """Return the difference as Markdown; text from data is never markup."""
    wording = Wording(difference, lang)
    parts = [f"# {escape(wording.title())}"]
    if difference.example:
        parts.append(f"**{escape(look.EXAMPLE_EN if wording.lang == 'en' else look.EXAMPLE_ZH)}**")
    parts.append("\n".join(f"- {escape(sentence)}" for sentence in wording.summary()))
    for title, lines, total in blocks(difference, wording):
        parts += [
            f"## {escape(counted(title, total, wording))}",
            pipe_table(heads(wording), [[*cells(line), *line.causes] for line in lines]),
        ]
    if difference.files:
        parts += [f"## {wording.say('有改动的文件', 'Files that differ')}"]
        parts.append("\n".join(f"- {escape(text)}" for text in file_lines(difference, wording)))
    return "\n\n".join(parts) + "\n"


def pipe_table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown; what a row has beyond the columns is listed in the last one."""
    count = len(head)
    lines = [f"| {' | '.join(map(escape, head))} |", "|" + " --- |" * count]
    for row in rows:
        last = "<br>".join(escape(text) for text in row[count - 1 :])
        lines.append(f"| {' | '.join([*map(escape, row[: count - 1]), last])} |")
    return "\n".join(lines)


def html_fragment(difference: Difference, lang: Language | None = None, *, tables: bool = True) -> str:
    """Return the difference as a part of a web page, with its own style; without its tables, only what is said at the head."""
    wording = Wording(difference, lang)
    parts = [f"<style>{_STYLE}</style>", f"<h2>{_text(wording.title())}</h2>"]
    if difference.example:
        parts.append(f"<p class='example'>{_text(look.EXAMPLE_EN if wording.lang == 'en' else look.EXAMPLE_ZH)}</p>")
    parts += [f"<p>{_text(sentence)}</p>" for sentence in wording.summary()]
    parts.append(html_tables(difference, wording) if tables else "")
    if difference.files:
        items = "".join(f"<li>{_text(text)}</li>" for text in file_lines(difference, wording))
        parts.append(f"<h3>{wording.say('有改动的文件', 'Files that differ')}</h3><ul>{items}</ul>")
    return f"<div class='evalkit-diff'>{''.join(parts)}</div>"


def html_tables(difference: Difference, wording: Wording) -> str:
    """Return the tables of changes as HTML."""
    parts = []
    for title, lines, total in blocks(difference, wording):
        head = "".join(f"<th>{_text(text)}</th>" for text in heads(wording))
        body = "".join(_row(line) for line in lines)
        title = _text(counted(title, total, wording))
        parts.append(f"<h3>{title}</h3><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return "".join(parts)


def _row(line: Line) -> str:
    *first, change = cells(line)
    ink = f" style='color:{look.status(line.status).ink}'" if line.kind == "status" else ""
    causes = "".join(f"<li>{_text(text)}</li>" for text in line.causes)
    plain = "".join(f"<td>{_text(text)}</td>" for text in first)
    return f"<tr>{plain}<td{ink}>{_text(change)}</td><td><ul>{causes}</ul></td></tr>"


def html_page(difference: Difference, lang: Language | None = None) -> str:
    """Return the difference as a web page that needs nothing else."""
    wording = Wording(difference, lang)
    return (
        f'<!DOCTYPE html>\n<html lang="{"en" if wording.lang == "en" else "zh-CN"}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(wording.title())}</title>\n</head>\n<body>\n{html_fragment(difference, lang)}\n</body>\n</html>\n"
    )


def write(difference: Difference, path: Path, lang: Language | None = None) -> None:
    """Write a difference as Markdown, web page, Excel or JSON, by the ending of the name.

    Raises
    ------
    ValueError
        The ending is another one.
    """
    from evalkit.report.difference_sheet import write_workbook
    from evalkit.tables import write_json

    match path.suffix.lower():
        case ".md":
            write_text(path, markdown(difference, lang))
        case ".html":
            write_text(path, html_page(difference, lang))
        case ".json":
            write_json(path, difference.record())
        case ".xlsx":
            write_workbook(difference, path, lang)
        case suffix:
            raise ValueError(f"{suffix or path.name}: {' '.join(SUFFIXES)}")


def _text(text: str) -> str:
    return html_escape(text, quote=True)
