"""The last step of the web page: its figures become part of it, so that they can say their values."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path

from evalkit.report.frame import Document

_PICTURE = re.compile(r'<img\b([^>]*?)\bsrc="data:image/svg\+xml;base64,([A-Za-z0-9+/=\s]+)"([^>]*?)/?>')
_OUTLINE = re.compile(r'<path id="(c[0-9a-f]{8}-)([0-9a-f]+)" d="([^"]*)"/>')
_USE = re.compile(r'\bhref="#(c[0-9a-f]{8}-)([0-9a-f]+)"')
_TAG = re.compile(r"<(/?)([A-Za-z]+)((?:\s[^<>]*?)?)/?>")
#: What a figure of ours is drawn with; anything else stays a picture, in which nothing can act.
_DRAWN = frozenset({"svg", "defs", "path", "rect", "circle", "g", "use", "title"})
_ACTING = re.compile(r"""\s(?:on[a-z]+|style)\s*=|href\s*=\s*["'](?!#)""", re.IGNORECASE)


def finish_page(path: Path, document: Document) -> None:
    """Put the figures of a report into its page as drawings in place of pictures.

    The outline of each character is written once for all figures: that is what keeps a page with many figures small.
    Only the report's own figures are taken in, and only those that are drawn with nothing but shapes.

    Parameters
    ----------
    path : pathlib.Path
        The page as pandoc or Quarto made it, with pictures as data addresses; overwritten.
    document : Document
        Whose figures are taken in.
    """
    own = {chart.svg for chart in document.charts}
    outlines: dict[str, str] = {}

    def drawn(found: re.Match[str]) -> str:
        svg = base64.b64decode(found[2])
        text = svg.decode("utf-8", "replace")
        if svg not in own or not harmless(text):
            return found[0]
        return _inline(text, f"{found[1]} {found[3]}", outlines)

    page = _PICTURE.sub(drawn, path.read_text(encoding="utf-8"))
    if outlines:
        sheet = "".join(f'<path id="{name}" d="{outlines[name]}"/>' for name in sorted(outlines))
        held = f'<svg class="outlines" width="0" height="0" aria-hidden="true" focusable="false"><defs>{sheet}</defs></svg>\n'
        place = page.rindex("</main>") if "</main>" in page else page.rindex("</body>")
        page = page[:place] + held + page[place:]
    path.write_text(page, encoding="utf-8", newline="\n")


def harmless(svg: str) -> bool:
    """Whether a drawing consists of shapes alone: no script, no style, no address outside of itself."""
    body = svg[svg.index("<svg") :] if "<svg" in svg else ""
    tags = [(found[2], found[3]) for found in _TAG.finditer(body)]
    left = _TAG.sub("", body)
    return bool(tags) and "<" not in left and all(name in _DRAWN and not _ACTING.search(values) for name, values in tags)


def _inline(svg: str, attributes: str, outlines: dict[str, str]) -> str:
    body = svg[svg.index("<svg") :].strip()
    shared: set[str] = set()

    def outline(found: re.Match[str]) -> str:
        prefix, name, path = found.groups()
        if outlines.setdefault(f"g-{name}", path) != path:
            return found[0]
        shared.add(f"{prefix}{name}")
        return ""

    def use(found: re.Match[str]) -> str:
        return f'href="#g-{found[2]}"' if f"{found[1]}{found[2]}" in shared else found[0]

    body = _USE.sub(use, _OUTLINE.sub(outline, body)).replace("<defs></defs>\n", "")
    said = re.search(r'\b(?:aria-label|alt)="([^"]*)"', attributes)
    width = re.search(r'\bwidth="([\d.]+)mm"', body)
    label = said[1] if said else ""
    shown = f'<svg role="img" aria-label="{html.escape(html.unescape(label))}"'
    size = f' style="width:{width[1]}mm"' if width else ""
    return f'<div class="chart"{size}>{body.replace("<svg", shown, 1)}</div>'
