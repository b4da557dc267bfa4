"""`autogpt-lite doctor`: each line is fine or says what to do; beside a server and without one."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from autogpt_lite.app import DATABASE_NAME
from autogpt_lite.cli.doctor.command import examine
from autogpt_lite.cli.doctor.machine import ClockWatch, check_disk, check_proxies
from autogpt_lite.cli.doctor.network import _compare_clocks, check_models, check_public_url
from autogpt_lite.cli.doctor.types import Check, Patient
from autogpt_lite.credentials.keys import KEY_BYTES, key_line
from autogpt_lite.db import space
from autogpt_lite.llm.providers import Provider
from autogpt_lite.net.answer import HttpResponse
from tests.server import ServerProcess, make_config, run_cli


def doctor(data_dir: Path, **settings: Any) -> tuple[int, dict[str, Check]]:
    """The exit code and the last check of each name."""
    done = run_cli("doctor", "--json", "--data-dir", data_dir, server__port=0, **settings)
    checks = msgspec.json.decode(done.stdout, type=dict[str, list[Check]])["checks"]
    assert all(check.do for check in checks if check.state == "problem"), checks
    return done.returncode, {check.name: check for check in checks}


def states(found: dict[str, Check]) -> set[str]:
    return {name for name, check in found.items() if check.state == "problem"}


def test_a_machine_without_anything_yet_is_fine(tmp_path: Path):
    code, found = doctor(tmp_path / "new")
    assert (code, states(found)) == (0, set())
    assert {"python", "sqlite", "settings", "blocks", "port", "public_url", "disk", "files", "sandbox", "proxy"} <= found.keys()
    assert {"models ollama", "mail", "clock"} <= found.keys()
    assert not (tmp_path / "new").exists()


def test_beside_a_server_and_after_it(tmp_path: Path):
    with ServerProcess(tmp_path) as server:
        secret = {"type": "api_key", "api_key": "sk-a-secret-of-mine"}
        assert server.request("POST", "/api/integrations/openai/credentials", secret).status == 201
        code, found = doctor(tmp_path)
        assert (code, states(found)) == (0, set())
        assert server.url in found["port"].what
        assert found["database"].what.startswith("whole")
        assert found["key"].state == "ok"
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert doctor(tmp_path)[0] == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    lines = run_cli("doctor", "--data-dir", tmp_path, server__port=0).stdout.splitlines()
    assert any(line.startswith("ok       port ") for line in lines)
    _break(tmp_path)


def _break(data_dir: Path) -> None:
    key = data_dir / "credentials.key"
    if os.name == "posix":
        key.chmod(0o644)
        code, found = doctor(data_dir)
        assert (code, "chmod 600" in found["files"].do) == (1, True)
        assert key.stat().st_mode & 0o777 == 0o644  # told, not changed
        key.chmod(0o600)
    key.write_bytes(key_line(os.urandom(KEY_BYTES)))
    assert "stored secrets cannot be read" in doctor(data_dir)[1]["key"].what
    key.write_bytes(b"nonsense")
    assert "damaged" in doctor(data_dir)[1]["key"].what
    key.unlink()
    assert states(doctor(data_dir)[1]) == {"key"}
    (data_dir / DATABASE_NAME).write_bytes(b"no database" * 1000)
    assert "is not a database" in doctor(data_dir)[1]["database"].what


def test_a_port_that_somebody_has(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run_cli("doctor", "--data-dir", tmp_path, server__port=port)
    assert done.returncode == 1
    assert f"PROBLEM  port             Another program uses 127.0.0.1:{port}." in done.stdout
    assert f"--port {port + 1}" in done.stdout


def test_settings_that_would_stop_a_start(tmp_path: Path):
    code, found = doctor(tmp_path, auth__mode="none", server__host="0.0.0.0")
    assert (code, "works on loopback only" in found["settings"].what) == (1, True)


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("", "note"),
        ("https://agents.example.org", "ok"),
        ("http://agents.example.org", "problem"),
        ("https://agents.example.org/path", "problem"),
        ("https://localhost:8006", "problem"),
        ("agents.example.org", "problem"),
    ],
)
def test_the_form_of_the_public_address(address: str, state: str):
    assert check_public_url(make_config({"server.public_url": address})).state == state


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    patient = Patient(make_config(), tmp_path / "new", False)
    assert check_disk(patient).state == "ok"
    monkeypatch.setattr(space.shutil, "disk_usage", lambda folder: (1000, 960, 40))
    assert check_disk(patient).state == "problem"


def test_proxies_are_told_and_not_used():
    assert check_proxies("", {"https_proxy": "http://p", "PATH": "x"}).state == "note"
    assert check_proxies("", {"HTTPS_PROXY": ""}).state == "ok"
    assert check_proxies("http://me:secret@p:3128", {}).what.endswith(" p:3128")


def test_a_clock_that_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    patient, watch = Patient(make_config(), tmp_path, False), ClockWatch()
    assert watch.check(patient).state == "ok"
    patient.database.write_bytes(b"")
    future = time.time() + 10 * 86_400
    os.utime(patient.database, (future, future))
    assert "10 days before the database was written" in watch.check(patient).what
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3600)
    assert "jumped by 3600 s" in watch.check(patient).what


def test_the_date_of_a_provider_is_the_clocks_judge():
    provider = Provider(name="p", base_url="https://p.example/v1")
    for off_s, n_told in ((0, 0), (3600, 1), (-3600, 1)):
        answer = HttpResponse(200, {"Date": formatdate(time.time() - off_s)}, b"", "")
        assert len(_compare_clocks(provider, answer)) == n_told


@pytest.mark.parametrize(
    ("status", "body", "state", "told"),
    [
        (200, {"data": [{"id": "llama3.2"}]}, "ok", "has llama3.2"),
        (200, {"data": []}, "note", "has no model"),
        (200, {"data": [{"id": "other"}]}, "problem", "does not have llama3.2"),
        (200, {}, "problem", "does not speak"),
        (401, {}, "problem", "answers with 401"),
    ],
)
async def test_models_are_asked_for(status: int, body: dict[str, Any], state: str, told: str):
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_get("/v1/models", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1"
        mine = {"base_url": url, "api_key": "sk-mine", "models": ["llama3.2"]}
        checks = await check_models(make_config({"llm.providers": {"mine": mine}}))
    finally:
        await runner.cleanup()
    (check,) = [check for check in checks if check.name == "models mine"]
    assert (check.state, told in check.what, seen) == (state, True, ["Bearer sk-mine"]), check
    assert "sk-mine" not in json.dumps([msgspec.to_builtins(check) for check in checks])


async def test_what_is_examined_takes_no_server_with_it(tmp_path: Path):
    checks = await examine(Patient(make_config(), tmp_path, False))
    assert len(checks) > 10
    assert not list(tmp_path.iterdir())
    assert len(asyncio.all_tasks()) == 1
