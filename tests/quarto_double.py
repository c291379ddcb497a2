"""A stand-in for Quarto: a bash script with a child, which does what was seen of Quarto 1.10 and renders with pandoc and Typst.

Everything goes to standard error, the exit status is 0 or 1 only, and it is 0 for many documents that are wrong.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

WARN, OFF = "\x1b[33m", "\x1b[39m"
SUFFIX = {"docx": "docx", "typst": "pdf", "html": "html"}
SCRIPT = """#!/bin/bash
"{python}" "{double}" "{folder}" "$@"
exit $?
"""


def install(folder: Path, **behaviour: Any) -> Path:
    """Put the stand-in into a folder for the PATH.

    Parameters
    ----------
    folder : Path
        Made when missing.
    **behaviour
        ``say``: lines to write besides; ``fail``: message of an exit with 1; ``hang``: never end; ``stray``: leave a child behind;
        ``without``: formats that are not written; ``empty``: formats of which the file is empty;
        ``lose``: files to delete before.
    """
    folder.mkdir(exist_ok=True)
    program = folder / "quarto"
    program.write_text(SCRIPT.format(python=sys.executable, double=Path(__file__).resolve(), folder=folder.resolve()), encoding="utf-8")
    program.chmod(0o755)
    (folder / "behaviour.json").write_text(json.dumps(behaviour), encoding="utf-8")
    return program


def calls(folder: Path) -> list[dict[str, Any]]:
    """Return how the stand-in was called: arguments, environment and what else it saw."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("call-*.json"))]


def alive(folder: Path) -> list[bool]:
    """Return for each process that was to go on whether it does: a lock ends with its process."""
    import fcntl

    found = []
    for path in sorted(folder.glob("lock-*")):
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found.append(False)
            except BlockingIOError:
                found.append(True)
    return found


class FaultError(Exception):
    """Something that Quarto exits with 1 for."""


class Log:
    """Messages on standard error, or with ``--quiet --log F --log-format json-stream`` in a file."""

    def __init__(self, arguments: list[str]) -> None:
        self._quiet = "--quiet" in arguments
        self._path = Path(arguments[arguments.index("--log") + 1]) if "--log" in arguments else None

    def __call__(self, text: str, level: str = "INFO") -> None:
        if not self._quiet:
            print(text, file=sys.stderr, flush=True)
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"levelName": level, "msg": text}, ensure_ascii=False) + "\n")


def main(folder: Path, arguments: list[str]) -> int:
    behaviour = json.loads((folder / "behaviour.json").read_text(encoding="utf-8"))
    seen = {
        "arguments": arguments,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "files": sorted(os.listdir()),
        "stdin_closed": os.fstat(0).st_rdev == os.stat(os.devnull).st_rdev,
        "own_session": os.getsid(0) == os.getppid(),
    }
    (folder / f"call-{len(calls(folder))}.json").write_text(json.dumps(seen), encoding="utf-8")
    log = Log(arguments)
    try:
        for text in behaviour.get("say", []):
            log(text)
        if behaviour.get("hang"):
            os.fork()
            go_on(folder)
        if behaviour.get("stray") and os.fork() == 0:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            go_on(folder)
        while behaviour.get("stray") and not list(folder.glob("lock-*")):
            time.sleep(0.01)
        render(arguments, behaviour, log)
    except FaultError as fault:
        log(f"\x1b[1m\x1b[31mERROR: {fault}{OFF}\x1b[22m", "ERROR")
        return 1
    return 0


def go_on(folder: Path) -> None:
    import fcntl

    with (folder / f"lock-{os.getpid()}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        time.sleep(60)
    os._exit(0)


def render(arguments: list[str], behaviour: dict[str, Any], log: Log) -> None:
    import yaml

    source = Path(arguments[1])
    check_surroundings(source)
    if "-o" in arguments and os.path.dirname(arguments[arguments.index("-o") + 1]):
        raise FaultError("--output option cannot specify a relative or absolute path")
    Path(".quarto").mkdir(exist_ok=True)
    (source.parent / f"{source.stem}_files").mkdir(exist_ok=True)
    text = source.read_text(encoding="utf-8")
    try:
        header = yaml.safe_load(text.split("---\n")[1])
    except yaml.YAMLError as error:
        raise FaultError(f"YAMLError: {error}") from None
    if "--execute" in arguments:
        source.write_text(text + "\n", encoding="utf-8")
    if "fail" in behaviour:
        source.with_suffix(".typ").write_text("half", encoding="utf-8")
        raise FaultError(behaviour["fail"])
    for name in behaviour.get("lose", []):
        Path(name).unlink()
    kinds = arguments[arguments.index("--to") + 1].split(",")
    plain = source.with_suffix(".md")
    plain.write_text(resolved(text, log), encoding="utf-8")
    metadata = [part for place, part in enumerate(arguments) if part == "--metadata" or arguments[place - 1] == "--metadata"]
    for kind in kinds:
        target = source.with_suffix(f".{SUFFIX[kind]}")
        if kind in behaviour.get("empty", []):
            target.touch()
        elif kind not in behaviour.get("without", []):
            one_format(kind, header, plain, target, metadata, log)
    log(f"Output created: {source.stem}.{SUFFIX[kinds[0]]}\n")


def check_surroundings(source: Path) -> None:
    if not source.name.isascii() and os.environ.get("LC_ALL") != "C.UTF-8":
        raise FaultError(f"NotFound: No such file or directory (os error 2), stat {source.name!a}")
    for key in ("XDG_CACHE_HOME", "TMPDIR"):
        place = os.environ.get(key) or os.environ.get("HOME", "/nonexistent")
        if not os.access(place, os.W_OK):
            raise FaultError(f"PermissionDenied: {key}")


def resolved(text: str, log: Log) -> str:
    """Leave a question mark at a reference that leads nowhere, with a warning and no more."""

    def replaced(found: re.Match[str]) -> str:
        if f"#{found[1]}" in text:
            return found.group()
        log(f"{WARN}WARNING (main.lua:22571) Unable to resolve crossref @{found[1]}{OFF}")
        return f"**?\\@{found[1]}**"

    return re.sub(r"(?<![\\\w])@((?:fig|tbl|sec)-[\w-]+)", replaced, text)


def one_format(kind: str, header: dict[str, Any], source: Path, target: Path, metadata: list[str], log: Log) -> None:
    """Run pandoc with the options of the header, and Typst; their warnings are printed and forgotten."""
    import pypandoc

    own = ("theme", "keep-typ", "pdf-standard")  # what Quarto itself does
    given = header["format"][kind]
    options = {key: value for key, value in given.items() if key not in own}
    switches = [f"--{key}" if value is True else f"--{key}={value}" for key, value in options.items()]
    filters = [f"--lua-filter={name}" for name in header["filters"]]
    output = target.with_suffix(".typ") if kind == "typst" else target
    writer = ["--from", header["from"], "--to", "html5" if kind == "html" else kind, "--standalone", "--wrap=none"]
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), source, *writer, *filters, *switches, *metadata, "--output", output],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    log(done.stderr)
    if done.returncode:
        raise FaultError("pandoc")
    if kind == "typst":
        import typst

        try:
            _, warnings = typst.compile_with_warnings(
                str(output), output=str(target), root=".", font_paths=os.environ["TYPST_FONT_PATHS"].split(os.pathsep),
                ignore_system_fonts=os.environ.get("TYPST_IGNORE_SYSTEM_FONTS") == "true",
                timestamp=int(os.environ["SOURCE_DATE_EPOCH"]), pdf_standards=[given["pdf-standard"]],
            )  # fmt: skip
        except typst.TypstError as error:
            raise FaultError(f"Typst: {error}") from None
        for warning in warnings:
            log(f"warning: {warning.message}")
        if not given.get("keep-typ"):
            output.unlink()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
