"""The audit workbook: a reviewer with Excel or WPS checks every number without trusting the program (核算底稿)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.models import Region, Run
from evalkit.formulas.spreadsheet import quoted
from evalkit.messages import word
from evalkit.report import look, phrases
from evalkit.report.audit_counts import STATS, Counts
from evalkit.report.audit_look import WRAP, Looks, clean, height
from evalkit.report.audit_remarks import write_remarks
from evalkit.report.audit_sheets import RULES, paper, write_calculation, write_data, write_rules
from evalkit.report.audit_words import STATUS_WORDS, basis_name
from evalkit.review.audit_cells import DATA, SHEET, TABLE, UNSURE, VALUE, Audit, Content, Entry
from evalkit.review.remarks_form import REMARKS
from evalkit.tables import write_bytes

COVER = "封面"
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # always the same: equal results give equal files
_COVER_WIDTHS = (16.0, 20.0, *[9.5] * 9)
_TABLE_COLUMNS = (
    ("序号", 5.0), ("指标", 29.0), ("单位", 8.0), ("属性", 7.5), ("评估期", 8.0), ("依据", 13.0), ("指标值、规划值", 23.0),
    ("指标值状态", 12.5), ("申报值", 11.0), ("核算值", 11.5), ("核定值", 8.0), ("修约值", 9.5), ("判定", 10.5),
    ("程序判定", 10.5), ("是否一致", 7.0), ("说明", 16.0),
)  # fmt: skip


@dataclass(frozen=True)
class Basis:
    """What the workbook says of the state that it shows.

    Parameters
    ----------
    state : str
        Hash of the run's results (twelve digits), and of the region's own.
    region_state : str
    signoffs : tuple of str
        Who accepted the results, and whether that still holds, in words.
    """

    state: str
    region_state: str
    signoffs: tuple[str, ...] = ()


def write_audit(catalog: Catalog, run_id: str, region_code: str, made: Audit, basis: Basis, path: Path, *, cached: bool = True) -> None:
    """Write the audit workbook of a region.

    Parameters
    ----------
    catalog : Catalog
    run_id, region_code : str
    made : Audit
        As :func:`evalkit.review.audit.audit` returns it, with the words of the report.
    basis : Basis
    path : Path
        Ends in ``.xlsx``.
    cached : bool
        Whether the program's results stand as the values of the formulas, as a reader without a spreadsheet program sees them; a
        copy without is what another program has to calculate by itself.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    run, region = catalog.run(run_id), catalog.regions[region_code]
    looks = Looks(book, region.name_zh, look.EXAMPLE_ZH if region.fictional else "", cached)
    book.set_properties({"title": clean(f"{region.name_zh}核算底稿"), "author": "", "created": _CREATED})
    book.set_calc_mode("auto")
    sheets = {name: book.add_worksheet(name) for name in (COVER, TABLE, SHEET, DATA, RULES, STATS, REMARKS)}
    counts = Counts(catalog, run, made)
    _write_cover(looks, sheets[COVER], catalog, run, region, made, basis, counts)
    _write_table(looks, sheets[TABLE], catalog, run, made, counts)
    write_calculation(looks, sheets[SHEET], made)
    write_data(looks, sheets[DATA], catalog, made)
    write_rules(looks, sheets[RULES], catalog, run, made)
    counts.write(looks, sheets[STATS])
    write_remarks(looks, sheets[REMARKS], catalog, run, region, made, basis.region_state)
    book.close()
    write_bytes(path, stream.getvalue())


def _write_cover(looks: Looks, sheet: Any, catalog: Catalog, run: Run, region: Region, made: Audit, basis: Basis, counts: Counts) -> None:
    """Write what the workbook is of, what comes out, and how it is used."""
    sheet.hide_gridlines(2)
    for column, width in enumerate(_COVER_WIDTHS):
        sheet.set_column(column, column, width)
    last = len(_COVER_WIDTHS) - 1
    looks.merged(sheet, 0, 0, last, f"{region.full_name_zh}　核算底稿", font_size=18, bold=True)
    sheet.set_row(0, 34)
    row = _entries(looks, sheet, 2, _facts(catalog, run, region, made, basis))
    row = _title(looks, sheet, row + 1, "结果一览（一个序号计一项；随数据重算）")
    row = counts.summary(looks, sheet, row)
    bottom = len(made.entries) + 1
    checks = [(f'COUNTIF({TABLE}!$O$2:$O${bottom},"不一致")', "行的判定与程序不一致（未改动数据时应为0）"),
              (f'COUNTIF({SHEET}!$F$2:$F${len(made.rows)},"不一致")', "处数值、比较与程序不一致（未改动数据时应为0）")]  # fmt: skip
    for formula, text in checks:
        looks.formula(sheet, row, 0, formula, Fraction(0), bold=True, align="center")
        looks.merged(sheet, row, 1, last, text)
        row += 1
    first = f"A{row - 1}:A{row}"
    red = looks.book.add_format({"font_color": "#FFFFFF", "bg_color": "#B83B2E"})
    sheet.conditional_format(first, {"type": "cell", "criteria": ">", "value": 0, "format": red})
    apart = "基本条件的满足、否决项的未触发、目标年未到而已达到的，计入“达标”一列，反之计入“未达标”一列。"
    looks.merged(sheet, row, 0, last, apart, font_color="#595959", **WRAP)
    row += 1
    if counts.asked:
        row = _title(looks, sheet, row + 1, "通过条件（按序号计数；随数据重算）")
        row = counts.requirements(looks, sheet, row)
    row = _title(looks, sheet, row + 1, "怎样核对")
    row = _entries(looks, sheet, row, _advice(any(entry.unsure for entry in made.entries)))
    looks.page(sheet, COVER, (row, last), landscape=False)


def _facts(catalog: Catalog, run: Run, region: Region, made: Audit, basis: Basis) -> list[tuple[str, str]]:
    names = [f"{s.name_zh}（{paper(catalog, s.document)}）" for s in (catalog.sets[name] for name in run.sets)]
    papers = [(p.name_zh, paper(catalog, p.document)) for p in catalog.plans_of(run, region.code)]
    plans = [name if found == f"《{name}》" else f"{name}（{found}）" for name, found in papers]  # no number: the title is the name
    states: dict[str, int] = {}
    for entry in made.entries:
        state = entry.line.cite.state if entry.line.cite else ""
        states[state] = states.get(state, 0) + 1
    found = [
        ("评估", run.title_zh), ("评估编号", run.id), ("地区", f"{region.full_name_zh}（{region.code}）"),
        ("评估期", phrases.listing([phrases.period(name) for name in run.periods])),
        ("指标体系", "\n".join(names) or "—"), ("规划", "\n".join(plans) or "—"),
        ("指标值状态", "；".join(f"{look.state(code)} {count}行" for code, count in states.items() if code) or "—"),
        ("结果状态号", f"全部结果 {basis.state}，本地区 {basis.region_state}"), ("编制日期", phrases.period(run.report_date)),
        *([("评审签署", "\n".join(basis.signoffs))] if basis.signoffs else []),
    ]  # fmt: skip
    if region.fictional:
        found.insert(0, ("注意", f"{look.EXAMPLE_ZH}：地区和数据均为虚构，仅供演示。"))
    return found


def _advice(unsure: bool) -> list[tuple[str, str]]:
    near = f"离取整分界或指标值极近的，注明“{UNSURE}”，并给出精确分数。" if unsure else "本册没有双精度算不准的数值。"
    return [
        ("1 找指标", f"在“{TABLE}”点序号，即到“{SHEET}”中该指标的一块；在那里点“→{TABLE}”返回，点“→{DATA}”到数据所在的一行。"),
        ("2 看算法", f"“{SHEET}”逐块列出代入的数据（引自“{DATA}”表）、核算值、修约值、逐项比较、判定，都是单元格公式，可点开查看。"),
        ("3 改数据", f"在“{DATA}”表改动黄色的“收到的数值”，各表的数值、修约值、判定和本页的计数随之重算，不需要本程序。"),
        ("4 对结果", "“程序结果”是程序按分数精确计算的结果，不随改动变化；未改动数据时，差值应为0，其余应为“一致”。"),
        ("5 精度", near),
        ("6 提意见", f"意见填在“{REMARKS}”表，连同本册发回。"),
    ]


def _title(looks: Looks, sheet: Any, row: int, text: str) -> int:
    looks.merged(sheet, row, 0, len(_COVER_WIDTHS) - 1, text, bold=True, font_size=11, font_color="#1F4E79")
    sheet.set_row(row, 20)
    return row + 1


def _entries(looks: Looks, sheet: Any, row: int, found: list[tuple[str, str]]) -> int:
    width = sum(_COVER_WIDTHS[1:])
    for name, text in found:
        warn = {"font_color": "#B83B2E", "bold": True} if name == "注意" else {}
        sheet.write_string(row, 0, name, looks.style(bold=True, font_color="#1F4E79", valign="top"))
        looks.merged(sheet, row, 1, len(_COVER_WIDTHS) - 1, text, **{"valign": "top", **WRAP, **warn})
        sheet.set_row(row, height([text], [width]))
        row += 1
    return row


def _write_table(looks: Looks, sheet: Any, catalog: Catalog, run: Run, made: Audit, counts: Counts) -> None:
    """Write one line for each row of the results, with the live values and verdict."""
    looks.heads(sheet, 0, _TABLE_COLUMNS)
    for index, entry in enumerate(made.entries):
        _table_line(looks, sheet, index + 1, entry, made, basis_name(catalog, run, entry.line), counts.number[index] + 1)
    last = len(made.entries)
    looks.verdict_colours(sheet, f"M2:N{last + 1}")
    looks.odd_colours(sheet, f"O2:O{last + 1}")
    sheet.set_column(len(_TABLE_COLUMNS), len(_TABLE_COLUMNS) + 1, 8, None, {"hidden": True})
    sheet.autofilter(0, 0, max(last, 1), len(_TABLE_COLUMNS) - 1)
    looks.page(sheet, TABLE, (max(last, 1), len(_TABLE_COLUMNS) - 1), head=1)


def _table_line(looks: Looks, sheet: Any, row: int, entry: Entry, made: Audit, basis: str, number: int) -> None:
    line, at = entry.line, row + 1
    name = f"{line.part_of}：{line.name_zh}" if line.part_of else line.name_zh
    note = "；".join(filter(None, [word("reason", entry.reason, "zh") if entry.reason else "", UNSURE if entry.unsure else ""]))
    texts = [line.seq, name, phrases.cell(line.unit), look.attribute(line.attribute), entry.period, basis, line.text,
             look.state(line.cite.state) if line.cite else "—"]  # fmt: skip
    for column, text in enumerate(texts):
        if column == 0:  # LibreOffice does not break the lines of a linked text: not the name
            looks.link(sheet, row, column, f"{SHEET}!A{entry.head}", text or "→", align="center")
        else:
            looks.text(sheet, row, column, text, **({"align": "center"} if column in (0, 2, 3, 4) else {}))
    shown: list[Content] = []
    for column, found in ((8, entry.reported), (9, entry.value), (10, entry.adopted), (11, entry.rounded)):
        content = made.content(found) if found else "—"
        shown.append(content)
        if found:
            places = made.rows[found - 1].cells["C"].places
            aligned = {} if isinstance(content, Fraction) else {"align": "left"}
            looks.formula(sheet, row, column, f"{SHEET}!$C${found}", content, places, **WRAP, **aligned)
        else:
            looks.text(sheet, row, column, "—", align="center")
    looks.formula(sheet, row, 12, f"{SHEET}!$C${entry.verdict}", entry.shown, bold=True, align="center", **WRAP)
    looks.text(sheet, row, 13, entry.shown, align="center")
    looks.formula(sheet, row, 14, f'IF(M{at}=N{at},"一致","不一致")', "一致", align="center")
    looks.text(sheet, row, 15, note)
    sheet.write_number(row, 16, number)
    sheet.write_formula(row, 17, f"={_kind(entry, at)}", None, STATUS_WORDS[entry.status] if looks.cached else "")
    everything = [*texts, *(content if isinstance(content, str) else "" for content in shown), entry.shown, entry.shown, "一致", note]
    sheet.set_row(row, height(everything, [width for _, width in _TABLE_COLUMNS]))


def _kind(entry: Entry, at: int) -> str:
    """Return the status of a line whatever it is called there (已达到目标值 is 达标): what is none of these words lacks a number."""
    called = {entry.met: "met", entry.not_met: "not_met", **{STATUS_WORDS[code]: code for code in ("pending", "not_applicable")}}
    if entry.status == "no_target":
        called[entry.shown] = "no_target"
    formula = quoted(STATUS_WORDS["missing"])
    for shown, code in called.items():
        formula = f"IF(M{at}={quoted(shown)},{quoted(STATUS_WORDS[code])},{formula})"
    return formula


__all__ = ["VALUE", "Basis", "write_audit"]
