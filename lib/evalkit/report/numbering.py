"""What a report needs to know about itself while it is written: numbers of chapters, tables and figures, and its blocks of prose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from evalkit.catalog.texts import BLOCK, UserText
from evalkit.messages.speech import say
from evalkit.report.canvas import Chart
from evalkit.report.prose import items_of_body, items_of_markdown, markdown_of, prose_hash
from evalkit.report.tables import Grid, escape, grid_table


@dataclass(frozen=True)
class Block:
    """A piece of prose that a person may replace.

    Parameters
    ----------
    name : str
        Unique in the report; file name of its override.
    generated : str
        Hash of the text that the program writes.
    shown : str
        Hash of the text that is printed: another one where a person's text stands.
    override : UserText, optional
    text : str
        The Markdown that the program writes; empty for a chapter that a person alone writes.
    title : str
        Title of the chapter that is the block; empty where it is a part of one.
    """

    name: str
    generated: str
    shown: str
    override: UserText | None = None
    text: str = ""
    title: str = ""

    @property
    def unpinned(self) -> bool:
        """Whether a person's text does not say which text it replaced: nobody knows whether the numbers have changed since."""
        return self.override is not None and bool(self.generated) and not self.override.replaces

    @property
    def stale(self) -> bool:
        """Whether a person's text replaced another text than the program would write now."""
        return self.override is not None and self.override.replaces not in ("", self.generated)


@dataclass
class Numbering:
    """Numbers of tables and figures, and blocks of prose, set as the file is written.

    Parameters
    ----------
    texts : mapping
        Texts of the user's own, by block.
    titles : mapping
        Numbered titles of the chapters that the report has, by id; filled in before the first chapter is written.
    """

    tables: int = 0
    figures: int = 0
    charts: list[Chart] = field(default_factory=list)
    texts: Mapping[str, UserText] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def table(self, grid: Grid, caption: str, style: str = "grid") -> str:
        """Return a numbered table."""
        self.tables += 1
        text = say("frame.caption", label=say("frame.table", number=self.tables), text=caption)
        return grid_table(grid, text, f"table-{self.tables}", style)

    def figure(self, chart: Chart, caption: str) -> str:
        """Return a numbered figure."""
        self.figures += 1
        self.charts.append(chart)
        text = escape(say("frame.caption", label=say("frame.figure", number=self.figures), text=caption))
        return f'![{text}](figures/{chart.name}){{#figure-{self.figures} width={chart.width_mm:.0f}mm alt="{attribute_text(chart.alt)}"}}\n'

    def table_link(self, number: int) -> str:
        """Return a reference to a table (表3) that leads there in every format."""
        return f"[{escape(say('frame.table', number=number))}](#table-{number}){{.ref}}"

    def figure_link(self, number: int) -> str:
        """Return a reference to a figure (图2) that leads there in every format."""
        return f"[{escape(say('frame.figure', number=number))}](#figure-{number}){{.ref}}"

    def chapter(self, chapter: str) -> str:
        """Return the numbered title of a chapter; empty where the report has none of that id."""
        return self.titles.get(chapter, "")

    def block(self, name: str, text: str) -> str:
        """Return a block of prose: the generated Markdown, or the text that a person put in its place.

        Parameters
        ----------
        name : str
            Unique in the report.
        text : str
            Markdown as generated: paragraphs and simple lists, data escaped. A block that a person alone writes has none.

        Returns
        -------
        str
            The block as a fenced division; empty where there is neither text.

        Raises
        ------
        ValueError
            The name is used twice, or is none.
        """
        if not BLOCK.fullmatch(name) or any(block.name == name for block in self.blocks):
            raise ValueError(f"block {name!r}")
        generated, override = text.strip(), self.texts.get(name)
        written = items_of_markdown(generated)
        items = items_of_body(override.body) if override else written
        shown = markdown_of(items) if override else generated
        if not shown:
            return ""
        made = Block(name, prose_hash(written), prose_hash(items), override, generated, self.titles.get(name, ""))
        self.blocks.append(made)
        control = f"evalkit:{name}:{made.shown}:{made.generated}"
        fenced = f'::::: {{.block control="{control}"}}\n{shown}\n:::::\n'
        return f"{fenced}\n::: {{.note}}\n{escape(say('frame.stale_text'))}\n:::\n" if made.stale else fenced


def attribute_text(text: str) -> str:
    """Return a text that can stand between quotation marks as an attribute."""
    table = {'"': "”", "\\": "＼", "{": "（", "}": "）", "<": "＜", ">": "＞", "&": "＆", "*": "＊", "@": "＠", "`": "＇", "$": "＄"}
    flat = " ".join(text.split())
    return "".join(table.get(char, char) for char in flat if char.isprintable())


def anchor(period: str, set_id: str, indicator: str, milestone: str = "") -> str:
    """Return the id of the place in a report where the calculation of a row stands."""
    parts = ("calc", period, set_id, indicator, milestone)
    return "-".join(re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-") for part in parts if part)
