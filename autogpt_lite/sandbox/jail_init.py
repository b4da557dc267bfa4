"""Process 1 of a code sandbox: starts the program, watches what all take together, collects what they leave, and ends them all.

It shares the user with code that nobody trusts, so it cannot be traced (not dumpable), and signals from within do not reach it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import resource
import select
import signal
import stat
import time
from typing import Any

from ..errors import BlockError
from . import confine, frames, syscalls
from .drivers import DRIVERS

WATCH_S = 0.02
WORK, TEMPORARY = "/home/user", "/home/tmp"
MAX_FILES, MAX_FILE_BYTES = 50, 1_000_000
MAX_OPEN_FILES = 256
MAX_SETUP_COMMANDS = 20
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": WORK, "TMPDIR": TEMPORARY, "LANG": "C.UTF-8", "USER": "user"}


class Channel:
    """The pipes to the server, out of reach of what is started (and of a stray print)."""

    def __init__(self) -> None:
        self._requests, self._replies = os.dup(0), os.dup(1)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        os.close(nowhere)

    def send(self, message: list[Any]) -> None:
        rest = memoryview(frames.encode(message))
        while rest:
            rest = rest[os.write(self._replies, rest) :]

    def receive(self) -> Any:
        """The next frame, None where the server has gone."""
        header = self._read(frames.HEADER.size)
        return None if header is None else frames.decode(self._read(frames.HEADER.unpack(header)[0]) or b"")

    def close(self) -> None:
        os.close(self._requests)
        os.close(self._replies)

    def _read(self, size: int) -> bytes | None:
        found = b""
        while len(found) < size:
            part = os.read(self._requests, size - len(found))
            if not part:
                return None
            found += part
        return found


class _MemoryUsedUp(Exception):
    pass


def serve(setup: dict[str, Any], channel: Channel) -> None:
    """Takes one call and answers it."""
    confine.forbid_tracing()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    channel.send(["ready", {"confined": True, "jail": True}])
    request = channel.receive()
    if request is None:
        return
    _, job, limits = request
    try:
        channel.send(["result", _Job(setup, job, limits).run()])
    except _MemoryUsedUp:
        channel.send(["memory", ""])
    except BlockError as error:
        channel.send(["failed", type(error).__name__, error.message])


class _Job:
    """One program with the commands before it."""

    def __init__(self, setup: dict[str, Any], job: dict[str, Any], limits: dict[str, Any]):
        self._setup, self._job = setup, job
        self._max_bytes = limits["max_output_bytes"]
        self._ends_at = time.monotonic() + limits["timeout_s"]
        self._printed = {"stdout": b"", "stderr": b""}

    def run(self) -> dict[str, Any]:
        for command in self._job["setup_commands"][:MAX_SETUP_COMMANDS]:
            if (code := self._start_and_watch(["/bin/sh", "-c", command], limits_address_space=True)) != 0:
                return self._report(code, f"The setup command {command[:200]!r} failed")
        driver = DRIVERS[self._job["language"]]
        source, result = f"{TEMPORARY}/main", f"{TEMPORARY}/result.json"
        _write(source, self._job["code"])
        command = [self._setup["interpreters"][driver.program], *driver.arguments, source, result]
        code = self._start_and_watch(command, limits_address_space=driver.limits_address_space)
        report = self._report(code, "The code failed")
        report["result"] = _read_result(result, self._max_bytes)
        report["files"] = _collect_files(self._max_bytes)
        return report

    def _report(self, code: int, failure: str) -> dict[str, Any]:
        printed = {name: data.decode("utf-8", "replace") for name, data in self._printed.items()}
        return {**printed, "exit_code": code, "failure": failure if code else "", "result": None, "files": []}

    def _start_and_watch(self, command: list[str], *, limits_address_space: bool) -> int:
        """The exit code, of a signal its negative number; by then nothing else runs."""
        readers = {}
        writers = []
        for name in self._printed:
            reader, writer = os.pipe()
            readers[reader] = name
            writers.append(writer)
        pid = os.fork()
        if pid == 0:
            self._become(command, writers, limits_address_space)
        for writer in writers:
            os.close(writer)
        try:
            return self._watch(pid, readers)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)  # all but this one
            _reap_all()
            for reader in readers:
                os.close(reader)

    def _become(self, command: list[str], writers: list[int], limits_address_space: bool) -> None:
        try:
            os.setsid()
            os.dup2(writers[0], 1)
            os.dup2(writers[1], 2)
            os.chdir(WORK)
            self._limit(limits_address_space)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            syscalls.install()
            os.execve(command[0], command, ENVIRONMENT)
        except BaseException as error:
            os.write(2, f"{command[0]} could not be started: {error}\n".encode())
        finally:
            os._exit(127)

    def _limit(self, limits_address_space: bool) -> None:
        memory = self._setup["memory_mb"] * 1024 * 1024
        seconds = max(int(self._ends_at - time.monotonic()) + 2, 2)
        limits = {
            "RLIMIT_AS" if limits_address_space else "RLIMIT_DATA": memory,
            "RLIMIT_CPU": seconds,
            "RLIMIT_CORE": 0,
            "RLIMIT_FSIZE": self._setup["disk_mb"] * 1024 * 1024,
            "RLIMIT_NOFILE": MAX_OPEN_FILES,
            "RLIMIT_NPROC": self._setup["max_processes"],
        }
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, name), (value, value))

    def _watch(self, pid: int, readers: dict[int, str]) -> int:
        open_readers, code = set(readers), None
        while code is None:
            ready = select.select(open_readers, [], [], WATCH_S)[0] if open_readers else time.sleep(WATCH_S) or []
            for reader in ready:
                self._take(reader, readers[reader], open_readers)
            self._check_memory()
            code = _exit_code(pid)
        while ready := select.select(open_readers, [], [], 0)[0] if open_readers else []:
            for reader in ready:
                self._take(reader, readers[reader], open_readers)
        return code

    def _take(self, reader: int, name: str, open_readers: set[int]) -> None:
        data = os.read(reader, 65536)
        if not data:
            open_readers.discard(reader)
        self._printed[name] += data
        if sum(map(len, self._printed.values())) > self._max_bytes:
            raise BlockError(f"The code printed more than the {self._max_bytes:,} bytes that it may print.")

    def _check_memory(self) -> None:
        if _used_kb() > self._setup["memory_mb"] * 1024:
            raise _MemoryUsedUp


def _used_kb() -> int:
    """What all processes but this one hold of memory that is not a file's."""
    used = 0
    for name in os.listdir("/proc"):
        if name.isdigit() and name != "1":
            with contextlib.suppress(OSError), open(f"/proc/{name}/status", "rb") as file:
                used += sum(int(line.split()[1]) for line in file if line.startswith((b"RssAnon:", b"RssShmem:")))
    return used


def _exit_code(pid: int) -> int | None:
    """Of the program, once it has ended; takes along whoever else has (process 1 inherits them all)."""
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 1
        if ended == 0:
            return None
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def _reap_all() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)


def _read_result(path: str, max_bytes: int) -> dict[str, Any] | None:
    content = _read_file(path, max_bytes)
    try:
        said = json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and isinstance(said.get("text"), str) else None


def _collect_files(max_bytes: int) -> list[dict[str, Any]]:
    """What the code has left in its directory: text as it is, the rest as data: URIs."""
    found: list[dict[str, Any]] = []
    left = max_bytes
    for folder, folders, names in os.walk(WORK):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(names):
            path = os.path.join(folder, name)
            content = None if name.startswith(".") or len(found) >= MAX_FILES else _read_file(path, min(left, MAX_FILE_BYTES))
            if content is not None:
                text = _as_text(content)
                left -= len(text)
                shown = path.encode(errors="replace").decode()
                found.append(
                    {"path": shown, "relative_path": shown[len(WORK) + 1 :], "name": os.path.basename(shown), "content": text}
                )
    return found


def _read_file(path: str, max_bytes: int) -> bytes | None:
    """None for what is no plain file, or too large: a link could lead anywhere, and a pipe would never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        return file.read(max_bytes) if stat.S_ISREG(facts.st_mode) and facts.st_size <= max_bytes else None


def _as_text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return "data:application/octet-stream;base64," + base64.b64encode(content).decode()
