"""What runs on Windows and macOS, as far as a Linux can say: nothing needs what only POSIX has, and what does says so."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import PROJECT, run_cli

# --- in the sources -----------------------------------------------------------------------------------------------------------------

POSIX_ONLY = {
    "os": {
        *(
            "fork",
            "forkpty",
            "geteuid",
            "getuid",
            "getgid",
            "setsid",
            "killpg",
            "getpgid",
            "mkfifo",
            "mknod",
            "statvfs",
            "sysconf",
        ),
        *(
            "fchmod",
            "chown",
            "O_NOFOLLOW",
            "O_NONBLOCK",
            "O_DIRECTORY",
            "O_CLOEXEC",
            "pipe2",
            "posix_spawn",
            "wait4",
            "WNOHANG",
            "uname",
        ),
    },
    "signal": {"SIGKILL", "SIGHUP", "SIGALRM", "SIGPIPE", "setitimer", "ITIMER_REAL", "pthread_sigmask", "SIGUSR1"},
    "time": {"tzset"},
}
POSIX_MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "uvloop", "syslog"}
NEEDED_BY_PYTHON = {
    "statvfs",
    "posix_spawn",
    "WNOHANG",
    "wait4",
    "SIGKILL",
    "O_CLOEXEC",
    "O_NONBLOCK",
    "O_DIRECTORY",
    "O_NOFOLLOW",
    "uname",
}
"""What Python's own modules use on this machine, so that it cannot be taken away."""
LOOP_ONLY = {"add_signal_handler", "add_reader", "add_writer", "create_unix_server", "connect_read_pipe"}
"""Methods of the event loop that Windows does not have (all of them, or not for what is meant)."""
GUARDED = {
    "autogpt_lite/sandbox/jail.py": "the code sandbox: Linux only, sandbox/code.py says so",
    "autogpt_lite/sandbox/jail_init.py": "the code sandbox: Linux only, sandbox/code.py says so",
    "autogpt_lite/sandbox/code.py": "after missing_for_code() has let it through: Linux only",
    "autogpt_lite/sandbox/confine.py": "each looks first whether the system has it",
    "autogpt_lite/sandbox/child.py": "setitimer: else a timer thread",
    "autogpt_lite/sandbox/process.py": "killpg: else Popen.kill; PipedProcess is not for Windows, ThreadedProcess is",
    "autogpt_lite/instance_lock.py": "fcntl: else msvcrt",
    "autogpt_lite/cli/interpreter.py": "resource: else nothing is raised",
    "autogpt_lite/cli/loop.py": "uvloop: else asyncio's own loop",
    "autogpt_lite/cli/serve.py": "add_signal_handler: else signal.signal",
    "autogpt_lite/cli/run_local.py": "add_signal_handler: else signal.signal",
    "autogpt_lite/faultpoints.py": "SIGKILL: else os._exit",
    "autogpt_lite/observability/service.py": "sysconf: Linux only, else None",
}


def posix_uses(source: str) -> set[str]:
    """What of the source is only on POSIX."""
    found: set[str] = set()
    for one in ast.walk(ast.parse(source)):
        if isinstance(one, ast.Attribute):
            module = one.value.id if isinstance(one.value, ast.Name) else ""
            if one.attr in POSIX_ONLY.get(module, ()) or one.attr in LOOP_ONLY:
                found.add(f"{module}.{one.attr}")
        elif isinstance(one, ast.Import):
            found |= {alias.name for alias in one.names} & POSIX_MODULES
        elif isinstance(one, ast.ImportFrom) and one.level == 0:
            named = {alias.name for alias in one.names}
            found |= {one.module or ""} & POSIX_MODULES
            found |= {f"{one.module}.{name}" for name in named & POSIX_ONLY.get(one.module or "", set())}
    return found


def sources() -> list[Path]:
    folders = ("autogpt_lite", "blocks")
    return [path for folder in folders for path in (PROJECT / folder).rglob("*.py") if "_packaged" not in path.parts]


def test_what_only_posix_has_is_used_in_a_few_places_that_look_first():
    found = {path.relative_to(PROJECT).as_posix(): uses for path in sources() if (uses := posix_uses(path.read_text("utf-8")))}
    assert {name: uses for name, uses in found.items() if name not in GUARDED} == {}, (
        "Windows has none of this: ask first, then name it in GUARDED"
    )
    assert sorted(GUARDED.keys() - found.keys()) == [], "nothing of the kind is there any more"


@pytest.mark.parametrize(
    "source", ["import os\nos.geteuid()", "import fcntl", "from os import fork", "loop.add_reader(1, f)", "import uvloop as u"]
)
def test_the_test_sees_it(source: str):
    assert posix_uses(source)


def test_every_file_of_text_is_opened_with_its_encoding():
    """Without one, Windows reads and writes in its code page."""
    found = []
    for path in sources():
        for call in [one for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.Call)]:
            named = {keyword.arg for keyword in call.keywords}
            name = (
                call.func.id
                if isinstance(call.func, ast.Name)
                else call.func.attr
                if isinstance(call.func, ast.Attribute)
                else ""
            )
            if (name == "read_text" and not call.args and "encoding" not in named) or (
                name == "write_text" and len(call.args) < 2 and "encoding" not in named
            ):
                found.append(f"{path.name}:{call.lineno}")
    assert found == []


# --- running, with everything taken away that Windows has not got -----------------------------------------------------------------------

WITHOUT_POSIX = """
import asyncio, json, os, pathlib, signal, subprocess, sys, tempfile, types
import multiprocessing, shutil, getpass, ssl, socket, selectors, webbrowser, zoneinfo, logging.handlers, platform, ctypes, mimetypes
import aiohttp.web, aiohttp, apsw, click, msgspec, cryptography.hazmat.primitives.ciphers.aead, jinja2, platformdirs
import fcntl
flock = fcntl.flock
lost = []
for module, names in json.loads(sys.argv[2]).items():
    for name in names:
        if hasattr(sys.modules[module], name):
            delattr(sys.modules[module], name)
            lost.append(name)
for name in json.loads(sys.argv[3]):
    sys.modules[name] = None
msvcrt = types.ModuleType("msvcrt")
msvcrt.LK_NBLCK = 2
msvcrt.locking = lambda descriptor, mode, count: flock(descriptor, 2 | 4)
sys.modules["msvcrt"] = msvcrt
asyncio.SelectorEventLoop.add_signal_handler = asyncio.AbstractEventLoop.add_signal_handler
sys.platform = "win32"

from autogpt_lite.sandbox import process
process.DEFAULT_KIND = process.ThreadedProcess
from autogpt_lite.cli import loop, interpreter
from autogpt_lite.instance_lock import InstanceLock, is_locked
from tests.server import run_app
from tests.http.library_agents import echo_agent, run_to_end, save

async def main(folder):
    told = {"lost": len(lost)}
    settings = {"sandbox.code": True}
    async with run_app(folder, settings=settings) as server:
        graph = await save(server, echo_agent())
        told["run"] = (await run_to_end(server, graph["id"], x=41))["outputs"]
        async def block(block_id, given):
            return (await server.post(f"/api/blocks/{block_id}/execute", given)).json()
        told["code"] = await block("0b02b072-abe7-11ef-8372-fb5d162dd712", {"code": "1", "language": "python"})
        bomb = "{% for i in range(3000) %}{% for j in range(9) %}x{% endfor %}{% endfor %}"
        told["template"] = len((await block("db7d8f02-2f44-4c55-ab7a-eae0941f0c30", {"values": {}, "format": bomb}))["output"][0])
        key = {"type": "api_key", "api_key": "sk-1"}
        told["key"] = (await server.post("/api/integrations/openai/credentials", key)).status
        told["backup"] = (await server.post("/api/system/backups")).status
        status = (await server.get("/api/system/status")).json()
        told["memory"], told["problems"] = status["memory_bytes"], status["problems"]
    return told

folder = pathlib.Path(sys.argv[1])
with InstanceLock(folder):
    other = subprocess.run([sys.executable, "-c", "import sys, pathlib\\nfrom autogpt_lite.instance_lock import is_locked\\nprint(is_locked(pathlib.Path(sys.argv[1])))", str(folder)], capture_output=True, text=True)
    interpreter.tune_interpreter()
    interpreter.raise_file_limit()
    told = loop.run_async(main(folder))
    told["locked"], told["loop"] = other.stdout.strip(), loop.loop_factory()
print(json.dumps(told))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there, all other tests show it")
def test_a_server_runs_without_anything_that_only_posix_has(tmp_path: Path):
    """A run, a template in a child, a key, a backup and the lock; and code in blocks says in one line why it is not run."""
    names = json.dumps({module: sorted(names - NEEDED_BY_PYTHON) for module, names in POSIX_ONLY.items()})
    command = [sys.executable, "-W", "error", "-c", WITHOUT_POSIX, str(tmp_path), names, json.dumps(sorted(POSIX_MODULES))]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["lost"] > 12
    assert told["run"] == {"out x": [41]}
    assert (told["template"], told["key"], told["backup"], told["locked"], told["loop"]) == (27_000, 201, 200, "True", None)
    assert "it takes Linux" in told["code"]["message"]
    assert told["memory"] is None
    assert [problem for problem in told["problems"] if "it takes Linux" not in problem] == []


# --- letters -------------------------------------------------------------------------------------------------------------------------


def test_a_pipe_gets_utf8_whatever_the_code_page_is(tmp_path: Path):
    """A Windows gives cp1252 to whoever pipes: names and exports would end in an error there, or in other letters."""
    agent = {"name": "Grüße \U0001f600 Ω", "description": "", "nodes": [], "links": []}
    file = tmp_path / "agent.json"
    file.write_text(json.dumps(agent), "utf-8")
    environ = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    imported = run_cli("import", file, "--data-dir", tmp_path / "data", environ=environ)
    assert (imported.returncode, imported.stderr) == (0, "")
    assert agent["name"] in imported.stdout
    exported = run_cli("export", imported.stdout.split()[0], "--data-dir", tmp_path / "data", environ=environ)
    assert json.loads(exported.stdout)["name"] == agent["name"]


def test_a_power_cut_is_survived_on_a_mac_too(tmp_path: Path):
    """macOS keeps what an fsync wrote in the disk's cache unless SQLite is told otherwise."""
    from autogpt_lite.db.connection import open_connection

    connection = open_connection(tmp_path / "x.sqlite", cache_mb=1)
    assert (connection.pragma("fullfsync"), connection.pragma("synchronous")) == (1, 2)
    connection.close()
