"""Runs one node execution: inside the pump where its block is quick, in a task or a thread where it is not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec

from ..clock import now_us
from ..errors import AutoGPTLiteError, BlockError, BlockInputError, BlockOutputError, BlockRetry, LimitExceededError
from ..sdk.block import NEEDS_ASYNC
from . import pricing, states
from .context import NodeContext
from .core import Core
from .graph_execution import end_if_done, fail_run
from .propagation import decode, record_output, release_held
from .records import GraphExecution, NodeExecution
from .resolve import convert_input

log = logging.getLogger(__name__)

monotonic = time.perf_counter

SLOW_STEP_S = 0.005
"""A synchronous step that takes longer moves its block to a thread from then on: the loop has others to serve."""
SLOW_STEPS = 3
MAX_READY = 2_000
"""Ready executions above which producers in tasks and threads wait until the pump has caught up."""
UNKNOWN_ERROR = "The block failed without saying why."


# --- the start ------------------------------------------------------------------------------------------


def run_ready(core: Core, execution: NodeExecution, deadline: float) -> None:
    """What the pump does with the next ready execution: begins it, or goes on with one whose slice was over."""
    run = execution.run
    if run.status in states.ENDED or run.tree.is_stopped:
        return
    if execution.generator is not None:
        _run_slice(core, execution, deadline)
        return
    node = execution.node
    if execution.status == states.RUNNING:
        _run_block(core, execution, deadline)  # its start is committed now
        return
    if node.id in run.nodes_to_skip:
        execution.status = states.RUNNING
        execution.started_at = now_us()
        complete(core, execution)
        return
    execution.status = states.RUNNING
    execution.started_at = now_us()
    core.tell_node(execution)
    core.touch(execution)
    if run.pinned_outputs and node.id in run.pinned_outputs:
        _run_pinned(core, execution)
    elif (entry := node.entry) is None:
        fail(core, execution, f"There is no block {node.block_id!r} here. Pin the node's outputs to run without it.")
    elif entry.disabled:
        fail(core, execution, f"The block {entry.name} is disabled.")
    elif _may_coalesce(execution):
        _run_block(core, execution, deadline)
    else:
        _reserve(core, execution)
        # For a block that somebody outside could notice, the start is on the disk before its first line runs.
        core.after_commit.append(lambda: core.push_ready(execution))


def _may_coalesce(execution: NodeExecution) -> bool:
    block = execution.node.entry.block  # type: ignore[union-attr]
    return block.pure and not block.costs


def _reserve(core: Core, execution: NodeExecution) -> None:
    costs = execution.node.entry.block.costs  # type: ignore[union-attr]
    if not costs:
        return
    credits = pricing.price(costs, decode(execution.input_json))
    execution.charge = credits
    core.reservations.append((execution.key, execution.try_number, execution.run.user_id, credits, now_us()))


def _run_block(core: Core, execution: NodeExecution, deadline: float) -> None:
    entry = execution.node.entry
    run = execution.run
    try:
        if execution.input is None:  # after a restart only the stored JSON is there
            execution.input = restore_input(execution)
    except BlockInputError as error:
        fail(core, execution, str(error))
        return
    context = NodeContext(core, execution)
    if entry.is_async or entry.credentials_pins:
        _start_task(core, execution, context)
    elif entry.blocking or (entry.slow_steps >= SLOW_STEPS and entry.block.run_slow is None):  # a thread cannot take NEEDS_ASYNC
        _enter(run, execution)
        core.threads.start(core, execution, context)
    else:
        execution.generator = entry.run(execution.input, context)
        _run_slice(core, execution, deadline)


def restore_input(execution: NodeExecution) -> Any:
    """The block's input from the stored JSON."""
    node = execution.node
    stored = decode(execution.input_json)
    if node.is_agent:
        stored = {**node.input_default, "inputs": stored}
    return convert_input(node.entry, stored)


# --- synchronous, in the pump -----------------------------------------------------------------------------


def _run_slice(core: Core, execution: NodeExecution, deadline: float) -> None:
    run = execution.run
    generator = execution.generator
    started = monotonic()
    try:
        for item in generator:
            if item is NEEDS_ASYNC:
                generator.close()
                _start_task(core, execution, NodeContext(core, execution), slow=True)
                return
            pin, value = item
            accept(core, execution, pin, value)
            now = monotonic()
            if now - started > SLOW_STEP_S:
                execution.node.entry.slow_steps += 1
            started = now
            if now > deadline:
                # Behind what it has just made ready: so the queue never grows beyond what one slice yields.
                _enter(run, execution)
                core.push_ready(execution)
                return
    except LimitExceededError as error:
        execution.generator = None
        fail_run(core, run, error)
        return
    except Exception as error:
        execution.generator = None
        handle_failure(core, execution, error)
        return
    if monotonic() - started > SLOW_STEP_S:
        execution.node.entry.slow_steps += 1
    execution.generator = None
    complete(core, execution)


def accept(core: Core, execution: NodeExecution, pin: str, value: Any) -> None:
    """Takes one yield: checked, then recorded; on a replay, what was committed before is not emitted again."""
    entry = execution.node.entry
    if entry is not None and entry.checks_outputs:
        if pin in entry.output_types:
            value = _checked_output(entry, pin, value)
        elif pin == "error":
            raise BlockError(str(value) if value is not None else UNKNOWN_ERROR)
        elif pin not in entry.output_pins and not pin.startswith("tools_^_"):
            raise BlockOutputError(f"{entry.name} has no output {pin!r}.")
    if execution.replayed:
        execution.replayed -= 1
        return
    record_output(core, execution, pin, value)


def _checked_output(entry: Any, pin: str, value: Any) -> Any:
    try:
        plain = msgspec.to_builtins(value, str_keys=True)
        msgspec.convert(plain, entry.output_types[pin])
        return plain
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise BlockOutputError(f"{entry.name} gave an output {pin!r} of the wrong type: {error}") from None


# --- pinned outputs -----------------------------------------------------------------------------------------


def _run_pinned(core: Core, execution: NodeExecution) -> None:
    run, index = execution.run, execution.node.index
    recorded = run.pinned_outputs[execution.node.id]
    nth = run.pinned_counts.get(index, 0)
    run.pinned_counts[index] = nth + 1
    try:
        for pin, value in recorded[min(nth, len(recorded) - 1)] if recorded else ():
            if pin == "error":
                raise BlockError(str(value))
            record_output(core, execution, pin, value)
    except LimitExceededError as error:
        fail_run(core, run, error)
        return
    except BlockError as error:
        fail(core, execution, str(error))
        return
    complete(core, execution)


# --- asynchronous, in a task ----------------------------------------------------------------------------------


def _start_task(core: Core, execution: NodeExecution, context: NodeContext, *, slow: bool = False) -> None:
    _enter(execution.run, execution)
    execution.generator = None
    task = asyncio.get_running_loop().create_task(_run_async(core, execution, context, slow))
    execution.task = task


async def _run_async(core: Core, execution: NodeExecution, context: NodeContext, slow: bool) -> None:
    try:
        await _acquire_credentials(core, execution, context)
        entry = execution.node.entry
        run = entry.block.run_slow if slow else entry.run
        produced = run(execution.input, context)
        if not isinstance(produced, AsyncIterator):
            produced = _as_async(produced)
        async with asyncio.timeout(execution.node.timeout_s), aclosing(produced) as outputs:
            async for pin, value in outputs:
                if execution.run.status in states.ENDED:
                    return
                accept(core, execution, pin, value)
                if core.n_ready > MAX_READY:
                    core.drained.clear()
                    await core.drained.wait()
    except asyncio.CancelledError:
        raise
    except LimitExceededError as error:
        fail_run(core, execution.run, error)
    except TimeoutError as error:
        limit = execution.node.timeout_s
        handle_failure(core, execution, BlockError(f"The node took longer than {limit} s.") if limit else error, context)
    except Exception as error:
        handle_failure(core, execution, error, context)
    else:
        complete(core, execution, context)


async def _as_async(generator: Any) -> AsyncIterator[tuple[str, Any]]:
    for item in generator:
        yield item


async def _acquire_credentials(core: Core, execution: NodeExecution, context: NodeContext) -> None:
    entry = execution.node.entry
    if not entry.credentials_pins:
        return
    context.credentials = {}
    for pin in entry.credentials_pins:
        ref = getattr(execution.input, pin, None)
        if ref is not None:
            context.credentials[pin] = await core.services.credentials.resolve(execution.run.user_id, msgspec.to_builtins(ref))


# --- the end ----------------------------------------------------------------------------------------------------


def complete(core: Core, execution: NodeExecution, context: NodeContext | None = None) -> None:
    """RUNNING -> COMPLETED."""
    if execution.charge is not None:
        _settle(core, execution, context, failed=False)
    _end(core, execution, states.COMPLETED)


def fail(core: Core, execution: NodeExecution, message: str, context: NodeContext | None = None) -> None:
    """RUNNING -> FAILED: the message is the execution's last output, on the pin `error`, and travels like any other."""
    if execution.charge is not None:
        _settle(core, execution, context, failed=True)
    message = message.encode("utf-8", "replace").decode()  # a lone surrogate cannot be stored
    execution.error = message
    try:
        record_output(core, execution, "error", message)
    except LimitExceededError as error:
        fail_run(core, execution.run, error)
        return
    execution.run.stats.node_error_count += 1
    _end(core, execution, states.FAILED)


def handle_failure(core: Core, execution: NodeExecution, error: BaseException, context: NodeContext | None = None) -> None:
    """Tries again where the node's policy or the block says so, else fails the execution."""
    if not isinstance(error, AutoGPTLiteError):
        log.info("block %s failed", execution.node.block_id, exc_info=error)
    after_s = retry_wait_s(execution, error)
    if after_s is None or core.is_closing:
        fail(core, execution, _message_of(error), context)
        return
    if execution.charge is not None:
        _settle(core, execution, context, failed=True)
    execution.generator = None
    execution.task = None
    execution.replayed = len(execution.outputs)
    execution.try_number += 1
    core.touch(execution)
    _reserve(core, execution)
    asyncio.get_running_loop().call_later(after_s, core.push_ready, execution)


def retry_wait_s(execution: NodeExecution, error: BaseException) -> float | None:
    """Seconds until the next try by the node's own policy (metadata.retry), None where there is none left."""
    policy = execution.node.retry
    attempts = policy.get("attempts", 1) if policy else (3 if isinstance(error, BlockRetry) else 1)
    if execution.try_number + 1 >= attempts:
        return None
    if isinstance(error, BlockRetry):
        return error.after_s
    return float(policy.get("wait_s", 1.0)) * float(policy.get("backoff", 2.0)) ** execution.try_number


def _message_of(error: BaseException) -> str:
    message = str(error)
    if isinstance(error, AutoGPTLiteError) and error.hint and error.hint not in message:
        return f"{message} {error.hint}"
    return message or type(error).__name__ or UNKNOWN_ERROR


def _end(core: Core, execution: NodeExecution, status: str) -> None:
    run = execution.run
    now = now_us()
    execution.status = status
    execution.ended_at = now
    execution.task = None
    execution.input = None
    core.touch(execution)
    core.tell_node(execution)
    stats = run.stats
    stats.node_exec_count += 1
    spent_s = (now - execution.started_at) / 1_000_000
    stats.node_exec_time += spent_s
    entry = execution.node.entry
    if entry is None or not entry.is_async:
        stats.node_exec_time_cpu_only += spent_s
    run.stats_changed = True
    core.wake()  # a task's end has to be saved too, even where it makes nothing ready
    if execution.node.is_output and run.on_output is not None:
        run.on_output(execution)
    _leave(core, execution)


def _enter(run: GraphExecution, execution: NodeExecution) -> None:
    """Takes the execution's place in the order of its node: outputs of a later one wait for it."""
    if not execution.has_place:
        execution.has_place = True
        run.active.setdefault(execution.node.index, deque()).append(execution)


def _leave(core: Core, execution: NodeExecution) -> None:
    run, index = execution.run, execution.node.index
    started = run.active.get(index)
    if started:
        if not execution.has_place and execution.n_propagated < len(execution.outputs):
            _enter(run, execution)  # it ended in one go, but behind an earlier one: its outputs are held
        if started[0] is not execution and execution.has_place:
            return
    if execution.has_place:
        _close_places(core, run, started)
        if not started:
            del run.active[index]
    else:
        _close_place(run, execution)
    end_if_done(core, run)


def _close_places(core: Core, run: GraphExecution, started: deque[NodeExecution]) -> None:
    while started:
        first = started[0]
        try:
            release_held(core, first)
        except LimitExceededError as error:
            fail_run(core, run, error)
            return
        if first.status not in states.ENDED:
            return
        started.popleft()
        _close_place(run, first)


def _close_place(run: GraphExecution, execution: NodeExecution) -> None:
    run.n_open -= 1
    run.executions.pop(execution.seq, None)


def _settle(core: Core, execution: NodeExecution, context: NodeContext | None, *, failed: bool) -> None:
    """What the try really cost, in the transaction of its end. A failed one gives its fixed price back, but what a provider
    has really charged stays."""
    credits = execution.charge or 0
    if context is not None and (context.usd or context.items or not failed):
        credits = _real_cost(execution, context)
    elif failed:
        credits = 0
    execution.charge = None
    execution.cost += credits
    execution.run.stats.cost += credits
    core.settlements.append((credits, execution.key, execution.try_number))


def _real_cost(execution: NodeExecution, context: NodeContext) -> int:
    costs = execution.node.entry.block.costs  # type: ignore[union-attr]
    seconds = (now_us() - (execution.started_at or 0)) / 1_000_000
    return pricing.settle(costs, decode(execution.input_json), seconds=seconds, items=context.items, usd=context.usd)
