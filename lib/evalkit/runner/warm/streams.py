"""What a notebook's process says: messages and captured text, down a socket in place of ZeroMQ."""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import socket
import threading
import time
from _thread import start_new_thread
from contextvars import ContextVar
from typing import Any

from ipykernel.iostream import OutStream
from jupyter_client.session import Session

from evalkit.runner.warm import wire

_BUFFER = 1 << 16  # characters held back at most
_INTERVAL = 0.2  # seconds they are held back at most, as in ipykernel
_sleep = time.sleep


class PipeSession(Session):
    """Session that writes its messages to a socket: of the shell channel when told so, else of the channel of outputs."""

    def connect(self, link: socket.socket, capture: Capture) -> None:
        """Use this socket from now on, in this process."""
        self.pid = os.getpid()
        self.link = link
        self.capture = capture
        self.lock = threading.RLock()
        os.register_at_fork(before=self.lock.acquire, after_in_parent=self.lock.release)

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, ident: Any = None, buffers: Any = None,
             track: bool = False, header: Any = None, metadata: Any = None) -> dict[str, Any] | None:  # fmt: skip
        """Send a message, after the text written before it."""
        whole = isinstance(msg_or_type, dict)
        msg: dict[str, Any] = msg_or_type if whole else self.msg(msg_or_type, content, parent, header, metadata)
        if os.getpid() != self.pid:
            return None  # a fork of the notebook's process
        text = self.pack({key: msg[key] for key in ("header", "parent_header", "metadata", "content")})
        with self.lock:
            if msg["header"]["msg_type"] != "stream":
                self.capture.flush()
            parts = [text, *(bytes(part) for part in buffers or msg.get("buffers") or [])]
            with contextlib.suppress(OSError):  # the launcher has gone; the keeper will end this process
                self.link.sendall(wire.pack(wire.SHELL if stream == "shell" else wire.IOPUB, parts))
        return msg


class Capture:
    """What the process writes, in the order it came: through Python's streams, or to the descriptors 1 and 2."""

    def __init__(self, session: PipeSession, outputs: list[tuple[int, int]]) -> None:
        self.session = session
        self.pending: list[tuple[dict[str, Any], str, list[str]]] = []
        self.held = 0
        self.waiting = False
        self.parent: dict[str, Any] = {}
        decoder = codecs.getincrementaldecoder("utf-8")
        self.pipes = [(name, reading, decoder("replace")) for name, (reading, _) in zip(("stdout", "stderr"), outputs, strict=True)]

    def write(self, name: str, text: str, parent: dict[str, Any]) -> None:
        """Take text from Python."""
        if os.getpid() != self.session.pid:  # a fork of the notebook's process
            os.write(1 if name == "stdout" else 2, text.encode("utf-8", "replace"))
            return
        with self.session.lock:
            self._drain()
            self._add(name, text, parent)
            if self.held > _BUFFER:
                self.flush()
            else:
                self._flush_soon()

    def flush(self) -> None:
        """Send all that there is."""
        if os.getpid() != self.session.pid:
            return
        with self.session.lock:
            self._drain()
            pending, self.pending, self.held = self.pending, [], 0
            for parent, name, texts in pending:
                self.session.send("iopub", "stream", {"name": name, "text": "".join(texts)}, parent)

    def watch(self) -> None:
        """Read the pipes for ever, so that nobody who writes to them has to wait."""
        poll = select.poll()
        for _, reading, _ in self.pipes:
            poll.register(reading, select.POLLIN)
        while True:
            poll.poll()
            with self.session.lock:
                self._drain()
                self._flush_soon()

    def _flush_soon(self) -> None:
        if self.pending and not self.waiting:
            self.waiting = True
            start_new_thread(self._later, ())  # unseen by threading.enumerate

    def _later(self) -> None:
        _sleep(_INTERVAL)
        self.waiting = False
        self.flush()

    def _drain(self) -> None:
        for name, reading, decoder in self.pipes:
            with contextlib.suppress(BlockingIOError):
                while part := os.read(reading, 1 << 16):
                    self._add(name, decoder.decode(part), self.parent)

    def _add(self, name: str, text: str, parent: dict[str, Any]) -> None:
        if text:
            if self.pending and self.pending[-1][1] == name and self.pending[-1][0] is parent:
                self.pending[-1][2].append(text)
            else:
                self.pending.append((parent, name, [text]))
            self.held += len(text)


class CapturedStream(OutStream):
    """Standard output or error; ipykernel's class, without its threads."""

    def __init__(self, name: str, capture: Capture, original: int) -> None:
        self.name = name
        self.capture = capture
        self.session = capture.session
        self.echo = None
        self.pub_thread: Any = capture  # None would mean closed
        self._isatty = False
        self._should_watch = False
        self._original_stdstream_copy = original
        self._master_pid = os.getpid()
        self._local = threading.local()
        self._parent_header: ContextVar[dict[str, Any]] = ContextVar("parent_header")
        self._parent_header.set({})
        self._parent_header_global: dict[str, Any] = {}

    def write(self, string: str) -> int:
        """Write text."""
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if self.closed:
            raise ValueError("I/O operation on closed file")
        self.capture.write(self.name, string, self.parent_header)
        return len(string)

    def flush(self) -> None:
        """Send what has been written."""
        self.capture.flush()

    def set_parent(self, parent: dict[str, Any]) -> None:
        """Note the cell that runs."""
        self.capture.flush()
        super().set_parent(parent)  # type: ignore[no-untyped-call]
        self.capture.parent = self.parent_header


# Some libraries, click among them, know the stream of a notebook by these names.
CapturedStream.__name__ = CapturedStream.__qualname__ = "OutStream"
CapturedStream.__module__ = OutStream.__module__
