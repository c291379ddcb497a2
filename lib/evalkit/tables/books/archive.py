"""Archives (.xlsx, .ods, .docx): looked at before anything is unpacked, read part by part, never written to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from evalkit.messages import EvalkitError, Problem, word
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.markup import Handler, parse

_ENTRY = b"PK\x01\x02"  # begins each line of an archive's table of contents
_LARGE = 8 * 2**20  # bytes of a part


class Archive:
    """An archive whose table of contents has been looked at.

    Parameters
    ----------
    data : bytes
        The whole file.
    budget : Budget

    Raises
    ------
    EvalkitError
        No archive, a password, too large, or names that stand in it twice.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.budget = budget
        bounds = budget.bounds
        if data.count(_ENTRY) > 4 * bounds.parts:  # before each gets an object of its own
            budget.too_many("parts", bounds.parts)
        with self.faults():
            self.zip = zipfile.ZipFile(io.BytesIO(data))
        entries = self.zip.infolist()
        self.names = {entry.filename for entry in entries}
        if any(entry.flag_bits & 1 for entry in entries):
            raise EvalkitError(Problem("book_password", budget.place))
        size = sum(entry.file_size for entry in entries)
        if size > bounds.unpacked or len(entries) > bounds.parts:
            detail = word("book_fault", "unpacked").format(size=size // 2**20, parts=len(entries), most=bounds.unpacked // 2**20)
            raise EvalkitError(Problem("book_large", budget.place, {"detail": detail}))
        if len({name.lower() for name in self.names}) != len(entries):
            budget.damaged(word("book_fault", "names_twice"))
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
            budget.damaged(word("book_fault", "method"))

    def parse(self, part: str, handler: Handler) -> None:
        """Read an XML part through once; count the tags of a large one first, which is quick."""
        if part in self.names and self.zip.getinfo(part).file_size > _LARGE:
            self._count(part)
        with self.faults(), self.open(part) as stream:
            parse(stream, handler, self.budget, part)

    def _count(self, part: str) -> None:
        """Refuse a part with more tags than elements, or values than cells, are read."""
        bounds = self.budget.bounds
        tags = values = 0
        with self.faults(), self.open(part) as stream:
            while piece := stream.read(2**20):
                tags += piece.count(b"<")
                values += piece.count(b"</v>")  # as Excel writes it; others come to the same bound later
                if tags > 2 * bounds.nodes:
                    self.budget.too_many("nodes", bounds.nodes)
                if values > bounds.cells:
                    self.budget.too_many("cells", bounds.cells)

    def open(self, part: str) -> IO[bytes]:
        """Open a part for reading."""
        if part not in self.names:
            self.budget.damaged(word("book_fault", "no_part").format(part=part))
        return self.zip.open(part)

    def small(self, part: str, most: int = 2**20) -> bytes:
        """Return the beginning of a part, or nothing where there is no such part."""
        if part not in self.names:
            return b""
        with self.faults(), self.open(part) as stream:
            return stream.read(most)

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn what the archive library raises into a refusal."""
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError, OverflowError) as error:
            self.budget.damaged(f"{word('book_fault', 'archive')} ({error})")
