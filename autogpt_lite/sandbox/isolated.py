"""One function in a fresh child process of its own: the seam for code blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import BlockError
from .worker import Worker


async def run_isolated(
    function_path: str,
    argument: Any,
    *,
    timeout_s: float,
    memory_mb: int,
    max_output_bytes: int = 10_000_000,
    on_chunk: Callable[[Any], None] | None = None,
    untrusted: bool = True,
    subject: str = "The code",
) -> Any:
    """Runs `function(argument)` in a new child and returns its result, JSON both ways. 50 ms for the start [measured].

    `function_path` is "module:function" of ours, never a text from outside; foreign code belongs into `argument`. If the function
    is a generator, each yield goes to `on_chunk` at once and its return value is the result; chunks and result together have at
    most max_output_bytes. The module is imported before the child confines itself: it has to import all that the function will
    need, since afterwards no file can be opened (nor a socket, a process, a thread).

    Raises BlockError, in a sentence: the function's own error, or that it took too long, too much memory, gave too much. With
    `untrusted`, which is the default, also where the kernel cannot confine the child (see sandbox_status).
    """
    worker = Worker({"call": function_path}, memory_mb=memory_mb, max_output_bytes=max_output_bytes)
    try:
        await worker.start()
        if untrusted and not worker.report.get("confined"):
            raise BlockError(
                "This machine cannot confine code from outside, so it is not run.",
                hint="It takes Linux on x86-64 or arm64 with seccomp. `sandbox_status` says what is missing.",
            )
        return await worker.call("call", argument, timeout_s=timeout_s, subject=subject, on_chunk=on_chunk)
    finally:
        worker.kill()
        await worker.wait_ended()
