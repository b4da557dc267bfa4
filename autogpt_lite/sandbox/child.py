"""The program of a child process: set up, confine itself, then answer one call after the other.

Started as `python -I -c "..." SETUP` with SETUP = {path, functions, memory_mb, parent_pid} as JSON. A frame in is
[name, argument, {timeout_s, max_output_bytes}]; frames out are ["ready", report], then ["chunk", value] ... ["result", value] or
["failed", class, message] or ["memory", message] for every call.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Generator
from typing import Any, BinaryIO

from ..errors import BlockError
from . import confine, frames

_MAX_MESSAGE_CHARS = 1000


def main() -> None:
    """Serves until the server closes the pipe or kills this process."""
    setup = json.loads(sys.argv[1])
    report = confine.start_confining(setup["parent_pid"], setup["memory_mb"])
    requests, replies = _take_pipes()
    try:
        functions = {name: _load_function(path) for name, path in setup["functions"].items()}
        report |= confine.finish_confining()
    except Exception as error:
        _send(replies, ["failed", "BlockError", _describe(error)])
        return
    _send(replies, ["ready", report])
    while (request := _receive(requests)) is not None:
        name, argument, limits = request
        with _time_limit(limits["timeout_s"]):
            _answer(replies, functions[name], argument, limits["max_output_bytes"])


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes under new numbers; 0, 1 and 2 lead nowhere, so that a stray print cannot break a frame."""
    pipes = open(os.dup(0), "rb"), open(os.dup(1), "wb", buffering=0)  # noqa: SIM115
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return pipes


def _load_function(path: str) -> Callable[[Any], Any]:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def _receive(requests: BinaryIO) -> Any:
    header = requests.read(frames.HEADER.size)
    if len(header) < frames.HEADER.size:
        return None
    return frames.decode(requests.read(frames.HEADER.unpack(header)[0]))


def _send(replies: BinaryIO, message: list[Any]) -> None:
    _write_all(replies, frames.encode(message))


def _write_all(replies: BinaryIO, frame: bytes) -> None:
    rest = memoryview(frame)
    while rest:
        rest = rest[replies.write(rest) :]


@contextlib.contextmanager
def _time_limit(timeout_s: float) -> Generator[None]:
    """The server kills in time; this is for the case that the server is gone and the system has no PR_SET_PDEATHSIG."""
    if hasattr(signal, "setitimer"):
        # The signal's default action ends the process even in the middle of a long C call that never gives the GIL back.
        signal.setitimer(signal.ITIMER_REAL, timeout_s + 1)
        yield
        signal.setitimer(signal.ITIMER_REAL, 0)
    else:
        import threading

        timer = threading.Timer(timeout_s + 1, os._exit, (1,))
        timer.daemon = True
        timer.start()
        yield
        timer.cancel()


def _answer(replies: BinaryIO, function: Callable[[Any], Any], argument: Any, max_output_bytes: int) -> None:
    try:
        value = function(argument)
        if isinstance(value, Generator):
            value = _send_chunks(replies, value, max_output_bytes)
        frame = _encode_bounded("result", value, max_output_bytes)
    except MemoryError:
        frame = frames.encode(["memory", ""])
    except BlockError as error:
        frame = frames.encode(["failed", type(error).__name__, _clean(error.message)])
    except Exception as error:
        frame = frames.encode(["failed", "BlockError", _describe(error)])
    _write_all(replies, frame)


def _send_chunks(replies: BinaryIO, chunks: Generator[Any, None, Any], max_output_bytes: int) -> Any:
    """Sends what the generator yields, at once; its return value is the result."""
    left = max_output_bytes
    while True:
        try:
            chunk = next(chunks)
        except StopIteration as end:
            return end.value
        frame = _encode_bounded("chunk", chunk, left)
        left -= len(frame)
        _write_all(replies, frame)


def _encode_bounded(kind: str, value: Any, max_output_bytes: int) -> bytes:
    try:
        frame = frames.encode([kind, value])
    except frames.FrameError as error:
        raise BlockError(f"The result cannot be kept: {error}.") from None
    if len(frame) > max_output_bytes + 100:
        raise BlockError(f"The result is larger than {max_output_bytes:,} bytes.")
    return frame


def _describe(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "It is nested too deeply, or calls itself without an end."
    return _clean(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def _clean(message: str) -> str:
    """No addresses, so that the same mistake gives the same message, and nothing that the pipe cannot carry."""
    message = re.sub(r" at 0x[0-9a-fA-F]+", "", message[:_MAX_MESSAGE_CHARS])
    return message.encode(errors="replace").decode()
