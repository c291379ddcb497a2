"""Collection forms: one workbook for each department or region of a run, with a letter, written once and never over."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from evalkit.catalog import Catalog
from evalkit.collection.forms_guide import write_guide
from evalkit.collection.forms_plan import By, Form, plan_forms
from evalkit.collection.forms_sheet import write_sheet
from evalkit.collection.forms_text import clean, sheet_names
from evalkit.collection.letter import letter_bytes
from evalkit.intake import form_layout as layout
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import write_bytes

_CREATED = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Written:
    """A form that was written, or was there already exactly as it is.

    Parameters
    ----------
    form : Form
    paths : list of Path
        The workbook and the letter.
    new : bool
        Something was written.
    """

    form: Form
    paths: list[Path]
    new: bool


def write_forms(
    catalog: Catalog, run_id: str, out: Path, by: By = "department", department: str = ""
) -> tuple[list[Written], list[Problem]]:
    """Write the forms and letters of a run into a folder; nothing that is there is ever overwritten.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    out : Path
        The folder; made when it is not there.
    by : {"department", "region"}
    department : str, optional
        Only this one.

    Returns
    -------
    list of Written
    list of Problem
        Warnings: names of departments that nobody knows.

    Raises
    ------
    EvalkitError
        No such run or department; or a file of that name exists and differs. Then nothing is written at all.
    """
    forms, problems = plan_forms(catalog, run_id, read_inputs(catalog, run_id), by, department)
    wanted = [(form, {out / f"{form.name}.xlsx": form_bytes(form), out / f"{form.name}.docx": letter_bytes(form)}) for form in forms]
    if out.exists() and not out.is_dir():
        raise EvalkitError(Problem("form_exists", Place(out.as_posix())))
    taken = [path for _, files in wanted for path, data in files.items() if path.exists() and not _same(path, data)]
    if taken:
        raise EvalkitError([Problem("form_exists", Place(path.as_posix())) for path in taken])
    done = []
    for form, files in wanted:
        absent = [path for path in files if not path.exists()]
        for path in absent:
            write_bytes(path, files[path])
        done.append(Written(form, list(files), bool(absent)))
    return done, problems


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def form_bytes(form: Form) -> bytes:
    """Return the workbook of a form; the same questions give the same bytes."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        # Widths of columns are counted in digits of the standard font: this one, or one just as wide, is everywhere.
        "default_format_properties": {"font_name": "Arial", "font_size": 10},
    }  # fmt: skip
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": clean(f"{form.run.title_zh} 数据填报表"), "author": "", "created": _CREATED})
    names = sheet_names([(_sheet_of(form, number), _id_of(form, number)) for number in range(len(form.parts))])
    write_guide(book, form, names)
    for part, name in zip(form.parts, names, strict=True):
        write_sheet(book, form, part, name)
    _mark(book, form)
    book.close()
    return stream.getvalue()


def _sheet_of(form: Form, number: int) -> str:
    part = form.parts[number]
    return part.region.name_zh if form.by == "department" else part.department.name_zh


def _id_of(form: Form, number: int) -> str:
    part = form.parts[number]
    return part.region.code if form.by == "department" else part.department.id


def _mark(book: Any, form: Form) -> None:
    """Write the hidden sheet: what the form is, and every line it goes out with."""
    sheet = book.add_worksheet(layout.MARK_SHEET)
    keys = [(part.region.code, item.variable, period.name) for part in form.parts for item in part.items for period in item.ordered]
    owner = form.parts[0].department.id if form.by == "department" else form.parts[0].region.code
    own = hashlib.sha256("\n".join("|".join(key) for key in keys).encode()).hexdigest()[:12]
    for column, text in enumerate((layout.mark(form.run.id, owner), form.name, own)):
        sheet.write_string(0, column, text)
    for row, key in enumerate(keys, start=1):
        for column, text in enumerate(key):
            sheet.write_string(row, column, text)
    sheet.protect("")
    sheet.very_hidden()
