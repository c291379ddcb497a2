"""Words of the user's own: content controls in Word, edited files taken back, texts that outlive their numbers marked."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
from conftest import ROOT, TinyProject
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from states import write_state
from typer.testing import CliRunner

from evalkit.catalog.report_plans import load_report_plan
from evalkit.catalog.texts import texts_of
from evalkit.cli.commands import app
from evalkit.cli.report_texts import blocks_of
from evalkit.collection.texts_check import project_problems, report_problems, untranslated
from evalkit.collection.texts_import import Origin, TakenBack, take_back
from evalkit.messages import EvalkitError, Language
from evalkit.project import Project
from evalkit.report.frame import Document
from evalkit.report.numbering import Block, Numbering
from evalkit.report.prose import Item, body_of, items_of_body, items_of_markdown, joined, markdown_of, printed, prose_hash, user_markdown
from evalkit.report.rendering.check import html_text
from evalkit.report.rendering.render import render, render_word
from evalkit.report.rendering.word_blocks import TAG, headings_of, key_of, title_of
from evalkit.runner.reports import Wanted, document_of
from evalkit.tables.books.docx_controls import read_controls

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXTS = "params/texts/try/999001"
HOSTILE = [
    "- 开头是短横", "\\- 开头是反斜杠", "---", "- - 两个短横", "-", "1. 数字开头", "1) 又一个", "# 井号", "> 引用", "    四个空格",
    "*星* _下划线_ [方括号](链接) {花括号} <b>标签</b> `代码` ~波浪~ ^上^", "表格 | 竖线 | a", "::: {.note}", ":::::", "+---+",
    "$E=mc^2$ \\alpha", "&amp; &#65; &lt;", "@tbl-x @fig-1", "{{ numbers }} {% raw %}", '#let x = 1; #image("/etc/passwd")',
    "“引号”‘单引号’", "a\u00a0b\u3000c", "![图](x.png)", "http://example.org/?a=1&b=2", "e\u0301 é 甲\u200b乙", "<script>alert(1)</script>",
    "=HYPERLINK(1)", "...-?", "replaces: abc", "<!-- 注释 --> 之后", "[^1]: 脚注", "\\begin{x}", "| 行块", "(@) 例", "i. 罗马", "%标题",
    "Text: ", "/* typst */ // 注释", "= 标题", "$", "_", "*",
]  # fmt: skip
EMOJI = ["😀 表情 👨‍👩‍👧", "𠮷野家 生僻字"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished tiny run."""
    root = tmp_path_factory.mktemp("texts")
    project = TinyProject(root)
    shutil.copytree(ROOT / "reports" / "templates", root / "reports" / "templates")
    shutil.copytree(ROOT / "params" / "reports", root / "params" / "reports")
    for name in ("assess_region", "compare_regions"):
        project.write(f"notebooks/{name}.ipynb", '{"cells": []}')
    own = "{chapter: our-words, title_zh: 我们的话}"
    project.write("params/reports/own.yml", f"id: own\ntitle_zh: 自定\ntitle_en: Own\nchapters: [summary, {own}]\n")
    project.edit("params/runs/try.yml", "purpose: annual", "purpose: annual\nreport: own")
    write_state(root, project.run)
    return root


@pytest.fixture(scope="module")
def printed_word(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its report in Word, with a chapter of the user's own."""
    root = tmp_path_factory.mktemp("word") / "project"
    shutil.copytree(base, root)
    (root / TEXTS).mkdir(parents=True)
    (root / TEXTS / "our-words.md").write_text("第一段。\n\n- 一\n- 二\n", encoding="utf-8")
    return word_of(Tiny(root), root / "999001.docx")


class Tiny(TinyProject):
    """A tiny project that stands already."""

    def __init__(self, root: Path) -> None:
        self.root = root


@pytest.fixture
def tiny(base: Path, tmp_path: Path) -> Tiny:
    root = tmp_path / "project"
    shutil.copytree(base, root)
    project = Tiny(root)
    project.write(f"{TEXTS}/our-words.md", "第一段。\n\n- 一\n- 二\n")
    return project


def document(project: TinyProject, lang: Language = "zh", plan: str = "") -> Document:
    return document_of(project.catalog(units=False), project.run, project.region, Wanted(plan=plan, lang=lang))[0]


def word_of(project: TinyProject, target: Path, lang: Language = "zh") -> Path:
    return render_word(document(project, lang), project.root / "reports" / "templates", target)


def take(project: TinyProject, path: Path, **how: Any) -> TakenBack:
    catalog = project.catalog(units=False)

    def now(origin: Origin) -> Sequence[Any]:
        return list(blocks_of(catalog, origin.run, origin.region, origin.plan, origin.lang).values())

    return take_back(catalog, path, now, **how)


def states(done: TakenBack) -> dict[str, str]:
    return {block.name: block.state for block in done.blocks}


def texts_in(project: TinyProject) -> dict[str, bytes]:
    return {name: data for name, data in project.snapshot().items() if name.startswith("params/texts/")}


def edited(path: Path, target: Path, edit: Callable[[Any], None], part: str = "word/document.xml") -> Path:
    """Copy a Word file with one part changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                tree = etree.fromstring(data)
                edit(tree)
                data = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
            new.writestr(name, data)
    return target


def control(tree: Any, name: str) -> Any:
    [found] = [one for one in tree.iter(f"{W}sdt") if one.find(f"{W}sdtPr/{W}tag").get(f"{W}val").startswith(f"evalkit:{name}:")]
    return found


def fill(tree: Any, name: str, content: str) -> None:
    """Put other content into a control."""
    room = control(tree, name).find(f"{W}sdtContent")
    for child in list(room):
        room.remove(child)
    for child in etree.fromstring(f'<x xmlns:w="{W[1:-1]}">{content}</x>'):
        room.append(child)


def paragraphs(tree: Any, name: str, texts: Sequence[str]) -> None:
    fill(tree, name, "<w:p/>" * len(texts))
    for paragraph, text in zip(control(tree, name).iter(f"{W}p"), texts, strict=True):
        run = etree.SubElement(paragraph, f"{W}r")
        words = etree.SubElement(run, f"{W}t")
        words.text = text
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def faults(project: TinyProject, path: Path, **how: Any) -> list[str]:
    """Return what is wrong with a file, and see that nothing was written."""
    before = project.snapshot()
    with pytest.raises(EvalkitError) as caught:
        take(project, path, **how)
    assert project.snapshot() == before
    for problem in caught.value.problems:
        assert problem.message("zh") and problem.message("en") and problem.remedy("zh") and problem.remedy("en")
    return [f"{problem.code} {problem.place.key}".strip() for problem in caught.value.problems]


def test_each_block_is_a_content_control(printed_word: Path) -> None:
    with zipfile.ZipFile(printed_word) as archive:
        tree = etree.fromstring(archive.read("word/document.xml"))
    controls = list(tree.iter(f"{W}sdt"))
    named = [one for one in controls if one.find(f"{W}sdtPr/{W}tag") is not None]
    tags = [TAG.fullmatch(one.find(f"{W}sdtPr/{W}tag").get(f"{W}val")) for one in named]
    assert [found[1] for found in tags if found] == ["summary", "our-words"] and len(named) == 2
    for one in named:
        assert [child.tag.removeprefix(W) for child in one.find(f"{W}sdtPr")] == ["alias", "tag", "id"]
        assert [child.tag.removeprefix(W) for child in one] == ["sdtPr", "sdtContent"]
        assert len(one.find(f"{W}sdtPr/{W}tag").get(f"{W}val")) <= 64
        assert one.getparent().tag == f"{W}body"
        assert 0 < int(one.find(f"{W}sdtPr/{W}id").get(f"{W}val")) < 2**31
    assert len({one.find(f"{W}sdtPr/{W}id").get(f"{W}val") for one in named}) == 2
    assert named[0].find(f"{W}sdtPr/{W}alias").get(f"{W}val") == "摘要"
    assert b"evalkit-block" not in etree.tostring(tree)
    read = read_controls(printed_word, "x", "evalkit")
    assert [(line.text, line.listed) for line in read.controls[1].lines] == [("第一段。", False), ("一", True), ("二", True)]
    assert read.properties == {
        "evalkit.origin": "try/999001", "evalkit.language": "zh", "evalkit.report": "999001", "evalkit.blocks.1": "summary our-words",
    }  # fmt: skip


def test_a_file_that_nobody_touched_changes_nothing(printed_word: Path, tiny: Tiny) -> None:
    before = tiny.snapshot()
    assert states(take(tiny, printed_word)) == {"summary": "unchanged", "our-words": "unchanged"}
    assert tiny.snapshot() == before


def test_the_hashes_of_word_and_markdown_agree(printed_word: Path, tiny: Tiny) -> None:
    by_name = {block.name: block for block in document(tiny).blocks}
    for one in read_controls(printed_word, "x", "evalkit").controls:
        found = TAG.fullmatch(one.tag)
        assert found and (found[2], found[3] or "") == (by_name[found[1]].shown, by_name[found[1]].generated)


def test_the_same_bytes_again(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    assert word_of(tiny, tmp_path / "again.docx").read_bytes() == printed_word.read_bytes()


EDITED = """
<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">改过的</w:t></w:r>
<w:ins w:id="1" w:author="a"><w:r><w:t>摘要</w:t></w:r></w:ins>
<w:del w:id="2" w:author="a"><w:r><w:delText>旧话</w:delText></w:r></w:del>
<w:commentRangeStart w:id="0"/><w:r><w:t>，PM2.5</w:t></w:r><w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>
<w:r><w:rPr><w:strike/></w:rPr><w:t>划去</w:t></w:r><w:r><w:br/><w:t>换行以后</w:t></w:r></w:p>
<w:p><w:pPr><w:rPr><w:del w:id="3" w:author="a"/></w:rPr></w:pPr><w:r><w:t>前半</w:t></w:r></w:p>
<w:p><w:r><w:t>后半</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1001"/></w:numPr><w:pPrChange w:id="4" w:author="a"><w:pPr/></w:pPrChange></w:pPr>
<w:r><w:t>m</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r></w:p><w:p/>
<w:p><w:pPr><w:pPrChange w:id="5" w:author="a"><w:pPr><w:numPr><w:numId w:val="1001"/></w:numPr></w:pPr></w:pPrChange></w:pPr>
<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF x </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>
<w:r><w:t>表1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>
"""


def test_an_edit_comes_back_and_is_printed(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    path = edited(printed_word, tmp_path / "edited.docx", lambda tree: fill(tree, "summary", EDITED))
    assert states(take(tiny, path, dry_run=True))["summary"] == "changed"
    assert f"{TEXTS}/summary.md" not in texts_in(tiny)
    done = take(tiny, path, by="张三\n李四", date="2025-04-10")
    assert states(done) == {"summary": "changed", "our-words": "unchanged"}
    generated = next(block.generated for block in document(tiny).blocks if block.name == "summary")
    assert tiny.text(f"{TEXTS}/summary.md") == (
        f"---\nreplaces: {generated}\nby: 张三 李四\ndate: 2025-04-10\n---\n\n改过的摘要，PM2.5\n\n换行以后\n\n前半后半\n\n- m²\n\n表1\n"
    )
    again = document(tiny)
    assert "改过的摘要，PM2.5" in again.text and not any(block.stale or block.unpinned for block in again.blocks)
    assert states(take(tiny, path)) == {"summary": "taken", "our-words": "unchanged"}


def test_any_text_comes_back_as_text(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    texts = [*HOSTILE, *EMOJI]
    take(tiny, edited(printed_word, tmp_path / "edited.docx", lambda tree: paragraphs(tree, "our-words", texts)))
    shown = [printed(text) for text in texts]
    assert [item.text for item in items_of_body(document(tiny).blocks[1].override.body)] == shown  # type: ignore[union-attr]
    again = word_of(tiny, tmp_path / "again.docx")
    found = read_controls(again, "x", "evalkit").controls[1]
    assert [(line.text, line.listed) for line in found.lines] == [(text, False) for text in shown]
    assert states(take(tiny, again)) == {"summary": "unchanged", "our-words": "unchanged"}


def test_any_text_stands_in_page_and_pdf(tiny: Tiny, tmp_path: Path) -> None:
    shown = [printed(text) for text in HOSTILE]
    tiny.write(f"{TEXTS}/our-words.md", "---\n---\n" + body_of([Item(text) for text in shown]))
    made = render(document(tiny), tiny.root / "reports" / "templates", tmp_path)
    page = html_text(made[2])
    assert [text for text in shown if text not in page] == []
    pdf = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in pypdf.PdfReader(made[1]).pages))
    # pandoc straightens this one for Typst, and nothing else
    assert [text for text in shown if re.sub(r"\s", "", text).replace("’", "'") not in pdf.replace("’", "'")] == []
    assert "<script>alert" not in made[2].read_text(encoding="utf-8")


@given(st.lists(st.tuples(st.text(min_size=1), st.booleans()), min_size=1))
def test_what_is_written_is_read(found: list[tuple[str, bool]]) -> None:
    items = [Item(printed(text), listed) for text, listed in found if printed(text)]
    body = body_of(items)
    assert items_of_body(body) == items
    assert user_markdown(body) == markdown_of(items)
    assert prose_hash(items_of_markdown(markdown_of(items))) == prose_hash(items)


@given(st.text())
def test_printed_twice_is_printed_once(text: str) -> None:
    assert printed(printed(text)) == printed(text)
    assert "\n" not in printed(text)


def test_lines_of_a_paragraph_join_as_people_write() -> None:
    assert joined(["中文", "接中文"]) == "中文接中文"
    assert joined(["two", "words"]) == "two words"
    assert joined(["说：", "“好”"]) == "说：“好”"
    assert items_of_markdown("**粗**体[表1](#table-1){.ref}[达标]{.met}&#42;\n\n- 甲\n  乙") == [Item("粗体表1达标*"), Item("甲乙", True)]


OBJECT = "<w:p><w:r><w:t>文字</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl><w:p><w:r><w:drawing/></w:r></w:p>"


def test_every_fault_is_named_and_nothing_written(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    def edit(tree: Any) -> None:
        from copy import deepcopy

        body = tree.find(f"{W}body")
        fill(tree, "our-words", OBJECT)
        for value in ("evalkit:summary", "evalkit:../../x:000000000000:", "EVALKIT:summary:000000000000:", "evalkit:none:000000000000:"):
            copy = deepcopy(control(tree, "summary"))
            copy.find(f"{W}sdtPr/{W}tag").set(f"{W}val", value)
            body.insert(0, copy)
        fill(tree, "summary", "<w:p/>")
        again = deepcopy(control(tree, "our-words"))
        body.insert(len(body) - 1, again)

    found = faults(tiny, edited(printed_word, tmp_path / "bad.docx", edit))
    assert sorted(found) == sorted([
        "text_block_unknown none", "text_tag 摘要", "text_tag 摘要", "text_tag 摘要", "text_emptied summary",
        "text_object our-words", "text_object our-words", "text_object our-words", "text_object our-words",
    ])  # fmt: skip


def test_the_same_control_twice_is_refused(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    def twice(tree: Any) -> None:
        from copy import deepcopy

        tree.find(f"{W}body").insert(0, deepcopy(control(tree, "summary")))

    assert faults(tiny, edited(printed_word, tmp_path / "twice.docx", twice)) == ["text_twice summary"]

    def nested(tree: Any) -> None:
        control(tree, "summary").find(f"{W}sdtContent").append(control(tree, "our-words"))

    assert faults(tiny, edited(printed_word, tmp_path / "nested.docx", nested)) == ["text_inside our-words"]


def test_an_invitation_to_write_is_no_text(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    def edit(tree: Any) -> None:
        fill(tree, "summary", "<w:p><w:r><w:t>单击此处输入文字。</w:t></w:r></w:p>")
        etree.SubElement(control(tree, "summary").find(f"{W}sdtPr"), f"{W}showingPlcHdr")

    assert faults(tiny, edited(printed_word, tmp_path / "x.docx", edit)) == ["text_emptied summary"]


def test_a_control_that_is_gone_is_said(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    def edit(tree: Any) -> None:
        one = control(tree, "summary")
        one.getparent().remove(one)

    done = take(tiny, edited(printed_word, tmp_path / "x.docx", edit))
    assert [(problem.code, problem.place.key) for problem in done.warnings] == [("text_control_lost", "summary")]


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("region", "try/999001", "try/999002", "text_origin_unknown"),
        ("run", "try/999001", "../../x/999001", "text_origin_unknown"),
        ("none", "evalkit.origin", "other.origin", "text_origin_missing"),
        ("language", ">zh<", ">fr<", "text_origin_missing"),
        ("plan", ">999001<", ">999001-../../runs/try<", "text_origin_missing"),
        ("no plan", ">999001<", ">999001-nothing<", "report_plan_unknown"),
    ],
)
def test_a_file_of_another_project_is_refused(
    printed_word: Path, tiny: Tiny, tmp_path: Path, name: str, old: str, new: str, code: str
) -> None:
    target = tmp_path / f"{name}.docx"
    with zipfile.ZipFile(printed_word) as source, zipfile.ZipFile(target, "w") as made:
        for part in source.namelist():
            data = source.read(part)
            made.writestr(part, data.replace(old.encode(), new.encode()) if part == "docProps/custom.xml" else data)
    assert faults(tiny, target) == [code]


def test_what_is_no_such_word_file_is_refused(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    assert faults(tiny, tmp_path / "none.docx") == ["file_missing"]
    for name, data in {"a.docx": b"text", "b.docx": printed_word.read_bytes()[:3000], "c.doc": printed_word.read_bytes()}.items():
        (tmp_path / name).write_bytes(data)
        assert len(faults(tiny, tmp_path / name)) == 1
    macros = tmp_path / "m.docx"
    shutil.copyfile(printed_word, macros)
    with zipfile.ZipFile(macros, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    assert faults(tiny, macros) == ["book_macros"]

    def bare(tree: Any) -> None:
        for one in list(tree.iter(f"{W}sdt")):
            one.getparent().remove(one)

    assert faults(tiny, edited(printed_word, tmp_path / "bare.docx", bare)) == ["text_no_controls"]


def test_a_text_that_changed_since_is_not_overwritten(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    path = edited(printed_word, tmp_path / "x.docx", lambda tree: [paragraphs(tree, name, ["新的"]) for name in ("summary", "our-words")])  # type: ignore[arg-type,return-value]
    tiny.write(f"{TEXTS}/our-words.md", "别人改的\n")
    tiny.write(f"{TEXTS}/summary.md", "别人写的\n")
    assert faults(tiny, path) == ["text_changed_since summary", "text_changed_since our-words"]
    (tiny.root / TEXTS / "our-words.md").unlink()
    # without its text the report has no such chapter any more, but the plan does
    assert faults(tiny, path) == ["text_changed_since summary", "text_gone_since our-words"]
    assert states(take(tiny, path, force=True)) == {"summary": "changed", "our-words": "changed"}
    assert tiny.text(f"{TEXTS}/our-words.md") == "---\n---\n\n新的\n"


def test_a_fault_while_writing_leaves_what_was_there(
    printed_word: Path, tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalkit.collection import texts_import

    path = edited(printed_word, tmp_path / "x.docx", lambda tree: [paragraphs(tree, name, ["新的"]) for name in ("summary", "our-words")])  # type: ignore[arg-type,return-value]
    before, real = tiny.snapshot(), texts_import.write_bytes

    def fails(target: Path, data: bytes) -> None:
        if target.name == "our-words.md" and b"\xe6\x96\xb0" in data:
            raise KeyboardInterrupt
        real(target, data)

    monkeypatch.setattr(texts_import, "write_bytes", fails)
    with pytest.raises(KeyboardInterrupt):
        take(tiny, path)
    assert tiny.snapshot() == before


def test_back_to_the_generated_text_is_said(tiny: Tiny, tmp_path: Path) -> None:
    generated = [item.text for item in items_of_markdown(document(tiny).blocks[0].text)]
    listed = [item.listed for item in items_of_markdown(document(tiny).blocks[0].text)]
    tiny.write(f"{TEXTS}/summary.md", "我的摘要\n")

    def edit(tree: Any) -> None:
        paragraphs(tree, "summary", generated)
        for paragraph, one in zip(control(tree, "summary").iter(f"{W}p"), listed, strict=True):
            if one:
                paragraph.insert(0, etree.fromstring(f'<w:pPr xmlns:w="{W[1:-1]}"><w:numPr><w:numId w:val="1001"/></w:numPr></w:pPr>'))

    path = edited(word_of(tiny, tmp_path / "a.docx"), tmp_path / "b.docx", edit)
    before = tiny.snapshot()
    assert states(take(tiny, path))["summary"] == "generated"
    assert tiny.snapshot() == before


def test_numbers_of_lists_are_missed(printed_word: Path, tiny: Tiny, tmp_path: Path) -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="77"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num>'
    )

    def numbers(tree: Any) -> None:
        tree.extend(etree.fromstring(f'<x xmlns:w="{W[1:-1]}">{numbering}</x>'))

    path = edited(printed_word, tmp_path / "a.docx", numbers, "word/numbering.xml")
    listed = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr></w:pPr><w:r><w:t>一项</w:t></w:r></w:p>'
    done = take(tiny, edited(path, tmp_path / "b.docx", lambda tree: fill(tree, "summary", listed)))
    assert [problem.code for problem in done.warnings] == ["text_numbering"] and states(done)["summary"] == "changed"


def test_the_english_report_has_texts_of_its_own(tiny: Tiny, tmp_path: Path) -> None:
    tiny.write(f"{TEXTS}/our-words.en.md", "One.\n")
    made = word_of(tiny, tmp_path / "en.docx", "en")
    read = read_controls(made, "x", "evalkit")
    assert read.properties["evalkit.language"] == "en" and read.controls[0].alias == "Summary"
    take(tiny, edited(made, tmp_path / "x.docx", lambda tree: paragraphs(tree, "our-words", ["Two."])))
    assert tiny.text(f"{TEXTS}/our-words.en.md").endswith("\n\nTwo.\n")
    assert tiny.text(f"{TEXTS}/our-words.md").startswith("第一段")


def test_a_text_whose_numbers_changed_is_marked(tiny: Tiny) -> None:
    generated = document(tiny).blocks[0].generated
    tiny.write(f"{TEXTS}/summary.md", f"---\nreplaces: {generated}\n---\n我的摘要\n")
    catalog = tiny.catalog(units=False)
    made, problems = document_of(catalog, tiny.run, tiny.region)
    assert not made.blocks[0].stale and problems == []
    tiny.value("2024", "reported.sewage.rate", "41.5")
    write_state(tiny.root, tiny.run)
    made, problems = document_of(tiny.catalog(units=False), tiny.run, tiny.region)
    assert made.blocks[0].stale and made.blocks[0].generated != generated
    assert [(problem.code, problem.severity) for problem in problems] == [("text_stale", "warning")]
    assert "以上文字由人工撰写" in made.text.partition("我的摘要")[2]
    tiny.write(f"{TEXTS}/summary.md", "我的摘要\n")  # which text it replaced is not known
    made, problems = document_of(tiny.catalog(units=False), tiny.run, tiny.region)
    assert not made.blocks[0].stale and made.blocks[0].unpinned and problems == []
    assert "以上文字由人工撰写" not in made.text
    assert [(p.code, p.severity) for p in report_problems(tiny.catalog(units=False), tiny.run)] == [("text_unpinned", "note")]


def test_check_names_what_belongs_nowhere(tiny: Tiny) -> None:
    assert report_problems(tiny.catalog(units=False), tiny.run) == []
    tiny.write("params/texts/none/999001/summary.md", "x")
    tiny.write("params/texts/try/999002/summary.md", "x")
    tiny.write(f"{TEXTS}/summary.docx", b"x")
    tiny.write(f"{TEXTS}/Bad Name.md", "x")
    tiny.write(f"{TEXTS}/empty.md", "---\nby: x\n---\n")
    tiny.write(f"{TEXTS}/latin.en.md", b"\xff\xfe\xfa")
    catalog = tiny.catalog(units=False)
    assert [(p.code, p.place.file) for p in project_problems(catalog)] == [("text_stray", "params/texts/none")]
    assert [(p.code, p.place.file.rpartition("/")[2]) for p in report_problems(catalog, tiny.run)] == [
        ("text_stray", "summary.docx"), ("text_block_name", "Bad Name.md"), ("text_empty", "empty.md"), ("text_unreadable", "latin.en.md"),
        ("text_stray", "999002"),
    ]  # fmt: skip
    tiny.edit("params/runs/try.yml", "report: own", "report: none")
    tiny.write("params/reports/bad.yml", "id: bad\n")
    catalog = tiny.catalog(units=False)
    assert "report_plan_unknown" in [p.code for p in report_problems(catalog, tiny.run)]
    assert {p.place.file for p in project_problems(catalog)} == {"params/texts/none", "params/reports/bad.yml"}


def test_the_commands(printed_word: Path, tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.root)
    monkeypatch.setenv("EVALKIT_LANG", "zh")
    run = CliRunner().invoke
    listed = json.loads(run(app, ["report", "blocks", "try", "999001", "--json"]).stdout)
    assert [(one["block"], one["title"], one["state"]) for one in listed] == [
        ("summary", "摘要", "generated"), ("our-words", "二、我们的话", "own"),
    ]  # fmt: skip
    assert listed[0]["replaces"] == document(tiny).blocks[0].generated and listed[1]["replaces"] == ""
    (tiny.root / TEXTS / "our-words.md").unlink()
    assert [one["state"] for one in json.loads(run(app, ["report", "blocks", "try", "999001", "--json"]).stdout)] == ["generated", "empty"]
    assert "尚未撰写" in run(app, ["report", "blocks", "try", "999001"]).stdout
    done = run(app, ["report", "blocks", "try", "999001", "--write", "summary"])
    assert done.stdout.strip() == f"{TEXTS}/summary.md" and done.exit_code == 0
    blocks = {block.name: block for block in document(tiny).blocks}
    assert not blocks["summary"].stale and blocks["summary"].shown == blocks["summary"].generated
    for name, code in (("summary", "text_exists"), ("none", "text_no_block"), ("our-words", "text_nothing_generated")):
        failed = run(app, ["report", "blocks", "try", "999001", "--write", name])
        assert isinstance(failed.exception, EvalkitError) and [problem.code for problem in failed.exception.problems] == [code]
    (tiny.root / TEXTS / "summary.md").unlink()
    path = edited(printed_word, tmp_path / "x.docx", lambda tree: paragraphs(tree, "summary", ["[bold]新的[/bold]"]))
    done = run(app, ["report", "import", str(path)])
    assert f"摘要（summary）：已改 → {TEXTS}/summary.md" in done.stdout and "取回 1 处，未改 1 处" in done.stdout
    assert "[bold]新的[/bold]" in tiny.text(f"{TEXTS}/summary.md")


def test_names_that_are_too_long_for_a_tag() -> None:
    name = "indicator.cn-demo-2024-city.C04.1-result-of-2024"
    assert len(f"evalkit:{key_of(name)}:{'0' * 12}:{'0' * 12}") == 64
    assert key_of("summary") == "summary" and key_of(name) != key_of(name + "x")
    assert title_of("summary", "zh") == "摘要" and title_of("x.y", "en", "Ours") == "Ours"
    assert title_of("indicator-C1", "zh") == "指标　C1" and title_of("cause-C1", "en", "(1) Air") == "Cause (1) Air"
    marks = [f'::::: {{.block control="evalkit:{name}::"}}' for name in ("summary", "x", "y")]
    text = "\n\n".join(["# 一、甲 {#a}", marks[0], "## 乙&#42; {.z}", "#### 丙", marks[1], "# 二、丁", marks[2]])
    made = Document("a", "b", text, [], False, "2024-10-29", blocks=(Block("y", "", "", title="二、丁"),))
    assert headings_of(made) == {"summary": "", "x": "乙*", "y": "二、丁"}


def test_a_block_with_a_long_name_comes_back(tiny: Tiny, tmp_path: Path) -> None:
    name = "indicator.cn-demo-2024-city.C04.1-result-of-2024"
    made = document(tiny)
    numbers = Numbering()
    fenced = numbers.block(name, "自动的一段。")
    longer = replace(made, text=f"{made.text}\n{fenced}", blocks=(*made.blocks, *numbers.blocks))
    path = render_word(longer, tiny.root / "reports" / "templates", tmp_path / "a.docx")
    catalog = tiny.catalog(units=False)
    assert states(take_back(catalog, path, lambda _: longer.blocks))[name] == "unchanged"
    path = edited(path, tmp_path / "b.docx", lambda tree: paragraphs(tree, key_of(name), ["改了。"]))
    assert states(take_back(catalog, path, lambda _: longer.blocks))[name] == "changed"
    assert (tiny.root / TEXTS / f"{name}.md").is_file()


def test_heads_as_people_type_them(tiny: Tiny) -> None:
    project = Project(tiny.root)
    tiny.write(f"{TEXTS}/summary.md", "\ufeff---\r\nby：张三\r\n\r\ndate ： “2025年”\r\n---\r\n\r\n一。\r\n\r\n- 二\r\n".encode())
    text = texts_of(project, tiny.run, tiny.region)["summary"]
    assert (text.by, text.date, text.body) == ("张三", "2025年", "一。\n\n- 二")
    for head, code in (
        ("---\nby: 甲\n文字", "text_head_open"),
        ("---\nauthor：甲\n---\n文字", "text_head"),
        ("---\nby：甲\nby: 乙\n---\n文字", "text_head"),
    ):
        tiny.write(f"{TEXTS}/summary.md", head)
        with pytest.raises(EvalkitError) as caught:
            texts_of(project, tiny.run, tiny.region)
        assert [problem.code for problem in caught.value.problems] == [code]
    tiny.write(f"{TEXTS}/summary.md", "文字".encode("gbk"))
    with pytest.raises(EvalkitError, match="UTF-8"):
        texts_of(project, tiny.run, tiny.region)


def test_a_text_for_another_plan_is_no_slip(tiny: Tiny) -> None:
    tiny.write(f"{TEXTS}/brief.md", "---\nreplaces: 000000000000\n---\n简报\n")
    tiny.write(f"{TEXTS}/sumary.md", "错字\n")
    catalog = tiny.catalog(units=False)
    _, problems = document_of(catalog, tiny.run, tiny.region)
    assert [(p.code, p.severity, p.values["block"]) for p in problems] == [
        ("text_unused", "warning", "sumary"),
        ("text_other_plan", "note", "brief"),
    ]
    assert problems[1].values["plans"] == ["brief"]
    [problem] = document_of(catalog, tiny.run, tiny.region, Wanted(plan="brief"))[1]
    assert problem.code == "text_stale" and "blocks try 999001 --plan brief " in problem.remedy("zh")
    assert "evalkit --lang en report blocks" in problem.remedy("en")


def test_a_chapter_of_another_plan_that_people_write_replaces_nothing(tiny: Tiny) -> None:
    tiny.edit("params/runs/try.yml", "report: own", "report: monthly")  # `own` has the chapter our-words
    tiny.write(f"{TEXTS}/brief.en.md", "Brief\n")
    [problem] = report_problems(tiny.catalog(units=False), tiny.run)
    assert (problem.code, problem.values["block"]) == ("text_unpinned", "brief")
    assert "evalkit --lang en report blocks try 999001 --plan brief " in problem.remedy("zh")


def test_texts_in_chinese_only_are_named_for_the_english_report(tiny: Tiny) -> None:
    tiny.write(f"{TEXTS}/summary.md", "摘要\n")
    tiny.write(f"{TEXTS}/brief.md", "简报\n")  # in another plan only
    catalog = tiny.catalog(units=False)
    plan = load_report_plan(catalog.project, "own")
    [problem] = untranslated(catalog, tiny.run, plan)
    assert (problem.code, problem.severity, problem.values["blocks"]) == ("text_chinese_only", "note", ["our-words", "summary"])
    tiny.write(f"{TEXTS}/domain-1.md", "领域\n")
    assert untranslated(catalog, tiny.run, plan)[0].values["blocks"] == ["domain-1", "our-words", "summary"]
    assert untranslated(catalog, tiny.run, load_report_plan(catalog.project, "brief"))[0].values["blocks"] == ["brief"]
    (tiny.root / TEXTS / "domain-1.md").unlink()
    tiny.write(f"{TEXTS}/summary.en.md", "Summary\n")
    tiny.write(f"{TEXTS}/our-words.en.md", "Ours\n")
    assert untranslated(catalog, tiny.run, plan) == []


def test_wrong_names_are_told_in_a_line(printed_word: Path, tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.root)
    monkeypatch.setenv("EVALKIT_LANG", "zh")

    def said(*args: str) -> str:
        done = CliRunner().invoke(app, ["report", *args])
        assert done.exit_code != 0
        problems = done.exception.problems if isinstance(done.exception, EvalkitError) else []
        return "".join(problem.line() for problem in problems) or " ".join(done.output.split())

    assert "找不到地区“999009”" in said("blocks", "try", "999009") and "Word" not in said("blocks", "try", "999009")
    assert "汇总报告" in said("blocks", "try", "all") and "999001" in said("blocks", "try", "all")
    for name, near in (("sumary", "(summary?)"), ("摘要", "(summary?)"), ("zzz", "请检查拼写；")):
        assert near in said("blocks", "try", "999001", "--write", name)
    assert "没有文件“none.docx”" in said("import", "none.docx")
    assert "汇总" in said("import", str(edited(printed_word, tmp_path / "all.docx", lambda tree: tree.clear(), "docProps/custom.xml")))
    path = edited(printed_word, tmp_path / "x.docx", lambda tree: fill(tree, "summary", "<w:tbl/>"))
    assert "文字块“摘要（summary）”中有表格" in said("import", str(path))


def test_what_to_do_after_an_import(printed_word: Path, tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.root)
    monkeypatch.setenv("EVALKIT_LANG", "zh")
    path = str(edited(printed_word, tmp_path / "x.docx", lambda tree: paragraphs(tree, "summary", ["新的"])))
    run = CliRunner().invoke
    assert "印出修改后的报告" not in run(app, ["report", "import", path, "--dry-run"]).stdout
    assert run(app, ["report", "import", path]).stdout.endswith("取回 1 处，未改 1 处。\n印出修改后的报告：evalkit report try\n")
    assert run(app, ["report", "import", path]).stdout.endswith("取回 0 处，与现有文字相同 1 处，未改 1 处。\n")
