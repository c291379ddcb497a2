"""An indicator set as a workbook that looks typed in: merged as printed, every text a text."""

from __future__ import annotations

from pathlib import Path

from evalkit.authoring import lines
from evalkit.authoring.columns import (
    CLASS_COLUMNS,
    CLASSES,
    GROUP_COLUMNS,
    GROUPS,
    MEASURE_COLUMNS,
    MEASURES,
    PASS,
    PASS_COLUMNS,
    PRINTED,
    ROW_COLUMNS,
    ROWS,
    SET,
    WORKED,
    Column,
)
from evalkit.authoring.sheet_writing import Workbook
from evalkit.catalog import Catalog
from evalkit.catalog.models import IndicatorSet
from evalkit.tables import write_bytes

_CENTRED = ("domain", "seq", "unit", "attribute", "levels", "where_relevant", "state")
_READ_ONLY = ("read_as", "departments")  # for the reader; import takes them from the measure
_WRAPPED = (*(column.key for column in PRINTED), "measure", "formula", "read_as", "departments", "rule")
_HINT = (
    "“指标”表中黄头的列照文件录入，灰头的列为编号与出处；斜体的列（公式释读、数据来源）供阅读，有口径时不读入。"
    "“规则”列只在指标值的文字不足以说明时填写。"
)


def write_set(catalog: Catalog, indicator_set: IndicatorSet, path: Path) -> None:
    """Write the workbook of a set: 体系, 分类, 选项组, 指标, 口径, 通过条件.

    Parameters
    ----------
    catalog : Catalog
    indicator_set : IndicatorSet
    path : Path
        Ends in ``.xlsx``.
    """
    book = Workbook(indicator_set.name_zh, _READ_ONLY)
    book.fields(SET, ("项", "内容"), lines.set_lines(indicator_set), _HINT)
    book.plain(CLASSES, CLASS_COLUMNS, lines.class_lines(indicator_set))
    book.plain(GROUPS, GROUP_COLUMNS, lines.group_lines(indicator_set))
    document = catalog.documents[indicator_set.document]
    titles = indicator_set.name_zh, f"{document.title_zh}{f'（{document.number}）' if document.number else ''}"
    rows = lines.row_lines(catalog, indicator_set)
    looks = {column.key: _look(column) for column in ROW_COLUMNS}
    unwrapped = [column.key for column in ROW_COLUMNS if column.key not in _WRAPPED or column.key in ("domain", "task")]
    book.printed(ROWS, titles, ROW_COLUMNS, rows, looks, len(PRINTED), unwrapped).activate()
    book.plain(MEASURES, MEASURE_COLUMNS, lines.measure_lines(catalog, indicator_set))
    book.plain(PASS, PASS_COLUMNS, lines.pass_lines(indicator_set))
    write_bytes(path, book.content())


def _look(column: Column) -> tuple[str, str]:
    """Return the styles of a column's head and of its cells."""
    head = "for_reading" if column.key in _READ_ONLY else "head" if column in (*PRINTED, *WORKED) else "kept"
    if column.key in _CENTRED:
        return head, "centred"
    return head, "reading" if column.key in _READ_ONLY else "wrapped" if column.key in _WRAPPED else "kept_text"
