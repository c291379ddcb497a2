"""The process of one notebook, seen from the launcher."""

from __future__ import annotations

import contextlib
import json
import select
import signal
import socket
import threading
import time
from dataclasses import dataclass

GRACE = 5.0  # seconds between the end of a notebook and the end of its process, as with a kernel
_ANSWER_TIMEOUT = 60.0


@dataclass(frozen=True)
class Fate:
    """How the process of a notebook ended.

    Parameters
    ----------
    reason : str
        ``ended`` (by itself), ``time`` (its limit was reached), ``stopped`` (by the launcher), ``refused``,
        ``cut`` or ``lost``.
    status : int
        Exit code; below zero the number of a signal.
    tail : str
        What it wrote last to the standard error of the process.
    """

    reason: str
    status: int = 0
    tail: str = ""

    def __str__(self) -> str:
        told = {"time": "it was stopped at its time limit", "stopped": "it was stopped", "lost": "nothing is known of its end",
                "cut": "its process closed the connection"}  # fmt: skip
        if self.reason == "refused":
            return f"its process could not be started: {self.tail}"
        if self.reason != "ended":
            return told[self.reason]
        if self.status < 0:
            with contextlib.suppress(ValueError):
                name = f" ({signal.Signals(-self.status).name})"
                hint = "; the system may have run out of memory" if -self.status == signal.SIGKILL else ""
                return f"its process was ended by signal {-self.status}{name}{hint}"
        return f"its process ended with exit code {self.status}" if self.status >= 0 else f"ended by signal {-self.status}"


class Task:
    """The process of one notebook, seen from the launcher: `socket` carries its messages."""

    def __init__(self, messages: socket.socket, control: socket.socket, report: bytes = b"") -> None:
        self.socket = messages
        self._control = control
        self._report = report
        self._fate: Fate | None = None
        self._lock = threading.Lock()

    @property
    def ended(self) -> bool:
        """Whether the process and all it started are gone."""
        return self._fate is not None or self._listen(0)

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        with contextlib.suppress(OSError):
            self._control.send(b"I")

    def kill(self) -> None:
        """Have the process and all it started killed; may be called from any thread."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    def wait(self, timeout: float) -> bool:
        """Wait for the end of the process and return whether it has come."""
        return self._listen(timeout)

    def fate(self, timeout: float = GRACE) -> Fate:
        """Wait for the end of the process and return how it came."""
        if not self._listen(timeout, drain=True):
            self.kill()
            if not self._listen(2 * GRACE, drain=True):
                return Fate("lost")
        assert self._fate is not None
        return self._fate

    def finish(self, now: bool = False) -> Fate:
        """End the process, `now` or in its own way, and return how it ended."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        if now:
            self.kill()
        fate = self.fate()
        self.socket.close()
        self._control.close()
        return fate

    def _listen(self, timeout: float, drain: bool = False) -> bool:
        """Read the report and return whether the end has come; with `drain` throw away what the notebook still says."""
        until = time.monotonic() + timeout
        with self._lock:
            ends = {end.fileno(): end for end in ([self._control, self.socket] if drain else [self._control])}
            while self._fate is None:
                poll = select.poll()
                for number in ends:
                    if number >= 0:
                        poll.register(number, select.POLLIN)
                events = poll.poll(max(0.0, until - time.monotonic()) * 1000)
                if not events:
                    return False
                for number, _ in events:
                    received = _received(ends[number], 1 << 16)
                    if ends[number] is self._control:
                        self._note(received)
                    elif not received:
                        del ends[number]
            return True

    def _note(self, received: bytes) -> None:
        self._report += received
        if not received:
            try:
                self._fate = Fate(**json.loads(self._report))
            except (ValueError, TypeError):
                self._fate = Fate("lost")


def hand_over(server: socket.socket, request: bytes) -> Task | None:
    """Give the server a request and return the task it becomes; nothing when the server is dead."""
    with contextlib.ExitStack() as ends:
        messages, theirs = (ends.enter_context(end) for end in socket.socketpair())
        control, keeper = (ends.enter_context(end) for end in socket.socketpair())
        try:
            socket.send_fds(server, [b"F"], [theirs.fileno(), keeper.fileno()])
            theirs.close()
            keeper.close()
            control.sendall(request)
            control.settimeout(_ANSWER_TIMEOUT)
            answer = control.recv(1)  # the first character of its report, which may begin with a space
        except OSError:
            return None
        if not answer:
            return None
        control.settimeout(None)
        ends.pop_all()
        return Task(messages, control, answer)


def _received(end: socket.socket, size: int) -> bytes:
    try:
        return end.recv(size)
    except OSError:
        return b""
