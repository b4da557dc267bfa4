"""Which processes a test has started."""

from __future__ import annotations

import psutil


def sandbox_children() -> list[psutil.Process]:
    """The sandbox's children of this process, the dead ones that nobody has waited for included. Not the servers that other tests
    share (tests/server.py, tests/llama_server.py), which live as long as the session, and what belongs to those."""
    return [child for child in psutil.Process().children() if not _is_server(child)]


def _is_server(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
    except psutil.Error:
        return False
    return any(part.endswith("llama_server.py") or part == "autogpt_lite" for part in command)
