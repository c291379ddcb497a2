"""Rule files as text: our own deterministic writer, in the layout of the files that people write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Content = str | Mapping[str, Any] | Sequence[Any]

#: Lists whose items stand on one line each.
_ITEMS_IN_LINE = ("values", "groups")
#: Mappings that stand on one line.
_IN_LINE = ("rule",)
_ODD = r"\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff"
_PLAIN = re.compile(rf"(?![\s\-?:,\[\]{{}}#&*!|>'\"%@`=<~.+0-9\\])[^{_ODD}]+")
_RESERVED = frozenset(["yes", "no", "on", "off", "null", "y", "n"])
_ESCAPED = re.compile(f"[{_ODD}]")


def yaml_text(content: Mapping[str, Any]) -> str:
    """Return a rule file: keys as given, block style, rules and short lists in one line, quotes only where they are needed."""
    return "\n".join(_mapping(content, "")) + "\n"


def flow(content: Content) -> str:
    """Return a value in one line, such as ``{at_least: "90"}``."""
    if isinstance(content, str):
        return scalar(content, in_line=True)
    if isinstance(content, Mapping):
        return "{" + ", ".join(f"{scalar(str(key), in_line=True)}: {flow(value)}" for key, value in content.items()) + "}"
    return "[" + ", ".join(flow(item) for item in content) + "]"


def scalar(text: str, *, in_line: bool = False) -> str:
    """Return a text as YAML: plain where no reader could take it for anything else, else in double quotes."""
    plain = (
        _PLAIN.fullmatch(text) is not None
        and text == text.strip()
        and text.casefold() not in _RESERVED
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and not (in_line and re.search(r"[,\[\]{}]|:$", text))
    )
    if plain:
        return text
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _mapping(content: Mapping[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in content.items():
        lines += _pair(str(key), value, indent)
    return lines


def _pair(key: str, value: Content, indent: str) -> list[str]:
    name = f"{indent}{scalar(key)}:"
    if isinstance(value, str):
        return [f"{name} {scalar(value)}"]
    if isinstance(value, Mapping):
        return [f"{name} {flow(value)}"] if key in _IN_LINE or not value else [name, *_mapping(value, indent + "  ")]
    if not any(isinstance(item, Mapping) for item in value):
        return [f"{name} {flow(value)}"]
    lines = [name]
    for item in value:
        inner = _mapping(item, "") if isinstance(item, Mapping) and key not in _ITEMS_IN_LINE else [flow(item)]
        lines += [f"{indent}  {'- ' if not number else '  '}{line}" for number, line in enumerate(inner)]
    return lines
