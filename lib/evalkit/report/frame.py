"""What every document of ours is made of: its Markdown with figures, the template environment, numbered headings."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalkit.report import look
from evalkit.report.canvas import Chart
from evalkit.report.tables import escape

_ORDINALS = [*"一二三四五六七八九十", *(f"十{unit}" for unit in "一二三四五六七八九"), "二十"]
FORMATS = """from: markdown+east_asian_line_breaks
number-sections: false
filters: [evalkit.lua]
format:
  docx: {reference-doc: reference.docx, default-image-extension: png}
  typst: {template: evalkit.typ, default-image-extension: svg}
  html: {template: report.html, css: report.css, embed-resources: true, theme: none, toc: true, toc-depth: 1, default-image-extension: svg}
"""


@dataclass
class Document:
    """A report as Markdown, with its figures and what the checks need to know.

    Parameters
    ----------
    name : str
        File name of the products, without extension.
    title : str
        For the properties of the files.
    text : str
        The ``.qmd``.
    charts : list of Chart
    example : bool
    report_date : str
    data : frozenset of str
        Texts that come from data: words in them are not faults of the rendering.
    outdated : bool
        Rules or data changed since the results were made: every header says so.
    """

    name: str
    title: str
    text: str
    charts: list[Chart]
    example: bool
    report_date: str
    data: frozenset[str] = frozenset()
    outdated: bool = False

    @property
    def header_marks(self) -> list[tuple[str, str]]:
        """What every page says beside the title: name of the template's variable and text."""
        found = [("outdated", look.OUTDATED_ZH)] if self.outdated else []
        return [*found, ("example", look.EXAMPLE_ZH)] if self.example else found


def yaml_text(text: str) -> str:
    """Return a text as a YAML scalar that holds escaped Markdown."""
    return json.dumps(escape(text), ensure_ascii=False)


def environment(templates: Path) -> Any:
    """Return the Jinja environment of the report templates."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(str(templates), encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(sections=Sections)
    made.filters.update(md=escape, yaml=yaml_text, ordinal=lambda number: _ORDINALS[number - 1] if number <= 10 else str(number))
    return made


class Sections:
    """Headings with Chinese numbers, in the order in which they are printed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, title: str) -> str:
        """Return the next heading."""
        self.count += 1
        return f"# {_ORDINALS[self.count - 1]}、{escape(title)}"


class Chapters:
    """Headings of the chapters that a report has, with their numbers."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._numbered = {title: f"{_ORDINALS[place]}、{title}" for place, title in enumerate(titles)}

    def __call__(self, title: str) -> str:
        """Return a chapter's title with its number; empty when the report has no such chapter."""
        return self._numbered.get(title, "")


class Late:
    """A table that gets its number when the template prints it."""

    def __init__(self, make: Callable[[], str]) -> None:
        self.make = make

    def __str__(self) -> str:
        return self.make()


def tidy(text: str) -> str:
    """Return Markdown without runs of empty lines."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
