"""Papermill's own notebook client, talking to a forked process instead of a kernel."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import select
import socket
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.jsonutil import extract_dates, json_default
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.session import Session
from jupyter_core.utils import ensure_event_loop, run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from traitlets import Any as AnyTrait
from traitlets import Float, Int

from evalkit.runner.warm import wire
from evalkit.runner.warm.client import Availability, Fate, Task, WarmServer, available, shared_server

TIME_LIMIT = 3600.0
MEMORY_LIMIT = 4 << 30


class _Channel:
    """One of the two queues of messages that nbclient reads."""

    def __init__(self, connection: _Connection) -> None:
        self.connection = connection
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        self.connection.listen()
        try:
            return await asyncio.wait_for(self.queue.get(), timeout)
        except asyncio.TimeoutError:
            raise Empty from None

    def send(self, msg: dict[str, Any]) -> None:
        self.connection.send(msg)


class _Connection:
    """What nbclient calls a kernel client."""

    allow_stdin = False

    def __init__(self, task: Task) -> None:
        self.task = task
        self.session = Session(key=b"unused")
        self.shell_channel, self.iopub_channel = _Channel(self), _Channel(self)
        self.dead = asyncio.Event()
        self._decoder = wire.Decoder()
        self._loop: asyncio.AbstractEventLoop | None = None
        task.socket.setblocking(False)

    def start_channels(self) -> None:
        """Do nothing: the socket is open."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Do nothing: what is sent now is read as soon as the process is ready."""

    def stop_channels(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.remove_reader(self.task.socket)
        self._loop = None

    def is_alive(self) -> bool:
        return not self.dead.is_set()

    def execute(self, code: str, silent: bool = False, store_history: bool = True, stop_on_error: bool = True, **_: Any) -> str:
        content = {"code": code, "silent": silent, "store_history": store_history, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": stop_on_error}  # fmt: skip
        return self.send(self.session.msg("execute_request", content))

    def kernel_info(self) -> str:
        return self.send(self.session.msg("kernel_info_request", {}))

    def send(self, msg: dict[str, Any]) -> str:
        """Send a message, reading meanwhile: neither side can wait for the other for ever."""
        text = json.dumps({key: msg[key] for key in ("header", "parent_header", "metadata", "content")}, default=json_default)
        left = memoryview(wire.pack(wire.SHELL, [text.encode(), *(bytes(part) for part in msg.get("buffers") or [])]))
        poll = select.poll()
        poll.register(self.task.socket, select.POLLIN | select.POLLOUT)
        while left and not self.dead.is_set():
            for _, event in poll.poll():
                if event & ~select.POLLOUT:
                    self.receive()
                if event & select.POLLOUT:
                    try:
                        left = left[self.task.socket.send(left) :]
                    except OSError:
                        self.dead.set()
        return str(msg["header"]["msg_id"])

    def listen(self) -> None:
        """Read in the loop that runs now."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop and not self.dead.is_set():
            loop.add_reader(self.task.socket, self.receive)
            self._loop = loop

    def receive(self) -> None:
        """Read what there is and put it into the queues."""
        try:
            received = self.task.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        for channel, parts in self._decoder.feed(received):
            msg = json.loads(parts[0])
            msg["header"] = extract_dates(msg["header"])
            msg.update(msg_id=msg["header"]["msg_id"], msg_type=msg["header"]["msg_type"], buffers=parts[1:])
            (self.shell_channel if channel == wire.SHELL else self.iopub_channel).queue.put_nowait(msg)
        if not received:
            self.stop_channels()
            self.dead.set()


class _Manager:
    """What nbclient calls a kernel manager: it starts and ends the process of one notebook."""

    ipykernel = False

    def __init__(self, server: WarmServer, options: dict[str, Any], additions: Mapping[str, str]) -> None:
        self.server = server
        self.options = options
        self.additions = additions
        self.task: Task | None = None
        self.connection: _Connection | None = None
        self.busy = False
        self.fate: Fate | None = None

    @property
    def has_kernel(self) -> bool:
        return self.task is not None

    def start_kernel(self, cwd: str | None = None, env: dict[str, str] | None = None, **_: Any) -> None:
        environment = {**(os.environ if env is None else env), **self.additions}
        self.task = self.server.spawn(os.fspath(cwd or os.getcwd()), environment, **self.options)

    def client(self) -> _Connection:
        assert self.task is not None
        self.connection = _Connection(self.task)
        return self.connection

    def is_alive(self) -> bool:
        return self.task is not None and self.fate is None

    def shutdown_kernel(self, now: bool = False) -> None:
        """End the process: a cell that still runs is not waited for."""
        if self.task and self.fate is None:
            if self.connection:
                self.connection.stop_channels()  # a loop keeps the number of a socket closed before
            self.fate = self.task.finish(now or self.busy)

    def interrupt_kernel(self) -> None:
        if self.task:
            self.task.interrupt()

    def cleanup_resources(self) -> None:
        self.shutdown_kernel(now=True)


class WarmNotebookClient(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's notebook client, with a forked process in place of a kernel.

    Parameters
    ----------
    time_limit : float
        Seconds for the whole notebook; 0 for none. Default 3600, or ``EVALKIT_TIME_LIMIT``.
    memory_limit : int
        Bytes of address space (``RLIMIT_AS``) of the notebook's process; 0 for none. Default 4 GiB, or
        ``EVALKIT_MEMORY_LIMIT``. The imported libraries take about 1 GiB of it.
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

    def create_kernel_manager(self) -> _Manager:
        """Return what starts and ends the notebook's process."""
        code = "\0".join(cell.source for cell in self.nb.cells if cell.cell_type == "code")
        seed = self.seed if self.seed is not None else int.from_bytes(hashlib.sha256(code.encode()).digest()[:8], "big")
        options = {"time_limit": self.time_limit or None, "memory_limit": self.memory_limit or None, "seed": seed}
        self.km = _Manager(self.server or shared_server(), options, self.additions or {})
        return self.km

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
            loop = ensure_event_loop()
            left = asyncio.all_tasks(loop) - getattr(self, "_others", set())
            if left and not loop.is_running():
                for task in left:
                    task.cancel()
                loop.run_until_complete(asyncio.wait(left))
            raise

    def _death(self, cell: Any, cell_index: int) -> Exception:
        self.km.shutdown_kernel()
        fate: Fate = self.km.fate
        if fate.reason == "time":
            why = f"the time limit of the notebook, {self.time_limit:g} s, was reached in cell {cell_index + 1}"
            return CellTimeoutError.error_from_timeout_and_cell(why, int(self.time_limit), cell)  # type: ignore[no-any-return]
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

