"""Evidence: the register, what it means for decisions and inputs, what is missing, and the volumes."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from conftest import ROOT, TinyProject
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, RectangleObject, StreamObject
from pypdf.generic import TextStringObject as Text

from evalkit.catalog.evidence import EVIDENCE_COLUMNS, Register, load_evidence
from evalkit.collection import volumes
from evalkit.collection.evidence import evidence_lines, number_evidence
from evalkit.collection.evidence_record import record_hashes
from evalkit.collection.evidence_report import proof_entries
from evalkit.collection.evidence_table import write_table
from evalkit.collection.volumes import compile_volumes
from evalkit.collection.volumes_pieces import office, prepare
from evalkit.intake.inputs import Inputs
from evalkit.messages import EvalkitError, Problem, words
from evalkit.report.evidence import ProofEntry, with_numbers
from evalkit.runner.keys import region_keys
from evalkit.runner.state import source_files, write_snapshot

REGISTER = "params/evidence/try.csv"
DECISIONS = "params/decisions/try.csv"
HEAD = ",".join(EVIDENCE_COLUMNS)
PLAN = "V1,999001,gov.plan,2024,规划印发文件,1,try/plan.pdf,{hash},yes,"


def pdf(*, pages: int = 1, text: str = "") -> bytes:
    """A small PDF that can be told from others."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(200, 300)
        content = DecodedStreamObject()
        content.set_data(f"0 0 10 10 re f % {text}".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def register(project: TinyProject, *rows: str) -> None:
    project.write(REGISTER, "\n".join([HEAD, *rows]) + "\n")


def loaded(project: TinyProject) -> Register:
    problems: list[Problem] = []
    found = load_evidence(project.catalog(units=False), "try", problems)
    assert found is not None and not problems
    return found


def recorded(project: TinyProject) -> None:
    """Record the hashes of all files."""
    record_hashes(project.catalog(units=False), loaded(project))


def warnings(inputs: Inputs) -> list[str]:
    return [problem.code for problem in inputs.problems if problem.code.startswith("evidence_")]


@pytest.fixture
def proved(project: TinyProject) -> TinyProject:
    """A project whose one qualitative condition is proved."""
    project.write("data/raw/try/plan.pdf", pdf())
    register(project, PLAN.format(hash=""))
    recorded(project)
    project.edit(DECISIONS, "文件一", "V1")
    return project


# --- the register


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        ("V1,999001,gov.pla,2024,文件,,,,yes,", "evidence_key", "C2"),
        ("V1,999009,gov.plan,2024,文件,,,,yes,", "unknown_id", "B2"),
        ("V1,999001,gov.plan,2024,文件,,../x.pdf,,yes,", "unsafe_path", "G2"),
        ("V1,999001,gov.plan,2024,文件,,/etc/passwd,,yes,", "unsafe_path", "G2"),
        ("V1,999001,gov.plan,2024,文件,,C:\\x.pdf,,yes,", "unsafe_path", "G2"),
        ("V1,999001,gov.plan,2024,文件,,try/nul.pdf,,yes,", "unsafe_path", "G2"),
        ("V1,999001,gov.plan,20x4,文件,,,,yes,", "bad_value", "D2"),
        ("V1,999001,gov.plan,2024,,,,,yes,", "bad_value", "E2"),
        ("V1,999001,gov.plan,2024,文件,,,abc,yes,", "bad_value", "H2"),
        ("V1,999001,gov.plan,2024,文件,,,,maybe,", "bad_value", "I2"),
        ("V 1,999001,gov.plan,2024,文件,,,,yes,", "bad_value", "A2"),
        ("V1,999001,gov.plan,2024,文件,,,,yes", "csv_row", "A2"),
    ],
)
def test_a_faulty_line_is_refused_with_its_cell(project: TinyProject, row: str, code: str, cell: str) -> None:
    register(project, row)
    found = [problem for problem in project.inputs().problems if problem.severity == "error"]
    assert [(problem.code, problem.place.cell) for problem in found] == [(code, cell)]
    assert found[0].message("zh") and found[0].remedy("en")


def test_near_names_help_with_a_wrong_key(project: TinyProject) -> None:
    register(project, "V1,999001,gov.plann,2024,文件,,,,yes,")
    assert "gov.plan" in project.inputs().problems[0].remedy("en")


def test_ids_are_unique_and_words_of_the_field_are_read(project: TinyProject) -> None:
    row = "V1,999001,gov.plan,,文件,,,,{},"
    project.write(REGISTER, b"\xef\xbb\xbf" + "\n".join([HEAD, row.format("已盖章"), row.format("否")]).encode())
    inputs = project.inputs()
    assert [problem.code for problem in inputs.errors()] == ["duplicate_id"]
    assert inputs.evidence is not None and [row.stamped for row in inputs.evidence.rows] == ["yes"]


def test_without_a_register_everything_stays_as_it_is(project: TinyProject) -> None:
    inputs = project.inputs()
    assert inputs.evidence is None and not inputs.held_back
    assert project.result("R2")["status"] == "met"


# --- decisions


def test_a_condition_is_met_when_its_evidence_is_complete(proved: TinyProject) -> None:
    assert not warnings(proved.inputs())
    assert (proved.result("R2")["status"], proved.result("R2")["note"]) == ("met", "")


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        (("yes,", "no,"), "未盖章"),
        (("gov.plan,2024", "gov.plan,2023"), "登记为其他地区、指标或年度的材料"),
        (("gov.plan,2024", "waste.total,2024"), "登记为其他地区、指标或年度的材料"),
        (("V1,", "V2,"), "V1 不在登记表中"),
        (("try/plan.pdf", "try/gone.pdf"), "缺文件"),
    ],
)
def test_a_decision_waits_for_its_evidence(proved: TinyProject, change: tuple[str, str], lacks: str) -> None:
    proved.edit(REGISTER, *change)
    inputs = proved.inputs()
    found = [problem for problem in inputs.problems if problem.code == "evidence_incomplete"]
    assert [problem.severity for problem in found] == ["warning"] and lacks in found[0].message("zh")
    row = proved.result("R2")
    assert (row["status"], row["reason"], row["note"]) == ("pending", "awaiting_evidence", "evidence_incomplete")


def test_words_are_no_evidence_where_there_is_a_register(proved: TinyProject) -> None:
    proved.edit(DECISIONS, "V1", "会议上看过")
    assert proved.result("R2")["status"] == "pending"


def test_each_of_several_ids_counts(proved: TinyProject) -> None:
    proved.edit(DECISIONS, "V1", "V1；V9")
    assert proved.result("R2")["status"] == "pending"


def test_that_a_condition_is_not_met_needs_no_evidence(proved: TinyProject) -> None:
    proved.edit(DECISIONS, "met,,试验员,2025-01-02,V1", "not_met,,试验员,2025-01-02,现场查看")
    assert proved.result("R2")["status"] == "not_met"


def test_a_file_that_changed_counts_again_when_it_is_recorded(proved: TinyProject) -> None:
    proved.write("data/raw/try/plan.pdf", pdf(text="revised"))
    assert warnings(proved.inputs()) == ["evidence_changed", "evidence_incomplete"]
    assert proved.result("R2")["status"] == "pending"
    recorded(proved)
    assert proved.result("R2")["status"] == "met"


def test_a_line_without_period_holds_for_all(proved: TinyProject) -> None:
    proved.edit(REGISTER, "gov.plan,2024", "gov.plan,")
    assert proved.result("R2")["status"] == "met"


# --- inputs and staleness


def test_inputs_and_traces_name_their_evidence(proved: TinyProject) -> None:
    proved.write("data/raw/try/air.pdf", pdf())
    lines = [PLAN.format(hash=""), "V2,999001,air.days_good,2024,年报,3,try/air.pdf,,yes,", "V3,999001,sewage.rate,,台账,,,,not_needed,"]
    register(proved, *lines)
    items = proved.inputs().items
    assert items["999001", "air.days_good", "2024"].evidence_id == "V2"
    assert items["999001", "air.days_good", "2022"].evidence_id == ""
    assert items["999001", "reported.sewage.rate", "2023"].evidence_id == "V3"
    traces = {trace["key"]["indicator"]: trace for trace in proved.assess().traces if trace["key"]["basis"] == "set"}
    assert {item["variable"]: item.get("evidence_id") for item in traces["R1"]["inputs"]} == {"air.days_good": "V2", "air.days_valid": None}


def test_an_id_that_the_register_does_not_have_is_told(proved: TinyProject) -> None:
    text = proved.text(proved.data).splitlines()
    proved.write(
        proved.data, "\n".join([text[0] + ",evidence_id", *(line + ",V7" for line in text[1:2]), *(line + "," for line in text[2:])])
    )
    found = [problem for problem in proved.inputs().problems if problem.code == "evidence_unknown"]
    assert len(found) == 1 and "V7" in found[0].message("zh")


def test_a_form_names_the_file_and_the_register_knows_it(proved: TinyProject) -> None:
    proved.write("data/raw/try/air.pdf", pdf())
    register(proved, PLAN.format(hash=""), "V2,999001,air.days_good,2024,年报,3,try/air.pdf,,yes,")
    text = proved.text(proved.data).splitlines()
    good = next(line for line in text if ",air.days_good," in line and ",2024," in line)
    valid = next(line for line in text if ",air.days_valid," in line and ",2024," in line)
    named = {good: good + ",air.pdf；V1", valid: valid + ",air.pdf"}
    proved.write(proved.data, "\n".join([text[0] + ",evidence_id", *(named.get(line, line + ",") for line in text[1:])]))
    inputs = proved.inputs()
    assert inputs.items["999001", "air.days_good", "2024"].evidence_id == "V2;V1"
    found = [problem for problem in inputs.problems if problem.code == "evidence_unknown"]
    assert len(found) == 1 and "air.pdf" in found[0].message("zh"), "registered for another figure"
    assert inputs.items["999001", "air.days_valid", "2024"].evidence_id == "air.pdf"


def test_an_empty_file_proves_nothing(proved: TinyProject) -> None:
    proved.write("data/raw/try/plan.pdf", b"")
    recorded(proved)
    inputs = proved.inputs()
    assert "evidence_file_missing" in {problem.code for problem in inputs.problems} and inputs.held_back
    assert proved.result("R2")["status"] == "pending"


def test_evidence_makes_a_region_stale(proved: TinyProject) -> None:
    shutil.copytree(ROOT / "notebooks", proved.root / "notebooks")
    catalog = proved.catalog(units=False)
    first = region_keys(catalog, proved.inputs())["999001"]
    names = {path.relative_to(proved.root).as_posix() for path in source_files(catalog, "try")}
    assert {REGISTER, "data/raw/try/plan.pdf"} <= names
    proved.write("data/raw/try/plan.pdf", pdf(text="other"))
    second = region_keys(catalog, proved.inputs())["999001"]
    assert {layer for layer in first if first[layer] != second[layer]} == {"decisions"}


def test_a_copy_of_the_rules_keeps_hashes_in_place_of_files(proved: TinyProject) -> None:
    catalog = proved.catalog(units=False)
    write_snapshot(catalog, "try")
    home = catalog.project.processed("try") / "snapshot"
    assert not (home / "data/raw/try/plan.pdf").exists() and (home / "params/evidence/try.csv").is_file()
    kept = TinyProject.__new__(TinyProject)
    kept.root = home
    assert not warnings(kept.inputs()) and len(kept.inputs().decisions) == 1


# --- recording


def test_recording_changes_nothing_else(project: TinyProject) -> None:
    project.write("data/raw/try/a.pdf", pdf())
    lines = [
        'V1,999001,gov.plan,2024,"文件，""甲""",1,try/a.pdf,,yes,"两行\r\n备注"',
        "V2,999001,gov.plan,2024,=SUM(A1),,try/b.pdf,,no,",
        "V3,999001,waste.mass,2024,年鉴,35,,,not_needed, 留空 ",
    ]
    before = b"\xef\xbb\xbf" + "\r\n".join([HEAD, *lines, ""]).encode()
    project.write(REGISTER, before)
    done = record_hashes(project.catalog(units=False), loaded(project))
    assert [(one.id, one.before) for one in done] == [("V1", "")]
    after = (project.root / REGISTER).read_bytes()
    assert after.replace(done[0].now.encode(), b"") == before
    assert record_hashes(project.catalog(units=False), loaded(project)) == []


# --- numbers, and what is missing


def test_numbers_follow_the_indicators_and_a_document_keeps_its_first(project: TinyProject) -> None:
    rows = [
        "V1,999001,waste.total,2024,统计表,2,try/t.pdf,,yes,",
        "V2,999001,air.days_valid,2024,月报乙,,try/b.pdf,,yes,",
        "V3,999001,gov.plan,2024,规划,,try/p.pdf,,yes,",
        "V4,999001,air.days_good,2024,月报甲,,try/a.pdf,,yes,",
        "V5,999001,reported.sewage.rate,2024,规划,9,try/p.pdf,,no,",
        "V6,999001,waste.mass,2024,没有指标使用,,,,not_needed,",
    ]
    register(project, *rows)
    found = number_evidence(project.catalog(units=False), loaded(project), "999001")
    numbers = {indicator.seq: [piece.number for piece in indicator.pieces] for indicator in found if indicator.pieces}
    assert numbers == {"1": ["佐证1-1", "佐证1-2"], "2": ["佐证2-1"], "3": ["佐证2-1"], "4": ["佐证4-1"], "其他": ["佐证其他-1"]}
    plan = next(piece for indicator in found for piece in indicator.pieces if piece.number == "佐证2-1")
    assert [row.id for row in plan.rows] == ["V3", "V5"] and plan.stamped == "no" and plan.state == "file_missing"
    assert next(i for i in found if i.seq == "3").pages(plan) == "9"


def test_what_is_missing_is_listed_by_department(proved: TinyProject, tmp_path: Path) -> None:
    lines = evidence_lines(proved.catalog(units=False), proved.inputs(), "999001")
    done = [line for line in lines if line.settled]
    assert [(line.number, line.id, line.kind, line.state) for line in done] == [("佐证2-1", "V1", "condition", "complete")]
    assert {(line.department, line.key, line.period) for line in lines if line.state == "none"} >= {
        ("生态环境", "air.days_good", "2024"),
        ("创建牵头单位", "reported.sewage.rate", "2024"),
    }
    assert not [line for line in lines if line.period not in ("2024", "")]  # earlier periods are not assessed
    sheet = tmp_path / "out" / "e.xlsx"
    write_table(lines, sheet)
    first = sheet.read_bytes()
    write_table(lines, sheet)
    assert sheet.read_bytes() == first
    cells = list(openpyxl.load_workbook(sheet).active.values)
    assert cells[0][0] == "部门" and len(cells) == len(lines) + 1


def test_a_condition_needs_the_document_itself_a_figure_a_citation(project: TinyProject) -> None:
    register(project, "V1,999001,gov.plan,2024,规划,3,,,not_needed,", "V2,999001,waste.total,2024,年鉴,35,,,not_needed,",
             "V3,999001,sewage.rate,2024,台账,1,,,yes,")  # fmt: skip
    lines = evidence_lines(project.catalog(units=False), project.inputs(), "999001")
    assert {line.id: (line.state, line.settled) for line in lines if line.id} == {
        "V1": ("cited", False), "V2": ("cited", True), "V3": ("no_file", False),
    }  # fmt: skip


def test_nothing_is_asked_for_what_a_source_says_is_not_there(project: TinyProject) -> None:
    project.value("2024", "reported.gov.plan", "不涉及")
    project.write(DECISIONS, project.text(DECISIONS).splitlines()[0] + "\n")
    lines = evidence_lines(project.catalog(units=False), project.inputs(), "999001")
    assert not [line for line in lines if line.key == "gov.plan"]


# --- files as received


def hostile() -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(300, 200)
    page.rotate(90)
    content = DecodedStreamObject()
    content.set_data(b"0 0 1 rg 10 10 50 50 re f")
    page[NameObject("/Contents")] = writer._add_object(content)
    script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): Text("app.alert(1)")})
    launch = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): Text("calc.exe")})
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(script)
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): launch})
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): script})
    writer.add_attachment("virus.exe", b"MZ")
    seal = StreamObject()
    seal.set_data(b"1 0 0 rg 0 0 30 30 re f")
    seal.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form"),
                 NameObject("/BBox"): ArrayObject([NumberObject(n) for n in (0, 0, 30, 30)])})  # fmt: skip
    look = DictionaryObject({NameObject("/N"): writer._add_object(seal)})
    box = RectangleObject((100, 100, 130, 130))
    signed = {"/Subtype": "/Widget", "/FT": "/Sig"}
    marks = [
        DictionaryObject({NameObject(k): NameObject(v) for k, v in signed.items()} | {NameObject("/Rect"): box, NameObject("/AP"): look,
                         NameObject("/A"): launch, NameObject("/F"): NumberObject(4)}),
        DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/Rect"): box, NameObject("/A"): launch}),
        DictionaryObject({NameObject("/Subtype"): NameObject("/FileAttachment"), NameObject("/Rect"): box, NameObject("/AP"): look}),
    ]  # fmt: skip
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(mark) for mark in marks])
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): Text("<x/>")})
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Properties"): DictionaryObject({NameObject("/MC0"): writer.root_object})}
    )
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_a_pdf_keeps_what_it_shows_and_loses_what_it_does(tmp_path: Path) -> None:
    source, folder = tmp_path / "扫描件 1.pdf", tmp_path / "work"
    folder.mkdir()
    source.write_bytes(hostile())
    made = prepare(source, folder)
    assert made.pages == 1 and made.path is not None and source.read_bytes() == hostile()
    clean = made.path.read_bytes()
    for word in (b"JavaScript", b"/JS", b"Launch", b"OpenAction", b"EmbeddedFile", b"AcroForm", b"/AA", b"calc.exe", b"virus", b"XFA"):
        assert word not in clean, word
    page = PdfReader(made.path).pages[0]
    assert page.rotation == 90 and page.mediabox == RectangleObject((0, 0, 300, 200))
    content = page.get_contents()
    assert content is not None and content.get_data() == b"0 0 1 rg 10 10 50 50 re f"
    marks = [mark.get_object() for mark in page["/Annots"]]
    assert [mark["/Subtype"] for mark in marks] == ["/Stamp"]  # the seal of the signature; link and attachment are gone
    assert b"30 30 re" in marks[0]["/AP"]["/N"].get_data()


def encrypted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def bomb(filters: str = "/FlateDecode", twice: bool = False) -> bytes:
    data = zlib.compress(b" " * (300 << 20), 9)
    data = zlib.compress(data, 9) if twice else data
    parts = [b"%PDF-1.4\n"]
    starts = []
    for number, body in enumerate(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
         b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R>>",
         b"<</Length %d/Filter %s>>stream\n%s\nendstream" % (len(data), filters.encode(), data)], 1,
    ):  # fmt: skip
        starts.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % sum(map(len, parts))
    return b"".join([*parts, table, end])


def packed(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return stream.getvalue()


LOOP = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\ntrailer<</Root 1 0 R>>"
)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.pdf", encrypted(), "encrypted"),
        ("a.pdf", b"not a PDF", "damaged"),
        ("a.pdf", b"%PDF-1.7\n" + b"\xff" * 500, "damaged"),
        ("a.pdf", pdf()[:200], "damaged"),
        ("a.pdf", LOOP, "damaged"),
        ("a.pdf", bomb(), "too_large"),
        ("a.pdf", bomb("[/FlateDecode /FlateDecode]", twice=True), "too_large"),
        ("a.png", PNG + b"\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0" + b"x" * 50, "damaged"),
        ("a.png", PNG + b"\xff\xff\0\0\xff\xff\0\0\x08\x02\0\0\0", "too_large"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0", "damaged"),
        ("a.jpg", PNG, "damaged"),
        ("a.docx", b"PK\x03\x04broken", "damaged"),
        ("a.docx", packed(**{"word/vbaProject.bin": b"x"}), "macros"),
        ("a.xlsx", packed(**{"xl/a.xml": b"0" * (600 << 20)}), "too_large"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.doc", b"plain text", "damaged"),
        ("a.exe", b"MZ", "kind"),
        ("a.html", b"<script>", "kind"),
    ],
)
def test_a_file_that_cannot_be_put_in_has_a_reason(tmp_path: Path, name: str, data: bytes, problem: str) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / name).write_bytes(data)
    began = time.monotonic()
    made = prepare(tmp_path / name, folder)
    assert (made.problem, made.path, made.pages) == (problem, None, 0)
    assert time.monotonic() - began < 10


def test_a_file_that_is_not_there_has_a_reason_too(tmp_path: Path) -> None:
    assert prepare(tmp_path / "a.pdf", tmp_path).problem == "file_missing"


# --- volumes


@pytest.fixture
def volume_project(proved: TinyProject) -> TinyProject:
    """Evidence of several kinds; two indicators share one document."""
    shutil.copytree(ROOT / "reports/templates", proved.root / "reports/templates")
    raw = ROOT / "data/raw/example-county-2024/evidence/eia-opinion.png"
    proved.write("data/raw/try/scan.png", raw.read_bytes())
    proved.write("data/raw/try/bad.pdf", b"%PDF-1.7 broken")
    proved.write("data/raw/try/long.pdf", pdf(pages=3, text="long"))
    rows = [
        PLAN.format(hash=""),
        "V2,999001,air.days_good,2024,#link(\"x\") $1$ *月报* \\,,try/long.pdf,,yes,",
        "V3,999001,air.days_valid,2024,扫描件,,try/scan.png,,no,",
        "V4,999001,sewage.rate,2024,规划印发文件,7,try/plan.pdf,,yes,",
        "V5,999001,sewage.rate,2024,坏文件,,try/bad.pdf,,yes,",
        "V6,999001,waste.total,2024,年鉴,35,,,not_needed,",
        "V7,999001,waste.total,2024,未收到,,try/none.pdf,,no,",
    ]  # fmt: skip
    register(proved, *rows)
    recorded(proved)
    return proved


def compiled(project: TinyProject, out: Path) -> volumes.Volumes:
    return compile_volumes(project.catalog(units=False), loaded(project), "999001", out, project.root / "reports/templates")


def test_a_volume_has_contents_sheets_numbers_links_and_bookmarks(volume_project: TinyProject, tmp_path: Path) -> None:
    made = compiled(volume_project, tmp_path / "out")
    assert [path.name for path in made.paths] == ["999001-evidence-1.pdf"]
    assert [(problem.code, problem.place.file) for problem in made.problems] == [("evidence_left_out", "data/raw/try/bad.pdf")]
    reader = PdfReader(made.paths[0])
    texts = [page.extract_text() for page in reader.pages]
    # cover, contents; 1: sheet, 3 pages, picture; 2: sheet, plan; 3: sheet, page for the bad file; 4: sheet, page for the missing one
    assert made.pages == [len(texts)] == [13]
    assert "佐证材料汇编" in texts[0] and "示例数据(非真实)" in texts[0] and "目录" in texts[1]
    assert '#link("x") $1$ *月报* \\' in texts[2].replace("\n", "") and "≥90" in texts[2]
    assert "文件损坏" in texts[10] and "缺文件" in texts[12]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/999001-evidence.csv").read_text(encoding="utf-8-sig"))))
    pages = {row["id"]: row["page"] for row in rows}
    assert pages == {"V1": "9", "V2": "4", "V3": "7", "V4": "9", "V5": "11", "V6": "", "V7": "13"}
    assert {row["id"]: row["number"] for row in rows}["V4"] == "佐证2-1"

    def targets(place: int) -> set[int]:
        found = [mark.get_object() for mark in reader.pages[place].get("/Annots", [])]
        assert all("/A" not in mark for mark in found)
        numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages, 1) if page.indirect_reference}
        return {numbers[mark.raw_get("/Dest")[0].idnum] for mark in found}

    assert targets(1) == {3, 4, 7, 8, 9, 10, 11, 12, 13}
    assert targets(9) == {9, 11}  # the sheet of indicator 3 refers back to the plan
    outline = reader.outline
    assert [reader.get_destination_page_number(entry) for entry in outline if not isinstance(entry, list)] == [0, 2, 7, 9, 11]
    assert [entry.title for entry in outline[2]] == ['佐证1-1　#link("x") $1$ *月报* \\', "佐证1-2　扫描件"]
    stamps = [mark.get_object() for mark in reader.pages[3]["/Annots"]]
    assert [mark["/Subtype"] for mark in stamps] == ["/Stamp"]
    content = reader.pages[3].get_contents()
    assert content is not None and content.get_data() == b"0 0 10 10 re f % long"
    assert reader.metadata is not None and reader.metadata.title == "示例市试验县佐证材料汇编"


def test_the_same_evidence_gives_the_same_bytes_and_old_volumes_go(volume_project: TinyProject, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = {path.name: path.read_bytes() for path in compiled(volume_project, out).paths}
    (out / "999001-evidence-2.pdf").write_bytes(b"old")
    (out / "999001-evidence-notes.pdf").write_bytes(b"mine")
    assert {path.name: path.read_bytes() for path in compiled(volume_project, out).paths} == first
    assert sorted(path.name for path in out.iterdir()) == ["999001-evidence-1.pdf", "999001-evidence-notes.pdf", "999001-evidence.csv"]
    assert b"/work" not in first["999001-evidence-1.pdf"] and os.fsencode(str(tmp_path)) not in first["999001-evidence-1.pdf"]


def test_volumes_end_where_they_would_be_too_long(volume_project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "MOST_PAGES", 5)
    made = compiled(volume_project, tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/999001-evidence.csv").read_text(encoding="utf-8-sig"))))
    assert {row["id"]: (row["volume"][-5:-4], row["page"]) for row in rows if row["volume"]} == {
        "V1": ("2", "4"), "V2": ("1", "4"), "V3": ("1", "7"), "V4": ("2", "4"), "V5": ("2", "6"), "V7": ("3", "4"),
    }  # fmt: skip
    texts = [[page.extract_text().replace(" ", "") for page in PdfReader(path).pages] for path in made.paths]
    assert len(texts) == 3 and all(f"第{number}册（共3册）" in text[0] for number, text in enumerate(texts, 1))
    assert all("佐证4-2未收到缺文件34" in text[1] for text in texts)  # the contents are those of all volumes


@pytest.mark.skipif(not office(), reason="LibreOffice is not installed")
def test_word_and_excel_files_are_converted(tmp_path: Path) -> None:
    for place, name in enumerate(("river-chiefs.docx", "task-list.xlsx")):
        folder = tmp_path / str(place)
        folder.mkdir()
        made = prepare(ROOT / "data/raw/example-county-2024/evidence" / name, folder)
        assert made.pages == 1 and made.path is not None
        assert "示例材料" in PdfReader(made.path).pages[0].extract_text()


def test_a_template_that_is_wrong_is_named(volume_project: TinyProject, tmp_path: Path) -> None:
    volume_project.write("reports/templates/evidence.typ", "#nonsense()")
    with pytest.raises(EvalkitError) as caught:
        compiled(volume_project, tmp_path / "out")
    assert [problem.code for problem in caught.value.problems] == ["evidence_template"]


# --- the report


def test_a_report_knows_where_the_pieces_stand_as_long_as_they_are_the_same(volume_project: TinyProject, tmp_path: Path) -> None:
    catalog = volume_project.catalog(units=False)
    assert proof_entries(catalog, None, "999001", tmp_path) == []
    out = tmp_path / "out"
    compiled(volume_project, out)
    found = {entry.number: entry for entry in proof_entries(catalog, loaded(volume_project), "999001", out)}
    assert (found["佐证2-1"].volume, found["佐证2-1"].page) == ("999001-evidence-1.pdf", "9")
    assert found["佐证2-1"].indicators == (("2", "规划"), ("3", "处理率")) and set(found["佐证2-1"].rows) == {
        ("R2", "2024"),
        ("R3", "2024"),
    }
    assert found["佐证2-1"].pages == "1、7"
    volume_project.write("data/raw/try/plan.pdf", pdf(text="newer"))
    changed = {entry.number: entry for entry in proof_entries(catalog, loaded(volume_project), "999001", out)}
    assert (changed["佐证2-1"].volume, changed["佐证2-1"].state) == ("", "changed") and changed["佐证1-1"].page == "4"


def test_numbers_stand_in_a_column_of_their_own() -> None:
    from dataclasses import dataclass

    @dataclass
    class Row:
        indicator: str
        remark: str = "申报值与核算值不一致"
        evidence: str = ""

    def entry(number: str, *rows: tuple[str, str]) -> ProofEntry:
        return ProofEntry(number, (), (), rows, "")

    entries = [entry("佐证3-1", ("R1", "2024")), entry("佐证3-2", ("R1", "")), entry("佐证3-3", ("R1", "2023"))]
    lines = with_numbers([Row("R1"), Row("R2")], entries, "2024")  # type: ignore[type-var]
    assert [line.evidence for line in lines] == ["佐证3-1、3-2", ""]
    assert {line.remark for line in lines} == {"申报值与核算值不一致"}


# --- the command


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib"), "PYTHONIOENCODING": "utf-8", "EVALKIT_LANG": "zh"}
    return subprocess.run([sys.executable, "-m", "evalkit.cli", "evidence", *arguments], cwd=root, env=environment, capture_output=True,
                          text=True, encoding="utf-8", check=False)  # fmt: skip


def test_the_command_lists_records_and_compiles(volume_project: TinyProject) -> None:
    root = volume_project.root
    listed = command(root, "try")
    assert listed.returncode == 0 and "未盖章" in listed.stdout and "缺文件" in listed.stdout and not listed.stderr
    found = json.loads(command(root, "try", "--json").stdout)
    assert {line["id"]: line["state"] for line in found if line["id"]}["V3"] == "unstamped"
    volume_project.write("data/raw/try/plan.pdf", pdf(text="new"))
    done = command(root, "try", "--record")
    assert done.returncode == 0 and done.stderr.count("重新登记") == 2
    made = command(root, "try", "--compile", "--out", "volumes")
    assert made.returncode == 0 and "volumes/999001-evidence-1.pdf  13 页" in made.stdout and "bad.pdf" in made.stderr
    assert command(root, "try", "--out", "x.txt").returncode == 2
    assert command(root, "try", "--region", "1").returncode == 2


def test_the_command_without_a_register(project: TinyProject) -> None:
    listed = command(project.root, "try", "--out", "e.csv")
    assert listed.returncode == 0 and "params/evidence/try.csv" in listed.stdout
    assert (project.root / "e.csv").read_bytes().startswith("\ufeff部门".encode())
    refused = command(project.root, "try", "--record")
    assert refused.returncode == 1 and HEAD in refused.stderr + refused.stdout


def test_damaged_bytes_never_stop_the_others(tmp_path: Path) -> None:
    whole = (ROOT / "data/raw/example-county-2024/evidence/yearly-checks.pdf").read_bytes()
    chance = random.Random(7)
    for place in range(12):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 20, 400))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        folder = tmp_path / str(place)
        folder.mkdir()
        (folder / "x.pdf").write_bytes(data)
        made = prepare(folder / "x.pdf", folder)
        assert (made.problem in words("evidence_problem")) != (made.pages > 0)
