"""Set up .venv/ and do one of the project's jobs in it.

    python run.py demo [ARGS]     assess the sample regions (arguments go to evalkit demo)
    python run.py test [ARGS]     check style and types, then run the tests (arguments go to pytest)
    python run.py lab  [ARGS]     open the notebooks in JupyterLab
    python run.py lint [ARGS]     check style and types only (arguments go to ruff)
    python run.py setup           only set up .venv/
    python run.py clean           remove .venv/ and the caches of the tools; data and reports stay

Needs Python 3.11 or newer and nothing else. Packages come from the index that pip is set to, and are checked against
the hashes in requirements.lock. The first call takes some minutes; later ones start at once.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the message is for those who have an older one
    sys.exit(f"evalkit needs Python 3.11 or newer. This is Python {sys.version_info[0]}.{sys.version_info[1]}: {sys.executable}")

import contextlib
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "evalkit-setup.json"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
LAUNCHER = BIN / ("evalkit-script.py" if WINDOWS else "evalkit")
CACHES = (".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "build")

# Runs as a shell script that finds the Python beside it, and as Python: the folder may be moved or hold spaces.
SHELL_HEAD = """\
#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")/python" "$0" "$@"
' '''
"""
LAUNCHER_TEXT = """\
import sys

from evalkit.cli import main

if __name__ == "__main__":
    sys.argv[0] = "evalkit"
    sys.exit(main())
"""
WINDOWS_COMMAND = """\
@echo off
setlocal
set PYTHONUTF8=1
"%~dp0python.exe" "%~dp0evalkit-script.py" %*
exit /b %errorlevel%
"""


class SetupError(Exception):
    """The set-up cannot go on; the message says what to do."""


def say(text: str) -> None:
    """Print a line about the set-up, apart from what the job itself prints."""
    print(text, file=sys.stderr, flush=True)


def environment() -> dict[str, str]:
    """Return the environment of a job: nothing of another Python gets in."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    env["PIP_USER"] = "0"
    if WINDOWS:
        env["PYTHONUTF8"] = "1"
    return env


def call(command: Sequence[str | Path], env: dict[str, str] | None = None, inherit: tuple[int, ...] = ()) -> int:
    """Run a command in the project's folder and return its exit code, as a shell gives it."""
    code = subprocess.run([str(part) for part in command], cwd=ROOT, env=env or environment(), pass_fds=inherit).returncode
    return 128 - code if code < 0 else code


# Set-up


def wanted() -> dict[str, str]:
    """Return what .venv/ has to be made from."""

    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    return {
        "lock": digest(LOCK),
        "project": digest(PROJECT),
        "python": f"{sys.version_info.major}.{sys.version_info.minor} {sysconfig.get_platform()}",
        "folder": str(ROOT),
    }


def made() -> dict[str, str]:
    """Return what .venv/ was made from; nothing when no set-up came to its end."""
    if not PYTHON.exists():
        return {}
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


@contextlib.contextmanager
def alone() -> Iterator[tuple[int, ...]]:
    """Let one set-up work at a time. Its children hold the lock too: what a killed set-up left behind is waited for."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield ()
        return
    with LOCK.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this folder is still working; waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            yield ()
            return
        yield (held.fileno(),)


def remove(folder: Path) -> None:
    """Remove a folder and all in it."""

    def writable(function, path, _error):  # type: ignore[no-untyped-def]
        os.chmod(path, stat.S_IWRITE)
        function(path)

    try:
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder, onerror=writable)
    except OSError as error:
        raise SetupError(f"Cannot remove {folder}: {error}\nClose what uses it (JupyterLab, an editor) and try again.") from error


def create(uv: str | None, inherit: tuple[int, ...]) -> None:
    """Make an empty .venv/ with the Python that runs this file."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    options = ["--without-pip"] if uv else []
    if call([base, "-m", "venv", *options, VENV], inherit=inherit):
        raise SetupError(
            f"Python's own module venv could not make {VENV} with {base}.\n"
            "Debian and Ubuntu have it in the package python3-venv; a Python from its official installer brings it along."
        )


def uv_environment() -> dict[str, str]:
    """Return the environment for uv, with the package mirror that pip is told to use."""
    env = environment()
    for ours, pips in (("UV_DEFAULT_INDEX", "PIP_INDEX_URL"), ("UV_INDEX", "PIP_EXTRA_INDEX_URL"), ("SSL_CERT_FILE", "PIP_CERT")):
        if env.get(pips):
            env.setdefault(ours, env[pips])
    return env


def install(uv: str | None, inherit: tuple[int, ...]) -> None:
    """Install what requirements.lock lists, each file checked against its hash."""
    watched = sys.stderr.isatty()
    if uv:
        quiet = [] if watched else ["--quiet"]
        if not call([uv, "pip", "install", *quiet, "--python", PYTHON, "--require-hashes", "-r", LOCK], uv_environment(), inherit):
            return
        say("uv could not install the packages; trying pip.")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    has_pip = not subprocess.run([*map(str, pip), "--version"], cwd=ROOT, env=environment(), capture_output=True).returncode
    if not has_pip and call([PYTHON, "-c", "import ensurepip; ensurepip.bootstrap()"], inherit=inherit):
        raise SetupError("This Python brings no pip. Debian and Ubuntu have it in the package python3-venv.")
    quiet = [] if watched else ["-qq"]
    if call([*pip, "install", *quiet, "--no-input", "--require-hashes", "-r", LOCK], inherit=inherit):
        raise SetupError(
            "The packages of requirements.lock could not be installed (see above).\n"
            "Without access to the default index, set PIP_INDEX_URL to a mirror, then run the command again."
        )


def link() -> None:
    """Let .venv/ find lib/evalkit and give it the command evalkit."""
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV), "platbase": str(VENV)}))
    # A relative path: plain ASCII in whatever folder the project lies, so no encoding can break it.
    (site / "evalkit.pth").write_text(Path(os.path.relpath(ROOT / "lib", site)).as_posix() + "\n", encoding="ascii")
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    for old in site.glob("evalkit-*.dist-info"):
        shutil.rmtree(old)
    about = site / f"{project['name']}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="ascii")
    groups = project.get("entry-points", {})
    lines = [line for group, names in groups.items() for line in (f"[{group}]", *(f"{name} = {spot}" for name, spot in names.items()))]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
    LAUNCHER.write_text(LAUNCHER_TEXT if WINDOWS else SHELL_HEAD + LAUNCHER_TEXT, encoding="ascii", newline="\n")
    if WINDOWS:
        (BIN / "evalkit.cmd").write_text(WINDOWS_COMMAND, encoding="ascii", newline="\r\n")
    else:
        LAUNCHER.chmod(0o755)


def setup() -> None:
    """Make .venv/ what requirements.lock and pyproject.toml ask for; nothing is done when it already is."""
    want = wanted()
    if made() == want:
        return
    with alone() as inherit:
        have = made()
        if have == want:
            return
        uv = shutil.which("uv")
        fresh = have.get("python") != want["python"] or have.get("folder") != want["folder"]
        if fresh:
            say(f"Setting up {VENV} with {'uv' if uv else 'pip'} (about 800 MB; the first time takes some minutes).")
            remove(VENV)
            create(uv, inherit)
        STAMP.unlink(missing_ok=True)  # written again at the very end: without it the set-up starts anew
        if fresh or have.get("lock") != want["lock"]:
            install(uv, inherit)
        link()
        unfinished = STAMP.with_suffix(".part")
        unfinished.write_text(json.dumps(want, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(STAMP)


# Jobs


def module(name: str, *args: str | Path) -> int:
    """Run a Python module of .venv/."""
    return call([PYTHON, "-m", name, *args])


def demo(args: list[str]) -> int:
    """Assess the sample regions."""
    return call([PYTHON, LAUNCHER, "demo", *args])


def lint(args: list[str]) -> int:
    """Check style and types; the code of the first check that fails."""
    codes = [module("ruff", "check", *args), module("mypy", "lib/evalkit")]
    return next((code for code in codes if code), 0)


def test(args: list[str]) -> int:
    """Check style and types and run the tests, all of them even when one fails."""
    style = lint([])
    tests = module("pytest", *args)
    if style:
        say("The checks of style and types found faults: see above the tests.")
    return tests or style


def lab(args: list[str]) -> int:
    """Open the notebooks."""
    return module("jupyterlab", "notebooks", *args)


def clean() -> int:
    """Remove what the set-up and the tools made."""
    for name in CACHES:
        remove(ROOT / name)
    for folder in (ROOT / "lib", ROOT / "tests"):
        for made_by_python in [*folder.rglob("__pycache__"), *folder.rglob("*.egg-info")]:
            remove(made_by_python)
    remove(VENV)
    return 0


JOBS = {"demo": demo, "test": test, "lab": lab, "lint": lint}


def main(argv: list[str]) -> int:
    """Set up what is needed and do the job; its exit code is ours."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    job, args = (argv[0], argv[1:]) if argv else ("", [])
    if job in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    if job not in (*JOBS, "setup", "clean") or (args and job not in JOBS):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        if job == "clean":
            return clean()
        setup()
        return JOBS[job](args) if job in JOBS else 0
    except SetupError as error:
        say(f"evalkit: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
