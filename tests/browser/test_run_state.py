"""How the page puts a run together from a loaded row and from events that may be old, doubled or missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

RUN = {"id": "r", "graph_id": "g", "graph_version": 1, "status": "RUNNING", "started_at": None, "ended_at": None, "stats": None}

SCRIPT = """
async ([run, batches]) => {
  const { RunState } = await import("/js/run_state.js");
  const state = new RunState(new Map([["out", "Answer"]]), () => {});
  state.load(run);
  const whole = batches.map((batch) => state.applyEvents(batch));
  const nodes = [...state.byId.values()].map((n) => [n.node_exec_id, n.status, n.output_data]);
  const seen = { whole, nodes, outputs: state.run.outputs, counts: state.groups.get("n")?.counts ?? {} };
  return JSON.stringify(seen); // the bridge to Python would lose __proto__
}
"""


@pytest.fixture
def apply(open_page: Any) -> Any:
    page = open_page()
    return lambda batches, **run: json.loads(page.evaluate(SCRIPT, [{**RUN, **run}, batches]))


def row(status: str, outputs: dict[str, list[Any]], node_id: str = "n") -> dict[str, Any]:
    return {
        "node_exec_id": "1",
        "node_id": node_id,
        "block_id": "b",
        "status": status,
        "input_data": {},
        "output_data": outputs,
        "add_time": "2026-01-01T00:00:00Z",
        "start_time": None,
        "end_time": None,
    }


def event(status: str, outputs: list[Any] | None = None, outputs_from: int = 0, **more: Any) -> dict[str, Any]:
    fields = {"event_type": "node_execution_update", "node_exec_id": "1", "node_id": "n", "status": status, **more}
    return fields if outputs is None else {**fields, "outputs": outputs, "outputs_from": outputs_from}


def test_events_older_than_what_was_loaded_change_nothing(apply: Any) -> None:
    old = [event("QUEUED"), event("RUNNING"), event("RUNNING", [["x", 1], ["x", 2]])]
    state = apply([old], node_executions=[row("COMPLETED", {"x": [1, 2]})])
    assert state["nodes"] == [["1", "COMPLETED", {"x": [1, 2]}]]
    assert state["whole"] == [True]


def test_outputs_that_overlap_are_added_once(apply: Any) -> None:
    state = apply([[event("RUNNING", [["x", 1]])], [event("RUNNING", [["x", 1], ["y", 2]])], [event("COMPLETED", [["x", 3]], 2)]])
    assert state["nodes"] == [["1", "COMPLETED", {"x": [1, 3], "y": [2]}]]
    assert state["counts"] == {"RUNNING": 0, "COMPLETED": 1}


def test_missing_outputs_ask_for_the_run_to_be_loaded_anew(apply: Any) -> None:
    assert apply([[event("RUNNING", [["x", 5]], 4)]])["whole"] == [False]


def test_what_an_output_node_is_given_is_an_output_once(apply: Any) -> None:
    waiting = event("INCOMPLETE", node_id="out", input_data={"value": "early"})
    given = event("QUEUED", node_id="out", input_data={"value": "hello"})
    ended = event("COMPLETED", node_id="out")
    assert apply([[waiting]])["outputs"] == {}
    assert apply([[waiting, given, given, ended]])["outputs"] == {"Answer": ["hello"]}
    loaded = {**row("RUNNING", {}, "out"), "input_data": {"value": "hello"}}
    assert apply([[given, ended]], node_executions=[loaded], outputs={"Answer": ["hello"]})["outputs"] == {"Answer": ["hello"]}


def test_pins_may_be_called_like_parts_of_javascript(apply: Any) -> None:
    state = apply([[event("RUNNING", [["__proto__", 1], ["constructor", 2]])]])
    assert state["nodes"][0][2] == {"__proto__": [1], "constructor": [2]}
