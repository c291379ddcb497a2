"""The audit workbook: a reviewer with Excel or WPS checks every number without trusting the program (核算底稿)."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from evalkit.catalog import Catalog
from evalkit.catalog.models import Region, Run
from evalkit.formulas.spreadsheet import number as excel_number
from evalkit.intake import Input
from evalkit.messages import word
from evalkit.report import look, phrases
from evalkit.report.audit_remarks import REMARKS, write_remarks
from evalkit.review.audit_cells import DATA, FIRST_DATA, SHEET, UNSURE, VALUE, Audit, Cell
from evalkit.tables import write_bytes

COVER, TABLE, RULES = "封面", "指标表", "口径与修约"
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # always the same: equal results give equal files
_FONT: dict[str, Any] = {"font_name": "微软雅黑", "font_size": 9, "valign": "vcenter"}
_WRAP = {"text_wrap": True}
_GRID = {"border": 1, "border_color": "#BFBFBF"}
_HEAD = {**_FONT, **_GRID, **_WRAP, "bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "align": "center"}
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LOOKS: dict[str, dict[str, Any]] = {
    "text": _WRAP,
    "note": {**_WRAP, "font_color": "#595959"},
    "formula": {"font_color": "#000000", "align": "right"},
    "helper": {"font_color": "#8C8C8C", "align": "right", "font_size": 8},
    "program": {"font_color": "#1F4E79", "align": "right"},
    "verdict": {"bold": True, "align": "right"},
    "mark": {**_WRAP, "font_color": "#8F5B10", "bg_color": "#FFF4DC"},
    "head": {**_WRAP, "bold": True, "bg_color": "#DCE6F1"},
}
_SHEET_COLUMNS = {
    "A": ("项目", 34),
    "B": ("式子、要求", 38),
    "C": ("公式结果", 15),
    "D": ("单位", 10),
    "E": ("程序结果", 15),
    "F": ("差值，一致", 10),
    "G": ("来源（文件、单元格）", 36),
    "H": ("说明、精确值", 30),
    "I": ("修约步数", 11),
}
_DATA_COLUMNS = (
    ("序号", 6), ("数据项", 30), ("代码", 24), ("评估期", 9), ("来源文件", 30), ("工作表", 12), ("单元格", 8), ("收到的值", 12),
    ("收到的单位", 10), ("收到的数值", 13), ("换算系数", 10), ("数值", 14), ("单位", 10), ("数据年份", 9), ("上下限", 8),
    ("缺数据原因", 14), ("更正", 10), ("佐证", 10), ("来源", 24),
)  # fmt: skip
_TABLE_COLUMNS = (
    ("序号", 6), ("指标", 34), ("单位", 9), ("属性", 9), ("评估期", 9), ("依据", 26), ("指标值、规划值", 26), ("指标值状态", 12),
    ("核算值", 13), ("修约值", 11), ("判定", 10), ("程序判定", 10), ("是否一致", 9), ("说明", 22),
)  # fmt: skip


@dataclass(frozen=True)
class Basis:
    """What the workbook says of the state that it shows.

    Parameters
    ----------
    state : str
        Hash of the run's results (twelve digits), and of the region's own.
    region_state : str
    """

    state: str
    region_state: str


def write_audit(catalog: Catalog, run_id: str, region_code: str, made: Audit, basis: Basis, path: Path, *, cached: bool = True) -> None:
    """Write the audit workbook of a region.

    Parameters
    ----------
    catalog : Catalog
    run_id, region_code : str
    made : Audit
        As :func:`evalkit.review.audit.audit` returns it.
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
    book.set_properties({"title": _clean(f"{region.name_zh}核算底稿"), "author": "", "created": _CREATED})
    book.set_calc_mode("auto")
    writer = _Writer(book, catalog, run, region, made, cached)
    writer.cover(basis)
    writer.table()
    writer.calculation()
    writer.data()
    writer.rules()
    write_remarks(book, run, region, made, basis.region_state)
    book.close()
    write_bytes(path, stream.getvalue())


class _Writer:
    def __init__(self, book: Any, catalog: Catalog, run: Run, region: Region, made: Audit, cached: bool) -> None:
        self.book, self.catalog, self.run, self.region, self.made, self.cached = book, catalog, run, region, made, cached
        self.formats: dict[str, Any] = {}
        self.sheets = {name: book.add_worksheet(name) for name in (COVER, TABLE, SHEET, DATA, RULES, REMARKS)}

    def style(self, **properties: Any) -> Any:
        """Return a format; equal ones are made once."""
        key = repr(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({**_FONT, **properties})
        return self.formats[key]

    # --- sheets

    def cover(self, basis: Basis) -> None:
        """Write what the workbook is of, and how it is used."""
        sheet, run = self.sheets[COVER], self.run
        sheet.hide_gridlines(2)
        sheet.set_column("A:A", 16)
        sheet.set_column("B:B", 92)
        sheet.set_row(0, 34)
        sheet.merge_range("A1:B1", "", self.style(font_size=18, bold=True))
        sheet.write_string("A1", _clean(f"{self.region.full_name_zh}　核算底稿"), self.style(font_size=18, bold=True))
        names = [f"{s.name_zh}（{self._paper(s.document)}）" for s in (self.catalog.sets[name] for name in run.sets)]
        plans = [f"{p.name_zh}（{self._paper(p.document)}）" for p in self.catalog.plans_of(run, self.region.code)]
        states: dict[str, int] = {}
        for entry in self.made.entries:
            state = entry.line.cite.state if entry.line.cite else ""
            states[state] = states.get(state, 0) + 1
        unsure = sum(entry.unsure for entry in self.made.entries)
        lines = [
            ("评估", run.title_zh), ("评估编号", run.id), ("地区", f"{self.region.full_name_zh}（{self.region.code}）"),
            ("评估期", phrases.listing([phrases.period(name) for name in run.periods])),
            ("指标体系", "\n".join(names) or "—"), ("规划", "\n".join(plans) or "—"),
            ("指标值状态", "；".join(f"{look.state(code)} {count}" for code, count in states.items() if code) or "—"),
            ("结果状态号", f"全部结果 {basis.state}，本地区 {basis.region_state}"), ("编制日期", phrases.period(run.report_date)),
        ]  # fmt: skip
        if self.region.fictional:
            lines.insert(0, ("注意", f"{look.EXAMPLE_ZH}：地区和数据均为虚构，仅供演示。"))
        near = f"离取整分界或指标值极近的，注明“{UNSURE}”，并给出精确分数。" if unsure else "本册没有双精度算不准的数值。"
        lines += [
            ("怎样核对", f"1. 在“{DATA}”表改动黄色的“收到的数值”，“{SHEET}”和“{TABLE}”中的数值、修约值、判定随之重算；不需要本程序。"),
            ("", f"2. “{SHEET}”每项指标一块：代入的数据（引自“{DATA}”表）、核算值、修约值、逐项比较、判定，都是单元格公式，可点开查看。"),
            ("", "3. “程序结果”一列是程序按分数精确计算的结果，不随改动变化；“差值、是否一致”应为 0 或“一致”。"),
            ("", f"4. {near}"),
            ("", f"5. 意见填在“{REMARKS}”表，连同本册发回。"),
        ]  # fmt: skip
        for row, (name, text) in enumerate(lines, start=2):
            bold = self.style(bold=True, font_color="#1F4E79", valign="top", font_size=10)
            warn = {"font_color": "#B83B2E", "bold": True} if name == "注意" else {}
            sheet.write_string(row, 0, name, bold)
            sheet.write_string(row, 1, _clean(text), self.style(font_size=10, valign="top", **_WRAP, **warn))
            sheet.set_row(row, 17 * max(1, _lines(text, 100)))
        self._page(sheet, COVER, landscape=False)

    def table(self) -> None:
        """Write one line for each row of the results, with the live value, rounded value and verdict."""
        sheet = self.sheets[TABLE]
        self._heads(sheet, 0, _TABLE_COLUMNS)
        for row, entry in enumerate(self.made.entries, start=1):
            line = entry.line
            name = f"{line.part_of}：{line.name_zh}" if line.part_of else line.name_zh
            source = self.catalog.sets[line.source].name_zh if line.basis == "set" else self.catalog.plans[line.source].name_zh
            source += f"（{line.milestone or line.only_period}年）" if line.milestone or line.only_period else ""
            status = word("status", entry.status, "zh")
            note = "；".join(filter(None, [word("reason", entry.reason, "zh") if entry.reason else "", UNSURE if entry.unsure else ""]))
            texts = [line.seq, name, phrases.cell(line.unit), look.attribute(line.attribute), entry.period, source, line.text,
                     look.state(line.cite.state) if line.cite else "—"]  # fmt: skip
            for column, text in enumerate(texts):
                self._text(sheet, row, column, text)
            self._formula(sheet, row, 8, f"{SHEET}!C{entry.value}", self._content(entry.value), {"align": "right"}, None)
            if entry.rounded:
                cell = self.made.rows[entry.rounded - 1].cells["C"]
                self._formula(sheet, row, 9, f"{SHEET}!C{entry.rounded}", cell.content, {"align": "right"}, cell.places)
            else:
                self._text(sheet, row, 9, "—")
            self._formula(sheet, row, 10, f"{SHEET}!C{entry.verdict}", status, {"bold": True, "align": "center"}, None)
            self._text(sheet, row, 11, status)
            self._formula(sheet, row, 12, f'IF(K{row + 1}=L{row + 1},"一致","不一致")', "一致", {"align": "center"}, None)
            self._text(sheet, row, 13, note)
            tallest = max(
                _lines(text, width) for text, (_, width) in zip([*texts[:7], "", "", "", "", "", "", note], _TABLE_COLUMNS, strict=False)
            )
            sheet.set_row(row, 13.5 * tallest + 4)
        last = len(self.made.entries)
        self._verdict_colours(sheet, f"K2:L{last + 1}")
        self._odd_colours(sheet, f"M2:M{last + 1}")
        sheet.autofilter(0, 0, max(last, 1), len(_TABLE_COLUMNS) - 1)
        self._page(sheet, TABLE, head=1)

    def calculation(self) -> None:
        """Write the blocks of the calculation."""
        sheet = self.sheets[SHEET]
        for number, row in enumerate(self.made.rows):
            if row.kind == "gap":
                sheet.set_row(number, 6)
                continue
            if row.kind == "heads":
                self._heads(sheet, number, list(_SHEET_COLUMNS.values()))
                continue
            base = dict(_LOOKS["head"]) if row.kind == "head" else {}
            tallest = 1
            for column, (_, width) in _SHEET_COLUMNS.items():
                cell = row.cells.get(column, Cell())
                properties = {**_GRID, **_LOOKS.get(cell.style, {}), **base}
                at = ord(column) - 65
                if cell.formula:
                    self._formula(sheet, number, at, cell.formula, cell.content, properties, cell.places)
                else:
                    self._plain(sheet, number, at, cell, properties)
                    tallest = max(tallest, _lines(cell.content if isinstance(cell.content, str) else "", width))
            sheet.set_row(number, 13.5 * min(tallest, 25) + 3)
        last = max(len(self.made.rows), 1)
        self._verdict_colours(sheet, f"C1:C{last}")
        self._odd_colours(sheet, f"F1:F{last}")
        sheet.set_column("I:I", _SHEET_COLUMNS["I"][1], None, {"level": 1})
        self._page(sheet, SHEET, head=1)

    def data(self) -> None:
        """Write the inputs: received number times factor is the value, live."""
        sheet, made = self.sheets[DATA], self.made
        last_column = len(_DATA_COLUMNS) - 1
        sheet.merge_range(0, 0, 0, last_column, "", self.style(bold=True, font_size=12))
        sheet.write_string(0, 0, f"{self.region.name_zh}　数据", self.style(bold=True, font_size=12))
        sheet.write_string(
            1, 0, "改动黄色的“收到的数值”，其余各表随之重算。数值 = 收到的数值 × 换算系数。", self.style(font_color="#595959")
        )
        self._heads(sheet, FIRST_DATA - 2, _DATA_COLUMNS)
        for index, item in enumerate(made.data):
            row = FIRST_DATA - 1 + index
            self._data_line(sheet, row, index + 1, item)
        sheet.autofilter(FIRST_DATA - 2, 0, FIRST_DATA - 2 + max(len(made.data), 1), last_column)
        self._page(sheet, DATA, head=FIRST_DATA - 1)

    def _data_line(self, sheet: Any, row: int, number: int, item: Input) -> None:
        family, _, rest = item.variable.partition(".")
        known = self.catalog.variables.get(item.variable) or self.catalog.measures.get(rest)
        whose = {"reported": "申报的", "assigned": "上级下达的"}.get(family, "") if item.variable not in self.catalog.variables else ""
        missing = word("reason", item.missing or "not_collected", "zh") if item.value is None or item.missing else ""
        name = whose + (known.name_zh if known else item.variable)
        texts = [str(number), name, item.variable, item.period, item.place().file, item.sheet,
                 item.cell, item.value_received, item.unit_received]  # fmt: skip
        for column, text in enumerate(texts):
            self._text(sheet, row, column, text)
        line = row + 1
        yellow = {**_GRID, "bg_color": "#FFFBE0", "align": "right", "locked": False}
        if missing or item.value is None:
            self._text(sheet, row, 9, "")
            self._text(sheet, row, 10, "")
            self._text(sheet, row, 11, missing)
        else:
            received = item.value / item.factor if item.factor else item.value
            self._plain(sheet, row, 9, Cell(received), yellow)
            factor = "" if item.factor.denominator == 1 else excel_number(item.factor)
            if factor:
                self._formula(sheet, row, 10, factor, item.factor, {"align": "right"}, None)
            else:
                self._plain(sheet, row, 10, Cell(item.factor), {**_GRID, "align": "right"})
            self._formula(sheet, row, 11, f"J{line}*K{line}", item.value, {"align": "right", "bold": True}, None)
        bound = {"lower": "下限", "upper": "上限"}.get(item.bound, "")
        rest_texts = [item.unit, item.data_year, bound, missing, item.correction_id, item.evidence_id, item.source]
        for column, text in enumerate(rest_texts, start=12):
            self._text(sheet, row, column, text)
        widths = [width for _, width in _DATA_COLUMNS]
        shown = [*texts, "", "", "", *rest_texts]
        sheet.set_row(row, 13.5 * min(6, max(_lines(text, width) for text, width in zip(shown, widths, strict=True))) + 3)

    def rules(self) -> None:
        """Write definitions, rounding and where each target stands."""
        sheet = self.sheets[RULES]
        columns = (("序号", 6), ("指标", 32), ("口径", 58), ("口径出处", 30), ("指标值、规划值出处", 40))
        self._heads(sheet, 0, columns)
        seen: dict[tuple[str, str, str], None] = {}
        row = 1
        for entry in self.made.entries:
            line = entry.line
            key = (line.source, line.indicator, line.milestone or line.only_period)
            if key in seen:
                continue
            seen[key] = None
            measure = self.catalog.measures[line.measure]
            own = self._cited(measure.cite)
            name = f"{line.part_of}：{line.name_zh}" if line.part_of else line.name_zh
            texts = [line.seq, name, measure.definition_zh or "—", own, self._cited(line.cite)]
            for column, text in enumerate(texts):
                self._text(sheet, row, column, text)
            sheet.set_row(row, 13.5 * min(25, max(_lines(text, width) for text, (_, width) in zip(texts, columns, strict=True))) + 4)
            row += 1
        row += 1
        for set_id in self.run.sets:
            found = self.catalog.sets[set_id]
            way = "修约值比较" if found.rounding.compare == "rounded_value" else "全数值比较"
            where = self._cited(found.rounding.cite)
            text = f"{found.name_zh}：按 GB/T 8170—2008 对精确结果只修约一次（四舍六入五成双），{way}。出处：{where}"
            sheet.merge_range(row, 0, row, len(columns) - 1, "", self.style(**_WRAP))
            sheet.write_string(row, 0, _clean(text), self.style(**_WRAP))
            sheet.set_row(row, 13.5 * _lines(text, 160) + 4)
            row += 1
        self._page(sheet, RULES, head=1)

    # --- cells

    def _content(self, line: int) -> Fraction | str | None:
        return self.made.rows[line - 1].cells["C"].content

    def _text(self, sheet: Any, row: int, column: int, text: str) -> None:
        sheet.write_string(row, column, _clean(text)[:32_000], self.style(**_GRID, **_WRAP))

    def _plain(self, sheet: Any, row: int, column: int, cell: Cell, properties: Mapping[str, Any]) -> None:
        if isinstance(cell.content, Fraction):
            sheet.write_number(row, column, float(cell.content), self.style(**properties, num_format=_digits(cell.content, cell.places)))
        else:
            sheet.write_string(row, column, _clean(cell.content or "")[:32_000], self.style(**properties))

    def _formula(
        self, sheet: Any, row: int, column: int, text: str, result: Fraction | str | None, properties: Mapping[str, Any], places: int | None
    ) -> None:
        shown = _digits(result, places) if isinstance(result, Fraction) else "General"
        value: Any = float(result) if isinstance(result, Fraction) else result or ""
        sheet.write_formula(row, column, f"={text}", self.style(**{**_GRID, **properties}, num_format=shown), value if self.cached else "")

    def _heads(self, sheet: Any, row: int, columns: Sequence[tuple[str, float]]) -> None:
        style = self.book.add_format(_HEAD)
        for column, (name, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(row, column, name, style)
        sheet.set_row(row, 30)

    def _verdict_colours(self, sheet: Any, cells: str) -> None:
        for code, found in look.STATUSES.items():
            colours = self.book.add_format({"font_color": found.ink})
            sheet.conditional_format(
                cells, {"type": "cell", "criteria": "==", "value": f'"{word("status", code, "zh")}"', "format": colours}
            )

    def _odd_colours(self, sheet: Any, cells: str) -> None:
        red = self.book.add_format({"font_color": "#FFFFFF", "bg_color": "#B83B2E", "bold": True})
        sheet.conditional_format(cells, {"type": "cell", "criteria": "==", "value": '"不一致"', "format": red})
        first = cells.partition(":")[0]  # relative: each cell looks at the one to its left
        wrong = f"AND(ISNUMBER({first}),{first}>0.000000001*MAX(1,ABS(OFFSET({first},0,-1))))"
        sheet.conditional_format(cells, {"type": "formula", "criteria": f"={wrong}", "format": red})

    def _page(self, sheet: Any, name: str, head: int = 0, *, landscape: bool = True) -> None:
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        mark = f"　{look.EXAMPLE_ZH}" if self.region.fictional else ""
        sheet.set_header(f'&L&"微软雅黑"&8{_header(self.region.name_zh)}　{name}{mark}')
        sheet.set_footer('&C&"微软雅黑"&8第 &P 页，共 &N 页')
        if head:
            sheet.freeze_panes(head, 2)
            sheet.repeat_rows(0, head - 1)

    def _paper(self, document_id: str) -> str:
        found = self.catalog.documents.get(document_id)
        return (found.number or phrases.in_title_marks(found.title_zh)) if found else document_id

    def _cited(self, cite: Any) -> str:
        return f"{self._paper(cite.document)}，{cite.clause}，{look.state(cite.state)}" if cite else "—"


def _digits(value: Fraction, places: int | None) -> str:
    """Return the number format: as many decimals as there are, up to six."""
    if places is None:
        places = next((digits for digits in range(7) if (value * 10**digits).denominator == 1), 6)
    return "0" if places <= 0 else "0." + "0" * min(places, 15)


def _lines(text: str, width: float) -> int:
    return sum(max(1, math.ceil(phrases.display_width(line) * 1.9 / width)) for line in text.split("\n"))


def _clean(text: str) -> str:
    return _ODD.sub("\ufffd", text)


def _header(text: str) -> str:
    return _clean(text).replace("&", "&&")[:60]


__all__ = ["VALUE", "Basis", "write_audit"]
