"""/ws: AutoGPT's methods, channels and replies, and ours: resuming, compact frames, limits."""

from __future__ import annotations

import asyncio
import json
import logging

import aiohttp
import pytest

from autogpt_lite.events import NodeProgress
from autogpt_lite.web import frames
from tests.http.events import USER_ID, Node, graph_event, make_run, node_event, yield_event
from tests.server import LiveServer, run_server

CHANNEL = f"{USER_ID}|graph_exec#run"
GRAPH_CHANNEL = f"{USER_ID}|graph#graph|executions"


class Client:
    """One WebSocket client."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse):
        self.socket = socket

    async def ask(self, method: str, data=None) -> dict:
        await self.socket.send_json({"method": method, "data": data})
        return await self.next()

    async def next(self) -> dict:
        return await self.socket.receive_json(timeout=5)

    async def close_code(self) -> int | None:
        while (await self.socket.receive(timeout=5)).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            pass
        return self.socket.close_code

    async def nothing_came(self) -> bool:
        """True if nothing was sent up to now: the answer to a heartbeat is the next message."""
        return (await self.ask("heartbeat", "ping"))["method"] == "heartbeat"


@pytest.fixture
async def client(server: LiveServer):
    server.runs.update({"run": USER_ID, "other": USER_ID, "foreign": "somebody else"})
    socket = await server.open_socket()
    yield Client(socket)
    await socket.close()


async def test_heartbeat(client: Client):
    assert await client.ask("heartbeat", "ping") == {"method": "heartbeat", "data": "pong", "success": True}


async def test_subscribing_names_the_channel_and_the_place_in_the_stream(server: LiveServer, client: Client):
    run = await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    expected = {"data": None, "success": True, "error": None, "epoch": server.bus.epoch, "sequence": 0}
    assert run == {"method": "subscribe_graph_execution", "channel": CHANNEL, **expected}
    graph = await client.ask("subscribe_graph_executions", {"graph_id": "graph"})
    assert graph == {"method": "subscribe_graph_executions", "channel": GRAPH_CHANNEL, **expected}


async def test_unsubscribing(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    answer = await client.ask("unsubscribe", {"graph_exec_id": "run"})
    assert answer == {"method": "unsubscribe", "data": None, "success": True, "channel": CHANNEL, "error": None}
    assert (await client.ask("unsubscribe", {"graph_exec_id": "run"}))["channel"] is None
    server.bus.publish([graph_event(make_run(), "RUNNING")])
    assert await client.nothing_came()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"data":{}}',
        '{"method":"shutdown"}',
        '{"method":5}',
        '{"method":"subscribe_graph_execution"}',
        '{"method":"subscribe_graph_execution","data":{}}',
        '{"method":"subscribe_graph_execution","data":"run"}',
        '{"method":"subscribe_graph_execution","data":{"graph_exec_id":7}}',
        '{"method":"subscribe_graph_executions","data":{}}',
        '{"method":"unsubscribe","data":{}}',
        '{"method":"subscribe_graph_execution","data":{"graph_exec_id":"unknown"}}',
        '{"method":"subscribe_graph_execution","data":{"graph_exec_id":"foreign"}}',
        '{"method":"subscribe_graph_execution","data":{"graph_exec_id":"run","after":"x"}}',
        "[" * 50_000,
    ],
)
async def test_whatever_is_wrong_becomes_an_error_frame(client: Client, text: str):
    await client.socket.send_str(text)
    answer = await client.next()
    assert answer == {"method": "error", "data": None, "success": False, "channel": None, "error": answer["error"]}
    assert answer["error"]
    assert await client.nothing_came()


async def test_a_binary_message_is_an_error_frame(client: Client):
    await client.socket.send_bytes(b"{}")
    assert (await client.next())["method"] == "error"


async def test_b2_another_users_run_sends_nothing(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "foreign"})
    await client.ask("subscribe_graph_executions", {"graph_id": "graph"})
    from autogpt_lite.events import RunRef

    foreign = RunRef(user_id="somebody else", graph_id="graph", graph_version=1, graph_exec_id="foreign", root_id="foreign")
    server.bus.publish([graph_event(foreign, "RUNNING"), node_event(foreign, Node("n"))])
    assert await client.nothing_came()


async def test_a_run_as_autogpts_clients_see_it(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    run = make_run(inputs=b'{"topic":"x"}', preset_id="preset")
    stats = {"cost": 3, "node_exec_count": 1}
    server.bus.publish([graph_event(run, "COMPLETED", [("out", b"1"), ("out", b'"two"'), ("b", b"null")], stats=stats)])
    message = await client.next()
    data = message.pop("data")
    assert message == {
        "method": "graph_execution_event",
        "channel": CHANNEL,
        "success": None,
        "error": None,
        "epoch": server.bus.epoch,
        "sequence": 1,
    }
    assert data == {
        "event_type": "graph_execution_update",
        "id": "run",
        "root_id": "run",
        "parent_id": None,
        "user_id": USER_ID,
        "graph_id": "graph",
        "graph_version": 2,
        "inputs": {"topic": "x"},
        "credential_inputs": None,
        "nodes_input_masks": None,
        "preset_id": "preset",
        "status": "COMPLETED",
        "started_at": "2025-11-21T01:53:20.000000Z",
        "ended_at": None,
        "is_shared": False,
        "share_token": None,
        "is_dry_run": False,
        "stats": stats,
        "outputs": {"out": [1, "two"], "b": [None]},
    }


async def test_a_node_as_autogpts_clients_see_it(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    node = Node(
        "exec", node_id='odd "id"', outputs=[("result", b'{"x":[1]}'), ("error", b'"no"')], ended_at=1_763_690_001_500_000
    )
    server.bus.publish([node_event(make_run(), node, "FAILED")])
    message = await client.next()
    assert message["method"] == "node_execution_event"
    assert message["data"] == {
        "event_type": "node_execution_update",
        "user_id": USER_ID,
        "graph_id": "graph",
        "graph_version": 2,
        "graph_exec_id": "run",
        "root_id": "run",
        "parent_id": None,
        "node_exec_id": "exec",
        "node_id": 'odd "id"',
        "block_id": "block",
        "status": "FAILED",
        "input_data": {"a": 1},
        "output_data": {"result": [{"x": [1]}], "error": ["no"]},
        "add_time": "2025-11-21T01:53:20.000000Z",
        "queue_time": "2025-11-21T01:53:20.000000Z",
        "start_time": None,
        "end_time": "2025-11-21T01:53:21.500000Z",
    }


async def test_both_channels_get_both_kinds(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    await client.ask("subscribe_graph_executions", {"graph_id": "graph"})
    server.bus.publish([graph_event(make_run(), "RUNNING"), node_event(make_run(), Node("n"))])
    got = [await client.next() for _ in range(4)]
    assert sorted((m["channel"], m["method"]) for m in got) == sorted(
        (channel, f"{kind}_execution_event") for channel in (CHANNEL, GRAPH_CHANNEL) for kind in ("graph", "node")
    )


async def test_a_flush_shows_each_status_of_a_node_once_with_all_outputs_so_far(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    run, a, b = make_run(), Node("a", outputs=[]), Node("b", outputs=[])
    batch = [node_event(run, a), node_event(run, b)]
    batch += [yield_event(run, a, "x", i) for i in range(50)]
    batch += [node_event(run, b, "COMPLETED"), node_event(run, a, "COMPLETED")]
    server.bus.publish(batch)
    got = [await client.next() for _ in range(4)]
    assert [(m["data"]["node_exec_id"], m["data"]["status"], m["sequence"]) for m in got] == [
        ("b", "RUNNING", 2),
        ("a", "RUNNING", 52),
        ("b", "COMPLETED", 53),
        ("a", "COMPLETED", 54),
    ]
    assert got[1]["data"]["output_data"] == {"x": list(range(50))}
    assert await client.nothing_came()


async def test_coming_back_brings_what_was_missed(server: LiveServer, client: Client):
    first = await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    run, node = make_run(), Node("a", outputs=[])
    server.bus.publish([node_event(run, node)])
    seen = await client.next()
    await client.socket.close()

    server.bus.publish([yield_event(run, node, "x", 1), graph_event(make_run("other"), "RUNNING")])
    server.bus.publish([node_event(run, node, "COMPLETED")])
    back = Client(await server.open_socket())
    answer = await back.ask(
        "subscribe_graph_execution", {"graph_exec_id": "run", "epoch": seen["epoch"], "after": seen["sequence"]}
    )
    assert (answer["method"], answer["sequence"]) == ("subscribe_graph_execution", 4)
    missed = [await back.next(), await back.next()]
    assert [(m["sequence"], m["data"]["status"], m["data"]["output_data"]) for m in missed] == [
        (2, "RUNNING", {"x": [1]}),
        (4, "COMPLETED", {"x": [1]}),
    ]
    server.bus.publish([graph_event(run, "COMPLETED")])
    assert (await back.next())["sequence"] == 5
    assert first["epoch"] == seen["epoch"]


@pytest.mark.parametrize(("epoch", "after"), [("of another process", 0), (None, 0), ("own", 99)])
async def test_coming_back_too_late_is_a_resync(server: LiveServer, client: Client, epoch, after):
    server.bus.publish([graph_event(make_run(), "RUNNING")])
    epoch = server.bus.epoch if epoch == "own" else epoch
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run", "epoch": epoch, "after": after})
    answer = await client.next()
    assert (answer["method"], answer["channel"], answer["epoch"], answer["sequence"]) == ("resync", CHANNEL, server.bus.epoch, 1)
    assert await client.nothing_came()


async def test_progress_is_for_those_who_take_compact_frames_and_is_not_kept(server: LiveServer, client: Client):
    run, before = make_run(), server.bus.seq
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    server.bus.show_progress(NodeProgress(run, "a", "node", "three"))
    assert await client.nothing_came()
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run", "batch": True})
    server.bus.show_progress(NodeProgress(run, "a", "node", "three themes"))
    got = await client.next()
    assert (got["method"], got["channel"]) == ("node_execution_progress", CHANNEL)
    assert got["data"] == {"graph_exec_id": "run", "node_exec_id": "a", "node_id": "node", "text": "three themes"}
    assert server.bus.seq == before
    assert server.bus.replay(server.bus.epoch, before) == []


async def test_compact_frames_hold_ten_events_and_only_what_is_new(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run", "batch": True})
    run, node = make_run(), Node("a", outputs=[])
    server.bus.publish([node_event(run, node), *[yield_event(run, node, "x", i) for i in range(22)]])
    got = [await client.next() for _ in range(3)]
    assert [len(m["data"]) for m in got] == [10, 10, 3]
    assert {(m["method"], m["channel"], m["epoch"]) for m in got} == {("events", CHANNEL, server.bus.epoch)}
    events = [event for m in got for event in m["data"]]
    assert [e["sequence"] for e in events] == list(range(1, 24))
    assert events[0]["input_data"] == {"a": 1}
    assert [(e["outputs_from"], e["outputs"]) for e in events[1:]] == [(i, [["x", i]]) for i in range(22)]

    node.ended_at = 1_763_690_001_000_000
    server.bus.publish([node_event(run, node, "COMPLETED"), graph_event(run, "COMPLETED", [("out", b"5")], stats={"cost": 1})])
    node_end, run_end = (await client.next())["data"]
    assert node_end["status"] == "COMPLETED"
    assert "outputs" not in node_end
    assert "error_code" not in node_end
    assert (run_end["outputs_from"], run_end["outputs"], run_end["stats"]) == (0, [["out", 5]], {"cost": 1})

    refused = Node("b", outputs=[], ended_at=1_763_690_001_000_000, error_code="key_refused")
    server.bus.publish([node_event(run, refused, "FAILED")])
    [failed] = (await client.next())["data"]
    assert failed["error_code"] == "key_refused"


async def test_compact_frames_hold_only_the_beginning_of_long_values(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run", "batch": True})
    long = "é" * 50_000
    run, node = make_run(), Node("a", outputs=[], input_json=json.dumps({"a b": long, "c": 1}).encode())
    outputs = [("out", b"1"), ("out", json.dumps([long]).encode())]
    server.bus.publish([node_event(run, node), yield_event(run, node, "x", 1), yield_event(run, node, "x", long)])
    server.bus.publish([graph_event(run, "COMPLETED", outputs)])
    begun, first, second = (await client.next())["data"]
    [end] = (await client.next())["data"]
    path = "/api/graphs/graph/executions/run/value"
    assert long.startswith(begun["input_data"]["a b"])
    assert begun["input_data"]["c"] == 1
    [cut] = begun["input_cuts"]
    assert (cut["pin"], cut["kind"], cut["address"]) == ("a b", "text", f"{path}?node_exec_id=a&input=a%20b")
    assert "output_cuts" not in first
    [cut] = second["output_cuts"]
    assert (cut["index"], cut["size_bytes"], cut["address"]) == (1, 300_002, f"{path}?node_exec_id=a&output=1")
    assert long.startswith(second["outputs"][0][1])
    [cut] = end["output_cuts"]
    assert (cut["index"], cut["kind"], cut["address"]) == (1, "list", f"{path}?output=1")
    assert end["outputs"][1][1].startswith('["')


async def test_compact_frames_can_be_resumed(server: LiveServer, client: Client):
    run, node = make_run(), Node("a", outputs=[])
    server.bus.publish([yield_event(run, node, "x", 0), yield_event(run, node, "x", 1), yield_event(run, node, "x", 2)])
    data = {"graph_exec_id": "run", "batch": True, "epoch": server.bus.epoch, "after": 1}
    await client.ask("subscribe_graph_execution", data)
    (second, third) = (await client.next())["data"]
    # The first one after a gap brings everything so far: nobody knows what the client has.
    assert (second["outputs_from"], second["outputs"]) == (0, [["x", 0], ["x", 1]])
    assert (third["outputs_from"], third["outputs"]) == (2, [["x", 2]])


async def test_kinds_of_frames_can_be_changed_and_do_not_disturb_each_other(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run", "batch": True})
    other = Client(await server.open_socket())
    await other.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    server.bus.publish([graph_event(make_run(), "RUNNING")])
    assert [(await client.next())["method"], (await other.next())["method"]] == ["events", "graph_execution_event"]
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    server.bus.publish([graph_event(make_run(), "COMPLETED")])
    assert [(await client.next())["method"], (await other.next())["method"]] == ["graph_execution_event"] * 2
    assert await client.nothing_came()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
async def test_messages_of_every_length_arrive(server: LiveServer, client: Client, size: int):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    node = Node("a", outputs=[("x", json.dumps("y" * size).encode())])
    server.bus.publish([node_event(make_run(), node)])
    assert (await client.next())["data"]["output_data"] == {"x": ["y" * size]}


def test_frames_at_the_edges_of_their_lengths():
    for size, header in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)]:
        frame = frames.text_frame(b"x" * size)
        assert (frame[0], len(frame)) == (0x81, header + size)


async def test_too_many_outputs_for_a_message_show_the_newest(server: LiveServer, client: Client, monkeypatch):
    monkeypatch.setattr(frames, "MAX_OUTPUTS_BYTES", 10)
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    node = Node("a", outputs=[("x", b"%d" % i) for i in range(100)])
    server.bus.publish([node_event(make_run(), node)])
    assert (await client.next())["data"]["output_data"] == {"x": [95, 96, 97, 98, 99]}


# --- limits and ends ------------------------------------------------------------------------------------


async def test_subscriptions_are_limited(tmp_path):
    async with run_server(tmp_path, settings={"websocket.max_subscriptions": 2}) as server:
        client = Client(await server.open_socket())
        for graph in ("a", "b", "a"):
            assert (await client.ask("subscribe_graph_executions", {"graph_id": graph}))["success"]
        assert not (await client.ask("subscribe_graph_executions", {"graph_id": "c"}))["success"]


async def test_messages_are_limited(tmp_path):
    async with run_server(tmp_path, settings={"websocket.max_message_bytes": 100}) as server:
        client = Client(await server.open_socket())
        await client.socket.send_str("x" * 101)
        assert await client.close_code() == 1009


async def test_connections_are_limited(tmp_path):
    async with run_server(tmp_path, settings={"websocket.max_connections": 2}) as server:
        sockets = [await server.open_socket(), await server.open_socket()]
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await server.open_socket()
        assert caught.value.status == 429
        for socket in sockets:
            await socket.close()
        assert (await server.get("/ws")).status == 400


async def test_j6_a_client_that_does_not_read_is_cut_off_and_others_get_everything(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    async with run_server(tmp_path, settings={"websocket.max_backlog_bytes": 1_000_000}) as server:
        server.runs["run"] = USER_ID
        ticket = (await server.post("/api/ws-ticket")).json()["ticket"]
        reader, writer = await asyncio.open_connection("127.0.0.1", server.web.port, limit=1000)
        head = f"GET /ws?token={ticket} HTTP/1.1\r\nHost: {server.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write((head + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
        await reader.readuntil(b"\r\n\r\n")
        text = b'{"method":"subscribe_graph_execution","data":{"graph_exec_id":"run"}}'
        writer.write(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
        await reader.readuntil(b"}")
        reading = Client(await server.open_socket())
        await reading.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
        assert len(server.web.hub.listeners) == 2

        big = json.dumps("y" * 500_000).encode()
        sent = 0
        while len(server.web.hub.listeners) == 2:
            server.bus.publish([node_event(make_run(), Node("a", outputs=[("x", big)]))])
            sent += 1
            assert (await reading.next())["sequence"] == sent
            assert sent < 100
        server.bus.publish([graph_event(make_run(), "COMPLETED")])
        assert (await reading.next())["data"]["status"] == "COMPLETED"
        writer.close()
    assert not caplog.records


async def test_b9_log_out_closes_what_the_session_opened(server: LiveServer):
    page, other_page = await server.log_in(), await server.log_in()
    sockets = []
    for headers in (page, other_page):
        ticket = (await server.post("/api/ws-ticket", headers=headers, anonymous=True)).json()["ticket"]
        sockets.append(Client(await server.open_socket(ticket)))
        await sockets[-1].ask("heartbeat", "ping")
    assert (await server.post("/api/auth/logout", headers=page, anonymous=True)).status == 204
    assert await sockets[0].close_code() == 4003
    assert await sockets[1].nothing_came()


async def test_the_end_of_the_server_closes_with_going_away(tmp_path):
    async with run_server(tmp_path) as server:
        client = Client(await server.open_socket())
        await client.ask("heartbeat", "ping")
        closing = asyncio.create_task(client.close_code())
        await server.web.close()
        assert await closing == 1001


async def test_a_client_that_goes_leaves_nothing_behind(server: LiveServer, client: Client):
    await client.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    gone = Client(await server.open_socket())
    await gone.ask("subscribe_graph_execution", {"graph_exec_id": "run"})
    await gone.ask("subscribe_graph_executions", {"graph_id": "graph"})
    await gone.socket.close()
    assert await client.nothing_came()
    assert len(server.web.hub.listeners) == 1
    assert list(server.web.hub._channels) == [CHANNEL]
