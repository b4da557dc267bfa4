"""What the tests let a child process do. Imported in the child before it confines itself."""

from __future__ import annotations

import ctypes
import errno
import gc
import mmap
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path


def echo(argument):
    return argument


def count_up(argument):
    for number in range(argument):
        yield {"number": number}
    return "done"


def yield_without_end(argument):
    while True:
        yield "x" * 1000


def stay_busy(argument):
    yield os.getpid()
    while True:
        pass


def hold_the_gil(argument):
    """One call into C that takes very long and lets nobody in between."""
    yield os.getpid()
    return 7 ** (10**8)


def allocate_gigabytes(argument):
    return len(bytearray(10 * 1024**3))


def crash(argument):
    ctypes.string_at(0) if argument else os._exit(3)


def raise_value_error(argument):
    raise ValueError(f"bad {argument}")


def look_around(argument):
    """What foreign code would look at first."""
    return {"environment": dict(os.environ), "argv": sys.argv, "loaded": sorted(sys.modules)}


def list_descriptors(argument):
    """Found by lseek: the bounds allow no fstat by path, and glibc's fstat is one."""
    found = []
    for number in range(256):
        try:
            os.lseek(number, 0, os.SEEK_CUR)
        except OSError as error:
            if error.errno == errno.EBADF:
                continue
        found.append(number)
    return found


_ATTEMPTS = {
    "read a file": lambda: Path(__file__).read_text(),
    "read the server's environment": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "read the server's memory": lambda: os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY),
    "write a file": lambda: Path("canary").write_text("x"),
    "remove a file": lambda: os.unlink(__file__),
    "rename a file": lambda: os.rename(__file__, __file__ + "x"),
    "make a folder": lambda: os.mkdir("canary"),
    "list a folder": lambda: os.listdir("/"),
    "look for a file": lambda: os.stat("/"),
    "start a process": lambda: subprocess.Popen([sys.executable, "-V"]),
    "fork": os.fork if hasattr(os, "fork") else None,
    "replace itself": lambda: os.execv(sys.executable, [sys.executable, "-V"]),
    "start a thread": lambda: threading.Thread(target=print).start(),
    "listen": lambda: socket.socket(),
    "talk through a socket pair": lambda: socket.socketpair(),
    "kill the server": lambda: os.kill(os.getppid(), 0),
    "signal everybody": lambda: os.kill(-1, 0),
    "leave its session": lambda: os.setsid(),
    "open a pipe": os.pipe,
    "share memory": lambda: os.memfd_create("x"),
    "raise a limit": lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_NOFILE, (100, 100)),
}


def try_to_break_out(argument):
    """{attempt: "refused" or what came of it}."""
    results = {}
    for name, attempt in _ATTEMPTS.items():
        try:
            results[name] = f"done: {attempt()!r}"
        except (OSError, RuntimeError, ValueError):
            results[name] = "refused"
    return results


def compute(argument):
    """What honest code needs goes on working in the tightest bounds."""
    block = mmap.mmap(-1, 1 << 20)
    block[:3] = b"abc"
    time.sleep(0.001)
    gc.collect()
    return [
        sum(range(argument)),
        len([bytes(1000) for _ in range(10_000)]),
        time.time() > 0,
        os.urandom(1) != b"",
        block[:3].decode(),
    ]


def run_source(argument):
    """Foreign Python, as a code block would run it: `result` is what it leaves behind."""
    names = {}
    exec(argument, names)
    return names.get("result")
