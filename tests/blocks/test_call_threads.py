"""Blocks that are run on their own and never end hold up neither other calls nor what the server itself does on threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from autogpt_lite.blocks import call_threads
from autogpt_lite.blocks.call_threads import MAX_THREADS, CallThreads
from autogpt_lite.errors import TooManyRequestsError


@pytest.fixture
def ended() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


async def hang(threads: CallThreads, ended: threading.Event, count: int) -> list[asyncio.Task]:
    """`count` calls that have begun and last until `ended` is set."""
    begun = threading.Semaphore(0)

    def never_ends() -> str:
        begun.release()
        ended.wait(30)
        return "ended"

    calls = [asyncio.create_task(threads.run(never_ends)) for _ in range(count)]
    for _ in range(count):
        await asyncio.to_thread(begun.acquire)
    return calls


async def test_what_hangs_leaves_the_threads_of_the_server_alone(ended: threading.Event, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(call_threads, "MAX_WAIT_S", 0.01)
    threads = CallThreads()
    calls = await hang(threads, ended, MAX_THREADS)
    with pytest.raises(TooManyRequestsError, match="are at work"):
        await threads.run(str, 1)
    assert await asyncio.to_thread(str, 2) == "2"
    ended.set()
    assert await asyncio.gather(*calls) == ["ended"] * MAX_THREADS
    assert await threads.run(str, 3) == "3"


async def test_place_of_a_caller_who_left_is_free_when_the_block_ends(ended: threading.Event, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(call_threads, "MAX_WAIT_S", 0.01)
    threads = CallThreads()
    calls = await hang(threads, ended, MAX_THREADS)
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    with pytest.raises(TooManyRequestsError):
        await threads.run(str, 1)
    monkeypatch.setattr(call_threads, "MAX_WAIT_S", 30)
    ended.set()
    assert await asyncio.gather(*(threads.run(str, n) for n in range(20))) == [str(n) for n in range(20)]


async def test_what_a_block_raises_reaches_its_caller():
    threads = CallThreads()
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    with pytest.raises(RuntimeError, match="SystemExit"):
        await threads.run(exit)
    assert await threads.run(str, 1) == "1"
