"""The files around the code agree with each other."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
MADE = {".venv", ".git", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints", "build"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
DIRECT = [Requirement(text) for text in [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]]


def own_files() -> list[Path]:
    """Return the files of the project, without what is made by running it, relative to the root."""
    listed = subprocess.run(
        ["git", "-c", "core.quotePath=false", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if not listed.returncode:
        return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).is_file()]
    found = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]  # unpacked from an archive
    return [path for path in found if not MADE & set(path.parts) and path.parts[:2] != ("data", "processed")]


def locked() -> dict[str, list[tuple[str, int]]]:
    """Return what the lock file pins: name → versions (one for each set of platforms) with their number of hashes."""
    pins: dict[str, list[tuple[str, int]]] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", LOCK):
        head = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", block)
        assert head, f"requirements.lock: not understood: {block.splitlines()[0]}"
        pins.setdefault(canonicalize_name(head[1]), []).append((head[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block))))
    return pins


def test_every_dependency_is_locked_in_an_allowed_version() -> None:
    pins = locked()
    for needed in DIRECT:
        versions = pins.get(canonicalize_name(needed.name))
        assert versions, f"{needed.name} is not in requirements.lock: make it again (CONTRIBUTING.md)"
        wrong = [version for version, _ in versions if not needed.specifier.contains(Version(version), prereleases=True)]
        assert not wrong, f"requirements.lock has {needed.name} {wrong}, not {needed}"


def test_every_locked_package_has_hashes() -> None:
    without = [name for name, versions in locked().items() for _, hashes in versions if not hashes]
    assert not without


def test_the_lock_names_no_address() -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host| @ ", LOCK)


def test_the_conda_environment_uses_the_lock() -> None:
    made = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert made["channels"] == ["conda-forge"]
    plain = [entry for entry in made["dependencies"] if isinstance(entry, str)]
    pip = [entry["pip"] for entry in made["dependencies"] if isinstance(entry, dict)]
    assert pip == [["-r requirements.lock"]]
    python = next(entry for entry in plain if entry.startswith("python"))
    assert python.removeprefix("python") == PROJECT["project"]["requires-python"]
    assert {"pip", "quarto", "pandoc"} <= set(plain)


def test_notebooks_hold_no_outputs() -> None:
    faults = []
    for path in own_files():
        if path.suffix == ".ipynb":
            cells = json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]
            faults += [str(path) for cell in cells if cell.get("outputs") or cell.get("execution_count") is not None][:1]
    assert not faults, f"run nbstripout --keep-id on {faults}"


def test_modules_stay_small() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sorted((ROOT / "lib").rglob("*.py"))}
    long = {path.relative_to(ROOT).as_posix(): lines for path, lines in lengths.items() if lines > 400}
    assert not long, f"more than 400 lines: {long}"


def test_file_names_work_everywhere() -> None:
    files = [path.as_posix() for path in own_files()]
    assert [name for name in files if len(name) > 150] == []
    # What departments send keeps its name.
    assert [name for name in files if not name.isascii() and not name.startswith("data/raw/")] == []
    assert [name for name in files if re.search(r'[<>:"|?*\\]|[. ](/|$)', name)] == []
    assert len({name.casefold() for name in files}) == len(files)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing


def test_the_build_server_runs_the_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert "make test" in lines


def test_make_and_run_know_the_same_jobs() -> None:
    make = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert make
    helped = re.findall(r"^    python run\.py (\w+)", (ROOT / "run.py").read_text(encoding="utf-8"), re.M)
    assert sorted(make[1].split()) == sorted(helped)
