"""Target rules as cells: each comparison live, and their combination into the verdict, in three-valued logic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from evalkit.assessment.judge import Judge, holds
from evalkit.assessment.values import NOT_APPLICABLE, MeasureValue
from evalkit.catalog.rules import About, AboveMeasure, Assigned, Between, Compare, KOfN, NoTarget, Qualitative, Rule, Trend
from evalkit.formulas.spreadsheet import compare, half_even, tie_places
from evalkit.formulas.spreadsheet import number as excel_number
from evalkit.messages import word
from evalkit.review.audit_cells import UNSURE, Place
from evalkit.values import format_full, round_half_even

if TYPE_CHECKING:
    from evalkit.review.audit import Block

HOLDS, FAILS, OPEN = "符合", "不符合", "无法判断"
_WORDS = {True: HOLDS, False: FAILS, None: OPEN}
_SIGNS = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "==": "＝"}


@dataclass(frozen=True)
class Side:
    """What a value is compared with: a cell or number of the formula, and its exact value."""

    text: str
    exact: Fraction
    label: str


class Comparisons:
    """Writes the comparisons of one block."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.judge = Judge(block.scope, block.period, block.line.compare_rounded)

    def verdict(self, rule: Rule, status: str, reason: str) -> int:
        """Write all comparisons of a rule and the verdict; return its line."""
        block = self.block
        if status in ("not_applicable", "no_target"):
            return block.conclude("", status, reason)
        cell = self.rule(rule)
        if not cell:
            return block.conclude("", status, reason)
        words = {code: word("status", code, "zh") for code in ("met", "not_met", "missing")}
        # Where nothing can be said the program knows why (待佐证, 缺数据); with other data it is at least missing.
        unknown = word("status", status, "zh") if status in ("pending", "missing") else words["missing"]
        formula = f'IF({cell}="{HOLDS}","{words["met"]}",IF({cell}="{FAILS}","{words["not_met"]}","{unknown}"))'
        return block.conclude(formula, status, reason)

    def rule(self, rule: Rule) -> str:
        """Write the comparisons of a rule and return the cell that says whether it holds; empty where it asks for nothing."""
        block = self.block
        tested = rule.of or block.line.measure
        outcome = self.judge.judge(rule, block.line.measure)
        match rule:
            case KOfN():
                return self._several(rule)
            case NoTarget():
                return ""
            case Qualitative():
                decision = outcome.decision
                note = f"{decision.by}，{decision.date}，{decision.reason}，{decision.evidence}" if decision else ""
                return block.check(f"人工判定：{rule.text}", "", None, "", _WORDS[outcome.result], note)
        if outcome.skipped:
            return ""
        own = block.scope.measure(tested, block.period)
        if not isinstance(own.value, Fraction):
            return block.check(self._label(rule), "", None, "", _WORDS[outcome.result])
        place = self.place(own)
        match rule:
            case Compare(_, op, target):
                return self.compare(place, op, Side(excel_number(target), target, format_full(target)))
            case Between(_, low, high):
                ends = [(">=", low), ("<=", high)]
                return self._joined(
                    [self.compare(place, op, Side(excel_number(end), end, format_full(end))) for op, end in ends], 2, outcome.result
                )
            case About():
                return self._about(place, rule, outcome.result)
            case Assigned():
                item = block.scope.item(f"assigned.{tested}", block.period.name)
                if item is None or item.value is None or item.missing or item.bound:
                    return block.check(self._label(rule), "", None, "", OPEN)
                op = "<=" if own.measure.direction == "down" else ">="
                return self.compare(place, op, Side(block.task(tested, item), item.value, "上级下达的任务"))
            case Trend():
                when = block.scope.at(rule.than, block.period)
                other = block.scope.measure(tested, when) if when is not None else None
                up = own.measure.direction != "down"
                op = (">" if up else "<") if rule.strict else (">=" if up else "<=")
                shift = rule.band if up == rule.strict else -rule.band
                return self._earlier(
                    place, op, other, shift, outcome.result, {"previous": "上年值", "base": "基准年值"}.get(rule.than, f"{rule.than}年值")
                )
            case AboveMeasure(_, other_id):
                other = block.scope.measure(other_id, block.period)
                return self._earlier(place, ">", other, Fraction(0), outcome.result, other.measure.name_zh)
        raise ValueError(f"no cells for {type(rule).__name__}")

    def place(self, own: MeasureValue) -> Place:
        """Return where a value stands, writing it where the block does not have it yet."""
        return self.block.value(own, f"{own.measure.name_zh}（{own.period}）")

    def _several(self, rule: KOfN) -> str:
        """Write the parts and return the cell that says whether enough of them hold; those that ask for nothing are left out."""
        block = self.block
        kept: list[str] = []
        results: list[bool | None] = []
        for part in rule.of_rules:
            outcome = self.judge.judge(part, block.line.measure)
            if outcome.skipped or (outcome.result is None and outcome.reason in NOT_APPLICABLE):
                continue
            cell = self.rule(part)
            if cell:
                kept.append(cell)
                results.append(outcome.result)
        if not kept:
            return ""
        needed = min(rule.k, len(kept))
        if len(kept) == 1:
            return kept[0]
        return self._joined(kept, needed, self.judge.judge(rule, block.line.measure).result)

    def _joined(self, cells: list[str], needed: int, result: bool | None) -> str:
        held = "+".join(f'({cell}="{HOLDS}")' for cell in cells)
        open_ = "+".join(f'({cell}="{OPEN}")' for cell in cells)
        label = "以上各项同时符合" if needed == len(cells) else f"以上{len(cells)}项中至少{needed}项符合"
        formula = f'IF({held}>={needed},"{HOLDS}",IF({held}+{open_}<{needed},"{FAILS}","{OPEN}"))'
        return self.block.check(label, "", None, formula, _WORDS[result])

    def _earlier(self, place: Place, op: str, other: MeasureValue | None, shift: Fraction, result: bool | None, label: str) -> str:
        block = self.block
        same_year = other is not None and place.own.data_year and place.own.data_year == other.data_year
        if other is None or not isinstance(other.value, Fraction) or other.bound or same_year:
            note = "两列为同一年的数值" if same_year else ""
            return block.check(f"{_SIGNS[op]} {label}", "", None, "", _WORDS[result], note)
        there = self.place(other)
        text, exact = there.cell, other.value
        if block.line.compare_rounded:
            exact = round_half_even(exact, Fraction(1, 10**other.digits))
            text = half_even(there.cell, other.digits, other.value)
        if shift:
            text, exact = f"({text}+{excel_number(shift)})", exact + shift
            label += f"（允许变动 {format_full(abs(shift))}）"
        return self.compare(place, op, Side(text, exact, label))

    def compare(self, place: Place, op: str, side: Side) -> str:
        """Write one comparison; a constant where doubles cannot tell."""
        block, exact = self.block, place.exact
        assert exact is not None, "only numbers are compared"
        left = place.cell
        if block.line.compare_rounded:
            exact = round_half_even(exact, Fraction(1, 10**place.own.digits))
            left = half_even(place.cell, place.own.digits, exact)
        result = holds(exact, op, side.exact, place.own.bound)
        size = max(abs(exact), abs(side.exact))
        label = f"{_SIGNS[op]} {side.label}"
        if 0 < abs(exact - side.exact) < Fraction(10) ** -tie_places(size):
            block.unsure = True
            return block.check(label, left, side.exact, "", _WORDS[result], f"{UNSURE}（{exact}）")
        said = compare(left, op, side.text, size)
        yes, no = self._answers(op, place.own.bound)
        if place.own.bound and op == "==":  # beyond the number the answer is known, at it or before it not
            said, yes, no = compare(left, ">" if place.own.bound == "lower" else "<", side.text, size), FAILS, OPEN
        guard = ",".join([place.cell, *([side.text] if "!" in side.text or side.text.startswith("C") else [])])
        count = guard.count(",") + 1
        return block.check(label, left, side.exact, f'IF(COUNT({guard})<{count},"{OPEN}",IF({said},"{yes}","{no}"))', _WORDS[result])

    @staticmethod
    def _answers(op: str, bound: str) -> tuple[str, str]:
        """Return what is known where a comparison of the printed number holds and where not; a bound leaves one of them open."""
        if not bound:
            return HOLDS, FAILS
        upward = op in (">=", ">")
        return (HOLDS, OPEN) if upward == (bound == "lower") else (OPEN, FAILS)

    def _about(self, place: Place, rule: About, result: bool | None) -> str:
        block = self.block
        if rule.tolerance is not None:
            ends = [(">=", rule.value - rule.tolerance), ("<=", rule.value + rule.tolerance)]
            return self._joined([self.compare(place, op, Side(excel_number(end), end, format_full(end))) for op, end in ends], 2, result)
        exact = place.exact
        assert exact is not None, "only numbers are compared"
        near = f"{half_even(place.cell, rule.digits, exact)}={excel_number(rule.value)}"
        otherwise = _WORDS[result] if result is not True or block.outcome.decision else OPEN
        formula = "" if place.own.bound else f'IF(ISNUMBER({place.cell}),IF({near},"{HOLDS}","{otherwise}"),"{OPEN}")'
        return block.check(f"{format_full(rule.value)} 左右", place.cell, rule.value, formula, _WORDS[result])

    def _label(self, rule: Rule) -> str:
        match rule:
            case Compare(_, op, value):
                return f"{_SIGNS[op]} {format_full(value)}"
            case Between(_, low, high):
                return f"{format_full(low)}～{format_full(high)}"
            case About(_, value):
                return f"{format_full(value)} 左右"
            case Assigned():
                return "上级下达的任务"
            case Trend():
                return {"previous": "与上年值比较", "base": "与基准年值比较"}.get(rule.than, f"与{rule.than}年值比较")
        return "与另一指标比较"
