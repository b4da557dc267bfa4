"""Runs one node execution: inside the pump where its block is quick, in a task or a thread where it is not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import msgspec

from ..clock import now_us
from ..errors import AutoGPTLiteError, BlockError, BlockInputError, BlockOutputError, LimitExceededError, code_of
from ..registry import BlockEntry
from ..sdk.block import NEEDS_ASYNC
from ..sdk.hosts import reachable_hosts
from . import states
from .charges import reserve, settle
from .context import NodeContext
from .core import Core, LeaseLike
from .credentials_use import acquire_credentials
from .graph_execution import end_if_done, fail_run
from .node_clock import NodeClock
from .propagation import decode, record_output, release_held, storable
from .records import GraphExecution, NodeExecution
from .resolve import block_input
from .retry import retry_wait_s
from .reviews import must_wait

log = logging.getLogger(__name__)

monotonic = time.perf_counter

SLOW_STEP_S = 0.005
"""A block with SLOW_STEPS synchronous steps that took longer runs in threads from then on: the loop has others to serve."""
SLOW_STEPS = 3
FORGIVEN = 0.01
"""Slow steps that a quick execution makes up for: on a busy machine any step takes long now and then."""
LONG_STEP_S = 0.1
"""A step that takes longer is not made up for."""
YIELDS_IN_A_ROW = 64
"""Values that a task takes from a block that never waits for anything, before others get their turn."""
MAX_TRY_MESSAGE = 1_000
"""Characters that are kept of the message of a try that was followed by another."""
UNKNOWN_ERROR = "The block failed without saying why."
FAILURES = (Exception, SystemExit, asyncio.CancelledError)
"""What may come out of a block and is its own failure: a block that calls sys.exit() must not end the server, and one that awaits
something cancelled was not cancelled itself."""


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
        if _has_block(core, execution):
            _run_block(core, execution, deadline)  # its start is committed now
        return
    execution.status = states.RUNNING
    if (now := now_us()) < execution.queued_at:  # type: ignore[operator]
        now = execution.queued_at  # the clock was set back meanwhile
    execution.started_at = now
    if node.id in run.nodes_to_skip:
        complete(core, execution)
        return
    core.tell_node(execution)
    core.touch(execution)
    if run.pinned_outputs and node.id in run.pinned_outputs:
        _run_pinned(core, execution)
    elif not _has_block(core, execution) or (node.entry.may_wait and _waits(core, execution)):  # type: ignore[union-attr]
        return
    elif _may_coalesce(execution):
        _run_block(core, execution, deadline)
    elif _may_spend(core, execution):
        # For a block that somebody outside could notice, the start is on the disk before its first line runs.
        core.after_commit.append(lambda: core.push_ready(execution))


def _waits(core: Core, execution: NodeExecution) -> bool:
    # Before anything is reserved: waiting for a person costs nothing, and neither does what was rejected.
    try:
        return must_wait(core, execution)
    except BlockError as error:
        fail(core, execution, str(error))
        return True


def _has_block(core: Core, execution: NodeExecution) -> bool:
    entry = execution.node.entry
    if entry is None:
        block_id = execution.node.block_id
        fail(core, execution, f"There is no block {block_id!r} here. Pin the node's outputs to run without it.")
    elif entry.disabled:
        fail(core, execution, f"The block {entry.name} is disabled.")
    else:
        return True
    return False


def _may_coalesce(execution: NodeExecution) -> bool:
    block = execution.node.entry.block  # type: ignore[union-attr]
    return block.pure and not block.costs


def _may_spend(core: Core, execution: NodeExecution) -> bool:
    """Reserves what the next try costs; where the tree has not got it, the tree ends before the call."""
    try:
        reserve(core, execution)
    except LimitExceededError as error:
        fail_run(core, execution.run, error)
        return False
    return True


def _run_block(core: Core, execution: NodeExecution, deadline: float) -> None:
    entry = execution.node.entry
    run = execution.run
    try:
        if execution.input is None:  # after a restart only the stored JSON is there
            execution.input = block_input(execution.node, decode(execution.input_json))
    except BlockInputError as error:
        fail(core, execution, str(error))
        return
    execution.context = NodeContext(core, execution)
    if entry.is_async or entry.credentials_pins:
        start_task(core, execution)
    elif entry.blocking or entry.slow_steps >= SLOW_STEPS:
        _enter(run, execution)
        core.threads.start(core, execution)
    else:
        execution.generator = entry.run(execution.input, execution.context)
        _run_slice(core, execution, deadline)


# --- synchronous, in the pump -----------------------------------------------------------------------------


def _run_slice(core: Core, execution: NodeExecution, deadline: float) -> None:
    run = execution.run
    generator = execution.generator
    began = started = monotonic()
    try:
        for item in generator:
            if item is NEEDS_ASYNC:
                generator.close()
                start_task(core, execution, slow=True)
                return
            pin, value = item
            accept(core, execution, pin, value)
            now = monotonic()
            if now - started > SLOW_STEP_S:
                _note_slow_step(execution.node.entry, now - started)
            started = now
            if now > deadline:
                check_time(execution, began)
                # Behind what it has just made ready: so the queue never grows beyond what one slice yields.
                _enter(run, execution)
                core.push_ready(execution)
                return
    except LimitExceededError as error:
        execution.generator = None
        fail_run(core, run, error)
        return
    except FAILURES as error:
        execution.generator = None
        handle_failure(core, execution, error)
        return
    entry = execution.node.entry
    now = monotonic()
    if now - started > SLOW_STEP_S:
        _note_slow_step(entry, now - started)
    elif entry.slow_steps > entry.long_steps and execution.context.began is None and now - began < SLOW_STEP_S:
        entry.slow_steps = max(entry.slow_steps - FORGIVEN, entry.long_steps)
    execution.generator = None
    complete(core, execution)


def _note_slow_step(entry: BlockEntry, took_s: float) -> None:
    entry.slow_steps += 1
    entry.long_steps += took_s > LONG_STEP_S


def accept(core: Core, execution: NodeExecution, pin: str, value: Any) -> None:
    """Takes one yield: checked, then recorded; on a replay, what was committed before is not emitted again."""
    entry = execution.node.entry
    if entry is not None:
        if pin in entry.output_types:
            value = _checked_output(entry, pin, value)
        elif pin == "error":
            raise BlockError(str(value) if value is not None else UNKNOWN_ERROR)
        elif pin not in entry.output_pins:
            _check_other_pin(entry, pin)
    if execution.replayed:
        execution.replayed -= 1
        return
    record_output(core, execution, pin, value)


def _check_other_pin(entry: Any, pin: Any) -> None:
    # Only Standard blocks promise their pins; but a pin that is no proper text could not be stored for anybody.
    if not isinstance(pin, str) or not pin.isprintable():
        raise BlockOutputError(f"{entry.name} gave an output on {pin!a}, which is no name of a pin.")
    if entry.checks_outputs and not pin.startswith("tools_^_"):
        raise BlockOutputError(f"{entry.name} has no output {pin!r}.")


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


def start_task(core: Core, execution: NodeExecution, *, slow: bool = False) -> None:
    """Runs the block in a task of its own; `slow` is `run_slow` of a synchronous block."""
    _enter(execution.run, execution)
    execution.generator = None
    execution.task = asyncio.get_running_loop().create_task(_run_async(core, execution, slow))


async def _run_async(core: Core, execution: NodeExecution, slow: bool) -> None:
    error: BaseException | None = None
    n_taken = 0
    leases: list[LeaseLike] = []
    context = execution.context  # a stop takes it from the execution
    reachable_hosts.set(context.reachable_hosts)
    try:
        async with asyncio.timeout(time_limit_s(execution)) as limit:
            context.clock = NodeClock(limit)
            if execution.node.entry.credentials_pins:  # type: ignore[union-attr]
                await acquire_credentials(core, execution, leases)
            async with aclosing(_outputs_of(execution, slow)) as outputs:
                async for pin, value in outputs:
                    if execution.status in states.ENDED or execution.run.tree.is_stopped:
                        core.late_outputs += 1
                        return
                    for lease in leases:
                        value = lease.mask_value(value)
                    accept(core, execution, pin, value)
                    core.wake()  # to save and tell it, even where no link takes it
                    n_taken += 1
                    if core.is_behind():
                        await wait_drained(core)
                    elif not n_taken % YIELDS_IN_A_ROW:
                        await asyncio.sleep(0)
    except FAILURES as caught:
        error = timeout_error(execution) if isinstance(caught, TimeoutError) and limit.expired() else caught
    finally:
        context.clock = None
        for lease in leases:
            lease.release()
    finish(core, execution, error)


def _outputs_of(execution: NodeExecution, slow: bool) -> AsyncIterator[tuple[str, Any]]:
    entry = execution.node.entry
    run = entry.block.run_slow if slow else entry.run  # type: ignore[union-attr]
    produced = run(execution.input, execution.context)
    return produced if isinstance(produced, AsyncIterator) else _as_async(execution, produced)


async def _as_async(execution: NodeExecution, generator: Iterator[Any]) -> AsyncIterator[tuple[str, Any]]:
    for item in generator:
        if item is NEEDS_ASYNC:
            async with aclosing(_outputs_of(execution, True)) as outputs:
                async for output in outputs:
                    yield output
            return
        yield item


async def wait_drained(core: Core) -> None:
    """Holds a producer back until the pump has caught up."""
    core.drained.clear()
    await core.drained.wait()


def time_limit_s(execution: NodeExecution) -> float | None:
    """Seconds that a try may take: the node's own limit, or that of the run. A node that only waits for an agent has that one's."""
    node = execution.node
    if node.is_agent:
        return node.timeout_s
    of_run = execution.run.tree.limits.max_node_s
    return of_run if node.timeout_s is None or node.timeout_s > of_run else node.timeout_s


def timeout_error(execution: NodeExecution) -> AutoGPTLiteError:
    """The node's own limit fails the node, that of the run ends the run."""
    if time_limit_s(execution) == execution.node.timeout_s:
        return BlockError(f"The node took longer than {execution.node.timeout_s} s.")
    return execution.run.tree.limits.exceeded("max_node_s", f"{execution.node.title} took longer")


def check_time(execution: NodeExecution, began: float) -> None:
    """For a try in the pump, at the end of each slice; `began` counts at the first. Raises as timeout_error says."""
    context = execution.context
    if context.began is None:
        context.began = began
    limit_s = time_limit_s(execution)
    if limit_s is not None and monotonic() - context.began > limit_s:
        raise timeout_error(execution)


def finish(core: Core, execution: NodeExecution, error: BaseException | None) -> None:
    """What becomes of an execution whose task is over: with the error that it raised, None where it went well."""
    if execution.status in states.ENDED:
        return  # it was stopped: nothing that it still says counts
    if error is not None and asyncio.current_task().cancelling():  # type: ignore[union-attr]
        return  # the server is closing: the row says RUNNING, and the next start runs it again
    try:
        if error is None:
            complete(core, execution)
        elif isinstance(error, LimitExceededError):
            fail_run(core, execution.run, error)
        else:
            handle_failure(core, execution, error)
    except Exception as failure:
        log.exception("the engine failed at node %s of run %s", execution.node.id, execution.run.id)
        fail_run(core, execution.run, failure)


# --- the end ----------------------------------------------------------------------------------------------------


def complete(core: Core, execution: NodeExecution) -> None:
    """RUNNING -> COMPLETED."""
    if execution.charge is not None:
        settle(core, execution, failed=False)
    _end(core, execution, states.COMPLETED)


def fail(core: Core, execution: NodeExecution, message: str, code: str | None = None) -> None:
    """RUNNING -> FAILED: the message is the execution's last output, on the pin `error`, and travels like any other."""
    settle(core, execution, failed=True)
    message = _masked(core, message)
    execution.error, execution.error_code = message, code
    try:
        record_output(core, execution, "error", message)
    except LimitExceededError as error:
        fail_run(core, execution.run, error)
        return
    execution.run.stats.node_error_count += 1
    _end(core, execution, states.FAILED)


def handle_failure(core: Core, execution: NodeExecution, error: BaseException) -> None:
    """Tries again where the node's policy or the block says so, else fails the execution."""
    if not isinstance(error, AutoGPTLiteError):
        log.info("block %s failed", execution.node.block_id, exc_info=error)
    after_s = retry_wait_s(execution.node.retry, execution.try_number, error)
    if after_s is None:
        fail(core, execution, _message_of(error), code_of(error))
    elif not core.is_closing:  # the next start runs the same try again
        _try_again(core, execution, _message_of(error), after_s)


def _masked(core: Core, message: str) -> str:
    # A provider that refuses a key may well repeat it in its answer.
    return storable(core.services.credentials.mask(message))


def _note_failed_try(core: Core, execution: NodeExecution, message: str, cost: int) -> None:
    tried = {"try": execution.try_number, "error": _masked(core, message)[:MAX_TRY_MESSAGE], "cost": cost, "failed_at": now_us()}
    execution.failed_tries = [*(execution.failed_tries or ()), tried]


def _try_again(core: Core, execution: NodeExecution, message: str, after_s: float) -> None:
    cost_before = execution.cost
    settle(core, execution, failed=True)
    _note_failed_try(core, execution, message, execution.cost - cost_before)
    _enter(execution.run, execution)  # what later executions of the node yield meanwhile still waits for this one
    execution.generator = None
    execution.task = None
    execution.replayed = len(execution.outputs)
    execution.try_number += 1
    core.touch(execution)
    if not _may_spend(core, execution):
        return
    # Like the first start: the number of the try and its reservation are on the disk before the block's first line runs.
    core.after_commit.append(lambda: _wait_for_try(core, execution, after_s))
    core.wake()


def _wait_for_try(core: Core, execution: NodeExecution, after_s: float) -> None:
    if execution.status not in states.ENDED:
        execution.next_try = asyncio.get_running_loop().call_later(after_s, _begin_try, core, execution)


def _begin_try(core: Core, execution: NodeExecution) -> None:
    execution.next_try = None
    core.push_ready(execution)


def _message_of(error: BaseException) -> str:
    message = str(error)
    if isinstance(error, AutoGPTLiteError) and error.hint and error.hint not in message:
        return f"{message} {error.hint}"
    return message or type(error).__name__ or UNKNOWN_ERROR


def _end(core: Core, execution: NodeExecution, status: str) -> None:
    run = execution.run
    if (now := now_us()) < execution.started_at:
        now = execution.started_at  # the clock was set back meanwhile
    execution.status = status
    execution.ended_at = now
    execution.task = None
    execution.input = None
    execution.context = None  # it knows the execution: a circle that only the collector could find
    core.touch(execution)
    core.tell_node(execution)
    stats = run.stats
    stats.node_exec_count += 1
    spent_s = (now - execution.started_at) / 1_000_000
    stats.node_exec_time += spent_s
    entry = execution.node.entry
    if entry is None or not entry.is_async:
        stats.node_exec_time_cpu_only += spent_s
    core.note_stats(run)
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
