"""Counts of the audit workbook (达标统计): indicators by official number with live verdicts, and what the pass rule asks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from evalkit.assessment.counts import STATUS_ORDER, group_by_indicator, indicator_status
from evalkit.assessment.passing import Conclusion, conclude
from evalkit.catalog import Catalog
from evalkit.catalog.models import Run
from evalkit.report import look
from evalkit.report.audit_look import WRAP, Looks, height
from evalkit.report.audit_words import STATUS_WORDS, basis_name
from evalkit.review.audit_cells import TABLE, Audit, Entry

STATS = "达标统计"
KEY, KIND = "Q", "R"  # hidden columns of the indicator table: number of the indicator, and its status whatever it is called
_WORST_FIRST = ("not_met", "missing", "pending", "met", "no_target")
_COLUMNS = (("依据", 22.0), ("评估期", 9.0), ("属性", 9.0), ("序号", 6.0), ("指标", 44.0), ("部分数", 7.0), ("达标情况", 11.0),
            ("程序结果", 11.0), ("是否一致", 8.0))  # fmt: skip
_GROUP = len(_COLUMNS)  # hidden: number of the group; behind it one column for each requirement of a pass rule


@dataclass
class Group:
    """Indicators that are counted together: of one basis, period and attribute."""

    basis: str
    period: str
    attribute: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass
class Counted:
    """One indicator: its parts, its group (from 0), and the program's status."""

    parts: list[Entry]
    group: int
    status: str


@dataclass
class Asked:
    """What a pass rule asks in a period, and which indicators (from 0) each requirement counts."""

    name: str
    conclusion: Conclusion
    members: list[list[int]]


class Counts:
    """All that is counted in a workbook.

    Parameters
    ----------
    catalog : Catalog
    run : Run
    made : Audit
    """

    def __init__(self, catalog: Catalog, run: Run, made: Audit) -> None:
        self.indicators: list[Counted] = []
        self.number: dict[int, int] = {}  # of an entry: number of its indicator, from 0
        rows = [_row(index, entry) for index, entry in enumerate(made.entries)]
        found = [[made.entries[int(row["entry"])] for row in parts] for parts in group_by_indicator(rows).values()]
        keys = [(basis_name(catalog, run, parts[0].line), parts[0].period, parts[0].line.attribute) for parts in found]
        order = [list(dict.fromkeys(key[place] for key in keys)) for place in range(3)]
        ordered = sorted(set(keys), key=lambda key: [names.index(part) for names, part in zip(order, key, strict=True)])
        self.groups = [Group(*key) for key in ordered]
        known = {key: number for number, key in enumerate(ordered)}
        for number, parts in enumerate(group_by_indicator(rows).values()):
            entries, key = found[number], keys[number]
            status = indicator_status(part["status"] for part in parts)
            counts = self.groups[known[key]].counts
            counts[status] = counts.get(status, 0) + 1
            self.indicators.append(Counted(entries, known[key], status))
            self.number |= {int(part["entry"]): number for part in parts}
        self.asked = list(self._asked(catalog, run, rows))

    def _asked(self, catalog: Catalog, run: Run, rows: Sequence[Mapping[str, str]]) -> Sequence[Asked]:
        found = []
        for set_id in run.sets:
            rule = catalog.sets[set_id].pass_rule
            if rule is None:
                continue
            for period in run.periods:
                own = [row for row in rows if row["basis"] == "set" and row["set"] == set_id and row["period"] == period]
                conclusion = conclude(catalog.sets[set_id], own, "", period)
                members = []
                for requirement in rule.requirements:
                    # each row alone: whether the requirement counts it
                    one = catalog.sets[set_id].model_copy(update={"pass_rule": rule.model_copy(update={"requirements": [requirement]})})
                    meant = [row for row in own if conclude(one, [row]).requirements[0].counts]
                    members.append(sorted({self.number[int(row["entry"])] for row in meant}))
                found.append(Asked(catalog.sets[set_id].name_zh, conclusion, members))
        return found

    # --- the sheet

    def write(self, looks: Looks, sheet: Any) -> None:
        """Write one line for each indicator: the status that follows from the live verdicts of its parts."""
        looks.heads(sheet, 0, _COLUMNS)
        last = len(self.number) + 1
        key, kind = (f"{TABLE}!${column}$2:${column}${last}" for column in (KEY, KIND))
        widths = [width for _, width in _COLUMNS]
        for row, found in enumerate(self.indicators, start=1):
            group, line = self.groups[found.group], found.parts[0].line
            name = line.part_of or line.name_zh
            texts = [group.basis, group.period, look.attribute(line.attribute), line.seq, name]
            for column, text in enumerate(texts):
                looks.text(sheet, row, column, text)
            sheet.write_number(row, 5, len(found.parts), looks.style(border=1, border_color="#BFBFBF", align="center"))
            formula = f'"{STATUS_WORDS["not_applicable"]}"'
            for status in reversed(_WORST_FIRST):
                formula = f'IF(COUNTIFS({key},{row},{kind},"{STATUS_WORDS[status]}")>0,"{STATUS_WORDS[status]}",{formula})'
            word = STATUS_WORDS[found.status]
            looks.formula(sheet, row, 6, formula, word, bold=True, align="center")
            looks.text(sheet, row, 7, word, align="center")
            looks.formula(sheet, row, 8, f'IF(G{row + 1}=H{row + 1},"一致","不一致")', "一致", align="center")
            sheet.write_number(row, _GROUP, found.group + 1)
            sheet.set_row(row, height([*texts, "", "", "", ""], widths))
        for column, members in enumerate((members for asked in self.asked for members in asked.members), start=_GROUP + 1):
            for number in members:
                sheet.write_number(number + 1, column, 1)
        sheet.set_column(_GROUP, _GROUP + 1 + sum(len(asked.members) for asked in self.asked), 6, None, {"hidden": True})
        bottom = max(len(self.indicators), 1)
        looks.verdict_colours(sheet, f"G2:H{bottom + 1}")
        looks.odd_colours(sheet, f"I2:I{bottom + 1}")
        looks.page(sheet, STATS, (bottom, len(_COLUMNS) - 1), head=1, landscape=False)

    def _column(self, index: int) -> str:
        from xlsxwriter.utility import xl_col_to_name

        name = xl_col_to_name(index, True)
        return f"{STATS}!{name}$2:{name}${len(self.indicators) + 1}"

    # --- on the cover

    def summary(self, looks: Looks, sheet: Any, row: int) -> int:
        """Write how many indicators of each group have which status, live; return the line behind."""
        heads = [
            *[""] * 2,
            "评估期",
            "属性",
            "项数",
            "达标\n已达到",
            "未达标\n尚未达到",
            *(STATUS_WORDS[code] for code in STATUS_ORDER[2:]),
        ]
        for column, text in enumerate(heads):
            looks.text(sheet, row, column, text, bold=True, align="center", bg_color="#DCE6F1")
        looks.merged(sheet, row, 0, 1, "依据", border=1, border_color="#BFBFBF", bold=True, align="center", bg_color="#DCE6F1")
        sheet.set_row(row, 30)
        group, status = self._column(_GROUP), self._column(6)
        for number, found in enumerate(self.groups, start=1):
            row += 1
            looks.merged(sheet, row, 0, 1, found.basis, border=1, border_color="#BFBFBF", **WRAP)
            looks.text(sheet, row, 2, found.period, align="center")
            looks.text(sheet, row, 3, look.attribute(found.attribute), align="center")
            looks.formula(sheet, row, 4, f"COUNTIF({group},{number})", Fraction(sum(found.counts.values())), align="center")
            for column, code in enumerate(STATUS_ORDER, start=5):
                formula = f'COUNTIFS({group},{number},{status},"{STATUS_WORDS[code]}")'
                looks.formula(sheet, row, column, formula, Fraction(found.counts.get(code, 0)), align="center")
            sheet.set_row(row, height([found.basis], [36]))
        return row + 1

    def requirements(self, looks: Looks, sheet: Any, row: int) -> int:
        """Write what the pass rule asks, with live counts; return the line behind."""
        column = _GROUP
        status = self._column(6)
        for asked in self.asked:
            bold = {"bold": True, "bg_color": "#DCE6F1", "border": 1, "border_color": "#BFBFBF", **WRAP}
            looks.merged(sheet, row, 0, 3, f"{asked.name}，{asked.conclusion.period}", **bold)
            for at, text in enumerate(["适用", "达标", "未达标", "其他", "须达标", "满足情况", "程序结果"], start=4):
                looks.text(sheet, row, at, text, align="center", bold=True, bg_color="#DCE6F1")
            sheet.set_row(row, height([f"{asked.name}，{asked.conclusion.period}"], [52]))
            for held in asked.conclusion.requirements:
                row, column = row + 1, column + 1
                members, line = self._column(column), row + 1
                looks.merged(sheet, row, 0, 3, held.requirement.text, border=1, border_color="#BFBFBF", **WRAP)
                counted = {code: f'COUNTIFS({members},1,{status},"{STATUS_WORDS[code]}")' for code in STATUS_ORDER}
                met, failed = held.counts.get("met", 0), held.counts.get("not_met", 0)
                needed = f"E{line}"
                if held.requirement.count is not None:
                    needed = str(held.requirement.count)
                elif held.requirement.share is not None:
                    needed = f"ROUNDUP(ROUND(E{line}*{held.requirement.share}/100,9),0)"
                outcomes = {code: look.outcome(code) for code in ("holds", "unknown", "fails")}
                said = (
                    f'IF(F{line}>=I{line},"{outcomes["holds"]}",IF(E{line}-G{line}>=I{line},"{outcomes["unknown"]}","{outcomes["fails"]}"))'
                )
                for at, (formula, result) in enumerate(
                    [(f"COUNTIF({members},1)-{counted['not_applicable']}", held.indicators), (counted["met"], met),
                     (counted["not_met"], failed),
                     (f"E{line}-F{line}-G{line}", held.indicators - met - failed), (needed, held.needed)], start=4
                ):  # fmt: skip
                    looks.formula(sheet, row, at, formula, Fraction(result), align="center")
                looks.formula(sheet, row, 9, said, outcomes[held.outcome], align="center", bold=True)
                looks.text(sheet, row, 10, outcomes[held.outcome], align="center")
                sheet.set_row(row, height([held.requirement.text], [52]))
            row += 1
        return row


def _row(index: int, entry: Entry) -> dict[str, str]:
    line = entry.line
    return {
        "entry": str(index), "period": entry.period, "basis": line.basis, "set": line.source, "milestone": line.milestone,
        "attribute": line.attribute, "seq": line.seq, "indicator": line.indicator, "status": entry.status,
    }  # fmt: skip
