"""`autogpt-lite selftest --crash N`: what a user can run to see that kills lose nothing; and that it would see it if they did."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path

import aiosqlite
import pytest

from autogpt_lite import faultpoints
from autogpt_lite.cli.crash.judge import Judge
from autogpt_lite.cli.crash.mix import EXPECTED, KINDS, graph_of
from autogpt_lite.cli.crash.processes import ServerUnderTest, data_dir_of
from tests.server import CLI, PROJECT

PACKAGE = PROJECT / "autogpt_lite"


def selftest(n_kills: int, timeout_s: float) -> str:
    command = [*CLI, "selftest", "--crash", str(n_kills)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=timeout_s, env=dict(os.environ))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check_report(report: str, n_kills: int) -> None:
    for what in ("lost", "doubled", "stuck", "overcharged", "corrupt"):
        assert f"\n{what}: 0\n" in report, report
    assert f"kill {n_kills} of {n_kills}" in report
    kills = next(line for line in report.splitlines() if line.startswith("kills: "))
    assert sum(map(int, re.findall(r"(\d+) at ", kills))) == n_kills


@pytest.mark.timeout(200)
def test_ten_kills_lose_nothing():
    """J1, with the hundred below and the thousand in docs/reliability.md."""
    report = selftest(10, 190)
    check_report(report, 10)
    assert "db.restore_moved" in report


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing():
    report = selftest(100, 1800)
    check_report(report, 100)
    for place in faultpoints.PLACES:
        assert place in report


def test_every_fault_point_is_listed():
    """Else nobody would be killed there."""
    called = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "faultpoints.hit":
                called.add(ast.literal_eval(node.args[0]))
    assert called == faultpoints.PLACES.keys()


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """A directory in which one run of each agent without a person has ended: (folder, {graph id: kind}, run ids)."""
    folder: Path = tmp_path_factory.mktemp("selftest")
    server = ServerUnderTest(folder)
    try:
        client = server.wait_ready()
        saved: dict[str, str] = {}
        for kind in KINDS:
            saved[kind] = client.post("/api/graphs", {"graph": graph_of(kind, saved)})["id"]
        judge, runs = judge_of(folder), []
        for kind in ("chain", "fan_out", "nested", "cycle", "retry"):
            runs.append(client.post(f"/api/graphs/{saved[kind]}/execute", {"inputs": {"n": 20}})["id"])
        while judge.open_runs()["open"]:
            pass
    finally:
        server.stop()
    return folder, {graph_id: kind for kind, graph_id in saved.items()}, runs


def judge_of(folder: Path) -> Judge:
    return Judge(str(data_dir_of(folder) / "autogpt_lite.sqlite"), str(folder / "effects.txt"))


def found(folder: Path, graphs: dict[str, str], runs: list[str], judge: Judge | None = None) -> set[str]:
    verdict = (judge or judge_of(folder)).verdict(runs, [], graphs)
    return {what for what, _ in verdict["problems"]}


async def change(folder: Path, *statements: str) -> None:
    async with aiosqlite.connect(data_dir_of(folder) / "autogpt_lite.sqlite") as connection:
        for statement in statements:
            await connection.execute(statement)
        await connection.commit()


def test_the_judge_finds_nothing_where_nothing_is_wrong(chain):
    folder, graphs, runs = chain
    assert found(folder, graphs, runs) == set()
    assert EXPECTED.keys() == set(KINDS)


def test_the_judge_misses_an_acknowledged_start(chain):
    folder, graphs, runs = chain
    assert found(folder, graphs, [*runs, "00000000-0000-4000-8000-000000000000"]) == {"lost"}


@pytest.mark.parametrize(
    ("what", "change_it", "change_back"),
    [
        ("stuck", "UPDATE graph_executions SET status = 'RUNNING' WHERE id = 1", "UPDATE graph_executions SET status = 'COMPLETED' WHERE id = 1"),
        ("stuck", "UPDATE node_executions SET status = 2 WHERE id = 16777217", "UPDATE node_executions SET status = 4 WHERE id = 16777217"),
        ("overcharged", "UPDATE charges SET settled_credits = settled_credits + 1", "UPDATE charges SET settled_credits = settled_credits - 1"),
        (
            "doubled",
            "INSERT INTO node_executions (id, node, status, added_at) VALUES (1 << 24 | 99, 0, 4, 0)",
            "DELETE FROM node_executions WHERE id = (1 << 24 | 99)",
        ),
    ],
)  # fmt: skip
async def test_the_judge_sees_what_is_wrong(chain, what, change_it, change_back):
    folder, graphs, runs = chain
    await change(folder, change_it)
    try:
        assert what in found(folder, graphs, runs)
    finally:
        await change(folder, change_back)
    assert found(folder, graphs, runs) == set()


def test_the_judge_sees_a_side_effect_of_a_node_that_had_ended(chain):
    folder, graphs, runs = chain
    judge, file = judge_of(folder), folder / "effects.txt"
    assert judge.look([]) == {"problems": []}
    before = file.read_text()
    try:
        file.write_text(before + before.splitlines()[0] + "\n")
        assert "doubled" in found(folder, graphs, runs, judge)
    finally:
        file.write_text(before)


async def test_the_judge_sees_an_end_that_was_left(chain):
    folder, _, _ = chain
    judge = judge_of(folder)
    judge.look([])
    await change(folder, "UPDATE graph_executions SET status = 'RUNNING' WHERE id = 1")
    try:
        assert [what for what, _ in judge.look([])["problems"]] == ["corrupt"]
    finally:
        await change(folder, "UPDATE graph_executions SET status = 'COMPLETED' WHERE id = 1")
