"""The records of .xls workbooks (BIFF5 and BIFF8): stepping through them, and the texts in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NoReturn

from evalkit.messages import word
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.plain import lowered, raised, struck

BOF, EOF, CONTINUE = 0x809, 0x0A, 0x3C
_CODEPAGES = {1200: "utf-16-le", 10008: "gb2312", 32768: "mac_roman", 32769: "cp1252", 65001: "utf-8"}


class Records:
    """The stream of a workbook.

    Parameters
    ----------
    data : bytes
    budget : Budget
        Of the file; each record counts.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        self.wide = True  # BIFF8: texts are Unicode
        self.codepage = "gb18030"
        self.raised: set[int] = set()  # fonts of superscripts
        self.lowered: set[int] = set()  # of subscripts
        self.struck: set[int] = set()  # that strike out

    def within(self, at: int) -> Iterator[tuple[int, bytes, int]]:
        """Yield kind, content and following place of the records of a part that begins at a place, until its end.

        Parts within it, such as charts, are passed over.
        """
        depth = 0
        while True:
            if at + 4 > len(self.data):
                self.damaged()
            kind, length = struct.unpack_from("<HH", self.data, at)
            at += 4
            if at + length > len(self.data):
                self.damaged()
            self.budget.nodes += 1
            if not self.budget.nodes % 4096:
                self.budget.check()
            if kind == BOF:
                depth += 1
            if depth == 1:
                yield kind, self.data[at : at + length], at + length
            elif not depth:
                self.damaged()
            at += length
            if kind == EOF:
                depth -= 1
                if not depth:
                    return

    def continued(self, at: int) -> list[bytes]:
        """Return the contents of the records that continue the one before a place."""
        pieces: list[bytes] = []
        while at + 4 <= len(self.data):
            kind, length = struct.unpack_from("<HH", self.data, at)
            if kind != CONTINUE or at + 4 + length > len(self.data):
                break
            pieces.append(self.data[at + 4 : at + 4 + length])
            at += 4 + length
        return pieces

    def page(self, number: int) -> None:
        """Take the code page of texts of BIFF5."""
        self.codepage = _CODEPAGES.get(number, "gb18030" if number == 936 else f"cp{number}")

    def text(self, data: bytes, at: int, *, short: bool = False, pieces: list[bytes] | None = None) -> str:
        """Return a text with its length before it, in one byte where it is short."""
        length = data[at] if short else struct.unpack_from("<H", data, at)[0]
        at += 1 if short else 2
        if not self.wide:
            found = data[at : at + length]
            if len(found) < length:
                self.damaged()
            return self.decode(found, self.codepage)
        return Pieces(self, [data, *(pieces or [])], at).text(length)

    def decode(self, data: bytes, encoding: str) -> str:
        """Return the characters of some bytes; what is none becomes a mark that is no digit."""
        try:
            return data.decode(encoding, "replace")
        except LookupError:
            return data.decode("ascii", "replace")

    def damaged(self) -> NoReturn:
        """Refuse the file."""
        self.budget.damaged(word("book_fault", "records"))


class Pieces:
    """A long record in pieces: one place that only moves forward."""

    def __init__(self, records: Records, pieces: list[bytes], at: int) -> None:
        self.records = records
        self.pieces = pieces
        self.number = 0
        self.at = at

    def take(self, count: int) -> bytes:
        """Return the next bytes, which may stand in several pieces."""
        found = b""
        while count:
            piece = self.pieces[self.number]
            part = piece[self.at : self.at + count]
            self.at += len(part)
            count -= len(part)
            found = found + part if found else part
            if count:
                self.turn()
        return found

    def skip(self, count: int) -> None:
        """Pass over bytes."""
        while count > (left := len(self.pieces[self.number]) - self.at):
            count -= left
            self.turn()
        self.at += count

    def turn(self) -> None:
        """Go on to the next piece."""
        self.number += 1
        self.at = 0
        if self.number >= len(self.pieces):
            self.records.damaged()

    def text(self, length: int) -> str:
        """Return a text of so many characters that begins with its options; in a new piece these are said again."""
        options = self.take(1)[0]
        runs = struct.unpack("<H", self.take(2))[0] if options & 8 else 0
        guide = struct.unpack("<I", self.take(4))[0] if options & 4 else 0
        found: list[str] = []
        while length:
            width = 1 + (options & 1)
            piece = self.pieces[self.number]
            part = piece[self.at : self.at + width * length]
            part = part[: len(part) // width * width]
            found.append(self.records.decode(part, "utf-16-le" if width == 2 else "latin-1"))
            self.at += len(part)
            length -= len(part) // width
            if length:
                self.turn()
                options = self.take(1)[0]
        text = "".join(found)
        if runs:
            text = self._raise(text, [struct.unpack("<HH", self.take(4)) for _ in range(runs)])
        self.skip(guide)
        self.records.budget.characters += len(text)
        return text

    def _raise(self, text: str, runs: list[tuple[int, int]]) -> str:
        """Return a text with signs of their own where its font raises, lowers or strikes out; a run says from which character on."""
        records = self.records
        odd = records.raised | records.lowered | records.struck
        if not any(font in odd for _, font in runs):
            return text
        ends = [at for at, _ in runs[1:]] + [len(text)]
        parts = [text[: runs[0][0]]]
        for (at, font), end in zip(runs, ends, strict=True):
            part = text[at:end]
            if font in records.raised:
                part = raised(part)
            elif font in records.lowered:
                part = lowered(part, text[:at])
            parts.append(struck(part) if font in records.struck else part)
        return "".join(parts)

    def texts(self, count: int) -> list[str]:
        """Return so many texts, each with its length before it."""
        found: list[str] = []
        for _ in range(count):
            found.append(self.text(struct.unpack("<H", self.take(2))[0]))
            if not len(found) % 1024:
                self.records.budget.check()
        return found
