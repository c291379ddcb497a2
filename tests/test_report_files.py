"""The three files of a report: same numbers, same bytes, nothing unresolved, nothing half made."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
import report_samples as samples

from evalkit.report import build
from evalkit.report.document import region_document
from evalkit.report.rendering.check import ReportError, docx_text, html_text
from evalkit.report.rendering.quarto import find_quarto, quarto_faults
from evalkit.report.rendering.render import render


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    samples.write(root)
    return root


@pytest.fixture(scope="module")
def made(project: Path) -> dict[str, Path]:
    paths = build.build_region(project, samples.RUN, samples.REGION, samples.context(), project / "out")
    return {path.suffix: path for path in paths}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def all_texts(made: dict[str, Path]) -> dict[str, str]:
    pdf = "".join(page.extract_text() for page in pypdf.PdfReader(made[".pdf"]).pages)
    return {".docx": squeezed(docx_text(made[".docx"])), ".html": squeezed(html_text(made[".html"])), ".pdf": squeezed(pdf)}


def test_three_files_are_made(made: dict[str, Path]) -> None:
    assert sorted(path.name for path in made.values()) == ["999001.docx", "999001.html", "999001.pdf"]


def test_every_number_and_status_stands_in_all_three(made: dict[str, Path]) -> None:
    texts = all_texts(made)
    for row in samples.rows():
        for kind, text in texts.items():
            for cell in (row["rounded_value"], row["target_text"], row["name_zh"], row["value_text"]):
                assert squeezed(cell) in text, (kind, row["indicator"], cell)
    words = (
        "●达标",
        "▲未达标",
        "◐待佐证",
        "○缺数据",
        "—不适用",
        "·无目标",
        "88.767…%，修约88.8%",
        "324÷365×100%",
        "〔E7〕",
        "68.4%",
        "表1",
        "图1",
        "约25",
        "已印发",
    )
    for kind, text in texts.items():
        assert [word for word in words if word not in text] == [], kind


def test_the_summary_stands_in_all_three(made: dict[str, Path]) -> None:
    sentence = (
        "2023年，示例区对照《示例建设指标》评估10项指标：8项约束性指标中达标3项、未达标1项、待佐证1项、缺数据1项、不适用1项、无目标1项；"
        "2项参考性指标中达标1项、不适用1项。"
    )
    for kind, text in all_texts(made).items():
        assert sentence in text, kind


def test_invented_data_are_marked_on_every_page(made: dict[str, Path]) -> None:
    for page in pypdf.PdfReader(made[".pdf"]).pages:
        assert "示例数据(非真实)" in squeezed(page.extract_text())
    with zipfile.ZipFile(made[".docx"]) as archive:
        heads = [archive.read(name).decode() for name in archive.namelist() if re.fullmatch(r"word/header\d*\.xml", name)]
        document = archive.read("word/document.xml").decode()
    assert any("示例数据(非真实)" in head for head in heads)
    sections = document.split("<w:sectPr")[1:]
    assert len(sections) >= 3 and all("<w:headerReference" in section for section in sections)
    assert "示例数据(非真实)" in made[".html"].read_text(encoding="utf-8")


def test_real_data_are_not_marked(project: Path, tmp_path: Path) -> None:
    paths = build.build_region(project, samples.RUN, samples.REGION, samples.context(example=False), tmp_path)
    for kind, text in all_texts({path.suffix: path for path in paths}).items():
        assert "示例数据(非真实)" not in text, kind


def test_twice_the_same_bytes(project: Path, made: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    again = build.build_region(project, samples.RUN, samples.REGION, samples.context(), tmp_path / "elsewhere")
    for path in again:
        assert path.read_bytes() == made[path.suffix].read_bytes(), path.suffix


def test_landscape_page_and_searchable_pdf(made: dict[str, Path]) -> None:
    reader = pypdf.PdfReader(made[".pdf"])
    assert any(page.mediabox.width > page.mediabox.height for page in reader.pages)
    assert reader.metadata is not None and reader.metadata.title == "示例区年度自评估（2023年）"
    with zipfile.ZipFile(made[".docx"]) as archive:
        document = archive.read("word/document.xml").decode()
    assert 'w:orient="landscape"' in document and "w:tblHeader" in document and "w:cantSplit" in document


def test_the_page_asks_the_network_for_nothing(made: dict[str, Path]) -> None:
    page = made[".html"].read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


def test_unverified_thresholds_are_marked_and_listed(made: dict[str, Path]) -> None:
    text = all_texts(made)[".html"]
    assert "≥20†" in text and "建立†" not in text
    assert "指标值待核清单：《示例建设指标》（示例〔2024〕1号）" in text


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    name = "*x* [a](b) <script>alert(1)</script> $x$ `rm` | + - # @tbl-x \\ {{< x >}}"
    rows = [dict(row, name_zh=name, note="") if row["indicator"] in {"C1", "C4.1"} else row for row in samples.rows()]
    samples.write(tmp_path, rows)
    paths = build.build_region(tmp_path, samples.RUN, samples.REGION, samples.context(), tmp_path / "out")
    for kind, text in all_texts({path.suffix: path for path in paths}).items():
        assert squeezed(name) in text, kind


def test_nothing_is_moved_when_something_is_wrong(project: Path, tmp_path: Path) -> None:
    templates = build.templates_of(project)
    model = build.read_model(project, samples.RUN, samples.REGION, samples.context())
    document = region_document(model, templates)
    for text in (document.text + "\n值为 NaN\n", document.text + "\n![x](figures/absent){width=10mm}\n"):
        with pytest.raises(ReportError):
            render(replace(document, text=text), templates, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_rollup_is_made(project: Path, tmp_path: Path) -> None:
    paths = build.build_rollup(project, samples.RUN, [samples.context()], tmp_path)
    assert [path.name for path in paths] == ["all.docx", "all.pdf", "all.html"]
    for kind, text in all_texts({path.suffix: path for path in paths}).items():
        assert "8项约束性指标中达标3项" in text, kind


def test_quarto_log_is_not_believed() -> None:
    log = "\x1b[33mWARNING: Unable to resolve crossref @tbl-x\x1b[39m\nOutput created: a.docx\n"
    log += "[WARNING] Could not load translations for zh-CN\n"
    assert quarto_faults(log) == ["WARNING: Unable to resolve crossref @tbl-x"]


def test_quarto_is_named_when_it_is_missing(project: Path, tmp_path: Path) -> None:
    if find_quarto():
        pytest.skip("Quarto is installed")
    with pytest.raises(ReportError) as error:
        build.build_region(project, samples.RUN, samples.REGION, samples.context(), tmp_path, "quarto")
    assert [problem.message("en") for problem in error.value.problems] == ["Quarto is not installed"]


@pytest.mark.quarto
@pytest.mark.skipif(shutil.which("quarto") is None, reason="Quarto is not on the PATH")
def test_quarto_says_the_same(project: Path, made: dict[str, Path], tmp_path: Path) -> None:
    paths = build.build_region(project, samples.RUN, samples.REGION, samples.context(), tmp_path, "quarto")
    for kind, text in all_texts({path.suffix: path for path in paths}).items():
        assert text == all_texts(made)[kind], kind
