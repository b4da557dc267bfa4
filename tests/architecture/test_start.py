"""What a server loads before it listens: start-up time and memory at rest are features."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

SERVE = """
import os, sys
from autogpt_lite.cli import serve
serve.settle_memory = lambda: (print("loaded", *sys.modules, flush=True), os._exit(0))  # called when it listens
sys.argv = ["autogpt-lite", "serve", "--port", "0", "--data-dir", sys.argv[1]]
from autogpt_lite.__main__ import main
main()
"""

LATER = {
    "other libraries": (
        "cryptography croniter defusedxml feedparser jinja2 joserfc jsonschema jwt platformdirs prometheus_client rich stripe"
    ),
    "aiohttp's client and what only its applications need (web/aiohttp_half.py)": (
        "aiohttp.client aiohttp.connector aiohttp.cookiejar aiohttp.web aiohttp.web_app aiohttp.web_urldispatcher"
    ),
    "parts of Python": "argparse importlib.metadata importlib.resources optparse pydoc unittest xml.etree zipfile zoneinfo",
    "what few servers use": (
        "autogpt_lite.agents_folder.merge autogpt_lite.llm.openai_compatible autogpt_lite.net.session"
        " autogpt_lite.oauth.exchange autogpt_lite.sandbox.code autogpt_lite.sandbox.templates autogpt_lite.sandbox.worker"
        " autogpt_lite.web.openapi"
    ),
}
"""Modules that a start must not load: each was measured to cost a millisecond or 0.1 MB at least, with what it brings along."""


def loaded_at_start(data_dir: Path) -> set[str]:
    command = [sys.executable, "-c", SERVE, str(data_dir)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    line = next((line for line in done.stdout.splitlines() if line.startswith("loaded ")), "")
    assert line, done.stderr
    return set(line.split())


def test_a_start_loads_no_more_than_it_needs(tmp_path):
    loaded = loaded_at_start(tmp_path)
    assert {"autogpt_lite.app", "aiohttp.web_protocol"} <= loaded
    found = [f"{name} ({why})" for why, names in LATER.items() for name in names.split() if name in loaded]
    assert not found, "import these where they are used, inside the function:\n" + "\n".join(found)


HALF = """
import sys
from autogpt_lite.web.aiohttp_half import postpone_client
postpone_client()
import aiohttp.web_protocol
from aiohttp.web_exceptions import HTTPException
assert aiohttp.__version__ and "aiohttp.client" not in sys.modules
assert not hasattr(aiohttp, "__wrapped__") and "aiohttp.client" not in sys.modules
from aiohttp import ClientSession, TCPConnector
assert aiohttp.ClientSession is ClientSession is sys.modules["aiohttp.client"].ClientSession
import aiohttp.web
assert aiohttp.web.HTTPException is HTTPException and not hasattr(aiohttp, "nonsense")
before = dict(vars(aiohttp))
postpone_client()
assert sys.modules["aiohttp"] is aiohttp and vars(aiohttp) == before
print("whole")
"""


def test_a_postponed_part_of_aiohttp_is_there_when_it_is_asked_for():
    done = subprocess.run([sys.executable, "-c", HALF], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "whole\n", done.stderr


AT_ONCE = """
import threading
from concurrent.futures import ThreadPoolExecutor
from autogpt_lite.web.aiohttp_half import postpone_client
postpone_client()
import aiohttp
names = ["ClientSession", "ClientTimeout", "ClientError", "TraceConfig", "WSMsgType", "request", "FormData", "StreamReader"]
together = threading.Barrier(len(names))
def ask(name):
    together.wait()
    return getattr(aiohttp, name).__name__
with ThreadPoolExecutor(len(names)) as threads:
    assert list(threads.map(ask, names)) == names
assert not hasattr(aiohttp, "nonsense")
print("whole")
"""


def test_requests_that_are_the_first_together_all_get_it():
    done = subprocess.run([sys.executable, "-c", AT_ONCE], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "whole\n", done.stderr
