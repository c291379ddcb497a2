"""What came of the figures of a document: in words, as records, as a workbook, and as a copy with comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalkit.collection.issue_sheet import FILLS, HEAD_LINE, MOST_LINES, lines_of, put
from evalkit.collection.saving import book_bytes
from evalkit.messages import word
from evalkit.review.document_facts import Fact
from evalkit.review.document_findings import DocumentCheck, Finding, Verdict
from evalkit.tables import write_bytes

ORDER: tuple[Verdict, ...] = ("differ", "unsure", "agree")
_FILL = {"differ": FILLS["error"], "unsure": FILLS["note"], "agree": "FFDDEFE6"}
_SYMBOLS = {"differ": "▲", "unsure": "◐", "agree": "●"}
_FONT, _HEAD_FILL, _LINE, _TALLEST = "微软雅黑", "FF1F4E79", 14.5, 400
_SENTENCE = 160  # characters of a sentence that are shown


def verdict_words(finding: Finding) -> str:
    """Return symbol and word of a verdict."""
    return f"{_SYMBOLS[finding.verdict]} {word('document_verdict', finding.verdict)}"


def place_words(finding: Finding) -> str:
    """Return where a figure stands: paragraph or table with row and column, and the heading above."""
    block = finding.block
    if block.kind == "cell":
        spot = word("document_place", "cell").format(table=block.table, row=block.row, column=block.column)
        spot = f"{spot} {block.caption}".rstrip()
    else:
        spot = word("document_place", block.kind).format(number=block.number)
    return "\n".join(filter(None, (spot, block.heading)))


def fact_words(fact: Fact, unit: str) -> str:
    """Return a number of the results in words, such as 2023年数值 88.8%."""
    year = "→".join(word("document_place", "year").format(year=year) for year in fact.year.split("/")) if fact.year else ""
    unit = "" if unit in ("-", "—") else "百分点" if unit == "%" and fact.kind in ("gap", "change") else unit
    return f"{year}{word('document_role', fact.kind)} {fact.shown}{unit}".strip()


def expected_words(finding: Finding) -> str:
    """Return what the results say."""
    unit = finding.subject.units[0] if finding.subject.units else ""
    return word("document_place", "and").join(fact_words(fact, unit) for fact in finding.expected) or word("document_place", "nothing")


def reason_words(finding: Finding) -> str:
    """Return why nothing could be said of a figure; empty where something could."""
    return word("document_reason", finding.reason) if finding.reason else ""


def sentence_words(finding: Finding) -> str:
    """Return the sentence, or the stretch of a long one around the figure."""
    text = finding.sentence
    if len(text) <= _SENTENCE:
        return text
    place = max(text.find(finding.figure.text), 0)
    first = max(place - _SENTENCE // 2, 0)
    return ("…" if first else "") + text[first : first + _SENTENCE] + ("…" if first + _SENTENCE < len(text) else "")


def comment_words(finding: Finding) -> str:
    """Return what the comment at a figure says."""
    return word("document_place", "comment").format(
        name=finding.subject.name, figure=finding.figure.text, expected=expected_words(finding), indicator=finding.subject.indicator
    )


def record(finding: Finding) -> dict[str, Any]:
    """Return a finding as a program reads it."""
    block, subject = finding.block, finding.subject
    unit = subject.units[0] if subject.units else ""
    return {
        "verdict": finding.verdict, "reason": finding.reason, "figure": finding.figure.text, "unit": finding.figure.unit,
        "role": finding.role,
        "region": subject.region, "indicator": subject.indicator, "name_zh": subject.name, "sentence": finding.sentence, "kind": block.kind,
        "part": block.part, "paragraph": block.number if block.kind != "cell" else 0, "table": block.table, "row": block.row,
        "column": block.column, "caption": block.caption, "heading": block.heading,
        "expected": [{"kind": fact.kind, "year": fact.year, "value": fact.shown, "unit": unit} for fact in finding.expected],
    }  # fmt: skip


def in_order(check: DocumentCheck) -> list[Finding]:
    """Return the findings, those that differ first, each kind in the order of the text."""
    return [finding for verdict in ORDER for finding in check.findings if finding.verdict == verdict]


def summary(check: DocumentCheck) -> str:
    """Return how many figures there are of each verdict, why some are unsure, and how many numbers are of another kind."""
    counts = Counter(finding.verdict for finding in check.findings)
    told = word("document_place", "list").join(f"{word('document_verdict', verdict)} {counts[verdict]}" for verdict in ORDER)
    reasons = Counter(finding.reason for finding in check.findings if finding.reason)
    lines = [told]
    for head, group, counted in (("reasons", "document_reason", reasons), ("others", "document_other", Counter(check.others))):
        if counted:
            shown = word("document_place", "list").join(f"{word(group, code)} {count}" for code, count in counted.most_common())
            lines.append(word("document_place", head) + shown)
    return "\n".join(lines)


@dataclass(frozen=True)
class _Column:
    head: str
    width: float
    text: Callable[[Finding], str]
    centred: bool = False


_COLUMNS = (
    _Column("verdict", 11, verdict_words, True),
    _Column("indicator", 24, lambda finding: finding.subject.name),
    _Column("figure", 13, lambda finding: finding.figure.text, True),
    _Column("role", 10, lambda finding: word("document_role", finding.role or "none"), True),
    _Column("expected", 30, expected_words),
    _Column("reason", 20, reason_words),
    _Column("sentence", 46, sentence_words),
    _Column("place", 26, place_words),
)


def write_products(path: Path, check: DocumentCheck, folder: Path) -> list[Path]:
    """Write the list of all figures and, where some differ, a copy of the document with comments at them.

    Parameters
    ----------
    path : Path
        The document; it stays as it is.
    check : DocumentCheck
    folder : Path

    Returns
    -------
    list of Path
    """
    from evalkit.collection.document_marked import marked_document

    listing = folder / f"{path.stem}-{word('document_file', 'list', 'zh')}.xlsx"
    write_bytes(listing, _workbook(check))
    different = check.of("differ")
    if not different:
        return [listing]
    copy = folder / f"{path.stem}-{word('document_file', 'copy', 'zh')}.docx"
    write_bytes(copy, marked_document(path, check.label, [(finding, comment_words(finding)) for finding in different]))
    return [listing, copy]


def _workbook(check: DocumentCheck) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None, "a new workbook has a sheet"
    sheet.title = word("document_place", "sheet")
    _fill(sheet, check, in_order(check)[:MOST_LINES])
    return book_bytes(book)


def _fill(sheet: Any, check: DocumentCheck, findings: Sequence[Finding]) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    last = get_column_letter(len(_COLUMNS))
    put(sheet["A2"], word("document_place", "title").format(document=Path(check.label).name, run=check.run))
    sheet["A2"].font = Font(name=_FONT, size=15, bold=True)
    told = summary(check)
    put(sheet["A3"], told)
    sheet["A3"].alignment = Alignment(wrap_text=True, vertical="center")
    sheet["A3"].font = Font(name=_FONT, size=10, color="FF404040")
    sheet.row_dimensions[1].hidden = True
    sheet.row_dimensions[2].height = 26
    total = sum(column.width for column in _COLUMNS)
    sheet.row_dimensions[3].height = _LINE * lines_of(told, total) + 6
    for line in (2, 3):
        sheet.merge_cells(f"A{line}:{last}{line}")
    thin = Side(style="thin", color="FFBFBFBF")
    edges, font = Border(left=thin, right=thin, top=thin, bottom=thin), Font(name=_FONT, size=10)
    left, centre = (Alignment(wrap_text=True, vertical="top", horizontal=side) for side in ("left", "center"))
    for number, column in enumerate(_COLUMNS, start=1):
        head = sheet.cell(HEAD_LINE, number)
        put(head, word("document_head", column.head))
        head.font, head.fill = Font(name=_FONT, size=10, bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor=_HEAD_FILL)
        head.alignment, head.border = Alignment(horizontal="center", vertical="center"), edges
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    fills = {verdict: PatternFill("solid", fgColor=colour) for verdict, colour in _FILL.items()}
    for line, finding in enumerate(findings, start=HEAD_LINE + 1):
        height = 1
        for number, column in enumerate(_COLUMNS, start=1):
            cell, text = sheet.cell(line, number), column.text(finding)
            if text:
                put(cell, text)
                height = max(height, lines_of(text, column.width - 1))
            cell.font, cell.border, cell.alignment = font, edges, centre if column.centred else left
        sheet.cell(line, 1).fill = fills[finding.verdict]
        sheet.row_dimensions[line].height = min(_LINE * height + 4, _TALLEST)
    end = HEAD_LINE + max(len(findings), 1)
    sheet.freeze_panes = f"A{HEAD_LINE + 1}"
    sheet.auto_filter.ref = f"A{HEAD_LINE}:{last}{end}"
    sheet.print_area, sheet.print_title_rows = f"A2:{last}{end}", f"{HEAD_LINE}:{HEAD_LINE}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&P / &N"
