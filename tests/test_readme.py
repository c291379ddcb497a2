"""Every command of README.md does what it says.

The commands in ```console blocks are run in their order, in a copy of the project, by the `evalkit` beside this Python.
`make` and `python run.py` commands are only looked up: running them here would run the tests inside the tests.
The demo is run by tests/test_demo.py.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUN_ELSEWHERE = {"evalkit demo", "make demo", "python run.py demo"}  # tests/test_demo.py
NEEDED = ["params", "data/raw", "notebooks", "reports/templates"]


class Command(NamedTuple):
    """A line `$ command  # exit N` of a console block."""

    line: int
    text: str
    code: int


def commands(text: str) -> list[Command]:
    """Return the commands in the console blocks of a Markdown text."""
    found, inside = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            match = re.fullmatch(r"\$ (.+?)(?:\s+# exit (\d+))?", line)
            assert match
            found.append(Command(number, match[1].rstrip(), int(match[2] or 0)))
    return found


COMMANDS = commands((ROOT / "README.md").read_text(encoding="utf-8"))


def launcher() -> list[str]:
    """Return how to start the installed `evalkit`."""
    script = Path(sys.executable).parent / ("evalkit-script.py" if os.name == "nt" else "evalkit")
    assert script.exists(), "the command evalkit is missing: python run.py setup"
    return [sys.executable, str(script)]


def test_commands_are_read_from_console_blocks_only() -> None:
    text = "```console\n$ evalkit a  # exit 1\noutput\n$ evalkit b\n```\n$ no\n```\n$ no\n```\n"
    assert commands(text) == [Command(2, "evalkit a", 1), Command(4, "evalkit b", 0)]


def test_the_readme_shows_each_job() -> None:
    shown = {command.text.split()[1] for command in COMMANDS if command.text.startswith("evalkit ")}
    assert {"check", "run", "report", "status", "explain", "sets"} <= shown
    assert any(command.text == "make demo" for command in COMMANDS)


def test_set_up_commands_exist() -> None:
    targets = re.findall(r"^([a-z ]+):$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    jobs = re.findall(r"^    python run\.py (\w+)", (ROOT / "run.py").read_text(encoding="utf-8"), re.M)
    known = {"make": " ".join(targets).split(), "python run.py": jobs}
    shown = re.findall(r"(?:^\$ |`)(make|python run\.py) (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert shown
    assert [(tool, job) for tool, job in shown if job not in known[tool]] == []


def test_every_command_is_of_a_known_kind() -> None:
    assert [command for command in COMMANDS if not command.text.startswith(("evalkit ", "make ", "python run.py "))] == []


@pytest.mark.slow
def test_evalkit_commands_run(tmp_path: Path) -> None:
    for name in NEEDED:
        shutil.copytree(ROOT / name, tmp_path / name)
    env = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
    faults = []
    for command in COMMANDS:
        if command.text in RUN_ELSEWHERE or not command.text.startswith("evalkit "):
            continue
        done = subprocess.run(
            [*launcher(), *shlex.split(command.text)[1:]],
            cwd=tmp_path,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=600,
        )
        where = f"README.md:{command.line}: `{command.text}`"
        printed = done.stdout[-1500:] + done.stderr[-3000:]
        if done.returncode != command.code:
            faults.append(f"{where} ended with {done.returncode}, not {command.code}\n{printed}")
        elif "Traceback (most recent call last)" in done.stderr:
            faults.append(f"{where} printed a traceback\n{printed}")
    assert not faults, "\n\n".join(faults)
