"""Files that mean harm or are damaged: each is read or refused, quickly and within bounds, and no figure comes from nowhere."""

from __future__ import annotations

import io
import random
import re
import struct
import subprocess
import sys
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import unescape

import pytest
from books_samples import SIGNATURE, changed, convert, document, first, packed, parts_of, refusal, sheets, small
from hypothesis import given
from hypothesis import strategies as st

from evalkit.messages import EvalkitError
from evalkit.tables.books import read_book
from evalkit.tables.books.bounds import Bounds
from evalkit.tables.books.ole import Compound

Parts = dict[str, bytes]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One small real file of each kind; those of LibreOffice only where it is installed."""
    folder = tmp_path_factory.mktemp("seeds")
    book = small(folder / "a.xlsx")
    text = '区县,指标,数值\n甲县,污水处理率,95.7\n乙县,"公园,面积",12.5公顷\n丙县,,2024\n'
    found = {"xlsx": book.read_bytes(), "docx": document(folder / "a.docx").read_bytes()}
    found |= {"csv": text.encode("utf-8-sig"), "txt": text.replace(",", "\t").encode("gb18030")}
    for suffix in ("xls", "ods"):
        try:
            found[suffix] = convert(book, suffix, folder / "office").read_bytes()
        except pytest.skip.Exception:
            continue
    return found


def put(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


# What a file really is


def test_a_wrong_name_is_refused(seeds: dict[str, bytes], tmp_path: Path) -> None:
    kinds = {"xlsx": {"xlsx"}, "docx": {"docx"}, "csv": {"csv", "tsv", "txt"}, "txt": {"csv", "tsv", "txt"}, "xls": {"xls"}, "ods": {"ods"}}
    for kind, data in seeds.items():
        for suffix in ("xlsx", "docx", "csv", "txt", "tsv", "xls", "ods", "XLSX", "pdf", ""):
            path = put(data, tmp_path / f"a.{suffix}")
            if suffix.lower() in kinds[kind]:
                assert sheets(path)[0].cells
            else:
                assert refusal(path) == "book_suffix", (kind, suffix)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "book_unknown"),
        ("a.xls", b"\n<TABLE>", "book_unknown"),
        ("a.csv", b"\xef\xbb\xbf<!DOCTYPE html>", "book_unknown"),
        ("a.xls", b"MIME-Version: 1.0\n", "book_unknown"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>", "book_unknown"),
        ("a.xlsx", b"%PDF-1.7", "book_unknown"),
        ("a.csv", b"\x89PNG\r\n", "book_unknown"),
        ("a.csv", b"Rar!\x1a\x07", "book_unknown"),
        ("a.xls", b"\x09\x08\x10\0\0\6\5\0", "book_unknown"),
        ("a.xls", b"a,b\n1,2\n", "book_suffix"),
        ("a.xlsx", b"", "book_unknown"),
        ("a.xls", SIGNATURE, "book_damaged"),
        ("a.xls", SIGNATURE + b"\0" * 5000, "book_damaged"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 500, "book_damaged"),
        ("a.xlsx", packed({"a.txt": b"1"}), "book_unknown"),
        ("a.xlsx", packed({"xl/workbook.bin": b"1"}), "book_unknown"),
        ("a.docx", packed({"ppt/presentation.xml": b"1"}), "book_unknown"),
        ("a.ods", packed({"mimetype": b"application/vnd.oasis.opendocument.text"}), "book_unknown"),
    ],
)
def test_other_files_are_named_for_what_they_are(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    assert refusal(put(content, tmp_path / name)) == code


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing.xlsx") == "file_missing"
    (tmp_path / "folder.xlsx").mkdir()
    assert refusal(tmp_path / "folder.xlsx") == "file_missing"


def test_half_a_file_is_refused(seeds: dict[str, bytes], tmp_path: Path) -> None:
    for kind in {"xlsx", "docx", "xls", "ods"} & set(seeds):
        for share in (3, 10, 50, 90, 99):
            data = seeds[kind]
            if (kind, share) == ("xls", 99):
                continue  # only padding is lost
            assert refusal(put(data[: len(data) * share // 100], tmp_path / f"a.{kind}")) == "book_damaged", (kind, share)


# Macros, passwords, entities, archives


def _compound(names: list[str]) -> bytes:
    """Return a compound file whose first folder holds these streams, each empty."""
    head = bytearray(512)
    head[:8] = SIGNATURE
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<8I", head, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", head, 76, 0, *([0xFFFFFFFF] * 108))
    table = struct.pack("<128I", 0xFFFFFFFD, *range(2, len(names) // 4 + 2), 0xFFFFFFFE, *([0xFFFFFFFF] * (126 - len(names) // 4)))
    folder = b""
    for place, name in enumerate(["Root Entry", *names]):
        entry = bytearray(128)
        entry[: 2 * len(name)] = name.encode("utf-16-le")
        right = place + 1 if 0 < place < len(names) else 0xFFFFFFFF
        child = 1 if not place and names else 0xFFFFFFFF
        struct.pack_into("<HBBIII", entry, 64, 2 * len(name) + 2, 5 if not place else 2, 1, 0xFFFFFFFF, right, child)
        struct.pack_into("<II", entry, 116, 0xFFFFFFFE, 0)
        folder += entry
    return bytes(head) + table + folder.ljust(-(-len(folder) // 512) * 512, b"\0")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["EncryptionInfo", "EncryptedPackage"], "book_password"),
        (["Workbook", "_VBA_PROJECT_CUR"], "book_macros"),
        (["WordDocument", "1Table"], "book_unknown"),
        (["x"], "book_unknown"),
        (["Workbook"], "book_damaged"),
    ],
)
def test_compound_files_are_looked_into(names: list[str], code: str, tmp_path: Path) -> None:
    for suffix in ("xls", "xlsx"):
        found = refusal(put(_compound(names), tmp_path / f"a.{suffix}"))
        assert found == (code if suffix == "xls" or code in ("book_password", "book_unknown") else "book_suffix")


def _set(part: str, content: bytes) -> Callable[[Parts], None]:
    return lambda parts: parts.update({part: content})


def _swap(part: str, old: bytes, new: bytes) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return change


ENTITY = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
LOUD = b"<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]><x>&a;</x>".decode().encode("utf-16")


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("xlsx", _set("xl/vbaProject.bin", b"x"), "book_macros"),
        ("xlsx", _set("xl/macrosheets/sheet1.xml", b"x"), "book_macros"),
        ("xlsx", _swap("[Content_Types].xml", b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"), "book_macros"),
        ("xlsx", _swap("xl/_rels/workbook.xml.rels", b"relationships/worksheet", b"relationships/xlMacrosheet"), "book_macros"),
        ("docx", _set("word/vbaProject.bin", b"x"), "book_macros"),
        ("ods", _set("Basic/Standard/Module1.xml", b"x"), "book_macros"),
        ("ods", _set("Scripts/python/x.py", b"x"), "book_macros"),
        ("ods", _set("META-INF/manifest.xml", b"<manifest:encryption-data/>"), "book_password"),
        ("xlsx", _set(SHEET, ENTITY + b"<worksheet>&a;</worksheet>"), "book_damaged"),
        ("xlsx", _set(SHEET, LOUD), "book_damaged"),
        ("xlsx", _set("xl/workbook.xml", LOUD), "book_damaged"),
        ("xlsx", _set("xl/_rels/workbook.xml.rels", LOUD), "book_damaged"),
        ("xlsx", _set("xl/styles.xml", LOUD), "book_damaged"),
        ("xlsx", _set("xl/sharedStrings.xml", LOUD), "book_damaged"),
        ("ods", _set("content.xml", LOUD), "book_damaged"),
        ("ods", _set("styles.xml", ENTITY + b"<x>&a;</x>"), "book_damaged"),
        ("docx", _set("word/document.xml", ENTITY + b"<x>&a;</x>"), "book_damaged"),
        ("xlsx", _set(SHEET, b"<worksheet>"), "book_damaged"),
        ("xlsx", lambda parts: parts.__delitem__(SHEET), "book_damaged"),
        ("xlsx", _set("XL/Workbook.xml", b"<x/>"), "book_damaged"),
        ("xlsx", lambda parts: parts.update({f"xl/media/{n}.png": b"" for n in range(Bounds().parts)}), "book_large"),
        ("xlsx", _set(SHEET, b"<worksheet><" + b"a" * 3_000_000 + b"/></worksheet>"), "book_large"),
        ("xlsx", _set(SHEET, b"<x><sheetData><row><c t='str'><v>" + b"a" * 200_000 + b"</v></c></row></sheetData></x>"), "book_large"),
        ("xlsx", _set("xl/sharedStrings.xml", b"<sst><si><t>" + b"a" * 200_000 + b"</t></si></sst>"), "book_large"),
    ],
)  # fmt: skip
def test_what_a_file_should_not_hold_is_refused(
    kind: str, change: Callable[[Parts], None], code: str, seeds: dict[str, bytes], tmp_path: Path
) -> None:
    if kind not in seeds:
        pytest.skip("soffice is not installed")
    assert refusal(changed(put(seeds[kind], tmp_path / f"a.{kind}"), change)) == code


@pytest.mark.parametrize("suffix", ["xlsm", "xltm", "docm"])
def test_names_of_files_with_macros_are_refused(suffix: str, seeds: dict[str, bytes], tmp_path: Path) -> None:
    assert refusal(put(seeds["docx" if suffix == "docm" else "xlsx"], tmp_path / f"a.{suffix}")) == "book_macros"


def test_archives_that_say_something_twice_or_hide_behind_a_password(seeds: dict[str, bytes], tmp_path: Path) -> None:
    stream = io.BytesIO(seeds["xlsx"])
    with pytest.warns(UserWarning), zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(SHEET, b"<worksheet/>")
    assert refusal(put(stream.getvalue(), tmp_path / "a.xlsx")) == "book_damaged"
    data = bytearray(seeds["xlsx"])
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(put(bytes(data), tmp_path / "b.xlsx")) == "book_password"
    assert refusal(put(packed(parts_of(seeds["xlsx"]), zipfile.ZIP_LZMA), tmp_path / "c.xlsx")) == "book_damaged"


def test_paths_in_an_archive_lead_nowhere(seeds: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = put(seeds["xlsx"], tmp_path / "in" / "a.xlsx")
    changed(path, lambda parts: parts.update({"../evil.txt": b"x", "/tmp/evil.txt": b"x", "..\\evil.txt": b"x", "C:\\evil.txt": b"x"}))
    assert first(path)["A2"] == "甲县"
    changed(path, _swap("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"../../../../etc/hostname"))
    assert refusal(path) == "book_damaged"
    assert sorted(found.name for found in tmp_path.rglob("*")) == ["a.xlsx", "in"]


# Large ones, each in a process of its own memory


def _rows(count: int, cells: bytes, attributes: bytes = b"") -> bytes:
    return (
        b"<worksheet><sheetData>"
        + b"".join(b"<row r='%d'>%s</row>" % (n, cells) for n in range(1, count + 1))
        + b"</sheetData></worksheet>"
    )


def _large() -> Iterator[tuple[str, str, Callable[[Parts], None]]]:
    """Yield name, kind and change of files that are small when packed."""
    yield "zeros in a picture", "xlsx", lambda parts: parts.update({"xl/media/1.png": bytes(260 * 2**20)})
    yield "zeros in a sheet", "xlsx", _set(SHEET, bytes(100 * 2**20))
    yield "blanks in a sheet", "xlsx", _set(SHEET, b"<worksheet>" + b" " * (100 * 2**20))
    yield "a million rows", "xlsx", _set(SHEET, _rows(1_048_576, b"<c><v>1</v></c>"))
    yield "many empty cells", "xlsx", _set(SHEET, _rows(20_000, b"<c/>" * 160))
    yield "many cells", "xlsx", _set(SHEET, _rows(11_000, b"".join(b"<c><v>%d.25</v></c>" % n for n in range(200))))
    yield "many elements", "xlsx", _set(SHEET, b"<worksheet>" + b"<x/>" * 15_000_000 + b"</worksheet>")
    yield "deep elements", "xlsx", _set(SHEET, b"<x>" * 6_000_000)
    yield "many texts", "xlsx", _set("xl/sharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * 3_000_000 + b"</sst>")
    yield (
        "long texts",
        "xlsx",
        _set("xl/sharedStrings.xml", b"<sst>" + (b"<si><t>" + "😀".encode() + b"a" * 30_000 + b"</t></si>") * 1500 + b"</sst>"),
    )
    merged = b"<mergeCells>" + b"<mergeCell ref='A1:XFD1048576'/>" * 100_000 + b"</mergeCells>"
    yield "many merged ranges", "xlsx", lambda parts: parts.update({SHEET: parts[SHEET].replace(b"</worksheet>", merged + b"</worksheet>")})
    cell = b'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="1000"/>'
    rows = b'<table:table-row table:number-rows-repeated="200000">' + cell + b"</table:table-row></table:table>"
    yield "repeated cells", "ods", _swap("content.xml", b"</table:table>", rows)
    yield "many repeated rows", "ods", _swap("content.xml", b"</table:table>", rows.replace(b"200000", b"1040000"))
    cell = b"<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>"
    yield "a large table", "docx", _swap("word/document.xml", b"</w:tbl>", (b"<w:tr>" + cell * 60 + b"</w:tr>") * 60_000 + b"</w:tbl>")


_WORKER = """
import re, sys, time
from pathlib import Path
from evalkit.messages import EvalkitError
from evalkit.tables.books import read_book
began = time.process_time()
try:
    read_book(Path(sys.argv[1]), "a")
except EvalkitError as error:
    print(error.problems[0].code, end=" ")
print(time.process_time() - began, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is asked of Linux")
@pytest.mark.parametrize("name", [name for name, _, _ in _large()])
def test_large_files_are_refused_quickly_and_within_bounds(name: str, seeds: dict[str, bytes], tmp_path: Path) -> None:
    [(kind, change)] = [(kind, change) for found, kind, change in _large() if found == name]
    if kind not in seeds:
        pytest.skip("soffice is not installed")
    path = changed(put(seeds[kind], tmp_path / f"a.{kind}"), change)
    assert path.stat().st_size < 20 * 2**20
    done = subprocess.run([sys.executable, "-c", _WORKER, str(path)], capture_output=True, text=True, timeout=60, check=True)
    *codes, seconds, megabytes = done.stdout.split()
    assert codes in (["book_large"], ["book_damaged"])
    assert float(seconds) < 5 and int(megabytes) < 500


def test_a_long_text_file_is_refused(tmp_path: Path) -> None:
    began = time.perf_counter()
    assert refusal(put(b"1,2\n" * 300_000, tmp_path / "a.csv")) == "book_large"
    assert refusal(put(b"1," * 2000, tmp_path / "b.csv")) == "book_large"
    assert refusal(put(b"a," * (21 * 2**20), tmp_path / "c.csv")) == "book_large"
    assert refusal(put(b'a,"' + b"x" * 120_000 + b'"\n', tmp_path / "d.csv")) in ("book_large", "csv_quote")
    assert time.perf_counter() - began < 5


def test_chains_of_sectors_that_bite_their_tail_end(seeds: dict[str, bytes], tmp_path: Path) -> None:
    if "xls" not in seeds:
        pytest.skip("soffice is not installed")
    data = seeds["xls"]
    table = 512 * (struct.unpack_from("<I", data, 76)[0] + 1)
    for sector in range(len(data) // 512 - 1):
        loop = bytearray(data)
        struct.pack_into("<I", loop, table + 4 * sector, sector)
        try:
            sheets(put(bytes(loop), tmp_path / "a.xls"))
        except EvalkitError as error:
            assert error.problems[0].code in ("book_damaged", "book_unknown", "book_large")


# Mutants


def _outcome(path: Path) -> list[tuple[str, str]] | None:
    """Return kind and text of all cells, or nothing for a refusal with a text."""
    try:
        found = read_book(path, path.name)
    except EvalkitError as error:
        assert all(problem.line("zh") and problem.line("en") for problem in error.problems)
        return None
    return [(cell.kind, cell.text) for sheet in found for cell in sheet.cells.values()]


def _mutant(data: bytes, chance: random.Random) -> bytes:
    """Return some bytes with one to five of them changed, removed, doubled or put elsewhere."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(found)) if found else 0
        length = chance.choice((1, 1, 2, 4, 30))
        kind = chance.randrange(5)
        if kind == 0 and found:
            found[at] = chance.randrange(256)
        elif kind == 1 and found:
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            del found[at : at + length]
        elif kind == 3:
            found[at:at] = found[at : at + length]
        else:
            found[at : at + length] = chance.choice((b"\xff", b"\0", b"9", b"<", b'"', b"&", b"-1")) * length
    return bytes(found)


def _mutants(kind: str, data: bytes, count: int) -> Iterator[bytes]:
    chance = random.Random(f"{kind} {len(data)}")
    if kind in ("xlsx", "ods", "docx"):  # what an archive holds, as its own bytes are guarded by sums
        parts = parts_of(data)
        inner = [
            name for name in parts if name.endswith((".xml", ".rels")) and not re.search("theme|docProps|fontTable|settings|meta", name)
        ]
        for _ in range(count // 5):
            yield _mutant(data, chance)
        for _ in range(count - count // 5):
            name = chance.choice(inner)
            yield packed({**parts, name: _mutant(parts[name], chance)}, zipfile.ZIP_STORED)
    elif kind == "xls":  # most of such a file is never looked at: half of the mutants hit the stream of the workbook
        from evalkit.tables.books.bounds import Budget

        stream = Compound(data, Budget("", Bounds())).stream("Workbook")
        start = data.index(stream[:64])
        for number in range(count):
            if number % 2:
                yield _mutant(data, chance)
            else:
                whole = bytearray(data)
                for _ in range(chance.choice((1, 2, 4))):
                    whole[start + chance.randrange(len(stream))] = chance.choice((0, 1, 4, 8, 255, chance.randrange(256)))
                yield bytes(whole)
    else:
        for _ in range(count):
            yield _mutant(data, chance)


def _literal(data: bytes, kind: str) -> str:
    """Return all that a file says as text, without what only tells how it is written."""
    if kind in ("csv", "txt"):
        for encoding in ("utf-8-sig", "utf-16", "gb18030"):
            try:
                return data.decode(encoding).replace('"', "")
            except UnicodeDecodeError:
                continue
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = [_part(archive, name).decode("utf-8", "replace") for name in archive.namelist()]
    return unescape(re.sub(r"<[^>]*>", "", " ".join(texts)))


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error):
        return b""  # a part that no reader needs


def _says(literal: str, text: str) -> bool:
    """Return whether a file says a text: as it is but for blanks, line breaks and the ends of a float."""

    def bare(found: str) -> str:
        return re.sub(r"[\s\"]", "", unicodedata.normalize("NFKC", found))

    if bare(text) in bare(literal):
        return True
    try:
        return any(
            float(found) == pytest.approx(float(text), rel=1e-14)
            for found in re.findall(r"-?[0-9.]+(?:[eE][+-]?[0-9]+)?", literal)
            if _float(found)
        )
    except ValueError:
        return False


def _float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(("kind", "count"), [("xlsx", 700), ("xls", 700), ("ods", 400), ("docx", 300), ("csv", 500), ("txt", 300)])
def test_mutants_are_read_or_refused(kind: str, count: int, seeds: dict[str, bytes], tmp_path: Path) -> None:
    if kind not in seeds:
        pytest.skip("soffice is not installed")
    path = tmp_path / f"a.{kind}"
    read = refused = 0
    for number, data in enumerate(_mutants(kind, seeds[kind], count)):
        path.write_bytes(data)
        began = time.perf_counter()
        cells = _outcome(path)
        assert time.perf_counter() - began < 5, number
        if cells is None:
            refused += 1
            continue
        read += 1
        if kind in ("csv", "txt", "xlsx"):
            literal = _literal(data, kind)
            assert [text for found, text in cells if found in ("number", "text") and not _says(literal, text)] == [], number
    assert read > count / 20 and refused > count / 50  # neither is everything refused nor everything believed


@given(
    st.sampled_from(["xlsx", "xls", "ods", "docx", "csv"]),
    st.sampled_from([b"", b"PK\x03\x04", SIGNATURE, b"\xff\xfe"]),
    st.binary(max_size=2000),
)
def test_random_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, suffix: str, start: bytes, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / f"random.{suffix}"
    path.write_bytes(start + data)
    cells = _outcome(path)
    assert cells is None or suffix == "csv"


@given(st.binary(max_size=3000))
def test_random_sheets_and_records(tmp_path_factory: pytest.TempPathFactory, seeds: dict[str, bytes], data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    _outcome(put(packed({**parts_of(seeds["xlsx"]), SHEET: b"<worksheet><sheetData>" + data}), folder / "random.xlsx"))
    head = b"\x09\x08\x10\0\0\6\5\0" + bytes(12)
    _outcome(put(_compound(["Workbook"])[:-512] + head + data, folder / "random.xls"))


# --- what looks otherwise than it is stored ------------------------------------------------------------------------


def one_row(path: Path, cells: str, shared: str = "") -> Path:
    """Write a workbook with these cells in its first row."""

    def change(parts: dict[str, bytes]) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        row = f'<sheetData><row r="1">{cells}</row></sheetData>'.encode()
        parts["xl/worksheets/sheet1.xml"] = re.sub(rb"<mergeCells.*</mergeCells>", b"", re.sub(rb"<sheetData.*</sheetData>", row, sheet))
        if shared:
            main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            parts["xl/sharedStrings.xml"] = b'<sst xmlns="' + main + b'">' + shared.encode() + b"</sst>"

    return changed(small(path), change)


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A1"><v>12</v><v>34</v></c>',
        '<c r="A1" t="inlineStr"><is><t>5</t></is><v>3</v></c>',
        '<c r="A1"><v>1</v><extLst><ext><v>9</v></ext></extLst></c>',
        '<c r="AB11"><v>1</v></c>',
    ],
)
def test_two_values_of_a_cell_are_never_joined(cells: str, tmp_path: Path) -> None:
    assert refusal(one_row(tmp_path / "a.xlsx", cells)) == "book_damaged"


def test_struck_out_and_lowered_text_of_a_workbook(tmp_path: Path) -> None:
    shared = (
        "<si><r><rPr><strike/></rPr><t>90</t></r><r><t>95</t></r></si>"
        '<si><r><t>95</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>1</t></r></si>'
        '<si><r><t>PM</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>2.5</t></r></si>'
        '<si><r><rPr><strike val="0"/></rPr><t>90</t></r></si>'
    )
    cells = "".join(f'<c r="{letter}1" t="s"><v>{number}</v></c>' for number, letter in enumerate("ABCD"))
    assert first(one_row(tmp_path / "a.xlsx", cells, shared)) == {"A1": "9\u03360\u033695", "B1": "95₁", "C1": "PM2.5", "D1": "90"}


def test_a_number_in_a_font_that_strikes_out(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_number(0, 0, 90, book.add_format({"font_strikeout": True}))
    sheet.write_number(0, 1, 95)
    sheet.write_rich_string(0, 2, book.add_format({"font_strikeout": True}), "90", "95")
    book.close()
    expected = {"A1": "9\u03360\u0336", "B1": "95", "C1": "9\u03360\u033695"}
    assert first(tmp_path / "a.xlsx") == expected
    for suffix in ("ods", "xls"):
        assert first(convert(tmp_path / "a.xlsx", suffix, tmp_path / suffix)) == expected


def test_struck_out_text_and_equations_of_a_document(tmp_path: Path) -> None:
    w, m = "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://schemas.openxmlformats.org/officeDocument/2006/math"
    struck = "<w:r><w:rPr><w:strike/></w:rPr><w:t>90</w:t></w:r><w:r><w:t>95</w:t></w:r>"
    raised = "<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>4</m:t></m:r></m:sup></m:sSup>"
    parted = "<m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>4</m:t></m:r></m:den></m:f>"
    cells = "".join(f"<w:tc><w:p>{inside}</w:p></w:tc>" for inside in (struck, raised, parted))
    text = f'<w:document xmlns:w="{w}" xmlns:m="{m}"><w:body><w:tbl><w:tr>{cells}</w:tr></w:tbl></w:body></w:document>'
    path = changed(document(tmp_path / "a.docx"), lambda parts: parts.update({"word/document.xml": text.encode()}))
    assert first(path) == {"A1": "9\u03360\u033695", "B1": "10⁴", "C1": "3/4"}


def test_words_of_a_shape_are_not_those_of_the_cell_it_lies_on(tmp_path: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        shape = b'<draw:custom-shape xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><text:p>95</text:p></draw:custom-shape>'
        row = b"<table:table-row><table:table-cell>" + shape + b"</table:table-cell></table:table-row>"
        parts["content.xml"] = re.sub(rb"(<table:table [^>]*>).*(</table:table>)", rb"\1" + row + rb"\2", parts["content.xml"], count=1)

    path = convert(small(tmp_path / "a.xlsx"), "ods", tmp_path / "ods")
    assert first(changed(path, change)) == {}
