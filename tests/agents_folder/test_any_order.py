"""Whatever people do on both sides, in any order and over restarts: nothing that anybody wrote is lost, and both sides come together."""

from __future__ import annotations

import json
import random
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.http.library_agents import echo_agent, ok, save, save_version
from tests.server import LiveServer, run_app

N_STEPS = 80


class Walk:
    """A server, its folder, and what was written where. Every text is written once."""

    def __init__(self, tmp_path: Path, seed: int):
        self.chance = random.Random(seed)
        self.folder = tmp_path / "agents"
        self.data_dir = tmp_path / "data"
        self.data_dir.mkdir()
        self.server: LiveServer | None = None
        self.stack = AsyncExitStack()
        self.written: set[str] = set()
        self.not_seen_yet: dict[Path, str] = {}
        self.taken_away: dict[Path, bytes] = {}
        self.count = 0

    async def restart(self) -> None:
        await self.stack.aclose()
        settings = {"agents.path": str(self.folder), "agents.poll_s": 3600}
        self.server = await self.stack.enter_async_context(run_app(self.data_dir, settings=settings))
        await self.sync()

    async def sync(self) -> dict[str, Any]:
        state = await ok(self.server.post("/api/system/agents-folder/sync"))
        # What was told and left alone is still only in the hands of whoever wrote it.
        told = {problem["file"] for problem in state["problems"]}
        self.written |= {text for path, text in self.not_seen_yet.items() if path.name not in told}
        self.not_seen_yet = {path: text for path, text in self.not_seen_yet.items() if path.name in told}
        return state

    def new_text(self) -> str:
        self.count += 1
        return f"text {self.count}."

    async def agents(self, **flags: bool) -> list[dict[str, Any]]:
        query = "".join(f"&{name}=true" for name, value in flags.items() if value)
        return (await ok(self.server.get(f"/api/library/agents?page_size=100{query}")))["agents"]

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.json") if ".conflict-" not in path.name)

    # --- steps -----------------------------------------------------------------------------------------

    async def add_agent(self) -> None:
        text = self.new_text()
        await save(self.server, echo_agent(self.chance.choice(["A", "B", "A long name"]), description=text))
        self.written.add(text)

    async def save_a_version(self) -> None:
        if agents := await self.agents():
            agent, text = self.chance.choice(agents), self.new_text()
            graph = await ok(self.server.get(f"/api/graphs/{agent['graph_id']}"))
            name = self.chance.choice([graph["name"], graph["name"], "Renamed"])
            await save_version(self.server, graph["id"], {**graph, "description": text, "name": name})
            self.written.add(text)

    async def switch_the_version(self) -> None:
        if agents := await self.agents():
            agent = self.chance.choice(agents)
            await ok(self.server.request("PATCH", f"/api/library/agents/{agent['id']}", json={"graph_version": 1}))

    async def edit_a_file(self) -> None:
        if files := self.files():
            path, text = self.chance.choice(files), self.new_text()
            path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "description": text}), "utf-8")
            self.not_seen_yet[path] = text

    async def rename_a_file(self) -> None:
        if files := self.files():
            path = self.chance.choice(files)
            to = path.with_name(f"mine {self.count}.json")
            if not to.exists():
                path.rename(to)
                if path in self.not_seen_yet:
                    self.not_seen_yet[to] = self.not_seen_yet.pop(path)

    async def take_a_file_away(self) -> None:
        if files := self.files():
            path = self.chance.choice(files)
            self.taken_away[path] = path.read_bytes()
            path.unlink()
            self.not_seen_yet.pop(path, None)

    async def bring_a_file_back(self) -> None:
        if self.taken_away:
            path, data = self.taken_away.popitem()
            if not path.exists():
                path.write_bytes(data)

    async def remove_an_agent(self) -> None:
        if agents := await self.agents():
            await ok(self.server.request("DELETE", f"/api/library/agents/{self.chance.choice(agents)['id']}"))

    async def restore_an_agent(self) -> None:
        if agents := await self.agents(is_deleted=True):
            await ok(self.server.post(f"/api/library/agents/{self.chance.choice(agents)['id']}/restore"))

    # --- what has to hold --------------------------------------------------------------------------------

    async def check(self) -> None:
        """After a look: every text that a look has taken is a version or a file, and who has a file is equal to it."""
        state = await self.sync()
        stored = {text for (text,) in await self.server.app.db.fetch_all("SELECT description FROM graphs")}
        on_disk = {json.loads(path.read_text("utf-8"))["description"] for path in self.folder.glob("*.json")}
        assert self.written <= stored | on_disk
        assert len(await self.sync_twice()) == len(state["problems"])
        troubled = {problem["file"] for problem in state["problems"]}
        agents = {agent["graph_id"]: agent for agent in await self.agents()}
        for graph_id, file_name in await self.server.app.db.fetch_all("SELECT graph_id, file_name FROM agents_folder_files"):
            if graph_id in agents and file_name not in troubled:
                content = json.loads((self.folder / file_name).read_text("utf-8"))
                assert (content["name"], content["description"]) == (agents[graph_id]["name"], agents[graph_id]["description"])

    async def sync_twice(self) -> list[dict[str, Any]]:
        """Another look changes nothing."""
        before = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        versions = self.server.app.db.point("SELECT count(*) FROM graphs")
        state = await self.sync()
        assert {path.name: path.read_bytes() for path in self.folder.iterdir()} == before
        assert self.server.app.db.point("SELECT count(*) FROM graphs") == versions
        return state["problems"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nothing_is_lost_and_both_sides_come_together(tmp_path: Path, seed: int):
    walk = Walk(tmp_path, seed)
    steps = [
        *[walk.add_agent, walk.save_a_version, walk.save_a_version, walk.switch_the_version],
        *[walk.edit_a_file, walk.edit_a_file, walk.edit_a_file, walk.rename_a_file],
        *[walk.take_a_file_away, walk.bring_a_file_back, walk.remove_an_agent, walk.restore_an_agent],
        *[walk.check, walk.check, walk.check],
    ]
    try:
        await walk.restart()
        for number in range(N_STEPS):
            await walk.chance.choice(steps)()
            if number % 25 == 24:
                await walk.restart()
        await walk.check()
        assert walk.count > 15
    finally:
        await walk.stack.aclose()
