"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.llama_server import llama_server  # noqa: F401
from tests.local_servers import serve, serve_raw, unused_port  # noqa: F401

if TYPE_CHECKING:
    from tests.server import ServerProcess

# A busy machine makes any example slow now and then; pytest's own timeout is the limit.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"


@pytest.fixture(scope="session")
def contract() -> Path:
    """The folder of contract facts beside the checkout; tests that need it skip where it is not there."""
    folder = SHARED / "contract"
    if not folder.is_dir():
        pytest.skip("the contract folder ../shared/contract is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """`autogpt-lite serve` in a process of its own, shared by all tests that only need one to be there."""
    from tests.server import ServerProcess

    folder = tmp_path_factory.mktemp("server")
    with ServerProcess(folder / "data", log=folder / "log") as server:
        yield server


@pytest.fixture
async def server(tmp_path: Path):
    """A listening server in this process with a few routes of its own (tests/server.py: LiveServer)."""
    from tests.server import run_server

    async with run_server(tmp_path) as live:
        yield live
