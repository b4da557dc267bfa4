"""Runs a coroutine on the fastest loop that is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

CANCEL_WAIT_S = 0.3


def loop_factory() -> Any:
    """uvloop's, where it exists (not on Windows), else None: asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run_async(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs the coroutine to its end."""
    with open_runner() as runner:
        return runner.run(coroutine)


@contextmanager
def open_runner() -> Iterator[asyncio.Runner]:
    """A loop of one's own. A task that takes no notice of being cancelled is left behind at its end: a block must not be able to
    hold up the end of the process."""
    runner = asyncio.Runner(loop_factory=loop_factory())
    try:
        yield runner
    finally:
        if runner.run(_cancel_rest()):
            runner.close()


async def _cancel_rest() -> bool:
    """Whether nothing is left."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    alive = (await asyncio.wait(tasks, timeout=CANCEL_WAIT_S))[1] if tasks else ()
    for task in alive:
        log.warning("left behind: %s", task.get_coro())
        task._log_destroy_pending = False  # type: ignore[attr-defined]
    return not alive
