"""The engine: what the nouns call. Wiring of its parts, start, stop, recovery; the rules live in the parts."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections import OrderedDict
from collections.abc import Callable

from ..clock import now_us
from ..config import Config
from ..db import RETRY_S, Database, Tx
from ..errors import DatabaseError, GraphNotInLibraryError, StopTimeoutError
from ..events import EventBus, GraphExecutionEvent
from ..registry import Registry
from . import states
from .admit import AdmitRequest, prepare
from .children import run_child
from .core import Core, EngineServices, run_stats
from .dispatcher import Dispatcher
from .flush import Flusher, sql
from .graph_execution import PARENT_ENDED, cut_off_run, set_going, start_run, terminate_run
from .plan import GraphPlan, compile_plan
from .propagation import storable
from .pump import Pump
from .queued_runs import QueuedRuns
from .records import GraphExecution, root_of
from .recovery import StoredRun, count_crashes, read_ref, read_run, restore_run, take_up
from .reviews import Decision, apply_decisions, stop_clocks_above, tree_rests, wake_run
from .stored_runs import Changed, end_orphans, end_stored_run, resume_stored_run
from .threads import BlockThreads

log = logging.getLogger(__name__)

AlsoWrite = Callable[[Tx, GraphExecution], None]
"""Rows that stand and fall with a run, for instance what fired it."""

MAX_PLANS = 256
MAX_NAMED = 10
"""Nodes that a message names; its detail has all."""
CLOSE_WAIT_S = 0.7
"""Seconds that cancelled tasks get to clean up when the engine closes."""
TRIAL_S = 2.0
"""Seconds for which a run that may have crashed the server goes on without the next one of its kind."""


class Engine:
    """Runs graphs. Open it once at start; all methods are for the loop's thread."""

    def __init__(self, db: Database, registry: Registry, bus: EventBus, config: Config, services: EngineServices):
        self.core = Core(db, registry, bus, config, services)
        self._flusher = Flusher(self.core)
        self._pump = Pump(self.core, self._flusher)
        self._queued = QueuedRuns(self.core, self.plan_of, self._give_up)
        self.dispatcher = Dispatcher(self.core, self._queued.load)
        self.core.wake = self._pump.wake
        self.core.threads = BlockThreads(config.engine.max_threads, config.engine.max_abandoned_threads)
        self.core.run_child = functools.partial(run_child, self)
        self.core.run_ended = self._run_ended
        self.core.look_for_rest = self._look_for_rest
        self.core.resume_run = self.dispatcher.resume
        self._plans: OrderedDict[tuple[str, int], GraphPlan] = OrderedDict()
        self._last_key = 0
        self._waiters: dict[int, asyncio.Future] = {}
        """{run key: resolves at its end}, for runs that wait in the database only."""
        self._suspects: list[tuple[int, str]] = []
        self._trial: asyncio.Task | None = None

    async def open(self, *, go_on: bool = True) -> None:
        """Goes on with every run that had not ended: queued ones wait for their turn, running ones continue."""
        db = self.core.db
        self._last_key = db.point(sql.last_key)[0]  # type: ignore[index]
        if not go_on:
            return
        await db.write(lambda tx: end_orphans(tx, self.core.services.ledger, PARENT_ENDED))
        await db.write(self._requeue_decided_tx)
        open_runs = await db.fetch_all(sql.open_runs)
        for key, uuid, status, priority, created_at, user_id, graph_id in open_runs:
            if status == states.QUEUED:
                self.dispatcher.enqueue(key, priority, created_at, user_id, graph_id)
            else:
                await self._continue(key, uuid)
        if self._suspects:
            self._trial = asyncio.create_task(self._try_suspects())
        if open_runs:
            log.info("going on with %d runs that had not ended", len(open_runs))
        self.dispatcher.fill()

    async def close(self, grace_s: float = 0.0) -> None:
        """Stops: short nodes get `grace_s` to end, the rest is cancelled and stays resumable."""
        core = self.core
        core.is_closing = True
        if self._trial is not None:
            self._trial.cancel()
        self._queued.close()
        tasks = self._tasks()
        if tasks and grace_s:
            await asyncio.wait(tasks, timeout=grace_s)
        for run in list(core.runs.values()):
            # From here on nothing of the run changes any more: its rows say RUNNING, and the next start goes on with it.
            run.tree.is_stopped = True
        for task in (tasks := self._tasks()):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_WAIT_S)  # who takes no notice of it is left behind
        await self.settle()
        in_flight = [(run.key,) for run in core.runs.values() if run.parent is None and run.status == states.RUNNING]
        with contextlib.suppress(DatabaseError):  # a full disk: it counts as a crash, then
            await core.db.write(lambda tx: tx.executemany(sql.forget_crashes, in_flight))

    def _tasks(self) -> list[asyncio.Task]:
        executions = [e for run in self.core.runs.values() for e in run.executions.values()]
        return [e.task for e in executions if e.task is not None and not e.task.done()]

    async def settle(self) -> None:
        """Waits until everything that has changed so far is on the disk."""
        while self._flusher.is_busy or self.core.dirty_nodes or self.core.dirty_runs:
            self._flusher.flush()
            try:
                await self.core.db.write(lambda tx: None)
            except DatabaseError:
                if not self.core.is_closing:
                    raise

    # --- starting --------------------------------------------------------------------------------------

    def plan_of(self, graph_id: str, version: int) -> GraphPlan:
        """The compiled graph version, from a bounded cache. Raises NotFoundError."""
        key = (graph_id, version)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = compile_plan(self.core.services.load_graph(graph_id, version), self.core.registry)
            if len(self._plans) > MAX_PLANS:
                self._plans.popitem(last=False)
        else:
            self._plans.move_to_end(key)
        return plan

    def forget_plans(self, graph_id: str) -> None:
        """Drops the compiled versions of a deleted graph."""
        for key in [key for key in self._plans if key[0] == graph_id]:
            del self._plans[key]

    async def start(self, request: AdmitRequest, *, also: AlsoWrite | None = None) -> GraphExecution:
        """Admits a root run; when this returns it is on the disk and will run, whatever happens.

        also(tx, run) writes rows of the caller in the run's own transaction; what it raises refuses the run.
        """
        run = await self.admit(request, also=also)
        self.dispatcher.submit(run)
        return run

    def check(self, request: AdmitRequest) -> None:
        """Whether a root run could begin like this, budgets aside: what is checked for may start in another month. Nothing is
        written. Raises GraphValidationError where a node could not start."""
        prepare(self.core, request, 0)

    async def admit(self, request: AdmitRequest, *, also: AlsoWrite | None = None) -> GraphExecution:
        """Writes a run and tells of it. Its caller starts it (root: dispatcher, child: run_child)."""
        run, admit_tx = prepare(self.core, request, self._next_key())
        if run.parent is None:
            # A first look, so that nothing is begun in vain; what holds the budget is that each node reserves what it costs.
            self.core.services.budgets.check_start(run)
        if also is not None:
            admit_tx = _both(also, admit_tx, run)
        # Before it is written: who stops its tree meanwhile has to find it.
        self.core.runs[run.id] = run
        run.tree.runs[run.id] = run
        written = self._write_admission(run, admit_tx)
        try:
            await asyncio.shield(written)
        except asyncio.CancelledError:
            written.add_done_callback(lambda done: self._take_over(run, done))
            raise
        except Exception:
            self._forget_refused(run)
            raise
        self._tell_admitted(run)
        return run

    def _write_admission(self, run: GraphExecution, admit_tx: Callable[[Tx], None]) -> asyncio.Future:
        if run.parent is None:
            return self.core.db.writer.submit(admit_tx)
        # A full disk refuses new runs, but one that goes on already waits for room.
        return asyncio.ensure_future(self.core.db.write_patiently(admit_tx))

    def _take_over(self, run: GraphExecution, written: asyncio.Future) -> None:
        # Nobody waits for the run any more, but it is on the disk: a root goes on, since its caller may have been cut off only,
        # and a child ends with the node that had called it.
        if written.exception() is not None:
            self._forget_refused(run)
            return
        self._tell_admitted(run)
        if run.parent is None:
            self.dispatcher.submit(run)
        else:
            terminate_run(self.core, run, PARENT_ENDED)

    def _forget_refused(self, run: GraphExecution) -> None:
        self.core.runs.pop(run.id, None)
        run.tree.runs.pop(run.id, None)

    def _tell_admitted(self, run: GraphExecution) -> None:
        self.core.bus.publish([GraphExecutionEvent(run.ref, states.QUEUED, run.started_at, None, run_stats(run), run.outputs, 0)])

    def _next_key(self) -> int:
        self._last_key += 1
        return self._last_key

    def _run_ended(self, run: GraphExecution) -> None:
        self._tell_waiters(run.key)
        if run.parent is None:
            self.dispatcher.run_ended(run)

    # --- stopping ----------------------------------------------------------------------------------------

    async def stop(self, graph_exec_id: str, *, wait_timeout_s: float = 15.0) -> bool:
        """Ends a run that is in memory, with all runs below it; True when there was something to stop.

        Raises StopTimeoutError with the nodes that have not ended after wait_timeout_s (their late outputs are dropped).
        """
        run = self.core.runs.get(graph_exec_id)
        if run is None or run.status in states.ENDED:
            return False
        below = [r for r in run.tree.runs.values() if is_below(r, run)]
        running = [e for r in below for e in r.executions.values() if e.task is not None]
        ended = [self.ended_future(r) for r in below]
        broken = [one for one in below if not self._terminate(one)]
        self._flusher.flush()
        for one in broken:
            await self.stop_stored(one.key)
        await self._wait_stored(ended)
        tasks = {e.task: e for e in running if e.task is not None}
        if tasks:
            _, alive = await asyncio.wait(tasks, timeout=wait_timeout_s)
            if alive:
                nodes = sorted({tasks[task].node_id for task in alive})
                raise StopTimeoutError(
                    f"The run is stopped, but some of its nodes have not ended yet: {', '.join(nodes[:MAX_NAMED])}",
                    detail={"nodes": nodes},
                    hint="They are cut off; nothing that they still say counts.",
                )
        return True

    async def _wait_stored(self, ended: list[asyncio.Future]) -> None:
        # Not gather: a caller who goes away must not cancel what others wait for.
        waiting = set(ended)
        while waiting:
            _, waiting = await asyncio.wait(waiting, timeout=RETRY_S)
            if waiting and self._flusher.refused is not None:
                raise self._flusher.refused  # it is stopped, and stored as soon as the disk takes it

    def _terminate(self, run: GraphExecution) -> bool:
        # Whatever is wrong with one run, the others of its tree end; its own rows are then ended as those of a stored one.
        try:
            terminate_run(self.core, run)
        except Exception:
            log.exception("run %s could not be stopped in memory; it is ended in the database", run.id)
            return False
        return True

    async def stop_stored(self, key: int, reason: str | None = None) -> None:
        """Ends a run that only waits in the database, with everything below it."""
        self.dispatcher.forget(key)  # first: it must not be picked up while the write is on its way
        ledger = self.core.services.ledger
        changed = await self.core.db.write(lambda tx: end_stored_run(tx, ledger, key, states.TERMINATED, reason))
        in_memory = [run for run in self.core.runs.values() if run.key == key]
        for run in in_memory:
            cut_off_run(self.core, run, states.TERMINATED)  # somebody had just resumed it
        if changed.is_changed and not in_memory:
            self._tell_stopped(key)
        self._tell_waiters(key)

    def _tell_stopped(self, key: int) -> None:
        found = read_ref(self.core.db.loop_connection, key)
        if found is not None:
            run, status, started_at = found
            self.core.bus.publish([GraphExecutionEvent(run, status, started_at, now_us(), None, [], 0)])
            self.core.tell_review("closed", run.user_id, run.graph_id, run.graph_exec_id)

    def has_running_children(self, graph_exec_id: str) -> bool:
        """Whether runs below this one have not ended."""
        run = self.core.runs.get(graph_exec_id)
        return run is not None and any(r is not run and is_below(r, run) for r in run.tree.runs.values())

    def ended_future(self, run: GraphExecution) -> asyncio.Future:
        """Resolves with the final status once that is on the disk, or with REVIEW (see wait_ended)."""
        if run.ended is None:
            run.ended = asyncio.get_running_loop().create_future()
        return run.ended

    async def wait_ended(self, run: GraphExecution, *, or_review: bool = False) -> str:
        """The final status of a run, once it is on the disk; with `or_review` also REVIEW, where it or a sub-agent waits for a
        person and nothing else goes on in it."""
        while self.core.runs.get(run.id) is run:
            if or_review and tree_rests(run):
                return states.REVIEW
            status = await asyncio.shield(self.ended_future(run))
            if status in states.ENDED or or_review:
                return status
        if run.status in states.ENDED:
            return run.status
        # It waits, or has waited, in the database only; what runs by now is another object.
        while (row := self.core.db.point(sql.status_of, (run.key,))) is not None and row[0] not in states.ENDED:
            if or_review and row[0] == states.REVIEW:
                return row[0]
            waiter = self._waiters.setdefault(run.key, asyncio.get_running_loop().create_future())
            await asyncio.shield(waiter)
        return row[0] if row else states.TERMINATED

    # --- resuming -----------------------------------------------------------------------------------------

    async def resume(self, key: int) -> Changed:
        """Sets a TERMINATED root run going again where it was; any other status stays. What had ended in it is neither run nor
        charged again. Raises GraphNotInLibraryError."""
        core = self.core

        def write(tx: Tx) -> Changed:
            changed = resume_stored_run(tx, core.services.ledger, key)
            if changed.is_changed:
                user_id, graph_id, version = tx.fetch_one(sql.agent_of_run, (key,))
                if not core.services.library.is_graph_in_user_library_tx(tx, graph_id, user_id, version):
                    raise GraphNotInLibraryError(hint="Add the agent to the library again to resume its run.")
            return changed

        def take_up(written: asyncio.Future[Changed]) -> None:
            if written.exception() is None and written.result().is_changed:
                self.start_requeued(key)

        written = core.db.writer.submit(write)
        written.add_done_callback(take_up)  # whoever asked for it may be gone by then: it is on the disk
        return await asyncio.shield(written)

    # --- restoring -----------------------------------------------------------------------------------------

    def restore(self, stored: StoredRun) -> GraphExecution:
        """The run in memory; nothing moves yet."""
        plan = self.plan_of(stored.run["graph_id"], stored.run["graph_version"])
        run = restore_run(self.core, stored, plan)
        take_up(self.core, run)
        return run

    def go_on(self, run: GraphExecution) -> None:
        """Sets a restored run going again, unless it waits for a person."""
        if run.status == states.QUEUED:
            start_run(self.core, run)
        elif run.status == states.REVIEW:
            run.tree.has_rested = True
            if run.in_review:
                self._look_for_rest(run)
            else:
                wake_run(self.core, run)
        else:
            set_going(self.core, run)

    async def _continue(self, key: int, uuid: str, *, is_on_trial: bool = False) -> None:
        most = self.core.config.engine.max_crashes
        last = most if is_on_trial or most == 1 else most - 1  # from so many crashes on it does not simply go on

        def deliver(tx: Tx) -> StoredRun | None:
            # One transaction, not two: of a thousand runs that go on each would wait for both.
            stored = read_run(tx.connection, key, self.core.services.reviews)
            if stored is None or stored.run["status"] != states.RUNNING:
                return None  # a stop came first
            if (crashes := count_crashes(stored)) < last:
                tx.execute(sql.count_delivery, {"id": key, "crashes": crashes, "n_ended": stored.tree_ended})
            return stored

        write = self.core.db.write_patiently if is_on_trial else self.core.db.write  # a start on a full disk says so
        stored = await write(deliver)
        if stored is None:
            return
        if (crashes := count_crashes(stored)) >= most:
            log.error("run %s was in flight at %d crashes in a row", uuid, crashes)
            why = f"The server crashed {crashes} times in a row while this run was working (engine.max_crashes)."
            await self._give_up(key, why)
            return
        if crashes >= last:
            self._suspects.append((key, uuid))
            return
        try:
            run = self.restore(stored)
        except Exception as error:
            log.exception("run %s cannot be continued", uuid)
            await self._give_up(key, f"The run could not be continued after a restart: {error}")
            return
        self.dispatcher.adopt(run)
        self.go_on(run)

    # --- reviews -------------------------------------------------------------------------------------------------

    def is_in_memory(self, graph_exec_id: str) -> bool:
        """Whether the run's next change is written from memory."""
        return graph_exec_id in self.core.runs

    def decide(self, graph_exec_id: str, decisions: list[Decision]) -> bool:
        """Takes answers that are on the disk to a run in memory; False where it is not there."""
        run = self.core.runs.get(graph_exec_id)
        if run is None or run.status in states.ENDED:
            return False
        apply_decisions(self.core, run, decisions)
        return True

    def requeue_tx(self, tx: Tx, key: int) -> bool:
        """REVIEW -> QUEUED for a root that is not in memory, if everything in it is answered; start_requeued comes next."""
        return self.core.services.reviews.is_decided(tx, key) and bool(tx.execute(sql.requeue_reviewed, (now_us(), key)))

    def start_requeued(self, key: int) -> None:
        """Lets a run that was queued again on the disk go on, or wait for its place."""
        found = self._queued.load(key)
        if isinstance(found, asyncio.Task):
            found.add_done_callback(lambda done: self._submit_requeued(None if done.cancelled() else done.result()))
        else:
            self._submit_requeued(found)

    def _submit_requeued(self, run: GraphExecution | None) -> None:
        if run is not None and run.id not in self.core.runs and not self.core.is_closing:
            self.core.runs[run.id] = run
            self._tell_admitted(run)
            self.dispatcher.submit(run)

    def _requeue_decided_tx(self, tx: Tx) -> None:
        # The process ended between an answer and what follows from it.
        for key in self.core.services.reviews.decided_runs(tx):
            self.requeue_tx(tx, key)

    def _look_for_rest(self, run: GraphExecution) -> None:
        stop_clocks_above(run)
        if tree_rests(run):
            root = root_of(run)
            self.dispatcher.park(root)
            self._forget_crashes(root)
            if root.ended is not None and not root.ended.done():
                root.ended.set_result(states.REVIEW)
            root.ended = None

    def _forget_crashes(self, root: GraphExecution) -> None:
        # It waits for a person, though its row says RUNNING: a crash meanwhile is no sign against it.
        written = self.core.db.writer.submit(lambda tx: tx.execute(sql.forget_crashes, (root.key,)))
        written.add_done_callback(lambda done: done.exception())  # where it cannot be written, crashes count as ever

    @property
    def n_on_trial(self) -> int:
        """Runs that wait for their turn since one of them may have crashed the server."""
        return len(self._suspects)

    async def _try_suspects(self) -> None:
        # One more crash would end them. One after the other, so that it ends the one that is guilty and not those beside it.
        while self._suspects:
            key, uuid = self._suspects[0]
            row = self.core.db.point(sql.status_of, (key,))
            if row is not None and row[0] == states.RUNNING:  # else it was stopped or deleted meanwhile
                await self._continue(key, uuid, is_on_trial=True)
            del self._suspects[0]
            if self._suspects and (run := self.core.runs.get(uuid)) is not None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.wait_ended(run, or_review=True), TRIAL_S)
                await self._pass_trial(key)

    async def _pass_trial(self, key: int) -> None:
        # The next one is tried beside it: should that crash the server, this one is under suspicion once more and no worse.
        crashes = self.core.config.engine.max_crashes - 2
        await self.core.db.write_patiently(lambda tx: tx.execute(sql.pass_trial, (crashes, key)))

    def _give_up(self, key: int, why: str) -> asyncio.Future:
        ledger, reason = self.core.services.ledger, storable(why)
        given_up = self.core.db.writer.submit(lambda tx: end_stored_run(tx, ledger, key, states.FAILED, reason))
        given_up.add_done_callback(lambda _: self._tell_waiters(key))
        return given_up

    def _tell_waiters(self, key: int) -> None:
        waiter = self._waiters.pop(key, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


def _both(also: AlsoWrite, admit_tx: Callable[[Tx], None], run: GraphExecution) -> Callable[[Tx], None]:
    def write(tx: Tx) -> None:
        also(tx, run)
        admit_tx(tx)

    return write


def is_below(run: GraphExecution, top: GraphExecution) -> bool:
    """Whether the run is `top` or a descendant of it."""
    current: GraphExecution | None = run
    while current is not None:
        if current is top:
            return True
        current = current.parent.run if current.parent else None
    return False
