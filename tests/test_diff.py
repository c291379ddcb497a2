"""Differences between states: what changed, each with its cause."""

from __future__ import annotations

import csv
import gc
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import typer
from conftest import CITE, ROOT, TinyProject
from rich.console import Console
from states import write_state
from typer.testing import CliRunner

from evalkit.assessment import assess
from evalkit.cli.diff import diff as command
from evalkit.messages import EvalkitError
from evalkit.project import Project
from evalkit.report.chapters.update_notes import update_notes
from evalkit.report.difference import html_page, markdown, terminal, write
from evalkit.report.difference_view import DiffView
from evalkit.report.difference_words import Wording
from evalkit.review.diff import diff
from evalkit.review.difference import COMPARED, KINDS, LAYERS, Change, Difference
from evalkit.review.states import package_digest, resolve_state
from evalkit.runner.state import MANIFEST, surroundings

RUN, COUNTY = "try", "999001"
SET = "params/sets/demo.yml"
HOSTILE = '=1+1|<script>alert(1)</script>[x](http://e) *b* [red]r[/red] `c` "q"'


class Tiny(TinyProject):
    """The tiny project with states of its run."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        for name in ("assess_region", "compare_regions"):
            self.write(f"notebooks/{name}.ipynb", '{"cells": []}')

    @property
    def home(self) -> Project:
        return Project(self.root)

    @property
    def processed(self) -> Path:
        return self.home.processed(RUN)

    def state(self) -> str:
        return write_state(self.root, RUN)

    def diff(self, a: str = RUN, b: str | None = None, **options: object) -> Difference:
        return diff(self.home, a, b, **options)  # type: ignore[arg-type]

    def after(self, *edits: Callable[[Tiny], object]) -> Difference:
        """Return what some edits change."""
        self.state()
        for edit in edits:
            edit(self)
        self.state()
        return self.diff()


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    return Tiny(tmp_path)


def one(found: Difference, indicator: str, basis: str = "set") -> Change:
    fitting = [change for change in found.changes if (change.row["indicator"], change.row["basis"]) == (indicator, basis)]
    assert len(fitting) == 1, [change.row["indicator"] for change in found.changes]
    return fitting[0]


def shape(found: Difference) -> list[tuple[object, ...]]:
    """Return what must not depend on how it was found."""
    return [
        (
            change.kind,
            change.row["indicator"],
            change.row["basis"],
            change.interaction,
            [(e.layers, e.status, e.value, e.fields) for e in change.effects],
        )
        for change in found.changes
    ]


# --- one cause


def test_the_hash_of_the_program_is_that_of_the_manifest() -> None:
    assert package_digest() == surroundings()["package"]


def test_a_corrected_input_names_file_and_cell(tiny: Tiny) -> None:
    change = one(tiny.after(lambda p: p.value("2024", "air.days_good", "310")), "R1")
    assert (change.kind, change.pair("status"), change.pair("rounded_value")) == ("status", ("met", "not_met"), ("91.0", "84.7"))
    [cause] = change.causes
    line = tiny.line(tiny.data, "999001,试验县,2024,air.days_good")
    assert (cause.layer, cause.what, cause.id, cause.file, cause.cell) == ("data", "input", "air.days_good", tiny.data, f"E{line}")
    assert (cause.before, cause.after, cause.period, cause.unit) == ("333", "310", "2024", "天")


def test_a_threshold(tiny: Tiny) -> None:
    change = one(
        tiny.after(lambda p: p.edit(SET, 'text: ≥90\n        rule: {at_least: "90"}', 'text: ≥95\n        rule: {at_least: "95"}')), "R1"
    )
    assert change.pair("status") == ("met", "not_met") and change.layers == ("rules",)
    [cause] = change.causes
    assert (cause.what, cause.before, cause.after, cause.file) == ("target", "≥90", "≥95", SET)
    assert cause.cell == f"L{tiny.line(SET, '- text: ≥95')}"


def test_a_rule_behind_the_same_text(tiny: Tiny) -> None:
    change = one(tiny.after(lambda p: p.rule("R1", '{at_least: "99"}')), "R1")
    [cause] = change.causes
    assert (cause.what, cause.before, cause.after) == ("rule", ">= 90", ">= 99")


def test_a_decision(tiny: Tiny) -> None:
    change = one(tiny.after(lambda p: p.edit("params/decisions/try.csv", ",met,", ",not_met,")), "R2")
    assert change.pair("status") == ("met", "not_met")
    [cause] = change.causes
    assert (cause.layer, cause.id, cause.before, cause.after) == ("decisions", "Q1", "met", "not_met")


def test_a_correction(tiny: Tiny) -> None:
    found = tiny.after(lambda p: p.edit("params/corrections/try.yml", 'value: "71"', 'value: "69"'))
    change = one(found, "R3")
    assert change.kind == "text" and change.fields == ("previous_value",)
    [cause] = change.causes
    assert (cause.layer, cause.what, cause.id, cause.before, cause.after) == ("corrections", "reading", "K1", "71", "69")
    assert change.layers == ("corrections",)


def test_a_class_of_the_region(tiny: Tiny) -> None:
    change = one(tiny.after(lambda p: p.edit("params/regions/999001.yml", "value: hill", "value: plain")), "R3")
    assert change.pair("status") == ("met", "not_met") and change.layers == ("region",)
    assert [(cause.what, cause.before, cause.after) for cause in change.causes] == [("class", "丘陵", "平原")]


def test_a_planned_value_and_the_base_year_of_a_plan(tiny: Tiny) -> None:
    found = tiny.after(
        lambda p: p.edit("params/plans/trial.yml", 'text: ≥75, rule: {at_least: "75"}', 'text: ≥72, rule: {at_least: "72"}'),
        lambda p: p.edit("params/plans/trial.yml", 'base_period: "2022"', 'base_period: "2023"'),
    )
    change = one(found, "R3", "plan")
    assert change.pair("status") == ("not_met", "met") and change.layers == ("plan",)
    assert {cause.what for cause in change.causes} == {"target", "base_period"}
    assert one(found, "R1", "plan").layers == ("plan",)


def test_a_comment_or_a_moved_cell_is_no_difference(tiny: Tiny) -> None:
    found = tiny.after(
        lambda p: p.write(SET, "# a comment\n" + p.text(SET)),
        lambda p: p.edit(p.data, "source\n", "source\n,,,,,,\n"),
    )
    assert found.same and found.compared == 6
    assert {file for _, file, _ in found.files} == {SET, tiny.data}
    assert tiny.diff(RUN, RUN).same


def test_a_missing_value_appears(tiny: Tiny) -> None:
    tiny.value("2024", "reported.waste.total", "-")
    change = one(tiny.after(lambda p: p.value("2024", "reported.waste.total", "12.5")), "R4")
    assert (change.kind, change.coverage, change.pair("status")) == ("status", "value_appeared", ("missing", "met"))
    assert [(c.layer, c.before, c.after, c.used_before) for c in change.causes] == [("data", "-", "12.5", "not_collected")]


def test_the_reason_of_a_missing_value(tiny: Tiny) -> None:
    tiny.value("2024", "reported.waste.total", "-")
    change = one(tiny.after(lambda p: p.value("2024", "reported.waste.total", "尚未发布")), "R4")
    assert (change.kind, change.coverage, change.layers) == ("coverage", "reason", ("data",))


def second_region(project: TinyProject) -> None:
    card = project.text("params/regions/999001.yml").replace("999001", "999002").replace("试验县", "第二县")
    project.write("params/regions/999002.yml", card)
    project.edit("params/runs/try.yml", 'regions: ["999001"]', 'regions: ["999001", "999002"]')
    project.row("2024", "reported.sewage.rate", "65", code="999002", name="第二县")


def test_a_region_appears_and_disappears(tiny: Tiny) -> None:
    found = tiny.after(second_region)
    assert len(found.changes) == 4 and {(c.kind, c.coverage, c.layers) for c in found.changes} == {("coverage", "appeared", ("run",))}
    assert {(cause.name, cause.after) for change in found.changes for cause in change.causes if cause.layer == "run"} == {
        ("regions", "999002")
    }
    tiny.edit("params/runs/try.yml", ', "999002"]', "]")
    tiny.state()
    assert {(c.coverage, c.layers) for c in tiny.diff().changes} == {("disappeared", ("run",))}
    assert {(c.coverage, c.layers) for c in tiny.diff(exhaustive=True).changes} == {("disappeared", ("run",))}


def test_a_row_of_a_set_appears_and_another_disappears(tiny: Tiny) -> None:
    found = tiny.after(lambda p: p.edit(SET, "  - id: R2\n", "  - id: R5\n"))
    seen = [(change.row["indicator"], change.coverage, change.layers) for change in found.changes]
    assert seen == [("R5", "appeared", ("rules",)), ("R2", "disappeared", ("rules",))]
    assert [(cause.what, cause.before, cause.after) for cause in found.changes[0].causes] == [("row", "", "R5")]


# --- several causes


def test_two_causes_in_two_rows_come_out_apart(tmp_path: Path) -> None:
    for name in ("params", "data/raw", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    run, region = "chongming-2023", "310151"
    write_state(tmp_path, run)
    for name, old, new in (
        (f"data/raw/{run}/plan-table.csv", "2023,reported.energy.non_fossil_share,23.41", "2023,reported.energy.non_fossil_share,26.00"),
        ("params/sets/cn-demo-2024-city.yml", '- text: ≥70\n        rule: {at_least: "70"}', '- text: ≥85\n        rule: {at_least: "85"}'),
    ):
        text = (tmp_path / name).read_text(encoding="utf-8")
        head, mark, tail = text.rpartition(old)  # the last one is that of C22
        assert mark
        (tmp_path / name).write_text(head + new + tail, encoding="utf-8")
    write_state(tmp_path, run)
    for exhaustive in (False, True):
        found = diff(Project(tmp_path), run, exhaustive=exhaustive)
        assert [(c.kind, c.row["indicator"], c.row["milestone"], c.layers) for c in found.changes] == [
            ("status", "C13", "", ("data",)),
            ("status", "C22", "", ("rules",)),
            ("status", "C13", "2027", ("data",)),
            ("status", "C13", "2035", ("data",)),
        ]
        first, second = found.changes[:2]
        assert [(c.before, c.after, c.cell) for c in first.causes] == [("23.41", "26.00", "E79")]
        assert [(c.what, c.before, c.after) for c in second.causes] == [("target", "≥70", "≥85")]
    texts = " ".join(update_notes(Project(tmp_path), run, region).sentences)
    assert "非化石能源占能源消费总量比重：由未达标变为达标；数值由23.41%变为26.00%，上升2.59个百分点。原因：数据：" in texts
    assert "指标值由“≥70”变为“≥85”" in texts
    view = DiffView(run, project=Project(tmp_path))
    assert "3行由未达标变为达标" in view.flips().axes[0].get_title(loc="left")
    assert "数据+3，规则或指标值−1" in view.waterfall().axes[0].get_title(loc="left")
    assert "1项数值" in view.values().axes[0].get_title(loc="left")
    assert "E79" in view.table().data and "E79" not in view.heading().data


def test_two_layers_in_one_row_and_their_interaction(tiny: Tiny) -> None:
    found = tiny.after(
        lambda p: p.value("2024", "reported.sewage.rate", "78"),
        lambda p: p.rule("R3", '{at_least: "75"}'),
    )
    change = one(found, "R3")
    assert [(effect.layers, effect.status, effect.value) for effect in change.effects] == [
        (("data",), ("met", "met"), ("72.5", "78")),
        (("rules",), ("met", "met"), ("78", "78")),
    ]
    assert change.interaction == ("data", "rules")  # the new threshold alone would have failed the old value
    assert "共同作用" in " ".join(Wording(found, "zh").line(change).causes)


def test_two_layers_that_do_not_interact(tiny: Tiny) -> None:
    found = tiny.after(
        lambda p: p.value("2024", "reported.sewage.rate", "65"),
        lambda p: p.rule("R3", '{at_least: "72"}'),
    )
    change = one(found, "R3")
    assert [(effect.layers, effect.status) for effect in change.effects] == [
        (("data",), ("met", "not_met")),
        (("rules",), ("not_met", "not_met")),
    ]
    assert change.interaction == ()


def test_layers_that_only_fit_together_are_not_separated(tiny: Tiny) -> None:
    found = tiny.after(
        lambda p: p.edit(p.data, "约71", "约69"),
        lambda p: p.edit(
            "params/corrections/try.yml", 'expect: 约71\n    readings: [{value: "71"}]', 'expect: 约69\n    readings: [{value: "69"}]'
        ),
    )
    change = one(found, "R3")
    assert [effect.layers for effect in change.effects] == [("data", "corrections")]
    assert {cause.layer for cause in change.causes} == {"data", "corrections"}
    assert "未能分开" in " ".join(Wording(found, "zh").line(change).causes)


EDITS: dict[str, Callable[[TinyProject], object]] = {
    "good days": lambda p: p.value("2024", "air.days_good", "320"),
    "earlier waste": lambda p: p.value("2023", "reported.waste.total", "12000"),
    "unit": lambda p: p.edit("params/units.yml", '"1000 * kilogram"', '"900 * kilogram"'),
    "threshold": lambda p: p.rule("R1", '{at_least: "88"}'),
    "digits": lambda p: p.edit("params/measures/all.yml", "digits: 1", "digits: 2"),
    "class": lambda p: p.edit("params/regions/999001.yml", "value: hill", "value: plain"),
    "decision": lambda p: p.edit("params/decisions/try.csv", ",met,", ",not_met,"),
    "base": lambda p: p.edit("params/plans/trial.yml", 'base_period: "2022"', 'base_period: "2023"'),
    "run base": lambda p: p.edit("params/runs/try.yml", "regions:", 'base_period: "2023"\nregions:'),
    "correction": lambda p: p.edit("params/corrections/try.yml", 'value: "71"', 'value: "60"'),
    "periods": lambda p: p.edit("params/runs/try.yml", 'periods: ["2024"]', 'periods: ["2023", "2024"]'),
    "name": lambda p: p.edit("params/regions/999001.yml", "name_zh: 试验县\nfull", "name_zh: 新县\nfull"),
    "region": second_region,
}  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ("good days", "threshold"),
        ("unit", "earlier waste", "class"),
        ("digits", "good days", "decision"),
        ("base", "run base", "correction"),
        ("periods", "threshold", "good days"),
        ("region", "name", "threshold"),
        tuple(EDITS),
    ],
)
def test_attribution_by_exclusion_equals_recomputation(tiny: Tiny, names: tuple[str, ...]) -> None:
    found = tiny.after(*(EDITS[name] for name in names))
    assert not found.same
    assert shape(found) == shape(tiny.diff(exhaustive=True))
    for change in found.changes:
        at: dict[str, str] = dict.fromkeys(("status", "value"), "")
        at = {name: change.before.get(name, "") for name in at}
        for effect in change.effects:  # each effect begins where the one before it ended
            assert (effect.status[0], effect.value[0]) == (at["status"], at["value"])
            at = {"status": effect.status[1], "value": effect.value[1]}
        assert at == {name: change.after.get(name, "") for name in at}
        assert all(effect.causes and all(cause.what != "other" for cause in effect.causes) for effect in change.effects)


# --- the program


def stored(folder: Path, indicator: str, column: str, value: str) -> None:
    path = folder / "results.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    for row in rows:
        if (row["indicator"], row["basis"]) == (indicator, "set"):
            row[column] = value
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8-sig")


def test_what_recomputation_does_not_reproduce_is_code(tiny: Tiny) -> None:
    tiny.state()
    tiny.value("2024", "air.days_good", "310")
    tiny.state()
    stored(tiny.processed, "R3", "value", "99")
    found = tiny.diff()
    assert one(found, "R1").layers == ("data",)
    change = one(found, "R3")
    assert change.layers == ("code",) and [cause.what for cause in change.causes] == ["altered"]
    assert found.notes == ["altered"] and "散列值" in " ".join(Wording(found, "zh").notes())


def other_program(folder: Path, package: str) -> None:
    """Make a state look as if another version of the program had made it."""
    import hashlib

    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["surroundings"]["package"] = package
    for name in manifest["outputs"]:
        manifest["outputs"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def test_another_program_that_gives_other_values(tiny: Tiny) -> None:
    first = tiny.state()
    tiny.value("2024", "air.days_good", "310")
    tiny.state()
    earlier = tiny.processed / "history" / first
    stored(earlier, "R3", "value", "70")
    other_program(earlier, "0" * 64)
    found = tiny.diff()
    assert one(found, "R1").layers == ("data",)
    change = one(found, "R3")
    assert change.layers == ("code",) and change.pair("value") == ("70", "72.5")
    assert [cause.what for cause in change.causes] == ["program"] and found.notes == []
    # Both by one older program: what it does otherwise is no cause of what changed between them.
    other_program(tiny.processed, "0" * 64)
    stored(tiny.processed, "R1", "gap", "1")
    other_program(tiny.processed, "0" * 64)
    assert one(tiny.diff(), "R1").layers == ("data",) and tiny.diff().notes == []
    found = tiny.diff(exhaustive=True)
    assert one(found, "R1").layers == ("data",) and found.notes == ["older_program"]


@pytest.mark.parametrize(
    "names", [("good days", "class"), ("unit", "threshold", "decision"), ("base", "correction", "run base", "good days")]
)
def test_with_another_program_only_rows_of_several_causes_are_taken_apart(tiny: Tiny, names: tuple[str, ...]) -> None:
    first = tiny.state()
    for name in names:
        EDITS[name](tiny)
    tiny.state()
    same = shape(tiny.diff())
    other_program(tiny.processed / "history" / first, "0" * 64)
    assert shape(tiny.diff()) == shape(tiny.diff(exhaustive=True)) == same
    stored(tiny.processed / "history" / first, "R1", "gap", "1")
    other_program(tiny.processed / "history" / first, "0" * 64)
    found = tiny.diff()
    assert shape(found) == shape(tiny.diff(exhaustive=True)) and one(found, "R1").layers[0] == "code"


def test_a_column_that_an_older_program_did_not_write_is_no_difference(tiny: Tiny) -> None:
    first = tiny.state()
    tiny.value("2024", "air.days_good", "310")
    tiny.state()
    earlier = tiny.processed / "history" / first
    with (earlier / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [{name: text for name, text in row.items() if name != "computed_value"} for row in csv.DictReader(file)]
    with (earlier / "results.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    other_program(earlier, "0" * 64)
    change = one(tiny.diff(), "R1")
    assert (change.kind, change.pair("status")) == ("status", ("met", "not_met"))
    assert "value" in change.fields and "computed_value" not in change.fields


def test_rows_are_the_same_without_traces(tiny: Tiny) -> None:
    full, rows_only = (assess(tiny.catalog(), tiny.inputs(), COUNTY, traces=traces) for traces in (True, False))
    assert full.rows == rows_only.rows and len(full.traces) == len(full.rows) and not rows_only.traces


def test_garbage_is_collected_again_afterwards(tiny: Tiny) -> None:
    with pytest.raises(EvalkitError):
        tiny.diff("nobody")
    assert gc.isenabled()


def test_without_a_copy_of_the_rules_the_cause_is_unknown(tiny: Tiny) -> None:
    first = tiny.state()
    tiny.value("2024", "air.days_good", "310")
    tiny.state()
    shutil.rmtree(tiny.processed / "history" / first / "snapshot")
    found = tiny.diff()
    assert found.notes == ["no_copy"] and {change.layers for change in found.changes} == {("unknown",)}


def test_a_region_that_failed(tiny: Tiny) -> None:
    tiny.edit("params/regions/999001.yml", f"classes:\n  - {{set: demo, class: terrain, value: hill, cite: {CITE}}}\n", "")
    found = tiny.after(lambda p: p.write("params/regions/999001.yml", p.text("params/regions/999001.yml")
                                         + f"classes:\n  - {{set: demo, class: terrain, value: hill, cite: {CITE}}}\n"))  # fmt: skip
    assert {(change.coverage, change.layers) for change in found.changes} == {("appeared", ("region",))}
    assert all(any(cause.what == "failed" and cause.before for cause in change.causes) for change in found.changes)


# --- which states


def test_references(tiny: Tiny) -> None:
    first = tiny.state()
    with pytest.raises(EvalkitError) as error:
        tiny.diff()
    assert error.value.problems[0].code == "state_first"
    tiny.value("2024", "air.days_good", "310")
    last = tiny.state()
    assert resolve_state(tiny.home, RUN).name == last and resolve_state(tiny.home, f"{RUN}@previous").name == first
    assert shape(tiny.diff(f"{RUN}@{first[:6]}", RUN)) == shape(tiny.diff()) == shape(tiny.diff(f"{RUN}@{last}"))
    back = tiny.diff(RUN, f"{RUN}@{first}")
    assert one(back, "R1").pair("status") == ("not_met", "met")
    for text, code in (
        ("../x", "state_reference"),
        ("nobody", "run_missing"),
        (f"{RUN}@ffff", "state_unknown"),
        (f"{RUN}:1999", "state_period"),
    ):
        with pytest.raises(EvalkitError) as error:
            resolve_state(tiny.home, text)
        assert [problem.code for problem in error.value.problems] == [code]
    with pytest.raises(EvalkitError) as error:  # and is not taken for "nothing changed"
        tiny.diff(region="000000")
    assert [problem.code for problem in error.value.problems] == ["unknown_id"]


def test_two_periods(tiny: Tiny) -> None:
    tiny.edit("params/runs/try.yml", 'periods: ["2024"]', 'periods: ["2023", "2024"]')
    tiny.state()
    found = tiny.diff(f"{RUN}:2023", f"{RUN}:2024")
    assert found.notes == ["mapped"]
    change = one(found, "R3")
    assert change.pair("value") == ("71", "72.5") and (change.before["period"], change.after["period"]) == ("2023", "2024")
    causes = [(c.layer, c.period, c.before, c.after) for c in change.causes]
    assert causes == [("data", "2023→2024", "约71", "72.5"), ("corrections", "2023→2024", "71", "72.5")]
    assert one(found, "R2").coverage == "value_appeared" and {c.what for c in one(found, "R2").causes} == {"input", "decision"}


def test_two_runs(tiny: Tiny) -> None:
    tiny.state()
    for folder, suffix in (("runs", "yml"), ("corrections", "yml"), ("decisions", "csv")):
        tiny.write(f"params/{folder}/again.{suffix}", tiny.text(f"params/{folder}/try.{suffix}").replace("try", "again"))
    tiny.write("data/raw/again/data.csv", tiny.text(tiny.data).replace("air.days_good,333", "air.days_good,310"))
    tiny.rule("R3", '{at_least: "80"}')
    write_state(tiny.root, "again")
    found = tiny.diff(RUN, "again")
    assert (found.before_run, found.after_run, found.notes) == (RUN, "again", [])
    assert one(found, "R1").layers == ("data",) and one(found, "R3").layers == ("rules",)
    # Step by step it cannot be told: the corrections of one run name a file that the other does not read.
    found = tiny.diff(RUN, "again", exhaustive=True)
    assert one(found, "R1").layers == ("data", "corrections") and one(found, "R3").layers == ("rules",)


def test_two_sets(tiny: Tiny) -> None:
    other = (
        tiny.text(SET).replace("id: demo\n", "id: newer\n").replace("  - id: R", "  - id: N").replace('at_least: "90"', 'at_least: "95"')
    )
    tiny.write("params/sets/newer.yml", other.replace("text: ≥90", "text: ≥95"))
    tiny.edit("params/runs/try.yml", "sets: [demo]", "sets: [demo, newer]")
    card = tiny.text("params/regions/999001.yml")
    tiny.write("params/regions/999001.yml", card + f"  - {{set: newer, class: terrain, value: hill, cite: {CITE}}}\n")
    tiny.state()
    found = tiny.diff(RUN, sets=("demo", "newer"))
    [change] = found.changes
    assert (change.before["indicator"], change.after["indicator"]) == ("R1", "N1") and change.pair("status") == ("met", "not_met")
    assert [(cause.layer, cause.what) for cause in change.causes] == [("rules", "target")]
    with pytest.raises(EvalkitError):
        tiny.diff(RUN, sets=("demo", "none"))


# --- how it is shown


def run(tiny: Tiny, *arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(command)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tiny.root)
        done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_exit_codes_and_files(tiny: Tiny) -> None:
    tiny.state()
    assert run(tiny, RUN)[0] == 2 and run(tiny, "nobody")[0] == 2
    assert run(tiny, RUN, "a", "b")[0] == 2 and run(tiny, RUN, "--out", "x.doc")[0] == 2 and run(tiny, RUN, "--set", "demo")[0] == 2
    tiny.write(SET, "# a comment\n" + tiny.text(SET))
    tiny.state()
    code, text = run(tiny, RUN)
    assert code == 0 and "没有变化" in text
    tiny.value("2024", "air.days_good", "310")
    tiny.state()
    code, text = run(tiny, RUN, "--out", "d.md")
    assert code == 1 and "由达标变为未达标" in text and "d.md" in text and "\x1b" not in text
    assert "由91.0%变为84.7%，下降6.3个百分点" in (tiny.root / "d.md").read_text(encoding="utf-8")
    code, text = run(tiny, RUN, "--json")
    assert code == 1 and json.loads(text)["same"] is False


def test_english(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tiny.after(EDITS["good days"])
    monkeypatch.setenv("EVALKIT_LANG", "en")
    text = html_page(found)
    assert "6 rows compared, 2 differ: verdicts 1, values 1." in text
    assert "from met to not met; value from 91.0% to 87.4%" in text and "由" not in text


def test_json_schema(tiny: Tiny) -> None:
    found = tiny.after(*EDITS.values())
    record = json.loads(json.dumps(found.record()))
    assert set(record) == {"schema", "before", "after", "same", "compared", "met", "counts", "layers", "files", "notes", "changes"}
    assert set(record["before"]) == {"run", "state"} and list(record["counts"]) == list(KINDS)
    assert sum(record["counts"].values()) == len(record["changes"]) == len(found.changes)
    kinds = [change["kind"] for change in record["changes"]]
    assert kinds == sorted(kinds, key=KINDS.index)
    for change in record["changes"]:
        assert set(change["key"]) == {"region_code", "period", "basis", "set", "indicator", "milestone"}
        assert set(change["fields"]) <= set(COMPARED) and all(len(pair) == 2 for pair in change["fields"].values())
        for effect in change["effects"]:
            assert set(effect["layers"]) <= {*LAYERS, "code", "unknown"}
            assert {cause["layer"] for cause in effect["causes"]} <= set(effect["layers"])
            assert all(set(cause) == set(change["effects"][0]["causes"][0]) for cause in effect["causes"])


def test_hostile_text_stays_text(tiny: Tiny, tmp_path: Path) -> None:
    def edit(project: TinyProject) -> None:
        quoted = HOSTILE.replace("'", "''")
        project.edit(SET, "text: ≥90", f"text: '{quoted}'")
        project.value("2024", "reported.gov.plan", HOSTILE.replace('"', '""'))

    found = tiny.after(edit)
    assert any(HOSTILE in cause.after for change in found.changes for cause in change.causes)
    shown = io.StringIO()
    console = Console(file=shown, width=400, no_color=True)
    for part in terminal(found):
        console.print(part)
    assert "[red]r[/red]" in shown.getvalue() and "\x1b" not in shown.getvalue()
    text = markdown(found)
    assert not any(bad in text for bad in ("<script", "](http", "*b*", "`c`", "1|<"))
    assert "<script" not in html_page(found) and "&lt;script&gt;" in html_page(found)
    path = tmp_path / "d.xlsx"
    write(found, path)
    first = path.read_bytes()
    write(found, path)
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 4 and not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
        assert "=1+1" in book.read("xl/sharedStrings.xml").decode()
        assert "2000-01-01" in book.read("docProps/core.xml").decode()
    with pytest.raises(ValueError, match=r"\.doc"):
        write(found, tmp_path / "d.doc")


def test_notes_for_the_report(tiny: Tiny) -> None:
    tiny.state()
    assert not update_notes(tiny.home, RUN, COUNTY)
    assert "没有保留更早的结果" in DiffView(RUN, project=tiny.home).heading().data
    tiny.write(SET, "# a comment\n" + tiny.text(SET))
    tiny.state()
    assert "均无变化" in update_notes(tiny.home, RUN, COUNTY).markdown
    tiny.value("2024", "air.days_good", "310")
    tiny.state()
    notes = update_notes(tiny.home, RUN, COUNTY, tiny.diff())
    assert notes.sentences[0].startswith("与上一次评估结果相比，本地区")
    assert "约束性指标1优良天数比率：由达标变为未达标；数值由91.0%变为84.7%，下降6.3个百分点" in notes.markdown
    assert "下降6.3个百分点" in DiffView(RUN, project=tiny.home).table().data


def test_the_notebook_is_thin_and_valid() -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "compare_runs.ipynb", as_version=4)
    nbformat.validate(notebook)
    cells = notebook.cells
    assert next(cell.metadata.get("tags") for cell in cells if cell.cell_type == "code") == ["parameters"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells if cell.cell_type == "code")
    for before, cell in pairwise(cells):
        assert cell.cell_type == "markdown" or (
            before.cell_type == "markdown" and before.source.startswith("#") and "\n\n" in before.source
        )
