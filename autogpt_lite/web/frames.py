"""Events as the bytes of WebSocket frames: AutoGPT's cumulative ones, and our own deltas in groups of ten.

Everything is put together from JSON that exists already (inputs and outputs are kept encoded), so a value is encoded once
in its life, however many events and clients show it. AutoGPT's frames hold values whole, ours only the beginning of long ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import pack
from typing import Any
from urllib.parse import quote

import msgspec

from ..clock import iso
from ..events import DROPPED_OUTPUT, Event, GraphExecutionEvent, NodeExecutionEvent, NodeView, RunRef
from ..previews import WHOLE_BYTES, head_of, kind_of

EVENTS_PER_FRAME = 10
MAX_OUTPUTS_BYTES = 8_000_000
"""Outputs that one cumulative event shows; of more, the newest."""

_ENDED = ("COMPLETED", "FAILED", "TERMINATED")
_TEXT_FRAME = 0x81
_CLOSE_FRAME = 0x88

encode = msgspec.json.Encoder().encode
_decode_inputs = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def text_frame(payload: bytes) -> bytes:
    """A WebSocket text message as a server sends it: one frame, unmasked, not compressed (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return pack("!BB", _TEXT_FRAME, size) + payload
    if size < 65_536:
        return pack("!BBH", _TEXT_FRAME, 126, size) + payload
    return pack("!BBQ", _TEXT_FRAME, 127, size) + payload


def close_frame(code: int) -> bytes:
    """The frame that ends a WebSocket (RFC 6455, 5.5.1)."""
    return pack("!BBH", _CLOSE_FRAME, 2, code)


def run_channel(user_id: str, graph_exec_id: str) -> str:
    """The channel of one run."""
    return f"{user_id}|graph_exec#{graph_exec_id}"


def tree_channel(user_id: str, root_id: str) -> str:
    """The channel of a root run with everything that it has started."""
    return f"{user_id}|graph_exec#{root_id}|tree"


def graph_channel(user_id: str, graph_id: str) -> str:
    """The channel of all runs of a graph."""
    return f"{user_id}|graph#{graph_id}|executions"


def channels_of(run: RunRef) -> tuple[str, str, str]:
    """The channels that the events of a run go to."""
    user_id = run.user_id
    return run_channel(user_id, run.graph_exec_id), graph_channel(user_id, run.graph_id), tree_channel(user_id, run.root_id)


# --- AutoGPT's frames ---------------------------------------------------------------------------------


def coalesce(events: Iterable[Event]) -> list[Event]:
    """The events that a flush has to show: of each node execution and run the last one of every status, by sequence.
    A cumulative event holds all outputs so far, so the ones before it add nothing."""
    last: dict[tuple[str, str], Event] = {}
    for event in events:
        key = (event.node.node_exec_id if type(event) is NodeExecutionEvent else event.run.graph_exec_id, event.status)
        last.pop(key, None)
        last[key] = event
    return list(last.values())


class CumulativeFrames:
    """Builds AutoGPT's frames of one flush. The same event goes to the run's and the graph's channel: it is built once."""

    def __init__(self, epoch: str):
        self._tail = b',"success":null,"error":null,"epoch":' + encode(epoch) + b',"sequence":%d}'
        self._data: dict[int, bytes] = {}

    def build(self, channel_json: bytes, events: Iterable[Event]) -> bytes:
        """The frames of these events for one channel, ready for the wire."""
        return b"".join([text_frame(self._message(channel_json, event)) for event in coalesce(events)])

    def _message(self, channel_json: bytes, event: Event) -> bytes:
        is_node = type(event) is NodeExecutionEvent
        data = self._data.get(id(event))
        if data is None:
            data = self._data[id(event)] = node_data(event) if is_node else graph_data(event)
        method = b'{"method":"node_execution_event","channel":' if is_node else b'{"method":"graph_execution_event","channel":'
        return b"".join((method, channel_json, b',"data":', data, self._tail % event.seq))


def node_data(event: NodeExecutionEvent) -> bytes:
    """AutoGPT's node_execution_update as JSON."""
    run, node = event.run, event.node
    return b"".join(
        (
            b'{"event_type":"node_execution_update",',
            encode(
                {
                    "user_id": run.user_id,
                    "graph_id": run.graph_id,
                    "graph_version": run.graph_version,
                    "graph_exec_id": run.graph_exec_id,
                    "root_id": run.root_id,
                    "parent_id": run.parent_id,
                    "node_exec_id": node.node_exec_id,
                    "node_id": node.node_id,
                    "block_id": node.block_id,
                    "status": event.status,
                    "add_time": iso(node.added_at),
                    **_times(event),
                }
            )[1:-1],
            b',"input_data":',
            node.input_json,
            b',"output_data":',
            _outputs_by_pin(node.outputs, event.n_outputs),
            b"}",
        )
    )


def _times(event: NodeExecutionEvent) -> dict[str, str | None]:
    # The execution is alive: by the time that an event is shown it may be further, but the event must not tell the future.
    node, status = event.node, event.status
    return {
        "queue_time": iso(node.queued_at) if status != "INCOMPLETE" else None,
        "start_time": iso(node.started_at) if status not in ("INCOMPLETE", "QUEUED") else None,
        "end_time": iso(node.ended_at) if status in _ENDED else None,
    }


def graph_data(event: GraphExecutionEvent) -> bytes:
    """AutoGPT's graph_execution_update as JSON."""
    run = event.run
    return b"".join(
        (
            b'{"event_type":"graph_execution_update",',
            encode(
                {
                    "id": run.graph_exec_id,
                    "root_id": run.root_id,
                    "parent_id": run.parent_id,
                    "user_id": run.user_id,
                    "graph_id": run.graph_id,
                    "graph_version": run.graph_version,
                    "preset_id": run.preset_id,
                    "status": event.status,
                    "started_at": iso(event.started_at),
                    "ended_at": iso(event.ended_at),
                    "is_shared": False,
                    "share_token": None,
                    "is_dry_run": run.is_dry_run,
                    "stats": event.stats,
                    "inputs": msgspec.Raw(run.inputs),
                    "credential_inputs": _raw(run.credential_inputs),
                    "nodes_input_masks": _raw(run.nodes_input_masks),
                }
            )[1:-1],
            b',"outputs":',
            _outputs_by_pin(event.outputs, event.n_outputs),
            b"}",
        )
    )


def _raw(value: bytes | None) -> msgspec.Raw | None:
    return None if value is None else msgspec.Raw(value)


def _outputs_by_pin(outputs: Sequence[tuple[str, bytes]], n_outputs: int) -> bytes:
    """{pin: [values]} of the first n_outputs, of the newest that fit where they are too large for one message."""
    by_pin: dict[str, list[bytes]] = {}
    for pin, value in outputs[_first_that_fits(outputs, n_outputs) : n_outputs]:
        by_pin.setdefault(pin, []).append(value)
    return b"{" + b",".join([encode(pin) + b":[" + b",".join(values) + b"]" for pin, values in by_pin.items()]) + b"}"


def _first_that_fits(outputs: Sequence[tuple[str, bytes]], n_outputs: int) -> int:
    left = MAX_OUTPUTS_BYTES
    for index in range(n_outputs - 1, -1, -1):
        left -= len(outputs[index][1])
        if left < 0 or outputs[index] is DROPPED_OUTPUT:
            return index + 1
    return 0


# --- our frames ---------------------------------------------------------------------------------------


class DeltaFrames:
    """Builds our compact frames for one channel: every event, each with only the outputs that are new since the one before.

    `outputs_from` is the position of the first of them, so a client can put them in place (and see what it missed).
    """

    def __init__(self, epoch: str):
        self._middle = b',"epoch":' + encode(epoch) + b',"data":['
        self._sent: dict[str, int] = {}

    def build(self, channel_json: bytes, events: Sequence[Event]) -> bytes:
        """The frames of these events, ready for the wire."""
        deltas = [self._delta(event) for event in events]
        head = b'{"method":"events","channel":' + channel_json + self._middle
        groups = (deltas[at : at + EVENTS_PER_FRAME] for at in range(0, len(deltas), EVENTS_PER_FRAME))
        return b"".join([text_frame(head + b",".join(group) + b"]}") for group in groups])

    def _delta(self, event: Event) -> bytes:
        is_node = type(event) is NodeExecutionEvent
        exec_id = event.node.node_exec_id if is_node else event.run.graph_exec_id
        sent = self._sent.get(exec_id, 0)
        if event.status in _ENDED:
            self._sent.pop(exec_id, None)
        elif event.n_outputs:
            self._sent[exec_id] = event.n_outputs
        return _node_delta(event, sent) if is_node else _graph_delta(event, sent)


def _node_delta(event: NodeExecutionEvent, sent: int) -> bytes:
    run, node = event.run, event.node
    fields = {
        "event_type": "node_execution_update",
        "sequence": event.seq,
        "graph_exec_id": run.graph_exec_id,
        "root_id": run.root_id,
        "parent_id": run.parent_id,
        "node_exec_id": node.node_exec_id,
        "node_id": node.node_id,
        "status": event.status,
    }
    if event.n_outputs > sent:
        return _with_outputs(fields, run, node.outputs, sent, event.n_outputs)
    if event.status in _ENDED:
        fields["ended_at"] = iso(node.ended_at)
        fields["cost"] = node.cost
        if node.error_code is not None:
            fields["error_code"] = node.error_code
    else:
        fields["block_id"] = node.block_id
        fields["started_at"] = _times(event)["start_time"]
        fields["input_data"] = msgspec.Raw(node.input_json)
        if len(node.input_json) > WHOLE_BYTES:
            _cut_inputs(fields, run, node)
    return encode(fields)


def _cut_inputs(fields: dict[str, Any], run: RunRef, node: NodeView) -> None:
    inputs = _decode_inputs(node.input_json)
    long = {pin: bytes(value) for pin, value in inputs.items() if len(bytes(value)) > WHOLE_BYTES}
    fields["input_data"] = {**inputs, **{pin: msgspec.Raw(head_of(value)) for pin, value in long.items()}}
    address = f"{_address(run)}?node_exec_id={node.node_exec_id}&input="
    fields["input_cuts"] = [_cut(pin, None, value, address + quote(pin, safe="")) for pin, value in long.items()]


def _cut(pin: str, index: int | None, value: bytes, address: str) -> dict[str, Any]:
    # As CutValue of the REST answers (executions/types.py), but that `index` counts over all pins, as the outputs here do.
    return {"pin": pin, "index": index, "kind": kind_of(value), "size_bytes": len(value), "address": address}


def _address(run: RunRef) -> str:
    return f"/api/graphs/{run.graph_id}/executions/{run.graph_exec_id}/value"


def _graph_delta(event: GraphExecutionEvent, sent: int) -> bytes:
    run: RunRef = event.run
    fields = {
        "event_type": "graph_execution_update",
        "sequence": event.seq,
        "graph_exec_id": run.graph_exec_id,
        "root_id": run.root_id,
        "parent_id": run.parent_id,
        "graph_id": run.graph_id,
        "graph_version": run.graph_version,
        "status": event.status,
        "started_at": iso(event.started_at),
        "ended_at": iso(event.ended_at),
        "stats": event.stats,
    }
    return _with_outputs(fields, run, event.outputs, sent, event.n_outputs) if event.n_outputs > sent else encode(fields)


def _with_outputs(fields: dict, run: RunRef, outputs: Sequence[tuple[str, bytes]], start: int, end: int) -> bytes:
    if outputs[start] is DROPPED_OUTPUT:  # for one who comes late
        start = next((at for at in range(start, end) if outputs[at] is not DROPPED_OUTPUT), end)
    fields["outputs_from"] = start
    shown = outputs[start:end]
    if any(len(value) > WHOLE_BYTES for _, value in shown):
        shown = _cut_outputs(fields, run, shown, start)
    new = b",".join([b"[" + encode(pin) + b"," + value + b"]" for pin, value in shown])
    return encode(fields)[:-1] + b',"outputs":[' + new + b"]}"


def _cut_outputs(fields: dict[str, Any], run: RunRef, shown: Sequence[tuple[str, bytes]], start: int) -> list[tuple[str, bytes]]:
    of_node = f"node_exec_id={fields['node_exec_id']}&" if "node_exec_id" in fields else ""
    address = f"{_address(run)}?{of_node}output="
    long = [(start + i, pin, value) for i, (pin, value) in enumerate(shown) if len(value) > WHOLE_BYTES]
    fields["output_cuts"] = [_cut(pin, at, value, f"{address}{at}") for at, pin, value in long]
    return [(pin, head_of(value) if len(value) > WHOLE_BYTES else value) for pin, value in shown]
