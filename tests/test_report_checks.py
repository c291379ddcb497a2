"""What is looked for before a report is handed over: each fault is planted, found, and named with its place."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from evalkit.messages import Problem
from evalkit.report.canvas import Chart
from evalkit.report.frame import FORMATS, Document
from evalkit.report.prose import user_markdown
from evalkit.report.rendering.check import Line, ReportError, check_text, docx_text, html_text, suspect_texts, text_faults
from evalkit.report.rendering.check_docx import docx_faults
from evalkit.report.rendering.render import render
from evalkit.report.tables import Cell, Grid, escape, grid_table

TEMPLATES = Path(__file__).parents[1] / "reports" / "templates"
HEAD = f'---\ntitle: "示例"\nlang: zh-CN\n{FORMATS}---\n\n# 一、摘要\n\n文字。\n\n'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="30mm" height="9mm"><rect width="9" height="9"/></svg>'


def png() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (30, 9)).save(out, "PNG")
    return out.getvalue()


PICTURE = Chart("one", "", "", SVG, png, 30)
FIGURE = '![图1　图](figures/one){#figure-1 width=30mm alt="三个数"}\n'


def document(text: str, *charts: Chart, data: frozenset[str] = frozenset()) -> Document:
    return Document("999001", "示例", HEAD + text, list(charts), False, "2024-10-29", data)


def refused(text: str, out: Path, *charts: Chart, data: frozenset[str] = frozenset()) -> list[Problem]:
    with pytest.raises(ReportError) as error:
        render(document(text, *charts, data=data), TEMPLATES, out / "out")
    assert not (out / "out").exists()
    for problem in error.value.problems:
        for lang in ("zh", "en"):
            assert problem.line(lang) and "Error" not in problem.line(lang).replace("PDF/UA-1 error", "")
    return error.value.problems


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("见@tbl-all", "report_reference"),
        ("?@fig-x", "report_reference"),
        ("值为NaN。", "report_nan"),
        ("值为 nan %", "report_nan"),
        ("值为 None。", "report_none"),
        ("Traceback (most recent call last)", "report_traceback"),
        ("{{< pagebreak >}}", "report_shortcode"),
        ("丢失\ufffd字", "report_glyph"),
        ("私用\ue123字", "report_glyph"),
    ],
)
def test_what_must_not_stand_in_a_report_is_found(text: str, code: str) -> None:
    with pytest.raises(ReportError) as error:
        check_text("a.docx", f"前文\n{text}")
    (problem,) = error.value.problems
    assert (problem.code, problem.place.file) == (code, "a.docx")
    assert text[:2].strip("{?\ufffd") in problem.message("zh")
    check_text("a.docx", "Nonesuch, nano, a@b, banana, Nan Province")


def test_every_fault_is_named_with_its_chapter() -> None:
    lines = [Line("第一章", "第一章"), Line("约为NaN吨", "第一章"), Line("None", "第二章")]
    found = text_faults("a.html", lines)
    assert [(problem.code, problem.place.key, problem.values["around"]) for problem in found] == [
        ("report_nan", "第一章", "约为NaN吨"), ("report_none", "第二章", "None"),
    ]  # fmt: skip


def test_words_of_data_are_no_faults_where_they_stand_as_there() -> None:
    remark = "仪器故障，导出值为NaN，已剔除"
    assert text_faults("a", [Line(f"备注：{remark}。")], [remark]) == []
    assert [problem.code for problem in text_faults("a", [Line("优良天数比率为NaN")], [remark])] == ["report_nan"]
    # a cell that is nothing but the word is what a program leaves behind
    assert [problem.code for problem in text_faults("a", [Line("NaN")], ["NaN"])] == ["report_nan"]
    assert text_faults("a", [Line("见@tbl-x")], ["@tbl-x 是数据"]) == []
    assert text_faults("a", [Line("见@tbl-x")], (), f"见{escape('@tbl-x')}") == []
    assert [problem.code for problem in text_faults("a", [Line("见@tbl-x")], (), "见@tbl-x")] == ["report_reference"]


def test_words_that_people_wrote_are_taken_from_their_files() -> None:
    assert suspect_texts("a: 1\nnano: 2\n") == set()
    assert "值为NaN，已剔除" in suspect_texts("id,remark\nK01,值为NaN，已剔除\n")
    assert "值为NaN" in suspect_texts('remark: "值为NaN"\n')


def test_all_formats_are_looked_through(tmp_path: Path) -> None:
    found = refused("值为NaN。\n", tmp_path)
    assert [(problem.place.file, problem.place.key, problem.code) for problem in found] == [
        (f"999001.{kind}", "一、摘要", "report_nan") for kind in ("docx", "html", "pdf")
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["见 @tbl-all。", "见[@fig-x]。", "[表9](#table-9){.ref}"])
def test_a_reference_that_leads_nowhere_is_refused(text: str, tmp_path: Path) -> None:
    assert "report_reference" in {problem.code for problem in refused(f"{text}\n", tmp_path)}


def test_a_character_that_no_font_has_is_named(tmp_path: Path) -> None:
    (problem,) = refused("# 二、做法\n\n完成“\U0001f600”项目。\n", tmp_path)
    assert (problem.code, problem.place.file, problem.place.key) == ("report_glyph", "999001.pdf", "二、做法")
    assert problem.values["found"] == "\U0001f600" and "完成" in problem.values["around"]


def test_a_missing_figure_is_refused(tmp_path: Path) -> None:
    assert {problem.code for problem in refused(FIGURE, tmp_path)} == {"report_figure_absent"}
    (tmp_path / "b").mkdir()
    assert {problem.code for problem in refused("文字\n", tmp_path / "b", PICTURE)} == {"report_figures_missing"}


def test_a_figure_wider_than_the_text_is_refused(tmp_path: Path) -> None:
    found = refused(FIGURE.replace("30mm", "190mm"), tmp_path, PICTURE)
    (problem,) = [problem for problem in found if problem.place.file == "999001.pdf"]
    assert (problem.code, problem.values["width"], problem.values["room"]) == ("report_figure_wide", "190", "156")
    render(document(FIGURE.replace("30mm", "156mm"), PICTURE), TEMPLATES, tmp_path / "fits")


@pytest.mark.parametrize("rows", [[], [["", ""]]])
def test_an_empty_table_is_refused(rows: list[list[str]], tmp_path: Path) -> None:
    grid = Grid([[Cell("甲"), Cell("乙")]], [[Cell(text) for text in row] for row in rows], ["left", "left"], [5, 5])
    found = refused(grid_table(grid, "表1　空表", "table-1"), tmp_path)
    assert {(problem.code, problem.place.file) for problem in found} == {
        ("report_table_empty", f"999001.{kind}") for kind in ("docx", "html")
    }
    assert [problem.message("zh") for problem in found] == ["表格没有内容：表1 空表"] * 2


@pytest.mark.parametrize(
    "text",
    ["![x](/etc/passwd)", "![x](https://example.org/a.png)", "![x](figures/../999001.qmd)", "![x](file:///etc/passwd){width=10mm}"],
)
def test_no_file_but_the_figures_is_read(text: str, tmp_path: Path) -> None:
    found = refused(f"{text}\n", tmp_path)
    assert [(problem.code, problem.place.file) for problem in found] == [
        ("report_figure_outside", f"999001.{kind}") for kind in ("docx", "pdf", "html")
    ]  # fmt: skip
    assert all(problem.values["found"] == text[5:].split(")")[0] for problem in found)


MARKUP = (
    "![x](/etc/passwd)", "<img src=/etc/passwd>", "`#read(\"/etc/passwd\")`{=typst}", "#read(\"/etc/passwd\")", "$\\input{/etc/passwd}$",
    "\\include{/etc/passwd}", "`<w:p/>`{=openxml}", "[@x]", "<script>x</script>", "```{=html}", "{{< include /etc/passwd >}}",
    ":::: {.landscape}",
)  # fmt: skip


@pytest.mark.parametrize("way", [escape, user_markdown])
def test_markup_in_data_stays_text_in_all_formats(way: Callable[[str], str], tmp_path: Path) -> None:
    import pypdf

    texts = [f"甲{text}乙" for text in MARKUP]
    made = render(document("\n\n".join(way(text) for text in texts) + "\n", data=frozenset(texts)), TEMPLATES, tmp_path)
    pdf = "".join(page.extract_text() for page in pypdf.PdfReader(made[1]).pages)
    for said in (docx_text(made[0]), pdf, html_text(made[2])):
        squeezed = "".join(said.split())
        assert [text for text in texts if "".join(text.split()) not in squeezed] == []
        assert "root:" not in said


@pytest.mark.parametrize(
    "text", ["`#panic()`{=typst}", "<b>x</b>", "`<w:r><w:t>x</w:t></w:r>`{=openxml}", "```{=html}\n<i>x</i>\n```", "$x$", "\\emph{x}"]
)
def test_the_reader_knows_no_markup_of_an_output_format(text: str, tmp_path: Path) -> None:
    made = render(document(f"{text}\n"), TEMPLATES, tmp_path)
    page = made[2].read_text(encoding="utf-8")
    assert not {"<b>x</b>", "<i>x</i>", "<math"} & {part for part in ("<b>x</b>", "<i>x</i>", "<math") if part in page}
    first = "".join(text.replace("`", "").replace("\\", "").split())[:4]
    assert first in "".join(docx_text(made[0]).split()).replace("\\", "").replace("`", "")


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def faults_after(made: Path, tmp_path: Path, change: Callable[[str], str], part: str) -> list[str]:
    """Return the faults of a Word file of which a part is changed."""
    target = tmp_path / "changed.docx"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()).encode() if name == part else data)
    with zipfile.ZipFile(target) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    return [problem.code for problem in docx_faults(target, body)]


def test_a_clipped_figure_and_empty_contents_are_found_in_word(tmp_path: Path) -> None:
    made, _, _ = render(document(FIGURE, PICTURE), TEMPLATES, tmp_path)
    assert faults_after(made, tmp_path, str, "word/document.xml") == []
    with zipfile.ZipFile(made) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    (paragraph,) = [drawing.iterancestors(f"{{{W}}}p").__next__() for drawing in body.iter(f"{{{W}}}drawing")]
    style = paragraph.find(f"{{{W}}}pPr/{{{W}}}pStyle").get(f"{{{W}}}val")

    def exact_style(source: str) -> str:
        root = etree.fromstring(source.encode())
        (found,) = [item for item in root.iter(f"{{{W}}}style") if item.get(f"{{{W}}}styleId") == style]
        shape = found.find(f"{{{W}}}pPr")
        for old in shape.findall(f"{{{W}}}spacing"):
            shape.remove(old)
        etree.SubElement(shape, f"{{{W}}}spacing", {f"{{{W}}}line": "560", f"{{{W}}}lineRule": "exact"})
        return etree.tostring(root, encoding="unicode")

    def plain_paragraph(source: str) -> str:
        root = etree.fromstring(source.encode())
        for item in root.iter(f"{{{W}}}p"):
            if next(item.iter(f"{{{W}}}drawing"), None) is not None:
                for old in item.findall(f"{{{W}}}pPr/{{{W}}}spacing"):
                    old.getparent().remove(old)
        return etree.tostring(root, encoding="unicode")

    shutil.move(made, tmp_path / "a.docx")
    assert faults_after(tmp_path / "a.docx", tmp_path, plain_paragraph, "word/document.xml") == []
    shutil.copy(tmp_path / "changed.docx", tmp_path / "b.docx")
    assert faults_after(tmp_path / "b.docx", tmp_path, exact_style, "word/styles.xml") == ["report_figure_clipped"]

    def field(source: str) -> str:
        char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
        empty = char.format("begin") + "<w:r><w:instrText> TOC </w:instrText></w:r>" + char.format("separate") + char.format("end")
        return source.replace("<w:body>", f"<w:body><w:p>{empty}</w:p>", 1)

    assert faults_after(tmp_path / "a.docx", tmp_path, field, "word/document.xml") == ["report_contents_empty"]
