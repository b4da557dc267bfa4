"""The agents folder: one file an agent, the same as the library in both directions, at home in git."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.http.library_agents import COUNTDOWN, NUMBER_INPUT, TEXT_INPUT, echo_agent, node, ok, run_to_end, save, save_version
from tests.schedules.world import until
from tests.server import LiveServer, run_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "agents"


@pytest.fixture
async def server(tmp_path: Path, folder: Path):
    async with open_server(tmp_path, folder) as live:
        yield live


def open_server(tmp_path: Path, folder: Path, name: str = "data"):
    """A server whose folder is looked at when a test says so."""
    (tmp_path / name).mkdir(exist_ok=True)
    return run_app(tmp_path / name, settings={"agents.path": str(folder), "agents.poll_s": 3600})


async def sync(server: LiveServer) -> dict[str, str]:
    """A look at the folder; what is not in step, {file: why}."""
    state = await ok(server.post("/api/system/agents-folder/sync"))
    return {problem["file"]: problem["message"] for problem in state["problems"]}


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix == ".json"}


def file_of(folder: Path, graph_id: str) -> Path:
    [found] = [path for path in folder.glob("*.json") if json.loads(path.read_text("utf-8"))["id"] == graph_id]
    return found


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}, indent=2), "utf-8")


async def current(server: LiveServer, graph_id: str) -> dict[str, Any]:
    return await ok(server.get(f"/api/graphs/{graph_id}"))


async def names(server: LiveServer, **query: str) -> set[str]:
    given = "".join(f"&{name}={value}" for name, value in query.items())
    return {agent["name"] for agent in (await ok(server.get(f"/api/library/agents?page_size=100{given}")))["agents"]}


def git(folder: Path, *arguments: str) -> str:
    settings = (
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "core.autocrlf=false",
        "-c",
        "init.defaultBranch=main",
    )
    done = subprocess.run(["git", *settings, *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=20)
    return done.stdout


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


# --- what is written --------------------------------------------------------------------------------------------


async def test_every_agent_has_one_file_sorted_and_without_secrets(server: LiveServer, folder: Path):
    secret = node("in-0", TEXT_INPUT, name="pass", secret=True, value="hush-hush")
    graph = await save(server, {"name": "Täglicher Bericht / v2", "description": "d", "nodes": [secret], "links": []})
    assert await sync(server) == {}
    assert len(files_of(folder)) == len(await names(server))
    path = file_of(folder, graph["id"])
    assert path.name == f"taglicher-bericht-v2-{graph['id'][:8]}.json"
    text = path.read_text("utf-8")
    assert "hush-hush" not in text
    assert json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n" == text
    assert not {"user_id", "created_at", "version", "input_schema"} & json.loads(text).keys()


async def test_a_change_of_one_value_is_a_change_of_one_line(server: LiveServer, folder: Path):
    agent = {"name": "Counter", "description": "", "links": []}
    graph = await save(server, {**agent, "nodes": [node("a", COUNTDOWN, days=1), node("b", COUNTDOWN, days=2)]})
    await sync(server)
    before = file_of(folder, graph["id"]).read_text("utf-8").splitlines()
    saved = await current(server, graph["id"])
    saved["nodes"][1]["input_default"]["days"] = 3
    await save_version(server, graph["id"], saved)
    await sync(server)
    after = file_of(folder, graph["id"]).read_text("utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [(old.strip(), new.strip()) for old, new in changed] == [('"days": 2', '"days": 3')]


async def test_a_new_name_renames_the_file_unless_somebody_else_has_named_it(server: LiveServer, folder: Path):
    first, second = await save(server, echo_agent("First")), await save(server, echo_agent("Second"))
    await sync(server)
    file_of(folder, second["id"]).rename(folder / "mine.json")
    for graph in (first, second):
        await save_version(server, graph["id"], {**await current(server, graph["id"]), "name": "Renamed"})
    assert await sync(server) == {}
    assert file_of(folder, first["id"]).name == f"renamed-{first['id'][:8]}.json"
    assert file_of(folder, second["id"]).name == "mine.json"
    assert json.loads((folder / "mine.json").read_text("utf-8"))["name"] == "Renamed"


async def test_a_file_goes_with_its_agent_and_comes_back_with_it(server: LiveServer, folder: Path):
    graph = await save(server, echo_agent("Gone"))
    await sync(server)
    agent = await ok(server.get(f"/api/library/agents/by-graph/{graph['id']}"))
    text = file_of(folder, graph["id"]).read_bytes()
    name = file_of(folder, graph["id"]).name
    for put_away, bring_back in (
        (
            lambda: server.request("DELETE", f"/api/library/agents/{agent['id']}"),
            lambda: server.post(f"/api/library/agents/{agent['id']}/restore"),
        ),
        (
            lambda: server.request("PATCH", f"/api/library/agents/{agent['id']}", json={"is_archived": True}),
            lambda: server.request("PATCH", f"/api/library/agents/{agent['id']}", json={"is_archived": False}),
        ),
    ):
        await ok(put_away())
        assert await sync(server) == {}
        assert name not in files_of(folder)
        await ok(bring_back())
        assert await sync(server) == {}
        assert files_of(folder)[name] == text


async def test_nothing_changes_where_nothing_has_changed(server: LiveServer, folder: Path):
    graph = await save(server, echo_agent("Same"))
    await sync(server)
    path = file_of(folder, graph["id"])
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    await sync(server)
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert await sync(server) == {}
    assert (await current(server, graph["id"]))["version"] == 1


# --- what is read -----------------------------------------------------------------------------------------------


async def test_a_change_on_disk_is_a_new_version_that_runs(server: LiveServer, folder: Path):
    graph = await save(server, echo_agent("Echo"))
    await sync(server)
    path = file_of(folder, graph["id"])
    path.write_text(path.read_text("utf-8").replace('"out x"', '"changed"'), "utf-8")
    assert await sync(server) == {}
    stored = await current(server, graph["id"])
    assert stored["version"] == 2
    assert (await run_to_end(server, graph["id"], x=5))["outputs"] == {"changed": [5]}
    # what was written by hand stays as it was written
    assert '"changed"' in path.read_text("utf-8")


async def test_secrets_that_were_never_in_the_file_survive_a_change_in_it(server: LiveServer, folder: Path):
    secret = node("in-0", TEXT_INPUT, name="pass", secret=True, value="hush-hush")
    graph = await save(server, {"name": "Secret", "description": "", "nodes": [secret], "links": []})
    await sync(server)
    edit(file_of(folder, graph["id"]), description="edited")
    assert await sync(server) == {}
    stored = await current(server, graph["id"])
    assert (stored["version"], stored["description"]) == (2, "edited")
    assert stored["nodes"][0]["input_default"]["value"] == "hush-hush"


async def test_a_new_file_is_a_new_agent_and_gets_an_id(server: LiveServer, folder: Path):
    await sync(server)
    (folder / "by hand.json").write_text(json.dumps(echo_agent("By hand")), "utf-8")
    assert await sync(server) == {}
    assert "By hand" in await names(server)
    made = json.loads((folder / "by hand.json").read_text("utf-8"))
    assert (await current(server, made["id"]))["name"] == "By hand"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"name": "half", "nodes": [', "half of one"),
        ("[]", "not an agent file"),
        ('{"name": "x", "nodes": [{"id": "n", "block_id": "no such block"}], "links": []}', "block"),
    ],
)
async def test_a_file_that_is_no_agent_is_told_and_kept(server: LiveServer, folder: Path, content: str, told: str):
    graph = await save(server, echo_agent("Whole"))
    await sync(server)
    path = file_of(folder, graph["id"])
    path.write_text(content, "utf-8")
    (folder / "other.json").write_text(content, "utf-8")
    for _ in range(2):
        problems = await sync(server)
        assert set(problems) == {path.name, "other.json"}
        assert all(told in message for message in problems.values())
    assert path.read_text("utf-8") == (folder / "other.json").read_text("utf-8") == content
    assert (await current(server, graph["id"]))["version"] == 1


async def test_a_file_that_disappears_leaves_its_agent_alone(server: LiveServer, folder: Path):
    graph = await save(server, echo_agent("Stays"))
    await sync(server)
    path = file_of(folder, graph["id"])
    text = path.read_bytes()
    path.unlink()
    assert "The agent stays as it is" in (await sync(server))[path.name]
    assert (await run_to_end(server, graph["id"], x=1))["status"] == "COMPLETED"
    path.write_bytes(text)
    assert await sync(server) == {}
    assert (await current(server, graph["id"]))["version"] == 1
    path.unlink()
    await save_version(server, graph["id"], {**await current(server, graph["id"]), "description": "new"})
    assert await sync(server) == {}
    assert json.loads(path.read_text("utf-8"))["description"] == "new"


async def test_where_both_have_changed_both_are_kept(server: LiveServer, folder: Path, caplog: pytest.LogCaptureFixture):
    graph = await save(server, echo_agent("Torn"))
    await sync(server)
    path = file_of(folder, graph["id"])
    edit(path, description="on disk")
    await save_version(server, graph["id"], {**await current(server, graph["id"]), "description": "in the library"})
    await sync(server)
    assert json.loads(path.read_text("utf-8"))["description"] == "in the library"
    [kept] = folder.glob("*.conflict-*.json")
    assert json.loads(kept.read_text("utf-8"))["description"] == "on disk"
    assert f"version 2 stays, the file's text is kept as {kept.name}" in caplog.text
    kept.replace(path)
    assert await sync(server) == {}
    assert (await current(server, graph["id"]))["description"] == "on disk"


async def test_both_changed_to_the_same_is_no_conflict(server: LiveServer, folder: Path):
    graph = await save(server, echo_agent("Equal"))
    await sync(server)
    path = file_of(folder, graph["id"])
    edit(path, description="same")
    await save_version(server, graph["id"], {**await current(server, graph["id"]), "description": "same"})
    assert await sync(server) == {}
    assert list(folder.glob("*.conflict-*")) == []
    assert (await current(server, graph["id"]))["version"] == 2


async def test_a_changed_file_of_an_agent_that_was_put_away_is_kept(server: LiveServer, folder: Path):
    graph = await save(server, echo_agent("Away"))
    await sync(server)
    path = file_of(folder, graph["id"])
    edit(path, description="mine")
    await ok(server.request("DELETE", f"/api/graphs/{graph['id']}"))
    await sync(server)
    [kept] = folder.glob("*.conflict-*.json")
    assert json.loads(kept.read_text("utf-8"))["description"] == "mine"


async def test_a_file_that_comes_back_brings_its_agent_back(server: LiveServer, folder: Path):
    graph, other = await save(server, echo_agent("Removed")), await save(server, echo_agent("Deleted"))
    await sync(server)
    kept = {path: path.read_bytes() for path in (file_of(folder, graph["id"]), file_of(folder, other["id"]))}
    agent = await ok(server.get(f"/api/library/agents/by-graph/{graph['id']}"))
    await ok(server.request("DELETE", f"/api/library/agents/{agent['id']}"))
    await ok(server.request("DELETE", f"/api/graphs/{other['id']}"))
    await sync(server)
    assert not {"Removed", "Deleted"} & await names(server)
    for path, text in kept.items():
        path.write_bytes(text)
    assert await sync(server) == {}
    assert {"Removed", "Deleted"} <= await names(server)
    assert (await current(server, graph["id"]))["version"] == 1
    assert {path: path.read_bytes() for path in kept} == kept


async def test_two_files_with_one_id_are_told(server: LiveServer, folder: Path):
    graph = await save(server, echo_agent("Zwilling"))
    await sync(server)
    path = file_of(folder, graph["id"])
    shutil.copy(path, folder / "a copy.json")
    problems = await sync(server)
    assert set(problems) == {"a copy.json"}
    assert path.name in problems["a copy.json"]
    copied = json.loads((folder / "a copy.json").read_text("utf-8"))
    (folder / "a copy.json").write_text(json.dumps({key: value for key, value in copied.items() if key != "id"}), "utf-8")
    assert await sync(server) == {}
    agents = (await ok(server.get("/api/library/agents?search_term=Zwilling&page_size=100")))["agents"]
    assert len(agents) == 2


async def test_links_out_of_the_folder_and_other_files_are_left_alone(server: LiveServer, folder: Path, tmp_path: Path):
    await sync(server)
    (tmp_path / "outside.json").write_text(json.dumps(echo_agent("Outside")), "utf-8")
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / ".hidden.json").write_text(json.dumps(echo_agent("Hidden")), "utf-8")
    (folder / "README.md").write_text("# mine", "utf-8")
    assert await sync(server) == {}
    assert not {"Outside", "Hidden"} & await names(server)


# --- over restarts, in git -------------------------------------------------------------------------------------


async def test_changes_made_while_nobody_looked_are_found_at_the_start(tmp_path: Path, folder: Path):
    async with open_server(tmp_path, folder) as server:
        graph = await save(server, echo_agent("Asleep"))
        await sync(server)
    edit(file_of(folder, graph["id"]), description="edited meanwhile")
    async with open_server(tmp_path, folder) as server:
        await sync(server)
        assert (await current(server, graph["id"]))["description"] == "edited meanwhile"


@pytest.mark.parametrize("is_moved", [True, False])
async def test_another_folder_takes_the_agents_as_they_are(tmp_path: Path, folder: Path, is_moved: bool):
    """Whether the files were moved there or not: no agent changes, and none loses its secrets."""
    secret = node("in-0", TEXT_INPUT, name="pass", secret=True, value="hush-hush")
    async with open_server(tmp_path, folder) as server:
        graph = await save(server, {"name": "Secret", "description": "", "nodes": [secret], "links": []})
        await save_version(server, graph["id"], {**await current(server, graph["id"]), "description": "second"})
        await sync(server)
    files, other = files_of(folder), tmp_path / "other"
    if is_moved:
        folder.rename(other)
    async with open_server(tmp_path, other) as server:
        assert await sync(server) == {}
        assert files_of(other) == files
        stored = await current(server, graph["id"])
        assert (stored["version"], stored["nodes"][0]["input_default"]["value"]) == (2, "hush-hush")


async def test_a_death_between_the_file_and_its_row_is_no_conflict(tmp_path: Path, folder: Path):
    async with open_server(tmp_path, folder) as server:
        graph = await save(server, echo_agent("Torn"))
        await sync(server)
        rows = await server.app.db.fetch_all("SELECT digest, graph_version, graph_id FROM agents_folder_files")
        await save_version(server, graph["id"], {**await current(server, graph["id"]), "description": "new", "name": "Mended"})
        await sync(server)
        put_back = (
            "UPDATE agents_folder_files SET digest = ?, graph_version = ?, file_name = 'old.json', ids = '{}' WHERE graph_id = ?"
        )
        await server.app.db.write(lambda tx: tx.executemany(put_back.replace("'{}'", "CAST('{}' AS BLOB)"), rows))
        files = files_of(folder)
    async with open_server(tmp_path, folder) as server:
        assert await sync(server) == {}
        assert files_of(folder) == files
        assert (await current(server, graph["id"]))["version"] == 2


async def test_a_running_server_sees_changes_by_itself(tmp_path: Path, folder: Path):
    settings = {"agents.path": str(folder), "agents.poll_s": 0.1}
    folder.mkdir()
    (folder / "new.json").write_text(json.dumps(echo_agent("Found")), "utf-8")
    async with run_app(tmp_path, settings=settings) as server:
        await until(lambda: "Found" in {name for _, name in server.app.agents_folder._last_agents.values()})
        graph = await save(server, echo_agent("Written"))
        await until(lambda: any(graph["id"].encode() in text for text in files_of(folder).values()))
        edit(file_of(folder, graph["id"]), description="seen")
        await until(lambda: server.app.graphs.get_graph(graph["user_id"], graph["id"]).description == "seen")


@needs_git
async def test_a_clone_on_another_machine_leaves_git_clean_and_runs(tmp_path: Path, folder: Path):
    """Agents with sub-agents too: there they have other ids, and the files stay byte for byte as they are."""
    async with open_server(tmp_path, folder) as server:
        inner = await save(server, echo_agent("Inner"))
        await save(server, calling_agent(inner))
        await sync(server)
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "agents")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(folder), str(clone))
    async with open_server(tmp_path, clone, "other") as server:
        for _ in range(2):
            await sync(server)
            assert git(clone, "status", "--porcelain") == ""
        [outer] = (await ok(server.get("/api/library/agents?search_term=Outer")))["agents"]
        [there] = (await ok(server.get("/api/library/agents?search_term=Inner")))["agents"]
        assert there["graph_id"] != inner["id"]
        assert (await run_to_end(server, outer["graph_id"], x=7))["outputs"] == {"y": [7]}
        # A change there is a small difference, and comes back as a version of the same agent.
        saved = await current(server, outer["graph_id"])
        await save_version(server, outer["graph_id"], {**saved, "description": "changed there"})
        await sync(server)
        assert git(clone, "diff", "--numstat").split()[:2] == ["1", "1"]
        git(clone, "commit", "-qam", "changed")
    git(folder, "pull", "-q", str(clone), "main")
    async with open_server(tmp_path, folder) as server:
        assert await sync(server) == {}
        [outer] = (await ok(server.get("/api/library/agents?search_term=Outer")))["agents"]
        assert (outer["description"], outer["graph_version"]) == ("changed there", 2)
        assert (await run_to_end(server, outer["graph_id"], x=8))["outputs"] == {"y": [8]}
        assert git(folder, "status", "--porcelain") == ""


def calling_agent(inner: dict[str, Any]) -> dict[str, Any]:
    """Gives its input to another agent and its output out."""
    call = node(
        "call",
        "e189baac-8c20-45a1-94a7-55177ea42565",
        graph_id=inner["id"],
        graph_version=inner["version"],
        input_schema=inner["input_schema"],
        output_schema=inner["output_schema"],
        inputs={},
    )
    nodes = [node("in", NUMBER_INPUT, name="x"), call, node("out", "363ae599-353e-4804-937e-b2ee3cef3da4", name="y")]
    ends = [("in", "result", "call", "x"), ("call", "out x", "out", "value")]
    links = [dict(zip(("source_id", "source_name", "sink_id", "sink_name"), end, strict=True)) for end in ends]
    return {"name": "Outer", "description": "", "nodes": nodes, "links": links}
