"""How messages travel between launcher and notebook: one byte for the channel, the JSON text, then binary buffers."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

SHELL, IOPUB = 0, 1
_HEAD = struct.Struct("!BH")
_LENGTH = struct.Struct("!Q")


def pack(channel: int, parts: Sequence[bytes]) -> bytes:
    """Return the bytes of one message; the first part is its JSON text."""
    lengths = b"".join(_LENGTH.pack(len(part)) for part in parts)
    return b"".join((_HEAD.pack(channel, len(parts)), lengths, *parts))


class Decoder:
    """Takes bytes as they come and gives back whole messages."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, received: bytes) -> Iterator[tuple[int, list[bytes]]]:
        """Yield channel and parts of each message that is complete."""
        self._held += received
        while len(self._held) >= _HEAD.size:
            channel, count = _HEAD.unpack_from(self._held)
            start = _HEAD.size + count * _LENGTH.size
            if len(self._held) < start:
                return
            sizes = [_LENGTH.unpack_from(self._held, _HEAD.size + i * _LENGTH.size)[0] for i in range(count)]
            if len(self._held) < start + sum(sizes):
                return
            parts = []
            for size in sizes:
                parts.append(bytes(self._held[start : start + size]))
                start += size
            del self._held[:start]
            yield channel, parts
