"""The sheets of the audit workbook that hold the calculation, the data, and definitions (核算表、数据、口径与修约)."""

from __future__ import annotations

from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.models import Run
from evalkit.formulas.spreadsheet import number as excel_number
from evalkit.formulas.spreadsheet import quoted
from evalkit.intake import Input
from evalkit.messages import word
from evalkit.report import look, phrases
from evalkit.report.audit_look import GRID, INPUT, WRAP, Looks, height
from evalkit.review.audit_cells import DATA, FIRST_DATA, NO_NUMBER, SHEET, TABLE, Audit, Cell

RULES = "口径与修约"
_LOOKS: dict[str, dict[str, Any]] = {
    "text": WRAP,
    "note": {**WRAP, "font_color": "#595959"},
    "formula": {**WRAP, "font_color": "#000000"},
    "helper": {"font_color": "#8C8C8C", "align": "right", "font_size": 8},
    "program": {**WRAP, "font_color": "#1F4E79"},
    "word": {**WRAP, "align": "center"},
    "verdict": {**WRAP, "bold": True, "align": "center"},
    "mark": {**WRAP, "font_color": "#8F5B10", "bg_color": "#FFF4DC"},
    "head": {**WRAP, "bold": True, "bg_color": "#DCE6F1"},
}
_WORDS = ("check", "verdict")  # rows whose results are words
_SHEET_COLUMNS = {
    "A": ("项目", 29.0),
    "B": ("式子、要求", 36.0),
    "C": ("公式结果", 14.0),
    "D": ("单位", 8.5),
    "E": ("程序结果", 14.0),
    "F": ("差值\n是否一致", 9.0),
    "G": ("来源（文件、单元格、依据）", 32.0),
    "H": ("说明、精确值", 32.0),
    "I": ("修约步数", 9.0),
}
_DATA_COLUMNS = (
    ("序号", 5.0), ("数据项", 24.0), ("代码", 19.0), ("评估期", 8.0), ("来源文件", 22.0), ("工作表", 9.0), ("单元格", 7.0),
    ("收到的值", 10.0), ("收到的单位", 8.5), ("收到的数值", 11.0), ("换算系数", 8.5), ("数值", 12.0), ("单位", 8.5),
    ("数据年份", 7.5), ("上下限", 6.5), ("缺数据原因", 10.0), ("更正", 8.0), ("佐证", 8.0), ("来源", 20.0),
)  # fmt: skip
_RULE_COLUMNS = (("序号", 6.0), ("指标", 30.0), ("口径", 70.0), ("口径出处", 26.0), ("指标值、规划值出处", 36.0))


def write_calculation(looks: Looks, sheet: Any, made: Audit) -> None:
    """Write the blocks of the calculation."""
    heights, starts = [30.0], []
    table = {entry.head: number for number, entry in enumerate(made.entries, start=2)}
    looks.heads(sheet, 0, list(_SHEET_COLUMNS.values()))
    widths = [width for _, width in _SHEET_COLUMNS.values()]
    for number, row in enumerate(made.rows[1:], start=1):
        if row.kind == "gap":
            heights.append(6.0)
            sheet.set_row(number, heights[-1])
            continue
        texts = []
        for at, column in enumerate(_SHEET_COLUMNS):
            cell = row.cells.get(column, Cell())
            properties = {**GRID, **_LOOKS[cell.style], **(_LOOKS["head"] if row.kind == "head" else {})}
            if column in "GH" and isinstance(cell.content, str):
                cell = Cell(looks.without_addresses(cell.content), style=cell.style)
            if column == "D" and cell.content is not None:
                cell = Cell(phrases.cell(str(cell.content)), style=cell.style)
            if column in "DF" or (column == "C" and row.kind == "head") or (column == "E" and row.kind in _WORDS):
                properties["align"] = "center"
            # Links stand in cells of their own: LibreOffice does not break the lines of a linked text.
            if column == "F" and row.kind == "head":
                looks.link(sheet, number, at, f"{TABLE}!B{table[number + 1]}", f"→{TABLE}", **{**properties, "bold": False})
            elif column == "F" and row.data:
                looks.link(sheet, number, at, f"{DATA}!J{row.data}", f"→{DATA}", **properties)
            elif cell.formula:
                looks.formula(sheet, number, at, cell.formula, cell.content, cell.places, **properties)
            else:
                looks.plain(sheet, number, at, cell, properties)
            texts.append(cell.content if isinstance(cell.content, str) else "")
        if row.kind == "head":
            starts.append(number)
        heights.append(height(texts, widths))
        sheet.set_row(number, heights[-1])
    last = max(len(made.rows), 1)
    looks.verdict_colours(sheet, f"C2:C{last}")
    looks.odd_colours(sheet, f"F2:F{last}")
    sheet.set_column("I:I", _SHEET_COLUMNS["I"][1], None, {"level": 1})
    looks.page(sheet, SHEET, (last - 1, 7), head=1)
    looks.blocks(sheet, widths[:8], heights, starts)


def write_data(looks: Looks, sheet: Any, catalog: Catalog, made: Audit) -> None:
    """Write the inputs: received number times factor is the value, live."""
    last = len(_DATA_COLUMNS) - 1
    sheet.write_string(0, 0, f"{looks.owner}　数据", looks.style(bold=True, font_size=12))
    hint = "改动黄色的“收到的数值”，其余各表随之重算。数值 = 收到的数值 × 换算系数；没有数的按缺数据计，从不当作0。"
    sheet.write_string(1, 0, hint, looks.style(font_color="#595959"))
    looks.heads(sheet, FIRST_DATA - 2, _DATA_COLUMNS)
    used: dict[int, int] = {}
    for number, row in enumerate(made.rows, start=1):
        if row.data:
            used.setdefault(row.data, number)
    for index, item in enumerate(made.data):
        _data_line(looks, sheet, catalog, FIRST_DATA - 1 + index, item, used[FIRST_DATA + index])
    bottom = FIRST_DATA - 2 + max(len(made.data), 1)
    sheet.autofilter(FIRST_DATA - 2, 0, bottom, last)
    looks.page(sheet, DATA, (bottom, last), head=FIRST_DATA - 1)


def _data_line(looks: Looks, sheet: Any, catalog: Catalog, row: int, item: Input, used: int) -> None:
    family, _, rest = item.variable.partition(".")
    known = catalog.variables.get(item.variable) or catalog.measures.get(rest)
    whose = {"reported": "申报的", "assigned": "上级下达的"}.get(family, "") if item.variable not in catalog.variables else ""
    missing = word("reason", item.missing or "not_collected", "zh") if item.value is None or item.missing else ""
    name = whose + (known.name_zh if known else item.variable)
    texts = [str(row + 2 - FIRST_DATA), name, item.variable, item.period, item.place().file.removeprefix("data/raw/"), item.sheet,
             item.cell, item.value_received, item.unit_received]  # fmt: skip
    for column, text in enumerate(texts):
        if column == 0:
            looks.link(sheet, row, column, f"{SHEET}!A{used}", text)
        else:
            looks.text(sheet, row, column, text)
    line = row + 1
    received = item.value / item.factor if item.value is not None and item.factor else None
    looks.plain(sheet, row, 9, Cell(received), INPUT)
    if item.factor.denominator == 1:
        looks.plain(sheet, row, 10, Cell(item.factor), {**GRID, "align": "right"})
    else:
        looks.formula(sheet, row, 10, excel_number(item.factor), item.factor, align="right")
    absent = quoted(missing or NO_NUMBER)
    result = missing or item.value
    looks.formula(sheet, row, 11, f"IFERROR(IF(COUNT(J{line}:K{line})=2,J{line}*K{line},{absent}),{absent})", result, bold=True, **WRAP)
    bound = {"lower": "下限", "upper": "上限"}.get(item.bound, "")
    rest_texts = [item.unit, item.data_year, bound, missing, item.correction_id, item.evidence_id, looks.without_addresses(item.source)]
    for column, text in enumerate(rest_texts, start=12):
        looks.text(sheet, row, column, text, **({"align": "center"} if column == 12 else {}))
    shown = [*texts, "", "", missing, *rest_texts]
    sheet.set_row(row, height(shown, [width for _, width in _DATA_COLUMNS]))


def write_rules(looks: Looks, sheet: Any, catalog: Catalog, run: Run, made: Audit) -> None:
    """Write definitions, rounding and where each target stands."""
    looks.heads(sheet, 0, _RULE_COLUMNS)
    widths = [width for _, width in _RULE_COLUMNS]
    seen: set[tuple[str, str, str, str]] = set()
    row = 1
    for entry in made.entries:
        line = entry.line
        key = (line.source, line.indicator, line.at, line.text)
        if key in seen:
            continue
        seen.add(key)
        measure = catalog.measures[line.measure]
        name = f"{line.part_of}：{line.name_zh}" if line.part_of else line.name_zh
        name += f"（{line.at}年）" if line.at else ""
        targets = "\n".join(dict.fromkeys(cited(catalog, cite) for cite in line.cites if cite is not None)) or "—"
        texts = [line.seq, name, measure.definition_zh or "—", cited(catalog, measure.cite), targets]
        for column, text in enumerate(texts):
            looks.text(sheet, row, column, text)
        sheet.set_row(row, height(texts, widths))
        row += 1
    row += 1
    for set_id in run.sets:
        found = catalog.sets[set_id]
        way = "修约值比较" if found.rounding.compare == "rounded_value" else "全数值比较"
        where = cited(catalog, found.rounding.cite)
        text = f"{found.name_zh}：按 GB/T 8170—2008 对精确结果只修约一次（四舍六入五成双），{way}。出处：{where}"
        looks.merged(sheet, row, 0, len(widths) - 1, text, **WRAP)
        sheet.set_row(row, height([text], [sum(widths)]))
        row += 1
    for number, address in enumerate(looks.addresses, start=1):
        text = f"〔网址{number}〕 {address}"
        looks.merged(sheet, row, 0, len(widths) - 1, text, **WRAP)
        sheet.set_row(row, height([text], [sum(widths)]))
        row += 1
    looks.page(sheet, RULES, (max(row - 1, 1), len(widths) - 1), head=1)


def paper(catalog: Catalog, document_id: str) -> str:
    """Return how a document is called: its number, else its title."""
    found = catalog.documents.get(document_id)
    return (found.number or phrases.in_title_marks(found.title_zh)) if found else document_id


def cited(catalog: Catalog, cite: Any) -> str:
    """Return where something stands and how far that was checked."""
    return f"{paper(catalog, cite.document)}，{cite.clause}，{look.state(cite.state)}" if cite else "—"
