"""What every document of ours is made of: its Markdown with figures, the template environment, numbered headings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalkit.catalog.report_plans import Form
from evalkit.messages import Language
from evalkit.messages.speech import say, spoken
from evalkit.report import look, phrases
from evalkit.report.canvas import Chart
from evalkit.report.numbering import Block
from evalkit.report.page import page_words
from evalkit.report.tables import escape

_TENS = ["", *"一二三四五六七八九"]
_ORDINALS = [f"{'' if ten == 0 else '十' if ten == 1 else _TENS[ten] + '十'}{unit}" for ten in range(10) for unit in _TENS][1:]
#: How the Markdown is read: nothing in it is markup of an output format, a formula or a citation.
READER = "markdown+east_asian_line_breaks-raw_html-raw_tex-raw_attribute-latex_macros-tex_math_dollars-citations"
#: In this order; each but the first looks whether it is its format.
FILTERS = ("guard.lua", "docx.lua", "typst.lua", "html.lua")
FORMATS = f"""from: {READER}
number-sections: false
filters: [{", ".join(FILTERS)}]
format:
  docx: {{reference-doc: reference.docx, default-image-extension: png}}
  typst: {{template: evalkit.typ, default-image-extension: svg, keep-typ: true, pdf-standard: ua-1}}
  html: {{template: report.html, css: report.css, embed-resources: true, theme: none, toc: true, toc-depth: 2,
         default-image-extension: svg}}
"""


@dataclass(frozen=True)
class Cover:
    """What stands on the cover, as printed.

    Parameters
    ----------
    title, region, kind : str
        Of the run; the region's full name; what kind of report it is (年度自评估报告).
    prepared_by : str
        编制单位; may be empty.
    authors : tuple of str
        编制人员.
    """

    title: str
    region: str
    kind: str
    prepared_by: str = ""
    authors: tuple[str, ...] = ()


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
    form : {"technical", "official"}
        技术报告, or 公文 as GB/T 9704 has it.
    lang : {"zh", "en"}
    cover : Cover, optional
        What stands on the cover of a technical report.
    blocks : tuple of Block
        The pieces of prose that a person may replace.
    origin : str
        ``<run>/<region>``, so that an edited Word file finds its way back; empty where nothing is taken back.
    """

    name: str
    title: str
    text: str
    charts: list[Chart]
    example: bool
    report_date: str
    data: frozenset[str] = frozenset()
    outdated: bool = False
    form: Form = "technical"
    lang: Language = "zh"
    cover: Cover | None = None
    blocks: tuple[Block, ...] = ()
    origin: str = ""

    @property
    def header_marks(self) -> list[tuple[str, str]]:
        """What every page says beside the title: name of the template's variable and text."""
        found = [("outdated", look.outdated_words(self.lang))] if self.outdated else []
        return [*found, ("example", look.example_words(self.lang))] if self.example else found


def front_matter(cover: Cover, date: str, *, small: bool = False) -> str:
    """Return the head of a ``.qmd``: title, what stands on the cover, and how Quarto is to render it."""
    lines = [
        f"title: {yaml_text(cover.title)}",
        f"subtitle: {yaml_text(say('frame.subtitle', region=cover.region, kind=cover.kind))}",
        f"date: {yaml_text(date)}",
    ]
    lines += [f"lang: {'en' if spoken() == 'en' else 'zh-CN'}", f"toc-title: {yaml_text(say('frame.contents'))}"]
    lines += [f"region: {yaml_text(cover.region)}", f"kind: {yaml_text(cover.kind)}"]
    lines += [f"prepared-by: {yaml_text(cover.prepared_by)}"] if cover.prepared_by else []
    lines += [f"authors: {yaml_text(phrases.listing(list(cover.authors)))}"] if cover.authors else []
    lines += ["small: true"] if small else []
    lines += ["page-words:", *(f"  {name}: {yaml_text(text)}" for name, text in page_words().items())]
    return "\n".join(lines) + f"\n{FORMATS}"


def ordinals(number: int) -> str:
    """Return the number of a chapter as it is printed: 一, or 1 in English."""
    return _ORDINALS[number - 1] if spoken() == "zh" and number <= len(_ORDINALS) else str(number)


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
    made.globals.update(sections=Sections, say=say, brackets=phrases.brackets, gap=phrases.gap, run_on=phrases.run_on)
    made.filters.update(md=escape, yaml=yaml_text, ordinal=ordinals)
    return made


class Sections:
    """Headings with Chinese numbers, in the order in which they are printed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, title: str) -> str:
        """Return the next heading."""
        self.count += 1
        return f"# {escape(say('frame.heading', number=ordinals(self.count), title=title))}"


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
