"""Workbooks as departments send them, made by the programs that make them, and broken ones made of them."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalkit.messages import EvalkitError
from evalkit.tables.books import Sheet, read_book

FORMS = {  # number format by row, from row 3
    3: "0.00%", 4: '0.00"万吨"', 5: '0.0"%"', 6: "#,##0,", 7: '0!.0,"万"', 8: "yyyy-mm-dd", 9: "h:mm", 10: 'General"亩"',
    11: '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 12: '"约"0', 13: "¥#,##0.00", 14: "0_);(0)",
}  # fmt: skip
SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sheets(path: Path) -> list[Sheet]:
    return read_book(path, path.name)


def first(path: Path) -> dict[str, str]:
    """Return the texts of the first sheet by address."""
    sheet = sheets(path)[0]
    return {sheet.place(*spot).cell: cell.text for spot, cell in sheet.cells.items()}


def refusal(path: Path) -> str:
    """Return the code of the refusal of a file; it names the file and says what to do in both languages."""
    with pytest.raises(EvalkitError) as caught:
        read_book(path, path.name)
    [problem] = caught.value.problems
    assert problem.place.file == path.name and problem.line("zh") != problem.line("en")
    return problem.code


def workbook(path: Path) -> Path:
    """Write a workbook with about everything that the readers tell apart."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("甲县")
    sheet.write_string(0, 0, "生态环境数据表")
    sheet.merge_range("A2:C2", "合并")
    for row, form in FORMS.items():
        sheet.write_string(row - 1, 0, form)
        sheet.write_number(row - 1, 1, 45292.25 if form == "yyyy-mm-dd" else 0.475, book.add_format({"num_format": form}))
        sheet.write_number(row - 1, 2, 0, book.add_format({"num_format": form}))
    sheet.write_formula("A20", "=1/0", None, "#DIV/0!")
    sheet.write_formula("B20", "=B3*2", None, 0.95)
    sheet.write_boolean("C20", True)
    sheet.write_number("A21", 0.1 + 0.2)
    sheet.write_number("B21", 1e20)
    sheet.write_number("C21", 1e-7)
    sheet.write_comment("A21", "数据来自年鉴", {"author": "张三"})
    sheet.write_comment("F30", "空处的批注")
    above = book.add_format({"font_script": 1})
    sheet.write_rich_string("A22", "m", above, "2", "、95", above, "1")
    sheet.write_string("A23", "藏")
    sheet.set_row(22, None, None, {"hidden": True})
    sheet.write_string("H1", "列藏")
    sheet.set_column("H:H", 5, None, {"hidden": True})
    sheet.write_string("A24", "  两行\n文字  ")
    sheet.write_string("A25", "=1+1")
    sheet.write_string("A26", "１２")
    book.add_worksheet("隐").write(0, 0, 1)
    book.worksheets()[1].hide()
    book.add_worksheet("深隐").write(0, 0, 2)
    book.worksheets()[2].very_hidden()
    book.add_worksheet("空")
    book.close()
    return path


def small(path: Path) -> Path:
    """Write a workbook of a few cells, to be broken byte by byte."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("表")
    rows: list[list[Any]] = [["区县", "指标", "数值"], ["甲县", "污水处理率"], ["乙县", "公园面积", "12.5公顷"], ["丙县", 2024, True]]
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            sheet.write(row, column, value)
    sheet.write_number("C2", 0.957, book.add_format({"num_format": "0.0%"}))
    sheet.write_comment("B2", "年报", {"author": "张"})
    sheet.merge_range("A6:B6", "合计")
    sheet.write_formula("C6", "=C2", None, 0.957)
    sheet.set_row(3, None, None, {"hidden": True})
    book.close()
    return path


def document(path: Path) -> Path:
    """Write a document with a table, merged cells in it, and a table within."""
    import docx

    book = docx.Document()
    table = book.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "竖"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "横"
    table.cell(1, 1).text = "12.5"
    table.cell(2, 2).text = "尾\n二"
    table.cell(2, 0).add_table(1, 1).cell(0, 0).text = "内"
    book.save(str(path))
    return path


def convert(path: Path, suffix: str, folder: Path) -> Path:
    """Let LibreOffice save a workbook as another kind."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("soffice is not installed")
    folder.mkdir(exist_ok=True)
    profile = (folder / "profile").resolve().as_uri()
    call = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", suffix, "--outdir", str(folder), str(path)]
    subprocess.run(call, capture_output=True, timeout=180, check=True)
    return folder / f"{path.stem}.{suffix}"


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change the parts of an archive."""
    parts = parts_of(path.read_bytes())
    change(parts)
    path.write_bytes(packed(parts))
    return path
