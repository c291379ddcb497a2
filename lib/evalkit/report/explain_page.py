"""How one figure came about, as Markdown and as a page: typeset formula, the numbers put in with their cells, verdict, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from evalkit.intake.inputs import counted_in
from evalkit.report import look, phrases
from evalkit.report.typeset import latex, mathml

if TYPE_CHECKING:
    from evalkit.report.explain import Explanation

_HEADS = ("数据", "数值", "单位", "年份", "文件", "单元格", "收到的值", "换算系数", "更正", "佐证", "来源")
_LONG = ("数据", "文件", "收到的值", "来源")  # columns whose texts are broken into lines
_TYPESET = ("公式", "代入")  # lines that the typeset formulas say already
#: What the inputs of a row are for, by the beginning of their role.
_PARTS = {
    "reported": "申报值",
    "assigned": "上级下达的任务",
    "previous": "对照：上年值",
    "base": "对照：基准年值",
    "period": "对照：较早的值",
}
_STYLE = """
.evalkit-explain{font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif;line-height:1.7;max-width:72em}
.evalkit-explain h3{margin:.4em 0}.evalkit-explain dt{float:left;clear:left;width:7em;color:#1F4E79;font-weight:600}
.evalkit-explain dd{margin:0 0 .3em 7.5em}.evalkit-explain table{border-collapse:collapse;font-size:.9em;margin:.5em 0}
.evalkit-explain th,.evalkit-explain td{border:1px solid #BFBFBF;padding:.2em .5em;text-align:left;vertical-align:top;white-space:nowrap}
.evalkit-explain td.long{white-space:normal;overflow-wrap:anywhere}
.evalkit-explain th{background:#DCE6F1}.evalkit-explain caption{text-align:left;font-weight:600;padding:.3em 0}
.evalkit-explain math{margin:.3em 0}
"""


def parts_of(trace: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Return the inputs by what they are for: the numbers put in first, then the reported value and what it is compared with."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for item in trace.get("inputs", []):
        role = str(item.get("role", "")).partition(":")[0]
        found.setdefault(_PARTS.get(role, "代入的数据"), []).append(item)
    return sorted(found.items(), key=lambda part: part[0] != "代入的数据")


def cells_of(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Return an input as the cells of a table, in the order of the heads."""
    value = str(item.get("value", "")) or (look.reason(str(item["missing"])) if item.get("missing") else "")
    bound = {"lower": "≥", "upper": "≤"}.get(str(item.get("bound", "")), "")
    file, sheet, cell = (str(item.get(key, "")) for key in ("file", "sheet", "cell"))
    counted = counted_in(file)
    received = str(item.get("value_received", ""))
    received += phrases.unit(str(item.get("unit_received", ""))) if received else ""
    factor = str(item.get("factor") or "")
    place = ("", "") if not file else (f"评估结果 {counted}", "") if counted else (file, f"{sheet}!{cell}" if sheet else cell)
    when = str(item.get("data_year") or item.get("period", ""))
    papers = [str(item.get(key, "")) for key in ("correction_id", "evidence_id", "source")]
    unit = phrases.cell(str(item.get("unit", "")))
    return (str(item.get("name_zh", "")), bound + value, unit, when, *place, received, "" if factor in ("", "1") else factor, *papers)


def _leaves(trace: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return names and numbers of the arguments of the formula, by role."""
    names, numbers = {}, {}
    for item in trace.get("inputs", []):
        names[str(item["role"])] = str(item.get("name_zh", ""))
        numbers[str(item["role"])] = str(item.get("value", "")) if item.get("value") and not item.get("missing") else "□"
    return names, numbers


def typeset(explanation: Explanation, *, as_latex: bool) -> list[str]:
    """Return the formula with names, and with the numbers put in, typeset; empty where the value was not computed."""
    formula, trace = explanation.formula, explanation.trace
    if formula is None or not trace.get("formula"):
        return []
    write = latex if as_latex else mathml
    names, numbers = _leaves(trace)
    named = write(formula.tree, names.__getitem__, called=explanation.measure)
    return [named, write(formula.tree, numbers.__getitem__, called="")]


def markdown(explanation: Explanation) -> str:
    """Return the explanation as Markdown with LaTeX formulas; data cannot become markup."""
    head, *lines = explanation.lines
    text = [f"### {_md(head[1])}", ""]
    text += [f"$${formula}$$\n" for formula in typeset(explanation, as_latex=True)]
    text += [f"- **{_md(label)}**：{_md(content)}" for label, content in lines if label not in _TYPESET or explanation.formula is None]
    for title, items in parts_of(explanation.trace):
        rows = [cells_of(item) for item in items]
        kept = _kept(rows)
        text += ["", f"**{_md(title)}**", "", _md_row([_HEADS[at] for at in kept]), _md_row(["---"] * len(kept))]
        text += [_md_row([_md(row[at]) for at in kept]) for row in rows]
    return "\n".join(text) + "\n"


def html(explanation: Explanation, *, page: bool = False) -> str:
    """Return the explanation as HTML: a block for a notebook, or a page of its own that loads nothing.

    Parameters
    ----------
    explanation : Explanation
    page : bool
        A whole document.
    """
    head, *lines = explanation.lines
    parts = [f"<h3>{escape(head[1])}</h3>"]
    parts += [f"<div>{formula}</div>" for formula in typeset(explanation, as_latex=False)]
    told = [(escape(label), escape(content)) for label, content in lines if label not in _TYPESET or explanation.formula is None]
    parts.append("<dl>" + "".join(f"<dt>{label}</dt><dd>{content}</dd>" for label, content in told) + "</dl>")
    for title, items in parts_of(explanation.trace):
        rows = [cells_of(item) for item in items]
        kept = _kept(rows)
        heads = "".join(f'<th scope="col">{_HEADS[at]}</th>' for at in kept)
        body = "".join("<tr>" + "".join(_td(at, row[at]) for at in kept) + "</tr>" for row in rows)
        parts.append(f"<table><caption>{escape(title)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>")
    block = f'<div class="evalkit-explain"><style>{_STYLE}</style>{"".join(parts)}</div>'
    if not page:
        return block
    title = f'<meta charset="utf-8"><title>{escape(head[1])}</title>'
    return f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{title}</head>\n<body>{block}</body></html>\n'


def _td(at: int, text: str) -> str:
    return f'<td class="long">{escape(text)}</td>' if _HEADS[at] in _LONG else f"<td>{escape(text)}</td>"


def _kept(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns that hold something in any row."""
    return [at for at in range(len(_HEADS)) if any(row[at] for row in rows)]


def _md_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _md(text: str) -> str:
    flat = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|$~" else char for char in flat)
