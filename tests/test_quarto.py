"""The wrapper of Quarto, with a stand-in for it on the PATH (`quarto_double.py`)."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import quarto_double as double
import report_samples as samples

from evalkit.report import build, look
from evalkit.report.canvas import Chart
from evalkit.report.frame import FORMATS, Document
from evalkit.report.rendering import quarto
from evalkit.report.rendering.check import ReportError, docx_text, html_text
from evalkit.report.rendering.render import render

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a bash script")
TEMPLATES = Path(__file__).parents[1] / "reports" / "templates"
HEAD = f'---\ntitle: "示例"\nlang: zh-CN\n{FORMATS}---\n\n'
NAMES = ["999001.docx", "999001.html", "999001.pdf"]
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    def put(**behaviour: Any) -> Path:
        folder = double.install(tmp_path / "bin", **behaviour).parent
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
        return folder

    return put


def document(text: str = "# 一、摘要\n\n文字。\n", name: str = "999001", **other: Any) -> Document:
    return Document(name, "示例", HEAD + text, [], True, "2024-10-29", **other)


def made(given: Document, out: Path) -> list[Path]:
    return render(given, TEMPLATES, out, "quarto")


def refused(given: Document, out: Path) -> str:
    """Return why a report is not made; what is there already stays as it is."""
    out.mkdir()
    (out / "999001.docx").write_text("earlier", encoding="utf-8")
    with pytest.raises(ReportError) as error:
        made(given, out)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in out.iterdir()] == [("999001.docx", "earlier")]
    (problem,) = error.value.problems
    return f"{problem.place}: {problem.message('en')}"


def test_one_call_makes_all_formats_in_an_environment_of_its_own(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install()
    given = {"LANG": "C", "LC_ALL": "C", "HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent", "TMPDIR": str(tmp_path)}
    for key, value in {**given, "QUARTO_PROFILE": "x", "SECRET": "x", "QUARTO_SHARE_PATH": "/opt/share/quarto"}.items():
        monkeypatch.setenv(key, value)
    paths = made(document(outdated=True), tmp_path / "out")
    assert [path.suffix for path in paths] == [".docx", ".pdf", ".html"]
    (call,) = double.calls(folder)
    assert call["arguments"] == [
        "render", "999001.qmd", "--no-execute", "--to", "docx,typst,html",
        "--metadata", "outdated=结果未更新：数据或规则已变动，请重新运行", "--metadata", "example=示例数据(非真实)",
    ]  # fmt: skip
    assert call["stdin_closed"] and call["own_session"]
    seen = call["environment"]
    scratch = Path(call["folder"])
    assert (seen["LC_ALL"], seen["NO_COLOR"], seen["SOURCE_DATE_EPOCH"]) == ("C.UTF-8", "1", "1730160000")
    assert seen["QUARTO_SHARE_PATH"] == "/opt/share/quarto"  # conda's Quarto finds its parts by such variables
    assert Path(seen["QUARTO_PYTHON"]).exists() and seen["PATH"].startswith(str(folder))
    assert all(Path(seen[key]).is_relative_to(scratch) for key in ("HOME", "XDG_CACHE_HOME", "TMPDIR"))
    assert not {"LANG", "QUARTO_PROFILE", "SECRET"} & set(seen)


def test_both_renderers_say_the_same_and_leave_nothing_else(install: Install, tmp_path: Path) -> None:
    folder = install()
    project = tmp_path / "project"
    samples.write(project)
    before = sorted(project.rglob("*"))
    arguments = (project, samples.RUN, samples.REGION, samples.context())
    docx, pdf, page = build.build_region(*arguments, tmp_path / "out", "quarto")
    other_docx, other_pdf, other_page = build.build_region(*arguments, tmp_path / "other", "pandoc")
    assert docx_text(docx) == docx_text(other_docx)
    assert pdf.read_bytes() == other_pdf.read_bytes()
    body, other_body = (html_text(path).rpartition("本报告所用数据为示例数据")[2] for path in (page, other_page))
    assert body == other_body and len(body) > 1000
    (call,) = double.calls(folder)
    assert {"999001.qmd", "docx.lua", "figures"} <= set(call["files"])
    assert not Path(call["folder"]).exists()
    assert sorted(project.rglob("*")) == before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == NAMES


def test_chinese_file_names_and_a_relative_path(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "bin", prepend=os.pathsep)
    monkeypatch.setenv("LC_ALL", "C")
    assert [path.name for path in made(document(name="示例区"), tmp_path / "out")] == ["示例区.docx", "示例区.pdf", "示例区.html"]


def test_a_missing_picture_is_a_fault_although_the_exit_is_0(install: Install, tmp_path: Path) -> None:
    install(lose=["figures/translation.png"])
    picture = Chart("translation", "", "", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', bytes, 10)
    given = replace(document("![图](figures/translation){width=10mm}\n"), charts=[picture])
    message = refused(given, tmp_path / "out")
    assert message.startswith("999001: Quarto could not make the file: [WARNING] Could not fetch resource figures/translation.png")


def test_an_unresolved_reference_is_a_fault_although_the_exit_is_0(install: Install, tmp_path: Path) -> None:
    install()
    message = refused(document("见 @fig-x。\n"), tmp_path / "out")
    assert message == "999001: Quarto could not make the file: WARNING (main.lua:22571) Unable to resolve crossref @fig-x"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("\x1b[33mWARN\x1b[39m: unknown \x1b[1mshortcode\x1b[22m", "WARN: unknown shortcode"),
        ("\x1b[2K\x1b[1G\x1b]8;;file://x\x07[WARNING] x\x1b]8;;\x07", "[WARNING] x"),
        ("warning: unknown font family: song", "warning: unknown font family: song"),
        ("a.typ:4:1: warning: layout did not converge", "a.typ:4:1: warning: layout did not converge"),
        ("Error running filter evalkit.lua:", "Error running filter evalkit.lua:"),
    ],
)
def test_what_is_said_is_looked_at(line: str, why: str) -> None:
    assert quarto.quarto_faults(f"pandoc\n  to: docx\n{line}\nOutput created: a.docx\n") == [why]


def test_an_unknown_font_is_a_fault(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install()
    monkeypatch.setattr(look, "PDF_FONT", "No Such Font")
    assert "unknown font family: no such font" in refused(document(), tmp_path / "out")


def test_harmless_words_are_none() -> None:
    log = "[WARNING] Could not load translations for zh-CN\n[WARNING] The term Figure has no translation defined.\n"
    assert quarto.quarto_faults(log) == []


@pytest.mark.parametrize(
    ("behaviour", "head", "why"),
    [
        ({"fail": "reference.docx not found"}, "", "999001: Quarto could not make the file: exit 1: ERROR: reference.docx not found"),
        (
            {"say": ["\x1b[33mWARNING: the cause\x1b[39m", "x" * 900], "fail": "y"},
            "",
            "999001: Quarto could not make the file: exit 1: WARNING: the cause\nxxx",
        ),
        ({}, "---\ntitle: [\n---\n", "999001: Quarto could not make the file: exit 1: ERROR: YAMLError"),
    ],
)
def test_an_exit_with_1(install: Install, tmp_path: Path, behaviour: dict[str, Any], head: str, why: str) -> None:
    install(**behaviour)
    given = document()
    message = refused(replace(given, text=head or given.text), tmp_path / "out")
    assert message.startswith(why) and "\x1b" not in message


@pytest.mark.parametrize(("way", "kind"), [("without", "docx"), ("without", "html"), ("empty", "typst")])
def test_a_file_is_looked_for(install: Install, tmp_path: Path, way: str, kind: str) -> None:
    install(**{way: [kind]})
    assert refused(document(), tmp_path / "out") == f"999001: Quarto made no proper 999001.{double.SUFFIX[kind]}"


def all_gone(folder: Path) -> bool:
    for _ in range(100):
        if not any(double.alive(folder)):
            return True
        time.sleep(0.05)
    return False


def test_too_long_ends_every_process(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install(hang=True)
    monkeypatch.setattr(quarto, "_TIMEOUT", 2)
    start = time.monotonic()
    assert refused(document(), tmp_path / "out") == "999001: Quarto took longer than 2 seconds"
    assert time.monotonic() - start < 10
    assert len(double.alive(folder)) == 2 and all_gone(folder)


def test_a_failure_leaves_no_process(install: Install, tmp_path: Path) -> None:
    folder = install(stray=True, fail="x")
    refused(document(), tmp_path / "out")
    assert len(double.alive(folder)) == 1 and all_gone(folder)


def test_a_program_that_does_not_start(install: Install, tmp_path: Path) -> None:
    (install() / "quarto").write_bytes(b"\x00\x01")
    assert refused(document(), tmp_path / "out").startswith("999001: Quarto does not start: ")


def run_double(folder: Path, scratch: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    scratch.mkdir()
    (scratch / "例.qmd").write_text(HEAD + "见 @fig-x。\n", encoding="utf-8")
    given = {"PATH": os.environ["PATH"], "HOME": str(scratch), "TMPDIR": str(scratch), "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(
        [folder / "quarto", "render", "例.qmd", "--to", "html", *arguments],
        cwd=scratch, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


def test_the_stand_in_does_what_quarto_does(install: Install, tmp_path: Path) -> None:
    folder = install(without=["html"])
    plain = run_double(folder, tmp_path / "plain")
    assert (plain.returncode, plain.stdout) == (0, "") and "WARNING" in plain.stderr and "Output created: 例.html" in plain.stderr
    assert {".quarto", "例_files"} <= {path.name for path in (tmp_path / "plain").iterdir()}
    quiet = run_double(folder, tmp_path / "quiet", "--quiet", "--log", "log", "--log-format", "json-stream")
    assert (quiet.returncode, quiet.stderr) == (0, "")
    log = [json.loads(line) for line in (tmp_path / "quiet" / "log").read_text(encoding="utf-8").splitlines()]
    assert log[0]["levelName"] == "INFO" and "WARNING" in log[0]["msg"]
    for name, arguments, environment in (
        ("directory", ["-o", "out/a.html"], {}),
        ("locale", [], {"LC_ALL": "C"}),
        ("home", [], {"XDG_CACHE_HOME": "/nonexistent"}),
    ):
        assert run_double(folder, tmp_path / name, *arguments, **environment).returncode == 1, name
