"""Files of evidence as received become PDF pages, or a reason why they cannot; nothing in them is executed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import evalkit

#: Bytes of a file, and of all that is packed in an Office file.
LARGEST_FILE, _LARGEST_UNPACKED = 100 << 20, 500 << 20
_SECONDS, _OFFICE_SECONDS = 40, 150
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = {
    ".pdf": "pdf", ".png": "image", ".jpg": "image", ".jpeg": "image",
    ".docx": "zip", ".xlsx": "zip", ".odt": "zip", ".ods": "zip", ".doc": "ole", ".xls": "ole",
}  # fmt: skip
_FILTERS = {".docx": "writer", ".doc": "writer", ".odt": "writer", ".xlsx": "calc", ".xls": "calc", ".ods": "calc"}
#: Settings of the profile in which files are converted: no macros, no links brought up to date, nothing fetched from anywhere.
_SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "1"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
_ITEM = '<item oor:path="/{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_NAMESPACES = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'


@dataclass(frozen=True)
class Prepared:
    """The pages of one file, clean; or why there are none (a word of the group ``evidence_problem``)."""

    path: Path | None = None
    pages: int = 0
    problem: str = ""

    @property
    def size(self) -> int:
        """Bytes of the pages."""
        return self.path.stat().st_size if self.path is not None else 0


def office() -> str:
    """Return the LibreOffice of this computer; empty when there is none."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    usual = (Path("C:/Program Files/LibreOffice/program/soffice.exe"), Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"))
    return found or next((str(path) for path in usual if path.is_file()), "")


def prepare(source: Path, folder: Path) -> Prepared:
    """Make clean PDF pages of a file.

    Parameters
    ----------
    source : Path
        As received; it is only read.
    folder : Path
        An empty folder of its own, for whatever is made on the way.

    Returns
    -------
    Prepared
        Never raises because of what is in the file.
    """
    kind = _KINDS.get(source.suffix.lower())
    try:
        if kind is None:
            return Prepared(problem="kind")
        if source.stat().st_size > LARGEST_FILE:
            return Prepared(problem="too_large")
        copy = folder / f"piece{source.suffix.lower()}"  # its own name could mean something to a program
        shutil.copyfile(source, copy)
        with copy.open("rb") as stream:
            head = stream.read(1024)
    except FileNotFoundError:
        return Prepared(problem="file_missing")
    except OSError:
        return Prepared(problem="damaged")
    wrong = _fault(copy, kind, head)
    if wrong:
        return Prepared(problem=wrong)
    if kind in ("zip", "ole"):
        converted = _convert(copy, folder)
        if isinstance(converted, str):
            return Prepared(problem=converted)
        copy, kind = converted, "pdf"
    target = folder / "clean.pdf"
    said = _run([sys.executable, "-P", "-m", "evalkit.collection.volumes_worker", kind, str(copy), str(target)], folder, _SECONDS)
    if said is None:
        return Prepared(problem="too_slow")
    answer = said.strip().splitlines()[-1:] or ["damaged"]  # a process that was ended says nothing
    return Prepared(target, int(answer[0])) if answer[0].isdigit() and target.is_file() else Prepared(problem=answer[0])


def _fault(path: Path, kind: str, head: bytes) -> str:
    """Return what is wrong with a file before any program opens it; empty for nothing."""
    if kind == "pdf":
        return "" if b"%PDF-" in head else "damaged"
    if kind == "image":
        return "" if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) else "damaged"
    if head.startswith(_OLE):
        # A new Office file with a password is one in the old container.
        return (
            ("encrypted" if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0" in path.read_bytes() else "damaged")
            if kind == "zip"
            else ""
        )
    if kind == "ole":
        return "damaged"
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if len(parts) > 20_000 or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
                return "too_large"
            if any(part.filename.lower().endswith("vbaproject.bin") or part.filename.startswith("Basic/") for part in parts):
                return "macros"
            return "encrypted" if any(part.flag_bits & 1 for part in parts) else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "damaged"


def _convert(source: Path, folder: Path) -> Path | str:
    """Convert a Word or Excel file with LibreOffice in a profile of its own; return the PDF, or why there is none."""
    program = office()
    if not program:
        return "converter"
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    items = "".join(_ITEM.format(*setting) for setting in _SETTINGS)
    settings = f'<?xml version="1.0" encoding="UTF-8"?><oor:items {_NAMESPACES}>{items}</oor:items>'
    (profile / "user" / "registrymodifications.xcu").write_text(settings, encoding="utf-8")
    quiet = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
    target = ["--convert-to", f"pdf:{_FILTERS[source.suffix]}_pdf_Export", "--outdir", str(folder)]
    command = [program, *quiet, f"-env:UserInstallation={profile.as_uri()}", *target, str(source)]
    if _run(command, folder, _OFFICE_SECONDS) is None:
        return "too_slow"
    made = source.with_suffix(".pdf")
    return made if made.is_file() else "conversion"


def _run(command: Sequence[str], folder: Path, seconds: int) -> str | None:
    """Return what a program prints; None when it took too long, and then it is gone with all that it started."""
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "LC_ALL"}}
    own = {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(Path(evalkit.__file__).parents[1])}
    group: dict[str, Any] = {"creationflags": 0x200} if sys.platform == "win32" else {"start_new_session": True}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder, env={**kept, **own}, text=True,
        encoding="utf-8", errors="replace", **group,
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=seconds)
        return str(said)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            with suppress(OSError):
                if sys.platform != "win32":
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
