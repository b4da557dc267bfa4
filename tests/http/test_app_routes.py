"""Every route of the real app: closed without a login, described, and never broken by what a stranger may send."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from autogpt_lite.web.openapi import describe, operation_id
from tests.server import LiveServer, run_app

ODD_IDS = ["0", "-1", "null", "x" * 300, "%C3%A9%F0%9F%98%80", "00000000-0000-0000-0000-000000000000", "1e999", "9" * 30, "'--"]
ODD_BODIES = [b"", b"null", b"{}", b"[]", b"5", b'"x"', b'{"graph":{}}', b'{"graph":{"nodes":[{}],"links":[{}]},"inputs":5}']


@pytest.fixture
async def app_server(tmp_path: Path):
    async with run_app(tmp_path) as server:
        yield server


async def test_no_request_is_answered_with_a_500(app_server: LiveServer):
    for route in app_server.web.routes:
        for number, odd_id in enumerate(ODD_IDS):
            path = route.path
            while "{" in path:
                path = path[: path.index("{")] + odd_id + path[path.index("}") + 1 :]
            body = ODD_BODIES[number % len(ODD_BODIES)]
            arguments = {"data": body, "headers": {"Content-Type": "application/json"}} if route.method != "GET" else {}
            for query in ("", "?page=-1&page_size=0&status=x&cursor=%FF"):
                answer = await app_server.request(route.method, path + query, **arguments)
                assert answer.status < 500, (route.method, path, query, body, answer.body)


async def test_odd_parameters_of_a_graph_that_exists_are_answered_below_500(app_server: LiveServer):
    graph_id = (await app_server.get("/api/graphs")).json()[0]["id"]
    routes = [route for route in app_server.web.routes if route.path.startswith("/api/graphs/{graph_id}/")]
    assert routes
    for route in routes:
        for odd in [*ODD_IDS, "9223372036854775808", "1.5", "true", "٣"]:
            path = re.sub(r"{\w+}", odd, route.path.replace("{graph_id}", graph_id))
            arguments = {"json": {}} if route.method != "GET" else {}
            answer = await app_server.request(route.method, path, **arguments)
            assert answer.status < 500, (route.method, path, answer.body)


async def test_every_bodys_oddity_is_answered_below_500(app_server: LiveServer):
    for route in app_server.web.routes:
        if route.body is None:
            continue
        for body in ODD_BODIES:
            path = route.path.replace("{", "").replace("}", "")
            answer = await app_server.request(route.method, path, data=body, headers={"Content-Type": "application/json"})
            assert answer.status < 500, (route.method, path, body, answer.body)


async def test_every_route_is_described(app_server: LiveServer):
    routes = app_server.web.routes
    assert [route.path for route in routes if not route.summary.strip() or not route.tags] == []
    assert len({operation_id(route) for route in routes}) == len(routes)
    document = describe(routes)
    with contextlib.suppress(ImportError):
        from openapi_spec_validator import validate

        validate(document)
    served = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert served == {(route.method, route.path) for route in routes}
