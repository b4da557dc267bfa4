"""Who listens to which channel, and the fan-out: a frame is built once a channel and written to every listener as it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from ..config import WebSocketConfig
from ..events import Event, EventBus, NodeProgress
from .authentication import BAD_TOKEN
from .frames import CumulativeFrames, DeltaFrames, channels_of, close_frame, encode, text_frame

log = logging.getLogger(__name__)

GOING_AWAY = 1001
SMALL_BACKLOG_BYTES = 64_000
"""Who is further behind misses progress: it is only worth something while it is new."""


class Listener:
    """One open WebSocket: where to write, and what it listens to."""

    __slots__ = ("channels", "may_execute", "session", "transport", "user_id")

    def __init__(self, transport: asyncio.Transport, user_id: str, session: bytes | None, *, may_execute: bool = True):
        self.transport = transport
        self.user_id = user_id
        self.session = session
        self.may_execute = may_execute
        self.channels: set[str] = set()


class Channel:
    """The listeners of one channel: `plain` ones get AutoGPT's frames, `batch` ones ours."""

    __slots__ = ("batch", "deltas", "name_json", "plain")

    def __init__(self, name: str, epoch: str):
        self.name_json = encode(name)
        self.plain: set[Listener] = set()
        self.batch: set[Listener] = set()
        self.deltas = DeltaFrames(epoch)


class WebSocketHub:
    """Only for the loop's thread. Call `close` to leave the bus and cut everybody off."""

    def __init__(self, bus: EventBus, config: WebSocketConfig):
        self.bus = bus
        self.listeners: set[Listener] = set()
        self.stops: set[asyncio.Task] = set()
        """Stops that were asked for and have no answer yet. One goes on where its client leaves."""
        self._channels: dict[str, Channel] = {}
        self._max_backlog_bytes = config.max_backlog_bytes
        self._leave_bus = bus.subscribe(self.publish)
        self._leave_notices = bus.subscribe_notices(self.notify)
        self._leave_progress = bus.subscribe_progress(self.show_progress)

    def publish(self, events: Sequence[Event]) -> None:
        """Sends a batch of events to those who listen; costs next to nothing where nobody does."""
        if not self._channels:
            return
        by_channel: dict[Channel, list[Event]] = {}
        for event in events:
            for name in channels_of(event.run):
                if (channel := self._channels.get(name)) is not None:
                    by_channel.setdefault(channel, []).append(event)
        cumulative = CumulativeFrames(self.bus.epoch)
        for channel, own in by_channel.items():
            if channel.plain:
                self._write(channel.plain, cumulative.build(channel.name_json, own))
            if channel.batch:
                self._write(channel.batch, channel.deltas.build(channel.name_json, own))

    def notify(self, user_id: str, data: dict[str, Any]) -> None:
        """A notice to every connection of the user, subscribed to something or not (AutoGPT's `notification`)."""
        if listeners := {listener for listener in self.listeners if listener.user_id == user_id}:
            message = {"method": "notification", "channel": None, "data": data, "success": None, "error": None}
            self._write(listeners, text_frame(encode(message)))

    def show_progress(self, progress: NodeProgress) -> None:
        """What a node shows while it runs, to those who take our frames."""
        for name in channels_of(progress.run):
            channel = self._channels.get(name)
            if channel is None or not channel.batch:
                continue
            near = {one for one in channel.batch if one.transport.get_write_buffer_size() < SMALL_BACKLOG_BYTES}
            data = {"graph_exec_id": progress.run.graph_exec_id, "node_exec_id": progress.node_exec_id}
            data |= {"node_id": progress.node_id, "text": progress.text}
            message = {"method": "node_execution_progress", "channel": name, "data": data, "success": None, "error": None}
            self._write(near, text_frame(encode(message)))

    def _write(self, listeners: set[Listener], frames: bytes) -> None:
        # One write of joined frames: uvloop makes a system call of each (100 clients: 4 us a write, 48 us for ten of them).
        too_slow = []
        for listener in listeners:
            transport = listener.transport
            if transport.get_write_buffer_size() > self._max_backlog_bytes:
                too_slow.append(listener)
            elif not transport.is_closing():
                transport.write(frames)
        for listener in too_slow:
            self.cut_off(listener)

    def replay(self, name: str, events: Sequence[Event], *, is_batch: bool) -> bytes:
        """The frames of events that a client of this channel missed."""
        frames = DeltaFrames(self.bus.epoch) if is_batch else CumulativeFrames(self.bus.epoch)
        return frames.build(encode(name), events)

    def subscribe(self, listener: Listener, name: str, *, is_batch: bool) -> None:
        """Adds a listener to a channel; once more with another `is_batch` changes its kind of frames."""
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = Channel(name, self.bus.epoch)
        into, out_of = (channel.batch, channel.plain) if is_batch else (channel.plain, channel.batch)
        into.add(listener)
        out_of.discard(listener)
        listener.channels.add(name)

    def unsubscribe(self, listener: Listener, name: str) -> bool:
        """Removes a listener from a channel; False where it was not there."""
        if name not in listener.channels:
            return False
        listener.channels.discard(name)
        channel = self._channels[name]
        channel.plain.discard(listener)
        channel.batch.discard(listener)
        if not channel.plain and not channel.batch:
            del self._channels[name]
        return True

    def remove(self, listener: Listener) -> None:
        """Forgets a listener."""
        for name in list(listener.channels):
            self.unsubscribe(listener, name)
        self.listeners.discard(listener)

    def cut_off(self, listener: Listener, code: int | None = None) -> None:
        """Ends a connection without waiting for it; one that keeps up still gets a close frame with `code`."""
        self.remove(listener)
        if code is None or listener.transport.get_write_buffer_size():
            listener.transport.abort()
        else:
            listener.transport.write(close_frame(code))
            listener.transport.close()

    def end_session(self, session: bytes) -> None:
        """Cuts off what was opened by a session or an API key that has ended."""
        for listener in [one for one in self.listeners if one.session == session]:
            self.cut_off(listener, BAD_TOKEN)

    def end_user(self, user_id: str) -> None:
        """Cuts off everything that a user has open."""
        for listener in [one for one in self.listeners if one.user_id == user_id]:
            self.cut_off(listener, BAD_TOKEN)

    def close(self) -> None:
        """Leaves the bus and cuts everybody off."""
        self._leave_bus()
        for task in self.stops:
            task.cancel()
        self._leave_notices()
        self._leave_progress()
        for listener in list(self.listeners):
            self.cut_off(listener, GOING_AWAY)
