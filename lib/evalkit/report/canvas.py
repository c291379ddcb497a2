"""A page-like drawing surface in millimetres that is written as SVG, with Chinese text that fits and equal bytes each time."""

from __future__ import annotations

import hashlib
import html
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evalkit.messages.speech import english
from evalkit.report import look, phrases

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

_POINT_MM = 25.4 / 72
_EM = 1000  # units of the outlines
_LINE = 1.25  # from line to line, in em
_MIDDLE = 0.37  # from the baseline to the middle of Chinese characters and of figures, in em
_TEXT_ORDER = 3
_STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_COMMANDS = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "z"}
_POLYGONS = {
    "^": ((0, -1), (-1, 1), (1, 1)), "<": ((-1, 0), (1, -1), (1, 1)), ">": ((1, 0), (-1, -1), (-1, 1)),
    "s": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)), "D": ((0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)),
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A finished figure.

    Parameters
    ----------
    name : str
        File name without extension.
    title : str
        The finding, in a sentence.
    alt : str
        What the figure shows, for people who cannot see it.
    svg : bytes
        The figure as vector (notebook, web page, PDF).
    draw_png : callable
        Draws the same figure as a 300 dpi picture (Word); drawn when it is asked for, as it takes most of the time.
    width_mm : float
        Width at which it is to be placed.
    """

    name: str
    title: str
    alt: str
    svg: bytes
    draw_png: Callable[[], bytes]
    width_mm: float

    @property
    def png(self) -> bytes:
        """The figure as a picture for Word."""
        return self.draw_png()


@cache
def font_family() -> str:
    """Make the Chinese font of the package known to matplotlib and return its family name."""
    import noto_cjk_sans_otc
    from matplotlib import font_manager

    if not any(entry.name == look.PDF_FONT for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(str(noto_cjk_sans_otc.FONT_PATH))
    return look.PDF_FONT


@cache
def _font() -> FT2Font:
    """Open the Chinese font of the package so that outlines come in its own units.

    It is read into memory: forked processes would share the position in an open file and read each other's pieces.
    """
    import noto_cjk_sans_otc
    from matplotlib.ft2font import FT2Font

    content = Path(noto_cjk_sans_otc.FONT_PATH).read_bytes()
    faces = (FT2Font(BytesIO(content), face_index=index) for index in range(FT2Font(BytesIO(content)).num_faces))
    font = next(face for face in faces if face.family_name == look.PDF_FONT)
    font.set_size(_EM, 72)
    return font


@cache
def _glyph(char: str) -> tuple[str, int]:
    """Return the outline of a character as SVG path data, and how far it moves the pen."""
    from matplotlib.ft2font import LoadFlags

    font = _font()
    index = font.get_char_index(ord(char))
    if not index:
        if not char.isprintable():  # an invisible mark copied along with a name
            return "", 0
        warnings.warn(f"图中字体没有“{char}”（U+{ord(char):04X}），以方框代替", stacklevel=2)
    advance = font.load_glyph(index, flags=LoadFlags.NO_HINTING).horiAdvance // 64
    points, codes = font.get_path()
    data, last = "", 0
    for (x, y), code in zip(points.tolist(), codes.tolist(), strict=True):
        data += _COMMANDS[code] if code != last else " "  # a command holds until the next one
        data += f"{x:.0f} {y:.0f}" if code != 79 else ""
        last = code
    return data, advance


class Canvas:
    """Drawing surface: origin at the top left, millimetres, text sizes in points.

    What has a higher `order` lies above; within an order, what is drawn later. Text is drawn as outlines, so that a reader
    needs no font; each character's outline is written once and used wherever the character stands.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._drawn: list[tuple[int, str]] = []
        self._spots: list[str] = []
        self._characters: set[str] = set()

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 8,
        colour: str = look.INK,
        *,
        ha: Literal["left", "center", "right"] = "left",
        va: Literal["top", "center", "bottom"] = "center",
        upwards: bool = False,
    ) -> None:
        """Write lines of text; `upwards` turns them to the left about their place."""
        # quotation marks of the Chinese font are as wide as a character
        lines = (words.translate(_STRAIGHT) if english() else words).split("\n")
        self._characters.update(*lines)
        unit = em(size) / _EM
        middle = {"top": 0.5, "center": (1 - len(lines)) / 2, "bottom": 0.5 - len(lines)}[va]
        for number, line in enumerate(lines):
            pen, used = 0, ""
            for char in line:
                used += f'<use href="#{ord(char):x}" x="{pen}"/>'
                pen += _glyph(char)[1]
            along = -{"left": 0, "center": 0.5, "right": 1}[ha] * pen * unit
            down = ((middle + number) * _LINE + _MIDDLE) * em(size)
            matrix = (0, -unit, -unit, 0, x + down, y - along) if upwards else (unit, 0, 0, -unit, x + along, y + down)
            self._drawn.append((_TEXT_ORDER, f'<g fill="{colour}" transform="matrix({" ".join(map(_short, matrix))})">{used}</g>'))

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        colour: str = look.RULE,
        width: float = 0.6,
        dash: Sequence[float] = (),
        order: int = 1,
    ) -> None:
        """Draw a line; width in points, dashes and gaps in widths of the line."""
        dashes = f' stroke-dasharray="{" ".join(_short(part * width * _POINT_MM) for part in dash)}"' if dash else ""
        self._drawn.append((order, f'<path d="M{_short(x1)} {_short(y1)}L{_short(x2)} {_short(y2)}" {_stroke(colour, width)}{dashes}/>'))

    def mark(self, x: float, y: float, shape: str, size: float, face: str, edge: str, order: int = 3, width: float = 1.0) -> None:
        """Draw a circle (`o`), triangle (`^`, `<`, `>`), square (`s`) or diamond (`D`), `size` and `width` of the edge in points."""
        radius = em(size) / 2
        if shape == "o":
            drawn = f'<circle cx="{_short(x)}" cy="{_short(y)}" r="{_short(radius)}"'
        else:
            corners = "L".join(f"{_short(x + right * radius)} {_short(y + down * radius)}" for right, down in _POLYGONS[shape])
            drawn = f'<path d="M{corners}z"'
        self._drawn.append((order, f'{drawn} fill="{face}" {_stroke(edge, width)}/>'))

    def area(self, corners: Sequence[tuple[float, float]], face: str, order: int = 0) -> None:
        """Draw a filled polygon."""
        path = "L".join(f"{_short(x)} {_short(y)}" for x, y in corners)
        self._drawn.append((order, f'<path d="M{path}z" fill="{face}"/>'))

    def box(self, x: float, y: float, width: float, height: float, face: str, order: int = 0) -> None:
        """Draw a rectangle."""
        place = f'x="{_short(x)}" y="{_short(y)}" width="{_short(width)}" height="{_short(height)}"'
        self._drawn.append((order, f'<rect {place} fill="{face}"/>'))

    def spot(self, x: float, y: float, width: float, height: float, words: str) -> None:
        """Say something about a place of the figure: shown where a reader points at it, invisible otherwise."""
        said = html.escape("".join(char for char in " ".join(words.split()) if char.isprintable()))
        place = f'x="{_short(x)}" y="{_short(y)}" width="{_short(width)}" height="{_short(height)}"'
        self._spots.append(f'<g><title>{said}</title><rect {place} fill="none" pointer-events="all"/></g>')

    def finish(self, name: str, title: str, alt: str) -> Chart:
        """Return the figure in both forms; the same drawing gives the same bytes."""
        outlines = "".join(f'<path id="{ord(char):x}" d="{_glyph(char)[0]}"/>' for char in sorted(self._characters))
        drawn = "\n".join([*(element for _, element in sorted(self._drawn, key=lambda item: item[0])), *self._spots])
        body = f'<defs>{outlines}</defs>\n<rect width="100%" height="100%" fill="#FFFFFF"/>\n{drawn}'
        # several figures stand on one page: each needs names of its own
        own = f"c{hashlib.sha256(body.encode()).hexdigest()[:8]}-"
        body = body.replace(' id="', f' id="{own}').replace(' href="#', f' href="#{own}')
        width, height = _short(self.width), _short(self.height)
        size = f'width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}"'
        svg = f'<?xml version="1.0" encoding="utf-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{body}\n</svg>\n'
        return Chart(name, title, alt, svg.encode(), lambda: _png(svg), self.width)


def _short(number: float) -> str:
    return f"{number:.5g}"


def _stroke(colour: str, width: float) -> str:
    return f'stroke="{colour}" stroke-width="{_short(width * _POINT_MM)}"'


def _png(svg: str) -> bytes:
    """Return the picture at 300 dpi as the PDF would show it."""
    import typst

    page = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    return bytes(typst.compile(page, format="png", ppi=300, sys_inputs={"svg": svg}, ignore_system_fonts=True))


def em(size: float) -> float:
    """Return the width of a Chinese character in millimetres at a size in points."""
    return size * _POINT_MM


def text_mm(words: str, size: float) -> float:
    """Return the width of a text in millimetres (an estimate on the safe side)."""
    return phrases.display_width(words) * em(size) * 1.04


def wrap_mm(words: str, room: float, size: float) -> list[str]:
    """Break a text so that it fits into `room` millimetres."""
    return phrases.wrapped(words, room / (em(size) * 1.04))
