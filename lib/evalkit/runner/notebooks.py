"""One notebook through papermill, kept without anything volatile."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import re
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evalkit.messages import EvalkitError, Problem
from evalkit.tables import write_text

if TYPE_CHECKING:
    from evalkit.runner.warm import WarmServer

_ATTEMPTS = 2  # a kernel that does not answer at its start is tried once more
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_SLACK = 5.0  # seconds after which the launcher stops a notebook that its own process should have ended
#: Lowest and highest limits: seconds, and MB of address space (the imported libraries alone take about 400).
TIME_LIMITS, MEMORY_LIMITS = (1, 1_000_000), (500, 10_000_000)


class NotebookFailedError(Exception):
    """A notebook did not come to its end; what it did until then is kept.

    Parameters
    ----------
    cell : str
        Heading above the cell that failed.
    detail : str
        The error, or how the process ended.
    reason : {"error", "time", "memory", "died"}
        An error of the cell's own, one of the limits, or the end of the process.
    limit : float
        The limit that was reached, in seconds or MB.
    """

    def __init__(self, cell: str, detail: str, reason: Literal["error", "time", "memory", "died"] = "error", limit: float = 0) -> None:
        self.cell = cell
        self.detail = detail
        self.reason = reason
        self.limit = limit
        super().__init__(f"{cell}: {detail}")


def check_limits(time_limit: int | None, memory_limit: int | None) -> None:
    """Raise EvalkitError when a limit is not one that a notebook can work with."""
    asked = (("--time-limit", time_limit, TIME_LIMITS), ("--memory-limit", memory_limit, MEMORY_LIMITS))
    for option, value, (low, high) in asked:
        if value is not None and not low <= value <= high:
            raise EvalkitError(Problem("limit_range", values={"option": option, "value": value, "low": low, "high": high}))


def execute(
    source: Path,
    target: Path,
    parameters: dict[str, str],
    root: Path,
    server: WarmServer | None = None,
    *,
    time_limit: int | None = None,
    memory_limit: int | None = None,
) -> None:
    """Execute `source` with `parameters` (ASCII) in a process whose folder is `root`; write it to `target`.

    Parameters
    ----------
    source, target : Path
    parameters : dict of str
    root : Path
    server : WarmServer, optional
        Where the process is forked from; without it an ordinary kernel is started.
    time_limit : int, optional
        Seconds for the whole notebook from its first cell on; default as for warm processes.
    memory_limit : int, optional
        MB of address space; default as for warm processes. An ordinary kernel has no such limit: exhausted, it often hangs.

    Raises
    ------
    NotebookFailedError
        A cell raised, a limit was reached or the process died; what there is of `target` is written all the same.
    """
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    from evalkit.runner.warm.notebook import MEMORY_LIMIT, TIME_LIMIT

    seconds = time_limit or float(os.environ.get("EVALKIT_TIME_LIMIT") or TIME_LIMIT)
    memory = memory_limit << 20 if memory_limit else int(os.environ.get("EVALKIT_MEMORY_LIMIT") or MEMORY_LIMIT)
    papermill_engines.register("evalkit-kernel", _kernel_engine())
    how: dict[str, Any] = {"engine_name": "evalkit-kernel"}
    attempts, slack = _ATTEMPTS, 0.0
    if server is not None:
        from evalkit.runner.warm.engine import WarmEngine

        papermill_engines.register("evalkit-warm", WarmEngine)
        how = {"engine_name": "evalkit-warm", "server": server, "time_limit": seconds, "memory_limit": memory}
        attempts, slack = 1, _SLACK  # a forked process that dies would die again

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what fails is told once, by the launcher
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".part-{target.name}")
    failure: NotebookFailedError | None = None
    for attempt in range(1, attempts + 1):
        try:
            papermill.execute_notebook(
                str(source),
                str(aside),
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=True,  # both engines: once, at the end, whatever becomes of the process
                autosave_cell_every=0,
                resources={"metadata": {"path": str(root)}},
                extra_arguments=["--IPKernelApp.log_level=50"],  # its notes on local ports help nobody
                timeout_func=_Rest(seconds + slack) if seconds else None,
                execution_timeout=math.ceil(seconds + slack) or None,  # for what is no cell
                **how,
            )
            break
        except PapermillExecutionError as error:
            notebook = nbformat.read(aside, as_version=4)
            failure = _raised(_heading(notebook, error.cell_index), error.ename, error.evalue, memory >> 20 if server else 0)
            break
        except (RuntimeError, CellTimeoutError) as error:  # the process died, did not answer, or took too long
            if attempt == attempts or isinstance(error, CellTimeoutError):
                late = isinstance(error, CellTimeoutError) and "Timeout waiting for IOPub output" not in str(error)
                failure = _cut(aside, error, seconds if late else 0)
                break
    if aside.is_file():
        notebook = nbformat.read(aside, as_version=4)
        write_text(target, nbformat.writes(steady(notebook)) + "\n")
        aside.unlink()
    if failure:
        raise failure


@cache
def _kernel_engine() -> Any:
    """Return papermill's own engine, which saves the notebook once instead of with each cell."""
    from papermill.engines import NBClientEngine

    class KernelEngine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, *args: Any, **kwargs: Any) -> Any:
            path, nb_man.output_path = nb_man.output_path, None
            try:
                return super().execute_managed_notebook(nb_man, *args, **kwargs)
            finally:
                nb_man.output_path = path

    return KernelEngine


class _Rest:
    """What is left to a cell of the time for the whole notebook, which begins with its first cell."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.until = 0.0

    def __call__(self, cell: Any) -> float:
        self.until = self.until or time.monotonic() + self.seconds
        return max(self.until - time.monotonic(), 0.1)


def _raised(cell: str, name: str, text: str, megabytes: int) -> NotebookFailedError:
    """Return what to say of an error in a cell."""
    if megabytes and name.endswith("MemoryError"):  # numpy has one of its own
        return NotebookFailedError(cell, f"{name}: {text}".rstrip(": "), "memory", megabytes)
    return NotebookFailedError(cell, text if name == "EvalkitError" else f"{name}: {text}")


def _cut(path: Path, error: Exception, seconds: float) -> NotebookFailedError:
    """Return what to say of a notebook that was ended from outside; `seconds` when it was for the time it took.

    The cell that was executed last gets the error that it could not show itself.
    """
    import nbformat

    said = str(error).strip().splitlines() or [type(error).__name__]
    # A server that does not start tells its traceback; the others begin with what happened.
    detail = said[-1] if said[0].endswith("Traceback (most recent call last):") else said[0].removeprefix("Kernel died: ")
    name = ""
    if path.is_file():
        notebook = nbformat.read(path, as_version=4)
        cells = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        begun = [i for i, cell in cells if cell.metadata.get("papermill", {}).get("start_time")]
        if begun:
            name = _heading(notebook, begun[-1])
            shown = f"stopped at the time limit of the notebook, {seconds:g} s" if seconds else detail
            output = nbformat.v4.new_output("error", ename=type(error).__name__, evalue=shown, traceback=[shown])
            notebook.cells[begun[-1]].outputs.append(output)
            nbformat.write(notebook, path)
    return NotebookFailedError(name or "kernel", detail, "time" if seconds else "died", seconds)


def steady(notebook: Any) -> Any:
    """Return the notebook without times, paths and random ids: equal runs give equal bytes."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    cells = []
    for position, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        if "papermill-error-cell-tag" in tags or "papermill-error-cell" in tags:
            continue  # papermill's own banner; the error itself stays in its cell
        for key in ("papermill", "execution", "collapsed"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in tags:
            cell.id = hashlib.sha256(f"{position}{cell.source}".encode()).hexdigest()[:8]
        for output in cell.get("outputs", []):
            if output.get("output_type") == "error":
                output["traceback"] = [_ANSI.sub("", line) for line in output["traceback"]]
        if cell.cell_type == "code":
            cell["outputs"] = [output for output in cell.outputs if not _chatter(output)]
        cells.append(cell)
    notebook.cells = cells
    return notebook


def _chatter(output: Any) -> bool:
    return output.get("output_type") == "stream" and "running over TCP without encryption" in output.get("text", "")


def _heading(notebook: Any, index: int) -> str:
    """Return the last Markdown heading above a cell."""
    found = ""
    for cell in notebook.cells[: index + 1]:
        if cell.cell_type == "markdown" and "papermill" not in str(cell.metadata.get("tags", "")):
            lines = [line.lstrip("# ").strip() for line in cell.source.splitlines() if line.startswith("#")]
            found = lines[0] if lines else found
    return found or f"cell {index + 1}"
