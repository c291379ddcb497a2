"""One .qmd → Word, PDF and web page, by pandoc and Typst: all three or none."""

from __future__ import annotations

import contextvars
import datetime
import errno
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from evalkit.messages import Place, Problem
from evalkit.messages.speech import Speech, speaking
from evalkit.report.frame import FILTERS, READER, Document
from evalkit.report.rendering.check import ReportError, check_report, check_text, docx_text
from evalkit.report.rendering.fonts import Fonts, fonts_of
from evalkit.report.rendering.pagefinish import finish_page
from evalkit.report.rendering.setting import setting

Renderer = Literal["auto", "pandoc", "quarto"]
FORMATS = ("docx", "pdf", "html")
_TEMPLATES = (*FILTERS, "evalkit.typ", "report.html", "report.css", "report.js")
# pandoc has no Chinese translations; nothing that it would translate is used.
_HARMLESS = ("translation", "translations/zh.yaml")


def render(document: Document, templates: Path, out_dir: Path, renderer: Renderer = "auto", fonts: Sequence[str] = ()) -> list[Path]:
    """Render a report and move it into place when everything about it is right.

    Parameters
    ----------
    document : Document
        The Markdown with its figures.
    templates : pathlib.Path
        Folder with the filters, the Typst and the page template.
    out_dir : pathlib.Path
        Where ``<name>.docx``, ``.pdf``, ``.html`` go; made when missing.
    renderer : {"auto", "pandoc", "quarto"}
        ``auto`` and ``pandoc`` use pandoc and Typst from the package index; ``quarto`` an installed Quarto.
    fonts : sequence of str
        Folders with further fonts for the PDF; those of the system are never used.

    Returns
    -------
    list of pathlib.Path
        The three files.

    Raises
    ------
    ReportError
        pandoc or Typst failed or warned, or a file holds an unresolved reference, NaN, None, an empty table, a missing or clipped
        figure, or a character that no font has. Nothing is moved then.
    """
    with tempfile.TemporaryDirectory(prefix="evalkit-report-") as folder, speaking(Speech(document.lang)):
        scratch = Path(folder)
        chosen = fonts_of(document.form, fonts)
        _prepare(document, templates, scratch)
        (scratch / "setting.typ").write_text(setting(document, chosen), encoding="utf-8", newline="\n")
        if renderer == "quarto":
            from evalkit.report.rendering.quarto import render_quarto

            made = render_quarto(document, scratch, chosen)
        else:
            made = _render_pandoc(document, scratch, chosen)
        finish_page(made[2], document)
        check_report(made, scratch / f"{document.name}.typ", document.text, quoted(document), len(document.charts))
        return move_all({path: out_dir / path.name for path in made})


def render_word(document: Document, templates: Path, target: Path) -> Path:
    """Render a document as Word alone, with the look of the reports, and move it into place when it is right.

    Parameters
    ----------
    document : Document
        Its report date is the date in the properties.
    templates : pathlib.Path
        Folder of the report templates.
    target : pathlib.Path
        The ``.docx``; its folder is made when missing.

    Raises
    ------
    ReportError
        pandoc failed or warned, or the text holds an unresolved reference, NaN or None.
    """
    from evalkit.report.rendering.wordfinish import finish

    with tempfile.TemporaryDirectory(prefix="evalkit-word-") as folder, speaking(Speech(document.lang)):
        scratch = Path(folder)
        _prepare(document, templates, scratch)
        name = f"{document.name}.docx"
        arguments = [f"{document.name}.qmd", "--from", READER, *_filters("guard.lua", "docx.lua"), "--wrap=none", "--to", "docx"]
        _pandoc([*arguments, "--reference-doc=reference.docx", "--output", name], scratch, document)
        finish(scratch / name, document)
        check_text(target.name, docx_text(scratch / name), quoted(document), document.text)
        return move_all({scratch / name: target})[0]


def quoted(document: Document) -> frozenset[str]:
    """Return the texts whose words are no faults of the rendering: from data, and a person's own."""
    return document.data | {block.override.body for block in document.blocks if block.override}


def _prepare(document: Document, templates: Path, scratch: Path) -> None:
    for name in _TEMPLATES:
        shutil.copyfile(templates / name, scratch / name)
    (scratch / "figures").mkdir()
    for chart in document.charts:
        (scratch / "figures" / f"{chart.name}.svg").write_bytes(chart.svg)
        (scratch / "figures" / f"{chart.name}.png").write_bytes(chart.png)
    (scratch / f"{document.name}.qmd").write_text(document.text, encoding="utf-8", newline="\n")
    from evalkit.report.rendering.word import reference_document

    (scratch / "reference.docx").write_bytes(reference_document(pandoc_path(), document.form, document.lang))


def pandoc_path() -> str:
    """Return the pandoc of the package index."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def epoch(report_date: str) -> int:
    """Return the report's date as seconds, the source date of every file."""
    return int(datetime.datetime.fromisoformat(report_date).replace(tzinfo=datetime.UTC).timestamp())


def _filters(*names: str) -> list[str]:
    return [part for name in names for part in ("--lua-filter", name)]


def _render_pandoc(document: Document, scratch: Path, fonts: Fonts) -> list[Path]:
    name = document.name
    # The Markdown is read once: that takes longer than to write any of the formats.
    _pandoc([f"{name}.qmd", "--from", READER, "--to", "json", "--output", f"{name}.json"], scratch, document)
    source = [f"{name}.json", "--from", "json", "--wrap=none", *_filters(*FILTERS)]
    marks = [part for key, text in document.header_marks for part in ("--variable", f"{key}={text}")]
    jobs = {
        "docx": [*source, "--to", "docx", "--reference-doc=reference.docx"],
        "typst": [*source, "--to", "typst", "--standalone", "--template=evalkit.typ"],
        "html": [*source, "--to", "html5", "--standalone", "--template=report.html", "--css=report.css", "--embed-resources", "--toc",
                 "--toc-depth=2", *marks],
    }  # fmt: skip
    outputs = {"docx": f"{name}.docx", "typst": f"{name}.typ", "html": f"{name}.html"}

    def work(kind: str) -> list[Problem]:
        try:
            _pandoc([*jobs[kind], "--output", outputs[kind]], scratch, document)
            if kind == "docx":
                from evalkit.report.rendering.wordfinish import finish

                finish(scratch / outputs[kind], document)
            elif kind == "typst":
                _typst(scratch / outputs[kind], scratch / f"{name}.pdf", document, fonts)
        except ReportError as error:
            return error.problems
        return []

    with ThreadPoolExecutor(3) as pool:
        # a thread does not know by itself which language the document speaks
        jobs_done = [pool.submit(contextvars.copy_context().run, work, kind) for kind in ("docx", "typst", "html")]
        found = [problem for done in jobs_done for problem in done.result()]
    if found:
        raise ReportError([problem for place, problem in enumerate(found) if problem not in found[:place]])
    return [scratch / f"{name}.{kind}" for kind in FORMATS]


def _pandoc(arguments: list[str], folder: Path, document: Document) -> None:
    keep = {key: value for key, value in os.environ.items() if key in {"PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP"}}
    environment = {**keep, "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": str(epoch(document.report_date)), "HOME": str(folder)}
    done = subprocess.run(
        [pandoc_path(), *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    faults = [line for line in done.stderr.splitlines() if line.strip() and not any(word in line for word in _HARMLESS)]
    if not done.returncode and not faults:
        return
    target, said = Place(re.sub(r"\.typ$", ".pdf", arguments[-1])), " ".join(faults or [f"exit {done.returncode}"])
    if lost := re.search(r"Could not fetch resource (\S+)|picture outside the report: (.+?)(?: stack traceback|$)", said):
        code = "report_figure_absent" if lost[1] else "report_figure_outside"
        raise ReportError(Problem(code, target, {"found": (lost[1] or lost[2]).rstrip(":")}))
    raise ReportError(Problem("renderer_failed", target, {"renderer": "pandoc", "detail": said}))


def _typst(source: Path, target: Path, document: Document, fonts: Fonts) -> None:
    import typst

    try:
        # PDF/UA-1: Typst refuses a picture without alternative text, a missing title, and a character that no font has.
        result: Any = typst.compile_with_warnings(
            str(source), output=str(target), root=str(source.parent), font_paths=list(fonts.folders), ignore_system_fonts=True,
            timestamp=epoch(document.report_date), pdf_standards=["ua-1"],
        )  # fmt: skip
    except typst.TypstError as error:
        raise ReportError(typst_problems(target.name, str(getattr(error, "diagnostic", "") or error), source)) from None
    warnings = result[1] if isinstance(result, tuple) else []
    if warnings:
        detail = str(getattr(warnings[0], "message", warnings[0]))
        raise ReportError(Problem("renderer_failed", Place(target.name), {"renderer": "Typst", "detail": detail}))


def typst_problems(name: str, said: str, source: Path) -> list[Problem]:
    """Return what Typst said as problems, each with the words around and the chapter.

    Parameters
    ----------
    name : str
        Name of the PDF.
    said : str
        Typst's diagnostic, several errors with their lines.
    source : pathlib.Path
        The Typst source.
    """
    lines = source.read_text(encoding="utf-8").split("\n") if source.is_file() else []
    kinds = (
        ("report_glyph", re.compile(r"the text `\"(.*?)\"` could not be displayed")),
        ("report_figure_absent", re.compile(r"file not found \(searched at (.*?)\)")),
        ("report_reference", re.compile(r"label `(.*?)` (?:does not exist|occurs multiple)")),
        ("report_figure_wide", re.compile(r"picture too wide: (\d+) of (\d+) mm: ([^\n]*)")),
    )
    found: list[Problem] = []
    for part in re.split(r"(?m)^error: ", said):
        if not part.strip():
            continue
        spot = re.search(r"\.typ:(\d+):", part)
        number = int(spot[1]) if spot else 0
        around = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        chapter = next((line[2:] for line in reversed(lines[:number]) if line.startswith("= ")), "")
        problem = Problem("renderer_failed", Place(name, key=chapter), {"renderer": "Typst", "detail": part.split("\n")[0]})
        for code, form in kinds:
            if hit := form.search(part):
                values = {"found": hit[1], "around": _near(around, hit[1])}
                if code == "report_figure_wide":
                    values = {"width": hit[1], "room": hit[2], "figure": hit[3][:60]}
                problem = Problem(code, Place(name, key=chapter), values)
        if problem not in found:
            found.append(problem)
    return found[:20]


def _near(line: str, word: str) -> str:
    place = max(line.find(word[:1]), 0) if word else 0
    return line[max(0, place - 30) : place + 30]


def move_all(files: Mapping[Path, Path]) -> list[Path]:
    """Put finished files into place: all of them or, where there is no room or a folder stands in the way, none.

    Parameters
    ----------
    files : mapping
        Target by source; folders of the targets are made when missing.

    Raises
    ------
    OSError
        The disk is full, the folder cannot be written, or a target is a folder. What stood there stands there still.
    """
    parts = {target.with_name(f".{target.name}.part"): target for target in files.values()}
    try:
        for (source, target), part in zip(files.items(), parts, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            shutil.copyfile(source, part)
        for part, target in parts.items():
            os.replace(part, target)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    return list(files.values())
