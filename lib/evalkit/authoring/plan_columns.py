"""The sheets of a plan as a workbook: their names, their heads in both languages, and columns that belong to a year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from evalkit.authoring.columns import CITE_KEYS, Column
from evalkit.catalog.base import Attribute, State
from evalkit.catalog.plan_lists import ROLES, Duty, Project, Task, columns_of
from evalkit.catalog.plans import Plan
from evalkit.messages import Language, word
from evalkit.values import Period, PeriodError
from evalkit.values.missing import half_width

LISTS: dict[str, type[Duty] | type[Task] | type[Project]] = {"duties": Duty, "tasks": Task, "projects": Project}
_LANGUAGES = get_args(Language)

_WIDTHS = {"domain": 9, "task": 13, "seq": 6, "name": 22, "part": 20, "unit": 9, "attribute": 9, "text": 22, "duty": 28, "note": 20,
           "measure": 26, "clause": 18, "state": 15, "via": 30, "cite_note": 26, "planned": 26, "rule": 40, "reading": 26,
           "as_printed": 20, "document": 20, "name_zh": 24, "name_en": 28, "part_of": 20, "target": 24, "target_rule": 30,
           "title": 28, "content": 44, "lead": 22, "join": 22, "each": 22, "responsible": 22, "place": 18, "funding": 16,
           "task_text": 22, "indicators_text": 22, "deadline_text": 16, "base_text": 24}  # fmt: skip
_ALSO = {
    "domain": ("指标领域", "类别", "指标类别", "一级指标"),
    "task": ("目标任务", "重点任务", "二级指标"),
    "seq": ("指标序号", "no"),
    "name": ("指标", "建设指标", "三级指标"),
    "part": ("分项指标", "子项", "分指标"),
    "unit": ("计量单位",),
    "attribute": ("属性", "指标性质", "性质"),
    "text": ("体系指标值", "国家指标值", "考核标准"),
    "duty": ("责任部门", "责任单位及分工"),
    "duty_lead": ("牵头部门", "牵头责任单位"),
    "duty_join": ("配合部门", "参与单位", "参与部门"),
    "note": ("说明", "注"),
    "id": ("指标编号", "行编号"),
    "measure": ("口径编号", "指标口径"),
}
#: What is printed to the left of the years, and to the right.
LEFT = ("domain", "task", "seq", "name", "part", "unit", "attribute", "text")
RIGHT = ("duty", "note")
FURTHER = ("id", "duty_lead", "duty_join", "measure")
NEEDED = ("name",)
ROW_KEYS = ("row", "id", "seq", "part_of", "part_of_en", "domain", "domain_en", "task", "name_zh", "name_en", "unit", "measure",
            "attribute", "area", "parts", "note")  # fmt: skip
TARGET_KEYS = ("target", "target_rule", "target_levels", "target_attribute", "target_measure")
BASE_KEYS = ("base", "base_kind", "base_text")
VALUE_KEYS = ("id", "name", "at", "kind", "since", "planned", "as_printed", "reading", "rule")
_DUTY_ALSO = {"配合": "join", "责任": "responsible"}
FIELDS = ("id", "region", "name_zh", "name_en", "document", "base_period", "begins", "ends", "milestones", "set", "complete", "note",
          "better_at", "better_text")  # fmt: skip


def column(key: str, lang: Language, group: str = "plan_column", head: str = "") -> Column:
    """Return a column with its head in one language, known by those in both and by its code."""
    both = [word(group, key, other) for other in _LANGUAGES]
    shown = head or word(group, key, lang)
    also = dict.fromkeys([*both, *(_ALSO.get(key, ()) if group == "plan_column" else [key])])
    return Column(key, shown, _WIDTHS.get(key, 12), tuple(name for name in also if name != shown))


def columns(keys: Sequence[str], lang: Language) -> list[Column]:
    """Return columns of the plan's own sheets."""
    return [column(key, lang) for key in keys]


def cite_columns(lang: Language, prefix: str = "") -> list[Column]:
    """Return the columns of a citation; with a prefix such as ``target`` those of one of several in a line."""
    found = columns(list(CITE_KEYS), lang)
    if not prefix:
        return found
    return [
        Column(f"{prefix}.{c.key}", _joined(prefix, c.key, lang), c.width, tuple(_joined(prefix, c.key, other) for other in _LANGUAGES))
        for c in found
    ]


def _joined(prefix: str, key: str, lang: Language) -> str:
    return f"{word('plan_column', prefix, lang)}·{word('plan_column', key, lang)}"


def row_columns(lang: Language) -> list[Column]:
    """Return the columns of 指标明细."""
    return [
        *columns((*ROW_KEYS[:2], "name", *ROW_KEYS[2:], *TARGET_KEYS), lang),
        *cite_columns(lang, "target"),
        *columns(BASE_KEYS, lang),
        *cite_columns(lang, "base"),
    ]


def value_columns(lang: Language) -> list[Column]:
    """Return the columns of 规划值明细."""
    return [*columns(VALUE_KEYS, lang), *cite_columns(lang)]


def list_columns(name: str, lang: Language) -> tuple[list[Column], list[str]]:
    """Return the columns of a list, and which of them must be there."""
    needed, further = columns_of(LISTS[name])
    return [column(key, lang, "plan_list_column") for key in (*needed, *further)], needed


def field_labels() -> dict[str, str]:
    """Return the keys of the fields of 规划信息 by label, in both languages."""
    found = {word("plan_field", key, lang): key for lang in _LANGUAGES for key in FIELDS}
    cited = {f"{_better(lang)}·{word('plan_column', key, lang)}": f"better.{key}" for lang in _LANGUAGES for key in CITE_KEYS}
    return {**found, **cited}


def field_label(key: str, lang: Language) -> str:
    """Return the label of a field of 规划信息."""
    if key.startswith("better."):
        return f"{_better(lang)}·{word('plan_column', key.removeprefix('better.'), lang)}"
    return word("plan_field", key, lang)


def _better(lang: Language) -> str:
    return word("plan_field", "better_text", lang).rpartition("·")[0].strip()


def sheet_name(key: str, names: Mapping[str, object], lang: Language = "zh") -> str:
    """Return what a sheet is called in a workbook: its name in either language; that in `lang` where there is none."""
    return next((name for name in (word("plan_sheet", key, other) for other in _LANGUAGES) if name in names), word("plan_sheet", key, lang))


def coded(group: str, codes: Sequence[str]) -> dict[str, str]:
    """Return the codes of a closed list by their words in both languages and by themselves."""
    return {**{word(group, code, lang): code for lang in _LANGUAGES for code in codes}, **{code: code for code in codes}}


def roles() -> dict[str, str]:
    """Return the ways in which a unit answers by word."""
    return {**coded("duty_role", ROLES), **_DUTY_ALSO}


def attributes() -> dict[str, str]:
    """Return the codes of attributes by word, also with 指标 after it."""
    codes = get_args(Attribute)
    return {**coded("attribute", codes), **{f"{word('attribute', code, 'zh')}指标": code for code in codes}}


def states() -> dict[str, str]:
    """Return the codes of states by word."""
    return coded("state", get_args(State))


# --- columns of a year

Use = Literal["present", "milestone", "annual", ""]
_PERIOD = re.compile(r"(?<![0-9])(?P<at>[0-9]{4}(?:-(?:h[12]|q[1-4]|[0-9]{2}(?:-[0-9]{2})?))?)(?:年度?)?(?![0-9])")
_PRESENT = (
    "现状",
    "现状值",
    "现状水平",
    "基准",
    "基准值",
    "基准年",
    "基准年值",
    "基准年现状值",
    "现状值基准年",
    "实际值",
    "完成值",
    "present",
    "base",
)
_MILESTONE = (
    *(term + end for term in ("近期", "中期", "远期") for end in ("", "目标", "目标值", "规划", "规划值", "规划目标", "目标年")),
    "规划目标", "规划目标值", "规划值", "规划目标年", "nearterm", "middleterm", "longterm", "milestone",
)  # fmt: skip
_ANNUAL = ("目标", "目标值", "年度目标", "年度目标值", "target")
_TERMS = re.compile("|".join(sorted(map(re.escape, {*_PRESENT, *_MILESTONE}), key=len, reverse=True)))


@dataclass(frozen=True)
class YearHead:
    """What a head such as ``近期（2027年）`` says.

    Parameters
    ----------
    at : str
        A period; empty where the head should name one and does not.
    use : {"present", "milestone", "annual", ""}
        Empty where it only names a year.
    base : bool
        It calls its year the base year.
    """

    at: str
    use: Use
    base: bool = False


def year_head(text: str) -> YearHead | None:
    """Return what the head of a column of a year says; None where it is another head."""
    plain = re.sub(r"[\s()\[\]【】:：,，、·]", "", half_width(text)).lower()
    found = _PERIOD.search(plain)
    if found is None:
        return YearHead("", "") if _TERMS.match(plain) or re.search(r"[0-9]{4}", plain) else None
    rest = plain[: found.start()] + plain[found.end() :]
    at = found["at"].upper()
    try:
        Period.parse(at)
    except PeriodError:
        return YearHead("", "")
    uses: list[tuple[Use, Sequence[str]]] = [("present", _PRESENT), ("milestone", _MILESTONE), ("annual", _ANNUAL), ("", ("",))]
    use = next((use for use, terms in uses if rest in terms), None)
    return YearHead("", "") if use is None else YearHead(at, use, "基准" in rest or rest == "base")


def head_of(use: str, at: str, lang: Language) -> str:
    """Return the head of a column of a year, such as ``近期（2027年）``."""
    year = f"{at}年" if lang == "zh" and Period.parse(at).kind == "year" else at
    return word("plan_year", use, lang).format(at=year)


@dataclass
class Years:
    """The columns of years of a plan table: periods in their order.

    Parameters
    ----------
    present, milestones, annual : list of str
    """

    present: list[str] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)
    annual: list[str] = field(default_factory=list)

    def columns(self, lang: Language) -> list[Column]:
        """Return the columns: what was, what is promised, and what is promised for single years."""
        last = len(self.milestones) - 1
        terms = ["milestone" if not last else "near" if not n else "far" if n == last else "middle" for n in range(last + 1)]
        found = [Column(f"present:{at}", head_of("present", at, lang), 13) for at in self.present]
        found += [Column(f"at:{at}", head_of(term, at, lang), 20) for term, at in zip(terms, self.milestones, strict=True)]
        return [*found, *(Column(f"at:{at}", head_of("annual", at, lang), 17) for at in self.annual)]


def years_of(plan: Plan, present: Sequence[str] = ()) -> Years:
    """Return the columns of years of a plan: its milestones, and the other periods for which it has values."""
    others = {value.at for row in plan.indicators for value in row.values} - set(plan.milestones)
    return Years(sorted(present, key=Period.parse), list(plan.milestones), sorted(others, key=Period.parse))
