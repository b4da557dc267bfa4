"""What the page of the system asks: the tail of the log without secrets, versions, how busy the server was, backups as files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from autogpt_lite.observability.log_tail import MAX_CHARS, MAX_LINES
from autogpt_lite.observability.rates import NodesAMinute, ReplyTimes
from tests.http.library_agents import ok
from tests.server import LiveServer, run_app

SECRET = "sk-not-a-real-secret-1234"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path) as live:
        yield live


async def lines(server: LiveServer, query: str = "") -> list[dict]:
    return await ok(server.get(f"/api/system/log?{query}"))


async def test_the_log_is_shown_by_level_newest_last(server: LiveServer):
    log = logging.getLogger("autogpt_lite.somewhere")
    for level, text in ((logging.WARNING, "one"), (logging.ERROR, "two"), (logging.WARNING, "three")):
        log.log(level, text)
    found = [one for one in await lines(server, "level=warning") if one["source"] == log.name]
    assert [(one["level"], one["text"]) for one in found] == [("warning", "one"), ("error", "two"), ("warning", "three")]
    assert [one["text"] for one in await lines(server, "level=error") if one["source"] == log.name] == ["two"]
    assert [one["text"] for one in await lines(server, "level=warning&limit=1")] == ["three"]
    assert (await server.get("/api/system/log?limit=0")).status == 422


async def test_secrets_are_masked_in_it_also_those_that_become_known_later(server: LiveServer):
    server.app.credentials_access.remember_inputs({"key": SECRET})
    try:
        raise RuntimeError(f"refused {SECRET}")
    except RuntimeError:
        logging.getLogger("test").exception("the key %s", SECRET)
    later = f"{SECRET}-later"
    logging.getLogger("test").warning("still unknown %s", later)
    server.app.credentials_access.remember_inputs({"key": later})
    text = str(await lines(server))
    assert SECRET not in text
    assert "Traceback" in text
    assert "still unknown •••" in text


async def test_the_log_is_bounded_and_ends_with_the_server(tmp_path: Path):
    async with run_app(tmp_path) as server:
        log = logging.getLogger("test")
        log.warning("x" * 3 * MAX_CHARS)
        (line,) = await lines(server, "level=warning&limit=1")
        assert MAX_CHARS < len(line["text"]) < MAX_CHARS + 50
        for _ in range(MAX_LINES + 10):
            log.warning("again")
        found = await lines(server, f"level=warning&limit={MAX_LINES}")
        assert (len(found), found[-1]["number"] >= MAX_LINES + 10) == (MAX_LINES, True)
        tail = server.app.status.log_tail
    assert tail not in logging.getLogger().handlers


async def test_versions_name_the_server_python_sqlite_and_the_libraries(server: LiveServer):
    found = {one["name"]: one["version"] for one in await ok(server.get("/api/system/versions"))}
    assert {"autogpt_lite", "Python", "SQLite", "aiohttp", "apsw", "msgspec"} <= set(found)
    assert found["SQLite"].startswith("3.")


async def test_a_backup_can_be_downloaded_and_nothing_else(server: LiveServer):
    made = await ok(server.post("/api/system/backups", {}))
    name = Path(made["path"]).name
    answer = await server.get(f"/api/system/backups/{name}")
    assert answer.status == 200
    assert answer.body == Path(made["path"]).read_bytes()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for other in (
        "autogpt_lite.sqlite",
        "..%2Fowner_token",
        "..%2Fautogpt_lite.sqlite",
        f"{name}.partial",
        "autogpt_lite-*.sqlite",
    ):
        assert (await server.get(f"/api/system/backups/{other}")).status == 404, other


async def test_the_status_says_how_busy_the_server_is(server: LiveServer):
    status = await ok(server.get("/api/system/status"))
    assert status["secret_key"] in ("present", "not needed")
    assert status["queue"]["longest_wait_s"] == 0
    assert len(status["nodes_a_minute"]) >= 1
    storage = await ok(server.get("/api/system/storage"))
    assert storage["kept"]["days"] == server.config.retention.days


async def test_nodes_are_counted_by_the_minute():
    total, turned = [0], asyncio.Event()

    def read() -> int:
        total[0] += 5
        if total[0] > 40:
            turned.set()
        return total[0]

    minutes = NodesAMinute(read, minute_s=0.001)
    minutes.start()
    await asyncio.wait_for(turned.wait(), 20)
    minutes.stop()
    assert set(minutes.counts()) == {5}


def test_slow_replies_are_the_slowest_of_a_hundred():
    times = ReplyTimes()
    assert times.slow_ms() is None
    for i in range(2_000):
        times.note(0.5 if i % 50 == 0 else 0.01)
    assert times.slow_ms() == 500.0
