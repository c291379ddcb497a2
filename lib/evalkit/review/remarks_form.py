"""The sheet 评审意见 of the audit workbook: what it is called and where things stand, for who writes it and who reads it back."""

from __future__ import annotations

from evalkit.messages import words

REMARKS = "评审意见"
MARK = "evalkit-review-1"
KINDS = tuple(words("review_kind", "zh").values())
WEIGHTS = tuple(words("review_weight", "zh").values())
#: Heads of the columns that people see; the first three are printed, the others filled in.
HEADS = ("指标", "评估期", "依据", "意见类别", "轻重", "意见", "建议的数值", "评审人", "日期", "备注")
NAME, PERIOD, BASIS, KIND, WEIGHT, OPINION, SUGGESTED, REVIEWER, DATE, NOTE = range(1, 11)  # columns, from 1
#: First of the hidden columns behind them: basis, set, indicator, period, milestone.
KEY = 11
MARK_LINE, HEAD_LINE, FIRST = 1, 3, 4  # lines, from 1


def row_name(seq: str, part_of: str, name: str) -> str:
    """Return what the first column says of a row of the results."""
    return f"{seq} {part_of}：{name}" if part_of else f"{seq} {name}"
