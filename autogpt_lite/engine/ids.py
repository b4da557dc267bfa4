"""Public ids. A graph execution's UUID has its low 24 bits zero; a node execution's is that with its sequence number in them.

So a node execution is found by its run and its number, and the table needs no index on ids.
"""

from __future__ import annotations

import os
import uuid

from ..errors import NotFoundError

SEQ_BITS = 24
MAX_SEQ = (1 << SEQ_BITS) - 1


def new_graph_exec_id() -> str:
    """A random UUID with its low 24 bits zero."""
    text = os.urandom(13).hex()
    # Version 4 and its variant, put together by hand: a third of what the uuid module takes.
    return f"{text[:8]}-{text[8:12]}-4{text[12:15]}-{'89ab'[int(text[15], 16) & 3]}{text[16:19]}-{text[19:25]}000000"


def node_exec_id(graph_exec_id: str, seq: int) -> str:
    """The public id of the run's node execution number `seq`."""
    return f"{graph_exec_id[:-6]}{seq:06x}"


def parse_node_exec_id(text: str) -> tuple[str, int]:
    """(graph_exec_id, seq). Raises NotFoundError for a text that is no such id."""
    try:
        number = uuid.UUID(text).int
    except ValueError:
        raise NotFoundError(f"There is no node execution {text[:60]!r}.") from None
    return str(uuid.UUID(int=number >> SEQ_BITS << SEQ_BITS)), number & MAX_SEQ


def node_key(graph_exec_key: int, seq: int) -> int:
    """node_executions.id from graph_executions.id and the sequence number."""
    return graph_exec_key << SEQ_BITS | seq
