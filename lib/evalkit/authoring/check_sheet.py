"""The check sheet of an indicator set: a workbook with a line for each cell, to be compared with the official text."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from evalkit.authoring import check_sheet_form as form
from evalkit.authoring.check_sheet_words import document_words, reading, source, state_words
from evalkit.catalog import Catalog
from evalkit.catalog.cells import Cell, cells_of
from evalkit.catalog.models import IndicatorSet
from evalkit.messages import word
from evalkit.report import look, phrases
from evalkit.tables import write_bytes

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # always the same: equal sets give equal files
_LONGEST = 32767  # characters of an Excel cell
_FONT: dict[str, Any] = {"font_name": "微软雅黑", "font_size": 9}
_SMALL = 7.5
_FOOT = '&"微软雅黑"&8'
_TEXT_KNOWN = {"full": "已有全文", "partial": "只见到部分", "not_in_hand": "未取得"}
_SIGNATURES = "核对人（签字）：＿＿＿＿＿＿　日期：＿＿＿＿＿＿　　　　复核人（签字）：＿＿＿＿＿＿　日期：＿＿＿＿＿＿"
_HELP = (
    "一、请持文件原文，逐行对照“本表所载内容”：名称、单位、属性、适用级别、指标值，以及“程序读作”是否就是原文的意思。",
    "二、每行先选“核对结论”：一致、不一致，或未找到（原文中没有这一条，可不填页码）。再填页码、核对人、核对日期（如 2026-05-01）。",
    "三、不一致的，把原文的写法填在“原文若不同，应为”。程序不会自行改动指标体系，须由人修改 params/sets/ 中的文件后再核对一次。",
    "四、第二人复核的，另选“复核结论”，填复核人。两人结论不同的，该行不算已核对，会列出来由双方再看原文。",
    "五、“条目是否齐全”一行：原文有而本表没有的条目，选“不一致”，把缺的条目写在“原文若不同，应为”。",
    "六、未核对的行留空。浅黄色的格可填，其余锁定（没有密码）；请不要移动列、排序或改写表内文字，否则读取时会被拒绝。",
    "七、填好后执行：evalkit sets verify {set} --from 文件名.xlsx。同一份表读两次不会重复记录；记录写入 params/verifications/{set}.csv。",
    "状态的含义：见于转载件——在转载件中读到；见于相邻版本——在前后版本中读到；第三方解读——他人整理；推算——由其他条文推出；"
    "一般了解、未见原文——凭一般知识写出，最需核对。",
)


def sheet_path(catalog: Catalog, set_id: str, out: Path | None) -> Path:
    """Return where the check sheet of a set goes: a folder, or by default ``reports/check-sheets/``."""
    return (out or catalog.project.root / "reports" / "check-sheets") / f"{set_id}{form.SUFFIX}"


def write_check_sheet(catalog: Catalog, set_id: str, path: Path, *, open_only: bool = False) -> int:
    """Write the check sheet of a set.

    Parameters
    ----------
    catalog : Catalog
    set_id : str
    path : Path
        Ends in ``.xlsx``.
    open_only : bool
        Leave out what is verified already.

    Returns
    -------
    int
        How many lines there are to compare.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    indicator_set = catalog.sets[set_id]
    book.set_properties({"title": _clean(f"{indicator_set.name_zh} 核对表"), "author": "", "created": _CREATED})
    cells = [cell for cell in cells_of(catalog, set_id) if not (open_only and _verified(catalog, cell))]
    _Sheet(book, catalog, indicator_set).write(cells)
    _help(book, set_id)
    book.close()
    write_bytes(path, stream.getvalue())
    return len(cells)


def cell_id(cell: Cell) -> str:
    """Return the id of a line: part, row and level."""
    return "|".join((cell.part, cell.row, cell.level))


def printed(catalog: Catalog, indicator_set: IndicatorSet, cell: Cell) -> dict[str, str]:
    """Return the printed texts of a line by column."""
    row = indicator_set.row(cell.row) if cell.part == "target" else None
    told = {"name": cell.name, "text": cell.text, "reading": reading(catalog, indicator_set, cell)}
    if row is not None:
        target = row.target_at(cell.level.partition("+")[0])
        extra = [group.name_zh for group in indicator_set.groups if group.id == row.group]
        extra += [mark for mark in (row.marker, "有则考核" if row.where_relevant else "") if mark]
        attribute = look.attribute((target.attribute if target else None) or row.attribute)
        levels = "、".join(word("level", level, "zh") for level in cell.level.split("+"))
        told |= {"seq": row.seq, "unit": phrases.cell(row.unit), "attribute": "\n".join([attribute, *extra, levels])}
    elif cell.part == "definition":
        told["unit"] = phrases.cell(catalog.measures[cell.row].unit)
        told["seq"] = "、".join(_numbers(indicator_set, cell.row))
    where = source(catalog, indicator_set, cell)
    told["source"] = f"〔{state_words(cell, catalog.verifications.of(cell))}〕{where}"
    return {column.key: _clean(told.get(column.key, "")) for column in form.COLUMNS if column.kind == "printed"}


def _numbers(indicator_set: IndicatorSet, measure: str) -> list[str]:
    """Return the official numbers of the rows that a measure belongs to."""
    found = []
    for row in indicator_set.rows:
        named = {part.of for target in row.targets for part in target.rule.walk()}
        if measure in {row.measure, *(target.measure for target in row.targets), *named}:
            found.append(row.seq)
    return list(dict.fromkeys(found))[:3]


def _at(key: str) -> int:
    return form.place(key) - 1


def _verified(catalog: Catalog, cell: Cell) -> bool:
    outcome = catalog.verifications.of(cell)
    return cell.state == "verified" if outcome is None else outcome.kind == "verified"


def _clean(text: str) -> str:
    spaced = re.sub(r"[^\S\n]+", " ", text).strip()
    return "".join(char for char in spaced if char == "\n" or char.isprintable())[:_LONGEST]


def _height(texts: Mapping[str, str]) -> float:
    """Return the height of a line in points: room for every printed text, and for a word written by hand."""
    points = 26.0
    for column in form.COLUMNS:
        if column.kind == "printed":
            size = _SMALL if column.key == "source" else _FONT["font_size"]
            points = max(points, _lines(texts[column.key], column.width, size) * size * 1.42)
    return min(points + 3, 400.0)


def _lines(text: str, width: float, size: float) -> int:
    """Return how many lines a text needs in a column of `width` characters."""
    room = width * 7 * 0.75 / size  # Chinese characters; a column's character has 7 pixels
    return sum(max(1, math.ceil(phrases.display_width(part) / room)) for part in text.split("\n"))


class _Sheet:
    """Writes the lines; text is always written as text."""

    def __init__(self, book: Any, catalog: Catalog, indicator_set: IndicatorSet) -> None:
        self.catalog, self.set = catalog, indicator_set
        self.sheet = book.add_worksheet(form.SHEET)
        cell = {**_FONT, "valign": "top", "text_wrap": True, "border": 1, "border_color": "#B8C0C8"}
        middle = {**cell, "align": "center"}
        blank = {**cell, "bg_color": "#FFFBE6", "locked": False, "num_format": "@"}
        self.styles = {
            "title": book.add_format({**_FONT, "font_size": 14, "bold": True, "valign": "vcenter"}),
            "fact": book.add_format({**_FONT, "text_wrap": True, "valign": "top"}),
            "band": book.add_format({**cell, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#E3E8EE"}),
            "head": book.add_format({**cell, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#F3F5F7"}),
            "section": book.add_format(
                {**_FONT, "bold": True, "valign": "vcenter", "bg_color": "#F3F5F7", "border": 1, "border_color": "#B8C0C8"}
            ),
            "printed": book.add_format(cell),
            "middle": book.add_format(middle),
            "small": book.add_format({**cell, "font_size": _SMALL}),
            "blank": book.add_format(blank),
            "choice": book.add_format({**blank, "align": "center"}),
            "date": book.add_format({**blank, "align": "center", "num_format": "yyyy-mm-dd"}),
            "sign": book.add_format({**_FONT, "valign": "vcenter"}),
        }
        self.last = _at("note")  # the last column that is seen

    def write(self, cells: list[Cell]) -> None:
        self.set_up()
        self.heading()
        line, section = form.HEAD_LINE, ""
        for cell in cells:
            title = self.section(cell)
            if title != section:
                self.sheet.merge_range(line, 0, line, self.last, "", self.styles["section"])
                self.sheet.write_string(line, 0, title, self.styles["section"])
                self.sheet.set_row(line, 18)
                section, line = title, line + 1
            self.line(line, cell)
            line += 1
        self.sheet.set_row(line, 12)
        self.sheet.merge_range(line + 1, 0, line + 1, self.last, "", self.styles["sign"])
        self.sheet.write_string(line + 1, 0, _SIGNATURES, self.styles["sign"])
        self.sheet.set_row(line + 1, 30)
        self.rules(line)

    def set_up(self) -> None:
        sheet = self.sheet
        for number, column in enumerate(form.COLUMNS):
            sheet.set_column(number, number, column.width, None, {"hidden": True} if column.kind == "hidden" else {})
        sheet.freeze_panes(form.HEAD_LINE, _at("unit"))
        sheet.repeat_rows(form.BAND_LINE - 1, form.HEAD_LINE - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.35, right=0.35, top=0.45, bottom=0.55)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{_FOOT}{_clean(self.set.id)}　核对表&C{_FOOT}第 &P 页，共 &N 页", {"margin": 0.25})
        sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True})

    def heading(self) -> None:
        sheet, found = self.sheet, self.set
        document = self.catalog.documents[found.document]
        facts = [
            f"依据：{document_words(self.catalog, document.id)}"
            + "".join(f"，{part}" for part in (document.issuer, document.date) if part),
            f"原文：{_TEXT_KNOWN[document.text]}",
            "级别：" + "、".join(word("level", level, "zh") for level in found.levels),
            f"指标体系编号：{found.id}",
            "条目：" + ("齐全" if found.complete else "可能不全"),
        ]
        sheet.merge_range(0, 0, 0, self.last, "", self.styles["title"])
        sheet.write_string(0, 0, _clean(f"指标体系核对表：{found.name_zh}"), self.styles["title"])
        sheet.set_row(0, 26)
        told = [_clean("；".join(facts)), _clean(f"说明：{found.note}" if found.note else "")]
        for line, text in enumerate(told, start=1):
            sheet.merge_range(line, 0, line, self.last, "", self.styles["fact"])
            sheet.write_string(line, 0, text, self.styles["fact"])
            sheet.set_row(line, 14 * (_lines(text, sum(column.width for column in form.COLUMNS[: self.last + 1]), 9.5)))
        for title, first, last in form.BANDS:
            sheet.merge_range(form.BAND_LINE - 1, _at(first), form.BAND_LINE - 1, _at(last), title, self.styles["band"])
        sheet.write_string(form.BAND_LINE - 1, self.last, "", self.styles["band"])
        for number, column in enumerate(form.COLUMNS):
            sheet.write_string(form.HEAD_LINE - 1, number, column.head, self.styles["head"])
        sheet.set_row(form.BAND_LINE - 1, 17)
        sheet.set_row(form.HEAD_LINE - 1, 30)
        sheet.write_string(form.MARK_LINE - 1, _at("id"), form.FORM)
        sheet.write_string(form.MARK_LINE - 1, _at("text_hash"), found.id)

    def section(self, cell: Cell) -> str:
        if cell.part != "target":
            return {"definition": "指标解释（口径与算式）", "pass_rule": "通过条件"}.get(cell.part, "整个指标体系")
        row = self.set.row(cell.row)
        return _clean(" · ".join(part for part in (row.domain, row.task) if part)) if row else ""

    def line(self, line: int, cell: Cell) -> None:
        texts = printed(self.catalog, self.set, cell)
        own = cell_id(cell)
        texts |= {"id": own, "text_hash": cell.text_hash}
        texts["seal"] = form.seal(own, cell.text_hash, [texts[key] for key in form.COMPARED])
        for number, column in enumerate(form.COLUMNS):
            if column.kind == "blank":
                style = "date" if column.key == "date" else "choice" if column.key in ("result", "second_result", "page") else "blank"
                self.sheet.write_blank(line, number, None, self.styles[style])
            else:
                style = {"seq": "middle", "unit": "middle", "attribute": "middle", "source": "small"}.get(column.key, "printed")
                self.sheet.write_string(line, number, texts[column.key], self.styles[style])
        self.sheet.set_row(line, _height(texts))

    def rules(self, last: int) -> None:
        """Put the drop-down lists and the form of the date on the blanks."""
        first = form.HEAD_LINE
        choices = list(form.results().values())
        for key in ("result", "second_result"):
            told = {"validate": "list", "source": choices, "error_title": "核对结论", "error_message": "请选：" + "、".join(choices)}
            self.sheet.data_validation(first, _at(key), last, _at(key), told)
        day = _at("date")
        self.sheet.data_validation(first, day, last, day, {
            "validate": "date", "criteria": "between", "minimum": date(1990, 1, 1), "maximum": date(2199, 12, 31),
            "error_type": "warning", "error_title": "核对日期", "error_message": "请填日期，如 2026-05-01",
        })  # fmt: skip


def _help(book: Any, set_id: str) -> None:
    sheet = book.add_worksheet(form.HELP_SHEET)
    style = book.add_format({**_FONT, "font_size": 11, "text_wrap": True, "valign": "top"})
    width = 70
    sheet.set_column(0, 0, width)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C{_FOOT}第 &P 页，共 &N 页")
    for line, text in enumerate(text.replace("{set}", set_id) for text in _HELP):
        sheet.write_string(line, 0, text, style)
        sheet.set_row(line, 17 * _lines(text, width, 11.5) + 5)
    sheet.protect("", {"format_columns": True, "format_rows": True})
