"""Collects what is wrong with a graph, so that a user sees all of it at once."""

from __future__ import annotations

import msgspec

from ..errors import GraphValidationError

MAX_PROBLEMS = 1000
GRAPH = ""
"""Stands for the node where a problem belongs to the graph as a whole."""


class Problems(msgspec.Struct):
    """`node_errors` is {node_id: {pin or field: message}}, problems of the graph under "". `missing_blocks` is
    {block_id: [node_id, ...]} for unknown blocks that were allowed."""

    node_errors: dict[str, dict[str, str]] = {}
    missing_blocks: dict[str, list[str]] = {}
    count: int = 0

    def add(self, node_id: str, field: str, message: str) -> None:
        """Notes a problem. Past MAX_PROBLEMS only their number grows, so that a broken file cannot make a huge answer."""
        self.count += 1
        if self.count > MAX_PROBLEMS:
            return
        fields = self.node_errors.setdefault(node_id, {})
        known = fields.get(field)
        if known is None:
            fields[field] = message
        elif message not in known:
            fields[field] = f"{known} {message}"

    def add_missing_block(self, block_id: str, node_id: str) -> None:
        self.missing_blocks.setdefault(block_id, []).append(node_id)

    def raise_if_any(self) -> None:
        """Raises GraphValidationError (400) if there is any problem; missing blocks that were allowed are none."""
        if self.node_errors:
            raise GraphValidationError(node_errors=self.node_errors)
