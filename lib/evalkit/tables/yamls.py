"""Strict YAML: every scalar is text, duplicate keys are refused, every value knows its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables.files import read_text, unprintable

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST = 40  # levels; no rule file needs a third of them, and the C library has no limit of its own
_OPENING = (yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken, yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
_CLOSING = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


@dataclass
class Located:
    """The content of a YAML file and the line of each part of it.

    Parameters
    ----------
    label : str
        Name of the file in messages.
    content
        Nested dict, list and str.
    lines : dict
        Line by path, a path being a tuple of keys and positions.
    """

    label: str
    content: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def place(self, *path: str | int) -> Place:
        """Return the place of a part, or of the nearest known part above it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return Place(self.label, cell=f"L{self.lines[path[:end]]}", key=".".join(map(str, path)))
        return Place(self.label, key=".".join(map(str, path)))


def load_yaml(path: Path, label: str, referrer: str = "") -> Located:
    """Read a YAML file strictly.

    Raises
    ------
    EvalkitError
        Syntax error, duplicate key, anchor, alias, tag, control character or deep nesting; with the line of each.
    """
    text = read_text(path, label, referrer)
    try:
        depth = 0
        for token in yaml.scan(text, Loader=_LOADER):
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            feature = {yaml.AnchorToken: "anchors", yaml.AliasToken: "aliases", yaml.TagToken: "tags"}.get(type(token))
            if depth > _DEEPEST:
                feature = "nesting"
            if feature:
                spot = Place(label, cell=f"L{token.start_mark.line + 1}")
                raise EvalkitError(Problem("yaml_forbidden", spot, {"feature": feature}))
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None) or str(error)
        spot = Place(label, cell=f"L{mark.line + 1}" if mark else "")
        raise EvalkitError(Problem("yaml_syntax", spot, {"detail": detail})) from None
    located = Located(label, {})
    if node is not None:
        problems: list[Problem] = []
        located.content = _build(node, (), located, problems)
        if problems:
            raise EvalkitError(problems)
    return located


def _build(node: yaml.Node, path: tuple[str | int, ...], located: Located, problems: list[Problem]) -> Any:
    located.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        content: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key_node.start_mark.line + 1)
            line = key_node.start_mark.line + 1
            if key in content:
                spot = Place(located.label, cell=f"L{line}", key=".".join(map(str, (*path, key))))
                problems.append(Problem("yaml_duplicate", spot, {"key": key, "first": located.lines[(*path, key)]}))
                continue
            content[key] = _build(value_node, (*path, key), located, problems)
            located.lines[(*path, key)] = line
        return content
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, i), located, problems) for i, item in enumerate(node.value)]
    if unprintable(node.value):
        problems.append(Problem("yaml_forbidden", located.place(*path), {"feature": "control"}))
    return node.value
