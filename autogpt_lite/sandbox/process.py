"""A child's process and its two pipes on the event loop.

Not loop.subprocess_exec: uvloop's forks, and the loop stands still for 8 to 30 ms while the page tables are copied (Popen's vfork:
2 to 5 ms, whatever the server's size [measured]); asyncio's selector loop on Windows has none; and Popen.poll below asyncio's
transports can take the exit status away from asyncio's own waiter.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import Any

_READ_BYTES = 65536


class ChildProcess:
    """Start it with `open`; `on_data` gets what it writes and `on_end` is called once when it can be used no more.

    `closed` is done when the process is gone and reaped and its pipes are closed. Subclasses say how the pipes meet the loop.
    """

    def __init__(self, on_data: Callable[[bytes], None], on_end: Callable[[], None]):
        self.pid = 0
        self.is_alive = False
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        self._on_data, self._on_end = on_data, on_end
        self._popen: subprocess.Popen[bytes]

    async def open(self, command: list[str], **options: Any) -> None:
        """Raises OSError if it cannot be started. Call it on the thread that lives as long as the server: see confine."""
        if os.name == "nt":
            options["creationflags"] = 0x08000000  # CREATE_NO_WINDOW
        else:
            options["start_new_session"] = True
        try:
            self._popen = subprocess.Popen(  # noqa: ASYNC220  takes 2 to 5 ms, see above; a thread would end too soon
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, **options
            )
        except BaseException:
            self.closed.set_result(None)
            raise
        self.pid, self.is_alive = self._popen.pid, True
        await self._connect()

    def kill(self) -> None:
        """Kills the process with its group; also what is called when it ended by itself. Only the first call does anything."""
        if not self.is_alive:
            return
        self.is_alive = False
        # Its number cannot have gone to another process yet: only _reap takes the exit status.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL) if hasattr(os, "killpg") else self._popen.kill()
        threading.Thread(target=self._reap, name="sandbox-reap", daemon=True).start()
        self._on_end()

    def write(self, data: bytes) -> None:
        raise NotImplementedError

    async def _connect(self) -> None:
        raise NotImplementedError

    def _disconnect(self) -> None:
        raise NotImplementedError

    def _reap(self) -> None:
        self._popen.wait()
        self._call(self._finish)

    def _finish(self) -> None:
        self._disconnect()
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self._popen.returncode is not None and not self.closed.done():
            self.closed.set_result(None)

    def _call(self, function: Callable[..., None], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(function, *arguments)


class PipedProcess(ChildProcess):
    """For every loop on Unix."""

    async def _connect(self) -> None:
        self._reader, self._writer = _PipeEnd(self), _PipeEnd(self)
        self._reader.data_received = self._on_data
        await self._loop.connect_read_pipe(lambda: self._reader, self._popen.stdout)
        await self._loop.connect_write_pipe(lambda: self._writer, self._popen.stdin)

    def write(self, data: bytes) -> None:
        if self._writer.transport is not None:
            self._writer.transport.write(data)

    def _disconnect(self) -> None:
        for end in (self._reader, self._writer):
            # asyncio's abort() fails on a transport that closes already, and its close() waits for what is left to write.
            if end.transport is not None and not end.transport.is_closing():
                end.transport.abort() if end is self._writer else end.transport.close()

    def _close_if_done(self) -> None:
        if self._reader.transport is None and self._writer.transport is None:
            # Closes what a cancelled start has not handed to the loop; for the rest this is nothing.
            self._popen.stdout.close()
            self._popen.stdin.close()
            super()._close_if_done()


class _PipeEnd(asyncio.Protocol):
    transport: Any = None

    def __init__(self, owner: PipedProcess):
        self._owner = owner

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self._owner.kill()
        self._owner._close_if_done()


class ThreadedProcess(ChildProcess):
    """For Windows, where only one of the loops can wait for pipes: a thread for each."""

    async def _connect(self) -> None:
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        for target in (self._read_all, self._write_all):
            threading.Thread(target=target, name="sandbox-pipe", daemon=True).start()

    def write(self, data: bytes) -> None:
        self._frames.put(data)

    def _disconnect(self) -> None:
        self._frames.put(None)

    def _read_all(self) -> None:
        with self._popen.stdout as pipe:
            while data := pipe.read(_READ_BYTES):
                self._call(self._on_data, data)
        self._call(self.kill)

    def _write_all(self) -> None:
        with contextlib.suppress(OSError), self._popen.stdin as pipe:
            while (data := self._frames.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[pipe.write(rest) :]


DEFAULT_KIND: type[ChildProcess] = ThreadedProcess if os.name == "nt" else PipedProcess
