"""From a YAML file to a model: rules parsed, every fault with its line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from evalkit.catalog.rules import parse_rule
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables import CsvRow, Located, load_yaml

M = TypeVar("M", bound=BaseModel)


def read_yaml(path: Path, label: str, problems: list[Problem], referrer: str = "") -> Located:
    """Read a YAML file and parse the rules in it; problems are added to the list."""
    try:
        located = load_yaml(path, label, referrer)
    except EvalkitError as error:
        problems.extend(error.problems)
        return Located(label, {})
    located.content = _with_rules(located.content, (), located, problems)
    return located


def build(model: type[M], located: Located, problems: list[Problem], path: tuple[str | int, ...] = ()) -> M | None:
    """Return the model of a part of a file, or None after adding what is wrong with it."""
    content = located.content
    for step in path:
        content = content[step]
    try:
        return model.model_validate(content)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            problems.append(_problem(model, located, path, detail))
        return None


def build_list(model: type[M], key: str, located: Located, problems: list[Problem]) -> list[tuple[M, tuple[str | int, ...]]]:
    """Return the models of a file that holds one list under `key`, each with its path."""
    content = located.content
    if not content and not located.lines:
        return []  # the file could not be read; said already
    if not isinstance(content, Mapping) or set(content) != {key} or not isinstance(content[key], list):
        unknown = [name for name in content if name != key] if isinstance(content, Mapping) else []
        if unknown:
            problems.append(Problem("unknown_key", located.place(unknown[0]), {"key": unknown[0], "allowed": [key]}))
        else:
            problems.append(Problem("missing_key", located.place(), {"key": key}))
        return []
    built = [(build(model, located, problems, (key, i)), (key, i)) for i in range(len(content[key]))]
    return [(item, path) for item, path in built if item is not None]


def build_row(model: type[M], row: CsvRow, label: str, key: str, problems: list[Problem]) -> M | None:
    """Return the model of a line of a register, or None after adding what is wrong with it, cell by cell.

    Parameters
    ----------
    model : type
    row : CsvRow
    label : str
        The file as messages call it.
    key : str
        What the line is called in messages.
    problems : list of Problem
    """
    try:
        return model.model_validate(dict(row.cells))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = str(detail["loc"][0])
            spot = Place(label, cell=row.address(column), key=f"{key}.{column}")
            problems.append(Problem("bad_value", spot, {"value": row[column], "detail": explain_fault(detail)}))
        return None


def _with_rules(content: Any, path: tuple[str | int, ...], located: Located, problems: list[Problem]) -> Any:
    if isinstance(content, dict):
        return {
            key: parse_rule(value, located.place, problems, (*path, key))
            if key == "rule"
            else _with_rules(value, (*path, key), located, problems)
            for key, value in content.items()
        }
    if isinstance(content, list):
        return [_with_rules(item, (*path, i), located, problems) for i, item in enumerate(content)]
    return content


def _problem(model: type[BaseModel], located: Located, base: tuple[str | int, ...], detail: Any) -> Problem:
    # Names of union members stand in the location too; only what the file has is kept.
    loc: list[str | int] = []
    content = located.content
    for step in base:
        content = content[step]
    for step in detail["loc"]:
        known = (isinstance(content, Mapping) and step in content) or (isinstance(content, list) and isinstance(step, int))
        if known:
            loc.append(step)
            content = content[step]
    place = located.place(*base, *loc)
    if detail["type"] == "extra_forbidden":
        owner = _model_at(model, loc[:-1])
        allowed = [field.alias or name for name, field in owner.model_fields.items()] if owner else []
        return Problem("unknown_key", place, {"key": loc[-1] if loc else "", "allowed": allowed})
    if detail["type"] == "missing":
        return Problem("missing_key", place, {"key": detail["loc"][-1]})
    shown = content if isinstance(content, str) else type(content).__name__
    return Problem("bad_value", place, {"value": shown, "detail": explain_fault(detail)})


_PLAIN_FAULTS = {
    "string_too_short": "empty",
    "too_short": "empty",
    "string_type": "text",
    "list_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
    "int_parsing": "number",
    "bool_parsing": "truth",
}


def explain_fault(detail: Any) -> str:
    """Return why a value was refused, in the language of the user."""
    kind = detail["type"]
    if kind == "literal_error":
        return f"{word('detail', 'choices')} {detail['ctx']['expected']}".replace("'', ", "").replace("'", "").replace(" or ", ", ")
    if kind == "string_pattern_mismatch":
        pattern = str(detail["ctx"]["pattern"])
        return f"{word('detail', 'form')} {word('detail', 'date') if pattern.startswith('^' + chr(92) + 'd{4}-') else pattern}"
    if kind in _PLAIN_FAULTS:
        return word("detail", _PLAIN_FAULTS[kind])
    message = str(detail["msg"]).removeprefix("Value error, ")
    return word("detail", {"a plain decimal such as 12.5 is needed": "decimal", "not a period": "period"}.get(message, message))


def _model_at(model: type[BaseModel], loc: list[str | int]) -> type[BaseModel] | None:
    here: type[BaseModel] | None = model
    for step in loc:
        if here is None or isinstance(step, int):
            continue
        fields = {field.alias or name: field for name, field in here.model_fields.items()}
        here = _inner_model(fields[step].annotation) if step in fields else here
    return here


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _inner_model(inner)
        if found:
            return found
    return None
