"""Pages from the catalogue: every link leads somewhere, data are text, formulas are typeset from their trees."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import TinyProject

from evalkit.authoring.pages import write_pages
from evalkit.authoring.pages_facts import Facts, formula_text
from evalkit.authoring.pages_html import html_page
from evalkit.authoring.pages_html_parts import SCRIPT
from evalkit.authoring.pages_words import joined
from evalkit.catalog import Catalog
from evalkit.formulas import build
from evalkit.formulas.expression import build_expression
from evalkit.formulas.vocabulary import Expr
from evalkit.messages import EvalkitError
from evalkit.report.rendering.render import pandoc_path
from evalkit.report.typeset import latex, mathml

NASTY = "口径<script>alert(1)</script>\"'&[x](y)`|$"


class Found(HTMLParser):
    """Collects ids, links and what a page would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        self.loads += [str(given[key]) for key in ("src", "srcset", "data", "action", "poster") if given.get(key)]
        self.loads += [str(given["href"])] if tag in ("link", "base", "image", "use") else []
        assert not any(name.startswith("on") for name in given), given


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Path:
    out = tmp_path_factory.mktemp("pages") / "pages"
    made = write_pages(catalog, out, "zh")
    assert len(made) == 4 + len(catalog.sets) + len(catalog.measures) + len(Facts(catalog).formulas)
    return out


def test_every_link_of_the_markdown_leads_to_a_page(pages: Path) -> None:
    links = 0
    for path in pages.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", text):
            links += 1
            other = path if not target else path.parent / target
            assert other.is_file(), f"{path.name}: {target}"
            assert not anchor or f'<a id="{anchor}"></a>' in other.read_text(encoding="utf-8"), f"{path.name}: #{anchor}"
    assert links > 3000


def test_every_page_can_be_reached_from_the_first(pages: Path) -> None:
    todo, seen = [pages / "index.md"], set[Path]()
    while todo:
        path = todo.pop().resolve()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        todo += [path.parent / target for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))]
    assert seen == {path.resolve() for path in pages.rglob("*.md")}


def test_the_page_has_each_thing_once_and_loads_nothing(pages: Path, catalog: Catalog) -> None:
    text = (pages / "index.html").read_text(encoding="utf-8")
    found = Found(text)
    assert len(found.ids) == len(set(found.ids))
    assert {f"set-{name}" for name in catalog.sets} | {f"measure-{name}" for name in catalog.measures} <= set(found.ids)
    inner = [link[1:] for link in found.links if link.startswith("#")]
    assert len(inner) > 1000 and set(inner) <= set(found.ids)
    assert all(link.startswith(("#", "http://", "https://")) for link in found.links)
    assert found.loads == [] and found.tags.count("script") == 1 and "url(" not in text and "@import" not in text
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text
    assert "innerHTML" not in SCRIPT and "eval" not in SCRIPT


def test_the_same_catalogue_gives_the_same_page(pages: Path, catalog: Catalog) -> None:
    assert html_page(Facts(catalog), "zh") == (pages / "index.html").read_text(encoding="utf-8")


def test_a_page_says_definition_formula_inputs_targets_sources_and_a_worked_case(pages: Path) -> None:
    text = (pages / "measures/air.good_day_ratio.md").read_text(encoding="utf-8").replace("&#46;", ".").replace("&#64;", "@")
    assert "$$\n\\frac{\\text{优良天数}}{\\text{有效监测天数}} \\times 100 \\%\n$$" in text
    assert "26 ÷ 27 × 100% &#61; 96.2962963…%" in text
    assert "| 优良天数 | `air.days_good` | 天 | 生态环境" in text
    assert "一般了解、未见原文" in text and "[国家生态文明建设示范市县建设指标](../sets/cn-demo-2019.md)" in text
    text = (pages / "sets/cn-demo-2024-city.md").read_text(encoding="utf-8")
    assert "中西部地级及以上城市市辖区、东部地区：≥60" in text and "见于转载件" in text and "../measures/air.pm25_concentration.md" in text
    text = (pages / "formulas/air.good_day_ratio@1.md").read_text(encoding="utf-8")
    assert "分母是有效监测天数" in text and "state&#58; recalled" in text


def test_names_are_text_wherever_they_stand(project: TinyProject, tmp_path: Path) -> None:
    measures = project.text("params/measures/all.yml").replace("name_zh: 优良天数比率", "name_zh: '" + NASTY.replace("'", "''") + "'")
    project.write("params/measures/all.yml", measures)
    project.edit("params/variables.yml", "name_zh: 优良天数\n", "name_zh: 优良<b>天数}\\_$\n")
    facts = Facts(project.catalog())
    text = html_page(facts, "zh")
    found = Found(text)
    assert found.tags.count("script") == 1 and "b" not in found.tags[:5] and "<script>alert" not in text and "<b>天数" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    made = write_pages(project.catalog(), tmp_path / "out", "en")
    page = (tmp_path / "out/measures/air.good_day_ratio.md").read_text(encoding="utf-8")
    assert "<script" not in page and "[x](y)" not in page
    assert r"\text{优良＜b＞天数\}\textbackslash \_\$}" in page
    assert "Worked case" not in page and len(made) == 4 + 1 + 4 + 1  # the cases are the repository's


def test_an_expression_is_typeset_like_a_formula(project: TinyProject) -> None:
    roles = "formula: air.good_day_ratio@1\n    roles: {days_good: air.days_good, days_valid: air.days_valid}"
    project.edit("params/measures/all.yml", roles, "expression: share(air.days_good, air.days_valid@previous)")
    facts = Facts(project.catalog())
    measure = facts.catalog.measures["air.good_day_ratio"]
    assert latex(measure.built.tree, lambda role: facts.leaf(measure, role)) == (  # type: ignore[union-attr]
        r"\frac{\text{优良天数}}{\text{上年有效天数}} \times 100 \%"
    )
    assert [(line.role, line.at) for line in facts.inputs(measure)] == [
        ("air.days_good", "current"),
        ("air.days_valid@previous", "previous"),
    ]
    assert "share(air.days_good, air.days_valid@previous)" in html_page(facts)


# Formulas


def tree(text: str) -> Expr:
    return build_expression(text).tree


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", r"\text{a} + \text{b} \times \text{c}"),
        ("(a + b) * c", r"\left( \text{a} + \text{b} \right) \times \text{c}"),
        ("a - (b - c)", r"\text{a} - \left( \text{b} - \text{c} \right)"),
        ("(a - b) / (c + 1)", r"\frac{\text{a} - \text{b}}{\text{c} + 1}"),
        ("a * -2.5", r"\text{a} \times \left( - 2.5 \right)"),
        ("mean(a, b)", r"\frac{\text{a} + \text{b}}{2}"),
        ("total(a, b) * c", r"\left( \text{a} + \text{b} \right) \times \text{c}"),
        ("lowest(a, b)", r"\text{最小值} \left( \text{a} ,\ \text{b} \right)"),
        ("count_if(a >= 1, b < c)", r"\text{符合条件的个数} \left( \text{a} \ge 1 ,\ \text{b} < \text{c} \right)"),
        ("where(a > 0, b, c)", r"\begin{cases} \text{b} & \text{若} \ \text{a} > 0 \\ \text{c} & \text{否则} \end{cases}"),
    ],
)
def test_a_formula_in_latex(text: str, expected: str) -> None:
    assert re.sub(r"\s+", " ", latex(tree(text), lambda role: role)) == re.sub(r"\s+", " ", expected)


def test_a_formula_in_mathml_is_well_formed_and_says_itself_in_words() -> None:
    from xml.etree import ElementTree

    made = mathml(tree("where(a > 0, share(a, b), round_to(c, 0.1))"), lambda role: f"<{role}&>")
    root = ElementTree.fromstring(made)
    assert root.attrib["alttext"] == "若 <a&> ＞ 0，则 <a&> ÷ <b&> × 100%，否则 修约(<c&>，0.1)"
    assert [node.text for node in root.iter("mtext")] == ["<a&>", "<b&>", "若", "<a&>", "修约", "<c&>", "否则"]


def test_all_formulas_are_latex_that_can_be_read(catalog: Catalog) -> None:
    facts = Facts(catalog)
    texts = [latex(build(name).tree, lambda role: facts.leaf(measures[0], role)) for name, measures in facts.formulas.items()]  # noqa: B023
    source = "\n\n".join(f"$$\n{text}\n$$" for text in texts)
    done = subprocess.run([pandoc_path(), "--from", "markdown", "--to", "html", "--mathml"], input=source.encode(), capture_output=True)
    assert done.returncode == 0 and done.stderr == b"" and done.stdout.count(b"<math") == len(texts)


def test_every_formula_has_a_definition_and_references(catalog: Catalog) -> None:
    for name in Facts(catalog).formulas:
        text = formula_text(name)
        assert text.definition and "document:" in text.references, name


def test_every_formula_that_is_used_has_a_worked_case_in_the_repository(catalog: Catalog) -> None:
    facts = Facts(catalog)
    assert [name for name, measures in facts.formulas.items() if facts.worked(measures[0]) is None] == []


def test_lines_of_a_docstring_are_joined_as_chinese_is() -> None:
    assert joined("甲乙\n丙 abc\ndef\n\n第二段") == ["甲乙丙 abc def", "第二段"]


def test_a_folder_that_cannot_be_written_is_said(project: TinyProject, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EvalkitError) as error:
        write_pages(project.catalog(), tmp_path / "file")
    assert [problem.code for problem in error.value.problems] == ["folder_unwritable"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium")
def test_the_search_finds_in_a_browser(pages: Path, tmp_path: Path) -> None:
    text = (pages / "index.html").read_text(encoding="utf-8")
    drive = "document.getElementById('search').value='hxland 河长制';document.getElementById('search').dispatchEvent(new Event('input'));"
    page = tmp_path / "driven.html"
    page.write_text(re.sub(r"<meta http-equiv[^>]*>", "", text).replace("</body>", f"<script>{drive}</script></body>"), encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--dump-dom", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, timeout=120).stdout.decode()
    shown = re.findall(r"<details ([^>]*)>", dom)
    visible = [attributes for attributes in shown if "hidden" not in attributes]
    assert len(shown) > 600 and 0 < len(visible) < 12 and all("open" in attributes for attributes in visible)
    assert any('id="set-cn-demo-2019"' in attributes for attributes in visible)
    rows = re.search(r'id="set-cn-demo-2019".*?</details>', dom, re.S)
    assert rows and len(re.findall(r"<tr><td>", rows[0])) == 1  # the others are hidden
