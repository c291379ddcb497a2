"""指标完成情况总表 as an Excel workbook: official tables with merged cells, and all rows flat to filter and compute with."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from evalkit.messages.speech import say, term
from evalkit.report import look, phrases
from evalkit.report.book_cells import Sheet, Styles, clean, sheet_names
from evalkit.report.book_tables import Table, flat_table, official_table, side_table
from evalkit.report.model import ReportModel
from evalkit.report.rollup_compare import by_set, in_periods
from evalkit.tables import write_bytes

_ABOUT_WIDTHS = (16.0, 96.0)


def write_region_book(model: ReportModel, path: Path, *, outdated: bool = False) -> None:
    """Write the tables of one region: 说明, a table for each set and period, and 明细.

    Parameters
    ----------
    model : ReportModel
    path : pathlib.Path
        Ends in ``.xlsx``. The same results give the same bytes.
    outdated : bool
        Rules or data changed since the results were made: every sheet says so.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    _write([model], [official_table(model, group) for group in model.groups], path, outdated=outdated)


def write_run_book(models: Sequence[ReportModel], path: Path, *, outdated: bool = False) -> None:
    """Write the tables of all regions side by side: 说明, a table for each set and period, and 明细; parameters as above."""
    tables = []
    for some in by_set(models):
        for own in in_periods(some, models):
            tables.append(side_table(own) if len(own) > 1 else official_table(_owner(models, own[0][1]), own[0][1]))
    _write(models, tables, path, outdated=outdated)


def _owner(models: Sequence[ReportModel], group: object) -> ReportModel:
    return next(model for model in models if any(own is group for own in model.groups))


def _write(models: Sequence[ReportModel], tables: Sequence[Table], path: Path, *, outdated: bool) -> None:
    import xlsxwriter

    context = models[0].context
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    title = say("book.book", title=term(context.title_zh))
    # the day of the report, not of the writing: the same results give the same bytes
    book.set_properties({"title": clean(title), "author": "", "created": datetime.fromisoformat(context.report_date)})
    styles = Styles(book)
    warnings = [look.outdated_words()] if outdated else []
    warnings += [look.example_words()] if any(model.context.example for model in models) else []
    warning = phrases.clauses(warnings)
    names = sheet_names([say("book.about"), *(table.name for table in tables), say("book.flat")])
    _about(Sheet(book, styles, names[0], warning), models, title, warnings)
    for name, table in zip(names[1:-1], tables, strict=True):
        Sheet(book, styles, name, warning).table(table)
    Sheet(book, styles, names[-1], warning).table(flat_table(models, say("book.title_flat", title=term(context.title_zh))))
    book.close()
    write_bytes(path, stream.getvalue())


def _about(sheet: Sheet, models: Sequence[ReportModel], title: str, warnings: Sequence[str]) -> None:
    context = models[0].context
    marks: Mapping[str, Any] = {
        line.mark.code: line.mark for model in models for group in model.groups for line in (*group.table, *group.apart_table)
    }
    used = [*(look.STATUSES[code] for code in look.STATUSES), *(marks[code] for code in look.MARKS if code in marks)]
    facts = [
        (say("book.run"), say("book.run_said", title=term(context.title_zh), run=context.run_id)),
        (say("book.regions"), phrases.listing([term(model.context.region_name) for model in models])),
        (say("book.periods"), phrases.listing([phrases.period(period) for period in context.periods])),
        (say("book.date"), phrases.period(context.report_date)),
        *([(say("book.outdated"), look.outdated_words())] if look.outdated_words() in warnings else []),
        *([(say("book.data"), look.example_words())] if look.example_words() in warnings else []),
        (say("book.sheets"), say("book.sheets_said")),
        (say("book.values"), say("book.values_said")),
        (say("book.legend"), phrases.clauses([status.label for status in used])),
        (look.DAGGER, say("book.dagger_said")),
        *([("", say("book.side_said"))] if len(models) > 1 else []),
    ]
    sheet.facts(title, facts, _ABOUT_WIDTHS)
