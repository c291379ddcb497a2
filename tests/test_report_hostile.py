"""Reports under odd plans, runs with nothing to judge, and hostile texts: nothing is markup, nothing is claimed."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from conftest import ROOT, TinyProject
from pypdf import PdfReader
from states import report_project, write_state

from evalkit.messages import Language
from evalkit.report.frame import Document
from evalkit.report.rendering.check import docx_text, html_text
from evalkit.report.rendering.render import move_all, render
from evalkit.runner.reports import Wanted, document_of, make_reports

HOSTILE = (
    "*a* _b_ `c` [d](e) ![x](/etc/passwd) <b>h</b> &amp; $x^2$ @tbl-x #import @lab <label> "
    "{{ 7*7 }} {% raw %} {{< include /etc/passwd >}} ::: +---+ <script>alert(1)</script>"
)


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    return report_project(tmp_path)


def document(project: TinyProject, plan: str = "", lang: Language = "zh") -> Document:
    write_state(project.root, project.run)
    made, _ = document_of(project.catalog(units=False), project.run, project.region, Wanted(plan=plan, lang=lang))
    return made


def own_plan(project: TinyProject, body: str) -> None:
    project.write("params/reports/own.yml", f"id: own\ntitle_zh: 自定报告\ntitle_en: Own\n{body}\n")


def test_a_plan_that_nothing_fills_makes_no_report_of_a_cover_alone(tiny: TinyProject) -> None:
    own_plan(tiny, "chapters: [highlights]")
    write_state(tiny.root, tiny.run)
    wanted, out = Wanted(plan="own"), tiny.root / "out"
    found = [
        problem
        for _, _, name, problems in make_reports(tiny.catalog(), tiny.run, out, wanted)
        if name == tiny.region
        for problem in problems
    ]
    assert ("report_chapters_none", "params/reports/own.yml") in [(problem.code, str(problem.place)) for problem in found]
    assert not list(out.glob("999001*"))
    tiny.write("params/texts/try/999001/highlights.md", "有话可说。\n")
    assert "有话可说。" in html.unescape(document(tiny, "own").text)


def test_a_run_that_judges_nothing_speaks_of_its_own_period(tiny: TinyProject) -> None:
    tiny.edit("params/runs/try.yml", "sets: [demo]", "sets: []")
    tiny.edit("params/runs/try.yml", "plans: [trial]", "plans: []")
    own_plan(tiny, "chapters: [shortfalls]")
    text = document(tiny, "own").text
    assert "2024年，试验县" in text
    assert "2025年，试验县" not in text, "the year of the report's date was never assessed"


def test_pictures_are_described_with_full_width_signs(tiny: TinyProject) -> None:
    alts = {chart.name: chart.alt for chart in document(tiny).charts}
    assert "domains" in alts
    assert re.search(r"[\u4e00-\u9fff0-9][.;,] ", alts["domains"]) is None, alts["domains"]
    english = {chart.name: chart.alt for chart in document(tiny, lang="en").charts}
    assert ". " in english["domains"]
    assert not set("。；，（") & set(english["domains"])


def test_hostile_words_in_every_place_stand_as_they_are_in_word_and_page(tiny: TinyProject, tmp_path: Path) -> None:
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    tiny.edit("params/runs/try.yml", "title_zh: 试验\n", f"title_zh: {quoted}\nprepared_by: {quoted}\nauthors: [{quoted}]\n")
    tiny.edit("params/reports/annual.yml", "title_zh: 年度自评估报告", f"title_zh: {quoted}")
    tiny.edit("params/decisions/try.csv", ",已编制", f',"{HOSTILE}"')
    tiny.edit("params/corrections/try.yml", "author: 试验员", f"author: {quoted}")
    tiny.write("params/texts/try/999001/highlights.md", f"{HOSTILE}\n\n- {HOSTILE}\n")
    made = document(tiny)
    word_file, _, page = render(made, tmp_path / "reports" / "templates", tmp_path / "out")
    for text in (docx_text(word_file), html_text(page)):
        flat = re.sub(r"\s+", "", text)
        assert flat.count(re.sub(r"\s+", "", HOSTILE)) >= 6
        assert "root:" not in flat
    source = page.read_text(encoding="utf-8")
    assert "<script>alert" not in source
    assert "<b>h" not in source


def test_all_files_are_put_into_place_or_none(tmp_path: Path) -> None:
    new, out = tmp_path / "new", tmp_path / "out"
    for folder in (new, out, out / "a.pdf"):
        folder.mkdir()
    (out / "a.docx").write_text("old")
    for name in ("a.docx", "a.pdf", "a.html"):
        (new / name).write_text("new")
    with pytest.raises(IsADirectoryError):
        move_all({new / name: out / name for name in ("a.docx", "a.pdf", "a.html")})
    assert sorted(path.name for path in out.iterdir()) == ["a.docx", "a.pdf"] and (out / "a.docx").read_text() == "old"
    (out / "a.pdf").rmdir()
    move_all({new / name: out / name for name in ("a.docx", "a.pdf", "a.html")})
    assert {path.name: path.read_text() for path in out.iterdir()} == dict.fromkeys(("a.docx", "a.pdf", "a.html"), "new")


def test_a_minus_before_a_figure_stays_a_minus_in_the_pdf(tiny: TinyProject) -> None:
    own_plan(tiny, "chapters: [{chapter: words, title_zh: 说明}]")
    tiny.write("params/texts/try/999001/words.md", "-1+x 与 -2.5% 之间，另见 9704-2012。\n")
    paths = render(document(tiny, "own"), ROOT / "reports" / "templates", tiny.root / "out")
    text = "".join(page.extract_text() for page in PdfReader(paths[1]).pages)
    assert "-1+x" in text and "-2.5%" in text and "9704-2012" in text and "\u2212" not in text


def test_a_very_long_word_stands_whole_in_all_three(tiny: TinyProject) -> None:
    long = "x" * 1500 + "长" * 1500
    first = tiny.text("params/sets/demo.yml").split("name_zh: ", 2)[2].split("\n")[0].split(",")[0]
    tiny.edit("params/sets/demo.yml", first, long)
    docx, pdf, page = render(document(tiny, "annual"), ROOT / "reports" / "templates", tiny.root / "out")
    read = "".join(one.extract_text() for one in PdfReader(pdf).pages)
    for text in (docx_text(docx), html_text(page), read):
        squeezed = re.sub(r"\s", "", text)
        assert squeezed.count("长") >= 1500 and "x" * 20 in squeezed
    assert long in docx_text(docx) and long in html_text(page)
