"""Rule-based sentences in the language of the document: counts first, then shortfalls, then what is unknown. Verdicts: `passing`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from evalkit.assessment.counts import STATUS_ORDER, count_by_indicator, group_by_indicator, indicator_status
from evalkit.messages.speech import english, say, term
from evalkit.report import kinds, look, marks, phrases
from evalkit.report.printed import Printed, beside

Row = Mapping[str, str]
_OPPOSITE = {">=": "<", "<=": ">", ">": "≤", "<": "≥", "==": "≠"}
_SIGN = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "=", "about": "≈", "between": "∈"}


def row_name(row: Row) -> str:
    """Return the name of a row in the language of the document."""
    return (row.get("name_en") or term(row["name_zh"])) if english() else row["name_zh"]


def row_title(row: Row) -> str:
    """Return an indicator's name, with the composite it is part of."""
    return f"{term(row['part_of'])}{phrases.brackets(row_name(row))}" if row.get("part_of") else row_name(row)


def target_text(row: Row) -> str:
    """Return the target of a row as printed, in English where its wording is known."""
    return term(row["target_text"])


def printed_value(row: Row) -> str:
    """Return the value of a row as printed: a number, or the source's words, or the reason why there is none."""
    value = row.get("value_text") or row.get("rounded_value") or row.get("value", "")
    if value:
        return term(value)
    return look.reason(row["reason"]) if row.get("reason") else ""


def counts_phrase(counts: Mapping[str, int], *, coming: bool = False, attribute: str = "") -> str:
    """Return the counts of one attribute: 达标16项、未达标5项.

    已达到9项、尚未达到15项 for a milestone that is yet to come; 未触发4项 of veto items.
    """
    codes = [(marks.counted(code, coming, attribute), counts[code]) for code in STATUS_ORDER if counts.get(code)]
    return phrases.listing([_counted(code, count) for code, count in codes])


def _counted(code: str, count: int) -> str:
    if code == "no_target":
        return say("wording.counted_free", count=count)
    return say("wording.counted", word=marks.short(code) or look.status(code).word, count=count)


def apart_phrase(rows: Iterable[Row], *, coming: bool = False) -> str:
    """Return the counts of basic conditions and veto items: 基本条件5项中满足3项、待佐证2项；否决项4项中未触发4项."""
    counts = count_by_indicator(kinds.apart(rows))
    return phrases.clauses(
        say(
            f"wording.part_{attribute}",
            total=sum(by_status.values()),
            said=counts_phrase(by_status, coming=coming, attribute=attribute),
        )
        for attribute, by_status in counts.items()
    )


def _optional_phrase(rows: Iterable[Row], by_status: Mapping[str, int], groups: Mapping[str, str], coming: bool) -> str:
    """Return the counts of indicators of which some have to be chosen: 6组可选指标（共15项）中达标7项…，有达标指标的5组."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["attribute"] == "optional" and row["indicator"] in groups:
            found.setdefault(groups[row["indicator"]], set()).add(row["status"])
    total, said = sum(by_status.values()), counts_phrase(by_status, coming=coming)
    if not found:
        return say("wording.part", total=total, attribute=look.attribute("optional"), said=said)
    held = sum("met" in statuses for statuses in found.values())
    reached = say("wording.reached_goal" if coming else "wording.reached")
    return say("wording.part_optional", groups=len(found), total=total, said=said, reached=reached, held=held)


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
    coming = marks.ahead(period, goal)
    other = apart_phrase(rows, coming=coming)
    total, parts = _by_attribute(kinds.indicators(rows), groups or {}, coming)
    values = {"period": phrases.period(period), "region": region, "against": against(set_name, goal)}
    if not total and other:
        return say("wording.scope_apart" if complete else "wording.scope_apart_open", **values, parts=other)
    if not total:
        return say("wording.scope_none", **values)
    sentence = say("wording.scope" if complete else "wording.scope_open", **values, total=total, parts=parts)
    return phrases.run_on([sentence, say("wording.more", parts=other) if other else ""])


def against(set_name: str, goal: str = "") -> str:
    """Return what something is compared with: 《…指标》, of a plan 《…规划》2025年目标."""
    named = phrases.in_title_marks(set_name)
    return say("wording.against", set=named, goal=phrases.period(goal)) if goal else named


def all_counts(period: str, rows: Iterable[Row], *, goal: str = "", groups: Mapping[str, str] | None = None) -> str:
    """Return the counts alone, for a list of periods or regions: 20项约束性指标中…；基本条件2项中…; empty without rows."""
    rows = list(rows)
    coming = marks.ahead(period, goal)
    total, parts = _by_attribute(kinds.indicators(rows), groups or {}, coming)
    return phrases.clauses(text for text in (parts if total else "", apart_phrase(rows, coming=coming)) if text)


def _by_attribute(chosen: Sequence[Row], groups: Mapping[str, str], coming: bool) -> tuple[int, str]:
    """Return how many indicators there are, and the counts by attribute."""
    counts = count_by_indicator(chosen)
    parts = []
    for attribute, by_status in counts.items():
        if attribute == "optional":
            parts.append(_optional_phrase(chosen, by_status, groups, coming))
            continue
        some, said = sum(by_status.values()), counts_phrase(by_status, coming=coming)
        if attribute == "unspecified":
            parts.append(say("wording.part_unspecified", total=some, said=said))
        else:
            parts.append(say("wording.part", total=some, attribute=look.attribute(attribute), said=said))
    return sum(sum(by_status.values()) for by_status in counts.values()), phrases.clauses(parts)


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
    said = {"period": phrases.period(row["period"]), "region": region, "title": row_title(row)}
    if not value:
        return say("wording.single_missing", **said, why=look.reason(row["reason"]) if row["reason"] else say("wording.no_value"))
    days = _valid_days(trace)
    shown = phrases.with_unit(value, row["unit"]) + (phrases.brackets(say("wording.valid_days", days=days)) if days else "")
    code = marks.code_of(row, trace)
    if code == "no_target":
        return say("wording.single_free", **said, value=shown, aim=aim(row))
    return say("wording.single", **said, value=shown, aim=aim(row), target=target_text(row), status=look.status(code).word)


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
    """Return what a row is compared with is called: 指标值, 目标值 of a plan, 要求 of a basic condition or veto item."""
    planned = row.get("milestone") or row.get("basis") == "plan"
    return say("wording.aim_goal" if planned else "wording.aim_apart" if kinds.is_apart(row["attribute"]) else "wording.aim")


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
        plan, goal = phrases.in_title_marks(plan_name), phrases.period(milestone)
        sentences.append(say("wording.plan", plan=plan, goal=goal, total=sum(total.values()), said=said))
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
    title, target = row_title(row), target_text(row)
    if kinds.is_apart(row["attribute"]) and phrases.number(row.get("value", "")) is None:
        key = "wording.short_veto" if row["attribute"] == "veto" else "wording.short_condition"
        return say(key, title=title, status=look.status(marks.code_of(row)).word, target=target)
    value = phrases.foreign(phrases.with_unit(row.get("value_text") or current or printed_value(row), row["unit"]))
    text = say("wording.is", title=title, value=value) if value else title
    gap, limit = phrases.number(row.get("gap", "")), phrases.number(row.get("target_value", ""))
    exact = phrases.number(row.get("value", ""))
    differs = "definition_differs" in row.get("note", "").split(";")
    if differs:
        text += phrases.brackets(look.note("definition_differs"))
    if not differs and gap is not None and gap < 0 and limit is not None and exact is not None and exact != limit:
        digits = max(phrases.decimals(row.get("rounded_value", "")), phrases.decimals(row["target_value"]))
        while digits < 6 and phrases.number(phrases.fixed(abs(gap), digits)) == 0:
            digits += 1
        key = "wording.below" if exact < limit else "wording.above"
        text += say(key, aim=aim(row), target=phrases.foreign(target), size=phrases.difference(gap, row["unit"], digits))
    else:
        text += say("wording.aimed", aim=aim(row), target=target)
    if differs or row.get("value_text"):
        return phrases.stopped(text)
    previous = previous or row.get("previous_value", "")
    moved = phrases.change(previous, current, row["unit"])
    if moved:
        key = "wording.unchanged" if phrases.number(previous) == phrases.number(current) else "wording.moved"
        text += say(key, before=phrases.with_unit(previous, row["unit"]), moved=moved)
    return phrases.stopped(text)


def unknown_sentence(row: Row, current: str = "", trace: Mapping[str, Any] | None = None) -> str:
    """Return why a row is pending or has no data: `current` is its value as printed, its trace says what it lacks."""
    value = phrases.foreign(phrases.with_unit(row.get("value_text") or current or row.get("rounded_value", ""), row["unit"]))
    why = look.reason(row["reason"]) if row.get("reason") else say("wording.no_reason")
    code = marks.code_of(row, trace)
    why = look.status(code).word if code in look.MARKS else why
    title = say("wording.is", title=row_title(row), value=value) if value else row_title(row)
    return say("wording.unknown", title=title, aim=aim(row), target=target_text(row), why=why)


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
        return row_name(row)
    number = _number(row["attribute"], row["seq"])
    if row["attribute"] == "unspecified":
        return phrases.beginning(say("wording.label_plain", number=number))
    key = "wording.label_apart" if kinds.is_apart(row["attribute"]) else "wording.label"
    return phrases.beginning(say(key, attribute=look.attribute(row["attribute"]), number=number))


def block_label(attribute: str, seq: str) -> str:
    """Return attribute and number as they head a calculation: 约束性 4, 基本条件 1."""
    number = _number(attribute, seq)
    plain = attribute == "unspecified"
    return phrases.beginning(say("wording.block", number=number) if plain else f"{look.attribute(attribute)} {number}")


def _number(attribute: str, seq: str) -> str:
    """Return an official number; 基 and 否 before it say nothing beside the attribute."""
    return re.sub(r"^[^0-9]+(?=[0-9])", "", seq) if kinds.is_apart(attribute) else seq


def plain_number(seq: str) -> str:
    """Return the number of a basic condition or veto item in a table of its own: in English without the Chinese letter before it."""
    return re.sub(r"^[^0-9A-Za-z]+(?=[0-9])", "", seq) if english() else seq


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
    prefix = f"{prefix}: " if prefix and english() else prefix
    if result == "unknown":
        why = look.reason(str(check.get("reason", ""))) or say("wording.unjudged")
        whose = _whose(check)
        if whose and op != "qualitative" and not check.get("left"):  # the value is what is absent, not what it is compared with
            return f"{prefix}{say('wording.no_current')}{phrases.brackets(why) if check.get('reason') != 'not_collected' else ''}"
        return f"{prefix}{phrases.labelled(whose, why)}" if whose and not why.startswith(whose) else f"{prefix}{why}"
    left, right = str(check.get("left", "")), str(check.get("right", ""))
    if op == "qualitative":
        fits = say("wording.fits" if result == "true" else "wording.fits_not", target=term(right))
        return f"{prefix}{fits}" if right else f"{prefix}{say('wording.by_person')}"
    sign = _SIGN.get(op, op) if result == "true" else _OPPOSITE.get(op) or say("wording.sign_not", sign=_SIGN.get(op, op))
    places = digits if other == own else min(digits, phrases.decimals(left))
    limit = printed or (right if phrases.decimals(right) <= 4 else phrases.beside(right, "", digits))
    shown, limit = beside(left, limit, right, sign, places)
    shown, limit, whose = phrases.with_unit(shown, unit), phrases.with_unit(limit, unit), _whose(check, names)
    said = say("wording.check", value=shown, sign=sign, whose=whose, limit=limit) if whose else f"{shown} {sign} {limit}"
    return f"{prefix}{said}".strip()


def _whose(check: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    against, when = str(check.get("against", "")), str(check.get("against_period", ""))
    if against in {"target", ""}:
        return ""
    if against == "measure":
        return say("wording.measure")
    words = (
        say(f"wording.{against}")
        if against in {"previous", "base", "assigned"}
        else phrases.period(when if against == "period" else against)
    )
    if not when or against not in {"previous", "base"}:
        return words
    return f"{words} {phrases.period(when)}" if english() else f"{words}{phrases.brackets(phrases.period(when))}"


def _of_persons(check: Mapping[str, Any], own: str, names: Mapping[str, str]) -> bool:
    """Whether a check says no more than the decision behind it: one on words, or one that waits for a person."""
    if str(check.get("result", "")) == "unknown":
        return check.get("reason") == "awaiting_evidence"
    other = str(check.get("measure", "") or own)
    named = other != own and bool(names.get(other))
    return check.get("op") == "qualitative" and not (named and check.get("right"))


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
    made = [
        (check_phrase(check, digits, unit, names, own, printed.against(row, check) if printed and row else ""), check)
        for check in trace.get("checks", [])
    ]
    status = look.status(marks.code_of(row, trace) if row else str(trace.get("status", ""))).word
    reason = look.reason(str(trace.get("reason", "")))
    if reason and not any(reason in text for text, _ in made):
        status += phrases.brackets(reason)
    decision = trace.get("decision")
    parts = list(dict.fromkeys(text for text, check in made if text and not (decision and _of_persons(check, own, names))))
    if decision:
        verdict = marks.counted(str(decision.get("verdict", "")), False, row["attribute"] if row else "")
        parts.append(say("wording.decided", status=look.status(verdict).word, id=decision.get("id", "")))
    checks = phrases.clauses(parts)
    return say("wording.verdict", checks=checks, status=status) if checks else phrases.stopped(phrases.beginning(status))
