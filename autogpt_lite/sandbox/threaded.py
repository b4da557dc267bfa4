"""Child processes for event loops that have none of their own (the selector loop of Windows): two threads per child."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import subprocess
import threading
from typing import Any

_READ_BYTES = 65536


def open_threaded(
    loop: asyncio.AbstractEventLoop, protocol: asyncio.SubprocessProtocol, command: list[str], options: dict[str, Any]
) -> ThreadedTransport:
    """Starts the child and calls the protocol on the loop, as loop.subprocess_exec would."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, **options)
    transport = ThreadedTransport(loop, protocol, process)
    protocol.connection_made(transport)
    transport.start()
    return transport


class ThreadedTransport(asyncio.SubprocessTransport):
    """The few methods of a subprocess transport that Worker uses. It is its own transport for pipe 0."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.SubprocessProtocol, process: subprocess.Popen[bytes]):
        super().__init__()
        self._loop, self._protocol, self._process = loop, protocol, process
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def start(self) -> None:
        for target in (self._read, self._write):
            threading.Thread(target=target, name="sandbox-pipe", daemon=True).start()

    def get_pid(self) -> int:
        return self._process.pid

    def get_returncode(self) -> int | None:
        return self._process.returncode

    def get_pipe_transport(self, fd: int) -> ThreadedTransport:
        return self

    def write(self, data: bytes) -> None:
        self._frames.put(data)

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._frames.put(None)

    def _write(self) -> None:
        with contextlib.suppress(OSError), self._process.stdin as pipe:
            while (data := self._frames.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[pipe.write(rest) :]

    def _read(self) -> None:
        with self._process.stdout as pipe:
            while data := pipe.read(_READ_BYTES):
                self._call(self._protocol.pipe_data_received, 1, data)
        self._process.wait()
        self._call(self._protocol.process_exited)
        self._call(self._protocol.connection_lost, None)

    def _call(self, function: Any, *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(function, *arguments)
