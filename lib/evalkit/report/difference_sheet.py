"""A difference as an Excel workbook: every text a text, never a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evalkit.messages import Language
from evalkit.report import look, marks, phrases
from evalkit.report.difference import file_lines
from evalkit.report.difference_speech import clean, layer_word
from evalkit.report.difference_words import Wording
from evalkit.review.difference import Change, Difference
from evalkit.tables import write_bytes

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # always the same: equal differences give equal files
_LONGEST = 32767  # characters of an Excel cell
#: Heads and widths.
_CHANGES = (
    ("类别", "kind", 10),
    ("地区代码", "region code", 12),
    ("地区", "region", 12),
    ("评估期", "period", 9),
    ("指标体系或规划", "set or plan", 26),
    ("目标年", "milestone", 8),
    ("指标行", "row", 9),
    ("序号", "no.", 6),
    ("指标", "indicator", 30),
    ("单位", "unit", 10),
    ("原判定", "status before", 10),
    ("现判定", "status now", 10),
    ("原值", "value before", 12),
    ("现值", "value now", 12),
    ("原指标值", "target before", 20),
    ("现指标值", "target now", 20),
    ("变化", "change", 44),
    ("原因类别", "layers", 18),
    ("原因", "cause", 70),
)
_CAUSES = (
    ("地区代码", "region code", 12),
    ("评估期", "period", 9),
    ("指标体系或规划", "set or plan", 22),
    ("目标年", "milestone", 8),
    ("指标行", "row", 9),
    ("指标", "indicator", 28),
    ("原因类别", "layer", 14),
    ("编号", "id", 24),
    ("名称", "name", 28),
    ("所属期", "of period", 10),
    ("文件", "file", 36),
    ("单元格或行", "cell or line", 11),
    ("原内容", "before", 16),
    ("现内容", "after", 16),
    ("原采用值", "used before", 14),
    ("现采用值", "used now", 14),
    ("说明", "in words", 70),
)
_NUMBERS = ("原值", "现值", "value before", "value now")


def write_workbook(difference: Difference, path: Path, lang: Language | None = None) -> None:
    """Write summary, changes, causes and files as four sheets.

    Parameters
    ----------
    difference : Difference
    path : Path
        Ends in ``.xlsx``.
    lang : {"zh", "en"}, optional
    """
    import xlsxwriter

    wording = Wording(difference, lang)
    say = wording.say
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": clean(wording.title()), "author": "", "created": _CREATED})
    styles = _styles(book)
    summary = [[text] for text in wording.summary()]
    if difference.example:
        summary.append([say(look.EXAMPLE_ZH, look.EXAMPLE_EN)])
    _sheet(book, styles, say("概要", "Summary"), [wording.title()], [100], summary)
    changes = [_change(wording, change) for change in difference.changes]
    _sheet(book, styles, say("变化", "Changes"), *_columns(wording, _CHANGES), changes)
    causes = [row for change in difference.changes for row in _causes(wording, change)]
    _sheet(book, styles, say("原因", "Causes"), *_columns(wording, _CAUSES), causes)
    files = [[text] for text in file_lines(difference, wording)]
    _sheet(book, styles, say("文件", "Files"), [say("有改动的文件", "files that differ")], [100], files)
    book.close()
    write_bytes(path, stream.getvalue())


def _styles(book: Any) -> dict[str, Any]:
    font = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
    styles = {
        "": book.add_format({**font, "text_wrap": True}),
        "head": book.add_format({**font, "bold": True, "bg_color": "#F3F5F7", "bottom": 1}),
    }
    for code, shown in (*look.STATUSES.items(), *look.MARKS.items()):
        styles[code] = book.add_format({**font, "font_color": shown.ink})
    return styles


def _sheet(
    book: Any, styles: dict[str, Any], name: str, heads: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]
) -> None:
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    labels = {look.status(code).label: code for code in (*look.STATUSES, *look.MARKS)}
    for column, head in enumerate(heads):
        sheet.write_string(0, column, clean(head), styles["head"])
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            exact = phrases.number(text)
            if exact is not None and heads[column] in _NUMBERS and len(text) < 16:
                sheet.write_number(number, column, float(exact), styles[""])
            else:
                sheet.write_string(number, column, clean(text)[:_LONGEST], styles[labels.get(text, "")])
    if len(heads) > 1 and rows:
        sheet.autofilter(0, 0, len(rows), len(heads) - 1)


def _columns(wording: Wording, columns: Sequence[tuple[str, str, int]]) -> tuple[list[str], list[int]]:
    return [wording.say(zh, en) for zh, en, _ in columns], [width for _, _, width in columns]


def _source(wording: Wording, row: dict[str, str]) -> str:
    return wording.difference.names.get(row["set"], row["set"])


def _change(wording: Wording, change: Change) -> list[str]:
    row, line = change.row, wording.line(change)
    verdicts = [_label(wording, marks.counted(code, False, row["attribute"])) for code in change.pair("status")]
    values = [side.get("value", "") or side.get("value_text", "") for side in (change.before, change.after)]
    which = [line.region, line.period, _source(wording, row), row["milestone"], row["indicator"], line.seq, line.name, row["unit"]]
    why = [line.change, wording.comma.join(dict.fromkeys(line.layers)), wording.join(line.causes)]
    return [wording.word("diff_kind", change.kind), row["region_code"], *which, *verdicts, *values, *change.pair("target_text"), *why]


def _label(wording: Wording, code: str) -> str:
    if not code:
        return ""
    return look.status(code).label if wording.lang == "zh" else f"{look.status(code).symbol} {wording.status(code)}"


def _causes(wording: Wording, change: Change) -> list[list[str]]:
    row = change.row
    head = [row["region_code"], row["period"], _source(wording, row), row["milestone"], row["indicator"], row["name_zh"]]
    found = []
    for cause in change.causes:
        where = [cause.id, cause.name, cause.period, cause.file, cause.cell]
        values = [cause.before, cause.after, cause.used_before, cause.used_after]
        found.append([*head, layer_word(cause.layer, wording.lang), *where, *values, wording.cause(cause, row["attribute"])])
    return found
