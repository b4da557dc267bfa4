"""The processes of the crash test: the server that is killed, commands that are killed, and the judge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from ..client import ServerClient
from .blocks.selftest_blocks import EFFECTS_VARIABLE

END_S = 30.0
"""Seconds that a process gets to end by itself before it is given up."""


def environ_for(folder: Path, fault: str = "") -> dict[str, str]:
    """This process's environment without its settings, with those of the test."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("AUTOGPT_LITE_")}
    return {
        **kept,
        "AUTOGPT_LITE__BLOCKS__PATHS": json.dumps([str(Path(__file__).with_name("blocks"))]),
        "AUTOGPT_LITE__LOG__LEVEL": "error",
        # It is no run's fault that the server dies all the time.
        "AUTOGPT_LITE__ENGINE__MAX_CRASHES": "1000000",
        "AUTOGPT_LITE_FAULT": fault,
        EFFECTS_VARIABLE: str(folder / "effects.txt"),
    }


def data_dir_of(folder: Path) -> Path:
    return folder / "data"


class ServerUnderTest:
    """A server on the folder's data directory; it dies at its fault, or when `kill` comes."""

    def __init__(self, folder: Path, fault: str = ""):
        self._folder = folder
        self._log = (folder / "server.log").open("ab")
        command = [sys.executable, "-m", "autogpt_lite", "serve", "--data-dir", str(data_dir_of(folder)), "--port", "0"]
        self._process = subprocess.Popen(
            command, env=environ_for(folder, fault), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log, text=True
        )

    def kill_in(self, delay_s: float) -> threading.Timer:
        """Kills it after so many seconds, whatever it does then."""
        timer = threading.Timer(delay_s, self._process.kill)
        timer.start()
        return timer

    def wait_ready(self) -> ServerClient | None:
        """A client once it serves; None where it has died before."""
        for line in self._process.stdout:  # type: ignore[union-attr]
            if line.startswith("Open "):
                return ServerClient(data_dir_of(self._folder))
        return None

    def wait_dead(self, timeout_s: float) -> bool:
        """Whether it has died by itself within so many seconds."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Ends it without a word of warning."""
        self._process.kill()
        self._leave()

    def stop(self) -> None:
        """Ends it in order."""
        self._process.terminate()
        try:
            self._process.wait(END_S)
        finally:
            self.kill()

    def _leave(self) -> None:
        self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]
        self._log.close()


def run_command(folder: Path, *arguments: str, fault: str = "") -> int:
    """`autogpt-lite ARGUMENTS` on the folder's data directory, to its end or death; the exit code."""
    command = [sys.executable, "-m", "autogpt_lite", *arguments, "--data-dir", str(data_dir_of(folder))]
    return subprocess.run(command, env=environ_for(folder, fault), capture_output=True, timeout=END_S).returncode


class JudgeProcess:
    """The judge as a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "autogpt_lite.cli.crash.judge"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, order: str, **arguments: Any) -> dict[str, Any]:
        """The answer to an order (judge.py)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([order, arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the judge has failed; what it said is above")
        return json.loads(line)

    def close(self) -> None:
        """Ends it."""
        self._process.communicate()
