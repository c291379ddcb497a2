"""Workbooks and tables as received: the same cells from every kind of file, and nothing that a cell says is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from books_samples import FORMS, changed, convert, document, first, refusal, sheets, workbook
from hypothesis import given
from hypothesis import strategies as st

from evalkit.tables.books import Cell, Sheet
from evalkit.tables.books.formats import shown
from evalkit.tables.books.plain import NO_CACHE, decimal, number


@pytest.fixture(scope="session")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook, as XlsxWriter makes it."""
    return workbook(tmp_path_factory.mktemp("books") / "a.xlsx")


@pytest.fixture(scope="session", params=["xlsx", "xlsx from LibreOffice", "xls", "ods"])
def book(request: pytest.FixtureRequest, received: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Sheet]:
    """The same workbook in each kind of file."""
    suffix = request.param.split()[0]
    if request.param == "xlsx":
        return sheets(received)
    return sheets(convert(received, suffix, tmp_path_factory.mktemp("office")))


# The same in every kind


def test_texts_are_as_typed(book: list[Sheet]) -> None:
    sheet = book[0]
    assert sheet.name == "甲县"
    assert sheet.text(1, 1) == "生态环境数据表"
    assert sheet.text(24, 1) == "两行\n文字"
    assert sheet.cells[25, 1] == Cell("=1+1")
    assert sheet.text(26, 1) == "１２"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (3, ("0.475", True, "", False)),
        (4, ("0.475", False, "万吨", False)),
        (5, ("0.475", False, "%", False)),
        (6, ("0.475", False, "", True)),
        (7, ("0.475", False, "万", True)),
        (10, ("0.475", False, "亩", False)),
        (11, ("0.475", False, "", False)),
        (12, ("0.475", False, "", True)),
        (13, ("0.475", False, "", False)),
        (14, ("0.475", False, "", False)),
    ],
)
def test_a_number_says_what_its_format_makes_of_it(row: int, expected: tuple[str, bool, str, bool], book: list[Sheet]) -> None:
    cell = book[0].cells[row, 2]
    assert cell.kind == "number" and (cell.text, cell.percent, cell.suffix, cell.scaled) == expected, FORMS[row]


def test_dates_are_no_numbers(book: list[Sheet]) -> None:
    assert book[0].cells[8, 2].kind == "date" and book[0].text(8, 2) == "2024-01-01 06:00:00"
    assert book[0].cells[9, 2].kind == "date" and book[0].text(9, 2) == "11:24:00"


def test_a_zero_that_is_shown_as_a_dash_is_zero(book: list[Sheet]) -> None:
    assert book[0].cells[11, 3].text == "0" and not book[0].cells[11, 3].scaled


def test_numbers_have_the_digits_that_a_spreadsheet_shows(book: list[Sheet]) -> None:
    assert [book[0].text(21, column) for column in (1, 2, 3)] == ["0.3", "1" + 20 * "0", "0.0000001"]


def test_results_of_formulas_say_so(book: list[Sheet]) -> None:
    fault, result = book[0].cells[20, 1], book[0].cells[20, 2]
    assert (fault.text, fault.kind, fault.formula) == ("#DIV/0!", "error", True)
    assert (result.text, result.kind, result.formula) == ("0.95", "number", True)
    assert not book[0].cells[3, 2].formula


def test_superscripts_do_not_run_into_figures(book: list[Sheet]) -> None:
    assert book[0].text(22, 1) == "m²、95¹"


def test_merged_cells_say_the_same_in_each(book: list[Sheet]) -> None:
    assert [book[0].text(2, column) for column in (1, 2, 3, 4)] == ["合并", "合并", "合并", ""]
    assert [spot for spot in book[0].cells if spot[0] == 2] == [(2, 1)]


def test_what_is_hidden_is_read_and_reported(book: list[Sheet]) -> None:
    assert book[0].hidden_rows == {23} and book[0].hidden_columns == {8}
    assert [sheet.name for sheet in book if sheet.hidden] == ["隐", "深隐"]
    [remark] = book[0].remarks
    assert (remark.code, remark.severity, remark.values["lines"]) == ("hidden_lines", "warning", ["23", "H"])
    assert [problem.code for problem in book[1].remarks] == ["sheet_hidden"]


def test_notes_stay_with_their_cells(book: list[Sheet]) -> None:
    assert "数据来自年鉴" in book[0].cells[21, 1].comment
    assert "空处的批注" in book[0].notes[30, 6] and (30, 6) not in book[0].cells


def test_old_workbooks_are_read_as_their_library_reads_them(received: Path, tmp_path: Path) -> None:
    xlrd = pytest.importorskip("xlrd")
    path = convert(received, "xls", tmp_path)
    for mine, other in zip(sheets(path), xlrd.open_workbook(path).sheets(), strict=True):
        assert mine.name == other.name
        theirs = {(r + 1, c + 1): other.cell(r, c) for r in range(other.nrows) for c in range(other.ncols) if other.cell_type(r, c)}
        theirs = {spot: cell for spot, cell in theirs.items() if cell.ctype != xlrd.XL_CELL_BLANK and spot != (22, 1)}
        assert set(theirs) == set(mine.cells) - {(22, 1)}
        for spot, cell in theirs.items():
            if cell.ctype == xlrd.XL_CELL_TEXT:
                assert mine.cells[spot].text == cell.value.strip()
            elif cell.ctype == xlrd.XL_CELL_NUMBER:
                assert float(mine.cells[spot].text) == pytest.approx(cell.value, rel=1e-14)


# Numbers and formats


@given(st.floats(-1e300, 1e300))
def test_a_number_is_rounded_to_fifteen_digits_and_no_more(value: float) -> None:
    text = decimal(repr(value))
    assert text is not None and "e" not in text.lower() and float(text) == pytest.approx(value, rel=1e-14, abs=0)
    assert len(text.strip("-0.").replace(".", "").rstrip("0").lstrip("0")) <= 15


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 15))
def test_a_short_number_stays_what_it_is(digits: int, places: int) -> None:
    plain = f"{abs(digits):0{places + 1}}"
    raw = ("-" if digits < 0 else "") + (plain[:-places] + "." + plain[-places:] if places else plain)
    found = decimal(raw)
    assert found == (raw.rstrip("0").rstrip(".") if places else raw) or (digits == 0 and found == "0")


@pytest.mark.parametrize("raw", ["", "1e", "NaN", "inf", "0x10", "1_000", "１２", "1,5", "--1", "1E+400", "1" * 500, " 1"])
def test_what_is_no_number_of_a_spreadsheet_is_an_error(raw: str) -> None:
    assert decimal(raw) is None
    assert number(raw, "").kind == "error"


@pytest.mark.parametrize(
    ("form", "sign", "percent", "suffix", "scaled", "date"),
    [
        ("0%", 1, True, "", False, ""),
        ("0%%", 1, False, "", True, ""),
        ('0.0%"左右"', 1, True, "左右", False, ""),
        ("0\\%", 1, False, "%", False, ""),
        ("#,##0", 1, False, "", False, ""),
        ("#,##0.0,,", 1, False, "", True, ""),
        ('0.0,"万"', 1, False, "万", True, ""),
        ("0\\.0000", 1, False, "", True, ""),
        ("000-0000", 1, False, "", True, ""),
        ('0" "0', 1, False, "", False, ""),
        ("+0.0;-0.0", -1, False, "", False, ""),
        ('0;"下降"0', -1, False, "", True, ""),
        ('0;"下降"0', 1, False, "", False, ""),
        ('0"升";0"降"', -1, False, "降", False, ""),
        ("0;-0;", 0, False, "", False, ""),
        ('0;-0;"无"', 0, False, "", True, ""),
        (";;;", 1, False, "", True, ""),
        ('"≥"0', 1, False, "", True, ""),
        ("[$¥-804]#,##0", 1, False, "", False, ""),
        ("#,##0[$元-804]", 1, False, "元", False, ""),
        ("[>=10000]0.0,;0", 1, False, "", True, ""),
        ("[<0]-0%;0%", 1, True, "", False, ""),
        ("[>0]0;[=0]\\-;0", 0, False, "", False, ""),
        ('yyyy"年"m"月"', 1, False, "", False, "date"),
        ("-0.00", 1, False, "", True, ""),
        ("-0.00", -1, False, "", False, ""),
        ("(0.00)", 1, False, "", True, ""),
        ("$#,##0", 1, False, "", True, ""),
        ("0" + "_x" * 250 + ",", 1, False, "", True, ""),
        ("[h]:mm:ss", 1, False, "", False, "time"),
        ("上午/下午h:mm", 1, False, "", False, "time"),
        ("0.00E+00", 1, False, "", False, ""),
        ("G/通用格式", 1, False, "", False, ""),
        ('[Red]"x', 1, False, "", True, ""),
        ("@", 1, False, "", False, ""),
    ],
)
def test_formats(form: str, sign: int, percent: bool, suffix: str, scaled: bool, date: str) -> None:
    found = shown(form, sign)
    assert (found.percent, found.suffix, found.scaled, found.date) == (percent, suffix, scaled, date)


@given(st.text(alphabet='0#?.,%;"\\[]<>=E+-_*@yYmhs万年 !$¥/()', max_size=30), st.sampled_from([-1, 0, 1]))
def test_any_format_is_understood_or_says_that_it_is_not(form: str, sign: int) -> None:
    found = shown(form, sign)
    assert found.date in ("", "date", "time") and not (found.date and found.percent)


@pytest.mark.parametrize(
    ("serial", "day"),
    [("1", "1900-01-01"), ("59", "1900-02-28"), ("61", "1900-03-01"), ("45292", "2024-01-01"), ("2958465", "9999-12-31")],
)
def test_days_are_counted_as_spreadsheets_do(serial: str, day: str) -> None:
    assert number(serial, "yyyy-m-d").text == day


def test_days_from_1904_and_impossible_ones() -> None:
    assert number("43830", "yyyy-m-d", True).text == "2024-01-01"
    assert number("-1", "yyyy-m-d").kind == number("2958466", "yyyy-m-d").kind == "error"


# Workbooks of today


def test_a_formula_without_its_result_is_an_error(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"], sheet["B1"] = 2, "=A1*2"
    book.save(tmp_path / "a.xlsx")
    assert sheets(tmp_path / "a.xlsx")[0].cells[1, 2] == Cell(NO_CACHE, "error", formula=True)


def test_a_formula_that_results_in_nothing_is_no_cell(received: Path, tmp_path: Path) -> None:
    sheet = sheets(_with_sheet(received, tmp_path, b'<row r="1"><c r="A1" t="str"><f>IF(1,"")</f><v></v></c></row>'))[0]
    assert sheet.cells == {}


def test_phonetic_guides_and_inline_texts(received: Path, tmp_path: Path) -> None:
    rich = b"<r><rPr><vertAlign val='superscript'/></rPr><t>1</t></r>"
    row = b"<row r='1'><c r='A1' t='inlineStr'><is><r><t>95</t></r>" + rich + b"<rPh><t>jiu</t></rPh></is></c><c><v>7</v></c></row>"
    path = _with_sheet(received, tmp_path, row)
    assert first(path) == {"A1": "95¹", "B1": "7"}


def test_control_characters_make_an_error(received: Path, tmp_path: Path) -> None:
    path = _with_sheet(received, tmp_path, b"<row r='1'><c r='A1' t='str'><v>1_x0007_2_x000D_</v></c></row>")
    assert sheets(path)[0].cells[1, 1] == Cell("1\\x072", "error")


@pytest.mark.parametrize(
    "rows",
    [
        b"<row r='1'><c r='A1'><v>1</v></c><c r='A1'><v>2</v></c></row>",
        b"<row r='1'><c r='A2'><v>1</v></c></row>",
        b"<row r='x'><c><v>1</v></c></row>",
        b"<row r='1'><c r='1A'><v>1</v></c></row>",
        b"<row r='1'><c r='A1' t='s'><v>999999</v></c></row>",
        b"<row r='1'><c r='A1' t='s'><v>-1</v></c></row>",
    ],
)
def test_cells_against_the_standard_are_refused(rows: bytes, received: Path, tmp_path: Path) -> None:
    assert refusal(_with_sheet(received, tmp_path, rows)) == "book_damaged"


def test_what_lies_below_a_merged_range_is_left_out_and_reported(received: Path, tmp_path: Path) -> None:
    rows = b"<row r='1'><c r='A1'><v>1</v></c><c r='B1'><v>2</v></c></row>"
    sheet = sheets(_with_sheet(received, tmp_path, rows, b"<mergeCells><mergeCell ref='A1:B1'/></mergeCells>"))[0]
    assert sheet.text(1, 2) == "1" and [problem.code for problem in sheet.remarks] == ["cells_covered"]


def test_rows_and_columns_of_no_size_are_hidden(received: Path, tmp_path: Path) -> None:
    rows = b"<row r='1' ht='0'><c r='A1'><v>1</v></c><c r='B1'><v>2</v></c></row>"
    sheet = sheets(_with_sheet(received, tmp_path, b"</sheetData><cols><col min='2' max='9' width='0'/></cols><sheetData>" + rows))[0]
    assert sheet.hidden_rows == {1} and sheet.hidden_columns == {2}


def test_links_to_other_files_are_not_followed_but_reported(received: Path, tmp_path: Path) -> None:
    path = _copy(received, tmp_path)
    changed(path, lambda parts: parts.update({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}))
    found = sheets(path)[0]
    assert [problem.code for problem in found.remarks] == ["book_links_kept", "hidden_lines"] and found.text(3, 2) == "0.475"


def test_damaged_notes_cost_only_the_notes(received: Path, tmp_path: Path) -> None:
    path = changed(_copy(received, tmp_path), lambda parts: parts.update({"xl/comments1.xml": b"<comments><comment ref="}))
    found = sheets(path)[0]
    assert "book_notes_lost" in [problem.code for problem in found.remarks] and found.text(21, 1) == "0.3"


def test_prefixed_and_strict_names_are_read(received: Path, tmp_path: Path) -> None:
    def prefix(parts: dict[str, bytes]) -> None:
        sheet = b"<x:worksheet xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'><x:sheetData>"
        parts["xl/worksheets/sheet1.xml"] = sheet + b"<x:row r='1'><x:c r='A1'><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>"

    assert first(changed(_copy(received, tmp_path), prefix)) == {"A1": "5"}


def _copy(path: Path, folder: Path) -> Path:
    (folder / path.name).write_bytes(path.read_bytes())
    return folder / path.name


def _with_sheet(path: Path, folder: Path, rows: bytes, after: bytes = b"") -> Path:
    """Return the workbook with these rows in its first sheet."""
    space = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
    whole = space + rows + b"</sheetData>" + after + b"</worksheet>"
    return changed(_copy(path, folder), lambda parts: parts.update({"xl/worksheets/sheet1.xml": whole}))


# Text files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(("sign", "suffix"), [(",", "csv"), (";", "csv"), ("\t", "tsv"), ("\t", "txt")])
def test_text_files_in_every_encoding(encoding: str, sign: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(f'区县{sign}数值\r\n甲县{sign}"1{sign}2"\r\n乙县{sign} 12.50 \r\n\r\n{sign}0012\r\n'.encode(encoding))
    assert first(path) == {"A1": "区县", "B1": "数值", "A2": "甲县", "B2": f"1{sign}2", "A3": "乙县", "B3": "12.50", "B5": "0012"}
    assert {cell.kind for cell in sheets(path)[0].cells.values()} == {"text"}


def test_the_delimiter_is_the_one_that_makes_even_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("区县;数值\n甲;1,5\n乙;2,5\n", encoding="utf-8")
    assert first(tmp_path / "a.csv")["B2"] == "1,5"
    (tmp_path / "b.csv").write_text("标题\n甲，乙\n", encoding="utf-8")
    assert first(tmp_path / "b.csv") == {"A1": "标题", "A2": "甲，乙"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"1;2,3\n4;5,6\n", "book_delimiter"),
        (b'a,"b\nc,d\n', "csv_quote"),
        (b"\xff\xfe\x00\xd8\x41\x00", "book_encoding"),
        (b"a\x00b,c\n", "book_encoding"),
        (b"a,\xff\xff\n", "book_encoding"),
        (b"", "book_unknown"),
        (b"\xef\xbb\xbf \r\n", "book_unknown"),
    ],
)
def test_text_that_nobody_can_be_sure_of_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert refusal(tmp_path / "a.csv") == code


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1), min_size=3, max_size=3), min_size=2
    )
)
def test_a_table_written_is_the_table_read(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([["甲", "乙", "丙"], *rows])
    sheet = sheets(path)[0]
    for number_, row in enumerate(rows, start=2):
        for column, text in enumerate(row, start=1):
            assert sheet.cells[number_, column].kind != "text" or sheet.text(number_, column) == _normal(text)


def _normal(text: str) -> str:
    return text.replace("\u2028", "\n").replace("\u2029", "\n").strip()


# Documents


def test_tables_of_a_document(tmp_path: Path) -> None:
    outer, inner = sheets(document(tmp_path / "a.docx"))
    assert (outer.name, inner.name) == ("表1", "表2")
    assert [outer.text(row, 1) for row in (1, 2)] == ["竖", "竖"] and [outer.text(1, column) for column in (2, 3)] == ["横", "横"]
    assert outer.text(2, 2) == "12.5" and outer.text(3, 3) == "尾\n二" and outer.text(3, 1) == ""
    assert inner.text(1, 1) == "内"


def _cell(xml: str, tmp_path: Path) -> Sheet:
    path = document(tmp_path / "a.docx")

    def put(parts: dict[str, bytes]) -> None:
        space = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
        tail = "<w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>"
        parts["word/document.xml"] = f"<w:document {space}><w:body><w:tbl><w:tr>{xml}{tail}".encode()

    return sheets(changed(path, put))[0]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ("<w:del><w:r><w:delText>90</w:delText></w:r></w:del><w:ins><w:r><w:t>95</w:t></w:r></w:ins>", "95"),
        ("<w:moveFrom><w:r><w:t>90</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>95</w:t></w:r></w:moveTo>", "95"),
        ("<w:r><w:t>95</w:t></w:r><w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>1</w:t></w:r>", "95¹"),
        ("<w:r><w:sym w:font='Symbol' w:char='F0B3'/><w:t>95</w:t></w:r>", "≥95"),
        ("<w:r><w:sym w:font='Wingdings' w:char='F0FE'/><w:t>95</w:t></w:r>", "\ufffd95"),
        ("<w:r><w:instrText>PAGE 7</w:instrText><w:t>95</w:t><w:br/><w:t>注</w:t></w:r>", "95\n注"),
        ("<w:sdt><w:sdtContent><w:r><w:t>95</w:t></w:r></w:sdtContent></w:sdt>", "95"),
    ],
)
def test_text_of_a_cell_is_what_a_reader_sees(runs: str, expected: str, tmp_path: Path) -> None:
    assert _cell(f"<w:tc><w:p>{runs}</w:p></w:tc>", tmp_path).text(1, 1) == expected


def test_hidden_text_is_not_read_and_reported(tmp_path: Path) -> None:
    runs = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>9</w:t></w:r><w:r><w:t>5</w:t></w:r>"
    sheet = _cell(f"<w:tc><w:p>{runs}</w:p></w:tc>", tmp_path)
    assert sheet.text(1, 1) == "5" and [problem.code for problem in sheet.remarks] == ["hidden_text"]


def test_rows_that_are_struck_out_and_begin_later(tmp_path: Path) -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    gone = "<w:trPr><w:del w:id='1'/></w:trPr>" + cell.format("旧") + "</w:tr><w:tr>"
    sheet = _cell(gone + "<w:trPr><w:gridBefore w:val='2'/></w:trPr>" + cell.format("新"), tmp_path)
    assert {spot: found.text for spot, found in sheet.cells.items()} == {(1, 3): "新"}


def test_a_document_without_a_table_is_refused(tmp_path: Path) -> None:
    import docx

    docx.Document().save(str(tmp_path / "a.docx"))
    assert refusal(tmp_path / "a.docx") == "book_unknown"
