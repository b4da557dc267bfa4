"""From one yield to the executions behind it (semantics 3): record, select, deliver, make ready."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

import msgspec

from ..clock import now_us
from ..errors import BlockOutputError, LimitExceededError
from ..events import NodeExecutionEvent
from . import states
from .core import Core
from .ids import MAX_SEQ
from .plan import LinkPlan, NodePlan
from .records import OUTPUT_BYTES, GraphExecution, NodeExecution
from .resolve import isolated, resolve_input, unchecked_input

log = logging.getLogger(__name__)

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode
_to_builtins = msgspec.to_builtins
_SCALARS = frozenset({str, int, bool, type(None)})
MAX_RUN_OUTPUT_BYTES = 8_000_000


def record_output(core: Core, execution: NodeExecution, pin: str, value: Any) -> None:
    """One yield of a running execution: kept, told, and passed on unless an earlier execution of the node comes first.

    Raises BlockOutputError where the value is no JSON or too large.
    """
    try:
        if value.__class__ not in _SCALARS:
            value = _to_builtins(value, str_keys=True)
        text = encode(value)
        if b"null" in text:
            # JSON has no NaN. Who comes after a restart gets what is stored, so everybody does.
            value = decode(text)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise BlockOutputError(f"output {pin!r} cannot be stored as JSON: {error}") from None
    size_bytes = len(text)
    if size_bytes > core.config.engine.max_output_bytes:
        raise BlockOutputError(f"output {pin!r} is {size_bytes:,} bytes long; engine.max_output_bytes is the limit")
    outputs = execution.outputs
    outputs.append((pin, text))
    core.unsaved_bytes += size_bytes + OUTPUT_BYTES
    run = execution.run
    core.events.append(NodeExecutionEvent(run.ref, execution, execution.status, len(outputs)))
    if not execution.is_dirty:
        execution.is_dirty = True
        core.dirty_nodes.append(execution)
    links = execution.node.links.get(pin)
    if run.active:
        started = run.active.get(execution.node.index)
        if started and started[0] is not execution:
            # Held: release_held passes it on when its turn comes. Until then it makes no executions that would be counted.
            _count_untaken(execution)
            return
    execution.n_propagated = len(outputs)
    if links is None or not propagate(core, run, links, value):
        _count_untaken(execution)


def _count_untaken(execution: NodeExecution) -> None:
    execution.n_untaken += 1
    limits = execution.run.tree.limits
    if execution.n_untaken > limits.max_node_items:
        raise limits.exceeded("max_node_items", f"{execution.node.title} yields too many items")


def propagate(core: Core, run: GraphExecution, links: tuple[LinkPlan, ...], value: Any) -> bool:
    """Gives a value to every link of the pin that it was yielded on, in stored order; False where none of them takes it."""
    is_shared = len(links) > 1
    is_taken = False
    for link in links:
        selected = value
        if link.extract is not None:
            selected = link.extract(value)
            if selected is None:
                continue
        try:
            deliver(core, run, link, isolated(selected) if is_shared else selected)
            is_taken = True
        except LimitExceededError:
            raise
        except Exception as error:
            # A link whose value does not fit does not fire, and the others still do (semantics 3.8).
            log.info("link to %s.%s of run %s did not fire: %s", link.sink.id, link.sink_name, run.id, error)
    return is_taken


def storable(message: str) -> str:
    """A message without lone surrogates, which neither JSON nor SQLite takes."""
    return message.encode("utf-8", "replace").decode()


def release_held(core: Core, execution: NodeExecution) -> None:
    """Passes on what the execution has yielded while an earlier one of its node was unfinished."""
    while execution.n_propagated < len(execution.outputs):
        pin, text = execution.outputs[execution.n_propagated]
        execution.n_propagated += 1
        core.touch(execution)
        links = execution.node.links.get(pin)
        if links is not None:
            propagate(core, execution.run, links, decode(text))


def new_execution(run: GraphExecution, node: NodePlan, now: int) -> NodeExecution:
    """A fresh INCOMPLETE execution. Raises LimitExceededError where the tree may have no more of them."""
    tree = run.tree
    tree.node_executions += 1
    if tree.node_executions > tree.max_node_executions or run.next_seq >= MAX_SEQ:
        raise tree.limits.exceeded("max_node_executions")
    seq = run.next_seq
    run.next_seq = seq + 1
    return NodeExecution(run, node, seq, now)


def deliver(core: Core, run: GraphExecution, link: LinkPlan, value: Any) -> None:
    """Brings a value to a pin: joins the oldest execution that lacks it, or begins a new one; queues what is complete."""
    sink = link.sink
    now = now_us()
    mask = run.masks.get(sink.id) if run.masks else None
    if sink.is_single and mask is None:
        execution = new_execution(run, sink, now)
        data = {link.sink_name: value}
        if not _try_queue(core, execution, data, None, now):
            execution.data = data
            keep_pending(run, execution)
            _note_incomplete(core, execution)
        return
    execution = _find_pending(run, sink, link.sink_name)
    is_new = execution is None
    if execution is None:
        execution = new_execution(run, sink, now)
        execution.data = {}
    data = execution.data
    data[link.sink_name] = value  # type: ignore[index]
    _fill_static(data, sink, run.latest_inputs.get(sink.index))  # type: ignore[arg-type]
    if not _try_queue(core, execution, data, mask, now):  # type: ignore[arg-type]
        if is_new:
            keep_pending(run, execution)
        _note_incomplete(core, execution)
    elif link.is_static:
        _retry_pending(core, run, sink, mask, now)


def _find_pending(run: GraphExecution, sink: NodePlan, pin: str) -> NodeExecution | None:
    waiting = run.lacking.get((sink.index, pin))
    while waiting:
        execution = waiting.popleft()
        if execution.data is not None and pin not in execution.data:
            return execution
    return None


def keep_pending(run: GraphExecution, execution: NodeExecution) -> None:
    """Remembers an INCOMPLETE execution and the pins that it waits for. What is complete at once never comes here: where a
    static value joins a long list, an entry for each arrival would keep all of them in memory."""
    index = execution.node.index
    run.pending.setdefault(index, {})[execution.seq] = execution
    for pin in execution.node.linked_pins:
        if pin not in execution.data:  # type: ignore[operator]
            waiting = run.lacking.get((index, pin))
            if waiting is None:
                waiting = run.lacking[(index, pin)] = deque()
            waiting.append(execution)


def _fill_static(data: dict[str, Any], sink: NodePlan, latest: dict[str, Any] | None) -> None:
    if latest is not None:
        for pin in sink.static_pins:
            if pin not in data:
                data[pin] = isolated(latest.get(pin))


def _retry_pending(core: Core, run: GraphExecution, sink: NodePlan, mask: dict[str, Any] | None, now: int) -> None:
    # A static value has arrived: executions that waited for it may go, filled from the input that was just resolved.
    pending = run.pending.get(sink.index)
    if not pending:
        return
    latest = run.latest_inputs.get(sink.index)
    for execution in list(pending.values()):
        _fill_static(execution.data, sink, latest)  # type: ignore[arg-type]
        if not _try_queue(core, execution, execution.data, mask, now):  # type: ignore[arg-type]
            core.touch(execution)


def _try_queue(core: Core, execution: NodeExecution, data: dict[str, Any], mask: dict[str, Any] | None, now: int) -> bool:
    """Queues the execution if its input is complete and fits; False leaves it INCOMPLETE."""
    sink = execution.node
    if mask:
        data = {**data, **isolated(mask)}
    if not sink.is_single and not sink.linked_pins <= data.keys():
        return False
    try:
        merged, given = resolve_node_input(execution.run, sink, data, bool(mask))
        mark_queued(execution, merged, given, now)
    except Exception as error:
        log.info("node %s of run %s waits: %s", sink.id, execution.run.id, error)
        return False
    core.events.append(NodeExecutionEvent(execution.run.ref, execution, states.QUEUED, 0))
    if not execution.is_dirty:
        execution.is_dirty = True
        core.dirty_nodes.append(execution)
    core.push_ready(execution)
    return True


def resolve_node_input(run: GraphExecution, node: NodePlan, data: dict[str, Any], masked: bool) -> tuple[dict, Any]:
    """resolve_input, except for a pinned node: its block does not run, so nothing has to fit."""
    if run.pinned_outputs and node.id in run.pinned_outputs:
        return unchecked_input(node, data), None
    return resolve_input(node, data, dynamic_mask=masked)


def mark_queued(execution: NodeExecution, merged: dict[str, Any], given: Any, now: int) -> None:
    """The in-memory side of INCOMPLETE -> QUEUED; admission uses it before anything is on the disk. Raises where the input cannot
    be stored (a text that was converted to a number of forty digits), with nothing changed."""
    run, node = execution.run, execution.node
    execution.input_json = encode(merged)
    execution.input_unsaved = True
    execution.input = given
    execution.status = states.QUEUED
    execution.queued_at = now if now > execution.added_at else execution.added_at
    if execution.data is not None:
        execution.data = None
        if (pending := run.pending.get(node.index)) is not None:
            pending.pop(execution.seq, None)
    run.n_open += 1
    run.executions[execution.seq] = execution
    if node.static_pins:
        run.latest_inputs[node.index] = static_values(node, merged)
    if node.is_output:
        keep_run_output(run, merged)


def static_values(node: NodePlan, merged: dict[str, Any]) -> dict[str, Any]:
    """What later executions of the node may take over: copies, since the block of this one may change what it is given."""
    return {pin: isolated(merged[pin]) for pin in node.static_pins if pin in merged}


def keep_run_output(run: GraphExecution, merged: dict[str, Any]) -> None:
    """A run's outputs are the values that its Output nodes were given, in the order of queueing (semantics 10)."""
    if run.outputs_bytes < MAX_RUN_OUTPUT_BYTES:  # beyond it, events show the first ones; the database has them all
        text = encode(merged.get("value"))
        run.outputs_bytes += len(text)
        run.outputs.append((str(merged.get("name") or ""), text))


def _note_incomplete(core: Core, execution: NodeExecution) -> None:
    core.touch(execution)
    # INCOMPLETE, or TERMINATED in a run that was resumed.
    core.events.append(NodeExecutionEvent(execution.run.ref, execution, execution.status, 0))
