"""What a block may know about its run, and what it may ask of the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from .credentials import Credentials
from .review import Review


class RunContext(Protocol):
    """The second argument of `run`. Ids are UUID texts; in a direct call (POST /api/blocks/{id}/execute) those of the graph are ""."""

    user_id: str
    graph_id: str
    graph_version: int
    graph_exec_id: str
    node_id: str
    node_exec_id: str
    timezone: str
    """IANA name of the user's time zone."""
    idempotency_key: str
    """The same for every delivery of one try: pass it on where a provider takes one."""
    credentials: dict[str, Credentials]
    """By the name of the credentials pin; a pin without credentials is absent."""

    review: Review | None
    """What a person said to the block's review_request; None where nobody was asked (the agent's settings may say so)."""

    def log(self, message: str) -> None:
        """Writes a line to the run's log (and the server's), with the ids of the run."""

    def add_cost(self, usd: float = 0.0, *, tokens: dict[str, int] | None = None, items: int = 0, credits: float = 0.0) -> None:
        """Reports what a provider really charged, as soon as it is known: US dollars, tokens by kind, items; `credits` is the price
        of the tokens where the model has one."""

    def show_progress(self, text: str) -> None:
        """Shows those who watch the run what there is so far: the end of the text, at most ten times a second. It is not stored and
        no output. Does nothing in `run_slow`."""

    def run_agent(
        self, graph_id: str, graph_version: int, inputs: dict[str, Any], nodes_input_masks: dict[str, Any] | None = None
    ) -> AsyncIterator[tuple[str, Any]]:
        """Runs another agent as a child of this run and yields its (output name, value) as they come."""

    async def read_file(self, reference: str, max_bytes: int) -> bytes:
        """The bytes of a file of this user's workspace (workspace://ID). Blocks use `sdk.files`, which reads other files too."""

    def settings(self, section: str) -> Any:
        """A section of the configuration that blocks may read: "llm" or "http"."""
