"""The sheets of an indicator set as a workbook: their names, their heads, and what else a person may call them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from evalkit.catalog.models import Attribute, Level, State
from evalkit.messages import word

ROWS, SET, CLASSES, GROUPS, PASS, MEASURES = "指标", "体系", "分类", "选项组", "通过条件", "口径"


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Parameters
    ----------
    key : str
        Name in the program.
    head : str
        As printed.
    width : float
        In characters.
    also : tuple of str
        Other heads that mean the same.
    """

    key: str
    head: str
    width: float = 12
    also: tuple[str, ...] = ()


_CITE = (
    Column("document", "出处文件", 18),
    Column("clause", "条款", 16),
    Column("state", "状态", 14),
    Column("via", "见于", 30),
    Column("cite_note", "出处说明", 26),
    Column("verified_by", "核对人", 10),
    Column("verified_on", "核对日期", 12),
    Column("page", "页码", 8),
)
CITE_KEYS = {"document": "document", "clause": "clause", "state": "state", "via": "via", "cite_note": "note",
             "verified_by": "verified_by", "verified_on": "verified_on", "page": "page"}  # fmt: skip
#: What an annex prints.
PRINTED = (
    Column("domain", "领域", 9, ("指标领域", "类别", "指标类别", "系统", "一级指标")),
    Column("task", "任务", 13, ("目标任务", "重点任务", "二级指标")),
    Column("seq", "序号", 6, ("指标序号", "编码", "no.", "no")),
    Column("name", "指标名称", 22, ("指标", "名称", "建设指标", "三级指标")),
    Column("part", "分项", 20, ("分项指标", "子项", "分指标")),
    Column("unit", "单位", 10, ("计量单位",)),
    Column("text", "指标值", 24, ("目标值", "标准值", "考核值", "目标", "标准", "建设标准", "目标要求", "指标要求")),
    Column("attribute", "指标属性", 9, ("属性", "指标性质", "性质")),
    Column("levels", "适用范围", 9, ("适用级别", "适用对象", "级别", "范围")),
)
WORKED = (
    Column("measure", "口径", 24, ("口径编号", "指标口径")),
    Column("formula", "公式", 34, ("计算公式", "算式", "计算方法")),
    Column("read_as", "公式释读", 38),
    Column("departments", "数据来源", 20, ("数据来源部门", "来源部门", "填报部门", "责任部门", "部门")),
    Column("rule", "规则", 40),
)
KEPT = (
    Column("id", "编号", 12, ("指标编号", "行编号")),
    Column("name_en", "英文名称", 30, ("英文名",)),
    Column("part_of_en", "组合指标英文名", 22),
    Column("domain_en", "领域英文名", 18),
    Column("where_relevant", "视情适用", 9),
    Column("marker", "标记", 8),
    Column("group", "选项组", 10),
    Column("note", "备注", 26, ("说明", "注")),
    Column("kind", "类型", 9, ("指标类型",)),
    Column("direction", "方向", 9, ("指标方向",)),
    Column("row_attribute", "行属性", 9),
    Column("row_measure", "行口径", 20),
)
ROW_COLUMNS = (*PRINTED, *WORKED, *KEPT, *_CITE)
NEEDED = ("domain", "seq", "name", "unit", "text")  # of a plain annex

CLASS_COLUMNS = (
    Column("id", "分类编号", 16), Column("name_zh", "分类名称", 24), Column("name_en", "分类英文名", 24),
    Column("value_id", "取值编号", 18), Column("value_zh", "取值名称", 30), Column("value_en", "取值英文名", 30),
)  # fmt: skip
GROUP_COLUMNS = (Column("id", "编号", 16), Column("name_zh", "名称", 30), Column("name_en", "英文名称", 30))
PASS_COLUMNS = (
    Column("text", "要求", 40), Column("attribute", "指标属性", 12), Column("group", "选项组", 12), Column("rows", "指标行", 30),
    Column("count", "个数", 8), Column("share", "比例（%）", 10), *_CITE,
)  # fmt: skip
MEASURE_COLUMNS = (
    Column("id", "编号", 28), Column("name_zh", "名称", 26), Column("name_en", "英文名称", 30), Column("unit", "单位", 12),
    Column("kind", "类型", 9), Column("direction", "方向", 9), Column("digits", "小数位数", 9), Column("formula", "公式编号", 28),
    Column("roles", "自变量", 40), Column("expression", "算式", 40), Column("read_as", "公式释读", 38),
    Column("components", "组成口径", 30), Column("reported_only", "仅可申报的原因", 30),
    Column("minimum", "下限", 9), Column("maximum", "上限", 9), Column("department", "填报部门", 20), Column("aliases", "别名", 24),
    Column("definition_zh", "口径说明", 50), *_CITE,
)  # fmt: skip
#: Label and field of the sheet 体系.
SET_FIELDS = (
    ("编号", "id"), ("文件", "document"), ("中文名称", "name_zh"), ("英文名称", "name_en"), ("适用级别", "levels"),
    ("是否完整", "complete"), ("备注", "note"), ("修约方法", "method"), ("比较方法", "compare"),
    *((f"修约依据·{column.head}", f"rounding.{column.key}") for column in _CITE), ("通过条件", "pass_rule"),
)  # fmt: skip

_LEVEL_ALSO = {
    "全国": "nation", "国家": "nation", "国家级": "nation", "省级": "province", "省（区、市）": "province",
    "市级": "city", "地级市": "city", "设区市": "city", "设区的市": "city", "地市": "city", "市（地）": "city", "市（州）": "city",
    "县级": "county", "县（市、区）": "county", "县（区）": "county", "县域": "county",
    "乡": "township", "镇": "township", "乡（镇）": "township", "街道": "township", "行政村": "village", "工业园区": "park",
}  # fmt: skip
YES, NO = ("是", "true", "√", "1"), ("否", "false", "0", "")


def levels() -> dict[str, str]:
    """Return the codes of levels by the words for them, longest first."""
    found = {word("level", level, "zh"): level for level in get_args(Level)} | {level: level for level in get_args(Level)}
    return dict(sorted({**_LEVEL_ALSO, **found}.items(), key=lambda item: -len(item[0])))


def attributes() -> dict[str, str]:
    """Return the codes of attributes by word, also with 指标 after it."""
    found = {word("attribute", code, "zh"): code for code in get_args(Attribute)}
    return {**found, **{f"{name}指标": code for name, code in found.items()}, **{code: code for code in get_args(Attribute)}}


def states() -> dict[str, str]:
    """Return the codes of states by word."""
    return {**{word("state", code, "zh"): code for code in get_args(State)}, **{code: code for code in get_args(State)}}


def coded(group: str, codes: tuple[str, ...]) -> dict[str, str]:
    """Return the codes of a closed list by their Chinese word and by themselves."""
    return {**{word(group, code, "zh"): code for code in codes}, **{code: code for code in codes}}


def kinds() -> dict[str, str]:
    """Return the codes of kinds of measures by word."""
    return coded("sheet_kind", ("number", "qualitative", "composite"))


def directions() -> dict[str, str]:
    """Return the codes of directions by word."""
    return coded("sheet_direction", ("up", "down", "none"))


def methods() -> dict[str, str]:
    """Return the codes of the ways of rounding and comparing by word."""
    return coded("rounding", ("gbt8170", "full_value", "rounded_value"))


def plain(head: str) -> str:
    """Return a head as it is compared: without blanks, in lower case."""
    return re.sub(r"\s", "", head).lower()


def heads_of(columns: tuple[Column, ...]) -> dict[str, Column]:
    """Return columns by each head that means them."""
    return {plain(head): column for column in columns for head in (column.head, *column.also)}
