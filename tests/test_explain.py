"""Explanations: the same calculation as text, Markdown, HTML and JSON; data never becomes markup."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import papermill
import pytest
from conftest import ROOT, TinyProject

from evalkit.assessment import assess
from evalkit.report.explain import FORMS, Explanation, explain
from evalkit.review.audit import audit
from evalkit.review.audit_cells import figures


def explained(project: TinyProject, indicator: str = "R1") -> Explanation:
    catalog, inputs = project.catalog(), project.inputs()
    return explain(assess(catalog, inputs, project.region), indicator, set="demo", catalog=catalog, inputs=inputs)


def test_the_page_has_formula_numbers_cells_and_papers(project: TinyProject) -> None:
    page = explained(project).as_text(".html")
    assert "<mfrac>" in page and "<mtext>333</mtext>" in page
    assert re.search(r"<td>333</td>.*?<td>E4</td>", page)  # the number with its cell
    assert "《试验文件》，table 1，一般了解、未见原文" in page
    for word in ("http:", "https:", "<script", "url("):
        assert word not in page  # nothing is loaded


def test_all_forms_say_the_same_numbers(project: TinyProject) -> None:
    explanation = explained(project)
    trace = json.loads(explanation.as_text(".json"))
    for form in FORMS:
        text = explanation.as_text(form)
        assert trace["rounded"] in text and "333" in text and "366" in text, form


def test_the_previous_value_has_its_own_table(project: TinyProject) -> None:
    text = explained(project, "R4").as_text(".md")
    assert "**申报值**" in text and "**对照：上年值**" in text
    assert "13000千克" in text and "0.001" in text  # as received, and its factor


def test_a_correction_says_who_and_why(project: TinyProject) -> None:
    project.rule("R3", "{improving: previous}")
    text = explained(project, "R3").text
    assert "数据更正：K1：来源写“约71”；试验员，2025-01-02，电话记录" in text


@pytest.mark.parametrize("form", [".html", ".md"])
def test_data_do_not_become_markup(project: TinyProject, form: str) -> None:
    evil = "<img src=x onerror=alert(1)>|$x$*b*`c`[d](e)"
    text = project.text("data/raw/try/data.csv").replace("2024,air.days_good,333,天,月报", f'2024,air.days_good,333,天,"{evil}"')
    project.write("data/raw/try/data.csv", text)
    made = explained(project).as_text(form)
    if form == ".html":
        assert "<img" not in made
        body = re.sub(r"<!DOCTYPE html>|<meta[^>]*>", "", made)
        ElementTree.fromstring(body)
    else:
        row = next(line for line in made.splitlines() if "onerror" in line)
        assert row.count(" | ") == next(line.count(" | ") for line in made.splitlines() if line.startswith("| 数据"))
        assert "\\<img" in row and "\\$x\\$" in row and "\\`c\\`" in row


def test_a_changed_formula_changes_value_trace_cells_and_typeset_formula(project: TinyProject) -> None:
    def seen() -> tuple[str, ...]:
        explanation = explained(project)
        formulas = [cell.formula for _, cell in figures(audit(project.catalog(), project.inputs(), project.region))]
        trace = explanation.trace
        shown = (str(trace["value"]), str(trace["formula"]["substituted"]), explanation.markdown, explanation.html())
        return (*shown, next(formula for formula in formulas if "*100)" in formula))

    before = seen()
    text = project.text("params/measures/all.yml")
    roles = "    roles: {days_good: air.days_good, days_valid: air.days_valid}\n"
    turned = text.replace(roles, "").replace("formula: air.good_day_ratio@1", "expression: share(air.days_valid, air.days_good)")
    project.write("params/measures/all.yml", turned)
    after = seen()
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert "366 ÷ 333" in after[1] and r"\frac{\text{366}}{\text{333}}" in after[2]


def test_the_file_is_written_whole(project: TinyProject, tmp_path: Path) -> None:
    from evalkit.tables import write_text

    path = tmp_path / "e.html"
    write_text(path, explained(project).as_text(".html"))
    assert path.read_text(encoding="utf-8").endswith("</html>\n")


def test_the_notebook_for_reviewers_runs_and_is_thin(tmp_path: Path) -> None:
    source = ROOT / "notebooks" / "review_calculations.ipynb"
    notebook = nbformat.read(source, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].metadata.tags == ["parameters"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    made = tmp_path / "made.ipynb"
    papermill.execute_notebook(
        str(source), str(made), {"indicator": "C07.1", "region": 310151}, cwd=str(ROOT), progress_bar=False, kernel_name="python3"
    )
    outputs = [out for cell in nbformat.read(made, as_version=4).cells if cell.cell_type == "code" for out in cell.outputs]
    pages = [out["data"]["text/html"] for out in outputs if "data" in out and "evalkit-explain" in out["data"].get("text/html", "")]
    assert len(pages) == 2  # against the set and against the plan
    assert "<mtext>57.9</mtext>" in pages[0] and "按规划表印法理解" in pages[0]
