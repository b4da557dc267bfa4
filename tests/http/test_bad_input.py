"""Bad input to a real server: each a 4xx that says what is wrong, nothing stored, and the server goes on answering quickly."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.live_run import watch_run
from tests.server import Answer, ServerProcess
from tests.wall_time import is_within

AGENT, INPUT, CALCULATOR, DATE, OUTPUT = (
    "e189baac-8c20-45a1-94a7-55177ea42565",
    "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b",
    "b1ab9b19-67a6-406d-abf5-2dba76d00c79",
    "7e198b09-4994-47db-8b4d-952d98241817",
    "363ae599-353e-4804-937e-b2ee3cef3da4",
)
TABLES = ("graphs", "library_agents", "graph_executions", "node_executions", "meta")
AT_ONCE_S = 1.0
UNKNOWN = "00000000-0000-4000-8000-000000000000"
NO_PINS = {"type": "object", "properties": {}, "required": []}

Refuse = Callable[..., dict[str, Any]]


def node(node_id: str, block_id: str, **input_default: Any) -> dict[str, Any]:
    return {"id": node_id, "block_id": block_id, "input_default": input_default}


def link(source: str, sink: str) -> dict[str, Any]:
    """`"a.result", "b.value"`: from that output to that input."""
    (source_id, source_name), (sink_id, sink_name) = source.split("."), sink.split(".")
    return {"source_id": source_id, "source_name": source_name, "sink_id": sink_id, "sink_name": sink_name}


def caller(node_id: str, graph_id: str) -> dict[str, Any]:
    return node(node_id, AGENT, graph_id=graph_id, graph_version=1, inputs={}, input_schema=NO_PINS, output_schema=NO_PINS)


@pytest.fixture(scope="module")
def graph(real_server: ServerProcess) -> dict[str, Any]:
    """a + 1, where a is a required input, and a date with a default."""
    nodes = [
        node("in", INPUT, name="a"),
        node("day", DATE, name="day", value="2026-01-31"),
        node("sum", CALCULATOR, operation="Add", b=1),
        node("out", OUTPUT, name="sum"),
    ]
    links = [link("in.result", "sum.a"), link("sum.result", "out.value")]
    return real_server.post("/api/graphs", {"graph": {"name": "one more", "nodes": nodes, "links": links}})


def _rows(server: ServerProcess) -> dict[str, int]:
    # Another process than the server's, so another SQLite library may read.
    with closing(sqlite3.connect(f"file:{server.data_dir / 'autogpt_lite.sqlite'}?mode=ro", uri=True)) as db:
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


@pytest.fixture
def refuse(real_server: ServerProcess, graph: dict[str, Any]) -> Iterator[Refuse]:
    """refuse(status, method, path, body or data=bytes) -> the error. What happens around it is checked in one place."""
    before = _rows(real_server)

    def send(status: int, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        begin = time.monotonic()
        answer = real_server.request(method, path, body, **more)
        took_s = time.monotonic() - begin
        assert answer.status == status, answer.body[:1000]
        assert is_within(took_s, AT_ONCE_S)
        return check_error(answer)

    yield send
    begin = time.monotonic()
    assert real_server.get("/health") == {"status": "healthy"}
    assert is_within(time.monotonic() - begin, AT_ONCE_S)
    assert _rows(real_server) == before


def check_error(answer: Answer) -> dict[str, Any]:
    """The one shape of an error, without a trace or a path of this machine."""
    error = answer.json()
    assert list(error) == ["message", "detail", "hint"], error
    assert isinstance(error["message"], str)
    assert error["message"]
    assert error["hint"] is None or (isinstance(error["hint"], str) and error["hint"])
    assert answer.headers["Content-Type"].startswith("application/json")
    text = answer.body.decode()
    assert "Traceback" not in text
    assert str(Path(__file__).resolve().parents[2]) not in text
    return error


# --- bodies -------------------------------------------------------------------------------------------------------------

DEEP = 100_000


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b'{"graph":', 400, "not valid JSON"),
        (b"hello", 400, "not valid JSON"),
        (b"\xff\xfe{}", 400, "not valid JSON"),
        (b"", 422, "needs a body"),
        (b"null", 422, "Expected `object`"),
        (b"[]", 422, "Expected `object`"),
        (b'{"graph":' + b"[" * DEEP + b"]" * DEEP + b"}", 400, "nested"),
        (b'{"graph":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}", 400, "nested"),
        (b'{"graph":{"name":"x","description":1e999999},"name":"x","description":1e999999}', 400, "out of range"),
        (b'{"graph":{"name":"\\ud800"},"name":"\\ud800"}', 400, "not valid JSON"),
    ],
    ids=["malformed", "text", "utf-16", "nothing", "null", "list", "deep lists", "deep objects", "1e999999", "lone surrogate"],
)
def test_a_body_that_is_no_sound_json(refuse: Refuse, graph: dict[str, Any], body: bytes, status: int, words: str):
    assert words in refuse(status, "POST", "/api/graphs", data=body)["message"]
    assert words in refuse(status, "PUT", f"/api/graphs/{graph['id']}", data=body)["message"]


def test_a_body_that_is_no_json_by_its_own_word(refuse: Refuse):
    error = refuse(415, "POST", "/api/graphs", {"graph": {}}, **{"Content-Type": "text/plain"})
    assert "application/json" in error["hint"]


@pytest.mark.parametrize("path", ["/api/graphs", f"/api/graphs/{UNKNOWN}/execute", "/api/agent-files/execute"])
def test_a_body_over_the_limit_is_refused_before_it_is_read(refuse: Refuse, path: str):
    # 100 MB are announced and none of them sent: who reads first would wait for ever.
    error = refuse(413, "POST", path, data=b"", **{"Content-Length": "100000000"})
    assert "20000000 bytes" in error["message"]
    assert "server.max_body_bytes" in error["hint"]


def test_odd_but_sound_json_is_plain_data(real_server: ServerProcess, graph: dict[str, Any]):
    path = f"/api/graphs/{graph['id']}"
    odd = b'{"__proto__": {"polluted": true}, "constructor": 1, "k": 1, "k": 2}'
    answer = real_server.request("POST", f"{path}/execute", data=b'{"inputs": {"a": 1, "more": ' + odd + b"}}")
    assert answer.status == 200
    shown = real_server.get(f"{path}/executions/{answer.json()['id']}")
    assert shown["inputs"]["more"] == {"__proto__": {"polluted": True}, "constructor": 1, "k": 2}
    many = b",".join(b'"k%d":0' % number for number in range(1_000_000))
    computed_s = _computed_s(real_server)
    answer = real_server.request("POST", f"{path}/execute", data=b'{"inputs": {"a": 1, "more": {' + many + b"}}}")
    assert answer.status == 200
    assert _computed_s(real_server) - computed_s < 3 * AT_ONCE_S
    assert len(real_server.get(f"{path}/executions/{answer.json()['id']}?node_limit=0")["inputs"]["more"]) == 1_000_000


def _computed_s(server: ServerProcess) -> float:
    """What the server has computed: what else the machine does at the time does not count."""
    times = psutil.Process(server.process.pid).cpu_times()
    return times.user + times.system


# --- agent files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", "empty"),
        ("hello", "not JSON"),
        ("<!DOCTYPE html><html></html>", "web page"),
        ("PK\x03\x04", "archive"),
        ("[]", "a list"),
        ("{}", "no nodes"),
        ('{"name": "x", "nodes": 5}', "nodes"),
        ('{"name": "x", "nodes": [{"id": "n"}]}', "block_id"),
        ("[" * DEEP + "]" * DEEP, "nested"),
        ('{"nodes":' * 150 + "1" + "}" * 150, "not an agent file"),
    ],
    ids=["empty", "text", "page", "zip", "list", "object", "nodes", "node", "deep", "deep objects"],
)
def test_an_agent_file_that_is_none(refuse: Refuse, agent: str, words: str):
    error = refuse(400, "POST", "/api/agent-files/execute", {"agent": agent})
    assert words in error["message"]
    assert "exporting an agent" in error["hint"]


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        ({"foo": 1}, "name: Field required"),
        ({"name": "x", "nodes": 5}, "nodes"),
        ({"name": "x", "nodes": [{"id": "n"}]}, "block_id"),
        ({"name": "x", "nodes": [], "links": [{"source_id": "a"}]}, "links.0"),
        ({"name": 5, "nodes": []}, "name"),
        ({"name": "x", "nodes": [node("n", CALCULATOR) | {"input_default": []}]}, "input_default"),
    ],
    ids=["no graph", "nodes", "node", "link", "name", "input_default"],
)
def test_a_graph_of_the_wrong_shape_names_the_place(refuse: Refuse, graph: dict[str, Any], words: str):
    error = refuse(422, "POST", "/api/graphs", {"graph": graph})
    assert words in error["message"]
    assert [list(problem) for problem in error["detail"]] == [["loc", "msg", "type"]]


# --- graphs (H4) --------------------------------------------------------------------------------------------------------

BROKEN = {
    "name": "broken",
    "nodes": [
        node("unknown", "os.system"),
        node("twice", CALCULATOR, operation="Add"),
        node("twice", CALCULATOR),
        node("nameless", INPUT),
        node("reserved", INPUT, name="my_credentials"),
        node("nobody", AGENT, inputs={}, input_schema=NO_PINS, output_schema=NO_PINS),
    ],
    "links": [
        link("nameless.result", "gone.value"),
        link("gone.result", "twice.a"),
        link("nameless.resul", "twice.b"),
        link("nameless.result", "twice.nothing"),
        {"id": "loose", **link("gone.x", "gone too.y")},
    ],
}
PROBLEMS = {
    "unknown": {"block_id"},
    "twice": {"id", "a", "nothing"},
    "nameless": {"name", "result", "resul"},
    "reserved": {"name"},
    "nobody": {"graph_id", "graph_version"},
    "": {"link loose"},
}


def test_h4_every_problem_is_told_at_once_by_node(refuse: Refuse, graph: dict[str, Any]):
    for method, path, body in (
        ("POST", "/api/graphs", {"graph": BROKEN}),
        ("PUT", f"/api/graphs/{graph['id']}", BROKEN),
        ("POST", "/api/agent-files/execute", {"agent": json.dumps(BROKEN)}),
    ):
        error = refuse(400, method, path, body)
        assert error["detail"]["type"] == "validation_error"
        node_errors = error["detail"]["node_errors"]
        assert {node_id: set(fields) for node_id, fields in node_errors.items() if node_id} == {
            k: v for k, v in PROBLEMS.items() if k
        }
        assert len(node_errors[""]) == 1
        assert "os.system" in node_errors["unknown"]["block_id"]


def test_problems_of_a_sub_graph_are_told_as_well(refuse: Refuse):
    whole = {"id": "a", "name": "whole", "nodes": [caller("call", "b")], "links": [], "sub_graphs": [{**BROKEN, "id": "b"}]}
    error = refuse(400, "POST", "/api/graphs", {"graph": whole})
    assert error["detail"]["node_errors"].keys() >= {"unknown", "twice", "nameless"}


# --- runs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "The input 'a' is required"),
        ({"inputs": {"a": None}}, 400, "The input 'a' is required"),
        ({"inputs": []}, 422, "body.inputs"),
        ({"inputs": {"a": 1}, "pinned_outputs": {"x": 5}}, 422, "pinned_outputs"),
        ({"inputs": {"a": 1}, "pinned_outputs": {UNKNOWN: [[["result", 1]]]}}, 400, f"node {UNKNOWN}, pinned_outputs"),
        ({"inputs": {"a": 1}, "nodes_input_masks": []}, 422, "nodes_input_masks"),
        ({"inputs": {"a": 1}, "credentials_inputs": {"x": {"id": 5}}}, 422, "credentials_inputs"),
        ({"inputs": {"a": 1}, "dry_run": True}, 400, "Simulated runs"),
        ({"inputs": {"a": 1, "__class__": 1}}, 400, "no input '__class__'"),
        ({"inputs": {"a": 1, "a.__init__": 1}}, 400, "no input 'a.__init__'"),
        ({"inputs": {f"input {number}": number for number in range(10_000)}}, 413, "10000 inputs"),
    ],
    ids=[
        "missing",
        "null",
        "inputs",
        "pins",
        "pinned node",
        "masks",
        "credentials",
        "dry run",
        "dunder",
        "dots",
        "10,000 inputs",
    ],
)
def test_a_run_with_wrong_inputs(refuse: Refuse, graph: dict[str, Any], body: dict[str, Any], status: int, words: str):
    # Twice, since the second time the graph is known to be fine.
    for _ in range(2):
        assert words in refuse(status, "POST", f"/api/graphs/{graph['id']}/execute", body)["message"]


@pytest.fixture(scope="module")
def odd_graph(real_server: ServerProcess) -> dict[str, Any]:
    """Its only node has a choice that the block does not offer."""
    nodes = [node("sum", CALCULATOR, operation="Guess", a=1, b=2)]
    return real_server.post("/api/graphs", {"graph": {"name": "guess", "nodes": nodes, "links": []}})


def test_a_value_that_no_starting_node_can_take_is_refused_at_the_start(odd_graph: dict[str, Any], refuse: Refuse):
    error = refuse(400, "POST", f"/api/graphs/{odd_graph['id']}/execute", {})
    assert list(error["detail"]["node_errors"]) == [odd_graph["nodes"][0]["id"]]
    assert "Guess" in error["message"]


async def test_a_value_that_a_block_cannot_work_with_fails_its_node(graph: dict[str, Any], real_server: ServerProcess):
    watched = await watch_run(real_server, graph, inputs={"a": 1, "day": "tomorrow"})
    (day,) = [one["id"] for one in graph["nodes"] if one["block_id"] == DATE]
    errors = real_server.get(f"/api/graphs/{graph['id']}/executions/{watched.id}/node-errors")
    assert [node_id for node_id, _ in errors] == [day]
    assert "'tomorrow' is no date" in errors[0][1]
    assert (watched.stored["status"], watched.stored["outputs"]) == ("COMPLETED", {"sum": [2.0]})


@pytest.mark.parametrize("graph_id", [UNKNOWN, "1", "null", "..%2f..", "%00", "x" * 300])
def test_unknown_ids_are_a_404(refuse: Refuse, graph: dict[str, Any], graph_id: str):
    known = graph["id"]
    for method, path in (
        ("GET", f"/api/graphs/{graph_id}"),
        ("DELETE", f"/api/graphs/{graph_id}"),
        ("GET", f"/api/graphs/{graph_id}/versions"),
        ("GET", f"/api/graphs/{graph_id}/versions/1"),
        ("POST", f"/api/graphs/{graph_id}/execute"),
        ("POST", f"/api/graphs/{graph_id}/execute/1"),
        ("GET", f"/api/graphs/{known}/executions/{graph_id}"),
        ("GET", f"/api/graphs/{known}/executions/{graph_id}/node-errors"),
        ("POST", f"/api/graphs/{known}/executions/{graph_id}/stop"),
        ("DELETE", f"/api/executions/{graph_id}"),
        ("POST", f"/api/blocks/{graph_id}/execute"),
    ):
        refuse(404, method, path, {} if method == "POST" and "execute" in path else None)
    refuse(404, "PUT", f"/api/graphs/{graph_id}", {"name": "x", "nodes": []})
    refuse(404, "POST", f"/api/graphs/{known}/execute/99", {})
    refuse(404, "PUT", f"/api/graphs/{known}/versions/active", {"active_graph_version": 99})


# --- every route ----------------------------------------------------------------------------------------------------------


def test_every_route_refuses_in_one_shape(real_server: ServerProcess):
    before = _rows(real_server)
    described = real_server.get("/openapi.json")["paths"]
    assert len(described) > 15
    for path, methods in described.items():
        odd = path.replace("{", "").replace("}", "")  # every id is one that does not exist
        assert _refusal(real_server, "TRACE", odd) == 405, path
        for method, facts in methods.items():
            for wanted, more in _bad_requests(method.upper(), facts):
                assert _refusal(real_server, method.upper(), odd, **more) in wanted, (method, path, more)
    assert _rows(real_server) == before


def _refusal(server: ServerProcess, method: str, path: str, *arguments: Any, **more: Any) -> int:
    """The status of an answer that has the shape of an error."""
    answer = server.request(method, path, *arguments, **more)
    check_error(answer)
    return answer.status


def _bad_requests(method: str, facts: dict[str, Any]) -> Iterator[tuple[set[int], dict[str, Any]]]:
    """What any route refuses: (the statuses that fit, the arguments of the request)."""
    yield {421}, {"Host": "evil.example"}
    yield {403}, {"Origin": "https://evil.example"}
    if facts.get("security"):
        yield {401, 429}, {"Authorization": "Bearer nobody"}  # 429 once it has been tried too often
    body = facts.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        yield {400}, {"data": b"{"}
        yield {400}, {"data": b"[" * DEEP + b"]" * DEEP}
        yield {415}, {"data": b"{}", "Content-Type": "text/plain"}
