"""`autogpt-lite stop`, `resume` and `rerun` by the run's id alone, with and without a running server; and a second Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.server import ServerProcess, run_cli, start_cli

from .own_blocks import GREETING_BLOCK, greeting_agent, write_blocks

GATE, STUBBORN = "7b3f4e5d-2c1a-4d9b-8e8f-3a4b5c6d7e8f", "7b3f4e5d-2c1a-4d9b-8e8f-3a4b5c6d7e90"
GATE_BLOCKS = f'''
import asyncio, sys
from pathlib import Path
from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class GateBlock(Block):
    id = "{GATE}"
    description = "Waits, unless the file is there."

    class Input(BlockInput):
        file: str = pin()

    class Output(BlockOutput):
        text: str = pin()

    async def run(self, input, ctx):
        print("waiting", file=sys.stderr, flush=True)
        if not Path(input.file).exists():
            await asyncio.Event().wait()
        yield "text", "through"


class StubbornBlock(GateBlock):
    id = "{STUBBORN}"
    description = "Takes no notice of being cancelled."
    Input, Output = GateBlock.Input, GateBlock.Output

    async def run(self, input, ctx):
        print("waiting", file=sys.stderr, flush=True)
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                pass
        yield "text", ""
'''


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    folder = write_blocks(tmp_path / "mine", greeting=GREETING_BLOCK, gate=GATE_BLOCKS)
    return {"blocks.paths": [folder], "log.level": "error"}


@pytest.fixture
def named(settings: dict[str, Any]) -> dict[str, Any]:
    return {name.replace(".", "__"): value for name, value in settings.items()}


def write_agent(tmp_path: Path, block_id: str) -> Path:
    """An agent that waits until there is a file called `open`."""
    gate = {"id": "gate", "block_id": block_id, "input_default": {"file": str(tmp_path / "open")}}
    out = {"id": "out", "block_id": "363ae599-353e-4804-937e-b2ee3cef3da4", "input_default": {"name": "Text"}}
    link = {"source_id": "gate", "source_name": "text", "sink_id": "out", "sink_name": "value"}
    (tmp_path / "agent.json").write_text(json.dumps({"name": "Gate", "nodes": [gate, out], "links": [link]}))
    return tmp_path / "agent.json"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_without_a_server_a_run_is_stopped_and_resumed(tmp_path: Path, settings: dict[str, Any], named: dict[str, Any]):
    data, agent = tmp_path / "data", write_agent(tmp_path, GATE)
    with start_cli("run", agent, "--json", "--data-dir", data, settings=settings) as process:
        assert process.stderr.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        run_id = json.loads(process.communicate(timeout=15)[0])["graph_exec_id"]
    (line,) = run_cli("runs", "list", "--data-dir", data, **named).stdout.splitlines()
    assert re.fullmatch(rf"{run_id}  #1     TERMINATED  [-0-9]{{10}}T[0-9:]{{8}}Z +[0-9]+:[0-9]{{2}} +Gate", line)
    stopped = run_cli("stop", run_id, "--data-dir", data, **named)
    assert (stopped.returncode, stopped.stdout) == (0, f"{run_id}  TERMINATED\n")  # it had ended: nothing changes
    (tmp_path / "open").touch()
    resumed = run_cli("resume", run_id, "--json", "--data-dir", data, **named)
    assert resumed.returncode == 0, resumed.stderr
    result = json.loads(resumed.stdout)
    assert (result["graph_exec_id"], result["status"], result["outputs"]) == (run_id, "COMPLETED", {"Text": ["through"]})
    again = run_cli("resume", run_id, "--data-dir", data, **named)
    assert again.returncode == 1
    assert "COMPLETED" in again.stderr
    assert "autogpt-lite rerun" in again.stderr
    dry = run_cli("rerun", run_id, "--dry", "--data-dir", data, **named)
    assert dry.returncode == 0
    assert run_id in dry.stdout
    assert "0 credits" in dry.stdout


def test_on_a_server(tmp_path: Path, settings: dict[str, Any]):
    data = tmp_path / "data"
    with ServerProcess(data, settings=settings, is_piped=True) as server:
        agent = json.loads(write_agent(tmp_path, GATE).read_text())
        started = server.post("/api/agent-files/execute", {"agent": json.dumps(agent)})
        run_id = started["graph_exec_id"]
        assert server.process.stderr.readline() == "waiting\n"
        (running,) = json.loads(run_cli("runs", "list", "--status", "running", "--json", "--data-dir", data).stdout)
        assert (running["id"], running["number"], running["ended_at"]) == (run_id, 1, None)
        of_agent = run_cli("runs", "list", "--agent", "gate", "--limit", "1", "--data-dir", data)
        assert of_agent.stdout.startswith(f"{run_id}  #1     RUNNING")
        none = run_cli("runs", "list", "--agent", "gate", "--status", "FAILED", "--data-dir", data)
        assert (none.returncode, none.stdout, none.stderr) == (0, "", "There are no such runs.\n")
        stopped = run_cli("stop", run_id, "--data-dir", data)
        assert (stopped.returncode, stopped.stdout) == (0, f"{run_id}  TERMINATED\n")
        (tmp_path / "open").touch()
        resumed = run_cli("resume", run_id, "--data-dir", data)
        assert (resumed.returncode, resumed.stdout) == (0, "Text: through\n")
        (gate, out) = [
            one["node_id"] for one in server.get(f"/api/graphs/{started['graph_id']}/executions/{run_id}")["node_executions"]
        ]
        # The price and the origin come first, then the new run, then what it gave.
        (tmp_path / "pins.json").write_text(json.dumps({gate: [[["text", "pinned"]]]}))
        rerun = run_cli("rerun", run_id, "--from-node", out, "--pin", tmp_path / "pins.json", "--data-dir", data)
        assert (rerun.returncode, rerun.stdout) == (0, "Text: pinned\n")
        origin, price, again, record, new = rerun.stderr.splitlines()
        assert origin == f"origin:  {server.url}/runs/{started['graph_id']}/{run_id}"
        assert "0 credits" in price
        assert f"1 nodes from the node {out}" in again
        assert "1 nodes give" in record
        new_id = new.rpartition("/")[2]
        assert server.get(f"/api/graphs/{started['graph_id']}/executions/{new_id}/origin")["origin_id"] == run_id
        wrong = run_cli("rerun", run_id, "--from-node", "nowhere", "--data-dir", data)
        assert wrong.returncode == 1
        assert "nowhere" in wrong.stderr
        for command in ("stop", "resume", "rerun"):
            unknown = run_cli(command, "00000000-0000-4000-8000-000000000000", "--data-dir", data)
            assert (unknown.returncode, unknown.stdout) == (1, "")
            assert "There is no run" in unknown.stderr


def test_inputs_of_a_rerun(tmp_path: Path, named: dict[str, Any]):
    (tmp_path / "greeter.json").write_text(json.dumps(greeting_agent()))
    first = run_cli("run", tmp_path / "greeter.json", "--input", "Who=Ada", "--json", "--data-dir", tmp_path / "data", **named)
    run_id = json.loads(first.stdout)["graph_exec_id"]
    second = run_cli("rerun", run_id, "--input", "Who=Grace", "--data-dir", tmp_path / "data", **named)
    assert (second.returncode, second.stdout) == (0, "Greeting: Hello Grace!\n")
    wrong = run_cli("rerun", run_id, "--input", "Whom=Grace", "--data-dir", tmp_path / "data", **named)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "The agent has no input 'Whom'.\n  Did you mean 'Who'?" in wrong.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("where", ["here", "on a server"])
def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path, settings: dict[str, Any], where: str):
    """The node takes no notice of the first one, and the stop would wait 15 s for it."""
    data, agent = tmp_path / "data", write_agent(tmp_path, STUBBORN)
    if where == "here":
        _leave_at_once(agent, data, settings, None)
    else:
        with ServerProcess(data, settings=settings, is_piped=True) as server:
            _leave_at_once(agent, data, settings, server)
            (run,) = server.get("/api/executions")
            assert run["status"] == "TERMINATED"


def _leave_at_once(agent: Path, data: Path, settings: dict[str, Any], server: ServerProcess | None) -> None:
    with start_cli("run", agent, "--data-dir", data, settings=settings) as process:
        waiting = process.stderr if server is None else server.process.stderr
        assert waiting.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline().startswith("Stopping the run;")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (130, "")
    assert errors.startswith("Left.")
