"""Papers on the remarks as Word files: 意见采纳情况表, 专家意见表, and a public edition without persons and contacts."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from evalkit.catalog import Catalog
from evalkit.catalog.models import Run
from evalkit.catalog.reviews import Remark, Reviews
from evalkit.messages import word
from evalkit.report import look, phrases
from evalkit.report.chapters.opinions_words import counts, opinion, subject, told
from evalkit.report.rendering.word import field, instruction
from evalkit.report.rendering.wordfinish import rezip
from evalkit.tables import write_bytes

_TITLE, _SONG, _HEI, _FANG, _LATIN = "方正小标宋简体", "宋体", "黑体", "仿宋", "Times New Roman"
_LINE = 15.0  # points from line to line in a table
_UPRIGHT, _FLAT = (210, 297), (297, 210)  # mm
_SIDE = 22  # mm of margin
T = TypeVar("T")
_DAY = "　　　　年　　月　　日"


def write_papers(catalog: Catalog, reviews: Reviews, folder: Path, *, public: bool = False) -> list[Path]:
    """Write ``opinions.docx`` and ``experts.docx``, or ``opinions-public.docx`` alone.

    Parameters
    ----------
    catalog : Catalog
    reviews : Reviews
        Of a run that has remarks.
    folder : Path
    public : bool
        Only the table of what was accepted, without persons and contacts. Names that stand in no register cannot be recognised.

    Returns
    -------
    list of Path
        Equal registers give equal files.
    """
    if public:
        made = {"opinions-public.docx": accepted_table(catalog, reviews, public=True)}
    else:
        made = {"opinions.docx": accepted_table(catalog, reviews), "experts.docx": experts_table(catalog, reviews)}
    for name, data in made.items():
        write_bytes(folder / name, data)
    return [folder / name for name in made]


def accepted_table(catalog: Catalog, reviews: Reviews, *, public: bool = False) -> bytes:
    """Return 意见采纳情况表: a table for each draft, in the order in which its remarks came."""
    run = catalog.run(reviews.run)
    title = "意见采纳情况表" + ("（公开版）" if public else "")
    paper = _Paper(run, title, _FLAT)
    lines = told(catalog, reviews, public=public)
    regions = len(run.regions) > 1
    heads = ["序号", "提出人", *(["地区"] if regions else []), "指标", "意见", "采纳情况", "理由与修改情况"]
    widths = [13, 26, *([20] if regions else []), 50, 72, 22, 0]
    for number, (draft, some) in enumerate(_grouped(lines, lambda line: line.draft)):
        paper.heading(title, new_page=bool(number))
        paper.under(f"{run.title_zh}　{draft}" if draft != "—" else run.title_zh)
        paper.text(counts(some))
        rows = [
            [str(place), one.who, *([one.region or "—"] if regions else []), one.subject, one.opinion, one.decision, one.reply or "—"]
            for place, one in enumerate(some, start=1)
        ]
        paper.table(heads, rows, widths, centred={0, len(heads) - 2})
    return paper.bytes()


def experts_table(catalog: Catalog, reviews: Reviews) -> bytes:
    """Return 专家意见表: one for each reviewer and draft; what nobody knows stays a blank."""
    run = catalog.run(reviews.run)
    paper = _Paper(run, "专家意见表", _UPRIGHT)
    pages = _grouped(reviews.remarks, lambda remark: (remark.reviewer, remark.draft, remark.source))
    for number, ((reviewer, draft, source), remarks) in enumerate(pages):
        title = "专家意见表" if source == "expert" else f"{word('review_source', source, 'zh')}意见表"
        paper.heading(title, new_page=bool(number))
        days = sorted({remark.date for remark in remarks})
        when = phrases.period(days[0]) if len(days) == 1 else f"{phrases.period(days[0])}至{phrases.period(days[-1])}"
        stage = f"（{word('review_draft', draft, 'zh')}）" if draft else ""
        paper.form([
            [("项目名称", 1), (f"{run.title_zh}{stage}", 3)],
            [("姓名" if source in ("expert", "public") else "单位", 1), (reviewer, 1), ("日期", 1), (when, 1)],
            [("工作单位", 1), ("", 1), ("职务、职称", 1), ("", 1)],
        ])  # fmt: skip
        rows = [[str(place), _place(catalog, run, one), opinion(one)] for place, one in enumerate(remarks, start=1)]
        paper.table(["序号", "指标", "意见"], rows, [13, 52, 0], centred={0})
        paper.text(f"签名：　　　　　　　　　　　　{_DAY}", align="right", before=24)
    return paper.bytes()


def _place(catalog: Catalog, run: Run, remark: Remark) -> str:
    region = catalog.regions.get(remark.region_code)
    named = subject(catalog, remark)
    return f"{region.name_zh}：{named}" if region and len(run.regions) > 1 else named


def _grouped(lines: Iterable[T], key: Callable[[T], Any]) -> list[tuple[Any, list[T]]]:
    """Return the lines by key, the keys in the order of their first line."""
    kept = list(lines)
    order = list(dict.fromkeys(map(key, kept)))
    kept.sort(key=lambda line: order.index(key(line)))
    return [(name, list(some)) for name, some in groupby(kept, key=key)]


class _Paper:
    """A Word file of headings, sentences and full-grid tables whose heads are repeated on each page."""

    def __init__(self, run: Run, title: str, size: tuple[int, int]) -> None:
        from docx import Document
        from docx.enum.section import WD_ORIENT
        from docx.shared import Mm, Pt

        self.run, self.title, self.width = run, title, size[0] - 2 * _SIDE
        self.document: Any = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(size[0]), Mm(size[1])
        section.orientation = WD_ORIENT.LANDSCAPE if size[0] > size[1] else WD_ORIENT.PORTRAIT
        section.left_margin = section.right_margin = Mm(_SIDE)
        section.top_margin = section.bottom_margin = Mm(24)
        normal = self.document.styles["Normal"]
        self._font(normal.font, normal.element, _FANG, 12)
        normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
        footer = section.footer.paragraphs[0]
        self._align(footer, "center")
        self._write(footer, "— ", _SONG, 10.5)
        for piece in (field("begin"), instruction(" PAGE "), field("separate"), field("end")):
            footer._p.append(piece)
        self._write(footer, " —", _SONG, 10.5)
        if run.example:
            header = section.header.paragraphs[0]
            self._align(header, "right")
            self._write(header, look.EXAMPLE_ZH, _HEI, 10.5)

    def heading(self, text: str, *, new_page: bool) -> None:
        """Add the title of a table."""
        paragraph = self._paragraph(text, _TITLE, 18, "center", after=6)
        paragraph.paragraph_format.page_break_before = new_page
        paragraph.paragraph_format.keep_with_next = True

    def under(self, text: str) -> None:
        """Add what stands below the title: of what the table is."""
        self._paragraph(text, _FANG, 12, "center", after=8).paragraph_format.keep_with_next = True

    def text(self, text: str, *, align: str = "left", before: float = 0) -> None:
        """Add a sentence."""
        self._paragraph(text, _FANG, 12, align, before=before, after=6)

    def form(self, rows: Sequence[Sequence[tuple[str, int]]]) -> None:
        """Add a table of names and what is to be filled in; each cell with the columns that it spans."""
        widths = self._widths([26, 0, 26, 46])
        table = self._grid(len(rows), widths)
        for row, cells in zip(table.rows, rows, strict=True):
            at = 0
            for text, columns in cells:
                cell = row.cells[at]
                if columns > 1:
                    cell = cell.merge(row.cells[at + columns - 1])
                label = columns == 1 and at % 2 == 0
                self._fill(cell, text, _HEI if label else _SONG, centred=label)
                at += columns
        self._paragraph("", _FANG, 6, "left")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], centred: set[int]) -> None:
        """Add a table; a width of 0 takes what the others leave (mm)."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        table = self._grid(len(rows) + 1, self._widths(widths))
        for number, (row, texts) in enumerate(zip(table.rows, [heads, *rows], strict=True)):
            shape = row._tr.get_or_add_trPr()
            if not number:
                shape.append(OxmlElement("w:cantSplit"))
                repeated = OxmlElement("w:tblHeader")
                repeated.set(qn("w:val"), "true")
                shape.append(repeated)
            for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                self._fill(cell, text, _SONG if number else _HEI, centred=not number or place in centred)

    def bytes(self) -> bytes:
        """Return the file, without time and author."""
        core = self.document.core_properties
        core.title, core.author, core.last_modified_by, core.comments = f"{self.run.title_zh}　{self.title}", "", "", ""
        day = datetime.fromisoformat(self.run.report_date).replace(tzinfo=UTC)
        core.created = core.modified = day
        core.revision, core.language = 1, "zh-CN"
        out = io.BytesIO()
        self.document.save(out)
        return rezip(out.getvalue())

    def _widths(self, widths: Sequence[int]) -> list[int]:
        rest = self.width - sum(widths)
        return [width or rest for width in widths]

    def _grid(self, rows: int, widths: Sequence[int]) -> Any:
        from docx.shared import Mm

        table = self.document.add_table(rows=rows, cols=len(widths), style="Table Grid")
        table.autofit = False
        for place, width in enumerate(widths):
            table.columns[place].width = Mm(width)
            for row in table.rows:
                row.cells[place].width = Mm(width)
        return table

    def _fill(self, cell: Any, text: str, face: str, *, centred: bool) -> None:
        from docx.shared import Pt

        cell.vertical_alignment = 1
        for number, line in enumerate(text.split("\n")):
            paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(_LINE)
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            self._align(paragraph, "center" if centred else "left")
            self._write(paragraph, line, face, 10.5)

    def _paragraph(self, text: str, face: str, size: float, align: str, *, before: float = 0, after: float = 0) -> Any:
        from docx.shared import Pt

        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
        self._align(paragraph, align)
        self._write(paragraph, text, face, size)
        return paragraph

    def _write(self, paragraph: Any, text: str, face: str, size: float) -> None:
        run = paragraph.add_run(text)
        self._font(run.font, run._r, face, size)

    def _font(self, font: Any, element: Any, face: str, size: float) -> None:
        """Set the face of Chinese and of Latin letters; Word keeps them apart."""
        from docx.oxml.ns import qn
        from docx.shared import Pt

        font.name, font.size = _LATIN, Pt(size)
        element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)

    def _align(self, paragraph: Any, where: str) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, where.upper())
