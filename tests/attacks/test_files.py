"""What a name, a path or a body may lead to: nothing outside of the database. D8, D10, E1, E2, E12 and F4 (the server's part).

There are no uploads: a file comes to a block as a `data:` address, and names become files in the folder of agents only.
"""

from __future__ import annotations

import json
import pickle
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.http.library_agents import OUTPUT, TEXT_INPUT, node, ok, save
from tests.server import LiveServer, run_app

FILE_INPUT, FILE_READ = "95ead23f-8283-4654-aef3-10c053b74a31", "3735a31f-7e18-4aca-9e90-08a7120674bc"
IMITATIONS = [
    {"files": {"x": {"filepath": "/etc/passwd", "originalFilename": "x", "size": 1, "mimetype": "text/plain"}}},
    {"file": {"path": "/etc/passwd", "tempFilePath": "/etc/passwd"}, "filepath": "/etc/passwd"},
    {"source": "file:///etc/passwd", "graph": "file:///etc/passwd", "path": "/etc/passwd", "data": {"$file": "/etc/passwd"}},
]
NAMES = [
    *(
        "../../x",
        "..%2f..%2f",
        "/etc/passwd",
        "a\0b",
        "CON",
        "nul.json",
        "x" * 4096,
        "\u202egnp.exe",
        "..",
        ".",
        "",
        "a/b\\c:d*?",
        "~root",
    ),
    *("\ud83d\ude00", " trailing. ", "%00", "-rf", "$(id)", "`id`", "line\nbreak"),
]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    folder = tmp_path / "agents"
    (tmp_path / "data").mkdir()
    async with run_app(tmp_path / "data", settings={"agents.path": str(folder), "agents.poll_s": 0.1}) as live:
        yield live


async def test_e1_a_name_is_only_a_label(server: LiveServer, tmp_path: Path):
    before = {path for path in tmp_path.rglob("*") if "agents" not in path.parts and "data" not in path.parts}
    for name in NAMES:
        agent = {"name": name, "description": "", "nodes": [node("in", TEXT_INPUT, name="x", value="y")], "links": []}
        answer = await server.post("/api/graphs", {"graph": agent})
        assert answer.status in (200, 400, 422), (name, answer.body)
    await server.app.agents_folder.sync()
    files = [path for path in (tmp_path / "agents").rglob("*") if path.is_file()]
    assert len(files) >= len(NAMES) // 2
    for path in files:
        assert path.resolve().parent == (tmp_path / "agents").resolve()
        assert len(path.name) < 255
        assert not set(path.name) & set('/\\:*?"<>|\0\n')
        assert path.stem.split(".")[0].upper() not in ("CON", "NUL")
    after = {path for path in tmp_path.rglob("*") if "agents" not in path.parts and "data" not in path.parts}
    assert after == before


@pytest.mark.parametrize("body", IMITATIONS, ids=["files", "file", "paths"])
async def test_e2_no_path_of_a_client_is_read(server: LiveServer, body: dict[str, Any]):
    for route in server.app.routes:
        if route.body is None or route.body is bytes or route.method == "DELETE":
            continue
        path = route.path.replace("{", "").replace("}", "")
        answer = await server.request(route.method, path, json=body)
        assert answer.status < 500, (route.path, answer.body)
        assert b"root:" not in answer.body, route.path


@pytest.mark.parametrize(
    "value", [{"filepath": "/etc/passwd"}, "/etc/passwd", "file:///etc/passwd", "workspace://../owner_token"]
)
async def test_e2_e12_a_run_reads_no_file_of_the_machine(server: LiveServer, value: Any):
    for block_id, given in ((FILE_READ, {"file_input": value}), (FILE_INPUT, {"name": "f", "value": value, "base_64": True})):
        answer = await server.post(f"/api/blocks/{block_id}/execute", given)
        assert answer.status in (200, 400, 422), answer.body
        assert b"root:" not in answer.body
        assert server.bearer["Authorization"].split()[1].encode() not in answer.body


@pytest.mark.parametrize(
    "block_id", ["os.system", "../../x", "autogpt_lite.cli.serve", "builtins.eval", "/etc/passwd", "blocks/io/output.py"]
)
async def test_d8_a_block_is_found_by_its_id_only(server: LiveServer, block_id: str):
    graph = {"name": "n", "description": "", "nodes": [node("x", block_id, command="id")], "links": []}
    saved = await server.post("/api/graphs", {"graph": graph})
    assert saved.status == 400
    assert b"unknown" in saved.body.lower() or b"no block" in saved.body.lower(), saved.body
    assert (await server.post(f"/api/blocks/{block_id.replace('/', '%2F')}/execute", {})).status == 404


class Touch:
    """What a pickle would do on its way in."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


async def test_d10_only_json_is_ever_parsed(server: LiveServer, tmp_path: Path):
    touched = tmp_path / "touched"
    for data in (pickle.dumps(Touch(touched)), f"!!python/object/apply:os.system ['touch {touched}']".encode()):
        for path in ("/api/graphs", "/api/agent-files/execute"):
            assert (await server.request("POST", path, data=data, headers={"Content-Type": "application/json"})).status in (
                400,
                422,
            )
            assert (await server.request("POST", path, data=data, headers={"Content-Type": "application/x-yaml"})).status == 415
    text = f"!!python/object/apply:os.system ['touch {touched}']"
    graph = await save(
        server, {"name": text, "description": text, "nodes": [node("in", TEXT_INPUT, name="x", value=text)], "links": []}
    )
    assert (await ok(server.get(f"/api/graphs/{graph['id']}")))["name"] == text
    assert not touched.exists()


async def test_f4_nothing_that_comes_from_outside_is_served_as_a_page(server: LiveServer):
    markup = "<html><script>alert(1)</script>"
    nodes = [node("in", TEXT_INPUT, name="x", value=markup), node("out", OUTPUT, name=markup)]
    graph = await save(server, {"name": markup, "description": markup, "nodes": nodes, "links": []})
    paths = [
        f"/api/graphs/{graph['id']}",
        f"/api/graphs/{graph['id']}?for_export=true",
        "/metrics",
        f"/api/graphs/{uuid.uuid4()}",
    ]
    paths += [route.path for route in server.app.routes if route.method == "GET" and "{" not in route.path]
    for path in paths:
        answer = await server.get(path)
        assert "html" not in answer.headers["Content-Type"], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"], path
        assert "unsafe" not in answer.headers["Content-Security-Policy"], path
    assert markup in json.dumps((await server.get(paths[0])).json())
