"""Rendering with an installed Quarto: one call for all formats, in a scratch folder, with nothing believed that it does not show."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from evalkit.messages import Place, Problem
from evalkit.report.frame import Document
from evalkit.report.rendering.check import ReportError
from evalkit.report.rendering.fonts import Fonts

_TIMEOUT = 300
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
# Quarto and pandoc write WARNING, Typst writes warning: at the beginning of a line.
_FAULT = re.compile(r"\b(?:WARNING|ERROR|WARN)\b|^(?:\S+: )?(?:warning|error): |Error running filter|Unable to resolve")
# pandoc has no Chinese translations; nothing that it would translate is used.
_HARMLESS = re.compile(r"Could not load translations|translations/zh|has no translation defined")
#: First bytes of the files; a web page only must not be empty.
_STARTS = {"docx": b"PK", "pdf": b"%PDF-", "html": b""}
# Without these Quarto of conda-forge does not find its parts, and Windows starts nothing.
_KEPT = (
    "QUARTO_DENO", "QUARTO_DENO_DOM", "QUARTO_PANDOC", "QUARTO_ESBUILD", "QUARTO_TYPST", "QUARTO_DART_SASS", "QUARTO_SHARE_PATH",
    "QUARTO_CONDA_PREFIX", "SYSTEMROOT", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA",
)  # fmt: skip


def find_quarto() -> str | None:
    """Return the path of Quarto, or None when it is not installed."""
    found = shutil.which("quarto")
    return os.path.abspath(found) if found else None


def quarto_faults(log: str) -> list[str]:
    """Return the lines of Quarto's log that mean a wrong document: it exits with 0 on many of them."""
    lines = [_ANSI.sub("", line).strip() for line in log.splitlines()]
    return [line for line in lines if _FAULT.search(line) and not _HARMLESS.search(line)]


def render_quarto(document: Document, scratch: Path, fonts: Fonts) -> list[Path]:
    """Render ``<name>.qmd`` in the scratch folder to Word, PDF and web page.

    Parameters
    ----------
    document : Document
    scratch : pathlib.Path
        Folder with the ``.qmd``, its figures, filters and templates.
    fonts : Fonts
        Where Typst finds its fonts; which ones it takes stands in ``setting.typ``.

    Raises
    ------
    ReportError
        Quarto is missing, failed, warned, took too long, or a file is not there afterwards or is no such file.
    """
    program = find_quarto()
    if program is None:
        raise ReportError(Problem("quarto_missing", Place(document.name)))
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    environment = {
        **{key: os.environ[key] for key in _KEPT if key in os.environ},
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "XDG_CACHE_HOME": str(home), "TMPDIR": str(home),
        "TEMP": str(home), "TMP": str(home),
        "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "QUARTO_PYTHON": sys.executable,
        "SOURCE_DATE_EPOCH": str(_epoch(document)), "TYPST_FONT_PATHS": os.pathsep.join(fonts.folders), "TYPST_IGNORE_SYSTEM_FONTS": "true",
    }  # fmt: skip
    marks = [part for key, text in document.header_marks for part in ("--metadata", f"{key}={text}")]
    command = [
        program,
        "render",
        f"{document.name}.qmd",
        "--no-execute",
        "--to",
        "docx,typst,html",
        *marks,
    ]
    faults = quarto_faults(_run(document.name, command, scratch, environment))
    if faults:
        raise ReportError(_said(document.name, "; ".join(faults)))
    made = {scratch / f"{document.name}.{kind}": start for kind, start in _STARTS.items()}
    absent = [path.name for path, start in made.items() if not _begins(path, start)]
    if absent:
        raise ReportError(Problem("quarto_incomplete", Place(document.name), {"files": ", ".join(absent)}))
    from evalkit.report.rendering.wordfinish import finish

    paths = list(made)
    finish(paths[0], document)
    return paths


def _said(name: str, detail: str) -> Problem:
    return Problem("renderer_failed", Place(name), {"renderer": "Quarto", "detail": detail})


def _run(name: str, command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run in a session of its own: Quarto is a shell script with a child that would outlive a plain kill."""
    try:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ReportError(Problem("quarto_start", Place(name), {"detail": error.strerror or str(error)})) from None
    with process:
        try:
            log, _ = process.communicate(timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            raise ReportError(Problem("quarto_slow", Place(name), {"seconds": _TIMEOUT})) from None
        finally:
            _stop(process)
    if process.returncode:
        raise ReportError(_said(name, f"exit {process.returncode}: {_cause(log)}"))
    return log


def _cause(log: str) -> str:
    """Return the log from its first fault on: the cause stands before what follows from it."""
    text = _ANSI.sub("", log).strip()
    faults = quarto_faults(text)
    return text[text.index(faults[0]) :][:1000] if faults else text[-500:]


def _stop(process: subprocess.Popen[str]) -> None:
    """End whatever is left of Quarto: also after a failure a child may go on."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)


def _begins(path: Path, start: bytes) -> bool:
    head = path.read_bytes()[:8] if path.is_file() else b""
    return bool(head) and head.startswith(start)


def _epoch(document: Document) -> int:
    from evalkit.report.rendering.render import epoch

    return epoch(document.report_date)
