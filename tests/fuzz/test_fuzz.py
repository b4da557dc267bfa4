"""Bodies that fit, nearly fit and do not at all, over every route: no 5xx, no hang, and the server works afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.attack import check_alive, fire, fuzzed


@pytest.mark.parametrize(
    ("count", "seed"),
    [
        pytest.param(1_200, 7, id="a sample"),
        pytest.param(100_000, 1, marks=[pytest.mark.slow, pytest.mark.timeout(3600)], id="all"),
    ],
)
def test_no_request_makes_the_server_fail_or_hang(tmp_path: Path, count: int, seed: int):
    with fuzzed(tmp_path) as server:
        result = fire(server, count, seed)
        assert result.faults == [], f"seed {seed}"
        assert sum(result.statuses.values()) >= count * 0.98
        assert {200, 400, 404, 415, 422} <= result.statuses.keys()
        check_alive(server)
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8", "replace"), f"seed {seed}"
