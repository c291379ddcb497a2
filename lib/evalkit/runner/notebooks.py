"""One notebook through papermill, kept without anything volatile."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.tables import write_text

if TYPE_CHECKING:
    from evalkit.runner.warm import WarmServer

_ATTEMPTS = 2  # a kernel that does not answer at its start is tried once more
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class NotebookFailedError(Exception):
    """A cell raised an error; the executed notebook holds it.

    Parameters
    ----------
    cell : str
        Heading above the cell that failed.
    detail : str
        First useful line of the error.
    """

    def __init__(self, cell: str, detail: str) -> None:
        self.cell = cell
        self.detail = detail
        super().__init__(f"{cell}: {detail}")


def execute(source: Path, target: Path, parameters: dict[str, str], root: Path, server: WarmServer | None = None) -> None:
    """Execute `source` with `parameters` (ASCII) in a process whose folder is `root`; write it to `target`.

    Parameters
    ----------
    source, target : Path
    parameters : dict of str
    root : Path
    server : WarmServer, optional
        Where the process is forked from; without it an ordinary kernel is started.

    Raises
    ------
    NotebookFailedError
        A cell raised, and `target` is written all the same; or the process died or took too long.
    """
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    how: dict[str, Any] = {"extra_arguments": ["--IPKernelApp.log_level=50"]}  # its notes on local ports help nobody
    attempts = _ATTEMPTS
    if server is not None:
        from evalkit.runner.warm.engine import WarmEngine

        papermill_engines.register("evalkit-warm", WarmEngine)
        how = {"engine_name": "evalkit-warm", "server": server}
        attempts = 1  # a forked process that dies would die again

    logging.getLogger("papermill").setLevel(logging.ERROR)
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
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
                resources={"metadata": {"path": str(root)}},
                **how,
            )
            break
        except PapermillExecutionError as error:
            notebook = nbformat.read(aside, as_version=4)
            name = "" if error.ename == "EvalkitError" else f"{error.ename}: "
            failure = NotebookFailedError(_heading(notebook, error.cell_index), f"{name}{error.evalue}")
            break
        except (RuntimeError, CellTimeoutError) as error:  # the process died, did not answer, or took too long
            if attempt == attempts or isinstance(error, CellTimeoutError):
                aside.unlink(missing_ok=True)
                raise NotebookFailedError("kernel", str(error).strip().splitlines()[-1]) from None
    notebook = nbformat.read(aside, as_version=4)
    write_text(target, nbformat.writes(steady(notebook)) + "\n")
    aside.unlink(missing_ok=True)
    if failure:
        raise failure


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
