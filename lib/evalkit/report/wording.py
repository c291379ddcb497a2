"""Rule-based Chinese sentences: counts first, then shortfalls, then what is unknown. Verdicts of a whole set are in `passing`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from evalkit.assessment.counts import STATUS_ORDER, count_by_indicator, group_by_indicator, indicator_status
from evalkit.report import kinds, look, marks, phrases
from evalkit.report.printed import Printed, beside

Row = Mapping[str, str]
_OPPOSITE = {">=": "<", "<=": ">", ">": "≤", "<": "≥", "==": "≠"}
_SIGN = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "=", "about": "≈", "between": "∈"}


def _title(row: Row) -> str:
    return f"{row['part_of']}（{row['name_zh']}）" if row.get("part_of") else row["name_zh"]


def row_title(row: Row) -> str:
    """Return an indicator's name, with the composite it is part of."""
    return _title(row)


def printed_value(row: Row) -> str:
    """Return the value of a row as printed: a number, or the source's words, or the reason why there is none."""
    value = row.get("value_text") or row.get("rounded_value") or row.get("value", "")
    if value:
        return value
    return look.reason(row["reason"]) if row.get("reason") else ""


def counts_phrase(counts: Mapping[str, int], *, coming: bool = False, attribute: str = "") -> str:
    """Return the counts of one attribute: 达标16项、未达标5项.

    已达到9项、尚未达到15项 for a milestone that is yet to come; 未触发4项 of veto items.
    """
    codes = [(marks.counted(code, coming, attribute), counts[code]) for code in STATUS_ORDER if counts.get(code)]
    return phrases.listing([f"{marks.short(code) or look.status(code).zh}{count}项" for code, count in codes])


def apart_phrase(rows: Iterable[Row], *, coming: bool = False) -> str:
    """Return the counts of basic conditions and veto items: 基本条件5项中满足3项、待佐证2项；否决项4项中未触发4项."""
    counts = count_by_indicator(kinds.apart(rows))
    parts = [
        f"{look.attribute(attribute)}{sum(by_status.values())}项中{counts_phrase(by_status, coming=coming, attribute=attribute)}"
        for attribute, by_status in counts.items()
    ]
    return "；".join(parts)


def _optional_phrase(rows: Iterable[Row], by_status: Mapping[str, int], groups: Mapping[str, str], coming: bool) -> str:
    """Return the counts of indicators of which some have to be chosen: 6组可选指标（共15项）中达标7项…，有达标指标的5组."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["attribute"] == "optional" and row["indicator"] in groups:
            found.setdefault(groups[row["indicator"]], set()).add(row["status"])
    total, said = sum(by_status.values()), counts_phrase(by_status, coming=coming)
    if not found:
        return f"{total}项{look.attribute('optional')}指标中{said}"
    held = sum("met" in statuses for statuses in found.values())
    reached = "已达到目标值" if coming else "达标"
    return f"{len(found)}组{look.attribute('optional')}指标（共{total}项）中{said}，有指标{reached}的{held}组"


def scope_sentence(
    period: str,
    region: str,
    set_name: str,
    rows: Iterable[Row],
    *,
    complete: bool = True,
    goal: str = "",
    groups: Mapping[str, str] | None = None,
) -> str:
    """Return the sentences that open a summary: what was assessed and the counts by attribute.

    Basic conditions and veto items are no indicators: they have a sentence of their own.

    Parameters
    ----------
    period, region, set_name : str
        Period name, region name and the name of the indicator set.
    rows : iterable of rows
        The rows of that region, period and set.
    complete : bool
        False when the set lacks rows: no totals are given, only what is in hand.
    goal : str
        Milestone of a plan whose targets stand in for thresholds.
    groups : mapping, optional
        Group (N选1) of each row that has one, by row id.
    """
    rows = list(rows)
    chosen, coming = kinds.indicators(rows), marks.ahead(period, goal)
    other = apart_phrase(rows, coming=coming)
    counts = count_by_indicator(chosen)
    total = sum(sum(by_status.values()) for by_status in counts.values())
    head = f"{phrases.period(period)}，{region}对照{phrases.in_title_marks(set_name)}"
    head += f"{phrases.period(goal)}目标" if goal else ""
    parts = []
    for attribute, by_status in counts.items():
        if attribute == "optional":
            parts.append(_optional_phrase(chosen, by_status, groups or {}, coming))
            continue
        name = "未注明属性" if attribute == "unspecified" else look.attribute(attribute)
        parts.append(f"{sum(by_status.values())}项{name}指标中{counts_phrase(by_status, coming=coming)}")
    if not total and other:
        return f"{head}：{other}。" if complete else f"{head}，所列条目是否齐全尚未核对：{other}。"
    if not total:
        return f"{head}没有可评估的指标。"
    more = f"{other}。" if other else ""
    if complete:
        return f"{head}评估{total}项指标：{'；'.join(parts)}。{more}"
    return f"{head}，所列指标是否齐全尚未核对，不作总体统计；所列{total}项指标中，{'；'.join(parts)}。{more}"


def single_sentence(row: Row, trace: Mapping[str, Any], region: str, value: str) -> str:
    """Return the sentence that opens the summary of a set with one indicator: 2024年2月，兴山县优良天数比例96.3%（有效监测27天）.

    Parameters
    ----------
    row, trace : mapping
        The one row and its trace.
    region : str
        Region name.
    value : str
        The value as printed.
    """
    head = f"{phrases.period(row['period'])}，{region}{_title(row)}"
    if not value:
        why = look.reason(row["reason"]) if row["reason"] else "无数值"
        return f"{head}：{why}。"
    days = _valid_days(trace)
    text = f"{head}{phrases.with_unit(value, row['unit'])}" + (f"（有效监测{days}天）" if days else "")
    code = marks.code_of(row, trace)
    if code == "no_target":
        return f"{text}。该项没有{aim(row)}，不作达标判定。"
    return f"{text}，{aim(row)}为“{row['target_text']}”，{look.status(code).zh}。"


def _valid_days(trace: Mapping[str, Any]) -> str:
    """Return on how many days a share of days rests, where the inputs say it."""
    days = {str(item.get("variable")): phrases.number(str(item.get("value", ""))) for item in trace.get("inputs", [])
            if item.get("at") == "current" and item.get("unit") == "天"}  # fmt: skip
    classes = [count for name, count in days.items() if ".class_days_" in name]
    if days.get("air.days_valid") is not None:
        return phrases.plain(days["air.days_valid"] or Fraction(0), 1)
    if classes and all(count is not None for count in classes):
        return phrases.plain(sum((count for count in classes if count is not None), Fraction(0)), 1)
    return ""


def aim(row: Row) -> str:
    """Return what a row is compared with is called: 指标值, 目标值 of a milestone, 要求 of a basic condition or veto item."""
    return "目标值" if row.get("milestone") else "要求" if kinds.is_apart(row["attribute"]) else "指标值"


def plan_sentences(plan_name: str, rows: Sequence[Row]) -> list[str]:
    """Return one sentence for each milestone of a plan: how many planned values the current value already reaches."""
    sentences = []
    rows = kinds.indicators(rows)
    for milestone in sorted({row["milestone"] for row in rows if row.get("milestone")}):
        total: dict[str, int] = {}
        for by_status in count_by_indicator(row for row in rows if row.get("milestone") == milestone).values():
            for status, count in by_status.items():
                total[status] = total.get(status, 0) + count
        said = counts_phrase(total, coming=marks.ahead(rows[0]["period"], milestone))
        sentences.append(f"对照{phrases.in_title_marks(plan_name)}{phrases.period(milestone)}目标，{sum(total.values())}项指标中{said}。")
    return sentences


def shortfall_sentence(row: Row, current: str = "", previous: str = "") -> str:
    """Return what is short for a row that is not met: value, threshold, distance, and the change against last year.

    Parameters
    ----------
    row : mapping
    current, previous : str
        The value and last year's as printed; default those of the row.
    """
    current = current or row.get("rounded_value", "")
    if kinds.is_apart(row["attribute"]) and phrases.number(row.get("value", "")) is None:
        if row["attribute"] == "veto":
            return f"{_title(row)}：{look.status(marks.code_of(row)).zh}（要求“{row['target_text']}”）。"
        return f"{_title(row)}：{look.status(marks.code_of(row)).zh}“{row['target_text']}”的要求。"
    value = phrases.with_unit(row.get("value_text") or current or printed_value(row), row["unit"])
    text = f"{_title(row)}为{value}" if value else _title(row)
    gap, target = phrases.number(row.get("gap", "")), phrases.number(row.get("target_value", ""))
    exact = phrases.number(row.get("value", ""))
    differs = "definition_differs" in row.get("note", "").split(";")
    if differs:
        text += f"（{look.note('definition_differs')}）"
    if not differs and gap is not None and gap < 0 and target is not None and exact is not None and exact != target:
        digits = max(phrases.decimals(row.get("rounded_value", "")), phrases.decimals(row["target_value"]))
        while digits < 6 and phrases.number(phrases.fixed(abs(gap), digits)) == 0:
            digits += 1
        side = "低于" if exact < target else "高于"
        text += f"，{side}{aim(row)}（{row['target_text']}）{phrases.difference(gap, row['unit'], digits)}"
    else:
        text += f"，{aim(row)}为“{row['target_text']}”"
    if differs or row.get("value_text"):
        return f"{text}。"
    previous = previous or row.get("previous_value", "")
    moved = phrases.change(previous, current, row["unit"])
    if moved:
        against = phrases.with_unit(previous, row["unit"])
        text += f"；与上年（{against}）{moved}" if moved == "持平" else f"；比上年（{against}）{moved}"
    return f"{text}。"


def unknown_sentence(row: Row, current: str = "", trace: Mapping[str, Any] | None = None) -> str:
    """Return why a row is pending or has no data: `current` is its value as printed, its trace says what it lacks."""
    value = phrases.with_unit(row.get("value_text") or current or row.get("rounded_value", ""), row["unit"])
    why = look.reason(row["reason"]) if row.get("reason") else "原因未注明"
    code = marks.code_of(row, trace)
    why = look.status(code).zh if code in look.MARKS else why
    shown = f"为{value}" if value else ""
    return f"{_title(row)}{shown}，{aim(row)}为“{row['target_text']}”：{why}。"


def indicators_with(rows: Iterable[Row], status: str) -> list[list[Row]]:
    """Return the official indicators of that status, each with the rows that make it so."""
    found = []
    for parts in group_by_indicator(rows).values():
        if indicator_status(part["status"] for part in parts) == status:
            found.append([part for part in parts if part["status"] == status] or list(parts))
    return found


def indicator_label(row: Row) -> str:
    """Return attribute and number of an indicator: 约束性指标4; 基本条件1, 否决项2."""
    if not row.get("seq"):
        return row["name_zh"]
    attribute = "" if row["attribute"] == "unspecified" else look.attribute(row["attribute"])
    return f"{attribute}{'' if kinds.is_apart(row['attribute']) else '指标'}{_number(row['attribute'], row['seq'])}"


def block_label(attribute: str, seq: str) -> str:
    """Return attribute and number as they head a calculation: 约束性 4, 基本条件 1."""
    return f"{'指标' if attribute == 'unspecified' else look.attribute(attribute)} {_number(attribute, seq)}"


def _number(attribute: str, seq: str) -> str:
    """Return an official number; 基 and 否 before it say nothing beside the attribute."""
    return re.sub(r"^[^0-9]+(?=[0-9])", "", seq) if kinds.is_apart(attribute) else seq


def check_phrase(check: Mapping[str, Any], digits: int, unit: str, names: Mapping[str, str], own: str, printed: str = "") -> str:
    """Return one comparison in words: 96.3% ≥ 90%, or 上级任务未掌握 when it could not be made.

    Parameters
    ----------
    check : mapping
        A check of the trace.
    digits, unit
        How values of the indicator are printed.
    names : mapping
        Names of measures by id.
    own : str
        Measure of the trace: a check of another measure is prefixed with its name.
    printed : str
        The right side as printed elsewhere; default as it is.
    """
    op, result = str(check.get("op", "")), str(check.get("result", ""))
    other = str(check.get("measure", "") or own)
    prefix = names.get(other, "") if other != own else ""
    if result == "unknown":
        why = look.reason(str(check.get("reason", ""))) or "无法判定"
        whose = _whose(check)
        if whose and op != "qualitative" and not check.get("left"):  # the value is what is absent, not what it is compared with
            return f"{prefix}缺现状值" + (f"（{why}）" if check.get("reason") != "not_collected" else "")
        return f"{prefix}{whose}：{why}" if whose and not why.startswith(whose) else f"{prefix}{why}"
    left, right = str(check.get("left", "")), str(check.get("right", ""))
    if op == "qualitative":
        return f"{prefix}{'符合' if result == 'true' else '不符合'}“{right}”" if right else f"{prefix}人工判定"
    sign = _SIGN.get(op, op) if result == "true" else _OPPOSITE.get(op, f"不满足{_SIGN.get(op, op)}")
    places = digits if other == own else min(digits, phrases.decimals(left))
    limit = printed or (right if phrases.decimals(right) <= 4 else phrases.beside(right, "", digits))
    shown, limit = beside(left, limit, right, sign, places)
    return f"{prefix}{phrases.with_unit(shown, unit)} {sign} {_whose(check, names)}{phrases.with_unit(limit, unit)}".strip()


def _whose(check: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    against, when = str(check.get("against", "")), str(check.get("against_period", ""))
    if against in {"target", ""}:
        return ""
    if against == "measure":
        return "对照指标"
    words = {"previous": "上年", "base": "基准年", "assigned": "上级任务"}.get(against)
    words = words or phrases.period(when if against == "period" else against)
    return f"{words}（{phrases.period(when)}）" if when and against in {"previous", "base"} else words


def verdict_phrase(trace: Mapping[str, Any], names: Mapping[str, str], row: Row | None = None, printed: Printed | None = None) -> str:
    """Return the 判定 line of a calculation: the comparisons, then the status and its reason.

    Parameters
    ----------
    trace : mapping
    names : mapping
        Names of measures by id.
    row : mapping, optional
        Row of the results, for its unit and what is printed for its status.
    printed : Printed, optional
        How earlier values are printed.
    """
    settled = trace.get("adopted")
    digits = phrases.decimals(str(settled["value"])) if settled else int(trace.get("digits") or 0)
    # A score accepted in place of a share is compared as a number, never shown as a percentage.
    differs = "definition_differs" in trace.get("notes", [])
    unit = "" if differs else phrases.unit(row["unit"] if row else "") or phrases.unit(str(trace.get("unit", "")))
    own = str(trace.get("measure", ""))
    checks = [
        check_phrase(check, digits, unit, names, own, printed.against(row, check) if printed and row else "")
        for check in trace.get("checks", [])
    ]
    parts = list(dict.fromkeys(text for text in checks if text))
    status = look.status(marks.code_of(row, trace) if row else str(trace.get("status", ""))).zh
    reason = look.reason(str(trace.get("reason", "")))
    if reason and not any(reason in part for part in parts):
        status = f"{status}（{reason}）"
    decision = trace.get("decision")
    if decision:
        parts = [part for part in parts if "人工判定" not in part and not part.startswith(("符合“", "不符合“"))]
        verdict = marks.counted(str(decision.get("verdict", "")), False, row["attribute"] if row else "")
        parts.append(f"人工判定“{look.status(verdict).zh}”（{decision.get('id', '')}）")
    return f"{'；'.join(parts)}，{status}。" if parts else f"{status}。"
