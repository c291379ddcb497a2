"""What there is to compare with the official texts: the cells of an indicator set, each with the hash of what it says."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from evalkit.catalog.models import Cite, IndicatorSet, Measure, Requirement, SetRow, Target
from evalkit.messages import word, words

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog

Part = Literal["target", "definition", "rounding", "pass_rule", "rows"]
#: Set, part, row, level; a definition belongs to no set, because measures are shared.
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Cell:
    """One thing to compare with an official text: a target, a definition, or a fact of a whole set.

    Parameters
    ----------
    set_id, part, row, level : str
        Where it is. `row` is the id of a row; of the measure for a definition; the number of the requirement for a pass rule.
    name : str
        What it is about, for people.
    text : str
        What we have, as printed.
    content : object
        All that a verification vouches for; what is not printed (how the program reads a target) included.
    cite : Cite or None
        Where it stands; None for the list of rows, which has no state of its own.
    """

    set_id: str
    part: Part
    row: str
    level: str
    name: str
    text: str
    content: Any
    cite: Cite | None

    @property
    def key(self) -> Key:
        """The cell among all cells of the catalogue."""
        return ("" if self.part == "definition" else self.set_id, self.part, self.row, self.level)

    @property
    def text_hash(self) -> str:
        """Hash of what the cell says and of the document that it is ascribed to; the state does not matter."""
        told = [self.cite.document if self.cite else "", _plain(self.content)]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def state(self) -> str:
        """State of its citation; empty where it has none."""
        return self.cite.state if self.cite else ""


def cells_of(catalog: Catalog, set_id: str) -> list[Cell]:
    """Return all cells of a set in the order in which a person compares them.

    Targets as the official table has them, definitions of the measures, pass rule, rounding, and the list of rows as a whole.
    """
    found = catalog.sets[set_id]
    cells = []
    for row in found.rows:
        cells += [_target_cell(found, row, target) for target in row.targets]
    cells += [_definition_cell(set_id, measure) for measure in measures_in(catalog, found) if measure.cite and measure.definition_zh]
    for i, requirement in enumerate(found.pass_rule.requirements if found.pass_rule else [], start=1):
        cells.append(_requirement_cell(set_id, str(i), requirement))
    rounding = found.rounding
    told = [rounding.method, rounding.compare]
    text = "；".join(word("rounding", code, "zh") for code in told)
    cells.append(Cell(set_id, "rounding", "", "", word("verification_part", "rounding", "zh"), text, told, rounding.cite))
    told_rows = [[row.attribute, row.seq, row.part_of, row.name_zh, [levels_of(found, t) for t in row.targets]] for row in found.rows]
    counts: Counter[str] = Counter(attribute for attribute, _ in {(row.attribute, row.seq) for row in found.rows})
    items = "、".join(f"{name}{counts[code]}项" for code, name in words("attribute", "zh").items() if counts[code])
    text = f"共{len(found.rows)}行：{items}（按序号计）"
    cells.append(Cell(set_id, "rows", "", "", word("verification_part", "rows", "zh"), text, told_rows, None))
    return cells


def measures_in(catalog: Catalog, indicator_set: IndicatorSet) -> list[Measure]:
    """Return the measures that a set reaches: of its rows, of the parts of its rules, and their components; each once."""
    wanted: dict[str, None] = {}
    for row in indicator_set.rows:
        for target in row.targets:
            wanted[target.measure or row.measure] = None
            wanted.update((part.of, None) for part in target.rule.walk() if part.of)
    for name in list(wanted):
        if name in catalog.measures:
            wanted.update((component, None) for component in catalog.measures[name].components)
    return [catalog.measures[name] for name in wanted if name in catalog.measures]


def levels_of(indicator_set: IndicatorSet, target: Target) -> str:
    """Return the levels of a target as a record names them: ``city+county``."""
    return "+".join(target.levels or indicator_set.levels)


def _target_cell(indicator_set: IndicatorSet, row: SetRow, target: Target) -> Cell:
    levels = levels_of(indicator_set, target)
    name = f"{row.part_of}·{row.name_zh}" if row.part_of else row.name_zh
    attribute = target.attribute or row.attribute
    told = [row.seq, row.part_of, row.name_zh, row.unit, attribute, row.where_relevant, row.marker, row.group, levels, target.text]
    return Cell(indicator_set.id, "target", row.id, levels, name, target.text, [*told, target.rule], target.cite)


def _definition_cell(set_id: str, measure: Measure) -> Cell:
    kept = ("definition_zh", "unit", "kind", "formula", "expression", "roles", "components")
    told = {name: value for name in kept if (value := getattr(measure, name, None))}
    return Cell(set_id, "definition", measure.id, "", measure.name_zh, measure.definition_zh, told, measure.cite)


def _requirement_cell(set_id: str, number: str, requirement: Requirement) -> Cell:
    told = {name: value for name, value in _given(requirement).items() if name != "cite"}
    name = word("verification_part", "pass_rule", "zh")
    return Cell(set_id, "pass_rule", number, "", f"{name}{number}", requirement.text, told, requirement.cite)


def _given(item: Any) -> dict[str, Any]:
    """Return the fields of a model or data class that are not left at their default: a new field changes no hash."""
    if isinstance(item, BaseModel):
        pairs = [(name, getattr(item, name), info.get_default(call_default_factory=True)) for name, info in type(item).model_fields.items()]
    else:
        pairs = [(part.name, getattr(item, part.name), part.default) for part in fields(item)]
    return {name: value for name, value, default in pairs if value != default}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, the same whatever the order of fields."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
        return [type(value).__name__, _plain(_given(value))]
    return str(value) if isinstance(value, Fraction) else value
