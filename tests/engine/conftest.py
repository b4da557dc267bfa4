"""An open engine with all blocks of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import script_blocks, tiny_blocks
from .harness import open_harness

BLOCKS = tiny_blocks.ALL + script_blocks.ALL


@pytest.fixture
async def harness(tmp_path: Path):
    async with open_harness(tmp_path, BLOCKS) as opened:
        yield opened
        check_nothing_is_left(opened.engine)


def check_nothing_is_left(engine) -> None:
    """After the last run has ended, nothing of it may stay in memory or on its way."""
    core = engine.core
    if not core.runs:
        assert (core.n_ready, core.dirty_nodes, core.dirty_runs, engine.dispatcher.n_running) == (0, [], [], 0)
