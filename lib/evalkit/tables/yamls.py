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
    return parse_yaml(read_text(path, label, referrer), label)


def parse_yaml(text: str, label: str) -> Located:
    """Read a text as YAML, as strictly as a file."""
    builder = _Builder(Located(label, {}))
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None) or str(error)
        spot = Place(label, cell=f"L{mark.line + 1}" if mark else "")
        raise EvalkitError(Problem("yaml_syntax", spot, {"detail": detail})) from None
    if builder.problems:
        raise EvalkitError(builder.problems)
    return builder.located


class _Builder:
    """Takes the parser's events one by one: one pass, no tree of nodes, nothing resolved."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self.problems: list[Problem] = []
        self.open: list[tuple[Any, tuple[str | int, ...]]] = []  # collections begun and not ended, with their paths
        self.key: list[str | None] = []  # for each of them the key whose value comes next
        self.documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.forbidden("documents", event)
        elif isinstance(event, yaml.AliasEvent):
            raise self.forbidden("aliases", event)
        elif isinstance(event, yaml.NodeEvent):
            self.node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
            self.key.pop()

    def node(self, event: Any) -> None:
        if event.anchor is not None:
            raise self.forbidden("anchors", event)
        if event.tag is not None:
            raise self.forbidden("tags", event)
        if self.open and isinstance(self.open[-1][0], dict) and self.key[-1] is None:
            self.name(event)
            return
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            path = self.put(event.value, line)
            if unprintable(event.value):
                self.problems.append(Problem("yaml_forbidden", self.located.place(*path), {"feature": "control"}))
            return
        if len(self.open) >= _DEEPEST:
            raise self.forbidden("nesting", event)
        content: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.open.append((content, self.put(content, line)))
        self.key.append(None)

    def name(self, event: Any) -> None:
        """Take the key of a pair."""
        line = event.start_mark.line + 1
        if not isinstance(event, yaml.ScalarEvent):
            raise self.forbidden("keys", event)
        mapping, path = self.open[-1]
        if event.value in mapping:
            spot = Place(self.located.label, cell=f"L{line}", key=".".join(map(str, (*path, event.value))))
            self.problems.append(Problem("yaml_duplicate", spot, {"key": event.value, "first": self.located.lines[(*path, event.value)]}))
        self.key[-1] = event.value
        self.located.lines.setdefault((*path, event.value), line)

    def put(self, content: Any, line: int) -> tuple[str | int, ...]:
        """Put a value where it belongs and return its path."""
        if not self.open:
            self.located.content = content
            self.located.lines[()] = line
            return ()
        parent, above = self.open[-1]
        if isinstance(parent, list):
            parent.append(content)
            path = (*above, len(parent) - 1)
            self.located.lines[path] = line
            return path
        key = self.key[-1]
        assert key is not None
        self.key[-1] = None
        parent.setdefault(key, content)
        return (*above, key)

    def forbidden(self, feature: str, event: Any) -> EvalkitError:
        spot = Place(self.located.label, cell=f"L{event.start_mark.line + 1}")
        return EvalkitError(Problem("yaml_forbidden", spot, {"feature": feature}))
