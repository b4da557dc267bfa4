"""Lends a node execution the credentials that its input names, for as long as its block runs."""

from __future__ import annotations

import msgspec

from ..errors import NotFoundError
from .core import Core, LeaseLike
from .records import NodeExecution


async def acquire_credentials(core: Core, execution: NodeExecution, leases: list[LeaseLike]) -> None:
    """Fills `ctx.credentials` by pin. What was lent is in `leases` at once, so that the caller gives it back even where this is
    cancelled half way.

    Credentials that were deleted meanwhile are as if the pin were empty, where it may be; else NotFoundError.
    """
    entry, run = execution.node.entry, execution.run
    given = execution.context.credentials = {}
    lent: dict[str, LeaseLike] = {}
    for ref in sorted(_references(execution), key=lambda ref: ref["id"]):  # in one order, or two nodes could wait for each other
        pin, credentials_id = ref.pop("pin"), ref["id"]
        try:
            if credentials_id not in lent:
                lent[credentials_id] = await core.services.credentials.acquire(
                    run.user_id, ref, graph_exec_id=run.id, node_id=execution.node.id, block_id=execution.node.block_id
                )
                leases.append(lent[credentials_id])
        except NotFoundError:
            if pin in entry.required:  # type: ignore[union-attr]
                raise
            continue
        given[pin] = lent[credentials_id].credentials


def _references(execution: NodeExecution) -> list[dict[str, str]]:
    pins = execution.node.entry.credentials_pins  # type: ignore[union-attr]
    found = [(pin, getattr(execution.input, pin, None)) for pin in pins]
    return [{**msgspec.to_builtins(ref), "pin": pin} for pin, ref in found if ref is not None]
