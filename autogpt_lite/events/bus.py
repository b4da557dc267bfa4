"""The bus: numbers events, keeps the last ones for clients that come back, hands them to the subscribers."""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from .types import Event, NodeExecutionEvent, NodeProgress

log = logging.getLogger(__name__)

Subscriber = Callable[[Sequence[Event]], None]
NoticeSubscriber = Callable[[str, dict[str, Any]], None]
"""(user_id, data)"""
ProgressSubscriber = Callable[[NodeProgress], None]

RING_BYTES = 8_000_000
LARGE_BYTES = 4_000


class EventBus:
    """Only for the loop's thread. `epoch` names this process's stream: a sequence number means nothing in another."""

    def __init__(self, ring_events: int = 5_000):
        self.epoch = secrets.token_hex(8)
        self.seq = 0
        self._ring: deque[Event] = deque()
        self._ring_events = ring_events
        self._ring_bytes = 0
        self._subscribers: tuple[Subscriber, ...] = ()
        self._notice_subscribers: tuple[NoticeSubscriber, ...] = ()
        self._progress_subscribers: tuple[ProgressSubscriber, ...] = ()

    def publish(self, events: Sequence[Event]) -> None:
        """Numbers the events and tells every subscriber at once. Call it only after the commit that made them true."""
        seq, ring, size = self.seq, self._ring, self._ring_bytes
        for event in events:
            seq += 1
            event.seq = seq
            event.kept_bytes = kept_bytes = _size_bytes(event)
            size += kept_bytes
        ring.extend(events)
        self.seq = seq
        while len(ring) > self._ring_events or (size > RING_BYTES and ring):
            size -= ring.popleft().kept_bytes
        self._ring_bytes = size
        for subscriber in self._subscribers:
            try:
                subscriber(events)
            except Exception:
                log.exception("a subscriber of the event bus failed")

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Calls subscriber(events) for every batch; it must be quick. Returns the function that ends it."""
        self._subscribers = (*self._subscribers, subscriber)

        def unsubscribe() -> None:
            self._subscribers = tuple(s for s in self._subscribers if s is not subscriber)

        return unsubscribe

    def notify(self, user_id: str, data: dict[str, Any]) -> None:
        """Tells whoever of the user is there now; nothing is kept, so it may only say what can also be asked for."""
        for subscriber in self._notice_subscribers:
            subscriber(user_id, data)

    def subscribe_notices(self, subscriber: NoticeSubscriber) -> Callable[[], None]:
        """Calls subscriber(user_id, data) for every notice. Returns the function that ends it."""
        self._notice_subscribers = (*self._notice_subscribers, subscriber)

        def unsubscribe() -> None:
            self._notice_subscribers = tuple(s for s in self._notice_subscribers if s is not subscriber)

        return unsubscribe

    def show_progress(self, progress: NodeProgress) -> None:
        """Tells whoever watches the run now; it has no number, is not kept, and the next one takes its place."""
        for subscriber in self._progress_subscribers:
            subscriber(progress)

    def subscribe_progress(self, subscriber: ProgressSubscriber) -> Callable[[], None]:
        """Calls subscriber(progress) for every progress. Returns the function that ends it."""
        self._progress_subscribers = (*self._progress_subscribers, subscriber)

        def unsubscribe() -> None:
            self._progress_subscribers = tuple(s for s in self._progress_subscribers if s is not subscriber)

        return unsubscribe

    def replay(self, epoch: str, after_seq: int) -> list[Event] | None:
        """The events after `after_seq`, or None where they are no longer (or never were) here: the client has to resync."""
        oldest = self._ring[0].seq if self._ring else self.seq + 1
        if epoch != self.epoch or after_seq < oldest - 1 or after_seq > self.seq:
            return None
        return [event for event in self._ring if event.seq > after_seq]


def _size_bytes(event: Event) -> int:
    # A rough bound is all that is needed. Values are shared between the events of one node, so only the newest output counts, and
    # the outputs of a run at its end. The inputs of a run are shared, too, but whatever of its events is left keeps them.
    size = len(event.run.inputs)
    if size <= LARGE_BYTES:
        size = 0
    if event.__class__ is NodeExecutionEvent:
        node = event.node
        if event.n_outputs:
            size += len(node.outputs[event.n_outputs - 1][1])
        return size + len(node.input_json) + 100
    if event.ended_at is not None:
        size += sum(len(text) for _, text in event.outputs)
    return size + 300
