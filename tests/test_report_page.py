"""The web page: complete without scripts, one file that asks for nothing, usable by keyboard and screen reader, safe with any text."""

from __future__ import annotations

import base64
import html
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf
import pytest
import report_samples as samples
from browser import CHROMIUM, Browser

from evalkit.messages.speech import Speech, sentences, speaking
from evalkit.report import build
from evalkit.report.canvas import Canvas
from evalkit.report.frame import Document
from evalkit.report.model import build_model
from evalkit.report.page import cell_words, page_words
from evalkit.report.rendering.pagefinish import finish_page, harmless

MOST_BYTES = 3 * 1024 * 1024
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>{{< x >}}](http://example.org)"
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    samples.write(root)
    return root


@pytest.fixture(scope="module")
def page(project: Path) -> Path:
    return next(
        path
        for path in build.build_region(project, samples.RUN, samples.REGION, samples.context(), project / "out")
        if path.suffix == ".html"
    )


@pytest.fixture(scope="module")
def source(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as made:
        yield made


class Tags(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.attributes |= {name for name, _ in attrs}


def visible(source: str) -> str:
    return re.sub(r"<(script|style)\b.*?</\1>", "", source, flags=re.DOTALL)


def ids(source: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'\sid="([^"]+)"', visible(source))]


def dead_links(source: str) -> set[str]:
    return {html.unescape(name) for name in re.findall(r'\shref="#([^"]*)"', visible(source))} - set(ids(source))


# ---- the file itself ----


def test_the_page_is_one_file_that_may_ask_for_nothing(source: str) -> None:
    assert "default-src 'none'" in html.unescape(source) and '<html lang="zh-CN">' in source
    assert not re.findall(r'(?:src|srcset)="(?!data:)', visible(source)) and not re.findall(r"""url\(\s*["']?(?!["']?data:|#)""", source)
    assert [address for address in re.findall(r'<link\b[^>]*href="([^"]*)"', source) if not address.startswith("data:")] == []
    assert source.count("<script>") == 1 and "<script src" not in source


def test_every_link_has_its_place_and_no_place_two(source: str) -> None:
    assert "calc-2023-s1-C1" in ids(source) and dead_links(source) == set()
    assert len(ids(source)) == len(set(ids(source)))


def test_every_row_of_the_official_table_leads_to_its_calculation(source: str) -> None:
    links = re.findall(r'<a href="#(calc-[^"]+)"\s+class="calc-link">([^<]*)</a>', re.sub(r"\s+", " ", source))
    expected = {f"calc-2023-s1-{row['indicator'].replace('.', '-')}" for row in samples.rows() if row["set"] == "s1"}
    assert {place for place, _ in links} == expected
    block = source.split('id="calc-2023-s1-C4-1"')[1].split("</div>")[0]
    assert "324 ÷ 365 × 100%" in block and dict(links)["calc-2023-s1-C4-1"] == "优良天数比率"


def test_without_a_chapter_that_explains_there_is_no_link(project: Path, tmp_path: Path) -> None:
    from evalkit.catalog.report_plans import ChapterEntry, ReportPlan
    from evalkit.report.document import region_document

    plan = ReportPlan(id="x", title_zh="表", title_en="Table", chapters=[ChapterEntry(chapter="table")])
    model = build.read_model(project, samples.RUN, samples.REGION, samples.context())
    document = region_document(model, build.templates_of(project), plan)
    assert "优良天数比率" in document.text and "calc-link" not in document.text


def test_word_and_pdf_print_the_plain_name(project: Path, page: Path) -> None:
    with zipfile.ZipFile(page.with_suffix(".docx")) as archive:
        body = archive.read("word/document.xml").decode()
    cells = [cell for cell in re.findall(r"<w:tc>.*?</w:tc>", body, re.DOTALL) if "优良天数比率" in cell]
    assert cells and not any("w:hyperlink" in cell for cell in cells)
    assert "优良天数比率" in "".join(sheet.extract_text() for sheet in pypdf.PdfReader(page.with_suffix(".pdf")).pages)


def test_figures_are_drawings_that_say_their_values(source: str) -> None:
    drawings = re.findall(r'<div class="chart".*?</svg></div>', source, re.DOTALL)
    assert len(drawings) == source.count("<figure") > 0 and "<img" not in visible(source)
    titles = [html.unescape(text) for drawing in drawings for text in re.findall(r"<title>(.*?)</title>", drawing)]
    assert any("优良天数比率" in text and "88.8" in text for text in titles)
    assert all('role="img" aria-label="' in drawing for drawing in drawings)
    used = set(re.findall(r'<use href="#([^"]+)"', source))
    assert used and used <= set(ids(source))
    assert re.search(r'<div class="chart" style="width:156mm">', source)


def test_a_page_that_lost_a_figure_is_refused(page: Path, source: str, tmp_path: Path) -> None:
    from evalkit.report.rendering.check import ReportError, check_pictures

    count = source.count('<div class="chart"')
    check_pictures(page.with_suffix(".docx"), page, count)
    lost = tmp_path / "999001.html"
    lost.write_text(re.sub(r'<div class="chart".*?</svg></div>', "", source, count=1, flags=re.DOTALL), encoding="utf-8")
    with pytest.raises(ReportError):
        check_pictures(page.with_suffix(".docx"), lost, count)


def test_headings_begin_with_one_title_and_go_down_in_steps(source: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", visible(source))]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_word_of_the_page_is_there_in_both_languages(source: str) -> None:
    for name in page_words():
        assert f'data-word-{name}="' in source
    assert all(set(words) == {"zh", "en"} and all(words.values()) for words in sentences("page").values())
    with speaking(Speech("en")):
        assert page_words()["close"] == "Close" and page_words()["shown"] == "Rows shown: {shown} of {total}."
    script = (Path(__file__).parents[1] / "reports" / "templates" / "report.js").read_text(encoding="utf-8")
    assert set(re.findall(r"\bsay\('(\w+)'", script)) <= set(page_words())
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttp|localStorage", script
    )


def test_a_cell_of_the_heat_map_says_value_threshold_status_and_source() -> None:
    rows = samples.rows()
    group = build_model(rows, [samples.trace(row) for row in rows], samples.context()).groups[0]
    lines = {line.indicator: line for line in group.table}

    def said(*indicators: str) -> str:
        return cell_words([(row, lines[row["indicator"]]) for row in group.rows if row["indicator"] in indicators])

    assert said("C1") == "1 考核比例：27.28%，指标值≥20†　● 达标（申报值）"
    assert said("C4.1", "C4.2").startswith("4 环境空气质量：优良天数比率：88.8%，") and "；PM2.5浓度：25" in said("C4.1", "C4.2")
    # what is missing is never a number, and has no source
    assert "○ 缺数据" in said("C9") and "0%" not in said("C9") and "值）" not in said("C9")
    assert "指标值" not in said("C10")
    with speaking(Speech("en")):
        assert said("C1") == "1 考核比例: 27.28%, target ≥20†; ● met (reported)"


def test_same_report_same_page(project: Path, page: Path, tmp_path: Path) -> None:
    again = build.build_region(project, samples.RUN, samples.REGION, samples.context(), tmp_path)
    assert [path.read_bytes() for path in again if path.suffix == ".html"] == [page.read_bytes()]


# ---- drawings in the page ----


def document(*charts: Any) -> Document:
    return Document("x", "t", "", list(charts), False, "2024-01-01")


def picture(svg: bytes) -> str:
    return f'<main><img role="img" aria-label="甲&quot;乙" src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" /></main>'


def drawing(words: str, said: str = "甲") -> Any:
    canvas = Canvas(50, 10)
    canvas.text(0, 5, words)
    canvas.spot(0, 0, 5, 5, said)
    return canvas.finish("d", "", "")


def test_outlines_are_shared_between_figures(tmp_path: Path) -> None:
    first, second = drawing("甲乙"), drawing("甲丙")
    path = tmp_path / "x.html"
    path.write_text(picture(first.svg) + picture(second.svg), encoding="utf-8")
    finish_page(path, document(first, second))
    made = path.read_text(encoding="utf-8")
    assert sorted(re.findall(r'<path id="([^"]+)"', made)) == sorted(f"g-{ord(char):x}" for char in "甲乙丙")
    assert made.count("<use") == 4 and 'aria-label="甲&quot;乙"' in made
    assert made.index("</div></main><main>") < made.index('class="outlines"') < made.rindex("</main>")


def test_a_picture_that_is_not_the_reports_own_stays_a_picture(tmp_path: Path) -> None:
    own, other = drawing("甲"), drawing("乙")
    path = tmp_path / "x.html"
    path.write_text(picture(other.svg), encoding="utf-8")
    finish_page(path, document(own))
    assert path.read_text(encoding="utf-8") == picture(other.svg)


@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<rect style="background:url(x)"/>',
        '<use href="http://example.org/#a"/>',
        "<use xlink:href='data:x'/>",
        "<foreignObject/>",
        "<image/>",
        "<a href='#x'/>",
        "<style>*{}</style>",
        "<rect",
    ],
)
def test_a_drawing_with_anything_but_shapes_is_not_taken_in(part: str, tmp_path: Path) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><g><title>甲</title>{part}</g></svg>'
    assert harmless(svg.replace(part, '<rect x="1"/>')) and not harmless(svg)
    path = tmp_path / "x.html"
    path.write_text(picture(svg.encode()), encoding="utf-8")
    chart = drawing("甲")
    object.__setattr__(chart, "svg", svg.encode())
    finish_page(path, document(chart))
    assert "<img" in path.read_text(encoding="utf-8")


def test_what_a_spot_says_is_text(tmp_path: Path) -> None:
    chart = drawing("甲", HOSTILE + "\u202e\u0000")
    assert harmless(chart.svg.decode())
    title = re.search(r"<title>(.*?)</title>", chart.svg.decode())
    assert title and html.unescape(title[1]) == HOSTILE and "<" not in title[1]


# ---- in a browser ----


def press_in_table(browser: Browser, code: str) -> Any:
    """Run code with `table`, its `box` of controls and `rows()`, the texts of what is shown."""
    return browser.run(
        "(() => { const table = [...document.querySelectorAll('table')].find(one => one.textContent.includes('黑臭水体消除率'));"
        " const texts = row => [...row.cells].map(cell => cell.textContent.trim());"
        " const box = table.closest('.tabled'), rows = () => [...table.tBodies[0].rows].map(texts);"
        " const field = box.querySelector('input'), type = text => { field.value = text; field.dispatchEvent(new Event('input')); };"
        " const sort = name => [...table.tHead.querySelectorAll('button')].find(one => one.textContent.trim() === name).click();"
        " const said = () => box.querySelector('[role=status]').textContent; " + code + " })()"
    )


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("width", [1600, 1280, 768, 360])
def test_nothing_hinders_nothing_is_asked_nothing_is_cut(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width)
    assert browser.said() == [] and browser.requested() == [page.as_uri()]
    assert browser.hindrances() == []
    assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")


@needs_chromium
@pytest.mark.slow
def test_the_checks_find_what_hinders(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        "<!DOCTYPE html><html><body><h1>甲</h1><h3>乙</h3><p id=a style='color:#aaa'>淡</p><p id=a>丙</p><a href='#nowhere'>丁</a>"
        "<button></button><img src='data:,'><table><tr><th>戊</th></tr></table><script>missing()</script>"
        "<div style='overflow:auto;height:1em' tabindex='-1'><p>己</p><p>庚</p></div></body></html>",
        encoding="utf-8",
    )
    browser.open(path)
    found = "\n".join(browser.hindrances())
    faults = ["no language", "no title", "heading jumps", "id twice: a", "contrast", "link to nowhere", "button without", "picture without"]
    for fault in [*faults, "head without scope", "scrolls without keyboard", "no main"]:
        assert fault in found, fault
    assert browser.said() != []


@needs_chromium
@pytest.mark.slow
def test_search_finds_and_says_how_many(browser: Browser, page: Path) -> None:
    browser.open(page)
    found = press_in_table(browser, "const all = rows().length; type('水体  适用'); const some = rows(), words = said(); type(''); "
                                    "return [all, some, words, rows().length];")  # fmt: skip
    every, some, words, again = found
    assert every == again == 12 and len(some) == 1 and "黑臭水体消除率" in some[0] and words == "显示1行，共12行。"
    # the merged cell of the domain and the composite's name stand in the row
    assert "生态安全" in some[0]
    assert press_in_table(browser, "type('没有这样的行'); return [rows().length, box.querySelector('.nothing').hidden];") == [0, False]


@needs_chromium
@pytest.mark.slow
def test_sorting_goes_by_number_and_back_to_the_official_order(browser: Browser, page: Path) -> None:
    browser.open(page)
    found = press_in_table(
        browser,
        "const html = table.tBodies[0].innerHTML, heads = [...table.tHead.querySelectorAll('th')];"
        " const column = heads.findIndex(th => th.textContent.trim() === '2023年');"
        " const state = () => table.tHead.querySelectorAll('th')[column].getAttribute('aria-sort');"
        " const take = () => rows().map(row => [row.length, row.join('|')]); sort('2023年'); const up = [take(), state(), said()];"
        " sort('2023年'); const down = [take(), state()]; sort('2023年'); return [up, down, state(), table.tBodies[0].innerHTML === html];",
    )
    up, down, state, restored = found
    order = ["22.31", "23", "25", "27.28", "88.8", "99.6", "100"]

    def numbers(lines: list[Any]) -> list[str]:
        return [next(text for text in line.split("|") if text in order) for _, line in lines if set(line.split("|")) & set(order)]

    assert numbers(up[0]) == order and numbers(down[0]) == order[::-1]
    assert up[1] == "ascending" and down[1] == "descending" and state is None and restored
    assert "升序" in up[2]
    # what is absent stands last both ways, and every row stands for itself
    assert "能耗降低率" in "".join(line for _, line in up[0][7:]) and "能耗降低率" in "".join(line for _, line in down[0][7:])
    assert all("生态" in line or "目标责任" in line or "参考性指标" in line for _, line in up[0])


@needs_chromium
@pytest.mark.slow
def test_chips_filter_by_status_with_counts(browser: Browser, page: Path) -> None:
    browser.open(page)
    chips, shown, both, pressed, reset = press_in_table(
        browser,
        "const chips = [...box.querySelectorAll('.chip')], take = () => rows().map(row => row.join('|'));"
        " const words = chips.map(one => one.textContent); chips[1].click(); const one = take();"
        " chips[0].click(); const two = take().length;"
        " const pressed = chips.map(chip => chip.getAttribute('aria-pressed')); box.querySelector('.reset').click();"
        " return [words, one, two, pressed, [rows().length, chips.map(chip => chip.getAttribute('aria-pressed')).includes('true'),"
        " box.querySelector('.reset').hidden]];",
    )
    assert chips[0].split() == ["●", "达标", "4"] and chips[1].split() == ["▲", "未达标", "1"] and len(chips) == 6
    assert len(shown) == 1 and "优良天数比率" in shown[0] and both == 5
    assert pressed == ["true", "true", "false", "false", "false", "false"] and reset == [12, False, True]


@needs_chromium
@pytest.mark.slow
def test_the_panel_opens_and_closes_by_keyboard_and_gives_focus_back(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("[...document.querySelectorAll('a.calc-link')].find(one => one.textContent === '优良天数比率').focus()")
    browser.key("Enter", 13, "\r")
    state = "(() => { const d = document.querySelector('dialog'); return [d.open, d.contains(document.activeElement), d.textContent]; })()"
    is_open, inside, text = browser.run(state)
    assert is_open and inside and "324 ÷ 365 × 100%" in text and "〔E7〕" in text
    assert browser.hindrances() == []
    browser.key("Escape", 27)
    assert browser.run(state)[0] is False
    assert browser.run("document.activeElement.textContent") == "优良天数比率"
    assert browser.said() == []


@needs_chromium
@pytest.mark.slow
def test_figures_say_values_to_pointer_and_keyboard(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelector('.chart').scrollIntoView({behavior: 'instant'})")
    x, y = browser.run(
        "(() => { const r = [...document.querySelectorAll('.chart g[data-said]')].find(g => g.dataset.said.includes('优良天数比率'))"
        ".querySelector('rect').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
    )
    tip = "(() => { const t = document.querySelector('.tip'); return t.hidden ? '' : t.textContent; })()"
    assert browser.run(tip) == ""
    browser.point(x, y)
    assert "优良天数比率" in browser.run(tip) and "88.8" in browser.run(tip)
    browser.key("Escape", 27)
    assert browser.run(tip) == ""
    browser.point(1, 1)
    browser.run("document.querySelector('.chart').focus()")
    browser.key("ArrowDown", 40)
    first = browser.run(tip)
    browser.key("ArrowDown", 40)
    assert first and browser.run(tip) and browser.run(tip) != first
    browser.run("window.scrollTo({top: 0, behavior: 'instant'})")
    browser.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert browser.run(tip) == ""  # its place is out of sight


@needs_chromium
@pytest.mark.slow
def test_paper_has_every_row_in_the_official_order(browser: Browser, page: Path, tmp_path: Path) -> None:
    browser.open(page)
    press_in_table(browser, "type('黑臭'); return rows().length;")
    path = tmp_path / "paper.pdf"
    path.write_bytes(browser.paper())
    sheets = pypdf.PdfReader(path).pages
    text = re.sub(r"\s+", "", "".join(sheet.extract_text() for sheet in sheets))
    places = [text.index(name) for name in ("一、摘要", "责任追究制度", "地表水比例", "公园绿地面积", "农村污水治理率")]
    assert places == sorted(places) and "显示1行" not in text and "在本表中查找" not in text
    assert {tuple(round(float(side)) for side in sheet.mediabox[2:]) for sheet in sheets} == {(595, 842), (842, 595)}
    assert press_in_table(browser, "return rows().length;") == 1  # the screen is as it was


@needs_chromium
@pytest.mark.slow
def test_without_scripts_everything_can_be_read(browser: Browser, page: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page)
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.run("document.querySelector('.tools')") is None
    assert browser.run("[...document.querySelectorAll('main table tr, main .calc, main .brief')].every(one => one.getClientRects().length)")
    assert browser.run("document.querySelector('nav details').open") is True


@needs_chromium
@pytest.mark.slow
def test_hostile_texts_and_forty_indicators(browser: Browser, tmp_path: Path) -> None:
    names = [f"{'很长的指标名称' * 6}第{number}项" for number in range(1, 40)]
    rows = [
        samples.row(f"C{number}", str(number), name, ("met", "not_met", "pending", "missing")[number % 4], domain=f"领域{number // 8}",
                    value="" if number % 4 == 3 else str(number), target_text=f"≥{number}", target_value=str(number), previous_value="12",
                    reason="not_published" if number % 4 == 3 else "")
        for number, name in enumerate([HOSTILE, *names], start=1)
    ]  # fmt: skip
    samples.write(tmp_path, rows)
    made = build.build_region(tmp_path, samples.RUN, samples.REGION, samples.context(), tmp_path / "out")
    page = next(path for path in made if path.suffix == ".html")
    assert page.stat().st_size < MOST_BYTES
    source = page.read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(source)
    assert dead_links(source) == set() and tags.found.count("script") == 1
    assert not {name for name in tags.attributes if name.startswith("on")}
    for width in (1280, 360):
        browser.open(page, width)
        assert browser.said() == [] and browser.requested() == [page.as_uri()] and browser.hindrances() == []
        assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
        assert browser.run("document.querySelectorAll('a.calc-link').length") == 40
    assert browser.run("[...document.querySelectorAll('a.calc-link')][0].textContent") == HOSTILE
    browser.run("document.querySelector('a.calc-link').click()")
    assert HOSTILE in browser.run("document.querySelector('dialog').textContent") and browser.said() == []
