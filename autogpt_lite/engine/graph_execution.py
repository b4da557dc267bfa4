"""The life of one run: picked up, ended, failed, terminated."""

from __future__ import annotations

import asyncio
import logging

from ..clock import now_us
from ..errors import LimitExceededError, code_of
from . import states
from .charges import give_up, settle
from .core import Core
from .node_clock import let_clocks_above_run
from .propagation import release_held, storable
from .records import GraphExecution, NodeExecution, root_of

log = logging.getLogger(__name__)

PARENT_ENDED = "The run that had started this agent ended first."


def start_run(core: Core, run: GraphExecution) -> None:
    """QUEUED -> RUNNING: what is queued in it goes to the pump. A run in any other status stays as it is."""
    if run.status != states.QUEUED:
        states.log_refused("run", run.key, run.status, states.RUNNING)
        return
    if _has_ended_above(run):
        terminate_run(core, run, PARENT_ENDED)
        return
    run.status = states.RUNNING
    if run.tree.has_rested:
        let_clocks_above_run(run)
    if run.started_at is None:  # else it goes on after a review
        run.started_at = now_us()
    core.touch_run(run)
    core.tell_run(run)
    set_going(core, run)


def _has_ended_above(run: GraphExecution) -> bool:
    while run.parent is not None:
        run = run.parent.run
        if run.status in states.ENDED:
            return True
    return False


def set_going(core: Core, run: GraphExecution) -> None:
    """Passes on what was held when a restored run was stored, then queues what was queued or in flight."""
    if run.parent is None:
        start_clock(core, run)
    # Taken first: what the held outputs make ready goes to the pump by itself.
    ready = [execution for execution in run.executions.values() if execution.status in (states.QUEUED, states.RUNNING)]
    try:
        for index in list(run.active):
            _drain(core, run, index)
    except LimitExceededError as error:
        fail_run(core, run, error)
        return
    for execution in ready:
        core.push_ready(execution)
    core.wake()
    end_if_done(core, run)


def _drain(core: Core, run: GraphExecution, index: int) -> None:
    places = run.active[index]
    while places and places[0].status in states.ENDED:
        execution = places.popleft()
        release_held(core, execution)
        run.n_open -= 1
        run.executions.pop(execution.seq, None)
    if not places:
        del run.active[index]
    else:
        release_held(core, places[0])


def start_clock(core: Core, root: GraphExecution) -> None:
    """Lets the time of the tree run, and ends the tree when it is up. What has been worked on it before counts."""
    tree, loop = root.tree, asyncio.get_running_loop()
    stop_clock(root)
    tree.clock_began = loop.time()
    left_s = max(tree.limits.max_run_s - tree.ran_s, 0.0)
    tree.clock = loop.call_later(left_s, _time_is_up, core, root)


def stop_clock(root: GraphExecution) -> None:
    """The tree waits for a person, or has ended: the time does not count."""
    tree = root.tree
    if tree.clock is not None:
        tree.ran_s += asyncio.get_running_loop().time() - tree.clock_began
        tree.clock.cancel()
        tree.clock = None


def _time_is_up(core: Core, root: GraphExecution) -> None:
    if not root.tree.is_stopped:
        fail_run(core, root, root.tree.limits.exceeded("max_run_s"))


def end_if_done(core: Core, run: GraphExecution) -> None:
    """RUNNING -> COMPLETED when nothing is queued, running or held back, or REVIEW where nodes wait for a person. Failed nodes do
    not fail a run (semantics 7)."""
    if run.n_open == 0 and run.status == states.RUNNING:
        if run.in_review:
            _rest(core, run)
        else:
            _end(core, run, states.COMPLETED)
    elif run.tree.has_rested:
        core.look_for_rest(run)


def _rest(core: Core, run: GraphExecution) -> None:
    run.status = states.REVIEW
    run.n_rests = number = run.n_rests + 1
    core.touch_run(run)
    core.tell_run(run)
    if run.parent is None:
        stop_clock(run)
        # Unless it was answered meanwhile: then it has gone on.
        core.after_commit.append(lambda: forget_run(core, run) if (run.status, run.n_rests) == (states.REVIEW, number) else None)
    else:
        run.tree.has_rested = True
        core.look_for_rest(run)
    core.wake()


def fail_run(core: Core, run: GraphExecution, error: Exception) -> None:
    """Ends the run as FAILED with the reason in its stats; what is queued or running in it is terminated.

    A limit is that of the whole tree: its root fails, and everything below it is terminated with the same reason.
    """
    if isinstance(error, LimitExceededError):
        run = root_of(run)
    if run.status in states.ENDED:
        return
    hint = getattr(error, "hint", None)
    run.stats.error = storable(f"{error} {hint}" if hint else str(error))
    run.stats.error_code = code_of(error)
    log.info("run %s failed: %s", run.id, run.stats.error)
    terminate_nodes(core, run)
    _end(core, run, states.FAILED)
    if isinstance(error, LimitExceededError):
        for below in list(run.tree.runs.values()):
            terminate_run(core, below, run.stats.error, run.stats.error_code)


def terminate_run(core: Core, run: GraphExecution, reason: str | None = None, code: str | None = None) -> None:
    """Ends the run as TERMINATED, with everything in it that has not ended."""
    if run.status in states.ENDED:
        return
    if reason:
        run.stats.error, run.stats.error_code = reason, code
    terminate_nodes(core, run)
    _end(core, run, states.TERMINATED)


def terminate_nodes(core: Core, run: GraphExecution) -> None:
    """All unfinished node executions of the run: TERMINATED, tasks cancelled, reservations released. No `error` output."""
    for execution in _unfinished(run):
        settle(core, execution, failed=True)
        _let_go(execution)
        core.touch(execution)
        core.tell_node(execution)


def _unfinished(run: GraphExecution) -> list[NodeExecution]:
    found = [*run.executions.values(), *run.in_review.values(), *(e for p in run.pending.values() for e in p.values())]
    return [execution for execution in found if execution.status not in states.ENDED]


def _let_go(execution: NodeExecution) -> None:
    if execution.task is not None:
        execution.task.cancel()
    if execution.next_try is not None:
        execution.next_try.cancel()
        execution.next_try = None
    execution.generator = None
    execution.context = None
    execution.status = states.TERMINATED


def cut_off_run(core: Core, run: GraphExecution, status: str) -> None:
    """Takes a run out of memory that somebody else has ended on the disk: its rows are written already."""
    for execution in _unfinished(run):
        give_up(core, execution)
        _let_go(execution)
    run.status = status
    core.tell_run(run)
    forget_run(core, run)


def _end(core: Core, run: GraphExecution, status: str) -> None:
    run.status = status
    run.ended_at = max(now_us(), run.started_at or 0)
    if run.started_at is not None:
        run.stats.duration = (run.ended_at - run.started_at) / 1_000_000
    run.stats.duration_cpu_only = run.stats.node_exec_time_cpu_only
    if run.parent is None:
        stop_clock(run)
    elif run.tree.has_rested:
        let_clocks_above_run(run)
    core.touch_run(run)
    core.tell_run(run)
    if run.in_review:
        core.after_commit.append(lambda: core.tell_review("closed", run.user_id, run.plan.graph_id, run.id))
    core.after_commit.append(lambda: forget_run(core, run))
    core.wake()  # a run that ends from a task or by a stop has to be saved too, even where nothing is ready


def forget_run(core: Core, run: GraphExecution) -> None:
    """Takes a run out of memory that has ended, or a root that waits for a person. Only once that is on the disk: until then,
    who asks must find it here."""
    core.runs.pop(run.id, None)
    run.tree.runs.pop(run.id, None)
    if run.ended is not None and not run.ended.done():
        run.ended.set_result(run.status)
    core.ended[run.status] += 1
    core.run_ended(run)
    core.n_ready -= len(run.ready)
    # Run and executions know each other; without these the collector would have to find each such circle.
    for held in (run.executions, run.in_review, run.pending, run.lacking, run.active, run.latest_inputs, run.ready):
        held.clear()
    # Events that are kept for clients that come back know the run; what it was given has no use any more and may be large.
    run.inputs = {}
