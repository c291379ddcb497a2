"""What all rule files share: kinds of text, the strict base model, and where a rule stands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from evalkit.values import Period, PeriodError, PlainDecimalError, parse_decimal

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1)]
State = Literal["verified", "seen", "seen_neighbour", "third_party", "derived", "recalled"]
Level = Literal["nation", "province", "city", "county", "township", "village", "park"]
Attribute = Literal["condition", "veto", "binding", "reference", "expected", "mandatory", "optional", "local", "unspecified"]


def check_decimal(text: str) -> str:
    """Return a plain decimal as it is; refuse anything else."""
    try:
        parse_decimal(text)
    except PlainDecimalError:
        raise ValueError("a plain decimal such as 12.5 is needed") from None
    return text


def check_period(text: str) -> str:
    """Return the name of a period as it is; refuse anything else."""
    try:
        Period.parse(text)
    except PeriodError:
        raise ValueError("not a period") from None
    return text


_UNIT_FACTOR = r"([0-9]{1,20}(\.[0-9]{1,20})?|[a-z][a-z0-9_]*)( \*\* -?[1-9])?"
Definition = Annotated[str, StringConstraints(pattern=rf"^{_UNIT_FACTOR}( [*/] {_UNIT_FACTOR})*$", max_length=200)]
Decimal = Annotated[str, AfterValidator(check_decimal)]
PeriodName = Annotated[str, AfterValidator(check_period)]
Year = Annotated[str, StringConstraints(pattern=r"^([0-9]{4})?$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(check_period)]


class Model(BaseModel):
    """Base: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Cite(Model):
    """Where a rule stands and how sure we are of it."""

    document: Id
    clause: Text
    state: State
    via: str = ""
    note: str = ""
    verified_by: str = ""
    verified_on: str = ""
    page: str = ""
