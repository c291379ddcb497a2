"""The fork server, a fresh interpreter of one thread, and the keeper of each notebook's process.

The server forks a keeper for each request; the keeper forks the notebook, watches it, its time limit and the launcher,
and at the end kills all that the notebook has started, whatever process group that went to.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import time
import traceback
from typing import Any, NoReturn

# A name that ends with .* stands for a package with all its modules.
PRELOAD = (
    "numpy", "pandas", "pandas.io.formats.style", "matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg",
    "seaborn", "IPython.display", "evalkit.assessment.*", "evalkit.formulas.*", "evalkit.report.notebook", "evalkit.report.charts",
    "evalkit.report.overview", "evalkit.report.figures", "noto_cjk_sans_otc", "encodings.utf_8_sig", "encodings.utf_16_be",
)  # fmt: skip
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36
_TAIL, _LINES = 1 << 14, 8  # bytes of the process's standard error that are looked at when it dies, lines that are told


def main(control_fd: int, launcher: int, preload: list[str] | None = None, project: str = "") -> None:
    """Import the libraries, say so, and fork a process for each request until the launcher is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.set_inheritable(control_fd, False)
    control = socket.socket(fileno=control_fd)
    watched = os.pidfd_open(launcher)
    if os.getppid() != launcher:
        return
    try:
        from evalkit.runner.warm.worker import make_kernel

        for name in PRELOAD if preload is None else preload:
            with contextlib.suppress(ImportError):  # a notebook that needs it will say so
                _import(name)
        _draw()
        if project:
            with contextlib.suppress(Exception):  # a notebook will say what is wrong with the rules or the data
                _rehearse(project)
        kernel = make_kernel()
        libc = ctypes.CDLL(None, use_errno=True)
    except BaseException:
        with contextlib.suppress(OSError):
            control.send(traceback.format_exc()[-4000:].encode())
        sys.exit(1)
    gc.collect()
    gc.freeze()  # the collector of a forked process leaves these objects, and their pages, alone
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are not waited for
    with contextlib.suppress(OSError):
        control.send(b"ready")
        _serve(control, watched, kernel, libc)


def _import(name: str) -> None:
    package = importlib.import_module(name.removesuffix(".*"))
    if name.endswith(".*"):
        for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            importlib.import_module(found.name)


def _draw() -> None:
    """Draw figures of no consequence: matplotlib, Pillow and the reading of the font load much at their first."""
    if "matplotlib" in sys.modules:
        from matplotlib.figure import Figure

        figure = Figure()
        figure.add_subplot().set_title("x")
        for form in ("png", "svg"):
            figure.savefig(io.BytesIO(), format=form)
    if "evalkit.report.canvas" in sys.modules:  # opens the Chinese font
        canvas = sys.modules["evalkit.report.canvas"].Canvas(10, 10)
        canvas.text(0, 0, "0123456789.%年目标")
        canvas.finish("", "", "")


def _rehearse(project: str) -> None:
    """Read the rules and go through one region, as its notebook will: formulas, texts and characters are looked up once."""
    from evalkit.assessment import assess
    from evalkit.catalog import load_catalog
    from evalkit.intake import read_inputs
    from evalkit.report.notebook import RegionView

    catalog = load_catalog(project)
    run = max(catalog.runs.values(), key=lambda run: len(run.sets) + len(run.plans))
    inputs = read_inputs(catalog, run.id, run.regions[0])
    view = RegionView(catalog, inputs, assess(catalog, inputs, run.regions[0]))
    for show in (view.heading, view.summary, view.table, view.progress, view.calculations, view.unverified):
        show()


def _serve(control: socket.socket, launcher: int, kernel: Any, libc: ctypes.CDLL) -> None:
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(launcher, select.POLLIN)
    while True:
        if any(number == launcher for number, _ in poll.poll()):
            return
        _, fds, _, _ = socket.recv_fds(control, 16, 2)
        if len(fds) != 2:  # the launcher has closed its end
            return
        messages, orders = (socket.socket(fileno=fd) for fd in fds)
        with messages, orders:
            for fd in fds:
                os.set_inheritable(fd, False)  # not for the programs a notebook starts
            try:
                pid = os.fork()
            except OSError as error:
                _report(orders, reason="refused", tail=str(error))
                continue
            if pid == 0:
                control.close()
                _keep(messages, orders, launcher, kernel, libc)


def _keep(messages: socket.socket, orders: socket.socket, launcher: int, kernel: Any, libc: ctypes.CDLL) -> NoReturn:
    """Fork the notebook's process and see it to its end."""
    worker = 0
    try:
        gc.disable()
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans of the notebook become children of this process
        request = json.loads(_exactly(orders, int.from_bytes(_exactly(orders, 8), "big")))
        orders.sendall(b" ")  # the request is in good hands
        outputs = [os.pipe2(os.O_CLOEXEC) for _ in ("stdout", "stderr")]
        for reading, _ in outputs:
            os.set_blocking(reading, False)
        keeper = os.getpid()
        worker = os.fork()
        if worker == 0:
            libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() == keeper:
                os.setsid()
                orders.close()
                os.close(launcher)
                _work(request, messages, outputs, kernel)
            os._exit(1)
        messages.close()
        for _, writing in outputs:
            os.close(writing)
        reason = _watch(worker, orders, launcher, request["time_limit"])
        status = _end(worker)
        _report(orders, reason=reason, status=status, tail=_tail(outputs[1][0]) if reason == "ended" and status else "")
    except BaseException as error:  # nothing may get back into the server's loop
        with contextlib.suppress(BaseException):
            _report(orders, reason="refused", tail=str(error) or type(error).__name__)
            if worker:
                _end(worker)
    finally:
        os._exit(0)


def _work(request: dict[str, Any], messages: socket.socket, outputs: list[tuple[int, int]], kernel: Any) -> NoReturn:
    """Be the notebook's process."""
    code = 1
    try:
        from evalkit.runner.warm.worker import run

        gc.enable()
        code = run(kernel, request, messages, outputs)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        with contextlib.suppress(BaseException):
            os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code & 0xFF)


def _watch(worker: int, orders: socket.socket, launcher: int, time_limit: float | None) -> str:
    """Wait until the notebook has ended or has to be ended, and return the reason."""
    until = time.monotonic() + time_limit if time_limit else None
    watched = os.pidfd_open(worker)
    poll = select.poll()
    for number in (watched, launcher, orders.fileno()):
        poll.register(number, select.POLLIN)
    while True:
        left = None if until is None else max(0.0, until - time.monotonic()) * 1000
        events = {number for number, _ in poll.poll(left)}
        if watched in events:
            return "ended"
        if launcher in events:
            return "stopped"
        if orders.fileno() in events:
            if orders.recv(1) != b"I":
                return "stopped"
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker, signal.SIGINT)
        elif until is not None and time.monotonic() >= until:
            return "time"


def _end(worker: int) -> int:
    """Kill the notebook and everything it has started; return its exit code, below zero for a signal."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(worker, signal.SIGKILL)
    _, status = os.waitpid(worker, 0)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for pid in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.002)
        except ChildProcessError:
            break
    return os.waitstatus_to_exitcode(status)


def _children() -> list[int]:
    """Return the children of this process, those it has inherited among them."""
    me = os.getpid()
    try:
        with open(f"/proc/self/task/{me}/children", encoding="ascii") as listed:
            return [int(pid) for pid in listed.read().split()]
    except OSError:  # not every kernel has it
        found = []
        for name in os.listdir("/proc"):
            with contextlib.suppress(OSError, ValueError), open(f"/proc/{int(name)}/stat", encoding="utf-8", errors="replace") as stat:
                if int(stat.read().rpartition(")")[2].split()[1]) == me:
                    found.append(int(name))
        return found


def _tail(output: int) -> str:
    """Return what was written last and not read any more."""
    text = b""
    with contextlib.suppress(BlockingIOError):
        while part := os.read(output, 1 << 16):
            text = (text + part)[-_TAIL:]
    lines = text.decode("utf-8", "replace").strip().splitlines()
    fatal = [index for index, line in enumerate(lines) if line.startswith("Fatal Python error")]
    return "\n".join(lines[fatal[-1] :][:_LINES] if fatal else lines[-_LINES:])  # its traceback begins with the last call


def _report(orders: socket.socket, **fate: Any) -> None:
    with contextlib.suppress(OSError):
        orders.sendall(json.dumps(fate).encode())


def _exactly(end: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        part = end.recv(size - len(received))
        if not part:
            raise EOFError("the launcher went away")
        received += part
    return bytes(received)
