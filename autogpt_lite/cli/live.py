"""The live view of a run on a terminal: a line a node."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ..events import Event, NodeExecutionEvent

REFRESH_S = 0.1
_STYLES = {"QUEUED": "yellow", "RUNNING": "cyan", "COMPLETED": "green", "FAILED": "red", "TERMINATED": "magenta"}


class LiveNodes:
    """`with LiveNodes({node_id: title}) as live: ...`; give it events with `take`."""

    def __init__(self, titles: Mapping[str, str]):
        self._titles = titles
        self._rows: dict[str, tuple[str, int]] = {}
        self._drawn_at = 0.0
        self._live: Any = None

    def __enter__(self) -> LiveNodes:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(self._table(), console=Console(stderr=True), auto_refresh=False)
        self._live.__enter__()
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self._live.update(self._table(), refresh=True)
        self._live.__exit__(*exc_info)

    def take(self, events: Sequence[Event]) -> None:
        """Notes what happened; draws at most ten times a second."""
        for event in events:
            if type(event) is NodeExecutionEvent:
                self.note(event.node.node_id, event.status)
        self.draw_if_due()

    def note(self, node_id: str, status: str) -> None:
        """An execution of the node came to a status."""
        _, count = self._rows.get(node_id, ("", 0))
        self._rows[node_id] = (status, count + (status in ("COMPLETED", "FAILED")))

    def draw_if_due(self) -> None:
        now = time.monotonic()
        if now - self._drawn_at >= REFRESH_S:
            self._drawn_at = now
            self._live.update(self._table(), refresh=True)

    def _table(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for node_id, (status, count) in self._rows.items():
            title = self._titles.get(node_id, node_id)
            table.add_row(Text(status, style=_STYLES.get(status, "")), Text(title), Text(f"x{count}" if count > 1 else ""))
        return table
