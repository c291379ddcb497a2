"""Runs: regions fail alone, nothing half-finished looks complete, equal runs give equal bytes."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from filelock import FileLock

import evalkit as ek
from evalkit.project import Project
from evalkit.runner import Event, changed_files, plan_run, run_assessment
from evalkit.runner.keys import _meaning
from evalkit.runner.state import history, read_json
from evalkit.runner.warm import available

ROOT = Path(__file__).resolve().parents[1]
RUN = "yichang-2024-02"
BULLETIN = f"data/raw/{RUN}/bulletin.csv"
REGIONS = ["420502", "420503", "420504"]

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project whose one run has three regions."""
    root = tmp_path / "项目 copy"
    for name in ("params", "data/raw", "notebooks", "reports/templates"):
        shutil.copytree(ROOT / name, root / name)
    for path in (root / "params" / "runs").glob("*.yml"):
        if path.stem != RUN:
            path.unlink()
    run = root / "params" / "runs" / f"{RUN}.yml"
    lines = run.read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("regions:"))
    end = next(i for i in range(start + 1, len(lines)) if not lines[i].startswith((" ", "#", "-")))
    lines[start:end] = [f"regions: [{', '.join(repr(code) for code in REGIONS)}]"]
    run.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def spoil(root: Path, region: str, variable: str, value: str) -> None:
    """Replace the value of one cell of the bulletin."""
    path = root / BULLETIN
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    for i, line in enumerate(lines):
        cells = line.split(",")
        if cells[0] == region and cells[3] == variable:
            lines[i] = ",".join([*cells[:4], value, *cells[5:]])
            break
    else:
        raise AssertionError("no such cell")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def evalkit(root: Path, *arguments: str, check: int | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "evalkit.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib"), "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert check is None or done.returncode == check, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_two_forced_runs_give_equal_bytes_notebooks_included(copy: Path) -> None:
    folder = copy / "data" / "processed" / RUN
    evalkit(copy, "run", RUN, check=0)
    first = bytes_of(folder)
    evalkit(copy, "run", RUN, "--force", check=0)
    assert bytes_of(folder) == first
    assert f"regions/{REGIONS[0]}/assess_region.ipynb" in first
    assert "manifest.json" in first


def changed(root: Path) -> list[str] | None:
    return changed_files(Project(root), RUN)


def states(root: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    catalog = ek.load_catalog(root)
    return {code: (found.state, found.because) for code, found in plan_run(catalog, ek.read_inputs(catalog, RUN)).items()}


def test_one_changed_cell_runs_the_region_it_touches_and_the_roll_up(copy: Path) -> None:
    evalkit(copy, "run", check=0)
    assert changed(copy) == []
    assert "没有变化" in evalkit(copy, "run", check=0).stdout
    folder = copy / "data" / "processed" / RUN
    before = bytes_of(folder)
    spoil(copy, REGIONS[0], "air.class_days_light", "9")
    assert changed(copy) == [BULLETIN]
    assert states(copy) == {REGIONS[0]: ("stale", ("data",)), REGIONS[1]: ("fresh", ()), REGIONS[2]: ("fresh", ())}
    done = evalkit(copy, "run", check=0)
    assert REGIONS[0] in done.stdout and REGIONS[1] not in done.stdout
    after = bytes_of(folder)
    untouched = [name for name in before if name.startswith((f"regions/{REGIONS[1]}", f"regions/{REGIONS[2]}"))]
    assert all(before[name] == after[name] for name in untouched)
    assert before["compare_regions.ipynb"] != after["compare_regions.ipynb"]
    [earlier] = history(folder)
    kept = folder / "history" / earlier
    assert (kept / "results.csv").read_bytes() == before["results.csv"]
    assert (kept / "snapshot" / BULLETIN).is_file() and (kept / "regions" / REGIONS[0] / "traces.json").is_file()


def test_a_comment_runs_nothing_and_a_changed_rule_runs_all(copy: Path) -> None:
    evalkit(copy, "run", check=0)
    rules = copy / "params" / "sets" / "cn-air-monthly.yml"
    rules.write_text("# a comment\n" + rules.read_text(encoding="utf-8"), encoding="utf-8")
    assert {state for state, _ in states(copy).values()} == {"fresh"}
    evalkit(copy, "run", check=0)
    assert changed(copy) == []
    rules.write_text(rules.read_text(encoding="utf-8").replace("rule: {none: true}", 'rule: {at_least: "80"}'), encoding="utf-8")
    assert set(states(copy).values()) == {("stale", ("rules",))}
    explained = evalkit(copy, "run", "--explain", check=0).stdout
    assert "规则或指标值" in explained and "params/sets/cn-air-monthly.yml" in explained


def test_the_meaning_of_code_is_not_its_comments() -> None:
    assert _meaning("def f(x):\n    return x + 1\n") == _meaning('def f(x):\n    """Add."""\n    return x + 1  # one\n')
    assert _meaning("def f(x):\n    return x + 1\n") != _meaning("def f(x):\n    return x + 2\n")


def test_a_lost_output_is_made_again(copy: Path) -> None:
    evalkit(copy, "run", check=0)
    (copy / "data" / "processed" / RUN / "regions" / REGIONS[2] / "traces.json").unlink()
    assert states(copy)[REGIONS[2]] == ("stale", ("traces.json",))
    evalkit(copy, "run", check=0)
    assert changed(copy) == []


def test_a_failing_region_does_not_stop_the_others(copy: Path) -> None:
    spoil(copy, REGIONS[1], "air.class_days_good", "约17")
    done = evalkit(copy, "run", RUN, check=1)
    assert f"{RUN}：完成 2，跳过 0，失败 1" in done.stdout
    assert "约17" in done.stderr and REGIONS[1] in done.stderr
    assert "corrections" in done.stderr  # the remedy
    regions = copy / "data" / "processed" / RUN / "regions"
    assert [(regions / code / "results.csv").is_file() for code in REGIONS] == [True, False, True]
    failed = json.loads((regions / REGIONS[1] / "assess_region.ipynb").read_text(encoding="utf-8"))
    errors = [output for cell in failed["cells"] for output in cell.get("outputs", []) if output["output_type"] == "error"]
    assert len(errors) == 1 and "约17" in errors[0]["evalue"]
    assert "site-packages" not in json.dumps(errors)  # no traceback of ours reaches the reader
    manifest = json.loads((copy / "data" / "processed" / RUN / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["failed"] == [REGIONS[1]]
    issues = (copy / "data" / "processed" / RUN / "issues.csv").read_text(encoding="utf-8-sig")
    assert "not_a_number,error,data/raw/yichang-2024-02/bulletin.csv" in issues
    assert states(copy)[REGIONS[1]][0] == "failed"


def test_results_of_an_earlier_run_do_not_stand_in_for_a_failed_region(copy: Path) -> None:
    evalkit(copy, "run", RUN, check=0)
    spoil(copy, REGIONS[1], "air.class_days_good", "约17")
    evalkit(copy, "run", RUN, check=1)
    results = (copy / "data" / "processed" / RUN / "results.csv").read_text(encoding="utf-8-sig")
    assert f",{REGIONS[0]}," in results and f",{REGIONS[1]}," not in results


def test_an_edited_roll_up_is_made_again_without_the_regions(copy: Path) -> None:
    evalkit(copy, "run", RUN, check=0)
    notebook = copy / "notebooks" / "compare_regions.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"][0]["source"] = ["# 另一个标题"]
    notebook.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    done = evalkit(copy, "run", RUN, check=0)
    assert "汇总" in done.stdout and not any(f"✓ {RUN} {code}" in done.stdout for code in REGIONS)
    assert "另一个标题" in (copy / "data" / "processed" / RUN / "compare_regions.ipynb").read_text(encoding="utf-8")


def test_rules_at_fault_stop_the_run_before_anything_is_written(copy: Path) -> None:
    run = copy / "params" / "runs" / f"{RUN}.yml"
    run.write_text(run.read_text(encoding="utf-8").replace("cn-air-monthly", "cn-air-mnthly"), encoding="utf-8")
    done = evalkit(copy, "run", RUN, check=1)
    assert "cn-air-mnthly" in done.stderr and "cn-air-monthly" in done.stderr  # the near name is offered
    assert not (copy / "data" / "processed").exists()


def test_a_whole_file_at_fault_stops_the_run_before_anything_is_written(copy: Path) -> None:
    (copy / BULLETIN).write_bytes(b"PK\x03\x04" + b"\0" * 100)
    done = evalkit(copy, "run", RUN, check=1)
    assert "Excel" in done.stderr
    assert not (copy / "data" / "processed").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs signals to process groups")
def test_ctrl_c_leaves_nothing_old_in_place_and_says_how_to_go_on(copy: Path) -> None:
    folder = copy / "data" / "processed" / RUN
    evalkit(copy, "run", RUN, check=0)
    old = (folder / "results.csv").read_bytes()
    spoil(copy, REGIONS[0], "air.class_days_good", "1")
    command = [sys.executable, "-m", "evalkit.cli", "run", RUN, "--force"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib"), "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, cwd=copy, env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while (folder / "manifest.json").exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "已中断" in said.decode() and "evalkit run" in said.decode()
    assert not any((folder / name).exists() for name in ("results.csv", "conclusions.csv", "compare_regions.ipynb", "manifest.json"))
    shown = evalkit(copy, "status", RUN, check=0).stdout
    assert "上次未完成汇总" in shown or "未运行" in shown
    done = evalkit(copy, "run", RUN, check=0)
    assert "汇总" in done.stdout  # the roll-up is made again, also when no region was left to do
    assert (folder / "results.csv").read_bytes() != old


def test_a_second_run_in_the_same_folder_is_refused(copy: Path) -> None:
    catalog = ek.load_catalog(copy)
    folder = copy / "data" / "processed"
    folder.mkdir(parents=True)
    with FileLock(folder / f".{RUN}.lock"), pytest.raises(ek.EvalkitError) as caught:
        run_assessment(catalog, RUN)
    assert [problem.code for problem in caught.value.problems] == ["run_busy"]


@pytest.mark.skipif(os.name == "nt", reason="needs process groups")
def test_a_killed_run_leaves_nothing_that_looks_complete_and_repeats_nothing(copy: Path) -> None:
    folder = copy / "data" / "processed" / RUN
    evalkit(copy, "run", RUN, check=0)
    wanted = {name: data for name, data in bytes_of(folder).items() if name.endswith(("results.csv", "traces.json", ".ipynb"))}
    command = [sys.executable, "-m", "evalkit.cli", "run", RUN, "--force"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib")}
    for pause in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0):
        process = subprocess.Popen(command, cwd=copy, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while (folder / "manifest.json").exists() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(pause)
        finished = process.poll() is not None
        if not finished:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert changed(copy) in (None, [])  # unfinished and said to be so, or complete, also when it was killed on its way out
        for code, (state, _) in states(copy).items():
            if state == "fresh":  # what calls itself complete is complete
                produced = {f"regions/{code}/{name}": data for name, data in bytes_of(folder / "regions" / code).items()}
                assert all(produced[name] == wanted[name] for name in wanted if name.startswith(f"regions/{code}/"))
        command = [part for part in command if part != "--force"] if not finished else command
    fresh = [code for code, (state, _) in states(copy).items() if state == "fresh"]
    done = evalkit(copy, "run", RUN, check=0)
    assert not any(code in done.stdout for code in fresh)  # finished regions are not repeated
    assert changed(copy) == []
    assert {name: data for name, data in bytes_of(folder).items() if name in wanted} == wanted


def test_an_unknown_region_is_refused_with_those_of_the_run(copy: Path) -> None:
    done = evalkit(copy, "run", RUN, "--region", "420599", check=1)
    assert "420599" in done.stderr and REGIONS[0] in done.stderr


def test_wrong_usage_ends_with_2(copy: Path) -> None:
    evalkit(copy, "run", "--nonsense", check=2)
    evalkit(copy, "--lang", "fr", "check", check=2)


def test_outside_a_project_the_message_says_so(tmp_path: Path) -> None:
    done = evalkit(tmp_path, "check", check=1)
    assert "params" in done.stderr


def test_english_texts_on_request(copy: Path) -> None:
    done = evalkit(copy, "--lang", "en", "check", "nowhere", check=1)
    assert "unknown run" in done.stderr


def test_a_warm_process_and_a_kernel_write_the_same_bytes(copy: Path) -> None:
    folder = copy / "data" / "processed" / RUN
    evalkit(copy, "run", RUN, "--kernel", check=0)
    kernel = bytes_of(folder)
    evalkit(copy, "run", RUN, "--force", check=0)
    assert bytes_of(folder) == kernel


# What is told while it runs


def lines_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return the events on standard output, which holds nothing else."""
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def documented() -> dict[str, set[str]]:
    """Return the keys of each event in docs/data-formats.md."""
    block = (ROOT / "docs" / "data-formats.md").read_text(encoding="utf-8").partition("```jsonl\n")[2].partition("```")[0]
    return {event["event"]: set(event) for event in map(json.loads, block.splitlines())}


def test_json_lines_tell_each_step_as_documented(copy: Path) -> None:
    spoil(copy, REGIONS[1], "air.class_days_good", "约17")
    spoil(copy, REGIONS[1], "air.class_days_light", "少量")
    bulletin = copy / BULLETIN
    extra = f"{REGIONS[0]},西陵区,2024-02,air.pm25_mean,30,μg/m³,x\n"
    bulletin.write_text(bulletin.read_text(encoding="utf-8") + extra, encoding="utf-8")
    told = lines_of(evalkit(copy, "run", RUN, "--json", check=1))
    assert all(set(event) == documented()[event["event"]] for event in told)
    assert told[0] == {"event": "run_started", "run": RUN, "total": 3, "skipped": 0}
    seconds = told[-1].pop("seconds")
    results = f"data/processed/{RUN}/results.csv"
    assert told[-1] == {"event": "run_finished", "run": RUN, "done": 2, "skipped": 0, "failed": 1, "results": results}
    assert 0 < seconds < 120
    kinds = [(event["event"], event.get("region", "")) for event in told]
    for code, end in zip(REGIONS, ("region_finished", "region_failed", "region_finished"), strict=True):
        assert kinds.index(("region_started", code)) < kinds.index((end, code)) < kinds.index(("roll_up_finished", ""))
    [failed] = [event for event in told if event["event"] == "region_failed"]
    assert (failed["name"], failed["cell"]) == ("伍家岗区", "3. 检查")
    assert "少量" in failed["message"] + str(failed["further"]) and "corrections" in failed["remedy"] and len(failed["further"]) == 1
    assert [event["code"] for event in told if event["event"] == "problem"] == ["variable_unused"]
    assert [event["counts"] for event in told if event["event"] == "region_finished"] == [{"no_target": 1}] * 2
    told = lines_of(evalkit(copy, "run", RUN, "--json", check=1))  # what is fresh is skipped
    assert (told[0]["skipped"], told[-1]["done"], told[-1]["skipped"], told[-1]["failed"]) == (2, 0, 2, 1)
    assert {event["region"] for event in told if event["event"] == "region_started"} == {REGIONS[1]}


def test_json_lines_of_an_unchanged_run_and_of_one_that_cannot_begin(copy: Path) -> None:
    evalkit(copy, "run", RUN, check=0)
    told = lines_of(evalkit(copy, "run", "--json", check=0))
    assert [event["event"] for event in told] == ["run_started", "run_finished"]
    assert (told[0]["total"], told[0]["skipped"], told[1]["skipped"]) == (3, 3, 3)
    told = lines_of(evalkit(copy, "run", "nowhere", "--json", check=1))
    assert [(event["event"], event["code"], event["severity"]) for event in told] == [("problem", "unknown_id", "error")]
    assert set(told[0]) == documented()["problem"]
    told = lines_of(evalkit(copy, "run", "--json", "--region", "420599", check=1))
    assert [(event["event"], event["run"], event["code"]) for event in told] == [("problem", RUN, "unknown_id")]
    (copy / BULLETIN).write_bytes(b"PK\x03\x04" + b"\0" * 100)
    told = lines_of(evalkit(copy, "run", "--json", check=1))
    assert {(event["event"], event["severity"]) for event in told} == {("problem", "error")}


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_terminal_gets_a_bar_that_goes_away(copy: Path, lang: str) -> None:
    import pty
    import select

    leader, follower = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib"), "TERM": "xterm", "COLUMNS": "80", "EVALKIT_LANG": lang}
    command = [sys.executable, "-m", "evalkit.cli", "run", RUN]
    process = subprocess.Popen(command, cwd=copy, env=environment, stdout=follower, stderr=follower)
    os.close(follower)
    shown = b""
    while select.select([leader], [], [], 60)[0]:
        try:
            shown += os.read(leader, 1 << 16)
        except OSError:  # the other end is closed
            break
    os.close(leader)
    assert process.wait(60) == 0
    text = shown.decode()
    assert ("共 3" in text and "正在评估：" in text) if lang == "zh" else ("total 3" in text and "in work: " in text)
    end = text[text.rindex("\x1b[?25h") :]  # the cursor is shown again when the bar has been taken away
    assert "results.csv" in end and ("共 3" not in end and "total 3" not in end)
    assert (f"{RUN}：完成 3，跳过 0，失败 0" if lang == "zh" else f"{RUN}: done 3, skipped 0, failed 0") in text


# Limits


def burden(root: Path, code: dict[str, str]) -> None:
    """Have some regions do something before their summary."""
    path = root / "notebooks" / "assess_region.ipynb"
    notebook = nbformat.read(path, as_version=4)
    [cell] = [cell for cell in notebook.cells if "view.summary()" in cell.source]
    cell.source = "".join(f"if region == {region!r}:\n    {line}\n" for region, line in code.items()) + cell.source
    nbformat.write(notebook, path)


@pytest.fixture
def loggers() -> Iterator[None]:
    """Give the loggers that a run silences back to the tests after it."""
    levels = {name: logging.getLogger(name).level for name in ("papermill", "traitlets")}
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.skipif(not available(), reason=available().reason)
@pytest.mark.usefixtures("loggers")
def test_limits_stop_the_notebook_that_exceeds_them_and_no_other(copy: Path) -> None:
    burden(copy, {REGIONS[0]: "import time; time.sleep(120)", REGIONS[1]: "held = bytearray(3 << 30)"})
    events: list[Event] = []
    started = time.monotonic()
    outcome = run_assessment(ek.load_catalog(copy), RUN, time_limit=5, memory_limit=1500, tell=events.append)
    assert time.monotonic() - started < 60
    assert outcome.finished == [REGIONS[2]]
    failed = {problem.region: problem for problem in outcome.problems if problem.severity == "error"}
    assert {code: problem.code for code, problem in failed.items()} == {REGIONS[0]: "notebook_time", REGIONS[1]: "notebook_memory"}
    for code, limit, option in ((REGIONS[0], "5 秒", "--time-limit"), (REGIONS[1], "1500 MB", "--memory-limit")):
        problem = failed[code]
        notebook = f"data/processed/{RUN}/regions/{code}/assess_region.ipynb"
        assert limit in problem.message("zh") and option in problem.remedy("zh") and notebook in problem.remedy("zh")
        assert problem.place.cell == "5. 结论"
        cells = [cell for cell in nbformat.read(copy / notebook, as_version=4).cells if cell.cell_type == "code"]
        wrong = [cell for cell in cells if any(output.output_type == "error" for output in cell.outputs)]
        assert len(wrong) == 1 and "view.summary()" in wrong[0].source  # what was done until then is kept, and the end is marked
        assert problem.message("zh") == read_json(copy / f"data/processed/{RUN}/regions/{code}/region.json")["failed"]
    assert [event.kind for event in events].count("started") == 4 and events[0].kind == "run"
    assert {event.region: event.problem for event in events if event.problem} == failed


def test_a_kernel_keeps_the_time_limit_and_says_that_memory_is_not_limited(copy: Path) -> None:
    burden(copy, {REGIONS[0]: "import time; time.sleep(3)"})
    path = copy / "notebooks" / "assess_region.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(5, nbformat.v4.new_code_cell("import time; time.sleep(3)", id="nap"))
    nbformat.write(notebook, path)
    done = evalkit(copy, "run", RUN, "--region", REGIONS[0], "--kernel", "--time-limit", "5", "--memory-limit", "2000", check=1)
    assert "时间上限 5 秒" in done.stderr and "5. 结论" in done.stderr  # 3 s and 3 s: the limit is that of the whole notebook
    assert "内存上限 2000 MB 没有生效" in done.stderr
    evalkit(copy, "run", RUN, "--region", REGIONS[1], "--kernel", "--time-limit", "60", check=0)


def test_a_limit_that_makes_no_sense_is_wrong_usage(copy: Path) -> None:
    for option, value in (("--time-limit", "0"), ("--time-limit", "-1"), ("--memory-limit", "0"), ("--memory-limit", "20")):
        assert f"{option} 不能是 {value}" in evalkit(copy, "run", option, value, check=2).stderr
    assert "whole number" in evalkit(copy, "--lang", "en", "run", "--time-limit", "0", check=2).stderr


def test_a_record_that_cannot_be_read_stops_the_run(copy: Path) -> None:
    manifest = copy / "data" / "processed" / RUN / "manifest.json"
    manifest.mkdir(parents=True)
    assert "无法读取文件" in evalkit(copy, "run", RUN, check=1).stderr
