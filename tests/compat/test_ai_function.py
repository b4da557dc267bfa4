"""AutoGPT's "AI Function" agent against a real llama.cpp server: from the command line, on a server, and stopped half way."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.live_run import WatchedRun, frames_to_end, read_agent, save_agent, subscribe, watch_run
from tests.llama_server import LlamaServer
from tests.server import ServerProcess, run_cli, start_cli
from tests.wall_time import is_within

AGENT = "agent_516d813b-d1bc-470f-add7-c63a4b2c2bad.json"
GENERATOR = "1f292d4a-41a4-4977-9684-7c8d560b9f91"
INPUTS = {"Function Definition": "def double(n: int) -> int:", "Arguments": "21", "Description": "Doubles n."}


def _provider(base_url: str) -> dict[str, Any]:
    return {"llm.providers.openai.base_url": base_url, "llm.max_output_tokens": 30}


def _check_conversation(node: dict[str, Any]) -> None:
    """The model was asked what the agent's author and its user said, and its answer is the node's."""
    ((system, user),) = node["output_data"]["prompt"]
    assert (system["role"], user) == ("system", {"role": "user", "content": "21"})
    assert "# Doubles n.\ndef double(n: int) -> int:" in system["content"]
    assert node["output_data"]["response"][0]


def test_from_the_command_line(contract: Path, llama_server: LlamaServer, tmp_path: Path):
    config = tmp_path / "mine.toml"
    config.write_text(f'[llm]\nmax_output_tokens = 30\n[llm.providers.openai]\nbase_url = "{llama_server.base_url}"\n', "utf-8")
    given = [part for name, value in INPUTS.items() for part in ("--input", f"{name}={value}")]
    done = run_cli(
        "run", "--yes", contract / "agents" / AGENT, *given, "--json", "--config", config, "--data-dir", tmp_path / "data"
    )
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert (result["status"], result["node_errors"], result["stats"]["node_exec_count"]) == ("COMPLETED", {}, 5)
    (answer,) = result["outputs"]["return"]
    assert isinstance(answer, str)
    assert answer


async def test_on_a_server(contract: Path, llama_server: LlamaServer, tmp_path: Path):
    with ServerProcess(tmp_path / "data", settings=_provider(llama_server.base_url)) as server:
        graph = save_agent(server, read_agent(contract, AGENT))
        watched = await watch_run(server, graph, inputs=INPUTS)
    assert watched.stored["status"] == "COMPLETED"
    (node,) = [one for one in watched.stored["node_executions"] if one["block_id"] == GENERATOR]
    _check_conversation(node)
    assert watched.stored["outputs"] == {"return": node["output_data"]["response"]}
    assert watched.statuses(node["node_exec_id"]) == ["INCOMPLETE", "QUEUED", "RUNNING", "COMPLETED"]


# --- stopped half way ---------------------------------------------------------------------------------------------------


class Tap:
    """Stands between the product and llama.cpp: lets the beginning of an answer through and holds the rest back.

    `is_streaming` is set when the first words have gone through, `is_gone` when the product has hung up.
    """

    def __init__(self, llama: LlamaServer):
        self._host, _, self._port = llama.host.partition(":")
        self.is_streaming, self.is_gone = asyncio.Event(), asyncio.Event()
        self.request = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        self.request = await reader.readexactly(size)
        llama_reader, llama_writer = await asyncio.open_connection(self._host, int(self._port))
        llama_writer.write(head + self.request)
        answer = await llama_reader.readuntil(b"\r\n\r\n")
        answer += await llama_reader.readuntil(b"data: ") + await llama_reader.readuntil(b"\n\n")
        writer.write(answer)
        await writer.drain()
        self.is_streaming.set()
        while await reader.read(1000):  # nothing more comes, only the end
            pass
        self.is_gone.set()
        for one in (writer, llama_writer):
            one.close()


@pytest.fixture
async def tap(llama_server: LlamaServer) -> AsyncIterator[tuple[Tap, dict[str, Any]]]:
    """A Tap, and the settings of a server that asks through it."""
    held = Tap(llama_server)
    listening = await asyncio.start_server(held, "127.0.0.1", 0)
    yield held, _provider(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1")
    listening.close()


async def test_stop_during_the_answer_hangs_up_and_ends_the_run_at_once(contract: Path, tap, tmp_path: Path):
    held, settings = tap
    with ServerProcess(tmp_path / "data", settings=settings) as server:
        graph = save_agent(server, read_agent(contract, AGENT))
        async with server.open_socket() as socket:
            await subscribe(socket, graph["id"])
            path = f"/api/graphs/{graph['id']}/execute/{graph['version']}"
            started = await asyncio.to_thread(server.post, path, {"inputs": INPUTS})
            await asyncio.wait_for(held.is_streaming.wait(), 10)
            began = time.monotonic()
            path = f"/api/graphs/{graph['id']}/executions/{started['id']}"
            stopped = await asyncio.to_thread(server.post, f"{path}/stop")
            await asyncio.wait_for(held.is_gone.wait(), 10)
            took_s = time.monotonic() - began
            frames = await frames_to_end(socket, started["id"])
        watched = WatchedRun(started=started, frames=frames, stored=server.get(path))
    assert json.loads(held.request)["stream"] is True
    assert is_within(took_s, 1)
    assert stopped["status"] == watched.stored["status"] == "TERMINATED"
    (node,) = [one for one in watched.stored["node_executions"] if one["block_id"] == GENERATOR]
    assert (node["status"], node["output_data"]) == ("TERMINATED", {})
    assert watched.statuses(node["node_exec_id"])[-2:] == ["RUNNING", "TERMINATED"]
    assert watched.statuses() == ["QUEUED", "RUNNING", "TERMINATED"]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
async def test_ctrl_c_stops_a_run_of_the_command_line(contract: Path, tap, tmp_path: Path):
    held, settings = tap
    with start_cli("run", "--yes", contract / "agents" / AGENT, "--json", "--data-dir", tmp_path, settings=settings) as process:
        await asyncio.wait_for(held.is_streaming.wait(), 10)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = await asyncio.to_thread(process.communicate, timeout=10)
        assert is_within(time.monotonic() - began, 1)
    assert (process.returncode, errors) == (3, "Stopping the run; Ctrl-C once more leaves at once.\n")
    assert json.loads(output)["status"] == "TERMINATED"
    await asyncio.wait_for(held.is_gone.wait(), 10)
