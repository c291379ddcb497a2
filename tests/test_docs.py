"""The documents agree in both languages, name what the program knows, and their examples work."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import yaml

from evalkit.assessment import assess, check_run
from evalkit.assessment.assessment import RESULT_COLUMNS
from evalkit.catalog import load_catalog, models, rules
from evalkit.catalog.runfiles import DECISION_COLUMNS
from evalkit.cli.commands import app
from evalkit.cli.plan import plan_app
from evalkit.cli.report import report_app
from evalkit.cli.review import review_app
from evalkit.cli.sets import sets_app
from evalkit.intake import Inputs, read_inputs
from evalkit.intake.tidy import OPTIONAL, REQUIRED
from evalkit.messages import Problem, word
from evalkit.report.explain import explain
from evalkit.runner.run import ISSUE_COLUMNS
from evalkit.values.missing import _WORDS

ROOT = Path(__file__).resolve().parents[1]
FORMATS = ["docs/data-formats.md", "docs/data-formats.zh-CN.md"]
FIRST_RUN = "docs/first-run.zh-CN.md"
GUIDE = "CONTRIBUTING.zh-CN.md"
CHINESE = ["README.zh-CN.md", GUIDE, FIRST_RUN, *(f"docs/{name}.zh-CN.md" for name in ("data-formats", "collecting", "plans", "authoring"))]
ALL = ["README.md", "CONTRIBUTING.md", "docs/decisions.md", *(path.replace(".zh-CN", "") for path in CHINESE[3:]), *CHINESE]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.M | re.S)
STEP = re.compile(r"(?:^文件 `(?P<path>[^`\n]+)`：\n\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.M | re.S)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(name: str, kind: str) -> list[str]:
    return [body for _, found, body in FENCE.findall(text(name)) if found == kind]


def keys(block: str) -> list[str]:
    """Return the keys of a YAML sketch in their order; comments and alternatives such as `a / b` are not values."""
    plain = re.sub(r"\s#\s.*", "", block)
    plain = re.sub(r"^( *)verified_by / verified_on / page.*", r"\1verified_by: x\n\1verified_on: x\n\1page: x", plain, flags=re.M)
    return re.findall(r'(?:^|[\s{\[,])"?([a-z0-9_]+)"?:(?=\s|$)', plain, re.M)


def files_of(name: str) -> dict[str, str]:
    """Return the files that a document tells to write: 文件 `path`： and a block."""
    return {found["path"]: found["body"] for found in STEP.finditer(text(name)) if found["path"]}


def copy(target: Path, *names: str) -> Path:
    for name in ("params", "data/raw", *names):
        shutil.copytree(ROOT / name, target / name)
    return target


def write(project: Path, path: str, body: str) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(body, encoding="utf-8-sig" if path.endswith(".csv") else "utf-8")


def faults(project: Path, run: str) -> tuple[Inputs, list[Problem]]:
    catalog = load_catalog(project, units=True)
    inputs = read_inputs(catalog, run)
    return inputs, [problem for problem in [*inputs.problems, *check_run(catalog, run)] if problem.severity != "note"]


# Both languages


def test_formats_name_the_same_keys() -> None:
    english, chinese = (fences(name, "yaml") for name in FORMATS)
    assert [keys(block) for block in english] == [keys(block) for block in chinese]
    assert len(english) >= 10 and all(keys(block) for block in english)


def test_formats_show_the_same_traces() -> None:
    english, chinese = (fences(name, "json") for name in FORMATS)
    assert english == chinese and len(english) == 1


def test_formats_show_the_same_events() -> None:
    english, chinese = (fences(name, "jsonl") for name in FORMATS)
    assert english == chinese and len(english) == 1
    events = [json.loads(line) for line in english[0].splitlines()]
    shown = {value for event in events for value in (event["event"], *event)} | {"roll_up_failed"}
    assert {"run_started", "region_failed", "further", "problem", *ISSUE_COLUMNS} <= shown
    source = (ROOT / "lib" / "evalkit" / "cli" / "progress.py").read_text(encoding="utf-8")
    made = set(re.findall(r'put\("(\w+)"', source)) | {f"{what}_{end}" for what in ("region", "roll_up") for end in ("finished", "failed")}
    assert made == {event["event"] for event in events} | {"roll_up_failed"}


def test_formats_name_the_same_codes() -> None:
    def codes(name: str) -> set[str]:
        prose = FENCE.sub("", text(name))
        return {re.sub(r"\s+", " ", code) for code in re.findall(r"`([^`]+)`", prose)}

    english, chinese = (codes(name) for name in FORMATS)
    assert {code for code in english - chinese if code.isascii()} == set()
    rules_in_english = {code for code in english if code.startswith("{")}
    assert rules_in_english == {code for code in chinese if code.startswith("{")}


@pytest.mark.parametrize("name", FORMATS)
def test_formats_name_every_rule(name: str) -> None:
    assert [key for key in rules._KEYS if f"{{{key}: " not in text(name)] == []


@pytest.mark.parametrize("name", FORMATS)
def test_formats_name_every_column(name: str) -> None:
    content = re.sub(r",\n", ",", text(name))
    assert ",".join(RESULT_COLUMNS) in content
    assert ",".join(DECISION_COLUMNS) in content
    assert [column for column in [*REQUIRED, *OPTIONAL] if f"`{column}`" not in content] == []
    told = text(name.replace("data-formats", "collecting")).lower()
    unlike = [found for found in _WORDS if found.strip("―─－–−—-/.…")]  # strokes and dots all look like one of those that are named
    assert [found for found in unlike if found not in told] == []


@pytest.mark.parametrize("name", FORMATS)
def test_formats_name_every_key_of_the_models(name: str) -> None:
    known = {key for block in fences(name, "yaml") for key in keys(block)} | set(re.findall(r"`([a-z_]+)[`:]", text(name)))
    models_here = [found for found in vars(models).values() if isinstance(found, type) and issubclass(found, models.Model)]
    missing = {
        f"{model.__name__}.{field.alias or key}"
        for model in models_here
        if model not in (models.Model, models.Decision)
        for key, field in model.model_fields.items()
        if (field.alias or key) not in known
    }
    assert missing == set()


@pytest.mark.parametrize("name", FORMATS)
def test_formats_name_every_purpose_level_and_state(name: str) -> None:
    content = text(name)
    purposes = get_args(models.Run.model_fields["purpose"].annotation)
    kinds = get_args(models.BaseValue.model_fields["kind"].annotation)
    for value in [*purposes, *kinds, *get_args(models.State), *get_args(models.Level), *get_args(models.Attribute)]:
        assert re.search(rf"\b{value}\b", content), value
    assert all(word("purpose", purpose, "zh") in content for purpose in purposes)


# Links and commands


@pytest.mark.parametrize("name", ALL)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#([^)\s]+))?\)", text(name))
    folder = (ROOT / name).parent
    assert [path for path, _ in links if not (folder / path).exists()] == []
    for path, anchor in links:
        if anchor:
            heads = re.findall(r"^#+ (.+)$", (folder / path).read_text(encoding="utf-8"), re.M)
            assert anchor in [re.sub(r"[^\w\- ]", "", head).replace(" ", "-").lower() for head in heads], anchor


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readmes_link_the_chinese_documents_near_the_top(name: str) -> None:
    top = text(name)[:900]
    assert all(path in top for path in (FIRST_RUN, GUIDE, "docs/data-formats.zh-CN.md"))


@pytest.mark.parametrize("name", CHINESE)
def test_chinese_documents_name_commands_that_exist(name: str) -> None:
    def names(typer_app) -> set[str]:  # type: ignore[no-untyped-def]
        return {command.name or command.callback.__name__ for command in typer_app.registered_commands}

    found = re.findall(r"(?:^ *|`)evalkit (?:--lang en )?([a-z]+)(?: ([a-z]+))?", text(name), re.M)
    below = {"sets": sets_app, "plan": plan_app, "review": review_app}
    found = [(first, second) for first, second in found if first != "report" or second not in names(report_app)]
    unknown = [first for first, _ in found if first not in names(app) | {*below, "report"}]  # evalkit report RUN is a command as well
    unknown += [second for first, second in found if first in below and second not in names(below[first])]
    assert unknown == []


# The examples


def test_first_run_walks_from_a_refused_cell_to_the_result(tmp_path: Path) -> None:
    project = copy(tmp_path)
    files = files_of(FIRST_RUN)
    assert sorted(path.split("/")[1] for path in files) == ["corrections", "decisions", "raw", "regions", "runs"]
    repair = "params/corrections/first-run.yml"
    for path, body in files.items():
        if path != repair:
            write(project, path, body)
    _, found = faults(project, "first-run")
    assert [(p.code, p.place.cell) for p in found if p.severity == "error"] == [("not_a_number", "E9")]
    assert f"{found[0].place}：{found[0].message('zh')}" in text(FIRST_RUN)
    write(project, repair, files[repair])
    inputs, found = faults(project, "first-run")
    assert found == []

    catalog = load_catalog(project)
    assessment = assess(catalog, inputs, "999101")
    rows = {row["indicator"]: row for row in assessment.rows}
    said = {
        "E19-01": ("生态文明建设规划", "met"),
        "E19-07a": ("优良天数比例", "met"),
        "E19-07b": ("PM2.5浓度下降幅度", "met"),
        "E19-08c": ("黑臭水体消除比例", "not_applicable"),
        "E19-11": ("林草覆盖率", "met"),
        "E19-29": ("城镇污水处理率", "met"),
        "E19-39": ("公众满意度", "missing"),
    }
    for indicator, (name, status) in said.items():
        [line] = [line for line in text(FIRST_RUN).splitlines() if line.startswith(f"| {name} |")]
        shown = rows[indicator]["rounded_value"] or word("reason", rows[indicator]["reason"], "zh")
        assert rows[indicator]["status"] == status and word("status", status, "zh") in line
        assert shown in line
    assert rows["E19-11"]["class"] == "terrain=plain"
    block = next(body for body in fences(FIRST_RUN, "") if body.startswith("公式："))
    shown = explain(assessment, "E19-07a", catalog=catalog).text
    assert [line for line in block.splitlines() if line not in shown] == []


def test_the_guide_adds_a_city(tmp_path: Path) -> None:
    project = copy(tmp_path)
    for path, body in files_of(GUIDE).items():
        write(project, path, body)
    inputs, found = faults(project, "first-city")
    assert found == []
    rows = {row["indicator"]: row["status"] for row in assess(load_catalog(project), inputs, "999102").rows}
    assert (rows["C04.1"], rows["R01"], rows["C05.4"]) == ("met", "met", "not_applicable")


def test_the_guide_settles_two_values_by_a_decision(tmp_path: Path) -> None:
    project = copy(tmp_path)
    files = files_of(FIRST_RUN)
    line = next(body for body in fences(GUIDE, "") if body.startswith("D02,choose"))
    files["data/raw/first-run/data.csv"] += "999101,试点县,2024,air.days_good,279,天,示例数据，气象局\n"
    for path, body in files.items():
        write(project, path, body)
    assert [p.code for p in faults(project, "first-run")[1]] == ["conflict"]
    write(project, "params/decisions/first-run.csv", files["params/decisions/first-run.csv"] + line)
    inputs, found = faults(project, "first-run")
    assert found == []
    assert inputs.items[("999101", "air.days_good", "2024")].cell == "E4"


def test_the_readings_of_the_guide_are_readings() -> None:
    found = re.findall(r"^\| [^|]+ \| `(\{[^`]+\})` \|", text(GUIDE), re.M)
    assert len(found) >= 5
    for reading in found:
        models.Reading.model_validate(yaml.load(reading, Loader=yaml.BaseLoader))


@pytest.mark.slow
def test_first_run_from_empty_files_to_pdf(tmp_path: Path) -> None:
    """Do what the document says, in its order, with the installed command."""
    project = copy(tmp_path, "notebooks", "reports/templates")
    script = Path(sys.executable).parent / ("evalkit-script.py" if os.name == "nt" else "evalkit")
    env = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
    ended: list[tuple[str, int]] = []
    for step in STEP.finditer(text(FIRST_RUN)):
        if step["path"]:
            write(project, step["path"], step["body"])
            continue
        for line in step["body"].splitlines():
            if line.startswith("evalkit "):
                command = [sys.executable, str(script), *line.split()[1:]]
                done = subprocess.run(command, cwd=project, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=600)
                assert b"Traceback" not in done.stderr, done.stderr.decode()
                ended.append((line, done.returncode))
    assert [line for line, code in ended if code] == ["evalkit check first-run"], ended
    assert ended.count(("evalkit check first-run", 1)) == 1
    for path in re.findall(r"`((?:reports|data/processed)/first-run/[\w.-]+\.\w+)`", text(FIRST_RUN)):
        assert (project / path).exists(), path
    assert (project / "reports/first-run/999101.pdf").read_bytes().startswith(b"%PDF")
