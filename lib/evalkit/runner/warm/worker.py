"""A notebook's process: ipykernel's own kernel and shell, whose messages go down a socket in place of ZeroMQ."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import faulthandler
import gc
import json
import logging
import os
import random
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from _thread import start_new_thread
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from tornado.ioloop import IOLoop
from traitlets import Type
from traitlets.config import Config

from evalkit.runner.warm import wire
from evalkit.runner.warm.streams import Capture, CapturedStream, PipeSession

_SPARE = 128 << 20  # bytes that become free at a MemoryError, so that it can be shown


class _SpareMemory:
    """Attribute ``showtraceback`` that first frees the spare memory when there is too little; it adds no frame of its own."""

    def __get__(self, shell: ZMQInteractiveShell | None, kind: type) -> Any:
        if shell is None:
            return ZMQInteractiveShell.showtraceback
        if sys.exc_info()[0] is MemoryError:
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        return ZMQInteractiveShell.showtraceback.__get__(shell, kind)


class _Shell(ZMQInteractiveShell):
    showtraceback = _SpareMemory()


# Some libraries, rich among them, know a notebook by the name of this class.
_Shell.__name__ = _Shell.__qualname__ = "ZMQInteractiveShell"
_Shell.__module__ = ZMQInteractiveShell.__module__


class _Kernel(IPythonKernel):
    shell_class = Type(_Shell)
    _supports_kernel_subshells = False

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Do nothing: the launcher sends one cell at a time."""

    async def handle(self, msg: dict[str, Any]) -> None:
        """Do what a message of the launcher asks for."""
        self.set_parent([], msg, "shell")  # type: ignore[no-untyped-call]
        self._publish_status("busy", "shell")  # type: ignore[no-untyped-call]
        handler = self.shell_handlers.get(msg["header"]["msg_type"])
        try:
            self.pre_handler_hook()  # type: ignore[no-untyped-call]
            result = handler("shell", [], msg) if handler else None
            if result is not None:
                await result
        except (Exception, KeyboardInterrupt) as error:  # an error beside the cell's own, which has been shown
            failed = {"status": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": []}
            assert self.session is not None
            self.session.send(self.iopub_socket, "error", failed, msg)
            self.session.send("shell", "execute_reply", failed, msg)  # type: ignore[arg-type]
        finally:
            self.post_handler_hook()  # type: ignore[no-untyped-call]
        self._publish_status("idle", "shell")  # type: ignore[no-untyped-call]


def make_kernel() -> _Kernel:
    """Return the kernel that each notebook's process inherits; nothing has run in it."""
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    kernel: _Kernel = _Kernel.instance(
        config=config,
        session=PipeSession(key=b"unused"),
        iopub_socket="iopub",
        log=logging.getLogger("evalkit.warm"),
        # Only asked for the thread that cells run in.
        shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
    )
    kernel._execute_sleep = 0.0
    assert kernel.shell is not None
    kernel.shell.extension_manager.load_extension("storemagic")
    return kernel


def run(kernel: _Kernel, request: dict[str, Any], link: socket.socket, outputs: list[tuple[int, int]]) -> int:
    """Execute cells until the launcher sends no more; return the exit code."""
    _surroundings(request)
    session, shell = kernel.session, kernel.shell
    assert isinstance(session, PipeSession)
    assert shell is not None
    capture = Capture(session, outputs)
    session.connect(link, capture)
    originals = [os.dup(1), os.dup(2)]
    for target, (_, writing) in zip((1, 2), outputs, strict=True):
        os.dup2(writing, target)
        os.close(writing)
    start_new_thread(capture.watch, ())
    faulthandler.enable(2)
    sys.stdout, sys.stderr = (CapturedStream(name, capture, fd) for name, fd in zip(("stdout", "stderr"), originals, strict=True))
    kernel._stdout, kernel._stderr = sys.stdout, sys.stderr
    shell.init_environment()
    shell.starting_dir = os.getcwd()
    shell.history_manager.dir_hist[:] = [Path.cwd()]
    _use_inline_figures()
    if request["memory_limit"]:
        limit = request["memory_limit"]
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit + _SPARE))
    _seed(request["seed"])
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with contextlib.suppress(RuntimeError):  # exit() stops the loop
        loop.run_until_complete(_serve(kernel, link))
    return _finish()


def _surroundings(request: dict[str, Any]) -> None:
    """Make folder, environment and search path those an ordinary kernel would have."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.environ["JPY_PARENT_PID"] = str(request["launcher"])
    os.environ.setdefault("PYDEVD_USE_FRAME_EVAL", "NO")
    time.tzset()
    tempfile.tempdir = None
    sys.argv = ["ipykernel_launcher.py"]
    site = (index for index, path in enumerate(sys.path) if os.path.basename(path) in ("site-packages", "dist-packages"))
    sys.path.insert(next(site, 0), "")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # but for the time a cell runs


def _use_inline_figures() -> None:
    """Choose matplotlib's backend as its import in an ordinary kernel would; the backend itself is not imported yet."""
    backend = os.environ.get("MPLBACKEND") or "module://matplotlib_inline.backend_inline"
    os.environ["MPLBACKEND"] = backend
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = backend


def _seed(seed: int) -> None:
    """Seed the generators: all forks would inherit the same state of numpy's."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % (1 << 32))


async def _serve(kernel: _Kernel, link: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    kernel.io_loop = IOLoop.current()
    requests: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    decoder = wire.Decoder()

    def receive() -> None:
        received = link.recv(1 << 16)
        for _, parts in decoder.feed(received):
            requests.put_nowait({**json.loads(parts[0]), "buffers": parts[1:]})
        if not received:
            loop.remove_reader(link)
            requests.put_nowait(None)

    loop.add_reader(link, receive)
    while (msg := await requests.get()) is not None:
        await kernel.handle(msg)


def _finish() -> int:
    """Do what the end of an interpreter does for others: wait for threads, run exit functions, close files."""
    with contextlib.suppress(BaseException):
        getattr(threading, "_shutdown", lambda: None)()
    with contextlib.suppress(BaseException):
        getattr(atexit, "_run_exitfuncs", lambda: None)()
    with contextlib.suppress(BaseException):
        vars(sys.modules["__main__"]).clear()
        gc.collect()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(BaseException):
            if stream is not None:
                stream.flush()
    return 0
