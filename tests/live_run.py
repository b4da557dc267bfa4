"""A run on a real server, watched over the WebSocket from its start to its end."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.server import ServerProcess

END_TIMEOUT_S = 20.0
ENDED = ("COMPLETED", "FAILED", "TERMINATED")

Frame = dict[str, Any]


class WatchedRun(msgspec.Struct):
    """What a client saw: the answer of the execute call, every event of the run and of what it started, and the run as it is stored."""

    started: dict[str, Any]
    frames: list[Frame]
    stored: dict[str, Any]

    def statuses(self, exec_id: str | None = None) -> list[str]:
        """The statuses of a node execution, or of the run, in the order in which they were told; repeats left out."""
        told = [
            f["data"]["status"]
            for f in self.frames
            if (f["data"].get("node_exec_id") or f["data"].get("id")) == (exec_id or self.id)
        ]
        return [status for i, status in enumerate(told) if i == 0 or told[i - 1] != status]

    def last(self, exec_id: str) -> Frame:
        """The last event of a node execution or run."""
        return next(f for f in reversed(self.frames) if exec_id in (f["data"].get("node_exec_id"), f["data"].get("id")))

    @property
    def id(self) -> str:
        return self.started["id"]


def save_agent(server: ServerProcess, content: bytes | dict[str, Any], **more: Any) -> dict[str, Any]:
    """The agent file, imported: the stored graph."""
    graph = json.loads(content) if isinstance(content, bytes) else content
    saved = server.post("/api/graphs", {"graph": graph, "source": "upload", **more})
    server.post(f"/api/graphs/{saved['id']}/report/approve")
    return saved


def read_agent(contract: Path, name: str) -> bytes:
    """One of AutoGPT's agent files."""
    return (contract / "agents" / name).read_bytes()


async def watch_run(server: ServerProcess, graph: dict[str, Any], **body: Any) -> WatchedRun:
    """Subscribes to the graph and its sub-graphs, starts a run of it and waits for its end."""
    async with server.open_socket() as socket:
        for one in (graph, *graph["sub_graphs"]):
            await subscribe(socket, one["id"])
        path = f"/api/graphs/{graph['id']}/execute/{graph['version']}"
        started = await asyncio.to_thread(server.post, path, body)
        frames = await frames_to_end(socket, started["id"])
    path = f"/api/graphs/{graph['id']}/executions/{started['id']}"
    return WatchedRun(started=started, frames=frames, stored=await asyncio.to_thread(server.get, path))


async def subscribe(socket: aiohttp.ClientWebSocketResponse, graph_id: str) -> Frame:
    """Subscribes to all runs of a graph; the server's answer. Events that come before it are dropped."""
    await socket.send_json({"method": "subscribe_graph_executions", "data": {"graph_id": graph_id}})
    while (answer := await socket.receive_json(timeout=END_TIMEOUT_S))["method"].endswith("_event"):
        pass
    assert answer["success"], answer
    return answer


async def frames_to_end(socket: aiohttp.ClientWebSocketResponse, graph_exec_id: str) -> list[Frame]:
    """All frames up to the one that says that the run has ended."""
    frames = []
    async with asyncio.timeout(END_TIMEOUT_S):
        while True:
            frame = await socket.receive_json()
            frames.append(frame)
            if frame["data"].get("id") == graph_exec_id and frame["data"]["status"] in ENDED:
                return frames
