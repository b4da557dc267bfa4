"""What holds a run: the sentence that a user needs to do something about it."""

from __future__ import annotations

from ..clock import iso
from ..engine import states
from ..engine.engine import Engine
from ..engine.records import GraphExecution, NodeExecution

MAX_NODES_NAMED = 3


def why_queued(engine: Engine, user_id: str, graph_id: str) -> str:
    """Why the queued runs of an agent are not begun."""
    held = _held_by_disk(engine)
    if held:
        return held
    if (limit := engine.dispatcher.limit_of(user_id, graph_id)) is not None:
        return f"{limit} runs of this agent are at work, and more may not be at once (`max_running` of the agent or of `engine`)."
    workers = engine.core.config.engine.workers
    running, waiting = engine.dispatcher.n_running, engine.dispatcher.n_waiting
    if running >= workers:
        return f"All {workers} places (`engine.workers`) are taken, and {waiting} runs wait for one."
    if aside := engine.dispatcher.n_aside:
        return f"{aside} of {waiting} that wait, wait for other runs of the same agent (`engine.max_running`, or the agent's limits)."
    return f"Only {running} of {workers} places are taken, so this is a fault of the server; a restart begins them."


def why_stuck(engine: Engine, run: GraphExecution) -> str:
    """Why a running run does not get on."""
    held = _held_by_disk(engine)
    if held:
        return held
    at_work = [e for e in run.executions.values() if e.status == states.RUNNING]
    if at_work:
        at_work.sort(key=lambda execution: execution.started_at or 0)
        more = f" and {len(at_work) - MAX_NODES_NAMED} more" if len(at_work) > MAX_NODES_NAMED else ""
        return f"It waits for {', '.join(map(_named, at_work[:MAX_NODES_NAMED]))}{more}; stop it if that is not as it should be."
    threads = engine.core.config.engine.max_threads
    if engine.core.threads.n_working >= threads:
        return f"All {threads} threads for blocks (`engine.max_threads`) are taken."
    return "None of its nodes is at work, so this is a fault of the server; stop the run and start it again."


def _named(execution: NodeExecution) -> str:
    limit = f", at most {execution.node.timeout_s:g} s" if execution.node.timeout_s else ""
    return f"node {execution.node_id} ({execution.node.title}, since {iso(execution.started_at)}{limit})"


def _held_by_disk(engine: Engine) -> str | None:
    failure = engine.core.db.writer.failure
    return f"{failure.message} Nothing can be stored until that is mended." if failure is not None else None
