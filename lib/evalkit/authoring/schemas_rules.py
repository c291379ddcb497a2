"""The rule grammar as JSON Schema: what `evalkit.catalog.rules` reads."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

#: A plain decimal, as text or as the number that an editor takes it for.
NUMBER: Schema = {"type": ["string", "number"], "pattern": r"^-?[0-9]{1,40}(\.[0-9]{1,40})?$"}
ID: Schema = {"type": ["string", "number"], "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength": 80}
TEXT: Schema = {"type": ["string", "number"], "minLength": 1}
TRUE: Schema = {"enum": [True, "true"]}
REF: Schema = {"$ref": "#/$defs/Rule"}
_SEVERAL: Schema = {"type": "array", "items": REF, "minItems": 1}
_THAN: Schema = {"type": ["string", "number"], "examples": ["previous", "base", "2020"]}
_TREND: Schema = {"anyOf": [_THAN, {"type": "object", "properties": {"than": _THAN, "band": NUMBER}, "required": ["than"],
                                    "additionalProperties": False}]}  # fmt: skip
#: Joins of rules, classes and no target take no `of`.
NOT_LEAVES = ("all_of", "any_of", "k_of_n", "by_class", "none")


def _fields(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


#: What each key takes, and what it means.
KEYS: dict[str, tuple[Schema, str]] = {
    "at_least": (NUMBER, "≥，不低于。At least."),
    "at_most": (NUMBER, "≤，不高于。At most."),
    "above": (NUMBER, "＞，大于。Greater than."),
    "below": (NUMBER, "＜，小于。Less than."),
    "equals": (NUMBER, "＝，等于。Equal to."),
    "between": ({"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}, "两端之间，含两端。Between two numbers, both included."),
    "about": (_fields({"value": NUMBER}, {"tolerance": NUMBER}), "左右。Near a number."),
    "improving": (_TREND, "优于上年、基准年或某一时期。Better than previous, base or a period."),
    "not_worse_than": (_TREND, "不差于上年、基准年或某一时期。Not worse than previous, base or a period."),
    "assigned": (TRUE, "达到上级下达的任务。The superior's figure."),
    "above_measure": (ID, "高于另一口径。Greater than another measure."),
    "all_of": (_SEVERAL, "全部满足。All of them."),
    "any_of": (_SEVERAL, "满足其一。Any of them."),
    "k_of_n": (
        _fields({"k": {"type": ["string", "integer"], "pattern": "^[1-9][0-9]*$"}, "of": _SEVERAL}),
        "至少 k 项满足。At least k of them.",
    ),
    "qualitative": (TEXT, "由人判定。A person decides, with evidence."),
    "by_class": (
        _fields({"class": ID, "cases": {"type": "object", "additionalProperties": REF, "minProperties": 1}}),
        "按分类，取地区所声明的一类。By the class that the region declares.",
    ),
    "none": (TRUE, "无目标。No target."),
}


def rule_schema() -> Schema:
    """Return the schema of a rule: exactly one key, and `of` beside the keys that test a measure."""
    properties: Schema = {key: {**schema, "description": text} for key, (schema, text) in KEYS.items()}
    properties["of"] = {**ID, "description": "所判定的口径，缺省为本行的。The measure that is tested, default the row's own."}
    return {
        "description": "判定规则：只写一个键，可另加 of。A rule: one key, and `of` beside it.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "oneOf": [{"required": [key]} for key in KEYS],
        "if": {"anyOf": [{"required": [key]} for key in NOT_LEAVES]},
        "then": {"not": {"required": ["of"]}},
    }
