"""The table of evidence: by department, for the terminal, as CSV and as a workbook to send out."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evalkit.catalog import Catalog
from evalkit.catalog.evidence import STATES
from evalkit.collection.evidence import EvidenceLine
from evalkit.messages import word, words
from evalkit.report import look
from evalkit.tables import write_bytes, write_csv

SUFFIXES = (".csv", ".xlsx")
COLUMNS = ("department", "region_code", "region", "seq", "indicator", "item", "key", "period", "number", "id", "document", "page",
           "file", "stamped", "state")  # fmt: skip
_WIDTHS = (16, 10, 10, 7, 26, 26, 24, 9, 12, 10, 32, 10, 38, 10, 20)
_COLOURS = {"complete": look.BETTER, "cited": look.MUTED, "unstamped": "#8F5B10", "unrecorded": "#8F5B10"}
_CREATED = datetime.datetime(2000, 1, 1)


def in_order(catalog: Catalog, lines: Sequence[EvidenceLine]) -> list[EvidenceLine]:
    """Return lines by department, in the order in which the departments are listed; within one as they came."""
    listed = [department.name_zh for department in catalog.departments.values()]
    return sorted(lines, key=lambda line: (listed.index(line.department) if line.department in listed else len(listed), line.department))


def together(lines: Sequence[EvidenceLine]) -> list[tuple[EvidenceLine, list[str]]]:
    """Return lines with their periods; those that differ in the period alone are one."""
    found: dict[tuple[str, ...], tuple[EvidenceLine, list[str]]] = {}
    for line in lines:
        same = tuple(text for name, text in asdict(line).items() if name not in ("period", "id", "page"))
        found.setdefault(same, (line, []))[1].append(line.period)
    return list(found.values())


def summary(lines: Sequence[EvidenceLine]) -> dict[str, dict[str, int]]:
    """Return how many lines of each department are in which state; states as in the register, and ``none``."""
    counts: dict[str, dict[str, int]] = {}
    for line in lines:
        own = counts.setdefault(line.department, dict.fromkeys((*STATES, "none"), 0))
        own[line.state] += 1
    return counts


def shown(line: EvidenceLine) -> dict[str, str]:
    """Return a line as people read it, in their language."""
    found = {name: str(getattr(line, name)) for name in COLUMNS}
    found["stamped"] = word("evidence_stamped", line.stamped) if line.stamped else ""
    return {**found, "state": word("evidence_state", line.state)}


def write_table(lines: Sequence[EvidenceLine], path: Path) -> None:
    """Write the whole table; the name of the file says whether as CSV or as a workbook.

    Parameters
    ----------
    lines : sequence of EvidenceLine
    path : Path
        Ends in ``.csv`` or ``.xlsx``.
    """
    heads = words("evidence_column")
    if path.suffix.lower() == ".csv":
        write_csv(path, [heads[name] for name in COLUMNS], ({heads[name]: shown(line)[name] for name in COLUMNS} for line in lines))
        return
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": word("evidence_title", "table"), "author": "", "created": _CREATED})
    font = {"font_name": "微软雅黑", "font_size": 10, "valign": "top", "text_wrap": True}
    plain, head = book.add_format(font), book.add_format({**font, "bold": True, "bg_color": "#EDF2F6", "bottom": 1})
    styles = {code: book.add_format({**font, "font_color": _COLOURS.get(code, look.WORSE)}) for code in (*STATES, "none")}
    sheet = book.add_worksheet(word("evidence_title", "table"))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for column, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heads[name], head)
    for number, line in enumerate(lines, start=1):
        for column, text in enumerate(shown(line).items()):
            sheet.write_string(number, column, text[1], styles[line.state] if text[0] == "state" else plain)
    if lines:
        sheet.autofilter(0, 0, len(lines), len(COLUMNS) - 1)
    book.close()
    write_bytes(path, stream.getvalue())
