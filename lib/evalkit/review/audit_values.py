"""Values as cells: inputs by reference to the data sheet, the formula over them, sums of years, parts, reported against computed."""

from __future__ import annotations

from fractions import Fraction

from evalkit.assessment.difference import difference_reason
from evalkit.assessment.lines import Line
from evalkit.assessment.sums_of_years import SumValue
from evalkit.assessment.values import NOT_APPLICABLE, Argument, MeasureValue, Scope
from evalkit.catalog.models import Decision
from evalkit.formulas.evaluate import Value
from evalkit.formulas.notation import write_formula
from evalkit.formulas.spreadsheet import doubtful, half_even, near_tie, noise, quoted, rounding_steps, write_excel
from evalkit.formulas.spreadsheet import number as excel_number
from evalkit.intake import Input
from evalkit.messages import word
from evalkit.review.audit_cells import DATA, NO_NUMBER, UNSURE, VALUE, Audit, Cell, Content, Place, Words
from evalkit.values import Missing, Period, decimal_places, parse_decimal, round_half_even

_SHARP = Fraction(1, 10**9)  # a difference between spreadsheet and program that the workbook does not take for one
_PLAIN_PLACES = 6  # decimals that a cell shows; a value with more stands beside it as a fraction


def off_by(own: MeasureValue) -> Fraction:
    """Return how far from the exact value a spreadsheet may be: differences of large numbers are less certain than others."""
    if isinstance(own, SumValue):
        return sum((off_by(part) for part in own.components), Fraction(0))
    return noise(own.formula.tree, *_put_in(own)) if own.formula is not None and own.source == "computed" else Fraction(0)


def _put_in(own: MeasureValue) -> tuple[dict[str, Value], set[str]]:
    """Return the arguments of a value, and those that stand in their cells as they are."""
    values: dict[str, Value] = {a.role: a.item.usable if a.item else Missing("not_collected", a.variable) for a in own.arguments}
    return values, {a.role for a in own.arguments if a.item is not None and a.item.factor == 1}


def _blurred(own: MeasureValue) -> bool:
    """Return whether a spreadsheet shows another number: large ones that nearly cancel out leave few digits."""
    return isinstance(own.value, Fraction) and off_by(own) > _SHARP * max(Fraction(1), abs(own.value))


class Values:
    """Writes the values of one line in one period, each once."""

    def __init__(self, made: Audit, scope: Scope, line: Line, period: Period, words: Words) -> None:
        self.made, self.scope, self.line, self.period, self.words = made, scope, line, period, words
        self.places: dict[tuple[str, str, str], Place] = {}
        self.reported_line = self.adopted_line = 0
        self.unsure = False

    def value(self, own: MeasureValue, label: str) -> Place:
        """Write a value with all that it is made of, once in the block; return where it stands."""
        key = (own.measure.id, own.period, "sum" if isinstance(own, SumValue) else "adopted" if own.adoption else "")
        if key not in self.places:
            if isinstance(own, SumValue):
                line = self._sum(own, label)
            elif own.adoption is not None and own.replaced is not None:
                line = self._adopted(own, own.replaced, own.adoption, label)
            elif own.measure.kind == "number":
                line = self._number(own, label)
            else:
                line = self._words(own, label)
            self.places[key] = Place(line, own)
        return self.places[key]

    def why(self, own: MeasureValue) -> str:
        """Return in words why there is no number, or what the source prints instead."""
        if own.measure.kind != "number":
            return own.text or "—"
        return NO_NUMBER if isinstance(own.value, Fraction) else word("reason", own.value.reason, "zh")

    # --- kinds of values

    def _number(self, own: MeasureValue, label: str) -> int:
        cells = {argument.role: self._input(argument) for argument in own.arguments}
        reported = self._reported(own)
        override = self.scope.overrides.get((own.measure.id, own.period))
        mark = ""
        if override is not None:
            formula, text = excel_number(Fraction(override.value)), f"规划确定：{override.text or override.value}"
        elif own.formula is not None and (own.source == "computed" or not self._shown_only(own)):
            tree = own.formula.tree
            formula = write_excel(tree, cells.__getitem__, self.why(own), reported)
            text = write_formula(tree, lambda role: self._name(own, role), "zh")
            if own.source != "computed" and reported:
                text = f"取申报值（缺数据，不能按公式计算：{text}）"
            if own.source == "computed" and (doubtful(tree, *_put_in(own)) or _blurred(own)):
                formula, mark, self.unsure = "", f"{UNSURE}（{own.value}）", True
        else:
            formula, text = ("" if self._shown_only(own) else reported), "取申报值" if reported else ""
        line = self._value_line(own, label, text, formula, mark)
        if own.source == "computed" and override is None and own.difference is not None:
            self._difference_of(own, reported, line)
        return line

    def _adopted(self, own: MeasureValue, replaced: MeasureValue, adoption: Decision, label: str) -> int:
        """Write the value of a panel; it stands as long as the value before is the one that it expects to replace."""
        before = self.value(replaced, label)
        adopted = excel_number(parse_decimal(adoption.choice))
        formula, mark = f"IF(ISNUMBER({before.cell}),{before.cell},{adopted})", ""
        if adoption.expect and before.exact is not None:
            digits = decimal_places(adoption.expect)
            same = f"{half_even(before.cell, digits, before.exact)}={excel_number(parse_decimal(adoption.expect))}"
            formula = f"IF(ISNUMBER({before.cell}),IF({same},{adopted},{before.cell}),{before.cell})"
            if near_tie(before.exact, digits, off_by(replaced)):
                formula, mark, self.unsure = "", f"{UNSURE}（{before.exact}）", True
        expected = f"替代核算值 {adoption.expect}" if adoption.expect else "原无数值"
        line = self._value_line(own, "核定值" if label == "核算值" else f"{label}：核定值", expected, formula, mark, adoption)
        if label == "核算值":
            self.adopted_line = line
        return line

    def _sum(self, own: SumValue, label: str) -> int:
        """Write the value of each year and their sum."""
        cells: list[str] = []
        for part, (year, added) in zip(own.components, own.summed.items(), strict=True):
            place = self.value(part, f"{part.measure.name_zh}（{year}年）")
            if isinstance(part.value, Fraction) and isinstance(added, Missing):  # the figure of another year does not count for this one
                reason = word("reason", added.reason, "zh")
                line = self.made.add("input", A=Cell(f"{year}年计入"), B=Cell("所填为其他年份的数值", style="note"), C=Cell(reason))
                cells.append(f"C{line}")
            else:
                cells.append(place.cell)
        bounds = {part.bound for part in own.components} - {""}
        formula = f"IF(COUNT({','.join(cells)})<{len(cells)},{quoted(self.why(own))},{'+'.join(cells)})" if cells else ""
        if len(bounds) > 1:  # lower and upper limits: of their sum nothing is known
            formula = ""
        years = list(own.summed)
        text = f"{years[0]}年至{years[-1]}年各年数值之和" if years else ""
        return self._value_line(own, label, text, formula)

    def _words(self, own: MeasureValue, label: str) -> int:
        """Write a qualitative value, or that of an indicator made of parts, which are written one by one."""
        for part in own.components:
            self.value(part, part.measure.name_zh)
        shown = self.why(own) if own.text or not own.components else "见以上各部分"
        return self.made.add("value", A=Cell(label), C=Cell(shown, style="word"), D=Cell(own.measure.unit), E=Cell(shown, style="program"))

    def _value_line(self, own: MeasureValue, label: str, text: str, formula: str, mark: str = "", adoption: Decision | None = None) -> int:
        exact = own.value if isinstance(own.value, Fraction) else None
        shown: Content = self.why(own) if exact is None else exact
        long = exact is not None and (exact * 10**_PLAIN_PLACES).denominator != 1
        who = f"{adoption.by}，{adoption.date}：{adoption.reason}" if adoption is not None else ""
        note = mark or (f"精确值 {exact}" if long else who)
        return self.made.add(
            "value", A=Cell(label), B=Cell(text, style="note"),
            C=Cell(shown, f"IFERROR({formula},{quoted(NO_NUMBER)})" if formula and not formula.startswith("IFERROR") else formula,
                   "formula" if formula else "mark" if mark else "text"),
            D=Cell(own.measure.unit), E=Cell(shown, style="program"),
            **({"F": self.difference(len(self.made.rows) + 1)} if exact is not None else {}),
            **({"G": Cell(adoption.evidence, style="note")} if adoption is not None else {}),
            **({"H": Cell(note, style="mark" if mark else "note")} if note else {}),
        )  # fmt: skip

    def _difference_of(self, own: MeasureValue, reported: str, line: int) -> None:
        """Write the reported value minus the computed one, rounded as the reported one is printed, and what explains it."""
        assert isinstance(own.computed, Fraction), "there is a difference of two numbers only"
        digits = decimal_places(own.reported_text)
        reason = difference_reason(self.scope, own)
        note = self.words.difference(reason, own.measure.unit) if reason is not None else "无差异"
        near = near_tie(own.computed, digits, off_by(own))
        self.unsure |= near
        found = f"{reported}-{half_even(f'C{line}', digits, own.computed)}"
        formula = "" if near else f'IFERROR(IF(COUNT({reported},C{line})<2,"{NO_NUMBER}",ROUND({found},{max(digits, 0)})),"{NO_NUMBER}")'
        self.made.add(
            "difference", A=Cell("申报值与核算值之差"), B=Cell("申报值－按申报值位数修约的核算值", style="note"),
            C=Cell(own.difference, formula, "formula" if formula else "mark"), D=Cell(own.measure.unit),
            E=Cell(own.difference, style="program"), F=self.difference(len(self.made.rows) + 1),
            H=Cell(f"{UNSURE}（{own.computed}）" if near else note, style="mark" if near or reason is not None else "note"),
        )  # fmt: skip

    def _shown_only(self, own: MeasureValue) -> bool:
        """Whether no number is judged, whatever the inputs are: the source says that the indicator is not assessed."""
        item = own.reported_item
        refused = item is not None and (item.missing in NOT_APPLICABLE or (item.missing and item.value is not None))
        return not isinstance(own.value, Fraction) and bool(refused)

    # --- inputs

    def _input(self, argument: Argument) -> str:
        label = self._label(argument.variable, argument.at)
        if argument.item is None:
            reason, unit = word("reason", "not_collected", "zh"), self.scope.catalog.variable_unit(argument.variable) or ""
            return f"C{self.made.add('input', A=Cell(label), C=Cell(reason), D=Cell(unit))}"
        return f"C{self._of_data(label, argument.item)}"

    def _of_data(self, label: str, item: Input) -> int:
        reason = word("reason", item.missing or "not_collected", "zh")
        content: Content = item.value if item.value is not None and not item.missing else reason
        where = Cell(self._where(item), style="note")
        if item.missing and item.value is not None:  # printed, but the source says that it does not count
            return self.made.add("input", A=Cell(label), C=Cell(content), D=Cell(item.unit), G=where)
        line = self.made.data_line(item)
        return self.made.add(
            "input", line, A=Cell(label), C=Cell(content, f"{DATA}!${VALUE}${line}", "formula"), D=Cell(item.unit), G=where,
            **({"H": Cell(f"数值为{'下' if item.bound == 'lower' else '上'}限", style="note")} if item.bound else {}),
        )  # fmt: skip

    def _reported(self, own: MeasureValue) -> str:
        """Write the reported value and return its cell; empty where nothing was reported."""
        item = own.reported_item
        if item is None or own.measure.kind != "number" or (item.value is None and not item.missing):
            return ""
        now = item.period == self.period.name
        line = self._of_data("申报值" if now else f"申报值（{item.period}）", item)
        if now and own.measure.id == self.line.measure:
            self.reported_line = line
        return f"C{line}"

    def task(self, measure_id: str, item: Input) -> str:
        """Write the superior's figure and return its cell."""
        return f"C{self._of_data(f'上级下达：{self.scope.catalog.measures[measure_id].name_zh}', item)}"

    # --- rounding and differences

    def round(self, place: Place, digits: int, label: str) -> int:
        """Write a value rounded to `digits` decimals; a constant where doubles cannot tell which way it goes."""
        exact = place.exact
        assert exact is not None, "only numbers are rounded"
        near = near_tie(exact, digits, off_by(place.own))
        self.unsure |= near
        line = len(self.made.rows) + 1
        result = round_half_even(exact, Fraction(1, 10**digits))
        steps = f'IFERROR(IF(ISNUMBER({place.cell}),{rounding_steps(place.cell, digits, exact)},""),"")'
        found = f'IFERROR(IF(ISNUMBER({place.cell}),{half_even(place.cell, digits, exact, f"I{line}")},"{NO_NUMBER}"),"{NO_NUMBER}")'
        return self.made.add(
            "rounded", A=Cell(label), C=Cell(result, "" if near else found, "mark" if near else "formula", digits),
            D=Cell(place.own.measure.unit), E=Cell(result, style="program", places=digits), F=self.difference(line),
            **({"H": Cell(f"{UNSURE}（{exact}）", style="mark")} if near else {"I": Cell(None, steps, "helper")}),
        )  # fmt: skip

    @staticmethod
    def difference(line: int) -> Cell:
        """Return the cell that says how far the live result of a line is from the program's."""
        return Cell(Fraction(0), f'IFERROR(IF(COUNT(C{line},E{line})=2,ABS(C{line}-E{line}),"不一致"),"不一致")', "word")

    # --- names

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

    def _where(self, item: Input) -> str:
        place = item.place()
        file = place.file.removeprefix("data/raw/").removeprefix(f"{self.scope.inputs.run}/")
        return " ".join(part for part in (file, place.sheet, place.cell) if part)
