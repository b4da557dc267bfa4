"""The endpoints of blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..web.routing import Request, Route
from .service import BlockService
from .types import BlockInfo

_TAGS = ("blocks", "v1")


class BlockRoutes:
    """The handlers."""

    def __init__(self, service: BlockService, timezone_of: Callable[[str], str]):
        self._service = service
        self._timezone_of = timezone_of

    async def list_blocks(self, request: Request) -> msgspec.Raw:
        return self._service.list_blocks()

    async def execute_block(self, request: Request) -> dict[str, list[Any]]:
        user_id = request.principal.user_id
        return await self._service.execute_block(user_id, self._timezone_of(user_id), request.path["block_id"], request.body)


def block_routes(service: BlockService, timezone_of: Callable[[str], str]) -> list[Route]:
    """The routes of blocks."""
    handlers = BlockRoutes(service, timezone_of)
    return [
        Route(
            method="GET",
            path="/api/blocks",
            handler=handlers.list_blocks,
            summary="All blocks with the schemas of their pins.",
            tags=_TAGS,
            returns=list[BlockInfo],
            permission="READ_BLOCK",
        ),
        Route(
            method="POST",
            path="/api/blocks/{block_id}/execute",
            handler=handlers.execute_block,
            summary="Runs one block on its own; answers {pin: [values]}.",
            tags=_TAGS,
            body=dict[str, Any],
            returns=dict[str, list[Any]],
            errors=(400, 402, 403, 404),
            permission="EXECUTE_BLOCK",
        ),
    ]
