"""Group D of the list of attacks: D5 to D8, D10 and, in the code sandbox, D7.

D1, D2 and D3 stand in test_templates_and_regex.py; D4 in test_pieces.py, D9 and D13 in test_processes.py, D11 and D12 in
test_blocks_on_the_machine.py, D14 in test_models.py.
"""

from __future__ import annotations

import ast
import contextlib
import os
import pickle
import sys
from pathlib import Path

import psutil
import pytest

from autogpt_lite.config import load_config
from autogpt_lite.errors import BlockError, InvalidInputError
from autogpt_lite.graphs.agent_file import parse_agent_file
from autogpt_lite.paths import packaged_file
from autogpt_lite.registry import Registry
from autogpt_lite.sandbox import code as sandbox
from autogpt_lite.sandbox.code import CodeResult, CodeSandbox
from autogpt_lite.sdk import code
from tests.blocks.context import run_block

PROJECT = Path(__file__).resolve().parents[2]
CANARY = "canary-3d7a-of-the-server"
CALCULATOR, CONDITION = "b1ab9b19-67a6-406d-abf5-2dba76d00c79", "715696a0-e1da-45c8-b209-c2fa9c3b0be6"
EXECUTE = "0b02b072-abe7-11ef-8372-fb5d162dd712"

linux = pytest.mark.skipif(sandbox.missing_for_code() is not None, reason=f"no code sandbox here: {sandbox.missing_for_code()}")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry().load([packaged_file("blocks")])


def make_sandbox(data_dir: Path, **settings) -> CodeSandbox:
    given = {"sandbox.code": True, **{f"sandbox.{name}": value for name, value in settings.items()}}
    return CodeSandbox(load_config(environ={}, overrides=given).sandbox, [data_dir])


@pytest.fixture
async def jail(tmp_path) -> CodeSandbox:
    made = make_sandbox(tmp_path, memory_mb=256, timeout_s=60)
    if sandbox.missing_for_code() is None and (problem := await made.check()) is not None:
        pytest.skip(f"no code sandbox here: {problem}")
    return made


async def python(jail: CodeSandbox, source: str) -> CodeResult:
    return await jail.run("python", source)


# --- D7: the code sandbox --------------------------------------------------------------------------------------------------------


@linux
@pytest.mark.parametrize(
    ("language", "source", "text"),
    [
        ("python", "print('hi')\n[1, {'a': None}]", "[1, {'a': None}]"),
        ("python", "'text'", "text"),
        ("bash", "echo hi", None),
        ("js", "console.log('hi'); ({a: 1})", "{ a: 1 }"),
    ],
)
async def test_code_runs_and_gives_its_value(jail, language, source, text):
    if language == "js" and sandbox.interpreters()["node"] is None:
        pytest.skip("no node on this machine")
    done = await jail.run(language, source)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (done.result or {}).get("text") == text


@linux
async def test_d7_nothing_of_the_server_can_be_read(jail, tmp_path, monkeypatch):
    """The database, the key, the server's memory and environment, other processes, the sources: none of it is there."""
    monkeypatch.setenv("SECRET_OF_THE_SERVER", CANARY)
    for name in ("autogpt_lite.sqlite", "credentials.key"):
        (tmp_path / name).write_text(CANARY)
    looks = f"""
import glob, os
found = {{}}
for path in ({str(tmp_path)!r}, {str(tmp_path / "credentials.key")!r}, {str(PROJECT)!r}, "/root", "/etc/shadow", "/var", "/run", "/sys", "/opt"):
    found[path] = os.path.isfile(path) or (os.path.isdir(path) and os.access(path, os.R_OK) and bool([n for n, _, f in os.walk(path) if f and ".pyenv" not in n]))
for path in ("/proc/{os.getpid()}/environ", "/proc/{os.getpid()}/mem", "/proc/1/environ", "/proc/1/mem", "/proc/1/maps", "/proc/1/fd/3", "/proc/1/root/etc/shadow"):
    try:
        found[path] = bool(open(path, "rb").read(1))
    except OSError:
        found[path] = False
for pid in filter(str.isdigit, os.listdir("/proc")):
    if pid not in ("1", str(os.getpid())):
        found["process " + pid] = True
found["environment"] = bool(set(os.environ) - {{"PATH", "HOME", "TMPDIR", "LANG", "USER", "LC_CTYPE"}})
print([name for name, is_there in found.items() if is_there])
"""
    done = await python(jail, looks)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@linux
async def test_d7_a_folder_below_what_is_shown_can_be_hidden():
    shown = Path(ast.__file__).parent / "json"
    done = await make_sandbox(shown).run("bash", f"ls -A {shown.parent}/ast.py; ls -A {shown}")
    assert done.stdout == f"{shown.parent}/ast.py\n"
    assert "Permission denied" in done.stderr


@linux
async def test_d7_no_way_out(jail):
    done = await python(
        jail,
        """
import ctypes, socket, os
def attempt(name, function):
    try:
        function()
        print(name, "worked")
    except OSError as error:
        pass
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
def listen():
    server = socket.socket(); server.bind(("0.0.0.0", 8000)); server.listen()
attempt("tcp", lambda: socket.create_connection(("1.1.1.1", 53), 2))
attempt("loopback", lambda: socket.create_connection(("127.0.0.1", 8006), 2))
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("1.1.1.1", 53)))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("listen", listen)
attempt("write to the system", lambda: open("/usr/x", "w"))
attempt("write to the root", lambda: open("/x", "w"))
attempt("setuid", lambda: os.setuid(0))
attempt("chroot", lambda: os.chroot("/home"))
attempt("kill the first process", lambda: (os.kill(1, 9), call(39999)))
attempt("trace the first process", lambda: call(101, 16, 1, 0, 0))
attempt("a new namespace", lambda: call(272, 0x10000000))
attempt("a mount", lambda: call(165, b"t", b"/home/user", b"tmpfs", 0, 0))
attempt("an unmount", lambda: call(166, b"/proc", 2))
attempt("memory of nobody", lambda: call(319, b"x", 0))
""",
    )
    assert (done.stdout, done.stderr) == ("", "")


BOMBS = {
    "a loop without an end": ("while True: pass", "took longer"),
    "10 GB at once": ("x = bytearray(10 * 1024**3)", "MemoryError"),
    "10 GB bit by bit, in many processes": (
        "import os\nfor _ in range(20):\n    if os.fork() == 0: break\nx = []\nwhile True: x.append(bytearray(5_000_000))",
        "needed more than the 256 MB",
    ),
    "10 GB of shared memory": ("import mmap\nx = mmap.mmap(-1, 10 * 1024**3)", "OSError|MemoryError"),
    "endless output": ("import sys\nwhile True: sys.stdout.write('x' * 1000)", "printed more"),
    "a million files": ("for i in range(10**6): open(str(i), 'w').close()", "No space left"),
    "a full disk": (
        "with open('x', 'wb') as f:\n    while True: f.write(bytes(1_000_000))",
        "No space left|File too large|exit code -25",
    ),
    "open files without an end": ("x = []\nwhile True: x.append(open('/dev/null'))", "Too many open files"),
    "threads without an end": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "can't start new thread|took longer",
    ),
}


@linux
@pytest.mark.parametrize("bomb", BOMBS)
async def test_d7_bombs_end_within_the_limits(tmp_path, bomb):
    source, words = BOMBS[bomb]
    jail = make_sandbox(tmp_path, memory_mb=256, timeout_s=4, max_output_bytes=100_000)
    try:
        done = await python(jail, source)
        said = f"{done.stderr} {done.failure} with exit code {done.exit_code}"
    except BlockError as error:
        said = error.message
    assert any(word in said for word in words.split("|")), said
    assert processes_of_jails() == []


@linux
async def test_d7_a_fork_bomb_ends_with_the_sandbox(tmp_path):
    jail = make_sandbox(tmp_path, timeout_s=3)
    with contextlib.suppress(BlockError):  # it took too long
        await jail.run("bash", "b() { b | b & }; b; for i in $(seq 1000); do (sleep 100 &) ; done; exec sleep 100")
    assert processes_of_jails() == []


@linux
async def test_d7_what_goes_on_in_the_background_ends_with_its_program(jail):
    done = await jail.run("bash", "(setsid nohup sleep 1000 >/dev/null 2>&1 &) ; echo started")
    assert done.stdout == "started\n"
    assert processes_of_jails() == []


@linux
async def test_d7_links_and_pipes_among_the_files_lead_nowhere(jail):
    done = await jail.run(
        "bash", "ln -s /etc/passwd link; mkfifo pipe; echo text > file; mkdir d; printf '\\377' > d/raw; echo x > .hidden"
    )
    assert [(file["relative_path"], file["content"][:30]) for file in done.files] == [
        ("file", "text\n"),
        ("d/raw", "data:application/octet-stream;"),
    ]


def processes_of_jails() -> list[int]:
    """Processes that were started from here and still sleep in another process namespace; those that are ending are waited for."""
    ending = []
    for pid in _sleepers_elsewhere():
        with contextlib.suppress(psutil.Error):
            ending.append(psutil.Process(pid))
    psutil.wait_procs(ending, timeout=10)
    return _sleepers_elsewhere()


def _sleepers_elsewhere() -> list[int]:
    ours = os.readlink("/proc/self/ns/pid")
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/ns/pid") != ours and b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(int(pid))
        except OSError:
            continue
    return found


async def test_d7_it_is_off_until_it_is_switched_on(registry, monkeypatch):
    monkeypatch.setattr(code, "_sandbox", CodeSandbox(load_config(environ={}).sandbox, []))
    [[pin, message]] = await run_block(registry.find(EXECUTE), {"code": "1"})
    assert (pin, message) == ("error", "This server does not run code.")


@pytest.mark.parametrize(
    ("platform", "release", "words"),
    [("darwin", "23.0", "it takes Linux"), ("win32", "10", "it takes Linux"), ("linux", "5.10.0-amd64", "Linux 5.14 or newer")],
)
async def test_d7_where_it_cannot_be_it_says_so_in_one_line(monkeypatch, tmp_path, platform, release, words):
    monkeypatch.setattr(sandbox.sys, "platform", platform)
    monkeypatch.setattr(sandbox.platform, "release", lambda: release)
    problem = await make_sandbox(tmp_path).check()
    assert words in problem
    assert "\n" not in problem


@linux
async def test_the_block_gives_value_prints_and_files(registry, monkeypatch, jail):
    monkeypatch.setattr(code, "_sandbox", jail)
    source = "import sys\nprint('out')\nprint('err', file=sys.stderr)\nopen('a.txt', 'w').write('x')\n{'n': 1}"
    outputs = await run_block(registry.find(EXECUTE), {"code": source, "setup_commands": ["echo ready"]})
    found = dict(outputs)
    assert found["response"] == "{'n': 1}"
    assert found["main_result"].json == {"n": 1}
    assert [result.is_main_result for result in found["results"]] == [True]
    assert (found["stdout_logs"], found["stderr_logs"]) == ("ready\nout\n", "err\n")
    assert [(file.name, file.content) for file in found["files"]] == [("a.txt", "x")]
    [*_, [pin, message]] = await run_block(registry.find(EXECUTE), {"code": "1 / 0"})
    assert pin == "error"
    assert "ZeroDivisionError" in message
    [*_, [pin, message]] = await run_block(registry.find(EXECUTE), {"code": "1", "language": "java"})
    assert "runs python, js, bash" in message


@linux
def test_d7_the_server_itself_cannot_be_traced():
    import subprocess

    source = "import ctypes; from autogpt_lite.sandbox.confine import forbid_tracing; forbid_tracing(); print(ctypes.CDLL(None).prctl(3))"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert done.stdout == "0\n"
    for name in ("serve.py", "run_local.py"):
        assert "forbid_tracing()" in (PROJECT / "autogpt_lite" / "cli" / name).read_text("utf-8")


# --- D5, D6, D8, D10 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b"), [(9.0, 1e308), (9.0, 9.0**99), (0.0, -1.0), (-8.0, 0.5), (1e308, 1e308)])
@pytest.mark.parametrize("operation", ["Power", "Multiply", "Divide"])
async def test_d5_calculations_end_soon_in_a_number_or_an_error(registry, operation, a, b):
    [[pin, value]] = await run_block(registry.find(CALCULATOR), {"operation": operation, "a": a, "b": b})
    assert pin in ("result", "error")
    assert value is not None


@pytest.mark.parametrize("text", ["__import__('os').getpid()", "9**9**9", "NaN", "Infinity", "1e999999", "().__class__"])
async def test_d5_conditions_compare_text_and_evaluate_nothing(registry, text):
    outputs = await run_block(registry.find(CONDITION), {"value1": text, "operator": "==", "value2": text, "yes_value": text})
    assert [pin for pin, _ in outputs][-1] in ("yes_output", "no_output", "error")
    assert str(os.getpid()) not in str(outputs)


EVALUATES = {"eval", "exec", "compile", "__import__"}
MAY_EVALUATE = {"autogpt_lite/sdk/pin.py": "annotations of block classes, while they are loaded"}
NEVER_PARSED = {"pickle", "cPickle", "dill", "marshal", "shelve", "yaml", "jsonpickle", "cloudpickle"}


def test_d5_d6_d8_d10_nothing_evaluates_text_and_only_json_is_parsed():
    """No eval, exec, pickle, YAML or import by a name from outside, anywhere: also not to "validate" code."""
    found = []
    for path in (*(PROJECT / "autogpt_lite").rglob("*.py"), *(PROJECT / "blocks").rglob("*.py")):
        name = path.relative_to(PROJECT).as_posix()
        if "_packaged" in path.parts or name in MAY_EVALUATE:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EVALUATES:
                found.append(f"{name}:{node.lineno}: {node.func.id}()")
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            found += [f"{name}:{node.lineno}: import {module}" for module in modules if module.split(".")[0] in NEVER_PARSED]
    assert found == []


@pytest.mark.parametrize("block_id", ["os.system", "../../x", "autogpt_lite.app", "subprocess:run", "__main__"])
def test_d8_a_block_is_found_by_its_id_and_never_imported_by_name(registry, block_id):
    before = set(sys.modules)
    assert registry.find(block_id) is None
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({"nodes": []}),
        b"!!python/object/apply:os.system ['id']",
        b"nodes: []\nname: x",
        b"\x80\x04.",
        b"\xe3\x00\x00",
    ],
)
def test_d10_an_agent_file_is_json_or_refused(content):
    with pytest.raises(InvalidInputError, match="not an agent file"):
        parse_agent_file(content)
