"""`autogpt-lite run`: what its exit code says, and where the agent runs."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.paths import packaged_file
from tests.server import ServerProcess, run_cli, start_cli
from tests.wall_time import is_within

from .own_blocks import GREETING_BLOCK, WAITING, WAITING_BLOCK, greeting_agent, write_blocks

LOOP = packaged_file("examples") / "the-long-way-down-to-one.json"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return {"blocks.paths": [write_blocks(tmp_path / "mine", greeting=GREETING_BLOCK, waiting=WAITING_BLOCK)]}


@pytest.fixture
def greeter(tmp_path: Path) -> Path:
    (tmp_path / "greeter.json").write_text(json.dumps(greeting_agent()))
    return tmp_path / "greeter.json"


@pytest.fixture
def waiter(tmp_path: Path) -> Path:
    """An agent that waits for ever."""
    (tmp_path / "waiter.json").write_text(json.dumps({"name": "Waiter", "nodes": [{"id": "wait", "block_id": WAITING}]}))
    return tmp_path / "waiter.json"


@pytest.fixture(params=["in this process", "on the server"])
def data_dir(request: pytest.FixtureRequest, tmp_path: Path, settings: dict[str, Any]) -> Iterator[Path]:
    """A data directory, with or without a server that runs on it."""
    if request.param == "in this process":
        yield tmp_path / "data"
    else:
        with ServerProcess(tmp_path / "data", settings={**settings, "engine.max_node_executions": 20}, log=tmp_path / "log"):
            yield tmp_path / "data"


# --- the exit code --------------------------------------------------------------------------------------------------------


def test_0_completed_1_with_failed_nodes_2_bad_input_3_failed(data_dir: Path, greeter: Path, settings: dict[str, Any]):
    named = {"blocks__paths": settings["blocks.paths"], "engine__max_node_executions": 20}

    def run(*arguments: Any) -> tuple[int, dict[str, Any]]:
        done = run_cli("run", *arguments, "--json", "--data-dir", data_dir, **named)
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout)

    code, result = run(greeter, "--input", "Who=Ada")
    assert (code, result["outputs"]) == (0, {"Greeting": ["Hello Ada!"]})

    code, result = run(greeter, "--input", "Who=nobody")
    assert (code, result["status"], result["node_errors"]) == (1, "COMPLETED", {"greet": ["There is nobody to greet."]})

    code, result = run(greeter)
    assert (code, list(result)) == (2, ["error"])
    assert result["error"]["detail"]["node_errors"] == {"in": {"value": "The input 'Who' is required."}}

    code, result = run(LOOP, "--input", "Start number=27")
    assert (code, result["status"]) == (3, "FAILED")
    assert "engine.max_node_executions" in result["stats"]["error"]


def test_2_an_input_that_the_agent_does_not_have_is_named_with_the_nearest_one_and_nothing_runs(
    data_dir: Path, greeter: Path, settings: dict[str, Any]
):
    named = {"blocks__paths": settings["blocks.paths"]}

    def refusal(*arguments: Any) -> str:
        done = run_cli("run", greeter, *arguments, "--data-dir", data_dir, **named)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        return done.stderr

    (greeter.parent / "values.json").write_text('{"Who": "Ada", "Nope": 6}')
    assert refusal("--input", "Who=Ada", "--input", "Whoo=Bea") == (
        "autogpt-lite: The agent has no input 'Whoo'.\n  Did you mean 'Who'?\n"
    )
    missing = "autogpt-lite: node in, value: The input 'Who' is required.\n  Inputs are given as --input NAME=VALUE.\n"
    assert refusal() == missing  # once, and how it is done
    assert "The agent has no input 'Nope'.\n  Its inputs: 'Who'." in refusal("--inputs", greeter.parent / "values.json")
    status = run_cli("run", greeter, "--input", "Who=Ada", "--json", "--data-dir", data_dir, **named)
    assert json.loads(status.stdout)["outputs"] == {"Greeting": ["Hello Ada!"]}


def test_what_was_written_for_people(tmp_path: Path, greeter: Path, settings: dict[str, Any]):
    done = run_cli(
        "run", greeter, "--input", "Who=nobody", "--data-dir", tmp_path / "data", blocks__paths=settings["blocks.paths"]
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "node greet failed: There is nobody to greet.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.json"], "Cannot read missing.json"),
        (["{greeter}", "--input", "Who"], "NAME=VALUE"),
        (["{greeter}", "--inputs", "missing.json"], "Cannot read missing.json"),
        (["{greeter}", "--inputs", "{list}"], "a JSON object"),
        (["{greeter}", "--inputs", "{greeter}", "--input", "Who=x", "--pin", "{list}"], "a JSON object"),
        (["{greeter}", "--input", "Who=x", "--pin", "{greeter}"], "recorded outputs"),
        (
            ["{greeter}", "--input", "Who=x", "--pin", "{pins}"],
            "node nobody, pinned_outputs: The agent and its sub-agents have no node",
        ),
        (["{list}"], "not an agent file"),
    ],
)
def test_2_whatever_is_wrong_with_the_files(tmp_path: Path, greeter: Path, settings: dict[str, Any], arguments: list, words: str):
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "pins.json").write_text('{"nobody": [[["text", "Hello"]]]}')
    files = {"greeter": greeter, "list": tmp_path / "list.json", "pins": tmp_path / "pins.json"}
    given = [part.format_map(files) for part in arguments]
    done = run_cli("run", *given, "--data-dir", tmp_path / "data", blocks__paths=settings["blocks.paths"])
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_3_stopped_by_a_signal(tmp_path: Path, waiter: Path, settings: dict[str, Any], number: str):
    with start_cli("run", waiter, "--json", "--data-dir", tmp_path / "data", settings=settings) as process:
        assert process.stderr.readline() == "waiting\n"
        process.send_signal(getattr(signal, number))
        output, _ = process.communicate(timeout=10)
    assert (process.returncode, json.loads(output)["status"]) == (3, "TERMINATED")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_3_stopped_by_a_signal_while_it_runs_on_the_server(tmp_path: Path, waiter: Path, settings: dict[str, Any], number: str):
    with ServerProcess(tmp_path / "data", settings={**settings, "log.level": "error"}, is_piped=True) as server:
        with start_cli("run", waiter, "--json", "--data-dir", tmp_path / "data") as process:
            # The node's own word: the command may not even have the answer to its request yet.
            assert server.process.stderr.readline() == "waiting\n"
            process.send_signal(getattr(signal, number))
            output, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (3, "Stopping the run; Ctrl-C once more leaves at once.\n")
        assert json.loads(output)["status"] == "TERMINATED"
        (run,) = server.get("/api/executions")
        assert run["status"] == "TERMINATED"


# --- where it runs ----------------------------------------------------------------------------------------------------------


def test_it_goes_through_the_running_server(tmp_path: Path, greeter: Path, settings: dict[str, Any]):
    with ServerProcess(tmp_path / "data", settings=settings, log=tmp_path / "log") as server:
        # Without the setting: the blocks are the server's.
        results = [
            json.loads(run_cli("run", greeter, "--input", f"Who={who}", "--json", "--data-dir", tmp_path / "data").stdout)
            for who in ("Ada", "Grace")
        ]
        runs = server.get("/api/executions")
        assert [run["id"] for run in runs] == [result["graph_exec_id"] for result in reversed(results)]
        assert [result["outputs"] for result in results] == [{"Greeting": ["Hello Ada!"]}, {"Greeting": ["Hello Grace!"]}]
        # One file is one agent, however often it runs.
        assert len({run["graph_id"] for run in runs}) == 1
        (graph,) = [graph for graph in server.get("/api/graphs") if graph["name"] == "Greeter"]
        assert graph["id"] == runs[0]["graph_id"]
    alone = run_cli(
        "run", greeter, "--input", "Who=Ada", "--json", "--data-dir", tmp_path / "data", blocks__paths=settings["blocks.paths"]
    )
    result = json.loads(alone.stdout)
    assert {**result, "graph_exec_id": "", "stats": {}} == {**results[0], "graph_exec_id": "", "stats": {}}
    assert result["stats"].keys() == results[0]["stats"].keys()


def test_a_data_directory_that_another_command_has_is_refused_at_once_with_its_holder(
    tmp_path: Path, waiter: Path, greeter: Path, settings: dict[str, Any]
):
    # What a server that was killed has left behind must not be taken for the holder.
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "server.json").write_text('{"pid": 1, "url": "http://127.0.0.1:9", "auth_mode": "token"}')
    with start_cli("run", waiter, "--data-dir", tmp_path / "data", settings=settings) as holder:
        assert holder.stderr.readline() == "waiting\n"
        for command in (
            ["serve", "--port", "0"],
            ["run", greeter],
            ["import", greeter],
            ["export", "some-id"],
            ["open", "--no-browser"],
        ):
            begin = time.monotonic()
            done = run_cli(*command, "--data-dir", tmp_path / "data")
            assert is_within(time.monotonic() - begin, 1)
            assert (done.returncode, done.stdout) == (3, ""), (command, done.stderr)
            assert f"(pid {holder.pid}) uses the data directory {tmp_path / 'data'}" in done.stderr
            assert "--data-dir" in done.stderr
