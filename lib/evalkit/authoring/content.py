"""Models as the content of rule files: what was not said is left out, rules are written out."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from evalkit.authoring.rule_text import rule_content
from evalkit.authoring.yaml_text import yaml_text
from evalkit.catalog.models import Document, IndicatorSet, Measure
from evalkit.catalog.rules import Rule

#: Keys that stand first, where the order of the fields is not the one in which a person reads.
_FIRST = {"SetRow": ["id"], "Target": ["levels", "attribute", "measure"], "IndicatorSet": ["id", "document", "name_zh", "name_en", "levels",
          "complete", "note"]}  # fmt: skip


def content_of(model: BaseModel) -> dict[str, Any]:
    """Return a model as nested mappings, lists and texts; fields at their default are left out."""
    fields = type(model).model_fields
    first = _FIRST.get(type(model).__name__, [])
    found: dict[str, Any] = {}
    for name in [*first, *(name for name in fields if name not in first)]:
        value = getattr(model, name)
        field = fields[name]
        default = field.default_factory() if field.default_factory else field.default  # type: ignore[call-arg]
        if default is not PydanticUndefined and value == default:
            continue
        found[field.alias or name] = _plain(value)
    if isinstance(model, Measure) and model.expression is not None:
        found.pop("roles", None)  # the expression says them
    return found


def set_text(indicator_set: IndicatorSet) -> str:
    """Return the file ``params/sets/<id>.yml`` of a set."""
    return yaml_text(content_of(indicator_set))


def measures_text(measures: list[Measure]) -> str:
    """Return a file of ``params/measures/``."""
    return yaml_text({"measures": [content_of(measure) for measure in measures]})


def document_text(document: Document) -> str:
    """Return the entry of a document, to be added to ``params/documents.yml``."""
    return yaml_text({"documents": [content_of(document)]})


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Rule):
        return rule_content(value)
    if isinstance(value, BaseModel):
        return content_of(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value)
