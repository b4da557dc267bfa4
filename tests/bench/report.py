"""The table of the bench: printed, and with --write put into docs/performance.md between its marks."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


class Figure(msgspec.Struct, frozen=True):
    """One line: what is measured, its unit, and what it must and should reach. `worst` is min or max of the rounds."""

    key: str
    title: str
    unit: str
    must: float | None = None
    good: float | None = None
    is_rate: bool = True


FIGURES = (
    Figure("W.nodes_per_s", "W: trivial nodes, every execution stored", "node executions/s", 10_000, 20_000),
    Figure("V.nodes_per_s", "V: awaiting nodes with price, joins, static links", "node executions/s", 4_000, 8_000),
    Figure("chain.chain_nodes_per_s", "One chain of 100 after the other", "node executions/s", 5_000, 20_000),
    Figure("chain.chain_wall_ms", "One chain of 100, start to stored end", "ms", 20, 5, False),
    Figure("http.runs_per_s", "HTTP: input + 3 nodes, 16 connections, finished and stored", "runs/s", 500, 2_000),
    Figure("ack.ack_p99_ms", "Start acknowledged while W runs, p99", "ms", 15, 5, False),
    Figure("ack.ack_p50_ms", "Start acknowledged while W runs, p50", "ms", None, None, False),
    Figure("burst.longest_burst_ms", "Longest burst of loop-thread CPU while W runs", "ms", 6, 4, False),
    Figure("ws.ws_autogpt_events_per_s", "WebSocket to 100 clients, AutoGPT's frames", "events/s", 40_000, 60_000),
    Figure("ws.ws_ours_events_per_s", "WebSocket to 100 clients, our frames of 10", "events/s", 200_000, 350_000),
    Figure("chain.bytes_per_node", "File + WAL for a node execution with 86 bytes of payload", "bytes", 220, 150, False),
    Figure("memory.rss_at_rest_mb", "Memory at rest", "MB", 80, 60, False),
    Figure("memory.rss_added_mb", "Memory added by 10,000 runs", "MB", 20, 10, False),
    Figure("http.ready_s", "Start of the server to listening", "s", 1.0, None, False),
    Figure("start.ready_s_full", "Start of the server with a file of 1 GB", "s", 2.0, None, False),
    Figure("purge.api_p99_ms_full", "Requests while 1,000,000 node executions are removed, p99", "ms", 100, None, False),
    Figure("purge.purge_s_full", "Removing them, and shrinking the file", "s", None, None, False),
    Figure("purge.file_to_live_full", "The file afterwards, by what it holds", "times", 1.2, None, False),
    Figure("backup.commit_p99_ms_full", "Commits while 1 GB is backed up under load, p99", "ms", 20, None, False),
    Figure("backup.backup_s_full", "That backup", "s", None, None, False),
    Figure("start.ready_s_small", "Tried out: start with 50 MB", "s", None, None, False),
    Figure(
        "purge.api_p99_ms_small", "Tried out: requests while 50,000 node executions are removed, p99", "ms", None, None, False
    ),
    Figure("backup.commit_p99_ms_small", "Tried out: commits while 50 MB are backed up, p99", "ms", None, None, False),
    Figure("pages.library_p99_ms", "The library's page, 1,000 agents and 100,000 runs, p99", "ms", 100, 20, False),
    Figure("pages.runs_p99_ms", "The page of runs there, p99", "ms", 100, 20, False),
    Figure("pages.run_of_10000_p99_ms", "A run of 10,000 node executions, p99", "ms", 200, 50, False),
    Figure("pages.blocks_p99_ms", "All blocks, p99", "ms", 50, 10, False),
    Figure("rest.cpu_percent", "100,000 schedules at rest: the whole server", "% of one core", 1, 0.3, False),
    Figure("due.all_ended_s", "10,000 schedules due in one second: all started in order, run and stored", "s", None, None, False),
    Figure("due.ui_worst_ms", "The library's slowest answer to a page meanwhile", "ms", 200, 100, False),
    Figure("due.ui_p99_ms", "The library's answer to a page meanwhile, p99", "ms", None, None, False),
    Figure("logins.added_percent", "Slower while 1,000 wrong keys a second come in, median of an answer", "%", 20, 5, False),
    Figure(
        "stop_100.p99_ms", "Stop of a tree of 100 running runs, all TERMINATED on the disk, p99 of 100", "ms", 100, None, False
    ),
    Figure("stop_100.p50_ms", "The same, p50", "ms", None, None, False),
    Figure("stop_1000.longest_ms", "Stop of a tree of 1,000 running runs, 10 levels deep", "ms", 1_000, None, False),
    Figure(
        "restart_1000.all_going_on_s", "Kill and restart with 1,000 running runs, until the last goes on", "s", 5, None, False
    ),
    Figure("sleeping_1000.rss_mb", "Memory of a server in which 1,000 runs sleep at once", "MB", 200, None, False),
    Figure("canvas.thousand_ready_s", "Builder, 1,000 nodes: from the address to a node's open form", "s", 2, 1, False),
    Figure("canvas.thousand_fps", "Builder, 1,000 nodes: panning at 100 %", "frames/s", 40, None),
    Figure("canvas.thousand_drag_fps", "Builder, 1,000 nodes: dragging 50 at once at 100 %", "frames/s", 40, None),
    Figure(
        "canvas.thousand_drag_far_fps",
        "Builder, 1,000 nodes: dragging 50 at once with all of them in sight",
        "frames/s",
        None,
        None,
    ),
    Figure("canvas.real_ready_s", "Builder, a real agent of 30 nodes: from the address to a node's open form", "s", 2, 1, False),
    Figure("canvas.real_fps", "Builder, a real agent of 30 nodes: panning at 100 %", "frames/s", 40, None),
    Figure(
        "page_load.first_content_cold_ms",
        "A page's first content, nothing in the cache: the slowest of all pages",
        "ms",
        None,
        None,
        False,
    ),
    Figure(
        "page_load.whole_cold_ms", "The whole page, nothing in the cache: the slowest but the builder", "ms", None, None, False
    ),
    Figure("page_load.whole_warm_ms", "The same for one who has been there", "ms", None, None, False),
    Figure("page_load.builder_cold_ms", "The builder's first node, nothing in the cache", "ms", None, None, False),
    Figure("page_load.builder_warm_ms", "The same for one who has been there", "ms", None, None, False),
    Figure(
        "page_load.huge_task_ms",
        "Longest task of the page of a run that gave 8 MB, a million lines, 10,000 node executions",
        "ms",
        200,
        None,
        False,
    ),
    Figure("naive.raw_ceiling", "For scale: the same rows in one executemany", "rows/s"),
    Figure("naive.commit_each_node", "For scale: a commit a node execution", "node executions/s"),
    Figure("naive.commit_each_status", "For scale: a commit a status", "node executions/s"),
    Figure("naive.thread_hop_each_node", "For scale: a thread hop and a commit a node execution", "node executions/s"),
)


HEAD = "| figure | median | worst round | must | good | measured |\n| --- | --- | --- | --- | --- | --- |"


def rows(found: dict[str, list[float]]) -> dict[str, str]:
    """{title: its line as Markdown} of the figures that were measured."""
    lines = {}
    for figure in FIGURES:
        if values := found.get(figure.key):
            worst: Callable = min if figure.is_rate else max
            cells = (median(values), worst(values), figure.must, figure.good)
            title, measured = f"{figure.title} ({figure.unit})", f"{datetime.now(UTC):%Y-%m-%d}, {len(values)} rounds"
            lines[title] = f"| {title} | {' | '.join(map(_number, cells))} | {measured} |"
    return lines


def merge(page: str, measured: dict[str, str]) -> str:
    """`page` with these lines in its table; the other figures stay as they were measured before."""
    before, _, rest = page.partition(BEGIN)
    old, _, after = rest.partition(END)
    known = {line.split(" | ")[0].removeprefix("| "): line for line in old.splitlines() if line.startswith("| ")}
    titles = [f"{figure.title} ({figure.unit})" for figure in FIGURES]
    lines = [line for title in titles if (line := measured.get(title) or known.get(title))]
    return "\n".join([before + BEGIN, f"{_machine()}; medians of interleaved rounds.", "", HEAD, *lines, END + after])


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _machine() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores of {model}, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    given = json.loads(sys.argv[1])
    measured = rows(given["figures"])
    print("\n".join([HEAD, *measured.values()]))
    if "--write" in sys.argv[2:]:
        PAGE.write_text(merge(PAGE.read_text("utf-8"), measured), "utf-8")


if __name__ == "__main__":
    main()
