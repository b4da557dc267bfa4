"""Runs an agent in this process."""

from __future__ import annotations

import asyncio
import signal
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from ..agent_files.types import ExecuteAgentFile
from ..app import App
from ..config import Config
from ..engine import states
from ..engine.core import run_stats
from ..engine.records import GraphExecution
from ..errors import StopTimeoutError
from ..executions.types import NodesQuery
from ..instance_lock import InstanceLock
from ..sandbox.confine import forbid_tracing
from ..users.types import DEFAULT_USER_ID
from .follow import leave, tell_stopping
from .live import LiveNodes
from .loop import run_async
from .run_types import RunOrder, RunResult


def run_in_process(config: Config, data_dir: Path, order: RunOrder) -> RunResult:
    """Opens the data directory, runs the agent, closes it. Raises what a start may refuse."""
    forbid_tracing()
    with InstanceLock(data_dir):
        return run_async(_run(config, data_dir, order))


async def _run(config: Config, data_dir: Path, order: RunOrder) -> RunResult:
    # Runs that a server has left here are its own to go on with.
    async with App.open(config, data_dir, go_on=False) as app:
        asked = ExecuteAgentFile(
            agent=order.agent.decode("utf-8", "replace"),
            inputs=order.inputs,
            pinned_outputs=order.pinned_outputs,
            allow_missing_blocks=order.allow_missing_blocks,
            limits=order.limits,
            approve=order.approve,
            strict_inputs=True,
        )
        run, stored = await app.agent_files.start(DEFAULT_USER_ID, asked)
        await _follow(app, run, order.show_live)
        return await _result(app, run, stored.node_ids)


async def _follow(app: App, run: GraphExecution, show_live: bool) -> None:
    with ExitStack() as stack:
        if show_live:
            live = stack.enter_context(LiveNodes({node.id: node.title for node in run.plan.nodes}))
            stack.callback(app.bus.subscribe(live.take))
        _stop_on_interrupt(app, run)
        await app.engine.wait_ended(run, or_review=True)  # nobody can answer while this process has the data directory


def _stop_on_interrupt(app: App, run: GraphExecution) -> None:
    """The first Ctrl-C (or SIGTERM) stops the tree, and the command ends with it; the second leaves at once."""
    stopping: list[asyncio.Task] = []
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopping:
            leave()
        tell_stopping()
        stopping.append(asyncio.ensure_future(app.engine.stop(run.id)))
        stopping[0].add_done_callback(_tell_alive)

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def _tell_alive(stopped: asyncio.Task) -> None:
    if not stopped.cancelled() and isinstance(error := stopped.exception(), StopTimeoutError):
        click.echo(f"autogpt-lite: {error.message}", err=True)


async def _result(app: App, run: GraphExecution, node_ids: dict[str, str]) -> RunResult:
    shown = await app.executions.get_run(DEFAULT_USER_ID, run.id, None, NodesQuery(node_limit=0))
    in_file = {stored_id: file_id for file_id, stored_id in node_ids.items()}
    errors: dict[str, list[str]] = {}
    for node_id, message in await app.executions.list_node_errors(DEFAULT_USER_ID, run.id):
        errors.setdefault(in_file.get(node_id, node_id), []).append(message)
    return RunResult(
        graph_exec_id=run.id,
        status=shown.status,
        outputs={name: [msgspec.json.decode(value) for value in values] for name, values in shown.outputs.items()},
        stats=run_stats(run),
        node_errors=errors,
        is_waiting=shown.status not in states.ENDED,
    )
