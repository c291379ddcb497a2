"""How a set is scored (评分规则): beside its targets, never instead of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from evalkit.catalog.base import Cite, Decimal, Id, Model, Text


class MarkerWeight(Model):
    """The weight of each row that carries a mark."""

    marker: Text
    weight: Decimal


class Weights(Model):
    """Weights (权数) by mark; the weight of a row is its share of the sum over all rows scored."""

    by_marker: list[MarkerWeight] = Field(min_length=1)
    cite: Cite


class MissingData(Model):
    """What a missing value counts as: its weight is kept, its index is the floor."""

    index: Literal["floor"]
    cite: Cite


class NotApplicable(Model):
    """How the weight of a row that does not apply is shared out over the others: by their weights, or evenly."""

    share_out: Literal["proportional", "equal"]
    cite: Cite


class Extremes(Model):
    """Over which values of the table given minimum and maximum are taken: those of the same period, or of all periods."""

    over: Literal["period", "panel"]
    cite: Cite


class Scoring(Model):
    """A relative index: floor + span × (value − minimum) ÷ (maximum − minimum); turned round where less is better."""

    text: Text
    method: Literal["relative"]
    floor: Decimal
    span: Decimal
    cite: Cite
    weights: Weights
    missing: MissingData
    not_applicable: NotApplicable
    extremes: Extremes
    left_out: list[Id] = Field(default_factory=list)
    convert_first: list[Id] = Field(default_factory=list)
    note: str = ""

    @property
    def cites(self) -> list[Cite]:
        """Where each part of the rule stands."""
        return [self.cite, *(part.cite for part in (self.weights, self.missing, self.not_applicable, self.extremes))]
