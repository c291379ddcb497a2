"""Runs: regions fail alone, nothing half-finished looks complete, equal runs give equal bytes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

import evalkit as ek
from evalkit.project import Project
from evalkit.runner import changed_files, plan_run, run_assessment
from evalkit.runner.keys import _meaning
from evalkit.runner.state import history

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
