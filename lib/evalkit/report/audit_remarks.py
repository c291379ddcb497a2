"""The sheet of the audit workbook on which reviewers write, and what it is called when it is read back."""

from __future__ import annotations

from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.models import Region, Run
from evalkit.report.audit_look import GRID, HEAD, WRAP, Looks, clean, height
from evalkit.report.audit_words import basis_name
from evalkit.review.audit_cells import Audit
from evalkit.review.remarks_form import HEADS, KEY, KINDS, MARK, REMARKS, WEIGHTS, row_name

_EXTRA = 20  # empty lines for opinions on the whole
_COLUMNS = tuple(zip(HEADS, (34, 9, 22, 12, 10, 60, 14, 12, 12, 24), strict=True))
_KEY = KEY - 1


def write_remarks(looks: Looks, sheet: Any, catalog: Catalog, run: Run, region: Region, made: Audit, state: str) -> None:
    """Write the sheet: a line for each row of the results, lists to choose from, hidden keys that say what a line is of."""
    plain, open_ = looks.style(**GRID, **WRAP), looks.style(**GRID, **WRAP, bg_color="#FFFBE0", locked=False)
    head = looks.style(**HEAD)
    sheet.write_row(0, 0, [MARK, run.id, region.code, state])
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.write_string(
        1,
        0,
        "每条意见一行，写在所说的指标后面；一项指标有几条意见的，写在末尾的空行并注明指标。总的意见也写在末尾。",
        looks.style(),
    )
    for column, (name, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, name, head)
    sheet.set_column(_KEY, _KEY + 4, 8, None, {"hidden": True})
    for row in range(3, 3 + len(made.entries) + _EXTRA):
        index = row - 3
        entry = made.entries[index] if index < len(made.entries) else None
        line = entry.line if entry else None
        name = "" if line is None else row_name(line.seq, line.part_of, line.name_zh)
        basis = basis_name(catalog, run, line) if line else ""
        for column, text in enumerate([name, entry.period if entry else "", basis]):
            sheet.write_string(row, column, clean(text), plain if line is not None else open_)
        tallest = height([name, basis], [_COLUMNS[0][1], _COLUMNS[2][1]])
        sheet.set_row(row, max(tallest, 20))
        for column in range(3, len(_COLUMNS)):
            sheet.write_blank(row, column, None, open_)
        if line is not None and entry is not None:
            sheet.write_row(row, _KEY, [line.basis, line.source, line.indicator, entry.period, line.milestone])
    last = 2 + len(made.entries) + _EXTRA
    sheet.data_validation(
        3, 3, last, 3, {"validate": "list", "source": list(KINDS), "error_title": "意见类别", "error_message": "请从列表中选择"}
    )
    sheet.data_validation(
        3, 4, last, 4, {"validate": "list", "source": list(WEIGHTS), "error_title": "轻重", "error_message": "请从列表中选择"}
    )
    looks.page(sheet, REMARKS, (last, len(_COLUMNS) - 1))
    sheet.freeze_panes(3, 1)
    sheet.repeat_rows(2)
