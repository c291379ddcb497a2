"""A workbook that openpyxl has changed becomes bytes again: the same for equal content, with the results of its formulas."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from evalkit.report.rendering.wordfinish import rezip

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

Results = Mapping[str, Mapping[str, Any]]  # by sheet and address: what a formula last gave
_FIXED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # of a workbook that says nothing of its own making
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_FORMULA_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?)>(<f\b(?:[^>]*/>|[^>]*>[^<]*</f>))<v ?(?:/>|></v>)</c>')


def formula_results(values: Workbook, formulas: Workbook) -> dict[str, dict[str, Any]]:
    """Return the results of all formulas of a workbook, opened once with values and once with formulas."""
    from openpyxl.utils.datetime import to_excel

    found: dict[str, dict[str, Any]] = {}
    for sheet in formulas.worksheets:
        own = values[sheet.title]
        for cell in formula_cells(sheet):
            value = own[cell.coordinate].value
            if isinstance(value, (datetime, date, time, timedelta)):
                value = to_excel(value, formulas.epoch)  # type: ignore[no-untyped-call]
            if value is not None:
                found.setdefault(sheet.title, {})[cell.coordinate] = value
    return found


def formula_cells(sheet: Any) -> list[Any]:
    """Return the cells of a sheet that hold formulas; going through its rows would make all cells that lie between."""
    return [cell for cell in sheet._cells.values() if cell.data_type == "f"]


def book_bytes(book: Workbook, results: Results | None = None, *, dated: bool = False) -> bytes:
    """Return a workbook as bytes; equal workbooks give equal bytes.

    Parameters
    ----------
    book : Workbook
        Is changed and closed.
    results : mapping, optional
        Results of formulas, which openpyxl does not write itself; a program that opens the file computes them anew.
    dated : bool
        The workbook says itself when it was made and changed: that is kept. Otherwise the dates are fixed.
    """
    from openpyxl.workbook.properties import CalcProperties

    if not dated:
        book.properties.created = book.properties.modified = _FIXED
    modified = book.properties.modified or _FIXED
    if book.calculation is None:  # many programs do not say how they calculate
        book.calculation = CalcProperties()
    book.calculation.fullCalcOnLoad = True
    stream = io.BytesIO()
    book.save(stream)  # puts the present time into the properties
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(stream) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    core = "docProps/core.xml"
    stamp = modified.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    parts[core] = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", parts[core])
    for sheet in book.worksheets:
        own = (results or {}).get(sheet.title)
        if own:
            part = sheet.path.lstrip("/")
            parts[part] = _FORMULA_CELL.sub(partial(_with_result, own), parts[part])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    book.close()
    return rezip(out.getvalue())


def _with_result(results: Mapping[str, Any], found: re.Match[bytes]) -> bytes:
    value = results.get(found[1].decode())
    if value is None:
        return found[0]
    if isinstance(value, bool):
        kind, text = "b", str(int(value))
    elif isinstance(value, (int, float)):
        kind, text = "n", repr(value)
    else:
        text = str(value)
        kind = "e" if re.fullmatch(r"#[A-Z0-9/]+[!?]?", text) else "str"
    return b'<c r="%s"%s t="%s">%s<v>%s</v></c>' % (found[1], found[2], kind.encode(), found[3], escape(text).encode())
