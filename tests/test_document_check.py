"""The figures of a written document beside the results of a run: found where they differ, left alone where they do not."""

from __future__ import annotations

import json
import random
import re
import zipfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import docx
import pytest
from document_samples import altered, other_number, result_spots
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from evalkit.assessment import assess
from evalkit.catalog import Catalog, load_catalog
from evalkit.cli.commands import app
from evalkit.collection.document_list import comment_words, in_order, record, write_products
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, words
from evalkit.review.document_check import check_document
from evalkit.review.document_facts import KINDS, Fact, Facts, facts_of
from evalkit.review.document_figures import Figure, Scanner, folded
from evalkit.review.document_findings import DocumentCheck, Finding
from evalkit.review.document_readings import _fits
from evalkit.tables.books.docx_text import read_word

ROOT = Path(__file__).resolve().parents[1]
RUN = "chongming-2023"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(ROOT)


@pytest.fixture(scope="module")
def rows(catalog: Catalog) -> list[dict[str, str]]:
    return assess(catalog, read_inputs(catalog, RUN), "310151").rows


@pytest.fixture(scope="module")
def facts(catalog: Catalog, rows: list[dict[str, str]]) -> Facts:
    received = read_inputs(catalog, RUN)
    return facts_of(catalog, RUN, rows, [item.record("崇明区") for item in received.items.values()])


def write(folder: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    path = folder / "text.docx"
    document.save(str(path))
    return path


def check(catalog: Catalog, facts: Facts, path: Path) -> DocumentCheck:
    return check_document(catalog, facts, read_word(path, path.name), RUN)


def told(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(finding.figure.text, finding.reason or finding.verdict) for finding in found]


SENTENCES: list[tuple[str, list[tuple[str, str]]]] = [
    ("2023年，崇明区优良天数比率为88.8%，PM2.5浓度为25微克/立方米。", [("88.8%", "agree"), ("25微克/立方米", "agree")]),
    ("2023年优良天数比率达89.8%，较上年下降0.7个百分点。", [("89.8%", "differ"), ("0.7个百分点", "agree")]),
    ("优良天数比率较上年上升0.7个百分点。", [("0.7个百分点", "differ")]),
    ("优良天数比率由2022年的89.5%下降到2023年的86.8%。", [("89.5%", "agree"), ("86.8%", "differ")]),
    ("优良天数比率、PM2.5浓度分别为88.8%和27微克/立方米。", [("88.8%", "agree"), ("27微克/立方米", "differ")]),
    ("2021—2023年优良天数比率分别为92.3%、89.5%、83.8%。", [("92.3%", "agree"), ("89.5%", "agree"), ("83.8%", "differ")]),
    ("到2027年，优良天数比率达到92%以上。", [("92%", "differ")]),
    ("近期目标年优良天数比率不低于92%，远期城市生活垃圾回收利用率达到45%以上。", [("92%", "differ"), ("45%", "agree")]),
    ("全年优良天数比率８８．８％。", [("88.8%", "agree")]),
    ("优良天数比率为８９．８％。", [("89.8%", "differ")]),
    ("全区优良天数比率约89%，城市生活垃圾回收利用率超过40%。", [("89%", "agree"), ("40%", "agree")]),
    ("全区优良天数比率在80～90%之间。", [("80~90%", "agree")]),
    ("全区优良天数比率在93—95%之间。", [("93—95%", "differ")]),
    ("优良天数比率（88.8%）低于指标值（91%）。", [("88.8%", "agree"), ("91%", "differ")]),
    ("生态环境信息公开率、森林覆盖率均为100%。", [("100%", "differ")]),
    ("优良天数比率为88.8%，比2021年（92.3%）下降3.6个百分点。", [("88.8%", "agree"), ("92.3%", "agree"), ("3.6个百分点", "differ")]),
    ("人均公园绿地面积比上年增长5.6%。", [("5.6%", "agree")]),
    ("非化石能源占能源消费总量比重较2022年下降0.18个百分点，达23.41%。", [("0.18个百分点", "agree"), ("23.41%", "agree")]),
    ("主要污染物排放重点工程减排量：氮氧化物21.312吨，氨氮23.36吨。", [("21.312吨", "agree"), ("23.36吨", "differ")]),
    ("主要污染物排放重点工程减排量：挥发性有机物（VOCs）1,298.89吨。", [("1,298.89吨", "agree")]),
    # what cannot be told is said with its reason, and never an alarm
    ("全国优良天数比率为86.5%。", [("86.5%", "other_region")]),
    ("庙镇优良天数比率为85.1%。", [("85.1%", "other_region")]),
    ("优良天数比率、森林覆盖率达到61.5%。", [("61.5%", "two_indicators")]),
    ("优良天数比率稳步提升，重污染天数比例降至0.5%。", [("0.5%", "kind")]),
    ("优良天数比率年均提高0.3个百分点。", [("0.3个百分点", "not_in_results")]),
    ("2020年优良天数比率为93.4%。", [("93.4%", "no_result")]),
    ("优良天数比率中优的有324天。", [("324天", "unit")]),
    ("94.1%的优良天数比率来之不易。", [("94.1%", "behind")]),
    ("优良天数比率为89.5%。", [("89.5%", "two_years")]),  # the year before: an old figure, or an old sentence
    ("优良天数比率达标率为100%。", []),
    ("人均森林覆盖率为3%。", []),
    ("优良天数比率从2022年的89.5%下降0.7个百分点至88.8%。", [("89.5%", "agree"), ("0.7个百分点", "agree"), ("88.8%", "agree")]),
    ("森林覆盖率由2022年30.62%增加0.12个百分点，达到30.47%。", [("30.62%", "agree"), ("0.12个百分点", "agree"), ("30.47%", "differ")]),
    ("危险废物填埋处置量占比66.83%，降幅达23.3%。", [("66.83%", "agree"), ("23.3%", "agree")]),
    ("PM2.5年均浓度为25微克/立方米，年平均浓度达标。", [("25微克/立方米", "agree")]),
    ("PM2.5年均浓度为27微克/立方米。", [("27微克/立方米", "differ")]),
    ("1—6月，优良天数比率为84.0%。", [("84.0%", "kind")]),
    ("扣除沙尘影响后，优良天数比率为89.9%。", [("89.9%", "kind")]),
    ("优良天数比率目标完成率为98.7%，完成目标的98.7%。", [("98.7%", "kind"), ("98.7%", "kind")]),
    # numbers of another kind
    ("根据沪环〔2024〕12号文，优良天数比率见第3章表5，电话021-69612345，投资1.2亿元，共120项。", []),
    ("优良天数比率排名全市第3位，2023年6月5日公布。", []),
    ("优良天数比率为 88 . 8 %。", []),
    ("《优良天数比率90规则（2024）》", []),
    ("这里没有名称，只有95.5%。", []),
    (f"优良天数比率为{'1' * 5000}%。", []),
]


@pytest.fixture(scope="module")
def sentences(catalog: Catalog, facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, str]]]:
    """What comes of each sentence; a heading before each parts it from the others."""
    document = docx.Document()
    for text, _ in SENTENCES:
        document.add_heading("节", 1)
        document.add_paragraph(text)
    path = tmp_path_factory.mktemp("sentences") / "text.docx"
    document.save(str(path))
    findings = check(catalog, facts, path).findings
    return {text: told([one for one in findings if one.block.text == text]) for text, _ in SENTENCES}


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_a_sentence(sentences: dict[str, list[tuple[str, str]]], text: str, expected: list[tuple[str, str]]) -> None:
    assert sentences[text] == expected


def add_table(document: docx.document.Document, lines: Sequence[Sequence[str]]) -> docx.table.Table:
    table = document.add_table(len(lines), len(lines[0]))
    for row, cells in zip(table.rows, lines, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    return table


def test_a_table(catalog: Catalog, facts: Facts, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("三、指标", 1)
    document.add_paragraph("表3 指标完成情况")
    table = add_table(document, [
        ["序号", "指标", "", "单位", "2022年", "2023年", "指标值", "2027年目标", "差距", "年均变化", "备注"],
        ["4", "环境空气质量", "优良天数比率", "%", "89.5", "88.9", "≥90", "≥91", "1.2", "0.3", "见附件7"],
        ["4", "", "PM2.5浓度", "微克/立方米", "25.38", "25", "≤25", "≤25", "0", "0.5", ""],
        ["24", "人均公园绿地面积", "人均公园绿地面积", "平方米/人", "21.12", "22.13", "≥12", "—", "—", "", ""],
    ])  # fmt: skip
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 1).merge(table.cell(2, 1))
    table.cell(3, 1).merge(table.cell(3, 2))
    path = tmp_path / "table.docx"
    document.save(str(path))
    found = check(catalog, facts, path)
    wrong = found.of("differ")
    assert [(one.figure.text, one.block.row, one.block.column) for one in wrong] == [("88.9", 2, 6), ("91", 2, 8), ("22.13", 4, 6)]
    assert {one.block.caption for one in wrong} == {"表3 指标完成情况"}
    assert {one.block.heading for one in wrong} == {"三、指标"}
    assert [one.figure.text for one in found.of("unsure")] == ["0.3", "0.5"]
    assert len(found.of("agree")) == 10
    assert found.others["ordinal"] == 4


def test_a_table_turned_about(catalog: Catalog, facts: Facts, tmp_path: Path) -> None:
    document = docx.Document()
    add_table(document, [["年度", "优良天数比率（%）", "森林覆盖率（%）"], ["2022年", "89.5", "30.62"], ["2023年", "88.8", "31.74"]])
    path = tmp_path / "turned.docx"
    document.save(str(path))
    assert [(one.figure.text, one.verdict) for one in check(catalog, facts, path).findings] == [
        ("89.5", "agree"), ("30.62", "agree"), ("88.8", "agree"), ("31.74", "differ"),
    ]  # fmt: skip


def report(folder: Path, rows: Sequence[dict[str, str]]) -> Path:
    """A short report: a table of all results and a sentence for each."""
    document = docx.Document()
    document.add_heading("2023年指标完成情况", 1)
    shown = [row for row in rows if row["basis"] == "set" and row["rounded_value"] and row["target_value"] and not row["value_text"]]
    add_table(document, [
        ["序号", "指标", "单位", "指标值", "2022年", "2023年"],
        *([row["seq"], row["name_zh"], row["unit"], row["target_text"], row["previous_value"], row["rounded_value"]] for row in shown),
    ])  # fmt: skip
    for row in shown:
        document.add_paragraph(f"{row['name_zh']}为{row['rounded_value']}{row['unit'].replace('-', '')}，指标值为“{row['target_text']}”。")
    path = folder / "report.docx"
    document.save(str(path))
    return path


def test_figures_altered_at_random_are_found(catalog: Catalog, facts: Facts, rows: list[dict[str, str]], tmp_path: Path) -> None:
    path = report(tmp_path, rows)
    assert not check(catalog, facts, path).of("differ")
    spots = result_spots(path, rows)
    assert len(spots) > 60
    made = found = false = untouched = 0
    for seed in range(6):
        copy = tmp_path / f"{seed}.docx"
        changed = altered(path, spots, 15, seed, copy)
        result = check(catalog, facts, copy)
        made += len(changed)
        places = {spot.element for spot, _ in changed}
        differ = result.of("differ")
        found += len({one.block.spots[0].element for one in differ} & places)
        false += sum(one.block.spots[0].element not in places for one in differ)
        untouched += len(result.findings) - len(changed)
    assert found >= 0.9 * made  # several of one sentence count once here: the benchmark counts each
    assert false <= 0.05 * untouched


def run_of(paragraph: docx.text.paragraph.Paragraph, *texts: str) -> None:
    for text in texts:
        paragraph.add_run(text)


def test_figures_in_pieces_inserted_and_deleted(catalog: Catalog, facts: Facts, tmp_path: Path) -> None:
    document = docx.Document()
    run_of(document.add_paragraph(), "优良天数", "比率为8", "9", ".", "8", "%。")
    paragraph = document.add_paragraph("森林覆盖率为")
    for tag, text in (("w:del", "30.74"), ("w:ins", "31.74")):
        change, inner = OxmlElement(tag), OxmlElement("w:r")
        words = OxmlElement("w:delText" if tag == "w:del" else "w:t")
        words.text = text
        inner.append(words)
        change.append(inner)
        paragraph._p.append(change)
    paragraph.add_run("%。")
    hidden = document.add_paragraph("绿色出行比例为")
    hidden.add_run("12.5%").font.hidden = True
    hidden.add_run("13.5%").font.strike = True
    path = tmp_path / "pieces.docx"
    document.save(str(path))
    found = check(catalog, facts, path)
    assert told(found.findings) == [("89.8%", "differ"), ("31.74%", "differ")]
    copy = next(path for path in write_products(path, found, tmp_path / "out") if path.suffix == ".docx")
    marked = docx.Document(str(copy))
    assert len(list(marked.comments)) == 2
    assert [one.text for one in marked.paragraphs] == [one.text for one in document.paragraphs]
    runs = "".join(one.text or "" for one in _between(marked.paragraphs[0]._p))
    assert runs == "89.8%"


def _between(paragraph: object) -> list[object]:
    """The texts between the marks of a comment."""
    found, inside = [], False
    for one in paragraph.iter():  # type: ignore[attr-defined]
        inside = inside or one.tag == qn("w:commentRangeStart")
        if one.tag == qn("w:commentRangeEnd"):
            inside = False
        if inside and one.tag == qn("w:t"):
            found.append(one)
    return found


def test_figures_without_a_name_are_counted_and_an_index_is_not_taken_from_its_change(
    catalog: Catalog, facts: Facts, tmp_path: Path
) -> None:
    path = write(tmp_path, "某项比率为12.3%，另一项为45.6%。", "生态质量指数（EQI）为57.9，较上年上升0.3。")
    found = check(catalog, facts, path)
    assert found.others["unnamed"] == 2
    (change,) = found.of("differ")
    assert {fact.shown for fact in change.expected} == {"-0.2", "0.4"}  # of the index, of its yearly change; not 57.9 less -0.6


def test_text_boxes_and_footnotes_are_read(catalog: Catalog, facts: Facts, tmp_path: Path) -> None:
    path = write(tmp_path, "正文。", "注")
    box = (
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>'
        "<w:p><w:r><w:t>优良天数比率为80.1%。</w:t></w:r></w:p>"
        "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    text = "<w:p><w:r><w:t>森林覆盖率为20.1%。</w:t></w:r></w:p>"
    note = f'<w:footnotes xmlns:w="{qn("w:p")[1:-2]}"><w:footnote w:id="2">{text}</w:footnote></w:footnotes>'
    stream = tmp_path / "boxes.docx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name).decode() if name.endswith(".xml") else ""
            if name == "word/document.xml":
                data = data.replace("</w:p>", f'{box}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>', 1)
            new.writestr(name, data or old.read(name))
        new.writestr("word/footnotes.xml", note)
    found = check(catalog, facts, stream)
    assert [(one.block.kind, one.verdict) for one in found.findings] == [("box", "differ"), ("footnote", "differ")]
    copy = write_products(stream, found, tmp_path / "out")[1]
    assert len(list(docx.Document(str(copy)).comments)) == 2


def test_the_products(catalog: Catalog, facts: Facts, tmp_path: Path) -> None:
    path = write(tmp_path, "优良天数比率为<b>&89.9%。", "=1+1 森林覆盖率为31.9%，绿色出行比例。")
    before = path.read_bytes()
    found = check(catalog, facts, path)
    first = [one.read_bytes() for one in write_products(path, found, tmp_path / "a")]
    second = [one.read_bytes() for one in write_products(path, found, tmp_path / "b")]
    assert first == second
    assert path.read_bytes() == before
    comments = list(docx.Document(str(tmp_path / "a" / "text-批注.docx")).comments)
    assert [one.text for one in comments] == [comment_words(one) for one in found.of("differ")]
    assert "88.8%" in comments[0].text
    again = check(catalog, facts, tmp_path / "a" / "text-批注.docx")  # comments are no text of the document, and stay when more are added
    assert told(again.findings) == told(found.findings)
    write_products(tmp_path / "a" / "text-批注.docx", again, tmp_path / "c")
    assert len(list(docx.Document(str(tmp_path / "c" / "text-批注-批注.docx")).comments)) == 2 * len(comments)
    assert json.dumps([record(one) for one in in_order(found)], ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.docx", b"", "document_kind"),
        ("a.docx", b"plain text", "document_kind"),
        ("a.docx", b"%PDF-1.4", "document_kind"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, None),
        ("a.docx", b"PK\x03\x04broken", "book_damaged"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, name: str, content: bytes, code: str | None) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(EvalkitError) as refused:
        read_word(path, name)
    assert code is None or refused.value.problems[0].code == code


def rewritten(path: Path, part: str, data: bytes) -> Path:
    out = path.with_name("changed.docx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, data)
    return out


@pytest.mark.parametrize(
    ("part", "data", "code"),
    [
        ("word/vbaProject.bin", b"x", "book_macros"),
        ("word/document.xml", b"<w:document", "book_damaged"),
        ("word/document.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "book_damaged"),
        ("word/document.xml", b"<a>" * 40000, "book_large"),
        ("word/document.xml", b'<w:document xmlns:w="x"><w:body/></w:document>', "document_kind"),
        ("word/media/bomb.bin", b"\0" * 260 * 2**20, "book_large"),
    ],
)
def test_hostile_documents_are_refused(tmp_path: Path, part: str, data: bytes, code: str) -> None:
    with pytest.raises(EvalkitError) as refused:
        read_word(rewritten(write(tmp_path, "文"), part, data), "a.docx")
    assert refused.value.problems[0].code == code


def test_the_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", "--document", str(write(tmp_path, "文"))])
    assert result.exit_code == 2
    result = CliRunner().invoke(app, ["check", "--run", RUN])
    assert result.exit_code == 2


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6), st.integers(0, 4))
def test_every_rounding_fits_and_nothing_further_off(number: Fraction, places: int) -> None:
    def printed(value: Fraction) -> Figure:
        return Figure(0, 1, "", value, value, places)

    step = Fraction(1, 10**places)
    fact = Fact("value", "2023", number, "x")
    for shown in (round(number / step) * step, (number // step) * step, -(-number // step) * step):
        assert _fits(printed(shown), fact, Fraction(1), False, "value") == (abs(shown - number) <= step / 2)
        assert not _fits(printed(shown + 2 * step), fact, Fraction(1), False, "value") or abs(shown + 2 * step - number) <= step / 2


@given(st.decimals(0, 99999, places=3, allow_nan=False), st.integers(0, 3))
def test_a_number_is_read_as_printed(catalog: Catalog, number: object, seed: int) -> None:
    text = f"{number:,}" if seed else f"{number}"  # type: ignore[str-format]
    wide = text.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)}) if seed > 1 else text
    found = Scanner(catalog.units).figures(folded(f"为{wide}%。"))
    assert [(one.low, one.unit) for one in found] == [(Fraction(str(number)), "%")]


def test_an_altered_number_is_another(tmp_path: Path) -> None:
    chance = random.Random(1)
    for text in ("0", "100", "88.8", "0.033"):
        assert all(Fraction(other_number(text, chance)) != Fraction(text) for _ in range(50))


def test_every_code_has_its_words() -> None:
    package = ROOT / "lib" / "evalkit" / "review"
    source = "\n".join(path.read_text(encoding="utf-8") for path in package.glob("document_*.py"))
    doubts = set(re.findall(r'(?:doubt=|reason = |Outcome\(False, )"([a-z_]+)"', source))
    others = set(re.findall(r'other = "([a-z_]+)"', source)) | set(re.findall(r'^    \("([a-z_]+)", re', source, re.M)) | {"date"}
    assert doubts
    assert doubts <= set(words("document_reason"))
    assert others <= set(words("document_other"))
    assert {*KINDS, "previous", "base", "change", "compared", "unsupported", "dated", "none"} <= set(words("document_role"))
