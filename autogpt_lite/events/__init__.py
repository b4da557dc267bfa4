"""What happened, told after it was committed."""

from .bus import EventBus, Subscriber
from .types import DROPPED_OUTPUT, Event, GraphExecutionEvent, NodeExecutionEvent, NodeProgress, NodeView, RunRef

__all__ = [
    "DROPPED_OUTPUT",
    "Event",
    "EventBus",
    "GraphExecutionEvent",
    "NodeExecutionEvent",
    "NodeProgress",
    "NodeView",
    "RunRef",
    "Subscriber",
]
