"""Chapter plans: which chapters a report has, in which order, and what a wrong plan says."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, TinyProject
from states import report_project, write_state
from typer.testing import CliRunner

from evalkit.catalog.report_plans import CHAPTERS, TEXTS, chapters_of_plans, load_report_plan
from evalkit.cli.commands import app
from evalkit.messages import EvalkitError, words
from evalkit.project import Project
from evalkit.report.chapters.registry import WRITERS
from evalkit.runner.reports import Wanted, document_of, staleness

#: Chapters that the report's context brings along.
BROUGHT = {"reach", "trajectory", "fragile", "tasks", "schedule", "year", "opinions", "signing"}


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    project = report_project(tmp_path)
    write_state(tmp_path, project.run)
    return project


def titles(project: TinyProject, **wanted: str) -> list[str]:
    """Return the headings of the chapters of the report."""
    document, _ = document_of(project.catalog(units=False), project.run, project.region, Wanted(**wanted))  # type: ignore[arg-type]
    return [line.removeprefix("# ") for line in document.text.splitlines() if line.startswith("# ")]


def faults(project: TinyProject, plan: str = "own") -> list[tuple[str, str]]:
    with pytest.raises(EvalkitError) as caught:
        load_report_plan(Project(project.root), plan)
    return [(problem.code, str(problem.place)) for problem in caught.value.problems]


@pytest.mark.parametrize("path", sorted((ROOT / "params" / "reports").glob("*.yml")), ids=lambda path: path.stem)
def test_the_shipped_plans_load(path: Path) -> None:
    assert load_report_plan(Project(ROOT), path.stem).id == path.stem


def test_every_chapter_has_a_writer_and_a_name() -> None:
    assert set(WRITERS) | BROUGHT == set(CHAPTERS)
    assert set(words("chapter")) == {*CHAPTERS, *TEXTS}


def test_each_purpose_has_a_plan(tiny: TinyProject) -> None:
    from typing import get_args

    from evalkit.catalog.models import Run

    shipped = {path.stem for path in (ROOT / "params" / "reports").glob("*.yml")}
    assert set(get_args(Run.model_fields["purpose"].annotation)) <= shipped


def test_the_run_names_its_plan_and_the_order_is_that_of_the_plan(tiny: TinyProject) -> None:
    tiny.write(
        "params/reports/own.yml", "id: own\ntitle_zh: 自定报告\ntitle_en: Own\nchapters: [unverified, summary]\nannexes: [decisions]\n"
    )
    tiny.edit("params/runs/try.yml", "purpose: annual", "purpose: annual\nreport: own")
    assert [title for title in titles(tiny) if "附件" not in title] == ["一、指标值待核清单", "二、摘要"]
    assert titles(tiny, plan="monthly")[0] == "一、摘要"


def test_a_title_of_ones_own_and_a_text_of_ones_own(tiny: TinyProject) -> None:
    own = "{chapter: our-words, title_zh: 我们的话}"
    tiny.write(
        "params/reports/own.yml", f"id: own\ntitle_zh: 自定\ntitle_en: Own\nchapters: [{{chapter: summary, title_zh: 总述}}, {own}]\n"
    )
    assert titles(tiny, plan="own") == ["一、总述"]  # no text, no chapter
    tiny.write(f"params/texts/{tiny.run}/{tiny.region}/our-words.md", "第一段。\n\n- 一\n- *二*\n")
    assert titles(tiny, plan="own") == ["一、总述", "二、我们的话"]
    document, problems = document_of(tiny.catalog(units=False), tiny.run, tiny.region, Wanted(plan="own"))
    assert "- &#42;二&#42;" in document.text and problems == []


def test_a_chapter_that_has_nothing_to_say_is_left_out(tiny: TinyProject) -> None:
    tiny.write("params/reports/own.yml", "id: own\ntitle_zh: 自定\ntitle_en: Own\nchapters: [evidence, opinions, summary]\n")
    assert titles(tiny, plan="own") == ["一、摘要"]


def test_faults_of_a_plan_are_named_with_their_line(tiny: TinyProject) -> None:
    head = "id: own\ntitle_zh: 自定\ntitle_en: Own\nchapters:\n"
    tiny.write("params/reports/own.yml", head + "  - summary\n  - sumary\n  - summary\n")
    assert faults(tiny) == [
        ("report_chapter_unknown", "params/reports/own.yml L6 chapters.1"),
        ("report_chapter_twice", "params/reports/own.yml L7 chapters.2"),
    ]
    tiny.write("params/reports/own.yml", "id: other\ntitle_zh: 自定\ntitle_en: Own\nchapters: [summary]\n")
    assert [code for code, _ in faults(tiny)] == ["file_name_differs"]
    tiny.write("params/reports/own.yml", "id: own\ntitle_zh: 自定\ntitle_en: Own\nchapters: []\n")
    assert len(faults(tiny)) == 1
    tiny.write("params/reports/own.yml", "id: own\ntitle_zh: 自定\ntitle_en: Own\nchapters: [summary]\nshape: round\n")
    assert [code for code, _ in faults(tiny)] == ["unknown_key"]
    tiny.write("params/reports/own.yml", "{")
    assert len(faults(tiny)) == 1
    assert [code for code, _ in faults(tiny, "none")] == ["report_plan_unknown"]


def test_an_unknown_plan_of_a_run_names_its_place(tiny: TinyProject) -> None:
    tiny.edit("params/runs/try.yml", "purpose: annual", "purpose: annual\nreport: none")
    with pytest.raises(EvalkitError) as caught:
        document_of(tiny.catalog(units=False), tiny.run, tiny.region)
    [problem] = caught.value.problems
    line = tiny.line("params/runs/try.yml", "report:")
    assert (problem.code, str(problem.place)) == ("report_plan_unknown", f"params/runs/try.yml L{line} report")
    assert "annual" in problem.message("zh")


def test_the_products_of_another_plan_or_language_have_names_of_their_own() -> None:
    assert Wanted().file_name("999001") == "999001"
    assert Wanted(plan="brief").file_name("999001") == "999001-brief"
    assert Wanted(lang="en").file_name("all") == "all-en"


def test_the_form_is_that_of_the_plan_unless_another_is_wanted(tiny: TinyProject) -> None:
    catalog = tiny.catalog(units=False)
    assert Wanted(plan="brief").plan_of(catalog, tiny.run).form == "official"
    assert Wanted(plan="brief", form="technical").plan_of(catalog, tiny.run).form == "technical"


def test_every_plan_that_has_a_chapter_is_known(tiny: TinyProject) -> None:
    tiny.write("params/reports/own.yml", "id: own\ntitle_zh: 自定\ntitle_en: Own\nchapters: [summary, {chapter: ours, title_zh: 我们的}]\n")
    tiny.write("params/reports/bad.yml", "id: bad\n")  # is said by `evalkit check`, and stops nothing here
    known = chapters_of_plans(Project(tiny.root))
    assert known["ours"] == ["own"] and known["brief"] == ["brief"] and "own" in known["summary"] and "annual" in known["summary"]
    assert not any("bad" in plans for plans in known.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_option_says_what_is_wrong_and_nothing_is_made(
    tiny: TinyProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    monkeypatch.chdir(tiny.root)
    monkeypatch.setenv("EVALKIT_LANG", lang)
    monkeypatch.setenv("PATH", str(tmp_path / "no programs"))
    before = tiny.snapshot()

    def said(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["report", *args])
        problems = done.exception.problems if isinstance(done.exception, EvalkitError) else []
        return done.exit_code, " ".join((*(problem.line() for problem in problems), *done.output.split()))

    for args, words_zh, words_en in (
        (("try", "--form", "square"), "“square”不可用，可用：technical | official", "“square” is none of technical | official"),
        (("try", "--font-dir", "none"), "没有文件夹“none”", "there is no folder “none”"),
        (("try", "--out", "params/units.yml"), "“params/units.yml”是文件", "“params/units.yml” is a file"),
        (("table", "try", "--out", "params/units.yml"), "“params/units.yml”是文件", "“params/units.yml” is a file"),
        (("table", "try", "--region", "1"), "没有地区“1”，有：999001", "has no region “1”, it has: 999001"),
    ):
        code, text = said(*args)
        assert code == 2 and (words_zh if lang == "zh" else words_en) in text
    code, text = said("try", "--renderer", "quarto")
    assert code == 1 and text.count("--renderer pandoc") == 1  # once, not for every report
    assert tiny.snapshot() == before


def test_the_report_says_what_was_made_and_where(tiny: TinyProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tiny.root)
    monkeypatch.setenv("EVALKIT_LANG", "zh")
    (tmp_path / "字体").mkdir()
    done = CliRunner().invoke(app, ["report", "try", "--plan", "brief", "--out", "[b]输出 一[/b]", "--font-dir", str(tmp_path / "字体")])
    assert done.exit_code == 0
    assert "✓ 报告 try 999001 " in done.stdout and "报告：[b]输出 一[/b]/" in done.stdout
    assert (tiny.root / "[b]输出 一[/b]" / "999001-brief.docx").is_file()
    assert "文件夹“字体”中没有字体文件" in done.stderr and done.stderr.count("PDF 所需字体未找到") == 1
    made = CliRunner().invoke(app, ["report", "table", "try", "--out", "[b]表[/b]"])
    assert made.stdout.endswith("指标表：[b]表[/b]/\n")


def test_the_help_of_report_leads_to_its_options() -> None:
    text = CliRunner().invoke(app, ["report", "--help"]).output
    assert "evalkit report make --help" in " ".join(text.split())
    assert "list[" not in CliRunner().invoke(app, ["report", "make", "--help"]).output.partition("Options")[2]


def test_names_on_the_cover_do_not_make_results_out_of_date(tiny: TinyProject) -> None:
    tiny.edit("params/runs/try.yml", "purpose: annual", "purpose: annual\nprepared_by: 某技术单位\nauthors: [张三]")
    catalog = tiny.catalog(units=False)
    document, _ = document_of(catalog, tiny.run, tiny.region)
    assert not document.outdated and staleness(catalog, tiny.run) == []
    assert document.cover is not None and document.cover.authors == ("张三",)
    tiny.value("2024", "air.days_good", "310")
    document, _ = document_of(catalog, tiny.run, tiny.region)
    assert document.outdated and [problem.code for problem in staleness(catalog, tiny.run)] == ["results_stale"]


def test_one_region_alone_has_no_roll_up(tiny: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.root)
    done = CliRunner().invoke(app, ["report", tiny.run, "--region", tiny.region, "--out", "out"])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tiny.root / "out").iterdir()) == [f"{tiny.region}.{kind}" for kind in ("docx", "html", "pdf")]
    assert CliRunner().invoke(app, ["report", tiny.run, "--region", "1"]).exit_code == 2
    assert CliRunner().invoke(app, ["report", "--region", tiny.region]).exit_code == 2
