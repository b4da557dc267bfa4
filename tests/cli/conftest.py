"""Commands do the same with and without a running server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server import ServerProcess


@pytest.fixture(params=["in this process", "on the server"])
def data_dir(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A data directory, or that of the running server."""
    if request.param == "in this process":
        return tmp_path / "data"
    server: ServerProcess = request.getfixturevalue("real_server")
    return server.data_dir
