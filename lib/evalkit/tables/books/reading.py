"""Reading a file of any kind: by what it holds first, then by what its name says."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables.books.archive import Archive
from evalkit.tables.books.bounds import Bounds, Budget
from evalkit.tables.books.delimited import read_delimited
from evalkit.tables.books.docx import DOCUMENT, read_docx
from evalkit.tables.books.grid import Sheet
from evalkit.tables.books.ods import read_ods
from evalkit.tables.books.ole import Compound
from evalkit.tables.books.xls import read_xls
from evalkit.tables.books.xlsx import BOOK, read_xlsx

SUFFIXES = {".xlsx": "xlsx", ".xls": "xls", ".ods": "ods", ".docx": "docx", ".csv": "text", ".tsv": "text", ".txt": "text"}
_MACROS = (".xlsm", ".xltm", ".xlam", ".docm", ".dotm", ".xlsb")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNS = (  # first bytes of what people rename
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (_OLE, "ole"), (b"%PDF", "pdf"), (b"{\\rtf", "rtf"), (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"), (b"\x1f\x8b", "archive"),
    (b"\x09\x08", "old_excel"), (b"\x09\x04", "old_excel"), (b"\x09\x02", "old_excel"), (b"\x09\x00", "old_excel"),
)  # fmt: skip
_MAIN_PARTS = ((BOOK, "xlsx"), (DOCUMENT, "docx"), ("xl/workbook.bin", "xlsb"), ("ppt/presentation.xml", "slides"))
_MARKUP = ((b"<html", "html"), (b"<!doctype html", "html"), (b"<table", "html"), (b"mime-version:", "html"), (b"<?xml", "xml"))


def read_book(path: Path, label: str) -> list[Sheet]:
    """Return the sheets of a workbook, the table of a text file, or the tables of a document.

    Parameters
    ----------
    path : Path
        An ``.xlsx``, ``.xls``, ``.ods``, ``.csv``, ``.tsv``, ``.txt`` or ``.docx`` file. It is read into memory once; nothing
        of it is executed, computed, followed to another file, or written.
    label : str
        How the file is called in messages.

    Returns
    -------
    list of Sheet
        In the order of the file, hidden ones too; warnings stand in :attr:`Sheet.remarks`.

    Raises
    ------
    EvalkitError
        No such file, another kind than its name says, macros, a password, damaged, or larger than is read.
    """
    budget = Budget(label, Bounds())
    found = identify(path, label, budget)
    if found.compound is not None:
        return read_xls(found.compound, label, budget)
    if found.archive is None:
        return read_delimited(found.data, label, budget)
    return {"xlsx": read_xlsx, "ods": read_ods, "docx": read_docx}[found.kind](found.archive, label)


@dataclass(frozen=True)
class Opened:
    """A file whose kind is known: its content, and what holds its parts."""

    kind: str
    data: bytes
    archive: Archive | None
    compound: Compound | None


def identify(path: Path, label: str, budget: Budget, only: str = "") -> Opened:
    """Return a file as what it is; refuse what is not read, or is another kind than its name or, with `only`, the caller says."""
    data = read_bytes(path, label, budget.bounds.packed, budget)
    wanted = SUFFIXES.get(path.suffix.lower(), "")
    found, archive = content(data, budget)
    compound = Compound(data, budget) if found == "ole" else None
    if compound is not None:
        found = _in_compound(compound)
    if found == "password":
        raise EvalkitError(Problem("book_password", budget.place))
    if found == "macros" or (path.suffix.lower() in _MACROS and archive is not None):
        raise EvalkitError(Problem("book_macros", budget.place))
    if only and found != only:
        raise EvalkitError(Problem("document_kind", budget.place, {"found": word("book_found", found)}))
    if found not in SUFFIXES.values():
        raise EvalkitError(Problem("book_unknown", budget.place, {"found": word("book_found", found)}))
    if found != wanted:
        suffix = path.suffix or word("book_found", "no_suffix")
        raise EvalkitError(Problem("book_suffix", budget.place, {"suffix": suffix, "found": word("book_found", found)}))
    return Opened(found, data, archive, compound)


def read_bytes(path: Path, label: str, most: int, budget: Budget) -> bytes:
    """Return the content of a file that is not too large."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for
            raise FileNotFoundError
        if found.st_size > most:
            budget.too_many("packed", most // 2**20)
        with path.open("rb") as stream:
            return stream.read(found.st_size)
    except (FileNotFoundError, NotADirectoryError):
        raise EvalkitError(Problem("file_missing", Place(label), {"referrer": label})) from None
    except OSError as error:
        raise EvalkitError(Problem("file_unreadable", Place(label), {"detail": error.strerror or str(error)})) from None


def content(data: bytes, budget: Budget) -> tuple[str, Archive | None]:
    """Return what a file holds, whatever it is called, and the archive if it is one."""
    if not data.strip():
        return "empty", None
    for sign, kind in _SIGNS:
        if data.startswith(sign):
            if kind == "zip":
                return _in_archive(data, budget)
            return kind, None
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((kind for sign, kind in _MARKUP if start.startswith(sign)), "text"), None


def _in_archive(data: bytes, budget: Budget) -> tuple[str, Archive | None]:
    archive = Archive(data, budget)
    kind = archive.small("mimetype", 200)
    if kind.startswith(b"application/vnd.oasis.opendocument."):
        spreadsheet = kind.strip().endswith((b".spreadsheet", b".spreadsheet-template"))
        return ("ods" if spreadsheet else "open_document"), archive
    return next((name for part, name in _MAIN_PARTS if part in archive.names), "archive"), archive


def _in_compound(book: Compound) -> str:
    if book.names & {"EncryptedPackage", "EncryptionInfo"}:
        return "password"
    if book.names & {"Workbook", "Book"}:
        return "xls"
    return "old_word" if "WordDocument" in book.names else "ole"
