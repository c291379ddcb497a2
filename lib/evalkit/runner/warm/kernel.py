"""What stands for kernel manager and kernel client when nbclient talks to a forked process."""

from __future__ import annotations

import asyncio
import json
import os
import select
from collections.abc import Mapping
from queue import Empty
from typing import Any

from jupyter_client.jsonutil import extract_dates, json_default
from jupyter_client.session import Session

from evalkit.runner.warm import wire
from evalkit.runner.warm.client import WarmServer
from evalkit.runner.warm.task import Fate, Task


class Channel:
    """One of the two queues of messages that nbclient reads."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message; raise ``queue.Empty`` after `timeout` seconds."""
        self.connection.listen()
        if timeout is not None and self.queue.empty() and not self.connection.is_alive():
            raise Empty
        try:
            return await asyncio.wait_for(self.queue.get(), timeout)
        except TimeoutError:
            raise Empty from None

    def send(self, msg: dict[str, Any]) -> None:
        """Send a message."""
        self.connection.send(msg)


class Connection:
    """What nbclient calls a kernel client."""

    allow_stdin = False

    def __init__(self, task: Task) -> None:
        self.task = task
        self.session = Session(key=b"unused")
        self.shell_channel, self.iopub_channel = Channel(self), Channel(self)
        self.dead = asyncio.Event()
        self._decoder = wire.Decoder()
        self._loop: asyncio.AbstractEventLoop | None = None
        task.socket.setblocking(False)

    def start_channels(self) -> None:
        """Do nothing: the socket is open."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Do nothing: what is sent now is read as soon as the process is ready."""

    def stop_channels(self) -> None:
        """Read no more."""
        if self._loop and not self._loop.is_closed():
            self._loop.remove_reader(self.task.socket)
        self._loop = None

    def is_alive(self) -> bool:
        """Return whether the process is still connected."""
        return not self.dead.is_set()

    def execute(self, code: str, silent: bool = False, store_history: bool = True, stop_on_error: bool = True, **_: Any) -> str:
        """Have a cell executed; return the number of the request."""
        content = {"code": code, "silent": silent, "store_history": store_history, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": stop_on_error}  # fmt: skip
        return self.send(self.session.msg("execute_request", content))

    def kernel_info(self) -> str:
        """Ask for what is known of the kernel; return the number of the request."""
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


class Manager:
    """What nbclient calls a kernel manager: it starts and ends the process of one notebook."""

    ipykernel = False

    def __init__(self, server: WarmServer, options: dict[str, Any], additions: Mapping[str, str]) -> None:
        self.server = server
        self.options = options
        self.additions = additions
        self.task: Task | None = None
        self.connection: Connection | None = None
        self.busy = False
        self.fate: Fate | None = None

    @property
    def has_kernel(self) -> bool:
        """Whether the process has been started."""
        return self.task is not None

    def start_kernel(self, cwd: str | None = None, env: dict[str, str] | None = None, **_: Any) -> None:
        """Start the process in folder `cwd`."""
        environment = {**(os.environ if env is None else env), **self.additions}
        self.task = self.server.spawn(os.fspath(cwd or os.getcwd()), environment, **self.options)

    def client(self) -> Connection:
        """Return the connection to the process."""
        assert self.task is not None
        self.connection = Connection(self.task)
        return self.connection

    def is_alive(self) -> bool:
        """Return whether the process has to be ended."""
        return self.task is not None and self.fate is None

    def shutdown_kernel(self, now: bool = False) -> None:
        """End the process: a cell that still runs is not waited for."""
        if self.task and self.fate is None:
            if self.connection:
                self.connection.stop_channels()  # a loop keeps the number of a socket closed before
            self.fate = self.task.finish(now or self.busy)

    def interrupt_kernel(self) -> None:
        """Interrupt the cell that runs."""
        if self.task:
            self.task.interrupt()

    def cleanup_resources(self) -> None:
        """See that the process is gone."""
        self.shutdown_kernel(now=True)
