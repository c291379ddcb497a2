"""Word: pictures that fit their page, with a text in place of the picture."""

from __future__ import annotations

from typing import Any

from evalkit.report.rendering.word_pages import Page
from evalkit.report.rendering.word_parts import element, style_of, tag

_EMU = 635  # in a twip
_CAPTION = 900  # twips kept for the caption below a picture
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_MAIN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_FIGURES = {"CaptionedFigure", "Figure"}


def finish_pictures(item: Any, room: Page) -> None:
    """Finish the pictures in a paragraph or table.

    Parameters
    ----------
    item : element
        Of the body.
    room : Page
        Where it stands: no picture is wider or higher than its text.
    """
    for drawing in item.iter(tag("drawing")):
        _fit(drawing, room)
        for inline in drawing.iter(f"{_DRAWING}inline"):
            for side in ("T", "B", "L", "R"):  # without it LibreOffice keeps an eighth of an inch, and a full picture hangs over
                inline.set(f"dist{side}", "0")
        for name in drawing.iter(f"{_DRAWING}docPr", f"{_PICTURE}cNvPr"):
            # pandoc keeps the path of the file here; programs show it to the reader as the title.
            name.attrib.pop("title", None)
            name.set("name", f"Picture {name.get('id')}")
        for name in drawing.iter(f"{_PICTURE}cNvPr"):
            name.attrib.pop("descr", None)
        paragraph = next(drawing.iterancestors(tag("p")))
        _spacing(paragraph)


def _spacing(paragraph: Any) -> None:
    """Let a line grow with its picture: an exact distance would clip it."""
    shape = paragraph.get_or_add_pPr()
    if style_of(paragraph) not in _FIGURES:
        shape.style = "CaptionedFigure" if _captioned(paragraph) else "Figure"
    for spacing in shape.findall(tag("spacing")):
        spacing.attrib.pop(tag("lineRule"), None)
        spacing.attrib.pop(tag("line"), None)
    if style_of(paragraph) == "CaptionedFigure" and shape.find(tag("keepNext")) is None:
        shape.find(tag("pStyle")).addnext(element("keepNext"))


def _captioned(paragraph: Any) -> bool:
    below = paragraph.getnext()
    return below is not None and below.tag == tag("p") and style_of(below) == "ImageCaption"


def _fit(drawing: Any, room: Page) -> None:
    sizes = [*drawing.iter(f"{_DRAWING}extent"), *(size for form in drawing.iter(f"{_MAIN}xfrm") for size in form.iter(f"{_MAIN}ext"))]
    for size in sizes:
        width, height = int(size.get("cx")), int(size.get("cy"))
        scale = min(1, room.text_width * _EMU / width, (room.text_height - _CAPTION) * _EMU / height)
        if scale < 1:
            size.set("cx", str(int(width * scale)))
            size.set("cy", str(int(height * scale)))
