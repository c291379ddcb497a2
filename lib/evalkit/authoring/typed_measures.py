"""Measures that a typed-in table needs: found by id or by exact name, else made from its lines."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from evalkit.authoring.fit import over_variables, spellings
from evalkit.authoring.targets import Understood
from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.catalog.models import Measure
from evalkit.catalog.rules import Assigned, NoTarget, Qualitative, Rule, Trend
from evalkit.formulas import Formula
from evalkit.formulas.expression import ExpressionError, build_expression, expression_text, read_formula
from evalkit.formulas.vocabulary import digest
from evalkit.messages import Place, Problem

_EQUALS = re.compile(r"^([^=＝]{1,60})[=＝](?![=＝])")
_NO_UNIT = "-"


@dataclasses.dataclass(frozen=True)
class Typed:
    """What a line says about a measure that does not exist yet."""

    name_zh: str
    name_en: str
    unit: str
    kind: str
    direction: str
    formula: str
    departments: str
    cite: Mapping[str, Any]


class Measures:
    """The measures of a project, and the new ones of a table.

    Parameters
    ----------
    catalog : Catalog
        Without the measures of a set that is read again.
    prefix : str
        Id of the set: new measures are called ``<set>.<row>``.
    """

    def __init__(self, catalog: Catalog, prefix: str, problems: list[Problem]) -> None:
        self.catalog = catalog
        self.prefix = prefix
        self.problems = problems
        self.new: dict[str, Measure] = {}
        self.content: dict[str, dict[str, Any]] = {}
        self.spots: dict[str, dict[str, Place]] = {}
        names: dict[str, list[str]] = {}
        for variable in catalog.variables.values():
            names.setdefault(variable.name_zh, []).append(variable.id)
        self.names = {name: ids[0] for name, ids in names.items() if len(ids) == 1}
        self.shared = {name: ids for name, ids in names.items() if len(ids) > 1}

    def get(self, measure_id: str) -> Measure | None:
        """Return a measure of the project or a new one."""
        return self.new.get(measure_id) or self.catalog.measures.get(measure_id)

    def named(self, text: str, unit: str, place: Place) -> str:
        """Return the id that 口径 names: an id, or a Chinese name that one measure has in this very unit; else empty, and a problem."""
        if self.get(text):
            return text
        every = [*self.catalog.measures.values(), *self.new.values()]
        units = spellings(self.catalog.units, unit)
        found = [measure.id for measure in every if measure.name_zh == text and measure.unit in units]
        if len(found) == 1:
            return found[0]
        known = found or [*self.catalog.measures, *(measure.name_zh for measure in every)]
        hint = f" ({', '.join(found)}?)" if found else near(text, known)
        self.problems.append(Problem("unknown_id", place, {"kind": "measure", "id": text, "hint": hint}))
        return ""

    def formula(self, text: str, own_names: tuple[str, ...], place: Place) -> Formula | None:
        """Return the formula of the column 公式: over ids, or over printed names; None after saying what is wrong."""
        begin = _EQUALS.match(text)
        shift = 0
        if begin and begin[1].strip() in own_names:
            shift = begin.end()
        body = text[shift:]
        try:
            return build_expression(body.strip()) if body.isascii() else read_formula(body, self.names)
        except ExpressionError as error:
            code = "ambiguous" if error.piece in self.shared else error.code
            hint = ""
            if code == "ambiguous":
                hint = f" ({', '.join(self.shared[error.piece])})"
            elif code == "unknown":
                hint = near(error.piece, [*self.names, *self.catalog.variables])
            detail = str(ExpressionError(code, error.at, error.piece))
            values = {"text": text, "at": error.at + shift, "detail": detail, "hint": hint}
            self.problems.append(Problem("formula_not_understood", place, values))
            return None

    def same_formula(self, measure: Measure, text: str, own_names: tuple[str, ...], place: Place) -> None:
        """Refuse a column 公式 that says something else than the measure which the line names."""
        if text in ("", measure.formula or measure.expression or ""):
            return
        known = over_variables(measure)
        found = self.formula(text, own_names, place)
        if found is not None and (known is None or digest(known) != found.hash):
            self.problems.append(Problem("formula_not_used", place, {"measure": measure.id}))

    def make(self, row_id: str, typed: Typed, understood: Understood, place: Place, spots: Mapping[str, Place]) -> tuple[str, Rule]:
        """Return the id of a new measure for a line, and its rule with the parts that a person decides under measures of their own."""
        kind = typed.kind or _kind(understood.rule, typed.unit)
        formula = self.formula(typed.formula, (typed.name_zh,), spots["formula"]) if typed.formula else None
        direction = "none" if kind == "qualitative" else typed.direction or self._direction(understood, typed, place, spots)
        content: dict[str, Any] = {
            "name_zh": typed.name_zh,
            "name_en": typed.name_en or typed.name_zh,
            "unit": _NO_UNIT if kind == "qualitative" else self.catalog.units.names.get(typed.unit, typed.unit),
            "kind": kind,
            "direction": direction,
        }
        if formula is not None:
            content["expression"] = expression_text(formula.tree)
        elif kind == "number":
            content["reported_only"] = "录入的指标表没有给出计算公式"
        said = [f"公式：{typed.formula}" if typed.formula else "", f"数据来源：{typed.departments}" if typed.departments else ""]
        content["definition_zh"] = "。".join(text.rstrip("。") for text in said if text) + ("。" if any(said) else "")
        content["cite"] = dict(typed.cite)
        measure_id = self._add(f"{self.prefix}.{row_id.lower()}", content, spots)
        return measure_id, self._with_companions(understood.rule, measure_id, kind, typed, spots)

    def _direction(self, understood: Understood, typed: Typed, place: Place, spots: Mapping[str, Place]) -> str:
        found = understood.directions or understood.bounds
        if len(found) == 1:
            return next(iter(found))
        if len(found) > 1 or any(isinstance(part, (Trend, Assigned)) for part in understood.rule.walk()):
            self.problems.append(Problem("direction_needed", spots.get("direction", place), {"text": place.key or typed.name_zh}))
        return "none"

    def _add(self, wanted: str, content: dict[str, Any], spots: Mapping[str, Place]) -> str:
        """Keep a new measure, or the one of this row that says the same; return its id."""
        number, measure_id = 1, wanted
        content = {key: value for key, value in content.items() if value not in ("", {})}
        while measure_id in self.content or measure_id in self.catalog.measures:
            if self.content.get(measure_id) == {"id": measure_id, **content}:
                return measure_id
            number += 1
            measure_id = f"{wanted}-{number}"
        self.content[measure_id] = {"id": measure_id, **content}
        self.spots[measure_id] = dict(spots)
        return measure_id

    def _with_companions(self, rule: Rule, owner: str, kind: str, typed: Typed, spots: Mapping[str, Place]) -> Rule:
        if kind != "number":
            return rule

        def replaced(part: Rule) -> Rule:
            if isinstance(part, Qualitative) and not part.of:
                content = {"name_zh": part.text, "name_en": part.text, "unit": _NO_UNIT, "kind": "qualitative", "direction": "none"}
                cited = {**content, "definition_zh": f"{typed.name_zh}的指标值中由人判断的部分。", "cite": dict(typed.cite)}
                return dataclasses.replace(part, of=self._add(f"{owner}.met", cited, spots))
            if hasattr(part, "of_rules"):
                return dataclasses.replace(part, of_rules=tuple(replaced(inner) for inner in part.of_rules))  # type: ignore[call-arg]
            if hasattr(part, "cases"):
                return dataclasses.replace(part, cases=tuple((name, replaced(inner)) for name, inner in part.cases))  # type: ignore[call-arg]
            return part

        return replaced(rule)


def _kind(rule: Rule, unit: str) -> str:
    leaves = [part for part in rule.walk() if not part.parts()]
    if all(isinstance(leaf, Qualitative) for leaf in leaves):
        return "qualitative"
    if all(isinstance(leaf, NoTarget) for leaf in leaves) and not unit.strip("-—－ "):
        return "qualitative"
    return "number"
