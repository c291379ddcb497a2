"""The PDF: accessible by its standard, in both forms, with links, bookmarks and the fonts that were given."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
import report_samples as samples

from evalkit.messages.speech import Speech, speaking
from evalkit.report import build
from evalkit.report.document import region_document
from evalkit.report.frame import Document
from evalkit.report.rendering.fonts import fonts_absent, fonts_of
from evalkit.report.rendering.render import render

FORMS = ("technical", "official")
MM = 72 / 25.4


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    samples.write(root)
    return root


def document(project: Path, **changes: Any) -> Document:
    context = samples.context(prepared_by="示例技术中心", authors=["甲", "乙"])
    model = build.read_model(project, samples.RUN, samples.REGION, context)
    return replace(region_document(model, build.templates_of(project)), **changes)


@pytest.fixture(scope="module")
def pdfs(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pypdf.PdfReader]:
    out = tmp_path_factory.mktemp("out")
    text = document(project).text + "\n# 附件1　数据\n\n文字。\n"
    made = {form: render(document(project, form=form, text=text), build.templates_of(project), out / form) for form in FORMS}
    return {form: pypdf.PdfReader(paths[1]) for form, paths in made.items()}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def tags(reader: pypdf.PdfReader) -> list[Any]:
    """Return the elements of the structure tree."""
    found: list[Any] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for part in node:
                walk(part)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


@pytest.mark.parametrize("form", FORMS)
def test_it_says_that_it_is_pdf_ua_and_has_what_that_asks_for(pdfs: dict[str, pypdf.PdfReader], form: str) -> None:
    reader = pdfs[form]
    root = reader.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == ("zh-CN", True, True)
    assert reader.metadata is not None and reader.metadata.title == "示例区年度自评估（2023年）"
    elements = tags(reader)
    kinds = Counter(str(item["/S"]) for item in elements)
    figures = [item for item in elements if item["/S"] == "/Figure"]
    assert figures and all(len(str(item.get("/Alt", ""))) > 10 for item in figures)
    assert kinds["/Table"] == kinds["/THead"] == kinds["/TBody"] > 3 and kinds["/TH"] >= 2 * kinds["/Table"]
    assert kinds["/Caption"] >= kinds["/Table"] + len(figures)


@pytest.mark.parametrize("form", FORMS)
def test_every_font_is_embedded_and_the_text_comes_out_in_order(pdfs: dict[str, pypdf.PdfReader], form: str) -> None:
    reader = pdfs[form]
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            held = font.get_object()
            inner = held["/DescendantFonts"][0].get_object() if "/DescendantFonts" in held else held
            assert "/FontFile3" in inner["/FontDescriptor"].get_object() or "/FontFile2" in inner["/FontDescriptor"].get_object()
            assert "/ToUnicode" in held
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    assert "评估10项指标：8项约束性指标中达标3项、未达标1项、待佐证1项、缺数据1项、不适用1项、无目标1项；" in text


@pytest.mark.parametrize("form", FORMS)
def test_each_chapter_is_a_bookmark_and_an_entry_of_the_contents(project: Path, pdfs: dict[str, pypdf.PdfReader], form: str) -> None:
    import html

    reader = pdfs[form]
    chapters = [html.unescape(title) for title in re.findall(r"(?m)^# (.+)$", document(project).text)] + ["附件1　数据"]
    assert len(chapters) >= 6
    outline = [squeezed(str(item.title)) for item in reader.outline if not isinstance(item, list)]
    assert outline == [squeezed(title) for title in chapters]
    contents = squeezed(reader.pages[0 if form == "official" else 1].extract_text())
    assert [title for title in chapters if not re.search(re.escape(squeezed(title)) + r"[.…]*\d+", contents)] == []


def test_references_lead_to_their_tables_and_figures(project: Path, tmp_path: Path) -> None:
    given = document(project)
    text = given.text + "\n见[表1](#table-1){.ref}和[图1](#figure-1){.ref}。\n"
    made = render(replace(given, text=text), build.templates_of(project), tmp_path)
    reader = pypdf.PdfReader(made[1])
    last = [note.get_object() for note in reader.pages[-1]["/Annots"]]
    pages = [reader.get_page_number((note["/Dest"] if "/Dest" in note else note["/A"]["/D"])[0].get_object()) for note in last[-2:]]
    said = [squeezed(reader.pages[page].extract_text()) for page in pages]
    assert "表1" in said[0] and "图1" in said[1] and pages[0] < len(reader.pages) - 1


def test_the_cover_of_a_technical_report(pdfs: dict[str, pypdf.PdfReader]) -> None:
    reader = pdfs["technical"]
    cover, contents, first = (squeezed(page.extract_text()) for page in reader.pages[:3])
    assert "示例区年度自评估（2023年）" in cover and "编制单位：示例技术中心" in cover and "2024年10月29日" in cover and "—1—" not in cover
    assert "编制人员：甲" in cover
    assert contents.startswith("示例区年度自评估（2023年）示例数据(非真实)目录") or "目录" in contents
    assert "一、摘要" in first and "—1—" in first


def test_an_official_paper_has_the_page_of_the_standard(pdfs: dict[str, pypdf.PdfReader]) -> None:
    reader = pdfs["official"]
    spots: list[tuple[int, str, float, float, float]] = []
    upright = [number for number, page in enumerate(reader.pages) if page.mediabox.width < page.mediabox.height]
    for number in upright:
        reader.pages[number].extract_text(
            visitor_text=lambda text, matrix, position, font, size, number=number: (
                spots.append((number, text.strip(), position[4] if position[4] else matrix[4], position[5] or matrix[5], size))
                if text.strip()
                else None
            )
        )
    numbers = {number: x for number, text, x, _, _ in spots if re.fullmatch(r"—\s?\d+\s?—", text)}
    assert len(numbers) == len(upright)
    for number, x in numbers.items():
        assert (x > 105 * MM) == (number % 2 == 0), number  # page 1 is the first: odd pages right, even pages left
    page = reader.pages[0].mediabox
    assert (round(float(page.width) / MM), round(float(page.height) / MM)) == (210, 297)
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    assert re.search(r"附件：1\.数据示例技术中心2024年10月29日.*附件1数据文字。", text)


def test_an_english_report_says_so(project: Path, tmp_path: Path) -> None:
    with speaking(Speech("en")):
        given = document(project)
    made = render(given, build.templates_of(project), tmp_path)
    reader = pypdf.PdfReader(made[1])
    assert str(reader.trailer["/Root"]["/Lang"]).startswith("en")
    text = squeezed("".join(page.extract_text() for page in reader.pages[:2]))
    assert "Contents" in text and "Preparedby:" in text and "目录" not in text


def small_font(folder: Path, family: str, characters: str) -> None:
    """Write a font in which each character is a box."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = [".notdef", *(f"uni{ord(char):04X}" for char in characters)]
    pen = TTGlyphPen(None)
    for place, corner in enumerate(((50, 0), (50, 700), (950, 700), (950, 0))):
        (pen.moveTo if not place else pen.lineTo)(corner)
    pen.closePath()
    glyph = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(char): f"uni{ord(char):04X}" for char in characters})
    builder.setupGlyf(dict.fromkeys(names, glyph))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 50)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": f"Boxes{len(family)}-Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    builder.setupHead(unitsPerEm=1000, created=0, modified=0)
    folder.mkdir(exist_ok=True)
    builder.save(folder / f"{family}.ttf")


def font_names(path: Path) -> set[str]:
    return {
        str(font.get_object()["/BaseFont"]).partition("+")[2].split("-")[0]  # the PostScript name
        for page in pypdf.PdfReader(path).pages
        for font in (page["/Resources"].get("/Font") or {}).values()
    }


def test_fonts_of_a_folder_are_used_and_the_others_stated(project: Path, tmp_path: Path) -> None:
    small_font(tmp_path / "fonts", "FangSong", "年示例区指标项达")
    given = document(project, form="official")
    folders = [str(tmp_path / "fonts")]
    made = render(given, build.templates_of(project), tmp_path / "with", fonts=folders)
    plain = render(given, build.templates_of(project), tmp_path / "without")
    assert font_names(made[1]) == {"Boxes8", "NotoSansCJKsc"} and font_names(plain[1]) == {"NotoSansCJKsc"}
    again = render(given, build.templates_of(project), tmp_path / "again", fonts=folders)
    assert made[1].read_bytes() == again[1].read_bytes()
    (problem,) = fonts_absent("official", folders)
    assert problem.severity == "note" and "小标宋、黑体、楷体、宋体" in problem.message("zh") and "仿宋" not in problem.message("zh")
    assert fonts_absent("technical") == []


def test_a_typeface_that_is_absent_is_replaced_by_the_next(tmp_path: Path) -> None:
    small_font(tmp_path / "fonts", "SimSun", "年")
    small_font(tmp_path / "fonts", "仿宋_GB2312", "年")
    families = fonts_of("official", [str(tmp_path / "fonts")]).families
    assert families["title"] == ("SimSun", "Noto Sans CJK SC")
    assert families["body"][0] == "仿宋_GB2312"
    assert families["second"] == ("仿宋_GB2312", "SimSun", "Noto Sans CJK SC")
    assert families["first"] == ("Noto Sans CJK SC",)
