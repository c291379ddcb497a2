"""The Word file: sound, in the form that was asked for, with real fields, pages, captions and contents."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
import report_samples as samples
from lxml import etree
from word_schema import WP, W, repairs

from evalkit.catalog.report_plans import ChapterEntry, Form
from evalkit.messages import Language
from evalkit.messages.speech import Speech, speaking
from evalkit.report import build
from evalkit.report.document import STANDARD, region_document
from evalkit.report.frame import Cover, Document
from evalkit.report.rendering.render import pandoc_path, render_word
from evalkit.report.rendering.word import reference_document
from evalkit.report.rendering.word_pages import page, styles

PREPARED = "示例省生态环境科学研究院"
MM = 1440 / 25.4


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    samples.write(root)
    return root


def report(root: Path, form: Form = "technical", lang: Language = "zh", **changes: Any) -> Document:
    """Return the report of the sample in a form and a language."""
    context = samples.context(prepared_by=PREPARED, authors=["张三", "李四"], **changes)
    with speaking(Speech(lang)):
        model = build.read_model(root, samples.RUN, samples.REGION, context)
        plan = STANDARD.model_copy(update={"form": form, "annexes": [ChapterEntry(chapter=name) for name in ("unverified", "decisions")]})
        kept = [entry for entry in plan.chapters if entry.chapter not in {"unverified", "decisions"}]
        return region_document(model, build.templates_of(root), plan.model_copy(update={"chapters": kept}))


@pytest.fixture(scope="module")
def files(project: Path) -> dict[str, Path]:
    made = {}
    for form in ("technical", "official"):
        for lang in ("zh", "en"):
            made[f"{form}-{lang}"] = render_word(report(project, form, lang), build.templates_of(project), project / f"{form}-{lang}.docx")  # type: ignore[arg-type]
        whole = replace(build.rollup(project, samples.RUN, [samples.context()]), form=form)  # type: ignore[arg-type]
        made[f"{form}-all"] = render_word(whole, build.templates_of(project), project / f"{form}-all.docx")
    return made


def body(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("word/document.xml"))[0]


def words(item: Any) -> str:
    return "".join(text.text or "" for text in item.iter(f"{W}t"))


def style(item: Any) -> str:
    found = item.find(f"{W}pPr/{W}pStyle")
    return str(found.get(f"{W}val")) if found is not None else ""


def sections(path: Path) -> list[Any]:
    return list(body(path).iter(f"{W}sectPr"))


def test_word_would_repair_nothing(files: dict[str, Path]) -> None:
    assert {name: repairs(path) for name, path in files.items()} == {name: [] for name in files}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('<w:pStyle w:val="Heading1"/>', '<w:keepNext/><w:pStyle w:val="Heading1"/>', "pPr holds"),
        ('<w:fldChar w:fldCharType="separate"/>', "", "out of turn"),
        ('w:val="Heading1"', 'w:val="Heading11"', "no paragraph style Heading11"),
        ("<w:bookmarkEnd ", "<w:bookmarkGone ", "is not closed"),
        (" SEQ 表 \\* ARABIC ", " REF _Ref_table_99 \\h ", "no bookmark _Ref_table_99"),
        ('w:name="table-1"', 'w:name="Table-2"', "bookmark name table-2 twice"),
        ('r:id="rId', 'r:id="rId9', "no relation"),
        ("<w:gridCol ", "<w:gridcol ", "does not fill"),
    ],
)
def test_the_check_finds_planted_faults(files: dict[str, Path], tmp_path: Path, old: str, new: str, fault: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(files["technical-zh"]) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "word/document.xml":
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode(), 1)
            changed.writestr(name, data)
    path = tmp_path / "planted.docx"
    path.write_bytes(out.getvalue())
    assert any(fault in found for found in repairs(path))


def test_pages_of_an_official_paper(files: dict[str, Path]) -> None:
    """GB/T 9704-2012: A4, 37/35/28/26 mm, 版心 156 × 225 mm, 22 lines of 28 characters, numbers at the outer edge."""
    first = sections(files["official-zh"])[0]
    margins = first.find(f"{W}pgMar")
    assert [round(int(margins.get(f"{W}{side}")) / MM) for side in ("top", "bottom", "left", "right")] == [37, 35, 28, 26]
    size = first.find(f"{W}pgSz")
    assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
    form = page("official", landscape=False)
    pitch = int(first.find(f"{W}docGrid").get(f"{W}linePitch"))
    assert form.text_height // pitch == 22
    text = {one.name: one for one in styles("official", "zh")}["Body Text"]
    assert (text.size, text.line, text.first) == (16, 28, 2)
    assert 28 <= form.text_width / (16 * 20 - 5) < 29
    with zipfile.ZipFile(files["official-zh"]) as archive:
        assert "<w:evenAndOddHeaders" in archive.read("word/settings.xml").decode()
        feet = [archive.read(name).decode() for name in archive.namelist() if re.fullmatch(r"word/footer\d\.xml", name)]
    assert sorted(re.findall(r'<w:jc w:val="(\w+)"', "".join(feet))) == ["left", "right"]
    assert all("— " in foot and " PAGE " in foot and 'w:sz w:val="28"' in foot for foot in feet)


def test_landscape_pages_are_turned_and_numbered(files: dict[str, Path]) -> None:
    for name in ("technical-zh", "official-zh", "technical-en", "official-en"):
        turned = [one for one in sections(files[name]) if one.find(f"{W}pgSz").get(f"{W}orient") == "landscape"]
        assert turned, name
        for one in turned:
            size = one.find(f"{W}pgSz")
            assert int(size.get(f"{W}w")) > int(size.get(f"{W}h"))
        for one in sections(files[name]):
            kinds = {(child.tag.split("}")[1], child.get(f"{W}type")) for child in one if child.tag.endswith("Reference")}
            assert {("headerReference", "default"), ("footerReference", "default")} <= kinds
            if name.startswith("official"):
                assert {("headerReference", "even"), ("footerReference", "even")} <= kinds


def test_invented_data_are_marked_in_every_header(files: dict[str, Path]) -> None:
    for name, mark in (("technical-zh", "示例数据(非真实)"), ("official-zh", "示例数据(非真实)"), ("official-en", "not real")):
        with zipfile.ZipFile(files[name]) as archive:
            heads = [archive.read(part).decode() for part in archive.namelist() if re.fullmatch(r"word/header\d\.xml", part)]
        assert len(heads) == 2, name  # default and even, or default and that of the cover
        assert all(mark in head for head in heads), name


def test_an_official_paper_of_real_data_has_no_header(project: Path, tmp_path: Path) -> None:
    path = render_word(report(project, "official", example=False), build.templates_of(project), tmp_path / "a.docx")
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if name.startswith("word/header")]
    assert not repairs(path)


def test_no_section_is_empty(files: dict[str, Path]) -> None:
    for name, path in files.items():
        filled = False
        for item in body(path):
            section = item if item.tag == f"{W}sectPr" else item.find(f"{W}pPr/{W}sectPr")
            filled = filled or bool(words(item)) or item.find(f".//{W}drawing") is not None
            if section is not None:
                assert filled, name
                filled = False


def test_a_landscape_chapter_at_the_end_leaves_no_empty_page(project: Path, tmp_path: Path) -> None:
    document = report(project)
    cut = document.text[: document.text.index("# 附件1")] if "# 附件1" in document.text else document.text
    text = f"{cut}\n\n::: {{.landscape}}\n\n# 末章\n\n横排的最后一章。\n\n:::\n"
    path = render_word(replace(document, text=text), build.templates_of(project), tmp_path / "a.docx")
    last = sections(path)[-1]
    assert last.getparent().tag == f"{W}body" and last.find(f"{W}pgSz").get(f"{W}orient") == "landscape"
    assert words(last.getprevious()) == "横排的最后一章。" or last.getprevious().tag == f"{W}bookmarkEnd"
    assert not repairs(path)


def test_cover_and_contents_of_a_technical_report(files: dict[str, Path]) -> None:
    held = body(files["technical-zh"])
    before = [style(item) for item in held if item.tag == f"{W}p"][:6]
    assert before == ["Title", "CoverKind", "CoverRegion", "CoverLine", "CoverLine", "CoverLine"]
    lines = [words(item) for item in held if style(item) == "CoverLine"]
    assert lines == [f"编制单位：{PREPARED}", "编制人员：张三、李四", "2024年10月29日"]
    cover, contents, first, *_ = sections(files["technical-zh"])
    assert cover.find(f"{W}titlePg") is not None and first.find(f"{W}titlePg") is None
    assert contents.find(f"{W}pgNumType").get(f"{W}fmt") == "upperRoman" and first.find(f"{W}pgNumType").get(f"{W}start") == "1"


def test_what_is_not_known_has_no_line_on_the_cover(project: Path, tmp_path: Path) -> None:
    document = report(project)
    assert document.cover
    bare = replace(document, cover=Cover(document.cover.title, document.cover.region, document.cover.kind))
    path = render_word(bare, build.templates_of(project), tmp_path / "a.docx")
    lines = [words(item) for item in body(path) if style(item) == "CoverLine"]
    assert lines == ["2024年10月29日"]


def test_contents_hold_every_chapter(files: dict[str, Path]) -> None:
    for name in ("technical-zh", "official-zh", "technical-en"):
        held = body(files[name])
        heads = [words(item) for item in held.iter(f"{W}p") if style(item) in {"Heading1", "AnnexHeading"}]
        entries = [words(item) for item in held.iter(f"{W}p") if style(item) == "TOC1"]
        assert entries == heads and len(entries) >= 5, name
        assert all(item.find(f"{W}hyperlink").get(f"{W}anchor") for item in held.iter(f"{W}p") if style(item) == "TOC1")
    with zipfile.ZipFile(files["technical-zh"]) as archive:
        settings = archive.read("word/settings.xml").decode()
    assert "updateFields" not in settings, "Word would ask before it opens the file"
    assert 'w:name="compatibilityMode"' in settings and 'w:val="15"' in settings


def test_many_entries_leave_the_contents_to_the_chapters(project: Path, tmp_path: Path) -> None:
    document = report(project)
    for count, levels in ((3, {"TOC1", "TOC2"}), (40, {"TOC1"})):
        more = "".join(f"\n## （{number}）小节{number}\n\n文字。\n" for number in range(count))
        made = replace(document, text=document.text + "\n# 九、更多\n" + more)
        held = body(render_word(made, build.templates_of(project), tmp_path / f"{count}.docx"))
        assert {style(item) for item in held.iter(f"{W}p") if style(item).startswith("TOC") and style(item) != "TOCHeading"} == levels


def test_status_symbols_are_drawn_by_the_chinese_font(files: dict[str, Path]) -> None:
    def hints(name: str) -> list[str | None]:
        runs = [run for run in body(files[name]).iter(f"{W}r") if any("●" in (part.text or "") for part in run.findall(f"{W}t"))]
        return [fonts.get(f"{W}hint") if (fonts := run.find(f"{W}rPr/{W}rFonts")) is not None else None for run in runs]

    assert hints("technical-zh") and set(hints("technical-zh")) == {"eastAsia"}
    assert hints("technical-en") and "eastAsia" not in hints("technical-en")


def test_annexes_of_a_technical_report_follow_each_other(files: dict[str, Path]) -> None:
    heads = [item for item in body(files["technical-zh"]).iter(f"{W}p") if style(item) == "AnnexHeading"]
    assert [item.find(f"{W}pPr/{W}pageBreakBefore") is not None for item in heads] == [True, False]
    assert not [one for one in styles("technical", "zh") if one.name == "Annex Heading" and one.breaks]


def test_a_small_report_stands_alone(project: Path, tmp_path: Path) -> None:
    document = report(project)
    small = replace(document, text=document.text.replace("\nfrom: ", "\nsmall: true\nfrom: ", 1))
    held = body(render_word(small, build.templates_of(project), tmp_path / "a.docx"))
    assert not [item for item in held.iter(f"{W}p") if style(item).startswith(("TOC", "Cover"))]


def test_an_official_paper_is_signed_before_its_annexes(files: dict[str, Path]) -> None:
    texts = [words(item) for item in body(files["official-zh"]) if item.tag == f"{W}p"]
    listed = next(place for place, text in enumerate(texts) if text.startswith("附件：1. "))
    signed = texts.index(PREPARED)
    annex = next(place for place, text in enumerate(texts) if text.startswith("附件1"))
    assert listed < signed < annex and texts[signed + 1] == "2024年10月29日"
    assert "2024年10月29日" not in texts[:listed]
    breaks = [one.breaks for one in styles("official", "zh") if one.name == "Annex Heading"]
    assert breaks == [True]


def test_captions_are_fields_and_references_follow_them(project: Path, tmp_path: Path) -> None:
    document = report(project)
    text = document.text + "\n\n详见[表1](#table-1){.ref}和[表99](#table-99){.ref}。\n"
    held = body(render_word(replace(document, text=text), build.templates_of(project), tmp_path / "a.docx"))
    captions = [item for item in held.iter(f"{W}p") if style(item) in {"TableCaption", "ImageCaption"}]
    assert captions
    for item in captions:
        instructions = [part.text for part in item.iter(f"{W}instrText")]
        label = re.match(r"(表|图)(\d+)", words(item))
        assert label and instructions == [f" SEQ {label[1]} \\* ARABIC "]
        mark = item.find(f"{W}bookmarkStart")
        assert mark.get(f"{W}name") == f"_Ref_{'table' if label[1] == '表' else 'figure'}_{label[2]}"
    last = [item for item in held.iter(f"{W}p") if words(item).startswith("详见")][-1]
    assert words(last) == "详见表1和表99。"
    assert [part.text for part in last.iter(f"{W}instrText")] == [" REF _Ref_table_1 \\h "]  # the other has no table: it stays a link


def test_pictures_fit_and_are_described(files: dict[str, Path]) -> None:
    for name, path in files.items():
        form = page("official" if name.startswith("official") else "technical", landscape=False)
        wide = page("official" if name.startswith("official") else "technical", landscape=True)
        drawings = list(body(path).iter(f"{W}drawing"))
        for drawing in drawings:
            described = next(drawing.iter(f"{WP}docPr"))
            inline = next(drawing.iter(f"{WP}inline"))
            assert [inline.get(f"dist{side}") for side in "TBLR"] == ["0"] * 4, "else LibreOffice moves it to the right"
            assert described.get("descr") and described.get("title") is None, name
            assert "figures/" not in etree.tostring(drawing, encoding="unicode")
            extent = next(drawing.iter(f"{WP}extent"))
            assert int(extent.get("cx")) / 635 <= max(form.text_width, wide.text_width)
            assert int(extent.get("cy")) / 635 < form.text_height
            paragraph = next(drawing.iterancestors(f"{W}p"))
            spacing = paragraph.find(f"{W}pPr/{W}spacing")
            assert spacing is None or spacing.get(f"{W}lineRule") != "exact"
            assert paragraph.find(f"{W}pPr/{W}keepNext") is not None, "a figure is kept with its caption"
    exact = [one.name for one in styles("official", "zh") if one.line > 10]
    assert not {"Captioned Figure", "Figure", "Table Text", "Normal"} & set(exact)


def test_tables_take_the_page_and_repeat_their_head(files: dict[str, Path]) -> None:
    for name in ("technical-zh", "official-zh"):
        document = docx.Document(str(files[name]))
        form: Form = "official" if name.startswith("official") else "technical"
        rooms = {page(form, landscape=flat).text_width for flat in (True, False)}
        for table in document.tables:
            element = table._tbl
            columns = [int(column.get(f"{W}w")) for column in element.iter(f"{W}gridCol")]
            assert sum(columns) in rooms and element.tblPr.find(f"{W}tblW").get(f"{W}type") == "dxa"
            assert element.tr_lst[0].trPr.find(f"{W}tblHeader") is not None
            assert all(row.trPr.find(f"{W}cantSplit") is not None for row in element.tr_lst)
            for row in element.tr_lst:
                assert sum(int(cell.tcPr.find(f"{W}tcW").get(f"{W}w")) for cell in row.tc_lst) == sum(columns)
            assert {style(item) for item in element.iter(f"{W}p")} <= {"TableHead", "TableText"}
        kinds = {table._tbl.tblPr.find(f"{W}tblStyle").get(f"{W}val") for table in document.tables}
        assert kinds == {"OfficialTable", "WorkingTable"}
        merged = [item for table in document.tables for item in table._tbl.iter(f"{W}vMerge")]
        assert merged, "领域 spans its rows"


def test_no_empty_paragraph_stands_between_table_and_caption(files: dict[str, Path]) -> None:
    for name in ("technical-zh", "official-all"):
        empty = [item for item in body(files[name]) if item.tag == f"{W}p" and not len(item)]
        assert not empty, name


def test_fonts_are_named_for_chinese_text() -> None:
    for form, title in (("technical", "黑体"), ("official", "方正小标宋简体")):
        document = docx.Document(io.BytesIO(reference_document(pandoc_path(), form)))  # type: ignore[arg-type]
        source = etree.tostring(document.styles.element, encoding="unicode")
        assert "Theme" not in re.sub(r"xmlns:\w+=\"[^\"]*\"", "", source)
        by_name = {one.name: one for one in document.styles}
        for name, font in (("Title", title), ("Heading 1", "黑体"), ("Heading 2", "楷体"), ("Body Text", "仿宋"), ("Table Text", "宋体")):
            assert by_name[name].element.find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") == font, name
        defaults = document.styles.element.find(f"{W}docDefaults")
        assert defaults.find(f".//{W}rFonts").get(f"{W}eastAsia") == "仿宋" and defaults.find(f".//{W}lang").get(f"{W}eastAsia") == "zh-CN"
        fonts = next(part.blob for part in document.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml").decode()
        assert '<w:font w:name="方正小标宋简体"><w:altName w:val="方正小标宋_GBK' in fonts


def test_an_english_report_speaks_english_around_the_text(files: dict[str, Path]) -> None:
    held = body(files["technical-en"])
    texts = [words(item) for item in held.iter(f"{W}p")]
    assert "Contents" in texts and "目录" not in texts
    assert any(text.startswith("Prepared by: ") for text in texts) and any("Update field" in text for text in texts)
    document = docx.Document(str(files["technical-en"]))
    assert document.core_properties.language == "en"
    assert any(item == " SEQ Table \\* ARABIC " for item in (part.text for part in held.iter(f"{W}instrText")))


def test_long_and_hostile_words_stay_words(project: Path, tmp_path: Path) -> None:
    title = "</w:t></w:r><w:br/>&amp;“引号”" + "很长的标题" * 60
    document = report(project, title_zh=title)
    assert document.cover
    hostile = replace(document, cover=replace(document.cover, prepared_by="<w:p/>&lt;“甲”", authors=("{.x}", "*乙*" * 30)))
    path = render_word(hostile, build.templates_of(project), tmp_path / "a.docx")
    assert not repairs(path)
    texts = [words(item) for item in body(path).iter(f"{W}p")]
    assert title in texts and "编制单位：<w:p/>&lt;“甲”" in texts
    assert docx.Document(str(path)).core_properties.title == title[:255]


def test_a_document_without_front_matter_is_finished_too(project: Path, tmp_path: Path) -> None:
    document = Document("plain", "附录", "一段文字。\n\n# 节\n\n又一段。\n", [], False, "2024-01-01")
    path = render_word(document, build.templates_of(project), tmp_path / "plain.docx")
    assert not repairs(path) and [words(item) for item in body(path).iter(f"{W}p")] == ["一段文字。", "节", "又一段。"]


@pytest.mark.parametrize("form", ["technical", "official"])
def test_the_same_report_is_the_same_file(
    project: Path, files: dict[str, Path], tmp_path: Path, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    again = render_word(report(project, form), build.templates_of(project), tmp_path / "elsewhere" / "b.docx")
    assert again.read_bytes() == files[f"{form}-zh"].read_bytes()
    assert docx.Document(str(again)).core_properties.author == ""


def test_a_one_page_paper_keeps_its_date_at_the_top(project: Path, tmp_path: Path) -> None:
    document = replace(report(project, "official"), text='---\ntitle: "简报"\ndate: "2024年10月29日"\n---\n\n一段文字。\n')
    held = body(render_word(document, build.templates_of(project), tmp_path / "a.docx"))
    assert [words(item) for item in held.iter(f"{W}p")] == ["简报", "2024年10月29日", "一段文字。"]
