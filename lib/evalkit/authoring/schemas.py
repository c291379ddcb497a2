"""JSON Schemas of the rule files, for editors: made from the models that read them, so that the two never differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from evalkit.authoring.schemas_rules import NUMBER, REF, Schema, rule_schema
from evalkit.catalog.base import check_decimal, check_period
from evalkit.catalog.crosswalks import Crosswalk
from evalkit.catalog.departments import Department
from evalkit.catalog.mappings import BookMapping
from evalkit.catalog.models import Correction, Document, IndicatorSet, Measure, Plan, Region, Run, UnitRow, Variable
from evalkit.catalog.report_plans import ReportPlan
from evalkit.catalog.rules import Rule
from evalkit.messages import words
from evalkit.tables import write_json

#: Schema by name: the model, and the key of the list where a file holds several.
FILES: dict[str, tuple[type[BaseModel], str]] = {
    "documents": (Document, "documents"),
    "units": (UnitRow, "units"),
    "variables": (Variable, "variables"),
    "departments": (Department, "departments"),
    "measures": (Measure, "measures"),
    "set": (IndicatorSet, ""),
    "region": (Region, ""),
    "plan": (Plan, ""),
    "run": (Run, ""),
    "report": (ReportPlan, ""),
    "corrections": (Correction, "corrections"),
    "crosswalk": (Crosswalk, ""),
    "mapping": (BookMapping, ""),
}
#: Files below ``params/`` that a schema is for.
PATTERNS = {
    "documents": "documents.yml", "units": "units.yml", "variables": "variables.yml", "departments": "departments.yml",
    "measures": "measures/*.yml", "set": "sets/*.yml",
    "region": "regions/*.yml", "plan": "plans/*.yml", "run": "runs/*.yml", "report": "reports/*.yml", "corrections": "corrections/*.yml",
    "crosswalk": "crosswalks/*.yml", "mapping": "mappings/*.yml",
}  # fmt: skip
_PERIOD = r"^[0-9]{4}(-H[12]|-Q[1-4]|-[0-9]{2}(-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?)?)?$"
#: Groups of words that explain closed lists.
_EXPLAINED = ("state", "attribute", "level", "purpose", "measure_kind", "direction", "relation", "document_text", "rounding")
_HELP = {
    "id": "编号，ASCII。Id.",
    "document": "文件编号，见 documents.yml。Id of a document.",
    "clause": "条款、表中序号或页码。Clause, row or page.",
    "state": "核对到什么程度。How far it was checked.",
    "via": "在哪里读到。Where it was read.",
    "seq": "官方序号。Official number.",
    "part_of": "所属的合成指标。The composite of which the row is a part.",
    "domain": "领域。Domain.",
    "task": "任务。Task.",
    "name_zh": "中文名称，照印。Name as printed.",
    "unit": "单位，照印。Unit as printed.",
    "measure": "口径编号，见 measures/。Id of a measure.",
    "attribute": "指标属性。What the row is to the pass rule.",
    "where_relevant": "只在有该情形的地区考核（*）。Only where it exists.",
    "levels": "适用级别。Levels.",
    "text": "照印的文字。As printed.",
    "rule": "程序如何判定。How the program judges.",
    "cite": "出处。Where it stands.",
    "complete": "条目齐全才作总体统计。false: no totals are printed.",
    "formula": "算式，如 air.good_day_ratio@1。A formula of lib/evalkit/formulas.",
    "expression": "以变量编号写成的算式。A formula as a text over variable ids.",
    "roles": "算式的自变量取哪个变量。Which variable each argument takes.",
    "reported_only": "为何只采用申报值。Why it can only be reported.",
    "department": "填报部门。Who reports it.",
    "expect": "单元格应有的原文。What the cell must still say.",
    "relation": "指标如何延续。How the indicator continues.",
    "from": "原体系，或其中一行。The old set, or a row of it.",
    "to": "现体系，或其中一行。The new set, or a row of it.",
    "at": "时间或目标年。When.",
    "note": "说明。Remark.",
}


class _Generator(GenerateJsonSchema):
    """Rules and validated texts as the YAML files write them."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return {"x-rule": True} if issubclass(schema["cls"], Rule) else super().dataclass_schema(schema)

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        made = super().function_after_schema(schema)
        check = schema["function"]["function"]
        if check is check_decimal:
            return {**made, "pattern": NUMBER["pattern"]}
        if check is check_period and "pattern" not in made:
            return {**made, "pattern": _PERIOD}
        return made


def schemas() -> dict[str, Schema]:
    """Return all schemas by name."""
    return {name: _file(model, key, name) for name, (model, key) in FILES.items()}


def write_schemas(out: Path) -> list[Path]:
    """Write the schemas as ``<name>.schema.json`` into a folder and return their paths."""
    made = []
    for name, schema in schemas().items():
        path = out / f"{name}.schema.json"
        write_json(path, schema)
        made.append(path)
    return made


def _file(model: type[BaseModel], key: str, name: str) -> Schema:
    raw = model.model_json_schema(schema_generator=_Generator)
    defs = {title: _plain(part) for title, part in raw.pop("$defs", {}).items() if "x-rule" not in part}
    item = _plain(raw)
    if '"#/$defs/Rule"' in repr([item, defs]).replace("'", '"'):
        defs["Rule"] = rule_schema()
    if key:
        defs[model.__name__] = item
        items = {"type": "array", "items": {"$ref": f"#/$defs/{model.__name__}"}}
        item = {"type": "object", "properties": {key: items}, "required": [key], "additionalProperties": False}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": f"evalkit: params/{PATTERNS[name]}"}
    return {**head, **item, **({"$defs": dict(sorted(defs.items()))} if defs else {})}


def _plain(schema: Any, field: str = "") -> Any:
    """Return a schema for files whose scalars are text and whose editors may take them for numbers or truth values."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "x-rule" in schema or str(schema.get("$ref", "")).endswith("/Rule"):
        return dict(REF)
    found = {key: value for key, value in schema.items() if key not in ("title", "default", "properties")}
    made: Schema = {key: _plain(value) for key, value in found.items()}
    if "properties" in schema:
        made["properties"] = {name: _property(name, part) for name, part in schema["properties"].items()}
    if "anyOf" in made:
        options = [option for option in made["anyOf"] if option != {"type": "null"}]
        made = {**{key: value for key, value in made.items() if key != "anyOf"}, **options[0]} if len(options) == 1 else {
            **made, "anyOf": options,
        }  # fmt: skip
    match made.get("type"):
        case "string" if "enum" not in made and "const" not in made:
            made["type"] = ["string", "number"]
        case "boolean":
            made = {**{key: value for key, value in made.items() if key != "type"}, "enum": [True, False, "true", "false"]}
        case "integer":
            whole = {"type": "string", "pattern": "^[0-9]+$"}
            made = {"anyOf": [made, whole]}
    if "enum" in made:
        made |= _explained(made["enum"])
    if "description" in made:
        made["description"] = " ".join(str(made["description"]).split())
    return made


def _property(name: str, schema: Mapping[str, Any]) -> Schema:
    made: Schema = _plain(schema)
    if name in _HELP and "description" not in made and "$ref" not in made:
        made["description"] = _HELP[name]
    return made


def _explained(values: list[Any]) -> Schema:
    """Return what the values of a closed list mean, where the words of the program say so."""
    for group in _EXPLAINED:
        known = words(group, "zh")
        english = words(group, "en")
        if set(values) <= set(known):
            return {"description": "；".join(f"{value} {known[value]} ({english[value]})" for value in values)}
    return {}
