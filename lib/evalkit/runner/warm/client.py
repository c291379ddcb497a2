"""The launcher's side of warm execution: the server, and the processes of notebooks it forks."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.runner.warm.task import GRACE, Task, hand_over

START_TIMEOUT = 120.0  # seconds; the imports of a cold disk are slow
_CODE = (
    "import sys; sys.path[:] = [p for p in sys.path if p]; "
    "from evalkit.runner.warm.server import main; main({fd}, {pid}, {preload!r}, {project!r})"
)


@dataclass(frozen=True)
class Availability:
    """Whether notebooks can be executed warm here; the reason says why not."""

    yes: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.yes


def available() -> Availability:
    """Return whether notebooks can be executed warm on this system."""
    if sys.platform != "linux":
        return Availability(False, f"processes cannot be forked safely on {sys.platform}; notebooks run in ordinary kernels")
    if sys.implementation.name != "cpython":
        return Availability(False, f"{sys.implementation.name} is not supported; notebooks run in ordinary kernels")
    try:
        os.close(os.pidfd_open(os.getpid()))
        os.close(os.memfd_create("evalkit"))
    except (OSError, AttributeError) as error:
        return Availability(False, f"this Linux is too old or too restricted ({error}); notebooks run in ordinary kernels")
    return Availability(True)


class WarmServer:
    """A process that has imported the libraries and forks one process per notebook.

    As a context manager it is also what :func:`shared_server` returns. It may be used by several threads; when it is
    closed the notebooks still running are killed, so leave it before the pool of threads that uses it.

    Parameters
    ----------
    preload : sequence of str, optional
        Modules to import beforehand; by default numpy, pandas, matplotlib, seaborn and those of evalkit.
    start_timeout : float
        Seconds within which it has to be ready.
    project : path, optional
        A project whose rules are read beforehand: its notebooks read only those that changed since.
    """

    def __init__(self, preload: Sequence[str] | None = None, start_timeout: float = START_TIMEOUT, project: Path | None = None) -> None:
        self.project = str(project.absolute()) if project else ""
        self.preload = list(preload) if preload is not None else None
        self.start_timeout = start_timeout
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready = False
        self._closed = False
        self._owner = 0
        self._tasks: set[Task] = set()

    def __enter__(self) -> WarmServer:
        self.start()
        _entered.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _entered.remove(self)
        self.close()

    @property
    def pid(self) -> int:
        """Number of the server's process; 0 when there is none."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    def start(self) -> None:
        """Start the server unless it runs; it may take seconds to be ready, which nobody waits for here.

        Raises
        ------
        RuntimeError
            This system cannot do it, or the server has been closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the warm server has been closed")
            if self._process and self._owner == os.getpid() and self._process.poll() is None:
                return
            found = available()
            if not found:
                raise RuntimeError(found.reason)
            if self._control:
                self._control.close()
            self._tasks.clear()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
            environment.setdefault("PYTHONHASHSEED", "0")  # equal notebooks print their sets in equal order
            environment.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
            code = _CODE.format(fd=theirs.fileno(), pid=os.getpid(), preload=self.preload, project=self.project)
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", code],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is for the launcher, which ends the rest in order
                )
            except BaseException:
                ours.close()
                raise
            finally:
                theirs.close()
            self._control, self._ready, self._owner = ours, False, os.getpid()

    def wait(self) -> None:
        """Start the server if need be and wait until it is ready.

        Raises
        ------
        RuntimeError
            It does not become ready; the message holds the reason.
        """
        with self._lock:
            self.start()
            if self._ready:
                return
            assert self._control is not None
            assert self._process is not None
            self._control.settimeout(self.start_timeout)
            try:
                word = self._control.recv(1 << 16)
            except TimeoutError:
                self._stop()
                raise RuntimeError(f"the warm server was not ready within {self.start_timeout:g} s") from None
            except OSError:
                word = b""
            if word != b"ready":
                status = self._stop()
                said = word.decode("utf-8", "replace") or f"exit code {status}"
                raise RuntimeError(f"the warm server could not start: {said}")
            self._control.settimeout(None)
            self._ready = True

    def spawn(
        self,
        cwd: str,
        environment: Mapping[str, str],
        *,
        time_limit: float | None = None,
        memory_limit: int | None = None,
        seed: int = 0,
    ) -> Task:
        """Fork a process for a notebook.

        Parameters
        ----------
        cwd : str
            Folder it works in.
        environment : mapping
            Its environment.
        time_limit : float, optional
            Seconds after which it is killed.
        memory_limit : int, optional
            Bytes of address space (``RLIMIT_AS``).
        seed : int
            Seed of ``random`` and ``numpy.random``.
        """
        if not os.path.isdir(cwd):
            raise FileNotFoundError(f"the folder for the notebook does not exist: {cwd}")
        request = {"cwd": os.path.abspath(cwd), "environment": dict(environment), "launcher": os.getpid(), "seed": seed,
                   "time_limit": time_limit, "memory_limit": memory_limit}  # fmt: skip
        text = json.dumps(request).encode()
        for _ in range(2):  # a server that has died is started once more
            with self._lock:
                self.wait()
                assert self._control is not None
                task = hand_over(self._control, len(text).to_bytes(8, "big") + text)
                if task:
                    self._tasks = {other for other in self._tasks if not other.ended} | {task}
                    return task
                self._stop()
        raise RuntimeError("the warm server died twice")

    def close(self) -> None:
        """Kill the notebooks still running and end the server."""
        self._closed = True
        control = self._control
        if control and not self._ready and self._owner == os.getpid():
            with contextlib.suppress(OSError):
                control.shutdown(socket.SHUT_RDWR)  # nobody has to wait until it is ready
        with self._lock:
            if self._owner != os.getpid():
                return
            for task in self._tasks:
                task.kill()
            for task in self._tasks:
                task.fate()
            self._tasks.clear()
            self._stop()

    def _stop(self) -> int | None:
        if self._process is None or self._control is None:
            return None
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._control.close()
        try:
            status = self._process.wait(GRACE if self._ready else 0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._process, self._control, self._ready = None, None, False
        return status


_entered: list[WarmServer] = []
_lazy: WarmServer | None = None
_lock = threading.Lock()


def shared_server(project: Path | None = None) -> WarmServer:
    """Return the server entered last, else one that is started on first use and ended when this process exits.

    Parameters
    ----------
    project : path, optional
        The project whose rules one that is started now reads beforehand.
    """
    global _lazy
    with _lock:
        if _entered:
            return _entered[-1]
        if _lazy is None:
            _lazy = WarmServer(project=project)
            atexit.register(_lazy.close)
        return _lazy
