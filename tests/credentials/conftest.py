"""A world for each test."""

from __future__ import annotations

import pytest

from tests.credentials.world import open_world


@pytest.fixture
async def world(tmp_path):
    async with open_world(tmp_path) as one:
        yield one
