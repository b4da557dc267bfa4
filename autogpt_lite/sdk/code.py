"""Foreign code: `from autogpt_lite.sdk import code`, then `await code.run("python", "1 + 1")`.

Each program gets a sandbox of its own on this machine: no network, no file of this machine but its programs, no other process, an empty
environment, and limits ([sandbox] in config.toml). Off until `sandbox.code = true`, and where the system cannot make such a sandbox.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..config import SandboxConfig, load_config

if TYPE_CHECKING:
    from ..sandbox.code import CodeResult, CodeSandbox

__all__ = ["configure", "run"]

_sandbox: CodeSandbox | None = None


def configure(config: SandboxConfig, hidden: list[Path]) -> CodeSandbox:
    """For the server, once at start; `hidden` are folders that no program may see even where it sees what is around them."""
    global _sandbox
    from ..sandbox.code import CodeSandbox  # the block is everywhere; most servers run no code

    _sandbox = CodeSandbox(config, hidden)
    return _sandbox


async def run(language: str, code: str, *, setup_commands: list[str] | None = None, timeout_s: float | None = None) -> CodeResult:
    """Runs a program to its end; see CodeResult for what comes back. `language` is "python", "js" or "bash", `setup_commands` are shell
    commands before it. At most, and by default, `sandbox.timeout_s`. Raises BlockError that says why there is no result."""
    sandbox = _sandbox or configure(load_config(environ={}).sandbox, [])
    return await sandbox.run(language, code, setup_commands=setup_commands, timeout_s=timeout_s)
