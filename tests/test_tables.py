"""Reading and writing files: strict, with places, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.messages import EvalkitError, Place
from evalkit.tables import (
    cell_name,
    file_sha256,
    load_yaml,
    project_path,
    read_csv,
    read_text,
    write_bytes,
    write_csv,
    write_json,
    write_text,
)
from evalkit.tables.csvs import inert
from evalkit.tables.files import unprintable


def fault(content: str | bytes, path: Path) -> list[tuple[str, str]]:
    """Return code and cell of what is wrong with a YAML file of that content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(EvalkitError) as caught:
        load_yaml(path, path.name)
    return [(problem.code, problem.place.cell) for problem in caught.value.problems]


def test_every_yaml_scalar_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text('a: 4.50\nb: 007\nc: no\nd: 2024-01-01\ne: null\nf: 1e3\ng: [true, ~, 0x1F]\nh: ""\ni:\n', encoding="utf-8")
    assert load_yaml(path, "a.yml").content == {
        "a": "4.50", "b": "007", "c": "no", "d": "2024-01-01", "e": "null", "f": "1e3", "g": ["true", "~", "0x1F"], "h": "", "i": "",
    }  # fmt: skip


def test_yaml_parts_know_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("# one\nrows:\n  - id: A\n    unit: x\n  - id: B\n", encoding="utf-8")
    located = load_yaml(path, "a.yml")
    assert located.place("rows", 0, "unit") == Place("a.yml", cell="L4", key="rows.0.unit")
    assert located.place("rows", 1, "nowhere", 3).cell == "L5"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", [("yaml_duplicate", "L3")]),
        ("a:\n  b: 1\n  b: 2\n  b: 3\nc: 1\nc: 1\n", [("yaml_duplicate", "L3"), ("yaml_duplicate", "L4"), ("yaml_duplicate", "L6")]),
        ("a: &x 1\n", [("yaml_forbidden", "L1")]),
        ("a: 1\nb: *x\n", [("yaml_forbidden", "L2")]),
        ("a: !!python/object/apply:os.system [ls]\n", [("yaml_forbidden", "L1")]),
        ("a: !local 1\n", [("yaml_forbidden", "L1")]),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", [("yaml_forbidden", "L1")]),
        ("a: [1, 2\n", [("yaml_syntax", "L2")]),
        ("a:\n\t- b\n", [("yaml_syntax", "L2")]),
        ("a: b: c\n", [("yaml_syntax", "L1")]),
        ("a: 1\n---\nb: 1\n", [("yaml_forbidden", "L2")]),
        ("? [a, b]\n: 1\n", [("yaml_forbidden", "L1")]),
        ("x\ny: 1\n", [("yaml_syntax", "L2")]),
        ("a: " + "[" * 60 + "]" * 60, [("yaml_forbidden", "L1")]),
        ("a: " + "[" * 100_000, [("yaml_forbidden", "L1")]),
        ("a: " + "{b: " * 100_000, [("yaml_forbidden", "L1")]),
        ("- " * 5000 + "x", [("yaml_forbidden", "L1")]),
        ("\n".join(" " * i + "a:" for i in range(500)), [("yaml_forbidden", "L41")]),
        ('a: 1\nb: "x\\0y"\n', [("yaml_forbidden", "L2")]),
        ('a: "\\x07"\n', [("yaml_forbidden", "L1")]),
        ('a: "\\uFFFE"\n', [("yaml_forbidden", "L1")]),
    ],
)  # fmt: skip
def test_yaml_that_is_not_plain_is_refused_with_its_line(content: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    assert fault(content, tmp_path / "a.yml") == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04rest", "wrong_content"),
        (b"%PDF-1.7", "wrong_content"),
        (b"\xd0\xcf\x11\xe0", "wrong_content"),
        (b"<html><body>", "wrong_content"),
        (b"<!doctype html>", "wrong_content"),
        (b"{\\rtf1", "wrong_content"),
        (b"\x89PNG\r\n", "wrong_content"),
        ("a: 1".encode("utf-16"), "wrong_content"),
        ("a: 1".encode("utf-16-le"), "wrong_content"),
        (b"a\x00b", "wrong_content"),
        ("名称: 测试".encode("gb18030"), "not_utf8"),
        (b"\xff\xfe\xfd", "not_utf8"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    for name in ("a.yml", "a.csv"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(EvalkitError) as caught:
            read_text(tmp_path / name, name)
        assert [(p.code, p.place.file) for p in caught.value.problems] == [(code, name)]


@pytest.mark.parametrize("name", ["none.csv", "folder", "file/below.csv"])
def test_a_file_that_is_not_there_is_said_to_be_missing(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(EvalkitError) as caught:
        read_text(tmp_path / name, name, "runs/x.yml")
    assert [p.code for p in caught.value.problems] == ["file_missing"]
    assert "runs/x.yml" in caught.value.problems[0].remedy("en")


def test_a_name_that_the_system_refuses_is_an_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(EvalkitError) as caught:
        read_text(tmp_path / ("x" * 5000), "x")
    assert [p.code for p in caught.value.problems] == ["file_unreadable"]


@pytest.mark.parametrize("column", [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")])
def test_cells_have_the_names_of_a_spreadsheet(column: tuple[int, str]) -> None:
    assert cell_name(column[0], 7) == f"{column[1]}7"


def test_csv_rows_know_their_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('\ufeffcode, name \r\n1,"x, y"\r\n,\r\n\r\n2,"two\nlines"\r\n3,z\r\n'.encode())
    rows, problems = read_csv(path, "a.csv", ["code", "name"])
    assert problems == []
    assert [(row["code"], row["name"], row.address("name")) for row in rows] == [
        ("1", "x, y", "B2"),
        ("2", "two\nlines", "B5"),
        ("3", "z", "B6"),
    ]


@pytest.mark.parametrize(
    ("content", "code", "cell"),
    [
        ("a,c\n1,2\n", "csv_header", "A1"),
        ("", "csv_header", "A1"),
        ("a,b,c\n1,2,3\n", "unknown_key", "C1"),
        ("a,b,b\n1,2,3\n", "unknown_key", "B1"),
        ("a,b,\n1,2,\n", "unknown_key", "C1"),
        ("a,b\n1,2,3\n", "csv_row", "A2"),
        ("a,b\n1,2\n1\n", "csv_row", "A3"),
        ('a,b\n1,"2\n', "csv_quote", ""),
        ('a,b\n1,"2"x\n', "csv_quote", ""),
        ("a,b\n1," + "x" * 200_000 + "\n", "wrong_content", ""),
        ("a,b\n1,\x07\n", "bad_value", "B2"),
        ("a,b\n1,\uffff\n", "bad_value", "B2"),
    ],
)
def test_csv_that_does_not_fit_is_refused_with_its_cell(content: str, code: str, cell: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode())
    try:
        _, problems = read_csv(path, "a.csv", ["a", "b"], optional=[])
    except EvalkitError as error:
        problems = error.problems
    assert [(p.code, p.place.file, p.place.cell) for p in problems] == [(code, "a.csv", cell)]


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\u2028\u2029\x85"), max_size=8).map(
    str.strip
)


@given(st.lists(st.fixed_dictionaries({"a": cells, "b": cells}), max_size=5))
def test_what_is_written_is_read_back(rows: list[dict[str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        write_csv(path, ["a", "b"], rows)
        assert path.read_bytes().startswith(b"\xef\xbb\xbfa,b\n")
        found, problems = read_csv(path, "a.csv", ["a", "b"])
    assert problems == []
    assert [dict(row.cells) for row in found] == [
        {k: inert(v).strip() for k, v in row.items()} for row in rows if any(inert(v).strip() for v in row.values())
    ]


@given(st.text(max_size=10))
def test_no_text_becomes_a_formula_in_a_spreadsheet(text: str) -> None:
    safe = inert(text)
    assert not safe.startswith(("=", "+", "@", "\t", "\r"))
    assert not safe.startswith("-") or safe == "-" or safe[1:].replace(".", "", 1).isdigit()
    assert safe in (text, "'" + text)


def test_plain_numbers_are_written_as_they_are() -> None:
    assert [inert(text) for text in ("-0.2", "-5", "12.5", "", "-", "≥90")] == ["-0.2", "-5", "12.5", "", "-", "≥90"]
    assert [inert(text) for text in ("=1+1", "-1+1", "@x", "+86")] == ["'=1+1", "'-1+1", "'@x", "'+86"]


@pytest.mark.parametrize("relative", ["a.csv", "run/数据 1.csv", "a/b/c.csv", "r-1/x_y.csv"])
def test_a_path_inside_is_accepted(relative: str, tmp_path: Path) -> None:
    found = project_path(tmp_path, relative, "data/raw", Place())
    assert found == tmp_path / relative


@pytest.mark.parametrize(
    "relative",
    [
        "",
        "/etc/passwd",
        "../x.csv",
        "a/../../x.csv",
        "a/..",
        "C:\\x.csv",
        "C:/x.csv",
        "\\\\host\\x",
        "a\\b.csv",
        "<script>.csv",
        "a\x00.csv",
        "a\n.csv",
        "con.csv",
        "NUL",
        "a/aux.txt",
        "x?.csv",
        "a|b",
        "x.",
        "x /y.csv",
        "~root/../x",
        "..",
        'a"b.csv',
        "a*.csv",
    ],
)
def test_a_path_that_leaves_its_folder_or_that_windows_cannot_store_is_refused(relative: str, tmp_path: Path) -> None:
    with pytest.raises(EvalkitError) as caught:
        project_path(tmp_path, relative, "data/raw", Place("runs/x.yml", cell="L3"))
    assert [(p.code, p.place.cell) for p in caught.value.problems] == [("unsafe_path", "L3")]


@given(st.text(st.sampled_from("ab./\\:~ .") | st.characters(max_codepoint=0x2FF), max_size=12))
def test_no_accepted_path_leads_outside(relative: str) -> None:
    folder = Path("/srv/project/data")
    try:
        found = project_path(folder, relative, "data", Place())
    except EvalkitError:
        return
    assert folder in Path(os.path.normpath(found)).parents


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    write_text(path, "old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EvalkitError) as caught:
        write_bytes(path, b"new")
    assert [(p.code, p.values["detail"]) for p in caught.value.problems] == [("disk_full", "No space left on device")]
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    "write", [lambda p: write_bytes(p, b"x"), lambda p: write_text(p, "x"), lambda p: write_json(p, {}), lambda p: write_csv(p, ["a"], [])]
)
def test_a_place_that_cannot_be_written_is_said(write: object, tmp_path: Path) -> None:
    assert callable(write)
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "a.csv", tmp_path / "file" / "b" / "a.csv", tmp_path / ("x" * 300) / "a"):
        with pytest.raises(EvalkitError) as caught:
            write(path)
        assert [p.code for p in caught.value.problems] == ["disk_full"]
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_json_is_for_people_and_programs(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"名": "值", "a": ["1"]})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "名": "值",\n  "a": [\n    "1"\n  ]\n}\n'
    assert file_sha256(tmp_path / "a.json") == file_sha256(tmp_path / "a.json")


def test_unprintable_characters_are_those_that_no_document_can_hold() -> None:
    assert [unprintable(text) for text in ("a\x00", "\x1b[1m", "\ud800", "\uffff", "\x7f")] == [True] * 5
    assert [unprintable(text) for text in ("a\nb\tc", "崇明区 μg/m³", "\U0001f33f", "")] == [False] * 4
