"""Does what a new user does, and says how long it took: clones, starts with an empty HOME, runs an example, starts again, and
installs the wheel into an environment of its own. Needs the network for the packages."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BIN = "Scripts" if os.name == "nt" else "bin"
MAX_SECOND_START_S = 1.0
EXAMPLE = "the-long-way-down-to-one.json"


@contextlib.contextmanager
def timed(what: str, at_most_s: float | None = None) -> Iterator[None]:
    """Prints how long the block took; exits when it was too long."""
    started = time.perf_counter()
    yield
    took = time.perf_counter() - started
    print(f"{took:6.2f} s  {what}", flush=True)
    if at_most_s is not None and took > at_most_s:
        sys.exit(f"{what} took longer than {at_most_s} s.")


@contextlib.contextmanager
def server(clone: Path, environ: dict[str, str]) -> Iterator[str]:
    """scripts/start until it has printed its address and answers there."""
    command = [sys.executable, clone / "scripts" / "start", "--port", "0"]
    process = subprocess.Popen(command, env=environ, cwd=environ["HOME"], stdout=subprocess.PIPE, text=True)
    try:
        line = next((line for line in process.stdout if line.startswith("Open ")), None)
        if line is None:
            sys.exit("scripts/start ended without an address.")
        url = line.split()[1].partition("/#")[0]
        with urllib.request.urlopen(f"{url}/health") as answer:
            assert json.load(answer)["status"] == "healthy"
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
        process.wait(30)


def check_clone(clone: Path, environ: dict[str, str]) -> None:
    with timed("from the clone to the first answer"), server(clone, environ):
        pass
    with contextlib.ExitStack() as until_answered:
        with timed("the second start, to the first answer", MAX_SECOND_START_S):
            until_answered.enter_context(server(clone, environ))
        with timed("an example from the command line, on the server"):
            run_example(clone / ".venv" / BIN, clone / "examples" / EXAMPLE, environ)
    with timed("an example from the command line, without a server"):
        run_example(clone / ".venv" / BIN, clone / "examples" / EXAMPLE, environ)


def check_wheel(clone: Path, environ: dict[str, str]) -> None:
    venv = clone.with_name("venv")
    bin_dir = venv / BIN
    with timed("pip install into a new environment"):
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        pip = [bin_dir / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, clone], check=True)
    with timed("an example, with the installed command"):
        run_example(bin_dir, clone / "examples" / EXAMPLE, environ)


def run_example(bin_dir: Path, example: Path, environ: dict[str, str]) -> None:
    command = [bin_dir / "autogpt-lite", "run", example, "--json"]
    done = subprocess.run(command, env=environ, cwd=environ["HOME"], capture_output=True, text=True, check=False)
    if done.returncode or not json.loads(done.stdout)["outputs"]:
        sys.exit(f"The example did not run: {done.stderr}")


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        home = folder / "home"
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUTOGPT_LITE", "XDG_", "VIRTUAL_ENV"))}
        environ = {**kept, "HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home)}
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
        check_clone(clone, environ)
        check_wheel(clone, environ)


if __name__ == "__main__":
    main()
