"""A plan as a workbook in the form of the plan table, with its complete record on further sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from evalkit.authoring import plan_columns as names
from evalkit.authoring import plan_lines as lines
from evalkit.authoring.columns import Column
from evalkit.authoring.sheet_writing import Workbook
from evalkit.catalog import Catalog
from evalkit.catalog.models import Plan
from evalkit.messages import Language, language, word, words

_ROWS = ("row", "id", "name", "measure", "attribute", "note")
_VALUES = ("id", "name", "at", "kind", "since", "planned", "rule", "document", "clause", "state", "via")
_CENTRED = ("domain", "seq", "unit", "attribute")


def plan_book(catalog: Catalog, plan: Plan, present: Mapping[tuple[str, str], str] | None = None, lang: Language | None = None) -> bytes:
    """Return the workbook of a plan: 规划指标, 规划信息, 指标明细, 规划值明细, the three lists, 填写说明.

    Parameters
    ----------
    catalog : Catalog
    plan : Plan
    present : dict, optional
        What was reported, by indicator and year, for the columns 现状值.
    lang : {"zh", "en"}, optional
        Of heads and words; what is printed stays as printed.

    Returns
    -------
    bytes
        Of an ``.xlsx`` file; the same for the same plan.
    """
    lang, present = lang or language(), present or {}
    years = names.years_of(plan, sorted({at for _, at in present} | _rebased(plan)))
    left = names.columns(names.LEFT, lang)
    columns = [*left, *years.columns(lang), *names.columns((*names.RIGHT, "id"), lang)]
    printed = len(columns) - 1
    lists = catalog.lists.get(plan.id)
    rows = [
        {**dict.fromkeys((column.key for column in columns), ""), **line}
        for line in lines.table_lines(catalog, plan, lists.duties if lists else (), present, lang)
    ]
    columns = [c if c.key not in names.RIGHT or any(row[c.key] for row in rows) else replace(c, width=12) for c in columns]
    document = catalog.documents[plan.document]
    titles = plan.name_zh, f"{document.title_zh}{f'（{document.number}）' if document.number else ''}"
    book = Workbook(plan.name_zh, ("name",), word("plan_footer", "page", lang))
    table = book.printed(
        word("plan_sheet", "table", lang), titles, columns, rows, {c.key: _look(c) for c in columns}, printed, ("domain", "task")
    )
    table.activate()
    heads = word("plan_field", "head", lang), word("plan_field", "content", lang)
    book.fields(word("plan_sheet", "info", lang), heads, lines.field_lines(plan, lang), "")
    row_lines, value_lines = lines.row_lines(catalog, plan, lang), lines.value_lines(catalog, plan, lang)
    book.plain(word("plan_sheet", "rows", lang), _used(names.row_columns(lang), row_lines, _ROWS), row_lines)
    book.plain(word("plan_sheet", "values", lang), _used(names.value_columns(lang), value_lines, _VALUES), value_lines)
    for name in names.LISTS:
        book.plain(word("plan_sheet", name, lang), names.list_columns(name, lang)[0], lines.list_lines(lists, name, lang))
    book.fields(word("plan_sheet", "guide", lang), heads, _guide(lang), "")
    return book.content()


def _used(columns: Sequence[Column], rows: Sequence[Mapping[str, str]], kept: Sequence[str]) -> list[Column]:
    """Return the columns that hold something, and those that anybody who adds a line needs."""
    return [column for column in columns if column.key in kept or any(row[column.key] for row in rows)]


def _guide(lang: Language) -> list[tuple[str, str]]:
    """Return what the sheet 填写说明 explains, subject and text."""
    return [(subject, text) for subject, _, text in (entry.partition("|") for entry in words("plan_guide", lang).values())]


def _rebased(plan: Plan) -> set[str]:
    return {plan.base_period} if plan.base_period and any(row.base for row in plan.indicators) else set()


def _look(column: Column) -> tuple[str, str]:
    """Return the styles of a column's head and of its cells."""
    return "kept" if column.key == "id" else "head", "centred" if column.key in _CENTRED else "wrapped"
