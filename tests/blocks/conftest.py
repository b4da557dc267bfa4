"""Fixtures of the block tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from autogpt_lite.paths import packaged_file
from autogpt_lite.registry import Registry
from tests.blocks.context import BlockContext, run_block

RunByName = Callable[..., Awaitable[list[list[Any]]]]


@pytest.fixture(scope="session")
def registry() -> Registry:
    """All blocks of the library, loaded as the server loads them."""
    return Registry().load([packaged_file("blocks")])


@pytest.fixture
def run(registry: Registry) -> RunByName:
    """`await run("AddToListBlock", list=[1], entry=2)` gives [[pin, value], ...]; see tests/blocks/context.py."""
    entries = {entry.name: entry for entry in registry}

    async def run_by_name(block: str, ctx: BlockContext | None = None, /, **data: Any) -> list[list[Any]]:
        return await run_block(entries[block], data, ctx)

    return run_by_name
