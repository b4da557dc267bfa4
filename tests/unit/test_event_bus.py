"""The ring of the event bus: the newest events for clients that come back, within a bound of memory."""

from __future__ import annotations

from autogpt_lite.events import EventBus
from autogpt_lite.events import bus as bus_module
from tests.http.events import Node, graph_event, make_run, node_event, yield_event

VALUE = "x" * 100_000


def test_as_many_events_as_allowed_are_kept():
    bus = EventBus(ring_events=3)
    bus.publish([graph_event(make_run(), "RUNNING") for _ in range(5)])
    assert [event.seq for event in bus.replay(bus.epoch, 2)] == [3, 4, 5]
    assert bus.replay(bus.epoch, 1) is None


def test_large_outputs_inputs_and_results_are_kept_up_to_a_size():
    run, ended = make_run(), {"ended_at": 1}
    large_run = make_run("large", inputs=b'"' + VALUE.encode() + b'"')
    made = {
        "outputs of nodes": lambda: yield_event(run, Node("exec"), "out", VALUE),
        "inputs of nodes": lambda: node_event(run, Node("exec", input_json=VALUE.encode())),
        "inputs of runs": lambda: graph_event(large_run, "RUNNING"),
        "outputs of runs": lambda: graph_event(run, "COMPLETED", [("out", VALUE.encode())], **ended),
    }
    for what, make in made.items():
        bus = EventBus()
        for _ in range(200):
            bus.publish([make()])
        kept = 200 - next(seq for seq in range(200) if bus.replay(bus.epoch, seq) is not None)
        assert 0 < kept <= bus_module.RING_BYTES // len(VALUE), what


def test_a_node_that_grows_behind_its_event_does_not_wear_the_bound_out():
    bus, run = EventBus(), make_run()
    for _ in range(7_000):
        node = Node("exec")
        bus.publish([node_event(run, node, "INCOMPLETE")])
        node.input_json = b"x" * 10_000
    for _ in range(1_000):
        bus.publish([node_event(run, Node("exec", input_json=b"x" * 100_000))])
    assert bus.replay(bus.epoch, bus.seq - 100) is None
    assert bus.replay(bus.epoch, bus.seq - 50) is not None
