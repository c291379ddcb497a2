"""One file of evidence becomes a clean PDF, in a process of its own: ``python -m evalkit.collection.volumes_worker KIND SOURCE TARGET``.

What is damaged or hostile can at most end this process; its limits are set before a byte is read.
"""

from __future__ import annotations

import logging
import struct
import sys
from contextlib import suppress
from pathlib import Path

from evalkit.collection.volumes_pdf import PieceError, clean_pdf

MEMORY = 1500 << 20  # bytes of address space, where the system can limit it
_MOST_PIXELS = 100_000_000
_A4 = (210, 297)
_IMAGE = """\
#set page(width: {width}mm, height: {height}mm, margin: 12mm)
#set document(date: none)
#align(center + horizon, image("{name}", width: 100%, height: 100%, fit: "contain"))
"""


def image_size(data: bytes) -> tuple[int, int]:
    """Return width and height of a PNG or JPEG as its head says; (0, 0) when it is neither."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR":
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    place = 2
    while data[:2] == b"\xff\xd8" and place + 9 < len(data) and data[place] == 0xFF:
        kind = data[place + 1]
        if kind == 0xFF:  # padding
            place += 1
            continue
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + int(struct.unpack(">H", data[place + 2 : place + 4])[0])
    return 0, 0


def image_page(source: Path, target: Path) -> int:
    """Put a picture on a page of A4, as large as fits; upright or lying as the picture is.

    Raises
    ------
    PieceError
        It is no picture, or too large to be shown.
    """
    import typst

    width, height = image_size(source.read_bytes())
    if not width or not height:
        raise PieceError("damaged")
    if width * height > _MOST_PIXELS:
        raise PieceError("too_large")
    short, long = _A4
    page = source.with_name("page.typ")
    size = {"width": long, "height": short} if width > height else {"width": short, "height": long}
    page.write_text(_IMAGE.format(name=source.name, **size), encoding="utf-8")
    try:
        typst.compile(str(page), output=str(target), root=str(source.parent), ignore_system_fonts=True)
    except typst.TypstError:
        raise PieceError("damaged") from None
    return 1


def main(kind: str, source: str, target: str) -> str:
    """Make the page or pages; return their number, or why there are none."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)  # what pypdf has to say of odd files
    sys.setrecursionlimit(4000)
    try:
        return str(image_page(Path(source), Path(target)) if kind == "image" else clean_pdf(Path(source), Path(target)))
    except PieceError as error:
        return error.code
    except MemoryError:
        return "too_large"
    except Exception:  # whatever a reader makes of a broken file: it is broken
        return "damaged"


if __name__ == "__main__":
    print(main(*sys.argv[1:4]))
