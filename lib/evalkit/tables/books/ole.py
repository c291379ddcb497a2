"""Compound files, the archives of the Office programs until 2003: what stands in their first folder, and its streams."""

from __future__ import annotations

import struct
from typing import NoReturn

from evalkit.messages import word
from evalkit.tables.books.bounds import Budget

_LAST = 0xFFFFFFFA  # sector numbers from here on are marks
_NONE = 0xFFFFFFFF


class Compound:
    """A compound file. Every chain of sectors is followed for no more steps than there are sectors.

    Parameters
    ----------
    data : bytes
        The whole file.
    budget : Budget

    Attributes
    ----------
    names : set of str
        What the first folder holds: streams and folders.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        if len(data) < 512:
            self._damaged()
        shift, short = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or short != 6:
            self._damaged()
        self.size = 1 << shift
        self.sectors = (len(data) - 1) // self.size  # whole ones and the last; the first is the head
        start, _, self.cutoff, self.short_start, _, more, _ = struct.unpack_from("<7I", data, 48)
        self.table = self._table(list(struct.unpack_from("<109I", data, 76)), more)
        self.short_table: list[int] | None = None
        self.short_stream = b""
        self.entries = self._entries(self._chain(start))
        self.names = set(self.entries)

    def stream(self, name: str) -> bytes:
        """Return the content of a stream of the first folder."""
        first, size = self.entries[name]
        if size >= self.cutoff:
            found = self._chain(first, size)
        else:
            if self.short_table is None:
                self.short_table = _numbers(self._chain(self.short_start)) if self.short_start < _LAST else []
                self.short_stream = self._chain(self.root[0], self.root[1]) if self.root[0] < _LAST else b""
            found = self._short(first, size)
        if len(found) < size:
            self._damaged()
        return found[:size]

    def _table(self, places: list[int], more: int) -> list[int]:
        """Return for each sector the one that follows it."""
        seen = 0
        while more < _LAST:
            seen += 1
            numbers = _numbers(self._sector(more))
            if seen > self.sectors or not numbers:
                self._damaged()
            more = numbers.pop()
            places += numbers
        used = [place for place in places if place < _LAST]
        if len(used) > self.sectors + 1:
            self._damaged()
        return [number for place in used for number in _numbers(self._sector(place))]

    def _sector(self, number: int) -> bytes:
        if number >= self.sectors:
            self._damaged()
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _chain(self, number: int, size: int | None = None) -> bytes:
        """Return a chain of sectors, as far as `size` needs it."""
        pieces: list[bytes] = []
        needed = self.sectors if size is None else min(-(-size // self.size), self.sectors)
        while number < _LAST and (size is None or len(pieces) < needed):
            if len(pieces) > self.sectors or number >= len(self.table):
                self._damaged()
            pieces.append(self._sector(number))
            number = self.table[number]
        return b"".join(pieces)

    def _short(self, number: int, size: int) -> bytes:
        pieces: list[bytes] = []
        table = self.short_table or []
        while number < _LAST and len(pieces) * 64 < size:
            if number >= len(table):
                self._damaged()
            pieces.append(self.short_stream[number * 64 : number * 64 + 64])
            number = table[number]
        return b"".join(pieces)

    def _entries(self, folder: bytes) -> dict[str, tuple[int, int]]:
        """Return first sector and size by name for what stands in the first folder."""
        if len(folder) < 128:
            self._damaged()
        count = len(folder) // 128
        self.root: tuple[int, int] = struct.unpack_from("<II", folder, 116)
        found: dict[str, tuple[int, int]] = {}
        seen: set[int] = set()
        todo = [struct.unpack_from("<I", folder, 76)[0]]
        while todo:
            number = todo.pop()
            if number == _NONE or number in seen:
                continue
            if number >= count:
                self._damaged()
            seen.add(number)
            at = number * 128
            left, right = struct.unpack_from("<II", folder, at + 68)
            length = min(struct.unpack_from("<H", folder, at + 64)[0], 64)
            name = folder[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            found.setdefault(name, struct.unpack_from("<II", folder, at + 116))
            todo += [left, right]
        return found

    def _damaged(self) -> NoReturn:
        self.budget.damaged(word("book_fault", "records"))


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))
