"""What the writer and the reader of collection forms share: names of sheets, columns, hidden keys, words for reasons.

Row 1 of a data sheet is hidden and names each column by a key; hidden columns on the right say of each line
what it is the figure of. Lines and columns are found by these, wherever they were moved to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORM = "evalkit-form"
VERSION = "1"
MARK_SHEET = "evalkit"  # hidden: what the form is, and every line it was sent out with
GUIDE_SHEET = "填报说明"
ISSUES_MARK = "evalkit-issues 1"  # in A1 of the list of problems that an annotated copy has in front: no sheet of data
KEY_ROW = 1
REGION_LABEL = "地区："
DEPARTMENT_LABEL = "填报部门："

#: Words of the list of reasons; with them ``上级未下达`` for tasks of the superior.
REASONS = {
    "未发布": "not_published",
    "不涉及": "not_involved",
    "不考核": "not_assessed",
    "无监测点": "no_monitoring_site",
    "未统计": "not_collected",
    "待佐证": "awaiting_evidence",
}
NOT_ISSUED = "上级未下达"


@dataclass(frozen=True)
class Column:
    """A column of a data sheet.

    Parameters
    ----------
    key : str
        Stands in row 1.
    head : str
        What people see.
    width : float
        In characters of the standard font.
    kind : {"fixed", "filled", "hidden"}
        Printed and locked, to be filled in, or not seen.
    """

    key: str
    head: str
    width: float
    kind: Literal["fixed", "filled", "hidden"]


COLUMNS = (
    Column("number", "序号", 5, "fixed"),
    Column("name", "数据项", 21, "fixed"),
    Column("definition", "口径", 31, "fixed"),
    Column("unit", "单位", 9, "fixed"),
    Column("when", "年度", 9, "fixed"),
    Column("previous", "上次数据", 12, "fixed"),
    Column("value", "本次填报值", 13, "filled"),
    Column("missing", "无数值原因", 11, "filled"),
    Column("data_year", "数据年份", 9, "filled"),
    Column("source", "来源文件", 18, "filled"),
    Column("page", "页码", 7, "filled"),
    Column("evidence", "佐证材料\n（文件名）", 15, "filled"),
    Column("remark", "备注", 11, "filled"),
    Column("id_region", "", 10, "hidden"),
    Column("id_variable", "", 10, "hidden"),
    Column("id_period", "", 10, "hidden"),
    Column("id_name", "", 10, "hidden"),
    Column("id_unit", "", 10, "hidden"),
    Column("id_when", "", 10, "hidden"),
)
FILLED = tuple(column.key for column in COLUMNS if column.kind == "filled")
_PLACES = {column.key: number for number, column in enumerate(COLUMNS, start=1)}


def place(key: str) -> int:
    """Return the number of a column, from 1, as the form is sent out."""
    return _PLACES[key]


def mark(run: str, department: str) -> str:
    """Return the text by which a sheet says that it is a form, of which version, run and department."""
    return " ".join((FORM, VERSION, run, department))


def read_mark(text: str) -> tuple[str, str, str] | None:
    """Return version, run and department of a form; None when the text is no such mark."""
    parts = text.split(" ")
    return (parts[1], parts[2], parts[3]) if len(parts) == 4 and parts[0] == FORM else None


def family_name(family: str, name: str) -> str:
    """Return how a form calls the reported value of a measure, or its superior's task."""
    return f"{name}（上级下达值）" if family == "assigned" else name
