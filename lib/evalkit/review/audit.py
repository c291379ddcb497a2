"""The calculation of a region as cells: data, live formulas for value, rounding, comparison and verdict, and the program's results.

The cells come from the same trees and rules as the assessment itself, walked once more with addresses in place of numbers. What is
worked out here is a sheet of rows without any look; :mod:`evalkit.report.audit_book` writes it as a workbook.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from evalkit.assessment.engine import classes_of, judge_line, ready, rounded, scopes_of
from evalkit.assessment.judge import resolve_classes
from evalkit.assessment.lines import Line, lines_of
from evalkit.assessment.values import Scope
from evalkit.catalog import Catalog
from evalkit.catalog.rules import Rule, numeric_target
from evalkit.intake import Inputs
from evalkit.messages import filled, word
from evalkit.review.audit_cells import UNSURE, Audit, Cell, Entry, Place, Words
from evalkit.review.audit_values import Values
from evalkit.values import Period, decimal_places


def audit(catalog: Catalog, inputs: Inputs, region_code: str, words: Words | None = None) -> Audit:
    """Return the calculation of a region as cells.

    Parameters
    ----------
    catalog : Catalog
    inputs : Inputs
    region_code : str
    words : Words, optional
        What verdicts and differences are called; default the plain words of the catalogue of messages.

    Returns
    -------
    Audit
        One block for each row of the results: inputs by reference to the data sheet, value, rounding, each comparison, verdict.

    Raises
    ------
    EvalkitError
        The region's data or rules are at fault.
    """
    run, region = ready(catalog, inputs, region_code)
    made = Audit()
    made.add("heads")
    scopes = scopes_of(catalog, inputs, run, region)
    for line in lines_of(catalog, run, region):
        for name in run.periods:
            if line.judged_in(name):
                Block(made, scopes[line.source], line, Period.parse(name), words or Words()).write()
    return made


class Block(Values):
    """Writes the block of one line in one period."""

    def __init__(self, made: Audit, scope: Scope, line: Line, period: Period, words: Words) -> None:
        super().__init__(made, scope, line, period, words)
        self.rule: Rule = resolve_classes(line.rule, classes_of(line, scope))
        self.own, self.outcome = judge_line(scope, line, self.rule, period)

    def write(self) -> None:
        """Write head, inputs, value, rounding, comparisons and verdict."""
        from evalkit.review.audit_rules import Comparisons

        head = self._head()
        value = self.value(self.own, "核算值")
        computed = self.places[self.own.measure.id, self.own.period, ""].line if self.own.replaced is not None else value.line
        round_line = self._rounded(value)
        status, reason = self.outcome.status()
        verdict = Comparisons(self).verdict(self.rule, status, reason)
        self.made.add("gap")
        self.made.entries.append(
            Entry(
                self.line, self.period.name, status, reason, self.said(status), self.said("met"), self.said("not_met"), computed,
                round_line, verdict, head, self.reported_line, self.adopted_line, self.unsure,
            )
        )  # fmt: skip

    def said(self, status: str) -> str:
        """Return the word of a status for this line in this period."""
        notes: list[str] = []
        if status == self.outcome.status()[0]:  # what the status lacks is known of the program's own alone
            notes = [*self.outcome.notes, *(["comparison_missing"] if status == "missing" and isinstance(self.own.value, Fraction) else [])]
        return self.words.verdict(self.line, self.period.name, status, notes, self.outcome.checks)

    def _head(self) -> int:
        line = self.line
        name = f"{line.part_of}：{line.name_zh}" if line.part_of else line.name_zh
        found = []
        for cite in line.cites:
            if cite is not None:
                paper = self.scope.catalog.documents.get(cite.document)
                number = (paper.number or paper.title_zh) if paper else ""
                found.append("，".join(filter(None, [number, cite.clause, word("state", cite.state, "zh")])))
        aim = {"level": f"{line.at}年规划值", "every_year": "每年的规划值", "cumulative": f"{line.since}—{line.at}年累计规划值"}[line.kind]
        aim = aim if line.basis == "plan" and (line.at or line.kind == "every_year") else "指标值"
        return self.made.add(
            "head", A=Cell(f"{line.seq} {name}〔{line.indicator}〕", style="head"), B=Cell(f"{aim}：{line.text}", style="head"),
            C=Cell(self.period.name, style="head"), D=Cell(line.unit, style="head"), G=Cell("；".join(dict.fromkeys(found)), style="head"),
        )  # fmt: skip

    def _rounded(self, place: Place) -> int:
        """Write the rounded value as the report prints it; 0 where there is none."""
        text = rounded(self.own, numeric_target(self.rule), self.outcome.status()[0])
        if place.exact is None or not text:
            return 0
        return self.round(place, decimal_places(text), "修约值（四舍六入五成双）")

    def check(self, label: str, formula: str, result: str, note: str = "", source: str = "") -> str:
        """Write a comparison and return the cell that says whether it holds."""
        line = self.made.add(
            "check", A=Cell("比较"), B=Cell(label, style="note"), C=Cell(result, formula, "word"),
            E=Cell(result, style="program"), F=self._same(len(self.made.rows) + 1),
            **({"G": Cell(source, style="note")} if source else {}),
            **({"H": Cell(note, style="mark" if note.startswith(UNSURE) else "note")} if note else {}),
        )  # fmt: skip
        return f"C{line}"

    def _same(self, line: int) -> Cell:
        return Cell("一致", f'IFERROR(IF(C{line}=E{line},"一致","不一致"),"不一致")', "word")

    def conclude(self, formula: str, status: str, reason: str) -> int:
        """Write the verdict: live where the comparisons decide it, with the program's beside it."""
        shown = self.said(status)
        line = len(self.made.rows) + 1
        why: Sequence[str] = [word("reason", reason, "zh")] if reason else []
        notes = [filled("note", note, "zh") for note in dict.fromkeys([*self.outcome.notes, *self.line.notes])]
        return self.made.add(
            "verdict", A=Cell("判定"), B=Cell("；".join([*why, *notes]), style="note"),
            C=Cell(shown, formula, "verdict"), E=Cell(shown, style="program"), F=self._same(line),
        )  # fmt: skip
