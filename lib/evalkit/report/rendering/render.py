"""One .qmd → Word, PDF and web page, by pandoc and Typst: all three or none."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from evalkit.report import look
from evalkit.report.frame import Document
from evalkit.report.rendering.check import ReportError, check_pictures, check_text, docx_text, html_text

Renderer = Literal["auto", "pandoc", "quarto"]
FORMATS = ("docx", "pdf", "html")
_READER = "markdown+east_asian_line_breaks"
_FILTERS = ("docx.lua", "typst.lua", "html.lua")
_TEMPLATES = (*_FILTERS, "evalkit.typ", "report.html", "report.css")
# pandoc has no Chinese translations; nothing that it would translate is used.
_HARMLESS = ("translation", "translations/zh.yaml")


def render(document: Document, templates: Path, out_dir: Path, renderer: Renderer = "auto") -> list[Path]:
    """Render a report and move it into place when everything about it is right.

    Parameters
    ----------
    document : Document
        The Markdown with its figures.
    templates : pathlib.Path
        Folder with the filter, the Typst and the page template.
    out_dir : pathlib.Path
        Where ``<name>.docx``, ``.pdf``, ``.html`` go; made when missing.
    renderer : {"auto", "pandoc", "quarto"}
        ``auto`` and ``pandoc`` use pandoc and Typst from the package index; ``quarto`` an installed Quarto.

    Returns
    -------
    list of pathlib.Path
        The three files.

    Raises
    ------
    ReportError
        pandoc or Typst failed or warned, or the result holds an unresolved reference, NaN, None or a missing figure.
        Nothing is moved then.
    """
    with tempfile.TemporaryDirectory(prefix="evalkit-report-") as folder:
        scratch = Path(folder)
        _prepare(document, templates, scratch)
        if renderer == "quarto":
            from evalkit.report.rendering.quarto import render_quarto

            made = render_quarto(document, scratch)
        else:
            made = _render_pandoc(document, scratch)
        texts = {made[0].name: docx_text(made[0]), made[2].name: html_text(made[2])}
        for name, text in texts.items():
            check_text(name, text, document.data)
        check_pictures(made[0], made[2], len(document.charts))
        out_dir.mkdir(parents=True, exist_ok=True)
        return [_move(path, out_dir / path.name) for path in made]


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

    with tempfile.TemporaryDirectory(prefix="evalkit-word-") as folder:
        scratch = Path(folder)
        _prepare(document, templates, scratch)
        name = f"{document.name}.docx"
        arguments = [f"{document.name}.qmd", "--from", _READER, "--lua-filter", "docx.lua", "--wrap=none", "--to", "docx"]
        _pandoc([*arguments, "--reference-doc=reference.docx", "--default-image-extension=png", "--output", name], scratch, document)
        finish(scratch / name, document)
        check_text(target.name, docx_text(scratch / name), document.data)
        target.parent.mkdir(parents=True, exist_ok=True)
        return _move(scratch / name, target)


def _prepare(document: Document, templates: Path, scratch: Path) -> None:
    for name in _TEMPLATES:
        shutil.copyfile(templates / name, scratch / name)
    (scratch / "figures").mkdir()
    for chart in document.charts:
        (scratch / "figures" / f"{chart.name}.svg").write_bytes(chart.svg)
        (scratch / "figures" / f"{chart.name}.png").write_bytes(chart.png)
    (scratch / f"{document.name}.qmd").write_text(document.text, encoding="utf-8", newline="\n")
    from evalkit.report.rendering.word import reference_document

    (scratch / "reference.docx").write_bytes(
        reference_document(pandoc_path(), tuple(text for _, text in document.header_marks), document.title)
    )


def pandoc_path() -> str:
    """Return the pandoc of the package index."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def epoch(report_date: str) -> int:
    """Return the report's date as seconds, the source date of every file."""
    return int(datetime.datetime.fromisoformat(report_date).replace(tzinfo=datetime.UTC).timestamp())


def _render_pandoc(document: Document, scratch: Path) -> list[Path]:
    name = document.name
    source = [f"{name}.qmd", "--from", _READER, "--wrap=none", *(part for name in _FILTERS for part in ("--lua-filter", name))]
    marks = [part for key, text in document.header_marks for part in ("--variable", f"{key}={text}")]
    jobs = {
        "docx": [*source, "--to", "docx", "--reference-doc=reference.docx", "--default-image-extension=png"],
        "typst": [*source, "--to", "typst", "--standalone", "--template=evalkit.typ", "--default-image-extension=svg", *marks,
                  "--variable", f"mainfont={look.PDF_FONT}"],
        "html": [*source, "--to", "html5", "--standalone", "--template=report.html", "--css=report.css", "--embed-resources", "--toc",
                 "--toc-depth=1", "--default-image-extension=svg", *marks],
    }  # fmt: skip
    outputs = {"docx": f"{name}.docx", "typst": f"{name}.typ", "html": f"{name}.html"}

    def work(kind: str) -> None:
        _pandoc([*jobs[kind], "--output", outputs[kind]], scratch, document)
        if kind == "docx":
            from evalkit.report.rendering.wordfinish import finish

            finish(scratch / outputs[kind], document)
        elif kind == "typst":
            _typst(scratch / outputs[kind], scratch / f"{name}.pdf", document)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work, kind) for kind in ("docx", "typst", "html")]:
            done.result()
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
    if done.returncode or faults:
        raise ReportError(f"{document.name}: pandoc: " + " ".join(faults or [f"exit {done.returncode}"]))


def _typst(source: Path, target: Path, document: Document) -> None:
    import noto_cjk_sans_otc
    import typst

    fonts = Path(str(noto_cjk_sans_otc.FONT_PATH)).parent
    try:
        result: Any = typst.compile_with_warnings(
            str(source), output=str(target), root=str(source.parent), font_paths=[str(fonts)], ignore_system_fonts=True,
            timestamp=epoch(document.report_date),
        )  # fmt: skip
    except typst.TypstError as error:
        raise ReportError(f"{document.name}: Typst: {error}") from None
    warnings = result[1] if isinstance(result, tuple) else []
    if warnings:
        raise ReportError(f"{document.name}: Typst: {warnings[0]}")


def _move(source: Path, target: Path) -> Path:
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    os.replace(part, target)
    return target
