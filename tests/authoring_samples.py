"""Workbooks for the tests: an annex as a person types it, and parts of it broken one at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

HEADS = ["领域", "任务", "序号", "指标名称", "分项", "单位", "指标值", "指标属性", "适用范围", "公式", "数据来源"]
ROWS: list[list[str | int | None]] = [
    ["环境", "（一）质量", 1, "环境空气质量", "优良天数比例", "%", "完成上级规定的考核任务，且≥90或持续提高", "约束性", None,
     "优良天数÷有效天数×100%", "生态环境部门"],
    ["环境", "（一）质量", 1, "环境空气质量", "总量下降", "吨", "持续下降", "约束性", None, "waste.mass", "统计部门"],
    ["环境", "（二）治理", 2, "污水处理率", None, "%", "≥95", "约束性", "市", None, "住建部门"],
    ["环境", "（二）治理", 2, "污水处理率", None, "%", "≥85", "参考性", "县", None, "住建部门"],
    ["环境", "（二）治理", 3, "危险废物处置率", None, "%", "≥90%，且无危险废物排放", "约束性", None, None, None],
    ["制度", "（三）制度", 4, "生态文明建设规划", None, "—", "制定实施", "约束性", None, None, None],
]  # fmt: skip


def annex(path: Path, change: Callable[[Any], None] | None = None, *, rows: list[list[Any]] | None = None) -> Path:
    """Write the annex, with a title above and a remark below; `change` gets its sheet before it is saved."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "附件"
    sheet.append(["附件1"])
    sheet.append(["试验县生态建设指标"])
    sheet.append(HEADS)
    for row in ROWS if rows is None else rows:
        sheet.append(row)
    if rows is None:
        sheet.append(["注：本表为试验用。"])
    if change is not None:
        change(sheet)
    book.save(path)
    return path


def merged(sheet: Any) -> None:
    """Merge the annex as it is printed: domain, task, number and name once for all their lines."""
    for area in ("A4:A8", "B4:B5", "C4:C5", "D4:D5", "B6:B8", "C6:C7", "D6:E7"):
        first, _, _ = area.partition(":")
        for line in sheet[area]:
            for cell in line:
                if cell.coordinate != first:
                    cell.value = None
        sheet.merge_cells(area)


def repack(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change the parts of a workbook's archive."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path
