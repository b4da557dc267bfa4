"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.llama_server import llama_server  # noqa: F401
from tests.local_servers import serve, serve_raw, unused_port  # noqa: F401

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"


@pytest.fixture(scope="session")
def contract() -> Path:
    """The folder of contract facts beside the checkout; tests that need it skip where it is not there."""
    folder = SHARED / "contract"
    if not folder.is_dir():
        pytest.skip("the contract folder ../shared/contract is not beside this checkout")
    return folder


@pytest.fixture
async def server(tmp_path: Path):
    """A listening server in this process with a few routes of its own (tests/server.py: LiveServer)."""
    from tests.server import run_server

    async with run_server(tmp_path) as live:
        yield live
