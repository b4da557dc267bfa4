"""One child process, seen from the server: start, call, kill."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import errors
from . import frames, process
from .status import note_report

_PROGRAM = "import json, sys; sys.path[:] = json.loads(sys.argv[1])['path']; from autogpt_lite.sandbox.child import main; main()"
# Generous: a cold start from a slow card takes seconds; a start that hangs must still end.
_START_TIMEOUT_S = 30.0
# What a frame has besides its value.
_FRAME_BYTES = 1000
# Variables that a Python may need to start at all. None of them is a secret; everything else stays here.
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Worker:
    """A child that answers one call at a time. Use it from one task; `kill` may come from anywhere on the loop's thread.

    `command` starts another program that speaks like child.py (the code sandbox). `functions` is {name: "module:function"}; the child imports them before it confines itself. A function gets the argument and
    returns JSON, or is a generator whose yields go to `on_chunk` and whose return value is the result.
    """

    def __init__(self, functions: dict[str, str], *, memory_mb: int, max_output_bytes: int, command: list[str] | None = None):
        self.calls = 0
        self.report: dict[str, Any] = {}
        self._command = command or _command(functions, memory_mb)
        self._memory_mb = memory_mb
        self._max_output_bytes = max_output_bytes
        self._on_chunk: Callable[[Any], None] | None = None
        self._buffer = bytearray()
        self._process = process.DEFAULT_KIND(self._take_data, self._take_end)
        self._reply: asyncio.Future[list[Any]] | None = None

    async def start(self) -> None:
        """Starts the child and waits until it is confined. Raises BlockError if it cannot be started."""
        try:
            # Before it is there: on a busy machine the child is ready before the second pipe is connected.
            self._expect_reply()
            await self._process.open(self._command, cwd=tempfile.gettempdir(), env=_environment())
            self.report = _result_of(await self._wait_for_reply(_START_TIMEOUT_S))
        except (OSError, TimeoutError, _ChildEnded) as error:
            self.kill()
            raise errors.BlockError("The process for isolated work could not be started.") from error
        except BaseException:
            self.kill()
            raise
        note_report(self.report)

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive

    @property
    def pid(self) -> int:
        return self._process.pid

    async def call(
        self,
        name: str,
        argument: Any,
        *,
        timeout_s: float,
        subject: str = "The work",
        on_chunk: Callable[[Any], None] | None = None,
    ) -> Any:
        """The result of one call. Raises BlockError (or BlockInputError) with a sentence about `subject`.

        After a timeout, too much memory, too much output or a cancellation the child is dead and a new one is needed.
        """
        request = _encode_request(name, argument, timeout_s, self._max_output_bytes)
        self._expect_reply()
        if not self._process.is_alive:
            self._resolve(_ChildEnded())
        self._process.write(request)
        self._on_chunk = on_chunk
        self.calls += 1
        try:
            reply = await self._wait_for_reply(timeout_s)
        except TimeoutError:
            self.kill()
            raise errors.BlockError(f"{subject} took longer than the {timeout_s:g} seconds that it may take.") from None
        except _ChildEnded:
            raise errors.BlockError(self._memory_message(subject, " or crashed")) from None
        except BaseException:
            self.kill()
            raise
        if reply[0] == "memory":
            self.kill()
            raise errors.BlockError(self._memory_message(subject))
        return _result_of(reply)

    def kill(self) -> None:
        """Kills the child with its process group, at once; does not wait."""
        self._process.kill()

    async def wait_ended(self) -> None:
        """Returns when the child is gone, reaped, and its pipes are closed."""
        await asyncio.shield(self._process.closed)

    def when_ended(self, callback: Callable[[], None]) -> None:
        """Calls back once the child is gone, reaped, and its pipes are closed."""
        self._process.closed.add_done_callback(lambda _: callback())

    def _memory_message(self, subject: str, more: str = "") -> str:
        return f"{subject} needed more than the {self._memory_mb} MB of memory that it may have{more}."

    def _expect_reply(self) -> None:
        self._reply = asyncio.get_running_loop().create_future()

    async def _wait_for_reply(self, timeout_s: float) -> list[Any]:
        # A tenth is kept for the kill and for a new child, so that the caller has the answer within timeout_s.
        async with asyncio.timeout(timeout_s * 0.9):
            return await self._reply

    def _take_end(self) -> None:
        self._buffer = bytearray()
        self._resolve(_ChildEnded())

    def _take_data(self, data: bytes) -> None:
        self._buffer += data
        start, size = 0, frames.HEADER.size
        while self.is_alive and len(self._buffer) - start >= size:
            end = start + size + frames.HEADER.unpack_from(self._buffer, start)[0]
            if end - start > self._max_output_bytes + _FRAME_BYTES:
                return self.kill()
            if len(self._buffer) < end:
                break
            with memoryview(self._buffer) as view, view[start + size : end] as body:
                self._take_frame(body)
            start = end
        del self._buffer[:start]

    def _take_frame(self, body: memoryview) -> None:
        try:
            message = _read_reply(body)
            if message[0] != "chunk":
                return self._resolve(message)
            if self._on_chunk is not None:
                self._on_chunk(message[1])
        except Exception as error:
            self._resolve(error)
            self.kill()

    def _resolve(self, outcome: list[Any] | Exception) -> None:
        if self._reply is None or self._reply.done():
            return
        if isinstance(outcome, Exception):
            self._reply.set_exception(outcome)
            self._reply.exception()  # a start that was cancelled asks no more, and asyncio would complain
        else:
            self._reply.set_result(outcome)


class _ChildEnded(Exception):
    pass


def _read_reply(body: memoryview) -> list[Any]:
    # The child may be in the hands of whoever broke out of the sandbox: nothing it says is trusted.
    try:
        reply = frames.decode(body)
    except frames.FrameError:
        reply = None
    expected = {"ready": 2, "chunk": 2, "result": 2, "memory": 2, "failed": 3}
    if not isinstance(reply, list) or not reply or expected.get(reply[0] if isinstance(reply[0], str) else "") != len(reply):
        raise errors.BlockError("The process for isolated work gave an answer that cannot be read.")
    return reply


def _result_of(reply: list[Any]) -> Any:
    if reply[0] != "failed":
        return reply[1]
    kind = errors.BlockInputError if reply[1] == "BlockInputError" else errors.BlockError
    raise kind(str(reply[2]))


def _encode_request(name: str, argument: Any, timeout_s: float, max_output_bytes: int) -> bytes:
    try:
        return frames.encode([name, argument, {"timeout_s": timeout_s, "max_output_bytes": max_output_bytes}])
    except frames.FrameError as error:
        raise errors.BlockInputError(f"The input cannot be used: {error}.") from None


def _command(functions: dict[str, str], memory_mb: int) -> list[str]:
    package = str(Path(__file__).resolve().parents[2])
    path = [package, *(entry for entry in sys.path if os.path.isabs(entry) and entry != package)]
    setup = {"path": path, "functions": functions, "memory_mb": memory_mb, "parent_pid": os.getpid()}
    return [sys.executable, "-I", "-X", "utf8", "-c", _PROGRAM, json.dumps(setup)]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
