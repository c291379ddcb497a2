"""The calculation of a region as cells: data, live formulas for value, rounding, comparison and verdict, and the program's results.

The cells come from the same trees and rules as the assessment itself, walked once more with addresses in place of numbers. What is
worked out here is a sheet of rows without any look; :mod:`evalkit.report.audit_book` writes it as a workbook.
"""

from __future__ import annotations

from fractions import Fraction

from evalkit.assessment.engine import classes_of, judge_line, ready, rounded, scopes_of
from evalkit.assessment.judge import resolve_classes
from evalkit.assessment.lines import Line, lines_of
from evalkit.assessment.values import Argument, MeasureValue, Scope
from evalkit.catalog import Catalog
from evalkit.catalog.rules import Rule, numeric_target
from evalkit.formulas.notation import write_formula
from evalkit.formulas.spreadsheet import half_even, rounding_steps, tie_places, write_excel
from evalkit.formulas.spreadsheet import number as excel_number
from evalkit.intake import Input, Inputs
from evalkit.messages import word
from evalkit.review.audit_cells import NO_NUMBER, UNSURE, Audit, Cell, Content, Entry, Place
from evalkit.values import Period, decimal_places, round_half_even


def audit(catalog: Catalog, inputs: Inputs, region_code: str) -> Audit:
    """Return the calculation of a region as cells.

    Parameters
    ----------
    catalog : Catalog
    inputs : Inputs
    region_code : str

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
            if line.only_period in ("", name):
                Block(made, scopes[line.source], line, Period.parse(name)).write()
    return made


class Block:
    """Writes the block of one line in one period."""

    def __init__(self, made: Audit, scope: Scope, line: Line, period: Period) -> None:
        self.made, self.scope, self.line, self.period = made, scope, line, period
        self.rule: Rule = resolve_classes(line.rule, classes_of(line, scope))
        self.own, self.outcome = judge_line(scope, line, self.rule, period)
        self.places: dict[tuple[str, str], Place] = {}
        self.unsure = False

    def write(self) -> None:
        """Write head, inputs, value, rounding, comparisons and verdict."""
        from evalkit.review.audit_rules import Comparisons

        head = self._head()
        value = self.value(self.own, "核算值")
        round_line = self._rounded(value)
        self.places[self.own.measure.id, self.period.name] = Place(value.line, self.own, round_line)
        status, reason = self.outcome.status()
        verdict = Comparisons(self).verdict(self.rule, status, reason)
        self.made.add("gap")
        self.made.entries.append(Entry(self.line, self.period.name, status, reason, value.line, round_line, verdict, head, self.unsure))

    def _head(self) -> int:
        line = self.line
        name = f"{line.part_of}：{line.name_zh}" if line.part_of else line.name_zh
        cite = line.cite
        paper = self.scope.catalog.documents.get(cite.document) if cite else None
        where = (
            "，".join(filter(None, [paper.number or paper.title_zh if paper else "", cite.clause, word("state", cite.state, "zh")]))
            if cite
            else ""
        )
        aim = f"{line.milestone or line.only_period}年规划值" if line.milestone or line.only_period else "指标值"
        return self.made.add(
            "head", A=Cell(f"{line.seq} {name}〔{line.indicator}〕", style="head"), B=Cell(f"{aim}：{line.text}", style="head"),
            C=Cell(self.period.name, style="head"), D=Cell(line.unit, style="head"), G=Cell(where, style="head"),
        )  # fmt: skip

    def value(self, own: MeasureValue, label: str) -> Place:
        """Write a value with its inputs, once in the block; return where it stands."""
        key = (own.measure.id, own.period)
        if key in self.places:
            return self.places[key]
        cells = {argument.role: self._input(argument) for argument in own.arguments}
        reported = self._reported(own)
        override = self.scope.overrides.get(key)
        shown: Content = own.value if isinstance(own.value, Fraction) else self.why(own)
        if override is not None:
            formula, text = excel_number(Fraction(override.value)), f"规划确定：{override.text or override.value}"
        elif own.formula is not None and own.source == "computed":
            formula = write_excel(own.formula.tree, cells.__getitem__, NO_NUMBER)
            if reported:
                formula = f"IF(ISNUMBER({formula}),{formula},{reported})"
            text = write_formula(own.formula.tree, lambda role: self._name(own, role), "zh")
        else:
            formula, text = reported, "申报值" if reported else ""
        live = bool(formula) and own.measure.kind == "number" and not self._shown_only(own)
        line = self.made.add(
            "value", A=Cell(label), B=Cell(text, style="note"),
            C=Cell(shown, formula if live else "", "formula" if live else "text"), D=Cell(own.measure.unit),
            E=Cell(own.value if isinstance(own.value, Fraction) else shown, style="program"),
            **({"F": self._difference("C", "E", len(self.made.rows) + 1)} if isinstance(own.value, Fraction) else {}),
            **({"H": Cell(str(own.value), style="note")} if isinstance(own.value, Fraction) and own.value.denominator > 1 else {}),
        )  # fmt: skip
        self.places[key] = Place(line, own)
        return self.places[key]

    def _shown_only(self, own: MeasureValue) -> bool:
        """Whether a figure is shown but not judged, as its source says that the indicator is not assessed."""
        return not isinstance(own.value, Fraction) and own.source != "computed" and own.shown is not None

    def why(self, own: MeasureValue) -> str:
        """Return in words why there is no number, or what the source prints instead."""
        if own.measure.kind != "number":
            return own.text or "—"
        return NO_NUMBER if isinstance(own.value, Fraction) else word("reason", own.value.reason, "zh")

    def _difference(self, live: str, program: str, line: int) -> Cell:
        return Cell(Fraction(0), f'IF(ISNUMBER({live}{line}),ABS({live}{line}-{program}{line}),"")', "formula")

    def _input(self, argument: Argument) -> str:
        label = self._label(argument.variable, argument.at)
        if argument.item is None:
            line = self.made.add(
                "input", A=Cell(label), C=Cell(word("reason", "not_collected", "zh")), D=Cell(self._unit(argument.variable))
            )
            return f"C{line}"
        return self._of_data(label, argument.item)

    def _of_data(self, label: str, item: Input) -> str:
        content: Content = (
            item.value if item.value is not None and not item.missing else word("reason", item.missing or "not_collected", "zh")
        )
        if item.missing and item.value is not None:  # printed, but the source says that it does not count
            line = self.made.add("input", A=Cell(label), C=Cell(content), D=Cell(item.unit), G=Cell(_where(item), style="note"))
        else:
            address = self.made.data_cell(item)
            line = self.made.add(
                "input", A=Cell(label), C=Cell(content, address, "formula"), D=Cell(item.unit), G=Cell(_where(item), style="note"),
                **({"H": Cell(f"数值为{'下' if item.bound == 'lower' else '上'}限", style="note")} if item.bound else {}),
            )  # fmt: skip
        return f"C{line}"

    def _reported(self, own: MeasureValue) -> str:
        """Write the reported value and return its cell; empty where nothing was reported."""
        item = own.reported_item
        if item is None or own.measure.kind != "number" or (item.value is None and not item.missing):
            return ""
        return self._of_data("申报值" if item.period == self.period.name else f"申报值（{item.period}）", item)

    def task(self, measure_id: str, item: Input) -> str:
        """Write the superior's figure and return its cell."""
        return self._of_data(f"上级下达：{self.scope.catalog.measures[measure_id].name_zh}", item)

    def _rounded(self, place: Place) -> int:
        """Write the rounded value as the report prints it; 0 where there is none."""
        own = self.own
        text = rounded(own, numeric_target(self.rule), self.outcome.status()[0])
        if place.exact is None or not text:
            return 0
        digits, exact = decimal_places(text), place.exact
        return self.round(place, digits, "修约值（四舍六入五成双）", round_half_even(exact, Fraction(1, 10**digits)))

    def round(self, place: Place, digits: int, label: str, result: Fraction) -> int:
        """Write a value rounded to `digits` decimals; a constant where doubles cannot tell which way it goes."""
        exact = place.exact
        assert exact is not None, "only numbers are rounded"
        scaled = abs(exact) * 10**digits
        off = abs(scaled - (scaled // 1) - Fraction(1, 2))
        near = 0 < off < Fraction(1, 10 ** min(8, max(0, tie_places(scaled) - 1)))
        self.unsure |= near
        line = len(self.made.rows) + 1
        steps = f'IF(ISNUMBER({place.cell}),{rounding_steps(place.cell, digits, exact)},"")'
        formula = "" if near else f'IF(ISNUMBER({place.cell}),{half_even(place.cell, digits, exact, f"I{line}")},"{NO_NUMBER}")'
        return self.made.add(
            "rounded", A=Cell(label), C=Cell(result, formula, "formula" if formula else "mark", digits), D=Cell(place.own.measure.unit),
            E=Cell(result, style="program", places=digits), F=self._difference("C", "E", line),
            **({"H": Cell(f"{UNSURE}（{exact}）", style="mark")} if near else {"I": Cell(None, steps, "helper")}),
        )  # fmt: skip

    def _label(self, variable: str, at: str) -> str:
        family, _, rest = variable.partition(".")
        known = self.scope.catalog.variables.get(variable) or self.scope.catalog.measures.get(
            rest if family in ("reported", "assigned") else variable
        )
        name = known.name_zh if known else variable
        whose = {"reported": "申报的", "assigned": "上级下达的"}.get(family, "") if variable not in self.scope.catalog.variables else ""
        return {"base": "基准年", "previous": "上年"}.get(at, "") + whose + name

    def _name(self, own: MeasureValue, role: str) -> str:
        argument = next(argument for argument in own.arguments if argument.role == role)
        return self._label(argument.variable, argument.at)

    def _unit(self, variable: str) -> str:
        return self.scope.catalog.variable_unit(variable) or ""

    def check(self, label: str, left: str, right: Content, formula: str, result: str, note: str = "") -> str:
        """Write a comparison and return the cell that says whether it holds."""
        line = self.made.add(
            "check", A=Cell("比较"), B=Cell(label, style="note"), C=Cell(result, formula, "formula" if formula else "text"),
            E=Cell(result, style="program"), F=self._same(len(self.made.rows) + 1),
            **({"H": Cell(note, style="mark" if note.startswith(UNSURE) else "note")} if note else {}),
        )  # fmt: skip
        return f"C{line}"

    def _same(self, line: int) -> Cell:
        return Cell("一致", f'IF(C{line}=E{line},"一致","不一致")', "formula")

    def conclude(self, formula: str, status: str, reason: str, note: str = "") -> int:
        """Write the verdict: live where the comparisons decide it, with the program's beside it."""
        shown = word("status", status, "zh")
        line = len(self.made.rows) + 1
        why = word("reason", reason, "zh") if reason else ""
        return self.made.add(
            "verdict", A=Cell("判定"), B=Cell("；".join(filter(None, [why, note])), style="note"),
            C=Cell(shown, formula, "verdict"), E=Cell(shown, style="program"), F=self._same(line),
        )  # fmt: skip


def _where(item: Input) -> str:
    place = item.place()
    return " ".join(part for part in (place.file.removeprefix("data/raw/"), place.sheet, place.cell) if part)
