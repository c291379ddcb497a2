"""The audit workbook: another program that calculates its formulas finds the values and verdicts of this one."""

from __future__ import annotations

import os
import random
import re
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from audit_sheets import Sheet, Value, changed, differing, errors, read, recalculated, uncached
from conftest import CITE, ROOT, TinyProject
from openpyxl import load_workbook
from states import write_state
from typer.testing import CliRunner

from evalkit.assessment import assess
from evalkit.catalog import Catalog, load_catalog
from evalkit.cli.commands import app
from evalkit.formulas.notation import write_formula
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError
from evalkit.report import look
from evalkit.report.audit_book import COVER, Basis, write_audit
from evalkit.report.audit_counts import STATS
from evalkit.report.audit_words import WORDS
from evalkit.report.reported import difference_sentence
from evalkit.review.audit import audit
from evalkit.review.audit_cells import DATA, SHEET, TABLE, UNSURE, Audit, Row, figures
from evalkit.runner.audits import make_audits

office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not on the PATH")
BASIS = Basis("0" * 12, "1" * 12)
STEPS = (SHEET, "I")  # steps of the rounding: the program does not round that way
VERDICTS = {found.zh for found in (*look.STATUSES.values(), *look.MARKS.values())}
DECISIONS = """\
id,kind,region_code,period,key,verdict,choice,expect,by,date,evidence,reason
Q1,qualitative,999001,2024,gov.plan,met,,,试验员,2025-01-02,文件一,已编制
A1,adopt,999001,2024,air.good_day_ratio,,89.5,91.0,专家组,2025-04-02,现场核查记录,扣除停运日
"""
JUNK: dict[str, Value | None] = {"blank": None, "text": "约30", "zero": 0.0, "negative": -5.0, "huge": 1e308, "tiny": 1e-308, "dash": "—"}


def made_of(catalog: Catalog, run: str, code: str) -> Audit:
    return audit(catalog, read_inputs(catalog, run), code, WORDS)


def write(catalog: Catalog, run: str, code: str, path: Path, *, cached: bool = True) -> Audit:
    made = made_of(catalog, run, code)
    write_audit(catalog, run, code, made, BASIS, path, cached=cached)
    return made


def trial(folder: Path) -> TinyProject:
    """A project with planned values of every kind, over four years."""
    project = TinyProject(folder)
    planned = "".join(
        f"  - id: {row}\n    seq: '{row[1:]}'\n    domain: 其他\n    name_zh: 累计{row}\n    name_en: sum\n    unit: 吨\n"
        f"    measure: waste.total\n    attribute: local\n    values:\n"
        f"      - {{at: '2025', kind: cumulative, since: '2022', text: '{text}', rule: {rule}, cite: {CITE}}}\n"
        for row, text, rule in (("L1", "≥35", "{at_least: '35'}"), ("L2", "≤50", "{at_most: '50'}"), ("L3", "≤20", "{at_most: '20'}"))
    )
    project.write(
        "params/plans/trial.yml",
        f"""\
id: trial
region: "999001"
name_zh: 试验规划
name_en: trial plan
document: doc
base_period: "2022"
milestones: ["2025", "2030"]
set: demo
better_than_set: {{at: "2025", text: 全面优于国家标准, cite: {CITE}}}
indicators:
  - row: R1
    values:
      - {{at: "2030", text: ≥95, rule: {{at_least: "95"}}, cite: {CITE}}}
  - row: R3
    values:
      - {{at: "2030", kind: every_year, since: "2023", text: 保持≥72, rule: {{at_least: "72"}}, cite: {CITE}}}
{planned}""",
    )
    project.edit("params/runs/try.yml", 'periods: ["2024"]', 'periods: ["2021", "2022", "2023", "2024"]')
    project.row("2022", "reported.waste.total", "9.5", "吨")
    project.row("2024", "reported.air.good_day_ratio", "91.1")
    return project


@dataclass
class Recalculated:
    """Workbooks as they were written, by name, and as LibreOffice calculates them; what the program makes of some of them."""

    delivered: dict[str, dict[str, Sheet]]
    calculated: dict[str, dict[str, Sheet]]
    made: dict[str, Audit]
    samples: list[str]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Recalculated:
    """All workbooks of the module, calculated by one LibreOffice: starting it takes longer than calculating."""
    folder = tmp_path_factory.mktemp("audit")
    plain: dict[str, Path] = {}
    made: dict[str, Audit] = {}
    delivered: dict[str, dict[str, Sheet]] = {}

    def add(name: str, catalog: Catalog, run: str, code: str) -> None:
        path = folder / f"{name}.xlsx"
        made[name] = write(catalog, run, code, path)
        plain[name] = uncached(path, folder / "plain" / path.name)
        delivered[name] = read(path)

    shipped = load_catalog(ROOT)
    for run in shipped.runs.values():
        add(run.id, shipped, run.id, run.regions[0])
    samples = list(made)
    tiny = TinyProject(folder / "tiny")
    add("tiny", tiny.catalog(), tiny.run, tiny.region)
    planned = trial(folder / "trial")
    add("trial", planned.catalog(), planned.run, planned.region)
    settled = TinyProject(folder / "settled")
    settled.write("params/decisions/try.csv", DECISIONS)
    add("settled", settled.catalog(), settled.run, settled.region)
    good = next(at for at, (_, shown) in delivered["tiny"][DATA].items() if at.startswith("C") and shown == "air.days_good")[1:]
    plain["320"] = changed(plain["tiny"], folder / "320.xlsx", 4, {f"J{good}": 320.0})
    plain["expired"] = changed(plain["settled"], folder / "expired.xlsx", 4, {f"J{good}": 340.0})
    plain["untyped"] = changed(plain["tiny"], folder / "untyped.xlsx", 4, {f"J{good}": None})
    city = delivered["chongming-2023"][DATA]
    lines = [at[1:] for what in ("good_day_ratio_2024", "pm25_concentration") for at, (_, shown) in city.items()
             if at.startswith("C") and shown == f"reported.air.{what}" and str(city[f"D{at[1:]}"][1]) == "2023"]  # fmt: skip
    plain["awaited"] = changed(plain["chongming-2023"], folder / "awaited.xlsx", 4, {f"J{lines[0]}": 90.5, f"J{lines[1]}": None})
    chance = random.Random(7)
    for name in ("trial", "example-ecocounty-2024"):
        cells = [at for at in delivered[name][DATA] if re.fullmatch(r"J\d+", at) and at not in ("J1", "J2", "J3")]
        for what, value in JUNK.items() if name == "trial" else ():
            plain[f"{name}-{what}"] = changed(plain[name], folder / f"{name}-{what}.xlsx", 4, dict.fromkeys(cells, value))
        mixed = {at: chance.choice([*JUNK.values()]) for at in cells}
        factors = {at.replace("J", "K"): "倍" for at in chance.sample(cells, 3) if not delivered[name][DATA][at.replace("J", "K")][0]}
        plain[f"{name}-mixed"] = changed(plain[name], folder / f"{name}-mixed.xlsx", 4, {**mixed, **factors})
    return Recalculated(delivered, recalculated(list(plain.values()), folder), made, samples)


def row_of(sheet: Sheet, column: str, text: str, more: str = "") -> int:
    """Return the line of the first cell of a column that shows a text (and holds another one)."""
    return next(
        int(at[1:]) for at, (_, shown) in sheet.items() if re.fullmatch(rf"{column}\d+", at) and shown == text and more in str(shown)
    )


@office
def test_every_value_and_verdict_of_the_sample_runs_is_found_again(books: Recalculated) -> None:
    formulas = 0
    for name in [*books.samples, "tiny", "trial", "settled"]:
        delivered, calculated = books.delivered[name], books.calculated[name]
        assert differing(delivered, calculated, STEPS) == [], name
        assert errors(calculated) == [], name
        assert "不一致" not in {shown for sheet in calculated.values() for _, shown in sheet.values()}, name
        formulas += sum(bool(formula) for sheet in delivered.values() for formula, _ in sheet.values())
    assert formulas > 15_000


def test_the_workbook_has_a_line_for_each_row_of_the_results_with_its_status() -> None:
    catalog = load_catalog(ROOT)
    for run in ("chongming-2023", "national-135", "xuchang-zone-2024"):
        code = catalog.run(run).regions[0]
        rows = assess(catalog, read_inputs(catalog, run), code, traces=False).rows
        made = made_of(catalog, run, code)
        assert [(e.line.indicator, e.period, e.line.milestone, e.status, e.reason) for e in made.entries] == [
            (row["indicator"], row["period"], row["milestone"], row["status"], row["reason"]) for row in rows
        ]


@office
def test_a_changed_figure_changes_value_and_verdict_as_in_the_program(books: Recalculated, project: TinyProject) -> None:
    project.value("2024", "air.days_good", "320")
    expected = project.result("R1")
    table = books.calculated["320"][TABLE]
    assert expected["status"] == "not_met"
    assert [table[f"{column}2"][1] for column in "MNO"] == ["未达标", "达标", "不一致"]
    assert table["J2"][1] == pytest.approx(float(expected["value"]), rel=1e-12)
    assert table["L2"][1] == float(expected["rounded_value"])
    before, after = (books.calculated[name][STATS] for name in ("tiny", "320"))
    assert (before["G2"][1], after["G2"][1], after["H2"][1]) == ("达标", "未达标", "达标")
    counts = [[float(cells[f"{column}{row}"][1]) for column in "EFG"] for name in ("tiny", "320")
              for cells, row in [(books.calculated[name][COVER], row_of(books.calculated[name][COVER], "D", "约束性"))]]  # fmt: skip
    assert counts[0][0] == counts[1][0] and (counts[1][1], counts[1][2]) == (counts[0][1] - 1, counts[0][2] + 1)


@office
def test_a_figure_taken_away_is_missing_and_not_zero(books: Recalculated) -> None:
    table = books.calculated["untyped"][TABLE]
    assert [table[f"{column}2"][1] for column in "JLM"] == ["缺数据"] * 3


@office
def test_a_verdict_that_a_change_leaves_open_says_whether_data_or_an_answer_is_wanting(books: Recalculated) -> None:
    """The tasks of the superior are not known: with the figure raised the program says 待佐证, with the figure taken away 缺数据."""
    table = books.calculated["awaited"][TABLE]
    rows = [row_of(table, "B", f"环境空气质量：{name}") for name in ("优良天数比率", "PM2.5浓度")]
    assert [[table[f"{column}{row}"][1] for column in "MN"] for row in rows] == [["待佐证", "未达标"], ["缺数据", "待佐证"]]


@office
def test_the_cover_names_a_plan_without_number_once(books: Recalculated) -> None:
    shown = [str(shown) for _, shown in books.delivered["example-county-2024"][COVER].values()]
    assert "示例区生态文明建设规划（2021—2030年）（虚构）" in shown


@office
def test_whatever_is_typed_into_the_data_no_cell_shows_an_error(books: Recalculated) -> None:
    looked = 0
    for name, calculated in books.calculated.items():
        if "-" in name and name not in books.samples:
            assert errors(calculated) == [], name
            words = {shown for at, (_, shown) in calculated[TABLE].items() if re.fullmatch(r"M\d+", at) and at != "M1"}
            assert words <= VERDICTS, name
            looked += 1
    assert looked == len(JUNK) + 2
    blank, text = (books.calculated[f"trial-{what}"] for what in ("blank", "text"))
    numbers = [at for at, (formula, shown) in blank[DATA].items() if re.fullmatch(r"L\d+", at) and formula and shown == 0.0]
    assert numbers == []  # an empty cell is no zero
    assert {at: shown for at, (_, shown) in blank[TABLE].items()} == {at: shown for at, (_, shown) in text[TABLE].items()}


@office
def test_a_wrong_value_in_a_workbook_is_found(books: Recalculated, project: TinyProject, tmp_path: Path) -> None:
    path = tmp_path / "audit.xlsx"
    write(project.catalog(), project.run, project.region, path)
    planted = tmp_path / "planted.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(planted, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet3.xml":
                content, count = re.subn(rb"(<f>IFERROR\([^<]*</f><v>)[^<]*", rb"\g<1>999", content, count=1)
                assert count == 1
            new.writestr(name, content)
    (wrong,) = differing(read(planted), books.calculated["tiny"], STEPS)
    assert wrong[1] == 999


# ── kinds of lines ──


def block(made: Audit, indicator: str, period: str, milestone: str = "") -> list[Row]:
    (entry,) = [e for e in made.entries if (e.line.indicator, e.period, e.line.milestone) == (indicator, period, milestone)]
    return made.rows[entry.head - 1 : entry.verdict]


@office
def test_a_sum_of_years_is_the_live_sum_of_the_yearly_values(books: Recalculated) -> None:
    made = books.made["trial"]
    rows = block(made, "L1", "2024", "2025")
    value = next(row for row in rows if row.cells["A"].content == "核算值")
    assert value.cells["C"].content == 35  # 9.5 + 13 + 12.5
    assert re.search(r"C\d+\+C\d+\+C\d+", value.cells["C"].formula) and value.cells["B"].content == "2022年至2024年各年数值之和"
    said = {e.line.indicator: e.shown for e in made.entries if e.period == "2024" and e.line.kind == "cumulative"}
    assert said == {"L1": "已达到目标值", "L2": "待佐证", "L3": "尚未达到目标值"}  # ≤50 may still be passed
    assert all("IF(" in block(made, row, "2024", "2025")[-1].cells["C"].formula for row in said)
    missing = block(made, "L1", "2021", "2025")[-1].cells
    assert (missing["C"].content, missing["C"].formula, missing["B"].content) == ("无目标", "", "累计期尚未开始")
    calculated = books.calculated["trial"][TABLE]
    at = next(i for i, e in enumerate(made.entries, start=2) if e.line.indicator == "L2" and e.period == "2024")
    assert calculated[f"M{at}"][1] == "待佐证" and calculated[f"J{at}"][1] == 35.0


@office
def test_what_holds_every_year_and_what_is_to_be_better_than_the_set_is_live(books: Recalculated) -> None:
    made = books.made["trial"]
    yearly = {e.period: e.shown for e in made.entries if e.line.indicator == "R3" and e.line.basis == "plan" and not e.line.milestone}
    assert yearly == {"2023": "未达标", "2024": "达标"}
    assert any("每年的规划值" in str(row.cells["B"].content) for row in made.rows if row.kind == "head")
    better = [e for e in made.entries if "better_than_set" in e.line.notes and e.period == "2024"]
    assert better and all(made.rows[e.verdict - 1].cells["C"].formula for e in better if e.status in ("met", "not_met"))
    assert any("优于" in str(made.rows[e.head - 1].cells["B"].content) for e in better)


@office
def test_the_panel_s_value_judges_until_the_value_that_it_replaces_changes(books: Recalculated) -> None:
    table, after = (books.calculated[name][TABLE] for name in ("settled", "expired"))
    assert [table[f"{column}2"][1] for column in "JKLM"] == [pytest.approx(333 / 366 * 100), 89.5, 89.5, "未达标"]
    assert [after[f"{column}2"][1] for column in "JKM"] == [pytest.approx(340 / 366 * 100), pytest.approx(340 / 366 * 100), "达标"]
    rows = block(books.made["settled"], "R1", "2024")
    (panel,) = [row.cells for row in rows if row.cells["A"].content == "核定值"]
    assert panel["G"].content == "现场核查记录" and panel["H"].content == "专家组，2025-04-02：扣除停运日"


@office
def test_a_milestone_ahead_is_not_failed(books: Recalculated) -> None:
    ahead = [e for e in books.made["chongming-2023"].entries if e.line.milestone and e.status == "not_met"]
    assert ahead and {e.shown for e in ahead} == {"尚未达到目标值"}
    formulas = {books.made["chongming-2023"].rows[e.verdict - 1].cells["C"].formula for e in ahead}
    assert all("尚未达到目标值" in formula and "未达标" not in formula for formula in formulas)


def test_a_reported_value_that_is_not_the_computed_one_is_explained(project: TinyProject) -> None:
    project.row("2024", "reported.air.good_day_ratio", "91.1")
    made = made_of(project.catalog(), project.run, project.region)
    rows = block(made, "R1", "2024")
    (found,) = [row.cells for row in rows if row.kind == "difference"]
    assert str(found["C"].content) == "1/10" and found["C"].formula and found["E"].content == found["C"].content  # 91.1, and 91.0
    assert (found["H"].style, found["H"].content) == ("mark", difference_sentence(project.assess().traces[0]))
    entry = made.entries[0]
    assert made.content(entry.reported) == pytest.approx(91.1) and entry.reported != entry.value


@office
def test_the_parts_of_a_composite_stand_before_it(books: Recalculated) -> None:
    made = books.made["chongming-2023"]
    composite = [e for e in made.entries if made.content(e.value) == "见以上各部分" or "；" in str(made.content(e.value))]
    assert composite
    for entry in composite:
        assert [row for row in made.rows[entry.head : entry.value - 1] if row.kind == "value"]


@office
def test_the_pass_rule_is_counted_live(books: Recalculated) -> None:
    cover = books.calculated["example-county-2024"][COVER]
    lines = [at for at, (_, shown) in cover.items() if re.fullmatch(r"K\d+", at) and shown in ("满足", "不满足", "未定")]
    assert len(lines) >= 12
    for at in lines:
        row = at[1:]
        assert cover[f"J{row}"][0] and cover[f"J{row}"][1] == cover[at][1]
        applies, met, failed, other, needed = (float(cover[f"{column}{row}"][1]) for column in "EFGHI")
        assert applies == met + failed + other and needed <= applies


# ── where doubles end ──


def test_where_doubles_cannot_tell_the_program_decides_and_says_so(project: TinyProject) -> None:
    project.value("2024", "reported.sewage.rate", "69.9999999999")
    project.value("2024", "air.days_good", "329.4")
    made = made_of(project.catalog(), project.run, project.region)
    entries = {entry.line.indicator: entry for entry in made.entries if entry.line.basis == "set"}
    assert entries["R3"].status == "not_met" and entries["R3"].unsure
    assert not entries["R1"].unsure  # exactly at its threshold: a double can tell
    checks = [row.cells for row in made.rows[entries["R3"].head : entries["R3"].verdict] if row.kind == "check"]
    assert [cells["C"].formula for cells in checks] == [""]
    assert checks[0]["H"].content == f"{UNSURE}（699999999999/10000000000）"


def test_a_rounding_near_a_tie_is_the_program_s(project: TinyProject) -> None:
    project.value("2024", "air.days_good", "333.243")  # 91.05 exactly: a tie, which goes to 91.0
    made = made_of(project.catalog(), project.run, project.region)
    (tie,) = [row.cells for row in block(made, "R1", "2024") if row.kind == "rounded"]
    assert tie["C"].formula and tie["C"].content == 91
    project.value("2024", "air.days_good", "333.24300000001")
    made = made_of(project.catalog(), project.run, project.region)
    (near,) = [row.cells for row in block(made, "R1", "2024") if row.kind == "rounded"]
    assert (near["C"].formula, float(near["C"].content)) == ("", 91.1)  # type: ignore[arg-type]
    assert UNSURE in str(near["H"].content) and "/" in str(near["H"].content)


# ── the file ──


def test_names_from_data_stay_text(project: TinyProject, tmp_path: Path) -> None:
    project.edit("params/regions/999001.yml", "full_name_zh: 示例市试验县", 'full_name_zh: "=HYPERLINK(\\"http://x\\")"')
    project.edit("params/runs/try.yml", "title_zh: 试验", 'title_zh: "@SUM(1)"')
    project.edit("params/sets/demo.yml", 'seq: "1"', 'seq: "=1+1"')
    path = tmp_path / "audit.xlsx"
    write(project.catalog(), project.run, project.region, path)
    book = load_workbook(path)
    formulas = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas and not [formula for formula in formulas if "HYPERLINK" in formula or "SUM(" in formula or "1+1" in formula]
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if "externalLink" in name or name.endswith("sheet2.xml.rels")]


@office
def test_links_lead_to_the_block_and_back_and_survive_another_program(books: Recalculated, tmp_path: Path, project: TinyProject) -> None:
    path = tmp_path / "audit.xlsx"
    made = write(project.catalog(), project.run, project.region, path)
    book = load_workbook(path)
    links = {cell.coordinate: cell.hyperlink for row in book[TABLE].iter_rows() for cell in row if cell.hyperlink}
    assert [links[f"A{row}"].location for row in range(2, len(made.entries) + 2)] == [f"'{SHEET}'!A{e.head}" for e in made.entries]
    back = {cell.row: cell.hyperlink.location for (cell,) in book[SHEET]["F1:F400"] if cell.hyperlink}
    assert [back[e.head] for e in made.entries] == [f"'{TABLE}'!B{row}" for row in range(2, len(made.entries) + 2)]
    assert all(cell.hyperlink.target is None for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink)
    assert books.calculated["tiny"][TABLE]["A2"][1] == "1"


def test_each_sheet_is_set_for_paper(project: TinyProject, tmp_path: Path) -> None:
    path = tmp_path / "audit.xlsx"
    write(project.catalog(), project.run, project.region, path)
    book = load_workbook(path)
    for sheet in book:
        setup, fit = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
        assert sheet.print_area and (str(setup.paperSize), str(setup.fitToHeight)) == ("9", "0") and fit is not None and fit.fitToPage
        assert "示例数据(非真实)" in str(sheet.oddHeader.left.text if sheet.oddHeader else "")
        assert sheet.title == COVER or (sheet.print_title_rows and sheet.freeze_panes)
    calculation = book[SHEET]
    heads = {row for row in range(2, calculation.max_row) if str(calculation.cell(row, 1).value).endswith("〕")}
    breaks = [found.id for found in calculation.row_breaks.brk]
    assert {row + 1 for row in breaks} <= heads  # a page begins with a block


def test_a_copy_without_values_has_none(project: TinyProject, tmp_path: Path) -> None:
    catalog = project.catalog()
    made = write(catalog, project.run, project.region, tmp_path / "a.xlsx")
    write_audit(catalog, project.run, project.region, made, BASIS, tmp_path / "b.xlsx", cached=False)
    stripped = read(uncached(tmp_path / "a.xlsx", tmp_path / "c.xlsx"))
    assert stripped == read(tmp_path / "b.xlsx") != read(tmp_path / "a.xlsx")
    assert {shown for sheet in stripped.values() for formula, shown in sheet.values() if formula} == {""}


def test_equal_results_give_equal_bytes(project: TinyProject, tmp_path: Path) -> None:
    write(project.catalog(), project.run, project.region, tmp_path / "a.xlsx")
    write(project.catalog(), project.run, project.region, tmp_path / "b" / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b" / "b.xlsx").read_bytes()


def test_the_formula_of_the_sheet_is_that_of_the_rule(project: TinyProject) -> None:
    def computed() -> set[str]:
        made = audit(project.catalog(), project.inputs(), project.region)
        return {cell.formula for _, cell in figures(made) if "*100)" in cell.formula}

    before = computed()
    assert before
    text = project.text("params/measures/all.yml")
    roles = "    roles: {days_good: air.days_good, days_valid: air.days_valid}\n"
    turned = text.replace(roles, "").replace("formula: air.good_day_ratio@1", "expression: share(air.days_valid, air.days_good)")
    project.write("params/measures/all.yml", turned)
    after = computed()
    assessment = project.assess()
    (row,) = [row for row in assessment.rows if row["indicator"] == "R1" and row["basis"] == "set"]
    trace = assessment.traces[assessment.rows.index(row)]
    assert after and before.isdisjoint(after)
    assert float(row["value"]) == pytest.approx(366 / 333 * 100)
    assert trace["formula"]["substituted"] == "366 ÷ 333 × 100%"
    built = project.catalog().measures["air.good_day_ratio"].built
    assert built is not None and write_formula(built.tree, str, "zh") == "air.days_valid ÷ air.days_good × 100%"


# ── the command ──


def codes(error: EvalkitError) -> list[str]:
    return [problem.code for problem in error.problems]


def run_audit(project: TinyProject, *arguments: str, lang: str = "zh") -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--project", str(project.root), "--lang", lang, "audit", *arguments])
    if isinstance(done.exception, EvalkitError):
        return 1, "\n".join(problem.line() for problem in done.exception.problems)
    return done.exit_code, done.output


@pytest.fixture
def finished(project: TinyProject) -> TinyProject:
    for name in ("assess_region", "compare_regions"):
        project.write(f"notebooks/{name}.ipynb", (ROOT / "notebooks" / f"{name}.ipynb").read_bytes())
    write_state(project.root, project.run)
    return project


def test_the_command_says_what_it_wrote(finished: TinyProject, tmp_path: Path) -> None:
    code, text = run_audit(finished, "try", "--out", str(tmp_path / "out"))
    assert code == 0 and "999001 试验县" in text and "999001-audit.xlsx" in text and "行" in text
    assert run_audit(finished, "try", "--out", str(tmp_path / "again"), lang="en")[0] == 0
    first, second = ((tmp_path / name / "999001-audit.xlsx").read_bytes() for name in ("out", "again"))
    assert first == second
    assert os.listdir(tmp_path / "out") == ["999001-audit.xlsx"]


def problems_of(project: TinyProject, out: Path, regions: Sequence[str] = (), run: str = "try") -> list[str]:
    with pytest.raises(EvalkitError) as caught:
        list(make_audits(project.catalog(), run, out, regions))
    for problem in caught.value.problems:
        assert "{" not in problem.line("zh") + problem.line("en")
    return codes(caught.value)


def test_no_results_no_workbook(project: TinyProject, tmp_path: Path) -> None:
    assert problems_of(project, tmp_path / "out") == ["run_missing"]
    assert problems_of(project, tmp_path / "out", run="tri") == ["unknown_id"]
    assert not (tmp_path / "out").exists()


def test_results_of_other_files_make_no_workbook(finished: TinyProject, tmp_path: Path) -> None:
    assert problems_of(finished, tmp_path / "out", ["999002"]) == ["unknown_id"]
    finished.value("2024", "air.days_good", "300")
    assert problems_of(finished, tmp_path / "out") == ["audit_stale"]
    assert not (tmp_path / "out").exists()


def test_results_of_another_program_make_no_workbook(finished: TinyProject, tmp_path: Path) -> None:
    path = finished.root / "data/processed/try/regions/999001/results.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",met,", ",not_met,", 1), encoding="utf-8-sig")
    assert problems_of(finished, tmp_path / "out") == ["audit_stale"]


def test_a_place_that_cannot_be_written_is_named(finished: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    assert problems_of(finished, file) == ["out_not_folder"]
    assert problems_of(finished, finished.root / "data" / "raw" / "x") == ["out_in_raw"]
    out = tmp_path / "open"
    list(make_audits(finished.catalog(), "try", out))
    before = (out / "999001-audit.xlsx").read_bytes()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("evalkit.tables.files.os.replace", refuse)
    assert problems_of(finished, out) == ["audit_open"]
    assert (out / "999001-audit.xlsx").read_bytes() == before and os.listdir(out) == ["999001-audit.xlsx"]
