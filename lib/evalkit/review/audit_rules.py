"""Target rules as cells: each comparison live, and their combination into the verdict, in three-valued logic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from evalkit.assessment.judge import PENDING, Judge, Outcome, holds
from evalkit.assessment.sums_of_years import SumValue, has_ceiling
from evalkit.assessment.values import NOT_APPLICABLE, MeasureValue
from evalkit.catalog.rules import About, AboveMeasure, Assigned, Between, Compare, KOfN, NoTarget, Qualitative, Rule, Trend
from evalkit.formulas.spreadsheet import compare, half_even, near_threshold, near_tie, quoted
from evalkit.formulas.spreadsheet import number as excel_number
from evalkit.review.audit_cells import UNSURE, Place
from evalkit.review.audit_values import off_by
from evalkit.values import Missing, format_full, round_half_even

if TYPE_CHECKING:
    from evalkit.review.audit import Block

HOLDS, FAILS, OPEN = "符合", "不符合", "无法判断"
_WORDS = {True: HOLDS, False: FAILS, None: OPEN}
_SIGNS = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "==": "＝"}


@dataclass(frozen=True)
class Side:
    """What a value is compared with: a cell or number of the formula, its exact value (None where it is missing), the cell it rests on.

    `off` is how far from the exact value the cell may be.
    """

    text: str
    exact: Fraction | None
    label: str
    cell: str = ""
    off: Fraction = Fraction(0)


class Comparisons:
    """Writes the comparisons of one block."""

    def __init__(self, block: Block) -> None:
        self.block = block
        instead = {block.own.measure.id: block.own} if isinstance(block.own, SumValue) else {}
        self.judge = Judge(block.scope, block.period, block.line.compare_rounded, instead)
        self.lacks: dict[str, str] = {}  # of each comparison: what is true where it is open for want of data (缺数据, not 待佐证)

    def verdict(self, rule: Rule, status: str, reason: str) -> int:
        """Write all comparisons of a rule and the verdict; return its line."""
        block = self.block
        if status in ("not_applicable", "no_target"):
            return block.conclude("", status, reason)
        cell = self.rule(rule)
        if not cell:
            return block.conclude("", status, reason)
        met = block.said("met")
        if isinstance(block.own, SumValue) and block.period.name < block.line.until and has_ceiling(rule):
            met = block.said("pending")  # the years to come may still break an upper limit
        missing = quoted(block.said("missing"))
        unknown = f"IF({self.lacks.get(cell, 'FALSE')},{missing},{quoted(block.said('pending'))})"
        formula = f'IF({cell}="{HOLDS}",{quoted(met)},IF({cell}="{FAILS}",{quoted(block.said("not_met"))},{unknown}))'
        return block.conclude(f"IFERROR({formula},{missing})", status, reason)

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
                note = f"{decision.by}，{decision.date}：{decision.reason}" if decision else ""
                cell = block.check(f"人工判定：{rule.text}", "", _WORDS[outcome.result], note, decision.evidence if decision else "")
                return self._fixed(cell, outcome)
        if outcome.skipped:
            return ""
        own = self.judge.instead.get(tested) or block.scope.measure(tested, block.period)
        place = self.place(own)
        match rule:
            case Compare(_, op, target):
                return self.compare(place, op, self._number(target))
            case Between(_, low, high):
                return self._joined(
                    [self.compare(place, op, self._number(end)) for op, end in ((">=", low), ("<=", high))], 2, outcome.result
                )
            case About():
                return self._about(place, rule, outcome.result)
            case Assigned():
                item = block.scope.item(f"assigned.{tested}", block.period.name)
                if item is None or item.value is None or item.missing or item.bound:
                    return self._open(block.check("上级下达的任务", "", OPEN), place)
                op = "<=" if own.measure.direction == "down" else ">="
                task = block.task(tested, item)
                return self.compare(place, op, Side(task, item.value, "上级下达的任务", task))
            case Trend():
                when = block.scope.at(rule.than, block.period)
                other = block.scope.measure(tested, when) if when is not None else None
                up = own.measure.direction != "down"
                op = (">" if up else "<") if rule.strict else (">=" if up else "<=")
                shift = rule.band if up == rule.strict else -rule.band
                return self._earlier(
                    place, op, other, shift, outcome, {"previous": "上年值", "base": "基准年值"}.get(rule.than, f"{rule.than}年值")
                )
            case AboveMeasure(_, other_id):
                other = block.scope.measure(other_id, block.period)
                return self._earlier(place, ">", other, Fraction(0), outcome, other.measure.name_zh)
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
        cell = self.block.check(label, formula, _WORDS[result])
        lacks = [self.lacks[part] for part in cells if part in self.lacks]
        if lacks:
            self.lacks[cell] = f'AND({cell}="{OPEN}",OR({",".join(lacks)}))'
        return cell

    def _fixed(self, cell: str, outcome: Outcome, place: Place | None = None) -> str:
        """Note why a comparison that is no formula is open."""
        if outcome.result is None and outcome.reason not in PENDING:
            self.lacks[cell] = "TRUE"
        return self._open(cell, place) if place is not None and cell not in self.lacks else cell

    def _open(self, cell: str, place: Place, numbers: Sequence[str] = ()) -> str:
        """Note that a comparison lacks data where the value, or one of the numbers, is none; a value that is awaited is not lacking."""
        if not (isinstance(place.own.value, Missing) and place.own.value.reason in PENDING):
            wanted = numbers or (place.cell,)
            self.lacks[cell] = f"COUNT({','.join(wanted)})<{len(wanted)}"
        return cell

    def _earlier(self, place: Place, op: str, other: MeasureValue | None, shift: Fraction, outcome: Outcome, label: str) -> str:
        block = self.block
        same_year = other is not None and place.own.data_year and place.own.data_year == other.data_year
        if other is None or other.bound or same_year:
            note = "两列为同一年的数值" if same_year else "另一数值只有上限或下限" if other is not None else "没有可比的年份"
            return self._fixed(block.check(f"{_SIGNS[op]} {label}", "", _WORDS[outcome.result], note), outcome, place)
        there = self.place(other)
        text, exact = there.cell, there.exact
        doubt = block.line.compare_rounded and exact is not None and near_tie(exact, other.digits, off_by(other))
        if block.line.compare_rounded:
            text = half_even(there.cell, other.digits, exact or Fraction(0))
            exact = round_half_even(exact, Fraction(1, 10**other.digits)) if exact is not None else None
        if shift:
            text, exact = f"({text}+{excel_number(shift)})", exact + shift if exact is not None else None
            label += f"（允许变动 {format_full(abs(shift))}）"
        off = Fraction(0) if block.line.compare_rounded else off_by(other)
        return self.compare(place, op, Side(text, exact, label, there.cell, off), doubt)

    @staticmethod
    def _number(target: Fraction) -> Side:
        return Side(excel_number(target), target, format_full(target))

    def compare(self, place: Place, op: str, side: Side, doubt: bool = False) -> str:
        """Write one comparison; a constant where doubles cannot tell. A missing side leaves the answer open until it has a number."""
        block, exact, off = self.block, place.exact, off_by(place.own)
        left = place.cell
        if block.line.compare_rounded:
            doubt |= exact is not None and near_tie(exact, place.own.digits, off)
            off = Fraction(0)
            left = half_even(place.cell, place.own.digits, exact or Fraction(0))
            exact = round_half_even(exact, Fraction(1, 10**place.own.digits)) if exact is not None else None
        label = f"{_SIGNS[op]} {side.label}"
        result, size = None, max(abs(number or Fraction(1)) for number in (exact, side.exact))
        if exact is not None and side.exact is not None:
            result, size = holds(exact, op, side.exact, place.own.bound), max(abs(exact), abs(side.exact))
            if doubt or near_threshold(exact, side.exact, off + side.off):
                block.unsure = True
                return block.check(label, "", _WORDS[result], f"{UNSURE}（{place.exact}）")
        said = compare(left, op, side.text, size)
        yes, no = self._answers(op, place.own.bound)
        if place.own.bound and op == "==":  # beyond the number the answer is known, at it or before it not
            said, yes, no = compare(left, ">" if place.own.bound == "lower" else "<", side.text, size), FAILS, OPEN
        guard = [place.cell, *([side.cell] if side.cell else [])]
        formula = f'IF(COUNT({",".join(guard)})<{len(guard)},"{OPEN}",IF({said},"{yes}","{no}"))'
        cell = block.check(label, f'IFERROR({formula},"{OPEN}")', _WORDS[result])
        return self._open(cell, place, guard)

    @staticmethod
    def _answers(op: str, bound: str) -> tuple[str, str]:
        """Return what is known where a comparison of the printed number holds and where not; a bound leaves one of them open."""
        if not bound:
            return HOLDS, FAILS
        upward = op in (">=", ">")
        return (HOLDS, OPEN) if upward == (bound == "lower") else (OPEN, FAILS)

    def _about(self, place: Place, rule: About, result: bool | None) -> str:
        block, exact = self.block, place.exact
        if rule.tolerance is not None:
            ends = ((">=", rule.value - rule.tolerance), ("<=", rule.value + rule.tolerance))
            return self._joined([self.compare(place, op, self._number(end)) for op, end in ends], 2, result)
        label = f"{format_full(rule.value)} 左右"
        if exact is not None and near_tie(exact, rule.digits, off_by(place.own)):
            block.unsure = True
            return block.check(label, "", _WORDS[result], f"{UNSURE}（{exact}）")
        near = f"{half_even(place.cell, rule.digits, rule.value if exact is None else exact)}={excel_number(rule.value)}"
        otherwise = _WORDS[result] if result is not True or block.outcome.decision else OPEN
        formula = f'IFERROR(IF(ISNUMBER({place.cell}),IF({near},"{HOLDS}","{otherwise}"),"{OPEN}"),"{OPEN}")'
        return self._open(block.check(label, "" if place.own.bound else formula, _WORDS[result]), place)
