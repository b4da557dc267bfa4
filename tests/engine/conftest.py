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
