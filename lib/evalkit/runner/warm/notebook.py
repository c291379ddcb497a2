"""Papermill's own notebook client, talking to a forked process instead of a kernel."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_core.utils import ensure_event_loop, run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from traitlets import Any as AnyTrait
from traitlets import Float, Int

from evalkit.runner.warm.client import Availability, available, shared_server
from evalkit.runner.warm.kernel import Manager
from evalkit.runner.warm.task import Fate

TIME_LIMIT = 3600.0
MEMORY_LIMIT = 4 << 30


class WarmNotebookClient(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's notebook client, with a forked process in place of a kernel.

    Parameters
    ----------
    time_limit : float
        Seconds for the whole notebook; 0 for none. Default 3600, or ``EVALKIT_TIME_LIMIT``.
    memory_limit : int
        Bytes of address space (``RLIMIT_AS``) of the notebook's process; 0 for none. Default 4 GiB, or
        ``EVALKIT_MEMORY_LIMIT``. The imported libraries take about 400 MB of it.
    seed : int, optional
        Seed of ``random`` and ``numpy.random``; default a hash of the code and parameters of the notebook.
    server : WarmServer, optional
        Default :func:`evalkit.runner.warm.shared_server`.
    """

    time_limit = Float()
    memory_limit = Int()
    seed = Int(None, allow_none=True)
    server = AnyTrait()
    additions = AnyTrait()

    def __init__(self, nb_man: Any, **kwargs: Any) -> None:
        kwargs.setdefault("time_limit", float(os.environ.get("EVALKIT_TIME_LIMIT") or TIME_LIMIT))
        kwargs.setdefault("memory_limit", int(os.environ.get("EVALKIT_MEMORY_LIMIT") or MEMORY_LIMIT))
        super().__init__(nb_man, **kwargs)

    def create_kernel_manager(self) -> Manager:
        """Return what starts and ends the notebook's process."""
        code = "\0".join(cell.source for cell in self.nb.cells if cell.cell_type == "code")
        seed = self.seed if self.seed is not None else int.from_bytes(hashlib.sha256(code.encode()).digest()[:8], "big")
        options = {"time_limit": self.time_limit or None, "memory_limit": self.memory_limit or None, "seed": seed}
        project = Path(self.resources.get("metadata", {}).get("path") or ".")
        manager = Manager(self.server or shared_server(project), options, self.additions or {})
        self.km: Any = manager
        return manager

    async def async_execute_cell(self, cell: Any, cell_index: int, *args: Any, **kwargs: Any) -> Any:
        """Execute one cell; when its process dies, say how."""
        self.km.busy = True
        self._others = asyncio.all_tasks() - {asyncio.current_task()}
        try:
            done = await super().async_execute_cell(cell, cell_index, *args, **kwargs)
        except (DeadKernelError, CellTimeoutError) as error:
            self.nb_man.cell_exception(cell, cell_index=cell_index, exception=error)
            if isinstance(error, DeadKernelError):
                raise self._death(cell, cell_index) from None
            raise
        except Exception:
            self.km.busy = False  # an error of the cell's own: the process waits for the next one
            raise
        self.km.busy = False
        return done

    def execute_cell(self, cell: Any, cell_index: int, *args: Any, **kwargs: Any) -> Any:
        """Execute one cell, waiting for it."""
        try:
            return run_sync(self.async_execute_cell)(cell, cell_index, *args, **kwargs)
        except KeyboardInterrupt:
            self.km.shutdown_kernel(now=True)
            loop = ensure_event_loop()
            left = asyncio.all_tasks(loop) - getattr(self, "_others", set())
            if left and not loop.is_running():
                for task in left:
                    task.cancel()
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            raise

    def _death(self, cell: Any, cell_index: int) -> Exception:
        by_itself = self.km.task.wait(1.5)  # its socket closes shortly before it has ended
        self.km.shutdown_kernel(now=True)
        fate = self.km.fate if by_itself else Fate("cut")
        if fate.reason == "time":
            why = f"the time limit of the notebook, {self.time_limit:g} s, was reached in cell {cell_index + 1}"
            return CellTimeoutError.error_from_timeout_and_cell(why, int(self.time_limit), cell)
        tail = f"\n{fate.tail}" if fate.tail and fate.reason == "ended" else ""
        return DeadKernelError(f"Kernel died: while cell {cell_index + 1} was executed {fate}{tail}")

    async def _async_poll_kernel_alive(self) -> None:
        await self.kc.dead.wait()
        self.task_poll_for_reply.cancel()

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: Any, cell_index: int) -> Any:
        """Add an output; text of one stream that comes in pieces is put together."""
        content = msg["content"]
        plain = not self.output_hook_stack.get(msg["parent_header"].get("msg_id")) and not self.clear_before_next_output
        if plain and msg["msg_type"] == "stream" and outs and outs[-1].get("name") == content["name"]:
            outs[-1]["text"] += content["text"]
            return type(outs[-1])(output_type="stream", name=content["name"], text=content["text"])
        return super().output(outs, msg, display_id, cell_index)


class ManagedEngine(NBClientEngine):  # type: ignore[misc]
    """What papermill does around the execution of a notebook, and what to do where it cannot be executed warm."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Execute the notebook; `time_limit`, `memory_limit`, `seed` and `server` as in :class:`WarmNotebookClient`."""
        additions = _own_kernel(kernel_name)
        found = available() if additions is not None else Availability(False, f"kernel {kernel_name!r} is not this Python")
        common = {"log_output": log_output, "stdout_file": stdout_file, "stderr_file": stderr_file}
        if not found:
            logger.warning(f"Not executed by evalkit-warm: {found.reason}")
            for name in ("time_limit", "memory_limit", "seed", "server"):
                kwargs.pop(name, None)
            return super().execute_managed_notebook(
                nb_man, kernel_name, start_timeout=start_timeout, execution_timeout=execution_timeout, **common, **kwargs
            )
        kwargs = {name: value for name, value in kwargs.items() if value is not None and name not in ("input_path", "startup_timeout")}
        kwargs["timeout"] = execution_timeout or kwargs.get("timeout")
        path, nb_man.output_path = nb_man.output_path, None  # papermill itself writes the notebook when this returns
        try:
            return WarmNotebookClient(nb_man, kernel_name=kernel_name, log=logger, additions=additions, **common, **kwargs).execute()
        except BaseException:
            nb_man.output_path = path
            raise


@cache
def _own_kernel(name: str) -> dict[str, str] | None:
    """Return what the kernel adds to the environment if it is the one of this interpreter, else nothing."""
    try:
        spec = KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel:
        return None
    if spec.language != "python" or "ipykernel_launcher" not in spec.argv:
        return None
    program = Path(spec.argv[0])
    named = program.name == spec.argv[0] and program.name.startswith("python")  # jupyter puts this interpreter for it
    return dict(spec.env) if named or program.parent == Path(sys.executable).parent else None
