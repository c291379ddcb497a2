"""What the Typst template needs to know beside the text: form, language, fonts, words. All of it as strings, never as markup."""

from __future__ import annotations

import re

from evalkit.messages.speech import say
from evalkit.report import phrases
from evalkit.report.frame import Document
from evalkit.report.rendering.fonts import Fonts

_LATIN = "Libertinus Serif"
_CHAPTER = re.compile(r"(?m)^# ")
#: A report of fewer chapters has neither cover nor contents, as in Word.
_FEWEST_CHAPTERS = 5


def setting(document: Document, fonts: Fonts) -> str:
    """Return ``setting.typ``: a dictionary ``setting`` that the template imports.

    Parameters
    ----------
    document : Document
    fonts : Fonts
    """
    cover = document.cover
    lines = (
        [(say("frame.prepared_by"), cover.prepared_by), (say("frame.authors"), phrases.listing(list(cover.authors)))] if cover else []
    )  # fmt: skip
    marks = "".join(f"{_text(text)}, " for _, text in document.header_marks)
    example = [text for key, text in document.header_marks if key == "example"]
    # Chinese fonts set English quotation marks as wide as a character: the serif that Typst brings comes first there.
    latin = (_LATIN,) if document.lang == "en" else ()
    families = ", ".join(f"{role}: ({''.join(f'{_text(name)}, ' for name in (*latin, *names))})" for role, names in fonts.families.items())
    held = "".join(f"({_text(label)}, {_text(text)}), " for label, text in lines if text)
    return (
        "#let setting = (\n"
        f"  official: {str(document.form == 'official').lower()},\n"
        f"  lang: {_text('en' if document.lang == 'en' else 'zh')},\n"
        f"  region: {_text('gb' if document.lang == 'en' else 'cn')},\n"
        f"  running: {_text(document.title)},\n"
        f"  contents: {_text(say('frame.contents'))},\n"
        f"  marks: ({marks}),\n"
        f"  watermark: {_text(example[0]) if example else 'none'},\n"
        f"  long: {str(len(_CHAPTER.findall(document.text)) >= _FEWEST_CHAPTERS).lower()},\n"
        f"  bound: {str(cover is not None).lower()},\n"
        f"  prepared: {_text(cover.prepared_by if cover else '')},\n"
        f"  cover: ({held}),\n"
        f"  fonts: ({families}),\n"
        ")\n"
    )


def _text(text: str) -> str:
    """Return a text as a string of Typst."""
    flat = "".join(char if char.isprintable() else " " for char in text)
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'
