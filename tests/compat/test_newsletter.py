"""AutoGPT's "Personal Newsletter": 46 nodes, a loop over the stories, two agents in the agent. What needs the network or a model is
pinned to outputs that were written down (pins/newsletter.json); everything else really runs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.live_run import WatchedRun, read_agent, save_agent, watch_run
from tests.server import ServerProcess, run_cli

AGENT = "agent_00fdd42c-a14c-4d19-a567-65374ea0e87f.json"
PINS = Path(__file__).with_name("pins") / "newsletter.json"
INPUTS = {
    "Your Email Address": "reader@example.org",
    "What time range would you like each newsletter edition to cover?": "one week",
    "Topics of Interest": "Tide pools",
}
STORIES = ["Sea stars at a cove in Oregon", "Octopus that carries a shell", "School class maps crabs"]
PICTURE = {"url": "https://images.example/tide-pool.jpg", "image_description": "A pool between rocks at low tide."}

# Node ids of the file.
ADD_TO_DICTIONARY, ADD_TO_LIST, COUNT_LIST, CONDITION, REMOVE_FROM_LIST, STEP_THROUGH, WRITER, ILLUSTRATOR = (
    "a95ad0cb-9644-4fa5-b2d3-4ae80a9f75c0",
    "fb8d7f23-43eb-486e-8fbd-15de021c06d4",
    "d21a61b1-5a1e-4724-9075-9c0a9a49bab7",
    "0b91fb17-0c3d-48cc-931d-4f115b2cffc4",
    "662b0bb1-106b-45c2-ab92-4ddc2640bef5",
    "7abc71cc-09e1-4113-be01-7b37921d6bed",
    "e4eecf3d-fbd0-4095-b844-38794e6b4e7b",
    "fe3b8cd6-2c09-4d8b-98d3-70e2df92de41",
)
SEND_MAIL, SEARCH = "c05f2dec-50d1-4bea-82bd-faeb08cdf18b", "d6de58a7-daeb-4f03-b65a-197f330caf99"


@pytest.fixture(scope="module")
def pins() -> dict[str, Any]:
    return json.loads(PINS.read_text("utf-8"))


@pytest.fixture(scope="module")
def newsletter(pins: dict[str, Any]) -> str:
    """What the agent answers in the end: the last text that its illustrator was recorded with."""
    return pins[ILLUSTRATOR][0][0][1]


# --- the command line --------------------------------------------------------------------------------------------------


def _inputs() -> list[str]:
    return [part for name, value in INPUTS.items() for part in ("--input", f"{name}={value}")]


def test_from_the_command_line(contract: Path, tmp_path: Path, newsletter: str):
    agent = contract / "agents" / AGENT
    done = run_cli("run", "--yes", agent, *_inputs(), "--allow-missing-blocks", "--pin", PINS, "--json", "--data-dir", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert (result["status"], result["outputs"], result["node_errors"]) == ("COMPLETED", {"Newsletter": [newsletter]}, {})
    assert result["stats"]["node_error_count"] == 0
    with closing(sqlite3.connect(tmp_path / "autogpt_lite.sqlite")) as db:
        found = db.execute(
            "SELECT g.name, count(*), sum(e.status = 'COMPLETED') FROM graph_executions e JOIN graphs g USING (graph_id)"
            " WHERE e.parent_id = (SELECT id FROM graph_executions WHERE uuid = ?) GROUP BY g.name",
            (result["graph_exec_id"],),
        ).fetchall()
    assert found == [("Image Search", 3, 3), ("Text to Email Report", 1, 1)]


@pytest.mark.parametrize("allowed", [[], ["--allow-missing-blocks"]])
def test_without_pins_every_node_of_a_missing_block_is_named(contract: Path, tmp_path: Path, allowed: list[str]):
    done = run_cli("run", contract / "agents" / AGENT, *_inputs(), *allowed, "--json", "--data-dir", tmp_path)
    assert done.returncode == 2
    node_errors = json.loads(done.stdout)["error"]["detail"]["node_errors"]
    named = {node_id for node_id, fields in node_errors.items() if "block_id" in fields}
    assert named == {SEND_MAIL, SEARCH}
    assert all(node_id in done.stderr for node_id in named)


# --- over REST -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graph(contract: Path, real_server: ServerProcess) -> dict[str, Any]:
    return save_agent(real_server, read_agent(contract, AGENT), allow_missing_blocks=True)


@pytest.fixture(scope="module")
def stored_ids(contract: Path, graph: dict[str, Any]) -> dict[str, str]:
    """{node id in the file: node id in the store}. Both have the nodes in one order."""
    file = json.loads(read_agent(contract, AGENT))
    stored = {one["name"]: one for one in (graph, *graph["sub_graphs"])}
    pairs = [
        (node, there) for one in (file, *file["sub_graphs"]) for node, there in zip(one["nodes"], stored[one["name"]]["nodes"])
    ]
    assert all(node["block_id"] == there["block_id"] for node, there in pairs)
    return {node["id"]: there["id"] for node, there in pairs}


@pytest.fixture
async def watched(
    graph: dict[str, Any], stored_ids: dict[str, str], pins: dict[str, Any], real_server: ServerProcess
) -> WatchedRun:
    pinned = {stored_ids[node_id]: lists for node_id, lists in pins.items()}
    return await watch_run(real_server, graph, inputs=INPUTS, pinned_outputs=pinned)


def _outputs(watched: WatchedRun, node_id: str, pin: str) -> list[Any]:
    """What the node yielded on the pin, over all its executions in order."""
    ran = [node for node in watched.stored["node_executions"] if node["node_id"] == node_id]
    return [value for node in ran for value in node["output_data"].get(pin, ())]


async def test_the_loop_runs_once_a_story(watched: WatchedRun, stored_ids: dict[str, str], newsletter: str):
    def yielded(node_id: str, pin: str) -> list[Any]:
        return _outputs(watched, stored_ids[node_id], pin)

    assert (watched.stored["status"], watched.stored["outputs"]) == ("COMPLETED", {"Newsletter": [newsletter]})
    assert yielded(STEP_THROUGH, "item") == [{"story": story} for story in STORIES]
    entries = [{story: {"images": {"image": PICTURE}}} for story in STORIES]
    assert yielded(ADD_TO_DICTIONARY, "updated_dictionary") == entries
    assert yielded(ADD_TO_LIST, "updated_list") == [["TEMP", *entries[:length]] for length in (1, 2, 3)]
    assert yielded(COUNT_LIST, "count") == [2, 3, 4]
    assert yielded(CONDITION, "result") == [False, False, True]
    assert yielded(REMOVE_FROM_LIST, "updated_list") == [entries]


async def test_what_flows_reaches_the_nodes_that_are_pinned(watched: WatchedRun, stored_ids: dict[str, str]):
    given = {
        node["node_id"]: node["input_data"]["prompt_values"]
        for node in watched.stored["node_executions"]
        if "prompt" in node["input_data"]
    }
    writer, illustrator = given[stored_ids[WRITER]], given[stored_ids[ILLUSTRATOR]]
    assert (writer["topic"], writer["recency"], writer["style"].strip()) == (
        "Tide pools",
        "one week",
        "Engaging, witty, and informative",
    )
    assert "412 sea stars" in writer["research"]
    assert illustrator["newsletter"].startswith("# Stars at last\nOn Monday, 412 sea stars were counted at one cove & nobody")
    assert all(story in illustrator["image_urls"] for story in STORIES)


async def test_the_agents_in_the_agent_run_as_children(
    watched: WatchedRun, graph: dict[str, Any], newsletter: str, real_server: ServerProcess
):
    names = {one["id"]: one["name"] for one in graph["sub_graphs"]}
    ids = dict.fromkeys(
        (f["data"]["graph_id"], f["data"]["id"])
        for f in watched.frames
        if f["data"].get("graph_id") in names and "id" in f["data"]
    )
    children = [real_server.get(f"/api/graphs/{graph_id}/executions/{run_id}") for graph_id, run_id in ids]
    assert sorted(names[child["graph_id"]] for child in children) == ["Image Search"] * 3 + ["Text to Email Report"]
    for child in children:
        assert (child["status"], child["parent_id"], child["root_id"]) == ("COMPLETED", watched.id, watched.id)
        assert watched.statuses(child["id"])[-1] == "COMPLETED"
    searches = [child for child in children if names[child["graph_id"]] == "Image Search"]
    assert sorted(child["inputs"]["Search Query"] for child in searches) == sorted(STORIES)
    assert all(child["outputs"] == {"URLs": [{"images": {"image": PICTURE}}]} for child in searches)
    (mail,) = [child for child in children if names[child["graph_id"]] == "Text to Email Report"]
    assert mail["inputs"]["Report Text"] == newsletter
    assert (mail["inputs"]["Recipient Email"], mail["inputs"]["Email Subject"]) == ("reader@example.org", "Low Tide, High Drama")
    assert mail["outputs"]["Email Status"] == ["sent"]
    # Only roots are listed as runs of a graph.
    listed = [run["id"] for graph_id in names for run in real_server.get(f"/api/graphs/{graph_id}/executions")]
    assert listed == []


def test_a_missing_block_without_a_pin_is_refused_with_its_node(
    graph: dict[str, Any], stored_ids: dict[str, str], pins: dict[str, Any], real_server: ServerProcess
):
    assert len(graph["missing_blocks"]) == 2
    pinned = {stored_ids[node_id]: lists for node_id, lists in pins.items() if node_id != SEND_MAIL}
    answer = real_server.request("POST", f"/api/graphs/{graph['id']}/execute", {"inputs": INPUTS, "pinned_outputs": pinned})
    assert answer.status == 400
    error = answer.json()
    assert error["detail"]["type"] == "validation_error"
    assert list(error["detail"]["node_errors"]) == [stored_ids[SEND_MAIL]]
    assert "6c27abc2-e51d-499e-a85f-5a0041ba94f0" in error["detail"]["node_errors"][stored_ids[SEND_MAIL]]["block_id"]
    assert stored_ids[SEND_MAIL] in error["message"]


def test_saving_it_without_leave_for_missing_blocks_names_their_nodes(contract: Path, real_server: ServerProcess):
    body = {"graph": json.loads(read_agent(contract, AGENT)), "source": "upload"}
    answer = real_server.request("POST", "/api/graphs", body)
    assert answer.status == 400
    assert answer.json()["detail"]["node_errors"].keys() == {SEND_MAIL, SEARCH}
