"""Makes the virtual environment .venv as the lock files in requirements/ say, and runs commands in it.

Only the standard library, and no syntax newer than Python 3.8: whoever starts this with an old Python gets a sentence, not a
SyntaxError. When nothing has changed since the last time it reads four small files and is done, without the network.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
IS_WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if IS_WINDOWS else "bin/python")
OLDEST_PYTHON = (3, 11)

LOCKS = PROJECT / "requirements"
INCLUDES = {"runtime": ("runtime",), "test": ("runtime", "test")}


def prepare(purpose: str) -> None:
    """Brings .venv up to date for `purpose`: "runtime", or "test", which holds all of runtime too.

    Exits with a sentence if the Python is too old or a package cannot be installed.
    """
    if _is_installed(purpose):
        return
    with _one_at_a_time():
        if _is_installed(purpose):
            return
        say(f"Setting up {VENV.name} for {purpose}: this happens once, and again when the dependencies change.")
        _make_venv()
        _install(_locks(purpose))
        for included in INCLUDES[purpose]:
            _stamp(included).write_text(_fingerprint(included), "utf-8")


def replace_process(arguments: list) -> None:
    """Goes on as `python ARGUMENTS` in .venv; does not return."""
    # -P: what lies in the user's current folder must not pass for a module of ours.
    command = [str(PYTHON), "-P", *arguments]
    if not IS_WINDOWS:
        os.execv(command[0], command)
    process = subprocess.Popen(command)  # Windows' exec gives the console back at once, so wait instead
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # the child gets Ctrl+C too, and ends in its own way
            sys.exit(process.wait())


def run(arguments: list, **options: object) -> int:
    """Runs `python ARGUMENTS` in .venv from the project's folder; its exit code."""
    sys.stdout.flush()
    return subprocess.call([str(PYTHON), *arguments], cwd=str(PROJECT), **options)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- whether anything is to do ----------------------------------------------------------------------


def _locks(purpose: str) -> list:
    return [LOCKS / "build.txt", LOCKS / f"{purpose}.txt"]


def _fingerprint(purpose: str) -> str:
    # The folder is part of it: an editable install of a checkout that has moved points to where it was.
    digest = hashlib.sha256(str(PROJECT).encode("utf-8", "surrogateescape"))
    for path in [PROJECT / "pyproject.toml", *_locks(purpose)]:
        digest.update(b"\0" + path.read_bytes())
    return digest.hexdigest()


def _stamp(purpose: str) -> Path:
    return VENV / f".installed-{purpose}"


def _is_installed(purpose: str) -> bool:
    # PYTHON is a link to the Python that made it: it does not "exist" any more when that one was uninstalled.
    if not PYTHON.exists():
        return False
    try:
        return _stamp(purpose).read_text("utf-8") == _fingerprint(purpose)
    except OSError:
        return False


@contextlib.contextmanager
def _one_at_a_time():
    # Two scripts that install at once would leave a broken environment which then counts as finished.
    with open(__file__, "rb") as file:
        if IS_WINDOWS:
            import msvcrt

            file.seek(2**30)  # a lock on bytes that exist would keep others from reading them
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- making it --------------------------------------------------------------------------------------


def _make_venv() -> None:
    if _is_usable():
        return
    uv = shutil.which("uv")
    if uv:
        python = sys.executable if sys.version_info >= OLDEST_PYTHON else ">=%d.%d" % OLDEST_PYTHON  # noqa: UP031
        return _check([uv, "venv", "--quiet", "--clear", "--python", python, str(VENV)])
    if sys.version_info < OLDEST_PYTHON:
        sys.exit("This needs Python %d.%d or newer; this one is %d.%d." % (OLDEST_PYTHON + sys.version_info[:2]))  # noqa: UP031
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        sys.exit("This Python comes without `venv`. On Debian and Ubuntu: sudo apt install python3-venv. Or install uv.")
    _check([sys.executable, "-m", "venv", "--clear", str(VENV)])


def _is_usable() -> bool:
    # A set-up that was interrupted leaves a Python without pip; uv needs none.
    wanted = "" if shutil.which("uv") else "import pip;"
    probe = f"{wanted}import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return PYTHON.exists() and subprocess.call([str(PYTHON), "-c", probe], stderr=subprocess.DEVNULL) == 0


def _install(locks: list) -> None:
    uv = shutil.which("uv")
    if uv:
        pip = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps"]
    else:
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]
    # --no-deps: the lock files name every package, so nothing comes in that they do not pin.
    _check([*pip, *(word for lock in locks for word in ("-r", str(lock)))])
    _check([*pip, "--no-build-isolation", "--editable", str(PROJECT)])


def _check(command: list) -> None:
    code = subprocess.call(command, stdin=subprocess.DEVNULL)
    if code:
        sys.exit(f"This failed with exit code {code}: {' '.join(map(str, command))}\nOnce it works, start again.")
