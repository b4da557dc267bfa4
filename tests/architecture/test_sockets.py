"""There is one way out (net/) and one way in (web/): nothing else opens a socket or brings an HTTP client of its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# Modules that are a way to the network.
BANNED_MODULES = {
    *(
        "socket",
        "_socket",
        "socketserver",
        "http.client",
        "urllib.request",
        "xmlrpc",
        "ftplib",
        "poplib",
        "imaplib",
        "nntplib",
        "smtplib",
    ),
    *(
        "telnetlib",
        "aiosmtplib",
        "requests",
        "httpx",
        "httpcore",
        "urllib3",
        "pycurl",
        "websockets",
        "websocket",
        "paramiko",
        "dns",
    ),
    *("openai", "anthropic", "uvicorn", "feedparser.http", "multiprocessing.connection", "asyncio.streams", "curl_cffi"),
}
# Names of aiohttp that reach out; its web half serves.
BANNED_AIOHTTP = {
    "ClientSession",
    "TCPConnector",
    "UnixConnector",
    "NamedPipeConnector",
    "BaseConnector",
    "request",
    "connector",
    "client",
}
# Calls of the event loop that open a connection or a listening socket.
BANNED_CALLS = {
    *("open_connection", "open_unix_connection", "create_connection", "create_unix_connection", "create_datagram_endpoint"),
    *("create_server", "start_server", "sock_connect", "socketpair", "urlopen", "urlretrieve"),
}

# path below the project -> why it may
ALLOWED = {
    "autogpt_lite/net/": "the guarded way out",
    "autogpt_lite/web/": "the way in: it listens",
    "autogpt_lite/cli/": "talks to the server of this machine, which the guard refuses by design",
}


def sources() -> list[Path]:
    return sorted(
        path
        for folder in ("autogpt_lite", "blocks")
        for path in (PROJECT / folder).rglob("*.py")
        if "_packaged" not in path.parts
    )


def violations(source: str) -> list[str]:
    """What of the source could reach the network, as "line: what"."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            found += [f"{node.lineno}: import {name}" for name in names if _is_banned(name)]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            module = node.module
            imported = [alias.name for alias in node.names]
            if (
                _is_banned(module)
                or any(_is_banned(f"{module}.{name}") for name in imported)
                or (module.split(".")[0] == "aiohttp" and (set(imported) | set(module.split("."))) & BANNED_AIOHTTP)
            ):
                found.append(f"{node.lineno}: from {module} import {', '.join(imported)}")
        elif isinstance(node, ast.Attribute):
            if node.attr in BANNED_CALLS:
                found.append(f"{node.lineno}: .{node.attr}")
            elif isinstance(node.value, ast.Name) and node.value.id == "aiohttp" and node.attr in BANNED_AIOHTTP:
                found.append(f"{node.lineno}: aiohttp.{node.attr}")
        elif isinstance(node, ast.Call) and _imports_by_name(node):
            found.append(f"{node.lineno}: imports {node.args[0].value} by its name")
    return found


def _is_banned(module: str) -> bool:
    parts = module.split(".")
    return any(".".join(parts[: i + 1]) in BANNED_MODULES for i in range(len(parts)))


def _imports_by_name(node: ast.Call) -> bool:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in ("import_module", "__import__") or not node.args or not isinstance(node.args[0], ast.Constant):
        return False
    return _is_banned(str(node.args[0].value))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_no_socket_is_opened_elsewhere(path):
    name = path.relative_to(PROJECT).as_posix()
    if name.startswith(tuple(ALLOWED)):
        return
    assert violations(path.read_text("utf-8")) == [], f"{name}: use sdk.http (net/), the one guarded way out"


@pytest.mark.parametrize(
    "source",
    [
        "import socket",
        "import socket as s",
        "def f():\n    import urllib.request",
        "from urllib import request",
        "from http import client",
        "import http.client as c",
        "import requests.sessions",
        "import aiohttp\naiohttp.ClientSession()",
        "from aiohttp import ClientSession",
        "from aiohttp.client import ClientSession as S",
        "import asyncio\nasyncio.open_connection('x', 1)",
        "loop.create_connection(f)",
        "from importlib import import_module\nimport_module('socket')",
        "__import__('urllib.request')",
        "from openai import OpenAI",
    ],
)
def test_the_test_sees_every_way_out(source):
    assert violations(source)


@pytest.mark.parametrize(
    "source", ["import aiohttp\nfrom aiohttp import web", "import urllib.parse\nfrom http import HTTPStatus", "import ssl"]
)
def test_the_test_lets_harmless_imports_pass(source):
    assert not violations(source)
