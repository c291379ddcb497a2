"""Files: read as text with clear errors, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from evalkit.messages import EvalkitError, Place, Problem, word

# First bytes of formats that people rename to .csv or .yml.
_SIGNATURES = {
    b"PK\x03\x04": "Excel/Word (zip)",
    b"\xd0\xcf\x11\xe0": "Excel/Word 97-2003",
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG",
    b"<html": "HTML",
    b"<!DOC": "HTML",
}
_LARGEST = 100 * 2**20  # bytes
_SAFE_PART = re.compile(r"[^\x00-\x1f<>:\"|?*\\/]+")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def read_text(path: Path, label: str, referrer: str = "") -> str:
    """Return the text of a UTF-8 file, without BOM.

    Parameters
    ----------
    path : Path
        The file.
    label : str
        How the file is called in messages (relative to the project).
    referrer : str
        Who asked for it, for the message when it is missing.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for
            raise FileNotFoundError
        if found.st_size > _LARGEST:
            detail = word("book_most", "packed").format(most=_LARGEST // 2**20)
            raise EvalkitError(Problem("book_large", Place(label), {"detail": detail}))
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise EvalkitError(Problem("file_missing", Place(label), {"referrer": referrer or label})) from None
    except OSError as error:  # no permission, name too long …
        raise EvalkitError(Problem("file_unreadable", Place(label), {"detail": error.strerror or str(error)})) from None
    for signature, looks_like in _SIGNATURES.items():
        if data[: len(signature)].upper() == signature.upper():
            expected = path.suffix.lstrip(".").upper()
            raise EvalkitError(Problem("wrong_content", Place(label), {"looks_like": looks_like, "expected": expected}))
    if b"\x00" in data:
        looks_like = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "binary"
        raise EvalkitError(Problem("wrong_content", Place(label), {"looks_like": looks_like, "expected": path.suffix.lstrip(".").upper()}))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvalkitError(Problem("not_utf8", Place(label), {"byte": error.start})) from None


def unprintable(text: str) -> bool:
    """Return whether a text holds characters that no document can: control characters, lone surrogates."""
    return _UNPRINTABLE.search(text) is not None


def project_path(folder: Path, relative: str, label: str, where: Place) -> Path:
    """Return `relative` inside `folder`; refuse anything that leaves it or that Windows cannot store."""
    parts = PurePosixPath(relative).parts
    ok = bool(parts) and not relative.startswith(("/", "\\")) and "\\" not in relative
    for part in parts:
        ok = ok and part != ".." and bool(_SAFE_PART.fullmatch(part)) and not _RESERVED.fullmatch(part) and part[-1] not in ". "
    if not ok:
        raise EvalkitError(Problem("unsafe_path", where, {"path": relative, "folder": label}))
    return folder.joinpath(*parts)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file aside and rename it, so that the name never holds a half-written file."""
    handle = -1
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise EvalkitError(Problem("disk_full", Place(path.name), {"path": path.name, "detail": error.strerror or str(error)})) from None


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text as it is, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Write JSON for people and programs: keys as given, two spaces, Chinese readable."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
