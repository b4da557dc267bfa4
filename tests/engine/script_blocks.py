"""Blocks whose behaviour a test writes into their input."""

from __future__ import annotations

import asyncio
import enum
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from autogpt_lite.sdk import (
    NEEDS_ASYNC,
    BareBlockOutput,
    Block,
    BlockCost,
    BlockError,
    BlockInput,
    BlockOutput,
    BlockRetry,
    pin,
)

_ID = "00000000-0000-4000-8000-0000000001{:02d}"


watchers: set[Callable[[], None]] = set()
"""Called when a block below has begun: what views.until looks at besides the events."""


def tell_watchers() -> None:
    for watcher in list(watchers):
        watcher()


class EmitInput(BlockInput):
    items: list[Any] = pin(default_factory=list)
    a: Any = pin(None)


class EmitOutput(BlockOutput):
    x: Any = pin()
    y: Any = pin()


class EmitBlock(Block):
    """Yields the given [[pin, value], ...]."""

    id = _ID.format(1)
    pure = True
    Input, Output = EmitInput, EmitOutput

    def run(self, input, ctx):
        yield from map(tuple, input.items)


class EmitAsyncBlock(Block):
    """The same in a task; it touches the outside, so its start is on the disk before its first line."""

    id = _ID.format(2)
    Input, Output = EmitInput, EmitOutput

    async def run(self, input, ctx):
        for name, value in input.items:
            await asyncio.sleep(0)
            yield name, value


class StaticBlock(Block):
    """Yields the given [[pin, value], ...] to links that are static."""

    id = _ID.format(3)
    pure = True
    static_output = True
    Input, Output = EmitInput, EmitOutput

    def run(self, input, ctx):
        yield from map(tuple, input.items)


class EchoBlock(Block):
    """Gives back its input a."""

    id = _ID.format(4)
    pure = True

    class Input(BlockInput):
        a: Any = pin(None)

    class Output(BlockOutput):
        a: Any = pin()

    def run(self, input, ctx):
        yield "a", input.a


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class TypedBlock(Block):
    """One pin of each type that values are converted to."""

    id = _ID.format(5)
    pure = True

    class Input(BlockInput):
        text: str = pin("")
        number: int = pin(0)
        ratio: float = pin(0.0)
        flag: bool = pin(False)
        items: list[Any] = pin(default_factory=list)
        names: list[str] = pin(default_factory=list)
        table: dict[str, Any] = pin(default_factory=dict)
        color: Color = pin(Color.RED)
        anything: Any = pin(None)

    class Output(BlockOutput):
        got: dict[str, Any] = pin()

    def run(self, input, ctx):
        yield "got", {name: getattr(input, name) for name in input.__struct_fields__}


class JoinOptionalBlock(Block):
    """Three pins with defaults: what is linked still has to come."""

    id = _ID.format(6)
    pure = True

    class Input(BlockInput):
        a: Any = pin("default a")
        b: Any = pin("default b")
        c: Any = pin("default c")

    class Output(BlockOutput):
        got: list[Any] = pin()

    def run(self, input, ctx):
        yield "got", [input.a, input.b, input.c]


class GateBlock(Block):
    """Yields [a, ...] one after the other, each when its gate opens. Gates are made by the test: GateBlock.gates[value]."""

    id = _ID.format(7)
    gates: ClassVar[dict[Any, asyncio.Event]] = {}
    started: ClassVar[list[Any]] = []

    class Input(BlockInput):
        a: Any = pin()

    class Output(BlockOutput):
        result: Any = pin()

    async def run(self, input, ctx):
        type(self).started.append(input.a)
        tell_watchers()
        for value in input.a if isinstance(input.a, list) else [input.a]:
            await type(self).gates[value].wait()
            yield "result", value


class StubbornBlock(Block):
    """Takes no notice of being cancelled until its gate opens, then yields all the same."""

    id = _ID.format(8)
    gate: ClassVar[asyncio.Event]
    started: ClassVar[asyncio.Event]

    class Input(BlockInput):
        a: Any = pin()

    class Output(BlockOutput):
        result: Any = pin()

    async def run(self, input, ctx):
        type(self).started.set()
        while not type(self).gate.is_set():
            try:
                await type(self).gate.wait()
            except asyncio.CancelledError:
                pass
        yield "result", input.a


class ThreadBlock(Block):
    """Waits in a thread for its gate, then yields a."""

    id = _ID.format(9)
    blocking = True
    gate: ClassVar[threading.Event]
    started: ClassVar[threading.Semaphore]
    after: ClassVar[threading.Event] = threading.Event()
    """Waited for between its two outputs."""
    threads: ClassVar[set[str]] = set()

    class Input(BlockInput):
        a: Any = pin()

    class Output(BlockOutput):
        result: Any = pin()

    def run(self, input, ctx):
        type(self).threads.add(threading.current_thread().name)
        type(self).started.release()
        type(self).gate.wait(20)
        yield "result", input.a
        type(self).after.wait(20)
        yield "result", [input.a, "again"]


ThreadBlock.after.set()


class ThreadZoneBlock(Block):
    """Gives the user's time zone, from a thread."""

    id = _ID.format(28)
    blocking = True

    class Input(BlockInput):
        pass

    class Output(BlockOutput):
        zone: str = pin()

    def run(self, input, ctx):
        assert threading.current_thread() is not threading.main_thread()
        yield "zone", ctx.timezone


class ThreadEachBlock(Block):
    """Yields 0, 1, ... count - 1 from a thread."""

    id = _ID.format(10)
    blocking = True

    class Input(BlockInput):
        count: int = pin()

    class Output(BlockOutput):
        item: Any = pin()

    def run(self, input, ctx):
        for number in range(input.count):
            yield "item", number


class AsyncEachBlock(Block):
    """Yields 0, 1, ... count - 1 from a task without ever waiting."""

    id = _ID.format(11)

    class Input(BlockInput):
        count: int = pin()

    class Output(BlockOutput):
        item: Any = pin()

    async def run(self, input, ctx):
        for number in range(input.count):
            yield "item", number


class SlowStepBlock(Block):
    """Keeps the interpreter for some milliseconds a step."""

    id = _ID.format(12)
    pure = True
    threads: ClassVar[list[str]] = []

    class Input(BlockInput):
        a: Any = pin()

    class Output(BlockOutput):
        result: Any = pin()

    def run(self, input, ctx):
        type(self).threads.append(threading.current_thread().name)
        until = time.perf_counter() + 0.007
        while time.perf_counter() < until:
            pass
        yield "result", input.a


class FlakyBlock(Block):
    """Fails `failures` times in a row, with BlockRetry or BlockError, and counts the tries by its input a."""

    id = _ID.format(13)
    pure = True
    tries: ClassVar[dict[Any, int]] = {}

    class Input(BlockInput):
        a: Any = pin()
        failures: int = pin(0)
        asks_for_retry: bool = pin(True)
        yields_first: bool = pin(False)

    class Output(BlockOutput):
        before: Any = pin()
        result: Any = pin()

    def run(self, input, ctx):
        tries = type(self).tries
        tries[input.a] = tries.get(input.a, 0) + 1
        if input.yields_first:
            yield "before", [input.a, tries[input.a]]
        if tries[input.a] <= input.failures:
            raise BlockRetry("not yet", after_s=0.0) if input.asks_for_retry else BlockError(f"failure {tries[input.a]}")
        yield "result", input.a


class PaidFlakyBlock(FlakyBlock):
    """The same for 5 credits; reports a provider's price where the input says so."""

    id = _ID.format(14)
    pure = False
    costs = (BlockCost(cost_amount=5),)
    keys: ClassVar[list[str]] = []

    class Input(FlakyBlock.Input):
        usd: float = pin(0.0)

    async def run(self, input, ctx):
        type(self).keys.append(ctx.idempotency_key)
        ctx.add_cost(usd=input.usd)
        for item in FlakyBlock.run(self, input, ctx):
            yield item


class UsdBlock(Block):
    """Costs what the provider says: 100 credits a dollar. Waits for its gate after it has reported it."""

    id = _ID.format(15)
    costs = (BlockCost(cost_amount=100, cost_type="cost_usd"),)
    gate: ClassVar[asyncio.Event]
    started: ClassVar[asyncio.Event]

    class Input(BlockInput):
        usd: float = pin()
        fails: bool = pin(False)

    class Output(BlockOutput):
        result: Any = pin()

    async def run(self, input, ctx):
        ctx.add_cost(usd=input.usd)
        type(self).started.set()
        await type(self).gate.wait()
        if input.fails:
            raise BlockError("the provider took the money and failed")
        yield "result", input.usd


class RaiseBlock(Block):
    """Raises what the test hands over, in the way that the input says: pump, task or thread are three blocks."""

    id = _ID.format(16)
    pure = True
    error: ClassVar[BaseException]

    class Input(BlockInput):
        a: Any = pin(None)

    class Output(BlockOutput):
        result: Any = pin()

    def run(self, input, ctx):
        yield "result", input.a
        raise type(self).error


class RaiseAsyncBlock(RaiseBlock):
    id = _ID.format(17)
    pure = False
    error: ClassVar[BaseException]

    async def run(self, input, ctx):
        yield "result", input.a
        raise type(self).error


class RaiseThreadBlock(RaiseBlock):
    id = _ID.format(18)
    pure = False
    blocking = True
    error: ClassVar[BaseException]


class AiBlock(Block):
    """A block of a kind whose output types are not checked."""

    id = _ID.format(19)
    ui_type = "AI"
    Input, Output = EmitInput, EmitOutput

    async def run(self, input, ctx):
        for name, value in input.items:
            yield name, value


class OddPinBlock(Block):
    """Yields on a pin that no text can name, as only code can."""

    id = _ID.format(20)
    ui_type = "AI"
    pin_name: ClassVar[Any] = "\ud800"
    Input, Output = EmitInput, EmitOutput

    async def run(self, input, ctx):
        yield type(self).pin_name, 1


class AgentBlock(Block):
    """Runs another graph, `times` times one after the other."""

    id = _ID.format(21)
    ui_type = "Agent"

    class Input(BlockInput):
        graph_id: str = pin()
        graph_version: int = pin(1)
        inputs: dict[str, Any] = pin(default_factory=dict)
        times: int = pin(1)

    class Output(BareBlockOutput):
        output: Any = pin()

    async def run(self, input, ctx):
        for _ in range(input.times):
            async for name, value in ctx.run_agent(input.graph_id, input.graph_version, input.inputs):
                yield name, value


class QuickOrSlowBlock(Block):
    """Answers even numbers at once and odd ones in a task."""

    id = _ID.format(22)
    pure = True
    is_slow_in_pump: ClassVar[bool] = False

    class Input(BlockInput):
        a: int = pin()

    class Output(BlockOutput):
        result: Any = pin()

    def run(self, input, ctx):
        if type(self).is_slow_in_pump:
            until = time.perf_counter() + 0.007
            while time.perf_counter() < until:
                pass
        if input.a % 2:
            yield NEEDS_ASYNC
            return
        yield "result", ["quick", input.a]

    async def run_slow(self, input, ctx):
        await asyncio.sleep(0)
        yield "result", ["slow", input.a]


class WithoutOutputBlock(Block):
    id = _ID.format(23)
    pure = True
    Input, Output = EmitInput, EmitOutput

    def run(self, input, ctx):
        return
        yield


class ChangesItsInputBlock(Block):
    """Appends to the list that it was given, as no block should but some will."""

    id = _ID.format(24)
    pure = True

    class Input(BlockInput):
        a: Any = pin(None)
        b: Any = pin(None)
        c: Any = pin(None)

    class Output(BlockOutput):
        a: Any = pin()
        b: Any = pin()

    def run(self, input, ctx):
        for name in ("a", "b"):
            value = getattr(input, name)
            if isinstance(value, list):
                value.append("changed")
            yield name, value


class EndlessBlock(Block):
    """Yields for as long as one lets it."""

    id = _ID.format(25)
    started: ClassVar[asyncio.Event]

    class Input(BlockInput):
        a: Any = pin(None)

    class Output(BlockOutput):
        x: Any = pin()

    async def run(self, input, ctx):
        number = 0
        while True:
            number += 1
            yield "x", number
            type(self).started.set()
            await asyncio.sleep(0)


def append_line(file: Path, line: str) -> None:
    with open(file, "a") as opened:
        opened.write(line + "\n")


class CountBlock(Block):
    """Writes a line for each execution that it begins, so that a test sees what ran and how often: something that others notice."""

    id = _ID.format(26)
    file: ClassVar[Path]

    class Input(BlockInput):
        a: Any = pin()
        split: int = pin(1)

    class Output(BlockOutput):
        result: Any = pin()

    async def run(self, input, ctx):
        append_line(type(self).file, f"{ctx.node_exec_id} {ctx.idempotency_key}")
        for _ in range(input.split):
            await asyncio.sleep(0)
            yield "result", input.a


class PaidCountBlock(CountBlock):
    id = _ID.format(27)
    costs = (BlockCost(cost_amount=2),)
    file: ClassVar[Path]


ALL = tuple(
    value
    for value in list(globals().values())
    if isinstance(value, type) and issubclass(value, Block) and value is not Block and "id" in vars(value)
)
