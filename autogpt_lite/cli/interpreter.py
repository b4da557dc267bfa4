"""How the interpreter shares its time between the loop, the threads and the collection of garbage."""

from __future__ import annotations

import contextlib
import gc
import sys

# A thread that wants the interpreter gets it after this time (Python's default is 5 ms). A commit changes hands a few times, so
# this is what an acknowledged start waits for under load: p99 18 ms against 37 ms with 0.5 ms, at the same throughput.
SWITCH_INTERVAL_S = 0.0001

# The engine drops its objects without cycles (graph_execution.forget_run), so full collections, 10 to 20 ms each on a loaded
# server, may be rare.
GC_THRESHOLDS = (2_000, 10, 200)


MAX_FILES = 10_000


def tune_interpreter() -> None:
    """For a process that serves; before anything else. Until settle_memory nothing is collected: what a start loads stays, and looking
    at it again and again was 12 of 180 ms."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.disable()
    gc.set_threshold(*GC_THRESHOLDS)


def raise_file_limit() -> None:
    """As many open files as the system lets this user have: the usual 1,024 are fewer than the connections that are allowed."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def settle_memory() -> None:
    """Once everything is loaded: it stays, so the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.enable()
