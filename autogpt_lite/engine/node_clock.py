"""The time that a try of a node may take stands still while sub-agents that it waits for wait for a person.

Otherwise `timeout_s` of an Agent node would be a limit for a person's answer, and a node without one would fail after
`engine.max_node_s` because somebody is on holiday. The time of the whole tree is counted in the same way (start_clock).
"""

from __future__ import annotations

import asyncio

from .records import GraphExecution


class NodeClock:
    """The limit of a try that is at work. Both methods may be called as often as one likes."""

    __slots__ = ("_left_s", "_limit")  # each turn of an asynchronous block makes one

    def __init__(self, limit: asyncio.Timeout):
        self._limit = limit
        self._left_s: float | None = None
        """What was left when it was stopped."""

    def stop(self) -> None:
        """Nothing that the node waits for can move before a person answers."""
        ends_at = self._limit.when()
        if ends_at is not None and not self._limit.expired():
            self._left_s = ends_at - asyncio.get_running_loop().time()
            self._limit.reschedule(None)

    def go_on(self) -> None:
        """Something below the node moves again."""
        if self._left_s is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time() + self._left_s)
        self._left_s = None


def let_clocks_above_run(run: GraphExecution) -> None:
    """Something in a sub-agent moves: the time of all nodes that wait for it counts again."""
    execution = run.parent
    while execution is not None:
        if execution.context is not None and execution.context.clock is not None:
            execution.context.clock.go_on()
        execution = execution.run.parent
