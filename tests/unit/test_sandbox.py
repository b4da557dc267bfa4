"""A child process keeps within its bounds and never outlives its use: not a timeout, not a close, not the server's own death."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from autogpt_lite.errors import BlockError, BlockInputError
from autogpt_lite.sandbox import confine, frames, process
from autogpt_lite.sandbox.isolated import run_isolated
from autogpt_lite.sandbox.pool import Pool
from autogpt_lite.sandbox.status import sandbox_status
from autogpt_lite.sandbox.worker import Worker
from tests.processes import sandbox_children

PROJECT = Path(__file__).resolve().parents[2]
FUNCTIONS = {
    name: f"tests.sandbox_functions:{name}"
    for name in [
        "allocate_gigabytes",
        "compute",
        "count_up",
        "crash",
        "echo",
        "hold_the_gil",
        "list_descriptors",
        "look_around",
        "raise_value_error",
        "stay_busy",
        "try_to_break_out",
        "yield_without_end",
    ]
}
LIMITS = {"memory_mb": 256, "max_output_bytes": 100_000}

confined_only = pytest.mark.skipif(not confine.has_syscall_filter(), reason="this system has no seccomp filter of ours")
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")


@pytest.fixture(autouse=True)
def _loop_has_no_complaint(caplog):
    yield
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert [record.getMessage() for record in records if record.name == "asyncio"] == []


@pytest.fixture
async def worker():
    worker = Worker(FUNCTIONS, **LIMITS)
    await worker.start()
    yield worker
    worker.kill()
    await worker.wait_ended()


@pytest.fixture
async def pool():
    pool = Pool(FUNCTIONS, **LIMITS)
    yield pool
    await pool.close()


def isolated(name, argument=None, **options):
    return run_isolated(FUNCTIONS[name], argument, **{"timeout_s": 10, "memory_mb": 256, **options})


# --- calls ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [None, 1, -1.5, "é😀", [1, [2]], {"a": {"b": None}}, 2**80, {"n": [2**64, -(2**70)], "t": "é"}, "x" * 99_000]
)
async def test_values_come_back_as_they_went(worker, value):
    assert await worker.call("echo", value, timeout_s=5) == value


async def test_chunks_arrive_before_the_result(worker):
    chunks = []
    assert await worker.call("count_up", 3, timeout_s=5, on_chunk=chunks.append) == "done"
    assert chunks == [{"number": 0}, {"number": 1}, {"number": 2}]


async def test_an_error_of_the_function_is_told_and_the_child_lives_on(worker):
    with pytest.raises(BlockError, match=r"^ValueError: bad idea$"):
        await worker.call("raise_value_error", "idea", timeout_s=5)
    assert await worker.call("echo", 1, timeout_s=5) == 1


async def test_a_child_that_is_ready_before_the_server_listens_is_noticed(monkeypatch):
    class BusyServer(process.DEFAULT_KIND):
        async def _connect(self):
            arrived, on_data = asyncio.Event(), self._on_data

            def note_data(data):
                on_data(data)
                arrived.set()

            self._on_data = note_data
            await super()._connect()
            await arrived.wait()

    monkeypatch.setattr(process, "DEFAULT_KIND", BusyServer)
    worker = Worker(FUNCTIONS, **LIMITS)
    async with asyncio.timeout(20):
        await worker.start()
    assert await worker.call("echo", 1, timeout_s=5) == 1
    worker.kill()
    await worker.wait_ended()


async def test_what_cannot_be_sent_is_refused(worker):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    for value in (object(), "\ud800", nested):
        with pytest.raises(BlockInputError, match="The input cannot be used"):
            await worker.call("echo", value, timeout_s=5)


async def test_a_function_that_is_not_there_is_told():
    with pytest.raises(BlockError, match="AttributeError"):
        await run_isolated("tests.sandbox_functions:nothing", 1, timeout_s=5, memory_mb=256)
    with pytest.raises(BlockError, match="ModuleNotFoundError"):
        await run_isolated("tests.no_such_module:nothing", 1, timeout_s=5, memory_mb=256)
    assert sandbox_children() == []


# --- bounds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["stay_busy", "hold_the_gil"])
async def test_a_call_that_takes_too_long_is_killed_and_reaped(worker, name):
    process = psutil.Process(worker.pid)
    with pytest.raises(BlockError, match=r"The work took longer than the 0\.3 seconds"):
        await worker.call(name, None, timeout_s=0.3)
    assert not worker.is_alive
    await worker.wait_ended()
    assert not process.is_running()


@posix_only
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce a limit of memory")
async def test_memory_is_limited_and_the_next_call_gets_a_new_child(pool):
    with pytest.raises(BlockError, match="more than the 256 MB of memory"):
        await pool.call("allocate_gigabytes", None, timeout_s=10)
    assert await pool.call("echo", 1, timeout_s=10) == 1


async def test_too_large_a_result_is_refused(worker):
    with pytest.raises(BlockError, match="larger than 100,000 bytes"):
        await worker.call("echo", "x" * 100_200, timeout_s=5)


async def test_chunks_without_an_end_are_cut(worker):
    chunks = []
    with pytest.raises(BlockError, match="larger than"):
        await worker.call("yield_without_end", None, timeout_s=10, on_chunk=chunks.append)
    assert sum(map(len, chunks)) < 100_000


@posix_only
@pytest.mark.parametrize("by_signal", [True, False])
async def test_a_child_that_dies_is_an_error_and_not_a_hang(pool, by_signal):
    with pytest.raises(BlockError, match="or crashed"):
        await pool.call("crash", by_signal, timeout_s=30)
    assert await pool.call("echo", 1, timeout_s=10) == 1


async def test_a_child_sees_nothing_of_the_server(monkeypatch):
    monkeypatch.setenv("CANARY", "canary-value")
    seen = await isolated("look_around", "")
    assert "canary" not in json.dumps(seen)
    assert set(seen["environment"]) <= {"SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LC_CTYPE", "PYTHONCOERCECLOCALE"}


@posix_only
async def test_a_child_inherits_no_descriptor(tmp_path):
    descriptor = os.open(tmp_path / "secret", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(descriptor, True)
    found = await isolated("list_descriptors")
    os.close(descriptor)
    assert len(found) == 5, "0, 1, 2 (to nowhere) and the two pipes"


@confined_only
async def test_the_kernel_refuses_everything_but_computing():
    results = await isolated("try_to_break_out")
    assert {name: outcome for name, outcome in results.items() if outcome != "refused"} == {}
    assert (await isolated("compute", 1000))[:2] == [499_500, 10_000]


@confined_only
async def test_the_status_says_what_holds(worker):
    assert worker.report["confined"] is True
    status = sandbox_status()
    assert status["known"] is True
    assert {
        name: status[name] for name in ("confined", "seccomp", "memory_limit", "descriptor_limit", "dies_with_server")
    } == dict.fromkeys(("confined", "seccomp", "memory_limit", "descriptor_limit", "dies_with_server"), True)


async def test_untrusted_code_is_not_run_where_the_kernel_cannot_confine_it(monkeypatch):
    monkeypatch.setattr(Worker, "start", _start_unconfined(Worker.start))
    with pytest.raises(BlockError, match="cannot confine code from outside"):
        await isolated("echo", 1)
    assert await isolated("echo", 1, untrusted=False) == 1
    assert sandbox_children() == []


def _start_unconfined(start):
    async def start_and_forget(self):
        await start(self)
        self.report = {**self.report, "confined": False}

    return start_and_forget


def test_a_report_of_this_system_needs_no_child():
    program = "import json; from autogpt_lite.sandbox.status import sandbox_status; print(json.dumps(sandbox_status()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, check=True)
    status = json.loads(done.stdout)
    assert status["known"] is False
    assert status["platform"] == sys.platform


# --- the pool -------------------------------------------------------------------------------------------------


async def test_no_child_is_started_before_it_is_needed(pool):
    assert pool.pids == []
    await pool.call("echo", 1, timeout_s=5)
    first = pool.pids
    await pool.call("echo", 1, timeout_s=5)
    assert pool.pids == first
    assert len(first) == 1


async def test_there_are_never_more_children_than_its_size(pool):
    seen = set()

    async def one(number):
        assert await pool.call("echo", number, timeout_s=5) == number
        seen.update(pool.pids)

    await asyncio.gather(*(one(number) for number in range(30)))
    assert 1 <= len(seen) <= 2


async def test_an_idle_child_ends():
    pool = Pool(FUNCTIONS, idle_s=0, **LIMITS)
    await pool.call("echo", 1, timeout_s=5)
    (process,) = sandbox_children()
    await asyncio.to_thread(process.wait, 10)
    assert pool.pids == []
    assert await pool.call("echo", 2, timeout_s=5) == 2
    await pool.close()


async def test_a_child_that_died_while_idle_is_replaced(pool):
    await pool.call("echo", 1, timeout_s=5)
    (worker,) = pool._all
    psutil.Process(worker.pid).kill()
    await worker.wait_ended()
    assert await pool.call("echo", 2, timeout_s=5) == 2


async def test_a_cancelled_call_kills_its_child(pool):
    started = asyncio.Event()
    worker = Worker(FUNCTIONS, **LIMITS)
    await worker.start()
    task = asyncio.create_task(worker.call("stay_busy", None, timeout_s=60, on_chunk=lambda _: started.set()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await worker.wait_ended()
    assert sandbox_children() == []


async def test_close_ends_a_call_that_is_under_way(pool, monkeypatch):
    called, call = asyncio.Event(), Worker.call

    async def call_and_tell(*arguments, **options):
        called.set()
        return await call(*arguments, **options)

    monkeypatch.setattr(Worker, "call", call_and_tell)
    task = asyncio.create_task(pool.call("stay_busy", None, timeout_s=60))
    await called.wait()
    await pool.close()
    with pytest.raises(BlockError, match="The server is stopping"):
        await task
    assert sandbox_children() == []
    with pytest.raises(BlockError, match="The server is stopping"):
        await pool.call("echo", 1, timeout_s=5)


async def test_a_start_that_is_cancelled_leaves_nothing():
    for turns in (0, 1, 2, 5, 50):
        pool = Pool(FUNCTIONS, **LIMITS)
        task = asyncio.create_task(pool.call("echo", 1, timeout_s=5))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await pool.close()
        assert sandbox_children() == []


@pytest.mark.parametrize(
    "kind", ["asyncio", pytest.param("uvloop", marks=pytest.mark.skipif(os.name == "nt", reason="no uvloop")), "threads"]
)
def test_fifty_rounds_leave_no_process_task_thread_or_descriptor(kind, monkeypatch):
    this = psutil.Process()
    if kind == "threads":
        monkeypatch.setattr(process, "DEFAULT_KIND", process.ThreadedProcess)

    async def rounds(count):
        for _ in range(count):
            pool = Pool(FUNCTIONS, **LIMITS)
            assert await pool.call("echo", 1, timeout_s=30) == 1
            await pool.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert sandbox_children() == []

    _run(kind, rounds(2))
    gc.collect()
    before = (this.num_fds() if os.name != "nt" else 0, _lasting_threads())
    _run(kind, rounds(50 if kind == "asyncio" else 10))
    gc.collect()
    assert (this.num_fds() if os.name != "nt" else 0, _lasting_threads()) == before


def _run(kind, coroutine):
    if kind == "uvloop":
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(coroutine)
    return asyncio.run(coroutine)


def _lasting_threads() -> int:
    for thread in threading.enumerate():
        if thread.name.startswith("sandbox-"):
            thread.join(10)
    return threading.active_count()


async def test_pipes_on_threads_keep_all_promises(monkeypatch):
    """As on Windows."""
    monkeypatch.setattr(process, "DEFAULT_KIND", process.ThreadedProcess)
    pool = Pool(FUNCTIONS, **LIMITS)
    assert await pool.call("echo", "x" * 90_000, timeout_s=5) == "x" * 90_000
    with pytest.raises(BlockError, match="took longer"):
        await pool.call("hold_the_gil", None, timeout_s=0.3)
    with pytest.raises(BlockError, match="or crashed"):
        await pool.call("crash", False, timeout_s=5)
    assert await pool.call("echo", 1, timeout_s=5) == 1
    await pool.close()
    assert sandbox_children() == []


# --- the server's death ---------------------------------------------------------------------------------------

SERVER = """
import asyncio, sys
from autogpt_lite.sandbox.pool import Pool
from autogpt_lite.sandbox.worker import Worker

async def main():
    functions = {"stay_busy": "tests.sandbox_functions:stay_busy", "echo": "tests.sandbox_functions:echo"}
    idle = Pool(functions, memory_mb=256, max_output_bytes=1000)
    await idle.call("echo", 1, timeout_s=60)
    busy = Worker(functions, memory_mb=256, max_output_bytes=1000)
    await busy.start()
    await busy.call("stay_busy", 1, timeout_s=60, on_chunk=lambda pid: print(pid, *idle.pids, flush=True))

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a busy child ends one second after its time limit")
def test_no_child_outlives_a_server_that_is_killed():
    server = subprocess.Popen([sys.executable, "-c", SERVER], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    with server.stdout:
        processes = [psutil.Process(int(pid)) for pid in server.stdout.readline().split()]
        assert len(processes) == 2
        server.send_signal(signal.SIGKILL)
        server.wait(10)
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []


@posix_only
def test_a_child_without_a_server_ends_by_its_own_clock():
    """What is left where the system has no PR_SET_PDEATHSIG: here the child's parent only pretends to live."""
    setup = {"path": [str(PROJECT), *sys.path], "functions": FUNCTIONS, "memory_mb": 256, "parent_pid": os.getpid()}
    program = (
        "import json, sys; sys.path[:] = json.loads(sys.argv[1])['path']; from autogpt_lite.sandbox.child import main; main()"
    )
    command = [sys.executable, "-I", "-c", program, json.dumps(setup)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        limits = {"timeout_s": -0.8, "max_output_bytes": 1000}
        child.stdin.write(frames.encode(["hold_the_gil", None, limits]))
        child.stdin.flush()
        try:
            assert child.wait(10) == -signal.SIGALRM
        finally:
            child.kill()


# --- how long it takes ----------------------------------------------------------------------------------------


async def test_a_round_trip_is_short(pool):
    """0.1 ms here (p50); the bound leaves room for a slow machine and still catches a thread hop or a new child for each call."""
    durations = []
    for _ in range(200):
        began = time.perf_counter()
        await pool.call("echo", {"a": 1}, timeout_s=5)
        durations.append(time.perf_counter() - began)
    assert sorted(durations)[50] < 0.003
