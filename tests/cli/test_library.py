"""`autogpt-lite import` and `export`: with and without a running server the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.live_run import read_agent
from tests.server import ServerProcess, run_cli

CALCULATOR, NEWSLETTER = "calculator-agent.json", "agent_00fdd42c-a14c-4d19-a567-65374ea0e87f.json"
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def imported_id(output: str) -> str:
    """The id that import printed first."""
    return re.match(UUID, output)[0]


def without_ids(content: bytes) -> str:
    """An agent file with its ids counted and without the time of its storing: all that an import makes anew."""
    numbers: dict[str, str] = {}
    text = re.sub(UUID, lambda match: numbers.setdefault(match[0], f"<{len(numbers)}>"), content.decode())
    return re.sub(r'"created_at": ".*"', "", text)


def test_several_files_of_which_some_are_bad(contract: Path, data_dir: Path, tmp_path: Path):
    (tmp_path / "notes.json").write_text("hello")
    (tmp_path / "broken.json").write_text('{"name": "x", "nodes": [{"id": "n", "block_id": "none"}]}')
    good = [contract / "agents" / CALCULATOR, contract / "agents" / "agent_516d813b-d1bc-470f-add7-c63a4b2c2bad.json"]
    files = [good[0], tmp_path / "notes.json", tmp_path / "broken.json", tmp_path / "missing.json", good[1]]
    done = run_cli("import", *files, "--data-dir", data_dir)
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert [re.sub(UUID, "ID", line) for line in lines] == [
        f"ID  Calculator agent (version 2, from {CALCULATOR})",
        "ID  AI Function (version 18, from agent_ID.json)",
    ]
    assert f"{tmp_path / 'notes.json'}: This is not an agent file" in done.stderr
    assert f"{tmp_path / 'broken.json'}: " in done.stderr
    assert "n.block_id: There is no block 'none'" in done.stderr
    assert f"Cannot read {tmp_path / 'missing.json'}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", [CALCULATOR, NEWSLETTER])
def test_export_import_export_gives_the_same_bytes_but_for_ids(contract: Path, data_dir: Path, tmp_path: Path, name: str):
    file, exported = contract / "agents" / name, []
    for number in (1, 2):
        done = run_cli("import", file, "--allow-missing-blocks", "--data-dir", data_dir)
        assert done.returncode == 0, done.stderr
        file = tmp_path / f"{number}.json"
        done = run_cli("export", imported_id(done.stdout), "-o", file, "--data-dir", data_dir)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{file}\n", "")
        exported.append(file.read_bytes())
    assert without_ids(exported[0]) == without_ids(exported[1])
    # And the agent is still the one that it was.
    original, first = json.loads(read_agent(contract, name)), json.loads(exported[0])
    for key in ("name", "description", "version", "input_schema", "output_schema"):
        assert first[key] == original[key]
    assert [node["block_id"] for node in first["nodes"]] == [node["block_id"] for node in original["nodes"]]
    assert len(first["links"]) == len(original["links"])


def test_export_is_the_same_with_and_without_the_server(contract: Path, tmp_path: Path):
    with ServerProcess(tmp_path / "data") as server:
        done = run_cli("import", contract / "agents" / NEWSLETTER, "--allow-missing-blocks", "--data-dir", tmp_path / "data")
        graph_id = imported_id(done.stdout)
        on_server = run_cli("export", graph_id, "--data-dir", tmp_path / "data").stdout
        over_rest = server.get(f"/api/graphs/{graph_id}?for_export=true")
    alone = run_cli("export", graph_id, "--data-dir", tmp_path / "data").stdout
    assert on_server == alone
    assert json.loads(alone) == over_rest


def test_what_cannot_be_exported(data_dir: Path, contract: Path, tmp_path: Path):
    unknown = run_cli("export", "00000000-0000-4000-8000-000000000000", "--data-dir", data_dir)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("autogpt-lite: There is no graph")
    graph_id = imported_id(run_cli("import", contract / "agents" / CALCULATOR, "--data-dir", data_dir).stdout)
    nowhere = run_cli("export", graph_id, "-o", tmp_path / "no" / "such" / "folder.json", "--data-dir", data_dir)
    assert nowhere.returncode == 2
    assert nowhere.stderr.startswith("autogpt-lite: Cannot write")
