"""A user's folder of blocks (blocks.paths): listed, run and drawn upon like the library; what is broken in it is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live_run import watch_run
from tests.server import ServerProcess, run_cli

from .own_blocks import BROKEN_BLOCK, BROKEN_LINE, GREETING, GREETING_BLOCK, greeting_agent, write_blocks


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """A folder with a good and a broken file."""
    return {"blocks.paths": [write_blocks(tmp_path / "mine", broken=BROKEN_BLOCK, greeting=GREETING_BLOCK)]}


def test_the_listing_is_that_of_the_server(real_server: ServerProcess):
    done = run_cli("blocks", "--json", "--data-dir", real_server.data_dir)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.encode() == real_server.request("GET", "/api/blocks").body + b"\n"
    lines = run_cli("blocks", "--data-dir", real_server.data_dir).stdout.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(block["id"] for block in json.loads(done.stdout))


def test_check_names_the_file_and_the_line_of_what_does_not_load(tmp_path: Path, settings: dict[str, Any]):
    checked = run_cli("check", "--data-dir", tmp_path / "data", blocks__paths=settings["blocks.paths"])
    assert checked.returncode == 1
    assert f"{tmp_path / 'mine' / 'broken.py'}:{BROKEN_LINE}: SyntaxError" in checked.stderr
    assert "Traceback" not in checked.stderr
    (tmp_path / "mine" / "broken.py").unlink()
    mended = run_cli("check", "--data-dir", tmp_path / "data", blocks__paths=settings["blocks.paths"])
    assert (mended.returncode, mended.stderr) == (0, "")


def test_check_names_a_folder_that_is_not_there(tmp_path: Path):
    checked = run_cli("check", "--data-dir", tmp_path, blocks__paths=[str(tmp_path / "nowhere")])
    assert checked.returncode == 1
    assert f"{tmp_path / 'nowhere'}" in checked.stderr


async def test_a_server_starts_with_the_others_and_runs_them_like_its_own(tmp_path: Path, settings: dict[str, Any]):
    with ServerProcess(tmp_path / "data", settings=settings, log=tmp_path / "log") as server:
        (listed,) = [block for block in server.get("/api/blocks") if block["id"] == GREETING]
        assert (listed["name"], listed["uiType"], listed["inputSchema"]["required"]) == ("GreetingBlock", "Standard", ["who"])
        assert [category["category"] for category in listed["categories"]] == ["TEXT"]
        assert server.post(f"/api/blocks/{GREETING}/execute", {"who": "Ada"}) == {"text": ["Hello Ada!"]}
        failed = server.request("POST", f"/api/blocks/{GREETING}/execute", {"who": "nobody"})
        assert (failed.status, failed.json()["message"]) == (400, "There is nobody to greet.")
        graph = server.post("/api/graphs", {"graph": greeting_agent()})
        watched = await watch_run(server, graph, inputs={"Who": "Grace"})
        assert watched.stored["outputs"] == {"Greeting": ["Hello Grace!"]}
        failed = await watch_run(server, graph, inputs={"Who": "nobody"})
        assert [node["status"] for node in failed.stored["node_executions"]] == ["COMPLETED", "FAILED"]
    assert f"broken.py:{BROKEN_LINE}" in (tmp_path / "log").read_text()


def test_an_agent_with_them_runs_from_the_command_line(tmp_path: Path, settings: dict[str, Any]):
    (tmp_path / "agent.json").write_text(json.dumps(greeting_agent()))
    arguments = ["run", tmp_path / "agent.json", "--input", "Who=Ada", "--data-dir", tmp_path / "data"]
    done = run_cli(*arguments, blocks__paths=settings["blocks.paths"])
    assert (done.returncode, done.stdout) == (0, "Greeting: Hello Ada!\n")
    without = run_cli(*arguments)
    assert without.returncode == 2
    assert f"node greet, block_id: There is no block '{GREETING}'" in without.stderr
