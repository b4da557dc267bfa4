"""What happened, told after it was committed."""

from .bus import EventBus, Subscriber
from .types import Event, GraphExecutionEvent, NodeExecutionEvent, NodeView, RunRef

__all__ = ["Event", "EventBus", "GraphExecutionEvent", "NodeExecutionEvent", "NodeView", "RunRef", "Subscriber"]
