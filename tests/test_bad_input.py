"""Bad input: each fault is named with file, place and remedy in both languages, and nothing is written."""

from __future__ import annotations

import io
import os
import random
import tempfile
import zipfile
from pathlib import Path

import pytest
from conftest import FILES, ROOT, TinyProject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit.assessment import assess, check_run
from evalkit.catalog import load_catalog
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Problem

DATA = TinyProject.data
SET, RUN, REGION, MEASURES = "params/sets/demo.yml", "params/runs/try.yml", "params/regions/999001.yml", "params/measures/all.yml"
VARIABLES, CORRECTIONS, DECISIONS, PLAN = (
    "params/variables.yml",
    "params/corrections/try.yml",
    "params/decisions/try.csv",
    "params/plans/trial.yml",
)


def sole_fault(project: TinyProject, code: str, file: str, cell: str | None = None) -> Problem:
    """Check that a fault is found, where it is, that it says what to do, and that nothing was written or changed."""
    before = project.snapshot()
    found = project.problems()
    assert project.snapshot() == before
    assert not (project.root / "data" / "processed").exists()
    errors = [problem for problem in found if problem.severity == "error"]
    named = [problem for problem in errors if problem.code == code]
    assert named, [problem.line("en") for problem in found]
    problem = named[0]
    assert problem.place.file == file
    if cell is not None:
        assert problem.place.cell == cell
    for each in errors:
        assert each.message("zh").strip() and each.message("en").strip()
        assert each.remedy("zh").strip() and each.remedy("en").strip()
        assert each.message("zh") != each.message("en")
        assert len(each.line("zh")) < 1500
        assert str(project.root) not in each.line("en")
    with pytest.raises(EvalkitError):  # whoever goes on regardless is stopped
        project.assess()
    return problem


# --- unknown things -----------------------------------------------------------------------------------------------


def test_unknown_region_in_data(project: TinyProject) -> None:
    project.edit(DATA, "999001,试验县,2024,air.days_good", "999010,试验县,2024,air.days_good")
    problem = sole_fault(project, "unknown_region", DATA, "A4")
    assert "999010" in problem.message("zh") and "999001" in problem.remedy("en")


def test_unknown_region_in_a_run(project: TinyProject) -> None:
    project.edit(RUN, 'regions: ["999001"]', 'regions: ["999001", "999010"]')
    sole_fault(project, "unknown_id", RUN, f"L{project.line(RUN, 'regions:')}")


def test_unknown_set(project: TinyProject) -> None:
    project.edit(RUN, "sets: [demo]", "sets: [demo, dema]")
    problem = sole_fault(project, "unknown_id", RUN, f"L{project.line(RUN, 'sets:')}")
    assert "demo" in problem.remedy("zh")


def test_unknown_variable(project: TinyProject) -> None:
    project.row("2024", "air.day_good", "5", "天")
    problem = sole_fault(project, "unknown_variable", DATA, "D11")
    assert "air.days_good" in problem.remedy("zh")


@pytest.mark.parametrize(
    "variable", ["reported.air.none", "assigned.air.none", "reported.", "reported", ".", "", "reported.reported.sewage.rate"]
)
def test_unknown_variable_of_a_family(variable: str, project: TinyProject) -> None:
    project.row("2024", variable, "5")
    sole_fault(project, "unknown_variable", DATA, "D11")


def test_unknown_measure(project: TinyProject) -> None:
    project.edit(SET, "    measure: sewage.rate", "    measure: sewage.rates")
    problem = sole_fault(project, "unknown_id", SET)
    assert "sewage.rate" in problem.remedy("en")


def test_unknown_class(project: TinyProject) -> None:
    project.edit(REGION, "value: hill", "value: valley")
    problem = sole_fault(project, "class_unknown", REGION)
    assert "hill, plain" in problem.remedy("zh")


def test_unknown_plan_and_run(project: TinyProject) -> None:
    project.edit(RUN, "plans: [trial]", "plans: [trail]")
    sole_fault(project, "unknown_id", RUN)


def test_a_region_without_the_class_that_a_target_needs(project: TinyProject) -> None:
    text = project.text(REGION)
    project.write(REGION, text[: text.index("classes:")])
    problem = sole_fault(project, "class_undeclared", REGION)
    assert problem.region == "999001"
    assert "hill, plain" in problem.remedy("zh") and "地形" in problem.message("zh")


def test_a_set_that_is_not_for_the_region_s_level(project: TinyProject) -> None:
    project.edit(REGION, "level: county", "level: village")
    problem = sole_fault(project, "level_mismatch", RUN)
    assert "村" in problem.message("zh")


# --- keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        (SET, "complete: true\n", "complete: true\nlevels: [city]\n", "levels: [city]"),
        (RUN, "sets: [demo]\n", "sets: [demo]\nsets: []\n", "sets: []"),
        (VARIABLES, "    name_zh: 优良天数\n", "    name_zh: 优良天数\n    name_zh: 天数\n", "name_zh: 天数"),
        (CORRECTIONS, "    author: 试验员\n", "    author: 试验员\n    author: 别人\n", "author: 别人"),
    ],
)
def test_duplicate_yaml_key(file: str, old: str, new: str, line: str, project: TinyProject) -> None:
    project.edit(file, old, new)
    sole_fault(project, "yaml_duplicate", file, f"L{project.line(file, line)}")


@pytest.mark.parametrize(
    ("file", "old", "new", "allowed"),
    [
        (SET, "complete: true\n", "complete: true\nfinished: true\n", "complete"),
        (SET, "      - text: ≥90\n", "      - text: ≥90\n        weight: '3'\n", "levels"),
        (SET, 'rule: {at_least: "90"}', 'rule: {minimum: "90"}', "at_least"),
        (RUN, "sets: [demo]\n", "sets: [demo]\nset: demo\n", "sets"),
        (REGION, "level: county\n", "level: county\nlevels: county\n", "level"),
        (REGION, "value: hill,", "value: hill, klass: x,", "class"),
        (PLAN, "set: demo\n", "set: demo\nbase: 2022\n", "base_period"),
        (MEASURES, "    digits: 1\n", "    decimals: 1\n", "digits"),
        (VARIABLES, "    part_of: air.days_valid\n", "    partof: air.days_valid\n", "part_of"),
        (VARIABLES, "variables:\n", "variable: []\nvariables:\n", "variables"),
        (CORRECTIONS, "    author: 试验员\n", "    author: 试验员\n    by: 试验员\n", "author"),
        (CORRECTIONS, '{value: "71"}', '{values: "71"}', "value"),
    ],
)
def test_unknown_yaml_key_lists_the_allowed_ones(file: str, old: str, new: str, allowed: str, project: TinyProject) -> None:
    project.edit(file, old, new)
    problem = sole_fault(project, "unknown_key", file)
    assert problem.place.cell.startswith("L")
    assert allowed in problem.remedy("zh")


@pytest.mark.parametrize(
    ("file", "old"),
    [
        (SET, "document: doc\n"),
        (RUN, "purpose: annual\n"),
        (REGION, "level: county\n"),
        (PLAN, "document: doc\n"),
        (CORRECTIONS, "    reason: 来源写“约71”\n"),
        (VARIABLES, "    department: 生态环境部门\n"),
        (RUN, "id: try\n"),
    ],
)
def test_a_required_key_that_is_left_out(file: str, old: str, project: TinyProject) -> None:
    project.edit(file, old, "")
    sole_fault(project, "missing_key", file)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\n",
        "a: *x\n",
        "a: !!python/name:os.system x\n",
        "a: {b: &c 1}\n",
        "x: [" * 300,
        "- " * 300 + "x\n",
        "a: &a [z]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
        "a: [\n",
        'a: "\\0"\n',
        "- 1\nb: 2\n",
    ],
)
@pytest.mark.parametrize("file", [SET, VARIABLES, RUN, CORRECTIONS])
def test_yaml_that_is_not_plain(text: str, file: str, project: TinyProject) -> None:
    project.write(file, text)
    code = "yaml_syntax" if text in ("a: [\n", "- 1\nb: 2\n") else "yaml_forbidden"
    sole_fault(project, code, file)


# --- values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["IO0%", "≥95", "约30", "12,5", "1e3", "nan", "inf", "#REF!", "--1", "0x1F", "1/3", "9" * 60, "=1+1"],
)
def test_text_where_a_number_belongs(text: str, project: TinyProject) -> None:
    project.value("2024", "reported.sewage.rate", text)
    problem = sole_fault(project, "not_a_number", DATA, "E8")
    assert problem.region == "999001"
    assert text in problem.message("zh") and "corrections" in problem.remedy("zh")


@pytest.mark.parametrize(("text", "value"), [("７２．５", "72.5"), ("72.5%", "72.5"), ("72.5（快报数）", "72.5"), ("1,072.5％", "1072.5")])
def test_spellings_that_mean_one_number_only(text: str, value: str, project: TinyProject) -> None:
    project.value("2024", "reported.sewage.rate", text)
    inputs = project.inputs()
    item = inputs.get("999001", "reported.sewage.rate", "2024")
    assert not inputs.errors("999001") and item is not None
    assert (item.shown, item.value_received) == (value, text) and item.habits


def test_a_magnitude_that_fits_no_unit(project: TinyProject) -> None:
    project.value("2024", "reported.sewage.rate", "72.5 万")
    sole_fault(project, "unit_magnitude", DATA, "E8")


def test_a_unit_that_does_not_convert(project: TinyProject) -> None:
    project.edit(DATA, "reported.waste.total,12.5,吨", "reported.waste.total,12.5,天")
    problem = sole_fault(project, "unit_not_convertible", DATA, "F10")
    assert "吨" in problem.message("zh")


def test_a_unit_that_nobody_registered(project: TinyProject) -> None:
    project.edit(DATA, "reported.waste.total,12.5,吨", "reported.waste.total,12.5,顿")
    sole_fault(project, "unit_unknown", DATA, "F10")


def test_a_unit_whose_definition_cannot_be_read(project: TinyProject) -> None:
    project.edit("params/units.yml", '"1000 * kilogram"', '"1000 * kilogramm"')
    sole_fault(project, "bad_value", "params/units.yml")
    catalog = load_catalog(project.root)  # units unchecked: reading finds it all the same
    assert "bad_value" in {problem.code for problem in read_inputs(catalog, "try").errors()}


def test_part_exceeds_whole(project: TinyProject) -> None:
    project.value("2024", "air.days_good", "367")
    problem = sole_fault(project, "part_exceeds_whole", DATA, "E4")
    assert "367" in problem.message("zh") and "366" in problem.message("zh")


@pytest.mark.parametrize(("variable", "value", "cell"), [("air.days_valid", "367", "E5"), ("air.days_good", "-1", "E4")])
def test_a_value_outside_its_range(variable: str, value: str, cell: str, project: TinyProject) -> None:
    project.value("2024", variable, value)
    sole_fault(project, "out_of_range", DATA, cell)


def test_two_values_without_a_decision(project: TinyProject) -> None:
    project.row("2024", "reported.sewage.rate", "80")
    problem = sole_fault(project, "conflict", DATA, "E8")
    for text in ("72.5", "80", "try/data.csv!E8", "try/data.csv!E11"):
        assert text in problem.message("zh")
    assert "params/decisions/try.csv" in problem.remedy("zh")


def test_a_denominator_of_zero(project: TinyProject) -> None:
    project.value("2024", "air.days_good", "0")
    project.value("2024", "air.days_valid", "0")
    problem = sole_fault(project, "zero_denominator", DATA, "E5")
    assert "优良天数比率" in problem.message("zh") and "2024" in problem.message("zh")


def test_a_correction_whose_expected_value_is_gone(project: TinyProject) -> None:
    project.value("2023", "reported.sewage.rate", "71.3")
    problem = sole_fault(project, "expect_gone", CORRECTIONS, "L2")
    assert "约71" in problem.message("zh") and "71.3" in problem.message("zh")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('period: "2023"', 'period: "2021"'),
        ("variable: reported.sewage.rate", "variable: reported.sewage.rates"),
        ("file: try/data.csv", "file: try/date.csv"),
        ('region: "999001"', 'region: "310151"'),
    ],
)
def test_a_correction_that_points_nowhere(old: str, new: str, project: TinyProject) -> None:
    project.edit(CORRECTIONS, old, new)
    sole_fault(project, "correction_no_cell", CORRECTIONS, "L2")


@pytest.mark.parametrize(
    "period", ["2024年", "24", "2024-13", "2023-02-29", "", "2024-Q5", "2024-06-17/2024-01-01", "二〇二四", "0001", "2024 "]
)
def test_a_period_that_is_none(period: str, project: TinyProject) -> None:
    project.row(period, "air.days_good", "5", "天")
    if period == "2024 ":
        assert [p.code for p in project.problems()] == ["conflict"]  # blanks around it do not matter: it is 2024 again
    else:
        sole_fault(project, "bad_period", DATA, "C11")


@pytest.mark.parametrize("year", ["23", "去年", "2023-01", "=2023"])
def test_a_data_year_that_is_none(year: str, project: TinyProject) -> None:
    head, *lines = project.text(DATA).splitlines()
    project.write(DATA, "\n".join([f"{head},data_year", *(f"{line},{year if i == 2 else ''}" for i, line in enumerate(lines))]))
    sole_fault(project, "bad_value", DATA, "H4")


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        ("Q2,qualitative,999009,2024,gov.plan,met,,x,2025-01-02,x,x", "unknown_id", "A3"),
        ("Q2,qualitative,999001,2024,gov.plans,met,,x,2025-01-02,x,x", "unknown_id", "A3"),
        ("Q2,choose,999001,2024,air.day,,try/data.csv!E4,x,2025-01-02,x,x", "unknown_id", "A3"),
        ("Q2,qualitative,999001,2023,gov.plan,,,x,2025-01-02,x,x", "missing_key", "A3"),
        ("Q2,qualitative,999001,2023,gov.plan,maybe,,x,2025-01-02,x,x", "bad_value", "F3"),
        ("Q2,opinion,999001,2023,gov.plan,met,,x,2025-01-02,x,x", "bad_value", "B3"),
        ("Q2,qualitative,999001,2023年,gov.plan,met,,x,2025-01-02,x,x", "bad_value", "D3"),
        ("Q2,qualitative,999001,2023,gov.plan,met,,x,2025-02-30,x,x", "bad_value", "I3"),
        ("Q2,qualitative,999001,2023,gov.plan,met,,,2025-01-02,x,x", "bad_value", "H3"),
        ("Q2,qualitative,999001,2023,gov.plan,met,,x,2025-01-02,,x", "bad_value", "J3"),
        ("Q2,qualitative,999001,2024,gov.plan,not_met,,x,2025-01-02,x,x", "duplicate_id", "A3"),
        ("../Q,qualitative,999001,2023,gov.plan,met,,x,2025-01-02,x,x", "bad_value", "A3"),
        ("Q2,qualitative,999001,2023", "csv_row", "A3"),
    ],
)
def test_a_decision_that_is_not_sound(row: str, code: str, cell: str, project: TinyProject) -> None:
    project.write(DECISIONS, project.text(DECISIONS) + row + "\n")
    sole_fault(project, code, DECISIONS, cell)


# --- files --------------------------------------------------------------------------------------------------------


def a_workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


OTHERS = {
    "xlsx": (a_workbook(), "wrong_content"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "wrong_content"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "wrong_content"),
    "utf-16": (FILES[DATA].encode("utf-16"), "wrong_content"),
    "gb18030": (FILES[DATA].encode("gb18030"), "not_utf8"),
    "binary": (bytes(range(256)) * 8, "wrong_content"),
    "html": (b"<html><table><tr><td>1</td></tr></table></html>", "wrong_content"),
}


@pytest.mark.parametrize("kind", sorted(OTHERS))
@pytest.mark.parametrize("file", [DATA, SET, RUN, VARIABLES, CORRECTIONS, DECISIONS])
def test_a_file_that_is_not_what_its_name_says(kind: str, file: str, project: TinyProject) -> None:
    content, code = OTHERS[kind]
    project.write(file, content)
    if (kind, file) == ("gb18030", DATA):  # what Excel and WPS write where nobody chose otherwise: data are read in it, rules are not
        assert not [problem for problem in project.problems() if problem.severity == "error"]
        return
    sole_fault(project, code, file)
    if file == DATA:
        assert [p.code for p in project.problems()] == [code]  # no corrections are blamed for it


@pytest.mark.parametrize("name", ["try/none.csv", "try", "try/data.csv/x.csv"])
def test_an_input_that_is_not_there(name: str, project: TinyProject) -> None:
    project.edit(RUN, "inputs: [try/data.csv]", f"inputs: [try/data.csv, {name}]")
    problems = project.problems()
    assert {p.code for p in problems} <= {"file_missing", "bad_value"} and problems
    assert RUN in problems[0].line("en")


@pytest.mark.parametrize(
    ("change", "code", "cell"),
    [
        (lambda text: text.replace(",unit,", ",", 1), "csv_header", "A1"),
        (lambda text: text.replace("region_code,", "code,", 1), "csv_header", "A1"),
        (lambda text: "", "csv_header", "A1"),
        (lambda text: text.replace("unit,source", "unit,source,remark", 1), "unknown_key", "H1"),
        (lambda text: text.replace("unit,source", "unit,source,value", 1), "unknown_key", "E1"),
        (lambda text: text + "999001,试验县,2024\n", "csv_row", "A11"),
        (lambda text: text + "999001,试验县,2024,air.days_good,1,天,a,b,c\n", "csv_row", "A11"),
        (lambda text: text + '999001,试验县,2024,air.days_good,"1,天,月报\n', "csv_quote", ""),
        (lambda text: text.replace(",", ";"), "csv_header", "A1"),
        (lambda text: text.replace(",", "\t"), "csv_header", "A1"),
        (lambda text: text.replace("333", "333\x1b"), "bad_value", "E4"),
        (lambda text: text + "," * 6 + "\n999001,试验县,2024,waste.mass,x" + "y" * 140_000 + ",吨,a\n", "wrong_content", ""),
    ],
)
def test_a_table_of_the_wrong_shape(change: object, code: str, cell: str, project: TinyProject) -> None:
    assert callable(change)
    project.write(DATA, change(project.text(DATA)))
    problem = sole_fault(project, code, DATA, cell)
    assert problem.region == ""  # the whole run stops


# --- names and codes ----------------------------------------------------------------------------------------------

TRICKS = [
    "../x",
    "..",
    "C:\\\\x",
    "/etc/passwd",
    "<script>alert(1)</script>",
    "=cmd|x",
    "a b",
    "x\\0",
    "地区",
    "x" * 5000,
    "",
    "-rf",
    ".hidden",
    "a/b",
    "a\\nb",
    "%2e%2e",
    "~",
]


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize(
    ("file", "old"), [(REGION, 'code: "999001"'), (RUN, "id: try\n"), (SET, "id: demo\n"), (PLAN, "id: trial\n"), (CORRECTIONS, "id: K1\n")]
)
def test_an_id_with_path_tricks_or_markup(trick: str, file: str, old: str, project: TinyProject) -> None:
    key = old.partition(":")[0]
    project.edit(file, old, f'{key}: "{trick}"\n')
    found = [p for p in project.problems() if p.place.file == file]
    assert found and {p.code for p in found} <= {"bad_value", "yaml_forbidden"}
    assert all(len(p.line("zh")) < 1500 for p in found)
    assert sorted(p.name for p in project.root.iterdir()) == ["data", "params"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv",
        "/etc/passwd",
        "C:\\\\data.csv",
        "a\\\\b.csv",
        "try/../../x.csv",
        "<x>.csv",
        "try/\\0.csv",
        "con.csv",
        "",
        "x?.csv",
        "\\\\\\\\host\\\\x.csv",
    ],
)
def test_an_input_outside_the_folder(name: str, project: TinyProject) -> None:
    project.edit(RUN, "inputs: [try/data.csv]", f'inputs: ["{name}"]')
    found = project.problems()
    named = [p for p in found if p.code in ("unsafe_path", "yaml_forbidden")]
    assert len(named) == 1
    assert named[0].place.file == RUN
    assert {p.code for p in found} <= {named[0].code, "correction_no_cell"}  # the file that it mends is not among the inputs


def test_an_input_with_a_very_long_name(project: TinyProject) -> None:
    project.edit(RUN, "inputs: [try/data.csv]", f"inputs: [{'x' * 4000}.csv]")
    problem = project.problems()[0]
    assert problem.code == "file_unreadable"
    assert problem.remedy("zh")


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{ 7*7 }}", "%s {0} {x}", "`ls`", "a|b|c", "名\u202e字"]
)
def test_markup_in_a_name_stays_text(name: str, project: TinyProject, tmp_path: Path) -> None:
    project.edit(REGION, "name_zh: 试验县\nfull", f"name_zh: {name!r}\nfull")
    project.edit(SET, "    name_zh: 总量\n", f"    name_zh: {name!r}\n")
    project.write(DATA, project.text(DATA).replace("试验县", f'"{name}"').replace("统计", f'"{name}"'))
    if name in project.catalog().regions["999001"].name_zh:
        result = project.assess()
        assert result.rows[0]["region"] == name
        written = result.save(tmp_path / "out")[0].read_text(encoding="utf-8-sig")
        assert ",=cmd" not in written and not written.startswith("=")
    for problem in project.problems():
        assert problem.message("zh") and problem.remedy("en")


def test_a_name_may_not_hold_what_no_document_can(project: TinyProject) -> None:
    project.edit(REGION, "name_zh: 试验县\nfull", 'name_zh: "试验\\x0b县"\nfull')
    sole_fault(project, "yaml_forbidden", REGION, "L2")


# --- writing ------------------------------------------------------------------------------------------------------


def test_results_that_cannot_be_written_leave_no_half_file(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    result = project.assess()
    folder = project.root / "out"
    old = [path.read_bytes() for path in result.save(folder)]

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result.rows[0]["value"] = "1"
    with pytest.raises(EvalkitError) as caught:
        result.save(folder)
    assert [p.code for p in caught.value.problems] == ["disk_full"]
    assert [(folder / name).read_bytes() for name in ("results.csv", "traces.json")] == old
    assert sorted(p.name for p in folder.iterdir()) == ["results.csv", "traces.json"]


def test_a_folder_that_is_a_file_cannot_hold_results(project: TinyProject) -> None:
    project.write("data/processed", "a file where a folder should be")
    before = project.snapshot()
    with pytest.raises(EvalkitError) as caught:
        project.assess().save(project.root / "data" / "processed" / "try")
    assert [p.code for p in caught.value.problems] == ["disk_full"]
    assert project.snapshot() == before


# --- anything at all ----------------------------------------------------------------------------------------------

FUZZED = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
PIECES = [
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\n",
    b"\r",
    b"\t",
    b": ",
    b"- ",
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"'",
    b"&a ",
    b"*a",
    b"!x ",
    b"#",
    b"|",
    b">",
    b"? ",
    b"---\n",
    b",",
    b"=",
    b"\\",
    b"9" * 45,
    b"-",
    b"1e9",
    "≥".encode(),
    "不涉及".encode(),
    b"null",
    b"\xc2\x85",
    b"\xed\xa0\x80",
    b"2024",
    b"reported.",
    b"all_of",
]


def mutated(content: bytes, seed: int) -> bytes:
    """Return a file with a few bytes, lines or pieces changed, dropped, doubled or swapped."""
    draw = random.Random(seed)
    data = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data) + 1) if data else 0
        match draw.randrange(6):
            case 0:
                data[at:at] = draw.choice(PIECES)
            case 1:
                del data[at : at + draw.randint(1, 12)]
            case 2:
                data[at : at + 1] = bytes([draw.randrange(256)])
            case 3:
                lines = bytes(data).split(b"\n")
                line = draw.randrange(len(lines))
                lines.insert(draw.randrange(len(lines) + 1), lines[line])
                data = bytearray(b"\n".join(lines))
            case 4:
                lines = bytes(data).split(b"\n")
                lines.pop(draw.randrange(len(lines)))
                data = bytearray(b"\n".join(lines))
            case 5:
                end = min(at + draw.randint(1, 8), len(data))
                data[at:end] = draw.choice(PIECES)
    return bytes(data)


@pytest.fixture(scope="module")
def fuzz_project(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    return TinyProject(tmp_path_factory.mktemp("fuzz"))


def survives(project: TinyProject, file: str, content: bytes) -> None:
    """Read and assess with a file of that content: a result, or faults that can be printed; no other exception."""
    try:
        project.write(file, content)
        try:
            catalog = load_catalog(project.root)
            inputs = read_inputs(catalog, "try") if "try" in catalog.runs else None
            problems = [*inputs.problems, *check_run(catalog, "try")] if inputs else []
            if inputs:
                assess(catalog, inputs, "999001")
        except EvalkitError as error:
            problems = error.problems
            assert problems
        for problem in problems:
            for lang in ("zh", "en"):
                assert problem.line(lang)  # type: ignore[arg-type]
    finally:
        project.write(file, FILES[file])


YAMLS = sorted(name for name in FILES if name.endswith(".yml"))
CSVS = sorted(name for name in FILES if name.endswith(".csv"))


@FUZZED
@given(st.sampled_from(YAMLS), st.integers(0, 2**32))
def test_a_damaged_rule_file_never_breaks_the_program(fuzz_project: TinyProject, file: str, seed: int) -> None:
    survives(fuzz_project, file, mutated(FILES[file].encode(), seed))


@FUZZED
@given(st.sampled_from(CSVS), st.integers(0, 2**32))
def test_a_damaged_table_never_breaks_the_program(fuzz_project: TinyProject, file: str, seed: int) -> None:
    survives(fuzz_project, file, mutated(FILES[file].encode(), seed))


@FUZZED
@given(
    st.sampled_from(YAMLS),
    st.binary(max_size=60) | st.lists(st.sampled_from([*PIECES, b"id", b"a", b"variables:\n"]), max_size=12).map(b"".join),
)
def test_any_bytes_as_a_rule_file_never_break_the_program(fuzz_project: TinyProject, file: str, content: bytes) -> None:
    survives(fuzz_project, file, content)


@FUZZED
@given(st.sampled_from(CSVS), st.binary(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join), st.booleans())
def test_any_bytes_as_a_table_never_break_the_program(fuzz_project: TinyProject, file: str, content: bytes, head: bool) -> None:
    first = FILES[file].encode().partition(b"\n")[0] + b"\n" if head else b""
    survives(fuzz_project, file, first + content)


@settings(FUZZED, max_examples=300)
@given(
    st.lists(
        st.tuples(
            *[
                st.sampled_from(choice)
                for choice in (
                    ["999001", "999002", "", "../1", "=1"],
                    ["试验县", "别县", ""],
                    ["2024", "2023", "2024-02", "", "0001"],
                    [
                        "air.days_good",
                        "air.days_valid",
                        "reported.sewage.rate",
                        "assigned.sewage.rate",
                        "reported.gov.plan",
                        "assigned.gov.plan",
                        "waste.mass",
                        "x",
                        "",
                    ],
                    ["1", "0", "-1", "366", "不涉及", "上级未下达", "", "≥1", "9" * 40, "建立"],
                    ["天", "%", "吨", "千克", "-", "", "担"],
                )
            ]
        ),
        max_size=8,
    )
)
def test_any_rows_are_results_or_faults(fuzz_project: TinyProject, rows: list[tuple[str, ...]]) -> None:
    text = "region_code,region,period,variable,value,unit,source\n" + "".join(",".join([*row, "s"]) + "\n" for row in rows)
    survives(fuzz_project, DATA, text.encode())


SHIPPED = sorted([*ROOT.glob("params/*.yml"), *ROOT.glob("params/*/*.yml"), *ROOT.glob("params/*/*.csv"), *ROOT.glob("data/raw/*/*.csv")])


@settings(FUZZED, max_examples=300)
@given(st.sampled_from(SHIPPED), st.integers(0, 2**32))
def test_a_damaged_shipped_file_is_read_or_refused(path: Path, seed: int) -> None:
    from evalkit.catalog.crosswalks import Crosswalk
    from evalkit.catalog.departments import Department
    from evalkit.catalog.mappings import BookMapping
    from evalkit.catalog.models import Correction, Document, IndicatorSet, Measure, Plan, Region, Run, UnitRow, Variable
    from evalkit.catalog.reading import build, build_list, read_yaml
    from evalkit.catalog.report_plans import ReportPlan
    from evalkit.tables import read_csv

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(mutated(path.read_bytes()[:6000], seed))
        problems: list[Problem] = []
        try:
            if path.suffix == ".csv":
                problems.extend(read_csv(copy, path.name, ["period"])[1])
            else:
                located = read_yaml(copy, path.name, problems)
                single = {"sets": IndicatorSet, "regions": Region, "plans": Plan, "runs": Run, "crosswalks": Crosswalk,
                          "mappings": BookMapping, "reports": ReportPlan}  # fmt: skip
                several = {"documents": Document, "units": UnitRow, "variables": Variable, "measures": Measure, "corrections": Correction,
                           "departments": Department}  # fmt: skip
                if path.parent.name in single:
                    if located.lines:
                        build(single[path.parent.name], located, problems)  # type: ignore[type-var]
                else:
                    key = path.parent.name if path.parent.name in several else path.stem
                    build_list(several[key], key, located, problems)  # type: ignore[type-var]
        except EvalkitError as error:
            problems.extend(error.problems)
        for problem in problems:
            assert problem.line("zh") and problem.line("en")
