"""Text from data is never markup; merged cells arrive merged."""

from __future__ import annotations

import html
import json
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pypandoc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit.report.rendering.check import docx_text
from evalkit.report.tables import Cell, Grid, escape, fit_widths, grid_table

HOSTILE = (
    "*x* [a](b) <script>alert(1)</script> $x$ `rm` | + - # @tbl-x \\ {{< x >}}\n\n1. list\n- b ~~s~~ ^a^ \"q\" 'w' -- --- ... :smile: "
    "[^1] ::: {} &amp; http://a.b/c _u_ **b** ![i](j) \\newpage {=typst} #set(x) // /* 第１ ≥90† e\u0301 a\u202eb 😀"
)


def flat(text: str) -> str:
    """What a reader must see of a text: NFC, one line, without format characters."""
    kept = "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"})
    return " ".join(re.sub(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]", "", kept).split())


FOLDER = Path(__file__).parents[1] / "reports" / "templates"
FILTERS = [part for name in ("guard.lua", "typst.lua") for part in ("--lua-filter", str(FOLDER / name))]


def pandoc(source: str, *arguments: str) -> str:
    command = [str(pypandoc.get_pandoc_path()), "--from", "markdown+east_asian_line_breaks", "--wrap=none", *arguments]
    return subprocess.run(command, input=source, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def sample() -> Grid:
    return Grid(
        [[Cell("领域"), Cell("序号"), Cell("指标", columns=2), Cell("值")]],
        [
            [
                Cell("生态安全" * 4, rows=3),
                Cell("4", rows=2),
                Cell("环境空气质量", rows=2),
                Cell("优良天数比率（" + "很长" * 20 + "）"),
                Cell("88.8"),
            ],
            [Cell("PM2.5浓度"), Cell("● 达标", css="met")],
            [Cell("5"), Cell(HOSTILE, columns=2), Cell("1. x")],
        ],
        ["left", "center", "left", "left", "right"],
        [3, 2, 5, 7, 3],
    )


def texts(node: Any) -> str:
    """Return the text of a piece of pandoc's tree; anything but plain text, spaces and spans is refused."""
    if isinstance(node, list):
        return "".join(texts(item) for item in node)
    kind = node["t"]
    if kind == "Str":
        return str(node["c"])
    if kind in {"Space", "SoftBreak"}:
        return " "
    if kind == "Plain":
        return texts(node["c"])
    if kind == "Span":
        return texts(node["c"][1])
    raise AssertionError(f"markup in a cell: {kind}")


def body(source: str) -> list[list[tuple[int, int, str]]]:
    """Return the body cells of the one table of a document: row span, column span, text."""
    blocks = json.loads(pandoc(source, "--to", "json"))["blocks"]
    assert [block["t"] for block in blocks] == ["Table"]
    rows = blocks[0]["c"][4][0][3]
    return [[(cell[2], cell[3], texts(cell[4])) for cell in row[1]] for row in rows]


def test_merged_cells_and_text_arrive() -> None:
    found = body(grid_table(sample(), "表1　说明", "table-1"))
    assert [[(down, across) for down, across, _ in row] for row in found] == [
        [(3, 1), (2, 1), (2, 1), (1, 1), (1, 1)],
        [(1, 1), (1, 1)],
        [(1, 1), (1, 2), (1, 1)],
    ]
    assert found[0][3][2] == "优良天数比率（" + "很长" * 20 + "）"
    assert found[2][1][2] == flat(HOSTILE)


def test_hostile_text_is_plain_in_html() -> None:
    page = pandoc(grid_table(sample(), f"表1　{HOSTILE}", "t"), "--to", "html")
    assert not re.search(r"<(script|em|strong|a|img|code|math|del|sup|sub|ol|ul|li)\b", page)
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())
    assert shown.count(flat(HOSTILE)) == 2


def test_hostile_text_is_plain_in_word(tmp_path: Path) -> None:
    target = tmp_path / "a.docx"
    pandoc(grid_table(sample(), f"表1　{HOSTILE}", "t"), "--to", "docx", "--output", str(target))
    shown = " ".join(docx_text(target).split())
    assert shown.count(flat(HOSTILE)) == 2


def test_hostile_text_is_plain_in_typst(tmp_path: Path) -> None:
    typst = pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    import noto_cjk_sans_otc

    source = tmp_path / "a.typ"
    head = '#let official-table = ()\n#set page(width: 60cm)\n#set text(font: "Noto Sans CJK SC")\n#set smartquote(enabled: false)\n'
    table = pandoc(grid_table(sample(), "表1", "t"), "--to", "typst", *FILTERS)
    source.write_text(head + table, encoding="utf-8")
    fonts = [str(Path(str(noto_cjk_sans_otc.FONT_PATH)).parent)]
    typst.compile(str(source), output=str(tmp_path / "a.pdf"), font_paths=fonts, ignore_system_fonts=True)
    shown = "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(tmp_path / "a.pdf").pages)
    for piece in (
        "*x*[a](b)<script>alert(1)</script>$x$`rm`|+-#@tbl-x\\{{<x>}}1.list-b~~s~~^a^\"q\"'w'-----...:smile:",
        "{=typst}#set(x)///*",
    ):
        assert piece in shown


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), min_size=9, max_size=9))
def test_any_text_survives(cells: list[str]) -> None:
    grid = Grid([], [[Cell(text) for text in cells[place : place + 3]] for place in (0, 3, 6)], ["left", "center", "right"], [1, 1, 1])
    found = body(grid_table(grid, "x", "t"))
    assert [text for row in found for _, _, text in row] == [flat_escaped(text) for text in cells]


def flat_escaped(text: str) -> str:
    """As `flat`, but exactly as the writer defines it."""
    return html.unescape(escape(text))


def test_bad_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        grid_table(Grid([], [[Cell("a", rows=2), Cell("b")]], ["left", "left"], [1, 1]))
    with pytest.raises(ValueError, match="too few"):
        grid_table(Grid([], [[Cell("a")]], ["left", "left"], [1, 1]))


def test_widths_keep_words_whole_and_fill_the_page() -> None:
    widths = fit_widths([["序号", "指标", "值"], ["1", "很长的指标名称" * 5, "1298.89136"]], 40)
    assert sum(widths) == pytest.approx(40)
    assert widths[2] > 5 and widths[1] > widths[2] > widths[0]


def test_the_alternative_text_of_a_figure_keeps_minus_and_dots_in_typst() -> None:
    source = '![图](figures/a){#figure-1 width=10mm alt="2024 -0.61 ... 2025 -?"}'
    assert '"2024 -0.61 ... 2025 -?"' in pandoc(source, "--to", "typst", *FILTERS)
