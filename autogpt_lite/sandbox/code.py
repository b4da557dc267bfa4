"""Foreign code in a sandbox of its own: the server's side. See jail.py for what the sandbox is."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import platform
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from ..config import SandboxConfig
from ..errors import BlockError
from . import confine
from .drivers import DRIVERS
from .worker import Worker

_PROGRAM = "import json, sys; sys.path[:] = json.loads(sys.argv[1])['path']; from autogpt_lite.sandbox.jail import main; main()"
LOWEST_KERNEL = (5, 14)
"""Before it, the number of processes is counted for a user, whatever sandbox they are in."""
HOW_TO_SWITCH_ON = "The owner of this server can: `sandbox.code = true` in config.toml (docs/operations.md)."


class CodeResult(msgspec.Struct, kw_only=True):
    """What a program left. `exit_code` is negative for a signal; `failure` is "" where it went well. `result` is the value of its last
    expression: {text, json?}; `files`: {path, relative_path, name, content}."""

    exit_code: int
    failure: str
    stdout: str
    stderr: str
    result: dict[str, Any] | None
    files: list[dict[str, str]]


class CodeSandbox:
    """Runs programs for the whole server, `sandbox.parallel` at a time. `hidden` are folders that no program may see."""

    def __init__(self, config: SandboxConfig, hidden: list[Path]):
        self._config = config
        self._hidden = [str(path.resolve()) for path in hidden]
        self._places = asyncio.Semaphore(config.parallel)
        self._root: str | None = None

    async def run(
        self, language: str, code: str, *, setup_commands: list[str] | None = None, timeout_s: float | None = None
    ) -> CodeResult:
        """Runs the code to its end. Raises BlockError where code is not run here, or it took too long, or more than it may."""
        self._check(language)
        seconds = min(timeout_s or self._config.timeout_s, self._config.timeout_s)
        job = {"language": language, "code": code, "setup_commands": setup_commands or []}
        async with self._places:
            worker = Worker(
                {}, memory_mb=self._config.memory_mb, max_output_bytes=self._config.max_output_bytes, command=self._command()
            )
            try:
                await worker.start()
                found = await worker.call("run", job, timeout_s=seconds, subject="The code")
                return msgspec.convert(found, CodeResult)
            finally:
                worker.kill()
                await worker.wait_ended()

    async def check(self) -> str | None:
        """Why code is not run here though it is switched on, in one line; None where it is, or where it is switched off."""
        if not self._config.code:
            return None
        try:
            done = await self.run("bash", "exit 0", timeout_s=20)
        except BlockError as error:
            return error.message
        return None if done.exit_code == 0 else f"The code sandbox does not start programs: {done.stderr[:200]}"

    def _check(self, language: str) -> None:
        if not self._config.code:
            raise BlockError("This server does not run code.", hint=HOW_TO_SWITCH_ON)
        if (missing := missing_for_code()) is not None:
            raise BlockError(f"This server does not run code: {missing}.")
        if language not in DRIVERS:
            raise BlockError(f"This server has no {language!r}; it runs {', '.join(DRIVERS)}.")
        if interpreters()[DRIVERS[language].program] is None:
            raise BlockError(f"This machine has no {DRIVERS[language].program}, which {language!r} takes.")

    def _command(self) -> list[str]:
        package = str(Path(__file__).resolve().parents[2])
        setup = {
            "path": [package, *(entry for entry in sys.path if os.path.isabs(entry) and entry != package)],
            "parent_pid": os.getpid(),
            "is_root": os.geteuid() == 0,
            "root": self._make_root(),
            "hidden": self._hidden,
            "interpreters": interpreters(),
            "programs": programs(),
            "memory_mb": self._config.memory_mb,
            "disk_mb": self._config.disk_mb,
            "max_files": self._config.max_files,
            "max_processes": self._config.max_processes,
        }
        return [sys.executable, "-I", "-X", "utf8", "-c", _PROGRAM, json.dumps(setup)]

    def _make_root(self) -> str:
        """An empty folder, on which each sandbox mounts its own root where nobody else sees it."""
        if self._root is None or not os.path.isdir(self._root):
            self._root = os.path.realpath(tempfile.mkdtemp(prefix="autogpt-lite-"))
            atexit.register(shutil.rmtree, self._root, ignore_errors=True)
        return self._root


def missing_for_code() -> str | None:
    """What this system lacks to run foreign code, None where nothing is known to be missing."""
    if sys.platform != "linux":
        return "it takes Linux; the sandbox is made of its namespaces"
    if not confine.has_syscall_filter():
        return "it takes a 64-bit Linux on x86-64 or arm64 with seccomp"
    release = platform.release().split("-")[0].split(".")
    with contextlib.suppress(ValueError):
        if tuple(map(int, release[:2])) < LOWEST_KERNEL:
            return f"it takes Linux {'.'.join(map(str, LOWEST_KERNEL))} or newer, and this is {platform.release()}"
    return None


def interpreters() -> dict[str, str | None]:
    """{program: its path on this machine, None where it is missing}."""
    found = {name: shutil.which(name) for name in ("node", "bash")}
    python = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    return {"python": python, **{name: path and os.path.realpath(path) for name, path in found.items()}}


def programs() -> list[str]:
    """What has to be shown of the interpreters beside the system's own folders: never a home directory as a whole."""
    python = interpreters()["python"]
    folders = (sysconfig.get_path("stdlib"), sysconfig.get_config_var("LIBDIR"))
    wanted = [*interpreters().values(), python, *(os.path.realpath(folder) for folder in folders if folder)]
    shown = [path for path in wanted if path and os.path.exists(path) and not path.startswith("/usr/")]
    # The longest last: a folder that is shown already shows what is in it.
    return sorted(set(shown), key=len)
