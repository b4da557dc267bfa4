"""The RunContext that a block gets (see sdk.context for what each name means)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from ..events import NodeProgress
from ..sdk.credentials import Credentials
from ..sdk.review import Review
from .charges import check_reported
from .records import root_of
from .usage import Usage

if TYPE_CHECKING:
    from .core import Core
    from .node_clock import NodeClock
    from .records import NodeExecution

log = logging.getLogger("autogpt_lite.block")

PROGRESS_EVERY_S = 0.1
MAX_PROGRESS_CHARS = 2_000

_NO_CREDENTIALS: dict[str, Credentials] = {}


class NodeContext(Usage):
    """One for each start of a node execution."""

    # Of the class, until they change: for most executions they never do.
    began: float | None = None
    """time.perf_counter() at its start, where its block takes more than a slice of the pump."""
    clock: NodeClock | None = None
    """Its time limit, while a task runs its block."""
    credentials = _NO_CREDENTIALS
    calls = 0
    """Agents that the block has called so far: the number of a call finds its child again after a crash."""
    shown_at = 0.0
    _timezone: str | None = None

    def __init__(self, core: Core, execution: NodeExecution):
        self._core = core
        self.execution = execution

    @property
    def user_id(self) -> str:
        return self.execution.run.user_id

    @property
    def graph_id(self) -> str:
        return self.execution.run.plan.graph_id

    @property
    def graph_version(self) -> int:
        return self.execution.run.plan.version

    @property
    def graph_exec_id(self) -> str:
        return self.execution.run.id

    @property
    def node_id(self) -> str:
        return self.execution.node.id

    @property
    def node_exec_id(self) -> str:
        return self.execution.node_exec_id

    @property
    def timezone(self) -> str:
        return self._timezone or self._core.services.timezone_of(self.user_id)

    def prepare_for_thread(self) -> None:
        """What a block may ask for and only the loop's thread can read is read now."""
        self._timezone = self.timezone

    @property
    def idempotency_key(self) -> str:
        # The delivery is no part of it: a replay after a crash has to look like the same request to a provider.
        return f"{self.execution.node_exec_id}-{self.execution.try_number}"

    @property
    def review(self) -> Review | None:
        return self.execution.review

    def log(self, message: str) -> None:
        log.info("%s [run %s, node %s]", message, self.graph_exec_id, self.node_id)

    def add_cost(self, usd: float = 0.0, *, tokens: dict[str, int] | None = None, items: int = 0, credits: float = 0.0) -> None:
        self.add_usage(usd, tokens, items, credits)
        check_reported(self._core, self.execution)

    def show_progress(self, text: str) -> None:
        now = time.monotonic()
        if now - self.shown_at < PROGRESS_EVERY_S or not _is_in_loop():
            return
        self.shown_at = now
        run = self.execution.run.ref
        self._core.bus.show_progress(NodeProgress(run, self.node_exec_id, self.node_id, text[-MAX_PROGRESS_CHARS:]))

    def run_agent(
        self,
        graph_id: str,
        graph_version: int,
        inputs: dict[str, Any],
        nodes_input_masks: dict[str, Any] | None = None,
    ) -> AsyncIterator[tuple[str, Any]]:
        call = self.calls
        self.calls += 1
        return self._core.run_child(self.execution, call, graph_id, graph_version, inputs, nodes_input_masks)

    def reachable_hosts(self) -> list[str] | None:
        """The only hosts that requests of this node may go to, None for all: what counts is the agent that was started, not one that
        it calls."""
        run = self.execution.run
        return self._core.services.library.allowed_hosts_of(root_of(run).plan.graph_id, run.user_id)

    def settings(self, section: str) -> Any:
        if section not in ("llm", "http"):
            raise KeyError(f"blocks may not read the settings of [{section}]")
        return getattr(self._core.config, section)


def _is_in_loop() -> bool:
    """The bus is the loop's: a block in a thread shows nothing."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
