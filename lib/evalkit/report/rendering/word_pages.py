"""Word: the two forms, technical report and official paper (GB/T 9704-2012), as measures of pages and styles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evalkit.catalog.report_plans import Form
from evalkit.messages import Language
from evalkit.report import look

SONG, HEI, FANG, KAI, TITLE = "宋体", "黑体", "仿宋", "楷体", "方正小标宋简体"
LATIN, SANS = "Times New Roman", "Arial"
#: What stands in for a font that a computer lacks: the names by which other systems know it, or the nearest kind.
ALTERNATIVES = {
    TITLE: "方正小标宋_GBK,FZXiaoBiaoSong-B05S,宋体,SimSun",
    FANG: "仿宋_GB2312,FangSong,STFangsong",
    KAI: "楷体_GB2312,KaiTi,STKaiti",
    HEI: "SimHei,STHeiti",
    SONG: "SimSun,STSong",
}
_BLACK = "#000000"
_RED = "#B83B2E"

Align = Literal["left", "center", "right", "both"]


def twips(mm: float) -> int:
    """Return a length in twentieths of a point."""
    return round(mm * 1440 / 25.4)


@dataclass(frozen=True)
class Page:
    """A page: measures in mm."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    header: float = 15
    footer: float = 15

    @property
    def text_width(self) -> int:
        """Width of the text in twips."""
        return twips(self.width) - twips(self.left) - twips(self.right)

    @property
    def text_height(self) -> int:
        """Height of the text in twips."""
        return twips(self.height) - twips(self.top) - twips(self.bottom)


_PAGES: dict[tuple[Form, bool], Page] = {
    ("technical", False): Page(210, 297, 27, 27, 27, 27),
    ("technical", True): Page(297, 210, 24, 24, 26, 26),
    # GB/T 9704-2012, 5.2: 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm; the page number 7 mm below the text.
    ("official", False): Page(210, 297, 37, 35, 28, 26, 20, 23),
    ("official", True): Page(297, 210, 28, 26, 35, 37, 15, 14),
}
#: 22 lines on 225 mm. The 28 characters of a line come from the text itself, set a little closer (16 pt on 156 mm): a grid of
#: characters as well is read by some programs as one cell or two for each.
GRID = {"type": "lines", "linePitch": 579}
CLOSER = -5  # twentieths of a point


def page(form: Form, *, landscape: bool) -> Page:
    """Return the page of a form."""
    return _PAGES[form, landscape]


@dataclass(frozen=True)
class Style:
    """How a paragraph style looks: lengths in points, indents in characters.

    Parameters
    ----------
    name : str
        As pandoc names it, or one of ours.
    east : str
        Chinese font.
    size : float
    before, after : float
    line : float
        Several of a line's height; above 10 it is an exact distance in points, which pictures must never stand in.
    first, left, hanging : float
        Indents in characters.
    align : str
    latin : str
    colour : str
    bold, keep, breaks : bool
        Bold; kept with the next paragraph; begins a page.
    outline : int
        Level of a heading, from 0.
    base, follows : str
        Ids of the style it is based on, and of the style of the paragraph after it.
    gridded : bool
        Whether it stands on the lines of the page, as the text of an official paper does.
    close : bool
        No distance between paragraphs of this style.
    """

    name: str
    east: str
    size: float
    before: float = 0
    after: float = 0
    line: float = 1.0
    first: float = 0
    left: float = 0
    hanging: float = 0
    align: Align = "left"
    latin: str = LATIN
    colour: str = look.INK
    bold: bool = False
    keep: bool = False
    breaks: bool = False
    outline: int = -1
    base: str = "Normal"
    follows: str = ""
    gridded: bool = False
    close: bool = False


def styles(form: Form, lang: Language) -> list[Style]:
    """Return the paragraph styles of a form in a language."""
    own = _official(lang) if form == "official" else _technical(lang)
    return [*own, *_shared(form, lang)]


def _technical(lang: Language) -> list[Style]:
    english = lang == "en"
    first, after, head = (0, 6, SANS) if english else (2, 4, LATIN)
    return [
        Style("Normal", FANG, 12, base=""),
        *(
            Style(name, FANG, 12, 0, after, 1.35, first, align="left" if english else "both", base=base)
            for name, base in (("Body Text", "Normal"), ("First Paragraph", "BodyText"))
        ),
        Style("Compact", FANG, 12, 0, 3, 1.25, base="BodyText"),
        Style("Title", HEI, 20, 18, 10, 1.2, align="center", latin=head, bold=english),
        Style("Subtitle", KAI, 14, 0, 6, align="center"),
        Style("Date", KAI, 12, 0, 14, align="center"),
        Style("Cover Kind", KAI, 20, 0, 14, 1.2, align="center"),
        Style("Cover Region", KAI, 16, 0, 0, 1.2, align="center"),
        Style("Cover Line", FANG, 15, 0, 8, 1.2, align="center"),
        Style("Heading 1", HEI, 16, 18, 8, 1.2, latin=head, bold=english, keep=True, outline=0, follows="FirstParagraph"),
        Style("Annex Heading", HEI, 16, 18, 8, 1.2, latin=head, bold=english, keep=True, outline=0, follows="FirstParagraph"),
        Style("Heading 2", KAI, 14, 12, 6, 1.2, latin=head, bold=True, keep=True, outline=1, follows="FirstParagraph"),
        Style("Heading 3", FANG, 12, 8, 4, 1.2, latin=head, bold=True, keep=True, outline=2, follows="FirstParagraph"),
        Style("Heading 4", FANG, 12, 6, 3, 1.2, keep=True, outline=3, follows="FirstParagraph"),
        Style("TOC Heading", HEI, 16, 0, 14, 1.2, align="center", latin=head, bold=english, base="Normal"),
        Style("toc 1", FANG, 12, 2, 2, 1.15),
        Style("toc 2", FANG, 10.5, 0, 1, 1.1, left=2),
        Style("Signature", FANG, 12, 18, 0, 1.35, align="right"),
        Style("Annex List", FANG, 12, 12, 0, 1.35, first),
    ]


def _official(lang: Language) -> list[Style]:
    english = lang == "en"
    first = 0 if english else 2
    body: Align = "left" if english else "both"
    after = 8 if english else 0

    def text(name: str, east: str = FANG, **more: object) -> Style:
        values = {"line": 28.0, "first": first, "after": after, "align": body, "colour": _BLACK, "gridded": True, **more}
        return Style(name, east, 16, **values)  # type: ignore[arg-type]

    heading = {"align": "left", "keep": True, "follows": "FirstParagraph"}
    return [
        Style("Normal", FANG, 16, colour=_BLACK, base="", gridded=True),
        text("Body Text"),
        text("First Paragraph", base="BodyText"),
        text("Compact", base="BodyText"),
        Style("Title", TITLE, 22, 0, 14, 1.25, align="center", colour=_BLACK, bold=english),
        Style("Subtitle", KAI, 16, 0, 14, 1.25, align="center", colour=_BLACK),
        Style("Date", KAI, 16, 0, 14, 1.25, align="center", colour=_BLACK),
        text("Heading 1", HEI, outline=0, bold=english, **heading),
        text("Annex Heading", HEI, outline=0, bold=english, breaks=True, **{**heading, "first": 0}),
        text("Heading 2", KAI, outline=1, bold=english, **heading),
        text("Heading 3", FANG, outline=2, **heading),
        text("Heading 4", FANG, outline=3, **heading),
        Style("TOC Heading", HEI, 16, 12, 12, 1.2, align="center", colour=_BLACK, bold=english),
        Style("toc 1", FANG, 14, line=24.0, colour=_BLACK),
        Style("toc 2", FANG, 12, line=20.0, left=2, colour=_BLACK),
        text("Signature", align="right", first=0, keep=True),
        text("Annex List"),
    ]


def _shared(form: Form, lang: Language) -> list[Style]:
    """Return what both forms need for tables, figures and calculations; the grid of an official page does not hold these."""
    large = form == "official"
    ink = _BLACK if large else look.INK
    cells, heads = (SANS, SANS) if lang == "en" else (LATIN, LATIN)
    small = 7.5 if lang == "en" else 8

    def caption(name: str, before: float, after: float, *, keep: bool = False, base: str = "Normal") -> Style:
        size = 12 if large else 10.5
        return Style(name, HEI, size, before, after, align="center", latin=heads, colour=ink, bold=lang == "en", keep=keep, base=base)

    return [
        caption("Caption", 8, 4),
        caption("Table Caption", 12, 4, keep=True, base="Caption"),
        caption("Image Caption", 2, 10, base="Caption"),
        Style("Figure", SONG, 10.5, 6, 2, align="center", colour=ink),
        Style("Captioned Figure", SONG, 10.5, 6, 2, align="center", colour=ink, keep=True, base="Figure"),
        Style("Table Text", SONG, small, 1, 1, latin=cells, colour=ink),
        Style("Table Head", HEI, small, 1, 1, latin=heads, colour=ink, bold=lang == "en", keep=True),
        Style("Calculation", FANG, 12 if large else 11, 0, 2, 1.2, left=1, colour=ink),
        Style("Calculation Short", FANG, 11.5 if large else 10.5, 0, 4, 1.2, left=0.5, colour=ink),
        Style("Example Notice", FANG, 12 if large else 11, 0, 8, 1.2, align="center" if large else "left", colour=_RED),
        Style("Table Note", FANG, 10.5 if large else 9, 2, 8, 1.2, colour=ink, close=True),
        Style("header", SONG, 9, align="center", colour=look.MUTED),
        Style("footer", SONG, 14 if large else 9, colour=_BLACK if large else look.MUTED, align="left" if large else "center"),
    ]  # fmt: skip


def borders_of(form: Form) -> dict[str, dict[str, tuple[int, str]]]:
    """Return the borders of tables by style id: full grid for official tables, three lines for working tables."""
    line, thick = ("000000", "000000") if form == "official" else ("6B7280", "1F2937")
    return {
        "OfficialTable": dict.fromkeys(("top", "left", "bottom", "right", "insideH", "insideV"), (4, line)),
        "WorkingTable": {"top": (12, thick), "bottom": (12, thick), "insideH": (2, "C9CED5")},
    }
