"""Texts for people, in Chinese and English, from one catalogue.

A :class:`Problem` says what is wrong, where, why and what to do. Problems are collected and
shown together; :class:`EvalkitError` carries them to the caller.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Language = Literal["zh", "en"]
Severity = Literal["error", "warning", "note"]


def language() -> Language:
    """Return the language of texts for people: the environment variable EVALKIT_LANG, else Chinese."""
    return "en" if os.environ.get("EVALKIT_LANG", "zh").lower().startswith("en") else "zh"


@cache
def _catalogue(name: str) -> dict[str, dict[str, str]]:
    text = files("evalkit.messages").joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return loaded


def known_codes() -> frozenset[str]:
    """Return the codes of all problems that the catalogue has a text for."""
    return frozenset(_catalogue("problems.yml"))


def word(group: str, key: str, lang: Language | None = None) -> str:
    """Return the word for a code, such as ``word("status", "met")`` → 达标; the code itself where no word exists."""
    entry = _catalogue("words.yml").get(group, {})
    both = entry.get(key)
    return both[lang or language()] if isinstance(both, dict) else key


def filled(group: str, code: str, lang: Language | None = None) -> str:
    """Return the words for a code that may carry an argument, such as ``filled("note", "missing_year:2022")`` → 缺2022年数据."""
    key, _, argument = code.partition(":")
    return word(group, key, lang).format(argument) if argument else word(group, code, lang)


def words(group: str, lang: Language | None = None) -> dict[str, str]:
    """Return all words of a group by code, in the order of the catalogue."""
    return {key: word(group, key, lang) for key in _catalogue("words.yml").get(group, {})}


@dataclass(frozen=True)
class Place:
    """Where a problem is: file, sheet, cell or line, and the key within."""

    file: str = ""
    sheet: str = ""
    cell: str = ""
    key: str = ""

    def __str__(self) -> str:
        spot = "!".join(part for part in (self.sheet, self.cell) if part)
        return " ".join(part for part in (self.file, spot, self.key) if part)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    code : str
        Key of the catalogue, such as ``unknown_variable``.
    place : Place
        Where it is.
    values : dict
        What the text needs: the value received, the allowed ones …
    severity : {"error", "warning", "note"}
    region : str
        Code of the region that alone is concerned; empty when the whole run is.
    accepted : tuple of str
        By whom, when and why it was accepted; empty for most.
    """

    code: str
    place: Place = Place()
    values: dict[str, Any] = field(default_factory=dict)
    severity: Severity = "error"
    region: str = ""
    accepted: tuple[str, ...] = ()

    def _text(self, kind: str, lang: Language | None) -> str:
        template = _catalogue("problems.yml")[self.code][f"{kind}_{lang or language()}"]
        values = {key: _plain(value) for key, value in self.values.items()}
        for group in ("kind", "feature", "level", "figure_fault"):
            if group in values:
                values[group] = word(group, values[group], lang)
        return template.format(**values)

    def message(self, lang: Language | None = None) -> str:
        """Return what is wrong and why."""
        text = self._text("what", lang)
        return text + word("accepted", "said", lang).format(*self.accepted) if self.accepted else text

    def remedy(self, lang: Language | None = None) -> str:
        """Return what to do about it."""
        return word("accepted", "remedy", lang) if self.accepted else self._text("fix", lang)

    def line(self, lang: Language | None = None) -> str:
        """Return place, message and remedy in one line."""
        place = str(self.place)
        return f"{place + ': ' if place else ''}{self.message(lang)} → {self.remedy(lang)}"


class EvalkitError(Exception):
    """Data or rules are at fault. Carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(problem.line() for problem in self.problems))

    def _render_traceback_(self) -> list[str]:
        """Show a table-like list instead of a traceback in Jupyter."""
        return [problem.line() for problem in self.problems]


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else list(value)
        return ", ".join(str(item) for item in items)
    text = str(value)
    return text if len(text) <= 200 else text[:200] + "…"
