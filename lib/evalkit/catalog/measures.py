"""What is measured (指标口径), and the formula behind it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from evalkit.catalog.base import Cite, Decimal, Id, Model, Text
from evalkit.formulas import Formula, build
from evalkit.formulas.expression import ExpressionError, binding_of, build_expression


class RoleBinding(Model):
    """Which variable an argument takes, and when."""

    variable: Id
    at: Literal["current", "base", "previous"] = "current"


class Measure(Model):
    """What is measured (指标口径); shared by sets and plans.

    `formula` names a Python function whose arguments `roles` binds; `expression` is a text over variables, which binds itself.
    `minimum` and `maximum` are what a reported value can be; nothing is assumed of shares. `department` reports what has no formula.
    """

    id: Id
    name_zh: Text
    name_en: Text
    unit: Text
    kind: Literal["number", "qualitative", "composite"]
    direction: Literal["up", "down", "none"] = "none"
    digits: int | None = Field(default=None, ge=0, le=12)
    formula: str | None = None
    expression: str | None = None
    roles: dict[str, RoleBinding | Id] = Field(default_factory=dict)
    components: list[Id] = Field(default_factory=list)
    reported_only: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    department: str = ""
    aliases: list[str] = Field(default_factory=list)
    definition_zh: str = ""
    cite: Cite | None = None

    @model_validator(mode="before")
    @classmethod
    def _bind(cls, content: Any) -> Any:
        """Derive the roles of an expression; one that cannot be read has none, and the links say why."""
        if not isinstance(content, dict) or not isinstance(content.get("expression"), str) or content.get("roles"):
            return content
        try:
            arguments = build_expression(content["expression"]).arguments
        except ExpressionError:
            return content
        bound = {name: binding_of(name) for name in arguments}
        return {**content, "roles": {name: {"variable": variable, "at": at} for name, (variable, at) in bound.items()}}

    @property
    def built(self) -> Formula | None:
        """The formula as a tree, from either text; None where the value can only be reported."""
        if self.expression is not None:
            return build_expression(self.expression)
        return build(self.formula) if self.formula else None

    def binding(self, role: str) -> RoleBinding:
        """Return what an argument is bound to."""
        bound = self.roles[role]
        return bound if isinstance(bound, RoleBinding) else RoleBinding(variable=bound)
