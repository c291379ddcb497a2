"""A page-like drawing surface in millimetres on matplotlib, with Chinese text that fits and equal bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from evalkit.report import look, phrases

MM = 1 / 25.4
_POINT_MM = 25.4 / 72


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


class Canvas:
    """Drawing surface: origin at the top left, millimetres, text sizes in points."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width * MM, height * MM), facecolor="white")
        self.axes: Any = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.axis("off")
        self.family = font_family()

    def text(self, x: float, y: float, words: str, size: float = 8, colour: str = look.INK, **place: Any) -> None:
        """Write text; `ha`, `va` and `rotation` as in matplotlib (default left, centre)."""
        options = {"ha": "left", "va": "center", **place}
        self.axes.text(x, y, _literal(words), fontsize=size, color=colour, family=self.family, linespacing=1.25, **options)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str = look.RULE, width: float = 0.6, style: str = "-", order: int = 1
    ) -> None:
        """Draw a line; width in points."""
        self.axes.plot([x1, x2], [y1, y2], color=colour, linewidth=width, linestyle=style, zorder=order, solid_capstyle="butt")

    def mark(self, x: float, y: float, shape: str, size: float, face: str, edge: str, order: int = 3, width: float = 1.0) -> None:
        """Draw a marker; `shape` as in matplotlib, `size` in points."""
        self.axes.plot(
            [x], [y], marker=shape, markersize=size, markerfacecolor=face, markeredgecolor=edge, markeredgewidth=width, zorder=order
        )

    def box(self, x: float, y: float, width: float, height: float, face: str, edge: str = "none", order: int = 0) -> None:
        """Draw a rectangle."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(Rectangle((x, y), width, height, facecolor=face, edgecolor=edge, linewidth=0.5, zorder=order))

    def finish(self, name: str, title: str, alt: str) -> Chart:
        """Return the figure in both forms; the same drawing gives the same bytes."""
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        def draw_png() -> bytes:
            png = io.BytesIO()
            with mpl.rc_context({"path.simplify": False}):
                self.figure.set_dpi(300)
                FigureCanvasAgg(self.figure).print_png(png, metadata={"Software": None})
            return png.getvalue()

        svg = io.BytesIO()
        with mpl.rc_context({"svg.hashsalt": "evalkit", "svg.fonttype": "path", "path.simplify": False}):
            FigureCanvasSVG(self.figure).print_svg(svg, metadata={"Date": None, "Creator": None})
        return Chart(name, title, alt, svg.getvalue(), draw_png, self.width)


def _literal(words: str) -> str:
    return words.replace("$", r"\$")


def em(size: float) -> float:
    """Return the width of a Chinese character in millimetres at a size in points."""
    return size * _POINT_MM


def text_mm(words: str, size: float) -> float:
    """Return the width of a text in millimetres (an estimate on the safe side)."""
    return phrases.display_width(words) * em(size) * 1.04


def wrap_mm(words: str, room: float, size: float) -> list[str]:
    """Break a text so that it fits into `room` millimetres."""
    return phrases.wrapped(words, room / (em(size) * 1.04))
