"""Running an agent file: what is asked and what is answered."""

from __future__ import annotations

from typing import Any

import msgspec

from ..engine.limits import GivenLimits
from ..executions.types import PinnedOutputs


class StoredFile(msgspec.Struct):
    """Where the agent of a file is stored. `node_ids` is {node id in the file: node id in the store}, sub-agents' included."""

    graph_id: str
    version: int
    node_ids: dict[str, str]


class ExecuteAgentFile(msgspec.Struct, kw_only=True):
    """`agent` is the text of an agent file. The node ids in `pinned_outputs` are those of the file, or of the stored graph.
    `limits` are those of this run. `approve`: whatever the agent would do outside of itself, it may (GET /api/graphs/{id}/report).
    `strict_inputs`: inputs that the agent does not have are refused, not ignored."""

    agent: str
    inputs: dict[str, Any] = {}
    pinned_outputs: PinnedOutputs = {}
    allow_missing_blocks: bool = False
    limits: GivenLimits | None = None
    approve: bool = False
    strict_inputs: bool = False


class StartedAgentFile(msgspec.Struct, kw_only=True):
    """The run, and how nodes are called: `node_ids` {in the file: in the store}, `titles` {in the store: title}."""

    graph_exec_id: str
    graph_id: str
    graph_version: int
    node_ids: dict[str, str]
    titles: dict[str, str]
