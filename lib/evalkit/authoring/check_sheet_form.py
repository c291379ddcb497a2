"""The form of the check sheet (核对表): its columns, what belongs into the blanks, and the seal of a line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evalkit.messages import words

SHEET = "核对表"
HELP_SHEET = "填写说明"
FORM = "evalkit-check-sheet-1"
MARK_LINE, BAND_LINE, HEAD_LINE = 1, 4, 5  # one-based: the hidden marks, the bands over the heads, the heads
SUFFIX = "-check.xlsx"


@dataclass(frozen=True)
class Column:
    """A column: `key` of a printed text or of a record, head, width in characters."""

    key: str
    head: str
    width: float
    kind: Literal["printed", "blank", "hidden"] = "printed"


COLUMNS = (
    Column("seq", "序号", 5),
    Column("name", "指标", 16),
    Column("unit", "单位", 7),
    Column("attribute", "属性、级别", 8),
    Column("text", "本表所载", 22),
    Column("reading", "程序读作", 15),
    Column("source", "现状与出处", 24),
    Column("result", "核对结论", 7.5, "blank"),
    Column("page", "页码", 6, "blank"),
    Column("correction", "原文若不同，应为", 15, "blank"),
    Column("by", "核对人", 7.5, "blank"),
    Column("date", "核对日期", 10, "blank"),
    Column("second_result", "复核结论", 7.5, "blank"),
    Column("second_correction", "原文若不同，应为", 13, "blank"),
    Column("second_by", "复核人", 7.5, "blank"),
    Column("note", "备注", 9, "blank"),
    Column("id", "编号", 8, "hidden"),
    Column("text_hash", "内容", 8, "hidden"),
    Column("seal", "校验", 8, "hidden"),
)
#: Over the heads: title, first and last column.
BANDS = (
    ("本表所载内容（请与原文逐项对照，不在此修改）", "seq", "source"),
    ("核对", "result", "date"),
    ("复核（第二人，可不填）", "second_result", "second_by"),
)
#: The printed columns that a person compares; the state may have changed since.
COMPARED = ("seq", "name", "unit", "attribute", "text", "reading")


def place(key: str) -> int:
    """Return the number of a column, from 1."""
    return next(number for number, column in enumerate(COLUMNS, start=1) if column.key == key)


def results() -> dict[str, str]:
    """Return the words of the drop-down list by code."""
    return words("verification_result", "zh")


def seal(cell_id: str, text_hash: str, compared: Sequence[str]) -> str:
    """Return a hash over what is printed in a line and the ids behind it: whoever sorts or pastes parts of lines breaks it."""
    told = [cell_id, text_hash, *("".join(text.split()) for text in compared)]
    return hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:12]
