"""`autogpt-lite serve` and `open` as processes: one server a data directory, clear refusals, an orderly end."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from autogpt_lite.cli.client import NoServerError, ServerClient, ServerRefusedError
from tests.server import PROJECT, ServerProcess, run_cli
from tests.wall_time import is_within


def exchange(link: str) -> int:
    url, _, code = link.partition("/#code=")
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    connection.request("POST", "/api/auth/link", json.dumps({"code": code}), {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_serve_and_open(tmp_path: Path):
    with ServerProcess(tmp_path) as server:
        assert exchange(server.link) == 200
        assert exchange(server.link) == 401
        opened = run_cli("open", "--no-browser", "--data-dir", str(tmp_path))
        assert (opened.returncode, opened.stderr) == (0, "")
        assert opened.stdout.startswith(f"{server.url}/#code=")
        assert exchange(opened.stdout.strip()) == 200
        client = ServerClient(tmp_path)
        assert client.get("/health") == {"status": "healthy"}
        assert client.post("/api/auth/user")["role"] == "admin"
        with pytest.raises(ServerRefusedError) as refused:
            client.get("/api/nothing")
        assert refused.value.http_status == 404
        if os.name == "posix":
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
            assert set(modes.values()) == {0o600}, modes
        assert server.stop() == 0
    assert not (tmp_path / "server.json").exists()
    with pytest.raises(NoServerError):
        ServerClient(tmp_path)
    gone = run_cli("open", "--data-dir", str(tmp_path))
    assert gone.returncode == 1
    assert "autogpt-lite serve" in gone.stderr


def test_j3_a_second_server_refuses_at_once_and_names_the_first(tmp_path: Path):
    with ServerProcess(tmp_path) as server:
        began = time.monotonic()
        second = run_cli("serve", "--port", "0", "--data-dir", str(tmp_path))
        assert is_within(time.monotonic() - began, 1)
        assert second.returncode == 3
        assert f"pid {server.process.pid} at {server.url}" in second.stderr
        assert "Traceback" not in second.stderr
        assert ServerClient(tmp_path).get("/health") == {"status": "healthy"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_a_killed_server_leaves_nothing_in_the_way(tmp_path: Path):
    with ServerProcess(tmp_path) as server:
        server.process.kill()
        server.process.communicate()
    assert (tmp_path / "server.json").exists()
    # Its address may be somebody else's by now: no command may send the owner's token there.
    with pytest.raises(NoServerError):
        ServerClient(tmp_path)
    with ServerProcess(tmp_path) as server:
        assert ServerClient(tmp_path).url == server.url


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("numbers", [["SIGINT"], ["SIGHUP"], ["SIGTERM", "SIGINT", "SIGINT", "SIGTERM"]])
def test_j8_signals_end_the_server_in_order(tmp_path: Path, numbers: list[str]):
    with ServerProcess(tmp_path) as server:
        for number in numbers:
            server.process.send_signal(getattr(signal, number))
        server.process.communicate(timeout=5)
        assert (server.process.returncode, server.log.text) == (0, "")


STUBBORN = """
import asyncio, time
from pathlib import Path
from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

class StubbornThreadBlock(Block):
    id = "00000000-0000-4000-8000-00000000bad1"
    description = "Does not end for a minute, whatever happens."
    blocking = True

    class Output(BlockOutput):
        x: int = pin()

    def run(self, input, ctx):
        time.sleep(60)
        yield "x", 1

class StubbornTaskBlock(Block):
    id = "00000000-0000-4000-8000-00000000bad2"
    description = "Takes no notice of being cancelled."

    class Output(BlockOutput):
        x: int = pin()

    async def run(self, input, ctx):
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                pass
        yield "x", 1

class ShortBlock(Block):
    id = "00000000-0000-4000-8000-00000000bad3"
    description = "Ends when the file `go` is there."

    class Output(BlockOutput):
        x: int = pin()

    async def run(self, input, ctx):
        while not Path(__file__).with_name("go").exists():
            await asyncio.sleep(0.02)
        yield "x", 1
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_j8_what_is_short_ends_and_what_is_not_goes_on_at_the_next_start(tmp_path: Path):
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "stubborn.py").write_text(STUBBORN)
    settings = {"blocks.paths": [str(tmp_path / "blocks")], "server.shutdown_grace_s": 2.0}
    nodes = [{"id": str(n), "block_id": f"00000000-0000-4000-8000-00000000bad{n}"} for n in (1, 2, 3)]
    with ServerProcess(tmp_path / "data", settings=settings, log=tmp_path / "log") as server:
        graph = server.post("/api/graphs", {"graph": {"name": "stubborn", "description": "", "nodes": nodes, "links": []}})
        path = f"/api/graphs/{graph['id']}"
        run = server.post(f"{path}/execute", {})
        path = f"{path}/executions/{run['id']}"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            shown = server.get(path)["node_executions"]
            if [node["status"] for node in shown] == ["RUNNING"] * 3:
                break
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        (tmp_path / "blocks" / "go").touch()  # what is short: it ends well within the grace
        server.process.communicate(timeout=20)
        assert (server.process.returncode, is_within(time.monotonic() - begin, 5)) == (0, True)
    with ServerProcess(tmp_path / "data", settings=settings, log=tmp_path / "log") as server:
        again = server.get(path)
        assert again["status"] == "RUNNING"
        assert [node["status"] for node in again["node_executions"]] == ["RUNNING", "RUNNING", "COMPLETED"]
        assert server.request("POST", f"{path}/stop?wait_timeout=0").status in (200, 500)
        assert server.get(path)["status"] == "TERMINATED"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_j8_a_signal_during_a_backup_leaves_the_file_whole_and_no_half_of_a_copy(tmp_path: Path):
    with ServerProcess(tmp_path):
        pass
    file = tmp_path / "autogpt_lite.sqlite"
    with closing(sqlite3.connect(file)) as db, db:  # the server is down: no other SQLite library has the file
        db.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", [(f"bulk-{n}", "x" * 1_000_000) for n in range(30)])
    with ServerProcess(tmp_path, log=tmp_path / "log") as server, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(server.request, "POST", "/api/system/backups")
        folder, deadline = tmp_path / "backups", time.monotonic() + 10
        while not (folder.exists() and any(folder.iterdir())) and time.monotonic() < deadline:
            time.sleep(0.002)
        server.process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        server.process.communicate(timeout=20)
        assert (server.process.returncode, is_within(time.monotonic() - begin, 5)) == (0, True)
        asked.exception()
    for path in (file, *(tmp_path / "backups").glob("*.sqlite")):
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as db:
            assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)], path
            assert db.execute("SELECT count(*) FROM meta WHERE key LIKE 'bulk-%'").fetchone() == (30,)


def test_a_taken_port_exits_with_2_and_the_next_step(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run_cli("serve", "--port", str(port), "--data-dir", str(tmp_path))
    assert refused.returncode == 2
    assert f"127.0.0.1:{port}" in refused.stderr
    assert f"--port {port + 1}" in refused.stderr
    assert not (tmp_path / "autogpt_lite.sqlite").exists()


@pytest.mark.parametrize(
    ("arguments", "environ", "text"),
    [
        (["--host", "0.0.0.0"], {"AUTOGPT_LITE__AUTH__MODE": "none"}, "loopback"),
        (["--host", "203.0.113.7"], {}, "203.0.113.7"),
        (["--port", "99999"], {}, "server.port"),
        (["--config", "missing.toml"], {}, "missing.toml"),
        ([], {"AUTOGPT_LITE__SERVER__PROT": "1"}, "server.port"),
        ([], {"AUTOGPT_LITE__SERVER__PORT": "many"}, "port"),
    ],
)
def test_a14_a_wrong_setting_exits_with_2_and_a_line(tmp_path: Path, arguments, environ, text):
    refused = run_cli("serve", "--data-dir", str(tmp_path / "data"), *arguments, environ=environ)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert text in refused.stderr
    assert refused.stderr.startswith("autogpt-lite: ")
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.splitlines()) <= 2


def test_a_data_directory_that_cannot_be_is_a_clear_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    refused = run_cli("serve", "--data-dir", str(tmp_path / "file" / "data"))
    assert refused.returncode == 2
    assert "--data-dir" in refused.stderr


def test_help_lists_the_commands_and_imports_none_of_them():
    listed = run_cli("--help")
    assert listed.returncode == 0
    assert "serve" in listed.stdout
    script = (
        "import sys; sys.argv = ['x', '--help']\nfrom autogpt_lite.__main__ import main\ntry: main()\nexcept SystemExit: pass\n"
    )
    script += "print([m for m in ('aiohttp', 'apsw', 'uvloop', 'rich', 'jinja2', 'asyncio') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, timeout=20)
    assert result.stdout.splitlines()[-1] == "[]"
