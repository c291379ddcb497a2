"""Markdown from data: escaped text, and grid tables with merged cells.

Text from data is never markup: every character that could start some is written as a numeric entity.
Widths in the source count Chinese characters as two columns, as pandoc does; how wide the columns
*look* is said separately (``tbl-colwidths``), which the filter (and Quarto) apply.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from evalkit.report import phrases

Align = Literal["left", "center", "right"]
_ASCII_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 %,/")
_WIDE_BLOCKS = ((0x3001, 0x3029), (0x3041, 0x30FF), (0x3400, 0x4DB5), (0x4E00, 0x9FA5), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6))
_NARROW_BLOCKS = (
    (0xA1, 0x24F),
    (0x391, 0x3C9),
    (0x410, 0x44F),
    (0x2010, 0x2027),
    (0x2030, 0x203A),
    (0x2070, 0x214F),
    (0x2190, 0x22FF),
    (0x2460, 0x25FF),
)
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
_LIST = 16  # a list of figures up to this length stays on one line where it can
_AIM = 24  # columns of source that a cell gets before its text wraps


def escape(text: str) -> str:
    """Return `text` as Markdown that prints exactly that text.

    Line breaks and tabs become spaces; control, format (bidirectional) and unassigned characters are dropped.
    """
    spaced = re.sub(r"\s", " ", unicodedata.normalize("NFC", text))
    kept = "".join(char for char in spaced if unicodedata.category(char) not in _DROPPED)
    flat = re.sub(r"\s+", " ", kept).strip()
    out = []
    for place, char in enumerate(flat):
        inside_number = char == "." and place > 0 and flat[place - 1].isdigit() and flat[place + 1 : place + 2].isdigit()
        plain = char in _ASCII_PLAIN or inside_number or _width_known(char)
        out.append(char if plain else f"&#{ord(char)};")
    return "".join(out)


@lru_cache(maxsize=8192)
def _width_known(char: str) -> bool:
    """Whether every Unicode version agrees on the character's width (and it is no mark, no space, no ASCII)."""
    code = ord(char)
    if code < 0xA1 or unicodedata.category(char)[0] in "MZ":
        return False
    if unicodedata.east_asian_width(char) in "WF":
        return any(low <= code <= high for low, high in _WIDE_BLOCKS)
    return any(low <= code <= high for low, high in _NARROW_BLOCKS)


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    text : str
        Plain text; escaped when the table is written.
    rows, columns : int
        How many rows and columns the cell spans.
    css : str
        Class of the text (a status), empty for none.
    lines : bool
        Begin a new line behind each ； of a list of several figures.
    link : str
        Where a click on the text leads: a file beside the report, with a place in it.
    place : str
        Id of the place in the report where the text is explained: a link in the web page, plain text elsewhere.
    broken : bool
        Begin a new line in the table where the text has one; only of words of the program, never of data.
    """

    text: str
    rows: int = 1
    columns: int = 1
    css: str = ""
    lines: bool = False
    link: str = ""
    place: str = ""
    broken: bool = False

    @property
    def source(self) -> str:
        """The cell as Markdown."""
        escaped = escape(self.text)
        if self.place and escaped:
            return f'[{escaped}]{{.calc-link to="{quote(self.place)}"}}'
        if self.link and escaped:
            return f"[{escaped}]({quote(self.link, safe='/#=-._')})"
        return f"[{escaped}]{{.{self.css}}}" if self.css and escaped else escaped

    @property
    def pieces(self) -> list[str]:
        """The cell as Markdown, in pieces that each begin a line; all but the last end with a hard line break."""
        if self.broken:
            *first, last = self.text.split("\n")
            return [*(escape(part) + "\\" for part in first), escape(last)]
        parts = self.text.split("；") if self.lines and len(self.text) > _LIST and any(char.isdigit() for char in self.text) else []
        if len(parts) < 2 or not all(part.strip() for part in parts):
            return [self.source]
        return [*(escape(f"{part}；") + "\\" for part in parts[:-1]), escape(parts[-1])]


@dataclass(frozen=True)
class Grid:
    """A table: head rows, body rows (cells covered by a span are left out), how the columns align and how wide they look."""

    head: Sequence[Sequence[Cell]]
    body: Sequence[Sequence[Cell]]
    align: Sequence[Align]
    widths: Sequence[float]


@dataclass
class _Placed:
    cell: Cell
    row: int
    column: int
    lines: list[str]


def grid_table(grid: Grid, caption: str = "", identifier: str = "", style: str = "grid") -> str:
    """Write a table in pandoc's grid syntax.

    Parameters
    ----------
    grid : Grid
        The table.
    caption : str
        Caption with its number (表1 …); plain text.
    identifier : str
        Anchor of the table.
    style : {"grid", "lines"}
        ``grid`` full grid (official tables), ``lines`` three-line style (working tables).

    Raises
    ------
    ValueError
        If a span overlaps another cell or a row is too short.
    """
    rows = [*grid.head, *grid.body]
    count = len(grid.align)
    placed = _place(rows, count)
    widths = _source_widths(placed, count)
    for item in placed:
        room = sum(widths[item.column : item.column + item.cell.columns]) + 3 * (item.cell.columns - 1)
        item.lines = [line for piece in item.cell.pieces for line in _wrap(piece, room)]
    heights = _heights(placed, len(rows))
    canvas = _draw(placed, widths, heights)
    _mark_head(canvas, heights, len(grid.head), widths, grid.align)
    percent = ",".join(f"{100 * width / sum(grid.widths):.2f}" for width in grid.widths)
    attributes = " ".join(part for part in (f"#{identifier}" if identifier else "", f".{style}", f'tbl-colwidths="[{percent}]"') if part)
    lines = ["".join(char for char in line if char) for line in canvas]
    return "\n".join([*lines, "", f": {escape(caption)} {{{attributes}}}", ""])


def _place(rows: Sequence[Sequence[Cell]], count: int) -> list[_Placed]:
    owner: set[tuple[int, int]] = set()
    placed: list[_Placed] = []
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in owner:
                column += 1
            for down in range(cell.rows):
                for across in range(cell.columns):
                    spot = (row + down, column + across)
                    if spot in owner or spot[0] >= len(rows) or spot[1] >= count:
                        raise ValueError(f"cell {cell.text!r} does not fit at row {row + 1}, column {column + 1}")
                    owner.add(spot)
            placed.append(_Placed(cell, row, column, []))
            column += cell.columns
    if len(owner) != len(rows) * count:
        raise ValueError("a row of the table has too few cells")
    return placed


def source_width(text: str) -> int:
    """Return how many columns a text takes in the source (wide characters take two)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _tokens(source: str) -> list[str]:
    """Split a cell's source where a line may end: at a space, or between two wide characters (pandoc joins those again)."""
    if source.startswith("["):
        return [source]
    tokens: list[str] = []
    for char in source:
        if tokens and tokens[-1] != " " and char != " " and not (_wide(tokens[-1][-1]) and _wide(char)):
            tokens[-1] += char
        else:
            tokens.append(char)
    return tokens


def _wrap(source: str, width: int) -> list[str]:
    """Fill lines of at most `width` columns; a token that is wider gets a line of its own."""
    lines: list[str] = []
    line = ""
    for token in _tokens(source):
        if line and source_width(line + token) > width:
            lines.append(line.rstrip(" "))
            line = "" if token == " " else token
        else:
            line += token
    return [*lines, line.rstrip(" ")] if line.strip() or not lines else lines


def _source_widths(placed: Sequence[_Placed], count: int) -> list[int]:
    widths = [6] * count
    for item in sorted(placed, key=lambda it: it.cell.columns):
        pieces = item.cell.pieces
        aim = min(max(source_width(piece) for piece in pieces), _AIM * item.cell.columns)
        need = max([aim, *(source_width(token) for piece in pieces for token in _tokens(piece))])
        span = range(item.column, item.column + item.cell.columns)
        have = sum(widths[col] for col in span) + 3 * (item.cell.columns - 1)
        if need > have:
            widths[item.column + item.cell.columns - 1] += need - have
    return widths


def _heights(placed: Sequence[_Placed], rows: int) -> list[int]:
    heights = [1] * rows
    for item in sorted(placed, key=lambda it: it.cell.rows):
        span = range(item.row, item.row + item.cell.rows)
        have = sum(heights[row] for row in span) + item.cell.rows - 1
        if len(item.lines) > have:
            heights[item.row + item.cell.rows - 1] += len(item.lines) - have
    return heights


def _draw(placed: Sequence[_Placed], widths: Sequence[int], heights: Sequence[int]) -> list[list[str]]:
    across = [sum(width + 3 for width in widths[:column]) for column in range(len(widths) + 1)]
    down = [sum(height + 1 for height in heights[:row]) for row in range(len(heights) + 1)]
    canvas = [[" "] * (across[-1] + 1) for _ in range(down[-1] + 1)]
    corners: set[tuple[int, int]] = set()
    for item in placed:
        top, left = down[item.row], across[item.column]
        bottom, right = down[item.row + item.cell.rows], across[item.column + item.cell.columns]
        for x in range(left, right + 1):
            canvas[top][x] = canvas[bottom][x] = "-"
        corners |= {(top, left), (top, right), (bottom, left), (bottom, right)}
    for item in placed:
        top, left = down[item.row], across[item.column]
        bottom, right = down[item.row + item.cell.rows], across[item.column + item.cell.columns]
        for y in range(top + 1, bottom):
            canvas[y][left] = canvas[y][right] = "|"
        for offset, line in enumerate(item.lines):
            _write(canvas[top + 1 + offset], left + 2, line)
    for y, x in corners:
        canvas[y][x] = "+"
    return canvas


def _write(line: list[str], start: int, text: str) -> None:
    for char in text:
        line[start] = char
        start += 1
        if source_width(char) == 2:
            line[start] = ""
            start += 1


def _mark_head(canvas: list[list[str]], heights: Sequence[int], head: int, widths: Sequence[int], align: Sequence[Align]) -> None:
    ruler = sum(height + 1 for height in heights[:head])
    fill = "=" if head else "-"
    left = 0
    line = canvas[ruler]
    for width, side in zip(widths, align, strict=True):
        right = left + width + 3
        for x in range(left + 1, right):
            line[x] = fill
        if side in {"left", "center"}:
            line[left + 1] = ":"
        if side in {"right", "center"}:
            line[right - 1] = ":"
        line[left] = line[right] = "+"
        left = right


def fit_widths(
    rows: Sequence[Sequence[str]], total: float, smallest: Sequence[float] | None = None, longest: float = 1000.0
) -> list[float]:
    """Return column widths (in characters) that keep the rows low.

    Minimises the sum of cubed line counts over all cells, so that a column grows with its long cells and no
    cell wraps where room is left elsewhere.

    Parameters
    ----------
    rows : sequence of rows of text
        Head and body cells that span one column; empty where a span covers the cell.
    total : float
        Room for text, in Chinese characters.
    smallest : sequence of float, optional
        Least width of each column.
    longest : float
        A longer cell does not claim more width, so that a single one cannot starve the other columns.
    """
    count = len(rows[0])
    lengths = [[min(phrases.display_width(row[col]), longest) for row in rows if row[col]] for col in range(count)]
    least = list(smallest) if smallest else [2.0] * count
    least = [max(small, _longest_word([row[col] for row in rows])) for col, small in enumerate(least)]
    most = [max([*lengths[col], least[col]]) + 0.4 for col in range(count)]
    weights = [sum(length**3 for length in lengths[col]) ** 0.25 or 0.1 for col in range(count)]
    widths = [0.0] * count
    free = set(range(count))
    room = max(total, sum(least))
    while free:
        share = (room - sum(widths[col] for col in range(count) if col not in free)) / sum(weights[col] for col in free)
        over = {col for col in free if weights[col] * share > most[col]}
        under = {col for col in free if weights[col] * share < least[col]}
        if under:
            for col in under:
                widths[col] = least[col]
            free -= under
        elif over:
            for col in over:
                widths[col] = most[col]
            free -= over
        else:
            for col in free:
                widths[col] = weights[col] * share
            break
    spare = total - sum(widths)
    return [width + spare * width / sum(widths) for width in widths] if spare > 0 else widths


def _longest_word(texts: Sequence[str]) -> float:
    words = (word for text in texts for word in re.findall(r"[A-Za-z0-9.%≥≤<>＞＜+-]+|[● ▲◐○△◇—·]+ ?[\u4e00-\u9fff]{2,3}$", text))
    return max((min(phrases.display_width(word), 9.0) for word in words), default=1.0) + 0.3
