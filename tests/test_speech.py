"""Sentences of documents: one catalogue, two languages, and no way for one document to speak for another."""

from __future__ import annotations

import pytest

from evalkit.messages import speech
from evalkit.messages.speech import Speech, english, say, speaking, spoken, term


def test_chinese_unless_a_document_says_otherwise() -> None:
    assert spoken() == "zh" and not english()
    assert say("frame.table", number=3) == "表3"
    with speaking(Speech("en")):
        assert spoken() == "en" and say("frame.table", number=3) == "Table 3"
        with speaking(Speech()):
            assert say("frame.table", number=3) == "表3"
        assert english()
    assert not english()


def test_the_language_is_put_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), speaking(Speech("en")):
        _ = 1 / 0
    assert spoken() == "zh"


def test_the_language_of_the_terminal_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALKIT_LANG", "en")
    assert say("frame.figure", number=1) == "图1"


def test_terms_are_those_of_the_data() -> None:
    with speaking(Speech("en", {"崇明区": "Chongming District"})):
        assert (term("崇明区"), term("某区")) == ("Chongming District", "某区")
    assert term("崇明区") == "崇明区"


def test_words_follow_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = {"count": {"zh": "{n}项", "en": "{n} {n:#indicator|indicators} of {name}"}}
    monkeypatch.setattr(speech, "sentences", lambda topic: {"t": catalogue}[topic])
    with speaking(Speech("en")):
        assert say("t.count", n=1, name="x") == "1 indicator of x"
        assert say("t.count", n="1", name="x") == "1 indicator of x"
        assert say("t.count", n=0, name="{n}") == "0 indicators of {n}"  # what is filled in is never a template
    with pytest.raises(KeyError):
        say("t.count")
    with pytest.raises(KeyError):
        say("t.none")
