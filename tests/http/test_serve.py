"""`autogpt-lite serve` and `open` as processes: one server a data directory, clear refusals, an orderly end."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from autogpt_lite.cli.client import NoServerError, ServerClient, ServerRefusedError
from tests.server import PROJECT, ServerProcess, run_cli


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
        begin = time.monotonic()
        second = run_cli("serve", "--port", "0", "--data-dir", str(tmp_path))
        assert time.monotonic() - begin < 1
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
        _, errors = server.process.communicate(timeout=5)
        assert (server.process.returncode, errors) == (0, "")


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
