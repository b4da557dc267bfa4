"""What pages get of a run stays small, whatever the run has yielded, and nothing of it is lost: every value can be had whole."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from autogpt_lite.executions.preview import MAX_ANSWER_BYTES
from autogpt_lite.previews import HEAD_BYTES, WHOLE_BYTES, head_of, whole_characters
from tests.browser.agents import COUNTDOWN, INPUT, OUTPUT, agent, link, node
from tests.server import LiveServer, run_app

LONG = '漢"\\\n😀' * 20_000
ROWS = [{"n": i, "word": "w" * 90} for i in range(1_000)]
PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG" + bytes(100_000)).decode()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path) as live:
        yield live


async def ok(server: LiveServer, method: str, path: str, body: Any = None) -> Any:
    answer = await server.request(method, path, **({"json": body} if body is not None else {}))
    assert answer.status == 200, answer.body
    return answer.json()


async def run(server: LiveServer, graph: dict[str, Any], inputs: dict[str, Any] | None = None) -> str:
    """The path of a run that has ended."""
    graph_id = (await ok(server, "POST", "/api/graphs", {"graph": graph}))["id"]
    run_id = (await ok(server, "POST", f"/api/graphs/{graph_id}/execute/1", {"inputs": inputs or {}}))["id"]
    if (running := server.app.engine.core.runs.get(run_id)) is not None:
        await server.app.engine.wait_ended(running)
    return f"/api/graphs/{graph_id}/executions/{run_id}"


def passing_on(**values: Any) -> dict[str, Any]:
    nodes, links = [], []
    for name, value in values.items():
        given, result = node(INPUT, name=f"in {name}", value=value), node(OUTPUT, name=name)
        nodes += [given, result]
        links.append(link(given, "result", result, "value"))
    return agent("Passes on", nodes, links)


async def test_long_values_are_cut_and_each_can_be_had_whole(server: LiveServer) -> None:
    path = await run(server, passing_on(short="as it is", long=LONG, rows=ROWS), {"in long": LONG})
    whole = await ok(server, "GET", path)
    assert whole["outputs"] == {"short": ["as it is"], "long": [LONG], "rows": [ROWS]}
    shown = await ok(server, "GET", path + "/preview")
    assert shown["outputs"]["short"] == ["as it is"]
    cuts = {cut["pin"]: cut for cut in shown["output_cuts"]}
    assert {pin: (cut["kind"], cut["index"]) for pin, cut in cuts.items()} == {"long": ("text", 0), "rows": ("list", 0)}
    [head] = shown["outputs"]["long"]
    assert LONG.startswith(head)
    assert 5_000 < len(head.encode()) <= HEAD_BYTES
    assert json.dumps(ROWS, separators=(",", ":")).startswith(shown["outputs"]["rows"][0])
    [input_cut] = shown["input_cuts"]
    addresses = {cut["address"]: cut["kind"] for cut in [*cuts.values(), input_cut]}
    for one in shown["node_executions"]:
        addresses |= {cut["address"]: cut["kind"] for cut in [*one.get("input_cuts", []), *one.get("output_cuts", [])]}
    assert len(addresses) == 3 + 8  # each of the two goes into and comes out of two nodes
    for address, kind in addresses.items():
        answer = await server.get(address)
        assert answer.status == 200
        assert (answer.body.decode() if kind == "text" else json.loads(answer.body)) == (LONG if kind == "text" else ROWS)


async def test_f4_value_is_a_file_to_keep_and_never_a_page(server: LiveServer) -> None:
    page = "<script>alert(1)</script>"
    path = await run(server, passing_on(page=page, picture=PICTURE))
    answer = await server.get(f"{path}/value?output=0&name={quote('päge/../x')}")
    assert answer.body.decode() in (page, base64.b64decode(PICTURE.partition(",")[2]).decode("latin-1"))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="p_ge_.._x.')
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    found = [await server.get(f"{path}/value?output={i}") for i in (0, 1)]
    kinds = {one.headers["Content-Type"]: one.body for one in found}
    assert kinds["text/plain; charset=utf-8"].decode() == page
    assert kinds["application/octet-stream"] == base64.b64decode(PICTURE.partition(",")[2])


async def test_answer_stays_small_and_the_outputs_of_a_node_can_be_had_together(server: LiveServer) -> None:
    text = "y" * 3_000
    path = await run(server, agent("Many", [node(COUNTDOWN, input_message=text, seconds=0, repeat=5_000)], []))
    answer = await server.get(path + "/preview")
    assert len(answer.body) < MAX_ANSWER_BYTES * 2
    [shown] = answer.json()["node_executions"]
    assert (shown["n_outputs"], len(shown["output_data"]["output_message"])) == (5_000, 1_000)
    every = await server.get(f"{path}/value?node_exec_id={shown['node_exec_id']}")
    assert json.loads(every.body) == [["output_message", text]] * 5_000
    last = await server.get(f"{path}/value?node_exec_id={shown['node_exec_id']}&output=4999")
    assert last.body.decode() == text


async def test_node_executions_come_in_pages_newest_first(server: LiveServer) -> None:
    timer, values = node(COUNTDOWN, seconds=0, repeat=1_500), node(OUTPUT, name="Values")
    path = await run(server, agent("Ticks", [timer, values], [link(timer, "output_message", values, "value")]))
    shown = await ok(server, "GET", path + "/preview")
    assert (shown["n_outputs"], len(shown["outputs"]["Values"])) == (1_500, 1_000)
    first = shown["node_executions"]
    seqs = [int(one["node_exec_id"][-6:], 16) for one in first]
    assert seqs == list(range(502, 1_502))
    older = await ok(server, "GET", f"{path}/preview/nodes?before_seq={seqs[0]}")
    assert [int(one["node_exec_id"][-6:], 16) for one in older] == list(range(1, 502))


async def test_what_is_not_there_is_said(server: LiveServer) -> None:
    path = await run(server, passing_on(a="b"))
    other = await run(server, passing_on(a="c"))
    foreign = (await ok(server, "GET", other + "/preview"))["node_executions"][0]["node_exec_id"]
    for query, status in [
        ("", 400),
        ("?input=none", 404),
        ("?output=7", 404),
        ("?output=-1", 422),
        ("?input=a&output=0", 400),
        (f"?node_exec_id={foreign}&output=0", 404),
        ("?node_exec_id=x&output=0", 404),
    ]:
        assert (await server.get(path + "/value" + query)).status == status, query


@pytest.mark.parametrize("escaped", [False, True])
def test_beginning_of_a_text_ends_between_characters(escaped: bool) -> None:
    text = 'a"\\\n\x01é漢😀😀\\ud83d' * 3
    raw = json.dumps(text, ensure_ascii=escaped).encode()
    for size_bytes in range(len(raw) - 2):
        head = json.loads(head_of(raw, size_bytes))
        assert text.startswith(head)
        assert len(json.dumps(head, ensure_ascii=escaped).encode()) - 2 > size_bytes - 12
    assert whole_characters(raw[1:-1]) == raw[1:-1]
    assert WHOLE_BYTES > HEAD_BYTES
