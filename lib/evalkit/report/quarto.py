"""Rendering with an installed Quarto: one call for all formats, in a scratch folder, with nothing believed that it does not show."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from evalkit.report.check import ReportError
from evalkit.report.document import Document

_TIMEOUT = 300
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FAULT = re.compile(r"\b(?:WARNING|ERROR|WARN)\b|Error running filter|Unable to resolve")
_HARMLESS = ("translation", "translations/zh")


def find_quarto() -> str | None:
    """Return the path of Quarto, or None when it is not installed."""
    return shutil.which("quarto")


def quarto_faults(log: str) -> list[str]:
    """Return the lines of Quarto's log that mean a wrong document: it exits with 0 on many of them."""
    lines = [_ANSI.sub("", line).strip() for line in log.splitlines()]
    return [line for line in lines if _FAULT.search(line) and not any(word in line for word in _HARMLESS)]


def render_quarto(document: Document, scratch: Path) -> list[Path]:
    """Render ``<name>.qmd`` in the scratch folder to Word, PDF and web page.

    Parameters
    ----------
    document : Document
    scratch : pathlib.Path
        Folder with the ``.qmd``, its figures, filter and templates.

    Raises
    ------
    ReportError
        Quarto is missing, failed, warned, took too long, or a file is not there afterwards.
    """
    program = find_quarto()
    if program is None:
        raise ReportError("Quarto is not installed: use the renderer “pandoc”, or install Quarto (conda-forge: quarto)")
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "XDG_CACHE_HOME": str(home), "TMPDIR": str(home),
        "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "QUARTO_PYTHON": sys.executable,
        "SOURCE_DATE_EPOCH": str(_epoch(document)), "TYPST_FONT_PATHS": str(_fonts()),
    }  # fmt: skip
    marks = [part for key, text in document.header_marks for part in ("--metadata", f"{key}={text}")]
    command = [
        program,
        "render",
        f"{document.name}.qmd",
        "--no-execute",
        "--to",
        "docx,typst,html",
        "--metadata",
        f"mainfont={_font()}",
        *marks,
    ]
    log = _run(command, scratch, environment)
    faults = quarto_faults(log)
    if faults:
        raise ReportError(f"{document.name}: Quarto: {faults[0]}")
    made = [scratch / f"{document.name}.{kind}" for kind in ("docx", "pdf", "html")]
    absent = [path.name for path in made if not path.is_file()]
    if absent:
        raise ReportError(f"{document.name}: Quarto made no {', '.join(absent)}")
    from evalkit.report.wordfinish import finish

    finish(made[0], document.title, document.report_date)
    return made


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run in a session of its own: Quarto is a shell script with a child that would outlive a plain kill."""
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", errors="replace", start_new_session=True,
    ) as process:  # fmt: skip
        try:
            log, _ = process.communicate(timeout=_TIMEOUT)
        except BaseException as stop:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(stop, subprocess.TimeoutExpired):
                raise ReportError(f"Quarto took longer than {_TIMEOUT} seconds") from None
            raise
    if process.returncode:
        raise ReportError(f"Quarto: exit {process.returncode}: {_ANSI.sub('', log).strip()[-500:]}")
    return log


def _epoch(document: Document) -> int:
    from evalkit.report.render import epoch

    return epoch(document.report_date)


def _fonts() -> Path:
    import noto_cjk_sans_otc

    return Path(str(noto_cjk_sans_otc.FONT_PATH)).parent


def _font() -> str:
    from evalkit.report import look

    return look.PDF_FONT
