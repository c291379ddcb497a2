"""Sentences of documents in Chinese and English, from one catalogue, in the language of the document that is being made."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import yaml

from evalkit.messages import Language


@dataclass(frozen=True)
class Speech:
    """The language of a document, and what the data call things in it.

    Parameters
    ----------
    lang : {"zh", "en"}
    terms : mapping
        English names by Chinese name: indicators, regions, sets, units, documents. Used for English only.
    """

    lang: Language = "zh"
    terms: Mapping[str, str] = field(default_factory=dict)


_CHINESE = Speech()
# The language of the document, not of the terminal: only `speaking` sets it, so results and notebooks never depend on it.
_SPEECH: ContextVar[Speech] = ContextVar("speech", default=_CHINESE)


@contextmanager
def speaking(speech: Speech) -> Iterator[None]:
    """Make everything inside speak one language."""
    token = _SPEECH.set(speech)
    try:
        yield
    finally:
        _SPEECH.reset(token)


def spoken() -> Language:
    """Return the language of the document that is being made; Chinese outside of :func:`speaking`."""
    return _SPEECH.get().lang


def english() -> bool:
    """Whether the document that is being made is in English."""
    return _SPEECH.get().lang == "en"


def term(text: str) -> str:
    """Return what the data call something in the language of the document; the Chinese text where they have no other."""
    speech = _SPEECH.get()
    return speech.terms.get(text, text) if speech.lang == "en" else text


def say(key: str, **values: object) -> str:
    """Return a sentence of the catalogue ``messages/report/<topic>.yml``.

    Parameters
    ----------
    key : str
        ``<topic>.<name>``.
    **values
        What is filled in, as printed. In a template ``{count:#indicator|indicators}`` prints the word that fits the number.

    Raises
    ------
    KeyError
        The catalogue has no such sentence, or a value is not given: a fault of the program.
    """
    topic, _, name = key.partition(".")
    text = ""
    for literal, field_name, one, many in _pieces(sentences(topic)[name][spoken()]):
        if field_name is None:
            text += literal
        else:
            value = str(values[field_name])
            text += literal + (value if one is None else one if value == "1" else many)
    return text


@cache
def sentences(topic: str) -> dict[str, dict[str, str]]:
    """Return all sentences of a topic, by name and language."""
    text = files("evalkit.messages").joinpath("report", f"{topic}.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return loaded


@cache
def _pieces(template: str) -> tuple[tuple[str, str | None, str | None, str], ...]:
    """Return a sentence in pieces: text, value behind it, and the words for one and for more; parsed once, as reports say thousands."""
    pieces: list[tuple[str, str | None, str | None, str]] = []
    for literal, name, spec, conversion in string.Formatter().parse(template):
        if conversion or (spec and not spec.startswith("#")) or (name is not None and not name.isidentifier()):
            raise ValueError(template)
        one, _, many = (spec or "")[1:].partition("|")
        pieces.append((literal, name, one if spec else None, many))
    return tuple(pieces)
